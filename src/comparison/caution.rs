//! What to bear in mind beside a comparison.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{Basis, FinancialYear};

/// What to bear in mind: it does not forbid a comparison, and a reader should be told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Caution {
    /// The two windows share days, so that a change shows slowly, and only through the days they do not share.
    SharedDays {
        /// The days that are in both windows.
        shared: i64,
        /// The days in the window of the reading that is compared.
        of: i64,
    },
    /// The two stand at different points of their year, quarter or month, so that one counts more of it.
    OtherPartOfPeriod {
        /// The day of the reading that is compared.
        now: NaiveDate,
        /// The day of the other.
        earlier: NaiveDate,
    },
    /// Rates that relate to different estimates of the population.
    OtherPopulation {
        /// The estimate of the reading that is compared: source and year.
        now: String,
        /// The estimate of the other.
        earlier: String,
    },
    /// One is pinned to what was known on a day and the other is not: data that arrived late are in one of them alone.
    OnePinned {
        /// The day.
        known_at: NaiveDate,
    },
    /// A part of a year beside a benchmark of a whole year.
    PartOfYear {
        /// The basis of the reading.
        basis: Basis,
        /// Its day.
        as_at: NaiveDate,
    },
    /// A benchmark of another financial year than that of the reading.
    OtherYear {
        /// The year of the benchmark.
        benchmark: FinancialYear,
        /// The year of the reading.
        reading: FinancialYear,
    },
    /// The units come in families: they are not independent of each other, and the interval is wider than it says.
    Clustered {
        /// The units with what is measured.
        units: u64,
        /// The families they come from.
        families: u64,
    },
    /// Limits from few points are on trial: they move with every further point.
    FewPoints {
        /// How many points there are.
        points: usize,
    },
    /// Neighbouring stocks count mostly the same children, so that the limits are too narrow and signals come too easily.
    Stocks,
    /// Periods are missing between neighbouring points.
    Gap {
        /// The last day of the point before the gap.
        after: NaiveDate,
    },
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SharedDays { shared, of } => write!(f, "the two windows share {shared} of {of} days"),
            Self::OtherPartOfPeriod { now, earlier } => {
                write!(f, "{now} and {earlier} are different points of their period")
            }
            Self::OtherPopulation { now, earlier } => {
                write!(f, "the rates relate to different populations: {now}; {earlier}")
            }
            Self::OnePinned { known_at } => write!(f, "only one of the two is pinned to what was known on {known_at}"),
            Self::PartOfYear { basis, as_at } => {
                write!(f, "{basis} as at {as_at} is not a whole year, as the benchmark is")
            }
            Self::OtherYear { benchmark, reading } => write!(f, "the benchmark is of {benchmark}, not of {reading}"),
            Self::Clustered { units, families } => {
                write!(f, "the {units} units come from {families} families, so the interval is too narrow")
            }
            Self::FewPoints { points } => write!(f, "limits from {points} points are on trial"),
            Self::Stocks => f.write_str("neighbouring stocks count mostly the same children"),
            Self::Gap { after } => write!(f, "periods are missing after {after}"),
        }
    }
}
