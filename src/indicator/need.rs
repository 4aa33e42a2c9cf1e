//! What an indicator needs of the records, and how far back.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{minus_months, plus_days};
use crate::dataset::Matter;

/// How far before its window, or before its day, an indicator looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Not before it.
    #[default]
    Window,
    /// So many days.
    Days(u16),
    /// So many months.
    Months(u16),
    /// Without limit.
    Ever,
}

impl Reach {
    /// The first day that is looked at by a reading whose window, or whose day, begins on `first`.
    ///
    /// ```
    /// use csc_kpi::NaiveDate;
    /// use csc_kpi::indicator::Reach;
    ///
    /// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    /// assert_eq!(Reach::Months(24).first_day(day(2021, 4, 1)), day(2019, 4, 1));
    /// assert_eq!(Reach::Window.first_day(day(2021, 4, 1)), day(2021, 4, 1));
    /// ```
    #[must_use]
    pub fn first_day(self, first: NaiveDate) -> NaiveDate {
        match self {
            Self::Window => first,
            Self::Days(days) => plus_days(first, -i64::from(days)),
            Self::Months(months) => minus_months(first, u32::from(months)),
            Self::Ever => NaiveDate::MIN,
        }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    const fn is_window(&self) -> bool {
        matches!(self, Self::Window)
    }
}

/// `24 months back`, `365 days back`, `however far back`; empty where it is the window alone.
impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window => Ok(()),
            Self::Days(days) => write!(f, "{days} days back"),
            Self::Months(months) => write!(f, "{months} months back"),
            Self::Ever => f.write_str("however far back"),
        }
    }
}

/// A matter without which a reading cannot be made, and how far back it has to be held.
///
/// It has to be held from the first day that [`Reach`] leads to, to the day of the reading, both inclusive.
///
/// ```
/// use csc_kpi::Matter;
/// use csc_kpi::indicator::{Need, Reach};
/// use csc_kpi::record::Family;
///
/// let earlier = Need::of(Family::ProtectionPlan).back(Reach::Ever).or(Matter::PreviousPlans);
/// assert_eq!(earlier.to_string(), "child protection plans however far back or numbers of previous plans");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Need {
    /// What is needed.
    pub matter: Matter,
    /// How far back.
    #[serde(default, skip_serializing_if = "Reach::is_window")]
    pub reach: Reach,
    /// What makes up for it where it is held over the window, or on the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub or: Option<Matter>,
}

impl Need {
    /// That `matter` is held over the window, or on the day.
    #[must_use]
    pub fn of(matter: impl Into<Matter>) -> Self {
        Self { matter: matter.into(), reach: Reach::Window, or: None }
    }

    /// So far back.
    #[must_use]
    pub const fn back(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }

    /// Unless `matter` is held over the window, or on the day.
    #[must_use]
    pub fn or(mut self, matter: impl Into<Matter>) -> Self {
        self.or = Some(matter.into());
        self
    }
}

impl<M: Into<Matter>> From<M> for Need {
    fn from(matter: M) -> Self {
        Self::of(matter)
    }
}

/// `referrals 12 months back`
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.matter)?;
        if !self.reach.is_window() {
            write!(f, " {}", self.reach)?;
        }
        self.or.iter().try_for_each(|matter| write!(f, " or {matter}"))
    }
}
