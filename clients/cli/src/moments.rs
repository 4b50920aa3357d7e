//! Times and durations, read and written.

use chrono::{DateTime, NaiveDate, Utc};
use medchain_primitives::{Moment, DAY, HOUR, MINUTE};
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
