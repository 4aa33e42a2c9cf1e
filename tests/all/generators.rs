//! The generators reach what they are for: every verdict, every part, every branch and every edge of the rules.
//!
//! A law that no generated history can break proves nothing. What is counted here is what the oracle comes through, so
//! that a strategy that stops reaching a feature fails by the feature's name.

#![cfg(feature = "proptest")]
#![allow(clippy::expect_used, reason = "a test that cannot go on says so by a panic")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use csc_kpi::NaiveDate;
use csc_kpi::laws::strategies::{Scenario, edge_date, history, known_at, reporting_date, scenario};
use csc_kpi::record::{Family, Record};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::oracle::{INDICATORS, Oracle, OracleBasis, OracleFigure, bases};

/// How many scenarios came through each feature.
type Coverage = BTreeMap<String, u32>;

const VERDICTS: [&str; 5] = ["met", "not met", "pending", "excepted", "excluded"];

/// Pairs of readings of which the generators must find histories that tell them apart.
const TOLD_APART: [(&str, &str); 9] = [
    ("NI 68", "NI 68 by-event"),
    ("ECS 14a", "ECS 14a 365 days"),
    ("ECS 138", "ECS 138 from referral"),
    ("ECS 138", "ECS 138 start is day 1"),
    ("NI 65", "NI 65a"),
    ("NI 65a", "NI 65a start to start"),
    ("NI 62", "NI 62 raw-moves"),
    ("NI 64 open", "ECS 133"),
    ("Missing children", "Missing children home first"),
];

/// What cannot be: a verdict that no sentence of the rule gives.
fn can_be(indicator: &str, verdict: &str) -> bool {
    match verdict {
        // No history has counts of an authority; tests/all/annex_a.rs holds these against the oracle.
        _ if indicator.contains("as recorded") => false,
        "met" | "not met" => true,
        "pending" | "excepted" => indicator == "WRI 72h",
        _ => indicator.starts_with("ECS 138") || ["ICPC 15", "Care leavers suitable"].contains(&indicator),
    }
}

/// The branches of the oracle, each of which some scenario must come through.
const BRANCHES: &[&str] = &[
    "72 hours: and a second",
    "72 hours: by the day",
    "72 hours: completed without acceptance",
    "72 hours: exactly",
    "72 hours: the fourth day",
    "72 hours: the third day",
    "72 hours: to the second",
    "age: 16 tomorrow",
    "age: 16th birthday",
    "age: 18 tomorrow",
    "age: 18th birthday",
    "age: 28 February of a child born on the 29th",
    "age: birthday of a child born on 29 February",
    "age: date of birth not recorded",
    "age: unborn",
    "assessment: 45 working days",
    "assessment: 46 working days",
    "assessment: authorised before its start",
    "assessment: authorised before the referral",
    "assessment: outside the bank holidays",
    "care leaver: a tie",
    "care leaver: an undated row behind a dated one",
    "care leaver: died or returned home",
    "care leaver: no row yet",
    "care leaver: not eligible",
    "care leaver: not of an age",
    "child: looked after at 18 or over",
    "conference: 15 working days",
    "conference: 16 working days",
    "conference: before its enquiry",
    "conference: no enquiry, a target",
    "conference: no enquiry, no target",
    "conference: outside the bank holidays",
    "conference: transfer-in that names an enquiry",
    "conference: transfer-in with a target",
    "conference: transfer-in without a target",
    "episode: cut",
    "episode: same start, gives way",
    "episode: same start, greater id",
    "episode: short break",
    "episode: without a day",
    "known at: completion not there yet",
    "known at: unseen",
    "legal status: same start, greater id",
    "legal status: several, the latest started",
    "missing: a child of several kinds",
    "missing: from a short break",
    "missing: of no kind",
    "period of care: another",
    "plan: 24 months after an end",
    "plan: 24 months and a day after an end",
    "plan: 3 months old",
    "plan: 3 months old tomorrow",
    "plan: an earlier one without an end",
    "plan: ended after 728 days",
    "plan: ended after 729 days",
    "plan: ended on its first day",
    "plan: only recorded earlier",
    "plan: open 18 months",
    "plan: open 18 months and a day",
    "plan: open 728 days",
    "plan: open 729 days",
    "reference: a child without a person row",
    "reference: to a placement that is not there",
    "reference: to a referral by another person's assessment alone",
    "reference: to a referral that is not there",
    "reference: to an enquiry that is not there",
    "reference: to the enquiry of another person",
    "reference: to the placement of another person",
    "referral: on the day before the first looked back to",
    "referral: on the first day looked back to",
    "referrals: several on one day",
    "review: a day late",
    "review: due on the day",
    "review: first late",
    "review: later late",
    "review: none",
    "review: on its limit",
    "review: on or before the plan's start",
    "review: overdue by a day",
    "review: the next is overdue",
    "row: empty id",
    "row: end before start",
    "row: repeated id",
    "spell: all temporary",
    "spell: before the window",
    "spell: goes on, L",
    "spell: goes on, T",
    "spell: goes on, U",
    "spell: goes on, adoption by the carer",
    "spell: goes on, comes back",
    "spell: goes on, comes back, empty equal to empty",
    "spell: goes on, temporary",
    "spell: goes on, temporary again",
    "spell: new",
    "spell: new, adoption by a carer who did not foster",
    "spell: new, comes back to another",
    "spell: new, same placement without a temporary one between",
    "stable: by the spell before an adoption",
    "stable: in care for 30 months",
    "stable: in care for 30 months less a day",
    "stable: in the placement for 24 months",
    "stable: in the placement for 24 months less a day",
    "three placements exactly",
    "window: its first day",
    "window: its last day",
    "window: the day after its last",
    "window: the day before its first",
];

/// Reads every indicator on every basis at the scenario's dates, and counts what it came through.
fn cover(scenario: &Scenario, coverage: &mut Coverage) {
    let oracle = Oracle::new(&scenario.records, scenario.known_at);
    let mut reached: Vec<String> = Vec::new();
    for as_at in &scenario.as_at {
        let mut figures: BTreeMap<(&str, OracleBasis), OracleFigure> = BTreeMap::new();
        for (indicator, kind) in INDICATORS {
            for basis in bases(kind) {
                let reading = oracle.read(indicator, basis, *as_at);
                if reading.sibling_groups.is_some_and(|groups| groups > 1) {
                    reached.push(format!("{indicator}: several sibling groups"));
                }
                match &reading.figure {
                    OracleFigure::Proportion { met, not_met, pending, excepted, excluded } => {
                        for (verdict, count) in VERDICTS.iter().zip([met, not_met, pending, excepted, excluded]) {
                            if *count > 0 {
                                reached.push(format!("{indicator}: {verdict}"));
                            }
                        }
                    }
                    OracleFigure::Composition { total, parts } => {
                        for (part, _) in parts.iter().filter(|(_, count)| **count > 0) {
                            reached.push(format!("{indicator}: {part}"));
                        }
                        if *total > parts.values().sum::<u64>() {
                            reached.push(format!("{indicator}: no part"));
                        }
                    }
                    OracleFigure::Distribution(values) if values.len() > 1 => {
                        reached.push(format!("{indicator}: several values"));
                    }
                    OracleFigure::Distribution(_) => {}
                }
                figures.insert((indicator, basis), reading.figure);
            }
        }
        for (one, other) in TOLD_APART {
            for basis in [OracleBasis::Rolling(12), OracleBasis::AsAt] {
                if figures.get(&(one, basis)) != figures.get(&(other, basis)) {
                    reached.push(format!("{one} is not {other}"));
                }
            }
        }
    }
    reached.extend(oracle.marks().into_iter().map(str::to_owned));
    reached.sort_unstable();
    reached.dedup();
    for feature in reached {
        *coverage.entry(feature).or_default() += 1;
    }
}

/// Everything that has to be reached.
fn features() -> Coverage {
    let mut features = Coverage::new();
    for (indicator, kind) in INDICATORS {
        let parts: &[&str] = match indicator {
            "NI 68 route" => &["S47", "S17", "not recorded"],
            "CLA" => &["UASC", "not UASC"],
            "Missing episodes" | "Missing children" | "Missing children home first" => {
                &["missing from care", "away without authorisation", "missing from home", "no part"]
            }
            "WRI" => &["completed", "refused", "not required", "outstanding"],
            "ECS 138 days" | "Care leavers status age" => &["several values"],
            _ => &[],
        };
        assert!(!bases(kind).is_empty(), "{indicator} is read on some basis");
        for part in parts {
            features.insert(format!("{indicator}: {part}"), 0);
        }
        if parts.is_empty() {
            for verdict in VERDICTS.iter().filter(|verdict| can_be(indicator, verdict)) {
                features.insert(format!("{indicator}: {verdict}"), 0);
            }
        }
        if indicator.starts_with("NI 65") {
            features.insert(format!("{indicator}: several sibling groups"), 0);
        }
    }
    features.extend(TOLD_APART.iter().map(|(one, other)| (format!("{one} is not {other}"), 0)));
    features.extend(BRANCHES.iter().map(|branch| ((*branch).to_owned(), 0)));
    features
}

/// The coverage of so many scenarios, the same at every run.
fn covered(scenarios: u32) -> Coverage {
    let mut runner = TestRunner::deterministic();
    let mut coverage = features();
    let known = coverage.len();
    let strategy = scenario(1..6);
    for _ in 0..scenarios {
        cover(&strategy.new_tree(&mut runner).expect("a scenario").current(), &mut coverage);
    }
    let unlisted: Vec<&String> = coverage.keys().filter(|feature| !features().contains_key(*feature)).collect();
    assert_eq!(coverage.len(), known, "a branch that is not listed: {unlisted:?}");
    coverage
}

#[test]
fn generators_reach_every_feature() {
    let coverage = covered(2_000);
    let seldom: Vec<_> = coverage.iter().filter(|(_, count)| **count < 3).collect();
    assert!(seldom.is_empty(), "never or hardly ever reached: {seldom:?}");
}

fn drawn<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

#[test]
fn dates_reach_the_edges() {
    let leap_day = |d: &NaiveDate| (d.month(), d.day()) == (2, 29);
    let last_of_month = |d: &NaiveDate| d.succ_opt().is_some_and(|next| next.day() == 1);
    let quarter_end = |d: &NaiveDate| last_of_month(d) && [3, 6, 9, 12].contains(&d.month());
    let beside = |d: &NaiveDate, days: i64| {
        d.checked_add_signed(chrono::TimeDelta::days(days)).is_some_and(|other| quarter_end(&other))
    };

    let edges = drawn(&edge_date(), 2_000);
    assert!(edges.iter().any(leap_day));
    assert!((-2..=2).all(|days| edges.iter().any(|d| beside(d, days))));
    assert!((2015..=2030).all(|year| edges.iter().any(|d| (d.year(), d.month(), d.day()) == (year, 12, 31))));
    assert!(edges.iter().any(|d| d.year() < 2007) && edges.iter().any(|d| d.year() > 2028));

    let dates = drawn(&reporting_date(), 1_000);
    assert!(dates.iter().any(leap_day));
    assert!((-1..=1).all(|days| dates.iter().any(|d| beside(d, days))));
    assert!((1..=12).all(|month| dates.iter().any(|d| d.month() == month && last_of_month(d))));
    assert!(dates.iter().any(|d| !last_of_month(d)));

    let known = drawn(&known_at(), 100);
    assert!(known.iter().any(Option::is_none) && known.iter().any(Option::is_some));
}

#[test]
fn a_history_has_all_families_and_one_child() {
    let histories = drawn(&history(), 200);
    for family in Family::ALL {
        assert!(histories.iter().flatten().any(|record| record.family() == family), "no {family}");
    }
    let persons = |records: &[Record]| {
        let persons = records.iter().filter_map(|record| match record {
            Record::Person(person) => Some(person.id.clone()),
            _ => None,
        });
        persons.collect::<BTreeSet<_>>().len()
    };
    assert!(histories.iter().all(|records| persons(records) <= 1));
}

/// How often each feature is reached, the rarest first: for whoever tunes the strategies.
#[test]
#[ignore = "a report, not a test"]
fn coverage_report() {
    let mut rows: Vec<_> = covered(2_000).into_iter().collect();
    rows.sort_by_key(|(feature, count)| (*count, feature.clone()));
    for (feature, count) in rows {
        println!("{count:>6}  {feature}");
    }
}
