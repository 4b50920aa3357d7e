//! Fixed-size byte strings: encryption keys, seals, content roots, envelope hashes. Shown and serialised as
//! `0x`-prefixed hexadecimal.

use crate::{MemberId, RecordId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use sp_core::bytes;

macro_rules! byte_string {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen,
            TypeInfo,
        )]
        pub struct $name(pub [u8; $len]);

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&sp_core::bytes::to_hex(&self.0, false))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }

        impl From<[u8; $len]> for $name {
            fn from(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                bytes::serialize(&self.0, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let bytes = bytes::deserialize(deserializer)?;
                let length = bytes.len();
                bytes
                    .try_into()
                    .map(Self)
                    .map_err(|_| D::Error::invalid_length(length, &concat!(stringify!($len), " bytes")))
            }
        }
    };
}

byte_string!(
    /// An X25519 public key, to which seals for its owner are made.
    EncryptionKey,
    32
);
byte_string!(
    /// The SHA-256 digest of a content's root block. With the dag-pb codec it is the content's CIDv1.
    ContentRoot,
    32
);
byte_string!(
    /// The SHA-256 digest of an envelope.
    EnvelopeHash,
    32
);
byte_string!(
    /// The SHA-256 digest of an emergency capsule.
    EmergencyCapsuleHash,
    32
);
byte_string!(
    /// What a link is known by: a hash of its secret, from which the secret does not follow.
    LinkCommitment,
    32
);
byte_string!(
    /// A patient half wrapped to one encryption key: an HPKE encapsulated key and ciphertext.
    Seal,
    80
);
byte_string!(
    /// A compressed ristretto255 point: the release committee's key, or a committee member's verifying share.
    CommitteePoint,
    32
);

/// The version of a member's encryption key; the first is 1. A seal names the version it was made for.
pub type KeyVersion = u32;

/// A seal together with the version of the key that it was made for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct VersionedSeal {
    /// The wrapped patient half.
    pub seal: Seal,
    /// The version of the recipient's encryption key.
    pub key_version: KeyVersion,
}

/// A copy of a member's encryption secret, sealed to another key: an institution lends its staff one, a member leaves its
/// guardians one each, and one goes with a membership to another account.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct KeyCopy {
    /// The version of the member's key whose secret is in it.
    pub of_version: KeyVersion,
    /// The secret, sealed to the current key of whom it is for.
    pub seal: VersionedSeal,
}

/// A patient's profile, sealed to one recipient. A seal is bound to the content that it opens, so it names the record:
/// a patient may have amended her profile since.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct SealedProfile {
    /// The profile's record.
    pub record: RecordId,
    /// Its patient half, sealed to the recipient.
    pub seal: VersionedSeal,
}

/// A patient half sealed to one reader, as an author gives it with a new record.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct ReaderSeal {
    /// Who is sealed to.
    pub reader: MemberId,
    /// The patient half, sealed to the reader's current key.
    pub seal: VersionedSeal,
}
