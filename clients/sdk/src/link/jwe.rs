//! Compact JWE (RFC 7516) with `alg: dir` and `enc: A256GCM`: what a link shows, encrypted under the link's own key.

use crate::error::{Error, Result};
use aes_gcm::{
    aead::{Aead, Payload},
    Aes256Gcm, KeyInit, Nonce,
};
use base64::{engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL, Engine as _};
use serde::{Deserialize, Serialize};

/// The length of an initialisation vector, in bytes.
const IV_BYTES: usize = 12;
/// The length of an authentication tag, in bytes.
const TAG_BYTES: usize = 16;
/// The most that a compressed content may grow to, in bytes: it comes from strangers.
const INFLATED_MAX: usize = 64 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    enc: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cty: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zip: Option<String>,
}

/// A decrypted content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The content's type, as its maker states it.
    pub content_type: Option<String>,
    /// The content.
    pub content: Vec<u8>,
}

/// Encrypts a content of this type, without compression.
///
/// # Errors
/// [`Error::Internal`] if the system gives no randomness.
pub fn encrypt(key: &[u8; 32], content_type: &str, content: &[u8]) -> Result<String> {
    let failed = Error::Internal("a content did not encrypt");
    let header = Header { alg: "dir".into(), enc: "A256GCM".into(), cty: Some(content_type.to_owned()), zip: None };
    let Ok(header) = serde_json::to_vec(&header) else { return Err(failed) };
    let header = BASE64URL.encode(header);
    let random = super::random()?;
    let Some(iv) = random.get(..IV_BYTES) else { return Err(failed) };
    let payload = Payload { msg: content, aad: header.as_bytes() };
    let Ok(mut ciphertext) = Aes256Gcm::new(key.into()).encrypt(Nonce::from_slice(iv), payload) else {
        return Err(failed);
    };
    let tag = ciphertext.split_off(content.len());
    Ok(format!("{header}..{}.{}.{}", BASE64URL.encode(iv), BASE64URL.encode(ciphertext), BASE64URL.encode(tag)))
}

/// Decrypts a content. One that was compressed (`zip: DEF`) is inflated.
///
/// # Errors
/// [`Error::UnreadableFile`].
pub fn decrypt(key: &[u8; 32], jwe: &str) -> Result<Opened> {
    let unreadable = |reason| Error::UnreadableFile { reason };
    let mut parts = jwe.trim().split('.');
    let (Some(header), Some(""), Some(iv), Some(ciphertext), Some(tag), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(unreadable("it is not a compact JWE under a key that both sides have"));
    };
    let decode = |part: &str| BASE64URL.decode(part).map_err(|_| unreadable("a part of it is not base64url"));
    let parsed: Header =
        serde_json::from_slice(&decode(header)?).map_err(|_| unreadable("its header is not one of a JWE"))?;
    if parsed.alg != "dir" || parsed.enc != "A256GCM" {
        return Err(unreadable("it is encrypted in another way than links are"));
    }
    let (iv, mut ciphertext, tag) = (decode(iv)?, decode(ciphertext)?, decode(tag)?);
    if iv.len() != IV_BYTES || tag.len() != TAG_BYTES {
        return Err(unreadable("a part of it has the wrong length"));
    }
    ciphertext.extend_from_slice(&tag);
    let payload = Payload { msg: &ciphertext, aad: header.as_bytes() };
    let content = Aes256Gcm::new(key.into())
        .decrypt(Nonce::from_slice(&iv), payload)
        .map_err(|_| unreadable("the link's key does not open it, or it was altered"))?;
    let content = match parsed.zip.as_deref() {
        None => content,
        Some("DEF") => miniz_oxide::inflate::decompress_to_vec_with_limit(&content, INFLATED_MAX)
            .map_err(|_| unreadable("it does not inflate, or to too much"))?,
        Some(_) => return Err(unreadable("it is compressed in a way that links do not know")),
    };
    Ok(Opened { content_type: parsed.cty, content })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_content_comes_back_under_its_key_and_no_other() {
        let jwe = encrypt(&[1; 32], "application/fhir+json", b"{}").unwrap();
        assert_eq!(jwe.split('.').count(), 5);
        let opened = decrypt(&[1; 32], &jwe).unwrap();
        assert_eq!(opened.content, b"{}");
        assert_eq!(opened.content_type.as_deref(), Some("application/fhir+json"));
        assert!(matches!(decrypt(&[2; 32], &jwe), Err(Error::UnreadableFile { .. })));
        assert_ne!(jwe, encrypt(&[1; 32], "application/fhir+json", b"{}").unwrap());
    }

    #[test]
    fn what_was_altered_or_is_encrypted_otherwise_is_refused() {
        let jwe = encrypt(&[1; 32], "application/fhir+json", b"synthetic").unwrap();
        for at in 0..jwe.len() {
            let mut altered = jwe.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            // The last character of a part has bits that decode to nothing.
            assert!(decrypt(&[1; 32], &altered).map_or(true, |opened| opened.content == b"synthetic"), "{at}");
        }
        let header = |text: &str| BASE64URL.encode(text);
        let rest = jwe.split_once('.').unwrap().1;
        for other in [r#"{"alg":"none","enc":"A256GCM"}"#, r#"{"alg":"dir","enc":"A128GCM"}"#, "x"] {
            assert!(decrypt(&[1; 32], &format!("{}.{rest}", header(other))).is_err());
        }
        for text in ["", "....", "a.b.c.d.e", "a..c.d"] {
            assert!(decrypt(&[1; 32], text).is_err());
        }
    }

    #[test]
    fn a_content_that_was_compressed_is_inflated_up_to_a_bound() {
        let compressed = |content: &[u8]| {
            let header = BASE64URL.encode(r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#);
            let deflated = miniz_oxide::deflate::compress_to_vec(content, 6);
            let payload = Payload { msg: &deflated, aad: header.as_bytes() };
            let mut sealed = Aes256Gcm::new(&[1; 32].into()).encrypt(Nonce::from_slice(&[0; 12]), payload).unwrap();
            let tag = sealed.split_off(deflated.len());
            format!("{header}..{}.{}.{}", BASE64URL.encode([0; 12]), BASE64URL.encode(sealed), BASE64URL.encode(tag))
        };
        assert_eq!(decrypt(&[1; 32], &compressed(b"synthetic")).unwrap().content, b"synthetic");
        assert!(decrypt(&[1; 32], &compressed(&vec![0; INFLATED_MAX + 1])).is_err());
    }
}
