//! Benchmarks: what others publish, and how a figure stands to it.

use std::cmp::Ordering;
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::caution::Caution;
use super::exact::Pair;
use super::good::{ExactNumber, Good, Judgement};
use super::observation::{NotComparable, Observation, Scale, is_of_a_whole_year, total_only};
use crate::calendar::FinancialYear;
use crate::measure::{Printed, Value};

/// Whose figure a benchmark is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// A nation: "England".
    National(String),
    /// A region: "West Midlands".
    Region(String),
    /// Statistical neighbours, by the name of the group.
    Neighbours(String),
    /// One other authority.
    Authority(String),
}

impl Area {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::National(name) | Self::Region(name) | Self::Neighbours(name) | Self::Authority(name) => name,
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is no benchmark, or no set of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BenchmarkError {
    /// More than eight decimal places, or more than eighteen digits before the point.
    #[error("{figure} of {area} is no published figure: more than eight decimal places, or beyond eighteen digits")]
    Precision {
        /// Whose figure.
        area: String,
        /// The figure.
        figure: Printed,
    },
    /// No source.
    #[error("the figure {figure} of {area} names no source")]
    NoSource {
        /// Whose figure.
        area: String,
        /// The figure.
        figure: Printed,
    },
    /// Two figures of one area, indicator, scale and year.
    #[error("two figures of {area} for {indicator} in {year}: {first} and {second}")]
    Twice {
        /// Whose figures.
        area: String,
        /// The key of the indicator.
        indicator: String,
        /// The year.
        year: FinancialYear,
        /// The one.
        first: Printed,
        /// The other.
        second: Printed,
    },
}

/// A published figure of somebody else: rounded, of a financial year (or as at its 31 March), with its source.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::comparison::{Area, Benchmark, Good, Judgement, Observation, Place, Scale};
/// use csc_kpi::measure::{Ratio, Value};
///
/// let neighbours = Area::Neighbours("statistical neighbours".to_owned());
/// let year = "2016/17".parse().unwrap();
/// let benchmark = Benchmark::new(neighbours, "NI 63", Scale::Percent, "69".parse().unwrap(), year, "LAIT")?;
/// let local = |met| {
///     let day = NaiveDate::from_ymd_opt(2018, 3, 31).unwrap();
///     Observation::new("NI 63", 1, Basis::AsAt, day, Value::Percent(Ratio::new(met, 1_000).unwrap()))
/// };
/// let standing = benchmark.compared_with(&local(750), Good::Higher).unwrap();
/// assert_eq!((standing.place(), standing.judgement()), (Place::Higher, Judgement::Better));
/// // 68.9 % rounds to the published 69: nobody can say which is higher.
/// assert_eq!(benchmark.compared_with(&local(689), Good::Higher).unwrap().place(), Place::Indistinguishable);
/// # Ok::<(), csc_kpi::comparison::BenchmarkError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Form")]
pub struct Benchmark {
    area: Area,
    indicator: String,
    scale: Scale,
    figure: Printed,
    year: FinancialYear,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    area: Area,
    indicator: String,
    scale: Scale,
    figure: Printed,
    year: FinancialYear,
    source: String,
}

impl TryFrom<Form> for Benchmark {
    type Error = BenchmarkError;

    fn try_from(form: Form) -> Result<Self, BenchmarkError> {
        Self::new(form.area, form.indicator, form.scale, form.figure, form.year, form.source)
    }
}

impl Benchmark {
    /// The figure of `area` for the indicator with this key, in `year`, according to `source`.
    ///
    /// # Errors
    ///
    /// [`BenchmarkError::Precision`] for more than eight decimal places or eighteen digits before the point,
    /// [`BenchmarkError::NoSource`] for a source without a letter.
    pub fn new(
        area: Area,
        indicator: impl Into<String>,
        scale: Scale,
        figure: Printed,
        year: FinancialYear,
        source: impl Into<String>,
    ) -> Result<Self, BenchmarkError> {
        let source = source.into();
        if ends(figure).is_none() {
            return Err(BenchmarkError::Precision { area: area.to_string(), figure });
        }
        if source.trim().is_empty() {
            return Err(BenchmarkError::NoSource { area: area.to_string(), figure });
        }
        Ok(Self { area, indicator: indicator.into(), scale, figure, year, source })
    }

    /// Whose figure it is.
    #[must_use]
    pub const fn area(&self) -> &Area {
        &self.area
    }

    /// The key of the indicator.
    #[must_use]
    pub fn indicator(&self) -> &str {
        &self.indicator
    }

    /// On which scale it stands.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// The number as it is printed.
    #[must_use]
    pub const fn figure(&self) -> Printed {
        self.figure
    }

    /// Of which financial year, or as at which 31 March.
    #[must_use]
    pub const fn year(&self) -> FinancialYear {
        self.year
    }

    /// Who published it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How `observation` stands to it. Where closer is better it is better or worse only if that is certain for every number
    /// the print can stand for.
    ///
    /// # Errors
    ///
    /// [`NotComparable`]: another indicator, unit or footing, a stratum, no value, or a count of a part of a year.
    pub fn compared_with(&self, observation: &Observation, good: Good) -> Result<BenchmarkComparison, NotComparable> {
        let key = observation.key();
        if key != self.indicator {
            return Err(NotComparable::OtherIndicator { now: key, earlier: self.indicator.clone() });
        }
        total_only(observation)?;
        observation.scale().compared_with(self.scale)?;
        let (basis, as_at) = (observation.basis, observation.as_at);
        let part = (!is_of_a_whole_year(observation)).then_some(Caution::PartOfYear { basis, as_at });
        if part.is_some() && self.scale.adds_up() {
            return Err(NotComparable::PartOfYear { basis, as_at });
        }
        let order = self.figure.order_of(&observation.value).ok_or(NotComparable::NoValue { as_at })?;
        let place = Place::of(order);
        let judgement = match (good, place) {
            (Good::Neither, _) => Judgement::NotJudged,
            (_, Place::Indistinguishable) => Judgement::Same,
            (Good::Higher, Place::Higher) | (Good::Lower, Place::Lower) => Judgement::Better,
            (Good::Higher, Place::Lower) | (Good::Lower, Place::Higher) => Judgement::Worse,
            (Good::CloserTo(aim), _) => self.closeness(&observation.value, aim).unwrap_or(Judgement::NotJudged),
        };
        let reading = FinancialYear::containing(as_at);
        let year = (reading != self.year).then_some(Caution::OtherYear { benchmark: self.year, reading });
        Ok(BenchmarkComparison {
            benchmark: self.clone(),
            observation: observation.clone(),
            good,
            place,
            judgement,
            cautions: [part, year].into_iter().flatten().collect(),
        })
    }

    /// Whether `value`, outside the rounding, is closer to `aim` than all the figure can stand for, or further from it than all of
    /// that. The two ends are enough: with the aim between them, only what lies between them is closer to it than both.
    fn closeness(&self, value: &Value, aim: ExactNumber) -> Option<Judgement> {
        let (low, high) = ends(self.figure)?;
        let to =
            |end: ExactNumber| Some(Pair::of(value, &Value::Number(end.get()))?.difference_in_distance(aim).sign());
        let (low, high) = (to(low)?, to(high)?);
        Some(match (low, high) {
            (Ordering::Greater, Ordering::Greater) => Judgement::Worse,
            (Ordering::Less, Ordering::Less) => Judgement::Better,
            _ => Judgement::Same,
        })
    }
}

/// The least and the greatest number that rounds to `figure`.
fn ends(figure: Printed) -> Option<(ExactNumber, ExactNumber)> {
    let end = |end: Option<Decimal>| ExactNumber::new(end?).ok();
    let half = figure.half_unit();
    Some((end(figure.value().checked_sub(half))?, end(figure.value().checked_add(half))?))
}

/// Where a figure lies to a benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Higher than all the benchmark can stand for.
    Higher,
    /// Lower than all the benchmark can stand for.
    Lower,
    /// Inside its rounding: nobody can say which is higher.
    Indistinguishable,
}

impl Place {
    const fn of(order: Ordering) -> Self {
        match order {
            Ordering::Less => Self::Lower,
            Ordering::Equal => Self::Indistinguishable,
            Ordering::Greater => Self::Higher,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::Indistinguishable => "indistinguishable",
        })
    }
}

/// How a figure stands to a benchmark. As JSON, what is read are figure, benchmark and which way is good; the rest is worked
/// out again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Terms")]
pub struct BenchmarkComparison {
    benchmark: Benchmark,
    observation: Observation,
    good: Good,
    place: Place,
    judgement: Judgement,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cautions: Vec<Caution>,
}

#[derive(Deserialize)]
struct Terms {
    benchmark: Benchmark,
    observation: Observation,
    good: Good,
}

impl TryFrom<Terms> for BenchmarkComparison {
    type Error = NotComparable;

    fn try_from(terms: Terms) -> Result<Self, NotComparable> {
        terms.benchmark.compared_with(&terms.observation, terms.good)
    }
}

impl BenchmarkComparison {
    /// The benchmark.
    #[must_use]
    pub const fn benchmark(&self) -> &Benchmark {
        &self.benchmark
    }

    /// The figure.
    #[must_use]
    pub const fn observation(&self) -> &Observation {
        &self.observation
    }

    /// Which way is good.
    #[must_use]
    pub const fn good(&self) -> Good {
        self.good
    }

    /// Where the figure lies to the benchmark.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// Whether that is better or worse.
    #[must_use]
    pub const fn judgement(&self) -> Judgement {
        self.judgement
    }

    /// What to bear in mind.
    #[must_use]
    pub fn cautions(&self) -> &[Caution] {
        &self.cautions
    }
}

/// Benchmarks by area, indicator, scale and year, each once. As JSON it is a list.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::comparison::{Area, Benchmarks, Scale};
///
/// let benchmarks: Benchmarks = serde_json::from_str(r#"[
///     {"area": {"national": "England"}, "indicator": "NI 63", "scale": "percent", "figure": "70",
///      "year": "2016/17", "source": "Children looked after in England"}
/// ]"#).unwrap();
/// let england = Area::National("England".to_owned());
/// let day = NaiveDate::from_ymd_opt(2018, 6, 30).unwrap();
/// assert_eq!(benchmarks.latest("NI 63", Scale::Percent, &england, day).unwrap().figure().to_string(), "70");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Benchmark>", into = "Vec<Benchmark>")]
pub struct Benchmarks {
    list: Vec<Benchmark>,
}

impl Benchmarks {
    /// A set of these.
    ///
    /// # Errors
    ///
    /// [`BenchmarkError::Twice`] where two are of one area, indicator, scale and year.
    pub fn new(list: impl IntoIterator<Item = Benchmark>) -> Result<Self, BenchmarkError> {
        let mut benchmarks = Self::default();
        for benchmark in list {
            benchmarks.add(benchmark)?;
        }
        Ok(benchmarks)
    }

    /// Adds one.
    ///
    /// # Errors
    ///
    /// [`BenchmarkError::Twice`] where there is one of its area, indicator, scale and year.
    pub fn add(&mut self, benchmark: Benchmark) -> Result<(), BenchmarkError> {
        let alike = |other: &&Benchmark| {
            other.area == benchmark.area
                && other.indicator == benchmark.indicator
                && other.scale == benchmark.scale
                && other.year == benchmark.year
        };
        if let Some(other) = self.list.iter().find(alike) {
            return Err(BenchmarkError::Twice {
                area: benchmark.area.to_string(),
                indicator: benchmark.indicator,
                year: benchmark.year,
                first: other.figure,
                second: benchmark.figure,
            });
        }
        self.list.push(benchmark);
        Ok(())
    }

    /// All of them, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Benchmark> {
        self.list.iter()
    }

    /// Those for the indicator with this key, in the order they were added.
    pub fn for_indicator<'a>(&'a self, indicator: &'a str) -> impl Iterator<Item = &'a Benchmark> {
        self.list.iter().filter(move |benchmark| benchmark.indicator == indicator)
    }

    /// The figure of `area` for the indicator with this key on this scale, of the last financial year that is over on `as_at`, or whose 31 March it is.
    #[must_use]
    pub fn latest(&self, indicator: &str, scale: Scale, area: &Area, as_at: NaiveDate) -> Option<&Benchmark> {
        self.list
            .iter()
            .filter(|benchmark| benchmark.indicator == indicator && benchmark.scale == scale && benchmark.area == *area)
            .filter(|benchmark| benchmark.year.last_day() <= as_at)
            .max_by_key(|benchmark| benchmark.year)
    }
}

impl TryFrom<Vec<Benchmark>> for Benchmarks {
    type Error = BenchmarkError;

    fn try_from(list: Vec<Benchmark>) -> Result<Self, BenchmarkError> {
        Self::new(list)
    }
}

impl From<Benchmarks> for Vec<Benchmark> {
    fn from(benchmarks: Benchmarks) -> Self {
        benchmarks.list
    }
}
