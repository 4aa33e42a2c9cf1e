//! The typed records a host gives: one family a file, statutory codes as enums.
//!
//! Ids are the caller's own text. Dates are civil days; the families whose clock times are compared (assessments,
//! enquiries, conferences, missing episodes) carry a [`Moment`](crate::calendar::Moment). The doc of each field names
//! the column of the Standard Safeguarding Dataset (SSD) that holds it.

mod assessment;
mod care_leaver;
mod child_protection;
pub(crate) mod code;
mod counted;
mod involvement;
mod looked_after;
mod missing;
mod person;
mod referral;

pub use assessment::Assessment;
pub use care_leaver::{Accommodation, Activity, CareLeaverStatus, Eligibility, InTouch, Suitability};
pub use child_protection::{AbuseCategory, InitialConference, PlanReview, ProtectionPlan, Section47Enquiry};
pub use code::{Coded, StatutoryCode};
pub use counted::AuthorityCount;
pub use involvement::{ALLOCATED_CASE_WORKER, Involvement, Professional};
pub use looked_after::{
    EpisodeEnd, EpisodeStart, LegalStatus, LegalStatusCode, LookedAfterEpisode, Placement, PlacementChange,
    PlacementProvider, PlacementType,
};
pub use missing::{InterviewFlag, MissingEpisode, MissingKind};
pub use person::{EthnicGroup, Ethnicity, FamilyMember, ImmigrationStatus, Person, Sex};
pub use referral::{ClosureReason, PrimaryNeed, Referral, ReferralSource};

use serde::{Deserialize, Serialize};
use std::fmt;

/// The families of records, in the order in which findings are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Family {
    /// [`Person`], table `ssd_person`.
    Person,
    /// [`FamilyMember`], table `ssd_family`.
    FamilyMember,
    /// [`ImmigrationStatus`], table `ssd_immigration_status`.
    ImmigrationStatus,
    /// [`Referral`], table `ssd_cin_episodes`.
    Referral,
    /// [`Assessment`], table `ssd_cin_assessments`.
    Assessment,
    /// [`Section47Enquiry`], table `ssd_s47_enquiry`.
    Section47Enquiry,
    /// [`InitialConference`], table `ssd_initial_cp_conference`.
    InitialConference,
    /// [`ProtectionPlan`], table `ssd_cp_plans`.
    ProtectionPlan,
    /// [`PlanReview`], table `ssd_cp_reviews`.
    PlanReview,
    /// [`LookedAfterEpisode`], table `ssd_cla_episodes`.
    LookedAfterEpisode,
    /// [`Placement`], table `ssd_cla_placement`.
    Placement,
    /// [`LegalStatus`], table `ssd_legal_status`.
    LegalStatus,
    /// [`MissingEpisode`], table `ssd_missing`.
    MissingEpisode,
    /// [`CareLeaverStatus`], table `ssd_care_leavers`.
    CareLeaverStatus,
    /// [`Involvement`], table `ssd_involvements`.
    Involvement,
    /// [`Professional`], table `ssd_professionals`.
    Professional,
}

impl Family {
    /// All families, in order.
    pub const ALL: [Self; 16] = [
        Self::Person,
        Self::FamilyMember,
        Self::ImmigrationStatus,
        Self::Referral,
        Self::Assessment,
        Self::Section47Enquiry,
        Self::InitialConference,
        Self::ProtectionPlan,
        Self::PlanReview,
        Self::LookedAfterEpisode,
        Self::Placement,
        Self::LegalStatus,
        Self::MissingEpisode,
        Self::CareLeaverStatus,
        Self::Involvement,
        Self::Professional,
    ];

    /// The name of its SSD table, without `.csv`.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Person => "ssd_person",
            Self::FamilyMember => "ssd_family",
            Self::ImmigrationStatus => "ssd_immigration_status",
            Self::Referral => "ssd_cin_episodes",
            Self::Assessment => "ssd_cin_assessments",
            Self::Section47Enquiry => "ssd_s47_enquiry",
            Self::InitialConference => "ssd_initial_cp_conference",
            Self::ProtectionPlan => "ssd_cp_plans",
            Self::PlanReview => "ssd_cp_reviews",
            Self::LookedAfterEpisode => "ssd_cla_episodes",
            Self::Placement => "ssd_cla_placement",
            Self::LegalStatus => "ssd_legal_status",
            Self::MissingEpisode => "ssd_missing",
            Self::CareLeaverStatus => "ssd_care_leavers",
            Self::Involvement => "ssd_involvements",
            Self::Professional => "ssd_professionals",
        }
    }
}

/// What the record is called in a sentence: "section 47 enquiry".
impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person => "person",
            Self::FamilyMember => "family member",
            Self::ImmigrationStatus => "immigration status",
            Self::Referral => "referral",
            Self::Assessment => "assessment",
            Self::Section47Enquiry => "section 47 enquiry",
            Self::InitialConference => "initial child protection conference",
            Self::ProtectionPlan => "child protection plan",
            Self::PlanReview => "child protection review",
            Self::LookedAfterEpisode => "looked-after episode",
            Self::Placement => "placement",
            Self::LegalStatus => "legal status",
            Self::MissingEpisode => "missing episode",
            Self::CareLeaverStatus => "care leaver status",
            Self::Involvement => "involvement",
            Self::Professional => "professional",
        })
    }
}

/// A record of any family: what a [`Builder`](crate::Builder) takes.
///
/// Every record type converts into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant is the record type of its name")]
pub enum Record {
    Person(Person),
    FamilyMember(FamilyMember),
    ImmigrationStatus(ImmigrationStatus),
    Referral(Referral),
    Assessment(Assessment),
    Section47Enquiry(Section47Enquiry),
    InitialConference(InitialConference),
    ProtectionPlan(ProtectionPlan),
    PlanReview(PlanReview),
    LookedAfterEpisode(LookedAfterEpisode),
    Placement(Placement),
    LegalStatus(LegalStatus),
    MissingEpisode(MissingEpisode),
    CareLeaverStatus(CareLeaverStatus),
    Involvement(Involvement),
    Professional(Professional),
}

macro_rules! into_record {
    ($($family:ident),+) => {
        /// A borrowed record of any family: what a [`Builder`](crate::Builder) takes without a clone.
        ///
        /// A reference to any record converts into it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "each variant is the record type of its name")]
        pub enum RecordRef<'a> {
            $($family(&'a $family),)+
        }

        impl<'a> From<&'a Record> for RecordRef<'a> {
            fn from(record: &'a Record) -> Self {
                match record {
                    $(Record::$family(record) => Self::$family(record),)+
                }
            }
        }

        impl RecordRef<'_> {
            /// Which family it belongs to.
            #[must_use]
            pub const fn family(&self) -> Family {
                match self {
                    $(Self::$family(_) => Family::$family,)+
                }
            }

            /// A record of its own, cloned.
            #[must_use]
            pub fn cloned(self) -> Record {
                match self {
                    $(Self::$family(record) => Record::$family(record.clone()),)+
                }
            }
        }

        $(impl<'a> From<&'a $family> for RecordRef<'a> {
            fn from(record: &'a $family) -> Self {
                Self::$family(record)
            }
        })+

        $(impl From<$family> for Record {
            fn from(record: $family) -> Self {
                Self::$family(record)
            }
        })+

        impl Record {
            /// Which family it belongs to.
            #[must_use]
            pub const fn family(&self) -> Family {
                match self {
                    $(Self::$family(_) => Family::$family,)+
                }
            }
        }
    };
}

into_record!(
    Person,
    FamilyMember,
    ImmigrationStatus,
    Referral,
    Assessment,
    Section47Enquiry,
    InitialConference,
    ProtectionPlan,
    PlanReview,
    LookedAfterEpisode,
    Placement,
    LegalStatus,
    MissingEpisode,
    CareLeaverStatus,
    Involvement,
    Professional
);

impl Record {
    /// The id of the record as given; `None` for a membership of a family and for an immigration status, which have none.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        Some(match self {
            Self::FamilyMember(_) | Self::ImmigrationStatus(_) => return None,
            Self::Person(r) => &r.id,
            Self::Referral(r) => &r.id,
            Self::Assessment(r) => &r.id,
            Self::Section47Enquiry(r) => &r.id,
            Self::InitialConference(r) => &r.id,
            Self::ProtectionPlan(r) => &r.id,
            Self::PlanReview(r) => &r.id,
            Self::LookedAfterEpisode(r) => &r.id,
            Self::Placement(r) => &r.id,
            Self::LegalStatus(r) => &r.id,
            Self::MissingEpisode(r) => &r.id,
            Self::CareLeaverStatus(r) => &r.id,
            Self::Involvement(r) => &r.id,
            Self::Professional(r) => &r.id,
        })
    }

    /// The id, as given, of the person whose record it is: what records are divided by where each child is calculated apart.
    /// `None` for a professional, whom records of many children name. A review is calculated with the child of its plan, whoever
    /// it names.
    ///
    /// ```
    /// use csc_kpi::NaiveDate;
    /// use csc_kpi::record::{Person, Professional, Record, Referral};
    ///
    /// let day = NaiveDate::from_ymd_opt(2018, 3, 1).unwrap();
    /// let records: Vec<Record> =
    ///     vec![Person::new("C1").into(), Referral::new("R1", "C1", day).into(), Professional::new("W1").into()];
    /// let persons: Vec<_> = records.iter().map(Record::person).collect();
    /// assert_eq!(persons, [Some("C1"), Some("C1"), None]);
    /// assert_eq!(records[1].id(), Some("R1"));
    /// ```
    #[must_use]
    pub fn person(&self) -> Option<&str> {
        Some(match self {
            Self::Professional(_) => return None,
            Self::Person(r) => &r.id,
            Self::FamilyMember(r) => &r.person,
            Self::ImmigrationStatus(r) => &r.person,
            Self::Referral(r) => &r.person,
            Self::Assessment(r) => &r.person,
            Self::Section47Enquiry(r) => &r.person,
            Self::InitialConference(r) => &r.person,
            Self::ProtectionPlan(r) => &r.person,
            Self::PlanReview(r) => &r.person,
            Self::LookedAfterEpisode(r) => &r.person,
            Self::Placement(r) => &r.person,
            Self::LegalStatus(r) => &r.person,
            Self::MissingEpisode(r) => &r.person,
            Self::CareLeaverStatus(r) => &r.person,
            Self::Involvement(r) => &r.person,
        })
    }
}
