//! The workbook of Annex A of Ofsted's inspection of children's services: lists 1 and 3 to 9, from any `Read + Seek`.
//!
//! [`AnnexA::read`] reads the workbook; [`AnnexA::give_to`] gives its records and findings to a
//! [`Builder`]. A finding names file and sheet, row, child, column, value and rule.
//!
//! ```no_run
//! use std::fs::File;
//!
//! use csc_kpi::Dataset;
//! use csc_kpi::format::annex_a::{AnnexA, Recorded};
//!
//! let workbook = AnnexA::read("annex_a.xlsx", File::open("annex_a.xlsx")?)?;
//! println!("{}", workbook.recorded_share(Recorded::Placements, 3).unwrap());
//! let mut records = Dataset::builder();
//! workbook.give_to(&mut records);
//! let dataset = records.finish();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The workbook
//!
//! An Excel workbook (`.xlsx`). A sheet is a list by the number in its name: `List 3`, `list_3 Referrals`, `3 Referrals`; of
//! two sheets of one list the first is read. The header is the first row with the column `Child Unique ID`, below any title.
//!
//! Columns are found by name, in any order, whatever the case, the spaces and the punctuation, and whatever note follows
//! the name (`Date of Birth (DD/MM/YYYY)`); some other names are known, such as `Sex` for `Gender`. A column that a list
//! should have and has not is a finding. What is not read, sheets and columns, [`AnnexA::unread`] lists.
//!
//! Empty rows are passed over. A cell merged over several rows stands in each of them that holds anything else.
//!
//! # The values
//!
//! | value | is read as |
//! |---|---|
//! | nothing | empty cells, `#N/A`, `N/A`, `NULL` and `-` |
//! | date | a date of Excel (also of the 1904 calendar), its number in a cell without the format of a date (of the 1900 calendar), or a text `DD/MM/YYYY`, `YYYY-MM-DD`, `DD-MM-YYYY`, `DD.MM.YYYY`, `YYYY/MM/DD`, `YYYYMMDD`, `16 Sep 2020`, `16-Sep-2020`; a time after it does not count; from 1930 to 2099, since a year alone, such as 2012 for a birth, is the number of a day of 1905 |
//! | answer | without the letter before it: `a) Yes` is `Yes` |
//! | flag | `Yes`, `Y`, `TRUE`, `1`; `No`, `N`, `FALSE`, `0`; in any case |
//! | code | the code it begins with: `q) 6: Police`, `N1 - Abuse or Neglect`; for sex, category of abuse, eligibility, in touch and suitability the words too; any other text is kept as an unknown code |
//! | id | as written; a number without a decimal point |
//!
//! # The records
//!
//! The lists give children an id and nothing else.
//!
//! | list | record | its id |
//! |---|---|---|
//! | all | person, once a child; where lists differ the first counts ([`ListsDisagree`](crate::FindingRule::ListsDisagree)) | `Child Unique ID` |
//! | 1 contacts | none; [`AnnexA::contacts`] has them | |
//! | 3 referrals | referral | `C1/2021-10-06` |
//! | 4 assessments | assessment | `C1/A2021-10-08` |
//! | 5 section 47 and conferences | section 47 enquiry; a conference where it has a date | `C1/S2021-10-11`, `C1/S2021-10-11/ICPC` |
//! | 6 children in need | none of its own: primary need, closure and its reason of the referral of List 3 on the day the case started; [`AnnexA::cases`] has them all | |
//! | 7 child protection | plan; the latest review where it has a date | `C1/P2021-10-20`, `C1/P2021-10-20/R2022-01-12` |
//! | 8 looked after | one episode for the period, or two where the most recent placement began later: one up to it, of which no placement is known (ended by X1), and one from it; the placement; the current legal status | `C1/2021-11-01`, `C1/2022-01-04`; `C1/2022-01-04`; `C1/L2021-11-01` |
//! | 9 care leavers | care leaver status | the child |
//! | 8, 9 | an immigration status `UASC` without dates, where the answer is yes | |
//!
//! Two rows with one id: the first stays (of two referrals on one day the first that is not one of no further action), the
//! other is a finding ([`RepeatedId`](crate::FindingRule::RepeatedId)). What contradicts within a record (an end before a start,
//! a day twice) the [`Builder`] finds; such a finding names sheet, row and column too. When a case of List 6 was closed is part of
//! the referral, so that a finding about it names the row of List 3.
//!
//! A legal status or a placement of List 8 whose start is empty is no record, and a finding
//! ([`EmptyStart`](crate::FindingRule::EmptyStart)) where the row says more of it.
//!
//! A case of List 6 whose start is no referral of List 3 is no referral: List 3 has the referrals of the last six months only,
//! and older ones of children whose case is still open would stand for all the older ones.
//!
//! # Counts as recorded
//!
//! Some columns hold a count and nothing of what was counted. [`AnnexA::counts`] has them, and [`AnnexA::recorded_share`] makes
//! a figure of them that says that it is recorded, not calculated. The counts of referrals and placements are part of the
//! records too, as an [`AuthorityCount`](crate::record::AuthorityCount): the options *as recorded* of ECS 14a and NI 62 read
//! them, and the default rules set such records aside. The number of previous child protection plans is part of
//! the plan's record, and NI 65 reads it there.
//!
//! # What is supplied
//!
//! The lists [hold](Supply) the six months before the day on which the workbook was made, that day among them; some hold only that
//! day. The workbook does not say which day it is: tell it by [`AnnexA::made_on`], or it is taken to be the last day on
//! which anything in the lists began. What lacks the column that it needs is not held.
//!
//! | list | holds |
//! |---|---|
//! | all | persons |
//! | 3 referrals | of six months: referrals, decisions of no further action |
//! | 4 assessments | of six months: assessments |
//! | 5 section 47 and conferences | of six months: section 47 enquiries, initial child protection conferences with their enquiries |
//! | 7 child protection | of six months: plans, numbers of previous plans; no reviews, since it has only the latest |
//! | 8 looked after | of six months: looked-after episodes, which children are unaccompanied; of the day: placements, legal statuses, which episodes are short breaks by them |
//! | 9 care leavers | of the day: care leaver statuses |
//!
//! # What the lists cannot carry
//!
//! | indicator | carried |
//! |---|---|
//! | NI 68 | the referrals of the last six months, by the flag of no further action |
//! | NI 68 route | no: assessments and enquiries name no referral |
//! | ECS 14a | no: it looks back 12 months; `ECS 14a as recorded`, or `ECS 14a as recorded with itself` where the authority counts the referral too |
//! | ECS 138 | the assessments of the last six months, from their start; not from referral |
//! | ICPC 15 | the enquiries of the last six months; no target dates, no transfers in |
//! | NI 65 | yes, by the recorded number of previous plans; one that is empty is a finding ([`NoPreviousPlans`](crate::FindingRule::NoPreviousPlans)), and the plans of the list count |
//! | NI 65a | no: it looks back 24 months |
//! | NI 64 open, ECS 133 | yes, as at any day of the last six months |
//! | NI 64 ceased | plans that ended in the last six months |
//! | NI 67 | no: of the reviews there is only the latest |
//! | looked after | as at the day of the workbook; before it the legal statuses that make short breaks are not held |
//! | NI 62 | no: of the placements there is only the most recent; `NI 62 as recorded` |
//! | NI 63 | no: it looks back 30 months |
//! | care leavers | as at the day of the workbook |
//! | missing, interviews | no: no dates; [`Recorded::MissingEpisodes`] and [`Recorded::AbsentEpisodes`] as recorded |
//! | allocation (ECS 01b, ECS 02) | no: a worker has neither a number nor a start; the column is not read |
//! | sibling groups, legal statuses and placements before the current one | no |
//!
//! Lists 2 (early help), 10 (adoption) and 11 (adopters) have no records here.
//!
//! # Memory
//!
//! A sheet is read cell by cell, and kept as far as cells hold anything, whatever its dimensions claim.

mod answer;
mod list;
mod recorded;
mod rows;
mod sheet;
mod supply;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{Reader, Xlsx, XlsxError};
use chrono::NaiveDate;

pub use list::List;
pub use recorded::{Recorded, RecordedCount, RecordedShare};

use self::list::{Column, PERSON};
use self::rows::Reading;
use self::sheet::Sheet;
use crate::chronology::Headings;
use crate::measure::Ratio;
use crate::record::{ClosureReason, Coded, Family, PrimaryNeed, Record, ReferralSource};
use crate::{Builder, Finding, FindingRule, Supply};

/// What a workbook holds: records, counts as recorded, and what is wrong in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnnexA {
    records: Vec<AnnexARecord>,
    contacts: Vec<Contact>,
    cases: Vec<InNeedCase>,
    counts: Vec<RecordedCount>,
    findings: Vec<Finding>,
    unread: Vec<Unread>,
    rows: BTreeMap<List, u64>,
    /// Columns that a list should have and has not.
    lacking: BTreeSet<(List, Column)>,
    made_on: Option<NaiveDate>,
    /// Families that the host has from another form.
    left_out: Vec<Family>,
    sheets: BTreeMap<List, ReadSheet>,
}

/// The sheet of a list: where it stands, its last row, and what it calls its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ReadSheet {
    place: Arc<str>,
    rows: u32,
    headings: Headings,
}

/// A record, and the row it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnnexARecord {
    /// The list.
    pub list: List,
    /// The row in the sheet, the first is 1.
    pub row: u32,
    /// The record.
    pub record: Record,
}

/// A contact, of List 1; it is no referral.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// The row in the sheet, the first is 1.
    pub row: u32,
    /// The child.
    pub child: String,
    /// The day of the contact.
    pub date: NaiveDate,
    /// Who made contact.
    pub source: Option<Coded<ReferralSource>>,
}

/// The case of a child in need, of List 6.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InNeedCase {
    /// The row in the sheet, the first is 1.
    pub row: u32,
    /// The child.
    pub child: String,
    /// The day the case started.
    pub start: NaiveDate,
    /// The primary need.
    pub primary_need: Option<Coded<PrimaryNeed>>,
    /// The first day on which the case is closed; null while open.
    pub closed: Option<NaiveDate>,
    /// Why it was closed.
    pub closure_reason: Option<Coded<ClosureReason>>,
    /// The case status, as written.
    pub status: Option<String>,
}

/// A sheet, or a column of a sheet that is read, which no record takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unread {
    /// The name of the sheet.
    pub sheet: String,
    /// The name of the column; null for the whole sheet.
    pub column: Option<String>,
}

impl AnnexA {
    /// Reads the workbook. `file` is the name by which findings and errors know it.
    ///
    /// # Errors
    ///
    /// Where the source is no workbook, cannot be read on, or has none of the lists.
    pub fn read<R: Read + Seek>(file: impl Into<Arc<str>>, source: R) -> Result<Self, AnnexAError> {
        let file = file.into();
        // The crate that reads workbooks indexes by what the file says, and a broken one may make it panic.
        let read = catch_unwind(AssertUnwindSafe(|| sheets(source)));
        let (sheets, unread) = match read {
            Ok(Ok(read)) => read,
            Ok(Err(problem)) => return Err(AnnexAError { file, problem }),
            Err(_) => return Err(AnnexAError { file, problem: AnnexAProblem::Broken }),
        };
        if sheets.is_empty() {
            return Err(AnnexAError { file, problem: AnnexAProblem::NoList });
        }
        let mut reading = Reading::default();
        reading.annex.unread = unread;
        for (list, sheet) in sheets {
            reading.annex.rows.insert(list, 0);
            reading.sheet(&file, list, sheet);
        }
        Ok(reading.finish())
    }

    /// The records: list by list and row by row, then the persons and their immigration statuses.
    pub fn records(&self) -> &[AnnexARecord] {
        &self.records
    }

    /// The contacts of List 1.
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// The cases of List 6.
    pub fn cases(&self) -> &[InNeedCase] {
        &self.cases
    }

    /// The counts that the authority wrote down.
    pub fn counts(&self) -> &[RecordedCount] {
        &self.counts
    }

    /// What is wrong in the lists, but for what the [`Builder`] finds.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Sheets and columns that are not read.
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// How many rows with a child each list has; `None` where the workbook has no such list.
    pub fn rows(&self, list: List) -> Option<u64> {
        self.rows.get(&list).copied()
    }

    /// The share of rows in which the authority counted `at_least` so many: as recorded, not calculated. `None` where the
    /// workbook has no such list.
    ///
    /// The denominator has the rows with the count; of List 8 those of children who are still looked after. Whether the
    /// referral, enquiry or conference of the row is in its own count depends on the authority: where it is, a re-referral is
    /// `at_least` 2, else 1.
    pub fn recorded_share(&self, what: Recorded, at_least: u32) -> Option<RecordedShare> {
        self.rows(what.list())?;
        let counted = self.counts.iter().filter(|count| count.what == what && count.ceased.is_none());
        let (mut met, mut all) = (0, 0);
        for count in counted {
            all += 1;
            met += u64::from(count.count >= at_least);
        }
        Ratio::new(met, all).ok().map(|ratio| RecordedShare::new(what, at_least, ratio))
    }

    /// Says on which day it was made, which the workbook itself does not: the day up to which its lists are whole.
    ///
    /// What begins after it is a finding ([`AfterMade`](FindingRule::AfterMade)): the day is another, or what stands
    /// there is.
    #[must_use]
    pub fn made_on(mut self, day: NaiveDate) -> Self {
        self.made_on = Some(day);
        self.findings.retain(|finding| finding.rule != FindingRule::AfterMade);
        let after = supply::began_after(&self, day);
        self.findings.extend(after);
        self
    }

    /// The day on which it was made, as [told](AnnexA::made_on); else the last day on which anything in its lists began, which
    /// is that day or one before it. `None` where nothing did.
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        let began = self.records.iter().filter_map(|given| supply::began(&given.record));
        self.made_on.or_else(|| began.chain(self.contacts.iter().map(|contact| contact.date)).max())
    }

    /// What its lists hold, see the [module](self#what-is-supplied); nothing where no [day](AnnexA::day) is known.
    #[must_use]
    pub fn supply(&self) -> Supply {
        supply::of(self)
    }

    /// Gives records and findings to a builder, and says [what the lists hold](AnnexA::supply).
    pub fn give_to(self, records: &mut Builder) {
        records.begin_source(&self.supply());
        records.begin_form();
        for finding in self.findings {
            records.note(finding);
        }
        let mut files = BTreeMap::new();
        for (list, ReadSheet { place, rows, headings }) in self.sheets {
            files.insert(list, records.reserve_named(place, u64::from(rows), headings));
        }
        for AnnexARecord { list, row, record } in self.records {
            match files.get(&list) {
                Some(file) => records.push_reserved(record, *file, u64::from(row)),
                None => records.push(record),
            }
        }
        records.end_form();
        records.end_source();
    }

    /// Leaves out the records of these families and what is found in them: for a host that has them from another form, in
    /// which they have other ids and so would be counted twice. It does not [hold](AnnexA::supply) them then.
    ///
    /// Records of families that hang together, such as episodes and their placements, are best left out together.
    #[must_use]
    pub fn without(mut self, families: &[Family]) -> Self {
        self.made_on = self.day();
        self.left_out.extend_from_slice(families);
        self.records.retain(|given| !families.contains(&given.record.family()));
        self.findings.retain(|finding| !families.contains(&finding.family));
        self
    }
}

/// The sheets of lists by number, and the other sheets.
#[allow(clippy::type_complexity, reason = "read here, taken apart by the one caller")]
fn sheets<R: Read + Seek>(source: R) -> Result<(BTreeMap<List, Sheet>, Vec<Unread>), AnnexAProblem> {
    let mut workbook = Xlsx::new(source)?;
    let (mut sheets, mut unread) = (BTreeMap::new(), Vec::new());
    let is_header = |text: &str| PERSON.iter().any(|heading| heading.0 == Column::Child && heading.is(text));
    for name in workbook.sheet_names() {
        match List::of_sheet(&name).filter(|list| !sheets.contains_key(list)) {
            Some(list) => {
                let sheet = Sheet::read(&mut workbook, &name, is_header)
                    .map_err(|error| AnnexAProblem::Sheet(name.clone(), error))?;
                sheets.insert(list, sheet);
            }
            None => unread.push(Unread { sheet: name, column: None }),
        }
    }
    Ok((sheets, unread))
}

/// A workbook that cannot be read: which file, and why.
///
/// ```
/// use std::io::Cursor;
///
/// use csc_kpi::format::annex_a::{AnnexA, AnnexAProblem};
///
/// let error = AnnexA::read("annex_a.xlsx", Cursor::new("Child Unique ID,Gender")).unwrap_err();
/// assert!(matches!(error.problem, AnnexAProblem::NotAWorkbook(_)));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
#[non_exhaustive]
pub struct AnnexAError {
    /// The file.
    pub file: Arc<str>,
    /// What went wrong.
    #[source]
    pub problem: AnnexAProblem,
}

/// Why a workbook cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnnexAProblem {
    /// No workbook of Excel, or one with a password.
    #[error("it is no workbook that can be opened: {0}")]
    NotAWorkbook(#[from] XlsxError),
    /// A sheet that cannot be read to its end.
    #[error("the sheet {0:?} cannot be read: {1}")]
    Sheet(String, #[source] XlsxError),
    /// The parts of the workbook contradict each other.
    #[error("the parts of the workbook contradict each other")]
    Broken,
    /// No sheet is one of the lists.
    #[error("no sheet is list 1 or one of the lists 3 to 9")]
    NoList,
}
