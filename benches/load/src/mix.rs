//! The medical mix: the same acts, of the same members, in the same order as `benches/peers/src/workload.js` offers to others.

use anyhow::{ensure, Result};
use clap::Args;
use medchain_primitives::limits;

/// How many acts, and by how many.
#[derive(Clone, Copy, Debug, Args)]
pub struct Size {
    /// How many acts are offered.
    #[arg(long, default_value_t = 20_000)]
    pub acts: usize,
    /// How many patients; a multiple of the number of doctors.
    #[arg(long, default_value_t = 128)]
    pub patients: usize,
    /// How many doctors.
    #[arg(long, default_value_t = 64)]
    pub doctors: usize,
}

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A doctor anchors a report.
    Anchor,
    /// A doctor requests a record.
    Request,
    /// A patient grants a record.
    Grant,
    /// A doctor opens a record.
    Open,
    /// A patient asks for an appointment.
    Appointment,
}
use Kind::*;

/// Twenty acts: 8 anchor, 4 request, 3 grant, 3 open, 2 ask for an appointment.
const PATTERN: [Kind; 20] = [
    Anchor,
    Request,
    Anchor,
    Grant,
    Anchor,
    Open,
    Request,
    Anchor,
    Grant,
    Anchor,
    Appointment,
    Request,
    Anchor,
    Grant,
    Anchor,
    Open,
    Request,
    Anchor,
    Open,
    Appointment,
];

/// An act: what, as the how manieth of its kind, for which patient, and in which round over the patients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// What.
    pub kind: Kind,
    /// Its place among those of its kind.
    pub number: usize,
    /// The patient's place.
    pub patient: usize,
    /// How often each patient has had one before.
    pub round: usize,
}

/// The acts, and what they need.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many.
    pub size: Size,
    /// The acts in order.
    pub acts: Vec<Act>,
    /// How many records each patient has beforehand, all of them granted to her first reader.
    pub records: usize,
}

impl Plan {
    /// Plans the mix.
    ///
    /// # Errors
    /// If the chain's rules would refuse some of it.
    pub fn new(size: Size) -> Result<Self> {
        let Size { acts, patients, doctors } = size;
        ensure!(doctors >= 8, "the mix needs at least eight doctors");
        ensure!(
            patients.is_multiple_of(doctors) && patients > 0,
            "the number of patients must be a multiple of that of doctors"
        );
        let mut done = [0; 5];
        let acts: Vec<_> = (0..acts)
            .map(|place| {
                let kind = PATTERN[place % PATTERN.len()];
                let number = done[kind as usize];
                done[kind as usize] += 1;
                Act { kind, number, patient: number % patients, round: number / patients }
            })
            .collect();
        let each = |kind: Kind| done[kind as usize].div_ceil(patients);
        let batch = limits::RECORDS_PER_ANCHOR_MAX as usize;
        let records = each(Grant).max(each(Open)).max(each(Request).min(batch)).max(1);
        let fits = records <= batch
            && each(Request) <= limits::INBOX_MAX as usize
            && each(Appointment) <= limits::OPEN_APPOINTMENTS_MAX as usize;
        ensure!(fits, "so many acts need more patients");
        Ok(Self { size, acts, records })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn plan(acts: usize, patients: usize, doctors: usize) -> Result<Plan> {
        Plan::new(Size { acts, patients, doctors })
    }

    #[test]
    fn the_mix_has_its_shares() {
        let plan = plan(100, 8, 8).unwrap();
        let count = |kind| plan.acts.iter().filter(|act| act.kind == kind).count();
        assert_eq!([Anchor, Request, Grant, Open, Appointment].map(count), [40, 20, 15, 15, 10]);
    }

    #[test]
    fn no_two_acts_are_alike() {
        let plan = plan(5_000, 64, 8).unwrap();
        for (place, act) in plan.acts.iter().enumerate().skip(1) {
            let before = &plan.acts[..place];
            assert!(!before.iter().any(|other| other.kind == act.kind && other.number == act.number));
        }
        assert!(plan.acts.iter().all(|act| act.kind != Open || act.round < plan.records));
    }

    #[test]
    fn what_the_rules_would_refuse_is_not_planned() {
        assert!(plan(100, 8, 4).is_err());
        assert!(plan(100, 9, 8).is_err());
        assert!(plan(100, 0, 8).is_err());
        assert!(plan(10_000, 8, 8).is_err());
        assert_eq!(plan(20_000, 128, 64).unwrap().records, 32);
    }
}
