//! What the commands share: the connection, the key, the folders, and how transactions are followed.

use crate::{
    arguments::Global,
    failure::{Failure, Result},
    progress::Display,
    report::Report,
};
use medchain_sdk::{
    account::AccountId,
    client::{Member, MemberSelector, Payload, Submitted, Wait},
    council::{Majority, Proposed},
    keystore::{self, Keystore},
    Client, Identity,
};
use serde_json::json;
use std::{
    io::{BufRead, IsTerminal, Read},
    path::{Path, PathBuf},
};
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

/// The longest passphrase or secret that is read from a file, in bytes.
const SECRET_FILE_MAX: u64 = 4096;

/// One run of the program.
pub struct Session {
    global: Global,
    client: OnceCell<Client>,
    identity: OnceCell<Identity>,
}

impl Session {
    /// A session by these options; nothing is opened yet.
    pub fn new(global: Global) -> Self {
        Self { global, client: OnceCell::new(), identity: OnceCell::new() }
    }

    /// The connection to the node.
    pub async fn client(&self) -> Result<&Client> {
        self.client
            .get_or_try_init(|| async {
                Client::connect_to(&self.global.url, self.global.genesis).await.map_err(Failure::from)
            })
            .await
    }

    /// The keystore.
    pub fn keystore(&self) -> Result<Keystore> {
        let keystore = match &self.global.keystore {
            Some(folder) => Keystore::new(folder),
            None => Keystore::in_data_folder()?,
        };
        Ok(match self.global.work_factor {
            Some(log_n) => keystore.with_work_factor(log_n),
            None => keystore,
        })
    }

    /// The folder of interrupted uploads.
    pub fn uploads(&self) -> Result<PathBuf> {
        let data = match &self.global.data {
            Some(folder) => folder.clone(),
            None => keystore::data_folder()?,
        };
        Ok(data.join("uploads"))
    }

    /// Whether output is for machines.
    pub fn is_json(&self) -> bool {
        self.global.json
    }

    /// Whether a key was named.
    pub fn has_key(&self) -> bool {
        self.global.key.is_some()
    }

    /// The account that acts.
    pub async fn identity(&self) -> Result<&Identity> {
        self.identity
            .get_or_try_init(|| async {
                let key = self.global.key.as_deref().ok_or_else(|| {
                    Failure::usage("no key was named").hint(
                        "name an account of the keystore with --key NAME, or a development key with --key //Alice",
                    )
                })?;
                self.unlock(key)
            })
            .await
    }

    /// The account of this name in the keystore, or of a development key.
    pub fn unlock(&self, key: &str) -> Result<Identity> {
        if key.starts_with("//") || key.starts_with("0x") {
            return Ok(Identity::from_uri(key)?);
        }
        let keystore = self.keystore()?;
        let entry = keystore.find(key)?;
        let passphrase = self.passphrase(&entry.name)?;
        Ok(keystore.unlock(&entry.name, &passphrase)?)
    }

    /// The member that acts.
    pub async fn me(&self) -> Result<Member> {
        // What can be wrong with the key is told whether or not a node answers.
        let identity = self.identity().await?;
        Ok(self.client().await?.member_of(&identity.account()).await?)
    }

    /// The member for which the account acts: itself, or the institution whose staff it is.
    pub async fn acts_for(&self) -> Result<Member> {
        let identity = self.identity().await?;
        let acting = self.client().await?.acting(&identity.account()).await?;
        Ok(acting.ok_or(medchain_sdk::Error::NotAMember)?.member)
    }

    /// The account of a member, or any that an address names; this one if nobody is named.
    pub async fn account_of(&self, member: Option<&MemberSelector>) -> Result<AccountId> {
        match member {
            None => Ok(self.identity().await?.account()),
            Some(MemberSelector::Account(account)) => Ok(account.clone()),
            Some(selector) => Ok(self.client().await?.member(selector).await?.account),
        }
    }

    /// The passphrase of an account of the keystore.
    pub fn passphrase(&self, name: &str) -> Result<Zeroizing<String>> {
        match &self.global.passphrase_file {
            Some(file) => first_line(file),
            None => prompt(&format!("Passphrase of {name}: ")),
        }
    }

    /// A passphrase for a new account, asked for twice.
    pub fn new_passphrase(&self, name: &str) -> Result<Zeroizing<String>> {
        if let Some(file) = &self.global.passphrase_file {
            return first_line(file);
        }
        let passphrase = prompt(&format!("New passphrase of {name}: "))?;
        if *passphrase != *prompt("Once more: ")? {
            return Err(Failure::new("the two passphrases differ").hint("try again"));
        }
        Ok(passphrase)
    }

    /// How long to follow the last transaction of a command.
    pub fn wait(&self) -> Wait {
        if self.global.no_wait {
            Wait::Taken
        } else {
            Wait::Finalized
        }
    }

    /// How long to follow a transaction that others of the same command build on.
    pub fn wait_between(&self) -> Wait {
        if self.global.no_wait {
            Wait::InBlock
        } else {
            Wait::Finalized
        }
    }

    /// Submits a call and follows it as the options say.
    pub async fn submit(&self, call: impl Payload) -> Result<Submitted> {
        self.submit_until(call, self.wait()).await
    }

    /// Submits a call and follows it as far as `wait`.
    pub async fn submit_until(&self, call: impl Payload, wait: Wait) -> Result<Submitted> {
        let display = Display::new();
        let identity = self.identity().await?;
        Ok(self.client().await?.submit(&call, identity, wait, &|stage| display.transaction(stage)).await?)
    }

    /// Proposes a call to the council and votes for it.
    pub async fn propose(&self, call: impl Payload, majority: Majority, said: &str) -> Result<Report> {
        let display = Display::new();
        let identity = self.identity().await?;
        let progress = |stage| display.transaction(stage);
        let proposed = self.client().await?.propose(&call, majority, identity, self.wait(), &progress).await?;
        Ok(match proposed {
            Proposed::Carried(submitted) => transaction_report(&submitted).line(format!("decided: {said}")),
            Proposed::Open { number, needed, vote } => transaction_report(&vote)
                .field("motion", number)
                .field("votesNeeded", needed)
                .line(format!("motion {number}, with your vote: {said}"))
                .line(format!(
                    "{needed} votes are needed; the others vote with medchain council vote {number} yes, and anybody \
                     carries it out with medchain council close {number}"
                )),
        })
    }

    /// Submits a call whose success is all there is to tell.
    pub async fn act(&self, call: impl Payload, said: impl Into<String>) -> Result<Report> {
        let submitted = self.submit(call).await?;
        Ok(transaction_report(&submitted).line(said))
    }
}

/// A report with the transaction's JSON.
pub fn transaction_report(submitted: &Submitted) -> Report {
    Report::new(json!({
        "transaction": hex(&submitted.transaction),
        "block": submitted.block.as_ref().map(hex),
        "finalized": submitted.finalized,
    }))
}

/// 32 bytes as `0x`-prefixed hexadecimal.
pub fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().fold("0x".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// The first line of a file that holds a secret.
pub fn first_line(path: &Path) -> Result<Zeroizing<String>> {
    let failed = |error: std::io::Error| medchain_sdk::Error::file("reading", path, &error);
    let file = std::fs::File::open(path).map_err(failed)?;
    read_first_line(file).map_err(|error| {
        if error.kind() == std::io::ErrorKind::InvalidData {
            Failure::new(format!("{:?} holds no text", path.display().to_string())).hint("give a file of UTF-8 text")
        } else {
            failed(error).into()
        }
    })
}

/// A secret from a terminal, unseen, or else the first line of stdin.
pub fn secret(question: &str) -> Result<Zeroizing<String>> {
    if std::io::stdin().is_terminal() {
        return prompt(question);
    }
    read_first_line(std::io::stdin().lock())
        .map_err(|_| Failure::new("no text came on stdin").hint("give the recovery phrase on one line"))
}

fn read_first_line(from: impl Read) -> std::io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    std::io::BufReader::new(from.take(SECRET_FILE_MAX)).read_line(&mut line)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn prompt(question: &str) -> Result<Zeroizing<String>> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new("there is no terminal to ask for the passphrase on")
            .hint("give it in a file with --passphrase-file"));
    }
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .map_err(|_| Failure::new("the passphrase could not be read").hint("give it in a file with --passphrase-file"))
}
