//! Professionals and their involvement with a child.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::code::setters;

/// The role of the professional to whom a case is allocated, as SSD writes it; case does not matter.
pub const ALLOCATED_CASE_WORKER: &str = "Allocated Case Worker";

/// The involvement of a professional with a child. SSD `ssd_involvements`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Involvement {
    /// `invo_involvements_id`
    pub id: String,
    /// `invo_person_id`
    pub person: String,
    /// `invo_professional_id`
    pub professional: Option<String>,
    /// `invo_professional_role_id`
    pub role: Option<String>,
    /// The first day. `invo_involvement_start_date`
    pub start: NaiveDate,
    /// The first day without it; null while open. `invo_involvement_end_date`
    pub end: Option<NaiveDate>,
}

impl Involvement {
    /// An involvement with `person` from `start`, open.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>, start: NaiveDate) -> Self {
        Self { id: id.into(), person: person.into(), professional: None, role: None, start, end: None }
    }
}

setters!(Involvement { professional: String, role: String, end: NaiveDate });

/// A professional. SSD `ssd_professionals`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Professional {
    /// `prof_professional_id`
    pub id: String,
    /// The number in the register of social workers. `prof_social_worker_registration_no`
    pub registration: Option<String>,
    /// `prof_professional_job_title`
    pub job_title: Option<String>,
}

impl Professional {
    /// A professional of whom only the id is known.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), registration: None, job_title: None }
    }

    /// Whether a registration number is that of a qualified social worker: `SW`, in any case, then a digit.
    #[must_use]
    pub fn is_social_worker(registration: &str) -> bool {
        matches!(registration.trim().as_bytes(), [b'S' | b's', b'W' | b'w', digit, ..] if digit.is_ascii_digit())
    }
}

setters!(Professional { registration: String, job_title: String });
