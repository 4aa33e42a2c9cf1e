//! Which standard is in force.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::effective::Effective;
use super::rule::Rule;
use super::standing::{Override, Standing};
use super::stated::Standard;
use crate::calendar::Basis;
use crate::measure::{Printed, Value};

/// Two standards in force at once, or a person who says two things of one figure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StandardsError {
    /// Two standards for one indicator on one basis on one day.
    #[error("two standards for {indicator} are in force at once: {first} and {second}")]
    TwoInForce {
        /// The key of the indicator.
        indicator: String,
        /// When the first is in force.
        first: Effective,
        /// When the second is.
        second: Effective,
    },
    /// Two overrides of one figure.
    #[error("the grade of {indicator} as at {as_at} is overridden twice")]
    OverriddenTwice {
        /// The key of the indicator.
        indicator: String,
        /// The day of the figure.
        as_at: NaiveDate,
    },
}

/// A standard, and for what it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InForce {
    /// The key of the indicator.
    pub indicator: String,
    /// The bases; none means every basis.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bases: Vec<Basis>,
    /// The days.
    #[serde(default, skip_serializing_if = "is_always")]
    pub effective: Effective,
    /// The standard.
    pub standard: Standard,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_always(effective: &Effective) -> bool {
    *effective == Effective::ALWAYS
}

impl InForce {
    /// A standard for the indicator with this key, on every basis at all times.
    #[must_use]
    pub fn new(indicator: impl Into<String>, standard: Standard) -> Self {
        Self { indicator: indicator.into(), bases: Vec::new(), effective: Effective::ALWAYS, standard }
    }

    /// On these bases alone.
    #[must_use]
    pub fn on(mut self, bases: impl Into<Vec<Basis>>) -> Self {
        self.bases = bases.into();
        self
    }

    /// On these days alone.
    #[must_use]
    pub const fn effective(mut self, effective: Effective) -> Self {
        self.effective = effective;
        self
    }

    fn covers(&self, indicator: &str, basis: Basis, as_at: NaiveDate) -> bool {
        self.indicator == indicator
            && (self.bases.is_empty() || self.bases.contains(&basis))
            && self.effective.covers(as_at)
    }

    fn collides_with(&self, other: &Self) -> bool {
        let share = |a: &[Basis], b: &[Basis]| a.is_empty() || b.is_empty() || a.iter().any(|basis| b.contains(basis));
        self.indicator == other.indicator
            && share(&self.bases, &other.bases)
            && self.effective.overlaps(&other.effective)
    }
}

/// What a person says of the grade of one figure.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Said {
    /// The key of the indicator.
    pub indicator: String,
    /// The basis of the figure.
    pub basis: Basis,
    /// The day of the figure.
    pub as_at: NaiveDate,
    /// What is said.
    pub said: Override,
}

impl Said {
    /// That `said` holds for this figure.
    #[must_use]
    pub fn new(indicator: impl Into<String>, basis: Basis, as_at: NaiveDate, said: Override) -> Self {
        Self { indicator: indicator.into(), basis, as_at, said }
    }
}

/// The standards of an authority: for each indicator, basis and day at most one is in force.
///
/// # JSON
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::measure::{Ratio, Value};
/// use csc_kpi::standard::{Grade, Standards};
///
/// let standards: Standards = serde_json::from_str(r#"{"standards": [
///     {"indicator": "NI 63", "standard": {"unit": "percent", "rule": {"at_least": "72"}, "term": {"annual": []}}}
/// ]}"#).unwrap();
/// let day = |m, d| NaiveDate::from_ymd_opt(2018, m, d).unwrap();
/// let value = Value::Percent(Ratio::new(81, 108)?);
/// let standing = standards.standing("NI 63", Basis::AsAt, day(3, 31), &value).unwrap();
/// assert_eq!((standing.grade(), standing.is_provisional()), (Grade::TargetMet, false));
/// assert!(standards.standing("NI 63", Basis::AsAt, day(6, 30), &value).unwrap().is_provisional());
/// # Ok::<(), csc_kpi::measure::RatioError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Standards {
    standards: Vec<InForce>,
    overrides: Vec<Said>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    standards: Vec<InForce>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    overrides: Vec<Said>,
}

impl TryFrom<Form> for Standards {
    type Error = StandardsError;

    fn try_from(form: Form) -> Result<Self, StandardsError> {
        let standards = form.standards.into_iter().try_fold(Self::default(), Self::with)?;
        form.overrides.into_iter().try_fold(standards, Self::overriding)
    }
}

impl From<Standards> for Form {
    fn from(standards: Standards) -> Self {
        Self { standards: standards.standards, overrides: standards.overrides }
    }
}

impl Standards {
    /// Adds a standard.
    ///
    /// # Errors
    ///
    /// [`StandardsError::TwoInForce`].
    pub fn with(mut self, standard: InForce) -> Result<Self, StandardsError> {
        if let Some(other) = self.standards.iter().find(|other| other.collides_with(&standard)) {
            return Err(StandardsError::TwoInForce {
                indicator: standard.indicator,
                first: other.effective,
                second: standard.effective,
            });
        }
        self.standards.push(standard);
        Ok(self)
    }

    /// Adds what a person says of one figure.
    ///
    /// # Errors
    ///
    /// [`StandardsError::OverriddenTwice`].
    pub fn overriding(mut self, said: Said) -> Result<Self, StandardsError> {
        let same =
            |other: &&Said| (&other.indicator, other.basis, other.as_at) == (&said.indicator, said.basis, said.as_at);
        if self.overrides.iter().any(|other| same(&other)) {
            return Err(StandardsError::OverriddenTwice { indicator: said.indicator, as_at: said.as_at });
        }
        self.overrides.push(said);
        Ok(self)
    }

    /// The standards, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &InForce> {
        self.standards.iter()
    }

    /// The standard in force for the indicator with this key, on `basis`, as at `as_at`.
    #[must_use]
    pub fn in_force(&self, indicator: &str, basis: Basis, as_at: NaiveDate) -> Option<&Standard> {
        let found = self.standards.iter().find(|standard| standard.covers(indicator, basis, as_at));
        found.map(|standard| &standard.standard)
    }

    /// How `value` stands to the standard in force; `None` where none is. A standard against a benchmark gives no grade:
    /// see [`Standards::standing_beside`].
    #[must_use]
    pub fn standing(&self, indicator: &str, basis: Basis, as_at: NaiveDate, value: &Value) -> Option<Standing> {
        self.standing_beside(indicator, basis, as_at, value, |_| None)
    }

    /// How `value` stands to the standard in force, beside benchmarks that are asked for by name.
    #[must_use]
    pub fn standing_beside(
        &self,
        indicator: &str,
        basis: Basis,
        as_at: NaiveDate,
        value: &Value,
        benchmark: impl Fn(&str) -> Option<Printed>,
    ) -> Option<Standing> {
        let standard = self.in_force(indicator, basis, as_at)?;
        let named = match standard.rule() {
            Rule::Benchmark { name, .. } => benchmark(name),
            _ => None,
        };
        let standing = standard.standing_on(value, as_at, named);
        let said = self
            .overrides
            .iter()
            .find(|said| (said.indicator.as_str(), said.basis, said.as_at) == (indicator, basis, as_at));
        Some(match said {
            Some(said) => standing.overridden(said.said.clone()),
            None => standing,
        })
    }
}
