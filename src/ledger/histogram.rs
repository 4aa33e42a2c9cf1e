//! Balances of many numbers of days at once.

use crate::indicator::DayBook;

/// For each day the number of units of each number of days that was posted before it: so that a reading of all of them is
/// the difference of two rows.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    /// The place of the day that the first row is for.
    first: i32,
    /// How many numbers of days a row has.
    width: usize,
    /// Which row is the last.
    last: usize,
    rows: Box<[i64]>,
}

impl Histogram {
    /// Sums up the books of the numbers of days from 0; `None` where something is posted outside their run of years.
    #[cold]
    pub(super) fn of(books: &[DayBook]) -> Option<Self> {
        let runs: Vec<(i32, &[i64])> = books.iter().map(DayBook::run).collect::<Option<_>>()?;
        let posted = || runs.iter().filter(|(_, days)| !days.is_empty());
        let first = posted().map(|(first, _)| *first).min().unwrap_or(0);
        let end = posted().filter_map(|(first, days)| first.checked_add(i32::try_from(days.len()).ok()?)).max();
        let places = first..end.unwrap_or(first);
        let last = places.len();
        let mut rows = Vec::with_capacity((last + 1) * runs.len());
        // What is posted on a day is seen from the next row on.
        let mut sums = vec![0_i64; runs.len()];
        rows.extend_from_slice(&sums);
        for place in places {
            for (sum, (first, days)) in sums.iter_mut().zip(&runs) {
                let posted = usize::try_from(place.wrapping_sub(*first)).ok().and_then(|at| days.get(at));
                *sum = sum.wrapping_add(posted.copied().unwrap_or(0));
            }
            rows.extend_from_slice(&sums);
        }
        Some(Self { first, width: runs.len(), last, rows: rows.into() })
    }

    /// By number of days: how many units were posted before the day at this place.
    pub(super) fn before(&self, place: i32) -> &[i64] {
        let row = usize::try_from(place.saturating_sub(self.first)).unwrap_or(0);
        let from = row.min(self.last) * self.width;
        self.rows.get(from..from + self.width).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::place;
    use chrono::NaiveDate;
    use proptest::prelude::*;

    /// A day by its number, 1 January of the year 1 being day 1.
    fn day_of(numbers: impl Strategy<Value = i32>) -> impl Strategy<Value = NaiveDate> {
        numbers.prop_filter_map("a number of no day", NaiveDate::from_num_days_from_ce_opt)
    }

    proptest! {
        #[test]
        fn a_row_has_the_balance_of_each_book(
            posted in prop::collection::vec((0..6_usize, day_of(736_000..738_000), -2..4_i64), 0..40),
            books in 1..8_usize,
            on in day_of(prop_oneof![735_500..738_500_i32, Just(1), Just(2_000_000)]),
        ) {
            let mut all = vec![DayBook::default(); books];
            for (at, day, amount) in posted {
                if let Some(book) = all.get_mut(at) {
                    book.post(day, amount);
                }
            }
            let balances: Vec<i64> = all.iter().map(|book| book.before(place(on))).collect();
            let histogram = Histogram::of(&all);
            prop_assert_eq!(histogram.as_ref().map(|histogram| histogram.before(place(on))), Some(balances.as_slice()));
        }
    }

    #[test]
    fn books_with_days_outside_the_run_of_years_have_none() {
        let mut book = DayBook::default();
        assert!(Histogram::of(&[]).is_some_and(|histogram| histogram.before(0).is_empty()));
        book.post(NaiveDate::MIN, 1);
        assert!(Histogram::of(&[book]).is_none());
    }
}
