//! How many requests one visitor's address makes.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How many addresses are remembered before those that have rested are forgotten.
const REMEMBERED: usize = 100_000;

/// A bucket of a minute's requests for each address; an IPv6 network of /64 counts as one.
pub struct Rate {
    per_minute: f64,
    buckets: Mutex<HashMap<IpAddr, (f64, Instant)>>,
}

impl Rate {
    /// So many requests in a minute.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: f64::from(per_minute), buckets: Mutex::new(HashMap::new()) }
    }

    /// Counts a request; if it is one too many, says how long to wait.
    pub fn take(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let per_second = self.per_minute / 60.0;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, (_, last)| now.duration_since(*last) < Duration::from_secs(60));
        }
        let (left, last) = buckets.entry(network(address)).or_insert((self.per_minute, now));
        *left = (*left + now.duration_since(*last).as_secs_f64() * per_second).min(self.per_minute);
        *last = now;
        if *left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - *left) / per_second));
        }
        *left -= 1.0;
        Ok(())
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_waits_after_a_minute_s_requests_and_others_do_not() {
        let (rate, start) = (Rate::new(60), Instant::now());
        let visitor: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..60 {
            rate.take(visitor, start).unwrap();
        }
        let wait = rate.take(visitor, start).unwrap_err();
        assert!(wait <= Duration::from_secs(1));
        rate.take("192.0.2.2".parse().unwrap(), start).unwrap();
        rate.take(visitor, start + Duration::from_secs(1)).unwrap();
        assert!(rate.take(visitor, start + Duration::from_secs(1)).is_err());
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let (rate, start) = (Rate::new(1), Instant::now());
        rate.take("2001:db8::1".parse().unwrap(), start).unwrap();
        assert!(rate.take("2001:db8::2".parse().unwrap(), start).is_err());
        rate.take("2001:db8:0:1::1".parse().unwrap(), start).unwrap();
        rate.take("192.0.2.1".parse().unwrap(), start).unwrap();
        assert!(rate.take("::ffff:192.0.2.1".parse().unwrap(), start).is_err());
    }
}
