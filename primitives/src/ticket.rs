//! The text that a member signs to store or read content. Readable, because wallets show it.

use crate::Moment;
use alloc::{format, string::String};
use sp_core::bytes::to_hex;

/// What a ticket lets its bearer do with one content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketOperation {
    /// Store a content and its envelope.
    Store,
    /// Read a content and its envelope, and have its committee half released.
    Read,
}

impl TicketOperation {
    /// The name in the signed text and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Read => "read",
        }
    }
}

/// What a ticket says. It binds the chain, the operation, the content, the node's challenge and an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketClaims<'a> {
    /// The chain's genesis hash.
    pub genesis: [u8; 32],
    /// What may be done.
    pub operation: TicketOperation,
    /// The content's CIDv1 in its standard text form.
    pub content: &'a str,
    /// The node's challenge.
    pub challenge: [u8; 32],
    /// When the ticket ends, in milliseconds by the node's clock.
    pub expires_at: Moment,
}

impl TicketClaims<'_> {
    /// The text to sign, in UTF-8. Wallets that wrap raw bytes sign [`Self::wrapped_text`] instead.
    pub fn text(&self) -> String {
        format!(
            "medchain ticket v1\nchain: {}\noperation: {}\ncontent: {}\nchallenge: {}\nexpires: {}",
            to_hex(&self.genesis, false),
            self.operation.name(),
            self.content,
            to_hex(&self.challenge, false),
            self.expires_at
        )
    }

    /// The text as wallets sign it: between `<Bytes>` and `</Bytes>`.
    pub fn wrapped_text(&self) -> String {
        format!("<Bytes>{}</Bytes>", self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_text_names_every_claim() {
        let claims = TicketClaims {
            genesis: [0x11; 32],
            operation: TicketOperation::Read,
            content: "bafy",
            challenge: [0xab; 32],
            expires_at: 1_700_000_000_000,
        };
        let text = claims.text();
        assert_eq!(
            text,
            format!(
                "medchain ticket v1\nchain: 0x{}\noperation: read\ncontent: bafy\nchallenge: 0x{}\nexpires: 1700000000000",
                "11".repeat(32),
                "ab".repeat(32)
            )
        );
        assert_eq!(claims.wrapped_text(), format!("<Bytes>{text}</Bytes>"));
    }
}
