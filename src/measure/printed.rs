//! Numbers as they are printed: rounded, with the number of decimal places that says how far.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::value::Value;

/// A text that is no printed number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no number (digits, at most one point, at most 28 digits)")]
pub struct PrintedError {
    text: String,
}

/// A number as somebody printed it: rounded half away from zero to the decimal places it shows.
///
/// "69" stands for anything from 68.5, inclusive, to 69.5, exclusive; "69.0" for 68.95 to 69.05. So the places count, and a
/// number written as JSON is a text.
///
/// ```
/// use std::cmp::Ordering;
///
/// use csc_kpi::measure::{Printed, Ratio, Value};
///
/// let neighbours: Printed = "69".parse()?;
/// let local = |n| Value::Percent(Ratio::new(n, 1_000).unwrap());
/// assert_eq!(neighbours.order_of(&local(695)), Some(Ordering::Greater));
/// // Inside the rounding of the benchmark: nobody can say which is higher.
/// assert_eq!(neighbours.order_of(&local(694)), Some(Ordering::Equal));
/// # Ok::<(), csc_kpi::measure::PrintedError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Printed(Decimal);

impl Printed {
    /// The number itself.
    #[must_use]
    pub const fn value(self) -> Decimal {
        self.0
    }

    /// To how many decimal places it was rounded.
    #[must_use]
    pub const fn places(self) -> u32 {
        self.0.scale()
    }

    /// Half a unit in its last place: how far what it stands for can be from it.
    #[must_use]
    pub fn half_unit(self) -> Decimal {
        Decimal::try_from_i128_with_scale(5, self.places() + 1).unwrap_or_default()
    }

    /// Where `value` lies to what this number stands for: [`Ordering::Equal`] where the difference is inside the rounding, so
    /// that the two cannot be told apart; `None` where `value` has no denominator.
    #[must_use]
    pub fn order_of(self, value: &Value) -> Option<Ordering> {
        let negative = self.0.is_sign_negative() && !self.0.is_zero();
        let half = self.half_unit();
        // Beyond 28 digits the half unit is lost, and the number stands for itself.
        let low = self.0.checked_sub(half).unwrap_or(self.0);
        let high = self.0.checked_add(half).unwrap_or(self.0);
        let (to_low, to_high) = (value.compared_with(low)?, value.compared_with(high)?);
        // The end nearer to zero rounds to this number, the other away from it.
        let below = to_low == Ordering::Less || (negative && to_low == Ordering::Equal);
        let above = to_high == Ordering::Greater || (!negative && to_high == Ordering::Equal);
        Some(match (below, above) {
            (true, _) => Ordering::Less,
            (_, true) => Ordering::Greater,
            _ => Ordering::Equal,
        })
    }
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Printed {
    type Err = PrintedError;

    fn from_str(text: &str) -> Result<Self, PrintedError> {
        let refused = || PrintedError { text: text.to_owned() };
        let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+'));
        // One place more than is shown must be writable, for the half unit.
        match Decimal::from_str_exact(text) {
            Ok(number) if plain && number.scale() < 28 => Ok(Self(number)),
            _ => Err(refused()),
        }
    }
}

impl TryFrom<String> for Printed {
    type Error = PrintedError;

    fn try_from(text: String) -> Result<Self, PrintedError> {
        text.parse()
    }
}

impl From<Printed> for String {
    fn from(printed: Printed) -> Self {
        printed.to_string()
    }
}
