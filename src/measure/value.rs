//! A value with its unit, exact: what a standard judges and a comparison compares.

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::rate::Rate;
use super::ratio::Ratio;
use super::rounding::round_half_up;

/// In which unit a [`Value`] counts. Values of different units are never compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueUnit {
    /// Percent, 0 to 100.
    Percent,
    /// Per 10,000 residents.
    Per10000,
    /// Whole units: children, episodes.
    Count,
    /// Days.
    Days,
    /// A number without a unit: a mean score.
    Number,
}

/// An exact value: a share, a rate, a count, days, or a number.
///
/// A share and a rate keep their counts, so that a comparison with a limit is exact and rounding is done once.
///
/// ```
/// use std::cmp::Ordering;
///
/// use csc_kpi::Decimal;
/// use csc_kpi::measure::{Ratio, Value};
///
/// let third = Value::Percent(Ratio::new(1, 3)?);
/// let limit = |text: &str| text.parse::<Decimal>().unwrap();
/// assert_eq!(third.compared_with(limit("33.3333333333333333333333333")), Some(Ordering::Greater));
/// assert_eq!(third.rounded(0), Some(limit("33")));
/// assert_eq!(Value::Percent(Ratio::new(0, 0)?).rounded(0), None);
/// # Ok::<(), csc_kpi::measure::RatioError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A share in percent.
    Percent(Ratio),
    /// A rate per 10,000.
    Rate(Rate),
    /// A count.
    Count(u64),
    /// Days, such as a median.
    Days(#[serde(with = "rust_decimal::serde::str")] Decimal),
    /// A number without a unit.
    Number(#[serde(with = "rust_decimal::serde::str")] Decimal),
}

impl Value {
    /// In which unit it counts.
    #[must_use]
    pub const fn unit(&self) -> ValueUnit {
        match self {
            Self::Percent(_) => ValueUnit::Percent,
            Self::Rate(_) => ValueUnit::Per10000,
            Self::Count(_) => ValueUnit::Count,
            Self::Days(_) => ValueUnit::Days,
            Self::Number(_) => ValueUnit::Number,
        }
    }

    /// How it stands to `limit`, in the unit of the value, from the exact counts; `None` where the denominator is empty.
    #[must_use]
    pub fn compared_with(&self, limit: Decimal) -> Option<Ordering> {
        match self {
            Self::Percent(ratio) => compare_quotient(100, ratio.numerator(), ratio.denominator(), limit),
            Self::Rate(rate) => compare_quotient(10_000, rate.count(), rate.population().residents, limit),
            Self::Count(count) => Some(Decimal::from(*count).cmp(&limit)),
            Self::Days(number) | Self::Number(number) => Some(number.cmp(&limit)),
        }
    }

    /// As a decimal of up to 28 significant digits; `None` where the denominator is empty.
    #[must_use]
    pub fn decimal(&self) -> Option<Decimal> {
        match self {
            Self::Percent(ratio) => ratio.percent(),
            Self::Rate(rate) => Some(rate.per_10_000()),
            Self::Count(count) => Some(Decimal::from(*count)),
            Self::Days(number) | Self::Number(number) => Some(*number),
        }
    }

    /// Rounded half away from zero to `places` decimal places, once, from the exact value; a count stays whole. `None`
    /// where the denominator is empty.
    #[must_use]
    pub fn rounded(&self, places: u32) -> Option<Decimal> {
        match self {
            Self::Percent(ratio) => ratio.rounded_percent(places),
            Self::Rate(rate) => Some(rate.shown(places)),
            Self::Count(count) => Some(Decimal::from(*count)),
            Self::Days(number) | Self::Number(number) => Some(round_half_up(*number, places)),
        }
    }

    /// How many units stand behind it: the denominator of a share, the children of a rate, the count itself; `None` where
    /// the value does not say.
    #[must_use]
    pub const fn units_behind(&self) -> Option<u64> {
        match self {
            Self::Percent(ratio) => Some(ratio.denominator()),
            Self::Rate(rate) => Some(rate.count()),
            Self::Count(count) => Some(*count),
            Self::Days(_) | Self::Number(_) => None,
        }
    }

    /// As printed with so many decimal places and its unit's sign: "84%", "91.7", "418"; `None` where there is no value.
    #[must_use]
    pub fn shown(&self, places: u32) -> Option<String> {
        let rounded = self.rounded(places)?;
        Some(if self.unit() == ValueUnit::Percent { format!("{rounded}%") } else { rounded.to_string() })
    }
}

impl fmt::Display for ValueUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Percent => "percent",
            Self::Per10000 => "per 10,000",
            Self::Count => "count",
            Self::Days => "days",
            Self::Number => "number",
        })
    }
}

/// `scale × numerator ÷ denominator` against `limit`: whole part first, then digit by digit, so that nothing is rounded and
/// nothing overflows.
fn compare_quotient(scale: u32, numerator: u64, denominator: u64, limit: Decimal) -> Option<Ordering> {
    if denominator == 0 {
        return None;
    }
    if limit.is_sign_negative() && !limit.is_zero() {
        return Some(Ordering::Greater);
    }
    let denominator = u128::from(denominator);
    let product = u128::from(numerator) * u128::from(scale);
    let mantissa = limit.mantissa().unsigned_abs();
    let mut unit = 10u128.checked_pow(limit.scale())?;
    let (mut mine, mut theirs) = (product % denominator, mantissa % unit);
    let mut order = (product / denominator).cmp(&(mantissa / unit));
    while order == Ordering::Equal && unit > 1 {
        unit /= 10;
        mine *= 10;
        order = (mine / denominator).cmp(&(theirs / unit));
        (mine, theirs) = (mine % denominator, theirs % unit);
    }
    Some(order.then(mine.cmp(&0)))
}
