//! From records in any order to a dataset.

use std::num::NonZeroU32;
use std::slice::Iter;
use std::sync::Arc;

use super::draft::{self, Ahead, Draft};
use super::staged::{Directory, Staged, is_named_by_others};
use super::{Dataset, Finding, FindingRule, Gate, Supply, integrity};
use crate::calendar::Moment;
#[cfg(feature = "annex-a")]
use crate::chronology::Headings;
#[cfg(any(feature = "annex-a", feature = "cin-census", feature = "ssda903"))]
use crate::chronology::Reserved;
use crate::chronology::{
    AssessmentEntry, CareLeaverEntry, Code, ConferenceEntry, EnquiryEntry, EpisodeEntry, FamilyEntry, FileRow, Files,
    ImmigrationEntry, InvolvementEntry, Key, LegalStatusEntry, Letters, MissingEntry, Name, PersonEntry, Place,
    PlacementEntry, PlanEntry, ReferralEntry, ReviewEntry, Room, Texts,
};
use crate::record::{ALLOCATED_CASE_WORKER, Family, ImmigrationStatus, Professional, Record, RecordRef, StatutoryCode};

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
    gate: Option<Box<dyn Gate>>,
    pub(super) texts: Texts,
    /// What this found, each in the number of its row.
    pub(super) findings: Vec<Finding>,
    /// What readers found, each in its file and row.
    noted: Vec<Finding>,
    pub(super) files: Files,
    pub(super) sources: Sources,
    /// By room and place: what is known of the record with that id.
    pub(super) ids: [Directory; Family::ALL.len()],
    /// Room to write a text in capitals.
    capitals: String,
    /// Records that wait for others, so that their ids are looked for together.
    waiting: Vec<(Record, Option<NonZeroU32>)>,
    pub(super) persons: Vec<Staged<PersonEntry>>,
    pub(super) professionals: Vec<bool>,
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

/// What the sources say that they hold.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// What all that said anything hold; none where none did.
    stated: Option<Supply>,
    /// How many of those are open, each begun within the one before.
    open: usize,
    /// The families of records that came from none of those, a bit each.
    unstated: u32,
}

impl Sources {
    #[inline]
    fn took(&mut self, family: Family) {
        if self.open == 0 {
            self.unstated |= 1 << family as u32;
        }
    }

    /// What all hold; none where none said anything.
    pub(super) fn supply(&self) -> Option<Supply> {
        let unstated = Family::ALL.into_iter().filter(|family| self.unstated & (1 << *family as u32) != 0);
        let stated = self.stated.clone()?;
        Some(unstated.fold(stated, |supply, family| supply.or(&Supply::of_family(family))))
    }
}

/// Records whose ids are looked for together.
const BATCH: usize = 64;

/// What a record says of itself before it is staged.
struct Head<'a> {
    family: Family,
    row: Option<NonZeroU32>,
    record: &'a str,
    person: &'a str,
}

impl Head<'_> {
    #[cold]
    fn finding(&self, field: &str, value: &dyn ToString, rule: FindingRule) -> Finding {
        Finding::new(self.family, field, value.to_string(), rule)
            .in_row(self.row.map(|row| u64::from(row.get())))
            .of(self.record, self.person)
    }
}

/// A record that may be used: its id, its person and the names of the records it refers to.
struct Admitted<'n> {
    id: Key,
    person: u32,
    links: Iter<'n, Name<'n>>,
}

impl<R: Into<Record>> Extend<R> for Builder {
    fn extend<I: IntoIterator<Item = R>>(&mut self, records: I) {
        for record in records {
            self.push(record);
        }
    }
}

impl Builder {
    /// Takes records and findings as they come out of `gate`, whichever reader gives them.
    ///
    /// ```
    /// use csc_kpi::record::{Record, Referral};
    /// use csc_kpi::{Builder, Finding, Gate, NaiveDate};
    ///
    /// #[derive(Debug)]
    /// struct WithoutTeams;
    ///
    /// impl Gate for WithoutTeams {
    ///     fn record(&self, mut record: Record) -> Record {
    ///         if let Record::Referral(referral) = &mut record {
    ///             referral.team = None;
    ///         }
    ///         record
    ///     }
    ///
    ///     fn finding(&self, finding: Finding) -> Finding {
    ///         finding
    ///     }
    /// }
    ///
    /// let mut records = Builder::through(WithoutTeams);
    /// records.push(Referral::new("R1", "C1", NaiveDate::from_ymd_opt(2018, 3, 1).unwrap()).team("North"));
    /// let dataset = records.finish();
    /// assert!(dataset.child("C1").unwrap().chronology().referrals()[0].team.is_none());
    /// ```
    #[must_use]
    pub fn through(gate: impl Gate + 'static) -> Self {
        Self { gate: Some(Box::new(gate)), ..Self::default() }
    }

    /// Takes one record of any family.
    pub fn push(&mut self, record: impl Into<Record>) {
        self.wait(record.into(), None);
    }

    /// Takes one record of any family that stays with the caller: nothing of it is cloned but the texts that are new.
    ///
    /// Where there are many records, [`Builder::extend_ref`] is faster.
    ///
    /// ```
    /// use csc_kpi::record::Referral;
    /// use csc_kpi::{Dataset, NaiveDate};
    ///
    /// let referral = Referral::new("R1", "C1", NaiveDate::from_ymd_opt(2018, 3, 1).unwrap());
    /// let mut records = Dataset::builder();
    /// records.push_ref(&referral);
    /// assert_eq!((records.finish().records(), referral.id.as_str()), (1, "R1"));
    /// ```
    pub fn push_ref<'a>(&mut self, record: impl Into<RecordRef<'a>>) {
        self.extend_ref([record]);
    }

    /// Takes records of any family that stay with the caller: nothing of them is cloned but the texts that are new.
    ///
    /// ```
    /// use csc_kpi::record::{Person, Record, Referral};
    /// use csc_kpi::{Dataset, NaiveDate};
    ///
    /// let day = |d| NaiveDate::from_ymd_opt(2018, 3, d).unwrap();
    /// let referrals = [Referral::new("R1", "C1", day(1)), Referral::new("R2", "C1", day(2))];
    /// let others: Vec<Record> = vec![Person::new("C1").into()];
    ///
    /// let mut records = Dataset::builder();
    /// records.extend_ref(&referrals);
    /// records.extend_ref(&others);
    /// assert_eq!(records.finish().records(), 3);
    /// ```
    pub fn extend_ref<'a, R: Into<RecordRef<'a>>>(&mut self, records: impl IntoIterator<Item = R>) {
        self.no_more_waiting();
        let mut records = records.into_iter().map(Into::into);
        if self.gate.is_some() {
            records.for_each(|record| self.wait(record.cloned(), None));
            return;
        }
        let (mut batch, mut ahead) = (Vec::with_capacity(BATCH), Ahead::default());
        loop {
            batch.extend(records.by_ref().take(BATCH));
            if batch.is_empty() {
                break;
            }
            ahead.clear();
            for record in &batch {
                ahead.add(&Draft::from(*record));
            }
            ahead.look(&self.texts, &self.ids);
            for (record, names) in batch.drain(..).zip(ahead.each()) {
                self.sources.took(record.family());
                self.take(&Draft::from(record), names, None, false);
            }
        }
    }

    /// Takes a record read from a row of a file; the header is row 1.
    pub fn push_row(&mut self, record: impl Into<Record>, row: u64) {
        let row = self.files.number(row);
        self.wait(record.into(), row);
    }

    /// The rows from here on are of the file with this name, which findings then say.
    ///
    /// It costs no memory a record. Of all files together 4,294,967,295 rows can be told apart; findings in those after them
    /// say neither file nor row.
    ///
    /// ```
    /// use csc_kpi::record::Referral;
    /// use csc_kpi::{Dataset, NaiveDate};
    ///
    /// let referral = || Referral::new("R1", "C1", NaiveDate::from_ymd_opt(2018, 3, 1).unwrap());
    /// let mut records = Dataset::builder();
    /// records.begin_file("north.csv");
    /// records.push_row(referral(), 2);
    /// records.begin_file("south.csv");
    /// records.push_row(referral(), 7);
    /// let dataset = records.finish();
    /// let repeated = dataset.findings().iter().find(|finding| finding.field == "cine_referral_id").unwrap();
    /// assert_eq!((repeated.file.as_deref(), repeated.row), (Some("south.csv"), Some(7)));
    /// ```
    pub fn begin_file(&mut self, name: impl Into<Arc<str>>) {
        self.files.begin(Some(name.into()));
    }

    /// The rows from here on are of a file without a name.
    pub fn end_file(&mut self) {
        self.files.begin(None);
    }

    /// The records from here on are of a source that holds this and nothing else.
    ///
    /// Where no source says what it holds, the dataset [holds everything](Dataset::supply): a host that says nothing has no figure
    /// refused. Once one does, the dataset holds what its sources say, and every family of which a record came from none of
    /// them. The readers of [`format`](crate::format) say of all they read what it holds.
    ///
    /// A host that reads a table by a reader and pushes other records itself says of those what they hold too: often
    /// [`Supply::everything`], since what is not among them is not there. A source that is begun within another goes on to its own
    /// [`Builder::end_source`].
    ///
    /// ```
    /// use csc_kpi::calendar::{Days, FinancialYear};
    /// use csc_kpi::record::{Family, Referral};
    /// use csc_kpi::{Dataset, NaiveDate, Supply};
    ///
    /// let day = NaiveDate::from_ymd_opt(2018, 5, 2).unwrap();
    /// let year = Days::from(FinancialYear::containing(day).window());
    /// let mut records = Dataset::builder();
    /// records.begin_source(&Supply::nothing().with(Family::Referral, &year));
    /// records.push(Referral::new("R1", "C1", day));
    /// records.end_source();
    /// let supply = records.finish().supply().clone();
    /// assert_eq!(supply.days(Family::Referral).to_string(), "2018-04-01 to 2019-03-31");
    /// assert!(supply.days(Family::Assessment).is_empty());
    /// ```
    pub fn begin_source(&mut self, supply: &Supply) {
        self.sources.stated = Some(self.sources.stated.as_ref().map_or_else(|| supply.clone(), |held| held.or(supply)));
        self.sources.open += 1;
    }

    /// The records from here on are not of the source that was begun last.
    pub fn end_source(&mut self) {
        self.sources.open = self.sources.open.saturating_sub(1);
    }

    /// Keeps numbers free for as many rows of a file, which [`Builder::push_reserved`] takes among those of other files. No
    /// file is begun after it.
    #[cfg(any(feature = "annex-a", feature = "cin-census", feature = "ssda903"))]
    pub(crate) fn reserve(&mut self, name: Arc<str>, rows: u64) -> Reserved {
        self.files.reserve(name, rows, None)
    }

    /// As [`Builder::reserve`], for a file that has columns of its own names, and whose reader notes unknown codes.
    #[cfg(feature = "annex-a")]
    pub(crate) fn reserve_named(&mut self, name: Arc<str>, rows: u64, headings: Headings) -> Reserved {
        self.files.reserve(name, rows, Some(headings))
    }

    /// Takes a record read from a row for which a number was kept free.
    #[cfg(any(feature = "annex-a", feature = "cin-census", feature = "ssda903"))]
    pub(crate) fn push_reserved(&mut self, record: impl Into<Record>, file: Reserved, row: u64) {
        self.wait(record.into(), Files::number_in(file, row));
    }

    /// Takes records read from rows of a file; the header is row 1.
    ///
    /// Of some their reader knows that they end before they start within one day, which the records themselves, of plain
    /// days, cannot say: their ids are taken, and no rule uses them. The reader notes the findings.
    #[cfg(feature = "ssd")]
    pub(crate) fn take_rows<'d: 'r, 'r>(&mut self, rows: impl Iterator<Item = (&'r Draft<'d>, u64, bool)>) {
        self.no_more_waiting();
        if self.gate.is_some() {
            for (draft, row, set_aside) in rows {
                let row = self.files.number(row);
                self.take_through_gate(draft, row, set_aside);
            }
            return;
        }
        let mut rows = rows.peekable();
        let (mut batch, mut ahead) = (Vec::with_capacity(BATCH), Ahead::default());
        while rows.peek().is_some() {
            batch.clear();
            batch.extend(rows.by_ref().take(BATCH));
            ahead.clear();
            for (draft, ..) in &batch {
                ahead.add(draft);
            }
            ahead.look(&self.texts, &self.ids);
            for ((draft, row, set_aside), names) in batch.iter().zip(ahead.each()) {
                let row = self.files.number(*row);
                self.take(draft, names, row, *set_aside);
            }
        }
    }

    #[cfg(feature = "ssd")]
    fn take_through_gate(&mut self, draft: &Draft<'_>, row: Option<NonZeroU32>, set_aside: bool) {
        let record = self.passed(draft.into());
        let draft = Draft::from(RecordRef::from(&record));
        let mut ahead = Ahead::default();
        ahead.add(&draft);
        ahead.look(&self.texts, &self.ids);
        for names in ahead.each() {
            self.take(&draft, names, row, set_aside);
        }
    }

    /// Adds a finding of a reader's own. One with a row and without a file is of the file that was begun last.
    pub fn note(&mut self, mut finding: Finding) {
        if finding.file.is_none() && finding.row.is_some() {
            finding.file = self.files.current().cloned();
        }
        self.noted.push(match &self.gate {
            Some(gate) => gate.finding(finding),
            None => finding,
        });
    }

    /// All findings, each in its file and row.
    pub(super) fn take_findings(&mut self) -> Vec<Finding> {
        let mut findings = std::mem::take(&mut self.findings);
        findings.retain_mut(|finding| {
            let number = finding.row.and_then(|row| u32::try_from(row).ok()).and_then(NonZeroU32::new);
            let Some(number) = number else { return true };
            let (file, row) = self.files.place(number);
            finding.file = file.cloned();
            finding.row = row.map(|row| u64::from(row.get()));
            let Some(headings) = self.files.headings(number) else { return true };
            let heading = headings.iter().find(|(of, column, _)| *of == finding.family && *column == finding.field);
            if let Some((.., name)) = heading {
                finding.field.clone_from(name);
            }
            finding.rule != FindingRule::UnknownCode
        });
        findings.append(&mut self.noted);
        findings
    }

    /// Groups and sorts the records, resolves their references and looks for what contradicts.
    #[must_use]
    pub fn finish(mut self) -> Dataset {
        self.no_more_waiting();
        self.resolve().shelve()
    }

    fn passed(&self, record: Record) -> Record {
        match &self.gate {
            Some(gate) => gate.record(record),
            None => record,
        }
    }

    fn wait(&mut self, record: Record, row: Option<NonZeroU32>) {
        let record = self.passed(record);
        self.sources.took(record.family());
        self.waiting.push((record, row));
        if self.waiting.len() >= BATCH {
            self.no_more_waiting();
        }
    }

    fn no_more_waiting(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut ahead = Ahead::default();
        for (record, _) in &waiting {
            ahead.add(&Draft::from(RecordRef::from(record)));
        }
        ahead.look(&self.texts, &self.ids);
        for ((record, row), names) in waiting.iter().zip(ahead.each()) {
            self.take(&Draft::from(RecordRef::from(record)), names, *row, false);
        }
        waiting.clear();
        self.waiting = waiting;
    }

    fn take(&mut self, draft: &Draft<'_>, names: &[Name<'_>], row: Option<NonZeroU32>, set_aside: bool) {
        match draft {
            Draft::Person(r) => self.person(r, names, row),
            Draft::FamilyMember(r) => self.family_member(r, names, row),
            Draft::ImmigrationStatus(r) => self.immigration_status(r, names, row, set_aside),
            Draft::Referral(r) => self.referral(r, names, row, set_aside),
            Draft::Assessment(r) => self.assessment(r, names, row),
            Draft::Section47Enquiry(r) => self.enquiry(r, names, row),
            Draft::InitialConference(r) => self.conference(r, names, row),
            Draft::ProtectionPlan(r) => self.plan(r, names, row, set_aside),
            Draft::PlanReview(r) => self.review(r, names, row),
            Draft::LookedAfterEpisode(r) => self.episode(r, names, row, set_aside),
            Draft::Placement(r) => self.placement(r, names, row, set_aside),
            Draft::LegalStatus(r) => self.legal_status(r, names, row, set_aside),
            Draft::MissingEpisode(r) => self.missing_episode(r, names, row),
            Draft::CareLeaverStatus(r) => self.care_leaver_status(r, names, row),
            Draft::Involvement(r) => self.involvement(r, names, row, set_aside),
            Draft::Professional(r) => self.professional(r, names, row),
        }
    }

    /// Checks id and person and takes the id; `None`, with findings, where the record cannot be used.
    #[inline]
    fn admit<'n>(&mut self, head: &Head<'_>, fields: [&str; 2], names: &'n [Name<'n>]) -> Option<Admitted<'n>> {
        let [record, person, links @ ..] = names else { return None };
        if record.is_empty() {
            self.findings.push(head.finding(fields[0], &head.record, FindingRule::EmptyId));
        }
        if person.is_empty() {
            self.findings.push(head.finding(fields[1], &head.person, FindingRule::EmptyPerson));
        }
        if record.is_empty() || person.is_empty() {
            return None;
        }
        let id = self.take_id(head, fields[0], record)?;
        Some(Admitted { id, person: self.person_of(person)?, links: links.iter() })
    }

    /// Takes the id; `None`, with a finding, where it is taken.
    #[inline]
    fn take_id(&mut self, head: &Head<'_>, field: &str, record: &Name<'_>) -> Option<Key> {
        let room = Room::of(head.family);
        let (place, new) = self.texts.room_mut(room).add(record)?;
        let id = Key::new(room, place)?;
        let taken =
            if is_named_by_others(head.family) { !self.ids.get_mut(head.family as usize)?.take(place) } else { !new };
        if taken {
            self.findings.push(head.finding(field, &head.record, FindingRule::RepeatedId));
            return None;
        }
        Some(id)
    }

    #[inline]
    fn person_of(&mut self, person: &Name<'_>) -> Option<u32> {
        u32::try_from(self.texts.room_mut(Room::PERSONS).add(person)?.0).ok()
    }

    /// Notes where the record with this id is about to be staged.
    #[inline]
    fn stands(&mut self, family: Family, id: Key, position: usize) {
        if let Some(directory) = self.ids.get_mut(family as usize) {
            directory.stands(id.index(), position);
        }
    }

    /// Whether the record may stay; a finding where it ends before it starts.
    #[inline]
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

    /// The next reference, where its field holds anything.
    #[inline]
    fn link(&mut self, field: &str, links: &mut Iter<'_, Name<'_>>) -> Option<Key> {
        if field.is_empty() { None } else { self.texts.add(links.next()?) }
    }

    #[inline]
    fn word(&mut self, text: &str) -> Option<Key> {
        if text.is_empty() { None } else { self.texts.add(&Name::new(Room::WORDS, text)) }
    }

    fn word_in_capitals(&mut self, letters: impl Iterator<Item = char>) -> Option<Key> {
        let mut text = std::mem::take(&mut self.capitals);
        text.clear();
        text.extend(letters.map(|letter| letter.to_ascii_uppercase()));
        let key = self.word(&text);
        self.capitals = text;
        key
    }

    #[inline]
    fn code<C: StatutoryCode>(&mut self, head: &Head<'_>, field: &str, code: &Letters<'_, C>) -> Code<C> {
        if let Letters::Unknown(text) = code {
            self.findings.push(head.finding(field, text, FindingRule::UnknownCode));
        }
        Code::store(code, &mut self.texts)
    }

    fn person(&mut self, r: &draft::Person<'_>, names: &[Name<'_>], row: Option<NonZeroU32>) {
        let head = Head { family: Family::Person, row, record: r.id, person: r.id };
        let [name, ..] = names else { return };
        if name.is_empty() {
            self.findings.push(head.finding("pers_person_id", &r.id, FindingRule::EmptyId));
            return;
        }
        let Some(id) = self.take_id(&head, "pers_person_id", name) else { return };
        let Ok(person) = u32::try_from(id.index()) else { return };
        let entry = PersonEntry {
            sex: self.code(&head, "pers_sex", &r.sex),
            ethnicity: self.code(&head, "pers_ethnicity", &r.ethnicity),
            date_of_birth: r.date_of_birth,
            expected_date_of_birth: r.expected_date_of_birth,
            date_of_death: r.date_of_death,
            ..PersonEntry::unknown(id)
        };
        self.stands(Family::Person, id, self.persons.len());
        self.persons.push(Staged { person, row, entry });
    }

    fn professional(&mut self, r: &draft::Professional<'_>, names: &[Name<'_>], row: Option<NonZeroU32>) {
        let head = Head { family: Family::Professional, row, record: r.id, person: "" };
        let [name, ..] = names else { return };
        if name.is_empty() {
            self.findings.push(head.finding("prof_professional_id", &r.id, FindingRule::EmptyId));
            return;
        }
        if let Some(id) = self.take_id(&head, "prof_professional_id", name) {
            self.stands(Family::Professional, id, self.professionals.len());
            self.professionals.push(Professional::is_social_worker(r.registration));
        }
    }

    fn family_member(&mut self, r: &draft::FamilyMember<'_>, names: &[Name<'_>], row: Option<NonZeroU32>) {
        let head = Head { family: Family::FamilyMember, row, record: r.family, person: r.person };
        let [family, member, ..] = names else { return };
        if family.is_empty() {
            self.findings.push(head.finding("fami_family_id", &r.family, FindingRule::EmptyId));
        }
        if member.is_empty() {
            self.findings.push(head.finding("fami_person_id", &r.person, FindingRule::EmptyPerson));
        }
        if family.is_empty() || member.is_empty() {
            return;
        }
        if let (Some(family), Some(person)) = (self.texts.add(family), self.person_of(member)) {
            self.families.push(Staged { person, row, entry: FamilyEntry { family } });
        }
    }

    fn immigration_status(
        &mut self,
        r: &draft::ImmigrationStatus<'_>,
        names: &[Name<'_>],
        row: Option<NonZeroU32>,
        set_aside: bool,
    ) {
        let head = Head { family: Family::ImmigrationStatus, row, record: "", person: r.person };
        let [name, ..] = names else { return };
        if name.is_empty() {
            self.findings.push(head.finding("immi_person_id", &r.person, FindingRule::EmptyPerson));
            return;
        }
        let in_order =
            r.start.is_none_or(|start| self.in_order(&head, "immi_immigration_status_end_date", start, r.end));
        if set_aside || !in_order {
            return;
        }
        let entry = ImmigrationEntry {
            status: self.word(r.status),
            unaccompanied: ImmigrationStatus::means_unaccompanied(r.status),
            start: r.start,
            end: r.end,
        };
        if let Some(person) = self.person_of(name) {
            self.immigration.push(Staged { person, row, entry });
        }
    }

    fn referral(&mut self, r: &draft::Referral<'_>, names: &[Name<'_>], row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::Referral, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, .. }) = self.admit(&head, ["cine_referral_id", "cine_person_id"], names) else {
            return;
        };
        let in_order = self.in_order(&head, "cine_close_date", r.date, r.closed);
        let entry = ReferralEntry {
            id,
            date: r.date,
            source: self.code(&head, "cine_referral_source_code", &r.source),
            primary_need: self.code(&head, "cine_cin_primary_need_code", &r.primary_need),
            no_further_action: r.no_further_action,
            closed: r.closed,
            closure_reason: self.code(&head, "cine_close_reason", &r.closure_reason),
            team: self.word(r.team),
            earlier_counted: r.earlier_counted,
            first_enquiry: None,
            first_assessment: None,
        };
        if in_order && !set_aside {
            self.stands(Family::Referral, id, self.referrals.len());
            self.referrals.push(Staged { person, row, entry });
        }
    }

    fn assessment(&mut self, r: &draft::Assessment<'_>, names: &[Name<'_>], row: Option<NonZeroU32>) {
        let head = Head { family: Family::Assessment, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, mut links }) =
            self.admit(&head, ["cina_assessment_id", "cina_person_id"], names)
        else {
            return;
        };
        if let Some(authorised) = r.authorised.filter(|authorised| authorised.is_before(r.start)) {
            self.findings.push(head.finding(
                "cina_assessment_auth_date",
                &authorised,
                FindingRule::AuthorisedBeforeStart,
            ));
        }
        let entry = AssessmentEntry {
            id,
            referral: self.link(r.referral, &mut links),
            referral_date: None,
            start: r.start,
            authorised: r.authorised,
            team: self.word(r.team),
            row: row.map(FileRow::new),
        };
        self.assessments.push(Staged { person, row, entry });
    }

    fn enquiry(&mut self, r: &draft::Section47Enquiry<'_>, names: &[Name<'_>], row: Option<NonZeroU32>) {
        let head = Head { family: Family::Section47Enquiry, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, mut links }) =
            self.admit(&head, ["s47e_s47_enquiry_id", "s47e_person_id"], names)
        else {
            return;
        };
        if self.in_order(&head, "s47e_s47_end_date", r.start, r.end) {
            let entry = EnquiryEntry { id, referral: self.link(r.referral, &mut links), start: r.start, end: r.end };
            self.stands(Family::Section47Enquiry, id, self.enquiries.len());
            self.enquiries.push(Staged { person, row, entry });
        }
    }

    fn conference(&mut self, r: &draft::InitialConference<'_>, names: &[Name<'_>], row: Option<NonZeroU32>) {
        let head = Head { family: Family::InitialConference, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, mut links }) = self.admit(&head, ["icpc_icpc_id", "icpc_person_id"], names)
        else {
            return;
        };
        let entry = ConferenceEntry {
            id,
            enquiry: self.link(r.enquiry, &mut links),
            enquiry_start: None,
            transfer_in: r.transfer_in,
            target: r.target,
            date: r.date,
            plan_made: r.plan_made,
            row: row.map(FileRow::new),
        };
        self.stands(Family::InitialConference, id, self.conferences.len());
        self.conferences.push(Staged { person, row, entry });
    }

    fn plan(&mut self, r: &draft::ProtectionPlan<'_>, names: &[Name<'_>], row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::ProtectionPlan, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, mut links }) = self.admit(&head, ["cppl_cp_plan_id", "cppl_person_id"], names)
        else {
            return;
        };
        let in_order = self.in_order(&head, "cppl_cp_plan_end_date", r.start, r.end);
        let entry = PlanEntry {
            id,
            referral: self.link(r.referral, &mut links),
            conference: self.link(r.conference, &mut links),
            start: r.start,
            end: r.end,
            other_authority: r.other_authority == Some(true),
            initial_category: self.code(&head, "cppl_cp_plan_initial_category", &r.initial_category),
            latest_category: self.code(&head, "cppl_cp_plan_latest_category", &r.latest_category),
            previous_plans: r.previous_plans,
        };
        if in_order && !set_aside {
            self.stands(Family::ProtectionPlan, id, self.plans.len());
            self.plans.push(Staged { person, row, entry });
        }
    }

    fn review(&mut self, r: &draft::PlanReview<'_>, names: &[Name<'_>], row: Option<NonZeroU32>) {
        let head = Head { family: Family::PlanReview, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, mut links }) =
            self.admit(&head, ["cppr_cp_review_id", "cppr_person_id"], names)
        else {
            return;
        };
        let entry = ReviewEntry { id, plan: self.link(r.plan, &mut links), due: r.due, date: r.date };
        self.reviews.push(Staged { person, row, entry });
    }

    fn episode(
        &mut self,
        r: &draft::LookedAfterEpisode<'_>,
        names: &[Name<'_>],
        row: Option<NonZeroU32>,
        set_aside: bool,
    ) {
        let head = Head { family: Family::LookedAfterEpisode, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, mut links }) =
            self.admit(&head, ["clae_cla_episode_id", "clae_person_id"], names)
        else {
            return;
        };
        let in_order = self.in_order(&head, "clae_cla_episode_ceased_date", r.start, r.ceased);
        let entry = EpisodeEntry {
            id,
            start: r.start,
            start_reason: self.code(&head, "clae_cla_episode_start_reason", &r.start_reason),
            ceased: r.ceased,
            ceased_reason: self.code(&head, "clae_cla_episode_ceased_reason", &r.ceased_reason),
            placement: self.link(r.placement, &mut links),
            placed: None,
            place: Place::UNKNOWN,
            placements_counted: r.placements_counted,
        };
        if in_order && !set_aside {
            self.episodes.push(Staged { person, row, entry });
        }
    }

    fn placement(&mut self, r: &draft::Placement<'_>, names: &[Name<'_>], row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::Placement, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, .. }) = self.admit(&head, ["clap_cla_placement_id", "clap_person_id"], names)
        else {
            return;
        };
        let in_order = self.in_order(&head, "clap_cla_placement_end_date", r.start, r.end);
        let entry = PlacementEntry {
            id,
            start: r.start,
            end: r.end,
            place: Place {
                kind: self.code(&head, "clap_cla_placement_type", &r.kind),
                provider: self.code(&head, "clap_cla_placement_provider", &r.provider),
                urn: self.word_in_capitals(r.urn.trim().chars()),
                postcode: self.word_in_capitals(r.postcode.chars().filter(|letter| !letter.is_whitespace())),
            },
            distance: self.word(r.distance),
            change_reason: self.code(&head, "clap_cla_placement_change_reason", &r.change_reason),
        };
        if in_order && !set_aside {
            self.stands(Family::Placement, id, self.placements.len());
            self.placements.push(Staged { person, row, entry });
        }
    }

    fn legal_status(
        &mut self,
        r: &draft::LegalStatus<'_>,
        names: &[Name<'_>],
        row: Option<NonZeroU32>,
        set_aside: bool,
    ) {
        let head = Head { family: Family::LegalStatus, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, .. }) = self.admit(&head, ["lega_legal_status_id", "lega_person_id"], names)
        else {
            return;
        };
        let in_order = self.in_order(&head, "lega_legal_status_end_date", r.start, r.end);
        let status = self.code(&head, "lega_legal_status", &r.status);
        if in_order && !set_aside {
            let entry = LegalStatusEntry { id, status, start: r.start, end: r.end };
            self.legal_statuses.push(Staged { person, row, entry });
        }
    }

    fn missing_episode(&mut self, r: &draft::MissingEpisode<'_>, names: &[Name<'_>], row: Option<NonZeroU32>) {
        let head = Head { family: Family::MissingEpisode, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, .. }) = self.admit(&head, ["miss_table_id", "miss_person_id"], names) else {
            return;
        };
        let in_order = self.in_order(&head, "miss_missing_episode_end_date", r.start, r.end);
        let entry = MissingEntry {
            id,
            start: r.start,
            kind: self.code(&head, "miss_missing_episode_type", &r.kind),
            end: r.end,
            interview_offered: r.interview_offered,
            interview_accepted: r.interview_accepted,
            interview_completed: r.interview_completed,
        };
        if in_order {
            integrity::interview(&entry, |field, value, rule| self.findings.push(head.finding(field, &value, rule)));
            self.missing.push(Staged { person, row, entry });
        }
    }

    fn care_leaver_status(&mut self, r: &draft::CareLeaverStatus<'_>, names: &[Name<'_>], row: Option<NonZeroU32>) {
        let head = Head { family: Family::CareLeaverStatus, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, .. }) = self.admit(&head, ["clea_table_id", "clea_person_id"], names) else {
            return;
        };
        let entry = CareLeaverEntry {
            id,
            eligibility: self.code(&head, "clea_care_leaver_eligibility", &r.eligibility),
            in_touch: self.code(&head, "clea_care_leaver_in_touch", &r.in_touch),
            latest_contact: r.latest_contact,
            accommodation: self.code(&head, "clea_care_leaver_accommodation", &r.accommodation),
            suitability: self.code(&head, "clea_care_leaver_accom_suitable", &r.suitability),
            activity: self.code(&head, "clea_care_leaver_activity", &r.activity),
        };
        self.care_leaver.push(Staged { person, row, entry });
    }

    fn involvement(
        &mut self,
        r: &draft::Involvement<'_>,
        names: &[Name<'_>],
        row: Option<NonZeroU32>,
        set_aside: bool,
    ) {
        let head = Head { family: Family::Involvement, row, record: r.id, person: r.person };
        let Some(Admitted { id, person, mut links }) =
            self.admit(&head, ["invo_involvements_id", "invo_person_id"], names)
        else {
            return;
        };
        let in_order = self.in_order(&head, "invo_involvement_end_date", r.start, r.end);
        let entry = InvolvementEntry {
            id,
            professional: self.link(r.professional, &mut links),
            social_worker: false,
            role: self.word(r.role),
            allocated: r.role.trim().eq_ignore_ascii_case(ALLOCATED_CASE_WORKER),
            start: r.start,
            end: r.end,
        };
        if in_order && !set_aside {
            self.involvements.push(Staged { person, row, entry });
        }
    }
}
