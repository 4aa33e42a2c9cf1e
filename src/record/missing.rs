//! Missing episodes and the interviews after them.

use serde::{Deserialize, Serialize};

use super::Coded;
use super::code::{setters, statutory_codes};
use crate::calendar::Moment;

statutory_codes! {
    /// Kind of a missing episode (SSDA903 MISSING).
    MissingKind {
        /// missing.
        Missing = "M",
        /// away from placement without authorisation.
        Away = "A",
    }
}

/// What is recorded of an interview: offered, accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InterviewFlag {
    /// `Y`.
    #[serde(rename = "Y")]
    Yes,
    /// `N`.
    #[serde(rename = "N")]
    No,
    /// `NA`: not required.
    #[serde(rename = "NA")]
    NotRequired,
}

/// An episode of a child missing or away, and the welfare return interview after it. SSD `ssd_missing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MissingEpisode {
    /// `miss_table_id`
    pub id: String,
    /// `miss_person_id`
    pub person: String,
    /// `miss_missing_episode_start_date`
    pub start: Moment,
    /// `miss_missing_episode_type`
    pub kind: Option<Coded<MissingKind>>,
    /// When the child returned; null while missing. `miss_missing_episode_end_date`
    pub end: Option<Moment>,
    /// `miss_missing_rhi_offered`
    pub interview_offered: Option<InterviewFlag>,
    /// `miss_missing_rhi_accepted`
    pub interview_accepted: Option<InterviewFlag>,
    /// `miss_missing_rhi_completed_date`, a local extension
    pub interview_completed: Option<Moment>,
}

impl MissingEpisode {
    /// An episode of `person` from `start`, not ended.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>, start: impl Into<Moment>) -> Self {
        Self {
            id: id.into(),
            person: person.into(),
            start: start.into(),
            kind: None,
            end: None,
            interview_offered: None,
            interview_accepted: None,
            interview_completed: None,
        }
    }
}

setters!(MissingEpisode {
    kind: Coded<MissingKind>,
    end: Moment,
    interview_offered: InterviewFlag,
    interview_accepted: InterviewFlag,
    interview_completed: Moment,
});
