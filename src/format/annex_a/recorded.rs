//! Counts that an authority wrote down, as against those that are calculated.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::list::List;
use crate::measure::Ratio;

/// What an authority counted: each over the 12 months before the workbook was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Recorded {
    /// Referrals of the child, of List 3.
    Referrals,
    /// Section 47 enquiries about the child, of List 5.
    Enquiries,
    /// Initial child protection conferences about the child, of List 5.
    Conferences,
    /// Placements of the child, of List 8.
    Placements,
    /// Episodes missing from placement, of List 8.
    MissingEpisodes,
    /// Episodes absent from placement, of List 8.
    AbsentEpisodes,
}

impl Recorded {
    /// The list whose rows have the count.
    #[must_use]
    pub const fn list(self) -> List {
        match self {
            Self::Referrals => List::Referrals,
            Self::Enquiries | Self::Conferences => List::Enquiries,
            Self::Placements | Self::MissingEpisodes | Self::AbsentEpisodes => List::LookedAfter,
        }
    }
}

/// `placements in the last 12 months`.
impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Referrals => "referrals",
            Self::Enquiries => "section 47 enquiries",
            Self::Conferences => "initial child protection conferences",
            Self::Placements => "placements",
            Self::MissingEpisodes => "missing episodes",
            Self::AbsentEpisodes => "absent episodes",
        })?;
        f.write_str(" in the last 12 months")
    }
}

/// A count that the authority wrote in one row; nothing in the workbook shows how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordedCount {
    /// What was counted.
    pub what: Recorded,
    /// The row in the sheet, the first is 1.
    pub row: u32,
    /// The child.
    pub child: String,
    /// How many, as written.
    pub count: u32,
    /// The first day on which the child is not looked after; null for other lists, and while the child is.
    pub ceased: Option<NaiveDate>,
}

/// A share of rows by what the authority counted in each: as recorded, not calculated.
///
/// It is no [`Reading`](crate::Reading): the workbook has neither the events nor their dates, only the count on the day it
/// was made. Its text says so.
///
/// ```
/// use csc_kpi::format::annex_a::{Recorded, RecordedShare};
/// use csc_kpi::measure::Ratio;
///
/// let share = RecordedShare::new(Recorded::Placements, 3, Ratio::new(1, 4)?);
/// assert_eq!(
///     share.to_string(),
///     "1 of 4 with 3 or more placements in the last 12 months, as recorded in List 8, not calculated",
/// );
/// # Ok::<(), csc_kpi::measure::RatioError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordedShare {
    /// What was counted.
    pub what: Recorded,
    /// The least count that is in the numerator.
    pub at_least: u32,
    /// Rows with as many or more, of the rows that have the count.
    pub ratio: Ratio,
}

impl RecordedShare {
    /// The share of rows whose count is `at_least` so many.
    #[must_use]
    pub const fn new(what: Recorded, at_least: u32, ratio: Ratio) -> Self {
        Self { what, at_least, ratio }
    }
}

impl fmt::Display for RecordedShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ratio, at_least, what, list) = (self.ratio, self.at_least, self.what, self.what.list());
        write!(f, "{ratio} with {at_least} or more {what}, as recorded in {list}, not calculated")
    }
}
