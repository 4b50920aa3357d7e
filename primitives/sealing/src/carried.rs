//! Committee halves carried over to another key of the release committee.
//!
//! A committee half follows from its capsule and the committee's key, so a capsule for another key holds another half. When
//! the committee's key is replaced, a record's owner has the half released a last time under the old key and makes an
//! envelope whose capsule is for the new one. What comes out of that capsule is no half of a record key but the seed of an
//! X25519 key, to which the half is wrapped by HPKE. Content, record key and seals stay as they are.

use crate::{
    committee::{Capsule, CapsuleContext, CommitteeKey},
    record_key::CommitteeHalf,
    released::Wrapping,
    seal::{SealError, SEAL_BYTES},
};
use codec::Encode;

/// The HPKE `info` of a committee half that is carried over.
pub const CARRIED_INFO: &[u8] = b"medchain/carried-half/v1";

/// The HKDF label under which what the committee releases becomes the key that the half is wrapped to.
pub const CARRIED_KEY_LABEL: &[u8] = b"medchain/carried-key/v1";

pub(crate) const WRAPPING: Wrapping = Wrapping { info: CARRIED_INFO, key_label: CARRIED_KEY_LABEL };

/// Length in bytes of a committee half that is carried over.
pub const CARRIED_BYTES: usize = SEAL_BYTES;

/// What a carried half is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CarriedContext {
    /// The hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// The record's number.
    pub record: u64,
    /// The SHA-256 digest of the content's root.
    pub content: [u8; 32],
    /// The member id of the record's owner, who makes the capsule.
    pub owner: u64,
    /// The epoch of the committee key that the new capsule is made to.
    pub epoch: u32,
}

impl CarriedContext {
    /// What the new capsule is bound to: its author is the record's owner.
    pub fn capsule(&self) -> CapsuleContext {
        CapsuleContext { genesis: self.genesis, author: self.owner, patient: self.owner, epoch: self.epoch }
    }

    /// The AAD of the wrapped half.
    pub(crate) fn aad(&self) -> Vec<u8> {
        (self.genesis, self.record, self.content, self.owner).encode()
    }
}

/// Makes a capsule for `key` that carries `half`; gives both.
///
/// # Errors
///
/// [`SealError::UnusableKey`], which does not happen for keys that are derived here.
pub fn carry(
    half: &CommitteeHalf,
    key: &CommitteeKey,
    context: &CarriedContext,
) -> Result<(Capsule, [u8; CARRIED_BYTES]), SealError> {
    let (capsule, released) = Capsule::create(key, &context.capsule());
    Ok((capsule, WRAPPING.wrap(half.as_bytes(), &released, &context.aad())?))
}

/// The half that was carried over, by what the committee released of the capsule that carries it.
///
/// # Errors
///
/// [`SealError::Unopened`] if the release or any part of the context is another's, or the half was altered.
pub fn uncarry(
    carried: &[u8; CARRIED_BYTES],
    released: &CommitteeHalf,
    context: &CarriedContext,
) -> Result<CommitteeHalf, SealError> {
    Ok(CommitteeHalf::from_bytes(*WRAPPING.unwrap(carried, released, &context.aad())?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        committee::{combine, ReleaseShare},
        dealer,
    };

    const CONTEXT: CarriedContext =
        CarriedContext { genesis: [1; 32], record: 7, content: [2; 32], owner: 1001, epoch: 2 };

    fn released(shares: &[ReleaseShare], capsule: &Capsule, context: &CapsuleContext) -> CommitteeHalf {
        let releases: Vec<_> =
            shares.iter().map(|share| (share.verifying_share(), share.release(capsule, context).unwrap())).collect();
        combine(u16::try_from(shares.len()).unwrap(), &releases, capsule, context).unwrap()
    }

    #[test]
    fn the_half_of_the_old_key_comes_out_under_the_new_one_alone() {
        let (old, old_shares) = dealer::deal(3, 4).unwrap();
        let (new, new_shares) = dealer::deal(3, 4).unwrap();
        let before = CapsuleContext { genesis: [1; 32], author: 5, patient: 1001, epoch: 1 };
        let (capsule, half) = Capsule::create(&old, &before);
        assert_eq!(released(&old_shares[1..], &capsule, &before), half);

        let (capsule, carried) = carry(&half, &new, &CONTEXT).unwrap();
        capsule.verify(&CONTEXT.capsule()).unwrap();
        let release = released(&new_shares[..3], &capsule, &CONTEXT.capsule());
        assert_eq!(uncarry(&carried, &release, &CONTEXT).unwrap(), half);
        // What the holders of the old key make of the new capsule is of no use.
        let partials: Vec<_> = old_shares[1..]
            .iter()
            .map(|share| (share.verifying_share(), share.release(&capsule, &CONTEXT.capsule()).unwrap()))
            .collect();
        let other = combine(3, &partials, &capsule, &CONTEXT.capsule()).unwrap();
        assert_eq!(uncarry(&carried, &other, &CONTEXT), Err(SealError::Unopened));
    }

    #[test]
    fn a_carried_half_is_bound_to_chain_record_content_and_owner() {
        let half = CommitteeHalf::from_bytes([5; 32]);
        let (capsule, carried) = carry(&half, &dealer::development_committee_key(), &CONTEXT).unwrap();
        let release = released(&[dealer::development_share()], &capsule, &CONTEXT.capsule());
        for other in [
            CarriedContext { genesis: [9; 32], ..CONTEXT },
            CarriedContext { record: 8, ..CONTEXT },
            CarriedContext { content: [9; 32], ..CONTEXT },
            CarriedContext { owner: 1002, ..CONTEXT },
        ] {
            assert_eq!(uncarry(&carried, &release, &other), Err(SealError::Unopened), "{other:?}");
        }
        for other in [CarriedContext { owner: 1002, ..CONTEXT }, CarriedContext { epoch: 3, ..CONTEXT }] {
            assert!(capsule.verify(&other.capsule()).is_err(), "{other:?}");
        }
        for at in 0..CARRIED_BYTES {
            let mut altered = carried;
            altered[at] ^= 1;
            assert_eq!(uncarry(&altered, &release, &CONTEXT), Err(SealError::Unopened), "byte {at}");
        }
    }
}
