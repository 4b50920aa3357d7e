//! Identifiers: sequential numbers that people can read out. A newtype each, so that none is taken for another.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, first $first:literal) => {
        $(#[$doc])*
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            Encode,
            Decode,
            DecodeWithMemTracking,
            MaxEncodedLen,
            TypeInfo,
            Serialize,
            Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The first identifier that is given out.
            pub const FIRST: Self = Self($first);

            /// The identifier after this one; `None` when all are used.
            pub fn next(self) -> Option<Self> {
                self.0.checked_add(1).map(Self)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl core::str::FromStr for $name {
            type Err = core::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A member of the consortium's registry.
    MemberId,
    first 1001
);
id!(
    /// An anchored record.
    RecordId,
    first 1
);
id!(
    /// An appointment.
    AppointmentId,
    first 1
);
id!(
    /// A request to read records.
    RequestId,
    first 1
);
id!(
    /// An entry of the read log.
    ReadingId,
    first 1
);

id!(
    /// A link that shows records to who has no account.
    LinkId,
    first 1
);

/// A storage key that lists in ascending order of an identifier under the `Identity` hasher. SCALE integers are
/// little-endian and would list in no useful order; this is the number in big-endian.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OrderedKey(pub [u8; 8]);

/// A storage key that lists in descending order of an identifier, the newest first, under the `Identity` hasher: the
/// number's distance from the greatest one, in big-endian.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct NewestFirstKey(pub [u8; 8]);

macro_rules! keys_of {
    ($($id:ident),+) => {
        $(
            impl From<$id> for OrderedKey {
                fn from(id: $id) -> Self {
                    Self(id.0.to_be_bytes())
                }
            }

            impl From<OrderedKey> for $id {
                fn from(key: OrderedKey) -> Self {
                    Self(u64::from_be_bytes(key.0))
                }
            }

            impl From<$id> for NewestFirstKey {
                fn from(id: $id) -> Self {
                    Self((u64::MAX - id.0).to_be_bytes())
                }
            }

            impl From<NewestFirstKey> for $id {
                fn from(key: NewestFirstKey) -> Self {
                    Self(u64::MAX - u64::from_be_bytes(key.0))
                }
            }
        )+
    };
}

keys_of!(MemberId, RecordId, AppointmentId, RequestId, ReadingId, LinkId);

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [u64; 6] = [0, 1, 255, 256, 1 << 40, u64::MAX];

    #[test]
    fn ordered_keys_sort_as_their_identifiers_and_lead_back_to_them() {
        let keys: Vec<_> = IDS.iter().map(|id| OrderedKey::from(RecordId(*id)).encode()).collect();
        assert!(keys.is_sorted());
        for id in IDS {
            assert_eq!(RecordId::from(OrderedKey::from(RecordId(id))), RecordId(id));
        }
    }

    #[test]
    fn newest_first_keys_sort_against_their_identifiers_and_lead_back_to_them() {
        let keys: Vec<_> = IDS.iter().rev().map(|id| NewestFirstKey::from(ReadingId(*id)).encode()).collect();
        assert!(keys.is_sorted());
        for id in IDS {
            assert_eq!(ReadingId::from(NewestFirstKey::from(ReadingId(id))), ReadingId(id));
        }
    }
}
