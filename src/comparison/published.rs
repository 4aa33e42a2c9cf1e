//! Published figures: a rounded number, or a mark in its place.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::measure::Printed;

/// What stands in a published table where there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Withheld {
    /// `c`: suppressed to protect the persons behind it.
    Suppressed,
    /// `x`, `:` or `..`: not available.
    NotAvailable,
    /// `z`: does not apply.
    NotApplicable,
    /// `low` or `k`: not zero, and rounds to zero.
    Low,
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Suppressed => "suppressed",
            Self::NotAvailable => "not available",
            Self::NotApplicable => "not applicable",
            Self::Low => "low",
        })
    }
}

/// A text that is neither a number nor a mark of a published table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a published number nor a mark (c, x, z, low, k, also in brackets)")]
pub struct PublishedError(String);

/// A figure in a published table: a rounded number, or a mark in its place. As JSON it is the text of the table.
///
/// Source of the marks: the Government Statistical Service's symbols in tables; DfE statistics write them without brackets.
///
/// ```
/// use csc_kpi::comparison::{Published, Withheld};
///
/// assert_eq!("[c]".parse::<Published>()?, Published::Withheld(Withheld::Suppressed));
/// assert_eq!("69".parse::<Published>()?, Published::Figure("69".parse().unwrap()));
/// assert!("1,204".parse::<Published>().is_err());
/// # Ok::<(), csc_kpi::comparison::PublishedError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Published {
    /// A number as it is printed.
    Figure(Printed),
    /// No number.
    Withheld(Withheld),
}

impl FromStr for Published {
    type Err = PublishedError;

    fn from_str(text: &str) -> Result<Self, PublishedError> {
        let bare = text.trim();
        let bare = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(bare);
        Ok(Self::Withheld(match bare {
            "c" => Withheld::Suppressed,
            "x" | ":" | ".." => Withheld::NotAvailable,
            "z" => Withheld::NotApplicable,
            "low" | "k" => Withheld::Low,
            _ => return text.trim().parse().map(Self::Figure).map_err(|_| PublishedError(text.to_owned())),
        }))
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Figure(figure) => figure.fmt(f),
            Self::Withheld(Withheld::Suppressed) => f.write_str("c"),
            Self::Withheld(Withheld::NotAvailable) => f.write_str("x"),
            Self::Withheld(Withheld::NotApplicable) => f.write_str("z"),
            Self::Withheld(Withheld::Low) => f.write_str("low"),
        }
    }
}

impl TryFrom<String> for Published {
    type Error = PublishedError;

    fn try_from(text: String) -> Result<Self, PublishedError> {
        text.parse()
    }
}

impl From<Published> for String {
    fn from(published: Published) -> Self {
        published.to_string()
    }
}

impl From<Printed> for Published {
    fn from(figure: Printed) -> Self {
        Self::Figure(figure)
    }
}

/// An authority without a number, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Absent {
    /// The name of the authority.
    pub authority: String,
    /// The mark in the table; `None` where the table does not list it.
    pub mark: Option<Withheld>,
}
