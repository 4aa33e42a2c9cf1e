//! Ages in whole years.

use chrono::{Datelike, NaiveDate};

/// The day on which a person born on `born` turns `years`: the anniversary, and for those born on 29 February
/// 1 March in common years.
///
/// ```
/// use csc_kpi::calendar::birthday;
/// use csc_kpi::NaiveDate;
///
/// let born = NaiveDate::from_ymd_opt(2000, 2, 29).unwrap();
/// assert_eq!(birthday(born, 18), NaiveDate::from_ymd_opt(2018, 3, 1).unwrap());
/// assert_eq!(birthday(born, 16), NaiveDate::from_ymd_opt(2016, 2, 29).unwrap());
/// ```
#[must_use]
pub fn birthday(born: NaiveDate, years: u16) -> NaiveDate {
    let year = born.year().saturating_add(i32::from(years));
    born.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1)).unwrap_or(NaiveDate::MAX)
}

/// The age on `day` in whole years; `None` before the birth.
///
/// ```
/// use csc_kpi::calendar::age_on;
/// use csc_kpi::NaiveDate;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// assert_eq!(age_on(day(2000, 2, 29), day(2018, 2, 28)), Some(17));
/// assert_eq!(age_on(day(2000, 2, 29), day(2018, 3, 1)), Some(18));
/// assert_eq!(age_on(day(2018, 3, 2), day(2018, 3, 1)), None);
/// ```
#[must_use]
pub fn age_on(born: NaiveDate, day: NaiveDate) -> Option<u16> {
    if day < born {
        return None;
    }
    let years = u16::try_from(day.year() - born.year()).unwrap_or(u16::MAX);
    Some(if birthday(born, years) <= day { years } else { years.saturating_sub(1) })
}
