//! One child's records in date order: the unit of calculation, of sharding, of update and of evidence.

mod entry;
mod looked_after;
mod text;

pub use entry::{
    AssessmentEntry, CareLeaverEntry, ConferenceEntry, EnquiryEntry, EpisodeEntry, FamilyEntry, ImmigrationEntry,
    InvolvementEntry, LegalStatusEntry, MissingEntry, PersonEntry, Place, PlacementEntry, PlanEntry, ReferralEntry,
    ReviewEntry,
};
pub use looked_after::{CareEpisode, CareHistory, Link, Spell};
pub(crate) use text::Texts;
pub use text::{Code, Key};

use std::cell::OnceCell;
use std::fmt;

use chrono::NaiveDate;

use crate::calendar::Moment;
use crate::record::{Family, InterviewFlag, StatutoryCode};

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

        /// Where the entries of one child begin.
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct Bounds {
            $(pub(crate) $name: u32,)+
        }

        impl Shelves {
            /// The entries from `from` up to `to`.
            pub(crate) fn between(&self, from: &Bounds, to: &Bounds) -> Entries<'_> {
                Entries {
                    $($name: self.$name.get(from.$name as usize..to.$name as usize).unwrap_or_default(),)+
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

/// The entries as they were known on `day`.
///
/// What starts, is received, held or dated after it is unseen; an end, closure, authorisation or interview dated after it is
/// not there yet; flags have no date and stand as they are.
pub(crate) fn known_at(entries: &Entries<'_>, day: NaiveDate) -> Shelves {
    let seen = |date: NaiveDate| date <= day;
    let seen_or_undated = |date: Option<NaiveDate>| date.is_none_or(seen);
    let by_then = |date: Option<NaiveDate>| date.filter(|d| seen(*d));
    let moment_by_then = |at: Option<Moment>| at.filter(|m| seen(m.date()));
    Shelves {
        families: entries.families.to_vec(),
        immigration: entries
            .immigration
            .iter()
            .filter(|e| seen_or_undated(e.start))
            .map(|e| ImmigrationEntry { end: by_then(e.end), ..*e })
            .collect(),
        referrals: entries
            .referrals
            .iter()
            .filter(|e| seen(e.date))
            .map(|e| ReferralEntry {
                closed: by_then(e.closed),
                closure_reason: if seen_or_undated(e.closed) { e.closure_reason } else { Code::NONE },
                first_enquiry: by_then(e.first_enquiry),
                first_assessment: by_then(e.first_assessment),
                ..*e
            })
            .collect(),
        assessments: entries
            .assessments
            .iter()
            .filter(|e| seen(e.start.date()))
            .map(|e| AssessmentEntry {
                authorised: moment_by_then(e.authorised),
                referral: e.referral.filter(|_| seen_or_undated(e.referral_date)),
                referral_date: by_then(e.referral_date),
                ..*e
            })
            .collect(),
        enquiries: entries
            .enquiries
            .iter()
            .filter(|e| seen(e.start.date()))
            .map(|e| EnquiryEntry { end: moment_by_then(e.end), ..*e })
            .collect(),
        conferences: entries
            .conferences
            .iter()
            .filter(|e| seen_or_undated(e.date.map(Moment::date)))
            .map(|e| ConferenceEntry {
                enquiry: e.enquiry.filter(|_| seen_or_undated(e.enquiry_start.map(Moment::date))),
                enquiry_start: moment_by_then(e.enquiry_start),
                ..*e
            })
            .collect(),
        plans: entries
            .plans
            .iter()
            .filter(|e| seen(e.start))
            .map(|e| PlanEntry { end: by_then(e.end), ..*e })
            .collect(),
        reviews: entries.reviews.iter().filter(|e| seen_or_undated(e.date)).copied().collect(),
        episodes: entries
            .episodes
            .iter()
            .filter(|e| seen(e.start))
            .map(|e| EpisodeEntry {
                ceased: by_then(e.ceased),
                ceased_reason: if seen_or_undated(e.ceased) { e.ceased_reason } else { Code::NONE },
                placement: e.placement.filter(|_| seen_or_undated(e.placed)),
                placed: by_then(e.placed),
                place: if seen_or_undated(e.placed) { e.place } else { Place::UNKNOWN },
                ..*e
            })
            .collect(),
        placements: entries
            .placements
            .iter()
            .filter(|e| seen(e.start))
            .map(|e| PlacementEntry { end: by_then(e.end), ..*e })
            .collect(),
        legal_statuses: entries
            .legal_statuses
            .iter()
            .filter(|e| seen(e.start))
            .map(|e| LegalStatusEntry { end: by_then(e.end), ..*e })
            .collect(),
        missing: entries
            .missing
            .iter()
            .filter(|e| seen(e.start.date()))
            .map(|e| {
                let interview = moment_by_then(e.interview_completed);
                // The offer stands; that it was accepted is known from the interview. A refusal stands too.
                let not_there_yet =
                    interview != e.interview_completed && e.interview_accepted == Some(InterviewFlag::Yes);
                MissingEntry {
                    end: moment_by_then(e.end),
                    interview_completed: interview,
                    interview_accepted: if not_there_yet { None } else { e.interview_accepted },
                    ..*e
                }
            })
            .collect(),
        care_leaver: entries.care_leaver.iter().filter(|e| seen_or_undated(e.latest_contact)).copied().collect(),
        involvements: entries
            .involvements
            .iter()
            .filter(|e| seen(e.start))
            .map(|e| InvolvementEntry { end: by_then(e.end), ..*e })
            .collect(),
    }
}
