//! `medchain appointment` and `medchain care`.

use super::{access::acting_for, listing, member::resolve};
use crate::{
    arguments::{Appointment, Care},
    failure::{Failure, Result},
    moments::{now, shown, shown_days, shown_duration, shown_opening_time},
    report::Report,
    session::{transaction_report, Session},
};
use medchain_primitives::*;
use medchain_runtime_api::AppointmentView;
use medchain_sdk::{
    appointment::NoteContext,
    chain::{calls, events, Schedule},
    client::{Member, MemberSelector},
    proof::ProvenMember,
    record::{actor, own_half, reseal},
};
use serde_json::json;

pub async fn run(session: &Session, command: Appointment) -> Result<Report> {
    match command {
        Appointment::Request { doctor, start, length, note, no_profile } => {
            request(session, &doctor, start, length, note.as_deref().unwrap_or_default(), !no_profile).await
        }
        Appointment::Accept { appointment } => {
            session.act(calls::accept_appointment(appointment), format!("accepted appointment {appointment}")).await
        }
        Appointment::Decline { appointment, reason } => {
            let said = format!("declined appointment {appointment}: {reason}");
            session.act(calls::decline_appointment(appointment, reason), said).await
        }
        Appointment::Cancel { appointment, reason } => {
            let said = format!("cancelled appointment {appointment}: {reason}");
            session.act(calls::cancel_appointment(appointment, reason), said).await
        }
        Appointment::Reschedule { appointment, start, length, note } => {
            reschedule(session, appointment, start, length, note.as_deref().unwrap_or_default()).await
        }
        Appointment::Schedule { doctor } => schedule(session, doctor).await,
        Appointment::SetSchedule { open, off } => {
            let schedule = Schedule { opening_times: open, days_off: off };
            check_schedule(&schedule)?;
            session.act(calls::set_schedule(schedule), "the schedule is set").await
        }
        Appointment::Complete { appointment } => {
            session.act(calls::complete_appointment(appointment), format!("completed appointment {appointment}")).await
        }
        Appointment::Missed { appointment } => {
            let said = format!("marked appointment {appointment} as missed");
            session.act(calls::mark_appointment_missed(appointment), said).await
        }
        Appointment::Show { appointment } => show(session, appointment).await,
        Appointment::List { member, status, day, page } => {
            let member = acting_for(session, member).await?;
            let client = session.client().await?;
            let after = page.after.map(AppointmentId);
            let appointments = if status.is_some() || day.is_some() {
                client.agenda(member, status, day.as_deref(), after, page.limit).await?
            } else {
                client.appointments(member, after, page.limit).await?
            };
            let me = key_holder(session).await?;
            let mut notes = Vec::new();
            for appointment in &appointments.items {
                notes.push(note_for(session, me.as_ref(), appointment).await?);
            }
            let none = "no appointments";
            let heading = ["ID", "START", "LENGTH", "PATIENT", "DOCTOR", "STATUS", "NOTE"];
            let report = listing(&appointments, none, heading, |appointment| {
                let at = appointments.items.iter().position(|other| other.id == appointment.id);
                let note = at.and_then(|at| notes.get(at)).cloned().flatten();
                [
                    appointment.id.to_string(),
                    shown(appointment.start),
                    shown_duration(appointment.end.saturating_sub(appointment.start)),
                    appointment.patient.to_string(),
                    appointment.doctor.to_string(),
                    shown_status(appointment),
                    note.unwrap_or_default(),
                ]
            });
            Ok(report.field("notes", &notes))
        }
    }
}

fn shown_status(appointment: &AppointmentView) -> String {
    match appointment.reason {
        Some(reason) => format!("{} ({reason})", appointment.status),
        None => appointment.status.to_string(),
    }
}

async fn show(session: &Session, id: AppointmentId) -> Result<Report> {
    let appointment = session.client().await?.appointment(id).await?;
    let me = key_holder(session).await?;
    let text = note_for(session, me.as_ref(), &appointment).await?;
    let length = appointment.end.saturating_sub(appointment.start);
    let mut lines = vec![
        format!("appointment {id}: {}", shown_status(&appointment)),
        format!("start:     {} for {}", shown(appointment.start), shown_duration(length)),
        format!("patient:   {}", appointment.patient),
        format!("doctor:    {}", appointment.doctor),
        format!("requested: {}", shown(appointment.requested_at)),
    ];
    lines.extend(appointment.replaces.map(|old| format!("replaces:  appointment {old}")));
    lines.extend(appointment.replaced_by.map(|new| format!("replaced:  by appointment {new}")));
    lines.extend(text.as_ref().map(|text| format!("note:      {text}")));
    Ok(Report::new(&appointment).field("text", text).lines(lines))
}

/// The member whose key was named, if one was and it is a member's.
async fn key_holder(session: &Session) -> Result<Option<Member>> {
    if !session.has_key() {
        return Ok(None);
    }
    let account = session.identity().await?.account();
    Ok(session.client().await?.find_member(&MemberSelector::Account(account)).await?)
}

/// The note of an appointment, for its doctor.
async fn note_for(session: &Session, me: Option<&Member>, appointment: &AppointmentView) -> Result<Option<String>> {
    let Some(me) = me.filter(|me| me.id == appointment.doctor && !appointment.note.is_empty()) else {
        return Ok(None);
    };
    let context = NoteContext {
        genesis: session.client().await?.genesis(),
        patient: appointment.patient,
        doctor: appointment.doctor,
        start: appointment.start,
    };
    Ok(context.open(&appointment.note, session.identity().await?, me.key_version))
}

async fn request(
    session: &Session,
    doctor: &MemberSelector,
    start: Moment,
    length: Moment,
    note: &str,
    with_profile: bool,
) -> Result<Report> {
    check_times(start, length)?;
    let end = start.saturating_add(length);
    let me = session.me().await?;
    let client = session.client().await?;
    let doctor = client.proven_member(doctor).await?;
    let context = NoteContext { genesis: client.genesis(), patient: me.id, doctor: doctor.id, start };
    let note = context.seal(note, &doctor.key)?;
    let seal = if with_profile { profile_seal(session, &me, &doctor).await? } else { None };
    let profile = seal.is_some();
    let submitted = session.submit(calls::request_appointment(doctor.id, start, end, seal, note)).await?;
    let appointment = submitted.event::<events::AppointmentRequested>().map(|event| event.appointment);
    let number = appointment.map_or_else(|| "an appointment".to_owned(), |id| format!("appointment {id}"));
    let report = transaction_report(&submitted)
        .field("appointment", appointment)
        .field("doctor", doctor.id)
        .field("start", start)
        .field("end", end)
        .field("profileSealed", profile)
        .line(format!(
            "requested {number} with doctor {} ({}), {} for {}",
            doctor.id,
            doctor.username,
            shown(start),
            shown_duration(length)
        ));
    Ok(if profile {
        report.line("the profile is sealed to the doctor, readable once the doctor accepts")
    } else {
        report
    })
}

/// What can be wrong with a time is found before anything is asked or sent.
fn check_times(start: Moment, length: Moment) -> Result<()> {
    if start <= now() {
        return Err(Failure::new(format!("the start, {}, is in the past", shown(start)))
            .hint(format!("give a later one; this machine's clock says {}", shown(now()))));
    }
    if !start.is_multiple_of(limits::SLOT) || !length.is_multiple_of(limits::SLOT) {
        return Err(Failure::new("appointments start and end at quarters of an hour")
            .hint("give a start such as 09:00, 09:15 or 09:30, and a length such as 15m or 30m"));
    }
    Ok(())
}

async fn reschedule(session: &Session, id: AppointmentId, start: Moment, length: Moment, note: &str) -> Result<Report> {
    check_times(start, length)?;
    let end = start.saturating_add(length);
    let me = session.me().await?;
    let client = session.client().await?;
    let old = client.appointment(id).await?;
    let doctor = client.proven_member(&old.doctor.into()).await?;
    let context = NoteContext { genesis: client.genesis(), patient: me.id, doctor: doctor.id, start };
    let note = context.seal(note, &doctor.key)?;
    let submitted = session.submit(calls::reschedule_appointment(id, start, end, note)).await?;
    let replacement = submitted.event::<events::AppointmentRequested>().map(|event| event.appointment);
    let number = replacement.map_or_else(|| "an appointment".to_owned(), |id| format!("appointment {id}"));
    let report = transaction_report(&submitted)
        .field("appointment", replacement)
        .field("replaces", id)
        .field("start", start)
        .field("end", end)
        .line(format!("requested {number} instead of {id}, {} for {}", shown(start), shown_duration(length)));
    Ok(match old.status {
        AppointmentStatus::Accepted => report.line(format!("appointment {id} stands until the doctor accepts")),
        _ => report,
    })
}

fn check_schedule(schedule: &Schedule) -> Result<()> {
    for (what, count, most) in [
        ("opening times", schedule.opening_times.len(), limits::OPENING_TIMES_MAX),
        ("stretches of days off", schedule.days_off.len(), limits::DAYS_OFF_MAX),
    ] {
        if count > most as usize {
            return Err(Failure::usage(format!("a schedule has at most {most} {what}")).hint("join some of them"));
        }
    }
    Ok(())
}

async fn schedule(session: &Session, doctor: Option<MemberSelector>) -> Result<Report> {
    let doctor = match doctor {
        Some(doctor) => resolve(session, &doctor).await?,
        None => session.me().await?.id,
    };
    let schedule = session.client().await?.schedule(doctor).await?;
    let report = Report::new(&schedule);
    let report = match schedule.opening_times.as_slice() {
        [] => report.line("can be booked at any time"),
        times => report.lines(times.iter().map(shown_opening_time)),
    };
    Ok(report.lines(schedule.days_off.iter().map(|days| format!("off {}", shown_days(days.first, days.last)))))
}

/// The patient's profile, sealed to the doctor; `None` for a patient without a profile.
async fn profile_seal(session: &Session, me: &Member, doctor: &ProvenMember) -> Result<Option<SealedProfile>> {
    let Some(profile) = me.own_record else { return Ok(None) };
    let client = session.client().await?;
    let record = client.record(profile).await?;
    let identity = session.identity().await?;
    let actor = actor(client, identity).await?;
    let half = own_half(client, identity, &actor, &record).await?;
    let seal = reseal(client.genesis(), record.content.0, &half, &doctor.key)?;
    Ok(Some(SealedProfile { record: profile, seal }))
}

pub async fn run_care(session: &Session, command: Care) -> Result<Report> {
    match command {
        Care::Open { doctor, no_profile } => {
            let me = session.me().await?;
            let doctor = session.client().await?.proven_member(&doctor).await?;
            let seal = if no_profile { None } else { profile_seal(session, &me, &doctor).await? };
            let said = format!("doctor {} may write records for you now", doctor.id);
            session.act(calls::open_care(doctor.id, seal), said).await
        }
        Care::End { doctor } => {
            let id = resolve(session, &doctor).await?;
            session.act(calls::end_care(id), format!("ended the care relation with doctor {id}")).await
        }
        Care::List { member, page } => {
            let member = acting_for(session, member).await?;
            let client = session.client().await?;
            let relations = client.care_relations(member, page.after.map(MemberId), page.limit).await?;
            Ok(listing(&relations, "no care relations", ["PATIENT", "DOCTOR", "SINCE", "BY"], |relation| {
                let by = match relation.appointment {
                    Some(id) => format!("appointment {id}"),
                    None => "the patient".to_owned(),
                };
                [relation.patient.to_string(), relation.doctor.to_string(), shown(relation.since), by]
            })
            .field("member", json!(member)))
        }
    }
}
