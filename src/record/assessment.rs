//! Social work assessments.

use serde::{Deserialize, Serialize};

use super::code::setters;
use crate::calendar::Moment;

/// A social work assessment. SSD `ssd_cin_assessments`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Assessment {
    /// `cina_assessment_id`
    pub id: String,
    /// `cina_person_id`
    pub person: String,
    /// The referral it follows. `cina_referral_id`
    pub referral: Option<String>,
    /// `cina_assessment_start_date`
    pub start: Moment,
    /// When it was authorised; null while open. `cina_assessment_auth_date`
    pub authorised: Option<Moment>,
    /// `cina_assessment_team`
    pub team: Option<String>,
}

impl Assessment {
    /// An assessment of `person` that began at `start` and is open.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>, start: impl Into<Moment>) -> Self {
        Self { id: id.into(), person: person.into(), referral: None, start: start.into(), authorised: None, team: None }
    }
}

setters!(Assessment { referral: String, authorised: Moment, team: String });
