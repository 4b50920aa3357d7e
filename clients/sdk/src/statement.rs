//! What one account signs for another to show to the chain: vouchers and consents. People pass them on as text: `0x` and the
//! SCALE encoding in hexadecimal.

use crate::{
    account::Identity,
    copies::STAFF_KEY_VERSION,
    error::{Error, Result},
};
use codec::{Decode, DecodeAll, Encode};
use medchain_primitives::*;
use subxt::utils::MultiSignature;

/// An institution's word for an account that is to register.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Voucher {
    /// The institution that vouches.
    pub institution: MemberId,
    /// The account that signed for it.
    pub signer: [u8; 32],
    /// Until when, in milliseconds.
    pub expires_at: Moment,
    /// The signer's signature.
    pub signature: MultiSignature,
}

impl Voucher {
    /// Vouches for an applicant in an institution's name.
    pub fn sign(
        signer: &Identity,
        genesis: [u8; 32],
        institution: MemberId,
        applicant: &[u8; 32],
        expires_at: Moment,
    ) -> Self {
        let statement = VoucherStatement { genesis: &genesis, applicant, institution, expires_at };
        let signature = MultiSignature::Sr25519(signer.sign(statement.text().as_bytes()));
        Self { institution, signer: signer.account().into(), expires_at, signature }
    }
}

/// An account's consent to take a membership over.
#[derive(Clone, Debug, Encode, Decode)]
pub struct MoveConsent {
    /// The member.
    pub member: MemberId,
    /// The account that takes over.
    pub to: [u8; 32],
    /// The encryption key that the member will have there.
    pub encryption_key: EncryptionKey,
    /// Until when, in milliseconds.
    pub expires_at: Moment,
    /// That account's signature.
    pub signature: MultiSignature,
}

impl MoveConsent {
    /// Consents to take over a member whose encryption key has this version; the key that it will have is the new account's
    /// of the next version.
    pub fn sign(
        to: &Identity,
        genesis: [u8; 32],
        member: MemberId,
        key_version: KeyVersion,
        expires_at: Moment,
    ) -> Self {
        let encryption_key = EncryptionKey(*to.encryption_public(key_version.saturating_add(1)).as_bytes());
        let account: [u8; 32] = to.account().into();
        let statement = MoveStatement { genesis: &genesis, member, to: &account, encryption_key, expires_at };
        let signature = MultiSignature::Sr25519(to.sign(statement.text().as_bytes()));
        Self { member, to: account, encryption_key, expires_at, signature }
    }
}

/// A person's consent to act for an institution with an account.
#[derive(Clone, Debug, Encode, Decode)]
pub struct StaffConsent {
    /// The institution.
    pub institution: MemberId,
    /// The person's account.
    pub account: [u8; 32],
    /// The person's encryption key.
    pub encryption_key: EncryptionKey,
    /// Until when, in milliseconds.
    pub expires_at: Moment,
    /// The account's signature.
    pub signature: MultiSignature,
}

impl StaffConsent {
    /// Consents to act for an institution.
    pub fn sign(person: &Identity, genesis: [u8; 32], institution: MemberId, expires_at: Moment) -> Self {
        let encryption_key = EncryptionKey(*person.encryption_public(STAFF_KEY_VERSION).as_bytes());
        let account: [u8; 32] = person.account().into();
        let statement =
            StaffStatement { genesis: &genesis, institution, account: &account, encryption_key, expires_at };
        let signature = MultiSignature::Sr25519(person.sign(statement.text().as_bytes()));
        Self { institution, account, encryption_key, expires_at, signature }
    }
}

/// An account's consent to be a dependant's.
#[derive(Clone, Debug, Encode, Decode)]
pub struct DependantConsent {
    /// The guardian who registers the dependant.
    pub guardian: MemberId,
    /// The account that is to be the dependant's.
    pub account: [u8; 32],
    /// The encryption key that the dependant will have.
    pub encryption_key: EncryptionKey,
    /// Until when, in milliseconds.
    pub expires_at: Moment,
    /// The account's signature.
    pub signature: MultiSignature,
}

impl DependantConsent {
    /// Consents to be registered by a guardian, with the account's first encryption key.
    pub fn sign(dependant: &Identity, genesis: [u8; 32], guardian: MemberId, expires_at: Moment) -> Self {
        let encryption_key = EncryptionKey(*dependant.encryption_public(1).as_bytes());
        let account: [u8; 32] = dependant.account().into();
        let statement =
            DependantStatement { genesis: &genesis, guardian, account: &account, encryption_key, expires_at };
        let signature = MultiSignature::Sr25519(dependant.sign(statement.text().as_bytes()));
        Self { guardian, account, encryption_key, expires_at, signature }
    }
}

macro_rules! as_text {
    ($($name:ident = $what:literal),+) => {
        $(
            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    write!(f, "0x{}", hex::encode(self.encode()))
                }
            }

            impl std::str::FromStr for $name {
                type Err = Error;

                fn from_str(text: &str) -> Result<Self> {
                    let malformed = Error::MalformedStatement { what: $what };
                    let Some(Ok(bytes)) = text.trim().strip_prefix("0x").map(hex::decode) else { return Err(malformed) };
                    Self::decode_all(&mut bytes.as_slice()).map_err(|_| malformed)
                }
            }
        )+
    };
}

as_text!(Voucher = "voucher", MoveConsent = "consent to a move", StaffConsent = "consent to act as staff");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sp_core::{crypto::Pair, sr25519};

    fn verifies(signature: &MultiSignature, text: &str, account: [u8; 32]) -> bool {
        let MultiSignature::Sr25519(signature) = signature else { return false };
        sr25519::Pair::verify(&signature.to_owned().into(), text, &sr25519::Public::from_raw(account))
    }

    #[test]
    fn a_voucher_survives_being_passed_on_as_text() {
        let hospital = Identity::from_uri("//Dave").unwrap();
        let voucher = Voucher::sign(&hospital, [7; 32], MemberId(1003), &[1; 32], 9);
        let again: Voucher = format!(" {voucher}\n").parse().unwrap();
        assert_eq!(again.encode(), voucher.encode());
        let statement =
            VoucherStatement { genesis: &[7; 32], applicant: &[1; 32], institution: MemberId(1003), expires_at: 9 };
        assert!(verifies(&again.signature, &statement.text(), again.signer));
    }

    #[test]
    fn a_consent_names_the_key_of_the_next_version() {
        let new = Identity::from_uri("//Bob//new").unwrap();
        let consent = MoveConsent::sign(&new, [7; 32], MemberId(1001), 1, 9);
        assert_eq!(consent.encryption_key.0, *new.encryption_public(2).as_bytes());
        let again: MoveConsent = consent.to_string().parse().unwrap();
        let statement = MoveStatement {
            genesis: &[7; 32],
            member: MemberId(1001),
            to: &again.to,
            encryption_key: again.encryption_key,
            expires_at: 9,
        };
        assert!(verifies(&again.signature, &statement.text(), again.to));
    }

    #[test]
    fn what_is_no_voucher_is_refused() {
        let voucher = Voucher::sign(&Identity::from_uri("//Dave").unwrap(), [7; 32], MemberId(1003), &[1; 32], 9);
        let text = voucher.to_string();
        for text in ["", "0x", "voucher", &text[2..], &text[..text.len() - 2], &format!("{text}00")] {
            let refused = text.parse::<Voucher>().unwrap_err();
            assert_eq!(refused.to_string(), "this is no voucher");
        }
    }
}
