//! Exact arithmetic on values: two values on one denominator, in 256 bits, so that nothing is rounded and nothing overflows.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::good::ExactNumber;
use crate::measure::Value;

/// An unsigned whole number of 256 bits. Products and sums stop at the greatest; see [`Pair`] for why they never get there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    const MAX: Self = Self { high: u128::MAX, low: u128::MAX };

    const fn of(low: u128) -> Self {
        Self { high: 0, low }
    }

    fn product(first: u128, second: u128) -> Self {
        const HALF: u128 = u64::MAX as u128;
        let (a, b) = (first >> 64, first & HALF);
        let (c, d) = (second >> 64, second & HALF);
        let (low, one, other) = (b * d, a * d, b * c);
        let middle = (low >> 64) + (one & HALF) + (other & HALF);
        Self { high: a * c + (one >> 64) + (other >> 64) + (middle >> 64), low: (middle << 64) | (low & HALF) }
    }

    fn times(self, factor: u128) -> Self {
        let product = Self::product(self.low, factor);
        let high = self.high.checked_mul(factor).and_then(|high| high.checked_add(product.high));
        high.map_or(Self::MAX, |high| Self { high, low: product.low })
    }

    fn plus(self, other: Self) -> Self {
        let (low, over) = self.low.overflowing_add(other.low);
        let high = self.high.checked_add(other.high).and_then(|high| high.checked_add(u128::from(over)));
        high.map_or(Self::MAX, |high| Self { high, low })
    }

    /// The greater less the smaller.
    fn apart(self, other: Self) -> Self {
        let (more, less) = if self >= other { (self, other) } else { (other, self) };
        let (low, under) = more.low.overflowing_sub(less.low);
        Self { high: more.high - less.high - u128::from(under), low }
    }

    const fn bit(self, place: u32) -> u128 {
        if place < 128 { (self.low >> place) & 1 } else { (self.high >> (place - 128)) & 1 }
    }

    /// Quotient, stopped at the greatest `u128`, and remainder, by long division; a divisor has fewer than 256 bits and is not
    /// zero.
    fn divided_by(self, divisor: Self) -> (u128, Self) {
        let (mut quotient, mut rest) = (0u128, Self::default());
        for place in (0..256).rev() {
            rest = rest.plus(rest).plus(Self::of(self.bit(place)));
            let fits = u128::from(rest >= divisor);
            if fits == 1 {
                rest = rest.apart(divisor);
            }
            quotient = quotient.checked_mul(2).and_then(|twice| twice.checked_add(fits)).unwrap_or(u128::MAX);
        }
        (quotient, rest)
    }
}

/// A whole number of 256 bits with a sign; zero has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    negative: bool,
    size: Wide,
}

impl Signed {
    fn new(negative: bool, size: Wide) -> Self {
        Self { negative: negative && size != Wide::default(), size }
    }

    fn minus(self, other: Self) -> Self {
        if self.negative != other.negative {
            return Self::new(self.negative, self.size.plus(other.size));
        }
        Self::new(self.negative != (self.size < other.size), self.size.apart(other.size))
    }

    fn without_sign(self) -> Self {
        Self { negative: false, size: self.size }
    }

    pub(super) fn sign(self) -> Ordering {
        if self.negative { Ordering::Less } else { self.size.cmp(&Wide::default()) }
    }
}

/// A value as a whole number over a whole number.
struct Fraction {
    negative: bool,
    numerator: u128,
    denominator: u128,
}

impl Fraction {
    fn of(value: &Value) -> Option<Self> {
        let of = |numerator: u64, scale: u128, denominator: u64| Self {
            negative: false,
            numerator: u128::from(numerator) * scale,
            denominator: u128::from(denominator),
        };
        let fraction = match value {
            Value::Percent(ratio) => of(ratio.numerator(), 100, ratio.denominator()),
            Value::Rate(rate) => of(rate.count(), 10_000, rate.population().residents),
            Value::Count(count) => of(*count, 1, 1),
            Value::Days(number) | Value::Number(number) => Self {
                negative: number.is_sign_negative(),
                numerator: number.mantissa().unsigned_abs(),
                denominator: 10u128.checked_pow(number.scale())?,
            },
        };
        (fraction.denominator > 0).then_some(fraction)
    }
}

fn common_divisor(mut one: u128, mut other: u128) -> u128 {
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// Parts of a unit in which a mark is whole.
const PARTS: u128 = 1_000_000_000;

/// Two values of one unit as whole numbers of the same small part of the unit: a [`PARTS`]th of a common denominator.
///
/// Shares and rates have numerators below 2^78 and denominators below 2^64, so a common one below 2^128; decimals have numerators
/// below 2^96 and powers of ten up to 10^28; marks are below 2^90 parts. So every number here is below 2^230.
pub(super) struct Pair {
    pub(super) one: Signed,
    pub(super) other: Signed,
    denominator: u128,
}

impl Pair {
    /// `None` where a value has no denominator.
    pub(super) fn of(one: &Value, other: &Value) -> Option<Self> {
        let (one, other) = (Fraction::of(one)?, Fraction::of(other)?);
        let divisor = common_divisor(one.denominator, other.denominator);
        let denominator = (one.denominator / divisor).checked_mul(other.denominator)?;
        let whole = |fraction: &Fraction| {
            let size = Wide::product(fraction.numerator, denominator / fraction.denominator).times(PARTS);
            Signed::new(fraction.negative, size)
        };
        Some(Self { one: whole(&one), other: whole(&other), denominator })
    }

    /// `mark` in the same parts.
    pub(super) fn mark(&self, mark: ExactNumber) -> Signed {
        let parts = mark.parts();
        Signed::new(parts < 0, Wide::product(parts.unsigned_abs(), self.denominator))
    }

    /// One less the other.
    pub(super) fn difference(&self) -> Signed {
        self.one.minus(self.other)
    }

    /// How far one is from `aim`, less how far the other is.
    pub(super) fn difference_in_distance(&self, aim: ExactNumber) -> Signed {
        let aim = self.mark(aim);
        self.one.minus(aim).without_sign().minus(self.other.minus(aim).without_sign())
    }

    /// The sign of `number`, [`Ordering::Equal`] where it is no further from zero than `band`.
    pub(super) fn sign_beyond(&self, number: Signed, band: ExactNumber) -> Ordering {
        if number.size <= self.mark(band).size { Ordering::Equal } else { number.sign() }
    }

    /// `number` in whole units, rounded half away from zero to at most nine decimal places; `None` where it needs more than 28
    /// digits.
    pub(super) fn rounded(&self, number: Signed, places: u32) -> Option<Decimal> {
        let places = places.min(9);
        let shift = 10u128.checked_pow(places)?;
        let unit = Wide::product(PARTS, self.denominator);
        let (whole, rest) = number.size.divided_by(unit);
        let (digits, _) = rest.times(2 * shift).plus(unit).divided_by(unit.times(2));
        let size = i128::try_from(whole.checked_mul(shift)?.checked_add(digits)?).ok()?;
        Decimal::try_from_i128_with_scale(if number.negative { -size } else { size }, places).ok()
    }
}
