//! Censuses of several years, joined child by child.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::sync::Arc;

use chrono::NaiveDate;

use super::child::{CensusChild, CensusReferral, day, id};
use super::header::{Coverage, Header};
use super::reader::{CensusReader, CinCensusError, Counts};
use crate::calendar::next_day;
use crate::chronology::Reserved;
use crate::record::{
    Assessment, Coded, Family, InitialConference, Person, PlanReview, ProtectionPlan, Record, Referral,
    Section47Enquiry, StatutoryCode,
};
use crate::{Builder, CinRule, Finding, FindingRule, Supply};

/// One census that was read: its file, its header, what it covers and how much is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Census {
    /// The name of the file.
    pub file: Arc<str>,
    /// What the census says of itself.
    pub header: Header,
    /// The days it covers; `None` where its header does not say.
    pub coverage: Option<Coverage>,
    /// How many of each it has, whatever is wrong in them.
    pub counts: Counts,
}

/// Censuses of one authority, of one year or of several, in any order, on their way into records.
///
/// The rules by which they are joined are those of the [module](super). What is kept between the censuses is packed: a
/// child with one of everything takes about 180 bytes.
///
/// ```
/// use csc_kpi::Dataset;
/// use csc_kpi::format::cin_census::Censuses;
///
/// let census = |year: i32, closure: &str| format!("\
/// <Message><Header><CollectionDetails><Year>{year}</Year><ReferenceDate>{year}-03-31</ReferenceDate>
/// </CollectionDetails></Header><Children><Child><ChildIdentifiers><LAchildID>C1</LAchildID></ChildIdentifiers>
/// <CINdetails><CINreferralDate>2021-11-08</CINreferralDate>{closure}<ReferralNFA>0</ReferralNFA></CINdetails>
/// </Child></Children></Message>");
/// let mut censuses = Censuses::new();
/// censuses.read("2023.xml", census(2023, "<CINclosureDate>2022-06-01</CINclosureDate>").as_bytes())?;
/// censuses.read("2022.xml", census(2022, "").as_bytes())?;
/// assert_eq!(censuses.read_so_far()[1].coverage.unwrap().first_day.to_string(), "2021-04-01");
///
/// let mut records = Dataset::builder();
/// censuses.give_to(&mut records);
/// let dataset = records.finish();
/// let child = dataset.child("C1").unwrap();
/// let chronology = child.chronology();
/// assert_eq!(chronology.referrals().len(), 1);
/// assert_eq!(chronology.referrals()[0].closed.unwrap().to_string(), "2022-06-01");
/// # Ok::<(), csc_kpi::format::cin_census::CinCensusError>(())
/// ```
#[derive(Debug, Default)]
pub struct Censuses {
    /// By census: the last line read.
    lines: Vec<u64>,
    given: Vec<Census>,
    /// The numbers of those that could not be read to their end.
    broken_off: BTreeSet<usize>,
    findings: Vec<Finding>,
    /// The ids of all children, one after the other.
    ids: String,
    children: Vec<ChildRow>,
    referrals: Vec<ReferralRow>,
    assessments: Vec<AssessmentRow>,
    enquiries: Vec<EnquiryRow>,
    plans: Vec<PlanRow>,
    reviews: Vec<ReviewRow>,
    codes: Codes,
}

/// A child of a census. Its id and its referrals end where the row says, and begin where those of the row before end.
#[derive(Clone, Copy, Debug)]
struct ChildRow {
    id_end: usize,
    referrals_end: u32,
    line: u32,
    sex: u32,
    ethnicity: u32,
    born: Option<NaiveDate>,
    expected: Option<NaiveDate>,
    died: Option<NaiveDate>,
    census: u16,
    left_out: bool,
}

#[derive(Clone, Copy, Debug)]
struct ReferralRow {
    assessments_end: u32,
    enquiries_end: u32,
    plans_end: u32,
    line: u32,
    date: Option<NaiveDate>,
    closed: Option<NaiveDate>,
    transfer_in: Option<NaiveDate>,
    source: u32,
    need: u32,
    reason: u32,
    no_further_action: Option<bool>,
    left_out: bool,
}

#[derive(Clone, Copy, Debug)]
struct AssessmentRow {
    start: NaiveDate,
    authorised: Option<NaiveDate>,
    line: u32,
}

#[derive(Clone, Copy, Debug)]
struct EnquiryRow {
    start: NaiveDate,
    target: Option<NaiveDate>,
    conference: Option<NaiveDate>,
    line: u32,
    conference_left_out: bool,
}

#[derive(Clone, Copy, Debug)]
struct PlanRow {
    reviews_end: u32,
    start: NaiveDate,
    end: Option<NaiveDate>,
    initial: u32,
    latest: u32,
    previous: Option<u32>,
    line: u32,
    left_out: bool,
}

#[derive(Clone, Copy, Debug)]
struct ReviewRow {
    held: NaiveDate,
    line: u32,
}

/// Codes as numbers: 0 is none, up to the length of the list the code, beyond it a text that the list does not know.
#[derive(Debug, Default)]
struct Codes {
    unknown: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

impl Codes {
    fn store<C: StatutoryCode>(&mut self, code: Option<&Coded<C>>) -> u32 {
        match code {
            None => 0,
            Some(Coded::Known(code)) => packed(C::ALL.iter().position(|c| c == code).map_or(0, |at| at + 1)),
            Some(Coded::Unknown(text)) => {
                let number = *self.numbers.entry(text.clone()).or_insert_with(|| {
                    self.unknown.push(text.clone());
                    packed(self.unknown.len())
                });
                number.saturating_add(packed(C::ALL.len()))
            }
        }
    }

    fn read<C: StatutoryCode>(&self, number: u32) -> Option<Coded<C>> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        match C::ALL.get(at) {
            Some(code) => Some(Coded::Known(*code)),
            None => self.unknown.get(at.checked_sub(C::ALL.len())?).map(|text| Coded::Unknown(text.clone())),
        }
    }
}

fn packed(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn line(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

impl Censuses {
    /// No census yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a census, and holds each of its children against the national rules. `file` is the name findings give it.
    ///
    /// # Errors
    ///
    /// Where the text is no census, or cannot be read on. The children before that are kept, and the census
    /// [supplies nothing](Censuses::supply).
    pub fn read(&mut self, file: impl Into<Arc<str>>, source: impl BufRead) -> Result<Census, CinCensusError> {
        let file = file.into();
        let mut reader = CensusReader::new(file.clone(), source)?;
        let census = self.given.len();
        let header = reader.header().clone();
        let coverage = header.coverage();
        let done = loop {
            match reader.next_child() {
                Ok(Some(mut child)) => {
                    self.findings.append(&mut child.findings);
                    self.keep(&child, u16::try_from(census).unwrap_or(u16::MAX));
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.findings.append(&mut reader.take_findings());
        self.lines.push(reader.line());
        let census = Census { file, header, coverage, counts: reader.counts() };
        self.given.push(census.clone());
        if done.is_err() {
            self.broken_off.insert(self.given.len() - 1);
        }
        done.map(|()| census)
    }

    /// The censuses read so far, in the order in which they were given.
    #[must_use]
    pub fn read_so_far(&self) -> &[Census] {
        &self.given
    }

    /// Bytes on the heap, findings not counted.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        fn of<T>(rows: &Vec<T>) -> usize {
            rows.capacity() * size_of::<T>()
        }
        self.ids.capacity()
            + of(&self.children)
            + of(&self.referrals)
            + of(&self.assessments)
            + of(&self.enquiries)
            + of(&self.plans)
            + of(&self.reviews)
    }

    fn keep(&mut self, child: &CensusChild, census: u16) {
        self.ids.push_str(&child.person.id);
        for referral in &child.referrals {
            self.keep_referral(referral);
        }
        self.children.push(ChildRow {
            id_end: self.ids.len(),
            referrals_end: packed(self.referrals.len()),
            line: line(child.line),
            sex: self.codes.store(child.person.sex.as_ref()),
            ethnicity: self.codes.store(child.person.ethnicity.as_ref()),
            born: child.person.date_of_birth,
            expected: child.person.expected_date_of_birth,
            died: child.person.date_of_death,
            census,
            left_out: child.left_out,
        });
    }

    fn keep_referral(&mut self, referral: &CensusReferral) {
        for assessment in referral.assessments.iter().filter(|assessment| !assessment.left_out) {
            if let Some(start) = day(assessment.start.as_ref()) {
                let authorised = day(assessment.authorised.as_ref());
                self.assessments.push(AssessmentRow { start, authorised, line: line(assessment.line) });
            }
        }
        for enquiry in referral.enquiries.iter().filter(|enquiry| !enquiry.left_out) {
            if let Some(start) = day(enquiry.start.as_ref()) {
                self.enquiries.push(EnquiryRow {
                    start,
                    target: day(enquiry.conference_target.as_ref()),
                    conference: day(enquiry.conference.as_ref()),
                    line: line(enquiry.line),
                    conference_left_out: enquiry.conference_left_out,
                });
            }
        }
        for plan in &referral.protection_plans {
            let Some(start) = day(plan.start.as_ref()) else { continue };
            let reviews = plan.reviews.iter().map(|review| ReviewRow { held: review.value, line: line(review.line) });
            self.reviews.extend(reviews);
            self.plans.push(PlanRow {
                reviews_end: packed(self.reviews.len()),
                start,
                end: day(plan.end.as_ref()),
                initial: self.codes.store(plan.initial_category.as_ref().map(|cell| &cell.value)),
                latest: self.codes.store(plan.latest_category.as_ref().map(|cell| &cell.value)),
                previous: plan.previous_plans.as_ref().map(|cell| cell.value),
                line: line(plan.line),
                left_out: plan.left_out,
            });
        }
        self.referrals.push(ReferralRow {
            assessments_end: packed(self.assessments.len()),
            enquiries_end: packed(self.enquiries.len()),
            plans_end: packed(self.plans.len()),
            line: line(referral.line),
            date: referral.day(),
            closed: day(referral.closed.as_ref()),
            transfer_in: day(referral.transfer_in.as_ref()),
            source: self.codes.store(referral.source.as_ref().map(|cell| &cell.value)),
            need: self.codes.store(referral.primary_need.as_ref().map(|cell| &cell.value)),
            reason: self.codes.store(referral.closure_reason.as_ref().map(|cell| &cell.value)),
            no_further_action: referral.no_further_action.as_ref().map(|cell| cell.value),
            left_out: referral.left_out,
        });
    }

    /// The days of those that were read to their end.
    fn whole(&self) -> impl Iterator<Item = Coverage> {
        let whole = self.given.iter().enumerate().filter(|(number, _)| !self.broken_off.contains(number));
        whole.filter_map(|(_, census)| census.coverage)
    }

    /// What they hold together, see [`Coverage::supply`]. A census that could not be read to its end adds nothing, since nobody
    /// knows what it lacks; nor does one whose header does not say which year it is of, since it holds nothing on any day
    /// that is known.
    #[must_use]
    pub fn supply(&self) -> Supply {
        self.whole().fold(Supply::nothing(), |supply, coverage| supply.or(&coverage.supply()))
    }

    /// Gives all records and findings to `records`, and says [what they hold](Censuses::supply).
    ///
    /// What the builder finds in a record names file and line of the last census that has it.
    pub fn give_to(mut self, records: &mut Builder) {
        records.begin_source(&self.supply());
        records.begin_form();
        for finding in std::mem::take(&mut self.findings) {
            records.note(finding);
        }
        let mut lines: BTreeMap<Arc<str>, u64> = BTreeMap::new();
        for (census, line) in self.given.iter().zip(&self.lines) {
            let most = lines.entry(census.file.clone()).or_default();
            *most = (*most).max(*line);
        }
        let files: BTreeMap<Arc<str>, Reserved> =
            lines.into_iter().map(|(file, lines)| (file.clone(), records.reserve(file, lines))).collect();
        for child in self.children() {
            for finding in child.findings {
                records.note(finding);
            }
            for joined in child.records {
                match files.get(&joined.file) {
                    Some(file) => records.push_reserved(joined.record, *file, joined.line),
                    None => records.push(joined.record),
                }
            }
        }
        records.end_form();
        records.end_source();
    }

    /// The children one at a time, in the order of their ids, each joined over all censuses: for a host that posts them
    /// to a ledger child by child and keeps none.
    ///
    /// What was found in reading is not among their findings; [`Censuses::findings`] has it. What they hold the host says of each
    /// child's records by [`Builder::begin_source`] with [`Censuses::supply`].
    pub fn children(&self) -> impl Iterator<Item = JoinedChild> {
        let mut by_time: Vec<usize> = (0..self.given.len()).collect();
        // One without a period comes before all that have one; of one period, the one given later counts as later.
        by_time.sort_by_key(|at| self.given.get(*at).and_then(|census| census.coverage));
        let mut ranks = vec![0_usize; by_time.len()];
        for (rank, at) in by_time.iter().enumerate() {
            if let Some(place) = ranks.get_mut(*at) {
                *place = rank;
            }
        }
        let rank = |row: u32| {
            let census = self.children.get(row as usize).map_or(0, |row| usize::from(row.census));
            ranks.get(census).copied().unwrap_or_default()
        };
        let mut order: Vec<u32> = (0..packed(self.children.len())).collect();
        order.sort_unstable_by(|a, b| {
            self.id_of(*a).cmp(self.id_of(*b)).then_with(|| rank(*a).cmp(&rank(*b))).then_with(|| a.cmp(b))
        });
        let whole = self.whole().max();
        let mut at = 0;
        std::iter::from_fn(move || {
            let first = *order.get(at)?;
            let rest = order.get(at..)?;
            let number = rest.iter().take_while(|row| self.id_of(**row) == self.id_of(first)).count();
            let child = rest.get(..number)?;
            at += number.max(1);
            Some(Joiner::new(self, self.id_of(first), whole).join(child))
        })
    }

    /// What was found in reading, census by census.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn id_of(&self, row: u32) -> &str {
        let end = |row: usize| self.children.get(row).map_or(0, |row| row.id_end);
        let row = row as usize;
        let start = row.checked_sub(1).map_or(0, end);
        self.ids.get(start..end(row)).unwrap_or_default()
    }

    fn referrals_of(&self, row: u32) -> impl Iterator<Item = (usize, &ReferralRow)> {
        part(&self.children, row as usize, &self.referrals, |row| row.referrals_end)
    }
}

/// One child of one census.
pub(super) fn joined(child: &CensusChild) -> JoinedChild {
    let mut one = Censuses::new();
    one.keep(child, 0);
    let (header, counts) = (Header::default(), Counts::default());
    one.given.push(Census { file: child.file.clone(), header, coverage: None, counts });
    let id = child.person.id.clone();
    let of_itself = one.children().next();
    of_itself.unwrap_or_else(|| JoinedChild { id, records: Vec::new(), findings: Vec::new() })
}

/// The rows of `inner` that belong to row `at` of `outer`, with their numbers.
fn part<'r, O, I>(
    outer: &'r [O],
    at: usize,
    inner: &'r [I],
    end: impl Fn(&O) -> u32,
) -> impl Iterator<Item = (usize, &'r I)> {
    let last = outer.get(at).map_or(0, &end) as usize;
    let first = at.checked_sub(1).and_then(|before| outer.get(before)).map_or(0, &end) as usize;
    inner.get(first..last).unwrap_or_default().iter().enumerate().map(move |(number, row)| (first + number, row))
}

/// A child joined over all censuses, or over one alone: its records, and what the joining found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoinedChild {
    /// `LAchildID`
    pub id: String,
    /// Its records.
    pub records: Vec<JoinedRecord>,
    /// What one census says against another, and what one gives twice.
    pub findings: Vec<Finding>,
}

/// A record, and where the last census that has it has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoinedRecord {
    /// The record.
    pub record: Record,
    /// The file.
    pub file: Arc<str>,
    /// The line.
    pub line: u64,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug)]
struct At {
    census: u16,
    line: u32,
}

/// A value as the censuses so far have it, and where the last of them has it.
struct Settled<T> {
    value: Option<T>,
    at: At,
}

/// What a row says of a conference.
#[derive(Clone, Copy)]
struct Told {
    at: At,
    target: Option<NaiveDate>,
    held: Option<NaiveDate>,
}

/// What a later census means by a value it does not give.
#[derive(Clone, Copy)]
enum Silence {
    /// That there is none: a case closed in one census and open in a later one is open.
    IsSaid,
    /// Nothing.
    IsSilence,
}

struct Joiner<'c> {
    all: &'c Censuses,
    child: &'c str,
    /// The days of the last census that was read to its end.
    whole: Option<Coverage>,
    records: Vec<JoinedRecord>,
    findings: Vec<Finding>,
}

/// A row and where it stands; rows of one key come in the order of their censuses.
type Placed<'r, T> = (At, &'r T);

/// The rows, those of one census in their order but for the ones to be behind its others.
fn put_last<'r, T>(rows: &[Placed<'r, T>], last: impl Fn(&T) -> bool) -> Vec<Placed<'r, T>> {
    let mut rows = rows.to_vec();
    for of_one_census in rows.chunk_by_mut(|(a, _), (b, _)| a.census == b.census) {
        of_one_census.sort_by_key(|(_, row)| last(row));
    }
    rows
}

/// A plan, where it stands, its number among all plans, and the day of its referral where that has a record.
type PlacedPlan<'r> = (At, usize, &'r PlanRow, Option<NaiveDate>);

impl<'c> Joiner<'c> {
    const fn new(all: &'c Censuses, child: &'c str, whole: Option<Coverage>) -> Self {
        Self { all, child, whole, records: Vec::new(), findings: Vec::new() }
    }

    fn join(mut self, occurrences: &[u32]) -> JoinedChild {
        self.person(occurrences);
        let mut referrals: BTreeMap<Option<NaiveDate>, Vec<(At, usize, &ReferralRow)>> = BTreeMap::new();
        for row in occurrences {
            let census = self.all.children.get(*row as usize).map_or(0, |row| row.census);
            for (number, referral) in self.all.referrals_of(*row) {
                let at = At { census, line: referral.line };
                referrals.entry(referral.date).or_default().push((at, number, referral));
            }
        }
        let mut plans: BTreeMap<NaiveDate, Vec<PlacedPlan<'_>>> = BTreeMap::new();
        let mut recorded = BTreeSet::new();
        for (date, rows) in &referrals {
            let usable: Vec<Placed<'_, ReferralRow>> =
                rows.iter().filter(|(.., row)| !row.left_out).map(|(at, _, row)| (*at, *row)).collect();
            if let Some(date) = date
                && self.referral(*date, &usable, rows.last().map(|(at, ..)| *at))
            {
                recorded.insert(*date);
            }
            let of = date.filter(|date| recorded.contains(date));
            let (mut assessments, mut enquiries) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
            for (at, number, _) in rows {
                let here = |line| At { census: at.census, line };
                let all = self.all;
                for (_, row) in part(&all.referrals, *number, &all.assessments, |row| row.assessments_end) {
                    assessments.entry(row.start).or_default().push((here(row.line), row));
                }
                for (_, row) in part(&all.referrals, *number, &all.enquiries, |row| row.enquiries_end) {
                    enquiries.entry(row.start).or_default().push((here(row.line), row));
                }
                for (plan, row) in part(&all.referrals, *number, &all.plans, |row| row.plans_end) {
                    plans.entry(row.start).or_default().push((here(row.line), plan, row, of));
                }
            }
            for (start, rows) in &assessments {
                self.assessment(*date, of, *start, rows);
            }
            let mut held = BTreeSet::new();
            for (start, rows) in &enquiries {
                held.extend(self.enquiry(*date, of, *start, rows));
            }
            let every: Vec<Placed<'_, ReferralRow>> = rows.iter().map(|(at, _, row)| (*at, *row)).collect();
            self.transfers_in(*date, &every, &held);
        }
        for (start, rows) in &mut plans {
            // Under whichever referral a census has it.
            rows.sort_by_key(|(at, ..)| self.rank(*at));
            self.plan(*start, rows);
        }
        JoinedChild { id: self.child.to_owned(), records: self.records, findings: self.findings }
    }

    fn coverage(&self, at: At) -> Option<Coverage> {
        self.all.given.get(usize::from(at.census)).and_then(|census| census.coverage)
    }

    /// Sorts rows by the time of their censuses.
    fn rank(&self, at: At) -> (Option<Coverage>, u16) {
        (self.coverage(at), at.census)
    }

    fn file(&self, at: At) -> Arc<str> {
        self.all.given.get(usize::from(at.census)).map_or_else(|| Arc::from(""), |census| census.file.clone())
    }

    fn note(&mut self, (family, record): (Family, &str), at: At, field: &str, value: &str, rule: FindingRule) {
        let finding = Finding::new(family, field, value, rule)
            .in_file(Some(self.file(at)))
            .in_row(Some(u64::from(at.line)))
            .of(record, self.child);
        self.findings.push(finding);
    }

    fn record(&mut self, record: impl Into<Record>, at: At) {
        let (file, line) = (self.file(at), u64::from(at.line));
        self.records.push(JoinedRecord { record: record.into(), file, line });
    }

    /// Takes what a later census says of a value; notes where that is not what an earlier one said.
    fn settle<T: Copy + PartialEq>(
        &mut self,
        of: (Family, &str),
        field: &str,
        (settled, silence): (&mut Settled<T>, Silence),
        (later, at): (Option<T>, At),
        text: impl FnOnce(T) -> String,
    ) {
        match (settled.value, later, silence) {
            (Some(_), None, Silence::IsSilence) => return,
            (Some(before), later, _) if Some(before) != later => {
                self.note(of, settled.at, field, &text(before), FindingRule::ChangedLater);
            }
            _ => {}
        }
        *settled = Settled { value: later, at };
    }

    /// The rows of one record, one a census: the first of each; the others are noted.
    fn one_a_census<'r, T>(
        &mut self,
        of: (Family, &str),
        field: &str,
        rows: &[Placed<'r, T>],
        value: &str,
    ) -> Vec<Placed<'r, T>> {
        let mut kept: Vec<Placed<'r, T>> = Vec::with_capacity(rows.len());
        for (at, row) in rows {
            if kept.last().is_some_and(|(before, _)| before.census == at.census) {
                self.note(of, *at, field, value, FindingRule::RepeatedId);
            } else {
                kept.push((*at, *row));
            }
        }
        kept
    }

    /// The day on which a case ends that is open in the last census that has it, and that a later one, read to its end, does
    /// not have any more: the first day after that last census, or its own first day `start` if that is later.
    fn ended_unseen(&mut self, of: (Family, &str), last: At, start: NaiveDate, field: &str) -> Option<NaiveDate> {
        let coverage = self.coverage(last)?;
        self.whole.filter(|whole| coverage.last_day < whole.first_day)?;
        self.note(of, last, field, "", FindingRule::MissingLater);
        Some(next_day(coverage.last_day).max(start))
    }

    fn person(&mut self, occurrences: &[u32]) {
        let child = self.child;
        let of = (Family::Person, child);
        let all: Vec<Placed<'_, ChildRow>> = occurrences
            .iter()
            .filter_map(|row| self.all.children.get(*row as usize))
            .map(|row| (At { census: row.census, line: row.line }, row))
            .collect();
        let mut rows: Vec<Placed<'_, ChildRow>> = Vec::with_capacity(all.len());
        let mut before = None;
        for (at, row) in all {
            if before == Some(at.census) {
                self.note(of, at, "LAchildID", child, FindingRule::CinCensus(CinRule::Cin8510));
            } else if !row.left_out {
                rows.push((at, row));
            }
            before = Some(at.census);
        }
        let (Some((first, _)), Some((last, _))) = (rows.first().copied(), rows.last().copied()) else { return };
        let date = |day: NaiveDate| day.to_string();
        let mut sex = Settled { value: None, at: first };
        let mut ethnicity = Settled { value: None, at: first };
        let [mut born, mut expected, mut died] = [(); 3].map(|()| Settled { value: None, at: first });
        let all = self.all;
        for (at, row) in rows {
            let given = |code: u32| (code > 0).then_some(code);
            let quiet = Silence::IsSilence;
            let read = |code| all.codes.read::<crate::record::Sex>(code);
            let letters = |code| read(code).map_or_else(String::new, |c| c.to_string());
            // That of a child who is born since, or not known before: it contradicts nothing.
            if row.sex > 0 && sex.value.and_then(read) == Some(crate::record::Sex::Unknown.into()) {
                sex.value = None;
            }
            self.settle(of, "Sex", (&mut sex, quiet), (given(row.sex), at), letters);
            let letters =
                |code| all.codes.read::<crate::record::Ethnicity>(code).map_or_else(String::new, |c| c.to_string());
            self.settle(of, "Ethnicity", (&mut ethnicity, quiet), (given(row.ethnicity), at), letters);
            self.settle(of, "PersonBirthDate", (&mut born, quiet), (row.born, at), date);
            self.settle(of, "ExpectedPersonBirthDate", (&mut expected, quiet), (row.expected, at), date);
            self.settle(of, "PersonDeathDate", (&mut died, quiet), (row.died, at), date);
        }
        let mut person = Person::new(child);
        person.sex = sex.value.and_then(|code| all.codes.read(code));
        person.ethnicity = ethnicity.value.and_then(|code| all.codes.read(code));
        person.date_of_birth = born.value;
        person.expected_date_of_birth = expected.value;
        person.date_of_death = died.value;
        self.record(person, last);
    }

    /// Whether there is a record of it. The last census that has it may have it in a row that is left out.
    fn referral(&mut self, date: NaiveDate, rows: &[Placed<'_, ReferralRow>], last_seen: Option<At>) -> bool {
        let record = id::referral(self.child, Some(date));
        let of = (Family::Referral, record.as_str());
        // Of two on one day the one that goes on stays: the day is one of no further action only if both are.
        let rows = put_last(rows, |row| row.no_further_action == Some(true));
        let rows = self.one_a_census(of, "CINreferralDate", &rows, &date.to_string());
        let (Some((first, _)), Some((last, _))) = (rows.first().copied(), rows.last().copied()) else { return false };
        let [mut source, mut need, mut reason] = [(); 3].map(|()| Settled { value: None, at: first });
        let mut closed = Settled { value: None, at: first };
        let mut no_action = Settled { value: None, at: first };
        let codes = &self.all.codes;
        for (at, row) in rows {
            let given = |code: u32| (code > 0).then_some(code);
            let (quiet, said) = (Silence::IsSilence, Silence::IsSaid);
            let letters =
                |code| codes.read::<crate::record::ReferralSource>(code).map_or_else(String::new, |c| c.to_string());
            self.settle(of, "ReferralSource", (&mut source, quiet), (given(row.source), at), letters);
            let letters =
                |code| codes.read::<crate::record::PrimaryNeed>(code).map_or_else(String::new, |c| c.to_string());
            self.settle(of, "PrimaryNeedCode", (&mut need, quiet), (given(row.need), at), letters);
            self.settle(of, "CINclosureDate", (&mut closed, said), (row.closed, at), |day| day.to_string());
            let letters =
                |code| codes.read::<crate::record::ClosureReason>(code).map_or_else(String::new, |c| c.to_string());
            self.settle(of, "ReasonForClosure", (&mut reason, said), (given(row.reason), at), letters);
            let flag = |flag: bool| flag.to_string();
            self.settle(of, "ReferralNFA", (&mut no_action, quiet), (row.no_further_action, at), flag);
        }
        let mut referral = Referral::new(record.as_str(), self.child, date);
        referral.source = source.value.and_then(|code| codes.read(code));
        referral.primary_need = need.value.and_then(|code| codes.read(code));
        referral.closed = closed.value;
        referral.closure_reason = reason.value.and_then(|code| codes.read(code));
        referral.no_further_action = no_action.value;
        if referral.closed.is_none() && referral.no_further_action != Some(true) {
            let seen = last_seen.filter(|seen| seen.census != last.census).unwrap_or(last);
            referral.closed = self.ended_unseen(of, seen, date, "CINclosureDate");
        }
        self.record(referral, last);
        true
    }

    fn assessment(
        &mut self,
        referred: Option<NaiveDate>,
        referral: Option<NaiveDate>,
        start: NaiveDate,
        rows: &[Placed<'_, AssessmentRow>],
    ) {
        let record = id::assessment(self.child, referred, Some(start));
        let of = (Family::Assessment, record.as_str());
        // Of two with one start the one that is done stays: an open one would hide it.
        let rows = put_last(rows, |row| row.authorised.is_none());
        let rows = self.one_a_census(of, "AssessmentActualStartDate", &rows, &start.to_string());
        let (Some((first, _)), Some((last, _))) = (rows.first().copied(), rows.last().copied()) else { return };
        let mut authorised = Settled { value: None, at: first };
        for (at, row) in rows {
            let settled = (&mut authorised, Silence::IsSaid);
            self.settle(of, "AssessmentAuthorisationDate", settled, (row.authorised, at), |day| day.to_string());
        }
        let mut assessment = Assessment::new(record.as_str(), self.child, start);
        assessment.referral = referral.map(|date| id::referral(self.child, Some(date)));
        assessment.authorised = authorised.value.map(Into::into);
        self.record(assessment, last);
    }

    /// The days of the conferences it led to.
    fn enquiry(
        &mut self,
        referred: Option<NaiveDate>,
        referral: Option<NaiveDate>,
        start: NaiveDate,
        rows: &[Placed<'_, EnquiryRow>],
    ) -> BTreeSet<NaiveDate> {
        let record = id::enquiry(self.child, referred, Some(start));
        let of = (Family::Section47Enquiry, record.as_str());
        let kept = self.one_a_census(of, "S47ActualStartDate", rows, &start.to_string());
        let Some((last, _)) = kept.last() else { return BTreeSet::new() };
        let mut enquiry = Section47Enquiry::new(record.as_str(), self.child, start);
        enquiry.referral = referral.map(|date| id::referral(self.child, Some(date)));
        self.record(enquiry, *last);
        let told: Vec<Told> = rows
            .iter()
            .filter(|(_, row)| !row.conference_left_out)
            .map(|(at, row)| Told { at: *at, target: row.target, held: row.conference })
            .collect();
        let held = self.conferences(&record, &told, Silence::IsSaid);
        let days = held.keys().copied().collect();
        for ((day, told), id) in held.into_iter().zip(id::conferences(&record)) {
            let mut made = InitialConference::new(id, self.child).enquiry(record.as_str()).date(day).transfer_in(false);
            made.target = told.target;
            self.record(made, told.at);
        }
        days
    }

    /// Conferences of the referrals of one day themselves, but for those of an enquiry.
    fn transfers_in(
        &mut self,
        referred: Option<NaiveDate>,
        rows: &[Placed<'_, ReferralRow>],
        of_enquiries: &BTreeSet<NaiveDate>,
    ) {
        let record = id::referral(self.child, referred);
        let told = |at: At, row: &ReferralRow| Told { at, target: None, held: row.transfer_in };
        let told: Vec<Told> = rows.iter().map(|(at, row)| told(*at, row)).collect();
        let held = if referred.is_some() {
            self.conferences(&record, &told, Silence::IsSilence)
        } else {
            // Referrals without a date may be any: what one says contradicts no other.
            told.into_iter().filter_map(|told| Some((told.held?, told))).collect()
        };
        let held = held.into_iter().filter(|(day, _)| !of_enquiries.contains(day));
        for ((day, told), id) in held.zip(id::conferences(&record)) {
            self.record(InitialConference::new(id, self.child).date(day).transfer_in(true), told.at);
        }
    }

    /// The conferences that the rows of one enquiry, or of the referrals of one day, tell of: those of the last census that
    /// tells of any, one a day, whichever of its rows has it. `silence` is what a census means that tells of none.
    fn conferences(&mut self, of: &str, rows: &[Told], silence: Silence) -> BTreeMap<NaiveDate, Told> {
        let record = id::conference(of);
        let of = (Family::InitialConference, record.as_str());
        let text = |day: NaiveDate| day.to_string();
        let mut held: BTreeMap<NaiveDate, Told> = BTreeMap::new();
        let mut target: Option<Settled<NaiveDate>> = None;
        for rows in rows.chunk_by(|a, b| a.at.census == b.at.census) {
            if let Some(first) = rows.first() {
                let settled = target.get_or_insert(Settled { value: None, at: first.at });
                let later = (rows.iter().filter_map(|row| row.target).min(), first.at);
                self.settle(of, "InitialCPCtarget", (settled, Silence::IsSilence), later, text);
            }
            let mut here: BTreeMap<NaiveDate, Told> = BTreeMap::new();
            for row in rows {
                if let Some(day) = row.held {
                    here.entry(day).or_insert(*row);
                }
            }
            if here.is_empty() && matches!(silence, Silence::IsSilence) {
                continue;
            }
            for (day, before) in &held {
                match here.get_mut(day) {
                    Some(now) => now.target = now.target.or(before.target),
                    None => self.note(of, before.at, "DateOfInitialCPC", &text(*day), FindingRule::ChangedLater),
                }
            }
            held = here;
        }
        if let (1, Some((_, only)), Some(settled)) = (held.len(), held.iter_mut().next(), target) {
            only.target = settled.value;
        }
        held
    }

    fn plan(&mut self, start: NaiveDate, rows: &[PlacedPlan<'_>]) {
        let record = id::plan(self.child, Some(start));
        let of = (Family::ProtectionPlan, record.as_str());
        let usable: Vec<Placed<'_, PlanRow>> =
            rows.iter().filter(|(_, _, row, _)| !row.left_out).map(|(at, _, row, _)| (*at, *row)).collect();
        let kept = self.one_a_census(of, "CPPstartDate", &usable, &start.to_string());
        let codes = &self.all.codes;
        if let (Some((first, _)), Some((last, _))) = (kept.first().copied(), kept.last().copied()) {
            let [mut initial, mut latest] = [(); 2].map(|()| Settled { value: None, at: first });
            let mut end = Settled { value: None, at: first };
            let mut previous = Settled { value: None, at: first };
            for (at, row) in kept {
                let given = |code: u32| (code > 0).then_some(code);
                let quiet = Silence::IsSilence;
                let letters =
                    |code| codes.read::<crate::record::AbuseCategory>(code).map_or_else(String::new, |c| c.to_string());
                self.settle(of, "InitialCategoryOfAbuse", (&mut initial, quiet), (given(row.initial), at), letters);
                let text = |day: NaiveDate| day.to_string();
                self.settle(of, "CPPendDate", (&mut end, Silence::IsSaid), (row.end, at), text);
                let number = |number: u32| number.to_string();
                self.settle(of, "NumberOfPreviousCPP", (&mut previous, quiet), (row.previous, at), number);
                // It is what the name says, the latest; that it changes is no contradiction.
                if row.latest > 0 {
                    latest = Settled { value: Some(row.latest), at };
                }
            }
            let mut plan = ProtectionPlan::new(record.as_str(), self.child, start);
            let referral = rows.iter().rev().find_map(|(_, _, _, referral)| *referral);
            plan.referral = referral.map(|date| id::referral(self.child, Some(date)));
            plan.end = end.value;
            plan.initial_category = initial.value.and_then(|code| codes.read(code));
            plan.latest_category = latest.value.and_then(|code: u32| codes.read(code));
            plan.previous_plans = previous.value;
            if plan.end.is_none() {
                let last_seen = rows.last().map(|(at, ..)| *at).filter(|seen| seen.census != last.census);
                plan.end = self.ended_unseen(of, last_seen.unwrap_or(last), start, "CPPendDate");
            }
            self.record(plan, last);
        }
        let mut reviews: BTreeMap<NaiveDate, Vec<Placed<'_, ReviewRow>>> = BTreeMap::new();
        for (at, number, ..) in rows {
            for (_, review) in part(&self.all.plans, *number, &self.all.reviews, |row| row.reviews_end) {
                let at = At { census: at.census, line: review.line };
                reviews.entry(review.held).or_default().push((at, review));
            }
        }
        for (held, rows) in reviews {
            let id = id::review(&record, Some(held));
            let rows = self.one_a_census((Family::PlanReview, &id), "CPPreviewDate", &rows, &held.to_string());
            if let Some((at, _)) = rows.last() {
                self.record(PlanReview::new(id, self.child, record.as_str()).date(held), *at);
            }
        }
    }
}
