//! What a table shows of one count.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Mark;

/// What is shown of one count: the count, the count rounded, or a mark. Closed: users match it whole.
///
/// In JSON a number, or the mark as a text.
///
/// ```
/// use csc_kpi::disclosure::{Cell, Mark};
///
/// let cells = [Cell::Shown(0), Cell::Rounded(40), Cell::Marked(Mark::Confidential)];
/// assert_eq!(cells.map(|cell| cell.to_string()), ["0", "40", "[c]"]);
/// assert_eq!(serde_json::to_string(&cells)?, r#"[0,40,"[c]"]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// The exact count.
    Shown(u64),
    /// The count, rounded as the policy says.
    Rounded(u64),
    /// A mark in place of the count.
    Marked(Mark),
}

impl Cell {
    /// The number shown, exact or rounded; `None` where a mark stands.
    #[must_use]
    pub const fn number(self) -> Option<u64> {
        match self {
            Self::Shown(number) | Self::Rounded(number) => Some(number),
            Self::Marked(_) => None,
        }
    }

    /// The mark; `None` where a number stands.
    #[must_use]
    pub const fn mark(self) -> Option<Mark> {
        match self {
            Self::Marked(mark) => Some(mark),
            Self::Shown(_) | Self::Rounded(_) => None,
        }
    }

    /// Whether it is hidden to protect confidentiality.
    #[must_use]
    pub fn is_hidden(self) -> bool {
        self.mark() == Some(Mark::Confidential)
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shown(number) | Self::Rounded(number) => number.fmt(f),
            Self::Marked(mark) => mark.fmt(f),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Shown(number) | Self::Rounded(number) => serializer.serialize_u64(*number),
            Self::Marked(mark) => mark.serialize(serializer),
        }
    }
}
