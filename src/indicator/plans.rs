//! Child protection plans: NI 65, NI 65a, ECS 133, NI 64, NI 67, and their allocation, ECS 02.

use chrono::NaiveDate;

use super::looked_after::Allocation;
use super::{Book, Definition, Flow, Indicator, Need, Polarity, Reach, Reason, Stock, Timing, Verdict, Zero};
use crate::calendar::{first_day_months_after, next_day, plus_days, plus_months};
use crate::chronology::{Chronology, Key, PlanEntry, ReviewEntry, Unit};
use crate::dataset::Matter;
use crate::record::Family;

/// Two years, counting the last day: more than 729 days.
const TWO_YEARS: i64 = 729;

/// The plans of this authority, by start.
fn own_plans<'a>(child: &Chronology<'a>) -> impl Iterator<Item = &'a PlanEntry> + Clone {
    child.plans().iter().filter(|plan| !plan.other_authority)
}

fn unit(plan: &PlanEntry) -> Unit {
    Unit::new(Family::ProtectionPlan, plan.id)
}

/// Which earlier plan makes a plan start count as a repeat (NI 65, NI 65a).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EarlierPlan {
    /// Any, however long ago, or a recorded number of previous plans above 0.
    Ever,
    /// One that is open, or ended at most 24 months before this start.
    EndedWithin24Months,
    /// One that started at most 24 months before this start (option `start to start`).
    StartedWithin24Months,
}

/// NI 65 and NI 65a.
pub(super) struct RepeatPlans {
    definition: Definition,
    earlier: EarlierPlan,
}

impl RepeatPlans {
    pub(super) fn new(earlier: EarlierPlan) -> Self {
        let code = if earlier == EarlierPlan::Ever { "NI 65" } else { "NI 65a" };
        let title = match earlier {
            EarlierPlan::Ever => "Second or subsequent child protection plan",
            _ => "Second or subsequent child protection plan within 2 years",
        };
        let definition = Definition::new(code, title, "plan start", Timing::Flow)
            .bases([
                crate::calendar::Basis::ROLLING_12M,
                crate::calendar::Basis::Cumulative,
                crate::calendar::Basis::InQuarter,
            ])
            .polarity(Polarity::LowerIsBetter)
            .zero(Zero::Concern)
            .counting_sibling_groups();
        let rule = |met: &str| {
            format!(
                "Unit: plan start, dated by the start; plans of another authority are outside, as units and as earlier \
                 plans. Met: {met}."
            )
        };
        let within_24_months = [Need::of(Family::ProtectionPlan).back(Reach::Months(24))];
        let definition = match earlier {
            EarlierPlan::Ever => definition
                .needs([
                    Need::of(Family::ProtectionPlan),
                    Need::of(Family::ProtectionPlan).back(Reach::Ever).or(Matter::PreviousPlans),
                ])
                .rule(rule(
                    "an earlier plan of the child, however long ago, or a recorded number of previous plans above 0",
                ))
                .source("National Indicator 65; children in need census 2018: 76 of 260 for one council"),
            EarlierPlan::EndedWithin24Months => definition
                .needs(within_24_months)
                .rule(rule("there is an earlier plan with no end, or this start is at most 24 months after its end"))
                .source("performance report to cabinet, 2018; the clock is a local choice"),
            EarlierPlan::StartedWithin24Months => definition
                .needs(within_24_months)
                .option("start to start")
                .rule(rule("there is an earlier plan whose start is at most 24 months before this start"))
                .source("a local choice"),
        };
        Self { definition, earlier }
    }

    /// By the `earlier` plans, the nearest first, none of which ended after `latest_end`.
    fn verdict<'a>(
        &self,
        plan: &PlanEntry,
        earlier: impl Iterator<Item = &'a PlanEntry>,
        latest_end: NaiveDate,
    ) -> (Verdict, Reason) {
        let mut first = true;
        for before in earlier {
            first = false;
            let since_end = before.end.map(|end| (plan.start - end).num_days());
            let met = match self.earlier {
                EarlierPlan::Ever => true,
                EarlierPlan::EndedWithin24Months => before.end.is_none_or(|end| plan.start <= plus_months(end, 24)),
                EarlierPlan::StartedWithin24Months => plan.start <= plus_months(before.start, 24),
            };
            if met {
                let reason = match (self.earlier, since_end) {
                    (EarlierPlan::StartedWithin24Months, _) => {
                        Reason::counted("earlier plan started {} days before", (plan.start - before.start).num_days())
                    }
                    (_, Some(days)) if days >= 0 => Reason::counted("earlier plan ended {} days before", days),
                    _ => Reason::of("earlier plan still open"),
                };
                return (Verdict::Met, reason);
            }
            // Those before it started earlier; whether one of them ended late enough is known without looking.
            if self.earlier != EarlierPlan::EndedWithin24Months || plan.start > plus_months(latest_end, 24) {
                break;
            }
        }
        match plan.previous_plans {
            Some(number) if number > 0 && self.earlier == EarlierPlan::Ever => {
                (Verdict::Met, Reason::counted("{} previous plans recorded", number.into()))
            }
            _ if first => (Verdict::NotMet, Reason::of("first plan")),
            _ => (Verdict::NotMet, Reason::of("earlier plans are too long ago")),
        }
    }
}

impl Indicator for RepeatPlans {
    type Time = Flow;

    fn definition(&self) -> &Definition {
        &self.definition
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::ProtectionPlan)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Flow>) {
        let plans = child.plans();
        let (mut started, mut latest_end) = (0, NaiveDate::MIN);
        for plan in own_plans(child) {
            while let Some(before) = plans.get(started).filter(|before| before.start < plan.start) {
                if !before.other_authority {
                    latest_end = latest_end.max(before.end.unwrap_or(NaiveDate::MAX));
                }
                started += 1;
            }
            // The nearest plan is the best explanation, so the latest is looked at first.
            let earlier = plans.get(..started).unwrap_or_default().iter().rev().filter(|plan| !plan.other_authority);
            let (verdict, reason) = self.verdict(plan, earlier, latest_end);
            book.post(unit(plan), plan.start, verdict, reason);
        }
    }
}

/// Posts an open plan as not met before `long`, met from it on.
fn post_open(plan: &PlanEntry, long: NaiveDate, reasons: [&'static str; 2], book: &mut Book<'_, Stock>) {
    book.post(unit(plan), plan.span().before(long), Verdict::NotMet, Reason::of(reasons[0]));
    book.post(unit(plan), plan.span().from_day(long), Verdict::Met, Reason::of(reasons[1]));
}

/// ECS 133.
pub(super) struct PlansOver18Months(Definition);

impl PlansOver18Months {
    pub(super) fn new() -> Self {
        Self(
            Definition::new(
                "ECS 133",
                "Child protection plans open for more than 18 months",
                "open plan",
                Timing::Stock,
            )
            .polarity(Polarity::LowerIsBetter)
            .needs([Family::ProtectionPlan])
            .rule(
                "Unit: plan open on the day, not of another authority. Met: the day is later than its start + 18 months.",
            )
            .source("performance report to cabinet, 2018"),
        )
    }
}

impl Indicator for PlansOver18Months {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::ProtectionPlan)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        for plan in own_plans(child) {
            let reasons = ["open for 18 months or less", "open for more than 18 months"];
            post_open(plan, first_day_months_after(plan.start, 18), reasons, book);
        }
    }
}

/// NI 64 open.
pub(super) struct PlansOfTwoYearsOpen(Definition);

impl PlansOfTwoYearsOpen {
    pub(super) fn new() -> Self {
        Self(
            Definition::new(
                "NI 64 open",
                "Child protection plans of two years or more, open",
                "open plan",
                Timing::Stock,
            )
            .polarity(Polarity::LowerIsBetter)
            .needs([Family::ProtectionPlan])
            .rule(
                "Unit: plan open on the day, not of another authority. Met: open for more than 729 days, counting \
                     the last day.",
            )
            .source("National Indicator 64; children in need census, duration bands of open plans"),
        )
    }
}

impl Indicator for PlansOfTwoYearsOpen {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::ProtectionPlan)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        for plan in own_plans(child) {
            let reasons = ["open for less than two years", "open for two years or more"];
            post_open(plan, plus_days(plan.start, TWO_YEARS), reasons, book);
        }
    }
}

/// NI 64 ceased.
pub(super) struct PlansOfTwoYearsCeased(Definition);

impl PlansOfTwoYearsCeased {
    pub(super) fn new() -> Self {
        Self(
            Definition::new(
                "NI 64 ceased",
                "Child protection plans of two years or more, ceased",
                "plan end",
                Timing::Flow,
            )
            .bases([
                crate::calendar::Basis::ROLLING_12M,
                crate::calendar::Basis::Cumulative,
                crate::calendar::Basis::InQuarter,
            ])
            .polarity(Polarity::LowerIsBetter)
            .needs([Family::ProtectionPlan])
            .rule(
                "Unit: plan of this authority, dated by its end. Met: it had been open for more than 729 days, \
                     counting the last day.",
            )
            .source("National Indicator 64; children in need census, duration bands of plans that ended"),
        )
    }
}

impl Indicator for PlansOfTwoYearsCeased {
    type Time = Flow;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::ProtectionPlan)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Flow>) {
        for plan in own_plans(child) {
            let Some(end) = plan.end else { continue };
            let days = (end - plan.start).num_days();
            book.post(
                unit(plan),
                end,
                Verdict::met_if(days >= TWO_YEARS),
                Reason::counted("ended after {} days", days),
            );
        }
    }
}

/// The reviews of a child with many plans, by plan and date; empty for a child with few, where all are looked through.
struct ByPlan(Vec<ReviewEntry>);

impl ByPlan {
    /// Up to so many plans are few.
    const FEW: usize = 8;

    fn of(child: &Chronology<'_>) -> Self {
        if child.plans().len() <= Self::FEW {
            return Self(Vec::new());
        }
        let mut reviews = child.reviews().to_vec();
        reviews.sort_by_key(Self::place);
        Self(reviews)
    }

    fn place(review: &ReviewEntry) -> Option<usize> {
        review.plan.map(Key::index)
    }

    /// Reviews by date, all those of the plan among them.
    fn around<'a>(&'a self, child: &Chronology<'a>, plan: &PlanEntry) -> &'a [ReviewEntry] {
        if self.0.is_empty() {
            return child.reviews();
        }
        let place = Some(plan.id.index());
        let from = self.0.partition_point(|review| Self::place(review) < place);
        let to = self.0.partition_point(|review| Self::place(review) <= place);
        self.0.get(from..to).unwrap_or_default()
    }
}

/// NI 67.
pub(super) struct ReviewsInTime(Definition);

impl ReviewsInTime {
    pub(super) fn new() -> Self {
        Self(
            Definition::new("NI 67", "Child protection reviews in time", "open plan", Timing::Stock)
                .polarity(Polarity::HigherIsBetter)
                .needs([Need::of(Family::ProtectionPlan), Need::of(Family::PlanReview).back(Reach::Ever)])
                .rule(
                    "Unit: plan open on the day, with start + 3 months on or before it, not of another authority. Met: \
                     the first review is on or before start + 3 months, each next one on or before the one before it + 6 \
                     months, and the day is not later than the limit that the last review (or, with none, the start) \
                     sets. Reviews after the day are not seen; one on or before the start is left out.",
                )
                .source("National Indicator 67; children in need census 2018: 145 of 148 for one council"),
        )
    }
}

impl Indicator for ReviewsInTime {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::ProtectionPlan)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        let by_plan = ByPlan::of(child);
        for plan in own_plans(child) {
            let first_limit = plus_months(plan.start, 3);
            let reviews = by_plan
                .around(child, plan)
                .iter()
                .filter(|review| review.plan == Some(plan.id))
                .filter_map(|review| review.date)
                .filter(|date| *date > plan.start);
            // A review in time moves the limit on before it passes; once it has passed, no review mends it.
            let span = plan.span().from_day(first_limit);
            let (mut limit, mut from, mut in_time) = (first_limit, NaiveDate::MIN, 0);
            let met = |number| Reason::counted("{} reviews, all in time", number);
            for review in reviews.take_while(|date| {
                let holds = *date <= limit;
                if holds {
                    limit = plus_months(*date, 6);
                }
                holds
            }) {
                book.post(unit(plan), span.from_day(from).before(review), Verdict::Met, met(in_time));
                (from, in_time) = (review, in_time + 1);
            }
            let late = next_day(limit);
            book.post(unit(plan), span.from_day(from).before(late), Verdict::Met, met(in_time));
            let overdue = Reason::counted("review late or overdue after {} in time", in_time);
            book.post(unit(plan), span.from_day(late), Verdict::NotMet, overdue);
        }
    }
}

/// ECS 02.
pub(super) struct PlansAllocated(Definition);

impl PlansAllocated {
    pub(super) fn new() -> Self {
        Self(Allocation::define(
            "ECS 02",
            "Children on a child protection plan allocated to a qualified social worker",
            "child with an open plan",
            "child with a plan open on the day, not of another authority",
            &[Matter::Records(Family::ProtectionPlan)],
        ))
    }
}

impl Indicator for PlansAllocated {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::ProtectionPlan)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        Allocation::judge(child, own_plans(child).map(PlanEntry::span), book);
    }
}
