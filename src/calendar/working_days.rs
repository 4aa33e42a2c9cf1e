//! Working days of England and Wales.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::{PLACES, place};

/// Bank holidays of England and Wales by year, as (month, day), one-off days included.
///
/// Source: gov.uk/bank-holidays for the years it lists; the Bank of England's and the Gazette's notices before.
#[rustfmt::skip]
const ENGLAND_AND_WALES: &[(i32, &[(u32, u32)])] = &[
    (2007, &[(1, 1), (4, 6), (4, 9), (5, 7), (5, 28), (8, 27), (12, 25), (12, 26)]),
    (2008, &[(1, 1), (3, 21), (3, 24), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)]),
    (2009, &[(1, 1), (4, 10), (4, 13), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
    (2010, &[(1, 1), (4, 2), (4, 5), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]),
    (2011, &[(1, 3), (4, 22), (4, 25), (4, 29), (5, 2), (5, 30), (8, 29), (12, 26), (12, 27)]),
    (2012, &[(1, 2), (4, 6), (4, 9), (5, 7), (6, 4), (6, 5), (8, 27), (12, 25), (12, 26)]),
    (2013, &[(1, 1), (3, 29), (4, 1), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)]),
    (2014, &[(1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)]),
    (2015, &[(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
    (2016, &[(1, 1), (3, 25), (3, 28), (5, 2), (5, 30), (8, 29), (12, 26), (12, 27)]),
    (2017, &[(1, 2), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26)]),
    (2018, &[(1, 1), (3, 30), (4, 2), (5, 7), (5, 28), (8, 27), (12, 25), (12, 26)]),
    (2019, &[(1, 1), (4, 19), (4, 22), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)]),
    (2020, &[(1, 1), (4, 10), (4, 13), (5, 8), (5, 25), (8, 31), (12, 25), (12, 28)]),
    (2021, &[(1, 1), (4, 2), (4, 5), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]),
    (2022, &[(1, 3), (4, 15), (4, 18), (5, 2), (6, 2), (6, 3), (8, 29), (9, 19), (12, 26), (12, 27)]),
    (2023, &[(1, 2), (4, 7), (4, 10), (5, 1), (5, 8), (5, 29), (8, 28), (12, 25), (12, 26)]),
    (2024, &[(1, 1), (3, 29), (4, 1), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)]),
    (2025, &[(1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)]),
    (2026, &[(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
    (2027, &[(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]),
    (2028, &[(1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26)]),
];

/// A count of working days that the table of bank holidays cannot give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bank holidays are known from {first} to {last}; {day} lies outside")]
pub struct WorkingDayError {
    /// The day that was asked about.
    pub day: NaiveDate,
    /// The first day the table covers.
    pub first: NaiveDate,
    /// The last day the table covers.
    pub last: NaiveDate,
}

/// Monday to Friday without bank holidays, over a stated range of days.
///
/// # Range
///
/// The table of England and Wales covers 2007 to 2028. A day outside the range is an error, never a guess;
/// [`WorkingDays::extended_to`] adds the years the caller knows, [`WorkingDays::with_holidays`] days within the range, and
/// [`WorkingDays::new`] makes a table of the caller's own.
///
/// ```
/// use csc_kpi::calendar::WorkingDays;
/// use csc_kpi::NaiveDate;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// let calendar = WorkingDays::england_and_wales();
/// // The start is day 0; Good Friday and Easter Monday 2018 are no working days.
/// assert_eq!(calendar.between(day(2018, 3, 29), day(2018, 4, 3)), Ok(1));
/// assert!(calendar.between(day(2028, 12, 1), day(2029, 1, 2)).is_err());
/// let longer = calendar.extended_to(day(2029, 12, 31), [day(2029, 1, 1)]);
/// assert_eq!(longer.between(day(2028, 12, 29), day(2029, 1, 2)), Ok(1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Table", into = "Table")]
pub struct WorkingDays {
    first: NaiveDate,
    last: NaiveDate,
    /// Sorted, without repeats and without Saturdays and Sundays.
    holidays: Vec<NaiveDate>,
    /// By year, then day: working days from a fixed Monday up to the day, inclusive; empty where the range is too long for it.
    counts: Arc<[i32]>,
    /// The place of the first day counted ahead.
    first_place: i32,
}

/// The most years for which every day is counted ahead.
const COUNTED_YEARS: usize = 200;

/// What is written: the holidays as given, so that what is read is put in order again.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    first: NaiveDate,
    last: NaiveDate,
    holidays: Vec<NaiveDate>,
}

impl From<Table> for WorkingDays {
    fn from(table: Table) -> Self {
        Self::new(table.first, table.last, table.holidays)
    }
}

impl From<WorkingDays> for Table {
    fn from(days: WorkingDays) -> Self {
        Self { first: days.first, last: days.last, holidays: days.holidays }
    }
}

impl Default for WorkingDays {
    fn default() -> Self {
        Self::england_and_wales()
    }
}

impl WorkingDays {
    /// The bank holidays of England and Wales, 1 January 2007 to 31 December 2028.
    #[must_use]
    pub fn england_and_wales() -> Self {
        let holidays = ENGLAND_AND_WALES
            .iter()
            .flat_map(|(year, days)| days.iter().filter_map(|(m, d)| NaiveDate::from_ymd_opt(*year, *m, *d)));
        let year = |at: Option<&(i32, _)>| at.map_or(0, |(year, _)| *year);
        let first = NaiveDate::from_ymd_opt(year(ENGLAND_AND_WALES.first()), 1, 1);
        let last = NaiveDate::from_ymd_opt(year(ENGLAND_AND_WALES.last()), 12, 31);
        Self::new(first.unwrap_or(NaiveDate::MAX), last.unwrap_or(NaiveDate::MIN), holidays)
    }

    /// A table of the caller's own, which covers `first` to `last`, both inclusive. Holidays outside are left out.
    #[must_use]
    pub fn new(first: NaiveDate, last: NaiveDate, holidays: impl IntoIterator<Item = NaiveDate>) -> Self {
        let mut holidays: Vec<_> =
            holidays.into_iter().filter(|day| *day >= first && *day <= last && is_weekday(*day)).collect();
        holidays.sort_unstable();
        holidays.dedup();
        let mut days = Self { first, last, holidays, counts: Arc::default(), first_place: first.year() * PLACES };
        days.counts = days.count_ahead();
        days
    }

    fn count_ahead(&self) -> Arc<[i32]> {
        let years = self.first.year()..=self.last.year();
        if years.clone().count() > COUNTED_YEARS {
            return Arc::default();
        }
        // The place of the 366th day of a common year repeats the day before.
        let days = years.flat_map(|year| (1..=PLACES.cast_unsigned()).map(move |day| (year, day)));
        let mut count = 0;
        days.map(|(year, day)| {
            if let Some(day) = NaiveDate::from_yo_opt(year, day) {
                count = self.work_out(day);
            }
            count
        })
        .collect()
    }

    /// This table carried on to `last`, inclusive, with more `holidays` anywhere in its new range: those of the years added, and
    /// one-off days before its present end.
    #[must_use]
    pub fn extended_to(&self, last: NaiveDate, holidays: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self::new(self.first, last.max(self.last), self.holidays.iter().copied().chain(holidays))
    }

    /// This table with more holidays, such as a one-off day proclaimed after it was made. Days outside the range are left
    /// out; [`WorkingDays::extended_to`] moves its end.
    ///
    /// ```
    /// use csc_kpi::calendar::WorkingDays;
    /// use csc_kpi::NaiveDate;
    ///
    /// let day = NaiveDate::from_ymd_opt(2027, 6, 1).unwrap();
    /// let calendar = WorkingDays::england_and_wales();
    /// assert_eq!(calendar.is_working_day(day), Ok(true));
    /// assert_eq!(calendar.with_holidays([day]).is_working_day(day), Ok(false));
    /// ```
    #[must_use]
    pub fn with_holidays(&self, holidays: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self::new(self.first, self.last, self.holidays.iter().copied().chain(holidays))
    }

    /// The holidays on Mondays to Fridays, in order.
    #[must_use]
    pub fn holidays(&self) -> &[NaiveDate] {
        &self.holidays
    }

    /// The first day the table covers.
    #[must_use]
    pub const fn first_day(&self) -> NaiveDate {
        self.first
    }

    /// The last day the table covers.
    #[must_use]
    pub const fn last_day(&self) -> NaiveDate {
        self.last
    }

    /// The number of working days `d` with `start < d <= end`: the start is day 0. Negative where `end` is before
    /// `start`, with `end` as day 0.
    ///
    /// # Errors
    ///
    /// [`WorkingDayError`] where `start` or `end` lies outside the table.
    #[inline]
    pub fn between(&self, start: NaiveDate, end: NaiveDate) -> Result<i32, WorkingDayError> {
        let covered = self.first..=self.last;
        match (covered.contains(&start), covered.contains(&end)) {
            (true, true) => Ok(self.up_to(end) - self.up_to(start)),
            (false, _) => Err(self.outside(start)),
            (_, false) => Err(self.outside(end)),
        }
    }

    #[cold]
    fn outside(&self, day: NaiveDate) -> WorkingDayError {
        WorkingDayError { day, first: self.first, last: self.last }
    }

    /// Whether `day` is a working day.
    ///
    /// # Errors
    ///
    /// [`WorkingDayError`] where `day` lies outside the table.
    pub fn is_working_day(&self, day: NaiveDate) -> Result<bool, WorkingDayError> {
        self.between(day, day)?;
        Ok(is_weekday(day) && self.holidays.binary_search(&day).is_err())
    }

    /// Working days from a fixed Monday up to `day`, inclusive.
    #[inline]
    fn up_to(&self, day: NaiveDate) -> i32 {
        let at = place(day).wrapping_sub(self.first_place);
        let counted = usize::try_from(at).ok().and_then(|at| self.counts.get(at));
        counted.copied().unwrap_or_else(|| self.work_out(day))
    }

    #[cold]
    fn work_out(&self, day: NaiveDate) -> i32 {
        // Day 1 of the common era was a Monday.
        let days = day.num_days_from_ce();
        let weekdays = days.div_euclid(7) * 5 + days.rem_euclid(7).min(5);
        let holidays = self.holidays.partition_point(|holiday| *holiday <= day);
        weekdays - i32::try_from(holidays).unwrap_or(i32::MAX)
    }
}

fn is_weekday(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}
