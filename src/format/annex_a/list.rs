//! The lists of the workbook and their columns.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::record::Family;

/// A list of the workbook that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum List {
    /// List 1: contacts.
    Contacts,
    /// List 3: referrals.
    Referrals,
    /// List 4: assessments.
    Assessments,
    /// List 5: section 47 enquiries and initial child protection conferences.
    Enquiries,
    /// List 6: children in need.
    ChildrenInNeed,
    /// List 7: child protection plans.
    ProtectionPlans,
    /// List 8: children looked after.
    LookedAfter,
    /// List 9: care leavers.
    CareLeavers,
}

impl List {
    /// Every list that is read, by number.
    pub const ALL: [Self; 8] = [
        Self::Contacts,
        Self::Referrals,
        Self::Assessments,
        Self::Enquiries,
        Self::ChildrenInNeed,
        Self::ProtectionPlans,
        Self::LookedAfter,
        Self::CareLeavers,
    ];

    /// The number in Annex A.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Contacts => 1,
            Self::Referrals => 3,
            Self::Assessments => 4,
            Self::Enquiries => 5,
            Self::ChildrenInNeed => 6,
            Self::ProtectionPlans => 7,
            Self::LookedAfter => 8,
            Self::CareLeavers => 9,
        }
    }

    /// The list a sheet holds by its name: the number after the word `list`, or the number it begins with.
    pub(super) fn of_sheet(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        let after_word =
            name.split_once("list").map(|(_, rest)| rest.trim_start_matches([' ', '_', '-', '.', '#', ':']));
        let number = |text: &str| {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u8>().ok()
        };
        let number = after_word.and_then(number).or_else(|| number(&name))?;
        Self::ALL.into_iter().find(|list| list.number() == number)
    }

    /// The name of a column in Annex A.
    pub(super) fn name_of(self, column: Column) -> &'static str {
        let mut headings = PERSON.iter().chain(self.columns());
        headings.find(|heading| heading.0 == column).map_or("", |heading| heading.1)
    }

    #[allow(clippy::too_many_lines, reason = "a table of names")]
    pub(super) const fn columns(self) -> &'static [Heading] {
        use Column as C;
        match self {
            Self::Contacts => &[
                Heading(C::Start, "Date of Contact", &["Contact Date"]),
                Heading(C::Source, "Contact Source", &["Source of Contact"]),
            ],
            Self::Referrals => &[
                Heading(C::Start, "Date of Referral", &["Referral Date", "Referral Start Date"]),
                Heading(C::Source, "Referral Source", &["Source of Referral"]),
                Heading(C::Flag, "Referral NFA?", &["Referral No Further Action", "NFA"]),
                Heading(
                    C::Count,
                    "Number of Referrals in Last 12 Months",
                    &["Number of Referrals in the Last 12 Months"],
                ),
                Heading(C::Team, "Allocated Team", &[]),
            ],
            Self::Assessments => &[
                Heading(
                    C::Start,
                    "Continuous Assessment Start Date",
                    &["Assessment Start Date", "Assessment Actual Start Date", "Date Assessment Started"],
                ),
                Heading(
                    C::End,
                    "Continuous Assessment Date of Authorisation",
                    &["Assessment Date of Authorisation", "Assessment Authorisation Date", "Date of Authorisation"],
                ),
                Heading(C::Team, "Allocated Team", &[]),
            ],
            Self::Enquiries => &[
                Heading(
                    C::Start,
                    "Strategy discussion initiating Section 47 Enquiry Start Date",
                    &["Section 47 Enquiry Start Date", "Section 47 Start Date", "S47 Start Date"],
                ),
                Heading(
                    C::Conference,
                    "Date of Initial Child Protection Conference",
                    &["Initial Child Protection Conference Date", "Date of ICPC", "ICPC Date"],
                ),
                Heading(
                    C::Flag,
                    "Did the Initial Child Protection Conference Result in a Child Protection Plan",
                    &["Did the ICPC Result in a Child Protection Plan"],
                ),
                Heading(
                    C::Count,
                    "Number of Section 47 Enquiries in the last 12 months",
                    &["Number of S47s in the last 12 months"],
                ),
                Heading(C::SecondCount, "Number of ICPCs in the last 12 months", &[]),
            ],
            Self::ChildrenInNeed => &[
                Heading(C::Start, "CIN Start Date", &["Child in Need Start Date"]),
                Heading(C::Need, "Primary Need Code", &["Primary Need"]),
                Heading(C::End, "CIN Closure Date", &["CIN End Date", "Child in Need Closure Date"]),
                Heading(C::EndReason, "Reason for Closure", &["CIN Closure Reason"]),
                Heading(C::Status, "Case Status", &[]),
            ],
            Self::ProtectionPlans => &[
                Heading(C::Start, "Child Protection Plan Start Date", &["CP Plan Start Date", "CPP Start Date"]),
                Heading(C::End, "Child Protection Plan End Date", &["CP Plan End Date", "CPP End Date"]),
                Heading(C::Category, "Initial Category of Abuse", &[]),
                Heading(C::LatestCategory, "Latest Category of Abuse", &[]),
                Heading(C::Review, "Date of latest review conference", &["Date of Last Review Conference"]),
                Heading(C::Count, "Number of Previous Child Protection Plans", &["Number of Previous CP Plans"]),
            ],
            Self::LookedAfter => &[
                Heading(C::Start, "Date Started to be Looked After", &["Date Started Looked After"]),
                Heading(C::End, "Date Ceased to be Looked After", &["Date Ceased Looked After"]),
                Heading(C::EndReason, "Reason Ceased to be Looked After", &["Reason Ceased Looked After"]),
                Heading(
                    C::Flag,
                    "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)",
                    &["Unaccompanied Asylum Seeking Child", "UASC"],
                ),
                Heading(C::StatusStart, "Start date of current legal status", &["Legal Status Start Date"]),
                Heading(C::Status, "Child's Legal Status", &["Legal Status"]),
                Heading(C::PlacementStart, "Start Date of Most Recent Placement", &["Placement Start Date"]),
                Heading(C::PlacementType, "Placement Type", &[]),
                Heading(C::Provider, "Placement Provider", &[]),
                Heading(C::Postcode, "Placement postcode", &[]),
                Heading(C::Urn, "URN of Placement", &["Placement URN"]),
                Heading(
                    C::Count,
                    "Number of Placements in the Last 12 months",
                    &["Number of Placements in Last 12 months"],
                ),
                Heading(
                    C::SecondCount,
                    "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months",
                    &["Number of Missing Episodes in the last 12 months"],
                ),
                Heading(
                    C::ThirdCount,
                    "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months",
                    &["Number of Absent Episodes in the last 12 months"],
                ),
            ],
            Self::CareLeavers => &[
                Heading(
                    C::Flag,
                    "Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)",
                    &["Unaccompanied Asylum Seeking Child", "UASC"],
                ),
                Heading(C::Eligibility, "Eligibility Category", &["Eligibility"]),
                Heading(C::InTouch, "LA in Touch", &["In Touch"]),
                Heading(C::Start, "Latest Date of Contact", &["Date of Latest Contact", "Date of Last Contact"]),
                Heading(C::Accommodation, "Type of Accommodation", &["Accommodation Type"]),
                Heading(C::Suitability, "Suitability of Accommodation", &["Accommodation Suitability"]),
                Heading(C::Activity, "Activity Status", &["Main Activity"]),
            ],
        }
    }
}

/// The columns in which the records stand that findings are about: by family and column of the Standard Safeguarding
/// Dataset. The id of a record is made of a day.
pub(super) const PLACES: &[(Family, &str, Column)] = &[
    (Family::Person, "pers_person_id", Column::Child),
    (Family::Person, "pers_sex", Column::Sex),
    (Family::Person, "pers_ethnicity", Column::Ethnicity),
    (Family::Person, "pers_dob", Column::Birth),
    (Family::ImmigrationStatus, "immi_person_id", Column::Child),
    (Family::Referral, "cine_referral_id", Column::Start),
    (Family::Referral, "cine_person_id", Column::Child),
    (Family::Referral, "cine_referral_date", Column::Start),
    (Family::Assessment, "cina_assessment_id", Column::Start),
    (Family::Assessment, "cina_person_id", Column::Child),
    (Family::Assessment, "cina_assessment_start_date", Column::Start),
    (Family::Assessment, "cina_assessment_auth_date", Column::End),
    (Family::Section47Enquiry, "s47e_s47_enquiry_id", Column::Start),
    (Family::Section47Enquiry, "s47e_person_id", Column::Child),
    (Family::Section47Enquiry, "s47e_s47_start_date", Column::Start),
    (Family::InitialConference, "icpc_icpc_id", Column::Conference),
    (Family::InitialConference, "icpc_person_id", Column::Child),
    (Family::InitialConference, "icpc_icpc_date", Column::Conference),
    (Family::InitialConference, "icpc_s47_enquiry_id", Column::Start),
    (Family::ProtectionPlan, "cppl_cp_plan_id", Column::Start),
    (Family::ProtectionPlan, "cppl_person_id", Column::Child),
    (Family::ProtectionPlan, "cppl_cp_plan_start_date", Column::Start),
    (Family::ProtectionPlan, "cppl_cp_plan_end_date", Column::End),
    (Family::PlanReview, "cppr_cp_review_id", Column::Review),
    (Family::PlanReview, "cppr_person_id", Column::Child),
    (Family::PlanReview, "cppr_cp_plan_id", Column::Start),
    (Family::PlanReview, "cppr_cp_review_date", Column::Review),
    (Family::LookedAfterEpisode, "clae_cla_episode_id", Column::Start),
    (Family::LookedAfterEpisode, "clae_person_id", Column::Child),
    (Family::LookedAfterEpisode, "clae_cla_episode_start_date", Column::Start),
    (Family::LookedAfterEpisode, "clae_cla_episode_ceased_date", Column::End),
    (Family::LookedAfterEpisode, "clae_cla_placement_id", Column::PlacementStart),
    (Family::Placement, "clap_cla_placement_id", Column::PlacementStart),
    (Family::Placement, "clap_person_id", Column::Child),
    (Family::Placement, "clap_cla_placement_start_date", Column::PlacementStart),
    (Family::Placement, "clap_cla_placement_end_date", Column::End),
    (Family::LegalStatus, "lega_legal_status_id", Column::StatusStart),
    (Family::LegalStatus, "lega_person_id", Column::Child),
    (Family::LegalStatus, "lega_legal_status_start_date", Column::StatusStart),
    (Family::LegalStatus, "lega_legal_status_end_date", Column::End),
    (Family::CareLeaverStatus, "clea_table_id", Column::Child),
    (Family::CareLeaverStatus, "clea_person_id", Column::Child),
    (Family::CareLeaverStatus, "clea_care_leaver_latest_contact", Column::Start),
];

/// `List 3`.
impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List {}", self.number())
    }
}

/// A column that is read. What it means depends on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Child,
    Sex,
    Ethnicity,
    Birth,
    Start,
    End,
    EndReason,
    Source,
    Flag,
    Count,
    SecondCount,
    ThirdCount,
    Team,
    Conference,
    Need,
    Status,
    StatusStart,
    Category,
    LatestCategory,
    Review,
    PlacementStart,
    PlacementType,
    Provider,
    Postcode,
    Urn,
    Eligibility,
    InTouch,
    Accommodation,
    Suitability,
    Activity,
}

/// A column, its name in Annex A, and other names for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heading(pub(super) Column, pub(super) &'static str, pub(super) &'static [&'static str]);

/// The columns of every list.
pub(super) const PERSON: &[Heading] = &[
    Heading(Column::Child, "Child Unique ID", &["Unique Child ID", "Child ID"]),
    Heading(Column::Sex, "Gender", &["Sex"]),
    Heading(Column::Ethnicity, "Ethnicity", &[]),
    Heading(Column::Birth, "Date of Birth", &["DoB"]),
];

impl Heading {
    /// Whether the text is one of its names but for case, spacing and punctuation.
    pub(super) fn is(self, text: &str) -> bool {
        self.names().any(|name| letters(name).eq(letters(text)))
    }

    /// How many letters of the text are one of its names, which something else follows: the longest of its names.
    pub(super) fn begins(self, text: &str) -> Option<usize> {
        let begins = |name: &&str| letters(name).zip(letters(text)).all(|(ours, theirs)| ours == theirs);
        let count = letters(text).count();
        self.names().filter(begins).map(|name| letters(name).count()).filter(|length| *length <= count).max()
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.1).chain(self.2.iter().copied())
    }
}

/// Letters and digits only, small.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}
