//! The authority as the sixteen tables of the Standard Safeguarding Dataset.

use csc_kpi::record::{Coded, Family, InterviewFlag, Record, StatutoryCode};

use super::authority::Authority;

fn code<C: StatutoryCode>(code: Option<&Coded<C>>) -> String {
    code.map(|code| code.letters().to_owned()).unwrap_or_default()
}

fn text(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn flag(flag: Option<bool>) -> String {
    flag.map_or("", |flag| if flag { "Y" } else { "N" }).to_owned()
}

fn interview(flag: Option<InterviewFlag>) -> String {
    match flag {
        None => "",
        Some(InterviewFlag::Yes) => "Y",
        Some(InterviewFlag::No) => "N",
        Some(InterviewFlag::NotRequired) => "NA",
    }
    .to_owned()
}

/// The cells of a record by the names of their columns.
#[allow(clippy::too_many_lines, reason = "sixteen tables")]
fn cells(record: &Record) -> Vec<(&'static str, String)> {
    match record {
        Record::Person(r) => vec![
            ("pers_person_id", r.id.clone()),
            ("pers_sex", code(r.sex.as_ref())),
            ("pers_ethnicity", code(r.ethnicity.as_ref())),
            ("pers_dob", text(r.date_of_birth.as_ref())),
            ("pers_expected_dob", text(r.expected_date_of_birth.as_ref())),
            ("pers_death_date", text(r.date_of_death.as_ref())),
        ],
        Record::FamilyMember(r) => vec![("fami_family_id", r.family.clone()), ("fami_person_id", r.person.clone())],
        Record::ImmigrationStatus(r) => vec![
            ("immi_person_id", r.person.clone()),
            ("immi_immigration_status", text(r.status.as_ref())),
            ("immi_immigration_status_start_date", text(r.start.as_ref())),
            ("immi_immigration_status_end_date", text(r.end.as_ref())),
        ],
        Record::Referral(r) => vec![
            ("cine_referral_id", r.id.clone()),
            ("cine_person_id", r.person.clone()),
            ("cine_referral_date", r.date.to_string()),
            ("cine_referral_source_code", code(r.source.as_ref())),
            ("cine_cin_primary_need_code", code(r.primary_need.as_ref())),
            ("cine_referral_nfa", flag(r.no_further_action)),
            ("cine_close_date", text(r.closed.as_ref())),
            ("cine_close_reason", code(r.closure_reason.as_ref())),
            ("cine_referral_team", text(r.team.as_ref())),
        ],
        Record::Assessment(r) => vec![
            ("cina_assessment_id", r.id.clone()),
            ("cina_person_id", r.person.clone()),
            ("cina_referral_id", text(r.referral.as_ref())),
            ("cina_assessment_start_date", r.start.to_string()),
            ("cina_assessment_auth_date", text(r.authorised.as_ref())),
            ("cina_assessment_team", text(r.team.as_ref())),
        ],
        Record::Section47Enquiry(r) => vec![
            ("s47e_s47_enquiry_id", r.id.clone()),
            ("s47e_referral_id", text(r.referral.as_ref())),
            ("s47e_person_id", r.person.clone()),
            ("s47e_s47_start_date", r.start.to_string()),
            ("s47e_s47_end_date", text(r.end.as_ref())),
        ],
        Record::InitialConference(r) => vec![
            ("icpc_icpc_id", r.id.clone()),
            ("icpc_s47_enquiry_id", text(r.enquiry.as_ref())),
            ("icpc_person_id", r.person.clone()),
            ("icpc_icpc_transfer_in", flag(r.transfer_in)),
            ("icpc_icpc_target_date", text(r.target.as_ref())),
            ("icpc_icpc_date", text(r.date.as_ref())),
            ("icpc_icpc_outcome_cp_flag", flag(r.plan_made)),
        ],
        Record::ProtectionPlan(r) => vec![
            ("cppl_cp_plan_id", r.id.clone()),
            ("cppl_referral_id", text(r.referral.as_ref())),
            ("cppl_icpc_id", text(r.conference.as_ref())),
            ("cppl_person_id", r.person.clone()),
            ("cppl_cp_plan_start_date", r.start.to_string()),
            ("cppl_cp_plan_end_date", text(r.end.as_ref())),
            ("cppl_cp_plan_ola", flag(r.other_authority)),
            ("cppl_cp_plan_initial_category", code(r.initial_category.as_ref())),
            ("cppl_cp_plan_latest_category", code(r.latest_category.as_ref())),
            ("cppl_number_of_previous_plans", text(r.previous_plans.as_ref())),
        ],
        Record::PlanReview(r) => vec![
            ("cppr_cp_review_id", r.id.clone()),
            ("cppr_person_id", r.person.clone()),
            ("cppr_cp_plan_id", text(r.plan.as_ref())),
            ("cppr_cp_review_due", text(r.due.as_ref())),
            ("cppr_cp_review_date", text(r.date.as_ref())),
        ],
        Record::LookedAfterEpisode(r) => vec![
            ("clae_cla_episode_id", r.id.clone()),
            ("clae_person_id", r.person.clone()),
            ("clae_cla_id", text(r.period.as_ref())),
            ("clae_cla_placement_id", text(r.placement.as_ref())),
            ("clae_cla_episode_start_date", r.start.to_string()),
            ("clae_cla_episode_start_reason", code(r.start_reason.as_ref())),
            ("clae_cla_episode_ceased_date", text(r.ceased.as_ref())),
            ("clae_cla_episode_ceased_reason", code(r.ceased_reason.as_ref())),
        ],
        Record::Placement(r) => vec![
            ("clap_cla_placement_id", r.id.clone()),
            ("clap_cla_id", text(r.period.as_ref())),
            ("clap_person_id", r.person.clone()),
            ("clap_cla_placement_start_date", r.start.to_string()),
            ("clap_cla_placement_end_date", text(r.end.as_ref())),
            ("clap_cla_placement_type", code(r.kind.as_ref())),
            ("clap_cla_placement_provider", code(r.provider.as_ref())),
            ("clap_cla_placement_urn", text(r.urn.as_ref())),
            ("clap_cla_placement_postcode", text(r.postcode.as_ref())),
            ("clap_cla_placement_distance", text(r.distance.as_ref())),
            ("clap_cla_placement_change_reason", code(r.change_reason.as_ref())),
        ],
        Record::LegalStatus(r) => vec![
            ("lega_legal_status_id", r.id.clone()),
            ("lega_person_id", r.person.clone()),
            ("lega_legal_status", code(r.status.as_ref())),
            ("lega_legal_status_start_date", r.start.to_string()),
            ("lega_legal_status_end_date", text(r.end.as_ref())),
        ],
        Record::MissingEpisode(r) => vec![
            ("miss_table_id", r.id.clone()),
            ("miss_person_id", r.person.clone()),
            ("miss_missing_episode_start_date", r.start.to_string()),
            ("miss_missing_episode_type", code(r.kind.as_ref())),
            ("miss_missing_episode_end_date", text(r.end.as_ref())),
            ("miss_missing_rhi_offered", interview(r.interview_offered)),
            ("miss_missing_rhi_accepted", interview(r.interview_accepted)),
            ("miss_missing_rhi_completed_date", text(r.interview_completed.as_ref())),
        ],
        Record::CareLeaverStatus(r) => vec![
            ("clea_table_id", r.id.clone()),
            ("clea_person_id", r.person.clone()),
            ("clea_care_leaver_eligibility", code(r.eligibility.as_ref())),
            ("clea_care_leaver_in_touch", code(r.in_touch.as_ref())),
            ("clea_care_leaver_latest_contact", text(r.latest_contact.as_ref())),
            ("clea_care_leaver_accommodation", code(r.accommodation.as_ref())),
            ("clea_care_leaver_accom_suitable", code(r.suitability.as_ref())),
            ("clea_care_leaver_activity", code(r.activity.as_ref())),
        ],
        Record::Involvement(r) => vec![
            ("invo_involvements_id", r.id.clone()),
            ("invo_person_id", r.person.clone()),
            ("invo_professional_id", text(r.professional.as_ref())),
            ("invo_professional_role_id", text(r.role.as_ref())),
            ("invo_involvement_start_date", r.start.to_string()),
            ("invo_involvement_end_date", text(r.end.as_ref())),
        ],
        Record::Professional(r) => vec![
            ("prof_professional_id", r.id.clone()),
            ("prof_social_worker_registration_no", text(r.registration.as_ref())),
            ("prof_professional_job_title", text(r.job_title.as_ref())),
        ],
        _ => unreachable!("every family has its table"),
    }
}

/// The tables, each as CSV.
pub(super) fn write(authority: &Authority) -> Vec<(Family, Vec<u8>)> {
    let records = authority.records();
    Family::ALL
        .into_iter()
        .map(|family| {
            let mut table = csv::Writer::from_writer(Vec::new());
            let rows = records.iter().filter(|record| record.family() == family).map(cells);
            for (number, row) in rows.enumerate() {
                if number == 0 {
                    table.write_record(row.iter().map(|(column, _)| *column)).unwrap();
                }
                table.write_record(row.iter().map(|(_, cell)| cell)).unwrap();
            }
            (family, table.into_inner().unwrap())
        })
        .collect()
}
