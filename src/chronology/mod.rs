//! One child's records in date order: the unit of calculation, of sharding, of update and of evidence.

mod entry;
mod files;
mod looked_after;
mod pinned;
mod text;

pub use entry::{
    AssessmentEntry, CareLeaverEntry, ConferenceEntry, EnquiryEntry, EpisodeEntry, FamilyEntry, ImmigrationEntry,
    InvolvementEntry, LegalStatusEntry, MissingEntry, PersonEntry, Place, PlacementEntry, PlanEntry, ReferralEntry,
    ReviewEntry,
};
pub use files::FileRow;
pub(crate) use files::Files;
#[cfg(feature = "annex-a")]
pub(crate) use files::Headings;
#[cfg(any(feature = "annex-a", feature = "cin-census", feature = "ssda903"))]
pub(crate) use files::Reserved;
pub use looked_after::{CareEpisode, CareHistory, Link, Spell};
pub(crate) use pinned::known_at;
#[cfg(feature = "ssd")]
pub(crate) use text::trimmed;
pub use text::{Code, Key};
pub(crate) use text::{Letters, Name, Room, Texts};

use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::record::{Family, StatutoryCode};

/// Declares the entries of a child twice, borrowed and owned, from one list of families.
macro_rules! families {
    ($($(#[$doc:meta])+ $name:ident: $entry:ident,)+) => {
        /// The entries of one child, borrowed from where they are kept.
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct Entries<'a> {
            $(pub(crate) $name: &'a [$entry],)+
        }

        /// The entries of many children, or of one child as it was known on a day.
        #[derive(Clone, Debug, Default)]
        pub(crate) struct Shelves {
            $(pub(crate) $name: Vec<$entry>,)+
        }

        /// The families of entries.
        #[allow(non_camel_case_types, reason = "named as the fields are")]
        #[derive(Clone, Copy)]
        pub(crate) enum Shelf {
            $($name,)+
        }

        /// How many families of entries there are.
        pub(crate) const SHELVES: usize = [$(Shelf::$name,)+].len();

        impl Shelves {
            /// The entries from `from` up to `to`.
            pub(crate) fn between(&self, from: &Bounds, to: &Bounds) -> Entries<'_> {
                Entries {
                    $($name: {
                        let shelf = Shelf::$name as usize;
                        self.$name.get(from[shelf] as usize..to[shelf] as usize).unwrap_or_default()
                    },)+
                }
            }

            pub(crate) fn entries(&self) -> Entries<'_> {
                Entries { $($name: &self.$name,)+ }
            }

            /// How many entries there are, and the bytes they take.
            pub(crate) fn size(&self) -> (usize, usize) {
                let sizes = [$((self.$name.len(), self.$name.capacity() * size_of::<$entry>()),)+];
                sizes.iter().fold((0, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1))
            }
        }

        impl<'a> Chronology<'a> {
            $($(#[$doc])+
            #[must_use]
            pub fn $name(&self) -> &'a [$entry] {
                self.entries.$name
            })+
        }
    };
}

/// Where the entries of one child begin on each shelf.
pub(crate) type Bounds = [u32; SHELVES];

families! {
    /// Families the child is a member of.
    families: FamilyEntry,
    /// Immigration statuses, by start.
    immigration: ImmigrationEntry,
    /// Referrals, by date.
    referrals: ReferralEntry,
    /// Assessments, by start.
    assessments: AssessmentEntry,
    /// Section 47 enquiries, by start.
    enquiries: EnquiryEntry,
    /// Initial child protection conferences, by date; those without a date first.
    conferences: ConferenceEntry,
    /// Child protection plans, by start; those of other authorities among them.
    plans: PlanEntry,
    /// Reviews of the child's plans, by date; those without a date first.
    reviews: ReviewEntry,
    /// Looked-after episodes as recorded, by start; see [`Chronology::care`].
    episodes: EpisodeEntry,
    /// Placement rows, by start.
    placements: PlacementEntry,
    /// Legal statuses, by start.
    legal_statuses: LegalStatusEntry,
    /// Missing episodes, by the day of the start.
    missing: MissingEntry,
    /// Statuses as a care leaver by latest contact, those without one first; on one day in the order given.
    care_leaver: CareLeaverEntry,
    /// Involvements of professionals, by start.
    involvements: InvolvementEntry,
}

/// What a figure counts once: a referral, a plan, a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    /// The family of its record; [`Family::Person`] for a child.
    pub family: Family,
    /// The id of its record.
    pub id: Key,
}

impl Unit {
    /// The record of `family` with this id.
    #[must_use]
    pub const fn new(family: Family, id: Key) -> Self {
        Self { family, id }
    }
}

/// One child's records in date order, ids as [`Key`]s and references resolved.
///
/// It never needs another child's records: what an entry needs of a record of another child stands resolved in it. It can
/// be pinned to a day ("as it was known on that day"), see [`Child::known_at`](crate::Child::known_at).
pub struct Chronology<'a> {
    texts: &'a Texts,
    person: PersonEntry,
    known_at: Option<NaiveDate>,
    entries: Entries<'a>,
    care: OnceCell<CareHistory>,
}

impl<'a> Chronology<'a> {
    pub(crate) const fn new(
        texts: &'a Texts,
        person: PersonEntry,
        entries: Entries<'a>,
        known_at: Option<NaiveDate>,
    ) -> Self {
        Self { texts, person, known_at, entries, care: OnceCell::new() }
    }

    /// What is known of the person.
    #[must_use]
    pub const fn person(&self) -> &PersonEntry {
        &self.person
    }

    /// The child as a unit.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        Unit::new(Family::Person, self.person.id)
    }

    /// Whether the child has a record of `family`; of families that belong to no child, always.
    pub(crate) fn has(&self, family: Family) -> bool {
        let entries = &self.entries;
        let none = match family {
            Family::Referral => entries.referrals.is_empty(),
            Family::Assessment => entries.assessments.is_empty(),
            Family::InitialConference => entries.conferences.is_empty(),
            Family::ProtectionPlan => entries.plans.is_empty(),
            Family::LookedAfterEpisode => entries.episodes.is_empty(),
            Family::MissingEpisode => entries.missing.is_empty(),
            Family::CareLeaverStatus => entries.care_leaver.is_empty(),
            _ => false,
        };
        !none
    }

    /// The day the chronology is pinned to; `None` where everything in the data is known.
    #[must_use]
    pub const fn known_at(&self) -> Option<NaiveDate> {
        self.known_at
    }

    /// The text a key stands for.
    #[must_use]
    pub fn text(&self, key: Key) -> &'a str {
        self.texts.get(key)
    }

    /// The file and the row in it that a record came from, the header being row 1; no file where none was named. For a
    /// [`Finding`](crate::Finding).
    ///
    /// ```
    /// use csc_kpi::record::Assessment;
    /// use csc_kpi::{Dataset, NaiveDate};
    ///
    /// let mut records = Dataset::builder();
    /// records.begin_file("north.csv");
    /// records.push_row(Assessment::new("A1", "C1", NaiveDate::from_ymd_opt(2018, 3, 1).unwrap()), 7);
    /// let dataset = records.finish();
    /// let child = dataset.child("C1").unwrap().chronology();
    /// let (file, row) = child.place_of(child.assessments()[0].row.unwrap());
    /// assert_eq!((file.unwrap().as_ref(), row), ("north.csv", 7));
    /// ```
    #[must_use]
    pub fn place_of(&self, row: FileRow) -> (Option<&'a Arc<str>>, u64) {
        self.texts.files().place_of(row)
    }

    /// The letters of a code as recorded, also of one that no list knows; `None` where none was recorded.
    #[must_use]
    pub fn letters<C: StatutoryCode>(&self, code: Code<C>) -> Option<&'a str> {
        code.known().map(C::letters).or_else(|| code.unknown().map(|key| self.text(key)))
    }

    /// The looked-after episodes as the rules read them, with periods of care and placement spells.
    #[must_use]
    pub fn care(&self) -> &CareHistory {
        self.care.get_or_init(|| CareHistory::of(self.entries.episodes, self.entries.legal_statuses, self.texts))
    }
}

impl fmt::Debug for Chronology<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chronology")
            .field("person", &self.text(self.person.id))
            .field("known_at", &self.known_at)
            .finish_non_exhaustive()
    }
}
