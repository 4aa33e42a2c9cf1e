//! Pseudonyms: stable, keyed, told apart; nothing of the original is left; and the figures that are said to survive do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use chrono::{Datelike, Days};
use csc_kpi::calendar::Basis;
use csc_kpi::format::anonymise::{KeyTooShort, Pseudonyms};
use csc_kpi::format::ssd;
use csc_kpi::indicator::Timing;
use csc_kpi::laws::strategies::{population, scenario};
use csc_kpi::record::{
    CareLeaverStatus, Coded, Eligibility, EpisodeStart, Family, ImmigrationStatus, Involvement, LookedAfterEpisode,
    Person, Placement, PlacementType, Professional, Record, Referral, Sex,
};
use csc_kpi::{Builder, Dataset, Engine, Figure, Finding, FindingRule, Ledger, NaiveDate, Reading};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::differential::with_counts;
use crate::laws::{engine, everything};
use crate::seed::sample;

const KEY: &[u8] = b"sixteen bytes or more";

fn pseudonyms() -> Pseudonyms {
    Pseudonyms::new(KEY).unwrap()
}

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

fn is_pseudonym(text: &str) -> bool {
    text.len() == 21
        && text.strip_prefix('p').is_some_and(|rest| {
            rest.chars().all(|c| c.is_ascii_digit() || (c.is_ascii_lowercase() && !"ilou".contains(c)))
        })
}

/// Worked out with another implementation: `hmac` and `hashlib` of Python.
#[test]
fn pseudonyms_are_the_first_100_bits_of_the_hmac() {
    assert_eq!(pseudonyms().id(Family::Person, "C1"), "pj3vazx6mbcrjzf4eyysv");
    assert_eq!(pseudonyms().id(Family::Referral, " C1\t"), "p1pys8kqp1dvhym5a1jr0");
    let placement = Placement::new("L1", "C1", day(2018, 3, 1)).postcode("yo1 7ab");
    let Record::Placement(placement) = pseudonyms().record(placement.into()) else { panic!("a placement") };
    assert_eq!(placement.postcode.as_deref(), Some("pr8qgnc65kg5rz1ar0h93"));
}

#[test]
fn a_key_has_sixteen_bytes_and_is_never_shown() {
    let error: KeyTooShort = Pseudonyms::new(&KEY[..15]).unwrap_err();
    assert_eq!(error.to_string(), "a key of 15 bytes is too short; it needs at least 16");
    assert!(Pseudonyms::new(&KEY[..16]).is_ok());
    assert_eq!(format!("{:?}", pseudonyms()), "Pseudonyms { .. }");
}

#[test]
fn each_field_becomes_what_the_table_says() {
    let after = |record: Record| pseudonyms().record(record);
    let person = Person::new("C1")
        .date_of_birth(day(2010, 5, 31))
        .expected_date_of_birth(day(2010, 6, 2))
        .date_of_death(day(2017, 5, 20))
        .sex(Sex::Female);
    let Record::Person(p) = after(person.into()) else { panic!("a person") };
    assert_eq!([p.date_of_birth, p.expected_date_of_birth], [Some(day(2010, 5, 1)), Some(day(2010, 6, 1))]);
    assert_eq!((p.date_of_death, p.sex), (Some(day(2017, 5, 20)), Some(Coded::Known(Sex::Female))));

    let placement = |urn: &str, postcode: &str, distance: &str| {
        let placement = Placement::new("L1", "C1", day(2018, 3, 1)).urn(urn).postcode(postcode).distance(distance);
        let Record::Placement(p) = after(placement.into()) else { panic!("a placement") };
        p
    };
    let (one, same) = (placement("sc1", "YO1 7AB", "20.0"), placement(" SC1 ", "yo17ab", "20.04"));
    assert_eq!((&one.urn, &one.postcode), (&same.urn, &same.postcode));
    assert_eq!((one.distance.as_deref(), same.distance.as_deref()), (Some("20"), Some("21")));
    assert_ne!(one.postcode, placement("SC1", "YO1 7AC", "").postcode);
    assert_eq!(placement("SC1", "", "near grandmother").distance, None);
    assert_eq!(placement("SC1", " ", "").postcode.as_deref(), Some(""));

    let status = |text: &str| {
        let Record::ImmigrationStatus(s) = after(ImmigrationStatus::new("C1", text).into()) else { panic!("a status") };
        s.status
    };
    assert_eq!((status(" uasc").as_deref(), status("asylum granted to Ann")), (Some("UASC"), None));

    let role = |text: &str| {
        let Record::Involvement(i) = after(Involvement::new("I1", "C1", day(2018, 3, 1)).role(text).into()) else {
            panic!("an involvement")
        };
        i.role
    };
    assert_eq!((role("allocated case worker ").as_deref(), role("Aunt")), (Some("Allocated Case Worker"), None));

    let professional = |registration: &str| {
        let worker = Professional::new("W1").registration(registration).job_title("Head of Fostering");
        let Record::Professional(p) = after(worker.into()) else { panic!("a professional") };
        (p.registration, p.job_title)
    };
    assert_eq!(professional("sw123456"), (Some("SW0".to_owned()), None));
    assert_eq!(professional("PE12345"), (None, None));

    let mut referral = Referral::new("R1", "C1", day(2018, 3, 1)).team("North");
    referral.source = Some(Coded::read("her aunt Ann"));
    let Record::Referral(r) = after(referral.into()) else { panic!("a referral") };
    assert!(matches!(&r.source, Some(Coded::Unknown(text)) if is_pseudonym(text)), "{:?}", r.source);
    assert!(r.team.as_deref().is_some_and(is_pseudonym));
}

#[test]
fn a_finding_of_a_reader_loses_what_it_quotes() {
    let mut records = Builder::through(pseudonyms());
    let table = "pers_person_id,pers_dob,pers_sex\nC1,Ann's birthday,f\nC2,2010-05-20,girl\nC2,2010-05-21,f\n";
    ssd::read_table(&mut records, Family::Person, table.as_bytes()).unwrap();
    let dataset = records.finish();
    let told = serde_json::to_string(dataset.findings()).unwrap();
    assert!(["Ann", "girl", "\"C1\"", "\"C2\"", "2010-05"].iter().all(|text| !told.contains(text)), "{told}");
    let person = pseudonyms().id(Family::Person, "C2");
    let of = |rule| {
        let of_rule = |finding: &&Finding| finding.rule == rule;
        dataset.findings().iter().filter(of_rule).map(|f| (f.row, f.person.clone())).collect::<Vec<_>>()
    };
    assert_eq!(of(FindingRule::RepeatedId), [(Some(4), Some(person))]);
    assert_eq!(of(FindingRule::UnreadableDate).len(), 1, "{told}");
}

/// Marks every text of a record that names or tells anything, so that what is left of it can be found.
const MARK: char = '¤';

fn marked(record: &Record, codes: bool) -> Record {
    const TEXTS: [&str; 8] = ["team", "role", "job_title", "registration", "urn", "postcode", "distance", "period"];
    const CODES: [&str; 17] = [
        "sex",
        "ethnicity",
        "source",
        "primary_need",
        "closure_reason",
        "initial_category",
        "latest_category",
        "start_reason",
        "ceased_reason",
        "kind",
        "provider",
        "change_reason",
        "eligibility",
        "in_touch",
        "accommodation",
        "suitability",
        "activity",
    ];
    let mut value = serde_json::to_value(record).unwrap();
    let of_legal_status = record.family() == Family::LegalStatus;
    for fields in value.as_object_mut().unwrap().values_mut() {
        for (name, field) in fields.as_object_mut().unwrap() {
            let is_code = CODES.contains(&name.as_str()) || (of_legal_status && name == "status");
            // What the generators leave empty.
            if field.is_null() && (TEXTS.contains(&name.as_str()) || (codes && is_code)) {
                *field = Value::String("text".to_owned());
            }
            let Value::String(text) = field else { continue };
            let is_date = text.get(..10).is_some_and(|date| date.parse::<NaiveDate>().is_ok());
            if !is_date && !name.starts_with("interview") && (codes || !is_code) {
                *field = Value::String(format!("{text}{MARK}{text}"));
            }
        }
    }
    serde_json::from_value(value).unwrap()
}

proptest! {
    #[test]
    fn ids_are_told_apart_and_keys_too(a in "[A-Za-z0-9/ -]{0,12}", b in "[A-Za-z0-9/ -]{0,12}", family in 0..16_usize) {
        let (mine, theirs) = (pseudonyms(), Pseudonyms::new(b"another key of 27 bytes, yes").unwrap());
        let family = Family::ALL[family];
        let of = |id: &str| mine.id(family, id);
        prop_assert_eq!(of(&a) == of(&b), a.trim() == b.trim());
        prop_assert_eq!(of(&a), of(&format!(" {a}\t")));
        prop_assert_eq!(of(&a).is_empty(), a.trim().is_empty());
        if !a.trim().is_empty() {
            prop_assert!(is_pseudonym(&of(&a)));
            prop_assert_ne!(of(&a), theirs.id(family, &a));
            let kinds: BTreeSet<String> = Family::ALL.iter().map(|family| mine.id(*family, &a)).collect();
            prop_assert_eq!(kinds.len(), Family::ALL.len());
        }
    }

    #[test]
    fn nothing_of_the_original_is_left_and_order_does_not_matter(records in population(1..6), codes in any::<bool>()) {
        let records: Vec<Record> = records.iter().map(|record| marked(record, codes)).collect();
        let pseudonyms = pseudonyms();
        let after: Vec<Record> = records.iter().map(|record| pseudonyms.record(record.clone())).collect();
        let mut reversed: Vec<Record> = records.iter().rev().map(|record| pseudonyms.record(record.clone())).collect();
        reversed.reverse();
        prop_assert_eq!(&after, &reversed);
        for (before, after) in records.iter().zip(&after) {
            prop_assert!(serde_json::to_string(before).unwrap().contains(MARK));
            let text = serde_json::to_string(after).unwrap();
            prop_assert!(!text.contains(MARK), "{text}");
            prop_assert_eq!(before.family(), after.family());
            if let Record::Person(person) = after {
                prop_assert!([person.date_of_birth, person.expected_date_of_birth].iter().flatten().all(|d| d.day() == 1));
            }
        }
        // What a dataset keeps has no more of it than the records.
        let mut through = Builder::through(pseudonyms);
        through.extend_ref(&records);
        let (through, taken) = (through.finish(), after.iter().cloned().collect::<Dataset>());
        prop_assert!(crate::ssd::describe(&through) == crate::ssd::describe(&taken));
        prop_assert_eq!(through.findings(), taken.findings());
    }
}

/// The indicators that the documentation says read an age.
fn said_to_read_an_age() -> BTreeSet<String> {
    let docs = include_str!("../../src/format/anonymise.rs").replace("\n//!   ", " ");
    let list = docs.lines().find_map(|line| line.split_once("these read an age, and can differ on other days: "));
    let list = list.expect("the list of the documentation").1;
    list.trim_end_matches(';').split(',').map(|key| key.trim().to_owned()).collect()
}

const BY_AGE: [&str; 2] = ["age band", "care leaver age band"];

/// The figures of all strata; teams and codes that no list knows under no name, since those are pseudonyms.
fn strata(ledger: &Ledger, reading: &Reading, breakdown: &str) -> Vec<(String, String)> {
    let readings = ledger.readings_by(reading.indicator(), reading.basis(), reading.as_at(), breakdown).unwrap();
    let mut strata: Vec<_> = readings
        .iter()
        .filter(|reading| !is_empty(reading))
        .map(|reading| {
            let name = reading.stratum().map_or("", |(_, stratum)| stratum.name());
            let is_code = Coded::<PlacementType>::read(name).known().is_some();
            let renamed = breakdown == "team" || (breakdown == "placement type" && !is_code);
            (if renamed { String::new() } else { name.to_owned() }, figure(reading))
        })
        .collect();
    strata.sort();
    strata
}

fn figure(reading: &Reading) -> String {
    format!("{:?} {:?}", reading.figure(), reading.sibling_groups())
}

fn is_empty(reading: &Reading) -> bool {
    match reading.figure() {
        Figure::Proportion(t, _) => [t.met, t.not_met, t.pending, t.excepted, t.excluded] == [0; 5],
        Figure::Composition(composition) => composition.count() == 0,
        Figure::Distribution(days) => days.count() == 0,
        _ => false,
    }
}

fn is_month_end(day: NaiveDate) -> bool {
    (day + Days::new(1)).day() == 1
}

/// Compares what two ledgers read on a day, and adds what differs although it may.
///
/// Where the records have ties that ids decide, the team of a child can be another one.
fn compare(
    engine: &Engine,
    [before, after]: [&Ledger; 2],
    day: NaiveDate,
    [leap, ties]: [bool; 2],
    differs: &mut BTreeSet<String>,
) {
    let ages = said_to_read_an_age();
    // Those born on 29 February are 18 on 1 March.
    let ages_stand = is_month_end(day) && !(leap && (day.month(), day.day()) == (2, 28));
    let timing: BTreeMap<String, Timing> = before.definitions().map(|d| (d.key(), d.timing)).collect();
    for one in before.scorecard(&[day]).unwrap().readings {
        let key = one.indicator();
        let other = after.reading(key, one.basis(), day).unwrap();
        let survives = ages_stand || !ages.contains(key);
        if figure(&one) != figure(&other) {
            assert!(!survives, "{key} {} as at {day}: {} became {}", one.basis(), figure(&one), figure(&other));
            differs.insert(key.to_owned());
        }
        for breakdown in engine.breakdowns().filter(|breakdown| !(ties && *breakdown == "team")) {
            let by_age = BY_AGE.contains(&breakdown);
            let survives = if by_age { ages_stand && timing[key] == Timing::Stock } else { survives };
            let (mine, theirs) = (strata(before, &one, breakdown), strata(after, &other, breakdown));
            if mine != theirs {
                assert!(!survives, "{key} {} by {breakdown} as at {day}: {mine:?} became {theirs:?}", one.basis());
                if by_age && timing[key] == Timing::Flow && is_month_end(day) {
                    differs.insert("flow by age".to_owned());
                }
            }
        }
    }
}

fn said(dataset: &Dataset) -> Vec<(Family, Option<u64>, String, FindingRule)> {
    // What reads an age to the day, or a date of death.
    let differs = [FindingRule::AdultAtStart, FindingRule::BeforeBirth, FindingRule::OpenAfterDeath];
    let findings = dataset.findings().iter().filter(|finding| !differs.contains(&finding.rule));
    let mut all: Vec<_> = findings.map(|f| (f.family, f.row, f.field.clone(), f.rule)).collect();
    all.sort();
    all
}

/// The day by which the records of a child are sorted, and the ids that decide among those of one day.
fn sorted_by(record: &Record) -> Option<(String, NaiveDate, String)> {
    let value = serde_json::to_value(record).unwrap();
    let fields = value.as_object().unwrap().values().next().unwrap().clone();
    let text = |name: &str| fields[name].as_str().map(|text| text.trim().to_owned());
    let on = ["start", "date", "latest_contact"].iter().find_map(|name| text(name))?;
    Some((text("person")?, on.get(..10)?.parse().ok()?, text("id")?))
}

/// Without the records whose ids, with others of their child and day, come in another order after than before.
fn without_turned_ties(records: &[Record], pseudonyms: &Pseudonyms) -> Vec<Record> {
    let mut kept: BTreeMap<(Family, String, NaiveDate), Vec<(String, String)>> = BTreeMap::new();
    let mut stay = Vec::new();
    for record in records {
        if let Some((person, on, id)) = sorted_by(record) {
            let pair = (id.clone(), pseudonyms.id(record.family(), &id));
            let tied = kept.entry((record.family(), person, on)).or_default();
            if tied.iter().any(|other| other.0.cmp(&pair.0) != other.1.cmp(&pair.1)) {
                continue;
            }
            tied.push(pair);
        }
        stay.push(record.clone());
    }
    stay
}

#[test]
fn the_figures_said_to_survive_do_and_the_others_can_differ() {
    let mut runner = TestRunner::deterministic();
    let (strategy, pseudonyms) = (scenario(1..6), pseudonyms());
    let mut differs = BTreeSet::new();
    let mut leap_days = 0;
    for number in 0..=CASES {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        let case = if number % 2 == 1 { with_counts(case, &[3, 6, 7, 2]) } else { case };
        let (given, as_at) = if number == 0 { before_a_birthday() } else { (case.records, case.as_at) };
        let records = without_turned_ties(&given, &pseudonyms);
        let born = |record: &Record| match record {
            Record::Person(person) => person.date_of_birth,
            _ => None,
        };
        let leap = records.iter().filter_map(born).any(|born| (born.month(), born.day()) == (2, 29));
        leap_days += u32::from(leap);
        let before: Dataset = records.iter().cloned().collect();
        let after: Dataset = records.into_iter().map(|record| pseudonyms.record(record)).collect();
        assert_eq!(said(&before), said(&after));
        // To divide every figure takes the most time.
        let engine = if number % 4 == 0 { engine() } else { Engine::new(everything()) };
        let engine = if let Some(day) = case.known_at.filter(|_| number > 0) { engine.known_at(day) } else { engine };
        let (before, after) = (engine.run(&before).unwrap(), engine.run(&after).unwrap());
        for day in as_at {
            compare(&engine, [&before, &after], day, [leap, false], &mut differs);
        }
    }
    assert!(leap_days > 0);
    let mut expected = said_to_read_an_age();
    expected.insert("flow by age".to_owned());
    assert_eq!(differs, expected);
}

const CASES: u32 = 200;

/// A care leaver ten days before the 16th birthday.
fn before_a_birthday() -> (Vec<Record>, Vec<NaiveDate>) {
    let status = CareLeaverStatus::new("S1", "C1").eligibility(Eligibility::Relevant).latest_contact(day(2016, 3, 1));
    let records = vec![Person::new("C1").date_of_birth(day(2000, 3, 20)).into(), status.into()];
    (records, vec![day(2016, 3, 10), day(2016, 3, 31)])
}

#[test]
fn the_figures_of_the_sample_authority_survive() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample-authority");
    let mut records = Builder::through(pseudonyms());
    for table in Family::ALL {
        let file = File::open(folder.join(table.table()).with_extension("csv")).unwrap();
        ssd::read_table(&mut records, table, file).unwrap();
    }
    let (before, after) = (sample(), records.finish());
    assert_eq!((before.records(), before.children().len()), (after.records(), after.children().len()));
    let hidden = after.children().all(|child| is_pseudonym(child.id()) && before.child(child.id()).is_none());
    assert!(hidden);
    assert_eq!(said(&before), said(&after));
    let (before, after) = (engine().run(&before).unwrap(), engine().run(&after).unwrap());
    let mut differs = BTreeSet::new();
    for day in [day(2017, 3, 31), day(2017, 12, 31), day(2018, 3, 31), day(2018, 6, 30), day(2018, 5, 9)] {
        compare(&engine(), [&before, &after], day, [true, true], &mut differs);
    }
    assert!(!differs.is_empty());
    let cla = |ledger: &Ledger| ledger.reading("CLA", Basis::AsAt, day(2018, 3, 31)).map(|reading| figure(&reading));
    assert_eq!(cla(&before).unwrap(), cla(&after).unwrap());
}

/// What the dataset takes for one it takes for one afterwards.
#[test]
fn texts_that_are_compared_as_one_have_one_pseudonym() {
    let through = |record: Record| pseudonyms().record(record);
    let team = |text: &str| match through(Referral::new("R1", "C1", day(2018, 3, 1)).team(text).into()) {
        Record::Referral(referral) => referral.team.unwrap(),
        _ => panic!("a referral"),
    };
    assert_eq!(team("North"), team(" North\t"));
    assert_ne!(team("North"), team("north"));
    assert_eq!(team("  "), "");

    let place = |id: &str, from, to, kind: &str, provider: &str| -> [Record; 2] {
        let mut placement = Placement::new(id, "C1", from).kind(Coded::read(kind)).provider(Coded::read(provider));
        let mut episode = LookedAfterEpisode::new(id, "C1", from).placement(id).start_reason(EpisodeStart::StartedCare);
        if from > day(2018, 1, 1) {
            episode = episode.start_reason(EpisodeStart::Placement);
        }
        (placement.end, episode.ceased) = (to, to);
        [placement.into(), episode.into()]
    };
    // Back in the placement after a temporary one, with codes that no list knows, and then somewhere else.
    let records: Vec<Record> = [
        place("H1", day(2018, 1, 1), Some(day(2018, 2, 1)), "Q9", "xx1"),
        place("H2", day(2018, 2, 1), Some(day(2018, 3, 1)), "T0", "PR1"),
        place("H3", day(2018, 3, 1), Some(day(2018, 4, 1)), "q9", " XX1"),
        place("H4", day(2018, 4, 1), None, "U4", "PR1"),
    ]
    .concat();
    let read = |records: Vec<Record>| {
        let ledger = Engine::new(everything()).run(&records.into_iter().collect()).unwrap();
        ledger.reading("NI 62", Basis::ROLLING_12M, day(2018, 6, 30)).unwrap().ratio().unwrap().to_string()
    };
    assert_eq!(read(records.clone()), "0 of 1");
    assert_eq!(read(records.into_iter().map(through).collect()), "0 of 1");
}

/// What stands where no form has anything may be a date of birth, under any name.
#[test]
fn a_finding_keeps_no_date_of_what_no_form_has() {
    let of = |field: &str, rule| pseudonyms().finding(Finding::new(Family::Person, field, "2012-05-20", rule)).value;
    for rule in [FindingRule::UnexpectedElement, FindingRule::LongRow, FindingRule::OpenQuote] {
        assert_eq!(of("born_on", rule), "", "{rule:?}");
    }
    assert_eq!(of("D.O.B.", FindingRule::ListsDisagree), "");
    assert_eq!(of("pers_death_date", FindingRule::AfterDeath), "2012-05-20");
}
