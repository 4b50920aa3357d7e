//! This machine's clock.

use medchain_primitives::Moment;
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the Unix epoch.
pub fn now() -> Moment {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| Moment::try_from(since.as_millis()).unwrap_or(Moment::MAX))
}
