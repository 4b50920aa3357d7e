//! Passcodes, kept as argon2id hashes.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use medchain_sdk::link::SecretText;
use rand::{rngs::OsRng, RngCore};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

/// Memory in KiB, passes and lanes: the least that OWASP names for argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// What a kept hash begins with; names the algorithm and its cost.
const PREFIX: &str = "argon2id-19456-2-1:";
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// How many hashes are computed at once.
const AT_ONCE: usize = 4;

/// The shortest passcode, in characters.
pub const PASSCODE_MIN: usize = 4;
/// The longest passcode, in characters.
pub const PASSCODE_MAX: usize = 64;

static COMPUTING: Semaphore = Semaphore::const_new(AT_ONCE);

/// The passcode could not be hashed.
#[derive(Debug)]
pub struct HashFailed;

/// What is kept of a passcode.
pub async fn hash(passcode: &SecretText) -> Result<String, HashFailed> {
    let mut salt = [0; SALT_BYTES];
    OsRng.try_fill_bytes(&mut salt).map_err(|_| HashFailed)?;
    let hash = compute(passcode.clone(), salt).await?;
    Ok(format!("{PREFIX}{}{}", hex::encode(salt), hex::encode(hash)))
}

/// Whether this is the passcode of which this was kept.
pub async fn verify(passcode: &SecretText, kept: &str) -> Result<bool, HashFailed> {
    let mut bytes = [0; SALT_BYTES + HASH_BYTES];
    let digits = kept.strip_prefix(PREFIX).ok_or(HashFailed)?;
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| HashFailed)?;
    let (salt, expected) = bytes.split_at(SALT_BYTES);
    let salt = salt.try_into().map_err(|_| HashFailed)?;
    let found = compute(passcode.clone(), salt).await?;
    Ok(found.ct_eq(expected).into())
}

async fn compute(passcode: SecretText, salt: [u8; SALT_BYTES]) -> Result<[u8; HASH_BYTES], HashFailed> {
    let _turn = COMPUTING.acquire().await.map_err(|_| HashFailed)?;
    let computing = tokio::task::spawn_blocking(move || {
        let (memory, passes, lanes) = COST;
        let params = Params::new(memory, passes, lanes, Some(HASH_BYTES)).map_err(|_| HashFailed)?;
        let mut blocks = vec![Block::new(); params.block_count()];
        let mut hash = [0; HASH_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(passcode.as_bytes(), &salt, &mut hash, &mut blocks)
            .map_err(|_| HashFailed)?;
        Ok(hash)
    });
    computing.await.map_err(|_| HashFailed)?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn only_the_passcode_itself_is_accepted_and_nothing_of_it_is_kept() {
        let passcode = SecretText::from("4711-Basel".to_owned());
        let kept = hash(&passcode).await.unwrap();
        assert!(!kept.contains("4711") && kept != hash(&passcode).await.unwrap());
        assert!(verify(&passcode, &kept).await.unwrap());
        assert!(!verify(&SecretText::from("4711-basel".to_owned()), &kept).await.unwrap());
        assert!(verify(&passcode, "argon2id-19456-2-1:00").await.is_err());
    }
}
