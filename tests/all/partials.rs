//! Partials of chosen readings and strata: what adds up, what is not known, what is refused, what stands in them.

use std::collections::BTreeSet;

use csc_kpi::calendar::{Basis, WorkingDays};
use csc_kpi::chrono::Duration;
use csc_kpi::indicator::{AnyIndicator, catalogue};
use csc_kpi::laws::strategies;
use csc_kpi::measure::{Footing, Population};
use csc_kpi::record::{Assessment, FamilyMember, LookedAfterEpisode, Person, ProtectionPlan, Record, Referral, Sex};
use csc_kpi::{
    BySex, Choice, Dataset, Engine, EngineError, Families, Ledger, MergeError, NaiveDate, Partial, PartialError,
    Reading, SiblingGroups,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::laws::everything;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2018, month, day).unwrap()
}

fn engine_of(keys: &[&str]) -> Engine {
    Engine::new(keys.iter().map(|key| catalogue::find(key).unwrap()))
}

/// Every reading of a definition as at `day`, in total and by sex.
fn all_choices(ledger: &Ledger, day: NaiveDate) -> Vec<Choice> {
    let of = |definition: &csc_kpi::indicator::Definition| -> Vec<Choice> {
        let total = |basis: &Basis| Choice::new(definition.key(), *basis, day);
        definition.bases.iter().flat_map(|basis| [total(basis), total(basis).by("sex")]).collect()
    };
    ledger.definitions().flat_map(of).collect()
}

fn shared(ledger: &Ledger, day: NaiveDate) -> Partial {
    ledger.partial(all_choices(ledger, day)).unwrap()
}

fn together(parts: &[&Partial], families: Families) -> Partial {
    let mut whole = parts[0].clone();
    for part in &parts[1..] {
        whole.merge(part, families).unwrap();
    }
    whole
}

fn shards(engine: &Engine, dataset: &Dataset, number: usize) -> Vec<Ledger> {
    let shard = |first: usize| {
        let mut ledger = engine.ledger().unwrap();
        engine.post_all(&mut ledger, dataset.children().skip(first).step_by(number)).unwrap();
        ledger
    };
    (0..number).map(shard).collect()
}

/// What is in a reading but for its families.
fn counts(reading: &Reading) -> Value {
    let mut json = serde_json::to_value(reading).unwrap();
    json.as_object_mut().unwrap().remove("sibling_groups");
    json
}

fn families() -> impl Strategy<Value = Families> {
    prop_oneof![Just(Families::Disjoint), Just(Families::MaySpan)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn strata_and_totals_are_a_commutative_group_whatever_is_said_of_families(
        records in strategies::population(3..7),
        as_at in strategies::reporting_date(),
        families in families(),
    ) {
        let engine = Engine::new(everything()).by(BySex);
        let parts: Vec<Partial> =
            shards(&engine, &records.into_iter().collect(), 3).iter().map(|ledger| shared(ledger, as_at)).collect();
        let (a, b, c, unit) = (&parts[0], &parts[1], &parts[2], shared(&engine.ledger().unwrap(), as_at));
        let sum = |parts: &[&Partial]| together(parts, families);
        prop_assert_eq!(sum(&[&sum(&[a, b]), c]), sum(&[a, &sum(&[b, c])]));
        prop_assert_eq!(sum(&[a, b]), sum(&[b, a]));
        prop_assert_eq!(&sum(&[a, &unit]), a);
        prop_assert_eq!(&sum(&[&unit, a]), a);
        let mut rest = sum(&[a, b]);
        rest.retract(b, families).unwrap();
        prop_assert!(rest.readings().iter().map(counts).eq(a.readings().iter().map(counts)));
        if families == Families::Disjoint {
            prop_assert_eq!(&rest, a);
        }
        rest.retract(a, families).unwrap();
        prop_assert_eq!(rest, unit);
    }

    #[test]
    fn three_authorities_add_up_to_the_joined_data_in_total_and_by_stratum(
        records in strategies::population(3..7),
        as_at in strategies::reporting_date(),
        known_at in strategies::known_at(),
    ) {
        let engine = known_at.into_iter().fold(Engine::new(everything()).by(BySex), Engine::known_at);
        let joined: Dataset = records.into_iter().collect();
        let authorities = shards(&engine, &joined, 3);
        let region = authorities[1..].iter().map(|ledger| shared(ledger, as_at)).fold(
            shared(&authorities[0], as_at),
            |region, authority| together(&[&region, &authority], Families::MaySpan),
        );
        let whole = shared(&engine.run(&joined).unwrap(), as_at);
        prop_assert_eq!(region.chosen(), whole.chosen());
        prop_assert_eq!(region.readings().len(), whole.readings().len());
        for (added, joined) in region.readings().iter().zip(whole.readings()) {
            prop_assert_eq!(counts(added), counts(joined));
            prop_assert_eq!(added.shown(1), joined.shown(1));
            // A number that is known is right: where it might not be, it is not known.
            if let Some(families) = added.sibling_groups() {
                prop_assert_eq!(Some(families), joined.sibling_groups());
            }
        }
    }

    #[test]
    fn a_partial_is_read_as_it_was_written_and_made_of_its_readings(
        records in strategies::population(1..5),
        as_at in strategies::reporting_date(),
        families in families(),
    ) {
        let engine = Engine::new(everything()).by(BySex);
        let ledgers = shards(&engine, &records.into_iter().collect(), 2);
        let partial = together(&[&shared(&ledgers[0], as_at), &shared(&ledgers[1], as_at)], families);
        let text = serde_json::to_string(&partial).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Partial>(&text).unwrap(), &partial);
        let definitions = || partial.definitions().cloned();
        let again = || Partial::of_readings(definitions(), WorkingDays::default(), partial.readings().iter().cloned());
        let made = again().unwrap();
        // A breakdown without a stratum leaves no reading to tell of it.
        let with_readings = |choice: &Choice| {
            let is = |r: &Reading| {
                (r.indicator(), r.basis(), r.as_at(), r.stratum().map(|(by, _)| by))
                    == (choice.indicator(), choice.basis(), choice.as_at(), choice.breakdown())
            };
            partial.readings().iter().any(is)
        };
        prop_assert_eq!(made.readings(), partial.readings());
        prop_assert!(made.chosen().iter().eq(partial.chosen().iter().filter(|choice| with_readings(choice))));
    }

    #[test]
    fn the_order_of_choosing_does_not_matter(
        records in strategies::population(1..3),
        first in strategies::reporting_date(),
        second in strategies::reporting_date(),
        seed in any::<u64>(),
    ) {
        let ledger = Engine::new(everything()).by(BySex).run(&records.into_iter().collect()).unwrap();
        let mut choices = [all_choices(&ledger, first), all_choices(&ledger, second)].concat();
        let partial = ledger.partial(choices.clone()).unwrap();
        // Scattered by the seed, and some of them twice.
        choices.extend_from_within(..choices.len() / 3);
        choices.sort_by_key(|choice| {
            choice.to_string().bytes().fold(seed, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(u64::from(byte)) ^ seed)
        });
        prop_assert_eq!(ledger.partial(choices).unwrap(), partial);
    }

    #[test]
    fn no_child_record_or_family_is_named_in_a_partial_and_no_day_but_those_chosen(
        records in strategies::population(2..5),
        as_at in strategies::reporting_date(),
    ) {
        let engine = Engine::new(everything()).by(BySex);
        let partial = shared(&engine.run(&records.iter().cloned().collect()).unwrap(), as_at);
        let written = serde_json::to_value(&partial).unwrap();
        let mut days = BTreeSet::new();
        for reading in written["readings"].as_array().unwrap() {
            texts(reading, &mut |text| {
                days.extend(text.parse::<NaiveDate>());
            });
        }
        let reading = &partial.readings()[0];
        let ends: BTreeSet<NaiveDate> = partial
            .readings()
            .iter()
            .filter_map(Reading::window)
            .flat_map(|window| [window.start, window.end])
            .chain([reading.as_at()])
            .collect();
        prop_assert_eq!(days, ends);
        let ids: BTreeSet<String> = records.iter().flat_map(ids).collect();
        texts(&written["readings"], &mut |text| assert!(!ids.contains(text), "{text}"));
    }
}

/// Every text in a written value.
fn texts(value: &Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(all) => all.iter().for_each(|one| texts(one, see)),
        Value::Object(fields) => fields.values().for_each(|one| texts(one, see)),
        _ => {}
    }
}

/// The ids in a record.
fn ids(record: &Record) -> Vec<String> {
    let named = ["id", "person", "family"];
    let value = serde_json::to_value(record).unwrap();
    let fields = value.as_object().unwrap().values().next().unwrap().as_object().unwrap();
    let ids = named.iter().filter_map(|name| fields.get(*name)?.as_str());
    ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

#[test]
fn eight_partials_add_up_in_each_of_the_40_320_orders() {
    // Every way to draw the shards one after the other: each leaf of the walk is one order, and no order is drawn twice,
    // because the draws at each depth differ.
    fn walk(so_far: &Partial, left: &mut Vec<Partial>, whole: &Partial, orders: &mut u32) {
        if left.is_empty() {
            assert_eq!(so_far, whole);
            *orders += 1;
        }
        for at in 0..left.len() {
            let part = left.remove(at);
            let mut merged = so_far.clone();
            merged.merge(&part, Families::Disjoint).unwrap();
            walk(&merged, left, whole, orders);
            left.insert(at, part);
        }
    }

    let engine = engine_of(&["ECS 138 days", "NI 65"]).by(BySex);
    let records = (0..8u32).flat_map(|n| {
        let (child, day) = (format!("C{n}"), day(4, 1 + n));
        let sex = if n % 3 == 0 { Sex::Female } else { Sex::Male };
        [
            Record::from(Person::new(&child).sex(sex)),
            Assessment::new(format!("A{n}"), &child, day).authorised(self::day(5, 1 + n % 4)).into(),
            ProtectionPlan::new(format!("P{n}"), &child, day).previous_plans(n % 2).into(),
            FamilyMember::new(format!("F{n}"), &child).into(),
        ]
    });
    let dataset: Dataset = records.collect();
    let of = |ledger: &Ledger| {
        let days = Choice::new("ECS 138 days", Basis::Cumulative, day(6, 30));
        let plans = Choice::new("NI 65", Basis::Cumulative, day(6, 30));
        ledger.partial([days.clone(), days.by("sex"), plans.clone(), plans.by("sex")]).unwrap()
    };
    let whole = of(&engine.run(&dataset).unwrap());
    let plans = whole.reading("NI 65", Basis::Cumulative, day(6, 30)).unwrap();
    assert_eq!((plans.ratio().unwrap().to_string(), plans.sibling_groups()), ("4 of 8".to_owned(), Some(4)));
    assert_eq!(whole.readings().len(), 6);
    let mut parts: Vec<Partial> = shards(&engine, &dataset, 8).iter().map(of).collect();
    let mut orders = 0;
    walk(&of(&engine.ledger().unwrap()), &mut parts, &whole, &mut orders);
    assert_eq!(orders, 40_320);
}

/// Children on a second plan, each in this family.
fn second_plans(children: &[(&str, &str)]) -> Partial {
    let records = children.iter().flat_map(|(child, family)| {
        let plan = ProtectionPlan::new(format!("P{child}"), *child, day(5, 1)).previous_plans(1u32);
        [Record::from(plan), FamilyMember::new(*family, *child).into()]
    });
    let ledger = engine_of(&["NI 65", "NI 68"]).run(&records.collect()).unwrap();
    let of = |key| (key, Basis::Cumulative, day(6, 30));
    ledger.partial([of("NI 65"), of("NI 68")]).unwrap()
}

fn groups(partial: &Partial, key: &str) -> SiblingGroups {
    partial.sibling_groups(partial.reading(key, Basis::Cumulative, day(6, 30)).unwrap())
}

#[test]
fn sibling_groups_that_may_span_are_not_known_never_zero_and_never_a_sum() {
    let (north, south, none) = (second_plans(&[("C1", "F1")]), second_plans(&[("C2", "F1")]), second_plans(&[]));
    assert_eq!(groups(&north, "NI 65"), SiblingGroups::Counted(1));
    assert_eq!(groups(&north, "NI 68"), SiblingGroups::NotCounted);

    let sum = together(&[&north, &south], Families::Disjoint);
    assert_eq!(groups(&sum, "NI 65"), SiblingGroups::Counted(2));
    let unknown = together(&[&north, &south], Families::MaySpan);
    assert_eq!(groups(&unknown, "NI 65"), SiblingGroups::Unknown);
    assert_eq!(groups(&unknown, "NI 68"), SiblingGroups::NotCounted);
    let reading = unknown.reading("NI 65", Basis::Cumulative, day(6, 30)).unwrap();
    assert_eq!((reading.sibling_groups(), reading.ratio().unwrap().to_string()), (None, "2 of 2".to_owned()));
    assert!(!serde_json::to_string(reading).unwrap().contains("sibling"));

    // Once not known it stays so; where one part has no family, none can span the two.
    assert_eq!(
        groups(&together(&[&unknown, &second_plans(&[("C3", "F3")])], Families::Disjoint), "NI 65"),
        SiblingGroups::Unknown
    );
    assert_eq!(together(&[&unknown, &none], Families::MaySpan), unknown);
    assert_eq!(together(&[&none, &north], Families::MaySpan), north);

    // Taken back to the last met unit there is no family left to be in doubt of.
    let mut rest = unknown;
    rest.retract(&south, Families::MaySpan).unwrap();
    assert_eq!(groups(&rest, "NI 65"), SiblingGroups::Unknown);
    rest.retract(&north, Families::MaySpan).unwrap();
    assert_eq!(rest, none);

    // Two children of one family: a family without a met unit cannot be left over.
    let mut family = second_plans(&[("C1", "F1"), ("C1", "F2")]);
    let before = family.clone();
    let error = family.retract(&north, Families::Disjoint).unwrap_err();
    assert_eq!(error, MergeError::Counts("NI 65 cumulative as at 2018-06-30".to_owned()));
    assert_eq!(family, before);
}

#[test]
fn three_authorities_are_a_region_by_counts_days_and_one_population() {
    let keys = ["ECS 138", "ECS 138 days", "CLA"];
    // Authority, assessments, how many of them take 10 days, and the days of the others; children looked after.
    let authorities = [("N", 10u32, 1u32, 120u32, 3u32), ("S", 2, 2, 0, 1), ("W", 5, 4, 40, 0)];
    let records = |(name, assessments, fast, days, looked_after): (&str, u32, u32, u32, u32)| -> Vec<Record> {
        let start = day(1, 2);
        let took = move |n: u32| if n < fast { 10 } else { days };
        let assessed = (0..assessments).map(move |n| {
            let end = start + Duration::days(i64::from(took(n)));
            Assessment::new(format!("A{name}{n}"), format!("C{name}{n}"), start).authorised(end).into()
        });
        let taken_in = (0..looked_after)
            .map(move |n| LookedAfterEpisode::new(format!("E{name}{n}"), format!("C{name}{n}"), start).into());
        assessed.chain(taken_in).collect()
    };
    let of = |records: Vec<Record>| {
        let ledger = engine_of(&keys).run(&records.into_iter().collect()).unwrap();
        ledger
            .partial(keys.map(|key| (key, if key == "CLA" { Basis::AsAt } else { Basis::ROLLING_12M }, day(6, 30))))
            .unwrap()
    };
    let parts = authorities.map(|authority| of(records(authority)));
    let region = together(&parts.each_ref(), Families::MaySpan);
    assert_eq!(region, of(authorities.into_iter().flat_map(records).collect()));

    let timely = |partial: &Partial| partial.reading("ECS 138", Basis::ROLLING_12M, day(6, 30)).unwrap().shown(1);
    // 1 of 10, 2 of 2, 5 of 5: the mean of the percentages would be 70.0.
    assert_eq!(parts.each_ref().map(timely), ["10.0%", "100.0%", "100.0%"].map(|text| Some(text.to_owned())));
    assert_eq!(timely(&region).as_deref(), Some("47.1%"));
    let rate = |partial: &Partial, residents| {
        let looked_after = partial.reading("CLA", Basis::AsAt, day(6, 30)).unwrap();
        looked_after
            .rate(Footing::All, Population::new(residents, 2017, "estimate"))
            .unwrap()
            .unwrap()
            .shown(1)
            .to_string()
    };
    assert_eq!(rate(&parts[0], 5_000), "6.0");
    assert_eq!(rate(&region, 20_000), "2.0");
    assert!(!serde_json::to_string(&region).unwrap().contains("population"));
}

#[test]
fn readings_by_stratum_that_only_one_part_has_are_added_as_they_are() {
    let of = |child: &str, sex| {
        let records = [Record::from(Person::new(child).sex(sex)), Referral::new(child, child, day(5, 1)).into()];
        let ledger = engine_of(&["NI 68"]).by(BySex).run(&records.into_iter().collect()).unwrap();
        ledger.partial([Choice::new("NI 68", Basis::InMonth, day(5, 31)).by("sex")]).unwrap()
    };
    let strata = |partial: &Partial| -> Vec<(String, u64)> {
        let of = |r: &Reading| (r.stratum().unwrap().1.to_string(), r.ratio().unwrap().denominator());
        partial.readings().iter().map(of).collect()
    };
    let (girl, boy) = (of("C1", Sex::Female), of("C2", Sex::Male));
    let mut both = together(&[&boy, &girl, &of("C3", Sex::Male)], Families::MaySpan);
    assert_eq!(strata(&both), [("Female".to_owned(), 1), ("Male".to_owned(), 2)]);
    both.retract(&girl, Families::MaySpan).unwrap();
    assert_eq!(strata(&both), [("Male".to_owned(), 2)]);
    let before = both.clone();
    let error = both.retract(&girl, Families::MaySpan).unwrap_err();
    assert_eq!(error.to_string(), "the counts of NI 68 in-month as at 2018-05-31 by sex cannot be put together");
    assert_eq!(both, before);
}

#[test]
fn what_was_not_chosen_alike_does_not_add_up() {
    let ledger = engine_of(&["NI 68"]).by(BySex).ledger().unwrap();
    let total = Choice::new("NI 68", Basis::InMonth, day(5, 31));
    let of = |choices: Vec<Choice>| ledger.partial(choices).unwrap();
    let error = of(vec![total.clone()]).merge(&of(vec![total.clone().by("sex")]), Families::Disjoint).unwrap_err();
    let said = "NI 68 in-month as at 2018-05-31 and NI 68 in-month as at 2018-05-31 by sex";
    assert_eq!(error, MergeError::Readings(said.to_owned()));
    // A breakdown is chosen even where it has no stratum yet, also once it was written.
    let empty = of(vec![total.clone(), total.clone().by("sex")]);
    let read: Partial = serde_json::from_str(&serde_json::to_string(&empty).unwrap()).unwrap();
    assert_eq!((&read, read.chosen().len(), read.readings().len()), (&empty, 2, 1));
    assert!(matches!(of(vec![total]).merge(&read, Families::Disjoint), Err(MergeError::Readings(_))));
}

#[test]
fn a_choice_the_ledger_has_not_is_refused() {
    let ledger = engine_of(&["NI 68"]).by(BySex).ledger().unwrap();
    let says = |choice: Choice| ledger.partial([choice]).unwrap_err();
    let month = |key: &str| Choice::new(key, Basis::InMonth, day(5, 31));
    assert_eq!(says(month("NI 62")), EngineError::NoSuchIndicator("NI 62".to_owned()));
    assert_eq!(says(month("NI 68").by("team")), EngineError::NoSuchBreakdown("team".to_owned()));
    assert!(matches!(says(Choice::new("NI 68", Basis::AsAt, day(5, 31))), EngineError::NoSuchBasis { .. }));
}

#[test]
fn readings_that_do_not_belong_together_are_no_partial() {
    let dataset: Dataset =
        [Record::from(Referral::new("R1", "C1", day(5, 1))), ProtectionPlan::new("P1", "C1", day(5, 1)).into()]
            .into_iter()
            .collect();
    let keys = ["NI 68", "NI 65"];
    let definitions = || keys.map(|key| catalogue::find(key).unwrap().definition().clone());
    let card = engine_of(&keys).scorecard(&dataset, &[day(6, 30)]).unwrap();
    let of = |definitions: &[csc_kpi::indicator::Definition], readings: Vec<Reading>| {
        Partial::of_readings(definitions.to_vec(), WorkingDays::default(), readings)
    };
    let good = of(&definitions(), card.readings.clone()).unwrap();
    assert_eq!(good.readings().len(), card.readings.len());

    let pinned = engine_of(&keys).known_at(day(6, 1)).scorecard(&dataset, &[day(6, 30)]).unwrap();
    let mixed = vec![card.readings[0].clone(), pinned.readings[1].clone()];
    assert_eq!(
        of(&definitions(), mixed).unwrap_err(),
        PartialError::KnownAt("NI 68".to_owned(), Some(day(6, 1)), None)
    );
    let twice = vec![card.readings[0].clone(), card.readings[0].clone()];
    assert_eq!(of(&definitions(), twice).unwrap_err(), PartialError::Repeated("NI 68".to_owned()));
    let [first, _] = definitions();
    assert_eq!(
        of(std::slice::from_ref(&first), card.readings.clone()).unwrap_err(),
        PartialError::Reading("NI 65".to_owned())
    );
    let repeated = of(&[first.clone(), first.clone()], vec![card.readings[0].clone()]);
    assert_eq!(repeated.unwrap_err(), PartialError::Definition("NI 68".to_owned()));
    let other = of(&[first.version(9)], vec![card.readings[0].clone()]);
    assert_eq!(other.unwrap_err(), PartialError::Reading("NI 68".to_owned()));
    let option = AnyIndicator::definition(&catalogue::find("NI 68 by-event").unwrap()).clone();
    assert_eq!(of(&[option], vec![card.readings[0].clone()]).unwrap_err(), PartialError::Reading("NI 68".to_owned()));
}

#[test]
fn a_written_partial_with_a_stratum_or_families_that_cannot_be_is_not_read() {
    let engine = engine_of(&["NI 65"]).by(BySex);
    let records = [
        Record::from(ProtectionPlan::new("P1", "C1", day(5, 1)).previous_plans(1u32)),
        FamilyMember::new("F1", "C1").into(),
    ];
    let choice = Choice::new("NI 65", Basis::Cumulative, day(6, 30));
    let partial =
        engine.run(&records.into_iter().collect()).unwrap().partial([choice.clone(), choice.by("sex")]).unwrap();
    let good = serde_json::to_value(&partial).unwrap();
    assert_eq!(serde_json::from_value::<Partial>(good.clone()).unwrap(), partial);
    let says = |change: &dyn Fn(&mut Value)| {
        let mut bad = good.clone();
        change(&mut bad);
        assert_ne!(bad, good);
        serde_json::from_value::<Partial>(bad).unwrap_err().to_string()
    };
    let not_chosen = says(&|p| p["broken_down"] = json!([]));
    assert_eq!(not_chosen, "the reading of NI 65 is of a breakdown that was not chosen");
    let none_met = says(&|p| {
        for (field, number) in [("met", 0), ("not_met", 1), ("numerator", 0)] {
            p["readings"][0][field] = json!(number);
        }
    });
    assert_eq!(none_met, "the reading of NI 65 is not one of its definition");
    let other_basis = says(&|p| p["broken_down"][0]["basis"] = json!("as-at"));
    assert_eq!(other_basis, "the reading of NI 65 is of a breakdown that was not chosen");
    let more = says(&|p| {
        let mut other = p["broken_down"][0].clone();
        other["basis"] = json!("as-at");
        p["broken_down"].as_array_mut().unwrap().push(other);
    });
    assert_eq!(more, "the reading of NI 65 is not one of its definition");
    let stranger = says(&|p| p["broken_down"][0]["indicator"] = json!("NI 99"));
    assert_eq!(stranger, "the reading of NI 99 is not one of its definition");
    assert!(says(&|p| p["broken_down"][0]["more"] = json!(1)).contains("unknown field"));
    // Families not known come back as not known.
    let mut unknown = good.clone();
    for at in 0..2 {
        unknown["readings"][at].as_object_mut().unwrap().remove("sibling_groups");
    }
    let unknown: Partial = serde_json::from_value(unknown).unwrap();
    assert_eq!(unknown.sibling_groups(&unknown.readings()[0]), SiblingGroups::Unknown);
}
