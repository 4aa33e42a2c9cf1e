//! Civil days, months, financial years, reporting bases and working days.
//!
//! Every rule of the indicators stands on these: a record covers `start <= day < end`, a window is half-open,
//! and month arithmetic is done on the *exclusive* end of a window, never on the last day in it.

mod age;
mod basis;
mod days;
mod moment;
mod months;
mod span;
mod working_days;
mod year;

pub use age::{age_on, birthday};
pub use basis::{Basis, BasisError, Window};
pub use days::Days;
pub use moment::{Moment, MomentError};
pub use months::{first_day_months_after, first_day_months_back, minus_months, plus_months};
pub use span::Span;
pub use working_days::{WorkingDayError, WorkingDays};
pub use year::{FinancialYear, PeriodError, Quarter, QuarterOfYear};

use chrono::{Datelike, NaiveDate};

/// The day after `day`; the last day that chrono can write is its own successor.
#[inline]
pub(crate) fn next_day(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(NaiveDate::MAX)
}

/// The day before `day`; the first day that chrono can write is its own predecessor.
pub(crate) fn day_before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(NaiveDate::MIN)
}

/// `day` moved by whole days, held inside what chrono can write.
pub(crate) fn plus_days(day: NaiveDate, days: i64) -> NaiveDate {
    if days < 0 {
        day.checked_sub_days(chrono::Days::new(days.unsigned_abs())).unwrap_or(NaiveDate::MIN)
    } else {
        day.checked_add_days(chrono::Days::new(days.unsigned_abs())).unwrap_or(NaiveDate::MAX)
    }
}

/// Places a year takes in a table of days: as many as the longest has days.
pub(crate) const PLACES: i32 = 366;

/// The place of a day in a table of days: in the order of days.
#[inline]
pub(crate) fn place(day: NaiveDate) -> i32 {
    day.year() * PLACES + day.ordinal0().cast_signed()
}

/// The day of a place, if it is one.
pub(crate) fn day_at(place: i32) -> Option<NaiveDate> {
    NaiveDate::from_yo_opt(place.div_euclid(PLACES), place.rem_euclid(PLACES).cast_unsigned() + 1)
}
