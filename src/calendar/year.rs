//! The financial year, 1 April to 31 March, and its quarters.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Window, plus_months};

/// A text that names no financial year or quarter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// Not of the form `2017/18`, or the second year does not follow the first.
    #[error("{0:?} is no financial year (such as 2017/18)")]
    Year(String),
    /// Not of the form `Q4 2017/18`.
    #[error("{0:?} is no quarter of a financial year (such as Q4 2017/18)")]
    Quarter(String),
}

/// A financial year: 1 April to 31 March. Ordered by time; written `2017/18`, and read only as it is written.
///
/// ```
/// use csc_kpi::calendar::FinancialYear;
/// use csc_kpi::NaiveDate;
///
/// let year: FinancialYear = "2017/18".parse()?;
/// assert_eq!(year.first_day(), NaiveDate::from_ymd_opt(2017, 4, 1).unwrap());
/// assert_eq!(year.last_day(), NaiveDate::from_ymd_opt(2018, 3, 31).unwrap());
/// assert_eq!(FinancialYear::containing(year.last_day()), year);
/// assert_eq!(year.to_string(), "2017/18");
/// # Ok::<(), csc_kpi::calendar::PeriodError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FinancialYear {
    starts_in: i32,
}

impl FinancialYear {
    /// The financial year that begins on 1 April of `year`; every year that fits has days.
    #[must_use]
    pub const fn starting_in(year: i16) -> Self {
        Self { starts_in: year as i32 }
    }

    /// The financial year that holds `day`.
    #[must_use]
    pub fn containing(day: NaiveDate) -> Self {
        Self { starts_in: if day.month() >= 4 { day.year() } else { day.year() - 1 } }
    }

    /// The calendar year of its 1 April.
    #[must_use]
    pub const fn starts_in(self) -> i32 {
        self.starts_in
    }

    /// 1 April.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.starts_in, 4, 1).unwrap_or(NaiveDate::MIN)
    }

    /// 31 March of the next calendar year.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.starts_in + 1, 3, 31).unwrap_or(NaiveDate::MAX)
    }

    /// The whole year as a half-open window.
    #[must_use]
    pub fn window(self) -> Window {
        Window::new(self.first_day(), super::next_day(self.last_day()))
    }

    /// Its quarters, Q1 to Q4.
    #[must_use]
    pub fn quarters(self) -> [Quarter; 4] {
        QuarterOfYear::ALL.map(|quarter| Quarter { year: self, quarter })
    }
}

impl fmt::Display for FinancialYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}/{:02}", self.starts_in, (self.starts_in + 1).rem_euclid(100))
    }
}

impl FromStr for FinancialYear {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let parse = || {
            let (first, _) = text.split_once('/')?;
            let year = Self { starts_in: first.parse().ok()? };
            let all = Self::containing(NaiveDate::MIN)..=Self::containing(NaiveDate::MAX);
            (all.contains(&year) && year.to_string() == text).then_some(year)
        };
        parse().ok_or_else(|| PeriodError::Year(text.to_owned()))
    }
}

impl From<FinancialYear> for String {
    fn from(year: FinancialYear) -> Self {
        year.to_string()
    }
}

impl TryFrom<String> for FinancialYear {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, PeriodError> {
        text.parse()
    }
}

/// Which quarter of a financial year: Q1 April–June, Q2 July–September, Q3 October–December, Q4 January–March.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum QuarterOfYear {
    /// April to June.
    Q1,
    /// July to September.
    Q2,
    /// October to December.
    Q3,
    /// January to March of the next calendar year.
    Q4,
}

impl QuarterOfYear {
    const ALL: [Self; 4] = [Self::Q1, Self::Q2, Self::Q3, Self::Q4];

    const fn months_after_april(self) -> u32 {
        match self {
            Self::Q1 => 0,
            Self::Q2 => 3,
            Self::Q3 => 6,
            Self::Q4 => 9,
        }
    }
}

impl fmt::Display for QuarterOfYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Q{}", self.months_after_april() / 3 + 1)
    }
}

/// A quarter of a financial year. Ordered by time; written `Q4 2017/18`.
///
/// ```
/// use csc_kpi::calendar::Quarter;
/// use csc_kpi::NaiveDate;
///
/// let quarter: Quarter = "Q4 2017/18".parse()?;
/// assert_eq!(quarter.first_day(), NaiveDate::from_ymd_opt(2018, 1, 1).unwrap());
/// assert_eq!(Quarter::containing(quarter.last_day()).to_string(), "Q4 2017/18");
/// # Ok::<(), csc_kpi::calendar::PeriodError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quarter {
    year: FinancialYear,
    quarter: QuarterOfYear,
}

impl Quarter {
    /// The given quarter of the given financial year.
    #[must_use]
    pub const fn new(year: FinancialYear, quarter: QuarterOfYear) -> Self {
        Self { year, quarter }
    }

    /// The quarter that holds `day`.
    #[must_use]
    pub fn containing(day: NaiveDate) -> Self {
        let quarter = match day.month() {
            4..=6 => QuarterOfYear::Q1,
            7..=9 => QuarterOfYear::Q2,
            10..=12 => QuarterOfYear::Q3,
            _ => QuarterOfYear::Q4,
        };
        Self { year: FinancialYear::containing(day), quarter }
    }

    /// The financial year it is part of.
    #[must_use]
    pub const fn year(self) -> FinancialYear {
        self.year
    }

    /// Which of the four it is.
    #[must_use]
    pub const fn quarter(self) -> QuarterOfYear {
        self.quarter
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        plus_months(self.year.first_day(), self.quarter.months_after_april())
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        super::day_before(plus_months(self.first_day(), 3))
    }

    /// The whole quarter as a half-open window.
    #[must_use]
    pub fn window(self) -> Window {
        Window::new(self.first_day(), plus_months(self.first_day(), 3))
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.quarter, self.year)
    }
}

impl FromStr for Quarter {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let refused = || PeriodError::Quarter(text.to_owned());
        let (quarter, year) = text.split_once(' ').ok_or_else(refused)?;
        let quarter = QuarterOfYear::ALL.into_iter().find(|q| q.to_string() == quarter).ok_or_else(refused)?;
        Ok(Self { year: year.parse().map_err(|_| refused())?, quarter })
    }
}

impl From<Quarter> for String {
    fn from(quarter: Quarter) -> Self {
        quarter.to_string()
    }
}

impl TryFrom<String> for Quarter {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, PeriodError> {
        text.parse()
    }
}
