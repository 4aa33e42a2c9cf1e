//! Cuts of the number line, just before or just after a value.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::limit::Limit;
use crate::measure::Value;

/// A text that is no cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no cut (such as \"before 72\" or \"after 12\")")]
pub struct CutError {
    text: String,
}

/// On which side of its limit a [`Cut`] lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The limit belongs to the higher band.
    Before,
    /// The limit belongs to the lower band.
    After,
}

/// A cut of the number line just before or just after a limit, so that every value, the limit too, is on one side of it.
///
/// Ordered from left to right; written `before 72`, `after 12`.
///
/// ```
/// use std::cmp::Ordering;
///
/// use csc_kpi::measure::Value;
/// use csc_kpi::standard::Cut;
///
/// let (before, after): (Cut, Cut) = ("before 72".parse()?, "after 72".parse()?);
/// assert!(before < after);
/// assert_eq!(before.order_of(&Value::Count(72)), Some(Ordering::Greater));
/// assert_eq!(after.order_of(&Value::Count(72)), Some(Ordering::Less));
/// # Ok::<(), csc_kpi::standard::CutError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cut {
    at: Limit,
    side: Side,
}

impl Cut {
    /// Just before `limit`, which belongs to the higher band.
    #[must_use]
    pub const fn before(limit: Limit) -> Self {
        Self { at: limit, side: Side::Before }
    }

    /// Just after `limit`, which belongs to the lower band.
    #[must_use]
    pub const fn after(limit: Limit) -> Self {
        Self { at: limit, side: Side::After }
    }

    /// The limit.
    #[must_use]
    pub const fn at(self) -> Limit {
        self.at
    }

    /// The side of the limit.
    #[must_use]
    pub const fn side(self) -> Side {
        self.side
    }

    /// On which side of the cut `value` lies: [`Ordering::Less`] left of it, [`Ordering::Greater`] right of it, never equal;
    /// `None` where the value has no denominator.
    #[must_use]
    pub fn order_of(self, value: &Value) -> Option<Ordering> {
        value.compared_with(self.at.value()).map(|order| self.settled(order))
    }

    /// The order to the cut of what has this order to its limit.
    pub(super) fn settled(self, order: Ordering) -> Ordering {
        order.then(match self.side {
            Side::Before => Ordering::Greater,
            Side::After => Ordering::Less,
        })
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.side {
            Side::Before => write!(f, "before {}", self.at),
            Side::After => write!(f, "after {}", self.at),
        }
    }
}

impl FromStr for Cut {
    type Err = CutError;

    fn from_str(text: &str) -> Result<Self, CutError> {
        let refused = || CutError { text: text.to_owned() };
        let (side, limit) = text.split_once(' ').ok_or_else(refused)?;
        let limit = limit.parse().map_err(|_| refused())?;
        match side {
            "before" => Ok(Self::before(limit)),
            "after" => Ok(Self::after(limit)),
            _ => Err(refused()),
        }
    }
}

impl TryFrom<String> for Cut {
    type Error = CutError;

    fn try_from(text: String) -> Result<Self, CutError> {
        text.parse()
    }
}

impl From<Cut> for String {
    fn from(cut: Cut) -> Self {
        cut.to_string()
    }
}
