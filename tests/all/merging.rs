//! Ledgers and partials as a commutative group: merging, retracting, serialising, and what is refused.

use csc_kpi::calendar::{Basis, WorkingDays};
use csc_kpi::chrono::Duration;
use csc_kpi::chronology::Chronology;
use csc_kpi::indicator::{AnyIndicator, Book, Definition, Flow, Indicator, Timing, catalogue};
use csc_kpi::laws::strategies;
use csc_kpi::record::{Assessment, FamilyMember, ProtectionPlan, Record, Referral};
use csc_kpi::{BySex, Child, Dataset, Engine, Families, Ledger, MergeError, NaiveDate, Partial};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::laws::everything;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2018, month, day).unwrap()
}

/// A ledger for every third child, from the first, the second and the third on.
fn thirds(engine: &Engine, dataset: &Dataset) -> [Ledger; 3] {
    [0, 1, 2].map(|first| {
        let mut ledger = engine.ledger().unwrap();
        engine.post_all(&mut ledger, dataset.children().skip(first).step_by(3)).unwrap();
        ledger
    })
}

fn sum(parts: &[&Ledger]) -> Ledger {
    let mut whole = parts[0].clone();
    for part in &parts[1..] {
        whole.merge(part).unwrap();
    }
    whole
}

fn sum_of_partials(parts: &[&Partial]) -> Partial {
    let mut whole = parts[0].clone();
    for part in &parts[1..] {
        whole.merge(part, Families::Disjoint).unwrap();
    }
    whole
}

/// The partial of every reading as at `day`.
fn all_readings(ledger: &Ledger, day: NaiveDate) -> Partial {
    let keys: Vec<(String, Vec<Basis>)> = ledger.definitions().map(|d| (d.key(), d.bases.clone())).collect();
    let chosen = keys.iter().flat_map(|(key, bases)| bases.iter().map(|basis| (key.as_str(), *basis, day)));
    ledger.partial(chosen).unwrap()
}

fn json_of(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn merging_is_associative_and_commutative_and_undone_by_what_is_empty_or_taken_back(
        records in strategies::population(3..7),
        as_at in strategies::reporting_date(),
    ) {
        let engine = Engine::new(everything()).by(BySex);
        let dataset: Dataset = records.into_iter().collect();
        let unit = engine.ledger().unwrap();
        let parts = thirds(&engine, &dataset);
        let [a, b, c] = &parts;
        prop_assert_eq!(sum(&[&sum(&[a, b]), c]), sum(&[a, &sum(&[b, c])]));
        prop_assert_eq!(sum(&[a, b]), sum(&[b, a]));
        prop_assert_eq!(&sum(&[a, &unit]), a);
        prop_assert_eq!(&sum(&[&unit, a]), a);
        prop_assert_eq!(sum(&[c, a, b]), engine.run(&dataset).unwrap());

        let shared = parts.each_ref().map(|ledger| all_readings(ledger, as_at));
        let [a, b, c] = &shared;
        let unit = all_readings(&unit, as_at);
        prop_assert_eq!(sum_of_partials(&[&sum_of_partials(&[a, b]), c]), sum_of_partials(&[a, &sum_of_partials(&[b, c])]));
        prop_assert_eq!(sum_of_partials(&[a, b]), sum_of_partials(&[b, a]));
        prop_assert_eq!(&sum_of_partials(&[a, &unit]), a);
        let mut rest = sum_of_partials(&[a, b]);
        rest.retract(b, Families::Disjoint).unwrap();
        prop_assert_eq!(&rest, a);
    }

    #[test]
    fn streamed_in_shards_posted_one_by_one_and_judged_on_all_cores_is_one_ledger(
        records in strategies::population(1..7),
        known_at in strategies::known_at(),
        cut in 0usize..8,
    ) {
        let engine = Engine::new(everything());
        let engine = known_at.into_iter().fold(engine, Engine::known_at);
        let dataset: Dataset = records.into_iter().collect();
        let batch = engine.run(&dataset).unwrap();

        let mut streamed = engine.ledger().unwrap();
        engine.post_all(&mut streamed, dataset.children_in(cut..usize::MAX).chain(dataset.children_in(0..cut))).unwrap();
        prop_assert_eq!(&streamed, &batch);

        let mut incremental = engine.ledger().unwrap();
        for child in dataset.children() {
            engine.post(&mut incremental, &child).unwrap();
            // A second post and its retraction, with every balance asked for between them.
            engine.post(&mut incremental, &child).unwrap();
            incremental.scorecard(&[day(3, 31)]).unwrap();
            engine.retract(&mut incremental, &child).unwrap();
        }
        prop_assert_eq!(incremental.scorecard(&[day(3, 31)]).unwrap(), batch.scorecard(&[day(3, 31)]).unwrap());
        prop_assert_eq!(&incremental, &batch);
        prop_assert_eq!(&engine.run_parallel(&dataset).unwrap(), &batch);
    }

    #[test]
    fn what_is_written_is_read_as_it_was(
        records in strategies::population(1..5),
        as_at in strategies::reporting_date(),
        known_at in strategies::known_at(),
    ) {
        let engine = known_at.into_iter().fold(Engine::new(everything()).by(BySex), Engine::known_at);
        let dataset: Dataset = records.into_iter().collect();
        let ledger = engine.run(&dataset).unwrap();
        let mut read: Ledger = serde_json::from_str(&serde_json::to_string(&ledger).unwrap()).unwrap();
        prop_assert_eq!(&read, &ledger);
        prop_assert_eq!(read.scorecard(&[as_at]).unwrap(), ledger.scorecard(&[as_at]).unwrap());
        let partial = all_readings(&ledger, as_at);
        let text = serde_json::to_string(&partial).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Partial>(&text).unwrap(), &partial);
        // A ledger that was read goes on as the one that was written.
        for child in dataset.children() {
            engine.retract(&mut read, &child).unwrap();
        }
        prop_assert_eq!(read, engine.ledger().unwrap());
    }

    #[test]
    fn partials_of_shards_add_up_to_that_of_the_whole(
        records in strategies::population(2..6),
        as_at in strategies::reporting_date(),
    ) {
        let engine = Engine::new(everything());
        // Without families, whose counts add up only where no family is in two shards.
        let dataset: Dataset = records.into_iter().filter(|record| !matches!(record, Record::FamilyMember(_))).collect();
        let [a, b, c] = thirds(&engine, &dataset).map(|ledger| all_readings(&ledger, as_at));
        prop_assert_eq!(sum_of_partials(&[&a, &b, &c]), all_readings(&engine.run(&dataset).unwrap(), as_at));
    }
}

#[test]
fn eight_shards_merge_to_one_ledger_in_each_of_the_40_320_orders() {
    fn walk(so_far: &Ledger, left: &mut Vec<Ledger>, whole: &Ledger, orders: &mut u32) {
        if left.is_empty() {
            assert_eq!(so_far, whole);
            *orders += 1;
        }
        for at in 0..left.len() {
            let part = left.remove(at);
            let mut merged = so_far.clone();
            merged.merge(&part).unwrap();
            walk(&merged, left, whole, orders);
            left.insert(at, part);
        }
    }

    let engine = Engine::new(["ECS 14a", "ECS 138 days", "NI 65"].map(|key| catalogue::find(key).unwrap()));
    let records = (0..8u32).flat_map(|n| {
        let (child, day) = (format!("C{n}"), day(1 + n % 3, 1 + n));
        [
            Record::from(Referral::new(format!("R{n}"), &child, day)),
            Referral::new(format!("S{n}"), &child, day + Duration::days(i64::from(n))).into(),
            Assessment::new(format!("A{n}"), &child, day).authorised(self::day(5, 1 + n)).into(),
            ProtectionPlan::new(format!("P{n}"), &child, day).previous_plans(n % 2).into(),
            // Families that span shards.
            FamilyMember::new(format!("F{}", n % 3), &child).into(),
        ]
    });
    let dataset: Dataset = records.collect();
    let mut shards: Vec<Ledger> = (0..8)
        .map(|n| {
            let mut ledger = engine.ledger().unwrap();
            engine.post_all(&mut ledger, dataset.children_in(n..n + 1)).unwrap();
            ledger
        })
        .collect();
    let whole = engine.run(&dataset).unwrap();
    assert_eq!(whole.reading("NI 65", Basis::ROLLING_12M, day(12, 31)).unwrap().sibling_groups(), Some(3));
    let mut orders = 0;
    walk(&engine.ledger().unwrap(), &mut shards, &whole, &mut orders);
    assert_eq!(orders, 40_320);
}

#[test]
fn teams_add_up_to_counts_and_never_to_a_mean_of_percentages() {
    let engine = Engine::new(catalogue::standard());
    let of = |children: std::ops::Range<u32>, repeat: bool| {
        let records = children.flat_map(|n| {
            let first = Referral::new(format!("R{n}"), format!("C{n}"), day(5, 1)).no_further_action(repeat);
            [first]
        });
        let ledger = engine.run(&records.collect()).unwrap();
        ledger.partial([("NI 68", Basis::Cumulative, day(6, 30))]).unwrap()
    };
    // 0 of 9 and 1 of 1: 10%, where the mean of the percentages is 50%.
    let authority = sum_of_partials(&[&of(0..9, true), &of(9..10, false)]);
    assert_eq!(authority.readings()[0].shown(0).as_deref(), Some("10%"));
    let region = sum_of_partials(&[&authority, &of(10..20, false)]);
    assert_eq!(region.readings()[0].shown(0).as_deref(), Some("55%"));
    assert!(!serde_json::to_string(&region).unwrap().contains("C1"));
}

/// An indicator that says of itself what it is given, and posts nothing.
struct Silent(Definition);

impl Indicator for Silent {
    type Time = Flow;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn judge(&self, _: &Chronology<'_>, _: &mut Book<'_, Flow>) {}
}

fn silent(change: impl Fn(Definition) -> Definition) -> Engine {
    let definition = Definition::new("X 1", "Referrals", "referral", Timing::Flow).rule("All.");
    Engine::new([AnyIndicator::new(Silent(change(definition)))])
}

/// What a ledger and a partial of one engine say to those of another; both are left as they were.
fn refused(mine: &Engine, theirs: &Engine) -> (String, String) {
    let (mut ledger, other) = (mine.ledger().unwrap(), theirs.ledger().unwrap());
    let before = ledger.clone();
    let of_ledgers = ledger.merge(&other).unwrap_err();
    assert_eq!(ledger, before);
    let (mut partial, other) = (all_readings(&ledger, day(6, 30)), all_readings(&other, day(6, 30)));
    let before = partial.clone();
    let of_partials =
        partial.merge(&other, Families::MaySpan).map_or_else(|error| error.to_string(), |()| String::new());
    if !of_partials.is_empty() {
        assert_eq!(partial, before);
    }
    (of_ledgers.to_string(), of_partials)
}

#[test]
fn what_differs_is_named() {
    let both = |theirs: Engine, difference: &str| {
        let (ledgers, partials) = refused(&silent(|definition| definition), &theirs);
        assert_eq!((ledgers.as_str(), partials.as_str()), (difference, difference));
    };
    both(silent(|d| d.version(2)), "the ledgers keep different definitions: X 1: version 1 and 2");
    both(silent(|d| d.rule("Some.")), r#"the ledgers keep different definitions: X 1: rule "All." and "Some.""#);
    both(silent(|d| d.option("b")), "the ledgers keep different definitions: X 1 and X 1 b");
    both(silent(Definition::counting_sibling_groups), "the ledgers keep different definitions: X 1: sibling groups");
    both(silent(|d| d.bases([Basis::InMonth])), "the ledgers keep different definitions: X 1: bases");
    both(silent(|d| d).known_at(day(6, 1)), "the ledgers are pinned to different days: None and Some(2018-06-01)");
    let england = WorkingDays::england_and_wales();
    both(
        silent(|d| d).working_days(england.with_holidays([day(6, 1)])),
        "the ledgers count different working days: 2018-06-01 is a holiday in one of them",
    );
    let longer = england.extended_to(NaiveDate::from_ymd_opt(2029, 1, 1).unwrap(), []);
    both(
        silent(|d| d).working_days(longer),
        "the ledgers count different working days: 2007-01-01 to 2028-12-31 and 2007-01-01 to 2029-01-01",
    );
    let definition = Definition::new("X 1", "Referrals", "referral", Timing::Flow).rule("All.");
    let more = Engine::new([definition.clone(), definition.option("b")].map(|of| AnyIndicator::new(Silent(of))));
    both(more, "the ledgers keep different definitions: only one has X 1 b");

    let windowed = || Engine::new([catalogue::find("NI 62").unwrap()]);
    let (ledgers, _) = refused(&windowed(), &windowed().on(Basis::InMonth));
    let kept = "NI 62 on rolling-12m, cumulative and on rolling-12m, cumulative, in-month";
    assert_eq!(ledgers, format!("the ledgers keep windowed indicators on different bases: {kept}"));
    let (ledgers, _) = refused(&silent(|d| d), &silent(|d| d).by(BySex));
    assert_eq!(ledgers, r#"the ledgers are broken down differently: [] and ["sex"]"#);
}

#[test]
fn partials_of_other_readings_and_counts_that_cannot_be_are_refused() {
    let dataset: Dataset = [Referral::new("R1", "C1", day(5, 1))].into_iter().collect();
    let ledger = Engine::new(catalogue::standard()).run(&dataset).unwrap();
    let of = |chosen: &[(&str, Basis, NaiveDate)]| ledger.partial(chosen.iter().copied()).unwrap();
    let (june, july) = (("NI 68", Basis::InMonth, day(6, 30)), ("NI 68", Basis::InMonth, day(7, 31)));
    let mut partial = of(&[june]);
    let says = |result: Result<(), MergeError>| result.unwrap_err().to_string();
    assert_eq!(
        says(partial.merge(&of(&[july]), Families::Disjoint)),
        "the partials hold different readings: NI 68 in-month as at 2018-06-30 and NI 68 in-month as at 2018-07-31"
    );
    assert_eq!(
        says(partial.merge(&of(&[june, july]), Families::Disjoint)),
        "the partials hold different readings: no other and NI 68 in-month as at 2018-07-31"
    );
    let one = of(&[("NI 68", Basis::InMonth, day(5, 31))]);
    let mut none = one.clone();
    none.retract(&one, Families::Disjoint).unwrap();
    assert_eq!(
        says(none.clone().retract(&one, Families::Disjoint)),
        "the counts of NI 68 in-month as at 2018-05-31 cannot be put together"
    );
    let mut most = json_of(&one);
    for field in ["met", "numerator", "denominator"] {
        most["readings"][0][field] = json!(u64::MAX);
    }
    let mut most: Partial = serde_json::from_value(most).unwrap();
    assert!(matches!(most.merge(&one, Families::Disjoint), Err(MergeError::Counts(_))));
    assert!(most.merge(&none, Families::Disjoint).is_ok());
}

/// What reading says of `good` once `change` has been at it.
fn says<T: serde::de::DeserializeOwned>(good: &Value, change: impl Fn(&mut Value)) -> String {
    assert!(serde_json::from_value::<T>(good.clone()).is_ok());
    let mut bad = good.clone();
    change(&mut bad);
    serde_json::from_value::<T>(bad).err().expect("it is refused").to_string()
}

#[test]
fn a_ledger_that_contradicts_itself_is_not_read() {
    let records: [Record; 2] = [
        Referral::new("R1", "C1", day(5, 1)).into(),
        Assessment::new("A1", "C1", day(5, 1)).authorised(day(6, 1)).into(),
    ];
    let keys = ["ECS 14a", "ECS 138 days", "NI 62"];
    let engine = Engine::new(keys.map(|key| catalogue::find(key).unwrap())).by(BySex);
    let good = json_of(&engine.run(&records.into_iter().collect()).unwrap());
    let says = |change: &dyn Fn(&mut Value)| says::<Ledger>(&good, change);
    let twice = says(&|l| l["definitions"][1] = l["definitions"][0].clone());
    assert_eq!(twice, r#"the ledger has "ECS 14a" twice"#);
    assert_eq!(says(&|l| l["breakdowns"] = json!(["sex", "sex"])), r#"the ledger has "sex" twice"#);
    let accounts = |from: u32| format!("the accounts are not those of the definitions, from account {from} on");
    assert_eq!(says(&|l| l["accounts"][1]["indicator"] = json!(0)), accounts(1));
    assert_eq!(says(&|l| l["accounts"][0]["indicator"] = json!(9)), accounts(0));
    assert_eq!(says(&|l| l["accounts"][0]["basis"] = json!("in-month")), accounts(0));
    assert_eq!(says(&|l| l["accounts"][3]["basis"] = l["accounts"][2]["basis"].clone()), accounts(3));
    assert_eq!(says(&|l| l["accounts"].as_array_mut().unwrap().truncate(2)), accounts(2));
    let books = |of: &str| format!("the account of {of} has books that its definition does not know");
    let swapped = says(&|l| l["accounts"][0]["total"] = l["accounts"][1]["total"].clone());
    assert_eq!(swapped, books("ECS 14a"));
    assert_eq!(says(&|l| l["accounts"][0]["total"]["families"] = json!({"F": [["2018-05-01", 1]]})), books("ECS 14a"));
    assert_eq!(says(&|l| l["accounts"][1]["total"]["other_days"] = json!({"3": []})), books("ECS 138 days"));
    assert_eq!(says(&|l| l["accounts"][1]["total"]["since"] = json!({"2018-05-01": []})), books("ECS 138 days"));
    let stratum = says(&|l| l["accounts"][0]["strata"][0][0] = json!(1));
    assert_eq!(stratum, r#"the account of ECS 14a has the stratum "not recorded" of no breakdown, or twice"#);
    let met = |l: &mut Value, days: Value| l["accounts"][0]["total"]["counters"][1] = days;
    assert_eq!(says(&|l| met(l, json!([["2018-05-01", 0]]))), "nothing is posted on 2018-05-01");
    assert!(
        says(&|l| met(l, json!([["2018-05-02", 1], ["2018-05-01", 1]]))).starts_with("the days of a book are out of")
    );
    assert!(says(&|l| l["more"] = json!(1)).contains("unknown field"));
}

#[test]
fn a_finding_noted_zero_times_is_not_read() {
    let past = NaiveDate::from_ymd_opt(2001, 1, 8).unwrap();
    let records: Dataset = [Assessment::new("A1", "C1", past).authorised(past)].into_iter().collect();
    let good = json_of(&Engine::new(catalogue::standard()).run(&records).unwrap());
    let zero = says::<Ledger>(&good, |l| l["findings"][0][1] = json!(0));
    assert_eq!(zero, "finding 0 is noted zero times, or twice");
}

#[test]
fn a_partial_that_contradicts_itself_is_not_read() {
    let ledger = Engine::new(catalogue::standard()).ledger().unwrap();
    let chosen = [("NI 68", Basis::InMonth, day(5, 31)), ("ECS 14a", Basis::InMonth, day(5, 31))];
    let good = json_of(&ledger.partial(chosen).unwrap());
    let says = |change: &dyn Fn(&mut Value)| says::<Partial>(&good, change);
    let definition = says(&|p| {
        let first = p["definitions"][0].clone();
        p["definitions"].as_array_mut().unwrap().push(first);
    });
    assert_eq!(definition, "no reading is of the definition NI 68, or it is there twice");
    let other = says(&|p| p["definitions"][1] = p["definitions"][0].clone());
    assert_eq!(other, "the reading of ECS 14a is not one of its definition");
    let version = says(&|p| p["readings"][0]["version"] = json!(7));
    assert_eq!(version, "the reading of NI 68 is not one of its definition");
    let terms = says(&|p| p["readings"][0]["known_at"] = json!("2018-05-01"));
    assert_eq!(terms, "the reading of NI 68 is pinned to another day: Some(2018-05-01) and None");
    let again = says(&|p| {
        let first = p["readings"][0].clone();
        p["readings"].as_array_mut().unwrap().push(first);
    });
    assert_eq!(again, "the reading of NI 68 is there twice");
}

#[test]
fn shards_of_a_dataset_are_its_children() {
    let dataset: Dataset = (0..5).map(|n| Referral::new(format!("R{n}"), format!("C{n}"), day(5, 1))).collect();
    let ids = |numbers: std::ops::Range<usize>| dataset.children_in(numbers).map(|c: Child<'_>| c.id().to_owned());
    assert_eq!(ids(1..3).collect::<Vec<_>>(), ["C1", "C2"]);
    assert_eq!(ids(3..99).len(), 2);
    assert_eq!(ids(7..9).len(), 0);
}
