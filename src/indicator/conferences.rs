//! Initial child protection conferences: ICPC 15.

use super::assessments::{OUTSIDE_BANK_HOLIDAYS, outside_bank_holidays};
use super::{Book, Definition, Flow, Indicator, Polarity, Reason, Timing, Verdict};
use crate::chronology::{Chronology, ConferenceEntry, Unit};
use crate::dataset::Matter;
use crate::record::Family;

/// The most working days between the start of an enquiry and its conference.
const LIMIT: i32 = 15;

/// ICPC 15.
pub(super) struct ConferencesInTime(Definition);

impl ConferencesInTime {
    pub(super) fn new() -> Self {
        Self(
            Definition::new(
                "ICPC 15",
                "Initial child protection conferences within 15 working days",
                "conference",
                Timing::Flow,
            )
            .polarity(Polarity::HigherIsBetter)
            .needs([
                Matter::Records(Family::InitialConference),
                Matter::ConferenceEnquiries,
                Matter::Records(Family::Section47Enquiry),
            ])
            .rule(
                "Unit: initial child protection conference, dated by the day it was held. Met: held within 15 working \
                 days of the start of the section 47 enquiry it names, that start being day 0. A transfer-in, even one \
                 that names an enquiry, or a conference without an enquiry is met if its target date is on or after the \
                 day it was held, else, without a target too, not met. Held before its enquiry: excluded.",
            )
            .source("Working Together to Safeguard Children; children in need census 2018: 266 of 288 for one council"),
        )
    }
}

impl Indicator for ConferencesInTime {
    type Time = Flow;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::InitialConference)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Flow>) {
        for entry in child.conferences() {
            let Some(held) = entry.date else { continue };
            let unit = Unit::new(Family::InitialConference, entry.id);
            let (verdict, reason) = match entry.enquiry_start.filter(|_| entry.transfer_in != Some(true)) {
                None => by_target(entry, held.date()),
                Some(start) if held.is_before(start) => {
                    (Verdict::Excluded, Reason::of("held before its section 47 enquiry"))
                }
                Some(start) => match book.working_days().between(start.date(), held.date()) {
                    Ok(days) => (Verdict::met_if(days <= LIMIT), Reason::counted("{} working days", days.into())),
                    Err(error) => {
                        let cell = if error.day == held.date() {
                            ("icpc_icpc_date", error.day.to_string())
                        } else {
                            let enquiry = entry.enquiry.map_or("", |enquiry| child.text(enquiry));
                            ("icpc_s47_enquiry_id", enquiry.to_owned())
                        };
                        book.note(outside_bank_holidays(child, unit, entry.row, cell));
                        (Verdict::Excluded, OUTSIDE_BANK_HOLIDAYS)
                    }
                },
            };
            book.post(unit, held.date(), verdict, reason);
        }
    }
}

fn by_target(entry: &ConferenceEntry, held: chrono::NaiveDate) -> (Verdict, Reason) {
    match entry.target {
        None => (Verdict::NotMet, Reason::of("no enquiry to count from and no target date")),
        Some(target) if held <= target => (Verdict::Met, Reason::of("on or before its target date")),
        Some(target) => (Verdict::NotMet, Reason::counted("{} days after its target date", (held - target).num_days())),
    }
}
