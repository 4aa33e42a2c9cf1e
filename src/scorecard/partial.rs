//! The small part of a ledger that can be shared: tallies of chosen readings.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::engine::EngineError;
use super::obstacle::{Obstacle, Unavailable};
use super::reading::{Figure, Reading};
use crate::calendar::{Basis, WorkingDays};
use crate::indicator::{Definition, Shape, Timing};
use crate::ledger::{Ledger, MergeError, Stratum};
use crate::measure::{Composition, Distribution, Tally};

/// Which reading of a ledger goes into a [`Partial`]: the total, or the strata of a breakdown.
///
/// ```
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::{Choice, NaiveDate};
///
/// let day = NaiveDate::from_ymd_opt(2018, 6, 30).unwrap();
/// let total = Choice::from(("NI 68", Basis::InQuarter, day));
/// assert_eq!(total.clone().by("team").to_string(), "NI 68 in-quarter as at 2018-06-30 by team");
/// assert_ne!(total.clone().by("team"), total);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    indicator: String,
    basis: Basis,
    as_at: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    breakdown: Option<String>,
}

impl Choice {
    /// The total of the indicator with this key, on `basis`, as at `as_at`.
    #[must_use]
    pub fn new(indicator: impl Into<String>, basis: Basis, as_at: NaiveDate) -> Self {
        Self { indicator: indicator.into(), basis, as_at, breakdown: None }
    }

    /// The strata of the breakdown with this name, in place of the total.
    #[must_use]
    pub fn by(mut self, breakdown: impl Into<String>) -> Self {
        self.breakdown = Some(breakdown.into());
        self
    }

    /// The key of the indicator.
    #[must_use]
    pub fn indicator(&self) -> &str {
        &self.indicator
    }

    /// The basis.
    #[must_use]
    pub const fn basis(&self) -> Basis {
        self.basis
    }

    /// The day.
    #[must_use]
    pub const fn as_at(&self) -> NaiveDate {
        self.as_at
    }

    /// The name of the breakdown; `None` for the total.
    #[must_use]
    pub fn breakdown(&self) -> Option<&str> {
        self.breakdown.as_deref()
    }

    /// What a reading answers.
    fn of(reading: &Reading) -> Self {
        Self {
            indicator: reading.indicator().to_owned(),
            basis: reading.basis(),
            as_at: reading.as_at(),
            breakdown: reading.stratum().map(|(breakdown, _)| breakdown.to_owned()),
        }
    }
}

impl From<(&str, Basis, NaiveDate)> for Choice {
    fn from((indicator, basis, as_at): (&str, Basis, NaiveDate)) -> Self {
        Self::new(indicator, basis, as_at)
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} as at {}", self.indicator, self.basis, self.as_at)?;
        self.breakdown.iter().try_for_each(|breakdown| write!(f, " by {breakdown}"))
    }
}

/// What the caller says of the families (sibling groups) of two partials. Closed: users match it whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Families {
    /// No family has a met unit in both, so that their numbers can be added.
    Disjoint,
    /// A family may have met units in both: their number is not known after the merge.
    MaySpan,
}

/// How many families (sibling groups) have a met unit, as a partial knows it. Closed: users match it whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SiblingGroups {
    /// The indicator does not count them.
    NotCounted,
    /// So many.
    Counted(u64),
    /// Partials were merged whose families may span them, see [`Families::MaySpan`]; or families are not supplied, or the
    /// reading cannot be made.
    Unknown,
}

/// The tallies of chosen readings, with the terms under which they were judged: no child, no family, no day of an event.
///
/// Teams add up to an authority, authorities to a region: counts are added, and the percentage is worked out of the sums,
/// never a mean of percentages. Days are added as they are distributed, so that a median is that of all.
///
/// # What it does not hold
///
/// A population: a rate is worked out of the sum and the population of the whole, see [`Reading::rate`].
///
/// # What cannot be made
///
/// A sum with a part that [cannot be made](Reading::obstacle) cannot be made, with all strata of its breakdown. The counts of the
/// other parts are kept apart from the readings, so that taking that part back gives the sum of the others.
///
/// # What the caller answers for
///
/// The parts hold different children. Sibling groups are added only where the caller says that no family is in two parts;
/// else their number is [unknown](SiblingGroups::Unknown), for a tally cannot tell one family from another. A [`Ledger`]
/// knows families by id, and counts one that spans ledgers once. Small counts stand in a partial as they are, and so do the
/// names of strata: do not share a breakdown whose strata are persons.
///
/// ```
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::indicator::catalogue;
/// use csc_kpi::measure::{Footing, Population};
/// use csc_kpi::record::{LookedAfterEpisode, Record, Referral};
/// use csc_kpi::{Dataset, Engine, Families, NaiveDate, Partial};
///
/// let day = |d| NaiveDate::from_ymd_opt(2018, 5, d).unwrap();
/// let engine = Engine::new(catalogue::standard());
/// let of = |records: Vec<Record>| -> Result<Partial, csc_kpi::EngineError> {
///     let dataset: Dataset = records.into_iter().collect();
///     engine.run(&dataset)?.partial([("ECS 14a", Basis::InQuarter, day(31)), ("CLA", Basis::AsAt, day(31))])
/// };
/// let north = of(vec![Referral::new("R1", "C1", day(2)).into(), Referral::new("R2", "C1", day(9)).into()])?;
/// let mut region = of((1..=3).map(|n| Referral::new(format!("R{n}"), format!("C{n}"), day(n)).into()).collect())?;
/// region.merge(&north, Families::MaySpan).unwrap();
/// region.merge(&of(vec![LookedAfterEpisode::new("E1", "C9", day(2)).into()])?, Families::MaySpan).unwrap();
/// // One of five, and not the mean of 50% and 0%.
/// assert_eq!(region.reading("ECS 14a", Basis::InQuarter, day(31)).unwrap().shown(0).as_deref(), Some("20%"));
/// // The population is that of the region; no part brings its own.
/// let looked_after = region.reading("CLA", Basis::AsAt, day(31)).unwrap();
/// let rate = looked_after.rate(Footing::All, Population::new(4_000, 2017, "mid-year estimate")).unwrap();
/// assert_eq!(rate.unwrap().shown(1).to_string(), "2.5");
/// # Ok::<(), csc_kpi::EngineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Partial {
    definitions: Vec<Arc<Definition>>,
    known_at: Option<NaiveDate>,
    working_days: WorkingDays,
    /// In order, without repeats.
    chosen: Vec<Choice>,
    /// In order: each total, and of each breakdown the strata in which anything is counted.
    readings: Vec<Reading>,
    /// The choices that cannot be made, in order.
    hindered: Vec<Hindered>,
}

/// A choice that cannot be made, since some of its parts cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hindered {
    choice: Choice,
    /// The parts that cannot be made: why, and how many.
    parts: Vec<(Obstacle, u64)>,
    /// What the parts that can be made add up to.
    others: Vec<Reading>,
}

impl Hindered {
    /// What stands in the way of the sum: all that is not supplied, else the first day without data, else the last one to wait
    /// for.
    fn obstacle(&self) -> Option<Obstacle> {
        let all = || self.parts.iter().map(|(obstacle, _)| obstacle);
        let lacking = all().filter_map(|obstacle| match obstacle {
            Obstacle::NotSupplied(matters) => Some(matters.iter().copied()),
            _ => None,
        });
        let lacking: BTreeSet<_> = lacking.flatten().collect();
        if !lacking.is_empty() {
            return Some(Obstacle::lacking(lacking.into_iter().collect()));
        }
        let end = all().filter_map(|obstacle| match obstacle {
            Obstacle::DataEnd { data_end } => Some(*data_end),
            _ => None,
        });
        let latest = all().filter_map(|obstacle| match obstacle {
            Obstacle::LooksBack { reach, data_begin } => Some((*data_begin, *reach)),
            _ => None,
        });
        let end = end.min().map(|data_end| Obstacle::DataEnd { data_end });
        end.or_else(|| latest.max().map(|(data_begin, reach)| Obstacle::LooksBack { reach, data_begin }))
    }
}

/// Readings, or a written partial, that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartialError {
    /// A definition that no reading is of, or two of one key.
    #[error("no reading is of the definition {0}, or it is there twice")]
    Definition(String),
    /// A reading of no definition, of another version or shape, or on a basis the indicator has not.
    #[error("the reading of {0} is not one of its definition")]
    Reading(String),
    /// A reading pinned to another day than the others.
    #[error("the reading of {0} is pinned to another day: {1:?} and {2:?}")]
    KnownAt(String, Option<NaiveDate>, Option<NaiveDate>),
    /// A reading of a stratum of a breakdown that was not chosen.
    #[error("the reading of {0} is of a breakdown that was not chosen")]
    Breakdown(String),
    /// The same reading twice.
    #[error("the reading of {0} is there twice")]
    Repeated(String),
    /// Some readings of one choice can be made and others not, or the parts that cannot be made are none or not those of it.
    #[error("what is said of the parts of {0} that cannot be made does not fit its readings")]
    Parts(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    definitions: Vec<Arc<Definition>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known_at: Option<NaiveDate>,
    working_days: WorkingDays,
    /// Which breakdowns were chosen, for one may have no stratum yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    broken_down: Vec<Choice>,
    readings: Vec<Reading>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hindered: Vec<Hindered>,
}

impl From<Partial> for Form {
    fn from(partial: Partial) -> Self {
        let Partial { definitions, known_at, working_days, chosen, readings, hindered } = partial;
        let broken_down = chosen.into_iter().filter(|choice| choice.breakdown.is_some()).collect();
        Self { definitions, known_at, working_days, broken_down, readings, hindered }
    }
}

impl TryFrom<Form> for Partial {
    type Error = PartialError;

    fn try_from(form: Form) -> Result<Self, PartialError> {
        let Form { definitions, known_at, working_days, broken_down, readings, hindered } = form;
        let keys: BTreeMap<String, usize> = definitions.iter().enumerate().map(|(at, of)| (of.key(), at)).collect();
        let totals = readings.iter().filter(|reading| reading.stratum().is_none()).map(Choice::of);
        let chosen = in_order(&keys, totals.chain(broken_down)).map_err(PartialError::Reading)?;
        for (at, definition) in definitions.iter().enumerate() {
            let key = definition.key();
            if keys.get(&key) != Some(&at) || !chosen.iter().any(|choice| choice.indicator == key) {
                return Err(PartialError::Definition(key));
            }
        }
        let known: HashSet<&Choice> = chosen.iter().collect();
        let mut seen = BTreeSet::new();
        let others = hindered.iter().flat_map(|hindered| &hindered.others);
        for (at, reading) in readings.iter().chain(others).enumerate() {
            // What is shown, and what the parts that can be made add up to.
            let is_other = at >= readings.len();
            let key = reading.indicator().to_owned();
            let definition = keys.get(&key).and_then(|at| definitions.get(*at));
            if !definition.is_some_and(|definition| is_of(reading, definition)) {
                return Err(PartialError::Reading(key));
            }
            if reading.known_at() != known_at {
                return Err(PartialError::KnownAt(key, reading.known_at(), known_at));
            }
            if !known.contains(&Choice::of(reading)) {
                return Err(PartialError::Breakdown(key));
            }
            if !seen.insert((is_other, place(&keys, reading))) {
                return Err(PartialError::Repeated(key));
            }
        }
        let hindered = checked(hindered, &readings, (&keys, &definitions), &chosen)?;
        let fits = |choice: &Choice| {
            let definition = keys.get(&choice.indicator).and_then(|at| definitions.get(*at));
            definition.is_some_and(|definition| has(definition, choice.basis))
        };
        if let Some(choice) = chosen.iter().find(|choice| !fits(choice)) {
            return Err(PartialError::Reading(choice.indicator.clone()));
        }
        let is_hindered = |reading: &Reading| reading.obstacle().is_some();
        let counted: Vec<Reading> = readings.into_iter().filter(|reading| !is_hindered(reading)).collect();
        let mut partial = Self { definitions, known_at, working_days, chosen, readings: counted, hindered };
        partial.put_in_order();
        Ok(partial)
    }
}

/// The choices that cannot be made, in order: those named with their parts, and those of which readings say so.
fn checked(
    named: Vec<Hindered>,
    readings: &[Reading],
    (keys, definitions): (&BTreeMap<String, usize>, &[Arc<Definition>]),
    chosen: &[Choice],
) -> Result<Vec<Hindered>, PartialError> {
    let mut by_choice: BTreeMap<usize, Hindered> = BTreeMap::new();
    let place_of = |choice: &Choice| chosen.iter().position(|known| known == choice);
    for hindered in named {
        let wrong = || PartialError::Parts(hindered.choice.to_string());
        let at = place_of(&hindered.choice).ok_or_else(wrong)?;
        let parts: BTreeSet<&Obstacle> = hindered.parts.iter().map(|(obstacle, _)| obstacle).collect();
        let fits = !parts.is_empty()
            && parts.len() == hindered.parts.len()
            && hindered.parts.iter().all(|(_, number)| *number > 0)
            && hindered.others.iter().all(|other| other.obstacle().is_none() && Choice::of(other) == hindered.choice);
        // A total has one reading that can be made, be nothing counted in it.
        let fits = fits && (hindered.choice.breakdown.is_some() || hindered.others.len() == 1);
        if !fits || by_choice.contains_key(&at) {
            return Err(wrong());
        }
        by_choice.insert(at, hindered);
    }
    let mut told: BTreeMap<usize, Option<&Obstacle>> = BTreeMap::new();
    for reading in readings {
        let choice = Choice::of(reading);
        let wrong = || PartialError::Parts(choice.to_string());
        let at = place_of(&choice).ok_or_else(wrong)?;
        if *told.entry(at).or_insert_with(|| reading.obstacle()) != reading.obstacle() {
            return Err(wrong());
        }
        match (reading.obstacle(), by_choice.get(&at)) {
            (None, None) => {}
            (Some(obstacle), Some(hindered)) if hindered.obstacle().as_ref() == Some(obstacle) => {}
            (Some(obstacle), None) => {
                let definition = keys.get(reading.indicator()).and_then(|at| definitions.get(*at));
                let nothing = definition.map(|definition| nothing_counted(definition, reading));
                let others = nothing.filter(|_| choice.breakdown.is_none()).into_iter().collect();
                let parts = vec![(obstacle.clone(), 1)];
                by_choice.insert(at, Hindered { choice: choice.clone(), parts, others });
            }
            _ => return Err(wrong()),
        }
    }
    Ok(by_choice.into_values().collect())
}

/// Where a reading stands: by definition, day, basis, breakdown and stratum.
fn place<'a>(
    keys: &BTreeMap<String, usize>,
    reading: &'a Reading,
) -> (Option<usize>, NaiveDate, Basis, Option<(&'a str, &'a Stratum)>) {
    (keys.get(reading.indicator()).copied(), reading.as_at(), reading.basis(), reading.stratum())
}

/// The choices in the order of their readings, each once; or the key of an indicator that is not there.
fn in_order(keys: &BTreeMap<String, usize>, choices: impl IntoIterator<Item = Choice>) -> Result<Vec<Choice>, String> {
    let mut sorted = BTreeMap::new();
    for choice in choices {
        let at = keys.get(&choice.indicator).ok_or_else(|| choice.indicator.clone())?;
        sorted.insert((*at, choice.as_at, choice.basis, choice.breakdown.clone()), choice);
    }
    Ok(sorted.into_values().collect())
}

/// Whether an indicator with this definition has figures on this basis.
fn has(definition: &Definition, basis: Basis) -> bool {
    (definition.timing == Timing::Stock) == (basis == Basis::AsAt)
}

/// Whether a definition has such a reading.
fn is_of(reading: &Reading, definition: &Definition) -> bool {
    if reading.obstacle().is_some() {
        return reading.version() == definition.version && has(definition, reading.basis());
    }
    let shape = match (&definition.shape, reading.figure()) {
        (Shape::Proportion(theirs), Figure::Proportion(_, pending)) => theirs == pending,
        (Shape::Composition(parts), Figure::Composition(composition)) => parts == composition.names(),
        (Shape::Distribution, Figure::Distribution(_)) => true,
        _ => false,
    };
    // Families that are not known are none in the reading, and there is no family without a met unit.
    let families = match reading.sibling_groups() {
        Some(0) => definition.sibling_groups,
        Some(_) => definition.sibling_groups && reading.figure().met() > 0,
        None => !definition.sibling_groups || reading.figure().met() > 0,
    };
    shape && families && reading.version() == definition.version && has(definition, reading.basis())
}

/// A total, or a stratum in which anything is counted: one in which nothing is, is as one that is not there.
fn is_kept(reading: &Reading) -> bool {
    let counted = match reading.figure() {
        Figure::Proportion(tally, _) => tally.total(),
        Figure::Composition(composition) => composition.count(),
        Figure::Distribution(distribution) => distribution.count(),
        Figure::Unavailable(_) => return true,
    };
    reading.stratum().is_none() || counted > 0
}

impl Ledger {
    /// The tallies of the readings chosen, to be shared: by key, basis and day, and where a [`Choice`] says so by stratum. One
    /// chosen twice is there once, and the order of choosing does not matter.
    ///
    /// # Errors
    ///
    /// As [`Ledger::reading`] and [`Ledger::readings_by`].
    ///
    /// ```
    /// use csc_kpi::calendar::Basis;
    /// use csc_kpi::indicator::catalogue;
    /// use csc_kpi::record::{Person, Record, Referral, Sex};
    /// use csc_kpi::{BySex, Choice, Dataset, Engine, NaiveDate};
    ///
    /// let day = |d| NaiveDate::from_ymd_opt(2018, 5, d).unwrap();
    /// let records: [Record; 2] = [Person::new("C1").sex(Sex::Female).into(), Referral::new("R1", "C1", day(2)).into()];
    /// let ledger = Engine::new(catalogue::standard()).by(BySex).run(&records.into_iter().collect())?;
    /// let partial = ledger.partial([Choice::new("NI 68", Basis::InMonth, day(31)).by("sex")])?;
    /// assert_eq!(partial.readings()[0].stratum().unwrap().1.name(), "Female");
    /// # Ok::<(), csc_kpi::EngineError>(())
    /// ```
    pub fn partial<C: Into<Choice>>(&self, chosen: impl IntoIterator<Item = C>) -> Result<Partial, EngineError> {
        let header = self.header();
        let at: BTreeMap<String, usize> = header.keys.iter().zip(0..).map(|(key, at)| (key.to_string(), at)).collect();
        let chosen = in_order(&at, chosen.into_iter().map(Into::into)).map_err(EngineError::NoSuchIndicator)?;
        let mut readings = Vec::with_capacity(chosen.len());
        let mut hindered = Vec::new();
        for choice in &chosen {
            let Choice { indicator, basis, as_at, breakdown } = choice;
            let total = self.reading(indicator, *basis, *as_at)?;
            let strata = breakdown.as_ref().map(|breakdown| self.readings_by(indicator, *basis, *as_at, breakdown));
            let strata = strata.transpose()?;
            match (total.obstacle(), strata) {
                (Some(obstacle), strata) => {
                    let definition = at.get(indicator).and_then(|at| header.definitions.get(*at));
                    let nothing = definition.filter(|_| strata.is_none()).map(|of| nothing_counted(of, &total));
                    let parts = vec![(obstacle.clone(), 1)];
                    hindered.push(Hindered { choice: choice.clone(), parts, others: nothing.into_iter().collect() });
                }
                (None, None) => readings.push(total),
                (None, Some(strata)) => readings.extend(strata),
            }
        }
        for reading in &mut readings {
            // Only where more was retracted than posted.
            if reading.sibling_groups().is_some_and(|number| number > 0) && reading.figure().met() == 0 {
                *reading = reading.clone().counting(reading.figure().clone(), Some(0));
            }
        }
        let of_them: BTreeSet<&str> = chosen.iter().map(Choice::indicator).collect();
        let definitions = header.definitions.iter().zip(&header.keys);
        let definitions =
            definitions.filter(|(_, key)| of_them.contains(&***key)).map(|(of, _)| Arc::clone(of)).collect();
        let mut partial = Partial {
            definitions,
            known_at: header.known_at,
            working_days: header.working_days.clone(),
            chosen,
            readings,
            hindered,
        };
        partial.put_in_order();
        Ok(partial)
    }
}

impl Partial {
    /// The tallies of readings that were kept or sent without their ledger, such as those of a
    /// [`Scorecard`](crate::Scorecard), with the definitions they are of and the working days they were counted by.
    ///
    /// Definitions without a reading are left out. Which breakdowns were chosen is read off the strata.
    ///
    /// # Errors
    ///
    /// [`PartialError`] where a reading is not of its definition, is there twice, or is pinned to another day than the first.
    ///
    /// ```
    /// use csc_kpi::calendar::{Basis, WorkingDays};
    /// use csc_kpi::indicator::catalogue;
    /// use csc_kpi::{Dataset, Engine, NaiveDate, Partial};
    ///
    /// let day = NaiveDate::from_ymd_opt(2018, 6, 30).unwrap();
    /// let card = Engine::new(catalogue::standard()).scorecard(&Dataset::builder().finish(), &[day]).unwrap();
    /// let partial = Partial::of_readings(card.definitions, WorkingDays::england_and_wales(), card.readings)?;
    /// assert!(partial.reading("NI 68", Basis::Cumulative, day).is_some());
    /// # Ok::<(), csc_kpi::PartialError>(())
    /// ```
    pub fn of_readings(
        definitions: impl IntoIterator<Item = Definition>,
        working_days: WorkingDays,
        readings: impl IntoIterator<Item = Reading>,
    ) -> Result<Self, PartialError> {
        let readings: Vec<Reading> = readings.into_iter().collect();
        let of_them: BTreeSet<&str> = readings.iter().map(Reading::indicator).collect();
        let definitions = definitions.into_iter().filter(|of| of_them.contains(of.key().as_str())).map(Arc::new);
        let broken_down: HashSet<Choice> =
            readings.iter().filter(|reading| reading.stratum().is_some()).map(Choice::of).collect();
        Self::try_from(Form {
            definitions: definitions.collect(),
            known_at: readings.first().and_then(Reading::known_at),
            working_days,
            broken_down: broken_down.into_iter().collect(),
            readings,
            hindered: Vec::new(),
        })
    }

    /// Puts the readings in order, those that cannot be made among them.
    fn put_in_order(&mut self) {
        let keys: BTreeMap<String, usize> =
            self.definitions.iter().enumerate().map(|(at, of)| (of.key(), at)).collect();
        for hindered in &mut self.hindered {
            hindered.parts.sort();
            hindered.others.retain(is_kept);
            hindered.others.sort_by(|a, b| place(&keys, a).cmp(&place(&keys, b)));
            let Some(obstacle) = hindered.obstacle() else { continue };
            let hidden =
                hindered.others.iter().map(|other| other.clone().counting(Figure::Unavailable(obstacle.clone()), None));
            self.readings.extend(hidden);
        }
        self.readings.retain(is_kept);
        self.readings.sort_by(|a, b| place(&keys, a).cmp(&place(&keys, b)));
    }

    /// The counts of what can be made: the readings, and the sums of the other parts of what cannot.
    fn counted(&self) -> impl Iterator<Item = &Reading> {
        let made = self.readings.iter().filter(|reading| reading.obstacle().is_none());
        made.chain(self.hindered.iter().flat_map(|hindered| &hindered.others))
    }

    /// What stands in the way of a choice, with the number of parts that cannot be made for it; nothing where it can be made.
    pub fn obstacles(&self, choice: &Choice) -> impl Iterator<Item = (&Obstacle, u64)> {
        let hindered = self.hindered.iter().filter(move |hindered| hindered.choice == *choice);
        hindered.flat_map(|hindered| hindered.parts.iter().map(|(obstacle, number)| (obstacle, *number)))
    }

    /// Its readings that cannot be made, one sentence each; see [`Unavailable`]. Of a breakdown that cannot be made nothing is
    /// among the readings unless another part has a stratum, so that [`Partial::obstacles`] is to be asked.
    #[must_use]
    pub fn unavailable(&self) -> Vec<Unavailable> {
        Unavailable::among(&self.readings)
    }

    /// The readings, by definition, day, basis, breakdown and stratum; strata in which nothing is counted are left out.
    #[must_use]
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// The total of the indicator with this key, on `basis`, as at `as_at`; `None` where it was not chosen.
    #[must_use]
    pub fn reading(&self, indicator: &str, basis: Basis, as_at: NaiveDate) -> Option<&Reading> {
        self.readings.iter().find(|reading| {
            reading.stratum().is_none()
                && (reading.indicator(), reading.basis(), reading.as_at()) == (indicator, basis, as_at)
        })
    }

    /// How many families have a met unit in one of its readings: a [reading](Reading::sibling_groups) has none both where
    /// they are not counted and where they are not known.
    #[must_use]
    pub fn sibling_groups(&self, reading: &Reading) -> SiblingGroups {
        let definition = self.definitions.iter().find(|definition| definition.key() == reading.indicator());
        match (definition, reading.sibling_groups()) {
            (_, Some(number)) => SiblingGroups::Counted(number),
            (Some(definition), None) if definition.sibling_groups => SiblingGroups::Unknown,
            _ => SiblingGroups::NotCounted,
        }
    }

    /// What was chosen, in the order of the readings.
    #[must_use]
    pub fn chosen(&self) -> &[Choice] {
        &self.chosen
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

    /// Adds the tallies of `other`, which are of other children. The partial of a ledger with nothing in it is the unit. A
    /// stratum that only one of them has is added as it is.
    ///
    /// # Errors
    ///
    /// [`MergeError`] where the two hold different readings, were not judged under the same terms, or add up to more than can
    /// be counted; nothing is added then.
    pub fn merge(&mut self, other: &Self, families: Families) -> Result<(), MergeError> {
        self.put_together(other, families, u64::checked_add)
    }

    /// Takes back the tallies of `other`, which were added before with the same `families`. A number of sibling groups that
    /// is unknown stays so, as long as there is a met unit.
    ///
    /// # Errors
    ///
    /// As [`Partial::merge`], and where a tally of `other` is more than there is; nothing is taken back then.
    pub fn retract(&mut self, other: &Self, families: Families) -> Result<(), MergeError> {
        self.put_together(other, families, u64::checked_sub)
    }

    fn put_together(&mut self, other: &Self, families: Families, with: Operation) -> Result<(), MergeError> {
        if let Some(error) = MergeError::of_definitions(&self.definitions, &other.definitions) {
            return Err(error);
        }
        if self.known_at != other.known_at {
            return Err(MergeError::KnownAt(self.known_at, other.known_at));
        }
        if let Some(error) = MergeError::of_working_days(&self.working_days, &other.working_days) {
            return Err(error);
        }
        for at in 0..self.chosen.len().max(other.chosen.len()) {
            let (mine, theirs) = (self.chosen.get(at), other.chosen.get(at));
            if mine != theirs {
                let named = |choice: Option<&Choice>| choice.map_or_else(|| "no other".to_owned(), Choice::to_string);
                return Err(MergeError::Readings(format!("{} and {}", named(mine), named(theirs))));
            }
        }
        let keys: BTreeMap<String, usize> =
            self.definitions.iter().enumerate().map(|(at, of)| (of.key(), at)).collect();
        let mut pairs: BTreeMap<_, (Option<&Reading>, Option<&Reading>)> = BTreeMap::new();
        for reading in self.counted() {
            pairs.entry(place(&keys, reading)).or_default().0 = Some(reading);
        }
        for reading in other.counted() {
            pairs.entry(place(&keys, reading)).or_default().1 = Some(reading);
        }
        let mut readings = Vec::with_capacity(pairs.len());
        for ((at, ..), pair) in pairs {
            let counts_families =
                at.and_then(|at| self.definitions.get(at)).is_some_and(|definition| definition.sibling_groups);
            let sum = match pair {
                (Some(mine), None) => Some(mine.clone()),
                (Some(mine), Some(theirs)) => together(mine.clone(), theirs, counts_families, families, with),
                (None, Some(theirs)) => {
                    let nothing = nothing_of(theirs, counts_families.then_some(0));
                    together(nothing, theirs, counts_families, families, with)
                }
                (None, None) => continue,
            };
            let of = || pair.0.or(pair.1).map_or_else(String::new, |reading| Choice::of(reading).to_string());
            readings.push(sum.ok_or_else(|| MergeError::Counts(of()))?);
        }
        let mut hindered = Vec::new();
        for choice in &self.chosen {
            let mut parts: BTreeMap<Obstacle, u64> =
                self.obstacles(choice).map(|(obstacle, number)| (obstacle.clone(), number)).collect();
            for (obstacle, number) in other.obstacles(choice) {
                let sum = parts.entry(obstacle.clone()).or_default();
                *sum = with(*sum, number).ok_or_else(|| MergeError::Counts(choice.to_string()))?;
            }
            parts.retain(|_, number| *number > 0);
            if !parts.is_empty() {
                let (others, rest) = readings.into_iter().partition(|reading| Choice::of(reading) == *choice);
                readings = rest;
                hindered.push(Hindered { choice: choice.clone(), parts: parts.into_iter().collect(), others });
            }
        }
        (self.readings, self.hindered) = (readings, hindered);
        self.put_in_order();
        Ok(())
    }
}

/// Addition, or subtraction.
type Operation = fn(u64, u64) -> Option<u64>;

/// Two readings of one choice and stratum as one; `None` where their counts cannot be put together.
fn together(
    mine: Reading,
    theirs: &Reading,
    counts_families: bool,
    families: Families,
    with: Operation,
) -> Option<Reading> {
    let figure = figure(mine.figure(), theirs.figure(), with)?;
    let groups = match (mine.sibling_groups(), theirs.sibling_groups(), families) {
        (Some(a), Some(b), Families::Disjoint) => Some(with(a, b)?),
        // Where one has no family, none can span the two.
        (Some(a), Some(b), Families::MaySpan) if a == 0 || b == 0 => Some(with(a, b)?),
        _ => None,
    };
    // Without a met unit there is no family, even if their number was not known before.
    let groups = match groups {
        Some(number) if number > 0 && figure.met() == 0 => return None,
        None if counts_families && figure.met() == 0 => Some(0),
        groups => groups,
    };
    Some(mine.counting(figure, groups))
}

/// A reading like this one in which nothing is counted.
fn nothing_of(reading: &Reading, sibling_groups: Option<u64>) -> Reading {
    let figure = match reading.figure() {
        Figure::Proportion(_, pending) => Figure::Proportion(Tally::default(), *pending),
        Figure::Composition(composition) => Figure::Composition(Composition::of(composition.names(), |_| 0, 0)),
        Figure::Distribution(_) => Figure::Distribution(Distribution::default()),
        Figure::Unavailable(obstacle) => Figure::Unavailable(obstacle.clone()),
    };
    reading.clone().counting(figure, sibling_groups)
}

/// The reading of a definition like this one that cannot be made, with nothing counted in it.
fn nothing_counted(definition: &Definition, reading: &Reading) -> Reading {
    let figure = match &definition.shape {
        Shape::Proportion(pending) => Figure::Proportion(Tally::default(), *pending),
        Shape::Composition(parts) => Figure::Composition(Composition::of(parts, |_| 0, 0)),
        Shape::Distribution => Figure::Distribution(Distribution::default()),
    };
    reading.clone().counting(figure, definition.sibling_groups.then_some(0))
}

fn figure(mine: &Figure, theirs: &Figure, with: Operation) -> Option<Figure> {
    Some(match (mine, theirs) {
        (Figure::Proportion(a, pending), Figure::Proportion(b, _)) => Figure::Proportion(tally(a, b, with)?, *pending),
        (Figure::Composition(a), Figure::Composition(b)) => {
            let parts = a.parts().zip(b.parts());
            let parts = parts.map(|((part, a), (_, b))| Some((part.to_owned(), with(a, b)?))).collect::<Option<_>>()?;
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
    let mut counts: BTreeMap<i64, u64> = a.counts().collect();
    for (days, count) in b.counts() {
        let sum = counts.entry(days).or_default();
        *sum = with(*sum, count)?;
    }
    counts.retain(|_, count| *count > 0);
    Distribution::try_from(counts.into_iter().collect::<Vec<_>>()).ok()
}
