//! Medians and quartiles, exact.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ledger::COMMON_DAYS;

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
    /// How often each number of days from 0 occurred, below [`COMMON_DAYS`] and up to the last that did.
    common: Vec<u64>,
    /// All other numbers of days in order, each once, none with a count of 0.
    others: Vec<(i64, u64)>,
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
            None => Ok(pairs.into_iter().collect()),
        }
    }
}

impl From<Distribution> for Vec<(i64, u64)> {
    fn from(distribution: Distribution) -> Self {
        distribution.counts().collect()
    }
}

impl FromIterator<i64> for Distribution {
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Self {
        values.into_iter().map(|value| (value, 1)).collect()
    }
}

impl FromIterator<(i64, u64)> for Distribution {
    fn from_iter<I: IntoIterator<Item = (i64, u64)>>(counted: I) -> Self {
        Self::of(Vec::new(), counted)
    }
}

/// The place in the row of common numbers of days.
fn common_place(days: i64) -> Option<usize> {
    usize::try_from(days).ok().filter(|place| *place < COMMON_DAYS)
}

impl Distribution {
    /// Of how often each number of days from 0 occurred, below [`COMMON_DAYS`], and what is to be counted beside them.
    pub(crate) fn of(mut common: Vec<u64>, counted: impl IntoIterator<Item = (i64, u64)>) -> Self {
        common.truncate(COMMON_DAYS);
        let mut others = Vec::new();
        for (days, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
            match common_place(days) {
                Some(place) => {
                    common.resize(common.len().max(place + 1), 0);
                    if let Some(sum) = common.get_mut(place) {
                        *sum = sum.saturating_add(count);
                    }
                }
                None => others.push((days, count)),
            }
        }
        others.sort_unstable_by_key(|(days, _)| *days);
        others.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 = if same { kept.1.saturating_add(next.1) } else { kept.1 };
            same
        });
        let last = common.iter().rposition(|count| *count > 0);
        common.truncate(last.map_or(0, |last| last + 1));
        Self { common, others }
    }

    /// How many values there are; [`u64::MAX`] where there are more.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts().fold(0, |sum, (_, count)| sum.saturating_add(count))
    }

    /// Each number of days that occurred, with how often, in order.
    pub fn counts(&self) -> impl Iterator<Item = (i64, u64)> {
        let (below, above) = self.others.split_at(self.others.partition_point(|(days, _)| *days < 0));
        let common = (0..).zip(&self.common).filter(|(_, count)| **count > 0);
        below.iter().copied().chain(common.map(|(days, count)| (days, *count))).chain(above.iter().copied())
    }

    /// How many values are above `days`; [`u64::MAX`] where there are more.
    #[must_use]
    pub fn above(&self, days: i64) -> u64 {
        let above = self.counts().filter(|(value, _)| *value > days);
        above.fold(0, |sum, (_, count)| sum.saturating_add(count))
    }

    /// The value at this place in order, from 0.
    fn nth(&self, place: u64) -> Option<i64> {
        let mut seen = 0u64;
        let mut counts = self.counts();
        let found = counts.find(|(_, count)| {
            seen = seen.saturating_add(*count);
            place < seen
        });
        found.map(|(days, _)| days)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_row_and_what_stands_beside_it_are_as_one_list(
            row in prop::collection::vec(0..3_u64, 0..12),
            beside in prop::collection::vec(
                (prop_oneof![-2..14_i64, 254..259_i64, Just(i64::MIN), Just(i64::MAX)], 0..3_u64), 0..8),
        ) {
            let all: Vec<(i64, u64)> = (0..).zip(row.iter().copied()).chain(beside.iter().copied()).collect();
            let mut days: Vec<i64> = all.iter().filter(|(_, count)| *count > 0).map(|(days, _)| *days).collect();
            days.sort_unstable();
            days.dedup();
            let count_of = |of: i64| -> u64 { all.iter().filter(|(days, _)| *days == of).map(|(_, count)| count).sum() };
            let counted: Vec<(i64, u64)> = days.iter().map(|of| (*of, count_of(*of))).collect();
            let distribution = Distribution::of(row, beside);
            prop_assert_eq!(distribution.counts().collect::<Vec<_>>(), counted.clone());
            prop_assert_eq!(&distribution, &all.into_iter().collect());
            // Written and read it is the same, and so takes the same form.
            prop_assert_eq!(Distribution::try_from(counted), Ok(distribution));
        }
    }
}
