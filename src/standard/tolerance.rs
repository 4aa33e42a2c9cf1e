//! How far from a target is still tolerated.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::bands::BandsError;
use super::cut::{Cut, Side};
use super::grade::Position;
use super::limit::Limit;
use crate::measure::ValueUnit;

/// A text that is no tolerance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToleranceError {
    /// "10%" can be ten points or ten percent of the target.
    #[error("{0:?} can be points or percent of the target: write {1:?} or {2:?}")]
    Ambiguous(String, String, String),
    /// No number, or nothing that says what it is.
    #[error("{0:?} is no tolerance (such as \"5 points\" or \"10% of target\")")]
    NoTolerance(String),
}

/// How far from a target is still tolerated. "Within 10 %" does not say which; this does.
///
/// Written `5 points` or `10% of target`.
///
/// ```
/// use csc_kpi::standard::Tolerance;
///
/// assert_eq!("5 points".parse::<Tolerance>()?, Tolerance::Points(5.into()));
/// assert_eq!("10% of target".parse::<Tolerance>()?, Tolerance::PercentOfTarget(10.into()));
/// assert_eq!(
///     "10%".parse::<Tolerance>().unwrap_err().to_string(),
///     r#""10%" can be points or percent of the target: write "10 points" or "10% of target""#,
/// );
/// # Ok::<(), csc_kpi::standard::ToleranceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Tolerance {
    /// In the unit of the standard: percentage points, days, children.
    Points(Limit),
    /// In percent of the target: 10 % of a target of 70 % is 7 points.
    PercentOfTarget(Limit),
}

impl Tolerance {
    /// The number as it is written.
    #[must_use]
    pub const fn amount(self) -> Limit {
        match self {
            Self::Points(amount) | Self::PercentOfTarget(amount) => amount,
        }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Points(amount) => write!(f, "{amount} points"),
            Self::PercentOfTarget(amount) => write!(f, "{amount}% of target"),
        }
    }
}

impl FromStr for Tolerance {
    type Err = ToleranceError;

    fn from_str(text: &str) -> Result<Self, ToleranceError> {
        let number = |text: &str| text.parse::<Limit>().ok();
        if let Some(points) = text.strip_suffix(" points").and_then(number) {
            return Ok(Self::Points(points));
        }
        if let Some(percent) = text.strip_suffix("% of target").and_then(number) {
            return Ok(Self::PercentOfTarget(percent));
        }
        Err(match number(text.trim_end_matches('%').trim()) {
            Some(bare) => ToleranceError::Ambiguous(
                text.to_owned(),
                Self::Points(bare).to_string(),
                Self::PercentOfTarget(bare).to_string(),
            ),
            None => ToleranceError::NoTolerance(text.to_owned()),
        })
    }
}

impl TryFrom<String> for Tolerance {
    type Error = ToleranceError;

    fn try_from(text: String) -> Result<Self, ToleranceError> {
        text.parse()
    }
}

impl From<Tolerance> for String {
    fn from(tolerance: Tolerance) -> Self {
        tolerance.to_string()
    }
}

/// On which sides of a target the tolerance lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// On the worse side only; on the better side nothing is too far.
    Worse,
    /// On both sides: a value far on the better side meets the target, and lies outside the interval.
    Both,
}

/// The tolerance interval: what lies between two cuts, either of which may be absent.
///
/// ```
/// use csc_kpi::measure::ValueUnit;
/// use csc_kpi::standard::Standard;
///
/// let standard = Standard::expected_range(ValueUnit::Percent, 8.into(), 12.into())?;
/// let tolerance = standard.tolerance().unwrap();
/// assert_eq!(tolerance.lower().unwrap().to_string(), "before 8");
/// assert_eq!(tolerance.upper().unwrap().to_string(), "after 12");
/// assert_eq!(tolerance.in_unit(ValueUnit::Percent), "8% to 12%");
/// # Ok::<(), csc_kpi::standard::StandardError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends", into = "Ends")]
pub struct ToleranceInterval {
    lower: Option<Cut>,
    upper: Option<Cut>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    lower: Option<Cut>,
    upper: Option<Cut>,
}

impl TryFrom<Ends> for ToleranceInterval {
    type Error = BandsError;

    fn try_from(ends: Ends) -> Result<Self, BandsError> {
        match (ends.lower, ends.upper) {
            (Some(lower), Some(upper)) if lower >= upper => Err(BandsError::NotIncreasing(lower, upper)),
            (lower, upper) => Ok(Self { lower, upper }),
        }
    }
}

impl From<ToleranceInterval> for Ends {
    fn from(interval: ToleranceInterval) -> Self {
        Self { lower: interval.lower, upper: interval.upper }
    }
}

impl ToleranceInterval {
    pub(super) const fn new(lower: Option<Cut>, upper: Option<Cut>) -> Self {
        Self { lower, upper }
    }

    /// Where it begins; `None` where nothing is too low.
    #[must_use]
    pub const fn lower(&self) -> Option<Cut> {
        self.lower
    }

    /// Where it ends; `None` where nothing is too high.
    #[must_use]
    pub const fn upper(&self) -> Option<Cut> {
        self.upper
    }

    /// In words, both ends inside unless it says otherwise: "8% to 12%", "at least 72%", "fewer than 85".
    #[must_use]
    pub fn in_unit(&self, unit: ValueUnit) -> String {
        let less = if matches!(unit, ValueUnit::Count | ValueUnit::Days) { "fewer than" } else { "less than" };
        let words = |cut: Cut| cut.at().in_unit(unit);
        match (self.lower, self.upper) {
            (None, None) => "any value".to_owned(),
            (Some(low), None) if low.side() == Side::Before => format!("at least {}", words(low)),
            (Some(low), None) => format!("more than {}", words(low)),
            (None, Some(high)) if high.side() == Side::After => format!("at most {}", words(high)),
            (None, Some(high)) => format!("{less} {}", words(high)),
            (Some(low), Some(high)) => {
                let from = if low.side() == Side::Before { "" } else { "more than " };
                let to = if high.side() == Side::After { "" } else { less };
                format!("{from}{} to {to}{}{}", words(low), if to.is_empty() { "" } else { " " }, words(high))
            }
        }
    }

    pub(super) fn position_by(&self, order: impl Fn(Cut) -> Option<Ordering>) -> Option<Position> {
        let side = |cut: Option<Cut>| cut.map_or(Some(None), |cut| order(cut).map(Some));
        Some(match (side(self.lower)?, side(self.upper)?) {
            (Some(Ordering::Less), _) => Position::Lower,
            (_, Some(Ordering::Greater)) => Position::Higher,
            _ => Position::Inside,
        })
    }
}
