//! Limits: exact numbers that values are held against.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::measure::ValueUnit;

/// A text that is no limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no limit (digits, at most one point, at most 18 digits, at most 9 after the point)")]
pub struct LimitError {
    text: String,
}

/// A limit: an exact number in the unit of its standard, kept as it is written.
///
/// Unlike [`Printed`](crate::measure::Printed) it stands for itself alone: "72" is 72, not 71.5 to 72.5. It has at most 18
/// digits, 9 of them after the point, so that whatever is worked out from it is exact. As JSON it is a text.
///
/// ```
/// use csc_kpi::standard::Limit;
///
/// let limit: Limit = "75.20".parse()?;
/// assert_eq!(limit.to_string(), "75.20");
/// assert_eq!(limit, "75.2".parse()?);
/// assert!("75,2".parse::<Limit>().is_err());
/// # Ok::<(), csc_kpi::standard::LimitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Limit(Decimal);

const MAX_PLACES: u32 = 9;
const MAX_MANTISSA: u128 = 10u128.pow(18);

impl Limit {
    /// The number.
    #[must_use]
    pub const fn value(self) -> Decimal {
        self.0
    }

    /// How many decimal places it needs: 1 for "75.20".
    #[must_use]
    pub fn places(self) -> u32 {
        self.0.normalize().scale()
    }

    /// As it is written, with the sign of its unit: "72%", "487 days", "59.9 per 10,000".
    #[must_use]
    pub fn in_unit(self, unit: ValueUnit) -> String {
        match unit {
            ValueUnit::Percent => format!("{self}%"),
            ValueUnit::Per10000 => format!("{self} per 10,000"),
            ValueUnit::Days => format!("{self} days"),
            ValueUnit::Count | ValueUnit::Number => self.to_string(),
        }
    }

    /// The sum, where it can be written exactly.
    pub(super) fn plus(self, other: Decimal) -> Option<Self> {
        let scale = self.0.scale().max(other.scale());
        let aligned = |number: Decimal| 10i128.checked_pow(scale - number.scale())?.checked_mul(number.mantissa());
        exactly(aligned(self.0)?.checked_add(aligned(other)?)?, scale).map(Self)
    }

    /// The difference, where it can be written exactly.
    pub(super) fn minus(self, other: Decimal) -> Option<Self> {
        self.plus(-other)
    }

    /// So many percent of its distance from zero, where that can be written exactly.
    pub(super) fn share(self, percent: Self) -> Option<Decimal> {
        let (of, percent) = (self.0.normalize(), percent.0.normalize());
        exactly(of.mantissa().checked_abs()?.checked_mul(percent.mantissa())?, of.scale() + percent.scale() + 2)
    }
}

fn exactly(mut mantissa: i128, mut scale: u32) -> Option<Decimal> {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

impl From<u32> for Limit {
    fn from(number: u32) -> Self {
        Self(Decimal::from(number))
    }
}

impl TryFrom<Decimal> for Limit {
    type Error = LimitError;

    fn try_from(number: Decimal) -> Result<Self, LimitError> {
        if number.scale() > MAX_PLACES || number.mantissa().unsigned_abs() >= MAX_MANTISSA {
            return Err(LimitError { text: number.to_string() });
        }
        Ok(Self(if number.is_zero() { number.abs() } else { number }))
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-'));
        Decimal::from_str_exact(text)
            .ok()
            .filter(|_| plain)
            .and_then(|number| Self::try_from(number).ok())
            .ok_or_else(|| LimitError { text: text.to_owned() })
    }
}

impl TryFrom<String> for Limit {
    type Error = LimitError;

    fn try_from(text: String) -> Result<Self, LimitError> {
        text.parse()
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}
