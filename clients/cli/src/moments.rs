//! Times and durations, read and written.

use chrono::{DateTime, NaiveDate, Utc};
use medchain_primitives::{Moment, DAY, HOUR, MINUTE};
use medchain_runtime_api::OpeningTimeView;
use medchain_sdk::chain::{DaysOff, OpeningTime};
use std::time::{SystemTime, UNIX_EPOCH};

/// Reads a duration such as `15m`, `1h`, `7d`, `1h30m`; the result is in milliseconds.
pub fn parse_duration(text: &str) -> Result<Moment, String> {
    let malformed = || "give minutes, hours or days, such as 15m, 1h, 7d".to_owned();
    let mut total: Moment = 0;
    let mut number = String::new();
    for character in text.chars() {
        let unit = match character {
            '0'..='9' => {
                number.push(character);
                continue;
            }
            'm' => MINUTE,
            'h' => HOUR,
            'd' => DAY,
            _ => return Err(malformed()),
        };
        let count: Moment = number.parse().map_err(|_| malformed())?;
        let part = count.checked_mul(unit).ok_or_else(malformed)?;
        total = total.checked_add(part).ok_or_else(malformed)?;
        number.clear();
    }
    if total == 0 || !number.is_empty() {
        return Err(malformed());
    }
    Ok(total)
}

/// Reads a time with its zone such as `2027-03-01T09:00Z` or `2027-03-01T10:00:00+01:00`; the result is in milliseconds.
pub fn parse_time(text: &str) -> Result<Moment, String> {
    let time = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(&text.replace('Z', "+00:00"), "%Y-%m-%dT%H:%M%:z"))
        .map_err(|_| "give a date and time with its zone, such as 2027-03-01T09:00Z".to_owned())?;
    Moment::try_from(time.timestamp_millis()).map_err(|_| "this time is before 1970".to_owned())
}

/// Reads a date such as `2027-03-01`, or a time as [`parse_time`] does.
pub fn parse_date(text: &str) -> Result<Moment, String> {
    match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(date) => date
            .and_hms_opt(0, 0, 0)
            .and_then(|time| Moment::try_from(time.and_utc().timestamp_millis()).ok())
            .ok_or_else(|| "this date is before 1970".to_owned()),
        Err(_) => parse_time(text).map_err(|_| "give a date such as 2027-03-01".to_owned()),
    }
}

/// The days of the week as they are read and shown.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Reads a weekly opening time in UTC such as `mon:08:00-12:30`.
pub fn parse_opening_time(text: &str) -> Result<OpeningTime, String> {
    let read = || {
        let (day, times) = text.split_once(':')?;
        let (from, until) = times.split_once('-')?;
        let weekday = WEEKDAYS.iter().position(|name| *name == day)?;
        let time = OpeningTime {
            weekday: u8::try_from(weekday).ok()?,
            from: quarter_of_day(from)?,
            until: quarter_of_day(until)?,
        };
        (time.from < time.until).then_some(time)
    };
    read().ok_or_else(|| {
        "give a day and quarters of an hour in UTC, such as mon:08:00-12:30 or sat:20:00-24:00".to_owned()
    })
}

/// Reads `08:15` as the 33rd quarter of an hour of the day, and `24:00` as its end.
fn quarter_of_day(text: &str) -> Option<u8> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    let quarter = hours.checked_mul(4)?.checked_add(minutes / 15)?;
    (minutes < 60 && minutes.is_multiple_of(15) && quarter <= 96).then_some(quarter)
}

/// Reads a day off such as `2027-12-24`, or several such as `2027-12-24..2027-12-31`.
pub fn parse_days_off(text: &str) -> Result<DaysOff, String> {
    let day = |text: &str| {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        u32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).ok()
    };
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match (day(first), day(last)) {
        (Some(first), Some(last)) if first <= last => Ok(DaysOff { first, last }),
        _ => Err("give a day or a first and a last one, such as 2027-12-24 or 2027-12-24..2027-12-31".to_owned()),
    }
}

/// A weekly opening time for people.
pub fn shown_opening_time(time: &OpeningTimeView) -> String {
    let day = WEEKDAYS.get(usize::from(time.weekday)).copied().unwrap_or("?");
    let clock = |quarter: u8| format!("{:02}:{:02}", quarter / 4, quarter % 4 * 15);
    format!("{day} {}-{} UTC", clock(time.from), clock(time.until))
}

/// Days off for people.
pub fn shown_days(first: u32, last: u32) -> String {
    let day = |day: u32| {
        NaiveDate::default()
            .checked_add_days(chrono::Days::new(day.into()))
            .map_or_else(|| format!("day {day}"), |date| date.format("%Y-%m-%d").to_string())
    };
    if first == last {
        day(first)
    } else {
        format!("{} to {}", day(first), day(last))
    }
}

/// A moment for people, in UTC to the minute.
pub fn shown(moment: Moment) -> String {
    i64::try_from(moment)
        .ok()
        .and_then(DateTime::<Utc>::from_timestamp_millis)
        .map_or_else(|| format!("{moment} ms"), |time| time.format("%Y-%m-%d %H:%M UTC").to_string())
}

/// A duration for people.
pub fn shown_duration(mut duration: Moment) -> String {
    let mut text = String::new();
    for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "m")] {
        if duration >= unit {
            text.push_str(&format!("{}{name}", duration / unit));
            duration %= unit;
        }
    }
    if text.is_empty() {
        text = format!("{}s", duration / 1000);
    }
    text
}

/// Milliseconds since the Unix epoch by this machine's clock.
pub fn now() -> Moment {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| Moment::try_from(since.as_millis()).unwrap_or(Moment::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_minutes_hours_and_days() {
        assert_eq!(parse_duration("15m"), Ok(15 * MINUTE));
        assert_eq!(parse_duration("1h30m"), Ok(90 * MINUTE));
        assert_eq!(parse_duration("7d"), Ok(7 * DAY));
        for malformed in ["", "0m", "15", "m", "1w", "-1h", "99999999999999999999d", "1h 5m"] {
            assert!(parse_duration(malformed).is_err(), "{malformed}");
        }
        assert_eq!(shown_duration(90 * MINUTE), "1h30m");
        assert_eq!(shown_duration(24 * HOUR), "1d");
    }

    #[test]
    fn opening_times_are_quarters_of_an_hour_of_a_weekday() {
        assert_eq!(parse_opening_time("mon:08:00-12:30"), Ok(OpeningTime { weekday: 0, from: 32, until: 50 }));
        assert_eq!(parse_opening_time("sun:00:00-24:00"), Ok(OpeningTime { weekday: 6, from: 0, until: 96 }));
        for malformed in
            ["", "mon", "mon:8-12", "mon:08:10-09:00", "mon:09:00-09:00", "mon:24:15-24:30", "day:08:00-09:00"]
        {
            assert!(parse_opening_time(malformed).is_err(), "{malformed}");
        }
        assert_eq!(shown_opening_time(&OpeningTimeView { weekday: 0, from: 33, until: 96 }), "mon 08:15-24:00 UTC");
    }

    #[test]
    fn days_off_are_counted_from_1970() {
        assert_eq!(parse_days_off("1970-01-02"), Ok(DaysOff { first: 1, last: 1 }));
        assert_eq!(parse_days_off("2027-01-01..2027-01-03"), Ok(DaysOff { first: 20_819, last: 20_821 }));
        assert_eq!(shown_days(20_819, 20_821), "2027-01-01 to 2027-01-03");
        assert_eq!(shown_days(20_819, 20_819), "2027-01-01");
        for malformed in ["", "2027-01-03..2027-01-01", "1969-12-31", "2027-01", "2027-01-01.."] {
            assert!(parse_days_off(malformed).is_err(), "{malformed}");
        }
    }

    #[test]
    fn times_need_their_zone() {
        assert_eq!(parse_time("2027-03-01T09:00Z"), Ok(1_803_891_600_000));
        assert_eq!(parse_time("2027-03-01T10:00:00+01:00"), Ok(1_803_891_600_000));
        assert_eq!(parse_time("2027-03-01T10:00+01:00"), Ok(1_803_891_600_000));
        assert_eq!(shown(1_803_891_600_000), "2027-03-01 09:00 UTC");
        for malformed in ["2027-03-01T09:00", "2027-03-01", "soon", "1960-01-01T00:00Z", "2027-13-01T09:00Z"] {
            assert!(parse_time(malformed).is_err(), "{malformed}");
        }
        assert_eq!(parse_date("2027-03-01"), Ok(1_803_859_200_000));
        assert!(parse_date("03/01/2027").is_err());
    }
}
