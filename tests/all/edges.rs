//! Edges so seldom met that only a case made by hand is sure to stand on them.

use csc_kpi::calendar::Basis;
use csc_kpi::indicator::Verdict;
use csc_kpi::record::{LookedAfterEpisode, Person, PlanReview, ProtectionPlan, Record};
use csc_kpi::{Dataset, Engine, NaiveDate};

use crate::laws::everything;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// The verdict on the one child of these records, with its reason; none where the child is no unit.
fn verdict(records: Vec<Record>, indicator: &str, basis: Basis, as_at: NaiveDate) -> Option<(Verdict, String)> {
    let dataset: Dataset = records.into_iter().collect();
    let evidence = Engine::new(everything()).evidence(&dataset, indicator, basis, as_at).unwrap();
    assert!(evidence.len() < 2, "{evidence:?}");
    evidence.into_iter().next().map(|unit| (unit.verdict.unwrap(), unit.reason))
}

fn in_care_since(start: NaiveDate) -> Vec<Record> {
    vec![
        Person::new("C1").date_of_birth(day(2008, 1, 1)).into(),
        LookedAfterEpisode::new("E1", "C1", day(2013, 1, 1)).ceased(start).into(),
        LookedAfterEpisode::new("E2", "C1", start).into(),
    ]
}

#[test]
fn two_years_since_29_february_are_over_on_1_march() {
    let stable = |as_at| verdict(in_care_since(day(2016, 2, 29)), "NI 63", Basis::AsAt, as_at).unwrap().0;
    assert_eq!(stable(day(2018, 2, 28)), Verdict::NotMet);
    assert_eq!(stable(day(2018, 3, 1)), Verdict::Met);
}

#[test]
fn thirty_months_since_the_31st_of_a_month_are_over_in_the_month_after() {
    let mut records = in_care_since(day(2015, 8, 31));
    // One period of care, which began on 31 August 2015.
    records.remove(1);
    let unit = |as_at| verdict(records.clone(), "NI 63", Basis::AsAt, as_at).map(|(verdict, _)| verdict);
    // 30 months before 28 February 2018 is 28 August 2015.
    assert_eq!(unit(day(2018, 2, 28)), None);
    assert_eq!(unit(day(2018, 3, 1)), Some(Verdict::Met));
}

#[test]
fn reviews_after_the_day_are_not_counted_in_the_reason() {
    let plan = vec![
        ProtectionPlan::new("L1", "C1", day(2018, 1, 31)).into(),
        PlanReview::new("V1", "C1", "L1").date(day(2018, 4, 30)).into(),
        PlanReview::new("V2", "C1", "L1").date(day(2018, 9, 30)).into(),
    ];
    let reviewed = |as_at| verdict(plan.clone(), "NI 67", Basis::AsAt, as_at);
    let met = |reason: &str| Some((Verdict::Met, reason.to_owned()));
    assert_eq!(reviewed(day(2018, 4, 29)), None);
    assert_eq!(reviewed(day(2018, 4, 30)), met("1 reviews, all in time"));
    assert_eq!(reviewed(day(2018, 9, 29)), met("1 reviews, all in time"));
    assert_eq!(reviewed(day(2018, 9, 30)), met("2 reviews, all in time"));
    assert_eq!(reviewed(day(2019, 3, 30)), met("2 reviews, all in time"));
    assert_eq!(
        reviewed(day(2019, 3, 31)),
        Some((Verdict::NotMet, "review late or overdue after 2 in time".to_owned()))
    );
}
