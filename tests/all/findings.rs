//! The findings report: counts held against naive ones, its order, its rows and its JSON.

use std::collections::BTreeSet;

use csc_kpi::indicator::{AnyIndicator, Definition, catalogue};
use csc_kpi::laws::strategies::scenario;
use csc_kpi::record::{Family, LookedAfterEpisode, Person, PlanReview, ProtectionPlan, Record};
use csc_kpi::{
    CinRule, Dataset, Engine, Finding, FindingRule, FindingsReport, Matter, NaiveDate, Reads, ReturnsRule, Severity,
    Ssda903Rule,
};
use proptest::prelude::*;

use crate::laws::everything;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

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
             pers_person_id|C1|",
            "may change a figure|||the table has no such column; its cells are empty|ssd_person|1|0||||pers_colour||",
            "may change a figure|CIN census|1103|the assessment start date cannot be before the referral date|\
             ssd_cin_assessments|1|1|cin_2022.xml|13||AssessmentActualStartDate|2021-10-05|",
        ]
    );
    let children: Vec<_> = report.child_rows().map(|row| row.join("|")).collect();
    assert_eq!(
        children,
        [
            "C1|blocks a figure|1|1|0||an earlier row has this id; the row is left out|ssd_person|ssd_person.csv|4|C1|",
            "|may change a figure|0|1|0||the table has no such column; its cells are empty|ssd_person||||",
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

// ---- which indicators they touch -----------------------------------------------------------------------------------

fn reads() -> Vec<Reads> {
    catalogue::standard().iter().map(|indicator| indicator.definition().reads()).collect()
}

fn touched(finding: &Finding) -> Vec<String> {
    reads().iter().filter(|reads| reads.touched_by(finding)).map(|reads| reads.indicator.to_string()).collect()
}

#[test]
fn a_finding_names_the_figures_it_may_touch() {
    let of = |family, field: &str, rule: FindingRule| touched(&Finding::new(family, field, "?", rule));
    let referrals = ["NI 68", "NI 68 route", "ECS 14a"];
    assert_eq!(of(Family::Referral, "cine_referral_date", FindingRule::UnreadableDate), referrals);
    assert_eq!(of(Family::Referral, "cine_referral_nfa", FindingRule::UnknownFlag), ["NI 68", "NI 68 route"]);
    assert_eq!(of(Family::Referral, "ReferralNFA", FindingRule::UnknownFlag), ["NI 68", "NI 68 route"]);
    // The same cell, where the row is left out for it.
    assert_eq!(of(Family::Referral, "cine_referral_nfa", FindingRule::OpenQuote), referrals);
    assert!(of(Family::Referral, "cine_referral_source_code", FindingRule::UnknownCode).is_empty());
    assert!(of(Family::Referral, "cine_colour", FindingRule::RepeatedColumn).is_empty(), "for information");
    let times = ["ECS 138", "ECS 138 days"];
    assert_eq!(of(Family::Assessment, "cina_assessment_auth_date", FindingRule::AuthorisedBeforeStart), times);
    assert_eq!(of(Family::Assessment, "cina_referral_id", FindingRule::OutsideBankHolidays), times);
    assert_eq!(of(Family::Assessment, "cina_referral_id", FindingRule::NoSuchRecord), ["NI 68 route"]);
    assert_eq!(of(Family::InitialConference, "icpc_icpc_date", FindingRule::ConferenceBeforeEnquiry), ["ICPC 15"]);
    assert_eq!(of(Family::ProtectionPlan, "NumberOfPreviousCPP", FindingRule::NotANumber), ["NI 65"]);
    assert_eq!(of(Family::PlanReview, "cppr_cp_review_date", FindingRule::ReviewNotAfterStart), ["NI 67"]);
    assert_eq!(of(Family::FamilyMember, "fami_family_id", FindingRule::EmptyId), ["NI 65", "NI 65a"]);
    let interviews = of(Family::MissingEpisode, "miss_missing_rhi_completed_date", FindingRule::CompletedWithoutDate);
    assert_eq!(interviews, ["WRI 72h"]);
    assert_eq!(of(Family::CareLeaverStatus, "ACTIV", FindingRule::UnknownCode), ["Care leavers EET"]);
    let born = of(Family::LookedAfterEpisode, "pers_dob", FindingRule::NoDateOfBirth);
    assert!(born.contains(&"CLA".to_owned()) && born.contains(&"Care leavers EET".to_owned()), "{born:?}");
    assert!(!born.contains(&"ECS 133".to_owned()), "{born:?}");
    // One that does not say what it reads may be touched by anything but what is for information.
    let silent = Reads::new("X 1", None);
    let finding = |rule| Finding::new(Family::Referral, "cine_referral_date", "?", rule);
    assert!(
        silent.touched_by(&finding(FindingRule::UnreadableDate)) && !silent.touched_by(&finding(FindingRule::LongRow))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_report_says_by_rule_child_and_indicator_what_its_findings_touch(
        case in scenario(1..6),
        read in prop::collection::vec(finding(), 0..40),
    ) {
        let dataset: Dataset = case.records.into_iter().collect();
        let findings: Vec<Finding> = dataset.findings().iter().cloned().chain(read).collect();
        let reads = reads();
        let report = FindingsReport::touching(&findings, &reads);
        let keys = |of: &dyn Fn(&Finding) -> bool| -> Vec<String> {
            let hit = |reads: &&Reads| findings.iter().any(|finding| of(finding) && reads.touched_by(finding));
            reads.iter().filter(hit).map(|reads| reads.indicator.to_string()).collect()
        };
        let told = |keys: &[std::sync::Arc<str>]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
        for rule in report.by_rule() {
            prop_assert_eq!(told(&rule.indicators), keys(&|f| (f.rule, f.family) == (rule.rule, rule.family)));
        }
        for child in report.by_child() {
            prop_assert_eq!(told(&child.indicators), keys(&|f| f.person == child.person));
        }
        let all: Vec<String> = report.by_indicator().iter().map(|of| of.indicator.to_string()).collect();
        prop_assert_eq!(all, keys(&|_| true));
        for of in report.by_indicator() {
            let touching = reads.iter().find(|reads| reads.indicator == of.indicator).unwrap();
            let hit: Vec<&Finding> = findings.iter().filter(|finding| touching.touched_by(finding)).collect();
            let number = |severity| hit.iter().filter(|finding| finding.severity() == severity).count() as u64;
            let counts = [of.blocks_figure, of.may_change_figure, 0];
            prop_assert_eq!(counts, SEVERITIES.map(number));
            prop_assert_eq!(Some(&of.first), hit.iter().min_by_key(|f| (f.severity(), **f)).copied());
            let children: BTreeSet<_> = hit.iter().filter_map(|finding| finding.person.as_ref()).collect();
            prop_assert_eq!(of.children, children.len() as u64);
        }
        prop_assert_eq!(report.indicator_rows().count(), report.by_indicator().len());
        let json = serde_json::to_value(&report).unwrap();
        prop_assert_eq!(json["indicators"].as_array().map_or(0, Vec::len), report.by_indicator().len());
    }

    /// A record taken out of the dataset changes no indicator but those that a finding of its family touches.
    #[test]
    fn a_record_changes_only_figures_that_its_left_out_row_would_name(
        case in scenario(1..3),
        at in any::<prop::sample::Index>(),
        as_at in csc_kpi::laws::strategies::reporting_date(),
    ) {
        let mut records = case.records;
        let engine = Engine::new(everything());
        let before = engine.run(&records.iter().cloned().collect()).unwrap();
        let gone = records.remove(at.index(records.len()));
        let after = engine.run(&records.into_iter().collect()).unwrap();
        let finding = Finding::new(gone.family(), "id", "", FindingRule::EmptyId);
        let reads = everything().into_iter().map(|indicator| indicator.definition().reads());
        let names: Vec<Reads> = reads.filter(|reads| reads.touched_by(&finding)).collect();
        let days = [case.as_at.as_slice(), &[as_at]].concat();
        let (before, after) = (before.scorecard(&days).unwrap(), after.scorecard(&days).unwrap());
        for (one, other) in before.readings.iter().zip(&after.readings) {
            prop_assert!(one == other || names.iter().any(|reads| &*reads.indicator == one.indicator()), "{:?}: {:?}", gone, one);
        }
    }
}

#[test]
fn every_part_of_the_records_is_read_by_some_indicator() {
    let all: BTreeSet<Matter> = catalogue::standard()
        .iter()
        .chain(&catalogue::options())
        .flat_map(|indicator| indicator.definition().reads().matters.unwrap())
        .collect();
    let unread: Vec<Matter> = Matter::all().filter(|matter| !all.contains(matter)).collect();
    assert_eq!(unread, [Matter::Records(Family::ImmigrationStatus)], "read by its part");
}

/// Without rows too: one cell has one finding.
#[test]
fn an_episode_that_several_meet_is_named_once() {
    let day = |month| NaiveDate::from_ymd_opt(2018, month, 1).unwrap();
    let episode = |id: &str, from, to| LookedAfterEpisode::new(id, "C1", day(from)).ceased(day(to));
    let dataset: Dataset = [episode("E1", 1, 12), episode("E2", 2, 3), episode("E3", 4, 5)].into_iter().collect();
    let found = dataset.findings().iter().filter(|finding| finding.rule == FindingRule::OverlappingEpisodes);
    assert_eq!(found.filter_map(|finding| finding.record.as_deref()).collect::<Vec<_>>(), ["E1"]);
}

/// The findings of the records, each as its rule, its field and its value.
fn found(records: Vec<Record>) -> Vec<(FindingRule, String, String)> {
    let dataset: Dataset = records.into_iter().collect();
    dataset.findings().iter().map(|found| (found.rule, found.field.clone(), found.value.clone())).collect()
}

fn child(born: NaiveDate) -> Person {
    Person::new("C1").date_of_birth(born)
}

#[test]
fn care_and_plans_that_go_on_after_death_are_found() {
    let died = day(2017, 1, 1);
    let of = |record: Record| found(vec![child(day(2010, 1, 1)).date_of_death(died).into(), record]);
    let episode = || LookedAfterEpisode::new("E1", "C1", day(2016, 1, 1));
    let plan = || ProtectionPlan::new("P1", "C1", day(2016, 1, 1));
    let open = |field: &str, value: &str| vec![(FindingRule::OpenAfterDeath, field.to_owned(), value.to_owned())];
    assert_eq!(of(episode().into()), open("clae_cla_episode_ceased_date", ""));
    assert_eq!(of(plan().into()), open("cppl_cp_plan_end_date", ""));
    // Ended on the day of death, or with it.
    for end in [died, day(2017, 1, 2)] {
        assert_eq!(of(episode().ceased(end).into()), []);
        assert_eq!(of(plan().end(end).into()), []);
    }
    assert_eq!(of(plan().end(day(2017, 1, 3)).into()), open("cppl_cp_plan_end_date", "2017-01-03"));
    assert_eq!(FindingRule::OpenAfterDeath.severity(), Severity::MayChangeFigure);
    let dataset: Dataset =
        [Record::from(child(day(2010, 1, 1)).date_of_death(died)), episode().into()].into_iter().collect();
    let touched: Vec<String> = everything()
        .iter()
        .map(AnyIndicator::definition)
        .filter(|definition| definition.reads().touched_by(&dataset.findings()[0]))
        .map(Definition::key)
        .collect();
    assert!(touched.contains(&"CLA".to_owned()) && !touched.contains(&"ECS 133".to_owned()), "{touched:?}");
}

#[test]
fn care_and_plans_that_begin_at_no_age_of_a_child_are_found() {
    let born = day(2010, 3, 1);
    let adult = |field: &str, value: &str| vec![(FindingRule::AdultAtStart, field.to_owned(), value.to_owned())];
    let of = |born, record: Record| found(vec![child(born).into(), record]);
    let episode = |start| Record::from(LookedAfterEpisode::new("E1", "C1", start));
    let plan = |start| Record::from(ProtectionPlan::new("P1", "C1", start));
    let [start, end] = ["clae_cla_episode_start_date", "cppl_cp_plan_start_date"];
    // A date of birth, or of the episode, in a wrong century.
    assert_eq!(of(day(1018, 1, 1), episode(day(2018, 1, 1))), adult(start, "2018-01-01"));
    assert_eq!(of(born, episode(day(3018, 1, 1))), adult(start, "3018-01-01"));
    assert_eq!(of(born, plan(day(3018, 1, 1))), adult(end, "3018-01-01"));
    let early = |value: &str| vec![(FindingRule::BeforeBirth, start.to_owned(), value.to_owned())];
    assert_eq!(of(day(2910, 3, 1), episode(day(2018, 1, 1))), early("2018-01-01"));
    assert_eq!(of(born, episode(day(18, 1, 1))), early("0018-01-01"));
    // The last day before the 18th birthday and that day; the day of birth and the one before.
    assert_eq!(of(born, episode(day(2028, 2, 29))), []);
    assert_eq!(of(born, episode(day(2028, 3, 1))), adult(start, "2028-03-01"));
    assert_eq!(of(born, episode(born)), []);
    assert_eq!(of(born, episode(day(2010, 2, 28))), early("2010-02-28"));
    // A plan is made before birth too; an episode without a day is read by no rule.
    assert_eq!(of(born, plan(day(2010, 2, 28))), []);
    let none = LookedAfterEpisode::new("E1", "C1", day(3018, 1, 1)).ceased(day(3018, 1, 1));
    assert_eq!(of(born, none.into()), []);
    for rule in [FindingRule::AdultAtStart, FindingRule::BeforeBirth] {
        assert_eq!(rule.severity(), Severity::MayChangeFigure);
    }
}

#[test]
fn a_review_that_names_no_plan_is_found() {
    let plan = || Record::from(ProtectionPlan::new("P1", "C1", day(2018, 1, 2)));
    let mut review = PlanReview::new("V1", "C1", "P1").date(day(2018, 3, 1));
    let of = |review: &PlanReview| found(vec![child(day(2010, 3, 1)).into(), plan(), review.clone().into()]);
    assert_eq!(of(&review), []);
    let no_plan = (FindingRule::NoPlanNamed, "cppr_cp_plan_id".to_owned(), String::new());
    for named in [None, Some(" ".to_owned())] {
        review.plan = named;
        assert_eq!(of(&review), std::slice::from_ref(&no_plan));
    }
    let finding = Finding::new(Family::PlanReview, "cppr_cp_plan_id", "", FindingRule::NoPlanNamed);
    assert_eq!(finding.matter(), Some(Matter::Records(Family::PlanReview)));
}
