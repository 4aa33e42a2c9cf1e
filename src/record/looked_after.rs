//! Children looked after: episodes, placements, legal statuses.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::code::{setters, statutory_codes};
use super::{AuthorityCount, Coded};

statutory_codes! {
    /// Why an episode began (SSDA903 RNE).
    EpisodeStart {
        /// started to be looked after.
        StartedCare = "S",
        /// change of legal status only.
        LegalStatus = "L",
        /// change of placement and carer.
        Placement = "P",
        /// change of placement, same carer.
        PlacementSameCarer = "T",
        /// change of legal status, placement and carer.
        LegalStatusAndPlacement = "B",
        /// change of legal status and placement, same carer.
        LegalStatusAndPlacementSameCarer = "U",
    }
}

statutory_codes! {
    /// Why an episode ceased (SSDA903 REC, all collection years).
    EpisodeEnd {
        /// a new episode begins.
        NewEpisode = "X1",
        /// adopted, application unopposed.
        AdoptedUnopposed = "E11",
        /// adopted, consent dispensed with.
        AdoptedDispensed = "E12",
        /// died.
        Died = "E2",
        /// care taken over by another authority.
        OtherAuthority = "E3",
        /// returned home, planned.
        ReturnedHome = "E4A",
        /// returned home, not planned.
        ReturnedHomeUnplanned = "E4B",
        /// returned home, period of respite.
        ReturnedHomeRespite = "E13",
        /// residence or child arrangements order.
        ArrangementsOrder = "E41",
        /// special guardianship order to former foster carers.
        GuardianshipFosterCarers = "E43",
        /// special guardianship order to others.
        GuardianshipOthers = "E44",
        /// special guardianship to relative or friend who was the foster carer.
        GuardianshipRelativeCarer = "E45",
        /// special guardianship to other foster carer.
        GuardianshipOtherCarer = "E46",
        /// special guardianship to relative or friend.
        GuardianshipRelative = "E47",
        /// special guardianship to another person.
        GuardianshipOther = "E48",
        /// moved to independent living, supported.
        IndependentSupported = "E5",
        /// moved to independent living, no support.
        IndependentUnsupported = "E6",
        /// transferred to adult social care.
        AdultCare = "E7",
        /// any other reason.
        Other = "E8",
        /// sentenced to custody.
        Custody = "E9",
        /// accommodation on remand ended.
        RemandEnded = "E14",
        /// age assessment: not a child.
        AgeAssessment = "E15",
        /// moved abroad.
        MovedAbroad = "E16",
        /// aged 18 and remained with current carers.
        StayingPut = "E17",
    }
}

statutory_codes! {
    /// Type of placement (SSDA903 PLACE, all collection years).
    PlacementType {
        /// adoption placement with consent, current foster carer.
        A3 = "A3",
        /// adoption placement with consent, not the current foster carer.
        A4 = "A4",
        /// adoption placement with placement order, current foster carer.
        A5 = "A5",
        /// adoption placement with placement order, not the current foster carer.
        A6 = "A6",
        /// residential accommodation not subject to children's homes regulations.
        H5 = "H5",
        /// secure children's home.
        K1 = "K1",
        /// children's home.
        K2 = "K2",
        /// registered supported accommodation.
        K3 = "K3",
        /// with parents or others with parental responsibility.
        P1 = "P1",
        /// independent living.
        P2 = "P2",
        /// residential employment.
        P3 = "P3",
        /// residential care home.
        R1 = "R1",
        /// health service establishment.
        R2 = "R2",
        /// family centre or mother and baby unit.
        R3 = "R3",
        /// young offender institution or prison.
        R5 = "R5",
        /// residential school.
        S1 = "S1",
        /// all types of temporary move.
        T0 = "T0",
        /// temporary: hospital.
        T1 = "T1",
        /// temporary: holiday.
        T2 = "T2",
        /// temporary: usual carer on holiday.
        T3 = "T3",
        /// temporary: other.
        T4 = "T4",
        /// foster placement with relative or friend, long term.
        U1 = "U1",
        /// foster placement with relative or friend, also approved for adoption.
        U2 = "U2",
        /// foster placement with relative or friend, neither.
        U3 = "U3",
        /// foster placement with other carer, long term.
        U4 = "U4",
        /// foster placement with other carer, also approved for adoption.
        U5 = "U5",
        /// foster placement with other carer, neither.
        U6 = "U6",
        /// other placement.
        Z1 = "Z1",
        /// other placement, from 2026.
        Z11 = "Z11",
        /// other placement, from 2026.
        Z12 = "Z12",
        /// other placement, from 2026.
        Z13 = "Z13",
        /// other placement, from 2026.
        Z14 = "Z14",
    }
}

impl PlacementType {
    /// T0–T4: a temporary placement, after which the child returns.
    #[must_use]
    pub const fn is_temporary(self) -> bool {
        matches!(self, Self::T0 | Self::T1 | Self::T2 | Self::T3 | Self::T4)
    }

    /// U1–U6: a foster placement.
    #[must_use]
    pub const fn is_foster(self) -> bool {
        matches!(self, Self::U1 | Self::U2 | Self::U3 | Self::U4 | Self::U5 | Self::U6)
    }

    /// A3–A6: placed for adoption.
    #[must_use]
    pub const fn is_adoption(self) -> bool {
        matches!(self, Self::A3 | Self::A4 | Self::A5 | Self::A6)
    }

    /// A3 and A5: placed for adoption with the current foster carer.
    #[must_use]
    pub const fn is_adoption_by_carer(self) -> bool {
        matches!(self, Self::A3 | Self::A5)
    }
}

statutory_codes! {
    /// Who provides a placement (SSDA903 PLACE_PROVIDER).
    PlacementProvider {
        /// parents or others with parental responsibility.
        Parents = "PR0",
        /// own provision.
        Own = "PR1",
        /// another local authority.
        OtherAuthority = "PR2",
        /// other public provision.
        Public = "PR3",
        /// private provision.
        Private = "PR4",
        /// voluntary or third sector provision.
        Voluntary = "PR5",
    }
}

statutory_codes! {
    /// Why a placement changed (SSDA903 REASON_PLACE_CHANGE).
    PlacementChange {
        /// change to or implementation of the care plan.
        CarePlan = "CARPL",
        /// resignation or closure of provision.
        Closure = "CLOSE",
        /// allegation.
        Allegation = "ALLEG",
        /// standards of care concern.
        Standards = "STAND",
        /// approval removed.
        ApprovalRemoved = "APPRR",
        /// carer requests the end because of the child's behaviour.
        CarerBehaviour = "CREQB",
        /// carer requests the end for another reason.
        CarerOther = "CREQO",
        /// child requests the end.
        Child = "CHILD",
        /// responsible or area authority requests the end.
        Authority = "LAREQ",
        /// change in the status of the placement only.
        Status = "PLACE",
        /// custody arrangement.
        Custody = "CUSTOD",
        /// other.
        Other = "OTHER",
    }
}

statutory_codes! {
    /// Legal status (SSDA903 LS).
    LegalStatusCode {
        /// interim care order.
        InterimCareOrder = "C1",
        /// full care order.
        FullCareOrder = "C2",
        /// freeing order.
        FreeingOrder = "D1",
        /// placement order.
        PlacementOrder = "E1",
        /// accommodated under section 20.
        Section20 = "V2",
        /// accommodated under an agreed series of short-term breaks, agreements cover the series.
        ShortBreakSeries = "V3",
        /// single period of accommodation in a series of short-term breaks.
        ShortBreak = "V4",
        /// under police protection.
        PoliceProtection = "L1",
        /// emergency protection order.
        EmergencyProtection = "L2",
        /// child assessment order.
        AssessmentOrder = "L3",
        /// remanded to local authority accommodation or youth detention.
        Remand = "J1",
        /// detained in accommodation under PACE.
        Pace = "J2",
        /// sentenced, with residence requirement.
        Sentenced = "J3",
    }
}

impl LegalStatusCode {
    /// V3 and V4: an episode that starts under it is a short break.
    #[must_use]
    pub const fn is_short_break(self) -> bool {
        matches!(self, Self::ShortBreakSeries | Self::ShortBreak)
    }
}

/// An episode of care. SSD `ssd_cla_episodes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LookedAfterEpisode {
    /// `clae_cla_episode_id`
    pub id: String,
    /// `clae_person_id`
    pub person: String,
    /// The period of care as the authority's system numbers it; no rule reads it. `clae_cla_id`
    pub period: Option<String>,
    /// `clae_cla_placement_id`
    pub placement: Option<String>,
    /// The first day. `clae_cla_episode_start_date`
    pub start: NaiveDate,
    /// `clae_cla_episode_start_reason`
    pub start_reason: Option<Coded<EpisodeStart>>,
    /// The first day without it; null while open. `clae_cla_episode_ceased_date`
    pub ceased: Option<NaiveDate>,
    /// `clae_cla_episode_ceased_reason`
    pub ceased_reason: Option<Coded<EpisodeEnd>>,
    /// Placements of the child in the last 12 months, of a list that holds the count alone; null elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placements_counted: Option<AuthorityCount>,
}

impl LookedAfterEpisode {
    /// An episode of `person` from `start`, open.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>, start: NaiveDate) -> Self {
        Self {
            id: id.into(),
            person: person.into(),
            period: None,
            placement: None,
            start,
            start_reason: None,
            ceased: None,
            ceased_reason: None,
            placements_counted: None,
        }
    }
}

setters!(LookedAfterEpisode {
    period: String,
    placement: String,
    start_reason: Coded<EpisodeStart>,
    ceased: NaiveDate,
    ceased_reason: Coded<EpisodeEnd>,
    placements_counted: AuthorityCount,
});

/// A placement. SSD `ssd_cla_placement`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Placement {
    /// `clap_cla_placement_id`
    pub id: String,
    /// `clap_cla_id`
    pub period: Option<String>,
    /// `clap_person_id`
    pub person: String,
    /// The first day. `clap_cla_placement_start_date`
    pub start: NaiveDate,
    /// The first day without it; null while open. `clap_cla_placement_end_date`
    pub end: Option<NaiveDate>,
    /// `clap_cla_placement_type`
    pub kind: Option<Coded<PlacementType>>,
    /// `clap_cla_placement_provider`
    pub provider: Option<Coded<PlacementProvider>>,
    /// Ofsted's unique reference number of the provider. `clap_cla_placement_urn`
    pub urn: Option<String>,
    /// Compared without regard to case and spaces. `clap_cla_placement_postcode`
    pub postcode: Option<String>,
    /// Miles from home, as written. `clap_cla_placement_distance`
    pub distance: Option<String>,
    /// `clap_cla_placement_change_reason`
    pub change_reason: Option<Coded<PlacementChange>>,
}

impl Placement {
    /// A placement of `person` from `start`, open.
    #[must_use]
    pub fn new(id: impl Into<String>, person: impl Into<String>, start: NaiveDate) -> Self {
        Self {
            id: id.into(),
            period: None,
            person: person.into(),
            start,
            end: None,
            kind: None,
            provider: None,
            urn: None,
            postcode: None,
            distance: None,
            change_reason: None,
        }
    }
}

setters!(Placement {
    period: String,
    end: NaiveDate,
    kind: Coded<PlacementType>,
    provider: Coded<PlacementProvider>,
    urn: String,
    postcode: String,
    distance: String,
    change_reason: Coded<PlacementChange>,
});

/// A legal status over a span of days. SSD `ssd_legal_status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LegalStatus {
    /// `lega_legal_status_id`
    pub id: String,
    /// `lega_person_id`
    pub person: String,
    /// `lega_legal_status`
    pub status: Option<Coded<LegalStatusCode>>,
    /// The first day. `lega_legal_status_start_date`
    pub start: NaiveDate,
    /// The first day without it; null while it lasts. `lega_legal_status_end_date`
    pub end: Option<NaiveDate>,
}

impl LegalStatus {
    /// A status of `person` from `start`, still in force.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        person: impl Into<String>,
        status: impl Into<Coded<LegalStatusCode>>,
        start: NaiveDate,
    ) -> Self {
        Self { id: id.into(), person: person.into(), status: Some(status.into()), start, end: None }
    }
}

setters!(LegalStatus { end: NaiveDate });
