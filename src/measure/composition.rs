//! Counts and their named parts.

use std::sync::Arc;

use super::ratio::Ratio;

/// Parts that add up to more than the count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the parts add up to {parts}, more than the count {count}")]
pub struct CompositionError {
    parts: u64,
    count: u64,
}

/// A count, and how it divides into named parts; what is in none of them is the rest.
///
/// ```
/// use csc_kpi::measure::Composition;
///
/// let parts = vec![("S47".to_owned(), 3), ("S17".to_owned(), 5)];
/// let routes = Composition::new(10, parts)?;
/// assert_eq!((routes.part("S17"), routes.part("S20"), routes.in_no_part()), (Some(5), None, 2));
/// assert_eq!(routes.parts().collect::<Vec<_>>(), [("S47", 3), ("S17", 5)]);
/// # Ok::<(), csc_kpi::measure::CompositionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Composition {
    count: u64,
    /// As many as there are counts of parts; shared by all readings of an indicator.
    names: Arc<[String]>,
    counts: Vec<u64>,
}

impl Composition {
    /// `count` units, of which the parts say how many are in each.
    ///
    /// # Errors
    ///
    /// [`CompositionError`] where the parts add up to more than the count.
    pub fn new(count: u64, parts: Vec<(String, u64)>) -> Result<Self, CompositionError> {
        match parts.iter().try_fold(0u64, |sum, (_, part)| sum.checked_add(*part)) {
            Some(sum) if sum <= count => {
                let (names, counts): (Vec<String>, _) = parts.into_iter().unzip();
                Ok(Self { count, names: names.into(), counts })
            }
            sum => Err(CompositionError { parts: sum.unwrap_or(u64::MAX), count }),
        }
    }

    /// The parts with these names, how many units each has by `counter`, and how many units are in none of them.
    pub(crate) fn of(names: &Arc<[String]>, counter: impl FnMut(usize) -> u64, rest: u64) -> Self {
        let counts: Vec<u64> = (0..names.len()).map(counter).collect();
        let count = counts.iter().fold(rest, |sum, part| sum.saturating_add(*part));
        Self { count, names: Arc::clone(names), counts }
    }

    /// The names of the parts, in the order of the definition.
    pub(crate) const fn names(&self) -> &Arc<[String]> {
        &self.names
    }

    /// All units.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The parts with how many units are in each, in the order of the definition.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = (&str, u64)> + Clone {
        self.names.iter().map(String::as_str).zip(self.counts.iter().copied())
    }

    /// How many units are in the part with this name; `None` where there is no such part.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<u64> {
        self.parts().find(|(part, _)| *part == name).map(|(_, count)| count)
    }

    /// The share of the part with this name in the count.
    #[must_use]
    pub fn share(&self, name: &str) -> Option<Ratio> {
        Ratio::new(self.part(name)?, self.count).ok()
    }

    /// How many units are in no part.
    #[must_use]
    pub fn in_no_part(&self) -> u64 {
        self.counts.iter().fold(self.count, |rest, part| rest.saturating_sub(*part))
    }
}
