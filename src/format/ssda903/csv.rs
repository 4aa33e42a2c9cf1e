//! One table from CSV.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use csv::ByteRecord;

use super::row::{Cell, Origin, Row, check, family};
use super::schema::Field;
use super::{CollectionYear, Ssda903Error, Table};
use crate::{Finding, FindingRule, ReturnsRule};

/// Stands as a row of its own after the last one, unless a quote before it is open. No UTF-8 text holds it.
const END: &[u8] = b"\xff\xfe the end";

/// Reads the rows of a table, and says how many there are, left out or not.
pub(super) fn read(
    table: Table,
    year: CollectionYear,
    file: &Arc<str>,
    source: impl Read,
    rows: &mut Vec<Row>,
    left_out: &mut Vec<Row>,
    findings: &mut Vec<Finding>,
) -> Result<u64, Ssda903Error> {
    let failed_after = |row| move |source| Ssda903Error::Unreadable { file: file.to_string(), row, source };
    let source = without_mark(source).map_err(failed_after(0))?;
    let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(source);
    let mut record = ByteRecord::new();
    csv.read_byte_record(&mut record).map_err(io_error).map_err(failed_after(0))?;
    let header = if record.get(0) == Some(END) { ByteRecord::new() } else { record.clone() };
    let mut notes = Notes { table, file, findings };
    if let Some(line) = open_quote(&record) {
        notes.note(1, line, line, FindingRule::OpenQuote);
        return Ok(0);
    }
    let positions = columns(&header, &mut notes);
    let mut at = 1;
    while csv.read_byte_record(&mut record).map_err(io_error).map_err(failed_after(at))? {
        if record.len() == 1 && record.get(0) == Some(END) {
            break;
        }
        at += 1;
        if let Some(line) = open_quote(&record) {
            let column = record.len().checked_sub(1).and_then(|last| header.get(last));
            notes.note(at, column.unwrap_or_default(), line, FindingRule::OpenQuote);
            break;
        }
        let cells: Vec<Cell<'_>> = positions
            .iter()
            .map(|position| position.and_then(|position| record.get(position)).map_or(Cell::Empty, Cell::Written))
            .collect();
        let before = notes.findings.len();
        match check(table, year, Origin { file: Arc::clone(file), row: at }, &cells, notes.findings) {
            Ok(row) => rows.push(row),
            Err(row) => left_out.push(row),
        }
        if record.len() < header.len() {
            notes.note_lack(at, &positions, record.len(), before);
        }
        if let Some(more) = record.iter().skip(header.len()).find(|more| !more.trim_ascii().is_empty()) {
            notes.note(at, b"", more, FindingRule::LongRow);
        }
    }
    Ok(at - 1)
}

/// Takes the findings of one file.
struct Notes<'a> {
    table: Table,
    file: &'a Arc<str>,
    findings: &'a mut Vec<Finding>,
}

impl Notes<'_> {
    fn note(&mut self, row: u64, column: &[u8], value: &[u8], rule: FindingRule) {
        let [column, value] = [column, value].map(|bytes| String::from_utf8_lossy(bytes.trim_ascii()).into_owned());
        let finding = Finding::new(family(self.table), column, value, rule).in_row(Some(row));
        self.findings.push(finding.in_file(Some(Arc::clone(self.file))));
    }

    /// Notes the first column that a row is too short for, of those that have no finding of the row yet.
    fn note_lack(&mut self, row: u64, positions: &[Option<usize>], cells: usize, before: usize) {
        let noted = self.findings.get(before..).unwrap_or_default();
        let first = self
            .table
            .fields()
            .iter()
            .zip(positions)
            .filter(|(field, position)| {
                position.is_some_and(|position| position >= cells) && noted.iter().all(|f| f.field != field.name)
            })
            .min_by_key(|(_, position)| **position);
        if let Some((field, _)) = first {
            self.note(row, field.name.as_bytes(), b"", FindingRule::ShortRow);
        }
    }
}

/// Where each column of the table stands, and what is wrong with the header.
fn columns(header: &ByteRecord, notes: &mut Notes<'_>) -> Vec<Option<usize>> {
    let mut positions = vec![None; notes.table.fields().len()];
    for (at, written) in header.iter().enumerate() {
        let name = written.trim_ascii();
        let column = |is: &dyn Fn(&Field) -> bool| notes.table.fields().iter().position(is);
        let exact = column(&|field| field.name.as_bytes().eq_ignore_ascii_case(name));
        let found = exact.or_else(|| column(&|field| nearly(name, field.name)));
        match found.and_then(|found| Some((found, positions.get_mut(found)?))) {
            Some((_, position @ None)) => {
                *position = Some(at);
                if exact.is_none() {
                    notes.note(1, written, written, ReturnsRule::RenamedColumn.into());
                }
            }
            Some((found, Some(_))) => {
                let column = notes.table.fields().get(found).map(|field| field.name).unwrap_or_default();
                notes.note(1, column.as_bytes(), written, FindingRule::RepeatedColumn);
            }
            None if name.is_empty() => {}
            None => notes.note(1, written, written, ReturnsRule::NotOfTheYear.into()),
        }
    }
    for (field, _) in notes.table.fields().iter().zip(&positions).filter(|(_, position)| position.is_none()) {
        notes.note(1, field.name.as_bytes(), b"", FindingRule::MissingColumn);
    }
    positions
}

/// Whether `written` is the column under another name: with other signs between the letters, or by the name of the XML form.
fn nearly(written: &[u8], column: &str) -> bool {
    let letters = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase).collect()
    };
    let written = letters(written);
    written == letters(column.as_bytes())
        || matches!(
            (written.as_slice(), column),
            (b"CHILDID", "CHILD") | (b"PL", "PLACE") | (b"GENDER", "SEX") | (b"ETHNICITY", "ETHNIC")
        )
}

/// The first line of a cell whose quote took in the end of the file.
fn open_quote(record: &ByteRecord) -> Option<&[u8]> {
    let last = record.iter().next_back().filter(|last| last.ends_with(END) && *last != END)?;
    last.split(|byte| *byte == b'\n').next()
}

/// A source without the byte order mark before it, and with [`END`] after it on a line of its own.
fn without_mark(source: impl Read) -> io::Result<impl Read> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    let mut source = Patient(source);
    let mut front = Vec::with_capacity(MARK.len());
    source.by_ref().take(MARK.len() as u64).read_to_end(&mut front)?;
    if front == MARK {
        front.clear();
    }
    Ok(Cursor::new(front).chain(source).chain(&b"\n"[..]).chain(END))
}

/// A source that reads on after an interruption, which is no failure.
struct Patient<R>(R);

impl<R: Read> Read for Patient<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

/// Bytes and rows of any length are never at fault, so the error is the source's own.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
