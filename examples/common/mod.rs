//! What the examples share: a folder of SSD tables becomes a dataset.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use csc_kpi::Dataset;
use csc_kpi::format::ssd;
use csc_kpi::record::Family;
use indicatif::{ProgressBar, ProgressStyle};

/// The folder of the sample authority.
pub(crate) fn sample_authority() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample-authority")
}

/// Reads the SSD tables in `folder`; a table without a file is empty. A bar on a terminal shows how far it is.
pub(crate) fn read_folder(folder: &Path) -> Result<Dataset> {
    if !folder.is_dir() {
        bail!("{} is no folder; give --data a folder that holds SSD tables such as ssd_person.csv", folder.display());
    }
    let mut tables = Vec::new();
    for family in Family::ALL {
        let path = folder.join(family.table()).with_extension("csv");
        match File::open(&path) {
            Ok(file) => tables.push((family, path, file)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot open {}", path.display())),
        }
    }
    if tables.is_empty() {
        bail!("{} holds none of the SSD tables; they are called ssd_person.csv and so on", folder.display());
    }
    let bytes = tables.iter().filter_map(|(.., file)| file.metadata().ok()).map(|file| file.len()).sum();
    let bar = bar(bytes);
    let mut records = Dataset::builder();
    for (family, path, file) in tables {
        bar.set_message(family.table());
        let begun = bar.position();
        ssd::read_table_parallel(&mut records, family, file, |progress| bar.set_position(begun + progress.bytes))
            .with_context(|| format!("cannot read {}", path.display()))?;
    }
    bar.finish_and_clear();
    Ok(records.finish())
}

/// A bar on standard error, hidden where that is no terminal.
fn bar(bytes: u64) -> ProgressBar {
    let bar = if io::stderr().is_terminal() { ProgressBar::new(bytes) } else { ProgressBar::hidden() };
    let template = "{bar:40} {bytes} of {total_bytes} {msg}";
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}
