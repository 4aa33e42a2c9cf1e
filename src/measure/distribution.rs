//! Medians and quartiles, exact.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How often each number of days occurred.
///
/// # Quartiles
///
/// Linear interpolation between order statistics, as the inclusive quartile of spreadsheets: with `n` values the quartile
/// `q` stands at position `(n - 1) × q / 4`. They are exact: at most two decimal places.
///
/// ```
/// use csc_kpi::measure::Distribution;
///
/// let days: Distribution = [10, 20, 40, 45].into_iter().collect();
/// assert_eq!(days.median().unwrap().to_string(), "30");
/// assert_eq!(days.quartiles().unwrap().map(|q| q.to_string()), ["17.5", "30", "41.25"]);
/// assert_eq!(Distribution::default().median(), None);
/// // More than can be counted is as much as can be.
/// let many: Distribution = [(1, u64::MAX), (2, 5)].into_iter().collect();
/// assert_eq!((many.count(), many.median()), (u64::MAX, Some(1.into())));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<(i64, u64)>", into = "Vec<(i64, u64)>")]
pub struct Distribution {
    /// In order of days, each once, none with a count of 0.
    counts: Vec<(i64, u64)>,
}

/// A list of days and counts that names a number of days twice, counts it zero times, or counts more than can be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} days are counted twice, zero times, or too often")]
pub struct DistributionError(i64);

impl TryFrom<Vec<(i64, u64)>> for Distribution {
    type Error = DistributionError;

    fn try_from(mut pairs: Vec<(i64, u64)>) -> Result<Self, DistributionError> {
        let mut total = 0u64;
        for (days, count) in &pairs {
            total = total.checked_add(*count).filter(|_| *count > 0).ok_or(DistributionError(*days))?;
        }
        pairs.sort_unstable();
        match pairs.windows(2).find(|pair| pair.first().map(|a| a.0) == pair.last().map(|b| b.0)) {
            Some(twice) => Err(DistributionError(twice.first().map_or(0, |(days, _)| *days))),
            None => Ok(Self { counts: pairs }),
        }
    }
}

impl From<Distribution> for Vec<(i64, u64)> {
    fn from(distribution: Distribution) -> Self {
        distribution.counts
    }
}

impl FromIterator<i64> for Distribution {
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Self {
        values.into_iter().map(|value| (value, 1)).collect()
    }
}

impl FromIterator<(i64, u64)> for Distribution {
    fn from_iter<I: IntoIterator<Item = (i64, u64)>>(counted: I) -> Self {
        let mut counts: Vec<_> = counted.into_iter().filter(|(_, count)| *count > 0).collect();
        counts.sort_unstable_by_key(|(days, _)| *days);
        counts.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 = if same { kept.1.saturating_add(next.1) } else { kept.1 };
            same
        });
        Self { counts }
    }
}

impl Distribution {
    /// Of counts in order of days, each number of days once, none with a count of 0.
    pub(crate) fn of_ordered(counts: Vec<(i64, u64)>) -> Self {
        Self { counts }
    }

    /// How many values there are; [`u64::MAX`] where there are more.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Each number of days that occurred, with how often, in order.
    pub fn counts(&self) -> impl Iterator<Item = (i64, u64)> {
        self.counts.iter().copied()
    }

    /// How many values are above `days`; [`u64::MAX`] where there are more.
    #[must_use]
    pub fn above(&self, days: i64) -> u64 {
        let above = self.counts.iter().filter(|(value, _)| *value > days);
        above.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// The value at this place in order, from 0.
    fn nth(&self, place: u64) -> Option<i64> {
        let mut seen = 0u64;
        self.counts
            .iter()
            .find(|(_, count)| {
                seen = seen.saturating_add(*count);
                place < seen
            })
            .map(|(days, _)| *days)
    }

    /// Where a quartile stands: the place of a value in order, from 0, and the quarters of the way to the next one.
    fn place_of_quartile(&self, quarter: u64) -> Option<(u64, i64)> {
        let last = self.count().checked_sub(1)?;
        let position = u128::from(last) * u128::from(quarter);
        Some((u64::try_from(position / 4).ok()?, i64::try_from(position % 4).ok()?))
    }

    /// The values that the quartiles are made of, each with its place in order, from 0.
    pub(crate) fn behind_quartiles(&self) -> impl Iterator<Item = (u64, i64)> {
        let places = (1..=3).filter_map(|quarter| self.place_of_quartile(quarter));
        let places = places.flat_map(|(place, quarters)| [Some(place), (quarters > 0).then_some(place + 1)]);
        places.flatten().filter_map(|place| Some((place, self.nth(place)?)))
    }

    fn quartile(&self, quarter: u64) -> Option<Decimal> {
        let (place, quarters) = self.place_of_quartile(quarter)?;
        let low = self.nth(place)?;
        let high = if quarters == 0 { low } else { self.nth(place + 1)? };
        let hundredths = i128::from(low) * 100 + (i128::from(high) - i128::from(low)) * i128::from(quarters) * 25;
        Decimal::try_from_i128_with_scale(hundredths, 2).ok().map(|value| value.normalize())
    }

    /// The median; `None` where there are no values.
    #[must_use]
    pub fn median(&self) -> Option<Decimal> {
        self.quartile(2)
    }

    /// Lower quartile, median, upper quartile; `None` where there are no values.
    #[must_use]
    pub fn quartiles(&self) -> Option<[Decimal; 3]> {
        Some([self.quartile(1)?, self.quartile(2)?, self.quartile(3)?])
    }
}
