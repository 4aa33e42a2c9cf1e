//! The JSON of the daily collection: every attribute, every finding, purges, round trips, any text.

use std::collections::BTreeMap;

use csc_kpi::calendar::Basis;
use csc_kpi::format::dfe_api::{self, Change, ChildRecords, DfeApiError, Payload};
use csc_kpi::record::{
    ALLOCATED_CASE_WORKER, Accommodation, Activity, Assessment, CareLeaverStatus, ClosureReason, Coded, EpisodeEnd,
    EpisodeStart, Ethnicity, Family, ImmigrationStatus, InitialConference, Involvement, LookedAfterEpisode, Person,
    Placement, PlacementChange, PlacementType, Professional, ProtectionPlan, Record, Referral, ReferralSource,
    Section47Enquiry, Sex, StatutoryCode,
};
use csc_kpi::{Dataset, Engine, Finding, FindingRule, NaiveDate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::laws::everything;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A payload of one child with every attribute of the form, valid by the OpenAPI document 1.0.1.
fn full() -> Value {
    json!([{
        "la_child_id": "C1",
        "mis_child_id": "Supplier-C1",
        "purge": false,
        "child_details": {
            "unique_pupil_number": "ABC0123456789",
            "former_unique_pupil_number": "DEF0123456789",
            "unique_pupil_number_unknown_reason": "UN1",
            "first_name": "John",
            "surname": "Doe",
            "date_of_birth": "2008-06-14",
            "expected_date_of_birth": "2008-06-20",
            "sex": "M",
            "ethnicity": "WBRI",
            "disabilities": ["HAND", "VIS"],
            "postcode": "AB12 3DE",
            "uasc_flag": true,
            "uasc_end_date": "2022-09-01",
            "purge": false
        },
        "health_and_wellbeing": {"sdq_assessments": [{"date": "2022-06-14", "score": 20}], "purge": false},
        "social_care_episodes": [{
            "social_care_episode_id": "E1",
            "referral_date": "2022-04-04",
            "referral_source": "1C",
            "referral_no_further_action_flag": false,
            "care_worker_details": [
                {"worker_id": "SW123", "start_date": "2022-04-05", "end_date": "2022-05-01"},
                {"worker_id": "SW123", "start_date": "2022-06-01"}
            ],
            "child_and_family_assessments": [{
                "child_and_family_assessment_id": "A1", "start_date": "2022-04-06", "authorisation_date": "2022-05-20",
                "factors": ["1C", "4A"], "purge": false
            }],
            "child_in_need_plans": [{
                "child_in_need_plan_id": "N1", "start_date": "2022-05-21", "end_date": "2022-06-14", "purge": false
            }],
            "section_47_assessments": [{
                "section_47_assessment_id": "S1", "start_date": "2022-04-07", "icpc_required_flag": true,
                "icpc_date": "2022-04-21", "end_date": "2022-04-22", "purge": false
            }],
            "child_protection_plans": [{
                "child_protection_plan_id": "P1", "start_date": "2022-04-21", "end_date": "2022-12-01", "purge": false
            }],
            "child_looked_after_placements": [{
                "child_looked_after_placement_id": "L1", "start_date": "2022-06-02", "start_reason": "S",
                "placement_type": "K1", "postcode": "AB12 3DE", "end_date": "2022-08-14", "end_reason": "E3",
                "change_reason": "CHILD", "purge": false
            }],
            "adoption": {
                "initial_decision_date": "2022-06-14", "matched_date": "2022-06-14", "placed_date": "2022-06-14",
                "purge": false
            },
            "care_leavers": {
                "contact_date": "2022-09-14", "activity": "F2", "accommodation": "D", "purge": false
            },
            "closure_date": "2023-01-05",
            "closure_reason": "RC7",
            "purge": false
        }],
    }])
}

fn read(payload: &Value) -> Payload {
    dfe_api::records(&payload.to_string()).unwrap()
}

fn only(payload: &Value) -> ChildRecords {
    let payload = read(payload);
    assert_eq!((payload.findings.as_slice(), payload.children.len()), ([].as_slice(), 1));
    payload.children.into_iter().next().unwrap()
}

fn given(child: &ChildRecords) -> &[Record] {
    match &child.change {
        Change::Replace(records) => records,
        Change::Purge => panic!("the child is purged"),
    }
}

fn of_full() -> Vec<Record> {
    let mut unaccompanied = ImmigrationStatus::new("C1", "UASC");
    unaccompanied.end = Some(day("2022-09-01"));
    let mut referral = Referral::new("E1", "C1", day("2022-04-04"))
        .source(ReferralSource::SelfReferral)
        .closed(day("2023-01-05"))
        .closure_reason(ClosureReason::ServicesCeased);
    referral.no_further_action = Some(false);
    let worked = |id, start| Involvement::new(id, "C1", day(start)).role(ALLOCATED_CASE_WORKER).professional("SW123");
    vec![
        Person::new("C1")
            .sex(Sex::Male)
            .ethnicity(Ethnicity::WhiteBritish)
            .date_of_birth(day("2008-06-14"))
            .expected_date_of_birth(day("2008-06-20"))
            .into(),
        unaccompanied.into(),
        referral.into(),
        Assessment::new("A1", "C1", day("2022-04-06")).referral("E1").authorised(day("2022-05-20")).into(),
        Section47Enquiry::new("S1", "C1", day("2022-04-07")).referral("E1").end(day("2022-04-22")).into(),
        InitialConference::new("S1/ICPC", "C1").enquiry("S1").date(day("2022-04-21")).into(),
        ProtectionPlan::new("P1", "C1", day("2022-04-21")).referral("E1").end(day("2022-12-01")).into(),
        LookedAfterEpisode::new("L1", "C1", day("2022-06-02"))
            .placement("L1")
            .start_reason(EpisodeStart::StartedCare)
            .ceased(day("2022-08-14"))
            .ceased_reason(EpisodeEnd::OtherAuthority)
            .into(),
        Placement::new("L1", "C1", day("2022-06-02"))
            .end(day("2022-08-14"))
            .kind(PlacementType::K1)
            .postcode("AB12 3DE")
            .change_reason(PlacementChange::Child)
            .into(),
        Professional::new("SW123").registration("SW123").into(),
        worked("E1/W0", "2022-04-05").end(day("2022-05-01")).into(),
        worked("E1/W1", "2022-06-01").into(),
        CareLeaverStatus::new("E1/CL", "C1")
            .latest_contact(day("2022-09-14"))
            .activity(Activity::EducationFullTime)
            .accommodation(Accommodation::SemiIndependent)
            .into(),
    ]
}

#[test]
fn every_attribute_of_the_form_becomes_its_record() {
    let child = only(&full());
    assert_eq!(
        (child.child.as_str(), child.findings.as_slice(), child.purged.as_slice()),
        ("C1", [].as_slice(), [].as_slice())
    );
    assert_eq!(given(&child), of_full());
    let mut records = Dataset::builder();
    read(&full()).give_to(&mut records);
    let dataset = records.finish();
    assert_eq!(dataset.findings(), []);
    let ledger = Engine::new(everything()).run(&dataset).unwrap();
    let reading = ledger.reading("ECS 138", Basis::Cumulative, day("2023-03-31")).unwrap();
    assert_eq!(reading.ratio().unwrap().to_string(), "1 of 1");
}

/// Every date that is read, the family whose record is left out where it cannot be, and whether it has to be there.
const DATES: [(&str, Family, bool); 17] = [
    ("child_details.date_of_birth", Family::Person, false),
    ("child_details.expected_date_of_birth", Family::Person, false),
    ("child_details.uasc_end_date", Family::ImmigrationStatus, false),
    ("social_care_episodes[0].referral_date", Family::Referral, true),
    ("social_care_episodes[0].closure_date", Family::Referral, false),
    ("social_care_episodes[0].care_worker_details[0].start_date", Family::Involvement, true),
    ("social_care_episodes[0].care_worker_details[0].end_date", Family::Involvement, false),
    ("social_care_episodes[0].child_and_family_assessments[0].start_date", Family::Assessment, true),
    ("social_care_episodes[0].child_and_family_assessments[0].authorisation_date", Family::Assessment, false),
    ("social_care_episodes[0].section_47_assessments[0].start_date", Family::Section47Enquiry, true),
    ("social_care_episodes[0].section_47_assessments[0].icpc_date", Family::InitialConference, false),
    ("social_care_episodes[0].section_47_assessments[0].end_date", Family::Section47Enquiry, false),
    ("social_care_episodes[0].child_protection_plans[0].start_date", Family::ProtectionPlan, true),
    ("social_care_episodes[0].child_protection_plans[0].end_date", Family::ProtectionPlan, false),
    ("social_care_episodes[0].child_looked_after_placements[0].start_date", Family::LookedAfterEpisode, true),
    ("social_care_episodes[0].child_looked_after_placements[0].end_date", Family::LookedAfterEpisode, false),
    ("social_care_episodes[0].care_leavers.contact_date", Family::CareLeaverStatus, false),
];

/// The attribute at a path such as a finding names.
fn at<'a>(payload: &'a mut Value, path: &str) -> &'a mut Value {
    let pointer = format!("/0/{}", path.replace(['.', '['], "/").replace(']', ""));
    payload.pointer_mut(&pointer).unwrap()
}

fn count(records: &[Record], family: Family) -> usize {
    records.iter().filter(|record| record.family() == family).count()
}

#[test]
fn a_change_of_legal_status_alone_is_no_other_placement() {
    let placed = |id: &str, start: &str, reason: &str, kind: &str, end: Option<&str>| {
        json!({"child_looked_after_placement_id": id, "start_date": start, "start_reason": reason, "placement_type": kind,
               "postcode": "AB12 3DE", "end_date": end})
    };
    // In any order in the payload.
    let mut all = vec![
        placed("L3", "2022-08-01", "L", "U4", Some("2022-09-01")),
        placed("L1", "2022-06-02", "S", "U4", Some("2022-07-01")),
        placed("L2", "2022-07-01", "L", "U4", Some("2022-08-01")),
        placed("L4", "2022-09-01", "P", "U4", Some("2022-10-01")),
        // Another type, so another placement, whatever the reason says.
        placed("L5", "2022-10-01", "L", "K2", None),
    ];
    all[0]["change_reason"] = json!("CHILD");
    let mut payload = full();
    payload[0]["social_care_episodes"][0]["child_looked_after_placements"] = json!(all);
    let child = only(&payload);
    let mut placements: Vec<_> = given(&child)
        .iter()
        .filter_map(|record| match record {
            Record::Placement(p) => Some((p.id.as_str(), p.start, p.end, p.change_reason.is_some())),
            _ => None,
        })
        .collect();
    placements.sort_unstable();
    assert_eq!(
        placements,
        [
            ("L1", day("2022-06-02"), Some(day("2022-09-01")), true),
            ("L4", day("2022-09-01"), Some(day("2022-10-01")), false),
            ("L5", day("2022-10-01"), None, false),
        ]
    );
    let mut episodes: Vec<_> = given(&child)
        .iter()
        .filter_map(|record| match record {
            Record::LookedAfterEpisode(e) => Some((e.id.as_str(), e.placement.as_deref())),
            _ => None,
        })
        .collect();
    episodes.sort_unstable();
    let expected = [("L1", "L1"), ("L2", "L1"), ("L3", "L1"), ("L4", "L4"), ("L5", "L5")];
    assert_eq!(episodes, expected.map(|(episode, placement)| (episode, Some(placement))));
}

/// The builder finds the id again; the placement that came first stays.
#[test]
fn a_placement_whose_id_comes_twice_does_not_go_on_with_itself() {
    let mut payload = full();
    let placements = &mut payload[0]["social_care_episodes"][0]["child_looked_after_placements"];
    let first = json!({"child_looked_after_placement_id": "X", "start_date": "2022-06-02", "start_reason": "S",
                       "placement_type": "U4", "end_date": "2022-07-01"});
    let mut again = first.clone();
    (again["start_date"], again["start_reason"], again["end_date"]) = (json!("2022-07-01"), json!("L"), Value::Null);
    *placements = json!([first, again]);
    let mut records = Dataset::builder();
    read(&payload).give_to(&mut records);
    let dataset = records.finish();
    let rules: Vec<_> = dataset.findings().iter().map(|finding| (finding.family, finding.rule)).collect();
    assert_eq!(rules, [Family::LookedAfterEpisode, Family::Placement].map(|of| (of, FindingRule::RepeatedId)));
    let child = dataset.child("C1").unwrap();
    let [placement] = child.chronology().placements() else { panic!("one placement") };
    assert_eq!((placement.start, placement.end), (day("2022-06-02"), Some(day("2022-07-01"))));
    assert!(child.chronology().episodes()[0].placement.is_some());
}

#[test]
fn every_date_is_read_and_a_wrong_one_is_found() {
    let all = of_full();
    for (path, family, is_needed) in DATES {
        let lenient = ["+2021-1-01", "2021 -1-01", "2021-01- 1", "-021-01-01", "2022-6-14", "2022-06-1\u{e9}"];
        let others = [json!("2022-02-30"), json!("14/06/2022"), json!(20_220_614), json!(true)];
        for wrong in others.into_iter().chain(lenient.map(Value::from)) {
            let mut payload = full();
            *at(&mut payload, path) = wrong.clone();
            let child = only(&payload);
            let value = wrong.as_str().map_or_else(|| wrong.to_string(), str::to_owned);
            let found: Vec<_> = child.findings.iter().map(|f| (f.family, f.field.as_str(), &f.value, f.rule)).collect();
            assert_eq!(found, [(family, path, &value, FindingRule::UnreadableDate)]);
            assert_eq!((child.findings[0].row, child.findings[0].person.as_deref()), (Some(1), Some("C1")));
            assert_eq!(count(given(&child), family), count(&all, family) - 1, "{path}");
        }
        for empty in [Value::Null, json!(""), json!(" ")] {
            let mut payload = full();
            *at(&mut payload, path) = empty;
            let child = only(&payload);
            let rules: Vec<_> = child.findings.iter().map(|f| (f.rule, f.field.as_str())).collect();
            assert_eq!(rules, if is_needed { vec![(FindingRule::EmptyStart, path)] } else { vec![] });
        }
        let mut payload = full();
        *at(&mut payload, path) = json!("2024-02-29");
        assert_ne!(given(&only(&payload)), all, "{path} is read");
    }
}

#[test]
fn each_finding_names_its_place() {
    let with = |path: &str, value: Value| {
        let mut payload = full();
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        let parent = if parent.is_empty() { &mut payload[0] } else { at(&mut payload, parent) };
        parent[name] = value;
        payload
    };
    for (path, family, record) in [
        ("purge", Family::Person, "C1"),
        ("child_details.purge", Family::Person, "C1"),
        ("child_details.uasc_flag", Family::ImmigrationStatus, ""),
        ("social_care_episodes[0].purge", Family::Referral, "E1"),
        ("social_care_episodes[0].referral_no_further_action_flag", Family::Referral, "E1"),
        ("social_care_episodes[0].child_and_family_assessments[0].purge", Family::Assessment, "A1"),
        ("social_care_episodes[0].section_47_assessments[0].purge", Family::Section47Enquiry, "S1"),
        ("social_care_episodes[0].child_protection_plans[0].purge", Family::ProtectionPlan, "P1"),
        ("social_care_episodes[0].child_looked_after_placements[0].purge", Family::LookedAfterEpisode, "L1"),
        ("social_care_episodes[0].care_leavers.purge", Family::CareLeaverStatus, "E1/CL"),
    ] {
        let child = only(&with(path, json!("yes")));
        let expected = Finding::new(family, path, "yes", FindingRule::UnknownFlag).in_row(Some(1)).of(record, "C1");
        assert_eq!(child.findings, [expected]);
        assert_eq!(given(&child).len(), of_full().len(), "{path}");
    }
    for place in [
        "",
        "child_details.",
        "social_care_episodes[0].",
        "social_care_episodes[0].care_worker_details[0].",
        "social_care_episodes[0].child_and_family_assessments[0].",
        "social_care_episodes[0].section_47_assessments[0].",
        "social_care_episodes[0].child_protection_plans[0].",
        "social_care_episodes[0].child_looked_after_placements[0].",
        "social_care_episodes[0].care_leavers.",
    ] {
        let path = format!("{place}shoe_size");
        let child = only(&with(&path, json!(41)));
        let found: Vec<_> = child.findings.iter().map(|f| (f.field.as_str(), f.value.as_str(), f.rule)).collect();
        assert_eq!(found, [(path.as_str(), "41", FindingRule::UnexpectedElement)]);
        assert_eq!(given(&child), of_full());
    }

    let payload = read(&json!([{"child_details": {}}, {"la_child_id": "C1"}, {"la_child_id": "C1", "purge": true}]));
    let at =
        |value, rule, row| Finding::new(Family::Person, "la_child_id", value, rule).in_row(Some(row)).of("", value);
    let expected = [at("", FindingRule::EmptyPerson, 1), at("C1", FindingRule::RepeatedElement, 3)];
    assert_eq!(payload.findings, expected);
    assert_eq!(given(&payload.children[0]), [Person::new("C1").into()]);
}

#[test]
fn codes_that_no_list_knows_survive() {
    let mut payload = full();
    for (path, code) in [
        ("child_details.sex", "X"),
        ("child_details.ethnicity", "ZZZZ"),
        ("social_care_episodes[0].referral_source", "9Z"),
        ("social_care_episodes[0].closure_reason", "RC0"),
        ("social_care_episodes[0].child_looked_after_placements[0].start_reason", "?"),
        ("social_care_episodes[0].child_looked_after_placements[0].placement_type", "Q9"),
        ("social_care_episodes[0].child_looked_after_placements[0].end_reason", "E99"),
        ("social_care_episodes[0].child_looked_after_placements[0].change_reason", "NONE"),
        ("social_care_episodes[0].care_leavers.activity", "H1"),
        ("social_care_episodes[0].care_leavers.accommodation", "!"),
    ] {
        *at(&mut payload, path) = json!(code);
    }
    let child = only(&payload);
    assert_eq!(child.findings, []);
    let Some(Record::Person(person)) = given(&child).first() else { panic!("a person") };
    assert_eq!(person.sex, Some(Coded::Unknown("X".to_owned())));
    let mut records = Dataset::builder();
    read(&payload).give_to(&mut records);
    let found: Vec<_> = records.finish().findings().iter().map(|f| (f.rule, f.value.clone())).collect();
    let mut codes: Vec<_> =
        found.iter().filter(|(rule, _)| *rule == FindingRule::UnknownCode).map(|(_, v)| &**v).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["!", "9Z", "?", "E99", "H1", "NONE", "Q9", "RC0", "X", "ZZZZ"]);
}

#[test]
fn what_is_purged_has_no_record() {
    let purged = |path: &str| {
        let mut payload = full();
        *at(&mut payload, path) = json!(true);
        only(&payload)
    };
    assert_eq!(purged("purge").change, Change::Purge);

    let details = purged("child_details.purge");
    assert_eq!(given(&details)[0], Person::new("C1").into());
    assert_eq!(
        (given(&details).len(), &*details.purged),
        (of_full().len() - 1, &[(Family::Person, "C1".to_owned())][..])
    );

    let parts: [(&str, &[(Family, &str)]); 5] = [
        ("child_and_family_assessments[0]", &[(Family::Assessment, "A1")]),
        ("section_47_assessments[0]", &[(Family::Section47Enquiry, "S1"), (Family::InitialConference, "S1/ICPC")]),
        ("child_protection_plans[0]", &[(Family::ProtectionPlan, "P1")]),
        ("child_looked_after_placements[0]", &[(Family::LookedAfterEpisode, "L1"), (Family::Placement, "L1")]),
        ("care_leavers", &[(Family::CareLeaverStatus, "E1/CL")]),
    ];
    for (path, gone) in parts {
        let child = purged(&format!("social_care_episodes[0].{path}.purge"));
        let named: Vec<_> = child.purged.iter().map(|(family, id)| (*family, id.as_str())).collect();
        assert_eq!(named, gone);
        assert_eq!(given(&child).len(), of_full().len() - gone.len());
        assert!(gone.iter().all(|(family, _)| count(given(&child), *family) == 0));
    }

    // An episode goes with all that lies in it, and the details stay.
    let child = purged("social_care_episodes[0].purge");
    assert_eq!(given(&child), &of_full()[..2]);
    let named: Vec<_> = child.purged.iter().map(|(family, id)| (*family, id.as_str())).collect();
    assert_eq!(
        named,
        [
            (Family::Referral, "E1"),
            (Family::Assessment, "A1"),
            (Family::Section47Enquiry, "S1"),
            (Family::InitialConference, "S1/ICPC"),
            (Family::ProtectionPlan, "P1"),
            (Family::LookedAfterEpisode, "L1"),
            (Family::Placement, "L1"),
            (Family::Involvement, "E1/W0"),
            (Family::Involvement, "E1/W1"),
            (Family::CareLeaverStatus, "E1/CL"),
        ]
    );
}

/// A host keeps records by child, and puts those of a payload in the place of the child's: the figures follow.
#[test]
fn a_service_replaces_child_by_child() {
    let child = |id: &str, authorised: &str| {
        json!({"la_child_id": id, "social_care_episodes": [{"social_care_episode_id": format!("E{id}"),
            "referral_date": "2022-04-01",
            "care_worker_details": [{"worker_id": "SW1", "start_date": "2022-04-01"}],
            "child_and_family_assessments": [{"child_and_family_assessment_id": format!("A{id}"),
                "start_date": "2022-04-01", "authorisation_date": authorised}]}]})
    };
    let mut kept: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    let mut post = |payload: Value| {
        for child in read(&payload).children {
            match child.change {
                Change::Replace(records) => kept.insert(child.child, records),
                Change::Purge => kept.remove(&child.child),
            };
        }
        let dataset: Dataset = kept.values().flatten().cloned().collect();
        let ledger = Engine::new(everything()).run(&dataset).unwrap();
        ledger.reading("ECS 138", Basis::Cumulative, day("2023-03-31")).unwrap().ratio().unwrap().to_string()
    };
    assert_eq!(post(json!([child("C1", "2022-05-03"), child("C2", "2022-12-01")])), "1 of 2");
    assert_eq!(post(json!([child("C2", "2022-05-03")])), "2 of 2");
    assert_eq!(post(json!([{"la_child_id": "C1", "purge": true}])), "1 of 1");

    let mut records = Dataset::builder();
    read(&json!([child("C1", "2022-05-03"), child("C2", "2022-12-01")])).give_to(&mut records);
    assert_eq!(records.finish().findings(), [], "a worker of two children comes once");
}

/// A payload of some children, each with as many referrals as its letter is given.
fn with_referrals(children: &[(&str, u32)]) -> Payload {
    let child = |(id, referrals): &(&str, u32)| {
        let episode = |n: u32| json!({"social_care_episode_id": format!("{id}/{n}"), "referral_date": "2022-04-04"});
        let child_details = json!({"date_of_birth": "2022-02-30"});
        let episodes: Vec<Value> = (0..*referrals).map(episode).collect();
        json!({"la_child_id": id, "child_details": child_details, "social_care_episodes": episodes})
    };
    read(&children.iter().map(child).collect())
}

#[test]
fn a_later_payload_says_anew_what_there_is_of_its_children() {
    let mut all = with_referrals(&[("C1", 1), ("C2", 2), ("C3", 3)]);
    all.update(with_referrals(&[("C4", 4), ("C2", 5)]));
    let given_of = |payload: &Payload| -> Vec<Vec<Record>> {
        payload.children.iter().map(|child| given(child).to_vec()).collect()
    };
    assert_eq!(given_of(&all), given_of(&with_referrals(&[("C1", 1), ("C2", 5), ("C3", 3), ("C4", 4)])));
    // What is wrong in the child that was replaced is not found any more; what is wrong outside children is.
    all.update(read(&json!([{"la_child_id": "C2"}, {"la_child_id": "C3", "purge": true}, {}])));
    let wrong: Vec<_> = all.children.iter().map(|child| (child.child.as_str(), child.findings.len())).collect();
    assert_eq!(wrong, [("C1", 1), ("C2", 0), ("C3", 0), ("C4", 1)]);
    assert_eq!(all.findings.len(), 1);
    assert_eq!(all.children[2].change, Change::Purge);
    let mut records = Dataset::builder();
    all.give_to(&mut records);
    let dataset = records.finish();
    let referrals: Vec<_> =
        dataset.children().map(|child| (child.id().to_owned(), child.chronology().referrals().len())).collect();
    assert_eq!(referrals, [("C2", 0), ("C1", 1), ("C4", 4)].map(|(id, count)| (id.to_owned(), count)));
}

#[test]
fn what_the_host_has_from_another_form_is_left_out() {
    let mut payload = full();
    *at(&mut payload, "social_care_episodes[0].care_leavers.contact_date") = json!("soon");
    *at(&mut payload, "social_care_episodes[0].referral_no_further_action_flag") = json!("perhaps");
    let families = [Family::LookedAfterEpisode, Family::Placement, Family::CareLeaverStatus];
    let left = read(&payload).without(&families);
    let rules: Vec<_> = left.children[0].findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [FindingRule::UnknownFlag]);
    let mut expected = of_full();
    expected.retain(|record| !families.contains(&record.family()));
    let Record::Referral(referral) = &mut expected[2] else { panic!("the third is the referral") };
    referral.no_further_action = None;
    assert_eq!(given(&left.children[0]), expected);
    let held: Vec<_> = dfe_api::supply().iter().map(|(matter, _)| matter).collect();
    let mut stays = held.clone();
    stays.retain(|matter| !families.contains(&matter.family()));
    assert_eq!(
        stays.len() + 5,
        held.len(),
        "three families, moves between placements, and of care leavers the activity"
    );
    assert_eq!(left.supply().iter().map(|(matter, _)| matter).collect::<Vec<_>>(), stays);
    let mut records = Dataset::builder();
    let supply = left.supply();
    left.give_to(&mut records);
    assert_eq!(records.finish().supply(), &supply);
}

#[test]
fn what_is_no_payload_says_why() {
    for wrong in ["", "{}", "[1]", "[{\"la_child_id\": \"C1\"", r#"[{"la_child_id": "C1", "child_details": []}]"#] {
        let error = dfe_api::records(wrong).unwrap_err();
        assert!(error.to_string().starts_with("the payload is malformed: "), "{error}");
    }
    let error = dfe_api::records_from(&b"\xff"[..]).unwrap_err();
    assert!(matches!(error, DfeApiError::Source(_)));
    assert_eq!(dfe_api::records_from(full().to_string().as_bytes()).unwrap(), read(&full()));
    let deep = "[".repeat(100_000);
    assert!(dfe_api::records(&deep).is_err());
}

fn some_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..2_000).prop_map(|days| day("2017-04-01") + chrono::Days::new(days))
}

fn later() -> impl Strategy<Value = Option<u64>> {
    prop::option::of(0_u64..500)
}

fn some_code<C: StatutoryCode>() -> impl Strategy<Value = Option<Coded<C>>> {
    prop::option::of(prop::sample::select(C::ALL).prop_map(Coded::Known))
}

prop_compose! {
    /// An episode of the child with what the form carries of it.
    fn invented(child: usize, n: usize)(
        (referred, closed, source, nfa) in (some_day(), later(), some_code(), prop::option::of(any::<bool>())),
        assessment in prop::option::of((some_day(), later())),
        enquiry in prop::option::of((some_day(), later(), later())),
        plan in prop::option::of((some_day(), later())),
        placed in prop::option::of((some_day(), later(), some_code(), some_code(), some_code())),
        leaver in prop::option::of((prop::option::of(some_day()), some_code(), some_code())),
    ) -> Vec<Record> {
        let (child, id) = (format!("C{child}"), format!("E{child}x{n}"));
        let after = |start: NaiveDate, days: Option<u64>| days.map(|days| start + chrono::Days::new(days));
        let mut referral = Referral::new(&*id, &*child, referred);
        (referral.closed, referral.source, referral.no_further_action) = (after(referred, closed), source, nfa);
        let mut records: Vec<Record> = vec![referral.into()];
        if let Some((start, length)) = assessment {
            let mut assessment = Assessment::new(format!("A{id}"), &*child, start).referral(&*id);
            assessment.authorised = after(start, length).map(Into::into);
            records.push(assessment.into());
        }
        if let Some((start, length, held)) = enquiry {
            let mut enquiry = Section47Enquiry::new(format!("S{id}"), &*child, start).referral(&*id);
            enquiry.end = after(start, length).map(Into::into);
            records.push(enquiry.into());
            if let Some(date) = after(start, held) {
                let conference = InitialConference::new(format!("S{id}/ICPC"), &*child);
                records.push(conference.enquiry(format!("S{id}")).date(date).into());
            }
        }
        if let Some((start, length)) = plan {
            let mut plan = ProtectionPlan::new(format!("P{id}"), &*child, start).referral(&*id);
            plan.end = after(start, length);
            records.push(plan.into());
        }
        if let Some((start, length, why, kind, ceased)) = placed {
            let place = format!("L{id}");
            let mut episode = LookedAfterEpisode::new(&*place, &*child, start).placement(&*place);
            (episode.start_reason, episode.ceased, episode.ceased_reason) = (why, after(start, length), ceased);
            records.push(episode.into());
            let mut placement = Placement::new(&*place, &*child, start);
            (placement.end, placement.kind) = (after(start, length), kind);
            records.push(placement.into());
        }
        if let Some((contact, activity, accommodation)) = leaver {
            let mut status = CareLeaverStatus::new(format!("{id}/CL"), &*child);
            (status.latest_contact, status.activity, status.accommodation) = (contact, activity, accommodation);
            records.push(status.into());
        }
        records
    }
}

fn letters<C: StatutoryCode>(code: Option<&Coded<C>>) -> Option<&str> {
    code.map(Coded::letters)
}

/// The episode as the form has it.
fn as_episode(records: &[Record]) -> Value {
    let mut form = json!({});
    for record in records {
        match record {
            Record::Referral(r) => {
                form["social_care_episode_id"] = json!(r.id);
                form["referral_date"] = json!(r.date);
                form["closure_date"] = json!(r.closed);
                form["referral_source"] = json!(letters(r.source.as_ref()));
                form["referral_no_further_action_flag"] = json!(r.no_further_action);
            }
            Record::Assessment(r) => {
                form["child_and_family_assessments"] = json!([{"child_and_family_assessment_id": r.id,
                    "start_date": r.start, "authorisation_date": r.authorised}]);
            }
            Record::Section47Enquiry(r) => {
                form["section_47_assessments"] =
                    json!([{"section_47_assessment_id": r.id, "start_date": r.start, "end_date": r.end}]);
            }
            Record::InitialConference(r) => form["section_47_assessments"][0]["icpc_date"] = json!(r.date),
            Record::ProtectionPlan(r) => {
                form["child_protection_plans"] =
                    json!([{"child_protection_plan_id": r.id, "start_date": r.start, "end_date": r.end}]);
            }
            Record::LookedAfterEpisode(r) => {
                form["child_looked_after_placements"] = json!([{"child_looked_after_placement_id": r.id,
                    "start_date": r.start, "start_reason": letters(r.start_reason.as_ref()), "end_date": r.ceased,
                    "end_reason": letters(r.ceased_reason.as_ref())}]);
            }
            Record::Placement(r) => {
                form["child_looked_after_placements"][0]["placement_type"] = json!(letters(r.kind.as_ref()));
            }
            Record::CareLeaverStatus(r) => {
                form["care_leavers"] = json!({"contact_date": r.latest_contact,
                    "activity": letters(r.activity.as_ref()), "accommodation": letters(r.accommodation.as_ref())});
            }
            other => panic!("not invented: {other:?}"),
        }
    }
    form
}

fn authority() -> impl Strategy<Value = Vec<(NaiveDate, Vec<Vec<Record>>)>> {
    (1_usize..5).prop_flat_map(|children| {
        (0..children)
            .map(|child| {
                (
                    some_day(),
                    (0_usize..4).prop_flat_map(move |n| (0..n).map(|n| invented(child, n)).collect::<Vec<_>>()),
                )
            })
            .collect::<Vec<_>>()
    })
}

/// Each reading with its figure; none where it cannot be made.
fn readings(dataset: &Dataset) -> Vec<(String, Option<String>)> {
    let ledger = Engine::new(everything()).run(dataset).unwrap();
    let mut readings = Vec::new();
    for indicator in everything() {
        let definition = indicator.definition();
        for basis in &definition.bases {
            for date in ["2018-03-31", "2019-11-15", "2022-03-31"] {
                let reading = ledger.reading(&definition.key(), *basis, day(date)).unwrap();
                let figure = reading.obstacle().is_none().then(|| format!("{:?}", reading.figure()));
                readings.push((format!("{} {basis} {date}", definition.key()), figure));
            }
        }
    }
    readings
}

/// Found by fuzzing: an attribute whose name is the empty text.
#[test]
fn an_attribute_without_a_name_is_named_so() {
    let payload = dfe_api::records(r#"[{"la_child_id":"C1","":false,"child_details":{"":"x"}}]"#).unwrap();
    let found: Vec<_> =
        payload.children[0].findings.iter().map(|f| (f.field.as_str(), f.value.as_str(), f.rule, f.row)).collect();
    let unexpected = FindingRule::UnexpectedElement;
    assert_eq!(found, [("\"\"", "false", unexpected, Some(1)), ("child_details.\"\"", "x", unexpected, Some(1))]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// An invented authority written out in the form reads as the same records, findings and figures.
    #[test]
    fn an_authority_written_out_reads_as_the_same_figures(children in authority()) {
        let (mut forms, mut expected) = (Vec::new(), Vec::new());
        for (child, (born, episodes)) in children.iter().enumerate() {
            let born = *born - chrono::Days::new(4_000);
            let all: Vec<Value> = episodes.iter().map(|records| as_episode(records)).collect();
            forms.push(json!({"la_child_id": format!("C{child}"), "child_details": {"date_of_birth": born},
                "social_care_episodes": all}));
            expected.push(Record::from(Person::new(format!("C{child}")).date_of_birth(born)));
            expected.extend(episodes.iter().flatten().cloned());
        }
        let payload = read(&Value::Array(forms));
        prop_assert!(payload.children.iter().all(|child| child.findings.is_empty()));
        let read: Vec<Record> = payload.children.iter().flat_map(given).cloned().collect();
        prop_assert_eq!(&read, &expected);
        let mut records = Dataset::builder();
        payload.give_to(&mut records);
        let (read, direct) = (records.finish(), expected.into_iter().collect::<Dataset>());
        prop_assert_eq!(read.findings(), direct.findings());
        let mut made = std::collections::BTreeSet::new();
        for (reading, whole) in readings(&read).iter().zip(readings(&direct)) {
            prop_assert!(reading.1.is_none() || *reading == whole, "{:?} {:?}", reading, whole);
            made.extend(reading.1.as_ref().map(|_| reading.0.split(" 20").next().unwrap_or_default().to_owned()));
        }
        // What the docs say the form carries, on every date.
        let flows = [
            "NI 68", "NI 68 by-event", "NI 68 route", "ECS 14a", "ECS 14a 365 days", "ECS 138", "ECS 138 days",
            "ECS 138 from referral", "ECS 138 start is day 1", "ICPC 15", "NI 65", "NI 65a", "NI 65a start to start",
            "NI 64 ceased",
        ];
        let windows = ["cumulative", "in-quarter", "rolling-12m"];
        let flows = flows.iter().flat_map(|key| windows.map(|basis| format!("{key} {basis}")));
        let stocks = ["ECS 133", "NI 64 open", "ECS 02"].map(|key| format!("{key} as-at"));
        prop_assert_eq!(made, flows.chain(stocks).collect());
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(dfe_api::records_from(&*bytes).map_or(true, |payload| payload.children.is_empty()));
    }

    /// A payload in which bytes are overwritten, and one in which any attribute holds anything.
    #[test]
    fn damaged_payloads_never_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        place in prop::sample::select(&DATES[..]),
        value in any_value(),
    ) {
        let mut bytes = full().to_string().into_bytes();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(payload) = dfe_api::records_from(&*bytes) {
            payload.give_to(&mut Dataset::builder());
        }
        let mut payload = full();
        *at(&mut payload, place.0) = value;
        let mut records = Dataset::builder();
        read(&payload).give_to(&mut records);
        let _whatever = records.finish();
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..3).prop_map(Value::from),
        Just(json!({"a": {"b": []}})),
    ]
}
