//! How many releases may be asked for: buckets that refill with time, by whom they are asked for.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// The most buckets that are kept; when there are more, the full ones go.
const BUCKETS_MAX: usize = 10_000;

/// Buckets of one size.
pub struct Allowance<K> {
    size: f64,
    per_second: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl<K: Eq + Hash> Allowance<K> {
    /// Buckets that hold so many, and refill by so many a second.
    pub fn new(size: u32, per_second: u32) -> Self {
        Self { size: size.into(), per_second: per_second.into(), buckets: Mutex::default() }
    }

    /// Takes one out of a bucket; `false` if it is empty.
    pub fn take(&self, from: K) -> bool {
        self.take_at(from, Instant::now())
    }

    fn take_at(&self, from: K, now: Instant) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&from) {
            buckets.retain(|_, bucket| self.refilled(bucket, now) < self.size);
            if buckets.len() >= BUCKETS_MAX {
                // So many ask at once that nobody new is let in.
                return false;
            }
        }
        let bucket = buckets.entry(from).or_insert(Bucket { left: self.size, at: now });
        bucket.left = self.refilled(bucket, now);
        bucket.at = now;
        let takes = bucket.left >= 1.0;
        if takes {
            bucket.left -= 1.0;
        }
        takes
    }

    fn refilled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.left + since * self.per_second).min(self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_and_refills_and_others_have_theirs() {
        let (allowance, now) = (Allowance::new(3, 2), Instant::now());
        for _ in 0..3 {
            assert!(allowance.take_at("reader", now));
        }
        assert!(!allowance.take_at("reader", now));
        assert!(allowance.take_at("other", now));
        let later = now + Duration::from_millis(600);
        assert!(allowance.take_at("reader", later));
        assert!(!allowance.take_at("reader", later));
        let much_later = now + Duration::from_secs(3600);
        for _ in 0..3 {
            assert!(allowance.take_at("reader", much_later));
        }
        assert!(!allowance.take_at("reader", much_later));
    }

    #[test]
    fn a_flood_of_names_takes_no_more_memory() {
        let (allowance, now) = (Allowance::new(2, 1), Instant::now());
        for name in 0..BUCKETS_MAX {
            assert!(allowance.take_at(name, now));
        }
        assert!(!allowance.take_at(BUCKETS_MAX, now));
        assert!(allowance.take_at(0, now));
        assert!(allowance.take_at(BUCKETS_MAX, now + Duration::from_secs(5)));
    }
}
