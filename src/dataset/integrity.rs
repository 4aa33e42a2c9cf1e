//! What contradicts within a record and between the records of one child.

use chrono::NaiveDate;

use super::register::Register;
use super::staged::{Filed, Kept, Staged};
use super::{Finding, FindingRule};
use crate::calendar::{Span, birthday, next_day};
use crate::chronology::{ConferenceEntry, EpisodeEntry, MissingEntry, PersonEntry, PlanEntry, ReviewEntry, Texts};
use crate::record::{Family, InterviewFlag};

/// From this age on nobody is looked after or on a plan.
const ADULT: u16 = 18;

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
pub(super) fn review(
    filed: &Filed<ReviewEntry>,
    person: &str,
    plan: &PlanEntry,
    texts: &Texts,
    findings: &mut Vec<Finding>,
) {
    if let Some(date) = filed.entry.date.filter(|date| *date <= plan.start) {
        let rule = FindingRule::ReviewNotAfterStart;
        findings.push(filed.finding(person, texts, "cppr_cp_review_date", &date, rule));
    }
}

impl Register {
    /// The finding that the child has no date of birth.
    pub(super) fn without_date_of_birth(&self, number: usize, texts: &Texts) -> Option<Finding> {
        let id = texts.get(self.persons.get(number)?.id);
        let row = self.rows.get(number).copied().flatten().map(|row| u64::from(row.get()));
        let finding = Finding::new(Family::Person, "pers_dob", "", FindingRule::NoDateOfBirth);
        Some(finding.in_row(row).of(id, id))
    }
}

/// Checks that need all records of a child; entries come sorted by child and day.
pub(super) struct Checks<'a> {
    texts: &'a Texts,
    register: &'a Register,
    findings: &'a mut Vec<Finding>,
    /// The numbers of children whose lack of a date of birth matters.
    unborn: &'a mut Vec<usize>,
}

impl<'a> Checks<'a> {
    pub(super) const fn new(
        texts: &'a Texts,
        register: &'a Register,
        findings: &'a mut Vec<Finding>,
        unborn: &'a mut Vec<usize>,
    ) -> Self {
        Self { texts, register, findings, unborn }
    }

    /// Whether the person was alive.
    pub(super) fn every<E: Kept>(&mut self, staged: &[Staged<E>]) {
        for staged in staged {
            let died = self.person(staged).and_then(|person| person.date_of_death);
            if let (Some(day), Some(died)) = (staged.entry.day(), died)
                && day > died
            {
                self.findings.push(staged.finding(self.texts, E::DAY, &day, FindingRule::AfterDeath));
            }
        }
    }

    fn person<E>(&self, staged: &Staged<E>) -> Option<&'a PersonEntry> {
        self.register.person(staged.person)
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

    /// Plans of one child open at once, and what contradicts the dates of birth and death.
    pub(super) fn plans(&mut self, staged: &[Staged<PlanEntry>]) {
        let rule = (FindingRule::OverlappingPlans, "cppl_cp_plan_start_date");
        self.overlaps(staged, PlanEntry::span, |_, later| (later, later.entry.start), rule);
        self.dates_of_birth(staged);
        self.lifetimes(staged.iter(), PlanEntry::span, "cppl_cp_plan_end_date", |_, _| None);
    }

    /// Looked-after episodes of one child that overlap, and what contradicts the dates of birth and death.
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
        // A plan is made for an unborn child too.
        let before_birth = |start, born| (start < born).then_some(FindingRule::BeforeBirth);
        let with_days = staged.iter().filter(|staged| !span(&staged.entry).is_empty());
        self.lifetimes(with_days, span, "clae_cla_episode_ceased_date", before_birth);
    }

    /// What begins at an age at which nothing of the family begins, or goes on after death.
    fn lifetimes<'s, E: Kept + 's>(
        &mut self,
        staged: impl Iterator<Item = &'s Staged<E>>,
        span: impl Fn(&E) -> Span,
        end: &str,
        too_early: impl Fn(NaiveDate, NaiveDate) -> Option<FindingRule>,
    ) {
        for staged in staged {
            let (Some(person), span) = (self.person(staged), span(&staged.entry)) else { continue };
            if let Some(born) = person.date_of_birth {
                let adult = (span.start >= birthday(born, ADULT)).then_some(FindingRule::AdultAtStart);
                if let Some(rule) = adult.or_else(|| too_early(span.start, born)) {
                    self.findings.push(staged.finding(self.texts, E::DAY, &span.start, rule));
                }
            }
            if person.date_of_death.is_some_and(|died| !span.from_day(next_day(died)).is_empty()) {
                let value = span.end.map_or_else(String::new, |end| end.to_string());
                self.findings.push(staged.finding(self.texts, end, &value, FindingRule::OpenAfterDeath));
            }
        }
    }

    /// A finding for each entry that meets the one of the same child that reaches furthest before it.
    fn overlaps<'s, E: Kept, V: ToString>(
        &mut self,
        staged: &'s [Staged<E>],
        span: impl Fn(&E) -> Span,
        at_fault: impl Fn(&'s Staged<E>, &'s Staged<E>) -> (&'s Staged<E>, V),
        (rule, field): (FindingRule, &str),
    ) {
        let (mut furthest, mut named): (Option<&Staged<E>>, Option<&Staged<E>>) = (None, None);
        for staged in staged.iter().filter(|staged| !span(&staged.entry).is_empty()) {
            let this = span(&staged.entry);
            let before = furthest.filter(|before| before.person == staged.person);
            if let Some(before) = before.filter(|before| !span(&before.entry).and(this).is_empty()) {
                let (record, value) = at_fault(before, staged);
                // One that several meet is named once.
                if !named.is_some_and(|named| std::ptr::eq(named, record)) {
                    self.findings.push(record.finding(self.texts, field, &value, rule));
                }
                named = Some(record);
            }
            let reaches = |span: Span| span.end.unwrap_or(NaiveDate::MAX);
            if before.is_none_or(|before| reaches(span(&before.entry)) <= reaches(this)) {
                furthest = Some(staged);
            }
        }
    }

    fn dates_of_birth<E>(&mut self, staged: &[Staged<E>]) {
        for staged in staged {
            if self.person(staged).is_some_and(|person| person.date_of_birth.is_none()) {
                self.unborn.push(staged.person as usize);
            }
        }
    }
}
