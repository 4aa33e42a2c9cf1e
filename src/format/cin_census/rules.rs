//! The national validation, as far as one child or one census can be held against it.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};

use super::child::{
    Cell, CensusAssessment, CensusChild, CensusEnquiry, CensusPlan, CensusReferral, InNeedPlan, Notes, Place, day, id,
};
use super::{AssessmentFactor, Coverage, Disability};
#[allow(clippy::enum_glob_use, reason = "most of the rules, each by its number")]
use crate::CinRule::{self, *};
use crate::calendar::{WorkingDays, age_on, plus_days, plus_months};
use crate::record::{ClosureReason, Coded, Family, Sex, StatutoryCode};

type Day<'c> = Option<&'c Cell<NaiveDate>>;

/// What the rules of a whole census need of its children.
#[derive(Debug, Default)]
pub(super) struct Totals {
    children: u64,
    without_sex: u64,
    disabilities: BTreeSet<Disability>,
    with_disability: u64,
    with_several: u64,
    plans: u64,
    conferences: u64,
}

impl Totals {
    /// Adds a child.
    pub(super) fn add(&mut self, child: &CensusChild, coverage: Option<Coverage>) {
        self.children += 1;
        let sex = child.person.sex.as_ref().and_then(Coded::known);
        if sex.is_none_or(|sex| sex == Sex::Unknown) && child.person.expected_date_of_birth.is_none() {
            self.without_sex += 1;
        }
        let named = child.disabilities.iter().filter_map(|cell| cell.value.known());
        let disabilities: BTreeSet<Disability> = named.filter(|one| *one != Disability::NoDisability).collect();
        self.with_disability += u64::from(!disabilities.is_empty());
        self.with_several += u64::from(disabilities.len() > 1);
        self.disabilities.extend(disabilities);
        let in_year = |cell: Day<'_>| cell.is_some_and(|cell| coverage.is_some_and(|all| all.covers(cell.value)));
        for referral in &child.referrals {
            self.plans += referral.protection_plans.iter().filter(|plan| in_year(plan.start.as_ref())).count() as u64;
            self.conferences += u64::from(in_year(referral.transfer_in.as_ref()));
            self.conferences += referral.enquiries.iter().filter(|e| in_year(e.conference.as_ref())).count() as u64;
        }
    }

    /// Notes what holds of the census as a whole.
    pub(super) fn check(&self, notes: &mut Notes<'_>) {
        if self.children == 0 {
            return;
        }
        let mut note = |family: Family, field: &str, value: u64, rule: CinRule| {
            notes.breaks(&Place::new(family, String::new(), 1), 1, field, &value, rule);
        };
        if self.plans > self.conferences {
            note(Family::ProtectionPlan, "CPPstartDate", self.plans, Cin2883);
        }
        if self.without_sex * 50 > self.children {
            note(Family::Person, "Sex", self.without_sex, Cin2886Q);
        }
        if self.disabilities.len() < 8 {
            note(Family::Person, "Disability", self.disabilities.len() as u64, Cin2887Q);
        }
        if self.with_disability > 0 && self.with_several == 0 {
            note(Family::Person, "Disability", self.with_disability, Cin2888Q);
        }
    }
}

/// Holds one child of a census against the national rules.
pub(super) struct Rules<'r> {
    pub(super) coverage: Option<Coverage>,
    pub(super) calendar: &'r WorkingDays,
}

impl Rules<'_> {
    pub(super) fn check(&self, child: &CensusChild, notes: &mut Notes<'_>) {
        self.person(child, notes);
        disabilities(child, notes);
        for referral in &child.referrals {
            self.referral(child, referral, notes);
            activity(child, referral, notes);
            self.assessments(child, referral, notes);
            self.enquiries(child, referral, notes);
            in_need_plans(self, child, referral, notes);
            let conferences: BTreeSet<NaiveDate> =
                referral.enquiries.iter().filter_map(|enquiry| day(enquiry.conference.as_ref())).collect();
            let in_need = referral.in_need_plans.iter().map(|plan| (plan.start.as_ref(), day(plan.end.as_ref())));
            let in_need = Covered::by(in_need.map(|(start, end)| (start, end.unwrap_or(NaiveDate::MAX))));
            for plan in &referral.protection_plans {
                self.plan(child, referral, (plan, &conferences, &in_need), notes);
            }
        }
        self.chains(child, notes);
    }

    fn outside(&self, day: NaiveDate) -> bool {
        self.coverage.is_some_and(|coverage| !coverage.covers(day))
    }

    fn after(&self, day: NaiveDate) -> bool {
        self.coverage.is_some_and(|coverage| day > coverage.last_day)
    }

    fn before(&self, day: NaiveDate) -> bool {
        self.coverage.is_some_and(|coverage| day < coverage.first_day)
    }

    /// Whether more than so many working days lie between `from` and the end of the year.
    fn is_overdue(&self, from: NaiveDate, limit: i32) -> bool {
        let days = |coverage: Coverage| self.calendar.between(from, coverage.last_day).ok();
        self.coverage.and_then(days).is_some_and(|days| days > limit)
    }

    fn person(&self, child: &CensusChild, notes: &mut Notes<'_>) {
        let person = &child.person;
        let at = Place::new(Family::Person, person.id.clone(), child.line);
        if let Some(born) = person.date_of_birth {
            if self.after(born) {
                notes.breaks(&at, child.birth_line, "PersonBirthDate", &born, Cin8520);
            }
            if self.coverage.is_some_and(|coverage| age_on(born, coverage.last_day).is_some_and(|age| age > 25)) {
                notes.breaks(&at, child.birth_line, "PersonBirthDate", &born, Cin8775Q);
            }
        }
        if person.date_of_birth.is_some() == person.expected_date_of_birth.is_some() && !child.left_out {
            let value = person.date_of_birth.map_or_else(String::new, |born| born.to_string());
            notes.breaks(&at, child.birth_line, "PersonBirthDate", &value, Cin8525Q);
        }
        if let (Some(expected), Some(coverage)) = (person.expected_date_of_birth, self.coverage) {
            let last = plus_months(coverage.last_day, 9);
            if expected < plus_days(coverage.last_day, -30) || expected > last {
                notes.breaks(&at, child.expected_line, "ExpectedPersonBirthDate", &expected, Cin8530Q);
            }
            let sex = person.sex.as_ref().and_then(Coded::known);
            if person.date_of_birth.is_none() && sex.is_some_and(|sex| sex != Sex::Unknown) {
                let written = sex.map_or("", StatutoryCode::letters);
                notes.breaks(&at, child.line, "Sex", &written, Cin8750);
            }
        }
        if let Some(died) = person.date_of_death {
            if person.date_of_birth.is_some_and(|born| died < born) {
                notes.breaks(&at, child.death_line, "PersonDeathDate", &died, Cin8535Q);
            }
            if self.outside(died) {
                notes.breaks(&at, child.death_line, "PersonDeathDate", &died, Cin8545Q);
            }
        }
        if child.referrals.is_empty() {
            notes.breaks(&at, child.line, "CINdetails", &"", Cin8590);
        }
    }

    fn referral(&self, child: &CensusChild, referral: &CensusReferral, notes: &mut Notes<'_>) {
        let referred = referral.day();
        let at = Place::new(Family::Referral, id::referral(&child.person.id, referred), referral.line);
        let no_action = referral.is_without_action();
        match &referral.date {
            None => notes.breaks(&at, at.line, "CINreferralDate", &"", Cin8600),
            Some(cell) if self.after(cell.value) => {
                notes.breaks(&at, cell.line, "CINreferralDate", &cell.value, Cin8600);
            }
            Some(cell) => {
                let before = self.coverage.map(|coverage| plus_days(coverage.first_day, -1));
                let days = before.and_then(|before| self.calendar.between(cell.value, before).ok());
                if no_action && days.is_some_and(|days| days > 0) {
                    notes.breaks(&at, cell.line, "CINreferralDate", &cell.value, Cin8569Q);
                }
            }
        }
        if let Some(cell) = &referral.date {
            let births = [child.person.date_of_birth, child.person.expected_date_of_birth];
            if births.into_iter().flatten().any(|born| cell.value < plus_days(born, -280)) {
                notes.breaks(&at, cell.line, "CINreferralDate", &cell.value, Cin8606);
            }
            if child.person.date_of_death.is_some_and(|died| cell.value > died) {
                notes.breaks(&at, cell.line, "CINreferralDate", &cell.value, Cin8555Q);
            }
        }
        if referral.no_further_action.is_none() {
            notes.breaks(&at, at.line, "ReferralNFA", &"", Cin8568);
        }
        let unknown_source = referral.source.as_ref().is_none_or(|cell| cell.value.known().is_none());
        if unknown_source {
            let (line, value) = written(referral.source.as_ref(), at.line);
            notes.breaks(&at, line, "ReferralSource", &value, Cin8866);
        }
        match &referral.primary_need {
            None if referral.no_further_action.as_ref().is_some_and(|flag| !flag.value) => {
                notes.breaks(&at, at.line, "PrimaryNeedCode", &"", Cin8610);
            }
            Some(cell) if cell.value.known().is_none() => {
                notes.breaks(&at, cell.line, "PrimaryNeedCode", &cell.value, Cin8650);
            }
            _ => {}
        }
        if let Some(cell) = &referral.closed {
            if self.outside(cell.value) {
                notes.breaks(&at, cell.line, "CINclosureDate", &cell.value, Cin8620);
            }
            if referred.is_some_and(|referred| cell.value < referred) {
                notes.breaks(&at, cell.line, "CINclosureDate", &cell.value, Cin8630);
            }
            if referral.closure_reason.is_none() {
                notes.breaks(&at, cell.line, "ReasonForClosure", &"", Cin8805);
            }
        }
        if let Some(cell) = &referral.closure_reason {
            let after_assessment = closed_after_assessment(referral);
            if cell.value.known().is_none() {
                notes.breaks(&at, cell.line, "ReasonForClosure", &cell.value, Cin8640);
            }
            if referral.closed.is_none() {
                notes.breaks(&at, cell.line, "ReasonForClosure", &cell.value, Cin8810);
            }
            if cell.value.known() == Some(ClosureReason::Died) && child.person.date_of_death.is_none() {
                notes.breaks(&at, cell.line, "ReasonForClosure", &cell.value, Cin8585Q);
            }
            if after_assessment && referral.assessments.is_empty() {
                notes.breaks(&at, cell.line, "ReasonForClosure", &cell.value, Cin8825Q);
            }
            let other = !referral.enquiries.is_empty()
                || !referral.protection_plans.is_empty()
                || !referral.in_need_plans.is_empty()
                || referral.transfer_in.is_some();
            if after_assessment && other {
                notes.breaks(&at, cell.line, "ReasonForClosure", &cell.value, Cin2990);
            }
        }
        if no_action && !referral.protection_plans.is_empty() {
            notes.breaks(&at, at.line, "ReferralNFA", &"true", Cin8832);
        }
        if no_action && !referral.in_need_plans.is_empty() {
            notes.breaks(&at, at.line, "ReferralNFA", &"true", Cin4000);
        }
        let activity =
            !referral.assessments.is_empty() || !referral.enquiries.is_empty() || referral.transfer_in.is_some();
        if no_action && activity {
            notes.breaks(&at, at.line, "ReferralNFA", &"true", Cin8831);
        }
        if let Some(cell) = &referral.transfer_in {
            let at = Place::new(Family::InitialConference, id::conference(&at.record), referral.line);
            self.conference(referral, &at, cell, notes);
        }
    }

    /// A conference, whichever level it stands on.
    fn conference(&self, referral: &CensusReferral, at: &Place, held: &Cell<NaiveDate>, notes: &mut Notes<'_>) {
        if referral.day().is_some_and(|referred| held.value < referred) {
            notes.breaks(at, held.line, "DateOfInitialCPC", &held.value, Cin1104);
        }
        if self.outside(held.value) {
            notes.breaks(at, held.line, "DateOfInitialCPC", &held.value, Cin8715);
        }
        if is_weekend(held.value) {
            notes.breaks(at, held.line, "DateOfInitialCPC", &held.value, Cin8875);
        }
    }

    fn assessments(&self, child: &CensusChild, referral: &CensusReferral, notes: &mut Notes<'_>) {
        let of = |assessment: &CensusAssessment| {
            let record = id::assessment(&child.person.id, referral.day(), day(assessment.start.as_ref()));
            Place::new(Family::Assessment, record, assessment.line)
        };
        for assessment in &referral.assessments {
            let at = of(assessment);
            let done = assessment.authorised.as_ref();
            if let Some(start) = &assessment.start {
                if referral.day().is_some_and(|referred| start.value < referred) {
                    notes.breaks(&at, start.line, "AssessmentActualStartDate", &start.value, Cin1103);
                }
                if done.is_some_and(|done| done.value < start.value) {
                    notes.breaks(&at, start.line, "AssessmentActualStartDate", &start.value, Cin8608);
                }
                if done.is_none() && !assessment.left_out {
                    if self.is_overdue(start.value, 45) {
                        notes.breaks(&at, start.line, "AssessmentActualStartDate", &start.value, Cin8670Q);
                    }
                    if self.outside(start.value) {
                        notes.breaks(&at, start.line, "AssessmentActualStartDate", &start.value, Cin8736);
                    }
                }
            }
            let first_factor = assessment.factors.first();
            if let Some(done) = done {
                if self.outside(done.value) {
                    notes.breaks(&at, done.line, "AssessmentAuthorisationDate", &done.value, Cin8696);
                }
                if first_factor.is_none() && self.coverage.is_some() && !self.before(done.value) {
                    notes.breaks(&at, at.line, "AssessmentFactors", &"", Cin8897Q);
                }
            } else if !assessment.left_out {
                if let Some(factor) = first_factor {
                    notes.breaks(&at, factor.line, "AssessmentFactors", &factor.value, Cin8614);
                }
                if let Some(closed) = &referral.closed {
                    notes.breaks(&at, closed.line, "CINclosureDate", &closed.value, Cin8867);
                }
            }
            factors(referral, assessment, &at, notes);
        }
        let open: Vec<_> = referral.assessments.iter().filter(|a| a.authorised.is_none() && !a.left_out).collect();
        for assessment in open.iter().skip(1) {
            notes.breaks(&of(assessment), assessment.line, "AssessmentAuthorisationDate", &"", Cin8896);
        }
        let spans: Vec<_> =
            referral.assessments.iter().map(|a| (a.start.as_ref(), day(a.authorised.as_ref()))).collect();
        self.overlapping(&spans, Ends::OnTheDay, |at, start| {
            if let Some(assessment) = referral.assessments.get(at) {
                notes.breaks(&of(assessment), start.line, "AssessmentActualStartDate", &start.value, Cin8863Q);
            }
        });
    }

    fn enquiries(&self, child: &CensusChild, referral: &CensusReferral, notes: &mut Notes<'_>) {
        let of = |enquiry: &CensusEnquiry| {
            let record = id::enquiry(&child.person.id, referral.day(), day(enquiry.start.as_ref()));
            Place::new(Family::Section47Enquiry, record, enquiry.line)
        };
        let is_open = |enquiry: &CensusEnquiry| {
            enquiry.conference.is_none()
                && !enquiry.conference_left_out
                && enquiry.conference_not_required.as_ref().is_none_or(|flag| !flag.value)
        };
        for enquiry in &referral.enquiries {
            let at = of(enquiry);
            let conference = Place::new(Family::InitialConference, id::conference(&at.record), enquiry.line);
            if let Some(start) = &enquiry.start {
                if referral.day().is_some_and(|referred| start.value < referred) {
                    notes.breaks(&at, start.line, "S47ActualStartDate", &start.value, Cin2889);
                }
                if is_open(enquiry) {
                    if self.is_overdue(start.value, 15) {
                        notes.breaks(&at, start.line, "S47ActualStartDate", &start.value, Cin8675Q);
                    }
                    if self.outside(start.value) {
                        notes.breaks(&at, start.line, "S47ActualStartDate", &start.value, Cin8740);
                    }
                }
            }
            if let Some(held) = &enquiry.conference {
                if enquiry.start.as_ref().is_none_or(|start| start.value > held.value) {
                    notes.breaks(&at, held.line, "DateOfInitialCPC", &held.value, Cin8615);
                }
                if day(referral.transfer_in.as_ref()) == Some(held.value) {
                    notes.breaks(&conference, held.line, "DateOfInitialCPC", &held.value, Cin2884);
                }
                self.conference(referral, &conference, held, notes);
            }
            if let Some(target) = enquiry.conference_target.as_ref().filter(|target| is_weekend(target.value)) {
                notes.breaks(&conference, target.line, "InitialCPCtarget", &target.value, Cin8870Q);
            }
            if let Some(closed) = referral.closed.as_ref().filter(|_| is_open(enquiry)) {
                notes.breaks(&at, closed.line, "CINclosureDate", &closed.value, Cin8868);
            }
        }
        if let Some(first) = referral.enquiries.first().filter(|_| referral.assessments.is_empty()) {
            notes.breaks(&of(first), first.line, "Section47", &"", Cin2991Q);
        }
        for enquiry in referral.enquiries.iter().filter(|enquiry| is_open(enquiry)).skip(1) {
            notes.breaks(&of(enquiry), enquiry.line, "DateOfInitialCPC", &"", Cin8839);
        }
        // One that needs no conference has no end of which the form knows, and is left out of the comparison.
        let needed: Vec<_> = referral.enquiries.iter().filter(|e| is_open(e) || e.conference.is_some()).collect();
        let spans: Vec<_> = needed.iter().map(|e| (e.start.as_ref(), day(e.conference.as_ref()))).collect();
        self.overlapping(&spans, Ends::OnTheDay, |at, start| {
            if let Some(enquiry) = needed.get(at) {
                notes.breaks(&of(enquiry), start.line, "S47ActualStartDate", &start.value, Cin8890);
            }
        });
    }

    /// A plan, beside the days of the conferences of its referral's enquiries and those of plans of a child in need.
    fn plan(
        &self,
        child: &CensusChild,
        referral: &CensusReferral,
        (plan, conferences, in_need): (&CensusPlan, &BTreeSet<NaiveDate>, &Covered),
        notes: &mut Notes<'_>,
    ) {
        let at = Place::new(Family::ProtectionPlan, id::plan(&child.person.id, day(plan.start.as_ref())), plan.line);
        let died = child.person.date_of_death;
        match &plan.start {
            None => notes.breaks(&at, at.line, "CPPstartDate", &"", Cin8720),
            Some(start) => {
                if self.after(start.value) {
                    notes.breaks(&at, start.line, "CPPstartDate", &start.value, Cin8720);
                }
                if referral.day().is_some_and(|referred| start.value < referred) {
                    notes.breaks(&at, start.line, "CPPstartDate", &start.value, Cin1105);
                }
                if died.is_some_and(|died| start.value > died) {
                    notes.breaks(&at, start.line, "CPPstartDate", &start.value, Cin8915);
                }
                let by_enquiry = conferences.contains(&start.value);
                let by_transfer =
                    referral.enquiries.is_empty() && day(referral.transfer_in.as_ref()) == Some(start.value);
                let in_year = self.coverage.is_some_and(|coverage| coverage.covers(start.value));
                if in_year && !by_enquiry && !by_transfer {
                    notes.breaks(&at, start.line, "CPPstartDate", &start.value, Cin2885);
                }
            }
        }
        if let Some(end) = &plan.end {
            if self.outside(end.value) {
                notes.breaks(&at, end.line, "CPPendDate", &end.value, Cin8930);
            }
            if died.is_some_and(|died| end.value > died) {
                notes.breaks(&at, end.line, "CPPendDate", &end.value, Cin8920);
            }
            if let Some(start) = &plan.start {
                if end.value < start.value {
                    notes.breaks(&at, end.line, "CPPendDate", &end.value, Cin8925);
                }
                if end.value == start.value {
                    notes.breaks(&at, end.line, "CPPendDate", &end.value, Cin8840);
                }
            }
        }
        if plan.previous_plans.is_none() {
            notes.breaks(&at, at.line, "NumberOfPreviousCPP", &"", Cin8730);
        }
        for (field, category, rule) in [
            ("InitialCategoryOfAbuse", &plan.initial_category, Cin8905),
            ("LatestCategoryOfAbuse", &plan.latest_category, Cin8910),
        ] {
            if category.as_ref().is_none_or(|cell| cell.value.known().is_none()) {
                let (line, value) = written(category.as_ref(), at.line);
                notes.breaks(&at, line, field, &value, rule);
            }
        }
        for review in &plan.reviews {
            let of_review = Place::new(Family::PlanReview, id::review(&at.record, Some(review.value)), review.line);
            if plan.start.as_ref().is_some_and(|start| review.value <= start.value) {
                notes.breaks(&of_review, review.line, "CPPreviewDate", &review.value, Cin8841);
            }
            if in_need.has(review.value) && day(plan.end.as_ref()) != Some(review.value) {
                notes.breaks(&of_review, review.line, "CPPreviewDate", &review.value, Cin4003);
            }
        }
    }

    /// Referrals and plans of one child, held against each other.
    fn chains(&self, child: &CensusChild, notes: &mut Notes<'_>) {
        let referrals: Vec<&CensusReferral> = child.referrals.iter().filter(|referral| !referral.left_out).collect();
        let of = |referral: &CensusReferral| {
            Place::new(Family::Referral, id::referral(&child.person.id, referral.day()), referral.line)
        };
        let is_open = |referral: &CensusReferral| {
            referral.closed.is_none() && referral.no_further_action.as_ref().is_some_and(|flag| !flag.value)
        };
        let latest = referrals.iter().filter_map(|referral| referral.day()).max();
        for (number, referral) in referrals.iter().filter(|referral| is_open(referral)).enumerate() {
            if number > 0 {
                notes.breaks(&of(referral), referral.line, "CINclosureDate", &"", Cin8815);
            }
            if referral.day() < latest {
                notes.breaks(&of(referral), referral.line, "CINclosureDate", &"", Cin8816);
            }
        }
        // One without further action and without a closure covers no day.
        let end = |referral: &CensusReferral| match (&referral.closed, is_open(referral)) {
            (None, false) => referral.day(),
            (closed, _) => day(closed.as_ref()),
        };
        let spans: Vec<_> = referrals.iter().map(|referral| (referral.date.as_ref(), end(referral))).collect();
        self.overlapping(&spans, Ends::DayBefore, |at, start| {
            if let Some(referral) = referrals.get(at) {
                notes.breaks(&of(referral), start.line, "CINreferralDate", &start.value, Cin8820);
            }
        });
        let plans: Vec<&CensusPlan> =
            referrals.iter().flat_map(|referral| &referral.protection_plans).filter(|plan| !plan.left_out).collect();
        let of = |plan: &CensusPlan| {
            let record = id::plan(&child.person.id, day(plan.start.as_ref()));
            Place::new(Family::ProtectionPlan, record, plan.line)
        };
        for plan in plans.iter().filter(|plan| plan.end.is_none()).skip(1) {
            notes.breaks(&of(plan), plan.line, "CPPendDate", &"", Cin8935);
        }
        let spans: Vec<_> = plans.iter().map(|plan| (plan.start.as_ref(), day(plan.end.as_ref()))).collect();
        self.overlapping(&spans, Ends::OnTheDay, |at, start| {
            if let Some(plan) = plans.get(at) {
                notes.breaks(&of(plan), start.line, "CPPstartDate", &start.value, Cin8940);
            }
        });
        // The rule speaks of any other group, and not of one within the same referral as rule 4004 does.
        let in_need: Vec<(&CensusReferral, &InNeedPlan)> =
            child.referrals.iter().flat_map(|of| of.in_need_plans.iter().map(move |plan| (of, plan))).collect();
        let spans: Vec<_> = in_need.iter().map(|(_, plan)| (plan.start.as_ref(), day(plan.end.as_ref()))).collect();
        self.overlapping(&spans, Ends::OnTheDay, |at, start| {
            if let Some((referral, _)) = in_need.get(at) {
                let record = id::referral(&child.person.id, referral.day());
                let at = Place::new(Family::Referral, record, referral.line);
                notes.breaks(&at, start.line, "CINPlanStartDate", &start.value, Cin4014);
            }
        });
    }

    /// Calls `note` for each span that begins while another one lasts; an open one lasts to the end of the census.
    fn overlapping<'c>(
        &self,
        spans: &[(Day<'c>, Option<NaiveDate>)],
        ends: Ends,
        mut note: impl FnMut(usize, &'c Cell<NaiveDate>),
    ) {
        let last_day = self.coverage.map_or(NaiveDate::MAX, |coverage| coverage.last_day);
        let last_of = |end: Option<NaiveDate>| match ends {
            Ends::OnTheDay => Some(end.unwrap_or(last_day)),
            Ends::DayBefore => end.unwrap_or(last_day).pred_opt(),
        };
        // Of two that begin on one day the later one in the file is named.
        let mut by_start: Vec<(NaiveDate, usize)> =
            spans.iter().enumerate().filter_map(|(at, (start, _))| Some((day(*start)?, at))).collect();
        by_start.sort_unstable();
        let mut meets = vec![false; spans.len()];
        let mut until: Option<NaiveDate> = None;
        for (start, at) in by_start {
            if let (Some(meets), Some((_, end))) = (meets.get_mut(at), spans.get(at)) {
                *meets = until.is_some_and(|until| start <= until);
                until = until.max(last_of(*end));
            }
        }
        for (at, (start, _)) in spans.iter().enumerate() {
            if let Some(start) = start.filter(|_| meets.get(at) == Some(&true)) {
                note(at, start);
            }
        }
    }

    /// The days that spans cover, each but its last; an open one lasts to the end of the census.
    fn covered<'c>(&self, spans: impl Iterator<Item = (Day<'c>, Option<NaiveDate>)>) -> Covered {
        let last_day = self.coverage.map_or(NaiveDate::MAX, |coverage| coverage.last_day);
        Covered::by(spans.filter_map(|(start, end)| Some((start, end.map_or(Some(last_day), |end| end.pred_opt())?))))
    }
}

/// The days that spans cover: their starts in order, and how far all those up to each reach.
struct Covered(Vec<(NaiveDate, NaiveDate)>);

impl Covered {
    /// Spans from their start to their last day, both inclusive; those without a start cover nothing.
    fn by<'c>(spans: impl Iterator<Item = (Day<'c>, NaiveDate)>) -> Self {
        let mut all: Vec<_> = spans.filter_map(|(start, last)| Some((day(start)?, last))).collect();
        all.sort_unstable();
        let mut until = NaiveDate::MIN;
        for (_, last) in &mut all {
            until = until.max(*last);
            *last = until;
        }
        Self(all)
    }

    fn has(&self, day: NaiveDate) -> bool {
        let begun = self.0.partition_point(|(start, _)| *start <= day);
        begun.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, until)| day <= *until)
    }
}

/// Whether a span may be followed on the day it ends.
#[derive(Clone, Copy)]
enum Ends {
    /// It still lasts on that day.
    OnTheDay,
    /// It does not.
    DayBefore,
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn written<C: StatutoryCode>(cell: Option<&Cell<Coded<C>>>, line: u64) -> (u64, String) {
    cell.map_or((line, String::new()), |cell| (cell.line, cell.value.to_string()))
}

fn closed_after_assessment(referral: &CensusReferral) -> bool {
    let reason = referral.closure_reason.as_ref().and_then(|cell| cell.value.known());
    matches!(reason, Some(ClosureReason::ClosedAfterAssessment | ClosureReason::ToEarlyHelp))
}

fn disabilities(child: &CensusChild, notes: &mut Notes<'_>) {
    let at = Place::new(Family::Person, child.person.id.clone(), child.line);
    let mut seen = BTreeSet::new();
    for cell in &child.disabilities {
        if !seen.insert(cell.value.letters().to_ascii_uppercase()) {
            notes.breaks(&at, cell.line, "Disability", &cell.value, Cin8794);
        }
    }
    if seen.len() > 1 && seen.contains(Disability::NoDisability.letters()) {
        notes.breaks(&at, child.line, "Disability", &"NONE", Cin8790);
    }
}

fn factors(referral: &CensusReferral, assessment: &CensusAssessment, at: &Place, notes: &mut Notes<'_>) {
    let mut seen = BTreeSet::new();
    for cell in &assessment.factors {
        if !seen.insert(cell.value.letters().to_ascii_uppercase()) {
            notes.breaks(at, cell.line, "AssessmentFactors", &cell.value, Cin8898);
        }
    }
    let is_none = |cell: &&Cell<Coded<AssessmentFactor>>| cell.value == Coded::Known(AssessmentFactor::NoneIdentified);
    if let Some(none) = assessment.factors.iter().find(is_none) {
        if seen.len() > 1 {
            notes.breaks(at, none.line, "AssessmentFactors", &none.value, Cin8869);
        }
        let one = referral.assessments.len() == 1 && assessment.authorised.is_some();
        if one && referral.closed.is_some() && !closed_after_assessment(referral) {
            notes.breaks(at, none.line, "AssessmentFactors", &none.value, Cin8873Q);
        }
    }
}

/// What stands after the closure of the case.
fn activity(child: &CensusChild, referral: &CensusReferral, notes: &mut Notes<'_>) {
    let Some(closed) = day(referral.closed.as_ref()) else { return };
    let (person, referred) = (&child.person.id, referral.day());
    let mut check = |at: &Place, field: &str, cell: Day<'_>| {
        if let Some(cell) = cell.filter(|cell| cell.value > closed) {
            notes.breaks(at, cell.line, field, &cell.value, Cin8565);
        }
    };
    let of_referral = Place::new(Family::Referral, id::referral(person, referred), referral.line);
    let conference = Place::new(Family::InitialConference, id::conference(&of_referral.record), referral.line);
    check(&conference, "DateOfInitialCPC", referral.transfer_in.as_ref());
    for assessment in &referral.assessments {
        let record = id::assessment(person, referred, day(assessment.start.as_ref()));
        let at = Place::new(Family::Assessment, record, assessment.line);
        check(&at, "AssessmentActualStartDate", assessment.start.as_ref());
        check(&at, "AssessmentAuthorisationDate", assessment.authorised.as_ref());
    }
    for enquiry in &referral.enquiries {
        let record = id::enquiry(person, referred, day(enquiry.start.as_ref()));
        let conference = Place::new(Family::InitialConference, id::conference(&record), enquiry.line);
        check(
            &Place::new(Family::Section47Enquiry, record, enquiry.line),
            "S47ActualStartDate",
            enquiry.start.as_ref(),
        );
        check(&conference, "DateOfInitialCPC", enquiry.conference.as_ref());
    }
    for plan in &referral.in_need_plans {
        check(&of_referral, "CINPlanStartDate", plan.start.as_ref());
        check(&of_referral, "CINPlanEndDate", plan.end.as_ref());
    }
    for plan in &referral.protection_plans {
        let at = Place::new(Family::ProtectionPlan, id::plan(person, day(plan.start.as_ref())), plan.line);
        check(&at, "CPPendDate", plan.end.as_ref());
    }
}

/// Plans of a child in need, which no record holds; the findings stand with their referral.
fn in_need_plans(rules: &Rules<'_>, child: &CensusChild, referral: &CensusReferral, notes: &mut Notes<'_>) {
    let referred = referral.day();
    let died = child.person.date_of_death;
    let at = Place::new(Family::Referral, id::referral(&child.person.id, referred), referral.line);
    let spans = referral.protection_plans.iter().map(|plan| (plan.start.as_ref(), day(plan.end.as_ref())));
    let protected = rules.covered(spans);
    for plan in &referral.in_need_plans {
        match &plan.start {
            None => notes.breaks(&at, plan.line, "CINPlanStartDate", &"", Cin4010),
            Some(start) => {
                let mut check = |broken: bool, rule: CinRule| {
                    if broken {
                        notes.breaks(&at, start.line, "CINPlanStartDate", &start.value, rule);
                    }
                };
                check(rules.after(start.value), Cin4010);
                check(referred.is_some_and(|referred| start.value < referred), Cin4015);
                check(died.is_some_and(|died| start.value > died), Cin4008);
                check(protected.has(start.value), Cin4016);
            }
        }
        if let Some(end) = &plan.end {
            let mut check = |broken: bool, rule: CinRule| {
                if broken {
                    notes.breaks(&at, end.line, "CINPlanEndDate", &end.value, rule);
                }
            };
            check(rules.outside(end.value), Cin4013);
            check(died.is_some_and(|died| end.value > died), Cin4009Q);
            check(day(plan.start.as_ref()).is_some_and(|start| end.value < start), Cin4011);
            check(day(plan.start.as_ref()) == Some(end.value), Cin4012Q);
        }
    }
    let spans = referral.in_need_plans.iter().map(|plan| (plan.start.as_ref(), day(plan.end.as_ref())));
    let in_need = rules.covered(spans);
    for plan in &referral.protection_plans {
        let Some(start) = &plan.start else { continue };
        if in_need.has(start.value) {
            let at = Place::new(Family::ProtectionPlan, id::plan(&child.person.id, Some(start.value)), plan.line);
            notes.breaks(&at, start.line, "CPPstartDate", &start.value, Cin4017);
        }
    }
    let open: Vec<_> = referral.in_need_plans.iter().filter(|plan| plan.end.is_none()).collect();
    for plan in open.iter().skip(1) {
        notes.breaks(&at, plan.line, "CINPlanEndDate", &"", Cin4004);
    }
    let on_protection = referral.protection_plans.iter().any(|plan| plan.end.is_none() && !plan.left_out);
    if let Some(plan) = open.first().filter(|_| on_protection) {
        notes.breaks(&at, plan.line, "CINPlanEndDate", &"", Cin4001);
    }
}
