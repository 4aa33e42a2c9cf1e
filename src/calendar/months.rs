//! Clamped month arithmetic and its exact inverses.

use chrono::{Datelike, NaiveDate};

use super::next_day;

/// `day + months`, keeping the day of the month and clamping it to the month's last day.
///
/// Beyond the years chrono can write the answer stays at the last of them.
///
/// ```
/// use csc_kpi::calendar::plus_months;
/// use csc_kpi::NaiveDate;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// assert_eq!(plus_months(day(2018, 1, 31), 1), day(2018, 2, 28));
/// assert_eq!(plus_months(day(2016, 2, 29), 24), day(2018, 2, 28));
/// ```
#[must_use]
#[inline]
pub fn plus_months(day: NaiveDate, months: u32) -> NaiveDate {
    moved(day, i64::from(months)).unwrap_or(NaiveDate::MAX)
}

/// `day - months`, keeping the day of the month and clamping it to the month's last day.
///
/// ```
/// use csc_kpi::calendar::minus_months;
/// use csc_kpi::NaiveDate;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// assert_eq!(minus_months(day(2018, 3, 31), 1), day(2018, 2, 28));
/// assert_eq!(minus_months(day(2018, 7, 1), 12), day(2017, 7, 1));
/// ```
#[must_use]
#[inline]
pub fn minus_months(day: NaiveDate, months: u32) -> NaiveDate {
    moved(day, -i64::from(months)).unwrap_or(NaiveDate::MIN)
}

#[inline]
fn moved(day: NaiveDate, months: i64) -> Option<NaiveDate> {
    let month = i64::from(day.year()) * 12 + i64::from(day.month0()) + months;
    let (year, month) = (i32::try_from(month.div_euclid(12)).ok()?, u32::try_from(month.rem_euclid(12)).ok()? + 1);
    // Every month has a 28th; where the day is not in it, its last day is one of the three before.
    let in_month = |day| NaiveDate::from_ymd_opt(year, month, day);
    in_month(day.day()).or_else(|| (28..day.day()).rev().find_map(in_month))
}

/// The first day `t` with `t - months >= day`: when something that began on `day` is that many months old, looked at
/// from `t`.
///
/// Not the same as `day + months`, since clamping loses days in one direction: 24 months before 28 February 2018 is
/// 28 February 2016, so what began on 29 February 2016 is first "on or before `t` - 24 months" on 1 March 2018.
///
/// ```
/// use csc_kpi::calendar::first_day_months_back;
/// use csc_kpi::NaiveDate;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// assert_eq!(first_day_months_back(day(2016, 2, 29), 24), day(2018, 3, 1));
/// assert_eq!(first_day_months_back(day(2016, 2, 28), 24), day(2018, 2, 28));
/// ```
#[must_use]
#[inline]
pub fn first_day_months_back(day: NaiveDate, months: u32) -> NaiveDate {
    // Where the month has such a day, that day less `months` is `day`, and the day before it falls short. Where it has none,
    // all its days fall short, and the first of the next month does not.
    let moved = plus_months(day, months);
    if moved.day() == day.day() { moved } else { next_day(moved) }
}

/// The first day `t` with `t > day + months`: when more than that many months have passed since `day`.
///
/// ```
/// use csc_kpi::calendar::first_day_months_after;
/// use csc_kpi::NaiveDate;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// assert_eq!(first_day_months_after(day(2016, 12, 31), 18), day(2018, 7, 1));
/// ```
#[must_use]
#[inline]
pub fn first_day_months_after(day: NaiveDate, months: u32) -> NaiveDate {
    next_day(plus_months(day, months))
}
