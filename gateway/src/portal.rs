//! The portal's build, read once: what is served is what was hashed.

use crate::answers::{answer, inactive, json_answer};
use crate::app::App;
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{header, HeaderMap, HeaderValue, StatusCode, Uri},
    response::Response,
};
use medchain_sdk::gateway::{build_hash, PORTAL_CONFIGURATION};
use serde_json::{json, Map, Value};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

/// The most that a build may take, in bytes.
const BUILD_MAX: u64 = 256 * 1024 * 1024;
/// The policy of the portal's pages; each states its own, narrower one besides.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' blob: data:; font-src 'self'; worker-src 'self'; frame-src 'self' blob:; \
    connect-src 'self' ws: wss: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A build of the portal.
pub struct Portal {
    files: BTreeMap<String, Served>,
    hash: String,
}

struct Served {
    content: Bytes,
    content_type: HeaderValue,
    tag: HeaderValue,
}

impl Portal {
    /// Reads a build; `node` is where browsers reach a node, if it is not where the build says. `validators` are the keys of
    /// who finalized the chain at genesis, named beside that node unless the build's configuration names some.
    ///
    /// # Errors
    /// What the file system refuses; a folder without `index.html`, or larger than a build may be; a configuration that is no
    /// JSON object.
    pub fn read(folder: &Path, node: Option<&str>, validators: &[String]) -> io::Result<Self> {
        let mut contents = BTreeMap::new();
        let mut left = BUILD_MAX;
        read_folder(folder, "", &mut contents, &mut left)?;
        if !contents.contains_key("index.html") {
            return Err(io::Error::new(io::ErrorKind::NotFound, "there is no index.html in it"));
        }
        let hash = build_hash(contents.iter().map(|(path, content)| (path.as_str(), content.as_slice())));
        if let Some(node) = node {
            let found = contents.get(PORTAL_CONFIGURATION).map_or(b"{}".as_slice(), Vec::as_slice);
            let mut configuration: Map<String, Value> = serde_json::from_slice(found)?;
            configuration.insert("node".to_owned(), node.into());
            if !validators.is_empty() {
                configuration.entry("validators").or_insert_with(|| validators.into());
            }
            contents.insert(PORTAL_CONFIGURATION.to_owned(), Value::from(configuration).to_string().into_bytes());
        }
        let served = |(path, content): (String, Vec<u8>)| {
            let media_type = mime_guess::from_path(&path).first_or_octet_stream();
            let content_type = HeaderValue::from_str(media_type.as_ref());
            let content_type = content_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
            let tag = HeaderValue::from_str(&format!("\"{}\"", hex::encode(Sha256::digest(&content))));
            let tag = tag.unwrap_or(HeaderValue::from_static("\"\""));
            (path, Served { content: content.into(), content_type, tag })
        };
        Ok(Self { files: contents.into_iter().map(served).collect(), hash })
    }

    /// The hash of the build.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether there is such a file.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }
}

fn read_folder(folder: &Path, under: &str, contents: &mut BTreeMap<String, Vec<u8>>, left: &mut u64) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string();
        let name = name.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a file's name is not UTF-8"))?;
        let path = if under.is_empty() { name } else { format!("{under}/{name}") };
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            read_folder(&entry.path(), &path, contents, left)?;
        } else if metadata.is_file() {
            *left = left.checked_sub(metadata.len()).ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
            contents.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// `GET /api/portal`: the files of the build and its hash, for who checks them.
pub async fn listing(State(app): State<Arc<App>>) -> Response {
    let Some(portal) = &app.portal else { return inactive() };
    json_answer(StatusCode::OK, &json!({ "hash": portal.hash, "files": portal.files.keys().collect::<Vec<_>>() }))
}

/// Every other address: a file of the build.
pub async fn file(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    let path = match uri.path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    let Some(served) = app.portal.as_ref().and_then(|portal| portal.files.get(path)) else { return inactive() };
    let unchanged = headers.get(header::IF_NONE_MATCH) == Some(&served.tag);
    let (status, body) = match unchanged {
        true => (StatusCode::NOT_MODIFIED, Body::empty()),
        false => (StatusCode::OK, Body::from(served.content.clone())),
    };
    let mut response = answer(status, "application/octet-stream", body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, served.content_type.clone());
    headers.insert(header::ETAG, served.tag.clone());
    // Files under assets/ have their hash in their names.
    let lasting = path.starts_with("assets/");
    let cached = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_an_operator_configures_does_not_change_the_build_s_hash() {
        let folder = tempfile::tempdir().unwrap();
        let read = |node, validators: &[String]| Portal::read(folder.path(), node, validators);
        assert!(read(None, &[]).is_err());
        fs::create_dir(folder.path().join("assets")).unwrap();
        fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
        fs::write(folder.path().join("assets/x.js"), "1").unwrap();
        fs::write(folder.path().join("config.json"), r#"{"node":""}"#).unwrap();
        let plain = read(None, &[]).unwrap();
        let configured = read(Some("wss://node.example"), &[]).unwrap();
        assert_eq!(plain.hash(), configured.hash());
        assert_eq!(configured.files["config.json"].content, r#"{"node":"wss://node.example"}"#);
        assert!(plain.has("assets/x.js") && !plain.has("../secret"));
        fs::write(folder.path().join("assets/x.js"), "2").unwrap();
        assert_ne!(read(None, &[]).unwrap().hash(), plain.hash());
    }

    #[test]
    fn browsers_are_told_who_finalized_the_chain_at_genesis() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
        let configuration = |node| {
            let portal = Portal::read(folder.path(), node, &["0x01".to_owned()]).unwrap();
            let served = portal.files.get("config.json").map(|served| served.content.clone());
            served.map(|content| serde_json::from_slice::<Value>(&content).unwrap())
        };
        assert_eq!(configuration(None), None);
        let (node, told) =
            (Some("wss://node.example"), json!({ "node": "wss://node.example", "validators": ["0x01"] }));
        assert_eq!(configuration(node), Some(told));
        // What the operator wrote is not replaced.
        fs::write(folder.path().join("config.json"), r#"{"node":"","validators":["0x02"]}"#).unwrap();
        assert_eq!(configuration(node), Some(json!({ "node": "wss://node.example", "validators": ["0x02"] })));
        fs::write(folder.path().join("config.json"), "[]").unwrap();
        assert!(Portal::read(folder.path(), node, &[]).is_err());
    }
}
