//! 95 % intervals for proportions and counts.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::caution::Caution;
use super::observation::Observation;
use crate::measure::{Ratio, Value, ValueUnit};

/// By which method an interval is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Wilson's score interval, for a proportion.
    Wilson,
    /// Exact Poisson limits (Garwood), for fewer than ten events.
    ExactPoisson,
    /// Byar's approximation to the exact Poisson limits, for ten events and more.
    Byar,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wilson => "Wilson",
            Self::ExactPoisson => "exact Poisson",
            Self::Byar => "Byar",
        })
    }
}

/// Why a value has no interval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntervalError {
    /// A share without a denominator.
    #[error("an empty denominator has no interval")]
    NoDenominator,
    /// A value that is neither a share nor a count.
    #[error("a value in the unit {0} has no interval: it does not say what was counted")]
    NotCounted(ValueUnit),
    /// Beyond what can be calculated.
    #[error("the interval cannot be written in 28 digits")]
    TooLong,
}

/// A two-sided 95 % interval, with the method that made it.
///
/// # Methods
///
/// A proportion gets Wilson's score interval. A count, and a rate by its count, gets exact Poisson limits below ten events and
/// Byar's approximation from ten on; the population of a rate is taken as known. z is 1.959963984540054. These are the methods
/// of Public Health England's *Technical Guide: Confidence Intervals* (2018).
///
/// # Unit and accuracy
///
/// The limits are in the unit of the value: percent, per 10,000, or a count. They are worked out with 19 digits in whole-number
/// and decimal arithmetic and kept to 15; seven digits hold for every number that can be counted in 64 bits.
///
/// # What it does not know
///
/// It takes the units as independent. Children of one family are not: see [`Caution::Clustered`].
///
/// ```
/// use csc_kpi::comparison::{Interval, Method};
/// use csc_kpi::measure::{Ratio, Value, round_half_up};
///
/// let interval = Interval::of(&Value::Percent(Ratio::new(244, 263)?)).unwrap();
/// assert_eq!(interval.method(), Method::Wilson);
/// assert_eq!([interval.low(), interval.high()].map(|limit| round_half_up(limit, 5).to_string()), ["88.99316", "95.32657"]);
///
/// let interval = Interval::of(&Value::Count(418)).unwrap();
/// assert_eq!(interval.method(), Method::Byar);
/// assert_eq!(round_half_up(interval.low(), 6).to_string(), "378.883004");
/// # Ok::<(), csc_kpi::measure::RatioError>(())
/// ```
///
/// # JSON
///
/// What is read are the value and the number of families; the rest is worked out again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Terms")]
pub struct Interval {
    value: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    sibling_groups: Option<u64>,
    method: Method,
    #[serde(with = "rust_decimal::serde::str")]
    low: Decimal,
    #[serde(with = "rust_decimal::serde::str")]
    high: Decimal,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cautions: Vec<Caution>,
}

#[derive(Deserialize)]
struct Terms {
    value: Value,
    #[serde(default)]
    sibling_groups: Option<u64>,
}

impl TryFrom<Terms> for Interval {
    type Error = IntervalError;

    fn try_from(terms: Terms) -> Result<Self, IntervalError> {
        let interval = Self::of(&terms.value)?;
        Ok(match terms.sibling_groups {
            Some(families) => interval.sibling_groups(families),
            None => interval,
        })
    }
}

impl Interval {
    /// The interval of a share, a rate or a count.
    ///
    /// # Errors
    ///
    /// [`IntervalError::NoDenominator`] for an empty share, [`IntervalError::NotCounted`] for days and other numbers.
    pub fn of(value: &Value) -> Result<Self, IntervalError> {
        let (method, limits) = match value {
            Value::Percent(ratio) if ratio.denominator() == 0 => return Err(IntervalError::NoDenominator),
            Value::Percent(ratio) => (Method::Wilson, wilson(*ratio)),
            Value::Count(count) => (poisson_method(*count), poisson(*count)),
            Value::Rate(rate) => {
                let residents = Decimal::from(rate.population().residents);
                let per_10_000 = |limit: Decimal| limit.checked_mul(Decimal::from(10_000u32))?.checked_div(residents);
                let limits = poisson(rate.count()).and_then(|(low, high)| Some((per_10_000(low)?, per_10_000(high)?)));
                (poisson_method(rate.count()), limits)
            }
            Value::Days(_) | Value::Number(_) => return Err(IntervalError::NotCounted(value.unit())),
        };
        let (low, high) = limits.ok_or(IntervalError::TooLong)?;
        let kept = |limit: Decimal| {
            let kept = limit.round_sf_with_strategy(15, RoundingStrategy::MidpointAwayFromZero);
            kept.map(|kept| kept.normalize()).ok_or(IntervalError::TooLong)
        };
        let (low, high) = (kept(low)?, kept(high)?);
        Ok(Self { value: value.clone(), sibling_groups: None, method, low, high, cautions: Vec::new() })
    }

    /// The interval of a figure, with the caution where its units come in families.
    ///
    /// # Errors
    ///
    /// As [`Interval::of`].
    pub fn of_observation(observation: &Observation) -> Result<Self, IntervalError> {
        let interval = Self::of(&observation.value)?;
        Ok(match observation.sibling_groups {
            Some(families) => interval.sibling_groups(families),
            None => interval,
        })
    }

    /// Sets from how many families (sibling groups) the counted units come: the numerator of a share, the count otherwise.
    /// Fewer families than units is a [`Caution::Clustered`].
    #[must_use]
    pub fn sibling_groups(mut self, families: u64) -> Self {
        let units = match &self.value {
            Value::Percent(ratio) => ratio.numerator(),
            other => other.units_behind().unwrap_or(0),
        };
        let clustered = (families < units).then_some(Caution::Clustered { units, families });
        self.sibling_groups = Some(families);
        self.cautions = clustered.into_iter().collect();
        self
    }

    /// The value it is the interval of.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// By which method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The lower limit, in the unit of the value.
    #[must_use]
    pub const fn low(&self) -> Decimal {
        self.low
    }

    /// The upper limit, in the unit of the value.
    #[must_use]
    pub const fn high(&self) -> Decimal {
        self.high
    }

    /// Whether `number` lies in it, both limits included.
    #[must_use]
    pub fn holds(&self, number: Decimal) -> bool {
        self.low <= number && number <= self.high
    }

    /// What to bear in mind.
    #[must_use]
    pub fn cautions(&self) -> &[Caution] {
        &self.cautions
    }
}

/// The 97.5 % point of the normal distribution: 1.959963984540054.
fn z() -> Decimal {
    Decimal::new(1_959_963_984_540_054, 15)
}

/// The square root of a number that is not negative, to 19 digits.
fn square_root(number: Decimal) -> Option<Decimal> {
    let mut radicand = number.mantissa().unsigned_abs();
    let mut scale = number.scale();
    if scale % 2 == 1 {
        radicand = radicand.checked_mul(10)?;
        scale += 1;
    }
    while scale < 56
        && let Some(finer) = radicand.checked_mul(100)
    {
        radicand = finer;
        scale += 2;
    }
    Decimal::try_from_i128_with_scale(i128::try_from(radicand.isqrt()).ok()?, scale / 2).ok()
}

/// Wilson's limits in percent. The upper one is 100 less the lower one of what was not met.
fn wilson(ratio: Ratio) -> Option<(Decimal, Decimal)> {
    let (met, all) = (ratio.numerator(), ratio.denominator());
    let low = wilson_low(met, all)?;
    let high = Decimal::ONE_HUNDRED.checked_sub(wilson_low(all.checked_sub(met)?, all)?)?;
    Some((low, high))
}

fn wilson_low(met: u64, all: u64) -> Option<Decimal> {
    if met == 0 {
        return Some(Decimal::ZERO);
    }
    let square = z().checked_mul(z())?;
    // 4 × met × (all − met) is at most all², so it stays below 2^128.
    let spread = 4 * u128::from(met) * u128::from(all.checked_sub(met)?);
    let (whole, rest) = (u64::try_from(spread / u128::from(all)).ok()?, u64::try_from(spread % u128::from(all)).ok()?);
    let spread = Decimal::from(rest).checked_div(Decimal::from(all))?.checked_add(Decimal::from(whole))?;
    let root = square_root(spread.checked_add(square)?)?;
    let twice = Decimal::from(2 * u128::from(met)).checked_add(square)?;
    let above = twice.checked_sub(z().checked_mul(root)?)?.checked_mul(Decimal::ONE_HUNDRED)?;
    above.checked_div(Decimal::from(all).checked_add(square)?.checked_mul(Decimal::TWO)?)
}

const fn poisson_method(count: u64) -> Method {
    if count < 10 { Method::ExactPoisson } else { Method::Byar }
}

/// Exact limits of a Poisson mean for 0 to 9 events, in 10^-15: the means at which so many events or more, and so many or
/// fewer, have a probability of 2.5 %; half the 2.5 % and 97.5 % points of chi-squared with 2x and 2x + 2 degrees of freedom.
/// Source: Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936). Worked out to 22 digits by solving the
/// incomplete gamma function, and equal to the quantiles of an independent statistics library in all the digits that has.
const GARWOOD: [(i64, i64); 10] = [
    (0, 3_688_879_454_113_936),
    (25_317_807_984_290, 5_571_643_390_938_899),
    (242_209_278_543_965, 7_224_687_667_723_961),
    (618_672_122_895_601, 8_767_273_069_742_326),
    (1_089_865_373_626_325, 10_241_588_675_403_698),
    (1_623_486_390_118_421, 11_668_332_079_322_670),
    (2_201_894_253_490_851, 13_059_474_022_518_685),
    (2_814_363_051_519_866, 14_422_675_361_702_377),
    (3_453_832_176_748_501, 15_763_189_220_193_315),
    (4_115_373_097_378_332, 17_084_803_451_419_170),
];

fn poisson(count: u64) -> Option<(Decimal, Decimal)> {
    if let Some((low, high)) = usize::try_from(count).ok().and_then(|count| GARWOOD.get(count)) {
        return Some((Decimal::new(*low, 15), Decimal::new(*high, 15)));
    }
    let third = z().checked_div(Decimal::from(3u32))?;
    let cube = |events: Decimal, sign: Decimal| {
        let ninth = Decimal::ONE.checked_div(events.checked_mul(Decimal::from(9u32))?)?;
        let spread = third.checked_div(square_root(events)?)?.checked_mul(sign)?;
        let side = Decimal::ONE.checked_sub(ninth)?.checked_add(spread)?;
        side.checked_mul(side)?.checked_mul(side)?.checked_mul(events)
    };
    let events = Decimal::from(count);
    Some((cube(events, Decimal::NEGATIVE_ONE)?, cube(events.checked_add(Decimal::ONE)?, Decimal::ONE)?))
}
