//! The texts that an account signs for another to show to the chain. Readable, because wallets show them; each begins
//! with what it is for and names the chain, so that no signature serves another purpose or another chain.

use crate::{EncryptionKey, LinkId, MemberId, Moment};
use alloc::{format, string::String, vec::Vec};
use sp_core::bytes::to_hex;

/// An institution's word for an account that is to register. It is used up by the registration: an account registers
/// once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoucherStatement<'a> {
    /// The chain's genesis hash.
    pub genesis: &'a [u8],
    /// The account that may register, as its public bytes.
    pub applicant: &'a [u8],
    /// The institution that vouches.
    pub institution: MemberId,
    /// Until when, in milliseconds.
    pub expires_at: Moment,
}

impl VoucherStatement<'_> {
    /// The text to sign, in UTF-8.
    pub fn text(&self) -> String {
        format!(
            "medchain voucher v1\nchain: {}\napplicant: {}\ninstitution: {}\nexpires: {}",
            to_hex(self.genesis, false),
            to_hex(self.applicant, false),
            self.institution,
            self.expires_at
        )
    }
}

/// An account's consent to become the account of a member, with the encryption key that the member will have there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveStatement<'a> {
    /// The chain's genesis hash.
    pub genesis: &'a [u8],
    /// The member.
    pub member: MemberId,
    /// The account that signs and takes the membership over, as its public bytes.
    pub to: &'a [u8],
    /// The encryption key that the member will have.
    pub encryption_key: EncryptionKey,
    /// Until when, in milliseconds.
    pub expires_at: Moment,
}

impl MoveStatement<'_> {
    /// The text to sign, in UTF-8.
    pub fn text(&self) -> String {
        format!(
            "medchain move v1\nchain: {}\nmember: {}\nto: {}\nkey: {}\nexpires: {}",
            to_hex(self.genesis, false),
            self.member,
            to_hex(self.to, false),
            self.encryption_key,
            self.expires_at
        )
    }
}

/// A person's consent to act for an institution with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaffStatement<'a> {
    /// The chain's genesis hash.
    pub genesis: &'a [u8],
    /// The institution.
    pub institution: MemberId,
    /// The account that signs and will act, as its public bytes.
    pub account: &'a [u8],
    /// The encryption key of the person, to which the institution seals the copy of its own.
    pub encryption_key: EncryptionKey,
    /// Until when, in milliseconds.
    pub expires_at: Moment,
}

impl StaffStatement<'_> {
    /// The text to sign, in UTF-8.
    pub fn text(&self) -> String {
        format!(
            "medchain staff v1\nchain: {}\ninstitution: {}\naccount: {}\nkey: {}\nexpires: {}",
            to_hex(self.genesis, false),
            self.institution,
            to_hex(self.account, false),
            self.encryption_key,
            self.expires_at
        )
    }
}

/// The consent of an account to be a dependant's, whose guardian registers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DependantStatement<'a> {
    /// The chain's genesis hash.
    pub genesis: &'a [u8],
    /// The guardian who registers the dependant.
    pub guardian: MemberId,
    /// The account that signs and becomes the dependant's, as its public bytes.
    pub account: &'a [u8],
    /// The encryption key that the dependant will have.
    pub encryption_key: EncryptionKey,
    /// Until when, in milliseconds.
    pub expires_at: Moment,
}

impl DependantStatement<'_> {
    /// The text to sign, in UTF-8.
    pub fn text(&self) -> String {
        format!(
            "medchain dependant v1\nchain: {}\nguardian: {}\naccount: {}\nkey: {}\nexpires: {}",
            to_hex(self.genesis, false),
            self.guardian,
            to_hex(self.account, false),
            self.encryption_key,
            self.expires_at
        )
    }
}

/// What a patient asks of the gateway that hosts a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkOperation {
    /// Keep what the link shows.
    Store,
    /// Take passcodes again, perhaps another one.
    Unlock,
    /// Delete what the link shows.
    Remove,
}

impl LinkOperation {
    /// The name in the signed text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Unlock => "unlock",
            Self::Remove => "remove",
        }
    }
}

/// A patient's asking of the gateway that hosts a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkStatement<'a> {
    /// The chain's genesis hash.
    pub genesis: &'a [u8],
    /// What is asked.
    pub operation: LinkOperation,
    /// The link.
    pub link: LinkId,
    /// The SHA-256 digest of the body that comes with it.
    pub body: &'a [u8],
    /// Until when it is good, in milliseconds.
    pub expires_at: Moment,
}

impl LinkStatement<'_> {
    /// The text to sign, in UTF-8.
    pub fn text(&self) -> String {
        format!(
            "medchain link v1\nchain: {}\noperation: {}\nlink: {}\nbody: {}\nexpires: {}",
            to_hex(self.genesis, false),
            self.operation.name(),
            self.link,
            to_hex(self.body, false),
            self.expires_at
        )
    }
}

/// The bytes that wallets sign for a text: the text between `<Bytes>` and `</Bytes>`. Programs sign the text itself;
/// verifiers take both.
pub fn wrapped(text: &str) -> Vec<u8> {
    format!("<Bytes>{text}</Bytes>").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_names_chain_applicant_institution_and_end() {
        let statement =
            VoucherStatement { genesis: &[0x11; 2], applicant: &[0xab; 2], institution: MemberId(1003), expires_at: 9 };
        let text = "medchain voucher v1\nchain: 0x1111\napplicant: 0xabab\ninstitution: 1003\nexpires: 9";
        assert_eq!(statement.text(), text);
        assert_eq!(wrapped("x"), b"<Bytes>x</Bytes>");
    }

    #[test]
    fn a_move_names_chain_member_account_key_and_end() {
        let statement = MoveStatement {
            genesis: &[0x11; 2],
            member: MemberId(1001),
            to: &[0xab; 2],
            encryption_key: EncryptionKey([7; 32]),
            expires_at: 9,
        };
        let key = "07".repeat(32);
        let text = format!("medchain move v1\nchain: 0x1111\nmember: 1001\nto: 0xabab\nkey: 0x{key}\nexpires: 9");
        assert_eq!(statement.text(), text);
    }

    #[test]
    fn a_staff_consent_names_chain_institution_account_key_and_end() {
        let statement = StaffStatement {
            genesis: &[0x11; 2],
            institution: MemberId(1003),
            account: &[0xab; 2],
            encryption_key: EncryptionKey([7; 32]),
            expires_at: 9,
        };
        let key = "07".repeat(32);
        let text =
            format!("medchain staff v1\nchain: 0x1111\ninstitution: 1003\naccount: 0xabab\nkey: 0x{key}\nexpires: 9");
        assert_eq!(statement.text(), text);
    }

    #[test]
    fn an_asking_of_a_gateway_names_chain_operation_link_body_and_end() {
        let statement = LinkStatement {
            genesis: &[0x11; 2],
            operation: LinkOperation::Unlock,
            link: LinkId(7),
            body: &[0xab; 2],
            expires_at: 9,
        };
        let text = "medchain link v1\nchain: 0x1111\noperation: unlock\nlink: 7\nbody: 0xabab\nexpires: 9";
        assert_eq!(statement.text(), text);
    }

    #[test]
    fn a_dependant_s_consent_names_chain_guardian_account_key_and_end() {
        let statement = DependantStatement {
            genesis: &[0x11; 2],
            guardian: MemberId(1001),
            account: &[0xab; 2],
            encryption_key: EncryptionKey([7; 32]),
            expires_at: 9,
        };
        let key = "07".repeat(32);
        let text =
            format!("medchain dependant v1\nchain: 0x1111\nguardian: 1001\naccount: 0xabab\nkey: 0x{key}\nexpires: 9");
        assert_eq!(statement.text(), text);
    }
}
