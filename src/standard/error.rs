//! What cannot be a standard.

use super::bands::BandsError;
use super::limit::Limit;
use super::printed_bands::BandTableError;
use super::tolerance::Tolerance;
use crate::indicator::Polarity;
use crate::measure::ValueUnit;

/// What cannot be a standard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StandardError {
    /// A range that ends below where it begins.
    #[error("a range from {from} to {to} ends below where it begins; limits printed so are kept by `as printed`")]
    RangeInverted {
        /// Its lower end.
        from: Limit,
        /// Its upper end.
        to: Limit,
    },
    /// A floor that is the target.
    #[error("the floor is the target, {0}: say `at least` or `at most`")]
    FloorIsTarget(Limit),
    /// A tolerance below zero.
    #[error("a tolerance of {0} is below zero")]
    NegativeTolerance(Tolerance),
    /// A tolerance that cannot be worked out exactly.
    #[error("a tolerance of {1} around {0} cannot be worked out exactly")]
    TooFine(Limit, Tolerance),
    /// A target whose tolerance has a worse side that nobody names.
    #[error("it must be said whether higher or lower is better")]
    NeedsPolarity,
    /// Closer is better, yet the tolerance lies on one side.
    #[error("where closer is better a tolerance lies on both sides")]
    CloserHasTwoSides,
    /// A polarity that contradicts the rule.
    #[error("the rule means that {}, not that {}", good(*.implied), good(*.stated))]
    OtherPolarity {
        /// What the rule means.
        implied: Polarity,
        /// What is stated.
        stated: Polarity,
    },
    /// A table of bands judged to another precision than it was read with.
    #[error("the table of bands is read {0}; the standard cannot judge figures {1}")]
    OtherPrecision(super::Precision, super::Precision),
    /// A quarterly profile that names a quarter twice, or that stands beside no annual rule.
    #[error("the quarterly profile names a quarter twice")]
    ProfileTwice,
    /// Bands whose grades do not follow which way is good: a better band has a worse grade, or a concern lies between others.
    #[error("the grades of the bands do not follow that {}", good(*.0))]
    GradesAgainstPolarity(Polarity),
    /// A concern at zero for values without a denominator, of which nobody can say that it is large enough.
    #[error("zero is a concern only from a denominator on, and a {0} has none")]
    NoDenominator(ValueUnit),
    /// A concern at zero from no unit at all.
    #[error("zero can be a concern only from a denominator of 1 on")]
    ConcernFromNothing,
    /// Cuts that do not increase.
    #[error(transparent)]
    Bands(#[from] BandsError),
    /// A printed table with gaps or overlaps.
    #[error(transparent)]
    BandTable(#[from] BandTableError),
}

const fn good(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::HigherIsBetter => "higher is better",
        Polarity::LowerIsBetter => "lower is better",
        Polarity::CloserIsBetter => "closer is better",
        Polarity::None => "neither way is better",
    }
}
