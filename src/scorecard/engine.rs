//! The engine: judges children into a ledger.

use std::fmt;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;

use super::evidence::{Collector, Evidence};
use super::obstacle::Obstacle;
use super::{Breakdown, Scorecard};
use crate::calendar::{Basis, Span, WorkingDays};
use crate::chronology::{Chronology, SHELVES, Shelf};
use crate::dataset::{Child, Dataset, Finding, Pinned, Supply};
use crate::indicator::{self, AnyIndicator, Definition, Lent, Outcome, Posting, Rules, Sink, Timing};
use crate::ledger::{Header, Ledger, Look, MergeError, Slot, Stratum};

/// What the engine cannot calculate, or a ledger cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// No indicator has this key.
    #[error("there is no indicator {0:?}")]
    NoSuchIndicator(String),
    /// Two indicators have the same key.
    #[error("two indicators are called {0:?}")]
    RepeatedIndicator(String),
    /// No breakdown has this name.
    #[error("there is no breakdown {0:?}")]
    NoSuchBreakdown(String),
    /// Two breakdowns have the same name.
    #[error("two breakdowns are called {0:?}")]
    RepeatedBreakdown(String),
    /// The definition says another timing than the type of the indicator.
    #[error("indicator {0:?} is {1:?} by its type, and {2:?} by its definition")]
    OtherTiming(String, Timing, Timing),
    /// An indicator posted what its shape does not know.
    #[error("indicator {indicator:?} posted {outcome:?}, which its shape does not know")]
    OtherShape {
        /// The key of the indicator.
        indicator: String,
        /// What it posted.
        outcome: Outcome,
    },
    /// The indicator has no figure on this basis, or the ledger does not keep it.
    #[error("{indicator} has no figure on the basis {basis}; it has {offered}")]
    NoSuchBasis {
        /// The key of the indicator.
        indicator: String,
        /// The basis asked for.
        basis: Basis,
        /// The bases it has.
        offered: String,
    },
    /// There is no evidence for a reading that cannot be made.
    #[error("{indicator} {basis} as at {as_at} cannot be made: {obstacle}")]
    Unavailable {
        /// The key of the indicator.
        indicator: String,
        /// The basis asked for.
        basis: Basis,
        /// The day asked for.
        as_at: NaiveDate,
        /// Why.
        obstacle: Obstacle,
    },
    /// The ledger was judged under other terms than those of this engine.
    #[error("the ledger is not one of this engine: {0}")]
    OtherLedger(MergeError),
}

/// Judges children under stated terms: which indicators, broken down how, known when, on which working days.
///
/// # Once
///
/// [`Engine::run`] judges each child once; every reading at every date is then arithmetic on the [`Ledger`].
///
/// # Streaming
///
/// A ledger needs no dataset to stay: open one with [`Engine::ledger`], post children from any number of datasets, retract
/// and post the one that changed.
///
/// ```
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::indicator::catalogue;
/// use csc_kpi::record::Referral;
/// use csc_kpi::{Dataset, Engine, NaiveDate};
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// let dataset: Dataset = [
///     Referral::new("R1", "C1", day(2017, 5, 2)),
///     Referral::new("R2", "C1", day(2018, 5, 1)),
/// ]
/// .into_iter()
/// .collect();
/// let engine = Engine::new(catalogue::standard());
/// let mut ledger = engine.run(&dataset)?;
/// let repeat = ledger.reading("ECS 14a", Basis::InQuarter, day(2018, 6, 30))?;
/// assert_eq!(repeat.shown(0).as_deref(), Some("100%"));
///
/// let evidence = engine.evidence(&dataset, "ECS 14a", Basis::InQuarter, day(2018, 6, 30))?;
/// assert_eq!(evidence[0].reason, "re-referral after 364 days");
///
/// engine.retract(&mut ledger, &dataset.child("C1").unwrap())?;
/// assert_eq!(ledger, engine.ledger()?);
/// # Ok::<(), csc_kpi::EngineError>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    indicators: Vec<AnyIndicator>,
    breakdowns: Vec<Arc<dyn Breakdown>>,
    windowed_bases: Vec<Basis>,
    known_at: Option<NaiveDate>,
    working_days: WorkingDays,
    /// What follows from the rest, once it has been asked for.
    terms: OnceLock<Result<Arc<Terms>, EngineError>>,
}

/// What follows from indicators and settings.
#[derive(Debug)]
struct Terms {
    header: Arc<Header>,
    /// The steps of judging a child, by the shelf of the records they start from.
    groups: Vec<(Option<Shelf>, Vec<Step>)>,
    /// Those shelves, a bit each.
    starts: u16,
}

/// What is judged in one go.
#[derive(Debug)]
struct Step {
    /// The accounts posted to.
    slots: Vec<usize>,
    /// The rules of those accounts, where they share the facts that they decide by.
    rules: Option<Rules>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("indicators", &self.indicators)
            .field("breakdowns", &self.breakdowns().collect::<Vec<_>>())
            .field("known_at", &self.known_at)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine of these indicators: everything known, the working days of England and Wales, no breakdown.
    #[must_use]
    pub fn new(indicators: impl IntoIterator<Item = AnyIndicator>) -> Self {
        Self {
            indicators: indicators.into_iter().collect(),
            breakdowns: Vec::new(),
            windowed_bases: Vec::new(),
            known_at: None,
            working_days: WorkingDays::england_and_wales(),
            terms: OnceLock::new(),
        }
    }

    /// The terms as they are set.
    fn terms(&self) -> Result<&Terms, EngineError> {
        let terms = self.terms.get_or_init(|| {
            let header = Arc::new(self.new_header()?);
            let mut groups: Vec<(Option<Shelf>, Vec<Step>)> = Vec::new();
            for (at, slot) in header.slots.iter().enumerate() {
                let Some(indicator) = self.indicators.get(slot.indicator) else { continue };
                let starts = indicator.starts_from().and_then(Shelf::of);
                let group = groups.iter().position(|(of, _)| *of == starts).unwrap_or(groups.len());
                if group == groups.len() {
                    groups.push((starts, Vec::new()));
                }
                let Some((_, steps)) = groups.get_mut(group) else { continue };
                // Whose family a unit is of is only known where indicators are judged by themselves.
                let rules = indicator.rules().filter(|_| !indicator.definition().sibling_groups);
                let joins = |step: &mut Step| step.rules.as_mut()?.join(rules?).then(|| step.slots.push(at));
                if steps.iter_mut().find_map(joins).is_none() {
                    steps.push(Step { slots: vec![at], rules: rules.cloned() });
                }
            }
            let starts = groups.iter().filter_map(|(shelf, _)| *shelf).fold(0, |bits, shelf| bits | 1 << shelf as u16);
            Ok(Arc::new(Terms { header, groups, starts }))
        });
        terms.as_deref().map_err(Clone::clone)
    }

    fn header(&self) -> Result<&Arc<Header>, EngineError> {
        Ok(&self.terms()?.header)
    }

    /// Breaks every figure down by `breakdown` too.
    #[must_use]
    pub fn by(mut self, breakdown: impl Breakdown + 'static) -> Self {
        self.breakdowns.push(Arc::new(breakdown));
        self.terms = OnceLock::new();
        self
    }

    /// Keeps windowed indicators on `basis` too, beside the bases of their definitions; flows have every window anyway.
    #[must_use]
    pub fn on(mut self, basis: Basis) -> Self {
        self.windowed_bases.push(basis);
        self.terms = OnceLock::new();
        self
    }

    /// Pins the calculation to what was known on `day`.
    #[must_use]
    pub fn known_at(mut self, day: NaiveDate) -> Self {
        self.known_at = Some(day);
        self.terms = OnceLock::new();
        self
    }

    /// Counts working days by this calendar.
    #[must_use]
    pub fn working_days(mut self, calendar: WorkingDays) -> Self {
        self.working_days = calendar;
        self.terms = OnceLock::new();
        self
    }

    /// The names of the breakdowns, in order.
    pub fn breakdowns(&self) -> impl Iterator<Item = &str> {
        self.breakdowns.iter().map(|breakdown| breakdown.name())
    }

    /// The readings of every indicator, on every basis of its definition, at each of the days, with the number of all
    /// findings: those in the records and those of the calculation.
    ///
    /// # Errors
    ///
    /// As [`Engine::run`].
    pub fn scorecard(&self, dataset: &Dataset, as_at: &[NaiveDate]) -> Result<Scorecard, EngineError> {
        let mut card = self.run(dataset)?.scorecard(as_at)?;
        card.findings += dataset.findings().len() as u64;
        Ok(card)
    }

    /// A ledger under the terms of this engine with nothing posted in it.
    ///
    /// # Errors
    ///
    /// Where two indicators or two breakdowns have the same name, or an indicator's definition contradicts its type.
    pub fn ledger(&self) -> Result<Ledger, EngineError> {
        Ok(Ledger::open(Arc::clone(self.header()?)))
    }

    /// Judges every child of `dataset`. Where it has none, the ledger keeps what its sources hold all the same, so that
    /// what they lack is no zero.
    ///
    /// # Errors
    ///
    /// As [`Engine::ledger`] and [`Engine::post`].
    pub fn run(&self, dataset: &Dataset) -> Result<Ledger, EngineError> {
        if dataset.children().len() == 0 {
            return self.run_childless(dataset);
        }
        let mut ledger = self.ledger()?;
        self.post_all(&mut ledger, dataset.children())?;
        Ok(ledger)
    }

    fn run_childless(&self, dataset: &Dataset) -> Result<Ledger, EngineError> {
        let mut ledger = self.ledger()?;
        if let Some(supply) = dataset.said() {
            ledger.post_childless(supply);
        }
        Ok(ledger)
    }

    /// Judges every child of `dataset` on all cores: the ledger is the same as that of [`Engine::run`], bit for bit.
    ///
    /// Without this feature the same is done by hand: [`Dataset::children_in`] gives each thread its share,
    /// [`Ledger::merge`] puts the ledgers together.
    ///
    /// # Errors
    ///
    /// As [`Engine::run`].
    #[cfg(feature = "rayon")]
    pub fn run_parallel(&self, dataset: &Dataset) -> Result<Ledger, EngineError> {
        use std::sync::atomic::{AtomicUsize, Ordering};

        use rayon::prelude::*;

        // One ledger a thread, since a ledger takes as long to open and merge as some thousand children to judge; and
        // small shares, so that no thread waits long for the last.
        let (children, next) = (dataset.children().len(), AtomicUsize::new(0));
        let judge = |_| {
            let mut ledger = None;
            loop {
                let start = next.fetch_add(SHARE, Ordering::Relaxed);
                if start >= children {
                    return Ok(ledger);
                }
                let mine = match &mut ledger {
                    Some(ledger) => ledger,
                    none => none.insert(self.ledger()?),
                };
                self.post_all(mine, dataset.children_in(start..start.saturating_add(SHARE)))?;
            }
        };
        let threads = rayon::current_num_threads().min(children.div_ceil(SHARE));
        let whole = (0..threads).into_par_iter().with_max_len(1).map(judge).try_reduce(
            || None,
            |mine, theirs| match (mine, theirs) {
                (Some(mut mine), Some(theirs)) => {
                    mine.merge(&theirs).map_err(EngineError::OtherLedger)?;
                    Ok(Some(mine))
                }
                (mine, theirs) => Ok(mine.or(theirs)),
            },
        )?;
        whole.map_or_else(|| self.run_childless(dataset), Ok)
    }

    /// Judges one child and posts the verdicts to `ledger`, one of this engine.
    ///
    /// # Errors
    ///
    /// Where the ledger is of an engine with other terms, or an indicator posts an outcome that its shape does not know; after
    /// the latter the child is posted in part and the ledger of no use any more. Nor is it after a panic of an indicator of
    /// your own, if you catch that.
    pub fn post(&self, ledger: &mut Ledger, child: &Child<'_>) -> Result<(), EngineError> {
        self.judge(ledger, [*child], 1)
    }

    /// Judges each of `children` and posts the verdicts to `ledger`, one of this engine: a dataset's, a part of them, or any
    /// stream, of which a few are taken at a time.
    ///
    /// # Errors
    ///
    /// As [`Engine::post`].
    pub fn post_all<'a>(
        &self,
        ledger: &mut Ledger,
        children: impl IntoIterator<Item = Child<'a>>,
    ) -> Result<(), EngineError> {
        self.judge(ledger, children, 1)
    }

    /// Takes back what [`Engine::post`] posted for this child with these records.
    ///
    /// A ledger does not know whom it has been posted: taking back a child that never was, or one with other records, leaves
    /// figures that are wrong, and says nothing.
    ///
    /// # Errors
    ///
    /// As [`Engine::post`].
    pub fn retract(&self, ledger: &mut Ledger, child: &Child<'_>) -> Result<(), EngineError> {
        self.judge(ledger, [*child], -1)
    }

    /// The units behind a figure with verdict and reason, also those that were missed or excluded, by person and record.
    ///
    /// They add up to the figure, because the same judgement feeds both.
    ///
    /// # Errors
    ///
    /// As [`Engine::ledger`], and where there is no such indicator, it has no figure on this basis, or the reading
    /// [cannot be made](crate::Reading::obstacle) of what the dataset [holds](Dataset::supply).
    pub fn evidence(
        &self,
        dataset: &Dataset,
        indicator: &str,
        basis: Basis,
        as_at: NaiveDate,
    ) -> Result<Vec<Evidence>, EngineError> {
        let header = self.header()?;
        let slot = find(header, indicator, basis)?;
        let Some(slot) = header.slots.get(slot) else { return Ok(Vec::new()) };
        let obstacle = header
            .definitions
            .get(slot.indicator)
            .and_then(|definition| Obstacle::of(definition, basis, as_at, dataset.supply()));
        if let Some(obstacle) = obstacle {
            return Err(EngineError::Unavailable { indicator: indicator.to_owned(), basis, as_at, obstacle });
        }
        let mut evidence = Vec::new();
        for child in dataset.children() {
            child.known_at(self.known_at, |chronology| {
                if let Some(indicator) = self.indicators.get(slot.indicator) {
                    let mut collector = Collector::new(
                        chronology,
                        look(indicator.timing(), basis, as_at),
                        as_at,
                        indicator.definition(),
                        &self.breakdowns,
                    );
                    indicator.judge(chronology, self.terms_of(*slot), &mut collector);
                    evidence.append(&mut collector.evidence);
                }
            });
        }
        evidence.sort();
        Ok(evidence)
    }

    fn new_header(&self) -> Result<Header, EngineError> {
        let mut keys = Vec::new();
        let mut slots = Vec::new();
        for (at, indicator) in self.indicators.iter().enumerate() {
            let definition = indicator.definition();
            let key = definition.key();
            if indicator.timing() != definition.timing {
                return Err(EngineError::OtherTiming(key, indicator.timing(), definition.timing));
            }
            if keys.contains(&key) {
                return Err(EngineError::RepeatedIndicator(key));
            }
            if let Some(basis) = definition.bases.iter().find(|basis| !has_figures(definition.timing, **basis)) {
                let offered = if definition.timing == Timing::Stock { "as-at" } else { "every window" };
                return Err(EngineError::NoSuchBasis { indicator: key, basis: *basis, offered: offered.to_owned() });
            }
            keys.push(key);
            if indicator.timing() == Timing::Windowed {
                let mut bases: Vec<Basis> = Vec::new();
                for basis in definition.bases.iter().chain(&self.windowed_bases) {
                    if has_figures(Timing::Windowed, *basis) && !bases.contains(basis) {
                        bases.push(*basis);
                    }
                }
                slots.extend(bases.into_iter().map(|basis| Slot { indicator: at, basis: Some(basis) }));
            } else {
                slots.push(Slot { indicator: at, basis: None });
            }
        }
        let breakdowns: Vec<String> = self.breakdowns().map(str::to_owned).collect();
        if let Some(name) = breakdowns.iter().enumerate().find(|(at, name)| breakdowns[..*at].contains(name)) {
            return Err(EngineError::RepeatedBreakdown(name.1.clone()));
        }
        Ok(Header {
            keys: keys.iter().map(|key| Arc::from(key.as_str())).collect(),
            definitions: self.indicators.iter().map(|indicator| Arc::new(indicator.definition().clone())).collect(),
            slots,
            breakdowns,
            known_at: self.known_at,
            working_days: self.working_days.clone(),
        })
    }

    fn terms_of(&self, slot: Slot) -> indicator::Terms<'_> {
        self.terms_on(slot.basis.unwrap_or(Basis::AsAt))
    }

    fn terms_on(&self, basis: Basis) -> indicator::Terms<'_> {
        indicator::Terms { basis, working_days: &self.working_days }
    }

    fn judge<'a>(
        &self,
        ledger: &mut Ledger,
        children: impl IntoIterator<Item = Child<'a>>,
        sign: i64,
    ) -> Result<(), EngineError> {
        let terms = self.terms()?;
        ledger.is_under(&terms.header).map_err(EngineError::OtherLedger)?;
        let mut lent = Vec::new();
        let mut supplies: Vec<(&'a Arc<Supply>, i64)> = Vec::new();
        // Children of one dataset come together, so that their supply is posted once.
        let mut children = children.into_iter().inspect(|child| match (child.supply(), supplies.last_mut()) {
            (None, _) => {}
            (Some(supply), Some((same, number))) if Arc::ptr_eq(same, supply) => *number += sign,
            (Some(supply), _) => supplies.push((supply, sign)),
        });
        let mut pinned = self.known_at.map(Pinned::new);
        let mut given = Given::default();
        loop {
            let mut block: Vec<Chronology<'_>> = Vec::new();
            match &mut pinned {
                None => {
                    block.reserve(children.size_hint().0.clamp(1, BLOCK));
                    while block.len() < BLOCK {
                        let Some(child) = children.next() else { break };
                        block.push(child.chronology());
                    }
                }
                Some(pinned) => {
                    pinned.clear();
                    let taken: Vec<Child<'_>> =
                        children.by_ref().take(BLOCK).inspect(|child| pinned.push(*child)).collect();
                    block.extend(taken.into_iter().enumerate().map(|(at, child)| pinned.chronology(at, child)));
                }
            }
            if block.is_empty() {
                break;
            }
            given.sort(&block, terms.starts);
            for (shelf, steps) in &terms.groups {
                let given = given.on(*shelf);
                if given.is_empty() {
                    continue;
                }
                for step in steps {
                    if self.breakdowns.is_empty() {
                        self.judge_in_total(ledger, step, (&block, given), sign, &mut lent)?;
                    } else {
                        for at in &step.slots {
                            self.judge_broken_down(ledger, *at, (&block, given), sign)?;
                        }
                    }
                }
            }
        }
        drop(children);
        for (supply, number) in supplies {
            ledger.post_supply(supply, number);
        }
        Ok(())
    }

    fn judge_in_total(
        &self,
        ledger: &mut Ledger,
        step: &Step,
        (children, given): (&[Chronology<'_>], &[u16]),
        sign: i64,
        lent: &mut Vec<Lent>,
    ) -> Result<(), EngineError> {
        if lent.len() < step.slots.len() {
            lent.resize_with(step.slots.len(), Lent::default);
        }
        let lent = lent.get_mut(..step.slots.len()).unwrap_or_default();
        for (at, lent) in step.slots.iter().zip(&mut *lent) {
            if let Some(account) = ledger.account_mut(*at) {
                account.lend(lent, sign);
            }
        }
        match &step.rules {
            Some(rules) => rules.judge_all(children, given, self.terms_on(Basis::AsAt), lent),
            None => {
                for (at, lent) in step.slots.iter().zip(&mut *lent) {
                    let Some(slot) = ledger.header().slots.get(*at) else { continue };
                    let Some(indicator) = self.indicators.get(slot.indicator) else { continue };
                    indicator.judge_all(children, given, self.terms_of(*slot), lent);
                }
            }
        }
        for (at, lent) in step.slots.iter().zip(&mut *lent) {
            if let Some(account) = ledger.account_mut(*at) {
                account.take_back(lent);
            }
        }
        for (at, lent) in step.slots.iter().zip(lent) {
            let Some(account) = ledger.account_mut(*at) else { continue };
            account.post_rest(lent).map_err(|outcome| other_shape(account.definition(), outcome))?;
            for (place, span) in lent.met.drain(..) {
                let Some(child) = children.get(usize::from(place)) else { continue };
                for member in child.families() {
                    account.post_family(None, child.text(member.family), span, sign);
                }
            }
            if !lent.notes.is_empty() {
                lent.notes.drain(..).for_each(|finding| ledger.note(finding, sign));
            }
        }
        Ok(())
    }

    fn judge_broken_down(
        &self,
        ledger: &mut Ledger,
        at: usize,
        (children, given): (&[Chronology<'_>], &[u16]),
        sign: i64,
    ) -> Result<(), EngineError> {
        let Some(slot) = ledger.header().slots.get(at).copied() else { return Ok(()) };
        let Some(indicator) = self.indicators.get(slot.indicator) else { return Ok(()) };
        for chronology in given.iter().filter_map(|at| children.get(usize::from(*at))) {
            let mut poster = Poster { ledger, slot: at, chronology, breakdowns: &self.breakdowns, sign, refused: None };
            indicator.judge(chronology, self.terms_of(slot), &mut poster);
            if let Some(outcome) = poster.refused {
                return Err(other_shape(indicator.definition(), outcome));
            }
        }
        Ok(())
    }
}

/// The children of a block by the shelves on which they have entries.
struct Given {
    /// The places of all.
    all: [u16; BLOCK],
    children: usize,
    /// By shelf: how many have an entry there, and their places.
    on: [(usize, [u16; BLOCK]); SHELVES],
}

impl Default for Given {
    fn default() -> Self {
        let mut all = [0; BLOCK];
        (0..).zip(&mut all).for_each(|(at, place)| *place = at);
        Self { all, children: 0, on: [(0, [0; BLOCK]); SHELVES] }
    }
}

impl Given {
    /// Sorts the children of a block by the shelves wanted, a bit each.
    fn sort(&mut self, block: &[Chronology<'_>], wanted: u16) {
        self.children = block.len();
        self.on.iter_mut().for_each(|(count, _)| *count = 0);
        for (at, child) in (0..).zip(block) {
            let mut shelves = child.filled() & wanted;
            while let Some((count, places)) = self.on.get_mut(shelves.trailing_zeros() as usize) {
                if let Some(place) = places.get_mut(*count) {
                    *place = at;
                }
                *count += 1;
                shelves &= shelves - 1;
            }
        }
    }

    /// The places of those that have an entry on a shelf; of all without one.
    fn on(&self, start: Option<Shelf>) -> &[u16] {
        let there = start.and_then(|start| self.on.get(start as usize));
        let (count, places) = there.map_or((self.children, &self.all), |(count, places)| (*count, places));
        places.get(..count).unwrap_or_default()
    }
}

/// Children that a thread takes at a time.
#[cfg(feature = "rayon")]
const SHARE: usize = 4096;

/// Children that are judged by one indicator after another: few enough for the cache.
const BLOCK: usize = 128;

fn other_shape(definition: &Definition, outcome: Outcome) -> EngineError {
    EngineError::OtherShape { indicator: definition.key(), outcome }
}

/// Whether indicators of this timing have figures on this basis: stocks as at a day, all others in a window.
fn has_figures(timing: Timing, basis: Basis) -> bool {
    (timing == Timing::Stock) == (basis == Basis::AsAt)
}

/// How an account of this timing is looked at on a basis it has figures on.
#[inline]
pub(super) fn look(timing: Timing, basis: Basis, as_at: NaiveDate) -> Look {
    match (timing, basis.window(as_at)) {
        (Timing::Flow, Some(window)) => Look::within(window),
        _ => Look::on(as_at),
    }
}

/// Which account answers.
pub(super) fn find(header: &Header, indicator: &str, basis: Basis) -> Result<usize, EngineError> {
    let number = header
        .keys
        .iter()
        .position(|key| **key == *indicator)
        .ok_or_else(|| EngineError::NoSuchIndicator(indicator.to_owned()))?;
    let definition = &header.definitions[number];
    let slot_on = |basis: Option<Basis>| header.slots.iter().position(|s| s.indicator == number && s.basis == basis);
    let found = match definition.timing {
        timing if !has_figures(timing, basis) => None,
        Timing::Flow | Timing::Stock => slot_on(None),
        Timing::Windowed => slot_on(Some(basis)),
    };
    found.ok_or_else(|| {
        let offered: Vec<String> = match definition.timing {
            Timing::Flow => vec!["every window".to_owned()],
            Timing::Stock => vec![Basis::AsAt.to_string()],
            Timing::Windowed => {
                let kept = header.slots.iter().filter(|slot| slot.indicator == number);
                kept.filter_map(|slot| slot.basis).map(|basis| basis.to_string()).collect()
            }
        };
        EngineError::NoSuchBasis { indicator: indicator.to_owned(), basis, offered: offered.join(", ") }
    })
}

/// The sink that posts to a ledger, in total and by stratum.
struct Poster<'a, 'b> {
    ledger: &'a mut Ledger,
    slot: usize,
    chronology: &'a Chronology<'b>,
    breakdowns: &'a [Arc<dyn Breakdown>],
    sign: i64,
    refused: Option<Outcome>,
}

impl Poster<'_, '_> {
    fn post_to(&mut self, stratum: Option<&(usize, Stratum)>, span: Span, posting: &Posting) {
        let Some(account) = self.ledger.account_mut(self.slot) else { return };
        let posted = match stratum {
            None => account.post(span, posting.outcome, self.sign),
            Some(stratum) => account.post_in(stratum.clone(), span, posting.outcome, self.sign),
        };
        if posted.is_err() {
            self.refused = Some(posting.outcome);
        } else if account.counts_families_of(posting.outcome) {
            for family in self.chronology.families() {
                account.post_family(stratum.cloned(), self.chronology.text(family.family), span, self.sign);
            }
        }
    }
}

impl Sink for Poster<'_, '_> {
    fn post(&mut self, posting: Posting) {
        self.post_to(None, posting.span, &posting);
        for (number, breakdown) in self.breakdowns.iter().enumerate() {
            let changes = breakdown.changes(self.chronology, posting.unit, posting.span);
            for piece in posting.span.divided(changes) {
                let stratum = breakdown.stratum(self.chronology, posting.unit, piece.start);
                self.post_to(Some(&(number, stratum)), piece, &posting);
            }
        }
    }

    fn note(&mut self, finding: Finding) {
        self.ledger.note(finding, self.sign);
    }
}
