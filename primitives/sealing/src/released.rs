//! A half that is wrapped to what the committee releases of a capsule.
//!
//! The release is then no half of a record key but the seed of an X25519 key, to which the half is wrapped by HPKE. Emergency
//! capsules carry patient halves so, and capsules for a later key committee halves.

use crate::{
    hpke_suite,
    keys::EncryptionSecret,
    record_key::{CommitteeHalf, HALF_BYTES},
    seal::{SealError, SEAL_BYTES},
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The labels of one use: no half that is wrapped for one passes for another's.
pub(crate) struct Wrapping {
    /// The HPKE `info`.
    pub info: &'static [u8],
    /// The HKDF label under which a release becomes a key.
    pub key_label: &'static [u8],
}

impl Wrapping {
    /// Wraps a half to the key that follows from a release.
    ///
    /// # Errors
    ///
    /// [`SealError::UnusableKey`], which does not happen for keys that are derived here.
    pub fn wrap(
        &self,
        half: &[u8; HALF_BYTES],
        released: &CommitteeHalf,
        aad: &[u8],
    ) -> Result<[u8; SEAL_BYTES], SealError> {
        let wrapped = hpke_suite::encrypt(self.info, aad, half, &self.secret(released).public());
        wrapped.map_err(|_| SealError::UnusableKey)?.try_into().map_err(|_| SealError::UnusableKey)
    }

    /// The half, by the release.
    ///
    /// # Errors
    ///
    /// [`SealError::Unopened`] if the release or the AAD is another's, or the half was altered.
    pub fn unwrap(
        &self,
        wrapped: &[u8; SEAL_BYTES],
        released: &CommitteeHalf,
        aad: &[u8],
    ) -> Result<Zeroizing<[u8; HALF_BYTES]>, SealError> {
        let opened = hpke_suite::decrypt(self.info, aad, wrapped, &self.secret(released));
        let opened = opened.map_err(|_| SealError::Unopened)?;
        opened.as_slice().try_into().map(Zeroizing::new).map_err(|_| SealError::Unopened)
    }

    /// The key that follows from a release.
    pub fn secret(&self, released: &CommitteeHalf) -> EncryptionSecret {
        let mut bytes = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, released.as_bytes())
            .expand(self.key_label, bytes.as_mut_slice())
            .expect("32 bytes are within the output limit of HKDF-SHA256, 8160 bytes; qed");
        EncryptionSecret::from_bytes(&bytes)
    }
}
