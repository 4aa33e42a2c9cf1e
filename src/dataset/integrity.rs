//! What contradicts within a record and between the records of one child.

use std::num::NonZeroU32;

use chrono::NaiveDate;

use super::register::Register;
use super::staged::{Kept, Staged};
use super::{Finding, FindingRule};
use crate::calendar::Span;
use crate::chronology::{ConferenceEntry, EpisodeEntry, MissingEntry, PersonEntry, PlanEntry, ReviewEntry, Texts};
use crate::record::{Family, InterviewFlag};

/// What the record of an interview contradicts itself in.
pub(super) fn interview(entry: &MissingEntry, mut finding: impl FnMut(&str, String, FindingRule)) {
    const FIELD: &str = "miss_missing_rhi_completed_date";
    let both = [entry.interview_offered, entry.interview_accepted] == [Some(InterviewFlag::Yes); 2];
    match entry.interview_completed {
        None if both && entry.end.is_some() => finding(FIELD, String::new(), FindingRule::CompletedWithoutDate),
        Some(completed) if !both => finding(FIELD, completed.to_string(), FindingRule::CompletionNotAccepted),
        _ => {}
    }
}

/// A review that is not after the start of the plan it names.
pub(super) fn review(staged: &Staged<ReviewEntry>, plan: &PlanEntry, texts: &Texts, findings: &mut Vec<Finding>) {
    if let Some(date) = staged.entry.date.filter(|date| *date <= plan.start) {
        findings.push(staged.finding(texts, "cppr_cp_review_date", &date, FindingRule::ReviewNotAfterStart));
    }
}

/// Checks that need all records of a child; entries come sorted by child and day.
pub(super) struct Checks<'a> {
    texts: &'a Texts,
    persons: &'a [PersonEntry],
    rows: &'a [Option<NonZeroU32>],
    numbers: &'a Register<'a>,
    findings: &'a mut Vec<Finding>,
    /// Whether the child's lack of a date of birth has been noted.
    unborn: Vec<bool>,
}

impl<'a> Checks<'a> {
    pub(super) fn new(texts: &'a Texts, register: &'a Register<'a>, findings: &'a mut Vec<Finding>) -> Self {
        let unborn = vec![false; register.persons.len()];
        Self { texts, persons: &register.persons, rows: &register.rows, numbers: register, findings, unborn }
    }

    /// Whether the person was alive.
    pub(super) fn every<E: Kept>(&mut self, staged: &[Staged<E>]) {
        for staged in staged {
            let number = self.numbers.of(staged.person);
            let died = self.persons.get(number).and_then(|person| person.date_of_death);
            if let (Some(day), Some(died)) = (staged.day, died)
                && day > died
            {
                self.findings.push(staged.finding(self.texts, E::DAY, &day, FindingRule::AfterDeath));
            }
        }
    }

    /// Conferences, other than transfers in, before their enquiry.
    pub(super) fn conferences(&mut self, staged: &[Staged<ConferenceEntry>]) {
        for staged in staged {
            let entry = &staged.entry;
            if let (Some(date), Some(start)) = (entry.date, entry.enquiry_start)
                && entry.transfer_in != Some(true)
                && date.is_before(start)
            {
                let rule = FindingRule::ConferenceBeforeEnquiry;
                self.findings.push(staged.finding(self.texts, "icpc_icpc_date", &date, rule));
            }
        }
    }

    /// Plans of one child open at once.
    pub(super) fn plans(&mut self, staged: &[Staged<PlanEntry>]) {
        let rule = (FindingRule::OverlappingPlans, "cppl_cp_plan_start_date");
        self.overlaps(staged, PlanEntry::span, |_, later| (later, later.entry.start), rule);
        self.dates_of_birth(staged);
    }

    /// Looked-after episodes of one child that overlap.
    pub(super) fn episodes(&mut self, staged: &[Staged<EpisodeEntry>]) {
        let rule = (FindingRule::OverlappingEpisodes, "clae_cla_episode_ceased_date");
        let span = |entry: &EpisodeEntry| Span::new(entry.start, entry.ceased);
        self.overlaps(
            staged,
            span,
            |earlier, _| (earlier, earlier.entry.ceased.map_or_else(String::new, |d| d.to_string())),
            rule,
        );
        self.dates_of_birth(staged);
    }

    /// A finding for each entry that meets the one of the same child that reaches furthest before it.
    fn overlaps<'s, E: Kept, V: ToString>(
        &mut self,
        staged: &'s [Staged<E>],
        span: impl Fn(&E) -> Span,
        at_fault: impl Fn(&'s Staged<E>, &'s Staged<E>) -> (&'s Staged<E>, V),
        (rule, field): (FindingRule, &str),
    ) {
        let mut furthest: Option<&Staged<E>> = None;
        for staged in staged.iter().filter(|staged| !span(&staged.entry).is_empty()) {
            let this = span(&staged.entry);
            let before = furthest.filter(|before| before.person == staged.person);
            if let Some(before) = before.filter(|before| !span(&before.entry).and(this).is_empty()) {
                let (record, value) = at_fault(before, staged);
                self.findings.push(record.finding(self.texts, field, &value, rule));
            }
            let reaches = |span: Span| span.end.unwrap_or(NaiveDate::MAX);
            if before.is_none_or(|before| reaches(span(&before.entry)) <= reaches(this)) {
                furthest = Some(staged);
            }
        }
    }

    fn dates_of_birth<E>(&mut self, staged: &[Staged<E>]) {
        for staged in staged {
            let number = self.numbers.of(staged.person);
            let (Some(person), Some(noted)) = (self.persons.get(number), self.unborn.get_mut(number)) else { continue };
            if person.date_of_birth.is_none() && !*noted {
                *noted = true;
                let id = self.texts.get(staged.person);
                let row = self.rows.get(number).copied().flatten().map(|row| u64::from(row.get()));
                self.findings.push(
                    Finding::new(Family::Person, "pers_dob", "", FindingRule::NoDateOfBirth).in_row(row).of(id, id),
                );
            }
        }
    }
}
