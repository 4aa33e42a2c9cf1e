//! How long it takes from records, and from the tables of the Standard Safeguarding Dataset, to a dataset.
//!
//! `-- --children N` sets how many children (200,000 without it).

#![allow(clippy::expect_used, reason = "a bench that cannot go on says so by a panic")]
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "times and ratios are printed, not kept")]

use std::time::{Duration, Instant};

use csc_kpi::{Builder, Dataset};

mod population;

/// User and system time of this process so far, in milliseconds.
fn cpu() -> (u64, u64) {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("linux");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    (fields[11].parse::<u64>().expect("n") * 10, fields[12].parse::<u64>().expect("n") * 10)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = arguments.windows(2).find(|pair| pair[0] == "--children").and_then(|pair| pair[1].parse().ok());
    let children: u64 = given.unwrap_or(200_000);
    let records = if arguments.iter().any(|a| a == "--sorted") {
        population::population(children)
    } else {
        population::shuffled(&population::population(children))
    };
    let number = records.len();
    println!("{children} children, {number} records over ten years in no order");
    for _ in 0..3 {
        let c0 = cpu();
        let begun = Instant::now();
        let mut builder = Builder::default();
        builder.extend_ref(&records);
        let taken = begun.elapsed();
        let c1 = cpu();
        let dataset = builder.finish();
        let all = begun.elapsed();
        let c2 = cpu();
        println!("user {}+{} sys {}+{}", c1.0 - c0.0, c2.0 - c1.0, c1.1 - c0.1, c2.1 - c1.1);
        println!(
            "by ref {} ms + {} ms: {:.2} M/s; {:.1} B/record, text {:.1}",
            taken.as_millis(),
            (all - taken).as_millis(),
            number as f64 / all.as_secs_f64() / 1e6,
            (dataset.heap_bytes() - dataset.text_bytes()) as f64 / number as f64,
            dataset.text_bytes() as f64 / number as f64
        );
    }
}
