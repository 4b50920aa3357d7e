//! A real S3 server over HTTP, in this process, that can be told to fail. Each test program uses a part of it.

#![allow(dead_code, clippy::unwrap_used)]

use axum::{
    body::Body,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
    Router,
};
use medchain_vault::Bucket;
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicU8, Ordering},
        Arc,
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime};

const CREDENTIALS: (&str, &str) = ("synthetic-id", "synthetic-secret");

/// The bucket of a server at this endpoint, or the part of it below a prefix.
pub fn bucket_at(endpoint: &str, prefix: &str, patience: Duration) -> Bucket {
    Bucket::with_credentials(&format!("s3://records/{prefix}"), endpoint, CREDENTIALS, patience).unwrap()
}

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It does what it is asked.
    Well,
    /// It answers everything with 500.
    Failing,
    /// It takes requests and answers none.
    Silent,
    /// It serves reads and answers everything else with 500.
    ReadOnly,
}

/// A server of one bucket.
pub struct ObjectStore {
    folder: TempDir,
    endpoint: String,
    mood: Arc<AtomicU8>,
    runtime: Option<Runtime>,
}

impl ObjectStore {
    /// Starts it on a port of its own.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("records")).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(CREDENTIALS.0, CREDENTIALS.1));
        let service = service.build();
        let mood = Arc::new(AtomicU8::new(Mood::Well as u8));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let answer = {
            let mood = mood.clone();
            move |request: Request| {
                let (mood, service) = (mood.load(Ordering::SeqCst), service.clone());
                async move {
                    let reads = matches!(request.method().as_str(), "GET" | "HEAD");
                    if mood == Mood::Failing as u8 || mood == Mood::ReadOnly as u8 && !reads {
                        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
                    }
                    if mood == Mood::Silent as u8 {
                        std::future::pending::<()>().await;
                    }
                    match service.call(request.map(s3s::Body::http_body_unsync)).await {
                        Ok(response) => Response::from(response.map(Body::new)),
                        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                    }
                }
            }
        };
        let router = Router::new().fallback(answer);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { folder, endpoint, mood, runtime: Some(runtime) }
    }

    /// From now on it behaves so.
    pub fn set_mood(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }

    /// Stops listening.
    pub fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }

    /// The bucket, or the part of it below a prefix, for a vault that waits for so long.
    pub fn bucket(&self, prefix: &str, patience: Duration) -> Bucket {
        bucket_at(&self.endpoint, prefix, patience)
    }

    /// Where it listens.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The bucket, asked for with a wrong secret.
    pub fn bucket_of_a_stranger(&self) -> Bucket {
        let stranger = (CREDENTIALS.0, "another-secret");
        Bucket::with_credentials("s3://records", &self.endpoint, stranger, Duration::from_secs(2)).unwrap()
    }

    /// Where the server keeps an object.
    pub fn file(&self, key: &str) -> PathBuf {
        self.folder.path().join("records").join(key)
    }

    /// How many objects there are below a key.
    pub fn objects(&self, key: &str) -> usize {
        fn count(path: &Path) -> usize {
            let Ok(entries) = fs::read_dir(path) else { return 0 };
            let paths = entries.map(|entry| entry.unwrap().path());
            paths.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
        }
        count(&self.file(key))
    }
}
