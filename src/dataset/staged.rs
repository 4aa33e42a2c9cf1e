//! Entries on their way into a dataset.

use std::num::NonZeroU32;

use chrono::NaiveDate;

use super::{Finding, FindingRule};
use crate::calendar::Moment;
use crate::chronology::{
    AssessmentEntry, CareLeaverEntry, ConferenceEntry, EnquiryEntry, EpisodeEntry, FamilyEntry, ImmigrationEntry,
    InvolvementEntry, Key, LegalStatusEntry, MissingEntry, PlacementEntry, PlanEntry, ReferralEntry, ReviewEntry, Room,
    Texts,
};
use crate::record::Family;

/// An entry on its way into a dataset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staged<E> {
    /// The place of the person's id among those of persons.
    pub(super) person: u32,
    pub(super) row: Option<NonZeroU32>,
    pub(super) entry: E,
}

impl<E: Kept> Staged<E> {
    pub(super) fn finding(&self, texts: &Texts, field: &str, value: &dyn ToString, rule: FindingRule) -> Finding {
        let record = self.entry.id().map_or("", |id| texts.get(id));
        Finding::new(E::FAMILY, field, value.to_string(), rule)
            .in_row(self.row.map(|row| u64::from(row.get())))
            .of(record, texts.room(Room::PERSONS).get(self.person as usize))
    }
}

/// Whether records of other families refer to those of this one by id.
pub(super) const fn is_named_by_others(family: Family) -> bool {
    matches!(
        family,
        Family::Person
            | Family::Referral
            | Family::Section47Enquiry
            | Family::InitialConference
            | Family::ProtectionPlan
            | Family::Placement
            | Family::Professional
    )
}

/// Where the records of one family stand, by the place of their id.
///
/// An id without a record is one that other records name.
#[derive(Debug, Default)]
pub(super) struct Directory(Vec<u32>);

/// What became of the record with an id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is none.
    Unrecorded,
    /// It is left out of every rule.
    LeftOut,
    At(usize),
}

impl Directory {
    const LEFT_OUT: u32 = u32::MAX;

    fn slot(&mut self, place: usize) -> Option<&mut u32> {
        if self.0.len() <= place {
            self.0.resize(place + 1, 0);
        }
        self.0.get_mut(place)
    }

    /// Takes the id in `place` for a record, and says whether it was free.
    pub(super) fn take(&mut self, place: usize) -> bool {
        self.slot(place).is_some_and(|slot| {
            let free = *slot == 0;
            if free {
                *slot = Self::LEFT_OUT;
            }
            free
        })
    }

    pub(super) fn stands(&mut self, place: usize, position: usize) {
        if let (Some(slot), Ok(position)) = (self.slot(place), u32::try_from(position + 1)) {
            *slot = position;
        }
    }

    /// Reads what [`Directory::find`] will, to bring it near.
    #[inline]
    pub(super) fn peek(&self, place: usize) -> u32 {
        self.0.get(place).copied().unwrap_or_default()
    }

    pub(super) fn find(&self, place: usize) -> Standing {
        match self.0.get(place) {
            None | Some(0) => Standing::Unrecorded,
            Some(&Self::LEFT_OUT) => Standing::LeftOut,
            Some(position) => Standing::At(*position as usize - 1),
        }
    }
}

/// What an entry of a dataset says of its family.
pub(super) trait Kept: Copy + Send + Sync {
    const FAMILY: Family;
    /// The column of the person.
    const PERSON: &'static str;
    /// The column of the day that the entry begins or is dated by.
    const DAY: &'static str;

    /// The id of its record, where the family has ids.
    fn id(&self) -> Option<Key>;

    /// Sorts the entries of one child; `None` comes first.
    fn day(&self) -> Option<NaiveDate>;

    /// What sorts entries of one day: the id, or nothing where the order given counts.
    fn sorting_id(&self) -> Option<Key> {
        self.id()
    }
}

macro_rules! kept {
    ($($entry:ident: $family:ident, $person:literal, $column:literal, $day:expr;)+) => {
        $(impl Kept for $entry {
            const FAMILY: Family = Family::$family;
            const PERSON: &'static str = $person;
            const DAY: &'static str = $column;

            fn id(&self) -> Option<Key> {
                Some(self.id)
            }

            fn day(&self) -> Option<NaiveDate> {
                let day: fn(&Self) -> Option<NaiveDate> = $day;
                day(self)
            }
        })+
    };
}

kept! {
    ReferralEntry: Referral, "cine_person_id", "cine_referral_date", |e| Some(e.date);
    AssessmentEntry: Assessment, "cina_person_id", "cina_assessment_start_date", |e| Some(e.start.date());
    EnquiryEntry: Section47Enquiry, "s47e_person_id", "s47e_s47_start_date", |e| Some(e.start.date());
    ConferenceEntry: InitialConference, "icpc_person_id", "icpc_icpc_date", |e| e.date.map(Moment::date);
    PlanEntry: ProtectionPlan, "cppl_person_id", "cppl_cp_plan_start_date", |e| Some(e.start);
    ReviewEntry: PlanReview, "cppr_person_id", "cppr_cp_review_date", |e| e.date;
    EpisodeEntry: LookedAfterEpisode, "clae_person_id", "clae_cla_episode_start_date", |e| Some(e.start);
    PlacementEntry: Placement, "clap_person_id", "clap_cla_placement_start_date", |e| Some(e.start);
    LegalStatusEntry: LegalStatus, "lega_person_id", "lega_legal_status_start_date", |e| Some(e.start);
    MissingEntry: MissingEpisode, "miss_person_id", "miss_missing_episode_start_date", |e| Some(e.start.date());
    InvolvementEntry: Involvement, "invo_person_id", "invo_involvement_start_date", |e| Some(e.start);
}

impl Kept for CareLeaverEntry {
    const FAMILY: Family = Family::CareLeaverStatus;
    const PERSON: &'static str = "clea_person_id";
    const DAY: &'static str = "clea_care_leaver_latest_contact";

    fn id(&self) -> Option<Key> {
        Some(self.id)
    }

    fn day(&self) -> Option<NaiveDate> {
        self.latest_contact
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

    fn day(&self) -> Option<NaiveDate> {
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

    fn day(&self) -> Option<NaiveDate> {
        self.start
    }
}
