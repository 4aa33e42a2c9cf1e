//! A ledger as it is written, and what is asked of one that is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::supplies::Supplies;
use super::{Account, Books, COMMON_DAYS, Header, Ledger, Slot, Stratum};
use crate::calendar::{Basis, WorkingDays};
use crate::dataset::{Finding, Supply};
use crate::indicator::{DayBook, Definition, Shape, Timing};

/// A written ledger that contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Two definitions have one key, or two breakdowns one name.
    #[error("the ledger has {0:?} twice")]
    Repeated(String),
    /// The accounts are not those of the definitions.
    #[error("the accounts are not those of the definitions, from account {0} on")]
    Accounts(usize),
    /// Books that the shape or the timing of an indicator does not have.
    #[error("the account of {0} has books that its definition does not know")]
    Books(String),
    /// A stratum of no breakdown, or twice the same.
    #[error("the account of {0} has the stratum {1:?} of no breakdown, or twice")]
    Strata(String, String),
    /// A finding noted zero times, or twice.
    #[error("finding {0} is noted zero times, or twice")]
    Finding(usize),
    /// A supply of no child and no dataset without one, or twice.
    #[error("supply {0} is that of nobody, or is there twice")]
    Supply(usize),
}

#[derive(Serialize)]
struct Written<'a> {
    definitions: &'a [Arc<Definition>],
    breakdowns: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    known_at: Option<NaiveDate>,
    working_days: &'a WorkingDays,
    accounts: Vec<WrittenAccount<'a>>,
    findings: Vec<(&'a Finding, i64)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    supplies: Vec<(&'a Supply, i64)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    childless: Vec<(&'a Supply, i64)>,
}

#[derive(Serialize)]
struct WrittenAccount<'a> {
    indicator: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<Basis>,
    total: &'a Books,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    strata: Vec<(usize, &'a Stratum, &'a Books)>,
}

impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let accounts = self.header.slots.iter().zip(&self.accounts).map(|(slot, account)| WrittenAccount {
            indicator: slot.indicator,
            basis: slot.basis,
            total: &account.total,
            strata: account.posted().map(|((number, stratum), books)| (*number, stratum, books)).collect(),
        });
        let [supplies, childless] = self.supplies.written();
        Written {
            definitions: &self.header.definitions,
            breakdowns: &self.header.breakdowns,
            known_at: self.header.known_at,
            working_days: &self.header.working_days,
            accounts: accounts.collect(),
            findings: self.findings.iter().map(|(finding, times)| (finding, *times)).collect(),
            supplies,
            childless,
        }
        .serialize(serializer)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    definitions: Vec<Definition>,
    breakdowns: Vec<String>,
    #[serde(default)]
    known_at: Option<NaiveDate>,
    working_days: WorkingDays,
    accounts: Vec<ReadAccount>,
    findings: Vec<(Finding, i64)>,
    #[serde(default)]
    supplies: Vec<(Supply, i64)>,
    #[serde(default)]
    childless: Vec<(Supply, i64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadAccount {
    indicator: usize,
    #[serde(default)]
    basis: Option<Basis>,
    total: Books,
    #[serde(default)]
    strata: Vec<(usize, Stratum, Books)>,
}

impl<'de> Deserialize<'de> for Ledger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Read::deserialize(deserializer)?.checked().map_err(serde::de::Error::custom)
    }
}

fn repeated(names: &[String]) -> Option<LedgerError> {
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort_unstable();
    let pair = sorted.windows(2).find(|pair| pair.first() == pair.last())?;
    pair.first().map(|name| LedgerError::Repeated((*name).clone()))
}

impl Read {
    fn checked(self) -> Result<Ledger, LedgerError> {
        let keys: Vec<String> = self.definitions.iter().map(Definition::key).collect();
        if let Some(error) = repeated(&keys).or_else(|| repeated(&self.breakdowns)) {
            return Err(error);
        }
        let definitions: Vec<Arc<Definition>> = self.definitions.into_iter().map(Arc::new).collect();
        let mut slots: Vec<Slot> = Vec::new();
        let mut accounts = Vec::new();
        for (number, read) in self.accounts.into_iter().enumerate() {
            let slot = Slot { indicator: read.indicator, basis: read.basis };
            let Some(definition) = definitions.get(slot.indicator) else { return Err(LedgerError::Accounts(number)) };
            // In order, each indicator at least once, and a windowed one once a basis.
            let next = slots.last().map_or(0, |last| last.indicator + 1);
            let goes_on = slot.indicator == next || (slot.indicator + 1 == next && slot.basis.is_some());
            let fits = match (definition.timing, slot.basis) {
                (Timing::Windowed, Some(basis)) => basis != Basis::AsAt,
                (Timing::Flow | Timing::Stock, None) => true,
                _ => false,
            };
            if !goes_on || !fits || slots.contains(&slot) {
                return Err(LedgerError::Accounts(number));
            }
            slots.push(slot);
            accounts.push(read.checked(definition, self.breakdowns.len())?);
        }
        // An indicator without an account would be read as one that is not there.
        if slots.last().map_or(0, |last| last.indicator + 1) != definitions.len() {
            return Err(LedgerError::Accounts(slots.len()));
        }
        let mut findings = BTreeMap::new();
        for (number, (finding, times)) in self.findings.into_iter().enumerate() {
            if times == 0 || findings.insert(finding, times).is_some() {
                return Err(LedgerError::Finding(number));
            }
        }
        let supplies = Supplies::read(self.supplies, self.childless).map_err(LedgerError::Supply)?;
        let header = Header {
            keys: keys.into_iter().map(Arc::from).collect(),
            definitions,
            slots,
            breakdowns: self.breakdowns,
            known_at: self.known_at,
            working_days: self.working_days,
        };
        Ok(Ledger { header: Arc::new(header), accounts, findings, supplies })
    }
}

impl ReadAccount {
    fn checked(self, definition: &Arc<Definition>, breakdowns: usize) -> Result<Account, LedgerError> {
        let mut account = Account::of(definition);
        account.total = self.total.checked(definition)?;
        for (number, stratum, books) in self.strata {
            let name = stratum.name().to_owned();
            let books = books.checked(definition)?;
            if number >= breakdowns || account.strata.insert((number, stratum), books).is_some() {
                return Err(LedgerError::Strata(definition.key(), name));
            }
        }
        Ok(account)
    }
}

impl Books {
    /// The books, if they are those of an indicator with this definition.
    fn checked(mut self, definition: &Definition) -> Result<Self, LedgerError> {
        let counters = Self::counters(definition);
        let in_row = |days: &i32| usize::try_from(*days).is_ok_and(|days| days < COMMON_DAYS);
        let amounts = !self.days.is_empty() || !self.other_days.is_empty() || !self.since.is_empty();
        let known = self.counters.len() <= counters
            && self.days.len() <= COMMON_DAYS
            && !self.other_days.keys().any(in_row)
            && !self.since.values().chain(self.families.values()).any(super::Slip::is_blank)
            && (definition.shape == Shape::Distribution || !amounts)
            && (definition.sibling_groups || self.families.is_empty());
        if !known {
            return Err(LedgerError::Books(definition.key()));
        }
        self.counters.resize_with(counters, DayBook::default);
        Ok(self)
    }
}
