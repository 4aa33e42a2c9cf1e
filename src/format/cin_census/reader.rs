//! One census, child by child.

use std::io::{self, BufRead};
use std::sync::{Arc, LazyLock};

use super::child::{self, CensusChild, Notes, Place};
use super::header::{Coverage, Header};
use super::rules::{Rules, Totals};
use super::xml::{Elements, Step};
use crate::calendar::WorkingDays;
use crate::record::Family;
use crate::{CinRule, Finding, FindingRule};

/// Reads one census and hands its children over one at a time, so that no more than one is kept.
///
/// Each child is held against the national rules as it comes. That two of them have one id (rule 8510) only
/// [`Censuses`](super::Censuses) sees.
///
/// ```
/// use csc_kpi::format::cin_census::CensusReader;
///
/// let xml = "\
/// <Message>
///   <Header><CollectionDetails><Collection>CIN</Collection><Year>2022</Year>
///     <ReferenceDate>2022-03-31</ReferenceDate></CollectionDetails></Header>
///   <Children><Child>
///     <ChildIdentifiers><LAchildID>C1</LAchildID><PersonBirthDate>2015-03-27</PersonBirthDate>
///       <GenderCurrent>1</GenderCurrent></ChildIdentifiers>
///     <ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>
///     <CINdetails><CINreferralDate>2021-10-06</CINreferralDate><ReferralSource>6</ReferralSource>
///       <PrimaryNeedCode>N1</PrimaryNeedCode><ReferralNFA>0</ReferralNFA></CINdetails>
///   </Child></Children>
/// </Message>";
/// let mut census = CensusReader::new("cin_2022.xml", xml.as_bytes())?;
/// assert_eq!(census.header().coverage().unwrap().last_day.to_string(), "2022-03-31");
/// while let Some(child) = census.next_child()? {
///     assert_eq!((child.person.id.as_str(), child.referrals.len()), ("C1", 1));
///     assert_eq!(child.findings, []);
/// }
/// # Ok::<(), csc_kpi::format::cin_census::CinCensusError>(())
/// ```
pub struct CensusReader<R> {
    elements: Elements<R>,
    header: Header,
    has_header: bool,
    /// Whether a child was met, after which no header is read.
    has_children: bool,
    calendar: &'static WorkingDays,
    totals: Totals,
    counts: Counts,
    findings: Vec<Finding>,
    /// How much was wrong outside the children so far.
    outside: usize,
    /// The first child, which was read to get past the header.
    first: Option<Box<CensusChild>>,
    is_at_end: bool,
}

/// Made once, since a small census takes less time than its working days.
static CALENDAR: LazyLock<WorkingDays> = LazyLock::new(WorkingDays::england_and_wales);

/// How many of each a census has, whatever is wrong in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is the number of the elements of its name")]
pub struct Counts {
    pub children: u64,
    pub referrals: u64,
    pub assessments: u64,
    pub in_need_plans: u64,
    pub enquiries: u64,
    pub conferences: u64,
    pub protection_plans: u64,
    pub reviews: u64,
}

impl Counts {
    fn add(&mut self, child: &CensusChild) {
        let number = |count: usize| count as u64;
        self.children += 1;
        self.referrals += number(child.referrals.len());
        for referral in &child.referrals {
            self.assessments += number(referral.assessments.len());
            self.in_need_plans += number(referral.in_need_plans.len());
            self.enquiries += number(referral.enquiries.len());
            self.conferences += u64::from(referral.transfer_in.is_some());
            self.conferences += number(referral.enquiries.iter().filter(|e| e.conference.is_some()).count());
            self.protection_plans += number(referral.protection_plans.len());
            self.reviews += referral.protection_plans.iter().map(|plan| number(plan.reviews.len())).sum::<u64>();
        }
    }
}

impl<R: BufRead> CensusReader<R> {
    /// Reads up to the first child. `file` is the name by which findings and errors know the census.
    ///
    /// # Errors
    ///
    /// Where the text is no census (its outermost element is no `Message`), or cannot be read on.
    pub fn new(file: impl Into<Arc<str>>, source: R) -> Result<Self, CinCensusError> {
        let mut reader = Self {
            elements: Elements::new(file.into(), source),
            header: Header::default(),
            has_header: false,
            has_children: false,
            calendar: &CALENDAR,
            totals: Totals::default(),
            counts: Counts::default(),
            findings: Vec::new(),
            outside: 0,
            first: None,
            is_at_end: false,
        };
        reader.first = reader.advance()?.map(Box::new);
        Ok(reader)
    }

    /// What the census says of itself.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// How many of each were read so far.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// The next child, with what is wrong in it; `None` at the end.
    ///
    /// # Errors
    ///
    /// Where the text cannot be read on. The children before that are whole.
    pub fn next_child(&mut self) -> Result<Option<CensusChild>, CinCensusError> {
        match self.first.take() {
            Some(first) => Ok(Some(*first)),
            None => self.advance(),
        }
    }

    /// Takes what is wrong outside the children, and with the census as a whole: the latter is known after the last child.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// The line reached.
    pub(super) fn line(&mut self) -> u64 {
        self.elements.line()
    }

    fn advance(&mut self) -> Result<Option<CensusChild>, CinCensusError> {
        if self.is_at_end {
            return Ok(None);
        }
        let file = self.elements.file().clone();
        loop {
            let mut notes = Notes { file: &file, child: String::new(), findings: Vec::new() };
            let at = |line| Place::new(Family::Referral, String::new(), line);
            match self.elements.step(&["Message", "Children"])? {
                Step::Entered => {}
                Step::Read(element) if element.name == "Header" && self.has_header => {
                    notes.note(&at(element.line), element.line, "Header", &"", FindingRule::RepeatedElement);
                }
                Step::Read(element) if element.name == "Header" && !self.has_children => {
                    self.header = Header::read(&element, &mut notes);
                    self.has_header = true;
                }
                Step::Read(element) if element.name == "Child" => {
                    self.has_children = true;
                    match child::read(element, &file) {
                        Ok(child) => return Ok(Some(self.checked(child, &file))),
                        Err(findings) => notes.findings = findings,
                    }
                }
                Step::Read(element) => notes.unexpected(&at(element.line), &element),
                Step::Text(text, line) => notes.note(&at(line), line, "Message", &text, FindingRule::UnexpectedElement),
                Step::End => {
                    self.is_at_end = true;
                    if !self.has_header {
                        notes.breaks(&at(1), 1, "ReferenceDate", &"", CinRule::Cin100);
                    }
                    self.totals.check(&mut notes);
                    self.findings.append(&mut notes.findings);
                    return Ok(None);
                }
            }
            self.outside += notes.findings.len();
            self.findings.append(&mut notes.findings);
            if self.outside > limit::OUTSIDE {
                return Err(self.elements.problem(CinCensusProblem::TooFaulty));
            }
        }
    }

    fn checked(&mut self, mut child: CensusChild, file: &Arc<str>) -> CensusChild {
        let coverage: Option<Coverage> = self.header.coverage();
        let findings = std::mem::take(&mut child.findings);
        let mut notes = Notes { file, child: child.person.id.clone(), findings };
        Rules { coverage, calendar: self.calendar }.check(&child, &mut notes);
        child.findings = notes.findings;
        self.totals.add(&child, coverage);
        self.counts.add(&child);
        child
    }
}

/// A census that could not be read to its end: which file, where, and why.
///
/// ```
/// use csc_kpi::format::cin_census::{CensusReader, CinCensusProblem};
///
/// let xml = "<!DOCTYPE Message [<!ENTITY a \"aaaa\">]>\n<Message>&a;</Message>";
/// let error = CensusReader::new("cin.xml", xml.as_bytes()).err().unwrap();
/// assert!(matches!(error.problem, CinCensusProblem::DocumentType));
/// assert_eq!(error.to_string(), "cin.xml line 1: a document type declaration is refused");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{file} line {line}: {problem}")]
#[non_exhaustive]
pub struct CinCensusError {
    /// The file.
    pub file: Arc<str>,
    /// The line that was reached; the first is line 1.
    pub line: u64,
    /// What went wrong.
    #[source]
    pub problem: CinCensusProblem,
}

/// Why a census cannot be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CinCensusProblem {
    /// A document type declaration, which could declare entities that grow without bound.
    #[error("a document type declaration is refused")]
    DocumentType,
    /// An entity other than the five of XML itself; none is ever expanded.
    #[error("the entity &{0}; is not one of the five of XML, and no other is expanded")]
    Entity(String),
    /// Not well-formed XML in UTF-8.
    #[error("the text is no well-formed XML: {0}")]
    NotWellFormed(String),
    /// The text ends inside an element.
    #[error("the text ends inside an element")]
    Unfinished,
    /// There is no element at all.
    #[error("there is no element in it")]
    NoCensus,
    /// The outermost element is another than `Message`: another form, or no form at all.
    #[error("the outermost element is <{0}> and not <Message>")]
    OtherRoot(String),
    /// A tag, text or comment longer than [`limit::TEXT`].
    #[error("a tag, a text or a comment is longer than {} bytes", limit::TEXT)]
    TooLong,
    /// Elements deeper in each other than [`limit::DEPTH`].
    #[error("elements lie deeper in each other than {}", limit::DEPTH)]
    TooDeep,
    /// A child that takes more than [`limit::CHILD`].
    #[error("a child takes more than {} bytes", limit::CHILD)]
    TooLarge,
    /// More findings outside the children than [`limit::OUTSIDE`].
    #[error("more than {} things are wrong outside the children", limit::OUTSIDE)]
    TooFaulty,
    /// The source itself failed.
    #[error("the source cannot be read: {0}")]
    Source(#[source] io::Error),
}

/// Bounds on what is kept of a text, so that no text, however made, takes up much memory while it is read.
///
/// What [`Censuses`](super::Censuses) keeps of the children, and what was found in them, grows with the text.
pub mod limit {
    /// Bytes of one tag, one run of text, one comment. No value of the form is longer than a few dozen.
    pub const TEXT: usize = 1 << 20;

    /// Elements in each other. The form has eight.
    pub const DEPTH: usize = 32;

    /// Bytes of one child with all its elements. An eventful childhood takes some tens of thousands.
    pub const CHILD: usize = 1 << 24;

    /// Findings outside the children, those without an id among them.
    pub const OUTSIDE: usize = 100_000;
}
