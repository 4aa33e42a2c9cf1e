//! temporary
pub mod calendar;
pub mod chronology;
mod dataset;
pub mod format;
pub mod indicator;
#[cfg(feature = "proptest")]
pub mod laws;
mod ledger;
pub mod measure;
pub mod record;
mod scorecard;

pub use chrono;
pub use chrono::NaiveDate;
pub use dataset::{Builder, Child, Dataset, Finding, FindingRule};
pub use ledger::{Ledger, MergeError, Stratum};
pub use rust_decimal::Decimal;
pub use scorecard::{
    AgeBands, AgeBandsError, Breakdown, ByAbuseCategory, ByEthnicGroup, ByPlacementType, BySex, ByTeam,
    ByUnaccompanied, Engine, EngineError, Evidence, Figure, Reading, ReadingError, Scorecard,
};
