//! Whole histories for property tests, biased to the edges of the rules.
//!
//! Uniformly random dates hardly ever fall on the day that decides: the twelfth month to the day, the 45th working day,
//! the 72nd hour. So every date of a generated history is derived from another one of the same child by a step that some
//! rule looks at (exactly 3, 6, 12, 18, 24 or 30 months, 364 to 366 or 728 to 730 days, 15 or 45 working days, a
//! birthday), by one day less or more, or by the way to the next end of a quarter.
//!
//! The records are faulty in the ways in which records are: references to nothing and to other children, repeated ids,
//! ends before starts, overlaps, codes that no list knows. A value is drawn from a few independent *pieces* a child,
//! so that a failing case shrinks by losing pieces, then by choices that become the simplest one.
//!
//! ```
//! use csc_kpi::laws::strategies::{Scenario, scenario};
//! use proptest::prelude::*;
//!
//! proptest!(ProptestConfig::with_cases(8), |(case in scenario(1..4))| {
//!     let Scenario { records, as_at, known_at, .. } = case;
//!     prop_assert!(!as_at.is_empty());
//!     // … read what is under test at these dates, and compare.
//!     # let _ = (records, known_at);
//! });
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::calendar::Moment;
use crate::record::{
    Accommodation, Activity, Assessment, CareLeaverStatus, Coded, Eligibility, EpisodeStart, FamilyMember,
    ImmigrationStatus, InTouch, InitialConference, InterviewFlag, Involvement, LegalStatus, LegalStatusCode,
    LookedAfterEpisode, MissingEpisode, MissingKind, Person, Placement, PlacementProvider, PlacementType, PlanReview,
    Professional, ProtectionPlan, Record, Referral, Section47Enquiry, Sex, Suitability,
};

/// Records, the dates at which to read them, and the day to which a calculation may be pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scenario {
    /// The records of all children, in the order in which they are given.
    pub records: Vec<Record>,
    /// Reporting dates, most of them a step of some rule away from a date of the records; never empty.
    pub as_at: Vec<NaiveDate>,
    /// The day on which things are known; `None`: everything is.
    pub known_at: Option<NaiveDate>,
}

/// A date on or beside an edge: ends of quarters and financial years ± 2 days, anniversaries of them after 12, 18, 24 and
/// 30 months ± 1 day, 29 February, ends of years 2015–2030, at times the ends of the bank holiday table.
pub fn edge_date() -> impl Strategy<Value = NaiveDate> {
    vec(any::<u16>(), 6).prop_map(|choices| edge(&mut Choices::new(&choices)))
}

/// A date to report at: ends of months, ends of quarters ± 1 day, 29 February, ends of years, or any day of 2015–2030.
pub fn reporting_date() -> impl Strategy<Value = NaiveDate> {
    vec(any::<u16>(), 5).prop_map(|choices| {
        let mut choices = Choices::new(&choices);
        let year = 2015 + choices.number(16);
        match choices.below(8) {
            0 | 1 => last_of_month(year, choices.month()),
            2 | 3 => shift_days(quarter_end(year, choices.below(4)), choices.pick(&[0, 1, -1])),
            4 => last_of_month(year - year % 4, 2),
            5 => shift_days(last_of_month(year, 12), choices.pick(&[0, 1])),
            6 => shift_days(last_of_month(year, 2), choices.pick(&[0, 1])),
            _ => shift_days(date(year, 1, 1), i64::from(choices.number(365))),
        }
    })
}

/// The day on which things are known, for a calculation pinned to it; as often `None`: everything in the data is known.
pub fn known_at() -> impl Strategy<Value = Option<NaiveDate>> {
    proptest::option::of(prop_oneof![reporting_date(), edge_date()])
}

/// The whole history of one child, in records of all families. The ids begin with `C0`, those of professionals with `W`.
pub fn history() -> impl Strategy<Value = Vec<Record>> {
    population(1..2)
}

/// The histories of several children with their families and professionals, and references between them.
///
/// The children are numbered from zero and their ids are `C0`, `C1`, …, at the head of the ids of their records. They
/// live within a few years of each other, so that one window sees many of them.
pub fn population(children: Range<usize>) -> impl Strategy<Value = Vec<Record>> {
    (vec(any::<u16>(), 12), vec(child(), children)).prop_map(|(common, children)| build(&common, &children))
}

/// A [`population`], dates to read it at that its own dates make critical, and a day to pin the reading to.
pub fn scenario(children: Range<usize>) -> impl Strategy<Value = Scenario> {
    (population(children), vec(any::<[u16; 6]>(), 4..9), any::<[u16; 6]>()).prop_map(|(records, dates, known)| {
        let critical = Critical::of(&records);
        let as_at: Vec<NaiveDate> = dates.iter().map(|c| critical.date(&mut Choices::new(c))).collect();
        let mut known = Choices::new(&known);
        let known_at = match known.below(6) {
            0..=2 => None,
            3 => Some(shift_days(as_at.first().copied().unwrap_or(ANCHOR), known.pick(&[0, -1, -3, -15, -40, 2]))),
            4 => {
                // Around the hours after a return: the interview may be known of, or not, or still be to come.
                let returns: Vec<NaiveDate> = records
                    .iter()
                    .filter_map(|record| match record {
                        Record::MissingEpisode(episode) => episode.end.map(Moment::date),
                        _ => None,
                    })
                    .collect();
                let index = known.below(returns.len());
                returns.get(index).map(|day| shift_days(*day, known.pick(&[2, 3, 1, 4, 0])))
            }
            _ => Some(critical.date(&mut known)),
        };
        Scenario { records, as_at, known_at }
    })
}

// ---- choices -----------------------------------------------------------------------------------------------------

/// A day to fall back on where nothing else is there.
const ANCHOR: NaiveDate = match NaiveDate::from_ymd_opt(2018, 3, 31) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// Reads generated numbers as choices. The first option is the simplest: numbers shrink to it, and so do the choices
/// beyond the last number.
struct Choices<'a> {
    rest: std::slice::Iter<'a, u16>,
}

impl<'a> Choices<'a> {
    fn new(numbers: &'a [u16]) -> Self {
        Self { rest: numbers.iter() }
    }

    fn raw(&mut self) -> u16 {
        self.rest.next().copied().unwrap_or(0)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::from(self.raw()) % count.max(1)
    }

    fn number(&mut self, count: u16) -> i32 {
        i32::from(self.raw() % count.max(1))
    }

    fn month(&mut self) -> u32 {
        u32::from(self.raw() % 12) + 1
    }

    /// Once in so many times.
    fn once_in(&mut self, count: usize) -> bool {
        self.below(count) + 1 == count
    }

    fn pick<T: Copy + Default>(&mut self, options: &[T]) -> T {
        let index = self.below(options.len());
        options.get(index).copied().unwrap_or_default()
    }

    fn pick_text(&mut self, options: &[&str]) -> Option<String> {
        let index = self.below(options.len());
        options.get(index).filter(|text| !text.is_empty()).map(|text| (*text).to_owned())
    }

    /// A code by its letters: an empty text is none, letters that the list does not know stay as they are.
    fn pick_code<C: crate::record::StatutoryCode>(&mut self, options: &[&str]) -> Option<Coded<C>> {
        self.pick_text(options).map(|letters| Coded::read(&letters))
    }
}

// ---- dates -------------------------------------------------------------------------------------------------------

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or(ANCHOR)
}

fn last_of_month(year: i32, month: u32) -> NaiveDate {
    (28..=31).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day)).unwrap_or(ANCHOR)
}

fn quarter_end(year: i32, quarter: usize) -> NaiveDate {
    last_of_month(year, [3, 6, 9, 12].get(quarter).copied().unwrap_or(3))
}

fn shift_days(day: NaiveDate, by: i64) -> NaiveDate {
    let days = Days::new(by.unsigned_abs());
    if by < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) }.unwrap_or(day)
}

fn shift_months(day: NaiveDate, by: i32) -> NaiveDate {
    let months = Months::new(by.unsigned_abs());
    if by < 0 { day.checked_sub_months(months) } else { day.checked_add_months(months) }.unwrap_or(day)
}

fn edge(choices: &mut Choices<'_>) -> NaiveDate {
    let year = match choices.below(24) {
        0..=14 => 2015 + choices.number(16),
        // Years with a 29 February and the ones after: twelve months are not 365 days there.
        15..=22 => choices.pick(&[2016, 2017, 2020, 2021, 2024, 2025]),
        // At the ends of the bank holiday table.
        _ => choices.pick(&[2028, 2029, 2006, 2007]),
    };
    let beside = [0, 1, -1, 2, -2];
    match choices.below(8) {
        0..=2 => shift_days(quarter_end(year, choices.below(4)), choices.pick(&beside)),
        3 => {
            let anchor = shift_days(quarter_end(year, choices.below(4)), choices.pick(&[0, 1]));
            shift_days(shift_months(anchor, choices.pick(&[-12, -18, -24, -30, 12, 24])), choices.pick(&[0, 1, -1]))
        }
        4 => last_of_month(year - year % 4, 2),
        5 => shift_days(last_of_month(year, 2), choices.pick(&[0, 1, -1])),
        6 => shift_days(last_of_month(year, 12), choices.pick(&beside)),
        _ => shift_days(date(year, choices.month(), 1), i64::from(choices.number(28))),
    }
}

/// A day after `from`, or `from` itself, by a step that some rule looks at.
fn later(from: NaiveDate, choices: &mut Choices<'_>) -> NaiveDate {
    match choices.below(10) {
        0 => shift_days(from, choices.pick(&[0, 1, 2, 3, 7, 14, 28, 30])),
        1 | 2 => shift_days(shift_months(from, choices.pick(&[12, 24, 18, 30])), choices.pick(&[0, 1, -1])),
        3 => shift_days(shift_months(from, choices.pick(&[3, 6, 1])), choices.pick(&[0, 1, -1])),
        4 => shift_days(from, choices.pick(&[364, 365, 366, 728, 729, 730])),
        5 => working_days_later(from, choices),
        6 => {
            let year = from.year() + choices.number(2);
            shift_days(quarter_end(year, choices.below(4)), choices.pick(&[0, 1, -1, 2, -2])).max(from)
        }
        7 => last_of_month(from.year() + (4 - from.year() % 4) % 4, 2).max(from),
        _ => shift_days(from, i64::from(choices.number(400))),
    }
}

/// A day about 15 or about 45 working days later: up to four bank holidays can lie between, so that the days which
/// decide are among those drawn.
fn working_days_later(from: NaiveDate, choices: &mut Choices<'_>) -> NaiveDate {
    let days = if choices.once_in(3) { 20 + choices.number(7) } else { 62 + choices.number(9) };
    shift_days(from, i64::from(days))
}

fn at(day: NaiveDate, seconds: u32) -> Moment {
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)
        .map_or_else(|| day.into(), |time| NaiveDateTime::new(day, time).into())
}

/// The day, with a time of day as often as not; midnight among them.
fn moment(day: NaiveDate, choices: &mut Choices<'_>) -> Moment {
    match choices.below(6) {
        0..=2 => day.into(),
        3 => at(day, choices.pick(&[36_000, 1, 86_399, 0])),
        _ => at(day, u32::from(choices.raw())),
    }
}

fn seconds_later(from: Moment, seconds: i64) -> Moment {
    let start = NaiveDateTime::new(from.date(), from.time().unwrap_or(NaiveTime::MIN));
    start.checked_add_signed(TimeDelta::seconds(seconds)).map_or(from, Moment::from)
}

// ---- one child ---------------------------------------------------------------------------------------------------

/// The part of a history that is drawn, and lost in shrinking, as one.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Referral,
    Assessment,
    Enquiry,
    Conference,
    Plan,
    Reviews,
    Care,
    Settled,
    ShortBreak,
    LegalStatus,
    LoosePlacement,
    Missing,
    CareLeaver,
    Involvement,
    Immigration,
}

type Drawn = (Piece, [u16; 20]);

#[derive(Clone, Debug)]
struct Child {
    choices: [u16; 24],
    pieces: Vec<Drawn>,
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        4 => Just(Piece::Referral),
        4 => Just(Piece::Assessment),
        2 => Just(Piece::Enquiry),
        3 => Just(Piece::Conference),
        4 => Just(Piece::Plan),
        3 => Just(Piece::Reviews),
        9 => Just(Piece::Care),
        1 => Just(Piece::Settled),
        1 => Just(Piece::ShortBreak),
        1 => Just(Piece::LegalStatus),
        1 => Just(Piece::LoosePlacement),
        3 => Just(Piece::Missing),
        2 => Just(Piece::CareLeaver),
        2 => Just(Piece::Involvement),
        1 => Just(Piece::Immigration),
    ]
}

fn child() -> impl Strategy<Value = Child> {
    let all = vec((piece(), any::<[u16; 20]>()), 0..64);
    // As many histories are mostly of one kind, so that long chains of it are common.
    let mostly = |one: Piece, other: Piece, length| {
        vec((prop_oneof![4 => Just(one), 3 => Just(other), 1 => piece()], any::<[u16; 20]>()), length)
    };
    let pieces = prop_oneof![
        4 => all,
        3 => mostly(Piece::Care, Piece::Care, 1..28),
        1 => mostly(Piece::Settled, Piece::Involvement, 1..4),
        2 => mostly(Piece::Plan, Piece::Reviews, 1..24),
        1 => mostly(Piece::Referral, Piece::Assessment, 1..24),
        1 => mostly(Piece::Conference, Piece::Enquiry, 1..20),
        1 => mostly(Piece::Missing, Piece::Care, 1..28),
        1 => mostly(Piece::CareLeaver, Piece::CareLeaver, 1..8),
    ];
    (any::<[u16; 24]>(), pieces).prop_map(|(choices, pieces)| Child { choices, pieces })
}

/// What the pieces of one child have made so far.
struct History {
    number: usize,
    children: usize,
    person: String,
    /// A young person rather than a child.
    leaver: bool,
    /// The day about which the child's life turns.
    turn: NaiveDate,
    /// All days so far, from which the next ones are derived.
    days: Vec<NaiveDate>,
    /// How many ids of each letter there are.
    counts: BTreeMap<char, usize>,
    referral: Option<NaiveDate>,
    enquiry: Option<Moment>,
    plan: Option<NaiveDate>,
    plan_end: Option<NaiveDate>,
    episode: Option<(NaiveDate, Option<NaiveDate>)>,
    /// The latest placement that was not temporary.
    home: Option<Placement>,
    away: bool,
    records: Vec<Record>,
}

impl History {
    fn new(number: usize, children: usize, leaver: bool, turn: NaiveDate) -> Self {
        Self {
            number,
            children,
            person: format!("C{number}"),
            leaver,
            turn,
            days: vec![turn],
            counts: BTreeMap::new(),
            referral: None,
            enquiry: None,
            plan: None,
            plan_end: None,
            episode: None,
            home: None,
            away: false,
            records: Vec::new(),
        }
    }

    /// A new id of a family of records; now and then one that is there already, of this child or another, or none.
    fn id(&mut self, letter: char, choices: &mut Choices<'_>) -> String {
        let count = self.counts.get(&letter).copied().unwrap_or(0);
        let mut taken = count;
        let mut owner = self.number;
        match choices.below(48) {
            45 => taken = count.saturating_sub(1),
            46 => (owner, taken) = (choices.below(self.children), 0),
            47 if choices.once_in(3) => return String::new(),
            _ => {}
        }
        self.counts.insert(letter, count + 1);
        format!("C{owner}-{letter}{taken}")
    }

    /// Whose record it is: the child's own, but for a very few that name nobody, somebody else or somebody unknown.
    fn person(&self, choices: &mut Choices<'_>) -> String {
        match choices.below(96) {
            93 => String::new(),
            94 => format!("C{}", choices.below(self.children)),
            95 => "C-unknown".to_owned(),
            _ => self.person.clone(),
        }
    }

    /// The id of a record to refer to: mostly the latest of its family, else any, another child's, none or nothing there.
    fn reference(&self, letter: char, choices: &mut Choices<'_>) -> Option<String> {
        let count = self.counts.get(&letter).copied().unwrap_or(0);
        match choices.below(16) {
            0..=9 => Some(format!("C{}-{letter}{}", self.number, count.saturating_sub(1))),
            10 | 11 => Some(format!("C{}-{letter}{}", self.number, choices.below(count.max(1)))),
            12 => Some(format!("C{}-{letter}{}", choices.below(self.children), choices.below(3))),
            13 => Some(format!("{letter}-unknown")),
            _ => None,
        }
    }

    /// A day that stands in a critical relation to another one of the child.
    fn day(&mut self, choices: &mut Choices<'_>) -> NaiveDate {
        let index = choices.below(self.days.len());
        let from = self.days.get(index).copied().unwrap_or(self.turn);
        let day = match choices.below(5) {
            0 => from,
            1 | 2 => later(from, choices),
            3 => {
                let after = later(from, choices);
                shift_days(from, -(after - from).num_days())
            }
            _ => shift_months(from, choices.pick(&[-12, -24, -18, -30, -3, -6])),
        };
        self.remember(day)
    }

    /// Keeps the days of a child within some years, in which they meet.
    fn remember(&mut self, day: NaiveDate) -> NaiveDate {
        let away = (day - self.turn).num_days();
        let day = if away.abs() > 1100 { shift_days(self.turn, away % 600) } else { day };
        self.days.push(day);
        day
    }

    /// An end to a start: open, a critical step later, the same day, or (a fault) before it.
    fn end(&mut self, start: NaiveDate, choices: &mut Choices<'_>) -> Option<NaiveDate> {
        match choices.below(24) {
            0..=7 => None,
            8 => Some(start),
            9 => Some(shift_days(start, -1)),
            _ => {
                let end = later(start, choices);
                self.days.push(end);
                Some(end)
            }
        }
    }

    fn add(&mut self, record: impl Into<Record>) {
        self.records.push(record.into());
    }

    fn piece(&mut self, piece: Piece, choices: &mut Choices<'_>) {
        match piece {
            Piece::Referral => self.referral(choices),
            Piece::Assessment => self.assessment(choices),
            Piece::Enquiry => self.enquiry(choices),
            Piece::Conference => self.conference(choices),
            Piece::Plan => self.plan(choices),
            Piece::Reviews => self.reviews(choices),
            Piece::Care => self.care(choices),
            Piece::Settled => self.settled(choices),
            Piece::ShortBreak => self.short_break(choices),
            Piece::LegalStatus => self.legal_status(choices),
            Piece::LoosePlacement => self.loose_placement(choices),
            Piece::Missing => self.missing(choices),
            Piece::CareLeaver => self.care_leaver(choices),
            Piece::Involvement => self.involvement(choices),
            Piece::Immigration => self.immigration(choices),
        }
    }

    fn person_record(&mut self, choices: &mut Choices<'_>) {
        let mut person = Person::new(self.person.clone());
        person.sex = choices.pick_code::<Sex>(&["F", "M", "U", "", "X"]);
        person.ethnicity = choices.pick_code(&["WBRI", "ABAN", "BAFR", "MWBC", "CHNE", "OOTH", "REFU", "", "ZZZZ"]);
        person.date_of_birth = self.birth(choices);
        if choices.once_in(12) {
            person.date_of_death = Some(later(self.turn, choices));
        }
        let missing = choices.once_in(12);
        let twice = choices.once_in(16);
        if !missing {
            self.add(person.clone());
        }
        if twice {
            person.date_of_birth = person.date_of_birth.map(|born| shift_months(born, -60));
            self.add(person);
        }
    }

    /// A birth that makes the child reach an age that decides at the turn, a day before or after, or some years off.
    fn birth(&mut self, choices: &mut Choices<'_>) -> Option<NaiveDate> {
        // Of an age with what is recorded: children looked after for years, young people who left care.
        let ages = if self.leaver {
            [18, 16, 17, 19, 20, 22, 24, 25, 26, 16, 25, 26]
        } else {
            [10, 15, 16, 17, 18, 14, 13, 5, 8, 2, 0, 12]
        };
        let age = choices.pick(&ages);
        let on = shift_days(self.turn, choices.pick(&[0, 1, -1, 30, -200, 200, 365, -365]));
        let year = on.year() - age;
        match choices.below(12) {
            10 => None,
            // Born on 29 February: the birthday of a common year is 1 March.
            8 | 9 => Some(last_of_month(year - year.rem_euclid(4), 2)),
            11 => Some(self.turn),
            _ => Some(shift_months(on, -12 * age)),
        }
    }

    /// As often as not the child is still looked after, and has a social worker for most of the time.
    fn close(&mut self, choices: &mut Choices<'_>) {
        if choices.below(2) == 0
            && let Some(episode) = self.records.iter_mut().rev().find_map(|record| match record {
                Record::LookedAfterEpisode(episode) => Some(episode),
                _ => None,
            })
        {
            episode.ceased = None;
        }
        if choices.below(2) == 0 {
            let mut involvement =
                Involvement::new(self.id('N', choices), self.person.clone(), shift_days(self.turn, -400))
                    .role("Allocated Case Worker")
                    .professional(["W0", "W1", "W2"].get(choices.below(3)).copied().unwrap_or("W0"));
            involvement.end = if choices.below(2) == 0 { None } else { Some(self.day(choices)) };
            self.add(involvement);
        }
    }

    fn referral(&mut self, choices: &mut Choices<'_>) {
        let day = match self.referral {
            // Twelve months after the one before, to the day, and just not.
            Some(before) if choices.below(4) == 0 => {
                let day = shift_days(shift_months(before, 12), choices.pick(&[0, 0, 1, -1]));
                self.remember(day)
            }
            _ => self.day(choices),
        };
        let mut referral = Referral::new(self.id('R', choices), self.person(choices), day);
        referral.no_further_action = [None, Some(false), Some(true)].get(choices.below(3)).copied().flatten();
        referral.closed = self.end(day, choices);
        referral.source = choices.pick_code(&["", "1A", "6", "10", "99"]);
        referral.primary_need = choices.pick_code(&["", "N1", "N4", "N99"]);
        referral.team = choices.pick_text(&["", "Duty North", "MASH"]);
        self.referral = Some(day);
        if choices.once_in(5) {
            let mut twin = referral.clone();
            twin.id = self.id('R', choices);
            twin.no_further_action = Some(true);
            self.add(twin);
        }
        self.add(referral);
    }

    fn assessment(&mut self, choices: &mut Choices<'_>) {
        let day = match self.referral {
            Some(day) if choices.below(3) < 2 => shift_days(day, choices.pick(&[0, 0, 1, 3])),
            _ => self.day(choices),
        };
        let start = moment(day, choices);
        let authorised = match choices.below(12) {
            0 => None,
            1..=5 => Some(moment(working_days_later(day, choices), choices)),
            6 => Some(moment(day, choices)),
            7 => Some(seconds_later(start, choices.pick(&[-60, -1, 60, 3600]))),
            8 => Some(moment(shift_days(day, choices.pick(&[-1, -2, 0])), choices)),
            9 => Some(moment(shift_days(day, i64::from(choices.number(3000))), choices)),
            _ => Some(moment(later(day, choices), choices)),
        };
        self.days.extend(authorised.map(Moment::date));
        let mut assessment = Assessment::new(self.id('A', choices), self.person(choices), start);
        assessment.authorised = authorised;
        assessment.referral = self.reference('R', choices);
        assessment.team = choices.pick_text(&["", "Assessment A", "Assessment B"]);
        self.add(assessment);
    }

    fn enquiry(&mut self, choices: &mut Choices<'_>) {
        let day = match self.referral {
            Some(day) if choices.below(2) == 0 => shift_days(day, choices.pick(&[0, 1, 5])),
            _ => self.day(choices),
        };
        let start = moment(day, choices);
        let mut enquiry = Section47Enquiry::new(self.id('E', choices), self.person(choices), start);
        enquiry.referral = self.reference('R', choices);
        enquiry.end = match choices.below(8) {
            0 => Some(seconds_later(start, choices.pick(&[60, 0, -1, -60]))),
            _ => self.end(day, choices).map(|end| moment(end, choices)),
        };
        self.enquiry = Some(start);
        self.add(enquiry);
    }

    fn conference(&mut self, choices: &mut Choices<'_>) {
        let from = match self.enquiry {
            Some(start) if choices.below(4) < 3 => start,
            _ => self.day(choices).into(),
        };
        let date = match choices.below(12) {
            0..=4 => Some(moment(shift_days(from.date(), i64::from(20 + choices.number(7))), choices)),
            5 => Some(from),
            6 => Some(seconds_later(from, choices.pick(&[-60, -1, 1, 60]))),
            7 => Some(moment(shift_days(from.date(), -1), choices)),
            8 => None,
            _ => Some(moment(later(from.date(), choices), choices)),
        };
        let mut conference = InitialConference::new(self.id('I', choices), self.person(choices));
        conference.enquiry = self.reference('E', choices);
        conference.transfer_in = [None, Some(false), Some(false), Some(true)].get(choices.below(4)).copied().flatten();
        let beside = choices.pick(&[0, -1, 1, 10]);
        conference.target = date.filter(|_| choices.below(3) < 2).map(|date| shift_days(date.date(), beside));
        conference.date = date;
        conference.plan_made = [None, Some(true), Some(false)].get(choices.below(3)).copied().flatten();
        self.days.extend(date.map(Moment::date));
        self.add(conference);
    }

    fn plan(&mut self, choices: &mut Choices<'_>) {
        let start = match self.plan_end {
            // Within two years of the end of the one before, to the day, and just not.
            Some(end) if choices.below(5) < 2 => {
                let day = shift_days(shift_months(end, 24), choices.pick(&[0, 0, 1, -1]));
                self.remember(day)
            }
            _ => self.day(choices),
        };
        let mut plan = ProtectionPlan::new(self.id('L', choices), self.person(choices), start);
        plan.end = match choices.below(4) {
            0 => Some(shift_days(start, choices.pick(&[729, 728, 730]))),
            _ => self.end(start, choices),
        };
        self.plan_end = plan.end;
        self.days.extend(plan.end);
        plan.other_authority =
            [None, Some(false), Some(false), None, Some(true)].get(choices.below(5)).copied().flatten();
        plan.previous_plans = [None, None, None, Some(0), Some(1), Some(2)].get(choices.below(6)).copied().flatten();
        plan.referral = self.reference('R', choices);
        plan.conference = self.reference('I', choices);
        plan.initial_category = choices.pick_code(&["NEG", "EMO", "PHY", "SAB", "MUL", "", "XXX"]);
        plan.latest_category = choices.pick_code(&["NEG", "EMO", "PHY", "SAB", "MUL", "", "XXX"]);
        self.plan = Some(start);
        self.add(plan);
    }

    /// A chain of reviews of the latest plan: the first about three months after its start, the next ones about six
    /// months after each other.
    fn reviews(&mut self, choices: &mut Choices<'_>) {
        let Some(start) = self.plan else { return self.plan(choices) };
        let plan = self.reference('L', choices);
        let mut last = start;
        for number in 0..=choices.below(4) {
            let months = if number == 0 { 3 } else { 6 };
            let late = choices.pick(&[0, -1, 0, 1, -30]);
            last = shift_days(shift_months(last, months), late);
            if choices.once_in(16) {
                last = shift_days(start, choices.pick(&[0, -1, 1]));
            }
            let mut review = PlanReview::new(self.id('V', choices), self.person.clone(), String::new());
            review.plan.clone_from(&plan);
            review.due = Some(shift_days(last, -late));
            review.date = if choices.once_in(20) { None } else { Some(last) };
            self.add(review);
            self.days.push(last);
        }
        self.days.push(shift_months(last, 6));
    }

    /// The next episode of care, mostly on the day the one before it ceased, and the placement that it is in.
    fn care(&mut self, choices: &mut Choices<'_>) {
        let start = match self.episode {
            Some((_, Some(ceased))) if choices.below(8) < 6 => ceased,
            Some((start, None)) if choices.below(8) < 6 => later(start, choices),
            Some((start, Some(ceased))) => shift_days(ceased.max(start), choices.pick(&[1, -1, 30, -30])),
            _ => self.day(choices),
        };
        // A chain that has run out of the years of the child begins again among its other days.
        let start = if (start - self.turn).num_days() > 1100 { self.day(choices) } else { start };
        let ceased = match choices.below(10) {
            0..=5 => Some(shift_days(start, i64::from(choices.pick(&[1_u16, 3, 10, 30, 60, 120])))),
            6 => Some(shift_days(shift_months(start, choices.pick(&[24, 30, 12, 6])), choices.pick(&[0, 1, -1]))),
            _ => self.end(start, choices),
        };
        let (placement, reason) = self.placement(start, choices);
        let mut episode = LookedAfterEpisode::new(self.id('K', choices), self.person(choices), start);
        episode.placement = placement;
        episode.start_reason = if choices.once_in(6) {
            choices.pick_code::<EpisodeStart>(&["L", "T", "U", "S", "B", "", "Q"])
        } else {
            reason
        };
        episode.ceased = ceased;
        episode.ceased_reason = choices.pick_code(&["X1", "E4A", "E11", ""]);
        episode.period = choices.pick_text(&["", "Y1", "Y2"]);
        self.days.push(start);
        self.days.extend(ceased);
        if ceased.is_none_or(|ceased| ceased > start) {
            self.episode = Some((start, ceased));
        }
        self.add(episode);
    }

    /// Where the next episode is: in a new placement, where the child was before, away for a while, adopted by the carer.
    fn placement(
        &mut self,
        start: NaiveDate,
        choices: &mut Choices<'_>,
    ) -> (Option<String>, Option<Coded<EpisodeStart>>) {
        let reason = |letters: &str| Some(Coded::read(letters));
        let home = self.home.clone();
        match (choices.below(12), home) {
            (0, Some(home)) => (Some(home.id), reason(["L", "L", "P"].get(choices.below(3)).copied().unwrap_or("L"))),
            (1..=3, Some(_)) if !self.away => {
                self.away = true;
                let kind = choices.pick_code(&["T0", "T1", "T2", "T3", "T4"]);
                let mut placement = self.any_placement(start, choices);
                placement.kind = kind;
                (Some(self.keep(placement)), reason("P"))
            }
            // Back: by the same row, or by another row that describes the same placement, perhaps not quite.
            (1..=5, Some(home)) if self.away => {
                self.away = false;
                if choices.below(2) == 0 {
                    return (Some(home.id), reason("P"));
                }
                let mut again = home;
                again.id = self.id('H', choices);
                again.start = start;
                match choices.below(8) {
                    0 => again.postcode = again.postcode.map(|code| code.replace(' ', "").to_lowercase()),
                    1 => again.postcode = None,
                    2 => again.urn = None,
                    3 => again.provider = None,
                    4 => again.kind = choices.pick_code(&["U4", "K2", ""]),
                    _ => {}
                }
                self.home = Some(again.clone());
                (Some(self.keep(again)), reason("P"))
            }
            (4 | 5, Some(home)) => {
                // By the carer, mostly in the same place, and now and then from a place that fostered nobody.
                let mut adoption = home;
                adoption.id = self.id('H', choices);
                adoption.start = start;
                adoption.kind = choices.pick_code(&["A3", "A5", "A4", "A6"]);
                self.home = Some(adoption.clone());
                (Some(self.keep(adoption)), reason("P"))
            }
            (11, _) => (self.reference('H', choices), reason("P")),
            _ => {
                self.away = false;
                let placement = self.any_placement(start, choices);
                if choices.below(8) > 0 || self.home.is_none() {
                    self.home = Some(placement.clone());
                }
                let letters = ["P", "S", "B", "P"].get(choices.below(4)).copied().unwrap_or("P");
                (Some(self.keep(placement)), reason(letters))
            }
        }
    }

    /// A child in care for about 30 months, and for about 24 of them in one placement, that may have become an adoption.
    fn settled(&mut self, choices: &mut Choices<'_>) {
        let day = self.day(choices);
        let first = shift_days(shift_months(day, -30), choices.pick(&[0, 1, -1, -200]));
        let second = shift_days(shift_months(day, -24), choices.pick(&[0, 1, -1]));
        let third = if choices.below(2) == 0 { None } else { Some(shift_months(day, choices.pick(&[-1, -6, -12]))) };
        let starts: Vec<NaiveDate> = [Some(first), Some(second), third].into_iter().flatten().collect();
        for (index, start) in starts.iter().enumerate() {
            let mut placement = self.any_placement(*start, choices);
            let kinds: &[&str] = if index == 2 { &["A4", "A3", "A6", "A5", "U4"] } else { &["U4", "U6", "K2"] };
            placement.kind = choices.pick_code(kinds);
            let mut episode = LookedAfterEpisode::new(self.id('K', choices), self.person.clone(), *start);
            episode.placement = Some(self.keep(placement.clone()));
            episode.start_reason = choices.pick_code(if index == 0 { &["S"] } else { &["P", "P", "L"] });
            episode.ceased = starts.get(index + 1).copied();
            self.episode = Some((*start, episode.ceased));
            self.home = Some(placement);
            self.away = false;
            self.days.push(*start);
            self.add(episode);
        }
    }

    fn any_placement(&mut self, start: NaiveDate, choices: &mut Choices<'_>) -> Placement {
        let mut placement = Placement::new(self.id('H', choices), self.person.clone(), start);
        placement.kind = choices
            .pick_code::<PlacementType>(&["U4", "U6", "U1", "K2", "P1", "U5", "R1", "A4", "T3", "A3", "", "Q9", "q9"]);
        placement.provider = choices.pick_code::<PlacementProvider>(&["PR1", "PR4", "PR2", "", "PRX"]);
        placement.urn = choices.pick_text(&["SC000001", "SC000002", ""]);
        placement.postcode = choices.pick_text(&["B90 1AA", "B90 1AB", "", "CV1 1AA"]);
        placement
    }

    fn keep(&mut self, placement: Placement) -> String {
        let id = placement.id.clone();
        self.add(placement);
        id
    }

    /// A day or some of respite: an episode and the legal status that makes it a short break, together.
    fn short_break(&mut self, choices: &mut Choices<'_>) {
        let start = match self.episode {
            Some((_, Some(ceased))) if choices.below(2) == 0 => ceased,
            _ => self.day(choices),
        };
        let end = if choices.once_in(6) { None } else { Some(shift_days(start, choices.pick(&[1, 2, 7, 60]))) };
        let mut episode = LookedAfterEpisode::new(self.id('K', choices), self.person.clone(), start);
        episode.ceased = end;
        episode.start_reason = choices.pick_code(&["S", "L", "P", ""]);
        episode.placement = self.reference('H', choices);
        let code = choices.pick_code::<LegalStatusCode>(&["V4", "V3", "v4"]);
        let mut status =
            LegalStatus::new(self.id('G', choices), self.person.clone(), LegalStatusCode::ShortBreak, start);
        status.status = code;
        status.end = end;
        // A status that is older, newer or as old, beside it.
        if choices.once_in(3) {
            let mut beside = status.clone();
            beside.id = self.id('G', choices);
            beside.start = shift_days(start, choices.pick(&[0, -1, 0, -30, 1]));
            beside.status = choices.pick_code(&["V2", "C2", "", "V3", "ZZ"]);
            beside.end = if choices.below(2) == 0 { None } else { end };
            self.add(beside);
        }
        self.days.push(start);
        self.days.extend(end);
        self.add(episode);
        self.add(status);
    }

    fn legal_status(&mut self, choices: &mut Choices<'_>) {
        let start = match self.episode {
            Some((start, _)) if choices.below(3) < 2 => shift_days(start, choices.pick(&[0, -1, 0, 1])),
            _ => self.day(choices),
        };
        let mut status =
            LegalStatus::new(self.id('G', choices), self.person(choices), LegalStatusCode::Section20, start);
        status.status = choices.pick_code(&["V2", "C2", "V4", "E1", "V3", "", "ZZ"]);
        status.end = self.end(start, choices);
        self.add(status);
    }

    /// A placement row that no episode names.
    fn loose_placement(&mut self, choices: &mut Choices<'_>) {
        let start = self.day(choices);
        let mut placement = self.any_placement(start, choices);
        placement.person = self.person(choices);
        placement.end = self.end(start, choices);
        self.add(placement);
    }

    fn missing(&mut self, choices: &mut Choices<'_>) {
        let day = match self.episode {
            Some((start, ceased)) if choices.below(2) == 0 => {
                let edge = if choices.below(2) == 0 { start } else { ceased.unwrap_or(start) };
                shift_days(edge, choices.pick(&[0, -1, 1]))
            }
            _ => self.day(choices),
        };
        let start = moment(day, choices);
        let end = match choices.below(12) {
            0 => None,
            1 => Some(start),
            2 => Some(seconds_later(start, choices.pick(&[-60, -1]))),
            3 => Some(moment(shift_days(day, -1), choices)),
            4 | 5 => Some(moment(shift_days(day, choices.pick(&[0, 1, 2])), choices)),
            6 => Some(moment(later(day, choices), choices)),
            _ => Some(seconds_later(start, i64::from(choices.raw()) * 4)),
        };
        let mut episode = MissingEpisode::new(self.id('M', choices), self.person(choices), start);
        episode.end = end;
        episode.kind = choices.pick_code::<MissingKind>(&["M", "M", "A", "M", "A", "", "Z"]);
        let flags = [Some(InterviewFlag::Yes), Some(InterviewFlag::No), None, Some(InterviewFlag::NotRequired)];
        episode.interview_offered = flags.get(choices.pick(&[0, 0, 0, 0, 0, 1, 2, 3])).copied().flatten();
        episode.interview_accepted = flags.get(choices.pick(&[0, 0, 0, 0, 1, 1, 2, 3])).copied().flatten();
        let returned = end.unwrap_or(start);
        episode.interview_completed = match choices.below(12) {
            0 | 1 => None,
            2..=4 => Some(seconds_later(returned, 259_200 + choices.pick(&[0, 1, -1, 60, -60]))),
            5 | 6 => Some(moment(shift_days(returned.date(), choices.pick(&[3, 4, 2])), choices)),
            7 => Some(shift_days(returned.date(), choices.pick(&[3, 4])).into()),
            8 => Some(moment(shift_days(returned.date(), -1), choices)),
            _ => Some(moment(shift_days(returned.date(), i64::from(choices.number(9))), choices)),
        };
        self.days.push(day);
        self.days.push(returned.date());
        self.days.push(shift_days(returned.date(), 3));
        self.add(episode);
    }

    fn care_leaver(&mut self, choices: &mut Choices<'_>) {
        let mut status = CareLeaverStatus::new(self.id('Q', choices), self.person(choices));
        status.latest_contact = match choices.below(6) {
            0..=2 => Some(self.day(choices)),
            3 | 4 => self.days.last().copied(),
            _ => None,
        };
        status.eligibility = choices.pick_code::<Eligibility>(&[
            "Former Relevant",
            "Relevant",
            "former relevant",
            "Relevant",
            "Eligible",
            "Qualifying",
            "",
            "Other",
        ]);
        status.in_touch = choices.pick_code::<InTouch>(&["YES", "", "NO", "YES", "REFU", "NREQ", "DIED", "RHOM", "X"]);
        status.accommodation = choices.pick_code::<Accommodation>(&["U", "", "B", "G", "H", "R", "X", "Z", "99"]);
        status.suitability = choices.pick_code::<Suitability>(&["1", "2", "", "1", "3"]);
        status.activity = choices.pick_code::<Activity>(&["F1", "P5", "F5", "P1", "G4", "G5", "0", "", "F6"]);
        self.add(status);
    }

    fn involvement(&mut self, choices: &mut Choices<'_>) {
        let day = self.day(choices);
        let start = if choices.below(2) == 0 { day } else { shift_days(self.turn, -400) };
        let mut involvement = Involvement::new(self.id('N', choices), self.person(choices), start);
        involvement.end = self.end(start, choices);
        involvement.role =
            choices.pick_text(&["Allocated Case Worker", "allocated case worker", "Allocated Case Worker", "IRO", ""]);
        involvement.professional = choices.pick_text(&["W0", "W1", "W0", "W2", "W3", "W-unknown", "", "W4"]);
        self.add(involvement);
    }

    fn immigration(&mut self, choices: &mut Choices<'_>) {
        let mut status = ImmigrationStatus::new(self.person(choices), String::new());
        status.status =
            choices.pick_text(&["UASC", "Unaccompanied Asylum Seeking Child", " uasc ", "British Citizen", ""]);
        let start = self.day(choices);
        status.start = if choices.once_in(4) { None } else { Some(start) };
        status.end = self.end(start, choices);
        self.add(status);
    }
}

// ---- all children ------------------------------------------------------------------------------------------------

fn build(common: &[u16], children: &[Child]) -> Vec<Record> {
    let mut common = Choices::new(common);
    let turn = edge(&mut common);
    let order = common.below(4);
    let mut records: Vec<Record> = Vec::new();
    for (id, number) in [("W0", "SW12345"), ("W1", "sw9"), ("W2", "SWX1"), ("W3", "")] {
        let mut professional = Professional::new(id);
        professional.registration = Some(number).filter(|number| !number.is_empty()).map(str::to_owned);
        records.push(professional.into());
    }
    if common.once_in(4) {
        records.push(Professional::new("W0").registration("none").into());
        records.push(Professional::new("").registration("SW1").into());
    }
    for (number, child) in children.iter().enumerate() {
        let mut choices = Choices::new(&child.choices);
        let own_turn = match choices.below(3) {
            0 => turn,
            1 => later(turn, &mut choices),
            _ => shift_months(turn, choices.pick(&[-12, -24, -18, -30])),
        };
        let leaver = child.pieces.iter().filter(|(piece, _)| matches!(piece, Piece::CareLeaver)).count() > 1;
        let mut history = History::new(number, children.len(), leaver, own_turn);
        history.person_record(&mut choices);
        for _ in 0..choices.pick(&[1, 0, 1, 2]) {
            let family = format!("F{}", choices.below(3));
            history.add(FamilyMember::new(family, history.person.clone()));
        }
        for (piece, numbers) in &child.pieces {
            history.piece(*piece, &mut Choices::new(numbers));
        }
        history.close(&mut choices);
        records.extend(history.records);
    }
    match order {
        0 | 1 => records,
        2 => records.into_iter().rev().collect(),
        // As exports come: children among each other.
        _ => {
            let (even, odd): (Vec<_>, Vec<_>) = records.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
            odd.into_iter().chain(even).map(|(_, record)| record).collect()
        }
    }
}

/// Days about which readings change: the days of the records, and the days on which something falls due.
struct Critical {
    days: Vec<NaiveDate>,
    due: Vec<NaiveDate>,
}

impl Critical {
    fn of(records: &[Record]) -> Self {
        let mut days = Vec::new();
        let mut due = Vec::new();
        let mut birthdays = Vec::new();
        for record in records {
            match record {
                Record::Person(r) => birthdays.extend(r.date_of_birth.into_iter().flat_map(|born| {
                    [16, 18, 26].map(|age| (born.month() == 2 && born.day() == 29, shift_months(born, 12 * age)))
                })),
                Record::Referral(r) => days.push(r.date),
                Record::Assessment(r) => days.extend(r.authorised.map(Moment::date)),
                Record::InitialConference(r) => days.extend(r.date.map(Moment::date)),
                Record::ProtectionPlan(r) => {
                    days.extend([Some(r.start), r.end].into_iter().flatten());
                    let limits = [shift_months(r.start, 3), shift_months(r.start, 18), shift_days(r.start, 728)];
                    due.extend(limits.into_iter().filter(|limit| r.end.is_none_or(|end| *limit < end)));
                }
                Record::PlanReview(r) => {
                    days.extend(r.date);
                    due.extend(r.date.map(|date| shift_months(date, 6)));
                }
                Record::LookedAfterEpisode(r) => {
                    days.extend([Some(r.start), r.ceased].into_iter().flatten());
                    let limits = [shift_months(r.start, 24), shift_months(r.start, 30)];
                    // Stability is read of the children who are still there.
                    let times = if r.ceased.is_none() { 6 } else { 1 };
                    due.extend(limits.into_iter().flat_map(|limit| std::iter::repeat_n(limit, times)));
                }
                Record::Placement(r) => days.extend(r.end),
                Record::MissingEpisode(r) => {
                    days.extend([Some(r.start), r.end].into_iter().flatten().map(Moment::date));
                }
                Record::CareLeaverStatus(r) => days.extend(r.latest_contact),
                Record::Involvement(r) => days.extend([Some(r.start), r.end].into_iter().flatten()),
                _ => {}
            }
        }
        if days.is_empty() {
            days.push(ANCHOR);
        }
        // Birthdays count where something else happens about them; those of 29 February all the more.
        let first = days.iter().min().map_or(ANCHOR, |day| shift_days(*day, -60));
        let last = days.iter().max().map_or(ANCHOR, |day| shift_days(*day, 600));
        for (leap, birthday) in birthdays.into_iter().filter(|(_, day)| (first..=last).contains(day)) {
            due.extend(std::iter::repeat_n(birthday, if leap { 6 } else { 3 }));
        }
        Self { days, due }
    }

    /// A day to read at: where a window begins or ends at one of these days, where something falls due, or beside it.
    fn date(&self, choices: &mut Choices<'_>) -> NaiveDate {
        let index = choices.raw();
        let of = |days: &[NaiveDate]| days.get(usize::from(index) % days.len().max(1)).copied();
        let day = of(&self.days).unwrap_or(ANCHOR);
        match choices.below(16) {
            0..=2 => last_of_month(day.year(), day.month()),
            3 | 4 => quarter_end(day.year(), usize::try_from(day.month0() / 3).unwrap_or(0)),
            5 => date(if day.month() > 3 { day.year() + 1 } else { day.year() }, 3, 31),
            6..=8 => shift_days(day, choices.pick(&[0, -1, 1])),
            9..=12 => shift_days(of(&self.due).unwrap_or(day), choices.pick(&[0, 1, -1])),
            13 => shift_days(shift_months(day, 12), choices.pick(&[-1, 0, -2])),
            14 => last_of_month(day.year() - day.year() % 4, 2),
            _ => shift_days(day, i64::from(choices.number(90))),
        }
    }
}
