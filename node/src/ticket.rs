//! Tickets: what a member signs so that a node takes or serves one content.
//!
//! The node gives out a challenge, the member signs [`TicketClaims::text`] over it, and every `vault_*` call carries the
//! ticket. Nothing is kept per ticket: a challenge is a keyed hash of the time, so that any number of them can be
//! outstanding, and a restart of the node makes all of them void.

use codec::DecodeAll;
use medchain_primitives::{limits::TICKET_LIFETIME_MAX, Moment, TicketClaims, TicketOperation, MINUTE};
use medchain_vault::ContentRoot;
use rand::{rngs::OsRng, RngCore};
use serde::{Deserialize, Serialize};
use sp_core::crypto::Ss58Codec;
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::Verify, AccountId32, MultiSignature};

/// How long one challenge is given out, in milliseconds. It is accepted for as long again.
const CHALLENGE_PERIOD: Moment = 10 * MINUTE;

/// The longest text of a field, in bytes; longer ones are not looked at.
const FIELD_MAX: usize = 256;

/// A ticket as it comes in JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    /// The signing account, in SS58.
    pub account: String,
    /// `store` or `read`.
    pub operation: String,
    /// The content's CIDv1.
    pub content: String,
    /// The node's challenge, 32 bytes in hexadecimal.
    pub challenge: String,
    /// When the ticket ends, in milliseconds by the node's clock.
    pub expires_at: Moment,
    /// A SCALE-encoded `MultiSignature` in hexadecimal: `0x01` and 64 bytes for sr25519, `0x00` and 64 for ed25519,
    /// `0x02` and 65 for ECDSA.
    pub signature: String,
    /// The genesis hash of the chain that the ticket is for. Optional: with it, a ticket for another chain is refused
    /// as that; without it, as forged.
    #[serde(default)]
    pub genesis: Option<String>,
}

/// What a valid ticket says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// Who signed.
    pub account: AccountId32,
    /// For which content.
    pub content: ContentRoot,
}

/// Why a ticket is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketRefusal {
    /// A field cannot be read.
    #[error("the ticket's {0} cannot be read")]
    Malformed(&'static str),
    /// The ticket names another chain.
    #[error("the ticket is for another chain")]
    WrongChain,
    /// The ticket is for the other operation.
    #[error("the ticket is for another operation")]
    WrongOperation,
    /// The ticket is for another content.
    #[error("the ticket is for another content")]
    WrongContent,
    /// This node did not give out the challenge, or too long ago.
    #[error("this node does not know the ticket's challenge, or no longer")]
    UnknownChallenge,
    /// The ticket has ended.
    #[error("the ticket has expired")]
    Expired,
    /// The ticket would be valid for too long.
    #[error("the ticket would be valid for too long")]
    LifetimeTooLong,
    /// The signature is not the account's over these claims.
    #[error("the signature is not the account's over this chain, operation, content, challenge and end")]
    Forged,
}

impl TicketRefusal {
    /// The reason as it stands in the error's data.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::WrongChain => "wrongChain",
            Self::WrongOperation => "wrongOperation",
            Self::WrongContent => "wrongContent",
            Self::UnknownChallenge => "unknownChallenge",
            Self::Expired => "expired",
            Self::LifetimeTooLong => "lifetimeTooLong",
            Self::Forged => "forged",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Malformed(_) => "build the ticket as docs/rpc.md describes",
            Self::WrongChain => "sign over the genesis hash that vault_challenge returns",
            Self::WrongOperation => "store with a ticket for \"store\", read with one for \"read\"",
            Self::WrongContent => "sign a ticket for the content that the call is about",
            Self::UnknownChallenge => "fetch a fresh challenge with vault_challenge and sign again",
            Self::Expired => "sign a ticket that ends later; compare your clock with the now of vault_challenge",
            Self::LifetimeTooLong => "let the ticket end at most ticketLifetimeMax after the now of vault_challenge",
            Self::Forged => "sign the text that docs/rpc.md gives, to the letter, with the account's own key",
        }
    }
}

/// Gives out challenges and checks tickets.
pub struct TicketGate {
    genesis: [u8; 32],
    secret: [u8; 32],
}

impl TicketGate {
    /// A gate for the chain with this genesis hash, with a secret of its own.
    pub fn new(genesis: [u8; 32]) -> Self {
        let mut secret = [0; 32];
        OsRng.fill_bytes(&mut secret);
        Self { genesis, secret }
    }

    /// The genesis hash that tickets must be for.
    pub fn genesis(&self) -> [u8; 32] {
        self.genesis
    }

    /// The challenge that is given out at `now`.
    pub fn challenge(&self, now: Moment) -> [u8; 32] {
        self.challenge_of(now / CHALLENGE_PERIOD)
    }

    // BLAKE2 with the secret in front is a keyed hash: it has no length extension.
    fn challenge_of(&self, period: u64) -> [u8; 32] {
        let mut preimage = Vec::with_capacity(72);
        preimage.extend_from_slice(&self.secret);
        preimage.extend_from_slice(&self.genesis);
        preimage.extend_from_slice(&period.to_le_bytes());
        blake2_256(&preimage)
    }

    /// Checks a ticket for `operation` at `now` and says whose it is. Whether its content is the one that the call is
    /// about is for the caller to check.
    ///
    /// # Errors
    /// The first thing that is wrong; the signature is checked last.
    pub fn verify(&self, ticket: &Ticket, operation: TicketOperation, now: Moment) -> Result<Bearer, TicketRefusal> {
        self.verify_by(ticket, operation, now, true)
    }

    /// The same for a ticket that its bearer has given to another node, over a challenge of that node. Whoever has seen it
    /// can show it until it ends: take it only for what is of use to its bearer alone.
    ///
    /// # Errors
    /// As [`TicketGate::verify`], but never [`TicketRefusal::UnknownChallenge`].
    pub fn verify_forwarded(
        &self,
        ticket: &Ticket,
        operation: TicketOperation,
        now: Moment,
    ) -> Result<Bearer, TicketRefusal> {
        self.verify_by(ticket, operation, now, false)
    }

    fn verify_by(
        &self,
        ticket: &Ticket,
        operation: TicketOperation,
        now: Moment,
        by_own_challenge: bool,
    ) -> Result<Bearer, TicketRefusal> {
        let account = bounded(&ticket.account, "account")
            .and_then(|text| AccountId32::from_ss58check(text).map_err(|_| TicketRefusal::Malformed("account")))?;
        let content = bounded(&ticket.content, "content")
            .and_then(|text| ContentRoot::parse_cid(text).map_err(|_| TicketRefusal::Malformed("content")))?;
        // One content, one text: the member signs what the wallet shows.
        if content.to_string() != ticket.content {
            return Err(TicketRefusal::Malformed("content"));
        }
        let challenge = hash(&ticket.challenge, "challenge")?;
        let signature = bounded(&ticket.signature, "signature")
            .and_then(|text| bytes(text).ok_or(TicketRefusal::Malformed("signature")))
            .and_then(|bytes| {
                MultiSignature::decode_all(&mut bytes.as_slice()).map_err(|_| TicketRefusal::Malformed("signature"))
            })?;
        if let Some(genesis) = &ticket.genesis {
            if hash(genesis, "genesis")? != self.genesis {
                return Err(TicketRefusal::WrongChain);
            }
        }
        if ticket.operation != operation.name() {
            return Err(TicketRefusal::WrongOperation);
        }
        let period = now / CHALLENGE_PERIOD;
        let is_own =
            || challenge == self.challenge_of(period) || challenge == self.challenge_of(period.saturating_sub(1));
        if by_own_challenge && !is_own() {
            return Err(TicketRefusal::UnknownChallenge);
        }
        if ticket.expires_at <= now {
            return Err(TicketRefusal::Expired);
        }
        if ticket.expires_at > now.saturating_add(TICKET_LIFETIME_MAX) {
            return Err(TicketRefusal::LifetimeTooLong);
        }
        let claims = TicketClaims {
            genesis: self.genesis,
            operation,
            content: &ticket.content,
            challenge,
            expires_at: ticket.expires_at,
        };
        let signed = signature.verify(claims.text().as_bytes(), &account)
            || signature.verify(claims.wrapped_text().as_bytes(), &account);
        if signed {
            Ok(Bearer { account, content })
        } else {
            Err(TicketRefusal::Forged)
        }
    }
}

fn bounded<'a>(text: &'a str, field: &'static str) -> Result<&'a str, TicketRefusal> {
    if text.len() > FIELD_MAX {
        return Err(TicketRefusal::Malformed(field));
    }
    Ok(text)
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok())
}

fn hash(text: &str, field: &'static str) -> Result<[u8; 32], TicketRefusal> {
    bounded(text, field)
        .ok()
        .and_then(bytes)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(TicketRefusal::Malformed(field))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use codec::Encode;
    use medchain_primitives::HOUR;
    use sp_core::{ecdsa, ed25519, sr25519, Pair};
    use sp_runtime::traits::IdentifyAccount;
    use sp_runtime::MultiSigner;

    const GENESIS: [u8; 32] = [7; 32];
    const NOW: Moment = 1_800_000_000_000;

    fn gate() -> TicketGate {
        TicketGate::new(GENESIS)
    }

    fn content() -> ContentRoot {
        ContentRoot([9; 32])
    }

    fn patient() -> sr25519::Pair {
        sr25519::Pair::from_string("//Patient", None).unwrap()
    }

    fn account(signer: impl Into<MultiSigner>) -> AccountId32 {
        signer.into().into_account()
    }

    /// What the patient would send for reading, unsigned.
    fn unsigned(gate: &TicketGate) -> Ticket {
        Ticket {
            account: account(patient().public()).to_ss58check(),
            operation: "read".into(),
            content: content().to_string(),
            challenge: format!("0x{}", hex::encode(gate.challenge(NOW))),
            expires_at: NOW + HOUR / 2,
            signature: String::new(),
            genesis: None,
        }
    }

    fn claims_text(ticket: &Ticket, genesis: [u8; 32]) -> (String, String) {
        let claims = TicketClaims {
            genesis,
            operation: if ticket.operation == "store" { TicketOperation::Store } else { TicketOperation::Read },
            content: &ticket.content,
            challenge: hash(&ticket.challenge, "challenge").unwrap(),
            expires_at: ticket.expires_at,
        };
        (claims.text(), claims.wrapped_text())
    }

    fn signed_by(mut ticket: Ticket, sign: impl FnOnce(&[u8]) -> MultiSignature) -> Ticket {
        let (text, _) = claims_text(&ticket, GENESIS);
        ticket.signature = format!("0x{}", hex::encode(sign(text.as_bytes()).encode()));
        ticket
    }

    fn signed(ticket: Ticket) -> Ticket {
        signed_by(ticket, |text| patient().sign(text).into())
    }

    fn refusal(gate: &TicketGate, ticket: &Ticket) -> TicketRefusal {
        gate.verify(ticket, TicketOperation::Read, NOW).unwrap_err()
    }

    #[test]
    fn the_patient_s_ticket_is_accepted_and_names_her_and_the_content() {
        let gate = gate();
        let bearer = gate.verify(&signed(unsigned(&gate)), TicketOperation::Read, NOW).unwrap();
        assert_eq!(bearer, Bearer { account: account(patient().public()), content: content() });
    }

    #[test]
    fn a_wallet_that_wraps_what_it_signs_is_accepted() {
        let gate = gate();
        let mut ticket = unsigned(&gate);
        let (_, wrapped) = claims_text(&ticket, GENESIS);
        let signature = MultiSignature::from(patient().sign(wrapped.as_bytes()));
        ticket.signature = format!("0x{}", hex::encode(signature.encode()));
        assert!(gate.verify(&ticket, TicketOperation::Read, NOW).is_ok());
    }

    #[test]
    fn all_three_kinds_of_keys_can_sign() {
        let gate = gate();
        let by_ed25519 = ed25519::Pair::from_string("//Patient", None).unwrap();
        let by_ecdsa = ecdsa::Pair::from_string("//Patient", None).unwrap();

        let mut ticket = unsigned(&gate);
        ticket.account = account(by_ed25519.public()).to_ss58check();
        let ticket = signed_by(ticket, |text| by_ed25519.sign(text).into());
        assert!(gate.verify(&ticket, TicketOperation::Read, NOW).is_ok());

        let mut ticket = unsigned(&gate);
        ticket.account = account(by_ecdsa.public()).to_ss58check();
        let ticket = signed_by(ticket, |text| by_ecdsa.sign(text).into());
        assert!(gate.verify(&ticket, TicketOperation::Read, NOW).is_ok());
    }

    #[test]
    fn a_stranger_cannot_sign_for_the_patient() {
        let gate = gate();
        let stranger = sr25519::Pair::from_string("//Stranger", None).unwrap();
        let ticket = signed_by(unsigned(&gate), |text| stranger.sign(text).into());
        assert_eq!(refusal(&gate, &ticket), TicketRefusal::Forged);
    }

    #[test]
    fn a_ticket_changed_after_signing_is_forged() {
        let gate = gate();
        let ticket = signed(unsigned(&gate));
        let longer = Ticket { expires_at: ticket.expires_at + 1, ..ticket.clone() };
        assert_eq!(refusal(&gate, &longer), TicketRefusal::Forged);
        let other_content = Ticket { content: ContentRoot([8; 32]).to_string(), ..ticket };
        assert_eq!(refusal(&gate, &other_content), TicketRefusal::Forged);
    }

    #[test]
    fn a_ticket_for_another_chain_is_refused_as_that_when_it_says_so() {
        let gate = gate();
        let mut ticket = unsigned(&gate);
        let (text, _) = claims_text(&ticket, [6; 32]);
        let signature = MultiSignature::from(patient().sign(text.as_bytes()));
        ticket.signature = format!("0x{}", hex::encode(signature.encode()));
        assert_eq!(refusal(&gate, &ticket), TicketRefusal::Forged);
        ticket.genesis = Some(format!("0x{}", "06".repeat(32)));
        assert_eq!(refusal(&gate, &ticket), TicketRefusal::WrongChain);
    }

    #[test]
    fn a_ticket_for_the_other_operation_is_refused() {
        let gate = gate();
        let ticket = signed(Ticket { operation: "store".into(), ..unsigned(&gate) });
        assert_eq!(refusal(&gate, &ticket), TicketRefusal::WrongOperation);
        assert!(gate.verify(&ticket, TicketOperation::Store, NOW).is_ok());
        let ticket = signed(Ticket { operation: "erase".into(), ..unsigned(&gate) });
        assert_eq!(refusal(&gate, &ticket), TicketRefusal::WrongOperation);
    }

    #[test]
    fn a_challenge_is_accepted_for_two_periods_and_by_its_own_node_only() {
        let gate = gate();
        let ticket = signed(unsigned(&gate));
        let start = NOW / CHALLENGE_PERIOD * CHALLENGE_PERIOD;
        let last = start + 2 * CHALLENGE_PERIOD - 1;
        assert!(gate.verify(&ticket, TicketOperation::Read, last).is_ok());
        assert_eq!(gate.verify(&ticket, TicketOperation::Read, last + 1), Err(TicketRefusal::UnknownChallenge));
        assert_eq!(refusal(&TicketGate::new(GENESIS), &ticket), TicketRefusal::UnknownChallenge);
    }

    #[test]
    fn a_ticket_ends_and_cannot_be_made_to_last() {
        let gate = gate();
        let ticket = signed(Ticket { expires_at: NOW, ..unsigned(&gate) });
        assert_eq!(refusal(&gate, &ticket), TicketRefusal::Expired);
        let ticket = signed(Ticket { expires_at: NOW + TICKET_LIFETIME_MAX, ..unsigned(&gate) });
        assert!(gate.verify(&ticket, TicketOperation::Read, NOW).is_ok());
        let ticket = signed(Ticket { expires_at: NOW + TICKET_LIFETIME_MAX + 1, ..unsigned(&gate) });
        assert_eq!(refusal(&gate, &ticket), TicketRefusal::LifetimeTooLong);
        let ticket = signed(Ticket { expires_at: Moment::MAX, ..unsigned(&gate) });
        assert_eq!(refusal(&gate, &ticket), TicketRefusal::LifetimeTooLong);
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_name() {
        let gate = gate();
        let good = signed(unsigned(&gate));
        let long = "1".repeat(FIELD_MAX + 1);
        for (field, tickets) in [
            (
                "account",
                vec!["", "alice", &long]
                    .into_iter()
                    .map(|text| Ticket { account: text.into(), ..good.clone() })
                    .collect::<Vec<_>>(),
            ),
            (
                "content",
                // No CID, a raw leaf's, the right one in another base, and one that is too long.
                vec![
                    "",
                    "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
                    &content().to_string().to_uppercase(),
                    &long,
                ]
                .into_iter()
                .map(|text| Ticket { content: text.into(), ..good.clone() })
                .collect(),
            ),
            (
                "challenge",
                vec!["", "0x00", &long]
                    .into_iter()
                    .map(|text| Ticket { challenge: text.into(), ..good.clone() })
                    .collect(),
            ),
            (
                "signature",
                vec!["", "0x", "0x01", &good.signature[2..], &format!("{}00", good.signature), &long]
                    .into_iter()
                    .map(|text| Ticket { signature: text.into(), ..good.clone() })
                    .collect(),
            ),
            ("genesis", vec![Ticket { genesis: Some("0x".into()), ..good.clone() }]),
        ] {
            for ticket in tickets {
                assert_eq!(refusal(&gate, &ticket), TicketRefusal::Malformed(field), "{ticket:?}");
            }
        }
    }
}
