//! Half-open runs of days.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::next_day;

/// A half-open run of days: it covers `start <= day < end`; without an end it is open.
///
/// An end on or before the start covers no day.
///
/// ```
/// use csc_kpi::calendar::Span;
/// use csc_kpi::NaiveDate;
///
/// let day = |d| NaiveDate::from_ymd_opt(2018, 3, d).unwrap();
/// let span = Span::new(day(1), Some(day(3)));
/// assert!(span.covers(day(1)) && span.covers(day(2)) && !span.covers(day(3)));
/// assert!(Span::new(day(1), Some(day(1))).is_empty());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first day covered.
    pub start: NaiveDate,
    /// The first day no longer covered; `None` while open.
    pub end: Option<NaiveDate>,
}

impl Span {
    /// From `start`, inclusive, to `end`, exclusive.
    #[must_use]
    pub const fn new(start: NaiveDate, end: Option<NaiveDate>) -> Self {
        Self { start, end }
    }

    /// The span of the one day `day`.
    #[must_use]
    pub fn day(day: NaiveDate) -> Self {
        Self::new(day, Some(next_day(day)))
    }

    /// Whether `day` is in it.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.start <= day && self.end.is_none_or(|end| day < end)
    }

    /// Whether it covers no day at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.end.is_some_and(|end| end <= self.start)
    }

    /// The days in both; empty where they do not meet.
    #[must_use]
    pub fn and(&self, other: Self) -> Self {
        let end = match (self.end, other.end) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self::new(self.start.max(other.start), end)
    }

    /// The days from `day` on.
    #[must_use]
    pub fn from_day(&self, day: NaiveDate) -> Self {
        Self::new(self.start.max(day), self.end)
    }

    /// The days before `day`.
    #[must_use]
    pub fn before(&self, day: NaiveDate) -> Self {
        self.and(Self::new(NaiveDate::MIN, Some(day)))
    }

    /// The pieces into which `cuts` divide it, in order, none empty; together they are the span.
    ///
    /// Cuts outside the span do nothing; their order does not matter.
    #[must_use]
    pub fn divided(&self, mut cuts: Vec<NaiveDate>) -> Vec<Self> {
        cuts.retain(|cut| *cut > self.start && self.covers(*cut));
        cuts.sort_unstable();
        cuts.dedup();
        let mut pieces = Vec::with_capacity(cuts.len() + 1);
        let mut start = self.start;
        for cut in cuts {
            pieces.push(Self::new(start, Some(cut)));
            start = cut;
        }
        let last = Self::new(start, self.end);
        if !last.is_empty() {
            pieces.push(last);
        }
        pieces
    }
}
