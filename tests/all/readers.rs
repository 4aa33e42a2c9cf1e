//! What holds of every reader, whatever the bytes it is given. The fuzz targets in `tests/fuzz` call the same functions.
//!
//! An input has one or several sources: a line `## ` and a name begins one. Each function reads them, makes a dataset,
//! calculates every indicator, reads all once more from small pieces, and says how many records there are.

use std::collections::BTreeSet;
use std::io::{BufReader, Cursor, Read};
use std::sync::LazyLock;

use csc_kpi::format::annex_a::{AnnexA, List};
use csc_kpi::format::cin_census::{CensusReader, Censuses, Counts};
use csc_kpi::format::ssda903::{CollectionYear, Return, Returns, Table};
use csc_kpi::format::{dfe_api, ssd};
use csc_kpi::indicator::{AnyIndicator, Verdict, catalogue};
use csc_kpi::record::{Family, Record};
use csc_kpi::{
    Builder, BySex, ChildFindings, Dataset, Engine, EngineError, Finding, FindingRule, FindingsReport, NaiveDate,
    Scorecard,
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

/// The sources of an input, each with its name; what stands before the first line of a name has none.
fn sources(bytes: &[u8]) -> Vec<(String, &[u8])> {
    const MARK: &[u8] = b"## ";
    let mut sources = Vec::new();
    let (mut name, mut from, mut at) = (String::new(), 0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(MARK) {
            sources.push((name, &bytes[from..at]));
            name = String::from_utf8_lossy(line[MARK.len()..].trim_ascii()).into_owned();
            from = at + line.len();
        }
        at += line.len();
    }
    sources.push((name, &bytes[from..]));
    sources.retain(|(name, source)| !(name.is_empty() && source.is_empty()));
    sources
}

/// How the bytes of a source come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pieces {
    Whole,
    /// Few at a time.
    Small,
}

impl Pieces {
    fn of(self, bytes: &[u8]) -> BufReader<impl Read> {
        let capacity = match self {
            Self::Whole => bytes.len().max(1),
            Self::Small => 1 + bytes.len() % 7,
        };
        BufReader::with_capacity(capacity, Few { bytes, at_once: capacity })
    }
}

/// A source that gives no more than so many bytes at once.
struct Few<'a> {
    bytes: &'a [u8],
    at_once: usize,
}

impl Read for Few<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = self.at_once.min(buffer.len());
        self.bytes.read(&mut buffer[..most])
    }
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(everything()));
static BY_SEX: LazyLock<Engine> = LazyLock::new(|| Engine::new(everything()).by(BySex));

fn everything() -> impl Iterator<Item = AnyIndicator> {
    catalogue::standard().into_iter().chain(catalogue::options())
}

/// Checks that each finding can be found, and makes a scorecard of every indicator and option at one of three dates.
fn judged(dataset: &Dataset) {
    for finding in dataset.findings() {
        names_its_place(finding);
    }
    let report = FindingsReport::new(dataset.findings());
    assert_eq!(report.count(), dataset.findings().len() as u64);
    assert_eq!(report.by_child().iter().map(ChildFindings::count).sum::<u64>(), report.count());

    // Which date, and whether the figures are looked into too, depends on the dataset alone.
    let turn = dataset.records() + dataset.findings().len() + dataset.text_bytes();
    let date: NaiveDate = ["2018-03-31", "2020-12-31", "2023-06-30"][turn % 3].parse().unwrap();
    let card = ENGINE.scorecard(dataset, &[date]).unwrap();
    assert!(card.findings >= report.count());
    for reading in &card.readings {
        assert!(reading.ratio().is_none_or(|ratio| ratio.numerator() <= ratio.denominator()));
    }
    if turn.is_multiple_of(31) {
        adds_up(dataset, date);
    }
}

/// Figures are the sum of their parts and of their evidence, come back from JSON, and can be taken back.
fn adds_up(dataset: &Dataset, date: NaiveDate) {
    // Child by child, so that the ledger does not know what the sources hold, and every figure is made.
    let mut ledger = BY_SEX.ledger().unwrap();
    BY_SEX.post_all(&mut ledger, dataset.children()).unwrap();
    let card = ledger.scorecard(&[date]).unwrap();
    let json = serde_json::to_string(&card).unwrap();
    assert_eq!(serde_json::from_str::<Scorecard>(&json).unwrap(), card);
    for reading in card.readings.iter().filter(|reading| reading.stratum().is_none()) {
        let (key, basis) = (reading.indicator(), reading.basis());
        let Some(tally) = reading.tally() else { continue };
        let parts = ledger.readings_by(key, basis, date, "sex").unwrap();
        let met: u64 = parts.iter().filter_map(|part| part.tally()).map(|part| part.met).sum();
        assert_eq!(met, tally.met, "{key} by sex");
        let evidence = match BY_SEX.evidence(dataset, key, basis, date) {
            Err(EngineError::Unavailable { .. }) => continue,
            evidence => evidence.unwrap(),
        };
        let met = evidence.iter().filter(|unit| unit.verdict == Some(Verdict::Met)).count();
        assert_eq!(met as u64, tally.met, "the evidence of {key}");
    }
    for child in dataset.children() {
        BY_SEX.retract(&mut ledger, &child).unwrap();
    }
    assert_eq!(ledger, BY_SEX.ledger().unwrap(), "what is posted can be taken back");
}

/// A finding names its field and its rule, and a row, a record, a person or a file.
fn names_its_place(finding: &Finding) {
    // Cells beyond the header, and a quote that is open there, have no column.
    let has_no_column = matches!(finding.rule, FindingRule::LongRow | FindingRule::OpenQuote);
    assert!(!finding.field.is_empty() || has_no_column, "no field: {finding:?}");
    assert!(!finding.rule.text().is_empty() && !finding.to_string().is_empty(), "no rule: {finding:?}");
    let is_found = finding.row.is_some() || finding.record.is_some() || finding.person.is_some();
    assert!(is_found || finding.file.is_some(), "no place: {finding:?}");
}

/// Two datasets of the same bytes are the same; of one all is calculated. How many records each has.
fn assert_same(one: &Dataset, other: &Dataset) -> usize {
    judged(one);
    assert_eq!(one.findings(), other.findings());
    assert_eq!((one.records(), one.children().len()), (other.records(), other.children().len()));
    for (one, other) in one.children().zip(other.children()) {
        assert_eq!(one.id(), other.id());
        let (one, other) = (one.chronology(), other.chronology());
        macro_rules! same {
            ($($family:ident),+) => { $(assert_eq!(one.$family(), other.$family());)+ };
        }
        same!(person, families, immigration, referrals, assessments, enquiries, conferences, plans, reviews, episodes);
        same!(placements, legal_statuses, missing, care_leaver, involvements);
    }
    one.records()
}

/// The rows that the findings for which `is` holds stand in.
fn rows_of<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
    is: impl Fn(&Finding) -> bool,
) -> BTreeSet<(Option<String>, u64)> {
    let rows = findings.into_iter().filter(|finding| is(finding));
    rows.filter_map(|finding| Some((finding.file.as_deref().map(str::to_owned), finding.row?))).collect()
}

// ---- SSD tables --------------------------------------------------------------------------------------------------

/// Sources named by their table: `ssd_person`.
pub(crate) fn ssd(bytes: &[u8]) -> usize {
    let read = |pieces: Pieces| {
        let mut records = Builder::default();
        let mut rows = 0;
        for (at, (name, source)) in sources(bytes).into_iter().enumerate() {
            let Some(table) = Family::ALL.into_iter().find(|table| table.table() == name) else { continue };
            records.begin_file(format!("{at}.csv"));
            rows += ssd::read_table(&mut records, table, pieces.of(source)).unwrap();
        }
        (rows, records.finish())
    };
    let (rows, dataset) = read(Pieces::Whole);
    let left_out = |finding: &Finding| {
        use FindingRule as R;
        matches!(
            finding.rule,
            R::UnreadableDate
                | R::EmptyId
                | R::RepeatedId
                | R::EmptyPerson
                | R::EmptyStart
                | R::EndBeforeStart
                | R::OpenQuote
        )
    };
    let is_row = |(_, row): &&(Option<String>, u64)| *row > 1;
    let surely = rows_of(dataset.findings(), left_out).iter().filter(is_row).count();
    // Bytes that are no text leave a row out in some columns.
    let at_most = rows_of(dataset.findings(), |f| left_out(f) || f.rule == FindingRule::NotUtf8);
    let at_most = at_most.iter().filter(is_row).count();
    let gone = usize::try_from(rows).unwrap().checked_sub(dataset.records()).expect("no more records than rows");
    assert!((surely..=at_most).contains(&gone), "{rows} rows, {gone} of them no record; {surely} to {at_most} said");
    assert_same(&dataset, &read(Pieces::Small).1)
}

// ---- returns of children looked after ----------------------------------------------------------------------------

/// Sources named by year and table: `2018 episodes`.
pub(crate) fn ssda903_csv(bytes: &[u8]) -> usize {
    let read = |pieces: Pieces| {
        let mut returns = Returns::new();
        for (at, (name, source)) in sources(bytes).into_iter().enumerate() {
            let Some((year, table)) = name.split_once(' ') else { continue };
            let Some(year) = year.parse().ok().and_then(|year| CollectionYear::new(year).ok()) else { continue };
            let Some(table) = Table::ALL.into_iter().find(|known| known.name() == table) else { continue };
            let (file, one) = (format!("{at}.csv"), returns.of(year));
            let before = one.rows(table);
            let rows = usize::try_from(one.read_csv(table, &file, pieces.of(source)).unwrap()).unwrap();
            assert!(one.supplied(table) && one.rows(table) - before <= rows);
        }
        delivered(returns)
    };
    assert_same(&read(Pieces::Whole), &read(Pieces::Small))
}

/// Sources named by year: `2018`.
pub(crate) fn ssda903_xml(bytes: &[u8]) -> usize {
    let read = |pieces: Pieces| {
        let mut returns = Returns::new();
        for (at, (name, source)) in sources(bytes).into_iter().enumerate() {
            let Some(year) = name.parse().ok().and_then(|year| CollectionYear::new(year).ok()) else { continue };
            let mut one = Return::new(year);
            match one.read_xml(&format!("{at}.xml"), pieces.of(source)) {
                Ok(children) => assert!(one.rows(Table::Header) as u64 <= children),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
            returns.add(one);
        }
        delivered(returns)
    };
    assert_same(&read(Pieces::Whole), &read(Pieces::Small))
}

/// The dataset of returns: each usable row of episodes of a single year is an episode, or has a finding.
fn delivered(returns: Returns) -> Dataset {
    let of_table = |table| returns.iter().map(|one| one.rows(table)).sum::<usize>();
    let years = returns.iter().count();
    let (episodes, rows) = (of_table(Table::Episodes), Table::ALL.map(of_table).into_iter().sum::<usize>());
    let mut records = Builder::default();
    let others = returns.into_builder(&mut records);
    let dataset = records.finish();
    assert!(others.len() <= rows);
    let kept: usize = dataset.children().map(|child| child.chronology().episodes().len()).sum();
    let said = dataset.findings().iter().filter(|finding| finding.family == Family::LookedAfterEpisode).count();
    assert!(
        kept <= episodes && (years > 1 || episodes <= kept + said),
        "{episodes} rows, {kept} kept, {said} findings"
    );
    dataset
}

// ---- the children in need census ---------------------------------------------------------------------------------

/// Sources are censuses.
pub(crate) fn cin_census(bytes: &[u8]) -> usize {
    let read = |pieces: Pieces| {
        let mut censuses = Censuses::new();
        let mut children = 0;
        for (at, (_, source)) in sources(bytes).into_iter().enumerate() {
            let result = censuses.read(format!("{at}.xml"), pieces.of(source));
            let counts = (pieces == Pieces::Whole).then(|| child_by_child(source));
            match result {
                Ok(census) => assert!(counts.is_none_or(|counts| counts == Some(census.counts)), "child by child"),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
            children = censuses.read_so_far().iter().map(|census| census.counts.children).sum();
        }
        let ids: Vec<String> = censuses.children().map(|child| child.id).collect();
        assert!(ids.iter().all(|id| !id.is_empty()) && ids.iter().collect::<BTreeSet<_>>().len() == ids.len());
        assert!(ids.len() as u64 <= children);
        let mut records = Builder::default();
        censuses.give_to(&mut records);
        records.finish()
    };
    assert_same(&read(Pieces::Whole), &read(Pieces::Small))
}

/// Reads one census child by child; what is counted is a record, or has a finding.
fn child_by_child(source: &[u8]) -> Option<Counts> {
    let mut census = CensusReader::new("one.xml", source).ok()?;
    let mut children = 0;
    let end = loop {
        let before = census.counts();
        match census.next_child() {
            Ok(Some(child)) => {
                children += 1;
                let joined = child.joined();
                let records: Vec<Record> = joined.records.into_iter().map(|joined| joined.record).collect();
                let found = child.findings.len() + joined.findings.len();
                let count = |family: Family| records.iter().filter(|record| record.family() == family).count() as u64;
                let is_person =
                    |record: &Record| matches!(record, Record::Person(person) if person.id == child.person.id);
                assert!(records.iter().any(is_person) || found > 0);
                let now = census.counts();
                for (counted, earlier, family) in [
                    (now.referrals, before.referrals, Family::Referral),
                    (now.assessments, before.assessments, Family::Assessment),
                    (now.enquiries, before.enquiries, Family::Section47Enquiry),
                    (now.protection_plans, before.protection_plans, Family::ProtectionPlan),
                    (now.reviews, before.reviews, Family::PlanReview),
                ] {
                    // The first child was counted when the reader was made.
                    let counted = if children == 1 { counted } else { counted - earlier };
                    let kept = count(family);
                    assert!(kept <= counted, "{kept} of {counted} {family}");
                    assert!(kept + found as u64 >= counted, "{kept} of {counted} {family}");
                }
            }
            Ok(None) => break Some(census.counts()),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                break None;
            }
        }
    };
    assert_eq!(census.counts().children, children);
    end
}

// ---- the JSON of the daily collection ----------------------------------------------------------------------------

/// One payload.
pub(crate) fn dfe_api(bytes: &[u8]) -> usize {
    let payload = match dfe_api::records_from(Pieces::Whole.of(bytes)) {
        Ok(payload) => payload,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(dfe_api::records_from(Pieces::Small.of(bytes)).is_err());
            return 0;
        }
    };
    let all: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let told = all.as_array().unwrap().len();
    assert_eq!(payload.children.len() + payload.findings.len(), told, "each child is read or has a finding");
    let ids: BTreeSet<&str> = payload.children.iter().map(|child| child.child.as_str()).collect();
    assert_eq!(ids.len(), payload.children.len());
    let dataset = |payload: dfe_api::Payload| {
        let mut records = Builder::default();
        payload.give_to(&mut records);
        records.finish()
    };
    let again = dfe_api::records_from(Pieces::Small.of(bytes)).unwrap();
    assert_eq!(payload, again);
    assert_same(&dataset(payload), &dataset(again))
}

// ---- Annex A -----------------------------------------------------------------------------------------------------

/// A workbook as it is, or sheets by name (`List 3`) whose lines are rows and whose cells stand between tabs: `=2018-03-01`
/// is a date, `#43160` a number, `!merge 2 4 0` merges rows 2 to 4 of the first column, all else is text.
pub(crate) fn annex_a(bytes: &[u8]) -> usize {
    let is_workbook = bytes.starts_with(b"PK");
    let written = if is_workbook { bytes.to_vec() } else { workbook(bytes) };
    let read = || AnnexA::read("a.xlsx", Cursor::new(&written));
    let annex = match read() {
        Ok(annex) => annex,
        Err(error) => {
            assert!(!error.to_string().is_empty() && read().is_err());
            return 0;
        }
    };
    let is_plain = |name: &str| List::ALL.iter().any(|list| list.to_string() == name);
    let is_plain = !is_workbook && sources(bytes).iter().all(|(name, _)| is_plain(name));
    for list in List::ALL {
        let of_list =
            |finding: &&Finding| finding.file.as_deref().is_some_and(|file| file.ends_with(&list.to_string()));
        let Some(rows) = annex.rows(list).filter(|_| is_plain) else { continue };
        let main = match list {
            List::Referrals => Family::Referral,
            List::Assessments => Family::Assessment,
            List::Enquiries => Family::Section47Enquiry,
            List::ProtectionPlans => Family::ProtectionPlan,
            List::LookedAfter => Family::LookedAfterEpisode,
            List::CareLeavers => Family::CareLeaverStatus,
            _ => continue,
        };
        let records = annex.records().iter().filter(|record| record.list == list && record.record.family() == main);
        let mut accounted: BTreeSet<u64> = records.map(|record| u64::from(record.row)).collect();
        assert!(accounted.len() as u64 <= rows);
        accounted.extend(annex.findings().iter().filter(of_list).filter_map(|finding| finding.row));
        assert!(accounted.len() as u64 >= rows, "{list}: {rows} rows, {} accounted for", accounted.len());
    }
    let dataset = |annex: AnnexA| {
        let mut records = Builder::default();
        annex.give_to(&mut records);
        records.finish()
    };
    let again = read().unwrap();
    assert_eq!(annex, again);
    let (one, other) = (dataset(annex), dataset(again));
    for finding in one.findings() {
        let is_of_sheet = finding.file.as_deref().is_some_and(|file| file.starts_with("a.xlsx, "));
        let is_of_ssd = ssd::columns(finding.family).contains(&finding.field.as_str());
        // A child of whom no row is read has no place in a sheet.
        assert!(finding.row.is_none() || (is_of_sheet && !is_of_ssd), "the column of no sheet: {finding:?}");
    }
    assert_same(&one, &other)
}

/// The workbook that an input describes; what no workbook can hold is left out.
fn workbook(bytes: &[u8]) -> Vec<u8> {
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let mut names = BTreeSet::new();
    for (name, source) in sources(bytes) {
        let mut sheet = Worksheet::new();
        if sheet.set_name(&name).is_err() || !names.insert(name.to_lowercase()) {
            continue;
        }
        let text = String::from_utf8_lossy(source);
        // A merge that overlaps another leaves the writer's own table half made, so that the next may panic in it.
        let mut overlaps = false;
        for (row, line) in (0_u32..).zip(text.lines()) {
            if let Some(merged) = line.strip_prefix("!merge ") {
                let numbers: Vec<u32> = merged.split(' ').filter_map(|number| number.parse().ok()).collect();
                if let ([first, last, column], false) = (&numbers[..], overlaps) {
                    let column = u16::try_from(*column).unwrap_or(u16::MAX);
                    overlaps = sheet.merge_range(*first, column, *last, column, "merged", &Format::new()).is_err();
                }
                continue;
            }
            for (column, cell) in (0_u16..).zip(line.split('\t')) {
                let day = cell.strip_prefix('=').and_then(|day| ExcelDateTime::parse_from_str(day).ok());
                let number = cell.strip_prefix('#').and_then(|number| number.parse::<f64>().ok());
                let _too_long = match (day, number) {
                    (Some(day), _) => sheet.write_datetime_with_format(row, column, &day, &date).is_err(),
                    (_, Some(number)) if number.is_finite() => sheet.write_number(row, column, number).is_err(),
                    _ => sheet.write_string(row, column, cell).is_err(),
                };
            }
        }
        book.push_worksheet(sheet);
    }
    book.save_to_buffer().unwrap_or_default()
}
