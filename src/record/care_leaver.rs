//! What is known of young people who left care.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Coded;
use super::code::{setters, statutory_codes};

statutory_codes! {
    /// Eligibility for leaving care services (Children (Leaving Care) Act 2000). SSD writes the words.
    Eligibility {
        /// a relevant child.
        Relevant = "Relevant",
        /// a former relevant child.
        FormerRelevant = "Former Relevant",
        /// an eligible child, still looked after.
        Eligible = "Eligible",
        /// a qualifying care leaver.
        Qualifying = "Qualifying",
    }
}

statutory_codes! {
    /// Whether the authority is in touch (SSDA903 IN_TOUCH).
    InTouch {
        /// in touch.
        Yes = "YES",
        /// not in touch.
        No = "NO",
        /// died.
        Died = "DIED",
        /// refuses contact.
        Refuses = "REFU",
        /// no longer requires services.
        NotRequired = "NREQ",
        /// returned home for six months or more.
        ReturnedHome = "RHOM",
    }
}

statutory_codes! {
    /// Accommodation (SSDA903 ACCOM).
    Accommodation {
        /// with parents or relatives.
        Parents = "B",
        /// community home.
        CommunityHome = "C",
        /// semi-independent, transitional accommodation.
        SemiIndependent = "D",
        /// supported lodgings.
        SupportedLodgings = "E",
        /// gone abroad.
        Abroad = "G",
        /// deported.
        Deported = "H",
        /// ordinary lodgings.
        OrdinaryLodgings = "K",
        /// residence not known.
        NotKnown = "R",
        /// no fixed abode or homeless.
        Homeless = "S",
        /// foyers.
        Foyer = "T",
        /// independent living.
        Independent = "U",
        /// emergency accommodation.
        Emergency = "V",
        /// bed and breakfast.
        BedAndBreakfast = "W",
        /// in custody.
        Custody = "X",
        /// other accommodation.
        Other = "Y",
        /// with former foster carers.
        FormerFosterCarers = "Z",
    }
}

statutory_codes! {
    /// Suitability of the accommodation (SSDA903 ACCOM suitability).
    Suitability {
        /// considered suitable.
        Suitable = "1",
        /// considered unsuitable.
        Unsuitable = "2",
    }
}

statutory_codes! {
    /// Main activity (SSDA903 ACTIV): F full time, P part time, G none.
    Activity {
        /// full time in higher education.
        HigherEducationFullTime = "F1",
        /// part time in higher education.
        HigherEducationPartTime = "P1",
        /// full time in other education.
        EducationFullTime = "F2",
        /// part time in other education.
        EducationPartTime = "P2",
        /// full time in training or employment, to 2018.
        TrainingOrEmploymentFullTime = "F3",
        /// part time in training or employment, to 2018.
        TrainingOrEmploymentPartTime = "P3",
        /// full time in an apprenticeship.
        ApprenticeshipFullTime = "F4",
        /// part time in an apprenticeship.
        ApprenticeshipPartTime = "P4",
        /// full time in training or employment other than an apprenticeship.
        EmploymentFullTime = "F5",
        /// part time in training or employment other than an apprenticeship.
        EmploymentPartTime = "P5",
        /// none, because of illness or disability.
        NoneIllness = "G4",
        /// none, for other circumstances.
        NoneOther = "G5",
        /// none, because of pregnancy or parenting.
        NoneParenting = "G6",
        /// not known.
        NotKnown = "0",
    }
}

impl Activity {
    /// Whether it is education, employment or training: F1–F5 and P1–P5.
    #[must_use]
    pub const fn is_education_employment_or_training(self) -> bool {
        !matches!(self, Self::NoneIllness | Self::NoneOther | Self::NoneParenting | Self::NotKnown)
    }
}

/// The status of a care leaver as last recorded. SSD `ssd_care_leavers`.
///
/// Of several of one person the latest by contact counts; ties go to the one given later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CareLeaverStatus {
    /// `clea_table_id`
    pub id: String,
    /// `clea_person_id`
    pub person: String,
    /// `clea_care_leaver_eligibility`
    pub eligibility: Option<Coded<Eligibility>>,
    /// `clea_care_leaver_in_touch`
    pub in_touch: Option<Coded<InTouch>>,
    /// The day the status is dated by; null comes before all days. `clea_care_leaver_latest_contact`
    pub latest_contact: Option<NaiveDate>,
    /// `clea_care_leaver_accommodation`
    pub accommodation: Option<Coded<Accommodation>>,
    /// `clea_care_leaver_accom_suitable`
    pub suitability: Option<Coded<Suitability>>,
    /// `clea_care_leaver_activity`
    pub activity: Option<Coded<Activity>>,
}

impl CareLeaverStatus {
    /// A status of `person` of which nothing is known.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            person: person.into(),
            eligibility: None,
            in_touch: None,
            latest_contact: None,
            accommodation: None,
            suitability: None,
            activity: None,
        }
    }
}

setters!(CareLeaverStatus {
    eligibility: Coded<Eligibility>,
    in_touch: Coded<InTouch>,
    latest_contact: NaiveDate,
    accommodation: Coded<Accommodation>,
    suitability: Coded<Suitability>,
    activity: Coded<Activity>,
});
