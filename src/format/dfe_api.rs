//! The JSON of the daily collection of the Department for Education (children's social care data API, 1.0.1), child by
//! child.
//!
//! [`records`] reads what is posted to `/children_social_care_data/{la_code}/children`: an array of children, each with all
//! that is recorded of it. A host keeps the records of each child apart and replaces them by those of the next payload
//! that has the child; [`Change::Purge`] takes the child out.
//!
//! ```
//! use csc_kpi::format::dfe_api::{self, Change};
//! use csc_kpi::{Dataset, FindingRule};
//!
//! let payload = r#"[
//!   {"la_child_id": "C1",
//!    "child_details": {"date_of_birth": "2015-03-27", "sex": "M", "ethnicity": "WBRI"},
//!    "social_care_episodes": [{"social_care_episode_id": "E1", "referral_date": "2021-10-06",
//!      "child_and_family_assessments": [
//!        {"child_and_family_assessment_id": "A1", "start_date": "2021-10-08", "authorisation_date": "2021-11-31"}]}]},
//!   {"la_child_id": "C2", "purge": true}
//! ]"#;
//! let payload = dfe_api::records(payload)?;
//! assert_eq!(payload.children[1].change, Change::Purge);
//!
//! let finding = &payload.children[0].findings[0];
//! assert_eq!(finding.field, "social_care_episodes[0].child_and_family_assessments[0].authorisation_date");
//! assert_eq!((finding.value.as_str(), finding.rule), ("2021-11-31", FindingRule::UnreadableDate));
//!
//! let mut records = Dataset::builder();
//! payload.give_to(&mut records);
//! assert_eq!(records.finish().records(), 2);
//! # Ok::<(), csc_kpi::format::dfe_api::DfeApiError>(())
//! ```
//!
//! # The values
//!
//! An attribute that is `null` or an empty text is as one that is not there. A date is `YYYY-MM-DD`, a flag `true` or `false`,
//! a code the letters of the statutory list in any case.
//!
//! # The records
//!
//! | part | record | its id |
//! |---|---|---|
//! | the child, `child_details` | person | `la_child_id` |
//! | `uasc_flag`, `uasc_end_date` | immigration status `UASC`, where the flag is set or there is an end | |
//! | `social_care_episodes` | referral | `social_care_episode_id` |
//! | `care_worker_details` | involvement as allocated case worker, and the professional, `worker_id` as its registration | `E1/W` and the position from 0; `worker_id` |
//! | `child_and_family_assessments` | assessment | its own |
//! | `section_47_assessments` | section 47 enquiry; a conference where there is `icpc_date` | its own; `S1/ICPC` |
//! | `child_protection_plans` | child protection plan | its own |
//! | `child_looked_after_placements` | looked-after episode and its placement; one that begins for a change of legal status alone (`L`) where another ended, of the same type and postcode, goes on with the placement of that one | its own, for both |
//! | `care_leavers` | care leaver status | `E1/CL` |
//!
//! # What is purged
//!
//! A child with the flag has no records any more. A part with the flag has no record, nor has what lies in it; in
//! `purged` each record that may have come of them is named for a host that keeps records by id: of an enquiry its
//! conference too, of a placement both episode and placement. `child_details` with the flag leaves a person of whom
//! only the id is known.
//!
//! # What is wrong
//!
//! | what is wrong | what happens | rule |
//! |---|---|---|
//! | text that is no JSON, an object or array in the wrong place | nothing is read | [`DfeApiError`] |
//! | no `la_child_id` | the child is left out | [`EmptyPerson`](FindingRule::EmptyPerson) |
//! | a child twice | the first is read | [`RepeatedElement`](FindingRule::RepeatedElement) |
//! | no start date (episode, assessment, enquiry, plan, placement, worker) | the record is left out | [`EmptyStart`](FindingRule::EmptyStart) |
//! | a date that cannot be read | the record is left out | [`UnreadableDate`](FindingRule::UnreadableDate) |
//! | a flag that is no `true` or `false` | read as empty, and as not purged | [`UnknownFlag`](FindingRule::UnknownFlag) |
//! | an attribute the form does not have | not read | [`UnexpectedElement`](FindingRule::UnexpectedElement) |
//!
//! What lies in an episode that is left out stays, and refers to no referral. The rest (an id that is not there or comes twice,
//! a code the list does not know, an end before a start) the [`Builder`] finds. The row of a finding is the
//! position of the child in the payload, the first is 1.
//!
//! # What the form cannot carry
//!
//! Figures that need what is not in the form [say so](supply) and are no zero.
//!
//! Reviews of plans (NI 67), categories of abuse, the number of previous plans (NI 65 counts the plans there are),
//! whether a conference made a plan or received a child, legal statuses (short breaks), providers and reference
//! numbers, missing episodes and interviews, whether a care leaver is eligible, in touch or suitably housed, sibling
//! groups, teams, dates of death, times of day. Disabilities, UPN, names, the home postcode, assessments of strengths
//! and difficulties, factors, plans of children in need and adoption have no records here.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use crate::calendar::Days;
use crate::record::{
    ALLOCATED_CASE_WORKER, Assessment, CareLeaverStatus, Coded, EpisodeStart, Family, ImmigrationStatus,
    InitialConference, Involvement, LookedAfterEpisode, Person, Placement, Professional, ProtectionPlan, Record,
    Referral, Section47Enquiry, StatutoryCode,
};
use crate::{Builder, Finding, FindingRule, Matter, Supply};

/// What a payload holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payload {
    /// Its children in their order, each once.
    pub children: Vec<ChildRecords>,
    /// What is wrong outside the children that are read.
    pub findings: Vec<Finding>,
    /// Families that the host has from another form.
    left_out: Vec<Family>,
}

/// What a payload says of one child.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildRecords {
    /// `la_child_id`
    pub child: String,
    /// What becomes of the records of the child.
    pub change: Change,
    /// Records that are purged within the child, by family and id.
    pub purged: Vec<(Family, String)>,
    /// What is wrong, but for what the [`Builder`] finds.
    pub findings: Vec<Finding>,
}

/// What becomes of the records that a host has of a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// These stand in the place of all before.
    Replace(Vec<Record>),
    /// All go, and none come.
    Purge,
}

/// What the form holds, for a host that gives the records of single children to a builder itself; see the
/// [module](self#what-the-form-cannot-carry) for what is not in it. A child is given with all that is recorded of it, and so it is
/// held on every day.
///
/// ```
/// use csc_kpi::Matter;
/// use csc_kpi::format::dfe_api;
/// use csc_kpi::record::Family;
///
/// let supply = dfe_api::supply();
/// assert_eq!(supply.days(Family::Referral).to_string(), "every day");
/// assert!(supply.days(Family::PlanReview).is_empty() && supply.days(Matter::PreviousPlans).is_empty());
/// ```
#[must_use]
pub fn supply() -> Supply {
    let families = [
        Family::Person,
        Family::Referral,
        Family::Assessment,
        Family::Section47Enquiry,
        Family::InitialConference,
        Family::ProtectionPlan,
        Family::LookedAfterEpisode,
        Family::Placement,
        Family::CareLeaverStatus,
        Family::Involvement,
        Family::Professional,
    ];
    let parts = [
        Matter::ReferralDecisions,
        Matter::AssessmentReferrals,
        Matter::Authorisations,
        Matter::EnquiryReferrals,
        Matter::ConferenceEnquiries,
        Matter::UnaccompaniedChildren,
        Matter::PlacementMoves,
        Matter::CareLeaverActivity,
    ];
    let held = families.into_iter().map(Matter::Records).chain(parts);
    held.fold(Supply::nothing(), |supply, matter| supply.with(matter, &Days::all()))
}

impl Payload {
    /// What the form [holds](supply), but for the families that are [left out](Payload::without).
    #[must_use]
    pub fn supply(&self) -> Supply {
        let held = supply();
        let stays = held.iter().filter(|(matter, _)| !self.left_out.contains(&matter.family()));
        stays.fold(Supply::nothing(), |supply, (matter, days)| supply.with(matter, days))
    }

    /// Puts what a later payload says of its children in the place of what this one says of them, as a host does that reads one
    /// payload after the other. Children of whom it says nothing stay; one that it purges stays as a [`Change::Purge`], of which
    /// no record is given.
    ///
    /// ```
    /// use csc_kpi::Dataset;
    /// use csc_kpi::format::dfe_api;
    ///
    /// let mut payload = dfe_api::records(r#"[{"la_child_id": "C1"}, {"la_child_id": "C2"}, {"la_child_id": "C3"}]"#)?;
    /// let episode = r#"{"social_care_episode_id": "E1", "referral_date": "2021-10-06"}"#;
    /// let next = format!(
    ///     r#"[{{"la_child_id": "C2", "social_care_episodes": [{episode}]}}, {{"la_child_id": "C3", "purge": true}}]"#
    /// );
    /// payload.update(dfe_api::records(&next)?);
    ///
    /// let mut records = Dataset::builder();
    /// payload.give_to(&mut records);
    /// let dataset = records.finish();
    /// assert_eq!(dataset.children().map(|child| child.id().to_owned()).collect::<Vec<_>>(), ["C1", "C2"]);
    /// assert_eq!(dataset.child("C2").unwrap().chronology().referrals().len(), 1);
    /// # Ok::<(), csc_kpi::format::dfe_api::DfeApiError>(())
    /// ```
    pub fn update(&mut self, later: Self) {
        let known = self.children.iter().enumerate().map(|(at, child)| (child.child.clone(), at));
        let known: BTreeMap<String, usize> = known.collect();
        for child in later.children {
            match known.get(&child.child).and_then(|at| self.children.get_mut(*at)) {
                Some(before) => *before = child,
                None => self.children.push(child),
            }
        }
        self.findings.extend(later.findings);
    }

    /// Leaves out the records of these families and what is found in them: for a host that has them from another form, in
    /// which they have other ids and so would be counted twice. It does not [hold](Payload::supply) them then.
    ///
    /// Records of families that hang together, such as episodes and their placements, are best left out together.
    ///
    /// ```
    /// use csc_kpi::format::dfe_api;
    /// use csc_kpi::record::Family;
    ///
    /// let payload = dfe_api::records("[]")?.without(&[Family::LookedAfterEpisode, Family::Placement]);
    /// assert!(payload.supply().days(Family::Placement).is_empty());
    /// assert!(!payload.supply().days(Family::Referral).is_empty());
    /// # Ok::<(), csc_kpi::format::dfe_api::DfeApiError>(())
    /// ```
    #[must_use]
    pub fn without(mut self, families: &[Family]) -> Self {
        self.left_out.extend_from_slice(families);
        self.findings.retain(|finding| !families.contains(&finding.family));
        for child in &mut self.children {
            child.findings.retain(|finding| !families.contains(&finding.family));
            if let Change::Replace(records) = &mut child.change {
                records.retain(|record| !families.contains(&record.family()));
            }
        }
        self
    }

    /// Gives the records and findings of all children to a builder, a professional of several children once, and says
    /// [what they hold](Payload::supply).
    pub fn give_to(self, records: &mut Builder) {
        records.begin_source(&self.supply());
        records.begin_form();
        let mut professionals = BTreeSet::new();
        for finding in self.findings {
            records.note(finding);
        }
        for child in self.children {
            for finding in child.findings {
                records.note(finding);
            }
            let Change::Replace(given) = child.change else { continue };
            for record in given {
                match &record {
                    Record::Professional(professional) if !professionals.insert(professional.id.clone()) => {}
                    _ => records.push(record),
                }
            }
        }
        records.end_form();
        records.end_source();
    }
}

/// A payload that cannot be read.
///
/// ```
/// use csc_kpi::format::dfe_api::{self, DfeApiError};
///
/// let error = dfe_api::records(r#"[{"la_child_id": "C1", "social_care_episodes": 1}]"#).unwrap_err();
/// assert!(matches!(error, DfeApiError::Malformed(_)));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DfeApiError {
    /// No JSON, or an object or an array where the form has none.
    #[error("the payload is malformed: {0}")]
    Malformed(#[source] serde_json::Error),
    /// The source itself failed.
    #[error("the payload cannot be read: {0}")]
    Source(#[source] io::Error),
}

/// Reads a payload.
///
/// # Errors
///
/// Where the text is no JSON of the form.
pub fn records(payload: &str) -> Result<Payload, DfeApiError> {
    let children: Vec<ChildForm> = serde_json::from_str(payload).map_err(DfeApiError::Malformed)?;
    Ok(of_children(children))
}

/// Reads a payload from a source; see [`records`].
///
/// # Errors
///
/// Where the source fails, is no UTF-8 text, or is no JSON of the form.
pub fn records_from(mut source: impl Read) -> Result<Payload, DfeApiError> {
    let mut text = String::new();
    source.read_to_string(&mut text).map_err(DfeApiError::Source)?;
    records(&text)
}

fn of_children(children: Vec<ChildForm>) -> Payload {
    let (mut payload, mut known) = (Payload::default(), BTreeSet::new());
    for (position, form) in (1..).zip(children) {
        let child = text(form.la_child_id.as_ref()).unwrap_or_default();
        let rule = if child.is_empty() {
            FindingRule::EmptyPerson
        } else if known.insert(child.clone()) {
            payload.children.push(Reading::new(child, position).read(&form));
            continue;
        } else {
            FindingRule::RepeatedElement
        };
        let finding = Finding::new(Family::Person, "la_child_id", &*child, rule).in_row(Some(position)).of("", &child);
        payload.findings.push(finding);
    }
    payload
}

/// An attribute, whatever it holds.
type Cell = Option<Value>;

/// What stands in an object besides the attributes that are read.
type Rest = BTreeMap<String, Value>;

macro_rules! forms {
    ($($(#[doc = $doc:literal])+ $name:ident { $($cell:ident),*; $($part:ident: $form:ty),* })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Default, Deserialize)]
            struct $name {
                $(#[serde(default)] $cell: Cell,)*
                $(#[serde(default)] $part: Option<$form>,)*
                #[serde(flatten)]
                rest: Rest,
            }
        )+
    };
}

forms! {
    /// A child.
    ChildForm { la_child_id, purge; child_details: DetailsForm, social_care_episodes: Vec<EpisodeForm> }
    /// `child_details`
    DetailsForm { date_of_birth, expected_date_of_birth, sex, ethnicity, uasc_flag, uasc_end_date, purge; }
    /// `social_care_episodes`
    EpisodeForm {
        social_care_episode_id, referral_date, referral_source, referral_no_further_action_flag, closure_date,
        closure_reason, purge;
        care_worker_details: Vec<WorkerForm>, child_and_family_assessments: Vec<AssessmentForm>,
        section_47_assessments: Vec<EnquiryForm>, child_protection_plans: Vec<PlanForm>,
        child_looked_after_placements: Vec<PlacementForm>, care_leavers: LeaverForm
    }
    /// `care_worker_details`
    WorkerForm { worker_id, start_date, end_date; }
    /// `child_and_family_assessments`
    AssessmentForm { child_and_family_assessment_id, start_date, authorisation_date, purge; }
    /// `section_47_assessments`
    EnquiryForm { section_47_assessment_id, start_date, icpc_date, end_date, purge; }
    /// `child_protection_plans`
    PlanForm { child_protection_plan_id, start_date, end_date, purge; }
    /// `child_looked_after_placements`
    PlacementForm {
        child_looked_after_placement_id, start_date, start_reason, placement_type, postcode, end_date, end_reason,
        change_reason, purge;
    }
    /// `care_leavers`
    LeaverForm { contact_date, activity, accommodation, purge; }
}

/// Attributes of the form that have no record.
const WITHOUT_RECORD: [&str; 13] = [
    "mis_child_id",
    "health_and_wellbeing",
    "unique_pupil_number",
    "former_unique_pupil_number",
    "unique_pupil_number_unknown_reason",
    "first_name",
    "surname",
    "disabilities",
    "postcode",
    "factors",
    "child_in_need_plans",
    "icpc_required_flag",
    "adoption",
];

/// The records of a child, where an episode that only changes the legal status goes on with the placement before it.
fn going_on(mut records: Vec<Record>) -> Vec<Record> {
    let mut episodes: Vec<&LookedAfterEpisode> = Vec::new();
    let mut placements: BTreeMap<&str, &Placement> = BTreeMap::new();
    for record in &records {
        match record {
            Record::LookedAfterEpisode(episode) => episodes.push(episode),
            Record::Placement(placement) => {
                placements.insert(&placement.id, placement);
            }
            _ => {}
        }
    }
    episodes.sort_by_key(|episode| episode.start);
    // By the placement of an episode: the one that it goes on with.
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    // By placement: the last of those that go on with it.
    let mut last: BTreeMap<String, Placement> = BTreeMap::new();
    // By the day on which it ended, the first of them by start.
    let mut ended: BTreeMap<NaiveDate, &LookedAfterEpisode> = BTreeMap::new();
    for episode in &episodes {
        if let Some(ceased) = episode.ceased.filter(|ceased| episode.start < *ceased) {
            ended.entry(ceased).or_insert(episode);
        }
    }
    for this in &episodes {
        if this.start_reason != Some(EpisodeStart::LegalStatus.into()) {
            continue;
        }
        // One whose id comes twice goes on with no other; the builder finds it.
        let before = ended.get(&this.start).filter(|before| before.id != this.id);
        let Some((before, now)) = before.and_then(|before| placements.get(&*before.id).zip(placements.get(&*this.id)))
        else {
            continue;
        };
        if before.kind == now.kind && before.postcode == now.postcode {
            let first = joined.get(&before.id).unwrap_or(&before.id).clone();
            joined.insert(now.id.clone(), first.clone());
            last.insert(first, (*now).clone());
        }
    }
    records.retain(|record| !matches!(record, Record::Placement(placement) if joined.contains_key(&placement.id)));
    for record in &mut records {
        match record {
            Record::LookedAfterEpisode(episode) => {
                if let Some(first) = joined.get(&episode.id) {
                    episode.placement = Some(first.clone());
                }
            }
            Record::Placement(placement) => {
                if let Some(last) = last.get(&placement.id) {
                    placement.end = last.end;
                    placement.change_reason.clone_from(&last.change_reason);
                }
            }
            _ => {}
        }
    }
    records
}

/// As written, without white space around it; `None` where nothing is written.
fn text(cell: Option<&Value>) -> Option<String> {
    let text = match cell? {
        Value::Null => return None,
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

/// What findings call an attribute whose name is the empty text.
const WITHOUT_NAME: &str = "\"\"";

/// The day written `YYYY-MM-DD`, eight digits with two hyphens and nothing else.
fn day_of_form(text: &str) -> Option<NaiveDate> {
    let is_of_form = text.len() == 10
        && text
            .bytes()
            .zip(0..)
            .all(|(byte, at)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if is_of_form { text.parse().ok() } else { None }
}

fn code<C: StatutoryCode>(cell: &Cell) -> Option<Coded<C>> {
    text(cell.as_ref()).map(|text| Coded::read(&text))
}

/// The id of the conference that an enquiry led to.
fn conference_of(enquiry: &str) -> String {
    format!("{enquiry}/ICPC")
}

/// A record that is left out, which has left its finding.
struct LeftOut;

/// A part of a child: its record, and where it stands.
#[derive(Clone, Copy)]
struct Part<'a> {
    family: Family,
    id: &'a str,
    path: &'a str,
}

/// One child while it is read.
struct Reading {
    child: String,
    position: u64,
    records: Vec<Record>,
    purged: Vec<(Family, String)>,
    findings: Vec<Finding>,
    workers: BTreeSet<String>,
}

impl Reading {
    const fn new(child: String, position: u64) -> Self {
        Self {
            child,
            position,
            records: Vec::new(),
            purged: Vec::new(),
            findings: Vec::new(),
            workers: BTreeSet::new(),
        }
    }

    fn read(mut self, form: &ChildForm) -> ChildRecords {
        let child = self.child.clone();
        let part = Part { family: Family::Person, id: &child, path: "" };
        self.rest(part, &form.rest);
        let change = if self.flag(part, "purge", &form.purge) == Some(true) {
            Change::Purge
        } else {
            self.details(part, form.child_details.as_ref());
            for (place, episode) in form.social_care_episodes.iter().flatten().enumerate() {
                self.episode(&format!("social_care_episodes[{place}]."), episode);
            }
            Change::Replace(going_on(self.records))
        };
        ChildRecords { child: self.child, change, purged: self.purged, findings: self.findings }
    }

    fn note(&mut self, part: Part<'_>, name: &str, value: String, rule: FindingRule) {
        let finding = Finding::new(part.family, format!("{}{name}", part.path), value, rule)
            .in_row(Some(self.position))
            .of(part.id, &self.child);
        self.findings.push(finding);
    }

    fn rest(&mut self, part: Part<'_>, rest: &Rest) {
        for (name, value) in rest {
            if !WITHOUT_RECORD.contains(&name.as_str()) {
                let value = text(Some(value)).unwrap_or_default();
                let name = if name.is_empty() { WITHOUT_NAME } else { name };
                self.note(part, name, value, FindingRule::UnexpectedElement);
            }
        }
    }

    fn day(&mut self, part: Part<'_>, name: &str, cell: &Cell) -> Result<Option<NaiveDate>, LeftOut> {
        let Some(written) = text(cell.as_ref()) else { return Ok(None) };
        if let Some(day) = day_of_form(&written) {
            return Ok(Some(day));
        }
        self.note(part, name, written, FindingRule::UnreadableDate);
        Err(LeftOut)
    }

    fn start(&mut self, part: Part<'_>, name: &str, cell: &Cell) -> Result<NaiveDate, LeftOut> {
        if let Some(day) = self.day(part, name, cell)? {
            return Ok(day);
        }
        self.note(part, name, String::new(), FindingRule::EmptyStart);
        Err(LeftOut)
    }

    fn flag(&mut self, part: Part<'_>, name: &str, cell: &Cell) -> Option<bool> {
        if let Some(Value::Bool(flag)) = cell {
            return Some(*flag);
        }
        let written = text(cell.as_ref())?;
        self.note(part, name, written, FindingRule::UnknownFlag);
        None
    }

    /// Whether the part has a record; notes what the form does not have in it.
    fn stands(&mut self, part: Part<'_>, purge: &Cell, rest: &Rest) -> bool {
        self.rest(part, rest);
        let is_purged = self.flag(part, "purge", purge) == Some(true);
        if is_purged {
            self.purge(part.family, part.id);
        }
        !is_purged
    }

    /// Names all records that come of the part with this id.
    fn purge(&mut self, family: Family, id: &str) {
        self.purged.push((family, id.to_owned()));
        match family {
            Family::Section47Enquiry => self.purged.push((Family::InitialConference, conference_of(id))),
            Family::LookedAfterEpisode => self.purged.push((Family::Placement, id.to_owned())),
            _ => {}
        }
    }

    fn details(&mut self, child: Part<'_>, form: Option<&DetailsForm>) {
        let part = Part { path: "child_details.", ..child };
        let Some(form) = form else {
            self.records.push(Person::new(child.id).into());
            return;
        };
        if !self.stands(part, &form.purge, &form.rest) {
            self.records.push(Person::new(child.id).into());
            return;
        }
        let born = self.day(part, "date_of_birth", &form.date_of_birth);
        let expected = self.day(part, "expected_date_of_birth", &form.expected_date_of_birth);
        if let (Ok(born), Ok(expected)) = (born, expected) {
            let mut person = Person::new(child.id);
            person.sex = code(&form.sex);
            person.ethnicity = code(&form.ethnicity);
            person.date_of_birth = born;
            person.expected_date_of_birth = expected;
            self.records.push(person.into());
        }
        let part = Part { family: Family::ImmigrationStatus, id: "", ..part };
        let is_unaccompanied = self.flag(part, "uasc_flag", &form.uasc_flag) == Some(true);
        if let Ok(end) = self.day(part, "uasc_end_date", &form.uasc_end_date)
            && (is_unaccompanied || end.is_some())
        {
            let mut status = ImmigrationStatus::new(child.id, "UASC");
            status.end = end;
            self.records.push(status.into());
        }
    }

    fn episode(&mut self, path: &str, form: &EpisodeForm) {
        let id = text(form.social_care_episode_id.as_ref()).unwrap_or_default();
        let part = Part { family: Family::Referral, id: &id, path };
        let is_standing = self.stands(part, &form.purge, &form.rest);
        if is_standing {
            // What is left out has left its finding.
            let _left_out = self.referral(part, form);
        }
        macro_rules! each {
            ($name:ident, $family:ident, $id:ident, $read:ident) => {
                for (place, inner) in form.$name.iter().flatten().enumerate() {
                    let path = format!("{path}{}[{place}].", stringify!($name));
                    let inner_id = text(inner.$id.as_ref()).unwrap_or_default();
                    let part = Part { family: Family::$family, id: &inner_id, path: &path };
                    if !is_standing {
                        self.purge(Family::$family, &inner_id);
                    } else if self.stands(part, &inner.purge, &inner.rest) {
                        let _left_out = self.$read(part, inner, &id);
                    }
                }
            };
        }
        each!(child_and_family_assessments, Assessment, child_and_family_assessment_id, assessment);
        each!(section_47_assessments, Section47Enquiry, section_47_assessment_id, enquiry);
        each!(child_protection_plans, ProtectionPlan, child_protection_plan_id, plan);
        each!(child_looked_after_placements, LookedAfterEpisode, child_looked_after_placement_id, placement);
        for (place, worker) in form.care_worker_details.iter().flatten().enumerate() {
            let (path, id) = (format!("{path}care_worker_details[{place}]."), format!("{id}/W{place}"));
            let part = Part { family: Family::Involvement, id: &id, path: &path };
            if is_standing {
                let _left_out = self.worker(part, worker);
            } else {
                self.purge(Family::Involvement, &id);
            }
        }
        if let Some(leaver) = &form.care_leavers {
            let (path, id) = (format!("{path}care_leavers."), format!("{id}/CL"));
            let part = Part { family: Family::CareLeaverStatus, id: &id, path: &path };
            if !is_standing {
                self.purge(Family::CareLeaverStatus, &id);
            } else if self.stands(part, &leaver.purge, &leaver.rest) {
                let _left_out = self.leaver(part, leaver);
            }
        }
    }

    fn referral(&mut self, part: Part<'_>, form: &EpisodeForm) -> Result<(), LeftOut> {
        let no_further_action =
            self.flag(part, "referral_no_further_action_flag", &form.referral_no_further_action_flag);
        let closed = self.day(part, "closure_date", &form.closure_date);
        let date = self.start(part, "referral_date", &form.referral_date)?;
        let mut referral = Referral::new(part.id, &*self.child, date);
        referral.source = code(&form.referral_source);
        referral.no_further_action = no_further_action;
        referral.closed = closed?;
        referral.closure_reason = code(&form.closure_reason);
        self.records.push(referral.into());
        Ok(())
    }

    fn worker(&mut self, part: Part<'_>, form: &WorkerForm) -> Result<(), LeftOut> {
        self.rest(part, &form.rest);
        let end = self.day(part, "end_date", &form.end_date);
        let start = self.start(part, "start_date", &form.start_date)?;
        let mut involvement = Involvement::new(part.id, &*self.child, start).role(ALLOCATED_CASE_WORKER);
        involvement.end = end?;
        involvement.professional = text(form.worker_id.as_ref());
        if let Some(worker) = &involvement.professional
            && self.workers.insert(worker.clone())
        {
            self.records.push(Professional::new(&**worker).registration(&**worker).into());
        }
        self.records.push(involvement.into());
        Ok(())
    }

    fn assessment(&mut self, part: Part<'_>, form: &AssessmentForm, episode: &str) -> Result<(), LeftOut> {
        let authorised = self.day(part, "authorisation_date", &form.authorisation_date);
        let start = self.start(part, "start_date", &form.start_date)?;
        let mut assessment = Assessment::new(part.id, &*self.child, start).referral(episode);
        assessment.authorised = authorised?.map(Into::into);
        self.records.push(assessment.into());
        Ok(())
    }

    fn enquiry(&mut self, part: Part<'_>, form: &EnquiryForm, episode: &str) -> Result<(), LeftOut> {
        let end = self.day(part, "end_date", &form.end_date);
        let held = self.day(Part { family: Family::InitialConference, ..part }, "icpc_date", &form.icpc_date);
        let start = self.start(part, "start_date", &form.start_date)?;
        let mut enquiry = Section47Enquiry::new(part.id, &*self.child, start).referral(episode);
        enquiry.end = end?.map(Into::into);
        self.records.push(enquiry.into());
        if let Some(date) = held? {
            let conference = InitialConference::new(conference_of(part.id), &*self.child);
            self.records.push(conference.enquiry(part.id).date(date).into());
        }
        Ok(())
    }

    fn plan(&mut self, part: Part<'_>, form: &PlanForm, episode: &str) -> Result<(), LeftOut> {
        let end = self.day(part, "end_date", &form.end_date);
        let start = self.start(part, "start_date", &form.start_date)?;
        let mut plan = ProtectionPlan::new(part.id, &*self.child, start).referral(episode);
        plan.end = end?;
        self.records.push(plan.into());
        Ok(())
    }

    /// A placement begins and ends an episode, as in the yearly return.
    fn placement(&mut self, part: Part<'_>, form: &PlacementForm, _episode: &str) -> Result<(), LeftOut> {
        let end = self.day(part, "end_date", &form.end_date);
        let start = self.start(part, "start_date", &form.start_date)?;
        let end = end?;
        let mut episode = LookedAfterEpisode::new(part.id, &*self.child, start).placement(part.id);
        episode.start_reason = code(&form.start_reason);
        episode.ceased = end;
        episode.ceased_reason = code(&form.end_reason);
        self.records.push(episode.into());
        let mut placement = Placement::new(part.id, &*self.child, start);
        placement.end = end;
        placement.kind = code(&form.placement_type);
        placement.postcode = text(form.postcode.as_ref());
        placement.change_reason = code(&form.change_reason);
        self.records.push(placement.into());
        Ok(())
    }

    fn leaver(&mut self, part: Part<'_>, form: &LeaverForm) -> Result<(), LeftOut> {
        let latest_contact = self.day(part, "contact_date", &form.contact_date)?;
        let mut status = CareLeaverStatus::new(part.id, &*self.child);
        status.latest_contact = latest_contact;
        status.activity = code(&form.activity);
        status.accommodation = code(&form.accommodation);
        self.records.push(status.into());
        Ok(())
    }
}
