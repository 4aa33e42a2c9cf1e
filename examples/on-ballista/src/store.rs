//! Where records come from, and how they lie in Parquet.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use csc_kpi::format::ssd;
use csc_kpi::record::{Family, Record};
use csc_kpi::{Builder, Dataset, Finding, FindingRule, Gate, Supply};
use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;

use crate::parcels::Parcel;
use crate::population::population;

/// Rows of one row group, and so the least that two tasks share a file by.
const ROWS: usize = 8192;

/// Where records come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A folder of SSD tables.
    Folder(PathBuf),
    /// So many generated children.
    Population(u64),
}

impl Source {
    /// The records, and what their sources say that they hold.
    pub(crate) fn records(&self) -> Result<(Vec<Record>, Option<Supply>)> {
        match self {
            Self::Folder(folder) => {
                let kept: Arc<Mutex<Kept>> = Arc::default();
                let dataset = read(folder, Builder::through(Copying(Arc::clone(&kept))))?;
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let Kept { mut records, set_aside } = std::mem::take(&mut *kept);
                records.retain(|record| !(within_a_day(record) && set_aside.contains(&key(record))));
                Ok((records, Some(dataset.supply().clone())))
            }
            Self::Population(children) => Ok((population(*children), None)),
        }
    }

    /// The records as one process has them, without parcels and without Parquet.
    pub(crate) fn dataset(&self) -> Result<Dataset> {
        match self {
            Self::Folder(folder) => read(folder, Dataset::builder()),
            Self::Population(children) => Ok(population(*children).into_iter().collect()),
        }
    }
}

/// Reads the SSD tables that are in a folder.
fn read(folder: &Path, mut records: Builder) -> Result<Dataset> {
    let mut tables = 0;
    for family in Family::ALL {
        let path = folder.join(format!("{}.csv", family.table()));
        if !path.exists() {
            continue;
        }
        tables += 1;
        let file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        ssd::read_table(&mut records, family, file).with_context(|| format!("cannot read {}", path.display()))?;
    }
    ensure!(tables > 0, "{} holds no table of the SSD (ssd_person.csv and so on)", folder.display());
    Ok(records.finish())
}

/// Keeps a copy of each record that a reader gives.
#[derive(Debug)]
struct Copying(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    records: Vec<Record>,
    /// Those that end before they start by the clock. Records hold days, so only the reader can tell; no rule sees them.
    set_aside: HashSet<(Family, String)>,
}

impl Copying {
    fn keep(&self, keep: impl FnOnce(&mut Kept)) {
        keep(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Gate for Copying {
    fn record(&self, record: Record) -> Record {
        self.keep(|kept| kept.records.push(record.clone()));
        record
    }

    fn finding(&self, finding: Finding) -> Finding {
        if finding.rule == FindingRule::EndBeforeStart
            && let Some(id) = finding.record.as_ref().or(finding.person.as_ref())
        {
            self.keep(|kept| kept.set_aside.extend([(finding.family, id.clone())]));
        }
        finding
    }
}

/// The id of a record, or of its child where the family has none.
fn key(record: &Record) -> (Family, String) {
    let id = match record {
        Record::Referral(r) => &r.id,
        Record::ProtectionPlan(r) => &r.id,
        Record::LookedAfterEpisode(r) => &r.id,
        Record::Placement(r) => &r.id,
        Record::LegalStatus(r) => &r.id,
        Record::Involvement(r) => &r.id,
        Record::ImmigrationStatus(r) => &r.person,
        _ => return (record.family(), String::new()),
    };
    (record.family(), id.clone())
}

/// Whether it ends on the day on which it starts.
fn within_a_day(record: &Record) -> bool {
    match record {
        Record::Referral(r) => r.closed == Some(r.date),
        Record::ProtectionPlan(r) => r.end == Some(r.start),
        Record::LookedAfterEpisode(r) => r.ceased == Some(r.start),
        Record::Placement(r) => r.end == Some(r.start),
        Record::LegalStatus(r) => r.end == Some(r.start),
        Record::Involvement(r) => r.end == Some(r.start),
        Record::ImmigrationStatus(r) => r.start.is_some() && r.end == r.start,
        _ => false,
    }
}

/// What was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) parcels: usize,
    pub(crate) bytes: u64,
}

/// Writes parcels to so many files of `folder`, which must hold no Parquet yet: all of a child is one row of one file.
pub(crate) fn write(parcels: &[Parcel], supply: Option<&Supply>, folder: &Path, parts: u64) -> Result<Written> {
    ensure!(parts > 0, "at least one file is needed");
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|own| own == "parquet") {
            bail!("{} is there already, and children must not be counted twice", path.display());
        }
    }
    let mut shares = vec![Vec::new(); usize::try_from(parts)?];
    for parcel in parcels {
        shares[usize::try_from(hash(&parcel.child) % parts)?].push(parcel);
    }
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROWS))
        .set_dictionary_enabled(false)
        .build();
    let supply = supply.map(serde_json::to_string).transpose()?;
    let supply = supply.as_deref();
    let mut bytes = 0;
    for (part, share) in shares.iter().enumerate() {
        let path = folder.join(format!("part-{part:03}.parquet"));
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut writer = ArrowWriter::try_new(file, rows(&[], supply)?.schema(), Some(properties.clone()))?;
        for share in share.chunks(ROWS) {
            writer.write(&rows(share, supply)?)?;
        }
        writer.close().with_context(|| format!("cannot write {}", path.display()))?;
        bytes += path.metadata()?.len();
    }
    Ok(Written { parcels: parcels.len(), bytes })
}

/// A row a parcel: the child, what its sources hold (null where none says), and its records, both as JSON.
fn rows(parcels: &[&Parcel], supply: Option<&str>) -> Result<RecordBatch> {
    let children: StringArray = parcels.iter().map(|parcel| Some(parcel.child.as_str())).collect();
    let records = parcels.iter().map(|parcel| serde_json::to_string(&parcel.records).map(Some));
    let records: StringArray = records.collect::<Result<_, _>>()?;
    let supply: StringArray = parcels.iter().map(|_| supply).collect();
    let columns: [(&str, ArrayRef, bool); 3] = [
        ("child", Arc::new(children), false),
        ("supply", Arc::new(supply), true),
        ("records", Arc::new(records), false),
    ];
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// FNV-1a: a child stays in its file whatever machine and release writes it.
fn hash(child: &str) -> u64 {
    child.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::engine;
    use crate::parcels::parcels;

    #[test]
    fn a_record_that_the_reader_sets_aside_is_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let rows = "cine_referral_id,cine_person_id,cine_referral_date,cine_close_date\n\
                    R1,C1,2018-05-02T10:00:00,2018-05-02T11:00:00\n\
                    R2,C2,2018-05-02T10:00:00,2018-05-02T09:00:00\n";
        fs::write(folder.path().join("ssd_cin_episodes.csv"), rows).expect("a file");
        let source = Source::Folder(folder.path().to_owned());
        let (records, supply) = source.records().expect("a table");
        assert_eq!(records.iter().map(child_of).collect::<Vec<_>>(), ["C1"]);
        let engine = engine();
        let expected = engine.run(&source.dataset().expect("a table")).expect("it can be judged");
        let mut builder = Dataset::builder();
        builder.begin_source(&supply.expect("the reader says what it holds"));
        builder.extend(records);
        builder.end_source();
        assert_eq!(engine.run(&builder.finish()).expect("it can be judged"), expected);
    }

    fn child_of(record: &Record) -> &str {
        match record {
            Record::Referral(referral) => &referral.person,
            other => unreachable!("a table of referrals gave {other:?}"),
        }
    }

    #[test]
    fn a_child_is_in_one_row_of_one_file_and_in_the_same_file_each_time() {
        let parcels = parcels(population(1000)).expect("all families are known");
        let work = tempfile::tempdir().expect("a folder");
        let (first, second) = (work.path().join("first"), work.path().join("second"));
        let written = write(&parcels, None, &first, 7).expect("it can be written");
        write(&parcels, None, &second, 7).expect("it can be written");
        assert_eq!(written.parcels, 1000);
        let mut bytes = 0;
        for part in 0..7 {
            let name = format!("part-{part:03}.parquet");
            let file = fs::read(first.join(&name)).expect("a file");
            assert!(file == fs::read(second.join(&name)).expect("a file"), "{name} differs");
            bytes += file.len() as u64;
        }
        assert_eq!(bytes, written.bytes);
        assert!(hash("") == 0xcbf2_9ce4_8422_2325 && hash("a") == 0xaf63_dc4c_8601_ec8c, "published values of FNV-1a");
    }
}
