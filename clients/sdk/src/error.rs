//! The one error of the SDK: a sentence that says what is wrong, and a hint that says what to do.

use medchain_primitives::{KeyVersion, MemberId, RecordId};
use std::path::PathBuf;

/// The result of a call to the SDK.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something was refused or failed. Its `Display` is one sentence without a full stop; [`Error::hint`] says what to
/// do. Neither carries personal data or secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No connection to the node.
    #[error("no node answers at {url}")]
    Unreachable {
        /// Where it was sought.
        url: String,
    },
    /// The text is no WebSocket address.
    #[error("{url:?} is not the address of a node")]
    MalformedUrl {
        /// The text.
        url: String,
    },
    /// The connection broke while an answer was awaited.
    #[error("the connection to the node was lost")]
    ConnectionLost,
    /// The node runs another runtime.
    #[error("the node at {url} runs the chain {found:?}, not medchain")]
    WrongChain {
        /// The node.
        url: String,
        /// The name of its runtime.
        found: String,
    },
    /// The node's chain is not the one that was asked for.
    #[error("the node's chain has genesis {found}, not {expected}")]
    WrongGenesis {
        /// The genesis hash asked for.
        expected: String,
        /// The genesis hash found.
        found: String,
    },
    /// The chain's runtime and this program do not agree on a call.
    #[error("the chain's runtime and this program are of different versions")]
    IncompatibleRuntime,
    /// The node's answer could not be understood.
    #[error("the node's answer to {method} could not be understood")]
    MalformedAnswer {
        /// The JSON-RPC method.
        method: String,
    },
    /// The node refused a JSON-RPC call.
    #[error("{message}")]
    Node {
        /// The JSON-RPC error code.
        code: i32,
        /// The node's sentence.
        message: String,
        /// The short machine-readable reason in the error's data, if any.
        reason: Option<String>,
        /// The node's advice, if any.
        advice: Option<String>,
    },
    /// The runtime refused a call, or would refuse it.
    #[error("{text} ({pallet}.{error})")]
    Dispatch {
        /// The pallet that refused.
        pallet: String,
        /// The name of its error.
        error: String,
        /// What the error says, up to its remedy.
        text: String,
        /// The remedy that the error names.
        remedy: Option<String>,
    },
    /// The runtime refused a call for a reason that no pallet names.
    #[error("{text}")]
    Refused {
        /// What it says.
        text: String,
    },
    /// The transaction pool refused a transaction.
    #[error("the node does not take the transaction: {reason}")]
    TransactionRefused {
        /// The pool's reason.
        reason: String,
    },
    /// A transaction was taken and then dropped before a block included it.
    #[error("the transaction was dropped before it was in a block: {reason}")]
    TransactionDropped {
        /// The pool's reason.
        reason: String,
    },
    /// A storage proof does not prove what it should.
    #[error("the node's proof of {what} does not hold")]
    ProofRefused {
        /// What was to be proved.
        what: &'static str,
    },
    /// No member has this number, username or account.
    #[error("there is no member {selector:?}")]
    UnknownMember {
        /// What was asked for.
        selector: String,
    },
    /// The account in use is not registered.
    #[error("this account is not registered as a member")]
    NotAMember,
    /// The member has no profile or certificate.
    #[error("member {member} has no current {what}")]
    NoOwnRecord {
        /// The member's number.
        member: u64,
        /// Profile or certificate.
        what: &'static str,
    },
    /// No such thing on chain.
    #[error("there is no {what} {id}")]
    Unknown {
        /// What was asked for.
        what: &'static str,
        /// Its number.
        id: u64,
    },
    /// The record was erased by its patient.
    #[error("record {0} was erased by its patient")]
    Erased(RecordId),
    /// Nobody granted the record to this account.
    #[error("record {0} is not granted to this account")]
    NotGranted(RecordId),
    /// A staff account holds no copy of its institution's key of this version.
    #[error("this account holds no copy of the key that institution {institution} has now (version {version})")]
    NoCopy {
        /// The institution.
        institution: MemberId,
        /// The version of its key.
        version: KeyVersion,
    },
    /// A guardian holds no copy of a member's secret, or none that opens.
    #[error("this account holds no copy of a secret of member {member} that it can open")]
    NoGuardianCopy {
        /// The member.
        member: MemberId,
    },
    /// Guardians hold the only copies of a member's earlier secret, and naming guardians would replace them.
    #[error("the guardians hold the only copies of the secret of an earlier key, which naming any would destroy")]
    OnlyCopies,
    /// There is no reading window, and opening was not asked for.
    #[error("record {0} is not open for this account")]
    NotOpen(RecordId),
    /// The envelope has no seal for this account.
    #[error("the envelope of record {0} holds no seal for this account")]
    NotSealedForUs(RecordId),
    /// A seal or release was made for another key, or altered.
    #[error("the {what} of record {record} does not open with this key")]
    Unopened {
        /// Seal or release.
        what: &'static str,
        /// The record.
        record: RecordId,
    },
    /// The committee's releases do not combine.
    #[error("the release committee's answers for record {record} do not combine: {reason}")]
    ReleaseRefused {
        /// The record.
        record: RecordId,
        /// Why.
        reason: String,
    },
    /// Fewer validators than asked for have said in time that they hold the content.
    #[error("{found} of the {copies} validators asked for hold the content by now")]
    TooFewCopies {
        /// How many were asked for.
        copies: u32,
        /// How many have said so.
        found: u32,
    },
    /// The council has authorised another runtime or none.
    #[error("the council has not authorised the runtime with code hash {code}")]
    NotAuthorised {
        /// The hash of the code, hexadecimal.
        code: String,
    },
    /// The chain has no release committee.
    #[error("this chain has no release committee")]
    NoCommittee,
    /// The key that the record is encrypted to was given up.
    #[error("the release committee keeps the key of epoch {epoch} no more")]
    KeyRetired {
        /// The epoch.
        epoch: u32,
    },
    /// No administrator has published an encryption key.
    #[error("no administrator has published an encryption key yet")]
    NoAdministratorKeys,
    /// What the node served is not what the chain names.
    #[error("the {what} that the node served for record {record} is not the one that the chain names")]
    ContentMismatch {
        /// Root block, leaf or envelope.
        what: &'static str,
        /// The record.
        record: RecordId,
    },
    /// The content could not be decrypted.
    #[error("the content of record {record} could not be decrypted: {reason}")]
    Undecryptable {
        /// The record.
        record: RecordId,
        /// Why.
        reason: String,
    },
    /// The content is larger than allowed.
    #[error("the encrypted document has {size} bytes; at most {limit} are allowed")]
    ContentTooLarge {
        /// Bytes of ciphertext.
        size: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The description is longer than allowed.
    #[error("title, file name and note together are too long")]
    DescriptionTooLong,
    /// More documents than one transaction anchors.
    #[error("one transaction anchors at most {limit} documents")]
    TooManyDocuments {
        /// How many it anchors.
        limit: u32,
    },
    /// The note is longer than allowed.
    #[error("the note is longer than {limit} bytes")]
    NoteTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A recipient's published encryption key cannot be used.
    #[error("the published encryption key of {whom} cannot be used")]
    UnusableKey {
        /// Whose key it is.
        whom: String,
    },
    /// No upload of this document was interrupted.
    #[error("there is no interrupted upload of this document to resume")]
    NothingToResume,
    /// Another process uploads the same document.
    #[error("another process is uploading this document")]
    UploadInProgress,
    /// A file could not be used.
    #[error("{action} {path:?} failed: {reason}", path = .path.display().to_string())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
        /// What kind of failure it was.
        kind: std::io::ErrorKind,
    },
    /// A file of that name is already there.
    #[error("{path:?} already exists", path = .path.display().to_string())]
    WouldOverwrite {
        /// The file.
        path: PathBuf,
    },
    /// The recovery phrase is not one.
    #[error("this is not a recovery phrase of 12 to 24 English words with a right checksum")]
    MalformedPhrase,
    /// The seed is not 32 bytes of hexadecimal.
    #[error("this is not a seed of 32 bytes in hexadecimal")]
    MalformedSeed,
    /// The text is no voucher or consent.
    #[error("this is no {what}")]
    MalformedStatement {
        /// What it should be.
        what: &'static str,
    },
    /// The URI is not a development URI.
    #[error("this is not a key URI such as //Alice")]
    MalformedUri,
    /// Soft derivation has no seed from which an encryption key could follow.
    #[error("a softly derived key has no seed of its own, so no encryption key can follow from it")]
    SoftDerivation,
    /// The name of an account is malformed.
    #[error("{name:?} is not a name for an account")]
    MalformedName {
        /// The name.
        name: String,
    },
    /// The keystore holds no such account.
    #[error("the keystore has no account {name:?}")]
    UnknownAccount {
        /// The name or address asked for.
        name: String,
    },
    /// The keystore already holds the name.
    #[error("the keystore already has an account {name:?}")]
    AccountExists {
        /// The name.
        name: String,
    },
    /// The passphrase does not open the key.
    #[error("the passphrase does not open account {name:?}")]
    WrongPassphrase {
        /// The name.
        name: String,
    },
    /// The key file is damaged.
    #[error("the key file of account {name:?} is damaged")]
    DamagedKey {
        /// The name.
        name: String,
    },
    /// The passphrase is empty.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// Neither `XDG_DATA_HOME` nor `HOME` is set.
    #[error("there is no folder for keys and interrupted uploads")]
    NoDataFolder,
    /// The text is no link.
    #[error("this is no link: {reason}")]
    MalformedLink {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// What a link leads to cannot be read.
    #[error("what the link leads to cannot be read: {reason}")]
    UnreadableFile {
        /// Why.
        reason: &'static str,
    },
    /// The link cannot be opened: its end has come, it is used up, taken back or locked, or there never was one.
    #[error("the link cannot be opened")]
    LinkInactive,
    /// The link needs a passcode, or another one.
    #[error("the link needs its passcode; {remaining} attempts are left")]
    PasscodeRefused {
        /// How many attempts are left in the link's life.
        remaining: u32,
    },
    /// No link shows this record.
    #[error("record {record} cannot be shown by a link")]
    UnshowableRecord {
        /// The record.
        record: RecordId,
    },
    /// What a link is to show is larger than its gateway takes.
    #[error("what the link is to show takes {size} bytes; the gateway takes {limit}")]
    LinkTooLarge {
        /// Bytes, encrypted.
        size: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// No gateway answers.
    #[error("no gateway answers at {url}")]
    GatewayUnreachable {
        /// Where it was sought.
        url: String,
    },
    /// The gateway refused, or could not do it now.
    #[error("the gateway does not do this: {reason}")]
    Gateway {
        /// Its reason.
        reason: String,
        /// After how many seconds it may be asked again.
        retry_after: Option<u64>,
    },
    /// The gateway's institution or chain is not what it says.
    #[error("the gateway is not one of this chain's institutions")]
    GatewayNotTrusted,
    /// The gateway serves another portal than the one that was published.
    #[error("the gateway serves the portal {found}, not {expected}")]
    OtherPortal {
        /// The hash of what it serves.
        found: String,
        /// The published hash.
        expected: String,
    },
    /// The operating system failed us in a way that cannot be helped.
    #[error("an internal step failed: {0}")]
    Internal(&'static str),
}

impl Error {
    /// An error about a file.
    pub fn file(action: &'static str, path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            std::io::ErrorKind::StorageFull => "the disk is full".to_owned(),
            std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => error.to_string(),
        };
        Self::File { action, path: path.into(), reason, kind: error.kind() }
    }

    /// An error of a pallet, from its name and the documentation of its error: a sentence, and after a semicolon the
    /// remedy.
    pub fn dispatch(pallet: &str, error: &str, documentation: &str) -> Self {
        let documentation = documentation.split_whitespace().collect::<Vec<_>>().join(" ");
        let sentence = documentation.trim().trim_end_matches('.');
        let (text, remedy) = match sentence.split_once("; ") {
            Some((text, remedy)) => (text, Some(remedy.to_owned())),
            None => (sentence, None),
        };
        let text = if text.is_empty() { "the chain refused this".to_owned() } else { uncapitalised(text) };
        Self::Dispatch { pallet: pallet.to_owned(), error: error.to_owned(), text, remedy }
    }

    /// What to do about it, in one phrase.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unreachable { .. } => "start a node with scripts/run.sh, or name another with --url",
            Self::MalformedUrl { .. } => "give a WebSocket address such as ws://127.0.0.1:9944",
            Self::ConnectionLost => {
                "see that the node runs, then repeat the command; an upload goes on where it stopped"
            }
            Self::WrongChain { .. } | Self::WrongGenesis { .. } => "name a node of the right chain with --url",
            Self::IncompatibleRuntime => "install the medchain program that was released with the chain's runtime",
            Self::MalformedAnswer { .. } => "use a node and a medchain program of the same release",
            Self::Node { code, reason, advice, .. } => return node_hint(*code, reason.as_deref(), advice.as_deref()),
            Self::Dispatch { remedy, .. } => return remedy.clone(),
            Self::Refused { .. } => "use the account that may do this, with --key",
            Self::TransactionRefused { .. } => {
                "wait a few blocks and repeat; `medchain status` shows the account's quota"
            }
            Self::TransactionDropped { .. } => "see whether the chain makes blocks with `medchain status`, then repeat",
            Self::ProofRefused { .. } => "do not use this node; name another with --url",
            Self::UnknownMember { .. } => {
                "give a member number, a username or an SS58 address; see `medchain member list`"
            }
            Self::NotAMember => "register first with `medchain member register`, or choose another key with --key",
            Self::NoOwnRecord { .. } => "it is uploaded by `medchain member register`; repeat that command",
            Self::Unknown { .. } => {
                "see the number in the listing: `medchain record list`, `access inbox`, `appointment list`"
            }
            Self::Erased(_) => "nothing is left to read",
            Self::NotGranted(record) => {
                return Some(format!("ask the patient with `medchain access request PATIENT {record} --purpose TREAT`"))
            }
            Self::NotOpen(record) => return Some(format!("open it with `medchain access open {record}`")),
            Self::NoCopy { .. } => "ask the institution to run `medchain staff reseal`",
            Self::OnlyCopies => {
                "ask one of them for `medchain member return-copy`, run `medchain member reseal`, then repeat"
            }
            Self::NoGuardianCopy { .. } => "ask another of its guardians, with the key that it was named under",
            Self::NotSealedForUs(_) => "use the key of the record's patient, or open it by a grant",
            Self::Unopened { .. } => {
                "use the key that the member registered with; a grant for an older key must be given anew"
            }
            Self::ReleaseRefused { .. } => "repeat it, or ask another node with --url",
            Self::TooFewCopies { .. } => {
                "the record is anchored and its content stored; repeat the command to wait again, or ask for fewer copies"
            }
            Self::NotAuthorised { .. } => "propose it with medchain council authorize-upgrade, and have the motion carried out",
            Self::NoCommittee => "a chain gets its release committee in its genesis; see docs/operations",
            Self::KeyRetired { .. } => "ask the record's owner for a copy, or its author to upload the document anew",
            Self::NoAdministratorKeys => "an administrator publishes one with `medchain member publish-key`",
            Self::ContentMismatch { .. } => "fetch it from another node with --url, and tell this node's operator",
            Self::Undecryptable { .. } => "fetch it from another node with --url",
            Self::ContentTooLarge { .. } => "split the document into several",
            Self::DescriptionTooLong => "shorten the note",
            Self::NoteTooLong { .. } => "shorten the note",
            Self::TooManyDocuments { .. } => "split them over several uploads",
            Self::UnusableKey { .. } => "the member must publish another key",
            Self::NothingToResume => "repeat the command without --resume",
            Self::UploadInProgress => "wait for it to end",
            Self::File { kind, .. } => match kind {
                std::io::ErrorKind::NotFound => "check the path",
                std::io::ErrorKind::StorageFull => "free some space and repeat",
                std::io::ErrorKind::IsADirectory => "name a file",
                _ => "check the path and its permissions",
            },
            Self::WouldOverwrite { .. } => "choose another name with --output, or overwrite it with --force",
            Self::MalformedPhrase => "check the words and their order",
            Self::MalformedSeed => "give 0x and 64 hexadecimal digits",
            Self::MalformedStatement { .. } => "copy the whole of it, from 0x to its end",
            Self::MalformedUri => "give a development URI such as //Alice, or the name of an account of the keystore",
            Self::SoftDerivation => "derive with // instead of /",
            Self::MalformedName { .. } => "use 1 to 32 letters, digits, '-' or '_'",
            Self::UnknownAccount { .. } => "see `medchain account list`; make one with `medchain account new NAME`",
            Self::AccountExists { .. } => "choose another name",
            Self::WrongPassphrase { .. } => {
                "try again; without the passphrase, only the recovery phrase restores the account"
            }
            Self::DamagedKey { .. } => "restore it from the recovery phrase with `medchain account import`",
            Self::EmptyPassphrase => "choose one that only you know",
            Self::NoDataFolder => "set HOME or XDG_DATA_HOME, or name folders with --keystore and --data",
            Self::MalformedLink { .. } => "copy the whole of it, from shlink:/ to its end",
            Self::UnreadableFile { .. } => "ask who made the link for another",
            Self::LinkInactive => "ask who made it for another: it may have ended, be used up, taken back or locked",
            Self::PasscodeRefused { remaining: 0 } => "ask who made the link to unlock it with `medchain link unlock`",
            Self::PasscodeRefused { .. } => "ask who made the link, and give the passcode with --link-passcode-file",
            Self::UnshowableRecord { .. } => "leave it out, or make a link to it alone",
            Self::LinkTooLarge { .. } => "make several links",
            Self::GatewayUnreachable { .. } => "check the address; the gateway is started by scripts/run.sh",
            Self::Gateway { retry_after: Some(seconds), .. } => return Some(format!("repeat it after {seconds} s")),
            Self::Gateway { .. } => "ask the institution that runs the gateway",
            Self::GatewayNotTrusted => "use the gateway of an active hospital or pharmacy of this chain",
            Self::OtherPortal { .. } => "do not sign in there; tell the institution that runs the gateway",
            Self::Internal(_) => "repeat the command; if it fails again, report it",
        };
        Some(hint.to_owned())
    }
}

/// What to do about an error of the node, by its documented code.
fn node_hint(code: i32, reason: Option<&str>, advice: Option<&str>) -> Option<String> {
    if let Some(advice) = advice {
        return Some(advice.to_owned());
    }
    let hint = match (code, reason) {
        (7101, Some("wrongChain")) => "name a node of the right chain with --url",
        (7101, _) => "repeat the command; a ticket lives for minutes only",
        (7102, _) => {
            "pending and active professionals and patients may store; an unfinished upload counts against the allowance"
        }
        (7103, _) => "a reader needs a grant and an opening: `medchain access request`, then `medchain access open`",
        (7104, _) => "see the number with `medchain record list`",
        (7105, _) => "repeat the upload from the start",
        (7106, _) => "repeat the command; the upload goes on where it stopped",
        (7107, _) => "ask another node with --url",
        (7108, _) => "tell the node's operator, then repeat the command",
        (7109, _) => "ask a validator's node with --url",
        (-32601, _) => "use a node and a medchain program of the same release",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// A sentence as it stands behind `error: `. A first word in capitals stays.
pub(crate) fn uncapitalised(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_of_a_pallet_error_becomes_a_sentence_and_a_hint() {
        let error = Error::dispatch(
            "Appointments",
            "SlotTaken",
            " The doctor has an accepted appointment\n in this slot; choose another.",
        );
        assert_eq!(error.to_string(), "the doctor has an accepted appointment in this slot (Appointments.SlotTaken)");
        assert_eq!(error.hint().as_deref(), Some("choose another"));
    }

    #[test]
    fn a_pallet_error_without_documentation_is_still_named() {
        let error = Error::dispatch("Access", "Odd", "");
        assert_eq!(error.to_string(), "the chain refused this (Access.Odd)");
        assert_eq!(error.hint(), None);
    }

    #[test]
    fn a_file_error_names_the_file_and_no_system_code() {
        let error = Error::file("reading", "/nowhere/x", &std::io::Error::from(std::io::ErrorKind::NotFound));
        assert_eq!(error.to_string(), "reading \"/nowhere/x\" failed: there is no such file or folder");
    }
}
