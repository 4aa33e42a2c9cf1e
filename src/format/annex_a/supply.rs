//! What the lists of a workbook hold, and of which days.

use std::sync::Arc;

use chrono::NaiveDate;

use super::AnnexA;
use super::list::{Column, List};
use crate::calendar::{Days, Moment, Span, minus_months, next_day};
use crate::record::{Family, Record};
use crate::{Finding, FindingRule, Matter, Supply};

/// How far back the lists of what happened reach.
const MONTHS: u32 = 6;

/// What a list holds where it has these columns.
struct Held {
    list: List,
    columns: &'static [Column],
    matters: &'static [Matter],
    /// Whether it holds the months before the day too.
    months: bool,
}

const fn held(list: List, columns: &'static [Column], matters: &'static [Matter], months: bool) -> Held {
    Held { list, columns, matters, months }
}

const HELD: [Held; 18] = [
    held(List::Referrals, &[Column::Start], &[Matter::Records(Family::Referral)], true),
    held(List::Referrals, &[Column::Start, Column::Flag], &[Matter::ReferralDecisions], true),
    held(List::Referrals, &[Column::Start, Column::Count], &[Matter::ReferralCounts], true),
    held(List::Assessments, &[Column::Start], &[Matter::Records(Family::Assessment)], true),
    held(List::Assessments, &[Column::Start, Column::End], &[Matter::Authorisations], true),
    held(List::Enquiries, &[Column::Start], &[Matter::Records(Family::Section47Enquiry)], true),
    held(
        List::Enquiries,
        &[Column::Start, Column::Conference],
        &[Matter::Records(Family::InitialConference), Matter::ConferenceEnquiries],
        true,
    ),
    held(List::ProtectionPlans, &[Column::Start, Column::End], &[Matter::Records(Family::ProtectionPlan)], true),
    held(List::ProtectionPlans, &[Column::Start, Column::Count], &[Matter::PreviousPlans], true),
    held(List::LookedAfter, &[Column::Start, Column::End], &[Matter::Records(Family::LookedAfterEpisode)], true),
    held(List::LookedAfter, &[Column::Start, Column::Count], &[Matter::PlacementCounts], false),
    held(List::LookedAfter, &[Column::Flag], &[Matter::UnaccompaniedChildren], true),
    held(
        List::LookedAfter,
        &[Column::PlacementStart, Column::PlacementType],
        &[Matter::Records(Family::Placement)],
        false,
    ),
    held(
        List::LookedAfter,
        &[Column::PlacementStart, Column::PlacementType, Column::Provider, Column::Postcode, Column::Urn],
        &[Matter::PlacementDetails],
        false,
    ),
    held(
        List::LookedAfter,
        &[Column::Status, Column::StatusStart],
        &[Matter::Records(Family::LegalStatus), Matter::ShortBreaks],
        false,
    ),
    held(
        List::CareLeavers,
        &[Column::Eligibility, Column::InTouch, Column::Start],
        &[Matter::Records(Family::CareLeaverStatus), Matter::CareLeaverEligibility, Matter::CareLeaverContact],
        false,
    ),
    held(List::CareLeavers, &[Column::Accommodation, Column::Suitability], &[Matter::CareLeaverAccommodation], false),
    held(List::CareLeavers, &[Column::Activity], &[Matter::CareLeaverActivity], false),
];

/// What the lists of a workbook hold.
pub(super) fn of(workbook: &AnnexA) -> Supply {
    let Some(made) = workbook.day() else { return Supply::nothing() };
    let end = next_day(made);
    let (day, months) = (Days::from(Span::day(made)), Days::from(Span::new(minus_months(end, MONTHS), Some(end))));
    let has =
        |list: List, column: Column| workbook.rows.contains_key(&list) && !workbook.lacking.contains(&(list, column));
    let mut supply = Supply::nothing();
    if List::ALL.into_iter().any(|list| has(list, Column::Birth)) {
        supply = supply.with(Family::Person, &months);
    }
    for held in HELD.iter().filter(|held| held.columns.iter().all(|column| has(held.list, *column))) {
        let days = if held.months { &months } else { &day };
        let matters = held.matters.iter().filter(|matter| !workbook.left_out.contains(&matter.family()));
        supply = matters.fold(supply, |supply, matter| supply.with(*matter, days));
    }
    supply
}

/// A finding for each cell that says that something began after the day.
pub(super) fn began_after(workbook: &AnnexA, made: NaiveDate) -> Vec<Finding> {
    let records = workbook.records.iter().filter_map(|given| {
        let (child, field) = match &given.record {
            Record::Referral(referral) => (&referral.person, "cine_referral_date"),
            Record::Assessment(assessment) => (&assessment.person, "cina_assessment_start_date"),
            Record::Section47Enquiry(enquiry) => (&enquiry.person, "s47e_s47_start_date"),
            Record::InitialConference(conference) => (&conference.person, "icpc_icpc_date"),
            Record::ProtectionPlan(plan) => (&plan.person, "cppl_cp_plan_start_date"),
            Record::PlanReview(review) => (&review.person, "cppr_cp_review_date"),
            // One without a reason begins with the placement, which says the same.
            Record::LookedAfterEpisode(episode) if episode.start_reason.is_some() => {
                (&episode.person, "clae_cla_episode_start_date")
            }
            Record::Placement(placement) => (&placement.person, "clap_cla_placement_start_date"),
            Record::LegalStatus(status) => (&status.person, "lega_legal_status_start_date"),
            Record::CareLeaverStatus(status) => (&status.person, "clea_care_leaver_latest_contact"),
            _ => return None,
        };
        Some((given.list, given.row, given.record.family(), field, child, began(&given.record)?))
    });
    let contacts = workbook.contacts.iter().map(|contact| {
        (List::Contacts, contact.row, Family::Referral, "cine_referral_date", &contact.child, contact.date)
    });
    let late = records.chain(contacts).filter(|(.., day)| *day > made);
    let findings = late.map(|(list, row, family, field, child, day)| {
        let sheet = workbook.sheets.get(&list);
        let named = |(of, column, _): &&(Family, &str, String)| *of == family && *column == field;
        let name = sheet.and_then(|sheet| sheet.headings.iter().find(named)).map_or(field, |(.., name)| name.as_str());
        Finding::new(family, name, day.to_string(), FindingRule::AfterMade)
            .in_file(sheet.map(|sheet| Arc::clone(&sheet.place)))
            .in_row(Some(u64::from(row)))
            .of("", child)
    });
    findings.collect()
}

/// The day on which what is recorded began.
pub(super) fn began(record: &Record) -> Option<NaiveDate> {
    match record {
        Record::Referral(referral) => Some(referral.date),
        Record::Assessment(assessment) => Some(assessment.start.date()),
        Record::Section47Enquiry(enquiry) => Some(enquiry.start.date()),
        Record::InitialConference(conference) => conference.date.map(Moment::date),
        Record::ProtectionPlan(plan) => Some(plan.start),
        Record::PlanReview(review) => review.date,
        Record::LookedAfterEpisode(episode) => Some(episode.start),
        Record::Placement(placement) => Some(placement.start),
        Record::LegalStatus(status) => Some(status.start),
        Record::CareLeaverStatus(status) => status.latest_contact,
        _ => None,
    }
}
