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
pub(crate) use text::{Cell, Letters, NOWHERE, Room, Texts, take_out, trimmed};
pub use text::{Code, Key};

use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::record::{Family, StatutoryCode};

/// Declares the entries of a child twice, borrowed and owned, from one list of families.
macro_rules! families {
    ($($(#[$doc:meta])+ $name:ident: $entry:ident,)+) => {
        /// The entries of many children, family by family.
        #[derive(Clone, Debug, Default)]
        pub(crate) struct Shelves {
            $(pub(crate) $name: Vec<$entry>,)+
        }

        /// The families of entries.
        #[allow(non_camel_case_types, reason = "named as the fields are")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Shelf {
            $($name,)+
        }

        /// How many families of entries there are.
        pub(crate) const SHELVES: usize = [$(Shelf::$name,)+].len();

        impl Shelves {
            /// Takes all entries away and keeps their room.
            pub(crate) fn clear(&mut self) {
                $(self.$name.clear();)+
            }

            /// Where the entries of a child that is put behind all others begin.
            pub(crate) fn ends(&self) -> Bounds {
                [$(u32::try_from(self.$name.len()).unwrap_or(u32::MAX),)+]
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
            #[inline]
            pub fn $name(&self) -> &'a [$entry] {
                self.shelves.$name.get(self.stretch.range(Shelf::$name as usize)).unwrap_or_default()
            })+
        }
    };
}

impl Shelf {
    /// The shelf of a family that indicators start from.
    pub(crate) const fn of(family: Family) -> Option<Self> {
        Some(match family {
            Family::Referral => Self::referrals,
            Family::Assessment => Self::assessments,
            Family::InitialConference => Self::conferences,
            Family::ProtectionPlan => Self::plans,
            Family::LookedAfterEpisode => Self::episodes,
            Family::MissingEpisode => Self::missing,
            Family::CareLeaverStatus => Self::care_leaver,
            _ => return None,
        })
    }
}

/// Where the entries of one child begin on each shelf.
pub(crate) type Bounds = [u32; SHELVES];

/// A distance of a byte a shelf; those behind the last shelf are 0.
pub(crate) type Steps = [u8; 16];

/// Where the entries of one child begin and end on each shelf: as steps from some bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch<'a> {
    from: (&'a Bounds, &'a Steps),
    to: (&'a Bounds, &'a Steps),
}

impl<'a> Stretch<'a> {
    /// Without an entry.
    pub(crate) const EMPTY: Self = Self { from: (&[0; SHELVES], &[0; 16]), to: (&[0; SHELVES], &[0; 16]) };

    #[inline]
    pub(crate) const fn new(from: (&'a Bounds, &'a Steps), to: (&'a Bounds, &'a Steps)) -> Self {
        Self { from, to }
    }

    #[inline]
    fn range(&self, number: usize) -> std::ops::Range<usize> {
        let place = |(bounds, steps): (&Bounds, &Steps)| bounds[number].wrapping_add(u32::from(steps[number])) as usize;
        place(self.from)..place(self.to)
    }

    /// The shelves with entries, a bit each.
    #[inline]
    fn filled(&self) -> u16 {
        // From the same bounds the steps differ where there are entries.
        if std::ptr::eq(self.from.0, self.to.0) {
            let [low, high] = [0, 8].map(|half| bits_of_bytes(half_of(self.from.1, half) ^ half_of(self.to.1, half)));
            low | high << 8
        } else {
            self.filled_between_bounds()
        }
    }

    #[cold]
    fn filled_between_bounds(&self) -> u16 {
        (0..SHELVES).filter(|shelf| !self.range(*shelf).is_empty()).fold(0, |bits, shelf| bits | 1 << shelf)
    }
}

/// Eight bytes from this one on, the first lowest.
#[inline]
fn half_of(steps: &Steps, from: usize) -> u64 {
    steps.get(from..).and_then(|half| half.first_chunk()).map_or(0, |half| u64::from_le_bytes(*half))
}

/// A bit for each byte that is not 0.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "eight bits are left")]
fn bits_of_bytes(bytes: u64) -> u16 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    // The highest bit of each byte that is not 0, moved to the lowest; the product puts them side by side in its last byte.
    let highest = ((bytes & LOW).wrapping_add(LOW) | bytes) & !LOW;
    ((highest >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u16
}

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
    person: &'a PersonEntry,
    known_at: Option<NaiveDate>,
    shelves: &'a Shelves,
    stretch: Stretch<'a>,
    /// Apart, so that the chronologies of children who were never looked after are small.
    care: OnceCell<Box<CareHistory>>,
}

impl<'a> Chronology<'a> {
    pub(crate) const fn new(
        texts: &'a Texts,
        person: &'a PersonEntry,
        (shelves, stretch): (&'a Shelves, Stretch<'a>),
        known_at: Option<NaiveDate>,
    ) -> Self {
        Self { texts, person, known_at, shelves, stretch, care: OnceCell::new() }
    }

    /// What is known of the person.
    #[must_use]
    pub const fn person(&self) -> &PersonEntry {
        self.person
    }

    /// The child as a unit.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        Unit::new(Family::Person, self.person.id)
    }

    /// The shelves on which the child has an entry, a bit each.
    #[inline]
    pub(crate) fn filled(&self) -> u16 {
        self.stretch.filled()
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
        self.care.get_or_init(|| Box::new(CareHistory::of(self.episodes(), self.legal_statuses(), self.texts)))
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
