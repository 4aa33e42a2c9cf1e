//! What is decided of a unit, and why.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What an indicator decides of one unit in the window. Closed: users match it whole.
///
/// The numerator is what was met; the denominator what was met or not met, and what is pending where the rule says so.
/// One unit has one verdict, so a numerator above its denominator cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// In numerator and denominator.
    Met,
    /// In the denominator only.
    NotMet,
    /// Cannot be decided yet.
    Pending,
    /// Set aside by the rule itself (an interview that was not required).
    Excepted,
    /// Cannot be judged because of its data (authorised before its start).
    Excluded,
    /// Not a unit of this figure at all; it is counted nowhere.
    Outside,
}

impl Verdict {
    /// The verdicts that are counted, in the order of their counters.
    pub(crate) const COUNTED: [Self; 5] = [Self::Met, Self::NotMet, Self::Pending, Self::Excepted, Self::Excluded];

    /// [`Verdict::Met`] where `met` holds, else [`Verdict::NotMet`].
    #[must_use]
    pub const fn met_if(met: bool) -> Self {
        if met { Self::Met } else { Self::NotMet }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Met => "met",
            Self::NotMet => "not met",
            Self::Pending => "pending",
            Self::Excepted => "excepted",
            Self::Excluded => "excluded",
            Self::Outside => "outside",
        })
    }
}

/// What is posted of a unit: a verdict, a part of a composition, or an amount.
///
/// Which of them an indicator may post is fixed by the [`Shape`](super::Shape) in its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// For a proportion.
    Judged(Verdict),
    /// For a composition: the part with this position in the definition.
    Part(u8),
    /// For a composition: counted, in none of its parts.
    NoPart,
    /// For a distribution: so many days.
    Days(i32),
    /// For a distribution of a stock: the days from this one to the reporting date.
    Since(NaiveDate),
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        Self::Judged(verdict)
    }
}

/// Why a unit got its verdict, in words an analyst can check: "re-referral after 363 days".
///
/// A template with at most one number in it, so that judging a million children writes no text.
///
/// ```
/// use csc_kpi::indicator::Reason;
///
/// assert_eq!(Reason::counted("{} working days", 46).to_string(), "46 working days");
/// assert_eq!(Reason::of("no involvement open").to_string(), "no involvement open");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reason {
    template: &'static str,
    number: Option<i64>,
}

impl Reason {
    /// A reason without a number.
    #[must_use]
    pub const fn of(text: &'static str) -> Self {
        Self { template: text, number: None }
    }

    /// A reason with a number, which stands where the template has `{}`.
    #[must_use]
    pub const fn counted(template: &'static str, number: i64) -> Self {
        Self { template, number: Some(number) }
    }

    /// The code of the reason: its template, the same for all units it is given to.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.template
    }

    /// The number in it.
    #[must_use]
    pub const fn number(&self) -> Option<i64> {
        self.number
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.number, self.template.split_once("{}")) {
            (Some(number), Some((before, after))) => write!(f, "{before}{number}{after}"),
            _ => f.write_str(self.template),
        }
    }
}
