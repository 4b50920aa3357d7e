//! The arguments of the program. The documentation of each is its help text.

use clap::Parser;
use std::{net::SocketAddr, path::PathBuf};

/// MedChain's gateway: serves the portal and hosts links (SMART Health Links)
#[derive(Clone, Debug, Parser)]
#[command(name = "medchain-gateway", version, max_term_width = 100)]
pub struct Arguments {
    /// Where the institution's node is
    #[arg(long, env = "MEDCHAIN_URL", hide_env_values = true, default_value = "ws://127.0.0.1:9944")]
    pub node: String,
    /// The institution's account: its name in the keystore, or a development key such as //Dave
    #[arg(long, env = "MEDCHAIN_KEY", hide_env_values = true, value_name = "NAME|//URI")]
    pub key: String,
    /// The folder of the keystore [default: medchain/keys in the user's data folder]
    #[arg(long, value_name = "FOLDER")]
    pub keystore: Option<PathBuf>,
    /// Read the passphrase of the account from the first line of this file
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Where to listen for visitors
    #[arg(long, default_value = "127.0.0.1:8480")]
    pub listen: SocketAddr,
    /// Where to listen for the operator's monitoring: /health and /metrics
    #[arg(long, default_value = "127.0.0.1:9616")]
    pub admin_listen: SocketAddr,
    /// The address that links begin with, as visitors reach this gateway [default: http or https at --listen]
    #[arg(long)]
    pub url: Option<String>,
    /// Where links are kept: sqlite:FILE, or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, env = "MEDCHAIN_GATEWAY_STORE", hide_env_values = true, default_value = "sqlite:gateway.db")]
    pub store: String,
    /// The folder of the portal's build
    #[arg(long, value_name = "FOLDER")]
    pub portal: Option<PathBuf>,
    /// Where browsers reach a node, for the portal [default: as the build says]
    #[arg(long, value_name = "URL", requires = "portal")]
    pub portal_node: Option<String>,
    /// The certificate chain for TLS, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Visitors come through a proxy that appends their address to X-Forwarded-For
    #[arg(long)]
    pub behind_proxy: bool,
    /// How many wrong passcodes a link takes in its life
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub attempts: u16,
    /// How many bytes one link may take
    #[arg(long, default_value_t = 64 * 1024 * 1024, value_parser = clap::value_parser!(u64).range(1024..=1024 * 1024 * 1024))]
    pub link_bytes_max: u64,
    /// How many requests one visitor's address may make in a minute
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..))]
    pub requests_per_minute: u32,
}
