//! Entries on their way into a dataset.

use std::num::NonZeroU32;

use chrono::NaiveDate;

use super::register::Register;
use super::{Finding, FindingRule};
use crate::calendar::Moment;
use crate::chronology::{
    AssessmentEntry, CareLeaverEntry, Cell, ConferenceEntry, EnquiryEntry, EpisodeEntry, FamilyEntry, ImmigrationEntry,
    InvolvementEntry, Key, LegalStatusEntry, MissingEntry, PlacementEntry, PlanEntry, ReferralEntry, ReviewEntry, Room,
    Texts, take_out,
};
use crate::record::Family;

/// An entry on its way to its child.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staged<E> {
    /// The number of the person.
    pub(super) person: u32,
    pub(super) row: Option<NonZeroU32>,
    pub(super) entry: E,
}

impl<E: Kept> Staged<E> {
    pub(super) fn finding(&self, texts: &Texts, field: &str, value: &dyn ToString, rule: FindingRule) -> Finding {
        let person = texts.get_in(Room::PERSONS, self.person as usize);
        Filed { row: self.row, entry: self.entry }.finding(person, texts, field, value, rule)
    }
}

/// An entry whose person has no number yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filed<E> {
    pub(super) row: Option<NonZeroU32>,
    pub(super) entry: E,
}

impl<E: Kept> Filed<E> {
    /// A finding of the record and this person.
    pub(super) fn finding(
        &self,
        person: &str,
        texts: &Texts,
        field: &str,
        value: &dyn ToString,
        rule: FindingRule,
    ) -> Finding {
        let record = self.entry.id().map_or("", |id| texts.get(id));
        Finding::new(E::FAMILY, field, value.to_string(), rule)
            .in_row(self.row.map(|row| u64::from(row.get())))
            .of(record, person)
    }
}

/// The records of one family on their way into a dataset, in the order given. The place of each is that of its id too,
/// where the family has ids.
#[derive(Debug)]
pub(super) struct Pile<E> {
    pub(super) filed: Vec<Filed<E>>,
    /// The person of each, as named.
    pub(super) persons: Vec<Cell>,
    /// By reference of the family: what record each names; empty where none does.
    pub(super) links: [Vec<Cell>; 2],
    /// The places of those that only keep their id from others, rising; no rule uses them.
    pub(super) left_out: Vec<u32>,
    /// The number of the person of each, once persons have numbers; [`NOWHERE`](crate::chronology::NOWHERE) for those
    /// that are left out.
    pub(super) numbers: Vec<u32>,
}

impl<E> Pile<E> {
    /// Whether rules use the record in this place.
    #[inline]
    pub(super) fn uses(&self, place: usize) -> bool {
        self.left_out.is_empty() || !u32::try_from(place).is_ok_and(|place| self.left_out.binary_search(&place).is_ok())
    }
}

impl<E> Default for Pile<E> {
    fn default() -> Self {
        Self {
            filed: Vec::new(),
            persons: Vec::new(),
            links: Default::default(),
            left_out: Vec::new(),
            numbers: Vec::new(),
        }
    }
}

/// Records whose places are those of their ids.
pub(super) trait Numbered {
    fn row(&self, place: usize) -> Option<NonZeroU32>;

    /// The person of the record, as named; empty where it is of none.
    fn person(&self, place: usize) -> &Cell;

    /// Takes the records in these places out; the others move up, with their ids.
    fn take_out(&mut self, room: Room, places: &[u32]);
}

impl<E: Kept> Numbered for Pile<E> {
    fn row(&self, place: usize) -> Option<NonZeroU32> {
        self.filed.get(place)?.row
    }

    fn person(&self, place: usize) -> &Cell {
        self.persons.get(place).unwrap_or(&Cell::EMPTY)
    }

    fn take_out(&mut self, room: Room, places: &[u32]) {
        take_out(&mut self.filed, places);
        self.left_out.retain(|place| places.binary_search(place).is_err());
        for place in &mut self.left_out {
            let before = places.partition_point(|taken| taken < place);
            *place -= u32::try_from(before).unwrap_or_default();
        }
        take_out(&mut self.persons, places);
        self.links.iter_mut().filter(|links| !links.is_empty()).for_each(|links| take_out(links, places));
        for (place, filed) in self.filed.iter_mut().enumerate() {
            if let Some(id) = Key::new(room, place) {
                filed.entry.set_id(id);
            }
        }
    }
}

impl Numbered for Register {
    fn row(&self, place: usize) -> Option<NonZeroU32> {
        self.rows.get(place).copied().flatten()
    }

    fn person(&self, _: usize) -> &Cell {
        &Cell::EMPTY
    }

    fn take_out(&mut self, room: Room, places: &[u32]) {
        take_out(&mut self.persons, places);
        take_out(&mut self.rows, places);
        for (place, person) in self.persons.iter_mut().enumerate() {
            if let Some(id) = Key::new(room, place) {
                person.id = id;
            }
        }
    }
}

/// The professionals, in the order given.
#[derive(Debug, Default)]
pub(super) struct Professionals {
    social_workers: Vec<bool>,
    rows: Vec<Option<NonZeroU32>>,
}

impl Professionals {
    pub(super) fn push(&mut self, is_social_worker: bool, row: Option<NonZeroU32>) {
        self.social_workers.push(is_social_worker);
        self.rows.push(row);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_social_worker(&self, place: usize) -> bool {
        self.social_workers.get(place).is_some_and(|is| *is)
    }
}

impl Numbered for Professionals {
    fn row(&self, place: usize) -> Option<NonZeroU32> {
        self.rows.get(place).copied().flatten()
    }

    fn person(&self, _: usize) -> &Cell {
        &Cell::EMPTY
    }

    fn take_out(&mut self, _: Room, places: &[u32]) {
        take_out(&mut self.social_workers, places);
        take_out(&mut self.rows, places);
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

    fn set_id(&mut self, id: Key);

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

            fn set_id(&mut self, id: Key) {
                self.id = id;
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

    fn set_id(&mut self, id: Key) {
        self.id = id;
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

    fn set_id(&mut self, _: Key) {}

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

    fn set_id(&mut self, _: Key) {}

    fn day(&self) -> Option<NaiveDate> {
        self.start
    }
}
