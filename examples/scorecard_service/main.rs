//! The figures of an authority over HTTP, kept current while the records of single children are replaced.
//!
//! ```sh
//! cargo run --release --example scorecard_service -- --token "$TOKEN"
//! ```
//!
//! # What is given to whom
//!
//! All figures of a version, in total and broken down, at all reporting dates, go through one publishing step; answers are
//! parts of that publication, so that no two answers of one version give away what is hidden. Other dates are not answered.
//! The units behind a figure, and the figure as it is, are given to who has the token.
//!
//! Disclosure control knows nothing of time: who reads before and after each replacement sees by how much a figure changed.
//! Where readers may do so, round (`--round-to 5`) or let only trusted systems read.
//!
//! # What a replacement can resolve
//!
//! A replacement brings all records of one child. They may refer to each other and to the professionals that were read at the
//! start. Where records of other children come in, in either direction (an assessment of a brother on his sister's referral),
//! the replacement is refused with a conflict that names them, and nothing changes; such children are read together, at a
//! start. One case is not seen: a reference of another child to a record that was left out at the start because it ends before
//! it starts stays unresolved when that record comes right.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::Parser;
use csc_kpi::disclosure::{Policy, Rounding, Threshold};
use csc_kpi::standard::Standards;
use csc_kpi::{
    AgeBands, Builder, ByAbuseCategory, ByEthnicGroup, ByPlacementType, BySex, ByTeam, ByUnaccompanied, Engine,
    NaiveDate,
};

#[path = "../common/mod.rs"]
mod common;
mod problem;
mod register;
mod routes;
mod service;

use register::Register;
use serde::Deserialize;
use service::{Professionals, Service, Terms};

/// A file of standards; benchmarks and population in it are for reports.
#[derive(Deserialize)]
struct File {
    #[serde(flatten)]
    standards: Standards,
}

/// How long answers that are under way may take once the service is told to stop.
const GRACE: Duration = Duration::from_secs(30);

/// Serves the figures of an authority over HTTP.
#[derive(Parser)]
#[command(name = "scorecard_service", version, max_term_width = 100)]
struct Arguments {
    /// Folder of SSD tables (ssd_person.csv and so on), SSDA903 returns (2018/episodes.csv), censuses and Annex A workbooks; without
    /// it the sample authority
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Standards to judge by, as JSON; the sample authority has its own
    #[arg(long, value_name = "FILE")]
    standards: Option<PathBuf>,
    /// Reporting date to publish, YYYY-MM-DD; repeatable; without it the ends of the last two quarters up to which the data are
    /// supplied, or, where they do not say, before the last dated record; of an Annex A workbook the day on which it was made
    #[arg(long = "as-at", value_name = "DATE")]
    as_at: Vec<NaiveDate>,
    /// Breakdown to publish, such as "sex"; repeatable. Small strata can cost totals: what gives them away is hidden
    #[arg(long, value_name = "BREAKDOWN", value_parser = BREAKDOWNS)]
    by: Vec<String>,
    /// Counts from 1 up to this are hidden; 0 hides none
    #[arg(long, value_name = "N", default_value = "5")]
    hide_up_to: u32,
    /// Round counts to the nearest 5 or 10
    #[arg(long, value_name = "N", value_parser = ["5", "10"])]
    round_to: Option<String>,
    /// What a client must bring to see evidence and to replace children; or the variable SCORECARD_TOKEN, which other users of
    /// the machine cannot see; without either both are refused
    #[arg(long, value_name = "TEXT")]
    token: Option<String>,
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The largest body that is read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    body_limit: usize,
}

const BREAKDOWNS: [&str; 8] =
    ["sex", "age band", "care leaver age band", "ethnic group", "UASC", "team", "category of abuse", "placement type"];

fn main() -> ExitCode {
    let run = || {
        let arguments = Arguments::parse();
        let service = service(&arguments)?;
        tokio::runtime::Runtime::new()?.block_on(serve(service, arguments.listen))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scorecard_service: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Reads everything and judges it once.
fn service(arguments: &Arguments) -> Result<Service> {
    let token = token(arguments)?;
    let professionals = Professionals::default();
    let data = common::read(Builder::through(professionals.clone()), arguments.data.as_deref())?;
    let terms = terms(arguments, &data, token)?;
    let register = Register::of(&data.dataset, &data.folder)?;
    let run = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    Ok(Service::new(terms, data.dataset, register, professionals.take(), run)?)
}

/// What a client must bring, if anything.
fn token(arguments: &Arguments) -> Result<Option<String>> {
    let token = arguments.token.clone().or_else(|| std::env::var("SCORECARD_TOKEN").ok());
    if token.as_ref().is_some_and(|token| token.trim().is_empty()) {
        bail!("the token is empty; give one, or none");
    }
    Ok(token)
}

fn terms(arguments: &Arguments, data: &common::Data, token: Option<String>) -> Result<Terms> {
    let mut engine = Engine::new(common::indicators(data.dataset.supply()));
    for name in &arguments.by {
        engine = match name.as_str() {
            "sex" => engine.by(BySex),
            "age band" => engine.by(AgeBands::default()),
            "care leaver age band" => engine.by(AgeBands::care_leavers()),
            "ethnic group" => engine.by(ByEthnicGroup),
            "UASC" => engine.by(ByUnaccompanied),
            "team" => engine.by(ByTeam),
            "category of abuse" => engine.by(ByAbuseCategory),
            _ => engine.by(ByPlacementType),
        };
    }
    let mut policy = Policy::public().hiding(Threshold::new(arguments.hide_up_to)?);
    match arguments.round_to.as_deref() {
        Some("5") => policy = policy.rounding(Rounding::To5),
        Some(_) => policy = policy.rounding(Rounding::To10),
        None => {}
    }
    let mut as_at = if arguments.as_at.is_empty() { data.dates(usize::MAX)? } else { arguments.as_at.clone() };
    as_at.sort();
    as_at.dedup();
    let standards = standards(arguments)?;
    Ok(Terms { engine, standards, policy, as_at, token, body_limit: arguments.body_limit })
}

fn standards(arguments: &Arguments) -> Result<Standards> {
    let shipped = || Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/standards.json");
    let path = arguments.standards.clone().or_else(|| arguments.data.is_none().then(shipped));
    let Some(path) = path else { return Ok(Standards::default()) };
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: File =
        serde_json::from_str(&text).with_context(|| format!("{} is no file of standards", path.display()))?;
    Ok(file.standards)
}

async fn serve(service: Service, address: SocketAddr) -> Result<()> {
    if !address.ip().is_loopback() {
        eprintln!("{address} can be reached from other machines, and what is sent there is not encrypted");
    }
    if service.terms.token.is_none() {
        eprintln!("no token is set: evidence and replacements are refused");
    }
    let listener =
        tokio::net::TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{}", listener.local_addr()?)?;
    out.flush()?;
    let (told, stopping) = tokio::sync::oneshot::channel();
    let stop = async move {
        stop_signal().await;
        let _ = told.send(());
    };
    let router = routes::router(Arc::new(service));
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop).into_future();
    tokio::select! {
        served = serving => Ok(served?),
        () = async { let _ = stopping.await; tokio::time::sleep(GRACE).await } => {
            bail!("stopped before all answers were given, {} seconds after the signal", GRACE.as_secs())
        }
    }
}

/// Comes back on Ctrl-C and, where there is such a thing, SIGTERM.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
