//! How long it takes from records to readings, against a bare loop over packed arrays in the same run.
//!
//! `cargo bench` prints a figure a line, each beside its reference: the loop that posts seven indicators' flows and stocks
//! of the same records to plain arrays of days, with nothing checked, named or explained. `-- --children N` sets how many
//! children (200,000 without it).

#![allow(clippy::expect_used, reason = "a bench that cannot go on says so by a panic")]
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "times and ratios are printed, not kept")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use csc_kpi::calendar::{Basis, plus_months};
use csc_kpi::chrono::{Datelike, Duration as Days};
use csc_kpi::indicator::catalogue;
use csc_kpi::record::{
    AbuseCategory, Assessment, LookedAfterEpisode, MissingEpisode, Person, Placement, PlacementType, ProtectionPlan,
    Record, Referral,
};
use csc_kpi::{Dataset, Engine, NaiveDate};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = arguments.windows(2).find(|pair| pair[0] == "--children").and_then(|pair| pair[1].parse().ok());
    let children: u64 = given.unwrap_or(200_000);

    let records = population(children);
    let number = records.len();
    println!("{children} children, {number} records over ten years, one core");

    let (dataset, building) = timed(|| records.iter().cloned().collect::<Dataset>());
    println!("records -> dataset     {}", per_second(number, building));
    println!(
        "memory                 {:.1} bytes a record, texts beside it {:.1}",
        ratio(dataset.heap_bytes() - dataset.text_bytes(), number),
        ratio(dataset.text_bytes(), number)
    );

    let packed = Packed::of(&records);
    drop(records);
    let (_, reference) = best(5, || black_box(packed.post_seven_indicators()));
    println!("reference: bare loop   {:>9.2} ms for seven indicators over packed arrays", milliseconds(reference));

    let engine = Engine::new(catalogue::standard());
    let (ledger, judging) = best(3, || engine.run(&dataset).expect("the catalogue is consistent"));
    let all = ledger.definitions().count();
    println!(
        "dataset -> ledger      {:>9.2} ms for all {all} indicators: {:.1} times the bare loop",
        milliseconds(judging),
        judging.as_secs_f64() / reference.as_secs_f64()
    );

    let ends: Vec<NaiveDate> =
        (1..=120).map(|month| plus_months(first_day(), month).pred_opt().expect("a day")).collect();
    let (card, reading) = timed(|| ledger.scorecard(&ends).expect("every basis is kept"));
    println!(
        "ten-year series        {:>9.2} ms for {} readings: {:.0} ns a reading",
        milliseconds(reading),
        card.readings.len(),
        reading.as_secs_f64() * 1e9 / card.readings.len() as f64
    );

    let child = dataset.child("C17").expect("it was made");
    let mut ledger = ledger;
    let mut times: Vec<Duration> = (0..1000)
        .map(|_| {
            let begun = Instant::now();
            engine.retract(&mut ledger, &child).expect("it was posted");
            engine.post(&mut ledger, &child).expect("it can be posted");
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("one changed child      {:>9.2} µs at the median (retract and post)", times[500].as_secs_f64() * 1e6);
    let (_, one) = best(1000, || ledger.reading("NI 65a", Basis::ROLLING_12M, ends[119]));
    println!("one reading by name    {:>9.0} ns", one.as_secs_f64() * 1e9);
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

/// The shortest of several runs.
fn best<T>(runs: usize, mut work: impl FnMut() -> T) -> (T, Duration) {
    let mut shortest = timed(&mut work);
    for _ in 1..runs {
        let run = timed(&mut work);
        if run.1 < shortest.1 {
            shortest = run;
        }
    }
    shortest
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn per_second(number: usize, time: Duration) -> String {
    format!("{:>9.2} ms, {:.2} million records a second", milliseconds(time), number as f64 / time.as_secs_f64() / 1e6)
}

fn ratio(a: usize, b: usize) -> f64 {
    a as f64 / b as f64
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2015, 4, 1).expect("a day")
}

/// A generator of numbers with nothing random in it: the same for each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn day(&mut self, span: u64) -> Days {
        Days::days(i64::try_from(self.below(span)).expect("it is small"))
    }
}

/// Children with a little over three records each, in the proportions of a national return.
fn population(children: u64) -> Vec<Record> {
    let mut numbers = Numbers(1);
    let mut records = Vec::new();
    for child in 0..children {
        let id = format!("C{child}");
        let born = first_day() - numbers.day(16 * 365);
        records.push(Record::from(Person::new(&id).date_of_birth(born)));
        for number in 0..=(numbers.below(3) / 2) {
            let received = first_day() + numbers.day(3650);
            let referral = format!("R{child}-{number}");
            records.push(Referral::new(&referral, &id, received).no_further_action(numbers.below(4) == 0).into());
            if numbers.below(3) > 0 {
                let authorised = received + numbers.day(90);
                let assessment = Assessment::new(format!("A{child}-{number}"), &id, received);
                records.push(assessment.referral(referral).authorised(authorised).into());
            }
        }
        if numbers.below(10) == 0 {
            let start = first_day() + numbers.day(3650);
            let plan = ProtectionPlan::new(format!("L{child}"), &id, start).initial_category(AbuseCategory::Neglect);
            records.push(plan.end(start + numbers.day(700)).into());
        }
        if numbers.below(12) == 0 {
            let start = first_day() + numbers.day(3650);
            let end = start + Days::days(30) + numbers.day(1500);
            let placement = Placement::new(format!("H{child}"), &id, start).kind(PlacementType::U6).end(end);
            records.push(placement.into());
            let episode = LookedAfterEpisode::new(format!("E{child}"), &id, start).placement(format!("H{child}"));
            records.push(episode.ceased(end).into());
            if numbers.below(3) == 0 {
                records.push(MissingEpisode::new(format!("M{child}"), &id, start + numbers.day(30)).into());
            }
        }
    }
    records
}

/// The same records as an expert would pack them for one loop: days as numbers, nothing else.
struct Packed {
    referrals: Vec<(u32, i32, bool)>,
    assessments: Vec<(i32, i32)>,
    plans: Vec<(u32, i32, i32)>,
    care: Vec<(i32, i32)>,
}

impl Packed {
    fn of(records: &[Record]) -> Self {
        let mut packed = Self { referrals: Vec::new(), assessments: Vec::new(), plans: Vec::new(), care: Vec::new() };
        let mut child = 0;
        let number = |day: NaiveDate| day.num_days_from_ce() - first_day().num_days_from_ce();
        for record in records {
            match record {
                Record::Person(_) => child += 1,
                Record::Referral(r) => {
                    packed.referrals.push((child, number(r.date), r.no_further_action == Some(true)));
                }
                Record::Assessment(r) => {
                    let authorised = r.authorised.expect("all are");
                    packed.assessments.push((number(r.start.date()), number(authorised.date())));
                }
                Record::ProtectionPlan(r) => {
                    packed.plans.push((child, number(r.start), number(r.end.expect("all have"))));
                }
                Record::LookedAfterEpisode(r) => {
                    packed.care.push((number(r.start), number(r.ceased.expect("all have"))));
                }
                _ => {}
            }
        }
        packed.referrals.sort_unstable();
        packed
    }

    /// NI 68, ECS 14a, ECS 138 (in calendar days), NI 65, ECS 133, NI 64 open, CLA.
    fn post_seven_indicators(&self) -> [Vec<i64>; 14] {
        let mut books: [Vec<i64>; 14] = std::array::from_fn(|_| vec![0; 7000]);
        let mut before: Option<(u32, i32)> = None;
        for (child, day, no_action) in &self.referrals {
            books[usize::from(*no_action)][index(*day)] += 1;
            let repeat = before.is_some_and(|(same, earlier)| same == *child && day - earlier <= 365);
            books[2 + usize::from(repeat)][index(*day)] += 1;
            before = Some((*child, *day));
        }
        for (start, authorised) in &self.assessments {
            books[4 + usize::from(authorised - start > 63)][index(*authorised)] += 1;
        }
        let mut last = None;
        for (child, start, end) in &self.plans {
            books[6 + usize::from(last == Some(child))][index(*start)] += 1;
            last = Some(child);
            for (at, long) in [(8, 548), (10, 729)] {
                let turns = (*start + long).min(*end);
                books[at][index(*start)] += 1;
                books[at][index(turns)] -= 1;
                books[at + 1][index(turns)] += 1;
                books[at + 1][index(*end)] -= 1;
            }
        }
        for (start, end) in &self.care {
            books[12][index(*start)] += 1;
            books[12][index(*end)] -= 1;
        }
        books
    }
}

fn index(day: i32) -> usize {
    usize::try_from(day).unwrap_or(0).min(6999)
}
