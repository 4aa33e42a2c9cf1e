//! The small part of a ledger that can be shared: tallies of chosen readings.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::engine::EngineError;
use super::reading::{Figure, Reading};
use crate::calendar::{Basis, WorkingDays};
use crate::indicator::{Definition, Shape, Timing};
use crate::ledger::{Ledger, MergeError};
use crate::measure::{Composition, Distribution, Tally};

/// The tallies of chosen readings, with the terms under which they were judged: no child, no family, no day of an event.
///
/// Teams add up to an authority, authorities to a region: counts are added, and the percentage is worked out of the sums,
/// never a mean of percentages. Days are added as they are distributed, so that a median is that of all.
///
/// # What it does not hold
///
/// A population: a rate is worked out of the sum and the population of the whole, see [`Reading::rate`].
///
/// # What the caller answers for
///
/// The parts hold different children. Sibling groups are added as counts, so that the sum is right only where no family has
/// a met unit in two parts; a [`Ledger`] knows families by id, and counts one that spans ledgers once. Small counts stand
/// in a partial as they are.
///
/// ```
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::indicator::catalogue;
/// use csc_kpi::record::Referral;
/// use csc_kpi::{Dataset, Engine, NaiveDate, Partial};
///
/// let day = |d| NaiveDate::from_ymd_opt(2018, 5, d).unwrap();
/// let engine = Engine::new(catalogue::standard());
/// let of = |records: Vec<Referral>| -> Result<Partial, csc_kpi::EngineError> {
///     let dataset: Dataset = records.into_iter().collect();
///     engine.run(&dataset)?.partial([("ECS 14a", Basis::InQuarter, day(31))])
/// };
/// let north = of(vec![Referral::new("R1", "C1", day(2)), Referral::new("R2", "C1", day(9))])?;
/// let mut region = of((1..=3).map(|n| Referral::new(format!("R{n}"), format!("C{n}"), day(n))).collect())?;
/// region.merge(&north).unwrap();
/// // One of five, and not the mean of 50% and 0%.
/// assert_eq!(region.readings()[0].shown(0).as_deref(), Some("20%"));
/// # Ok::<(), csc_kpi::EngineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Partial {
    definitions: Vec<Arc<Definition>>,
    known_at: Option<NaiveDate>,
    working_days: WorkingDays,
    readings: Vec<Reading>,
}

/// A written partial that contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartialError {
    /// A definition that no reading is of, or two of one key.
    #[error("no reading is of the definition {0}, or it is there twice")]
    Definition(String),
    /// A reading of no definition, of another version or shape, or on a basis the indicator has not.
    #[error("the reading of {0} is not one of its definition")]
    Reading(String),
    /// A reading of a stratum, or pinned to another day than the partial.
    #[error("the reading of {0} is of a stratum, or pinned to another day")]
    Terms(String),
    /// The same reading twice.
    #[error("the reading of {0} is there twice")]
    Repeated(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    definitions: Vec<Arc<Definition>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known_at: Option<NaiveDate>,
    working_days: WorkingDays,
    readings: Vec<Reading>,
}

impl From<Partial> for Form {
    fn from(partial: Partial) -> Self {
        let Partial { definitions, known_at, working_days, readings } = partial;
        Self { definitions, known_at, working_days, readings }
    }
}

impl TryFrom<Form> for Partial {
    type Error = PartialError;

    fn try_from(form: Form) -> Result<Self, PartialError> {
        for (at, definition) in form.definitions.iter().enumerate() {
            let key = definition.key();
            let again = form.definitions.iter().skip(at + 1).any(|other| other.key() == key);
            if again || !form.readings.iter().any(|reading| reading.indicator() == key) {
                return Err(PartialError::Definition(key));
            }
        }
        for (at, reading) in form.readings.iter().enumerate() {
            let key = reading.indicator();
            let definition = form.definitions.iter().find(|definition| definition.key() == key);
            if !definition.is_some_and(|definition| is_of(reading, definition)) {
                return Err(PartialError::Reading(key.to_owned()));
            }
            if reading.stratum().is_some() || reading.known_at() != form.known_at {
                return Err(PartialError::Terms(key.to_owned()));
            }
            if form.readings.iter().skip(at + 1).any(|other| name(other) == name(reading)) {
                return Err(PartialError::Repeated(key.to_owned()));
            }
        }
        let Form { definitions, known_at, working_days, readings } = form;
        Ok(Self { definitions, known_at, working_days, readings })
    }
}

/// What tells the readings of a partial apart.
fn name(reading: &Reading) -> (&str, Basis, NaiveDate) {
    (reading.indicator(), reading.basis(), reading.as_at())
}

/// Whether a definition has such a reading.
fn is_of(reading: &Reading, definition: &Definition) -> bool {
    let shape = match (&definition.shape, reading.figure()) {
        (Shape::Proportion(theirs), Figure::Proportion(_, pending)) => theirs == pending,
        (Shape::Composition(parts), Figure::Composition(composition)) => {
            parts.iter().eq(composition.parts().iter().map(|(part, _)| part))
        }
        (Shape::Distribution, Figure::Distribution(_)) => true,
        _ => false,
    };
    shape
        && reading.version() == definition.version
        && (definition.timing == Timing::Stock) == (reading.basis() == Basis::AsAt)
        && reading.sibling_groups().is_some() == definition.sibling_groups
}

impl Ledger {
    /// The tallies of the readings chosen by key, basis and day, to be shared; one chosen twice is there once.
    ///
    /// # Errors
    ///
    /// As [`Ledger::reading`].
    pub fn partial<'a>(
        &self,
        chosen: impl IntoIterator<Item = (&'a str, Basis, NaiveDate)>,
    ) -> Result<Partial, EngineError> {
        let mut readings: Vec<Reading> = Vec::new();
        for (indicator, basis, as_at) in chosen {
            if !readings.iter().any(|reading| name(reading) == (indicator, basis, as_at)) {
                readings.push(self.reading(indicator, basis, as_at)?);
            }
        }
        let header = self.header();
        let of_them = header.definitions.iter().zip(&header.keys);
        let definitions = of_them
            .filter(|(_, key)| readings.iter().any(|reading| *reading.indicator() == ***key))
            .map(|(definition, _)| Arc::clone(definition))
            .collect();
        Ok(Partial { definitions, known_at: header.known_at, working_days: header.working_days.clone(), readings })
    }
}

impl Partial {
    /// The readings, in the order in which they were chosen.
    #[must_use]
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// The definitions of their indicators.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter().map(AsRef::as_ref)
    }

    /// The day the calculation is pinned to.
    #[must_use]
    pub const fn known_at(&self) -> Option<NaiveDate> {
        self.known_at
    }

    /// Adds the tallies of `other`, which are of other children. The partial of a ledger with nothing in it is the unit.
    ///
    /// # Errors
    ///
    /// [`MergeError`] where the two hold different readings, were not judged under the same terms, or add up to more than can
    /// be counted; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), MergeError> {
        self.put_together(other, u64::checked_add)
    }

    /// Takes back the tallies of `other`, which were added before.
    ///
    /// # Errors
    ///
    /// As [`Partial::merge`], and where a tally of `other` is more than there is; nothing is taken back then.
    pub fn retract(&mut self, other: &Self) -> Result<(), MergeError> {
        self.put_together(other, u64::checked_sub)
    }

    fn put_together(&mut self, other: &Self, with: Operation) -> Result<(), MergeError> {
        if let Some(error) = MergeError::of_definitions(&self.definitions, &other.definitions) {
            return Err(error);
        }
        if self.known_at != other.known_at {
            return Err(MergeError::KnownAt(self.known_at, other.known_at));
        }
        if let Some(error) = MergeError::of_working_days(&self.working_days, &other.working_days) {
            return Err(error);
        }
        let shown = |reading: Option<&Reading>| {
            reading.map_or_else(
                || "no other".to_owned(),
                |reading| format!("{} {} as at {}", reading.indicator(), reading.basis(), reading.as_at()),
            )
        };
        let most = self.readings.len().max(other.readings.len());
        for at in 0..most {
            let (mine, theirs) = (self.readings.get(at), other.readings.get(at));
            if mine.map(name) != theirs.map(name) {
                return Err(MergeError::Readings(format!("{} and {}", shown(mine), shown(theirs))));
            }
        }
        let pairs = self.readings.iter().zip(&other.readings);
        let readings = pairs.map(|(mine, theirs)| {
            let figure = figure(mine.figure(), theirs.figure(), with);
            let families = match (mine.sibling_groups(), theirs.sibling_groups()) {
                (Some(a), Some(b)) => with(a, b).map(Some),
                _ => Some(None),
            };
            let counted = figure.zip(families).map(|(figure, families)| mine.clone().counting(figure, families));
            counted.ok_or_else(|| MergeError::Counts(shown(Some(mine))))
        });
        self.readings = readings.collect::<Result<_, _>>()?;
        Ok(())
    }
}

/// Addition, or subtraction.
type Operation = fn(u64, u64) -> Option<u64>;

fn figure(mine: &Figure, theirs: &Figure, with: Operation) -> Option<Figure> {
    Some(match (mine, theirs) {
        (Figure::Proportion(a, pending), Figure::Proportion(b, _)) => Figure::Proportion(tally(a, b, with)?, *pending),
        (Figure::Composition(a), Figure::Composition(b)) => {
            let parts = a.parts().iter().zip(b.parts());
            let parts = parts.map(|((part, a), (_, b))| Some((part.clone(), with(*a, *b)?))).collect::<Option<_>>()?;
            // The rest is put together by itself, so that less than nothing cannot hide in the count.
            with(a.in_no_part(), b.in_no_part())?;
            Figure::Composition(Composition::new(with(a.count(), b.count())?, parts).ok()?)
        }
        (Figure::Distribution(a), Figure::Distribution(b)) => Figure::Distribution(distribution(a, b, with)?),
        _ => return None,
    })
}

fn tally(a: &Tally, b: &Tally, with: Operation) -> Option<Tally> {
    let tally = Tally {
        met: with(a.met, b.met)?,
        not_met: with(a.not_met, b.not_met)?,
        pending: with(a.pending, b.pending)?,
        excepted: with(a.excepted, b.excepted)?,
        excluded: with(a.excluded, b.excluded)?,
    };
    let all = [tally.met, tally.not_met, tally.pending, tally.excepted, tally.excluded];
    all.into_iter().try_fold(0u64, u64::checked_add)?;
    Some(tally)
}

fn distribution(a: &Distribution, b: &Distribution, with: Operation) -> Option<Distribution> {
    let mut counts: std::collections::BTreeMap<i64, u64> = a.counts().collect();
    for (days, count) in b.counts() {
        let sum = counts.entry(days).or_default();
        *sum = with(*sum, count)?;
    }
    counts.retain(|_, count| *count > 0);
    Distribution::try_from(counts.into_iter().collect::<Vec<_>>()).ok()
}
