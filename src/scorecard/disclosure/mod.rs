//! Disclosure control: what of the readings may be printed for anybody to read.
//!
//! [`publish`] takes everything that is printed together and a [`Policy`], hides small counts and what would give them away,
//! tries to work each hidden count out again, and gives a [`Publication`] only where that fails. Report renderers take
//! nothing else. [`Table`] does the same for any table of counts.
//!
//! ```
//! use csc_kpi::calendar::Basis;
//! use csc_kpi::disclosure::{Cell, Mark, Policy};
//! use csc_kpi::indicator::catalogue;
//! use csc_kpi::record::Referral;
//! use csc_kpi::{Dataset, Engine, NaiveDate};
//!
//! let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
//! let dataset: Dataset = (0..30)
//!     .map(|n| Referral::new(format!("R{n}"), format!("C{n}"), day(2018, 4, 1 + n % 25)).no_further_action(n < 12))
//!     .collect();
//! let card = Engine::new(catalogue::standard()).scorecard(&dataset, &[day(2018, 6, 30)])?;
//!
//! let publication = card.publish(&Policy::public())?;
//! let reading = publication.find("NI 68", Basis::InQuarter, day(2018, 6, 30), None).unwrap();
//! assert_eq!((reading.shown(0).as_str(), reading.numerator()), ("60%", Some(Cell::Shown(18))));
//! assert_eq!(reading.denominator(), Some(Cell::Shown(30)));
//! // Nothing to divide by is neither zero nor hidden.
//! let reviews = publication.find("NI 67", Basis::AsAt, day(2018, 6, 30), None).unwrap();
//! assert_eq!((reviews.mark(), reviews.denominator()), (Some(Mark::NotApplicable), Some(Cell::Shown(0))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod audit;
mod cell;
mod mark;
mod mend;
mod open_units;
mod policy;
mod publish;
mod published;
mod relations;
mod suppression;
mod system;
mod table;

pub use cell::Cell;
pub use mark::{Mark, MarkError};
pub use policy::{Policy, Release, Rounding, Threshold, ThresholdError, Totals};
pub use publish::{DisclosureError, contradictions, publish};
pub use published::{
    Publication, PublishedComposition, PublishedDistribution, PublishedFigure, PublishedProportion, PublishedReading,
};
pub use table::{CellId, Leak, Protected, Table};
