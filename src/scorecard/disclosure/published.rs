//! What a report may print: readings after disclosure control.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Cell, Mark, Policy, Release};
use crate::calendar::{Basis, Window};
use crate::indicator::{Definition, Pending, Verdict};
use crate::ledger::Stratum;
use crate::measure::{Footing, Population, Rate, RateError, Ratio, Value};
use crate::scorecard::obstacle::{Cells, Obstacle};

/// The counts of a reading, as they may be printed. Closed: renderers match it whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishedFigure {
    /// Verdicts, and the share of what was met.
    Proportion(PublishedProportion),
    /// A count and its parts.
    Composition(PublishedComposition),
    /// Days: how many units, and where their median and quartiles lie.
    Distribution(PublishedDistribution),
    /// Nothing, and why: it cannot be made of what the sources hold. It is `[x]`, and neither hidden nor zero.
    Unavailable(Obstacle),
}

/// The verdicts of a proportion, as they may be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublishedProportion {
    /// In numerator and denominator.
    pub met: Cell,
    /// In the denominator only.
    pub not_met: Cell,
    /// Cannot be decided yet.
    pub pending: Cell,
    /// Set aside by the rule itself.
    pub excepted: Cell,
    /// Cannot be judged because of their data.
    pub excluded: Cell,
    /// Met and not met, and pending where the rule counts it.
    pub denominator: Cell,
    /// What becomes of pending units.
    pub pending_rule: Pending,
    /// The share of what was met, from the counts as they are shown; a mark where a count behind it is hidden, or nothing can
    /// be divided by.
    pub share: Result<Ratio, Mark>,
}

/// A count and its parts, as they may be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublishedComposition {
    /// All units.
    pub count: Cell,
    /// The parts by name, in the order of the definition.
    pub parts: Vec<(String, Cell)>,
    /// Units in none of the parts.
    pub in_no_part: Cell,
}

/// What may be printed of a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublishedDistribution {
    /// All units.
    pub count: Cell,
    /// Lower quartile, median, upper quartile; a mark where too few units stand behind them, or none.
    pub quartiles: Result<[Decimal; 3], Mark>,
    /// For each number of days that the policy names: how many units are above it, and how many are not.
    pub above: Vec<(i64, Cell, Cell)>,
}

/// One figure after disclosure control: what a report may print of a [`Reading`](crate::Reading).
///
/// Made by [`publish`](super::publish) alone. A hidden value takes with it whatever follows from it: [`PublishedReading::value`]
/// is then `None`, and with it grade and movement.
///
/// # JSON
///
/// Numbers for what is shown, marks as texts for what is not: `"met": "[c]"`. A reading that cannot be made says so as in the
/// JSON of a [`Reading`](crate::Reading), and is shown as `[x]`. It is written and not read: nothing but the
/// publishing step makes one.
///
/// ```
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::disclosure::Policy;
/// use csc_kpi::indicator::catalogue;
/// use csc_kpi::record::Assessment;
/// use csc_kpi::{Dataset, Engine, NaiveDate};
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// let dataset: Dataset = (0..20)
///     .map(|n| Assessment::new(format!("A{n}"), format!("C{n}"), day(2018, 1, 2)).authorised(day(2018, 3, 6 + n / 18)))
///     .collect();
/// let card = Engine::new(catalogue::standard()).scorecard(&dataset, &[day(2018, 3, 31)])?;
/// let publication = card.publish(&Policy::public())?;
/// let reading = publication.find("ECS 138", Basis::Cumulative, day(2018, 3, 31), None).unwrap();
/// // 18 of 20: the two that are late are hidden, and so is the percentage.
/// assert_eq!((reading.shown(0).as_str(), reading.value()), ("[c]", None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedReading {
    pub(super) indicator: String,
    pub(super) version: u32,
    pub(super) basis: Basis,
    pub(super) as_at: NaiveDate,
    pub(super) known_at: Option<NaiveDate>,
    pub(super) stratum: Option<(String, Stratum)>,
    pub(super) release: Release,
    pub(super) figure: PublishedFigure,
    pub(super) value: Option<Value>,
    pub(super) sibling_groups: Option<Cell>,
}

impl PublishedReading {
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

    /// For whom it is: one for internal use hides nothing and must say so.
    #[must_use]
    pub const fn release(&self) -> Release {
        self.release
    }

    /// The counts.
    #[must_use]
    pub const fn figure(&self) -> &PublishedFigure {
        &self.figure
    }

    /// The verdicts of a proportion.
    #[must_use]
    pub const fn proportion(&self) -> Option<&PublishedProportion> {
        match &self.figure {
            PublishedFigure::Proportion(proportion) => Some(proportion),
            _ => None,
        }
    }

    /// Count and parts of a composition.
    #[must_use]
    pub const fn composition(&self) -> Option<&PublishedComposition> {
        match &self.figure {
            PublishedFigure::Composition(composition) => Some(composition),
            _ => None,
        }
    }

    /// What may be printed of a distribution.
    #[must_use]
    pub const fn distribution(&self) -> Option<&PublishedDistribution> {
        match &self.figure {
            PublishedFigure::Distribution(distribution) => Some(distribution),
            _ => None,
        }
    }

    /// How many units got this verdict; `None` where it is no proportion, and for [`Verdict::Outside`].
    #[must_use]
    pub const fn verdict(&self, verdict: Verdict) -> Option<Cell> {
        let PublishedFigure::Proportion(proportion) = &self.figure else { return None };
        match verdict {
            Verdict::Met => Some(proportion.met),
            Verdict::NotMet => Some(proportion.not_met),
            Verdict::Pending => Some(proportion.pending),
            Verdict::Excepted => Some(proportion.excepted),
            Verdict::Excluded => Some(proportion.excluded),
            Verdict::Outside => None,
        }
    }

    /// The numerator of a proportion.
    #[must_use]
    pub const fn numerator(&self) -> Option<Cell> {
        self.verdict(Verdict::Met)
    }

    /// The denominator of a proportion.
    #[must_use]
    pub const fn denominator(&self) -> Option<Cell> {
        match &self.figure {
            PublishedFigure::Proportion(proportion) => Some(proportion.denominator),
            _ => None,
        }
    }

    /// The count of a composition, or of the units of a distribution.
    #[must_use]
    pub const fn count(&self) -> Option<Cell> {
        match &self.figure {
            PublishedFigure::Proportion(_) | PublishedFigure::Unavailable(_) => None,
            PublishedFigure::Composition(composition) => Some(composition.count),
            PublishedFigure::Distribution(distribution) => Some(distribution.count),
        }
    }

    /// The parts of a composition by name, in the order of the definition; none for all other readings.
    #[must_use]
    pub fn parts(&self) -> &[(String, Cell)] {
        self.composition().map_or(&[], |composition| &composition.parts)
    }

    /// The part with this name.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<Cell> {
        self.parts().iter().find(|(part, _)| part == name).map(|(_, cell)| *cell)
    }

    /// The share of a part in the count of a composition, as printed with so many decimal places, or its mark; `None` where
    /// there is no such part.
    #[must_use]
    pub fn shown_part(&self, name: &str, places: u32) -> Option<String> {
        let (part, count) = (self.part(name)?, self.composition()?.count);
        Some(shown_share(share_of(part, count), places))
    }

    /// The families (sibling groups) with a met unit, where the indicator counts them.
    #[must_use]
    pub const fn sibling_groups(&self) -> Option<Cell> {
        self.sibling_groups
    }

    /// How many units of a distribution are above so many days, where the policy names them
    /// ([`Policy::days_above`](super::Policy::days_above)).
    #[must_use]
    pub fn units_above(&self, days: i64) -> Option<Cell> {
        let distribution = self.distribution()?;
        distribution.above.iter().find(|(cut, ..)| *cut == days).map(|(_, above, _)| *above)
    }

    /// What a standard may judge and a comparison may compare: as [`Reading::value`](crate::Reading::value), from the counts
    /// as they are shown; `None` where it is hidden, not available, or of no unit. A share without a denominator is a value
    /// without a number.
    #[must_use]
    pub const fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// The mark in place of the headline figure: the share, the count, or the median; `None` where it is shown.
    #[must_use]
    pub fn mark(&self) -> Option<Mark> {
        match &self.figure {
            PublishedFigure::Proportion(proportion) => proportion.share.err(),
            PublishedFigure::Composition(composition) => composition.count.mark(),
            PublishedFigure::Distribution(distribution) => distribution.quartiles.err(),
            PublishedFigure::Unavailable(_) => Some(Mark::NotAvailable),
        }
    }

    /// Why it cannot be made of what the sources hold; `None` where it is made.
    #[must_use]
    pub const fn obstacle(&self) -> Option<&Obstacle> {
        match &self.figure {
            PublishedFigure::Unavailable(obstacle) => Some(obstacle),
            _ => None,
        }
    }

    /// The headline figure as printed: a share in percent with so many decimal places, a count, a median; or its mark. A share
    /// above zero that rounds to zero is `[k]`.
    #[must_use]
    pub fn shown(&self, places: u32) -> String {
        match &self.figure {
            PublishedFigure::Proportion(proportion) => shown_share(proportion.share, places),
            PublishedFigure::Composition(composition) => composition.count.to_string(),
            PublishedFigure::Distribution(distribution) => match &distribution.quartiles {
                Ok([_, median, _]) => median.to_string(),
                Err(mark) => mark.to_string(),
            },
            PublishedFigure::Unavailable(_) => Mark::NotAvailable.to_string(),
        }
    }

    /// The rate per 10,000 of a count of children that has the parts `UASC` and `not UASC`, on the footing asked for; `None`
    /// for all other readings, and where the count it is made of is hidden.
    ///
    /// # Errors
    ///
    /// Where the population is zero.
    pub fn rate(&self, footing: Footing, population: Population) -> Option<Result<Rate, RateError>> {
        let others = self.part("not UASC")?;
        self.part("UASC")?;
        let count = match footing {
            Footing::All => self.composition()?.count,
            Footing::ExcludingUnaccompanied => others,
        };
        Some(Rate::new(count.number()?, footing, population))
    }

    /// Every mark in it.
    pub(super) fn marks(&self) -> Vec<Mark> {
        let (cells, other): (Vec<Cell>, Option<Mark>) = match &self.figure {
            PublishedFigure::Proportion(p) => (
                vec![p.met, p.not_met, p.pending, p.excepted, p.excluded, p.denominator],
                match p.share {
                    Err(mark) => Some(mark),
                    Ok(_) if self.shown(0) == Mark::RoundsToZero.symbol() => Some(Mark::RoundsToZero),
                    Ok(_) => None,
                },
            ),
            PublishedFigure::Composition(c) => {
                (c.parts.iter().map(|(_, cell)| *cell).chain([c.count, c.in_no_part]).collect(), None)
            }
            PublishedFigure::Distribution(d) => {
                let above = d.above.iter().flat_map(|(_, above, up_to)| [*above, *up_to]);
                (above.chain([d.count]).collect(), d.quartiles.err())
            }
            PublishedFigure::Unavailable(_) => (Vec::new(), Some(Mark::NotAvailable)),
        };
        cells.into_iter().chain(self.sibling_groups).filter_map(Cell::mark).chain(other).collect()
    }
}

/// The share of one cell in another, as far as both are shown.
pub(super) fn share_of(part: Cell, whole: Cell) -> Result<Ratio, Mark> {
    let numbers = match (part.number(), whole.number()) {
        (Some(part), Some(whole)) => (part, whole),
        _ if part.is_hidden() || whole.is_hidden() => return Err(Mark::Confidential),
        _ => return Err(part.mark().or(whole.mark()).unwrap_or(Mark::Confidential)),
    };
    match Ratio::new(numbers.0, numbers.1) {
        Ok(ratio) if ratio.denominator() > 0 => Ok(ratio),
        Ok(_) => Err(Mark::NotApplicable),
        Err(_) => Err(Mark::Confidential),
    }
}

fn shown_share(share: Result<Ratio, Mark>, places: u32) -> String {
    let ratio = match share {
        Ok(ratio) => ratio,
        Err(mark) => return mark.to_string(),
    };
    match ratio.rounded_percent(places) {
        Some(percent) if percent.is_zero() && ratio.numerator() > 0 => Mark::RoundsToZero.to_string(),
        Some(percent) => format!("{percent}%"),
        None => Mark::NotApplicable.to_string(),
    }
}

impl Serialize for PublishedReading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.release == Release::Internal {
            map.serialize_entry("release", &self.release)?;
        }
        map.serialize_entry("indicator", &self.indicator)?;
        map.serialize_entry("basis", &self.basis)?;
        map.serialize_entry("as_at", &self.as_at)?;
        if let Some(window) = self.window() {
            map.serialize_entry("window", &window)?;
        }
        if let Some(known_at) = self.known_at {
            map.serialize_entry("known_at", &known_at)?;
        }
        if let Some((breakdown, stratum)) = &self.stratum {
            map.serialize_entry("breakdown", breakdown)?;
            map.serialize_entry("stratum", stratum)?;
        }
        match &self.figure {
            PublishedFigure::Proportion(proportion) => {
                map.serialize_entry("met", &proportion.met)?;
                map.serialize_entry("not_met", &proportion.not_met)?;
                map.serialize_entry("pending", &proportion.pending)?;
                map.serialize_entry("excepted", &proportion.excepted)?;
                map.serialize_entry("excluded", &proportion.excluded)?;
                map.serialize_entry("numerator", &proportion.met)?;
                map.serialize_entry("denominator", &proportion.denominator)?;
                if proportion.pending_rule == Pending::Counts {
                    map.serialize_entry("pending_counts", &true)?;
                }
                match proportion.share {
                    Ok(ratio) => map.serialize_entry("value", &ratio.percent_text())?,
                    Err(mark) => map.serialize_entry("value", &mark)?,
                }
            }
            PublishedFigure::Composition(composition) => {
                map.serialize_entry("count", &composition.count)?;
                map.serialize_entry("parts", &Named(&composition.parts))?;
                map.serialize_entry("in_no_part", &composition.in_no_part)?;
            }
            PublishedFigure::Distribution(distribution) => {
                map.serialize_entry("count", &distribution.count)?;
                match &distribution.quartiles {
                    Ok(quartiles) => {
                        map.serialize_entry("quartiles", &quartiles.each_ref().map(ToString::to_string))?;
                    }
                    Err(mark) => map.serialize_entry("quartiles", mark)?,
                }
                if !distribution.above.is_empty() {
                    let above: Vec<(String, Cell)> =
                        distribution.above.iter().map(|(days, above, _)| (days.to_string(), *above)).collect();
                    map.serialize_entry("above", &Named(&above))?;
                }
            }
            PublishedFigure::Unavailable(obstacle) => {
                map.serialize_entry("value", &None::<String>)?;
                map.serialize_entry("no_value", obstacle.kind())?;
                let cells = Cells::from(obstacle.clone());
                if let Some(matters) = &cells.not_supplied {
                    map.serialize_entry("not_supplied", matters)?;
                }
                if let Some(reach) = cells.looks_back {
                    map.serialize_entry("looks_back", &reach)?;
                }
                if let Some(day) = cells.data_begin {
                    map.serialize_entry("data_begin", &day)?;
                }
                if let Some(day) = cells.data_end {
                    map.serialize_entry("data_end", &day)?;
                }
            }
        }
        map.serialize_entry("shown", &self.shown(0))?;
        if let Some(groups) = &self.sibling_groups {
            map.serialize_entry("sibling_groups", groups)?;
        }
        map.serialize_entry("version", &self.version)?;
        map.end()
    }
}

/// Cells by name, in order.
struct Named<'a>(&'a [(String, Cell)]);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, cell)| (name, cell)))
    }
}

/// Everything that is printed together, after disclosure control: what report renderers take.
///
/// Made by [`publish`](super::publish) or [`Scorecard::publish`](crate::Scorecard::publish) alone. What is published in another
/// publication is not known to this one: figures that stand side by side belong in one.
///
/// # JSON
///
/// One object: for whom it is, the policy and what it says in sentences, the legend of the marks in it, the readings. It is
/// written and not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publication {
    pub(super) release: Release,
    pub(super) statement: String,
    pub(super) policy: Policy,
    pub(super) marks: std::collections::BTreeMap<Mark, &'static str>,
    pub(super) findings: Cell,
    pub(super) definitions: Vec<Definition>,
    pub(super) readings: Vec<PublishedReading>,
}

impl Publication {
    /// For whom it is.
    #[must_use]
    pub const fn release(&self) -> Release {
        self.release
    }

    /// What every output says of the disclosure control, in sentences.
    #[must_use]
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// The policy in force.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The marks in it, with what they mean, in the order of a legend.
    pub fn legend(&self) -> impl Iterator<Item = (Mark, &'static str)> {
        self.marks.iter().map(|(mark, meaning)| (*mark, *meaning))
    }

    /// How many data-quality findings stand behind it: zero where there are none; where the policy hides counts no
    /// other number, for it could tell how many units a figure leaves out.
    #[must_use]
    pub const fn findings(&self) -> Cell {
        self.findings
    }

    /// The definitions of the indicators.
    #[must_use]
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// The readings, in the order in which they were given.
    #[must_use]
    pub fn readings(&self) -> &[PublishedReading] {
        &self.readings
    }

    /// The reading of an indicator by its key, in total or of a stratum of a breakdown.
    #[must_use]
    pub fn find(
        &self,
        indicator: &str,
        basis: Basis,
        as_at: NaiveDate,
        stratum: Option<(&str, &Stratum)>,
    ) -> Option<&PublishedReading> {
        self.readings.iter().find(|reading| {
            (reading.indicator.as_str(), reading.basis, reading.as_at) == (indicator, basis, as_at)
                && reading.stratum() == stratum
        })
    }

    /// The readings of the strata of a breakdown.
    pub fn strata<'a>(
        &'a self,
        indicator: &'a str,
        basis: Basis,
        as_at: NaiveDate,
        breakdown: &'a str,
    ) -> impl Iterator<Item = &'a PublishedReading> {
        self.readings.iter().filter(move |reading| {
            (reading.indicator.as_str(), reading.basis, reading.as_at) == (indicator, basis, as_at)
                && reading.stratum().is_some_and(|(name, _)| name == breakdown)
        })
    }
}
