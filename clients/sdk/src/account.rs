//! Who acts: a signing key and the encryption keys that follow from the same 32-byte seed.

use crate::error::{Error, Result};
use bip39::{Language, Mnemonic};
use medchain_sealing::keys::{EncryptionPublic, EncryptionSecret};
use sp_core::{
    crypto::{AccountId32, Pair as _, SecretStringError, Ss58Codec},
    sr25519,
};
use zeroize::Zeroizing;

/// An account's 32 bytes on chain; its text is SS58.
pub type AccountId = AccountId32;

/// How many words a new recovery phrase has.
const PHRASE_WORDS: usize = 12;

/// An account: its sr25519 signing key, and the seed from which its encryption keys follow.
///
/// From a recovery phrase, the seed is the BIP-39 *entropy* stretched by the Substrate derivation (not the BIP-39 seed), so
/// that the address is the one that polkadot.js shows. From a URI such as `//Alice`, it is the seed of the derived key:
/// hard derivation yields a seed for the key it makes, soft derivation does not and is refused.
#[derive(Clone)]
pub struct Identity {
    pair: sr25519::Pair,
    seed: Zeroizing<[u8; 32]>,
}

impl Identity {
    /// A new account and its recovery phrase of 12 English words.
    ///
    /// # Errors
    /// [`Error::Internal`] if the system gives no randomness.
    pub fn generate() -> Result<(Self, Zeroizing<String>)> {
        let phrase = Mnemonic::generate_in(Language::English, PHRASE_WORDS)
            .map_err(|_| Error::Internal("no recovery phrase could be generated"))?;
        let phrase = Zeroizing::new(phrase.to_string());
        Ok((Self::from_phrase(&phrase)?, phrase))
    }

    /// The account of a recovery phrase of 12 to 24 English words, without derivation or BIP-39 password.
    ///
    /// # Errors
    /// [`Error::MalformedPhrase`].
    pub fn from_phrase(phrase: &str) -> Result<Self> {
        let phrase = Zeroizing::new(phrase.split_whitespace().collect::<Vec<_>>().join(" "));
        let (pair, seed) = sr25519::Pair::from_phrase(&phrase, None).map_err(|_| Error::MalformedPhrase)?;
        Ok(Self { pair, seed: Zeroizing::new(seed) })
    }

    /// The account of a 32-byte seed in hexadecimal, with or without `0x`.
    ///
    /// # Errors
    /// [`Error::MalformedSeed`].
    pub fn from_seed_hex(text: &str) -> Result<Self> {
        let text = text.trim();
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), seed.as_mut_slice())
            .map_err(|_| Error::MalformedSeed)?;
        Ok(Self { pair: sr25519::Pair::from_seed(&seed), seed })
    }

    /// The account of a development URI: `//Alice`, `//Alice//1`, or a `0x` seed.
    ///
    /// # Errors
    /// [`Error::MalformedUri`], [`Error::MalformedSeed`], or [`Error::SoftDerivation`] for a URI with a soft junction,
    /// whose key has no seed.
    pub fn from_uri(uri: &str) -> Result<Self> {
        if !uri.starts_with("//") && !uri.starts_with("0x") {
            return Err(Error::MalformedUri);
        }
        let (pair, seed) = sr25519::Pair::from_string_with_seed(uri, None).map_err(|error| match error {
            SecretStringError::InvalidSeed => Error::MalformedSeed,
            _ => Error::MalformedUri,
        })?;
        let seed = Zeroizing::new(seed.ok_or(Error::SoftDerivation)?);
        Ok(Self { pair, seed })
    }

    /// The account's 32 bytes on chain.
    pub fn account(&self) -> AccountId32 {
        AccountId32::from(self.pair.public())
    }

    /// The account in SS58, prefix 42.
    pub fn address(&self) -> String {
        self.account().to_ss58check()
    }

    /// The secret encryption key of a version; the first version is 1.
    pub fn encryption_secret(&self, version: u32) -> EncryptionSecret {
        EncryptionSecret::from_seed(&self.seed, version)
    }

    /// The public encryption key of a version.
    pub fn encryption_public(&self, version: u32) -> EncryptionPublic {
        self.encryption_secret(version).public()
    }

    /// An sr25519 signature of raw bytes.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.pair.sign(bytes).0
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Identity").field(&self.address()).finish()
    }
}

impl<T> subxt::tx::Signer<T> for Identity
where
    T: subxt::Config<AccountId = subxt::utils::AccountId32, Signature = subxt::utils::MultiSignature>,
{
    fn account_id(&self) -> T::AccountId {
        subxt::utils::AccountId32(self.pair.public().0)
    }

    fn sign(&self, payload: &[u8]) -> T::Signature {
        subxt::utils::MultiSignature::Sr25519(self.pair.sign(payload).0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

    #[test]
    fn addresses_are_those_of_other_substrate_programs() {
        assert_eq!(
            Identity::from_uri("//Alice").unwrap().address(),
            "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
        );
        assert_eq!(Identity::from_uri("//Bob").unwrap().address(), "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty");
        assert_eq!(
            Identity::from_phrase(PHRASE).unwrap().address(),
            "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV"
        );
    }

    #[test]
    fn a_phrase_and_its_seed_are_the_same_account() {
        let seed = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
        let (by_phrase, by_seed) = (Identity::from_phrase(PHRASE).unwrap(), Identity::from_seed_hex(seed).unwrap());
        assert_eq!(by_phrase.address(), by_seed.address());
        assert_eq!(by_phrase.encryption_public(1), by_seed.encryption_public(1));
        assert_eq!(by_seed.address(), Identity::from_uri(seed).unwrap().address());
    }

    #[test]
    fn a_derived_account_has_a_seed_that_makes_it() {
        let alice = Identity::from_uri("//Alice").unwrap();
        let again = Identity::from_seed_hex(&hex::encode(*alice.seed)).unwrap();
        assert_eq!(alice.address(), again.address());
        assert_ne!(alice.encryption_public(1), alice.encryption_public(2));
    }

    #[test]
    fn a_softly_derived_account_is_refused() {
        assert!(matches!(Identity::from_uri("//Alice/soft"), Err(Error::SoftDerivation)));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(matches!(Identity::from_uri("Alice"), Err(Error::MalformedUri)));
        assert!(matches!(Identity::from_uri("0x12"), Err(Error::MalformedSeed)));
        assert!(matches!(Identity::from_phrase("one two three"), Err(Error::MalformedPhrase)));
        assert!(matches!(Identity::from_seed_hex("zz"), Err(Error::MalformedSeed)));
    }

    #[test]
    fn a_new_account_comes_back_from_its_phrase_however_it_is_spaced() {
        let (identity, phrase) = Identity::generate().unwrap();
        let spaced = format!("  {} ", phrase.replace(' ', "   "));
        assert_eq!(identity.address(), Identity::from_phrase(&spaced).unwrap().address());
    }

    #[test]
    fn an_identity_shows_no_secret_when_it_is_printed() {
        let shown = format!("{:?}", Identity::from_uri("//Alice").unwrap());
        assert_eq!(shown, "Identity(\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\")");
    }
}
