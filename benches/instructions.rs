//! The instructions of the kernels, counted by valgrind: the same on each run of one build, so that a slowdown is seen in
//! review. `cargo bench --bench instructions` prints each count beside that of `benches/instructions.txt`;
//! `cargo bench --bench instructions -- --save` writes them there. Without valgrind it says so and counts nothing.
//!
//! Only what the kernel itself takes is counted, on its second run, and the population is made on one thread: what threads
//! do side by side, and where memory is taken by chance, is not the same on each run.

#![allow(clippy::expect_used, reason = "a bench that cannot go on says so by a panic")]
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "ratios are printed, not kept")]

#[allow(dead_code, reason = "another bench uses the rest")]
mod population;

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use csc_kpi::calendar::plus_months;
use csc_kpi::indicator::catalogue;
use csc_kpi::{BySex, Dataset, Engine, Ledger, NaiveDate};
use population::{first_day, population};

const CHILDREN: u64 = 2000;
const KERNELS: [&str; 6] = ["judge", "judge by sex", "ten-year series", "change one child", "merge", "write and read"];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--kernel") {
        let children =
            arguments.get(at + 2).map_or(CHILDREN, |children| children.parse().expect("a number of children"));
        run(&arguments[at + 1], children);
        return;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not there: no instructions are counted");
        return;
    }
    let compiler = Command::new("rustc").arg("--version").output().expect("rustc is there");
    let compiler = String::from_utf8_lossy(&compiler.stdout).trim().to_owned();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.txt");
    let baseline = std::fs::read_to_string(&file).unwrap_or_default();
    let line =
        |name: &str| baseline.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned);
    println!("{compiler}; the baseline is of {}", line("compiler").unwrap_or_else(|| "none".to_owned()));
    let mut written = format!("compiler: {compiler}\n");
    for kernel in KERNELS {
        let count = counted(kernel);
        let before = line(kernel).and_then(|count| count.parse::<u64>().ok());
        let change = before.map_or_else(
            || "no baseline".to_owned(),
            |before| format!("{:+.2}% against {before}", (count as f64 / before as f64 - 1.0) * 100.0),
        );
        println!("{kernel:<18} {count:>12} instructions, {change}");
        writeln!(written, "{kernel}: {count}").expect("a text can be written to");
    }
    if arguments.iter().any(|argument| argument == "--save") {
        std::fs::write(file, written).expect("the baseline can be written");
    }
}

/// The instructions of this program in the second run of the kernel.
fn counted(kernel: &str) -> u64 {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*counted_kernel*"])
        .arg(program)
        .args(["--kernel", kernel])
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .expect("valgrind is there");
    let said = String::from_utf8_lossy(&output.stderr);
    let count = said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim().parse());
    count.expect("valgrind counts").expect("a number")
}

fn run(kernel: &str, children: u64) {
    let dataset: Dataset = population(children).into_iter().collect();
    let engine = Engine::new(catalogue::standard());
    let broken_down = engine.clone().by(BySex);
    let mut ledger = engine.run(&dataset).expect("the catalogue is consistent");
    let ends: Vec<NaiveDate> = (1..=120).map(|month| plus_months(first_day(), month)).collect();
    let child = dataset.child("C17").expect("it was made");
    let mut once = || match kernel {
        "judge" => drop(black_box(engine.run(&dataset))),
        "judge by sex" => drop(black_box(broken_down.run(&dataset))),
        "ten-year series" => drop(black_box(ledger.clone().scorecard(&ends))),
        "change one child" => {
            engine.retract(&mut ledger, &child).expect("it was posted");
            engine.post(&mut ledger, &child).expect("it can be posted");
        }
        "merge" => ledger.clone().merge(&ledger).expect("it is the same"),
        _ => {
            let json = serde_json::to_string(&ledger).expect("it can be written");
            drop(black_box(serde_json::from_str::<Ledger>(&json)));
        }
    };
    once();
    counted_kernel(&mut once);
}

/// The one that is counted, by its name.
#[inline(never)]
fn counted_kernel(kernel: &mut dyn FnMut()) {
    kernel();
    black_box(());
}
