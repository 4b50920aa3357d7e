//! Chains with well-known keys stay on this machine: whoever reaches one can take it over.

use sc_network::{multiaddr::Protocol, Multiaddr};
use sc_service::{ChainType, Configuration};
use std::net::{IpAddr, Ipv4Addr};

/// The port of the network where none is given.
const DEFAULT_PORT: u16 = 30333;

/// Whether everybody knows the keys of a chain of this type: of those that the node knows by name, and their copies.
pub fn has_well_known_keys(chain_type: &ChainType) -> bool {
    matches!(chain_type, ChainType::Development | ChainType::Local)
}

/// Where a node of a chain with well-known keys listens to its peers unless told otherwise.
pub fn listen_address(port: Option<u16>) -> Multiaddr {
    Multiaddr::empty().with(Protocol::Ip4(Ipv4Addr::LOCALHOST)).with(Protocol::Tcp(port.unwrap_or(DEFAULT_PORT)))
}

/// Makes sure that a node of a chain with well-known keys listens on loopback addresses only.
///
/// # Errors
/// What listens elsewhere, and what to do.
pub fn ensure_kept(config: &Configuration) -> Result<(), String> {
    let peers = config.network.listen_addresses.iter().filter(|address| !is_loopback(address));
    let peers = peers.map(|address| ("the network", address.to_string()));
    let elsewhere = |address: &std::net::SocketAddr| !address.ip().is_loopback();
    let rpc = config.rpc.addr.iter().flatten().map(|endpoint| endpoint.listen_addr);
    let rpc = rpc.filter(elsewhere).map(|address| ("the RPC", address.to_string()));
    let prometheus = config.prometheus_config.iter().map(|prometheus| prometheus.port);
    let prometheus = prometheus.filter(elsewhere).map(|address| ("the metrics server", address.to_string()));
    match peers.chain(rpc).chain(prometheus).next() {
        None => Ok(()),
        Some((what, address)) => Err(format!(
            "everybody knows the keys of the chain {:?}, and {what} would listen on {address}\nhint: listen on 127.0.0.1 \
             or ::1 alone, make a chain of your own as docs/ceremony.md says, or give --unsafe-well-known-keys where \
             nobody else can reach this machine",
            config.chain_spec.name(),
        )),
    }
}

fn is_loopback(address: &Multiaddr) -> bool {
    match address.iter().next() {
        Some(Protocol::Ip4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Protocol::Ip6(ip)) => IpAddr::from(ip).is_loopback(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_loopback_addresses_are_this_machine_s_alone() {
        for (address, expected) in [
            ("/ip4/127.0.0.1/tcp/30333", true),
            ("/ip4/127.0.0.2/tcp/30333/ws", true),
            ("/ip6/::1/tcp/30333", true),
            ("/ip4/0.0.0.0/tcp/30333", false),
            ("/ip6/::/tcp/30333", false),
            ("/ip4/192.168.0.7/tcp/30333", false),
            ("/dns/hospital.example/tcp/30333", false),
        ] {
            assert_eq!(is_loopback(&address.parse().unwrap()), expected, "{address}");
        }
        assert!(is_loopback(&listen_address(None)) && is_loopback(&listen_address(Some(0))));
    }

    #[test]
    fn chains_of_a_consortium_have_no_well_known_keys() {
        assert!(has_well_known_keys(&ChainType::Development) && has_well_known_keys(&ChainType::Local));
        assert!(!has_well_known_keys(&ChainType::Live) && !has_well_known_keys(&ChainType::Custom("other".into())));
    }
}
