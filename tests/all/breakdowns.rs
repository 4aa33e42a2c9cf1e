//! What each breakdown says of a unit on a day.

use csc_kpi::calendar::Basis;
use csc_kpi::measure::Tally;
use csc_kpi::record::{
    AbuseCategory, Coded, Ethnicity, ImmigrationStatus, LookedAfterEpisode, Person, Placement, PlacementType,
    ProtectionPlan, Record, Referral, Sex,
};
use csc_kpi::{
    AgeBands, Breakdown, ByAbuseCategory, ByEthnicGroup, ByPlacementType, BySex, ByTeam, ByUnaccompanied, Dataset,
    Engine, NaiveDate,
};

use crate::laws::everything;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// A girl born on 29 February 2008, looked after from June 2017, on two plans one after the other.
fn records() -> Vec<Record> {
    vec![
        Person::new("C1").sex(Sex::Female).ethnicity(Ethnicity::WhiteAndAsian).date_of_birth(day(2008, 2, 29)).into(),
        Referral::new("R1", "C1", day(2016, 5, 1)).team("North").into(),
        Referral::new("R2", "C1", day(2017, 5, 1)).team("South").into(),
        Referral::new("R3", "C1", day(2018, 5, 1)).into(),
        ProtectionPlan::new("L1", "C1", day(2016, 6, 1))
            .end(day(2017, 2, 1))
            .initial_category(AbuseCategory::Neglect)
            .latest_category(AbuseCategory::Emotional)
            .into(),
        ProtectionPlan::new("L2", "C1", day(2017, 5, 10)).latest_category(AbuseCategory::Physical).into(),
        ProtectionPlan::new("L3", "C1", day(2017, 5, 20))
            .end(day(2017, 5, 25))
            .initial_category(AbuseCategory::Sexual)
            .into(),
        ImmigrationStatus::new("C1", "uasc").start(day(2017, 6, 1)).end(day(2018, 1, 1)).into(),
        Placement::new("H1", "C1", day(2017, 6, 1)).kind(PlacementType::U4).into(),
        Placement::new("H2", "C1", day(2018, 1, 1)).kind(Coded::read("Q9")).into(),
        LookedAfterEpisode::new("E1", "C1", day(2017, 6, 1)).placement("H1").ceased(day(2018, 1, 1)).into(),
        LookedAfterEpisode::new("E2", "C1", day(2018, 1, 1)).placement("H2").ceased(day(2018, 4, 1)).into(),
        LookedAfterEpisode::new("E3", "C1", day(2018, 4, 1)).into(),
    ]
}

/// The strata that a breakdown gives the units of an indicator, with how many units are in each.
fn strata(breakdown: impl Breakdown + 'static, indicator: &str, basis: Basis, as_at: NaiveDate) -> Vec<String> {
    let name = breakdown.name().to_owned();
    let dataset: Dataset = records().into_iter().collect();
    let ledger = Engine::new(everything()).by(breakdown).run(&dataset).unwrap();
    let readings = ledger.readings_by(indicator, basis, as_at, &name).unwrap();
    let units = readings.iter().filter_map(|reading| {
        let count = reading.tally().map_or_else(|| reading.composition().unwrap().count(), Tally::total);
        (count > 0).then(|| reading.stratum().unwrap().1.name().to_owned())
    });
    units.collect()
}

#[test]
fn a_stock_is_broken_down_on_each_day() {
    let looked_after = |breakdown, as_at| strata(breakdown, "CLA", Basis::AsAt, as_at);
    assert_eq!(looked_after(BySex, day(2018, 3, 1)), ["Female"]);
    assert_eq!(strata(ByEthnicGroup, "CLA", Basis::AsAt, day(2018, 3, 1)), ["Mixed"]);
    for (as_at, stratum) in [(day(2017, 12, 31), "UASC"), (day(2018, 1, 1), "not UASC")] {
        assert_eq!(strata(ByUnaccompanied, "CLA", Basis::AsAt, as_at), [stratum], "{as_at}");
    }
    for (as_at, stratum) in [(day(2018, 2, 28), "5-9"), (day(2018, 3, 1), "10-15")] {
        assert_eq!(strata(AgeBands::default(), "CLA", Basis::AsAt, as_at), [stratum], "{as_at}");
    }
    for (as_at, stratum) in [(day(2017, 12, 31), "U4"), (day(2018, 1, 1), "Q9"), (day(2018, 4, 1), "not recorded")] {
        assert_eq!(strata(ByPlacementType, "CLA", Basis::AsAt, as_at), [stratum], "{as_at}");
    }
    for (as_at, stratum) in [(day(2018, 4, 30), "South"), (day(2018, 5, 1), "not recorded")] {
        assert_eq!(strata(ByTeam, "CLA", Basis::AsAt, as_at), [stratum], "{as_at}");
    }
}

#[test]
fn a_flow_is_broken_down_on_the_day_of_its_unit() {
    for (as_at, stratum) in
        [(day(2016, 6, 30), "North"), (day(2017, 6, 30), "South"), (day(2018, 6, 30), "not recorded")]
    {
        assert_eq!(strata(ByTeam, "NI 68", Basis::InQuarter, as_at), [stratum], "{as_at}");
    }
    let starts = |as_at| strata(ByAbuseCategory, "NI 65", Basis::InMonth, as_at);
    // The initial category on the first day; where that is empty, the latest.
    assert_eq!(starts(day(2016, 6, 30)), ["Neglect"]);
    assert_eq!(starts(day(2017, 5, 31)), ["Physical abuse", "Sexual abuse"]);
    assert_eq!(strata(ByAbuseCategory, "NI 64 ceased", Basis::InMonth, day(2017, 2, 28)), ["Emotional abuse"]);
}

#[test]
fn the_category_of_a_child_is_that_of_the_open_plan_that_started_last() {
    let child = |as_at| strata(ByAbuseCategory, "ECS 02", Basis::AsAt, as_at);
    assert_eq!(child(day(2017, 1, 31)), ["Emotional abuse"]);
    assert_eq!(child(day(2017, 5, 24)), ["Sexual abuse"]);
    assert_eq!(child(day(2017, 5, 25)), ["Physical abuse"]);
    assert_eq!(strata(ByAbuseCategory, "CLA", Basis::AsAt, day(2018, 3, 1)), ["Physical abuse"]);
}

#[test]
fn strata_of_what_is_not_known_have_names_of_their_own() {
    let unknown = [LookedAfterEpisode::new("E1", "C1", day(2018, 1, 1)).into()];
    let unborn = [
        Person::new("C2").expected_date_of_birth(day(2018, 8, 1)).into(),
        LookedAfterEpisode::new("E2", "C2", day(2018, 1, 1)).into(),
    ];
    let dataset: Dataset = unknown.into_iter().chain(unborn).collect::<Vec<Record>>().into_iter().collect();
    let ledger = Engine::new(everything()).by(AgeBands::default()).by(BySex).by(ByEthnicGroup).run(&dataset).unwrap();
    let names = |breakdown: &str| -> Vec<String> {
        let readings = ledger.readings_by("CLA", Basis::AsAt, day(2018, 3, 1), breakdown).unwrap();
        readings.iter().map(|reading| reading.stratum().unwrap().1.to_string()).collect()
    };
    assert_eq!(names("age band"), ["not recorded", "unborn"]);
    assert_eq!(
        (names("sex"), names("ethnic group")),
        (vec!["not recorded".to_owned()], vec!["not recorded".to_owned()])
    );
}
