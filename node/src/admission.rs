//! How many calls to the vault may be under way: for each connection, so that none takes all, and in all, so that the
//! threads that answer calls are never all waiting for peers.

use crate::rpc::failure::{failure, Code};
use jsonrpsee::types::ErrorObjectOwned;
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The most calls of one connection that are under way at a time.
const PER_CONNECTION: usize = 16;

/// The most calls in all, however many threads there are.
const TOTAL_MAX: usize = 64;

/// Counts calls under way.
pub struct Admission {
    total: usize,
    under_way: Mutex<UnderWay>,
}

#[derive(Default)]
struct UnderWay {
    total: usize,
    connections: HashMap<usize, usize>,
}

/// A call that is under way until this is dropped, however it ends.
pub struct Admitted {
    admission: Arc<Admission>,
    connection: usize,
}

impl Admission {
    /// For a server with so many threads for calls that block. Half of them stay free for what those calls need.
    pub fn new(threads: u32) -> Arc<Self> {
        let total = usize::try_from(threads / 2).unwrap_or(TOTAL_MAX).clamp(1, TOTAL_MAX);
        Arc::new(Self { total, under_way: Mutex::default() })
    }

    /// Lets a call of this connection in.
    ///
    /// # Errors
    /// [`Code::Busy`], with the reason `connection` or `node`, if too many are under way.
    pub fn enter(self: &Arc<Self>, connection: usize) -> Result<Admitted, ErrorObjectOwned> {
        let mut under_way = self.lock();
        if under_way.total >= self.total {
            return Err(busy("node", "this node has too many calls to its vault under way"));
        }
        let calls = under_way.connections.entry(connection).or_default();
        if *calls >= PER_CONNECTION {
            return Err(busy("connection", "this connection has too many calls to the vault under way"));
        }
        *calls += 1;
        under_way.total += 1;
        Ok(Admitted { admission: self.clone(), connection })
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        // Two numbers that change together and cannot panic in between.
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut under_way = self.admission.lock();
        under_way.total = under_way.total.saturating_sub(1);
        if let Some(calls) = under_way.connections.get_mut(&self.connection) {
            *calls = calls.saturating_sub(1);
            if *calls == 0 {
                under_way.connections.remove(&self.connection);
            }
        }
    }
}

fn busy(reason: &str, message: &str) -> ErrorObjectOwned {
    failure(Code::Busy, message, json!({ "reason": reason, "hint": "wait for some answers, then repeat" }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const CLINIC: usize = 1;
    const HOSPITAL: usize = 2;

    fn reason(refused: Result<Admitted, ErrorObjectOwned>) -> String {
        let error = refused.err().unwrap();
        assert_eq!(error.code(), Code::Busy as i32);
        serde_json::from_str::<serde_json::Value>(error.data().unwrap().get()).unwrap()["reason"].to_string()
    }

    #[test]
    fn a_connection_with_too_many_calls_is_refused_and_others_are_not() {
        let admission = Admission::new(100);
        let mut calls: Vec<_> = (0..PER_CONNECTION).map(|_| admission.enter(CLINIC).unwrap()).collect();
        assert_eq!(reason(admission.enter(CLINIC)), "\"connection\"");
        admission.enter(HOSPITAL).unwrap();
        calls.pop();
        admission.enter(CLINIC).unwrap();
    }

    #[test]
    fn half_of_the_threads_stay_free_and_what_ended_holds_nothing() {
        let admission = Admission::new(10);
        let calls: Vec<_> = (0..5).map(|connection| admission.enter(connection).unwrap()).collect();
        assert_eq!(reason(admission.enter(CLINIC)), "\"node\"");
        drop(calls);
        assert_eq!(admission.lock().total, 0);
        assert!(admission.lock().connections.is_empty());
        assert!(Admission::new(1).enter(CLINIC).is_ok());
    }
}
