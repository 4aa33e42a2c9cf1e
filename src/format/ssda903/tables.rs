//! What the tables of one return say of each other, and which rows stay.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::row::Row;
use super::{Return, Table};
use crate::Ssda903Rule::{
    self, Ssda903_356, Ssda903_1003, Ssda903_1012, Ssda903Int01, Ssda903Int02, Ssda903Int03, Ssda903Int04,
    Ssda903Int05, Ssda903Int06, Ssda903Int07, Ssda903Int08, Ssda903Int09, Ssda903Int11, Ssda903Int12, Ssda903Int13,
    Ssda903Int14, Ssda903Int15, Ssda903Int16, Ssda903Int17, Ssda903Int18, Ssda903Int21, Ssda903Int31, Ssda903Int32,
    Ssda903Int33, Ssda903Int34, Ssda903Int35, Ssda903Int36, Ssda903Sw02Stg1, Ssda903Sw08Stg2, Ssda903Sw10Stg2,
};
use crate::{Finding, FindingRule, ReturnsRule};

/// The rules on a table beside the others.
struct Rules {
    not_in_header: Option<Ssda903Rule>,
    other_birth: Option<Ssda903Rule>,
    /// Where it has one row a child.
    twice: Option<Ssda903Rule>,
}

const fn rules(table: Table) -> Rules {
    let (not_in_header, other_birth, twice) = match table {
        Table::Header => (None, None, Some(Ssda903Int32)),
        Table::Episodes => (Some(Ssda903Int03), None, None),
        Table::Uasc => (Some(Ssda903Int09), Some(Ssda903Int18), Some(Ssda903Int36)),
        Table::Missing => (Some(Ssda903Int04), Some(Ssda903Int13), None),
        Table::Oc3 => (Some(Ssda903Int06), Some(Ssda903Int15), Some(Ssda903Int34)),
        Table::Oc2 => (Some(Ssda903Int05), Some(Ssda903Int14), Some(Ssda903Int33)),
        Table::Ad1 => (Some(Ssda903Int01), Some(Ssda903Int11), Some(Ssda903Int31)),
        Table::PlacedForAdoption => (Some(Ssda903Int02), Some(Ssda903Int12), None),
        Table::PreviousPermanence => (Some(Ssda903Int07), Some(Ssda903Int16), Some(Ssda903Int35)),
        Table::Reviews => (Some(Ssda903Int08), Some(Ssda903Int17), None),
        Table::SocialWorkers => (None, None, None),
    };
    Rules { not_in_header, other_birth, twice }
}

/// Leaves out the rows that repeat others or end before they start, and compares the tables with the header.
pub(super) fn tidy(one: &mut Return) {
    let header_is_whole = one.is_whole(Table::Header);
    let episodes_are_whole = one.is_whole(Table::Episodes);
    let Return { rows, left_out, findings, .. } = one;
    for (table, rows) in rows.iter_mut() {
        let twice = rules(*table).twice;
        let mut seen = BTreeSet::new();
        rows.retain(|row| {
            let key = match twice {
                Some(_) => row.child.clone(),
                // Nothing that is written stands between two cells of a line.
                None => table.columns().map(|column| row.shown(column)).collect::<Vec<_>>().join("\n"),
            };
            if seen.insert(key) {
                let stays = in_order(row, findings);
                if !stays {
                    left_out.push(row.clone());
                }
                return stays;
            }
            findings.push(match twice {
                Some(rule) => row.finding("CHILD", rule),
                None if *table == Table::Missing => row.finding("CHILD", ReturnsRule::RepeatedMissing),
                None => row.finding("CHILD", ReturnsRule::RepeatedRow),
            });
            false
        });
    }
    let with_episodes: BTreeSet<&str> = rows
        .get(&Table::Episodes)
        .into_iter()
        .flatten()
        .chain(left_out.iter().filter(|row| row.table == Table::Episodes))
        .map(|row| row.child.as_str())
        .collect();
    let header: BTreeMap<&str, &Row> =
        rows.get(&Table::Header).into_iter().flatten().map(|row| (row.child.as_str(), row)).collect();
    for (table, rows) in rows.iter() {
        let rules = rules(*table);
        for row in rows {
            let known = header.get(row.child.as_str());
            if known.is_none() && header_is_whole {
                findings.extend(rules.not_in_header.map(|rule| row.finding("CHILD", rule)));
            }
            let differs = |column: &str, day: bool| {
                let pair = known.map(|known| (known.shown(column), row.shown(column)));
                let kind = if day { row.day(column).is_some() } else { row.text(column).is_some() };
                kind && pair.is_some_and(|(known, this)| !known.is_empty() && known != this)
            };
            if differs("DOB", true) {
                findings.extend(rules.other_birth.map(|rule| row.finding("DOB", rule)));
            }
            if *table == Table::Uasc && differs("SEX", false) {
                findings.push(row.finding("SEX", Ssda903Int21));
            }
            let is_of_year = matches!(
                table,
                Table::PlacedForAdoption
                    | Table::Missing
                    | Table::Reviews
                    | Table::Ad1
                    | Table::PreviousPermanence
                    | Table::Oc2
            );
            if is_of_year && episodes_are_whole && !with_episodes.contains(row.child.as_str()) {
                findings.push(row.finding("CHILD", Ssda903_1012));
            }
        }
    }
    placed_before_care(rows, findings);
    if let Some(rows) = rows.get(&Table::SocialWorkers) {
        social_workers(rows, findings);
    }
}

/// Whether the row ends on or after the day it begins.
fn in_order(row: &Row, findings: &mut Vec<Finding>) -> bool {
    let (start, end, rule): (_, _, FindingRule) = match row.table {
        Table::Episodes => ("DECOM", "DEC", Ssda903_356.into()),
        Table::Missing => ("MIS_START", "MIS_END", FindingRule::EndBeforeStart),
        Table::SocialWorkers => ("SW_DECOM", "SW_DEC", FindingRule::EndBeforeStart),
        _ => return true,
    };
    let wrong = row.day(start).zip(row.day(end)).is_some_and(|(start, end)| end < start);
    if wrong {
        findings.push(row.finding(end, rule));
    }
    !wrong
}

/// Decisions to place for adoption before the first day of care.
fn placed_before_care(rows: &BTreeMap<Table, Vec<Row>>, findings: &mut Vec<Finding>) {
    let mut began: BTreeMap<&str, NaiveDate> = BTreeMap::new();
    for row in rows.get(&Table::Episodes).into_iter().flatten().filter(|row| row.text("RNE") == Some("S")) {
        if let Some(start) = row.day("DECOM") {
            began.entry(&row.child).and_modify(|first| *first = start.min(*first)).or_insert(start);
        }
    }
    for row in rows.get(&Table::PlacedForAdoption).into_iter().flatten() {
        let first = began.get(row.child.as_str());
        if row.day("DATE_PLACED").zip(first).is_some_and(|(placed, first)| placed < *first) {
            findings.push(row.finding("DATE_PLACED", Ssda903_1003));
        }
    }
}

fn social_workers(rows: &[Row], findings: &mut Vec<Finding>) {
    for row in rows {
        let id = row.text("SW_ID").map(str::to_ascii_uppercase);
        if id.is_some_and(|id| !id.starts_with("SW") && !id.starts_with("XX")) {
            findings.push(row.finding("SW_ID", Ssda903Sw02Stg1));
        }
    }
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by_key(|row| (&row.child, row.day("SW_DECOM"), row.day("SW_DEC").is_none(), row.day("SW_DEC")));
    for pair in sorted.windows(2) {
        let [before, this] = pair else { continue };
        if before.child != this.child {
            continue;
        }
        match before.day("SW_DEC") {
            None => findings.push(before.finding("SW_DEC", Ssda903Sw08Stg2)),
            Some(end) if this.day("SW_DECOM").is_some_and(|start| start < end) => {
                findings.push(this.finding("SW_DECOM", Ssda903Sw10Stg2));
            }
            Some(_) => {}
        }
    }
}
