//! What the examples share: a folder of tables, returns and censuses becomes a dataset.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use csc_kpi::format::annex_a::AnnexA;
use csc_kpi::format::cin_census::Censuses;
use csc_kpi::format::ssd;
use csc_kpi::format::ssda903::{CollectionYear, Contents, Returns, Table, place};
use csc_kpi::record::Family;
use csc_kpi::{Dataset, NaiveDate};
use indicatif::{ProgressBar, ProgressStyle};
use walkdir::WalkDir;

/// The folder of the sample authority.
pub(crate) fn sample_authority() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample-authority")
}

/// Reads every file in `folder` and below it that it knows: SSD tables, returns of children looked after (SSDA903) of any
/// number of years, children in need censuses, Annex A workbooks, whose name may say on which day they were made. What several
/// of them hold is read from the first that has it, in that order; what is not read, and what it does not know, it names on
/// standard error. A bar on a terminal shows how far it is.
pub(crate) fn read_folder(folder: &Path) -> Result<Dataset> {
    let sources = Sources::find(folder)?;
    let bar = bar(sources.bytes);
    let mut records = Dataset::builder();
    for (family, path) in &sources.tables {
        bar.set_message(family.table());
        let begun = bar.position();
        records.begin_file(sources.name(path));
        ssd::read_table_parallel(&mut records, *family, open(path)?, |now| bar.set_position(begun + now.bytes))
            .with_context(|| format!("cannot read {}", path.display()))?;
    }
    records.end_file();
    let mut returns = Returns::new();
    for (year, contents, path) in &sources.returns {
        bar.set_message(sources.name(path));
        let file = bar.wrap_read(open(path)?);
        returns
            .of(*year)
            .read(*contents, &sources.name(path), file)
            .with_context(|| format!("cannot read {}", path.display()))?;
    }
    let others = returns.into_builder(&mut records).len();
    if others > 0 {
        eprintln!("{others} rows of the returns are checked and used by no indicator (reviews, health, adoption)");
    }
    let mut censuses = Censuses::new();
    for path in &sources.censuses {
        bar.set_message(sources.name(path));
        let file = BufReader::new(bar.wrap_read(open(path)?));
        censuses.read(sources.name(path), file).with_context(|| format!("cannot read {}", path.display()))?;
    }
    censuses.give_to(&mut records);
    for path in &sources.workbooks {
        bar.set_message(sources.name(path));
        let workbook = AnnexA::read(sources.name(path), BufReader::new(open(path)?))
            .with_context(|| format!("cannot read {}", path.display()))?;
        let workbook = match day_in(&sources.name(path)) {
            Some(day) => workbook.made_on(day),
            None => workbook,
        };
        workbook.without(&sources.families_of_others()).give_to(&mut records);
    }
    bar.finish_and_clear();
    Ok(records.finish())
}

/// The files of a folder, by what they hold.
#[derive(Default)]
struct Sources {
    folder: PathBuf,
    tables: Vec<(Family, PathBuf)>,
    returns: Vec<(CollectionYear, Contents, PathBuf)>,
    censuses: Vec<PathBuf>,
    workbooks: Vec<PathBuf>,
    bytes: u64,
}

impl Sources {
    fn find(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            bail!("{} is no folder; give --data a folder of SSD tables, returns or censuses", folder.display());
        }
        let mut sources = Self { folder: folder.to_owned(), ..Self::default() };
        // The folder itself may be named by the year.
        let named = folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_owned())).unwrap_or_default();
        let mut unknown = Vec::new();
        let mut without_year = Vec::new();
        for entry in WalkDir::new(folder).max_depth(3).sort_by_file_name() {
            let entry = entry.with_context(|| format!("cannot look into {}", folder.display()))?;
            if !entry.file_type().is_file() {
                continue;
            }
            let path = entry.path();
            let inside = path.strip_prefix(folder).unwrap_or(path);
            let said = Path::new(&named).join(inside);
            let (name, said) = (inside.to_string_lossy(), said.to_string_lossy());
            let table = Family::ALL.into_iter().find(|family| name == format!("{}.csv", family.table()));
            if let Some(family) = table {
                sources.tables.push((family, path.to_owned()));
            } else if let Some((year, contents)) = place(&said) {
                sources.returns.push((year, contents, path.to_owned()));
            } else if place(&format!("{}/{name}", CollectionYear::LAST.closing())).is_some() {
                without_year.push(name.into_owned());
                continue;
            } else if has_extension(path, "xml") {
                sources.censuses.push(path.to_owned());
            } else if has_extension(path, "xlsx") {
                sources.workbooks.push(path.to_owned());
            } else {
                unknown.push(name.into_owned());
                continue;
            }
            sources.bytes += entry.metadata().map_or(0, |file| file.len());
        }
        sources.leave_out_second_forms();
        sources.leave_out_what_tables_hold();
        sources.say_what_workbooks_are_read_for();
        if !without_year.is_empty() {
            let files = some_of(&without_year);
            eprintln!(
                "not read, since no folder or file name says of which year the return is (such as 2018): {files}"
            );
        }
        if !unknown.is_empty() {
            eprintln!("not read, since nothing is known of such a file: {}", some_of(&unknown));
        }
        let found = sources.tables.len() + sources.returns.len() + sources.censuses.len() + sources.workbooks.len();
        if found == 0 {
            bail!(
                "{} holds none of the SSD tables (ssd_person.csv and so on), no return of children looked after in a folder \
                 named by its year (2018/episodes.csv), no children in need census (XML) and no Annex A workbook (XLSX)",
                folder.display()
            );
        }
        Ok(sources)
    }

    /// A return that is there as tables and as a whole is read as tables.
    fn leave_out_second_forms(&mut self) {
        let in_tables: Vec<CollectionYear> =
            self.returns.iter().filter(|(_, contents, _)| *contents != Contents::WholeReturn).map(|r| r.0).collect();
        self.returns.retain(|(year, contents, path)| {
            let second = *contents == Contents::WholeReturn && in_tables.contains(year);
            if second {
                eprintln!("not read, since the tables of the same return are: {}", path.display());
            }
            !second
        });
    }

    /// What the tables hold is not read from returns and censuses too: there it has other ids, and would be counted twice.
    fn leave_out_what_tables_hold(&mut self) {
        let tables: Vec<Family> = self.tables.iter().map(|(family, _)| *family).collect();
        let held = |families: &[Family]| families.iter().any(|family| tables.contains(family));
        let say = |path: &Path| eprintln!("not read, since the SSD tables hold the same: {}", path.display());
        self.returns.retain(|(_, contents, path)| {
            let stays = !held(families_in(*contents));
            if !stays {
                say(path);
            }
            stays
        });
        if held(&OF_CENSUSES) {
            self.censuses.drain(..).for_each(|path| say(&path));
        }
    }

    /// The families of records that tables, returns and censuses hold.
    fn families_of_others(&self) -> Vec<Family> {
        let mut families: Vec<Family> = self.tables.iter().map(|(family, _)| *family).collect();
        families.extend(self.returns.iter().flat_map(|(_, contents, _)| families_in(*contents)));
        if !self.censuses.is_empty() {
            families.extend(OF_CENSUSES);
        }
        // Persons are joined; of a child looked after there is all or nothing.
        families.retain(|family| *family != Family::Person);
        if families.contains(&Family::LookedAfterEpisode) {
            families.extend([Family::Placement, Family::LegalStatus]);
        }
        families.sort_unstable();
        families.dedup();
        families
    }

    fn say_what_workbooks_are_read_for(&self) {
        let others = self.families_of_others();
        let of_workbooks = [&OF_CENSUSES[..], &OF_RETURNS].concat();
        let left: Vec<String> =
            of_workbooks.iter().filter(|family| others.contains(family)).map(ToString::to_string).collect();
        if !self.workbooks.is_empty() && !left.is_empty() {
            eprintln!("not read from Annex A, since tables, returns or censuses have it: {}", left.join(", "));
        }
    }

    /// A file's path inside the folder.
    fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).to_string_lossy().into_owned()
    }
}

/// The first day that a name says, such as `annex-a 2022-09-30.xlsx`.
fn day_in(name: &str) -> Option<NaiveDate> {
    let is_date = |text: &&str| text.bytes().filter(u8::is_ascii_digit).count() == 8;
    (0..name.len()).find_map(|at| name.get(at..at + 10).filter(is_date)?.parse().ok())
}

/// What a census holds beside persons.
const OF_CENSUSES: [Family; 6] = [
    Family::Referral,
    Family::Assessment,
    Family::Section47Enquiry,
    Family::InitialConference,
    Family::ProtectionPlan,
    Family::PlanReview,
];

/// What a whole return holds beside persons and social workers.
const OF_RETURNS: [Family; 4] =
    [Family::LookedAfterEpisode, Family::ImmigrationStatus, Family::MissingEpisode, Family::CareLeaverStatus];

/// What a file of a return holds beside persons.
fn families_in(contents: Contents) -> &'static [Family] {
    match contents {
        Contents::WholeReturn => &OF_RETURNS,
        Contents::Table(Table::Episodes) => &[Family::LookedAfterEpisode],
        Contents::Table(Table::Uasc) => &[Family::ImmigrationStatus],
        Contents::Table(Table::Missing) => &[Family::MissingEpisode],
        Contents::Table(Table::Oc3) => &[Family::CareLeaverStatus],
        Contents::Table(Table::SocialWorkers) => &[Family::Involvement],
        Contents::Table(_) => &[],
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension))
}

/// The first names of a list, and how many more there are.
fn some_of(names: &[String]) -> String {
    const TOLD: usize = 12;
    let told = names.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(TOLD) {
        Some(more) if more > 0 => format!("{told} and {more} more"),
        _ => told,
    }
}

fn open(path: &Path) -> Result<File> {
    File::open(path).with_context(|| format!("cannot open {}", path.display()))
}

/// A bar on standard error, hidden where that is no terminal.
fn bar(bytes: u64) -> ProgressBar {
    let bar = if io::stderr().is_terminal() { ProgressBar::new(bytes) } else { ProgressBar::hidden() };
    let template = "{bar:40} {bytes} of {total_bytes} {msg}";
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}
