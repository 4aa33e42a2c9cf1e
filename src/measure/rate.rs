//! Rates per 10,000 on an explicit footing.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::rounding::{round_half_up, rounded_quotient};

/// Which children a rate counts: the same on both sides of any comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Footing {
    /// All children.
    All,
    /// Without unaccompanied asylum seeking children.
    ExcludingUnaccompanied,
}

impl fmt::Display for Footing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all children",
            Self::ExcludingUnaccompanied => "excluding UASC",
        })
    }
}

/// What cannot be a rate, or cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RateError {
    /// No residents to relate to.
    #[error("a population of zero has no rate")]
    NoPopulation,
    /// Two rates that count different children.
    #[error("a rate on {0} cannot be compared with one on {1}")]
    OtherFooting(Footing, Footing),
    /// A benchmark below zero, or beyond what can be calculated.
    #[error("{0} is no rate per 10,000")]
    NoRate(String),
}

/// A resident population: how many, of which year, says who.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Population {
    /// Residents of the age the rate relates to (0 to 17 for children looked after).
    pub residents: u64,
    /// The year of the estimate.
    pub year: i32,
    /// Who estimates.
    pub source: String,
}

impl Population {
    /// `residents` in `year` according to `source`.
    #[must_use]
    pub fn new(residents: u64, year: i32, source: impl Into<String>) -> Self {
        Self { residents, year, source: source.into() }
    }
}

/// A count per 10,000 residents.
///
/// Population joins here and never in a ledger, so that merging counts cannot count residents twice.
///
/// ```
/// use csc_kpi::Decimal;
/// use csc_kpi::measure::{Footing, Population, Rate};
///
/// let residents = Population::new(45_589, 2015, "ONS mid-year estimate");
/// let rate = Rate::new(418, Footing::All, residents)?;
/// assert_eq!(rate.shown(0).to_string(), "92");
///
/// // Down to the rate of the statistical neighbours, 59.9 per 10,000.
/// let neighbours: Decimal = "59.9".parse().unwrap();
/// let reduction = rate.reduction_to(neighbours, Footing::All)?;
/// assert_eq!((reduction.count, reduction.fewer), (273, 145));
/// # Ok::<(), csc_kpi::measure::RateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Terms", into = "Terms")]
pub struct Rate {
    count: u64,
    footing: Footing,
    population: Population,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    count: u64,
    footing: Footing,
    population: Population,
}

impl TryFrom<Terms> for Rate {
    type Error = RateError;

    fn try_from(terms: Terms) -> Result<Self, RateError> {
        Self::new(terms.count, terms.footing, terms.population)
    }
}

impl From<Rate> for Terms {
    fn from(rate: Rate) -> Self {
        Self { count: rate.count, footing: rate.footing, population: rate.population }
    }
}

/// Where a benchmark rate would bring a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reduction {
    /// The count the benchmark would give in this population, to the nearest whole, half up.
    pub count: u64,
    /// How many fewer that is; negative where it is more.
    pub fewer: i64,
}

impl Rate {
    /// `count` children on `footing`, of `population`.
    ///
    /// # Errors
    ///
    /// [`RateError::NoPopulation`] for a population of zero.
    pub fn new(count: u64, footing: Footing, population: Population) -> Result<Self, RateError> {
        if population.residents == 0 {
            return Err(RateError::NoPopulation);
        }
        Ok(Self { count, footing, population })
    }

    /// The children counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Which children are counted.
    #[must_use]
    pub const fn footing(&self) -> Footing {
        self.footing
    }

    /// The residents it relates to.
    #[must_use]
    pub const fn population(&self) -> &Population {
        &self.population
    }

    /// Per 10,000, to 28 significant digits.
    #[must_use]
    pub fn per_10_000(&self) -> Decimal {
        (Decimal::from(self.count) * Decimal::from(10_000u32))
            .checked_div(Decimal::from(self.population.residents))
            .unwrap_or_default()
    }

    /// Per 10,000, rounded half up to `places` decimal places.
    #[must_use]
    pub fn shown(&self, places: u32) -> Decimal {
        rounded_quotient(10_000, self.count, self.population.residents, places)
            .unwrap_or_else(|| round_half_up(self.per_10_000(), places))
    }

    /// The count that a benchmark rate per 10,000 would give in this population, and how many fewer that is.
    ///
    /// # Errors
    ///
    /// [`RateError::OtherFooting`] where the benchmark counts different children; [`RateError::NoRate`] where it is below
    /// zero or beyond what can be calculated.
    pub fn reduction_to(&self, benchmark: Decimal, footing: Footing) -> Result<Reduction, RateError> {
        if footing != self.footing {
            return Err(RateError::OtherFooting(self.footing, footing));
        }
        let refused = || RateError::NoRate(benchmark.to_string());
        if benchmark < Decimal::ZERO {
            return Err(refused());
        }
        let product = benchmark.checked_mul(Decimal::from(self.population.residents)).ok_or_else(refused)?;
        let count = round_half_up(product / Decimal::from(10_000u32), 0).to_u64().ok_or_else(refused)?;
        let fewer = i128::from(self.count) - i128::from(count);
        Ok(Reduction { count, fewer: i64::try_from(fewer).map_err(|_| refused())? })
    }
}
