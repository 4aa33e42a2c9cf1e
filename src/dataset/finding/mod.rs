//! Data-quality findings: what was wrong, where, and what became of it.

mod cin_census;
mod national;
mod report;
mod ssda903;
mod touch;

pub use cin_census::CinRule;
pub use report::{ChildFindings, FindingsReport, IndicatorFindings, RuleFindings};
pub use ssda903::{ReturnsRule, Ssda903Rule};
pub use touch::Reads;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::record::Family;

/// What a finding does to figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A record or a unit is in no figure, although it may belong there.
    BlocksFigure,
    /// A unit is counted, and may be counted wrongly.
    MayChangeFigure,
    /// Figures stand as they are.
    ForInformation,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BlocksFigure => "blocks a figure",
            Self::MayChangeFigure => "may change a figure",
            Self::ForInformation => "for information",
        })
    }
}

/// The rules a record can break, and what then happens.
///
/// Source: the conventions of the Standard Safeguarding Dataset and of the statutory returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingRule {
    /// A date in none of the forms; the row is left out.
    UnreadableDate,
    /// A date in none of the forms that no figure needs; read as empty.
    DateReadAsEmpty,
    /// Bytes that are no UTF-8 text; a row whose id, person or date it hits is left out, else the cell is read as empty.
    NotUtf8,
    /// No record id; the row is left out.
    EmptyId,
    /// A record id that an earlier row has; the row is left out.
    RepeatedId,
    /// No person id; the row is left out.
    EmptyPerson,
    /// No start date where the record needs one; the row is left out.
    EmptyStart,
    /// A flag that is none of the values listed; read as empty.
    UnknownFlag,
    /// A code the statutory list does not know; kept as written, equal to none of the codes a rule names.
    UnknownCode,
    /// A number that is not whole digits; read as empty.
    NotANumber,
    /// A column that the table should have; its cells are empty.
    MissingColumn,
    /// A column name that comes twice; the first is read.
    RepeatedColumn,
    /// A row with fewer cells than the header; the cells that are not there are empty.
    ShortRow,
    /// A row with more cells than the header, the others not empty; they are not read.
    LongRow,
    /// A quote that is not closed takes up all that follows in the file; its row is left out.
    OpenQuote,
    /// The end is before the start; the record is left out of every rule.
    EndBeforeStart,
    /// Authorised before its start; excluded in ECS 138.
    AuthorisedBeforeStart,
    /// A reference to a record that is not there; the reference is empty.
    NoSuchRecord,
    /// A person without a person record; the id still identifies the child, of whom nothing else is known.
    NoSuchPerson,
    /// Looked-after episodes of one child that overlap; each is cut at the next one's start.
    OverlappingEpisodes,
    /// Two plans of one child open at once; both stay.
    OverlappingPlans,
    /// A child looked after or on a plan without a date of birth; counts as under every age limit.
    NoDateOfBirth,
    /// A conference, not a transfer-in, before its enquiry; excluded in ICPC 15.
    ConferenceBeforeEnquiry,
    /// A review on or before the start of its plan; left out of NI 67.
    ReviewNotAfterStart,
    /// An interview offered and accepted without a date of completion; excepted in WRI 72h.
    CompletedWithoutDate,
    /// A date of completion of an interview that was not accepted; not a completion.
    CompletionNotAccepted,
    /// Something that begins after the death of the person; it stays.
    AfterDeath,
    /// A looked-after episode or a plan that goes on after the death of the person; it stays, and is counted.
    OpenAfterDeath,
    /// A looked-after episode or a plan that begins on or after the person's 18th birthday: that day or the date of birth is
    /// wrong. It stays; looked-after children are counted up to that birthday.
    AdultAtStart,
    /// A looked-after episode that begins before the person's date of birth: either is wrong. It stays, and is counted.
    BeforeBirth,
    /// A review that names no plan; no rule reads it.
    NoPlanNamed,
    /// A day outside the table of bank holidays; the unit is excluded.
    OutsideBankHolidays,
    /// An element or a text that the form does not have in this place; it is not read.
    UnexpectedElement,
    /// An element that comes twice where the form has it once; the first is read.
    RepeatedElement,
    /// A later return says otherwise; the later one counts.
    ChangedLater,
    /// Open at the end of a return and not in a later one; it ends on the first day after the last return that has it.
    MissingLater,
    /// A record of a workbook that begins after the day on which it is said to be made; it stays.
    AfterMade,
    /// No number of previous plans where a list has it in the place of the plans; only plans in the records count.
    NoPreviousPlans,
    /// A list of one workbook says otherwise than a list before it; the earlier one counts.
    ListsDisagree,
    /// A rule of the national validation of the looked-after children return.
    Ssda903(Ssda903Rule),
    /// What looked-after children returns read side by side say of each other.
    Ssda903Returns(ReturnsRule),
    /// A rule of the national validation of the children in need census.
    CinCensus(CinRule),
}

impl FindingRule {
    /// What is wrong and what becomes of it, in a sentence without a full stop.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::UnreadableDate => "is no date; the row is left out",
            Self::DateReadAsEmpty => "is no date; read as empty",
            Self::NotUtf8 => "is no UTF-8 text",
            Self::EmptyId => "no id; the row is left out",
            Self::RepeatedId => "an earlier row has this id; the row is left out",
            Self::EmptyPerson => "no person; the row is left out",
            Self::EmptyStart => "no start date; the row is left out",
            Self::UnknownFlag => "is none of the flags listed; read as empty",
            Self::UnknownCode => "is no code of the statutory list; it equals none that a rule names",
            Self::NotANumber => "is no whole number; read as empty",
            Self::MissingColumn => "the table has no such column; its cells are empty",
            Self::RepeatedColumn => "the header names it twice; the first is read",
            Self::ShortRow => "the row has fewer cells than the header; those are empty",
            Self::LongRow => "the row has more cells than the header; they are not read",
            Self::OpenQuote => "opens a quote that is never closed; this row and all after it are not read",
            Self::EndBeforeStart => "is before the start; the record is left out of every rule",
            Self::AuthorisedBeforeStart => "is before the start; excluded from the assessment timescale",
            Self::NoSuchPerson => "names a person without a person record; the child is counted, nothing else is known",
            Self::NoSuchRecord => "names a record that is not there; the reference is empty",
            Self::OverlappingEpisodes => "overlaps the next episode; cut where that begins",
            Self::OverlappingPlans => "is open at once with another plan; both stay",
            Self::NoDateOfBirth => "looked after or on a plan without a date of birth; under every age limit",
            Self::ConferenceBeforeEnquiry => "is before its section 47 enquiry; excluded",
            Self::ReviewNotAfterStart => "is on or before the start of its plan; left out",
            Self::CompletedWithoutDate => "interview accepted without a date of completion; excepted within 72 hours",
            Self::CompletionNotAccepted => "completed, yet not offered and accepted; no completion",
            Self::AfterDeath => "begins after the death of the person; it stays",
            Self::OpenAfterDeath => "goes on after the death of the person; it stays and is counted",
            Self::AdultAtStart => "begins on or after the 18th birthday; it stays, no child looked after from then on",
            Self::BeforeBirth => "begins before the date of birth; it stays and is counted",
            Self::NoPlanNamed => "names no plan; no rule reads the review",
            Self::OutsideBankHolidays => "leads outside the table of bank holidays; the unit is excluded",
            Self::UnexpectedElement => "the form has no such element or text in this place; it is not read",
            Self::RepeatedElement => "comes twice where the form has it once; the first is read",
            Self::ChangedLater => "a later return says otherwise; the later one counts",
            Self::MissingLater => {
                "open at the end of this return and not in a later one; it ends on the day after this one"
            }
            Self::AfterMade => "begins after the day on which the workbook is said to be made; it stays",
            Self::NoPreviousPlans => "no number of previous plans; only plans in the records count",
            Self::ListsDisagree => "a list before it says otherwise; that counts",
            Self::Ssda903(rule) => rule.text(),
            Self::Ssda903Returns(rule) => rule.text(),
            Self::CinCensus(rule) => rule.text(),
        }
    }

    /// Whether it is a rule of a national validation. Of those a cell can break several; of the others it has one finding.
    #[must_use]
    pub const fn is_national(self) -> bool {
        matches!(self, Self::Ssda903(_) | Self::CinCensus(_))
    }

    /// The number by which the national validation knows it, where it is one of its rules.
    #[must_use]
    pub const fn number(self) -> Option<&'static str> {
        match self {
            Self::Ssda903(rule) => Some(rule.number()),
            Self::CinCensus(rule) => Some(rule.number()),
            _ => None,
        }
    }

    /// The statutory collection in whose national validation it has that number.
    #[must_use]
    pub const fn collection(self) -> Option<&'static str> {
        match self {
            Self::Ssda903(_) => Some("SSDA903"),
            Self::CinCensus(_) => Some("CIN census"),
            _ => None,
        }
    }

    /// What it does to figures.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::UnreadableDate
            | Self::EmptyId
            | Self::RepeatedId
            | Self::EmptyPerson
            | Self::EmptyStart
            | Self::OpenQuote
            | Self::EndBeforeStart
            | Self::AuthorisedBeforeStart
            | Self::ConferenceBeforeEnquiry
            | Self::CompletedWithoutDate
            | Self::OutsideBankHolidays => Severity::BlocksFigure,
            Self::NotUtf8
            | Self::UnknownFlag
            | Self::UnknownCode
            | Self::NotANumber
            | Self::MissingColumn
            | Self::ShortRow
            | Self::NoSuchRecord
            | Self::NoSuchPerson
            | Self::OverlappingEpisodes
            | Self::OverlappingPlans
            | Self::NoDateOfBirth
            | Self::OpenAfterDeath
            | Self::AdultAtStart
            | Self::BeforeBirth
            | Self::NoPlanNamed
            | Self::ReviewNotAfterStart
            | Self::CompletionNotAccepted
            | Self::RepeatedElement
            | Self::ChangedLater
            | Self::MissingLater
            | Self::AfterMade
            | Self::NoPreviousPlans
            | Self::ListsDisagree => Severity::MayChangeFigure,
            Self::DateReadAsEmpty
            | Self::RepeatedColumn
            | Self::LongRow
            | Self::AfterDeath
            | Self::UnexpectedElement => Severity::ForInformation,
            Self::Ssda903(rule) => rule.severity(),
            Self::Ssda903Returns(rule) => rule.severity(),
            Self::CinCensus(rule) => rule.severity(),
        }
    }
}

/// One thing wrong with one cell: file, table, row, record, field, value and rule.
///
/// Findings are ordered by table, file, row, record and field. The row counts from the header as row 1, in XML it is the line;
/// records that came from no file have none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The family of the record, and so its table.
    pub family: Family,
    /// The file, where the reader was told its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<str>>,
    /// The row in its file, the header is row 1; in XML the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The id of the record, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The person, where the record names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The column or element it stands in.
    pub field: String,
    /// The value: what a reader could not read as written; dates that could be read in the form `YYYY-MM-DD`.
    pub value: String,
    /// What it breaks.
    pub rule: FindingRule,
}

impl Finding {
    /// That `value` in `field` of a record of `family` breaks `rule`.
    #[must_use]
    pub fn new(family: Family, field: impl Into<String>, value: impl Into<String>, rule: FindingRule) -> Self {
        Self {
            family,
            file: None,
            row: None,
            record: None,
            person: None,
            field: field.into(),
            value: value.into(),
            rule,
        }
    }

    /// In this row of the file; `None` for a record that came from no file.
    #[must_use]
    pub fn in_row(mut self, row: Option<u64>) -> Self {
        self.row = row;
        self
    }

    /// In this file.
    #[must_use]
    pub fn in_file(mut self, file: Option<Arc<str>>) -> Self {
        self.file = file;
        self
    }

    /// What it does to figures.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// In the record with this id, of this person; empty texts are none.
    #[must_use]
    pub fn of(mut self, record: &str, person: &str) -> Self {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        self.record = given(record);
        self.person = given(person);
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => f.write_str(file)?,
            None => f.write_str(self.family.table())?,
        }
        if let Some(row) = self.row {
            write!(f, " row {row}")?;
        }
        if let Some(record) = &self.record {
            write!(f, " ({} {record})", self.family)?;
        }
        write!(f, ", {} {:?}: {}", self.field, self.value, self.rule.text())
    }
}
