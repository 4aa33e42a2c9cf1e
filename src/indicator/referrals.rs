//! Referrals: NI 68, its route, and ECS 14a.

use chrono::NaiveDate;

use super::{Book, Definition, Flow, Indicator, Need, Outcome, Polarity, Reach, Reason, Timing, Verdict, Zero};
use crate::calendar::{minus_months, plus_days};
use crate::chronology::{Chronology, ReferralEntry, Unit};
use crate::dataset::Matter;
use crate::record::{AuthorityCount, Family};

/// The referrals of one day, which are one unit; the first by id names it.
struct OneDay<'a>(&'a [ReferralEntry]);

impl OneDay<'_> {
    /// The units of a child, by date.
    fn all<'a>(child: &Chronology<'a>) -> impl Iterator<Item = (Unit, NaiveDate, OneDay<'a>)> {
        child.referrals().chunk_by(|a, b| a.date == b.date).filter_map(|day| {
            let first = day.first()?;
            Some((Unit::new(Family::Referral, first.id), first.date, OneDay(day)))
        })
    }

    /// No further action only if all are; undecided counts as going on.
    fn no_further_action(&self) -> bool {
        self.0.iter().all(|referral| referral.no_further_action == Some(true))
    }

    fn has_enquiry(&self) -> bool {
        self.0.iter().any(|referral| referral.first_enquiry.is_some())
    }

    /// What the authority counted before the day, where all referrals of the day come from a list of counts.
    fn earlier_counted(&self) -> Option<AuthorityCount> {
        let counts = || self.0.iter().map(|referral| referral.earlier_counted);
        if counts().all(|count| count.is_some()) { counts().max().flatten() } else { None }
    }

    fn has_assessment(&self) -> bool {
        self.0.iter().any(|referral| referral.first_assessment.is_some())
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
pub(super) struct ReferralsGoingOn {
    definition: Definition,
    going_on: GoingOn,
}

impl ReferralsGoingOn {
    pub(super) fn new(going_on: GoingOn) -> Self {
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
            )},
            GoingOn::ByEvent => definition.option("by-event").needs(EVENTS).rule(
                "Unit: referral, dated by the day it was received; several referrals of one child on one day are one. \
                 Met: an assessment or a section 47 enquiry is on the same referral.",
            ),
        };
        Self { definition, going_on }
    }
}

impl Indicator for ReferralsGoingOn {
    type Time = Flow;

    fn definition(&self) -> &Definition {
        &self.definition
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::Referral)
    }

    #[allow(
        clippy::inline_always,
        reason = "most children have such records, and a call each takes half as long again"
    )]
    #[inline(always)]
    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Flow>) {
        for (unit, date, day) in OneDay::all(child) {
            let (verdict, reason) = match self.going_on {
                GoingOn::NotNoFurtherAction if day.no_further_action() => (Verdict::NotMet, "no further action"),
                GoingOn::NotNoFurtherAction => (Verdict::Met, "not flagged no further action"),
                GoingOn::ByEvent if day.has_enquiry() => (Verdict::Met, "section 47 enquiry on the referral"),
                GoingOn::ByEvent if day.has_assessment() => (Verdict::Met, "assessment on the referral"),
                GoingOn::ByEvent => (Verdict::NotMet, "no assessment or section 47 enquiry on the referral"),
            };
            book.post(unit, date, verdict, Reason::of(reason));
        }
    }
}

/// NI 68 route.
pub(super) struct ReferralRoute(Definition);

impl ReferralRoute {
    const S47: u8 = 0;
    const S17: u8 = 1;
    const NOT_RECORDED: u8 = 2;

    pub(super) fn new() -> Self {
        Self(
            Definition::new("NI 68 route", "Route of the referrals going on", "referral", Timing::Flow)
                .parts(&["S47", "S17", "not recorded"])
                .needs(EVENTS.into_iter().chain([Matter::ReferralDecisions]))
                .rule(
                    "Of the referrals met in NI 68: S47 where a section 47 enquiry is on the referral, else S17 where an \
                     assessment is on it, else not recorded.",
                )
                .source("performance report to cabinet, 2018: \"65% were under section 17 assessments\""),
        )
    }
}

impl Indicator for ReferralRoute {
    type Time = Flow;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::Referral)
    }

    #[allow(
        clippy::inline_always,
        reason = "most children have such records, and a call each takes half as long again"
    )]
    #[inline(always)]
    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Flow>) {
        for (unit, date, day) in OneDay::all(child).filter(|(_, _, day)| !day.no_further_action()) {
            let (part, reason) = if day.has_enquiry() {
                (Self::S47, "section 47 enquiry on the referral")
            } else if day.has_assessment() {
                (Self::S17, "assessment on the referral")
            } else {
                (Self::NOT_RECORDED, "no assessment or section 47 enquiry on the referral")
            };
            book.post(unit, date, Outcome::Part(part), Reason::of(reason));
        }
    }
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
pub(super) struct RepeatReferrals {
    definition: Definition,
    look_back: LookBack,
}

impl RepeatReferrals {
    pub(super) fn new(look_back: LookBack) -> Self {
        let definition = Definition::new("ECS 14a", "Repeat referrals within 12 months", "referral", Timing::Flow)
            .polarity(Polarity::LowerIsBetter)
            .zero(Zero::Concern)
            .source("children in need census: re-referrals within 12 months");
        let definition = match look_back {
            LookBack::TwelveMonths => definition.needs([Need::of(Family::Referral).back(Reach::Months(12))]).rule(
                "Unit and date as NI 68. Met: the same child has an earlier referral p with r - 12 months <= p < r, \
                 whatever its outcome and wherever the window starts. Excluded: a referral of a list that has no earlier \
                 ones, but a count of them.",
            ),
            LookBack::Days365 => {
                definition.option("365 days").needs([Need::of(Family::Referral).back(Reach::Days(365))]).rule(
                    "Unit and date as NI 68. Met: the same child has an earlier referral p with r - 365 days <= p < r, \
                 whatever its outcome and wherever the window starts. Excluded: a referral of a list that has no earlier \
                 ones, but a count of them.",
                )
            }
            LookBack::AsRecorded => definition.option("as recorded").needs(COUNTS).rule(
                "Unit: referral of a list that has no earlier ones, but a count of them; dated as NI 68. Met: the \
                 authority counted one or more in the 12 months before it. The count is the authority's own and is not \
                 calculated. Excluded: no count is recorded.",
            ),
            LookBack::AsRecordedWithItself => definition.option("as recorded with itself").needs(COUNTS).rule(
                "Unit: referral of a list that has no earlier ones, but a count of them; dated as NI 68. Met: the \
                 authority, which counts the referral itself too, counted two or more in the 12 months. The count is the \
                 authority's own and is not calculated. Excluded: no count is recorded.",
            ),
        };
        Self { definition, look_back }
    }
}

impl Indicator for RepeatReferrals {
    type Time = Flow;

    fn definition(&self) -> &Definition {
        &self.definition
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::Referral)
    }

    #[allow(
        clippy::inline_always,
        reason = "most children have such records, and a call each takes half as long again"
    )]
    #[inline(always)]
    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Flow>) {
        if let Some(at_least) = self.look_back.counted_at_least() {
            return as_recorded(child, at_least, book);
        }
        // The one just before is the nearest, so it decides.
        let mut before: Option<NaiveDate> = None;
        for (unit, date, day) in OneDay::all(child) {
            let from = || match self.look_back {
                LookBack::Days365 => plus_days(date, -365),
                _ => minus_months(date, 12),
            };
            let (verdict, reason) = match before {
                _ if day.earlier_counted().is_some() => {
                    (Verdict::Excluded, Reason::of("of a list that has a count of earlier referrals alone"))
                }
                None => (Verdict::NotMet, Reason::of("first referral")),
                Some(earlier) => {
                    let days = (date - earlier).num_days();
                    if from() <= earlier {
                        (Verdict::Met, Reason::counted("re-referral after {} days", days))
                    } else {
                        (Verdict::NotMet, Reason::counted("last referral {} days before", days))
                    }
                }
            };
            book.post(unit, date, verdict, reason);
            before = Some(date);
        }
    }
}

/// Judges referrals by what the authority counted; those of other sources are no units.
fn as_recorded(child: &Chronology<'_>, at_least: u32, book: &mut Book<'_, Flow>) {
    for (unit, date, day) in OneDay::all(child) {
        let Some(count) = day.earlier_counted() else { continue };
        let (verdict, reason) = match count.number() {
            Some(number) => {
                (Verdict::met_if(number >= at_least), Reason::counted("{} counted by the authority", i64::from(number)))
            }
            None => (Verdict::Excluded, Reason::of("no count recorded")),
        };
        book.post(unit, date, verdict, reason);
    }
}
