//! Bands: the number line in pieces, without gap or overlap.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::cut::Cut;
use crate::measure::Value;

/// Cuts and bands that do not divide the number line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BandsError {
    /// A cut that does not lie right of the one before it.
    #[error("the cut {1} does not lie right of the cut {0}")]
    NotIncreasing(Cut, Cut),
    /// Not one band more than cuts.
    #[error("{cuts} cuts make {} bands, not {bands}", cuts + 1)]
    Number {
        /// How many cuts there are.
        cuts: usize,
        /// How many bands are given.
        bands: usize,
    },
}

/// The number line divided by strictly increasing cuts: one band more than cuts, and every value in exactly one.
///
/// A gap or an overlap cannot be written, because a band has no ends of its own.
///
/// ```
/// use csc_kpi::measure::Value;
/// use csc_kpi::standard::Bands;
///
/// let bands = Bands::new(vec!["before 8".parse()?, "after 12".parse()?], vec!["low", "expected", "high"])?;
/// let of = |count| *bands.band_of(&Value::Count(count)).unwrap();
/// assert_eq!([7, 8, 12, 13].map(of), ["low", "expected", "expected", "high"]);
/// assert!(Bands::new(vec!["after 8".parse()?, "before 8".parse()?], vec![1, 2, 3]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    try_from = "Form<T>",
    into = "Form<T>",
    bound(serialize = "T: Clone + Serialize", deserialize = "T: Deserialize<'de>")
)]
pub struct Bands<T> {
    cuts: Vec<Cut>,
    bands: Vec<T>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form<T> {
    cuts: Vec<Cut>,
    bands: Vec<T>,
}

impl<T> TryFrom<Form<T>> for Bands<T> {
    type Error = BandsError;

    fn try_from(form: Form<T>) -> Result<Self, BandsError> {
        Self::new(form.cuts, form.bands)
    }
}

impl<T> From<Bands<T>> for Form<T> {
    fn from(bands: Bands<T>) -> Self {
        Self { cuts: bands.cuts, bands: bands.bands }
    }
}

impl<T> Bands<T> {
    /// `bands` from the lowest to the highest, divided by `cuts`.
    ///
    /// # Errors
    ///
    /// [`BandsError`] where the cuts do not strictly increase, or there is not one band more than cuts.
    pub fn new(cuts: Vec<Cut>, bands: Vec<T>) -> Result<Self, BandsError> {
        if bands.len() != cuts.len() + 1 {
            return Err(BandsError::Number { cuts: cuts.len(), bands: bands.len() });
        }
        match cuts.iter().zip(cuts.iter().skip(1)).find(|(left, right)| left >= right) {
            Some((left, right)) => Err(BandsError::NotIncreasing(*left, *right)),
            None => Ok(Self { cuts, bands }),
        }
    }

    /// The cuts, from left to right.
    #[must_use]
    pub fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// The bands, from the lowest to the highest.
    #[must_use]
    pub fn bands(&self) -> &[T] {
        &self.bands
    }

    /// The band that holds `value`; `None` where the value has no denominator.
    #[must_use]
    pub fn band_of(&self, value: &Value) -> Option<&T> {
        self.bands.get(self.index_of(value)?)
    }

    /// Which band holds `value`, the lowest being 0; `None` where the value has no denominator.
    #[must_use]
    pub fn index_of(&self, value: &Value) -> Option<usize> {
        value.compared_with(Decimal::ZERO).and_then(|_| self.index_by(|cut| cut.order_of(value)))
    }

    pub(super) fn index_by(&self, order: impl Fn(Cut) -> Option<Ordering>) -> Option<usize> {
        self.cuts.iter().try_fold(0, |index, cut| Some(index + usize::from(order(*cut)? == Ordering::Greater)))
    }
}
