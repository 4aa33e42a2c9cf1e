//! What the report is told besides records: standards, benchmarks, population, the date, and who may read it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use csc_kpi::NaiveDate;
use csc_kpi::chrono::Datelike;
use csc_kpi::comparison::Benchmarks;
use csc_kpi::measure::Population;
use csc_kpi::standard::Standards;
use serde::Deserialize;

use super::Arguments;

/// A file of standards, as a council keeps it.
#[derive(Default, Deserialize)]
struct File {
    #[serde(flatten)]
    standards: Standards,
    #[serde(default)]
    benchmarks: Benchmarks,
    #[serde(default)]
    population: Option<Population>,
}

pub(crate) struct Settings {
    pub(crate) authority: String,
    pub(crate) as_at: NaiveDate,
    pub(crate) known_at: Option<NaiveDate>,
    pub(crate) internal: bool,
    pub(crate) standards: Standards,
    /// Where the standards are laid down.
    pub(crate) laid_down: String,
    pub(crate) benchmarks: Benchmarks,
    pub(crate) population: Option<Population>,
}

impl Settings {
    pub(crate) fn read(arguments: &Arguments, as_at: NaiveDate) -> Result<Self> {
        let sample = arguments.data.is_none();
        let shipped = || Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/standards.json");
        let path: Option<PathBuf> = arguments.standards.clone().or_else(|| sample.then(shipped));
        let file = path.as_deref().map_or_else(|| Ok(File::default()), read)?;
        let given = arguments.population.map(|residents| {
            let year = arguments.population_year.unwrap_or_else(|| as_at.year());
            let source = arguments.population_source.as_deref().unwrap_or("source not given");
            Population::new(residents, year, source)
        });
        let name = if sample { "Sample Authority" } else { "Children’s services" };
        Ok(Self {
            authority: arguments.authority.clone().unwrap_or_else(|| name.to_owned()),
            as_at,
            known_at: arguments.known_at,
            internal: arguments.internal,
            standards: file.standards,
            laid_down: match &path {
                Some(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                None => "none were given, so nothing is judged".to_owned(),
            },
            benchmarks: file.benchmarks,
            population: given.or(file.population),
        })
    }
}

fn read(path: &Path) -> Result<File> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no file of standards", path.display()))
}
