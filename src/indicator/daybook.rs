//! One book of a ledger: what was posted on each day, and the balance up to any day.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::calendar::{PLACES, Span, day_at, place};

/// The first place kept densely: 1 January 1900.
const FIRST: i32 = 1900 * PLACES;
/// The first place after those kept densely: 1 January 2150.
const LAST: i32 = 2150 * PLACES;

/// What was posted on each day, for a book with few days in it.
///
/// Sums wrap around, in both kinds of book: no ledger that is read can make them overflow, and what is taken back is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slip(Vec<(i32, i64)>);

impl Slip {
    fn add(&mut self, place: i32, amount: i64) {
        match self.0.binary_search_by_key(&place, |(at, _)| *at) {
            Ok(found) => {
                if let Some((_, sum)) = self.0.get_mut(found) {
                    *sum = sum.wrapping_add(amount);
                    if *sum == 0 {
                        self.0.remove(found);
                    }
                }
            }
            Err(free) if amount != 0 => {
                // Most slips have one day or two.
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.insert(free, (place, amount));
            }
            Err(_) => {}
        }
    }

    /// Posts `amount` on `day`.
    pub(crate) fn post(&mut self, day: NaiveDate, amount: i64) {
        self.add(place(day), amount);
    }

    /// Posts `amount` on the first day of `span`, and takes it back on the first day after it.
    pub(crate) fn post_span(&mut self, span: Span, amount: i64) {
        self.post(span.start, amount);
        if let Some(end) = span.end {
            self.post(end, amount.wrapping_neg());
        }
    }

    /// The sum of what was posted before the day at this place.
    pub(crate) fn before(&self, place: i32) -> i64 {
        self.0.iter().take_while(|(at, _)| *at < place).fold(0, |sum, (_, amount)| amount.wrapping_add(sum))
    }

    /// Adds all that is posted in `other`.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (place, amount) in &other.0 {
            self.add(*place, *amount);
        }
    }

    /// Whether nothing is posted.
    pub(crate) fn is_blank(&self) -> bool {
        self.0.is_empty()
    }
}

/// What was posted on each day.
///
/// Days of 1900 to 2149 are kept in one run of whole years, so that posting is one addition; all other days on a slip, so
/// that any day is right. A book without postings takes no heap. The balances are summed up when the first of them is asked
/// for, so that each is one look, and once more after a posting.
#[derive(Clone, Debug, Default)]
pub(crate) struct DayBook {
    /// The place of the first of `days`.
    first: i32,
    days: Vec<i64>,
    others: Slip,
    /// The sum of the days before each place.
    balances: OnceLock<Box<[i64]>>,
}

impl DayBook {
    /// Posts `amount` on `day`.
    #[inline]
    pub(crate) fn post(&mut self, day: NaiveDate, amount: i64) {
        self.add(place(day), amount);
    }

    /// Forgets the balances, since there will be postings.
    #[inline]
    pub(crate) fn open(&mut self) {
        if self.balances.get().is_some() {
            self.balances.take();
        }
    }

    /// Posts `amount` on `day` in the book at this place of an account, all of them opened after the last balance was asked
    /// for; `None` where there is no such book.
    #[inline]
    pub(crate) fn post_in(books: &mut [Self], at: usize, day: NaiveDate, amount: i64) -> Option<()> {
        let place = place(day);
        match books.get_mut(at)?.cell(place) {
            Some(sum) => *sum = sum.wrapping_add(amount),
            None => Self::post_outside(books, at, place, amount),
        }
        Some(())
    }

    /// Posts where the book does not reach, and makes it reach as far as the others of its account, so that it does not
    /// grow year by year.
    #[cold]
    fn post_outside(books: &mut [Self], at: usize, place: i32, amount: i64) {
        let ends = |book: &Self| (book.first, book.end());
        let reached = books.iter().filter(|book| !book.days.is_empty()).map(ends);
        let reached = reached.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        if let Some(book) = books.get_mut(at) {
            if let Some((from, to)) = reached.filter(|_| (FIRST..LAST).contains(&place)) {
                book.reach(from, to);
            }
            book.add(place, amount);
        }
    }

    /// What is posted at a place that the run of years reaches.
    #[inline]
    pub(super) fn cell(&mut self, place: i32) -> Option<&mut i64> {
        usize::try_from(place.wrapping_sub(self.first)).ok().and_then(|at| self.days.get_mut(at))
    }

    /// The first place behind the run of years.
    fn end(&self) -> i32 {
        i32::try_from(self.days.len()).map_or(LAST, |length| self.first + length)
    }

    #[inline]
    fn add(&mut self, place: i32, amount: i64) {
        self.open();
        match self.cell(place) {
            Some(sum) => *sum = sum.wrapping_add(amount),
            None => self.add_outside(place, amount),
        }
    }

    /// Adds on a day that the run of years does not reach.
    #[cold]
    fn add_outside(&mut self, place: i32, amount: i64) {
        if !(FIRST..LAST).contains(&place) {
            self.others.add(place, amount);
            return;
        }
        self.reach(place.div_euclid(PLACES) * PLACES, (place.div_euclid(PLACES) + 1) * PLACES);
        let at = usize::try_from(place - self.first).unwrap_or(usize::MAX);
        if let Some(sum) = self.days.get_mut(at) {
            *sum = sum.wrapping_add(amount);
        }
    }

    /// Makes the run reach from `from`, inclusive, to `to`, exclusive: both the first places of years.
    fn reach(&mut self, from: i32, to: i32) {
        let length = |from: i32, to: i32| usize::try_from(to.saturating_sub(from)).unwrap_or(0);
        if self.days.is_empty() {
            self.first = from;
        } else if from < self.first {
            let mut days = vec![0; length(from, self.first)];
            days.extend_from_slice(&self.days);
            (self.first, self.days) = (from, days);
        }
        let wanted = length(self.first, to);
        if self.days.len() < wanted {
            self.days.resize(wanted, 0);
        }
    }

    /// The sum of what was posted before the day at this place.
    #[inline]
    pub(crate) fn before(&self, place: i32) -> i64 {
        let others = if self.others.is_blank() { 0 } else { self.others.before(place) };
        let balances = self.balances.get_or_init(|| self.sum_up());
        let at = usize::try_from(place.saturating_sub(self.first)).unwrap_or(0).min(balances.len().saturating_sub(1));
        others.wrapping_add(balances.get(at).copied().unwrap_or(0))
    }

    #[cold]
    fn sum_up(&self) -> Box<[i64]> {
        let mut sum = 0i64;
        let through = self.days.iter().map(|amount| {
            sum = amount.wrapping_add(sum);
            sum
        });
        std::iter::once(0).chain(through).collect()
    }

    /// Adds all that is posted in `other`.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.balances.take();
        if !other.days.is_empty() {
            self.reach(other.first, other.end());
            let from = usize::try_from(other.first - self.first).unwrap_or(usize::MAX);
            for (mine, theirs) in self.days.iter_mut().skip(from).zip(&other.days) {
                *mine = mine.wrapping_add(*theirs);
            }
        }
        self.others.merge(&other.others);
    }

    /// The first place of the run of years, and what is posted on each; `None` where something is posted elsewhere.
    pub(crate) fn run(&self) -> Option<(i32, &[i64])> {
        self.others.is_blank().then_some((self.first, &self.days))
    }

    fn dense(&self) -> impl Iterator<Item = (i32, i64)> {
        (self.first..).zip(self.days.iter().copied()).filter(|(_, amount)| *amount != 0)
    }

    /// Whether nothing is posted.
    pub(crate) fn is_blank(&self) -> bool {
        self.others.is_blank() && self.days.iter().all(|amount| *amount == 0)
    }
}

/// Two books are equal if the same is posted on every day.
impl PartialEq for DayBook {
    fn eq(&self, other: &Self) -> bool {
        self.others == other.others && self.dense().eq(other.dense())
    }
}

impl Eq for DayBook {}

/// A book is written as its days in order, each with what was posted on it; what is read must be in order, without zeros.
impl Serialize for Slip {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter_map(|(place, amount)| Some((day_at(*place)?, amount))))
    }
}

impl<'de> Deserialize<'de> for Slip {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let days = Vec::<(NaiveDate, i64)>::deserialize(deserializer)?;
        if let Some((day, _)) = days.iter().find(|(_, amount)| *amount == 0) {
            return Err(serde::de::Error::custom(format_args!("nothing is posted on {day}")));
        }
        if let Some(pair) = days.windows(2).find(|pair| pair.first().map(|a| a.0) >= pair.last().map(|b| b.0)) {
            return Err(serde::de::Error::custom(format_args!("the days of a book are out of order: {pair:?}")));
        }
        Ok(Self(days.into_iter().map(|(day, amount)| (place(day), amount)).collect()))
    }
}

impl Serialize for DayBook {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut slip = self.others.clone();
        let at = slip.0.partition_point(|(place, _)| *place < FIRST);
        slip.0.splice(at..at, self.dense());
        slip.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DayBook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut book = Self::default();
        for (place, amount) in Slip::deserialize(deserializer)?.0 {
            book.add(place, amount);
        }
        Ok(book)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::next_day;
    use proptest::prelude::*;

    /// The number of the first day of a year, 1 January of the year 1 being day 1.
    const fn first_of(year: i32) -> i32 {
        let before = year - 1;
        before * 365 + before / 4 - before / 100 + before / 400 + 1
    }

    /// Days around both ends of the run of years, within two years, and far outside.
    fn any_day() -> impl Strategy<Value = NaiveDate> {
        let (first, last) = (first_of(1900), first_of(2150));
        prop_oneof![
            (first - 3..first + 3),
            (last - 3..last + 3),
            (first + 40_000..first + 40_600),
            (-1_000_000..1_500_000i32)
        ]
        .prop_filter_map("a number of no day", NaiveDate::from_num_days_from_ce_opt)
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
            prop_assert_eq!(book.before(place(on)), sum);
            let json = serde_json::to_string(&book)?;
            prop_assert_eq!(serde_json::from_str::<DayBook>(&json)?, book);
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
    fn a_balance_is_right_again_after_a_posting() {
        let first = NaiveDate::default();
        let later = first + chrono::Days::new(1_000);
        let (before, through) = (place(later), place(next_day(later)));
        let mut book = DayBook::default();
        book.post(later, 2);
        assert_eq!((book.before(before), book.before(through)), (0, 2));
        book.post(first, 3);
        assert_eq!((book.before(before), book.before(through)), (3, 5));
    }
}
