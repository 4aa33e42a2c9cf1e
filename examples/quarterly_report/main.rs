//! The quarterly report of an authority: one HTML page, the same as Markdown, and as an Excel workbook.
//!
//! Without arguments it reports on the sample authority as at 30 June 2018.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use csc_kpi::{Dataset, NaiveDate};

mod chart;
#[path = "../common/mod.rs"]
mod common;
mod gather;
mod markdown;
mod page;
mod settings;
mod view;
mod workbook;

/// The quarterly report of an authority, from a folder of its data and a file of standards.
#[derive(Parser)]
#[command(name = "quarterly_report", version, max_term_width = 100)]
struct Arguments {
    /// Folder of SSD tables (ssd_person.csv and so on), SSDA903 returns (2018/episodes.csv), censuses and Annex A workbooks; without
    /// it the sample authority
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// File of standards, benchmarks and population; without it that of the sample authority, for other data none
    #[arg(long, value_name = "FILE")]
    standards: Option<PathBuf>,
    /// Reporting date, YYYY-MM-DD; without it the end of the last quarter up to which the data are supplied, or, where they do not
    /// say, before the last dated record; of an Annex A workbook the day on which it was made
    #[arg(long = "as-at", value_name = "DATE", value_parser = date)]
    as_at: Option<NaiveDate>,
    /// Calculate with what was known on this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    known_at: Option<NaiveDate>,
    /// Name of the authority
    #[arg(long, value_name = "NAME")]
    authority: Option<String>,
    /// Residents aged 0 to 17, in place of those in the file of standards
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    population: Option<u64>,
    /// Year of the population
    #[arg(long, value_name = "YEAR", requires = "population")]
    population_year: Option<i32>,
    /// Source of the population
    #[arg(long, value_name = "TEXT", requires = "population")]
    population_source: Option<String>,
    /// Hide nothing; every page says that the report is not for publication
    #[arg(long)]
    internal: bool,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "target/quarterly-report")]
    out: PathBuf,
}

fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "write it as YYYY-MM-DD, such as 2018-06-30".to_owned())
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quarterly_report: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let data = common::read(Dataset::builder(), arguments.data.as_deref())?;
    let as_at = match arguments.as_at {
        Some(day) => day,
        None => data.dates(1)?.pop().context("no reporting date")?,
    };
    let settings = settings::Settings::read(arguments, as_at)?;
    let view = gather::view(&data.dataset, &settings)?;
    fs::create_dir_all(&arguments.out).with_context(|| format!("cannot make {}", arguments.out.display()))?;
    write(&arguments.out, "quarterly-report.html", page::render(&view)?.as_bytes())?;
    write(&arguments.out, "quarterly-report.md", markdown::render(&view).as_bytes())?;
    write(&arguments.out, "quarterly-report.xlsx", &workbook::render(&view, as_at)?)
}

/// Writes a file and says where.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}
