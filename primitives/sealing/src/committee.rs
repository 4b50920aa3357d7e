//! The release committee: capsules and how a threshold of its members opens one.
//!
//! The scheme is the labelled threshold ElGamal TDH2 of Shoup and Gennaro (*Securing threshold cryptosystems against
//! chosen ciphertext attack*, 2002) in ristretto255, used as a key encapsulation. With committee key Y = y·G and a second
//! generator Ḡ whose logarithm nobody knows:
//!
//! - a **capsule** is R = r·G, R̄ = r·Ḡ and a proof (e, f) that both have the same logarithm r, known to its maker. The
//!   proof's transcript holds genesis, author, patient and committee epoch, so a capsule copied from another record
//!   verifies under that record's context only, and whoever has not made it cannot prove it anew;
//! - a committee member i with share yᵢ checks that proof and **releases** Dᵢ = yᵢ·R with a proof that log_G(Yᵢ) = log_R(Dᵢ);
//! - the reader checks those proofs and **combines** a threshold of them by Lagrange interpolation at 0 into y·R = r·Y,
//!   whose HKDF is the committee half.
//!
//! Shares are points of a Shamir polynomial at 1, 2, 3, …, which is how FROST deals them too.

mod capsule;
mod combination;
pub(crate) mod group;
mod partial;

pub use capsule::{Capsule, CapsuleContext, CommitteeKey, CAPSULE_BYTES};
pub use combination::{combine, combine_reporting, Combination, CombineError};
pub use partial::{PartialRelease, ReleaseShare, VerifyingShare, PARTIAL_RELEASE_BYTES};

use thiserror::Error;

/// Why bytes are not a capsule, key, share or release, or one of these does not prove what it claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CommitteeError {
    /// 32 bytes are not the canonical encoding of a ristretto255 element, or encode the identity.
    #[error("not the canonical encoding of a group element other than the identity")]
    NotAnElement,
    /// 32 bytes are not a canonical scalar, or a share is zero.
    #[error("not a canonical scalar")]
    NotAScalar,
    /// Committee members are numbered from 1.
    #[error("committee members are numbered from 1")]
    IndexZero,
    /// The capsule was made for another chain, author, patient or epoch, or it was altered.
    #[error("the capsule was made for another chain, author, patient or epoch, or it was altered")]
    CapsuleUnproven,
    /// The release is not this member's decryption of this capsule.
    #[error("committee member {0} did not prove its release")]
    ReleaseUnproven(u16),
}
