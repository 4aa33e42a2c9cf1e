//! A chronology as it was known on a day.
//!
//! What starts, is received, held or dated after the day is unseen; an end, closure, authorisation or interview dated after
//! it is not there yet, nor is what a record that is unseen tells. Flags have no date and stand as they are.

use chrono::NaiveDate;

use super::entry::{
    AssessmentEntry, CareLeaverEntry, ConferenceEntry, EnquiryEntry, EpisodeEntry, ImmigrationEntry, InvolvementEntry,
    LegalStatusEntry, MissingEntry, Place, PlacementEntry, PlanEntry, ReferralEntry, ReviewEntry,
};
use super::{Chronology, Code, Shelves};
use crate::calendar::Moment;
use crate::record::InterviewFlag;

/// Puts the entries of `child` as they were known on `day` behind all others on `shelves`.
pub(crate) fn known_at(child: &Chronology<'_>, day: NaiveDate, shelves: &mut Shelves) {
    shelves.families.extend_from_slice(child.families());
    see(child.immigration(), day, &mut shelves.immigration);
    see(child.referrals(), day, &mut shelves.referrals);
    see(child.assessments(), day, &mut shelves.assessments);
    see(child.enquiries(), day, &mut shelves.enquiries);
    see(child.conferences(), day, &mut shelves.conferences);
    see(child.plans(), day, &mut shelves.plans);
    see(child.reviews(), day, &mut shelves.reviews);
    see(child.episodes(), day, &mut shelves.episodes);
    see(child.placements(), day, &mut shelves.placements);
    see(child.legal_statuses(), day, &mut shelves.legal_statuses);
    see(child.missing(), day, &mut shelves.missing);
    see(child.care_leaver(), day, &mut shelves.care_leaver);
    see(child.involvements(), day, &mut shelves.involvements);
}

fn see<E: Pinned>(entries: &[E], day: NaiveDate, shelf: &mut Vec<E>) {
    let seen = entries.iter().filter(|entry| entry.begins().is_none_or(|begins| begins <= day));
    shelf.extend(seen.map(|entry| entry.pinned(day)));
}

/// The day, if it had come by then.
fn by(day: NaiveDate, date: Option<NaiveDate>) -> Option<NaiveDate> {
    date.filter(|date| *date <= day)
}

/// The moment, if its day had come by then.
fn moment_by(day: NaiveDate, moment: Option<Moment>) -> Option<Moment> {
    moment.filter(|moment| moment.date() <= day)
}

/// An entry that can be seen as it was known on a day.
trait Pinned: Copy {
    /// The day from which it is seen; `None`: always.
    fn begins(&self) -> Option<NaiveDate>;

    /// Without what had not come by then.
    fn pinned(&self, day: NaiveDate) -> Self;
}

impl Pinned for ImmigrationEntry {
    fn begins(&self) -> Option<NaiveDate> {
        self.start
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        Self { end: by(day, self.end), ..*self }
    }
}

impl Pinned for ReferralEntry {
    fn begins(&self) -> Option<NaiveDate> {
        Some(self.date)
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        let closed = by(day, self.closed);
        Self {
            closed,
            closure_reason: if closed == self.closed { self.closure_reason } else { Code::NONE },
            first_enquiry: by(day, self.first_enquiry),
            first_assessment: by(day, self.first_assessment),
            ..*self
        }
    }
}

impl Pinned for AssessmentEntry {
    fn begins(&self) -> Option<NaiveDate> {
        Some(self.start.date())
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        let referral_date = by(day, self.referral_date);
        Self {
            referral: self.referral.filter(|_| referral_date == self.referral_date),
            referral_date,
            authorised: moment_by(day, self.authorised),
            ..*self
        }
    }
}

impl Pinned for EnquiryEntry {
    fn begins(&self) -> Option<NaiveDate> {
        Some(self.start.date())
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        Self { end: moment_by(day, self.end), ..*self }
    }
}

impl Pinned for ConferenceEntry {
    fn begins(&self) -> Option<NaiveDate> {
        self.date.map(Moment::date)
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        let enquiry_start = moment_by(day, self.enquiry_start);
        Self { enquiry: self.enquiry.filter(|_| enquiry_start == self.enquiry_start), enquiry_start, ..*self }
    }
}

impl Pinned for PlanEntry {
    fn begins(&self) -> Option<NaiveDate> {
        Some(self.start)
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        Self { end: by(day, self.end), ..*self }
    }
}

impl Pinned for ReviewEntry {
    fn begins(&self) -> Option<NaiveDate> {
        self.date
    }

    fn pinned(&self, _: NaiveDate) -> Self {
        *self
    }
}

impl Pinned for EpisodeEntry {
    fn begins(&self) -> Option<NaiveDate> {
        Some(self.start)
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        let ceased = by(day, self.ceased);
        let placed = by(day, self.placed);
        let placement_seen = placed == self.placed;
        Self {
            ceased,
            ceased_reason: if ceased == self.ceased { self.ceased_reason } else { Code::NONE },
            placement: self.placement.filter(|_| placement_seen),
            placed,
            place: if placement_seen { self.place } else { Place::UNKNOWN },
            ..*self
        }
    }
}

impl Pinned for PlacementEntry {
    fn begins(&self) -> Option<NaiveDate> {
        Some(self.start)
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        Self { end: by(day, self.end), ..*self }
    }
}

impl Pinned for LegalStatusEntry {
    fn begins(&self) -> Option<NaiveDate> {
        Some(self.start)
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        Self { end: by(day, self.end), ..*self }
    }
}

impl Pinned for MissingEntry {
    fn begins(&self) -> Option<NaiveDate> {
        Some(self.start.date())
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        let interview_completed = moment_by(day, self.interview_completed);
        // The offer stands; that it was accepted is known from the interview. A refusal stands too.
        let not_there_yet = interview_completed != self.interview_completed;
        let accepted = self.interview_accepted.filter(|flag| !(not_there_yet && *flag == InterviewFlag::Yes));
        Self { end: moment_by(day, self.end), interview_completed, interview_accepted: accepted, ..*self }
    }
}

impl Pinned for CareLeaverEntry {
    fn begins(&self) -> Option<NaiveDate> {
        self.latest_contact
    }

    fn pinned(&self, _: NaiveDate) -> Self {
        *self
    }
}

impl Pinned for InvolvementEntry {
    fn begins(&self) -> Option<NaiveDate> {
        Some(self.start)
    }

    fn pinned(&self, day: NaiveDate) -> Self {
        Self { end: by(day, self.end), ..*self }
    }
}
