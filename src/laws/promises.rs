//! The promises every indicator and breakdown must keep, as checks on given records.

use chrono::NaiveDate;

use crate::calendar::{Basis, FinancialYear};
use crate::dataset::{Dataset, FindingRule};
use crate::indicator::Timing;
use crate::record::{Family, Record};
use crate::scorecard::{Engine, EngineError, Evidence, Figure, Reading};

/// A promise that was not kept, or an engine that cannot run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenPromise {
    /// The law, and where it does not hold.
    #[error("{law}: {found}")]
    Law {
        /// The law in a sentence.
        law: &'static str,
        /// Where it does not hold.
        found: String,
    },
    /// The engine cannot run.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

fn kept(holds: bool, law: &'static str, found: impl FnOnce() -> String) -> Result<(), BrokenPromise> {
    if holds { Ok(()) } else { Err(BrokenPromise::Law { law, found: found() }) }
}

/// Checks every promise of this module on these records, as at these dates.
///
/// For the tests of authors of indicators and breakdowns: give it an engine that has yours, and records from
/// [`strategies`](super::strategies).
///
/// # Errors
///
/// The first promise that is not kept.
///
/// ```
/// use csc_kpi::indicator::catalogue;
/// use csc_kpi::{BySex, Engine, NaiveDate, laws};
/// use proptest::prelude::*;
///
/// let day = NaiveDate::from_ymd_opt(2018, 6, 30).unwrap();
/// proptest!(ProptestConfig::with_cases(4), |(records in laws::strategies::population(1..3))| {
///     let engine = Engine::new(catalogue::standard()).by(BySex);
///     laws::keeps_all_promises(&engine, &records, &[day])?;
/// });
/// ```
pub fn keeps_all_promises(engine: &Engine, records: &[Record], as_at: &[NaiveDate]) -> Result<(), BrokenPromise> {
    let dataset: Dataset = records.iter().cloned().collect();
    merges(engine, &dataset)?;
    retracts(engine, &dataset)?;
    ignores_order(engine, records)?;
    for day in as_at {
        explains(engine, &dataset, *day)?;
        divides(engine, &dataset, *day)?;
        adds_up(engine, &dataset, *day)?;
        ignores_the_future(engine, records, *day)?;
    }
    Ok(())
}

/// Any split of the children merges to the whole, in any order, and the ledger with nothing in it is the unit.
///
/// # Errors
///
/// Where it does not hold.
pub fn merges(engine: &Engine, dataset: &Dataset) -> Result<(), BrokenPromise> {
    let whole = engine.run(dataset)?;
    let mut parts = [engine.ledger()?, engine.ledger()?, engine.ledger()?];
    for (number, child) in dataset.children().enumerate() {
        engine.post(&mut parts[number % 3], &child)?;
    }
    let law = "a split of the children merges to the whole";
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let mut merged = engine.ledger()?;
        for part in order {
            let merging = merged.merge(&parts[part]);
            kept(merging.is_ok(), law, || format!("{merging:?}"))?;
        }
        kept(merged == whole, law, || format!("{} children in the order {order:?}", dataset.children().len()))?;
    }
    Ok(())
}

/// What was posted and then retracted leaves nothing, whatever else was posted between.
///
/// # Errors
///
/// Where it does not hold.
pub fn retracts(engine: &Engine, dataset: &Dataset) -> Result<(), BrokenPromise> {
    let mut ledger = engine.run(dataset)?;
    for child in dataset.children() {
        engine.retract(&mut ledger, &child)?;
    }
    let law = "what is retracted leaves nothing";
    kept(ledger == engine.ledger()?, law, || format!("{} children", dataset.children().len()))
}

/// The order of records does not matter, but for the two that the rules themselves name: of records that repeat an id the
/// first stays, and of a care leaver's statuses of one day the later counts.
///
/// # Errors
///
/// Where it does not hold.
pub fn ignores_order(engine: &Engine, records: &[Record]) -> Result<(), BrokenPromise> {
    let given: Dataset = records.iter().cloned().collect();
    // Each family stays in order by itself, so that both exceptions are respected.
    let mut by_family = records.to_vec();
    by_family.sort_by_key(|record| std::cmp::Reverse(record.family()));
    let law = "the order of records does not matter";
    let ledger = engine.run(&given)?;
    kept(engine.run(&by_family.into_iter().collect())? == ledger, law, || "families in another order".to_owned())?;
    if given.findings().iter().all(|finding| finding.rule != FindingRule::RepeatedId) {
        let ordered = |record: &&Record| record.family() == Family::CareLeaverStatus;
        let (statuses, mut others): (Vec<_>, Vec<_>) = records.iter().partition(ordered);
        others.reverse();
        let reversed: Dataset = others.into_iter().chain(statuses).cloned().collect();
        kept(engine.run(&reversed)? == ledger, law, || "records in reverse".to_owned())?;
    }
    Ok(())
}

/// The evidence for each reading counts up to it.
///
/// # Errors
///
/// Where it does not hold.
pub fn explains(engine: &Engine, dataset: &Dataset, as_at: NaiveDate) -> Result<(), BrokenPromise> {
    let card = engine.run(dataset)?.scorecard(&[as_at])?;
    for reading in card.readings.iter().filter(|reading| reading.obstacle().is_none()) {
        let evidence = engine.evidence(dataset, reading.indicator(), reading.basis(), as_at)?;
        let count = |outcome: &str| evidence.iter().filter(|unit| unit.outcome == outcome).count() as u64;
        let adds_up = match reading.figure() {
            Figure::Proportion(tally, _) => {
                let verdicts = ["met", "not met", "pending", "excepted", "excluded"].map(count);
                verdicts == [tally.met, tally.not_met, tally.pending, tally.excepted, tally.excluded]
                    && verdicts.iter().sum::<u64>() == evidence.len() as u64
            }
            Figure::Composition(composition) => {
                composition.count() == evidence.len() as u64
                    && composition.parts().all(|(name, number)| count(name) == number)
            }
            Figure::Distribution(days) => {
                let mut listed: Vec<i64> = evidence.iter().filter_map(|unit| unit.outcome.parse().ok()).collect();
                listed.sort_unstable();
                listed.into_iter().collect::<crate::measure::Distribution>() == *days
            }
            Figure::Unavailable(_) => false,
        };
        let law = "evidence adds up to the figure";
        kept(adds_up, law, || format!("{} {} as at {as_at}", reading.indicator(), reading.basis()))?;
        let mut units: Vec<_> = evidence.iter().map(|unit: &Evidence| (unit.family, &unit.unit)).collect();
        let all = units.len();
        units.sort_unstable();
        units.dedup();
        let law = "a unit has one verdict";
        kept(units.len() == all, law, || format!("{} {} as at {as_at}", reading.indicator(), reading.basis()))?;
    }
    Ok(())
}

/// The strata of each breakdown add up to the total.
///
/// # Errors
///
/// Where it does not hold.
pub fn divides(engine: &Engine, dataset: &Dataset, as_at: NaiveDate) -> Result<(), BrokenPromise> {
    let ledger = engine.run(dataset)?;
    let names: Vec<String> = engine.breakdowns().map(str::to_owned).collect();
    for reading in &ledger.scorecard(&[as_at])?.readings {
        for name in &names {
            let strata = ledger.readings_by(reading.indicator(), reading.basis(), as_at, name)?;
            let sum = strata.iter().map(counts).fold(vec![0; 8], |sum, counts| add(&sum, &counts));
            let law = "strata add up to the total";
            kept(sum == add(&[0; 8], &counts(reading)), law, || {
                format!("{} {} by {name} as at {as_at}", reading.indicator(), reading.basis())
            })?;
        }
    }
    Ok(())
}

/// For flows the quarters and the months of a financial year add up to the year.
///
/// # Errors
///
/// Where it does not hold.
pub fn adds_up(engine: &Engine, dataset: &Dataset, day: NaiveDate) -> Result<(), BrokenPromise> {
    let ledger = engine.run(dataset)?;
    let year = FinancialYear::containing(day);
    for definition in ledger.definitions().filter(|definition| definition.timing == Timing::Flow) {
        let key = definition.key();
        let whole = counts(&ledger.reading(&key, Basis::Cumulative, year.last_day())?);
        let mut quarters = vec![0; 8];
        let mut months = vec![0; 8];
        for quarter in year.quarters() {
            quarters = add(&quarters, &counts(&ledger.reading(&key, Basis::InQuarter, quarter.last_day())?));
            for month in 1..=3 {
                let end = crate::calendar::plus_months(quarter.first_day(), month);
                let last = crate::calendar::day_before(end);
                months = add(&months, &counts(&ledger.reading(&key, Basis::InMonth, last)?));
            }
        }
        let law = "quarters and months add up to the year";
        kept(quarters == months && quarters == add(&[0; 8], &whole), law, || format!("{key} {year}"))?;
    }
    Ok(())
}

/// Pinned to a day, a calculation does not see what begins after it: data that arrive later change nothing.
///
/// # Errors
///
/// Where it does not hold.
pub fn ignores_the_future(engine: &Engine, records: &[Record], day: NaiveDate) -> Result<(), BrokenPromise> {
    let all: Dataset = records.iter().cloned().collect();
    if all.findings().iter().any(|finding| finding.rule == FindingRule::RepeatedId) {
        // The record that has the id first may be the one that comes later in time.
        return Ok(());
    }
    let by_then: Dataset =
        records.iter().filter(|record| begins(record).is_none_or(|start| start <= day)).cloned().collect();
    let pinned = engine.clone().known_at(day);
    let law = "what begins after the day it is pinned to changes nothing";
    let (mine, theirs) = (pinned.run(&all)?, pinned.run(&by_then)?);
    kept(mine == theirs, law, || format!("pinned to {day}"))
}

/// The day from which a record is known of.
fn begins(record: &Record) -> Option<NaiveDate> {
    match record {
        Record::ImmigrationStatus(r) => r.start,
        Record::Referral(r) => Some(r.date),
        Record::Assessment(r) => Some(r.start.date()),
        Record::Section47Enquiry(r) => Some(r.start.date()),
        Record::InitialConference(r) => r.date.map(crate::calendar::Moment::date),
        Record::ProtectionPlan(r) => Some(r.start),
        Record::PlanReview(r) => r.date,
        Record::LookedAfterEpisode(r) => Some(r.start),
        Record::Placement(r) => Some(r.start),
        Record::LegalStatus(r) => Some(r.start),
        Record::MissingEpisode(r) => Some(r.start.date()),
        Record::CareLeaverStatus(r) => r.latest_contact,
        Record::Involvement(r) => Some(r.start),
        Record::Person(_) | Record::FamilyMember(_) | Record::Professional(_) => None,
    }
}

/// What can be added of a reading: verdicts, or parts and count, or the number of days' values.
fn counts(reading: &Reading) -> Vec<u64> {
    match reading.figure() {
        Figure::Proportion(tally, _) => {
            vec![tally.met, tally.not_met, tally.pending, tally.excepted, tally.excluded]
        }
        Figure::Composition(composition) => {
            composition.parts().map(|(_, part)| part).chain([composition.count()]).collect()
        }
        Figure::Distribution(days) => vec![days.count()],
        Figure::Unavailable(_) => Vec::new(),
    }
}

fn add(sum: &[u64], counts: &[u64]) -> Vec<u64> {
    sum.iter().zip(counts.iter().chain(std::iter::repeat(&0))).map(|(sum, count)| sum + count).collect()
}
