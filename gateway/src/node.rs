//! The institution's node. When it cannot be reached, nothing is served.

use medchain_primitives::MemberId;
use medchain_sdk::{Client, Error, Identity};
use serde_json::Value;
use std::{future::Future, time::Duration};
use tokio::sync::{RwLock, Semaphore};

/// How long a read may take.
const READ_WITHIN: Duration = Duration::from_secs(10);

/// How many reads are under way at once; others wait their turn. A connection takes so many and no more.
const READS_AT_ONCE: usize = 64;

/// The node does not answer, or not as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable;

/// The length of an authority in SCALE: its key, and its weight in eight bytes.
const AUTHORITY: usize = 40;

/// The keys of a list of authorities in SCALE, in hexadecimal.
fn keys_in(list: &[u8]) -> Vec<String> {
    // Before the authorities stands how many there are, in one, two or four bytes.
    let authorities = list.get(list.len() % AUTHORITY..).unwrap_or_default().chunks_exact(AUTHORITY);
    authorities.filter_map(|authority| authority.get(..32)).map(|key| format!("0x{}", hex::encode(key))).collect()
}

/// The connection to the node, made anew when it was lost.
pub struct Node {
    url: String,
    genesis: [u8; 32],
    institution: MemberId,
    connection: RwLock<Option<Client>>,
    turns: Semaphore,
}

impl Node {
    /// Over a connection to the node of this institution.
    ///
    /// # Errors
    /// What the node refuses; [`Error::NotAMember`] if the account is not registered.
    pub async fn connect(url: &str, identity: &Identity) -> Result<Self, Error> {
        let client = Client::connect(url).await?;
        let institution = client.member_of(&identity.account()).await?.id;
        let (genesis, url) = (client.genesis(), url.to_owned());
        let (connection, turns) = (RwLock::new(Some(client)), Semaphore::new(READS_AT_ONCE));
        Ok(Self { url, genesis, institution, connection, turns })
    }

    /// The hash of the chain's genesis block.
    pub fn genesis(&self) -> [u8; 32] {
        self.genesis
    }

    /// The ed25519 keys of who finalized the chain at genesis, in hexadecimal; none if the node has forgotten that state.
    pub async fn first_validators(&self) -> Vec<String> {
        let genesis = format!("0x{}", hex::encode(self.genesis));
        let parameters = ["GrandpaApi_grandpa_authorities", "0x", &genesis].map(Value::from);
        let answer = self.ask(|client| {
            let parameters = parameters.clone();
            async move { client.call::<String>("state_call", parameters).await }
        });
        let list = answer.await.ok().and_then(|list| hex::decode(list.trim_start_matches("0x")).ok());
        keys_in(&list.unwrap_or_default())
    }

    /// The institution's number.
    pub fn institution(&self) -> MemberId {
        self.institution
    }

    /// A connection.
    pub async fn client(&self) -> Result<Client, Unreachable> {
        if let Some(client) = self.connection.read().await.as_ref() {
            return Ok(client.clone());
        }
        let mut connection = self.connection.write().await;
        if let Some(client) = connection.as_ref() {
            return Ok(client.clone());
        }
        let connecting = Client::connect_to(&self.url, Some(self.genesis));
        let client = within(connecting).await?.map_err(|_| Unreachable)?;
        Ok(connection.insert(client).clone())
    }

    /// Gives a connection up that has failed.
    pub async fn give_up(&self) {
        *self.connection.write().await = None;
    }

    /// Asks the node something; a connection that was lost since is made anew once.
    pub async fn ask<T, F: Future<Output = Result<T, Error>>>(
        &self,
        read: impl Fn(Client) -> F,
    ) -> Result<T, Unreachable> {
        let _turn = self.turns.acquire().await.map_err(|_| Unreachable)?;
        for _ in 0..2 {
            match within(read(self.client().await?)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(Error::ConnectionLost)) | Err(Unreachable) => self.give_up().await,
                Ok(Err(_)) => return Err(Unreachable),
            }
        }
        Err(Unreachable)
    }
}

async fn within<T>(work: impl Future<Output = T>) -> Result<T, Unreachable> {
    tokio::time::timeout(READ_WITHIN, work).await.map_err(|_| Unreachable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_authorities_are_read_whatever_their_number() {
        let listed = |count: u8, prefix: &[u8]| {
            let mut list = prefix.to_vec();
            (0..count).for_each(|at| list.extend([[at; 32].as_slice(), &[1, 0, 0, 0, 0, 0, 0, 0]].concat()));
            keys_in(&list)
        };
        assert_eq!(listed(1, &[4]), [format!("0x{}", "00".repeat(32))]);
        let many = listed(70, &[0x19, 0x01]);
        assert_eq!((many.len(), many.last()), (70, Some(&format!("0x{}", "45".repeat(32)))));
        assert!(listed(0, &[0]).is_empty() && keys_in(&[]).is_empty());
    }
}
