//! Statistical neighbours: one figure of many published ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::benchmark::{Area, Benchmark, BenchmarkError};
use super::observation::Scale;
use super::published::{Absent, Published};
use crate::calendar::FinancialYear;
use crate::measure::Printed;

/// How many figures become one. National tools differ, so it is always said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Average {
    /// The sum of the figures by their number; each authority counts as much as any other, whatever its size.
    Mean,
    /// The figure in the middle; of an even number, the mean of the two in the middle.
    Median,
}

impl fmt::Display for Average {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mean => "mean",
            Self::Median => "median",
        })
    }
}

/// What is no group of neighbours, or has no average.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NeighboursError {
    /// No member.
    #[error("{0} has no member")]
    Empty(String),
    /// A member twice.
    #[error("{name} names {member} twice")]
    Twice {
        /// The name of the group.
        name: String,
        /// The member.
        member: String,
    },
    /// No member has a number.
    #[error("none of the {members} members of {name} has a number")]
    NoFigures {
        /// The name of the group.
        name: String,
        /// How many members it has.
        members: usize,
    },
    /// Figures too long to be added up.
    #[error("the figures of {0} have too many digits to be added up")]
    TooLong(String),
}

/// The statistical neighbours of an authority, by name.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use csc_kpi::comparison::{Average, Neighbours, Published};
///
/// let neighbours = Neighbours::new("neighbours of X", ["A", "B", "C", "D"])?;
/// let table: BTreeMap<String, Published> =
///     [("A", "64"), ("B", "70"), ("C", "c")].map(|(name, text)| (name.to_owned(), text.parse().unwrap())).into();
/// let average = neighbours.average(&table, Average::Mean)?;
/// assert_eq!(average.figure().to_string(), "67");
/// let absent: Vec<_> = average.absent().iter().map(|absent| absent.authority.as_str()).collect();
/// assert_eq!((average.members(), absent), (2, vec!["C", "D"]));
/// # Ok::<(), csc_kpi::comparison::NeighboursError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Form")]
pub struct Neighbours {
    name: String,
    members: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    name: String,
    members: Vec<String>,
}

impl TryFrom<Form> for Neighbours {
    type Error = NeighboursError;

    fn try_from(form: Form) -> Result<Self, NeighboursError> {
        Self::new(form.name, form.members)
    }
}

impl Neighbours {
    /// The group with this name and these members.
    ///
    /// # Errors
    ///
    /// [`NeighboursError::Empty`] without a member, [`NeighboursError::Twice`] where one is named twice.
    pub fn new<M: Into<String>>(
        name: impl Into<String>,
        members: impl IntoIterator<Item = M>,
    ) -> Result<Self, NeighboursError> {
        let (name, members) = (name.into(), members.into_iter().map(Into::into).collect::<Vec<String>>());
        if members.is_empty() {
            return Err(NeighboursError::Empty(name));
        }
        let mut seen = BTreeSet::new();
        if let Some(member) = members.iter().find(|member| !seen.insert(member.as_str())) {
            return Err(NeighboursError::Twice { member: member.clone(), name });
        }
        Ok(Self { name, members })
    }

    /// The name of the group.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The members, in the order given.
    #[must_use]
    pub fn members(&self) -> &[String] {
        &self.members
    }

    /// The average of the members' published figures; who has none is named.
    ///
    /// It is rounded, half away from zero, to as many decimal places as the most precise of the figures has: each of them is
    /// rounded, so more places would say more than anybody knows.
    ///
    /// # Errors
    ///
    /// [`NeighboursError::NoFigures`] where no member has a number, [`NeighboursError::TooLong`] where they cannot be added up.
    pub fn average(
        &self,
        figures: &BTreeMap<String, Published>,
        how: Average,
    ) -> Result<NeighbourAverage, NeighboursError> {
        let (mut known, mut absent) = (Vec::new(), Vec::new());
        for authority in &self.members {
            match figures.get(authority) {
                Some(Published::Figure(figure)) => known.push(*figure),
                Some(Published::Withheld(mark)) => {
                    absent.push(Absent { authority: authority.clone(), mark: Some(*mark) });
                }
                None => absent.push(Absent { authority: authority.clone(), mark: None }),
            }
        }
        if known.is_empty() {
            return Err(NeighboursError::NoFigures { name: self.name.clone(), members: self.members.len() });
        }
        let figure = averaged(&known, how).ok_or_else(|| NeighboursError::TooLong(self.name.clone()))?;
        let own = |authority: &String| Some((authority.clone(), *figures.get(authority)?));
        let figures = self.members.iter().filter_map(own).collect();
        Ok(NeighbourAverage { group: self.clone(), figures, how, figure, absent })
    }
}

fn averaged(figures: &[Printed], how: Average) -> Option<Printed> {
    let places = figures.iter().map(|figure| figure.places()).max()?;
    let units = |figure: &Printed| {
        figure.value().mantissa().checked_mul(10i128.checked_pow(places.checked_sub(figure.places())?)?)
    };
    let mut units: Vec<i128> = figures.iter().map(units).collect::<Option<_>>()?;
    let middle: &[i128] = match how {
        Average::Mean => &units,
        Average::Median => {
            units.sort_unstable();
            let half = (units.len() - 1) / 2;
            units.get(half..units.len() - half)?
        }
    };
    let sum = middle.iter().try_fold(0i128, |sum, unit| sum.checked_add(*unit))?;
    let count = i128::try_from(middle.len()).ok()?;
    let size = sum.checked_abs()?.checked_mul(2)?.checked_add(count)? / count.checked_mul(2)?;
    let mean = Decimal::try_from_i128_with_scale(size * sum.signum(), places).ok()?;
    mean.to_string().parse().ok()
}

/// The average of statistical neighbours, with how it came about. As JSON, what is read are the group, its figures, and mean or
/// median; the rest is worked out again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Terms")]
pub struct NeighbourAverage {
    group: Neighbours,
    figures: BTreeMap<String, Published>,
    how: Average,
    figure: Printed,
    absent: Vec<Absent>,
}

#[derive(Deserialize)]
struct Terms {
    group: Neighbours,
    figures: BTreeMap<String, Published>,
    how: Average,
}

impl TryFrom<Terms> for NeighbourAverage {
    type Error = NeighboursError;

    fn try_from(terms: Terms) -> Result<Self, NeighboursError> {
        terms.group.average(&terms.figures, terms.how)
    }
}

impl NeighbourAverage {
    /// The neighbours.
    #[must_use]
    pub const fn group(&self) -> &Neighbours {
        &self.group
    }

    /// The members' published figures.
    #[must_use]
    pub const fn figures(&self) -> &BTreeMap<String, Published> {
        &self.figures
    }

    /// Mean or median.
    #[must_use]
    pub const fn how(&self) -> Average {
        self.how
    }

    /// The average.
    #[must_use]
    pub const fn figure(&self) -> Printed {
        self.figure
    }

    /// How many members have a number.
    #[must_use]
    pub const fn members(&self) -> usize {
        self.group.members.len() - self.absent.len()
    }

    /// The members without a number, in the order of the group.
    #[must_use]
    pub fn absent(&self) -> &[Absent] {
        &self.absent
    }

    /// As a benchmark for the indicator with this key; the source says mean or median, and of how many.
    ///
    /// # Errors
    ///
    /// As [`Benchmark::new`].
    pub fn benchmark(
        &self,
        indicator: impl Into<String>,
        scale: Scale,
        year: FinancialYear,
        source: &str,
    ) -> Result<Benchmark, BenchmarkError> {
        let (members, of) = (self.members(), self.group.members.len());
        let source = if source.trim().is_empty() {
            String::new()
        } else {
            format!("{source}; {} of {members} of {of} neighbours", self.how)
        };
        Benchmark::new(Area::Neighbours(self.group.name.clone()), indicator, scale, self.figure, year, source)
    }
}
