//! One figure as a comparison sees it, and what cannot be compared.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::caution::Caution;
use crate::calendar::{Basis, FinancialYear, Quarter, Window, next_day};
use crate::indicator::Definition;
use crate::ledger::Stratum;
use crate::measure::{Footing, Value, ValueUnit};

/// One figure as a comparison sees it: of which rule, on which basis, as at which day, and its exact value.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::comparison::Observation;
/// use csc_kpi::measure::{Ratio, Value};
///
/// let day = NaiveDate::from_ymd_opt(2018, 6, 30).unwrap();
/// let observation = Observation::new("NI 65a", 1, Basis::ROLLING_12M, day, Value::Percent(Ratio::new(27, 150)?));
/// assert_eq!(observation.key(), "NI 65a");
/// let json = serde_json::to_string(&observation).unwrap();
/// assert_eq!(serde_json::from_str::<Observation>(&json).unwrap(), observation);
/// # Ok::<(), csc_kpi::measure::RatioError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Observation {
    /// The code of the indicator, or its whole key.
    pub code: String,
    /// The named option in force, where it is not part of the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// The version of the rule.
    pub version: u32,
    /// The basis.
    pub basis: Basis,
    /// The day.
    pub as_at: NaiveDate,
    /// The day the calculation was pinned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_at: Option<NaiveDate>,
    /// The breakdown and the stratum; `None` for the total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stratum: Option<(String, Stratum)>,
    /// The value.
    pub value: Value,
    /// The families (sibling groups) with a met unit, where the indicator counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sibling_groups: Option<u64>,
}

impl Observation {
    /// The value of an indicator, found by its code or key, in this version of its rule, on `basis`, as at `as_at`.
    #[must_use]
    pub fn new(code: impl Into<String>, version: u32, basis: Basis, as_at: NaiveDate, value: Value) -> Self {
        Self {
            code: code.into(),
            option: None,
            version,
            basis,
            as_at,
            known_at: None,
            stratum: None,
            value,
            sibling_groups: None,
        }
    }

    /// The value of the indicator with this definition.
    #[must_use]
    pub fn of(definition: &Definition, basis: Basis, as_at: NaiveDate, value: Value) -> Self {
        Self {
            option: definition.option.clone(),
            ..Self::new(definition.code.clone(), definition.version, basis, as_at, value)
        }
    }

    /// Sets the named option in force.
    #[must_use]
    pub fn option(mut self, option: impl Into<String>) -> Self {
        self.option = Some(option.into());
        self
    }

    /// Sets the day the calculation was pinned to.
    #[must_use]
    pub const fn known_at(mut self, day: NaiveDate) -> Self {
        self.known_at = Some(day);
        self
    }

    /// Sets of which stratum of which breakdown it is.
    #[must_use]
    pub fn stratum(mut self, breakdown: impl Into<String>, stratum: Stratum) -> Self {
        self.stratum = Some((breakdown.into(), stratum));
        self
    }

    /// Sets the value: a rate in place of the count behind it.
    #[must_use]
    pub fn with_value(mut self, value: Value) -> Self {
        self.value = value;
        self
    }

    /// Sets how many families (sibling groups) the met units come from.
    #[must_use]
    pub const fn sibling_groups(mut self, families: u64) -> Self {
        self.sibling_groups = Some(families);
        self
    }

    /// What the indicator is found by: the code, and behind it the option in force.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.option {
            Some(option) => format!("{} {option}", self.code),
            None => self.code.clone(),
        }
    }

    /// The days looked at; `None` as at a day.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        self.basis.window(self.as_at)
    }

    /// On which scale the value stands.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        Scale::of(&self.value)
    }
}

/// On which scale a value stands: its unit, and for a rate which children it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Percent, 0 to 100.
    Percent,
    /// Per 10,000 residents, on a footing.
    Per10000(Footing),
    /// Whole units.
    Count,
    /// Days.
    Days,
    /// A number without a unit.
    Number,
}

impl Scale {
    /// The scale of `value`.
    #[must_use]
    pub const fn of(value: &Value) -> Self {
        match value {
            Value::Percent(_) => Self::Percent,
            Value::Rate(rate) => Self::Per10000(rate.footing()),
            Value::Count(_) => Self::Count,
            Value::Days(_) => Self::Days,
            Value::Number(_) => Self::Number,
        }
    }

    /// The unit without the footing.
    #[must_use]
    pub const fn unit(self) -> ValueUnit {
        match self {
            Self::Percent => ValueUnit::Percent,
            Self::Per10000(_) => ValueUnit::Per10000,
            Self::Count => ValueUnit::Count,
            Self::Days => ValueUnit::Days,
            Self::Number => ValueUnit::Number,
        }
    }

    /// Whether a value grows with the days that are looked at, as a count does and a share does not.
    pub(super) const fn adds_up(self) -> bool {
        matches!(self, Self::Count | Self::Per10000(_))
    }

    pub(super) fn compared_with(self, other: Self) -> Result<(), NotComparable> {
        match (self, other) {
            (Self::Per10000(now), Self::Per10000(earlier)) if now != earlier => {
                Err(NotComparable::OtherFooting { now, earlier })
            }
            _ if self.unit() != other.unit() => {
                Err(NotComparable::OtherUnit { now: self.unit(), earlier: other.unit() })
            }
            _ => Ok(()),
        }
    }
}

/// Why two figures cannot be compared. `now` is the one that is compared, `earlier` the one it is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotComparable {
    /// Different indicators.
    #[error("{now} and {earlier} are different indicators")]
    OtherIndicator {
        /// The key of the one.
        now: String,
        /// The key of the other.
        earlier: String,
    },
    /// Different named options of one indicator.
    #[error("{now} and {earlier} are different options of one indicator")]
    OtherOption {
        /// The key of the one.
        now: String,
        /// The key of the other.
        earlier: String,
    },
    /// Different versions of the rule.
    #[error("versions {now} and {earlier} of the rule count differently")]
    OtherVersion {
        /// The version of the one.
        now: u32,
        /// The version of the other.
        earlier: u32,
    },
    /// Different strata, or a stratum and a total.
    #[error("{now} and {earlier} are different groups")]
    OtherStratum {
        /// The breakdown and stratum of the one, or "total".
        now: String,
        /// The breakdown and stratum of the other, or "total".
        earlier: String,
    },
    /// Different bases.
    #[error("{now} and {earlier} are different bases")]
    OtherBasis {
        /// The basis of the one.
        now: Basis,
        /// The basis of the other.
        earlier: Basis,
    },
    /// Different units.
    #[error("{now} and {earlier} are different units")]
    OtherUnit {
        /// The unit of the one.
        now: ValueUnit,
        /// The unit of the other.
        earlier: ValueUnit,
    },
    /// Rates that count different children.
    #[error("a rate on {now} and one on {earlier} count different children")]
    OtherFooting {
        /// The footing of the one.
        now: Footing,
        /// The footing of the other.
        earlier: Footing,
    },
    /// A share without a denominator.
    #[error("there is no value as at {as_at}: its denominator is empty")]
    NoValue {
        /// The day of the one without a value.
        as_at: NaiveDate,
    },
    /// Two cumulative counts of one financial year: the later holds all of the other, whatever happened.
    #[error("the cumulative counts as at {now} and {earlier} are of one financial year, and one holds the other")]
    CountGoesOn {
        /// The day of the one.
        now: NaiveDate,
        /// The day of the other.
        earlier: NaiveDate,
    },
    /// Cumulative counts of different financial years at different points of them: the count began again on 1 April.
    #[error("the count began again on 1 April: {now} and {earlier} are different points of their financial year")]
    CountBeganAgain {
        /// The day of the one.
        now: NaiveDate,
        /// The day of the other.
        earlier: NaiveDate,
    },
    /// Counts of different parts of a quarter or month.
    #[error("the counts as at {now} and {earlier} are of different parts of their {basis} window")]
    OtherPartOfPeriod {
        /// In the quarter or in the month.
        basis: Basis,
        /// The day of the one.
        now: NaiveDate,
        /// The day of the other.
        earlier: NaiveDate,
    },
    /// A count of a part of a year beside a benchmark of a whole year.
    #[error("a {basis} count as at {as_at} is not of a whole year, as the benchmark is")]
    PartOfYear {
        /// The basis of the count.
        basis: Basis,
        /// Its day.
        as_at: NaiveDate,
    },
}

fn group(stratum: Option<&(String, Stratum)>) -> String {
    stratum.map_or_else(|| "total".to_owned(), |(breakdown, stratum)| format!("{breakdown}: {stratum}"))
}

/// Refuses two figures that do not measure the same thing, whatever their days.
pub(super) fn like_with_like(now: &Observation, earlier: &Observation) -> Result<(), NotComparable> {
    let (key, other) = (now.key(), earlier.key());
    if key != other {
        return Err(if now.code == earlier.code {
            NotComparable::OtherOption { now: key, earlier: other }
        } else {
            NotComparable::OtherIndicator { now: key, earlier: other }
        });
    }
    if now.version != earlier.version {
        return Err(NotComparable::OtherVersion { now: now.version, earlier: earlier.version });
    }
    if now.stratum != earlier.stratum {
        let (now, earlier) = (group(now.stratum.as_ref()), group(earlier.stratum.as_ref()));
        return Err(NotComparable::OtherStratum { now, earlier });
    }
    if now.basis != earlier.basis {
        return Err(NotComparable::OtherBasis { now: now.basis, earlier: earlier.basis });
    }
    now.scale().compared_with(earlier.scale())
}

/// Refuses a stratum beside a figure of the total.
pub(super) fn total_only(observation: &Observation) -> Result<(), NotComparable> {
    if observation.stratum.is_none() {
        return Ok(());
    }
    Err(NotComparable::OtherStratum { now: group(observation.stratum.as_ref()), earlier: group(None) })
}

pub(super) fn is_month_end(day: NaiveDate) -> bool {
    next_day(day).day() == 1
}

/// Whether two days are the same point of their financial year, quarter or month, where the basis begins again with it. The
/// last day of a month is the same point, however long the month.
fn same_point(basis: Basis, one: NaiveDate, other: NaiveDate) -> bool {
    let day = one.day() == other.day() || (is_month_end(one) && is_month_end(other));
    let month_of_quarter = |day: NaiveDate| day.month0() % 3;
    match basis {
        Basis::Rolling(_) | Basis::AsAt => true,
        Basis::Cumulative => day && one.month() == other.month(),
        Basis::InQuarter => day && month_of_quarter(one) == month_of_quarter(other),
        Basis::InMonth => day,
    }
}

/// Whether a count began again, or goes on, between the days of two figures that measure the same thing; a caution for values
/// that do not add up.
pub(super) fn same_part_of_period(now: &Observation, earlier: &Observation) -> Result<Option<Caution>, NotComparable> {
    let basis = now.basis;
    let (one, other) = (now.as_at, earlier.as_at);
    if same_point(basis, one, other) {
        return Ok(None);
    }
    if !now.scale().adds_up() {
        return Ok(Some(Caution::OtherPartOfPeriod { now: one, earlier: other }));
    }
    let same_year = FinancialYear::containing(one) == FinancialYear::containing(other);
    Err(match basis {
        Basis::Cumulative if same_year => NotComparable::CountGoesOn { now: one, earlier: other },
        Basis::Cumulative => NotComparable::CountBeganAgain { now: one, earlier: other },
        _ => NotComparable::OtherPartOfPeriod { basis, now: one, earlier: other },
    })
}

/// Whether the window of a figure is a whole financial year, any twelve months, or a day.
pub(super) fn is_of_a_whole_year(observation: &Observation) -> bool {
    match observation.basis {
        Basis::Rolling(_) => observation.basis == Basis::ROLLING_12M,
        Basis::Cumulative => FinancialYear::containing(observation.as_at).last_day() == observation.as_at,
        Basis::InQuarter | Basis::InMonth => false,
        Basis::AsAt => true,
    }
}

/// Whether a period of the basis ends on the day of a figure: month, quarter or financial year.
pub(super) fn ends_its_period(observation: &Observation) -> bool {
    match observation.basis {
        Basis::InMonth => is_month_end(observation.as_at),
        Basis::InQuarter => Quarter::containing(observation.as_at).last_day() == observation.as_at,
        Basis::Cumulative => FinancialYear::containing(observation.as_at).last_day() == observation.as_at,
        Basis::Rolling(_) | Basis::AsAt => true,
    }
}
