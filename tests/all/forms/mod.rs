//! The same invented authority in every form: what each carries is equal, and what differs is listed.
//!
//! The authority's own records are the truth. Each form is written as an authority's system would write it, read back, and
//! every reading held against those of the truth without what the form cannot carry ([`Loss`]), of a source that holds what
//! the losses leave on the days of the form. So a difference that no loss explains fails, and so does a reading that is made
//! of what the form lacks, or is not made for another reason; a loss that changes other figures than it says, or none, fails
//! too.

mod annex_a;
mod authority;
mod cin_census;
mod dfe_api;
mod ssd;
mod ssda903;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use chrono::Datelike;
use csc_kpi::calendar::{Basis, Days, Moment, Span, minus_months};
use csc_kpi::format::annex_a::AnnexA;
use csc_kpi::format::cin_census::Censuses;
use csc_kpi::format::ssda903::{Returns, place};
use csc_kpi::record::{
    AuthorityCount, CareLeaverStatus, Coded, Eligibility, EpisodeEnd, EpisodeStart, Family, LookedAfterEpisode,
    Placement, PlacementType,
};
use csc_kpi::{
    AgeBands, ByAbuseCategory, ByEthnicGroup, ByPlacementType, BySex, ByTeam, ByUnaccompanied, CinRule, Dataset,
    Engine, Figure, FindingRule, Matter, NaiveDate, Obstacle, Reading, Supply,
};

use self::authority::{Authority, Child, plus, today};
use crate::laws::everything;

/// Something that a form cannot carry.
struct Loss {
    /// In words, as the documentation of `format` has it.
    why: &'static str,
    /// The indicators whose readings it changes, by their keys; and the breakdowns that it changes where it leaves the totals.
    changes: &'static [&'static str],
    /// What a source without it does not hold on any day.
    lacks: &'static [Matter],
    /// Takes it from a child, of whom the whole is given beside.
    take: fn(&mut Child, &Child),
}

/// Two children are not born yet.
const UNBORN: (FindingRule, usize) = (FindingRule::NoDateOfBirth, 2);

/// A form.
struct Form {
    name: &'static str,
    /// The days at which its readings are held against the truth.
    days: fn() -> Vec<NaiveDate>,
    /// Gives a child what the form has and the tables have not.
    give: Option<fn(&mut Child)>,
    losses: &'static [Loss],
    /// The days on which it holds a matter that no loss takes whole.
    held: fn(Matter) -> Days,
    /// The indicators of which on these days no reading can be made of it, or none counts anything.
    nothing_of: &'static [&'static str],
    /// What is found wrong in it, and how often.
    findings: &'static [(FindingRule, usize)],
}

impl Form {
    /// What it should say that it holds.
    fn supply(&self) -> Supply {
        let has_counts = self.give.is_some();
        let lacks = |matter: &Matter| {
            self.losses.iter().any(|loss| loss.lacks.contains(matter)) || (COUNTS.contains(matter) && !has_counts)
        };
        let held = Matter::all().filter(|matter| !lacks(matter));
        held.fold(Supply::nothing(), |supply, matter| supply.with(matter, &(self.held)(matter)))
    }
}

/// The days from the first to the last, both inclusive.
fn days(first: NaiveDate, last: NaiveDate) -> Days {
    Days::from(Span::new(first, Some(plus(last, 1))))
}

const LEAVING_CARE: [Matter; 5] = [
    Matter::Records(Family::CareLeaverStatus),
    Matter::CareLeaverEligibility,
    Matter::CareLeaverContact,
    Matter::CareLeaverAccommodation,
    Matter::CareLeaverActivity,
];

/// What a list has in the place of records: the tables have the records.
const COUNTS: [Matter; 2] = [Matter::ReferralCounts, Matter::PlacementCounts];

/// What the tables hold.
fn held_by_tables() -> Supply {
    let held = Matter::all().filter(|matter| !COUNTS.contains(matter));
    held.fold(Supply::nothing(), |supply, matter| supply.with(matter, &Days::all()))
}

const WORKERS: &[Matter] = &[Matter::Records(Family::Involvement), Matter::Records(Family::Professional)];

const SIBLINGS: &[Matter] = &[Matter::Records(Family::FamilyMember)];

const IMMIGRATION: &[Matter] = &[Matter::Records(Family::ImmigrationStatus)];

const GOING_MISSING: &[Matter] = &[
    Matter::Records(Family::MissingEpisode),
    Matter::MissingKinds,
    Matter::MissingEnds,
    Matter::InterviewOffers,
    Matter::ReturnInterviews,
    Matter::InterviewDates,
];

/// What the returns hold: every year, the social workers from the first that has them on; of care leavers the last day of the
/// first year, since only then each has had a birthday in it.
fn held_by_returns(matter: Matter) -> Days {
    let first = match matter {
        Matter::Records(Family::Involvement | Family::Professional) => ssda903::first_day(2024),
        matter if LEAVING_CARE.contains(&matter) => ssda903::last_day(ssda903::YEARS[0]),
        _ => ssda903::first_day(ssda903::YEARS[0]),
    };
    days(first, today())
}

fn held_by_censuses(_: Matter) -> Days {
    days(ssda903::first_day(ssda903::YEARS[0]), today())
}

/// What a workbook holds: six months; of placements, their counts, legal statuses and care leavers its day alone.
fn held_by_workbook(matter: Matter) -> Days {
    match matter.family() {
        _ if matter == Matter::PlacementCounts => days(today(), today()),
        Family::Placement | Family::LegalStatus | Family::CareLeaverStatus => days(today(), today()),
        _ => days(annex_a::six_months(), today()),
    }
}

fn held_by_payload(_: Matter) -> Days {
    Days::all()
}

/// The month ends from 30 April 2022 to today.
fn month_ends() -> Vec<NaiveDate> {
    (0..48).rev().map(|months| plus(minus_months(plus(today(), 1), months), -1)).collect()
}

fn only_today() -> Vec<NaiveDate> {
    vec![today()]
}

const MISSING: &[&str] = &[
    "Missing children",
    "Missing children home first",
    "Missing episodes",
    "WRI",
    "WRI 72h",
    "WRI completed",
    "WRI not required",
    "WRI offered",
    "WRI outstanding",
    "WRI refused",
];

const INTERVIEWS: &[&str] =
    &["WRI", "WRI 72h", "WRI completed", "WRI not required", "WRI offered", "WRI outstanding", "WRI refused"];

const CARE_LEAVERS: &[&str] = &["Care leavers EET", "Care leavers status age", "Care leavers suitable"];

const ALLOCATION: &[&str] = &["ECS 01b", "ECS 02"];

const SECOND_PLANS: &[&str] = &["NI 65", "NI 65a", "NI 65a start to start"];

const REFERRALS_TO_PLANS: &[&str] = &[
    "ECS 14a as recorded",
    "ECS 14a as recorded with itself",
    "ECS 02",
    "ECS 133",
    "ECS 138",
    "ECS 138 days",
    "ECS 138 from referral",
    "ECS 138 start is day 1",
    "ECS 14a",
    "ECS 14a 365 days",
    "ICPC 15",
    "NI 64 ceased",
    "NI 64 open",
    "NI 65",
    "NI 65a",
    "NI 65a start to start",
    "NI 67",
    "NI 68",
    "NI 68 by-event",
    "NI 68 route",
    "by category of abuse",
    "by team",
];

fn take_referrals_to_plans(child: &mut Child, _: &Child) {
    child.referrals.clear();
    child.assessments.clear();
    child.enquiries.clear();
    child.conferences.clear();
    child.plans.clear();
    child.reviews.clear();
}

fn take_interviews(child: &mut Child, _: &Child) {
    for episode in &mut child.missing {
        episode.interview_offered = None;
        episode.interview_accepted = None;
        episode.interview_completed = None;
    }
}

fn take_families(child: &mut Child, _: &Child) {
    child.families.clear();
}

fn take_teams(child: &mut Child, _: &Child) {
    child.referrals.iter_mut().for_each(|referral| referral.team = None);
    child.assessments.iter_mut().for_each(|assessment| assessment.team = None);
}

fn take_times(child: &mut Child, _: &Child) {
    let bare = |moment: &mut Moment| *moment = moment.date().into();
    for assessment in &mut child.assessments {
        bare(&mut assessment.start);
        assessment.authorised.iter_mut().for_each(bare);
    }
    for enquiry in &mut child.enquiries {
        bare(&mut enquiry.start);
        enquiry.end.iter_mut().for_each(bare);
    }
    child.conferences.iter_mut().filter_map(|conference| conference.date.as_mut()).for_each(bare);
    for episode in &mut child.missing {
        bare(&mut episode.start);
        episode.end.iter_mut().for_each(bare);
        episode.interview_completed.iter_mut().for_each(bare);
    }
}

fn take_missing(child: &mut Child, _: &Child) {
    child.missing.clear();
}

fn take_missing_from_home(child: &mut Child, whole: &Child) {
    child.missing.retain(|episode| whole.in_care_on(episode.start.date()).is_some());
}

fn take_workers(child: &mut Child, _: &Child) {
    child.involvements.clear();
}

fn take_since_when_unaccompanied(child: &mut Child, _: &Child) {
    child.immigration.iter_mut().for_each(|status| status.start = None);
}

fn take_transfers_in(child: &mut Child, _: &Child) {
    child.conferences.retain(|conference| conference.enquiry.is_some());
}

fn is_carried(episode: &LookedAfterEpisode) -> bool {
    ssda903::YEARS.into_iter().any(|year| ssda903::is_in(episode, year))
}

/// Children looked after before the first return.
fn take_care_before(child: &mut Child, _: &Child) {
    let first = ssda903::first_day(ssda903::YEARS[0]);
    child.episodes.retain(is_carried);
    if child.episodes.is_empty() {
        child.immigration.clear();
    }
    let episodes = &child.episodes;
    child.placements.retain_mut(|placement| {
        let own = episodes.iter().filter(|episode| episode.placement.as_ref() == Some(&placement.id));
        let start = own.map(|episode| episode.start).min();
        placement.start = start.unwrap_or(placement.start);
        start.is_some()
    });
    child.missing.retain(|episode| episode.end.is_none_or(|end| end.date() >= first));
    child.care_leaver.retain(|status| status.latest_contact.is_none_or(|contact| contact >= first));
}

/// A social worker of a child who is in no return of 2024 or later, and what became of it after the last of them.
fn take_workers_out_of_returns(child: &mut Child, whole: &Child) {
    child.involvements.retain_mut(|involvement| {
        let years = ssda903::years_of(whole, involvement.start, involvement.end);
        let Some(last) = years.into_iter().filter(|year| *year >= 2024).max() else { return false };
        let first_after = plus(ssda903::last_day(last), 1);
        if involvement.end.is_none_or(|end| end >= first_after) && first_after <= today() {
            involvement.end = Some(first_after);
        }
        true
    });
}

fn take_statuses_between_birthdays(child: &mut Child, whole: &Child) {
    let Some(born) = whole.person.date_of_birth else { return };
    let birthdays: Vec<NaiveDate> = (17..=21).map(|age| csc_kpi::calendar::birthday(born, age)).collect();
    let counts = |eligibility: Option<&Coded<Eligibility>>| {
        matches!(eligibility.and_then(Coded::known), Some(Eligibility::Relevant | Eligibility::FormerRelevant))
    };
    child.care_leaver.retain(|status| {
        status.latest_contact.is_some_and(|day| birthdays.contains(&day)) && counts(status.eligibility.as_ref())
    });
    // The next birthday ends a status, where no other one does.
    let known: Vec<NaiveDate> = child.care_leaver.iter().filter_map(|status| status.latest_contact).collect();
    let after = (17..=21).map(|age| [age, age + 1].map(|age| csc_kpi::calendar::birthday(born, age)));
    for [_, next] in after.filter(|[day, next]| known.contains(day) && !known.contains(next)) {
        let end = CareLeaverStatus::new(format!("{}/{next}", child.id()), child.id());
        child.care_leaver.push(end.latest_contact(next));
    }
}

/// What reads counts of the authority, which no table has.
const AS_RECORDED: [&str; 3] = ["ECS 14a as recorded", "ECS 14a as recorded with itself", "NI 62 as recorded"];

fn give_counts(child: &mut Child) {
    let referrals = AuthorityCount::new(annex_a::referrals_counted(child));
    let placements = AuthorityCount::new(annex_a::placements_counted(child));
    child.referrals.iter_mut().for_each(|referral| referral.earlier_counted = Some(referrals));
    child.episodes.iter_mut().for_each(|episode| episode.placements_counted = Some(placements));
}

const CASES: &[Matter] = &[
    Matter::Records(Family::Referral),
    Matter::ReferralDecisions,
    Matter::Records(Family::Assessment),
    Matter::AssessmentReferrals,
    Matter::Authorisations,
    Matter::Records(Family::Section47Enquiry),
    Matter::EnquiryReferrals,
    Matter::Records(Family::InitialConference),
    Matter::ConferenceEnquiries,
    Matter::Records(Family::ProtectionPlan),
    Matter::PreviousPlans,
    Matter::Records(Family::PlanReview),
];

const INTERVIEWING: &[Matter] = &[Matter::InterviewOffers, Matter::ReturnInterviews, Matter::InterviewDates];

const RETURNS: Form = Form {
    name: "SSDA903",
    days: month_ends,
    give: None,
    losses: &[
        Loss {
            why: "no referrals, assessments, enquiries, conferences, plans or reviews",
            changes: REFERRALS_TO_PLANS,
            lacks: CASES,
            take: take_referrals_to_plans,
        },
        Loss { why: "no sibling groups", changes: SECOND_PLANS, lacks: SIBLINGS, take: take_families },
        Loss { why: "no teams", changes: &["by team"], lacks: &[], take: take_teams },
        Loss { why: "no welfare return interviews", changes: INTERVIEWS, lacks: INTERVIEWING, take: take_interviews },
        Loss { why: "no times of day", changes: &["WRI 72h"], lacks: &[], take: take_times },
        Loss {
            why: "missing episodes of children looked after only",
            changes: MISSING,
            lacks: &[],
            take: take_missing_from_home,
        },
        Loss {
            why: "nothing that ended before the first return",
            changes: &[
                "Care leavers EET",
                "Care leavers status age",
                "Care leavers suitable",
                "Missing children",
                "Missing children home first",
                "Missing episodes",
                "NI 62",
                "NI 62 raw-moves",
                "NI 63",
                "WRI",
                "WRI 72h",
                "WRI completed",
                "WRI not required",
                "WRI offered",
                "WRI outstanding",
                "WRI refused",
            ],
            lacks: &[],
            take: take_care_before,
        },
        Loss {
            why: "social workers from 2024 on, of children looked after",
            changes: ALLOCATION,
            lacks: &[],
            take: take_workers_out_of_returns,
        },
        Loss {
            why: "care leavers at their 17th to 21st birthday, each for a year",
            changes: CARE_LEAVERS,
            lacks: &[],
            take: take_statuses_between_birthdays,
        },
        Loss {
            why: "not since when a child is unaccompanied",
            changes: &["CLA", "by UASC"],
            lacks: IMMIGRATION,
            take: take_since_when_unaccompanied,
        },
    ],
    held: held_by_returns,
    nothing_of: &[
        "ECS 02",
        "ECS 133",
        "ECS 138",
        "ECS 138 days",
        "ECS 138 from referral",
        "ECS 138 start is day 1",
        "ECS 14a",
        "ECS 14a 365 days",
        "ECS 14a as recorded",
        "ECS 14a as recorded with itself",
        "ICPC 15",
        "NI 62 as recorded",
        "NI 64 ceased",
        "NI 64 open",
        "NI 65",
        "NI 65a",
        "NI 65a start to start",
        "NI 67",
        "NI 68",
        "NI 68 by-event",
        "NI 68 route",
        "WRI",
        "WRI 72h",
        "WRI completed",
        "WRI not required",
        "WRI offered",
        "WRI outstanding",
        "WRI refused",
    ],
    findings: &[],
};

fn take_care(child: &mut Child, _: &Child) {
    child.episodes.clear();
    child.placements.clear();
    child.legal_statuses.clear();
    child.immigration.clear();
    child.missing.clear();
    child.care_leaver.clear();
}

fn take_cases_before(child: &mut Child, _: &Child) {
    let first = ssda903::first_day(ssda903::YEARS[0]);
    let carried =
        |referral: &csc_kpi::record::Referral| ssda903::YEARS.into_iter().any(|y| cin_census::has(referral, y));
    child.referrals.retain(carried);
    let ids: BTreeSet<String> = child.referrals.iter().map(|referral| referral.id.clone()).collect();
    let stays = |referral: &Option<String>| referral.as_ref().is_none_or(|id| ids.contains(id));
    child.assessments.retain(|a| stays(&a.referral) && a.authorised.is_none_or(|moment| moment.date() >= first));
    let conferences = &child.conferences;
    child.enquiries.retain(|enquiry| {
        let led_to = conferences.iter().filter(|conference| conference.enquiry.as_ref() == Some(&enquiry.id));
        let late = led_to.filter_map(|conference| conference.date).any(|held| held.date() >= first);
        stays(&enquiry.referral) && (enquiry.start.date() >= first || late)
    });
    let enquiries: BTreeSet<String> = child.enquiries.iter().map(|enquiry| enquiry.id.clone()).collect();
    child.conferences.retain(|conference| match &conference.enquiry {
        Some(enquiry) => enquiries.contains(enquiry),
        None => conference.date.is_some_and(|held| held.date() >= first),
    });
    child.plans.retain(|plan| stays(&plan.referral) && plan.end.is_none_or(|end| end >= first));
    let plans: BTreeSet<String> = child.plans.iter().map(|plan| plan.id.clone()).collect();
    let known = |plan: &Option<String>| plan.as_ref().is_some_and(|plan| plans.contains(plan));
    child.reviews.retain(|review| known(&review.plan) && review.date.is_some_and(|date| date >= first));
}

fn take_targets_of_transfers(child: &mut Child, _: &Child) {
    child.conferences.iter_mut().filter(|c| c.enquiry.is_none()).for_each(|conference| conference.target = None);
}

const CARE: &[Matter] = &[
    Matter::Records(Family::LookedAfterEpisode),
    Matter::PlacementMoves,
    Matter::Records(Family::Placement),
    Matter::PlacementDetails,
    Matter::Records(Family::LegalStatus),
    Matter::ShortBreaks,
    Matter::Records(Family::ImmigrationStatus),
    Matter::UnaccompaniedChildren,
    Matter::Records(Family::MissingEpisode),
    Matter::MissingKinds,
    Matter::MissingEnds,
    Matter::InterviewOffers,
    Matter::ReturnInterviews,
    Matter::InterviewDates,
    Matter::Records(Family::CareLeaverStatus),
    Matter::CareLeaverEligibility,
    Matter::CareLeaverContact,
    Matter::CareLeaverAccommodation,
    Matter::CareLeaverActivity,
];

const CENSUSES: Form = Form {
    name: "CIN census",
    days: month_ends,
    give: None,
    losses: &[
        Loss {
            why: "no children looked after, missing episodes or care leavers",
            changes: &[
                "CLA",
                "Care leavers EET",
                "Care leavers status age",
                "Care leavers suitable",
                "ECS 01b",
                "Missing children",
                "Missing children home first",
                "Missing episodes",
                "NI 62",
                "NI 62 as recorded",
                "NI 62 raw-moves",
                "NI 63",
                "WRI",
                "WRI 72h",
                "WRI completed",
                "WRI not required",
                "WRI offered",
                "WRI outstanding",
                "WRI refused",
                "by UASC",
                "by placement type",
            ],
            lacks: CARE,
            take: take_care,
        },
        Loss { why: "no social workers", changes: ALLOCATION, lacks: WORKERS, take: take_workers },
        Loss { why: "no sibling groups", changes: SECOND_PLANS, lacks: SIBLINGS, take: take_families },
        Loss { why: "no teams", changes: &["by team"], lacks: &[], take: take_teams },
        Loss {
            why: "nothing that ended before the first census",
            changes: &[
                "ECS 138",
                "ECS 138 days",
                "ECS 138 from referral",
                "ECS 138 start is day 1",
                "ECS 14a",
                "ECS 14a 365 days",
                "ICPC 15",
                "NI 64 ceased",
                "NI 65",
                "NI 65a",
                "NI 65a start to start",
                "NI 67",
                "NI 68",
                "NI 68 by-event",
                "NI 68 route",
                "by team",
            ],
            lacks: &[],
            take: take_cases_before,
        },
        Loss {
            why: "no target date of a transfer-in",
            changes: &["ICPC 15"],
            lacks: &[],
            take: take_targets_of_transfers,
        },
    ],
    held: held_by_censuses,
    nothing_of: &[
        "CLA",
        "Care leavers EET",
        "Care leavers status age",
        "Care leavers suitable",
        "ECS 01b",
        "ECS 02",
        "ECS 14a as recorded",
        "ECS 14a as recorded with itself",
        "Missing children",
        "Missing children home first",
        "Missing episodes",
        "NI 62",
        "NI 62 as recorded",
        "NI 62 raw-moves",
        "NI 63",
        "NI 67",
        "WRI",
        "WRI 72h",
        "WRI completed",
        "WRI not required",
        "WRI offered",
        "WRI outstanding",
        "WRI refused",
    ],
    findings: &[
        UNBORN,
        // Two referrals of a child on one day, which the census cannot tell apart.
        (FindingRule::RepeatedId, 6),
        (FindingRule::CinCensus(CinRule::Cin8820), 3),
        // At the end of a year: an enquiry after the assessment was done in the year before, an assessment and a
        // conference that are overdue.
        (FindingRule::CinCensus(CinRule::Cin2991Q), 1),
        (FindingRule::CinCensus(CinRule::Cin8670Q), 1),
        (FindingRule::CinCensus(CinRule::Cin8675Q), 1),
    ],
};

fn take_all_but_six_months(child: &mut Child, _: &Child) {
    let from = annex_a::six_months();
    let lately = |day: Option<NaiveDate>| day.is_none_or(|day| day >= from);
    child.referrals.retain(|referral| referral.date >= from);
    child.assessments.retain(|assessment| lately(assessment.authorised.map(Moment::date)));
    let conferences = &child.conferences;
    child.enquiries.retain(|enquiry| {
        let led_to = conferences.iter().filter(|conference| conference.enquiry.as_ref() == Some(&enquiry.id));
        let late = led_to.filter_map(|conference| conference.date).any(|held| held.date() >= from);
        enquiry.start.date() >= from || late
    });
    let enquiries: BTreeSet<String> = child.enquiries.iter().map(|enquiry| enquiry.id.clone()).collect();
    child.conferences.retain(|conference| match &conference.enquiry {
        Some(enquiry) => enquiries.contains(enquiry),
        None => lately(conference.date.map(Moment::date)),
    });
    child.plans.retain(|plan| lately(plan.end));
    let carried: BTreeSet<String> = child
        .periods()
        .filter(|period| annex_a::has_period(period))
        .flat_map(|period| period.iter().map(|episode| episode.id.clone()))
        .collect();
    child.episodes.retain(|episode| carried.contains(&episode.id));
    let placed: BTreeSet<Option<String>> = child.episodes.iter().map(|episode| episode.placement.clone()).collect();
    child.placements.retain(|placement| placed.contains(&Some(placement.id.clone())));
}

fn take_links_to_referrals(child: &mut Child, _: &Child) {
    child.assessments.iter_mut().for_each(|assessment| assessment.referral = None);
    child.enquiries.iter_mut().for_each(|enquiry| enquiry.referral = None);
    child.plans.iter_mut().for_each(|plan| plan.referral = None);
}

fn take_earlier_reviews(child: &mut Child, _: &Child) {
    let all = child.reviews.clone();
    child.reviews.retain(|review| {
        all.iter().filter(|other| other.plan == review.plan).map(|other| other.date).max() == Some(review.date)
    });
}

/// What is left of a period of care: when it started, the placement in it that is the last, the legal status that is.
fn take_earlier_placements(child: &mut Child, _: &Child) {
    let whole = child.clone();
    child.episodes.clear();
    child.placements.clear();
    child.legal_statuses.clear();
    for period in whole.periods() {
        let (Some(first), Some(last)) = (period.first(), period.last()) else { continue };
        let Some(placement) = whole.placement(last.placement.as_ref()) else { continue };
        let mut begun =
            LookedAfterEpisode::new(&*first.id, child.id(), first.start).start_reason(EpisodeStart::StartedCare);
        let mut now = begun.clone();
        if placement.start > first.start {
            begun.ceased = Some(placement.start);
            begun.ceased_reason = Some(EpisodeEnd::NewEpisode.into());
            begun.placements_counted = Some(AuthorityCount::NOT_GIVEN);
            child.episodes.push(begun);
            now = LookedAfterEpisode::new(&*last.id, child.id(), placement.start);
        }
        now.placement = Some(placement.id.clone());
        now.placements_counted = last.placements_counted;
        now.ceased = last.ceased;
        now.ceased_reason.clone_from(&last.ceased_reason);
        child.episodes.push(now);
        child.placements.push(placement.clone());
        if let Some(status) = whole.legal_status_on(last.start) {
            let mut status = status.clone();
            status.end = last.ceased;
            child.legal_statuses.push(status);
        }
    }
}

fn take_expected_births(child: &mut Child, _: &Child) {
    child.person.expected_date_of_birth = None;
}

fn take_when_unaccompanied(child: &mut Child, whole: &Child) {
    let leaves = !whole.care_leaver.is_empty();
    child.immigration.retain(|_| leaves || annex_a::unaccompanied_lately(whole));
    for status in &mut child.immigration {
        status.start = None;
        status.end = None;
    }
}

const WORKBOOK: Form = Form {
    name: "Annex A",
    days: only_today,
    give: Some(give_counts),
    losses: &[
        Loss {
            why: "what was and ended more than six months ago",
            changes: &[
                "ECS 138",
                "ECS 138 days",
                "ECS 138 from referral",
                "ECS 138 start is day 1",
                "ECS 14a",
                "ECS 14a 365 days",
                "ECS 14a as recorded",
                "ECS 14a as recorded with itself",
                "ICPC 15",
                "Missing children",
                "Missing children home first",
                "Missing episodes",
                "NI 62",
                "NI 62 raw-moves",
                "NI 64 ceased",
                "NI 65a",
                "NI 65a start to start",
                "NI 68",
                "NI 68 by-event",
                "NI 68 route",
                "by placement type",
                "by team",
            ],
            lacks: &[],
            take: take_all_but_six_months,
        },
        Loss {
            why: "no referral of assessments and enquiries",
            changes: &["ECS 138 from referral", "NI 68 by-event", "NI 68 route"],
            lacks: &[Matter::AssessmentReferrals, Matter::EnquiryReferrals],
            take: take_links_to_referrals,
        },
        Loss {
            why: "no conferences without an enquiry (transfers in)",
            changes: &["ICPC 15"],
            lacks: &[],
            take: take_transfers_in,
        },
        Loss {
            why: "of the reviews of a plan the latest only",
            changes: &["NI 67"],
            lacks: &[Matter::Records(Family::PlanReview)],
            take: take_earlier_reviews,
        },
        Loss {
            why: "of the placements the most recent only",
            changes: &["NI 62", "NI 62 raw-moves", "NI 63", "by placement type"],
            lacks: &[Matter::PlacementMoves],
            take: take_earlier_placements,
        },
        Loss {
            why: "not when a child was unaccompanied",
            changes: &["by UASC"],
            lacks: IMMIGRATION,
            take: take_when_unaccompanied,
        },
        Loss { why: "no expected dates of birth", changes: &["by age band"], lacks: &[], take: take_expected_births },
        Loss {
            why: "no missing episodes, only their numbers",
            changes: MISSING,
            lacks: GOING_MISSING,
            take: take_missing,
        },
        Loss { why: "no social workers", changes: ALLOCATION, lacks: WORKERS, take: take_workers },
        Loss { why: "no sibling groups", changes: SECOND_PLANS, lacks: SIBLINGS, take: take_families },
    ],
    held: held_by_workbook,
    nothing_of: &[
        "ECS 01b",
        "ECS 02",
        "ECS 138 from referral",
        "ECS 14a",
        "ECS 14a 365 days",
        "Missing children",
        "Missing children home first",
        "Missing episodes",
        "NI 62",
        "NI 62 raw-moves",
        "NI 63",
        "NI 65a",
        "NI 65a start to start",
        "NI 67",
        "NI 68 by-event",
        "NI 68 route",
        "WRI",
        "WRI 72h",
        "WRI completed",
        "WRI not required",
        "WRI offered",
        "WRI outstanding",
        "WRI refused",
    ],
    findings: &[
        UNBORN,
        // Two referrals of a child on one day.
        (FindingRule::RepeatedId, 2),
    ],
};

fn take_reviews(child: &mut Child, _: &Child) {
    child.reviews.clear();
}

fn take_categories(child: &mut Child, _: &Child) {
    for plan in &mut child.plans {
        plan.initial_category = None;
        plan.latest_category = None;
    }
}

fn take_numbers_of_plans(child: &mut Child, _: &Child) {
    child.plans.iter_mut().for_each(|plan| plan.previous_plans = None);
}

fn take_legal_statuses(child: &mut Child, _: &Child) {
    child.legal_statuses.clear();
}

fn take_eligibility(child: &mut Child, _: &Child) {
    for status in &mut child.care_leaver {
        status.eligibility = None;
        status.in_touch = None;
        status.suitability = None;
    }
}

fn take_providers(child: &mut Child, _: &Child) {
    child.placements.iter_mut().for_each(|placement| (placement.provider, placement.urn) = (None, None));
}

const DAILY: Form = Form {
    name: "DfE daily",
    days: month_ends,
    give: None,
    losses: &[
        Loss {
            why: "no reviews of plans",
            changes: &["NI 67"],
            lacks: &[Matter::Records(Family::PlanReview)],
            take: take_reviews,
        },
        Loss { why: "no categories of abuse", changes: &["by category of abuse"], lacks: &[], take: take_categories },
        Loss {
            why: "no number of previous plans",
            changes: &["NI 65"],
            lacks: &[Matter::PreviousPlans],
            take: take_numbers_of_plans,
        },
        Loss {
            why: "no conferences without an enquiry (transfers in)",
            changes: &["ICPC 15"],
            lacks: &[],
            take: take_transfers_in,
        },
        Loss {
            why: "no legal statuses, which tell short breaks",
            changes: &["CLA", "ECS 01b", "NI 62", "NI 62 as recorded", "NI 62 raw-moves", "NI 63"],
            lacks: &[Matter::Records(Family::LegalStatus), Matter::ShortBreaks],
            take: take_legal_statuses,
        },
        Loss {
            why: "no eligibility of care leavers, nor whether they are in touch and suitably housed",
            changes: CARE_LEAVERS,
            lacks: &[Matter::CareLeaverEligibility, Matter::CareLeaverContact, Matter::CareLeaverAccommodation],
            take: take_eligibility,
        },
        Loss {
            why: "not since when a child is unaccompanied",
            changes: &["CLA", "by UASC"],
            lacks: IMMIGRATION,
            take: take_since_when_unaccompanied,
        },
        Loss { why: "no missing episodes", changes: MISSING, lacks: GOING_MISSING, take: take_missing },
        Loss { why: "no sibling groups", changes: SECOND_PLANS, lacks: SIBLINGS, take: take_families },
        Loss { why: "no teams", changes: &["by team"], lacks: &[], take: take_teams },
        Loss {
            why: "no providers of placements nor their reference numbers",
            changes: &["NI 62", "NI 63"],
            lacks: &[Matter::PlacementDetails],
            take: take_providers,
        },
    ],
    held: held_by_payload,
    nothing_of: &[
        "CLA",
        "Care leavers EET",
        "Care leavers status age",
        "Care leavers suitable",
        "ECS 01b",
        "ECS 14a as recorded",
        "ECS 14a as recorded with itself",
        "Missing children",
        "Missing children home first",
        "Missing episodes",
        "NI 62",
        "NI 62 as recorded",
        "NI 62 raw-moves",
        "NI 63",
        "NI 67",
        "WRI",
        "WRI 72h",
        "WRI completed",
        "WRI not required",
        "WRI offered",
        "WRI outstanding",
        "WRI refused",
    ],
    findings: &[UNBORN],
};

/// What readings counted, under all that they are of, or why they cannot be made. One that counts nothing is not there.
type Counted = BTreeMap<Of, Result<(Figure, Option<u64>), Obstacle>>;

/// Indicator, basis, day, breakdown and stratum.
type Of = (String, Basis, NaiveDate, Option<(String, String)>);

fn count(reading: &Reading, counted: &mut Counted) {
    let counts = match reading.figure() {
        Figure::Proportion(t, _) => t.met + t.not_met + t.pending + t.excepted + t.excluded > 0,
        Figure::Composition(composition) => composition.count() > 0,
        Figure::Distribution(days) => days.counts().any(|(_, count)| count > 0),
        _ => true,
    };
    if counts {
        let stratum = reading.stratum().map(|(breakdown, stratum)| (breakdown.to_owned(), stratum.name().to_owned()));
        let key = (reading.indicator().to_owned(), reading.basis(), reading.as_at(), stratum);
        let figure = match reading.obstacle() {
            Some(obstacle) => Err(obstacle.clone()),
            None => Ok((reading.figure().clone(), reading.sibling_groups())),
        };
        counted.insert(key, figure);
    }
}

fn engine() -> Engine {
    Engine::new(everything())
        .by(BySex)
        .by(AgeBands::default())
        .by(ByEthnicGroup)
        .by(ByUnaccompanied)
        .by(ByAbuseCategory)
        .by(ByPlacementType)
        .by(ByTeam)
}

/// Every reading of every indicator and option on every basis of its definition, whole and by stratum.
fn readings(dataset: &Dataset, days: &[NaiveDate]) -> Counted {
    let engine = engine();
    let breakdowns: Vec<String> = engine.breakdowns().map(str::to_owned).collect();
    let ledger = engine.run(dataset).unwrap();
    let mut counted = Counted::new();
    for indicator in everything() {
        let definition = indicator.definition();
        for basis in &definition.bases {
            let series = ledger.series(&definition.key(), *basis).unwrap();
            for as_at in days {
                let total = series.at(*as_at);
                count(&total, &mut counted);
                // By stratum at the ends of years.
                for breakdown in breakdowns.iter().filter(|_| as_at.month() == 3) {
                    for reading in ledger.readings_by(&definition.key(), *basis, *as_at, breakdown).unwrap() {
                        count(&reading, &mut counted);
                    }
                }
            }
        }
    }
    counted
}

/// The indicators whose totals differ, and the breakdowns in which others do.
fn changed(one: &Counted, other: &Counted) -> BTreeSet<String> {
    let keys: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let differing: Vec<_> = keys.into_iter().filter(|key| one.get(key) != other.get(key)).collect();
    let in_total = differing.iter().filter(|(.., stratum)| stratum.is_none());
    let in_total: BTreeSet<String> = in_total.map(|(indicator, ..)| indicator.clone()).collect();
    let others = differing.iter().filter(|(indicator, ..)| !in_total.contains(indicator));
    let by = others.filter_map(|(.., stratum)| stratum.as_ref().map(|(breakdown, _)| format!("by {breakdown}")));
    by.chain(in_total.iter().cloned()).collect()
}

/// The children as the form would have them if it lost nothing.
fn with_all(authority: &Authority, form: &Form) -> Vec<Child> {
    let mut children = authority.children.clone();
    form.give.into_iter().for_each(|give| children.iter_mut().for_each(give));
    children
}

/// The children without what the losses take.
fn without(children: &[Child], losses: &[Loss]) -> Vec<Child> {
    let less = |whole: &Child| {
        let mut child = whole.clone();
        for loss in losses {
            (loss.take)(&mut child, whole);
        }
        child
    };
    children.iter().map(less).collect()
}

/// The records of a source that holds `supply`.
fn dataset<'c>(children: impl IntoIterator<Item = &'c Child>, authority: &Authority, supply: &Supply) -> Dataset {
    let mut records = Dataset::builder();
    records.begin_source(supply);
    children.into_iter().flat_map(Child::records).for_each(|record| records.push(record));
    authority.professionals.iter().cloned().for_each(|professional| records.push(professional));
    records.finish()
}

fn read_ssd(authority: &Authority) -> Dataset {
    let mut records = Dataset::builder();
    for (family, table) in ssd::write(authority) {
        csc_kpi::format::ssd::read_table(&mut records, family, table.as_slice()).unwrap();
    }
    records.finish()
}

/// A column that may be lacking although it decides figures, with these: the standard does not have it.
const MAY_LACK: (&str, &[&str]) = ("cppl_number_of_previous_plans", &["NI 65"]);

/// Columns that take along figures that do not read them, since records of which nobody knows whether they are open are not
/// held.
const TAKES_MORE: &[(&str, &[&str])] = &[
    ("cppl_cp_plan_end_date", &["NI 65", "NI 65a start to start"]),
    ("clap_cla_placement_end_date", &["NI 62", "NI 63"]),
];

/// Columns that take figures which read them, and which stay as they are for the invented children where the cells are empty.
const TAKES_RIGHTLY: &[(&str, &[&str])] = &[
    ("pers_person_id", &["CLA", "ECS 01b", "NI 62", "NI 62 raw-moves"]),
    ("pers_dob", &["CLA", "ECS 01b", "NI 62", "NI 62 raw-moves"]),
    ("immi_immigration_status_end_date", &["CLA"]),
    ("s47e_s47_enquiry_id", &["NI 68 by-event"]),
    ("s47e_referral_id", &["NI 68 by-event"]),
    ("s47e_person_id", &["NI 68 by-event"]),
    ("s47e_s47_start_date", &["NI 68 by-event"]),
    ("icpc_icpc_transfer_in", &["ICPC 15"]),
    ("clae_cla_episode_ceased_date", &["Missing children", "Missing children home first", "Missing episodes"]),
    ("clap_cla_placement_provider", &["NI 62", "NI 63"]),
    ("clap_cla_placement_urn", &["NI 62", "NI 63"]),
    ("clap_cla_placement_postcode", &["NI 62", "NI 63"]),
    ("lega_legal_status_id", &["NI 63"]),
    ("lega_person_id", &["NI 63"]),
    ("lega_legal_status", &["NI 63"]),
    ("lega_legal_status_start_date", &["NI 63"]),
    ("lega_legal_status_end_date", &["CLA", "ECS 01b", "NI 62", "NI 62 raw-moves", "NI 63"]),
];

/// Columns that no figure reads.
const NOT_READ: [&str; 23] = [
    "pers_sex",
    "pers_ethnicity",
    "pers_expected_dob",
    "pers_death_date",
    "cine_referral_source_code",
    "cine_cin_primary_need_code",
    "cine_close_date",
    "cine_close_reason",
    "cine_referral_team",
    "cina_assessment_team",
    "s47e_s47_end_date",
    "icpc_icpc_outcome_cp_flag",
    "cppl_referral_id",
    "cppl_icpc_id",
    "cppl_cp_plan_initial_category",
    "cppl_cp_plan_latest_category",
    "cppr_cp_review_due",
    "clae_cla_id",
    "clae_cla_episode_ceased_reason",
    "clap_cla_id",
    "clap_cla_placement_distance",
    "clap_cla_placement_change_reason",
    "prof_professional_job_title",
];

/// Each column of each table left out: what reads it has no value, and all else is as with it. What reads it is what
/// changes where the column is there and empty.
#[test]
fn a_table_without_a_column_has_no_figure_that_reads_it() {
    use csc_kpi::format::ssd::{columns, read_table};

    let tables = ssd::write(&Authority::invented());
    let days: Vec<NaiveDate> = month_ends().into_iter().rev().step_by(6).collect();
    let engine = Engine::new(everything());
    let read = |change: &dyn Fn(Family, &mut Vec<csv::StringRecord>)| {
        let mut records = Dataset::builder();
        for (family, table) in &tables {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_slice());
            let mut rows: Vec<_> = reader.records().map(Result::unwrap).collect();
            change(*family, &mut rows);
            let mut written = csv::Writer::from_writer(Vec::new());
            for row in &rows {
                written.write_record(row).unwrap();
            }
            read_table(&mut records, *family, written.into_inner().unwrap().as_slice()).unwrap();
        }
        engine.run(&records.finish()).unwrap().scorecard(&days).unwrap().readings
    };
    let whole = read(&|_, _| {});
    let differing = |readings: &[Reading], is: &dyn Fn(&Reading, &Reading) -> bool| -> BTreeSet<String> {
        let pairs = whole.iter().zip(readings).filter(|(one, other)| is(one, other));
        pairs.map(|(one, _)| one.indicator().to_owned()).collect()
    };
    let (mut not_read, mut wrong) = (BTreeSet::new(), Vec::new());
    for table in Family::ALL {
        for column in columns(table) {
            let at = |rows: &[csv::StringRecord]| rows[0].iter().position(|name| name == *column).unwrap();
            let lacking = read(&|family, rows| {
                if family == table {
                    let at = at(rows);
                    let left = |row: &csv::StringRecord| {
                        row.iter().enumerate().filter(|(n, _)| *n != at).map(|c| c.1).collect()
                    };
                    for row in rows.iter_mut() {
                        *row = left(row);
                    }
                }
            });
            let empty = read(&|family, rows| {
                if family == table {
                    let at = at(rows);
                    let emptied = |row: &csv::StringRecord| {
                        row.iter().enumerate().map(|(n, cell)| if n == at { "" } else { cell }).collect()
                    };
                    rows.iter_mut().skip(1).for_each(|row| *row = emptied(row));
                }
            });
            let silent = differing(&lacking, &|one, other| {
                let families = other.sibling_groups().is_some() && one.sibling_groups() != other.sibling_groups();
                other.obstacle().is_none() && (one.figure() != other.figure() || families)
            });
            let taken = differing(&lacking, &|one, other| {
                one.obstacle().is_none()
                    && (other.obstacle().is_some() || one.sibling_groups() > other.sibling_groups())
            });
            let reading = differing(&empty, &|one, other| one != other);
            let of = |list: &[(&str, &[&str])]| -> BTreeSet<String> {
                let keys = list.iter().filter(|(named, _)| named == column).flat_map(|(_, keys)| *keys);
                keys.map(|key| (*key).to_owned()).collect()
            };
            if silent.is_empty() && reading.is_empty() && taken.is_empty() {
                not_read.insert(*column);
            }
            if silent != of(&[MAY_LACK]) {
                wrong.push(format!("{column} changes {silent:?} in silence"));
            }
            let mut wanted = reading;
            wanted.extend(of(TAKES_MORE).into_iter().chain(of(TAKES_RIGHTLY)));
            let may_lack = of(&[MAY_LACK]);
            wanted.retain(|key| !may_lack.contains(key));
            if taken != wanted {
                wrong.push(format!("{column} takes {taken:?}, not {wanted:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(not_read, NOT_READ.into_iter().collect());
}

fn read_returns(files: &[(String, Vec<u8>)], records: &mut csc_kpi::Builder) {
    let mut returns = Returns::new();
    for (path, file) in files {
        let (year, contents) = place(path).unwrap();
        returns.of(year).read(contents, path, file.as_slice()).unwrap();
    }
    assert!(returns.into_builder(records).is_empty());
}

fn read_censuses(files: &[(String, Vec<u8>)], records: &mut csc_kpi::Builder) {
    let mut censuses = Censuses::new();
    for (path, file) in files {
        censuses.read(path.as_str(), file.as_slice()).unwrap();
    }
    censuses.give_to(records);
}

fn read_into(read: impl FnOnce(&mut csc_kpi::Builder)) -> Dataset {
    let mut records = Dataset::builder();
    read(&mut records);
    records.finish()
}

/// How often each rule is broken.
fn findings(dataset: &Dataset) -> BTreeMap<FindingRule, usize> {
    let mut rules = BTreeMap::new();
    for finding in dataset.findings() {
        *rules.entry(finding.rule).or_default() += 1;
    }
    rules
}

/// Holds a dataset read from a form against the truth without what the form cannot carry.
fn hold(form: &Form, read: &Dataset) {
    assert_eq!(findings(read), form.findings.iter().copied().collect(), "{}", form.name);
    let supply = form.supply();
    assert_eq!(read.supply(), &supply, "{}", form.name);
    let authority = Authority::invented();
    let days = (form.days)();
    let found = readings(read, &days);
    let expected = readings(&dataset(&without(&with_all(&authority, form), form.losses), &authority, &supply), &days);
    same(form.name, &found, &expected);
    let lost = form.losses.iter().flat_map(|loss| loss.changes).chain(form.nothing_of);
    let lost: BTreeSet<&str> = lost.copied().collect();
    let mut not_made = found.iter().filter(|(_, figure)| figure.is_err());
    assert_eq!(not_made.find(|((indicator, ..), _)| !lost.contains(indicator.as_str())), None, "{}", form.name);
    let mut nothing: Vec<String> = everything().iter().map(|indicator| indicator.definition().key()).collect();
    nothing.retain(|key| !found.iter().any(|((indicator, ..), figure)| indicator == key && figure.is_ok()));
    nothing.sort();
    assert_eq!(nothing, form.nothing_of, "{} carries nothing of these", form.name);
}

fn same(name: &str, found: &Counted, expected: &Counted) {
    let keys: BTreeSet<_> = found.keys().chain(expected.keys()).collect();
    let differing: Vec<String> = keys
        .into_iter()
        .filter(|key| found.get(key) != expected.get(key))
        .map(|key| format!("{key:?}: {:?}, expected {:?}", found.get(key), expected.get(key)))
        .collect();
    let first: Vec<&String> = differing.iter().take(12).collect();
    assert!(differing.is_empty(), "{name}: {} readings differ that no loss explains: {first:#?}", differing.len());
}

/// Each loss changes what it says and nothing else, be it taken from the tables or from what the form has beyond them.
fn losses_cost_what_they_say(form: &Form) {
    let authority = Authority::invented();
    let days = (form.days)();
    let days: Vec<NaiveDate> = days.iter().rev().step_by(3).copied().collect();
    let of = |children: &[Child], supply: &Supply| readings(&dataset(children, &authority, supply), &days);
    let beyond = form.give.map(|_| with_all(&authority, form));
    let wholes: Vec<_> = [authority.children.clone()].into_iter().chain(beyond).collect();
    let truths: Vec<_> = wholes.iter().map(|whole| of(whole, &Supply::everything())).collect();
    let mut wrong = Vec::new();
    for loss in form.losses {
        let left = Matter::all().filter(|matter| !loss.lacks.contains(matter));
        let supply = left.fold(Supply::nothing(), |supply, matter| supply.with(matter, &Days::all()));
        let less = wholes.iter().map(|whole| of(&without(whole, std::slice::from_ref(loss)), &supply));
        let found: BTreeSet<String> = truths.iter().zip(less).flat_map(|(truth, less)| changed(truth, &less)).collect();
        let listed: BTreeSet<String> = loss.changes.iter().map(|text| (*text).to_owned()).collect();
        if found != listed {
            wrong.push(format!("{}: {}: {found:?}", form.name, loss.why));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The tables of the documentation of `format`.
fn documentation() -> String {
    use std::fmt::Write;
    let forms = [&RETURNS, &CENSUSES, &WORKBOOK, &DAILY];
    let mut text = String::from("//! | figure | SSD |");
    for form in forms {
        write!(text, " {} |", form.name).unwrap();
    }
    text.push_str("\n//! |---|---|---|---|---|---|\n");
    let figures = everything().into_iter().map(|indicator| indicator.definition().key());
    let breakdowns = engine().breakdowns().map(|breakdown| format!("by {breakdown}")).collect::<Vec<_>>();
    for figure in figures.chain(breakdowns) {
        let in_tables = if AS_RECORDED.contains(&figure.as_str()) { "no" } else { "yes" };
        write!(text, "//! | {figure} | {in_tables} |").unwrap();
        let mut number = 0;
        for form in forms {
            let mut reasons = Vec::new();
            for loss in form.losses {
                number += 1;
                if loss.changes.contains(&figure.as_str()) {
                    reasons.push(number.to_string());
                }
            }
            let cell = match (form.nothing_of.contains(&figure.as_str()), reasons.is_empty()) {
                (true, _) => "no".to_owned(),
                (false, true) => "yes".to_owned(),
                (false, false) => format!("but {}", reasons.join(", ")),
            };
            write!(text, " {cell} |").unwrap();
        }
        text.push('\n');
    }
    text.push_str("//!\n//! | | form | what it cannot carry |\n//! |---|---|---|\n");
    let losses = forms.into_iter().flat_map(|form| form.losses.iter().map(|loss| (form.name, loss.why)));
    for (number, (form, why)) in (1..).zip(losses) {
        writeln!(text, "//! | {number} | {form} | {why} |").unwrap();
    }
    text
}

#[test]
fn the_documentation_lists_the_same() {
    let listed = documentation();
    assert!(include_str!("../../../src/format/mod.rs").contains(&listed), "the tables should be:\n{listed}");
}

#[test]
fn the_tables_carry_everything() {
    let authority = Authority::invented();
    let read = read_ssd(&authority);
    let days = month_ends();
    assert_eq!(read.supply(), &held_by_tables());
    let truth = readings(&dataset(&authority.children, &authority, &held_by_tables()), &days);
    same("SSD", &readings(&read, &days), &truth);
    for indicator in everything() {
        let key = indicator.definition().key();
        let reached = truth.iter().any(|((reached, ..), figure)| *reached == key && figure.is_ok());
        assert_eq!(reached, !AS_RECORDED.contains(&key.as_str()), "what the authority has for {key}");
    }
    assert_eq!(findings(&read), [UNBORN].into());
}

#[test]
fn returns_carry_what_they_say() {
    let files = ssda903::write_csv(&Authority::invented());
    let read = read_into(|records| read_returns(&files, records));
    hold(&RETURNS, &read);
}

#[test]
fn returns_as_xml_carry_the_same() {
    let authority = Authority::invented();
    let csv = read_into(|records| read_returns(&ssda903::write_csv(&authority), records));
    let xml = read_into(|records| read_returns(&ssda903::write_xml(&authority), records));
    same("SSDA903 as XML", &readings(&xml, &month_ends()), &readings(&csv, &month_ends()));
    assert_eq!(xml.supply(), csv.supply());
    assert_eq!(findings(&xml), findings(&csv));
}

#[test]
fn censuses_carry_what_they_say() {
    let files = cin_census::write(&Authority::invented());
    let read = read_into(|records| read_censuses(&files, records));
    hold(&CENSUSES, &read);
}

#[test]
fn a_workbook_carries_what_it_says() {
    let book = annex_a::write(&Authority::invented());
    let read = read_into(|records| AnnexA::read("annex_a.xlsx", Cursor::new(book)).unwrap().give_to(records));
    hold(&WORKBOOK, &read);
}

#[test]
fn the_daily_payload_carries_what_it_says() {
    let payload = dfe_api::write(&Authority::invented());
    let read = read_into(|records| csc_kpi::format::dfe_api::records(&payload).unwrap().give_to(records));
    hold(&DAILY, &read);
}

/// Returns and censuses side by side, of the same children by the same ids; and a workbook, of which nothing is left.
#[test]
fn returns_and_censuses_carry_what_both_say() {
    let authority = Authority::invented();
    let (returns, censuses) = (ssda903::write_csv(&authority), cin_census::write(&authority));
    let workbook = AnnexA::read("annex_a.xlsx", Cursor::new(annex_a::write(&authority))).unwrap();
    let others: Vec<Family> = Family::ALL.into_iter().filter(|family| *family != Family::Person).collect();
    let read = read_into(|records| {
        read_returns(&returns, records);
        read_censuses(&censuses, records);
        workbook.without(&others).give_to(records);
    });
    // A child who is in several forms is one child, of whom each says what the others lack.
    assert_eq!(findings(&read), CENSUSES.findings.iter().copied().collect());
    for child in &authority.children {
        let Some(known) = read.child(child.id()) else { continue };
        let chronology = known.chronology();
        let known = chronology.person();
        let in_census = child.referrals.iter().any(|r| ssda903::YEARS.into_iter().any(|year| cin_census::has(r, year)));
        if in_census {
            assert_eq!(known.date_of_death, child.person.date_of_death, "{}", child.id());
        }
        assert_eq!(known.sex.known(), child.person.sex.as_ref().and_then(Coded::known), "{}", child.id());
        assert_eq!(known.date_of_birth, child.person.date_of_birth, "{}", child.id());
    }
    let of = |form: &Form| without(&with_all(&authority, form), form.losses);
    let both: Vec<Child> = of(&RETURNS).into_iter().chain(of(&CENSUSES)).collect();
    let supply = RETURNS.supply().or(&CENSUSES.supply());
    assert_eq!(read.supply(), &supply, "the days of the workbook's persons are among those of the others");
    let expected = readings(&dataset(&both, &authority, &supply), &month_ends());
    same("SSDA903 and CIN census", &readings(&read, &month_ends()), &expected);
}

/// The year that somebody forgot to hand in.
const SKIPPED: i32 = 2025;

/// Without the days of the year that was skipped.
fn without_skipped(supply: &Supply) -> Supply {
    let around = [
        Span::new(NaiveDate::MIN, Some(ssda903::first_day(SKIPPED))),
        Span::new(ssda903::first_day(SKIPPED + 1), None),
    ];
    let around: Days = around.into_iter().collect();
    supply.iter().fold(Supply::nothing(), |less, (matter, days)| less.with(matter, &days.and(&around)))
}

/// Of a child who is in no later return, and of a placement that is in none, nobody knows what only that of the year said.
fn take_what_a_return_said(child: &mut Child, whole: &Child) {
    let (first, after) = (ssda903::first_day(SKIPPED), ssda903::first_day(SKIPPED + 1));
    let in_year = |day: NaiveDate| first <= day && day < after;
    let ends_later = |end: Option<NaiveDate>| end.is_none_or(|end| end >= after);
    let before = whole.clone().known_at(plus(first, -1));
    let is_looked_after = ssda903::has_return(whole, SKIPPED + 1);
    // A birthday in it ends the status before it, whatever was said then.
    for status in child.care_leaver.iter_mut().filter(|status| status.latest_contact.is_some_and(in_year)) {
        let (id, day) = (status.id.clone(), status.latest_contact);
        *status = CareLeaverStatus::new(id, status.person.clone());
        status.latest_contact = day;
    }
    let said = child.care_leaver.iter().filter(|status| status.eligibility.is_some());
    let is_leaver = said.filter_map(|status| status.latest_contact).any(|day| day >= after);
    if !is_looked_after && !is_leaver {
        child.person = before.person;
    }
    child.immigration.retain(|status| !before.immigration.is_empty() || (is_looked_after && ends_later(status.end)));
    for status in child.immigration.iter_mut().filter(|status| status.end.is_some_and(in_year)) {
        status.end = is_looked_after.then_some(after);
    }
    // H5 became K3 in it.
    let is_k3 = |placement: &&mut Placement| placement.kind == Some(PlacementType::K3.into());
    for placement in child.placements.iter_mut().filter(is_k3).filter(|placement| !ends_later(placement.end)) {
        placement.kind = Some(PlacementType::H5.into());
    }
}

/// Of a child who is in no later census nobody knows what only that of the year said; nor of an assessment or enquiry what began
/// and ended in it, though a referral of the year before may have led to it.
fn take_what_a_census_said(child: &mut Child, whole: &Child) {
    let (first, after) = (ssda903::first_day(SKIPPED), ssda903::first_day(SKIPPED + 1));
    let in_year = |moment: Moment| first <= moment.date() && moment.date() < after;
    let later: BTreeSet<&String> = whole
        .referrals
        .iter()
        .filter(|referral| cin_census::has(referral, SKIPPED + 1))
        .map(|referral| &referral.id)
        .collect();
    if later.is_empty() {
        child.person = whole.clone().known_at(plus(first, -1)).person;
    }
    let is_later = |referral: &Option<String>| referral.as_ref().is_some_and(|id| later.contains(id));
    child.assessments.retain(|assessment| {
        let ended = assessment.authorised.is_some_and(in_year);
        !in_year(assessment.start) || (is_later(&assessment.referral) && !ended)
    });
    child.enquiries.retain(|enquiry| {
        let of_it = whole.conferences.iter().filter(|conference| conference.enquiry.as_ref() == Some(&enquiry.id));
        let held_later = of_it.filter_map(|conference| conference.date).any(|held| held.date() >= after);
        !in_year(enquiry.start) || (is_later(&enquiry.referral) && held_later)
    });
}

/// Holds what was read without a year against the truth of all years: a figure that needs the year says so, all others are
/// those of who has every year.
fn hold_without_a_year(
    form: &Form,
    take: fn(&mut Child, &Child),
    (read, supply): (&Dataset, &Supply),
    examples: &[(&str, Basis, NaiveDate, Option<&str>)],
) {
    assert_eq!(read.supply(), supply, "{}", form.name);
    let (authority, days) = (Authority::invented(), (form.days)());
    let mut truth = without(&with_all(&authority, form), form.losses);
    truth.iter_mut().zip(&authority.children).for_each(|(child, whole)| take(child, whole));
    // Of a stratum without anybody nothing is to be said, whether it can be or not.
    let made = |mut counted: Counted| {
        counted.retain(|(.., stratum), figure| stratum.is_none() || figure.is_ok());
        counted
    };
    let found = made(readings(read, &days));
    let expected = made(readings(&dataset(&truth, &authority, supply), &days));
    same(&format!("{} without a year", form.name), &found, &expected);
    let whole = readings(&dataset(&truth, &authority, &form.supply()), &days);
    let (first, after) = (ssda903::first_day(SKIPPED), ssda903::first_day(SKIPPED + 1));
    let mut kept = BTreeSet::new();
    for (of, figure) in &found {
        let (indicator, basis, as_at, _) = of;
        if figure.is_ok() {
            assert_eq!(Some(figure), whole.get(of), "{}: {of:?}", form.name);
            let window = basis.window(*as_at).map_or(*as_at, |window| window.start);
            assert!(*as_at < first || window >= after, "{}: {of:?} is made of days that nobody supplied", form.name);
            if *as_at >= after {
                kept.insert(indicator.clone());
            }
        }
    }
    for (indicator, basis, as_at, said) in examples {
        let reading = found.get(&((*indicator).to_owned(), *basis, *as_at, None)).unwrap();
        let why = reading.as_ref().err().map(ToString::to_string);
        assert_eq!(why.as_deref(), *said, "{}: {indicator}, {basis} as at {as_at}", form.name);
        assert_eq!(
            said.is_none(),
            reading.is_ok() && whole.contains_key(&((*indicator).to_owned(), *basis, *as_at, None))
        );
    }
    assert!(kept.len() > 3, "{}: after the gap there is only {kept:?}", form.name);
}

fn of_other_years(files: &[(String, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    let others: Vec<_> = files.iter().filter(|(path, _)| !path.contains(&SKIPPED.to_string())).cloned().collect();
    assert!(!others.is_empty() && others.len() < files.len());
    others
}

#[test]
fn a_return_that_was_skipped_is_missed_by_the_figures_that_need_it_alone() {
    let authority = Authority::invented();
    let last = ssda903::last_day(SKIPPED + 1);
    // Of care leavers only the end of the last year is known.
    let leavers = days(last, last).or(&days(ssda903::last_day(2023), ssda903::last_day(2024)));
    let gap = without_skipped(&RETURNS.supply());
    let others = gap.iter().filter(|(matter, _)| !LEAVING_CARE.contains(matter));
    let supply = others.fold(Supply::nothing(), |supply, (matter, days)| supply.with(matter, days));
    let supply = LEAVING_CARE.into_iter().fold(supply, |supply, matter| supply.with(matter, &leavers));
    let in_gap = ssda903::last_day(SKIPPED);
    let examples = [
        ("CLA", Basis::AsAt, ssda903::last_day(2024), None),
        ("CLA", Basis::AsAt, in_gap, Some("data end 2024-03-31")),
        ("CLA", Basis::AsAt, last, None),
        ("NI 62", Basis::ROLLING_12M, last, None),
        ("NI 62", Basis::ROLLING_12M, plus(minus_months(plus(last, 1), 1), -1), Some("data begin 2025-04-01")),
        ("NI 63", Basis::AsAt, last, Some("looks back 30 months, data begin 2025-04-01")),
        ("Missing episodes", Basis::InQuarter, last, None),
        ("Care leavers EET", Basis::AsAt, last, None),
        ("NI 68", Basis::Cumulative, last, Some("not supplied: referrals")),
    ];
    for files in [ssda903::write_csv(&authority), ssda903::write_xml(&authority)] {
        let read = read_into(|records| read_returns(&of_other_years(&files), records));
        hold_without_a_year(&RETURNS, take_what_a_return_said, (&read, &supply), &examples);
        assert_eq!(findings(&read), BTreeMap::new(), "what ended in the year is no contradiction");
    }
}

#[test]
fn a_census_that_was_skipped_is_missed_by_the_figures_that_need_it_alone() {
    let files = of_other_years(&cin_census::write(&Authority::invented()));
    let read = read_into(|records| read_censuses(&files, records));
    let last = ssda903::last_day(SKIPPED + 1);
    let in_gap = ssda903::last_day(SKIPPED);
    let examples = [
        ("NI 68", Basis::Cumulative, ssda903::last_day(2024), None),
        ("NI 68", Basis::Cumulative, in_gap, Some("data end 2024-03-31")),
        ("NI 68", Basis::ROLLING_12M, last, None),
        ("ECS 14a", Basis::Cumulative, last, Some("looks back 12 months, data begin 2025-04-01")),
        ("NI 65a", Basis::Cumulative, last, Some("looks back 24 months, data begin 2025-04-01")),
        ("ECS 133", Basis::AsAt, last, None),
        ("NI 64 open", Basis::AsAt, last, None),
        ("NI 64 ceased", Basis::Cumulative, last, None),
        ("ECS 138", Basis::Cumulative, last, None),
        (
            "CLA",
            Basis::AsAt,
            last,
            Some("not supplied: looked-after episodes, legal statuses, unaccompanied asylum seeking children"),
        ),
    ];
    let supply = without_skipped(&CENSUSES.supply());
    hold_without_a_year(&CENSUSES, take_what_a_census_said, (&read, &supply), &examples);
}

/// Returns beside the daily collection, of which all is left that the returns have not.
#[test]
fn returns_and_the_daily_payload_carry_what_both_say() {
    let authority = Authority::invented();
    let of_returns = [CARE, WORKERS].concat().into_iter().map(Matter::family).collect::<Vec<_>>();
    let (returns, payload) = (ssda903::write_csv(&authority), dfe_api::write(&authority));
    let read = read_into(|records| {
        read_returns(&returns, records);
        csc_kpi::format::dfe_api::records(&payload).unwrap().without(&of_returns).give_to(records);
    });
    assert_eq!(findings(&read), [UNBORN].into());
    let of = |form: &Form| without(&with_all(&authority, form), form.losses);
    let mut daily = of(&DAILY);
    for child in &mut daily {
        child.episodes.clear();
        child.placements.clear();
        child.immigration.clear();
        child.care_leaver.clear();
        child.involvements.clear();
    }
    let both: Vec<Child> = of(&RETURNS).into_iter().chain(daily).collect();
    let daily = DAILY.supply();
    let cases = daily.iter().filter(|(matter, _)| !of_returns.contains(&matter.family()));
    let supply = cases.fold(RETURNS.supply(), |supply, (matter, days)| supply.with(matter, days));
    assert_eq!(read.supply(), &supply);
    let expected = readings(&dataset(&both, &authority, &supply), &month_ends());
    same("SSDA903 and DfE daily", &readings(&read, &month_ends()), &expected);
}

#[test]
fn what_returns_lose_is_what_is_listed() {
    losses_cost_what_they_say(&RETURNS);
}

#[test]
fn what_censuses_lose_is_what_is_listed() {
    losses_cost_what_they_say(&CENSUSES);
}

#[test]
fn what_a_workbook_loses_is_what_is_listed() {
    losses_cost_what_they_say(&WORKBOOK);
}

#[test]
fn what_the_daily_payload_loses_is_what_is_listed() {
    losses_cost_what_they_say(&DAILY);
}

/// Writes every form into a folder of its own below `target/forms`: for whoever looks at them with the examples.
#[test]
#[ignore = "writes files, no test"]
fn write_the_forms() {
    let authority = Authority::invented();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/forms");
    let write = |path: String, file: &[u8]| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file).unwrap();
    };
    for (family, table) in ssd::write(&authority) {
        write(format!("ssd/{}.csv", family.table()), &table);
    }
    for (path, file) in ssda903::write_csv(&authority) {
        write(format!("ssda903/{path}"), &file);
    }
    for (path, file) in ssda903::write_xml(&authority) {
        write(format!("ssda903_xml/{path}"), &file);
    }
    for (path, file) in cin_census::write(&authority) {
        write(format!("cin_census/{path}"), &file);
    }
    write("annex_a/annex_a.xlsx".to_owned(), &annex_a::write(&authority));
    write("dfe_api/payload.json".to_owned(), dfe_api::write(&authority).as_bytes());
}
