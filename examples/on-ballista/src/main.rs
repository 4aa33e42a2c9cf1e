//! The same crate over Parquet partitioned by child: in one process on DataFusion, and on a Ballista cluster.
//!
//! README.md says what is registered where, and what it costs.

mod ledger;
mod nodes;
mod parcels;
#[path = "../../../benches/population/mod.rs"]
#[allow(dead_code, reason = "the benches need more of it")]
mod population;
mod store;

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};
use csc_kpi::{Ledger, NaiveDate};
use datafusion::arrow::array::AsArray;
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use walkdir::WalkDir;

use crate::store::Source;

/// The indicators of children's social care over Parquet, on DataFusion and on a Ballista cluster.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write records as Parquet, partitioned by child
    Write {
        #[command(flatten)]
        records: Records,
        /// An empty folder, or one to be made
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Write, count on DataFusion in this process, and compare with the crate alone
    Local {
        #[command(flatten)]
        records: Records,
        /// Tasks at once
        #[arg(long, default_value_t = 2)]
        tasks: usize,
    },
    /// Write, count on a cluster of one scheduler and two executors on this machine, and compare with the crate alone
    Cluster {
        #[command(flatten)]
        records: Records,
    },
    /// Run a scheduler
    Scheduler {
        #[arg(long, default_value_t = 50050)]
        port: u16,
        /// It is ready when so many executors have come
        #[arg(long, default_value_t = 1)]
        executors: usize,
    },
    /// Run an executor
    Executor {
        #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
        scheduler: SocketAddr,
        #[arg(long, default_value_t = 50051)]
        port: u16,
        #[arg(long, default_value_t = 50052)]
        grpc_port: u16,
        /// Where it keeps what it shuffles
        #[arg(long, value_name = "DIR")]
        folder: PathBuf,
    },
    /// Count on the cluster of a running scheduler what was written before
    Ask {
        #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
        scheduler: SocketAddr,
        /// The folder that was written; executors read it under the same path
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

#[derive(Args)]
struct Records {
    /// Folder of SSD tables (ssd_person.csv and so on); without it the sample authority
    #[arg(long, value_name = "DIR", conflicts_with = "children")]
    ssd: Option<PathBuf>,
    /// So many generated children instead
    #[arg(long, value_name = "N")]
    children: Option<u64>,
    /// How many files of Parquet, and so tasks
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1000))]
    files: u64,
    /// How many rows a task takes at once
    #[arg(long, value_name = "N", default_value_t = 8192, value_parser = rows)]
    rows: usize,
}

fn rows(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|rows| *rows > 0).ok_or_else(|| "a number from 1".to_owned())
}

impl Records {
    fn source(&self) -> Source {
        match (&self.ssd, self.children) {
            (_, Some(children)) => Source::Population(children),
            (Some(folder), None) => Source::Folder(folder.clone()),
            (None, None) => Source::Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../sample-authority")),
        }
    }

    /// Writes them to `folder` and says what was written.
    fn write(&self, folder: &Path) -> Result<()> {
        let (records, supply) = self.source().records()?;
        let number = records.len();
        let parcels = timed("records put into parcels", || parcels::parcels(records))?;
        let written = timed("parcels written", || store::write(&parcels, supply.as_ref(), folder, self.files))?;
        let (rows, files, bytes) = (written.parcels, self.files, written.bytes);
        println!("{number} records are {rows} rows in {files} files of Parquet, {bytes} bytes");
        Ok(())
    }

    /// The ledger of one process, from the same records without parcels and without Parquet.
    fn expected(&self) -> Result<Ledger> {
        let dataset = self.source().dataset()?;
        println!("{} records of {} children in one dataset", dataset.records(), dataset.children().len());
        let ledger = timed("the crate alone, from dataset to ledger", || ledger::engine().run(&dataset))?;
        println!(
            "its ledger: {} bytes of JSON, {} packed",
            serde_json::to_vec(&ledger)?.len(),
            ledger::pack(&ledger)?.len()
        );
        Ok(ledger)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    match Arguments::parse().command {
        Task::Write { records, out } => records.write(&out),
        Task::Local { records, tasks } => {
            let work = tempfile::tempdir()?;
            records.write(work.path())?;
            let expected = records.expected()?;
            for _ in 0..3 {
                let started = Instant::now();
                let ledger = count(&nodes::local(tasks, records.rows), work.path()).await?;
                took("DataFusion in this process, from Parquet to ledger", started);
                compare(&expected, &ledger)?;
            }
            Ok(())
        }
        Task::Cluster { records } => {
            let work = tempfile::tempdir()?;
            let (data, shuffles) = (work.path().join("data"), work.path().join("shuffles"));
            records.write(&data)?;
            let expected = records.expected()?;
            let started = Instant::now();
            let cluster = nodes::Cluster::start(2, &shuffles).await?;
            took("one scheduler and two executors started", started);
            for _ in 0..3 {
                let before = bytes_in(&shuffles)?;
                let started = Instant::now();
                let session = nodes::client(cluster.scheduler, usize::try_from(records.files)?, records.rows).await?;
                let ledger = count(&session, &data).await?;
                took("Ballista on two executors, from Parquet to ledger", started);
                println!("shuffled: {} bytes", bytes_in(&shuffles)? - before);
                compare(&expected, &ledger)?;
            }
            cluster.stop().await
        }
        Task::Scheduler { port, executors } => nodes::scheduler(port, executors).await,
        Task::Executor { scheduler, port, grpc_port, folder } => {
            nodes::executor(scheduler, [port, grpc_port], &folder).await
        }
        Task::Ask { scheduler, data } => {
            let ledger = count(&nodes::client(scheduler, 8, 8192).await?, &data).await?;
            print!("{}", table(&ledger)?);
            Ok(())
        }
    }
}

/// The ledger of all that was written to `folder`.
async fn count(session: &SessionContext, folder: &Path) -> Result<Ledger> {
    let folder = folder.to_str().context("the folder has a name that is no UTF-8")?;
    session.register_parquet("children", folder, ParquetReadOptions::default()).await?;
    let rows = session.sql(&format!("SELECT {}(supply, records) FROM children", ledger::NAME)).await?.collect().await?;
    let ledgers = rows.iter().flat_map(|batch| batch.column(0).as_binary::<i32>().iter().flatten());
    let ledgers: Vec<&[u8]> = ledgers.collect();
    ensure!(ledgers.len() == 1, "{} ledgers came back in place of one", ledgers.len());
    // Executors of another release may agree with each other and not with this process.
    let mut ledger = ledger::engine().ledger()?;
    ledger.merge(&ledger::unpack(ledgers[0])?).context("the executors judge under other terms than this process")?;
    Ok(ledger)
}

/// Whether both ledgers are the same, on every day and to the byte.
fn compare(expected: &Ledger, ledger: &Ledger) -> Result<()> {
    ensure!(expected == ledger, "the ledgers differ");
    ensure!(serde_json::to_vec(expected)? == serde_json::to_vec(ledger)?, "the ledgers are written differently");
    ensure!(table(expected)? == table(ledger)?, "the readings differ");
    println!("the ledger is that of the crate alone, to the byte");
    Ok(())
}

/// Every reading at the end of the last quarter of the sample authority.
fn table(ledger: &Ledger) -> Result<String> {
    let as_at = NaiveDate::from_ymd_opt(2018, 6, 30).context("no such day")?;
    let mut lines = String::new();
    for definition in ledger.definitions() {
        let key = definition.key();
        for basis in definition.bases.iter().copied() {
            let reading = ledger.reading(&key, basis, as_at)?;
            let shown = reading.shown(1).unwrap_or_else(|| "no value".to_owned());
            writeln!(lines, "{key}, {basis}, {as_at}: {shown}")?;
        }
    }
    Ok(lines)
}

fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

fn timed<T, E>(what: &str, run: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let started = Instant::now();
    let done = run()?;
    took(what, started);
    Ok(done)
}

fn took(what: &str, since: Instant) {
    println!("{what}: {:.2} s", since.elapsed().as_secs_f64());
}
