//! TLS by a certificate file.

use crate::{secrets, server::Failure};
use medchain_sdk::Error;
use rustls::{
    pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer},
    server::ServerConfig,
};
use std::{path::Path, sync::Arc};
use tokio_rustls::TlsAcceptor;

/// What shakes hands with this certificate chain and its private key, both in PEM.
///
/// # Errors
/// A file that is not there, that is not what it should be, or, with the key, that others may read; two that do not belong
/// together.
pub fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, Failure> {
    let pem = std::fs::read(certificate).map_err(|error| Error::file("reading", certificate, &error))?;
    let no_certificate = || {
        Failure::new(
            format!("{} holds no certificate in PEM", certificate.display()),
            "give --tls-certificate the chain, the gateway's own certificate first",
        )
    };
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().map_err(|_| no_certificate())?;
    if chain.is_empty() {
        return Err(no_certificate());
    }
    let secret = secrets::read(key)?;
    let secret = PrivateKeyDer::from_pem_slice(&secret).map_err(|_| {
        Failure::new(
            format!("{} holds no private key in PEM", key.display()),
            "give --tls-key the certificate's key, without a passphrase",
        )
    })?;
    let unusable = |error: rustls::Error| {
        Failure::new(
            format!("{} and {} cannot be used for TLS: {error}", certificate.display(), key.display()),
            "give a certificate and the private key that belongs to it",
        )
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
