//! What runs through several collection years, joined.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::CollectionYear;
use super::chain::Episode;
use super::row::Row;
use crate::Ssda903Rule::{
    Ssda903_502, Ssda903_503A, Ssda903_503B, Ssda903_503C, Ssda903_503D, Ssda903_503E, Ssda903_503F, Ssda903NoE,
};
use crate::{Finding, ReturnsRule};

/// Joins the episodes of one child of all years before with those of `year`, which wins; `before` is the last of those years
/// whose episodes were read.
pub(super) fn episodes(
    earlier: Vec<Episode>,
    later: Vec<Episode>,
    year: CollectionYear,
    before: Option<CollectionYear>,
    findings: &mut Vec<Finding>,
) -> Vec<Episode> {
    let known_child = !earlier.is_empty();
    // The first day of which nothing was read, which is that of the year unless years between are not there.
    let unread = before.map_or(year.first_day(), CollectionYear::end);
    let year_before = unread == year.first_day();
    let partners = partners(&earlier, &later, year);
    let mut is_new = vec![true; later.len()];
    for partner in partners.iter().flatten() {
        if let Some(is_new) = is_new.get_mut(*partner) {
            *is_new = false;
        }
    }
    let mut joined = Vec::with_capacity(earlier.len() + later.len());
    for (mut episode, partner) in earlier.into_iter().zip(partners) {
        if let Some(carried) = partner.and_then(|partner| later.get(partner)) {
            compare(&episode, carried, findings);
            continue;
        }
        if episode.start >= year.end() || !episode.reaches(year) {
            joined.push(episode);
        } else if episode.start >= year.first_day() {
            findings.push(episode.row.finding("DECOM", ReturnsRule::NeverBegan));
        } else {
            let moved = later.iter().zip(&mut is_new).find(|(moved, is_new)| **is_new && moved.start < unread);
            if let Some((moved, is_new)) = moved {
                *is_new = false;
                findings.push(moved.finding("DECOM", Ssda903_502));
                findings.push(episode.row.finding("DECOM", ReturnsRule::Moved));
                continue;
            }
            if year_before {
                findings.push(episode.row.finding("DEC", ReturnsRule::Gone));
                findings.extend(later.first().map(|first| first.finding("DECOM", Ssda903_502)));
            }
            // In years of which nothing was read it ended where the next one began, or by their end.
            let next = later.iter().map(|next| next.start).find(|start| *start >= unread);
            episode.end = Some(next.unwrap_or(year.first_day()).min(year.first_day()));
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

/// Whether an earlier and a later episode of one start can be the same.
type Alike<'a> = dyn Fn(&Episode, &Episode) -> bool + 'a;

/// Which later episode each earlier one is, if any: those of one start, of one end first, then those that go on, latest
/// first, then those that have a day and ended.
fn partners(earlier: &[Episode], later: &[Episode], year: CollectionYear) -> Vec<Option<usize>> {
    let mut partners: Vec<Option<usize>> = vec![None; earlier.len()];
    let mut free = vec![true; later.len()];
    let has_a_day = |episode: &Episode| episode.end != Some(episode.start);
    let alike: [&Alike<'_>; 3] =
        [&|before, this| before.end == this.end, &|before, _| before.reaches(year), &|before, this| {
            has_a_day(before) && has_a_day(this)
        }];
    for alike in alike {
        for (before, partner) in earlier.iter().zip(&mut partners).rev().filter(|(_, partner)| partner.is_none()) {
            // They come by start.
            let first = later.partition_point(|this| this.start < before.start);
            let from_first = (later.get(first..).unwrap_or_default(), free.get(first..).unwrap_or_default());
            let same = from_first.0.iter().zip(from_first.1).take_while(|(this, _)| this.start == before.start);
            let found = same.enumerate().filter(|(_, (this, free))| **free && alike(before, this)).last();
            let found = found.map(|(after, _)| first + after);
            if let Some(free) = found.and_then(|found| free.get_mut(found)) {
                *free = false;
                *partner = found;
            }
        }
    }
    partners
}

/// What a later return contradicts of an episode.
fn compare(before: &Episode, this: &Episode, findings: &mut Vec<Finding>) {
    let differs = |column: &&str| before.row.shown(column) != this.row.shown(column);
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
    } else {
        contradicted.extend(["DEC", "REC", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "URN"]);
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

/// What has become of something that goes on and is carried no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CarriedNoMore {
    /// It goes on: the later return has nothing of such things, or of the child.
    GoesOn,
    /// It has ended, as it does when the child is in the return no more.
    Ended,
    /// It has ended, and the return should say so.
    Gone,
}

/// Joins what is known by `K` with the rows of `year`, which wins. `gone` says for each child what has become of something
/// that goes on and is carried no more.
pub(super) fn carried<K: Ord>(
    known: &mut BTreeMap<K, Carried>,
    later: BTreeMap<K, Carried>,
    year: CollectionYear,
    [end, other]: [&str; 2],
    gone: impl Fn(&str) -> CarriedNoMore,
    findings: &mut Vec<Finding>,
) {
    for (key, carried) in known.iter_mut() {
        let goes_on = carried.end.is_none_or(|end| end > year.first_day());
        if !goes_on || later.contains_key(key) {
            continue;
        }
        let became = gone(&carried.row.child);
        if became == CarriedNoMore::Gone {
            findings.push(carried.row.finding(end, ReturnsRule::Gone));
        }
        if became != CarriedNoMore::GoesOn {
            carried.end = Some(year.first_day().max(carried.start));
        }
    }
    for (key, this) in later {
        if let Some(before) = known.get(&key) {
            if before.end.is_some() && before.end != this.end {
                findings.push(this.row.finding(end, ReturnsRule::Contradicted));
            }
            // What was empty is filled in: a reason comes with the end.
            if before.row.is_filled(other) && before.row.shown(other) != this.row.shown(other) {
                findings.push(this.row.finding(other, ReturnsRule::Contradicted));
            }
        }
        known.insert(key, this);
    }
}
