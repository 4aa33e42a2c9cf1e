//! The findings report: counts held against naive ones, its order, its rows and its JSON.

use std::collections::BTreeSet;

use csc_kpi::laws::strategies::scenario;
use csc_kpi::record::Family;
use csc_kpi::{CinRule, Dataset, Finding, FindingRule, FindingsReport, ReturnsRule, Severity, Ssda903Rule};
use proptest::prelude::*;

const SEVERITIES: [Severity; 3] = [Severity::BlocksFigure, Severity::MayChangeFigure, Severity::ForInformation];

/// Findings of readers: national rules and others, of some children and of none, in two files.
fn finding() -> impl Strategy<Value = Finding> {
    let rule = prop_oneof![
        Just(FindingRule::RepeatedId),
        Just(FindingRule::UnknownCode),
        Just(FindingRule::LongRow),
        Just(FindingRule::Ssda903(Ssda903Rule::Ssda903_142)),
        Just(FindingRule::CinCensus(CinRule::Cin1103)),
        Just(FindingRule::Ssda903Returns(ReturnsRule::Gone)),
    ];
    let family = prop_oneof![Just(Family::Person), Just(Family::Referral)];
    (rule, family, 0..4_u32, 1..9_u64, any::<bool>()).prop_map(|(rule, family, child, row, second)| {
        let person = if child == 0 { String::new() } else { format!("C{child}") };
        let file = if second { "b.csv" } else { "a.csv" };
        Finding::new(family, "field", "=value", rule).in_row(Some(row)).in_file(Some(file.into())).of("", &person)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn everything_is_counted_once_by_rule_and_once_by_child(
        case in scenario(1..8),
        read in prop::collection::vec(finding(), 0..60),
    ) {
        let dataset: Dataset = case.records.into_iter().collect();
        let findings: Vec<Finding> = dataset.findings().iter().cloned().chain(read).collect();
        let report = FindingsReport::new(&findings);
        let number = |is: &dyn Fn(&Finding) -> bool| findings.iter().filter(|finding| is(finding)).count() as u64;

        prop_assert_eq!(report.count(), findings.len() as u64);
        for severity in SEVERITIES {
            prop_assert_eq!(report.of(severity), number(&|f| f.severity() == severity));
        }
        let kinds: BTreeSet<_> = findings.iter().map(|f| (f.rule, f.family)).collect();
        prop_assert_eq!(report.by_rule().iter().map(|r| (r.rule, r.family)).collect::<BTreeSet<_>>(), kinds);
        for rule in report.by_rule() {
            let of = |f: &Finding| (f.rule, f.family) == (rule.rule, rule.family);
            prop_assert_eq!(rule.count, number(&of));
            let children: BTreeSet<_> = findings.iter().filter(|f| of(f)).filter_map(|f| f.person.as_ref()).collect();
            prop_assert_eq!(rule.children, children.len() as u64);
            prop_assert_eq!(&rule.first, findings.iter().filter(|f| of(f)).min().unwrap());
            prop_assert_eq!((rule.severity, rule.words), (rule.rule.severity(), rule.rule.text()));
        }
        prop_assert!(report.by_rule().is_sorted_by(|a, b| (a.severity, b.count) <= (b.severity, a.count)));

        let persons: BTreeSet<_> = findings.iter().map(|f| f.person.clone()).collect();
        prop_assert_eq!(report.by_child().iter().map(|c| c.person.clone()).collect::<BTreeSet<_>>(), persons);
        for child in report.by_child() {
            let counts = SEVERITIES.map(|s| number(&|f| f.person == child.person && f.severity() == s));
            prop_assert_eq!([child.blocks_figure, child.may_change_figure, child.for_information], counts);
            prop_assert_eq!(child.count(), number(&|f| f.person == child.person));
            let gravest = findings.iter().filter(|f| f.person == child.person).min_by_key(|f| (f.severity(), *f));
            prop_assert_eq!((Some(&child.first), child.severity), (gravest, gravest.unwrap().severity()));
        }
        let grave = |c: &csc_kpi::ChildFindings| [c.blocks_figure, c.may_change_figure, c.for_information];
        prop_assert!(report.by_child().is_sorted_by(|a, b| grave(a) >= grave(b)));
        prop_assert_eq!(report.rule_rows().count(), report.by_rule().len());
        prop_assert_eq!(report.child_rows().count(), report.by_child().len());

        // In whatever order they come.
        let mut turned = findings.clone();
        turned.reverse();
        prop_assert_eq!(report, FindingsReport::new(&turned));
    }
}

fn examples() -> Vec<Finding> {
    let national = FindingRule::CinCensus(CinRule::Cin1103);
    vec![
        Finding::new(Family::Assessment, "AssessmentActualStartDate", "2021-10-05", national)
            .in_file(Some("cin_2022.xml".into()))
            .in_row(Some(13))
            .of("", "C1"),
        Finding::new(Family::Person, "pers_person_id", "C1", FindingRule::RepeatedId)
            .in_file(Some("ssd_person.csv".into()))
            .in_row(Some(4))
            .of("C1", "C1"),
        Finding::new(Family::Person, "pers_colour", "", FindingRule::MissingColumn),
    ]
}

#[test]
fn rows_have_the_cells_that_their_columns_name() {
    let report = FindingsReport::new(&examples());
    let rules: Vec<_> = report.rule_rows().map(|row| row.join("|")).collect();
    assert_eq!(
        rules,
        [
            "blocks a figure|||an earlier row has this id; the row is left out|ssd_person|1|1|ssd_person.csv|4|C1|\
             pers_person_id|C1",
            "may change a figure|||the table has no such column; its cells are empty|ssd_person|1|0||||pers_colour|",
            "may change a figure|CIN census|1103|the assessment start date cannot be before the referral date|\
             ssd_cin_assessments|1|1|cin_2022.xml|13||AssessmentActualStartDate|2021-10-05",
        ]
    );
    let children: Vec<_> = report.child_rows().map(|row| row.join("|")).collect();
    assert_eq!(
        children,
        [
            "C1|blocks a figure|1|1|0||an earlier row has this id; the row is left out|ssd_person|ssd_person.csv|4|C1",
            "|may change a figure|0|1|0||the table has no such column; its cells are empty|ssd_person|||",
        ]
    );
    assert_eq!(
        examples()[0].cells().join("|"),
        "may change a figure|CIN census|1103|cin_2022.xml|ssd_cin_assessments|13||C1|AssessmentActualStartDate|\
         2021-10-05|the assessment start date cannot be before the referral date"
    );
}

#[test]
fn its_json_has_number_severity_words_and_place() {
    let json = serde_json::to_value(FindingsReport::new(&examples())).unwrap();
    assert_eq!(json["counts"]["blocks_figure"], 1);
    let rule = &json["rules"][2];
    assert_eq!((&rule["severity"], &rule["number"]), (&"may_change_figure".into(), &"1103".into()));
    assert_eq!((&rule["count"], &rule["first"]["file"]), (&1.into(), &"cin_2022.xml".into()));
    assert_eq!(rule["words"], "the assessment start date cannot be before the referral date");
    assert!(json["rules"][0].get("number").is_none());
    assert_eq!(
        (&json["children"][0]["person"], &json["children"][1]["person"]),
        (&"C1".into(), &serde_json::Value::Null)
    );
}
