//! Elements of an XML text, a small tree at a time, with a bound on everything that is kept.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{CinCensusError, CinCensusProblem, limit};

/// The elements of the form, as the schemas write them. They are read whatever the case of their letters.
const KNOWN: &[&str] = &[
    "Message",
    "Header",
    "CollectionDetails",
    "Collection",
    "Year",
    "ReferenceDate",
    "Source",
    "SourceLevel",
    "LEA",
    "SoftwareCode",
    "Release",
    "SerialNo",
    "DateTime",
    "Children",
    "Child",
    "ChildIdentifiers",
    "LAchildID",
    "UPN",
    "FormerUPN",
    "UPNunknown",
    "PersonBirthDate",
    "ExpectedPersonBirthDate",
    "GenderCurrent",
    "Sex",
    "PersonDeathDate",
    "ChildCharacteristics",
    "Ethnicity",
    "Disabilities",
    "Disability",
    "CINdetails",
    "CINreferralDate",
    "ReferralSource",
    "PrimaryNeedCode",
    "CINclosureDate",
    "ReasonForClosure",
    "DateOfInitialCPC",
    "Assessments",
    "AssessmentActualStartDate",
    "AssessmentInternalReviewDate",
    "AssessmentAuthorisationDate",
    "FactorsIdentifiedAtAssessment",
    "AssessmentFactors",
    "CINPlanDates",
    "CINPlanStartDate",
    "CINPlanEndDate",
    "Section47",
    "S47ActualStartDate",
    "InitialCPCtarget",
    "ICPCnotRequired",
    "ReferralNFA",
    "ChildProtectionPlans",
    "CPPstartDate",
    "CPPendDate",
    "InitialCategoryOfAbuse",
    "LatestCategoryOfAbuse",
    "NumberOfPreviousCPP",
    "Reviews",
    "CPPreviewDate",
    "PreProceedingsandFGDM",
];

fn name(written: &str) -> Cow<'static, str> {
    let known = KNOWN.iter().copied().find(|known| known.eq_ignore_ascii_case(written));
    known.map_or_else(|| Cow::Owned(written.to_owned()), Cow::Borrowed)
}

/// An element with what is in it.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: Cow<'static, str>,
    /// The line its start tag ends on.
    pub(super) line: u64,
    /// The text directly in it, without the white space around it.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

/// What comes next outside the elements that are read whole.
pub(super) enum Step {
    /// An element that was entered: `Message` or `Children`.
    Entered,
    /// An element that was read whole.
    Read(Element),
    /// A text between elements, and its line.
    Text(String, u64),
    /// The end of the text.
    End,
}

/// Reads elements off an XML text.
pub(super) struct Elements<R> {
    file: Arc<str>,
    reader: Reader<Meter<R>>,
    buffer: Vec<u8>,
    /// How many elements are open.
    depth: usize,
    seen_any: bool,
}

impl<R: BufRead> Elements<R> {
    pub(super) fn new(file: Arc<str>, source: R) -> Self {
        let mut reader = Reader::from_reader(Meter::new(source));
        reader.config_mut().expand_empty_elements = true;
        Self { file, reader, buffer: Vec::new(), depth: 0, seen_any: false }
    }

    pub(super) fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// The line that was read last.
    pub(super) fn line(&mut self) -> u64 {
        self.reader.get_mut().line
    }

    /// The next step; enters the elements that `enter` names, reads every other one whole.
    pub(super) fn step(&mut self, enter: &[&str]) -> Result<Step, CinCensusError> {
        loop {
            match self.event()? {
                Piece::Start(name) if enter.contains(&&*name) && !is_deep(self.depth) => {
                    return Ok(Step::Entered);
                }
                Piece::Start(name) => return self.whole(name).map(Step::Read),
                Piece::End | Piece::Nothing => {}
                Piece::Text(text) if text.trim().is_empty() => {}
                Piece::Text(text) => {
                    let line = self.line();
                    return Ok(Step::Text(text.trim().to_owned(), line));
                }
                Piece::Eof if self.depth > 0 => return Err(self.problem(CinCensusProblem::Unfinished)),
                Piece::Eof if !self.seen_any => return Err(self.problem(CinCensusProblem::NoCensus)),
                Piece::Eof => return Ok(Step::End),
            }
        }
    }

    /// The rest of an element whose start tag was read.
    fn whole(&mut self, name: Cow<'static, str>) -> Result<Element, CinCensusError> {
        let mut open = vec![self.open(name)];
        let mut size = 0_usize;
        loop {
            match self.event()? {
                Piece::Start(name) => {
                    size += size_of::<Element>();
                    open.push(self.open(name));
                }
                Piece::Text(text) => {
                    size += text.len();
                    if let Some(last) = open.last_mut() {
                        last.text.push_str(&text);
                    }
                }
                Piece::End => {
                    let Some(mut done) = open.pop() else { return Err(self.problem(CinCensusProblem::Unfinished)) };
                    trim(&mut done.text);
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Piece::Nothing => {}
                Piece::Eof => return Err(self.problem(CinCensusProblem::Unfinished)),
            }
            if size > limit::CHILD {
                return Err(self.problem(CinCensusProblem::TooLarge));
            }
        }
    }

    fn open(&mut self, name: Cow<'static, str>) -> Element {
        Element { name, line: self.line(), text: String::new(), children: Vec::new() }
    }

    fn event(&mut self) -> Result<Piece, CinCensusError> {
        self.buffer.clear();
        self.reader.get_mut().begin();
        let piece = match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Start(tag)) => Ok(Piece::Start(name(tag.local_name().as_ref()))),
            Ok(Event::End(_)) => Ok(Piece::End),
            Ok(Event::Text(text)) => Ok(Piece::Text(text.xml10_content().into_owned())),
            Ok(Event::CData(text)) => Ok(Piece::Text(text.xml10_content().into_owned())),
            Ok(Event::GeneralRef(reference)) => resolve(&reference),
            Ok(Event::DocType(_)) => Err(CinCensusProblem::DocumentType),
            Ok(Event::Eof) => Ok(Piece::Eof),
            Ok(_) => Ok(Piece::Nothing),
            Err(quick_xml::Error::Io(error)) => Err(match Arc::try_unwrap(error) {
                Ok(error) if is_too_long(&error) => CinCensusProblem::TooLong,
                Ok(error) => CinCensusProblem::Source(error),
                Err(shared) => CinCensusProblem::Source(io::Error::new(shared.kind(), shared.to_string())),
            }),
            Err(error) => Err(CinCensusProblem::NotWellFormed(error.to_string())),
        };
        match &piece {
            Ok(Piece::Start(name)) => {
                if self.depth == 0 {
                    self.outermost(name)?;
                }
                self.depth += 1;
                if is_deep(self.depth) {
                    return Err(self.problem(CinCensusProblem::TooDeep));
                }
            }
            Ok(Piece::End) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        piece.map_err(|problem| self.problem(problem))
    }

    /// Refuses what is no census.
    fn outermost(&mut self, name: &str) -> Result<(), CinCensusError> {
        if std::mem::replace(&mut self.seen_any, true) {
            let second = "a second outermost element".to_owned();
            return Err(self.problem(CinCensusProblem::NotWellFormed(second)));
        }
        if name != "Message" {
            return Err(self.problem(CinCensusProblem::OtherRoot(name.chars().take(40).collect())));
        }
        Ok(())
    }

    pub(super) fn problem(&mut self, problem: CinCensusProblem) -> CinCensusError {
        CinCensusError { file: self.file.clone(), line: self.line(), problem }
    }
}

const fn is_deep(depth: usize) -> bool {
    depth > limit::DEPTH
}

enum Piece {
    Start(Cow<'static, str>),
    End,
    Text(String),
    /// A comment, a declaration, an instruction.
    Nothing,
    Eof,
}

fn is_too_long(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<TooLong>()).is_some()
}

/// A character by its number or one of the five names that XML has; no other entity is known.
fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<Piece, CinCensusProblem> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Ok(Piece::Text(character.to_string()));
    }
    let text = match &**reference {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        other => return Err(CinCensusProblem::Entity(other.chars().take(40).collect())),
    };
    Ok(Piece::Text(text.to_owned()))
}

fn trim(text: &mut String) {
    let kept = text.trim();
    if kept.len() < text.len() {
        *text = kept.to_owned();
    }
}

/// Counts lines, and stops a tag or a text that never ends.
struct Meter<R> {
    source: R,
    line: u64,
    /// Bytes since the last event.
    bytes: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("too long")]
struct TooLong;

impl<R: BufRead> Meter<R> {
    const fn new(source: R) -> Self {
        Self { source, line: 1, bytes: 0 }
    }

    const fn begin(&mut self) {
        self.bytes = 0;
    }
}

impl<R: BufRead> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Meter<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes > limit::TEXT {
            return Err(io::Error::other(TooLong));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Some(passed) = self.source.fill_buf().ok().and_then(|bytes| bytes.get(..amount)) {
            #[allow(clippy::naive_bytecount, reason = "no cost beside the reading of tags")]
            let lines = passed.iter().filter(|byte| **byte == b'\n').count();
            self.line = self.line.saturating_add(lines as u64);
        }
        self.bytes = self.bytes.saturating_add(amount);
        self.source.consume(amount);
    }
}
