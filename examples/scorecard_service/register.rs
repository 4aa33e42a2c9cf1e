//! Which child holds which record, and which records of one child are named by another's.
//!
//! A dataset resolves references over all its records. The records of one child that are put in place of others are resolved by
//! themselves, so a replacement is taken only where that makes no difference: where no record of another child refers to one
//! of this child, or would, and none of this child to one of another.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context, Result};
use csc_kpi::chronology::{Chronology, Key};
use csc_kpi::record::{Family, Record};
use csc_kpi::{Dataset, FindingRule};
use serde::Serialize;

/// A record by family and id.
type Id = (Family, String);

/// The columns that refer to a record of a child, and to which family.
const LINKS: [(&str, Family); 7] = [
    ("cina_referral_id", Family::Referral),
    ("s47e_referral_id", Family::Referral),
    ("cppl_referral_id", Family::Referral),
    ("icpc_s47_enquiry_id", Family::Section47Enquiry),
    ("cppl_icpc_id", Family::InitialConference),
    ("cppr_cp_plan_id", Family::ProtectionPlan),
    ("clae_cla_placement_id", Family::Placement),
];

/// Why the records of one child cannot be replaced by themselves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Conflict {
    family: Family,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    /// The other child.
    person: String,
    text: &'static str,
}

/// Who holds which record, and who refers to what.
#[derive(Debug, Default)]
pub(crate) struct Register {
    /// The child that holds a record.
    holders: HashMap<Id, String>,
    held: HashMap<String, Vec<Id>>,
    /// The children with a reference to a record that nobody holds.
    awaited_by: HashMap<Id, BTreeSet<String>>,
    awaited: HashMap<String, Vec<Id>>,
    /// The children whose records refer to each other, with the record named; they were read together and stay together.
    tied: HashMap<String, BTreeSet<(String, Id)>>,
}

impl Register {
    /// The register of what was read from `folder`.
    pub(crate) fn of(dataset: &Dataset, folder: &Path) -> Result<Self> {
        let mut register = Self::default();
        for child in dataset.children() {
            let chronology = child.chronology();
            for id in ids(&chronology) {
                register.hold(child.id(), id);
            }
        }
        // Records that were left out have their id all the same.
        for finding in dataset.findings() {
            let (Some(record), Some(person)) = (&finding.record, &finding.person) else { continue };
            let id = (finding.family, record.trim().to_owned());
            match register.holders.get(&id).cloned() {
                Some(holder) if finding.rule == FindingRule::RepeatedId => register.tie(person.trim(), &holder, &id),
                Some(_) => {}
                None => register.hold(person.trim(), id),
            }
        }
        for finding in dataset.findings().iter().filter(|finding| finding.rule == FindingRule::NoSuchRecord) {
            let link = LINKS.iter().find(|(field, _)| *field == finding.field);
            if let (Some((_, family)), Some(person)) = (link, &finding.person) {
                register.await_record(person.trim(), (*family, finding.value.trim().to_owned()));
            }
        }
        for child in dataset.children() {
            for id in references(&child.chronology()) {
                register.refer(child.id(), &id);
            }
        }
        for (person, plan) in reviews(folder)? {
            register.refer(&person, &(Family::ProtectionPlan, plan));
        }
        Ok(register)
    }

    /// Whether any record is that of this child.
    pub(crate) fn knows(&self, child: &str) -> bool {
        self.held.contains_key(child)
    }

    /// Why `records` cannot be put in place of those of `child` by themselves; empty where they can.
    pub(crate) fn conflicts(&self, child: &str, records: &[Record]) -> Vec<Conflict> {
        let mut conflicts = BTreeSet::new();
        for (other, (family, record)) in self.tied.get(child).into_iter().flatten() {
            conflicts.insert(Conflict {
                family: *family,
                record: Some(record.clone()),
                person: other.clone(),
                text: "ties the records of the two children, which can be read together only",
            });
        }
        let mut conflict = |(family, record): &Id, person: &String, text| {
            if person != child {
                let (record, person) = (Some(record.clone()), person.clone());
                conflicts.insert(Conflict { family: *family, record, person, text });
            }
        };
        for record in records {
            let (id, _, links) = parts(record);
            let id = id.map(|id| (record.family(), id));
            if let Some((id, holder)) = id.as_ref().and_then(|id| Some((id, self.holders.get(id)?))) {
                conflict(id, holder, "is a record of the other child");
            }
            for (id, other) in
                id.iter().flat_map(|id| self.awaited_by.get(id).into_iter().flatten().map(move |o| (id, o)))
            {
                conflict(id, other, "is named by a record of the other child");
            }
            for link in &links {
                if let Some(holder) = self.holders.get(link) {
                    conflict(link, holder, "is named here and is a record of the other child");
                }
            }
        }
        conflicts.into_iter().collect()
    }

    /// Notes that `records`, which are without conflict, are those of `child`.
    pub(crate) fn replace(&mut self, child: &str, records: &[Record]) {
        for id in self.held.remove(child).unwrap_or_default() {
            self.holders.remove(&id);
        }
        for id in self.awaited.remove(child).unwrap_or_default() {
            if let Some(waiting) = self.awaited_by.get_mut(&id) {
                waiting.remove(child);
                if waiting.is_empty() {
                    self.awaited_by.remove(&id);
                }
            }
        }
        for record in records {
            self.hold(child, (record.family(), parts(record).0.unwrap_or_default()));
        }
        for link in records.iter().flat_map(|record| parts(record).2) {
            if !self.holders.contains_key(&link) {
                self.await_record(child, link);
            }
        }
    }

    fn hold(&mut self, child: &str, id: Id) {
        self.held.entry(child.to_owned()).or_default().push(id.clone());
        // Of a record without an id only that the child has it is of use.
        if !id.1.is_empty() {
            self.holders.insert(id, child.to_owned());
        }
    }

    fn await_record(&mut self, child: &str, id: Id) {
        self.awaited_by.entry(id.clone()).or_default().insert(child.to_owned());
        self.awaited.entry(child.to_owned()).or_default().push(id);
    }

    fn refer(&mut self, child: &str, id: &Id) {
        if let Some(holder) = self.holders.get(id).cloned() {
            self.tie(child, &holder, id);
        }
    }

    fn tie(&mut self, one: &str, other: &str, id: &Id) {
        if one != other {
            self.tied.entry(one.to_owned()).or_default().insert((other.to_owned(), id.clone()));
            self.tied.entry(other.to_owned()).or_default().insert((one.to_owned(), id.clone()));
        }
    }
}

/// The records of a chronology, those without an id as an empty one.
fn ids(child: &Chronology<'_>) -> Vec<Id> {
    let text = |key: Key| child.text(key).to_owned();
    let mut ids = vec![(Family::Person, text(child.person().id))];
    macro_rules! add {
        ($($entries:ident: $family:ident),+ $(,)?) => {
            $(ids.extend(child.$entries().iter().map(|entry| (Family::$family, text(entry.id))));)+
        };
    }
    add! {
        referrals: Referral,
        assessments: Assessment,
        enquiries: Section47Enquiry,
        conferences: InitialConference,
        plans: ProtectionPlan,
        reviews: PlanReview,
        episodes: LookedAfterEpisode,
        placements: Placement,
        legal_statuses: LegalStatus,
        missing: MissingEpisode,
        care_leaver: CareLeaverStatus,
        involvements: Involvement,
    }
    ids
}

/// The records that those of a chronology refer to and that were found.
fn references(child: &Chronology<'_>) -> Vec<Id> {
    let of = |family: Family, key: Option<Key>| key.map(|key| (family, child.text(key).to_owned()));
    let assessments = child.assessments().iter().map(|entry| of(Family::Referral, entry.referral));
    let enquiries = child.enquiries().iter().map(|entry| of(Family::Referral, entry.referral));
    let conferences = child.conferences().iter().map(|entry| of(Family::Section47Enquiry, entry.enquiry));
    let referrals = child.plans().iter().map(|entry| of(Family::Referral, entry.referral));
    let plans = child.plans().iter().map(|entry| of(Family::InitialConference, entry.conference));
    let episodes = child.episodes().iter().map(|entry| of(Family::Placement, entry.placement));
    assessments.chain(enquiries).chain(conferences).chain(referrals).chain(plans).chain(episodes).flatten().collect()
}

/// The person and the plan of each review of the table of reviews, where there is one: a dataset keeps a review with its plan,
/// whichever child the review names.
fn reviews(folder: &Path) -> Result<Vec<(String, String)>> {
    let path = folder.join("ssd_cp_reviews.csv");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let said = || format!("cannot read {}", path.display());
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).with_context(said)?;
    let header = reader.byte_headers().with_context(said)?.clone();
    let column =
        |name: &str| header.iter().position(|column| column.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
    let (Some(person), Some(plan)) = (column("cppr_person_id"), column("cppr_cp_plan_id")) else {
        return Ok(Vec::new());
    };
    let mut reviews = Vec::new();
    for record in reader.byte_records() {
        let record = record.with_context(said)?;
        let cell = |at: usize| String::from_utf8_lossy(record.get(at).unwrap_or_default()).trim().to_owned();
        reviews.push((cell(person), cell(plan)));
    }
    Ok(reviews)
}

/// The id of a record, its child, and the records of children that it refers to, without white space around them.
pub(crate) fn parts(record: &Record) -> (Option<String>, Option<String>, Vec<Id>) {
    let link = |family: Family, id: &Option<String>| {
        let id = id.as_deref().map(str::trim).filter(|id| !id.is_empty());
        id.map(|id| (family, id.to_owned()))
    };
    let links = match record {
        Record::Assessment(r) => vec![link(Family::Referral, &r.referral)],
        Record::Section47Enquiry(r) => vec![link(Family::Referral, &r.referral)],
        Record::InitialConference(r) => vec![link(Family::Section47Enquiry, &r.enquiry)],
        Record::ProtectionPlan(r) => {
            vec![link(Family::Referral, &r.referral), link(Family::InitialConference, &r.conference)]
        }
        Record::PlanReview(r) => vec![link(Family::ProtectionPlan, &r.plan)],
        Record::LookedAfterEpisode(r) => vec![link(Family::Placement, &r.placement)],
        _ => Vec::new(),
    };
    // A professional is of no child.
    let of_child = record.person().map(|person| person.trim().to_owned());
    let id = record.id().filter(|_| of_child.is_some()).map(|id| id.trim().to_owned());
    (id, of_child, links.into_iter().flatten().collect())
}
