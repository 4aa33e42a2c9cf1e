//! Care leavers: suitable accommodation; education, employment and training; the age of what is known.

use chrono::NaiveDate;

use super::{Book, Definition, Indicator, Outcome, Polarity, Reason, Shape, Stock, Timing, Verdict};
use crate::calendar::Span;
use crate::chronology::{CareLeaverEntry, Chronology};
use crate::dataset::Matter;
use crate::record::{Accommodation, Activity, Eligibility, Family, InTouch, Suitability};

/// Each status with the days on which it is the latest of a young person aged 16 to 25 who counts as a care leaver.
fn current<'a>(child: &Chronology<'a>) -> impl Iterator<Item = (&'a CareLeaverEntry, Span)> {
    let rows = child.care_leaver();
    let from = |row: &CareLeaverEntry| row.latest_contact.unwrap_or(NaiveDate::MIN);
    let until = rows.iter().skip(1).map(move |next| Some(from(next))).chain([None]);
    let aged = child.person().days_aged(16, 26);
    rows.iter()
        .zip(until)
        .filter_map(move |(row, until)| Some((row, Span::new(from(row), until).and(aged?))))
        .filter(|(row, span)| !span.is_empty() && counts(row))
}

fn counts(row: &CareLeaverEntry) -> bool {
    matches!(row.eligibility.known(), Some(Eligibility::Relevant | Eligibility::FormerRelevant))
        && !matches!(row.in_touch.known(), Some(InTouch::Died | InTouch::ReturnedHome))
}

/// What is needed to know who counts as a care leaver, and `more`.
fn define(code: &str, title: &str, more: Option<Matter>, met: &str) -> Definition {
    let counted = [
        Matter::Records(Family::Person),
        Matter::Records(Family::CareLeaverStatus),
        Matter::CareLeaverEligibility,
        Matter::CareLeaverContact,
    ];
    Definition::new(code, title, "care leaver", Timing::Stock)
        .polarity(Polarity::HigherIsBetter)
        .needs(counted.into_iter().chain(more))
        .rule(format!(
            "Unit: person whose latest status dated on or before the day (undated ones come first; of one day the later \
             row) has eligibility Relevant or Former Relevant, in touch not DIED or RHOM, aged 16-25 on the day. {met}"
        ))
        .source("children looked after in England, care leavers (SSDA903 OC3)")
}

/// Care leavers suitable.
pub(super) struct SuitableAccommodation(Definition);

impl SuitableAccommodation {
    pub(super) fn new() -> Self {
        Self(define(
            "Care leavers suitable",
            "Care leavers in suitable accommodation",
            Some(Matter::CareLeaverAccommodation),
            "Excluded if accommodation is G, H or R, whatever else is recorded; else met if suitability is 1; otherwise \
             not met.",
        ))
    }
}

impl Indicator for SuitableAccommodation {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::CareLeaverStatus)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        for (row, span) in current(child) {
            let (verdict, reason) = match (row.accommodation.known(), row.suitability.known()) {
                (Some(Accommodation::Abroad | Accommodation::Deported | Accommodation::NotKnown), _) => {
                    (Verdict::Excluded, "abroad, deported or residence not known")
                }
                (_, Some(Suitability::Suitable)) => (Verdict::Met, "suitable accommodation"),
                (_, Some(Suitability::Unsuitable)) => (Verdict::NotMet, "unsuitable accommodation"),
                (_, None) => (Verdict::NotMet, "suitability not known"),
            };
            book.post(child.unit(), span, verdict, Reason::of(reason));
        }
    }
}

/// Care leavers EET.
pub(super) struct EducationEmploymentTraining(Definition);

impl EducationEmploymentTraining {
    pub(super) fn new() -> Self {
        Self(define(
            "Care leavers EET",
            "Care leavers in education, employment or training",
            Some(Matter::CareLeaverActivity),
            "Met if activity is F1-F5 or P1-P5; otherwise, unknown included, not met.",
        ))
    }
}

impl Indicator for EducationEmploymentTraining {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::CareLeaverStatus)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        for (row, span) in current(child) {
            let (verdict, reason) = match row.activity.known() {
                Some(activity) if activity.is_education_employment_or_training() => {
                    (Verdict::Met, "in education, employment or training")
                }
                Some(Activity::NotKnown) | None => (Verdict::NotMet, "activity not known"),
                Some(_) => (Verdict::NotMet, "not in education, employment or training"),
            };
            book.post(child.unit(), span, verdict, Reason::of(reason));
        }
    }
}

/// Care leavers status age.
pub(super) struct StatusAge(Definition);

impl StatusAge {
    pub(super) fn new() -> Self {
        Self(
            define(
                "Care leavers status age",
                "Days since the latest contact with care leavers",
                None,
                "The days from the latest contact to the day; statuses without a date are left out.",
            )
            .shape(Shape::Distribution)
            .polarity(Polarity::LowerIsBetter),
        )
    }
}

impl Indicator for StatusAge {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::CareLeaverStatus)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        for (row, span) in current(child) {
            if let Some(contact) = row.latest_contact {
                book.post(child.unit(), span, Outcome::Since(contact), Reason::of("days since the latest contact"));
            }
        }
    }
}
