//! Every indicator of an authority as a table, JSON or CSV.
//!
//! Without arguments it reads the sample authority that ships beside it and prints Q4 2017/18 and Q1 2018/19.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use csc_kpi::calendar::{Basis, Quarter};
use csc_kpi::chrono::Datelike;
use csc_kpi::indicator::{AnyIndicator, Definition, catalogue};
use csc_kpi::measure::{Footing, Population, Rate, Reduction};
use csc_kpi::{
    AgeBands, ByAbuseCategory, ByEthnicGroup, ByPlacementType, BySex, ByTeam, ByUnaccompanied, Dataset, Decimal,
    Engine, EngineError, Evidence, Figure, Finding, FindingsReport, Ledger, NaiveDate, Reading, Reads, Severity,
    Unavailable,
};
use serde_json::{Value, json};

mod common;

/// Every indicator of children's social care from a folder of SSD tables, returns or censuses.
#[derive(Parser)]
#[command(name = "scorecard", version, max_term_width = 100)]
struct Arguments {
    /// Folder of SSD tables (ssd_person.csv and so on), SSDA903 returns (2018/episodes.csv), censuses and Annex A workbooks; without
    /// it the sample authority
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Reporting date, YYYY-MM-DD; repeatable; without it the ends of the last two quarters up to which the data are supplied, or,
    /// where they do not say, before the last dated record; of an Annex A workbook the day on which it was made
    #[arg(long = "as-at", value_name = "DATE", value_parser = date)]
    as_at: Vec<NaiveDate>,
    /// Calculate with what was known on this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    known_at: Option<NaiveDate>,
    /// Only this indicator, such as "NI 65a" or "NI 62 raw-moves"; repeatable
    #[arg(long, value_name = "CODE")]
    indicator: Vec<String>,
    /// Only this basis: rolling-12m (any number of months), cumulative, in-quarter, in-month, as-at; repeatable
    #[arg(long, value_name = "BASIS")]
    basis: Vec<Basis>,
    /// Break every figure down
    #[arg(long, value_name = "BREAKDOWN")]
    by: Option<By>,
    /// Show the units behind every figure, with reasons
    #[arg(long)]
    evidence: bool,
    /// Residents aged 0 to 17, for the rate of children looked after; the sample authority has 45,589
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    population: Option<u64>,
    /// Year of the population
    #[arg(long, value_name = "YEAR", requires = "population")]
    population_year: Option<i32>,
    /// Source of the population
    #[arg(long, value_name = "TEXT", requires = "population")]
    population_source: Option<String>,
    /// A rate per 10,000 to compare with, such as 59.9; the sample authority has that of its statistical neighbours
    #[arg(long, value_name = "RATE")]
    benchmark: Option<Decimal>,
    /// Which children the benchmark counts
    #[arg(long, value_enum, default_value_t = Counts::All)]
    benchmark_counts: Counts,
    /// Output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write all data-quality findings to this file, as CSV with the indicators that each may touch; where it ends in .json the
    /// report by rule, child and indicator
    #[arg(long, value_name = "FILE")]
    findings: Option<PathBuf>,
    /// Count the findings in that file by rule, child or indicator
    #[arg(long, value_enum, value_name = "WHAT", requires = "findings")]
    findings_by: Option<FindingsBy>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FindingsBy {
    Rule,
    Child,
    Indicator,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Counts {
    All,
    ExcludingUasc,
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    Sex,
    AgeBand,
    EthnicGroup,
    Uasc,
    Team,
    AbuseCategory,
    PlacementType,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::AgeBand => "age band",
            Self::EthnicGroup => "ethnic group",
            Self::Uasc => "UASC",
            Self::Team => "team",
            Self::AbuseCategory => "category of abuse",
            Self::PlacementType => "placement type",
        }
    }

    fn added_to(self, engine: Engine) -> Engine {
        match self {
            Self::Sex => engine.by(BySex),
            Self::AgeBand => engine.by(AgeBands::default()),
            Self::EthnicGroup => engine.by(ByEthnicGroup),
            Self::Uasc => engine.by(ByUnaccompanied),
            Self::Team => engine.by(ByTeam),
            Self::AbuseCategory => engine.by(ByAbuseCategory),
            Self::PlacementType => engine.by(ByPlacementType),
        }
    }
}

fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "write it as YYYY-MM-DD, such as 2018-03-31".to_owned())
}

const CARE_LEAVER_AGES: &str = "care leaver age band";

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that stops early (`| head`) is no failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scorecard: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let kind = cause
            .downcast_ref::<io::Error>()
            .map(io::Error::kind)
            .or_else(|| cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind))
            .or_else(|| match cause.downcast_ref::<csv::Error>().map(csv::Error::kind) {
                Some(csv::ErrorKind::Io(error)) => Some(error.kind()),
                _ => None,
            });
        kind == Some(io::ErrorKind::BrokenPipe)
    })
}

fn run(arguments: &Arguments) -> Result<()> {
    if arguments.evidence && arguments.format == Format::Csv {
        bail!("--evidence has no form in CSV; use --format json or --format table");
    }
    let data = common::read(Dataset::builder(), arguments.data.as_deref())?;
    let card = Card::calculate(arguments, &data)?;
    summarise_findings(arguments, &card)?;
    let mut out = BufWriter::new(io::stdout().lock());
    match arguments.format {
        Format::Table => card.write_table(&mut out)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &card.json()?)?;
            writeln!(out)?;
        }
        Format::Csv => card.write_csv(&mut out)?,
    }
    out.flush()?;
    Ok(())
}

/// A reading with all that the arguments ask for beside it.
struct Row {
    definition: Definition,
    reading: Reading,
    strata: Vec<Reading>,
    age_bands: Vec<Reading>,
    evidence: Vec<Evidence>,
    rates: Vec<Compared>,
}

/// A rate, and where a benchmark on the same footing would bring the count.
struct Compared {
    rate: Rate,
    benchmark: Option<(Decimal, Reduction)>,
}

struct Card {
    as_at: Vec<NaiveDate>,
    known_at: Option<NaiveDate>,
    rows: Vec<Row>,
    findings: Vec<Finding>,
    /// What the indicators read.
    reads: Vec<Reads>,
}

impl Card {
    fn calculate(arguments: &Arguments, data: &common::Data) -> Result<Self> {
        let (as_at, dataset) = (dates(arguments, data)?, &data.dataset);
        let mut engine = Engine::new(indicators(&arguments.indicator, dataset)?).by(AgeBands::care_leavers());
        engine = arguments.basis.iter().fold(engine, |engine, basis| engine.on(*basis));
        if let Some(by) = arguments.by {
            engine = by.added_to(engine);
        }
        if let Some(day) = arguments.known_at {
            engine = engine.known_at(day);
        }
        let ledger = engine.run(dataset)?;
        let mut rows = Vec::new();
        for day in &as_at {
            for definition in ledger.definitions() {
                let bases = if arguments.basis.is_empty() { &definition.bases } else { &arguments.basis };
                for basis in bases {
                    match Row::of(arguments, definition, (&engine, &ledger, dataset), (*basis, *day)) {
                        Ok(row) => rows.push(row),
                        // Asked for a basis that this indicator has not; another may have it.
                        Err(EngineError::NoSuchBasis { .. }) if !arguments.basis.is_empty() => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
        }
        if rows.is_empty() {
            bail!("none of the indicators asked for has a figure on the basis asked for; leave --basis out to see all");
        }
        let mut findings: Vec<Finding> = dataset.findings().iter().chain(ledger.findings()).cloned().collect();
        findings.sort();
        let reads = ledger.definitions().map(Definition::reads).collect();
        Ok(Self { as_at, known_at: arguments.known_at, rows, findings, reads })
    }

    fn json(&self) -> Result<Value> {
        let readings = self.rows.iter().map(Row::json).collect::<Result<Vec<_>>>()?;
        let mut card = json!({ "as_at": self.as_at, "findings": self.findings.len(), "readings": readings });
        let unavailable: Vec<String> = self.unavailable().iter().map(ToString::to_string).collect();
        if let (false, Value::Object(card)) = (unavailable.is_empty(), &mut card) {
            card.insert("unavailable".to_owned(), json!(unavailable));
        }
        if let (Some(day), Value::Object(card)) = (self.known_at, &mut card) {
            card.insert("known_at".to_owned(), json!(day));
        }
        Ok(card)
    }

    /// What cannot be made of the data, a sentence each.
    fn unavailable(&self) -> Vec<Unavailable> {
        Unavailable::among(self.rows.iter().map(|row| &row.reading))
    }

    fn write_table(&self, out: &mut impl Write) -> Result<()> {
        let mut table = Table::new();
        table.load_preset(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        if table.width().is_none() {
            table.set_width(150);
        }
        let mut header = vec!["Indicator".to_owned(), "What it measures".to_owned(), "Basis".to_owned()];
        header.extend(self.as_at.iter().map(|day| heading(*day)));
        table.set_header(header);
        // A line is an indicator on a basis, or what is told beside it; the dates are its columns.
        let mut lines: Vec<([&str; 2], String, String, Vec<String>)> = Vec::new();
        for row in &self.rows {
            let basis = row.reading.basis().to_string();
            let at = self.as_at.iter().position(|day| *day == row.reading.as_at()).unwrap_or(0);
            for (label, text) in row.cells() {
                let of = [row.reading.indicator(), &row.definition.title];
                let known = lines.iter().position(|line| line.0 == of && line.1 == label && line.2 == basis);
                let line = known.unwrap_or_else(|| {
                    lines.push((of, label, basis.clone(), vec![String::new(); self.as_at.len()]));
                    lines.len() - 1
                });
                lines[line].3[at] = text;
            }
        }
        let mut last = "";
        for ([key, title], label, basis, values) in lines {
            let mut cells = match (key == last, label.is_empty()) {
                (_, false) => vec![String::new(), label],
                (true, true) => vec![String::new(), String::new()],
                (false, true) => vec![key.to_owned(), title.to_owned()],
            };
            cells.push(basis);
            cells.extend(values);
            table.add_row(cells);
            last = key;
        }
        writeln!(out, "{table}")?;
        let unavailable = self.unavailable();
        if !unavailable.is_empty() {
            writeln!(out, "Cannot be made of these data, which is not the same as zero:")?;
            unavailable.iter().try_for_each(|sentence| writeln!(out, "  {sentence}"))?;
        }
        for row in self.rows.iter().filter(|row| !row.evidence.is_empty()) {
            let reading = &row.reading;
            writeln!(out, "\n{} {} as at {}:", reading.indicator(), reading.basis(), reading.as_at())?;
            for unit in &row.evidence {
                let what =
                    if unit.unit == unit.person { String::new() } else { format!(" {} {}", unit.family, unit.unit) };
                writeln!(out, "  {}{what}, {}: {} ({})", unit.person, unit.day, unit.outcome, unit.reason)?;
            }
        }
        Ok(())
    }

    fn write_csv(&self, out: &mut impl Write) -> Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record([
            "indicator",
            "basis",
            "as_at",
            "window_start",
            "window_end",
            "breakdown",
            "stratum",
            "part",
            "count",
            "met",
            "not_met",
            "pending",
            "excepted",
            "excluded",
            "numerator",
            "denominator",
            "value",
            "shown",
            "sibling_groups",
            "no_value",
        ])?;
        let with_parts = |row: &'_ Row| {
            let parts = row.strata.iter().chain(&row.age_bands).cloned();
            std::iter::once(row.reading.clone()).chain(parts).collect::<Vec<_>>()
        };
        for reading in &self.rows.iter().flat_map(with_parts).collect::<Vec<_>>() {
            for record in csv_records(reading) {
                writer.write_record(record)?;
            }
        }
        writer.flush()?;
        Ok(())
    }
}

impl Row {
    fn of(
        arguments: &Arguments,
        definition: &Definition,
        (engine, ledger, dataset): (&Engine, &Ledger, &Dataset),
        (basis, day): (Basis, NaiveDate),
    ) -> Result<Self, EngineError> {
        let key = definition.key();
        let reading = ledger.reading(&key, basis, day)?;
        let strata = arguments.by.map_or(Ok(Vec::new()), |by| ledger.readings_by(&key, basis, day, by.name()))?;
        let of_care_leavers = definition.unit == "care leaver" && reading.tally().is_some();
        let age_bands =
            if of_care_leavers { ledger.readings_by(&key, basis, day, CARE_LEAVER_AGES)? } else { Vec::new() };
        let evidence = if arguments.evidence && reading.obstacle().is_none() {
            engine.evidence(dataset, &key, basis, day)?
        } else {
            Vec::new()
        };
        let rates = rates(arguments, &reading);
        Ok(Self { definition: definition.clone(), reading, strata, age_bands, evidence, rates })
    }

    fn json(&self) -> Result<Value> {
        let mut value = serde_json::to_value(&self.reading)?;
        let Value::Object(fields) = &mut value else { bail!("a reading is an object") };
        if self.reading.tally().is_some() && self.definition.unit == "care leaver" {
            let bands = ["16", "17-18", "19-21", "22-25"].map(|band| {
                let of_band = self.age_bands.iter().find(|r| r.stratum().is_some_and(|(_, s)| s.name() == band));
                let tally = of_band.and_then(Reading::tally).copied().unwrap_or_default();
                let counts = json!({ "met": tally.met, "not_met": tally.not_met, "excluded": tally.excluded });
                (band.to_owned(), counts)
            });
            fields.insert("age_bands".to_owned(), Value::Object(bands.into_iter().collect()));
        }
        if !self.rates.is_empty() {
            let rates = self.rates.iter().map(|compared| {
                let mut rate = json!({
                    "rate_per_10000": csc_kpi::measure::round_half_up(compared.rate.per_10_000(), 6).to_string(),
                    "footing": compared.rate.footing(),
                    "population": compared.rate.population(),
                });
                if let Some((benchmark, reduction)) = &compared.benchmark {
                    rate["benchmark"] = json!(benchmark.to_string());
                    rate["at_benchmark"] = json!(reduction);
                }
                rate
            });
            fields.insert("rates".to_owned(), rates.collect());
        }
        if !self.strata.is_empty() {
            fields.insert("strata".to_owned(), serde_json::to_value(&self.strata)?);
        }
        if !self.evidence.is_empty() {
            fields.insert("evidence".to_owned(), serde_json::to_value(&self.evidence)?);
        }
        Ok(value)
    }

    /// The lines of the table: the figure, then its strata, age bands and rates.
    fn cells(&self) -> Vec<(String, String)> {
        let mut cells = vec![(String::new(), cell(&self.reading))];
        for reading in self.strata.iter().chain(&self.age_bands) {
            if let Some((_, stratum)) = reading.stratum() {
                cells.push((format!("– {stratum}"), cell(reading)));
            }
        }
        for Compared { rate, benchmark } in &self.rates {
            let population = rate.population();
            let of =
                format!("{} residents, {}, {}", thousands(population.residents), population.year, population.source);
            cells.push((format!("– rate per 10,000, {} ({of})", rate.footing()), rate.shown(1).to_string()));
            if let Some((benchmark, reduction)) = benchmark {
                let difference = match reduction.fewer {
                    fewer @ 0.. => format!("{fewer} fewer"),
                    more => format!("{} more", more.unsigned_abs()),
                };
                let label = format!("– at {benchmark} per 10,000, {}", rate.footing());
                cells.push((label, format!("{} children, {difference}", thousands(reduction.count))));
            }
        }
        cells
    }
}

fn cell(reading: &Reading) -> String {
    let mut notes = Vec::new();
    match reading.figure() {
        Figure::Proportion(tally, pending) => {
            let ratio = tally.ratio(*pending);
            let shown = ratio.shown_percent(0).unwrap_or_else(|| "–".to_owned());
            notes.push(format!("{shown}  {} of {}", thousands(ratio.numerator()), thousands(ratio.denominator())));
            let aside = [(tally.pending, "pending"), (tally.excepted, "excepted"), (tally.excluded, "excluded")];
            notes.extend(aside.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
        }
        Figure::Composition(composition) => {
            let parts: Vec<_> =
                composition.parts().map(|(name, count)| format!("{name} {}", thousands(count))).collect();
            notes.push(format!("{}  ({})", thousands(composition.count()), parts.join(", ")));
        }
        Figure::Distribution(days) => notes.push(match days.quartiles() {
            None => "–  of 0".to_owned(),
            Some([low, median, high]) => {
                format!("median {median}, quartiles {low} and {high}, of {}", thousands(days.count()))
            }
        }),
        Figure::Unavailable(obstacle) => notes.push(obstacle.mark()),
        _ => {}
    }
    notes.extend(reading.sibling_groups().map(|groups| format!("{groups} sibling groups")));
    notes.join(", ")
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> =
        digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(",")
}

fn heading(day: NaiveDate) -> String {
    let quarter = Quarter::containing(day);
    if quarter.last_day() == day { format!("{quarter}\n{day}") } else { day.to_string() }
}

fn dates(arguments: &Arguments, data: &common::Data) -> Result<Vec<NaiveDate>> {
    let given = &arguments.as_at;
    if let Some(day) = given.iter().enumerate().find(|(at, day)| given[..*at].contains(day)) {
        bail!("--as-at {} is given twice; give each date once", day.1);
    }
    if given.is_empty() { data.dates(usize::MAX) } else { Ok(given.clone()) }
}

/// Those asked for; else those that the data can be shown in.
fn indicators(codes: &[String], dataset: &Dataset) -> Result<Vec<AnyIndicator>> {
    if codes.is_empty() {
        return Ok(common::indicators(dataset.supply()));
    }
    let find = |code: &String| {
        catalogue::find(code).with_context(|| {
            let known: Vec<_> =
                catalogue::standard().iter().chain(&catalogue::options()).map(|i| i.definition().key()).collect();
            format!("there is no indicator {code:?}; --indicator takes one of: {}", known.join(", "))
        })
    };
    let found = codes.iter().map(find).collect::<Result<Vec<_>>>()?;
    let keys: Vec<_> = found.iter().map(|indicator| indicator.definition().key()).collect();
    if let Some((_, key)) = keys.iter().enumerate().find(|(at, key)| keys[..*at].contains(key)) {
        bail!("--indicator {key:?} is given twice; give each indicator once");
    }
    Ok(found)
}

/// The rates of children looked after on both footings, and the benchmark on its own; the sample authority brings both.
fn rates(arguments: &Arguments, reading: &Reading) -> Vec<Compared> {
    let sample = arguments.data.is_none() && arguments.population.is_none();
    let population = match arguments.population {
        Some(residents) => Population::new(
            residents,
            arguments.population_year.unwrap_or_else(|| reading.as_at().year()),
            arguments.population_source.as_deref().unwrap_or("source not given"),
        ),
        None if sample => Population::new(45_589, 2015, "ONS mid-year estimate"),
        None => return Vec::new(),
    };
    // Printed in the report of 2018 beside the rate of all children, and used there for those who are not UASC.
    let neighbours = || sample.then(|| Decimal::new(599, 1));
    let counted =
        if arguments.benchmark_counts == Counts::All { Footing::All } else { Footing::ExcludingUnaccompanied };
    let footings = [Footing::All, Footing::ExcludingUnaccompanied].into_iter();
    let rates = footings.filter_map(|footing| reading.rate(footing, population.clone())?.ok());
    rates
        .map(|rate| {
            let given = arguments.benchmark.filter(|_| rate.footing() == counted);
            let benchmark = if arguments.benchmark.is_some() { given } else { neighbours() };
            let reduction =
                |benchmark| rate.reduction_to(benchmark, rate.footing()).ok().map(|fewer| (benchmark, fewer));
            Compared { benchmark: benchmark.and_then(reduction), rate }
        })
        .collect()
}

fn summarise_findings(arguments: &Arguments, card: &Card) -> Result<()> {
    let findings = &card.findings;
    let report = FindingsReport::touching(findings, &card.reads);
    if report.count() > 0 {
        let severities = [Severity::BlocksFigure, Severity::MayChangeFigure, Severity::ForInformation];
        let counts = severities.map(|severity| format!("{severity} {}", thousands(report.of(severity))));
        eprintln!("{} data-quality findings ({}):", thousands(report.count()), counts.join(", "));
    }
    for rule in report.by_rule() {
        let first = &rule.first;
        let number = rule.collection.zip(rule.number).map(|(of, number)| format!("{of} rule {number}, "));
        let file = first.file.as_ref().map(|file| format!("{file} "));
        let row = first.row.map(|row| format!("row {row}, "));
        eprintln!(
            "  {:>6}  {}, {}: {}{} (first: {}{}{} {:?}){}",
            rule.count,
            rule.severity,
            rule.family.table(),
            number.unwrap_or_default(),
            rule.words,
            file.unwrap_or_default(),
            row.unwrap_or_default(),
            first.field,
            first.value,
            touched(&rule.indicators)
        );
    }
    if let Some(path) = &arguments.findings {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            serde_json::to_writer_pretty(file, &report)?;
            return Ok(());
        }
        let mut writer = csv::Writer::from_writer(file);
        if let Some(by) = arguments.findings_by {
            match by {
                FindingsBy::Rule => {
                    writer.write_record(FindingsReport::RULE_COLUMNS)?;
                    report.rule_rows().try_for_each(|row| writer.write_record(row))?;
                }
                FindingsBy::Child => {
                    writer.write_record(FindingsReport::CHILD_COLUMNS)?;
                    report.child_rows().try_for_each(|row| writer.write_record(row))?;
                }
                FindingsBy::Indicator => {
                    writer.write_record(FindingsReport::INDICATOR_COLUMNS)?;
                    report.indicator_rows().try_for_each(|row| writer.write_record(row))?;
                }
            }
            writer.flush()?;
            return Ok(());
        }
        writer.write_record(Finding::COLUMNS.into_iter().chain(["indicators"]))?;
        for finding in findings {
            let touched = card.reads.iter().filter(|reads| reads.touched_by(finding));
            let touched: Vec<&str> = touched.map(|reads| &*reads.indicator).collect();
            writer.write_record(finding.cells().into_iter().chain([touched.join("; ")]))?;
        }
        writer.flush()?;
    }
    Ok(())
}

/// Which indicators are touched, at the end of a line.
fn touched(indicators: &[std::sync::Arc<str>]) -> String {
    const TOLD: usize = 6;
    let told = indicators.iter().take(TOLD).map(|key| &**key).collect::<Vec<_>>().join(", ");
    match indicators.len().checked_sub(TOLD) {
        _ if indicators.is_empty() => String::new(),
        Some(more) if more > 0 => format!("; may touch {told} and {more} more"),
        _ => format!("; may touch {told}"),
    }
}

/// One record for a proportion, a distribution or a figure that cannot be made, one a part for a composition.
fn csv_records(reading: &Reading) -> Vec<Vec<String>> {
    let window = reading.window();
    let (breakdown, stratum) = reading.stratum().map_or(("", ""), |(breakdown, stratum)| (breakdown, stratum.name()));
    let head = [
        reading.indicator().to_owned(),
        reading.basis().to_string(),
        reading.as_at().to_string(),
        window.map_or_else(String::new, |window| window.start.to_string()),
        window.map_or_else(String::new, |window| window.end.to_string()),
        breakdown.to_owned(),
        stratum.to_owned(),
    ];
    let no_value = match reading.figure() {
        Figure::Proportion(tally, pending) if tally.ratio(*pending).denominator() == 0 => {
            "empty denominator".to_owned()
        }
        Figure::Unavailable(obstacle) => obstacle.to_string(),
        _ => String::new(),
    };
    let record = |part: &str, count: String, rest: [String; 10]| {
        head.iter().cloned().chain([part.to_owned(), count]).chain(rest).chain([no_value.clone()]).collect::<Vec<_>>()
    };
    let blank = || std::array::from_fn::<String, 10, _>(|_| String::new());
    match reading.figure() {
        Figure::Proportion(tally, pending) => {
            let ratio = tally.ratio(*pending);
            let counts = [tally.met, tally.not_met, tally.pending, tally.excepted, tally.excluded];
            let mut rest = blank();
            for (cell, count) in rest.iter_mut().zip(counts.into_iter().chain([ratio.numerator(), ratio.denominator()]))
            {
                *cell = count.to_string();
            }
            rest[7] = ratio.percent_text().unwrap_or_default();
            rest[8] = ratio.shown_percent(0).unwrap_or_default();
            rest[9] = reading.sibling_groups().map_or_else(String::new, |groups| groups.to_string());
            vec![record("", String::new(), rest)]
        }
        Figure::Composition(composition) => {
            let whole = record("", composition.count().to_string(), blank());
            let parts = composition.parts().map(|(name, count)| record(name, count.to_string(), blank()));
            std::iter::once(whole).chain(parts).collect()
        }
        Figure::Distribution(days) => {
            let mut rest = blank();
            rest[7] = days.median().map_or_else(String::new, |median| median.to_string());
            vec![record("", days.count().to_string(), rest)]
        }
        Figure::Unavailable(_) => vec![record("", String::new(), blank())],
        _ => Vec::new(),
    }
}
