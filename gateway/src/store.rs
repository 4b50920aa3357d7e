//! The link store: what patients have stored, in an embedded database or in PostgreSQL, by one set of queries. What must
//! hold between gateways that share a database, such as the count of passcodes, is one statement each.

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection},
    result::{DatabaseErrorKind, Error as DieselError},
};
use medchain_primitives::{LinkCommitment, LinkId, Moment, RecordId};
use medchain_sdk::link::{ContentType, Flags};
use std::time::Duration;

/// How many connections are open at once.
const CONNECTIONS: u32 = 8;
/// How long to wait for one.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How many stored links one page of upkeep has.
const PAGE: i64 = 256;

diesel::table! {
    links (commitment) {
        commitment -> Binary,
        link -> BigInt,
        flag -> Text,
        passcode -> Nullable<Text>,
        attempts_left -> Integer,
        stored_at -> BigInt,
    }
}

diesel::table! {
    files (commitment, place) {
        commitment -> Binary,
        place -> Integer,
        content_type -> Text,
        records -> Text,
        jwe -> Binary,
    }
}

diesel::table! {
    tickets (digest) {
        digest -> Binary,
        commitment -> Binary,
        place -> Integer,
        expires_at -> BigInt,
    }
}

diesel::table! {
    askings (digest) {
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(links, files, tickets, askings);

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// Why the store refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address names neither database.
    #[error("the store is named by sqlite:FILE or postgres://…")]
    UnknownAddress,
    /// The link is stored already.
    #[error("the link is stored already")]
    Taken,
    /// The database failed.
    #[error("the link store failed")]
    Database,
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Taken,
            _ => Self::Database,
        }
    }
}

type Result<T> = std::result::Result<T, StoreError>;

/// A link to store.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// What it is known by.
    pub commitment: LinkCommitment,
    /// Its number on chain.
    pub link: LinkId,
    /// Its flags.
    pub flags: Flags,
    /// What is kept of its passcode.
    pub passcode: Option<String>,
    /// How many wrong passcodes it takes.
    pub attempts: u16,
    /// What it shows.
    pub files: Vec<File>,
}

/// A file of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What is inside the encryption.
    pub content_type: ContentType,
    /// The records in it.
    pub records: Vec<RecordId>,
    /// The compact JWE.
    pub jwe: Vec<u8>,
}

/// A stored link, without its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its flags.
    pub flags: Flags,
    /// What is kept of its passcode.
    pub passcode: Option<String>,
    /// How many wrong passcodes it still takes.
    pub attempts_left: u32,
    /// When it was stored, in milliseconds.
    pub stored_at: Moment,
}

/// The store.
#[derive(Clone)]
pub struct Store(Pool<Manager>);

struct Manager(Address);

enum Address {
    Postgres(String),
    Sqlite(String),
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> std::result::Result<AnyConnection, Self::Error> {
        use diesel::r2d2::Error;
        match &self.0 {
            Address::Postgres(url) => {
                PgConnection::establish(url).map(AnyConnection::Postgres).map_err(Error::ConnectionError)
            }
            Address::Sqlite(file) => {
                let mut connection = SqliteConnection::establish(file).map_err(Error::ConnectionError)?;
                // A link is stored, and an attempt counted, when it is on disk.
                connection
                    .batch_execute(
                        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                         PRAGMA secure_delete = ON;",
                    )
                    .map_err(Error::QueryError)?;
                Ok(AnyConnection::Sqlite(connection))
            }
        }
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> std::result::Result<(), Self::Error> {
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        connection.is_broken()
    }
}

impl Store {
    /// Opens the store at `sqlite:FILE` or `postgres://…`, and makes its tables if they are not there.
    ///
    /// # Errors
    /// [`StoreError::UnknownAddress`], [`StoreError::Database`].
    pub fn open(address: &str) -> Result<Self> {
        let (manager, bytes) = if let Some(file) = address.strip_prefix("sqlite:") {
            // For the gateway's eyes alone; the database's other files take its mode.
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(file).map_err(|_| StoreError::Database)?;
            (Manager(Address::Sqlite(file.to_owned())), "BLOB")
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            (Manager(Address::Postgres(address.to_owned())), "BYTEA")
        } else {
            return Err(StoreError::UnknownAddress);
        };
        let pool = Pool::builder().max_size(CONNECTIONS).connection_timeout(CONNECT_WITHIN).build(manager);
        let store = Self(pool.map_err(|_| StoreError::Database)?);
        store.connection()?.batch_execute(&format!(
            "CREATE TABLE IF NOT EXISTS links (
                commitment {bytes} PRIMARY KEY,
                link BIGINT NOT NULL,
                flag TEXT NOT NULL,
                passcode TEXT,
                attempts_left INTEGER NOT NULL,
                stored_at BIGINT NOT NULL
            );
            CREATE TABLE IF NOT EXISTS files (
                commitment {bytes} NOT NULL,
                place INTEGER NOT NULL,
                content_type TEXT NOT NULL,
                records TEXT NOT NULL,
                jwe {bytes} NOT NULL,
                PRIMARY KEY (commitment, place)
            );
            CREATE TABLE IF NOT EXISTS tickets (
                digest {bytes} PRIMARY KEY,
                commitment {bytes} NOT NULL,
                place INTEGER NOT NULL,
                expires_at BIGINT NOT NULL
            );
            CREATE TABLE IF NOT EXISTS askings (
                digest {bytes} PRIMARY KEY,
                expires_at BIGINT NOT NULL
            );"
        ))?;
        Ok(store)
    }

    fn connection(&self) -> Result<PooledConnection<Manager>> {
        self.0.get().map_err(|_| StoreError::Database)
    }

    /// Does something in the store, on a thread that may wait.
    pub async fn with<T: Send + 'static>(&self, work: impl FnOnce(&Store) -> Result<T> + Send + 'static) -> Result<T> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(&store)).await.map_err(|_| StoreError::Database)?
    }

    /// Whether the database answers.
    pub fn check(&self) -> Result<()> {
        Ok(self.connection()?.ping()?)
    }

    /// Stores a link with all it shows, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if it is stored already.
    pub fn put(&self, new: &NewLink, now: Moment) -> Result<()> {
        let commitment = new.commitment.0.as_slice();
        self.connection()?.transaction(|connection| {
            diesel::insert_into(links::table)
                .values((
                    links::commitment.eq(commitment),
                    links::link.eq(as_stored(new.link.0)),
                    links::flag.eq(String::from(new.flags)),
                    links::passcode.eq(new.passcode.as_deref()),
                    links::attempts_left.eq(i32::from(new.attempts)),
                    links::stored_at.eq(as_stored(now)),
                ))
                .execute(connection)?;
            for (place, file) in (0i32..).zip(&new.files) {
                diesel::insert_into(files::table)
                    .values((
                        files::commitment.eq(commitment),
                        files::place.eq(place),
                        files::content_type.eq(file.content_type.name()),
                        files::records.eq(numbers(&file.records)),
                        files::jwe.eq(file.jwe.as_slice()),
                    ))
                    .execute(connection)?;
            }
            Ok(())
        })
    }

    /// A stored link.
    pub fn find(&self, commitment: LinkCommitment) -> Result<Option<Held>> {
        let found: Option<(String, Option<String>, i32, i64)> = links::table
            .find(commitment.0.as_slice())
            .select((links::flag, links::passcode, links::attempts_left, links::stored_at))
            .first(&mut self.connection()?)
            .optional()?;
        let Some((flag, passcode, attempts_left, stored_at)) = found else { return Ok(None) };
        let flags = Flags::try_from(flag).map_err(|_| StoreError::Database)?;
        let attempts_left = u32::try_from(attempts_left).unwrap_or(0);
        Ok(Some(Held { flags, passcode, attempts_left, stored_at: as_given(stored_at) }))
    }

    /// The files of a link, each with its place.
    pub fn files(&self, commitment: LinkCommitment) -> Result<Vec<(i32, File)>> {
        let found: Vec<(i32, String, String, Vec<u8>)> = files::table
            .filter(files::commitment.eq(commitment.0.as_slice()))
            .order(files::place)
            .select((files::place, files::content_type, files::records, files::jwe))
            .load(&mut self.connection()?)?;
        found
            .into_iter()
            .map(|(place, content_type, records, jwe)| Ok((place, file(&content_type, &records, jwe)?)))
            .collect()
    }

    /// The records in each file of a link, with its place.
    pub fn records(&self, commitment: LinkCommitment) -> Result<Vec<(i32, Vec<RecordId>)>> {
        let found: Vec<(i32, String)> = files::table
            .filter(files::commitment.eq(commitment.0.as_slice()))
            .select((files::place, files::records))
            .load(&mut self.connection()?)?;
        found.into_iter().map(|(place, records)| Ok((place, record_ids(&records)?))).collect()
    }

    /// One file of a link.
    pub fn file(&self, commitment: LinkCommitment, place: i32) -> Result<Option<File>> {
        let found: Option<(String, String, Vec<u8>)> = files::table
            .filter(files::commitment.eq(commitment.0.as_slice()).and(files::place.eq(place)))
            .select((files::content_type, files::records, files::jwe))
            .first(&mut self.connection()?)
            .optional()?;
        found.map(|(content_type, records, jwe)| file(&content_type, &records, jwe)).transpose()
    }

    /// Takes one of the attempts that are left, before a passcode is looked at; `false` if none is left. However many
    /// come at once, no more are given than there are.
    pub fn take_attempt(&self, commitment: LinkCommitment) -> Result<bool> {
        let taken = diesel::update(links::table)
            .filter(links::commitment.eq(commitment.0.as_slice()).and(links::attempts_left.gt(0)))
            .set(links::attempts_left.eq(links::attempts_left - 1))
            .execute(&mut self.connection()?)?;
        Ok(taken == 1)
    }

    /// Gives an attempt back, whose passcode was right.
    pub fn give_attempt_back(&self, commitment: LinkCommitment) -> Result<()> {
        diesel::update(links::table)
            .filter(links::commitment.eq(commitment.0.as_slice()))
            .set(links::attempts_left.eq(links::attempts_left + 1))
            .execute(&mut self.connection()?)?;
        Ok(())
    }

    /// Gives a link attempts anew, and another passcode if there is one; `false` if it is not stored or has no passcode.
    pub fn unlock(&self, commitment: LinkCommitment, attempts: u16, passcode: Option<&str>) -> Result<bool> {
        let connection = &mut self.connection()?;
        let locked = links::commitment.eq(commitment.0.as_slice()).and(links::passcode.is_not_null());
        let attempts = links::attempts_left.eq(i32::from(attempts));
        let changed = match passcode {
            Some(passcode) => diesel::update(links::table)
                .filter(locked)
                .set((attempts, links::passcode.eq(passcode)))
                .execute(connection)?,
            None => diesel::update(links::table).filter(locked).set(attempts).execute(connection)?,
        };
        Ok(changed == 1)
    }

    /// Deletes a link with all it shows.
    pub fn remove(&self, commitment: LinkCommitment) -> Result<()> {
        let commitment = commitment.0.as_slice();
        self.connection()?.transaction(|connection| {
            diesel::delete(links::table).filter(links::commitment.eq(commitment)).execute(connection)?;
            diesel::delete(files::table).filter(files::commitment.eq(commitment)).execute(connection)?;
            diesel::delete(tickets::table).filter(tickets::commitment.eq(commitment)).execute(connection)?;
            Ok(())
        })
    }

    /// Deletes one file of a link.
    pub fn remove_file(&self, commitment: LinkCommitment, place: i32) -> Result<()> {
        diesel::delete(files::table)
            .filter(files::commitment.eq(commitment.0.as_slice()).and(files::place.eq(place)))
            .execute(&mut self.connection()?)?;
        Ok(())
    }

    /// Remembers a ticket, by its digest, to one file until then.
    pub fn put_ticket(&self, digest: [u8; 32], commitment: LinkCommitment, place: i32, until: Moment) -> Result<()> {
        diesel::insert_into(tickets::table)
            .values((
                tickets::digest.eq(digest.as_slice()),
                tickets::commitment.eq(commitment.0.as_slice()),
                tickets::place.eq(place),
                tickets::expires_at.eq(as_stored(until)),
            ))
            .execute(&mut self.connection()?)?;
        Ok(())
    }

    /// The file that a ticket is to, if it has not expired.
    pub fn ticket(&self, digest: [u8; 32], now: Moment) -> Result<Option<(LinkCommitment, i32)>> {
        let found: Option<(Vec<u8>, i32)> = tickets::table
            .filter(tickets::digest.eq(digest.as_slice()).and(tickets::expires_at.gt(as_stored(now))))
            .select((tickets::commitment, tickets::place))
            .first(&mut self.connection()?)
            .optional()?;
        found.map(|(commitment, place)| Ok((commitment_of(commitment)?, place))).transpose()
    }

    /// Remembers what a patient has asked for, by its digest, until it has expired; `false` if it was asked for before.
    pub fn take_asking(&self, digest: [u8; 32], until: Moment) -> Result<bool> {
        let taken = diesel::insert_into(askings::table)
            .values((askings::digest.eq(digest.as_slice()), askings::expires_at.eq(as_stored(until))))
            .execute(&mut self.connection()?);
        match taken.map_err(StoreError::from) {
            Ok(_) => Ok(true),
            Err(StoreError::Taken) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Forgets tickets and askings that have expired.
    pub fn remove_expired(&self, now: Moment) -> Result<()> {
        let (connection, now) = (&mut self.connection()?, as_stored(now));
        diesel::delete(tickets::table).filter(tickets::expires_at.le(now)).execute(connection)?;
        diesel::delete(askings::table).filter(askings::expires_at.le(now)).execute(connection)?;
        Ok(())
    }

    /// Whether a ticket to the link has not expired.
    pub fn has_tickets(&self, commitment: LinkCommitment, now: Moment) -> Result<bool> {
        let count: i64 = tickets::table
            .filter(tickets::commitment.eq(commitment.0.as_slice()).and(tickets::expires_at.gt(as_stored(now))))
            .count()
            .get_result(&mut self.connection()?)?;
        Ok(count > 0)
    }

    /// A page of the stored links after this one, in no order that means anything.
    pub fn page(&self, after: Option<LinkCommitment>) -> Result<Vec<LinkCommitment>> {
        let after = after.map_or_else(Vec::new, |after| after.0.to_vec());
        let found: Vec<Vec<u8>> = links::table
            .filter(links::commitment.gt(after))
            .order(links::commitment)
            .limit(PAGE)
            .select(links::commitment)
            .load(&mut self.connection()?)?;
        found.into_iter().map(commitment_of).collect()
    }
}

fn file(content_type: &str, records: &str, jwe: Vec<u8>) -> Result<File> {
    let content_type = ContentType::parse(content_type).ok_or(StoreError::Database)?;
    Ok(File { content_type, records: record_ids(records)?, jwe })
}

fn record_ids(numbers: &str) -> Result<Vec<RecordId>> {
    numbers.split(',').map(|number| number.parse().map_err(|_| StoreError::Database)).collect()
}

fn numbers(records: &[RecordId]) -> String {
    records.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn commitment_of(bytes: Vec<u8>) -> Result<LinkCommitment> {
    bytes.try_into().map(LinkCommitment).map_err(|_| StoreError::Database)
}

/// Databases know signed numbers; ours stay far below their end.
fn as_stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn as_given(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::{
        path::Path,
        process::{Command, Stdio},
        sync::atomic::{AtomicU32, Ordering},
    };

    const NOW: Moment = 1_800_000_000_000;
    const LINK: LinkCommitment = LinkCommitment([7; 32]);

    /// A PostgreSQL server of its own on a socket in a folder; ended with the test.
    struct Postgres(std::process::Child, tempfile::TempDir);

    impl Postgres {
        fn start() -> Self {
            let folder = tempfile::Builder::new().prefix("medchain-pg-").tempdir().unwrap();
            let (data, socket) = (folder.path().join("data"), folder.path());
            let programs = std::fs::read_dir("/usr/lib/postgresql").ok().and_then(|versions| {
                versions.filter_map(std::result::Result::ok).map(|version| version.path().join("bin")).max()
            });
            let programs = programs.expect("PostgreSQL is installed by scripts/setup.sh");
            // The server refuses to run as root.
            let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
            let run = |program: &str| {
                let path = programs.join(program);
                if !is_root {
                    return Command::new(path);
                }
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(path);
                command
            };
            if is_root {
                Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            }
            let user = ["--username", "gateway", "--auth", "trust", "--no-sync", "--pgdata"];
            let made = run("initdb").args(user).arg(&data).stdout(Stdio::null()).status().unwrap();
            assert!(made.success());
            let mut server = run("postgres");
            server.arg("-D").arg(&data).arg("-k").arg(socket).args(["-c", "listen_addresses=", "-F"]);
            let child = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            Self(child, folder)
        }

        fn store(&self) -> Store {
            let address = format!("postgres://gateway@/postgres?host={}", encoded(self.1.path()));
            for _ in 0..100 {
                if PgConnection::establish(&address).is_ok() {
                    return Store::open(&address).unwrap();
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            panic!("PostgreSQL does not answer");
        }
    }

    impl Drop for Postgres {
        fn drop(&mut self) {
            // SIGINT by its own number: with runuser between, the child is not the server.
            let pid = std::fs::read_to_string(self.1.path().join("data/postmaster.pid"));
            if let Some(pid) = pid.ok().as_deref().and_then(|text| text.lines().next()) {
                let _ = Command::new("kill").args(["-INT", pid]).status();
            }
            let _ = self.0.wait();
        }
    }

    fn encoded(path: &Path) -> String {
        path.display().to_string().replace('/', "%2F")
    }

    fn link(commitment: LinkCommitment) -> NewLink {
        let file = |record| File {
            content_type: ContentType::Fhir,
            records: vec![RecordId(record), RecordId(record + 1)],
            jwe: format!("a..b.c.{record}").into_bytes(),
        };
        NewLink {
            commitment,
            link: LinkId(3),
            flags: Flags { passcode: true, ..Flags::default() },
            passcode: Some("kept".into()),
            attempts: 10,
            files: vec![file(1), file(5)],
        }
    }

    /// What holds in either database.
    fn check(store: &Store) {
        assert_eq!(store.find(LINK).unwrap(), None);
        store.put(&link(LINK), NOW).unwrap();
        assert!(matches!(store.put(&link(LINK), NOW), Err(StoreError::Taken)));
        let held = store.find(LINK).unwrap().unwrap();
        assert_eq!((held.attempts_left, held.passcode.as_deref(), held.stored_at), (10, Some("kept"), NOW));
        let files = store.files(LINK).unwrap();
        assert_eq!(files.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(store.file(LINK, 1).unwrap().as_ref(), Some(&link(LINK).files[1]));
        assert_eq!(store.file(LINK, 2).unwrap(), None);

        // A thousand guesses at once are given ten attempts.
        let given = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        given.fetch_add(u32::from(store.take_attempt(LINK).unwrap()), Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(given.into_inner(), 10);
        store.give_attempt_back(LINK).unwrap();
        assert_eq!(store.find(LINK).unwrap().unwrap().attempts_left, 1);
        assert!(store.unlock(LINK, 5, Some("another")).unwrap());
        let held = store.find(LINK).unwrap().unwrap();
        assert_eq!((held.attempts_left, held.passcode.as_deref()), (5, Some("another")));
        assert!(!store.unlock(LinkCommitment([9; 32]), 5, None).unwrap());

        store.put_ticket([1; 32], LINK, 1, NOW + 10).unwrap();
        assert_eq!(store.ticket([1; 32], NOW).unwrap(), Some((LINK, 1)));
        assert_eq!(store.ticket([1; 32], NOW + 10).unwrap(), None);
        assert_eq!(store.ticket([2; 32], NOW).unwrap(), None);
        assert!(store.has_tickets(LINK, NOW).unwrap());
        assert!(store.take_asking([1; 32], NOW + 11).unwrap());
        assert!(!store.take_asking([1; 32], NOW + 11).unwrap());
        assert!(store.take_asking([2; 32], NOW + 10).unwrap());
        store.remove_expired(NOW + 10).unwrap();
        assert!(!store.has_tickets(LINK, NOW).unwrap());
        assert!(!store.take_asking([1; 32], NOW + 11).unwrap());
        assert!(store.take_asking([2; 32], NOW + 10).unwrap());

        store.remove_file(LINK, 0).unwrap();
        assert_eq!(store.files(LINK).unwrap().len(), 1);
        store.put(&link(LinkCommitment([8; 32])), NOW).unwrap();
        assert_eq!(store.page(None).unwrap(), [LINK, LinkCommitment([8; 32])]);
        assert_eq!(store.page(Some(LINK)).unwrap(), [LinkCommitment([8; 32])]);
        store.remove(LINK).unwrap();
        assert_eq!(store.find(LINK).unwrap(), None);
        assert!(store.files(LINK).unwrap().is_empty());
        store.check().unwrap();
    }

    #[test]
    fn an_embedded_database_keeps_links_and_outlives_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("gateway.db").display());
        check(&Store::open(&address).unwrap());
        assert_eq!(Store::open(&address).unwrap().page(None).unwrap().len(), 1);
    }

    #[test]
    fn postgresql_keeps_links_for_several_gateways() {
        let server = Postgres::start();
        check(&server.store());
        assert_eq!(server.store().page(None).unwrap().len(), 1);
    }

    #[test]
    fn an_address_of_neither_database_is_refused() {
        assert!(matches!(Store::open("mysql://x"), Err(StoreError::UnknownAddress)));
    }
}
