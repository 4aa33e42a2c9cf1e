//! Persons, their families and their immigration status.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Coded;
use super::code::{setters, statutory_codes};

statutory_codes! {
    /// Sex (CIN census N00097, SSDA903).
    Sex {
        /// male.
        Male = "M",
        /// female.
        Female = "F",
        /// unknown or unborn.
        Unknown = "U",
    }
}

statutory_codes! {
    /// Ethnicity (DfE main code set, CIN census N00177).
    Ethnicity {
        /// White British.
        WhiteBritish = "WBRI",
        /// White Irish.
        WhiteIrish = "WIRI",
        /// Traveller of Irish heritage.
        IrishTraveller = "WIRT",
        /// Gypsy or Roma.
        GypsyRoma = "WROM",
        /// any other White background.
        WhiteOther = "WOTH",
        /// White and Black Caribbean.
        WhiteAndBlackCaribbean = "MWBC",
        /// White and Black African.
        WhiteAndBlackAfrican = "MWBA",
        /// White and Asian.
        WhiteAndAsian = "MWAS",
        /// any other mixed background.
        MixedOther = "MOTH",
        /// Indian.
        Indian = "AIND",
        /// Pakistani.
        Pakistani = "APKN",
        /// Bangladeshi.
        Bangladeshi = "ABAN",
        /// any other Asian background.
        AsianOther = "AOTH",
        /// Black Caribbean.
        BlackCaribbean = "BCRB",
        /// Black African.
        BlackAfrican = "BAFR",
        /// any other Black background.
        BlackOther = "BOTH",
        /// Chinese.
        Chinese = "CHNE",
        /// any other ethnic group.
        Other = "OOTH",
        /// refused.
        Refused = "REFU",
        /// information not yet obtained.
        NotObtained = "NOBT",
    }
}

/// The ethnic groups under which the DfE publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EthnicGroup {
    /// White, with Irish Traveller, Gypsy and Roma.
    White,
    /// Mixed or multiple ethnic groups.
    Mixed,
    /// Asian or Asian British, with Chinese.
    Asian,
    /// Black, African, Caribbean or Black British.
    Black,
    /// Any other ethnic group.
    Other,
    /// Refused or not yet obtained.
    NotStated,
}

impl EthnicGroup {
    /// The name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::White => "White",
            Self::Mixed => "Mixed",
            Self::Asian => "Asian",
            Self::Black => "Black",
            Self::Other => "Other ethnic group",
            Self::NotStated => "not stated",
        }
    }
}

impl Ethnicity {
    /// The group under which the DfE publishes it.
    #[must_use]
    pub const fn group(self) -> EthnicGroup {
        match self {
            Self::WhiteBritish | Self::WhiteIrish | Self::IrishTraveller | Self::GypsyRoma | Self::WhiteOther => {
                EthnicGroup::White
            }
            Self::WhiteAndBlackCaribbean | Self::WhiteAndBlackAfrican | Self::WhiteAndAsian | Self::MixedOther => {
                EthnicGroup::Mixed
            }
            Self::Indian | Self::Pakistani | Self::Bangladeshi | Self::AsianOther | Self::Chinese => EthnicGroup::Asian,
            Self::BlackCaribbean | Self::BlackAfrican | Self::BlackOther => EthnicGroup::Black,
            Self::Other => EthnicGroup::Other,
            Self::Refused | Self::NotObtained => EthnicGroup::NotStated,
        }
    }
}

/// A person: a child, or a young person who left care. SSD `ssd_person`.
///
/// A person of whom there is no such record is still identified by the other records; nothing else is known of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Person {
    /// The person's id. `pers_person_id`
    pub id: String,
    /// `pers_sex`
    pub sex: Option<Coded<Sex>>,
    /// `pers_ethnicity`
    pub ethnicity: Option<Coded<Ethnicity>>,
    /// Null while unborn. `pers_dob`
    pub date_of_birth: Option<NaiveDate>,
    /// `pers_expected_dob`
    pub expected_date_of_birth: Option<NaiveDate>,
    /// `pers_death_date`
    pub date_of_death: Option<NaiveDate>,
}

impl Person {
    /// A person of whom only the id is known so far.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            sex: None,
            ethnicity: None,
            date_of_birth: None,
            expected_date_of_birth: None,
            date_of_death: None,
        }
    }
}

setters!(Person {
    sex: Coded<Sex>,
    ethnicity: Coded<Ethnicity>,
    date_of_birth: NaiveDate,
    expected_date_of_birth: NaiveDate,
    date_of_death: NaiveDate,
});

/// A person's membership of a family (sibling group). SSD `ssd_family`; a person can be in several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FamilyMember {
    /// `fami_family_id`
    pub family: String,
    /// `fami_person_id`
    pub person: String,
}

impl FamilyMember {
    /// `person` is a member of `family`.
    #[must_use]
    pub fn new(family: impl Into<String>, person: impl Into<String>) -> Self {
        Self { family: family.into(), person: person.into() }
    }
}

/// An immigration status over a span of days. SSD `ssd_immigration_status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ImmigrationStatus {
    /// `immi_person_id`
    pub person: String,
    /// The status as written. `immi_immigration_status`
    pub status: Option<String>,
    /// The first day of the status; null: held since before all records. `immi_immigration_status_start_date`
    pub start: Option<NaiveDate>,
    /// The first day without it; null while it lasts. `immi_immigration_status_end_date`
    pub end: Option<NaiveDate>,
}

impl ImmigrationStatus {
    /// A status of `person`, since before all records and still held.
    #[must_use]
    pub fn new(person: impl Into<String>, status: impl Into<String>) -> Self {
        Self { person: person.into(), status: Some(status.into()), start: None, end: None }
    }

    /// Whether a status text means an unaccompanied asylum seeking child: `UASC` or `Unaccompanied Asylum Seeking
    /// Child`, without regard to case and to white space around it.
    #[must_use]
    pub fn means_unaccompanied(status: &str) -> bool {
        let status = status.trim();
        ["UASC", "Unaccompanied Asylum Seeking Child"].iter().any(|text| text.eq_ignore_ascii_case(status))
    }
}

setters!(ImmigrationStatus { start: NaiveDate, end: NaiveDate });
