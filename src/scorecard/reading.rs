//! Readings: one figure, with the key and version of the rule that made it.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::engine::{EngineError, find, look};
use super::obstacle::{Cells, Obstacle};
use crate::calendar::{Basis, Window};
use crate::dataset::Supply;
use crate::indicator::{Definition, Pending, Shape};
use crate::ledger::{Account, Books, Ledger, Stratum};
use crate::measure::{
    Composition, CompositionError, Distribution, Footing, Population, Rate, RateError, Ratio, Tally, Value,
};
use crate::record::Family;

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Figure {
    /// Verdicts, and what becomes of pending ones.
    Proportion(Tally, Pending),
    /// A count and its parts.
    Composition(Composition),
    /// Days.
    Distribution(Distribution),
    /// Nothing: it cannot be made of what the sources hold. There is no count that could be read as one.
    Unavailable(Obstacle),
}

/// One figure: of one indicator, on one basis, as at one day, in total or of one stratum.
///
/// # No value
///
/// Where nothing was counted there is no value, never zero: [`Reading::ratio`] has a denominator of zero, and
/// [`Reading::shown`] is none. Where the sources do not hold what it needs there is no count either:
/// [`Reading::obstacle`] says why, and ratio, tally, composition, distribution and value are none.
///
/// # JSON
///
/// One object a reading: `value` is a text in percent, or null beside `"no_value": "empty denominator"`. A reading that cannot be
/// made has no counts and `"value": null` beside `"no_value": "not supplied"` with the matters in `not_supplied`, `"looks back
/// before the data begin"` with `looks_back` and `data_begin`, or `"after the data end"` with `data_end`. What is read are the
/// counts; counts that do not add up do not deserialise, and `value`, `shown` and `quartiles` are worked out again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Reading {
    indicator: Arc<str>,
    version: u32,
    basis: Basis,
    as_at: NaiveDate,
    known_at: Option<NaiveDate>,
    stratum: Option<(String, Stratum)>,
    figure: Figure,
    sibling_groups: Option<u64>,
}

impl Reading {
    /// The key of the indicator: its code, and behind it the option in force.
    #[must_use]
    pub fn indicator(&self) -> &str {
        &self.indicator
    }

    /// The version of the rule.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The basis.
    #[must_use]
    pub const fn basis(&self) -> Basis {
        self.basis
    }

    /// The day.
    #[must_use]
    pub const fn as_at(&self) -> NaiveDate {
        self.as_at
    }

    /// The day the calculation was pinned to.
    #[must_use]
    pub const fn known_at(&self) -> Option<NaiveDate> {
        self.known_at
    }

    /// The days looked at; `None` as at a day.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        self.basis.window(self.as_at)
    }

    /// The breakdown and the stratum; `None` for the total.
    #[must_use]
    pub fn stratum(&self) -> Option<(&str, &Stratum)> {
        self.stratum.as_ref().map(|(breakdown, stratum)| (breakdown.as_str(), stratum))
    }

    /// What was counted.
    #[must_use]
    pub const fn figure(&self) -> &Figure {
        &self.figure
    }

    /// Why it cannot be made of what the sources hold; `None` where it is made.
    #[must_use]
    pub const fn obstacle(&self) -> Option<&Obstacle> {
        match &self.figure {
            Figure::Unavailable(obstacle) => Some(obstacle),
            _ => None,
        }
    }

    /// The families (sibling groups) with a met unit, where the indicator counts them and they are supplied.
    #[must_use]
    pub const fn sibling_groups(&self) -> Option<u64> {
        self.sibling_groups
    }

    /// The verdicts of a proportion.
    #[must_use]
    pub const fn tally(&self) -> Option<&Tally> {
        match &self.figure {
            Figure::Proportion(tally, _) => Some(tally),
            _ => None,
        }
    }

    /// The rate per 10,000 of a count of children that has the parts `UASC` and `not UASC`, on the footing asked for;
    /// `None` for all other readings.
    ///
    /// # Errors
    ///
    /// Where the population is zero.
    ///
    /// ```
    /// use csc_kpi::calendar::Basis;
    /// use csc_kpi::indicator::catalogue;
    /// use csc_kpi::measure::{Footing, Population};
    /// use csc_kpi::record::LookedAfterEpisode;
    /// use csc_kpi::{Dataset, Engine, NaiveDate};
    ///
    /// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    /// let dataset: Dataset = [LookedAfterEpisode::new("E1", "C1", day(2018, 1, 5))].into_iter().collect();
    /// let ledger = Engine::new(catalogue::standard()).run(&dataset)?;
    /// let reading = ledger.reading("CLA", Basis::AsAt, day(2018, 3, 31))?;
    /// let residents = Population::new(2_000, 2017, "mid-year estimate");
    /// let rate = reading.rate(Footing::ExcludingUnaccompanied, residents).unwrap().unwrap();
    /// assert_eq!(rate.shown(0).to_string(), "5");
    /// # Ok::<(), csc_kpi::EngineError>(())
    /// ```
    pub fn rate(&self, footing: Footing, population: Population) -> Option<Result<Rate, RateError>> {
        let composition = self.composition()?;
        let (_, others) = (composition.part("UASC")?, composition.part("not UASC")?);
        let count = match footing {
            Footing::All => composition.count(),
            Footing::ExcludingUnaccompanied => others,
        };
        Some(Rate::new(count, footing, population))
    }

    /// Numerator and denominator of a proportion.
    #[must_use]
    pub fn ratio(&self) -> Option<Ratio> {
        match &self.figure {
            Figure::Proportion(tally, pending) => Some(tally.ratio(*pending)),
            _ => None,
        }
    }

    /// Count and parts of a composition.
    #[must_use]
    pub const fn composition(&self) -> Option<&Composition> {
        match &self.figure {
            Figure::Composition(composition) => Some(composition),
            _ => None,
        }
    }

    /// The days of a distribution.
    #[must_use]
    pub const fn distribution(&self) -> Option<&Distribution> {
        match &self.figure {
            Figure::Distribution(distribution) => Some(distribution),
            _ => None,
        }
    }

    /// What a standard judges and a comparison compares: the share of a proportion, the count of a composition, the median of
    /// a distribution; `None` for a distribution without a day and for what cannot be made. A share without a denominator is a value without a number.
    #[must_use]
    pub fn value(&self) -> Option<Value> {
        match &self.figure {
            Figure::Proportion(tally, pending) => Some(Value::Percent(tally.ratio(*pending))),
            Figure::Composition(composition) => Some(Value::Count(composition.count())),
            Figure::Distribution(distribution) => distribution.median().map(Value::Days),
            Figure::Unavailable(_) => None,
        }
    }

    /// As printed: a proportion in percent with so many decimal places, a composition as its count, a distribution as its
    /// exact median, both whatever the number of places; `None` where there is no value.
    #[must_use]
    pub fn shown(&self, places: u32) -> Option<String> {
        match &self.figure {
            Figure::Proportion(tally, pending) => tally.ratio(*pending).shown_percent(places),
            Figure::Composition(composition) => Some(composition.count().to_string()),
            Figure::Distribution(distribution) => distribution.median().map(|median| median.to_string()),
            Figure::Unavailable(_) => None,
        }
    }

    /// The same reading with another figure of the same kind.
    pub(super) fn counting(self, figure: Figure, sibling_groups: Option<u64>) -> Self {
        Self { figure, sibling_groups, ..self }
    }

    fn of(
        definition: &Definition,
        key: Arc<str>,
        books: Option<&Books>,
        Terms { basis, as_at, known_at, supply }: Terms<'_>,
        stratum: Option<(String, Stratum)>,
    ) -> Self {
        let look = look(definition.timing, basis, as_at);
        let obstacle = supply.and_then(|supply| Obstacle::of(definition, basis, as_at, supply));
        if let Some(obstacle) = obstacle {
            let figure = Figure::Unavailable(obstacle);
            let version = definition.version;
            return Self { indicator: key, version, basis, as_at, known_at, stratum, figure, sibling_groups: None };
        }
        let counter = |at: usize| books.map_or(0, |books| books.counter(at, look));
        let figure = match &definition.shape {
            Shape::Proportion(pending) => {
                let [met, not_met, undecided, excepted, excluded] = [0, 1, 2, 3, 4].map(counter);
                Figure::Proportion(Tally { met, not_met, pending: undecided, excepted, excluded }, *pending)
            }
            Shape::Composition(names) => Figure::Composition(Composition::of(names, counter, counter(names.len()))),
            Shape::Distribution => Figure::Distribution(books.map_or_else(Distribution::default, |books| {
                let (common, others) = books.amounts(look, as_at);
                Distribution::of(common, others)
            })),
        };
        // Without a met unit there is no family, supplied or not.
        let has_families = supply.is_none_or(|supply| supply.days(Family::FamilyMember).covers(as_at));
        let counts_families = definition.sibling_groups && (has_families || figure.met() == 0);
        Self {
            indicator: key,
            version: definition.version,
            basis,
            as_at,
            known_at,
            stratum,
            figure,
            sibling_groups: counts_families.then(|| books.map_or(0, |books| books.families(look))),
        }
    }
}

impl Figure {
    /// The met units of a proportion.
    pub(super) const fn met(&self) -> u64 {
        match self {
            Self::Proportion(tally, _) => tally.met,
            _ => 0,
        }
    }
}

/// Under which terms a reading is made.
#[derive(Clone, Copy)]
struct Terms<'a> {
    basis: Basis,
    as_at: NaiveDate,
    known_at: Option<NaiveDate>,
    /// What it can rely on; none where that is everything.
    supply: Option<&'a Supply>,
}

/// One account of a ledger, found once: the readings of one indicator on one basis, each of them a few subtractions.
///
/// ```
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::indicator::catalogue;
/// use csc_kpi::record::Referral;
/// use csc_kpi::{Dataset, Engine, NaiveDate};
///
/// let day = |m, d| NaiveDate::from_ymd_opt(2018, m, d).unwrap();
/// let dataset: Dataset = [Referral::new("R1", "C1", day(5, 2))].into_iter().collect();
/// let ledger = Engine::new(catalogue::standard()).run(&dataset)?;
/// let going_on = ledger.series("NI 68", Basis::InMonth)?;
/// let shown = [day(4, 30), day(5, 31)].map(|end| going_on.at(end).shown(0));
/// assert_eq!(shown, [None, Some("100%".to_owned())]);
/// # Ok::<(), csc_kpi::EngineError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    account: &'a Account,
    key: &'a Arc<str>,
    basis: Basis,
    known_at: Option<NaiveDate>,
    supply: Option<&'a Supply>,
}

impl<'a> Series<'a> {
    const fn terms(&self, as_at: NaiveDate) -> Terms<'a> {
        Terms { basis: self.basis, as_at, known_at: self.known_at, supply: self.supply }
    }

    /// The reading as at `day`.
    #[must_use]
    pub fn at(&self, day: NaiveDate) -> Reading {
        let definition = self.account.definition();
        Reading::of(definition, Arc::clone(self.key), self.account.books(None), self.terms(day), None)
    }
}

impl Ledger {
    /// The account of the indicator with this key on `basis`, for readings at many days.
    ///
    /// # Errors
    ///
    /// As [`Ledger::reading`].
    pub fn series(&self, indicator: &str, basis: Basis) -> Result<Series<'_>, EngineError> {
        let header = self.header();
        let slot = find(header, indicator, basis)?;
        let number = header.slots.get(slot).map_or(usize::MAX, |slot| slot.indicator);
        match (self.account(slot), header.keys.get(number)) {
            (Some(account), Some(key)) => {
                Ok(Series { account, key, basis, known_at: header.known_at, supply: self.relied_on() })
            }
            _ => Err(EngineError::NoSuchIndicator(indicator.to_owned())),
        }
    }

    /// The reading of the indicator with this key, on `basis`, as at `as_at`.
    ///
    /// # Errors
    ///
    /// Where the ledger keeps no such indicator, or the indicator has no figure on this basis.
    pub fn reading(&self, indicator: &str, basis: Basis, as_at: NaiveDate) -> Result<Reading, EngineError> {
        Ok(self.series(indicator, basis)?.at(as_at))
    }

    /// The readings of the strata of `breakdown`, in the order of their names: those with any posting in the ledger, so
    /// that a series has the same strata at each date.
    ///
    /// # Errors
    ///
    /// As [`Ledger::reading`], and where the ledger is not broken down so.
    pub fn readings_by(
        &self,
        indicator: &str,
        basis: Basis,
        as_at: NaiveDate,
        breakdown: &str,
    ) -> Result<Vec<Reading>, EngineError> {
        let number = self
            .header()
            .breakdowns
            .iter()
            .position(|name| name == breakdown)
            .ok_or_else(|| EngineError::NoSuchBreakdown(breakdown.to_owned()))?;
        let series = self.series(indicator, basis)?;
        let readings = series.account.strata(number).map(|stratum| {
            let at = (number, stratum.clone());
            let definition = series.account.definition();
            let named = (breakdown.to_owned(), stratum.clone());
            let books = series.account.books(Some(&at));
            Reading::of(definition, Arc::clone(series.key), books, series.terms(as_at), Some(named))
        });
        Ok(readings.collect())
    }

    /// The readings of every indicator, on every basis of its definition, at each of the days: by day, indicator and basis.
    ///
    /// # Errors
    ///
    /// As [`Ledger::reading`].
    pub fn scorecard(&self, as_at: &[NaiveDate]) -> Result<Scorecard, EngineError> {
        let mut all = Vec::new();
        for (definition, key) in self.header().definitions.iter().zip(&self.header().keys) {
            for basis in &definition.bases {
                all.push(self.series(key, *basis)?);
            }
        }
        let readings = as_at.iter().flat_map(|day| all.iter().map(|series| series.at(*day))).collect();
        let definitions = self.definitions().cloned().collect();
        Ok(Scorecard {
            as_at: as_at.to_vec(),
            known_at: self.known_at(),
            findings: self.findings().count() as u64,
            definitions,
            readings,
        })
    }
}

/// Readings of chosen dates, with the definitions that made them.
///
/// # JSON
///
/// One object. Where readings cannot be made, `unavailable` says so at its end in one sentence each, see
/// [`Scorecard::unavailable`]; it is written and not read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Scorecard {
    /// The reporting dates.
    pub as_at: Vec<NaiveDate>,
    /// The day the calculation was pinned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_at: Option<NaiveDate>,
    /// How many data-quality findings stand behind it: of the calculation where a ledger made it, of the records too where
    /// [`Engine::scorecard`](crate::Engine::scorecard) did.
    pub findings: u64,
    /// The readings.
    pub readings: Vec<Reading>,
    /// The definitions of the indicators, by key.
    #[serde(default)]
    pub definitions: Vec<Definition>,
}

impl Serialize for Scorecard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            as_at: &'a [NaiveDate],
            #[serde(skip_serializing_if = "Option::is_none")]
            known_at: Option<NaiveDate>,
            findings: u64,
            readings: &'a [Reading],
            definitions: &'a [Definition],
            #[serde(skip_serializing_if = "Vec::is_empty")]
            unavailable: Vec<String>,
        }
        Written {
            as_at: &self.as_at,
            known_at: self.known_at,
            findings: self.findings,
            readings: &self.readings,
            definitions: &self.definitions,
            unavailable: self.unavailable().iter().map(ToString::to_string).collect(),
        }
        .serialize(serializer)
    }
}

/// A reading that does not add up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadingError {
    /// Numerator or denominator are not what the verdicts give.
    #[error("{0}: numerator and denominator are not what its verdicts give")]
    Ratio(String),
    /// The parts are more than the count.
    #[error(transparent)]
    Composition(#[from] CompositionError),
    /// Neither verdicts, nor a count, nor days, nor why there are none; or several of them.
    #[error("{0}: is neither a proportion, nor a composition, nor a distribution, nor says why it is none")]
    Shape(String),
    /// A breakdown without a stratum, or a stratum without a breakdown.
    #[error("{0}: breakdown and stratum come together")]
    Stratum(String),
    /// A window that is not that of basis and day.
    #[error("{0}: the window is not that of its basis and day")]
    Window(String),
}

/// A reading as it is written.
#[derive(Serialize, Deserialize)]
struct Form {
    indicator: String,
    basis: Basis,
    as_at: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<Window>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known_at: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    breakdown: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stratum: Option<Stratum>,
    #[serde(default, flatten)]
    proportion: Option<Proportion>,
    #[serde(flatten, skip_deserializing)]
    no_figure: Option<NoFigure>,
    #[serde(flatten)]
    obstacle: Cells,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parts: Option<Parts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<Distribution>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quartiles: Option<[String; 3]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sibling_groups: Option<u64>,
    #[serde(default = "first")]
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Proportion {
    #[serde(flatten)]
    tally: Tally,
    numerator: u64,
    denominator: u64,
    #[serde(default, skip_serializing_if = "is_usual")]
    pending_counts: bool,
    #[serde(default)]
    value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    no_value: Option<String>,
}

/// What stands in the place of a value that cannot be made.
#[derive(Serialize)]
struct NoFigure {
    value: Option<String>,
    no_value: &'static str,
}

/// Pending units stand aside in most rules, so that is not written.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_usual(pending_counts: &bool) -> bool {
    !*pending_counts
}

const fn first() -> u32 {
    1
}

/// Parts by name, in the order of the definition.
struct Parts(Vec<(String, u64)>);

impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, count)| (name, count)))
    }
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Parts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of parts and counts")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Parts, M::Error> {
                let mut parts = Vec::new();
                while let Some(part) = map.next_entry()? {
                    parts.push(part);
                }
                Ok(Parts(parts))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl From<Reading> for Form {
    fn from(reading: Reading) -> Self {
        let (breakdown, stratum) = reading.stratum.clone().unzip();
        let mut form = Self {
            window: reading.window(),
            shown: reading.shown(0),
            indicator: reading.indicator.as_ref().to_owned(),
            basis: reading.basis,
            as_at: reading.as_at,
            known_at: reading.known_at,
            breakdown,
            stratum,
            proportion: None,
            no_figure: None,
            obstacle: Cells::default(),
            count: None,
            parts: None,
            days: None,
            quartiles: None,
            sibling_groups: reading.sibling_groups,
            version: reading.version,
        };
        match reading.figure {
            Figure::Proportion(tally, pending) => {
                let ratio = tally.ratio(pending);
                form.proportion = Some(Proportion {
                    tally,
                    numerator: ratio.numerator(),
                    denominator: ratio.denominator(),
                    pending_counts: pending == Pending::Counts,
                    value: ratio.percent_text(),
                    no_value: ratio.percent_text().is_none().then(|| "empty denominator".to_owned()),
                });
            }
            Figure::Composition(composition) => {
                form.count = Some(composition.count());
                form.parts = Some(Parts(composition.parts().map(|(name, count)| (name.to_owned(), count)).collect()));
                form.shown = None;
            }
            Figure::Distribution(distribution) => {
                form.quartiles = distribution.quartiles().map(|quartiles| quartiles.map(|days| days.to_string()));
                form.days = Some(distribution);
            }
            Figure::Unavailable(obstacle) => {
                form.no_figure = Some(NoFigure { value: None, no_value: obstacle.kind() });
                form.obstacle = obstacle.into();
            }
        }
        form
    }
}

impl TryFrom<Form> for Reading {
    type Error = ReadingError;

    fn try_from(form: Form) -> Result<Self, ReadingError> {
        if form.window != form.basis.window(form.as_at) {
            return Err(ReadingError::Window(form.indicator));
        }
        if form.breakdown.is_some() != form.stratum.is_some() {
            return Err(ReadingError::Stratum(form.indicator));
        }
        let counted = form.proportion.is_some() || form.count.is_some() || form.days.is_some();
        if counted && !form.obstacle.is_blank() {
            return Err(ReadingError::Shape(form.indicator));
        }
        let figure = match (form.proportion, form.count, form.days) {
            (Some(proportion), None, None) => {
                let pending = if proportion.pending_counts { Pending::Counts } else { Pending::StandsAside };
                let ratio = proportion.tally.ratio(pending);
                if (ratio.numerator(), ratio.denominator()) != (proportion.numerator, proportion.denominator) {
                    return Err(ReadingError::Ratio(form.indicator));
                }
                Figure::Proportion(proportion.tally, pending)
            }
            (None, Some(count), None) => {
                Figure::Composition(Composition::new(count, form.parts.map_or_else(Vec::new, |parts| parts.0))?)
            }
            (None, None, Some(days)) => Figure::Distribution(days),
            (None, None, None) => match Obstacle::try_from(form.obstacle) {
                Ok(obstacle) if form.sibling_groups.is_none() => Figure::Unavailable(obstacle),
                _ => return Err(ReadingError::Shape(form.indicator)),
            },
            _ => return Err(ReadingError::Shape(form.indicator)),
        };
        Ok(Self {
            indicator: form.indicator.into(),
            version: form.version,
            basis: form.basis,
            as_at: form.as_at,
            known_at: form.known_at,
            stratum: form.breakdown.zip(form.stratum),
            figure,
            sibling_groups: form.sibling_groups,
        })
    }
}
