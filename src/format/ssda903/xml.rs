//! A whole return from XML, child by child.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::row::{Cell, Origin, Row, check, family};
use super::{CollectionYear, Ssda903Error, Table};
use crate::{Finding, FindingRule, ReturnsRule};

/// The tables that stand in the header of a child, one element for each cell, not in a group of their own.
const IN_HEADER: [Table; 4] = [Table::Header, Table::Uasc, Table::Oc3, Table::Ad1];

/// The element that says whether a child is an unaccompanied asylum seeking one; no column of a table.
const UASC: &str = "UASC";

/// Reads a return, and says how many children it has.
pub(super) fn read(
    year: CollectionYear,
    file: &Arc<str>,
    source: impl Read,
    rows: &mut Vec<Row>,
    left_out: &mut Vec<Row>,
    findings: &mut Vec<Finding>,
) -> Result<u64, Ssda903Error> {
    let mut xml = Reader::from_reader(Lines { source: BufReader::new(source), line: 1 });
    let mut buffer = Vec::new();
    let mut open: Vec<Element> = Vec::new();
    let mut groups: Vec<Element> = Vec::new();
    let mut clerk = Clerk { year, file, rows, left_out, findings, strange: BTreeSet::new() };
    let mut children = 0;
    let mut seen = false;
    loop {
        buffer.clear();
        let line = xml.get_ref().line;
        let event = xml.read_event_into(&mut buffer).map_err(|error| failed(file, line, error))?;
        let malformed =
            |message: &str| Ssda903Error::Malformed { file: file.to_string(), line, message: message.into() };
        let at_an_end = match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                let name = start.local_name().as_ref().to_ascii_uppercase();
                if open.is_empty() && (seen || !name.contains("SSDA903")) {
                    return Err(Ssda903Error::NotAReturn { file: file.to_string(), root: name });
                }
                seen = true;
                open.push(Element { name, line, text: String::new(), cells: Vec::new(), holds: false });
                matches!(event, Event::Empty(_))
            }
            Event::End(_) => true,
            Event::Text(piece) => add(&mut open, &piece.xml10_content()),
            Event::CData(piece) => add(&mut open, &piece.xml10_content()),
            Event::GeneralRef(entity) => {
                let character = entity.resolve_char_ref().map_err(|error| failed(file, line, error))?;
                let text = match (character, &*entity) {
                    (Some(character), _) => character,
                    (None, "amp") => '&',
                    (None, "lt") => '<',
                    (None, "gt") => '>',
                    (None, "apos") => '\'',
                    (None, "quot") => '"',
                    (None, _) => return Err(malformed("an entity that XML does not define")),
                };
                add(&mut open, text.encode_utf8(&mut [0; 4]))
            }
            Event::DocType(_) => return Err(Ssda903Error::DocumentType { file: file.to_string(), line }),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => false,
            Event::Eof if !open.is_empty() => return Err(malformed("the file ends within an element")),
            Event::Eof if !seen => return Err(malformed("there is no element")),
            Event::Eof => return Ok(children),
        };
        let closed = if at_an_end { open.pop() } else { None };
        let Some(element) = closed else { continue };
        let depth = open.len();
        let is_row = table_named(&element.name).is_some();
        let is_group = element.holds || is_row || element.name == "HEADER" || (depth == 1 && element.name == "CHILD");
        if is_group && !element.text.trim().is_empty() {
            let table = table_of(&element).unwrap_or(Table::Header);
            clerk.note(table, &element, &element.name, element.text.trim(), FindingRule::UnexpectedElement);
        }
        if depth == 1 {
            if element.name == "CHILD" {
                children += 1;
                clerk.child(&element, &std::mem::take(&mut groups));
            } else {
                clerk.note_strange(&element, &element.name);
            }
        } else if let Some(parent) = open.last_mut() {
            parent.holds = true;
            if !element.holds && !is_row {
                parent.cells.push((element.name, element.text));
            } else if depth == 2 && element.name == "HEADER" {
                parent.cells.extend(element.cells);
            } else {
                groups.push(element);
            }
        }
    }
}

/// Adds a piece of text to the element that is open; that closes nothing.
fn add(open: &mut [Element], text: &str) -> bool {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
    false
}

fn failed(file: &Arc<str>, line: u64, error: quick_xml::Error) -> Ssda903Error {
    match error {
        quick_xml::Error::Io(source) => Ssda903Error::Unreadable {
            file: file.to_string(),
            row: line,
            source: io::Error::new(source.kind(), source.to_string()),
        },
        other => Ssda903Error::Malformed { file: file.to_string(), line, message: other.to_string() },
    }
}

/// A source that counts the lines that have been read.
struct Lines<R> {
    source: BufReader<R>,
    line: u64,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let filled = self.fill_buf()?;
        let count = filled.len().min(buffer.len());
        buffer.iter_mut().zip(filled).for_each(|(to, from)| *to = *from);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.source.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        let read = self.source.buffer().get(..count).unwrap_or_default();
        self.line += read.split(|byte| *byte == b'\n').skip(1).map(|_| 1).sum::<u64>();
        self.source.consume(count);
    }
}

/// An element that is open, or a row of its own.
struct Element {
    name: String,
    line: u64,
    text: String,
    /// The elements in it that hold none themselves: name and text.
    cells: Vec<(String, String)>,
    /// Whether it holds an element.
    holds: bool,
}

impl Element {
    /// What stands in the first of the cells of these names.
    fn cell(&self, names: &[&str]) -> Option<&[u8]> {
        self.cells.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, text)| text.as_bytes())
    }

    /// The id of the child, where it says one.
    fn child(&self) -> String {
        self.cell(names("CHILD")).map(String::from_utf8_lossy).unwrap_or_default().trim().to_owned()
    }
}

/// The name of the element that holds a column.
fn names(column: &'static str) -> &'static [&'static str] {
    match column {
        "CHILD" => &["CHILDID", "CHILD"],
        "PLACE" => &["PL", "PLACE"],
        _ => &[],
    }
}

fn is_named(column: &'static str, name: &str) -> bool {
    column == name || names(column).contains(&name)
}

/// Whether the column is one that a header says for all rows of its child.
fn is_inherited(column: &str) -> bool {
    matches!(column, "CHILD" | "DOB" | "SEX")
}

/// The table whose rows stand in elements of this name.
fn table_named(name: &str) -> Option<Table> {
    match name {
        "EPISODE" => Some(Table::Episodes),
        "AREVIEW" => Some(Table::Reviews),
        "AMISSING" => Some(Table::Missing),
        "OC2" => Some(Table::Oc2),
        "PERMANENCE" => Some(Table::PreviousPermanence),
        "AD_PLACED" => Some(Table::PlacedForAdoption),
        _ => None,
    }
}

/// The table of a row that stands in an element of its own.
fn table_of(group: &Element) -> Option<Table> {
    let has = |table: &Table| {
        let mut own = table.columns().filter(|column| !is_inherited(column));
        own.any(|column| group.cells.iter().any(|(name, _)| is_named(column, name)))
    };
    table_named(&group.name).or_else(|| Table::ALL.into_iter().find(has))
}

/// Takes the rows and the findings of one file.
struct Clerk<'a> {
    year: CollectionYear,
    file: &'a Arc<str>,
    rows: &'a mut Vec<Row>,
    left_out: &'a mut Vec<Row>,
    findings: &'a mut Vec<Finding>,
    /// The names of the elements that no table knows, noted once each.
    strange: BTreeSet<String>,
}

impl Clerk<'_> {
    fn child(&mut self, child: &Element, groups: &[Element]) {
        let is_uasc = self.is_uasc(child);
        for table in IN_HEADER {
            let own = |(name, text): &(String, String)| {
                !text.trim().is_empty() && table.columns().any(|column| !is_inherited(column) && is_named(column, name))
            };
            if table == Table::Header || child.cells.iter().any(own) || (table == Table::Uasc && is_uasc) {
                self.row(table, child, child);
            }
        }
        let known = |name: &str| {
            name == UASC
                || IN_HEADER.iter().any(|table| table.columns().any(|column| is_named(column, name)))
                || name == "HEADER"
        };
        self.names(child, known);
        for group in groups {
            if let Some(table) = table_of(group) {
                self.row(table, group, child);
                self.names(group, |name| table.columns().any(|column| is_named(column, name)));
            } else {
                self.note_strange(group, &group.name);
            }
        }
    }

    /// Whether the header says that the child is an unaccompanied asylum seeking one.
    fn is_uasc(&mut self, child: &Element) -> bool {
        let written = child.cell(&[UASC]).unwrap_or_default().trim_ascii();
        match written {
            b"1" => true,
            b"" => false,
            b"0" => {
                if child.cell(&["DUC"]).is_some_and(|end| !end.trim_ascii().is_empty()) {
                    self.note(Table::Uasc, child, UASC, "0", ReturnsRule::NotUnaccompanied.into());
                }
                false
            }
            _ => {
                self.note(Table::Uasc, child, UASC, &String::from_utf8_lossy(written), FindingRule::UnknownFlag);
                false
            }
        }
    }

    fn row(&mut self, table: Table, element: &Element, child: &Element) {
        let cell = |column: &'static str| {
            let names = [&[column], names(column)].concat();
            let own = element.cell(&names);
            let said_before = is_inherited(column) && table != Table::Header;
            match own {
                Some(text) if !said_before => Cell::Written(text),
                Some(text) if !std::ptr::eq(element, child) => Cell::Written(text),
                _ if said_before => child.cell(&names).map_or(Cell::Empty, Cell::Inherited),
                _ => Cell::Empty,
            }
        };
        let cells: Vec<Cell<'_>> = table.columns().map(cell).collect();
        let origin = Origin { file: Arc::clone(self.file), row: element.line };
        match check(table, self.year, origin, &cells, self.findings) {
            Ok(row) => self.rows.push(row),
            Err(row) => self.left_out.push(row),
        }
    }

    /// Notes the elements that come twice, and those that no table knows.
    fn names(&mut self, element: &Element, known: impl Fn(&str) -> bool) {
        let (table, child) = (table_of(element).unwrap_or(Table::Header), element.child());
        let mut seen = BTreeSet::new();
        for (name, text) in &element.cells {
            if !known(name) {
                self.note_strange(element, name);
            } else if !seen.insert(name) {
                self.note_of(&child, table, element.line, name, text, FindingRule::RepeatedColumn);
            }
        }
    }

    fn note_strange(&mut self, element: &Element, name: &str) {
        if self.strange.insert(name.to_owned()) {
            self.note(Table::Header, element, name, name, ReturnsRule::NotOfTheYear.into());
        }
    }

    fn note(&mut self, table: Table, element: &Element, field: &str, value: &str, rule: FindingRule) {
        self.note_of(&element.child(), table, element.line, field, value, rule);
    }

    fn note_of(&mut self, child: &str, table: Table, line: u64, field: &str, value: &str, rule: FindingRule) {
        let finding = Finding::new(family(table), field, value, rule).in_row(Some(line)).of("", child);
        self.findings.push(finding.in_file(Some(Arc::clone(self.file))));
    }
}
