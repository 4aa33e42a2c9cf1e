//! From records in any order to a dataset.

use std::num::NonZeroU32;

use super::staged::{KeySet, Staged};
use super::{Dataset, Finding, FindingRule, integrity};
use crate::calendar::Moment;
use crate::chronology::{
    AssessmentEntry, CareLeaverEntry, Code, ConferenceEntry, EnquiryEntry, EpisodeEntry, FamilyEntry, ImmigrationEntry,
    InvolvementEntry, Key, LegalStatusEntry, MissingEntry, PersonEntry, Place, PlacementEntry, PlanEntry,
    ReferralEntry, ReviewEntry, Texts,
};
use crate::record::{
    ALLOCATED_CASE_WORKER, Assessment, CareLeaverStatus, Coded, Family, FamilyMember, ImmigrationStatus,
    InitialConference, Involvement, LegalStatus, LookedAfterEpisode, MissingEpisode, Person, Placement, PlanReview,
    Professional, ProtectionPlan, Record, Referral, Section47Enquiry, StatutoryCode,
};

/// Takes records in any order, and makes a [`Dataset`] of them.
///
/// Ids are compared without the white space around them.
///
/// # What is left out
///
/// A record without an id or a person, one whose id an earlier record of its family has, and one that ends before it
/// starts. Each leaves a [`Finding`]; so does all else that a [`FindingRule`](crate::FindingRule) names.
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
#[derive(Debug, Default)]
pub struct Builder {
    pub(super) texts: Texts,
    pub(super) findings: Vec<Finding>,
    /// The ids taken, a set a family.
    pub(super) ids: [KeySet; Family::ALL.len()],
    pub(super) persons: Vec<Staged<PersonEntry>>,
    pub(super) professionals: Vec<(Key, bool)>,
    pub(super) families: Vec<Staged<FamilyEntry>>,
    pub(super) immigration: Vec<Staged<ImmigrationEntry>>,
    pub(super) referrals: Vec<Staged<ReferralEntry>>,
    pub(super) assessments: Vec<Staged<AssessmentEntry>>,
    pub(super) enquiries: Vec<Staged<EnquiryEntry>>,
    pub(super) conferences: Vec<Staged<ConferenceEntry>>,
    pub(super) plans: Vec<Staged<PlanEntry>>,
    pub(super) reviews: Vec<Staged<ReviewEntry>>,
    pub(super) episodes: Vec<Staged<EpisodeEntry>>,
    pub(super) placements: Vec<Staged<PlacementEntry>>,
    pub(super) legal_statuses: Vec<Staged<LegalStatusEntry>>,
    pub(super) missing: Vec<Staged<MissingEntry>>,
    pub(super) care_leaver: Vec<Staged<CareLeaverEntry>>,
    pub(super) involvements: Vec<Staged<InvolvementEntry>>,
}

/// What a record says of itself before it is staged.
struct Head<'a> {
    family: Family,
    row: Option<NonZeroU32>,
    record: &'a str,
    person: &'a str,
}

impl Head<'_> {
    fn finding(&self, field: &str, value: &dyn ToString, rule: FindingRule) -> Finding {
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

    /// Takes a record of which its reader knows that it ends before it starts within one day, which the record itself,
    /// one of plain days, cannot say: its id is taken, and no rule uses it. The reader notes the finding.
    #[cfg(feature = "ssd")]
    pub(crate) fn set_aside(&mut self, record: impl Into<Record>, row: u64) {
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
            self.findings.push(head.finding(fields[0], &head.record, FindingRule::EmptyId));
        }
        if empty_person {
            self.findings.push(head.finding(fields[1], &head.person, FindingRule::EmptyPerson));
        }
        if empty_id || empty_person {
            return None;
        }
        let id = self.texts.add(head.record.trim())?;
        if !self.ids[head.family as usize].add(id) {
            self.findings.push(head.finding(fields[0], &head.record, FindingRule::RepeatedId));
            return None;
        }
        Some([id, self.texts.add(head.person.trim())?])
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
                self.findings.push(head.finding(field, &end, FindingRule::EndBeforeStart));
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
        let Some(id) = self.texts.add(r.id.trim()) else { return };
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
        if let (Some(family), Some(person)) = (self.texts.add(r.family.trim()), self.texts.add(r.person.trim())) {
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
        if let Some(person) = self.texts.add(r.person.trim()) {
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
                &authorised,
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
            row,
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
            row,
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
            integrity::interview(&entry, |field, value, rule| self.findings.push(head.finding(field, &value, rule)));
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
}

fn row_number(row: u64) -> Option<NonZeroU32> {
    u32::try_from(row).ok().and_then(NonZeroU32::new)
}
