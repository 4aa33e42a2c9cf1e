//! One account of the ledger: what was posted on each day, and the balance up to any day.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::calendar::Span;

/// The first day kept in pages, 1 January 1900, counted from the common era.
const FIRST: i32 = 693_596;
/// Days in a page.
const PAGE: usize = 256;
/// Pages up to the year 2150.
const PAGES: usize = 358;

/// What was posted on each day.
///
/// Days of 1900 to 2150 are kept in pages, so that posting is one addition; all other days in a map, so that any day is
/// right. A book without postings takes no heap.
#[derive(Clone, Debug, Default)]
pub(crate) struct DayBook {
    pages: Vec<Option<Box<Page>>>,
    others: BTreeMap<i32, i64>,
}

#[derive(Clone, Debug)]
struct Page {
    total: i64,
    days: [i64; PAGE],
}

impl DayBook {
    /// Posts `amount` on the first day of `span`, and takes it back on the first day after it.
    pub(crate) fn post_span(&mut self, span: Span, amount: i64) {
        self.post(span.start, amount);
        if let Some(end) = span.end {
            self.post(end, -amount);
        }
    }

    /// Posts `amount` on `day`.
    pub(crate) fn post(&mut self, day: NaiveDate, amount: i64) {
        let number = day.num_days_from_ce();
        let Some((page, at)) = place(number) else {
            let sum = self.others.entry(number).or_default();
            *sum += amount;
            if *sum == 0 {
                self.others.remove(&number);
            }
            return;
        };
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, || None);
        }
        if let Some(slot) = self.pages.get_mut(page) {
            let page = slot.get_or_insert_with(|| Box::new(Page { total: 0, days: [0; PAGE] }));
            page.total += amount;
            if let Some(day) = page.days.get_mut(at) {
                *day += amount;
            }
        }
    }

    /// The sum of what was posted before `day`.
    pub(crate) fn before(&self, day: NaiveDate) -> i64 {
        let number = day.num_days_from_ce();
        let others = if self.others.is_empty() { 0 } else { self.others.range(..number).map(|(_, sum)| sum).sum() };
        let (page, at) = match place(number) {
            Some(place) => place,
            None if number < FIRST => return others,
            None => (PAGES, 0),
        };
        let whole: i64 = self.pages.iter().take(page).flatten().map(|page| page.total).sum();
        let part: i64 = match self.pages.get(page) {
            Some(Some(page)) => page.days.iter().take(at).sum(),
            _ => 0,
        };
        others + whole + part
    }

    /// Adds all that is posted in `other`.
    pub(crate) fn merge(&mut self, other: &Self) {
        if self.pages.len() < other.pages.len() {
            self.pages.resize_with(other.pages.len(), || None);
        }
        for (mine, theirs) in self.pages.iter_mut().zip(&other.pages) {
            match (mine, theirs) {
                (Some(mine), Some(theirs)) => {
                    mine.total += theirs.total;
                    for (mine, theirs) in mine.days.iter_mut().zip(&theirs.days) {
                        *mine += theirs;
                    }
                }
                (mine, Some(theirs)) => *mine = Some(theirs.clone()),
                (_, None) => {}
            }
        }
        for (number, amount) in &other.others {
            let sum = self.others.entry(*number).or_default();
            *sum += amount;
            if *sum == 0 {
                self.others.remove(number);
            }
        }
    }

    fn postings(&self) -> impl Iterator<Item = (usize, i64)> {
        let pages = self.pages.iter().enumerate().filter_map(|(at, page)| Some((at, page.as_ref()?)));
        pages.flat_map(|(at, page)| (at * PAGE..).zip(page.days)).filter(|(_, amount)| *amount != 0)
    }
}

/// Two books are equal if the same is posted on every day.
impl PartialEq for DayBook {
    fn eq(&self, other: &Self) -> bool {
        self.others == other.others && self.postings().eq(other.postings())
    }
}

impl Eq for DayBook {}

/// The page and the place in it of a day counted from the common era.
fn place(number: i32) -> Option<(usize, usize)> {
    let at = usize::try_from(number.checked_sub(FIRST)?).ok()?;
    (at < PAGES * PAGE).then_some((at / PAGE, at % PAGE))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(number: i32) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(number).unwrap()
    }

    /// Days around both ends of the pages and around a page boundary, and far outside.
    fn any_day() -> impl Strategy<Value = NaiveDate> {
        let last = FIRST + i32::try_from(PAGE * PAGES).unwrap();
        prop_oneof![
            (FIRST - 3..FIRST + 3),
            (last - 3..last + 3),
            (FIRST + 40_000..FIRST + 40_600),
            (-1_000_000..1_500_000i32)
        ]
        .prop_map(day)
    }

    proptest! {
        #[test]
        fn a_balance_is_the_sum_of_what_was_posted_before(
            postings in prop::collection::vec((any_day(), -3..4i64), 0..40),
            on in any_day(),
        ) {
            let mut book = DayBook::default();
            for (day, amount) in &postings {
                book.post(*day, *amount);
            }
            let sum: i64 = postings.iter().filter(|(day, _)| *day < on).map(|(_, amount)| amount).sum();
            prop_assert_eq!(book.before(on), sum);
        }

        #[test]
        fn merging_is_posting_both_and_what_is_taken_back_leaves_nothing(
            first in prop::collection::vec((any_day(), -3..4i64), 0..20),
            second in prop::collection::vec((any_day(), -3..4i64), 0..20),
        ) {
            let book = |postings: &[(NaiveDate, i64)], sign: i64| {
                let mut book = DayBook::default();
                for (day, amount) in postings {
                    book.post(*day, amount * sign);
                }
                book
            };
            let mut merged = book(&first, 1);
            merged.merge(&book(&second, 1));
            let both: Vec<_> = first.iter().chain(&second).copied().collect();
            prop_assert_eq!(&merged, &book(&both, 1));
            merged.merge(&book(&both, -1));
            prop_assert_eq!(merged, DayBook::default());
        }
    }

    #[test]
    fn the_first_page_begins_in_1900() {
        assert_eq!(day(FIRST), NaiveDate::from_ymd_opt(1900, 1, 1).unwrap());
    }
}
