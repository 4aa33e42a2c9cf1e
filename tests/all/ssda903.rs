//! Returns of children looked after: cells, national rules, years side by side, both forms, the real material.

#![allow(
    clippy::option_option,
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "tables of cases are as long and as deep as their cases; whether, and until when, are two questions"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Read};

use csc_kpi::calendar::{Basis, Moment, birthday};
use csc_kpi::format::ssda903::{CollectionYear, Contents, OtherRecord, Return, Returns, Ssda903Error, Table, place};
use csc_kpi::indicator::catalogue;
use csc_kpi::laws::strategies::edge_date;
use csc_kpi::record::{
    Coded, Eligibility, Family, ImmigrationStatus, Involvement, LegalStatusCode, LookedAfterEpisode, MissingEpisode,
    Person, Placement, Professional, Sex, StatutoryCode,
};
use csc_kpi::{Dataset, Engine, Finding, FindingRule, NaiveDate, ReturnsRule};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::shared::shared;

fn year(closing: i32) -> CollectionYear {
    CollectionYear::new(closing).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|_| NaiveDate::parse_from_str(text, "%d/%m/%Y").unwrap())
}

/// A table with its whole header and these rows.
fn csv(table: Table, rows: &[String]) -> String {
    let header: Vec<&str> = table.columns().collect();
    rows.iter().fold(header.join(",") + "\n", |text, row| text + row + "\n")
}

/// One return of these tables.
fn one(closing: i32, tables: &[(Table, String)]) -> Return {
    let mut one = Return::new(year(closing));
    for (table, text) in tables {
        one.read_csv(*table, &format!("{closing}/{table}.csv"), text.as_bytes()).unwrap();
    }
    one
}

fn joined(returns: impl IntoIterator<Item = Return>) -> (Dataset, Vec<OtherRecord>) {
    let mut records = Dataset::builder();
    let others = returns.into_iter().collect::<Returns>().into_builder(&mut records);
    (records.finish(), others)
}

/// Rule, file, row, column and value of a finding.
type Said = (String, String, u64, String, String);

fn rule(rule: FindingRule) -> String {
    match rule {
        FindingRule::Ssda903(rule) => rule.number().to_owned(),
        FindingRule::Ssda903Returns(rule) => format!("{rule:?}"),
        other => format!("{other:?}"),
    }
}

/// The findings that the reader made; those of the builder name the columns of other tables.
fn said(dataset: &Dataset) -> Vec<Said> {
    let of = |f: &Finding| {
        if Family::ALL.iter().any(|family| csc_kpi::format::ssd::columns(*family).contains(&f.field.as_str())) {
            return None;
        }
        let file = f.file.as_deref()?.to_owned();
        Some((rule(f.rule), file, f.row.unwrap_or(0), f.field.clone(), f.value.clone()))
    };
    dataset.findings().iter().filter_map(of).collect()
}

fn short<'a>(said: &'a [Said], file: &str) -> Vec<(&'a str, u64, &'a str, &'a str)> {
    let mut of: Vec<_> =
        said.iter().filter(|s| s.1 == file).map(|s| (s.0.as_str(), s.2, s.3.as_str(), s.4.as_str())).collect();
    of.sort_unstable();
    of
}

/// A figure on a day as at which, or up to which, it is read.
fn figure(dataset: &Dataset, key: &str, basis: Basis, as_at: &str) -> String {
    let engine = Engine::new([catalogue::find(key).unwrap()]);
    let reading = engine.run(dataset).unwrap().reading(key, basis, day(as_at)).unwrap();
    assert!(reading.obstacle().is_none(), "{reading:?}");
    reading.ratio().map_or_else(|| reading.shown(0).unwrap_or_default(), |ratio| ratio.to_string())
}

/// The tables of a return by their rows; the header, and no unaccompanied child, where they are not among them.
fn of_rows(closing: i32, tables: &[(Table, &[&str])]) -> Return {
    let mut by_table: BTreeMap<Table, Vec<String>> = BTreeMap::from([(Table::Header, vec![]), (Table::Uasc, vec![])]);
    for (table, rows) in tables {
        by_table.insert(*table, rows.iter().map(|row| (*row).to_owned()).collect());
    }
    let tables: Vec<_> = by_table.into_iter().map(|(table, rows)| (table, csv(table, &rows))).collect();
    one(closing, &tables)
}

/// The indicators that the findings of a rule may touch.
fn touched(dataset: &Dataset, is: impl Fn(&Finding) -> bool) -> BTreeSet<String> {
    let reads: Vec<_> = catalogue::standard().iter().map(|indicator| indicator.definition().reads()).collect();
    let found = dataset.findings().iter().filter(|finding| is(finding));
    found.flat_map(|f| reads.iter().filter(|read| read.touched_by(f)).map(|read| read.indicator.to_string())).collect()
}

const C1: (Table, &[&str]) = (Table::Header, &["C1,1,01/02/2010,WBRI,UN1,,"]);

// ---- cells ----------------------------------------------------------------------------------------------------------

#[test]
fn a_return_without_a_fault_becomes_records() {
    let tables = [
        (
            Table::Header,
            csv(Table::Header, &["C1,2,20/05/2000,WBRI,UN1,,".into(), "C2,1,29/02/2004,BCRB,UN2,0,".into()]),
        ),
        (
            Table::Episodes,
            csv(
                Table::Episodes,
                &[
                    "C2,01/06/2017,S,C2,N1,U4,PR1,01/09/2017,X1,CARPL,B1 1AA,CV1 1AA,SC1".into(),
                    "C2,01/09/2017,L,E1,N1,U4,PR1,,,,B1 1AA,CV1 1AA,SC1".into(),
                ],
            ),
        ),
        (Table::Uasc, csv(Table::Uasc, &["C2,29/02/2004,1,01/03/2022".into()])),
        (Table::Missing, csv(Table::Missing, &["C2,29/02/2004,A,01/10/2017,03/10/2017".into()])),
        (Table::Oc3, csv(Table::Oc3, &["C1,20/05/2000,YES,F2,U1".into()])),
        (Table::Reviews, csv(Table::Reviews, &["C2,29/02/2004,20/06/2017,PN1".into()])),
        (Table::PreviousPermanence, csv(Table::PreviousPermanence, &["C2,29/02/2004,Z1,,".into()])),
    ];
    let (dataset, others) = joined([one(2018, &tables)]);
    assert_eq!(dataset.findings(), []);
    assert_eq!(
        others.iter().map(|o| (o.table(), o.child())).collect::<Vec<_>>(),
        [(Table::PreviousPermanence, "C2"), (Table::Reviews, "C2")]
    );

    let child = dataset.child("C2").unwrap();
    let of = child.chronology();
    assert_eq!((of.person().sex.known(), of.person().date_of_birth), (Some(Sex::Male), Some(day("2004-02-29"))));
    let [first, second] = of.episodes() else { panic!("two episodes") };
    assert_eq!((first.start, first.ceased, second.ceased), (day("2017-06-01"), Some(day("2017-09-01")), None));
    // A change of legal status alone goes on with the placement.
    assert_eq!((of.placements().len(), first.placement == second.placement), (1, true));
    let statuses: Vec<_> = of.legal_statuses().iter().map(|s| (s.status.known(), s.start, s.end)).collect();
    assert_eq!(
        statuses,
        [
            (Some(LegalStatusCode::FullCareOrder), day("2017-06-01"), Some(day("2017-09-01"))),
            (Some(LegalStatusCode::PlacementOrder), day("2017-09-01"), None)
        ]
    );
    assert_eq!((of.immigration()[0].start, of.immigration()[0].end), (None, Some(day("2022-03-01"))));
    assert_eq!(
        (of.missing()[0].interview_offered, of.missing()[0].end.map(Moment::date)),
        (None, Some(day("2017-10-03")))
    );
    let leaver = dataset.child("C1").unwrap();
    let status = leaver.chronology().care_leaver()[0];
    assert_eq!(status.latest_contact, Some(day("2017-05-20")));
    assert_eq!(status.eligibility.known(), Some(Eligibility::Relevant));
    assert_eq!(status.suitability.known().map(StatutoryCode::letters), Some("1"));
}

/// Each broken cell: table, row, rule, column, value, and whether the row is left out.
#[test]
fn a_broken_cell_has_one_finding_by_its_national_number() {
    let cases: [(i32, Table, &str, &str, &str, &str, bool); 41] = [
        (2018, Table::Header, "C9,3,20/05/2000,WBRI,UN1,,", "101", "SEX", "3", false),
        (2018, Table::Header, "C9,1,31/02/2000,WBRI,UN1,,", "102", "DOB", "31/02/2000", false),
        (2018, Table::Header, "C9,1,20/05/2000,,UN1,,", "103", "ETHNIC", "", false),
        (2018, Table::Header, "C9,1,20/05/2000,WBRI,,,", "Empty", "UPN", "", false),
        (2018, Table::Header, "C9,2,20/05/2000,WBRI,UN1,1.0,", "UnknownCode", "MOTHER", "1.0", false),
        (2018, Table::Header, "C9,2,20/05/2000,WBRI,UN1,1,x", "DateReadAsEmpty", "MC_DOB", "x", false),
        (2018, Table::Header, ",2,20/05/2000,WBRI,UN1,,", "EmptyPerson", "CHILD", "", true),
        (2025, Table::Header, "C9,1,20/05/2000,WBRI,UN1,,", "CodeOfAnotherYear", "SEX", "1", false),
        (2018, Table::Header, "C9,f,20/05/2000,WBRI,UN1,,", "CodeOfAnotherYear", "SEX", "f", false),
        (2018, Table::Uasc, "C1,20/05/2000,2,2018", "104", "DUC", "2018", true),
        (2018, Table::Uasc, "C1,20/05/2000,1,", "INT21", "SEX", "1", false),
        (2018, Table::Uasc, "C1,21/05/2000,2,", "INT18", "DOB", "2000-05-21", false),
        (2018, Table::Ad1, "C1,20/05/2000,x,01/01/2018,0,1,MM,L0", "112", "DATE_INT", "x", false),
        (2018, Table::Ad1, "C1,20/05/2000,01/01/2018,x,0,1,MM,L0", "113", "DATE_MATCH", "x", false),
        (2018, Table::Ad1, "C1,20/05/2000,01/01/2018,01/01/2018,2,1,MM,L0", "114", "FOSTER_CARE", "2", false),
        (2018, Table::Ad1, "C1,20/05/2000,01/01/2018,01/01/2018,0,3,MM,L0", "175", "NB_ADOPTR", "3", false),
        (2018, Table::Ad1, "C1,20/05/2000,01/01/2018,01/01/2018,0,0,MM,L0", "175", "NB_ADOPTR", "0", false),
        (2018, Table::Ad1, "C1,20/05/2000,01/01/2018,01/01/2018,0,1,XX,L0", "UnknownCode", "SEX_ADOPTR", "XX", false),
        (2018, Table::PlacedForAdoption, "C1,20/05/2000,x,,", "115", "DATE_PLACED", "x", false),
        (2018, Table::PlacedForAdoption, "C1,20/05/2000,01/01/2018,x,", "116", "DATE_PLACED_CEASED", "x", false),
        (2018, Table::PlacedForAdoption, "C1,20/05/2000,01/01/2018,,XXX", "120", "REASON_PLACED_CEASED", "XXX", false),
        (2018, Table::Oc3, "C1,20/05/2000,PERHAPS,F2,U1", "131", "IN_TOUCH", "PERHAPS", false),
        (2018, Table::Oc3, "C1,20/05/2000,YES,F9,U1", "132", "ACTIV", "F9", false),
        (2018, Table::Oc3, "C1,20/05/2000,YES,F2,U3", "133", "ACCOM", "U3", false),
        (2018, Table::Oc3, "C1,20/05/2000,YES,F4,U1", "CodeOfAnotherYear", "ACTIV", "F4", false),
        (2018, Table::Oc3, "C1,20/05/1999,YES,F2,U1", "INT15", "DOB", "1999-05-20", false),
        (2018, Table::Episodes, "C1,1.6.17,S,C2,N1,U4,PR1,,,,,,", "141", "DECOM", "1.6.17", true),
        (2018, Table::Episodes, "C1,01/06/2017,Q,C2,N1,U4,PR1,,,,,,", "143", "RNE", "Q", false),
        (2018, Table::Episodes, "C1,01/06/2017,S,C9,N1,U4,PR1,,,,,,", "144", "LS", "C9", false),
        (2018, Table::Episodes, "C1,01/06/2017,S,C2,N9,U4,PR1,,,,,,", "145", "CIN", "N9", false),
        (2018, Table::Episodes, "C1,01/06/2017,S,C2,N1,Q9,PR1,,,,,,", "146", "PLACE", "Q9", false),
        (2018, Table::Episodes, "C1,01/06/2017,S,C2,N1,U4,PR9,,,,,,", "UnknownCode", "PLACE_PROVIDER", "PR9", false),
        (2018, Table::Episodes, "C1,01/06/2017,S,C2,N1,U4,PR1,soon,,,,,", "147", "DEC", "soon", true),
        (
            2018,
            Table::Episodes,
            "C1,01/06/2017,S,C2,N1,U4,PR1,01/07/2017,E44,GONE,,,",
            "1009",
            "REASON_PLACE_CHANGE",
            "GONE",
            false,
        ),
        (2026, Table::Episodes, "C1,01/06/2025,S,C2,N1,H5,PR1,,,,,,", "CodeOfAnotherYear", "PLACE", "H5", false),
        (2018, Table::Missing, "C1,20/05/2000,M,,", "1004", "MIS_START", "", true),
        (2018, Table::Missing, "C1,20/05/2000,M,01/01/2018,x", "1005", "MIS_END", "x", true),
        (2018, Table::Missing, "C1,20/05/2000,X,01/01/2018,", "1006", "MISSING", "X", false),
        (
            2018,
            Table::Missing,
            "C1,20/05/2000,M,03/01/2018,02/01/2018",
            "EndBeforeStart",
            "MIS_END",
            "2018-01-02",
            true,
        ),
        (2018, Table::Oc2, "C1,20/05/2000,41,,0,0,0,0,0,0,0,0", "NotANumber", "SDQ_SCORE", "41", false),
        (2024, Table::SocialWorkers, "C1,20/05/2000,W1,01/01/2024,,MANAGE", "SW02STG1", "SW_ID", "W1", false),
    ];
    for (closing, table, row, expected, column, value, left_out) in cases {
        let header = ["C1,2,20/05/2000,WBRI,UN1,,"]
            .map(|row| if closing >= 2025 { row.replace(",2,", ",F,") } else { row.to_owned() });
        let mut tables = vec![(Table::Header, csv(Table::Header, &header))];
        if table == Table::Header {
            tables.clear();
        }
        tables.push((table, csv(table, &[row.to_owned()])));
        let read = one(closing, &tables);
        let out = read.rows(table) == 0;
        let (dataset, others) = joined([read]);
        let file = format!("{closing}/{table}.csv");
        // The end before the start is found between two cells, after the row was read.
        assert!(out == left_out || expected == "EndBeforeStart", "{row}");
        assert_eq!(short(&said(&dataset), &file), [(expected, 2, column, value)], "{row}");
        let kept = dataset.children().any(|child| child.id() == "C1" || child.id() == "C9");
        assert!(kept || left_out || !others.is_empty(), "{row}");
    }
}

#[test]
fn what_is_wrong_with_a_table_is_named() {
    let header = "CHILDID, sex ,Dob,ETHNIC,UPN,MOTHER,MOTHER,PL_LA\nC1,2,20/05/2000,WBRI,UN1,,\nC2,1\nC3,1,20/05/2000,WBRI,UN1,,,,more\n";
    let mut read = Return::new(year(2018));
    assert_eq!(read.read_csv(Table::Header, "h.csv", header.as_bytes()).unwrap(), 3);
    read.read_csv(Table::SocialWorkers, "sw.csv", &b"\xef\xbb\xbfchild,dob,sw_id,sw_decom,sw_dec,sw_reason\r\n"[..])
        .unwrap();
    read.read_csv(Table::Oc2, "oc2.csv", "".as_bytes()).unwrap();
    read.read_csv(
        Table::Missing,
        "m.csv",
        "CHILD,DOB,MISSING,MIS_START,MIS_END\nC1,20/05/2000,\"M,01/01/2018,\nC1".as_bytes(),
    )
    .unwrap();
    read.read_csv(Table::Reviews, "r.csv", &b"CHILD,DOB,REVIEW,REVIEW_CODE\nC1,20/05/2000,01/01/2018,PN\xff\n"[..])
        .unwrap();
    let (dataset, _) = joined([read]);
    let said = said(&dataset);
    assert_eq!(
        short(&said, "h.csv"),
        [
            ("102", 3, "DOB", ""),
            ("103", 3, "ETHNIC", ""),
            ("Empty", 3, "UPN", ""),
            ("LongRow", 4, "", "more"),
            ("MissingColumn", 1, "MC_DOB", ""),
            ("NotOfTheYear", 1, "PL_LA", "PL_LA"),
            ("RenamedColumn", 1, "CHILDID", "CHILDID"),
            ("RepeatedColumn", 1, "MOTHER", "MOTHER"),
            ("ShortRow", 3, "MOTHER", ""),
        ]
    );
    assert_eq!(short(&said, "sw.csv"), [("NotOfTheYear", 0, "sw_episodes", "")]);
    assert_eq!(short(&said, "oc2.csv").len(), Table::Oc2.columns().count());
    assert_eq!(short(&said, "m.csv"), [("OpenQuote", 2, "MISSING", "M,01/01/2018,")]);
    assert_eq!(short(&said, "r.csv"), [("NotUtf8", 2, "REVIEW_CODE", "PN\u{fffd}")]);
}

#[test]
fn a_child_comes_once_where_a_table_has_one_row_a_child() {
    for (table, number) in [
        (Table::Ad1, "INT31"),
        (Table::Header, "INT32"),
        (Table::Oc2, "INT33"),
        (Table::Oc3, "INT34"),
        (Table::PreviousPermanence, "INT35"),
        (Table::Uasc, "INT36"),
    ] {
        let rows = ["C1".to_owned(), "C1".to_owned()];
        let (dataset, _) = joined([one(2018, &[(table, csv(table, &rows))])]);
        let found = said(&dataset);
        let found: Vec<_> = found.iter().filter(|s| s.0 == number).map(|s| (s.2, s.3.as_str())).collect();
        assert_eq!(found, [(3, "CHILD")], "{table}");
    }
    let twice = ["C1,20/05/2000,M,01/01/2018,", "C1,20/05/2000,M,01/01/2018,"].map(str::to_owned);
    let (dataset, _) = joined([one(2018, &[(Table::Missing, csv(Table::Missing, &twice))])]);
    assert_eq!(short(&said(&dataset), "2018/missing.csv"), [("RepeatedMissing", 3, "CHILD", "C1")]);
    assert_eq!(dataset.records(), 2);
}

#[test]
fn a_child_that_the_header_does_not_have_is_named_by_every_table() {
    let header = csv(Table::Header, &["C1,2,20/05/2000,WBRI,UN1,,".to_owned()]);
    for (table, row, number) in [
        (Table::Ad1, "C2,20/05/2000,01/01/2018,01/01/2018,0,1,MM,L0", "INT01"),
        (Table::PlacedForAdoption, "C2,20/05/2000,01/01/2018,,", "INT02"),
        (Table::Episodes, "C2,01/06/2017,S,C2,N1,U4,PR1,,,,,,", "INT03"),
        (Table::Missing, "C2,20/05/2000,M,01/01/2018,", "INT04"),
        (Table::Oc2, "C2,20/05/2000,,,,,,,,,,", "INT05"),
        (Table::Oc3, "C2,20/05/2000,YES,F2,U1", "INT06"),
        (Table::PreviousPermanence, "C2,20/05/2000,Z1,,", "INT07"),
        (Table::Reviews, "C2,20/05/2000,01/01/2018,PN1", "INT08"),
        (Table::Uasc, "C2,20/05/2000,2,", "INT09"),
    ] {
        let (dataset, _) =
            joined([one(2018, &[(Table::Header, header.clone()), (table, csv(table, &[row.to_owned()]))])]);
        assert_eq!(short(&said(&dataset), &format!("2018/{table}.csv")), [(number, 2, "CHILD", "C2")]);
        // Known by its id; the date of birth that another table gives is taken.
        let born = dataset.child("C2").unwrap().chronology().person().date_of_birth;
        assert_eq!(born, (table != Table::Episodes).then(|| day("2000-05-20")), "{table}");
    }
}

/// INT11 to INT18, and the social worker's dates.
#[test]
fn a_date_of_birth_that_is_not_that_of_the_header_is_named_by_every_table() {
    let header = csv(Table::Header, &["C1,2,20/05/1999,WBRI,UN1,,".to_owned()]);
    let episodes = csv(Table::Episodes, &["C1,01/06/2015,S,C2,N1,U4,PR1,,,,,,".to_owned()]);
    for (table, row, number) in [
        (Table::Ad1, "C1,21/05/1999,01/01/2018,01/01/2018,0,1,MM,L0", "INT11"),
        (Table::PlacedForAdoption, "C1,21/05/1999,01/01/2018,,", "INT12"),
        (Table::Missing, "C1,21/05/1999,M,01/01/2018,", "INT13"),
        (Table::Oc2, "C1,21/05/1999,,,,,,,,,,", "INT14"),
        (Table::PreviousPermanence, "C1,21/05/1999,Z1,,", "INT16"),
        (Table::Reviews, "C1,21/05/1999,01/01/2018,PN1", "INT17"),
        (Table::Uasc, "C1,21/05/1999,2,", "INT18"),
    ] {
        let tables = [
            (Table::Header, header.clone()),
            (Table::Episodes, episodes.clone()),
            (table, csv(table, &[row.to_owned()])),
        ];
        let (dataset, _) = joined([one(2018, &tables)]);
        assert_eq!(short(&said(&dataset), &format!("2018/{table}.csv")), [(number, 2, "DOB", "1999-05-21")]);
    }
    let rows = ["C1,20/05/1999,SW1,,,", "C1,20/05/1999,SW1,01/05/2023,x,"].map(str::to_owned);
    let (dataset, _) = joined([one(2024, &[(Table::SocialWorkers, csv(Table::SocialWorkers, &rows))])]);
    let expected = [("SW04STG1", 2, "SW_DECOM", ""), ("SW05STG1", 3, "SW_DEC", "x")];
    assert_eq!((short(&said(&dataset), "2024/sw_episodes.csv"), dataset.records()), (expected.to_vec(), 0));
}

// ---- national rules on episodes ---------------------------------------------------------------------------------------

/// The rules broken by the episodes of one child, as number and the row they are noted on.
fn broken(closing: i32, rows: &[&str]) -> Vec<(String, u64)> {
    let rows: Vec<String> = rows.iter().map(|row| format!("C1,{row}")).collect();
    let (dataset, _) = joined([one(closing, &[(Table::Episodes, csv(Table::Episodes, &rows))])]);
    let mut found: Vec<_> = said(&dataset).into_iter().map(|s| (s.0, s.2)).collect();
    found.sort_unstable();
    found
}

/// Each rule is broken by the least change to episodes that break none, and by nothing beside it.
#[test]
fn every_rule_on_episodes_is_found_and_just_not_found() {
    const HOME: &str = "01/05/2017,S,C2,N1,U4,PR1,01/06/2017,X1,,,,";
    let cases: [(&str, &[&str], &[(&str, u64)]); 66] = [
        ("open and closed in order", &[HOME, "01/06/2017,P,C2,N1,K2,PR4,,,,,,"], &[]),
        (
            "142 open",
            &["01/05/2017,S,C2,N1,U4,PR1,,,,,,", "01/06/2017,P,C2,N1,K2,PR4,,,,,,"],
            &[("142", 2), ("433", 3)],
        ),
        ("148", &["01/05/2017,S,C2,N1,U4,PR1,01/06/2017,,,,,"], &[("148", 2)]),
        ("148 the other way", &["01/05/2017,S,C2,N1,U4,PR1,,E4A,,,,"], &[("148", 2)]),
        ("149", &["01/05/2017,S,C2,N1,U4,PR1,01/06/2017,E99,,,,"], &[("149", 2)]),
        ("355", &["01/05/2017,S,C2,N1,U4,PR1,01/05/2017,E4A,,,,"], &[("355", 2)]),
        ("356", &["01/05/2017,S,C2,N1,U4,PR1,30/04/2017,E4A,,,,"], &[("356", 2)]),
        ("362 at 21 days", &["01/05/2017,S,L2,N1,U4,PR1,22/05/2017,E4A,,,,"], &[]),
        ("362 at 22 days", &["01/05/2017,S,L2,N1,U4,PR1,23/05/2017,E4A,,,,"], &[("362", 2)]),
        (
            "362 in two episodes",
            &["01/05/2017,S,L2,N1,U4,PR1,12/05/2017,X1,,,,", "12/05/2017,P,L2,N1,K2,PR1,23/05/2017,E4A,,,,"],
            &[("362", 2), ("362", 3)],
        ),
        ("362 open to the end of the year", &["09/03/2018,S,L2,N1,U4,PR1,,,,,,"], &[("362", 2)]),
        ("362 open, just not", &["10/03/2018,S,L2,N1,U4,PR1,,,,,,"], &[]),
        ("363 at 7 days", &["01/05/2017,S,L3,N1,U4,PR1,08/05/2017,E4A,,,,"], &[]),
        ("363 at 8 days", &["01/05/2017,S,L3,N1,U4,PR1,09/05/2017,E4A,,,,"], &[("363", 2)]),
        ("364 at 21 days", &["01/05/2017,S,J2,N1,U4,PR1,22/05/2017,E4A,,,,"], &[]),
        ("364 at 22 days", &["01/05/2017,S,J2,N1,U4,PR1,23/05/2017,E4A,,,,"], &[("364", 2)]),
        ("365 at 17 days", &["01/05/2017,S,V3,N1,U6,PR1,18/05/2017,E13,,,,"], &[]),
        ("365 at 18 days", &["01/05/2017,S,V3,N1,U6,PR1,19/05/2017,E13,,,,"], &[("365", 2)]),
        ("366", &[HOME, "01/06/2017,B,V3,N1,K2,PR1,02/06/2017,E13,,,,"], &[("366", 3)]),
        (
            "367 at 75 days",
            &[
                "01/04/2017,S,V3,N1,U6,PR1,16/04/2017,E13,,,,",
                "01/05/2017,S,V3,N1,U6,PR1,16/05/2017,E13,,,,",
                "01/06/2017,S,V3,N1,U6,PR1,16/06/2017,E13,,,,",
                "01/07/2017,S,V3,N1,U6,PR1,16/07/2017,E13,,,,",
                "01/08/2017,S,V3,N1,U6,PR1,16/08/2017,E13,,,,",
            ],
            &[],
        ),
        (
            "367 at 76 days",
            &[
                "01/04/2017,S,V3,N1,U6,PR1,16/04/2017,E13,,,,",
                "01/05/2017,S,V3,N1,U6,PR1,16/05/2017,E13,,,,",
                "01/06/2017,S,V3,N1,U6,PR1,16/06/2017,E13,,,,",
                "01/07/2017,S,V3,N1,U6,PR1,16/07/2017,E13,,,,",
                "01/08/2017,S,V3,N1,U6,PR1,17/08/2017,E13,,,,",
            ],
            &[("367", 2), ("367", 3), ("367", 4), ("367", 5), ("367", 6)],
        ),
        ("375 at 42 days", &[HOME, "01/06/2017,P,C2,N1,T1,PR1,13/07/2017,X1,,,,"], &[]),
        ("375 at 43 days", &[HOME, "01/06/2017,P,C2,N1,T1,PR1,14/07/2017,X1,,,,"], &[("375", 3)]),
        ("376 at 21 days", &[HOME, "01/06/2017,P,C2,N1,T3,PR1,22/06/2017,X1,,,,"], &[]),
        ("376 at 22 days", &[HOME, "01/06/2017,P,C2,N1,T3,PR1,23/06/2017,X1,,,,"], &[("376", 3)]),
        ("379 at 7 days", &[HOME, "01/06/2017,P,C2,N1,T4,PR1,08/06/2017,X1,,,,"], &[]),
        ("379 at 8 days", &[HOME, "01/06/2017,P,C2,N1,T4,PR1,09/06/2017,X1,,,,"], &[("379", 3)]),
        (
            "377 twice",
            &[
                HOME,
                "01/06/2017,P,C2,N1,T3,PR1,02/06/2017,X1,,,,",
                "02/06/2017,P,C2,N1,U4,PR1,03/06/2017,X1,,,,",
                "03/06/2017,P,C2,N1,T3,PR1,04/06/2017,X1,,,,",
            ],
            &[],
        ),
        (
            "377 three times",
            &[
                HOME,
                "01/06/2017,P,C2,N1,T3,PR1,02/06/2017,X1,,,,",
                "02/06/2017,P,C2,N1,U4,PR1,03/06/2017,X1,,,,",
                "03/06/2017,P,C2,N1,T3,PR1,04/06/2017,X1,,,,",
                "04/06/2017,P,C2,N1,U4,PR1,05/06/2017,X1,,,,",
                "05/06/2017,P,C2,N1,T3,PR1,06/06/2017,X1,,,,",
            ],
            &[("377", 3), ("377", 5), ("377", 7)],
        ),
        ("378", &["01/05/2017,S,V2,N1,P1,PR0,,,,,,"], &[("378", 2)]),
        ("380", &["01/05/2017,S,C2,N1,T4,PR1,02/05/2017,X1,,,,"], &[("380", 2)]),
        ("381", &[HOME, "01/06/2017,P,C2,N1,T4,PR1,02/06/2017,E4A,,,,"], &[("381", 3)]),
        ("382", &[HOME, "01/06/2017,B,V4,N1,T4,PR1,02/06/2017,X1,,,,"], &[("382", 3)]),
        ("383 returns", &[HOME, "01/06/2017,P,C2,N1,T4,PR1,02/06/2017,X1,,,,", "02/06/2017,P,C2,N1,U4,PR1,,,,,,"], &[]),
        (
            "383 elsewhere",
            &[HOME, "01/06/2017,P,C2,N1,T4,PR1,02/06/2017,X1,,,,", "02/06/2017,P,C2,N1,K2,PR1,,,,,,"],
            &[("383", 4)],
        ),
        (
            "383 for another reason",
            &[HOME, "01/06/2017,P,C2,N1,T4,PR1,02/06/2017,X1,,,,", "02/06/2017,T,C2,N1,U4,PR1,,,,,,"],
            &[("383", 4)],
        ),
        ("385 on 31 March", &["01/05/2017,S,C2,N1,U4,PR1,31/03/2018,E4A,,,,"], &[]),
        ("385 on 1 April", &["01/05/2017,S,C2,N1,U4,PR1,01/04/2018,E4A,,,,"], &[("385", 2)]),
        ("431", &[HOME, "01/06/2017,S,C2,N1,K2,PR1,,,,,,"], &[("431", 3)]),
        ("431 a day later", &["01/05/2017,S,C2,N1,U4,PR1,01/06/2017,E4A,,,,", "02/06/2017,S,C2,N1,K2,PR1,,,,,,"], &[]),
        ("432", &["01/05/2017,S,C2,N1,U4,PR1,01/06/2017,E4A,,,,", "01/06/2017,P,C2,N1,K2,PR1,,,,,,"], &[("432", 3)]),
        ("433", &[HOME, "02/06/2017,P,C2,N1,K2,PR1,,,,,,"], &[("433", 3)]),
        ("434", &[HOME, "01/06/2017,L,E1,N1,U4,PR1,,,,,,"], &[]),
        ("434 the status stays", &[HOME, "01/06/2017,L,C2,N1,U4,PR1,,,,,,"], &[("434", 3)]),
        ("434 the place changes", &[HOME, "01/06/2017,L,E1,N1,U5,PR1,,,,,,"], &[("434", 3)]),
        ("434 the provider changes", &[HOME, "01/06/2017,L,E1,N1,U4,PR4,,,,,,"], &[("434", 3)]),
        ("434 the postcode changes", &[HOME, "01/06/2017,L,E1,N1,U4,PR1,,,,,B1 1AA,"], &[("434", 3)]),
        ("434 the number changes", &[HOME, "01/06/2017,L,E1,N1,U4,PR1,,,,,,SC1"], &[("434", 3)]),
        ("435", &[HOME, "01/06/2017,T,C2,N1,U4,PR1,,,,,,SC1"], &[]),
        ("435 the place stays", &[HOME, "01/06/2017,P,C2,N1,U4,PR1,,,,,,"], &[("435", 3)]),
        ("435 the status changes", &[HOME, "01/06/2017,T,E1,N1,U5,PR1,,,,,,"], &[("435", 3)]),
        ("436", &[HOME, "01/06/2017,B,E1,N1,U5,PR1,,,,,,"], &[]),
        ("436 the place stays", &[HOME, "01/06/2017,U,E1,N1,U4,PR1,,,,,,"], &[("436", 3)]),
        ("436 the status stays", &[HOME, "01/06/2017,B,C2,N1,U5,PR1,,,,,,"], &[("436", 3)]),
        ("437", &["01/05/2017,S,C2,N1,U4,PR1,01/06/2017,E2,,,,", "02/06/2017,S,C2,N1,K2,PR1,,,,,,"], &[("437", 2)]),
        (
            "437 E15",
            &["01/05/2017,S,C2,N1,U4,PR1,01/06/2017,E15,,,,", "02/06/2017,S,C2,N1,K2,PR1,,,,,,"],
            &[("437", 2)],
        ),
        ("437 E4B", &["01/05/2017,S,C2,N1,U4,PR1,01/06/2017,E4B,,,,", "02/06/2017,S,C2,N1,K2,PR1,,,,,,"], &[]),
        ("501", &[HOME, "31/05/2017,P,C2,N1,K2,PR1,,,,,,"], &[("433", 3), ("501", 3)]),
        ("504", &[HOME, "01/06/2017,P,C2,N2,K2,PR1,,,,,,"], &[("504", 3)]),
        (
            "504 in another period",
            &["01/05/2017,S,C2,N1,U4,PR1,01/06/2017,E4A,,,,", "01/07/2017,S,C2,N2,K2,PR1,,,,,,"],
            &[],
        ),
        ("outside before", &["01/05/2016,S,C2,N1,U4,PR1,31/03/2017,E4A,,,,"], &[("OutsideTheYear", 2)]),
        // Open when the year before closed: only this return can say when it ceased.
        ("just inside", &["01/05/2016,S,C2,N1,U4,PR1,01/04/2017,E4A,,,,"], &[]),
        ("outside after", &["01/04/2018,S,C2,N1,U4,PR1,,,,,,"], &[("OutsideTheYear", 2)]),
        ("on the last day", &["31/03/2018,S,C2,N1,U4,PR1,,,,,,"], &[]),
        ("the same row twice", &[HOME, HOME], &[("RepeatedRow", 3)]),
        ("in any order", &["01/06/2017,P,C2,N1,K2,PR4,,,,,,", HOME], &[]),
    ];
    for (name, rows, expected) in cases {
        let expected: Vec<_> = expected.iter().map(|(rule, row)| ((*rule).to_owned(), *row)).collect();
        assert_eq!(broken(2018, rows), expected, "{name}");
    }
    // From 2026 the child must come back to the postcode too.
    let back = |post: &str| {
        let home = "01/05/2025,S,C2,N1,U4,PR1,01/06/2025,X1,,,B1 1AA,".to_owned();
        let rows = [
            home,
            "01/06/2025,P,C2,N1,T4,PR1,02/06/2025,X1,,,,".into(),
            format!("02/06/2025,P,C2,N1,U4,PR1,,,,,{post},"),
        ];
        broken(2026, &rows.each_ref().map(String::as_str))
    };
    assert_eq!((back("B1 1AA"), back("B1 1AB")), (vec![], vec![("383".to_owned(), 4)]));
}

#[test]
fn the_rules_on_care_leavers_and_adoption_look_at_episodes_of_all_years() {
    let before = |rows: &[&str]| {
        one(2017, &[(Table::Episodes, csv(Table::Episodes, &rows.iter().map(|r| (*r).to_owned()).collect::<Vec<_>>()))])
    };
    let now = |tables: &[(Table, &str)]| {
        let mut by_table: BTreeMap<Table, Vec<String>> = BTreeMap::from([(Table::Episodes, vec![])]);
        for (table, row) in tables {
            by_table.entry(*table).or_default().push((*row).to_owned());
        }
        let tables: Vec<_> = by_table.into_iter().map(|(table, rows)| (table, csv(table, &rows))).collect();
        one(2018, &tables)
    };
    let long = "C1,01/05/2014,S,C2,N1,U4,PR1,01/03/2017,E4A,,,,";
    // Born on 20 May 2000: 17 in the year.
    let leaver = (Table::Oc3, "C1,20/05/2000,YES,F2,U1");
    let cases: Vec<(&str, Vec<&str>, Vec<(Table, &str)>, Vec<&str>)> = vec![
        ("none", vec![long], vec![leaver], vec![]),
        ("153", vec![long], vec![(Table::Oc3, "C1,20/05/2000,YES,,U1")], vec!["153"]),
        ("1000", vec!["C1,01/05/2014,S,C2,N1,U4,PR1,01/03/2017,E2,,,,"], vec![leaver], vec!["1000"]),
        // Other days after the 14th birthday may lie before the first return.
        ("90 days after 14", vec!["C1,01/05/2016,S,C2,N1,U4,PR1,30/07/2016,E4A,,,,"], vec![leaver], vec![]),
        ("1001 none after 16", vec!["C1,01/05/2014,S,C2,N1,U4,PR1,20/05/2016,E4A,,,,"], vec![leaver], vec!["1001"]),
        ("1001 short breaks", vec!["C1,01/05/2014,S,V4,N1,U6,PR1,01/03/2017,E4A,,,,"], vec![leaver], vec!["1001"]),
        ("1001 adopted", vec!["C1,01/05/2014,S,C2,N1,A4,PR1,01/03/2017,E11,,,,"], vec![leaver], vec!["1001"]),
        ("1002", vec!["C2,01/05/2014,S,C2,N1,U4,PR1,01/03/2017,E4A,,,,"], vec![leaver], vec!["1002"]),
        // The return before is of 2017: a day of care from the 16th birthday on lies in it, or may lie before.
        (
            "1002 16 on the first day",
            vec!["C2,01/05/2014,S,C2,N1,U4,PR1,01/03/2017,E4A,,,,"],
            vec![(Table::Oc3, "C1,01/04/2000,YES,F2,U1")],
            vec!["1002"],
        ),
        (
            "16 before the first day",
            vec!["C2,01/05/2014,S,C2,N1,U4,PR1,01/03/2017,E4A,,,,"],
            vec![(Table::Oc3, "C1,31/03/2000,YES,F2,U1")],
            vec![],
        ),
        (
            "1007 on the birthday",
            vec![],
            vec![leaver, (Table::Episodes, "C1,20/05/2017,S,C2,N1,U4,PR1,,,,,,")],
            vec!["1007"],
        ),
        ("a day later", vec![], vec![leaver, (Table::Episodes, "C1,21/05/2017,S,C2,N1,U4,PR1,,,,,,")], vec![]),
        ("1010", vec!["C1,01/05/2014,S,C2,N1,U4,PR1,,,,,,"], vec![leaver], vec!["1010", "Gone"]),
        (
            "1011 ended before the birthday",
            vec!["C1,01/05/2014,S,C2,N1,U4,PR1,,,,,,"],
            vec![leaver, (Table::Episodes, "C1,01/05/2014,S,C2,N1,U4,PR1,19/05/2017,E3,,,,")],
            vec!["1011"],
        ),
        (
            "1016 ended on the birthday",
            vec!["C1,01/05/2014,S,C2,N1,U4,PR1,,,,,,"],
            vec![leaver, (Table::Episodes, "C1,01/05/2014,S,C2,N1,U4,PR1,20/05/2017,E4A,,,,")],
            vec!["1016"],
        ),
        ("1014", vec![long], vec![leaver, (Table::Uasc, "C1,20/05/2000,1,")], vec!["1014"]),
        ("1012", vec![long], vec![leaver, (Table::Missing, "C1,20/05/2000,M,01/05/2017,")], vec!["1012"]),
        (
            "1003",
            vec![],
            vec![
                (Table::Episodes, "C3,02/05/2017,S,C2,N1,U4,PR1,,,,,,"),
                (Table::PlacedForAdoption, "C3,20/05/2015,01/05/2017,,"),
            ],
            vec!["1003"],
        ),
        ("no birthday", vec![long], vec![(Table::Oc3, "C1,31/03/1996,YES,F2,U1")], vec!["NoBirthday"]),
        ("a birthday on the first day", vec![long], vec![(Table::Oc3, "C1,01/04/1996,YES,F2,U1")], vec![]),
    ];
    for (name, earlier, later, expected) in cases {
        let later = now(&later);
        let (dataset, _) = joined([before(&earlier), later]);
        let mut found: Vec<_> = said(&dataset).into_iter().map(|s| s.0).collect();
        found.sort_unstable();
        // The year before has no child but those of the case, so a late first episode has its own finding.
        found.retain(|rule| rule != "NoE");
        assert_eq!(found, expected, "{name}");
    }
}

/// 14 in May 2016, so that all care from then on is in the returns from 2017 on, if none of them is left out.
#[test]
fn rule_1001_is_found_where_the_returns_reach_back_to_the_14th_birthday() {
    let of = |closing: i32, start: &str, end: &str| {
        let row = format!("C1,{start},S,C2,N1,U4,PR1,{end},E4A,,,,");
        let rows: &[&str] = &[&row];
        // In the returns from that of its start to that of its end.
        let [first, last] = [start, end].map(|date| if date.ends_with("2018") { 2019 } else { 2017 });
        let episodes = if (first..=last).contains(&closing) { rows } else { &[] };
        let leaver: &[&str] = if closing == 2020 { &["C1,20/05/2002,YES,F2,U1"] } else { &[] };
        of_rows(closing, &[(Table::Episodes, episodes), (Table::Oc3, leaver)])
    };
    let found = |years: &[i32], start: &str, end: &str| {
        let (dataset, _) = joined(years.iter().map(|year| of(*year, start, end)));
        said(&dataset).iter().filter(|s| s.0 == "1001").count()
    };
    let all = [2017, 2018, 2019, 2020];
    // No day from the 16th birthday on, for which the first returns need not be read.
    assert_eq!((found(&all, "01/05/2016", "20/05/2018"), found(&all, "01/05/2016", "21/05/2018")), (1, 0));
    assert_eq!(found(&all[2..], "01/05/2016", "20/05/2018"), 1);
    // Few days from the 14th birthday on: others may lie before the first return, or in a year that was not read.
    let few = ["01/05/2018", "30/05/2018"];
    assert_eq!(found(&all, few[0], few[1]), 1);
    assert_eq!((found(&all[1..], few[0], few[1]), found(&[2017, 2019, 2020], few[0], few[1])), (0, 0));
}

#[test]
fn a_care_leaver_of_whom_nothing_is_said_has_no_status() {
    let header: (Table, &[&str]) = (Table::Header, &["C1,1,01/02/2000,WBRI,UN1,,"]);
    let (full, blank) = ("C1,01/02/2000,YES,F1,B1", "C1,01/02/2000,,,");
    let of = |closing: i32, row: &str| of_rows(closing, &[header, (Table::Oc3, &[row])]);
    let (dataset, _) = joined([of(2018, blank)]);
    assert_eq!((said(&dataset), dataset.records()), (vec![], 1));
    assert_eq!(figure(&dataset, "Care leavers suitable", Basis::AsAt, "2018-03-31"), "0 of 0");
    let (dataset, _) = joined([of(2018, full), of(2019, blank)]);
    assert_eq!(figure(&dataset, "Care leavers suitable", Basis::AsAt, "2018-12-31"), "1 of 1");
}

/// Each on the day before and on the birthday that ends the status.
#[test]
fn the_status_of_a_care_leaver_ends_on_the_next_birthday() {
    let of = |closing: i32, rows: &[&str]| of_rows(closing, &[(Table::Episodes, &[]), (Table::Oc3, rows)]);
    let other = "C2,01/02/2001,YES,G4,B2";
    let at = |dataset: &Dataset, day: &str| figure(dataset, "Care leavers suitable", Basis::AsAt, day);
    let gone = |dataset: &Dataset| said(dataset).iter().filter(|s| s.0 == "NoLaterStatus").count();

    // 19 in the first; 20 in the second, which does not have it.
    let (dataset, _) = joined([of(2018, &["C1,01/02/1999,YES,F1,B1"]), of(2019, &[other])]);
    assert_eq!(["2018-03-31", "2019-01-31"].map(|day| at(&dataset, day)), ["1 of 1", "1 of 1"]);
    assert_eq!(["2019-02-01", "2019-03-31"].map(|day| at(&dataset, day)), ["0 of 1", "0 of 1"]);
    assert_eq!(gone(&dataset), 1);
    // The last return ends it as well, and so does one that has no such table or none of the next year.
    let (dataset, _) = joined([of(2018, &["C1,01/02/1999,YES,F1,B1"]), of_rows(2019, &[])]);
    assert_eq!((gone(&dataset), dataset.child("C1").unwrap().chronology().care_leaver().len()), (0, 2));
    // An end that lies ahead is nothing that the data reach to.
    let (dataset, _) = joined([of(2018, &["C1,01/02/1999,YES,F1,B1"])]);
    assert_eq!(dataset.last_start(), Some(day("2018-02-01")));
    // 21, so that no other is due: what the figure is does not depend on the years that were read.
    let (old, new) = (of(2018, &["C1,01/02/1997,YES,F1,B1"]), of(2021, &[other]));
    let (both, alone) = (joined([old, new.clone()]).0, joined([new]).0);
    assert_eq!((at(&both, "2018-03-31"), at(&both, "2021-03-31")), ("1 of 1".to_owned(), at(&alone, "2021-03-31")));
    assert_eq!(gone(&both), 0);
    // Who has come back into care, has died or has gone home is not due.
    let back = (Table::Episodes, &["C1,01/12/2018,S,C2,N1,U4,PR1,,,,,,"][..]);
    let (dataset, _) = joined([of(2018, &["C1,01/02/2001,YES,F1,B1"]), of_rows(2019, &[back, (Table::Oc3, &[])])]);
    assert_eq!(gone(&dataset), 0);
    for touch in ["DIED", "RHOM"] {
        let (dataset, _) = joined([of(2018, &[&format!("C1,01/02/1999,{touch},0,0")]), of(2019, &[])]);
        assert_eq!(gone(&dataset), 0, "{touch}");
    }
    // One that goes on is the same day after day.
    let (dataset, _) = joined([of(2018, &["C1,29/02/2000,YES,F1,B1"]), of(2019, &["C1,29/02/2000,YES,F1,B1"])]);
    assert_eq!(["2018-12-31", "2019-02-28", "2019-03-01"].map(|day| at(&dataset, day)), ["1 of 1"; 3]);
    assert_eq!(gone(&dataset), 0);
}

#[test]
fn rule_153_names_the_empty_cells() {
    for (row, column, indicators) in [
        ("C1,01/02/1999,YES,F1,", "ACCOM", vec!["Care leavers suitable"]),
        ("C1,01/02/1999,YES,,B1", "ACTIV", vec!["Care leavers EET"]),
        (
            "C1,01/02/1999,,F1,B1",
            "IN_TOUCH",
            vec!["Care leavers EET", "Care leavers status age", "Care leavers suitable"],
        ),
    ] {
        let (dataset, _) = joined([of_rows(2018, &[(Table::Oc3, &[row])])]);
        let found: Vec<_> = said(&dataset).into_iter().filter(|s| s.0 == "153").map(|s| s.3).collect();
        assert_eq!(found, [column]);
        let touched = touched(&dataset, |f| f.rule.number() == Some("153"));
        assert_eq!(touched.into_iter().collect::<Vec<_>>(), indicators, "{row}");
    }
}

#[test]
fn social_workers_follow_each_other_and_are_allocated() {
    let rows = [
        "C1,20/05/2010,SW1,01/04/2023,01/06/2023,MANAGE",
        "C1,20/05/2010,SW2,31/05/2023,,LEFTRL",
        "C1,20/05/2010,xx3,01/07/2023,,WHIM",
    ]
    .map(str::to_owned);
    let (dataset, _) = joined([one(2024, &[(Table::SocialWorkers, csv(Table::SocialWorkers, &rows))])]);
    assert_eq!(
        short(&said(&dataset), "2024/sw_episodes.csv"),
        [
            ("SW08STG2", 3, "SW_DEC", ""),
            ("SW10STG2", 3, "SW_DECOM", "2023-05-31"),
            ("SW13STG1", 4, "SW_REASON", "WHIM"),
        ]
    );
    let child = dataset.child("C1").unwrap();
    let allocated: Vec<_> = child.chronology().involvements().iter().map(|i| (i.allocated, i.social_worker)).collect();
    assert_eq!(allocated, [(true, true), (true, true), (true, false)]);
}

// ---- the legal status of an episode -------------------------------------------------------------------------------------

/// Every other episode has a placement of its own, though the place is the same.
#[test]
fn a_placement_goes_on_through_a_change_of_legal_status_alone() {
    let cases = [
        ("01/06/2017,L,E1,N1,U4,PR1,,,,,,", 1),
        ("01/06/2017,T,C2,N1,U4,PR1,,,,,,", 2),
        ("01/06/2017,P,C2,N1,U4,PR1,,,,,,", 2),
        ("02/06/2017,L,E1,N1,U4,PR1,,,,,,", 2),
        ("01/06/2017,L,E1,N1,U5,PR1,,,,,,", 2),
        ("01/06/2017,L,E1,N1,U4,PR1,,,,,B1 1AA,", 2),
    ];
    for (row, placements) in cases {
        let rows = ["C1,01/05/2017,S,C2,N1,U4,PR1,01/06/2017,X1,,,,".to_owned(), format!("C1,{row}")];
        let (dataset, _) = joined([one(2018, &[(Table::Episodes, csv(Table::Episodes, &rows))])]);
        let child = dataset.child("C1").unwrap();
        let of = child.chronology();
        assert_eq!(of.placements().len(), placements, "{row}");
        assert_eq!(of.placements().last().map(|placement| placement.end), Some(None), "{row}");
        assert!(of.episodes().iter().all(|episode| episode.placement.is_some()), "{row}");
    }
}

/// Whichever episodes begin on one day or overlap, each is a short break by its own status.
#[test]
fn an_episode_has_its_own_legal_status() {
    let cases: [(&[&str], &[(&str, bool)]); 7] = [
        // Of two that begin on one day the one that ends last stays, in either order.
        (&["01/05/2017,S,V4,N1,U6,PR1,03/05/2017,X1,,,,", "01/05/2017,S,C2,N1,U4,PR1,,,,,,"], &[("2017-05-01", false)]),
        (&["01/05/2017,S,V4,N1,U6,PR1,,,,,,", "01/05/2017,S,C2,N1,U4,PR1,03/05/2017,X1,,,,"], &[("2017-05-01", true)]),
        // Of three too, however they stand in the file.
        (
            &[
                "01/05/2017,S,C2,N1,U4,PR1,05/05/2017,X1,,,,",
                "01/05/2017,S,V4,N1,U6,PR1,03/05/2017,X1,,,,",
                "01/05/2017,S,V3,N1,U6,PR1,04/05/2017,X1,,,,",
            ],
            &[("2017-05-01", false)],
        ),
        // One without a day has no say.
        (&["01/05/2017,S,V4,N1,U6,PR1,01/05/2017,X1,,,,", "01/05/2017,P,C2,N1,U4,PR1,,,,,,"], &[("2017-05-01", false)]),
        // An open one before it has none either, also where the later one's status is empty.
        (
            &["01/05/2017,S,V4,N1,U6,PR1,,,,,,", "01/06/2017,S,C2,N1,U4,PR1,,,,,,"],
            &[("2017-05-01", true), ("2017-06-01", false)],
        ),
        (
            &["01/05/2017,S,V4,N1,U6,PR1,,,,,,", "01/06/2017,S,,N1,U4,PR1,,,,,,"],
            &[("2017-05-01", true), ("2017-06-01", false)],
        ),
        (
            &["01/05/2017,S,C2,N1,U6,PR1,,,,,,", "01/06/2017,S,V3,N1,U4,PR1,,,,,,"],
            &[("2017-05-01", false), ("2017-06-01", true)],
        ),
    ];
    for (rows, expected) in cases {
        let rows: Vec<String> = rows.iter().map(|row| format!("C1,{row}")).collect();
        let (dataset, _) = joined([one(2018, &[(Table::Episodes, csv(Table::Episodes, &rows))])]);
        let child = dataset.child("C1").unwrap();
        for pinned in [None, Some(day("2017-05-02")), Some(day("2017-12-31"))] {
            child.known_at(pinned, |of| {
                let care = of.care();
                let breaks: Vec<_> = care.episodes().iter().map(|e| (e.span.start, e.short_break)).collect();
                let seen = |start: &str| pinned.is_none_or(|pinned| day(start) <= pinned);
                let expected: Vec<_> =
                    expected.iter().filter(|(start, _)| seen(start)).map(|(start, is)| (day(start), *is)).collect();
                assert_eq!(breaks, expected, "{rows:?} known at {pinned:?}");
            });
        }
    }
}

// ---- years side by side -------------------------------------------------------------------------------------------------

#[test]
fn years_are_joined_as_the_table_says() {
    // The return of 2017/18, the return of 2018/19, the episodes that stand (start, end), the findings of both files.
    type Stands<'a> = &'a [(&'a str, Option<&'a str>)];
    type Case<'a> = (&'a str, &'a [&'a str], &'a [&'a str], Stands<'a>, &'a [(&'a str, i32, u64)]);
    let open = "01/05/2017,S,C2,N1,U4,PR1,,,,,B1 1AA,SC1";
    let cases: [Case<'_>; 22] = [
        ("carried", &[open], &[open], &[("2017-05-01", None)], &[]),
        (
            "carried and closed",
            &[open],
            &["01/05/2017,S,C2,N1,U4,PR1,01/06/2018,E4A,,,B1 1AA,SC1"],
            &[("2017-05-01", Some("2018-06-01"))],
            &[],
        ),
        ("503A", &[open], &["01/05/2017,B,C2,N1,U4,PR1,,,,,B1 1AA,SC1"], &[("2017-05-01", None)], &[("503A", 2019, 2)]),
        ("503B", &[open], &["01/05/2017,S,C1,N1,U4,PR1,,,,,B1 1AA,SC1"], &[("2017-05-01", None)], &[("503B", 2019, 2)]),
        ("503C", &[open], &["01/05/2017,S,C2,N2,U4,PR1,,,,,B1 1AA,SC1"], &[("2017-05-01", None)], &[("503C", 2019, 2)]),
        ("503D", &[open], &["01/05/2017,S,C2,N1,U5,PR1,,,,,B1 1AA,SC1"], &[("2017-05-01", None)], &[("503D", 2019, 2)]),
        ("503E", &[open], &["01/05/2017,S,C2,N1,U4,PR2,,,,,B1 1AA,SC1"], &[("2017-05-01", None)], &[("503E", 2019, 2)]),
        ("503F", &[open], &["01/05/2017,S,C2,N1,U4,PR1,,,,,B1 1AA,SC2"], &[("2017-05-01", None)], &[("503F", 2019, 2)]),
        (
            "another postcode",
            &[open],
            &["01/05/2017,S,C2,N1,U4,PR1,,,,,B1 1AB,SC1"],
            &[("2017-05-01", None)],
            &[("Contradicted", 2019, 2)],
        ),
        (
            "ended, and sent again alike",
            &["01/05/2017,S,C2,N1,U4,PR1,31/03/2018,E4A,,,,"],
            &["01/05/2017,S,C2,N1,U4,PR1,31/03/2018,E4A,,,,"],
            &[("2017-05-01", Some("2018-03-31"))],
            &[("OutsideTheYear", 2019, 2)],
        ),
        (
            "ended, then open",
            &["01/05/2017,S,C2,N1,U4,PR1,01/03/2018,E4A,,,,"],
            &["01/05/2017,S,C2,N1,U4,PR1,,,,,,"],
            &[("2017-05-01", None)],
            &[("Contradicted", 2019, 2), ("Contradicted", 2019, 2)],
        ),
        (
            "given an end after the year, then another",
            &["01/05/2017,S,C2,N1,U4,PR1,01/05/2018,E4A,,,,"],
            &["01/05/2017,S,C2,N1,U4,PR1,02/05/2018,E4A,,,,"],
            &[("2017-05-01", Some("2018-05-02"))],
            &[("385", 2018, 2), ("Contradicted", 2019, 2)],
        ),
        (
            "moved",
            &[open],
            &["02/05/2017,S,C2,N1,U4,PR1,,,,,B1 1AA,SC1"],
            &[("2017-05-02", None)],
            &[("502", 2019, 2), ("Moved", 2018, 2)],
        ),
        ("gone", &[open], &[], &[("2017-05-01", Some("2018-04-01"))], &[("Gone", 2018, 2)]),
        (
            "gone, and another in its place",
            &[open],
            &["01/06/2018,S,C2,N1,U4,PR1,,,,,B1 1AA,SC1"],
            &[("2017-05-01", Some("2018-04-01")), ("2018-06-01", None)],
            &[("502", 2019, 2), ("Gone", 2018, 2)],
        ),
        (
            "ended on 1 April",
            &["01/05/2017,S,C2,N1,U4,PR1,01/04/2018,E4A,,,,"],
            &[],
            &[("2017-05-01", Some("2018-04-01"))],
            &[("385", 2018, 2)],
        ),
        (
            "ended on 2 April",
            &["01/05/2017,S,C2,N1,U4,PR1,02/04/2018,E4A,,,,"],
            &[],
            &[("2017-05-01", Some("2018-04-01"))],
            &[("385", 2018, 2), ("Gone", 2018, 2)],
        ),
        (
            "never began",
            &["01/04/2018,S,C2,N1,U4,PR1,,,,,,"],
            &[],
            &[],
            &[("NeverBegan", 2018, 2), ("OutsideTheYear", 2018, 2)],
        ),
        (
            "after both",
            &["01/04/2019,S,C2,N1,U4,PR1,,,,,,"],
            &[],
            &[("2019-04-01", None)],
            &[("OutsideTheYear", 2018, 2)],
        ),
        ("no earlier episode", &[], &["31/03/2018,S,C2,N1,U4,PR1,,,,,,"], &[("2018-03-31", None)], &[("NoE", 2019, 2)]),
        ("no earlier episode is due", &[], &["01/04/2018,S,C2,N1,U4,PR1,,,,,,"], &[("2018-04-01", None)], &[]),
        (
            "late, beside one of no day on the day another begins",
            &["01/05/2017,S,V4,N1,U6,PR1,01/05/2017,E4A,,,,"],
            &["01/05/2017,S,C2,N1,U4,PR1,,,,,,"],
            &[("2017-05-01", Some("2017-05-01")), ("2017-05-01", None)],
            &[("355", 2018, 2), ("Late", 2019, 2)],
        ),
    ];
    // The same with the return of 2019/20 in the place of that of 2018/19, of which nothing was read.
    let after_a_gap: [Case<'_>; 5] = [
        ("carried over a gap", &[open], &[open], &[("2017-05-01", None)], &[]),
        ("gone in a gap", &[open], &[], &[("2017-05-01", Some("2019-04-01"))], &[]),
        (
            "gone in a gap, and another begun in it",
            &[open],
            &["01/09/2018,P,C2,N1,U4,PR1,,,,,B1 1AA,SC2"],
            &[("2017-05-01", Some("2018-09-01")), ("2018-09-01", None)],
            &[],
        ),
        (
            "gone in a gap, and another begun after it",
            &[open],
            &["01/06/2019,S,C2,N1,U4,PR1,,,,,B1 1AA,SC1"],
            &[("2017-05-01", Some("2019-04-01")), ("2019-06-01", None)],
            &[],
        ),
        (
            "moved before a gap",
            &[open],
            &["31/03/2018,S,C2,N1,U4,PR1,,,,,B1 1AA,SC1"],
            &[("2018-03-31", None)],
            &[("502", 2020, 2), ("Moved", 2018, 2)],
        ),
    ];
    let table = |closing: i32, rows: &[&str]| {
        let rows: Vec<String> = rows.iter().map(|row| format!("C1,{row}")).collect();
        one(closing, &[(Table::Episodes, csv(Table::Episodes, &rows))])
    };
    let cases = cases.into_iter().map(|case| (2019, case)).chain(after_a_gap.into_iter().map(|case| (2020, case)));
    for (closing, (name, earlier, later, stands, expected)) in cases {
        let (dataset, _) = joined([table(closing, later), table(2018, earlier)]);
        let child = dataset.child("C1");
        let found: Vec<_> = child
            .map(|child| child.chronology().episodes().iter().map(|e| (e.start, e.ceased)).collect())
            .unwrap_or_default();
        let mut found: Vec<(NaiveDate, Option<NaiveDate>)> = found;
        found.sort_by_key(|(start, end)| (*start, end.is_none(), *end));
        let stands: Vec<_> = stands.iter().map(|(start, end)| (day(start), end.map(day))).collect();
        assert_eq!(found, stands, "{name}");
        let mut rules: Vec<_> =
            said(&dataset).into_iter().map(|s| (s.0, s.1[..4].parse::<i32>().unwrap(), s.2)).collect();
        rules.sort_unstable();
        let mut expected: Vec<_> = expected.iter().map(|(rule, year, row)| ((*rule).to_owned(), *year, *row)).collect();
        expected.sort_unstable();
        assert_eq!(rules, expected, "{name}");
    }

    // A code that was replaced is no contradiction; a year that was not read says nothing.
    for (before, closing, after, expected) in
        [("H5", 2025, "K3", 0), ("H5", 2025, "U4", 1), ("Z1", 2026, "Z12", 0), ("Z1", 2025, "Z1", 0)]
    {
        let row = |place: &str| vec![format!("C1,01/05/2020,S,C2,N1,{place},PR1,,,,,,")];
        let of = |closing: i32, place: &str| one(closing, &[(Table::Episodes, csv(Table::Episodes, &row(place)))]);
        let (dataset, _) = joined([of(closing - 1, before), of(closing, after)]);
        assert_eq!(said(&dataset).iter().filter(|s| s.0 == "503D").count(), expected, "{before} {after}");
    }
    let (dataset, _) = joined([table(2018, &[open]), one(2019, &[])]);
    assert_eq!((said(&dataset).len(), dataset.child("C1").unwrap().chronology().episodes()[0].ceased), (0, None));
    let (dataset, _) = joined([table(2018, &[]), table(2020, &[open])]);
    assert_eq!(said(&dataset), []);
}

#[test]
fn what_else_runs_through_the_years_is_joined() {
    let later = |closing: i32, tables: &[(Table, &[&str])]| {
        let rows = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>();
        one(closing, &tables.iter().map(|(table, of)| (*table, csv(*table, &rows(of)))).collect::<Vec<_>>())
    };
    let care: (Table, &[&str]) = (Table::Episodes, &["C1,01/05/2017,S,C2,N1,U4,PR1,,,,,,"]);
    let (dataset, others) = joined([
        later(
            2018,
            &[
                (Table::Header, &["C1,1,20/05/2010,WBRI,A012345678901,,", "C2,1,20/05/2010,WBRI,A012345678902,,"]),
                care,
                (Table::Uasc, &["C1,20/05/2010,1,20/05/2028"]),
                (
                    Table::Missing,
                    &[
                        "C1,20/05/2010,M,30/03/2018,",
                        "C1,20/05/2010,M,31/03/2018,",
                        "C1,20/05/2010,A,01/03/2018,02/03/2018",
                    ],
                ),
                (Table::Reviews, &["C1,20/05/2010,20/06/2017,PN1", "C1,20/05/2010,20/12/2017,PN1"]),
            ],
        ),
        later(
            2019,
            &[
                (Table::Header, &["C1,2,21/05/2010,MOTH,A012345678901,,", "C3,1,20/05/2010,WBRI,A012345678902,,"]),
                care,
                (Table::Uasc, &[]),
                (Table::Missing, &["C1,21/05/2010,M,31/03/2018,02/04/2018", "C1,21/05/2010,M,01/03/2018,03/03/2018"]),
                (Table::Reviews, &["C1,21/05/2010,20/12/2017,PN2"]),
            ],
        ),
    ]);
    let said = said(&dataset);
    assert_eq!(
        short(&said, "2019/header.csv"),
        [
            ("Contradicted", 2, "DOB", "2010-05-21"),
            ("Contradicted", 2, "ETHNIC", "MOTH"),
            ("Contradicted", 2, "SEX", "2"),
            ("SamePupilNumber", 3, "UPN", "A012345678902"),
        ]
    );
    assert_eq!(short(&said, "2018/uasc.csv"), [("Gone", 2, "DUC", "2028-05-20")]);
    assert_eq!(short(&said, "2018/missing.csv"), [("Gone", 2, "MIS_END", "")]);
    assert_eq!(
        short(&said, "2019/missing.csv"),
        [("Contradicted", 3, "MISSING", "M"), ("Contradicted", 3, "MIS_END", "2018-03-03")]
    );
    let child = dataset.child("C1").unwrap();
    let of = child.chronology();
    assert_eq!((of.person().sex.known(), of.person().date_of_birth), (Some(Sex::Female), Some(day("2010-05-21"))));
    assert_eq!(of.immigration()[0].end, Some(day("2018-04-01")));
    let missing: Vec<_> = of.missing().iter().map(|m| m.end.map(Moment::date)).collect();
    assert_eq!(missing, [Some(day("2018-03-03")), Some(day("2018-04-01")), Some(day("2018-04-02"))]);
    let reviews: Vec<_> = others.iter().map(|o| (o.year().closing(), o.text("REVIEW_CODE"))).collect();
    assert_eq!(reviews, [(2018, Some("PN1")), (2019, Some("PN2"))]);

    // Two reviews of one day in one return are two; the later return has one in their place.
    let reviewed = |closing: i32, rows: &[&str]| later(closing, &[(Table::Reviews, rows)]);
    let both = ["C1,20/05/2010,20/06/2017,PN1", "C1,20/05/2010,20/06/2017,PN4"];
    for (second, expected) in [(vec![], vec!["PN1", "PN4"]), (vec!["C1,20/05/2010,20/06/2017,PN2"], vec!["PN2"])] {
        let (_, others) = joined([reviewed(2018, &both), reviewed(2019, &second)]);
        assert_eq!(others.iter().filter_map(|other| other.text("REVIEW_CODE")).collect::<Vec<_>>(), expected);
    }

    let worker = |closing: i32, rows: &[&str]| later(closing, &[(Table::SocialWorkers, rows)]);
    let (dataset, _) = joined([
        worker(2024, &["C1,20/05/2010,SW1,01/04/2023,,MANAGE", "C1,20/05/2010,SW2,01/05/2023,,MANAGE"]),
        worker(2025, &["C1,20/05/2010,sw1,01/04/2023,01/05/2024,MANAGE"]),
    ]);
    let child = dataset.child("C1").unwrap();
    let ends: Vec<_> = child.chronology().involvements().iter().map(|i| i.end).collect();
    assert_eq!(ends, [Some(day("2024-05-01")), Some(day("2024-04-01"))]);
}

#[test]
fn a_social_worker_is_gone_only_from_a_child_who_is_still_in_the_return() {
    let of = |closing: i32, episodes: &[&str], workers: &[&str]| {
        let rows = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>();
        let episodes = (Table::Episodes, csv(Table::Episodes, &rows(episodes)));
        one(closing, &[episodes, (Table::SocialWorkers, csv(Table::SocialWorkers, &rows(workers)))])
    };
    let (left, stays) =
        ("C1,01/05/2022,S,C2,N1,U4,PR1,01/02/2024,E4A,,,,", "C2,01/05/2022,S,C2,N1,U4,PR1,,,,B1 1AA,B1 1AA,SC1");
    let workers =
        ["C1,20/05/2010,SW1,01/04/2023,,", "C2,20/05/2010,SW1,01/04/2023,,", "C2,20/05/2010,SW2,01/05/2023,,"];
    let (dataset, _) = joined([
        of(2024, &[left, stays], &workers),
        of(2025, &[stays], &["C2,20/05/2010,SW1,01/04/2023,01/06/2024,LEFTRL"]),
    ]);
    let found: Vec<_> = said(&dataset).into_iter().filter(|said| said.1.ends_with("sw_episodes.csv")).collect();
    // The reason that comes with the end contradicts nothing, and a child who left has no row any more.
    let joining = ["Gone", "Contradicted"];
    let found: Vec<_> =
        found.iter().filter(|said| joining.contains(&said.0.as_str())).map(|said| (&*said.0, said.2)).collect();
    assert_eq!(found, [("Gone", 4)]);
    let ends = |child: &str| {
        let child = dataset.child(child).unwrap();
        child.chronology().involvements().iter().map(|involvement| involvement.end).collect::<Vec<_>>()
    };
    assert_eq!(ends("C1"), [Some(day("2024-04-01"))]);
    assert_eq!(ends("C2"), [Some(day("2024-06-01")), Some(day("2024-04-01"))]);
    // Over a year that was not read nobody is to blame.
    let (dataset, _) = joined([of(2024, &[stays], &workers[1..]), of(2026, &[stays], &[])]);
    let child = dataset.child("C2").unwrap();
    let ends: Vec<_> = child.chronology().involvements().iter().map(|involvement| involvement.end).collect();
    assert_eq!(ends, [Some(day("2025-04-01")); 2]);
    assert!(said(&dataset).iter().all(|said| said.0 != "Gone"));
}

/// H5 became K3 in 2024/25 and Z1 one of Z11 to Z14 in 2025/26, in the same place.
#[test]
fn a_placement_goes_on_where_its_code_was_replaced() {
    for (before, after, placements) in
        [("H5", "K3", 1), ("Z1", "Z13", 1), ("H5", "U4", 2), ("K3", "H5", 2), ("U4", "U4", 1)]
    {
        let first = format!("C1,01/05/2022,S,C1,N1,{before},PR1,01/02/2024,X1,,,B1 1AA,SC1");
        let second = |kind: &str| format!("C1,01/02/2024,L,C2,N1,{kind},PR1,,,,,B1 1AA,SC1");
        let of = |closing: i32, rows: &[String]| one(closing, &[(Table::Episodes, csv(Table::Episodes, rows))]);
        let (dataset, _) = joined([of(2024, &[first, second(before)]), of(2026, &[second(after)])]);
        let child = dataset.child("C1").unwrap();
        assert_eq!(child.chronology().placements().len(), placements, "{before} {after}");
    }
}

/// What the earlier returns say of the years before stands: the later one divides an episode, it does not deny it.
#[test]
fn an_episode_that_a_later_return_divides_is_kept_up_to_there() {
    let first = "C1,01/06/2012,S,C2,N1,U4,PR1,,,,,,";
    let of = |closing: i32, row: &str| of_rows(closing, &[C1, (Table::Episodes, &[row])]);
    let years = |last: &str| joined([of(2017, first), of(2018, first), of(2019, last)]).0;
    let found = |dataset: &Dataset| said(dataset).into_iter().map(|s| (s.0, s.1, s.3)).collect::<Vec<_>>();
    let file = |year: &str| format!("{year}/episodes.csv");

    let dataset = years("C1,15/03/2018,P,C2,N1,K2,PR4,,,,,,");
    assert_eq!(
        found(&dataset),
        [("Divided".to_owned(), file("2018"), "DEC".to_owned()), ("502".to_owned(), file("2019"), "DECOM".to_owned())]
    );
    let cla = |dataset: &Dataset, day: &str| figure(dataset, "CLA", Basis::AsAt, day);
    assert_eq!(["2017-03-31", "2018-03-14", "2018-03-15", "2019-03-31"].map(|day| cla(&dataset, day)), ["1"; 4]);
    assert_eq!(figure(&dataset, "NI 63", Basis::AsAt, "2019-03-31"), "0 of 1");
    let dataset = years("C1,15/03/2018,L,E1,N1,U4,PR1,,,,,,");
    assert_eq!(figure(&dataset, "NI 63", Basis::AsAt, "2019-03-31"), "1 of 1");

    // Whoever started to be looked after on that day was not looked after before.
    let dataset = years("C1,15/03/2018,S,C2,N1,K2,PR4,,,,,,");
    assert_eq!(found(&dataset).iter().map(|f| &*f.0).collect::<Vec<_>>(), ["Moved", "502"]);
    assert_eq!(cla(&dataset, "2018-03-14"), "0");
    // One that goes back before the start of the first holds all its days; one that had ended by then holds none.
    let dataset = years("C1,31/05/2012,P,C2,N1,K2,PR4,,,,,,");
    assert_eq!(found(&dataset).iter().map(|f| &*f.0).collect::<Vec<_>>(), ["Moved", "502"]);
    let dataset = years("C1,01/05/2012,S,C2,N1,K2,PR4,01/06/2012,X1,,,,");
    assert!(found(&dataset).iter().any(|f| f.0 == "Gone"));
    assert_eq!((cla(&dataset, "2018-03-31"), cla(&dataset, "2018-04-01")), ("1".to_owned(), "0".to_owned()));
}

/// That it was there in the year that was read is known, whatever became of it in the year between.
#[test]
fn over_a_year_that_was_not_read_an_open_episode_stays_up_to_there() {
    let open = "C1,01/06/2017,S,C2,N1,U4,PR1,,,,,,";
    let of = |closing: i32, rows: &[&str]| of_rows(closing, &[C1, (Table::Episodes, rows)]);
    for later in ["C1,01/10/2018,S,C2,N1,U4,PR1,,,,,,", "C1,01/10/2018,P,C2,N1,U4,PR1,,,,,,"] {
        let (dataset, _) = joined([of(2018, &[open]), of(2020, &[later])]);
        assert_eq!(said(&dataset), [], "{later}");
        assert_eq!(figure(&dataset, "CLA", Basis::AsAt, "2018-03-31"), "1", "{later}");
        assert_eq!(figure(&dataset, "CLA", Basis::AsAt, "2020-03-31"), "1", "{later}");
    }
}

/// The later return does carry it, in a row that cannot be read.
#[test]
fn a_row_that_is_left_out_is_not_gone() {
    let open = "C1,01/06/2012,S,C2,N1,U4,PR1,,,,,,";
    let cases = [
        ("C1,01/06/2012,S,C2,N1,U4,PR1,31/02/2019,E13,,,,", "147", true),
        ("C1,01/06/2012,S,C2,N1,U4,PR1,31/05/2012,E13,,,,", "356", true),
        ("C1,x,S,C2,N1,U4,PR1,,,,,,", "141", true),
        ("C1,01/07/2012,S,C2,N1,U4,PR1,31/02/2019,E13,,,,", "147", false),
        ("C2,x,S,C2,N1,U4,PR1,,,,,,", "141", false),
    ];
    for (row, rule, carried) in cases {
        let (dataset, _) = joined([
            of_rows(2018, &[C1, (Table::Episodes, &[open])]),
            of_rows(2019, &[C1, (Table::Episodes, &[row]), (Table::Missing, &["C1,01/02/2010,M,01/05/2018,"])]),
        ]);
        let found: BTreeSet<_> = said(&dataset).into_iter().map(|s| s.0).collect();
        assert!(found.contains(rule), "{row}: {found:?}");
        assert_eq!((found.contains("Gone"), found.contains("1012")), (!carried, !carried && rule == "141"), "{row}");
        let cla = figure(&dataset, "CLA", Basis::AsAt, "2018-09-30");
        assert_eq!(cla, if carried { "1" } else { "0" }, "{row}");
    }
    let workers = |closing: i32, workers: &[&str], missing: &[&str], uasc: &[&str]| {
        let tables: [(Table, &[&str]); 5] = [
            C1,
            (Table::Episodes, &["C1,01/06/2012,S,C2,N1,U4,PR1,,,,,,"]),
            (Table::SocialWorkers, workers),
            (Table::Missing, missing),
            (Table::Uasc, uasc),
        ];
        of_rows(closing, &tables)
    };
    let (dataset, _) = joined([
        workers(2024, &["C1,01/02/2010,SW1,01/05/2023,,"], &["C1,01/02/2010,M,30/03/2024,"], &["C1,01/02/2010,1,"]),
        workers(2025, &["C1,01/02/2010,SW1,01/05/2023,x,"], &["C1,01/02/2010,M,30/03/2024,x"], &["C1,01/02/2010,M,x"]),
    ]);
    assert!(said(&dataset).iter().all(|s| s.0 != "Gone"), "{:?}", said(&dataset));
    let child = dataset.child("C1").unwrap();
    let of = child.chronology();
    let ends = (of.involvements()[0].end, of.missing()[0].end.map(Moment::date), of.immigration()[0].end);
    assert_eq!(ends, (None, None, None));
}

#[test]
fn what_begins_on_one_day_is_as_much_as_the_return_has() {
    let episodes = (Table::Episodes, &["C1,01/06/2012,S,C2,N1,U4,PR1,,,,,,"][..]);
    let missing = |closing: i32, rows: &[&str]| of_rows(closing, &[C1, episodes, (Table::Missing, rows)]);
    let ends = |dataset: &Dataset| -> Vec<_> {
        dataset.child("C1").unwrap().chronology().missing().iter().map(|m| m.end.map(Moment::date)).collect()
    };
    let (open, short, away) = (
        "C1,01/02/2010,M,01/05/2017,",
        "C1,01/02/2010,M,01/05/2017,02/05/2017",
        "C1,01/02/2010,A,01/05/2017,01/05/2017",
    );
    for rows in [[short, away], [open, short], [short, open]] {
        let (dataset, _) = joined([missing(2018, &rows)]);
        assert_eq!((said(&dataset), ends(&dataset).len()), (vec![], 2), "{rows:?}");
        assert_eq!(figure(&dataset, "Missing episodes", Basis::Cumulative, "2018-03-31"), "2", "{rows:?}");
    }
    // The later return has the one that went on.
    let later = "C1,01/02/2010,M,01/05/2017,02/05/2018";
    let (dataset, _) = joined([missing(2018, &[away, open]), missing(2019, &[later])]);
    assert_eq!(said(&dataset).iter().filter(|s| s.1.contains("missing")).count(), 0);
    assert_eq!(ends(&dataset), [Some(day("2017-05-01")), Some(day("2018-05-02"))]);
    let (dataset, _) = joined([missing(2018, &[away, open]), missing(2019, &[])]);
    assert_eq!(ends(&dataset), [Some(day("2017-05-01")), Some(day("2018-04-01"))]);
    // Two that are written alike may be two.
    let (dataset, _) = joined([missing(2018, &[away, away])]);
    let repeated = touched(&dataset, |f| f.rule == FindingRule::Ssda903Returns(ReturnsRule::RepeatedMissing));
    assert!(repeated.contains("Missing episodes") && !repeated.contains("CLA"), "{repeated:?}");

    let rows: &[&str] = &["C1,01/02/2010,SW1,01/05/2023,,", "C1,01/02/2010,SW1,01/05/2023,02/05/2023,MANAGE"];
    let (dataset, _) = joined([of_rows(2024, &[C1, episodes, (Table::SocialWorkers, rows)])]);
    assert_eq!(figure(&dataset, "ECS 01b", Basis::AsAt, "2024-03-31"), "1 of 1");
}

#[test]
fn every_value_of_an_episode_that_ended_is_compared() {
    let of = |closing: i32, rest: &str| {
        let ended = format!("C1,01/06/2012,S,C2,N1,U4,PR1,01/06/2017,X1,{rest}");
        let open = "C1,01/06/2017,P,C2,N1,U4,PR1,,,,,EG19 7TT,2";
        of_rows(closing, &[C1, (Table::Episodes, &[&ended, open])])
    };
    let (dataset, _) = joined([of(2018, "CARPL,A1 1AA,EG19 7TT,1"), of(2019, "CHILD,B1 1AA,EG19 7TT,1")]);
    let found = |dataset: &Dataset| -> Vec<_> {
        let found = said(dataset).into_iter().filter(|s| s.0 == "Contradicted");
        found.map(|s| (s.1, s.3)).collect()
    };
    let file = "2019/episodes.csv".to_owned();
    assert_eq!(found(&dataset), ["HOME_POST", "REASON_PLACE_CHANGE"].map(|column| (file.clone(), column.to_owned())));
    // No figure reads either.
    assert!(touched(&dataset, |f| f.rule == FindingRule::Ssda903Returns(ReturnsRule::Contradicted)).is_empty());
    // However it is spelt it is the same.
    let (dataset, _) = joined([of(2018, "CARPL,A1 1AA,EG19 7TT,sc1"), of(2019, "CARPL,a11aa,eg197tt,SC1")]);
    assert_eq!(found(&dataset), []);
}

#[test]
fn a_postcode_is_the_same_however_it_is_spelt() {
    let rows = |post: &str| {
        [
            "C1,01/06/2012,S,C2,N1,U4,PR1,01/06/2017,X1,,,EG19 7TT,1".to_owned(),
            format!("C1,01/06/2017,L,E1,N1,U4,PR1,01/09/2017,X1,,,{post},1"),
            "C1,01/09/2017,L,C1,N1,U4,PR1,,,,,EG19 7TT,1".to_owned(),
        ]
    };
    for (post, placements, found) in [("EG19 7TT", 1, 0), ("eg197tt", 1, 0), ("EG19 7TU", 3, 2)] {
        let rows = rows(post);
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let (dataset, _) = joined([of_rows(2018, &[C1, (Table::Episodes, &rows)])]);
        assert_eq!(said(&dataset).iter().filter(|s| s.0 == "434").count(), found, "{post}");
        assert_eq!(dataset.child("C1").unwrap().chronology().placements().len(), placements, "{post}");
    }
}

#[test]
fn a_pupil_number_under_two_ids_touches_every_figure() {
    let of = |closing: i32, child: &str| {
        let header = format!("{child},1,01/02/2010,WBRI,A123456789012,,");
        let episode = format!("{child},01/06/2012,S,C2,N1,U4,PR1,,,,,,");
        of_rows(closing, &[(Table::Header, &[&header]), (Table::Episodes, &[&episode])])
    };
    let (dataset, _) = joined([of(2018, "C1"), of(2019, "C9")]);
    let found = touched(&dataset, |f| f.rule == FindingRule::Ssda903Returns(ReturnsRule::SamePupilNumber));
    let all: BTreeSet<_> = catalogue::standard().iter().map(|i| i.definition().reads().indicator.to_string()).collect();
    assert_eq!(found, all);
}

// ---- names and errors ---------------------------------------------------------------------------------------------------

#[test]
fn a_name_says_year_and_table_or_nothing() {
    let tables = [
        ("header", Table::Header),
        ("Episodes", Table::Episodes),
        ("UASC", Table::Uasc),
        ("missing", Table::Missing),
        ("oc3", Table::Oc3),
        ("SSDA903 OC2", Table::Oc2),
        ("ad1", Table::Ad1),
        ("placed_for_adoption", Table::PlacedForAdoption),
        ("placed_adoption", Table::PlacedForAdoption),
        ("Previous Permanence", Table::PreviousPermanence),
        ("prev_perm", Table::PreviousPermanence),
        ("reviews", Table::Reviews),
        ("sw_episodes", Table::SocialWorkers),
        ("social_worker", Table::SocialWorkers),
    ];
    for (name, table) in tables {
        assert_eq!(place(&format!("2018/{name}.csv")), Some((year(2018), Contents::Table(table))), "{name}");
        assert_eq!(place(&format!("a 2019/{name} 2018.CSV")), Some((year(2018), Contents::Table(table))), "{name}");
    }
    for folder in [
        "2018",
        "2017-18",
        "2017_2018",
        "201718",
        "2018-03-31",
        "31-03-2018",
        "31032018",
        "20180331",
        "20172018",
        "SSDA903 2018",
        "31.03.2018",
        "x/2018/all files",
    ] {
        assert_eq!(place(&format!("{folder}/oc2.csv")), Some((year(2018), Contents::Table(Table::Oc2))), "{folder}");
        assert_eq!(place(&format!("in\\{folder}\\903.xml")), Some((year(2018), Contents::WholeReturn)), "{folder}");
    }
    for nothing in [
        "oc2.csv",
        "2018/oc2",
        "2018/oc2.txt",
        "2018/DoLo.csv",
        "2016/oc2.csv",
        "2027/oc2.csv",
        "2018-06-30/oc2.csv",
        "2018/placed_for_adoption_errors.csv",
        "2018/other.xml",
        "",
        "2018/.csv",
        "1/2/3.csv",
        "2018 and 2020/oc2.csv",
    ] {
        assert_eq!(place(nothing), None, "{nothing}");
    }
}

#[test]
fn each_error_says_file_and_line() {
    struct Dead;
    impl Read for Dead {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the line went dead"))
        }
    }
    let xml = |text: &str| Return::new(year(2018)).read_xml("r.xml", text.as_bytes()).unwrap_err();
    let bomb = "<?xml version='1.0'?>\n<!DOCTYPE r [<!ENTITY a \"aaaaaaaa\">]>\n<EXPSSDA903><CHILD/></EXPSSDA903>";
    assert!(matches!(xml(bomb), Ssda903Error::DocumentType { line: 2 | 1, .. }));
    assert_eq!(xml("<Message/>").to_string(), "r.xml is no SSDA903 return: its outermost element is \"MESSAGE\"");
    for broken in [
        "",
        "<EXPSSDA903>",
        "<EXPSSDA903>\n<CHILD></EXPSSDA903>",
        "<EXPSSDA903>&a;</EXPSSDA903>",
        "<EXPSSDA903>&#xFFFFFFFF;</EXPSSDA903>",
        "text",
    ] {
        let error = xml(broken);
        assert!(matches!(error, Ssda903Error::Malformed { .. }), "{broken}: {error:?}");
        assert!(error.to_string().starts_with("r.xml line "), "{error}");
    }
    assert!(matches!(xml("<EXPSSDA903/><EXPSSDA903/>"), Ssda903Error::NotAReturn { .. }));
    let after = io::Cursor::new("CHILD,DOB,DUC,SEX\nC1,,,\n").chain(Dead);
    let error = Return::new(year(2018)).read_csv(Table::Uasc, "u.csv", after).unwrap_err();
    assert!(
        matches!(&error, Ssda903Error::Unreadable { row: 0..=2, source, .. } if source.to_string() == "the line went dead")
    );
    let error = Return::new(year(2018)).read_xml("r.xml", io::Cursor::new("<EXPSSDA903>\n\n").chain(Dead)).unwrap_err();
    assert!(matches!(error, Ssda903Error::Unreadable { .. }), "{error:?}");
}

// ---- XML ----------------------------------------------------------------------------------------------------------------

#[test]
fn xml_names_line_and_element_of_what_is_wrong() {
    let text = "<EXPSSDA903>\n<CHILD><HEADER><CHILDID>C&#49;</CHILDID><SEX>9</SEX><DOB>20/05/2010</DOB><ETHNIC>WBRI</ETHNIC><UPN><![CDATA[UN1]]></UPN>
<UASC>2</UASC><COLOUR>red</COLOUR><UPN>UN2</UPN>
<AREVIEW><REVIEW>x</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>
<SWEP><SW_ID>SW1</SW_ID><SW_DECOM>01/05/2023</SW_DECOM></SWEP>
<PETS><NAME>Rex</NAME></PETS></HEADER>
<EPISODE><DECOM/><PL>U4</PL></EPISODE></CHILD><NOTE>x</NOTE>
<CHILD/>
</EXPSSDA903>";
    let mut read = Return::new(year(2024));
    assert_eq!(read.read_xml("r.xml", text.as_bytes()).unwrap(), 2);
    assert_eq!((read.rows(Table::Header), read.rows(Table::SocialWorkers), read.rows(Table::Uasc)), (1, 1, 0));
    let (dataset, _) = joined([read]);
    assert_eq!(
        short(&said(&dataset), "r.xml"),
        [
            ("101", 2, "SEX", "9"),
            ("101", 8, "SEX", ""),
            ("102", 8, "DOB", ""),
            ("103", 8, "ETHNIC", ""),
            ("141", 7, "DECOM", ""),
            ("143", 7, "RNE", ""),
            ("144", 7, "LS", ""),
            ("145", 7, "CIN", ""),
            ("DateReadAsEmpty", 4, "REVIEW", "x"),
            ("Empty", 8, "UPN", ""),
            ("EmptyPerson", 8, "CHILD", ""),
            ("NotOfTheYear", 2, "COLOUR", "COLOUR"),
            ("NotOfTheYear", 6, "PETS", "PETS"),
            ("NotOfTheYear", 7, "NOTE", "NOTE"),
            ("RepeatedColumn", 2, "UPN", "UN2"),
            ("UnknownFlag", 2, "UASC", "2"),
        ]
    );
    assert_eq!(dataset.child("C1").unwrap().chronology().involvements().len(), 1);
}

#[test]
fn a_row_in_xml_that_holds_nothing_is_a_row() {
    let text = "<EXPSSDA903><CHILD><HEADER><CHILDID>C1</CHILDID><SEX>1</SEX><DOB>01/02/2000</DOB><ETHNIC>WBRI</ETHNIC><UPN>UN1</UPN>
<UASC>0</UASC><DUC>01/02/2018</DUC></HEADER>
<EPISODE/>
<EPISODE>01/06/2012</EPISODE>
<AMISSING/></CHILD></EXPSSDA903>";
    let mut read = Return::new(year(2018));
    assert_eq!(read.read_xml("r.xml", text.as_bytes()).unwrap(), 1);
    assert_eq!((read.rows(Table::Episodes), read.rows(Table::Uasc)), (0, 1));
    let (dataset, _) = joined([read]);
    let mut found: Vec<_> = said(&dataset).into_iter().filter(|s| ["141", "1004"].contains(&s.0.as_str())).collect();
    found.sort_by_key(|s| s.2);
    assert_eq!(found.iter().map(|s| (&*s.0, s.2)).collect::<Vec<_>>(), [("141", 3), ("141", 4), ("1004", 5)]);
    let others = ["UnexpectedElement", "NotUnaccompanied", "RepeatedColumn"];
    let found: Vec<_> =
        said(&dataset).into_iter().filter(|s| others.contains(&s.0.as_str())).map(|s| (s.0, s.2, s.4)).collect();
    let expected = [("NotUnaccompanied", 1, "0"), ("UnexpectedElement", 4, "01/06/2012")];
    assert_eq!(found, expected.map(|(rule, row, value)| (rule.to_owned(), row, value.to_owned())));
    assert_eq!(dataset.child("C1").unwrap().chronology().immigration()[0].end, Some(day("2018-02-01")));
}

/// What was read stays; that something is not there says nothing.
#[test]
fn a_return_that_breaks_off_supplies_nothing_and_denies_nothing() {
    let child = |id: &str| {
        format!(
            "<CHILD><HEADER><CHILDID>{id}</CHILDID><SEX>1</SEX><DOB>01/02/2010</DOB><ETHNIC>WBRI</ETHNIC><UPN>UN1</UPN></HEADER>\
             <EPISODE><DECOM>01/06/2012</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U4</PL></EPISODE></CHILD>"
        )
    };
    let whole = format!("<EXPSSDA903>{}{}</EXPSSDA903>", child("C1"), child("C2"));
    let read = |closing: i32, text: &str| {
        let mut one = Return::new(year(closing));
        let error = one.read_xml("r.xml", text.as_bytes()).err();
        (one, error)
    };
    let (first, none) = read(2018, &whole);
    assert!(none.is_none() && first.supplied(Table::Episodes));
    let (broken, error) = read(2019, &whole[..whole.len() - 40]);
    assert!(matches!(error, Some(Ssda903Error::Malformed { .. })));
    assert_eq!((broken.rows(Table::Episodes), broken.supplied(Table::Episodes)), (1, false));
    assert_eq!(broken.supply(), csc_kpi::Supply::nothing());
    let (dataset, _) = joined([broken.clone()]);
    assert_eq!(dataset.child("C1").unwrap().chronology().episodes().len(), 1);

    // Years side by side: neither is gone, and the year is one that was not read for what follows.
    let (dataset, _) = joined([first.clone(), broken.clone()]);
    assert_eq!(said(&dataset), []);
    let (last, _) = read(2020, "<EXPSSDA903></EXPSSDA903>");
    let (dataset, _) = joined([first, broken, last]);
    let ends = |child: &str| dataset.child(child).unwrap().chronology().episodes()[0].ceased;
    assert_eq!([ends("C1"), ends("C2")], [Some(day("2019-04-01")); 2]);
    assert!(said(&dataset).iter().all(|s| s.0 != "Gone"));

    // A file of another kind says nothing of the tables beside it.
    let mut beside = of_rows(2018, &[C1]);
    assert!(beside.read_xml("r.xml", "<Message/>".as_bytes()).is_err() && beside.supplied(Table::Header));
    // A quote that takes in the rest of a table hides what else it carries.
    let open = of_rows(2018, &[C1, (Table::Episodes, &["C1,01/06/2012,S,C2,N1,U4,PR1,,,,,,"])]);
    let cut = of_rows(2019, &[C1, (Table::Episodes, &["C2,\"01/06/2012,S,C2,N1,U4,PR1,,,,,,"])]);
    let (dataset, _) = joined([open, cut]);
    assert!(said(&dataset).iter().all(|s| s.0 != "Gone"));
}

/// In the square of what is read each of these would take many seconds.
#[test]
fn what_comes_very_often_is_read_in_its_own_time() {
    let often = |text: &str| text.repeat(20_000);
    for cells in [["<X/>", "<DECOM/>"], ["<UASC/>", "<UASC/>"]] {
        let cells = cells.map(often).concat();
        let xml = format!("<EXPSSDA903><CHILD><HEADER>{cells}</HEADER><EPISODE>{cells}</EPISODE></CHILD></EXPSSDA903>");
        assert_eq!(Return::new(year(2018)).read_xml("r.xml", xml.as_bytes()).unwrap(), 1);
    }
    let rows = |row: &dyn Fn(usize) -> String| (0..20_000).map(row).collect::<Vec<_>>();
    let date = |at: usize| (day("1990-01-01") + chrono::Days::new(at as u64 % 9_000)).to_string();
    let of = |closing: i32, rows: &[String]| one(closing, &[(Table::Episodes, csv(Table::Episodes, rows))]);
    // Of one start, and of another one.
    let ended = rows(&|at| format!("C1,01/06/2017,S,C2,N1,U4,PR1,{:02}/03/2018,,,,,{at}", 1 + at % 28));
    let open = rows(&|at| format!("C1,01/06/2017,S,C2,N1,U4,PR1,,,,,,{at}"));
    let dated = rows(&|at| format!("C1,{},S,C2,N1,U4,PR1,,,,,,{at}", date(at)));
    let moved = rows(&|at| format!("C1,01/02/2018,S,C2,N1,U4,PR1,,,,,,{at}"));
    for [before, this] in [[&ended, &open], [&dated, &moved]] {
        let mut records = Dataset::builder();
        Returns::from_iter([of(2018, before), of(2019, this)]).into_builder(&mut records);
    }
}

// ---- an invented authority, written out and read back -------------------------------------------------------------------

/// A child as the form sees it. Days are civil, ends are the first day after.
#[derive(Clone, Debug)]
struct Invented {
    born: NaiveDate,
    sex: usize,
    /// Start, end, RNE, LS, PLACE, provider, URN, postcode.
    episodes: Vec<(NaiveDate, Option<NaiveDate>, [&'static str; 6])>,
    /// Whether a child is unaccompanied, and until when.
    uasc: Option<Option<NaiveDate>>,
    missing: Vec<(NaiveDate, Option<NaiveDate>, &'static str)>,
    workers: Vec<(&'static str, NaiveDate, Option<NaiveDate>)>,
    /// What is said at each birthday.
    leaver: Option<[&'static str; 3]>,
}

fn later(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_add_days(chrono::Days::new(u64::from(days))).unwrap()
}

fn pick<T: Copy>(options: &[T], choice: u16) -> T {
    options[usize::from(choice) % options.len()]
}

fn invented() -> impl Strategy<Value = Invented> {
    let choices = any::<[u16; 10]>();
    (edge_date(), any::<[u16; 8]>(), vec(choices, 0..9), vec(any::<[u16; 4]>(), 0..3), vec(any::<[u16; 3]>(), 0..3))
        .prop_map(|(turn, own, episodes, missing, workers)| {
            // Of an age at which something is decided, about the day on which the child's life turns.
            let age = pick(&[10, 12, 14, 15, 16, 17, 18, 5], own[0]);
            let born = turn.checked_sub_months(chrono::Months::new(12 * age)).unwrap();
            let born = if own[1] % 4 == 0 {
                pick(&[day("2000-02-29"), day("2004-02-29"), day("1996-02-29")], own[2])
            } else {
                born
            };
            let mut start = turn;
            let mut made = Vec::new();
            let count = episodes.len();
            for (number, of) in episodes.into_iter().enumerate() {
                start = later(start, pick(&[0, 0, 0, 0, 0, 1, 30, 365], of[0]));
                let end = later(start, pick(&[30, 1, 0, 7, 90, 180, 364, 365, 366, 728, 730, 2], of[1]));
                let open = number + 1 == count && of[2] % 2 == 0;
                let codes = [
                    pick(&["P", "P", "P", "S", "L", "T", "U", "B"], of[3]),
                    pick(&["C2", "C2", "V2", "V4", "V3", "E1"], of[4]),
                    pick(&["U4", "K1", "T4", "U6", "A3", "T0", "A4", "S1"], of[5]),
                    pick(&["PR1", "PR4", ""], of[6]),
                    pick(&["SC1", "SC2", ""], of[7]),
                    pick(&["B1 1AA", "B1 1AB", ""], of[8]),
                ];
                made.push((start, (!open).then_some(end), codes));
                start = end;
            }
            let mut gone: BTreeMap<NaiveDate, _> = BTreeMap::new();
            for of in missing {
                let start = later(turn, of[0] % 1200);
                let end = (of[1] % 4 > 0).then(|| later(start, pick(&[0, 1, 2, 30, 365], of[2])));
                gone.insert(start, (start, end, pick(&["M", "A"], of[3])));
            }
            let mut by: BTreeMap<(&str, NaiveDate), Option<NaiveDate>> = BTreeMap::new();
            for of in workers {
                let start = later(turn, of[0] % 400);
                let end = (of[1] % 2 == 0).then(|| later(start, of[2] % 800));
                by.insert((pick(&["SW1", "SW2", "XX3"], of[1]), start), end);
            }
            let uasc = (own[3] % 3 == 0 && count > 0).then(|| (own[4] % 3 > 0).then(|| later(turn, own[2] % 1000)));
            let said = [
                pick(&["YES", "NO", "DIED", "RHOM"], own[5]),
                pick(&["F1", "P2", "G4", "0"], own[6]),
                pick(&["U1", "B2", "G1", "0", "R2"], own[7]),
            ];
            Invented {
                born,
                sex: usize::from(own[5] % 2),
                episodes: made,
                uasc,
                missing: gone.into_values().collect(),
                workers: by.into_iter().map(|((worker, start), end)| (worker, start, end)).collect(),
                leaver: (own[6] % 2 == 0).then_some(said),
            }
        })
}

/// The records that the authority is, without what the rules leave out: short breaks in `care`, which is for the figures
/// of children looked after. A placement ends with its episode.
fn typed(children: &[Invented], years: &[CollectionYear], with_breaks: bool) -> Dataset {
    let mut b = Dataset::builder();
    for (worker, number) in [("SW1", "SW1"), ("SW2", "SW2"), ("XX3", "XX3")] {
        b.push(Professional::new(worker).registration(number));
    }
    for (number, child) in children.iter().enumerate() {
        let id = format!("C{number}");
        b.push(Person::new(&id).sex([Sex::Male, Sex::Female][child.sex]).date_of_birth(child.born));
        for (at, (start, end, [rne, status, place, provider, urn, postcode])) in child.episodes.iter().enumerate() {
            if !with_breaks && matches!(*status, "V3" | "V4") {
                continue;
            }
            let mut placement = Placement::new(format!("{id}-{at}"), &id, *start).kind(Coded::read(place));
            placement.end = *end;
            placement.provider = (!provider.is_empty()).then(|| Coded::read(provider));
            placement.urn = (!urn.is_empty()).then(|| (*urn).to_owned());
            placement.postcode = (!postcode.is_empty()).then(|| (*postcode).to_owned());
            b.push(placement);
            // Of two on one day the greater id stays where both are open.
            let mut episode =
                LookedAfterEpisode::new(format!("{id}-{at}"), &id, *start).placement(format!("{id}-{at}"));
            episode.ceased = *end;
            b.push(episode.start_reason(Coded::read(rne)));
        }
        if let Some(until) = child.uasc {
            let mut status = ImmigrationStatus::new(&id, "UASC");
            status.end = until;
            b.push(status);
        }
        for (start, end, kind) in &child.missing {
            let mut episode = MissingEpisode::new(format!("{id}-{start}"), &id, *start).kind(Coded::read(kind));
            episode.end = end.map(Into::into);
            b.push(episode);
        }
        if years[0].closing() >= 2024 {
            for (at, (worker, start, end)) in child.workers.iter().enumerate() {
                let mut involvement = Involvement::new(format!("{id}-{at}"), &id, *start)
                    .role("Allocated Case Worker")
                    .professional(*worker);
                involvement.end = *end;
                b.push(involvement);
            }
        }
        for one in years {
            let due = (17..=21).find(|age| {
                let day = birthday(child.born, *age);
                one.first_day() <= day && day <= one.last_day()
            });
            let (Some(age), Some([touch, activity, place])) = (due, child.leaver) else { continue };
            let mut status = csc_kpi::record::CareLeaverStatus::new(format!("{id}-{age}"), &id)
                .eligibility(if age == 17 { Eligibility::Relevant } else { Eligibility::FormerRelevant })
                .latest_contact(birthday(child.born, age))
                .in_touch(Coded::read(touch))
                .activity(Coded::read(activity));
            if place != "0" {
                status = status.accommodation(Coded::read(&place[..1])).suitability(Coded::read(&place[1..]));
            }
            b.push(status);
            // The next birthday ends it, where no other status does.
            let next = birthday(child.born, age + 1);
            if age == 21 || !years.iter().any(|one| (one.first_day()..=one.last_day()).contains(&next)) {
                b.push(csc_kpi::record::CareLeaverStatus::new(format!("{id}-end"), &id).latest_contact(next));
            }
        }
    }
    b.finish()
}

fn form(day: Option<NaiveDate>) -> String {
    day.map_or_else(String::new, |day| day.format("%d/%m/%Y").to_string())
}

/// What the return of `of` among `years` holds of something with a start and an end; the first holds all before it, the
/// last all after. An end after the year is not known yet.
fn in_year(
    of: CollectionYear,
    years: &[CollectionYear],
    start: NaiveDate,
    end: Option<NaiveDate>,
) -> Option<Option<NaiveDate>> {
    let (first, last) = (of == years[0], of == years[years.len() - 1]);
    let begun = last || start <= of.last_day();
    let open = first || start >= of.first_day() || end.is_none_or(|end| end >= of.first_day());
    (begun && open).then(|| end.filter(|end| last || *end <= of.last_day()))
}

/// The authority as the returns of consecutive years.
fn written(children: &[Invented], years: &[CollectionYear]) -> Vec<Return> {
    let of_year = |one_year: CollectionYear| {
        let mut rows: BTreeMap<Table, Vec<String>> = Table::ALL
            .into_iter()
            .filter(|table| table.is_of(one_year) && (*table != Table::SocialWorkers || years[0].closing() >= 2024))
            .map(|table| (table, Vec::new()))
            .collect();
        for (number, child) in children.iter().enumerate() {
            let (id, born) = (format!("C{number}"), form(Some(child.born)));
            let mut add = |table: Table, row: String| rows.get_mut(&table).unwrap().push(row);
            let sex = if one_year.closing() < 2025 { ["1", "2"] } else { ["M", "F"] }[child.sex];
            add(Table::Header, format!("{id},{sex},{born},WBRI,UN1,,"));
            let mut in_care = false;
            for (start, end, [rne, status, place, provider, urn, postcode]) in &child.episodes {
                let Some(known) = in_year(one_year, years, *start, *end) else { continue };
                in_care = true;
                let rec = if known.is_some() { "X1" } else { "" };
                let [start, end] = [form(Some(*start)), form(known)];
                add(
                    Table::Episodes,
                    format!("{id},{start},{rne},{status},N1,{place},{provider},{end},{rec},,,{postcode},{urn}"),
                );
            }
            if let Some(until) = child.uasc.filter(|_| in_care || one_year == years[0]) {
                add(Table::Uasc, format!("{id},{born},{sex},{}", form(until)));
            }
            for (start, end, kind) in &child.missing {
                if let Some(known) = in_year(one_year, years, *start, *end) {
                    add(Table::Missing, format!("{id},{born},{kind},{},{}", form(Some(*start)), form(known)));
                }
            }
            for (worker, start, end) in &child.workers {
                if let Some(known) = in_year(one_year, years, *start, *end).filter(|_| years[0].closing() >= 2024) {
                    add(
                        Table::SocialWorkers,
                        format!("{id},{born},{worker},{},{},MANAGE", form(Some(*start)), form(known)),
                    );
                }
            }
            let due =
                (17..=21).any(|age| (one_year.first_day()..=one_year.last_day()).contains(&birthday(child.born, age)));
            if let Some([touch, activity, place]) = child.leaver.filter(|_| due) {
                add(Table::Oc3, format!("{id},{born},{touch},{activity},{place}"));
            }
        }
        let tables: Vec<_> = rows.into_iter().map(|(table, rows)| (table, csv(table, &rows))).collect();
        one(one_year.closing(), &tables)
    };
    years.iter().map(|year| of_year(*year)).collect()
}

/// The figures that the form can carry, and whether short breaks are in them.
const FIGURES: [(&str, Basis, bool); 11] = [
    ("CLA", Basis::AsAt, false),
    ("NI 62", Basis::ROLLING_12M, false),
    ("NI 62", Basis::Cumulative, false),
    ("NI 63", Basis::AsAt, false),
    ("ECS 01b", Basis::AsAt, false),
    ("Missing episodes", Basis::ROLLING_12M, true),
    ("Missing episodes", Basis::InQuarter, true),
    ("Missing children", Basis::ROLLING_12M, true),
    ("Missing children", Basis::Cumulative, true),
    ("Care leavers suitable", Basis::AsAt, true),
    ("Care leavers EET", Basis::AsAt, true),
];

fn compare(children: &[Invented], closing: i32, years: usize, dates: &[NaiveDate]) -> Result<(), TestCaseError> {
    let years: Vec<CollectionYear> = (closing..=2026).take(years).map(year).collect();
    let (read, _) = joined(written(children, &years));
    let stitching =
        [ReturnsRule::Gone, ReturnsRule::NeverBegan, ReturnsRule::Moved, ReturnsRule::Contradicted, ReturnsRule::Late];
    let wrong = read.findings().iter().find(|finding| match finding.rule {
        FindingRule::Ssda903Returns(rule) => stitching.contains(&rule),
        FindingRule::Ssda903(rule) => ["502", "503", "NoE"].iter().any(|number| rule.number().starts_with(number)),
        _ => false,
    });
    prop_assert!(wrong.is_none(), "{wrong:?}");
    let engine = Engine::new(catalogue::standard());
    let run = |dataset: &Dataset| engine.run(dataset).unwrap();
    let (found, without, with) =
        (run(&read), run(&typed(children, &years, false)), run(&typed(children, &years, true)));
    for (name, basis, breaks) in FIGURES {
        for as_at in dates {
            let expected = if breaks { &with } else { &without }.reading(name, basis, *as_at).unwrap();
            let reading = found.reading(name, basis, *as_at).unwrap();
            // What is outside the collection years, or looks back before them, is not made.
            if reading.obstacle().is_none() {
                prop_assert_eq!(reading, expected, "{} {:?}", name, years);
            }
        }
        let made = |year: &CollectionYear| found.reading(name, basis, year.last_day()).unwrap().obstacle().is_none();
        // Stability looks back 30 months, and social workers are in returns from 2024 on.
        prop_assert!(["NI 63", "ECS 01b"].contains(&name) || years.iter().all(made), "{} {:?}", name, years);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
    ))]

    /// Whichever years the returns are of, and however many there are, the figures are those of the records.
    #[test]
    fn an_authority_written_out_and_read_back_has_the_same_figures(
        children in vec(invented(), 1..5),
        closing in 2017..=2026_i32,
        years in 1..=3_usize,
        beside in vec(0..3_i64, 6),
    ) {
        let mut dates: Vec<NaiveDate> = children
            .iter()
            .flat_map(|child| child.episodes.iter().flat_map(|(start, end, _)| [Some(*start), *end]).flatten())
            .chain(children.iter().flat_map(|child| child.missing.iter().map(|(start, ..)| *start)))
            .collect();
        dates.extend(children.iter().flat_map(|child| [17, 18, 19].map(|age| birthday(child.born, age))));
        let beside: Vec<_> = beside.iter().zip(dates.iter().rev()).map(|(by, day)| *day + chrono::Days::new(by.unsigned_abs())).collect();
        dates.extend(beside);
        dates.extend((2015..2030).map(|year| day(&format!("{year}-03-31"))));
        compare(&children, closing, years, &dates)?;
    }
}

// ---- nothing panics -----------------------------------------------------------------------------------------------------

/// Reads bytes as every table and as XML, of two years side by side.
fn survives(text: &[u8], closing: i32) {
    let mut returns = Returns::new();
    for table in Table::ALL {
        returns.of(year(closing)).read_csv(table, "a.csv", text).unwrap();
    }
    let _ = returns.of(year(closing)).read_xml("a.xml", text);
    let _ = returns.of(year(closing % 10 + 2017)).read_xml("b.xml", text);
    let mut records = Dataset::builder();
    let _ = returns.into_builder(&mut records);
    let _ = Engine::new(catalogue::standard()).run(&records.finish());
}

/// A row of a table, its cells more or less as they should be.
fn rows() -> impl Strategy<Value = Vec<u8>> {
    let cell = prop_oneof![
        3 => proptest::sample::select(vec!["C1", "C2", "01/04/2018", "31/03/2018", "29/02/2016", "31/12/9999", "0001-01-01", "S", "X1", "V3", "L2",
            "J2", "T3", "T4", "U4", "E2", "M", "1", "0", "", "PN1", "SW1", "01/04/2017"]).prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..6),
    ];
    (proptest::sample::select(Table::ALL.to_vec()), vec(vec(cell, 0..15), 0..12)).prop_map(|(table, rows)| {
        let mut text = csv(table, &[]).into_bytes();
        for row in rows {
            text.extend(row.join(&b','));
            text.push(b'\n');
        }
        text
    })
}

fn elements() -> impl Strategy<Value = Vec<u8>> {
    let piece = proptest::sample::select(vec![
        "<CHILD>",
        "</CHILD>",
        "<HEADER>",
        "</HEADER>",
        "<CHILDID>",
        "</CHILDID>",
        "C1",
        "<EPISODE>",
        "</EPISODE>",
        "<DECOM>01/04/2018</DECOM>",
        "<DEC>31/03/2018</DEC>",
        "<LS>V3</LS>",
        "<UASC>1</UASC>",
        "<OC2/>",
        "&amp;",
        "&x;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE a>",
        "<?x?>",
        "\n",
        "<a b='",
        "\u{e9}",
    ]);
    (vec(piece, 0..30), vec(any::<u8>(), 0..4)).prop_map(|(pieces, end)| {
        let mut text = format!("<EXPSSDA903>{}", pieces.concat()).into_bytes();
        text.extend(end);
        text.extend(b"</EXPSSDA903>");
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
    ))]

    #[test]
    fn no_bytes_make_the_reader_panic(
        text in prop_oneof![vec(any::<u8>(), 0..200), rows(), elements()],
        closing in 2017..=2026_i32,
    ) {
        survives(&text, closing);
    }

    #[test]
    fn no_name_makes_place_panic(name in "\\PC*", parts in "[0-9/._ -]{0,24}") {
        let _ = place(&name);
        let _ = place(&format!("{parts}/episodes.csv"));
        let _ = place(&format!("{parts}{name}.xml"));
    }
}

// ---- the real material --------------------------------------------------------------------------------------------------

const FAKE: &str = "ssda903/validator_fake";

/// The cells of a file without quotes in it, by column: a naive reading for naive counts.
fn naive(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(shared(&format!("{FAKE}/{name}"))).unwrap();
    assert!(!text.contains('"'));
    naive_rows(text.trim_start_matches('\u{feff}'))
}

fn naive_rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| header.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(str::to_owned)).collect())
        .collect()
}

fn fake_return() -> Return {
    let mut read = Return::new(year(2018));
    let mut tables = 0;
    for entry in std::fs::read_dir(shared(FAKE)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some((_, Contents::Table(table))) = place(&format!("2018/{name}")) {
            let rows =
                read.read_csv(table, &name, std::fs::File::open(shared(&format!("{FAKE}/{name}"))).unwrap()).unwrap();
            assert_eq!(usize::try_from(rows).unwrap(), naive(&name).len(), "{name}");
            tables += 1;
        }
    }
    assert_eq!(tables, Table::ALL.len());
    read
}

/// The national rules on episodes as their texts say them, on the rows of a file, sharing nothing with the reader.
fn naive_findings(rows: &[BTreeMap<String, String>]) -> BTreeMap<&'static str, usize> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    let ymd = |text: &str| text.split('/').rev().collect::<Vec<_>>().join("");
    let mut children: BTreeMap<&str, Vec<&BTreeMap<String, String>>> = BTreeMap::new();
    for row in rows {
        children.entry(&row["CHILD"]).or_default().push(row);
    }
    let number = |text: &str| NaiveDate::parse_from_str(text, "%d/%m/%Y").unwrap_or(day("2018-03-31"));
    let temporary = |row: &BTreeMap<String, String>| row["PLACE"].starts_with('T');
    for of in children.values_mut() {
        of.sort_by_key(|row| (ymd(&row["DECOM"]), row["DEC"].is_empty(), ymd(&row["DEC"])));
        let mut count = |rule: &'static str, is: bool| *counts.entry(rule).or_default() += usize::from(is);
        for row in of.iter() {
            let (respite, days) = (row["LS"] == "V3", (number(&row["DEC"]) - number(&row["DECOM"])).num_days());
            let ended = !row["DEC"].is_empty();
            count("148", ended == row["REC"].is_empty());
            count("355", row["DEC"] == row["DECOM"]);
            count("365", respite && days > 17);
            count("366", respite && row["RNE"] != "S");
            count("375", row["PLACE"] == "T1" && ended && days > 42);
            count("376", row["PLACE"] == "T3" && ended && days > 21);
            count("378", row["PLACE"] == "P1" && row["LS"] == "V2");
            count("379", row["PLACE"] == "T4" && ended && days > 7);
            count("380", temporary(row) && row["RNE"] != "P" && row["RNE"] != "B");
            count("381", temporary(row) && row["REC"] != "X1" && !row["REC"].is_empty());
            count("382", temporary(row) && (respite || row["LS"] == "V4"));
        }
        for at in 1..of.len() {
            let (before, this) = (of[at - 1], of[at]);
            let same = |column: &str| before[column] == this[column];
            let place = same("PLACE") && same("PLACE_PROVIDER") && same("URN") && same("PL_POST");
            let is = |codes: &str| codes.contains(&this["RNE"]);
            count("142", before["DEC"].is_empty() || before["REC"].is_empty());
            count("431", is("S") && ymd(&this["DECOM"]) <= ymd(&before["DEC"]));
            count("432", before["REC"].starts_with('E') && !is("S"));
            count("433", is("PLTUB") && before["DEC"] != this["DECOM"]);
            count("434", is("L") && (same("LS") || !place));
            count("435", is("PT") && (!same("LS") || place));
            count("436", is("UB") && (same("LS") || place));
            count("437", before["REC"] == "E2" || before["REC"] == "E15");
            count("501", ymd(&this["DECOM"]) < ymd(&before["DEC"]));
            count("504", before["REC"] == "X1" && before["DEC"] == this["DECOM"] && !same("CIN"));
            if at > 1 {
                count("383", temporary(before) && !(is("P") && of[at - 2]["PLACE"] == this["PLACE"]));
            }
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

#[test]
#[ignore = "needs ../shared/data"]
fn the_made_up_return_is_read_whole_and_its_findings_are_those_counted_by_hand() {
    let read = fake_return();
    let lines = |table: &str| naive(&format!("{table}.csv"));
    for table in [
        Table::Header,
        Table::Episodes,
        Table::Uasc,
        Table::Missing,
        Table::Oc3,
        Table::Oc2,
        Table::Ad1,
        Table::Reviews,
    ] {
        assert_eq!(read.rows(table), lines(table.name()).len(), "{table}");
    }
    assert_eq!(read.rows(Table::PlacedForAdoption), lines("placed_for_adoption").len());
    assert_eq!(
        (read.rows(Table::PreviousPermanence), read.rows(Table::SocialWorkers)),
        (lines("previous_permanence").len(), 1)
    );
    let (dataset, others) = joined([read]);

    let episodes = lines("episodes");
    let said = said(&dataset);
    let of_episodes = |number: &str| said.iter().filter(|s| s.1 == "episodes.csv" && s.0 == number).count();
    let expected = naive_findings(&episodes);
    assert!(expected.len() >= 17, "{expected:?}");
    for number in [
        "142", "148", "355", "365", "366", "375", "376", "378", "379", "380", "381", "382", "383", "431", "432", "433",
        "434", "435", "436", "437", "501", "504",
    ] {
        assert_eq!(of_episodes(number), expected.get(number).copied().unwrap_or(0), "{number}");
    }
    // Every row is a record, or has a finding that says that it is left out.
    let left_out = said
        .iter()
        .filter(|s| s.1 == "episodes.csv" && ["356", "141", "147", "RepeatedRow"].contains(&s.0.as_str()))
        .count();
    let kept: usize = dataset.children().map(|child| child.chronology().episodes().len()).sum();
    assert_eq!(kept + left_out, episodes.len());
    let ids = |name: &str| naive(name).into_iter().map(|row| row["CHILD"].clone()).collect::<BTreeSet<_>>();
    let everyone: BTreeSet<String> =
        ["header.csv", "episodes.csv", "oc3.csv", "missing.csv", "uasc.csv", "sw_episodes.csv"]
            .into_iter()
            .flat_map(ids)
            .collect();
    assert_eq!(dataset.children().map(|child| child.id().to_owned()).collect::<BTreeSet<_>>(), everyone);
    let sum = |of: fn(&csc_kpi::chronology::Chronology<'_>) -> usize| {
        dataset.children().map(|child| of(&child.chronology())).sum::<usize>()
    };
    assert_eq!(sum(|of| of.missing().len()), lines("missing").len());
    // Beside where statuses end, of the rows in which anything is said.
    let said_of =
        |row: &&BTreeMap<String, String>| ["IN_TOUCH", "ACTIV", "ACCOM"].iter().any(|of| !row[*of].is_empty());
    assert_eq!(
        sum(|of| of.care_leaver().iter().filter(|status| status.eligibility.known().is_some()).count()),
        lines("oc3").iter().filter(said_of).count()
    );
    assert_eq!(sum(|of| of.immigration().len()), lines("uasc").len());
    assert_eq!(sum(|of| of.involvements().len()), 1);
    let of_others = |table: Table| others.iter().filter(|other| other.table() == table).count();
    assert_eq!((of_others(Table::Oc2), of_others(Table::Ad1)), (lines("oc2").len(), lines("ad1").len()));
    // Two are there twice; of twelve there is another on the day, with another code.
    let reviews = lines("reviews");
    let distinct: BTreeSet<Vec<String>> = reviews.iter().map(|row| row.values().cloned().collect()).collect();
    let repeated = said.iter().filter(|s| s.1 == "reviews.csv" && s.0 == "RepeatedRow").count();
    assert_eq!((of_others(Table::Reviews), repeated), (distinct.len(), reviews.len() - distinct.len()));
    // The codes of the file that no list has: XXX, 01, 02 and SWLAZY; and F3 and P3 are still of 2018.
    let wrong = |number: &str| said.iter().filter(|s| s.0 == number).count();
    assert_eq!((wrong("120"), wrong("133"), wrong("SW13STG1"), wrong("132")), (29, 2, 1, 0));
}

/// The tables that the XML form holds, taken out of it with nothing but searches for tags.
fn tables_of(xml: &str) -> Vec<(Table, String)> {
    let between = |text: &str, tag: &str| -> Vec<String> {
        text.split(&format!("<{tag}>"))
            .skip(1)
            .map(|rest| rest.split(&format!("</{tag}>")).next().unwrap().to_owned())
            .collect()
    };
    let groups = [
        (Table::Episodes, "EPISODE"),
        (Table::Missing, "AMISSING"),
        (Table::Oc2, "OC2"),
        (Table::PlacedForAdoption, "AD_PLACED"),
        (Table::PreviousPermanence, "PERMANENCE"),
        (Table::Reviews, "AREVIEW"),
    ];
    let mut rows: BTreeMap<Table, Vec<String>> = BTreeMap::new();
    for child in between(xml, "CHILD") {
        let first = |text: &str, tag: &str| between(text, tag).first().cloned().unwrap_or_default();
        let (id, born, sex) = (first(&child, "CHILDID"), first(&child, "DOB"), first(&child, "SEX"));
        let mut add = |table: Table, text: &str| {
            let cell = |column: &str| match column {
                "CHILD" => id.clone(),
                "DOB" => born.clone(),
                "SEX" => sex.clone(),
                "PLACE" => first(text, "PL"),
                other => first(text, other),
            };
            rows.entry(table).or_default().push(table.columns().map(cell).collect::<Vec<_>>().join(","));
        };
        add(Table::Header, &child);
        if first(&child, "UASC") == "1" || !first(&child, "DUC").is_empty() {
            add(Table::Uasc, &child);
        }
        if child.contains("<IN_TOUCH>") {
            add(Table::Oc3, &child);
        }
        if child.contains("<DATE_INT>") {
            add(Table::Ad1, &child);
        }
        for (table, tag) in groups {
            for group in between(&child, tag) {
                add(table, &group);
            }
        }
    }
    Table::ALL
        .into_iter()
        .map(|table| (table, csv(table, rows.get(&table).map(Vec::as_slice).unwrap_or_default())))
        .collect()
}

fn as_text(dataset: &Dataset, others: &[OtherRecord]) -> String {
    let mut text = String::new();
    for child in dataset.children() {
        let of = child.chronology();
        let shown = |key| of.text(key).to_owned();
        writeln!(text, "{} {:?} {:?}", child.id(), of.person().date_of_birth, of.person().sex.known()).unwrap();
        for e in of.episodes() {
            let (reason, ceased) = (e.start_reason.known(), e.ceased_reason.known());
            let place = e.place.kind.known().map(StatutoryCode::letters);
            let (urn, post) = (e.place.urn.map(shown), e.place.postcode.map(shown));
            writeln!(text, "  {} {:?} {reason:?} {ceased:?} {place:?} {urn:?} {post:?}", e.start, e.ceased).unwrap();
        }
        writeln!(text, "  {:?}", of.care()).unwrap_or_default();
        for m in of.missing() {
            writeln!(text, "  {:?} {:?} {:?}", m.start, m.end, m.kind.known()).unwrap();
        }
        for i in of.immigration() {
            writeln!(text, "  {:?}", i.end).unwrap();
        }
        for c in of.care_leaver() {
            writeln!(
                text,
                "  {:?} {:?} {:?} {:?}",
                c.latest_contact,
                c.in_touch.known(),
                c.activity.known(),
                c.accommodation.known()
            )
            .unwrap();
        }
    }
    for other in others {
        let cells: Vec<_> = other.table().columns().map(|c| (other.text(c), other.day(c))).collect();
        writeln!(text, "{} {} {cells:?}", other.table(), other.child()).unwrap();
    }
    text
}

/// Rule, child, column and value; the places differ.
fn anywhere(dataset: &Dataset) -> Vec<(String, Option<String>, String, String)> {
    let of = |f: &Finding| (rule(f.rule), f.person.clone(), f.field.clone(), f.value.clone());
    let mut all: Vec<_> = dataset.findings().iter().map(of).collect();
    all.sort_unstable();
    all
}

fn both_forms_say_the_same(xml: &str, closing: i32, children: usize) {
    let mut read = Return::new(year(closing));
    assert_eq!(read.read_xml("r.xml", xml.as_bytes()).unwrap(), children as u64);
    let rows = Table::ALL.map(|table| read.rows(table));
    let (from_xml, others) = joined([read]);
    let tables = one(closing, &tables_of(xml));
    assert_eq!(Table::ALL.map(|table| tables.rows(table)), rows);
    let (from_csv, same) = joined([tables]);
    assert_eq!(as_text(&from_xml, &others), as_text(&from_csv, &same));
    // What a header says once is noted once.
    let noted = |all: Vec<(String, Option<String>, String, String)>| -> BTreeSet<_> {
        all.into_iter().filter(|f| f.0 != "NotOfTheYear").collect()
    };
    assert_eq!(noted(anywhere(&from_xml)), noted(anywhere(&from_csv)));
}

#[test]
fn a_small_return_is_the_same_in_both_forms() {
    let xml = "<EXPSSDA903><CHILD><HEADER><CHILDID>C1</CHILDID><UPN>UN1</UPN><SEX>2</SEX><DOB>20/05/2000</DOB><ETHNIC>WBRI</ETHNIC>\
        <UASC>1</UASC><DUC>20/05/2018</DUC><IN_TOUCH>YES</IN_TOUCH><ACTIV>F2</ACTIV><ACCOM>U1</ACCOM>\
        <AREVIEW><REVIEW>20/06/2017</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>\
        <AMISSING><MISSING>M</MISSING><MIS_START>01/05/2017</MIS_START><MIS_END>02/05/2017</MIS_END></AMISSING>\
        <AMISSING><MISSING>A</MISSING><MIS_START>01/06/2017</MIS_START><MIS_END>31/05/2017</MIS_END></AMISSING>\
        <PERMANENCE><PREV_PERM>Z1</PREV_PERM></PERMANENCE><OC2><SDQ_SCORE>21</SDQ_SCORE></OC2></HEADER>\
        <EPISODE><DECOM>01/04/2016</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U4</PL><PL_POST>E7 5YR</PL_POST><URN>SC1</URN>\
        <PLACE_PROVIDER>PR1</PLACE_PROVIDER><DEC>01/05/2017</DEC><REC>X1</REC></EPISODE>\
        <EPISODE><DECOM>01/05/2017</DECOM><RNE>P</RNE><LS>V4</LS><CIN>N2</CIN><PL>Q9</PL></EPISODE></CHILD>\
        <CHILD><HEADER><CHILDID>C2</CHILDID><UASC>0</UASC></HEADER></CHILD>\
        <CHILD><HEADER><UASC>1</UASC><DUC/><SEX>1</SEX><CHILDID>C3</CHILDID></HEADER></CHILD></EXPSSDA903>";
    both_forms_say_the_same(xml, 2018, 3);
}

#[test]
#[ignore = "needs ../shared/data"]
fn the_made_up_xml_return_is_the_same_in_both_forms() {
    let xml = std::fs::read_to_string(shared(&format!("{FAKE}/fake_903.xml"))).unwrap();
    assert_eq!((xml.matches("<CHILD>").count(), xml.matches("<EPISODE>").count()), (253, 459));
    both_forms_say_the_same(&xml, 2018, 253);
}

#[test]
#[ignore = "needs ../shared/data"]
fn mutated_rows_of_the_made_up_return_never_panic() {
    for (name, closing) in
        [("episodes.csv", 2018), ("oc3.csv", 2019), ("fake_903.xml", 2018), ("uasc.csv", 2025), ("missing.csv", 2017)]
    {
        let bytes = std::fs::read(shared(&format!("{FAKE}/{name}"))).unwrap();
        let mut seed = 0x9e37_79b9_u32;
        for _ in 0..60 {
            let mut text = bytes[..bytes.len().min(6_000)].to_vec();
            for _ in 0..40 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = seed as usize % text.len();
                match seed >> 28 {
                    0..=5 => text[at] = seed.to_le_bytes()[2],
                    6..=9 => drop(text.remove(at)),
                    10 | 11 => text.insert(at, b"\",<>&/\n0"[at % 8]),
                    _ => text.swap(at, 0),
                }
            }
            survives(&text, closing);
        }
    }
}

/// The columns and codes of the specification, read from its files by their indentation.
#[test]
#[ignore = "needs ../shared/data"]
fn columns_and_codes_are_those_of_the_specification() {
    let lines = |name: &str| -> Vec<(usize, String)> {
        let text = std::fs::read_to_string(shared(&format!("schema/SSDA903_schema_{name}.yml"))).unwrap();
        text.lines()
            .map(|line| (line.len() - line.trim_start().len(), line.trim().to_owned()))
            .filter(|(_, l)| !l.is_empty())
            .collect()
    };
    let code = |line: &str| line.strip_prefix("- code: \"").map(|rest| rest.trim_end_matches('"').to_owned());
    let named = |name: &str| {
        Table::ALL.into_iter().find(|table| {
            let other = match table {
                Table::PlacedForAdoption => "placed_adoption",
                Table::PreviousPermanence => "prev_perm",
                Table::SocialWorkers => "social_worker",
                _ => table.name(),
            };
            other == name
        })
    };
    let mut columns: BTreeMap<Table, Vec<String>> = BTreeMap::new();
    let mut codes: BTreeMap<(Table, String), Vec<String>> = BTreeMap::new();
    let mut table = None;
    for (indent, line) in lines("2017") {
        match (indent, line.strip_suffix(':')) {
            (4, Some(name)) => table = named(name),
            (6, Some(name)) => columns.entry(table.unwrap()).or_default().push(name.to_owned()),
            _ => {
                if let Some(code) = code(&line) {
                    let column = columns[&table.unwrap()].last().unwrap().clone();
                    codes.entry((table.unwrap(), column)).or_default().push(code);
                }
            }
        }
    }
    for closing in 2017..=2026 {
        if [2019, 2022, 2024, 2025, 2026].contains(&closing) {
            let mut at: Option<(Table, String)> = None;
            for (indent, line) in lines(&format!("{closing}.diff")) {
                match line.strip_prefix("column_map.").and_then(|path| path.strip_suffix(':')) {
                    Some("social_worker") => at = Some((Table::SocialWorkers, String::new())),
                    Some(path) => {
                        let parts: Vec<&str> = path.split('.').collect();
                        at = Some((named(parts[0]).unwrap(), parts[1].to_owned()));
                        codes.insert(at.clone().unwrap(), Vec::new());
                    }
                    None => {
                        let (of, column) = at.clone().unwrap();
                        if let Some(code) = code(&line) {
                            codes.entry((of, column)).or_default().push(code);
                        } else if of == Table::SocialWorkers && indent == 4 && line.ends_with(':') {
                            let name = line.trim_end_matches(':').to_owned();
                            columns.entry(of).or_default().push(name.clone());
                            at = Some((of, name));
                        }
                    }
                }
            }
        }
        for table in Table::ALL {
            let known = columns.get(&table).cloned().unwrap_or_default();
            if !table.is_of(year(closing)) {
                assert!(known.is_empty());
                continue;
            }
            let mine: BTreeSet<&str> = table.columns().collect();
            assert_eq!(mine, known.iter().map(String::as_str).collect(), "{table} {closing}");
            for column in table.columns() {
                let mine: BTreeSet<String> = table.codes(column, year(closing)).map(str::to_owned).collect();
                let of = codes.get(&(table, column.to_owned())).cloned().unwrap_or_default();
                assert_eq!(mine, of.into_iter().collect(), "{table} {column} {closing}");
            }
        }
    }
}

#[test]
fn what_the_builder_finds_names_file_and_row() {
    let mut returns = Returns::new();
    let year = CollectionYear::new(2018).unwrap();
    let leavers = "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\nC1,27/03/2000,YES,F2,B1\nC2,27/03/2000,YES,F2,B1\n";
    returns.of(year).read_csv(Table::Oc3, "2018/oc3.csv", leavers.as_bytes()).unwrap();
    let mut records = Dataset::builder();
    // Another source has a record with the id of the second.
    records.push(csc_kpi::record::CareLeaverStatus::new(format!("C2/{year}"), "C2"));
    returns.into_builder(&mut records);
    let dataset = records.finish();
    let repeated: Vec<_> = dataset
        .findings()
        .iter()
        .filter(|f| f.rule == FindingRule::RepeatedId && f.family == Family::CareLeaverStatus)
        .collect();
    assert_eq!(repeated.len(), 1);
    assert_eq!((repeated[0].file.as_deref(), repeated[0].row), (Some("2018/oc3.csv"), Some(3)));
}
