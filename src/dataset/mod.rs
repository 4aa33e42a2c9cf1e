//! Records in any order, grouped by child and sorted, with what was wrong in them.

mod builder;
pub(crate) mod draft;
mod finding;
mod gate;
mod integrity;
mod register;
mod resolve;
mod shelve;
mod staged;
mod starts;
mod supply;

pub use builder::Builder;
pub use finding::{
    ChildFindings, CinRule, Finding, FindingRule, FindingsReport, IndicatorFindings, Reads, ReturnsRule, RuleFindings,
    Severity, Ssda903Rule,
};
pub use gate::Gate;
pub use supply::{Matter, Supply};

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;

use crate::calendar::Moment;
use crate::chronology::{Chronology, Key, PersonEntry, Room, Shelves, Stretch, Texts, known_at};
use crate::record::Record;
use starts::Starts;

/// The records of many children, grouped by child and sorted; immutable.
///
/// # Building
///
/// From records in any order, by [`Dataset::builder`] or by collecting an iterator. What is wrong in them stands in
/// [`Dataset::findings`]; nothing is dropped or repaired in silence.
///
/// # Memory
///
/// Each id is stored once, and so is each other text. An entry takes 48 bytes at the most; [`Dataset::heap_bytes`] and [`Dataset::text_bytes`] tell the
/// whole.
///
/// ```
/// use csc_kpi::record::{Person, Referral};
/// use csc_kpi::{Dataset, NaiveDate};
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// let mut records = Dataset::builder();
/// records.push(Referral::new("R2", "C1", day(2018, 3, 1)));
/// records.push(Person::new("C1").date_of_birth(day(2010, 5, 20)));
/// records.push(Referral::new("R1", "C1", day(2017, 3, 1)));
/// let dataset = records.finish();
///
/// let child = dataset.child("C1").unwrap();
/// assert_eq!(child.chronology().referrals()[0].date, day(2017, 3, 1));
/// assert!(dataset.findings().is_empty());
/// ```
pub struct Dataset {
    texts: Texts,
    /// The children; the number of each, from 0, is the place of its id among those of persons.
    persons: Vec<PersonEntry>,
    shelves: Shelves,
    /// Where the entries of each child begin; one more than there are children.
    starts: Starts,
    records: usize,
    findings: Vec<Finding>,
    /// What its sources hold; none where none said anything.
    supply: Option<Arc<Supply>>,
}

/// What is held where no source said anything.
pub(crate) static EVERYTHING: LazyLock<Supply> = LazyLock::new(Supply::everything);

impl Dataset {
    /// Takes records, in any order.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The children, in the order of the person records; then those that only other records name.
    pub fn children(&self) -> impl ExactSizeIterator<Item = Child<'_>> {
        self.children_in(0..self.persons.len())
    }

    /// The children with these numbers in the order of [`Dataset::children`], from 0: a shard of the dataset, at no cost.
    /// Numbers that no child has are left out.
    pub fn children_in(&self, numbers: Range<usize>) -> impl ExactSizeIterator<Item = Child<'_>> {
        let end = numbers.end.min(self.persons.len());
        (numbers.start.min(end)..end).map(|number| Child { dataset: self, number })
    }

    /// The child with this id.
    #[must_use]
    pub fn child(&self, id: &str) -> Option<Child<'_>> {
        let number = self.texts.find(Room::PERSONS, id)?;
        Some(Child { dataset: self, number })
    }

    /// How many records are in it, families and professionals among them.
    #[must_use]
    pub const fn records(&self) -> usize {
        self.records
    }

    /// What was wrong in the records, in a stable order.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What its sources hold, and over which days: [everything](Supply::everything) where none of them
    /// [said so](Builder::begin_source).
    ///
    /// A reading of what is not in it says so, and is no zero.
    #[must_use]
    pub fn supply(&self) -> &Supply {
        self.supply.as_deref().unwrap_or(&EVERYTHING)
    }

    /// The same; none where no source said anything.
    pub(crate) const fn said(&self) -> Option<&Arc<Supply>> {
        self.supply.as_ref()
    }

    /// The last day on which anything in the records of children began: was received, started, was held, or was the latest contact
    /// with a care leaver. Ends, targets and dates of birth, which can lie ahead, do not count; `None` where nothing has a day.
    ///
    /// Where no source says [up to which day](Supply::last_day) it is whole, it is the last day that the data are known to
    /// reach. A start that is wrongly dated in the future counts like any other.
    ///
    /// ```
    /// use csc_kpi::record::{ProtectionPlan, Referral};
    /// use csc_kpi::{Dataset, NaiveDate};
    ///
    /// let day = |m, d| NaiveDate::from_ymd_opt(2018, m, d).unwrap();
    /// let mut records = Dataset::builder();
    /// records.push(Referral::new("R1", "C1", day(4, 3)));
    /// records.push(ProtectionPlan::new("P1", "C1", day(2, 1)).end(day(7, 9)));
    /// assert_eq!(records.finish().last_start(), Some(day(4, 3)));
    /// ```
    #[must_use]
    pub fn last_start(&self) -> Option<NaiveDate> {
        let of = &self.shelves;
        let starts = [
            of.immigration.iter().filter_map(|entry| entry.start).max(),
            of.referrals.iter().map(|entry| entry.date).max(),
            of.assessments.iter().map(|entry| entry.start.date()).max(),
            of.enquiries.iter().map(|entry| entry.start.date()).max(),
            of.conferences.iter().filter_map(|entry| entry.date).map(Moment::date).max(),
            of.plans.iter().map(|entry| entry.start).max(),
            of.reviews.iter().filter_map(|entry| entry.date).max(),
            of.episodes.iter().map(|entry| entry.start).max(),
            of.placements.iter().map(|entry| entry.start).max(),
            of.legal_statuses.iter().map(|entry| entry.start).max(),
            of.missing.iter().map(|entry| entry.start.date()).max(),
            of.care_leaver.iter().filter(|entry| !entry.is_blank()).filter_map(|entry| entry.latest_contact).max(),
            of.involvements.iter().map(|entry| entry.start).max(),
        ];
        starts.into_iter().flatten().max()
    }

    /// The bytes that its texts take on the heap, with the table that finds them.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.texts.heap_bytes()
    }

    /// The bytes it takes on the heap, texts included; what the findings themselves point to is not counted.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.text_bytes()
            + self.persons.capacity() * size_of::<PersonEntry>()
            + self.shelves.size().1
            + self.starts.heap_bytes()
            + self.findings.capacity() * size_of::<Finding>()
    }

    #[inline]
    fn stretch(&self, number: usize) -> Stretch<'_> {
        self.starts.stretch(number)
    }
}

impl<R: Into<Record>> FromIterator<R> for Dataset {
    fn from_iter<I: IntoIterator<Item = R>>(records: I) -> Self {
        let mut builder = Self::builder();
        builder.extend(records);
        builder.finish()
    }
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dataset")
            .field("children", &self.persons.len())
            .field("records", &self.records)
            .field("findings", &self.findings.len())
            .finish_non_exhaustive()
    }
}

/// One child of a dataset.
#[derive(Clone, Copy, Debug)]
pub struct Child<'a> {
    dataset: &'a Dataset,
    number: usize,
}

impl<'a> Child<'a> {
    /// What the sources of its dataset hold; none where none said anything.
    #[inline]
    pub(crate) fn supply(&self) -> Option<&'a Arc<Supply>> {
        self.dataset.supply.as_ref()
    }

    #[inline]
    fn person(&self) -> &'a PersonEntry {
        &self.dataset.persons[self.number]
    }

    /// The child's id.
    #[must_use]
    pub fn id(&self) -> &'a str {
        self.key_text(self.person().id)
    }

    fn key_text(&self, key: Key) -> &'a str {
        self.dataset.texts.get(key)
    }

    /// The child's records in date order, all that is known.
    #[must_use]
    #[inline]
    pub fn chronology(&self) -> Chronology<'a> {
        let entries = (&self.dataset.shelves, self.dataset.stretch(self.number));
        Chronology::new(&self.dataset.texts, self.person(), entries, None)
    }

    /// Lets `judge` see the child's records as they were known on `day`, or all that is known.
    ///
    /// What starts, is received, held or dated after that day is unseen; an end, closure, authorisation or interview dated
    /// after it is not there yet. Flags have no date and stand as they are.
    ///
    /// ```
    /// use csc_kpi::record::ProtectionPlan;
    /// use csc_kpi::{Dataset, NaiveDate};
    ///
    /// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    /// let dataset: Dataset =
    ///     [ProtectionPlan::new("P1", "C1", day(2018, 1, 10)).end(day(2018, 9, 1))].into_iter().collect();
    /// let child = dataset.child("C1").unwrap();
    /// child.known_at(Some(day(2018, 6, 30)), |chronology| assert_eq!(chronology.plans()[0].end, None));
    /// child.known_at(Some(day(2018, 1, 9)), |chronology| assert!(chronology.plans().is_empty()));
    /// ```
    pub fn known_at<T>(&self, day: Option<NaiveDate>, judge: impl FnOnce(&Chronology<'_>) -> T) -> T {
        let Some(day) = day else { return judge(&self.chronology()) };
        let mut pinned = Pinned::new(day);
        pinned.push(*self);
        judge(&pinned.chronology(0, *self))
    }
}

/// The entries of some children as they were known on a day.
#[derive(Debug)]
pub(crate) struct Pinned {
    day: NaiveDate,
    shelves: Shelves,
    starts: Starts,
}

impl Pinned {
    pub(crate) fn new(day: NaiveDate) -> Self {
        Self { day, shelves: Shelves::default(), starts: Starts::default() }
    }

    /// Takes all children away and keeps their room.
    pub(crate) fn clear(&mut self) {
        self.shelves.clear();
        self.starts.clear();
    }

    /// Adds a child.
    pub(crate) fn push(&mut self, child: Child<'_>) {
        if self.starts.is_empty() {
            self.starts.push(&self.shelves.ends());
        }
        known_at(&child.chronology(), self.day, &mut self.shelves);
        self.starts.push(&self.shelves.ends());
    }

    /// What was known of the child that was added at this place.
    pub(crate) fn chronology<'a>(&'a self, place: usize, child: Child<'a>) -> Chronology<'a> {
        let entries = (&self.shelves, self.starts.stretch(place));
        Chronology::new(&child.dataset.texts, child.person(), entries, Some(self.day))
    }
}
