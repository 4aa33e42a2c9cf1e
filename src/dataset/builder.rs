//! From records in any order to a dataset.

use std::num::NonZeroU32;

use chrono::NaiveDate;

use super::integrity::{self, Checks};
use super::{Dataset, Finding, FindingRule};
use crate::calendar::Moment;
use crate::chronology::{
    AssessmentEntry, Bounds, CareLeaverEntry, Code, ConferenceEntry, EnquiryEntry, EpisodeEntry, FamilyEntry,
    ImmigrationEntry, InvolvementEntry, Key, LegalStatusEntry, MissingEntry, PersonEntry, Place, PlacementEntry,
    PlanEntry, ReferralEntry, ReviewEntry, Shelves, Texts,
};
use crate::record::{
    ALLOCATED_CASE_WORKER, Assessment, CareLeaverStatus, Coded, Family, FamilyMember, ImmigrationStatus,
    InitialConference, Involvement, LegalStatus, LookedAfterEpisode, MissingEpisode, Person, Placement, PlanReview,
    Professional, ProtectionPlan, Record, Referral, Section47Enquiry, StatutoryCode,
};

/// An entry on its way into a dataset.
pub(super) struct Staged<E> {
    pub(super) person: Key,
    pub(super) row: Option<NonZeroU32>,
    /// Sorts the entries of one child; `None` comes first.
    pub(super) day: Option<NaiveDate>,
    pub(super) entry: E,
}

/// A set of keys.
#[derive(Default)]
pub(super) struct KeySet(Vec<u64>);

impl KeySet {
    pub(super) fn contains(&self, key: Key) -> bool {
        self.0.get(key.index() / 64).is_some_and(|word| word >> (key.index() % 64) & 1 == 1)
    }

    /// Whether it was new.
    fn add(&mut self, key: Key) -> bool {
        let word = key.index() / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let bit = 1 << (key.index() % 64);
        self.0.get_mut(word).is_some_and(|word| {
            let new = *word & bit == 0;
            *word |= bit;
            new
        })
    }
}

/// Takes records in any order, and makes a [`Dataset`] of them.
///
/// # What is left out
///
/// A record without an id or a person, one whose id an earlier record of its family has, and one that ends before it
/// starts. Each leaves a [`Finding`]; so does all else that INDICATORS §1 names.
///
/// ```
/// use csc_kpi::record::Referral;
/// use csc_kpi::{Dataset, FindingRule, NaiveDate};
///
/// let day = |d| NaiveDate::from_ymd_opt(2018, 3, d).unwrap();
/// let mut records = Dataset::builder();
/// records.push(Referral::new("R1", "C1", day(1)));
/// records.push(Referral::new("R1", "C2", day(2)));
/// let dataset = records.finish();
/// assert!(dataset.findings().iter().any(|finding| finding.rule == FindingRule::RepeatedId));
/// ```
#[derive(Default)]
pub struct Builder {
    texts: Texts,
    pub(super) findings: Vec<Finding>,
    /// The ids taken, a set a family.
    ids: [KeySet; Family::ALL.len()],
    persons: Vec<Staged<PersonEntry>>,
    professionals: Vec<(Key, bool)>,
    families: Vec<Staged<FamilyEntry>>,
    immigration: Vec<Staged<ImmigrationEntry>>,
    referrals: Vec<Staged<ReferralEntry>>,
    assessments: Vec<Staged<AssessmentEntry>>,
    enquiries: Vec<Staged<EnquiryEntry>>,
    conferences: Vec<Staged<ConferenceEntry>>,
    plans: Vec<Staged<PlanEntry>>,
    reviews: Vec<Staged<ReviewEntry>>,
    episodes: Vec<Staged<EpisodeEntry>>,
    placements: Vec<Staged<PlacementEntry>>,
    legal_statuses: Vec<Staged<LegalStatusEntry>>,
    missing: Vec<Staged<MissingEntry>>,
    care_leaver: Vec<Staged<CareLeaverEntry>>,
    involvements: Vec<Staged<InvolvementEntry>>,
}

/// What a record says of itself before it is staged.
struct Head<'a> {
    family: Family,
    row: Option<NonZeroU32>,
    record: &'a str,
    person: &'a str,
}

impl Head<'_> {
    fn finding(&self, field: &str, value: impl ToString, rule: FindingRule) -> Finding {
        Finding::new(self.family, field, value.to_string(), rule)
            .in_row(self.row.map(|row| u64::from(row.get())))
            .of(self.record, self.person)
    }
}

impl<R: Into<Record>> Extend<R> for Builder {
    fn extend<I: IntoIterator<Item = R>>(&mut self, records: I) {
        for record in records {
            self.push(record);
        }
    }
}

impl Builder {
    /// Takes one record of any family.
    pub fn push(&mut self, record: impl Into<Record>) {
        self.take(record.into(), None, false);
    }

    /// Takes a record read from a row of a file; the header is row 1.
    pub fn push_row(&mut self, record: impl Into<Record>, row: u64) {
        self.take(record.into(), row_number(row), false);
    }

    /// Takes a record of which its reader knows that no rule may use it: its id is taken, and no more.
    ///
    /// The reader says why in a finding of its own ([`Builder::note`]).
    pub fn set_aside(&mut self, record: impl Into<Record>, row: u64) {
        self.take(record.into(), row_number(row), true);
    }

    /// Adds a finding of a reader's own.
    pub fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Groups and sorts the records, resolves their references and looks for what contradicts.
    #[must_use]
    pub fn finish(self) -> Dataset {
        self.resolve().shelve()
    }

    fn take(&mut self, record: Record, row: Option<NonZeroU32>, set_aside: bool) {
        match record {
            Record::Person(r) => self.person(&r, row),
            Record::FamilyMember(r) => self.family_member(&r, row),
            Record::ImmigrationStatus(r) => self.immigration_status(&r, row, set_aside),
            Record::Referral(r) => self.referral(&r, row, set_aside),
            Record::Assessment(r) => self.assessment(&r, row),
            Record::Section47Enquiry(r) => self.enquiry(&r, row),
            Record::InitialConference(r) => self.conference(&r, row),
            Record::ProtectionPlan(r) => self.plan(&r, row, set_aside),
            Record::PlanReview(r) => self.review(&r, row),
            Record::LookedAfterEpisode(r) => self.episode(&r, row, set_aside),
            Record::Placement(r) => self.placement(&r, row, set_aside),
            Record::LegalStatus(r) => self.legal_status(&r, row, set_aside),
            Record::MissingEpisode(r) => self.missing_episode(&r, row),
            Record::CareLeaverStatus(r) => self.care_leaver_status(&r, row),
            Record::Involvement(r) => self.involvement(&r, row, set_aside),
            Record::Professional(r) => self.professional(&r, row),
        }
    }

    /// Checks id and person and takes the id; `None`, with findings, where the record cannot be used.
    fn admit(&mut self, head: &Head<'_>, fields: [&str; 2]) -> Option<[Key; 2]> {
        let empty_id = head.record.trim().is_empty();
        let empty_person = head.person.trim().is_empty();
        if empty_id {
            self.findings.push(head.finding(fields[0], head.record, FindingRule::EmptyId));
        }
        if empty_person {
            self.findings.push(head.finding(fields[1], head.person, FindingRule::EmptyPerson));
        }
        if empty_id || empty_person {
            return None;
        }
        let id = self.texts.add(head.record)?;
        if !self.ids[head.family as usize].add(id) {
            self.findings.push(head.finding(fields[0], head.record, FindingRule::RepeatedId));
            return None;
        }
        Some([id, self.texts.add(head.person)?])
    }

    /// Whether the record may stay; a finding where it ends before it starts.
    fn in_order(
        &mut self,
        head: &Head<'_>,
        field: &str,
        start: impl Into<Moment>,
        end: Option<impl Into<Moment>>,
    ) -> bool {
        let end: Option<Moment> = end.map(Into::into);
        match end {
            Some(end) if end.is_before(start.into()) => {
                self.findings.push(head.finding(field, end, FindingRule::EndBeforeStart));
                false
            }
            _ => true,
        }
    }

    fn key(&mut self, text: Option<&String>) -> Option<Key> {
        let text = text.map(|text| text.trim()).filter(|text| !text.is_empty())?;
        self.texts.add(text)
    }

    fn code<C: StatutoryCode>(&mut self, head: &Head<'_>, field: &str, code: Option<&Coded<C>>) -> Code<C> {
        if let Some(Coded::Unknown(text)) = code {
            self.findings.push(head.finding(field, text, FindingRule::UnknownCode));
        }
        Code::store(code, &mut self.texts)
    }

    fn person(&mut self, r: &Person, row: Option<NonZeroU32>) {
        let head = Head { family: Family::Person, row, record: &r.id, person: &r.id };
        if r.id.trim().is_empty() {
            self.findings.push(head.finding("pers_person_id", &r.id, FindingRule::EmptyId));
            return;
        }
        let Some([id, _]) = self.admit(&head, ["pers_person_id"; 2]) else { return };
        let entry = PersonEntry {
            sex: self.code(&head, "pers_sex", r.sex.as_ref()),
            ethnicity: self.code(&head, "pers_ethnicity", r.ethnicity.as_ref()),
            date_of_birth: r.date_of_birth,
            expected_date_of_birth: r.expected_date_of_birth,
            date_of_death: r.date_of_death,
            ..PersonEntry::unknown(id)
        };
        self.persons.push(Staged { person: id, row, day: None, entry });
    }

    fn professional(&mut self, r: &Professional, row: Option<NonZeroU32>) {
        let head = Head { family: Family::Professional, row, record: &r.id, person: "" };
        if r.id.trim().is_empty() {
            self.findings.push(head.finding("prof_professional_id", &r.id, FindingRule::EmptyId));
            return;
        }
        let Some(id) = self.texts.add(&r.id) else { return };
        if self.ids[Family::Professional as usize].add(id) {
            let qualified = r.registration.as_deref().is_some_and(Professional::is_social_worker);
            self.professionals.push((id, qualified));
        } else {
            self.findings.push(head.finding("prof_professional_id", &r.id, FindingRule::RepeatedId));
        }
    }

    fn family_member(&mut self, r: &FamilyMember, row: Option<NonZeroU32>) {
        let head = Head { family: Family::FamilyMember, row, record: &r.family, person: &r.person };
        let empty = [
            (&r.family, "fami_family_id", FindingRule::EmptyId),
            (&r.person, "fami_person_id", FindingRule::EmptyPerson),
        ];
        let mut usable = true;
        for (text, field, rule) in empty {
            if text.trim().is_empty() {
                self.findings.push(head.finding(field, text, rule));
                usable = false;
            }
        }
        if !usable {
            return;
        }
        if let (Some(family), Some(person)) = (self.texts.add(&r.family), self.texts.add(&r.person)) {
            self.families.push(Staged { person, row, day: None, entry: FamilyEntry { family } });
        }
    }

    fn immigration_status(&mut self, r: &ImmigrationStatus, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::ImmigrationStatus, row, record: "", person: &r.person };
        if r.person.trim().is_empty() {
            self.findings.push(head.finding("immi_person_id", &r.person, FindingRule::EmptyPerson));
            return;
        }
        let in_order =
            r.start.is_none_or(|start| self.in_order(&head, "immi_immigration_status_end_date", start, r.end));
        if set_aside || !in_order {
            return;
        }
        let entry = ImmigrationEntry {
            status: self.key(r.status.as_ref()),
            unaccompanied: r.status.as_deref().is_some_and(ImmigrationStatus::means_unaccompanied),
            start: r.start,
            end: r.end,
        };
        if let Some(person) = self.texts.add(&r.person) {
            self.immigration.push(Staged { person, row, day: r.start, entry });
        }
    }

    fn referral(&mut self, r: &Referral, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::Referral, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["cine_referral_id", "cine_person_id"]) else { return };
        let in_order = self.in_order(&head, "cine_close_date", r.date, r.closed);
        let entry = ReferralEntry {
            id,
            date: r.date,
            source: self.code(&head, "cine_referral_source_code", r.source.as_ref()),
            primary_need: self.code(&head, "cine_cin_primary_need_code", r.primary_need.as_ref()),
            no_further_action: r.no_further_action,
            closed: r.closed,
            closure_reason: self.code(&head, "cine_close_reason", r.closure_reason.as_ref()),
            team: self.key(r.team.as_ref()),
            first_enquiry: None,
            first_assessment: None,
        };
        if in_order && !set_aside {
            self.referrals.push(Staged { person, row, day: Some(r.date), entry });
        }
    }

    fn assessment(&mut self, r: &Assessment, row: Option<NonZeroU32>) {
        let head = Head { family: Family::Assessment, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["cina_assessment_id", "cina_person_id"]) else { return };
        if let Some(authorised) = r.authorised.filter(|authorised| authorised.is_before(r.start)) {
            self.findings.push(head.finding(
                "cina_assessment_auth_date",
                authorised,
                FindingRule::AuthorisedBeforeStart,
            ));
        }
        let entry = AssessmentEntry {
            id,
            referral: self.key(r.referral.as_ref()),
            referral_date: None,
            start: r.start,
            authorised: r.authorised,
            team: self.key(r.team.as_ref()),
        };
        self.assessments.push(Staged { person, row, day: Some(r.start.date()), entry });
    }

    fn enquiry(&mut self, r: &Section47Enquiry, row: Option<NonZeroU32>) {
        let head = Head { family: Family::Section47Enquiry, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["s47e_s47_enquiry_id", "s47e_person_id"]) else { return };
        if self.in_order(&head, "s47e_s47_end_date", r.start, r.end) {
            let entry = EnquiryEntry { id, referral: self.key(r.referral.as_ref()), start: r.start, end: r.end };
            self.enquiries.push(Staged { person, row, day: Some(r.start.date()), entry });
        }
    }

    fn conference(&mut self, r: &InitialConference, row: Option<NonZeroU32>) {
        let head = Head { family: Family::InitialConference, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["icpc_icpc_id", "icpc_person_id"]) else { return };
        let entry = ConferenceEntry {
            id,
            enquiry: self.key(r.enquiry.as_ref()),
            enquiry_start: None,
            transfer_in: r.transfer_in,
            target: r.target,
            date: r.date,
            plan_made: r.plan_made,
        };
        self.conferences.push(Staged { person, row, day: r.date.map(Moment::date), entry });
    }

    fn plan(&mut self, r: &ProtectionPlan, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::ProtectionPlan, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["cppl_cp_plan_id", "cppl_person_id"]) else { return };
        let in_order = self.in_order(&head, "cppl_cp_plan_end_date", r.start, r.end);
        let entry = PlanEntry {
            id,
            referral: self.key(r.referral.as_ref()),
            conference: self.key(r.conference.as_ref()),
            start: r.start,
            end: r.end,
            other_authority: r.other_authority == Some(true),
            initial_category: self.code(&head, "cppl_cp_plan_initial_category", r.initial_category.as_ref()),
            latest_category: self.code(&head, "cppl_cp_plan_latest_category", r.latest_category.as_ref()),
            previous_plans: r.previous_plans,
        };
        if in_order && !set_aside {
            self.plans.push(Staged { person, row, day: Some(r.start), entry });
        }
    }

    fn review(&mut self, r: &PlanReview, row: Option<NonZeroU32>) {
        let head = Head { family: Family::PlanReview, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["cppr_cp_review_id", "cppr_person_id"]) else { return };
        let entry = ReviewEntry { id, plan: self.key(r.plan.as_ref()), due: r.due, date: r.date };
        self.reviews.push(Staged { person, row, day: r.date, entry });
    }

    fn episode(&mut self, r: &LookedAfterEpisode, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::LookedAfterEpisode, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["clae_cla_episode_id", "clae_person_id"]) else { return };
        let in_order = self.in_order(&head, "clae_cla_episode_ceased_date", r.start, r.ceased);
        let entry = EpisodeEntry {
            id,
            start: r.start,
            start_reason: self.code(&head, "clae_cla_episode_start_reason", r.start_reason.as_ref()),
            ceased: r.ceased,
            ceased_reason: self.code(&head, "clae_cla_episode_ceased_reason", r.ceased_reason.as_ref()),
            placement: self.key(r.placement.as_ref()),
            placed: None,
            place: Place::UNKNOWN,
        };
        if in_order && !set_aside {
            self.episodes.push(Staged { person, row, day: Some(r.start), entry });
        }
    }

    fn placement(&mut self, r: &Placement, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::Placement, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["clap_cla_placement_id", "clap_person_id"]) else { return };
        let in_order = self.in_order(&head, "clap_cla_placement_end_date", r.start, r.end);
        let compared = |text: &String| text.split_whitespace().collect::<String>().to_ascii_uppercase();
        let entry = PlacementEntry {
            id,
            start: r.start,
            end: r.end,
            place: Place {
                kind: self.code(&head, "clap_cla_placement_type", r.kind.as_ref()),
                provider: self.code(&head, "clap_cla_placement_provider", r.provider.as_ref()),
                urn: self.key(r.urn.as_ref().map(|urn| urn.trim().to_ascii_uppercase()).as_ref()),
                postcode: self.key(r.postcode.as_ref().map(compared).as_ref()),
            },
            distance: self.key(r.distance.as_ref()),
            change_reason: self.code(&head, "clap_cla_placement_change_reason", r.change_reason.as_ref()),
        };
        if in_order && !set_aside {
            self.placements.push(Staged { person, row, day: Some(r.start), entry });
        }
    }

    fn legal_status(&mut self, r: &LegalStatus, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::LegalStatus, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["lega_legal_status_id", "lega_person_id"]) else { return };
        let in_order = self.in_order(&head, "lega_legal_status_end_date", r.start, r.end);
        let status = self.code(&head, "lega_legal_status", r.status.as_ref());
        if in_order && !set_aside {
            let entry = LegalStatusEntry { id, status, start: r.start, end: r.end };
            self.legal_statuses.push(Staged { person, row, day: Some(r.start), entry });
        }
    }

    fn missing_episode(&mut self, r: &MissingEpisode, row: Option<NonZeroU32>) {
        let head = Head { family: Family::MissingEpisode, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["miss_table_id", "miss_person_id"]) else { return };
        let in_order = self.in_order(&head, "miss_missing_episode_end_date", r.start, r.end);
        let entry = MissingEntry {
            id,
            start: r.start,
            kind: self.code(&head, "miss_missing_episode_type", r.kind.as_ref()),
            end: r.end,
            interview_offered: r.interview_offered,
            interview_accepted: r.interview_accepted,
            interview_completed: r.interview_completed,
        };
        if in_order {
            integrity::interview(&entry, |field, value, rule| self.findings.push(head.finding(field, value, rule)));
            self.missing.push(Staged { person, row, day: Some(r.start.date()), entry });
        }
    }

    fn care_leaver_status(&mut self, r: &CareLeaverStatus, row: Option<NonZeroU32>) {
        let head = Head { family: Family::CareLeaverStatus, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["clea_table_id", "clea_person_id"]) else { return };
        let entry = CareLeaverEntry {
            id,
            eligibility: self.code(&head, "clea_care_leaver_eligibility", r.eligibility.as_ref()),
            in_touch: self.code(&head, "clea_care_leaver_in_touch", r.in_touch.as_ref()),
            latest_contact: r.latest_contact,
            accommodation: self.code(&head, "clea_care_leaver_accommodation", r.accommodation.as_ref()),
            suitability: self.code(&head, "clea_care_leaver_accom_suitable", r.suitability.as_ref()),
            activity: self.code(&head, "clea_care_leaver_activity", r.activity.as_ref()),
        };
        self.care_leaver.push(Staged { person, row, day: r.latest_contact, entry });
    }

    fn involvement(&mut self, r: &Involvement, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::Involvement, row, record: &r.id, person: &r.person };
        let Some([id, person]) = self.admit(&head, ["invo_involvements_id", "invo_person_id"]) else { return };
        let in_order = self.in_order(&head, "invo_involvement_end_date", r.start, r.end);
        let entry = InvolvementEntry {
            id,
            professional: self.key(r.professional.as_ref()),
            social_worker: false,
            role: self.key(r.role.as_ref()),
            allocated: r.role.as_deref().is_some_and(|role| role.trim().eq_ignore_ascii_case(ALLOCATED_CASE_WORKER)),
            start: r.start,
            end: r.end,
        };
        if in_order && !set_aside {
            self.involvements.push(Staged { person, row, day: Some(r.start), entry });
        }
    }

    /// Resolves references by id over all records, whichever child they belong to.
    fn resolve(mut self) -> Self {
        let Self { texts, findings, ids, referrals, assessments, enquiries, conferences, plans, .. } = &mut self;
        let mut clerk = Clerk { texts, findings, ids };
        let to = Directory::of(referrals);
        clerk.link(
            assessments,
            "cina_referral_id",
            &to,
            |e| e.referral,
            |staged, at| {
                let referral = at.and_then(|at| referrals.get_mut(at));
                staged.entry.referral = referral.as_ref().map(|referral| referral.entry.id);
                staged.entry.referral_date = referral.as_ref().map(|referral| referral.entry.date);
                if let Some(referral) = referral {
                    let first = &mut referral.entry.first_assessment;
                    *first = earliest(*first, staged.entry.start.date());
                }
            },
        );
        clerk.link(
            enquiries,
            "s47e_referral_id",
            &to,
            |e| e.referral,
            |staged, at| {
                let referral = at.and_then(|at| referrals.get_mut(at));
                staged.entry.referral = referral.as_ref().map(|referral| referral.entry.id);
                if let Some(referral) = referral {
                    let first = &mut referral.entry.first_enquiry;
                    *first = earliest(*first, staged.entry.start.date());
                }
            },
        );
        clerk.link(
            plans,
            "cppl_referral_id",
            &to,
            |e| e.referral,
            |staged, at| staged.entry.referral = at.and(staged.entry.referral),
        );
        let to = Directory::of(enquiries);
        clerk.link(
            conferences,
            "icpc_s47_enquiry_id",
            &to,
            |e| e.enquiry,
            |staged, at| {
                staged.entry.enquiry = at.and(staged.entry.enquiry);
                staged.entry.enquiry_start = at.and_then(|at| enquiries.get(at)).map(|enquiry| enquiry.entry.start);
            },
        );
        let to = Directory::of(conferences);
        clerk.link(
            plans,
            "cppl_icpc_id",
            &to,
            |e| e.conference,
            |staged, at| staged.entry.conference = at.and(staged.entry.conference),
        );
        self.resolve_placements_reviews_and_professionals()
    }

    fn resolve_placements_reviews_and_professionals(mut self) -> Self {
        let Self { texts, findings, ids, plans, reviews, episodes, placements, involvements, professionals, .. } =
            &mut self;
        let mut clerk = Clerk { texts, findings, ids };
        let to = Directory::of(plans);
        clerk.link(
            reviews,
            "cppr_cp_plan_id",
            &to,
            |e| e.plan,
            |staged, at| staged.entry.plan = at.and(staged.entry.plan),
        );
        for review in reviews {
            if let Some(plan) = review.entry.plan.and_then(|plan| to.find(plan)).and_then(|at| plans.get(at)) {
                integrity::review(review, &plan.entry, clerk.texts, clerk.findings);
                // A review is read with its plan, whichever child its own row names.
                review.person = plan.person;
            }
        }
        let to = Directory::of(placements);
        clerk.link(
            episodes,
            "clae_cla_placement_id",
            &to,
            |e| e.placement,
            |staged, at| {
                staged.entry.placement = at.and(staged.entry.placement);
                if let Some(placement) = at.and_then(|at| placements.get(at)) {
                    staged.entry.placed = Some(placement.entry.start);
                    staged.entry.place = placement.entry.place;
                }
            },
        );
        let to = Directory::new(Family::Professional, professionals.iter().map(|(id, _)| Some(*id)));
        clerk.link(
            involvements,
            "invo_professional_id",
            &to,
            |e| e.professional,
            |staged, at| {
                staged.entry.professional = at.and(staged.entry.professional);
                staged.entry.social_worker = at.and_then(|at| professionals.get(at)).is_some_and(|(_, is)| *is);
            },
        );
        self
    }

    fn shelve(mut self) -> Dataset {
        let mut register = Register::new(&self.texts, std::mem::take(&mut self.persons));
        register.name(&self.families);
        register.name(&self.immigration);
        register.name(&self.referrals);
        register.name(&self.assessments);
        register.name(&self.enquiries);
        register.name(&self.conferences);
        register.name(&self.plans);
        register.name(&self.reviews);
        register.name(&self.episodes);
        register.name(&self.placements);
        register.name(&self.legal_statuses);
        register.name(&self.missing);
        register.name(&self.care_leaver);
        register.name(&self.involvements);
        let mut checks = Checks::new(&self.texts, &register, &mut self.findings);
        let mut bounds = vec![Bounds::default(); register.persons.len() + 1];
        let mut shelves = Shelves::default();
        macro_rules! shelve {
            ($($name:ident $(with $check:ident)?),+ $(,)?) => {
                $({
                    let mut staged = std::mem::take(&mut self.$name);
                    register.sort(&mut staged);
                    checks.every(&staged);
                    $(checks.$check(&staged);)?
                    register.count(&staged, &mut bounds, |bounds| &mut bounds.$name);
                    shelves.$name = staged.into_iter().map(|staged| staged.entry).collect();
                })+
            };
        }
        shelve!(
            families,
            immigration,
            referrals,
            assessments,
            enquiries,
            conferences with conferences,
            plans with plans,
            reviews,
            episodes with episodes,
            placements,
            legal_statuses,
            missing,
            care_leaver,
            involvements,
        );
        let (persons, numbers) = (register.persons, register.numbers);
        let records = persons.len() - register.unrecorded + self.professionals.len() + shelves.size().0;
        self.findings.sort();
        Dataset { texts: self.texts, persons, numbers, shelves, bounds, records, findings: self.findings }
    }
}

/// The children: a number for each, in the order of the person records and then of first mention.
pub(super) struct Register<'a> {
    pub(super) texts: &'a Texts,
    pub(super) persons: Vec<PersonEntry>,
    /// The rows of the persons that have a record of their own; they come first.
    pub(super) rows: Vec<Option<NonZeroU32>>,
    unrecorded: usize,
    /// By key: the number of the child, from 1; 0 for other texts.
    numbers: Vec<u32>,
}

impl<'a> Register<'a> {
    fn new(texts: &'a Texts, persons: Vec<Staged<PersonEntry>>) -> Self {
        let mut register = Self {
            texts,
            persons: Vec::with_capacity(persons.len()),
            rows: Vec::with_capacity(persons.len()),
            unrecorded: 0,
            numbers: vec![0; texts.len()],
        };
        for staged in persons {
            register.rows.push(staged.row);
            register.number(staged.entry);
        }
        register
    }

    fn number(&mut self, person: PersonEntry) {
        if let Some(number) = self.numbers.get_mut(person.id.index()) {
            if *number == 0 {
                self.persons.push(person);
                *number = u32::try_from(self.persons.len()).unwrap_or(u32::MAX);
            }
        }
    }

    /// Numbers the children that only other records name.
    fn name<E>(&mut self, staged: &[Staged<E>]) {
        for staged in staged {
            let known = self.persons.len();
            self.number(PersonEntry::unknown(staged.person));
            self.unrecorded += self.persons.len() - known;
        }
    }

    /// The number of the child, from 0.
    pub(super) fn of(&self, person: Key) -> usize {
        self.numbers.get(person.index()).map_or(0, |number| (*number as usize).saturating_sub(1))
    }

    /// Sorts by child, day and id; entries without an id of their own stay in the order given.
    fn sort<E: Kept>(&self, staged: &mut [Staged<E>]) {
        staged.sort_by(|a, b| {
            let by_id = || match (a.entry.sorting_id(), b.entry.sorting_id()) {
                (Some(a), Some(b)) => self.texts.get(a).cmp(self.texts.get(b)),
                _ => std::cmp::Ordering::Equal,
            };
            self.of(a.person).cmp(&self.of(b.person)).then_with(|| a.day.cmp(&b.day)).then_with(by_id)
        });
    }

    /// Notes where the entries of each child begin; they are sorted by child.
    fn count<E>(&self, staged: &[Staged<E>], bounds: &mut [Bounds], of: impl Fn(&mut Bounds) -> &mut u32) {
        let mut at = 0;
        for (number, bounds) in bounds.iter_mut().enumerate() {
            while staged.get(at).is_some_and(|staged| self.of(staged.person) < number) {
                at += 1;
            }
            *of(bounds) = u32::try_from(at).unwrap_or(u32::MAX);
        }
    }
}

/// Where the records of one family stand, by id.
struct Directory {
    family: Family,
    /// By key: the position, from 1.
    at: Vec<u32>,
}

impl Directory {
    fn of<E: Kept>(staged: &[Staged<E>]) -> Self {
        Self::new(E::FAMILY, staged.iter().map(|staged| staged.entry.id()))
    }

    fn new(family: Family, ids: impl Iterator<Item = Option<Key>>) -> Self {
        let mut at = Vec::new();
        for (position, id) in (1..).zip(ids) {
            let Some(id) = id else { continue };
            if at.len() <= id.index() {
                at.resize(id.index() + 1, 0);
            }
            if let Some(place) = at.get_mut(id.index()) {
                *place = position;
            }
        }
        Self { family, at }
    }

    fn find(&self, id: Key) -> Option<usize> {
        self.at.get(id.index())?.checked_sub(1).map(|at| at as usize)
    }
}

/// Looks up references and notes those that lead nowhere.
struct Clerk<'a> {
    texts: &'a Texts,
    findings: &'a mut Vec<Finding>,
    ids: &'a [KeySet],
}

impl Clerk<'_> {
    /// Hands each entry the position of the record that it names in `field`, if that is there.
    fn link<E: Kept>(
        &mut self,
        staged: &mut [Staged<E>],
        field: &str,
        to: &Directory,
        named: impl Fn(&E) -> Option<Key>,
        mut found: impl FnMut(&mut Staged<E>, Option<usize>),
    ) {
        for staged in staged {
            let Some(name) = named(&staged.entry) else { continue };
            let position = to.find(name);
            // A record that is there and left out of every rule has its own finding.
            if position.is_none() && !self.ids.get(to.family as usize).is_some_and(|ids| ids.contains(name)) {
                let finding = staged.finding(self.texts, field, self.texts.get(name), FindingRule::NoSuchRecord);
                self.findings.push(finding);
            }
            found(staged, position);
        }
    }
}

impl<E: Kept> Staged<E> {
    pub(super) fn finding(&self, texts: &Texts, field: &str, value: impl ToString, rule: FindingRule) -> Finding {
        let record = self.entry.id().map_or("", |id| texts.get(id));
        Finding::new(E::FAMILY, field, value.to_string(), rule)
            .in_row(self.row.map(|row| u64::from(row.get())))
            .of(record, texts.get(self.person))
    }
}

fn row_number(row: u64) -> Option<NonZeroU32> {
    u32::try_from(row).ok().and_then(NonZeroU32::new)
}

fn earliest(first: Option<NaiveDate>, day: NaiveDate) -> Option<NaiveDate> {
    Some(first.map_or(day, |first| first.min(day)))
}

/// What an entry of a dataset says of its family.
pub(super) trait Kept {
    const FAMILY: Family;
    /// The column of the person.
    const PERSON: &'static str;
    /// The column of the day that the entry begins or is dated by.
    const DAY: &'static str;

    /// The id of its record, where the family has ids.
    fn id(&self) -> Option<Key>;

    /// What sorts entries of one day: the id, or nothing where the order given counts.
    fn sorting_id(&self) -> Option<Key> {
        self.id()
    }
}

macro_rules! kept {
    ($($entry:ident: $family:ident, $person:literal, $day:literal;)+) => {
        $(impl Kept for $entry {
            const FAMILY: Family = Family::$family;
            const PERSON: &'static str = $person;
            const DAY: &'static str = $day;

            fn id(&self) -> Option<Key> {
                Some(self.id)
            }
        })+
    };
}

kept! {
    ReferralEntry: Referral, "cine_person_id", "cine_referral_date";
    AssessmentEntry: Assessment, "cina_person_id", "cina_assessment_start_date";
    EnquiryEntry: Section47Enquiry, "s47e_person_id", "s47e_s47_start_date";
    ConferenceEntry: InitialConference, "icpc_person_id", "icpc_icpc_date";
    PlanEntry: ProtectionPlan, "cppl_person_id", "cppl_cp_plan_start_date";
    ReviewEntry: PlanReview, "cppr_person_id", "cppr_cp_review_date";
    EpisodeEntry: LookedAfterEpisode, "clae_person_id", "clae_cla_episode_start_date";
    PlacementEntry: Placement, "clap_person_id", "clap_cla_placement_start_date";
    LegalStatusEntry: LegalStatus, "lega_person_id", "lega_legal_status_start_date";
    MissingEntry: MissingEpisode, "miss_person_id", "miss_missing_episode_start_date";
    InvolvementEntry: Involvement, "invo_person_id", "invo_involvement_start_date";
}

impl Kept for CareLeaverEntry {
    const FAMILY: Family = Family::CareLeaverStatus;
    const PERSON: &'static str = "clea_person_id";
    const DAY: &'static str = "clea_care_leaver_latest_contact";

    fn id(&self) -> Option<Key> {
        Some(self.id)
    }

    fn sorting_id(&self) -> Option<Key> {
        None
    }
}

impl Kept for FamilyEntry {
    const FAMILY: Family = Family::FamilyMember;
    const PERSON: &'static str = "fami_person_id";
    const DAY: &'static str = "";

    fn id(&self) -> Option<Key> {
        None
    }
}

impl Kept for ImmigrationEntry {
    const FAMILY: Family = Family::ImmigrationStatus;
    const PERSON: &'static str = "immi_person_id";
    const DAY: &'static str = "immi_immigration_status_start_date";

    fn id(&self) -> Option<Key> {
        None
    }
}
