//! The ledger: verdicts posted to a day book, `+1` on a day, and for a span `+1` at its start and `-1` at its end.
//!
//! A stock at a date is a balance, a flow in a window the difference of two balances. Ledgers are a commutative group: they
//! merge by addition, and what was posted can be retracted.

mod histogram;
mod supplies;
mod written;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{Basis, Span, Window, WorkingDays, next_day, place};
use crate::dataset::{EVERYTHING, Finding, Supply};
use crate::indicator::{By, DayBook, Definition, Lent, Outcome, Shape, Slip, Timing, Verdict};
use histogram::Histogram;
use supplies::Supplies;
pub use written::LedgerError;

/// Which part of a breakdown: "Female", "10 to 15".
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stratum(String);

impl Stratum {
    /// The stratum with this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The stratum of units of which the breakdown says nothing.
    #[must_use]
    pub fn not_recorded() -> Self {
        Self::new("not recorded")
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Stratum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What two ledgers differ in, and so cannot be merged over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// Different indicators, options, rules or versions.
    #[error("the ledgers keep different definitions: {0}")]
    Definitions(String),
    /// Different bases of a windowed indicator.
    #[error("the ledgers keep windowed indicators on different bases: {0}")]
    Bases(String),
    /// Different breakdowns.
    #[error("the ledgers are broken down differently: {0:?} and {1:?}")]
    Breakdowns(Vec<String>, Vec<String>),
    /// Pinned to different days.
    #[error("the ledgers are pinned to different days: {0:?} and {1:?}")]
    KnownAt(Option<NaiveDate>, Option<NaiveDate>),
    /// Different working days.
    #[error("the ledgers count different working days: {0}")]
    WorkingDays(String),
    /// Partials of different readings.
    #[error("the partials hold different readings: {0}")]
    Readings(String),
    /// More is taken back than is there, or more added than can be counted.
    #[error("the counts of {0} cannot be put together")]
    Counts(String),
}

impl MergeError {
    /// How two lists of definitions differ, if they do.
    pub(crate) fn of_definitions(mine: &[Arc<Definition>], theirs: &[Arc<Definition>]) -> Option<Self> {
        let pair = mine.iter().zip(theirs).find(|(a, b)| a != b);
        let difference = if let Some((a, b)) = pair {
            difference(a, b)
        } else {
            let shorter = mine.len().min(theirs.len());
            let extra = mine.get(shorter).or_else(|| theirs.get(shorter))?;
            format!("only one has {}", extra.key())
        };
        Some(Self::Definitions(difference))
    }

    /// How two calendars differ, if they do.
    pub(crate) fn of_working_days(mine: &WorkingDays, theirs: &WorkingDays) -> Option<Self> {
        let range = |days: &WorkingDays| (days.first_day(), days.last_day());
        let ((a, b), (c, d)) = (range(mine), range(theirs));
        if (a, b) != (c, d) {
            return Some(Self::WorkingDays(format!("{a} to {b} and {c} to {d}")));
        }
        let only =
            |a: &WorkingDays, b: &WorkingDays| a.holidays().iter().copied().find(|day| !b.holidays().contains(day));
        let day = only(mine, theirs).or_else(|| only(theirs, mine))?;
        Some(Self::WorkingDays(format!("{day} is a holiday in one of them")))
    }
}

/// What two definitions differ in.
fn difference(a: &Definition, b: &Definition) -> String {
    let key = a.key();
    if key != b.key() {
        return format!("{key} and {}", b.key());
    }
    if a.version != b.version {
        return format!("{key}: version {} and {}", a.version, b.version);
    }
    if a.rule != b.rule {
        return format!("{key}: rule {:?} and {:?}", a.rule, b.rule);
    }
    let part = [
        (a.option != b.option, "option"),
        (a.timing != b.timing, "timing"),
        (a.shape != b.shape, "shape"),
        (a.bases != b.bases, "bases"),
        (a.sibling_groups != b.sibling_groups, "sibling groups"),
        (a.unit != b.unit, "unit"),
        (a.polarity != b.polarity, "polarity"),
        (a.zero != b.zero, "what zero means"),
        (a.needs != b.needs, "needs"),
        (a.title != b.title, "title"),
    ];
    let part = part.iter().find(|(differs, _)| *differs).map_or("source", |(_, part)| part);
    format!("{key}: {part}")
}

/// One account: an indicator, and for a windowed one the basis it was judged on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The position of its definition.
    pub(crate) indicator: usize,
    pub(crate) basis: Option<Basis>,
}

/// What a ledger keeps, and under which terms it was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) definitions: Vec<Arc<Definition>>,
    /// The key of each definition.
    pub(crate) keys: Vec<Arc<str>>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) breakdowns: Vec<String>,
    pub(crate) known_at: Option<NaiveDate>,
    pub(crate) working_days: WorkingDays,
}

impl Header {
    pub(crate) fn same(&self, other: &Self) -> Result<(), MergeError> {
        if let Some(error) = MergeError::of_definitions(&self.definitions, &other.definitions) {
            return Err(error);
        }
        if let Some(differs) = (0..self.definitions.len()).find(|at| self.bases(*at).ne(other.bases(*at))) {
            let key = self.keys.get(differs).map_or("", AsRef::as_ref);
            let named =
                |header: &Self| header.bases(differs).map(|basis| basis.to_string()).collect::<Vec<_>>().join(", ");
            return Err(MergeError::Bases(format!("{key} on {} and on {}", named(self), named(other))));
        }
        if self.breakdowns != other.breakdowns {
            return Err(MergeError::Breakdowns(self.breakdowns.clone(), other.breakdowns.clone()));
        }
        if self.known_at != other.known_at {
            return Err(MergeError::KnownAt(self.known_at, other.known_at));
        }
        MergeError::of_working_days(&self.working_days, &other.working_days).map_or(Ok(()), Err)
    }

    /// The bases on which the windowed indicator at this place is kept.
    fn bases(&self, indicator: usize) -> impl Iterator<Item = Basis> {
        self.slots.iter().filter(move |slot| slot.indicator == indicator).filter_map(|slot| slot.basis)
    }
}

/// Every verdict on every child, by day: readings are subtractions.
///
/// Made by an [`Engine`](crate::Engine); it holds no child's records.
///
/// # Merging
///
/// Ledgers of different children merge by addition, in any order and grouping; [`Engine::ledger`](crate::Engine::ledger)
/// is the unit. What was posted for a child can be retracted. Families that span the ledgers are one family where their
/// ids are the same.
///
/// # Memory
///
/// It grows with the days and numbers of days that occur, not with the records; only where sibling groups are counted it
/// keeps each family with a met unit, because which families are one over two windows is not known from their counts.
///
/// # Serialising
///
/// A ledger is written whole: its terms, and what is posted on each day. It names no child, yet it names families, in its
/// findings records and children, and small counts stand in it by day: it is personal data as the records are. What can be
/// shared is a [`Partial`](crate::Partial). One that contradicts itself is not read.
///
/// ```
/// use csc_kpi::indicator::catalogue;
/// use csc_kpi::record::Referral;
/// use csc_kpi::{Dataset, Engine, Ledger, NaiveDate};
///
/// let day = NaiveDate::from_ymd_opt(2018, 5, 2).unwrap();
/// let dataset: Dataset = [Referral::new("R1", "C1", day)].into_iter().collect();
/// let ledger = Engine::new(catalogue::standard()).run(&dataset)?;
/// let json = serde_json::to_string(&ledger)?;
/// assert_eq!(serde_json::from_str::<Ledger>(&json)?, ledger);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ledger {
    header: Arc<Header>,
    accounts: Vec<Account>,
    findings: BTreeMap<Finding, i64>,
    supplies: Supplies,
}

/// Ledgers are equal if they were judged under the same terms, of children of the same sources, and the same is posted on every
/// day.
impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        self.is_under(&other.header).is_ok()
            && self.accounts == other.accounts
            && self.findings == other.findings
            && self.supplies == other.supplies
    }
}

impl Ledger {
    pub(crate) fn open(header: Arc<Header>) -> Self {
        let account = |slot: &Slot| header.definitions.get(slot.indicator).map(Account::of);
        let accounts = header.slots.iter().filter_map(account).collect();
        Self { header, accounts, findings: BTreeMap::new(), supplies: Supplies::default() }
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Whether it was judged under these terms.
    pub(crate) fn is_under(&self, header: &Arc<Header>) -> Result<(), MergeError> {
        if Arc::ptr_eq(&self.header, header) { Ok(()) } else { self.header.same(header) }
    }

    pub(crate) fn account(&self, slot: usize) -> Option<&Account> {
        self.accounts.get(slot)
    }

    #[inline]
    pub(crate) fn account_mut(&mut self, slot: usize) -> Option<&mut Account> {
        self.accounts.get_mut(slot)
    }

    #[cold]
    pub(crate) fn note(&mut self, finding: Finding, sign: i64) {
        match self.findings.entry(finding) {
            Entry::Vacant(place) => {
                place.insert(sign);
            }
            Entry::Occupied(mut place) => {
                *place.get_mut() = place.get().wrapping_add(sign);
                if *place.get() == 0 {
                    place.remove();
                }
            }
        }
    }

    /// Posts that so many children are of a dataset whose sources hold this.
    pub(crate) fn post_supply(&mut self, supply: &Arc<Supply>, children: i64) {
        self.supplies.post(supply, children);
    }

    /// Posts that a dataset without a child holds this.
    pub(crate) fn post_childless(&mut self, supply: &Arc<Supply>) {
        self.supplies.post_childless(supply);
    }

    /// What its readings can rely on: what the sources of every child posted hold, and of every dataset without a child
    /// that was [run](crate::Engine::run); [everything](Supply::everything) where no source said anything.
    ///
    /// A reading that [needs](crate::indicator::Need) something else cannot be made, see [`Obstacle`](crate::Obstacle).
    /// That goes with the children: a child retracted takes along what was said of its sources. A host that takes out
    /// children until none is left opens its ledger by running a dataset without a child whose sources say what they
    /// hold: that stays.
    #[must_use]
    pub fn supply(&self) -> &Supply {
        self.relied_on().unwrap_or(&EVERYTHING)
    }

    /// The same; none where that is everything.
    pub(crate) fn relied_on(&self) -> Option<&Supply> {
        self.supplies.relied_on()
    }

    /// What could not be judged as it should, because of its data; each finding once, in a stable order.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|(_, times)| **times > 0).map(|(finding, _)| finding)
    }

    /// The definitions of the indicators it keeps, in order.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.header.definitions.iter().map(AsRef::as_ref)
    }

    /// The day the calculation is pinned to.
    #[must_use]
    pub fn known_at(&self) -> Option<NaiveDate> {
        self.header.known_at
    }

    /// Adds all that is posted in `other`.
    ///
    /// # Errors
    ///
    /// [`MergeError`] where the two were not judged under the same terms; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), MergeError> {
        self.is_under(&other.header)?;
        for (mine, theirs) in self.accounts.iter_mut().zip(&other.accounts) {
            mine.merge(theirs);
        }
        for (finding, times) in &other.findings {
            self.note(finding.clone(), *times);
        }
        self.supplies.merge(&other.supplies);
        Ok(())
    }
}

/// An outcome that the shape of its indicator does not know.
pub(crate) struct OtherShape;

/// The books of one account: in total, and by stratum of each breakdown.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    definition: Arc<Definition>,
    total: Books,
    strata: BTreeMap<(usize, Stratum), Books>,
}

impl PartialEq for Account {
    fn eq(&self, other: &Self) -> bool {
        self.definition == other.definition && self.total == other.total && self.posted().eq(other.posted())
    }
}

impl Account {
    fn of(definition: &Arc<Definition>) -> Self {
        Self { total: Books::of(definition), definition: Arc::clone(definition), strata: BTreeMap::new() }
    }

    /// The strata with postings, with their books.
    fn posted(&self) -> impl Iterator<Item = (&(usize, Stratum), &Books)> {
        self.strata.iter().filter(|(_, books)| !books.is_blank())
    }

    /// The definition of its indicator.
    pub(crate) fn definition(&self) -> &Arc<Definition> {
        &self.definition
    }

    /// Whether an outcome counts the families of its child too.
    pub(crate) fn counts_families_of(&self, outcome: Outcome) -> bool {
        self.definition.sibling_groups && outcome == Outcome::Judged(Verdict::Met)
    }

    /// Posts an outcome in total.
    pub(crate) fn post(&mut self, span: Span, outcome: Outcome, sign: i64) -> Result<(), OtherShape> {
        self.total.post(&self.definition, span, outcome, sign)
    }

    /// Lends its books in total, so that outcomes of many units are posted with this sign; to be taken back.
    pub(crate) fn lend(&mut self, lent: &mut Lent, sign: i64) {
        lent.sign = sign;
        lent.counts_met = self.definition.sibling_groups;
        self.total.lend(&self.definition.shape, lent);
    }

    /// Takes back its books.
    pub(crate) fn take_back(&mut self, lent: &mut Lent) {
        self.total.take_back(lent);
    }

    /// Posts what the lent books did not take; the error is the first outcome that the shape of the indicator does not know.
    pub(crate) fn post_rest(&mut self, lent: &mut Lent) -> Result<(), Outcome> {
        for (day, outcome, amount) in lent.rest.drain(..) {
            self.total.post_on(&self.definition.shape, day, outcome, amount).map_err(|_| outcome)?;
        }
        Ok(())
    }

    /// Posts an outcome of one stratum of the breakdown with this number.
    pub(crate) fn post_in(
        &mut self,
        stratum: (usize, Stratum),
        span: Span,
        outcome: Outcome,
        sign: i64,
    ) -> Result<(), OtherShape> {
        let books = self.strata.entry(stratum).or_insert_with(|| Books::of(&self.definition));
        books.post(&self.definition, span, outcome, sign)
    }

    /// Posts that `family` has a met unit.
    pub(crate) fn post_family(&mut self, stratum: Option<(usize, Stratum)>, family: &str, span: Span, sign: i64) {
        let books = match stratum {
            None => &mut self.total,
            Some(stratum) => self.strata.entry(stratum).or_insert_with(|| Books::of(&self.definition)),
        };
        books.post_family(self.definition.timing, family, span, sign);
    }

    /// The strata of a breakdown that have postings, in order.
    pub(crate) fn strata(&self, breakdown: usize) -> impl Iterator<Item = &Stratum> {
        self.posted().filter(move |((number, _), _)| *number == breakdown).map(|((_, stratum), _)| stratum)
    }

    /// The books in total, or of one stratum; `None` where nothing was posted of it.
    pub(crate) fn books(&self, stratum: Option<&(usize, Stratum)>) -> Option<&Books> {
        match stratum {
            None => Some(&self.total),
            Some(stratum) => self.strata.get(stratum),
        }
    }

    fn merge(&mut self, other: &Self) {
        self.total.merge(&other.total);
        for (stratum, books) in &other.strata {
            self.strata.entry(stratum.clone()).or_insert_with(|| Books::of(&self.definition)).merge(books);
        }
    }
}

/// How the books are looked at: over the days of a window, or as they stand on a day. Days are told by their places.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Look {
    /// From a day, inclusive, to a day, exclusive.
    Between(i32, i32),
    /// Before the day after the one it is as at.
    Before(i32),
}

impl Look {
    /// At what lies in a window.
    pub(crate) fn within(window: Window) -> Self {
        Self::Between(place(window.start), place(window.end))
    }

    /// As at the end of a day.
    pub(crate) fn on(day: NaiveDate) -> Self {
        Self::Before(place(next_day(day)))
    }

    /// The day on which a reading as at `as_at` counts what is posted on `span`; `None` where it does not.
    pub(crate) fn day_seen(self, span: Span, as_at: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Between(start, end) => (start..end).contains(&place(span.start)).then_some(span.start),
            Self::Before(_) => span.covers(as_at).then_some(as_at),
        }
    }

    #[inline]
    fn at(self, before: impl Fn(i32) -> i64) -> u64 {
        units(match self {
            Self::Between(start, end) => before(end).wrapping_sub(before(start)),
            Self::Before(end) => before(end),
        })
    }
}

/// Numbers of days below this have their books in a row; an authority's working days are mostly among them.
pub(crate) const COMMON_DAYS: usize = 256;

/// How many units a balance is: below zero only where more was retracted than posted.
#[inline]
fn units(balance: i64) -> u64 {
    balance.max(0).cast_unsigned()
}

/// The books of one account, in total or of one stratum.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Books {
    /// By verdict or part; behind the parts the one for units in none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    counters: Vec<DayBook>,
    /// By number of days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    days: Vec<DayBook>,
    /// What `days` add up to, once it was asked for; none where it has to be looked up book by book.
    #[serde(skip)]
    histogram: OnceLock<Option<Box<Histogram>>>,
    /// Set before counters or days are looked at, and so summed up. Behind what is summed up, so that a copy made meanwhile
    /// has it set wherever it has sums.
    #[serde(skip)]
    summed: OnceLock<()>,
    /// By number of days, those outside the row.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    other_days: BTreeMap<i32, DayBook>,
    /// By the day from which an amount grows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    since: BTreeMap<NaiveDate, Slip>,
    /// By family with a met unit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    families: BTreeMap<String, Slip>,
}

fn same(mine: &[DayBook], theirs: &[DayBook]) -> bool {
    let blank = DayBook::default();
    (0..mine.len().max(theirs.len())).all(|at| mine.get(at).unwrap_or(&blank) == theirs.get(at).unwrap_or(&blank))
}

impl PartialEq for Books {
    fn eq(&self, other: &Self) -> bool {
        let kept = |books: &Self| -> Vec<(i32, DayBook)> {
            let posted = books.other_days.iter().filter(|(_, book)| !book.is_blank());
            posted.map(|(days, book)| (*days, book.clone())).collect()
        };
        same(&self.counters, &other.counters)
            && same(&self.days, &other.days)
            && kept(self) == kept(other)
            && self.since == other.since
            && self.families == other.families
    }
}

impl Books {
    fn of(definition: &Definition) -> Self {
        Self { counters: vec![DayBook::default(); Self::counters(definition)], ..Self::default() }
    }

    /// How many counters the shape of an indicator has.
    fn counters(definition: &Definition) -> usize {
        match &definition.shape {
            Shape::Proportion(_) => Verdict::COUNTED.len(),
            Shape::Composition(parts) => parts.len() + 1,
            Shape::Distribution => 0,
        }
    }

    fn is_blank(&self) -> bool {
        self.counters.iter().chain(&self.days).chain(self.other_days.values()).all(DayBook::is_blank)
            && self.since.is_empty()
            && self.families.is_empty()
    }

    /// Lends the books that outcomes of this shape are posted in.
    fn lend(&mut self, shape: &Shape, lent: &mut Lent) {
        self.open();
        (lent.by, lent.books) = match shape {
            Shape::Proportion(_) => (By::Verdict, std::mem::take(&mut self.counters)),
            Shape::Composition(_) => (By::Part, std::mem::take(&mut self.counters)),
            Shape::Distribution => (By::Days, std::mem::take(&mut self.days)),
        };
    }

    /// Takes back what was lent.
    fn take_back(&mut self, lent: &mut Lent) {
        let books = std::mem::take(&mut lent.books);
        match lent.by {
            By::Verdict | By::Part => self.counters = books,
            By::Days => self.days = books,
        }
    }

    /// Forgets what was summed up, since there will be postings.
    fn open(&mut self) {
        if self.summed.take().is_some() {
            self.histogram.take();
            self.counters.iter_mut().chain(&mut self.days).for_each(DayBook::open);
        }
    }

    fn post(&mut self, definition: &Definition, span: Span, outcome: Outcome, sign: i64) -> Result<(), OtherShape> {
        self.open();
        self.post_on(&definition.shape, span.start, outcome, sign)?;
        // A flow has one day, so it needs no posting that takes it back.
        match span.end.filter(|_| definition.timing != Timing::Flow) {
            Some(end) => self.post_on(&definition.shape, end, outcome, sign.wrapping_neg()),
            None => Ok(()),
        }
    }

    /// Posts on one day, in open books.
    fn post_on(&mut self, shape: &Shape, day: NaiveDate, outcome: Outcome, amount: i64) -> Result<(), OtherShape> {
        let at = match (shape, outcome) {
            (Shape::Proportion(_), Outcome::Judged(Verdict::Outside)) => return Ok(()),
            (Shape::Proportion(_), Outcome::Judged(verdict)) => verdict as usize,
            (Shape::Composition(parts), Outcome::Part(part)) if usize::from(part) < parts.len() => usize::from(part),
            (Shape::Composition(parts), Outcome::NoPart) => parts.len(),
            (Shape::Distribution, Outcome::Days(days)) => {
                let Some(at) = usize::try_from(days).ok().filter(|at| *at < COMMON_DAYS) else {
                    self.other_days.entry(days).or_default().post(day, amount);
                    return Ok(());
                };
                if self.days.len() <= at {
                    self.days.resize_with(at + 1, DayBook::default);
                }
                return DayBook::post_in(&mut self.days, at, day, amount).ok_or(OtherShape);
            }
            (Shape::Distribution, Outcome::Since(since)) => {
                let slip = self.since.entry(since).or_default();
                slip.post(day, amount);
                if slip.is_blank() {
                    self.since.remove(&since);
                }
                return Ok(());
            }
            _ => return Err(OtherShape),
        };
        DayBook::post_in(&mut self.counters, at, day, amount).ok_or(OtherShape)
    }

    fn post_family(&mut self, timing: Timing, family: &str, span: Span, sign: i64) {
        let slip = match self.families.get_mut(family) {
            Some(slip) => slip,
            None => self.families.entry(family.to_owned()).or_default(),
        };
        if timing == Timing::Flow {
            slip.post(span.start, sign);
        } else {
            slip.post_span(span, sign);
        }
        if slip.is_blank() {
            self.families.remove(family);
        }
    }

    /// How many units are in the counter at this place.
    #[inline]
    pub(crate) fn counter(&self, at: usize, look: Look) -> u64 {
        self.summed.get_or_init(|| ());
        self.counters.get(at).map_or(0, |book| look.at(|place| book.before(place)))
    }

    /// How many units have each number of days as at a day: for those from 0 in a row, and for others beside it, in no
    /// order and maybe again.
    pub(crate) fn amounts(&self, look: Look, as_at: NaiveDate) -> (Vec<u64>, Vec<(i64, u64)>) {
        self.summed.get_or_init(|| ());
        let summed = || Histogram::of(&self.days).map(Box::new);
        let mut common: Vec<u64> = match (self.histogram.get_or_init(summed), look) {
            (Some(histogram), Look::Between(start, end)) => {
                let rows = histogram.before(end).iter().zip(histogram.before(start));
                rows.map(|(to, from)| to.wrapping_sub(*from).cast_unsigned()).collect()
            }
            (Some(histogram), Look::Before(end)) => {
                histogram.before(end).iter().map(|sum| sum.cast_unsigned()).collect()
            }
            (None, _) => self.days.iter().map(|book| look.at(|place| book.before(place))).collect(),
        };
        // Looked for in all at once, since there is mostly none.
        if common.iter().fold(0, |bits, balance| bits | balance).cast_signed() < 0 {
            for balance in &mut common {
                *balance = units(balance.cast_signed());
            }
        }
        let mut others = Vec::new();
        for (days, book) in &self.other_days {
            others.push((i64::from(*days), look.at(|place| book.before(place))));
        }
        for (since, slip) in &self.since {
            others.push(((as_at - *since).num_days(), look.at(|place| slip.before(place))));
        }
        (common, others)
    }

    /// How many families have a met unit.
    pub(crate) fn families(&self, look: Look) -> u64 {
        self.families.values().filter(|slip| look.at(|place| slip.before(place)) > 0).count() as u64
    }

    fn merge(&mut self, other: &Self) {
        self.open();
        for (mine, theirs) in [(&mut self.counters, &other.counters), (&mut self.days, &other.days)] {
            if mine.len() < theirs.len() {
                mine.resize_with(theirs.len(), DayBook::default);
            }
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.merge(theirs);
            }
        }
        for (days, book) in &other.other_days {
            self.other_days.entry(*days).or_default().merge(book);
        }
        for (since, slip) in &other.since {
            self.since.entry(*since).or_default().merge(slip);
        }
        for (family, slip) in &other.families {
            self.families.entry(family.clone()).or_default().merge(slip);
        }
        self.since.retain(|_, slip| !slip.is_blank());
        self.families.retain(|_, slip| !slip.is_blank());
    }
}
