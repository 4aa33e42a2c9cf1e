//! On which basis a figure stands: rolling, cumulative, in the quarter, in the month, as at a day.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{FinancialYear, Quarter, Span, day_before, first_day_months_back, minus_months, next_day, plus_months};

/// A half-open run of days with both ends: it holds `start <= day < end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The first day in it.
    pub start: NaiveDate,
    /// The first day after it.
    pub end: NaiveDate,
}

impl Window {
    /// From `start`, inclusive, to `end`, exclusive.
    #[must_use]
    pub const fn new(start: NaiveDate, end: NaiveDate) -> Self {
        Self { start, end }
    }

    /// Whether `day` is in it.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.start <= day && day < self.end
    }

    /// How many days it holds.
    #[must_use]
    pub fn days(&self) -> i64 {
        (self.end - self.start).num_days().max(0)
    }

    /// How many days are in both windows.
    ///
    /// ```
    /// use csc_kpi::calendar::Basis;
    /// use csc_kpi::NaiveDate;
    ///
    /// let at = |y, m, d| Basis::ROLLING_12M.window(NaiveDate::from_ymd_opt(y, m, d).unwrap()).unwrap();
    /// assert_eq!(at(2018, 6, 30).days_shared_with(at(2018, 3, 31)), 274);
    /// ```
    #[must_use]
    pub fn days_shared_with(&self, other: Self) -> i64 {
        Self::new(self.start.max(other.start), self.end.min(other.end)).days()
    }
}

/// A text that names no basis.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no basis (rolling-12m or any other number of months, cumulative, in-quarter, in-month, as-at)")]
pub struct BasisError {
    text: String,
}

/// Which days a reading as at a day looks at.
///
/// With `end = as_at + 1 day`, exclusive, the window is `[start, end)`:
///
/// | basis | start |
/// |---|---|
/// | `rolling-12m`, any number of months | `end` − 12 months: on the exclusive end, never on `as_at` |
/// | `cumulative` | 1 April of the financial year that holds `as_at` |
/// | `in-quarter` | first day of the financial quarter that holds `as_at` |
/// | `in-month` | first day of the month that holds `as_at` |
/// | `as-at` | no window: the state on the day |
///
/// Source: how councils report to the DfE and to their members; the financial year is that of the statutory returns.
///
/// ```
/// use csc_kpi::calendar::{Basis, Window};
/// use csc_kpi::NaiveDate;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// let rolling: Basis = "rolling-12m".parse()?;
/// assert_eq!(rolling.window(day(2018, 6, 30)), Some(Window::new(day(2017, 7, 1), day(2018, 7, 1))));
/// assert_eq!(rolling.window(day(2021, 2, 28)), Some(Window::new(day(2020, 3, 1), day(2021, 3, 1))));
/// assert_eq!(Basis::AsAt.window(day(2018, 6, 30)), None);
/// # Ok::<(), csc_kpi::calendar::BasisError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Basis {
    /// The last so many months.
    Rolling(NonZeroU16),
    /// The financial year so far.
    Cumulative,
    /// The financial quarter so far.
    InQuarter,
    /// The calendar month so far.
    InMonth,
    /// The state on the day.
    AsAt,
}

impl Basis {
    /// The last twelve months.
    pub const ROLLING_12M: Self = Self::Rolling(NonZeroU16::MIN.saturating_add(11));

    /// The window of a reading as at `as_at`; `None` for [`Basis::AsAt`].
    #[must_use]
    pub fn window(self, as_at: NaiveDate) -> Option<Window> {
        let end = next_day(as_at);
        let start = match self {
            Self::Rolling(months) => minus_months(end, u32::from(months.get())),
            Self::Cumulative => FinancialYear::containing(as_at).first_day(),
            Self::InQuarter => Quarter::containing(as_at).first_day(),
            Self::InMonth => first_of_month(as_at),
            Self::AsAt => return None,
        };
        Some(Window::new(start, end))
    }

    /// The last `as_at` whose window still holds `day`: with `day` itself as the first, the exact inverse of being in the
    /// window. For [`Basis::AsAt`] that is `day`.
    ///
    /// It turns "something within the window" into a span of reporting dates.
    ///
    /// ```
    /// use csc_kpi::calendar::Basis;
    /// use csc_kpi::NaiveDate;
    ///
    /// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    /// assert_eq!(Basis::ROLLING_12M.last_day_seeing(day(2017, 7, 1)), day(2018, 6, 30));
    /// assert_eq!(Basis::Cumulative.last_day_seeing(day(2017, 7, 1)), day(2018, 3, 31));
    /// ```
    #[must_use]
    pub fn last_day_seeing(self, day: NaiveDate) -> NaiveDate {
        match self {
            // The first exclusive end whose window starts after `day`, less one for the last end that does not,
            // less one for the last day before that end.
            Self::Rolling(months) => {
                day_before(day_before(first_day_months_back(next_day(day), u32::from(months.get()))))
            }
            Self::Cumulative => FinancialYear::containing(day).last_day(),
            Self::InQuarter => Quarter::containing(day).last_day(),
            Self::InMonth => day_before(plus_months(first_of_month(day), 1)),
            Self::AsAt => day,
        }
    }

    /// The reporting dates whose window holds at least one day of `span`.
    #[must_use]
    pub fn dates_seeing(self, span: Span) -> Span {
        match span.end {
            _ if span.is_empty() => span,
            None => span,
            Some(end) => Span::new(span.start, Some(next_day(self.last_day_seeing(day_before(end))))),
        }
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rolling(months) => write!(f, "rolling-{months}m"),
            Self::Cumulative => f.write_str("cumulative"),
            Self::InQuarter => f.write_str("in-quarter"),
            Self::InMonth => f.write_str("in-month"),
            Self::AsAt => f.write_str("as-at"),
        }
    }
}

impl FromStr for Basis {
    type Err = BasisError;

    fn from_str(text: &str) -> Result<Self, BasisError> {
        match text {
            "cumulative" => Ok(Self::Cumulative),
            "in-quarter" => Ok(Self::InQuarter),
            "in-month" => Ok(Self::InMonth),
            "as-at" => Ok(Self::AsAt),
            _ => text
                .strip_prefix("rolling-")
                .and_then(|rest| rest.strip_suffix('m'))
                .filter(|months| months.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|months| months.parse().ok())
                .map(Self::Rolling)
                .ok_or_else(|| BasisError { text: text.to_owned() }),
        }
    }
}

impl From<Basis> for String {
    fn from(basis: Basis) -> Self {
        basis.to_string()
    }
}

impl TryFrom<String> for Basis {
    type Error = BasisError;

    fn try_from(text: String) -> Result<Self, BasisError> {
        text.parse()
    }
}
