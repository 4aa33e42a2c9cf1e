//! Entries on their way into a dataset.

use std::num::NonZeroU32;

use chrono::NaiveDate;

use super::{Finding, FindingRule};
use crate::chronology::{
    AssessmentEntry, CareLeaverEntry, ConferenceEntry, EnquiryEntry, EpisodeEntry, FamilyEntry, ImmigrationEntry,
    InvolvementEntry, Key, LegalStatusEntry, MissingEntry, PlacementEntry, PlanEntry, ReferralEntry, ReviewEntry,
    Texts,
};
use crate::record::Family;

/// An entry on its way into a dataset.
#[derive(Debug)]
pub(super) struct Staged<E> {
    pub(super) person: Key,
    pub(super) row: Option<NonZeroU32>,
    /// Sorts the entries of one child; `None` comes first.
    pub(super) day: Option<NaiveDate>,
    pub(super) entry: E,
}

impl<E: Kept> Staged<E> {
    pub(super) fn finding(&self, texts: &Texts, field: &str, value: &dyn ToString, rule: FindingRule) -> Finding {
        let record = self.entry.id().map_or("", |id| texts.get(id));
        Finding::new(E::FAMILY, field, value.to_string(), rule)
            .in_row(self.row.map(|row| u64::from(row.get())))
            .of(record, texts.get(self.person))
    }
}

/// A set of keys.
#[derive(Debug, Default)]
pub(super) struct KeySet(Vec<u64>);

impl KeySet {
    pub(super) fn contains(&self, key: Key) -> bool {
        self.0.get(key.index() / 64).is_some_and(|word| word >> (key.index() % 64) & 1 == 1)
    }

    /// Whether it was new.
    pub(super) fn add(&mut self, key: Key) -> bool {
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
