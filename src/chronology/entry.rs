//! The entries of a chronology: records as a dataset keeps them, ids as keys, references resolved.
//!
//! A record may name another that belongs to a different child (an assessment of a brother on his sister's referral).
//! What an indicator needs of it stands resolved in the entry, so that one chronology is enough to judge one child.

use chrono::NaiveDate;

use super::files::FileRow;
use super::text::{Code, Key, Texts};
use crate::calendar::{Moment, Span, age_on, birthday};
use crate::record::{
    AbuseCategory, Accommodation, Activity, AuthorityCount, ClosureReason, Eligibility, EpisodeEnd, EpisodeStart,
    Ethnicity, InTouch, InterviewFlag, LegalStatusCode, MissingKind, PlacementChange, PlacementProvider, PlacementType,
    PrimaryNeed, ReferralSource, Sex, Suitability,
};

/// What is known of the person. See [`Person`](crate::record::Person).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PersonEntry {
    /// The person's id.
    pub id: Key,
    /// Sex.
    pub sex: Code<Sex>,
    /// Ethnicity.
    pub ethnicity: Code<Ethnicity>,
    /// Null while unborn, or not recorded.
    pub date_of_birth: Option<NaiveDate>,
    /// Expected date of birth.
    pub expected_date_of_birth: Option<NaiveDate>,
    /// Date of death.
    pub date_of_death: Option<NaiveDate>,
}

impl PersonEntry {
    pub(crate) const fn unknown(id: Key) -> Self {
        Self {
            id,
            sex: Code::NONE,
            ethnicity: Code::NONE,
            date_of_birth: None,
            expected_date_of_birth: None,
            date_of_death: None,
        }
    }

    /// Fills in what it lacks by what another record says of the same person: sex (also where it was unknown), ethnicity,
    /// dates of birth and death. Changes nothing and says no where the two contradict each other.
    pub(crate) fn join(&mut self, said: &Self, texts: &Texts) -> bool {
        fn agree<T: PartialEq>(known: Option<T>, said: Option<T>) -> bool {
            known.zip(said).is_none_or(|(known, said)| known == said)
        }
        let open = |sex: Code<Sex>| sex == Code::NONE || sex.is(Sex::Unknown);
        let either_none = self.ethnicity == Code::NONE || said.ethnicity == Code::NONE;
        let agrees = (open(self.sex) || open(said.sex) || self.sex.same(said.sex, texts))
            && (either_none || self.ethnicity.same(said.ethnicity, texts))
            && agree(self.date_of_birth, said.date_of_birth)
            && agree(self.expected_date_of_birth, said.expected_date_of_birth)
            && agree(self.date_of_death, said.date_of_death);
        if agrees {
            if open(self.sex) && said.sex != Code::NONE {
                self.sex = said.sex;
            }
            if self.ethnicity == Code::NONE {
                self.ethnicity = said.ethnicity;
            }
            self.date_of_birth = self.date_of_birth.or(said.date_of_birth);
            self.expected_date_of_birth = self.expected_date_of_birth.or(said.expected_date_of_birth);
            self.date_of_death = self.date_of_death.or(said.date_of_death);
        }
        agrees
    }

    /// The age on `day` in whole years; `None` while unborn or where no date of birth is recorded.
    #[must_use]
    pub fn age_on(&self, day: NaiveDate) -> Option<u16> {
        age_on(self.date_of_birth?, day)
    }

    /// The days on which the person is under `years`: all days where no date of birth is recorded.
    #[must_use]
    pub fn days_under(&self, years: u16) -> Span {
        Span::new(NaiveDate::MIN, self.date_of_birth.map(|born| birthday(born, years)))
    }

    /// The days on which the person is at least `from` and not yet `to` years old; `None` where no date of birth is
    /// recorded.
    #[must_use]
    pub fn days_aged(&self, from: u16, to: u16) -> Option<Span> {
        let born = self.date_of_birth?;
        Some(Span::new(birthday(born, from), Some(birthday(born, to))))
    }
}

/// A membership of a family. See [`FamilyMember`](crate::record::FamilyMember).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FamilyEntry {
    /// The family's id.
    pub family: Key,
}

/// An immigration status. See [`ImmigrationStatus`](crate::record::ImmigrationStatus).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImmigrationEntry {
    /// The status as written.
    pub status: Option<Key>,
    /// Whether it means an unaccompanied asylum seeking child.
    pub unaccompanied: bool,
    /// First day; null: since before all records.
    pub start: Option<NaiveDate>,
    /// First day without it; null while it lasts.
    pub end: Option<NaiveDate>,
}

impl ImmigrationEntry {
    /// The days on which the status is held.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.start.unwrap_or(NaiveDate::MIN), self.end)
    }
}

/// A referral. See [`Referral`](crate::record::Referral).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReferralEntry {
    /// Id of the referral.
    pub id: Key,
    /// The day it was received.
    pub date: NaiveDate,
    /// Who referred.
    pub source: Code<ReferralSource>,
    /// Primary need.
    pub primary_need: Code<PrimaryNeed>,
    /// Whether no further action was decided; null while undecided.
    pub no_further_action: Option<bool>,
    /// First day on which the case is closed.
    pub closed: Option<NaiveDate>,
    /// Why it was closed.
    pub closure_reason: Code<ClosureReason>,
    /// Team.
    pub team: Option<Key>,
    /// Earlier referrals in the 12 months before, where a list holds the count alone.
    pub earlier_counted: Option<AuthorityCount>,
    /// The start of the first section 47 enquiry on this referral, of whichever child.
    pub first_enquiry: Option<NaiveDate>,
    /// The start of the first assessment on this referral, of whichever child.
    pub first_assessment: Option<NaiveDate>,
}

/// An assessment. See [`Assessment`](crate::record::Assessment).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssessmentEntry {
    /// Id of the assessment.
    pub id: Key,
    /// The referral it follows, if that is there.
    pub referral: Option<Key>,
    /// The day on which that referral was received.
    pub referral_date: Option<NaiveDate>,
    /// When it began.
    pub start: Moment,
    /// When it was authorised; null while open.
    pub authorised: Option<Moment>,
    /// Team.
    pub team: Option<Key>,
    /// The row it was read from, where it was; [`Chronology::place_of`](super::Chronology::place_of) says in which file.
    pub row: Option<FileRow>,
}

/// A section 47 enquiry. See [`Section47Enquiry`](crate::record::Section47Enquiry).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnquiryEntry {
    /// Id of the enquiry.
    pub id: Key,
    /// The referral it belongs to, if that is there.
    pub referral: Option<Key>,
    /// When it began.
    pub start: Moment,
    /// When it ended.
    pub end: Option<Moment>,
}

/// An initial child protection conference. See [`InitialConference`](crate::record::InitialConference).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConferenceEntry {
    /// Id of the conference.
    pub id: Key,
    /// The enquiry that led to it, if that is there.
    pub enquiry: Option<Key>,
    /// When that enquiry began.
    pub enquiry_start: Option<Moment>,
    /// Whether it receives a child on a plan of another authority.
    pub transfer_in: Option<bool>,
    /// The day by which it was to be held.
    pub target: Option<NaiveDate>,
    /// When it was held.
    pub date: Option<Moment>,
    /// Whether it made a plan.
    pub plan_made: Option<bool>,
    /// The row it was read from, where it was; [`Chronology::place_of`](super::Chronology::place_of) says in which file.
    pub row: Option<FileRow>,
}

/// A child protection plan. See [`ProtectionPlan`](crate::record::ProtectionPlan).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlanEntry {
    /// Id of the plan.
    pub id: Key,
    /// Its referral, if that is there.
    pub referral: Option<Key>,
    /// The conference that made it, if that is there.
    pub conference: Option<Key>,
    /// First day of the plan.
    pub start: NaiveDate,
    /// First day without it; null while open.
    pub end: Option<NaiveDate>,
    /// Whether it is the plan of another local authority.
    pub other_authority: bool,
    /// Category at the start.
    pub initial_category: Code<AbuseCategory>,
    /// Category now.
    pub latest_category: Code<AbuseCategory>,
    /// Plans before this one, as recorded.
    pub previous_plans: Option<u32>,
}

impl PlanEntry {
    /// The days on which it is open.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// A review of a plan of this child. See [`PlanReview`](crate::record::PlanReview).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReviewEntry {
    /// Id of the review.
    pub id: Key,
    /// The plan reviewed, if that is there.
    pub plan: Option<Key>,
    /// The day by which it was to be held.
    pub due: Option<NaiveDate>,
    /// The day it was held.
    pub date: Option<NaiveDate>,
}

/// Where a child is placed: what is compared when a child comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Type of placement.
    pub kind: Code<PlacementType>,
    /// Provider.
    pub provider: Code<PlacementProvider>,
    /// Reference number of the provider.
    pub urn: Option<Key>,
    /// Postcode, in capitals without spaces.
    pub postcode: Option<Key>,
}

impl Place {
    /// Nothing known.
    pub const UNKNOWN: Self = Self { kind: Code::NONE, provider: Code::NONE, urn: None, postcode: None };

    /// Same type, provider, URN and postcode; empty is equal to empty.
    pub(crate) fn same(&self, other: &Self, texts: &Texts) -> bool {
        self.urn == other.urn
            && self.postcode == other.postcode
            && self.kind.same(other.kind, texts)
            && self.provider.same(other.provider, texts)
    }
}

/// A looked-after episode as recorded. See [`LookedAfterEpisode`](crate::record::LookedAfterEpisode).
///
/// Episodes as the rules read them, without overlaps, are in [`CareHistory`](super::CareHistory).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EpisodeEntry {
    /// Id of the episode.
    pub id: Key,
    /// First day.
    pub start: NaiveDate,
    /// Why it began.
    pub start_reason: Code<EpisodeStart>,
    /// First day without it; null while open.
    pub ceased: Option<NaiveDate>,
    /// Why it ceased.
    pub ceased_reason: Code<EpisodeEnd>,
    /// Its placement, if that is there.
    pub placement: Option<Key>,
    /// The first day of that placement.
    pub placed: Option<NaiveDate>,
    /// Where that placement is.
    pub place: Place,
    /// Placements in the last 12 months, where a list holds the count alone.
    pub placements_counted: Option<AuthorityCount>,
}

/// A placement row. See [`Placement`](crate::record::Placement).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlacementEntry {
    /// Id of the placement.
    pub id: Key,
    /// First day.
    pub start: NaiveDate,
    /// First day without it; null while open.
    pub end: Option<NaiveDate>,
    /// Where it is.
    pub place: Place,
    /// Miles from home, as written.
    pub distance: Option<Key>,
    /// Why it changed.
    pub change_reason: Code<PlacementChange>,
}

impl PlacementEntry {
    /// The days of the placement.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// A legal status. See [`LegalStatus`](crate::record::LegalStatus).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LegalStatusEntry {
    /// Id of the legal status.
    pub id: Key,
    /// The status.
    pub status: Code<LegalStatusCode>,
    /// First day.
    pub start: NaiveDate,
    /// First day without it; null while it lasts.
    pub end: Option<NaiveDate>,
}

impl LegalStatusEntry {
    /// The days on which it is in force.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// A missing episode. See [`MissingEpisode`](crate::record::MissingEpisode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingEntry {
    /// Id of the missing episode.
    pub id: Key,
    /// When the child went missing.
    pub start: Moment,
    /// Missing, or away without authorisation.
    pub kind: Code<MissingKind>,
    /// When the child returned.
    pub end: Option<Moment>,
    /// Whether an interview was offered.
    pub interview_offered: Option<InterviewFlag>,
    /// Whether it was accepted.
    pub interview_accepted: Option<InterviewFlag>,
    /// When it took place.
    pub interview_completed: Option<Moment>,
}

/// A status of a care leaver. See [`CareLeaverStatus`](crate::record::CareLeaverStatus).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CareLeaverEntry {
    /// Id of the row.
    pub id: Key,
    /// Eligibility for leaving care services.
    pub eligibility: Code<Eligibility>,
    /// Whether the authority is in touch.
    pub in_touch: Code<InTouch>,
    /// The day that dates the status; null comes before all days.
    pub latest_contact: Option<NaiveDate>,
    /// Accommodation.
    pub accommodation: Code<Accommodation>,
    /// Suitability of the accommodation.
    pub suitability: Code<Suitability>,
    /// Main activity.
    pub activity: Code<Activity>,
}

impl CareLeaverEntry {
    /// Whether nothing is known from its day on, so that it ends the status before it.
    pub(crate) fn is_blank(&self) -> bool {
        let Self { id: _, eligibility, in_touch, latest_contact: _, accommodation, suitability, activity } = self;
        *eligibility == Code::NONE
            && *in_touch == Code::NONE
            && *accommodation == Code::NONE
            && *suitability == Code::NONE
            && *activity == Code::NONE
    }
}

/// An involvement of a professional. See [`Involvement`](crate::record::Involvement).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvolvementEntry {
    /// Id of the involvement.
    pub id: Key,
    /// The professional, if recorded.
    pub professional: Option<Key>,
    /// Whether that professional's registration number is that of a qualified social worker.
    pub social_worker: bool,
    /// The role as written.
    pub role: Option<Key>,
    /// Whether the role is that of the allocated case worker.
    pub allocated: bool,
    /// First day.
    pub start: NaiveDate,
    /// First day without it; null while open.
    pub end: Option<NaiveDate>,
}

impl InvolvementEntry {
    /// The days of the involvement.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}
