//! Openings on chain. They go out in rounds, so that the account's transactions keep their order and no more go out for a
//! link than it has openings left. Nobody is answered before the opening is final: what was served is in the log, whatever
//! happens to this program.

use crate::node::Node;
use futures::future::join_all;
use medchain_primitives::{LinkId, LinkStatus, MemberId};
use medchain_runtime_api::LinkView;
use medchain_sdk::{
    chain::calls,
    client::{MemberSelector, Wait},
    link::RecipientContext,
    proof::ProvenKey,
    Client, Error, Identity,
};
use std::{
    collections::{hash_map::Entry, HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// How many openings one round has: their weight must fit into an institution's quota.
const ROUND: usize = 16;
/// How many openings may wait.
const WAITING: usize = 4096;
/// How long a round may take. Later the answer is that it could not be done; the opening may be logged all the same.
const ROUND_WITHIN: Duration = Duration::from_secs(60);

/// How an opening ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is final; the link is given as it stands after it.
    Opened(Box<LinkView>),
    /// The link cannot be opened.
    Inactive,
    /// The chain could not be asked, or did not answer in time.
    Unavailable,
}

/// Too many openings wait.
#[derive(Debug)]
pub struct Busy;

struct Asked {
    link: LinkId,
    recipient: String,
    answer: oneshot::Sender<Outcome>,
}

/// Where openings are asked for.
#[derive(Clone)]
pub struct Opener(mpsc::Sender<Asked>);

impl Opener {
    /// Starts the task that opens.
    pub fn start(node: Arc<Node>, identity: Arc<Identity>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(run(node, identity, receiver));
        Self(sender)
    }

    /// Opens a link for a recipient and waits until that is final.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn open(&self, link: LinkId, recipient: String) -> Result<Outcome, Busy> {
        let (answer, outcome) = oneshot::channel();
        self.0.try_send(Asked { link, recipient, answer }).map_err(|_| Busy)?;
        Ok(outcome.await.unwrap_or(Outcome::Unavailable))
    }
}

async fn run(node: Arc<Node>, identity: Arc<Identity>, mut asked: mpsc::Receiver<Asked>) {
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            match asked.recv().await {
                Some(first) => waiting.push_back(first),
                None => return,
            }
        }
        while let Ok(next) = asked.try_recv() {
            waiting.push_back(next);
        }
        // Whoever has gone away meanwhile uses up no opening.
        waiting.retain(|one: &Asked| !one.answer.is_closed());
        let Ok(client) = node.client().await else {
            refuse_all(&mut waiting);
            continue;
        };
        if round(&client, node.institution(), &identity, &mut waiting).await.is_err() {
            node.give_up().await;
            refuse_all(&mut waiting);
        }
    }
}

fn refuse_all(waiting: &mut VecDeque<Asked>) {
    for one in waiting.drain(..) {
        let _ = one.answer.send(Outcome::Unavailable);
    }
}

/// Opens as many as one round takes; refuses those whose link cannot be opened; leaves the others waiting.
async fn round(
    client: &Client,
    institution: MemberId,
    identity: &Identity,
    waiting: &mut VecDeque<Asked>,
) -> Result<(), Error> {
    let mut views: HashMap<LinkId, Option<LinkView>> = HashMap::new();
    let mut chosen = Vec::new();
    let mut rest = VecDeque::new();
    let mut begun: HashMap<LinkId, u32> = HashMap::new();
    for one in in_turn(waiting.drain(..)) {
        let view = match views.get(&one.link) {
            Some(view) => view.clone(),
            None => {
                let view = match client.link(one.link).await {
                    Ok(view) => Some(view),
                    Err(Error::Unknown { .. }) => None,
                    Err(error) => {
                        let _ = one.answer.send(Outcome::Unavailable);
                        return Err(error);
                    }
                };
                views.entry(one.link).or_insert(view).clone()
            }
        };
        let Some(view) = view.filter(|view| view.status == LinkStatus::Active && view.host == institution) else {
            let _ = one.answer.send(Outcome::Inactive);
            continue;
        };
        let begun = begun.entry(one.link).or_default();
        if chosen.len() < ROUND && *begun < view.openings_left {
            *begun += 1;
            chosen.push((one, view));
        } else {
            rest.push_back(one);
        }
    }
    *waiting = rest;
    if chosen.is_empty() {
        return Ok(());
    }

    let mut keys: HashMap<MemberId, ProvenKey> = HashMap::new();
    for (_, view) in &chosen {
        if let Entry::Vacant(key) = keys.entry(view.patient) {
            key.insert(client.proven_member(&MemberSelector::Number(view.patient)).await?.key);
        }
    }
    let first = client.next_nonce(identity).await?;
    let openings = (first..).zip(chosen).map(|(nonce, (one, view))| {
        let key = keys.get(&view.patient);
        async move {
            let Asked { link, recipient, answer } = one;
            let outcome = match key {
                Some(key) => open(client, identity, &view, &recipient, key, nonce).await,
                None => Outcome::Unavailable,
            };
            if outcome == Outcome::Unavailable {
                eprintln!("warning: an opening of link {link} is not final in time");
            }
            let _ = answer.send(outcome);
        }
    });
    join_all(openings).await;
    Ok(())
}

/// The first that waits for each link, then the second for each, and so on: nobody's link waits for another's crowd.
fn in_turn(waiting: impl Iterator<Item = Asked>) -> Vec<Asked> {
    let mut ahead: HashMap<LinkId, usize> = HashMap::new();
    let mut ranked: Vec<_> = waiting
        .map(|one| {
            let rank = ahead.entry(one.link).or_default();
            *rank += 1;
            (*rank, one)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, one)| one).collect()
}

async fn open(
    client: &Client,
    identity: &Identity,
    view: &LinkView,
    recipient: &str,
    key: &ProvenKey,
    nonce: u64,
) -> Outcome {
    let context = RecipientContext { genesis: client.genesis(), commitment: view.commitment };
    let Ok(sealed) = context.seal(recipient, key) else { return Outcome::Unavailable };
    let call = calls::open_link(view.id, sealed);
    let submitted = client.submit_with_nonce(&call, identity, nonce, Wait::Finalized, &|_| {});
    match tokio::time::timeout(ROUND_WITHIN, submitted).await {
        Ok(Ok(submitted)) if submitted.finalized => match client.link(view.id).await {
            Ok(after) => Outcome::Opened(Box::new(after)),
            Err(_) => Outcome::Unavailable,
        },
        // The chain has decided against it: another gateway took the last opening, or the patient took the link back.
        Ok(Err(Error::Dispatch { error, .. })) if error != "RecipientKeyNotCurrent" => Outcome::Inactive,
        _ => Outcome::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_many_open_does_not_keep_another_waiting() {
        let asked = |link| Asked { link: LinkId(link), recipient: String::new(), answer: oneshot::channel().0 };
        let order: Vec<_> = in_turn([1, 1, 1, 2, 1, 3].map(asked).into_iter()).iter().map(|one| one.link.0).collect();
        assert_eq!(order, [1, 2, 3, 1, 1, 1]);
    }
}
