//! From records to what the report says.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use csc_kpi::calendar::{Basis, FinancialYear, Quarter, QuarterOfYear};
use csc_kpi::comparison::{Cadence, Good, Scale};
use csc_kpi::disclosure::{Cell, Mark, Policy, Publication, PublishedFigure, PublishedReading, Release, publish};
use csc_kpi::indicator::{AnyIndicator, Definition as Rule, Polarity, Shape, Zero, catalogue};
use csc_kpi::measure::{Footing, Rate, Value};
use csc_kpi::standard::{Grade, Standard, StandardFinding, Standing};
use csc_kpi::{
    AgeBands, ByAbuseCategory, ByEthnicGroup, BySex, ByTeam, Dataset, Engine, Ledger, NaiveDate, Narrative, Reading,
    Sentence, Supply, Topic,
};

use super::settings::Settings;
use super::view::{
    Benchmark, Breakdown, BreakdownTable, Composition, Definition, FindingRow, Findings, Item, Judgement, Kind, Marks,
    Part, Protection, ReportingDate, Section, Shown, Unit, View,
};

/// How many reporting dates stand beside each other.
const DATES: usize = 5;

/// A quarter of a year: statuses older than this are told.
const OLD_AFTER_DAYS: i64 = 91;

/// Which figures are broken down, and by what.
const BREAKDOWNS: [(&str, &[&str]); 6] = [
    ("sex", &["CLA", "NI 65a", "ECS 138", "ECS 14a"]),
    ("age band", &["CLA", "NI 65a", "ECS 138", "ECS 14a"]),
    ("ethnic group", &["CLA", "NI 65a", "ECS 138", "ECS 14a"]),
    ("team", &["ECS 138", "NI 68"]),
    ("category of abuse", &["NI 65a", "ECS 133"]),
    ("care leaver age band", &["Care leavers suitable", "Care leavers EET"]),
];

/// Counts shown in their parts, quarter by quarter.
const COMPOSITIONS: [(&str, &str, &str); 3] = [
    ("WRI", "Welfare return interviews", "episodes"),
    ("Missing episodes", "Missing episodes by kind", "episodes"),
    ("Missing children", "Children who were missing by kind", "children"),
];

/// The report.
pub(crate) fn view(dataset: &Dataset, settings: &Settings) -> Result<View> {
    let mut engine = Engine::new(indicators(dataset.supply(), settings)?)
        .by(BySex)
        .by(AgeBands::default())
        .by(ByEthnicGroup)
        .by(ByTeam)
        .by(ByAbuseCategory)
        .by(AgeBands::care_leavers());
    if let Some(day) = settings.known_at {
        engine = engine.known_at(day);
    }
    let ledger = engine.run(dataset)?;
    let days = reporting_dates(settings.as_at);
    let lines: Vec<Line> = ledger.definitions().filter_map(|rule| Line::of(rule, &ledger, settings)).collect();
    let publication = published(&ledger, &lines, &days, settings)?;
    let gathering = Gathering { publication: &publication, lines: &lines, days: &days, settings };
    let items = gathering.items()?;
    Ok(View {
        authority: settings.authority.clone(),
        period: period(settings.as_at),
        as_at: in_words(settings.as_at),
        dates: days.iter().map(|day| reporting_date(*day)).collect(),
        protection: protection(&publication),
        headlines: gathering.headlines()?,
        sections: sections(items),
        compositions: gathering.compositions()?,
        breakdowns: gathering.breakdowns()?,
        findings: findings(dataset, &ledger, &publication),
        unavailable: publication.unavailable().iter().map(|sentence| format!("{sentence}.")).collect(),
        sources: sources(settings),
    })
}

/// Those that the data can be shown in, and the options that a standard is laid down for.
fn indicators(supply: &Supply, settings: &Settings) -> Result<Vec<AnyIndicator>> {
    let mut all = super::common::indicators(supply);
    let mut keys: Vec<String> = all.iter().map(|indicator| indicator.definition().key()).collect();
    for standard in settings.standards.iter() {
        if !keys.contains(&standard.indicator) {
            let found = catalogue::find(&standard.indicator);
            let option =
                found.with_context(|| format!("a standard is for {:?}, which is no indicator", standard.indicator))?;
            let key = option.definition().key();
            let code = &option.definition().code;
            let behind = keys.iter().position(|key| key == code).map_or(all.len(), |at| at + 1);
            all.insert(behind, option);
            keys.insert(behind, key);
        }
    }
    Ok(all)
}

/// An indicator, and the basis on which the report shows it.
struct Line<'a> {
    rule: &'a Rule,
    basis: Basis,
}

impl<'a> Line<'a> {
    /// The first basis that a standard in force is laid down for, or else one that is not. Without one counts are by quarter, since a count from 1 April on
    /// begins again each year; all else is on the first basis of the definition on which a figure can be made of the data.
    fn of(rule: &'a Rule, ledger: &Ledger, settings: &Settings) -> Option<Self> {
        let key = rule.key();
        let of_key = || settings.standards.iter().filter(|standard| standard.indicator == key);
        let in_force = of_key().filter(|standard| standard.effective.covers(settings.as_at));
        let laid_down = in_force.chain(of_key()).flat_map(|standard| &standard.bases);
        let laid_down = laid_down.into_iter().find(|basis| rule.bases.contains(basis));
        let counted = matches!(rule.shape, Shape::Composition(_));
        let by_quarter = rule.bases.iter().find(|basis| counted && **basis == Basis::InQuarter);
        let can_be_made = |basis: &&Basis| {
            let reading = ledger.reading(&key, **basis, settings.as_at);
            reading.is_ok_and(|reading| reading.obstacle().is_none())
        };
        let made = || rule.bases.iter().find(can_be_made).or(rule.bases.first());
        laid_down.or(by_quarter).or_else(made).map(|basis| Self { rule, basis: *basis })
    }
}

/// Everything that stands in the report, through one publishing step.
fn published(ledger: &Ledger, lines: &[Line<'_>], days: &[NaiveDate], settings: &Settings) -> Result<Publication> {
    let mut readings: Vec<Reading> = Vec::new();
    for line in lines {
        let key = line.rule.key();
        for day in days {
            readings.push(ledger.reading(&key, line.basis, *day)?);
        }
        for (by, _) in BREAKDOWNS.iter().filter(|(_, keys)| keys.contains(&key.as_str())) {
            readings.extend(ledger.readings_by(&key, line.basis, settings.as_at, by)?);
        }
    }
    for (key, ..) in COMPOSITIONS {
        if !lines.iter().any(|line| line.rule.key() == key && line.basis == Basis::InQuarter) {
            for day in days {
                readings.push(ledger.reading(key, Basis::InQuarter, *day)?);
            }
        }
    }
    let policy = if settings.internal { Policy::internal() } else { Policy::public() }.days_above(OLD_AFTER_DAYS);
    let definitions: Vec<Rule> = ledger.definitions().cloned().collect();
    publish(&readings, &definitions, &policy).context("the report cannot be published")
}

struct Gathering<'a> {
    publication: &'a Publication,
    lines: &'a [Line<'a>],
    days: &'a [NaiveDate],
    settings: &'a Settings,
}

impl Gathering<'_> {
    fn items(&self) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        for line in self.lines {
            let readings = self.series(&line.rule.key(), line.basis)?;
            items.push(self.item(line, &readings)?);
            if line.rule.code == "CLA" && self.settings.population.is_some() {
                items.push(self.rate(line, &readings)?);
            }
        }
        Ok(items)
    }

    /// The figures at the five dates.
    fn series(&self, key: &str, basis: Basis) -> Result<Vec<&PublishedReading>> {
        let find = |day: &NaiveDate| {
            let found = self.publication.find(key, basis, *day, None);
            found.with_context(|| format!("{key} is not published as at {day}"))
        };
        self.days.iter().map(find).collect()
    }

    fn item(&self, line: &Line<'_>, readings: &[&PublishedReading]) -> Result<Item> {
        let key = line.rule.key();
        let standard = self.settings.standards.in_force(&key, line.basis, self.settings.as_at);
        let now = readings.last().with_context(|| format!("{key} has no figure"))?;
        let standing = self.standing(&key, line.basis, now);
        let sentences = self.told(line, readings, standing.as_ref());
        let benchmarks = self.settings.benchmarks.for_indicator(&key);
        let scale = now.value().map(Scale::of);
        let benchmarks = benchmarks.filter(|of| Some(of.scale()) == scale).map(benchmark).collect();
        Ok(Item {
            id: anchor(&key),
            title: line.rule.title.clone(),
            basis: basis_in_words(line.basis),
            unit: match line.rule.shape {
                Shape::Distribution => Unit::Days,
                Shape::Composition(_) => Unit::Count,
                _ => Unit::Percent,
            },
            judgement: standing.as_ref().map_or(Judgement::NotJudged, |standing| judgement(standing.grade())),
            qualifier: qualifier(standing.as_ref()),
            standard: standard.map(standard_in_words),
            figures: readings.iter().map(|reading| shown(reading)).collect(),
            goes_on: goes_on(line.basis, self.days),
            paragraphs: paragraphs(sentences),
            marks: marks(standing.as_ref(), standard, benchmarks),
            definition: definition(line.rule),
            code: key,
        })
    }

    fn standing(&self, key: &str, basis: Basis, now: &PublishedReading) -> Option<Standing> {
        let figure = |name: &str| {
            let named = self.settings.benchmarks.for_indicator(key).find(|benchmark| benchmark.area().name() == name);
            named.map(csc_kpi::comparison::Benchmark::figure)
        };
        self.settings.standards.standing_beside(key, basis, self.settings.as_at, now.value()?, figure)
    }

    /// What is said of the latest of `readings`.
    fn told(&self, line: &Line<'_>, readings: &[&PublishedReading], standing: Option<&Standing>) -> Vec<Sentence> {
        let Some((now, before)) = readings.split_last() else { return Vec::new() };
        let mut narrative = Narrative::of(line.rule, now).standing(standing);
        let Some(observed) = now.observation() else { return narrative.sentences() };
        let good = Good::of(line.rule.polarity, None).unwrap_or(Good::Neither);
        // The quarter before, and the same quarter of the year before.
        for earlier in [before.last(), before.first()].into_iter().flatten() {
            narrative = narrative.movement(earlier, good);
        }
        let key = line.rule.key();
        let rate = self.rate_of(now).map(|rate| observed.clone().with_value(Value::Rate(rate)));
        for of in self.settings.benchmarks.for_indicator(&key) {
            let same_scale =
                [Some(&observed), rate.as_ref()].into_iter().flatten().find(|figure| figure.scale() == of.scale());
            if let Some(Ok(comparison)) = same_scale.map(|figure| of.compared_with(figure, good)) {
                narrative = narrative.benchmark(comparison);
            }
        }
        if matches!(observed.value, Value::Percent(_)) && standing.is_some() {
            narrative = narrative.interval();
        }
        narrative.sentences()
    }

    fn rate_of(&self, reading: &PublishedReading) -> Option<Rate> {
        reading.rate(Footing::All, self.settings.population.clone()?)?.ok()
    }

    fn rate(&self, line: &Line<'_>, readings: &[&PublishedReading]) -> Result<Item> {
        let mut item = self.item(line, readings)?;
        let rates: Vec<Option<Rate>> = readings.iter().map(|reading| self.rate_of(reading)).collect();
        let told = self.told(line, readings, None);
        item.paragraphs = told.into_iter().filter(|s| s.topic == Topic::Benchmark).map(|s| s.text).collect();
        item.figures = rates
            .iter()
            .zip(readings)
            .map(|(rate, reading)| rate.as_ref().map_or_else(|| shown(reading), shown_rate))
            .collect();
        let same_footing = |of: &&csc_kpi::comparison::Benchmark| of.scale() == Scale::Per10000(Footing::All);
        let benchmarks: Vec<_> = self.settings.benchmarks.for_indicator("CLA").filter(same_footing).collect();
        let now = rates.last().and_then(Option::as_ref);
        item.paragraphs.extend(now.into_iter().flat_map(|rate| {
            benchmarks.iter().filter_map(|of| {
                let there = rate.reduction_to(of.figure().value(), Footing::All).ok()?;
                let difference = match there.fewer {
                    fewer @ 0.. => format!("{} fewer", thousands(fewer.unsigned_abs())),
                    more => format!("{} more", thousands(more.unsigned_abs())),
                };
                let count = thousands(there.count);
                Some(format!(
                    "At the rate of {} there would be {count} children looked after here, {difference}.",
                    of.area()
                ))
            })
        }));
        item.marks = Marks { benchmarks: benchmarks.into_iter().map(benchmark).collect(), ..Marks::default() };
        (item.judgement, item.qualifier, item.standard) = (Judgement::NotJudged, None, None);
        "cla-rate".clone_into(&mut item.id);
        "CLA rate".clone_into(&mut item.code);
        "Children looked after per 10,000 residents aged 0 to 17".clone_into(&mut item.title);
        item.unit = Unit::Per10000;
        Ok(item)
    }

    /// How many children are looked after, and what is worse than its standard.
    fn headlines(&self) -> Result<Vec<String>> {
        let mut headlines = Vec::new();
        for line in self.lines {
            let key = line.rule.key();
            let readings = self.series(&key, line.basis)?;
            let standing = readings.last().and_then(|now| self.standing(&key, line.basis, now));
            let worse =
                standing.as_ref().is_some_and(|s| matches!(s.grade(), Grade::OutsideTolerance | Grade::Concern));
            if !worse && key != "CLA" {
                continue;
            }
            let topics = [Topic::Value, if worse { Topic::Standing } else { Topic::Movement }];
            let told = self.told(line, &readings, standing.as_ref());
            let mut said: Vec<String> = Vec::new();
            for topic in topics {
                said.extend(told.iter().find(|sentence| sentence.topic == topic).map(|sentence| sentence.text.clone()));
            }
            headlines.push(format!("{}: {}", line.rule.title, said.join(" ")));
        }
        Ok(headlines)
    }

    fn compositions(&self) -> Result<Vec<Composition>> {
        let mut all = Vec::new();
        for (key, title, noun) in COMPOSITIONS {
            let readings = self.series(key, Basis::InQuarter)?;
            let rule = self.lines.iter().find(|line| line.rule.key() == key).map(|line| &line.rule.shape);
            let Some(Shape::Composition(names)) = rule else { continue };
            let parts = names.iter().map(|name| Part {
                name: name.clone(),
                figures: readings.iter().map(|reading| part(reading, name)).collect(),
            });
            all.push(Composition {
                id: format!("{}-parts", anchor(key)),
                title: title.to_owned(),
                basis: basis_in_words(Basis::InQuarter),
                noun: noun.to_owned(),
                parts: parts.collect(),
                totals: readings.iter().map(|reading| shown(reading)).collect(),
            });
        }
        Ok(all)
    }

    fn breakdowns(&self) -> Result<Vec<Breakdown>> {
        let as_at = self.settings.as_at;
        let mut all = Vec::new();
        for (by, keys) in BREAKDOWNS {
            let mut tables = Vec::new();
            for line in self.lines.iter().filter(|line| keys.contains(&line.rule.key().as_str())) {
                let key = line.rule.key();
                let total = self.publication.find(&key, line.basis, as_at, None);
                let strata = self.publication.strata(&key, line.basis, as_at, by).filter(|reading| !is_empty(reading));
                tables.push(BreakdownTable {
                    title: line.rule.title.clone(),
                    basis: basis_in_words(line.basis),
                    rows: strata.filter_map(|r| Some((r.stratum()?.1.name().to_owned(), shown(r)))).collect(),
                    total: total.map(shown).with_context(|| format!("{key} is not published"))?,
                    code: key,
                });
            }
            all.push(Breakdown { id: format!("by-{}", anchor(by)), by: by.to_owned(), tables });
        }
        Ok(all)
    }
}

/// Whether nobody is in it, and that is shown; or it cannot be made, as the total says.
fn is_empty(reading: &PublishedReading) -> bool {
    reading.obstacle().is_some() || reading.denominator().or(reading.count()) == Some(Cell::Shown(0))
}

/// What is measured; how it stands; how it moved and compares; how sure it is, and what to know of the records.
fn paragraphs(sentences: Vec<Sentence>) -> Vec<String> {
    let place = |topic| match topic {
        Topic::Measure => 0,
        Topic::Value | Topic::Standing => 1,
        Topic::Movement => 2,
        Topic::Benchmark => 3,
        _ => 4,
    };
    let mut paragraphs: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for sentence in sentences {
        paragraphs.entry(place(sentence.topic)).or_default().push(sentence.text);
    }
    paragraphs.into_values().map(|sentences| sentences.join(" ")).collect()
}

fn judgement(grade: Grade) -> Judgement {
    match grade {
        Grade::TargetMet => Judgement::Met,
        Grade::WithinTolerance => Judgement::Within,
        Grade::OutsideTolerance => Judgement::Outside,
        Grade::Concern => Judgement::Concern,
        Grade::NotJudged => Judgement::NotJudged,
    }
}

/// What belongs beside the judgement: that it is provisional, why there is none, what a person says.
fn qualifier(standing: Option<&Standing>) -> Option<String> {
    let standing = standing?;
    let mut said: Vec<String> = Vec::new();
    if standing.is_provisional() {
        said.push("provisional until the year ends".to_owned());
    }
    said.extend(standing.why_not_judged().map(|why| why.to_string()));
    said.extend(standing.said().map(|person| {
        format!("{} says {} ({}): {}", person.by(), person.grade(), in_words(person.on()), person.why())
    }));
    (!said.is_empty()).then(|| said.join("; "))
}

fn standard_in_words(standard: &Standard) -> String {
    super::page::sentence_case(&standard.words())
}

/// What a chart shows beside the figures.
fn marks(standing: Option<&Standing>, standard: Option<&Standard>, benchmarks: Vec<Benchmark>) -> Marks {
    let mut marks = Marks { benchmarks, ..Marks::default() };
    let printed = standing.into_iter().flat_map(Standing::findings);
    for finding in printed {
        let StandardFinding::InvertedLimits { upper, lower } = finding else { continue };
        let sign = standing.map_or("", |standing| if matches!(standing.value(), Value::Percent(_)) { "%" } else { "" });
        marks.printed.push((format!("upper {upper}{sign}"), upper.value()));
        marks.printed.push((format!("lower {lower}{sign}"), lower.value()));
    }
    if marks.printed.is_empty() {
        let (tolerance, target) = match standing {
            Some(standing) => (standing.tolerance(), standing.target()),
            None => (standard.and_then(Standard::tolerance), standard.and_then(Standard::target)),
        };
        marks.target = target.map(csc_kpi::standard::Limit::value);
        marks.tolerance = tolerance.map(|interval| {
            let edge = |cut: Option<csc_kpi::standard::Cut>| cut.map(|cut| cut.at().value());
            (edge(interval.lower()), edge(interval.upper()))
        });
    }
    marks
}

/// Whether a figure goes on from the one before it.
fn goes_on(basis: Basis, days: &[NaiveDate]) -> Vec<bool> {
    let begins = |day: &NaiveDate| Quarter::containing(*day).quarter() == QuarterOfYear::Q1;
    days.iter().map(|day| basis != Basis::Cumulative || !begins(day)).collect()
}

fn sections(items: Vec<Item>) -> Vec<Section> {
    let mut sections: Vec<Section> = Kind::ALL.into_iter().map(|kind| Section { kind, items: Vec::new() }).collect();
    for item in items {
        let kind = match item.judgement {
            Judgement::Met | Judgement::Within => Kind::Good,
            Judgement::Outside | Judgement::Concern => Kind::Concern,
            Judgement::NotJudged => Kind::Information,
        };
        if let Some(section) = sections.iter_mut().find(|section| section.kind == kind) {
            section.items.push(item);
        }
    }
    sections
}

/// The reporting date and the ends of the four quarters before it.
fn reporting_dates(as_at: NaiveDate) -> Vec<NaiveDate> {
    let before = |day: &NaiveDate| Some(Cadence::Quarterly.last_end_before(*day));
    let mut days: Vec<_> = std::iter::successors(Some(as_at), before).take(DATES).collect();
    days.reverse();
    days
}

fn reporting_date(day: NaiveDate) -> ReportingDate {
    let quarter = Quarter::containing(day);
    let (short, year) = if quarter.last_day() == day {
        (quarter.quarter().to_string(), quarter.year().to_string())
    } else {
        (day.format("%-d %b").to_string(), day.format("%Y").to_string())
    };
    ReportingDate { short, year, iso: day.to_string() }
}

fn period(day: NaiveDate) -> String {
    let quarter = Quarter::containing(day);
    if quarter.last_day() != day {
        return in_words(day);
    }
    let number = quarter.quarter().to_string();
    format!("quarter {} of {}", number.trim_start_matches('Q'), FinancialYear::containing(day))
}

fn in_words(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

fn basis_in_words(basis: Basis) -> String {
    match basis {
        Basis::Rolling(months) => format!("rolling {months} months"),
        Basis::Cumulative => "financial year to date".to_owned(),
        Basis::InQuarter => "in the quarter".to_owned(),
        Basis::InMonth => "in the month".to_owned(),
        Basis::AsAt => "on the day".to_owned(),
    }
}

fn anchor(key: &str) -> String {
    key.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

fn shown_rate(rate: &Rate) -> Shown {
    let number = rate.shown(1);
    Shown {
        text: number.to_string(),
        number: Some(number),
        counts: String::new(),
        numerator: Some(rate.count()),
        denominator: Some(rate.population().residents),
    }
}

/// A published figure: its number only where its text is no mark.
fn shown(reading: &PublishedReading) -> Shown {
    let text = reading.shown(0);
    let marked = reading.mark().is_some() || text.starts_with('[');
    let number = reading.value().filter(|_| !marked).and_then(|value| match value {
        Value::Days(days) => Some(*days),
        value => value.rounded(0),
    });
    match reading.figure() {
        PublishedFigure::Proportion(share) => Shown {
            text,
            number,
            counts: format!("{} of {}", cell(share.met), cell(share.denominator)),
            numerator: share.met.number(),
            denominator: share.denominator.number(),
        },
        PublishedFigure::Composition(composition) => Shown {
            text: cell(composition.count),
            number,
            counts: String::new(),
            numerator: composition.count.number(),
            denominator: None,
        },
        PublishedFigure::Distribution(days) => Shown {
            text,
            number,
            counts: format!("median of {}", cell(days.count)),
            numerator: None,
            denominator: days.count.number(),
        },
        PublishedFigure::Unavailable(obstacle) => {
            Shown { text: obstacle.mark(), number: None, counts: String::new(), numerator: None, denominator: None }
        }
    }
}

/// A part of a composition, with its share where that may be shown.
fn part(reading: &PublishedReading, name: &str) -> Shown {
    if reading.obstacle().is_some() {
        return shown(reading);
    }
    let count = reading.part(name);
    let share = reading.shown_part(name, 0).filter(|share| !share.starts_with('['));
    Shown {
        text: count.map_or_else(String::new, cell),
        number: count.and_then(Cell::number).map(Into::into),
        counts: share.unwrap_or_default(),
        numerator: count.and_then(Cell::number),
        denominator: None,
    }
}

fn cell(cell: Cell) -> String {
    cell.number().map_or_else(|| cell.to_string(), thousands)
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> =
        digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(",")
}

fn benchmark(of: &csc_kpi::comparison::Benchmark) -> Benchmark {
    let percent = of.scale() == Scale::Percent;
    Benchmark {
        name: of.area().name().to_owned(),
        number: of.figure().value(),
        shown: if percent { format!("{}%", of.figure()) } else { of.figure().to_string() },
    }
}

fn definition(rule: &Rule) -> Definition {
    Definition {
        unit: rule.unit.clone(),
        rule: rule.rule.clone(),
        polarity: match rule.polarity {
            Polarity::HigherIsBetter => "higher",
            Polarity::LowerIsBetter => "lower",
            Polarity::CloserIsBetter => "closer to a stated value",
            Polarity::None => "neither higher nor lower",
        },
        zero: match rule.zero {
            Zero::Ordinary => "a figure as any other",
            Zero::Concern => "a concern: it can mean that something is not recorded or not looked for",
        },
        source: rule.source.clone(),
        version: rule.version,
    }
}

/// What was found; in public not how often, for a count of findings can tell how many units a figure left out.
fn findings(dataset: &Dataset, ledger: &Ledger, publication: &Publication) -> Findings {
    let public = publication.release() == Release::Public;
    let mut kinds: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut total = 0;
    for finding in dataset.findings().iter().chain(ledger.findings()) {
        *kinds.entry((finding.family.table(), finding.rule.text(), &finding.field)).or_default() += 1;
        total += 1;
    }
    let rows = kinds.into_iter().map(|((table, rule, field), count)| FindingRow {
        table: table.to_owned(),
        field: field.to_owned(),
        rule: rule.to_owned(),
        count: if public { Mark::Confidential.to_string() } else { count.to_string() },
    });
    Findings { total, counted: !public, rows: rows.collect() }
}

fn protection(publication: &Publication) -> Protection {
    let internal = publication.release() == Release::Internal;
    Protection {
        internal,
        notice: if internal {
            publication.statement().to_owned()
        } else {
            "For publication: small numbers are hidden.".to_owned()
        },
        rule: publication.statement().to_owned(),
        marks: publication.legend().map(|(mark, meaning)| (mark.to_string(), meaning.to_owned())).collect(),
    }
}

fn sources(settings: &Settings) -> Vec<(String, String)> {
    let mut sources = Vec::new();
    sources.push(("Standards".to_owned(), settings.laid_down.clone()));
    for laid_down in settings.standards.iter().filter(|of| !of.standard.laid_down_in().is_empty()) {
        sources.push((format!("Standard for {}", laid_down.indicator), laid_down.standard.laid_down_in().to_owned()));
    }
    for of in settings.benchmarks.iter() {
        let name = format!("{} {}", of.indicator(), of.area());
        sources.push((name, format!("{}, {}, {}", benchmark(of).shown, of.year(), of.source())));
    }
    if let Some(population) = &settings.population {
        let text = format!(
            "{} residents aged 0 to 17, {}, {}",
            thousands(population.residents),
            population.year,
            population.source
        );
        sources.push(("Population".to_owned(), text));
    }
    if let Some(day) = settings.known_at {
        sources.push(("Known at".to_owned(), format!("calculated with what was known on {}", in_words(day))));
    }
    sources
}
