//! Movement since an earlier figure.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::caution::Caution;
use super::exact::Pair;
use super::good::{Direction, Good, Judgement, Yardstick};
use super::observation::{NotComparable, Observation, is_month_end, like_with_like, same_part_of_period};
use crate::calendar::{Basis, Quarter, day_before, minus_months, plus_months};
use crate::measure::{Rate, Value};

/// How often a figure is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// At the end of each month.
    Monthly,
    /// At the end of each financial quarter.
    Quarterly,
}

impl Cadence {
    /// How often figures on `basis` are reported: each month in the month, each quarter on every other basis.
    #[must_use]
    pub const fn usual(basis: Basis) -> Self {
        match basis {
            Basis::InMonth => Self::Monthly,
            Basis::Rolling(_) | Basis::Cumulative | Basis::InQuarter | Basis::AsAt => Self::Quarterly,
        }
    }

    /// The last end of a month or quarter before `day`, `day` itself not included.
    ///
    /// ```
    /// use csc_kpi::NaiveDate;
    /// use csc_kpi::comparison::Cadence;
    ///
    /// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    /// assert_eq!(Cadence::Quarterly.last_end_before(day(2018, 6, 30)), day(2018, 3, 31));
    /// assert_eq!(Cadence::Quarterly.last_end_before(day(2018, 5, 31)), day(2018, 3, 31));
    /// assert_eq!(Cadence::Monthly.last_end_before(day(2020, 3, 31)), day(2020, 2, 29));
    /// ```
    #[must_use]
    pub fn last_end_before(self, day: NaiveDate) -> NaiveDate {
        day_before(match self {
            Self::Monthly => day.with_day(1).unwrap_or(day),
            Self::Quarterly => Quarter::containing(day).first_day(),
        })
    }
}

/// The day of the previous period: the last end of a quarter before `as_at`; in the month, the last end of a month.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::comparison::previous_period;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// assert_eq!(previous_period(Basis::ROLLING_12M, day(2018, 6, 30)), day(2018, 3, 31));
/// assert_eq!(previous_period(Basis::InMonth, day(2018, 6, 30)), day(2018, 5, 31));
/// ```
#[must_use]
pub fn previous_period(basis: Basis, as_at: NaiveDate) -> NaiveDate {
    Cadence::usual(basis).last_end_before(as_at)
}

/// The day of the same period a year before `as_at`, on any basis: the end of a month goes to the end of that month, any other
/// day to the same day.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::comparison::same_period_last_year;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// assert_eq!(same_period_last_year(day(2018, 6, 30)), day(2017, 6, 30));
/// assert_eq!(same_period_last_year(day(2021, 2, 28)), day(2020, 2, 29));
/// assert_eq!(same_period_last_year(day(2020, 2, 28)), day(2019, 2, 28));
/// ```
#[must_use]
pub fn same_period_last_year(as_at: NaiveDate) -> NaiveDate {
    if !is_month_end(as_at) {
        return minus_months(as_at, 12);
    }
    // Of the first day of the month, which no month lacks.
    day_before(plus_months(minus_months(as_at.with_day(1).unwrap_or(as_at), 12), 1))
}

/// Which earlier figure a figure is compared with.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::comparison::Earlier;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// assert_eq!(Earlier::PreviousPeriod.as_at(Basis::AsAt, day(2018, 6, 30)), day(2018, 3, 31));
/// assert_eq!(Earlier::SamePeriodLastYear.as_at(Basis::AsAt, day(2018, 6, 30)), day(2017, 6, 30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Earlier {
    /// The previous period, by the usual cadence of the basis.
    PreviousPeriod,
    /// The previous period, by a stated cadence.
    Previous(Cadence),
    /// The same period last year.
    SamePeriodLastYear,
    /// Any day.
    At(NaiveDate),
}

impl Earlier {
    /// The day of the earlier figure.
    #[must_use]
    pub fn as_at(self, basis: Basis, now: NaiveDate) -> NaiveDate {
        match self {
            Self::PreviousPeriod => previous_period(basis, now),
            Self::Previous(cadence) => cadence.last_end_before(now),
            Self::SamePeriodLastYear => same_period_last_year(now),
            Self::At(day) => day,
        }
    }

    /// The figure of that day in `history`: of the same indicator, basis, group and scale, if in another version or option so
    /// that a movement can say why not. `None` where there is none.
    #[must_use]
    pub fn find<'a>(
        self,
        now: &Observation,
        history: impl IntoIterator<Item = &'a Observation>,
    ) -> Option<&'a Observation> {
        let day = self.as_at(now.basis, now.as_at);
        let alike = |other: &&Observation| {
            other.as_at == day
                && other.basis == now.basis
                && other.stratum == now.stratum
                && other.scale() == now.scale()
                && (other.key() == now.key() || other.code == now.code)
        };
        let (same, others): (Vec<_>, Vec<_>) =
            history.into_iter().filter(alike).partition(|other| like_with_like(now, other).is_ok());
        same.into_iter().chain(others).next()
    }
}

/// How a figure moved since another.
///
/// # Direction and judgement
///
/// The direction is arithmetic on the exact values; better or worse is what it means by which way is good. Where closer is
/// better the distances from the aim are compared, so that a figure can move and be neither better nor worse. A difference (for
/// the judgement where closer is better: a difference of distances) no greater than the dead band counts as none.
///
/// Nothing asks that the other figure be the earlier one. With the two swapped, higher becomes lower and better becomes worse.
///
/// # What cannot be compared
///
/// Figures of different indicators, options, versions, groups, bases, units or footings; and counts (and rates of counts) whose
/// windows begin again: a cumulative count beside one at another point of a financial year, a count in the quarter or month
/// beside one of another part of it. A share or a median of such windows can be compared, with a [`Caution`].
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::comparison::{Direction, Good, Judgement, Movement, NotComparable, Observation};
/// use csc_kpi::measure::{Ratio, Value};
///
/// let day = |m, d| NaiveDate::from_ymd_opt(2018, m, d).unwrap();
/// let share = |m, d, met| {
///     Observation::new("NI 65a", 1, Basis::ROLLING_12M, day(m, d), Value::Percent(Ratio::new(met, 100).unwrap()))
/// };
/// let movement = Movement::between(&share(6, 30, 18), &share(3, 31, 19), Good::Lower)?;
/// assert_eq!((movement.direction(), movement.judgement()), (Direction::Lower, Judgement::Better));
/// assert_eq!(movement.change(0).unwrap().to_string(), "-1");
/// assert_eq!(movement.days_shared(), Some(274));
///
/// let count = |m, d, n| Observation::new("Starts", 1, Basis::Cumulative, day(m, d), Value::Count(n));
/// let refused = Movement::between(&count(6, 30, 57), &count(3, 31, 263), Good::Lower);
/// assert!(matches!(refused, Err(NotComparable::CountBeganAgain { .. })));
/// # Ok::<(), NotComparable>(())
/// ```
///
/// # JSON
///
/// What is read are the two figures and the yardstick; the rest is worked out again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Terms")]
pub struct Movement {
    now: Observation,
    earlier: Observation,
    yardstick: Yardstick,
    direction: Direction,
    judgement: Judgement,
    #[serde(skip_serializing_if = "Option::is_none")]
    days_shared: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cautions: Vec<Caution>,
}

#[derive(Deserialize)]
struct Terms {
    now: Observation,
    earlier: Observation,
    yardstick: Yardstick,
}

impl TryFrom<Terms> for Movement {
    type Error = NotComparable;

    fn try_from(terms: Terms) -> Result<Self, NotComparable> {
        Self::between(&terms.now, &terms.earlier, terms.yardstick)
    }
}

impl Movement {
    /// How `now` stands to `earlier`, seen with `yardstick` (or just by which way is good).
    ///
    /// # Errors
    ///
    /// [`NotComparable`] with the reason why the two cannot be compared.
    pub fn between(
        now: &Observation,
        earlier: &Observation,
        yardstick: impl Into<Yardstick>,
    ) -> Result<Self, NotComparable> {
        let yardstick = yardstick.into();
        like_with_like(now, earlier)?;
        let part = same_part_of_period(now, earlier)?;
        let pair = pair(now, earlier)?;
        let band = yardstick.dead_band.width();
        let direction = Direction::of(pair.sign_beyond(pair.difference(), band));
        let judgement = match yardstick.good {
            Good::CloserTo(aim) => {
                let farther = Direction::of(pair.sign_beyond(pair.difference_in_distance(aim), band));
                Judgement::of(farther, Good::Lower)
            }
            good => Judgement::of(direction, good),
        };
        let days_shared = now.window().zip(earlier.window()).map(|(now, earlier)| now.days_shared_with(earlier));
        let of = now.window().map_or(0, |window| window.days());
        let shared = days_shared.filter(|shared| *shared > 0).map(|shared| Caution::SharedDays { shared, of });
        let cautions = [shared, part, other_population(now, earlier), one_pinned(now, earlier)];
        Ok(Self {
            now: now.clone(),
            earlier: earlier.clone(),
            yardstick,
            direction,
            judgement,
            days_shared,
            cautions: cautions.into_iter().flatten().collect(),
        })
    }

    /// The figure that is compared.
    #[must_use]
    pub const fn now(&self) -> &Observation {
        &self.now
    }

    /// The figure it is compared with.
    #[must_use]
    pub const fn earlier(&self) -> &Observation {
        &self.earlier
    }

    /// With what eyes.
    #[must_use]
    pub const fn yardstick(&self) -> Yardstick {
        self.yardstick
    }

    /// Whether it is higher, lower or unchanged.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// Whether that is better or worse.
    #[must_use]
    pub const fn judgement(&self) -> Judgement {
        self.judgement
    }

    /// How many days are in both windows; `None` as at a day.
    #[must_use]
    pub const fn days_shared(&self) -> Option<i64> {
        self.days_shared
    }

    /// What to bear in mind.
    #[must_use]
    pub fn cautions(&self) -> &[Caution] {
        &self.cautions
    }

    /// The difference in the unit of the value (points of percent for a share), rounded half away from zero to `places` decimal
    /// places, nine at the most, once, from the exact values; `None` where it needs more than 28 digits.
    ///
    /// It can differ by one in the last place from the difference of the two values as they are printed.
    #[must_use]
    pub fn change(&self, places: u32) -> Option<Decimal> {
        let pair = Pair::of(&self.now.value, &self.earlier.value)?;
        pair.rounded(pair.difference(), places)
    }
}

fn pair(now: &Observation, earlier: &Observation) -> Result<Pair, NotComparable> {
    Pair::of(&now.value, &earlier.value).ok_or_else(|| {
        let empty = |of: &Observation| matches!(&of.value, Value::Percent(ratio) if ratio.denominator() == 0);
        NotComparable::NoValue { as_at: if empty(now) { now.as_at } else { earlier.as_at } }
    })
}

fn other_population(now: &Observation, earlier: &Observation) -> Option<Caution> {
    let (Value::Rate(now), Value::Rate(earlier)) = (&now.value, &earlier.value) else { return None };
    let estimate = |rate: &Rate| format!("{} {}", rate.population().source, rate.population().year);
    let (now, earlier) = (estimate(now), estimate(earlier));
    (now != earlier).then_some(Caution::OtherPopulation { now, earlier })
}

fn one_pinned(now: &Observation, earlier: &Observation) -> Option<Caution> {
    match (now.known_at, earlier.known_at) {
        (Some(known_at), None) | (None, Some(known_at)) => Some(Caution::OnePinned { known_at }),
        _ => None,
    }
}
