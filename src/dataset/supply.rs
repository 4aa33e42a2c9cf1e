//! What the sources of a dataset hold, and over which days: a figure of what nobody supplied is no zero.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::Days;
use crate::record::Family;

/// What a source can supply: the records of a family, or a part of them that some sources lack while they supply the records.
///
/// # JSON
///
/// One text: that of the [`Family`], or of the part, such as `"return_interviews"`.
///
/// ```
/// use csc_kpi::Matter;
/// use csc_kpi::record::Family;
///
/// assert_eq!(Matter::from(Family::Referral).to_string(), "referrals");
/// assert_eq!(serde_json::to_string(&Matter::ReturnInterviews)?, "\"return_interviews\"");
/// assert_eq!(serde_json::from_str::<Matter>("\"referral\"")?, Matter::Records(Family::Referral));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Matter {
    /// Whether a referral led to no further action.
    ReferralDecisions,
    /// How many referrals the authority counted before a referral, where a list has the count in their place.
    ReferralCounts,
    /// Which referral an assessment is of: the referral of every assessment and the assessments of every referral of the day
    /// are there, however early.
    AssessmentReferrals,
    /// When an assessment was authorised.
    Authorisations,
    /// Which referral a section 47 enquiry is of: the referral of every enquiry and the enquiries of every referral of the day
    /// are there, however early.
    EnquiryReferrals,
    /// Which section 47 enquiry led to an initial conference: that of every conference of the day is there, however early.
    ConferenceEnquiries,
    /// How many child protection plans a child had before, as recorded at the start of a plan.
    PreviousPlans,
    /// Which children are unaccompanied asylum seeking children.
    UnaccompaniedChildren,
    /// How many placements the authority counted, where a list has the count in their place.
    PlacementCounts,
    /// Which placement a looked-after episode is in, and why it began.
    PlacementMoves,
    /// What tells one placement from another: its type, provider, reference number (URN) and postcode.
    PlacementDetails,
    /// Whether a child was missing, or away without authorisation.
    MissingKinds,
    /// When a missing episode ended.
    MissingEnds,
    /// Which looked-after episodes are short breaks: the legal status under which it began is there of every episode of the day,
    /// however early.
    ShortBreaks,
    /// Whether the interview after a missing episode was offered.
    InterviewOffers,
    /// Whether the interview after a missing episode was accepted.
    ReturnInterviews,
    /// When the interview after a missing episode was completed.
    InterviewDates,
    /// The eligibility of a care leaver.
    CareLeaverEligibility,
    /// Whether the authority is in touch with a care leaver.
    CareLeaverContact,
    /// The accommodation of a care leaver, and whether it is suitable.
    CareLeaverAccommodation,
    /// The main activity of a care leaver.
    CareLeaverActivity,
    /// The records of a family.
    #[serde(untagged)]
    Records(Family),
}

impl Matter {
    /// The parts of records, each with the family of the records.
    pub const PARTS: [(Self, Family); 21] = [
        (Self::ReferralDecisions, Family::Referral),
        (Self::ReferralCounts, Family::Referral),
        (Self::AssessmentReferrals, Family::Assessment),
        (Self::Authorisations, Family::Assessment),
        (Self::EnquiryReferrals, Family::Section47Enquiry),
        (Self::ConferenceEnquiries, Family::InitialConference),
        (Self::PreviousPlans, Family::ProtectionPlan),
        (Self::UnaccompaniedChildren, Family::ImmigrationStatus),
        (Self::PlacementCounts, Family::LookedAfterEpisode),
        (Self::PlacementMoves, Family::LookedAfterEpisode),
        (Self::PlacementDetails, Family::Placement),
        (Self::MissingKinds, Family::MissingEpisode),
        (Self::MissingEnds, Family::MissingEpisode),
        (Self::ShortBreaks, Family::LegalStatus),
        (Self::InterviewOffers, Family::MissingEpisode),
        (Self::ReturnInterviews, Family::MissingEpisode),
        (Self::InterviewDates, Family::MissingEpisode),
        (Self::CareLeaverEligibility, Family::CareLeaverStatus),
        (Self::CareLeaverContact, Family::CareLeaverStatus),
        (Self::CareLeaverAccommodation, Family::CareLeaverStatus),
        (Self::CareLeaverActivity, Family::CareLeaverStatus),
    ];

    /// All matters: the parts of records, then the families.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::PARTS.into_iter().map(|(part, _)| part).chain(Family::ALL.into_iter().map(Self::Records))
    }

    /// The family of the records that it is, or is a part of.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            Self::Records(family) => family,
            part => Self::PARTS.iter().find(|(of, _)| *of == part).map_or(Family::Person, |(_, family)| *family),
        }
    }

    /// The records of a family and the parts of them.
    pub fn of(family: Family) -> impl Iterator<Item = Self> {
        Self::all().filter(move |matter| matter.family() == family)
    }
}

impl From<Family> for Matter {
    fn from(family: Family) -> Self {
        Self::Records(family)
    }
}

/// What it is called in a list, in the plural: "return interviews".
impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReferralDecisions => "referral decisions",
            Self::ReferralCounts => "counts of earlier referrals",
            Self::AssessmentReferrals => "assessment referrals",
            Self::Authorisations => "authorisations of assessments",
            Self::EnquiryReferrals => "enquiry referrals",
            Self::ConferenceEnquiries => "enquiries of conferences",
            Self::PreviousPlans => "numbers of previous plans",
            Self::UnaccompaniedChildren => "unaccompanied asylum seeking children",
            Self::PlacementCounts => "counts of placements",
            Self::PlacementMoves => "moves between placements",
            Self::PlacementDetails => "details of placements",
            Self::MissingKinds => "kinds of missing episodes",
            Self::MissingEnds => "ends of missing episodes",
            Self::ShortBreaks => "short breaks",
            Self::InterviewOffers => "offers of return interviews",
            Self::ReturnInterviews => "return interviews",
            Self::InterviewDates => "dates of return interviews",
            Self::CareLeaverEligibility => "care leaver eligibility",
            Self::CareLeaverContact => "care leaver contact",
            Self::CareLeaverAccommodation => "care leaver accommodation",
            Self::CareLeaverActivity => "care leaver activity",
            Self::Records(family) => match family {
                Family::Person => "persons",
                Family::FamilyMember => "families",
                Family::ImmigrationStatus => "immigration statuses",
                Family::Referral => "referrals",
                Family::Assessment => "assessments",
                Family::Section47Enquiry => "section 47 enquiries",
                Family::InitialConference => "initial child protection conferences",
                Family::ProtectionPlan => "child protection plans",
                Family::PlanReview => "child protection reviews",
                Family::LookedAfterEpisode => "looked-after episodes",
                Family::Placement => "placements",
                Family::LegalStatus => "legal statuses",
                Family::MissingEpisode => "missing episodes",
                Family::CareLeaverStatus => "care leaver statuses",
                Family::Involvement => "involvements",
                Family::Professional => "professionals",
            },
        })
    }
}

/// What sources hold, and over which days.
///
/// A matter is held on a day where nothing of it is lacking on that day: of what happens on a day (a referral) all that
/// happened, of what lasts (a placement, a plan) all that was open or has its end on the day, with its start however early, of
/// what is known (the status of a care leaver) the latest for everybody. What has no dates of its own, such as a person, is
/// held on every day or not at all.
///
/// What an earlier record is needed for is a [matter](Matter) of its own: a source that begins on a day has the enquiries that
/// were open on it, and not all those that led to the conferences of the days after it.
///
/// A source that is silent holds everything, see [`Builder::begin_source`](crate::Builder::begin_source).
///
/// # Together
///
/// Sources side by side hold what [either](Supply::or) holds: a folder of returns of children looked after and one of censuses.
/// Of children of several sources [both](Supply::and) have to hold a matter, or it is lacking of some.
///
/// ```
/// use csc_kpi::calendar::{Days, Span};
/// use csc_kpi::record::Family;
/// use csc_kpi::{Matter, NaiveDate, Supply};
///
/// let day = |y| NaiveDate::from_ymd_opt(y, 4, 1).unwrap();
/// let year = |y| Days::from(Span::new(day(y), Some(day(y + 1))));
/// let census = Supply::nothing().with(Family::Referral, &year(2020)).with(Matter::ReferralDecisions, &year(2020));
/// let both = census.or(&Supply::nothing().with(Family::Referral, &year(2021)));
/// assert_eq!(both.days(Family::Referral).to_string(), "2020-04-01 to 2022-03-31");
/// assert_eq!(both.days(Matter::ReferralDecisions).to_string(), "2020-04-01 to 2021-03-31");
/// assert!(both.days(Family::Placement).is_empty());
/// assert!(Supply::everything().holds_all(&both));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Matter, Days>", into = "BTreeMap<Matter, Days>")]
pub struct Supply(BTreeMap<Matter, Days>);

static NO_DAYS: Days = Days::none();

impl Supply {
    /// Nothing.
    #[must_use]
    pub const fn nothing() -> Self {
        Self(BTreeMap::new())
    }

    /// Every matter, on every day.
    #[must_use]
    pub fn everything() -> Self {
        Self(Matter::all().map(|matter| (matter, Days::all())).collect())
    }

    /// The records of a family and every part of them, on every day.
    #[must_use]
    pub fn of_family(family: Family) -> Self {
        Self(Matter::of(family).map(|matter| (matter, Days::all())).collect())
    }

    /// Holds `matter` on these days too.
    #[must_use]
    pub fn with(mut self, matter: impl Into<Matter>, days: &Days) -> Self {
        self.add(matter.into(), days);
        self
    }

    fn add(&mut self, matter: Matter, days: &Days) {
        if !days.is_empty() {
            let held = self.0.entry(matter).or_default();
            *held = held.or(days);
        }
    }

    /// The days on which it holds `matter`.
    #[must_use]
    pub fn days(&self, matter: impl Into<Matter>) -> &Days {
        self.0.get(&matter.into()).unwrap_or(&NO_DAYS)
    }

    /// What it holds on any day, with the days.
    pub fn iter(&self) -> impl Iterator<Item = (Matter, &Days)> {
        self.0.iter().map(|(matter, days)| (*matter, days))
    }

    /// The last day up to which it holds anything: of what it does not hold without end the latest last day, inclusive; `None`
    /// where it holds nothing, or all that it holds goes on.
    ///
    /// ```
    /// use csc_kpi::calendar::{Days, Span};
    /// use csc_kpi::record::Family;
    /// use csc_kpi::{NaiveDate, Supply};
    ///
    /// let day = |y| NaiveDate::from_ymd_opt(y, 4, 1).unwrap();
    /// let year = Days::from(Span::new(day(2020), Some(day(2021))));
    /// let census = Supply::nothing().with(Family::Referral, &year);
    /// let last = NaiveDate::from_ymd_opt(2021, 3, 31);
    /// assert_eq!(census.last_day(), last);
    /// assert_eq!(census.with(Family::Placement, &Days::all()).last_day(), last);
    /// assert_eq!(Supply::everything().last_day(), None);
    /// ```
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        let last = self.0.values().filter_map(|days| days.last_up_to(NaiveDate::MAX));
        last.filter(|day| *day != NaiveDate::MAX).max()
    }

    /// Whether it holds all that `other` holds.
    #[must_use]
    pub fn holds_all(&self, other: &Self) -> bool {
        other.iter().all(|(matter, days)| self.days(matter).covers_all(days))
    }

    /// What either holds.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for (matter, days) in other.iter() {
            all.add(matter, days);
        }
        all
    }

    /// What both hold.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let both = self.iter().map(|(matter, days)| (matter, days.and(other.days(matter))));
        Self(both.filter(|(_, days)| !days.is_empty()).collect())
    }
}

impl From<BTreeMap<Matter, Days>> for Supply {
    fn from(mut held: BTreeMap<Matter, Days>) -> Self {
        held.retain(|_, days| !days.is_empty());
        Self(held)
    }
}

impl From<Supply> for BTreeMap<Matter, Days> {
    fn from(supply: Supply) -> Self {
        supply.0
    }
}
