//! Which figures a finding may touch.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{CinRule, Finding, FindingRule, ReturnsRule, Severity};
use crate::dataset::Matter;
use crate::record::Family;

/// A figure, and what it reads of the records: [`Definition::reads`](crate::indicator::Definition::reads).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Reads {
    /// The key of the indicator.
    pub indicator: Arc<str>,
    /// What it reads; `None` where it does not say, and then it may read everything.
    pub matters: Option<BTreeSet<Matter>>,
}

impl Reads {
    /// That the indicator reads these matters, or does not say what.
    #[must_use]
    pub fn new(indicator: impl Into<Arc<str>>, matters: Option<BTreeSet<Matter>>) -> Self {
        Self { indicator: indicator.into(), matters }
    }

    /// Whether the figure may be another for what the finding says: where it is of a part of the records that the figure
    /// [reads](Finding::matter), or of records of which it reads anything. What is for information touches no figure.
    #[must_use]
    pub fn touched_by(&self, finding: &Finding) -> bool {
        // One child under two ids is two in every figure.
        if finding.rule == FindingRule::Ssda903Returns(ReturnsRule::SamePupilNumber) {
            return true;
        }
        let Some(matter) = finding.matter() else { return false };
        let Some(read) = &self.matters else { return true };
        match matter {
            Matter::Records(family) => read.iter().any(|matter| matter.family() == family),
            part => read.contains(&part),
        }
    }
}

/// Columns and elements that hold a part of the records.
const PARTS: [(&str, Matter); 36] = [
    ("cine_referral_nfa", Matter::ReferralDecisions),
    ("referralnfa", Matter::ReferralDecisions),
    ("referral_no_further_action_flag", Matter::ReferralDecisions),
    ("cina_referral_id", Matter::AssessmentReferrals),
    ("s47e_referral_id", Matter::EnquiryReferrals),
    ("icpc_s47_enquiry_id", Matter::ConferenceEnquiries),
    ("cina_assessment_auth_date", Matter::Authorisations),
    ("assessmentauthorisationdate", Matter::Authorisations),
    ("authorisation_date", Matter::Authorisations),
    ("cppl_number_of_previous_plans", Matter::PreviousPlans),
    ("numberofpreviouscpp", Matter::PreviousPlans),
    ("immi_immigration_status", Matter::UnaccompaniedChildren),
    ("uasc_flag", Matter::UnaccompaniedChildren),
    ("duc", Matter::UnaccompaniedChildren),
    ("miss_missing_rhi_offered", Matter::InterviewOffers),
    ("miss_missing_rhi_accepted", Matter::ReturnInterviews),
    ("miss_missing_rhi_completed_date", Matter::InterviewDates),
    ("clea_care_leaver_eligibility", Matter::CareLeaverEligibility),
    ("clea_care_leaver_in_touch", Matter::CareLeaverContact),
    ("in_touch", Matter::CareLeaverContact),
    ("clea_care_leaver_accommodation", Matter::CareLeaverAccommodation),
    ("clea_care_leaver_accom_suitable", Matter::CareLeaverAccommodation),
    ("accom", Matter::CareLeaverAccommodation),
    ("accommodation", Matter::CareLeaverAccommodation),
    ("clea_care_leaver_activity", Matter::CareLeaverActivity),
    ("activ", Matter::CareLeaverActivity),
    ("activity", Matter::CareLeaverActivity),
    ("uasc_end_date", Matter::UnaccompaniedChildren),
    ("clae_cla_placement_id", Matter::PlacementMoves),
    ("clae_cla_episode_start_reason", Matter::PlacementMoves),
    ("clap_cla_placement_type", Matter::PlacementDetails),
    ("clap_cla_placement_provider", Matter::PlacementDetails),
    ("clap_cla_placement_urn", Matter::PlacementDetails),
    ("clap_cla_placement_postcode", Matter::PlacementDetails),
    ("miss_missing_episode_type", Matter::MissingKinds),
    ("miss_missing_episode_end_date", Matter::MissingEnds),
];

/// Columns and elements that no indicator reads: they are kept for breakdowns, or only checked.
const UNREAD: [&str; 42] = [
    "pers_sex",
    "pers_ethnicity",
    "sex",
    "gendercurrent",
    "gender",
    "ethnic",
    "ethnicity",
    "upn",
    "cine_referral_source_code",
    "referralsource",
    "referral_source",
    "referral source",
    "cine_cin_primary_need_code",
    "primaryneedcode",
    "primary need code",
    "cine_close_date",
    "cine_close_reason",
    "cinclosuredate",
    "reasonforclosure",
    "cinplanstartdate",
    "cinplanenddate",
    "closure_date",
    "closure_reason",
    "cine_referral_team",
    "cina_assessment_team",
    "icpc_icpc_outcome_cp_flag",
    "cppl_referral_id",
    "cppl_icpc_id",
    "cppl_cp_plan_initial_category",
    "cppl_cp_plan_latest_category",
    "initialcategoryofabuse",
    "latestcategoryofabuse",
    "initial category of abuse",
    "latest category of abuse",
    "cppr_cp_review_due",
    "clae_cla_id",
    "clap_cla_id",
    "clap_cla_placement_distance",
    "cin",
    "home_post",
    "mc_dob",
    "reason_place_change",
];

impl Finding {
    /// What figures may be touched by: a part of the records, or the records as a whole; `None` for what is for information, and
    /// for what no indicator reads, such as a code of ethnicity.
    ///
    /// A record that is left out is missing as a whole, whichever of its cells is at fault.
    ///
    /// ```
    /// use csc_kpi::record::Family;
    /// use csc_kpi::{Finding, FindingRule, Matter};
    ///
    /// let of = |field: &str, rule| Finding::new(Family::Referral, field, "?", rule).matter();
    /// assert_eq!(of("cine_referral_nfa", FindingRule::UnknownFlag), Some(Matter::ReferralDecisions));
    /// assert_eq!(of("cine_referral_date", FindingRule::UnreadableDate), Some(Matter::Records(Family::Referral)));
    /// assert_eq!(of("cine_referral_source_code", FindingRule::UnknownCode), None);
    /// assert_eq!(of("cine_colour", FindingRule::RepeatedColumn), None);
    /// ```
    #[must_use]
    pub fn matter(&self) -> Option<Matter> {
        let whole = Matter::Records(self.family);
        match (self.rule, self.severity()) {
            (_, Severity::ForInformation) => None,
            (FindingRule::AuthorisedBeforeStart, _) => Some(Matter::Authorisations),
            (FindingRule::OutsideBankHolidays, _) if self.family == Family::Assessment => Some(Matter::Authorisations),
            (FindingRule::CompletedWithoutDate | FindingRule::CompletionNotAccepted, _) => Some(Matter::InterviewDates),
            (FindingRule::NoPreviousPlans, _) => Some(Matter::PreviousPlans),
            (
                FindingRule::NoSuchPerson
                | FindingRule::NoDateOfBirth
                | FindingRule::Ssda903Returns(ReturnsRule::SamePupilNumber),
                _,
            ) => Some(Matter::Records(Family::Person)),
            // Whether there is such a record at all, whichever of its dates is named.
            (FindingRule::MissingLater, _) | (_, Severity::BlocksFigure) => Some(whole),
            // What lacks is not the date of closure that is named, but what should have come before it.
            (FindingRule::CinCensus(CinRule::Cin8867), _) => Some(Matter::Authorisations),
            (FindingRule::CinCensus(CinRule::Cin8868), _) => Some(Matter::Records(Family::InitialConference)),
            (FindingRule::CinCensus(CinRule::Cin8825Q), _) => Some(Matter::Records(Family::Assessment)),
            (_, Severity::MayChangeFigure) => {
                let field = self.field.rsplit('.').next().unwrap_or_default().trim();
                let named = |name: &str| name.eq_ignore_ascii_case(field);
                if UNREAD.iter().any(|name| named(name)) {
                    return None;
                }
                let part = PARTS.iter().find(|(name, part)| named(name) && part.family() == self.family);
                Some(part.map_or(whole, |(_, part)| *part))
            }
        }
    }
}
