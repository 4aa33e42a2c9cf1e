//! A control chart (XmR) over disjoint periods.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::caution::Caution;
use super::good::{Direction, Good, Judgement};
use super::observation::{NotComparable, Observation, ends_its_period, like_with_like};
use crate::calendar::{Basis, FinancialYear};

/// What a series of points counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Points {
    /// Whole months, quarters or financial years that share no day.
    Periods,
    /// The state on different days.
    Stocks,
}

/// What is no series for a control chart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SeriesError {
    /// A rolling window: neighbouring points are made of mostly the same days.
    #[error("{basis} as at {as_at} shares days with its neighbours; a control chart needs periods that share none")]
    Rolling {
        /// The basis.
        basis: Basis,
        /// The day.
        as_at: NaiveDate,
    },
    /// A cumulative figure within the year: it holds the quarters before it.
    #[error("cumulative as at {0} holds the periods before it; a control chart takes it on 31 March alone")]
    WithinYear(NaiveDate),
    /// A figure of a part of a month or quarter.
    #[error("{basis} as at {as_at} is not a whole period")]
    PartOfPeriod {
        /// The basis.
        basis: Basis,
        /// The day.
        as_at: NaiveDate,
    },
    /// A stock among periods: it is put on a chart by a call that says so.
    #[error("the figure as at {0} is a stock, not of a period")]
    Stock(NaiveDate),
    /// A period among stocks.
    #[error("{basis} as at {as_at} is of a period, not a stock")]
    Period {
        /// The basis.
        basis: Basis,
        /// The day.
        as_at: NaiveDate,
    },
    /// Two figures of one day.
    #[error("two figures as at {0}")]
    SameDay(NaiveDate),
    /// Figures that do not measure the same thing.
    #[error("the points do not measure the same thing: {0}")]
    Mixed(#[from] NotComparable),
    /// A share without a denominator.
    #[error("there is no value as at {0}")]
    NoValue(NaiveDate),
    /// A value of a thousand million million (10^15) or more.
    #[error("the value as at {0} is too large for a chart")]
    TooLarge(NaiveDate),
    /// Fewer than three points, or more than ten thousand.
    #[error("a control chart takes 3 to 10000 points, not {0}")]
    Points(usize),
}

/// Figures of one indicator over periods that share no day, in order of time: all a control chart takes.
///
/// Limits come from the differences between neighbouring points. Rolling and cumulative figures hold days of their neighbours,
/// so their differences are too small, their limits too narrow, and runs on one side of the mean come by themselves. They are
/// refused here, so that no chart can be made of them.
///
/// Figures come in any order. Periods may be missing between them; the chart says so.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::comparison::{DisjointSeries, Observation, SeriesError};
/// use csc_kpi::measure::Value;
///
/// let at = |basis, m, d| {
///     Observation::new("Referrals", 1, basis, NaiveDate::from_ymd_opt(2018, m, d).unwrap(), Value::Count(500))
/// };
/// let quarters = [(3, 31), (6, 30), (9, 30)];
/// assert!(DisjointSeries::of_periods(quarters.map(|(m, d)| at(Basis::InQuarter, m, d))).is_ok());
/// let rolling = DisjointSeries::of_periods(quarters.map(|(m, d)| at(Basis::ROLLING_12M, m, d)));
/// assert!(matches!(rolling, Err(SeriesError::Rolling { .. })));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "SeriesForm")]
pub struct DisjointSeries {
    points: Points,
    observations: Vec<Observation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeriesForm {
    points: Points,
    observations: Vec<Observation>,
}

impl TryFrom<SeriesForm> for DisjointSeries {
    type Error = SeriesError;

    fn try_from(form: SeriesForm) -> Result<Self, SeriesError> {
        Self::new(form.points, form.observations)
    }
}

impl DisjointSeries {
    /// Figures in the month at ends of months, in the quarter at ends of quarters, or cumulative at 31 March.
    ///
    /// # Errors
    ///
    /// [`SeriesError`] for figures on any other basis or day, of different things, without a value, or too few.
    pub fn of_periods(observations: impl IntoIterator<Item = Observation>) -> Result<Self, SeriesError> {
        Self::new(Points::Periods, observations.into_iter().collect())
    }

    /// Figures as at different days.
    ///
    /// They share no day, and they share children: a stock is what it was before, and what came and went. The caller says by
    /// this call that a chart is wanted all the same; the chart carries [`Caution::Stocks`].
    ///
    /// # Errors
    ///
    /// [`SeriesError`] for figures on any other basis, of different things, without a value, or too few.
    pub fn of_stocks(observations: impl IntoIterator<Item = Observation>) -> Result<Self, SeriesError> {
        Self::new(Points::Stocks, observations.into_iter().collect())
    }

    fn new(points: Points, mut observations: Vec<Observation>) -> Result<Self, SeriesError> {
        for observation in &observations {
            fits(points, observation)?;
            if observation.value.decimal().is_none() {
                return Err(SeriesError::NoValue(observation.as_at));
            }
            millionths(observation).ok_or(SeriesError::TooLarge(observation.as_at))?;
        }
        observations.sort_by_key(|observation| observation.as_at);
        for (earlier, now) in observations.iter().zip(observations.iter().skip(1)) {
            like_with_like(now, earlier)?;
            if now.as_at == earlier.as_at {
                return Err(SeriesError::SameDay(now.as_at));
            }
        }
        match observations.len() {
            3..=10_000 => Ok(Self { points, observations }),
            count => Err(SeriesError::Points(count)),
        }
    }

    /// What its points count.
    #[must_use]
    pub const fn points(&self) -> Points {
        self.points
    }

    /// The figures in order of time.
    #[must_use]
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }
}

fn fits(points: Points, observation: &Observation) -> Result<(), SeriesError> {
    let (basis, as_at) = (observation.basis, observation.as_at);
    match (points, basis) {
        (Points::Stocks, Basis::AsAt) => Ok(()),
        (_, Basis::Rolling(_)) => Err(SeriesError::Rolling { basis, as_at }),
        (_, Basis::Cumulative) if FinancialYear::containing(as_at).last_day() != as_at => {
            Err(SeriesError::WithinYear(as_at))
        }
        (Points::Periods, Basis::AsAt) => Err(SeriesError::Stock(as_at)),
        (Points::Stocks, _) => Err(SeriesError::Period { basis, as_at }),
        (Points::Periods, _) if !ends_its_period(observation) => Err(SeriesError::PartOfPeriod { basis, as_at }),
        (Points::Periods, _) => Ok(()),
    }
}

/// The value rounded to six decimal places, in millionths; `None` where it is 10^15 or more.
fn millionths(observation: &Observation) -> Option<i128> {
    let mut value = observation.value.rounded(6)?;
    if value.abs() >= Decimal::from(1_000_000_000_000_000u64) {
        return None;
    }
    value.rescale(6);
    (value.scale() == 6).then(|| value.mantissa())
}

/// A rule by which points are more than chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A point outside the limits.
    OutsideLimits,
    /// Eight or more points in a row on one side of the mean.
    OneSide,
    /// Six or more points in a row, each higher than the one before, or each lower.
    Trend,
    /// Two of three points in a row in the outer third: more than two thirds of the way from the mean to a limit, on one side.
    NearLimit,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutsideLimits => "a point outside the limits",
            Self::OneSide => "eight or more points in a row on one side of the mean",
            Self::Trend => "six or more points in a row rising or falling",
            Self::NearLimit => "two of three points in a row near a limit",
        })
    }
}

/// Points that a rule picks out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Signal {
    /// By which rule.
    pub rule: Rule,
    /// The day of the first of them.
    pub from: NaiveDate,
    /// The day of the last of them.
    pub to: NaiveDate,
    /// On which side of the mean they are; for a trend, which way they go.
    pub direction: Direction,
    /// Whether that is better or worse; where closer is better it is not judged, since a side of the mean does not say.
    pub judgement: Judgement,
}

/// A control chart of individual values and their moving range (XmR).
///
/// # Limits
///
/// mean ± 2.66 × the average moving range, the mean distance between neighbouring points. 2.66 is 3 ÷ 1.128, rounded as usual;
/// the limit of the moving range is 3.267 × its average. The points are taken to six decimal places and the rules are decided
/// on them in whole numbers, so that no rounding makes or hides a signal; what is shown is rounded to six places. A limit may
/// lie where no value can: below zero, above 100 %.
///
/// # Rules
///
/// | rule | points |
/// |---|---|
/// | [`Rule::OutsideLimits`] | one, higher than the upper limit or lower than the lower one |
/// | [`Rule::OneSide`] | eight or more in a row on one side of the mean; a point on the mean ends the row |
/// | [`Rule::Trend`] | six or more in a row, each higher than the one before, or each lower; equal points end the row |
/// | [`Rule::NearLimit`] | two of three in a row in the outer third of one side, beyond the limit or not, wherever the third is |
///
/// Sources: the *Western Electric Statistical Quality Control Handbook* (1956) for points outside, eight on one side and two of
/// three; Nelson, *Journal of Quality Technology* 16 (1984), for six rising or falling; Wheeler, *Understanding Variation*, for
/// the chart and its constants.
///
/// # Deviations from NHS England's *Making Data Count*
///
/// As its R package NHSRplotthedots 0.2 has it:
///
/// * It takes seven points for a row on one side and for a trend; here they are eight and six.
/// * Its two of three have the third point on the same side of the mean, and are inside the limits; here neither is asked.
/// * It leaves moving ranges above their limit out of the average; here every one counts, and
///   [`ControlChart::upper_range_limit`] says where that limit is.
/// * It moves limits where it is told to; here a chart has one mean. Divide a series to have two.
/// * It calls limits of fewer than 12 points *trial limits*; so does [`Caution::FewPoints`].
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::comparison::{ControlChart, DisjointSeries, Good, Judgement, Observation, Rule};
/// use csc_kpi::measure::Value;
///
/// let month_ends = [31, 28, 31, 30, 31, 30].iter().zip(1..);
/// let points = month_ends.zip([50, 52, 50, 52, 50, 60]).map(|((day, month), count)| {
///     let day = NaiveDate::from_ymd_opt(2018, month, *day).unwrap();
///     Observation::new("Referrals", 1, Basis::InMonth, day, Value::Count(count))
/// });
/// let chart = ControlChart::of(&DisjointSeries::of_periods(points)?, Good::Lower);
/// assert_eq!(chart.mean().to_string(), "52.333333");
/// assert_eq!(chart.upper_limit().to_string(), "61.909333");
/// assert!(chart.signals().is_empty());
/// # Ok::<(), csc_kpi::comparison::SeriesError>(())
/// ```
///
/// # JSON
///
/// What is read are the series and which way is good; the rest is worked out again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Terms")]
pub struct ControlChart {
    series: DisjointSeries,
    good: Good,
    #[serde(with = "rust_decimal::serde::str")]
    mean: Decimal,
    #[serde(with = "rust_decimal::serde::str")]
    average_range: Decimal,
    #[serde(with = "rust_decimal::serde::str")]
    lower_limit: Decimal,
    #[serde(with = "rust_decimal::serde::str")]
    upper_limit: Decimal,
    #[serde(with = "rust_decimal::serde::str")]
    upper_range_limit: Decimal,
    signals: Vec<Signal>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cautions: Vec<Caution>,
}

#[derive(Deserialize)]
struct Terms {
    series: DisjointSeries,
    good: Good,
}

impl From<Terms> for ControlChart {
    fn from(terms: Terms) -> Self {
        Self::of(&terms.series, terms.good)
    }
}

/// Fewer points than that have limits on trial.
const ENOUGH: usize = 12;

impl ControlChart {
    /// The chart of `series`.
    #[must_use]
    pub fn of(series: &DisjointSeries, good: Good) -> Self {
        let scaled = Scaled::of(&series.observations);
        let mut cautions = Vec::new();
        if series.observations.len() < ENOUGH {
            cautions.push(Caution::FewPoints { points: series.observations.len() });
        }
        if series.points == Points::Stocks {
            cautions.push(Caution::Stocks);
        }
        for (earlier, now) in series.observations.iter().zip(series.observations.iter().skip(1)) {
            if earlier.window().zip(now.window()).is_some_and(|(earlier, now)| earlier.end != now.start) {
                cautions.push(Caution::Gap { after: earlier.as_at });
            }
        }
        Self {
            good,
            mean: scaled.shown(scaled.mean),
            average_range: scaled.shown(scaled.range),
            lower_limit: scaled.shown(scaled.mean - scaled.width),
            upper_limit: scaled.shown(scaled.mean + scaled.width),
            upper_range_limit: scaled.shown(scaled.range * 3_267 / 1_000),
            signals: scaled.signals(&series.observations, good),
            series: series.clone(),
            cautions,
        }
    }

    /// The series.
    #[must_use]
    pub const fn series(&self) -> &DisjointSeries {
        &self.series
    }

    /// Which way is good.
    #[must_use]
    pub const fn good(&self) -> Good {
        self.good
    }

    /// The mean of the points.
    #[must_use]
    pub const fn mean(&self) -> Decimal {
        self.mean
    }

    /// The average moving range.
    #[must_use]
    pub const fn average_range(&self) -> Decimal {
        self.average_range
    }

    /// The lower limit: the mean less 2.66 × the average moving range.
    #[must_use]
    pub const fn lower_limit(&self) -> Decimal {
        self.lower_limit
    }

    /// The upper limit: the mean and 2.66 × the average moving range.
    #[must_use]
    pub const fn upper_limit(&self) -> Decimal {
        self.upper_limit
    }

    /// The limit of the moving range: 3.267 × its average.
    #[must_use]
    pub const fn upper_range_limit(&self) -> Decimal {
        self.upper_range_limit
    }

    /// What is more than chance: by rule, and within a rule in order of time.
    #[must_use]
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// What to bear in mind.
    #[must_use]
    pub fn cautions(&self) -> &[Caution] {
        &self.cautions
    }
}

/// Points, mean and width as whole numbers of a common part: with `n` points, a millionth by 1,000 × n × (n − 1).
///
/// Points are below 10^21 millionths and n is at most 10^4, so everything is below 10^36.
struct Scaled {
    parts: i128,
    points: Vec<i128>,
    mean: i128,
    range: i128,
    width: i128,
}

impl Scaled {
    fn of(observations: &[Observation]) -> Self {
        let points: Vec<i128> = observations.iter().filter_map(millionths).collect();
        let count = points.iter().fold(0i128, |count, _| count + 1);
        let sum: i128 = points.iter().sum();
        let ranges: i128 = points.iter().zip(points.iter().skip(1)).map(|(one, next)| (next - one).abs()).sum();
        let parts = 1_000 * count * (count - 1);
        Self {
            mean: sum * 1_000 * (count - 1),
            range: ranges * 1_000 * count,
            width: ranges * 2_660 * count,
            points: points.iter().map(|point| point * parts).collect(),
            parts,
        }
    }

    /// Rounded half away from zero to six decimal places.
    fn shown(&self, number: i128) -> Decimal {
        let millionths = (2 * number.abs() + self.parts) / (2 * self.parts) * number.signum();
        Decimal::try_from_i128_with_scale(millionths, 6).unwrap_or_default()
    }

    /// On which side of the mean `point` is, where it is further from it than `thirds` thirds of the way to the limit.
    fn side(&self, point: i128, thirds: i128) -> Direction {
        let off = point - self.mean;
        if 3 * off.abs() <= thirds * self.width { Direction::Unchanged } else { Direction::of(off.cmp(&0)) }
    }

    fn sides(&self, thirds: i128) -> Vec<Direction> {
        self.points.iter().map(|point| self.side(*point, thirds)).collect()
    }

    fn signals(&self, observations: &[Observation], good: Good) -> Vec<Signal> {
        let outside = runs(&self.sides(3)).into_iter().flat_map(|run| (run.0..=run.1).map(move |at| (at, at, run.2)));
        let one_side = runs(&self.sides(0)).into_iter().filter(|(first, last, _)| last - first >= 7);
        let steps: Vec<_> =
            self.points.iter().zip(self.points.iter().skip(1)).map(|(one, next)| next.cmp(one)).collect();
        let steps: Vec<_> = steps.into_iter().map(Direction::of).collect();
        let trends = runs(&steps).into_iter().map(|(first, last, way)| (first, last + 1, way));
        let trends = trends.filter(|(first, last, _)| last - first >= 5);
        let near = near_limit(&self.sides(2));
        let found = (outside.map(|run| (Rule::OutsideLimits, run)))
            .chain(one_side.map(|run| (Rule::OneSide, run)))
            .chain(trends.map(|run| (Rule::Trend, run)))
            .chain(near.into_iter().map(|run| (Rule::NearLimit, run)));
        let day = |at: usize| observations.get(at).map(|observation| observation.as_at);
        found
            .filter_map(|(rule, (first, last, direction))| {
                let judgement = Judgement::of(direction, good);
                Some(Signal { rule, from: day(first)?, to: day(last)?, direction, judgement })
            })
            .collect()
    }
}

/// First place, last place, and direction of what happens there.
type Run = (usize, usize, Direction);

/// Places in a row with the same direction, [`Direction::Unchanged`] left out.
fn runs(directions: &[Direction]) -> Vec<Run> {
    let mut first = 0;
    let mut runs = Vec::new();
    for alike in directions.chunk_by(|one, next| one == next) {
        if let Some(direction) = alike.first().filter(|direction| **direction != Direction::Unchanged) {
            runs.push((first, first + alike.len() - 1, *direction));
        }
        first += alike.len();
    }
    runs
}

/// Places of which two of three in a row are in the outer third of one side: from the first to the last of those, joined where
/// the threes overlap in one of them.
fn near_limit(sides: &[Direction]) -> Vec<Run> {
    let mut found: Vec<Run> = Vec::new();
    for side in [Direction::Higher, Direction::Lower] {
        let mut open: Option<Run> = None;
        let places = sides.iter().enumerate().filter(|(_, direction)| **direction == side).map(|(at, _)| at);
        for at in places {
            open = Some(match open {
                Some((first, last, _)) if at - last <= 2 => (first, at, side),
                other => {
                    found.extend(other.filter(|(first, last, _)| last > first));
                    (at, at, side)
                }
            });
        }
        found.extend(open.filter(|(first, last, _)| last > first));
    }
    found.sort_by_key(|(first, last, _)| (*first, *last));
    found
}
