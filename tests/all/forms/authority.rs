//! An invented authority: some three hundred children, whose ordinary lives fall on the days on which forms go wrong.

use chrono::{Datelike, NaiveDate, Weekday};
use csc_kpi::calendar::{Moment, WorkingDays, birthday, minus_months, plus_months};
use csc_kpi::record::{
    ALLOCATED_CASE_WORKER, AbuseCategory, Accommodation, Activity, Assessment, CareLeaverStatus, ClosureReason, Coded,
    Eligibility, EpisodeEnd, EpisodeStart, Ethnicity, FamilyMember, ImmigrationStatus, InTouch, InitialConference,
    InterviewFlag, Involvement, LegalStatus, LegalStatusCode, LookedAfterEpisode, MissingEpisode, MissingKind, Person,
    Placement, PlacementChange, PlacementProvider, PlacementType, PlanReview, PrimaryNeed, Professional,
    ProtectionPlan, Record, Referral, ReferralSource, Section47Enquiry, Sex, StatutoryCode, Suitability,
};

pub(super) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub(super) fn plus(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_signed(chrono::TimeDelta::days(days)).unwrap()
}

/// The last day on which anything is known.
pub(super) fn today() -> NaiveDate {
    day(2026, 3, 31)
}

#[derive(Clone)]
pub(super) struct Authority {
    pub(super) children: Vec<Child>,
    pub(super) professionals: Vec<Professional>,
}

/// One child with all that the authority's system has of it, each family by date.
#[derive(Clone)]
pub(super) struct Child {
    pub(super) person: Person,
    pub(super) families: Vec<FamilyMember>,
    pub(super) immigration: Vec<ImmigrationStatus>,
    pub(super) referrals: Vec<Referral>,
    pub(super) assessments: Vec<Assessment>,
    pub(super) enquiries: Vec<Section47Enquiry>,
    pub(super) conferences: Vec<InitialConference>,
    pub(super) plans: Vec<ProtectionPlan>,
    pub(super) reviews: Vec<PlanReview>,
    pub(super) episodes: Vec<LookedAfterEpisode>,
    pub(super) placements: Vec<Placement>,
    pub(super) legal_statuses: Vec<LegalStatus>,
    pub(super) missing: Vec<MissingEpisode>,
    pub(super) care_leaver: Vec<CareLeaverStatus>,
    pub(super) involvements: Vec<Involvement>,
}

impl Child {
    fn new(person: Person) -> Self {
        Self {
            person,
            families: Vec::new(),
            immigration: Vec::new(),
            referrals: Vec::new(),
            assessments: Vec::new(),
            enquiries: Vec::new(),
            conferences: Vec::new(),
            plans: Vec::new(),
            reviews: Vec::new(),
            episodes: Vec::new(),
            placements: Vec::new(),
            legal_statuses: Vec::new(),
            missing: Vec::new(),
            care_leaver: Vec::new(),
            involvements: Vec::new(),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.person.id
    }

    pub(super) fn records(&self) -> Vec<Record> {
        fn of<R: Clone + Into<Record>>(records: &[R]) -> impl Iterator<Item = Record> {
            records.iter().cloned().map(Into::into)
        }
        std::iter::once(self.person.clone().into())
            .chain(of(&self.families))
            .chain(of(&self.immigration))
            .chain(of(&self.referrals))
            .chain(of(&self.assessments))
            .chain(of(&self.enquiries))
            .chain(of(&self.conferences))
            .chain(of(&self.plans))
            .chain(of(&self.reviews))
            .chain(of(&self.episodes))
            .chain(of(&self.placements))
            .chain(of(&self.legal_statuses))
            .chain(of(&self.missing))
            .chain(of(&self.care_leaver))
            .chain(of(&self.involvements))
            .collect()
    }

    /// The episode of care that covers the day.
    pub(super) fn in_care_on(&self, day: NaiveDate) -> Option<&LookedAfterEpisode> {
        self.episodes.iter().find(|e| e.start <= day && e.ceased.is_none_or(|ceased| day < ceased))
    }

    /// The legal status in force on the day.
    pub(super) fn legal_status_on(&self, day: NaiveDate) -> Option<&LegalStatus> {
        self.legal_statuses.iter().find(|s| s.start <= day && s.end.is_none_or(|end| day < end))
    }

    pub(super) fn placement(&self, id: Option<&String>) -> Option<&Placement> {
        self.placements.iter().find(|placement| Some(&placement.id) == id)
    }

    /// Its periods of care, each as its episodes.
    pub(super) fn periods(&self) -> impl Iterator<Item = &[LookedAfterEpisode]> {
        self.episodes.chunk_by(|before, this| before.ceased == Some(this.start))
    }

    /// What was known of it on the day.
    pub(super) fn known_at(mut self, day: NaiveDate) -> Self {
        let later = |date: NaiveDate| date > day;
        let seen = |moment: Moment| moment.date() <= day;
        if self.person.date_of_birth.is_some_and(later) {
            self.person.date_of_birth = None;
            self.person.sex = Some(Sex::Unknown.into());
        }
        self.person.date_of_death = self.person.date_of_death.filter(|died| *died <= day);
        self.immigration.retain(|status| status.start.is_none_or(|start| start <= day));
        self.immigration.iter_mut().for_each(|status| status.end = status.end.filter(|end| *end <= day));
        self.referrals.retain(|referral| referral.date <= day);
        for referral in self.referrals.iter_mut().filter(|referral| referral.closed.is_some_and(later)) {
            referral.closed = None;
            referral.closure_reason = None;
        }
        self.assessments.retain(|assessment| seen(assessment.start));
        self.assessments.iter_mut().for_each(|a| a.authorised = a.authorised.filter(|moment| seen(*moment)));
        self.enquiries.retain(|enquiry| seen(enquiry.start));
        self.enquiries.iter_mut().for_each(|enquiry| enquiry.end = enquiry.end.filter(|moment| seen(*moment)));
        let started: Vec<String> = self.enquiries.iter().map(|enquiry| enquiry.id.clone()).collect();
        self.conferences.retain(|conference| match &conference.enquiry {
            Some(enquiry) => started.contains(enquiry),
            None => conference.date.is_some_and(seen),
        });
        for conference in self.conferences.iter_mut().filter(|conference| !conference.date.is_some_and(seen)) {
            conference.date = None;
            conference.plan_made = None;
        }
        self.plans.retain(|plan| plan.start <= day);
        self.plans.iter_mut().for_each(|plan| plan.end = plan.end.filter(|end| *end <= day));
        self.reviews.retain(|review| review.date.is_some_and(|date| date <= day));
        self.episodes.retain(|episode| episode.start <= day);
        for episode in self.episodes.iter_mut().filter(|episode| episode.ceased.is_some_and(later)) {
            episode.ceased = None;
            episode.ceased_reason = None;
        }
        self.placements.retain(|placement| placement.start <= day);
        for placement in self.placements.iter_mut().filter(|placement| placement.end.is_some_and(later)) {
            placement.end = None;
            placement.change_reason = None;
        }
        self.legal_statuses.retain(|status| status.start <= day);
        self.legal_statuses.iter_mut().for_each(|status| status.end = status.end.filter(|end| *end <= day));
        self.missing.retain(|episode| seen(episode.start));
        for episode in &mut self.missing {
            episode.end = episode.end.filter(|moment| seen(*moment));
            if episode.interview_completed.is_some_and(|moment| !seen(moment)) || episode.end.is_none() {
                episode.interview_completed = None;
                episode.interview_accepted = None;
            }
        }
        self.care_leaver.retain(|status| status.latest_contact.is_none_or(|contact| contact <= day));
        self.involvements.retain(|involvement| involvement.start <= day);
        self.involvements.iter_mut().for_each(|i| i.end = i.end.filter(|end| *end <= day));
        self
    }
}

impl Authority {
    /// The same authority at every call, as it is known today.
    pub(super) fn invented() -> Self {
        Maker::new().make().known_at(today())
    }

    /// What was known on the day.
    pub(super) fn known_at(&self, day: NaiveDate) -> Self {
        let children = self.children.iter().cloned().map(|child| child.known_at(day)).collect();
        Self { children, professionals: self.professionals.clone() }
    }

    pub(super) fn records(&self) -> Vec<Record> {
        let professionals = self.professionals.iter().cloned().map(Record::from);
        self.children.iter().flat_map(Child::records).chain(professionals).collect()
    }
}

/// Numbers that are the same at every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low).unwrap_or(0) + 1;
        low + i64::try_from(self.roll() % span).unwrap()
    }

    fn percent(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        let at = usize::try_from(self.between(0, i64::try_from(all.len()).unwrap() - 1)).unwrap();
        all[at].clone()
    }
}

/// Where a child is placed.
#[derive(Clone, PartialEq)]
struct Home {
    kind: PlacementType,
    provider: PlacementProvider,
    urn: String,
    postcode: String,
}

/// One episode before it is written down.
struct Step {
    start: NaiveDate,
    reason: EpisodeStart,
    status: LegalStatusCode,
    home: Home,
    end: NaiveDate,
    end_reason: EpisodeEnd,
}

struct Maker {
    dice: Dice,
    calendar: WorkingDays,
    edges: Vec<NaiveDate>,
    number: u32,
    professionals: Vec<Professional>,
}

const KINDS: [PlacementType; 11] = [
    PlacementType::U1,
    PlacementType::U3,
    PlacementType::U4,
    PlacementType::U5,
    PlacementType::U6,
    PlacementType::K2,
    PlacementType::R1,
    PlacementType::S1,
    PlacementType::K3,
    PlacementType::Z11,
    PlacementType::R3,
];

const TEAMS: [&str; 4] = ["North", "South", "Front Door", "Children with Disabilities"];

impl Maker {
    fn new() -> Self {
        let mut edges: Vec<NaiveDate> = (2018..=2026)
            .flat_map(|year| {
                [(1, 1), (3, 30), (3, 31), (4, 1), (4, 2), (6, 30), (7, 1), (9, 30), (10, 1), (12, 31)]
                    .map(|(month, number)| day(year, month, number))
            })
            .chain([day(2020, 2, 29), day(2024, 2, 29)])
            .collect();
        edges.sort_unstable();
        let professionals = (1..=24)
            .map(|number| {
                let one = Professional::new(format!("W{number:02}")).job_title("Social Worker");
                if number % 8 == 0 { one } else { one.registration(format!("SW{}", 1000 + number)) }
            })
            .collect();
        Self { dice: Dice(2026), calendar: WorkingDays::england_and_wales(), edges, number: 0, professionals }
    }

    fn make(mut self) -> Authority {
        let mut children = Vec::new();
        for number in 0..150 {
            children.push(self.in_need(number));
        }
        for number in 0..110 {
            children.push(self.looked_after(number));
        }
        for number in 0..24 {
            children.push(self.unaccompanied(number));
        }
        for _ in 0..12 {
            children.push(self.short_breaks());
        }
        for _ in 0..30 {
            children.push(self.care_leaver());
        }
        for number in 0..6 {
            children.push(self.referred_twice_on_a_day(number));
        }
        for number in 0..3 {
            children.push(self.born_between_years(number));
        }
        // Siblings: neighbours in twos and threes.
        let mut at = 0;
        let mut family = 1;
        while at < children.len() {
            let size = usize::try_from(self.dice.between(1, 3)).unwrap();
            for child in children.iter_mut().skip(at).take(size).filter(|_| size > 1) {
                child.families.push(FamilyMember::new(format!("F{family}"), child.person.id.clone()));
            }
            at += size;
            family += 1;
        }
        for child in &mut children {
            child.plans.sort_by_key(|plan| plan.start);
        }
        Authority { children, professionals: self.professionals }
    }

    fn id(&mut self, letter: char) -> String {
        self.number += 1;
        format!("{letter}{:05}", self.number)
    }

    /// A day from `from` to `to`, every second time one on which something turns.
    fn day(&mut self, from: NaiveDate, to: NaiveDate) -> NaiveDate {
        let edges: Vec<NaiveDate> = self.edges.iter().copied().filter(|day| from <= *day && *day <= to).collect();
        if !edges.is_empty() && self.dice.percent(50) {
            return self.dice.of(&edges);
        }
        plus(from, self.dice.between(0, (to - from).num_days().max(0)))
    }

    /// The last day that is so many working days after another.
    fn working_days_after(&self, from: NaiveDate, days: i32) -> NaiveDate {
        let mut day = from;
        while self.calendar.between(from, plus(day, 1)).unwrap() <= days {
            day = plus(day, 1);
        }
        day
    }

    /// The first such day.
    fn first_working_day_after(&self, from: NaiveDate, days: i32) -> NaiveDate {
        let mut day = from;
        while self.calendar.between(from, day).unwrap() < days {
            day = plus(day, 1);
        }
        day
    }

    /// The day, or the Monday after it.
    fn weekday(day: NaiveDate) -> NaiveDate {
        match day.weekday() {
            Weekday::Sat => plus(day, 2),
            Weekday::Sun => plus(day, 1),
            _ => day,
        }
    }

    /// A day, with a time of day every second time.
    fn moment(&mut self, day: NaiveDate) -> Moment {
        if self.dice.percent(50) {
            let (hour, minute) = (self.dice.between(1, 23), self.dice.between(0, 59));
            return format!("{day}T{hour:02}:{minute:02}").parse().unwrap();
        }
        day.into()
    }

    fn child(&mut self, born: NaiveDate) -> Child {
        let id = self.id('C');
        let sex = self.dice.of(&[Sex::Male, Sex::Female]);
        let ethnicity = self.dice.of(Ethnicity::ALL);
        Child::new(Person::new(id).sex(sex).ethnicity(ethnicity).date_of_birth(born))
    }

    fn is_past(day: NaiveDate) -> bool {
        day > today()
    }

    /// A child in need: referrals, assessments, enquiries, conferences, plans.
    fn in_need(&mut self, number: i64) -> Child {
        let first = self.day(day(2018, 6, 1), day(2026, 3, 20));
        let born = match number % 10 {
            0 => plus(first, self.dice.between(10, 120)), // not born yet
            1 => day(2012, 2, 29),
            _ => plus(first, -self.dice.between(30, 5000)),
        };
        let mut child = self.child(born);
        if born > first {
            child.person.expected_date_of_birth = Some(plus(born, self.dice.between(-8, 8)));
        }
        let most = self.dice.between(1, 4);
        let mut from = first;
        for _ in 0..most {
            if Self::is_past(from) {
                break;
            }
            let Some(closed) = self.case(&mut child, from) else { break };
            from = match self.dice.between(0, 4) {
                // Twelve months after the referral, the day before and the day after.
                0 | 1 => plus(plus_months(from, 12), self.dice.between(-1, 1)).max(plus(closed, 1)),
                // Twenty-four months after a plan.
                2 => {
                    let ended = child.plans.last().and_then(|plan| plan.end).unwrap_or(closed);
                    plus(plus_months(ended, 24), self.dice.between(-25, 1)).max(plus(closed, 1))
                }
                _ => plus(closed, self.dice.between(1, 400)),
            };
        }
        if self.dice.percent(12) {
            self.missing_from_home(&mut child, first);
        }
        child
    }

    /// A child with two referrals on one day, of which one or the other goes on.
    fn referred_twice_on_a_day(&mut self, number: i64) -> Child {
        let on = self.day(day(2022, 4, 1), day(2026, 3, 20));
        let on = if number < 2 { plus(today(), -60 - number) } else { on };
        let mut child = self.child(plus(on, -2000));
        let without_action = Referral::new(self.id('R'), child.id(), on)
            .source(ReferralSource::School)
            .primary_need(PrimaryNeed::AcuteStress)
            .team("Front Door")
            .no_further_action(true)
            .closed(on)
            .closure_reason(ClosureReason::ClosedAfterAssessment);
        let id = self.id('R');
        let (started, source) = (plus(on, 1), ReferralSource::Police);
        let done = self.assessment(&mut child, &id, started);
        let going_on = Referral::new(id, child.id(), on)
            .source(source)
            .primary_need(PrimaryNeed::AbuseOrNeglect)
            .team("Front Door")
            .no_further_action(false)
            .closed(plus(done, 4))
            .closure_reason(ClosureReason::ServicesCeased);
        let both = if number % 2 == 0 { [without_action, going_on] } else { [going_on, without_action] };
        child.referrals.extend(both);
        child
    }

    /// A child referred before the birth in one year and born in the next.
    fn born_between_years(&mut self, number: i64) -> Child {
        let year = i32::try_from(2023 + number).unwrap();
        let mut child = self.child(day(year, 4, 10));
        child.person.expected_date_of_birth = Some(day(year, 4, 2));
        let id = self.id('R');
        self.assessment(&mut child, &id, day(year, 3, 12));
        let referral = Referral::new(id, child.id(), day(year, 3, 10)).source(ReferralSource::HealthVisitor);
        let referral = referral.primary_need(PrimaryNeed::AbuseOrNeglect).no_further_action(false).team("North");
        child.referrals.push(referral.closed(day(year, 12, 1)).closure_reason(ClosureReason::ServicesCeased));
        child
    }

    /// A referral and what follows it; the day it is closed, if that is known.
    fn case(&mut self, child: &mut Child, from: NaiveDate) -> Option<NaiveDate> {
        let id = self.id('R');
        let mut referral = Referral::new(id.clone(), child.id(), from)
            .source(self.dice.of(ReferralSource::ALL))
            .primary_need(self.dice.of(&PrimaryNeed::ALL[..8]))
            .team(self.dice.of(&TEAMS));
        if self.dice.percent(25) {
            let closed = plus(from, self.dice.of(&[0, 0, 1, 5]));
            child.referrals.push(
                referral.no_further_action(true).closed(closed).closure_reason(ClosureReason::ClosedAfterAssessment),
            );
            return Some(closed);
        }
        referral = referral.no_further_action(false);
        let mut last = from;
        let started = plus(from, self.dice.between(0, 3));
        last = last.max(self.assessment(child, &id, started));
        if self.dice.percent(15) {
            let again = plus(last.min(plus(today(), 500)), self.dice.between(1, 120));
            last = last.max(self.assessment(child, &id, again));
        }
        if self.dice.percent(12) {
            last = last.max(self.transfer_in(child, &id, from));
        } else if self.dice.percent(55) {
            let start = plus(from, self.dice.between(0, 20));
            last = last.max(self.enquiry(child, &id, start));
        }
        let closed = plus(last, self.dice.between(0, 30));
        if !self.dice.percent(12) {
            referral = referral.closed(closed).closure_reason(self.dice.of(&[
                ClosureReason::ArrangementsOrder,
                ClosureReason::TransferredToAuthority,
                ClosureReason::ServicesCeased,
            ]));
        }
        let is_open = referral.closed.is_none();
        child.referrals.push(referral);
        if !child.plans.is_empty() {
            self.workers(child, from, if is_open { None } else { Some(closed) });
        }
        (!is_open).then_some(closed)
    }

    fn assessment(&mut self, child: &mut Child, referral: &str, start: NaiveDate) -> NaiveDate {
        let authorised = match self.dice.between(0, 5) {
            0 => self.working_days_after(start.min(today()), 45),
            1 => plus(self.working_days_after(start.min(today()), 45), 1),
            2 => start,
            _ => plus(start, self.dice.between(5, 90)),
        }
        .max(start);
        let id = self.id('A');
        let (start, end) = (self.moment(start), self.moment(authorised));
        let end = if end.is_before(start) { Moment::from(authorised) } else { end };
        let assessment = Assessment::new(id, child.id(), start).referral(referral).authorised(end);
        child.assessments.push(assessment.team(self.dice.of(&TEAMS)));
        authorised
    }

    fn enquiry(&mut self, child: &mut Child, referral: &str, start: NaiveDate) -> NaiveDate {
        let (id, conference) = (self.id('S'), self.id('I'));
        let target = Self::weekday(self.first_working_day_after(start.min(today()), 15).max(start));
        let mut enquiry = Section47Enquiry::new(id.clone(), child.id(), self.moment(start)).referral(referral);
        if self.dice.percent(30) {
            let end = plus(start, self.dice.between(1, 15));
            enquiry = enquiry.end(end);
            child.enquiries.push(enquiry);
            return end;
        }
        let held = match self.dice.between(0, 3) {
            0 => target,
            1 => plus(target, 1),
            _ => plus(start, self.dice.between(2, 40)),
        };
        let held = Self::weekday(held);
        child.enquiries.push(enquiry.end(held));
        let planned =
            InitialConference::new(conference.clone(), child.id()).enquiry(id).target(target).transfer_in(false);
        if self.dice.percent(15) {
            // The conference is cancelled, and another enquiry leads to one.
            child.conferences.push(planned);
            let again = plus(start, self.dice.between(16, 60));
            return self.enquiry(child, referral, again);
        }
        let made = self.dice.percent(80);
        let moment = self.moment(held);
        child.conferences.push(planned.date(moment).plan_made(made));
        if made { self.plan(child, referral, Some(conference), held) } else { held }
    }

    fn transfer_in(&mut self, child: &mut Child, referral: &str, from: NaiveDate) -> NaiveDate {
        let (before, conference) = (self.id('P'), self.id('I'));
        let held = Self::weekday(plus(from, self.dice.between(3, 30)));
        // The plan of the authority from which the child came.
        let started = plus(from, -self.dice.between(20, 300));
        let other = ProtectionPlan::new(before, child.id(), started).end(held).other_authority(true);
        child.plans.push(other.initial_category(AbuseCategory::Neglect).latest_category(AbuseCategory::Neglect));
        let mut arrival =
            InitialConference::new(conference.clone(), child.id()).transfer_in(true).date(held).plan_made(true);
        if self.dice.percent(50) {
            arrival.target = Some(plus(held, self.dice.between(-2, 2)));
        }
        child.conferences.push(arrival);
        self.plan(child, referral, Some(conference), held)
    }

    fn plan(&mut self, child: &mut Child, referral: &str, conference: Option<String>, start: NaiveDate) -> NaiveDate {
        let id = self.id('P');
        let end = match self.dice.between(0, 8) {
            0 => plus_months(start, 3),
            1 => plus(plus_months(start, 18), self.dice.between(0, 1)),
            2 | 3 => plus(start, self.dice.between(728, 730)),
            4 => plus(start, self.dice.between(800, 1300)),
            _ => self.day(plus(start, 20), plus(start, 500)),
        };
        let own = child.plans.iter().filter(|plan| plan.other_authority != Some(true)).count();
        let recorded = u32::try_from(own).unwrap() + u32::from(self.dice.percent(12));
        let initial = self.dice.of(AbuseCategory::ALL);
        let latest = if self.dice.percent(20) { self.dice.of(AbuseCategory::ALL) } else { initial };
        let mut plan = ProtectionPlan::new(id.clone(), child.id(), start)
            .referral(referral)
            .end(end)
            .other_authority(false)
            .initial_category(initial)
            .latest_category(latest)
            .previous_plans(recorded);
        plan.conference = conference;
        child.plans.push(plan);
        let mut due = plus_months(start, 3);
        loop {
            let held = match self.dice.between(0, 9) {
                0 => due,
                1 => plus(due, 1),
                _ => plus(due, -self.dice.between(1, 40)),
            };
            if held >= end || Self::is_past(held) || held <= start {
                break;
            }
            let review = PlanReview::new(self.id('V'), child.id(), id.clone()).due(due).date(held);
            child.reviews.push(review);
            due = plus_months(held, 6);
        }
        end
    }

    /// Social workers from the first day to the last, one after the other, now and then with nobody between.
    fn workers(&mut self, child: &mut Child, from: NaiveDate, until: Option<NaiveDate>) {
        let mut start = from;
        if let Some(last) = child.involvements.last().and_then(|last| last.end) {
            start = start.max(last);
        }
        let last = until.unwrap_or_else(|| plus(today(), 40));
        let mut before = String::new();
        while start < last {
            let end = self.day(plus(start, 1), plus(start, 500)).min(last);
            let mut worker = self.dice.of(&self.professionals.clone()).id;
            while worker == before {
                worker = self.dice.of(&self.professionals.clone()).id;
            }
            let id = self.id('N');
            let mut involvement =
                Involvement::new(id, child.id(), start).role(ALLOCATED_CASE_WORKER).professional(worker.clone());
            involvement.end = (end < last || until.is_some()).then_some(end);
            child.involvements.push(involvement);
            before = worker;
            start = if self.dice.percent(12) { plus(end, self.dice.between(1, 40)) } else { end };
        }
    }

    fn missing_from_home(&mut self, child: &mut Child, first: NaiveDate) {
        let mut start = first;
        for _ in 0..self.dice.between(1, 3) {
            start = self.day(plus(start, 8), plus(start, 300));
            if child
                .episodes
                .iter()
                .any(|e| e.start <= plus(start, 7) && e.ceased.is_none_or(|end| end > plus(start, -1)))
            {
                continue;
            }
            let episode = self.missing_on(child, start, plus(start, 5), MissingKind::Missing);
            child.missing.push(episode);
        }
    }

    fn missing_on(&mut self, child: &Child, start: NaiveDate, latest: NaiveDate, kind: MissingKind) -> MissingEpisode {
        let found = plus(start, self.dice.between(0, 5)).min(latest);
        let (began, mut ended) = (self.moment(start), self.moment(found));
        if ended.is_before(began) || found == latest {
            ended = found.into();
        }
        let began = if found == start { Moment::from(start) } else { began };
        let mut episode = MissingEpisode::new(self.id('M'), child.id(), began).kind(kind).end(ended);
        match self.dice.between(0, 9) {
            0..=4 => {
                let talked = plus(found, self.dice.between(0, 4));
                let moment = self.moment(talked);
                let moment = if moment.is_before(ended) { Moment::from(talked) } else { moment };
                episode = episode.interview_offered(InterviewFlag::Yes).interview_accepted(InterviewFlag::Yes);
                episode = episode.interview_completed(moment);
            }
            5 | 6 => {
                episode = episode.interview_offered(InterviewFlag::Yes).interview_accepted(InterviewFlag::No);
            }
            7 => episode = episode.interview_offered(InterviewFlag::NotRequired),
            8 => episode = episode.interview_offered(InterviewFlag::No),
            _ => {}
        }
        episode
    }

    fn home(&mut self, status: LegalStatusCode) -> Home {
        let with_parents = matches!(status, LegalStatusCode::InterimCareOrder | LegalStatusCode::FullCareOrder);
        let kind = if with_parents && self.dice.percent(10) { PlacementType::P1 } else { self.dice.of(&KINDS) };
        let provider = if kind == PlacementType::P1 {
            PlacementProvider::Parents
        } else {
            self.dice.of(&[PlacementProvider::Own, PlacementProvider::Private, PlacementProvider::Voluntary])
        };
        let urn = format!("SC{:06}", self.dice.between(100_000, 999_999));
        let postcode = format!("AB{} {}CD", self.dice.between(10, 99), self.dice.between(1, 9));
        Home { kind, provider, urn, postcode }
    }

    /// A period of care from `from`, ended before or on `until`; the day it ends and why.
    #[allow(clippy::too_many_lines, reason = "one life")]
    fn care(&mut self, child: &mut Child, from: NaiveDate, until: NaiveDate) -> (NaiveDate, EpisodeEnd) {
        use EpisodeStart as Start;
        use LegalStatusCode as Status;
        let mut status = self.dice.of(&[
            Status::Section20,
            Status::Section20,
            Status::InterimCareOrder,
            Status::FullCareOrder,
            Status::PoliceProtection,
        ]);
        let mut home = self.home(status);
        let mut steps: Vec<Step> = Vec::new();
        let (mut start, mut reason) = (from, Start::StartedCare);
        let most = self.dice.between(1, 9);
        loop {
            let longest = if status == Status::PoliceProtection { 3 } else { 420 };
            let mut end = self.day(plus(start, 1), plus(start, longest)).min(until);
            if self.dice.percent(10) && end > plus(start, 31) {
                // Just the days that stability counts.
                end = plus(plus_months(start, self.dice.of(&[24, 30])), self.dice.between(0, 1)).min(until);
            }
            let number = i64::try_from(steps.len()).unwrap();
            if end >= until || number >= most || Self::is_past(end) {
                let end_reason = if end >= until {
                    self.dice.of(&[EpisodeEnd::StayingPut, EpisodeEnd::AdultCare, EpisodeEnd::IndependentUnsupported])
                } else {
                    self.last_reason(home.kind, status)
                };
                steps.push(Step { start, reason, status, home, end, end_reason });
                break;
            }
            steps.push(Step { start, reason, status, home: home.clone(), end, end_reason: EpisodeEnd::NewEpisode });
            let order = match status {
                Status::PoliceProtection => Some(Status::Section20),
                Status::Section20 if home.kind != PlacementType::P1 => Some(Status::InterimCareOrder),
                Status::InterimCareOrder => Some(Status::FullCareOrder),
                Status::FullCareOrder if home.kind.is_foster() => Some(Status::PlacementOrder),
                _ => None,
            };
            let to_parents_under_20 =
                |home: &Home, status| home.kind == PlacementType::P1 && status == Status::Section20;
            let what = self.dice.between(0, 9);
            start = end;
            reason = match (what, order) {
                (0..=2, Some(order)) => {
                    status = order;
                    Start::LegalStatus
                }
                (3, Some(order)) => {
                    status = order;
                    home = self.home(status);
                    Start::LegalStatusAndPlacement
                }
                (4, Some(order)) => {
                    status = order;
                    home.postcode = format!("XY{} 1ZZ", self.dice.between(10, 99));
                    Start::LegalStatusAndPlacementSameCarer
                }
                (5, _) => {
                    home.postcode = format!("XY{} 2ZZ", self.dice.between(10, 99));
                    Start::PlacementSameCarer
                }
                (6 | 7, _) if plus(end, 45) < until && status != Status::PoliceProtection => {
                    // Away for a while, and back to the same place.
                    let (kind, days) = self.dice.of(&[(PlacementType::T1, 40), (PlacementType::T4, 6)]);
                    let away =
                        Home { kind, provider: home.provider, urn: String::new(), postcode: "HO1 1SP".to_owned() };
                    let back = self.day(plus(end, 1), plus(end, days));
                    steps.push(Step {
                        start: end,
                        reason: Start::Placement,
                        status,
                        home: away,
                        end: back,
                        end_reason: EpisodeEnd::NewEpisode,
                    });
                    start = back;
                    Start::Placement
                }
                (8, _) if status == Status::PlacementOrder && home.kind.is_foster() => {
                    home.kind = PlacementType::A5;
                    Start::Placement
                }
                _ => {
                    let before = home.clone();
                    while home == before || to_parents_under_20(&home, status) {
                        home = self.home(status);
                    }
                    Start::Placement
                }
            };
        }
        self.write_down(child, steps)
    }

    fn last_reason(&mut self, kind: PlacementType, status: LegalStatusCode) -> EpisodeEnd {
        use EpisodeEnd as End;
        if kind.is_adoption() {
            return self.dice.of(&[End::AdoptedUnopposed, End::AdoptedDispensed]);
        }
        if status == LegalStatusCode::Section20 {
            return self.dice.of(&[End::ReturnedHome, End::ReturnedHomeUnplanned, End::Other, End::OtherAuthority]);
        }
        self.dice.of(&[
            End::ReturnedHome,
            End::GuardianshipRelativeCarer,
            End::ArrangementsOrder,
            End::Other,
            End::Died,
        ])
    }

    /// Makes episodes, placements and legal statuses of the steps of one period.
    fn write_down(&mut self, child: &mut Child, steps: Vec<Step>) -> (NaiveDate, EpisodeEnd) {
        let person = child.id().to_owned();
        let period = self.id('Y');
        let mut before: Option<Step> = None;
        for step in steps {
            let same_home = step.reason == EpisodeStart::LegalStatus && before.is_some();
            if same_home {
                child.placements.last_mut().unwrap().end = Some(step.end);
            } else {
                // What a code was replaced by: H5 by K3 in 2024/25, Z1 by Z11 in 2025/26.
                let kind = match step.home.kind {
                    PlacementType::K3 if step.end <= day(2024, 3, 31) => PlacementType::H5,
                    PlacementType::Z11 if step.end <= day(2025, 3, 31) => PlacementType::Z1,
                    kind => kind,
                };
                let placement = Placement::new(self.id('L'), person.clone(), step.start)
                    .period(period.clone())
                    .end(step.end)
                    .kind(kind)
                    .provider(step.home.provider)
                    .postcode(step.home.postcode.clone());
                let placement = if step.home.urn.is_empty() { placement } else { placement.urn(step.home.urn.clone()) };
                child.placements.push(placement);
            }
            let placement = child.placements.last_mut().unwrap();
            if same_home {
                // The one that goes on longest says what it is called.
                let kind = placement.kind.clone().and_then(|kind| kind.known());
                placement.kind = match kind {
                    Some(PlacementType::H5) if step.end > day(2024, 3, 31) => Some(PlacementType::K3.into()),
                    Some(PlacementType::Z1) if step.end > day(2025, 3, 31) => Some(PlacementType::Z11.into()),
                    _ => placement.kind.clone(),
                };
            }
            placement.change_reason =
                (step.end_reason == EpisodeEnd::NewEpisode).then_some(Coded::Known(PlacementChange::CarePlan));
            let episode = LookedAfterEpisode::new(self.id('E'), person.clone(), step.start)
                .period(period.clone())
                .placement(placement.id.clone())
                .start_reason(step.reason)
                .ceased(step.end)
                .ceased_reason(step.end_reason);
            child.episodes.push(episode);
            match (&before, child.legal_statuses.last_mut()) {
                (Some(before), Some(last)) if before.status == step.status => last.end = Some(step.end),
                _ => {
                    let status = LegalStatus::new(self.id('G'), person.clone(), step.status, step.start).end(step.end);
                    child.legal_statuses.push(status);
                }
            }
            before = Some(step);
        }
        let last = before.unwrap();
        if last.end_reason == EpisodeEnd::Died {
            child.person.date_of_death = Some(last.end);
        }
        (last.end, last.end_reason)
    }

    /// Missing episodes in a period of care.
    fn missing_in_care(&mut self, child: &mut Child, from: NaiveDate, until: NaiveDate) {
        let mut start = from;
        for _ in 0..self.dice.between(0, 4) {
            let latest = until.min(today());
            if plus(start, 8) >= latest {
                break;
            }
            start = self.day(plus(start, 7), plus(latest, -1));
            let kind = self.dice.of(&[MissingKind::Missing, MissingKind::Missing, MissingKind::Away]);
            let episode = self.missing_on(child, start, until, kind);
            child.missing.push(episode);
        }
    }

    fn referral_to_care(&mut self, child: &mut Child, from: NaiveDate, closed: Option<NaiveDate>) {
        let id = self.id('R');
        let date = plus(from, -self.dice.between(0, 10));
        let mut referral = Referral::new(id.clone(), child.id(), date)
            .source(ReferralSource::Police)
            .primary_need(PrimaryNeed::AbuseOrNeglect)
            .no_further_action(false)
            .team(self.dice.of(&TEAMS));
        if let Some(closed) = closed {
            referral = referral.closed(closed).closure_reason(ClosureReason::ServicesCeased);
        }
        child.referrals.push(referral);
        self.assessment(child, &id, date);
        self.workers(child, date, closed);
    }

    fn looked_after(&mut self, number: i64) -> Child {
        let first = self.day(day(2018, 6, 1), day(2026, 3, 20));
        let born = match number % 8 {
            0 => day(2008, 2, 29),
            // Eighteen at the turn of a year.
            1 => day(self.dice.of(&[2005, 2006, 2007]), 3, 31),
            2 => day(self.dice.of(&[2005, 2006, 2007]), 4, 1),
            _ => plus(first, -self.dice.between(5, 6000)),
        }
        .min(plus(first, -3));
        let mut child = self.child(born);
        let adult = birthday(born, 18);
        let mut from = first;
        let mut ended = None;
        let mut periods = Vec::new();
        for _ in 0..self.dice.between(1, 3) {
            if Self::is_past(from) || plus(from, 20) >= adult {
                break;
            }
            let (end, why) = self.care(&mut child, from, adult);
            self.missing_in_care(&mut child, from, end);
            periods.push((from, end));
            ended = Some((end, why));
            let final_reasons = [EpisodeEnd::Died, EpisodeEnd::AdoptedUnopposed, EpisodeEnd::AdoptedDispensed];
            if final_reasons.contains(&why) || end >= adult {
                break;
            }
            from = self.day(plus(end, 1), plus(end, 300));
        }
        if let (Some((start, _)), Some((end, why))) = (periods.first().copied(), ended) {
            let closed = plus(end, self.dice.between(0, 40)).max(plus(start, 100));
            let is_closed = !self.dice.percent(20);
            self.referral_to_care(&mut child, start, is_closed.then_some(closed));
            self.leave(&mut child, end, why);
            if why == EpisodeEnd::Died {
                Self::end_with_death(&mut child, end);
            }
        }
        if self.dice.percent(15) && child.person.date_of_death.is_none() {
            self.missing_from_home(&mut child, first);
            child.missing.sort_by_key(|episode| episode.start.date());
            child.missing.dedup_by_key(|episode| episode.start.date());
        }
        child
    }

    fn end_with_death(child: &mut Child, died: NaiveDate) {
        child.assessments.iter_mut().for_each(|a| a.authorised = a.authorised.filter(|moment| moment.date() <= died));
        child.referrals.iter_mut().for_each(|referral| {
            referral.closed = Some(died);
            referral.closure_reason = Some(ClosureReason::Died.into());
        });
        child.involvements.retain(|involvement| involvement.start < died);
        for involvement in &mut child.involvements {
            involvement.end = Some(involvement.end.map_or(died, |end| end.min(died)));
        }
    }

    fn unaccompanied(&mut self, number: i64) -> Child {
        let first = self.day(day(2020, 6, 1), day(2026, 3, 1));
        let born =
            minus_months(plus(first, self.dice.between(0, 25)), u32::try_from(self.dice.between(176, 212)).unwrap());
        let mut child = self.child(born);
        let adult = birthday(born, 18);
        let (end, why) = self.care(&mut child, first, adult);
        self.missing_in_care(&mut child, first, end);
        let mut status = ImmigrationStatus::new(child.id(), "UASC").end(end.min(adult));
        status.start = match number % 4 {
            0 => None,
            1 => Some(first),
            2 => Some(plus(first, -2)),
            // Known to be one only after a while.
            _ => Some(plus(first, self.dice.between(100, 200)).min(plus(end, -1))),
        };
        child.immigration.push(status);
        let closed = plus(end, self.dice.between(0, 20)).max(plus(first, 100));
        self.referral_to_care(&mut child, first, Some(closed));
        self.leave(&mut child, end, why);
        child
    }

    fn short_breaks(&mut self) -> Child {
        let first = self.day(day(2021, 6, 1), day(2025, 12, 1));
        let born = plus(first, -self.dice.between(1500, 4000));
        let mut child = self.child(born);
        let mut from = first;
        let home = self.home(LegalStatusCode::ShortBreak);
        for _ in 0..self.dice.between(2, 8) {
            if Self::is_past(from) {
                break;
            }
            let end = plus(from, self.dice.between(1, 14));
            let status = LegalStatusCode::ShortBreak;
            let (reason, end_reason) = (EpisodeStart::StartedCare, EpisodeEnd::ReturnedHomeRespite);
            let step = Step { start: from, reason, status, home: home.clone(), end, end_reason };
            self.write_down(&mut child, vec![step]);
            if self.dice.percent(20) {
                let episode = self.missing_on(&child, from, end, MissingKind::Missing);
                child.missing.push(episode);
            }
            from = self.day(plus(end, 1), plus(end, 120));
        }
        self.referral_to_care(&mut child, first, None);
        child
    }

    /// Somebody who left care about the time of the first return or before.
    fn care_leaver(&mut self) -> Child {
        let born = match self.dice.between(0, 5) {
            0 => day(2004, 2, 29),
            1 => day(self.dice.of(&[2002, 2003, 2004, 2005]), 3, 31),
            2 => day(self.dice.of(&[2002, 2003, 2004, 2005]), 4, 1),
            _ => self.day(day(1999, 1, 1), day(2006, 12, 31)),
        };
        let mut child = self.child(born);
        let first = plus(birthday(born, 15), self.dice.between(0, 300));
        let (end, why) = self.care(&mut child, first, birthday(born, 18));
        let closed = plus(end, self.dice.between(0, 40)).max(plus(first, 100));
        self.referral_to_care(&mut child, first, Some(closed));
        self.leave(&mut child, end, why);
        child
    }

    /// What is known of a young person after care: at each birthday, and now and then between.
    fn leave(&mut self, child: &mut Child, end: NaiveDate, why: EpisodeEnd) {
        let born = child.person.date_of_birth.unwrap();
        let not_leavers = [
            EpisodeEnd::Died,
            EpisodeEnd::OtherAuthority,
            EpisodeEnd::AdoptedUnopposed,
            EpisodeEnd::AdoptedDispensed,
            EpisodeEnd::AgeAssessment,
        ];
        let days_from = |from: NaiveDate| {
            let days = |e: &LookedAfterEpisode| (e.ceased.unwrap() - e.start.max(from)).num_days().max(0);
            child.episodes.iter().map(days).sum::<i64>()
        };
        if not_leavers.contains(&why) || days_from(birthday(born, 14)) < 91 || days_from(birthday(born, 16)) < 1 {
            return;
        }
        let qualifying = self.dice.percent(8);
        if birthday(born, 16) < end {
            let contact = plus(birthday(born, 16), 20).min(end);
            let status = CareLeaverStatus::new(self.id('K'), child.id()).eligibility(Eligibility::Eligible);
            child.care_leaver.push(status.latest_contact(contact));
        }
        for age in 17..=25 {
            let on = birthday(born, age);
            if on <= end || Self::is_past(on) {
                continue;
            }
            let days: &[i64] = if self.dice.percent(25) { &[0, 100] } else { &[0] };
            for after in days {
                let status = self.status(child.id().to_owned(), age, qualifying).latest_contact(plus(on, *after));
                child.care_leaver.push(status);
            }
        }
    }

    fn status(&mut self, person: String, age: u16, qualifying: bool) -> CareLeaverStatus {
        let eligibility = match age {
            _ if qualifying => Eligibility::Qualifying,
            17 => Eligibility::Relevant,
            _ => Eligibility::FormerRelevant,
        };
        let mut status = CareLeaverStatus::new(self.id('K'), person).eligibility(eligibility);
        let touch = if self.dice.percent(80) { InTouch::Yes } else { self.dice.of(InTouch::ALL) };
        status = status.in_touch(touch);
        if matches!(touch, InTouch::Died | InTouch::ReturnedHome) {
            return status.activity(Activity::NotKnown);
        }
        let activities: Vec<Activity> = Activity::ALL
            .iter()
            .copied()
            .filter(|a| !matches!(a, Activity::TrainingOrEmploymentFullTime | Activity::TrainingOrEmploymentPartTime))
            .collect();
        status = status.activity(self.dice.of(&activities));
        if self.dice.percent(90) {
            status = status.accommodation(self.dice.of(Accommodation::ALL));
            status =
                status.suitability(if self.dice.percent(80) { Suitability::Suitable } else { Suitability::Unsuitable });
        }
        status
    }
}
