//! Where a value lies, and how it is judged.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a value lies to a tolerance interval: arithmetic, whatever is good.
///
/// ```
/// use csc_kpi::standard::Position;
///
/// assert_eq!(Position::Lower.to_string(), "lower");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Lower than the interval.
    Lower,
    /// Inside it.
    Inside,
    /// Higher than the interval.
    Higher,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lower => "lower",
            Self::Inside => "inside",
            Self::Higher => "higher",
        })
    }
}

/// How a value is judged. It has an order but no colour: that belongs to a renderer.
///
/// ```
/// use std::cmp::Ordering;
///
/// use csc_kpi::standard::Grade;
///
/// assert_eq!(Grade::TargetMet.compared_with(Grade::OutsideTolerance), Some(Ordering::Greater));
/// assert_eq!(Grade::TargetMet.compared_with(Grade::NotJudged), None);
/// assert_eq!(Grade::WithinTolerance.to_string(), "within tolerance");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The target is met.
    TargetMet,
    /// The target is not met, but within tolerance.
    WithinTolerance,
    /// Outside tolerance, on the worse side.
    OutsideTolerance,
    /// A declared concern: the worst band of a table, or a zero that may mean that something is not recorded.
    Concern,
    /// Not judged: [`Standing::why_not_judged`](super::Standing::why_not_judged) says why.
    NotJudged,
}

impl Grade {
    /// All grades, the best first, not judged last.
    pub const ALL: [Self; 5] =
        [Self::TargetMet, Self::WithinTolerance, Self::OutsideTolerance, Self::Concern, Self::NotJudged];

    /// How it compares: [`Ordering::Greater`] is better; `None` where one of the two is not judged and the other is.
    #[must_use]
    pub fn compared_with(self, other: Self) -> Option<Ordering> {
        match (self.rank(), other.rank()) {
            (None, None) => Some(Ordering::Equal),
            (mine, theirs) => Some(mine?.cmp(&theirs?)),
        }
    }

    /// The higher, the better; `None` for not judged.
    pub(super) const fn rank(self) -> Option<u8> {
        match self {
            Self::TargetMet => Some(3),
            Self::WithinTolerance => Some(2),
            Self::OutsideTolerance => Some(1),
            Self::Concern => Some(0),
            Self::NotJudged => None,
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TargetMet => "target met",
            Self::WithinTolerance => "within tolerance",
            Self::OutsideTolerance => "outside tolerance",
            Self::Concern => "concern",
            Self::NotJudged => "not judged",
        })
    }
}
