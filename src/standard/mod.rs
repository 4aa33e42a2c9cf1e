//! Standards: what a value is held against, and how it stands.
//!
//! [`Standard`] has a constructor for each way authorities say it: at least, at most, target and floor, target with tolerance,
//! range, relative to a benchmark, a table of printed bands, limits as printed. [`Standards`] says which one is in force for an
//! indicator, a basis and a day; what comes out is a [`Standing`].
//!
//! # Position and grade
//!
//! [`Position`] is arithmetic: lower than, inside or higher than the tolerance interval. [`Grade`] is judgement. Words are
//! *higher* and *lower* for the one, *better* and *worse* for the other.
//!
//! # Exact or as printed
//!
//! A standard judges the exact figure, or the figure rounded as it is printed ([`Precision`]); a [`Standing`] says which.
//!
//! # Laws
//!
//! Every value lies in exactly one band, and bands follow the order of values · negating value, limits and polarity leaves the
//! grade · scaling value and limits leaves the grade · a limit belongs to the side it was declared for · a better value never
//! has a worse grade, except inside a declared concern · position does not depend on polarity · what a constructor refuses
//! cannot be deserialised.
//!
//! ```
//! use csc_kpi::NaiveDate;
//! use csc_kpi::calendar::Basis;
//! use csc_kpi::measure::{Ratio, Value, ValueUnit};
//! use csc_kpi::standard::{Grade, InForce, Position, Standard, Standards};
//!
//! let standards =
//!     Standards::default().with(InForce::new("NI 63", Standard::at_least(ValueUnit::Percent, 72.into())))?;
//! let value = Value::Percent(Ratio::new(81, 108)?);
//! let as_at = NaiveDate::from_ymd_opt(2018, 3, 31).unwrap();
//! let standing = standards.standing("NI 63", Basis::AsAt, as_at, &value).unwrap();
//! assert_eq!(standing.grade(), Grade::TargetMet);
//! assert_eq!(standing.position(), Some(Position::Inside));
//! assert_eq!(standing.words(), "at least 72%");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bands;
mod cut;
mod effective;
mod error;
mod grade;
mod limit;
mod precision;
mod printed_bands;
mod rule;
mod set;
mod standing;
mod stated;
mod tolerance;

pub use bands::{Bands, BandsError};
pub use cut::{Cut, CutError, Side};
pub use effective::{Effective, EffectiveError};
pub use error::StandardError;
pub use grade::{Grade, Position};
pub use limit::{Limit, LimitError};
pub use precision::{Places, PlacesError, Precision};
pub use printed_bands::{BandTable, BandTableError, PrintedBand};
pub use rule::{Against, InvertedLimits, Rule};
pub use set::{InForce, Said, Standards, StandardsError};
pub use standing::{NotJudged, Override, OverrideError, StandardFinding, Standing};
pub use stated::{Purpose, Standard, Term, ZeroRule};
pub use tolerance::{Sides, Tolerance, ToleranceError, ToleranceInterval};
