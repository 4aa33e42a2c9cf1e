//! The publishing step: readings in, a publication out, or the reason why not.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::audit::Verdict;
use super::open_units::{Counted, Printed};
use super::published::share_of;
use super::relations::{
    AT_MOST, CHILDREN_OF_UNITS, EQUAL, FOR_LIFE, GROWING, GROWING_ON_A_DAY, LIMITS, Limit, OpenUnits, PARTS_AS_STRATA,
    PLANS, Part, SAME_SUM, SUMS, Term,
};
use super::suppression;
use super::system::{Role, Status, System};
use super::table::cost;
use super::{
    Cell, Mark, Policy, Publication, PublishedComposition, PublishedDistribution, PublishedFigure, PublishedProportion,
    PublishedReading, Rounding, Threshold,
};
use crate::calendar::{Basis, day_before, minus_months, next_day, plus_months};
use crate::indicator::{Definition, Pending, Timing};
use crate::ledger::Stratum;
use crate::measure::{Distribution, Ratio, Value};
use crate::scorecard::{Figure, Reading, Scorecard};

/// Why something is not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DisclosureError {
    /// A hidden count can be worked out from what is shown, whatever else may be hidden.
    #[error("{cell} is hidden and can be worked out from {from}")]
    WorkedOut {
        /// The hidden count.
        cell: String,
        /// What gives it away.
        from: String,
    },
    /// Whether a hidden count can be worked out could not be decided, and what gives it away may not be withheld.
    #[error("{0} is hidden, and whether it can be worked out could not be decided")]
    Undecided(String),
    /// Counts that are no total of their parts, or differ where they are one.
    #[error("{0} does not add up with the counts it is made of")]
    DoesNotAddUp(String),
    /// A reading of an indicator whose definition is not given.
    #[error("there is no definition of indicator {0:?}")]
    NoDefinition(String),
    /// A count beyond what can be audited.
    #[error("{0} is too great to be audited")]
    TooGreat(String),
}

impl DisclosureError {
    pub(super) fn of(cell: String, finding: Verdict, name: impl Fn(usize) -> String) -> Self {
        match finding {
            Verdict::WorkedOut(from) => {
                let names: BTreeSet<String> = from.into_iter().map(name).filter(|name| !name.is_empty()).collect();
                let mut names: Vec<String> = names.into_iter().collect();
                let last = names.pop();
                let from = match last {
                    None => "what its mark says".to_owned(),
                    Some(last) if names.is_empty() => last,
                    Some(last) => format!("{} and {last}", names.join(", ")),
                };
                Self::WorkedOut { cell, from }
            }
            Verdict::Undecided | Verdict::Protected(_) => Self::Undecided(cell),
        }
    }
}

impl Scorecard {
    /// Publishes its readings: [`publish`].
    ///
    /// # Errors
    ///
    /// As [`publish`].
    pub fn publish(&self, policy: &Policy) -> Result<Publication, DisclosureError> {
        let mut publication = publish(&self.readings, &self.definitions, policy)?;
        let nothing_is_hidden = policy.threshold() == Threshold::NONE && policy.rounds() == Rounding::Exact;
        publication.findings = if self.findings == 0 || nothing_is_hidden {
            Cell::Shown(self.findings)
        } else {
            Cell::Marked(Mark::Confidential)
        };
        publication.marks.extend(publication.findings.mark().map(|mark| (mark, mark.meaning())));
        Ok(publication)
    }
}

/// Hides what must be hidden in readings that are printed together, and tries to work it out again.
///
/// # What belongs together
///
/// All readings of a report: in total and of every breakdown, of all dates and bases. A figure that is printed beside them
/// and not given here can give away what is hidden here; so can an earlier or later publication of other readings.
///
/// # What is added up
///
/// * The strata of a breakdown add up to the total; sibling groups add up to at least the total, and none is above it. Bands of
///   ages beside other bands of ages are sums of the same ages.
/// * Verdicts add up to the denominator, parts to the count.
/// * Periods of a flow: wherever the windows of readings join, overlap or hold each other, the days between their ends are
///   counted apart. So quarters add up to the year to date, and rolling 12 months at 31 March are the financial year.
/// * Indicators of the catalogue and their options that count the same units, or some of the units of another: the denominators,
///   numerators and excluded units that are equal, sums or parts of each other by the rules; children of a kind among missing
///   children beside the episodes of that kind.
/// * Child protection plans over time, in total and by sex and ethnic group: those open on a day are those open on an earlier
///   one (ECS 133), and those started since (NI 65), without those ended (NI 64 ceased); those old enough for a review (NI 67)
///   are the open ones without those that started since. Long plans (ECS 133, NI 64) stay so until they end.
/// * Everything is a whole number and none is below zero.
///
/// [`contradictions`] says where readings do not hang together like that, as those of an indicator of your own may that bears
/// the key of one of the catalogue; that is then not added up.
///
/// # What is not
///
/// * What nobody prints is not protected: the quarter between two figures of the year to date is left to the reader unless it
///   is a reading too.
/// * An indicator or a breakdown of your own: its readings add up over parts, strata and periods, and with no other indicator.
/// * A calculation pinned to what was known on a day beside one that is not, or is pinned to another: they are added up each
///   by itself.
/// * One breakdown beside another, but for bands of ages and unaccompanied children; plans over time in strata that a child can
///   leave; which children a stock keeps from one day to another, but for plans; dates of birth and the like that a reader
///   knows of a child.
///
/// # Medians
///
/// The units of a distribution are a count as any other. Median and quartiles are shown from the number of units on that the
/// policy says, and only where they tell nothing of a hidden count: units above a number of days that the policy names, and
/// units met or not met where that is a number of days too (ECS 138 beside ECS 138 days). The upper quartile of 500 units says
/// that at most 125 are above it; of one to five hidden units above a greater number of days that says nothing.
///
/// # Where nothing else helps
///
/// Where it is not shown in some number of steps that a hidden count is safe, everything that hangs together with it is
/// withheld: all counts there but zeros are `[c]`, and with them the figures made of them. A report is published all the same.
///
/// # Errors
///
/// [`DisclosureError`]: where counts known from elsewhere ([`Totals::AlwaysShown`](super::Totals)) give a hidden count away or
/// leave it undecided, readings that contradict each other, a reading without its definition.
pub fn publish(
    readings: &[Reading],
    definitions: &[Definition],
    policy: &Policy,
) -> Result<Publication, DisclosureError> {
    let by_key: BTreeMap<String, &Definition> =
        definitions.iter().map(|definition| (definition.key(), definition)).collect();
    let (book, placed) = Book::of(readings, &by_key, policy)?;
    let protection = suppression::protect(&book.system, policy)
        .map_err(|failure| DisclosureError::of(book.name(failure.count), failure.finding, |count| book.name(count)))?;
    let told = book.told_by_quartiles(&protection.statuses, policy, readings);
    let cells = Cells { system: &book.system, statuses: &protection.statuses, policy };
    let published: Vec<PublishedReading> = readings
        .iter()
        .zip(&placed)
        .zip(told)
        .map(|((reading, counts), told)| cells.publish(reading, counts, told))
        .collect();
    let marks = published.iter().flat_map(PublishedReading::marks).map(|mark| (mark, mark.meaning())).collect();
    Ok(Publication {
        release: policy.release(),
        statement: policy.statement(),
        policy: policy.clone(),
        marks,
        findings: Cell::Shown(0),
        definitions: definitions.to_vec(),
        readings: published,
    })
}

/// What the readings contradict of how [`publish`] takes figures of the catalogue to hang together, a sentence each: nothing
/// where they are readings of the catalogue. Of an indicator of your own that bears the key of one of the catalogue and counts
/// something else, it says where; what is contradicted is not added up there, and all else is.
///
/// ```
/// use csc_kpi::disclosure::{Policy, contradictions};
/// use csc_kpi::indicator::catalogue;
/// use csc_kpi::{Dataset, Engine, NaiveDate};
///
/// let day = NaiveDate::from_ymd_opt(2018, 6, 30).unwrap();
/// let card = Engine::new(catalogue::standard()).scorecard(&Dataset::builder().finish(), &[day])?;
/// assert!(contradictions(&card.readings, &card.definitions, &Policy::public())?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`publish`], without the search for what is hidden.
pub fn contradictions(
    readings: &[Reading],
    definitions: &[Definition],
    policy: &Policy,
) -> Result<Vec<String>, DisclosureError> {
    let by_key = definitions.iter().map(|definition| (definition.key(), definition)).collect();
    let (book, _) = Book::of(readings, &by_key, policy)?;
    Ok(book.contradicted.into_iter().collect())
}

/// From the start, inclusive, to the end, exclusive; without a start, as at the day before the end.
type When = (Option<NaiveDate>, NaiveDate);

/// The counts of one indicator in total or of one stratum: the indicator by its key, version and pinned day, the breakdown
/// and stratum.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    indicator: usize,
    stratum: Option<usize>,
    part: Part,
}

/// The counts of all readings, each once, and how they hang together.
struct Book<'a> {
    policy: &'a Policy,
    latest: Option<NaiveDate>,
    system: System,
    /// Key, version and pinned day of each indicator.
    indicators: BTreeMap<(String, u32, Option<NaiveDate>), usize>,
    timings: Vec<Timing>,
    keys: Vec<String>,
    strata: BTreeMap<(String, String), usize>,
    breakdowns: Vec<(String, String)>,
    counts: BTreeMap<Series, BTreeMap<When, usize>>,
    pending: BTreeMap<usize, Pending>,
    /// What does not hang together as figures of the catalogue do.
    contradicted: BTreeSet<String>,
}

/// Where each count of a reading is.
type Placed = BTreeMap<Part, usize>;

/// All counts of one indicator on one window, by stratum.
type ByStratum = BTreeMap<Option<usize>, usize>;

impl<'a> Book<'a> {
    fn new(policy: &'a Policy) -> Self {
        Self {
            policy,
            latest: None,
            system: System::default(),
            indicators: BTreeMap::new(),
            timings: Vec::new(),
            keys: Vec::new(),
            strata: BTreeMap::new(),
            breakdowns: Vec::new(),
            counts: BTreeMap::new(),
            pending: BTreeMap::new(),
            contradicted: BTreeSet::new(),
        }
    }

    /// Of readings that are printed together, with all that relates their counts.
    fn of(
        readings: &[Reading],
        definitions: &BTreeMap<String, &Definition>,
        policy: &'a Policy,
    ) -> Result<(Self, Vec<Placed>), DisclosureError> {
        let mut book = Self { latest: readings.iter().map(Reading::as_at).max(), ..Self::new(policy) };
        let mut placed = Vec::with_capacity(readings.len());
        for reading in readings {
            let Some(definition) = definitions.get(reading.indicator()) else {
                return Err(DisclosureError::NoDefinition(reading.indicator().to_owned()));
            };
            placed.push(if policy.is_due(reading.as_at(), reading.known_at()) {
                book.enter(reading, definition)?
            } else {
                Placed::new()
            });
        }
        let merged = book.merge();
        for place in placed.iter_mut().flat_map(BTreeMap::values_mut) {
            *place = merged[*place];
        }
        book.relate()?;
        Ok((book, placed))
    }

    /// Enters the counts of a reading: where each is.
    fn enter(&mut self, reading: &Reading, definition: &Definition) -> Result<Placed, DisclosureError> {
        let next = self.keys.len();
        let id = (reading.indicator().to_owned(), reading.version(), reading.known_at());
        let indicator = *self.indicators.entry(id).or_insert(next);
        if indicator == next {
            self.keys.push(reading.indicator().to_owned());
            self.timings.push(definition.timing);
        }
        let stratum = reading.stratum().map(|(breakdown, stratum)| {
            let next = self.breakdowns.len();
            let name = (breakdown.to_owned(), stratum.name().to_owned());
            let at = *self.strata.entry(name.clone()).or_insert(next);
            if at == next {
                self.breakdowns.push(name);
            }
            at
        });
        let window = reading.window();
        let when = (window.map(|window| window.start), next_day(reading.as_at()));
        let mut places = BTreeMap::new();
        for (part, count) in counts(reading, self.policy) {
            if let Figure::Proportion(_, pending) = reading.figure() {
                self.pending.insert(indicator, *pending);
            }
            let truth = i64::try_from(count).ok().filter(|count| *count < 1 << 48);
            let name = || name_of(reading.indicator(), when, stratum.and_then(|at| self.breakdowns.get(at)), part);
            let Some(truth) = truth else { return Err(DisclosureError::TooGreat(name())) };
            let series = Series { indicator, stratum, part };
            let place = match self.counts.get(&series).and_then(|series| series.get(&when)) {
                Some(place) if self.system.truths[*place] == truth => *place,
                Some(_) => return Err(DisclosureError::DoesNotAddUp(name())),
                None => {
                    let weight = self.weight(reading, part, count);
                    let place = self.system.add(truth, Role::Printed(weight));
                    self.counts.entry(series).or_default().insert(when, place);
                    place
                }
            };
            places.insert(part, place);
        }
        Ok(places)
    }

    /// What it costs to hide a count: what is read first costs most.
    fn weight(&self, reading: &Reading, part: Part, count: u64) -> u64 {
        let total = reading.stratum().is_none();
        if total && self.policy.keeps_totals() {
            return suppression::IMPOSSIBLE;
        }
        let headline = match part {
            Part::Denominator | Part::Count => 4,
            Part::Met => 3,
            Part::NotMet | Part::Named(_) => 2,
            _ => 1,
        };
        let latest = if Some(reading.as_at()) == self.latest { 2 } else { 1 };
        let long = if matches!(reading.basis(), Basis::InQuarter | Basis::InMonth) { 1 } else { 3 };
        cost(count) * headline * latest * long * if total { 20 } else { 1 }
    }

    fn name(&self, count: usize) -> String {
        let found = self.counts.iter().find_map(|(series, by_window)| {
            by_window.iter().find(|(_, place)| **place == count).map(|(when, _)| (series, *when))
        });
        found.map_or_else(String::new, |(series, when)| {
            let stratum = series.stratum.and_then(|at| self.breakdowns.get(at));
            name_of(&self.keys[series.indicator], when, stratum, series.part)
        })
    }

    /// States that the first is the sum of the others.
    fn sum(&mut self, total: usize, parts: impl IntoIterator<Item = usize>) -> Result<(), DisclosureError> {
        let terms = [(total, -1)].into_iter().chain(parts.into_iter().map(|part| (part, 1))).collect();
        if self.system.relate(terms) { Ok(()) } else { Err(DisclosureError::DoesNotAddUp(self.name(total))) }
    }

    /// States that the first is at least the sum of the others, where that is so.
    fn at_least(&mut self, total: usize, parts: &[usize]) -> bool {
        let sum: i64 = parts.iter().map(|part| self.system.truths[*part]).sum();
        let rest = self.system.truths[total] - sum;
        if rest < 0 {
            self.contradict(total, parts);
            return false;
        }
        let rest = self.system.add(rest, Role::Silent(0));
        let terms = [(total, -1), (rest, 1)].into_iter().chain(parts.iter().map(|part| (*part, 1)));
        self.system.relate(terms.collect())
    }

    /// Notes that the first does not hang together with the others.
    fn contradict(&mut self, count: usize, others: &[usize]) {
        let others: Vec<String> = others.iter().map(|other| self.name(*other)).collect();
        self.contradicted.insert(format!("{} does not agree with {}", self.name(count), others.join(" and ")));
    }

    /// States what holds of figures of the catalogue: that the terms add up to zero.
    fn state(&mut self, terms: Vec<(usize, i64)>) {
        let places: Vec<usize> = terms.iter().map(|(place, _)| *place).collect();
        if !self.system.relate(terms)
            && let Some((first, others)) = places.split_first()
        {
            self.contradict(*first, others);
        }
    }

    fn relate(&mut self) -> Result<(), DisclosureError> {
        let related = self.relate_open_units(&PLANS)?;
        self.relate_periods(&related)?;
        self.relate_parts()?;
        self.relate_strata()?;
        self.relate_indicators();
        Ok(())
    }

    /// What is open is what was open, and what started since, without what ended; in total and in strata that no child ever
    /// leaves. Gives the flows whose windows are related by that.
    fn relate_open_units(&mut self, units: &OpenUnits) -> Result<BTreeSet<Series>, DisclosureError> {
        let mut related = BTreeSet::new();
        let pinned: BTreeSet<Option<NaiveDate>> = self.indicators.keys().map(|(_, _, known_at)| *known_at).collect();
        let mut strata: BTreeSet<Option<usize>> = self.counts.keys().map(|series| series.stratum).collect();
        strata.retain(|stratum| self.is_for_life(*stratum));
        for known_at in pinned {
            for stratum in strata.iter().copied() {
                let series_of = |terms: &[Term]| -> Vec<Series> {
                    let of = |(key, part): &Term| {
                        let known =
                            self.indicators.iter().filter(|((other, _, known), _)| other == key && *known == known_at);
                        known.map(|(_, indicator)| Series { indicator: *indicator, stratum, part: *part }).collect()
                    };
                    terms.iter().flat_map(|term| -> Vec<Series> { of(term) }).collect()
                };
                let flows = [series_of(units.starts), series_of(units.ends)];
                let (open, older) = (series_of(units.open), series_of(&[units.older.0]));
                let lasting: Vec<[Vec<Series>; 2]> = units
                    .lasting
                    .iter()
                    .map(|(lasting, ended)| [series_of(&[*lasting]), series_of(&[*ended])])
                    .collect();
                if self.relate_open(units, [&flows[0], &flows[1], &open], &older)? {
                    related.extend(flows.into_iter().flatten());
                }
                for [lasting, ended] in &lasting {
                    let (lasting, ended) = (self.printed(lasting), self.printed(ended));
                    for ((start, end), ended) in &ended {
                        let Some(start) = start else { continue };
                        let on = |day: NaiveDate| lasting.get(&(None, day)).copied();
                        if let (Some(before), Some(after)) = (on(*start), on(*end)) {
                            self.covered(before, [after, *ended]);
                        }
                    }
                }
            }
        }
        Ok(related)
    }

    /// The counts of any of these.
    fn printed(&self, series: &[Series]) -> BTreeMap<When, usize> {
        series
            .iter()
            .filter_map(|series| self.counts.get(series))
            .flatten()
            .map(|(when, place)| (*when, *place))
            .collect()
    }

    /// [`Self::relate_open_units`] of one stratum: starts, ends and what is open. False where nothing is stated.
    fn relate_open(
        &mut self,
        units: &OpenUnits,
        [starts, ends, open]: [&[Series]; 3],
        older: &[Series],
    ) -> Result<bool, DisclosureError> {
        type Windows = Vec<(NaiveDate, NaiveDate, usize)>;
        let windows = |series: &[Series]| -> Windows {
            let printed = self.printed(series).into_iter();
            printed.filter_map(|((start, end), place)| start.map(|start| (start, end, place))).collect()
        };
        let on_days = |series: &[Series]| -> BTreeMap<NaiveDate, usize> {
            self.printed(series)
                .into_iter()
                .filter(|((start, _), _)| start.is_none())
                .map(|((_, end), at)| (end, at))
                .collect()
        };
        let (starts, ends, open) = (windows(starts), windows(ends), on_days(open));
        if open.is_empty() || starts.is_empty() && ends.is_empty() {
            return Ok(false);
        }
        // As at the day before `end`, those that started before `from` are old enough.
        let first = starts.iter().map(|(from, ..)| *from).min();
        let old_enough = |(end, place): (NaiveDate, usize)| {
            let day = day_before(end);
            let mut from = minus_months(day, units.older.1);
            while plus_months(from, units.older.1) <= day {
                from = next_day(from);
            }
            first.is_some_and(|first| first <= from).then_some((from, end, place))
        };
        let older: Windows = on_days(older).into_iter().filter_map(old_enough).collect();
        let counted = |windows: &Windows| -> Vec<Counted> {
            windows.iter().map(|(from, to, place)| (*from, *to, self.system.truths[*place])).collect()
        };
        let printed = Printed {
            starts: counted(&starts),
            ends: counted(&ends),
            older: counted(&older),
            open: open.iter().map(|(day, place)| (*day, self.system.truths[*place])).collect(),
        };
        let Some(agreeing) = printed.agreeing() else {
            let places = open.values().chain(starts.iter().chain(&ends).map(|(_, _, place)| place)).copied();
            let places: Vec<usize> = places.collect();
            if let Some((first, others)) = places.split_first() {
                self.contradict(*first, others);
            }
            return Ok(false);
        };
        let days = agreeing.days;
        let mut pieces = |windows: &Windows, sums: &[i64]| -> Vec<usize> {
            let piece = |at: usize| {
                let same = windows.iter().find(|(from, to, _)| (*from, *to) == (days[at], days[at + 1]));
                match same {
                    Some((_, _, place)) => *place,
                    None => self.system.add(sums[at + 1] - sums[at], Role::Silent(0)),
                }
            };
            (0..days.len().saturating_sub(1)).map(piece).collect()
        };
        let (started, ended) = (pieces(&starts, &agreeing.started), pieces(&ends, &agreeing.ended));
        let open: Vec<usize> = (0..days.len())
            .map(|at| match open.get(&days[at]) {
                Some(place) => *place,
                None => self.system.add(agreeing.started[at] - agreeing.ended[at], Role::Silent(0)),
            })
            .collect();
        let place = |day: &NaiveDate| days.binary_search(day).unwrap_or(0);
        for (windows, pieces) in [(&starts, &started), (&ends, &ended)] {
            for (from, to, whole) in windows {
                let inside = &pieces[place(from)..place(to)];
                if inside != [*whole] {
                    self.sum(*whole, inside.iter().copied())?;
                }
            }
        }
        for (at, pair) in open.windows(2).enumerate() {
            self.system.relate(vec![(pair[1], -1), (pair[0], 1), (started[at], 1), (ended[at], -1)]);
        }
        for (from, to, old) in older {
            // What has started since and is open is at most what has started; what is old was open then.
            let (from, to) = (place(&from), place(&to));
            let since = agreeing.started[to] - agreeing.started[from];
            let young = self.system.truths[open[to]] - self.system.truths[old];
            let gone = self.system.add(since - young, Role::Silent(0));
            let terms = started[from..to].iter().map(|at| (*at, 1));
            self.system.relate(terms.chain([(open[to], -1), (old, 1), (gone, -1)]).collect());
            self.at_least(open[from], &[old]);
        }
        Ok(true)
    }

    /// Flows add up over days; those that are `related` already are left.
    fn relate_periods(&mut self, related: &BTreeSet<Series>) -> Result<(), DisclosureError> {
        let mut all: Vec<(Series, BTreeMap<When, usize>)> =
            self.counts.iter().map(|(series, counts)| (series.clone(), counts.clone())).collect();
        // Counts of the same units hang together once.
        let mut seen = BTreeSet::new();
        all.retain(|(series, counts)| !related.contains(series) && seen.insert(counts.clone()));
        for (series, counts) in all {
            let windows: Vec<(NaiveDate, NaiveDate, usize)> =
                counts.iter().filter_map(|((start, end), place)| start.map(|start| (start, *end, *place))).collect();
            let key = self.keys[series.indicator].as_str();
            let grows = |terms: &[Term]| terms.contains(&(key, series.part));
            match self.timings[series.indicator] {
                Timing::Flow if series.part.adds_up() => self.relate_days(&windows)?,
                Timing::Flow => self.relate_growing(&windows, |_, _| true),
                // A child is in the stratum of the last day of the window.
                Timing::Windowed if grows(GROWING) => {
                    let for_life = self.is_for_life(series.stratum);
                    self.relate_growing(&windows, |a, b| for_life || a == b);
                }
                Timing::Windowed if grows(GROWING_ON_A_DAY) => self.relate_growing(&windows, |a, b| a == b),
                Timing::Windowed | Timing::Stock => {}
            }
        }
        Ok(())
    }

    /// Windows that share their ends, one with another, are sums of the days between neighbouring ends; windows that do not
    /// still hold each other.
    fn relate_days(&mut self, windows: &[(NaiveDate, NaiveDate, usize)]) -> Result<(), DisclosureError> {
        if windows.len() < 2 {
            return Ok(());
        }
        // For each end, which group it is in, and what was counted up to it.
        let mut groups: BTreeMap<NaiveDate, (usize, i64)> = BTreeMap::new();
        let mut left: Vec<&(NaiveDate, NaiveDate, usize)> = windows.iter().collect();
        let mut group = 0;
        while !left.is_empty() {
            let mut grew = false;
            let mut later = Vec::new();
            for window in left {
                let (start, end, place) = window;
                let truth = self.system.truths[*place];
                match (groups.get(start).copied(), groups.get(end).copied()) {
                    (Some((a, before)), Some((b, after))) if a == b => {
                        if after - before != truth {
                            return Err(DisclosureError::DoesNotAddUp(self.name(*place)));
                        }
                    }
                    (Some((a, before)), None) if a == group => {
                        groups.insert(*end, (a, before + truth));
                        grew = true;
                    }
                    (None, Some((b, after))) if b == group => {
                        groups.insert(*start, (b, after - truth));
                        grew = true;
                    }
                    _ => later.push(window),
                }
            }
            left = later;
            if !grew && let Some((start, ..)) = left.first() {
                group += 1;
                groups.insert(*start, (group, 0));
            }
        }
        for number in 1..=group {
            let ends: Vec<(NaiveDate, i64)> =
                groups.iter().filter(|(_, (group, _))| *group == number).map(|(end, (_, sum))| (*end, *sum)).collect();
            let mut pieces = Vec::new();
            for pair in ends.windows(2) {
                let ((start, before), (end, after)) = (pair[0], pair[1]);
                let same = windows.iter().find(|(from, to, _)| (*from, *to) == (start, end));
                let place = match same {
                    Some((_, _, place)) => *place,
                    None if after < before => {
                        let name = windows.iter().find(|(_, to, _)| *to == end).map(|(_, _, place)| self.name(*place));
                        return Err(DisclosureError::DoesNotAddUp(name.unwrap_or_default()));
                    }
                    None => self.system.add(after - before, Role::Silent(0)),
                };
                pieces.push((start, place));
            }
            for (start, end, place) in windows {
                let inside: Vec<usize> =
                    pieces.iter().filter(|(from, _)| start <= from && from < end).map(|(_, piece)| *piece).collect();
                if inside.len() > 1 && groups.get(start).is_some_and(|(group, _)| *group == number) {
                    self.sum(*place, inside)?;
                }
            }
        }
        let apart = |a: NaiveDate, b: NaiveDate| groups.get(&a).map(|(g, _)| *g) != groups.get(&b).map(|(g, _)| *g);
        let held: Vec<_> = windows.to_vec();
        self.relate_held(&held, |a, b| apart(a.0, b.0));
        Ok(())
    }

    /// A window inside another holds no more than it, and one that two others cover no more than both together.
    fn relate_growing(
        &mut self,
        windows: &[(NaiveDate, NaiveDate, usize)],
        comparable: impl Fn(NaiveDate, NaiveDate) -> bool,
    ) {
        self.relate_held(windows, |a, b| comparable(a.1, b.1));
    }

    fn relate_held(
        &mut self,
        windows: &[(NaiveDate, NaiveDate, usize)],
        comparable: impl Fn(&(NaiveDate, NaiveDate, usize), &(NaiveDate, NaiveDate, usize)) -> bool,
    ) {
        for inner in windows {
            for outer in windows {
                let holds = outer.0 <= inner.0 && inner.1 <= outer.1 && outer.2 != inner.2;
                if holds && comparable(inner, outer) {
                    self.at_least(outer.2, &[inner.2]);
                }
                let first = outer.0 <= inner.0 && outer.1 < inner.1 && outer.1 > inner.0;
                if !first || !comparable(inner, outer) {
                    continue;
                }
                for second in windows {
                    let covers = second.1 >= inner.1 && second.0 <= outer.1 && second.0 > inner.0;
                    if covers && comparable(inner, second) {
                        self.covered(inner.2, [outer.2, second.2]);
                    }
                }
            }
        }
    }

    /// States that the first is at most the other two together.
    fn covered(&mut self, inner: usize, by: [usize; 2]) {
        let rest = self.system.truths[by[0]] + self.system.truths[by[1]] - self.system.truths[inner];
        if rest >= 0 {
            let rest = self.system.add(rest, Role::Silent(0));
            self.system.relate(vec![(rest, -1), (by[0], 1), (by[1], 1), (inner, -1)]);
        } else {
            self.contradict(inner, &by);
        }
    }

    /// Verdicts add up to the denominator, parts to the count.
    fn relate_parts(&mut self) -> Result<(), DisclosureError> {
        let mut readings: BTreeMap<(usize, Option<usize>, When), BTreeMap<Part, usize>> = BTreeMap::new();
        for (series, counts) in &self.counts {
            for (when, place) in counts {
                let parts = readings.entry((series.indicator, series.stratum, *when)).or_default();
                parts.insert(series.part, *place);
            }
        }
        for ((indicator, ..), parts) in by_length(readings, |(_, _, when)| *when) {
            if let Some(denominator) = parts.get(&Part::Denominator) {
                let pending = self.pending.get(&indicator) == Some(&Pending::Counts);
                let counted = [Part::Met, Part::NotMet].into_iter().chain(pending.then_some(Part::Pending));
                let counted: Vec<usize> = counted.filter_map(|part| parts.get(&part).copied()).collect();
                self.sum(*denominator, counted)?;
            } else if let Some(count) = parts.get(&Part::Count) {
                let named = parts.iter().filter(|(part, _)| matches!(part, Part::Named(_) | Part::Rest));
                let named: Vec<usize> = named.map(|(_, place)| *place).collect();
                if !named.is_empty() {
                    self.sum(*count, named)?;
                }
                let mut above: Option<usize> = None;
                for (part, place) in &parts {
                    if let Part::Above(days) = part
                        && let Some(up_to) = parts.get(&Part::UpTo(*days))
                    {
                        self.sum(*count, [*place, *up_to])?;
                        if let Some(fewer_days) = above.replace(*place) {
                            self.at_least(fewer_days, &[*place]);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Strata add up to the total.
    fn relate_strata(&mut self) -> Result<(), DisclosureError> {
        let mut groups: BTreeMap<(usize, Part, When), ByStratum> = BTreeMap::new();
        for (series, counts) in &self.counts {
            for (when, place) in counts {
                let strata = groups.entry((series.indicator, series.part, *when)).or_default();
                strata.insert(series.stratum, *place);
            }
        }
        let mut seen = BTreeSet::new();
        for ((_, part, _), by_stratum) in by_length(groups, |(_, _, when)| *when) {
            if !seen.insert((part.adds_up(), by_stratum.clone())) {
                continue;
            }
            if part.adds_up() {
                self.relate_ages(&by_stratum)?;
            }
            let mut by_breakdown: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (stratum, place) in &by_stratum {
                if let Some((breakdown, _)) = stratum.and_then(|at| self.breakdowns.get(at)) {
                    by_breakdown.entry(breakdown).or_default().push(*place);
                }
            }
            let by_breakdown: Vec<Vec<usize>> = by_breakdown.into_values().collect();
            let sums = by_breakdown.iter().map(|places| places.iter().map(|place| self.system.truths[*place]).sum());
            let total = match by_stratum.get(&None) {
                Some(total) => *total,
                // Nobody prints the total, yet it is the same for every breakdown.
                None if by_breakdown.len() > 1 => {
                    let most = sums.max().unwrap_or(0);
                    self.system.add(most, Role::Silent(0))
                }
                None => continue,
            };
            for places in by_breakdown {
                let sum: i64 = places.iter().map(|place| self.system.truths[*place]).sum();
                if !part.adds_up() {
                    for place in &places {
                        self.at_least(total, &[*place]);
                    }
                    let rest = sum - self.system.truths[total];
                    if rest >= 0 {
                        let rest = self.system.add(rest, Role::Silent(0));
                        let terms = [(rest, -1), (total, -1)].into_iter().chain(places.iter().map(|at| (*at, 1)));
                        self.system.relate(terms.collect());
                    }
                } else if sum == self.system.truths[total] {
                    self.sum(total, places)?;
                } else if !self.at_least(total, &places) {
                    return Err(DisclosureError::DoesNotAddUp(self.name(total)));
                }
            }
        }
        Ok(())
    }

    /// Bands of ages beside other bands of ages: both are sums of the ages between neighbouring bounds.
    fn relate_ages(&mut self, by_stratum: &ByStratum) -> Result<(), DisclosureError> {
        let mut bands: BTreeMap<&str, Option<Vec<(Ages, usize)>>> = BTreeMap::new();
        for (stratum, place) in by_stratum {
            let Some((breakdown, name)) = stratum.and_then(|at| self.breakdowns.get(at)) else { continue };
            let of = bands.entry(breakdown).or_insert_with(|| Some(Vec::new()));
            match (Ages::named(name), of.as_mut()) {
                (Some(ages), Some(of)) => of.push((ages, *place)),
                // Of no age.
                _ if name == "unborn" || name == Stratum::not_recorded().name() => {}
                _ => *of = None,
            }
        }
        let mut bands: Vec<Vec<(Ages, usize)>> = bands.into_values().flatten().filter(|of| !of.is_empty()).collect();
        while let Some(one) = bands.pop() {
            for other in &bands {
                self.relate_bands([&one, other])?;
            }
        }
        Ok(())
    }

    fn relate_bands(&mut self, both: [&[(Ages, usize)]; 2]) -> Result<(), DisclosureError> {
        // How many are younger than a bound, by either.
        let mut younger: BTreeMap<u32, i64> = BTreeMap::new();
        for bands in both {
            let bounds = bands.iter().flat_map(|(ages, _)| [ages.from, ages.to]).chain([0, u32::MAX]);
            for bound in bounds {
                let below = bands.iter().filter(|(ages, _)| ages.to <= bound);
                let below = below.map(|(_, place)| self.system.truths[*place]).sum();
                if younger.insert(bound, below).is_some_and(|other| other != below) {
                    let places: Vec<usize> =
                        both.iter().flat_map(|bands| bands.iter().map(|(_, place)| *place)).collect();
                    self.contradict(places[0], &places[1..]);
                    return Ok(());
                }
            }
        }
        let bounds: Vec<(u32, i64)> = younger.into_iter().collect();
        let mut pieces = Vec::new();
        for pair in bounds.windows(2) {
            let ages = Ages { from: pair[0].0, to: pair[1].0 };
            let same = both.iter().flat_map(|bands| bands.iter()).find(|(band, _)| *band == ages);
            let place = match same {
                Some((_, place)) => *place,
                None if pair[1].1 < pair[0].1 => return Ok(()),
                None => self.system.add(pair[1].1 - pair[0].1, Role::Silent(0)),
            };
            pieces.push((ages, place));
        }
        for (ages, whole) in both.into_iter().flatten() {
            let inside = pieces.iter().filter(|(piece, _)| ages.from <= piece.from && piece.to <= ages.to);
            let inside: Vec<usize> = inside.map(|(_, place)| *place).collect();
            if inside != [*whole] {
                self.sum(*whole, inside)?;
            }
        }
        Ok(())
    }

    /// Counts of the same units become one: for each count the one that stands for it.
    fn merge(&mut self) -> Vec<usize> {
        let mut stands: Vec<usize> = (0..self.system.truths.len()).collect();
        let root = |stands: &[usize], mut at: usize| {
            while stands[at] != at {
                at = stands[at];
            }
            at
        };
        let cuts =
            |limit: &'static Limit| self.policy.cuts().iter().filter(|cut| **cut == limit.days).map(move |_| limit);
        let told = LIMITS.iter().flat_map(cuts).flat_map(|limit| {
            let of = |part| (limit.distribution, part);
            let verdict = |part| (limit.proportion, part);
            [[of(Part::UpTo(limit.days)), verdict(Part::Met)], [of(Part::Above(limit.days)), verdict(Part::NotMet)]]
        });
        let mut unequal = Vec::new();
        for [one, other] in EQUAL.iter().copied().chain(told) {
            for (first, second) in self.pairs(&[one], other) {
                let second = root(&stands, second);
                for first in first {
                    let first = root(&stands, first);
                    if self.system.truths[first] != self.system.truths[second] {
                        unequal.push((first, second));
                    } else if first != second {
                        stands[first] = second;
                        if let (Role::Printed(one), Role::Printed(other)) =
                            (self.system.roles[first], self.system.roles[second])
                        {
                            self.system.roles[second] = Role::Printed(one.max(other));
                        }
                        self.system.roles[first] = Role::Silent(0);
                    }
                }
            }
        }
        for (first, second) in unequal {
            self.contradict(first, &[second]);
        }
        let stands: Vec<usize> = (0..stands.len()).map(|at| root(&stands, at)).collect();
        for place in self.counts.values_mut().flat_map(BTreeMap::values_mut) {
            *place = stands[*place];
        }
        stands
    }

    /// Indicators that count the same units, or some of the units of another. They hold of the definitions of the catalogue;
    /// of an indicator that only bears the name of one they need not, and then nothing is stated.
    fn relate_indicators(&mut self) {
        for (total, parts) in SUMS {
            let printed: Vec<Term> =
                parts.iter().copied().filter(|(key, _)| self.numbered(key).next().is_some()).collect();
            for (found, total) in self.pairs(&printed, *total) {
                if printed.len() == parts.len() {
                    let terms = [(total, -1)].into_iter().chain(found.into_iter().map(|at| (at, 1)));
                    self.state(terms.collect());
                } else if printed.len() > 1 {
                    self.at_least(total, &found);
                }
            }
        }
        for [one, other] in SAME_SUM {
            let Some((last, first)) = other.split_last() else { continue };
            let terms: Vec<Term> = one.iter().chain(first).copied().collect();
            for (found, total) in self.pairs(&terms, *last) {
                let signs = (0..).map(|at: usize| if at < one.len() { 1 } else { -1 });
                let terms = found.into_iter().zip(signs).chain([(total, -1)]);
                self.state(terms.collect());
            }
        }
        for (parts, total) in AT_MOST {
            self.state_at_most(parts, *total, true);
        }
        for (children, units) in CHILDREN_OF_UNITS {
            self.state_at_most(&[*children], *units, false);
        }
        for limit in LIMITS {
            let of = |part| (limit.distribution, part);
            let verdict = |part| (limit.proportion, part);
            for cut in self.policy.cuts() {
                let (fewer, more) = match cut.cmp(&limit.days) {
                    Ordering::Greater => (of(Part::Above(*cut)), verdict(Part::NotMet)),
                    Ordering::Less => (of(Part::UpTo(*cut)), verdict(Part::Met)),
                    // The same count, and one of them already.
                    Ordering::Equal => continue,
                };
                self.state_at_most(&[fewer], more, true);
            }
        }
        for (key, breakdown, stratum, part) in PARTS_AS_STRATA {
            let Some(stratum) = self.strata.get(&((*breakdown).to_owned(), (*stratum).to_owned())).copied() else {
                continue;
            };
            for indicator in self.numbered(key).collect::<Vec<_>>() {
                let of = |stratum, part| self.counts.get(&Series { indicator, stratum, part });
                let (Some(whole), Some(broken)) = (of(None, *part), of(Some(stratum), Part::Count)) else { continue };
                let both: Vec<(usize, usize)> =
                    whole.iter().filter_map(|(when, place)| Some((*place, *broken.get(when)?))).collect();
                for (whole, broken) in both {
                    self.state(vec![(whole, -1), (broken, 1)]);
                }
            }
        }
    }

    /// For each reading whether its quartiles would tell more of a count that is hidden than its mark does: how many units
    /// are above a number of days, or how many are met where that is the same. A quartile says on which side of a limit so
    /// many units lie.
    fn told_by_quartiles(&self, statuses: &[Status], policy: &Policy, readings: &[Reading]) -> Vec<bool> {
        let told = |reading: &Reading| {
            let Some(days) = reading.distribution() else { return false };
            let id = (reading.indicator().to_owned(), reading.version(), reading.known_at());
            let Some(indicator) = self.indicators.get(&id).copied() else { return false };
            let name = reading.stratum().map(|(breakdown, stratum)| (breakdown.to_owned(), stratum.name().to_owned()));
            let stratum = name.and_then(|name| self.strata.get(&name)).copied();
            let when = (reading.window().map(|window| window.start), next_day(reading.as_at()));
            let status = |indicator, part| {
                let place = self.counts.get(&Series { indicator, stratum, part })?.get(&when)?;
                Some(statuses[*place])
            };
            let cut = |cut: &i64| {
                let counts = [Part::Above(*cut), Part::UpTo(*cut)].map(|part| status(indicator, part));
                tells_more(days, *cut, counts, policy)
            };
            // Beside the limit itself, or where that is not printed, beside whatever it could be added up with.
            let beside = |limit: &Limit| {
                let of_limit = || self.numbered(limit.proportion);
                let printed: Vec<[Option<Status>; 2]> = of_limit()
                    .map(|indicator| [Part::NotMet, Part::Met].map(|part| status(indicator, part)))
                    .filter(|counts| counts.iter().any(Option::is_some))
                    .collect();
                let near = |(series, counts): (&Series, &BTreeMap<When, usize>)| {
                    let related = series.stratum.is_none() || stratum.is_none() || series.stratum == stratum;
                    let is_of_limit = matches!(series.part, Part::Met | Part::NotMet)
                        && of_limit().any(|indicator| indicator == series.indicator);
                    let meets = |(start, end): &When| *start < Some(when.1) && when.0 < Some(*end);
                    let hidden = |(at, place): (&When, &usize)| meets(at) && statuses[*place].is_protected();
                    related && is_of_limit && counts.iter().any(hidden)
                };
                printed.iter().any(|counts| tells_more(days, limit.days, *counts, policy))
                    || (printed.is_empty() && self.counts.iter().any(near))
            };
            let mut limits = LIMITS.iter().filter(|limit| limit.distribution == reading.indicator());
            policy.cuts().iter().any(cut) || limits.any(beside)
        };
        readings.iter().map(told).collect()
    }

    fn numbered<'b>(&'b self, key: &'b str) -> impl Iterator<Item = usize> + 'b {
        self.keys.iter().enumerate().filter(move |(_, other)| *other == key).map(|(at, _)| at)
    }

    /// States that some counts are together at most another: in every stratum where both are counts of the same units, else in
    /// those that no child ever leaves. What is left of a flow adds up over days as the flow does.
    fn state_at_most(&mut self, parts: &[Term], total: Term, same_units: bool) {
        let mut left: BTreeMap<Series, Vec<(NaiveDate, NaiveDate, usize)>> = BTreeMap::new();
        let flows = parts
            .iter()
            .chain([&total])
            .all(|(key, part)| part.adds_up() && self.numbered(key).all(|at| self.timings[at] == Timing::Flow));
        for beside in self.pairs_in(parts, total, |stratum| same_units || self.is_for_life(stratum)) {
            let rest = self.system.truths.len();
            if self.at_least(beside.total, &beside.parts)
                && let Some(start) = beside.when.0
            {
                left.entry(beside.series).or_default().push((start, beside.when.1, rest));
            }
        }
        for windows in left.into_values().filter(|_| flows) {
            if self.relate_days(&windows).is_err()
                && let Some((.., rest)) = windows.first()
            {
                self.contradict(*rest, &[]);
            }
        }
    }

    /// Whether no child ever leaves it: the total, and strata by what does not change.
    fn is_for_life(&self, stratum: Option<usize>) -> bool {
        stratum.is_none_or(|at| self.breakdowns.get(at).is_some_and(|(name, _)| FOR_LIFE.contains(&name.as_str())))
    }

    /// Where the counts of several indicators stand beside that of another: in one stratum, on one window; a count as at a
    /// day beside every window that ends on it.
    fn pairs(&self, parts: &[Term], total: Term) -> Vec<(Vec<usize>, usize)> {
        self.pairs_in(parts, total, |_| true).into_iter().map(|beside| (beside.parts, beside.total)).collect()
    }

    /// [`Self::pairs`] in some strata.
    fn pairs_in(&self, parts: &[Term], total: Term, within: impl Fn(Option<usize>) -> bool) -> Vec<Beside> {
        let pinned: BTreeMap<usize, Option<NaiveDate>> =
            self.indicators.iter().map(|((_, _, known_at), at)| (*at, *known_at)).collect();
        let mut found = Vec::new();
        // A count as at a day finds no window, so one that has windows leads.
        let has_windows = |term: &&Term| self.numbered(term.0).any(|at| self.timings[at] != Timing::Stock);
        let Some(lead) = parts.iter().chain([&total]).find(has_windows).or(parts.first()) else { return found };
        if parts.is_empty() {
            return found;
        }
        for one in self.numbered(lead.0) {
            let of_lead = |series: &Series| (series.indicator, series.part) == (one, lead.1);
            for (series, counts) in self.counts.iter().filter(|(series, _)| of_lead(series) && within(series.stratum)) {
                for when in counts.keys() {
                    let of = |(key, part): &Term| {
                        let indicator = self.numbered(key).find(|at| pinned.get(at) == pinned.get(&one))?;
                        let counts = self.counts.get(&Series { indicator, stratum: series.stratum, part: *part })?;
                        let stock = self.timings[indicator] == Timing::Stock;
                        counts.get(&if stock { (None, when.1) } else { *when }).copied()
                    };
                    let all: Option<Vec<usize>> = parts.iter().map(of).collect();
                    if let (Some(all), Some(total)) = (all, of(&total)) {
                        found.push(Beside { parts: all, total, series: series.clone(), when: *when });
                    }
                }
            }
        }
        found
    }
}

/// Counts of several indicators beside that of another: in one stratum, on one window.
struct Beside {
    parts: Vec<usize>,
    total: usize,
    /// The one of them that was looked for first, and when.
    series: Series,
    when: When,
}

/// A band of ages in years, from the first, inclusive, to the second, exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ages {
    from: u32,
    to: u32,
}

impl Ages {
    /// Of the name of its stratum.
    fn named(name: &str) -> Option<Self> {
        let age = |text: &str| text.parse::<u32>().ok().filter(|age| *age < 1_000);
        if let Some(to) = name.strip_prefix("under ") {
            return Some(Self { from: 0, to: age(to)? });
        }
        if let Some(from) = name.strip_suffix(" and over") {
            return Some(Self { from: age(from)?, to: u32::MAX });
        }
        match name.split_once('-') {
            Some((from, last)) => Some(Self { from: age(from)?, to: age(last)? + 1 }),
            None if name == "all ages" => Some(Self { from: 0, to: u32::MAX }),
            None => age(name).map(|from| Self { from, to: from + 1 }),
        }
    }
}

/// In the order of the length of their windows, so that the shorter are what the longer are sums of.
fn by_length<K: Ord, V>(map: BTreeMap<K, V>, when: impl Fn(&K) -> When) -> Vec<(K, V)> {
    let length = |key: &K| {
        let (start, end) = when(key);
        start.map(|start| (end - start).num_days())
    };
    let mut all: Vec<(K, V)> = map.into_iter().collect();
    all.sort_by(|a, b| length(&a.0).cmp(&length(&b.0)).then_with(|| a.0.cmp(&b.0)));
    all
}

/// The counts of a reading that are printed.
fn counts(reading: &Reading, policy: &Policy) -> Vec<(Part, u64)> {
    let mut counts = match reading.figure() {
        Figure::Proportion(tally, pending) => vec![
            (Part::Met, tally.met),
            (Part::NotMet, tally.not_met),
            (Part::Pending, tally.pending),
            (Part::Excepted, tally.excepted),
            (Part::Excluded, tally.excluded),
            (Part::Denominator, tally.ratio(*pending).denominator()),
        ],
        Figure::Composition(composition) => {
            let parts = (0..).zip(composition.parts()).map(|(at, (_, count))| (Part::Named(at), count));
            let others = [(Part::Count, composition.count()), (Part::Rest, composition.in_no_part())];
            parts.chain(others).collect()
        }
        Figure::Distribution(days) => {
            let count = days.count();
            let above = policy.cuts().iter().flat_map(|cut| {
                let above = days.above(*cut);
                [(Part::Above(*cut), above), (Part::UpTo(*cut), count.saturating_sub(above))]
            });
            above.chain([(Part::Count, count)]).collect()
        }
        // It says nothing of any child.
        Figure::Unavailable(_) => return Vec::new(),
    };
    counts.extend(reading.sibling_groups().map(|groups| (Part::SiblingGroups, groups)));
    counts
}

fn name_of(key: &str, (start, end): When, stratum: Option<&(String, String)>, part: Part) -> String {
    let last = end.pred_opt().unwrap_or(end);
    let when = start.map_or_else(|| format!("as at {last}"), |start| format!("{start} to {last}"));
    let stratum = stratum.map_or_else(String::new, |(breakdown, stratum)| format!(", {breakdown} {stratum}"));
    let part = match part {
        Part::Met => "met".to_owned(),
        Part::NotMet => "not met".to_owned(),
        Part::Pending => "pending".to_owned(),
        Part::Excepted => "excepted".to_owned(),
        Part::Excluded => "excluded".to_owned(),
        Part::Denominator => "denominator".to_owned(),
        Part::Count => "count".to_owned(),
        Part::Named(at) => format!("part {}", at + 1),
        Part::Rest => "in no part".to_owned(),
        Part::Above(days) => format!("above {days} days"),
        Part::UpTo(days) => format!("up to {days} days"),
        Part::SiblingGroups => "sibling groups".to_owned(),
    };
    format!("{key} ({when}{stratum}): {part}")
}

/// Whether the quartiles of these days tell more of how many are above a number of days, and how many are not, than what is
/// printed of the two counts: nothing where one of them is hidden for its size and may, as far as the values behind the
/// quartiles say, have any value that the mark allows.
fn tells_more(days: &Distribution, cut: i64, counts: [Option<Status>; 2], policy: &Policy) -> bool {
    if !counts.iter().flatten().any(|status| status.is_protected()) {
        return false;
    }
    let all = days.count();
    let (mut least, mut greatest) = (0, all);
    for (place, value) in days.behind_quartiles() {
        // Those in order up to one that is not above are not above; from one that is, all are.
        if value > cut {
            least = least.max(all - place);
        } else {
            greatest = greatest.min(all - place - 1);
        }
    }
    let allows = |least: u64, greatest: u64| least <= 1 && u64::from(policy.threshold().get()) <= greatest;
    let [above, up_to] = counts.map(|status| status == Some(Status::Primary));
    let says_nothing = (above && allows(least, greatest)) || (up_to && allows(all - greatest, all - least));
    // Of rounded counts it is not known how many there are, and so not where the quartiles stand.
    !says_nothing || policy.rounds() != Rounding::Exact
}

/// What is shown of each count.
struct Cells<'a> {
    system: &'a System,
    statuses: &'a [Status],
    policy: &'a Policy,
}

impl Cells<'_> {
    /// `told`: whether the quartiles of a distribution would tell what is hidden beside them.
    fn publish(&self, reading: &Reading, counts: &Placed, told: bool) -> PublishedReading {
        let due = !counts.is_empty();
        let cell = |part: Part| match counts.get(&part) {
            Some(place) => self.system.cell(*place, self.statuses[*place], self.policy),
            None => Cell::Marked(Mark::NotAvailable),
        };
        let (figure, value) = match reading.figure() {
            Figure::Proportion(tally, pending) => {
                let proportion = PublishedProportion {
                    met: cell(Part::Met),
                    not_met: cell(Part::NotMet),
                    pending: cell(Part::Pending),
                    excepted: cell(Part::Excepted),
                    excluded: cell(Part::Excluded),
                    denominator: cell(Part::Denominator),
                    pending_rule: *pending,
                    share: Err(Mark::NotAvailable),
                };
                let share = share(&proportion, tally.pending > 0);
                let value = match share {
                    Ok(ratio) => Some(ratio),
                    Err(Mark::NotApplicable) => Ratio::new(0, 0).ok(),
                    Err(_) => None,
                };
                (PublishedFigure::Proportion(PublishedProportion { share, ..proportion }), value.map(Value::Percent))
            }
            Figure::Composition(composition) => {
                let parts =
                    (0..).zip(composition.parts()).map(|(at, (name, _))| (name.to_owned(), cell(Part::Named(at))));
                let count = cell(Part::Count);
                let parts = parts.collect();
                let composition = PublishedComposition { count, parts, in_no_part: cell(Part::Rest) };
                (PublishedFigure::Composition(composition), count.number().map(Value::Count))
            }
            Figure::Distribution(days) => {
                let count = cell(Part::Count);
                let quartiles = match (days.quartiles(), count) {
                    _ if !due => Err(Mark::NotAvailable),
                    (None, _) => Err(Mark::NotApplicable),
                    (Some(_), Cell::Marked(_)) => Err(Mark::Confidential),
                    _ if told => Err(Mark::Confidential),
                    (Some(_), _) if days.count() < self.policy.fewest_for_median() => Err(Mark::Confidential),
                    (Some(quartiles), _) => Ok(quartiles),
                };
                let cuts = self.policy.cuts().iter();
                let above = cuts.map(|cut| (*cut, cell(Part::Above(*cut)), cell(Part::UpTo(*cut)))).collect();
                let value = quartiles.as_ref().ok().map(|[_, median, _]| Value::Days(*median));
                (PublishedFigure::Distribution(PublishedDistribution { count, quartiles, above }), value)
            }
            Figure::Unavailable(obstacle) => (PublishedFigure::Unavailable(obstacle.clone()), None),
        };
        PublishedReading {
            indicator: reading.indicator().to_owned(),
            version: reading.version(),
            basis: reading.basis(),
            as_at: reading.as_at(),
            known_at: reading.known_at(),
            stratum: reading.stratum().map(|(breakdown, stratum)| (breakdown.to_owned(), stratum.clone())),
            release: self.policy.release(),
            figure,
            value,
            sibling_groups: reading.sibling_groups().map(|_| cell(Part::SiblingGroups)),
        }
    }
}

/// The share of what was met: shown where met, not met and the denominator are, and what is pending where it counts.
fn share(proportion: &PublishedProportion, pending: bool) -> Result<Ratio, Mark> {
    let mut behind = vec![proportion.met, proportion.not_met, proportion.denominator];
    if proportion.pending_rule == Pending::Counts {
        behind.push(proportion.pending);
    }
    if behind.iter().any(|cell| cell.is_hidden()) {
        return Err(Mark::Confidential);
    }
    let nothing = if pending { Mark::NotAvailable } else { Mark::NotApplicable };
    match share_of(proportion.met, proportion.denominator) {
        Err(Mark::Low) => Err(Mark::RoundsToZero),
        Err(Mark::NotApplicable) => Err(nothing),
        share => share,
    }
}
