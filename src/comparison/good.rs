//! Which way is good, and how far a difference counts for nothing.

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::indicator::Polarity;

/// A number that cannot stand on the scale of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExactNumberError {
    /// More than nine decimal places, or a million million million (10^18) or more.
    #[error("{0} has more than nine decimal places, or more than eighteen digits before the point")]
    Precision(Decimal),
    /// A dead band below zero.
    #[error("a dead band of {0} is below zero")]
    Negative(Decimal),
    /// A text that is no number.
    #[error("{0:?} is no number")]
    NoNumber(String),
    /// Closer is better, and nobody says to what.
    #[error("closer is better needs the value to be close to")]
    NoAim,
}

/// A number on the scale of a value, exact: at most nine decimal places and eighteen digits before the point. As JSON it is a
/// text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExactNumber(Decimal);

impl ExactNumber {
    /// `number`, exact.
    ///
    /// # Errors
    ///
    /// [`ExactNumberError::Precision`].
    pub fn new(number: Decimal) -> Result<Self, ExactNumberError> {
        let normal = number.normalize();
        let bound = Decimal::from(1_000_000_000_000_000_000u64);
        if normal.scale() > 9 || normal.abs() >= bound {
            return Err(ExactNumberError::Precision(number));
        }
        Ok(Self(normal))
    }

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> Decimal {
        self.0
    }

    /// In parts of 10^-9.
    pub(super) fn parts(self) -> i128 {
        let missing = 9u32.saturating_sub(self.0.scale());
        self.0.mantissa().saturating_mul(10i128.pow(missing))
    }
}

impl fmt::Display for ExactNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for ExactNumber {
    type Error = ExactNumberError;

    fn try_from(text: String) -> Result<Self, ExactNumberError> {
        Self::new(Decimal::from_str_exact(&text).map_err(|_| ExactNumberError::NoNumber(text))?)
    }
}

impl From<ExactNumber> for String {
    fn from(mark: ExactNumber) -> Self {
        mark.to_string()
    }
}

/// How far two values may differ and still count as unchanged, in the unit of the value (points of percent, children, days):
/// a difference of exactly so much is unchanged too. Zero unless stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "ExactNumber", into = "ExactNumber")]
pub struct DeadBand(ExactNumber);

impl DeadBand {
    /// Unchanged up to and with a difference of `width`.
    ///
    /// # Errors
    ///
    /// [`ExactNumberError::Negative`] below zero, [`ExactNumberError::Precision`] as for any [`ExactNumber`].
    pub fn new(width: Decimal) -> Result<Self, ExactNumberError> {
        Self::try_from(ExactNumber::new(width)?)
    }

    /// Its width.
    #[must_use]
    pub const fn width(self) -> ExactNumber {
        self.0
    }
}

impl TryFrom<ExactNumber> for DeadBand {
    type Error = ExactNumberError;

    fn try_from(width: ExactNumber) -> Result<Self, ExactNumberError> {
        if width.get() < Decimal::ZERO {
            return Err(ExactNumberError::Negative(width.get()));
        }
        Ok(Self(width))
    }
}

impl From<DeadBand> for ExactNumber {
    fn from(band: DeadBand) -> Self {
        band.0
    }
}

/// Which way is good: a [`Polarity`] that knows its aim where closer is better.
///
/// ```
/// use csc_kpi::comparison::{Good, ExactNumber};
/// use csc_kpi::indicator::Polarity;
///
/// assert_eq!(Good::of(Polarity::LowerIsBetter, None)?, Good::Lower);
/// assert!(Good::of(Polarity::CloserIsBetter, None).is_err());
/// let aim = ExactNumber::new(10.into())?;
/// assert_eq!(Good::of(Polarity::CloserIsBetter, Some(aim))?, Good::CloserTo(aim));
/// # Ok::<(), csc_kpi::comparison::ExactNumberError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Good {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
    /// Closer to this number is better.
    CloserTo(ExactNumber),
    /// Neither is good or bad.
    Neither,
}

impl Good {
    /// Which way is good by `polarity`; `aim` is heeded where closer is better.
    ///
    /// # Errors
    ///
    /// [`ExactNumberError::NoAim`] where closer is better and there is no aim.
    pub fn of(polarity: Polarity, aim: Option<ExactNumber>) -> Result<Self, ExactNumberError> {
        Ok(match polarity {
            Polarity::HigherIsBetter => Self::Higher,
            Polarity::LowerIsBetter => Self::Lower,
            Polarity::CloserIsBetter => Self::CloserTo(aim.ok_or(ExactNumberError::NoAim)?),
            Polarity::None => Self::Neither,
        })
    }
}

/// With what eyes two values are compared: which way is good, and from which difference on it counts.
///
/// ```
/// use csc_kpi::comparison::{DeadBand, Good, Yardstick};
///
/// let yardstick = Yardstick::new(Good::Lower).dead_band(DeadBand::new(1.into())?);
/// assert_eq!(serde_json::to_string(&yardstick).unwrap(), r#"{"good":"lower","dead_band":"1"}"#);
/// # Ok::<(), csc_kpi::comparison::ExactNumberError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Yardstick {
    /// Which way is good.
    pub good: Good,
    /// How far two values may differ and still count as unchanged.
    #[serde(default)]
    pub dead_band: DeadBand,
}

impl Yardstick {
    /// Which way is good; without a dead band.
    #[must_use]
    pub fn new(good: Good) -> Self {
        Self { good, dead_band: DeadBand::default() }
    }

    /// Sets how far two values may differ and still count as unchanged.
    #[must_use]
    pub const fn dead_band(mut self, band: DeadBand) -> Self {
        self.dead_band = band;
        self
    }
}

impl From<Good> for Yardstick {
    fn from(good: Good) -> Self {
        Self::new(good)
    }
}

/// Where a value lies to another: arithmetic, without judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Higher.
    Higher,
    /// Lower.
    Lower,
    /// The same, or no further apart than the dead band.
    Unchanged,
}

impl Direction {
    pub(super) const fn of(order: Ordering) -> Self {
        match order {
            Ordering::Less => Self::Lower,
            Ordering::Equal => Self::Unchanged,
            Ordering::Greater => Self::Higher,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::Unchanged => "unchanged",
        })
    }
}

/// What a difference means: by which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// Better.
    Better,
    /// Worse.
    Worse,
    /// Neither better nor worse.
    Same,
    /// Nobody says which way is good.
    NotJudged,
}

impl Judgement {
    /// What being `direction` means, where `good` alone can say; not judged where closer is better.
    pub(super) const fn of(direction: Direction, good: Good) -> Self {
        match (good, direction) {
            (Good::Neither | Good::CloserTo(_), _) => Self::NotJudged,
            (_, Direction::Unchanged) => Self::Same,
            (Good::Higher, Direction::Higher) | (Good::Lower, Direction::Lower) => Self::Better,
            (Good::Higher, Direction::Lower) | (Good::Lower, Direction::Higher) => Self::Worse,
        }
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Same => "the same",
            Self::NotJudged => "not judged",
        })
    }
}
