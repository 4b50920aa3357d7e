//! From contributions to a chain specification, and back.

use super::{contribution::Contribution, hash_text, Finding};
use crate::{
    chain_spec::{self, ChainSpec},
    service::Block,
};
use medchain_primitives::{limits, CommitteePoint};
use medchain_runtime::{
    presets::{genesis, FirstCommittee, GenesisParts, Validator, DEVELOPMENT_COMMITTEE_KEY},
    BlockNumber, VERSION, WASM_BINARY,
};
use sc_network::config::MultiaddrWithPeerId;
use sc_service::ChainType;
use serde_json::Value;
use sp_core::{crypto::ByteArray, storage::well_known_keys};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{
    traits::{BlakeTwo256, Block as _, Hash as _},
    BuildStorage,
};
use std::collections::BTreeSet;

/// What the institutions agree on beside their contributions.
pub(super) struct Terms {
    /// The id of the chain.
    pub chain_id: String,
    /// Its name.
    pub chain_name: String,
    /// Blocks in a session.
    pub session_length: BlockNumber,
}

/// The runtime that this node carries.
pub(super) fn own_code() -> Result<&'static [u8], String> {
    WASM_BINARY.ok_or_else(|| "this node was built without the runtime; build it with SKIP_WASM_BUILD unset".into())
}

/// Looks at every contribution by itself and at all together.
pub(super) fn check_contributions(chain_id: &str, contributions: &[Contribution]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for contribution in contributions {
        let mut found = |what: &str, result: Result<(), String>| {
            findings.push((format!("{}: {what}", contribution.institution), result));
        };
        let same_chain = contribution.chain_id == chain_id;
        found("is for this chain", same_chain.then_some(()).ok_or(format!("it is for {:?}", contribution.chain_id)));
        found("is signed by its account, its node and its session keys", contribution.check_signatures());
        found("has keys that nobody else knows", check_secret(contribution));
        found("has keys that no other contribution has", check_distinct(contribution, &mut seen));
    }
    let releasing = contributions.iter().filter(|contribution| contribution.release_key.is_some()).count();
    let one = (releasing <= 1).then_some(()).ok_or(format!("{releasing} have one; at most one may hold it"));
    findings.push(("all: no more than one institution holds a release key".into(), one));
    let count = contributions.len();
    let bounded = (1..=limits::COMMITTEE_MAX as usize).contains(&count);
    let bounded = bounded.then_some(()).ok_or(format!("they are {count}"));
    findings.push((format!("all: between one and {} institutions", limits::COMMITTEE_MAX), bounded));
    findings
}

/// Makes sure that none of the keys is one that everybody knows.
fn check_secret(contribution: &Contribution) -> Result<(), String> {
    let keys = contribution.keys()?;
    let named: Vec<Vec<u8>> = Sr25519Keyring::iter()
        .map(|key| key.public().to_raw_vec())
        .chain(Ed25519Keyring::iter().map(|key| key.public().to_raw_vec()))
        .collect();
    let mut used = vec![keys.aura.to_raw_vec(), keys.grandpa.to_raw_vec(), contribution.account.to_raw_vec()];
    used.extend(contribution.administrators.iter().map(ByteArray::to_raw_vec));
    if used.iter().any(|key| named.contains(key)) || contribution.release_point()? == Some(DEVELOPMENT_COMMITTEE_KEY) {
        return Err("one is a development key".into());
    }
    Ok(())
}

/// Makes sure that no key was seen before, and remembers them.
fn check_distinct(contribution: &Contribution, seen: &mut BTreeSet<Vec<u8>>) -> Result<(), String> {
    let keys = contribution.keys()?;
    let used = [
        keys.aura.to_raw_vec(),
        keys.grandpa.to_raw_vec(),
        contribution.account.to_raw_vec(),
        contribution.peer.to_bytes(),
    ];
    let fresh = used.into_iter().filter(|key| seen.insert(key.clone())).count();
    (fresh == 4).then_some(()).ok_or_else(|| "another contribution has one of them".into())
}

/// The chain specification, raw, as JSON. It depends on nothing but what is given: not on the order of the
/// contributions, the machine or the time.
pub(super) fn specification(terms: &Terms, contributions: &[Contribution], code: &[u8]) -> Result<String, String> {
    let mut contributions: Vec<_> = contributions.iter().collect();
    contributions.sort_by(|one, other| one.account.cmp(&other.account));
    let validators = contributions
        .iter()
        .map(|contribution| Ok(Validator { account: contribution.account.clone(), keys: contribution.keys()? }))
        .collect::<Result<Vec<_>, String>>()?;
    let administrators: BTreeSet<_> =
        contributions.iter().flat_map(|contribution| contribution.administrators.iter().cloned()).collect();
    // Without one the validators make the key when the chain starts, and nobody has ever held it.
    let mut committee = None;
    for contribution in &contributions {
        if let Some(point) = contribution.release_point()? {
            committee = Some(FirstCommittee { key: CommitteePoint(point), holder: contribution.account.clone() });
        }
    }
    let boot_nodes = contributions.iter().map(|contribution| MultiaddrWithPeerId {
        multiaddr: contribution.address.clone(),
        peer_id: contribution.peer,
    });
    let parts = GenesisParts {
        council: validators.iter().map(|validator| validator.account.clone()).collect(),
        validators,
        administrators: administrators.into_iter().collect(),
        committee,
        session_length: terms.session_length,
        phase_length: None,
    };
    let text = ChainSpec::builder(code, None)
        .with_name(&terms.chain_name)
        .with_id(&terms.chain_id)
        .with_protocol_id(&terms.chain_id)
        .with_chain_type(ChainType::Live)
        .with_boot_nodes(boot_nodes.collect())
        .with_properties(chain_spec::properties())
        .with_genesis_config_patch(genesis(parts))
        .build()
        .as_json(true)?;
    Ok(format!("{text}\n"))
}

/// Compares a chain specification, given as JSON, with what the contributions make.
pub(super) fn check_specification(
    text: &str,
    terms: &Terms,
    contributions: &[Contribution],
) -> Result<Vec<Finding>, String> {
    let no_specification = |error: &dyn std::fmt::Display| format!("the file is no chain specification: {error}");
    let found: Value = serde_json::from_str(text).map_err(|error| no_specification(&error))?;
    let spec = ChainSpec::from_json_bytes(text.as_bytes().to_vec()).map_err(|error| no_specification(&error))?;
    let code = code(&spec)?;
    let ours = hash_text(BlakeTwo256::hash(own_code()?).as_bytes());
    let theirs = hash_text(BlakeTwo256::hash(&code).as_bytes());
    let same_code = (ours == theirs).then_some(()).ok_or(format!("it is {theirs}, and this node's is {ours}"));
    let expected = specification(terms, contributions, &code)?;
    let expected: Value = serde_json::from_str(&expected).map_err(|error| no_specification(&error))?;
    let mut findings = vec![("specification: its runtime is this node's".into(), same_code)];
    let fields: BTreeSet<&String> =
        [&expected, &found].into_iter().filter_map(Value::as_object).flat_map(|all| all.keys()).collect();
    for field in fields {
        let same = expected.get(field) == found.get(field);
        let same = same.then_some(()).ok_or("the contributions make another".to_owned());
        findings.push((format!("specification: {field}"), same));
    }
    Ok(findings)
}

fn code(spec: &ChainSpec) -> Result<Vec<u8>, String> {
    let storage = spec.build_storage()?;
    storage.top.get(well_known_keys::CODE).cloned().ok_or_else(|| "the chain specification has no runtime".into())
}

/// The hash of the runtime's code.
pub(super) fn code_hash(spec: &ChainSpec) -> Result<[u8; 32], String> {
    Ok(BlakeTwo256::hash(&code(spec)?).0)
}

/// The hash of the chain's first block, by which it is known.
pub(super) fn genesis_hash(spec: &ChainSpec) -> Result<[u8; 32], String> {
    let version = VERSION.state_version();
    let top = spec.build_storage()?.top;
    let root = BlakeTwo256::trie_root(top.into_iter().collect(), version);
    Ok(sc_service::construct_genesis_block::<Block>(root, version).header().hash().0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{super::Contribute, *};
    use tempfile::TempDir;

    /// An institution that has contributed, and its folder.
    fn institution(name: &str, release_key: bool) -> (Contribution, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let command = Contribute {
            chain_id: "care".into(),
            institution: name.into(),
            address: format!("/dns/{name}.example/tcp/30333").parse().unwrap(),
            administrators: Vec::new(),
            release_key,
            base_path: folder.path().join("node"),
            file: folder.path().join("contribution.json"),
        };
        (Contribution::make(&command).unwrap(), folder)
    }

    fn wrong(contributions: &[Contribution]) -> Vec<String> {
        let findings = check_contributions("care", contributions);
        findings.into_iter().filter(|(_, found)| found.is_err()).map(|(what, _)| what).collect()
    }

    #[test]
    fn honest_contributions_are_right_and_their_order_does_not_matter() {
        let (north, _north) = institution("north", true);
        let (south, _south) = institution("south", false);
        assert_eq!(wrong(&[north.clone(), south.clone()]), Vec::<String>::new());
        let terms = Terms { chain_id: "care".into(), chain_name: "Care".into(), session_length: 10 };
        let code = own_code().unwrap();
        let one = specification(&terms, &[north.clone(), south.clone()], code).unwrap();
        assert_eq!(one, specification(&terms, &[south.clone(), north.clone()], code).unwrap());
        let findings = check_specification(&one, &terms, &[north.clone(), south.clone()]).unwrap();
        assert!(findings.iter().all(|(_, found)| found.is_ok()), "{findings:?}");
        // Another session length is another genesis; a boot node left out is seen.
        let other = Terms { session_length: 11, ..terms };
        let findings = check_specification(&one, &other, &[north.clone(), south.clone()]).unwrap();
        let bad: Vec<_> = findings.iter().filter(|(_, found)| found.is_err()).map(|(what, _)| what.as_str()).collect();
        assert_eq!(bad, ["specification: genesis"]);
        let findings = check_specification(&one, &other, &[north]).unwrap();
        let bad: Vec<_> = findings.iter().filter(|(_, found)| found.is_err()).map(|(what, _)| what.as_str()).collect();
        assert_eq!(bad, ["specification: bootNodes", "specification: genesis"]);
    }

    #[test]
    fn what_was_altered_on_the_way_is_seen() {
        let (honest, _folder) = institution("north", true);
        let (other, _other) = institution("south", false);
        let altered = |alter: &dyn Fn(&mut Contribution)| {
            let mut contribution = honest.clone();
            alter(&mut contribution);
            wrong(&[contribution, other.clone()])
        };
        let signed = "north: is signed by its account, its node and its session keys".to_owned();
        assert_eq!(altered(&|it| it.address = "/ip4/192.0.2.1/tcp/1".parse().unwrap()), std::slice::from_ref(&signed));
        assert_eq!(altered(&|it| it.administrators.push([7; 32].into())), std::slice::from_ref(&signed));
        assert_eq!(
            altered(&|it| it.session_keys_proof = other.session_keys_proof.clone()),
            std::slice::from_ref(&signed)
        );
        assert!(altered(&|it| it.session_keys = other.session_keys.clone()).contains(&signed));
        assert!(altered(&|it| it.peer = other.peer).contains(&signed));
        assert!(altered(&|it| it.chain_id = "other".into()).contains(&"north: is for this chain".to_owned()));
    }

    #[test]
    fn keys_that_everybody_knows_are_refused() {
        let (mut north, _folder) = institution("north", true);
        north.administrators = vec![Sr25519Keyring::Alice.to_account_id()];
        assert!(wrong(&[north]).contains(&"north: has keys that nobody else knows".to_owned()));
    }

    #[test]
    fn nobody_contributes_twice_and_no_more_than_one_holds_a_release_key() {
        let (north, _north) = institution("north", true);
        let (south, _south) = institution("south", true);
        let twice = wrong(&[north.clone(), north]);
        assert!(twice.contains(&"north: has keys that no other contribution has".to_owned()));
        assert!(twice.contains(&"all: no more than one institution holds a release key".to_owned()));
        let (west, _west) = institution("west", false);
        assert_eq!(wrong(&[west]), Vec::<String>::new());
        assert_eq!(wrong(std::slice::from_ref(&south)), Vec::<String>::new());
        assert!(!wrong(&[]).is_empty());
    }
}
