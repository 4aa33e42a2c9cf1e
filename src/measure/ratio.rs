//! Exact counts of verdicts and parts.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::rounding::rounded_quotient;
use crate::indicator::Pending;

/// A numerator above its denominator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("numerator {numerator} is above denominator {denominator}")]
pub struct RatioError {
    numerator: u64,
    denominator: u64,
}

/// An exact share: a numerator of a denominator.
///
/// The numerator is never above the denominator. A denominator of zero has no value, never the value 0.
///
/// # Rounding
///
/// Only when shown, once, from the exact ratio, half away from zero.
///
/// ```
/// use csc_kpi::measure::Ratio;
///
/// let in_time = Ratio::new(1_752, 2_095)?;
/// assert_eq!(in_time.shown_percent(0).as_deref(), Some("84%"));
/// assert_eq!(in_time.shown_percent(1).as_deref(), Some("83.6%"));
/// assert_eq!(Ratio::new(0, 0)?.percent(), None);
/// assert!(Ratio::new(2, 1).is_err());
/// # Ok::<(), csc_kpi::measure::RatioError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Counts", into = "Counts")]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    numerator: u64,
    denominator: u64,
}

impl TryFrom<Counts> for Ratio {
    type Error = RatioError;

    fn try_from(counts: Counts) -> Result<Self, RatioError> {
        Self::new(counts.numerator, counts.denominator)
    }
}

impl From<Ratio> for Counts {
    fn from(ratio: Ratio) -> Self {
        Self { numerator: ratio.numerator, denominator: ratio.denominator }
    }
}

impl Ratio {
    /// `numerator` of `denominator`.
    ///
    /// # Errors
    ///
    /// [`RatioError`] where the numerator is above the denominator.
    pub const fn new(numerator: u64, denominator: u64) -> Result<Self, RatioError> {
        if numerator > denominator {
            return Err(RatioError { numerator, denominator });
        }
        Ok(Self { numerator, denominator })
    }

    /// What was met.
    #[must_use]
    pub const fn numerator(&self) -> u64 {
        self.numerator
    }

    /// Of how many.
    #[must_use]
    pub const fn denominator(&self) -> u64 {
        self.denominator
    }

    /// In percent, to 28 significant digits; `None` for an empty denominator.
    #[must_use]
    pub fn percent(&self) -> Option<Decimal> {
        (Decimal::from(self.numerator) * Decimal::ONE_HUNDRED).checked_div(Decimal::from(self.denominator))
    }

    /// In percent, rounded half up to `places` decimal places; `None` for an empty denominator, or where so many places
    /// cannot be written in 28 digits.
    #[must_use]
    pub fn rounded_percent(&self, places: u32) -> Option<Decimal> {
        rounded_quotient(100, self.numerator, self.denominator, places)
    }

    /// As printed: "84%".
    #[must_use]
    pub fn shown_percent(&self, places: u32) -> Option<String> {
        self.rounded_percent(places).map(|percent| format!("{percent}%"))
    }

    /// In percent as a decimal text of at least six significant digits.
    #[must_use]
    pub fn percent_text(&self) -> Option<String> {
        let tiny = self.numerator > 0 && self.numerator < self.denominator / 100_000;
        self.rounded_percent(if tiny { 15 } else { 9 }).map(|percent| percent.to_string())
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.numerator, self.denominator)
    }
}

/// How many units got each verdict.
///
/// ```
/// use csc_kpi::indicator::Pending;
/// use csc_kpi::measure::Tally;
///
/// let tally = Tally { met: 2, not_met: 1, pending: 1, excepted: 4, excluded: 0 };
/// assert_eq!(tally.ratio(Pending::StandsAside).to_string(), "2 of 3");
/// assert_eq!(tally.ratio(Pending::Counts).to_string(), "2 of 4");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tally {
    /// In numerator and denominator.
    pub met: u64,
    /// In the denominator only.
    pub not_met: u64,
    /// Cannot be decided yet.
    pub pending: u64,
    /// Set aside by the rule itself.
    pub excepted: u64,
    /// Cannot be judged because of their data.
    pub excluded: u64,
}

impl Tally {
    /// Numerator: met. Denominator: met and not met, and pending where the rule counts it.
    #[must_use]
    pub const fn ratio(&self, pending: Pending) -> Ratio {
        let undecided = match pending {
            Pending::StandsAside => 0,
            Pending::Counts => self.pending,
        };
        let denominator = self.met.saturating_add(self.not_met).saturating_add(undecided);
        Ratio { numerator: self.met, denominator }
    }

    /// All units counted, whatever their verdict.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.met
            .saturating_add(self.not_met)
            .saturating_add(self.pending)
            .saturating_add(self.excepted)
            .saturating_add(self.excluded)
    }
}
