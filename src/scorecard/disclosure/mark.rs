//! Marks that stand where a number is not shown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What stands in a cell in place of a number, as official statistics write it.
///
/// Zero is no mark: a count of zero is shown as 0. An empty denominator, a hidden count and a figure that is not due yet are
/// three marks, so that none is taken for another or for zero.
///
/// | mark | what it means here | source |
/// |---|---|---|
/// | `[c]` | hidden to protect confidentiality | Government Analysis Function, shorthand in tables: "confidential" |
/// | `[z]` | not applicable: there is nothing to divide by | the same: "not applicable" |
/// | `[x]` | not available: the period has not ended, nothing of it is decided yet, or the data do not hold it | the same: "not available" |
/// | `[low]` | a count above zero that rounds to zero | the same: "low figure", one that appears as a zero when rounded |
/// | `[k]` | a percentage above zero that rounds to zero | the DfE's and StatsWales' letter for a low figure |
///
/// The guidance has one shorthand for low figures; it is `low` in newer publications of the DfE and `k` in its older ones.
/// Here the first is for counts and the second for percentages.
///
/// ```
/// use csc_kpi::disclosure::Mark;
///
/// assert_eq!(Mark::Confidential.to_string(), "[c]");
/// assert_eq!("[low]".parse(), Ok(Mark::Low));
/// assert!("c".parse::<Mark>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Mark {
    /// `[c]`: hidden to protect confidentiality.
    Confidential,
    /// `[z]`: not applicable.
    NotApplicable,
    /// `[x]`: not available.
    NotAvailable,
    /// `[k]`: a percentage above zero that rounds to zero.
    RoundsToZero,
    /// `[low]`: a count above zero that rounds to zero.
    Low,
}

impl Mark {
    /// Every mark, in the order of a legend.
    pub const ALL: [Self; 5] =
        [Self::Confidential, Self::NotApplicable, Self::NotAvailable, Self::RoundsToZero, Self::Low];

    /// As it is printed, in brackets.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Confidential => "[c]",
            Self::NotApplicable => "[z]",
            Self::NotAvailable => "[x]",
            Self::RoundsToZero => "[k]",
            Self::Low => "[low]",
        }
    }

    /// What a legend says of it.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Confidential => "hidden to protect confidentiality",
            Self::NotApplicable => "not applicable: nothing was counted that could be divided by",
            Self::NotAvailable => {
                "not available: the period has not ended, nothing of it is decided yet, or the data do not hold it"
            }
            Self::RoundsToZero => "a percentage above zero that rounds to zero",
            Self::Low => "a count above zero that rounds to zero",
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// A text that is no mark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no mark ([c], [z], [x], [k], [low])")]
pub struct MarkError {
    text: String,
}

impl FromStr for Mark {
    type Err = MarkError;

    fn from_str(text: &str) -> Result<Self, MarkError> {
        let named = Self::ALL.into_iter().find(|mark| mark.symbol() == text);
        named.ok_or_else(|| MarkError { text: text.to_owned() })
    }
}

impl TryFrom<String> for Mark {
    type Error = MarkError;

    fn try_from(text: String) -> Result<Self, MarkError> {
        text.parse()
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        mark.symbol().to_owned()
    }
}
