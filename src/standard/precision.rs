//! Whether the exact figure is judged, or the figure as it is printed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// More decimal places than a figure is judged to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} decimal places are more than the 9 a figure is judged to")]
pub struct PlacesError(u32);

/// A number of decimal places, 0 to 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Places(u32);

impl Places {
    /// None: whole numbers.
    pub const WHOLE: Self = Self(0);

    /// So many decimal places.
    ///
    /// # Errors
    ///
    /// [`PlacesError`] for more than 9.
    pub const fn new(places: u32) -> Result<Self, PlacesError> {
        if places > 9 { Err(PlacesError(places)) } else { Ok(Self(places)) }
    }

    /// How many.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Places {
    type Error = PlacesError;

    fn try_from(places: u32) -> Result<Self, PlacesError> {
        Self::new(places)
    }
}

impl From<Places> for u32 {
    fn from(places: Places) -> Self {
        places.0
    }
}

/// Which figure is judged: the exact one, or the one rounded half away from zero for print.
///
/// 7.99 % is lower than 8 %, but printed as 8 % it is not: a report that grades the one and prints the other contradicts
/// itself.
///
/// ```
/// use csc_kpi::measure::{Ratio, Value, ValueUnit};
/// use csc_kpi::standard::{Grade, Precision, Standard};
///
/// let exact = Standard::at_least(ValueUnit::Percent, 8.into());
/// let as_printed = exact.clone().judging(Precision::WHOLE)?;
/// let value = Value::Percent(Ratio::new(33, 413)?); // 7.99…
/// assert_eq!(exact.standing(&value).grade(), Grade::OutsideTolerance);
/// assert_eq!(as_printed.standing(&value).grade(), Grade::TargetMet);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// The exact figure.
    #[default]
    Exact,
    /// The figure rounded to so many decimal places.
    Rounded(Places),
}

impl Precision {
    /// Rounded to whole numbers.
    pub const WHOLE: Self = Self::Rounded(Places::WHOLE);
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("exact"),
            Self::Rounded(Places::WHOLE) => f.write_str("rounded to whole numbers"),
            Self::Rounded(Places(1)) => f.write_str("rounded to 1 decimal place"),
            Self::Rounded(Places(places)) => write!(f, "rounded to {places} decimal places"),
        }
    }
}
