//! What a census says of itself.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::child::{Cell, Notes, Place, read_date};
use super::xml::Element;
use crate::calendar::{Days, Span, minus_months, next_day};
use crate::record::Family;
use crate::{CinRule, Matter, Supply};

/// The days a census covers: the 12 months to its reference date, 31 March.
///
/// # What it holds of them
///
/// Every referral received in these days, and every case open on any of them; of each case what happened in these days,
/// and what is still open. What ended before the first day is in an earlier census, or in none: a figure that looks back
/// further than the first day of the first census read is not whole.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::format::cin_census::Coverage;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// let coverage = Coverage::of_year(2022).unwrap();
/// assert_eq!((coverage.first_day, coverage.last_day), (day(2021, 4, 1), day(2022, 3, 31)));
/// assert!(coverage.covers(day(2021, 4, 1)) && !coverage.covers(day(2022, 4, 1)));
/// assert!(coverage.is_followed_by(Coverage::of_year(2023).unwrap()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The first day, inclusive.
    pub first_day: NaiveDate,
    /// The last day, inclusive.
    pub last_day: NaiveDate,
}

impl Coverage {
    /// The families of records that a census supplies.
    pub const FAMILIES: [Family; 7] = [
        Family::Person,
        Family::Referral,
        Family::Assessment,
        Family::Section47Enquiry,
        Family::InitialConference,
        Family::ProtectionPlan,
        Family::PlanReview,
    ];

    /// What a census of these days [holds](Supply): the families, decisions of no further action, which referral an assessment
    /// or an enquiry is of, the enquiry that led to a conference, and the number of previous plans; of reviews those of its days.
    ///
    /// ```
    /// use csc_kpi::format::cin_census::Coverage;
    /// use csc_kpi::record::Family;
    ///
    /// let supply = Coverage::of_year(2022).unwrap().supply();
    /// assert_eq!(supply.days(Family::Referral).to_string(), "2021-04-01 to 2022-03-31");
    /// assert!(supply.days(Family::LookedAfterEpisode).is_empty());
    /// ```
    #[must_use]
    pub fn supply(&self) -> Supply {
        let days = Days::from(Span::new(self.first_day, Some(next_day(self.last_day))));
        let parts = [
            Matter::ReferralDecisions,
            Matter::AssessmentReferrals,
            Matter::Authorisations,
            Matter::EnquiryReferrals,
            Matter::ConferenceEnquiries,
            Matter::PreviousPlans,
        ];
        let held = Self::FAMILIES.into_iter().map(Matter::Records).chain(parts);
        held.fold(Supply::nothing(), |supply, matter| supply.with(matter, &days))
    }

    /// The days of the census of a collection year, which ends on 31 March of it; `None` where there is no such year.
    #[must_use]
    pub fn of_year(year: i32) -> Option<Self> {
        let last_day = NaiveDate::from_ymd_opt(year, 3, 31)?;
        Some(Self { first_day: next_day(minus_months(last_day, 12)), last_day })
    }

    /// Whether `day` is one of them.
    #[must_use]
    pub fn covers(self, day: NaiveDate) -> bool {
        self.first_day <= day && day <= self.last_day
    }

    /// Whether `next` begins on the day after the last one.
    #[must_use]
    pub fn is_followed_by(self, next: Self) -> bool {
        next_day(self.last_day) == next.first_day
    }
}

/// The `Header` of a census.
///
/// A census covers the 12 months to its reference date where that is a 31 March, else the 12 months to 31 March of its
/// year; with neither, nobody can say, and the rules that need a period are not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// `Collection`, as written.
    pub collection: Option<String>,
    /// The collection year: the calendar year of the reference date. `Year`
    pub year: Option<i32>,
    /// `ReferenceDate`
    pub reference_date: Option<NaiveDate>,
    /// The number of the authority. `LEA`
    pub authority: Option<String>,
    /// `SoftwareCode`
    pub software: Option<String>,
    /// `SerialNo`
    pub serial_number: Option<String>,
    /// When the file was written, as written. `DateTime`
    pub written_at: Option<String>,
}

impl Header {
    /// The days the census covers, if the header says.
    #[must_use]
    pub fn coverage(&self) -> Option<Coverage> {
        let year_of = |day: NaiveDate| (day.month() == 3 && day.day() == 31).then(|| day.year());
        Coverage::of_year(self.reference_date.and_then(year_of).or(self.year)?)
    }

    pub(super) fn read(element: &Element, notes: &mut Notes<'_>) -> Self {
        let mut header = Self::default();
        let at = Place::new(Family::Referral, String::new(), element.line);
        let mut reference: Option<Cell<String>> = None;
        for group in &element.children {
            if group.name != "CollectionDetails" && group.name != "Source" {
                notes.unexpected(&at, group);
                continue;
            }
            for leaf in &group.children {
                let text = || (!leaf.text.is_empty()).then(|| leaf.text.clone());
                match &*leaf.name {
                    "Collection" => header.collection = text(),
                    "Year" => header.year = leaf.text.parse().ok(),
                    "ReferenceDate" => reference = text().map(|value| Cell { value, line: leaf.line }),
                    "LEA" => header.authority = text(),
                    "SoftwareCode" => header.software = text(),
                    "SerialNo" => header.serial_number = text(),
                    "DateTime" => header.written_at = text(),
                    "SourceLevel" | "Release" => {}
                    _ => notes.unexpected(&at, leaf),
                }
            }
        }
        header.reference_date = reference.as_ref().and_then(|cell| read_date(&cell.value));
        let expected = header.year.and_then(|year| NaiveDate::from_ymd_opt(year, 3, 31));
        if header.reference_date.is_none() || header.reference_date != expected {
            let line = reference.as_ref().map_or(element.line, |cell| cell.line);
            let written = reference.map(|cell| cell.value).unwrap_or_default();
            notes.breaks(&at, line, "ReferenceDate", &written, CinRule::Cin100);
        }
        header
    }
}
