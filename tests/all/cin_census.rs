//! The children in need census as XML: every rule, every case of several years, round trips, real files, any bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, BufReader, Read};

use chrono::Duration;
use csc_kpi::calendar::Basis;
use csc_kpi::format::cin_census::{
    AssessmentFactor, CensusReader, Censuses, CinCensusError, CinCensusProblem, Counts, Coverage, Disability, Header,
    limit,
};
use csc_kpi::indicator::catalogue;
use csc_kpi::laws::strategies::reporting_date;
use csc_kpi::record::{
    AbuseCategory, Assessment, Coded, Ethnicity, Family, InitialConference, Person, PlanReview, ProtectionPlan, Record,
    Referral, Section47Enquiry, Sex,
};
use csc_kpi::{CinRule, Dataset, Engine, Finding, FindingRule, NaiveDate, Severity};
use proptest::prelude::*;

use crate::laws::everything;
use crate::shared::shared;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A census of one year with these `Child` elements.
fn census(year: i32, children: &str) -> String {
    format!(
        "<Message>\n<Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>\n\
         <ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails>\n\
         <Source><SourceLevel>L</SourceLevel><LEA>201</LEA></Source></Header>\n<Children>\n{children}</Children>\n</Message>\n"
    )
}

/// A child with nothing wrong in it, in the census of 2022.
const CHILD: &str = "\
<Child>
<ChildIdentifiers>
<LAchildID>C1</LAchildID>
<PersonBirthDate>2015-03-27</PersonBirthDate>
<GenderCurrent>1</GenderCurrent>
</ChildIdentifiers>
<ChildCharacteristics>
<Ethnicity>WBRI</Ethnicity>
<Disabilities><Disability>MOB</Disability><Disability>HAND</Disability><Disability>PC</Disability>
<Disability>INC</Disability><Disability>COMM</Disability><Disability>LD</Disability><Disability>HEAR</Disability>
<Disability>VIS</Disability></Disabilities>
</ChildCharacteristics>
<CINdetails>
<CINreferralDate>2021-10-06</CINreferralDate>
<ReferralSource>1A</ReferralSource>
<PrimaryNeedCode>N4</PrimaryNeedCode>
<CINclosureDate>2022-03-01</CINclosureDate>
<ReasonForClosure>RC1</ReasonForClosure>
<Assessments>
<AssessmentActualStartDate>2021-10-08</AssessmentActualStartDate>
<AssessmentAuthorisationDate>2021-11-20</AssessmentAuthorisationDate>
<FactorsIdentifiedAtAssessment><AssessmentFactors>2A</AssessmentFactors></FactorsIdentifiedAtAssessment>
</Assessments>
<CINPlanDates>
<CINPlanStartDate>2021-11-22</CINPlanStartDate>
<CINPlanEndDate>2021-12-10</CINPlanEndDate>
</CINPlanDates>
<Section47>
<S47ActualStartDate>2021-12-01</S47ActualStartDate>
<InitialCPCtarget>2021-12-22</InitialCPCtarget>
<DateOfInitialCPC>2021-12-13</DateOfInitialCPC>
<ICPCnotRequired>0</ICPCnotRequired>
</Section47>
<ReferralNFA>0</ReferralNFA>
<ChildProtectionPlans>
<CPPstartDate>2021-12-13</CPPstartDate>
<CPPendDate>2022-02-20</CPPendDate>
<InitialCategoryOfAbuse>PHY</InitialCategoryOfAbuse>
<LatestCategoryOfAbuse>PHY</LatestCategoryOfAbuse>
<NumberOfPreviousCPP>0</NumberOfPreviousCPP>
<Reviews><CPPreviewDate>2022-02-01</CPPreviewDate></Reviews>
</ChildProtectionPlans>
</CINdetails>
</Child>
";

const DETAILS: &str = "<CINdetails>";

/// The text with each first of a pair, which has to be there, replaced by the second.
fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not in {text}");
        text.replacen(from, to, 1)
    })
}

/// The child of [`CHILD`] with these `CINdetails` instead of its own.
fn with_details(details: &str) -> String {
    let (head, _) = CHILD.split_once(DETAILS).unwrap();
    format!("{head}{details}</Child>\n")
}

/// A referral of 2022 with nothing wrong in it, open, and `inside` it.
fn referral(date: &str, inside: &str) -> String {
    format!(
        "<CINdetails><CINreferralDate>{date}</CINreferralDate><ReferralSource>6</ReferralSource>\
         <PrimaryNeedCode>N1</PrimaryNeedCode>{inside}<ReferralNFA>0</ReferralNFA></CINdetails>\n"
    )
}

const DONE: &str = "<Assessments><AssessmentActualStartDate>2021-10-08</AssessmentActualStartDate>\
    <AssessmentAuthorisationDate>2021-11-19</AssessmentAuthorisationDate><FactorsIdentifiedAtAssessment>\
    <AssessmentFactors>2A</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>";

fn open_assessment(start: &str) -> String {
    format!("<Assessments><AssessmentActualStartDate>{start}</AssessmentActualStartDate></Assessments>")
}

fn open_enquiry(start: &str) -> String {
    format!(
        "<Section47><S47ActualStartDate>{start}</S47ActualStartDate><ICPCnotRequired>false</ICPCnotRequired></Section47>"
    )
}

/// Reads censuses, each with its name, in the order given.
fn read(files: &[(&str, &str)]) -> Dataset {
    let mut censuses = Censuses::new();
    for (file, text) in files {
        censuses.read(*file, text.as_bytes()).unwrap();
    }
    let mut records = Dataset::builder();
    censuses.give_to(&mut records);
    records.finish()
}

fn read_one(text: &str) -> Dataset {
    read(&[("cin.xml", text)])
}

fn broken(dataset: &Dataset) -> BTreeSet<&'static str> {
    let number = |finding: &Finding| match finding.rule {
        FindingRule::CinCensus(rule) => Some(rule.number()),
        _ => None,
    };
    dataset.findings().iter().filter_map(number).collect()
}

fn error(text: impl AsRef<[u8]>) -> CinCensusError {
    Censuses::new().read("cin.xml", text.as_ref()).unwrap_err()
}

// ---- every rule --------------------------------------------------------------------------------------------------

#[test]
fn nothing_is_wrong_in_a_good_census() {
    let dataset = read_one(&census(2022, CHILD));
    assert_eq!(dataset.findings(), []);
    assert_eq!(dataset.records(), 7);
    let bare = with_details(&referral("2021-10-06", ""));
    assert_eq!(read_one(&census(2022, &bare)).findings(), []);
}

/// Pairs of what is there and what comes in its place.
type Edits = &'static [(&'static str, &'static str)];

/// Edits of the good child, and the rules that are broken then: those and no others.
const BREAKS: &[(&[&str], Edits)] = &[
    (&["100"], &[("<ReferenceDate>2022-03-31", "<ReferenceDate>2022-03-28")]),
    (&["100"], &[("<ReferenceDate>2022-03-31</ReferenceDate>", "")]),
    (&["1103"], &[("Date>2021-10-08", "Date>2021-10-05")]),
    (&["1104"], &[("<Assessments>", "<DateOfInitialCPC>2021-10-05</DateOfInitialCPC><Assessments>")]),
    (&["1104", "2885", "2889"], &[("2021-12-01", "2021-09-27"), ("2021-12-13", "2021-10-04")]),
    (&["1105", "2885", "4016"], &[("<CPPstartDate>2021-12-13", "<CPPstartDate>2021-10-05")]),
    (&["2883", "2885"], &[("<DateOfInitialCPC>2021-12-13</DateOfInitialCPC>", ""), ("Required>0", "Required>true")]),
    (&["2884"], &[("<Assessments>", "<DateOfInitialCPC>2021-12-13</DateOfInitialCPC><Assessments>")]),
    (&["2885"], &[("<CPPstartDate>2021-12-13", "<CPPstartDate>2021-12-14")]),
    (&["2886Q"], &[("<GenderCurrent>1", "<GenderCurrent>0")]),
    (&["2886Q"], &[("<GenderCurrent>1", "<GenderCurrent>9")]),
    (&["2887Q"], &[("<Disability>VIS</Disability>", "")]),
    (&["2889"], &[("2021-12-01", "2021-10-05")]),
    (&["2990"], &[("RC1", "RC8")]),
    (&["2990"], &[("RC1", "RC9")]),
    (&["4000", "8831", "8832"], &[("NFA>0", "NFA>1")]),
    (
        &["4001", "4003", "4017"],
        &[("<CINPlanEndDate>2021-12-10</CINPlanEndDate>", ""), ("<CPPendDate>2022-02-20</CPPendDate>", "")],
    ),
    (
        &["4003"],
        &[
            ("<CINPlanStartDate>2021-11-22", "<CINPlanStartDate>2022-02-20"),
            ("2021-12-10", "2022-02-28"),
            ("2022-02-01", "2022-02-22"),
        ],
    ),
    (
        &["4003", "4004", "4014", "4017"],
        &[
            ("<CINPlanEndDate>2021-12-10</CINPlanEndDate>", ""),
            ("<Section47>", "<CINPlanDates><CINPlanStartDate>2021-11-29</CINPlanStartDate></CINPlanDates><Section47>"),
        ],
    ),
    (
        &["4008", "4009Q", "8915", "8920"],
        &[("<GenderCurrent>", "<PersonDeathDate>2021-11-21</PersonDeathDate><GenderCurrent>")],
    ),
    (&["4010"], &[("<CINPlanStartDate>2021-11-22</CINPlanStartDate>", "")]),
    (&["4011"], &[("2021-12-10", "2021-11-21")]),
    (&["4012Q"], &[("2021-12-10", "2021-11-22")]),
    (&["4011", "4013"], &[("2021-12-10", "2021-03-31")]),
    (
        &["4014"],
        &[(
            "<Section47>",
            "<CINPlanDates><CINPlanStartDate>2021-12-10</CINPlanStartDate>\
             <CINPlanEndDate>2021-12-12</CINPlanEndDate></CINPlanDates><Section47>",
        )],
    ),
    (&["4015"], &[("<CINPlanStartDate>2021-11-22", "<CINPlanStartDate>2021-10-05")]),
    (&["4016"], &[("<CINPlanStartDate>2021-11-22", "<CINPlanStartDate>2021-12-14"), ("2021-12-10", "2021-12-20")]),
    (&["4017"], &[("2021-12-10", "2021-12-14")]),
    (&["2886Q", "4180"], &[("<GenderCurrent>1</GenderCurrent>", "")]),
    (&["4180"], &[("<GenderCurrent>1</GenderCurrent>", "<Sex>1</Sex>")]),
    (&["4180"], &[("<GenderCurrent>1", "<GenderCurrent>F")]),
    (&["2886Q", "4180"], &[("<GenderCurrent>1", "<GenderCurrent>7")]),
    (&["4220"], &[("WBRI", "XXXX")]),
    (&["4220"], &[("<Ethnicity>WBRI</Ethnicity>", "")]),
    (&["8500"], &[("<LAchildID>C1</LAchildID>", "<LAchildID> </LAchildID>")]),
    (&["8520"], &[("2015-03-27", "2022-04-01")]),
    (&["8520", "8606"], &[("2015-03-27", "2022-07-14")]),
    (&["8520"], &[("2015-03-27", "2022-07-13")]),
    (&["8525Q", "8530Q"], &[("<Gender", "<ExpectedPersonBirthDate>2015-03-30</ExpectedPersonBirthDate><Gender")]),
    (&["8525Q"], &[("<PersonBirthDate>2015-03-27</PersonBirthDate>", "")]),
    (
        &["8535Q", "8545Q", "8555Q", "4008", "4009Q", "8915", "8920"],
        &[("<Gender", "<PersonDeathDate>2015-03-26</PersonDeathDate><Gender")],
    ),
    (&["2887Q", "8540"], &[("VIS", "XXX")]),
    (&["2887Q", "8540"], &[("VIS", "")]),
    (&["8545Q"], &[("<Gender", "<PersonDeathDate>2022-04-01</PersonDeathDate><Gender")]),
    (&["8565"], &[("2022-03-01", "2022-02-19")]),
    (&["8568"], &[("<ReferralNFA>0</ReferralNFA>", "")]),
    (&["8568"], &[("NFA>0", "NFA>maybe")]),
    (&["8585Q"], &[("RC1", "RC2")]),
    (&["8608"], &[("2021-11-20", "2021-10-07")]),
    (&["8610"], &[("<PrimaryNeedCode>N4</PrimaryNeedCode>", "")]),
    (&["8614", "8670Q", "8867"], &[("<AssessmentAuthorisationDate>2021-11-20</AssessmentAuthorisationDate>", "")]),
    (&["2885", "8615"], &[("2021-12-13", "2021-11-29")]),
    (&["8615"], &[("<S47ActualStartDate>2021-12-01</S47ActualStartDate>", "")]),
    (&["8620"], &[("2022-03-01", "2022-04-01")]),
    (&["8565", "8630"], &[("2022-03-01", "2021-10-05")]),
    (&["8640"], &[("RC1", "RC99")]),
    (&["8650"], &[("N4", "N99")]),
    (&["2883", "2885", "8675Q", "8868"], &[("<DateOfInitialCPC>2021-12-13</DateOfInitialCPC>", "")]),
    (&["8565", "8696"], &[("2021-11-20", "2022-04-01")]),
    (&["2883", "2885", "8565", "8715"], &[("2021-12-13", "2022-04-01")]),
    (&["8720"], &[("<CPPstartDate>2021-12-13</CPPstartDate>", "")]),
    (&["8730"], &[("<NumberOfPreviousCPP>0</NumberOfPreviousCPP>", "")]),
    (&["8730"], &[("CPP>0", "CPP>two")]),
    (&["8775Q"], &[("2015-03-27", "1996-03-31")]),
    (&[], &[("2015-03-27", "1996-04-01")]),
    (&["8790"], &[("<Disability>MOB", "<Disability>NONE</Disability><Disability>MOB")]),
    (&["8794"], &[("<Disability>MOB", "<Disability>vis</Disability><Disability>MOB")]),
    (&["8805"], &[("<ReasonForClosure>RC1</ReasonForClosure>", "")]),
    (&["8810"], &[("<CINclosureDate>2022-03-01</CINclosureDate>", "")]),
    (&["8840"], &[("2022-02-20", "2021-12-13")]),
    (&["8841"], &[("2022-02-01", "2021-12-13")]),
    (&["8842Q"], &[("2022-02-01", "")]),
    (&["8866"], &[("1A", "XX")]),
    (&["8866"], &[("<ReferralSource>1A</ReferralSource>", "")]),
    (&["8869", "8873Q"], &[("<AssessmentFactors>", "<AssessmentFactors>21</AssessmentFactors><AssessmentFactors>")]),
    (&["8873Q"], &[("Factors>2A", "Factors>21")]),
    (&["8870Q"], &[("2021-12-22", "2021-12-25")]),
    (&["2885", "8875"], &[("2021-12-13", "2021-12-11")]),
    (&["8897Q"], &[("<AssessmentFactors>2A</AssessmentFactors>", "")]),
    (&["8897Q"], &[("Factors>2A", "Factors>25A")]),
    (&["8898"], &[("<AssessmentFactors>", "<AssessmentFactors>2a</AssessmentFactors><AssessmentFactors>")]),
    (&["8905"], &[("<InitialCategoryOfAbuse>PHY", "<InitialCategoryOfAbuse>XXX")]),
    (&["8910"], &[("<LatestCategoryOfAbuse>PHY</LatestCategoryOfAbuse>", "")]),
    (&["8925"], &[("2022-02-20", "2021-12-12")]),
    (&["8565", "8930"], &[("2022-02-20", "2022-04-01")]),
    (
        &["2883", "2885", "8935", "8940"],
        &[
            ("<CPPendDate>2022-02-20</CPPendDate>", ""),
            (
                "</CINdetails>",
                "<ChildProtectionPlans><CPPstartDate>2022-02-10</CPPstartDate><InitialCategoryOfAbuse>NEG\
                 </InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>\
                 <NumberOfPreviousCPP>1</NumberOfPreviousCPP></ChildProtectionPlans></CINdetails>",
            ),
        ],
    ),
];

/// Whole children, and the rules that they break.
fn children_that_break() -> Vec<(Vec<&'static str>, String)> {
    let with = |details: String| with_details(&details);
    let no_action = |date: &str| with(referral(date, "").replace("NFA>0", "NFA>1"));
    let closed = |reason: &str| {
        let inside =
            format!("<CINclosureDate>2022-01-10</CINclosureDate><ReasonForClosure>{reason}</ReasonForClosure>");
        with(referral("2021-10-06", &inside))
    };
    let one_disability =
        CHILD.replace("<Disability>VIS</Disability>", "~").split_once("<Disabilities>").map(|(head, rest)| {
            let (_, tail) = rest.split_once("</Disabilities>").unwrap();
            format!("{head}<Disabilities><Disability>AUT</Disability></Disabilities>{tail}")
        });
    let unborn = |expected: &str, sex: &str| {
        let birth = format!("<ExpectedPersonBirthDate>{expected}</ExpectedPersonBirthDate>");
        let sex = format!("<GenderCurrent>{sex}");
        let child = with(referral("2021-10-06", ""));
        edited(&child, &[("<PersonBirthDate>2015-03-27</PersonBirthDate>", &birth), ("<GenderCurrent>1", &sex)])
    };
    vec![
        (vec!["2887Q", "2888Q"], one_disability.unwrap()),
        (vec!["2991Q"], with(referral("2021-10-06", &open_enquiry("2022-03-14")))),
        (vec!["8510"], format!("{CHILD}{CHILD}")),
        (vec!["8569Q"], no_action("2021-03-30")),
        (vec![], no_action("2021-03-31")),
        (vec!["8590"], with(String::new())),
        (vec!["8600"], with(referral("2022-04-01", ""))),
        (vec!["8600"], with(referral("", ""))),
        (vec!["8670Q"], with(referral("2021-04-01", &open_assessment("2022-01-24")))),
        (vec![], with(referral("2021-04-01", &open_assessment("2022-01-27")))),
        (vec!["8670Q", "8736"], with(referral("2021-03-01", &open_assessment("2021-03-31")))),
        (vec!["8675Q"], with(referral("2021-04-01", &(DONE.to_owned() + &open_enquiry("2022-03-09"))))),
        (vec![], with(referral("2021-04-01", &(DONE.to_owned() + &open_enquiry("2022-03-10"))))),
        (vec!["8675Q", "8740"], with(referral("2021-03-01", &(DONE.to_owned() + &open_enquiry("2021-03-31"))))),
        (vec!["8750"], unborn("2022-06-01", "1")),
        (vec![], unborn("2022-06-01", "0")),
        (vec!["8815", "8816", "8820"], with(referral("2021-05-01", "") + &referral("2021-06-01", ""))),
        (vec!["8825Q"], closed("RC8")),
        (vec!["4014"], {
            let plan = |dates: &str| format!("<CINPlanDates><CINPlanStartDate>{dates}</CINPlanDates>");
            let closed = "<CINclosureDate>2022-01-10</CINclosureDate><ReasonForClosure>RC1</ReasonForClosure>";
            let first = plan("2021-10-10</CINPlanStartDate><CINPlanEndDate>2022-01-10</CINPlanEndDate>");
            let second = plan("2022-01-10</CINPlanStartDate>");
            with(referral("2021-10-06", &format!("{closed}{first}")) + &referral("2022-01-10", &second))
        }),
        (
            vec!["8839", "8890"],
            with(referral(
                "2021-10-06",
                &(DONE.to_owned() + &open_enquiry("2022-03-14") + &open_enquiry("2022-03-15")),
            )),
        ),
        (
            vec!["8863Q", "8896"],
            with(referral("2021-10-06", &(open_assessment("2022-03-14") + &open_assessment("2022-03-15")))),
        ),
    ]
}

#[test]
fn every_national_rule_is_broken_by_the_child_that_breaks_it_and_by_no_other() {
    let mut reached = BTreeSet::new();
    let whole = census(2022, CHILD);
    let edits = BREAKS.iter().map(|(rules, edits)| (rules.to_vec(), edited(&whole, edits)));
    let children = children_that_break().into_iter().map(|(rules, child)| (rules, census(2022, &child)));
    for (rules, text) in edits.chain(children) {
        let dataset = read_one(&text);
        assert_eq!(broken(&dataset), rules.iter().copied().collect(), "{text}\n{:?}", dataset.findings());
        for finding in dataset.findings().iter().filter(|f| matches!(f.rule, FindingRule::CinCensus(_))) {
            assert_eq!(finding.file.as_deref(), Some("cin.xml"), "{finding}");
            let lines = 1..=text.lines().count() as u64;
            assert!(finding.row.is_some_and(|row| lines.contains(&row)), "{finding}");
            if !finding.value.is_empty() && finding.record.is_some() && !["true", "NONE"].contains(&&*finding.value) {
                let line = text.lines().nth(usize::try_from(finding.row.unwrap()).unwrap() - 1).unwrap();
                // Rules of the child as a whole stand on the line of the child.
                let of_the_child = ["Sex", "LAchildID"].contains(&&*finding.field) && line == "<Child>";
                assert!(of_the_child || line.contains(&finding.value), "{finding}: {line}");
                assert!(of_the_child || line.contains(&finding.field), "{finding}: {line}");
            }
        }
        reached.extend(rules);
    }
    let all: BTreeSet<_> = CinRule::ALL.iter().map(|rule| rule.number()).collect();
    assert_eq!(reached, all);
}

/// Dates of a few days, so that they meet in every way, against a comparison of each with each.
#[test]
fn plans_that_meet_are_found_as_by_comparing_each_with_each() {
    let mut draw = Draw(11);
    let end = day("2022-03-31");
    for _ in 0..300 {
        let mut some = |number: u64| -> Vec<(NaiveDate, Option<NaiveDate>)> {
            let date = |draw: &mut Draw| day("2022-03-26") + Duration::days(i64::try_from(draw.below(8)).unwrap());
            (0..number).map(|_| (date(&mut draw), (!draw.one_in(3)).then(|| date(&mut draw)))).collect()
        };
        let (in_need, protected, reviews) = (some(3), some(3), some(2));
        let mut inside = String::new();
        for (start, end) in &in_need {
            inside.push_str("<CINPlanDates>\n");
            tag(&mut inside, "CINPlanStartDate", Some(*start));
            tag(&mut inside, "CINPlanEndDate", *end);
            inside.push_str("</CINPlanDates>\n");
        }
        for (start, end) in &protected {
            inside.push_str("<ChildProtectionPlans>\n");
            tag(&mut inside, "CPPstartDate", Some(*start));
            tag(&mut inside, "CPPendDate", *end);
            inside.push_str("\n<Reviews>");
            for (held, _) in &reviews {
                tag(&mut inside, "CPPreviewDate", Some(*held));
                inside.push('\n');
            }
            inside.push_str("</Reviews></ChildProtectionPlans>\n");
        }
        let text = census(2022, &with_details(&referral("2021-10-06", &inside)));
        let mut reader = CensusReader::new("cin.xml", text.as_bytes()).unwrap();
        let child = reader.next_child().unwrap().unwrap();
        let found = |rule: CinRule| child.findings.iter().filter(|f| f.rule == FindingRule::CinCensus(rule)).count();
        let lasts = |(start, until): &(NaiveDate, Option<NaiveDate>), day: NaiveDate| {
            *start <= day && until.map_or(day <= end, |until| day < until)
        };
        let naive = |starts: &[(NaiveDate, Option<NaiveDate>)], spans: &[(NaiveDate, Option<NaiveDate>)]| {
            starts.iter().filter(|(start, _)| spans.iter().any(|span| lasts(span, *start))).count()
        };
        assert_eq!(found(CinRule::Cin4016), naive(&in_need, &protected), "{text}");
        assert_eq!(found(CinRule::Cin4017), naive(&protected, &in_need), "{text}");
        let overlap = |spans: &[(NaiveDate, Option<NaiveDate>)]| {
            let meets = |at: usize, start: NaiveDate| {
                spans
                    .iter()
                    .enumerate()
                    .any(|(other, (from, until))| (*from, other) < (start, at) && start <= until.unwrap_or(end))
            };
            spans.iter().enumerate().filter(|(at, (start, _))| meets(*at, *start)).count()
        };
        assert_eq!(found(CinRule::Cin4014), overlap(&in_need), "{text}");
        assert_eq!(found(CinRule::Cin8940), overlap(&protected), "{text}");
        let at_once =
            |held: NaiveDate| in_need.iter().any(|(from, to)| *from <= held && to.is_none_or(|to| held <= to));
        let of_plan = |until: Option<NaiveDate>| {
            reviews.iter().filter(|(held, _)| at_once(*held) && until != Some(*held)).count()
        };
        let expected: usize = protected.iter().map(|(_, until)| of_plan(*until)).sum();
        assert_eq!(found(CinRule::Cin4003), expected, "{text}");
    }
}

#[test]
fn a_finding_says_where_what_and_which_rule() {
    let text = edited(&census(2022, CHILD), &[("2021-10-08", "2021-10-05")]);
    let dataset = read_one(&text);
    let [finding] = dataset.findings() else { panic!("{:?}", dataset.findings()) };
    assert_eq!(
        finding.to_string(),
        "cin.xml row 25 (assessment C1/2021-10-06/A2021-10-05), AssessmentActualStartDate \"2021-10-05\": the assessment \
         start date cannot be before the referral date"
    );
    assert_eq!((finding.person.as_deref(), finding.severity()), (Some("C1"), Severity::MayChangeFigure));
}

/// The indicators that findings of this rule may touch.
fn touched(dataset: &Dataset, rule: FindingRule) -> Vec<String> {
    let reads: Vec<_> = catalogue::standard().iter().map(|indicator| indicator.definition().reads()).collect();
    let findings: Vec<&Finding> = dataset.findings().iter().filter(|finding| finding.rule == rule).collect();
    assert!(!findings.is_empty(), "{rule:?}");
    let touched = reads.iter().filter(|reads| findings.iter().any(|finding| reads.touched_by(finding)));
    touched.map(|reads| reads.indicator.to_string()).collect()
}

#[test]
fn what_a_closed_case_lacks_touches_the_figures_that_read_it() {
    let touched = |rule, edits: &[(&str, &str)]| {
        touched(&read_one(&census(2022, &edited(CHILD, edits))), FindingRule::CinCensus(rule))
    };
    let open = [("<AssessmentAuthorisationDate>2021-11-20</AssessmentAuthorisationDate>", "")];
    assert_eq!(touched(CinRule::Cin8867, &open), ["ECS 138", "ECS 138 days"]);
    let without_conference = [("<DateOfInitialCPC>2021-12-13</DateOfInitialCPC>", "")];
    assert_eq!(touched(CinRule::Cin8868, &without_conference), ["ICPC 15"]);
    let (head, rest) = CHILD.split_once("<Assessments>").unwrap();
    let (_, tail) = rest.split_once("</Assessments>").unwrap();
    let without_assessment = read_one(&census(2022, &edited(&format!("{head}{tail}"), &[("RC1", "RC8")])));
    let of_assessments = self::touched(&without_assessment, FindingRule::CinCensus(CinRule::Cin8825Q));
    assert!(of_assessments.iter().any(|indicator| indicator == "ECS 138"), "{of_assessments:?}");
    // No figure reads the plans of children in need.
    assert_eq!(touched(CinRule::Cin8565, &[("2021-12-10", "2022-03-02")]), [""; 0]);
}

/// A referral whose date was corrected is two, and the figure that counts the false repeat is named.
#[test]
fn what_a_later_census_no_longer_carries_touches_the_figures_that_count_it() {
    let first = census(2022, &with_details(&referral("2022-03-08", "")));
    let corrected = census(2023, &with_details(&referral("2022-03-09", "")));
    let dataset = read(&[("a.xml", &first), ("b.xml", &corrected)]);
    let of_referrals = touched(&dataset, FindingRule::MissingLater);
    assert!(of_referrals.iter().any(|indicator| indicator == "ECS 14a"), "{of_referrals:?}");
    let plan = census(2022, &running());
    let dataset = read(&[("a.xml", &plan), ("b.xml", &census(2023, &CHILD.replace(">C1<", ">C2<")))]);
    let of_both = touched(&dataset, FindingRule::MissingLater);
    assert!(["NI 65", "ECS 133", "NI 64 open"].iter().all(|key| of_both.iter().any(|one| one == key)), "{of_both:?}");
}

#[test]
fn rules_that_need_a_period_are_not_checked_without_one() {
    let text = edited(
        &census(2022, &CHILD.replace("2022-03-01", "2022-04-01")),
        &[("<Year>2022</Year>", ""), ("<ReferenceDate>2022-03-31</ReferenceDate>", "")],
    );
    assert_eq!(broken(&read_one(&text)), BTreeSet::from(["100"]));
}

// ---- values and layout -------------------------------------------------------------------------------------------

fn records_of(text: &str) -> Vec<Record> {
    let mut censuses = Censuses::new();
    censuses.read("cin.xml", text.as_bytes()).unwrap();
    censuses.children().flat_map(|child| child.records).map(|joined| joined.record).collect()
}

#[test]
fn every_value_of_a_good_child_is_the_field_of_its_name() {
    let records = records_of(&census(2022, CHILD));
    let at = |text| day(text);
    let referral = "C1/2021-10-06";
    let mut expected_referral =
        Referral::new(referral, "C1", at("2021-10-06")).no_further_action(false).closed(at("2022-03-01"));
    expected_referral.source = Some(csc_kpi::record::ReferralSource::Family.into());
    expected_referral.primary_need = Some(csc_kpi::record::PrimaryNeed::AcuteStress.into());
    expected_referral.closure_reason = Some(csc_kpi::record::ClosureReason::Adopted.into());
    let mut plan = ProtectionPlan::new("C1/P2021-12-13", "C1", at("2021-12-13"))
        .referral(referral)
        .end(at("2022-02-20"))
        .previous_plans(0u32);
    plan.initial_category = Some(AbuseCategory::Physical.into());
    plan.latest_category = Some(AbuseCategory::Physical.into());
    let expected: Vec<Record> = vec![
        Person::new("C1").sex(Sex::Male).ethnicity(Ethnicity::WhiteBritish).date_of_birth(at("2015-03-27")).into(),
        expected_referral.into(),
        Assessment::new("C1/2021-10-06/A2021-10-08", "C1", at("2021-10-08"))
            .referral(referral)
            .authorised(at("2021-11-20"))
            .into(),
        Section47Enquiry::new("C1/2021-10-06/S2021-12-01", "C1", at("2021-12-01")).referral(referral).into(),
        InitialConference::new("C1/2021-10-06/S2021-12-01/ICPC", "C1")
            .enquiry("C1/2021-10-06/S2021-12-01")
            .transfer_in(false)
            .target(at("2021-12-22"))
            .date(at("2021-12-13"))
            .into(),
        plan.into(),
        PlanReview::new("C1/P2021-12-13/R2022-02-01", "C1", "C1/P2021-12-13").date(at("2022-02-01")).into(),
    ];
    assert_eq!(records, expected);
}

#[test]
fn what_no_record_holds_comes_with_the_child() {
    let text = edited(
        &census(2022, CHILD),
        &[(
            "<PersonBirthDate>",
            "<UPN>A123456789123</UPN><FormerUPN>X1</FormerUPN><UPNunknown>UN3</UPNunknown><PersonBirthDate>",
        )],
    );
    let mut reader = CensusReader::new("cin.xml", text.as_bytes()).unwrap();
    assert_eq!(reader.header().authority.as_deref(), Some("201"));
    assert_eq!((reader.header().year, reader.header().coverage()), (Some(2022), Coverage::of_year(2022)));
    let child = reader.next_child().unwrap().unwrap();
    let value = |cell: &Option<csc_kpi::format::cin_census::Cell<String>>| cell.as_ref().unwrap().value.clone();
    assert_eq!(value(&child.upn), "A123456789123");
    assert_eq!((value(&child.former_upn), value(&child.upn_unknown)), ("X1".to_owned(), "UN3".to_owned()));
    assert_eq!(
        child.disabilities.iter().map(|cell| cell.value.letters()).collect::<Vec<_>>().join(" "),
        "MOB HAND PC INC COMM LD HEAR VIS"
    );
    let plan = &child.referrals[0].in_need_plans[0];
    assert_eq!(plan.end.as_ref().map(|cell| cell.value), Some(day("2021-12-10")));
    assert_eq!(child.disabilities[0].value, Disability::Mobility.into());
    assert_eq!(child.referrals[0].assessments[0].factors[0].value, AssessmentFactor::DrugMisuseByChild.into());
    // What no list knows is kept as written, and is a finding.
    let text = edited(&text, &[("Factors>2A", "Factors>99Z"), ("VIS", "xyz")]);
    let mut unknown = CensusReader::new("cin.xml", text.as_bytes()).unwrap();
    let unknown = unknown.next_child().unwrap().unwrap();
    assert_eq!(unknown.referrals[0].assessments[0].factors[0].value.to_string(), "99Z");
    assert_eq!(unknown.disabilities[7].value, Coded::Unknown("xyz".to_owned()));
    let rules: Vec<_> = unknown.findings.iter().map(|finding| finding.rule.number().unwrap()).collect();
    assert_eq!(rules, ["8540", "8897Q"]);
    assert_eq!(reader.next_child().unwrap(), None);
    assert_eq!(reader.next_child().unwrap(), None);
}

#[test]
fn the_sex_of_every_year_is_understood() {
    for (element, sex) in [
        ("<GenderCurrent>1</GenderCurrent>", Sex::Male),
        ("<GenderCurrent>2</GenderCurrent>", Sex::Female),
        ("<GenderCurrent>0</GenderCurrent>", Sex::Unknown),
        ("<GenderCurrent>9</GenderCurrent>", Sex::Unknown),
        ("<Sex>M</Sex>", Sex::Male),
        ("<Sex>f</Sex>", Sex::Female),
        ("<Sex>U</Sex>", Sex::Unknown),
        ("<Sex>2</Sex>", Sex::Female),
    ] {
        let text = edited(&census(2025, CHILD), &[("<GenderCurrent>1</GenderCurrent>", element)]);
        let records = records_of(&text);
        let Some(Record::Person(person)) = records.first() else { panic!("{records:?}") };
        assert_eq!(person.sex, Some(sex.into()), "{element}");
    }
}

#[test]
fn the_layout_does_not_matter() {
    let plain = records_of(&census(2022, CHILD));
    let text = census(2022, CHILD);
    let layouts = [
        format!("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{text}"),
        text.replace('\n', "\r\n"),
        text.replace('\n', ""),
        text.replace(">\n<", ">\n\n <!-- a comment with <tags> -->\t<"),
        text.replace("<Child>", "<Child a=\"1\" b='>'>").replace("CINdetails", "cin:CINdetails"),
        text.replace("Assessments", "ASSESSMENTS").replace("CPPstartDate", "CPPStartDate"),
        text.replace("2021-10-06", " \n2021-10-06\t").replace("2021-11-20", "<![CDATA[2021-11-20]]>"),
        text.replace("2021-11-20", "2021-11-20T00:00:00").replace("2022-02-20", "2022-02-20Z"),
        text.replace("2021-11-20", "2021-11-20+01:00").replace("2022-02-20", "20/02/2022"),
        text.replace(">C1<", ">C&#49;<"),
        text.replace("<Assessments>", "<CINclosureDate/><Assessments>").replacen("<CINclosureDate/>", "", 1),
        text.replace(
            "<FactorsIdentifiedAtAssessment><AssessmentFactors>2A</AssessmentFactors></FactorsIdentifiedAtAssessment>",
            "<AssessmentFactors>2A</AssessmentFactors>",
        ),
    ];
    for layout in layouts {
        assert_eq!(records_of(&layout), plain, "{layout}");
        assert_eq!(read_one(&layout).findings(), [], "{layout}");
    }
    // However few bytes come at a time, and at whichever of them a line ends.
    let findings = |text: &str, size: usize| {
        let mut censuses = Censuses::new();
        censuses.read("cin.xml", BufReader::with_capacity(size, text.as_bytes())).unwrap();
        censuses.findings().to_vec()
    };
    let faulty = edited(&text, &[("2021-10-08", "2021-10-05"), ("N4", "N99")]);
    let whole = findings(&faulty, 1 << 16);
    assert!(whole.len() == 2 && [1, 2, 7, 64].iter().all(|size| findings(&faulty, *size) == whole));
    let names = records_of(&text.replace(">C1<", ">&quot;C&amp;1&lt;<"));
    assert!(matches!(&names[0], Record::Person(person) if person.id == "\"C&1<"));
}

/// The rules, other than national ones, of the findings of a text.
fn others(text: &str) -> Vec<(FindingRule, String, String, Option<u64>)> {
    let dataset = read_one(text);
    let findings = dataset.findings().iter().filter(|finding| !matches!(finding.rule, FindingRule::CinCensus(_)));
    findings.map(|f| (f.rule, f.field.clone(), f.value.clone(), f.row)).collect()
}

#[test]
fn nothing_is_lost_without_a_finding() {
    use FindingRule::{EmptyStart, NotANumber, RepeatedElement, UnexpectedElement, UnknownFlag, UnreadableDate};
    let text = census(2022, CHILD);
    let cases: &[(&str, &str, FindingRule, &str, &str, u64)] = &[
        ("<Ethnicity>", "<Shoes>42</Shoes><Ethnicity>", UnexpectedElement, "Shoes", "42", 13),
        ("<Children>", "<Children>stray", UnexpectedElement, "Message", "stray", 6),
        ("</Children>", "<Adult/></Children>", UnexpectedElement, "Adult", "an element", 50),
        ("<CINdetails>", "stray<CINdetails>", UnexpectedElement, "Child", "stray", 6),
        ("<Section47>", "<Section47>stray", UnexpectedElement, "Section47", "stray", 33),
        ("<Reviews>", "<Reviews>stray", UnexpectedElement, "Reviews", "stray", 46),
        (">N4<", ">N4<i>x</i><", UnexpectedElement, "i", "x", 21),
        ("<LEA>", "<Area>7</Area><LEA>", UnexpectedElement, "Area", "7", 4),
        (
            "<PrimaryNeedCode>",
            "<PrimaryNeedCode>N4</PrimaryNeedCode><PrimaryNeedCode>",
            RepeatedElement,
            "PrimaryNeedCode",
            "N4",
            21,
        ),
        ("2022-02-20", "20-02-2022", UnreadableDate, "CPPendDate", "20-02-2022", 42),
        ("2022-02-01", "1 February", UnreadableDate, "CPPreviewDate", "1 February", 46),
        ("2015-03-27", "27.3.15", UnreadableDate, "PersonBirthDate", "27.3.15", 9),
        ("Required>0", "Required>perhaps", UnknownFlag, "ICPCnotRequired", "perhaps", 37),
        ("CPP>0", "CPP>-1", NotANumber, "NumberOfPreviousCPP", "-1", 45),
        ("<S47ActualStartDate>2021-12-01</S47ActualStartDate>", "", EmptyStart, "S47ActualStartDate", "", 33),
    ];
    for (from, to, rule, field, value, row) in cases {
        let found = others(&edited(&text, &[(from, to)]));
        let expected = (*rule, (*field).to_owned(), (*value).to_owned(), Some(*row));
        assert!(found.contains(&expected), "{from} -> {to}: {found:?}");
    }
    let more = "<PreProceedingsandFGDM><PPStartDate>2022-01-09</PPStartDate></PreProceedingsandFGDM></CINdetails>";
    let pre = edited(&text, &[("</CINdetails>", more)]);
    assert_eq!(others(&pre), []);
}

/// A line is all that tells two places apart in a dataset; the reader itself has each.
#[test]
fn equal_findings_on_one_line_are_one_in_a_dataset_and_each_in_the_reader() {
    let undated = with_details(&format!("{}{}", referral("", ""), referral("", "")));
    for (text, in_dataset) in [(census(2022, &undated), 2), (census(2022, &undated).replace('\n', ""), 1)] {
        let mut censuses = Censuses::new();
        censuses.read("cin.xml", text.as_bytes()).unwrap();
        let empty = censuses.findings().iter().filter(|finding| finding.rule == FindingRule::EmptyStart).count();
        assert_eq!((empty, by_rule(&read_one(&text), FindingRule::EmptyStart).len()), (2, in_dataset));
    }
}

#[test]
fn a_date_that_cannot_be_read_leaves_its_own_record_out() {
    let text = census(2022, CHILD);
    for (from, family) in [
        ("2015-03-27", Family::Person),
        ("2022-03-01", Family::Referral),
        ("2021-10-06", Family::Referral),
        ("2021-11-20", Family::Assessment),
        ("2021-12-22", Family::InitialConference),
        ("2021-12-13", Family::InitialConference),
        ("2022-02-20", Family::ProtectionPlan),
        ("2022-02-01", Family::PlanReview),
    ] {
        let whole: Vec<Family> = records_of(&text).iter().map(Record::family).collect();
        let left: Vec<Family> = records_of(&edited(&text, &[(from, "?")])).iter().map(Record::family).collect();
        let expected: Vec<Family> = whole.into_iter().filter(|one| *one != family).collect();
        assert_eq!(left, expected, "{from}");
    }
    // In no record, so that none is left out and no figure is touched.
    let review = "<AssessmentInternalReviewDate>?</AssessmentInternalReviewDate><AssessmentAuthorisationDate>";
    for (field, edit) in [
        ("AssessmentInternalReviewDate", ("<AssessmentAuthorisationDate>", review)),
        ("CINPlanStartDate", ("<CINPlanStartDate>2021-11-22", "<CINPlanStartDate>?")),
        ("CINPlanEndDate", ("<CINPlanEndDate>2021-12-10", "<CINPlanEndDate>?")),
    ] {
        let text = edited(&text, &[edit]);
        assert_eq!(records_of(&text).len(), 7);
        let dataset = read_one(&text);
        assert!(dataset.findings().iter().all(|f| f.severity() == Severity::ForInformation && f.matter().is_none()));
        let [(rule, found, value, _)] = &others(&text)[..] else { panic!("{field}") };
        assert_eq!((*rule, found.as_str(), value.as_str()), (FindingRule::DateReadAsEmpty, field, "?"));
    }
}

#[test]
fn a_census_covers_the_year_to_its_reference_date_or_else_to_31_march_of_its_year() {
    for (year, reference, covered) in [
        ("2022", "2022-03-31", Some(2022)),
        ("2023", "2024-03-31", Some(2024)),
        ("2023", "2023-07-21", Some(2023)),
        ("2023", "", Some(2023)),
        ("", "2022-03-31", Some(2022)),
        ("", "2022-03-30", None),
        ("next", "soon", None),
    ] {
        let text = edited(&census(2022, CHILD), &[(">2022<", &format!(">{year}<")), ("2022-03-31", reference)]);
        let reader = CensusReader::new("cin.xml", text.as_bytes()).unwrap();
        assert_eq!(reader.header().coverage(), covered.and_then(Coverage::of_year), "{year} {reference}");
        assert_eq!(broken(&read_one(&text)).contains("100"), year != "2022" || reference != "2022-03-31");
    }
    // A header that comes too late says nothing of the children before it.
    let text = census(2022, &CHILD.replace("2022-03-01", "2022-04-01"));
    let (header, children) = text.strip_prefix("<Message>\n").unwrap().split_at(text.find("<Children>").unwrap() - 10);
    let turned = format!("<Message>{}{header}</Message>", children.replace("</Message>\n", ""));
    assert!(!broken(&read_one(&turned)).contains("8620") && broken(&read_one(&text)).contains("8620"));
    // It is not read, as one that is not there, and the census supplies nothing.
    let without = turned.replace(header, "");
    for text in [&turned, &without] {
        let mut censuses = Censuses::new();
        let read = censuses.read("cin.xml", text.as_bytes()).unwrap();
        assert_eq!((read.header, read.coverage), (Header::default(), None));
        assert!(censuses.supply().days(Family::Referral).is_empty());
        let dataset = read_one(text);
        let found = by_rule(&dataset, FindingRule::CinCensus(CinRule::Cin100));
        assert_eq!(found, [("cin.xml".to_owned(), 1, "ReferenceDate".to_owned(), String::new())]);
        let unread = others(text)
            .into_iter()
            .any(|(rule, field, ..)| (rule, field.as_str()) == (FindingRule::UnexpectedElement, "Header"));
        assert_eq!(unread, text == &turned);
    }
    // Of two headers the first is read.
    let second = header.replace("2022", "2021");
    let both = text.replace("<Children>", &format!("{second}<Children>"));
    let reader = CensusReader::new("cin.xml", both.as_bytes()).unwrap();
    assert_eq!(reader.header().coverage(), Coverage::of_year(2022));
    assert!(others(&both).iter().any(|(rule, ..)| *rule == FindingRule::RepeatedElement));
}

#[test]
fn what_the_builder_finds_names_file_and_line() {
    let text = census(2022, &CHILD.replace("2022-02-20", "2021-12-12"));
    let found = |files: &[(&str, &str)]| -> Vec<_> {
        let dataset = read(files);
        let ended = dataset.findings().iter().filter(|finding| finding.rule == FindingRule::EndBeforeStart);
        ended.map(|f| (f.file.as_deref().unwrap_or_default().to_owned(), f.row, f.record.clone().unwrap())).collect()
    };
    let expected = |file: &str| [(file.to_owned(), Some(40), "C1/P2021-12-13".to_owned())];
    assert_eq!(found(&[("a.xml", &text)]), expected("a.xml"));
    let other = census(2023, "");
    assert_eq!(found(&[("a.xml", &text), ("b.xml", &other)]), expected("a.xml"));
    // Read before or behind, whichever name comes first.
    assert_eq!(found(&[("a.xml", &other), ("b.xml", &text)]), expected("b.xml"));
    assert_eq!(found(&[("b.xml", &text), ("a.xml", &other)]), expected("b.xml"));
}

// ---- several years -----------------------------------------------------------------------------------------------

fn by_rule(dataset: &Dataset, rule: FindingRule) -> Vec<(String, u64, String, String)> {
    let of = |f: &Finding| {
        (f.file.as_deref().unwrap_or("").to_owned(), f.row.unwrap_or(0), f.field.clone(), f.value.clone())
    };
    dataset.findings().iter().filter(|finding| finding.rule == rule).map(of).collect()
}

/// A child on a plan, without any end.
fn running() -> String {
    CHILD
        .replace("<CINclosureDate>2022-03-01</CINclosureDate>\n<ReasonForClosure>RC1</ReasonForClosure>", "\n")
        .replace("<AssessmentAuthorisationDate>2021-11-20</AssessmentAuthorisationDate>", "")
        .replace("<CPPendDate>2022-02-20</CPPendDate>", "")
}

/// The same a year later.
fn ended() -> String {
    CHILD
        .replace("2022-03-01", "2022-07-01")
        .replace("2021-11-20", "2022-04-20")
        .replace("2022-02-20", "2022-06-20")
        .replace("2022-02-01", "2022-05-01")
}

#[test]
fn what_runs_through_several_censuses_is_one_record_with_what_the_last_says() {
    let (first, second) = (census(2022, &running()), census(2023, &ended()));
    for files in [[("a.xml", first.as_str()), ("b.xml", &second)], [("b.xml", &second), ("a.xml", &first)]] {
        let dataset = read(&files);
        let child = dataset.child("C1").unwrap();
        let c = child.chronology();
        assert_eq!((c.referrals().len(), c.assessments().len(), c.enquiries().len()), (1, 1, 1));
        assert_eq!((c.conferences().len(), c.plans().len(), c.reviews().len()), (1, 1, 2));
        assert_eq!(c.referrals()[0].closed, Some(day("2022-07-01")));
        assert_eq!(c.assessments()[0].authorised.unwrap().date(), day("2022-04-20"));
        assert_eq!(c.plans()[0].end, Some(day("2022-06-20")));
        assert_eq!(by_rule(&dataset, FindingRule::ChangedLater), []);
        assert_eq!(by_rule(&dataset, FindingRule::MissingLater), []);
        assert_eq!(by_rule(&dataset, FindingRule::RepeatedId), []);
    }
}

#[test]
fn what_a_later_census_contradicts_is_named_where_the_earlier_one_says_it() {
    let first = census(2022, CHILD);
    for (from, to, field, value, row) in [
        ("2015-03-27", "2015-03-28", "PersonBirthDate", "2015-03-27", 6),
        ("WBRI", "WIRI", "Ethnicity", "WBRI", 6),
        ("GenderCurrent>1", "GenderCurrent>2", "Sex", "M", 6),
        ("1A", "1B", "ReferralSource", "1A", 18),
        ("N4", "N5", "PrimaryNeedCode", "N4", 18),
        ("2022-03-01", "2022-04-05", "CINclosureDate", "2022-03-01", 18),
        ("<CINclosureDate>2022-03-01</CINclosureDate>", "", "CINclosureDate", "2022-03-01", 18),
        ("RC1", "RC7", "ReasonForClosure", "RC1", 18),
        ("NFA>0", "NFA>1", "ReferralNFA", "false", 18),
        ("2021-11-20", "2022-04-05", "AssessmentAuthorisationDate", "2021-11-20", 24),
        ("2021-12-22", "2021-12-23", "InitialCPCtarget", "2021-12-22", 33),
        ("<DateOfInitialCPC>2021-12-13", "<DateOfInitialCPC>2021-12-14", "DateOfInitialCPC", "2021-12-13", 33),
        ("2022-02-20", "2022-04-05", "CPPendDate", "2022-02-20", 40),
        ("<InitialCategoryOfAbuse>PHY", "<InitialCategoryOfAbuse>NEG", "InitialCategoryOfAbuse", "PHY", 40),
        ("CPP>0", "CPP>1", "NumberOfPreviousCPP", "0", 40),
    ] {
        let second = census(2023, &edited(CHILD, &[(from, to)]));
        let found = |files: &[(&str, &str)]| by_rule(&read(files), FindingRule::ChangedLater);
        let expected = vec![("a.xml".to_owned(), row, field.to_owned(), value.to_owned())];
        assert_eq!(found(&[("a.xml", &first), ("b.xml", &second)]), expected, "{from} -> {to}");
        assert_eq!(found(&[("b.xml", &second), ("a.xml", &first)]), expected, "{from} -> {to}");
    }
    // The later one counts; a case open again is open; what a later one merely lacks stays.
    let reopened = census(2023, &edited(CHILD, &[("<CINclosureDate>2022-03-01</CINclosureDate>", ""), ("WBRI", "")]));
    let dataset = read(&[("a.xml", &first), ("b.xml", &reopened)]);
    let child = dataset.child("C1").unwrap();
    assert_eq!(child.chronology().referrals()[0].closed, None);
    assert!(child.chronology().person().ethnicity.is(Ethnicity::WhiteBritish));
    // A sex that was unknown, as that of a child not born yet, contradicts nothing.
    let unknown = CHILD.replace("GenderCurrent>1", "GenderCurrent>0");
    let changed = |files: &[(&str, &str)]| by_rule(&read(files), FindingRule::ChangedLater).len();
    let (known, not_known) = (census(2023, CHILD), census(2022, &unknown));
    assert_eq!(changed(&[("a.xml", &not_known), ("b.xml", &known)]), 0);
    assert_eq!(changed(&[("a.xml", &first), ("b.xml", &census(2023, &unknown))]), 1);
    let dataset = read(&[("a.xml", &not_known), ("b.xml", &known)]);
    assert!(dataset.child("C1").unwrap().chronology().person().sex.is(Sex::Male));
    // The latest category of abuse is what its name says.
    let latest = census(2023, &edited(CHILD, &[("<LatestCategoryOfAbuse>PHY", "<LatestCategoryOfAbuse>NEG")]));
    let dataset = read(&[("a.xml", &first), ("b.xml", &latest)]);
    assert_eq!(by_rule(&dataset, FindingRule::ChangedLater), []);
    let child = dataset.child("C1").unwrap();
    assert!(child.chronology().plans()[0].latest_category.is(AbuseCategory::Neglect));
}

#[test]
fn of_two_censuses_of_one_year_the_one_read_later_counts() {
    let (first, second) = (census(2022, CHILD), census(2022, &CHILD.replace("2022-03-01", "2022-03-02")));
    let closed = |files: &[(&str, &str)]| {
        let dataset = read(files);
        assert_eq!(by_rule(&dataset, FindingRule::ChangedLater).len(), 1);
        dataset.child("C1").unwrap().chronology().referrals()[0].closed.unwrap()
    };
    assert_eq!(closed(&[("a.xml", &first), ("b.xml", &second)]), day("2022-03-02"));
    assert_eq!(closed(&[("b.xml", &second), ("a.xml", &first)]), day("2022-03-01"));
    // One that does not say which year it is of comes before all that do.
    let nameless = edited(&second, &[("<Year>2022</Year>", ""), ("2022-03-31", "")]);
    assert_eq!(closed(&[("a.xml", &first), ("b.xml", &nameless)]), day("2022-03-01"));
}

#[test]
fn what_is_open_and_then_not_there_ends_on_the_first_day_after_the_last_census_that_has_it() {
    let (first, other) = (census(2022, &running()), CHILD.replace(">C1<", ">C2<"));
    let missing = |files: &[(&str, &str)]| by_rule(&read(files), FindingRule::MissingLater);
    let next = census(2023, &other);
    let gap = census(2024, &other);
    for files in [
        vec![("a.xml", first.as_str()), ("b.xml", &next)],
        vec![("b.xml", &next), ("a.xml", &first)],
        // Whichever year the later census is of.
        vec![("a.xml", &first), ("c.xml", &gap)],
        vec![("a.xml", &first), ("b.xml", &next), ("c.xml", &gap)],
    ] {
        let found = missing(&files);
        let fields: Vec<_> = found.iter().map(|(file, row, field, _)| (file.as_str(), *row, field.as_str())).collect();
        assert_eq!(fields, [("a.xml", 18, "CINclosureDate"), ("a.xml", 40, "CPPendDate")]);
        let dataset = read(&files);
        let child = dataset.child("C1").unwrap();
        assert_eq!(child.chronology().plans()[0].end, Some(day("2022-04-01")));
        assert_eq!(child.chronology().referrals()[0].closed, Some(day("2022-04-01")));
        let ledger = Engine::new(catalogue::standard()).run(&dataset).unwrap();
        for (indicator, before) in [("NI 64 open", "0 of 1"), ("ECS 133", "0 of 1")] {
            let ratio = |at| ledger.reading(indicator, Basis::AsAt, day(at)).unwrap().ratio().map(|r| r.to_string());
            assert_eq!(ratio("2022-03-31").as_deref(), Some(before));
            if files.len() == 2 && files.iter().any(|(file, _)| *file == "c.xml") {
                assert_eq!(
                    ratio("2024-03-31").as_deref(),
                    Some("0 of 0"),
                    "the gap is not supplied, the later year is"
                );
            }
        }
    }
    // Not known of the last census, nor of one that does not say its year; not wrong where it was closed or had no action.
    assert_eq!(missing(&[("a.xml", &first), ("b.xml", &census(2021, &other))]), []);
    let nameless = edited(&next, &[("<Year>2023</Year>", ""), ("2023-03-31", "")]);
    assert_eq!(missing(&[("a.xml", &first), ("b.xml", &nameless)]), []);
    assert_eq!(missing(&[("a.xml", &census(2022, CHILD)), ("b.xml", &next)]), []);
    let no_action = with_details(&referral("2021-10-06", "").replace("NFA>0", "NFA>1"));
    assert_eq!(missing(&[("a.xml", &census(2022, &no_action)), ("b.xml", &next)]), []);
    // Back again in the third year, it is not missing; nor where the later census has it in a row that is left out.
    let third = census(2024, &ended());
    assert_eq!(missing(&[("a.xml", &first), ("b.xml", &next), ("c.xml", &third)]), []);
    let unread = census(2023, &ended().replace("2022-07-01", "?").replace("2022-06-20", "?"));
    assert_eq!(missing(&[("a.xml", &first), ("b.xml", &unread)]), []);
    // What begins after its census never ends before it begins.
    let late = census(2022, &running().replace("<CPPstartDate>2021-12-13", "<CPPstartDate>2022-04-05"));
    let dataset = read(&[("a.xml", &late), ("b.xml", &next)]);
    assert_eq!(dataset.child("C1").unwrap().chronology().plans()[0].end, Some(day("2022-04-05")));
}

#[test]
fn what_a_census_gives_twice_is_one_record() {
    let twice = format!("{CHILD}{}", CHILD.replace("2022-03-01", "2022-03-02").replace("2022-02-01", "2022-02-08"));
    let dataset = read_one(&census(2022, &twice));
    let child = dataset.child("C1").unwrap();
    assert_eq!(child.chronology().referrals().len(), 1);
    assert_eq!(child.chronology().referrals()[0].closed, Some(day("2022-03-01")));
    assert_eq!(child.chronology().reviews().len(), 2);
    let repeated: Vec<String> = by_rule(&dataset, FindingRule::RepeatedId).into_iter().map(|f| f.2).collect();
    assert_eq!(repeated.len(), 4, "{repeated:?}");
    for field in ["CINreferralDate", "AssessmentActualStartDate", "S47ActualStartDate", "CPPstartDate"] {
        assert!(repeated.iter().any(|one| one == field), "{field}");
    }
    assert_eq!(by_rule(&dataset, FindingRule::CinCensus(CinRule::Cin8510)).len(), 1);
    // A day is one of no further action only if all its referrals are.
    let going_on = referral("2021-10-06", &open_assessment("2021-10-08"));
    let stopped = referral("2021-10-06", "").replace("NFA>0", "NFA>1");
    for both in [format!("{going_on}{stopped}"), format!("{stopped}{going_on}")] {
        let dataset = read_one(&census(2022, &with_details(&both)));
        let child = dataset.child("C1").unwrap();
        assert_eq!(child.chronology().referrals().len(), 1);
        assert_eq!(child.chronology().referrals()[0].no_further_action, Some(false), "{both}");
        assert_eq!(by_rule(&dataset, FindingRule::RepeatedId).len(), 1);
    }
    // An assessment that is done is not hidden by one that is open.
    let open = open_assessment("2021-10-08");
    let done = |authorised: &str| {
        let authorised =
            format!("<AssessmentAuthorisationDate>{authorised}</AssessmentAuthorisationDate></Assessments>");
        open.replace("</Assessments>", &authorised)
    };
    let (first, second) = (done("2021-11-20"), done("2021-11-25"));
    for all in [[&open, &first, &second], [&first, &open, &second], [&first, &second, &open]] {
        let all = all.map(String::as_str).join("\n");
        let dataset = read_one(&census(2022, &with_details(&referral("2021-10-06", &all))));
        let child = dataset.child("C1").unwrap();
        let assessments = child.chronology().assessments();
        assert_eq!(assessments.iter().map(|a| a.authorised.unwrap().date()).collect::<Vec<_>>(), [day("2021-11-20")]);
        assert_eq!(by_rule(&dataset, FindingRule::RepeatedId).len(), 2, "{all}");
    }
}

#[test]
fn a_plan_is_one_whatever_referral_it_lies_in_and_a_conference_is_one_on_either_level() {
    let moved = census(2023, &CHILD.replace("2021-10-06", "2021-10-07").replace("2022-02-20", "2022-04-20"));
    let dataset = read(&[("a.xml", &census(2022, &running())), ("b.xml", &moved)]);
    let child = dataset.child("C1").unwrap();
    let c = child.chronology();
    assert_eq!((c.referrals().len(), c.plans().len()), (2, 1));
    assert_eq!(c.text(c.plans()[0].referral.unwrap()), "C1/2021-10-07");

    let on = |date: &str| format!("<DateOfInitialCPC>{date}</DateOfInitialCPC><Assessments>");
    let conferences = |date: &str| {
        let dataset = read_one(&census(2022, &edited(CHILD, &[("<Assessments>", &on(date))])));
        let child = dataset.child("C1").unwrap();
        child.chronology().conferences().iter().map(|c| (c.date.unwrap().date(), c.transfer_in)).collect::<Vec<_>>()
    };
    assert_eq!(conferences("2021-12-13"), [(day("2021-12-13"), Some(false))]);
    assert_eq!(conferences("2021-10-11"), [(day("2021-10-11"), Some(true)), (day("2021-12-13"), Some(false))]);
}

#[test]
fn what_a_census_gives_twice_is_said_child_by_child_too() {
    let assessment = format!("{DONE}\n{}", DONE.replace("2021-11-19", "2022-01-19"));
    let details = referral("2021-10-06", &assessment) + &referral("2021-10-06", "");
    let text = census(2022, &with_details(&details));
    let mut reader = CensusReader::new("cin.xml", text.as_bytes()).unwrap();
    let child = reader.next_child().unwrap().unwrap();
    let joined = child.joined();
    let repeated: Vec<_> = joined.findings.iter().map(|f| (f.rule, f.field.as_str(), f.file.as_deref())).collect();
    let twice = |field| (FindingRule::RepeatedId, field, Some("cin.xml"));
    assert_eq!(repeated, [twice("CINreferralDate"), twice("AssessmentActualStartDate")]);
    let mut censuses = Censuses::new();
    censuses.read("cin.xml", text.as_bytes()).unwrap();
    assert_eq!(censuses.children().collect::<Vec<_>>(), [joined]);
    assert_eq!(censuses.findings(), child.findings);
}

/// The days of all conferences of the one child, each with whether it is a transfer-in.
fn conferences(dataset: &Dataset) -> Vec<(String, Option<bool>)> {
    let child = dataset.child("C1").unwrap();
    child.chronology().conferences().iter().map(|c| (c.date.unwrap().to_string(), c.transfer_in)).collect()
}

#[test]
fn a_conference_counts_in_whichever_of_several_rows_it_stands() {
    let held = |day: &str| format!("<DateOfInitialCPC>{day}</DateOfInitialCPC>");
    let enquiry = |inside: &str| {
        let inside = format!("<S47ActualStartDate>2021-06-02</S47ActualStartDate>{inside}");
        format!("<Section47>{inside}<ICPCnotRequired>0</ICPCnotRequired></Section47>\n")
    };
    let stopped = referral("2021-06-01", "").replace("NFA>0", "NFA>1");
    let transfer = referral("2021-06-01", &held("2021-06-10"));
    let other = referral("2021-06-01", &held("2021-09-10"));
    let (without, with) = (enquiry(""), enquiry(&held("2021-06-10")));
    let also = enquiry(&held("2021-07-01"));
    let undated = |day: &str| referral("", &held(day));
    let in_one = |enquiries: &[&String]| {
        let all: String = enquiries.iter().map(|one| one.as_str()).collect();
        referral("2021-06-01", &all)
    };
    let (june, july, september) = ("2021-06-10", "2021-07-01", "2021-09-10");
    for (details, expected) in [
        (format!("{stopped}{transfer}"), vec![(june, true)]),
        (format!("{transfer}{stopped}"), vec![(june, true)]),
        (format!("{transfer}{transfer}"), vec![(june, true)]),
        (format!("{other}{transfer}"), vec![(june, true), (september, true)]),
        (format!("{}{}", undated(june), undated(september)), vec![(june, true), (september, true)]),
        (in_one(&[&without, &with]), vec![(june, false)]),
        (in_one(&[&with, &without]), vec![(june, false)]),
        (in_one(&[&with, &also, &with]), vec![(june, false), (july, false)]),
        // That of an enquiry is no transfer-in, in whichever referral of the day it stands.
        (format!("{transfer}{}", in_one(&[&without, &with])), vec![(june, false)]),
    ] {
        let text = census(2022, &with_details(&details));
        let expected: Vec<_> = expected.into_iter().map(|(day, moved)| (day.to_owned(), Some(moved))).collect();
        assert_eq!(conferences(&read_one(&text)), expected, "{details}");
        let later = census(2023, &with_details(&details));
        let twice = read(&[("a.xml", &text), ("b.xml", &later)]);
        assert_eq!(conferences(&twice), expected, "{details}");
        assert_eq!(by_rule(&twice, FindingRule::ChangedLater), []);
        let ledger = Engine::new(catalogue::standard()).run(&twice).unwrap();
        let reading = ledger.reading("ICPC 15", Basis::Cumulative, day("2022-03-31")).unwrap();
        assert_eq!(reading.ratio().unwrap().denominator(), expected.len() as u64, "{details}");
    }
    // A later census that has one of two days contradicts the other; one without any says that there was none.
    let both = census(2022, &with_details(&in_one(&[&with, &also])));
    let one = census(2023, &with_details(&in_one(&[&without, &also])));
    let none = census(2023, &with_details(&in_one(&[&without])));
    let dataset = read(&[("a.xml", &both), ("b.xml", &one)]);
    assert_eq!(conferences(&dataset), [(july.to_owned(), Some(false))]);
    let changed = |dataset: &Dataset| -> Vec<String> {
        by_rule(dataset, FindingRule::ChangedLater).into_iter().map(|(.., value)| value).collect()
    };
    assert_eq!(changed(&dataset), [june]);
    let dataset = read(&[("a.xml", &both), ("b.xml", &none)]);
    assert_eq!((conferences(&dataset).len(), changed(&dataset)), (0, vec![june.to_owned(), july.to_owned()]));
}

#[test]
fn children_come_one_at_a_time_in_the_order_of_their_ids() {
    let text = census(2022, &format!("{}{}{CHILD}", CHILD.replace(">C1<", ">C3<"), CHILD.replace(">C1<", ">C2<")));
    let mut censuses = Censuses::new();
    let read = censuses.read("a.xml", text.as_bytes()).unwrap();
    assert_eq!((read.counts.children, read.coverage), (3, Coverage::of_year(2022)));
    censuses.read("b.xml", census(2023, CHILD).as_bytes()).unwrap();
    let children: Vec<_> = censuses.children().collect();
    assert_eq!(children.iter().map(|child| child.id.as_str()).collect::<Vec<_>>(), ["C1", "C2", "C3"]);
    let places: Vec<_> = children.iter().map(|child| (&*child.records[1].file, child.records[1].line)).collect();
    assert_eq!(places, [("b.xml", 18), ("a.xml", 62), ("a.xml", 18)]);
    // A child of one census alone has the records it has when joined with nothing.
    let mut reader = CensusReader::new("a.xml", text.as_bytes()).unwrap();
    let third = reader.next_child().unwrap().unwrap().joined();
    assert_eq!(third, children[2]);
    // Child by child into a ledger is as all at once.
    let engine = Engine::new(catalogue::standard());
    let mut one_by_one = engine.ledger().unwrap();
    for child in &children {
        let mut records = Dataset::builder();
        records.begin_source(&censuses.supply());
        records.extend(child.records.iter().map(|joined| joined.record.clone()));
        for child in records.finish().children() {
            engine.post(&mut one_by_one, &child).unwrap();
        }
    }
    let mut records = Dataset::builder();
    censuses.give_to(&mut records);
    assert_eq!(engine.run(&records.finish()).unwrap(), one_by_one);
}

// ---- texts that are refused --------------------------------------------------------------------------------------

#[test]
fn texts_that_cannot_be_read_say_where_and_why() {
    let text = census(2022, CHILD);
    let refused = |text: &str| error(text).to_string();
    let laughs = format!("<!DOCTYPE m [<!ENTITY a \"{}\">]>\n{text}", "ha".repeat(10));
    assert_eq!(refused(&laughs), "cin.xml line 1: a document type declaration is refused");
    assert_eq!(
        refused(&text.replace(">C1<", ">&lol;<")),
        "cin.xml line 8: the entity &lol; is not one of the five of XML, and no other is expanded"
    );
    assert_eq!(refused(""), "cin.xml line 1: there is no element in it");
    assert_eq!(refused("no XML at all"), "cin.xml line 1: there is no element in it");
    let other = "cin.xml line 1: the outermost element is <Msg> and not <Message>";
    assert_eq!(refused(&text.replace("Message>", "Msg>")), other);
    for other in ["<CINCensus/>", "<SSDA903><CHILD/></SSDA903>", "<Children><Child/></Children>"] {
        assert!(matches!(error(other).problem, CinCensusProblem::OtherRoot(_)), "{other}");
    }
    assert!(CensusReader::new("cin.xml", b"<html/>".as_slice()).is_err());
    let two = format!("{text}{text}");
    assert!(matches!(error(&two).problem, CinCensusProblem::NotWellFormed(_)), "two censuses in one file");
    assert!(matches!(error(text.replace("</Section47>", "</Section48>")).problem, CinCensusProblem::NotWellFormed(_)));
    assert!(matches!(error(b"<Message>\xff\xfe</Message>").problem, CinCensusProblem::NotWellFormed(_)));
    for cut in ["</Children>", "</Message>", "<Section47>"] {
        let (head, _) = text.split_once(cut).unwrap();
        assert!(matches!(error(head).problem, CinCensusProblem::Unfinished), "{cut}");
    }
    let deep = format!("<Message>{}", "<a>".repeat(limit::DEPTH));
    assert_eq!(refused(&deep), "cin.xml line 1: elements lie deeper in each other than 32");
}

/// Gives the same bytes again and again, and never ends.
struct Endless(&'static [u8], usize);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = self.0[self.1 % self.0.len()];
            self.1 += 1;
        }
        Ok(buffer.len())
    }
}

#[test]
fn what_never_ends_is_stopped() {
    let never = |head: &'static [u8], again: &'static [u8]| {
        let source = BufReader::new(head.chain(Endless(again, 0)));
        Censuses::new().read("cin.xml", source).unwrap_err().problem
    };
    assert!(matches!(never(b"<Message><Children><Child>", b"x"), CinCensusProblem::TooLong));
    assert!(matches!(never(b"<Message><!--", b"x"), CinCensusProblem::TooLong));
    assert!(matches!(never(b"<Message", b" a='1'"), CinCensusProblem::TooLong));
    assert!(matches!(never(b"<Message>", b"<Child>"), CinCensusProblem::TooDeep));
    assert!(matches!(never(b"<Message>", b"<a/>"), CinCensusProblem::TooFaulty));
    assert!(matches!(never(b"<Message><Children>", b"<Child/>"), CinCensusProblem::TooFaulty));
    assert!(matches!(never(b"<Message><Children><Child>", b"<CINdetails/>"), CinCensusProblem::TooLarge));
}

#[test]
fn a_source_that_fails_says_so_and_the_children_before_stay() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the line went dead"))
        }
    }
    let text = census(2022, CHILD);
    let (head, _) = text.split_once("</Children>").unwrap();
    let mut censuses = Censuses::new();
    let error = censuses.read("cin.xml", BufReader::new(head.as_bytes().chain(Broken))).unwrap_err();
    assert_eq!(error.to_string(), "cin.xml line 50: the source cannot be read: the line went dead");
    assert_eq!(censuses.children().map(|child| child.records.len()).sum::<usize>(), 7);
    assert_eq!(censuses.read_so_far()[0].counts.children, 1);
    assert!(censuses.supply().days(Family::Referral).is_empty(), "nobody knows what it lacks");
    // What such a census does not have, it may have had.
    censuses.read("before.xml", census(2021, &running().replace(">C1<", ">C2<")).as_bytes()).unwrap();
    assert!(censuses.children().flat_map(|child| child.findings).all(|f| f.rule != FindingRule::MissingLater));
    // What was read stays, and no figure is made of the year that broke off.
    let mut records = Dataset::builder();
    censuses.give_to(&mut records);
    let dataset = records.finish();
    assert_eq!(dataset.child("C1").unwrap().chronology().assessments().len(), 1);
    let ledger = Engine::new(catalogue::standard()).run(&dataset).unwrap();
    let made = |at| ledger.reading("ECS 138", Basis::Cumulative, day(at)).unwrap().obstacle().is_none();
    assert!(made("2021-03-31") && !made("2022-03-31"));
}

// ---- round trips -------------------------------------------------------------------------------------------------

/// Numbers drawn from a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    /// A step that some rule looks at, or one beside it.
    fn step(&mut self) -> Duration {
        let days =
            self.pick(&[0, 1, 7, 20, 21, 22, 62, 63, 64, 65, 91, 92, 182, 183, 364, 365, 366, 547, 548, 728, 729]);
        Duration::days((days + self.pick(&[0, 0, 1, -1])).max(0))
    }
}

/// One referral with what followed it, in the shape the form has.
#[derive(Default)]
struct Case {
    date: NaiveDate,
    no_action: bool,
    closed: Option<NaiveDate>,
    transfer_in: Option<NaiveDate>,
    assessments: BTreeMap<NaiveDate, Option<NaiveDate>>,
    enquiries: BTreeMap<NaiveDate, (Option<NaiveDate>, Option<NaiveDate>)>,
    plans: BTreeMap<NaiveDate, Plan>,
}

#[derive(Default)]
struct Plan {
    end: Option<NaiveDate>,
    previous: u32,
    reviews: BTreeSet<NaiveDate>,
}

/// The first day of the first census, and the last of the last.
const FIRST: (i32, i32) = (2020, 2024);

fn first_day() -> NaiveDate {
    Coverage::of_year(FIRST.0).unwrap().first_day
}

fn last_day() -> NaiveDate {
    Coverage::of_year(FIRST.1).unwrap().last_day
}

fn invent(draw: &mut Draw) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut date = first_day() + Duration::days(i64::try_from(draw.below(400)).unwrap());
    let mut plan_starts = BTreeSet::new();
    for _ in 0..=draw.below(5) {
        let mut case = Case { date, ..Case::default() };
        if draw.one_in(4) {
            case.no_action = true;
        } else {
            case.closed = (!draw.one_in(3)).then(|| date + draw.step() + draw.step());
            let within = |day: NaiveDate| case.closed.is_none_or(|closed| day <= closed);
            // What begins after the last census is in none; rules that ask whether there is a record would see it.
            let then = |draw: &mut Draw| Some(date + draw.step()).filter(|day| within(*day) && *day <= last_day());
            for _ in 0..draw.below(3) {
                let Some(start) = then(draw) else { continue };
                let done = Some(start + draw.step()).filter(|day| within(*day) && !draw.one_in(4));
                case.assessments.insert(start, done);
            }
            for _ in 0..draw.below(3) {
                let Some(start) = then(draw) else { continue };
                let held = Some(start + draw.step()).filter(|day| within(*day) && !draw.one_in(4));
                let target = (!draw.one_in(4)).then(|| start + draw.step());
                case.enquiries.insert(start, (target, held));
            }
            let held: BTreeSet<_> = case.enquiries.values().filter_map(|(_, held)| *held).collect();
            case.transfer_in = then(draw).filter(|day| draw.one_in(4) && !held.contains(day));
            for _ in 0..draw.below(3) {
                let Some(start) = then(draw).filter(|start| plan_starts.insert(*start)) else { continue };
                let end = Some(start + draw.step() + draw.step()).filter(|day| within(*day) && !draw.one_in(3));
                // A case is not closed before its plan ends.
                let end = end.or(case.closed);
                let until = end.unwrap_or(start + Duration::days(900));
                let mut reviews = BTreeSet::new();
                let mut last = start;
                for _ in 0..draw.below(5) {
                    last += Duration::days(draw.pick(&[0, 89, 91, 92, 93, 182, 183, 184, 185]));
                    if last <= until && within(last) {
                        reviews.insert(last);
                    }
                }
                let previous = u32::try_from(draw.below(3)).unwrap() / 2;
                case.plans.insert(start, Plan { end, previous, reviews });
            }
        }
        cases.push(case);
        date += draw.step() + Duration::days(1);
    }
    cases
}

/// The records as a host would give them, with ids of its own.
fn as_records(child: &str, cases: &[Case]) -> Vec<Record> {
    let mut records: Vec<Record> = vec![Person::new(child).date_of_birth(day("2012-02-29")).into()];
    for (number, case) in cases.iter().enumerate() {
        let id = format!("{child}-{number}");
        let mut referral = Referral::new(&id, child, case.date).no_further_action(case.no_action);
        referral.closed = case.closed;
        records.push(referral.into());
        for (start, done) in &case.assessments {
            let mut assessment = Assessment::new(format!("{id}-{start}"), child, *start).referral(&id);
            assessment.authorised = done.map(Into::into);
            records.push(assessment.into());
        }
        for (start, (target, held)) in &case.enquiries {
            let enquiry = format!("{id}-{start}");
            records.push(Section47Enquiry::new(&enquiry, child, *start).referral(&id).into());
            let mut conference = InitialConference::new(format!("{enquiry}-c"), child).enquiry(&enquiry);
            conference.target = *target;
            conference.date = held.map(Into::into);
            records.push(conference.into());
        }
        if let Some(date) = case.transfer_in {
            records.push(InitialConference::new(format!("{id}-t"), child).transfer_in(true).date(date).into());
        }
        for (start, plan) in &case.plans {
            let plan_id = format!("{id}-p{start}");
            let mut record = ProtectionPlan::new(&plan_id, child, *start).referral(&id).previous_plans(plan.previous);
            record.end = plan.end;
            records.push(record.into());
            for (number, held) in plan.reviews.iter().enumerate() {
                records.push(PlanReview::new(format!("{plan_id}-{number}"), child, &plan_id).date(*held).into());
            }
        }
    }
    records
}

fn tag(xml: &mut String, name: &str, day: Option<NaiveDate>) {
    if let Some(day) = day {
        write!(xml, "<{name}>{day}</{name}>").unwrap();
    }
}

/// One child as the census of these days has it, by what an authority knew at the end of them.
fn as_child(id: &str, cases: &[Case], days: Coverage) -> String {
    let known = |day: Option<NaiveDate>| day.filter(|day| *day <= days.last_day);
    let lives = |start: NaiveDate, end: Option<NaiveDate>| {
        start <= days.last_day && end.is_none_or(|end| end >= days.first_day)
    };
    let mut all = String::new();
    for case in cases {
        let is_in = if case.no_action { days.covers(case.date) } else { lives(case.date, case.closed) };
        if !is_in {
            continue;
        }
        let xml = &mut all;
        xml.push_str("<CINdetails>\n");
        tag(xml, "CINreferralDate", Some(case.date));
        xml.push_str("<ReferralSource>6</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode>");
        tag(xml, "CINclosureDate", known(case.closed));
        if known(case.closed).is_some() {
            xml.push_str("<ReasonForClosure>RC7</ReasonForClosure>");
        }
        tag(xml, "DateOfInitialCPC", known(case.transfer_in));
        for (start, done) in case.assessments.iter().filter(|(start, done)| lives(**start, **done)) {
            xml.push_str("<Assessments>");
            tag(xml, "AssessmentActualStartDate", Some(*start));
            tag(xml, "AssessmentAuthorisationDate", known(*done));
            xml.push_str("</Assessments>\n");
        }
        for (start, (target, held)) in case.enquiries.iter().filter(|(start, (_, held))| lives(**start, *held)) {
            xml.push_str("<Section47>");
            tag(xml, "S47ActualStartDate", Some(*start));
            tag(xml, "InitialCPCtarget", *target);
            tag(xml, "DateOfInitialCPC", known(*held));
            xml.push_str("<ICPCnotRequired>0</ICPCnotRequired></Section47>\n");
        }
        write!(xml, "<ReferralNFA>{}</ReferralNFA>", u8::from(case.no_action)).unwrap();
        for (start, plan) in case.plans.iter().filter(|(start, plan)| lives(**start, plan.end)) {
            xml.push_str("<ChildProtectionPlans>");
            tag(xml, "CPPstartDate", Some(*start));
            tag(xml, "CPPendDate", known(plan.end));
            write!(xml, "<NumberOfPreviousCPP>{}</NumberOfPreviousCPP><Reviews>", plan.previous).unwrap();
            for held in plan.reviews.iter().filter(|held| days.covers(**held)) {
                tag(xml, "CPPreviewDate", Some(*held));
            }
            xml.push_str("</Reviews></ChildProtectionPlans>\n");
        }
        xml.push_str("</CINdetails>\n");
    }
    if all.is_empty() {
        return all;
    }
    format!(
        "<Child><ChildIdentifiers><LAchildID>{id}</LAchildID><PersonBirthDate>2012-02-29</PersonBirthDate>\
         <GenderCurrent>2</GenderCurrent></ChildIdentifiers>{all}</Child>\n"
    )
}

/// Each reading with its figure; none where it cannot be made.
fn readings(dataset: &Dataset, dates: &[NaiveDate]) -> Vec<(String, Option<String>)> {
    let ledger = Engine::new(everything()).run(dataset).unwrap();
    let mut readings = Vec::new();
    for indicator in everything() {
        let definition = indicator.definition();
        for basis in &definition.bases {
            for date in dates {
                let reading = ledger.reading(&definition.key(), *basis, *date).unwrap();
                let figure = reading.obstacle().is_none().then(|| format!("{:?}", reading.figure()));
                readings.push((format!("{} {basis} {date}", definition.key()), figure));
            }
        }
    }
    readings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn an_authority_written_out_as_censuses_reads_as_the_same_figures(
        seed in any::<u64>(), dates in proptest::collection::vec(reporting_date(), 3), order in any::<u64>(),
    ) {
        let mut draw = Draw(seed);
        let children: Vec<(String, Vec<Case>)> = (0..=draw.below(4)).map(|n| (format!("C{n}"), invent(&mut draw))).collect();
        let direct: Dataset = children.iter().flat_map(|(id, cases)| as_records(id, cases)).collect();
        let years: Vec<(String, String)> = (FIRST.0..=FIRST.1)
            .map(|year| {
                let days = Coverage::of_year(year).unwrap();
                let all: String = children.iter().map(|(id, cases)| as_child(id, cases, days)).collect();
                (format!("{year}.xml"), census(year, &all))
            })
            .collect();
        let mut files: Vec<(&str, &str)> = years.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
        let turn = usize::try_from(order % 5).unwrap();
        files.rotate_left(turn);
        let several = read(&files);
        // One census of all the years: more than a national census has, and read just the same.
        let whole = Coverage { first_day: first_day(), last_day: last_day() };
        let all: String = children.iter().map(|(id, cases)| as_child(id, cases, whole)).collect();
        let one = read_one(&census(FIRST.1, &all));
        for dataset in [&several, &one] {
            let joined = [FindingRule::ChangedLater, FindingRule::MissingLater, FindingRule::RepeatedId];
            prop_assert!(dataset.findings().iter().all(|f| !joined.contains(&f.rule)), "{:#?}", dataset.findings());
        }
        // Dates at which the last census has everything, those of the records and those at the ends of months.
        let of_cases = children.iter().flat_map(|(_, cases)| cases).flat_map(|case| {
            let plans = case.plans.keys().copied().flat_map(|start| [start, start + Duration::days(729)]);
            plans.chain(case.assessments.values().flatten().copied()).chain([case.date + Duration::days(365)])
        });
        let mut dates: Vec<NaiveDate> = dates.into_iter().chain(of_cases.take(6)).collect();
        dates.push(last_day());
        dates.retain(|date| *date >= first_day() && *date <= last_day());
        let expected = readings(&direct, &dates);
        for read in [&several, &one] {
            for (reading, whole) in readings(read, &dates).iter().zip(&expected) {
                prop_assert!(reading.1.is_none() || reading == whole, "{:?} {:?}", reading, whole);
            }
        }
    }
}

/// What censuses of five years carry on their last day is what their docs say.
#[test]
fn every_indicator_that_a_census_carries_is_made_and_no_other() {
    let mut draw = Draw(7);
    let children: Vec<(String, Vec<Case>)> = (0..20).map(|n| (format!("C{n}"), invent(&mut draw))).collect();
    let years: Vec<(String, String)> = (FIRST.0..=FIRST.1)
        .map(|year| {
            let days = Coverage::of_year(year).unwrap();
            let all: String = children.iter().map(|(id, cases)| as_child(id, cases, days)).collect();
            (format!("{year}.xml"), census(year, &all))
        })
        .collect();
    let files: Vec<(&str, &str)> = years.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    let made: BTreeSet<String> = readings(&read(&files), &[last_day()])
        .into_iter()
        .filter(|(_, figure)| figure.is_some())
        .map(|(reading, _)| reading.trim_end_matches(&format!(" {}", last_day())).to_owned())
        .collect();
    let whole = |keys: &[&str], bases: &[&str]| -> Vec<String> {
        keys.iter().flat_map(|key| bases.iter().map(move |basis| format!("{key} {basis}"))).collect()
    };
    let flows = [
        "NI 68",
        "NI 68 by-event",
        "NI 68 route",
        "ECS 14a",
        "ECS 14a 365 days",
        "ECS 138",
        "ECS 138 days",
        "ECS 138 from referral",
        "ECS 138 start is day 1",
        "ICPC 15",
        "NI 65",
        "NI 65a",
        "NI 65a start to start",
        "NI 64 ceased",
    ];
    let wanted = whole(&flows, &["cumulative", "in-quarter", "rolling-12m"]);
    let wanted: BTreeSet<String> = wanted.into_iter().chain(whole(&["ECS 133", "NI 64 open"], &["as-at"])).collect();
    assert_eq!(made, wanted);
}

/// The round trip says something: the invented authorities have units in every indicator that a census carries.
#[test]
fn invented_authorities_reach_every_indicator_that_a_census_carries() {
    let mut draw = Draw(7);
    let records: Vec<Record> = (0..200).flat_map(|n| as_records(&format!("C{n}"), &invent(&mut draw))).collect();
    let ledger = Engine::new(catalogue::standard()).run(&records.into_iter().collect()).unwrap();
    for name in
        ["NI 68", "ECS 14a", "ECS 138", "NI 65", "NI 65a", "ECS 133", "NI 64 open", "NI 64 ceased", "NI 67", "ICPC 15"]
    {
        let basis = if ["ECS 133", "NI 64 open", "NI 67"].contains(&name) { Basis::AsAt } else { Basis::ROLLING_12M };
        let ratio = |date: NaiveDate| ledger.reading(name, basis, date).unwrap().ratio().unwrap();
        let ratios: Vec<_> = (2021..=2024).map(|year| ratio(NaiveDate::from_ymd_opt(year, 3, 31).unwrap())).collect();
        assert!(ratios.iter().any(|r| r.numerator() > 0 && r.numerator() < r.denominator()), "{name}: {ratios:?}");
    }
}

// ---- any bytes ---------------------------------------------------------------------------------------------------

/// Reads to the end or to an error, and checks that each child is accounted for.
fn survives(bytes: &[u8]) {
    let mut censuses = Censuses::new();
    let result = censuses.read("cin.xml", bytes);
    let children: BTreeSet<String> = censuses.children().map(|child| child.id).collect();
    let counted = censuses.read_so_far().first().map_or(0, |census| census.counts.children);
    assert!(children.len() as u64 <= counted);
    let mut records = Dataset::builder();
    censuses.give_to(&mut records);
    let dataset = records.finish();
    let _ = Engine::new(catalogue::standard()).run(&dataset).unwrap();
    if let Err(error) = result {
        assert!(!error.to_string().is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes);
    }

    #[test]
    fn any_elements_are_read_or_refused(pieces in proptest::collection::vec(0usize..14, 0..60)) {
        const PIECES: [&str; 14] = [
            "<Child>", "</Child>", "<CINdetails>", "</CINdetails>", "<ChildIdentifiers><LAchildID>C</LAchildID>",
            "</ChildIdentifiers>", "<CINreferralDate>2021-10-06</CINreferralDate>", "<ChildProtectionPlans>",
            "</ChildProtectionPlans>", "<CPPstartDate>2021-13-06</CPPstartDate>", "&#x41;", "<Header/>", "]]>", "\n",
        ];
        let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        survives(text.as_bytes());
        survives(format!("<Message><Children>{text}").as_bytes());
    }

    #[test]
    fn mutated_censuses_are_read_or_refused(
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0u8..4), 1..8),
    ) {
        let mut bytes = census(2022, &(CHILD.to_owned() + &running())).into_bytes();
        let alphabet = b"<>/&;\"'!-?[] \n0129-CINpP\xff\xc3\x00";
        for (at, with, how) in edits {
            let at = at.index(bytes.len());
            let byte = alphabet[usize::from(with) % alphabet.len()];
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                // A piece of the text once more.
                _ => {
                    let piece = bytes[at..(at + 40).min(bytes.len())].to_vec();
                    let to = usize::from(with) * bytes.len() / 256;
                    bytes.splice(to..to, piece);
                }
            }
        }
        survives(&bytes);
    }
}

// ---- the sample files that stand beside the project --------------------------------------------------------------

fn sample_files() -> Vec<(String, String)> {
    let folder = shared("cin/xml");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

fn naive(text: &str, element: &str) -> u64 {
    text.matches(&format!("<{element}>")).count() as u64
}

#[test]
#[ignore = "needs ../shared/data"]
fn every_sample_file_is_read_whole() {
    let files = sample_files();
    assert!(files.len() >= 10);
    for (file, text) in &files {
        let mut censuses = Censuses::new();
        let counts: Counts = censuses.read(file.as_str(), text.as_bytes()).unwrap().counts;
        assert_eq!(counts.children, naive(text, "LAchildID"), "{file}");
        assert_eq!(counts.referrals, naive(text, "CINreferralDate"), "{file}");
        assert_eq!(counts.assessments, naive(text, "AssessmentActualStartDate"), "{file}");
        assert_eq!(counts.in_need_plans, naive(text, "CINPlanStartDate"), "{file}");
        assert_eq!(counts.enquiries, naive(text, "S47ActualStartDate"), "{file}");
        assert_eq!(counts.conferences, naive(text, "DateOfInitialCPC"), "{file}");
        assert_eq!(counts.protection_plans, naive(text, "CPPstartDate"), "{file}");
        assert_eq!(counts.reviews, naive(text, "CPPreviewDate"), "{file}");

        let records: Vec<Record> = censuses.children().flat_map(|c| c.records).map(|joined| joined.record).collect();
        let findings: Vec<Finding> = censuses.children().flat_map(|child| child.findings).collect();
        let all = |family: Family| {
            let twice = findings.iter().filter(|f| f.family == family && f.rule == FindingRule::RepeatedId).count();
            (records.iter().filter(|record| record.family() == family).count() + twice) as u64
        };
        assert_eq!(all(Family::Person), counts.children, "{file}");
        assert_eq!(all(Family::Referral), counts.referrals, "{file}");
        assert_eq!(all(Family::Assessment), counts.assessments, "{file}");
        assert_eq!(all(Family::Section47Enquiry), counts.enquiries, "{file}");
        assert_eq!(all(Family::InitialConference), counts.conferences, "{file}");
        assert_eq!(all(Family::ProtectionPlan), counts.protection_plans, "{file}");
        assert_eq!(all(Family::PlanReview), counts.reviews, "{file}");

        let dataset = read(&[(file, text)]);
        let has = |rule: &str| broken(&dataset).contains(rule);
        match file.as_str() {
            "CIN_header_issues_100.xml" | "CIN_Census_2024.xml" | "CIN_Census_2026.xml" => {
                assert!(has("100"), "{file}");
            }
            "CIN_la_issues_2887Q.xml" => assert!(has("2887Q") && !has("100"), "{file}"),
            "CIN2rows.xml" => assert!(has("8940") && !by_rule(&dataset, FindingRule::RepeatedId).is_empty(), "{file}"),
            // No enquiry and no plan in it, and no further action on any referral.
            "fake_CIN_data.xml" => assert!(has("8831") && has("8569Q") && !has("8940"), "{file}"),
            _ => assert!(has("2889") && has("1105"), "{file}"),
        }
    }
    // All at once: one child that most files have, and the 332 of the great one.
    let all: Vec<(&str, &str)> = files.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    let ids: BTreeSet<&str> = files
        .iter()
        .flat_map(|(_, text)| text.split("<LAchildID>").skip(1).map(|rest| rest.split('<').next().unwrap()))
        .collect();
    let dataset = read(&all);
    assert_eq!(dataset.children().len(), ids.len());
    assert!(!by_rule(&dataset, FindingRule::ChangedLater).is_empty());
}

// ---- memory ------------------------------------------------------------------------------------------------------

/// A census of any size, made as it is read: two in three children with an assessment, one in three with everything.
struct Generated {
    next: u64,
    children: u64,
    buffer: Vec<u8>,
    at: usize,
    total: u64,
}

impl Generated {
    fn new(children: u64) -> Self {
        Self { next: 0, children, buffer: Vec::new(), at: 0, total: 0 }
    }

    fn fill(&mut self) {
        self.buffer.clear();
        self.at = 0;
        let number = self.next;
        self.next += 1;
        let full = census(2022, "");
        let (head, tail) = full.split_once("</Children>").unwrap();
        if number == 0 {
            self.buffer.extend_from_slice(head.as_bytes());
        } else if number <= self.children {
            // Written with the indents that suppliers write.
            let id = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            let mut child = CHILD.replace(">C1<", &format!(">RND{id:013}<")).replace('\n', "\n                ");
            if !number.is_multiple_of(3) {
                let (head, rest) = child.split_once("<CINPlanDates>").unwrap();
                let (_, end) = rest.split_once("</ChildProtectionPlans>").unwrap();
                child = format!("{head}<ReferralNFA>0</ReferralNFA>{end}");
            }
            self.buffer.extend_from_slice(child.as_bytes());
        } else if number == self.children + 1 {
            self.buffer.extend_from_slice(b"</Children>");
            self.buffer.extend_from_slice(tail.as_bytes());
        }
        self.total += self.buffer.len() as u64;
    }
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.buffer.len() {
            self.fill();
        }
        let rest = &self.buffer[self.at..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.at += length;
        Ok(length)
    }
}

/// The most memory this process has had, in bytes.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Run it alone: the peak is that of the whole process.
#[test]
#[cfg(target_os = "linux")]
#[ignore = "reads a generated census of more than 300 MB; run it alone"]
fn a_great_census_is_read_in_little_memory() {
    let given = std::env::var("CENSUS_CHILDREN").ok().and_then(|number| number.parse().ok());
    let number: u64 = given.unwrap_or(200_000);
    let engine = Engine::new(catalogue::standard());
    let begun = peak();
    let mut source = Generated::new(number);
    let mut reader = CensusReader::new("great.xml", BufReader::with_capacity(1 << 16, &mut source)).unwrap();
    let mut ledger = engine.ledger().unwrap();
    while let Some(child) = reader.next_child().unwrap() {
        assert!(child.findings.is_empty());
        let dataset: Dataset = child.joined().records.into_iter().map(|joined| joined.record).collect();
        for child in dataset.children() {
            engine.post(&mut ledger, &child).unwrap();
        }
    }
    drop(reader);
    let (read, streamed) = (source.total, peak() - begun);
    let referrals = |ledger: &csc_kpi::Ledger| {
        let reading = ledger.reading("NI 68", Basis::Cumulative, day("2022-03-31")).unwrap();
        reading.ratio().unwrap().denominator()
    };
    assert_eq!(referrals(&ledger), number);
    assert!(read >= 1_700 * number, "{read}");
    assert!(streamed < 10 << 20, "{streamed} bytes to hand children over one at a time");

    let mut censuses = Censuses::new();
    censuses.read("great.xml", BufReader::with_capacity(1 << 16, Generated::new(number))).unwrap();
    let (kept, joined) = (censuses.heap_bytes() as u64, peak() - begun);
    let mut ledger = engine.ledger().unwrap();
    for child in censuses.children() {
        let dataset: Dataset = child.records.into_iter().map(|joined| joined.record).collect();
        for child in dataset.children() {
            engine.post(&mut ledger, &child).unwrap();
        }
    }
    let posted = peak() - begun;
    let of_two_gigabytes = |bytes: u64| bytes * 2_000 / (read / 1_000_000) / 1_000_000;
    println!("{read} bytes, {number} children: {} bytes a child", read / number);
    println!("one at a time, to a ledger: {streamed} bytes at most, whatever the size");
    println!(
        "kept to be joined: {kept} bytes, {} a child; peak {joined}; 2 GB: {} MB",
        kept / number,
        of_two_gigabytes(joined)
    );
    println!("joined and posted to a ledger: peak {posted}; 2 GB: {} MB", of_two_gigabytes(posted));
    assert!(of_two_gigabytes(posted) < 200, "{posted}");
    assert_eq!(referrals(&ledger), number);
}
