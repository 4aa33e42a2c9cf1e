//! The authority as the workbook of Annex A, made today.

use csc_kpi::NaiveDate;
use csc_kpi::calendar::{Moment, minus_months};
use csc_kpi::record::{AbuseCategory, Coded, InTouch, LookedAfterEpisode, Sex, StatutoryCode, Suitability};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::authority::{Authority, Child, plus, today};

/// The first of the six months that the lists of what happened look at.
pub(super) fn six_months() -> NaiveDate {
    plus(minus_months(plus(today(), 1), 6), 0)
}

enum Cell {
    Nothing,
    Text(String),
    Number(u32),
    Day(NaiveDate),
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

fn yes(flag: bool) -> Cell {
    if flag { "a) Yes" } else { "b) No" }.into()
}

/// The code behind the letter of the answer, as the workbook's own lists have it.
fn answer<C: StatutoryCode>(code: Option<&Coded<C>>) -> Cell {
    code.map_or(Cell::Nothing, |code| {
        let at = C::ALL.iter().position(|known| Some(*known) == code.known()).unwrap_or_default();
        let letter = char::from(b'a' + u8::try_from(at % 26).unwrap());
        Cell::Text(format!("{letter}) {}", code.letters()))
    })
}

fn abuse(category: Option<&Coded<AbuseCategory>>) -> Cell {
    Cell::from(category.and_then(Coded::known).map(|category| match category {
        AbuseCategory::Neglect => "Neglect",
        AbuseCategory::Physical => "Physical abuse",
        AbuseCategory::Sexual => "Sexual abuse",
        AbuseCategory::Emotional => "Emotional abuse",
        _ => "Multiple",
    }))
}

const HEAD: [&str; 4] = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth"];

fn head(child: &Child) -> Vec<Cell> {
    let sex = match child.person.sex.as_ref().and_then(Coded::known) {
        Some(Sex::Male) => "a) Male",
        Some(Sex::Female) => "b) Female",
        _ => "c) Not stated/recorded",
    };
    vec![child.id().into(), sex.into(), answer(child.person.ethnicity.as_ref()), child.person.date_of_birth.into()]
}

fn counted_within_year(days: impl Iterator<Item = NaiveDate>) -> u32 {
    let from = minus_months(plus(today(), 1), 12);
    u32::try_from(days.filter(|day| *day >= from).count()).unwrap()
}

fn within_year(days: impl Iterator<Item = NaiveDate>) -> Cell {
    counted_within_year(days).into()
}

/// How many referrals of a child the authority counts.
pub(super) fn referrals_counted(child: &Child) -> u32 {
    counted_within_year(child.referrals.iter().map(|referral| referral.date))
}

/// How many placements of a child the authority counts.
pub(super) fn placements_counted(child: &Child) -> u32 {
    counted_within_year(child.placements.iter().map(|placement| placement.end.unwrap_or_else(today)))
}

/// A list: its sheet, its columns behind those of every list, and the rows of a child.
type List = (&'static str, &'static [&'static str], fn(&Child) -> Vec<Vec<Cell>>);

const LISTS: [List; 7] = [
    (
        "List 3",
        &[
            "Date of Referral",
            "Referral Source",
            "Referral NFA?",
            "Number of Referrals in Last 12 Months",
            "Allocated Team",
        ],
        |child| {
            let rows = child.referrals.iter().filter(|referral| referral.date >= six_months());
            rows.map(|referral| {
                vec![
                    referral.date.into(),
                    answer(referral.source.as_ref()),
                    referral.no_further_action.map_or(Cell::Nothing, yes),
                    referrals_counted(child).into(),
                    referral.team.as_deref().into(),
                ]
            })
            .collect()
        },
    ),
    (
        "List 4",
        &["Continuous Assessment Start Date", "Continuous Assessment Date of Authorisation", "Allocated Team"],
        |child| {
            let happened = |day: Option<NaiveDate>| day.is_none_or(|day| day >= six_months());
            let authorised = |a: &csc_kpi::record::Assessment| a.authorised.map(Moment::date);
            let rows = child.assessments.iter().filter(|assessment| happened(authorised(assessment)));
            rows.map(|a| vec![a.start.date().into(), authorised(a).into(), a.team.as_deref().into()]).collect()
        },
    ),
    (
        "List 5",
        &[
            "Strategy discussion initiating Section 47 Enquiry Start Date",
            "Date of Initial Child Protection Conference",
            "Did the Initial Child Protection Conference Result in a Child Protection Plan",
            "Number of Section 47 Enquiries in the last 12 months",
            "Number of ICPCs in the last 12 months",
        ],
        |child| {
            let held = |c: &csc_kpi::record::InitialConference| c.date.map(Moment::date);
            let mut rows = Vec::new();
            for enquiry in &child.enquiries {
                let conference = child.conferences.iter().find(|c| c.enquiry.as_ref() == Some(&enquiry.id));
                let date = conference.and_then(held);
                if enquiry.start.date() < six_months() && date.is_none_or(|date| date < six_months()) {
                    continue;
                }
                rows.push(vec![
                    enquiry.start.date().into(),
                    date.into(),
                    conference.and_then(|conference| conference.plan_made).map_or(Cell::Nothing, yes),
                    within_year(child.enquiries.iter().map(|enquiry| enquiry.start.date())),
                    within_year(child.conferences.iter().filter_map(held)),
                ]);
            }
            rows
        },
    ),
    (
        "List 6",
        &["CIN Start Date", "Primary Need Code", "CIN Closure Date", "Reason for Closure", "Case Status"],
        |child| {
            let in_need = child.referrals.iter().filter(|referral| referral.no_further_action != Some(true));
            let rows = in_need.filter(|referral| referral.closed.is_none_or(|closed| closed >= six_months()));
            rows.map(|referral| {
                vec![
                    referral.date.into(),
                    answer(referral.primary_need.as_ref()),
                    referral.closed.into(),
                    answer(referral.closure_reason.as_ref()),
                    "c) Child in need plan".into(),
                ]
            })
            .collect()
        },
    ),
    (
        "List 7",
        &[
            "Child Protection Plan Start Date",
            "Initial Category of Abuse",
            "Latest Category of Abuse",
            "Date of latest review conference",
            "Child Protection Plan End Date",
            "Number of Previous Child Protection Plans",
        ],
        |child| {
            let own = child.plans.iter().filter(|plan| plan.other_authority != Some(true));
            let rows = own.filter(|plan| plan.end.is_none_or(|end| end >= six_months()));
            rows.map(|plan| {
                let reviews = child.reviews.iter().filter(|review| review.plan.as_ref() == Some(&plan.id));
                vec![
                    plan.start.into(),
                    abuse(plan.initial_category.as_ref()),
                    abuse(plan.latest_category.as_ref()),
                    reviews.filter_map(|review| review.date).max().into(),
                    plan.end.into(),
                    plan.previous_plans.into(),
                ]
            })
            .collect()
        },
    ),
    (
        "List 8",
        &[
            "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)",
            "Date Started to be Looked After",
            "Start date of current legal status",
            "Child's Legal Status",
            "Number of Placements in the Last 12 months",
            "Date Ceased to be Looked After",
            "Reason Ceased to be Looked After",
            "Start Date of Most Recent Placement",
            "Placement Type",
            "Placement Provider",
            "Placement postcode",
            "URN of Placement",
            "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months",
            "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months",
        ],
        |child| child.periods().filter_map(|period| period_row(child, period)).collect(),
    ),
    (
        "List 9",
        &[
            "Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)",
            "Eligibility Category",
            "LA in Touch",
            "Latest Date of Contact",
            "Type of Accommodation",
            "Suitability of Accommodation",
            "Activity Status",
        ],
        |child| {
            let Some(status) = child.care_leaver.iter().max_by_key(|status| status.latest_contact) else {
                return Vec::new();
            };
            let touch = match status.in_touch.as_ref().and_then(Coded::known) {
                Some(InTouch::Yes) => Some("a) Yes"),
                Some(InTouch::No) => Some("b) No"),
                other => other.map(StatutoryCode::letters),
            };
            let suitable = status.suitability.as_ref().and_then(Coded::known);
            let suitable = suitable.map(|s| if s == Suitability::Suitable { "a) Suitable" } else { "b) Unsuitable" });
            vec![vec![
                yes(!child.immigration.is_empty()),
                answer(status.eligibility.as_ref()),
                touch.into(),
                status.latest_contact.into(),
                answer(status.accommodation.as_ref()),
                suitable.into(),
                answer(status.activity.as_ref()),
            ]]
        },
    ),
];

/// Whether the child was held to be an unaccompanied asylum seeking one within the last 12 months.
pub(super) fn unaccompanied_lately(child: &Child) -> bool {
    let from = minus_months(plus(today(), 1), 12);
    child.immigration.iter().any(|status| status.end.is_none_or(|end| end > from))
}

/// Whether List 8 has the period: the child is looked after today, or ceased to be in the last six months.
pub(super) fn has_period(period: &[LookedAfterEpisode]) -> bool {
    period.last().is_some_and(|last| last.ceased.is_none_or(|ceased| ceased >= six_months()))
}

fn period_row(child: &Child, period: &[LookedAfterEpisode]) -> Option<Vec<Cell>> {
    let (first, last) = (period.first()?, period.last().filter(|_| has_period(period))?);
    let placement = child.placement(last.placement.as_ref())?;
    let status = child.legal_status_on(last.start)?;
    let missing = |kind: csc_kpi::record::MissingKind| {
        let of_kind = child.missing.iter().filter(move |m| m.kind.as_ref().and_then(Coded::known) == Some(kind));
        within_year(of_kind.map(|missing| missing.start.date()))
    };
    Some(vec![
        yes(unaccompanied_lately(child)),
        first.start.into(),
        status.start.into(),
        answer(status.status.as_ref()),
        placements_counted(child).into(),
        last.ceased.into(),
        answer(last.ceased_reason.as_ref()),
        placement.start.into(),
        answer(placement.kind.as_ref()),
        answer(placement.provider.as_ref()),
        placement.postcode.as_deref().into(),
        placement.urn.as_deref().into(),
        missing(csc_kpi::record::MissingKind::Missing),
        missing(csc_kpi::record::MissingKind::Away),
    ])
}

/// The workbook.
pub(super) fn write(authority: &Authority) -> Vec<u8> {
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let mut book = Workbook::new();
    for (name, columns, rows) in LISTS {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (column, text) in (0..).zip(HEAD.iter().chain(columns)) {
            sheet.write_string(0, column, *text).unwrap();
        }
        let all = authority.children.iter().flat_map(|child| rows(child).into_iter().map(move |row| (child, row)));
        for (number, (child, row)) in (1..).zip(all) {
            for (column, cell) in (0..).zip(head(child).into_iter().chain(row)) {
                let written = match cell {
                    Cell::Nothing => continue,
                    Cell::Text(text) => sheet.write_string(number, column, text),
                    Cell::Number(count) => sheet.write_number(number, column, count),
                    Cell::Day(day) => {
                        let day = ExcelDateTime::parse_from_str(&day.to_string()).unwrap();
                        sheet.write_datetime_with_format(number, column, &day, &date)
                    }
                };
                written.unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}
