//! Section 47 enquiries, initial child protection conferences, child protection plans and their reviews.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Coded;
use super::code::{setters, statutory_codes};
use crate::calendar::Moment;

statutory_codes! {
    /// Category of abuse of a child protection plan (CIN census N00113).
    AbuseCategory {
        /// neglect.
        Neglect = "NEG",
        /// physical abuse.
        Physical = "PHY",
        /// sexual abuse.
        Sexual = "SAB",
        /// emotional abuse.
        Emotional = "EMO",
        /// multiple or not recommended.
        Multiple = "MUL",
    }
}

/// A section 47 enquiry. SSD `ssd_s47_enquiry`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Section47Enquiry {
    /// `s47e_s47_enquiry_id`
    pub id: String,
    /// The referral it belongs to. `s47e_referral_id`
    pub referral: Option<String>,
    /// `s47e_person_id`
    pub person: String,
    /// `s47e_s47_start_date`
    pub start: Moment,
    /// `s47e_s47_end_date`
    pub end: Option<Moment>,
}

impl Section47Enquiry {
    /// An enquiry about `person` that began at `start`.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>, start: impl Into<Moment>) -> Self {
        Self { id: id.into(), referral: None, person: person.into(), start: start.into(), end: None }
    }
}

setters!(Section47Enquiry { referral: String, end: Moment });

/// An initial child protection conference. SSD `ssd_initial_cp_conference`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InitialConference {
    /// `icpc_icpc_id`
    pub id: String,
    /// The section 47 enquiry that led to it. `icpc_s47_enquiry_id`
    pub enquiry: Option<String>,
    /// `icpc_person_id`
    pub person: String,
    /// Whether it receives a child on a plan of another authority. `icpc_icpc_transfer_in`
    pub transfer_in: Option<bool>,
    /// `icpc_icpc_target_date`
    pub target: Option<NaiveDate>,
    /// When it was held. `icpc_icpc_date`
    pub date: Option<Moment>,
    /// Whether it made a child protection plan. `icpc_icpc_outcome_cp_flag`
    pub plan_made: Option<bool>,
}

impl InitialConference {
    /// A conference about `person` of which no date is known yet.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            enquiry: None,
            person: person.into(),
            transfer_in: None,
            target: None,
            date: None,
            plan_made: None,
        }
    }
}

setters!(InitialConference { enquiry: String, transfer_in: bool, target: NaiveDate, date: Moment, plan_made: bool });

/// A child protection plan. SSD `ssd_cp_plans`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ProtectionPlan {
    /// `cppl_cp_plan_id`
    pub id: String,
    /// `cppl_referral_id`
    pub referral: Option<String>,
    /// The conference that made it. `cppl_icpc_id`
    pub conference: Option<String>,
    /// `cppl_person_id`
    pub person: String,
    /// The first day of the plan. `cppl_cp_plan_start_date`
    pub start: NaiveDate,
    /// The first day without it; null while open. `cppl_cp_plan_end_date`
    pub end: Option<NaiveDate>,
    /// Whether it is the plan of another local authority. `cppl_cp_plan_ola`
    pub other_authority: Option<bool>,
    /// `cppl_cp_plan_initial_category`
    pub initial_category: Option<Coded<AbuseCategory>>,
    /// `cppl_cp_plan_latest_category`
    pub latest_category: Option<Coded<AbuseCategory>>,
    /// Plans before this one, as recorded. `cppl_number_of_previous_plans`
    pub previous_plans: Option<u32>,
}

impl ProtectionPlan {
    /// A plan of `person` from `start`, open.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>, start: NaiveDate) -> Self {
        Self {
            id: id.into(),
            referral: None,
            conference: None,
            person: person.into(),
            start,
            end: None,
            other_authority: None,
            initial_category: None,
            latest_category: None,
            previous_plans: None,
        }
    }
}

setters!(ProtectionPlan {
    referral: String,
    conference: String,
    end: NaiveDate,
    other_authority: bool,
    initial_category: Coded<AbuseCategory>,
    latest_category: Coded<AbuseCategory>,
    previous_plans: u32,
});

/// A review conference of a child protection plan. SSD `ssd_cp_reviews`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PlanReview {
    /// `cppr_cp_review_id`
    pub id: String,
    /// `cppr_person_id`
    pub person: String,
    /// The plan reviewed. `cppr_cp_plan_id`
    pub plan: Option<String>,
    /// `cppr_cp_review_due`
    pub due: Option<NaiveDate>,
    /// The day it was held. `cppr_cp_review_date`
    pub date: Option<NaiveDate>,
}

impl PlanReview {
    /// A review of `plan` of which no date is known yet.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>, plan: impl Into<String>) -> Self {
        Self { id: id.into(), person: person.into(), plan: Some(plan.into()), due: None, date: None }
    }
}

setters!(PlanReview { due: NaiveDate, date: NaiveDate });
