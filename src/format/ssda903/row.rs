//! Rows whose cells are checked, and what is wrong in them.

use std::sync::Arc;

use chrono::NaiveDate;

use super::schema::{Field, Kind, Need};
use super::{CollectionYear, Table};
use crate::calendar::Moment;
use crate::record::{Coded, Family, StatutoryCode};
use crate::{Finding, FindingRule, ReturnsRule};

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) file: Arc<str>,
    pub(super) row: u64,
}

/// A cell as it stands in the file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Cell<'a> {
    /// There is no such cell.
    #[default]
    Empty,
    Written(&'a [u8]),
    /// Said once for several rows; what is wrong in it is noted where it is said.
    Inherited(&'a [u8]),
}

impl<'a> Cell<'a> {
    pub(super) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Empty => b"",
            Self::Written(bytes) | Self::Inherited(bytes) => bytes,
        }
    }
}

/// What a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Empty,
    /// Something that is not read.
    Unread,
    Text(String),
    Day(NaiveDate),
    Code(&'static str),
}

/// A row of which every cell is checked.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) table: Table,
    pub(super) at: Origin,
    pub(super) child: String,
    /// In the order of the columns of the table.
    pub(super) values: Vec<Value>,
}

impl Row {
    fn value(&self, column: &str) -> &Value {
        self.table.position(column).and_then(|at| self.values.get(at)).unwrap_or(&Value::Empty)
    }

    pub(super) fn day(&self, column: &str) -> Option<NaiveDate> {
        match self.value(column) {
            Value::Day(day) => Some(*day),
            _ => None,
        }
    }

    /// A text, or the letters of a code.
    pub(super) fn text(&self, column: &str) -> Option<&str> {
        match self.value(column) {
            Value::Text(text) => Some(text),
            Value::Code(letters) => Some(letters),
            Value::Day(_) | Value::Empty | Value::Unread => None,
        }
    }

    pub(super) fn code<C: StatutoryCode>(&self, column: &str) -> Option<Coded<C>> {
        self.text(column).map(Coded::read)
    }

    /// Whether anything stands in the cell, be it unreadable.
    pub(super) fn is_filled(&self, column: &str) -> bool {
        *self.value(column) != Value::Empty
    }

    /// The value as findings show it.
    pub(super) fn shown(&self, column: &str) -> String {
        match self.value(column) {
            Value::Empty | Value::Unread => String::new(),
            Value::Text(text) => text.clone(),
            Value::Day(day) => day.to_string(),
            Value::Code(letters) => (*letters).to_owned(),
        }
    }

    /// Whether another row says the same in a column: capitals in place names and numbers, and spaces in postcodes, do not count.
    pub(super) fn says_the_same(&self, column: &str, other: &Self) -> bool {
        match column {
            "PL_POST" | "HOME_POST" => {
                let letters = |row: &Self| -> String {
                    let shown = row.shown(column);
                    shown.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_uppercase).collect()
                };
                letters(self) == letters(other)
            }
            "URN" => self.shown(column).to_uppercase() == other.shown(column).to_uppercase(),
            _ => self.shown(column) == other.shown(column),
        }
    }

    /// A finding in this row.
    pub(super) fn finding(&self, column: &str, rule: impl Into<FindingRule>) -> Finding {
        finding(self.table, &self.at, &self.child, column, self.shown(column), rule.into())
    }
}

fn finding(table: Table, at: &Origin, child: &str, column: &str, value: String, rule: FindingRule) -> Finding {
    Finding::new(family(table), column, value, rule)
        .in_file(Some(Arc::clone(&at.file)))
        .in_row(Some(at.row))
        .of("", child)
}

/// The family of the records that the rows of a table become; rows that become none are about the person.
pub(super) const fn family(table: Table) -> Family {
    match table {
        Table::Episodes => Family::LookedAfterEpisode,
        Table::Uasc => Family::ImmigrationStatus,
        Table::Missing => Family::MissingEpisode,
        Table::Oc3 => Family::CareLeaverStatus,
        Table::SocialWorkers => Family::Involvement,
        Table::Header
        | Table::Oc2
        | Table::Ad1
        | Table::PlacedForAdoption
        | Table::PreviousPermanence
        | Table::Reviews => Family::Person,
    }
}

/// Checks the cells of a row, which come in the order of the columns of the table; an error holds a row that is left out.
pub(super) fn check(
    table: Table,
    year: CollectionYear,
    at: Origin,
    cells: &[Cell<'_>],
    findings: &mut Vec<Finding>,
) -> Result<Row, Row> {
    let cell = |position: usize| cells.get(position).copied().unwrap_or_default();
    let child = std::str::from_utf8(cell(0).bytes()).map(str::trim).unwrap_or_default();
    let mut left_out = false;
    let mut values = Vec::with_capacity(table.fields().len());
    for (position, field) in table.fields().iter().enumerate() {
        let cell = cell(position);
        let (value, fault) = match read(field, year, cell) {
            Ok((value, fault)) => (value, fault),
            Err(rule) => {
                left_out |= matches!(field.need, Need::Required | Need::Readable);
                (if cell.bytes().trim_ascii().is_empty() { Value::Empty } else { Value::Unread }, Some(rule))
            }
        };
        let quiet = matches!(cell, Cell::Inherited(_)) && field.need != Need::Required;
        if let Some(rule) = fault.filter(|_| !quiet) {
            let written = String::from_utf8_lossy(cell.bytes()).into_owned();
            findings.push(finding(table, &at, child, field.name, written, rule));
        }
        values.push(value);
    }
    let row = Row { table, at, child: child.to_owned(), values };
    if left_out { Err(row) } else { Ok(row) }
}

/// What a cell says, and what is wrong in it though it is read; an error where it is not read.
fn read(field: &Field, year: CollectionYear, cell: Cell<'_>) -> Result<(Value, Option<FindingRule>), FindingRule> {
    let text = std::str::from_utf8(cell.bytes()).map_err(|_| FindingRule::NotUtf8)?.trim();
    if text.is_empty() {
        return match (field.need, field.invalid) {
            (Need::MayBeEmpty | Need::Readable, _) => Ok((Value::Empty, None)),
            (Need::Required, rule) => Err(rule),
            (Need::NotEmpty, rule @ FindingRule::Ssda903(_)) => Ok((Value::Empty, Some(rule))),
            (Need::NotEmpty, _) => Ok((Value::Empty, Some(ReturnsRule::Empty.into()))),
        };
    }
    match field.kind {
        Kind::Text => Ok((Value::Text(text.to_owned()), None)),
        Kind::Day => match text.parse::<Moment>() {
            Ok(moment) => Ok((Value::Day(moment.date()), None)),
            Err(_) => Err(field.invalid),
        },
        Kind::Number(least, greatest) => {
            let number = text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse().unwrap_or(u32::MAX));
            match number {
                Some(number) if (least..=greatest).contains(&number) => Ok((Value::Text(text.to_owned()), None)),
                _ => Err(field.invalid),
            }
        }
        Kind::Code(codes) => {
            let known = codes.iter().find(|code| code.letters.eq_ignore_ascii_case(text)).ok_or(field.invalid)?;
            let fault = (!known.is_of(year)).then(|| ReturnsRule::CodeOfAnotherYear.into());
            Ok((Value::Code(known.letters), fault))
        }
    }
}
