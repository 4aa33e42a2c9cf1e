//! Returns in the order of their years, joined and handed over as records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::chain::{self, Episode, PLACE};
use super::leavers::{self, Care, Leaver};
use super::row::{Origin, Row};
use super::stitch::{self, Carried, CarriedNoMore, Carries};
use super::{CollectionYear, OtherRecord, Return, Table, tables};
use crate::chronology::Reserved;
use crate::record::{
    ALLOCATED_CASE_WORKER, ImmigrationStatus, Involvement, LegalStatus, LookedAfterEpisode, MissingEpisode, Person,
    Placement, Professional, Record, Sex, StatutoryCode,
};
use crate::record::{Coded, LegalStatusCode};
use crate::{Builder, Finding, ReturnsRule};

pub(super) fn deliver(returns: impl Iterator<Item = Return>, records: &mut Builder) -> Vec<OtherRecord> {
    let returns: Vec<Return> = returns.collect();
    records.begin_form();
    let mut counter = Counter::new(&returns, records);
    let mut joined = Joined::default();
    for one in returns {
        joined.take(one, &mut counter);
    }
    let others = joined.hand_over(&mut counter);
    counter.records.end_form();
    others
}

/// Where records are handed over, each with its file and row.
struct Counter<'b> {
    records: &'b mut Builder,
    files: BTreeMap<Arc<str>, Reserved>,
}

impl<'b> Counter<'b> {
    fn new(returns: &[Return], records: &'b mut Builder) -> Self {
        let mut last: BTreeMap<Arc<str>, u64> = BTreeMap::new();
        for row in returns.iter().flat_map(|one| Table::ALL.into_iter().flat_map(|table| one.of(table))) {
            let most = last.entry(Arc::clone(&row.at.file)).or_default();
            *most = (*most).max(row.at.row);
        }
        let reserved = last.into_iter().map(|(file, rows)| (Arc::clone(&file), records.reserve(file, rows)));
        let files = reserved.collect();
        Self { records, files }
    }

    fn push(&mut self, record: impl Into<Record>, at: Option<&Origin>) {
        match at.and_then(|at| Some((self.files.get(&at.file)?, at.row))) {
            Some((file, row)) => self.records.push_reserved(record, *file, row),
            None => self.records.push(record),
        }
    }
}

/// What all returns so far say.
#[derive(Default)]
struct Joined {
    /// The children in any table, and the date of birth in a table other than the header.
    children: BTreeMap<String, Option<NaiveDate>>,
    persons: BTreeMap<String, Known>,
    births: BTreeMap<String, NaiveDate>,
    pupils: BTreeMap<String, String>,
    episodes: BTreeMap<String, Vec<Episode>>,
    episodes_of: Option<CollectionYear>,
    /// The first of the years without a gap whose episodes were read.
    first_episodes_of: Option<CollectionYear>,
    /// By child the one status.
    uasc: BTreeMap<String, Vec<Carried>>,
    missing: BTreeMap<String, Vec<Carried>>,
    /// By child and worker.
    workers: BTreeMap<(String, String), Vec<Carried>>,
    /// By child the last status of a care leaver.
    leavers: BTreeMap<String, Leaver>,
    /// The rows of the last return that has the key: of one return all, whatever else they say.
    others: BTreeMap<(Table, String, String), Vec<OtherRecord>>,
    findings: Vec<Finding>,
}

/// What headers say of a person.
#[derive(Default)]
struct Known {
    sex: Option<Sex>,
    ethnicity: Option<String>,
    born: Option<NaiveDate>,
    /// The last header row.
    at: Option<Origin>,
}

impl Joined {
    fn take(&mut self, mut one: Return, counter: &mut Counter<'_>) {
        let year = one.year;
        tables::tidy(&mut one);
        for row in one.of(Table::Header) {
            self.person(row);
        }
        for row in Table::ALL.into_iter().flat_map(|table| one.of(table)) {
            let known = self.children.entry(row.child.clone()).or_default();
            *known = row.day("DOB").filter(|_| row.table != Table::Header).or(*known);
        }
        let now = one.begun.contains(&Table::Episodes).then(|| self.episodes(&one));
        let carries = Carries::new(&one, Table::Episodes);
        let year_before = self.episodes_of.is_some_and(|before| before.closing() + 1 == year.closing());
        let mut went_on = BTreeSet::new();
        if let Some(now) = &now {
            let goes_on = |child: &str, known: &[Episode]| {
                year_before && !carries.left_out(child) && known.iter().any(|episode| episode.reaches(year))
            };
            let reaching = self.episodes.iter().filter(|(child, known)| goes_on(child, known));
            went_on = reaching.map(|(child, _)| child.clone()).collect();
            self.stitch_episodes(now, &carries);
        }
        let whole = now.as_ref().filter(|_| one.is_whole(Table::Episodes));
        if whole.is_some() {
            self.first_episodes_of = self.first_episodes_of.filter(|_| year_before).or(Some(year));
            self.episodes_of = Some(year);
        }
        let first = self.first_episodes_of;
        let care = Care { year, now: whole, joined: &self.episodes, year_before, first, went_on: &went_on };
        care.check(&one, &self.births, &mut self.findings);
        self.leavers(&one, whole, counter);
        let in_care = |child: &str| carries.left_out(child) || now.as_ref().is_some_and(|now| now.contains_key(child));
        self.carried(&one, in_care, year_before);
        let Return { rows, findings, .. } = one;
        self.findings.extend(findings);
        for (table, rows) in rows {
            for row in rows {
                let key = match table {
                    Table::Oc2 => year.to_string(),
                    Table::Reviews => row.shown("REVIEW"),
                    Table::PlacedForAdoption => row.shown("DATE_PLACED"),
                    Table::Ad1 | Table::PreviousPermanence => String::new(),
                    _ => continue,
                };
                let others = self.others.entry((table, row.child.clone(), key)).or_default();
                others.retain(|other| other.year == year);
                others.push(OtherRecord { year, row });
            }
        }
    }

    fn person(&mut self, row: &Row) {
        let known = self.persons.entry(row.child.clone()).or_default();
        known.at = Some(row.at.clone());
        let mut contradicted = |column: &str, is: bool| {
            if is {
                self.findings.push(row.finding(column, ReturnsRule::Contradicted));
            }
        };
        let sex = match row.text("SEX") {
            Some("1") => Some(Sex::Male),
            Some("2") => Some(Sex::Female),
            other => other.and_then(Sex::from_letters),
        };
        let sex_before = known.sex.filter(|before| *before != Sex::Unknown);
        contradicted("SEX", sex.zip(sex_before).is_some_and(|(this, before)| this != before));
        known.sex = sex.or(known.sex);
        let ethnicity = row.text("ETHNIC").map(str::to_owned);
        contradicted("ETHNIC", ethnicity.is_some() && known.ethnicity.is_some() && ethnicity != known.ethnicity);
        known.ethnicity = ethnicity.or(known.ethnicity.take());
        let born = row.day("DOB");
        contradicted("DOB", born.zip(known.born).is_some_and(|(this, before)| this != before));
        known.born = born.or(known.born);
        if let Some(born) = known.born {
            self.births.insert(row.child.clone(), born);
        }
        // UN1 to UN7 say why there is no number.
        let pupil = row.text("UPN").filter(|upn| upn.len() == 13);
        if let Some(pupil) = pupil.map(str::to_ascii_uppercase) {
            let child = self.pupils.entry(pupil).or_insert_with(|| row.child.clone());
            if *child != row.child {
                self.findings.push(row.finding("UPN", ReturnsRule::SamePupilNumber));
            }
        }
    }

    /// The episodes of a return by child, in order and checked.
    fn episodes(&mut self, one: &Return) -> BTreeMap<String, Vec<Episode>> {
        let mut episodes: BTreeMap<String, Vec<Episode>> = BTreeMap::new();
        for episode in one.of(Table::Episodes).iter().filter_map(|row| Episode::new(row.clone(), one.year)) {
            episodes.entry(episode.row.child.clone()).or_default().push(episode);
        }
        for episodes in episodes.values_mut() {
            episodes.sort_by_key(Episode::order);
            chain::check(episodes, one.year, &mut self.findings);
        }
        episodes
    }

    fn stitch_episodes(&mut self, now: &BTreeMap<String, Vec<Episode>>, carries: &Carries) {
        let children: BTreeSet<String> = self.episodes.keys().chain(now.keys()).cloned().collect();
        for child in children {
            let earlier = self.episodes.remove(&child).unwrap_or_default();
            let later = now.get(&child).cloned().unwrap_or_default();
            let joined = stitch::episodes(earlier, later, carries, self.episodes_of, &mut self.findings);
            self.episodes.insert(child, joined);
        }
    }

    /// Hands over the statuses of care leavers, and where those of earlier returns end.
    fn leavers(&mut self, one: &Return, now: Option<&BTreeMap<String, Vec<Episode>>>, counter: &mut Counter<'_>) {
        let rows = one.of(Table::Oc3).iter().filter(|row| leavers::says_anything(row));
        let rows: BTreeMap<&str, &Row> = rows.map(|row| (row.child.as_str(), row)).collect();
        for (child, leaver) in std::mem::take(&mut self.leavers) {
            if leaver.until >= one.year.first_day() && rows.contains_key(child.as_str()) {
                continue;
            }
            let episodes = now.and_then(|now| now.get(&child)).map(Vec::as_slice).unwrap_or_default();
            if one.is_whole(Table::Oc3) && leaver.is_due(one.year, episodes) {
                self.findings.push(leaver.row.finding("IN_TOUCH", ReturnsRule::NoLaterStatus));
            }
            counter.push(leaver.end(), Some(&leaver.row.at));
        }
        for (child, row) in rows {
            let born = row.day("DOB").or_else(|| self.births.get(child).copied());
            counter.push(leavers::status(row, born, one.year, &mut self.findings), Some(&row.at));
            self.leavers
                .extend(born.and_then(|born| Leaver::new(row, born, one.year)).map(|one| (child.to_owned(), one)));
        }
    }

    /// Joins unaccompanied statuses, missing episodes and episodes with a social worker. What is carried no more ended, and no
    /// return is to blame that does not say so where the year before was not read.
    fn carried(&mut self, one: &Return, in_care: impl Fn(&str) -> bool, year_before: bool) {
        let no_more = if year_before { CarriedNoMore::Gone } else { CarriedNoMore::Ended };
        let missing = one.of(Table::Missing).iter().filter_map(|row| {
            let start = row.day("MIS_START")?;
            Some((row.child.clone(), Carried { row: row.clone(), start, end: row.day("MIS_END") }))
        });
        let of_care = |child: &str| if in_care(child) { no_more } else { CarriedNoMore::GoesOn };
        let carries = Carries::new(one, Table::Missing);
        let columns = ["MIS_END", "MISSING"];
        stitch::carried(&mut self.missing, lists(missing), &carries, columns, of_care, &mut self.findings);

        let uasc = one
            .of(Table::Uasc)
            .iter()
            .map(|row| (row.child.clone(), Carried { row: row.clone(), start: NaiveDate::MIN, end: row.day("DUC") }));
        let carries = Carries::new(one, Table::Uasc);
        // The sex is compared in the header.
        stitch::carried(&mut self.uasc, lists(uasc), &carries, ["DUC", ""], of_care, &mut self.findings);

        let workers = one.of(Table::SocialWorkers).iter().filter_map(|row| {
            let start = row.day("SW_DECOM")?;
            let worker = row.text("SW_ID").unwrap_or_default().to_ascii_uppercase();
            let key = (row.child.clone(), worker);
            Some((key, Carried { row: row.clone(), start, end: row.day("SW_DEC") }))
        });
        let carries = Carries::new(one, Table::SocialWorkers);
        let gone = |child: &str| if in_care(child) { no_more } else { CarriedNoMore::Ended };
        let columns = ["SW_DEC", "SW_REASON"];
        stitch::carried(&mut self.workers, lists(workers), &carries, columns, gone, &mut self.findings);
    }

    fn hand_over(self, counter: &mut Counter<'_>) -> Vec<OtherRecord> {
        for (child, born) in self.children {
            let mut person = Person::new(child.clone());
            let known = self.persons.get(&child);
            person.sex = known.and_then(|known| known.sex).map(Coded::Known);
            person.ethnicity = known.and_then(|known| known.ethnicity.as_deref()).map(Coded::read);
            person.date_of_birth = known.and_then(|known| known.born).or(born);
            counter.push(person, known.and_then(|known| known.at.as_ref()));
        }
        for (child, episodes) in &self.episodes {
            hand_over_episodes(child, episodes, counter);
        }
        for (child, carried) in each(self.uasc) {
            let mut status = ImmigrationStatus::new(child, "UASC");
            status.end = carried.end;
            counter.push(status, Some(&carried.row.at));
        }
        let mut ids = Ids::default();
        for (child, carried) in each(self.missing) {
            let id = ids.give(format!("{child}/{}", carried.start));
            let mut episode = MissingEpisode::new(id, child, carried.start);
            episode.kind = carried.row.code("MISSING");
            episode.end = carried.end.map(Into::into);
            counter.push(episode, Some(&carried.row.at));
        }
        let mut professionals = BTreeSet::new();
        let mut ids = Ids::default();
        for ((child, worker), carried) in each(self.workers) {
            let id = ids.give(format!("{child}/{}/{worker}", carried.start));
            let mut involvement = Involvement::new(id, child, carried.start);
            involvement.end = carried.end;
            involvement = involvement.role(ALLOCATED_CASE_WORKER);
            if !worker.is_empty() {
                if professionals.insert(worker.clone()) {
                    let professional = Professional::new(worker.clone()).registration(worker.clone());
                    counter.push(professional, Some(&carried.row.at));
                }
                involvement = involvement.professional(worker);
            }
            counter.push(involvement, Some(&carried.row.at));
        }
        for leaver in self.leavers.into_values() {
            counter.push(leaver.end(), Some(&leaver.row.at));
        }
        for finding in self.findings {
            counter.records.note(finding);
        }
        self.others.into_values().flatten().collect()
    }
}

/// What has one key together.
fn lists<K: Ord, T>(of: impl Iterator<Item = (K, T)>) -> BTreeMap<K, Vec<T>> {
    let mut lists: BTreeMap<K, Vec<T>> = BTreeMap::new();
    for (key, one) in of {
        lists.entry(key).or_default().push(one);
    }
    lists
}

/// What [`lists`] put together, one by one.
fn each<K: Clone, T>(lists: BTreeMap<K, Vec<T>>) -> impl Iterator<Item = (K, T)> {
    lists.into_iter().flat_map(|(key, list)| list.into_iter().map(move |one| (key.clone(), one)))
}

/// Gives each of a row of records with one id an id of its own.
#[derive(Default)]
struct Ids {
    last: String,
    given: u32,
}

impl Ids {
    fn give(&mut self, id: String) -> String {
        if id != self.last {
            (self.last, self.given) = (id.clone(), 0);
            return id;
        }
        self.given = self.given.saturating_add(1);
        // Of one length, so that their order is that of the numbers.
        format!("{id}/{:010}", self.given)
    }
}

/// Whether two episodes are in one place, also where a later year has another code for it.
fn is_same_place(before: &Episode, this: &Episode) -> bool {
    let kind = this.same(before, &["PLACE"]) || stitch::was_replaced(before, this);
    kind && PLACE.iter().filter(|column| **column != "PLACE").all(|column| this.same(before, &[column]))
}

/// Gives each episode as a record, with its own legal status and its placement. The episodes come in order, so that of
/// those of one day the one that ends last has the greatest id.
fn hand_over_episodes(child: &str, episodes: &[Episode], counter: &mut Counter<'_>) {
    let mut placement: Option<(Placement, &Origin)> = None;
    let mut before: Option<&Episode> = None;
    let mut ids = Ids::default();
    for this in episodes {
        let id = ids.give(format!("{child}/{}", this.start));
        let mut episode = LookedAfterEpisode::new(id.clone(), child, this.start);
        episode.start_reason = this.row.code("RNE");
        episode.ceased = this.end;
        episode.ceased_reason = this.row.code("REC");
        let stays = this.is("RNE", &["L"])
            && before.is_some_and(|before| before.end == Some(this.start) && is_same_place(before, this));
        let (mut place, began) = match placement.take() {
            Some(same) if stays => same,
            other => {
                if let Some((done, began)) = other {
                    counter.push(done, Some(began));
                }
                (Placement::new(id.clone(), child, this.start), &this.row.at)
            }
        };
        place.end = this.end;
        place.kind = this.row.code("PLACE");
        place.provider = this.row.code("PLACE_PROVIDER");
        place.urn = this.row.text("URN").map(str::to_owned);
        place.postcode = this.row.text("PL_POST").map(str::to_owned);
        place.change_reason = this.row.code("REASON_PLACE_CHANGE");
        counter.push(episode.placement(place.id.clone()), Some(&this.row.at));
        placement = Some((place, began));
        let mut status = LegalStatus::new(id, child, LegalStatusCode::Section20, this.start);
        status.status = this.row.code("LS");
        status.end = this.end;
        counter.push(status, Some(&this.row.at));
        before = Some(this);
    }
    if let Some((done, began)) = placement {
        counter.push(done, Some(began));
    }
}
