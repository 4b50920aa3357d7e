//! What Prometheus learns about releases and rounds: numbers only, never of which record or for whom.

use std::time::Duration;
use substrate_prometheus_endpoint::{
    register, Counter, CounterVec, Gauge, Histogram, HistogramOpts, Opts, PrometheusError, Registry, U64,
};

/// Counters and gauges of the committee. Without a registry they count for nobody.
#[derive(Clone)]
pub struct CommitteeMetrics(Option<Registered>);

#[derive(Clone)]
struct Registered {
    releases: CounterVec<U64>,
    openings: Counter<U64>,
    excess: Counter<U64>,
    refusals: CounterVec<U64>,
    gathering_seconds: Histogram,
    gathered: CounterVec<U64>,
    round: Gauge<U64>,
    phase: Gauge<U64>,
    holds_share: Gauge<U64>,
}

impl CommitteeMetrics {
    /// Registers the metrics, if there is a registry.
    ///
    /// # Errors
    /// Two metrics of one name, which a node never has.
    pub fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
        registry.map(Registered::new).transpose().map(Self)
    }

    /// This node released: to a client of its own, or to a peer that gathers; for a reading for which it had not before, or
    /// once more, or more often than any reader needs.
    pub fn released(&self, to_peer: bool, times: u32, excess: bool) {
        if let Some(to) = &self.0 {
            to.releases.with_label_values(&[if to_peer { "peer" } else { "client" }]).inc();
            if times == 1 {
                to.openings.inc();
            }
            if excess {
                to.excess.inc();
            }
        }
    }

    /// This node refused a peer a release, with this code.
    pub fn refused(&self, code: i32) {
        if let Some(to) = &self.0 {
            to.refusals.with_label_values(&[&code.to_string()]).inc();
        }
    }

    /// Releases were gathered from the others, a threshold of them or too few.
    pub fn gathered(&self, enough: bool, took: Duration) {
        if let Some(to) = &self.0 {
            to.gathered.with_label_values(&[if enough { "enough" } else { "too-few" }]).inc();
            to.gathering_seconds.observe(took.as_secs_f64());
        }
    }

    /// How far the round is, by its phase's number from 1; and whether this node holds its share of the committee in force.
    pub fn stands(&self, round: u32, phase: u64, holds_share: bool) {
        if let Some(to) = &self.0 {
            to.round.set(round.into());
            to.phase.set(phase);
            to.holds_share.set(holds_share.into());
        }
    }
}

impl Registered {
    fn new(registry: &Registry) -> Result<Self, PrometheusError> {
        let gauge = |name, help| register(Gauge::new(name, help)?, registry);
        let counter = |name, help| register(Counter::new(name, help)?, registry);
        let counters = |name, help, label| register(CounterVec::new(Opts::new(name, help), &[label])?, registry);
        Ok(Self {
            releases: counters("medchain_releases_total", "Partial releases given out by this node", "to")?,
            openings: counter("medchain_release_readings_total", "Readings for which this node has released")?,
            excess: counter(
                "medchain_release_excess_total",
                "Partial releases beyond what any reader needs for one reading",
            )?,
            refusals: counters("medchain_release_refusals_total", "Releases refused to peers, by error code", "code")?,
            gathering_seconds: register(
                Histogram::with_opts(HistogramOpts::new(
                    "medchain_release_gathering_seconds",
                    "Time to gather releases from the committee",
                ))?,
                registry,
            )?,
            gathered: counters("medchain_release_gatherings_total", "Gatherings from the committee", "outcome")?,
            round: gauge("medchain_committee_round", "Number of the committee's round under way, or the last")?,
            phase: gauge(
                "medchain_committee_phase",
                "Its phase: 1 dealing, 2 reporting, 3 answering, 4 confirming, 5 finished",
            )?,
            holds_share: gauge(
                "medchain_committee_share",
                "Whether this node holds its share of the committee in force",
            )?,
        })
    }
}
