//! The consortium's bounds. Pallets take them as configuration; the runtime, the node and the clients read them here.

use crate::{Moment, DAY, HOUR, MINUTE};

/// Shortest username, in characters.
pub const USERNAME_MIN: u32 = 3;
/// Longest username, in characters.
pub const USERNAME_MAX: u32 = 32;
/// Longest public detail of a professional (name, licence number, address, …), in bytes of UTF-8.
pub const DETAIL_MAX: u32 = 128;
/// How far ahead a signed statement (a voucher, the consent to a move or to act as staff) may expire, in milliseconds.
pub const STATEMENT_LIFETIME_MAX: Moment = 30 * DAY;
/// Most guardians that a member names for its recovery.
pub const RECOVERY_GUARDIANS_MAX: u32 = 8;
/// Shortest time in which a recovery can be objected to, in milliseconds.
pub const RECOVERY_WAIT_MIN: Moment = DAY;
/// Longest time in which a recovery can be objected to, in milliseconds.
pub const RECOVERY_WAIT_MAX: Moment = 90 * DAY;
/// For how long after that time a recovery can be carried out, in milliseconds.
pub const RECOVERY_CARRIED_OUT_WITHIN: Moment = 30 * DAY;
/// Most staff accounts of one institution.
pub const STAFF_MAX: u32 = 1_000;
/// Most dependants of one guardian.
pub const DEPENDANTS_MAX: u32 = 16;
/// Most copies of an institution's key that one call seals to its staff anew.
pub const STAFF_PER_RESEAL_MAX: u32 = 32;

/// An appointment slot: a quarter of an hour, in milliseconds.
pub const SLOT: Moment = 15 * MINUTE;
/// Most slots in one appointment: eight hours.
pub const APPOINTMENT_SLOTS_MAX: u32 = 32;
/// How far ahead an appointment may lie, in milliseconds.
pub const APPOINTMENT_AHEAD_MAX: Moment = 365 * DAY;
/// Longest sealed note to a doctor, in bytes (512 of text, and the seal's overhead).
pub const NOTE_MAX: u32 = 560;
/// Most weekly opening times in a doctor's schedule.
pub const OPENING_TIMES_MAX: u32 = 28;
/// Most stretches of days off in a doctor's schedule.
pub const DAYS_OFF_MAX: u32 = 32;
/// Most appointments that one block lets expire.
pub const EXPIRIES_PER_BLOCK_MAX: u32 = 32;
/// Most appointments of one patient that wait for an answer.
pub const OPEN_APPOINTMENTS_MAX: u32 = 16;

/// Most records in one request or one grant.
pub const RECORDS_PER_REQUEST_MAX: u32 = 32;
/// Most requests that wait in one patient's inbox.
pub const INBOX_MAX: u32 = 128;
/// Most requests by one requester that wait in one patient's inbox.
pub const INBOX_PER_REQUESTER_MAX: u32 = 8;
/// How long a request waits for the patient, in milliseconds.
pub const REQUEST_LIFETIME: Moment = 30 * DAY;
/// Shortest grant, in milliseconds.
pub const GRANT_MIN: Moment = MINUTE;
/// Longest grant, in milliseconds.
pub const GRANT_MAX: Moment = 366 * DAY;
/// Most openings in one grant.
pub const OPENINGS_MAX: u32 = 1_000;
/// How long a reading window stays open, in milliseconds.
pub const READING_WINDOW: Moment = 30 * MINUTE;
/// Life of the profile grant that comes with an accepted appointment, in milliseconds.
pub const CARE_GRANT_LIFETIME: Moment = 90 * DAY;
/// Openings of the profile grant that comes with an accepted appointment or a share.
pub const CARE_GRANT_OPENINGS: u32 = 32;

/// Most readers with a standing consent of one patient.
pub const STANDING_READERS_MAX: u32 = 16;
/// Most guardians who act in the name of one patient.
pub const GUARDIANSHIPS_MAX: u32 = 4;
/// Most readers that one new record is sealed to besides its patient.
pub const NEW_RECORD_SEALS_MAX: u32 = STANDING_READERS_MAX + GUARDIANSHIPS_MAX;
/// Longest standing consent or guardianship, in milliseconds: 20 years.
pub const STANDING_MAX: Moment = 20 * 366 * DAY;
/// Openings of a grant that comes with a standing consent or a guardianship.
pub const STANDING_OPENINGS: u32 = OPENINGS_MAX;

/// Most hospitals that one emergency consent names.
pub const EMERGENCY_INSTITUTIONS_MAX: u32 = 16;
/// Most emergency openings of one doctor that wait for an administrator's review.
pub const EMERGENCY_UNREVIEWED_MAX: u32 = 8;

/// Most records that one link shows.
pub const LINK_RECORDS_MAX: u32 = 32;
/// Shortest link, in milliseconds.
pub const LINK_MIN: Moment = 15 * MINUTE;
/// Longest link, in milliseconds.
pub const LINK_MAX: Moment = 30 * DAY;
/// Most openings of one link.
pub const LINK_OPENINGS_MAX: u32 = 1_000;
/// Longest name that a recipient of a link states, in bytes of UTF-8.
pub const RECIPIENT_MAX: u32 = 128;
/// Length of a recipient's name encrypted to the patient, in bytes: padded to the longest, and the seal's overhead.
pub const SEALED_RECIPIENT: u32 = RECIPIENT_MAX + 48;

/// Most records anchored in one call.
pub const RECORDS_PER_ANCHOR_MAX: u32 = 32;
/// Most records whose envelopes one call replaces.
pub const RECORDS_PER_RESEAL_MAX: u32 = 32;
/// How long a prescription may be valid, in milliseconds.
pub const PRESCRIPTION_VALIDITY_MAX: Moment = 366 * DAY;
/// Most fills of a prescription.
pub const FILLS_MAX: u8 = 24;
/// Largest content, in bytes of ciphertext: what one UnixFS root block can list.
pub const CONTENT_MAX: u64 = 16 * 1024 * 1024 * 1024;
/// Largest content of a profile or certificate, in bytes of ciphertext.
pub const OWN_CONTENT_MAX: u64 = 32 * 1024 * 1024;
/// Largest envelope, in bytes.
pub const ENVELOPE_MAX: u32 = 8 * 1024;

/// Most members in one release committee.
pub const COMMITTEE_MAX: u32 = 128;
/// Most entries in one page of a listing.
pub const PAGE_MAX: u32 = 100;

/// Life of a ticket, in milliseconds, at most.
pub const TICKET_LIFETIME_MAX: Moment = HOUR;
