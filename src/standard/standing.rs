//! How a value stands: position and grade, and what made them.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::grade::{Grade, Position};
use super::limit::Limit;
use super::rule::Rule;
use super::stated::Standard;
use crate::measure::{Value, ValueUnit};

/// Why a value is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotJudged {
    /// There is no value: nothing was counted.
    NoValue,
    /// The standard is for another unit.
    OtherUnit {
        /// The unit of the value.
        value: ValueUnit,
        /// The unit of the standard.
        standard: ValueUnit,
    },
    /// The standard is for information.
    Information,
    /// The range is what is expected, from which no judgement follows.
    Expected,
    /// The upper limit is printed below the lower one, and nobody has said how to read that.
    InvertedLimits,
    /// Nobody has said which way is good.
    NoPolarity,
    /// The benchmark was not given.
    NoBenchmark,
    /// The value cannot be told apart from the benchmark.
    Indistinguishable,
}

impl fmt::Display for NotJudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoValue => f.write_str("there is no value"),
            Self::OtherUnit { value, standard } => write!(f, "the value is in {value}, the standard in {standard}"),
            Self::Information => f.write_str("the standard is for information"),
            Self::Expected => f.write_str("the range is what is expected, not what is asked for"),
            Self::InvertedLimits => f.write_str("the upper limit is printed below the lower one"),
            Self::NoPolarity => f.write_str("it is not said which way is good"),
            Self::NoBenchmark => f.write_str("the benchmark is not known"),
            Self::Indistinguishable => f.write_str("it cannot be told apart from the benchmark"),
        }
    }
}

/// What is wrong with a standard itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StandardFinding {
    /// The upper limit is printed below the lower one.
    InvertedLimits {
        /// What is printed as the upper limit.
        upper: Limit,
        /// What is printed as the lower limit.
        lower: Limit,
    },
}

impl fmt::Display for StandardFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvertedLimits { upper, lower } => {
                write!(f, "the upper limit is printed as {upper}, below the lower limit {lower}")
            }
        }
    }
}

/// An override without a name, a reason, or a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OverrideError {
    /// Nobody is named.
    #[error("an override names who decided it")]
    Nobody,
    /// No reason is given.
    #[error("an override says why")]
    NoReason,
}

/// What a person says in place of a computed grade: beside it, never instead of it.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::measure::{Ratio, Value, ValueUnit};
/// use csc_kpi::standard::{Grade, Override, Standard};
///
/// let on = NaiveDate::from_ymd_opt(2018, 9, 26).unwrap();
/// let said = Override::new(Grade::WithinTolerance, "A. Director", on, "one family of five")?;
/// let standard = Standard::at_most(ValueUnit::Percent, "6".parse()?);
/// let standing = standard.standing(&Value::Percent(Ratio::new(19, 100)?)).overridden(said);
/// assert_eq!(standing.grade(), Grade::OutsideTolerance);
/// assert_eq!(standing.said().unwrap().grade(), Grade::WithinTolerance);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "OverrideForm", into = "OverrideForm")]
pub struct Override {
    grade: Grade,
    by: String,
    on: NaiveDate,
    why: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OverrideForm {
    grade: Grade,
    by: String,
    on: NaiveDate,
    why: String,
}

impl TryFrom<OverrideForm> for Override {
    type Error = OverrideError;

    fn try_from(form: OverrideForm) -> Result<Self, OverrideError> {
        Self::new(form.grade, form.by, form.on, form.why)
    }
}

impl From<Override> for OverrideForm {
    fn from(said: Override) -> Self {
        Self { grade: said.grade, by: said.by, on: said.on, why: said.why }
    }
}

impl Override {
    /// That `by` gives `grade`, decided `on` that day, for the reason `why`.
    ///
    /// # Errors
    ///
    /// Where nobody is named or no reason is given.
    pub fn new(
        grade: Grade,
        by: impl Into<String>,
        on: NaiveDate,
        why: impl Into<String>,
    ) -> Result<Self, OverrideError> {
        let (by, why) = (by.into(), why.into());
        if by.trim().is_empty() {
            return Err(OverrideError::Nobody);
        }
        if why.trim().is_empty() {
            return Err(OverrideError::NoReason);
        }
        Ok(Self { grade, by, on, why })
    }

    /// The grade given.
    #[must_use]
    pub const fn grade(&self) -> Grade {
        self.grade
    }

    /// Who gave it.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The day on which it was decided.
    #[must_use]
    pub const fn on(&self) -> NaiveDate {
        self.on
    }

    /// Why.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }
}

/// How a value stands to a standard.
///
/// [`Standing::position`] is arithmetic and [`Standing::grade`] is judgement; a figure may have the one without the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Standing {
    value: Value,
    standard: Standard,
    #[serde(skip)]
    rule: Rule,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    grade: Grade,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not_judged: Option<NotJudged>,
    provisional: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<StandardFinding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<Override>,
}

impl Standing {
    pub(super) fn new(
        standard: Standard,
        rule: Rule,
        value: Value,
        position: Option<Position>,
        grade: Result<Grade, NotJudged>,
        provisional: bool,
        findings: Vec<StandardFinding>,
    ) -> Self {
        Self {
            value,
            standard,
            rule,
            position,
            grade: grade.unwrap_or(Grade::NotJudged),
            why_not_judged: grade.err(),
            provisional,
            findings,
            said: None,
        }
    }

    /// The value.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// The standard.
    #[must_use]
    pub const fn standard(&self) -> &Standard {
        &self.standard
    }

    /// The rule that judged: that of the standard, or the one that its profile has for the quarter.
    #[must_use]
    pub const fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Where the value lies to the tolerance interval; `None` where there is no value or no interval.
    #[must_use]
    pub const fn position(&self) -> Option<Position> {
        self.position
    }

    /// How it is judged.
    #[must_use]
    pub const fn grade(&self) -> Grade {
        self.grade
    }

    /// Why it is not judged; `None` where it is.
    #[must_use]
    pub const fn why_not_judged(&self) -> Option<NotJudged> {
        self.why_not_judged
    }

    /// Whether the standard is for the whole year, and the year is not over.
    #[must_use]
    pub const fn is_provisional(&self) -> bool {
        self.provisional
    }

    /// What is wrong with the standard itself.
    #[must_use]
    pub fn findings(&self) -> &[StandardFinding] {
        &self.findings
    }

    /// Puts beside the grade what a person says.
    #[must_use]
    pub fn overridden(mut self, said: Override) -> Self {
        self.said = Some(said);
        self
    }

    /// What a person says beside the grade.
    #[must_use]
    pub const fn said(&self) -> Option<&Override> {
        self.said.as_ref()
    }
}
