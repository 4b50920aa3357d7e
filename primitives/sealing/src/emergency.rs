//! Emergency capsules: a patient half that the release committee gives out, together with the committee half, to a doctor
//! who opens the record in an emergency that its patient provided for.
//!
//! The capsule inside is one like any other; what comes out of it is no half of a record key but the seed of an X25519
//! key, to which the patient half is wrapped by HPKE.

use crate::{
    committee::{Capsule, CapsuleContext, CommitteeKey, CAPSULE_BYTES},
    record_key::{CommitteeHalf, PatientHalf},
    released::Wrapping,
    seal::{SealError, SEAL_BYTES},
};
use codec::{Decode, Encode, MaxEncodedLen};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The HPKE `info` of the patient half in an emergency capsule.
pub const EMERGENCY_INFO: &[u8] = b"medchain/emergency/v1";

/// The HKDF label under which what the committee releases becomes the key that the patient half is wrapped to.
pub const EMERGENCY_KEY_LABEL: &[u8] = b"medchain/emergency-key/v1";

pub(crate) const WRAPPING: Wrapping = Wrapping { info: EMERGENCY_INFO, key_label: EMERGENCY_KEY_LABEL };

/// Length in bytes of an emergency capsule: record (8), capsule (128), epoch (4), wrapped patient half (80). No envelope
/// has this length.
pub const EMERGENCY_CAPSULE_BYTES: usize = 8 + CAPSULE_BYTES + 4 + SEAL_BYTES;

/// The bytes are not an emergency capsule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the bytes are not an emergency capsule")]
pub struct MalformedEmergencyCapsule;

/// What an emergency capsule is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmergencyContext {
    /// The hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// The record's number.
    pub record: u64,
    /// The SHA-256 digest of the content's root.
    pub content: [u8; 32],
    /// The member id of who lodges it: the patient, a guardian, or the record's author.
    pub lodged_by: u64,
    /// The member id of the patient.
    pub patient: u64,
    /// The epoch of the committee key.
    pub epoch: u32,
}

impl EmergencyContext {
    /// What the capsule inside is bound to: its author is who lodges it.
    pub fn capsule(&self) -> CapsuleContext {
        CapsuleContext { genesis: self.genesis, author: self.lodged_by, patient: self.patient, epoch: self.epoch }
    }

    /// The AAD of the wrapped patient half.
    pub(crate) fn aad(&self) -> Vec<u8> {
        (self.genesis, self.record, self.content, self.patient).encode()
    }
}

/// The second capsule of a record, which carries the patient half.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct EmergencyCapsule {
    /// The number of the record that it is for.
    pub record: u64,
    /// What the release committee opens.
    pub capsule: Capsule,
    /// The epoch of the committee key that the capsule was made to.
    pub epoch: u32,
    /// The patient half, wrapped to the key that follows from what the committee releases.
    pub sealed: [u8; SEAL_BYTES],
}

impl EmergencyCapsule {
    /// Makes the emergency capsule of a record out of its patient half.
    ///
    /// # Errors
    ///
    /// [`SealError::UnusableKey`], which does not happen for keys that are derived here.
    pub fn create(half: &PatientHalf, key: &CommitteeKey, context: &EmergencyContext) -> Result<Self, SealError> {
        let (capsule, released) = Capsule::create(key, &context.capsule());
        let sealed = WRAPPING.wrap(half.as_bytes(), &released, &context.aad())?;
        Ok(Self { record: context.record, capsule, epoch: context.epoch, sealed })
    }

    /// The patient half, by what the committee released of [`capsule`](Self::capsule).
    ///
    /// # Errors
    ///
    /// [`SealError::Unopened`] if the release or any part of the context is another's, or the capsule was altered.
    pub fn open(&self, released: &CommitteeHalf, context: &EmergencyContext) -> Result<PatientHalf, SealError> {
        Ok(PatientHalf::from_bytes(*WRAPPING.unwrap(&self.sealed, released, &context.aad())?))
    }

    /// The SCALE encoding: [`EMERGENCY_CAPSULE_BYTES`] bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.encode()
    }

    /// Decodes an emergency capsule strictly, so that equal ones and only they have equal hashes. Does not verify the
    /// capsule inside.
    ///
    /// # Errors
    ///
    /// [`MalformedEmergencyCapsule`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedEmergencyCapsule> {
        if bytes.len() != EMERGENCY_CAPSULE_BYTES {
            return Err(MalformedEmergencyCapsule);
        }
        let mut rest = bytes;
        let capsule = Self::decode(&mut rest).map_err(|_| MalformedEmergencyCapsule)?;
        if rest.is_empty() {
            Ok(capsule)
        } else {
            Err(MalformedEmergencyCapsule)
        }
    }

    /// SHA-256 of the encoding: what the chain holds.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        carried::CARRIED_BYTES,
        committee::{combine, VerifyingShare},
        dealer,
        envelope::{Envelope, EnvelopeSeal, MAX_SEALS},
        seal::SealRecipient,
    };

    const CONTEXT: EmergencyContext =
        EmergencyContext { genesis: [1; 32], record: 7, content: [2; 32], lodged_by: 1001, patient: 1001, epoch: 0 };

    fn released(capsule: &EmergencyCapsule, context: &EmergencyContext) -> CommitteeHalf {
        let share = dealer::development_share();
        let partial = share.release(&capsule.capsule, &context.capsule()).unwrap();
        let shares = [(VerifyingShare(*share.verifying_share().as_bytes()), partial)];
        combine(1, &shares, &capsule.capsule, &context.capsule()).unwrap()
    }

    fn lodged(half: &PatientHalf) -> EmergencyCapsule {
        EmergencyCapsule::create(half, &dealer::development_committee_key(), &CONTEXT).unwrap()
    }

    #[test]
    fn the_committee_s_release_gives_the_patient_half_and_nothing_else_does() {
        let half = PatientHalf::generate();
        let capsule = lodged(&half);
        let release = released(&capsule, &CONTEXT);
        assert_eq!(capsule.open(&release, &CONTEXT).unwrap(), half);
        assert_eq!(capsule.open(&CommitteeHalf::from_bytes([9; 32]), &CONTEXT), Err(SealError::Unopened));
        for other in [
            EmergencyContext { genesis: [9; 32], ..CONTEXT },
            EmergencyContext { record: 8, ..CONTEXT },
            EmergencyContext { content: [9; 32], ..CONTEXT },
            EmergencyContext { patient: 1002, ..CONTEXT },
        ] {
            assert_eq!(capsule.open(&release, &other), Err(SealError::Unopened), "{other:?}");
        }
    }

    #[test]
    fn a_capsule_that_another_lodged_is_not_released_under_ones_own_name() {
        let capsule = lodged(&PatientHalf::generate());
        let share = dealer::development_share();
        for other in [
            EmergencyContext { lodged_by: 1005, ..CONTEXT },
            EmergencyContext { patient: 1005, ..CONTEXT },
            EmergencyContext { epoch: 1, ..CONTEXT },
            EmergencyContext { genesis: [9; 32], ..CONTEXT },
        ] {
            assert!(share.release(&capsule.capsule, &other.capsule()).is_err(), "{other:?}");
        }
    }

    #[test]
    fn the_encoding_is_strict_and_comes_back() {
        let capsule = lodged(&PatientHalf::generate());
        let bytes = capsule.to_bytes();
        assert_eq!((bytes.len(), EmergencyCapsule::max_encoded_len()), (EMERGENCY_CAPSULE_BYTES, bytes.len()));
        assert_eq!(EmergencyCapsule::from_bytes(&bytes).unwrap(), capsule);
        assert_eq!(EmergencyCapsule::from_bytes(&bytes[1..]), Err(MalformedEmergencyCapsule));
        assert_eq!(EmergencyCapsule::from_bytes(&[bytes.as_slice(), &[0]].concat()), Err(MalformedEmergencyCapsule));
        assert_eq!(EmergencyCapsule::from_bytes(&[0; EMERGENCY_CAPSULE_BYTES]), Err(MalformedEmergencyCapsule));
    }

    #[test]
    fn no_envelope_passes_for_an_emergency_capsule() {
        let (member, administrator) = (SealRecipient::Member(1), SealRecipient::Administrator([1; 32]));
        let capsule = lodged(&PatientHalf::generate()).capsule;
        for members in 0..=MAX_SEALS {
            let recipients = std::iter::repeat_n(member, members);
            for recipients in
                (0..=MAX_SEALS - members).map(|n| recipients.clone().chain(std::iter::repeat_n(administrator, n)))
            {
                let seal = |recipient| EnvelopeSeal { recipient, key_version: 1, seal: [0; SEAL_BYTES] };
                let seals: Vec<_> = recipients.map(seal).collect();
                for carried in [None, Some([0; CARRIED_BYTES])] {
                    let envelope = Envelope { capsule: capsule.clone(), epoch: 0, seals: seals.clone(), carried };
                    assert_ne!(envelope.to_bytes().unwrap().len(), EMERGENCY_CAPSULE_BYTES);
                }
            }
        }
    }
}
