//! The authority as children in need censuses, one a year.

use std::fmt::Write;

use csc_kpi::NaiveDate;
use csc_kpi::calendar::Moment;
use csc_kpi::record::{Coded, Referral, Sex, StatutoryCode};

use super::authority::{Authority, Child};
use super::ssda903::{YEARS, first_day, last_day};

/// Whether a census has the referral: received in its year, or a case open in it.
pub(super) fn has(referral: &Referral, year: i32) -> bool {
    let going_on =
        referral.no_further_action != Some(true) && referral.closed.is_none_or(|closed| closed >= first_day(year));
    referral.date <= last_day(year) && (referral.date >= first_day(year) || going_on)
}

const DISABILITIES: [&str; 12] = ["NONE", "MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "AUT", "DDA"];

fn element(xml: &mut String, name: &str, value: &dyn ToString) {
    let value = value.to_string();
    if !value.is_empty() {
        write!(xml, "<{name}>{value}</{name}>").unwrap();
    }
}

fn date(xml: &mut String, name: &str, day: Option<NaiveDate>) {
    element(xml, name, &day.map(|day| day.to_string()).unwrap_or_default());
}

fn code<C: StatutoryCode>(xml: &mut String, name: &str, code: Option<&Coded<C>>) {
    element(xml, name, &code.map(Coded::letters).unwrap_or_default());
}

fn referral(xml: &mut String, child: &Child, referral: &Referral, year: i32) {
    let (first, last) = (first_day(year), last_day(year));
    let within = |day: NaiveDate| first <= day && day <= last;
    let is_of = |id: &Option<String>| id.as_ref() == Some(&referral.id);
    let without_action = referral.no_further_action == Some(true);
    xml.push_str("<CINdetails>\n");
    date(xml, "CINreferralDate", Some(referral.date));
    code(xml, "ReferralSource", referral.source.as_ref());
    code(xml, "PrimaryNeedCode", referral.primary_need.as_ref());
    if !without_action {
        date(xml, "CINclosureDate", referral.closed);
        code(xml, "ReasonForClosure", referral.closure_reason.as_ref());
    }
    // A child who came with the plan of another authority has a conference without an enquiry.
    let of_plan =
        |id: &str| child.plans.iter().any(|plan| is_of(&plan.referral) && plan.conference.as_deref() == Some(id));
    let arrival = child.conferences.iter().find(|c| c.transfer_in == Some(true) && of_plan(&c.id));
    date(xml, "DateOfInitialCPC", arrival.and_then(|c| c.date).map(Moment::date).filter(|held| within(*held)));
    for assessment in child.assessments.iter().filter(|assessment| is_of(&assessment.referral)) {
        let authorised = assessment.authorised.map(Moment::date);
        if authorised.is_some_and(|authorised| authorised < first) {
            continue;
        }
        xml.push_str("<Assessments>\n");
        date(xml, "AssessmentActualStartDate", Some(assessment.start.date()));
        date(xml, "AssessmentAuthorisationDate", authorised);
        if authorised.is_some() {
            xml.push_str("<FactorsIdentifiedAtAssessment><AssessmentFactors>2A</AssessmentFactors></FactorsIdentifiedAtAssessment>");
        }
        xml.push_str("</Assessments>\n");
    }
    for enquiry in child.enquiries.iter().filter(|enquiry| is_of(&enquiry.referral)) {
        let conference = child.conferences.iter().find(|conference| conference.enquiry.as_ref() == Some(&enquiry.id));
        let held = conference.and_then(|conference| conference.date).map(Moment::date);
        if !within(enquiry.start.date()) && !held.is_some_and(within) {
            continue;
        }
        xml.push_str("<Section47>\n");
        date(xml, "S47ActualStartDate", Some(enquiry.start.date()));
        date(xml, "InitialCPCtarget", conference.and_then(|conference| conference.target));
        date(xml, "DateOfInitialCPC", held);
        // A conference that was cancelled, after which the child was enquired about again.
        let again = child
            .enquiries
            .iter()
            .any(|other| other.referral == enquiry.referral && other.start.date() > enquiry.start.date());
        element(xml, "ICPCnotRequired", &(held.is_none() && (conference.is_none() || again)));
        xml.push_str("</Section47>\n");
    }
    element(
        xml,
        "ReferralNFA",
        &referral.no_further_action.map(u8::from).map(|flag| flag.to_string()).unwrap_or_default(),
    );
    for plan in child.plans.iter().filter(|plan| is_of(&plan.referral) && plan.other_authority != Some(true)) {
        if plan.end.is_some_and(|end| end < first) {
            continue;
        }
        xml.push_str("<ChildProtectionPlans>\n");
        date(xml, "CPPstartDate", Some(plan.start));
        date(xml, "CPPendDate", plan.end);
        code(xml, "InitialCategoryOfAbuse", plan.initial_category.as_ref());
        code(xml, "LatestCategoryOfAbuse", plan.latest_category.as_ref());
        element(xml, "NumberOfPreviousCPP", &plan.previous_plans.unwrap_or_default());
        for review in child.reviews.iter().filter(|review| review.plan.as_ref() == Some(&plan.id)) {
            if let Some(held) = review.date.filter(|held| within(*held)) {
                xml.push_str("<Reviews>");
                date(xml, "CPPreviewDate", Some(held));
                xml.push_str("</Reviews>\n");
            }
        }
        xml.push_str("</ChildProtectionPlans>\n");
    }
    xml.push_str("</CINdetails>\n");
}

fn child(xml: &mut String, child: &Child, year: i32) {
    let referrals: Vec<&Referral> = child.referrals.iter().filter(|referral| has(referral, year)).collect();
    if referrals.is_empty() {
        return;
    }
    let person = &child.person;
    xml.push_str("<Child>\n<ChildIdentifiers>");
    element(xml, "LAchildID", &&person.id);
    element(xml, "UPNunknown", &"UN1");
    date(xml, "PersonBirthDate", person.date_of_birth);
    if person.date_of_birth.is_none() {
        date(xml, "ExpectedPersonBirthDate", person.expected_date_of_birth);
    }
    let sex = person.sex.as_ref().and_then(Coded::known);
    match sex {
        Some(sex) if year >= 2025 => element(xml, "Sex", &sex.letters()),
        Some(Sex::Male) => element(xml, "GenderCurrent", &1),
        Some(Sex::Female) => element(xml, "GenderCurrent", &2),
        _ => element(xml, "GenderCurrent", &0),
    }
    date(xml, "PersonDeathDate", person.date_of_death);
    xml.push_str("</ChildIdentifiers>\n<ChildCharacteristics>");
    code(xml, "Ethnicity", person.ethnicity.as_ref());
    let number: usize = person.id[1..].parse().unwrap();
    let disability = DISABILITIES[number % DISABILITIES.len()];
    let more = if disability == "NONE" || number.is_multiple_of(2) { "" } else { "<Disability>LD</Disability>" };
    let more = if disability == "LD" { "" } else { more };
    write!(xml, "<Disabilities><Disability>{disability}</Disability>{more}</Disabilities>").unwrap();
    xml.push_str("</ChildCharacteristics>\n");
    for one in referrals {
        referral(xml, child, one, year);
    }
    xml.push_str("</Child>\n");
}

/// The files, by path: one census a year.
pub(super) fn write(authority: &Authority) -> Vec<(String, Vec<u8>)> {
    let census = |year: i32| {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Message>\n<Header><CollectionDetails><Collection>CIN</Collection>\
             <Year>{year}</Year><ReferenceDate>{}</ReferenceDate></CollectionDetails><Source><SourceLevel>L</SourceLevel>\
             <LEA>201</LEA></Source></Header>\n<Children>\n",
            last_day(year)
        );
        for one in &authority.known_at(last_day(year)).children {
            child(&mut xml, one, year);
        }
        xml.push_str("</Children>\n</Message>\n");
        (format!("cin_{year}.xml"), xml.into_bytes())
    };
    YEARS.into_iter().map(census).collect()
}
