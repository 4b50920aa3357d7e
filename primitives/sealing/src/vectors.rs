//! The vectors in `tests/vectors/`: what this crate reads there, and how it wrote them.
//!
//! All but `content.json` are functions of the constants below, so the tests compute them again and compare whole files.
//! `content.json` holds an age file, whose randomness cannot be chosen; it stays as it was first written.
//! `cargo test -p medchain-sealing -- --ignored write_the_vectors` writes the files after a deliberate change of format.
#![allow(clippy::unwrap_used)]

use crate::{
    carried::{self, CarriedContext},
    committee::{
        combine, Capsule, CapsuleContext, CombineError, CommitteeKey, PartialRelease, ReleaseShare, VerifyingShare,
    },
    content::{self, ContentError},
    dealer,
    emergency::{self, EmergencyCapsule, EmergencyContext},
    envelope::{Envelope, EnvelopeSeal},
    hpke_suite,
    key_copy::{self, KeyCopyContext},
    keys::{EncryptionPublic, EncryptionSecret},
    note,
    record_key::{CommitteeHalf, PatientHalf, RecordKey},
    release::{self, ReleaseContext},
    seal::{self, SealContext, SealRecipient},
};
use age::secrecy::ExposeSecret;
use bech32::FromBase32;
use codec::Encode;
use core::convert::Infallible;
use curve25519_dalek::scalar::Scalar;
use hpke::rand_core::{TryCryptoRng, TryRng};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};
use std::{env, fs, io::Read, path::PathBuf};

fn folder() -> PathBuf {
    // Asked for when it runs: checkouts share this program by their target folder.
    PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("../../tests/vectors")
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_slice(&fs::read(folder().join(name)).unwrap()).unwrap()
}

fn write<T: Serialize>(name: &str, vectors: &T) {
    fs::write(folder().join(name), serde_json::to_string_pretty(vectors).unwrap() + "\n").unwrap();
}

/// 32 bytes that look random and are SHA-256 of a name: the vectors' stand-in for randomness.
fn bytes(name: &str) -> [u8; 32] {
    Sha256::digest(format!("medchain vectors: {name}")).into()
}

/// A scalar likewise, SHA-512 of a name reduced.
fn scalar(name: &str) -> Scalar {
    Scalar::hash_from_bytes::<Sha512>(format!("medchain vectors: {name}").as_bytes())
}

/// Supplies an ephemeral key pair's ikm once: HPKE draws nothing else.
struct Ikm([u8; 32]);

impl TryRng for Ikm {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("HPKE fills bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("HPKE fills bytes")
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        into.copy_from_slice(&self.0);
        Ok(())
    }
}

impl TryCryptoRng for Ikm {}

/// Bytes, as hex in JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Hex(Vec<u8>);

impl Hex {
    fn array<const N: usize>(&self) -> [u8; N] {
        self.0.as_slice().try_into().unwrap()
    }
}

impl<T: AsRef<[u8]>> From<T> for Hex {
    fn from(bytes: T) -> Self {
        Self(bytes.as_ref().to_vec())
    }
}

impl Serialize for Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hex::decode(String::deserialize(deserializer)?).map(Self).map_err(serde::de::Error::custom)
    }
}

/// A 64-bit number, as a decimal string in JSON, since JavaScript's numbers do not hold all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Long(u64);

impl Serialize for Long {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de> Deserialize<'de> for Long {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Recipient {
    Member(Long),
    Administrator(Hex),
}

impl Recipient {
    fn value(&self) -> SealRecipient {
        match self {
            Self::Member(id) => SealRecipient::Member(id.0),
            Self::Administrator(account) => SealRecipient::Administrator(account.array()),
        }
    }
}

fn recipients() -> Vec<Recipient> {
    vec![
        Recipient::Member(Long(1001)),
        Recipient::Member(Long(u64::MAX)),
        Recipient::Administrator(bytes("administrator").into()),
    ]
}

// encryption-key.json

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct EncryptionKeyVector {
    seed: Hex,
    version: u32,
    secret: Hex,
    public: Hex,
}

fn encryption_keys() -> Vec<EncryptionKeyVector> {
    [([0; 32], 0), ([0; 32], 1), (bytes("seed"), 1), (bytes("seed"), 10), (bytes("seed"), u32::MAX)]
        .into_iter()
        .map(|(seed, version)| {
            let secret = EncryptionSecret::from_seed(&seed, version);
            EncryptionKeyVector {
                seed: seed.into(),
                version,
                secret: secret.to_bytes().as_slice().into(),
                public: secret.public().0.into(),
            }
        })
        .collect()
}

#[test]
fn encryption_keys_agree_with_their_vectors() {
    assert_eq!(read::<Vec<EncryptionKeyVector>>("encryption-key.json"), encryption_keys());
}

// record-key.json

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct RecordKeyVector {
    patient_half: Hex,
    committee_half: Hex,
    record_key: Hex,
    age_identity: String,
    age_recipient: String,
}

fn record_keys() -> Vec<RecordKeyVector> {
    [([0; 32], [0; 32]), ([0xff; 32], [0; 32]), (bytes("patient half"), bytes("committee half"))]
        .into_iter()
        .map(|(patient, committee)| {
            let key = RecordKey::derive(&PatientHalf::from_bytes(patient), &CommitteeHalf::from_bytes(committee));
            RecordKeyVector {
                patient_half: patient.into(),
                committee_half: committee.into(),
                record_key: key.as_bytes().into(),
                age_identity: key.to_identity_string().unwrap().expose_secret().to_owned(),
                age_recipient: key.to_age_recipient().unwrap().to_string(),
            }
        })
        .collect()
}

#[test]
fn record_keys_agree_with_their_vectors() {
    assert_eq!(read::<Vec<RecordKeyVector>>("record-key.json"), record_keys());
}

// seal.json

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct SealVectors {
    seals: Vec<SealVector>,
    notes: Vec<NoteVector>,
}

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct SealVector {
    recipient_secret: Hex,
    recipient_public: Hex,
    ephemeral_ikm: Hex,
    genesis: Hex,
    content: Hex,
    recipient: Recipient,
    key_version: u32,
    aad: Hex,
    patient_half: Hex,
    seal: Hex,
}

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct NoteVector {
    recipient_secret: Hex,
    recipient_public: Hex,
    ephemeral_ikm: Hex,
    aad: Hex,
    text: String,
    note: Hex,
}

impl SealVector {
    fn context(&self) -> SealContext {
        SealContext {
            genesis: self.genesis.array(),
            content: self.content.array(),
            recipient: self.recipient.value(),
            key_version: self.key_version,
        }
    }
}

fn seals() -> SealVectors {
    let secret = EncryptionSecret::from_seed(&bytes("seed"), 1);
    let seals = recipients()
        .into_iter()
        .zip([1, 2, u32::MAX])
        .map(|(recipient, key_version)| {
            let ikm = bytes(&format!("seal {key_version}"));
            let mut vector = SealVector {
                recipient_secret: secret.to_bytes().as_slice().into(),
                recipient_public: secret.public().0.into(),
                ephemeral_ikm: ikm.into(),
                genesis: bytes("genesis").into(),
                content: bytes("content").into(),
                recipient,
                key_version,
                aad: Hex(vec![]),
                patient_half: bytes("patient half").into(),
                seal: Hex(vec![]),
            };
            let aad = vector.context().encode();
            let sealed = hpke_suite::encrypt_with_rng(
                seal::SEAL_INFO,
                &aad,
                &vector.patient_half.0,
                &secret.public(),
                &mut Ikm(ikm),
            );
            vector.aad = aad.into();
            vector.seal = sealed.unwrap().into();
            vector
        })
        .collect();
    let notes = ["", "Bitte nüchtern kommen – спасибо"]
        .into_iter()
        .map(|text| {
            let ikm = bytes(&format!("note {text}"));
            let sealed = hpke_suite::encrypt_with_rng(
                note::NOTE_INFO,
                b"appointment 7",
                text.as_bytes(),
                &secret.public(),
                &mut Ikm(ikm),
            );
            NoteVector {
                recipient_secret: secret.to_bytes().as_slice().into(),
                recipient_public: secret.public().0.into(),
                ephemeral_ikm: ikm.into(),
                aad: b"appointment 7".into(),
                text: text.to_owned(),
                note: sealed.unwrap().into(),
            }
        })
        .collect();
    SealVectors { seals, notes }
}

#[test]
fn seals_and_notes_agree_with_their_vectors_and_open() {
    let read: SealVectors = read("seal.json");
    assert_eq!(read, seals());
    for vector in &read.seals {
        let secret = EncryptionSecret::from_bytes(&vector.recipient_secret.array());
        assert_eq!(secret.public().0, vector.recipient_public.array());
        let half = seal::open_seal(&vector.seal.array(), &secret, &vector.context()).unwrap();
        assert_eq!(half, PatientHalf::from_bytes(vector.patient_half.array()));
    }
    for vector in &read.notes {
        let secret = EncryptionSecret::from_bytes(&vector.recipient_secret.array());
        let text = note::open_note(&vector.note.0, &secret, &vector.aad.0).unwrap();
        assert_eq!(text.as_slice(), vector.text.as_bytes());
    }
}

// rfc9180.json, transcribed from the RFC

#[derive(Deserialize)]
struct Rfc9180 {
    #[serde(rename = "ikmE")]
    ikm_e: Hex,
    #[serde(rename = "pkRm")]
    pk_rm: Hex,
    #[serde(rename = "skRm")]
    sk_rm: Hex,
    enc: Hex,
    info: Hex,
    pt: Hex,
    aad: Hex,
    ct: Hex,
}

#[test]
fn the_suite_is_that_of_rfc_9180_appendix_a_2_1() {
    let vector: Rfc9180 = read("rfc9180.json");
    let secret = EncryptionSecret::from_bytes(&vector.sk_rm.array());
    let public = EncryptionPublic(vector.pk_rm.array());
    assert_eq!(secret.public(), public);
    let expected = [vector.enc.0, vector.ct.0].concat();
    let mut ikm = Ikm(vector.ikm_e.array());
    let sealed = hpke_suite::encrypt_with_rng(&vector.info.0, &vector.aad.0, &vector.pt.0, &public, &mut ikm).unwrap();
    assert_eq!(hex::encode(&sealed), hex::encode(&expected));
    let opened = hpke_suite::decrypt(&vector.info.0, &vector.aad.0, &expected, &secret).unwrap();
    assert_eq!(opened.as_slice(), vector.pt.0);
}

// capsule.json

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct CapsuleVectors {
    development_share: Hex,
    development_committee_key: Hex,
    committees: Vec<CommitteeVector>,
}

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct CommitteeVector {
    threshold: u16,
    committee_key: Hex,
    genesis: Hex,
    author: Long,
    patient: Long,
    epoch: u32,
    capsule_r: Hex,
    capsule_s: Hex,
    capsule: Hex,
    committee_half: Hex,
    members: Vec<MemberVector>,
    envelope: EnvelopeVector,
}

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct MemberVector {
    index: u16,
    share: Hex,
    verifying_share: Hex,
    proof_k: Hex,
    partial_release: Hex,
    reader_secret: Hex,
    ephemeral_ikm: Hex,
    record: Long,
    content: Hex,
    recipient: Recipient,
    aad: Hex,
    sealed_release: Hex,
}

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct EnvelopeVector {
    seals: Vec<EnvelopeSealVector>,
    envelope: Hex,
    hash: Hex,
}

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct EnvelopeSealVector {
    recipient: Recipient,
    key_version: u32,
    seal: Hex,
}

impl CommitteeVector {
    fn context(&self) -> CapsuleContext {
        CapsuleContext {
            genesis: self.genesis.array(),
            author: self.author.0,
            patient: self.patient.0,
            epoch: self.epoch,
        }
    }
}

impl MemberVector {
    fn context(&self, genesis: [u8; 32]) -> ReleaseContext {
        ReleaseContext {
            genesis,
            record: self.record.0,
            content: self.content.array(),
            recipient: self.recipient.value(),
        }
    }
}

fn committee(threshold: u16, n: u16) -> CommitteeVector {
    let name = format!("{threshold} of {n}");
    let (key, shares) = if n == 1 {
        (dealer::development_committee_key(), vec![dealer::development_share()])
    } else {
        let coefficients: Vec<_> = (0..threshold).map(|power| scalar(&format!("{name}, power {power}"))).collect();
        dealer::deal_polynomial(&coefficients, n).unwrap()
    };
    let context = CapsuleContext { genesis: bytes("genesis"), author: 7, patient: 1001, epoch: u32::from(n) };
    let (r, s) = (scalar(&format!("{name}, r")), scalar(&format!("{name}, s")));
    let (capsule, half) = Capsule::create_from(&key, &context, &r, &s);
    let reader = EncryptionSecret::from_seed(&bytes("reader"), 1);
    let members = shares
        .iter()
        .map(|share| {
            let k = scalar(&format!("{name}, k of {}", share.index()));
            let partial = share.release_from(&capsule, &context, &k);
            let ikm = bytes(&format!("{name}, release of {}", share.index()));
            let mut vector = MemberVector {
                index: share.index(),
                share: share.to_bytes().as_slice().into(),
                verifying_share: share.verifying_share().0.into(),
                proof_k: k.as_bytes().into(),
                partial_release: partial.to_bytes().into(),
                reader_secret: reader.to_bytes().as_slice().into(),
                ephemeral_ikm: ikm.into(),
                record: Long(123_456_789_012_345),
                content: bytes("content").into(),
                recipient: Recipient::Member(Long(42)),
                aad: Hex(vec![]),
                sealed_release: Hex(vec![]),
            };
            let aad = vector.context(context.genesis).encode();
            let sealed = hpke_suite::encrypt_with_rng(
                release::RELEASE_INFO,
                &aad,
                &partial.to_bytes(),
                &reader.public(),
                &mut Ikm(ikm),
            );
            vector.aad = aad.into();
            vector.sealed_release = sealed.unwrap().into();
            vector
        })
        .collect();
    let seals: Vec<_> = seals()
        .seals
        .into_iter()
        .map(|v| EnvelopeSealVector { recipient: v.recipient, key_version: v.key_version, seal: v.seal })
        .collect();
    let envelope = Envelope {
        capsule: capsule.clone(),
        epoch: context.epoch,
        seals: seals
            .iter()
            .map(|v| EnvelopeSeal { recipient: v.recipient.value(), key_version: v.key_version, seal: v.seal.array() })
            .collect(),
        carried: None,
    };
    CommitteeVector {
        threshold,
        committee_key: key.to_bytes().into(),
        genesis: context.genesis.into(),
        author: Long(context.author),
        patient: Long(context.patient),
        epoch: context.epoch,
        capsule_r: r.as_bytes().into(),
        capsule_s: s.as_bytes().into(),
        capsule: capsule.to_bytes().into(),
        committee_half: half.as_bytes().into(),
        members,
        envelope: EnvelopeVector { envelope: envelope.to_bytes().unwrap().into(), hash: envelope.hash().into(), seals },
    }
}

fn capsules() -> CapsuleVectors {
    CapsuleVectors {
        development_share: dealer::development_share().to_bytes().as_slice().into(),
        development_committee_key: dealer::DEVELOPMENT_COMMITTEE_KEY.into(),
        committees: vec![committee(1, 1), committee(3, 4)],
    }
}

#[test]
fn capsules_agree_with_their_vectors_verify_and_combine() {
    let read: CapsuleVectors = read("capsule.json");
    assert_eq!(read, capsules());
    for vector in &read.committees {
        let context = vector.context();
        CommitteeKey::from_bytes(&vector.committee_key.array()).unwrap();
        let capsule = Capsule::from_bytes(&vector.capsule.array()).unwrap();
        capsule.verify(&context).unwrap();
        let releases: Vec<_> = vector
            .members
            .iter()
            .map(|member| {
                let reader = EncryptionSecret::from_bytes(&member.reader_secret.array());
                let partial =
                    release::open_release(&member.sealed_release.0, &reader, &member.context(context.genesis)).unwrap();
                assert_eq!(partial, PartialRelease::from_bytes(&member.partial_release.array()).unwrap());
                let share = VerifyingShare(member.verifying_share.array());
                partial.verify(&share, &capsule, &context).unwrap();
                let secret = ReleaseShare::from_bytes(member.index, &member.share.array()).unwrap();
                assert_eq!(secret.verifying_share(), share);
                (share, partial)
            })
            .collect();
        let half = CommitteeHalf::from_bytes(vector.committee_half.array());
        let threshold = usize::from(vector.threshold);
        for window in releases.windows(threshold) {
            assert_eq!(combine(vector.threshold, window, &capsule, &context).unwrap(), half);
        }
        assert!(matches!(
            combine(vector.threshold, &releases[..threshold - 1], &capsule, &context),
            Err(CombineError::TooFew { .. })
        ));
        let envelope = Envelope::from_bytes(&vector.envelope.envelope.0).unwrap();
        assert_eq!(envelope.capsule, capsule);
        assert_eq!(envelope.hash(), vector.envelope.hash.array());
    }
}

// content.json

#[derive(Serialize, Deserialize)]
struct ContentVector {
    record_key: Hex,
    age_identity: String,
    description: String,
    document: Hex,
    age_file: Hex,
}

#[test]
fn contents_of_the_vectors_open() {
    let vectors: Vec<ContentVector> =
        ["content.json", "ts-content.json"].into_iter().flat_map(read::<Vec<ContentVector>>).collect();
    assert!(!vectors.is_empty());
    for vector in vectors {
        let key = RecordKey::from_bytes(vector.record_key.array());
        assert_eq!(key.to_identity_string().unwrap().expose_secret(), vector.age_identity);
        let mut opened = content::decrypt(&key, vector.age_file.0.as_slice()).unwrap();
        let mut document = Vec::new();
        opened.document.read_to_end(&mut document).unwrap();
        assert_eq!(opened.description, vector.description.as_bytes());
        assert_eq!(document, vector.document.0);
    }
}

// ts-*.json, written by the TypeScript twin, which draws its own randomness

#[derive(Deserialize)]
struct TwinSeals {
    seals: Vec<TwinSeal>,
    notes: Vec<TwinNote>,
}

#[derive(Deserialize)]
struct TwinSeal {
    recipient_secret: Hex,
    genesis: Hex,
    content: Hex,
    recipient: Recipient,
    key_version: u32,
    patient_half: Hex,
    seal: Hex,
}

#[derive(Deserialize)]
struct TwinNote {
    recipient_secret: Hex,
    aad: Hex,
    text: String,
    note: Hex,
}

#[test]
fn seals_and_notes_of_the_twin_open() {
    let read: TwinSeals = read("ts-seal.json");
    assert!(!read.seals.is_empty() && !read.notes.is_empty());
    for vector in &read.seals {
        let secret = EncryptionSecret::from_bytes(&vector.recipient_secret.array());
        let context = SealContext {
            genesis: vector.genesis.array(),
            content: vector.content.array(),
            recipient: vector.recipient.value(),
            key_version: vector.key_version,
        };
        let half = seal::open_seal(&vector.seal.array(), &secret, &context).unwrap();
        assert_eq!(half, PatientHalf::from_bytes(vector.patient_half.array()));
    }
    for vector in &read.notes {
        let secret = EncryptionSecret::from_bytes(&vector.recipient_secret.array());
        let text = note::open_note(&vector.note.0, &secret, &vector.aad.0).unwrap();
        assert_eq!(text.as_slice(), vector.text.as_bytes());
    }
}

#[derive(Deserialize)]
struct TwinKeyCopy {
    recipient_secret: Hex,
    genesis: Hex,
    member: Long,
    of_version: u32,
    secret: Hex,
    copy: Hex,
}

#[test]
fn key_copies_of_the_twin_open() {
    let read: Vec<TwinKeyCopy> = read("ts-key-copy.json");
    assert!(!read.is_empty());
    for vector in &read {
        let to = EncryptionSecret::from_bytes(&vector.recipient_secret.array());
        let context =
            KeyCopyContext { genesis: vector.genesis.array(), member: vector.member.0, of_version: vector.of_version };
        let secret = key_copy::open_copy(&vector.copy.array(), &to, &context).unwrap();
        assert_eq!(secret.to_bytes().as_slice(), vector.secret.0.as_slice());
        let other = KeyCopyContext { of_version: vector.of_version + 1, ..context };
        assert!(key_copy::open_copy(&vector.copy.array(), &to, &other).is_err());
    }
}

#[derive(Deserialize)]
struct TwinCapsules {
    committees: Vec<TwinCommittee>,
}

#[derive(Deserialize)]
struct TwinCommittee {
    threshold: u16,
    genesis: Hex,
    author: Long,
    patient: Long,
    epoch: u32,
    capsule: Hex,
    committee_half: Hex,
    members: Vec<TwinMember>,
}

#[derive(Deserialize)]
struct TwinMember {
    index: u16,
    share: Hex,
    verifying_share: Hex,
    partial_release: Hex,
}

#[test]
fn capsules_and_releases_of_the_twin_verify_and_combine() {
    let read: TwinCapsules = read("ts-capsule.json");
    assert!(!read.committees.is_empty());
    for vector in &read.committees {
        let context = CapsuleContext {
            genesis: vector.genesis.array(),
            author: vector.author.0,
            patient: vector.patient.0,
            epoch: vector.epoch,
        };
        let capsule = Capsule::from_bytes(&vector.capsule.array()).unwrap();
        let releases: Vec<_> = vector
            .members
            .iter()
            .map(|member| {
                let share = ReleaseShare::from_bytes(member.index, &member.share.array()).unwrap();
                let verifying = VerifyingShare(member.verifying_share.array());
                assert_eq!(share.verifying_share(), verifying);
                let partial = PartialRelease::from_bytes(&member.partial_release.array()).unwrap();
                partial.verify(&verifying, &capsule, &context).unwrap();
                (verifying, partial)
            })
            .collect();
        let threshold = usize::from(vector.threshold);
        for window in releases.windows(threshold) {
            let half = combine(vector.threshold, window, &capsule, &context).unwrap();
            assert_eq!(half, CommitteeHalf::from_bytes(vector.committee_half.array()));
        }
    }
}

// age/, the official test vectors

#[test]
fn the_official_age_vectors_open_or_fail_as_they_should() {
    let mut seen = 0;
    for file in fs::read_dir(folder().join("age")).unwrap() {
        let path = file.unwrap().path();
        let file = fs::read(&path).unwrap();
        let end = file.windows(2).position(|two| two == b"\n\n").unwrap();
        let head = core::str::from_utf8(&file[..end]).unwrap();
        let age_file = &file[end + 2..];
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let identity = field("identity").unwrap();
        let (_, secret, _) = bech32::decode(identity).unwrap();
        let key = RecordKey::from_bytes(Vec::from_base32(&secret).unwrap().try_into().unwrap());
        assert_eq!(key.to_identity_string().unwrap().expose_secret(), identity);

        // The official plaintexts are not framed as records, so a file that decrypts is refused for that alone.
        let opened = content::decrypt(&key, age_file).map(|_| ()).unwrap_err();
        let as_expected = match field("expect").unwrap() {
            "success" => {
                let identity = key.to_age_identity().unwrap();
                let plaintext = age::decrypt(&identity, age_file).unwrap();
                assert_eq!(hex::encode(Sha256::digest(plaintext)), field("payload").unwrap());
                matches!(opened, ContentError::Unframed | ContentError::DescriptionTooLong)
            }
            "no match" => matches!(opened, ContentError::WrongKey),
            _ => matches!(opened, ContentError::Damaged),
        };
        assert!(as_expected, "{}: {opened}", path.display());
        seen += 1;
    }
    assert!(seen >= 10);
}

// emergency.json, and ts-emergency.json of the TypeScript twin

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct EmergencyVector {
    genesis: Hex,
    record: Long,
    content: Hex,
    lodged_by: Long,
    patient: Long,
    epoch: u32,
    /// r and s of the capsule inside; empty where they were drawn.
    capsule_r: Hex,
    capsule_s: Hex,
    ephemeral_ikm: Hex,
    committee_key: Hex,
    released: Hex,
    patient_half: Hex,
    emergency_capsule: Hex,
    hash: Hex,
}

impl EmergencyVector {
    fn context(&self) -> EmergencyContext {
        EmergencyContext {
            genesis: self.genesis.array(),
            record: self.record.0,
            content: self.content.array(),
            lodged_by: self.lodged_by.0,
            patient: self.patient.0,
            epoch: self.epoch,
        }
    }
}

/// By the patient, by a guardian, and by the author of a record with a great number.
fn emergencies() -> Vec<EmergencyVector> {
    [(1001, 7, 0), (1005, 8, 1), (1_000_002, u64::MAX - 1, u32::MAX)]
        .into_iter()
        .map(|(lodged_by, record, epoch)| {
            let name = |what: &str| format!("emergency {record} {what}");
            let context = EmergencyContext {
                genesis: bytes("genesis"),
                record,
                content: bytes(&name("content")),
                lodged_by,
                patient: 1001,
                epoch,
            };
            let key = dealer::development_committee_key();
            let (r, s) = (scalar(&name("r")), scalar(&name("s")));
            let (capsule, released) = Capsule::create_from(&key, &context.capsule(), &r, &s);
            let (half, ikm) = (bytes(&name("patient half")), bytes(&name("ikm")));
            let sealed = hpke_suite::encrypt_with_rng(
                emergency::EMERGENCY_INFO,
                &context.aad(),
                &half,
                &emergency::WRAPPING.secret(&released).public(),
                &mut Ikm(ikm),
            );
            let sealed = sealed.unwrap().try_into().unwrap();
            let capsule = EmergencyCapsule { record, capsule, epoch, sealed };
            EmergencyVector {
                genesis: context.genesis.into(),
                record: Long(record),
                content: context.content.into(),
                lodged_by: Long(lodged_by),
                patient: Long(context.patient),
                epoch,
                capsule_r: r.to_bytes().into(),
                capsule_s: s.to_bytes().into(),
                ephemeral_ikm: ikm.into(),
                committee_key: key.to_bytes().into(),
                released: released.as_bytes().into(),
                patient_half: half.into(),
                emergency_capsule: capsule.to_bytes().into(),
                hash: capsule.hash().into(),
            }
        })
        .collect()
}

#[test]
fn emergency_capsules_agree_with_their_vectors_and_those_of_the_twin_open() {
    assert_eq!(read::<Vec<EmergencyVector>>("emergency.json"), emergencies());
    let twin = folder().join("ts-emergency.json").exists().then(|| read::<Vec<EmergencyVector>>("ts-emergency.json"));
    for vector in emergencies().into_iter().chain(twin.into_iter().flatten()) {
        let context = vector.context();
        let capsule = EmergencyCapsule::from_bytes(&vector.emergency_capsule.0).unwrap();
        assert_eq!(Hex::from(capsule.hash()), vector.hash);
        capsule.capsule.verify(&context.capsule()).unwrap();
        let share = dealer::development_share();
        let partial = share.release(&capsule.capsule, &context.capsule()).unwrap();
        let shares = [(VerifyingShare(*share.verifying_share().as_bytes()), partial)];
        let released = combine(1, &shares, &capsule.capsule, &context.capsule()).unwrap();
        assert_eq!(Hex::from(released.as_bytes()), vector.released);
        assert_eq!(Hex::from(capsule.open(&released, &context).unwrap().as_bytes()), vector.patient_half);
    }
}

// carried.json, and ts-carried.json of the TypeScript twin

#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
struct CarriedVector {
    genesis: Hex,
    record: Long,
    content: Hex,
    owner: Long,
    epoch: u32,
    /// r and s of the capsule; empty where they were drawn.
    capsule_r: Hex,
    capsule_s: Hex,
    ephemeral_ikm: Hex,
    committee_key: Hex,
    released: Hex,
    committee_half: Hex,
    envelope: Hex,
    hash: Hex,
}

impl CarriedVector {
    fn context(&self) -> CarriedContext {
        CarriedContext {
            genesis: self.genesis.array(),
            record: self.record.0,
            content: self.content.array(),
            owner: self.owner.0,
            epoch: self.epoch,
        }
    }
}

/// Of a patient, and of a record with a great number under a late epoch.
fn carried_halves() -> Vec<CarriedVector> {
    [(1001, 7, 2), (1_000_002, u64::MAX - 1, u32::MAX)]
        .into_iter()
        .map(|(owner, record, epoch)| {
            let name = |what: &str| format!("carried {record} {what}");
            let context =
                CarriedContext { genesis: bytes("genesis"), record, content: bytes(&name("content")), owner, epoch };
            let key = dealer::development_committee_key();
            let (r, s) = (scalar(&name("r")), scalar(&name("s")));
            let (capsule, released) = Capsule::create_from(&key, &context.capsule(), &r, &s);
            let (half, ikm) = (bytes(&name("committee half")), bytes(&name("ikm")));
            let wrapped = hpke_suite::encrypt_with_rng(
                carried::CARRIED_INFO,
                &context.aad(),
                &half,
                &carried::WRAPPING.secret(&released).public(),
                &mut Ikm(ikm),
            );
            let seals = seals().seals.into_iter().take(1).map(|v| EnvelopeSeal {
                recipient: v.recipient.value(),
                key_version: v.key_version,
                seal: v.seal.array(),
            });
            let carried = Some(wrapped.unwrap().try_into().unwrap());
            let envelope = Envelope { capsule, epoch, seals: seals.collect(), carried };
            CarriedVector {
                genesis: context.genesis.into(),
                record: Long(record),
                content: context.content.into(),
                owner: Long(owner),
                epoch,
                capsule_r: r.to_bytes().into(),
                capsule_s: s.to_bytes().into(),
                ephemeral_ikm: ikm.into(),
                committee_key: key.to_bytes().into(),
                released: released.as_bytes().into(),
                committee_half: half.into(),
                envelope: envelope.to_bytes().unwrap().into(),
                hash: envelope.hash().into(),
            }
        })
        .collect()
}

#[test]
fn carried_halves_agree_with_their_vectors_and_those_of_the_twin_open() {
    assert_eq!(read::<Vec<CarriedVector>>("carried.json"), carried_halves());
    let twin: Vec<CarriedVector> = read("ts-carried.json");
    assert!(!twin.is_empty());
    for vector in carried_halves().into_iter().chain(twin) {
        let context = vector.context();
        let envelope = Envelope::from_bytes(&vector.envelope.0).unwrap();
        assert_eq!(Hex::from(envelope.hash()), vector.hash);
        let capsule_context = envelope.capsule_context(context.genesis, 5, context.owner);
        assert_eq!(capsule_context, context.capsule());
        envelope.capsule.verify(&capsule_context).unwrap();
        let share = dealer::development_share();
        let partial = share.release(&envelope.capsule, &capsule_context).unwrap();
        let shares = [(VerifyingShare(*share.verifying_share().as_bytes()), partial)];
        let released = combine(1, &shares, &envelope.capsule, &capsule_context).unwrap();
        assert_eq!(Hex::from(released.as_bytes()), vector.released);
        let half =
            envelope.committee_half(released, context.genesis, context.record, context.content, context.owner).unwrap();
        assert_eq!(Hex::from(half.as_bytes()), vector.committee_half);
    }
}

#[test]
#[ignore = "writes the vectors anew, after a deliberate change of format"]
fn write_the_vectors() {
    write("encryption-key.json", &encryption_keys());
    write("record-key.json", &record_keys());
    write("seal.json", &seals());
    write("capsule.json", &capsules());
    write("emergency.json", &emergencies());
    write("carried.json", &carried_halves());
    if folder().join("content.json").exists() {
        return;
    }
    let key = RecordKey::derive(
        &PatientHalf::from_bytes(bytes("patient half")),
        &CommitteeHalf::from_bytes(bytes("committee half")),
    );
    let description = |title: &str| {
        format!(r#"{{"resourceType":"DocumentReference","status":"current","description":"{title}","content":[]}}"#)
    };
    let documents = [
        (description("synthetic: nothing attached"), vec![]),
        (description("synthetic: Befund, übersandt"), b"Synthetic report. No finding.\n".to_vec()),
        (description("synthetic: two chunks"), (0..66_000u32).map(|i| (i % 251) as u8).collect()),
    ];
    let vectors: Vec<_> = documents
        .into_iter()
        .map(|(description, document)| {
            let mut file = Vec::new();
            content::encrypt(&key, description.as_bytes(), document.as_slice(), &mut file).unwrap();
            ContentVector {
                record_key: key.as_bytes().into(),
                age_identity: key.to_identity_string().unwrap().expose_secret().to_owned(),
                description,
                document: document.into(),
                age_file: file.into(),
            }
        })
        .collect();
    write("content.json", &vectors);
}
