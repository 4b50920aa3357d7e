//! A shelf in a bucket of an S3-compatible object store, for whoever outgrows a disk. Uploads under way lie on the node's
//! own disk; finishing one moves it to the bucket.
//!
//! | object | what it holds |
//! |---|---|
//! | `owner` | 32 bytes: which vault keeps its contents here |
//! | `contents/<root>/head` | who finished the content first (32 bytes), then the root block; written last, removed first |
//! | `contents/<root>/<number>` | a leaf |
//! | `envelopes/<root>/<envelope hash>` | an envelope |

use crate::{
    dag::{ContentRoot, MAX_ROOT_BYTES},
    disk,
    error::{Result, VaultError},
    name::{from_hex, to_hex},
    shelf::{Roots, Shelf, Staged},
    trash::Trash,
};
use futures::{stream, StreamExt, TryStreamExt};
use object_store::{
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    path::Path as Key,
    BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
};
use std::{
    collections::HashMap,
    future::Future,
    path::Path,
    sync::{mpsc, Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::runtime::{Builder, Runtime};

/// How many requests are under way at a time where there are many to be made.
const REQUESTS: usize = 16;
/// How many leaves are on their way to the store at a time: what bounds the memory that this takes.
const LEAVES: usize = 8;
/// How often a request is repeated.
const REPEATS: usize = 3;
/// How long a request may take, and all its repetitions together.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// The region that is named to stores which have none.
const REGION: &str = "us-east-1";

/// Why a text names no bucket.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// Not of the form `s3://bucket/prefix`.
    #[error("{0:?} names no bucket; give s3://bucket/prefix")]
    Url(String),
    /// The settings do not go together.
    #[error("the object store cannot be used: {0}; check the endpoint and the variables AWS_*")]
    Settings(String),
}

/// A bucket of an object store, or a part of it.
#[derive(Clone, Debug)]
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    prefix: Key,
}

impl Bucket {
    /// The bucket that `s3://bucket/prefix` names, at the endpoint of an S3-compatible store, or else of Amazon's.
    /// Credentials and region come from the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`, `AWS_REGION`.
    ///
    /// # Errors
    /// [`BucketError`].
    pub fn from_url(url: &str, endpoint: Option<&str>) -> std::result::Result<Self, BucketError> {
        Self::from_url_with(url, endpoint, AmazonS3Builder::from_env(), PATIENCE)
    }

    /// As [`Bucket::from_url`], with these credentials, and this patience with the store.
    ///
    /// # Errors
    /// [`BucketError`].
    pub fn with_credentials(
        url: &str,
        endpoint: &str,
        (id, secret): (&str, &str),
        patience: Duration,
    ) -> std::result::Result<Self, BucketError> {
        let builder = AmazonS3Builder::new().with_access_key_id(id).with_secret_access_key(secret);
        Self::from_url_with(url, Some(endpoint), builder, patience)
    }

    fn from_url_with(
        url: &str,
        endpoint: Option<&str>,
        mut builder: AmazonS3Builder,
        patience: Duration,
    ) -> std::result::Result<Self, BucketError> {
        let path = url.strip_prefix("s3://").ok_or_else(|| BucketError::Url(url.to_owned()))?;
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        if bucket.is_empty() {
            return Err(BucketError::Url(url.to_owned()));
        }
        let prefix = Key::parse(prefix).map_err(|_| BucketError::Url(url.to_owned()))?;
        if builder.get_config_value(&AmazonS3ConfigKey::Region).is_none() {
            builder = builder.with_region(REGION);
        }
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let is_plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
        let client = ClientOptions::new()
            .with_timeout(patience)
            .with_connect_timeout(CONNECT.min(patience))
            .with_allow_http(is_plain);
        let retry = RetryConfig { backoff: BackoffConfig::default(), max_retries: REPEATS, retry_timeout: patience };
        let store = builder
            .with_bucket_name(bucket)
            .with_client_options(client)
            .with_retry(retry)
            .build()
            .map_err(|error| BucketError::Settings(error.to_string()))?;
        Ok(Self { store: Arc::new(store), prefix })
    }

    fn key(&self, parts: &[&str]) -> Key {
        parts.iter().fold(self.prefix.clone(), |key, part| key.join(*part))
    }

    fn contents(&self) -> Key {
        self.key(&["contents"])
    }

    fn content(&self, root: ContentRoot) -> Key {
        self.contents().join(to_hex(&root.0))
    }

    fn head(&self, root: ContentRoot) -> Key {
        self.content(root).join("head")
    }

    fn leaf(&self, root: ContentRoot, index: u32) -> Key {
        self.content(root).join(format!("{index:05}"))
    }

    fn all_envelopes(&self) -> Key {
        self.key(&["envelopes"])
    }

    fn envelopes(&self, root: ContentRoot) -> Key {
        self.all_envelopes().join(to_hex(&root.0))
    }

    async fn put(&self, key: &Key, bytes: Vec<u8>) -> Result<()> {
        self.store.put(key, PutPayload::from(bytes)).await.map_err(failed)?;
        Ok(())
    }

    /// An object of at most `limit` bytes and its time; empty if it is longer, nothing if it is missing.
    async fn get(&self, key: &Key, limit: usize) -> Result<Option<(Vec<u8>, SystemTime)>> {
        let found = match self.store.get(key).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let time = SystemTime::from(found.meta.last_modified);
        if found.meta.size > limit as u64 {
            return Ok(Some((Vec::new(), time)));
        }
        Ok(Some((found.bytes().await.map_err(failed)?.into(), time)))
    }

    /// Deletes all objects below a key; says whether there were any.
    async fn delete_below(&self, key: Key) -> Result<bool> {
        let found: Vec<Key> =
            self.store.list(Some(&key)).map_ok(|object| object.location).try_collect().await.map_err(failed)?;
        let any = !found.is_empty();
        self.store
            .delete_stream(stream::iter(found).map(Ok).boxed())
            .try_for_each(|_| async { Ok(()) })
            .await
            .map_err(failed)?;
        Ok(any)
    }

    /// Deletes an object; says whether it was there.
    async fn delete(&self, key: &Key) -> Result<bool> {
        // Deleting succeeds whether there was something or not.
        let was_there = match self.store.head(key).await {
            Ok(_) => true,
            Err(object_store::Error::NotFound { .. }) => false,
            Err(error) => return Err(failed(error)),
        };
        match self.store.delete(key).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(was_there),
            Err(error) => Err(failed(error)),
        }
    }

    /// The digests that name the folders directly below a key.
    async fn names_below(&self, key: Key) -> Result<Vec<ContentRoot>> {
        let found = self.store.list_with_delimiter(Some(&key)).await.map_err(failed)?;
        let names = found.common_prefixes.iter().filter_map(|prefix| from_hex(prefix.filename()?));
        Ok(names.map(ContentRoot).collect())
    }
}

fn failed(error: object_store::Error) -> VaultError {
    // The crate's texts run over several lines and repeat themselves; the innermost says what happened.
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let cause = cause.to_string();
    VaultError::RemoteFailed { cause: cause.lines().next().unwrap_or("no answer").to_owned() }
}

/// What is known of a content in the bucket without asking.
struct Known {
    uploader: [u8; 32],
    finished_at: SystemTime,
}

/// The shelf. The vault that opened it is the only one that writes to its bucket, so that what is there is known.
pub(crate) struct BucketShelf {
    bucket: Bucket,
    known: Mutex<HashMap<ContentRoot, Known>>,
    /// Root blocks that opening has read and nobody has asked for yet.
    read: Mutex<HashMap<ContentRoot, Vec<u8>>>,
    /// Runs the requests. Callers are on threads that may block, and may be within a runtime of their own.
    runtime: Option<Runtime>,
}

impl Drop for BucketShelf {
    fn drop(&mut self) {
        // Waiting for it, as dropping does, is forbidden on a thread of another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl BucketShelf {
    /// Over this bucket, for the vault in this folder.
    pub(crate) fn open(folder: &Path, trash: &Trash, bucket: &Bucket) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("vault-bucket").enable_all().build()?;
        let shelf =
            Self { bucket: bucket.clone(), known: Mutex::default(), read: Mutex::default(), runtime: Some(runtime) };
        shelf.claim(folder, trash)?;
        let heads = shelf.run(|bucket| async move {
            let roots = bucket.names_below(bucket.contents()).await?;
            let heads = stream::iter(roots).map(|root| {
                let bucket = bucket.clone();
                async move { Ok::<_, VaultError>((root, bucket.get(&bucket.head(root), HEAD_MAX).await?)) }
            });
            heads.buffer_unordered(REQUESTS).try_collect::<Vec<_>>().await
        })?;
        for (root, head) in heads {
            // Without a head the content was never finished, or is deleted.
            let Some((mut head, finished_at)) = head else { continue };
            let block = head.split_off(head.len().min(32));
            let uploader = head.try_into().unwrap_or_default();
            lock(&shelf.known).insert(root, Known { uploader, finished_at });
            lock(&shelf.read).insert(root, block);
        }
        Ok(shelf)
    }

    /// Makes sure that no other vault uses the bucket.
    fn claim(&self, folder: &Path, trash: &Trash) -> Result<()> {
        let file = folder.join("owner");
        let own = match disk::read_small(&file, 32)? {
            Some(own) if own.len() == 32 => own,
            _ => {
                let own = crate::dag::sha256(&entropy(folder)).to_vec();
                trash.replace(&file, &own)?;
                own
            }
        };
        let marker = self.bucket.key(&["owner"]);
        let found = self.run({
            let marker = marker.clone();
            |bucket| async move { bucket.get(&marker, 32).await }
        })?;
        match found {
            Some((owner, _)) if owner == own => Ok(()),
            Some(_) => Err(VaultError::RemoteInUse { marker: marker.to_string() }),
            None => self.run(|bucket| async move { bucket.put(&marker, own).await }),
        }
    }

    /// Runs requests and waits for them.
    fn run<T: Send + 'static, F: Future<Output = Result<T>> + Send + 'static>(
        &self,
        work: impl FnOnce(Bucket) -> F,
    ) -> Result<T> {
        let stopped = || VaultError::RemoteFailed { cause: "the node stops".to_owned() };
        let runtime = self.runtime.as_ref().ok_or_else(stopped)?;
        let (answer, answered) = mpsc::sync_channel(1);
        let work = work(self.bucket.clone());
        runtime.spawn(async move {
            // Whoever asked waits until it is answered.
            let _ = answer.send(work.await);
        });
        answered.recv().map_err(|_| stopped())?
    }

    fn write_head(&self, root: ContentRoot, uploader: [u8; 32], block: &[u8]) -> Result<()> {
        let head = [uploader.as_slice(), block].concat();
        self.run(|bucket| async move { bucket.put(&bucket.head(root), head).await })?;
        lock(&self.known).insert(root, Known { uploader, finished_at: SystemTime::now() });
        Ok(())
    }
}

/// The longest head, in bytes.
const HEAD_MAX: usize = 32 + MAX_ROOT_BYTES;

impl Shelf for BucketShelf {
    /// Removes leaves without a head and envelopes without a content.
    fn tidy(&self) -> Result<()> {
        let (contents, envelopes) = self.run(|bucket| async move {
            let contents = bucket.names_below(bucket.contents()).await?;
            Ok((contents, bucket.names_below(bucket.all_envelopes()).await?))
        })?;
        let stray = |roots: Vec<ContentRoot>| roots.into_iter().filter(|root| !self.contains(*root));
        let keys = stray(contents).map(|root| self.bucket.content(root));
        let keys: Vec<Key> = keys.chain(stray(envelopes).map(|root| self.bucket.envelopes(root))).collect();
        self.run(|bucket| async move {
            for key in keys {
                bucket.delete_below(key).await?;
            }
            Ok(())
        })
    }

    fn roots(&self) -> Result<Roots<'_>> {
        let roots: Vec<_> = lock(&self.known).keys().copied().map(Ok).collect();
        Ok(Box::new(roots.into_iter()))
    }

    fn contains(&self, root: ContentRoot) -> bool {
        lock(&self.known).contains_key(&root)
    }

    fn take(&self, staged: &Staged<'_>) -> Result<()> {
        let root = staged.block.root();
        let indices: Vec<u32> = (0..staged.block.leaf_count()).collect();
        for group in indices.chunks(LEAVES) {
            let leaves = group.iter().map(|index| Ok((*index, (staged.leaf)(*index)?))).collect::<Result<Vec<_>>>()?;
            self.run(|bucket| async move {
                stream::iter(leaves)
                    .map(|(index, leaf)| {
                        let bucket = bucket.clone();
                        async move { bucket.put(&bucket.leaf(root, index), leaf).await }
                    })
                    .buffer_unordered(LEAVES)
                    .try_collect::<()>()
                    .await
            })?;
        }
        self.write_head(root, staged.uploader, staged.block.bytes())
    }

    fn remove(&self, root: ContentRoot) -> Result<bool> {
        // The head first: what a crash or a failure leaves without it is removed at the next opening.
        let removed = self.run(|bucket| async move { bucket.delete(&bucket.head(root)).await })?;
        lock(&self.known).remove(&root);
        self.run(|bucket| async move {
            bucket.delete_below(bucket.content(root)).await?;
            bucket.delete_below(bucket.envelopes(root)).await
        })?;
        Ok(removed)
    }

    fn root(&self, root: ContentRoot) -> Result<Option<Vec<u8>>> {
        if let Some(block) = lock(&self.read).remove(&root) {
            return Ok(Some(block));
        }
        if !self.contains(root) {
            return Ok(None);
        }
        let head = self.run(|bucket| async move { bucket.get(&bucket.head(root), HEAD_MAX).await })?;
        Ok(head.map(|(mut head, _)| head.split_off(head.len().min(32))))
    }

    fn write_root(&self, root: ContentRoot, bytes: &[u8]) -> Result<()> {
        self.write_head(root, self.uploader(root)?.unwrap_or_default(), bytes)
    }

    fn leaf(&self, root: ContentRoot, index: u32, length: usize) -> Result<Vec<u8>> {
        let leaf = self.run(|bucket| async move { bucket.get(&bucket.leaf(root, index), length).await })?;
        Ok(leaf.map(|(leaf, _)| leaf).unwrap_or_default())
    }

    fn write_leaf(&self, root: ContentRoot, index: u32, bytes: &[u8]) -> Result<()> {
        let leaf = bytes.to_vec();
        self.run(|bucket| async move { bucket.put(&bucket.leaf(root, index), leaf).await })
    }

    fn uploader(&self, root: ContentRoot) -> Result<Option<[u8; 32]>> {
        Ok(lock(&self.known).get(&root).map(|known| known.uploader))
    }

    fn finished_at(&self, root: ContentRoot) -> Result<Option<SystemTime>> {
        Ok(lock(&self.known).get(&root).map(|known| known.finished_at))
    }

    fn touch(&self, root: ContentRoot) -> Result<()> {
        match self.root(root)? {
            Some(block) => self.write_root(root, &block),
            None => Ok(()),
        }
    }

    /// By the root block, since every leaf would have to be asked for otherwise.
    fn bytes(&self, root: ContentRoot) -> u64 {
        let block = self.root(root).ok().flatten();
        block.and_then(|block| crate::dag::RootBlock::parse(&block).ok()).map_or(0, |block| block.size())
    }

    fn envelopes(&self, root: ContentRoot) -> Result<Vec<[u8; 32]>> {
        self.run(|bucket| async move {
            let found = bucket.store.list(Some(&bucket.envelopes(root)));
            let names: Vec<_> = found.map_ok(|object| object.location).try_collect().await.map_err(failed)?;
            Ok(names.iter().filter_map(|name| from_hex(name.filename()?)).collect())
        })
    }

    fn envelope(&self, root: ContentRoot, hash: [u8; 32], limit: usize) -> Result<Option<Vec<u8>>> {
        let found =
            self.run(|bucket| async move { bucket.get(&bucket.envelopes(root).join(to_hex(&hash)), limit).await })?;
        Ok(found.map(|(envelope, _)| envelope))
    }

    fn write_envelope(&self, root: ContentRoot, hash: [u8; 32], bytes: &[u8]) -> Result<()> {
        let envelope = bytes.to_vec();
        self.run(|bucket| async move { bucket.put(&bucket.envelopes(root).join(to_hex(&hash)), envelope).await })
    }

    fn remove_envelope(&self, root: ContentRoot, hash: [u8; 32]) -> Result<bool> {
        self.run(|bucket| async move { bucket.delete(&bucket.envelopes(root).join(to_hex(&hash))).await })
    }
}

/// What no other vault has: its folder, its process and the time.
fn entropy(folder: &Path) -> Vec<u8> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{} {} {}", folder.display(), std::process::id(), since.as_nanos()).into_bytes()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What it guards is changed in one step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bucket_is_named_by_its_url() {
        let named = |url: &str| {
            Bucket::with_credentials(url, "http://127.0.0.1:1", ("id", "secret"), PATIENCE)
                .map(|bucket| bucket.leaf(ContentRoot([0xab; 32]), 7).to_string().replace(&"ab".repeat(32), "<root>"))
        };
        assert_eq!(named("s3://records").unwrap(), "contents/<root>/00007");
        assert_eq!(named("s3://records/hospital/one").unwrap(), "hospital/one/contents/<root>/00007");
        for wrong in ["", "s3://", "s3:///prefix", "https://records", "s3://records/a//b"] {
            assert!(matches!(named(wrong), Err(BucketError::Url(_))), "{wrong}");
        }
    }
}
