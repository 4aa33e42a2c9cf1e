//! The national rules on the episodes of one child in one return.

use chrono::{Days, NaiveDate};

use super::CollectionYear;
use super::row::Row;
use crate::Ssda903Rule::{
    self, Ssda903_142, Ssda903_148, Ssda903_355, Ssda903_362, Ssda903_363, Ssda903_364, Ssda903_365, Ssda903_366,
    Ssda903_367, Ssda903_375, Ssda903_376, Ssda903_377, Ssda903_378, Ssda903_379, Ssda903_380, Ssda903_381,
    Ssda903_382, Ssda903_383, Ssda903_385, Ssda903_431, Ssda903_432, Ssda903_433, Ssda903_434, Ssda903_435,
    Ssda903_436, Ssda903_437, Ssda903_501, Ssda903_504,
};
use crate::{Finding, ReturnsRule};

/// An episode of care in a return.
#[derive(Clone, Debug)]
pub(super) struct Episode {
    pub(super) row: Row,
    pub(super) start: NaiveDate,
    /// The first day without it.
    pub(super) end: Option<NaiveDate>,
    /// The year of its return.
    pub(super) year: CollectionYear,
}

/// What makes two places the same.
pub(super) const PLACE: [&str; 4] = ["PLACE", "PLACE_PROVIDER", "URN", "PL_POST"];

impl Episode {
    /// `None` where the row has no start; such rows are left out before.
    pub(super) fn new(row: Row, year: CollectionYear) -> Option<Self> {
        Some(Self { start: row.day("DECOM")?, end: row.day("DEC"), row, year })
    }

    pub(super) fn is(&self, column: &str, codes: &[&str]) -> bool {
        self.row.text(column).is_some_and(|code| codes.contains(&code))
    }

    fn is_temporary(&self) -> bool {
        self.is("PLACE", &["T0", "T1", "T2", "T3", "T4"])
    }

    pub(super) fn same(&self, other: &Self, columns: &[&str]) -> bool {
        columns.iter().all(|column| self.row.says_the_same(column, &other.row))
    }

    /// By start; on one day by end, open last.
    pub(super) fn order(&self) -> (NaiveDate, bool, Option<NaiveDate>) {
        (self.start, self.end.is_none(), self.end)
    }

    /// Whether it goes on into the year.
    pub(super) fn reaches(&self, year: CollectionYear) -> bool {
        self.end.is_none_or(|end| end > year.first_day())
    }

    /// The days it lasts, as far as the year goes.
    fn days(&self, year: CollectionYear) -> i64 {
        (self.end.unwrap_or(year.last_day()) - self.start).num_days()
    }

    fn lasts_over(&self, days: u64) -> bool {
        self.end.is_some_and(|end| self.start.checked_add_days(Days::new(days)).is_some_and(|limit| end > limit))
    }

    pub(super) fn finding(&self, column: &str, rule: Ssda903Rule) -> Finding {
        self.row.finding(column, rule)
    }
}

/// Checks the episodes of one child, in order.
pub(super) fn check(episodes: &[Episode], year: CollectionYear, findings: &mut Vec<Finding>) {
    for episode in episodes {
        alone(episode, year, findings);
    }
    for pair in episodes.windows(2) {
        if let [before, this] = pair {
            follows(before, this, findings);
        }
    }
    for three in episodes.windows(3) {
        if let [home, away, this] = three {
            let same_post = year.closing() < 2026 || this.same(home, &["PL_POST"]);
            if away.is_temporary() && !(this.is("RNE", &["P"]) && this.same(home, &["PLACE"]) && same_post) {
                findings.push(this.finding("PLACE", Ssda903_383));
            }
        }
    }
    runs(episodes, year, findings);
    let holidays: Vec<&Episode> = episodes.iter().filter(|episode| episode.is("PLACE", &["T3"])).collect();
    if holidays.len() > 2 {
        findings.extend(holidays.iter().map(|episode| episode.finding("PLACE", Ssda903_377)));
    }
    let respite: Vec<(&Episode, i64)> = episodes
        .iter()
        .filter(|episode| episode.is("LS", &["V3"]))
        .map(|episode| {
            let end = episode.end.map_or(year.last_day(), |end| end.min(year.last_day()));
            (episode, (end - episode.start.max(year.first_day())).num_days())
        })
        .filter(|(_, days)| *days > 0)
        .collect();
    if respite.iter().map(|(_, days)| days).sum::<i64>() > 75 {
        findings.extend(respite.iter().map(|(episode, _)| episode.finding("LS", Ssda903_367)));
    }
}

/// What an episode breaks by itself.
fn alone(this: &Episode, year: CollectionYear, findings: &mut Vec<Finding>) {
    let respite = this.is("LS", &["V3"]);
    let broken = [
        (this.end.is_some() != this.row.is_filled("REC"), "REC", Ssda903_148),
        (this.end == Some(this.start), "DEC", Ssda903_355),
        (respite && this.days(year) > 17, "LS", Ssda903_365),
        (respite && !this.is("RNE", &["S"]), "RNE", Ssda903_366),
        (this.is("PLACE", &["T1"]) && this.lasts_over(42), "PLACE", Ssda903_375),
        (this.is("PLACE", &["T3"]) && this.lasts_over(21), "PLACE", Ssda903_376),
        (this.is("PLACE", &["P1"]) && this.is("LS", &["V2"]), "PLACE", Ssda903_378),
        (this.is("PLACE", &["T4"]) && this.lasts_over(7), "PLACE", Ssda903_379),
        (this.is_temporary() && !this.is("RNE", &["P", "B"]), "RNE", Ssda903_380),
        (this.is_temporary() && this.row.text("REC").is_some_and(|reason| reason != "X1"), "REC", Ssda903_381),
        (this.is_temporary() && this.is("LS", &["V3", "V4"]), "PLACE", Ssda903_382),
        (this.end.is_some_and(|end| end > year.last_day()), "DEC", Ssda903_385),
    ];
    let broken = broken.into_iter().filter(|(is, ..)| *is);
    findings.extend(broken.map(|(_, column, rule)| this.finding(column, rule)));
    // One that ceased on 1 April was open when the year before closed, and only this return can say its end.
    if this.start > year.last_day() || this.end.is_some_and(|end| end < year.first_day()) {
        findings.push(this.row.finding("DECOM", ReturnsRule::OutsideTheYear));
    }
}

/// What an episode breaks with the one before it.
fn follows(before: &Episode, this: &Episode, findings: &mut Vec<Finding>) {
    let ended = before.row.text("REC");
    let goes_on = before.end == Some(this.start);
    let same_status = this.same(before, &["LS"]);
    let same_place = this.same(before, &PLACE);
    let broken = [
        (before.end.is_none() || !before.row.is_filled("REC"), before, "DEC", Ssda903_142),
        (this.is("RNE", &["S"]) && before.end.is_some_and(|end| this.start <= end), this, "RNE", Ssda903_431),
        (ended.is_some_and(|reason| reason != "X1") && !this.is("RNE", &["S"]), this, "RNE", Ssda903_432),
        (this.is("RNE", &["P", "L", "T", "U", "B"]) && !goes_on, this, "DECOM", Ssda903_433),
        (this.is("RNE", &["L"]) && (same_status || !same_place), this, "RNE", Ssda903_434),
        (this.is("RNE", &["P", "T"]) && (!same_status || same_place), this, "RNE", Ssda903_435),
        (this.is("RNE", &["B", "U"]) && (same_status || same_place), this, "RNE", Ssda903_436),
        (before.is("REC", &["E2", "E15"]), before, "REC", Ssda903_437),
        (before.end.is_some_and(|end| this.start < end), this, "DECOM", Ssda903_501),
        (goes_on && ended == Some("X1") && !this.same(before, &["CIN"]), this, "CIN", Ssda903_504),
    ];
    let broken = broken.into_iter().filter(|(is, ..)| *is);
    findings.extend(broken.map(|(_, episode, column, rule)| episode.finding(column, rule)));
}

/// Orders that may last for so many days, in episodes that go on from each other.
fn runs(episodes: &[Episode], year: CollectionYear, findings: &mut Vec<Finding>) {
    for (status, limit, rule) in [("L2", 21, Ssda903_362), ("L3", 7, Ssda903_363), ("J2", 21, Ssda903_364)] {
        let of_status = |episode: &Episode| episode.is("LS", &[status]);
        for run in episodes.chunk_by(|a, b| of_status(a) && of_status(b) && a.end == Some(b.start)) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            if of_status(first) && (last.end.unwrap_or(year.last_day()) - first.start).num_days() > limit {
                findings.extend(run.iter().map(|episode| episode.finding("LS", rule)));
            }
        }
    }
}
