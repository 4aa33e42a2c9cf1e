//! What sources hold, what indicators need of it, and what becomes of readings that cannot be made.

use std::collections::BTreeSet;

use csc_kpi::calendar::{Basis, Days, FinancialYear, Span, WorkingDays};
use csc_kpi::disclosure::Policy;
use csc_kpi::indicator::{Definition, Need, Reach, catalogue};
use csc_kpi::laws::strategies;
use csc_kpi::record::{Family, Person, ProtectionPlan, Record, Referral};
use csc_kpi::{
    BySex, Choice, Dataset, Engine, EngineError, Families, Figure, Ledger, Matter, NaiveDate, Narrative, Obstacle,
    Partial, PartialError, Reading, Scorecard, SiblingGroups, Supply, Unavailable,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::differential::with_counts;
use crate::laws::everything;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn year(starting_in: i16) -> Days {
    Days::from(FinancialYear::starting_in(starting_in).window())
}

/// Records of one source that says this of itself.
pub(crate) fn stated(records: &[Record], supply: &Supply) -> Dataset {
    let mut builder = Dataset::builder();
    builder.begin_source(supply);
    builder.extend_ref(records);
    builder.end_source();
    builder.finish()
}

// ---- days ----------------------------------------------------------------------------------------------------------

/// Days within a month around the year's end, and now and then no bound.
fn span() -> impl Strategy<Value = Span> {
    let near = |offset: i64| day(2018, 3, 31) + chrono::Duration::days(offset);
    let start = prop_oneof![6 => (-20i64..20).prop_map(near), 1 => Just(NaiveDate::MIN)];
    let end = prop_oneof![6 => (-20i64..20).prop_map(move |at| Some(near(at))), 1 => Just(None)];
    (start, end).prop_map(|(start, end)| Span::new(start, end))
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    prop::collection::vec(span(), 0..5)
}

fn around() -> impl Iterator<Item = NaiveDate> {
    (-25i64..25).map(|offset| day(2018, 3, 31) + chrono::Duration::days(offset))
}

proptest! {
    #[test]
    fn days_are_the_set_that_their_spans_say(a in spans(), b in spans()) {
        let (one, other): (Days, Days) = (a.iter().copied().collect(), b.iter().copied().collect());
        let in_any = |spans: &[Span], day| spans.iter().any(|span| span.covers(day));
        let mut covered = BTreeSet::new();
        for day in around().chain([NaiveDate::MIN]) {
            let (in_a, in_b) = (in_any(&a, day), in_any(&b, day));
            prop_assert_eq!(one.covers(day), in_a, "{} in {}", day, one);
            prop_assert_eq!(one.or(&other).covers(day), in_a || in_b);
            prop_assert_eq!(one.and(&other).covers(day), in_a && in_b);
            if in_a {
                covered.insert(day);
            }
        }
        for day in around() {
            let near = |found: Option<NaiveDate>| found.filter(|found| around().any(|day| day == *found));
            prop_assert_eq!(near(one.last_up_to(day)), covered.range(..=day).next_back().copied().filter(|d| near(Some(*d)).is_some()));
            prop_assert_eq!(near(one.first_from(day)), covered.range(day..).next().copied());
        }
        prop_assert!(one.runs().all(|run| !run.is_empty()));
        for pair in one.runs().collect::<Vec<_>>().windows(2) {
            prop_assert!(pair[0].end.unwrap() < pair[1].start, "{} is in pieces", one);
        }
        prop_assert_eq!(serde_json::from_value::<Days>(json!(one)).unwrap(), one);
    }

    #[test]
    fn days_and_supplies_are_a_lattice(a in supply(), b in supply(), c in supply()) {
        prop_assert_eq!(a.or(&b), b.or(&a));
        prop_assert_eq!(a.and(&b), b.and(&a));
        prop_assert_eq!(a.or(&b).or(&c), a.or(&b.or(&c)));
        prop_assert_eq!(a.and(&b).and(&c), a.and(&b.and(&c)));
        prop_assert_eq!(&a.or(&a.and(&b)), &a);
        prop_assert_eq!(&a.and(&a.or(&b)), &a);
        prop_assert_eq!(a.and(&b.or(&c)), a.and(&b).or(&a.and(&c)));
        prop_assert!(a.or(&b).holds_all(&a) && a.holds_all(&a.and(&b)));
        prop_assert_eq!(a.holds_all(&b), a.or(&b) == a);
        prop_assert_eq!(&a.or(&Supply::nothing()), &a);
        prop_assert_eq!(&a.and(&Supply::everything()), &a);
        prop_assert_eq!(serde_json::from_value::<Supply>(json!(a)).unwrap(), a);
    }
}

#[test]
fn days_say_what_they_are() {
    let (from, to) = (day(2021, 4, 1), day(2022, 3, 31));
    let days = Days::from(Span::new(from, Some(day(2022, 4, 1))));
    let said = |days: &Days| (days.to_string(), serde_json::to_value(days).unwrap());
    assert_eq!(said(&days), ("2021-04-01 to 2022-03-31".into(), json!([{ "from": from, "to": to }])));
    assert_eq!(said(&Days::all()), ("every day".into(), json!([{}])));
    assert_eq!(said(&Days::none()), ("no day".into(), json!([])));
    assert_eq!(said(&Days::from(Span::new(from, None))), ("from 2021-04-01".into(), json!([{ "from": from }])));
    let before = Days::from(Span::new(NaiveDate::MIN, Some(from)));
    assert_eq!(said(&before), ("to 2021-03-31".into(), json!([{ "to": "2021-03-31" }])));
    assert!(Days::all().covers(NaiveDate::MIN) && Days::all().covers(NaiveDate::MAX));
    assert!(serde_json::from_value::<Days>(json!([{ "until": to }])).is_err());
}

// ---- supplies ------------------------------------------------------------------------------------------------------

/// A few matters held over a few years, and now and then on every day.
fn supply() -> impl Strategy<Value = Supply> {
    let days = prop_oneof![
        4 => (2013i32..2020, 1i32..9).prop_map(|(from, years)| {
            Days::from(Span::new(day(from, 4, 1), Some(day(from + years, 4, 1))))
        }),
        3 => Just(Days::all()),
        1 => Just(Days::none()),
    ];
    let matters: Vec<Matter> = Matter::all().collect();
    prop::collection::vec((prop::sample::select(matters), days), 0..40)
        .prop_map(|held| held.into_iter().fold(Supply::nothing(), |supply, (matter, days)| supply.with(matter, &days)))
}

/// One in which most is held, so that many readings can be made.
fn rich_supply() -> impl Strategy<Value = Supply> {
    (supply(), prop::sample::subsequence(Matter::all().collect::<Vec<_>>(), 22..=28))
        .prop_map(|(supply, whole)| whole.into_iter().fold(supply, |supply, matter| supply.with(matter, &Days::all())))
}

#[test]
fn every_matter_has_a_name_of_its_own_that_is_read_back() {
    let all: Vec<Matter> = Matter::all().collect();
    assert_eq!(all.len(), Family::ALL.len() + Matter::PARTS.len());
    let (mut written, mut said) = (BTreeSet::new(), BTreeSet::new());
    for matter in &all {
        let text = serde_json::to_string(matter).unwrap();
        assert_eq!(serde_json::from_str::<Matter>(&text).unwrap(), *matter);
        assert!(written.insert(text) && said.insert(matter.to_string()), "{matter}");
        assert!(Matter::of(matter.family()).any(|of| of == *matter));
    }
    assert!(serde_json::from_str::<Matter>("\"weather\"").is_err());
    assert_eq!(Family::ALL.into_iter().flat_map(Matter::of).count(), all.len());
}

#[test]
fn a_dataset_holds_what_its_sources_say_and_what_silent_ones_gave() {
    let referral = || Referral::new("R1", "C1", day(2018, 5, 2));
    let silent: Dataset = [referral()].into_iter().collect();
    assert_eq!(silent.supply(), &Supply::everything());

    let mut records = Dataset::builder();
    records.begin_source(&Supply::nothing().with(Family::Referral, &year(2018)));
    records.begin_source(&Supply::nothing().with(Family::Referral, &year(2019)));
    records.push(referral());
    records.end_source();
    records.push(Referral::new("R2", "C1", day(2018, 6, 2)));
    records.end_source();
    let years = year(2018).or(&year(2019));
    let only = Supply::nothing().with(Family::Referral, &years);
    let said = records.finish();
    assert_eq!(said.supply(), &only);

    // A plan that comes from nobody is a family of its own, with its parts.
    let mut records = Dataset::builder();
    records.begin_source(&only);
    records.end_source();
    records.push(ProtectionPlan::new("P1", "C1", day(2018, 5, 2)));
    records.extend_ref(&[Person::new("C1")]);
    let mixed = records.finish();
    assert_eq!(mixed.supply().days(Matter::PreviousPlans), &Days::all());
    let wanted = only.or(&Supply::of_family(Family::ProtectionPlan)).or(&Supply::of_family(Family::Person));
    assert_eq!(mixed.supply(), &wanted);

    let mut records = Dataset::builder();
    records.begin_source(&Supply::nothing());
    records.push(referral());
    assert_eq!(records.finish().supply(), &Supply::nothing());
}

// ---- which readings can be made ------------------------------------------------------------------------------------

/// Whether every day of what is needed is held, looked at day by day.
fn is_whole(definition: &Definition, basis: Basis, as_at: NaiveDate, supply: &Supply) -> bool {
    let first = basis.window(as_at).map_or(as_at, |window| window.start);
    definition.needs.iter().all(|need| {
        let walk = |matter: Matter, from: NaiveDate| {
            from.iter_days().take_while(|day| *day <= as_at).all(|day| supply.days(matter).covers(day))
        };
        let from = match need.reach {
            Reach::Window => first,
            Reach::Days(days) => first - chrono::Duration::days(i64::from(days)),
            Reach::Months(months) => csc_kpi::calendar::minus_months(first, u32::from(months)),
            // Before everything that any supply of these tests begins with.
            Reach::Ever => day(2000, 1, 1),
        };
        need.or.is_some_and(|or| walk(or, first)) || walk(need.matter, from)
    })
}

fn readings(ledger: &Ledger, as_at: NaiveDate) -> Vec<Reading> {
    let mut card = ledger.scorecard(&[as_at]).unwrap().readings;
    card.push(ledger.reading("ECS 14a", "rolling-3m".parse().unwrap(), as_at).unwrap());
    card.push(ledger.reading("NI 68", Basis::InMonth, as_at).unwrap());
    card
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_reading_is_made_where_every_day_it_needs_is_held_and_is_then_the_same(
        records in strategies::population(1..4),
        as_at in strategies::reporting_date(),
        supply in prop_oneof![supply(), rich_supply()],
    ) {
        let engine = Engine::new(everything());
        let silent = engine.run(&records.iter().cloned().collect()).unwrap();
        let said = engine.run(&stated(&records, &supply)).unwrap();
        for (whole, reading) in readings(&silent, as_at).iter().zip(readings(&said, as_at)) {
            let definition = silent.definitions().find(|of| of.key() == reading.indicator()).unwrap();
            let wanted = is_whole(definition, reading.basis(), as_at, &supply);
            prop_assert_eq!(reading.obstacle().is_none(), wanted, "{:?} of {:?}", reading, supply);
            if wanted {
                prop_assert_eq!(reading.figure(), whole.figure());
                let families = reading.sibling_groups();
                prop_assert!(families.is_none() || families == whole.sibling_groups());
            } else {
                prop_assert_eq!(reading.value(), None);
                prop_assert!(reading.ratio().is_none() && reading.tally().is_none() && reading.shown(0).is_none());
                prop_assert!(reading.composition().is_none() && reading.distribution().is_none());
                prop_assert!(reading.sibling_groups().is_none() && reading.observation().is_none());
                let (basis, key) = (reading.basis(), reading.indicator());
                let evidence = engine.evidence(&stated(&records, &supply), key, basis, as_at);
                let refused = matches!(evidence, Err(EngineError::Unavailable { .. }));
                prop_assert!(refused);
            }
            prop_assert_eq!(&serde_json::from_value::<Reading>(json!(reading)).unwrap(), &reading);
        }
    }

    #[test]
    fn supplying_more_takes_no_reading_away(
        records in strategies::population(1..3),
        as_at in strategies::reporting_date(),
        some in rich_supply(),
        more in supply(),
    ) {
        let engine = Engine::new(everything());
        let [less, all] = [&some, &some.or(&more)].map(|supply| engine.run(&stated(&records, supply)).unwrap());
        for (before, after) in readings(&less, as_at).iter().zip(readings(&all, as_at)) {
            if before.obstacle().is_none() {
                prop_assert_eq!(before.figure(), after.figure());
            }
        }
    }

    #[test]
    fn ledgers_of_different_sources_are_a_group_and_rely_on_what_all_hold(
        records in strategies::population(1..3),
        supplies in prop::array::uniform3(rich_supply()),
    ) {
        let engine = Engine::new(everything());
        let datasets = supplies.each_ref().map(|supply| stated(&records, supply));
        let [a, b, c] = datasets.each_ref().map(|dataset| engine.run(dataset).unwrap());
        let sum = |parts: &[&Ledger]| {
            let mut sum = engine.ledger().unwrap();
            for part in parts {
                sum.merge(part).unwrap();
            }
            sum
        };
        prop_assert_eq!(sum(&[&a, &b, &c]), sum(&[&c, &a, &b]));
        prop_assert_eq!(sum(&[&sum(&[&a, &b]), &c]), sum(&[&a, &sum(&[&b, &c])]));
        prop_assert_eq!(a.supply(), &supplies[0]);
        let both = sum(&[&a, &b]);
        prop_assert_eq!(both.supply(), &supplies[0].and(&supplies[1]));
        let mut rest = sum(&[&a, &b]);
        prop_assert_eq!(serde_json::from_value::<Ledger>(json!(rest)).unwrap(), rest.clone());
        for child in datasets[0].children() {
            engine.retract(&mut rest, &child).unwrap();
        }
        prop_assert_eq!(rest.supply(), &supplies[1]);
        prop_assert_eq!(&rest, &b);
        for child in datasets[1].children() {
            engine.retract(&mut rest, &child).unwrap();
        }
        prop_assert_eq!(rest.supply(), &Supply::everything());
        prop_assert_eq!(rest, engine.ledger().unwrap());
        // Children of several datasets in one stream.
        let mut stream = engine.ledger().unwrap();
        let children = datasets[0].children().zip(datasets[1].children()).flat_map(|(a, b)| [a, b]);
        engine.post_all(&mut stream, children).unwrap();
        prop_assert_eq!(stream, sum(&[&a, &b]));
        // A dataset without children says what it holds, adds up as they do, and stays when they go.
        let none = engine.run(&stated(&[], &supplies[2])).unwrap();
        prop_assert_eq!(none.supply(), &supplies[2]);
        prop_assert_eq!(sum(&[&a, &none]), sum(&[&none, &a]));
        prop_assert_eq!(sum(&[&sum(&[&a, &none]), &b]), sum(&[&a, &sum(&[&none, &b])]));
        prop_assert_eq!(sum(&[&none]), none.clone());
        let mut rest = sum(&[&none, &a]);
        prop_assert_eq!(rest.supply(), &supplies[2].and(&supplies[0]));
        prop_assert_eq!(serde_json::from_value::<Ledger>(json!(rest)).unwrap(), rest.clone());
        for child in datasets[0].children() {
            engine.retract(&mut rest, &child).unwrap();
        }
        prop_assert_eq!(rest, none);
    }
}

/// A header and nothing below it: what the file does not hold is no zero.
#[test]
fn a_dataset_without_children_keeps_what_its_sources_hold() {
    use csc_kpi::format::ssd;

    let mut records = Dataset::builder();
    ssd::read_table(&mut records, Family::Referral, ssd::columns(Family::Referral).join(",").as_bytes()).unwrap();
    let dataset = records.finish();
    assert_eq!((dataset.children().len(), dataset.supply()), (0, &of_tables(Family::Referral)));
    let engine = Engine::new(everything());
    let ledger = engine.run(&dataset).unwrap();
    assert_eq!(engine.run_parallel(&dataset).unwrap(), ledger);
    assert_eq!(ledger.supply(), dataset.supply());
    let as_at = day(2018, 6, 30);
    let why = |key: &str| ledger.reading(key, Basis::AsAt, as_at).unwrap().obstacle().map(ToString::to_string);
    assert_eq!(why("NI 64 open").as_deref(), Some("not supplied: child protection plans"));
    assert!(why("CLA").unwrap().starts_with("not supplied: persons, looked-after episodes"));
    let referred = ledger.reading("NI 68", Basis::InMonth, as_at).unwrap();
    assert_eq!(referred.ratio().unwrap().to_string(), "0 of 0");
    // So do a part, and the ledger written and read.
    let partial = ledger.partial([("CLA", Basis::AsAt, as_at)]).unwrap();
    assert!(partial.readings()[0].obstacle().is_some());
    let written = json!(ledger);
    assert_eq!(written["childless"].as_array().map(Vec::len), Some(1));
    assert_eq!(serde_json::from_value::<Ledger>(written.clone()).unwrap(), ledger);
    let mut nobody = written;
    nobody["childless"][0][1] = json!(0);
    let error = serde_json::from_value::<Ledger>(nobody).unwrap_err().to_string();
    assert_eq!(error, "supply 0 is that of nobody, or is there twice");
    // With the unit it is itself, and hosts that say nothing see no change.
    let mut unit = engine.ledger().unwrap();
    unit.merge(&ledger).unwrap();
    assert_eq!(unit, ledger);
    assert_eq!(engine.run(&Dataset::builder().finish()).unwrap(), engine.ledger().unwrap());
}

/// Nothing of the table can be read, so nothing of it is held, be it the only source or not.
#[test]
fn a_quote_that_is_open_in_the_header_holds_nothing() {
    use csc_kpi::format::ssd;

    for parallel in [false, true] {
        let mut records = Dataset::builder();
        let table = "clae_cla_episode_id,\"clae_person_id\nK1,C1\n".as_bytes();
        let rows = if parallel {
            ssd::read_table_parallel(&mut records, Family::LookedAfterEpisode, table, |_| {})
        } else {
            ssd::read_table(&mut records, Family::LookedAfterEpisode, table)
        };
        assert_eq!(rows.unwrap(), 0);
        assert_eq!(records.finish().supply(), &Supply::nothing());
    }
}

#[test]
fn sources_that_say_everything_change_nothing() {
    let records: Vec<Record> = vec![Referral::new("R1", "C1", day(2018, 5, 2)).into()];
    let engine = Engine::new(everything());
    let said = engine.run(&stated(&records, &Supply::everything())).unwrap();
    let silent = engine.run(&records.iter().cloned().collect()).unwrap();
    assert_eq!(said.supply(), silent.supply());
    assert_eq!(said.scorecard(&[day(2018, 6, 30)]).unwrap(), silent.scorecard(&[day(2018, 6, 30)]).unwrap());
}

#[test]
fn a_ledger_with_a_supply_of_nobody_or_twice_is_not_read() {
    let records: Vec<Record> = vec![Referral::new("R1", "C1", day(2018, 5, 2)).into()];
    let ledger = Engine::new(everything()).run(&stated(&records, &Supply::nothing())).unwrap();
    let written = json!(ledger);
    assert_eq!(written["supplies"], json!([[{}, 1]]));
    let mut nobody = written.clone();
    nobody["supplies"][0][1] = json!(0);
    let error = serde_json::from_value::<Ledger>(nobody).unwrap_err().to_string();
    assert_eq!(error, "supply 0 is that of nobody, or is there twice");
    let mut twice = written;
    twice["supplies"] = json!([[{}, 1], [{}, 1]]);
    let error = serde_json::from_value::<Ledger>(twice).unwrap_err().to_string();
    assert_eq!(error, "supply 1 is that of nobody, or is there twice");
}

// ---- to the day ----------------------------------------------------------------------------------------------------

fn obstacle(held: &Supply, key: &str, basis: Basis, as_at: NaiveDate) -> Option<String> {
    let records: Vec<Record> = vec![Person::new("C1").into()];
    let engine = Engine::new(everything());
    let reading = engine.run(&stated(&records, held)).unwrap().reading(key, basis, as_at).unwrap();
    reading.obstacle().map(ToString::to_string)
}

#[test]
fn a_look_back_is_held_to_the_day() {
    let from = |first: NaiveDate| Days::from(Span::new(first, Some(day(2022, 4, 1))));
    let referrals = |first: NaiveDate| Supply::nothing().with(Family::Referral, &from(first));
    let as_at = day(2022, 3, 31);
    let back = |begin: &str| Some(format!("looks back 12 months, data begin {begin}"));
    let rolling = |supply: &Supply| obstacle(supply, "ECS 14a", Basis::ROLLING_12M, as_at);
    // The window begins on 1 April 2021, and the first referral in it looks back to 1 April 2020.
    assert_eq!(rolling(&referrals(day(2020, 4, 1))), None);
    assert_eq!(rolling(&referrals(day(2020, 4, 2))), back("2020-04-02"));
    let quarter = |supply: &Supply| obstacle(supply, "ECS 14a", Basis::InQuarter, as_at);
    assert_eq!(quarter(&referrals(day(2021, 1, 1))), None);
    assert_eq!(quarter(&referrals(day(2021, 1, 2))), back("2021-01-02"));
    let days = |supply: &Supply| obstacle(supply, "ECS 14a 365 days", Basis::ROLLING_12M, as_at);
    assert_eq!(days(&referrals(day(2020, 4, 1))), None);
    assert_eq!(days(&referrals(day(2020, 4, 2))), Some("looks back 365 days, data begin 2020-04-02".into()));
    // The option looks back 365 days from 1 March 2021 and not to 1 March 2020: the year has no 29 February.
    let leap = |supply: &Supply| obstacle(supply, "ECS 14a 365 days", Basis::InMonth, day(2021, 2, 28));
    assert_eq!(leap(&referrals(day(2020, 2, 2))), None);
    assert_eq!(leap(&referrals(day(2020, 2, 3))), Some("looks back 365 days, data begin 2020-02-03".into()));

    let plans = |first: NaiveDate| Supply::nothing().with(Family::ProtectionPlan, &from(first));
    let within = |supply: &Supply| obstacle(supply, "NI 65a", Basis::ROLLING_12M, as_at);
    assert_eq!(within(&plans(day(2019, 4, 1))), None);
    assert_eq!(within(&plans(day(2021, 4, 1))), Some("looks back 24 months, data begin 2021-04-01".into()));
    let ever = |supply: &Supply| obstacle(supply, "NI 65", Basis::ROLLING_12M, as_at);
    assert_eq!(ever(&plans(day(2010, 4, 1))), Some("looks back without limit, data begin 2010-04-01".into()));
    let recorded = plans(day(2021, 4, 1)).with(Matter::PreviousPlans, &from(day(2021, 4, 1)));
    assert_eq!(ever(&recorded), None);
    let late = plans(day(2021, 4, 1)).with(Matter::PreviousPlans, &from(day(2021, 4, 2)));
    assert_eq!(ever(&late), Some("looks back without limit, data begin 2021-04-01".into()));
    assert_eq!(ever(&Supply::of_family(Family::ProtectionPlan)), None);
}

#[test]
fn a_day_beyond_the_data_or_in_a_gap_of_them_says_where_they_end_and_begin() {
    let held = Supply::nothing().with(Family::ProtectionPlan, &year(2018).or(&year(2020)));
    let open = |as_at| obstacle(&held, "ECS 133", Basis::AsAt, as_at);
    assert_eq!(open(day(2018, 3, 31)), Some("data begin 2018-04-01".into()));
    assert_eq!((open(day(2018, 4, 1)), open(day(2019, 3, 31))), (None, None));
    assert_eq!(open(day(2019, 4, 1)), Some("data end 2019-03-31".into()));
    assert_eq!(open(day(2020, 3, 31)), Some("data end 2019-03-31".into()));
    assert_eq!(open(day(2020, 4, 1)), None);
    assert_eq!(open(day(2021, 6, 30)), Some("data end 2021-03-31".into()));
    // A window that reaches over the gap.
    let ceased = |basis, as_at| obstacle(&held, "NI 64 ceased", basis, as_at);
    assert_eq!(ceased(Basis::ROLLING_12M, day(2020, 6, 30)), Some("data begin 2020-04-01".into()));
    assert_eq!(ceased(Basis::Cumulative, day(2020, 6, 30)), None);
    assert_eq!(
        obstacle(&held, "CLA", Basis::AsAt, day(2018, 6, 30)).as_deref(),
        Some("not supplied: persons, looked-after episodes, legal statuses, unaccompanied asylum seeking children")
    );
}

#[test]
fn an_indicator_of_ones_own_needs_nothing_unless_it_says_so() {
    use csc_kpi::chronology::{Chronology, Unit};
    use csc_kpi::indicator::{AnyIndicator, Book, Flow, Indicator, Reason, Timing, Verdict};

    struct Received(Definition);

    impl Indicator for Received {
        type Time = Flow;

        fn definition(&self) -> &Definition {
            &self.0
        }

        fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Flow>) {
            for referral in child.referrals() {
                let unit = Unit::new(Family::Referral, referral.id);
                book.post(unit, referral.date, Verdict::Met, Reason::of("received"));
            }
        }
    }

    let definition = || Definition::new("X 1", "Referrals", "referral", Timing::Flow);
    let records: Vec<Record> = vec![Referral::new("R1", "C1", day(2018, 5, 2)).into()];
    let read = |definition: Definition| {
        let engine = Engine::new([AnyIndicator::new(Received(definition))]);
        engine
            .run(&stated(&records, &Supply::nothing()))
            .unwrap()
            .reading("X 1", Basis::InMonth, day(2018, 5, 31))
            .unwrap()
    };
    assert_eq!(read(definition()).shown(0).as_deref(), Some("100%"));
    let needing = definition().needs([Need::of(Family::Referral).back(Reach::Months(3))]);
    assert_eq!(read(needing).obstacle(), Some(&Obstacle::NotSupplied(vec![Family::Referral.into()])));
}

#[test]
fn sibling_groups_are_not_counted_where_families_are_not_supplied() {
    let plans: Vec<Record> = vec![
        csc_kpi::record::FamilyMember::new("F1", "C1").into(),
        ProtectionPlan::new("P1", "C1", day(2017, 1, 10)).end(day(2017, 9, 1)).into(),
        ProtectionPlan::new("P2", "C1", day(2018, 5, 10)).into(),
    ];
    let held = Supply::of_family(Family::ProtectionPlan);
    let engine = Engine::new(everything());
    let read = |supply: &Supply, as_at| {
        let ledger = engine.run(&stated(&plans, supply)).unwrap();
        let partial = ledger.partial([("NI 65a", Basis::InQuarter, as_at)]).unwrap();
        let reading = partial.reading("NI 65a", Basis::InQuarter, as_at).unwrap();
        (reading.ratio().unwrap().to_string(), reading.sibling_groups(), partial.sibling_groups(reading))
    };
    let june = day(2018, 6, 30);
    let families = held.or(&Supply::of_family(Family::FamilyMember));
    assert_eq!(read(&families, june), ("1 of 1".into(), Some(1), SiblingGroups::Counted(1)));
    assert_eq!(read(&held, june), ("1 of 1".into(), None, SiblingGroups::Unknown));
    // Nobody is no family, supplied or not.
    assert_eq!(read(&held, day(2018, 9, 30)), ("0 of 0".into(), Some(0), SiblingGroups::Counted(0)));
}

// ---- what is said of it --------------------------------------------------------------------------------------------

fn one(supply: &Supply) -> Dataset {
    let records: Vec<Record> = vec![Person::new("C1").into(), Referral::new("R1", "C1", day(2018, 5, 2)).into()];
    stated(&records, supply)
}

fn referrals_of_2018() -> Supply {
    Supply::nothing().with(Family::Referral, &year(2018)).with(Matter::ReferralDecisions, &year(2018))
}

#[test]
fn the_kinds_of_no_value_are_told_apart_in_json() {
    let engine = Engine::new(everything());
    let ledger = engine.run(&one(&referrals_of_2018())).unwrap();
    let written = |key: &str, basis, as_at| json!(ledger.reading(key, basis, as_at).unwrap());
    let of =
        |reading: &Value, names: &[&str]| -> Vec<Value> { names.iter().map(|name| reading[*name].clone()).collect() };
    let empty = written("NI 68", Basis::InMonth, day(2018, 6, 30));
    assert_eq!(of(&empty, &["value", "no_value", "denominator"]), [json!(null), json!("empty denominator"), json!(0)]);
    let lacking = written("ECS 138", Basis::InMonth, day(2018, 6, 30));
    assert_eq!(
        lacking,
        json!({
            "indicator": "ECS 138", "basis": "in-month", "as_at": "2018-06-30",
            "window": { "start": "2018-06-01", "end": "2018-07-01" },
            "value": null, "no_value": "not supplied", "not_supplied": ["assessment"], "version": 1,
        })
    );
    let back = written("ECS 14a", Basis::InMonth, day(2018, 6, 30));
    let names = ["value", "no_value", "looks_back", "data_begin", "denominator"];
    let wanted = [
        json!(null),
        json!("looks back before the data begin"),
        json!({ "months": 12 }),
        json!("2018-04-01"),
        json!(null),
    ];
    assert_eq!(of(&back, &names), wanted);
    let after = written("NI 68", Basis::InMonth, day(2019, 6, 30));
    assert_eq!(
        of(&after, &["value", "no_value", "data_end"]),
        [json!(null), json!("after the data end"), json!("2019-03-31")]
    );

    for (field, value) in [
        ("not_supplied", json!([])),
        ("data_end", json!("2018-03-31")),
        ("met", json!(1)),
        ("sibling_groups", json!(0)),
    ] {
        let mut wrong = lacking.clone();
        wrong[field] = value;
        let read = serde_json::from_value::<Reading>(wrong);
        assert!(read.as_ref().is_err() || field == "met", "{field}: {read:?}");
        // A count alone is none of a proportion and is not read.
        assert!(read.is_err() || read.unwrap().obstacle().is_some());
    }
    let mut both = json!(ledger.reading("NI 68", Basis::InMonth, day(2018, 5, 31)).unwrap());
    both["not_supplied"] = json!(["referral"]);
    assert!(serde_json::from_value::<Reading>(both).is_err());
}

#[test]
fn a_scorecard_says_at_its_end_what_cannot_be_made_each_in_one_sentence() {
    let engine = Engine::new(["NI 68", "ECS 14a", "ECS 138", "ECS 133"].map(|key| catalogue::find(key).unwrap()));
    let dataset = one(&referrals_of_2018().or(&Supply::nothing().with(Family::ProtectionPlan, &year(2019))));
    let card = engine.scorecard(&dataset, &[day(2018, 6, 30), day(2018, 9, 30)]).unwrap();
    let sentences: Vec<String> = card.unavailable().iter().map(ToString::to_string).collect();
    assert_eq!(
        sentences,
        [
            "NI 68, rolling-12m as at 2018-06-30, 2018-09-30: data begin 2018-04-01",
            "ECS 14a, cumulative as at 2018-06-30, 2018-09-30: looks back 12 months, data begin 2018-04-01",
            "ECS 14a, in-quarter as at 2018-06-30, 2018-09-30: looks back 12 months, data begin 2018-04-01",
            "ECS 14a, rolling-12m as at 2018-06-30, 2018-09-30: looks back 12 months, data begin 2018-04-01",
            "ECS 138: not supplied: assessments",
            "ECS 133 as at 2018-06-30, 2018-09-30: data begin 2019-04-01",
        ]
    );
    let written = json!(card);
    assert_eq!(written["unavailable"], json!(sentences));
    assert_eq!(written.as_object().unwrap().keys().next_back().unwrap(), "unavailable");
    assert_eq!(serde_json::from_value::<Scorecard>(written).unwrap(), card);
    let silent: Dataset = [Referral::new("R1", "C1", day(2018, 5, 2))].into_iter().collect();
    assert!(json!(engine.scorecard(&silent, &[day(2018, 6, 30)]).unwrap()).get("unavailable").is_none());
}

#[test]
fn what_cannot_be_made_is_published_as_such_beside_figures_that_stay() {
    let records = |held: Supply| {
        let records: Vec<Record> =
            (0..30).map(|n| Referral::new(format!("R{n}"), format!("C{n}"), day(2018, 5, 2)).into()).collect();
        stated(&records, &held)
    };
    let as_at = day(2018, 6, 30);
    let engine = Engine::new(catalogue::standard()).by(BySex);
    let ledger = engine.run(&records(referrals_of_2018())).unwrap();
    let mut card = ledger.scorecard(&[as_at]).unwrap();
    card.readings.extend(ledger.readings_by("ECS 14a", Basis::InQuarter, as_at, "sex").unwrap());
    assert!(card.readings.last().unwrap().stratum().is_some());
    let publication = card.publish(&Policy::public()).unwrap();
    assert_eq!(publication.unavailable(), card.unavailable());
    let find = |key: &str| publication.find(key, Basis::InQuarter, as_at, None).unwrap();
    assert_eq!((find("NI 68").shown(0), find("NI 68").obstacle()), ("100%".into(), None));
    let hindered = find("ECS 14a");
    assert_eq!((hindered.shown(0).as_str(), hindered.value(), hindered.count()), ("[x]", None, None));
    let written = json!(hindered);
    assert_eq!(written["value"], Value::Null);
    assert_eq!(written["no_value"], "looks back before the data begin");
    assert_eq!((&written["shown"], &written["data_begin"]), (&json!("[x]"), &json!("2018-04-01")));
    assert!(publication.legend().any(|(mark, _)| mark.symbol() == "[x]"));

    let definition = |key: &str| catalogue::find(key).unwrap().definition().clone();
    let told = |key: &str| {
        let definition = definition(key);
        Narrative::of(&definition, find(key)).sentences().into_iter().map(|s| s.text).collect::<Vec<_>>()
    };
    assert_eq!(
        told("ECS 14a")[1..],
        ["It cannot be given: it looks back 12 months, and the data begin on 1 April 2018."]
    );
    assert_eq!(told("ECS 138")[1..], ["It cannot be given: the data do not hold assessments."]);
    assert_eq!(
        told("Missing episodes"),
        [
            "Missing episodes is missing episodes in the quarter, 1 April 2018 to 30 June 2018.",
            "It cannot be given: the data do not hold missing episodes, looked-after episodes.",
        ]
    );
}

// ---- sums of parts -------------------------------------------------------------------------------------------------

fn part(dataset: &Dataset, chosen: &[Choice]) -> Partial {
    Engine::new(everything()).by(BySex).run(dataset).unwrap().partial(chosen.to_vec()).unwrap()
}

fn team(children: u32, supply: &Supply) -> Dataset {
    let records: Vec<Record> = (0..children)
        .flat_map(|n| {
            let id = format!("C{n}");
            let person = Person::new(&*id).sex(csc_kpi::record::Sex::Female);
            [person.into(), Referral::new(format!("R{n}"), id, day(2018, 5, 2)).into()]
        })
        .collect();
    stated(&records, supply)
}

#[test]
fn a_sum_with_a_part_that_cannot_be_made_cannot_be_made_until_that_is_taken_back() {
    let total = Choice::new("NI 68", Basis::InMonth, day(2018, 5, 31));
    let chosen = [total.clone(), total.clone().by("sex")];
    let whole = Supply::of_family(Family::Referral);
    let [north, south] = [part(&team(3, &whole), &chosen), part(&team(2, &whole), &chosen)];
    let without = part(&team(4, &Supply::of_family(Family::Person)), &chosen);
    let later = Supply::nothing().with(Family::Referral, &year(2019)).with(Matter::ReferralDecisions, &year(2019));
    let late = part(&team(1, &later), &chosen);
    assert_eq!(without.readings().len(), 1, "no stratum is shown of what cannot be made");
    let figure =
        |partial: &Partial| partial.reading("NI 68", Basis::InMonth, day(2018, 5, 31)).unwrap().figure().clone();
    let sum = |parts: &[&Partial]| {
        let mut sum = parts[0].clone();
        for part in &parts[1..] {
            sum.merge(part, Families::MaySpan).unwrap();
        }
        sum
    };
    let mut region = sum(&[&north, &without, &south]);
    let lacking = Obstacle::NotSupplied(vec![Family::Referral.into()]);
    assert_eq!(figure(&region), Figure::Unavailable(lacking.clone()));
    assert!(region.readings().iter().all(|reading| reading.obstacle().is_some()), "strata neither");
    assert_eq!(region.readings().len(), 2);
    assert_eq!(region.obstacles(&total).collect::<Vec<_>>(), [(&lacking, 1)]);
    assert_eq!(region.unavailable()[0].to_string(), "NI 68: not supplied: referrals");
    assert_eq!(serde_json::from_value::<Partial>(json!(region)).unwrap(), region);
    // In any order; and of two parts in the way both have to go.
    assert_eq!(sum(&[&without, &south, &north]), region);
    region.merge(&late, Families::MaySpan).unwrap();
    assert_eq!(region, sum(&[&late, &north, &without, &south]));
    region.retract(&without, Families::MaySpan).unwrap();
    assert_eq!(
        figure(&region),
        Figure::Unavailable(Obstacle::LooksBack { reach: Reach::Window, data_begin: day(2019, 4, 1) })
    );
    region.retract(&late, Families::MaySpan).unwrap();
    assert_eq!(region, sum(&[&north, &south]));
    assert!(region.retract(&without, Families::MaySpan).is_err(), "it is not there");
    assert_eq!(region, sum(&[&north, &south]));
}

#[test]
fn a_partial_whose_parts_contradict_its_readings_is_not_read() {
    let total = Choice::new("NI 68", Basis::InMonth, day(2018, 5, 31));
    let chosen = [total.clone(), total.by("sex")];
    let mut region = part(&team(3, &Supply::of_family(Family::Referral)), &chosen);
    region.merge(&part(&team(4, &Supply::of_family(Family::Person)), &chosen), Families::MaySpan).unwrap();
    let written = json!(region);
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut changed = written.clone();
        change(&mut changed);
        serde_json::from_value::<Partial>(changed).unwrap_err().to_string()
    };
    let wrong =
        "what is said of the parts of NI 68 in-month as at 2018-05-31 that cannot be made does not fit its readings";
    assert_eq!(refused(&|form| form["hindered"][0]["parts"] = json!([])), wrong);
    assert_eq!(refused(&|form| form["hindered"][0]["parts"][0][1] = json!(0)), wrong);
    assert_eq!(refused(&|form| form["hindered"][0]["others"] = json!([])), wrong);
    assert_eq!(refused(&|form| form["hindered"][0]["parts"][0][0] = json!({ "not_supplied": ["person"] })), wrong);
    assert_eq!(refused(&|form| form["readings"][0] = form["hindered"][0]["others"][0].clone()), wrong);
    assert!(refused(&|form| form["hindered"][0]["others"][0]["met"] = json!(9)).contains("not what its verdicts give"));

    // Readings that were kept without their ledger say it too, and of one breakdown all or none.
    let ledger = Engine::new(everything()).by(BySex).run(&team(2, &Supply::of_family(Family::Person))).unwrap();
    let (basis, as_at) = (Basis::InMonth, day(2018, 5, 31));
    let kept = vec![ledger.reading("NI 68", basis, as_at).unwrap()];
    let definitions: Vec<Definition> = ledger.definitions().cloned().collect();
    let days = WorkingDays::england_and_wales;
    let made = Partial::of_readings(definitions.clone(), days(), kept.clone()).unwrap();
    assert_eq!(made, ledger.partial([("NI 68", basis, as_at)]).unwrap());
    let mixed = |supply: &Supply| {
        let ledger = Engine::new(everything()).by(BySex).run(&team(2, supply)).unwrap();
        ledger.readings_by("NI 68", basis, as_at, "sex").unwrap().remove(0)
    };
    let mut other: Value = json!(mixed(&Supply::everything()));
    other["stratum"] = json!("Male");
    let other: Reading = serde_json::from_value(other).unwrap();
    let strata = vec![mixed(&Supply::of_family(Family::Person)), other];
    assert!(matches!(Partial::of_readings(definitions, days(), strata), Err(PartialError::Parts(_))));
    assert_eq!(Unavailable::among(&kept).len(), 1);
}

// ---- what readers say ----------------------------------------------------------------------------------------------

/// What a supply holds, a line each: the matter, and the days.
fn lines(supply: &Supply) -> Vec<String> {
    supply.iter().map(|(matter, days)| format!("{matter}: {days}")).collect()
}

#[test]
fn returns_hold_their_tables_over_their_years() {
    use csc_kpi::format::ssda903::{CollectionYear, Return, Returns, Table};

    let of = |closing: i32, tables: &[Table]| {
        let mut one = Return::new(CollectionYear::new(closing).unwrap());
        for table in tables {
            let header: Vec<_> = table.columns().collect();
            one.read_csv(*table, "x.csv", format!("{}\n", header.join(",")).as_bytes()).unwrap();
        }
        one
    };
    let all: Vec<Table> = Table::ALL.into_iter().collect();
    let year = "2023-04-01 to 2024-03-31";
    let one = of(2024, &all);
    let wanted: BTreeSet<String> = [
        "unaccompanied asylum seeking children",
        "persons",
        "looked-after episodes",
        "moves between placements",
        "placements",
        "details of placements",
        "legal statuses",
        "short breaks",
        "missing episodes",
        "kinds of missing episodes",
        "ends of missing episodes",
        "involvements",
        "professionals",
    ]
    .map(|matter| format!("{matter}: {year}"))
    .into_iter()
    .chain(
        [
            "care leaver statuses",
            "care leaver eligibility",
            "care leaver contact",
            "care leaver accommodation",
            "care leaver activity",
        ]
        .map(|matter| format!("{matter}: 2024-03-31 to 2024-03-31")),
    )
    .collect();
    assert_eq!(lines(&one.supply()).into_iter().collect::<BTreeSet<_>>(), wanted);
    assert_eq!(
        lines(&of(2024, &[Table::Missing, Table::Reviews]).supply()),
        ["kinds of missing episodes", "ends of missing episodes", "missing episodes"].map(|of| format!("{of}: {year}"))
    );
    assert_eq!(of(2024, &[]).supply(), Supply::nothing());

    // The birthdays of two years in a row are those of everybody on every day of the second.
    let together = |returns: Vec<Return>| returns.into_iter().collect::<Returns>().supply();
    let leavers = |supply: &Supply| supply.days(Family::CareLeaverStatus).to_string();
    let episodes = |supply: &Supply| supply.days(Family::LookedAfterEpisode).to_string();
    let two = together(vec![of(2024, &all), of(2023, &all)]);
    assert_eq!(leavers(&two), "2023-03-31 to 2024-03-31");
    assert_eq!(episodes(&two), "2022-04-01 to 2024-03-31");
    let gap = together(vec![of(2024, &all), of(2022, &all)]);
    assert_eq!(leavers(&gap), "2022-03-31 to 2022-03-31, 2024-03-31 to 2024-03-31");
    assert_eq!(episodes(&gap), "2021-04-01 to 2022-03-31, 2023-04-01 to 2024-03-31");
    let without = together(vec![of(2024, &all), of(2023, &[Table::Header])]);
    assert_eq!(leavers(&without), "2024-03-31 to 2024-03-31");

    let mut records = Dataset::builder();
    let returns: Returns = [of(2024, &all), of(2023, &all)].into_iter().collect();
    returns.into_builder(&mut records);
    assert_eq!(records.finish().supply(), &two);
}

#[test]
fn a_return_in_xml_has_every_table_of_its_year() {
    use csc_kpi::format::ssda903::{CollectionYear, Return};

    let read = |closing: i32| {
        let mut one = Return::new(CollectionYear::new(closing).unwrap());
        one.read_xml("903.xml", "<EXPSSDA903></EXPSSDA903>".as_bytes()).unwrap();
        one.supply()
    };
    assert!(!read(2024).days(Family::Involvement).is_empty());
    assert!(read(2023).days(Family::Involvement).is_empty() && !read(2023).days(Family::MissingEpisode).is_empty());
}

#[test]
fn a_table_holds_what_its_columns_can_tell() {
    use csc_kpi::format::ssd;

    let of = |table: Family, columns: &[&str]| {
        let mut records = Dataset::builder();
        ssd::read_table(&mut records, table, format!("{}\n", columns.join(",")).as_bytes()).unwrap();
        let mut side = Dataset::builder();
        ssd::read_table_parallel(&mut side, table, format!("{}\n", columns.join(",")).as_bytes(), |_| {}).unwrap();
        let supply = records.finish().supply().clone();
        assert_eq!(side.finish().supply(), &supply);
        supply
    };
    // Every table with all its columns holds its records and all parts of them, and nothing else.
    let mut all = Supply::nothing();
    for table in Family::ALL {
        let whole = of(table, ssd::columns(table));
        assert_eq!(whole, of_tables(table), "{table}");
        all = all.or(&whole);
        // Without a column it holds less, or as much; without its ids nothing.
        for column in ssd::columns(table) {
            let rest: Vec<&str> = ssd::columns(table).iter().copied().filter(|other| other != column).collect();
            assert!(whole.holds_all(&of(table, &rest)), "{table} without {column}");
        }
        assert_eq!(of(table, &ssd::columns(table)[1..2]), Supply::nothing(), "{table}");
    }
    assert_eq!(all, Family::ALL.into_iter().fold(Supply::nothing(), |all, table| all.or(&of_tables(table))));
    let standard = |table: Family| -> Vec<&str> {
        ssd::columns(table).iter().copied().filter(|column| !ssd::EXTENSIONS.contains(column)).collect()
    };
    let missing = of(Family::MissingEpisode, &standard(Family::MissingEpisode));
    assert!(!missing.days(Matter::ReturnInterviews).is_empty() && missing.days(Matter::InterviewDates).is_empty());
    let plans = of(Family::ProtectionPlan, &standard(Family::ProtectionPlan));
    assert_eq!(lines(&plans), ["child protection plans: every day"]);
    // Names are read whatever their case.
    let loud: Vec<String> = ssd::columns(Family::Referral).iter().map(|column| column.to_uppercase()).collect();
    let loud: Vec<&str> = loud.iter().map(String::as_str).collect();
    assert_eq!(of(Family::Referral, &loud), of_tables(Family::Referral));
}

/// The records of a family and every part of them, but what a list has in the place of records.
fn of_tables(table: Family) -> Supply {
    let parts = Matter::of(table).filter(|part| ![Matter::ReferralCounts, Matter::PlacementCounts].contains(part));
    parts.fold(Supply::nothing(), |supply, part| supply.with(part, &Days::all()))
}

#[test]
fn a_form_and_a_table_side_by_side_hold_what_either_holds() {
    use csc_kpi::format::{cin_census::Coverage, dfe_api, ssd};

    let mut records = Dataset::builder();
    dfe_api::records("[]").unwrap().give_to(&mut records);
    let reviews = ssd::columns(Family::PlanReview).join(",");
    ssd::read_table(&mut records, Family::PlanReview, reviews.as_bytes()).unwrap();
    let wanted = dfe_api::supply().or(&Supply::of_family(Family::PlanReview));
    assert_eq!(records.finish().supply(), &wanted);
    // A census adds years, and a table adds the days before and after them.
    let census = Coverage::of_year(2022).unwrap().supply();
    assert_eq!(
        census.or(&Coverage::of_year(2023).unwrap().supply()).days(Family::ProtectionPlan).to_string(),
        "2021-04-01 to 2023-03-31"
    );
    assert_eq!(census.or(&dfe_api::supply()).days(Family::ProtectionPlan), &Days::all());
}

// ---- what definitions say they need is what they read --------------------------------------------------------------

/// The records without a matter: without those of a family, or without a part of them.
fn without(records: &[Record], matter: Matter) -> Vec<Record> {
    let mut records = records.to_vec();
    match matter {
        Matter::Records(family) => records.retain(|record| record.family() != family),
        Matter::UnaccompaniedChildren => records.retain(|record| record.family() != Family::ImmigrationStatus),
        Matter::ShortBreaks => {
            let starts: BTreeSet<(String, NaiveDate)> = records
                .iter()
                .filter_map(|record| match record {
                    Record::LookedAfterEpisode(episode) => Some((episode.person.clone(), episode.start)),
                    _ => None,
                })
                .collect();
            records.retain(|record| match record {
                Record::LegalStatus(status) => {
                    let span = Span::new(status.start, status.end);
                    !starts.iter().any(|(person, day)| *person == status.person && span.covers(*day))
                }
                _ => true,
            });
        }
        _ => {}
    }
    for record in &mut records {
        match (matter, record) {
            (Matter::ReferralDecisions, Record::Referral(referral)) => referral.no_further_action = None,
            (Matter::ReferralCounts, Record::Referral(referral)) => referral.earlier_counted = None,
            (Matter::PlacementCounts, Record::LookedAfterEpisode(episode)) => episode.placements_counted = None,
            (Matter::AssessmentReferrals, Record::Assessment(assessment)) => assessment.referral = None,
            (Matter::Authorisations, Record::Assessment(assessment)) => assessment.authorised = None,
            (Matter::EnquiryReferrals, Record::Section47Enquiry(enquiry)) => enquiry.referral = None,
            (Matter::ConferenceEnquiries, Record::InitialConference(conference)) => conference.enquiry = None,
            (Matter::PreviousPlans, Record::ProtectionPlan(plan)) => plan.previous_plans = None,
            (Matter::PlacementMoves, Record::LookedAfterEpisode(episode)) => {
                (episode.placement, episode.start_reason) = (None, None);
            }
            (Matter::PlacementDetails, Record::Placement(placement)) => {
                (placement.kind, placement.provider, placement.urn, placement.postcode) = (None, None, None, None);
            }
            (Matter::MissingKinds, Record::MissingEpisode(episode)) => episode.kind = None,
            // One that ends before it starts is in no figure, whatever reads its end.
            (Matter::MissingEnds, Record::MissingEpisode(episode)) => {
                episode.end = episode.end.filter(|end| end.is_before(episode.start));
            }
            (Matter::InterviewOffers, Record::MissingEpisode(episode)) => episode.interview_offered = None,
            (Matter::ReturnInterviews, Record::MissingEpisode(episode)) => episode.interview_accepted = None,
            (Matter::InterviewDates, Record::MissingEpisode(episode)) => episode.interview_completed = None,
            (Matter::CareLeaverEligibility, Record::CareLeaverStatus(status)) => status.eligibility = None,
            (Matter::CareLeaverContact, Record::CareLeaverStatus(status)) => status.in_touch = None,
            (Matter::CareLeaverAccommodation, Record::CareLeaverStatus(status)) => {
                (status.accommodation, status.suitability) = (None, None);
            }
            (Matter::CareLeaverActivity, Record::CareLeaverStatus(status)) => status.activity = None,
            _ => {}
        }
    }
    records
}

/// Over many histories: a figure that changes without a matter needs it, and every need changes some figure of its own.
#[test]
fn what_an_indicator_needs_is_what_it_reads() {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (engine, scenarios) = (Engine::new(everything()), strategies::scenario(3..6));
    let mut changed: BTreeSet<(String, Matter)> = BTreeSet::new();
    for number in 0..160 {
        let mut case = scenarios.new_tree(&mut runner).unwrap().current();
        // Where lists have counts, the default rules set aside what is of them.
        let counts = number % 2 == 0;
        if counts {
            case = with_counts(case, &[3, 0, 4, 6, 2]);
        }
        let read = |records: Vec<Record>| {
            let ledger = engine.run(&records.into_iter().collect()).unwrap();
            ledger.scorecard(&case.as_at).unwrap()
        };
        let whole = read(case.records.clone());
        for matter in Matter::all() {
            let less = read(without(&case.records, matter));
            let pairs = whole.readings.iter().zip(&less.readings).filter(|(one, other)| one != other);
            let pairs = pairs.filter(|(one, _)| !counts || one.indicator().contains("as recorded"));
            changed.extend(pairs.map(|(one, _)| (one.indicator().to_owned(), matter)));
        }
    }
    let needs = |key: &str, matter: Matter| {
        let matters = everything().iter().find(|of| of.definition().key() == key).unwrap().definition().reads().matters;
        match matter {
            Matter::Records(family) => matters.unwrap().iter().any(|matter| matter.family() == family),
            part => matters.unwrap().contains(&part),
        }
    };
    for (key, matter) in &changed {
        assert!(needs(key, *matter), "{key} reads {matter} and does not say so");
    }
    for indicator in everything() {
        let key = indicator.definition().key();
        for matter in indicator.definition().reads().matters.unwrap() {
            assert!(changed.contains(&(key.clone(), matter)), "{key} needs {matter}, and nothing of it is read");
        }
    }
}
