//! Returns in the order of their years, joined and handed over as records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::chain::{self, Episode, PLACE};
use super::leavers::{self, Care};
use super::row::{Origin, Row};
use super::stitch::{self, Carried, CarriedNoMore};
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
    /// The first year whose episodes were read.
    first_episodes_of: Option<CollectionYear>,
    /// By child: the row, and the first day without the status.
    uasc: BTreeMap<String, Carried>,
    missing: BTreeMap<(String, NaiveDate), Carried>,
    workers: BTreeMap<(String, String, NaiveDate), Carried>,
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
        let now = one.supplied(Table::Episodes).then(|| self.episodes(&one));
        let year_before = self.episodes_of.is_some_and(|before| before.closing() + 1 == year.closing());
        let mut went_on = BTreeSet::new();
        if let Some(now) = &now {
            let reaching = self.episodes.iter().filter(|(_, known)| known.iter().any(|episode| episode.reaches(year)));
            went_on = reaching.map(|(child, _)| child.clone()).collect();
            self.stitch_episodes(now, year);
            self.episodes_of = Some(year);
            self.first_episodes_of.get_or_insert(year);
        }
        let first = self.first_episodes_of;
        let care = Care { year, now: now.as_ref(), joined: &self.episodes, year_before, first, went_on: &went_on };
        care.check(&one, &self.births, &mut self.findings);
        self.leavers(&one, counter);
        let in_care = |child: &str| now.as_ref().is_some_and(|now| now.contains_key(child));
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

    fn stitch_episodes(&mut self, now: &BTreeMap<String, Vec<Episode>>, year: CollectionYear) {
        let children: BTreeSet<String> = self.episodes.keys().chain(now.keys()).cloned().collect();
        for child in children {
            let earlier = self.episodes.remove(&child).unwrap_or_default();
            let later = now.get(&child).cloned().unwrap_or_default();
            let joined = stitch::episodes(earlier, later, year, self.episodes_of, &mut self.findings);
            self.episodes.insert(child, joined);
        }
    }

    fn leavers(&mut self, one: &Return, counter: &mut Counter<'_>) {
        for row in one.of(Table::Oc3) {
            let born = row.day("DOB").or_else(|| self.births.get(&row.child).copied());
            counter.push(leavers::status(row, born, one.year, &mut self.findings), Some(&row.at));
        }
    }

    /// Joins unaccompanied statuses, missing episodes and episodes with a social worker. What is carried no more ended, and no
    /// return is to blame that does not say so where the year before was not read.
    fn carried(&mut self, one: &Return, in_care: impl Fn(&str) -> bool, year_before: bool) {
        let year = one.year;
        let no_more = if year_before { CarriedNoMore::Gone } else { CarriedNoMore::Ended };
        let missing = one.of(Table::Missing).iter().filter_map(|row| {
            let start = row.day("MIS_START")?;
            Some(((row.child.clone(), start), Carried { row: row.clone(), start, end: row.day("MIS_END") }))
        });
        let of_care = |table: Table| {
            let supplied = one.supplied(table);
            let in_care = &in_care;
            move |child: &str| {
                if supplied && in_care(child) { no_more } else { CarriedNoMore::GoesOn }
            }
        };
        let gone = of_care(Table::Missing);
        stitch::carried(&mut self.missing, missing.collect(), year, ["MIS_END", "MISSING"], gone, &mut self.findings);

        let uasc = one.of(Table::Uasc).iter();
        let uasc = uasc
            .map(|row| (row.child.clone(), Carried { row: row.clone(), start: NaiveDate::MIN, end: row.day("DUC") }));
        let gone = of_care(Table::Uasc);
        // The sex is compared in the header.
        stitch::carried(&mut self.uasc, uasc.collect(), year, ["DUC", ""], gone, &mut self.findings);

        let workers = one.of(Table::SocialWorkers).iter().filter_map(|row| {
            let start = row.day("SW_DECOM")?;
            let worker = row.text("SW_ID").unwrap_or_default().to_ascii_uppercase();
            let carried = Carried { row: row.clone(), start, end: row.day("SW_DEC") };
            Some(((row.child.clone(), worker, start), carried))
        });
        let supplied = one.supplied(Table::SocialWorkers);
        let gone = |child: &str| match (supplied, in_care(child)) {
            (true, true) => no_more,
            (true, false) => CarriedNoMore::Ended,
            (false, _) => CarriedNoMore::GoesOn,
        };
        stitch::carried(&mut self.workers, workers.collect(), year, ["SW_DEC", "SW_REASON"], gone, &mut self.findings);
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
        for (child, carried) in self.uasc {
            let mut status = ImmigrationStatus::new(child, "UASC");
            status.end = carried.end;
            counter.push(status, Some(&carried.row.at));
        }
        for ((child, start), carried) in self.missing {
            let mut episode = MissingEpisode::new(format!("{child}/{start}"), child, start);
            episode.kind = carried.row.code("MISSING");
            episode.end = carried.end.map(Into::into);
            counter.push(episode, Some(&carried.row.at));
        }
        let mut professionals = BTreeSet::new();
        for ((child, worker, start), carried) in self.workers {
            let mut involvement = Involvement::new(format!("{child}/{start}/{worker}"), child, start);
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
        for finding in self.findings {
            counter.records.note(finding);
        }
        self.others.into_values().flatten().collect()
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
    let mut of_the_day = 0_u32;
    for this in episodes {
        of_the_day =
            if before.is_some_and(|before| before.start == this.start) { of_the_day.saturating_add(1) } else { 0 };
        let id = match of_the_day {
            0 => format!("{child}/{}", this.start),
            // Of one length, so that their order is that of the numbers.
            more => format!("{child}/{}/{more:010}", this.start),
        };
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
