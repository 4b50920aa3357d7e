//! What the registry stores of a member, and the forms that its texts and keys must have.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use medchain_primitives::{limits, *};
use scale_info::TypeInfo;

/// A member's handle: lower-case ASCII, unique by its [`look`], fixed at registration. [`check_username`] states its form.
pub type Username = BoundedVec<u8, ConstU32<{ limits::USERNAME_MAX }>>;

/// One public detail, in UTF-8.
pub type Detail = BoundedVec<u8, ConstU32<{ limits::DETAIL_MAX }>>;

/// The version of the encryption key that a member registers with.
pub const FIRST_KEY_VERSION: KeyVersion = 1;

/// Public details of a professional.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Details {
    /// Name of the person or institution.
    pub name: Detail,
    /// Licence number.
    pub licence: Detail,
    /// Who issued the licence.
    pub issuer: Detail,
    /// A doctor's specialization, or the kind of institution; may be empty.
    pub speciality: Detail,
    /// Postal address; may be empty.
    pub address: Detail,
}

impl Details {
    /// Every text.
    pub(crate) fn texts(&self) -> [&Detail; 5] {
        [&self.name, &self.licence, &self.issuer, &self.speciality, &self.address]
    }

    /// The texts without which a professional cannot be vetted.
    pub(crate) fn required_texts(&self) -> [&Detail; 3] {
        [&self.name, &self.licence, &self.issuer]
    }
}

/// A registered account.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Member {
    /// Its number.
    pub id: MemberId,
    /// What it is.
    pub role: Role,
    /// Where it stands.
    pub status: Status,
    /// Why it was rejected or suspended; `None` in every other status.
    pub reason: Option<VettingReason>,
    /// Its handle.
    pub username: Username,
    /// The key that seals for it are made to.
    pub encryption_key: EncryptionKey,
    /// The version of that key.
    pub key_version: KeyVersion,
    /// Public details; professionals have them, patients do not.
    pub details: Option<Details>,
    /// When it registered, in milliseconds.
    pub registered_at: Moment,
    /// The institution that vouched for it when it registered; `None` for an open registration.
    pub vouched_by: Option<MemberId>,
}

/// An institution's word for an account that is to register; see [`VoucherStatement`] for what is signed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Voucher<AccountId, Signature> {
    /// The institution that vouches.
    pub institution: MemberId,
    /// The account that signed for it.
    pub signer: AccountId,
    /// Until when, in milliseconds; at most [`limits::STATEMENT_LIFETIME_MAX`] ahead.
    pub expires_at: Moment,
    /// The signer's signature.
    pub signature: Signature,
}

/// Members that may recover another's account together.
pub type Guardians = BoundedVec<MemberId, ConstU32<{ limits::RECOVERY_GUARDIANS_MAX }>>;

/// A guardian that a member names, and the copy of the member's encryption secret that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct GuardianWithCopy {
    /// The guardian.
    pub guardian: MemberId,
    /// The secret of the member's current encryption key, sealed to the guardian's current one.
    pub copy: VersionedSeal,
}

/// The guardians of one call, each with its copy.
pub type GuardiansWithCopies = BoundedVec<GuardianWithCopy, ConstU32<{ limits::RECOVERY_GUARDIANS_MAX }>>;

/// A person's account that acts for an institution.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct StaffMember {
    /// The institution.
    pub institution: MemberId,
    /// For what.
    pub scope: StaffScope,
    /// The person's encryption key.
    pub encryption_key: EncryptionKey,
    /// The institution's encryption secret, sealed to that key.
    pub copy: Seal,
    /// The version of the institution's key whose secret it is. With an earlier one than the current, the account opens
    /// nothing until the institution seals to it anew.
    pub of_version: KeyVersion,
    /// Since when, in milliseconds.
    pub added_at: Moment,
}

/// The staff accounts of one call, each with the institution's encryption secret sealed to its key.
pub type StaffCopies<AccountId> = BoundedVec<(AccountId, Seal), ConstU32<{ limits::STAFF_PER_RESEAL_MAX }>>;

/// What a member has laid down for the case that its key is lost.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Guardianship {
    /// Who may recover its account; not empty.
    pub guardians: Guardians,
    /// How many of them together.
    pub threshold: u32,
    /// How long the member can object once they agree, in milliseconds.
    pub wait: Moment,
}

/// A recovery that a guardian has proposed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Recovery<AccountId> {
    /// The account that is to take the membership over.
    pub to: AccountId,
    /// The encryption key that the member will have there.
    pub key: EncryptionKey,
    /// Who has agreed, the proposer first.
    pub approvals: Guardians,
    /// From when on it can be carried out, in milliseconds; `None` while too few have agreed.
    pub ready_at: Option<Moment>,
}

/// What is between a hospital and a doctor that it has offered an affiliation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Affiliation {
    /// When the hospital offered it, in milliseconds.
    pub offered_at: Moment,
    /// When the doctor accepted it, in milliseconds; `None` while it has not, and then nothing follows from it.
    pub accepted_at: Option<Moment>,
}

/// An encryption key that was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct EarlierKey {
    /// The key.
    pub key: EncryptionKey,
    /// When it was replaced, in milliseconds.
    pub replaced_at: Moment,
}

impl Member {
    /// What the other pallets need to know of it.
    pub fn info(&self) -> MemberInfo {
        MemberInfo {
            id: self.id,
            role: self.role,
            status: self.status,
            encryption_key: self.encryption_key,
            key_version: self.key_version,
            vouched: self.vouched_by.is_some(),
        }
    }
}

/// What is wrong with a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameFlaw {
    /// Fewer than [`limits::USERNAME_MIN`] characters.
    TooShort,
    /// An upper-case ASCII letter.
    NotLowerCase,
    /// A byte outside `a-z 0-9 . _ -`.
    CharacterUnknown,
    /// A separator at the start or end.
    EdgeNotAlphanumeric,
    /// Two separators in a row.
    SeparatorsAdjacent,
}

/// Whether a text has the form of a username. Clients may call it before they send a registration.
pub fn check_username(username: &[u8]) -> Result<(), UsernameFlaw> {
    let is_separator = |byte: &u8| matches!(byte, b'.' | b'_' | b'-');
    if username.len() < limits::USERNAME_MIN as usize {
        return Err(UsernameFlaw::TooShort);
    }
    if username.iter().any(u8::is_ascii_uppercase) {
        return Err(UsernameFlaw::NotLowerCase);
    }
    if !username.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || is_separator(byte)) {
        return Err(UsernameFlaw::CharacterUnknown);
    }
    if username.first().is_some_and(is_separator) || username.last().is_some_and(is_separator) {
        return Err(UsernameFlaw::EdgeNotAlphanumeric);
    }
    if username.windows(2).any(|pair| pair.iter().all(is_separator)) {
        return Err(UsernameFlaw::SeparatorsAdjacent);
    }
    Ok(())
}

/// How a username looks: those that people take for each other have the same look. Separators are one, `0` is `o`, `1` is
/// `l` and `rn` is `m`, which are the confusable characters of Unicode's UTS 39 within the alphabet of usernames. A look
/// is its own look.
pub fn look(username: &Username) -> Username {
    let mut look = Vec::with_capacity(username.len());
    for byte in username {
        match byte {
            b'.' | b'_' => look.push(b'-'),
            b'0' => look.push(b'o'),
            b'1' => look.push(b'l'),
            b'n' if look.last() == Some(&b'r') => {
                look.pop();
                look.push(b'm');
            }
            other => look.push(*other),
        }
    }
    // It is never longer than the username.
    Username::truncate_from(look)
}

/// Whether a detail is UTF-8 without control characters.
pub(crate) fn is_plain_text(text: &[u8]) -> bool {
    core::str::from_utf8(text).is_ok_and(|text| !text.chars().any(char::is_control))
}

/// Whether a detail says nothing.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    core::str::from_utf8(text).is_ok_and(|text| text.trim().is_empty())
}

/// The points of order 1, 2, 4 and 8 on Curve25519 and its twist, and their encodings that are not reduced: a shared
/// secret with any of them is zero, whoever made the other half. (Bernstein, <https://cr.yp.to/ecdh.html#validate>.)
const SMALL_ORDER_POINTS: [[u8; 32]; 7] = [
    [0; 32],
    with_first_byte([0; 32], 0x01),
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09,
        0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44,
        0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
    ],
    with_first_byte(FIELD_PRIME, 0xec),
    FIELD_PRIME,
    with_first_byte(FIELD_PRIME, 0xee),
];

/// 2^255 - 19, little-endian.
const FIELD_PRIME: [u8; 32] = {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed;
    bytes[31] = 0x7f;
    bytes
};

const fn with_first_byte(mut bytes: [u8; 32], first: u8) -> [u8; 32] {
    bytes[0] = first;
    bytes
}

/// Whether an X25519 key is one of the points to which nothing can be sealed.
pub fn is_small_order(key: &EncryptionKey) -> bool {
    let mut bytes = key.0;
    // X25519 ignores the top bit.
    bytes[31] &= 0x7f;
    SMALL_ORDER_POINTS.contains(&bytes)
}
