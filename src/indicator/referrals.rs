//! Referrals: NI 68, its route, and ECS 14a.

use chrono::NaiveDate;

use super::rule::{Rule, Ruled};
use super::{Book, Definition, Flow, Need, Outcome, Polarity, Reach, Reason, Terms, Timing, Verdict, Zero};
use crate::calendar::{minus_months, plus_days};
use crate::chronology::{Chronology, ReferralEntry, Unit};
use crate::dataset::Matter;
use crate::record::{AuthorityCount, Family};

/// The referrals of one day, which are one unit; the first by id names it.
pub(super) struct OneDay {
    unit: Unit,
    date: NaiveDate,
    /// Only if all are; undecided counts as going on.
    no_further_action: bool,
    has_enquiry: bool,
    has_assessment: bool,
    /// What the authority counted before the day, where all referrals of the day come from a list of counts.
    earlier_counted: Option<AuthorityCount>,
    /// The day of the referral before, which is the nearest.
    before: Option<NaiveDate>,
}

impl OneDay {
    fn of(first: &ReferralEntry, before: Option<NaiveDate>) -> Self {
        Self {
            unit: Unit::new(Family::Referral, first.id),
            date: first.date,
            no_further_action: first.no_further_action == Some(true),
            has_enquiry: first.first_enquiry.is_some(),
            has_assessment: first.first_assessment.is_some(),
            earlier_counted: first.earlier_counted,
            before,
        }
    }

    fn join(&mut self, other: &ReferralEntry) {
        self.no_further_action &= other.no_further_action == Some(true);
        self.has_enquiry |= other.first_enquiry.is_some();
        self.has_assessment |= other.first_assessment.is_some();
        self.earlier_counted = self.earlier_counted.zip(other.earlier_counted).map(|(a, b)| a.max(b));
    }
}

/// What is decided of the referrals of one day.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ReferralRule {
    /// NI 68.
    GoingOn(GoingOn),
    /// NI 68 route.
    Route,
    /// ECS 14a.
    Repeat(LookBack),
}

impl Rule for ReferralRule {
    type Facts<'a> = OneDay;

    const FAMILY: Family = Family::Referral;

    #[inline]
    fn each<'a>(child: &'a Chronology<'_>, _: Terms<'_>, mut decide: impl FnMut(Self::Facts<'a>)) {
        let mut before = None;
        let mut rest = child.referrals();
        while let Some((first, others)) = rest.split_first() {
            let mut day = OneDay::of(first, before);
            rest = others;
            while let Some((other, others)) = rest.split_first().filter(|(other, _)| other.date == day.date) {
                day.join(other);
                rest = others;
            }
            before = Some(day.date);
            decide(day);
        }
    }

    fn decide(self, days: &[OneDay], book: &mut Book<'_, Flow>) {
        match self {
            Self::GoingOn(going_on) => {
                for day in days {
                    going_on.decide(day, book);
                }
            }
            Self::Route => {
                for day in days {
                    route(day, book);
                }
            }
            Self::Repeat(look_back) => {
                for day in days {
                    look_back.decide(day, book);
                }
            }
        }
    }
}

/// What is needed to know what came of a referral.
const EVENTS: [Matter; 5] = [
    Matter::Records(Family::Referral),
    Matter::Records(Family::Assessment),
    Matter::Records(Family::Section47Enquiry),
    Matter::AssessmentReferrals,
    Matter::EnquiryReferrals,
];

/// What makes a referral one that goes on (NI 68).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GoingOn {
    /// It is not flagged no further action; an undecided flag counts as going on.
    NotNoFurtherAction,
    /// An assessment or a section 47 enquiry is on the same referral (option `by-event`).
    ByEvent,
}

/// NI 68.
pub(super) fn going_on(going_on: GoingOn) -> Ruled<ReferralRule> {
    let definition = Definition::new(
        "NI 68",
        "Referrals going on to a social work assessment (S17) or S47",
        "referral",
        Timing::Flow,
    )
    .source("National Indicator 68; children in need census 2018: 2,252 of 3,020 for one council");
    let definition = match going_on {
        GoingOn::NotNoFurtherAction => {
            definition.needs([Matter::Records(Family::Referral), Matter::ReferralDecisions]).rule(
                "Unit: referral, dated by the day it was received; several referrals of one child on one day are one, \
                 no further action only if all are. Met: not flagged no further action; an undecided flag counts as \
                 going on.",
            )
        }
        GoingOn::ByEvent => definition.option("by-event").needs(EVENTS).rule(
            "Unit: referral, dated by the day it was received; several referrals of one child on one day are one. \
             Met: an assessment or a section 47 enquiry is on the same referral.",
        ),
    };
    Ruled::new(definition, ReferralRule::GoingOn(going_on))
}

impl GoingOn {
    #[allow(clippy::inline_always, reason = "called for every unit, and short once the outcome is known")]
    #[inline(always)]
    fn decide(self, day: &OneDay, book: &mut Book<'_, Flow>) {
        let (verdict, reason) = match self {
            Self::NotNoFurtherAction if day.no_further_action => (Verdict::NotMet, "no further action"),
            Self::NotNoFurtherAction => (Verdict::Met, "not flagged no further action"),
            Self::ByEvent if day.has_enquiry => (Verdict::Met, ENQUIRY),
            Self::ByEvent if day.has_assessment => (Verdict::Met, ASSESSMENT),
            Self::ByEvent => (Verdict::NotMet, NEITHER),
        };
        book.post(day.unit, day.date, verdict, Reason::of(reason));
    }
}

const ENQUIRY: &str = "section 47 enquiry on the referral";
const ASSESSMENT: &str = "assessment on the referral";
const NEITHER: &str = "no assessment or section 47 enquiry on the referral";

const S47: u8 = 0;
const S17: u8 = 1;
const NOT_RECORDED: u8 = 2;

/// NI 68 route.
pub(super) fn referral_route() -> Ruled<ReferralRule> {
    let definition = Definition::new("NI 68 route", "Route of the referrals going on", "referral", Timing::Flow)
        .parts(&["S47", "S17", "not recorded"])
        .needs(EVENTS.into_iter().chain([Matter::ReferralDecisions]))
        .rule(
            "Of the referrals met in NI 68: S47 where a section 47 enquiry is on the referral, else S17 where an \
             assessment is on it, else not recorded.",
        )
        .source("performance report to cabinet, 2018: \"65% were under section 17 assessments\"");
    Ruled::new(definition, ReferralRule::Route)
}

#[allow(clippy::inline_always, reason = "called for every unit, and short once the outcome is known")]
#[inline(always)]
fn route(day: &OneDay, book: &mut Book<'_, Flow>) {
    if day.no_further_action {
        return;
    }
    let (part, reason) = if day.has_enquiry {
        (S47, ENQUIRY)
    } else if day.has_assessment {
        (S17, ASSESSMENT)
    } else {
        (NOT_RECORDED, NEITHER)
    };
    book.post(day.unit, day.date, Outcome::Part(part), Reason::of(reason));
}

/// How far back a repeat referral looks (ECS 14a).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LookBack {
    /// Twelve months before the referral's own date.
    TwelveMonths,
    /// 365 days (option `365 days`).
    Days365,
    /// What the authority counted, where its list has no earlier referrals (option `as recorded`).
    AsRecorded,
    /// The same, of an authority that counts the referral itself too (option `as recorded with itself`).
    AsRecordedWithItself,
}

impl LookBack {
    /// The least count that makes a repeat referral, where the count is as recorded.
    const fn counted_at_least(self) -> Option<u32> {
        match self {
            Self::TwelveMonths | Self::Days365 => None,
            Self::AsRecorded => Some(1),
            Self::AsRecordedWithItself => Some(2),
        }
    }
}

/// What the options that take the authority's own counts need.
const COUNTS: [Matter; 2] = [Matter::Records(Family::Referral), Matter::ReferralCounts];

/// ECS 14a.
pub(super) fn repeat_referrals(look_back: LookBack) -> Ruled<ReferralRule> {
    let definition = Definition::new("ECS 14a", "Repeat referrals within 12 months", "referral", Timing::Flow)
        .polarity(Polarity::LowerIsBetter)
        .zero(Zero::Concern)
        .source("children in need census: re-referrals within 12 months");
    let definition = match look_back {
        LookBack::TwelveMonths => definition.needs([Need::of(Family::Referral).back(Reach::Months(12))]).rule(
            "Unit and date as NI 68. Met: the same child has an earlier referral p with r - 12 months <= p < r, whatever \
             its outcome and wherever the window starts. Excluded: a referral of a list that has no earlier ones, but a \
             count of them.",
        ),
        LookBack::Days365 => {
            definition.option("365 days").needs([Need::of(Family::Referral).back(Reach::Days(365))]).rule(
                "Unit and date as NI 68. Met: the same child has an earlier referral p with r - 365 days <= p < r, \
                 whatever its outcome and wherever the window starts. Excluded: a referral of a list that has no earlier \
                 ones, but a count of them.",
            )
        }
        LookBack::AsRecorded => definition.option("as recorded").needs(COUNTS).rule(
            "Unit: referral of a list that has no earlier ones, but a count of them; dated as NI 68. Met: the authority \
             counted one or more in the 12 months before it. The count is the authority's own and is not calculated. \
             Excluded: no count is recorded.",
        ),
        LookBack::AsRecordedWithItself => definition.option("as recorded with itself").needs(COUNTS).rule(
            "Unit: referral of a list that has no earlier ones, but a count of them; dated as NI 68. Met: the \
             authority, which counts the referral itself too, counted two or more in the 12 months. The count is the \
             authority's own and is not calculated. Excluded: no count is recorded.",
        ),
    };
    Ruled::new(definition, ReferralRule::Repeat(look_back))
}

impl LookBack {
    #[allow(clippy::inline_always, reason = "called for every unit, and short once the outcome is known")]
    #[inline(always)]
    fn decide(self, day: &OneDay, book: &mut Book<'_, Flow>) {
        if let Some(at_least) = self.counted_at_least() {
            return as_recorded(day, at_least, book);
        }
        let (verdict, reason) = match day.before {
            _ if day.earlier_counted.is_some() => {
                (Verdict::Excluded, Reason::of("of a list that has a count of earlier referrals alone"))
            }
            None => (Verdict::NotMet, Reason::of("first referral")),
            Some(earlier) => {
                let from = match self {
                    Self::Days365 => plus_days(day.date, -365),
                    _ => minus_months(day.date, 12),
                };
                let days = (day.date - earlier).num_days();
                if from <= earlier {
                    (Verdict::Met, Reason::counted("re-referral after {} days", days))
                } else {
                    (Verdict::NotMet, Reason::counted("last referral {} days before", days))
                }
            }
        };
        book.post(day.unit, day.date, verdict, reason);
    }
}

/// Judges a referral by what the authority counted; one of another source is no unit.
#[cold]
fn as_recorded(day: &OneDay, at_least: u32, book: &mut Book<'_, Flow>) {
    let Some(count) = day.earlier_counted else { return };
    let (verdict, reason) = match count.number() {
        Some(number) => {
            (Verdict::met_if(number >= at_least), Reason::counted("{} counted by the authority", i64::from(number)))
        }
        None => (Verdict::Excluded, Reason::of("no count recorded")),
    };
    book.post(day.unit, day.date, verdict, reason);
}
