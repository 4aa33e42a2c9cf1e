//! One child of one census, as the form has it.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;

use super::xml::Element;
use super::{AssessmentFactor, Disability, JoinedChild};
use crate::calendar::Moment;
use crate::record::{
    AbuseCategory, ClosureReason, Coded, Ethnicity, Family, Person, PrimaryNeed, ReferralSource, Sex, StatutoryCode,
};
use crate::{CinRule, Finding, FindingRule};

/// A value of the form, and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<T> {
    /// The value.
    pub value: T,
    /// The line on which its start tag ends; the first is line 1.
    pub line: u64,
}

/// One child of one census: what stands in a `Child` element, and what is wrong in it.
///
/// UPN, disabilities, factors and plans of children in need have no record in a [`Dataset`](crate::Dataset); they are here
/// for a host that wants them. The module `PreProceedingsandFGDM`, which some suppliers write, is not read.
///
/// ```
/// use csc_kpi::format::cin_census::CensusReader;
///
/// let xml = "<Message><Children><Child><ChildIdentifiers><LAchildID>C1</LAchildID><UPN>A123456789123</UPN>
/// </ChildIdentifiers><CINdetails><CINreferralDate>2021-10-06</CINreferralDate>
/// <CINPlanDates><CINPlanStartDate>2021-11-22</CINPlanStartDate></CINPlanDates>
/// </CINdetails></Child></Children></Message>";
/// let mut census = CensusReader::new("cin.xml", xml.as_bytes())?;
/// let child = census.next_child()?.unwrap();
/// assert_eq!(child.upn.unwrap().value, "A123456789123");
/// let plan = &child.referrals[0].in_need_plans[0];
/// assert_eq!((plan.start.as_ref().unwrap().line, plan.end.is_none()), (3, true));
/// # Ok::<(), csc_kpi::format::cin_census::CinCensusError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CensusChild {
    /// The line of the child.
    pub line: u64,
    /// `LAchildID`, sex, ethnicity, dates of birth and death.
    pub person: Person,
    /// `UPN`
    pub upn: Option<Cell<String>>,
    /// `FormerUPN`
    pub former_upn: Option<Cell<String>>,
    /// Why there is no UPN. `UPNunknown`
    pub upn_unknown: Option<Cell<String>>,
    /// `Disability`
    pub disabilities: Vec<Cell<Coded<Disability>>>,
    /// `CINdetails`
    pub referrals: Vec<CensusReferral>,
    /// What is wrong in it, in the order of the checks.
    pub findings: Vec<Finding>,
    pub(super) file: Arc<str>,
    pub(super) birth_line: u64,
    pub(super) expected_line: u64,
    pub(super) death_line: u64,
    /// Whether a date of the person cannot be read, so that its record is left out.
    pub(super) left_out: bool,
}

/// A referral with all that followed it: a `CINdetails` element.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CensusReferral {
    /// The line of the element.
    pub line: u64,
    /// `CINreferralDate`
    pub date: Option<Cell<NaiveDate>>,
    /// `ReferralSource`
    pub source: Option<Cell<Coded<ReferralSource>>>,
    /// `PrimaryNeedCode`
    pub primary_need: Option<Cell<Coded<PrimaryNeed>>>,
    /// `CINclosureDate`
    pub closed: Option<Cell<NaiveDate>>,
    /// `ReasonForClosure`
    pub closure_reason: Option<Cell<Coded<ClosureReason>>>,
    /// A conference without an enquiry before it: of a child who moved in on a plan of another authority.
    /// `DateOfInitialCPC` of the referral
    pub transfer_in: Option<Cell<NaiveDate>>,
    /// `ReferralNFA`
    pub no_further_action: Option<Cell<bool>>,
    /// `Assessments`
    pub assessments: Vec<CensusAssessment>,
    /// `CINPlanDates`
    pub in_need_plans: Vec<InNeedPlan>,
    /// `Section47`
    pub enquiries: Vec<CensusEnquiry>,
    /// `ChildProtectionPlans`
    pub protection_plans: Vec<CensusPlan>,
    pub(super) left_out: bool,
}

/// An assessment: an `Assessments` element.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CensusAssessment {
    /// The line of the element.
    pub line: u64,
    /// `AssessmentActualStartDate`
    pub start: Option<Cell<NaiveDate>>,
    /// `AssessmentInternalReviewDate`
    pub internal_review: Option<Cell<NaiveDate>>,
    /// `AssessmentAuthorisationDate`
    pub authorised: Option<Cell<NaiveDate>>,
    /// `AssessmentFactors`
    pub factors: Vec<Cell<Coded<AssessmentFactor>>>,
    pub(super) left_out: bool,
}

/// A plan of a child in need: a `CINPlanDates` element.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InNeedPlan {
    /// The line of the element.
    pub line: u64,
    /// `CINPlanStartDate`
    pub start: Option<Cell<NaiveDate>>,
    /// `CINPlanEndDate`
    pub end: Option<Cell<NaiveDate>>,
}

/// A section 47 enquiry and the conference it led to: a `Section47` element.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CensusEnquiry {
    /// The line of the element.
    pub line: u64,
    /// `S47ActualStartDate`
    pub start: Option<Cell<NaiveDate>>,
    /// `InitialCPCtarget`
    pub conference_target: Option<Cell<NaiveDate>>,
    /// `DateOfInitialCPC` of the enquiry
    pub conference: Option<Cell<NaiveDate>>,
    /// `ICPCnotRequired`
    pub conference_not_required: Option<Cell<bool>>,
    pub(super) left_out: bool,
    pub(super) conference_left_out: bool,
}

/// A child protection plan: a `ChildProtectionPlans` element.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CensusPlan {
    /// The line of the element.
    pub line: u64,
    /// `CPPstartDate`
    pub start: Option<Cell<NaiveDate>>,
    /// `CPPendDate`
    pub end: Option<Cell<NaiveDate>>,
    /// `InitialCategoryOfAbuse`
    pub initial_category: Option<Cell<Coded<AbuseCategory>>>,
    /// `LatestCategoryOfAbuse`
    pub latest_category: Option<Cell<Coded<AbuseCategory>>>,
    /// `NumberOfPreviousCPP`
    pub previous_plans: Option<Cell<u32>>,
    /// `CPPreviewDate`, the days that can be read.
    pub reviews: Vec<Cell<NaiveDate>>,
    pub(super) left_out: bool,
}

impl CensusChild {
    /// The records of this child of this census alone, for a host that posts children to a ledger one at a time and reads
    /// one census; and beside them what the census gives twice, which is not among [`CensusChild::findings`]. Several censuses
    /// are joined by [`Censuses`](super::Censuses).
    ///
    /// ```
    /// use csc_kpi::FindingRule;
    /// use csc_kpi::format::cin_census::CensusReader;
    /// use csc_kpi::record::Record;
    ///
    /// let xml = "<Message><Children><Child><ChildIdentifiers><LAchildID>C1</LAchildID></ChildIdentifiers>
    /// <CINdetails><CINreferralDate>2021-10-06</CINreferralDate></CINdetails>
    /// <CINdetails><CINreferralDate>2021-10-06</CINreferralDate></CINdetails></Child></Children></Message>";
    /// let mut census = CensusReader::new("cin.xml", xml.as_bytes())?;
    /// let child = census.next_child()?.unwrap().joined();
    /// assert!(matches!(&child.records[1].record, Record::Referral(referral) if referral.id == "C1/2021-10-06"));
    /// assert_eq!((child.findings[0].rule, child.findings[0].row), (FindingRule::RepeatedId, Some(3)));
    /// # Ok::<(), csc_kpi::format::cin_census::CinCensusError>(())
    /// ```
    #[must_use]
    pub fn joined(&self) -> JoinedChild {
        super::join::joined(self)
    }
}

impl CensusReferral {
    /// The day it was received, if the form says.
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        day(self.date.as_ref())
    }

    /// Whether it is marked as one with no further action.
    pub(super) fn is_without_action(&self) -> bool {
        self.no_further_action.as_ref().is_some_and(|flag| flag.value)
    }
}

pub(super) fn day(cell: Option<&Cell<NaiveDate>>) -> Option<NaiveDate> {
    cell.map(|cell| cell.value)
}

/// How the ids of records are made of what identifies them.
pub(super) mod id {
    use chrono::NaiveDate;

    fn on(day: Option<NaiveDate>) -> String {
        day.map_or_else(String::new, |day| day.to_string())
    }

    pub(crate) fn referral(child: &str, referred: Option<NaiveDate>) -> String {
        format!("{child}/{}", on(referred))
    }

    pub(crate) fn assessment(child: &str, referred: Option<NaiveDate>, start: Option<NaiveDate>) -> String {
        format!("{child}/{}/A{}", on(referred), on(start))
    }

    pub(crate) fn enquiry(child: &str, referred: Option<NaiveDate>, start: Option<NaiveDate>) -> String {
        format!("{child}/{}/S{}", on(referred), on(start))
    }

    pub(crate) fn conference(of: &str) -> String {
        format!("{of}/ICPC")
    }

    /// The ids of as many conferences of one enquiry, or of the referrals of one day, as there are.
    pub(crate) fn conferences(of: &str) -> impl Iterator<Item = String> {
        let first = conference(of);
        (1_u32..).map(move |number| if number == 1 { first.clone() } else { format!("{first}{number}") })
    }

    pub(crate) fn plan(child: &str, start: Option<NaiveDate>) -> String {
        format!("{child}/P{}", on(start))
    }

    pub(crate) fn review(plan: &str, held: Option<NaiveDate>) -> String {
        format!("{plan}/R{}", on(held))
    }
}

/// Takes down what is wrong in one child.
pub(super) struct Notes<'f> {
    pub(super) file: &'f Arc<str>,
    pub(super) child: String,
    pub(super) findings: Vec<Finding>,
}

/// The record a finding is about.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) family: Family,
    pub(super) record: String,
    pub(super) line: u64,
}

impl Place {
    pub(super) const fn new(family: Family, record: String, line: u64) -> Self {
        Self { family, record, line }
    }
}

impl Notes<'_> {
    pub(super) fn note(&mut self, at: &Place, line: u64, field: &str, value: &dyn ToString, rule: FindingRule) {
        let finding = Finding::new(at.family, field, value.to_string(), rule)
            .in_file(Some(self.file.clone()))
            .in_row(Some(line))
            .of(&at.record, &self.child);
        self.findings.push(finding);
    }

    pub(super) fn breaks(&mut self, at: &Place, line: u64, field: &str, value: &dyn ToString, rule: CinRule) {
        self.note(at, line, field, value, FindingRule::CinCensus(rule));
    }

    /// What stands where the form has nothing.
    pub(super) fn unexpected(&mut self, at: &Place, element: &Element) {
        let value = if element.text.is_empty() { "an element" } else { &element.text };
        self.note(at, element.line, &element.name, &value, FindingRule::UnexpectedElement);
    }
}

/// The elements of one group, by name.
struct Group {
    line: u64,
    name: Cow<'static, str>,
    text: String,
    children: Vec<Option<Element>>,
    /// The names of which one was asked for.
    asked: Vec<&'static str>,
}

impl Group {
    fn of(element: Element) -> Self {
        let children = element.children.into_iter().map(Some).collect();
        Self { line: element.line, name: element.name, text: element.text, children, asked: Vec::new() }
    }

    /// Every element of this name, in order.
    fn all(&mut self, name: &str) -> Vec<Element> {
        let of_name = self.children.iter_mut().filter(|child| child.as_ref().is_some_and(|child| child.name == name));
        of_name.filter_map(Option::take).collect()
    }

    /// The first element of this name; the others become findings at [`Group::close`].
    fn one(&mut self, name: &'static str) -> Option<Element> {
        self.one_of([name])
    }

    /// The first element of the first of these names that has one; the others, of whichever name, become findings.
    fn one_of<const N: usize>(&mut self, names: [&'static str; N]) -> Option<Element> {
        self.asked.extend(names);
        let is = |child: &Option<Element>, name: &str| child.as_ref().is_some_and(|child| child.name == name);
        names.iter().find_map(|name| self.children.iter_mut().find(|child| is(child, name))?.take())
    }

    /// Notes what nothing was made of.
    fn close(self, at: &Place, notes: &mut Notes<'_>) {
        if !self.text.is_empty() {
            notes.note(at, self.line, &self.name, &self.text, FindingRule::UnexpectedElement);
        }
        for element in self.children.into_iter().flatten() {
            if self.asked.contains(&&*element.name) {
                notes.note(at, element.line, &element.name, &element.text, FindingRule::RepeatedElement);
            } else if element.name != "PreProceedingsandFGDM" {
                notes.unexpected(at, &element);
            }
        }
    }
}

/// Reads the values of one group, and notes what cannot be read.
struct Values<'n, 'f> {
    at: Place,
    /// Whether a date is at fault, which leaves the record out.
    left_out: bool,
    notes: &'n mut Notes<'f>,
}

impl<'n, 'f> Values<'n, 'f> {
    fn new(at: Place, notes: &'n mut Notes<'f>) -> Self {
        Self { at, left_out: false, notes }
    }

    /// The text of an element; one of nothing is not there.
    fn text(&mut self, element: Option<Element>) -> Option<Cell<String>> {
        let element = element?;
        for inner in &element.children {
            self.notes.unexpected(&self.at, inner);
        }
        (!element.text.is_empty()).then_some(Cell { value: element.text, line: element.line })
    }

    /// A date of the record, which is left out where the date cannot be read.
    fn date(&mut self, element: Option<Element>) -> Option<Cell<NaiveDate>> {
        let is_there = element.as_ref().is_some_and(|element| !element.text.is_empty());
        let date = self.date_or(element, FindingRule::UnreadableDate);
        self.left_out |= is_there && date.is_none();
        date
    }

    /// A date that is in no record, so that it leaves none out.
    fn date_aside(&mut self, element: Option<Element>) -> Option<Cell<NaiveDate>> {
        self.date_or(element, FindingRule::DateReadAsEmpty)
    }

    fn date_or(&mut self, element: Option<Element>, unreadable: FindingRule) -> Option<Cell<NaiveDate>> {
        let name = element.as_ref().map(|element| element.name.clone()).unwrap_or_default();
        let text = self.text(element)?;
        let read = read_date(&text.value);
        if read.is_none() {
            self.notes.note(&self.at, text.line, &name, &text.value, unreadable);
        }
        read.map(|value| Cell { value, line: text.line })
    }

    /// A start date, without which there is no record. It is read before all other values of its group.
    fn start(&mut self, element: Option<Element>, name: &str) -> Option<Cell<NaiveDate>> {
        let date = self.date(element);
        if date.is_none() && !self.left_out {
            self.notes.note(&self.at, self.at.line, name, &"", FindingRule::EmptyStart);
        }
        self.left_out |= date.is_none();
        date
    }

    fn code<C: StatutoryCode>(&mut self, element: Option<Element>) -> Option<Cell<Coded<C>>> {
        self.text(element).map(|text| Cell { value: Coded::read(&text.value), line: text.line })
    }

    /// `1` or `true`, `0` or `false`.
    fn flag(&mut self, element: Option<Element>) -> Option<Cell<bool>> {
        let name = element.as_ref().map(|element| element.name.clone()).unwrap_or_default();
        let text = self.text(element)?;
        let value = match text.value.to_ascii_lowercase().as_str() {
            "1" | "true" => true,
            "0" | "false" => false,
            _ => {
                self.notes.note(&self.at, text.line, &name, &text.value, FindingRule::UnknownFlag);
                return None;
            }
        };
        Some(Cell { value, line: text.line })
    }

    /// Whole digits; more than a `u32` holds is [`u32::MAX`].
    fn number(&mut self, element: Option<Element>) -> Option<Cell<u32>> {
        let name = element.as_ref().map(|element| element.name.clone()).unwrap_or_default();
        let text = self.text(element)?;
        if !text.value.bytes().all(|byte| byte.is_ascii_digit()) {
            self.notes.note(&self.at, text.line, &name, &text.value, FindingRule::NotANumber);
            return None;
        }
        Some(Cell { value: text.value.parse().unwrap_or(u32::MAX), line: text.line })
    }
}

/// An XML date, with or without a time and a zone, neither of which counts.
pub(super) fn read_date(text: &str) -> Option<NaiveDate> {
    let read = |text: &str| text.parse::<Moment>().ok().map(Moment::date);
    read(text).or_else(|| {
        let zoned = text.strip_suffix(['Z', 'z']).or_else(|| {
            let (before, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
            let is_zone = matches!(zone.as_bytes(), [b'+' | b'-', h1, h2, b':', m1, m2]
                if [h1, h2, m1, m2].iter().all(|digit| digit.is_ascii_digit()));
            is_zone.then_some(before)
        })?;
        read(zoned)
    })
}

/// Reads a `Child` element; `None`, with rule 8500 noted, where it has no id.
pub(super) fn read(element: Element, file: &Arc<str>) -> Result<CensusChild, Vec<Finding>> {
    let line = element.line;
    let mut child = Group::of(element);
    let mut identifiers = child.one("ChildIdentifiers").map(Group::of);
    let id = identifiers.as_mut().and_then(|group| group.one("LAchildID"));
    let mut notes = Notes { file, child: String::new(), findings: Vec::new() };
    let id_line = id.as_ref().map_or(line, |id| id.line);
    let at = Place::new(Family::Person, String::new(), line);
    let Some(id) = Values::new(at.clone(), &mut notes).text(id) else {
        notes.breaks(&at, id_line, "LAchildID", &"", CinRule::Cin8500);
        return Err(notes.findings);
    };
    notes.child.clone_from(&id.value);
    let at = Place::new(Family::Person, id.value.clone(), line);
    let mut person = Person::new(id.value);
    let (mut upn, mut former_upn, mut upn_unknown) = (None, None, None);
    let (mut birth_line, mut expected_line, mut death_line, mut left_out) = (line, line, line, false);
    let mut sex = None;
    if let Some(mut group) = identifiers {
        let mut values = Values::new(at.clone(), &mut notes);
        upn = values.text(group.one("UPN"));
        former_upn = values.text(group.one("FormerUPN"));
        upn_unknown = values.text(group.one("UPNunknown"));
        let born = values.date(group.one("PersonBirthDate"));
        let expected = values.date(group.one("ExpectedPersonBirthDate"));
        let died = values.date(group.one("PersonDeathDate"));
        sex = group.one_of(["Sex", "GenderCurrent"]);
        birth_line = born.as_ref().map_or(line, |cell| cell.line);
        expected_line = expected.as_ref().map_or(line, |cell| cell.line);
        death_line = died.as_ref().map_or(line, |cell| cell.line);
        person.date_of_birth = day(born.as_ref());
        person.expected_date_of_birth = day(expected.as_ref());
        person.date_of_death = day(died.as_ref());
        left_out = values.left_out;
        group.close(&at, &mut notes);
    }
    person.sex = read_sex(sex, &at, &mut notes);
    let mut disabilities = Vec::new();
    match child.one("ChildCharacteristics").map(Group::of) {
        Some(mut group) => {
            let ethnicity = group.one("Ethnicity");
            person.ethnicity = read_ethnicity(ethnicity, &at, &mut notes);
            if let Some(mut all) = group.one("Disabilities").map(Group::of) {
                let each = all.all("Disability");
                disabilities = codes(each, &at, "Disability", CinRule::Cin8540, &mut notes);
                all.close(&at, &mut notes);
            }
            group.close(&at, &mut notes);
        }
        None => person.ethnicity = read_ethnicity(None, &at, &mut notes),
    }
    let details = child.all("CINdetails");
    let referrals = details.into_iter().map(|element| read_referral(element, &mut notes)).collect();
    child.close(&at, &mut notes);
    let findings = notes.findings;
    Ok(CensusChild {
        line,
        person,
        upn,
        former_upn,
        upn_unknown,
        disabilities,
        referrals,
        findings,
        file: file.clone(),
        birth_line,
        expected_line,
        death_line,
        left_out,
    })
}

/// The codes of elements that may come several times; one of nothing, and one that the list does not know, breaks `rule`.
fn codes<C: StatutoryCode>(
    elements: Vec<Element>,
    at: &Place,
    field: &str,
    rule: CinRule,
    notes: &mut Notes<'_>,
) -> Vec<Cell<Coded<C>>> {
    let mut codes = Vec::with_capacity(elements.len());
    for element in elements {
        let line = element.line;
        let code = Values::new(at.clone(), notes).code::<C>(Some(element));
        if code.as_ref().is_none_or(|code| code.value.known().is_none()) {
            let written = code.as_ref().map_or("", |code| code.value.letters()).to_owned();
            notes.breaks(at, line, field, &written, rule);
        }
        codes.extend(code);
    }
    codes
}

/// The letters from 2025 on (`M`, `F`, `U`) and the digits before (`1`, `2`, `0` and `9`). Each is understood under both
/// names of the element, and noted where it is not the name's own.
fn read_sex(element: Option<Element>, at: &Place, notes: &mut Notes<'_>) -> Option<Coded<Sex>> {
    let name = element.as_ref().map_or(Cow::Borrowed("Sex"), |element| element.name.clone());
    let line = element.as_ref().map_or(at.line, |element| element.line);
    let Some(text) = Values::new(at.clone(), notes).text(element) else {
        notes.breaks(at, line, &name, &"", CinRule::Cin4180);
        return None;
    };
    let digit = match text.value.as_str() {
        "1" => Some(Sex::Male),
        "2" => Some(Sex::Female),
        "0" | "9" => Some(Sex::Unknown),
        _ => None,
    };
    let code = digit.map_or_else(|| Coded::read(&text.value), Coded::Known);
    if code.known().is_none() || digit.is_some() != (name == "GenderCurrent") {
        notes.breaks(at, line, &name, &text.value, CinRule::Cin4180);
    }
    Some(code)
}

fn read_ethnicity(element: Option<Element>, at: &Place, notes: &mut Notes<'_>) -> Option<Coded<Ethnicity>> {
    let line = element.as_ref().map_or(at.line, |element| element.line);
    let code = Values::new(at.clone(), notes).code::<Ethnicity>(element);
    if code.as_ref().is_none_or(|code| code.value.known().is_none()) {
        let written = code.as_ref().map_or("", |code| code.value.letters()).to_owned();
        notes.breaks(at, line, "Ethnicity", &written, CinRule::Cin4220);
    }
    code.map(|code| code.value)
}

fn read_referral(element: Element, notes: &mut Notes<'_>) -> CensusReferral {
    let line = element.line;
    let mut group = Group::of(element);
    let child = notes.child.clone();
    let mut values = Values::new(Place::new(Family::Referral, id::referral(&child, None), line), notes);
    let date = values.start(group.one("CINreferralDate"), "CINreferralDate");
    let referred = day(date.as_ref());
    values.at.record = id::referral(&child, referred);
    let source = values.code(group.one("ReferralSource"));
    let primary_need = values.code(group.one("PrimaryNeedCode"));
    let closed = values.date(group.one("CINclosureDate"));
    let closure_reason = values.code(group.one("ReasonForClosure"));
    let no_further_action = values.flag(group.one("ReferralNFA"));
    let (left_out, at) = (values.left_out, values.at.clone());
    values.left_out = false;
    values.at = Place::new(Family::InitialConference, id::conference(&at.record), line);
    let transfer_in = values.date(group.one("DateOfInitialCPC"));
    let all = group.all("Assessments");
    let assessments = all.into_iter().map(|element| read_assessment(element, referred, notes)).collect();
    let all = group.all("CINPlanDates");
    let in_need_plans = all.into_iter().map(|element| read_in_need_plan(element, &at, notes)).collect();
    let all = group.all("Section47");
    let enquiries = all.into_iter().map(|element| read_enquiry(element, referred, notes)).collect();
    let all = group.all("ChildProtectionPlans");
    let protection_plans = all.into_iter().map(|element| read_plan(element, notes)).collect();
    group.close(&at, notes);
    CensusReferral {
        line,
        date,
        source,
        primary_need,
        closed,
        closure_reason,
        transfer_in,
        no_further_action,
        assessments,
        in_need_plans,
        enquiries,
        protection_plans,
        left_out,
    }
}

fn read_assessment(element: Element, referred: Option<NaiveDate>, notes: &mut Notes<'_>) -> CensusAssessment {
    let line = element.line;
    let mut group = Group::of(element);
    let child = notes.child.clone();
    let at = Place::new(Family::Assessment, id::assessment(&child, referred, None), line);
    let mut values = Values::new(at, notes);
    let start = values.start(group.one("AssessmentActualStartDate"), "AssessmentActualStartDate");
    values.at.record = id::assessment(&child, referred, day(start.as_ref()));
    let authorised = values.date(group.one("AssessmentAuthorisationDate"));
    let (left_out, at) = (values.left_out, values.at.clone());
    let internal_review = values.date_aside(group.one("AssessmentInternalReviewDate"));
    let mut factors = Vec::new();
    if let Some(mut all) = group.one("FactorsIdentifiedAtAssessment").map(Group::of) {
        let each = all.all("AssessmentFactors");
        factors = codes(each, &at, "AssessmentFactors", CinRule::Cin8897Q, notes);
        all.close(&at, notes);
    }
    // Some suppliers write them without the element around them.
    let each = group.all("AssessmentFactors");
    factors.extend(codes(each, &at, "AssessmentFactors", CinRule::Cin8897Q, notes));
    group.close(&at, notes);
    CensusAssessment { line, start, internal_review, authorised, factors, left_out }
}

fn read_in_need_plan(element: Element, referral: &Place, notes: &mut Notes<'_>) -> InNeedPlan {
    let line = element.line;
    let mut group = Group::of(element);
    let mut values = Values::new(Place { line, ..referral.clone() }, notes);
    let start = values.date_aside(group.one("CINPlanStartDate"));
    let end = values.date_aside(group.one("CINPlanEndDate"));
    group.close(referral, notes);
    InNeedPlan { line, start, end }
}

fn read_enquiry(element: Element, referred: Option<NaiveDate>, notes: &mut Notes<'_>) -> CensusEnquiry {
    let line = element.line;
    let mut group = Group::of(element);
    let child = notes.child.clone();
    let at = Place::new(Family::Section47Enquiry, id::enquiry(&child, referred, None), line);
    let mut values = Values::new(at, notes);
    let start = values.start(group.one("S47ActualStartDate"), "S47ActualStartDate");
    values.at.record = id::enquiry(&child, referred, day(start.as_ref()));
    let conference_not_required = values.flag(group.one("ICPCnotRequired"));
    let (left_out, at) = (values.left_out, values.at.clone());
    values.left_out = false;
    values.at = Place::new(Family::InitialConference, id::conference(&at.record), line);
    let conference_target = values.date(group.one("InitialCPCtarget"));
    let conference = values.date(group.one("DateOfInitialCPC"));
    let conference_left_out = values.left_out;
    group.close(&at, notes);
    CensusEnquiry { line, start, conference_target, conference, conference_not_required, left_out, conference_left_out }
}

fn read_plan(element: Element, notes: &mut Notes<'_>) -> CensusPlan {
    let line = element.line;
    let mut group = Group::of(element);
    let child = notes.child.clone();
    let mut values = Values::new(Place::new(Family::ProtectionPlan, id::plan(&child, None), line), notes);
    let start = values.start(group.one("CPPstartDate"), "CPPstartDate");
    values.at.record = id::plan(&child, day(start.as_ref()));
    let end = values.date(group.one("CPPendDate"));
    let initial_category = values.code(group.one("InitialCategoryOfAbuse"));
    let latest_category = values.code(group.one("LatestCategoryOfAbuse"));
    let previous_plans = values.number(group.one("NumberOfPreviousCPP"));
    let (left_out, at) = (values.left_out, values.at.clone());
    let mut reviews = Vec::new();
    // One group of all reviews, or one a review.
    for mut group in group.all("Reviews").into_iter().map(Group::of) {
        for element in group.all("CPPreviewDate") {
            let line = element.line;
            let is_empty = element.text.is_empty();
            let at = Place::new(Family::PlanReview, id::review(&at.record, None), line);
            reviews.extend(Values::new(at.clone(), notes).date(Some(element)));
            if is_empty {
                notes.breaks(&at, line, "CPPreviewDate", &"", CinRule::Cin8842Q);
            }
        }
        group.close(&at, notes);
    }
    group.close(&at, notes);
    CensusPlan { line, start, end, initial_category, latest_category, previous_plans, reviews, left_out }
}
