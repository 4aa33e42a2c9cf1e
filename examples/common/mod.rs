//! What the examples share: a folder of tables, returns, censuses, payloads and workbooks becomes a dataset.

use std::fs::{self, File};
use std::io::{self, BufReader, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use csc_kpi::format::annex_a::AnnexA;
use csc_kpi::format::cin_census::Censuses;
use csc_kpi::format::dfe_api::{self, Payload};
use csc_kpi::format::ssd;
use csc_kpi::format::ssda903::{CollectionYear, Contents, Returns, Table, place};
use csc_kpi::indicator::{AnyIndicator, Need, catalogue};
use csc_kpi::record::Family;
use csc_kpi::{Builder, Dataset, NaiveDate, Supply};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use walkdir::WalkDir;

use self::dates::Dates;

mod dates;

/// The standard indicators, for who asks for none; and where the data hold only what an authority counted of what the rule
/// reads, behind it the option that reads the count.
pub(crate) fn indicators(supply: &Supply) -> Vec<AnyIndicator> {
    let is_held = |need: &Need| !supply.days(need.matter).is_empty();
    let as_recorded = |indicator: &AnyIndicator| {
        let option = catalogue::find(&format!("{} as recorded", indicator.definition().key()))?;
        option.definition().needs.iter().all(is_held).then_some(option)
    };
    let behind = |indicator| [as_recorded(&indicator), Some(indicator)].into_iter().rev().flatten();
    catalogue::standard().into_iter().flat_map(behind).collect()
}

/// What a folder holds.
pub(crate) struct Data {
    pub(crate) folder: PathBuf,
    pub(crate) dataset: Dataset,
    dates: Dates,
    is_sample: bool,
}

impl Data {
    /// The reporting dates for who asks for none, at most so many, earliest first. It says on standard error which they are and
    /// why; of the sample authority that is known.
    pub(crate) fn dates(&self, most: usize) -> Result<Vec<NaiveDate>> {
        let dates = self.dates.clone().last(most);
        if dates.days().is_empty() {
            bail!(
                "{} has no dated record that would say of which day the figures are; give --as-at",
                self.folder.display()
            );
        }
        if !self.is_sample {
            eprintln!("{dates}; --as-at takes others");
        }
        Ok(dates.days())
    }
}

/// Reads into `records` every file that it knows in `folder` and below it, or in that of the sample authority: SSD tables,
/// returns of children looked after (SSDA903) of any number of years, children in need censuses, payloads of the daily
/// collection of the Department for Education, of which a later one in the order of names says anew what there is of its
/// children, and the latest Annex A workbook, whose name may say on which day it was made. What several of them hold is read
/// from the first that has it, in that order; what is not read, and what it does not know, it names on standard error. A bar
/// on a terminal shows how far it is.
pub(crate) fn read(mut records: Builder, folder: Option<&Path>) -> Result<Data> {
    let sample = || Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample-authority");
    let (is_sample, folder) = (folder.is_none(), folder.map_or_else(sample, Path::to_owned));
    let sources = Sources::find(&folder)?;
    let bar = bar(sources.bytes);
    for (family, path) in &sources.tables {
        bar.set_message(family.table());
        let begun = bar.position();
        records.begin_file(sources.name(path));
        ssd::read_table_parallel(&mut records, *family, open(path)?, |now| bar.set_position(begun + now.bytes))
            .with_context(|| format!("cannot read {}", path.display()))?;
    }
    records.end_file();
    // What all but the workbook hold, and of which day the workbook is.
    let (mut supply, mut made) = (Supply::nothing(), None);
    supply = sources.tables.iter().fold(supply, |supply, (family, _)| supply.or(&Supply::of_family(*family)));
    let mut returns = Returns::new();
    for (year, contents, path) in &sources.returns {
        bar.set_message(sources.name(path));
        let file = bar.wrap_read(open(path)?);
        returns
            .of(*year)
            .read(*contents, &sources.name(path), file)
            .with_context(|| format!("cannot read {}", path.display()))?;
    }
    supply = supply.or(&returns.supply());
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
    supply = supply.or(&censuses.supply());
    censuses.give_to(&mut records);
    if !sources.payloads.is_empty() {
        let payload = sources.read_payloads(&bar)?;
        supply = supply.or(&payload.supply());
        payload.give_to(&mut records);
    }
    if let Some(path) = &sources.workbook {
        bar.set_message(sources.name(path));
        let workbook = AnnexA::read(sources.name(path), BufReader::new(open(path)?))
            .with_context(|| format!("cannot read {}", path.display()))?;
        let workbook = match day_in(&sources.name(path)) {
            Some(day) => workbook.made_on(day),
            None => workbook,
        };
        let workbook = workbook.without(&sources.not_read_from_workbooks());
        // One of which only the persons are read says of no day what it was like.
        if workbook.supply().iter().any(|(matter, _)| matter.family() != Family::Person) {
            made = workbook.day();
        }
        workbook.give_to(&mut records);
    }
    bar.finish_and_clear();
    let dataset = records.finish();
    let dates = Dates::of(sources.has_others().then_some(&supply), dataset.last_start(), made);
    Ok(Data { folder, dataset, dates, is_sample })
}

/// The files of a folder, by what they hold.
#[derive(Default)]
struct Sources {
    folder: PathBuf,
    tables: Vec<(Family, PathBuf)>,
    returns: Vec<(CollectionYear, Contents, PathBuf)>,
    censuses: Vec<PathBuf>,
    payloads: Vec<PathBuf>,
    workbook: Option<PathBuf>,
    bytes: u64,
}

impl Sources {
    fn find(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            bail!(
                "{} is no folder; give --data a folder of SSD tables, returns, censuses, payloads or workbooks",
                folder.display()
            );
        }
        let mut sources = Self { folder: folder.to_owned(), ..Self::default() };
        // The folder itself may be named by the year.
        let named = folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_owned())).unwrap_or_default();
        let mut unknown = Vec::new();
        let mut without_year = Vec::new();
        let mut workbooks = Vec::new();
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
                workbooks.push(path.to_owned());
            } else if has_extension(path, "json") && is_payload(path)? {
                sources.payloads.push(path.to_owned());
            } else {
                unknown.push(name.into_owned());
                continue;
            }
            sources.bytes += entry.metadata().map_or(0, |file| file.len());
        }
        sources.take_the_latest(workbooks);
        sources.leave_out_second_forms();
        sources.leave_out_what_tables_hold();
        sources.say_what_is_read_from_others();
        if !without_year.is_empty() {
            let files = some_of(&without_year);
            eprintln!(
                "not read, since no folder or file name says of which year the return is (such as 2018): {files}"
            );
        }
        if !unknown.is_empty() {
            eprintln!("not read, since nothing is known of such a file: {}", some_of(&unknown));
        }
        if !sources.has_others() && sources.workbook.is_none() {
            bail!(
                "{} holds none of the SSD tables (ssd_person.csv and so on), no return of children looked after in a folder \
                 named by its year (2018/episodes.csv), no children in need census (XML), no payload of the daily collection \
                 (JSON) and no Annex A workbook (XLSX)",
                folder.display()
            );
        }
        Ok(sources)
    }

    /// Whether there is anything but a workbook.
    fn has_others(&self) -> bool {
        !(self.tables.is_empty() && self.returns.is_empty() && self.censuses.is_empty() && self.payloads.is_empty())
    }

    /// Each workbook says of the same children what was so on its day, without an id that would tell records of two of them
    /// apart: the one of the latest day in its name is read, of several without a day the last by name.
    fn take_the_latest(&mut self, mut workbooks: Vec<PathBuf>) {
        workbooks.sort_by_cached_key(|path| day_in(&self.name(path)));
        self.workbook = workbooks.pop();
        let Some(latest) = &self.workbook else { return };
        for path in workbooks {
            eprintln!("not read, since {} is the latest workbook: {}", self.name(latest), self.name(&path));
        }
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
        // Social workers are in the returns from 2024 on.
        if self.returns.iter().any(|(year, contents, _)| *contents == Contents::WholeReturn && year.closing() >= 2024) {
            families.push(Family::Involvement);
        }
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

    /// The families that are read from tables, returns or censuses and so from no payload.
    fn not_read_from_payloads(&self) -> Vec<Family> {
        let others = self.families_of_others();
        let held = OF_PAYLOADS.iter().filter(|group| group.iter().any(|family| others.contains(family)));
        held.copied().flatten().copied().collect()
    }

    /// The families that are read from other forms and so from no workbook.
    fn not_read_from_workbooks(&self) -> Vec<Family> {
        let mut families = self.families_of_others();
        if !self.payloads.is_empty() {
            families.extend(OF_PAYLOADS.iter().copied().flatten().copied());
            if families.contains(&Family::LookedAfterEpisode) {
                families.push(Family::LegalStatus);
            }
        }
        families
    }

    fn say_what_is_read_from_others(&self) {
        let say = |form: &str, of_form: &[Family], left: Vec<Family>| {
            let left: Vec<String> = of_form.iter().filter(|f| left.contains(f)).map(ToString::to_string).collect();
            if !left.is_empty() {
                eprintln!("not read from {form}, since other forms have it: {}", left.join(", "));
            }
        };
        if !self.payloads.is_empty() {
            say("the daily collection", &OF_PAYLOADS.concat(), self.not_read_from_payloads());
        }
        if self.workbook.is_some() {
            say("Annex A", &[&OF_CENSUSES[..], &OF_RETURNS].concat(), self.not_read_from_workbooks());
        }
    }

    /// The payloads as one, without what other forms hold.
    fn read_payloads(&self, bar: &ProgressBar) -> Result<Payload> {
        let mut all = Payload::default();
        for path in &self.payloads {
            let name = self.name(path);
            bar.set_message(name.clone());
            let mut payload = dfe_api::records_from(bar.wrap_read(open(path)?))
                .with_context(|| format!("cannot read {}", path.display()))?;
            let of_children = payload.children.iter_mut().flat_map(|child| &mut child.findings);
            of_children.chain(&mut payload.findings).for_each(|finding| finding.file = Some(name.as_str().into()));
            all.update(payload);
        }
        Ok(all.without(&self.not_read_from_payloads()))
    }

    /// A file's path inside the folder.
    fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).to_string_lossy().into_owned()
    }
}

/// The last day that a name says, such as `annex-a 2022-04-01 to 2022-09-30.xlsx`.
fn day_in(name: &str) -> Option<NaiveDate> {
    let is_date = |text: &&str| text.bytes().filter(u8::is_ascii_digit).count() == 8;
    (0..name.len()).rev().find_map(|at| name.get(at..at + 10).filter(is_date)?.parse().ok())
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

/// What a payload holds beside persons: families of which other forms hold all that is read or nothing.
const OF_PAYLOADS: [&[Family]; 5] = [
    &[
        Family::Referral,
        Family::Assessment,
        Family::Section47Enquiry,
        Family::InitialConference,
        Family::ProtectionPlan,
    ],
    &[Family::LookedAfterEpisode, Family::Placement],
    &[Family::ImmigrationStatus],
    &[Family::CareLeaverStatus],
    &[Family::Involvement, Family::Professional],
];

/// Whether a file of JSON is an array of children of the daily collection. One that names their id and cannot be read through is
/// meant to be one.
fn is_payload(path: &Path) -> Result<bool> {
    const ID: &str = "la_child_id";
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(match serde_json::from_slice(&text) {
        Ok(Value::Array(children)) => children.iter().any(|child| child.get(ID).is_some()),
        Ok(_) => false,
        Err(_) => String::from_utf8_lossy(&text).contains(ID),
    })
}

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
