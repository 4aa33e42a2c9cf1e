//! Balances of many numbers of days at once.

use chrono::{Datelike, NaiveDate};

use super::daybook::DayBook;
use crate::calendar::PLACES;

/// Rows a year takes.
const YEAR: i32 = 366;

/// For each day the number of units of each number of days that was posted before it: so that a reading of all of them is
/// the difference of two rows.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    first_year: i32,
    /// How many numbers of days a row has.
    width: usize,
    rows: Box<[i64]>,
}

impl Histogram {
    /// Sums up the books of the numbers of days from 0; `None` where something is posted outside their run of years.
    #[cold]
    pub(super) fn of(books: &[DayBook]) -> Option<Self> {
        let runs: Vec<(i32, &[i64])> = books.iter().map(DayBook::run).collect::<Option<_>>()?;
        let posted = || runs.iter().filter(|(_, days)| !days.is_empty());
        let first = posted().map(|(first, _)| first / PLACES).min().unwrap_or(0);
        let end = posted().filter_map(|(first, days)| Some((first + i32::try_from(days.len()).ok()?) / PLACES)).max();
        let days = (first..end.unwrap_or(first)).flat_map(|year| (1..=YEAR).map(move |day| year * PLACES + day));
        let mut rows = Vec::with_capacity((days.size_hint().0 + 1) * runs.len());
        // What is posted on a day is seen from the next row on.
        let mut sums = vec![0_i64; runs.len()];
        rows.extend_from_slice(&sums);
        for place in days {
            for (sum, (first, days)) in sums.iter_mut().zip(&runs) {
                let posted = usize::try_from(place.wrapping_sub(*first)).ok().and_then(|at| days.get(at));
                *sum = sum.wrapping_add(posted.copied().unwrap_or(0));
            }
            rows.extend_from_slice(&sums);
        }
        Some(Self { first_year: first, width: runs.len(), rows: rows.into() })
    }

    fn row(&self, day: NaiveDate) -> usize {
        let row = (day.year().saturating_sub(self.first_year))
            .saturating_mul(YEAR)
            .saturating_add(day.ordinal0().cast_signed());
        usize::try_from(row).unwrap_or(0)
    }

    /// By number of days: how many units were posted before `day`.
    pub(super) fn before(&self, day: NaiveDate) -> &[i64] {
        let last = self.rows.len() / self.width.max(1);
        let from = self.row(day).min(last.saturating_sub(1)) * self.width;
        self.rows.get(from..from + self.width).unwrap_or_default()
    }
}
