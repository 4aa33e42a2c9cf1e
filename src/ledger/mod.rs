//! The ledger: verdicts posted to a day book, `+1` on a day, and for a span `+1` at its start and `-1` at its end.
//!
//! A stock at a date is a balance, a flow in a window the difference of two balances. Ledgers are a commutative group: they
//! merge by addition, and what was posted can be retracted.

mod daybook;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{Basis, Span, WorkingDays, next_day};
use crate::dataset::Finding;
use crate::indicator::{Definition, Outcome, Shape, Timing, Verdict};
use daybook::DayBook;

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
    #[error("the ledgers keep windowed indicators on different bases")]
    Bases,
    /// Different breakdowns.
    #[error("the ledgers are broken down differently: {0:?} and {1:?}")]
    Breakdowns(Vec<String>, Vec<String>),
    /// Pinned to different days.
    #[error("the ledgers are pinned to different days: {0:?} and {1:?}")]
    KnownAt(Option<NaiveDate>, Option<NaiveDate>),
    /// Different working days.
    #[error("the ledgers count different working days")]
    WorkingDays,
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
    pub(crate) slots: Vec<Slot>,
    pub(crate) breakdowns: Vec<String>,
    pub(crate) known_at: Option<NaiveDate>,
    pub(crate) working_days: WorkingDays,
}

impl Header {
    pub(crate) fn same(&self, other: &Self) -> Result<(), MergeError> {
        if self.definitions != other.definitions {
            let differs = |(a, b): &(&Arc<Definition>, &Arc<Definition>)| a != b;
            let pair = self.definitions.iter().zip(&other.definitions).find(differs);
            let name = pair.map_or_else(|| "not as many".to_owned(), |(a, b)| format!("{} and {}", a.key(), b.key()));
            return Err(MergeError::Definitions(name));
        }
        if self.slots != other.slots {
            return Err(MergeError::Bases);
        }
        if self.breakdowns != other.breakdowns {
            return Err(MergeError::Breakdowns(self.breakdowns.clone(), other.breakdowns.clone()));
        }
        if self.known_at != other.known_at {
            return Err(MergeError::KnownAt(self.known_at, other.known_at));
        }
        if self.working_days != other.working_days {
            return Err(MergeError::WorkingDays);
        }
        Ok(())
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
#[derive(Clone, Debug)]
pub struct Ledger {
    header: Arc<Header>,
    accounts: Vec<Account>,
    findings: BTreeMap<Finding, i64>,
}

/// Ledgers are equal if they were judged under the same terms and the same is posted on every day.
impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        self.header == other.header && self.accounts == other.accounts && self.findings == other.findings
    }
}

impl Ledger {
    pub(crate) fn open(header: Arc<Header>) -> Self {
        let account = |slot: &Slot| header.definitions.get(slot.indicator).map(|definition| Account::of(definition));
        let accounts = header.slots.iter().filter_map(account).collect();
        Self { header, accounts, findings: BTreeMap::new() }
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

    pub(crate) fn account_mut(&mut self, slot: usize) -> Option<&mut Account> {
        self.accounts.get_mut(slot)
    }

    pub(crate) fn note(&mut self, finding: Finding, sign: i64) {
        match self.findings.entry(finding) {
            Entry::Vacant(place) => {
                place.insert(sign);
            }
            Entry::Occupied(mut place) => {
                *place.get_mut() += sign;
                if *place.get() == 0 {
                    place.remove();
                }
            }
        }
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
        self.header.same(&other.header)?;
        for (mine, theirs) in self.accounts.iter_mut().zip(&other.accounts) {
            mine.merge(theirs);
        }
        for (finding, times) in &other.findings {
            self.note(finding.clone(), *times);
        }
        Ok(())
    }
}

/// An outcome that the shape of its indicator does not know.
pub(crate) struct OtherShape;

/// The books of one account: in total, and by stratum of each breakdown.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    shape: Shape,
    sibling_groups: bool,
    timing: Timing,
    total: Books,
    strata: BTreeMap<(usize, Stratum), Books>,
}

impl PartialEq for Account {
    fn eq(&self, other: &Self) -> bool {
        let posted = |account: &Self| {
            account.strata.iter().filter(|(_, books)| !books.is_blank()).map(|(k, b)| (k.clone(), b.clone())).collect()
        };
        let (mine, theirs): (Vec<_>, Vec<_>) = (posted(self), posted(other));
        self.shape == other.shape && self.total == other.total && mine == theirs
    }
}

impl Account {
    fn of(definition: &Definition) -> Self {
        Self {
            shape: definition.shape.clone(),
            sibling_groups: definition.sibling_groups,
            timing: definition.timing,
            total: Books::default(),
            strata: BTreeMap::new(),
        }
    }

    pub(crate) const fn counts_sibling_groups(&self) -> bool {
        self.sibling_groups
    }

    pub(crate) fn post(
        &mut self,
        stratum: Option<(usize, Stratum)>,
        span: Span,
        outcome: Outcome,
        sign: i64,
    ) -> Result<(), OtherShape> {
        let cell = match (&self.shape, outcome) {
            (Shape::Proportion(_), Outcome::Judged(verdict)) => match verdict_cell(verdict) {
                Some(cell) => Cell::Counter(cell),
                None => return Ok(()),
            },
            (Shape::Composition(parts), Outcome::Part(part)) if usize::from(part) < parts.len() => {
                Cell::Counter(usize::from(part))
            }
            (Shape::Composition(parts), Outcome::NoPart) => Cell::Counter(parts.len()),
            (Shape::Distribution, Outcome::Days(days)) => Cell::Amount(Amount::Days(days)),
            (Shape::Distribution, Outcome::Since(day)) => Cell::Amount(Amount::Since(day)),
            _ => return Err(OtherShape),
        };
        let flow = self.timing == Timing::Flow;
        let book = match stratum {
            None => self.total.cell(&cell),
            Some(stratum) => self.strata.entry(stratum).or_default().cell(&cell),
        };
        // A flow has one day, so it needs no posting that takes it back.
        if flow {
            book.post(span.start, sign);
        } else {
            book.post_span(span, sign);
        }
        Ok(())
    }

    /// Posts that `family` has a met unit.
    pub(crate) fn post_family(&mut self, stratum: Option<(usize, Stratum)>, family: &str, span: Span, sign: i64) {
        let flow = self.timing == Timing::Flow;
        let books = match stratum {
            None => &mut self.total,
            Some(stratum) => self.strata.entry(stratum).or_default(),
        };
        let book = match books.families.get_mut(family) {
            Some(book) => book,
            None => books.families.entry(family.to_owned()).or_default(),
        };
        if flow {
            book.post(span.start, sign);
        } else {
            book.post_span(span, sign);
        }
    }

    /// The strata of a breakdown that have postings, in order.
    pub(crate) fn strata(&self, breakdown: usize) -> impl Iterator<Item = &Stratum> {
        let posted = self.strata.iter().filter(move |((number, _), books)| *number == breakdown && !books.is_blank());
        posted.map(|((_, stratum), _)| stratum)
    }

    /// What stands in the books in total, or of one stratum.
    pub(crate) fn counted(&self, stratum: Option<&(usize, Stratum)>, look: Look) -> Counted {
        match stratum {
            None => self.total.counted(look),
            Some(stratum) => self.strata.get(stratum).map_or_else(Counted::default, |books| books.counted(look)),
        }
    }

    fn merge(&mut self, other: &Self) {
        self.total.merge(&other.total);
        for (stratum, books) in &other.strata {
            self.strata.entry(stratum.clone()).or_default().merge(books);
        }
    }
}

fn verdict_cell(verdict: Verdict) -> Option<usize> {
    Verdict::COUNTED.iter().position(|counted| *counted == verdict)
}

/// How the books are looked at: over the days of a window, or as they stand on a day.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Look {
    /// From a day, inclusive, to a day, exclusive.
    Between(NaiveDate, NaiveDate),
    /// On the day.
    On(NaiveDate),
}

impl Look {
    fn at(self, book: &DayBook) -> u64 {
        let count = match self {
            Self::Between(start, end) => book.before(end) - book.before(start),
            Self::On(day) => book.before(next_day(day)),
        };
        // Below zero only where more was retracted than posted.
        u64::try_from(count).unwrap_or(0)
    }
}

/// What the books say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) counters: Vec<u64>,
    pub(crate) amounts: Vec<(Amount, u64)>,
    pub(crate) families: u64,
}

impl Counted {
    pub(crate) fn counter(&self, at: usize) -> u64 {
        self.counters.get(at).copied().unwrap_or(0)
    }
}

/// An amount of days: fixed, or growing from a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Amount {
    Days(i32),
    Since(NaiveDate),
}

enum Cell {
    Counter(usize),
    Amount(Amount),
}

#[derive(Clone, Debug, Default)]
struct Books {
    counters: Vec<DayBook>,
    amounts: BTreeMap<Amount, DayBook>,
    families: BTreeMap<String, DayBook>,
}

impl PartialEq for Books {
    fn eq(&self, other: &Self) -> bool {
        fn kept<K: Ord + Clone>(books: &BTreeMap<K, DayBook>) -> Vec<(&K, &DayBook)> {
            books.iter().filter(|(_, book)| **book != DayBook::default()).collect()
        }
        let blank = DayBook::default();
        let counters = self.counters.len().max(other.counters.len());
        (0..counters).all(|at| self.counters.get(at).unwrap_or(&blank) == other.counters.get(at).unwrap_or(&blank))
            && kept(&self.amounts) == kept(&other.amounts)
            && kept(&self.families) == kept(&other.families)
    }
}

impl Books {
    fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    fn cell(&mut self, cell: &Cell) -> &mut DayBook {
        match cell {
            Cell::Counter(at) => {
                let at = *at;
                if self.counters.len() <= at {
                    self.counters.resize_with(at + 1, DayBook::default);
                }
                &mut self.counters[at]
            }
            Cell::Amount(amount) => self.amounts.entry(*amount).or_default(),
        }
    }

    fn counted(&self, look: Look) -> Counted {
        Counted {
            counters: self.counters.iter().map(|book| look.at(book)).collect(),
            amounts: self
                .amounts
                .iter()
                .map(|(amount, book)| (*amount, look.at(book)))
                .filter(|(_, count)| *count > 0)
                .collect(),
            families: self.families.values().filter(|book| look.at(book) > 0).count() as u64,
        }
    }

    fn merge(&mut self, other: &Self) {
        if self.counters.len() < other.counters.len() {
            self.counters.resize_with(other.counters.len(), DayBook::default);
        }
        for (mine, theirs) in self.counters.iter_mut().zip(&other.counters) {
            mine.merge(theirs);
        }
        for (amount, book) in &other.amounts {
            self.amounts.entry(*amount).or_default().merge(book);
        }
        for (family, book) in &other.families {
            self.families.entry(family.clone()).or_default().merge(book);
        }
    }
}
