//! What the readings of the sample authority say in words, beside the words of the printed report.

use std::path::Path;

use csc_kpi::calendar::Basis;
use csc_kpi::comparison::{Area, Benchmarks, Earlier, Good, Scale};
use csc_kpi::disclosure::{Policy, Publication};
use csc_kpi::indicator::{Definition, catalogue};
use csc_kpi::standard::Standards;
use csc_kpi::{Engine, NaiveDate, Narrative, Scorecard, Topic};

use crate::seed::sample;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn file(part: &str) -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/standards.json");
    let all: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[part].clone()
}

struct Report {
    standards: Standards,
    benchmarks: Benchmarks,
    publication: Publication,
    definitions: Vec<Definition>,
}

impl Report {
    fn of(card: &Scorecard, policy: &Policy) -> Self {
        Self {
            standards: serde_json::from_value(serde_json::json!({ "standards": file("standards") })).unwrap(),
            benchmarks: serde_json::from_value(file("benchmarks")).unwrap(),
            publication: card.publish(policy).unwrap(),
            definitions: card.definitions.clone(),
        }
    }

    fn told(&self, indicator: &str, basis: Basis, as_at: NaiveDate) -> Vec<(Topic, String)> {
        let definition = self.definitions.iter().find(|definition| definition.key() == indicator).unwrap();
        let find = |day| self.publication.find(indicator, basis, day, None);
        let reading = find(as_at).unwrap();
        let standing = reading.value().and_then(|value| self.standards.standing(indicator, basis, as_at, value));
        let mut narrative = Narrative::of(definition, reading).standing(standing.as_ref());
        let good = Good::of(definition.polarity, None).unwrap();
        if let Some(now) = reading.observation() {
            for earlier in [Earlier::PreviousPeriod, Earlier::SamePeriodLastYear] {
                let then = earlier.as_at(basis, as_at);
                if let Some(earlier) = find(then) {
                    narrative = narrative.movement(earlier, good);
                }
            }
            let areas = self.benchmarks.for_indicator(indicator).map(|benchmark| benchmark.area().clone());
            for area in areas.collect::<Vec<Area>>() {
                if let Some(benchmark) = self.benchmarks.latest(indicator, Scale::of(&now.value), &area, as_at) {
                    narrative = narrative.benchmark(benchmark.compared_with(&now, good).unwrap());
                }
            }
            narrative = narrative.interval();
        }
        narrative.sentences().into_iter().map(|sentence| (sentence.topic, sentence.text)).collect()
    }

    /// The sentences on one topic, as one text.
    fn on(&self, topic: Topic, indicator: &str, basis: Basis, as_at: NaiveDate) -> String {
        let told = self.told(indicator, basis, as_at);
        told.into_iter().filter(|(of, _)| *of == topic).map(|(_, text)| text).collect::<Vec<_>>().join(" ")
    }
}

const DATES: [(i32, u32, u32); 5] = [(2017, 6, 30), (2017, 9, 30), (2017, 12, 31), (2018, 3, 31), (2018, 6, 30)];

fn card() -> Scorecard {
    let dates = DATES.map(|(y, m, d)| day(y, m, d));
    Engine::new(catalogue::standard()).scorecard(&sample(), &dates).unwrap()
}

#[test]
fn the_report_is_told_from_the_records() {
    let report = Report::of(&card(), &Policy::internal().days_above(91));
    let june = day(2018, 6, 30);
    let (cumulative, as_at) = (Basis::Cumulative, Basis::AsAt);
    for (topic, indicator, basis, at, text) in [
        (Topic::Value, "ECS 138", cumulative, day(2018, 3, 31), "It was 84%: 1,752 of 2,095 assessments."),
        (
            Topic::Records,
            "ECS 138",
            cumulative,
            day(2018, 3, 31),
            "2 assessments could not be judged because of what is recorded.",
        ),
        (
            Topic::Standing,
            "NI 63",
            as_at,
            day(2018, 3, 31),
            "It is inside the standard (at least 72%), so the target is met.",
        ),
        (
            Topic::Benchmark,
            "NI 63",
            as_at,
            june,
            "It is higher than Statistical neighbours (69%, 2016/17, report of 26 September 2018), which is better; the \
             benchmark is of 2016/17, not of 2018/19. It is higher than England (70%, 2016/17, report of 26 September \
             2018), which is better; the benchmark is of 2016/17, not of 2018/19.",
        ),
        (
            Topic::Standing,
            "NI 68",
            cumulative,
            june,
            "It is lower than the standard (printed as upper limit 75.2%, lower limit 77%), and it is not judged: the upper \
             limit is printed below the lower one.",
        ),
        (
            Topic::Movement,
            "NI 65a",
            Basis::ROLLING_12M,
            june,
            "It is 1 percentage point lower than on 31 March 2018 (19%), which is better; the two periods share 274 of 365 \
             days, so the change comes from the others alone. It is 3 percentage points higher than on 30 June 2017 (15%), \
             which is worse.",
        ),
        (Topic::Records, "NI 65a", Basis::ROLLING_12M, june, "Those counted come from 26 families."),
        (
            Topic::Movement,
            "WRI",
            cumulative,
            june,
            "It is not comparable with the figure of 31 March 2018: the count began again in between. It is 23 lower than on \
             30 June 2017 (80).",
        ),
        (Topic::Records, "WRI", cumulative, june, "5 interviews outstanding."),
        (Topic::Records, "Care leavers status age", as_at, june, "For 14 of 90 care leavers it is more than 91 days."),
        (
            Topic::Measure,
            "ECS 133",
            as_at,
            june,
            "ECS 133 measures child protection plans open for more than 18 months, as a share of open plans, on 30 June \
             2018; lower is better.",
        ),
    ] {
        assert_eq!(report.on(topic, indicator, basis, at), text);
    }
}

/// Whatever the figures are: a hidden value is not graded, moved or compared, and every sentence is one.
#[test]
fn nothing_is_told_of_a_hidden_value() {
    let report = Report::of(&card(), &Policy::public().days_above(91));
    let mut hidden = 0;
    for definition in &report.definitions {
        for basis in &definition.bases {
            for (y, m, d) in DATES {
                let told = report.told(&definition.key(), *basis, day(y, m, d));
                let reading = report.publication.find(&definition.key(), *basis, day(y, m, d), None).unwrap();
                if reading.value().is_none() {
                    hidden += 1;
                    let silent = [Topic::Measure, Topic::Value, Topic::Records];
                    assert!(told.iter().all(|(topic, _)| silent.contains(topic)), "{told:?}");
                }
                for (_, text) in &told {
                    assert!(text.ends_with('.') && !text.ends_with("..") && !text.contains("  "), "{text}");
                    assert!(!text.contains(" below target") && !text.contains(" above target"), "{text}");
                }
            }
        }
    }
    assert!(hidden > 0);
}

/// 3 episodes by March, which are hidden, and 40 in June: neither the movement nor a benchmark of other numbers tells the 3.
#[test]
fn a_hidden_earlier_value_is_not_told_by_a_movement() {
    let (march, june) = (day(2018, 3, 31), day(2018, 6, 30));
    let dataset: csc_kpi::Dataset = (0..43)
        .map(|n| {
            let start = day(2018, if n < 3 { 2 } else { 5 }, 1);
            csc_kpi::record::MissingEpisode::new(format!("M{n}"), format!("C{n}"), start).end(start)
        })
        .collect();
    let card = Engine::new(catalogue::standard()).scorecard(&dataset, &[march, june]).unwrap();
    let publication = card.publish(&Policy::public()).unwrap();
    let find = |at| publication.find("Missing episodes", Basis::ROLLING_12M, at, None).unwrap();
    assert_eq!((find(march).shown(0).as_str(), find(june).shown(0).as_str()), ("[c]", "43"));
    let definition = catalogue::find("Missing episodes").unwrap().definition().clone();
    let told = Narrative::of(&definition, find(june)).movement(find(march), Good::Lower).interval().sentences();
    assert!(told.iter().all(|sentence| sentence.topic != Topic::Movement), "{told:?}");
    let told = Narrative::of(&definition, find(march)).movement(find(june), Good::Lower).interval().sentences();
    assert!(told.iter().all(|sentence| ![Topic::Movement, Topic::Certainty].contains(&sentence.topic)), "{told:?}");
    let internal = card.publish(&Policy::internal()).unwrap();
    let find = |at| internal.find("Missing episodes", Basis::ROLLING_12M, at, None).unwrap();
    let told = Narrative::of(&definition, find(june)).movement(find(march), Good::Lower).paragraph();
    assert!(told.contains("It is 40 higher than on 31 March 2018 (3)"), "{told}");
}

/// Zero is told as a concern where the standard says so, from its denominator on.
#[test]
fn zero_is_a_concern_where_it_is_declared_one() {
    use csc_kpi::record::{Person, ProtectionPlan};

    for (plans, concern) in [(19, false), (20, true)] {
        let mut records = csc_kpi::Dataset::builder();
        for number in 0..plans {
            records.push(Person::new(format!("C{number}")).date_of_birth(day(2010, 1, 1)));
            records.push(ProtectionPlan::new(format!("P{number}"), format!("C{number}"), day(2018, 5, 1)));
        }
        let june = day(2018, 6, 30);
        let card = Engine::new(catalogue::standard()).scorecard(&records.finish(), &[june]).unwrap();
        let report = Report::of(&card, &Policy::internal());
        let told = report.on(Topic::Standing, "NI 65a", Basis::ROLLING_12M, june);
        assert_eq!(told.contains("zero is a concern here"), concern, "{told}");
    }
}
