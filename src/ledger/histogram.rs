//! Balances of many numbers of days at once.

use chrono::{Datelike, NaiveDate};

use super::daybook::DayBook;

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
        let years = |book: &DayBook| {
            book.run().map(|days| {
                days.fold(None, |years: Option<(i32, i32)>, (day, _)| {
                    let (first, last) = years.unwrap_or((day.year(), day.year()));
                    Some((first.min(day.year()), last.max(day.year())))
                })
            })
        };
        let (mut first, mut last) = (i32::MAX, i32::MIN);
        for book in books {
            if let Some((from, to)) = years(book)? {
                (first, last) = (first.min(from), last.max(to));
            }
        }
        let length = if first > last { 0 } else { usize::try_from((last - first + 1) * YEAR).ok()? };
        let mut whole =
            Self { first_year: first.min(last), width: books.len(), rows: vec![0; (length + 1) * books.len()].into() };
        // What is posted on a day is seen from the next row on.
        for (days, book) in books.iter().enumerate() {
            for (day, amount) in book.run()? {
                let at = (whole.row(day) + 1) * whole.width + days;
                if let Some(sum) = whole.rows.get_mut(at) {
                    *sum = amount;
                }
            }
        }
        for at in whole.width..whole.rows.len() {
            let before = whole.rows.get(at - whole.width).copied().unwrap_or(0);
            if let Some(sum) = whole.rows.get_mut(at) {
                *sum = sum.wrapping_add(before);
            }
        }
        Some(whole)
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
