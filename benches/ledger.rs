//! How long it takes from records to readings, against a bare loop over packed arrays in the same run.
//!
//! `cargo bench --bench ledger` prints a figure a line, each beside its reference and its target: the loop that posts seven
//! indicators' flows and stocks of the same records to plain arrays of days, with nothing checked, named or explained.
//! `-- --children N` sets how many children (200,000 without it). The whole of England takes some minutes and 6 GB:
//! `cargo bench --bench ledger -- --children 4000000`.

#![allow(clippy::expect_used, reason = "a bench that cannot go on says so by a panic")]
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "times and ratios are printed, not kept")]

#[allow(dead_code, reason = "another bench uses the rest")]
mod population;

use std::hint::black_box;
use std::time::{Duration, Instant};

use csc_kpi::calendar::{Basis, plus_months};
use csc_kpi::chrono::Datelike;
use csc_kpi::indicator::catalogue;
use csc_kpi::record::Record;
use csc_kpi::{Dataset, Engine, Ledger, NaiveDate, Series};
use population::{first_day, population};

/// How often the bare loop runs at a time: often enough for the clock of the processor time.
const LOOPS: u32 = 50;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = arguments.windows(2).find(|pair| pair[0] == "--children").and_then(|pair| pair[1].parse().ok());
    let children: u64 = given.unwrap_or(200_000);

    let records = population(children);
    let number = records.len();
    println!("{children} children, {number} records over ten years, one core unless said");

    let packed = Packed::of(&records);
    let (dataset, building) = timed(|| records.into_iter().collect::<Dataset>());
    println!("records -> dataset       {}", per_second(number, building));
    println!(
        "memory of the dataset    {:>9.1} bytes a record, texts beside it {:.1}",
        ratio(dataset.heap_bytes() - dataset.text_bytes(), number),
        ratio(dataset.text_bytes(), number)
    );

    let ((), loops) = best(5, || (0..LOOPS).for_each(|_| drop(black_box(packed.post_seven_indicators()))));
    let reference = Took { wall: loops.wall / LOOPS, processor: loops.processor.map(|time| time / LOOPS) };
    println!("reference: bare loop     {reference} for seven indicators over packed arrays");

    let engine = Engine::new(catalogue::standard());
    let (ledger, judging) = best(10, || engine.run(&dataset).expect("the catalogue is consistent"));
    let all = ledger.definitions().count();
    println!(
        "dataset -> ledger        {judging} for all {all} indicators: {} the bare loop (target: 12)",
        judging.times(reference)
    );
    let (parallel, on_all) = best(10, || engine.run_parallel(&dataset).expect("the catalogue is consistent"));
    assert_eq!(parallel, ledger);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "  on {cores} cores             {:>9.2} ms: {:.2} times one core (target on two: about 0.5)",
        milliseconds(on_all.wall),
        on_all.wall.as_secs_f64() / judging.wall.as_secs_f64()
    );

    readings(&ledger);

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
    let median = times[500].as_secs_f64() * 1e6;
    println!("one changed child        {median:>9.2} µs at the median, retract and post (target: 20)");
    let json = serde_json::to_string(&ledger).expect("it can be written").len();
    println!("ledger, written as JSON  {:>9.2} MB", json as f64 / 1e6);
}

/// The ten-year series of everything, then readings one by one.
fn readings(ledger: &Ledger) {
    let ends: Vec<NaiveDate> =
        (1..=120).map(|month| plus_months(first_day(), month).pred_opt().expect("a day")).collect();
    let (card, first) = timed(|| ledger.scorecard(&ends).expect("every basis is kept"));
    let (_, again) = best(5, || ledger.scorecard(&ends).expect("every basis is kept"));
    println!(
        "ten-year series          {:>9.2} ms for {} readings, balances summed up on the way (target: 10); again {:.2} ms",
        milliseconds(first),
        card.readings.len(),
        milliseconds(again.wall)
    );
    let one_by_one = |series: Series<'_>| {
        let ((), time) = best(50, || ends.iter().for_each(|end| drop(black_box(series.at(*end)))));
        time.wall.as_secs_f64() * 1e9 / ends.len() as f64
    };
    for (kind, key, basis) in [
        ("proportion", "NI 65a", Basis::ROLLING_12M),
        ("stock", "NI 64 open", Basis::AsAt),
        ("composition", "NI 68 route", Basis::InQuarter),
        ("distribution", "ECS 138 days", Basis::Cumulative),
    ] {
        let time = one_by_one(ledger.series(key, basis).expect("it is in the catalogue"));
        println!("one reading, {kind:<13} {time:>8.0} ns (target: 100)");
    }
    let (_, named) = best(1000, || ledger.reading("NI 65a", Basis::ROLLING_12M, ends[119]));
    println!("  found by its name      {:>9.0} ns", named.wall.as_secs_f64() * 1e9);
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

/// How long something took.
#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    /// Of the thread, without the time it waited for a processor; where the system tells it.
    processor: Option<Duration>,
}

impl Took {
    /// How many times as long as `reference`.
    fn times(self, reference: Self) -> String {
        let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
        let processor = self.processor.zip(reference.processor).map(|(a, b)| format!(" ({:.1} by it)", ratio(a, b)));
        format!("{:.1} times{}", ratio(self.wall, reference.wall), processor.unwrap_or_default())
    }
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>9.2} ms", milliseconds(self.wall))?;
        self.processor.map_or(Ok(()), |time| write!(f, " (processor time {:.2})", milliseconds(time)))
    }
}

/// The processor time of this thread.
fn processor_time() -> Option<Duration> {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(status.split_whitespace().next()?.parse().ok()?))
}

/// The result of the last of several runs, with the shortest time of each kind.
fn best<T>(runs: usize, mut work: impl FnMut() -> T) -> (T, Took) {
    let mut run = || {
        let before = processor_time();
        let (done, wall) = timed(&mut work);
        let processor = processor_time().zip(before).map(|(after, before)| after.saturating_sub(before));
        (done, Took { wall, processor })
    };
    let (mut done, mut shortest) = run();
    for _ in 1..runs {
        drop(done);
        let again = run();
        done = again.0;
        shortest.wall = shortest.wall.min(again.1.wall);
        shortest.processor = shortest.processor.zip(again.1.processor).map(|(a, b)| a.min(b));
    }
    (done, shortest)
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
