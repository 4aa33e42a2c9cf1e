//! From when to when a standard is in force.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::FinancialYear;

/// A period that ends before it begins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a period from {from} cannot end before {before}")]
pub struct EffectiveError {
    from: NaiveDate,
    before: NaiveDate,
}

/// The days on which a standard is in force: from a day, inclusive, to before a day, exclusive; either end may be open.
///
/// What counts is the day a reading is as at.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::standard::Effective;
///
/// let year = Effective::during("2017/18".parse()?);
/// assert!(year.covers(NaiveDate::from_ymd_opt(2018, 3, 31).unwrap()));
/// assert!(!year.covers(NaiveDate::from_ymd_opt(2018, 4, 1).unwrap()));
/// assert_eq!(year.to_string(), "from 2017-04-01 to before 2018-04-01");
/// # Ok::<(), csc_kpi::calendar::PeriodError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Effective {
    from: Option<NaiveDate>,
    before: Option<NaiveDate>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<NaiveDate>,
}

impl TryFrom<Form> for Effective {
    type Error = EffectiveError;

    fn try_from(form: Form) -> Result<Self, EffectiveError> {
        match (form.from, form.before) {
            (Some(from), Some(before)) if before <= from => Err(EffectiveError { from, before }),
            (from, before) => Ok(Self { from, before }),
        }
    }
}

impl From<Effective> for Form {
    fn from(effective: Effective) -> Self {
        Self { from: effective.from, before: effective.before }
    }
}

impl Effective {
    /// At all times.
    pub const ALWAYS: Self = Self { from: None, before: None };

    /// From `day` on, inclusive.
    #[must_use]
    pub const fn from_day(day: NaiveDate) -> Self {
        Self { from: Some(day), before: None }
    }

    /// From `from`, inclusive, to `before`, exclusive.
    ///
    /// # Errors
    ///
    /// [`EffectiveError`] where that is no day at all.
    pub fn between(from: NaiveDate, before: NaiveDate) -> Result<Self, EffectiveError> {
        Self::try_from(Form { from: Some(from), before: Some(before) })
    }

    /// During a financial year.
    #[must_use]
    pub fn during(year: FinancialYear) -> Self {
        let window = year.window();
        Self { from: Some(window.start), before: Some(window.end) }
    }

    /// Whether `day` is in it.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.before.is_none_or(|before| day < before)
    }

    /// Whether a day is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let ends_first = |a: &Self, b: &Self| matches!((a.before, b.from), (Some(end), Some(start)) if end <= start);
        !ends_first(self, other) && !ends_first(other, self)
    }

    /// The first day in it; `None` where it is open.
    #[must_use]
    pub const fn from(&self) -> Option<NaiveDate> {
        self.from
    }

    /// The first day after it; `None` where it is open.
    #[must_use]
    pub const fn before(&self) -> Option<NaiveDate> {
        self.before
    }
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.before) {
            (None, None) => f.write_str("at all times"),
            (Some(from), None) => write!(f, "from {from}"),
            (None, Some(before)) => write!(f, "before {before}"),
            (Some(from), Some(before)) => write!(f, "from {from} to before {before}"),
        }
    }
}
