//! A reader who knows the rules of the indicators and nothing of the audit: for every hidden count of small reports it looks
//! for other units that would have been printed the same, and have another count there.
//!
//! What can be recorded is divided into types of units, each with what it counts for in every figure; that is written down
//! here a second time. A hidden count is safe where some numbers of units of each type agree with everything that is shown.

use csc_kpi::calendar::{WorkingDays, plus_months};
use csc_kpi::disclosure::{Cell, Policy, PublishedFigure, PublishedReading};
use csc_kpi::indicator::{AnyIndicator, catalogue};
use csc_kpi::record::{
    Assessment, InterviewFlag, LookedAfterEpisode, MissingEpisode, MissingKind, Person, ProtectionPlan, Record,
    Referral, Section47Enquiry, Sex,
};
use csc_kpi::{BySex, Dataset, Decimal, Engine, NaiveDate, Reading};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

struct Draws(u64);

impl Draws {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }
}

/// What a reading counts, for a unit of one type.
struct Asked<'a> {
    key: &'a str,
    part: &'a str,
    /// The days looked at, the end exclusive; the same day twice as at the day before it.
    from: NaiveDate,
    to: NaiveDate,
}

impl Asked<'_> {
    fn sees(&self, day: NaiveDate) -> bool {
        self.from <= day && day < self.to
    }
}

/// A type of unit: its records, and how often it counts.
trait Kind: Clone {
    fn records(&self, id: &str) -> Vec<Record>;
    /// How often it counts in a part of a figure; none where this reader leaves the part alone.
    fn counts(&self, asked: &Asked<'_>) -> Option<i64>;
    /// Its days in a distribution.
    fn days(&self, asked: &Asked<'_>) -> Option<i64> {
        let _ = asked;
        None
    }
}

/// What is printed of a sum over types.
struct Print {
    name: String,
    factors: Vec<i64>,
    least: i64,
    greatest: i64,
    hidden: bool,
}

/// Quartiles that are shown: of how many days each type is, and how many quarters.
struct Quartiles {
    days: Vec<Option<i64>>,
    shown: [i64; 3],
}

struct Reader {
    prints: Vec<Print>,
    of: Vec<Vec<usize>>,
    quartiles: Vec<Quartiles>,
    truth: Vec<i64>,
}

/// Four times each quartile of the days, by how many units have them.
fn quartiles_of(days: &[Option<i64>], numbers: &[i64]) -> Option<[i64; 3]> {
    let each =
        days.iter().zip(numbers).filter_map(|(days, number)| Some(vec![(*days)?; usize::try_from(*number).ok()?]));
    let mut each: Vec<i64> = each.flatten().collect();
    each.sort_unstable();
    let last = each.len().checked_sub(1)?;
    Some([1, 2, 3].map(|quarter| {
        let (place, rest) = (last * quarter / 4, i64::try_from(last * quarter % 4).unwrap());
        let next = each[(place + 1).min(last)];
        4 * each[place] + rest * (next - each[place])
    }))
}

impl Reader {
    /// How far a sum is outside of its print, where that of the goal must be on the other side of its true value.
    fn off(&self, print: usize, sum: i64, goal: &Print, at: usize) -> i64 {
        let print = if print == at { goal } else { &self.prints[print] };
        (sum - print.greatest).max(0) + (sum - print.least).min(0)
    }

    /// Numbers that agree with everything printed and differ in a hidden count, by mending one print after another.
    fn others(&self, at: usize) -> Option<Vec<i64>> {
        let of = &self.prints[at];
        let true_sum = dot(&of.factors, &self.truth);
        let mut draws = Draws(0x9E37_79B9_7F4A_7C15);
        for number in 0..600u32 {
            let (least, greatest) =
                if number % 2 == 0 { (true_sum + 1, of.greatest) } else { (of.least, true_sum - 1) };
            if least > greatest {
                continue;
            }
            let goal = Print { name: String::new(), factors: Vec::new(), least, greatest, hidden: true };
            let mut numbers = self.truth.clone();
            let mut sums: Vec<i64> = self.prints.iter().map(|print| dot(&print.factors, &numbers)).collect();
            let mut previous = (usize::MAX, 0);
            for _ in 0..80 {
                let wrong: Vec<usize> =
                    (0..sums.len()).filter(|print| self.off(*print, sums[*print], &goal, at) != 0).collect();
                if wrong.is_empty() {
                    if self.quartiles.iter().all(|q| quartiles_of(&q.days, &numbers) == Some(q.shown)) {
                        return Some(numbers);
                    }
                    break;
                }
                let print = wrong[usize::try_from(draws.below(wrong.len() as u64)).unwrap()];
                let off = self.off(print, sums[print], &goal, at);
                let mut best: Option<(i64, usize, i64)> = None;
                for (kind, factor) in self.prints[print].factors.iter().enumerate() {
                    let by = -off.signum() * factor.signum();
                    if *factor == 0 || numbers[kind] + by < 0 || (kind, -by) == previous {
                        continue;
                    }
                    let change = |print: &usize| {
                        let after = sums[*print] + by * self.prints[*print].factors[kind];
                        self.off(*print, after, &goal, at).abs() - self.off(*print, sums[*print], &goal, at).abs()
                    };
                    let left = self.of[kind].iter().map(change).sum::<i64>() * 4;
                    // The more often it is tried, the less strictly.
                    let noise = i64::try_from(draws.below(1 + u64::from(number % 16) * 4)).unwrap();
                    if best.is_none_or(|(least, ..)| left + noise < least) {
                        best = Some((left + noise, kind, by));
                    }
                }
                let Some((_, kind, by)) = best else { break };
                numbers[kind] += by;
                for print in &self.of[kind] {
                    sums[*print] += by * self.prints[*print].factors[kind];
                }
                previous = (kind, by);
            }
        }
        None
    }

    /// The hidden counts for which no other units are found.
    fn recovered(&self) -> Vec<String> {
        let mut safe = vec![false; self.prints.len()];
        let mut recovered = Vec::new();
        for goal in 0..self.prints.len() {
            if !self.prints[goal].hidden || safe[goal] {
                continue;
            }
            if let Some(others) = self.others(goal) {
                for (print, safe) in self.prints.iter().zip(&mut safe) {
                    *safe |= dot(&print.factors, &others) != dot(&print.factors, &self.truth);
                }
            } else {
                let print = &self.prints[goal];
                recovered.push(format!("{} = {}", print.name, dot(&print.factors, &self.truth)));
            }
        }
        recovered
    }
}

fn dot(factors: &[i64], numbers: &[i64]) -> i64 {
    factors.iter().zip(numbers).map(|(a, b)| a * b).sum()
}

/// The parts of a reading by name, as they are published and as they are.
fn parts(published: &PublishedReading, reading: &Reading) -> Vec<(String, Cell, u64)> {
    match published.figure() {
        PublishedFigure::Proportion(p) => {
            let tally = reading.tally().unwrap();
            vec![
                ("met".to_owned(), p.met, tally.met),
                ("not met".to_owned(), p.not_met, tally.not_met),
                ("excluded".to_owned(), p.excluded, tally.excluded),
                ("of".to_owned(), p.denominator, tally.met + tally.not_met),
            ]
        }
        PublishedFigure::Composition(c) => {
            let whole = reading.composition().unwrap();
            let parts =
                c.parts.iter().zip(whole.parts()).map(|((name, cell), (_, count))| (name.clone(), *cell, count));
            let rest =
                [("rest".to_owned(), c.in_no_part, whole.in_no_part()), ("all".to_owned(), c.count, whole.count())];
            parts.chain(rest).collect()
        }
        PublishedFigure::Distribution(d) => {
            let days = reading.distribution().unwrap();
            let cuts = d.above.iter().flat_map(|(cut, above, up_to)| {
                let number = days.above(*cut);
                [(format!("above {cut}"), *above, number), (format!("up to {cut}"), *up_to, days.count() - number)]
            });
            cuts.chain([("all".to_owned(), d.count, days.count())]).collect()
        }
        PublishedFigure::Unavailable(_) => Vec::new(),
    }
}

/// Publishes a report of so many units of each kind, of either sex, and reads it.
fn read<K: Kind>(
    kinds: &[K],
    numbers: &[[u64; 2]],
    keys: &[&str],
    policy: &Policy,
    strata: bool,
) -> (usize, Vec<String>) {
    let mut records: Vec<Record> = Vec::new();
    for (at, (kind, numbers)) in kinds.iter().zip(numbers).enumerate() {
        for (sex, number) in [Sex::Female, Sex::Male].into_iter().zip(numbers) {
            for n in 0..*number {
                let id = format!("{at}-{}-{n}", sex == Sex::Male);
                records.push(Person::new(&id).sex(sex).date_of_birth(day(2008, 1, 1)).into());
                records.extend(kind.records(&id));
            }
        }
    }
    let dataset: Dataset = records.into_iter().collect();
    let indicators: Vec<AnyIndicator> = keys.iter().map(|key| catalogue::find(key).unwrap()).collect();
    let ledger = Engine::new(indicators).by(BySex).run(&dataset).unwrap();
    let days = [day(2018, 3, 31), day(2018, 6, 30)];
    let mut card = ledger.scorecard(&days).unwrap();
    for definition in card.definitions.clone().into_iter().filter(|_| strata) {
        for basis in &definition.bases {
            for day in days {
                card.readings.extend(ledger.readings_by(&definition.key(), *basis, day, "sex").unwrap());
            }
        }
    }
    let publication = card.publish(policy).unwrap_or_else(|error| panic!("{error}: {numbers:?}"));
    let truth: Vec<i64> = numbers.iter().flatten().map(|number| i64::try_from(*number).unwrap()).collect();
    let mut reader = Reader { prints: Vec::new(), of: Vec::new(), quartiles: Vec::new(), truth };
    let mut told = Vec::new();
    for (reading, published) in card.readings.iter().zip(publication.readings()) {
        let to = published.as_at().succ_opt().unwrap();
        let from = published.window().map_or(to, |window| window.start);
        let sex = published.stratum().map(|(_, stratum)| stratum.name().to_owned());
        let of_sex = |number: usize| sex.as_deref().is_none_or(|sex| sex == ["Female", "Male"][number % 2]);
        let at = format!("{} {} {} {sex:?}", published.indicator(), published.basis(), published.as_at());
        for (part, cell, count) in parts(published, reading) {
            let asked = Asked { key: published.indicator(), part: &part, from, to };
            let factor = |number: usize| if of_sex(number) { kinds[number / 2].counts(&asked) } else { Some(0) };
            let Some(factors) = (0..reader.truth.len()).map(factor).collect::<Option<Vec<i64>>>() else { continue };
            assert_eq!(dot(&factors, &reader.truth), i64::try_from(count).unwrap(), "{at}: {part} of {numbers:?}");
            let hidden = cell.is_hidden();
            let count = i64::try_from(count).unwrap();
            let (least, greatest) = if hidden { (1, i64::MAX / 4) } else { (count, count) };
            // What is the same sum is the same count.
            match reader.prints.iter_mut().find(|print| print.factors == factors) {
                Some(print) => {
                    (print.least, print.greatest) = (print.least.max(least), print.greatest.min(greatest));
                    // Shown in one place and hidden in another.
                    if print.hidden != hidden {
                        told.push(format!("{at}: {part} = {count}"));
                    }
                    print.hidden &= hidden;
                }
                None => reader.prints.push(Print { name: format!("{at}: {part}"), factors, least, greatest, hidden }),
            }
        }
        if let PublishedFigure::Distribution(distribution) = published.figure()
            && let Ok(quartiles) = &distribution.quartiles
        {
            let asked = Asked { key: published.indicator(), part: "days", from, to };
            let days = |number: usize| if of_sex(number) { kinds[number / 2].days(&asked) } else { None };
            let quarters =
                |quartile: &Decimal| i64::try_from((quartile * Decimal::from(4)).normalize().mantissa()).unwrap();
            let shown = quartiles.each_ref().map(quarters);
            let days: Vec<Option<i64>> = (0..reader.truth.len()).map(days).collect();
            assert_eq!(quartiles_of(&days, &reader.truth), Some(shown), "{at}");
            reader.quartiles.push(Quartiles { days, shown });
        }
    }
    reader.of = (0..reader.truth.len())
        .map(|kind| (0..reader.prints.len()).filter(|print| reader.prints[*print].factors[kind] != 0).collect())
        .collect();
    let hidden = reader.prints.iter().filter(|print| print.hidden).count();
    told.extend(reader.recovered());
    (hidden, told)
}

/// Reads so many reports, of numbers of units that are small, none, or larger.
fn nothing_is_recovered<K: Kind>(kinds: &[K], reports: u64, keys: &[&str], policy: &Policy, strata: bool) {
    let mut hidden = 0;
    for number in 0..reports {
        let mut draws = Draws(0x9E37_79B9_7F4A_7C15 ^ (number + 1).wrapping_mul(0xD1B5_4A32_D192_ED03));
        for _ in 0..10 {
            draws.below(2);
        }
        let often = 1 + draws.below(4);
        let mut count = || {
            let counts = [1, 1, 2, 2, 3, 4, 5, 6, 7, 9, 12, 20];
            if draws.below(6) < often { 0 } else { counts[usize::try_from(draws.below(12)).unwrap()] }
        };
        let numbers: Vec<[u64; 2]> = kinds.iter().map(|_| [count(), count()]).collect();
        let (of, recovered) = read(kinds, &numbers, keys, policy, strata);
        assert!(recovered.is_empty(), "report {number}: {recovered:#?}");
        hidden += of;
    }
    assert!(hidden > usize::try_from(reports).unwrap(), "{hidden}");
}

/// A plan: its first day, the first day without it, and a number of earlier plans.
#[derive(Clone)]
struct Plan {
    start: NaiveDate,
    end: Option<NaiveDate>,
    repeat: bool,
}

impl Kind for Plan {
    fn records(&self, id: &str) -> Vec<Record> {
        let mut plan = ProtectionPlan::new(id, id, self.start);
        plan.end = self.end;
        plan.previous_plans = self.repeat.then_some(1);
        vec![plan.into()]
    }

    fn counts(&self, asked: &Asked<'_>) -> Option<i64> {
        let open = self.start < asked.to && self.end.is_none_or(|end| end >= asked.to);
        let as_at = asked.to.pred_opt().unwrap();
        let (unit, met) = match asked.key {
            "NI 65" => (asked.sees(self.start), self.repeat),
            "NI 65a" => (asked.sees(self.start), false),
            "NI 64 ceased" => {
                let end = self.end.filter(|end| asked.sees(*end));
                (end.is_some(), end.is_some_and(|end| (end - self.start).num_days() > 728))
            }
            "NI 64 open" => (open, (as_at - self.start).num_days() > 728),
            "ECS 133" => (open, plus_months(self.start, 18) < as_at),
            "NI 67" if asked.part == "of" => (open && plus_months(self.start, 3) <= as_at, false),
            _ => return None,
        };
        Some(i64::from(match asked.part {
            "met" => unit && met,
            "not met" => unit && !met,
            "of" => unit,
            _ => false,
        }))
    }
}

fn plans() -> Vec<Plan> {
    let starts = [
        day(2015, 2, 3),
        day(2016, 5, 10),
        day(2016, 11, 20),
        day(2017, 5, 9),
        day(2017, 11, 8),
        day(2018, 2, 6),
        day(2018, 5, 8),
    ];
    let ends = [None, Some(day(2017, 5, 20)), Some(day(2017, 12, 5)), Some(day(2018, 2, 27)), Some(day(2018, 6, 5))];
    let mut plans = Vec::new();
    for start in starts {
        for end in ends.into_iter().filter(|end| end.is_none_or(|end| end > start)) {
            plans.extend([false, true].map(|repeat| Plan { start, end, repeat }));
        }
    }
    plans
}

#[test]
fn nothing_hidden_of_plans_is_recovered() {
    let keys = ["NI 65", "NI 65a", "NI 64 ceased", "NI 64 open", "ECS 133", "NI 67"];
    nothing_is_recovered(&plans(), 6, &keys, &Policy::public(), false);
}

/// A child with one episode or two, with the interview of the first.
#[derive(Clone)]
struct Missing {
    /// The kind, from care to home, and the day of each.
    episodes: Vec<(usize, NaiveDate)>,
    interview: usize,
}

const KINDS: [&str; 4] = ["missing from care", "away without authorisation", "missing from home", "rest"];

impl Missing {
    fn offered(&self) -> (Option<InterviewFlag>, Option<InterviewFlag>) {
        let yes = Some(InterviewFlag::Yes);
        let no = Some(InterviewFlag::No);
        [(yes, yes), (yes, no), (Some(InterviewFlag::NotRequired), None), (yes, None), (no, None)][self.interview]
    }
}

impl Kind for Missing {
    fn records(&self, id: &str) -> Vec<Record> {
        let mut records: Vec<Record> = Vec::new();
        for (at, (kind, start)) in self.episodes.iter().enumerate() {
            let mut episode = MissingEpisode::new(format!("{id}-{at}"), id, *start).end(*start);
            (episode.interview_offered, episode.interview_accepted) = self.offered();
            episode.kind = match kind {
                1 => Some(MissingKind::Away.into()),
                3 => None,
                _ => Some(MissingKind::Missing.into()),
            };
            records.push(episode.into());
            if *kind == 0 {
                let mut cared = LookedAfterEpisode::new(format!("{id}-{at}"), id, *start);
                cared.ceased = start.succ_opt();
                records.push(cared.into());
            }
        }
        records
    }

    fn counts(&self, asked: &Asked<'_>) -> Option<i64> {
        let seen = || self.episodes.iter().filter(|(_, start)| asked.sees(*start)).map(|(kind, _)| *kind);
        let number = i64::try_from(seen().count()).unwrap();
        let states = ["completed", "refused", "not required", "outstanding", "outstanding"];
        let state = states[self.interview];
        let share = |met: bool| match asked.part {
            "met" if met => number,
            "not met" if !met => number,
            "of" => number,
            _ => 0,
        };
        Some(match asked.key {
            "Missing episodes" if asked.part == "all" => number,
            "Missing episodes" => i64::try_from(seen().filter(|kind| KINDS[*kind] == asked.part).count()).unwrap(),
            key if key.starts_with("Missing children") => {
                let known = seen().filter(|kind| *kind < 3);
                let kind = if key.ends_with("first") { known.max() } else { known.min() };
                let all = asked.part == "all" || KINDS[kind.unwrap_or(3)] == asked.part;
                i64::from(number > 0 && all)
            }
            "WRI" if asked.part == "all" || asked.part == state => number,
            "WRI" => 0,
            "WRI offered" => share(self.offered().0 == Some(InterviewFlag::Yes)),
            key => share(key.strip_prefix("WRI ") == Some(state)),
        })
    }
}

#[test]
fn nothing_hidden_of_interviews_is_recovered() {
    let days = [day(2017, 11, 8), day(2018, 2, 6), day(2018, 5, 8)];
    let of = |interview: usize| days.map(|start| Missing { episodes: vec![(2, start)], interview });
    let kinds: Vec<Missing> = (0..5).flat_map(of).collect();
    let keys = ["WRI", "WRI offered", "WRI completed", "WRI refused", "WRI not required", "WRI outstanding"];
    nothing_is_recovered(&kinds, 10, &keys, &Policy::public(), false);
    nothing_is_recovered(&kinds, 10, &["WRI", "WRI offered", "WRI not required"], &Policy::public(), false);
}

/// A referral, and what came of it.
#[derive(Clone)]
struct Received {
    date: NaiveDate,
    no_further_action: bool,
    route: usize,
}

impl Kind for Received {
    fn records(&self, id: &str) -> Vec<Record> {
        let mut records: Vec<Record> =
            vec![Referral::new(id, id, self.date).no_further_action(self.no_further_action).into()];
        match self.route {
            0 => {
                let mut enquiry = Section47Enquiry::new(id, id, self.date);
                enquiry.referral = Some(id.to_owned());
                records.push(enquiry.into());
            }
            1 => records.push(Assessment::new(id, id, self.date).referral(id).into()),
            _ => {}
        }
        records
    }

    fn counts(&self, asked: &Asked<'_>) -> Option<i64> {
        if !asked.sees(self.date) {
            return Some(0);
        }
        let met = match asked.key {
            "NI 68" => !self.no_further_action,
            "NI 68 by-event" => self.route < 2,
            "ECS 14a" | "ECS 14a 365 days" => false,
            _ => {
                let route = ["S47", "S17", "not recorded"][self.route];
                return Some(i64::from(!self.no_further_action && (asked.part == "all" || asked.part == route)));
            }
        };
        Some(i64::from(match asked.part {
            "met" => met,
            "not met" => !met,
            part => part == "of",
        }))
    }
}

#[test]
fn nothing_hidden_of_referrals_is_recovered() {
    let days = [day(2017, 5, 9), day(2017, 11, 8), day(2018, 2, 6), day(2018, 5, 8)];
    let mut kinds = Vec::new();
    for date in days {
        for route in 0..3 {
            kinds.extend([false, true].map(|no_further_action| Received { date, no_further_action, route }));
        }
    }
    nothing_is_recovered(&kinds, 10, &["NI 68", "NI 68 route", "NI 68 by-event"], &Policy::public(), true);
}

/// An assessment: the day it was authorised, how many working days it took, or that it was authorised before its start; and
/// how many days before its start its referral was received.
#[derive(Clone)]
struct Assessed {
    authorised: NaiveDate,
    start: NaiveDate,
    received: Option<NaiveDate>,
}

impl Assessed {
    fn took(&self, from: NaiveDate) -> i64 {
        WorkingDays::england_and_wales().between(from, self.authorised).unwrap().into()
    }

    fn early(&self) -> bool {
        self.authorised < self.start
    }
}

impl Kind for Assessed {
    fn records(&self, id: &str) -> Vec<Record> {
        let assessment = Assessment::new(id, id, self.start).authorised(self.authorised);
        match self.received {
            Some(received) => vec![Referral::new(id, id, received).into(), assessment.referral(id).into()],
            None => vec![assessment.into()],
        }
    }

    fn counts(&self, asked: &Asked<'_>) -> Option<i64> {
        if !asked.sees(self.authorised) {
            return Some(0);
        }
        let took = match asked.key {
            "ECS 138 from referral" => self.received.filter(|_| !self.early()).map(|received| self.took(received)),
            "ECS 138 start is day 1" => (!self.early()).then(|| self.took(self.start) + 1),
            _ => (!self.early()).then(|| self.took(self.start)),
        };
        let cut = |name: &str| asked.part.strip_prefix(name).map(|cut| cut.parse::<i64>().unwrap());
        Some(i64::from(match (took, asked.part) {
            (None, part) => part == "excluded",
            (Some(_), "of" | "all") => true,
            (Some(days), "met") => days <= 45,
            (Some(days), "not met") => days > 45,
            (Some(days), _) => {
                cut("above ").is_some_and(|cut| days > cut) || cut("up to ").is_some_and(|cut| days <= cut)
            }
        }))
    }

    fn days(&self, asked: &Asked<'_>) -> Option<i64> {
        (asked.sees(self.authorised) && !self.early()).then(|| self.took(self.start))
    }
}

#[test]
fn nothing_hidden_of_assessments_is_recovered() {
    let mut kinds = Vec::new();
    for authorised in [day(2018, 2, 6), day(2018, 5, 8)] {
        for days in [20, 44, 45, 46, 60] {
            let calendar = WorkingDays::england_and_wales();
            let mut start = authorised;
            while calendar.between(start, authorised).unwrap() < days {
                start = start.pred_opt().unwrap();
            }
            let week = start - chrono::Duration::days(7);
            kinds.extend([None, Some(start), Some(week)].map(|received| Assessed { authorised, start, received }));
        }
        kinds.push(Assessed { authorised, start: authorised.succ_opt().unwrap(), received: None });
    }
    let keys = ["ECS 138", "ECS 138 days", "ECS 138 start is day 1", "ECS 138 from referral"];
    nothing_is_recovered(&kinds, 6, &keys, &Policy::public(), false);
    nothing_is_recovered(&kinds, 6, &keys, &Policy::public().days_above(45), false);
    nothing_is_recovered(&kinds, 6, &keys[..2], &Policy::public().days_above(20).days_above(50), false);
}

#[test]
fn the_reader_sees_what_a_table_tells() {
    assert_eq!(quartiles_of(&[Some(10), Some(20), None], &[1, 1, 7]), Some([50, 60, 70]));
    let print = |factors: [i64; 3], sum: i64, hidden: bool| {
        let (least, greatest) = if hidden { (1, i64::MAX / 4) } else { (sum, sum) };
        Print { name: format!("{factors:?}"), factors: factors.to_vec(), least, greatest, hidden }
    };
    let recovered = |shown: bool| {
        let parts = [print([1, 0, 0], 3, true), print([0, 1, 0], 4, true), print([0, 0, 1], 20, !shown)];
        let prints: Vec<Print> =
            parts.into_iter().chain([print([1, 1, 0], 7, false), print([1, 0, 1], 23, false)]).collect();
        let of = (0..3).map(|kind| (0..5).filter(|at| prints[*at].factors[kind] != 0).collect()).collect();
        Reader { prints, of, quartiles: Vec::new(), truth: vec![3, 4, 20] }.recovered()
    };
    assert_eq!(recovered(false), Vec::<String>::new());
    assert_eq!(recovered(true), ["[1, 0, 0] = 3", "[0, 1, 0] = 4"]);
}
