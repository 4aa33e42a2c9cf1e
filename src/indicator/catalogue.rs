//! Every indicator this crate knows, by default rule and by named option.
//!
//! ```
//! use csc_kpi::indicator::catalogue;
//!
//! let codes: Vec<_> = catalogue::standard().iter().map(|indicator| indicator.definition().key()).collect();
//! assert!(codes.contains(&"NI 65a".to_owned()));
//! assert!(catalogue::find("NI 62 raw-moves").is_some());
//! ```

pub use super::assessments::AssessmentClock;
use super::care_leavers::{EducationEmploymentTraining, StatusAge, SuitableAccommodation};
use super::conferences::ConferencesInTime;
pub use super::looked_after::PlacementCount;
use super::looked_after::{
    ChildrenLookedAfter, LookedAfterAllocated, PlacementsAsRecorded, StablePlacements, ThreePlacements,
};
pub use super::missing::KindOrder;
use super::missing::MissingChildren;
pub use super::plans::EarlierPlan;
use super::plans::{
    PlansAllocated, PlansOfTwoYearsCeased, PlansOfTwoYearsOpen, PlansOver18Months, RepeatPlans, ReviewsInTime,
};
pub use super::referrals::{GoingOn, LookBack};
use super::{AnyIndicator, assessments, missing, referrals};

/// NI 68: referrals going on to an assessment or a section 47 enquiry.
#[must_use]
pub fn referrals_going_on(going_on: GoingOn) -> AnyIndicator {
    referrals::going_on(going_on).into()
}

/// ECS 14a: repeat referrals within 12 months.
#[must_use]
pub fn repeat_referrals(look_back: LookBack) -> AnyIndicator {
    referrals::repeat_referrals(look_back).into()
}

/// ECS 138: assessments completed within 45 working days.
#[must_use]
pub fn assessments_in_time(clock: AssessmentClock) -> AnyIndicator {
    assessments::assessments_in_time(clock).into()
}

/// NI 65 or NI 65a: second or subsequent child protection plans.
#[must_use]
pub fn repeat_plans(earlier: EarlierPlan) -> AnyIndicator {
    AnyIndicator::new(RepeatPlans::new(earlier))
}

/// NI 62: children looked after with three or more placements.
#[must_use]
pub fn three_placements(count: PlacementCount) -> AnyIndicator {
    AnyIndicator::new(ThreePlacements::new(count))
}

/// NI 62 as recorded: what the authority counted, where its list holds no placements but the latest.
#[must_use]
pub fn placements_as_recorded() -> AnyIndicator {
    AnyIndicator::new(PlacementsAsRecorded::new())
}

/// Missing children: children who were missing in the window, each in one kind.
#[must_use]
pub fn missing_children(order: KindOrder) -> AnyIndicator {
    AnyIndicator::new(MissingChildren::new(order))
}

/// Every indicator by its default rule, with its companions, in the order of a report.
#[must_use]
pub fn standard() -> Vec<AnyIndicator> {
    let mut all = vec![
        referrals_going_on(GoingOn::NotNoFurtherAction),
        referrals::referral_route().into(),
        repeat_referrals(LookBack::TwelveMonths),
        assessments_in_time(AssessmentClock::FromStart),
        assessments::assessment_days().into(),
        repeat_plans(EarlierPlan::Ever),
        repeat_plans(EarlierPlan::EndedWithin24Months),
        AnyIndicator::new(PlansOver18Months::new()),
        AnyIndicator::new(PlansOfTwoYearsOpen::new()),
        AnyIndicator::new(PlansOfTwoYearsCeased::new()),
        AnyIndicator::new(ReviewsInTime::new()),
        AnyIndicator::new(ConferencesInTime::new()),
        AnyIndicator::new(ChildrenLookedAfter::new()),
        three_placements(PlacementCount::Spells),
        AnyIndicator::new(StablePlacements::new()),
        AnyIndicator::new(LookedAfterAllocated::new()),
        AnyIndicator::new(PlansAllocated::new()),
        AnyIndicator::new(SuitableAccommodation::new()),
        AnyIndicator::new(EducationEmploymentTraining::new()),
        AnyIndicator::new(StatusAge::new()),
        missing::missing_episodes().into(),
        missing_children(KindOrder::CareFirst),
        missing::interviews().into(),
    ];
    all.extend(missing::interview_shares().map(AnyIndicator::from));
    all.push(missing::interviews_within_72_hours().into());
    all
}

/// Every named option, beside the default rules of [`standard`].
#[must_use]
pub fn options() -> Vec<AnyIndicator> {
    vec![
        referrals_going_on(GoingOn::ByEvent),
        repeat_referrals(LookBack::Days365),
        repeat_referrals(LookBack::AsRecorded),
        repeat_referrals(LookBack::AsRecordedWithItself),
        assessments_in_time(AssessmentClock::FromReferral),
        assessments_in_time(AssessmentClock::StartIsDay1),
        repeat_plans(EarlierPlan::StartedWithin24Months),
        three_placements(PlacementCount::RawMoves),
        placements_as_recorded(),
        missing_children(KindOrder::HomeFirst),
    ]
}

/// The indicator with this key, by default rule or by named option, without regard to case.
#[must_use]
pub fn find(key: &str) -> Option<AnyIndicator> {
    let named = |indicator: &AnyIndicator| indicator.definition().key().eq_ignore_ascii_case(key);
    standard().into_iter().chain(options()).find(named)
}
