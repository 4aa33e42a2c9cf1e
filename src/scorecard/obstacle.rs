//! Why a reading cannot be made, and which ones cannot.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::disclosure::{Publication, PublishedReading};
use super::reading::{Reading, Scorecard};
use crate::calendar::Basis;
use crate::dataset::{Matter, Supply};
use crate::indicator::{Definition, Need, Reach};

/// Why a reading cannot be made: the sources do not [hold](Supply) what it [needs](Need). Closed: renderers match it whole.
///
/// ```
/// use csc_kpi::calendar::{Basis, Days, FinancialYear};
/// use csc_kpi::indicator::{Reach, catalogue};
/// use csc_kpi::record::{Family, Referral};
/// use csc_kpi::{Dataset, Engine, NaiveDate, Obstacle, Supply};
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// let mut records = Dataset::builder();
/// let year = Days::from(FinancialYear::starting_in(2021).window());
/// records.begin_source(&Supply::nothing().with(Family::Referral, &year));
/// records.push(Referral::new("R1", "C1", day(2021, 5, 2)));
/// let ledger = Engine::new(catalogue::standard()).run(&records.finish())?;
///
/// let reading = ledger.reading("ECS 14a", Basis::ROLLING_12M, day(2022, 3, 31))?;
/// let obstacle = Obstacle::LooksBack { reach: Reach::Months(12), data_begin: day(2021, 4, 1) };
/// assert_eq!((reading.obstacle(), reading.ratio()), (Some(&obstacle), None));
/// assert_eq!(obstacle.to_string(), "looks back 12 months, data begin 2021-04-01");
/// let plans = ledger.reading("ECS 133", Basis::AsAt, day(2022, 3, 31))?;
/// assert_eq!(plans.obstacle().unwrap().to_string(), "not supplied: child protection plans");
/// # Ok::<(), csc_kpi::EngineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Cells", into = "Cells")]
pub enum Obstacle {
    /// No source holds these matters on any day; there is at least one, and no part of records that are among them.
    NotSupplied(Vec<Matter>),
    /// Its window, or what it looks back to, begins before the data do.
    LooksBack {
        /// How far before its window, or its day, it looks.
        reach: Reach,
        /// The first day from which the data are whole up to the day of the reading; where they begin after that day, the first
        /// of them.
        data_begin: NaiveDate,
    },
    /// Its day is after the data, or in a gap of them.
    DataEnd {
        /// The last day before it on which the data are whole.
        data_end: NaiveDate,
    },
}

impl Obstacle {
    /// Why a reading cannot be made of what is held, if so.
    pub(super) fn of(definition: &Definition, basis: Basis, as_at: NaiveDate, supply: &Supply) -> Option<Self> {
        let first = basis.window(as_at).map_or(as_at, |window| window.start);
        let (mut lacking, mut end) = (Vec::new(), None::<NaiveDate>);
        let mut begin = None::<(NaiveDate, Reach)>;
        for Need { matter, reach, or } in &definition.needs {
            let over_window =
                |matter: Matter| supply.days(matter).run_with(as_at).is_some_and(|run| run.start <= first);
            if or.is_some_and(over_window) {
                continue;
            }
            let days = supply.days(*matter);
            if days.is_empty() {
                if !lacking.contains(matter) {
                    lacking.push(*matter);
                }
            } else if let Some(run) = days.run_with(as_at) {
                if run.start > reach.first_day(first) {
                    begin = begin.max(Some((run.start, *reach)));
                }
            } else if let Some(last) = days.last_up_to(as_at) {
                end = Some(end.map_or(last, |end| end.min(last)));
            } else {
                begin = begin.max(days.first_from(as_at).map(|day| (day, *reach)));
            }
        }
        if !lacking.is_empty() {
            return Some(Self::lacking(lacking));
        }
        let before = end.map(|data_end| Self::DataEnd { data_end });
        before.or_else(|| begin.map(|(data_begin, reach)| Self::LooksBack { reach, data_begin }))
    }

    /// That these matters are not supplied; of records that are not, their parts are not told.
    pub(super) fn lacking(mut matters: Vec<Matter>) -> Self {
        let records: Vec<Matter> =
            matters.iter().copied().filter(|matter| matches!(matter, Matter::Records(_))).collect();
        matters.retain(|matter| records.contains(matter) || !records.contains(&Matter::Records(matter.family())));
        Self::NotSupplied(matters)
    }

    /// Which kind of no value it is, as JSON has it beside `"value": null`: "not supplied", "looks back before the data begin",
    /// "after the data end".
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NotSupplied(_) => "not supplied",
            Self::LooksBack { .. } => "looks back before the data begin",
            Self::DataEnd { .. } => "after the data end",
        }
    }

    /// In a few words, for a cell of a table: "not supplied", "data begin 2021-04-01", "data end 2022-03-31".
    #[must_use]
    pub fn mark(&self) -> String {
        match self {
            Self::NotSupplied(_) => self.kind().to_owned(),
            Self::LooksBack { data_begin, .. } => format!("data begin {data_begin}"),
            Self::DataEnd { data_end } => format!("data end {data_end}"),
        }
    }
}

/// `not supplied: referrals, assessments`; `looks back 24 months, data begin 2021-04-01`; `data end 2022-03-31`.
impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSupplied(matters) => {
                f.write_str("not supplied: ")?;
                for (at, matter) in matters.iter().enumerate() {
                    write!(f, "{}{matter}", if at == 0 { "" } else { ", " })?;
                }
                return Ok(());
            }
            Self::LooksBack { reach: Reach::Window, .. } | Self::DataEnd { .. } => {}
            Self::LooksBack { reach: Reach::Days(days), .. } => write!(f, "looks back {days} days, ")?,
            Self::LooksBack { reach: Reach::Months(months), .. } => write!(f, "looks back {months} months, ")?,
            Self::LooksBack { reach: Reach::Ever, .. } => f.write_str("looks back without limit, ")?,
        }
        f.write_str(&self.mark())
    }
}

/// An obstacle as it is written beside a value that is not there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Cells {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) not_supplied: Option<Vec<Matter>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) looks_back: Option<Reach>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) data_begin: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) data_end: Option<NaiveDate>,
}

impl Cells {
    pub(super) const fn is_blank(&self) -> bool {
        self.not_supplied.is_none() && self.looks_back.is_none() && self.data_begin.is_none() && self.data_end.is_none()
    }
}

impl From<Obstacle> for Cells {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::NotSupplied(matters) => Self { not_supplied: Some(matters), ..Self::default() },
            Obstacle::LooksBack { reach, data_begin } => {
                Self { looks_back: Some(reach), data_begin: Some(data_begin), ..Self::default() }
            }
            Obstacle::DataEnd { data_end } => Self { data_end: Some(data_end), ..Self::default() },
        }
    }
}

/// Cells that are those of no obstacle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither what is not supplied, nor how far it looks back and when the data begin, nor when they end")]
pub(super) struct NoObstacle;

impl TryFrom<Cells> for Obstacle {
    type Error = NoObstacle;

    fn try_from(cells: Cells) -> Result<Self, NoObstacle> {
        match (cells.not_supplied, cells.looks_back.zip(cells.data_begin), cells.data_end) {
            (Some(matters), None, None) if !matters.is_empty() => Ok(Self::NotSupplied(matters)),
            (None, Some((reach, data_begin)), None) => Ok(Self::LooksBack { reach, data_begin }),
            (None, None, Some(data_end)) if cells.looks_back.is_none() && cells.data_begin.is_none() => {
                Ok(Self::DataEnd { data_end })
            }
            _ => Err(NoObstacle),
        }
    }
}

/// Readings of one indicator that cannot be made for one reason.
///
/// Its text is one sentence without a full stop: `NI 68: not supplied: referrals`, `NI 65a, rolling-12m as at 2022-03-31: looks back
/// 24 months, data begin 2021-04-01`, `ECS 133 as at 2022-06-30: data end 2022-03-31`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unavailable {
    /// The key of the indicator.
    pub indicator: Arc<str>,
    /// The basis; none where it holds of every basis and day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The days; none where it holds of every basis and day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub as_at: Vec<NaiveDate>,
    /// Why.
    #[serde(flatten)]
    pub obstacle: Obstacle,
}

impl Unavailable {
    /// Those of `readings` that cannot be made, in their order; what cannot be made for one reason on several days is one.
    #[must_use]
    pub fn among<'r>(readings: impl IntoIterator<Item = &'r Reading>) -> Vec<Self> {
        let told =
            |reading: &'r Reading| Some((reading.indicator(), reading.basis(), reading.as_at(), reading.obstacle()?));
        Self::gathered(readings.into_iter().filter_map(told))
    }

    /// The same of published readings.
    #[must_use]
    pub fn among_published<'r>(readings: impl IntoIterator<Item = &'r PublishedReading>) -> Vec<Self> {
        let told = |reading: &'r PublishedReading| {
            Some((reading.indicator(), reading.basis(), reading.as_at(), reading.obstacle()?))
        };
        Self::gathered(readings.into_iter().filter_map(told))
    }

    fn gathered<'r>(told: impl Iterator<Item = (&'r str, Basis, NaiveDate, &'r Obstacle)>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (indicator, basis, as_at, obstacle) in told {
            let basis = (!matches!(obstacle, Obstacle::NotSupplied(_))).then_some(basis);
            let same =
                |known: &Self| *known.indicator == *indicator && known.basis == basis && known.obstacle == *obstacle;
            let at = all.iter().position(same).unwrap_or_else(|| {
                all.push(Self { indicator: indicator.into(), basis, as_at: Vec::new(), obstacle: obstacle.clone() });
                all.len() - 1
            });
            let Some(known) = all.get_mut(at) else { continue };
            if basis.is_some() && !known.as_at.contains(&as_at) {
                known.as_at.push(as_at);
            }
        }
        all
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.indicator)?;
        if let Some(basis) = self.basis.filter(|basis| *basis != Basis::AsAt) {
            write!(f, ", {basis}")?;
        }
        for (at, day) in self.as_at.iter().enumerate() {
            write!(f, "{}{day}", if at == 0 { " as at " } else { ", " })?;
        }
        write!(f, ": {}", self.obstacle)
    }
}

impl Publication {
    /// The readings that cannot be made, one sentence each; see [`Unavailable`]. It says nothing of any child.
    #[must_use]
    pub fn unavailable(&self) -> Vec<Unavailable> {
        Unavailable::among_published(self.readings())
    }
}

impl Scorecard {
    /// The readings that cannot be made, one sentence each; see [`Unavailable`].
    #[must_use]
    pub fn unavailable(&self) -> Vec<Unavailable> {
        Unavailable::among(&self.readings)
    }
}
