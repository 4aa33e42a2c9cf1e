//! A day with or without a time of day.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde::{Deserialize, Serialize};

/// No time of day; a time never reaches it.
const UNTIMED: u32 = u32::MAX;

/// A civil day, with a time of day where one was recorded.
///
/// Exactly midnight is no time of day: database exports write it for plain dates. There is no zone; the times of one
/// authority are civil time.
///
/// # Comparisons
///
/// Where one of two moments has no time of day, days are compared. That is no order (10:00 and 12:00 of a day are
/// different, yet neither is before or after the plain day), so there is no `Ord`; see [`Moment::is_before`].
///
/// # Forms
///
/// `YYYY-MM-DD`, `DD/MM/YYYY` and `YYYY-MM-DDTHH:MM[:SS]`, where a space may stand for the `T`.
///
/// ```
/// use csc_kpi::calendar::Moment;
///
/// let evening: Moment = "2018-03-01T20:15".parse()?;
/// let plain: Moment = "01/03/2018".parse()?;
/// assert_eq!(evening.date(), plain.date());
/// assert!(!evening.is_before(plain) && !plain.is_before(evening));
/// assert!("2018-03-01T09:00".parse::<Moment>()?.is_before(evening));
/// assert_eq!("2018-03-01 00:00:00".parse::<Moment>()?, plain);
/// # Ok::<(), csc_kpi::calendar::MomentError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment {
    date: NaiveDate,
    second_of_day: u32,
}

impl Moment {
    /// The day, without its time.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.date
    }

    /// The time of day, to the second, if one was recorded.
    #[must_use]
    pub fn time(self) -> Option<NaiveTime> {
        NaiveTime::from_num_seconds_from_midnight_opt(self.second_of_day, 0)
    }

    /// Whether this is earlier than `other`: by time where both have one, else by day.
    #[must_use]
    #[inline]
    pub fn is_before(self, other: Self) -> bool {
        // On one day one without a time is neither before nor after another.
        let timed = other.second_of_day != UNTIMED && self.second_of_day != UNTIMED;
        self.date < other.date || (self.date == other.date && timed && self.second_of_day < other.second_of_day)
    }

    /// Whether this is at most `days` days of 24 hours after `other`: by time where both have one, else by day.
    ///
    /// What lies before `other` is not after it, and so within any number of days.
    #[must_use]
    pub fn is_within_days_of(self, days: u32, other: Self) -> bool {
        let limit = super::plus_days(other.date, i64::from(days));
        match (self.time(), other.time()) {
            (Some(a), Some(b)) => (self.date, a) <= (limit, b),
            _ => self.date <= limit,
        }
    }
}

impl From<NaiveDate> for Moment {
    fn from(date: NaiveDate) -> Self {
        Self { date, second_of_day: UNTIMED }
    }
}

/// Fractions of a second are cut off; midnight is no time of day.
impl From<NaiveDateTime> for Moment {
    fn from(at: NaiveDateTime) -> Self {
        let second = at.time().num_seconds_from_midnight();
        Self { date: at.date(), second_of_day: if second == 0 { UNTIMED } else { second } }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date)?;
        match self.time() {
            Some(time) => write!(f, "T{time}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl TryFrom<String> for Moment {
    type Error = MomentError;

    fn try_from(text: String) -> Result<Self, MomentError> {
        text.parse()
    }
}

/// A text that is no date in any of the forms of [`Moment`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no date (YYYY-MM-DD, DD/MM/YYYY or YYYY-MM-DDTHH:MM[:SS])")]
pub struct MomentError {
    text: String,
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        read(text.as_bytes()).ok_or_else(|| MomentError { text: text.to_owned() })
    }
}

fn read(text: &[u8]) -> Option<Moment> {
    match text {
        [d @ .., b'/', m1, m2, b'/', y1, y2, y3, y4] if d.len() == 2 => {
            let date =
                NaiveDate::from_ymd_opt(number(&[*y1, *y2, *y3, *y4])?, two_digits(&[*m1, *m2])?, two_digits(d)?)?;
            Some(date.into())
        }
        _ => {
            let (day, time) = text.split_at_checked(10)?;
            let [y @ .., b'-', m1, m2, b'-', d1, d2] = day else { return None };
            let date = NaiveDate::from_ymd_opt(number(y)?, two_digits(&[*m1, *m2])?, two_digits(&[*d1, *d2])?)?;
            let time = match time {
                [] => return Some(date.into()),
                [b'T' | b't' | b' ', h1, h2, b':', m1, m2] => clock(&[*h1, *h2], &[*m1, *m2], b"00")?,
                [b'T' | b't' | b' ', h1, h2, b':', m1, m2, b':', s1, s2] => {
                    clock(&[*h1, *h2], &[*m1, *m2], &[*s1, *s2])?
                }
                _ => return None,
            };
            Some(date.and_time(time).into())
        }
    }
}

fn clock(hour: &[u8], minute: &[u8], second: &[u8]) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(two_digits(hour)?, two_digits(minute)?, two_digits(second)?)
}

fn two_digits(digits: &[u8]) -> Option<u32> {
    u32::try_from(number(digits)?).ok()
}

fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i32::from(digit - b'0')))
}
