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
    /// The appointment that it is to replace: accepting this one ends that one.
    pub replaces: Option<AppointmentId>,
    /// The latest appointment that is, or was, to replace it; for one that waited to replace an accepted one, the
    /// appointment that replaces that one in its stead.
    pub replaced_by: Option<AppointmentId>,
}

/// A day since 1 January 1970, UTC.
pub type Day = u32;

/// Slots in a day.
pub const SLOTS_PER_DAY: u8 = 96;

/// A weekly time in which a doctor can be booked, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct OpeningTime {
    /// The day of the week: 0 is Monday, 6 Sunday.
    pub weekday: u8,
    /// The first quarter of an hour of the day, from 0.
    pub from: u8,
    /// The quarter of an hour of the day that is no longer in it, up to [`SLOTS_PER_DAY`].
    pub until: u8,
}

impl OpeningTime {
    /// Whether it names a weekday and a time in it.
    pub(crate) fn is_sound(&self) -> bool {
        self.weekday < 7 && self.from < self.until && self.until <= SLOTS_PER_DAY
    }

    fn contains(&self, weekday: u8, slot_of_day: u8) -> bool {
        self.weekday == weekday && (self.from..self.until).contains(&slot_of_day)
    }
}

/// Days on which a doctor cannot be booked, in UTC, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct DaysOff {
    /// The first.
    pub first: Day,
    /// The last.
    pub last: Day,
}

/// When a doctor can be booked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Schedule {
    /// The weekly opening times; none means at any time.
    pub opening_times: BoundedVec<OpeningTime, ConstU32<{ limits::OPENING_TIMES_MAX }>>,
    /// The days off.
    pub days_off: BoundedVec<DaysOff, ConstU32<{ limits::DAYS_OFF_MAX }>>,
}

impl Schedule {
    /// Whether the doctor is open in a slot.
    pub(crate) fn is_open(&self, slot: Slot) -> bool {
        let slot_of_day = u8::try_from(slot % u64::from(SLOTS_PER_DAY)).unwrap_or(0);
        let weekday = weekday(day_of(slot));
        self.opening_times.is_empty() || self.opening_times.iter().any(|time| time.contains(weekday, slot_of_day))
    }

    /// Whether the doctor has taken the day of a slot off.
    pub(crate) fn is_off(&self, slot: Slot) -> bool {
        let day = day_of(slot);
        self.days_off.iter().any(|days| (days.first..=days.last).contains(&day))
    }
}

/// The day of a slot; the last day there is for slots beyond it.
fn day_of(slot: Slot) -> Day {
    Day::try_from(slot / u64::from(SLOTS_PER_DAY)).unwrap_or(Day::MAX)
}

/// The day of the week, 0 for Monday. 1 January 1970 was a Thursday.
fn weekday(day: Day) -> u8 {
    u8::try_from((u64::from(day) + 3) % 7).unwrap_or(0)
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
