//! What the examples share: a folder of SSD tables becomes a dataset.

use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use csc_kpi::Dataset;
use csc_kpi::format::ssd;
use csc_kpi::record::Family;

/// The folder of the sample authority.
pub(crate) fn sample_authority() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample-authority")
}

/// Reads the SSD tables in `folder`; a table without a file is empty.
pub(crate) fn read_folder(folder: &Path) -> Result<Dataset> {
    if !folder.is_dir() {
        bail!("{} is no folder; give --data a folder that holds SSD tables such as ssd_person.csv", folder.display());
    }
    let mut records = Dataset::builder();
    let mut tables = 0;
    for family in Family::ALL {
        let path = folder.join(family.table()).with_extension("csv");
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot open {}", path.display())),
        };
        ssd::read_table(&mut records, family, BufReader::new(file))
            .with_context(|| format!("cannot read {}", path.display()))?;
        tables += 1;
    }
    if tables == 0 {
        bail!("{} holds none of the SSD tables; they are called ssd_person.csv and so on", folder.display());
    }
    Ok(records.finish())
}
