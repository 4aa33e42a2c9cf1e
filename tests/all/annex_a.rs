//! The workbook of Annex A: every list, every finding, what authorities write, the real workbook, any bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use csc_kpi::calendar::Basis;
use csc_kpi::format::annex_a::{AnnexA, AnnexAProblem, List, Recorded};
use csc_kpi::indicator::catalogue;
use csc_kpi::measure::Tally;
use csc_kpi::record::{
    AbuseCategory, Accommodation, Activity, Assessment, AuthorityCount, CareLeaverStatus, ClosureReason, Coded,
    Eligibility, EpisodeEnd, EpisodeStart, Ethnicity, Family, ImmigrationStatus, InTouch, InitialConference,
    LegalStatus, LegalStatusCode, LookedAfterEpisode, Person, Placement, PlacementProvider, PlacementType, PlanReview,
    PrimaryNeed, ProtectionPlan, Record, Referral, ReferralSource, Section47Enquiry, Sex, Suitability,
};
use csc_kpi::{Dataset, Engine, Finding, FindingRule, NaiveDate};
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::shared::shared;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A cell of a workbook that a test writes.
#[derive(Clone, Debug)]
enum Cell {
    /// Not written.
    None,
    Text(String),
    Number(f64),
    /// A date with the format of one.
    Date(NaiveDate),
}

use Cell::None as E;

fn t(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn d(text: &str) -> Cell {
    Cell::Date(day(text))
}

fn write_cell(sheet: &mut rust_xlsxwriter::Worksheet, row: u32, column: u16, cell: &Cell) {
    let format = Format::new().set_num_format("dd/mm/yyyy");
    match cell {
        Cell::None => sheet,
        Cell::Text(text) => sheet.write_string(row, column, text.as_str()).unwrap(),
        Cell::Number(number) => sheet.write_number(row, column, *number).unwrap(),
        Cell::Date(date) => {
            let date = ExcelDateTime::parse_from_str(&date.to_string()).unwrap();
            sheet.write_datetime_with_format(row, column, &date, &format).unwrap()
        }
    };
}

/// A workbook with these sheets.
fn book(sheets: &[(&str, Vec<Vec<Cell>>)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                write_cell(sheet, row, column, cell);
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn read(sheets: &[(&str, Vec<Vec<Cell>>)]) -> AnnexA {
    AnnexA::read("a.xlsx", Cursor::new(book(sheets))).unwrap()
}

fn texts(cells: &[&str]) -> Vec<Cell> {
    cells.iter().map(|cell| t(cell)).collect()
}

const REFERRALS: [&str; 9] = [
    "Child Unique ID",
    "Gender",
    "Ethnicity",
    "Date of Birth",
    "Date of Referral",
    "Referral Source",
    "Referral NFA?",
    "Number of Referrals in Last 12 Months",
    "Allocated Team",
];

/// A list 3 with nothing wrong in it but for what the rows say.
fn referrals(rows: &[Vec<Cell>]) -> Vec<(&'static str, Vec<Vec<Cell>>)> {
    let mut all = vec![texts(&REFERRALS)];
    all.extend_from_slice(rows);
    vec![("List 3", all)]
}

fn referral_row() -> Vec<Cell> {
    vec![
        Cell::Number(101.0),
        t("a) Male"),
        t("a) WBRI"),
        d("2012-02-29"),
        d("2020-09-16"),
        t("q) 6: Police"),
        t("b) No"),
        Cell::Number(2.0),
        t("Team 4"),
    ]
}

const PLANS: [&str; 10] = [
    "Child Unique ID",
    "Gender",
    "Ethnicity",
    "Date of Birth",
    "Child Protection Plan Start Date",
    "Child Protection Plan End Date",
    "Initial Category of Abuse",
    "Latest Category of Abuse",
    "Date of latest review conference",
    "Number of Previous Child Protection Plans",
];

const LOOKED_AFTER: [&str; 18] = [
    "Child Unique ID",
    "Gender",
    "Ethnicity",
    "Date of Birth",
    "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N))",
    "Date Started to be Looked After",
    "Start date of current legal status",
    "Child\u{2019}s Legal Status",
    "Number of Placements in the Last 12 months",
    "Date Ceased to be Looked After",
    "Reason Ceased to be Looked After",
    "Start Date of Most Recent Placement",
    "Placement Type",
    "Placement Provider",
    "Placement postcode",
    "URN of Placement",
    "Number of Episodes the Child has been \u{2018}Missing\u{2019} from their Placement in the last 12 months",
    "Number of Episodes the Child has been \u{2018}Absent\u{2019} from their Placement in the last 12 months",
];

/// A workbook with all the lists.
#[allow(clippy::too_many_lines, reason = "a workbook")]
fn every_list() -> Vec<(&'static str, Vec<Vec<Cell>>)> {
    let person = |id: &str| vec![t(id), t("b) Female"), t("k) APKN"), d("2012-08-08")];
    let head = |more: &[&str]| texts(&[&["Child Unique ID", "Gender", "Ethnicity", "Date of Birth"], more].concat());
    let row = |id: &str, more: Vec<Cell>| [person(id), more].concat();
    vec![
        ("Guidance", vec![texts(&["Read this first"])]),
        (
            "List 1",
            vec![
                head(&["Date of Contact", "Contact Source"]),
                row("C1", vec![d("2020-09-10"), t("b) 1B: Individual")]),
            ],
        ),
        ("List 2", vec![head(&["Assessment start date"]), row("C9", vec![d("2020-09-10")])]),
        (
            "List 3",
            vec![
                head(&[
                    "Date of Referral",
                    "Referral Source",
                    "Referral NFA?",
                    "Number of Referrals in Last 12 Months",
                    "Allocated Team",
                    "Allocated Worker",
                ]),
                row(
                    "C1",
                    vec![d("2020-09-16"), t("q) 6: Police"), t("No"), Cell::Number(2.0), t("Team 4"), t("A Worker")],
                ),
            ],
        ),
        (
            "List 4",
            vec![
                head(&[
                    "Continuous Assessment Start Date",
                    "Continuous Assessment Date of Authorisation",
                    "Allocated Team",
                ]),
                row("C1", vec![d("2020-09-17"), d("2020-11-01"), t("Team 4")]),
            ],
        ),
        (
            "List 5",
            vec![
                head(&[
                    "Strategy discussion initiating Section 47 Enquiry Start Date",
                    "Date of Initial Child Protection Conference",
                    "Did the Initial Child Protection Conference Result in a Child Protection Plan",
                    "Number of Section 47 Enquiries in the last 12 months",
                    "Number of ICPCs in the last 12 months",
                ]),
                row("C1", vec![d("2020-09-18"), d("2020-10-05"), t("a) Yes"), Cell::Number(1.0), Cell::Number(1.0)]),
                row("C2", vec![d("2020-09-19"), E, t(""), Cell::Number(3.0), Cell::Number(0.0)]),
            ],
        ),
        (
            "List 6",
            vec![
                head(&["CIN Start Date", "Primary Need Code", "CIN Closure Date", "Reason for Closure", "Case Status"]),
                row(
                    "C1",
                    vec![
                        d("2020-09-16"),
                        t("N1 - Abuse or Neglect"),
                        d("2021-02-01"),
                        t("RC7"),
                        t("g) Closed episode"),
                    ],
                ),
                row(
                    "C2",
                    vec![d("2010-06-09"), t("PSRMEM - Support with memory"), t("#N/A"), E, t("c) Child in need plan")],
                ),
            ],
        ),
        (
            "List 7",
            vec![
                texts(&PLANS),
                row(
                    "C1",
                    vec![
                        d("2020-10-05"),
                        d("2021-02-16"),
                        t("Physical abuse"),
                        t("a) NEG: Neglect"),
                        d("2021-01-05"),
                        Cell::Number(1.0),
                    ],
                ),
            ],
        ),
        (
            "List 8",
            vec![
                texts(&LOOKED_AFTER),
                row(
                    "C1",
                    vec![
                        t("a) Yes"),
                        d("2021-02-16"),
                        d("2021-02-17"),
                        t("C2: FCO"),
                        Cell::Number(3.0),
                        E,
                        E,
                        d("2021-03-01"),
                        t("f) U6: Foster placement - not FFA"),
                        t("e) PR4 - Private provision"),
                        t("T28 2WB"),
                        t("SC123456"),
                        Cell::Number(4.0),
                        Cell::Number(0.0),
                    ],
                ),
                row(
                    "C3",
                    vec![
                        t("b) No"),
                        d("2020-11-01"),
                        d("2020-11-01"),
                        t("V2: Section 20"),
                        Cell::Number(5.0),
                        d("2021-03-02"),
                        t("k) E47: Special Guardianship Orders - relative/friend"),
                        d("2020-11-01"),
                        t("n) H5: Residential accommodation"),
                        t("b) PR1 - Own provision"),
                        E,
                        E,
                        Cell::Number(0.0),
                        Cell::Number(1.0),
                    ],
                ),
            ],
        ),
        (
            "List 9",
            vec![
                head(&[
                    "Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)",
                    "Eligibility Category",
                    "LA in Touch",
                    "Latest Date of Contact",
                    "Type of Accommodation",
                    "Suitability of Accommodation",
                    "Activity Status",
                ]),
                row(
                    "L1",
                    vec![
                        E,
                        t("b) Former relevant child"),
                        t("a) Yes"),
                        d("2021-01-09"),
                        t("U: Independent living"),
                        t("b) Unsuitable"),
                        t("F2: Full time in education other than higher"),
                    ],
                ),
            ],
        ),
    ]
}

fn of_every_list() -> BTreeSet<String> {
    let person = |id| Person::new(id).sex(Sex::Female).ethnicity(Ethnicity::Pakistani).date_of_birth(day("2012-08-08"));
    let records: Vec<Record> = vec![
        person("C1").into(),
        person("C2").into(),
        person("C3").into(),
        person("L1").into(),
        ImmigrationStatus::new("C1", "UASC").into(),
        {
            let mut referral = Referral::new("C1/2020-09-16", "C1", day("2020-09-16"))
                .source(ReferralSource::Police)
                .primary_need(PrimaryNeed::AbuseOrNeglect)
                .closed(day("2021-02-01"))
                .closure_reason(ClosureReason::ServicesCeased)
                .team("Team 4")
                .earlier_counted(AuthorityCount::new(2));
            referral.no_further_action = Some(false);
            referral.into()
        },
        Assessment::new("C1/A2020-09-17", "C1", day("2020-09-17")).authorised(day("2020-11-01")).team("Team 4").into(),
        Section47Enquiry::new("C1/S2020-09-18", "C1", day("2020-09-18")).into(),
        Section47Enquiry::new("C2/S2020-09-19", "C2", day("2020-09-19")).into(),
        InitialConference::new("C1/S2020-09-18/ICPC", "C1")
            .enquiry("C1/S2020-09-18")
            .date(day("2020-10-05"))
            .transfer_in(false)
            .plan_made(true)
            .into(),
        ProtectionPlan::new("C1/P2020-10-05", "C1", day("2020-10-05"))
            .end(day("2021-02-16"))
            .initial_category(AbuseCategory::Physical)
            .latest_category(AbuseCategory::Neglect)
            .previous_plans(1_u32)
            .into(),
        PlanReview::new("C1/P2020-10-05/R2021-01-05", "C1", "C1/P2020-10-05").date(day("2021-01-05")).into(),
        LookedAfterEpisode::new("C1/2021-02-16", "C1", day("2021-02-16"))
            .start_reason(EpisodeStart::StartedCare)
            .ceased(day("2021-03-01"))
            .ceased_reason(EpisodeEnd::NewEpisode)
            .placements_counted(AuthorityCount::NOT_GIVEN)
            .into(),
        LookedAfterEpisode::new("C1/2021-03-01", "C1", day("2021-03-01"))
            .placement("C1/2021-03-01")
            .placements_counted(AuthorityCount::new(3))
            .into(),
        LookedAfterEpisode::new("C3/2020-11-01", "C3", day("2020-11-01"))
            .start_reason(EpisodeStart::StartedCare)
            .placement("C3/2020-11-01")
            .ceased(day("2021-03-02"))
            .ceased_reason(EpisodeEnd::GuardianshipRelative)
            .placements_counted(AuthorityCount::new(5))
            .into(),
        Placement::new("C1/2021-03-01", "C1", day("2021-03-01"))
            .kind(PlacementType::U6)
            .provider(PlacementProvider::Private)
            .postcode("T28 2WB")
            .urn("SC123456")
            .into(),
        Placement::new("C3/2020-11-01", "C3", day("2020-11-01"))
            .end(day("2021-03-02"))
            .kind(PlacementType::H5)
            .provider(PlacementProvider::Own)
            .into(),
        LegalStatus::new("C1/L2021-02-17", "C1", LegalStatusCode::FullCareOrder, day("2021-02-17")).into(),
        LegalStatus::new("C3/L2020-11-01", "C3", LegalStatusCode::Section20, day("2020-11-01"))
            .end(day("2021-03-02"))
            .into(),
        CareLeaverStatus::new("L1", "L1")
            .eligibility(Eligibility::FormerRelevant)
            .in_touch(InTouch::Yes)
            .latest_contact(day("2021-01-09"))
            .accommodation(Accommodation::Independent)
            .suitability(Suitability::Unsuitable)
            .activity(Activity::EducationFullTime)
            .into(),
    ];
    records.iter().map(|record| format!("{record:?}")).collect()
}

fn records_of(annex: &AnnexA) -> BTreeSet<String> {
    let records: BTreeSet<String> = annex.records().iter().map(|r| format!("{:?}", r.record)).collect();
    assert_eq!(records.len(), annex.records().len(), "no record twice");
    records
}

#[test]
fn every_list_becomes_its_records() {
    let annex = read(&every_list());
    assert_eq!(annex.findings(), []);
    let (read, expected) = (records_of(&annex), of_every_list());
    assert_eq!(read.difference(&expected).collect::<Vec<_>>(), Vec::<&String>::new(), "read and not expected");
    assert_eq!(expected.difference(&read).collect::<Vec<_>>(), Vec::<&String>::new(), "expected and not read");

    let [contact] = annex.contacts() else { panic!("one contact") };
    assert_eq!((contact.row, contact.child.as_str(), contact.date), (2, "C1", day("2020-09-10")));
    assert_eq!(contact.source, Some(ReferralSource::Acquaintance.into()));
    let [_, older] = annex.cases() else { panic!("two cases") };
    assert_eq!(
        (older.start, older.closed, older.status.as_deref()),
        (day("2010-06-09"), None, Some("c) Child in need plan"))
    );
    assert_eq!(older.primary_need, Some(Coded::Unknown("PSRMEM - Support with memory".to_owned())));

    let unread: Vec<_> = annex.unread().iter().map(|u| (u.sheet.as_str(), u.column.as_deref())).collect();
    assert_eq!(unread, [("Guidance", None), ("List 2", None), ("List 3", Some("Allocated Worker"))]);
    assert_eq!(List::ALL.map(|list| annex.rows(list)), [1, 1, 1, 2, 2, 1, 2, 1].map(Some));
}

#[test]
fn what_is_recorded_says_so() {
    let annex = read(&every_list());
    let share = |what, at_least| annex.recorded_share(what, at_least).unwrap().to_string();
    assert_eq!(
        share(Recorded::Placements, 3),
        "1 of 1 with 3 or more placements in the last 12 months, as recorded in List 8, not calculated"
    );
    assert_eq!(
        share(Recorded::Enquiries, 2),
        "1 of 2 with 2 or more section 47 enquiries in the last 12 months, as recorded in List 5, not calculated"
    );
    assert!(share(Recorded::Referrals, 3).starts_with("0 of 1 with 3 or more referrals"));
    assert!(share(Recorded::Conferences, 1).starts_with("1 of 2 with 1 or more initial child protection conferences"));
    assert!(share(Recorded::MissingEpisodes, 4).starts_with("1 of 1 with 4 or more missing episodes"));
    assert!(share(Recorded::AbsentEpisodes, 1).starts_with("0 of 1 with 1 or more absent episodes"));
    assert_eq!(annex.counts().len(), 11);
    assert_eq!(read(&referrals(&[referral_row()])).recorded_share(Recorded::Placements, 1), None);
}

#[test]
fn readings_come_from_a_workbook() {
    let mut records = Dataset::builder();
    read(&every_list()).made_on(day("2021-02-28")).give_to(&mut records);
    let dataset = records.finish();
    // The last placement begins on the day after.
    assert_eq!(dataset.findings().iter().map(|finding| finding.rule).collect::<Vec<_>>(), [FindingRule::AfterMade]);
    let ledger = Engine::new(catalogue::standard()).run(&dataset).unwrap();
    let reading = |indicator, basis, at| ledger.reading(indicator, basis, day(at)).unwrap();
    let ratio = |indicator| reading(indicator, Basis::InQuarter, "2020-12-31").ratio().unwrap().to_string();
    assert_eq!(ratio("ECS 138"), "1 of 1");
    assert_eq!(ratio("NI 65"), "1 of 1");
    assert_eq!(ratio("ICPC 15"), "1 of 1");
    // What the docs say that the lists cannot carry.
    let why = |indicator, basis, at| reading(indicator, basis, at).obstacle().map(ToString::to_string);
    let back = |text: &str| Some(text.to_owned());
    assert_eq!(why("NI 68", Basis::Cumulative, "2021-02-28"), back("data begin 2020-09-01"));
    assert_eq!(why("ECS 14a", Basis::InMonth, "2021-02-28"), back("looks back 12 months, data begin 2020-09-01"));
    assert_eq!(why("NI 65a", Basis::InMonth, "2021-02-28"), back("looks back 24 months, data begin 2020-09-01"));
    assert_eq!(why("NI 67", Basis::AsAt, "2021-02-28"), back("not supplied: child protection reviews"));
    assert_eq!(why("CLA", Basis::AsAt, "2021-02-28"), None);
    assert_eq!(why("CLA", Basis::AsAt, "2021-02-27"), back("data begin 2021-02-28"));
    assert_eq!(why("CLA", Basis::AsAt, "2021-03-31"), back("data end 2021-02-28"));
    assert_eq!(why("Care leavers EET", Basis::AsAt, "2021-02-28"), None);
    assert_eq!(why("ECS 133", Basis::AsAt, "2020-10-31"), None);
    assert_eq!(
        why("WRI", Basis::InMonth, "2021-02-28").unwrap().split(", ").next(),
        Some("not supplied: missing episodes")
    );
}

#[test]
fn a_workbook_that_is_not_dated_is_of_the_last_day_on_which_anything_began() {
    let workbook = read(&every_list());
    let last = workbook.day().unwrap();
    let begun = workbook.records().iter().filter_map(|given| match &given.record {
        Record::Referral(r) => Some(r.date),
        Record::ProtectionPlan(p) => Some(p.start),
        Record::PlanReview(r) => r.date,
        Record::LegalStatus(s) => Some(s.start),
        Record::Placement(p) => Some(p.start),
        Record::CareLeaverStatus(s) => s.latest_contact,
        _ => None,
    });
    assert_eq!(begun.max(), Some(last));
    assert_eq!(workbook.clone().made_on(day("2021-02-28")).day(), Some(day("2021-02-28")));
    // A column that is not there holds nothing.
    let header = texts(&["Child Unique ID", "Date of Birth", "Date of Referral"]);
    let row = vec![t("C1"), d("2010-05-31"), d("2020-09-16")];
    let supply = read(&[("List 3", vec![header, row])]).supply();
    assert_eq!(supply.days(Family::Referral).to_string(), "2020-03-17 to 2020-09-16");
    assert!(supply.days(csc_kpi::Matter::ReferralDecisions).is_empty());
    assert_eq!(
        read(&[("List 3", vec![texts(&["Child Unique ID", "Date of Referral"])])]).supply(),
        csc_kpi::Supply::nothing()
    );
}

/// Counts in the place of records: read as recorded, and the default rules set them aside.
#[test]
fn counts_are_judged_as_recorded() {
    let engine = Engine::new(catalogue::standard().into_iter().chain(catalogue::options()));
    let calculate = |sheets: &[(&str, Vec<Vec<Cell>>)]| {
        // The records alone: of a workbook the default rules look back before the data begin.
        let dataset: Dataset = read(sheets).records().iter().map(|record| record.record.clone()).collect();
        let ledger = engine.run(&dataset).unwrap();
        move |indicator: &str, basis, at| *ledger.reading(indicator, basis, day(at)).unwrap().tally().unwrap()
    };
    let tally = |met, not_met, excluded| Tally { met, not_met, excluded, ..Tally::default() };

    // Two referrals of one child within the list would make a repeat referral; what was before the list is not known.
    let referral = |child: &str, date: &str, count| vec![t(child), E, E, E, d(date), E, E, count, E];
    let rows = vec![
        texts(&REFERRALS),
        referral("C1", "2020-09-16", Cell::Number(0.0)),
        referral("C1", "2020-11-16", Cell::Number(1.0)),
        referral("C2", "2020-10-01", Cell::Number(4.0)),
        referral("C3", "2020-10-01", E),
        referral("C4", "2020-10-01", t("some")),
    ];
    let of = calculate(&[("List 3", rows)]);
    let year = |indicator: &str| of(indicator, Basis::Cumulative, "2020-12-31");
    assert_eq!(year("NI 68"), tally(5, 0, 0));
    assert_eq!((year("ECS 14a"), year("ECS 14a 365 days")), (tally(0, 0, 5), tally(0, 0, 5)));
    assert_eq!(year("ECS 14a as recorded"), tally(2, 1, 2));
    assert_eq!(year("ECS 14a as recorded with itself"), tally(1, 2, 2));

    let header = texts(&[
        "Child Unique ID",
        "Date Started to be Looked After",
        "Number of Placements in the Last 12 months",
        "Start Date of Most Recent Placement",
        "Date Ceased to be Looked After",
    ]);
    let rows = vec![
        header,
        vec![t("C1"), d("2015-01-01"), Cell::Number(3.0), d("2020-11-01"), E],
        vec![t("C2"), d("2020-01-01"), Cell::Number(2.0), d("2020-01-01"), E],
        vec![t("C3"), d("2020-01-01"), E, E, E],
        vec![t("C4"), d("2020-01-01"), Cell::Number(5.0), E, d("2020-12-01")],
    ];
    let of = calculate(&[("List 8", rows)]);
    let (year, now) = (Basis::ROLLING_12M, Basis::AsAt);
    assert_eq!(of("NI 62", year, "2020-12-31"), tally(0, 0, 3));
    assert_eq!(of("NI 62 raw-moves", year, "2020-12-31"), tally(0, 0, 3));
    assert_eq!(of("NI 62 as recorded", now, "2020-12-31"), tally(1, 1, 1));
    // Until the move the list says nothing of C1; C4 is still looked after.
    assert_eq!(of("NI 62 as recorded", now, "2020-10-31"), tally(1, 1, 2));

    // Records that are no list of counts are judged as ever, and are no units of the options.
    let dataset: Dataset = [Referral::new("R1", "C1", day("2020-09-16"))].into_iter().collect();
    let ledger = engine.run(&dataset).unwrap();
    let of = |key| *ledger.reading(key, Basis::Cumulative, day("2020-12-31")).unwrap().tally().unwrap();
    assert_eq!((of("ECS 14a"), of("ECS 14a as recorded")), (tally(0, 1, 0), tally(0, 0, 0)));
}

/// A child long in care whose most recent placement began less than two years ago; and once two years have gone.
#[test]
fn stability_counts_from_the_most_recent_placement() {
    let header = texts(&[
        "Child Unique ID",
        "Date of Birth",
        "Date Started to be Looked After",
        "Start Date of Most Recent Placement",
        "Placement Type",
    ]);
    let row = vec![t("C1"), d("2010-05-31"), d("2014-09-12"), d("2019-07-08"), t("d) U4: Foster placement")];
    let workbook = read(&[("List 8", vec![header, row])]);
    // As records alone, so that they can be read on any day: a workbook has only that of its own.
    let mut records = Dataset::builder();
    records.extend(workbook.records().iter().map(|given| given.record.clone()));
    let ledger = Engine::new(catalogue::standard()).run(&records.finish()).unwrap();
    let ratio = |at| ledger.reading("NI 63", Basis::AsAt, day(at)).unwrap().ratio().unwrap().to_string();
    assert_eq!(ratio("2021-07-07"), "0 of 1");
    assert_eq!(ratio("2021-07-08"), "1 of 1");
}

/// The same referral with headers, sheet name, place and cells as authorities write them.
#[test]
fn small_differences_do_not_matter() {
    let expected = read(&referrals(&[referral_row()]));
    let headers = [
        "ALLOCATED  TEAM",
        "child unique id ",
        "Sex",
        "ethnicity (code)",
        "Date-of-Birth (DD/MM/YYYY)",
        "date of referral\nas received",
        "Referral\u{a0}source:",
        "Referral NFA",
        "Number of referrals in the last 12 months*",
    ];
    let row = |child: Cell, referred: &str| {
        vec![t("Team\u{a0}4 "), child, t("Male"), t("wbri"), t("29/02/2012"), t(referred), t("6"), t("N"), t("a) 2")]
    };
    for name in ["list_3 Referrals", "3 Referrals", "Annex A - List 3", "LIST3"] {
        for referred in [
            "16/09/2020",
            "2020-09-16",
            "16-09-2020 09:30",
            "16.09.2020",
            "2020/09/16",
            "16 Sep 2020",
            "2020-09-16T00:00:00",
        ] {
            let rows =
                vec![texts(&["Referrals of the last six months"]), vec![], texts(&headers), row(t("101"), referred)];
            let annex = read(&[(name, rows)]);
            assert_eq!(annex.findings(), [], "{name} {referred}");
            assert_eq!(records_of(&annex), records_of(&expected), "{name} {referred}");
            assert_eq!(annex.counts()[0].count, 2);
        }
    }
    // The number of the day without the format of a date.
    let mut row = referral_row();
    row[4] = Cell::Number(44_090.0);
    assert_eq!(records_of(&read(&referrals(&[row]))), records_of(&expected));
}

/// Of two names that a header begins with the longer counts: both begin with `Legal Status`.
#[test]
fn the_longer_name_counts() {
    for swap in [false, true] {
        let mut header = vec!["Legal Status Start Date (current)", "Legal Status (code)"];
        let mut cells = vec![d("2021-02-17"), t("C2")];
        if swap {
            header.reverse();
            cells.reverse();
        }
        let header = texts(&[&["Child ID", "Date Started Looked After"], header.as_slice()].concat());
        let row = [vec![t("C1"), d("2021-02-16")], cells].concat();
        let annex = read(&[("List 8", vec![header, row])]);
        let status = LegalStatus::new("C1/L2021-02-17", "C1", LegalStatusCode::FullCareOrder, day("2021-02-17"));
        assert!(annex.records().iter().any(|record| record.record == status.clone().into()), "{:?}", annex.records());
    }
}

#[test]
fn empty_rows_are_passed_over_and_merged_cells_stand_in_each_row() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("List 3").unwrap();
    for (column, name) in (0..).zip(REFERRALS) {
        sheet.write_string(0, column, name).unwrap();
    }
    let mut second = referral_row();
    second[4] = d("2020-12-01");
    for (row, cells) in [(2, referral_row()), (3, second)] {
        for (column, cell) in (1..).zip(&cells[1..]) {
            write_cell(sheet, row, column, cell);
        }
    }
    sheet.merge_range(2, 0, 5, 0, "101", &Format::new()).unwrap();
    let annex = AnnexA::read("a.xlsx", Cursor::new(book.save_to_buffer().unwrap())).unwrap();
    assert_eq!(annex.findings(), []);
    let ids: Vec<_> = annex
        .records()
        .iter()
        .filter_map(|r| match &r.record {
            Record::Referral(referral) => Some((r.row, referral.id.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(ids, [(3, "101/2020-09-16"), (4, "101/2020-12-01")]);
}

#[test]
fn each_finding_names_list_row_child_column_value_and_rule() {
    let at = |family, field: &str, value: &str, rule, row| {
        Finding::new(family, field, value, rule).in_file(Some("a.xlsx, List 3".into())).in_row(Some(row))
    };
    let cases = [
        (4, t("soon"), Family::Referral, "soon", FindingRule::UnreadableDate, 0),
        (4, Cell::Number(99_999.0), Family::Referral, "99999", FindingRule::UnreadableDate, 0),
        (4, Cell::Number(10_958.0), Family::Referral, "10958", FindingRule::UnreadableDate, 0),
        (4, t("+2020-09-16"), Family::Referral, "+2020-09-16", FindingRule::UnreadableDate, 0),
        (3, Cell::Number(2012.0), Family::Person, "2012", FindingRule::UnreadableDate, 1),
        (3, d("1905-07-04"), Family::Person, "2012", FindingRule::UnreadableDate, 1),
        (3, t("04/07/1905"), Family::Person, "04/07/1905", FindingRule::UnreadableDate, 1),
        (4, t("31/06/2020"), Family::Referral, "31/06/2020", FindingRule::UnreadableDate, 0),
        (4, t("16/09/20"), Family::Referral, "16/09/20", FindingRule::UnreadableDate, 0),
        (4, E, Family::Referral, "", FindingRule::EmptyStart, 0),
        (3, t("unborn"), Family::Person, "unborn", FindingRule::UnreadableDate, 1),
        (6, t("perhaps"), Family::Referral, "perhaps", FindingRule::UnknownFlag, 1),
        (7, t("several"), Family::Referral, "several", FindingRule::NotANumber, 1),
        (7, Cell::Number(1.5), Family::Referral, "1.5", FindingRule::NotANumber, 1),
    ];
    for (column, cell, family, value, rule, left) in cases {
        let mut row = referral_row();
        row[column] = cell;
        let annex = read(&referrals(&[row]));
        assert_eq!(annex.findings(), [at(family, REFERRALS[column], value, rule, 2).of("", "101")]);
        let referrals = annex.records().iter().filter(|r| r.record.family() == Family::Referral).count();
        assert_eq!(referrals, left, "{rule:?}");
    }

    let mut row = referral_row();
    row[0] = E;
    let annex = read(&referrals(&[row]));
    assert_eq!(annex.findings(), [at(Family::Referral, "Child Unique ID", "a) Male", FindingRule::EmptyPerson, 2)]);
    assert_eq!(annex.records().len(), 0);

    let mut other = referral_row();
    (other[1], other[4]) = (t("b) Female"), d("2020-12-01"));
    let annex = read(&referrals(&[referral_row(), other]));
    let finding = at(Family::Person, "Gender", "b) Female", FindingRule::ListsDisagree, 3).of("", "101");
    assert_eq!(annex.findings(), [finding]);

    let mut rows = referrals(&[referral_row()]);
    rows[0].1[0][5] = t("Referred by");
    rows[0].1[0].push(t("date of referral"));
    let annex = read(&rows);
    assert_eq!(
        annex.findings(),
        [
            at(Family::Referral, "Date of Referral", "date of referral", FindingRule::RepeatedColumn, 1),
            at(Family::Referral, "Referral Source", "", FindingRule::MissingColumn, 1),
        ]
    );
    assert_eq!(annex.unread()[0].column.as_deref(), Some("Referred by"));

    // What contradicts between rows is found by the dataset, which names the same place.
    let mut unknown = referral_row();
    (unknown[5], unknown[1]) = (t("z) Somebody"), t("Both"));
    let mut records = Dataset::builder();
    read(&referrals(&[unknown, referral_row()])).give_to(&mut records);
    let id = |finding: Finding| finding.of("101/2020-09-16", "101");
    assert_eq!(
        records.finish().findings(),
        [
            at(Family::Person, "Gender", "Both", FindingRule::UnknownCode, 2).of("", "101"),
            at(Family::Person, "Gender", "a) Male", FindingRule::ListsDisagree, 3).of("", "101"),
            at(Family::Referral, "Referral Source", "z) Somebody", FindingRule::UnknownCode, 2).of("", "101"),
            id(at(Family::Referral, "Date of Referral", "101/2020-09-16", FindingRule::RepeatedId, 3)),
        ]
    );
}

fn looked_after_row() -> Vec<Cell> {
    let lists = every_list();
    lists.iter().find(|(name, _)| *name == "List 8").unwrap().1[2].clone()
}

#[test]
fn a_legal_status_or_placement_without_its_start_is_found() {
    let read_row = |changes: &[(usize, Cell)]| {
        let mut row = looked_after_row();
        for (column, cell) in changes {
            row[*column] = cell.clone();
        }
        read(&[("List 8", vec![texts(&LOOKED_AFTER), row])])
    };
    let count = |annex: &AnnexA, of: Family| annex.records().iter().filter(|given| given.record.family() == of).count();
    assert_eq!(read_row(&[]).findings(), []);
    let cases = [(Family::LegalStatus, 6, &[7][..]), (Family::Placement, 11, &[12, 13, 14, 15][..])];
    for (family, start, said) in cases {
        let annex = read_row(&[(start, E)]);
        let finding = Finding::new(family, LOOKED_AFTER[start], "", FindingRule::EmptyStart)
            .in_file(Some("a.xlsx, List 8".into()))
            .in_row(Some(2))
            .of("", "C3");
        assert_eq!(annex.findings(), [finding]);
        assert_eq!((count(&annex, family), count(&annex, Family::LookedAfterEpisode)), (0, 1));
        // Where nothing is said of it there is none.
        let nothing: Vec<_> = said.iter().chain([&start]).map(|column| (*column, E)).collect();
        assert_eq!(read_row(&nothing).findings(), []);
    }
}

#[test]
fn what_begins_after_the_day_it_was_made_is_found() {
    let annex = read(&every_list());
    let last = annex.day().unwrap();
    assert_eq!(annex.clone().made_on(last).findings(), []);
    let early = annex.clone().made_on(day("2021-01-31"));
    let found: Vec<_> = early
        .findings()
        .iter()
        .map(|f| (f.file.as_deref().unwrap(), f.row, f.person.as_deref(), f.field.as_str(), f.value.as_str(), f.rule))
        .collect();
    let at = |field, value| ("a.xlsx, List 8", Some(2), Some("C1"), field, value, FindingRule::AfterMade);
    assert_eq!(
        found,
        [
            at("Start Date of Most Recent Placement", "2021-03-01"),
            at("Start date of current legal status", "2021-02-17"),
            at("Date Started to be Looked After", "2021-02-16"),
        ]
    );
    // Said again, the later word counts.
    assert_eq!(early.made_on(last), annex.made_on(last));
    let contact = read(&every_list()).made_on(day("2020-09-09"));
    assert!(
        contact.findings().iter().any(|f| (f.field.as_str(), f.value.as_str()) == ("Date of Contact", "2020-09-10"))
    );
}

#[test]
fn a_plan_without_a_number_of_previous_plans_is_found_and_touches_that_figure() {
    let plan = |count: Cell| {
        let row = vec![t("C1"), E, E, E, d("2020-10-05"), E, E, E, E, count];
        read(&[("List 7", vec![texts(&PLANS), row])])
    };
    assert_eq!(plan(Cell::Number(0.0)).findings(), []);
    let annex = plan(E);
    let [finding] = annex.findings() else { panic!("one finding") };
    assert_eq!((finding.field.as_str(), finding.rule), (PLANS[9], FindingRule::NoPreviousPlans));
    let touched: Vec<String> = catalogue::standard()
        .iter()
        .filter(|indicator| indicator.definition().reads().touched_by(finding))
        .map(|indicator| indicator.definition().key())
        .collect();
    assert_eq!(touched, ["NI 65"]);
}

/// A day is one of no further action only if all its referrals are.
#[test]
fn of_two_referrals_on_a_day_the_one_that_goes_on_stays() {
    let answered = |answer: &str| {
        let mut row = referral_row();
        row[6] = t(answer);
        row
    };
    for (answers, left_out) in [(["a) Yes", "b) No"], 2), (["b) No", "a) Yes"], 3), (["a) Yes", "a) Yes"], 3)] {
        let mut records = Dataset::builder();
        read(&referrals(&answers.map(answered))).give_to(&mut records);
        let dataset = records.finish();
        let child = dataset.child("101").unwrap();
        let flags: Vec<_> = child.chronology().referrals().iter().map(|referral| referral.no_further_action).collect();
        assert_eq!(flags, [Some(!answers.contains(&"b) No"))], "{answers:?}");
        let repeated = dataset.findings().iter().filter(|finding| finding.rule == FindingRule::RepeatedId);
        assert_eq!(repeated.map(|finding| finding.row).collect::<Vec<_>>(), [Some(left_out)], "{answers:?}");
    }
}

/// Every finding of the dataset names a sheet and a column of it.
#[test]
fn what_the_dataset_finds_names_sheet_and_column() {
    let mut lists = every_list();
    let header_of = |name: &str| -> Vec<String> {
        let rows = &every_list().into_iter().find(|(list, _)| *list == name).unwrap().1;
        rows[0].iter().map(|cell| if let Cell::Text(text) = cell { text.clone() } else { String::new() }).collect()
    };
    for (name, rows) in &mut lists {
        if *name == "List 2" || rows.len() < 2 {
            continue;
        }
        // The last row twice, and one that ends before it starts, was born later, and has codes that nobody knows.
        let mut wrong = rows.last().unwrap().clone();
        rows.push(wrong.clone());
        for (cell, heading) in wrong.iter_mut().zip(header_of(name)) {
            match (cell.clone(), heading.as_str()) {
                (Cell::Text(_), heading) if !heading.contains("ID") => *cell = t("99 nobody knows"),
                (Cell::Date(_), heading) if heading.contains("Start") || heading == "Date of Referral" => {
                    *cell = d("2021-03-04");
                }
                (_, heading) if heading.contains("End") || heading.contains("Ceased") => *cell = d("1990-01-01"),
                _ => {}
            }
        }
        rows.push(wrong);
    }
    let mut records = Dataset::builder();
    read(&lists).give_to(&mut records);
    let dataset = records.finish();
    let mut rules = BTreeSet::new();
    for finding in dataset.findings() {
        let sheet = finding.file.as_deref().and_then(|file| file.strip_prefix("a.xlsx, ")).expect("a sheet");
        assert!(header_of(sheet).contains(&finding.field) && finding.row.is_some(), "{finding:?}");
        rules.insert(format!("{:?}", finding.rule));
    }
    for rule in ["UnknownCode", "RepeatedId", "EndBeforeStart", "UnknownFlag"] {
        assert!(rules.contains(rule), "{rule} in {rules:?}");
    }
}

/// Found by fuzzing: a column that is not there has the name it should have.
#[test]
fn a_column_that_is_not_there_has_a_name() {
    let header = texts(&["Child Unique ID", "Gender"]);
    for (sheet, start) in [("List 3", "Date of Referral"), ("List 8", "Date Started to be Looked After")] {
        let annex = read(&[(sheet, vec![header.clone(), texts(&["C1", "Male"])])]);
        let empty: Vec<_> = annex.findings().iter().filter(|f| f.rule == FindingRule::EmptyStart).collect();
        assert_eq!((empty.len(), empty[0].field.as_str(), empty[0].row), (1, start, Some(2)), "{sheet}");
    }
}

#[test]
fn answers_are_read_by_letter_code_and_word() {
    let statuses = |in_touch: &str| {
        let header = texts(&["Child Unique ID", "LA in Touch", "Suitability of Accommodation", "Eligibility Category"]);
        let annex = read(&[("List 9", vec![header, texts(&["L1", in_touch, "2", "Qualifying care leaver"])])]);
        let status = annex.records().iter().find_map(|r| match &r.record {
            Record::CareLeaverStatus(status) => Some(status.clone()),
            _ => None,
        });
        let status = status.unwrap();
        assert_eq!(status.suitability, Some(Suitability::Unsuitable.into()));
        assert_eq!(status.eligibility, Some(Eligibility::Qualifying.into()));
        status.in_touch.unwrap()
    };
    for (written, read) in [
        ("a) Yes", InTouch::Yes),
        ("Y", InTouch::Yes),
        ("YES - in touch", InTouch::Yes),
        ("b) No", InTouch::No),
        ("n", InTouch::No),
        ("Not in touch", InTouch::No),
        ("c) Died", InTouch::Died),
        ("REFU - Refuses contact", InTouch::Refuses),
        ("d) Refuses contact", InTouch::Refuses),
        ("e) No longer requires services", InTouch::NotRequired),
        ("NREQ: No longer required", InTouch::NotRequired),
        ("f) Returned home", InTouch::ReturnedHome),
    ] {
        assert_eq!(statuses(written), Coded::Known(read), "{written}");
    }
    assert_eq!(statuses("g) Perhaps"), Coded::Unknown("g) Perhaps".to_owned()));
}

#[test]
fn a_source_that_is_no_annex_a_says_why() {
    let error = AnnexA::read("a.xlsx", Cursor::new(book(&[("List 2", vec![]), ("List 10", vec![])]))).unwrap_err();
    assert!(matches!(error.problem, AnnexAProblem::NoList));
    assert_eq!(error.to_string(), "a.xlsx: no sheet is list 1 or one of the lists 3 to 9");
    let error = AnnexA::read("a.xlsx", Cursor::new(b"")).unwrap_err();
    assert!(matches!(error.problem, AnnexAProblem::NotAWorkbook(_)));

    let error = AnnexA::read("a.xlsx", Cursor::new(raw_book("<sheetData><row r=\"1\"><c r=\"A1\""))).unwrap_err();
    assert!(matches!(&error.problem, AnnexAProblem::Sheet(name, _) if name == "List 3"), "{error}");
    // A cell that names a text the workbook does not have.
    let cell = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row></sheetData>";
    let error = AnnexA::read("a.xlsx", Cursor::new(raw_book(cell))).unwrap_err();
    assert!(matches!(error.problem, AnnexAProblem::Broken), "{error}");
}

/// One cell at the far end of a sheet does not take the memory of all the cells before it.
#[test]
fn the_size_of_a_sheet_takes_no_memory() {
    let cells = "<dimension ref=\"A1:XFD1048576\"/><sheetData>\
        <row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Child Unique ID</t></is></c></row>\
        <row r=\"1048576\"><c r=\"XFD1048576\" t=\"inlineStr\"><is><t>far</t></is></c></row></sheetData>";
    let annex = AnnexA::read("a.xlsx", Cursor::new(raw_book(cells))).unwrap();
    assert_eq!(annex.findings().last().map(|f| (f.row, f.rule)), Some((Some(1_048_576), FindingRule::EmptyPerson)));
}

/// A workbook of one sheet `List 3` with this inside its `worksheet` element, in an archive without compression.
fn raw_book(inside: &str) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    archive(&[
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
                 <Relationship Id=\"r1\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>\
                 <sheet name=\"List 3\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{MAIN}\">{inside}</worksheet>")),
    ])
}

fn archive(files: &[(&str, String)]) -> Vec<u8> {
    let (mut all, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let (size, offset) = (u32::try_from(text.len()).unwrap(), u32::try_from(all.len()).unwrap());
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        common.extend(crc32(text.as_bytes()).to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        all.extend(b"PK\x03\x04");
        all.extend(&common);
        all.extend(name.as_bytes());
        all.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, size, count) = (all.len(), directory.len(), u16::try_from(files.len()).unwrap().to_le_bytes());
    all.extend(directory);
    all.extend(b"PK\x05\x06\x00\x00\x00\x00");
    all.extend(count);
    all.extend(count);
    all.extend(u32::try_from(size).unwrap().to_le_bytes());
    all.extend(u32::try_from(start).unwrap().to_le_bytes());
    all.extend([0, 0]);
    all
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// Counts by a plain look at the cells, which shares nothing with the reader but the crate that opens workbooks.
#[test]
#[ignore = "needs ../shared"]
fn the_real_workbook_gives_what_its_cells_hold() {
    let path = shared("annex_a/Annex_A_2024_Jan.xlsx");
    let annex = AnnexA::read("Annex_A_2024_Jan.xlsx", File::open(&path).unwrap()).unwrap();

    let mut book: Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let (mut filled, mut children, mut moved) = (BTreeMap::new(), BTreeSet::new(), 0);
    for list in [1, 3, 4, 5, 6, 7, 8, 9] {
        let range = book.worksheet_range(&format!("List {list}")).unwrap();
        let mut rows = range.rows();
        let header: Vec<String> = rows.next().unwrap().iter().map(ToString::to_string).collect();
        for row in rows {
            children.insert(row[0].to_string());
            let number = |name: &str| match header.iter().position(|h| h == name).map(|at| &row[at]) {
                Some(Data::DateTime(date)) => Some(date.as_f64()),
                _ => None,
            };
            let began = number("Date Started to be Looked After");
            moved +=
                usize::from(began.is_some_and(|began| number("Start Date of Most Recent Placement") > Some(began)));
            for (name, cell) in header.iter().zip(row) {
                if !matches!(cell, Data::Empty) && !cell.to_string().is_empty() {
                    *filled.entry((list, name.clone())).or_insert(0) += 1;
                }
            }
        }
    }
    let filled = |list: u8, name: &str| filled.get(&(list, name.to_owned())).copied().unwrap_or_default();
    let mut of_family = BTreeMap::new();
    for record in annex.records() {
        *of_family.entry(record.record.family()).or_insert(0) += 1;
    }
    let expected = [
        (Family::Person, children.len()),
        (Family::Referral, filled(3, "Date of Referral")),
        (Family::Assessment, filled(4, "Continuous Assessment Start Date")),
        (Family::Section47Enquiry, filled(5, "Strategy discussion initiating Section 47 Enquiry Start Date")),
        (Family::InitialConference, filled(5, "Date of Initial Child Protection Conference")),
        (Family::ProtectionPlan, filled(7, "Child Protection Plan Start Date")),
        (Family::PlanReview, filled(7, "Date of latest review conference")),
        (Family::LookedAfterEpisode, filled(8, "Date Started to be Looked After") + moved),
        (Family::Placement, filled(8, "Start Date of Most Recent Placement")),
        (Family::LegalStatus, filled(8, "Start date of current legal status")),
        (Family::CareLeaverStatus, filled(9, "Child Unique ID")),
    ];
    assert_eq!(of_family, expected.into_iter().collect());
    assert_eq!(annex.contacts().len(), filled(1, "Date of Contact"));
    assert_eq!(annex.cases().len(), filled(6, "CIN Start Date"));
    // As counted by another program.
    assert_eq!(expected.map(|(_, count)| count), CHILDREN_AND_RECORDS);
    assert_eq!(annex.recorded_share(Recorded::Placements, 2).unwrap().ratio.to_string(), "1 of 4");
    assert_eq!(annex.recorded_share(Recorded::Referrals, 1).unwrap().ratio.to_string(), "3 of 6");

    // Nothing in it is wrong but what the records themselves show.
    assert_eq!(annex.findings(), []);
}

/// Distinct children of lists 1 and 3 to 9, then the filled cells that make a record, in the order of the families.
const CHILDREN_AND_RECORDS: [usize; 11] = [43, 6, 5, 5, 3, 7, 5, 10, 5, 5, 6];

prop_compose! {
    /// A plan with its review.
    fn plan(id: usize)(
        start in 40_000_u64..44_000,
        length in prop::option::of(0_u64..900),
        category in prop::sample::select(vec![AbuseCategory::Neglect, AbuseCategory::Physical, AbuseCategory::Sexual,
            AbuseCategory::Emotional, AbuseCategory::Multiple]),
        previous in prop::option::of(0_u32..5),
        reviewed in prop::option::of(1_u64..400),
    ) -> (ProtectionPlan, Option<PlanReview>) {
        let from = |days| day("1899-12-30") + chrono::Days::new(days);
        let (child, first) = (format!("C{id}"), from(start));
        let mut plan = ProtectionPlan::new(format!("{child}/P{first}"), &*child, first)
            .initial_category(category)
            .latest_category(category);
        plan.end = length.map(|length| from(start + length));
        plan.previous_plans = previous;
        let review = reviewed.map(|after| {
            let date = from(start + after);
            PlanReview::new(format!("{}/R{date}", plan.id), child, &*plan.id).date(date)
        });
        (plan, review)
    }
}

fn plans() -> impl Strategy<Value = Vec<(ProtectionPlan, Option<PlanReview>)>> {
    (1_usize..12).prop_flat_map(|many| (0..many).map(plan).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Plans written as a list and read back are the same plans, in whichever order the columns come.
    #[test]
    fn plans_come_back(plans in plans(), order in Just((4..PLANS.len()).collect::<Vec<_>>()).prop_shuffle()) {
        let order = [vec![0], order].concat();
        let optional = |date: Option<NaiveDate>| date.map_or(E, Cell::Date);
        let mut rows = vec![order.iter().map(|column| t(PLANS[*column])).collect::<Vec<_>>()];
        let mut expected: Vec<Record> = Vec::new();
        for (plan, review) in &plans {
            let category = |category: &Option<Coded<AbuseCategory>>| t(category.as_ref().unwrap().letters());
            let cells = [
                t(&plan.person), E, E, E,
                Cell::Date(plan.start),
                optional(plan.end),
                category(&plan.initial_category),
                category(&plan.latest_category),
                optional(review.as_ref().and_then(|review| review.date)),
                plan.previous_plans.map_or(E, |number| Cell::Number(f64::from(number))),
            ];
            rows.push(order.iter().map(|column| cells[*column].clone()).collect());
            expected.push(plan.clone().into());
            expected.extend(review.clone().map(Record::from));
        }
        let annex = read(&[("List 7", rows)]);
        let read: Vec<Record> = annex.records().iter().map(|r| r.record.clone())
            .filter(|record| record.family() != Family::Person).collect();
        prop_assert_eq!(read, expected);
    }

    /// Whatever stands in the cells, reading them ends, and each row with a child is counted.
    #[test]
    fn any_cells_are_read(cells in prop::collection::vec(prop::collection::vec(any_cell(), 18), 0..6)) {
        let mut rows = vec![texts(&LOOKED_AFTER)];
        rows.extend(cells);
        let annex = read(&[("List 8", rows)]);
        let mut records = Dataset::builder();
        let found = annex.findings().len();
        annex.give_to(&mut records);
        prop_assert!(records.finish().findings().len() >= found);
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(AnnexA::read("a.xlsx", Cursor::new(bytes)).is_err());
    }

    /// A workbook with bytes overwritten, or cut short.
    #[test]
    fn a_damaged_workbook_never_panics(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = raw_book("<sheetData><row r=\"1\"><c r=\"A1\"><v>44090</v></c></row></sheetData>");
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _whatever = AnnexA::read("a.xlsx", Cursor::new(bytes));
    }

    /// Any markup in a sheet.
    #[test]
    fn any_markup_never_panics(cells in prop::collection::vec(
        ("[A-Z0-9]{0,12}", prop::sample::select(vec!["s", "n", "d", "b", "e", "str", "inlineStr", "?"]), "[-+.0-9eE#/NA]{0,24}"), 0..8))
    {
        let cells: Vec<String> =
            cells.iter().map(|(place, kind, value)| format!("<c r=\"{place}\" t=\"{kind}\"><v>{value}</v></c>")).collect();
        let cells = cells.concat();
        let _whatever = AnnexA::read("a.xlsx", Cursor::new(raw_book(&format!("<sheetData><row>{cells}</row></sheetData>"))));
    }
}

fn any_cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(E),
        "[^\u{0}-\u{1f}]{0,12}".prop_map(Cell::Text),
        "[a-z]\\) (Yes|No|U4: x|C2: y)".prop_map(Cell::Text),
        any::<f64>().prop_filter("a workbook has none", |number| number.is_finite()).prop_map(Cell::Number),
        (-100.0..80_000.0).prop_map(Cell::Number),
        (1_u64..60_000).prop_map(|days| Cell::Date(day("1900-01-01") + chrono::Days::new(days))),
    ]
}
