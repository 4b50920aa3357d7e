//! Envelopes: what the vault keeps beside a content, its hash in the record. Deleting it erases the record.

use crate::{
    carried::{uncarry, CarriedContext, CARRIED_BYTES},
    committee::{Capsule, CapsuleContext, CAPSULE_BYTES},
    record_key::CommitteeHalf,
    seal::{SealError, SealRecipient, SEAL_BYTES},
};
use codec::{Compact, Decode, Encode, Input, MaxEncodedLen, Output};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The most seals that an envelope carries.
pub const MAX_SEALS: usize = 32;

/// The longest encoding of one seal: recipient (33), key version (4), seal (80).
const MAX_ENVELOPE_SEAL_BYTES: usize = 33 + 4 + SEAL_BYTES;

/// The longest encoding of an envelope, in bytes: capsule, epoch, the number of seals (1 byte up to 63), the seals, the
/// carried half.
pub const MAX_ENVELOPE_BYTES: usize = CAPSULE_BYTES + 4 + 1 + MAX_SEALS * MAX_ENVELOPE_SEAL_BYTES + CARRIED_BYTES;

/// Why bytes are not an envelope, or an envelope cannot be encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// There are more than [`MAX_SEALS`] seals.
    #[error("an envelope carries at most {MAX_SEALS} seals")]
    TooManySeals,
    /// The bytes are not an envelope, or others follow it.
    #[error("the bytes are not an envelope")]
    Malformed,
}

/// A patient half sealed to one recipient, as it lies in an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct EnvelopeSeal {
    /// Whom the seal is for.
    pub recipient: SealRecipient,
    /// The version of the recipient's key that it was made to.
    pub key_version: u32,
    /// The seal.
    pub seal: [u8; SEAL_BYTES],
}

/// The capsule of a content and the seals that its author made: the patient's own, and those of standing consents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The committee half, encrypted.
    pub capsule: Capsule,
    /// The epoch of the committee key that the capsule was made to.
    pub epoch: u32,
    /// The patient half, sealed; at most [`MAX_SEALS`].
    pub seals: Vec<EnvelopeSeal>,
    /// The committee half, if its owner has carried it over to a later key: the capsule is then the owner's.
    pub carried: Option<[u8; CARRIED_BYTES]>,
}

impl Envelope {
    /// The SCALE encoding, at most [`MAX_ENVELOPE_BYTES`].
    ///
    /// # Errors
    ///
    /// [`EnvelopeError::TooManySeals`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, EnvelopeError> {
        if self.seals.len() > MAX_SEALS {
            return Err(EnvelopeError::TooManySeals);
        }
        Ok(self.encode())
    }

    /// Decodes an envelope strictly: canonical throughout and nothing after it, so that equal envelopes and only they
    /// have equal hashes. Does not verify the capsule.
    ///
    /// # Errors
    ///
    /// [`EnvelopeError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > MAX_ENVELOPE_BYTES {
            return Err(EnvelopeError::Malformed);
        }
        let mut rest = bytes;
        let envelope = Self::decode(&mut rest).map_err(|_| EnvelopeError::Malformed)?;
        if rest.is_empty() {
            Ok(envelope)
        } else {
            Err(EnvelopeError::Malformed)
        }
    }

    /// SHA-256 of the encoding: what the record on chain holds.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }

    /// What the capsule of a record's envelope is bound to: its author, or its owner if the half was carried over.
    pub fn capsule_context(&self, genesis: [u8; 32], author: u64, owner: u64) -> CapsuleContext {
        let author = if self.carried.is_some() { owner } else { author };
        CapsuleContext { genesis, author, patient: owner, epoch: self.epoch }
    }

    /// The record's committee half, by what the committee released of the capsule.
    ///
    /// # Errors
    ///
    /// [`SealError::Unopened`] if the half was carried over and does not open.
    pub fn committee_half(
        &self,
        released: CommitteeHalf,
        genesis: [u8; 32],
        record: u64,
        content: [u8; 32],
        owner: u64,
    ) -> Result<CommitteeHalf, SealError> {
        match &self.carried {
            None => Ok(released),
            Some(carried) => {
                uncarry(carried, &released, &CarriedContext { genesis, record, content, owner, epoch: self.epoch })
            }
        }
    }

    /// The seal for this recipient, if the envelope has one.
    pub fn seal_for(&self, recipient: &SealRecipient) -> Option<&EnvelopeSeal> {
        self.seals.iter().find(|seal| seal.recipient == *recipient)
    }
}

impl Encode for Envelope {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        self.capsule.encode_to(dest);
        self.epoch.encode_to(dest);
        self.seals.encode_to(dest);
        if let Some(carried) = &self.carried {
            carried.encode_to(dest);
        }
    }
}

impl Decode for Envelope {
    fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
        let capsule = Capsule::decode(input)?;
        let epoch = u32::decode(input)?;
        // The bound comes before the allocation.
        let Compact(count) = Compact::<u32>::decode(input)?;
        let count = usize::try_from(count).map_err(|_| "too many seals")?;
        if count > MAX_SEALS {
            return Err("too many seals".into());
        }
        let mut seals = Vec::with_capacity(count);
        for _ in 0..count {
            seals.push(EnvelopeSeal::decode(input)?);
        }
        // An envelope is the last of what is encoded: what follows its seals is its own.
        let carried = match input.remaining_len()? {
            Some(0) => None,
            _ => Some(Decode::decode(input)?),
        };
        Ok(Self { capsule, epoch, seals, carried })
    }
}

impl MaxEncodedLen for Envelope {
    fn max_encoded_len() -> usize {
        MAX_ENVELOPE_BYTES
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{committee::CapsuleContext, dealer};
    use proptest::prelude::*;

    fn envelope(seals: usize) -> Envelope {
        let context = CapsuleContext { genesis: [1; 32], author: 5, patient: 1001, epoch: 3 };
        let (capsule, _) = Capsule::create(&dealer::development_committee_key(), &context);
        let seal = EnvelopeSeal { recipient: SealRecipient::Administrator([7; 32]), key_version: 1, seal: [9; 80] };
        Envelope { capsule, epoch: 3, seals: vec![seal; seals], carried: None }
    }

    #[test]
    fn the_fullest_envelope_has_the_greatest_length() {
        let full = Envelope { carried: Some([8; CARRIED_BYTES]), ..envelope(MAX_SEALS) };
        let bytes = full.to_bytes().unwrap();
        assert_eq!(bytes.len(), MAX_ENVELOPE_BYTES);
        assert_eq!(Envelope::from_bytes(&bytes).unwrap(), full);
        assert_eq!(EnvelopeSeal::max_encoded_len(), MAX_ENVELOPE_SEAL_BYTES);
    }

    #[test]
    fn an_envelope_with_too_many_seals_or_with_anything_behind_it_is_refused() {
        let overfull = envelope(MAX_SEALS + 1);
        assert_eq!(overfull.to_bytes(), Err(EnvelopeError::TooManySeals));
        assert_eq!(Envelope::from_bytes(&overfull.encode()), Err(EnvelopeError::Malformed));
        assert!(Envelope::decode(&mut overfull.encode().as_slice()).is_err());
        let mut bytes = envelope(1).to_bytes().unwrap();
        for length in 0..bytes.len() {
            assert_eq!(Envelope::from_bytes(&bytes[..length]), Err(EnvelopeError::Malformed), "cut at {length}");
        }
        for behind in 1..2 * CARRIED_BYTES {
            bytes.push(0);
            let read = Envelope::from_bytes(&bytes);
            match behind {
                CARRIED_BYTES => assert_eq!(read.unwrap().carried, Some([0; CARRIED_BYTES])),
                _ => assert_eq!(read, Err(EnvelopeError::Malformed), "{behind} bytes behind it"),
            }
        }
    }

    #[test]
    fn a_capsule_is_its_authors_until_the_half_is_carried_over() {
        let before = envelope(1);
        assert_eq!(
            before.capsule_context([1; 32], 5, 1001),
            CapsuleContext { genesis: [1; 32], author: 5, patient: 1001, epoch: 3 }
        );
        let after = Envelope { carried: Some([8; CARRIED_BYTES]), ..before.clone() };
        assert_ne!(before.hash(), after.hash());
        assert_eq!(
            after.capsule_context([1; 32], 5, 1001),
            CapsuleContext { genesis: [1; 32], author: 1001, patient: 1001, epoch: 3 }
        );
    }

    #[test]
    fn the_hash_follows_every_part() {
        let one = envelope(1);
        let mut other = one.clone();
        other.seals[0].seal[79] ^= 1;
        assert_ne!(one.hash(), other.hash());
        assert_ne!(one.hash(), Envelope { epoch: 4, ..one.clone() }.hash());
        assert_eq!(one.hash(), Envelope::from_bytes(&one.to_bytes().unwrap()).unwrap().hash());
        assert!(one.seal_for(&SealRecipient::Administrator([7; 32])).is_some());
        assert!(one.seal_for(&SealRecipient::Member(7)).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_decodes_encodes_to_the_same_bytes(at in 0usize..250, flip in 1u8..) {
            let mut bytes = envelope(1).to_bytes().unwrap();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(decoded) = Envelope::from_bytes(&bytes) {
                prop_assert_eq!(decoded.to_bytes().unwrap(), bytes);
            }
        }
    }
}
