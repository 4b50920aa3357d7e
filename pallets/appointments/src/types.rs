//! What the pallet stores of an appointment and of a care relation, and how time is cut into slots.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::Range;
use frame_support::{traits::ConstU32, BoundedVec};
use medchain_primitives::{limits, *};
use scale_info::TypeInfo;

/// A note to the doctor, sealed to the doctor; empty when there is none.
pub type Note = BoundedVec<u8, ConstU32<{ limits::NOTE_MAX }>>;

/// The number of a quarter of an hour since the Unix epoch.
pub type Slot = u64;

/// An appointment.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Appointment {
    /// Who asked.
    pub patient: MemberId,
    /// Who was asked.
    pub doctor: MemberId,
    /// Start, in milliseconds: a quarter of an hour.
    pub start: Moment,
    /// End, in milliseconds: a later quarter of an hour.
    pub end: Moment,
    /// Where it stands.
    pub status: AppointmentStatus,
    /// Why it was declined or cancelled; `None` in every other status.
    pub reason: Option<AppointmentReason>,
    /// The note to the doctor.
    pub note: Note,
    /// The patient's profile, sealed to the doctor, until the doctor answers.
    pub profile: Option<SealedProfile>,
    /// When it was requested, in milliseconds.
    pub requested_at: Moment,
}

impl Appointment {
    /// The slots that it takes.
    pub fn slots(&self) -> Range<Slot> {
        slots(self.start, self.end)
    }
}

/// A care relation between a patient and a doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct CareRelation {
    /// Since when, in milliseconds.
    pub since: Moment,
    /// The appointment that opened it; `None` when the patient opened it.
    pub appointment: Option<AppointmentId>,
}

/// The slots from `start` to `end`, which lie on quarters of an hour.
pub fn slots(start: Moment, end: Moment) -> Range<Slot> {
    start / limits::SLOT..end / limits::SLOT
}

/// How many slots a range has, at most [`limits::APPOINTMENT_SLOTS_MAX`]; more are refused before they cost anything.
pub(crate) fn slot_count(slots: &Range<Slot>) -> u32 {
    let count = slots.end.saturating_sub(slots.start).min(limits::APPOINTMENT_SLOTS_MAX.into());
    u32::try_from(count).unwrap_or(limits::APPOINTMENT_SLOTS_MAX)
}
