//! What a reading says, in plain English.
//!
//! One renderer: whatever prints a reading in words takes its sentences from here, and nothing is worded twice.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;

use super::disclosure::{Cell, Mark, PublishedFigure, PublishedReading};
use super::obstacle::Obstacle;
use crate::calendar::Basis;
use crate::comparison::{
    BenchmarkComparison, Caution, Direction, Interval, Judgement, Method, Movement, NotComparable, Observation, Place,
    Yardstick,
};
use crate::indicator::{Definition, Polarity, Reach};
use crate::measure::{Value, ValueUnit, round_half_up};
use crate::standard::{Grade, Position, Standing};

/// What a sentence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Topic {
    /// What is measured, over which days, and which way is good.
    Measure,
    /// The value, with numerator and denominator.
    Value,
    /// Where it stands against its standard.
    Standing,
    /// How it moved since an earlier reading.
    Movement,
    /// How it stands to a benchmark.
    Benchmark,
    /// How sure it is.
    Certainty,
    /// What to know of the records behind it.
    Records,
}

/// One sentence about a reading.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Sentence {
    /// What it is about.
    pub topic: Topic,
    /// The sentence, with its full stop.
    pub text: String,
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What is known of one reading, to be told.
///
/// The reading is a published one, and so is what it is compared with, so that no sentence gives a hidden number away: what is
/// hidden is said to be hidden, and no grade, movement or benchmark is told of it.
///
/// Text says *higher* and *lower* of where a value lies, *better* and *worse* of what that means.
///
/// ```
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::disclosure::Policy;
/// use csc_kpi::indicator::catalogue;
/// use csc_kpi::record::LookedAfterEpisode;
/// use csc_kpi::{Dataset, Engine, NaiveDate, Narrative};
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// let dataset: Dataset =
///     (0..40).map(|n| LookedAfterEpisode::new(format!("E{n}"), format!("C{n}"), day(2018, 1, 5))).collect();
/// let card = Engine::new(catalogue::standard()).scorecard(&dataset, &[day(2018, 3, 31)])?;
/// let publication = card.publish(&Policy::public())?;
/// let reading = publication.find("CLA", Basis::AsAt, day(2018, 3, 31), None).unwrap();
/// let definition = catalogue::find("CLA").unwrap().definition().clone();
/// let told: Vec<String> = Narrative::of(&definition, reading).sentences().into_iter().map(|s| s.text).collect();
/// assert_eq!(told[0], "CLA counts children looked after on 31 March 2018.");
/// assert_eq!(told[1], "There were 40: UASC 0, not UASC 40.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Narrative<'a> {
    definition: &'a Definition,
    reading: &'a PublishedReading,
    places: u32,
    standing: Option<&'a Standing>,
    movements: Vec<(NaiveDate, Result<Movement, NotComparable>)>,
    benchmarks: Vec<BenchmarkComparison>,
    interval: Option<Interval>,
}

impl<'a> Narrative<'a> {
    /// Of a reading and the definition that made it; percentages are told as whole numbers.
    #[must_use]
    pub const fn of(definition: &'a Definition, reading: &'a PublishedReading) -> Self {
        Self {
            definition,
            reading,
            places: 0,
            standing: None,
            movements: Vec::new(),
            benchmarks: Vec::new(),
            interval: None,
        }
    }

    /// Sets with how many decimal places percentages and rates are told.
    #[must_use]
    pub const fn places(mut self, places: u32) -> Self {
        self.places = places;
        self
    }

    /// Tells how it stands against its standard.
    #[must_use]
    pub const fn standing(mut self, standing: Option<&'a Standing>) -> Self {
        self.standing = standing;
        self
    }

    /// Tells how it moved since another published reading, seen with `yardstick` (or just by which way is good), or why that
    /// cannot be said; may be called for several. Nothing is told where the value of either is hidden or not available.
    ///
    /// ```
    /// use csc_kpi::calendar::Basis;
    /// use csc_kpi::comparison::Good;
    /// use csc_kpi::disclosure::Policy;
    /// use csc_kpi::indicator::catalogue;
    /// use csc_kpi::record::LookedAfterEpisode;
    /// use csc_kpi::{Dataset, Engine, NaiveDate, Narrative};
    ///
    /// let day = |m, d| NaiveDate::from_ymd_opt(2018, m, d).unwrap();
    /// // 3 children by March, which is hidden, and 40 more by June.
    /// let dataset: Dataset = (0..43)
    ///     .map(|n| LookedAfterEpisode::new(format!("E{n}"), format!("C{n}"), day(if n < 3 { 1 } else { 5 }, 5)))
    ///     .collect();
    /// let card = Engine::new(catalogue::standard()).scorecard(&dataset, &[day(3, 31), day(6, 30)])?;
    /// let publication = card.publish(&Policy::public())?;
    /// let [march, june] = [day(3, 31), day(6, 30)].map(|at| publication.find("CLA", Basis::AsAt, at, None).unwrap());
    /// let definition = catalogue::find("CLA").unwrap().definition().clone();
    /// let told = Narrative::of(&definition, june).movement(march, Good::Neither).paragraph();
    /// assert!(!told.contains("than on 31 March 2018"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn movement(mut self, earlier: &PublishedReading, yardstick: impl Into<Yardstick>) -> Self {
        if let (Some(now), Some(then)) = (self.reading.observation(), earlier.observation()) {
            self.movements.push((earlier.as_at(), Movement::between(&now, &then, yardstick)));
        }
        self
    }

    /// Tells how it stands to a benchmark; may be called for several. Nothing is told of a comparison of another figure than
    /// the one that is published, or the rate of a count that is.
    #[must_use]
    pub fn benchmark(mut self, comparison: BenchmarkComparison) -> Self {
        if self.is_published(comparison.observation()) {
            self.benchmarks.push(comparison);
        }
        self
    }

    /// Tells how sure it is, from what is published of it; nothing where no interval can be made of that.
    #[must_use]
    pub fn interval(mut self) -> Self {
        self.interval = self.reading.observation().and_then(|now| Interval::of_observation(&now).ok());
        self
    }

    /// Whether a figure is the published one, or a rate of a count that is published.
    fn is_published(&self, figure: &Observation) -> bool {
        let Some(now) = self.reading.observation() else { return false };
        match &figure.value {
            Value::Rate(rate) => {
                let published = self.reading.rate(rate.footing(), rate.population().clone());
                published.and_then(Result::ok).is_some_and(|published| published == *rate)
            }
            value => *value == now.value,
        }
    }

    /// The sentences, in the order of a report.
    #[must_use]
    pub fn sentences(&self) -> Vec<Sentence> {
        let mut told = vec![(Topic::Measure, self.measured()), (Topic::Value, self.valued())];
        if self.reading.value().is_some() {
            told.extend(self.standing.map(|standing| (Topic::Standing, self.stands(standing))));
            told.extend(self.movements.iter().filter_map(|(day, m)| Some((Topic::Movement, self.moved(*day, m)?))));
            told.extend(self.benchmarks.iter().map(|comparison| (Topic::Benchmark, self.beside(comparison))));
            told.extend(self.interval.iter().map(|interval| (Topic::Certainty, self.certain(interval))));
        }
        told.extend(self.records().into_iter().map(|text| (Topic::Records, text)));
        told.into_iter().map(|(topic, text)| Sentence { topic, text: format!("{text}.") }).collect()
    }

    /// The sentences as one paragraph.
    #[must_use]
    pub fn paragraph(&self) -> String {
        self.sentences().into_iter().map(|sentence| sentence.text).collect::<Vec<_>>().join(" ")
    }

    fn measured(&self) -> String {
        let (key, title) = (self.reading.indicator(), lower_first(&self.definition.title));
        let what = match self.reading.figure() {
            PublishedFigure::Proportion(_) => {
                format!("{key} measures {title}, as a share of {},", plural(&self.definition.unit))
            }
            PublishedFigure::Composition(_) => format!("{key} counts {title}"),
            PublishedFigure::Distribution(_) => format!("{key} is the median of {title}"),
            PublishedFigure::Unavailable(_) => format!("{key} is {title}"),
        };
        let good = match self.definition.polarity {
            Polarity::HigherIsBetter => "; higher is better",
            Polarity::LowerIsBetter => "; lower is better",
            Polarity::CloserIsBetter => "; closer to the target is better",
            Polarity::None => "",
        };
        format!("{what} {}{good}", self.period())
    }

    fn period(&self) -> String {
        let (as_at, window) = (date(self.reading.as_at()), self.reading.window());
        let from = window.map_or_else(String::new, |window| date(window.start));
        match self.reading.basis() {
            Basis::AsAt => format!("on {as_at}"),
            Basis::Rolling(months) => format!("in the {months} months to {as_at}"),
            Basis::Cumulative => format!("in the financial year so far, {from} to {as_at}"),
            Basis::InQuarter => format!("in the quarter, {from} to {as_at}"),
            Basis::InMonth => format!("in the month, {from} to {as_at}"),
        }
    }

    fn valued(&self) -> String {
        let reading = self.reading;
        let units = plural(&self.definition.unit);
        if let PublishedFigure::Unavailable(obstacle) = reading.figure() {
            return hindered(obstacle);
        }
        if let Some(mark) = reading.mark() {
            return match mark {
                Mark::NotApplicable => format!("There is no value: no {units} were counted"),
                Mark::RoundsToZero | Mark::Low => format!("The figure rounds to zero and is not zero, {mark}"),
                Mark::NotAvailable => format!("The figure is not available yet, {mark}"),
                Mark::Confidential => format!("The figure is hidden to protect confidentiality, {mark}"),
            };
        }
        let shown = reading.shown(self.places);
        match reading.figure() {
            PublishedFigure::Proportion(share) => {
                format!("It was {shown}: {} of {} {units}", number(share.met), number(share.denominator))
            }
            PublishedFigure::Composition(composition) => {
                let parts: Vec<String> =
                    composition.parts.iter().map(|(name, cell)| format!("{name} {}", number(*cell))).collect();
                let verb = if composition.count.number() == Some(1) { "was" } else { "were" };
                format!("There {verb} {}: {}", number(composition.count), parts.join(", "))
            }
            PublishedFigure::Distribution(days) => {
                let quartiles = days.quartiles.as_ref().map_or_else(
                    |_| String::new(),
                    |[low, _, high]| format!(", and half of them lie between {low} and {high}"),
                );
                format!("The median was {shown} days for {} {units}{quartiles}", number(days.count))
            }
            PublishedFigure::Unavailable(obstacle) => hindered(obstacle),
        }
    }

    fn stands(&self, standing: &Standing) -> String {
        let against = standing.words();
        let position = match standing.position() {
            Some(Position::Lower) => format!("lower than the standard ({against})"),
            Some(Position::Inside) => format!("inside the standard ({against})"),
            Some(Position::Higher) => format!("higher than the standard ({against})"),
            None => format!("held against the standard ({against})"),
        };
        let grade = match standing.grade() {
            Grade::TargetMet => ", so the target is met".to_owned(),
            Grade::WithinTolerance => ", so it is within tolerance".to_owned(),
            Grade::OutsideTolerance => ", so it is outside tolerance and worse than the standard asks".to_owned(),
            Grade::Concern if self.is_zero() => {
                ", and zero is a concern here: it could mean that something is not recorded or not looked for"
                    .to_owned()
            }
            Grade::Concern => ", which is a concern".to_owned(),
            Grade::NotJudged => standing
                .why_not_judged()
                .map_or_else(|| ", and it is not judged".to_owned(), |why| format!(", and it is not judged: {why}")),
        };
        let provisional =
            if standing.is_provisional() { "; provisional, since the standard is for the whole year" } else { "" };
        format!("It is {position}{grade}{provisional}")
    }

    fn is_zero(&self) -> bool {
        self.reading.value().and_then(Value::decimal).is_some_and(|value| value.is_zero())
    }

    fn moved(&self, earlier: NaiveDate, movement: &Result<Movement, NotComparable>) -> Option<String> {
        let since = date(earlier);
        let movement = match movement {
            Ok(movement) => movement,
            Err(NotComparable::CountBeganAgain { .. }) => {
                return Some(format!(
                    "It is not comparable with the figure of {since}: the count began again in between"
                ));
            }
            Err(why) => return Some(format!("It is not comparable with the figure of {since}: {why}")),
        };
        let places = self.places_of(movement);
        let was = shown(&movement.earlier().value, places)?;
        let judged = match movement.judgement() {
            Judgement::Better => ", which is better",
            Judgement::Worse => ", which is worse",
            Judgement::Same if movement.direction() != Direction::Unchanged => ", neither better nor worse",
            Judgement::Same | Judgement::NotJudged => "",
        };
        let moved = match movement.direction() {
            Direction::Unchanged => format!("It is unchanged since {since} ({was})"),
            Direction::Higher | Direction::Lower => {
                let by = movement.change(places).map(|change| self.amount(change.abs()));
                let by = by.map_or_else(String::new, |by| format!("{by} "));
                format!("It is {by}{} than on {since} ({was}){judged}", movement.direction())
            }
        };
        let cautions: Vec<String> = movement.cautions().iter().map(caution).collect();
        Some(if cautions.is_empty() { moved } else { format!("{moved}; {}", cautions.join("; ")) })
    }

    /// One place more than is told where the two would be told as the same.
    fn places_of(&self, movement: &Movement) -> u32 {
        let told = |value: &Value| value.rounded(self.places);
        let same = told(&movement.now().value) == told(&movement.earlier().value);
        if same && movement.direction() != Direction::Unchanged { self.places + 1 } else { self.places }
    }

    fn amount(&self, amount: Decimal) -> String {
        let one = amount == Decimal::ONE;
        match self.reading.value().map(Value::unit) {
            Some(ValueUnit::Percent) => format!("{amount} percentage point{}", if one { "" } else { "s" }),
            Some(ValueUnit::Days) => format!("{amount} day{}", if one { "" } else { "s" }),
            _ => amount.to_string(),
        }
    }

    fn beside(&self, comparison: &BenchmarkComparison) -> String {
        let benchmark = comparison.benchmark();
        let sign = if comparison.observation().value.unit() == ValueUnit::Percent { "%" } else { "" };
        let of = format!(
            "{} ({}{sign}, {}, {})",
            benchmark.area(),
            benchmark.figure(),
            benchmark.year(),
            benchmark.source()
        );
        let judged = match comparison.judgement() {
            Judgement::Better => ", which is better",
            Judgement::Worse => ", which is worse",
            Judgement::Same | Judgement::NotJudged => "",
        };
        let rate = match comparison.observation().value.unit() {
            ValueUnit::Per10000 => {
                let shown = comparison.observation().value.shown(self.places.max(1)).unwrap_or_default();
                format!("The rate of {shown} per 10,000")
            }
            _ => "It".to_owned(),
        };
        let text = match comparison.place() {
            Place::Indistinguishable => {
                format!("{rate} cannot be told apart from {of}: the difference is inside its rounding")
            }
            place => format!("{rate} is {place} than {of}{judged}"),
        };
        let cautions: Vec<String> = comparison.cautions().iter().map(caution).collect();
        if cautions.is_empty() { text } else { format!("{text}; {}", cautions.join("; ")) }
    }

    fn certain(&self, interval: &Interval) -> String {
        let method = match interval.method() {
            Method::Wilson => "Wilson",
            Method::ExactPoisson => "exact Poisson",
            Method::Byar => "Byar",
        };
        let places = self.places.max(1);
        let [low, high] = [interval.low(), interval.high()].map(|limit| round_half_up(limit, places));
        let sign = if self.reading.value().map(Value::unit) == Some(ValueUnit::Percent) { "%" } else { "" };
        let text = format!(
            "Chance alone could put a figure from counts of this size anywhere from {low}{sign} to {high}{sign} (95% \
             interval, {method})"
        );
        let cautions: Vec<String> = interval.cautions().iter().map(caution).collect();
        if cautions.is_empty() { text } else { format!("{text}; {}", cautions.join("; ")) }
    }

    fn records(&self) -> Vec<String> {
        let mut told = Vec::new();
        let unit = &self.definition.unit;
        if let PublishedFigure::Proportion(share) = self.reading.figure() {
            for (cell, what) in [
                (share.excluded, "could not be judged because of what is recorded"),
                (share.pending, "cannot be decided yet"),
                (share.excepted, "stood aside, as the rule says"),
            ] {
                if cell != Cell::Shown(0) {
                    told.push(format!("{} {what}", counted(cell, unit)));
                }
            }
        }
        if let Some(groups) = self.reading.sibling_groups().filter(|groups| *groups != Cell::Shown(0)) {
            told.push(format!("Those counted come from {}", counted(groups, "family")));
        }
        if let Some(outstanding) = self.reading.part("outstanding").filter(|cell| *cell != Cell::Shown(0)) {
            told.push(format!("{} outstanding", counted(outstanding, "interview")));
        }
        if let PublishedFigure::Distribution(days) = self.reading.figure() {
            for (limit, above, _) in days.above.iter().filter(|(_, above, _)| *above != Cell::Shown(0)) {
                told.push(format!(
                    "For {} of {} it is more than {limit} days",
                    number(*above),
                    counted(days.count, unit)
                ));
            }
        }
        told
    }
}

/// Why a figure cannot be made.
fn hindered(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::NotSupplied(matters) => {
            let matters: Vec<String> = matters.iter().map(ToString::to_string).collect();
            format!("It cannot be given: the data do not hold {}", matters.join(", "))
        }
        Obstacle::LooksBack { reach, data_begin } => {
            let begin = date(*data_begin);
            match reach {
                Reach::Window => format!("It cannot be given: the data begin on {begin}"),
                Reach::Days(days) => {
                    format!("It cannot be given: it looks back {days} days, and the data begin on {begin}")
                }
                Reach::Months(months) => {
                    format!("It cannot be given: it looks back {months} months, and the data begin on {begin}")
                }
                Reach::Ever => {
                    format!("It cannot be given: it looks back without limit, and the data begin on {begin}")
                }
            }
        }
        Obstacle::DataEnd { data_end } => format!("It cannot be given: the data end on {}", date(*data_end)),
    }
}

fn caution(caution: &Caution) -> String {
    match caution {
        Caution::SharedDays { shared, of } => {
            format!("the two periods share {shared} of {of} days, so the change comes from the others alone")
        }
        Caution::OtherPartOfPeriod { .. } => "the two stand at different points of their period".to_owned(),
        Caution::PartOfYear { .. } => "the figure is not yet of a whole year, as the benchmark is".to_owned(),
        other => other.to_string(),
    }
}

/// "31 March 2018".
fn date(day: NaiveDate) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}", day.day(), day.year())
}

/// A count with its thousands apart, or its mark.
fn number(cell: Cell) -> String {
    let Some(count) = cell.number() else { return cell.to_string() };
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn shown(value: &Value, places: u32) -> Option<String> {
    match value {
        Value::Count(count) => Some(number(Cell::Shown(*count))),
        other => other.shown(places),
    }
}

/// "5 interviews", "1 interview", "[c] interviews".
fn counted(cell: Cell, unit: &str) -> String {
    if cell.number() == Some(1) { format!("1 {unit}") } else { format!("{} {}", number(cell), plural(unit)) }
}

fn plural(unit: &str) -> String {
    match (unit.strip_prefix("child"), unit.strip_suffix('y')) {
        (Some(rest), _) if rest.is_empty() || rest.starts_with(' ') => format!("children{rest}"),
        (_, Some(stem)) => format!("{stem}ies"),
        _ => format!("{unit}s"),
    }
}

/// A title inside a sentence; one that begins with a code or a name in capitals stays.
fn lower_first(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(std::iter::once(second)).chain(letters).collect()
        }
        _ => title.to_owned(),
    }
}
