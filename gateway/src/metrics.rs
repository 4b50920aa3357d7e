//! Counts for the operator, in Prometheus' format. They name no link and no person.

use prometheus::{Encoder, IntCounter, IntCounterVec, Opts, Registry, TextEncoder};

/// The counts.
pub struct Metrics {
    registry: Registry,
    /// Answers, by what they are.
    pub answers: IntCounterVec,
    /// Openings that were served.
    pub openings: IntCounter,
    /// Passcodes that were looked at and wrong.
    pub wrong_passcodes: IntCounter,
    /// Links that were stored.
    pub stored: IntCounter,
}

impl Metrics {
    /// All at zero.
    ///
    /// # Errors
    /// If two have one name.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let answers = IntCounterVec::new(Opts::new("medchain_gateway_answers", "Answers by status"), &["status"])?;
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone()))?;
            prometheus::Result::Ok(counter)
        };
        let openings = counter("medchain_gateway_openings", "Openings that were served")?;
        let wrong_passcodes = counter("medchain_gateway_wrong_passcodes", "Passcodes that were wrong")?;
        let stored = counter("medchain_gateway_links_stored", "Links that were stored")?;
        registry.register(Box::new(answers.clone()))?;
        Ok(Self { registry, answers, openings, wrong_passcodes, stored })
    }

    /// The counts as text.
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        // A vector takes whatever is written.
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        String::from_utf8(text).unwrap_or_default()
    }
}
