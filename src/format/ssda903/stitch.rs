//! What runs through several collection years, joined.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::chain::Episode;
use super::row::Row;
use super::{CollectionYear, Return, Table};
use crate::Ssda903Rule::{
    Ssda903_502, Ssda903_503A, Ssda903_503B, Ssda903_503C, Ssda903_503D, Ssda903_503E, Ssda903_503F, Ssda903NoE,
};
use crate::{Finding, ReturnsRule};

/// How far a return can say that it does not carry something.
pub(super) struct Carries {
    pub(super) year: CollectionYear,
    /// Whether the table was read to its end.
    is_whole: bool,
    /// By child the starts of its rows that are left out; `None` where the start cannot be read.
    left_out: BTreeMap<String, BTreeSet<Option<NaiveDate>>>,
}

impl Carries {
    pub(super) fn new(one: &Return, table: Table) -> Self {
        let start = match table {
            Table::Episodes => "DECOM",
            Table::Missing => "MIS_START",
            Table::SocialWorkers => "SW_DECOM",
            _ => "",
        };
        let mut left_out: BTreeMap<String, BTreeSet<Option<NaiveDate>>> = BTreeMap::new();
        for row in one.left_out.iter().filter(|row| row.table == table) {
            left_out.entry(row.child.clone()).or_default().insert(row.day(start));
        }
        Self { year: one.year, is_whole: one.is_whole(table), left_out }
    }

    /// Whether a row of the child is left out.
    pub(super) fn left_out(&self, child: &str) -> bool {
        self.left_out.contains_key(child)
    }

    /// Whether a row that is left out carries what began on `start`, or may do so.
    fn unread(&self, child: &str, start: NaiveDate) -> bool {
        self.left_out.get(child).is_some_and(|starts| starts.contains(&Some(start)) || starts.contains(&None))
    }
}

/// Joins the episodes of one child of all years before with those of a later return, which wins; `before` is the last of
/// those years whose episodes were read.
pub(super) fn episodes(
    earlier: Vec<Episode>,
    later: Vec<Episode>,
    carries: &Carries,
    before: Option<CollectionYear>,
    findings: &mut Vec<Finding>,
) -> Vec<Episode> {
    let year = carries.year;
    let known_child = !earlier.is_empty();
    // The first day of which nothing was read, which is that of the year unless years between are not there.
    let unread = before.map_or(year.first_day(), CollectionYear::end);
    let year_before = unread == year.first_day();
    // In years of which nothing was read it ended where the next one began, or by their end.
    let next = later.iter().map(|next| next.start).find(|start| *start >= unread);
    let ended = next.unwrap_or(year.first_day()).min(year.first_day());
    let partners = partners(&earlier, &later, year);
    let mut is_new = vec![true; later.len()];
    for partner in partners.iter().flatten() {
        if let Some(is_new) = is_new.get_mut(*partner) {
            *is_new = false;
        }
    }
    let mut others = later.iter().zip(&mut is_new).take_while(|(other, _)| other.start < unread);
    let mut joined = Vec::with_capacity(earlier.len() + later.len());
    for (mut episode, partner) in earlier.into_iter().zip(partners) {
        if let Some(carried) = partner.and_then(|partner| later.get(partner)) {
            compare(&episode, carried, findings);
            continue;
        }
        if episode.start >= year.end() || !episode.reaches(year) || !carries.is_whole {
            joined.push(episode);
        } else if carries.unread(&episode.row.child, episode.start) {
            episode.year = year;
            joined.push(episode);
        } else if episode.start >= year.first_day() {
            findings.push(episode.row.finding("DECOM", ReturnsRule::NeverBegan));
        } else {
            // They come by start, so that what ended before this one did so before all that follow.
            let stands_for = |other: &Episode| other.end.is_none_or(|end| end > other.start.max(episode.start));
            if let Some((other, is_new)) = others.find(|(other, is_new)| **is_new && stands_for(other)) {
                *is_new = false;
                findings.push(other.finding("DECOM", Ssda903_502));
                if other.start > episode.start && !other.is("RNE", &["S"]) {
                    findings.push(episode.row.finding("DEC", ReturnsRule::Divided));
                    episode.end = Some(other.start);
                    joined.push(episode);
                } else {
                    findings.push(episode.row.finding("DECOM", ReturnsRule::Moved));
                }
                continue;
            }
            if year_before {
                findings.push(episode.row.finding("DEC", ReturnsRule::Gone));
                findings.extend(later.first().map(|first| first.finding("DECOM", Ssda903_502)));
            }
            episode.end = Some(ended);
            joined.push(episode);
        }
    }
    for (late, is_new) in later.iter().zip(is_new) {
        if is_new && before.is_some() && year_before && late.start < year.first_day() {
            findings.push(if known_child {
                late.row.finding("DECOM", ReturnsRule::Late)
            } else {
                late.finding("DECOM", Ssda903NoE)
            });
        }
    }
    joined.extend(later);
    joined.sort_by_key(Episode::order);
    joined
}

/// Which later item each earlier one is, if any. Both come by start, those of one start by end, open last.
struct Pairs<'a, T> {
    earlier: &'a [T],
    later: &'a [T],
    partners: Vec<Option<usize>>,
    free: Vec<bool>,
}

impl<'a, T> Pairs<'a, T> {
    fn new(earlier: &'a [T], later: &'a [T]) -> Self {
        Self { earlier, later, partners: vec![None; earlier.len()], free: vec![true; later.len()] }
    }

    /// Pairs those without a partner that have one key, latest first.
    fn by<K: Ord>(mut self, of_earlier: impl Fn(&T) -> Option<K>, of_later: impl Fn(&T) -> Option<K>) -> Self {
        let mut waiting: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for (at, this) in self.later.iter().enumerate().filter(|(at, _)| self.free.get(*at) == Some(&true)) {
            if let Some(key) = of_later(this) {
                waiting.entry(key).or_default().push(at);
            }
        }
        for (before, partner) in self.earlier.iter().zip(&mut self.partners).rev().filter(|(_, at)| at.is_none()) {
            *partner = of_earlier(before).and_then(|key| waiting.get_mut(&key)?.pop());
            if let Some(free) = partner.and_then(|at| self.free.get_mut(at)) {
                *free = false;
            }
        }
        self
    }
}

/// Which later episode each earlier one is, if any: those of one start, of one end first, then those that go on, then those
/// that have a day and ended.
fn partners(earlier: &[Episode], later: &[Episode], year: CollectionYear) -> Vec<Option<usize>> {
    let of_one_end = |episode: &Episode| Some((episode.start, episode.end));
    let with_a_day = |episode: &Episode| (episode.end != Some(episode.start)).then_some(episode.start);
    Pairs::new(earlier, later)
        .by(of_one_end, of_one_end)
        .by(|before| before.reaches(year).then_some(before.start), |this| Some(this.start))
        .by(with_a_day, with_a_day)
        .partners
}

/// What a later return contradicts of an episode.
fn compare(before: &Episode, this: &Episode, findings: &mut Vec<Finding>) {
    let differs = |column: &&str| !before.row.says_the_same(column, &this.row);
    let mut contradicted: Vec<&str> = vec!["PL_POST"];
    if before.end.is_none_or(|end| end > before.year.last_day()) {
        let national = [
            ("RNE", Ssda903_503A),
            ("LS", Ssda903_503B),
            ("CIN", Ssda903_503C),
            ("PLACE", Ssda903_503D),
            ("PLACE_PROVIDER", Ssda903_503E),
            ("URN", Ssda903_503F),
        ];
        for (column, rule) in national.into_iter().filter(|(column, _)| differs(column)) {
            if column != "PLACE" || !was_replaced(before, this) {
                findings.push(this.finding(column, rule));
            }
        }
        if before.end.is_some() {
            contradicted.push("DEC");
        }
        if before.row.is_filled("REASON_PLACE_CHANGE") {
            contradicted.push("REASON_PLACE_CHANGE");
        }
    } else {
        let rest = ["DEC", "REC", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "URN", "HOME_POST"];
        contradicted.extend(rest);
        contradicted.push("REASON_PLACE_CHANGE");
    }
    let contradicted = contradicted.into_iter().filter(differs);
    findings.extend(contradicted.map(|column| this.row.finding(column, ReturnsRule::Contradicted)));
}

/// Whether the code of the placement was replaced by another one in the later collection year.
pub(super) fn was_replaced(before: &Episode, this: &Episode) -> bool {
    let replaced = |from: i32, old: &str, new: &[&str]| {
        this.year.closing() >= from && before.is("PLACE", &[old]) && this.is("PLACE", new)
    };
    replaced(2024, "H5", &["K3"]) || replaced(2026, "Z1", &["Z11", "Z12", "Z13", "Z14"])
}

/// Something with a start and an end that several years carry: a missing episode, an episode with a social worker.
#[derive(Clone, Debug)]
pub(super) struct Carried {
    pub(super) row: Row,
    pub(super) start: NaiveDate,
    /// The first day without it.
    pub(super) end: Option<NaiveDate>,
}

impl Carried {
    /// By start; on one day by end, open last.
    fn order(&self) -> (NaiveDate, bool, Option<NaiveDate>) {
        (self.start, self.end.is_none(), self.end)
    }

    fn reaches(&self, year: CollectionYear) -> bool {
        self.end.is_none_or(|end| end > year.first_day())
    }
}

/// What has become of something that goes on and is carried no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CarriedNoMore {
    /// It goes on: the later return has nothing of the child.
    GoesOn,
    /// It has ended, as it does when the child is in the return no more.
    Ended,
    /// It has ended, and the return should say so.
    Gone,
}

/// Joins what is known by `K` with the rows of a later return, which wins. `gone` says for each child what has become of
/// something that goes on and is carried no more.
pub(super) fn carried<K: Ord>(
    known: &mut BTreeMap<K, Vec<Carried>>,
    mut later: BTreeMap<K, Vec<Carried>>,
    carries: &Carries,
    columns: [&str; 2],
    gone: impl Fn(&str) -> CarriedNoMore,
    findings: &mut Vec<Finding>,
) {
    for (key, known) in known.iter_mut() {
        let mut later = later.remove(key).unwrap_or_default();
        later.sort_by_key(Carried::order);
        *known = join(std::mem::take(known), later, carries, columns, &gone, findings);
    }
    for (key, mut later) in later {
        later.sort_by_key(Carried::order);
        known.insert(key, later);
    }
}

/// Joins the like of one child: those of one start, of one end and kind first, then those that go on.
fn join(
    earlier: Vec<Carried>,
    later: Vec<Carried>,
    carries: &Carries,
    [end, other]: [&str; 2],
    gone: impl Fn(&str) -> CarriedNoMore,
    findings: &mut Vec<Finding>,
) -> Vec<Carried> {
    let year = carries.year;
    let kind = |one: &Carried| one.row.shown(other);
    let of_one_end = |one: &Carried| Some((one.start, one.end));
    let of_one_start = |one: &Carried| Some(one.start);
    let partners = Pairs::new(&earlier, &later)
        .by(|before| Some((of_one_end(before), kind(before))), |this| Some((of_one_end(this), kind(this))))
        .by(|before| before.reaches(year).then(|| (before.start, kind(before))), |this| Some((this.start, kind(this))))
        .by(of_one_end, of_one_end)
        .by(|before| before.reaches(year).then_some(before.start), of_one_start)
        .by(of_one_start, of_one_start)
        .partners;
    let mut joined = Vec::with_capacity(earlier.len() + later.len());
    for (mut before, partner) in earlier.into_iter().zip(partners) {
        if let Some(this) = partner.and_then(|partner| later.get(partner)) {
            if before.end.is_some() && before.end != this.end {
                findings.push(this.row.finding(end, ReturnsRule::Contradicted));
            }
            // What was empty is filled in: a reason comes with the end.
            if before.row.is_filled(other) && before.row.shown(other) != this.row.shown(other) {
                findings.push(this.row.finding(other, ReturnsRule::Contradicted));
            }
            continue;
        }
        let child = before.row.child.as_str();
        if before.reaches(year) && carries.is_whole && !carries.unread(child, before.start) {
            let became = gone(child);
            if became == CarriedNoMore::Gone {
                findings.push(before.row.finding(end, ReturnsRule::Gone));
            }
            if became != CarriedNoMore::GoesOn {
                before.end = Some(year.first_day().max(before.start));
            }
        }
        joined.push(before);
    }
    joined.extend(later);
    joined.sort_by_key(Carried::order);
    joined
}
