//! How long it takes from records, and from the tables of the Standard Safeguarding Dataset, to a dataset.
//!
//! `cargo bench --bench dataset` prints each figure beside its reference: DuckDB and Polars on the same files, with as many
//! threads, where `python3` has them (`pip install duckdb polars`). `-- --children N` sets how many children (200,000
//! without it), `-- --records` leaves the tables out; the whole of England is `-- --children 4000000`, which needs some 12 GB of memory.

#![allow(clippy::expect_used, reason = "a bench that cannot go on says so by a panic")]
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "times and ratios are printed, not kept")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use csc_kpi::calendar::plus_months;
use csc_kpi::format::ssd;
use csc_kpi::indicator::catalogue;
use csc_kpi::record::{Family, Record};
use csc_kpi::{Builder, Dataset, Engine, Finding, NaiveDate, Severity};

mod population;

/// As many runs of each figure; the shortest counts.
const RUNS: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = arguments.windows(2).find(|pair| pair[0] == "--children").and_then(|pair| pair[1].parse().ok());
    let children: u64 = given.unwrap_or(200_000);
    let ordered = population::population(children);
    let number = ordered.len();
    println!("{children} children, {number} records over ten years; the shortest of {RUNS} runs");

    let records = population::shuffled(&ordered);
    drop(ordered);
    one_core(|| {
        let by_reference = best(|| {
            let mut builder = Builder::default();
            builder.extend_ref(&records);
            builder.finish()
        });
        let dataset = by_reference.result;
        println!("records in no order, by reference, one core  {}", by_reference.took.per_second(number));
        let obvious = best(|| grouped(&records));
        println!(
            "reference: grouped by maps of the library    {}, {:.2} times as long; nothing checked but ids",
            obvious.took.per_second(number),
            obvious.took.wall.as_secs_f64() / by_reference.took.wall.as_secs_f64()
        );
        println!(
            "memory                                       {:.1} bytes a record, texts beside it {:.1}",
            (dataset.heap_bytes() - dataset.text_bytes()) as f64 / number as f64,
            dataset.text_bytes() as f64 / number as f64
        );
    });
    let threads = rayon::current_num_threads();
    let side_by_side = best(|| {
        let mut builder = Builder::default();
        builder.extend_ref(&records);
        builder.finish()
    });
    println!("records in no order, {threads} threads              {}", side_by_side.took.per_second(number));
    drop(side_by_side);
    if arguments.iter().any(|argument| argument == "--records") {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tables-{children}"));
    let bytes = write_tables(&folder, &records);
    drop(records);
    println!("tables                                       {:.1} MB of CSV", bytes as f64 / 1e6);

    one_core(|| {
        let one = best(|| read(&folder, one_by_one));
        println!("tables, every cell checked, one core         {}", one.took.per_second(number));
    });
    let all = best(|| read(&folder, in_parallel));
    println!("tables, every cell checked, {threads} threads        {}", all.took.per_second(number));
    let end_to_end = best(|| ten_years(&read(&folder, in_parallel)));
    println!(
        "tables to ten-year series, {threads} threads         {}, {} readings of all indicators",
        end_to_end.took.per_second(number),
        end_to_end.result
    );
    references(&folder, threads, all.took, end_to_end.took);
    if arguments.iter().all(|argument| argument != "--keep") {
        fs::remove_dir_all(&folder).expect("the tables can be removed");
    }
}

/// What an expert would otherwise write of the standard library: the records of each child, and each id once.
fn grouped(records: &[Record]) -> (usize, usize) {
    let mut children: HashMap<&str, Vec<&Record>> = HashMap::new();
    let mut ids: HashSet<(Family, &str)> = HashSet::new();
    for record in records {
        let (id, person) = match record {
            Record::Person(r) => (&r.id, &r.id),
            Record::Referral(r) => (&r.id, &r.person),
            Record::Assessment(r) => (&r.id, &r.person),
            Record::ProtectionPlan(r) => (&r.id, &r.person),
            Record::LookedAfterEpisode(r) => (&r.id, &r.person),
            Record::Placement(r) => (&r.id, &r.person),
            Record::MissingEpisode(r) => (&r.id, &r.person),
            _ => continue,
        };
        if ids.insert((record.family(), id)) {
            children.entry(person).or_default().push(record);
        }
    }
    (children.len(), ids.len())
}

/// Runs on a pool of one thread, so that nothing is done side by side.
fn one_core(work: impl FnOnce() + Send) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool").install(work);
}

#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    /// Processor time of all threads, where the system tells it.
    processor: Option<Duration>,
}

impl Took {
    fn per_second(self, number: usize) -> String {
        let rate = |time: Duration| number as f64 / time.as_secs_f64() / 1e6;
        let processor = self.processor.filter(|time| !time.is_zero()).map_or_else(String::new, |time| {
            format!(" (processor time {:.0} ms: {:.2})", time.as_secs_f64() * 1e3, rate(time))
        });
        format!("{:>9.0} ms, {:.2} million a second{processor}", self.wall.as_secs_f64() * 1e3, rate(self.wall))
    }
}

struct Best<T> {
    result: T,
    took: Took,
}

/// The result of the last of several runs, with the shortest time of each kind.
fn best<T>(mut work: impl FnMut() -> T) -> Best<T> {
    let mut run = || {
        let (used, begun) = (processor_time(), Instant::now());
        let result = work();
        let wall = begun.elapsed();
        let processor = processor_time().zip(used).map(|(after, before)| after.saturating_sub(before));
        Best { result, took: Took { wall, processor } }
    };
    let mut best = run();
    for _ in 1..RUNS {
        let took = best.took;
        drop(best);
        best = run();
        best.took.wall = best.took.wall.min(took.wall);
        best.took.processor = best.took.processor.zip(took.processor).map(|(a, b)| a.min(b));
    }
    best
}

/// Processor time of this process with that the system spends for it, to a hundredth of a second.
fn processor_time() -> Option<Duration> {
    let status = fs::read_to_string("/proc/self/stat").ok()?;
    let ticks = status.rsplit(')').next()?.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    Some(Duration::from_millis(ticks.sum::<Result<u64, _>>().ok()? * 10))
}

fn read(folder: &Path, table: impl Fn(&mut Builder, Family, File)) -> Dataset {
    let mut builder = Builder::default();
    for family in Family::ALL {
        if let Ok(file) = File::open(path(folder, family)) {
            table(&mut builder, family, file);
        }
    }
    let dataset = builder.finish();
    // Some of the plans that are made up begin at 18 or over, which blocks no figure.
    let blocks = |finding: &&Finding| finding.severity() == Severity::BlocksFigure;
    assert_eq!(dataset.findings().iter().find(blocks), None, "the tables are in order");
    dataset
}

fn one_by_one(builder: &mut Builder, family: Family, file: File) {
    ssd::read_table(builder, family, file).expect("it can be read");
}

fn in_parallel(builder: &mut Builder, family: Family, file: File) {
    ssd::read_table_parallel(builder, family, file, |_| {}).expect("it can be read");
}

/// Every indicator of the catalogue on all its bases at 120 month ends.
fn ten_years(dataset: &Dataset) -> usize {
    let ledger = Engine::new(catalogue::standard()).run(dataset).expect("the catalogue is consistent");
    let first = population::first_day();
    let ends: Vec<NaiveDate> = (1..=120).map(|month| plus_months(first, month).pred_opt().expect("a day")).collect();
    ledger.scorecard(&ends).expect("every basis is kept").readings.len()
}

/// Prints what the reference takes on the same files, and how many times as long.
fn references(folder: &Path, threads: usize, load: Took, end_to_end: Took) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/reference.py");
    let output = Command::new("python3").arg(script).arg(folder).arg(threads.to_string()).output();
    let lines = match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => return println!("references failed: {}", String::from_utf8_lossy(&output.stderr).trim()),
        Err(_) => return println!("references: python3 not installed"),
    };
    for line in lines.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, version, wall, processor] = words[..] else { continue };
        let seconds = [wall, processor].map(|seconds| seconds.parse::<f64>().unwrap_or(0.0));
        if seconds[0] <= 0.0 {
            println!("reference {name}: not installed");
            continue;
        }
        let ours = if name.ends_with("end-to-end") { end_to_end } else { load };
        println!(
            "reference {name:<17} {version:<16} {:>9.0} ms, {:.2} times as long as here; processor time {:.0} ms{}",
            seconds[0] * 1e3,
            seconds[0] / ours.wall.as_secs_f64(),
            seconds[1] * 1e3,
            ours.processor.filter(|time| !time.is_zero()).map_or_else(String::new, |time| {
                format!(", {:.2} times as much as here", seconds[1] / time.as_secs_f64())
            })
        );
    }
}

fn path(folder: &Path, family: Family) -> PathBuf {
    folder.join(family.table()).with_extension("csv")
}

/// Writes the records as tables with all columns of the standard, and says how many bytes they have.
fn write_tables(folder: &Path, records: &[Record]) -> u64 {
    fs::create_dir_all(folder).expect("a folder for the tables");
    let mut files: BTreeMap<Family, BufWriter<File>> = BTreeMap::new();
    for record in records {
        let family = record.family();
        let file = files.entry(family).or_insert_with(|| {
            let mut file = BufWriter::new(File::create(path(folder, family)).expect("a table"));
            writeln!(file, "{}", ssd::columns(family).join(",")).expect("a header");
            file
        });
        let day = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        // In the order of `ssd::columns`.
        let row = match record {
            Record::Person(r) => format!("{},,,{},,", r.id, day(r.date_of_birth)),
            Record::Referral(r) => {
                let flag = r.no_further_action.map_or("", |flag| if flag { "Y" } else { "N" });
                format!("{},{},{},,,{flag},,,", r.id, r.person, r.date)
            }
            Record::Assessment(r) => {
                let authorised = day(r.authorised.map(csc_kpi::calendar::Moment::date));
                format!("{},{},{},{},{authorised},", r.id, r.person, text(&r.referral), r.start)
            }
            Record::ProtectionPlan(r) => {
                format!("{},,,{},{},{},N,NEG,NEG,", r.id, r.person, r.start, day(r.end))
            }
            Record::LookedAfterEpisode(r) => {
                format!("{},{},,{},{},,{},", r.id, r.person, text(&r.placement), r.start, day(r.ceased))
            }
            Record::Placement(r) => format!("{},,{},{},{},U6,,,,,", r.id, r.person, r.start, day(r.end)),
            Record::MissingEpisode(r) => format!("{},{},{},,,,,", r.id, r.person, r.start),
            _ => continue,
        };
        writeln!(file, "{row}").expect("a row");
    }
    files.into_values().map(|file| file.into_inner().expect("a whole table").metadata().expect("its size").len()).sum()
}
