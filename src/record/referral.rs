//! Referrals to children's social care.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::code::{setters, statutory_codes};
use super::{AuthorityCount, Coded};

statutory_codes! {
    /// Who referred (CIN census N00607).
    ReferralSource {
        /// individual: family member, relative or carer.
        Family = "1A",
        /// individual: acquaintance.
        Acquaintance = "1B",
        /// individual: self.
        SelfReferral = "1C",
        /// individual: other.
        OtherIndividual = "1D",
        /// schools.
        School = "2A",
        /// education services.
        Education = "2B",
        /// health: general practitioner.
        GeneralPractitioner = "3A",
        /// health: health visitor.
        HealthVisitor = "3B",
        /// health: school nurse.
        SchoolNurse = "3C",
        /// health: other primary health services.
        PrimaryHealth = "3D",
        /// health: accident and emergency.
        AccidentAndEmergency = "3E",
        /// health: other.
        OtherHealth = "3F",
        /// housing.
        Housing = "4",
        /// local authority services: social care.
        SocialCare = "5A",
        /// local authority services: other internal.
        OtherInternal = "5B",
        /// local authority services: external.
        ExternalAuthority = "5C",
        /// local authority services: early help.
        EarlyHelp = "5D",
        /// police.
        Police = "6",
        /// other legal agency.
        LegalAgency = "7",
        /// other.
        Other = "8",
        /// anonymous.
        Anonymous = "9",
        /// unknown.
        Unknown = "10",
    }
}

statutory_codes! {
    /// The primary need (CIN census N00101).
    PrimaryNeed {
        /// abuse or neglect.
        AbuseOrNeglect = "N1",
        /// the child's disability or illness.
        Disability = "N2",
        /// parental disability or illness.
        ParentalIllness = "N3",
        /// family in acute stress.
        AcuteStress = "N4",
        /// family dysfunction.
        FamilyDysfunction = "N5",
        /// socially unacceptable behaviour.
        Behaviour = "N6",
        /// low income.
        LowIncome = "N7",
        /// absent parenting.
        AbsentParenting = "N8",
        /// cases other than children in need.
        OtherThanInNeed = "N9",
        /// not stated.
        NotStated = "N0",
    }
}

statutory_codes! {
    /// Why a case was closed (CIN census N00103).
    ClosureReason {
        /// adopted.
        Adopted = "RC1",
        /// died.
        Died = "RC2",
        /// child arrangements order or residence order.
        ArrangementsOrder = "RC3",
        /// special guardianship order.
        SpecialGuardianship = "RC4",
        /// transferred to another authority.
        TransferredToAuthority = "RC5",
        /// transferred to adult social services.
        TransferredToAdults = "RC6",
        /// services ceased for any other reason.
        ServicesCeased = "RC7",
        /// closed after assessment, no further action.
        ClosedAfterAssessment = "RC8",
        /// closed after assessment, referred to early help.
        ToEarlyHelp = "RC9",
    }
}

/// A referral of one child. SSD `ssd_cin_episodes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Referral {
    /// `cine_referral_id`
    pub id: String,
    /// `cine_person_id`
    pub person: String,
    /// The day it was received. `cine_referral_date`
    pub date: NaiveDate,
    /// `cine_referral_source_code`
    pub source: Option<Coded<ReferralSource>>,
    /// `cine_cin_primary_need_code`
    pub primary_need: Option<Coded<PrimaryNeed>>,
    /// Whether no further action was decided; null while undecided. `cine_referral_nfa`
    pub no_further_action: Option<bool>,
    /// The first day on which the case is closed. `cine_close_date`
    pub closed: Option<NaiveDate>,
    /// `cine_close_reason`
    pub closure_reason: Option<Coded<ClosureReason>>,
    /// `cine_referral_team`
    pub team: Option<String>,
    /// Earlier referrals of the child in the 12 months before, of a list that holds the count alone; null elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_counted: Option<AuthorityCount>,
}

impl Referral {
    /// A referral of `person`, received on `date`, nothing else known.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>, date: NaiveDate) -> Self {
        Self {
            id: id.into(),
            person: person.into(),
            date,
            source: None,
            primary_need: None,
            no_further_action: None,
            closed: None,
            closure_reason: None,
            team: None,
            earlier_counted: None,
        }
    }
}

setters!(Referral {
    source: Coded<ReferralSource>,
    primary_need: Coded<PrimaryNeed>,
    no_further_action: bool,
    closed: NaiveDate,
    closure_reason: Coded<ClosureReason>,
    team: String,
    earlier_counted: AuthorityCount,
});
