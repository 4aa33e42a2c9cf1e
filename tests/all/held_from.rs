//! Sources that begin on a day: a reading that is made of what they hold is that of all records.

use std::collections::BTreeSet;

use csc_kpi::calendar::{Basis, Days, Moment, Span, minus_months};
use csc_kpi::indicator::{Reach, catalogue};
use csc_kpi::laws::strategies;
use csc_kpi::record::{
    Assessment, Coded, EpisodeStart, Family, InitialConference, LegalStatus, LegalStatusCode, LookedAfterEpisode,
    Person, Placement, PlacementType, Record, Referral, Section47Enquiry,
};
use csc_kpi::{Dataset, Engine, FindingRule, Matter, NaiveDate, Obstacle, Reading, Supply};
use proptest::prelude::*;

use crate::laws::everything;
use crate::supply::stated;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// What takes earlier records to hold than those of the days.
const FROM_BEFORE: [Matter; 5] = [
    Matter::AssessmentReferrals,
    Matter::EnquiryReferrals,
    Matter::ConferenceEnquiries,
    Matter::ShortBreaks,
    Matter::PreviousPlans,
];

/// Every matter from a day on, but these.
fn all_from(first: NaiveDate, without: &[Matter]) -> Supply {
    let days = Days::from(Span::new(first, None));
    let held = Matter::all().filter(|matter| !without.contains(matter));
    held.fold(Supply::nothing(), |supply, matter| supply.with(matter, &days))
}

/// What lasts was open on the day or later, or has its end then.
fn lasts(first: NaiveDate, start: NaiveDate, end: Option<NaiveDate>) -> bool {
    end.is_none_or(|end| start.max(end) >= first)
}

type Ids = BTreeSet<String>;

/// The records that a source has which holds every matter from `first` on, but those that it is `without`, and no other records.
fn held_from(records: &[Record], first: NaiveDate, without: &[Matter]) -> Vec<Record> {
    let holds = |matter: Matter| !without.contains(&matter);
    let (mut enquiries, mut referrals, mut placements): (Ids, Ids, Ids) = Default::default();
    // The first days of episodes by child; and by child the latest status before the first day, with its place.
    let mut starts: BTreeSet<(String, NaiveDate)> = BTreeSet::new();
    let mut latest: Vec<(String, Option<NaiveDate>, usize)> = Vec::new();
    let received: Ids = records
        .iter()
        .filter_map(|record| match record {
            Record::Referral(referral) if referral.date >= first => Some(referral.id.clone()),
            _ => None,
        })
        .collect();
    let on_referral = |referral: &Option<String>| referral.as_ref().is_some_and(|id| received.contains(id));
    let assessed = |a: &Assessment| {
        lasts(first, a.start.date(), a.authorised.map(Moment::date))
            || (holds(Matter::AssessmentReferrals) && on_referral(&a.referral))
    };
    let enquired = |e: &Section47Enquiry| {
        lasts(first, e.start.date(), e.end.map(Moment::date))
            || (holds(Matter::EnquiryReferrals) && on_referral(&e.referral))
    };
    for (place, record) in records.iter().enumerate() {
        match record {
            Record::InitialConference(held) if held.date.is_none_or(|at| at.date() >= first) => {
                enquiries.extend(held.enquiry.clone().filter(|_| holds(Matter::ConferenceEnquiries)));
            }
            Record::LookedAfterEpisode(episode) if lasts(first, episode.start, episode.ceased) => {
                placements.extend(episode.placement.clone());
                starts.insert((episode.person.clone(), episode.start));
            }
            // One without an id is no record, and so not the latest.
            Record::CareLeaverStatus(status)
                if status.latest_contact.is_none_or(|day| day < first) && !status.id.trim().is_empty() =>
            {
                let this = (status.person.clone(), status.latest_contact, place);
                match latest.iter_mut().find(|(person, ..)| *person == status.person) {
                    Some(known) => *known = this.max(known.clone()),
                    None => latest.push(this),
                }
            }
            _ => {}
        }
    }
    for record in records {
        match record {
            Record::Assessment(a) if assessed(a) && holds(Matter::AssessmentReferrals) => {
                referrals.extend(a.referral.clone());
            }
            Record::Section47Enquiry(e) if enquired(e) && holds(Matter::EnquiryReferrals) => {
                referrals.extend(e.referral.clone());
            }
            _ => {}
        }
    }
    let in_force_at_a_start = |status: &LegalStatus| {
        let span = Span::new(status.start, status.end);
        holds(Matter::ShortBreaks) && starts.iter().any(|(person, day)| *person == status.person && span.covers(*day))
    };
    let is_held = |(place, record): &(usize, &Record)| match record {
        Record::Referral(referral) => referral.date >= first || referrals.contains(&referral.id),
        Record::Assessment(assessment) => assessed(assessment),
        Record::Section47Enquiry(enquiry) => enquired(enquiry) || enquiries.contains(&enquiry.id),
        Record::InitialConference(held) => held.date.is_none_or(|at| at.date() >= first),
        Record::ProtectionPlan(plan) => lasts(first, plan.start, plan.end),
        Record::PlanReview(review) => review.date.is_none_or(|date| date >= first),
        Record::LookedAfterEpisode(episode) => lasts(first, episode.start, episode.ceased),
        Record::Placement(p) => lasts(first, p.start, p.end) || placements.contains(&p.id),
        Record::LegalStatus(status) => lasts(first, status.start, status.end) || in_force_at_a_start(status),
        Record::MissingEpisode(missing) => lasts(first, missing.start.date(), missing.end.map(Moment::date)),
        Record::CareLeaverStatus(status) => {
            status.latest_contact.is_some_and(|day| day >= first) || latest.iter().any(|(.., last)| last == place)
        }
        Record::Involvement(involvement) => lasts(first, involvement.start, involvement.end),
        Record::ImmigrationStatus(status) => lasts(first, status.start.unwrap_or(NaiveDate::MIN), status.end),
        _ => true,
    };
    let mut held: Vec<Record> = records.iter().enumerate().filter(is_held).map(|(_, record)| record.clone()).collect();
    // The number of previous plans is recorded with each plan.
    for record in &mut held {
        let Record::ProtectionPlan(plan) = record else { continue };
        if !holds(Matter::PreviousPlans) {
            plan.previous_plans = None;
            continue;
        }
        let before = records.iter().filter(|record| match record {
            Record::ProtectionPlan(other) => {
                let is_own = other.other_authority != Some(true) && other.end.is_none_or(|end| end >= other.start);
                let is_read = !other.id.trim().is_empty() && other.person == plan.person;
                is_own && is_read && other.start < plan.start
            }
            _ => false,
        });
        plan.previous_plans = plan.previous_plans.max(u32::try_from(before.count()).ok());
    }
    held
}

/// Without the children whose episodes contradict each other: which of two stands can depend on one that is not held.
fn without_contradictions(records: Vec<Record>) -> Vec<Record> {
    let dataset: Dataset = records.iter().cloned().collect();
    let contradict = |rule| matches!(rule, FindingRule::OverlappingEpisodes | FindingRule::RepeatedId);
    let findings = dataset.findings().iter().filter(|finding| contradict(finding.rule));
    let theirs: BTreeSet<&str> = findings.filter_map(|finding| finding.person.as_deref()).collect();
    let mut records = records;
    records.retain(|record| record.person().is_none_or(|person| !theirs.contains(person)));
    records
}

/// Of every other episode a legal status that makes it a short break and ends long before the episode may.
fn brief_statuses(records: &[Record]) -> Vec<Record> {
    let episodes = records.iter().filter_map(|record| match record {
        Record::LookedAfterEpisode(episode) => Some(episode),
        _ => None,
    });
    let status = |(number, episode): (usize, &LookedAfterEpisode)| {
        let id = format!("brief-{number}");
        let status = LegalStatus::new(id, &*episode.person, LegalStatusCode::ShortBreak, episode.start);
        status.end(episode.start + chrono::Duration::days(7)).into()
    };
    episodes.enumerate().step_by(2).map(status).collect()
}

/// Whether a temporary placement began before the day and goes on over it, so that nobody can tell what the child comes back to.
fn is_away(records: &[Record], first: NaiveDate) -> bool {
    let temporary: BTreeSet<&str> = records
        .iter()
        .filter_map(|record| match record {
            Record::Placement(placement) => {
                let kind = placement.kind.as_ref().and_then(Coded::known);
                kind.filter(|kind| kind.is_temporary()).map(|_| placement.id.as_str())
            }
            _ => None,
        })
        .collect();
    records.iter().any(|record| match record {
        Record::LookedAfterEpisode(e) => {
            e.start < first
                && lasts(first, e.start, e.ceased)
                && e.placement.as_deref().is_some_and(|placement| temporary.contains(placement))
        }
        _ => false,
    })
}

/// The readings that are made of what is held from a day on, each beside that of all records.
fn made(
    engine: &Engine,
    records: &[Record],
    (first, without): (NaiveDate, &[Matter]),
    as_at: NaiveDate,
) -> Vec<(Reading, Reading)> {
    let card = |dataset: &Dataset| engine.run(dataset).unwrap().scorecard(&[as_at]).unwrap().readings;
    let whole = card(&records.iter().cloned().collect());
    let begins = stated(&held_from(records, first, without), &all_from(first, without));
    // Of nobody nothing is lacking.
    if begins.children().next().is_none() {
        return Vec::new();
    }
    let held = card(&begins);
    held.into_iter().zip(whole).filter(|(held, _)| held.obstacle().is_none()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_made_of_data_that_begin_on_a_day_is_what_all_records_give(
        case in strategies::scenario(1..4),
        without in prop::sample::subsequence(FROM_BEFORE.to_vec(), 0..=FROM_BEFORE.len()),
        brief in any::<bool>(),
    ) {
        let engine = Engine::new(everything());
        let mut records = without_contradictions(case.records.clone());
        if brief {
            records.extend(brief_statuses(&records));
        }
        for as_at in case.as_at.iter().take(2) {
            let windows = [Basis::Cumulative, Basis::ROLLING_12M, Basis::InQuarter].map(|basis| basis.window(*as_at));
            let starts = windows.into_iter().flatten().map(|window| window.start);
            let back = starts.clone().flat_map(|start| [12, 24].map(|months| minus_months(start, months)));
            let days: BTreeSet<NaiveDate> = starts.clone().chain(back).chain([*as_at, minus_months(*as_at, 30)]).collect();
            for first in days {
                for (held, whole) in made(&engine, &records, (first, &without), *as_at) {
                    if held.indicator() == "NI 62" && is_away(&records, first) {
                        continue;
                    }
                    prop_assert_eq!(held.figure(), whole.figure(), "{} {} from {}", held.indicator(), held.basis(), first);
                }
            }
        }
    }
}

fn obstacle(dataset: &Dataset, key: &str, basis: Basis, as_at: NaiveDate) -> Option<Obstacle> {
    let engine = Engine::new(catalogue::find(key));
    engine.run(dataset).unwrap().reading(key, basis, as_at).unwrap().obstacle().cloned()
}

fn shown(dataset: &Dataset, key: &str, basis: Basis, as_at: NaiveDate) -> String {
    let reading = Engine::new(catalogue::find(key)).run(dataset).unwrap().reading(key, basis, as_at).unwrap();
    reading.ratio().map_or_else(|| reading.composition().unwrap().count().to_string(), |ratio| ratio.to_string())
}

#[test]
fn a_conference_cannot_be_judged_where_its_enquiry_may_be_out_of_sight() {
    let (first, june) = (day(2018, 4, 1), day(2018, 6, 30));
    let conference = || InitialConference::new("I1", "C1").enquiry("S1").date(day(2018, 4, 3)).into();
    let records = [Section47Enquiry::new("S1", "C1", day(2018, 3, 20)).end(day(2018, 3, 29)).into(), conference()];
    let from = Days::from(Span::new(first, None));
    let families = [Family::InitialConference, Family::Section47Enquiry];
    let without = families.into_iter().fold(Supply::nothing(), |supply, family| supply.with(family, &from));
    let lacking = Obstacle::NotSupplied(vec![Matter::ConferenceEnquiries]);
    let begins = stated(&[conference()], &without);
    assert_eq!(obstacle(&begins, "ICPC 15", Basis::InQuarter, june), Some(lacking));
    let with = without.with(Matter::ConferenceEnquiries, &from);
    assert_eq!(shown(&stated(&records, &with), "ICPC 15", Basis::InQuarter, june), "1 of 1");
    assert_eq!(held_from(&records, first, &[]), records);
}

#[test]
fn whether_an_episode_is_a_short_break_is_told_by_its_first_day() {
    let (first, june) = (day(2018, 4, 1), day(2018, 6, 30));
    let status = |id: &str, code, from| LegalStatus::new(id, "C1", code, from);
    let short_break: Record = status("G1", LegalStatusCode::ShortBreak, day(2017, 1, 1)).end(day(2017, 6, 1)).into();
    let rest: Vec<Record> = vec![
        Person::new("C1").date_of_birth(day(2010, 1, 1)).into(),
        LookedAfterEpisode::new("E1", "C1", day(2017, 1, 1)).into(),
        status("G2", LegalStatusCode::Section20, day(2017, 6, 1)).into(),
    ];
    let from = Days::from(Span::new(first, None));
    let parts = |held: &Supply| {
        let parts = [Matter::UnaccompaniedChildren, Matter::PlacementMoves, Matter::PlacementDetails];
        let held = held.clone().with(Family::Person, &Days::all());
        parts.into_iter().fold(held, |held, part| held.with(part, &from))
    };
    let families =
        [Family::LookedAfterEpisode, Family::LegalStatus, Family::Placement, Family::Involvement, Family::Professional];
    let without = parts(&families.into_iter().fold(Supply::nothing(), |supply, family| supply.with(family, &from)));
    let lacking = Obstacle::NotSupplied(vec![Matter::ShortBreaks]);
    let begins = stated(&rest, &without);
    for key in ["CLA", "ECS 01b", "NI 63"] {
        assert_eq!(obstacle(&begins, key, Basis::AsAt, june).as_ref(), Some(&lacking), "{key}");
    }
    for key in ["NI 62", "NI 62 raw-moves"] {
        assert_eq!(obstacle(&begins, key, Basis::Cumulative, june).as_ref(), Some(&lacking), "{key}");
    }
    let all: Vec<Record> = rest.into_iter().chain([short_break]).collect();
    assert_eq!(held_from(&all, first, &[]).len(), all.len());
    let with = without.with(Matter::ShortBreaks, &from);
    assert_eq!(shown(&stated(&all, &with), "CLA", Basis::AsAt, june), "0");
    // The chain reaches further back than the day.
    let looks_back = Obstacle::LooksBack { reach: Reach::Months(30), data_begin: first };
    assert_eq!(obstacle(&stated(&all, &with), "NI 63", Basis::AsAt, june), Some(looks_back));
}

/// What [`handbook::ni_62`](csc_kpi::handbook::ni_62) says of a child who is away on the day the data begin.
#[test]
fn a_child_away_on_the_day_the_data_begin_comes_back_to_a_placement_that_looks_new() {
    let (first, march) = (day(2018, 4, 1), day(2019, 3, 31));
    let steps = [
        (day(2017, 6, 1), Some(day(2018, 3, 28)), PlacementType::U4, "A"),
        (day(2018, 3, 28), Some(day(2018, 4, 5)), PlacementType::T3, "B"),
        (day(2018, 4, 5), Some(day(2018, 9, 1)), PlacementType::U4, "A"),
        (day(2018, 9, 1), None, PlacementType::K2, "C"),
    ];
    let mut records = vec![Record::from(Person::new("C1").date_of_birth(day(2010, 1, 1)))];
    for (number, (start, end, kind, urn)) in steps.into_iter().enumerate() {
        let id = format!("E{number}");
        let mut placement = Placement::new(&*id, "C1", start).kind(kind).urn(urn);
        let reason = if number == 0 { EpisodeStart::StartedCare } else { EpisodeStart::Placement };
        let mut episode = LookedAfterEpisode::new(&*id, "C1", start).placement(&*id).start_reason(reason);
        (placement.end, episode.ceased) = (end, end);
        records.extend([placement.into(), episode.into()]);
    }
    assert!(is_away(&records, first) && !is_away(&records, day(2018, 4, 6)));
    let whole: Dataset = records.iter().cloned().collect();
    assert_eq!(shown(&whole, "NI 62", Basis::Cumulative, march), "0 of 1");
    let begins = stated(&held_from(&records, first, &[]), &all_from(first, &[]));
    assert_eq!(shown(&begins, "NI 62", Basis::Cumulative, march), "1 of 1");
}

#[test]
fn the_referral_of_an_assessment_is_there_with_it() {
    let first = day(2018, 4, 1);
    let records: [Record; 3] = [
        Referral::new("R1", "C1", day(2018, 3, 20)).into(),
        Assessment::new("A1", "C1", day(2018, 3, 22)).referral("R1").authorised(day(2018, 4, 3)).into(),
        Assessment::new("A2", "C1", day(2018, 3, 20)).referral("R2").authorised(day(2018, 3, 31)).into(),
    ];
    let held = held_from(&records, first, &[]);
    assert_eq!(held, records[..2]);
    let dataset = stated(&held, &all_from(first, &[]));
    assert_eq!(shown(&dataset, "ECS 138 from referral", Basis::InQuarter, day(2018, 6, 30)), "1 of 1");
}
