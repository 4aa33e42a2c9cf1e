//! What an indicator says of itself: the part of it that is data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Need;
use crate::calendar::Basis;
use crate::dataset::{Matter, Reads};
use crate::record::Family;

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// High is good.
    HigherIsBetter,
    /// Low is good.
    LowerIsBetter,
    /// Near a stated value is good.
    CloserIsBetter,
    /// Neither is good or bad.
    None,
}

/// What a figure of zero means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zero {
    /// A value as any other.
    Ordinary,
    /// A concern: it could mean that something is not recorded or not looked for.
    Concern,
}

/// What becomes of units that cannot be decided yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// They are in no denominator.
    StandsAside,
    /// They are in the denominator.
    Counts,
}

/// What kind of figure comes out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shape {
    /// Met of met and not met: a percentage.
    Proportion(Pending),
    /// A count, and how it divides into named parts.
    Composition(Arc<[String]>),
    /// Days, with median and quartiles.
    Distribution,
}

/// When a unit counts; an indicator's [`Time`](super::Time) in its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// On a day: a referral, a plan start.
    Flow,
    /// On each day of a span: a child looked after.
    Stock,
    /// On each day whose window satisfies the rule: a child missing within the year.
    Windowed,
}

/// What an indicator says of itself, as data: a [`Scorecard`](crate::Scorecard) carries it beside its readings, which name it
/// by key and version, so that a figure says which rule made it.
///
/// ```
/// use csc_kpi::indicator::{Definition, Polarity, Shape, Timing};
///
/// let definition = Definition::new("X 1", "Referrals from schools", "referral", Timing::Flow)
///     .rule("Met: the source of the referral is a school.")
///     .polarity(Polarity::None);
/// assert_eq!(definition.key(), "X 1");
/// let json = serde_json::to_string(&definition)?;
/// assert_eq!(serde_json::from_str::<Definition>(&json)?, definition);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Definition {
    /// The code people know it by: `NI 65a`.
    pub code: String,
    /// The named option in force; `None` for the default rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// What it measures.
    pub title: String,
    /// What it counts, in the singular: "referral".
    pub unit: String,
    /// When a unit counts.
    pub timing: Timing,
    /// What kind of figure comes out.
    pub shape: Shape,
    /// The bases on which it is reported.
    pub bases: Vec<Basis>,
    /// Which way is good.
    pub polarity: Polarity,
    /// What zero means.
    pub zero: Zero,
    /// Whether the families (sibling groups) with a met unit are counted beside it.
    pub sibling_groups: bool,
    /// What a reading cannot be made without, and how far back; empty where nothing is said, and then every reading is made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// The rule, in sentences.
    pub rule: String,
    /// Where the rule comes from.
    pub source: String,
    /// Goes up with every change to a number that the rule produces.
    pub version: u32,
}

impl Definition {
    /// A proportion without polarity, version 1, on the bases usual for its timing: cumulative, in the quarter and rolling
    /// 12 months, or as at the day for a stock.
    #[must_use]
    pub fn new(code: impl Into<String>, title: impl Into<String>, unit: impl Into<String>, timing: Timing) -> Self {
        let bases = match timing {
            Timing::Flow | Timing::Windowed => vec![Basis::Cumulative, Basis::InQuarter, Basis::ROLLING_12M],
            Timing::Stock => vec![Basis::AsAt],
        };
        Self {
            code: code.into(),
            option: None,
            title: title.into(),
            unit: unit.into(),
            timing,
            shape: Shape::Proportion(Pending::StandsAside),
            bases,
            polarity: Polarity::None,
            zero: Zero::Ordinary,
            sibling_groups: false,
            needs: Vec::new(),
            rule: String::new(),
            source: String::new(),
            version: 1,
        }
    }

    /// What it is found by: the code, and behind it the option in force.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.option {
            Some(option) => format!("{} {option}", self.code),
            None => self.code.clone(),
        }
    }

    /// Sets the named option in force.
    #[must_use]
    pub fn option(mut self, option: impl Into<String>) -> Self {
        self.option = Some(option.into());
        self
    }

    /// Sets the kind of figure.
    #[must_use]
    pub fn shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// Makes it a composition of these parts.
    #[must_use]
    pub fn parts(self, parts: &[&str]) -> Self {
        self.shape(Shape::Composition(parts.iter().map(|part| (*part).to_owned()).collect()))
    }

    /// Sets the bases on which it is reported.
    #[must_use]
    pub fn bases(mut self, bases: impl Into<Vec<Basis>>) -> Self {
        self.bases = bases.into();
        self
    }

    /// Sets which way is good.
    #[must_use]
    pub fn polarity(mut self, polarity: Polarity) -> Self {
        self.polarity = polarity;
        self
    }

    /// Sets what zero means.
    #[must_use]
    pub fn zero(mut self, zero: Zero) -> Self {
        self.zero = zero;
        self
    }

    /// Counts the families with a met unit beside it.
    #[must_use]
    pub fn counting_sibling_groups(mut self) -> Self {
        self.sibling_groups = true;
        self
    }

    /// Sets what a reading cannot be made without. Where a dataset does not [hold](crate::Supply) one of them, the reading says
    /// so and is no zero; without any of them every reading is made.
    ///
    /// ```
    /// use csc_kpi::indicator::{Definition, Need, Reach, Timing};
    /// use csc_kpi::record::Family;
    ///
    /// let definition = Definition::new("X 1", "Referrals after a plan", "referral", Timing::Flow)
    ///     .needs([Need::of(Family::Referral), Need::of(Family::ProtectionPlan).back(Reach::Months(12))]);
    /// assert_eq!(definition.needs[1].to_string(), "child protection plans 12 months back");
    /// ```
    #[must_use]
    pub fn needs<N: Into<Need>>(mut self, needs: impl IntoIterator<Item = N>) -> Self {
        self.needs = needs.into_iter().map(Into::into).collect();
        self
    }

    /// What it reads of the records, so that a finding can be told to touch it: what it needs, and families where it counts
    /// sibling groups. One without any need does not say.
    #[must_use]
    pub fn reads(&self) -> Reads {
        let needed = self.needs.iter().flat_map(|need| [Some(need.matter), need.or].into_iter().flatten());
        let families = self.sibling_groups.then_some(Matter::Records(Family::FamilyMember));
        let matters = (!self.needs.is_empty()).then(|| needed.chain(families).collect());
        Reads::new(self.key(), matters)
    }

    /// Sets the rule, in sentences.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = rule.into();
        self
    }

    /// Sets where the rule comes from.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// Sets the version.
    #[must_use]
    pub fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }
}
