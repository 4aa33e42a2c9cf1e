//! Assessments: ECS 138 and its distribution.

use super::rule::{Rule, Ruled};
use super::{Book, Definition, Flow, Outcome, Polarity, Reason, Shape, Terms, Timing, Verdict};
use crate::calendar::{Moment, WorkingDayError, WorkingDays};
use crate::chronology::{AssessmentEntry, Chronology, FileRow, Unit};
use crate::dataset::{Finding, FindingRule, Matter};
use crate::record::Family;

/// The most working days an assessment may take.
const LIMIT: i32 = 45;

/// Where the clock of an assessment starts (ECS 138).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AssessmentClock {
    /// From its start, which is day 0.
    FromStart,
    /// From its start, which is day 1 (option `start is day 1`).
    StartIsDay1,
    /// From the day its referral was received, which is day 0 (option `from referral`).
    FromReferral,
}

/// What can be said of the time an authorised assessment took.
enum Took {
    Days(i32),
    Excluded(&'static str),
    Unknown(WorkingDayError),
}

impl AssessmentClock {
    #[inline]
    fn took(self, entry: &AssessmentEntry, authorised: Moment, calendar: &WorkingDays) -> Took {
        if authorised.is_before(entry.start) {
            return Took::Excluded("authorised before its start");
        }
        let from = match self {
            Self::FromStart | Self::StartIsDay1 => entry.start.date(),
            Self::FromReferral => match entry.referral_date {
                None => return Took::Excluded("no referral to count from"),
                Some(received) if authorised.date() < received => {
                    return Took::Excluded("authorised before its referral");
                }
                Some(received) => received,
            },
        };
        match calendar.between(from, authorised.date()) {
            Ok(days) if self == Self::StartIsDay1 => Took::Days(days + 1),
            Ok(days) => Took::Days(days),
            Err(error) => Took::Unknown(error),
        }
    }
}

/// An authorised assessment.
pub(super) struct Authorised<'a> {
    child: &'a Chronology<'a>,
    entry: &'a AssessmentEntry,
    at: Moment,
    /// The time it took from its start.
    from_start: Took,
}

/// What is decided of an authorised assessment.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AssessmentRule {
    /// ECS 138.
    InTime(AssessmentClock),
    /// ECS 138 days.
    Days,
}

impl Rule for AssessmentRule {
    type Facts<'a> = Authorised<'a>;

    const FAMILY: Family = Family::Assessment;

    #[inline]
    fn each<'a>(child: &'a Chronology<'_>, terms: Terms<'_>, mut decide: impl FnMut(Self::Facts<'a>)) {
        for entry in child.assessments() {
            let Some(authorised) = entry.authorised else { continue };
            let from_start = AssessmentClock::FromStart.took(entry, authorised, terms.working_days);
            decide(Authorised { child, entry, at: authorised, from_start });
        }
    }

    fn decide(self, units: &[Authorised<'_>], book: &mut Book<'_, Flow>) {
        match self {
            Self::InTime(AssessmentClock::FromStart) => {
                for unit in units {
                    unit.judge(&unit.from_start, book);
                }
            }
            Self::InTime(clock) => {
                for unit in units {
                    unit.judge(&clock.took(unit.entry, unit.at, book.working_days()), book);
                }
            }
            Self::Days => {
                for unit in units {
                    unit.count_days(book);
                }
            }
        }
    }
}

impl Authorised<'_> {
    fn unit(&self) -> Unit {
        Unit::new(Family::Assessment, self.entry.id)
    }

    #[allow(clippy::inline_always, reason = "called for every unit, and short once the outcome is known")]
    #[inline(always)]
    fn judge(&self, took: &Took, book: &mut Book<'_, Flow>) {
        let (verdict, reason) = match took {
            Took::Days(days) => (Verdict::met_if(*days <= LIMIT), Reason::counted("{} working days", i64::from(*days))),
            Took::Excluded(why) => (Verdict::Excluded, Reason::of(why)),
            Took::Unknown(error) => {
                book.note(outside(self.child, self.entry, error));
                (Verdict::Excluded, OUTSIDE_BANK_HOLIDAYS)
            }
        };
        book.post(self.unit(), self.at.date(), verdict, reason);
    }

    #[allow(clippy::inline_always, reason = "called for every unit, and short once the outcome is known")]
    #[inline(always)]
    fn count_days(&self, book: &mut Book<'_, Flow>) {
        match &self.from_start {
            Took::Days(days) => {
                let reason = Reason::counted("{} working days", i64::from(*days));
                book.post(self.unit(), self.at.date(), Outcome::Days(*days), reason);
            }
            Took::Unknown(error) => book.note(outside(self.child, self.entry, error)),
            Took::Excluded(_) => {}
        }
    }
}

/// ECS 138.
pub(super) fn assessments_in_time(clock: AssessmentClock) -> Ruled<AssessmentRule> {
    let definition = Definition::new(
        "ECS 138",
        "Social work assessments completed within 45 working days",
        "assessment",
        Timing::Flow,
    )
    .polarity(Polarity::HigherIsBetter)
    .needs([Matter::Records(Family::Assessment), Matter::Authorisations])
    .source("Working Together to Safeguard Children; children in need census 2018: 1,752 of 2,095 for one council");
    let rule = |counted: &str| {
        format!(
            "Unit: assessment, dated by the day it was authorised; open assessments are outside. Met: authorised \
             within 45 working days {counted}. Authorised before its start: excluded."
        )
    };
    let definition = match clock {
        AssessmentClock::FromStart => definition.rule(rule("of its start, the start being day 0")),
        AssessmentClock::StartIsDay1 => {
            definition.option("start is day 1").rule(rule("of its start, the start being day 1"))
        }
        AssessmentClock::FromReferral => definition
            .option("from referral")
            .needs([
                Matter::Records(Family::Assessment),
                Matter::Authorisations,
                Matter::Records(Family::Referral),
                Matter::AssessmentReferrals,
            ])
            .rule(rule("of the day its referral was received; without a referral to count from: excluded")),
    };
    Ruled::new(definition, AssessmentRule::InTime(clock))
}

/// ECS 138 days.
pub(super) fn assessment_days() -> Ruled<AssessmentRule> {
    let definition = Definition::new("ECS 138 days", "Working days an assessment took", "assessment", Timing::Flow)
        .shape(Shape::Distribution)
        .polarity(Polarity::LowerIsBetter)
        .needs([Matter::Records(Family::Assessment), Matter::Authorisations])
        .rule(
            "The working days of the assessments met or not met in ECS 138: median and quartiles, interpolated between \
             order statistics as the inclusive quartile of spreadsheets.",
        )
        .source("children in need census: duration of assessment");
    Ruled::new(definition, AssessmentRule::Days)
}

/// Why a unit outside the table of bank holidays is excluded.
pub(super) const OUTSIDE_BANK_HOLIDAYS: Reason = Reason::of("outside the table of bank holidays");

/// The cell that holds the day outside: its own date, or the referral it names.
fn outside(child: &Chronology<'_>, entry: &AssessmentEntry, error: &WorkingDayError) -> Finding {
    let (field, value) = if entry.authorised.is_some_and(|authorised| authorised.date() == error.day) {
        ("cina_assessment_auth_date", error.day.to_string())
    } else if entry.start.date() == error.day {
        ("cina_assessment_start_date", error.day.to_string())
    } else {
        ("cina_referral_id", entry.referral.map_or_else(String::new, |referral| child.text(referral).to_owned()))
    };
    let unit = Unit::new(Family::Assessment, entry.id);
    outside_bank_holidays(child, unit, entry.row, (field, value))
}

/// That what stands in `field` leads outside the table of bank holidays.
pub(super) fn outside_bank_holidays(
    child: &Chronology<'_>,
    unit: Unit,
    row: Option<FileRow>,
    (field, value): (&str, String),
) -> Finding {
    Finding::new(unit.family, field, value, FindingRule::OutsideBankHolidays)
        .in_file(row.and_then(|row| child.place_of(row).0.cloned()))
        .in_row(row.map(|row| child.place_of(row).1))
        .of(child.text(unit.id), child.text(child.person().id))
}
