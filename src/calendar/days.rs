//! Sets of days.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Span, Window, day_before, next_day};

/// A set of days, as runs that neither meet nor touch, in order; a run may be without a first or a last day.
///
/// # JSON
///
/// A list of runs, each with the first day in it and the last day in it, both inclusive: `[{"from": "2021-04-01", "to":
/// "2022-03-31"}]`. Without `from` it begins before all days, without `to` it goes on.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::calendar::{Days, Span};
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// let year = |y| Days::from(Span::new(day(y, 4, 1), Some(day(y + 1, 4, 1))));
/// let two = year(2020).or(&year(2021));
/// assert_eq!(two.to_string(), "2020-04-01 to 2022-03-31");
/// assert!(two.covers(day(2021, 4, 1)) && !two.covers(day(2022, 4, 1)));
/// assert_eq!(year(2019).or(&year(2021)).to_string(), "2019-04-01 to 2020-03-31, 2021-04-01 to 2022-03-31");
/// assert_eq!(two.and(&year(2021)), year(2021));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Vec<Run>", into = "Vec<Run>")]
pub struct Days(Vec<Ends>);

/// A run: its first day, and the first day after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Ends {
    start: NaiveDate,
    /// [`NaiveDate::MAX`] where it goes on.
    end: NaiveDate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<NaiveDate>,
}

impl Days {
    /// No day.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Every day.
    #[must_use]
    pub fn all() -> Self {
        Self(vec![Ends { start: NaiveDate::MIN, end: NaiveDate::MAX }])
    }

    /// Whether no day is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `day` is in it.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.run_with(day).is_some()
    }

    /// Whether every day of `other` is in it.
    #[must_use]
    pub fn covers_all(&self, other: &Self) -> bool {
        other.0.iter().all(|run| self.ends_with(run.start).is_some_and(|mine| mine.end >= run.end))
    }

    /// The run that `day` is in.
    #[must_use]
    pub fn run_with(&self, day: NaiveDate) -> Option<Span> {
        self.ends_with(day).map(Ends::span)
    }

    fn ends_with(&self, day: NaiveDate) -> Option<Ends> {
        let at = self.0.partition_point(|run| run.start <= day).checked_sub(1)?;
        self.0.get(at).copied().filter(|run| day < run.end || run.end == NaiveDate::MAX)
    }

    /// The last day in it that is on or before `day`.
    #[must_use]
    pub fn last_up_to(&self, day: NaiveDate) -> Option<NaiveDate> {
        let at = self.0.partition_point(|run| run.start <= day).checked_sub(1)?;
        self.0.get(at).map(|run| run.last().min(day))
    }

    /// The first day in it that is on or after `day`.
    #[must_use]
    pub fn first_from(&self, day: NaiveDate) -> Option<NaiveDate> {
        if self.covers(day) {
            return Some(day);
        }
        self.0.get(self.0.partition_point(|run| run.start <= day)).map(|run| run.start)
    }

    /// Its runs, in order. One that begins before all days begins on [`NaiveDate::MIN`].
    pub fn runs(&self) -> impl ExactSizeIterator<Item = Span> {
        self.0.iter().map(|run| run.span())
    }

    /// The days in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).copied().collect())
    }

    /// The days in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut both = Vec::new();
        while let (Some(a), Some(b)) = (mine.peek(), theirs.peek()) {
            let run = Ends { start: a.start.max(b.start), end: a.end.min(b.end) };
            if run.start < run.end {
                both.push(run);
            }
            if a.end <= b.end {
                mine.next();
            } else {
                theirs.next();
            }
        }
        Self(both)
    }

    fn of(mut runs: Vec<Ends>) -> Self {
        runs.retain(|run| run.start < run.end);
        runs.sort_unstable();
        let mut joined: Vec<Ends> = Vec::with_capacity(runs.len());
        for run in runs {
            match joined.last_mut() {
                Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
                _ => joined.push(run),
            }
        }
        Self(joined)
    }
}

impl Ends {
    fn span(self) -> Span {
        Span::new(self.start, if self.goes_on() { None } else { Some(self.end) })
    }

    fn goes_on(self) -> bool {
        self.end == NaiveDate::MAX
    }

    fn last(self) -> NaiveDate {
        if self.goes_on() { NaiveDate::MAX } else { day_before(self.end) }
    }
}

impl From<Span> for Days {
    fn from(span: Span) -> Self {
        Self::of(vec![Ends { start: span.start, end: span.end.unwrap_or(NaiveDate::MAX) }])
    }
}

impl From<Window> for Days {
    fn from(window: Window) -> Self {
        Self::from(Span::new(window.start, Some(window.end)))
    }
}

impl FromIterator<Span> for Days {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        Self::of(
            spans.into_iter().map(|span| Ends { start: span.start, end: span.end.unwrap_or(NaiveDate::MAX) }).collect(),
        )
    }
}

impl From<Vec<Run>> for Days {
    fn from(runs: Vec<Run>) -> Self {
        let ends =
            |run: Run| Ends { start: run.from.unwrap_or(NaiveDate::MIN), end: run.to.map_or(NaiveDate::MAX, next_day) };
        Self::of(runs.into_iter().map(ends).collect())
    }
}

impl From<Days> for Vec<Run> {
    fn from(days: Days) -> Self {
        let run = |ends: &Ends| Run {
            from: Some(ends.start).filter(|day| *day != NaiveDate::MIN),
            to: (!ends.goes_on()).then(|| ends.last()),
        };
        days.0.iter().map(run).collect()
    }
}

/// `2021-04-01 to 2022-03-31`, `from 2021-04-01`, `to 2022-03-31`, `every day`, `no day`; runs with commas between them.
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no day");
        }
        for (at, run) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            match (run.start == NaiveDate::MIN, run.goes_on()) {
                (true, true) => f.write_str("every day")?,
                (true, false) => write!(f, "to {}", run.last())?,
                (false, true) => write!(f, "from {}", run.start)?,
                (false, false) => write!(f, "{} to {}", run.start, run.last())?,
            }
        }
        Ok(())
    }
}
