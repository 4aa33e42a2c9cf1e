//! From records in any order to a dataset.

use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

use super::draft;
#[cfg(feature = "ssd")]
use super::draft::Taken;
use super::register::Register;
use super::staged::{Filed, Pile, Professionals};
use super::{Dataset, Finding, FindingRule, Gate, Supply, integrity};
use crate::calendar::Moment;
#[cfg(feature = "annex-a")]
use crate::chronology::Headings;
#[cfg(any(feature = "annex-a", feature = "cin-census", feature = "ssda903"))]
use crate::chronology::Reserved;
use crate::chronology::{
    AssessmentEntry, CareLeaverEntry, Cell, Code, ConferenceEntry, EnquiryEntry, EpisodeEntry, FamilyEntry, FileRow,
    Files, ImmigrationEntry, InvolvementEntry, Key, LegalStatusEntry, Letters, MissingEntry, PersonEntry, Place,
    PlacementEntry, PlanEntry, ReferralEntry, ReviewEntry, Room, Texts, trimmed,
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
/// A person whom a reader of returns, censuses, workbooks or payloads gives and who is there from another form is the same
/// person where nothing contradicts, and fills in what the earlier record lacks: sex (also where it was unknown), ethnicity,
/// dates of birth and death.
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
    /// What this found in records whose id an earlier one may have, with the place of the id.
    pub(super) in_doubt: Vec<(u32, Finding)>,
    /// By family and place: the ids of the record and of its person as given, where white space is around one.
    pub(super) untrimmed: Vec<(Family, u32, [String; 2])>,
    /// What readers found, each in its file and row.
    pub(super) noted: Vec<Finding>,
    pub(super) files: Files,
    pub(super) sources: Sources,
    /// Where the persons of each form begin and end.
    pub(super) forms: Vec<Range<usize>>,
    /// Room to write a text in capitals.
    capitals: String,
    pub(super) register: Register,
    pub(super) professionals: Professionals,
    pub(super) families: Pile<FamilyEntry>,
    pub(super) immigration: Pile<ImmigrationEntry>,
    pub(super) referrals: Pile<ReferralEntry>,
    pub(super) assessments: Pile<AssessmentEntry>,
    pub(super) enquiries: Pile<EnquiryEntry>,
    pub(super) conferences: Pile<ConferenceEntry>,
    pub(super) plans: Pile<PlanEntry>,
    pub(super) reviews: Pile<ReviewEntry>,
    pub(super) episodes: Pile<EpisodeEntry>,
    pub(super) placements: Pile<PlacementEntry>,
    pub(super) legal_statuses: Pile<LegalStatusEntry>,
    pub(super) missing: Pile<MissingEntry>,
    pub(super) care_leaver: Pile<CareLeaverEntry>,
    pub(super) involvements: Pile<InvolvementEntry>,
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

/// A record that may be used unless an earlier one has its id.
struct Admitted {
    id: Key,
    person: Cell,
}

/// Where a record goes: among those of its family, or only its id and person.
enum Stands {
    InUse,
    LeftOut,
}

impl Stands {
    const fn where_in_order(in_order: bool) -> Self {
        if in_order { Self::InUse } else { Self::LeftOut }
    }
}

impl<E> Pile<E> {
    #[inline]
    fn stage(&mut self, person: Cell, row: Option<NonZeroU32>, stands: Stands, entry: E) -> &mut Self {
        if let (Stands::LeftOut, Ok(place)) = (stands, u32::try_from(self.filed.len())) {
            self.left_out.push(place);
        }
        self.filed.push(Filed { row, entry });
        self.persons.push(person);
        self
    }

    /// What the record that was staged last refers to.
    #[inline]
    fn refers_to<const N: usize>(&mut self, links: [Cell; N]) {
        for (all, link) in self.links.iter_mut().zip(links) {
            all.push(link);
        }
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
        self.take_record(record.into(), None);
    }

    /// Takes one record of any family that stays with the caller: nothing of it is cloned but the texts that are new.
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
        for record in records {
            let record = record.into();
            if self.gate.is_some() {
                self.take_record(record.cloned(), None);
            } else {
                self.sources.took(record.family());
                self.take_ref(record, None, false);
            }
        }
    }

    /// Takes a record read from a row of a file; the header is row 1.
    pub fn push_row(&mut self, record: impl Into<Record>, row: u64) {
        let row = self.files.number(row);
        self.take_record(record.into(), row);
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

    /// The records from here on are of another form: a person who is there already may be in it too.
    #[cfg(any(feature = "annex-a", feature = "cin-census", feature = "dfe-api", feature = "ssda903"))]
    pub(crate) fn begin_form(&mut self) {
        self.forms.push(self.register.persons.len()..usize::MAX);
    }

    /// The records from here on are not of the form that was begun.
    #[cfg(any(feature = "annex-a", feature = "cin-census", feature = "dfe-api", feature = "ssda903"))]
    pub(crate) fn end_form(&mut self) {
        if let Some(form) = self.forms.last_mut() {
            form.end = self.register.persons.len();
        }
    }

    /// Keeps numbers free for as many rows of a file, which [`Builder::push_reserved`] takes among those of other files. No
    /// file is begun after it.
    #[cfg(any(feature = "cin-census", feature = "ssda903"))]
    pub(crate) fn reserve(&mut self, name: Arc<str>, rows: u64) -> Reserved {
        self.files.reserve(name, rows, None)
    }

    /// As `reserve`, for a file that has columns of its own names, and whose reader notes unknown codes.
    #[cfg(feature = "annex-a")]
    pub(crate) fn reserve_named(&mut self, name: Arc<str>, rows: u64, headings: Headings) -> Reserved {
        self.files.reserve(name, rows, Some(headings))
    }

    /// Takes a record read from a row for which a number was kept free.
    #[cfg(any(feature = "annex-a", feature = "cin-census", feature = "ssda903"))]
    pub(crate) fn push_reserved(&mut self, record: impl Into<Record>, file: Reserved, row: u64) {
        self.take_record(record.into(), Files::number_in(file, row));
    }

    /// Takes records read from rows of a file; the header is row 1.
    ///
    /// Of some their reader knows that they end before they start within one day, which the records themselves, of plain
    /// days, cannot say: their ids are taken, and no rule uses them. The reader notes the findings.
    #[cfg(feature = "ssd")]
    pub(crate) fn take_rows<'r, T: Taken + 'r>(&mut self, rows: impl Iterator<Item = (&'r T, u64, bool)>) {
        for (draft, row, set_aside) in rows {
            let row = self.files.number(row);
            if self.gate.is_some() {
                let record = self.passed(draft.to_record());
                self.take_ref(RecordRef::from(&record), row, set_aside);
            } else {
                draft.take(self, row, set_aside);
            }
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
        self.resolve();
        self.shelve()
    }

    fn passed(&self, record: Record) -> Record {
        match &self.gate {
            Some(gate) => gate.record(record),
            None => record,
        }
    }

    fn take_record(&mut self, record: Record, row: Option<NonZeroU32>) {
        let record = self.passed(record);
        self.sources.took(record.family());
        self.take_ref(RecordRef::from(&record), row, false);
    }

    /// Checks id and person and puts the id in its place; `None`, with findings, where the record cannot be used.
    #[inline]
    fn admit(&mut self, head: &Head<'_>, fields: [&str; 2]) -> Option<Admitted> {
        let (record, person) = (trimmed(head.record), trimmed(head.person));
        if record.is_empty() {
            self.findings.push(head.finding(fields[0], &head.record, FindingRule::EmptyId));
        }
        if person.is_empty() {
            self.findings.push(head.finding(fields[1], &head.person, FindingRule::EmptyPerson));
        }
        if record.is_empty() || person.is_empty() {
            return None;
        }
        let id = self.put_id(head, record)?;
        if person.len() < head.person.len() {
            self.keep_untrimmed(head, id);
        }
        Some(Admitted { id, person: self.texts.cell(person) })
    }

    /// Puts the id in its place; whether an earlier record has it is seen in the end.
    #[inline]
    fn put_id(&mut self, head: &Head<'_>, id: &str) -> Option<Key> {
        let key = self.texts.put(Room::of(head.family), id)?;
        if id.len() < head.record.len() {
            self.keep_untrimmed(head, key);
        }
        Some(key)
    }

    #[cold]
    fn keep_untrimmed(&mut self, head: &Head<'_>, id: Key) {
        if let Ok(place) = u32::try_from(id.index()) {
            self.untrimmed.push((head.family, place, [head.record, head.person].map(str::to_owned)));
        }
    }

    /// Notes what is wrong in a record whose id an earlier one may have.
    #[cold]
    fn doubt(&mut self, id: Key, finding: Finding) {
        if let Ok(place) = u32::try_from(id.index()) {
            self.in_doubt.push((place, finding));
        }
    }

    /// Whether the record may stay; a finding where it ends before it starts.
    #[inline]
    fn in_order(
        &mut self,
        head: &Head<'_>,
        id: Option<Key>,
        field: &str,
        start: impl Into<Moment>,
        end: Option<impl Into<Moment>>,
    ) -> bool {
        let end: Option<Moment> = end.map(Into::into);
        match end {
            Some(end) if end.is_before(start.into()) => {
                let finding = head.finding(field, &end, FindingRule::EndBeforeStart);
                match id {
                    Some(id) => self.doubt(id, finding),
                    None => self.findings.push(finding),
                }
                false
            }
            _ => true,
        }
    }

    /// The name of the record referred to; empty where there is none.
    #[inline]
    fn link(&mut self, field: &str) -> Cell {
        self.texts.cell(trimmed(field))
    }

    #[inline]
    fn word(&mut self, text: &str) -> Option<Key> {
        if text.is_empty() { None } else { self.texts.add(Room::WORDS, text) }
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
    fn code<C: StatutoryCode>(&mut self, head: &Head<'_>, id: Key, field: &str, code: &Letters<'_, C>) -> Code<C> {
        if let Letters::Unknown(text) = code {
            self.doubt(id, head.finding(field, text, FindingRule::UnknownCode));
        }
        Code::store(code, &mut self.texts)
    }

    pub(super) fn person(&mut self, r: &draft::Person<'_>, row: Option<NonZeroU32>, _: bool) {
        let head = Head { family: Family::Person, row, record: r.id, person: r.id };
        let name = trimmed(r.id);
        if name.is_empty() {
            self.findings.push(head.finding("pers_person_id", &r.id, FindingRule::EmptyId));
            return;
        }
        let Some(id) = self.put_id(&head, name) else { return };
        let entry = PersonEntry {
            sex: self.code(&head, id, "pers_sex", &r.sex),
            ethnicity: self.code(&head, id, "pers_ethnicity", &r.ethnicity),
            date_of_birth: r.date_of_birth,
            expected_date_of_birth: r.expected_date_of_birth,
            date_of_death: r.date_of_death,
            ..PersonEntry::unknown(id)
        };
        self.register.persons.push(entry);
        self.register.rows.push(row);
    }

    pub(super) fn professional(&mut self, r: &draft::Professional<'_>, row: Option<NonZeroU32>, _: bool) {
        let head = Head { family: Family::Professional, row, record: r.id, person: "" };
        let name = trimmed(r.id);
        if name.is_empty() {
            self.findings.push(head.finding("prof_professional_id", &r.id, FindingRule::EmptyId));
            return;
        }
        if self.put_id(&head, name).is_some() {
            self.professionals.push(Professional::is_social_worker(r.registration), row);
        }
    }

    pub(super) fn family_member(&mut self, r: &draft::FamilyMember<'_>, row: Option<NonZeroU32>, _: bool) {
        let head = Head { family: Family::FamilyMember, row, record: r.family, person: r.person };
        let (family, member) = (trimmed(r.family), trimmed(r.person));
        if family.is_empty() {
            self.findings.push(head.finding("fami_family_id", &r.family, FindingRule::EmptyId));
        }
        if member.is_empty() {
            self.findings.push(head.finding("fami_person_id", &r.person, FindingRule::EmptyPerson));
        }
        if family.is_empty() || member.is_empty() {
            return;
        }
        if let Some(family) = self.texts.add(Room::of(Family::FamilyMember), family) {
            let person = self.texts.cell(member);
            self.families.stage(person, row, Stands::InUse, FamilyEntry { family });
        }
    }

    pub(super) fn immigration_status(
        &mut self,
        r: &draft::ImmigrationStatus<'_>,
        row: Option<NonZeroU32>,
        set_aside: bool,
    ) {
        let head = Head { family: Family::ImmigrationStatus, row, record: "", person: r.person };
        let name = trimmed(r.person);
        if name.is_empty() {
            self.findings.push(head.finding("immi_person_id", &r.person, FindingRule::EmptyPerson));
            return;
        }
        let in_order =
            r.start.is_none_or(|start| self.in_order(&head, None, "immi_immigration_status_end_date", start, r.end));
        if set_aside || !in_order {
            return;
        }
        let entry = ImmigrationEntry {
            status: self.word(r.status),
            unaccompanied: ImmigrationStatus::means_unaccompanied(r.status),
            start: r.start,
            end: r.end,
        };
        let person = self.texts.cell(name);
        self.immigration.stage(person, row, Stands::InUse, entry);
    }

    pub(super) fn referral(&mut self, r: &draft::Referral<'_>, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::Referral, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["cine_referral_id", "cine_person_id"]) else {
            return;
        };
        let in_order = self.in_order(&head, Some(id), "cine_close_date", r.date, r.closed);
        let entry = ReferralEntry {
            id,
            date: r.date,
            source: self.code(&head, id, "cine_referral_source_code", &r.source),
            primary_need: self.code(&head, id, "cine_cin_primary_need_code", &r.primary_need),
            no_further_action: r.no_further_action,
            closed: r.closed,
            closure_reason: self.code(&head, id, "cine_close_reason", &r.closure_reason),
            team: self.word(r.team),
            earlier_counted: r.earlier_counted,
            first_enquiry: None,
            first_assessment: None,
        };
        self.referrals.stage(person, row, Stands::where_in_order(in_order && !set_aside), entry);
    }

    pub(super) fn assessment(&mut self, r: &draft::Assessment<'_>, row: Option<NonZeroU32>, _: bool) {
        let head = Head { family: Family::Assessment, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["cina_assessment_id", "cina_person_id"]) else {
            return;
        };
        if let Some(authorised) = r.authorised.filter(|authorised| authorised.is_before(r.start)) {
            let rule = FindingRule::AuthorisedBeforeStart;
            self.doubt(id, head.finding("cina_assessment_auth_date", &authorised, rule));
        }
        let entry = AssessmentEntry {
            id,
            referral: None,
            referral_date: None,
            start: r.start,
            authorised: r.authorised,
            team: self.word(r.team),
            row: row.map(FileRow::new),
        };
        let referral = self.link(r.referral);
        self.assessments.stage(person, row, Stands::InUse, entry).refers_to([referral]);
    }

    pub(super) fn enquiry(&mut self, r: &draft::Section47Enquiry<'_>, row: Option<NonZeroU32>, _: bool) {
        let head = Head { family: Family::Section47Enquiry, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["s47e_s47_enquiry_id", "s47e_person_id"]) else {
            return;
        };
        let in_order = self.in_order(&head, Some(id), "s47e_s47_end_date", r.start, r.end);
        let entry = EnquiryEntry { id, referral: None, start: r.start, end: r.end };
        let referral = self.link(r.referral);
        self.enquiries.stage(person, row, Stands::where_in_order(in_order), entry).refers_to([referral]);
    }

    pub(super) fn conference(&mut self, r: &draft::InitialConference<'_>, row: Option<NonZeroU32>, _: bool) {
        let head = Head { family: Family::InitialConference, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["icpc_icpc_id", "icpc_person_id"]) else {
            return;
        };
        let entry = ConferenceEntry {
            id,
            enquiry: None,
            enquiry_start: None,
            transfer_in: r.transfer_in,
            target: r.target,
            date: r.date,
            plan_made: r.plan_made,
            row: row.map(FileRow::new),
        };
        let enquiry = self.link(r.enquiry);
        self.conferences.stage(person, row, Stands::InUse, entry).refers_to([enquiry]);
    }

    pub(super) fn plan(&mut self, r: &draft::ProtectionPlan<'_>, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::ProtectionPlan, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["cppl_cp_plan_id", "cppl_person_id"]) else {
            return;
        };
        let in_order = self.in_order(&head, Some(id), "cppl_cp_plan_end_date", r.start, r.end);
        let entry = PlanEntry {
            id,
            referral: None,
            conference: None,
            start: r.start,
            end: r.end,
            other_authority: r.other_authority == Some(true),
            initial_category: self.code(&head, id, "cppl_cp_plan_initial_category", &r.initial_category),
            latest_category: self.code(&head, id, "cppl_cp_plan_latest_category", &r.latest_category),
            previous_plans: r.previous_plans,
        };
        let links = [self.link(r.referral), self.link(r.conference)];
        let stands = Stands::where_in_order(in_order && !set_aside);
        self.plans.stage(person, row, stands, entry).refers_to(links);
    }

    pub(super) fn review(&mut self, r: &draft::PlanReview<'_>, row: Option<NonZeroU32>, _: bool) {
        let head = Head { family: Family::PlanReview, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["cppr_cp_review_id", "cppr_person_id"]) else {
            return;
        };
        let entry = ReviewEntry { id, plan: None, due: r.due, date: r.date };
        let plan = self.link(r.plan);
        self.reviews.stage(person, row, Stands::InUse, entry).refers_to([plan]);
    }

    pub(super) fn episode(&mut self, r: &draft::LookedAfterEpisode<'_>, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::LookedAfterEpisode, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["clae_cla_episode_id", "clae_person_id"]) else {
            return;
        };
        let in_order = self.in_order(&head, Some(id), "clae_cla_episode_ceased_date", r.start, r.ceased);
        let entry = EpisodeEntry {
            id,
            start: r.start,
            start_reason: self.code(&head, id, "clae_cla_episode_start_reason", &r.start_reason),
            ceased: r.ceased,
            ceased_reason: self.code(&head, id, "clae_cla_episode_ceased_reason", &r.ceased_reason),
            placement: None,
            placed: None,
            place: Place::UNKNOWN,
            placements_counted: r.placements_counted,
        };
        let placement = self.link(r.placement);
        let stands = Stands::where_in_order(in_order && !set_aside);
        self.episodes.stage(person, row, stands, entry).refers_to([placement]);
    }

    pub(super) fn placement(&mut self, r: &draft::Placement<'_>, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::Placement, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["clap_cla_placement_id", "clap_person_id"]) else {
            return;
        };
        let in_order = self.in_order(&head, Some(id), "clap_cla_placement_end_date", r.start, r.end);
        let entry = PlacementEntry {
            id,
            start: r.start,
            end: r.end,
            place: Place {
                kind: self.code(&head, id, "clap_cla_placement_type", &r.kind),
                provider: self.code(&head, id, "clap_cla_placement_provider", &r.provider),
                urn: self.word_in_capitals(r.urn.trim().chars()),
                postcode: self.word_in_capitals(r.postcode.chars().filter(|letter| !letter.is_whitespace())),
            },
            distance: self.word(r.distance),
            change_reason: self.code(&head, id, "clap_cla_placement_change_reason", &r.change_reason),
        };
        self.placements.stage(person, row, Stands::where_in_order(in_order && !set_aside), entry);
    }

    pub(super) fn legal_status(&mut self, r: &draft::LegalStatus<'_>, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::LegalStatus, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["lega_legal_status_id", "lega_person_id"]) else {
            return;
        };
        let in_order = self.in_order(&head, Some(id), "lega_legal_status_end_date", r.start, r.end);
        let status = self.code(&head, id, "lega_legal_status", &r.status);
        let entry = LegalStatusEntry { id, status, start: r.start, end: r.end };
        self.legal_statuses.stage(person, row, Stands::where_in_order(in_order && !set_aside), entry);
    }

    pub(super) fn missing_episode(&mut self, r: &draft::MissingEpisode<'_>, row: Option<NonZeroU32>, _: bool) {
        let head = Head { family: Family::MissingEpisode, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["miss_table_id", "miss_person_id"]) else {
            return;
        };
        let in_order = self.in_order(&head, Some(id), "miss_missing_episode_end_date", r.start, r.end);
        let entry = MissingEntry {
            id,
            start: r.start,
            kind: self.code(&head, id, "miss_missing_episode_type", &r.kind),
            end: r.end,
            interview_offered: r.interview_offered,
            interview_accepted: r.interview_accepted,
            interview_completed: r.interview_completed,
        };
        if in_order {
            integrity::interview(&entry, |field, value, rule| self.doubt(id, head.finding(field, &value, rule)));
        }
        self.missing.stage(person, row, Stands::where_in_order(in_order), entry);
    }

    pub(super) fn care_leaver_status(&mut self, r: &draft::CareLeaverStatus<'_>, row: Option<NonZeroU32>, _: bool) {
        let head = Head { family: Family::CareLeaverStatus, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["clea_table_id", "clea_person_id"]) else {
            return;
        };
        let entry = CareLeaverEntry {
            id,
            eligibility: self.code(&head, id, "clea_care_leaver_eligibility", &r.eligibility),
            in_touch: self.code(&head, id, "clea_care_leaver_in_touch", &r.in_touch),
            latest_contact: r.latest_contact,
            accommodation: self.code(&head, id, "clea_care_leaver_accommodation", &r.accommodation),
            suitability: self.code(&head, id, "clea_care_leaver_accom_suitable", &r.suitability),
            activity: self.code(&head, id, "clea_care_leaver_activity", &r.activity),
        };
        self.care_leaver.stage(person, row, Stands::InUse, entry);
    }

    pub(super) fn involvement(&mut self, r: &draft::Involvement<'_>, row: Option<NonZeroU32>, set_aside: bool) {
        let head = Head { family: Family::Involvement, row, record: r.id, person: r.person };
        let Some(Admitted { id, person }) = self.admit(&head, ["invo_involvements_id", "invo_person_id"]) else {
            return;
        };
        let in_order = self.in_order(&head, Some(id), "invo_involvement_end_date", r.start, r.end);
        let entry = InvolvementEntry {
            id,
            professional: None,
            social_worker: false,
            role: self.word(r.role),
            allocated: r.role.trim().eq_ignore_ascii_case(ALLOCATED_CASE_WORKER),
            start: r.start,
            end: r.end,
        };
        let professional = self.link(r.professional);
        let stands = Stands::where_in_order(in_order && !set_aside);
        self.involvements.stage(person, row, stands, entry).refers_to([professional]);
    }
}
