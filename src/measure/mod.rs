//! From counts to values: ratios, rates, medians; decimals appear here, rounding only when shown.

mod composition;
mod distribution;
mod printed;
mod rate;
mod ratio;
mod rounding;
mod value;

pub use composition::{Composition, CompositionError};
pub use distribution::{Distribution, DistributionError};
pub use printed::{Printed, PrintedError};
pub use rate::{Footing, Population, Rate, RateError, Reduction};
pub use ratio::{Ratio, RatioError, Tally};
pub use rounding::{round_half_up, rounded_quotient};
pub use value::{Value, ValueUnit};
