//! The authority as the payload of the daily collection: every child with all that the form has of it.

use csc_kpi::calendar::Moment;
use csc_kpi::record::{ALLOCATED_CASE_WORKER, Coded, LookedAfterEpisode, Professional, Referral, StatutoryCode};
use serde_json::{Value, json};

use super::authority::{Authority, Child};

fn code<C: StatutoryCode>(code: Option<&Coded<C>>) -> Value {
    code.map_or(Value::Null, |code| json!(code.letters()))
}

/// The referral to which something from a day on belongs: the last one until then.
fn is_in(child: &Child, start: chrono::NaiveDate) -> Option<&Referral> {
    child.referrals.iter().filter(|referral| referral.date <= start).max_by_key(|referral| referral.date)
}

fn placement(child: &Child, episode: &LookedAfterEpisode) -> Value {
    let placement = child.placement(episode.placement.as_ref()).unwrap();
    json!({
        "child_looked_after_placement_id": episode.id,
        "start_date": episode.start,
        "start_reason": code(episode.start_reason.as_ref()),
        "placement_type": code(placement.kind.as_ref()),
        "postcode": placement.postcode,
        "end_date": episode.ceased,
        "end_reason": code(episode.ceased_reason.as_ref()),
        "change_reason": if episode.ceased == placement.end { code(placement.change_reason.as_ref()) } else { Value::Null },
    })
}

fn episode(child: &Child, referral: &Referral, professionals: &[Professional]) -> Value {
    let is_of = |id: &Option<String>| id.as_ref() == Some(&referral.id);
    let began_in = |start| is_in(child, start).is_some_and(|own| own.id == referral.id);
    let workers: Vec<Value> = child
        .involvements
        .iter()
        .filter(|i| i.role.as_deref() == Some(ALLOCATED_CASE_WORKER) && began_in(i.start))
        .map(|involvement| {
            let professional = professionals.iter().find(|p| Some(&p.id) == involvement.professional.as_ref());
            let number = professional.map(|p| p.registration.as_ref().unwrap_or(&p.id));
            json!({"worker_id": number, "start_date": involvement.start, "end_date": involvement.end})
        })
        .collect();
    let assessments: Vec<Value> = child
        .assessments
        .iter()
        .filter(|assessment| is_of(&assessment.referral))
        .map(|assessment| {
            json!({
                "child_and_family_assessment_id": assessment.id,
                "start_date": assessment.start.date(),
                "authorisation_date": assessment.authorised.map(Moment::date),
            })
        })
        .collect();
    let enquiries: Vec<Value> = child
        .enquiries
        .iter()
        .filter(|enquiry| is_of(&enquiry.referral))
        .map(|enquiry| {
            let conference =
                child.conferences.iter().find(|conference| conference.enquiry.as_ref() == Some(&enquiry.id));
            json!({
                "section_47_assessment_id": enquiry.id,
                "start_date": enquiry.start.date(),
                "icpc_required_flag": conference.is_some(),
                "icpc_date": conference.and_then(|conference| conference.date).map(Moment::date),
                "end_date": enquiry.end.map(Moment::date),
            })
        })
        .collect();
    let plans: Vec<Value> = child
        .plans
        .iter()
        .filter(|plan| is_of(&plan.referral))
        .map(|plan| json!({"child_protection_plan_id": plan.id, "start_date": plan.start, "end_date": plan.end}))
        .collect();
    let placements: Vec<Value> = child
        .episodes
        .iter()
        .filter(|episode| began_in(episode.start))
        .map(|episode| placement(child, episode))
        .collect();
    let mut all = json!({
        "social_care_episode_id": referral.id,
        "referral_date": referral.date,
        "referral_source": code(referral.source.as_ref()),
        "referral_no_further_action_flag": referral.no_further_action,
        "closure_date": referral.closed,
        "closure_reason": code(referral.closure_reason.as_ref()),
        "care_worker_details": workers,
        "child_and_family_assessments": assessments,
        "section_47_assessments": enquiries,
        "child_protection_plans": plans,
        "child_looked_after_placements": placements,
    });
    let last = child.care_leaver.last().filter(|status| status.latest_contact.is_some_and(began_in));
    if let Some(status) = last {
        all["care_leavers"] = json!({
            "contact_date": status.latest_contact,
            "activity": code(status.activity.as_ref()),
            "accommodation": code(status.accommodation.as_ref()),
        });
    }
    all
}

fn child(child: &Child, professionals: &[Professional]) -> Value {
    let person = &child.person;
    let status = child.immigration.first();
    let episodes: Vec<Value> = child.referrals.iter().map(|referral| episode(child, referral, professionals)).collect();
    json!({
        "la_child_id": person.id,
        "child_details": {
            "date_of_birth": person.date_of_birth,
            "expected_date_of_birth": person.expected_date_of_birth,
            "sex": code(person.sex.as_ref()),
            "ethnicity": code(person.ethnicity.as_ref()),
            "uasc_flag": status.is_some(),
            "uasc_end_date": status.and_then(|status| status.end),
        },
        "social_care_episodes": episodes,
    })
}

/// The payload with every child.
pub(super) fn write(authority: &Authority) -> String {
    let children: Vec<Value> = authority.children.iter().map(|one| child(one, &authority.professionals)).collect();
    Value::Array(children).to_string()
}
