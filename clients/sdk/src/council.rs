//! The council: its motions and votes, the sets that it keeps, and the validators' session keys.

use crate::{
    account::{AccountId, Identity},
    chain::{calls, events},
    client::{Client, Stage, Submitted, Wait},
    error::{Error, Result},
};
use codec::{Compact, Decode, Encode};
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use sp_core::crypto::Ss58Codec;
use sp_runtime::DispatchError;
use subxt::{
    ext::{
        scale_encode::{self, EncodeAsFields, FieldIter, TypeResolver},
        scale_value::{self, Composite, Primitive, ValueDef},
    },
    tx::Payload,
    Metadata,
};

/// The weight that the call of a motion may have when it is closed, in picoseconds: half a block, as the runtime says.
const MOTION_WEIGHT_MAX: u64 = 666_000_000_000;

/// The hash by which the council authorises a runtime's code.
pub fn code_hash(code: &[u8]) -> [u8; 32] {
    sp_crypto_hashing::blake2_256(code)
}

/// How many votes a motion needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Majority {
    /// More than half of the council.
    MoreThanHalf,
    /// Two thirds of the council.
    TwoThirds,
}

impl Majority {
    /// The votes needed in a council of so many.
    pub fn votes(self, seats: usize) -> usize {
        match self {
            Self::MoreThanHalf => seats / 2 + 1,
            Self::TwoThirds => seats.saturating_mul(2).div_ceil(3),
        }
    }
}

/// A motion that is open.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Motion {
    /// Its number.
    pub number: u32,
    /// The hash of its call, hexadecimal.
    pub hash: String,
    /// The pallet and the call.
    pub call: String,
    /// The call's arguments.
    pub arguments: Value,
    /// How many votes it asks for.
    pub threshold: u32,
    /// Who has voted for it.
    pub yes: Vec<AccountId>,
    /// Who has voted against it.
    pub no: Vec<AccountId>,
    /// The block from which on it can be closed without the votes.
    pub ends_in: u32,
    /// Bytes of its call.
    #[serde(skip)]
    length: u32,
}

/// What became of a proposal.
#[derive(Debug)]
pub enum Proposed {
    /// The council is one: the call was dispatched at once.
    Carried(Submitted),
    /// The motion is open, with the proposer's vote.
    Open {
        /// Its number.
        number: u32,
        /// How many votes it needs.
        needed: usize,
        /// The transaction of the vote.
        vote: Submitted,
    },
}

/// An account that validates, or may once it has keys.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Validator {
    /// The account.
    pub account: AccountId,
    /// Whether the council's set has it: it validates from the next session on, if it has keys.
    pub admitted: bool,
    /// Whether it validates in this session.
    pub validating: bool,
    /// The session keys that it has registered, hexadecimal.
    pub keys: Option<String>,
}

/// A proven offence that the council has not acknowledged.
#[derive(Clone, Debug, Decode, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Offence {
    /// Who committed it.
    pub validator: AccountId,
    /// The session in which it was committed.
    pub session: u32,
    /// The block in which it was proven.
    pub proven_in: u32,
    /// Whether the validator was removed for it.
    pub removed: bool,
}

/// New session keys that a node has made and keeps.
#[derive(Debug, Deserialize)]
struct GeneratedKeys {
    keys: String,
    proof: Option<String>,
}

/// How `pallet-collective` keeps votes.
#[derive(Decode)]
struct Votes {
    index: u32,
    threshold: u32,
    ayes: Vec<AccountId>,
    nays: Vec<AccountId>,
    end: u32,
}

/// A call whose arguments are encoded already.
struct Encoded {
    pallet: &'static str,
    call: &'static str,
    arguments: Arguments,
}

/// Encoded arguments.
struct Arguments(Vec<u8>);

impl EncodeAsFields for Arguments {
    fn encode_as_fields_to<R: TypeResolver>(
        &self,
        _: &mut dyn FieldIter<'_, R::TypeId>,
        _: &R,
        out: &mut Vec<u8>,
    ) -> std::result::Result<(), scale_encode::Error> {
        out.extend_from_slice(&self.0);
        Ok(())
    }
}

impl Payload for Encoded {
    type CallData = Arguments;

    fn pallet_name(&self) -> &str {
        self.pallet
    }

    fn call_name(&self) -> &str {
        self.call
    }

    fn call_data(&self) -> &Arguments {
        &self.arguments
    }
}

impl Client {
    /// The members of the council, in order.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn council(&self) -> Result<Vec<AccountId>> {
        Ok(self.stored("CouncilMembers", "Members", &[]).await?.unwrap_or_default())
    }

    /// The validators of this session and those that the council has admitted.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn validators(&self) -> Result<Vec<Validator>> {
        let admitted: Vec<AccountId> = self.stored("Validators", "Members", &[]).await?.unwrap_or_default();
        let validating: Vec<AccountId> = self.stored("Session", "Validators", &[]).await?.unwrap_or_default();
        let leaving = validating.iter().filter(|account| !admitted.contains(account));
        let mut validators = Vec::new();
        for account in admitted.iter().chain(leaving) {
            let bytes: &[u8] = account.as_ref();
            let key = [sp_crypto_hashing::twox_64(bytes).as_slice(), bytes].concat();
            let keys: Option<[u8; 64]> = self.stored("Session", "NextKeys", &key).await?;
            validators.push(Validator {
                account: account.clone(),
                admitted: admitted.contains(account),
                validating: validating.contains(account),
                keys: keys.map(|keys| format!("0x{}", hex::encode(keys))),
            });
        }
        Ok(validators)
    }

    /// The offences that the council has not acknowledged, oldest first.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn offences(&self) -> Result<Vec<Offence>> {
        Ok(self.stored("Consortium", "Offences", &[]).await?.unwrap_or_default())
    }

    /// The motions that are open, oldest first.
    ///
    /// # Errors
    /// Those of [`Client::call`], and [`Error::IncompatibleRuntime`].
    pub async fn motions(&self) -> Result<Vec<Motion>> {
        let hashes: Vec<[u8; 32]> = self.stored("Council", "Proposals", &[]).await?.unwrap_or_default();
        let at = self.chain().await?.at_current_block().await.map_err(|_| Error::ConnectionLost)?;
        let metadata = at.metadata();
        let mut motions = Vec::new();
        for hash in hashes {
            // A motion that was closed meanwhile is passed over.
            let Some(votes) = self.stored::<Votes>("Council", "Voting", &hash).await? else { continue };
            let Some(call) = self.stored_bytes("Council", "ProposalOf", &hash).await? else { continue };
            let length = u32::try_from(call.len()).map_err(|_| Error::IncompatibleRuntime)?;
            let (call, arguments) = described(&call, &metadata)?;
            motions.push(Motion {
                number: votes.index,
                hash: format!("0x{}", hex::encode(hash)),
                call,
                arguments,
                threshold: votes.threshold,
                yes: votes.ayes,
                no: votes.nays,
                ends_in: votes.end,
                length,
            });
        }
        Ok(motions)
    }

    /// The open motion of this number.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of [`Client::motions`].
    pub async fn motion(&self, number: u32) -> Result<Motion> {
        let found = self.motions().await?.into_iter().find(|motion| motion.number == number);
        found.ok_or(Error::Unknown { what: "open motion", id: number.into() })
    }

    /// Proposes a call to the council, and votes for it.
    ///
    /// # Errors
    /// Those of [`Client::submit`]; where the council is one, the call's own.
    pub async fn propose(
        &self,
        call: &impl Payload,
        majority: Majority,
        signer: &Identity,
        wait: Wait,
        progress: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<Proposed> {
        let needed = majority.votes(self.council().await?.len());
        let at = self.chain().await?.tx().await.map_err(|_| Error::ConnectionLost)?;
        let proposal = at.call_data(call).map_err(|_| Error::IncompatibleRuntime)?;
        let length = u32::try_from(proposal.len()).map_err(|_| Error::IncompatibleRuntime)?;
        let threshold = u32::try_from(needed).map_err(|_| Error::IncompatibleRuntime)?;
        let arguments = [Compact(threshold).encode(), proposal, Compact(length).encode()].concat();
        let propose = Encoded { pallet: "Council", call: "propose", arguments: Arguments(arguments) };
        let alone = needed < 2;
        let wait_for_proposal = if alone { wait } else { wait.max(Wait::InBlock) };
        let proposed = self.submit(&propose, signer, wait_for_proposal, progress).await?;
        if alone {
            self.ensure_executed(&proposed).await?;
            return Ok(Proposed::Carried(proposed));
        }
        let event: events::Proposed = proposed.event().ok_or(Error::IncompatibleRuntime)?;
        let vote = calls::vote(event.proposal_hash, event.proposal_index, true);
        let vote = self.submit(&vote, signer, wait, progress).await?;
        Ok(Proposed::Open { number: event.proposal_index, needed, vote })
    }

    /// Votes on a motion.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of [`Client::submit`].
    pub async fn vote(
        &self,
        number: u32,
        approve: bool,
        signer: &Identity,
        wait: Wait,
        progress: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<Submitted> {
        let motion = self.motion(number).await?;
        self.submit(&calls::vote(motion.hash()?, number, approve), signer, wait, progress).await
    }

    /// Closes a motion that has its votes, can no longer have them, or whose time is over; gives whether it was carried.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of [`Client::submit`]; if the motion was carried and its call refused, the call's.
    pub async fn close_motion(
        &self,
        number: u32,
        signer: &Identity,
        wait: Wait,
        progress: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<(Submitted, bool)> {
        let motion = self.motion(number).await?;
        let close = calls::close_motion(motion.hash()?, number, MOTION_WEIGHT_MAX, motion.length.saturating_add(4));
        let closed = self.submit(&close, signer, wait.max(Wait::InBlock), progress).await?;
        let carried = self.ensure_executed(&closed).await?;
        Ok((closed, carried))
    }

    /// Whether a motion was carried.
    ///
    /// # Errors
    /// What its call was refused with.
    async fn ensure_executed(&self, submitted: &Submitted) -> Result<bool> {
        match submitted.event::<events::Executed>() {
            None => Ok(false),
            Some(events::Executed { result: Ok(()), .. }) => Ok(true),
            Some(events::Executed { result: Err(DispatchError::Module(module)), .. }) => {
                let at = self.chain().await?.at_current_block().await.map_err(|_| Error::ConnectionLost)?;
                let metadata = at.metadata();
                let pallet = metadata.pallet_by_error_index(module.index).ok_or(Error::IncompatibleRuntime)?;
                let [index, ..] = module.error;
                let error = pallet.error_variant_by_index(index).ok_or(Error::IncompatibleRuntime)?;
                Err(Error::dispatch(pallet.name(), &error.name, &error.docs.join(" ")))
            }
            Some(events::Executed { result: Err(error), .. }) => {
                let reason: &'static str = error.into();
                Err(Error::Refused { text: format!("the motion was carried and its call refused: {reason}") })
            }
        }
    }

    /// Has the node make new session keys, which never leave it, and registers them for the signer. They are in use from
    /// the next session on, if the signer is a validator.
    ///
    /// # Errors
    /// Those of [`Client::call`], if the node does not give unsafe methods on this address; those of [`Client::submit`].
    pub async fn register_session_keys(
        &self,
        signer: &Identity,
        wait: Wait,
        progress: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<(String, Submitted)> {
        let method = "author_rotateKeysWithOwner";
        let owner: &[u8] = &signer.account().encode();
        let generated: GeneratedKeys = self.call(method, [json!(format!("0x{}", hex::encode(owner)))]).await?;
        let malformed = || Error::MalformedAnswer { method: method.to_owned() };
        let bytes = |text: &str| hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(|_| malformed());
        let proof = bytes(&generated.proof.ok_or_else(malformed)?)?;
        let arguments = [bytes(&generated.keys)?, proof.encode()].concat();
        let call = Encoded { pallet: "Session", call: "set_keys", arguments: Arguments(arguments) };
        let submitted = self.submit(&call, signer, wait, progress).await?;
        Ok((generated.keys, submitted))
    }

    /// Applies the runtime that the council has authorised, which needs no signer.
    ///
    /// # Errors
    /// [`Error::NotAuthorised`] if the council has authorised another or none: a node that was sent its code would turn it
    /// away for a while after the council has decided, too; those of [`Client::submit`].
    pub async fn apply_upgrade(
        &self,
        code: Vec<u8>,
        wait: Wait,
        progress: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<Submitted> {
        let authorised: Option<([u8; 32], bool)> = self.stored("System", "AuthorizedUpgrade", &[]).await?;
        let hash = code_hash(&code);
        if authorised.is_none_or(|(authorised, _)| authorised != hash) {
            return Err(Error::NotAuthorised { code: format!("0x{}", hex::encode(hash)) });
        }
        self.submit_unsigned(&calls::apply_upgrade(code), wait, progress).await
    }

    /// The calls that the council has stopped, as pallet and call.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn stopped_calls(&self) -> Result<Vec<String>> {
        const HASH: usize = 16;
        let prefix = crate::client::storage_prefix("TxPause", "PausedCalls");
        let keys = self.stored_keys(&prefix).await?;
        let name = |key: Vec<u8>| {
            let (pallet, call): (Vec<u8>, Vec<u8>) = Decode::decode(&mut key.get(prefix.len() + HASH..)?).ok()?;
            Some(format!("{}.{}", String::from_utf8_lossy(&pallet), String::from_utf8_lossy(&call)))
        };
        Ok(keys.into_iter().filter_map(name).collect())
    }

    /// Whether the chain's runtime has this call.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`].
    pub async fn has_call(&self, pallet: &str, call: &str) -> Result<bool> {
        let at = self.chain().await?.at_current_block().await.map_err(|_| Error::ConnectionLost)?;
        let metadata = at.metadata();
        let pallet = metadata.pallet_by_name(pallet);
        Ok(pallet.is_some_and(|pallet| pallet.call_variant_by_name(call).is_some()))
    }
}

impl Motion {
    fn hash(&self) -> Result<[u8; 32]> {
        let mut hash = [0; 32];
        hex::decode_to_slice(self.hash.trim_start_matches("0x"), &mut hash).map_err(|_| Error::IncompatibleRuntime)?;
        Ok(hash)
    }
}

/// An encoded call in words.
fn described(call: &[u8], metadata: &Metadata) -> Result<(String, Value)> {
    let id = metadata.outer_enums().call_enum_ty();
    let value = scale_value::scale::decode_as_type(&mut &*call, id, metadata.types())
        .map_err(|_| Error::IncompatibleRuntime)?
        .remove_context();
    let ValueDef::Variant(pallet) = value.value else { return Err(Error::IncompatibleRuntime) };
    let Some(ValueDef::Variant(call)) = pallet.values.into_values().next().map(|call| call.value) else {
        return Err(Error::IncompatibleRuntime);
    };
    Ok((format!("{}.{}", pallet.name, call.name), composite(call.values)))
}

/// A decoded value as JSON: accounts as addresses, other bytes in hexadecimal.
fn value(of: scale_value::Value) -> Value {
    match of.value {
        ValueDef::Composite(values) => composite(values),
        ValueDef::Variant(variant) if variant.values.is_empty() => json!(variant.name),
        ValueDef::Variant(variant) => json!({ variant.name: composite(variant.values) }),
        ValueDef::BitSequence(bits) => json!(format!("{bits:?}")),
        ValueDef::Primitive(Primitive::Bool(truth)) => json!(truth),
        ValueDef::Primitive(Primitive::String(text)) => json!(text),
        ValueDef::Primitive(Primitive::U128(number)) => match u64::try_from(number) {
            Ok(number) => json!(number),
            Err(_) => json!(number.to_string()),
        },
        ValueDef::Primitive(other) => json!(format!("{other:?}")),
    }
}

fn composite(of: Composite<()>) -> Value {
    match of {
        Composite::Named(fields) => fields.into_iter().map(|(name, field)| (name, value(field))).collect(),
        Composite::Unnamed(values) => match bytes(&values) {
            Some(bytes) => match <[u8; 32]>::try_from(bytes.as_slice()) {
                Ok(account) => json!(AccountId::from(account).to_ss58check()),
                Err(_) => json!(text_or_hex(bytes)),
            },
            None if values.len() == 1 => values.into_iter().next().map_or(Value::Null, value),
            None => values.into_iter().map(value).collect(),
        },
    }
}

fn text_or_hex(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) if text.chars().all(|character| character.is_ascii_graphic()) => text,
        Ok(text) => format!("0x{}", hex::encode(text)),
        Err(error) => format!("0x{}", hex::encode(error.into_bytes())),
    }
}

/// The bytes that these values are, if there are more than one and all are.
fn bytes(values: &[scale_value::Value]) -> Option<Vec<u8>> {
    let byte = |value: &scale_value::Value| match &value.value {
        ValueDef::Primitive(Primitive::U128(number)) => u8::try_from(*number).ok(),
        _ => None,
    };
    (values.len() > 1).then(|| values.iter().map(byte).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn majorities_are_those_of_the_runtime() {
        for (seats, half, two_thirds) in [(1, 1, 1), (2, 2, 2), (3, 2, 2), (4, 3, 3), (5, 3, 4), (6, 4, 4), (7, 4, 5)] {
            assert_eq!(Majority::MoreThanHalf.votes(seats), half, "{seats}");
            assert_eq!(Majority::TwoThirds.votes(seats), two_thirds, "{seats}");
        }
    }

    #[test]
    fn bytes_are_shown_as_what_they_are() {
        let values = |bytes: &[u8]| {
            Composite::Unnamed(bytes.iter().map(|byte| (*byte).into()).collect::<Vec<scale_value::Value>>())
        };
        assert_eq!(composite(values(b"Reports")), json!("Reports"));
        assert_eq!(composite(values(&[1, 2, 255])), json!("0x0102ff"));
        let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        let account: &[u8] = &AccountId::from_ss58check(alice).unwrap_or(AccountId::new([0; 32])).encode();
        assert_eq!(composite(values(account)), json!(alice));
    }
}
