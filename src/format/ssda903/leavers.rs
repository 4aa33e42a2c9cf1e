//! Care leavers: the status at a birthday, and the national rules on it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::chain::Episode;
use super::row::Row;
use super::{CollectionYear, Return, Table};
use crate::Ssda903Rule::{
    Ssda903_153, Ssda903_1000, Ssda903_1001, Ssda903_1002, Ssda903_1007, Ssda903_1010, Ssda903_1011, Ssda903_1014,
    Ssda903_1016,
};
use crate::calendar::{age_on, birthday};
use crate::record::{Accommodation, CareLeaverStatus, Coded, Eligibility, Suitability};
use crate::{Finding, ReturnsRule};

/// The 17th to 21st birthday that lies in the year, and the age reached on it.
fn birthday_in(born: NaiveDate, year: CollectionYear) -> Option<(u16, NaiveDate)> {
    (17..=21).map(|age| (age, birthday(born, age))).find(|(_, day)| (year.first_day()..=year.last_day()).contains(day))
}

/// Whether anything stands in the row: it need not say anything of who is no care leaver.
pub(super) fn says_anything(row: &Row) -> bool {
    SAID.iter().any(|column| row.is_filled(column))
}

const SAID: [&str; 3] = ["IN_TOUCH", "ACTIV", "ACCOM"];

/// The last status of a care leaver, which the next birthday ends.
pub(super) struct Leaver {
    pub(super) row: Row,
    born: NaiveDate,
    year: CollectionYear,
    /// The birthday in the next collection year.
    pub(super) until: NaiveDate,
}

impl Leaver {
    /// That of a row; `None` for who was not born by the end of the year.
    pub(super) fn new(row: &Row, born: NaiveDate, year: CollectionYear) -> Option<Self> {
        let until = birthday(born, age_on(born, year.last_day())?.saturating_add(1));
        Some(Self { row: row.clone(), born, year, until })
    }

    /// Whether the return of `year`, in which the child has these episodes, should have a status too.
    pub(super) fn is_due(&self, year: CollectionYear, episodes: &[Episode]) -> bool {
        let in_care = |day| episodes.iter().any(|one| one.start <= day && one.end.is_none_or(|end| end > day));
        let left = self.row.text("IN_TOUCH").is_some_and(|touch| matches!(touch, "DIED" | "RHOM"));
        !left && birthday_in(self.born, year).is_some_and(|(_, day)| day == self.until && !in_care(day))
    }

    /// That nothing is known from the next birthday on.
    pub(super) fn end(&self) -> CareLeaverStatus {
        let mut end = CareLeaverStatus::new(format!("{}/{}/end", self.row.child, self.year), &self.row.child);
        end.latest_contact = Some(self.until);
        end
    }
}

/// The record of a row.
pub(super) fn status(
    row: &Row,
    born: Option<NaiveDate>,
    year: CollectionYear,
    findings: &mut Vec<Finding>,
) -> CareLeaverStatus {
    let due = born.and_then(|born| birthday_in(born, year));
    if due.is_none() {
        findings.push(row.finding("DOB", ReturnsRule::NoBirthday));
    }
    let age = due.map(|(age, _)| age).or_else(|| age_on(born?, year.last_day()));
    let accommodation = row.text("ACCOM").unwrap_or_default();
    // A letter, then a digit for its suitability; 0 is neither.
    let (place, suitable) = accommodation.split_at_checked(1).unwrap_or_default();
    let mut status = CareLeaverStatus::new(format!("{}/{year}", row.child), &row.child);
    status.latest_contact = due.map(|(_, day)| day);
    status.eligibility = Some(Coded::Known(match age {
        Some(age) if age < 18 => Eligibility::Relevant,
        _ => Eligibility::FormerRelevant,
    }));
    status.in_touch = row.code("IN_TOUCH");
    status.activity = row.code("ACTIV");
    status.accommodation = Some(place).filter(|_| !suitable.is_empty()).map(Coded::<Accommodation>::read);
    status.suitability = Some(suitable).filter(|text| !text.is_empty()).map(Coded::<Suitability>::read);
    status
}

/// What is known of the children's episodes when a return is checked.
pub(super) struct Care<'a> {
    pub(super) year: CollectionYear,
    /// The episodes of this return, in order; `None` where they were not read to the end.
    pub(super) now: Option<&'a BTreeMap<String, Vec<Episode>>>,
    /// Those of this return and all before, joined.
    pub(super) joined: &'a BTreeMap<String, Vec<Episode>>,
    /// Whether the episodes of the year just before were read.
    pub(super) year_before: bool,
    /// The first of the years without a gap whose episodes were read.
    pub(super) first: Option<CollectionYear>,
    /// The children with an episode that went on when the year began.
    pub(super) went_on: &'a BTreeSet<String>,
}

impl Care<'_> {
    /// Checks the care leavers of a return.
    pub(super) fn check(&self, one: &Return, births: &BTreeMap<String, NaiveDate>, findings: &mut Vec<Finding>) {
        let uasc: BTreeSet<&str> = one.of(Table::Uasc).iter().map(|row| row.child.as_str()).collect();
        for row in one.of(Table::Oc3) {
            if !says_anything(row) {
                continue;
            }
            let empty = SAID.into_iter().filter(|column| !row.is_filled(column));
            findings.extend(empty.map(|column| row.finding(column, Ssda903_153)));
            let Some(now) = self.now else { continue };
            let born = row.day("DOB").or_else(|| births.get(&row.child).copied());
            let now = now.get(&row.child).map(Vec::as_slice).unwrap_or_default();
            let joined = self.joined.get(&row.child).map(Vec::as_slice).unwrap_or_default();
            let broken = [
                (joined.iter().any(|episode| episode.is("REC", &["E2"])), Ssda903_1000),
                (self.year_before && !joined.is_empty() && self.is_no_leaver(joined, born), Ssda903_1001),
                (self.year_before && joined.is_empty() && self.would_be_read(born), Ssda903_1002),
                (self.year_before && now.is_empty() && self.went_on.contains(&row.child), Ssda903_1010),
                (now.last().is_some_and(|last| last.is("REC", &["E3"])), Ssda903_1011),
                (now.is_empty() && uasc.contains(row.child.as_str()), Ssda903_1014),
            ];
            findings.extend(broken.into_iter().filter(|(is, _)| *is).map(|(_, rule)| row.finding("IN_TOUCH", rule)));
            if let Some((17 | 18, day)) = born.and_then(|born| birthday_in(born, self.year)) {
                let still = now.iter().any(|episode| episode.start <= day && episode.end.is_none_or(|end| end > day));
                let ceased = now.last().and_then(|last| last.end);
                if ceased.is_some_and(|end| end >= day) {
                    findings.push(row.finding("IN_TOUCH", Ssda903_1016));
                } else if still {
                    findings.push(row.finding("IN_TOUCH", Ssda903_1007));
                }
            }
        }
    }

    /// Whether a day of care from the 16th birthday on would be in a return that was read.
    fn would_be_read(&self, born: Option<NaiveDate>) -> bool {
        born.is_none_or(|born| self.is_read_from(birthday(born, 16)))
    }

    /// Whether all care from that day on is in a return that was read.
    fn is_read_from(&self, day: NaiveDate) -> bool {
        self.first.is_none_or(|first| day >= first.first_day())
    }

    /// Whether a young person under 20 at the end of the year was adopted, or was not looked after for 91 days from the
    /// 14th birthday and for a day from the 16th, as far as the returns reach back.
    fn is_no_leaver(&self, episodes: &[Episode], born: Option<NaiveDate>) -> bool {
        if episodes.last().is_some_and(|last| last.is("REC", &["E11", "E12"])) {
            return true;
        }
        let Some(born) = born.filter(|born| birthday(*born, 20) > self.year.last_day()) else { return false };
        let days_from = |from: NaiveDate| {
            let counted = episodes.iter().filter(|episode| !episode.is("LS", &["V3", "V4"]));
            let end = |episode: &Episode| episode.end.unwrap_or(self.year.last_day());
            counted.map(|episode| (end(episode) - episode.start.max(from)).num_days().max(0)).sum::<i64>()
        };
        [(14, 91), (16, 1)].into_iter().any(|(age, days)| {
            let from = birthday(born, age);
            self.is_read_from(from) && days_from(from) < days
        })
    }
}
