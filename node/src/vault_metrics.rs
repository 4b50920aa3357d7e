//! What Prometheus learns about the vault: numbers only, never which content or whose.

use medchain_vault::Stats;
use std::time::Duration;
use substrate_prometheus_endpoint::{
    register, Counter, CounterVec, Gauge, Histogram, HistogramOpts, HistogramVec, Opts, PrometheusError, Registry, U64,
};

/// Where a leaf that is read came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// This node's vault: a hit.
    Vault,
    /// Peers, because it was missing or corrupt here.
    Peers,
}

/// Counters and gauges of the vault. Without a registry they count for nobody.
#[derive(Clone)]
pub struct VaultMetrics(Option<Registered>);

#[derive(Clone)]
struct Registered {
    contents: Gauge<U64>,
    leaves: Gauge<U64>,
    bytes: Gauge<U64>,
    staged: Gauge<U64>,
    missing: Gauge<U64>,
    in_flight: Gauge<U64>,
    blocks_served: Counter<U64>,
    bytes_served: Counter<U64>,
    leaves_fetched: Counter<U64>,
    bytes_fetched: Counter<U64>,
    fetches: CounterVec<U64>,
    fetch_seconds: Histogram,
    repairs: CounterVec<U64>,
    collected: Counter<U64>,
    read_leaves: CounterVec<U64>,
    calls: CounterVec<U64>,
    call_seconds: HistogramVec,
}

impl VaultMetrics {
    /// Registers the metrics, if there is a registry.
    ///
    /// # Errors
    /// Two metrics of one name, which a node never has.
    pub fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
        registry.map(Registered::new).transpose().map(Self)
    }

    /// What the vault holds.
    pub fn holds(&self, stats: Stats) {
        if let Some(to) = &self.0 {
            to.contents.set(stats.contents);
            to.leaves.set(stats.leaves);
            to.bytes.set(stats.content_bytes);
            to.staged.set(stats.staged_bytes);
        }
    }

    /// How many records' contents are missing here, and how many of them are being fetched.
    pub fn lacks(&self, missing: usize, in_flight: usize) {
        if let Some(to) = &self.0 {
            to.missing.set(missing as u64);
            to.in_flight.set(in_flight as u64);
        }
    }

    /// A block went to a peer.
    pub fn served(&self, bytes: usize) {
        if let Some(to) = &self.0 {
            to.blocks_served.inc();
            to.bytes_served.inc_by(bytes as u64);
        }
    }

    /// A leaf came from a peer.
    pub fn fetched_leaf(&self, bytes: usize) {
        if let Some(to) = &self.0 {
            to.leaves_fetched.inc();
            to.bytes_fetched.inc_by(bytes as u64);
        }
    }

    /// Fetching a whole content ended.
    pub fn fetched_content(&self, complete: bool, took: Duration) {
        if let Some(to) = &self.0 {
            to.fetches.with_label_values(&[if complete { "complete" } else { "failed" }]).inc();
            to.fetch_seconds.observe(took.as_secs_f64());
        }
    }

    /// Something corrupt was found, and repaired from a peer or not.
    pub fn repaired(&self, repaired: bool) {
        if let Some(to) = &self.0 {
            to.repairs.with_label_values(&[if repaired { "repaired" } else { "failed" }]).inc();
        }
    }

    /// A content that no record anchored was collected.
    pub fn collected(&self) {
        if let Some(to) = &self.0 {
            to.collected.inc();
        }
    }

    /// A leaf was read by a member.
    pub fn read_leaf(&self, from: Source) {
        if let Some(to) = &self.0 {
            let source = match from {
                Source::Vault => "vault",
                Source::Peers => "peers",
            };
            to.read_leaves.with_label_values(&[source]).inc();
        }
    }

    /// A call was answered with this code; 0 for success.
    pub fn called(&self, method: &str, code: i32, took: Duration) {
        if let Some(to) = &self.0 {
            to.calls.with_label_values(&[method, &code.to_string()]).inc();
            to.call_seconds.with_label_values(&[method]).observe(took.as_secs_f64());
        }
    }
}

impl Registered {
    fn new(registry: &Registry) -> Result<Self, PrometheusError> {
        let gauge = |name, help| register(Gauge::new(name, help)?, registry);
        let counter = |name, help| register(Counter::new(name, help)?, registry);
        let counters = |name, help, label| register(CounterVec::new(Opts::new(name, help), &[label])?, registry);
        let histogram = |name, help| register(Histogram::with_opts(HistogramOpts::new(name, help))?, registry);
        Ok(Self {
            contents: gauge("medchain_vault_contents", "Contents held")?,
            leaves: gauge("medchain_vault_leaves", "Leaves of the contents held")?,
            bytes: gauge("medchain_vault_bytes", "Bytes of the contents held")?,
            staged: gauge("medchain_vault_staged_bytes", "Bytes of contents being uploaded or fetched")?,
            missing: gauge("medchain_vault_missing", "Records whose content or envelope is still to be fetched")?,
            in_flight: gauge("medchain_vault_in_flight", "Records whose content is being fetched")?,
            blocks_served: counter("medchain_vault_blocks_served_total", "Roots and leaves given to peers")?,
            bytes_served: counter("medchain_vault_bytes_served_total", "Bytes given to peers")?,
            leaves_fetched: counter("medchain_vault_leaves_fetched_total", "Leaves taken from peers")?,
            bytes_fetched: counter("medchain_vault_bytes_fetched_total", "Bytes taken from peers")?,
            fetches: counters("medchain_vault_fetches_total", "Contents fetched from peers", "outcome")?,
            fetch_seconds: histogram("medchain_vault_fetch_seconds", "Time to fetch a content from peers")?,
            repairs: counters("medchain_vault_repairs_total", "Corrupt roots, leaves and envelopes", "outcome")?,
            collected: counter("medchain_vault_collected_total", "Contents collected because no record anchors them")?,
            read_leaves: counters("medchain_vault_leaves_read_total", "Leaves read by members", "source")?,
            calls: {
                let opts = Opts::new("medchain_vault_calls_total", "Calls by method and error code, 0 if answered");
                register(CounterVec::new(opts, &["method", "code"])?, registry)?
            },
            call_seconds: {
                let opts = HistogramOpts::new("medchain_vault_call_seconds", "Time to answer a call");
                register(HistogramVec::new(opts, &["method"])?, registry)?
            },
        })
    }
}
