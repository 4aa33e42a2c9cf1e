//! The state: ledger and records of one version, what is published of them, and how one child's records are replaced.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use anyhow::Result;
use csc_kpi::calendar::Basis;
use csc_kpi::disclosure::{DisclosureError, Policy, Publication};
use csc_kpi::format::dfe_api::{Change, Payload};
use csc_kpi::record::{Family, Professional, Record};
use csc_kpi::standard::Standards;
use csc_kpi::{
    Child, Dataset, Engine, EngineError, Evidence, Finding, FindingRule, Gate, Ledger, NaiveDate, Reading, Scorecard,
    Severity, Supply,
};

use super::register::{Conflict, Register, parts};

/// What the service is told when it starts.
pub(crate) struct Terms {
    pub(crate) engine: Engine,
    pub(crate) standards: Standards,
    pub(crate) policy: Policy,
    /// The reporting dates that are published.
    pub(crate) as_at: Vec<NaiveDate>,
    pub(crate) token: Option<String>,
    /// The largest body that is read, in bytes.
    pub(crate) body_limit: usize,
}

/// The service: one current state, which readers take whole, and a register for the one who replaces.
pub(crate) struct Service {
    pub(crate) terms: Terms,
    /// Sets the versions of this run apart from those of another.
    run: u128,
    current: RwLock<Arc<State>>,
    register: Mutex<Register>,
    /// The professionals that were read, by id, to whom the records of every child may refer.
    professionals: HashMap<String, Professional>,
}

/// Keeps the professionals that pass on their way into the dataset, whatever form they come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Professionals(Arc<Mutex<HashMap<String, Professional>>>);

impl Professionals {
    /// Those that have passed.
    pub(crate) fn take(&self) -> HashMap<String, Professional> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Gate for Professionals {
    fn record(&self, record: Record) -> Record {
        if let Record::Professional(professional) = &record {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Of two with one id the first stays, as in the dataset.
            all.entry(professional.id.trim().to_owned()).or_insert_with(|| professional.clone());
        }
        record
    }

    fn finding(&self, finding: Finding) -> Finding {
        finding
    }
}

/// The records of one version and what follows from them; it does not change.
pub(crate) struct State {
    pub(crate) version: u64,
    pub(crate) ledger: Ledger,
    /// What was read at the start.
    read: Arc<Dataset>,
    /// The children replaced since, each in a dataset of its own.
    replaced: HashMap<String, Arc<Dataset>>,
    /// All that is published of this version, through one publishing step, once somebody has asked for it.
    publication: OnceLock<Result<Publication, Unpublished>>,
}

/// Why nothing is published.
#[derive(Debug)]
pub(crate) enum Unpublished {
    Engine(EngineError),
    Disclosure(DisclosureError),
}

/// What is put in the place of the records of a child.
pub(crate) enum Given {
    /// All that is recorded of the child.
    Records(Vec<Record>),
    /// A child of the daily collection: what the form holds of it.
    Daily(Payload),
}

impl Given {
    pub(crate) fn records(&self) -> &[Record] {
        match self {
            Self::Records(records) => records,
            Self::Daily(payload) => match payload.children.first().map(|child| &child.change) {
                Some(Change::Replace(records)) => records,
                Some(Change::Purge) | None => &[],
            },
        }
    }

    /// What of it is not of this child: position in the body, and whose it is.
    fn of_others(&self, child: &str) -> Vec<(usize, Family, Option<String>)> {
        match self {
            Self::Records(records) => {
                let persons = records.iter().map(|record| (record.family(), parts(record).1)).enumerate();
                let others = persons.filter(|(_, (_, person))| person.as_deref() != Some(child));
                others.map(|(at, (family, person))| (at, family, person)).collect()
            }
            Self::Daily(payload) => {
                let others = payload.children.iter().filter(|given| given.child != child);
                others.map(|given| (0, Family::Person, Some(given.child.clone()))).collect()
            }
        }
    }
}

/// What became of a replacement.
pub(crate) struct Replaced {
    pub(crate) version: u64,
    /// Whether the child had no record before.
    pub(crate) created: bool,
    pub(crate) findings: Vec<Finding>,
}

/// Why a replacement is refused.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Records that are not of this child: position in the body, and whose they are.
    OtherChild(Vec<(usize, Family, Option<String>)>),
    /// Findings of which some block a figure.
    Blocked(Vec<Finding>),
    /// Records tied to those of other children.
    Tied(Vec<Conflict>),
    Engine(EngineError),
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl Service {
    pub(crate) fn new(
        terms: Terms,
        read: Dataset,
        register: Register,
        professionals: HashMap<String, Professional>,
        run: u128,
    ) -> Result<Self, EngineError> {
        // A service that begins with nobody has all that is recorded of the children who are put.
        let begins_empty = read.children().len() == 0;
        let ledger = if begins_empty { terms.engine.ledger()? } else { terms.engine.run(&read)? };
        let state =
            State { version: 1, ledger, read: Arc::new(read), replaced: HashMap::new(), publication: OnceLock::new() };
        Ok(Self { terms, run, current: RwLock::new(Arc::new(state)), register: Mutex::new(register), professionals })
    }

    /// The current state. What is read of it is of one version, whatever is replaced meanwhile.
    pub(crate) fn state(&self) -> Arc<State> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The entity tag of a version.
    pub(crate) fn tag(&self, version: u64) -> String {
        format!("\"{:x}-{version}\"", self.run)
    }

    /// Puts what is given in place of all records of `child`. Whatever fails, the state before stays.
    pub(crate) fn replace(&self, child: &str, given: &Given) -> Result<Replaced, Refused> {
        let others = given.of_others(child);
        if !others.is_empty() {
            return Err(Refused::OtherChild(others));
        }
        let (engine, records) = (&self.terms.engine, given.records());
        let dataset = self.dataset(given);
        let mut findings: Vec<Finding> =
            dataset.findings().iter().filter(|finding| finding.family != Family::Professional).cloned().collect();
        let mut judged = engine.ledger()?;
        if let Some(child) = dataset.child(child) {
            engine.post(&mut judged, &child)?;
        }
        findings.extend(judged.findings().cloned());
        findings.sort();
        // The tables have no date for an interview that was accepted: it is excepted from one figure, and the child stays.
        let refuses = |finding: &&Finding| {
            finding.severity() == Severity::BlocksFigure && finding.rule != FindingRule::CompletedWithoutDate
        };
        if findings.iter().any(|finding| refuses(&finding)) {
            return Err(Refused::Blocked(findings));
        }
        // From here on one replacement after the other; readers do not wait.
        let mut register = self.register.lock().unwrap_or_else(PoisonError::into_inner);
        let conflicts = register.conflicts(child, records);
        if !conflicts.is_empty() {
            return Err(Refused::Tied(conflicts));
        }
        let before = self.state();
        let mut ledger = before.ledger.clone();
        if let Some(child) = before.child(child) {
            engine.retract(&mut ledger, &child)?;
        }
        if let Some(child) = dataset.child(child) {
            engine.post(&mut ledger, &child)?;
        }
        let mut replaced = before.replaced.clone();
        replaced.insert(child.to_owned(), Arc::new(dataset));
        let version = before.version + 1;
        let read = Arc::clone(&before.read);
        let after = State { version, ledger, read, replaced, publication: OnceLock::new() };
        let created = !register.knows(child) && !records.is_empty();
        register.replace(child, records);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
        Ok(Replaced { version, created, findings })
    }

    /// The records of one child beside the professionals that they name.
    fn dataset(&self, given: &Given) -> Dataset {
        let mut builder = Dataset::builder();
        if !self.professionals.is_empty() {
            let named: BTreeSet<&str> = given.records().iter().filter_map(professional).collect();
            builder.begin_source(&Supply::of_family(Family::Professional));
            builder.extend_ref(named.iter().filter_map(|id| self.professionals.get(*id)));
            builder.end_source();
        }
        match given {
            // A child is put with all that is recorded of it: what is not among the records is not there.
            Given::Records(records) => {
                builder.begin_source(&Supply::everything());
                builder.extend_ref(records);
                builder.end_source();
            }
            Given::Daily(payload) => payload.clone().give_to(&mut builder),
        }
        builder.finish()
    }
}

/// The professional of an involvement.
fn professional(record: &Record) -> Option<&str> {
    let Record::Involvement(involvement) = record else { return None };
    involvement.professional.as_deref().map(str::trim)
}

impl State {
    fn child(&self, id: &str) -> Option<Child<'_>> {
        self.replaced.get(id).map_or_else(|| self.read.child(id), |dataset| dataset.child(id))
    }

    /// Everything that is published: every indicator on every basis of its definition, in total and of every breakdown, at
    /// every reporting date, through one publishing step. What one answer hides no other answer of this version gives away.
    pub(crate) fn publication(&self, terms: &Terms) -> Result<&Publication, &Unpublished> {
        self.publication.get_or_init(|| self.publish(terms)).as_ref()
    }

    fn publish(&self, terms: &Terms) -> Result<Publication, Unpublished> {
        self.card(terms).map_err(Unpublished::Engine)?.publish(&terms.policy).map_err(Unpublished::Disclosure)
    }

    fn card(&self, terms: &Terms) -> Result<Scorecard, EngineError> {
        let mut card = self.ledger.scorecard(&terms.as_at)?;
        let totals: Vec<(String, Basis, NaiveDate)> =
            card.readings.iter().map(|r| (r.indicator().to_owned(), r.basis(), r.as_at())).collect();
        for breakdown in terms.engine.breakdowns() {
            for (indicator, basis, as_at) in &totals {
                card.readings.extend(self.ledger.readings_by(indicator, *basis, *as_at, breakdown)?);
            }
        }
        card.findings += self.findings();
        Ok(card)
    }

    /// How many findings there are in the records.
    fn findings(&self) -> u64 {
        let stays = |finding: &&Finding| {
            finding.person.as_ref().is_none_or(|person| !self.replaced.contains_key(person.trim()))
        };
        let read = self.read.findings().iter().filter(stays).count();
        let of_children = |finding: &&Finding| finding.family != Family::Professional;
        let replaced = self.replaced.values().map(|d| d.findings().iter().filter(of_children).count()).sum::<usize>();
        (read + replaced) as u64
    }

    /// A figure and the units behind it, both of this version.
    pub(crate) fn evidence(
        &self,
        engine: &Engine,
        (indicator, basis, as_at): (&str, Basis, NaiveDate),
    ) -> Result<(Reading, Vec<Evidence>), EngineError> {
        let reading = self.ledger.reading(indicator, basis, as_at)?;
        if let Some(obstacle) = reading.obstacle().cloned() {
            return Err(EngineError::Unavailable { indicator: indicator.to_owned(), basis, as_at, obstacle });
        }
        let mut evidence = match engine.evidence(&self.read, indicator, basis, as_at) {
            // All children were put in since, so that the figure does not rely on what was read.
            Err(EngineError::Unavailable { .. }) => Vec::new(),
            read => read?,
        };
        evidence.retain(|unit| !self.replaced.contains_key(&unit.person));
        // In order, so that equal questions have equal answers.
        let stays = self.replaced.iter().filter(|(child, dataset)| dataset.child(child).is_some());
        for (_, dataset) in stays.collect::<BTreeMap<_, _>>() {
            evidence.extend(engine.evidence(dataset, indicator, basis, as_at)?);
        }
        evidence.sort();
        Ok((reading, evidence))
    }
}
