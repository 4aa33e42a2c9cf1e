//! A naive oracle: every figure again, written sentence by sentence from the rules, with no code of the engine.
//!
//! It takes the records alone (the typed records are the only thing shared) and judges every unit in the window for one
//! indicator, basis and date at a time: plain loops over all records, days counted one by one, its own months, ages,
//! windows and bank holidays. It is slow on purpose; what it is good for is to be obviously the rule.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by a panic")]
#![allow(clippy::wildcard_imports, reason = "the typed records are the one thing that is shared")]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "years and months are small")]
#![allow(
    clippy::single_match_else,
    clippy::collapsible_else_if,
    reason = "both sides of a rule stand beside each other"
)]
#![allow(clippy::enum_glob_use, reason = "placement types are written as in the rules")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use csc_kpi::NaiveDate;
use csc_kpi::calendar::Moment;
use csc_kpi::record::*;

use chrono::{Datelike, NaiveDateTime, NaiveTime};

/// On which basis the oracle reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OracleBasis {
    Rolling(u32),
    Cumulative,
    InQuarter,
    InMonth,
    AsAt,
}

/// What the oracle finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OracleFigure {
    Proportion {
        met: u64,
        not_met: u64,
        pending: u64,
        excepted: u64,
        excluded: u64,
    },
    Composition {
        total: u64,
        parts: BTreeMap<String, u64>,
    },
    /// The values in ascending order.
    Distribution(Vec<i64>),
}

/// A figure, and the families with a met unit where the rule asks for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OracleReading {
    pub(crate) figure: OracleFigure,
    pub(crate) sibling_groups: Option<u64>,
}

/// Whether an indicator looks at a window or at a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OracleKind {
    /// Units dated by an event: every window.
    Flow,
    /// Units of the day `as_at`, judged by what lies in a window.
    DayWithWindow,
    /// The state on the day `as_at`.
    Day,
}

/// Every indicator, option and companion that the oracle knows.
pub(crate) const INDICATORS: [(&str, OracleKind); 39] = [
    ("NI 68", OracleKind::Flow),
    ("NI 68 by-event", OracleKind::Flow),
    ("NI 68 route", OracleKind::Flow),
    ("ECS 14a", OracleKind::Flow),
    ("ECS 14a 365 days", OracleKind::Flow),
    ("ECS 14a as recorded", OracleKind::Flow),
    ("ECS 14a as recorded with itself", OracleKind::Flow),
    ("ECS 138", OracleKind::Flow),
    ("ECS 138 from referral", OracleKind::Flow),
    ("ECS 138 start is day 1", OracleKind::Flow),
    ("ECS 138 days", OracleKind::Flow),
    ("NI 65", OracleKind::Flow),
    ("NI 65a", OracleKind::Flow),
    ("NI 65a start to start", OracleKind::Flow),
    ("ECS 133", OracleKind::Day),
    ("NI 64 open", OracleKind::Day),
    ("NI 64 ceased", OracleKind::Flow),
    ("NI 67", OracleKind::Day),
    ("ICPC 15", OracleKind::Flow),
    ("CLA", OracleKind::Day),
    ("NI 62", OracleKind::DayWithWindow),
    ("NI 62 raw-moves", OracleKind::DayWithWindow),
    ("NI 62 as recorded", OracleKind::Day),
    ("NI 63", OracleKind::Day),
    ("ECS 01b", OracleKind::Day),
    ("ECS 02", OracleKind::Day),
    ("Care leavers suitable", OracleKind::Day),
    ("Care leavers EET", OracleKind::Day),
    ("Care leavers status age", OracleKind::Day),
    ("Missing episodes", OracleKind::Flow),
    ("Missing children", OracleKind::Flow),
    ("Missing children home first", OracleKind::Flow),
    ("WRI", OracleKind::Flow),
    ("WRI offered", OracleKind::Flow),
    ("WRI completed", OracleKind::Flow),
    ("WRI refused", OracleKind::Flow),
    ("WRI not required", OracleKind::Flow),
    ("WRI outstanding", OracleKind::Flow),
    ("WRI 72h", OracleKind::Flow),
];

/// The bases on which an indicator of a kind is read.
pub(crate) fn bases(kind: OracleKind) -> Vec<OracleBasis> {
    use OracleBasis::*;
    match kind {
        OracleKind::Flow => vec![Rolling(12), Cumulative, InQuarter, InMonth],
        OracleKind::DayWithWindow => vec![Rolling(12), Cumulative],
        OracleKind::Day => vec![AsAt],
    }
}

/// One reading; for many of the same records see [`Oracle`].
#[allow(dead_code, reason = "the shortest way to one figure, for whoever looks into a difference")]
pub(crate) fn oracle(
    records: &[Record],
    indicator: &str,
    basis: OracleBasis,
    as_at: NaiveDate,
    known_at: Option<NaiveDate>,
) -> OracleReading {
    Oracle::new(records, known_at).read(indicator, basis, as_at)
}

// ---- the calendar ------------------------------------------------------------------------------------------------

/// The bank holidays of England and Wales, 2007 to 2028.
#[rustfmt::skip]
const BANK_HOLIDAYS: [(i32, u32, u32); 181] = [
    (2007, 1, 1), (2007, 4, 6), (2007, 4, 9), (2007, 5, 7), (2007, 5, 28), (2007, 8, 27), (2007, 12, 25), (2007, 12, 26),
    (2008, 1, 1), (2008, 3, 21), (2008, 3, 24), (2008, 5, 5), (2008, 5, 26), (2008, 8, 25), (2008, 12, 25), (2008, 12, 26),
    (2009, 1, 1), (2009, 4, 10), (2009, 4, 13), (2009, 5, 4), (2009, 5, 25), (2009, 8, 31), (2009, 12, 25), (2009, 12, 28),
    (2010, 1, 1), (2010, 4, 2), (2010, 4, 5), (2010, 5, 3), (2010, 5, 31), (2010, 8, 30), (2010, 12, 27), (2010, 12, 28),
    (2011, 1, 3), (2011, 4, 22), (2011, 4, 25), (2011, 4, 29), (2011, 5, 2), (2011, 5, 30), (2011, 8, 29), (2011, 12, 26), (2011, 12, 27),
    (2012, 1, 2), (2012, 4, 6), (2012, 4, 9), (2012, 5, 7), (2012, 6, 4), (2012, 6, 5), (2012, 8, 27), (2012, 12, 25), (2012, 12, 26),
    (2013, 1, 1), (2013, 3, 29), (2013, 4, 1), (2013, 5, 6), (2013, 5, 27), (2013, 8, 26), (2013, 12, 25), (2013, 12, 26),
    (2014, 1, 1), (2014, 4, 18), (2014, 4, 21), (2014, 5, 5), (2014, 5, 26), (2014, 8, 25), (2014, 12, 25), (2014, 12, 26),
    (2015, 1, 1), (2015, 4, 3), (2015, 4, 6), (2015, 5, 4), (2015, 5, 25), (2015, 8, 31), (2015, 12, 25), (2015, 12, 28),
    (2016, 1, 1), (2016, 3, 25), (2016, 3, 28), (2016, 5, 2), (2016, 5, 30), (2016, 8, 29), (2016, 12, 26), (2016, 12, 27),
    (2017, 1, 2), (2017, 4, 14), (2017, 4, 17), (2017, 5, 1), (2017, 5, 29), (2017, 8, 28), (2017, 12, 25), (2017, 12, 26),
    (2018, 1, 1), (2018, 3, 30), (2018, 4, 2), (2018, 5, 7), (2018, 5, 28), (2018, 8, 27), (2018, 12, 25), (2018, 12, 26),
    (2019, 1, 1), (2019, 4, 19), (2019, 4, 22), (2019, 5, 6), (2019, 5, 27), (2019, 8, 26), (2019, 12, 25), (2019, 12, 26),
    (2020, 1, 1), (2020, 4, 10), (2020, 4, 13), (2020, 5, 8), (2020, 5, 25), (2020, 8, 31), (2020, 12, 25), (2020, 12, 28),
    (2021, 1, 1), (2021, 4, 2), (2021, 4, 5), (2021, 5, 3), (2021, 5, 31), (2021, 8, 30), (2021, 12, 27), (2021, 12, 28),
    (2022, 1, 3), (2022, 4, 15), (2022, 4, 18), (2022, 5, 2), (2022, 6, 2), (2022, 6, 3), (2022, 8, 29), (2022, 9, 19), (2022, 12, 26), (2022, 12, 27),
    (2023, 1, 2), (2023, 4, 7), (2023, 4, 10), (2023, 5, 1), (2023, 5, 8), (2023, 5, 29), (2023, 8, 28), (2023, 12, 25), (2023, 12, 26),
    (2024, 1, 1), (2024, 3, 29), (2024, 4, 1), (2024, 5, 6), (2024, 5, 27), (2024, 8, 26), (2024, 12, 25), (2024, 12, 26),
    (2025, 1, 1), (2025, 4, 18), (2025, 4, 21), (2025, 5, 5), (2025, 5, 26), (2025, 8, 25), (2025, 12, 25), (2025, 12, 26),
    (2026, 1, 1), (2026, 4, 3), (2026, 4, 6), (2026, 5, 4), (2026, 5, 25), (2026, 8, 31), (2026, 12, 25), (2026, 12, 28),
    (2027, 1, 1), (2027, 3, 26), (2027, 3, 29), (2027, 5, 3), (2027, 5, 31), (2027, 8, 30), (2027, 12, 27), (2027, 12, 28),
    (2028, 1, 3), (2028, 4, 14), (2028, 4, 17), (2028, 5, 1), (2028, 5, 29), (2028, 8, 28), (2028, 12, 25), (2028, 12, 26),
];

fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().expect("a day of the calendar")
}

fn days_from_to(from: NaiveDate, to: NaiveDate) -> i64 {
    to.signed_duration_since(from).num_days()
}

fn days_later(day: NaiveDate, days: u32) -> NaiveDate {
    (0..days).fold(day, |d, _| next(d))
}

/// Keeps the day of the month and clamps it to the month's last day.
fn months_later(day: NaiveDate, months: i32) -> NaiveDate {
    let month = day.year() * 12 + (day.month() as i32 - 1) + months;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) as u32 + 1);
    let mut day_of_month = day.day();
    loop {
        match NaiveDate::from_ymd_opt(year, month, day_of_month) {
            Some(found) => return found,
            None => day_of_month -= 1,
        }
    }
}

fn months_earlier(day: NaiveDate, months: i32) -> NaiveDate {
    months_later(day, -months)
}

/// Working days `d` with `from < d <= to`, one by one; none where a day from the first to the last is outside the list.
fn working_days(from: NaiveDate, to: NaiveDate) -> Option<i64> {
    let mut count = 0;
    let mut day = from;
    loop {
        if day.year() < 2007 || day.year() > 2028 {
            return None;
        }
        if day >= to {
            return Some(count);
        }
        day = next(day);
        let weekend = day.weekday().num_days_from_monday() >= 5;
        let holiday = BANK_HOLIDAYS.binary_search(&(day.year(), day.month(), day.day())).is_ok();
        if !weekend && !holiday {
            count += 1;
        }
    }
}

/// Whole years; none for an unborn child and one whose date of birth is not recorded.
fn age(born: Option<NaiveDate>, day: NaiveDate) -> Option<i32> {
    let born = born?;
    if day < born {
        return None;
    }
    let mut years = 0;
    loop {
        let year = born.year() + years + 1;
        // In a common year 29 February is reached on 1 March.
        let birthday = NaiveDate::from_ymd_opt(year, born.month(), born.day()).unwrap_or_else(|| ymd(year, 3, 1));
        if birthday > day {
            return Some(years);
        }
        years += 1;
    }
}

fn under(limit: i32, age: Option<i32>) -> bool {
    age.is_none_or(|age| age < limit)
}

#[derive(Clone, Copy)]
struct Days {
    start: NaiveDate,
    end: NaiveDate,
}

impl Days {
    fn hold(self, day: NaiveDate) -> bool {
        self.start <= day && day < self.end
    }
}

fn window(basis: OracleBasis, as_at: NaiveDate) -> Days {
    let end = next(as_at);
    let start = match basis {
        OracleBasis::Rolling(months) => months_earlier(end, months as i32),
        OracleBasis::Cumulative if as_at.month() >= 4 => ymd(as_at.year(), 4, 1),
        OracleBasis::Cumulative => ymd(as_at.year() - 1, 4, 1),
        OracleBasis::InQuarter => match as_at.month() {
            1..=3 => ymd(as_at.year(), 1, 1),
            4..=6 => ymd(as_at.year(), 4, 1),
            7..=9 => ymd(as_at.year(), 7, 1),
            _ => ymd(as_at.year(), 10, 1),
        },
        OracleBasis::InMonth => ymd(as_at.year(), as_at.month(), 1),
        OracleBasis::AsAt => panic!("as-at has no window"),
    };
    Days { start, end }
}

/// Covers `start <= day < end`.
fn open_on(start: NaiveDate, end: Option<NaiveDate>, day: NaiveDate) -> bool {
    start <= day && end.is_none_or(|end| day < end)
}

// ---- moments -----------------------------------------------------------------------------------------------------

/// Where one of two moments has no time of day, days are compared.
fn earlier(a: Moment, b: Moment) -> bool {
    match (a.time(), b.time()) {
        (Some(time_a), Some(time_b)) => NaiveDateTime::new(a.date(), time_a) < NaiveDateTime::new(b.date(), time_b),
        _ => a.date() < b.date(),
    }
}

// ---- verdicts ----------------------------------------------------------------------------------------------------

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Met,
    NotMet,
    Pending,
    Excepted,
    Excluded,
}

fn met_if(condition: bool) -> Verdict {
    if condition { Verdict::Met } else { Verdict::NotMet }
}

/// The units of a reading: whose, and which verdict. Units that are outside are not in it.
type Units = Vec<(String, Verdict)>;

fn proportion(units: &Units) -> OracleFigure {
    let count = |verdict| units.iter().filter(|(_, v)| *v == verdict).count() as u64;
    OracleFigure::Proportion {
        met: count(Verdict::Met),
        not_met: count(Verdict::NotMet),
        pending: count(Verdict::Pending),
        excepted: count(Verdict::Excepted),
        excluded: count(Verdict::Excluded),
    }
}

/// Counts units by part; a unit without a part counts in the total alone.
fn composition(names: &[&'static str], units: &[Option<&'static str>]) -> OracleFigure {
    let mut parts: BTreeMap<String, u64> = names.iter().map(|name| ((*name).to_owned(), 0)).collect();
    for name in units.iter().flatten() {
        *parts.get_mut(*name).expect("a part with a name") += 1;
    }
    OracleFigure::Composition { total: units.len() as u64, parts }
}

fn distribution(mut values: Vec<i64>) -> OracleFigure {
    values.sort_unstable();
    OracleFigure::Distribution(values)
}

// ---- what can be seen --------------------------------------------------------------------------------------------

/// The records that are left after the integrity rules, as they were known on a day.
#[derive(Default)]
pub(crate) struct Oracle {
    known_at: Option<NaiveDate>,
    persons: Vec<Person>,
    family_members: Vec<FamilyMember>,
    immigration: Vec<ImmigrationStatus>,
    referrals: Vec<Referral>,
    assessments: Vec<Assessment>,
    enquiries: Vec<Section47Enquiry>,
    conferences: Vec<InitialConference>,
    plans: Vec<ProtectionPlan>,
    reviews: Vec<PlanReview>,
    placements: Vec<Placement>,
    legal_statuses: Vec<LegalStatus>,
    missing: Vec<MissingEpisode>,
    leavers: Vec<CareLeaverStatus>,
    involvements: Vec<Involvement>,
    professionals: Vec<Professional>,
    /// After the cuts, in order of child and start; none without a day.
    episodes: Vec<LookedAfterEpisode>,
    marks: RefCell<BTreeSet<&'static str>>,
}

/// A run of episodes that counts as one placement.
struct Spell<'a> {
    episodes: Vec<&'a LookedAfterEpisode>,
}

impl Spell<'_> {
    fn start(&self) -> NaiveDate {
        self.episodes[0].start
    }

    fn has(&self, day: NaiveDate) -> bool {
        self.episodes.iter().any(|e| open_on(e.start, e.ceased, day))
    }
}

impl Oracle {
    /// Reads the records in the order given, which is the order of the rows.
    pub(crate) fn new(records: &[Record], known_at: Option<NaiveDate>) -> Self {
        let mut seen = Self { known_at, ..Self::default() };
        let mut ids: HashSet<(Family, &str)> = HashSet::new();
        let unknown = |day: NaiveDate| known_at.is_some_and(|k| day > k);
        let known_day = |day: Option<NaiveDate>| day.filter(|d| !unknown(*d));
        let known_moment = |at: Option<Moment>| at.filter(|m| !unknown(m.date()));
        let mut episodes: Vec<LookedAfterEpisode> = Vec::new();

        for record in records {
            // An empty or repeated id and an empty person id: the row is left out; the first readable one stays.
            let (id, person) = identity(record);
            if id == Some("") || person == Some("") {
                seen.mark("row: empty id");
                continue;
            }
            if let Some(id) = id
                && !ids.insert((record.family(), id))
            {
                seen.mark("row: repeated id");
                continue;
            }
            // End before start: the record is left out of every rule.
            if ends_before_start(record) {
                seen.mark("row: end before start");
                continue;
            }
            // What starts after the day on which things are known is unseen; an end after it is not there yet.
            if start_of(record).is_some_and(unknown) {
                seen.mark("known at: unseen");
                continue;
            }
            match record.clone() {
                Record::Person(r) => seen.persons.push(r),
                Record::FamilyMember(r) => seen.family_members.push(r),
                Record::ImmigrationStatus(mut r) => {
                    r.end = known_day(r.end);
                    seen.immigration.push(r);
                }
                Record::Referral(r) => seen.referrals.push(r),
                Record::Assessment(mut r) => {
                    r.authorised = known_moment(r.authorised);
                    seen.assessments.push(r);
                }
                Record::Section47Enquiry(r) => seen.enquiries.push(r),
                Record::InitialConference(r) => seen.conferences.push(r),
                Record::ProtectionPlan(mut r) => {
                    r.end = known_day(r.end);
                    seen.plans.push(r);
                }
                Record::PlanReview(r) => seen.reviews.push(r),
                Record::LookedAfterEpisode(mut r) => {
                    r.ceased = known_day(r.ceased);
                    episodes.push(r);
                }
                Record::Placement(mut r) => {
                    r.end = known_day(r.end);
                    seen.placements.push(r);
                }
                Record::LegalStatus(mut r) => {
                    r.end = known_day(r.end);
                    seen.legal_statuses.push(r);
                }
                Record::MissingEpisode(mut r) => {
                    r.end = known_moment(r.end);
                    seen.missing.push(r);
                }
                Record::CareLeaverStatus(r) => seen.leavers.push(r),
                Record::Involvement(mut r) => {
                    r.end = known_day(r.end);
                    seen.involvements.push(r);
                }
                Record::Professional(r) => seen.professionals.push(r),
                other => panic!("a family the oracle does not know: {other:?}"),
            }
        }
        seen.episodes = seen.cut(&episodes);
        seen
    }

    /// The branches of the rules that readings so far have come through.
    pub(crate) fn marks(&self) -> BTreeSet<&'static str> {
        self.marks.borrow().clone()
    }

    fn mark(&self, branch: &'static str) {
        self.marks.borrow_mut().insert(branch);
    }

    /// Marks a value that lies on a limit, and one that lies just beyond it.
    fn mark_limit<T: PartialEq + Copy>(&self, value: T, limit: T, beyond: T, branches: [&'static str; 2]) {
        if value == limit {
            self.mark(branches[0]);
        } else if value == beyond {
            self.mark(branches[1]);
        }
    }

    /// Marks an event on the first day of the window, and one on the day before it.
    fn holds(&self, days: Days, day: NaiveDate) -> bool {
        if !days.hold(day) {
            if next(day) == days.start {
                self.mark("window: the day before its first");
            } else if day == days.end {
                self.mark("window: the day after its last");
            }
            return false;
        }
        if day == days.start {
            self.mark("window: its first day");
        }
        if next(day) == days.end {
            self.mark("window: its last day");
        }
        true
    }

    /// Whether the child is under an age, which an unborn child and one without a date of birth are.
    fn is_under(&self, limit: i32, child: &str, day: NaiveDate) -> bool {
        let born = self.born(child);
        match born {
            None => self.mark("age: date of birth not recorded"),
            Some(born) if day < born => self.mark("age: unborn"),
            Some(born) => {
                if age(Some(born), day) == Some(limit) && under(limit, age(Some(born), day.pred_opt().expect("a day")))
                {
                    self.mark(if limit == 16 { "age: 16th birthday" } else { "age: 18th birthday" });
                    if (born.month(), born.day()) == (2, 29) {
                        self.mark("age: birthday of a child born on 29 February");
                    }
                } else if age(Some(born), day) == Some(limit - 1) && age(Some(born), next(day)) == Some(limit) {
                    self.mark(if limit == 16 { "age: 16 tomorrow" } else { "age: 18 tomorrow" });
                    if (born.month(), born.day(), day.month(), day.day()) == (2, 29, 2, 28) {
                        self.mark("age: 28 February of a child born on the 29th");
                    }
                }
            }
        }
        under(limit, age(born, day))
    }

    /// Overlapping episodes of one child: each is cut at the next one's start.
    fn cut(&self, episodes: &[LookedAfterEpisode]) -> Vec<LookedAfterEpisode> {
        let has_a_day = |e: &LookedAfterEpisode| e.ceased != Some(e.start);
        let mut result: Vec<LookedAfterEpisode> = Vec::new();
        for episode in episodes {
            // An episode without a day cuts nothing and takes no part.
            if !has_a_day(episode) {
                self.mark("episode: without a day");
                continue;
            }
            let others =
                || episodes.iter().filter(|o| o.person == episode.person && o.id != episode.id && has_a_day(o));
            // Of several that start on one day the one that ends last stays: open last, then the greater id.
            let gives_way = |other: &LookedAfterEpisode| match (other.ceased, episode.ceased) {
                (a, b) if a == b => {
                    self.mark("episode: same start, greater id");
                    other.id > episode.id
                }
                (None, Some(_)) => true,
                (Some(_), None) => false,
                (a, b) => a > b,
            };
            if others().any(|o| o.start == episode.start && gives_way(o)) {
                self.mark("episode: same start, gives way");
                continue;
            }
            let mut kept = episode.clone();
            if let Some(next_start) = others().map(|o| o.start).filter(|start| *start > episode.start).min()
                && kept.ceased.is_none_or(|ceased| ceased > next_start)
            {
                self.mark("episode: cut");
                kept.ceased = Some(next_start);
            }
            result.push(kept);
        }
        result.sort_by(|a, b| (&a.person, a.start).cmp(&(&b.person, b.start)));
        result
    }

    // ---- one reading ---------------------------------------------------------------------------------------------

    /// Judges every unit in the window.
    pub(crate) fn read(&self, indicator: &str, basis: OracleBasis, as_at: NaiveDate) -> OracleReading {
        let kind = INDICATORS.iter().find(|(name, _)| *name == indicator).unwrap_or_else(|| panic!("{indicator}?")).1;
        assert_eq!(kind == OracleKind::Day, basis == OracleBasis::AsAt, "{indicator} on {basis:?}");
        let days = || window(basis, as_at);
        let units = match indicator {
            "NI 68 route" => return plain(self.ni_68_route(days())),
            "ECS 138 days" => return plain(self.ecs_138_days(days())),
            "CLA" => return plain(self.cla(as_at)),
            "Care leavers status age" => return plain(self.care_leavers_status_age(as_at)),
            "Missing episodes" => return plain(self.missing_episodes(days())),
            "Missing children" => return plain(self.missing_children(days(), [FROM_CARE, AWAY, FROM_HOME])),
            "Missing children home first" => return plain(self.missing_children(days(), [FROM_HOME, AWAY, FROM_CARE])),
            "WRI" => return plain(self.wri(days())),
            "NI 68" => self.ni_68(days(), false),
            "NI 68 by-event" => self.ni_68(days(), true),
            "ECS 14a" => self.ecs_14a(days(), |r| months_earlier(r, 12)),
            "ECS 14a 365 days" => self.ecs_14a(days(), |r| r - chrono::Days::new(365)),
            "ECS 14a as recorded" => self.ecs_14a_as_recorded(days(), 1),
            "ECS 14a as recorded with itself" => self.ecs_14a_as_recorded(days(), 2),
            "ECS 138" => self.ecs_138(days(), Clock::FromStart),
            "ECS 138 from referral" => self.ecs_138(days(), Clock::FromReferral),
            "ECS 138 start is day 1" => self.ecs_138(days(), Clock::StartIsDayOne),
            "NI 65" => self.ni_65(days()),
            "NI 65a" => self.ni_65a(days(), false),
            "NI 65a start to start" => self.ni_65a(days(), true),
            "ECS 133" => self.ecs_133(as_at),
            "NI 64 open" => self.ni_64_open(as_at),
            "NI 64 ceased" => self.ni_64_ceased(days()),
            "NI 67" => self.ni_67(as_at),
            "ICPC 15" => self.icpc_15(days()),
            "NI 62" => self.ni_62(as_at, days()),
            "NI 62 raw-moves" => self.ni_62_raw(as_at, days()),
            "NI 62 as recorded" => self.ni_62_as_recorded(as_at),
            "NI 63" => self.ni_63(as_at),
            "ECS 01b" => self.ecs_01b(as_at),
            "ECS 02" => self.ecs_02(as_at),
            "Care leavers suitable" => self.care_leavers_suitable(as_at),
            "Care leavers EET" => self.care_leavers_eet(as_at),
            "WRI offered" => self.wri_offered(days()),
            "WRI completed" => self.wri_share(days(), "completed"),
            "WRI refused" => self.wri_share(days(), "refused"),
            "WRI not required" => self.wri_share(days(), "not required"),
            "WRI outstanding" => self.wri_share(days(), "outstanding"),
            "WRI 72h" => self.wri_72h(days()),
            other => panic!("{other}?"),
        };
        let sibling_groups = indicator.starts_with("NI 65").then(|| self.families_with_a_met_unit(&units));
        OracleReading { figure: proportion(&units), sibling_groups }
    }

    // ---- referrals -----------------------------------------------------------------------------------------------

    /// Several referrals of one child on one day are one.
    fn referral_units(&self) -> Vec<Vec<&Referral>> {
        let mut units: Vec<Vec<&Referral>> = Vec::new();
        for referral in &self.referrals {
            match units.iter_mut().find(|u| u[0].person == referral.person && u[0].date == referral.date) {
                Some(unit) => {
                    self.mark("referrals: several on one day");
                    unit.push(referral);
                }
                None => units.push(vec![referral]),
            }
        }
        units
    }

    fn enquiry_on(&self, unit: &[&Referral]) -> bool {
        unit.iter().any(|r| self.enquiries.iter().any(|e| e.referral.as_ref() == Some(&r.id)))
    }

    fn assessment_on(&self, unit: &[&Referral]) -> bool {
        let mut found = self.assessments.iter().filter(|a| unit.iter().any(|r| a.referral.as_ref() == Some(&r.id)));
        let first = found.next();
        if first.is_some_and(|a| a.person != unit[0].person) && found.next().is_none() {
            self.mark("reference: to a referral by another person's assessment alone");
        }
        first.is_some()
    }

    /// No further action only if all are; an undecided flag counts as progressed.
    fn no_further_action(unit: &[&Referral]) -> bool {
        unit.iter().all(|r| r.no_further_action == Some(true))
    }

    fn ni_68(&self, days: Days, by_event: bool) -> Units {
        let mut units = Units::new();
        for unit in self.referral_units() {
            if self.holds(days, unit[0].date) {
                let met = if by_event {
                    self.assessment_on(&unit) || self.enquiry_on(&unit)
                } else {
                    !Self::no_further_action(&unit)
                };
                units.push((unit[0].person.clone(), met_if(met)));
            }
        }
        units
    }

    fn ni_68_route(&self, days: Days) -> OracleFigure {
        let mut routes = Vec::new();
        for unit in self.referral_units() {
            if self.holds(days, unit[0].date) && !Self::no_further_action(&unit) {
                routes.push(Some(if self.enquiry_on(&unit) {
                    "S47"
                } else if self.assessment_on(&unit) {
                    "S17"
                } else {
                    "not recorded"
                }));
            }
        }
        composition(&["S47", "S17", "not recorded"], &routes)
    }

    fn ecs_14a(&self, days: Days, first_day_looked_at: impl Fn(NaiveDate) -> NaiveDate) -> Units {
        let mut units = Units::new();
        for unit in self.referral_units() {
            let (person, r) = (&unit[0].person, unit[0].date);
            if self.holds(days, r) {
                if unit.iter().all(|referral| referral.earlier_counted.is_some()) {
                    units.push((person.clone(), Verdict::Excluded));
                    continue;
                }
                let first = first_day_looked_at(r);
                for p in self.referrals.iter().filter(|p| p.person == *person) {
                    let beyond = first.pred_opt().expect("a day of the calendar");
                    self.mark_limit(
                        p.date,
                        first,
                        beyond,
                        [
                            "referral: on the first day looked back to",
                            "referral: on the day before the first looked back to",
                        ],
                    );
                }
                let met = self.referrals.iter().any(|p| p.person == *person && first <= p.date && p.date < r);
                units.push((person.clone(), met_if(met)));
            }
        }
        units
    }

    /// Of the referrals of a day the greatest number counts; a number that is not given is no number.
    fn ecs_14a_as_recorded(&self, days: Days, enough: u32) -> Units {
        let mut units = Units::new();
        for unit in self.referral_units().into_iter().filter(|unit| self.holds(days, unit[0].date)) {
            let counts: Vec<_> = unit.iter().filter_map(|referral| referral.earlier_counted).collect();
            if counts.len() == unit.len() {
                let most = counts.iter().filter_map(|count| count.number()).max();
                units.push((unit[0].person.clone(), most.map_or(Verdict::Excluded, |most| met_if(most >= enough))));
            }
        }
        units
    }

    // ---- assessments ---------------------------------------------------------------------------------------------

    /// The working days that an assessment took; none where nothing can be said.
    fn assessment_days(&self, assessment: &Assessment, authorised: Moment, clock: Clock) -> Option<i64> {
        if earlier(authorised, assessment.start) {
            self.mark("assessment: authorised before its start");
            return None;
        }
        let from = match clock {
            Clock::FromStart | Clock::StartIsDayOne => assessment.start.date(),
            Clock::FromReferral => {
                let id = assessment.referral.as_ref()?;
                let Some(referral) = self.referrals.iter().find(|r| r.id == *id) else {
                    self.mark("reference: to a referral that is not there");
                    return None;
                };
                referral.date
            }
        };
        if authorised.date() < from {
            self.mark("assessment: authorised before the referral");
            return None;
        }
        let Some(count) = working_days(from, authorised.date()) else {
            self.mark("assessment: outside the bank holidays");
            return None;
        };
        self.mark_limit(count, 45, 46, ["assessment: 45 working days", "assessment: 46 working days"]);
        Some(if clock == Clock::StartIsDayOne { count + 1 } else { count })
    }

    fn ecs_138(&self, days: Days, clock: Clock) -> Units {
        let mut units = Units::new();
        for assessment in &self.assessments {
            let Some(authorised) = assessment.authorised else { continue };
            if self.holds(days, authorised.date()) {
                let verdict = match self.assessment_days(assessment, authorised, clock) {
                    Some(count) => met_if(count <= 45),
                    None => Verdict::Excluded,
                };
                units.push((assessment.person.clone(), verdict));
            }
        }
        units
    }

    fn ecs_138_days(&self, days: Days) -> OracleFigure {
        let mut values = Vec::new();
        for assessment in &self.assessments {
            if let Some(authorised) = assessment.authorised
                && self.holds(days, authorised.date())
                && let Some(count) = self.assessment_days(assessment, authorised, Clock::FromStart)
            {
                values.push(count);
            }
        }
        distribution(values)
    }

    // ---- child protection ----------------------------------------------------------------------------------------

    /// Plans of another authority are outside throughout.
    fn own_plans(&self) -> impl Iterator<Item = &ProtectionPlan> {
        self.plans.iter().filter(|p| p.other_authority != Some(true))
    }

    fn own_plans_open_on(&self, day: NaiveDate) -> impl Iterator<Item = &ProtectionPlan> {
        self.own_plans().filter(move |p| open_on(p.start, p.end, day))
    }

    fn earlier_plans<'a>(&'a self, plan: &'a ProtectionPlan) -> impl Iterator<Item = &'a ProtectionPlan> {
        self.own_plans().filter(|p| p.person == plan.person && p.start < plan.start)
    }

    fn ni_65(&self, days: Days) -> Units {
        let mut units = Units::new();
        for plan in self.own_plans().filter(|p| self.holds(days, p.start)) {
            let found = self.earlier_plans(plan).next().is_some();
            let recorded = plan.previous_plans.is_some_and(|n| n > 0);
            if recorded && !found {
                self.mark("plan: only recorded earlier");
            }
            units.push((plan.person.clone(), met_if(found || recorded)));
        }
        units
    }

    fn ni_65a(&self, days: Days, start_to_start: bool) -> Units {
        let mut units = Units::new();
        for plan in self.own_plans().filter(|p| self.holds(days, p.start)) {
            let met = self.earlier_plans(plan).any(|p| {
                if start_to_start {
                    plan.start <= months_later(p.start, 24)
                } else {
                    if let Some(end) = p.end {
                        let limit = months_later(end, 24);
                        self.mark_limit(
                            plan.start,
                            limit,
                            next(limit),
                            ["plan: 24 months after an end", "plan: 24 months and a day after an end"],
                        );
                    } else {
                        self.mark("plan: an earlier one without an end");
                    }
                    p.end.is_none_or(|end| plan.start <= months_later(end, 24))
                }
            });
            units.push((plan.person.clone(), met_if(met)));
        }
        units
    }

    fn families_with_a_met_unit(&self, units: &Units) -> u64 {
        let mut families = BTreeSet::new();
        for (person, verdict) in units {
            if *verdict == Verdict::Met {
                for member in self.family_members.iter().filter(|m| m.person == *person) {
                    families.insert(&member.family);
                }
            }
        }
        families.len() as u64
    }

    fn ecs_133(&self, as_at: NaiveDate) -> Units {
        let mut units = Units::new();
        for plan in self.own_plans_open_on(as_at) {
            let limit = months_later(plan.start, 18);
            self.mark_limit(as_at, limit, next(limit), ["plan: open 18 months", "plan: open 18 months and a day"]);
            units.push((plan.person.clone(), met_if(as_at > limit)));
        }
        units
    }

    fn ni_64_open(&self, as_at: NaiveDate) -> Units {
        let mut units = Units::new();
        for plan in self.own_plans_open_on(as_at) {
            let open_for = days_from_to(plan.start, as_at);
            self.mark_limit(open_for, 728, 729, ["plan: open 728 days", "plan: open 729 days"]);
            units.push((plan.person.clone(), met_if(open_for >= 729)));
        }
        units
    }

    fn ni_64_ceased(&self, days: Days) -> Units {
        let mut units = Units::new();
        for plan in self.own_plans() {
            if let Some(end) = plan.end
                && self.holds(days, end)
            {
                let lasted = days_from_to(plan.start, end);
                self.mark_limit(lasted, 728, 729, ["plan: ended after 728 days", "plan: ended after 729 days"]);
                if lasted == 0 {
                    self.mark("plan: ended on its first day");
                }
                units.push((plan.person.clone(), met_if(lasted >= 729)));
            }
        }
        units
    }

    fn ni_67(&self, as_at: NaiveDate) -> Units {
        let mut units = Units::new();
        for plan in self.own_plans_open_on(as_at) {
            let due = months_later(plan.start, 3);
            self.mark_limit(due, as_at, next(as_at), ["plan: 3 months old", "plan: 3 months old tomorrow"]);
            if due > as_at {
                continue;
            }
            // Reviews after the day are not seen; one on or before the plan's start is left out.
            let mut reviews: Vec<NaiveDate> = self
                .reviews
                .iter()
                .filter(|r| r.plan.as_ref() == Some(&plan.id))
                .filter_map(|r| r.date)
                .filter(|date| *date <= as_at)
                .collect();
            if reviews.iter().any(|date| *date <= plan.start) {
                self.mark("review: on or before the plan's start");
            }
            reviews.retain(|date| *date > plan.start);
            reviews.sort_unstable();
            let mut in_time = true;
            let mut limit = months_later(plan.start, 3);
            for review in &reviews {
                self.mark_limit(*review, limit, next(limit), ["review: on its limit", "review: a day late"]);
                if *review > limit {
                    self.mark(if limit == months_later(plan.start, 3) {
                        "review: first late"
                    } else {
                        "review: later late"
                    });
                    in_time = false;
                }
                limit = months_later(*review, 6);
            }
            self.mark_limit(as_at, limit, next(limit), ["review: due on the day", "review: overdue by a day"]);
            if as_at > limit {
                self.mark(if reviews.is_empty() { "review: none" } else { "review: the next is overdue" });
                in_time = false;
            }
            units.push((plan.person.clone(), met_if(in_time)));
        }
        units
    }

    fn icpc_15(&self, days: Days) -> Units {
        let mut units = Units::new();
        for conference in &self.conferences {
            let Some(date) = conference.date else { continue };
            if !self.holds(days, date.date()) {
                continue;
            }
            let enquiry = conference.enquiry.as_ref().and_then(|id| self.enquiries.iter().find(|e| e.id == *id));
            if enquiry.is_none() && conference.enquiry.is_some() {
                self.mark("reference: to an enquiry that is not there");
            }
            if enquiry.is_some_and(|e| e.person != conference.person) {
                self.mark("reference: to the enquiry of another person");
            }
            let transfer_in = conference.transfer_in == Some(true);
            if transfer_in && enquiry.is_some() {
                self.mark("conference: transfer-in that names an enquiry");
            }
            let verdict = match enquiry {
                Some(enquiry) if !transfer_in => {
                    if earlier(date, enquiry.start) {
                        self.mark("conference: before its enquiry");
                        Verdict::Excluded
                    } else {
                        if let Some(count) = working_days(enquiry.start.date(), date.date()) {
                            let branches = ["conference: 15 working days", "conference: 16 working days"];
                            self.mark_limit(count, 15, 16, branches);
                            met_if(count <= 15)
                        } else {
                            self.mark("conference: outside the bank holidays");
                            Verdict::Excluded
                        }
                    }
                }
                _ => {
                    self.mark(match (transfer_in, conference.target.is_some()) {
                        (true, true) => "conference: transfer-in with a target",
                        (true, false) => "conference: transfer-in without a target",
                        (false, true) => "conference: no enquiry, a target",
                        (false, false) => "conference: no enquiry, no target",
                    });
                    met_if(conference.target.is_some_and(|target| target >= date.date()))
                }
            };
            units.push((conference.person.clone(), verdict));
        }
        units
    }

    // ---- looked after --------------------------------------------------------------------------------------------

    fn born(&self, person: &str) -> Option<NaiveDate> {
        let row = self.persons.iter().find(|p| p.id == person);
        if row.is_none() {
            self.mark("reference: a child without a person row");
        }
        row?.date_of_birth
    }

    /// The legal status on its start day is V3 or V4; of several open that day the latest started, then the greater id.
    fn is_short_break(&self, episode: &LookedAfterEpisode) -> bool {
        let mut on_the_day: Option<&LegalStatus> = None;
        for status in &self.legal_statuses {
            if status.person == episode.person && open_on(status.start, status.end, episode.start) {
                let later = match on_the_day {
                    None => true,
                    Some(best) if status.start == best.start => {
                        self.mark("legal status: same start, greater id");
                        status.id > best.id
                    }
                    Some(best) => {
                        self.mark("legal status: several, the latest started");
                        status.start > best.start
                    }
                };
                if later {
                    on_the_day = Some(status);
                }
            }
        }
        let short = matches!(
            on_the_day.and_then(|s| s.status.as_ref()),
            Some(Coded::Known(LegalStatusCode::ShortBreakSeries | LegalStatusCode::ShortBreak))
        );
        if short {
            self.mark("episode: short break");
        }
        short
    }

    fn children_with_episodes(&self) -> BTreeSet<&str> {
        self.episodes.iter().map(|e| e.person.as_str()).collect()
    }

    /// The child has an episode other than a short break open on the day, and is under 18 on it.
    fn counted_by_cla(&self, child: &str, as_at: NaiveDate) -> bool {
        let looked_after = self
            .episodes
            .iter()
            .any(|e| e.person == child && open_on(e.start, e.ceased, as_at) && !self.is_short_break(e));
        let young = self.is_under(18, child, as_at);
        if looked_after && !young {
            self.mark("child: looked after at 18 or over");
        }
        looked_after && young
    }

    fn cla(&self, as_at: NaiveDate) -> OracleFigure {
        let mut children = Vec::new();
        for child in self.children_with_episodes() {
            if self.counted_by_cla(child, as_at) {
                let unaccompanied = self.immigration.iter().any(|i| {
                    let text = i.status.as_deref().unwrap_or("").trim().to_lowercase();
                    i.person == child
                        && (text == "uasc" || text == "unaccompanied asylum seeking child")
                        && i.start.is_none_or(|start| start <= as_at)
                        && i.end.is_none_or(|end| as_at < end)
                });
                children.push(Some(if unaccompanied { "UASC" } else { "not UASC" }));
            }
        }
        composition(&["UASC", "not UASC"], &children)
    }

    fn placement_of(&self, episode: &LookedAfterEpisode) -> Option<&Placement> {
        let id = episode.placement.as_ref()?;
        let placement = self.placements.iter().find(|p| p.id == *id);
        match placement {
            None => self.mark("reference: to a placement that is not there"),
            Some(placement) if placement.person != episode.person => {
                self.mark("reference: to the placement of another person");
            }
            Some(_) => {}
        }
        placement
    }

    fn placement_type(&self, episode: &LookedAfterEpisode) -> Option<PlacementType> {
        match self.placement_of(episode)?.kind.as_ref()? {
            Coded::Known(kind) => Some(*kind),
            Coded::Unknown(_) => None,
        }
    }

    fn is_temporary(&self, episode: &LookedAfterEpisode) -> bool {
        use PlacementType::*;
        matches!(self.placement_type(episode), Some(T0 | T1 | T2 | T3 | T4))
    }

    /// Type, provider, URN and postcode, as they are compared; nothing is empty.
    fn placement_features(&self, episode: &LookedAfterEpisode) -> [String; 4] {
        let Some(placement) = self.placement_of(episode) else { return Default::default() };
        let code = |text: &str| text.trim().to_uppercase();
        [
            placement.kind.as_ref().map(|c| code(c.letters())).unwrap_or_default(),
            placement.provider.as_ref().map(|c| code(c.letters())).unwrap_or_default(),
            placement.urn.as_deref().map(code).unwrap_or_default(),
            placement.postcode.as_deref().map(|p| code(&p.replace(' ', ""))).unwrap_or_default(),
        ]
    }

    /// A spell's placement is that of its latest episode that is not temporary; of its first, if all are.
    fn placement_episode<'a>(&self, spell: &Spell<'a>) -> &'a LookedAfterEpisode {
        let lasting = spell.episodes.iter().rev().find(|e| !self.is_temporary(e));
        if lasting.is_none() {
            self.mark("spell: all temporary");
        }
        lasting.unwrap_or(&spell.episodes[0])
    }

    /// Periods of care as far as they are seen on the day, each as its spells.
    fn periods_of_care(&self, child: &str, as_at: NaiveDate) -> Vec<Vec<Spell<'_>>> {
        let mut periods: Vec<Vec<Spell<'_>>> = Vec::new();
        let mut before: Option<&LookedAfterEpisode> = None;
        for episode in self.episodes.iter().filter(|e| e.person == child && e.start <= as_at) {
            if self.is_short_break(episode) {
                continue;
            }
            match before {
                Some(before) if before.ceased == Some(episode.start) => {
                    let period = periods.last_mut().expect("the period of the episode before");
                    let spell = period.last_mut().expect("the spell of the episode before");
                    if self.goes_on(spell, before, episode) {
                        spell.episodes.push(episode);
                    } else {
                        period.push(Spell { episodes: vec![episode] });
                    }
                }
                _ => {
                    if before.is_some() {
                        self.mark("period of care: another");
                    }
                    periods.push(vec![Spell { episodes: vec![episode] }]);
                }
            }
            before = Some(episode);
        }
        periods
    }

    fn goes_on(&self, spell: &Spell<'_>, before: &LookedAfterEpisode, episode: &LookedAfterEpisode) -> bool {
        use PlacementType::*;
        match episode.start_reason {
            Some(Coded::Known(EpisodeStart::LegalStatus)) => {
                self.mark("spell: goes on, L");
                return true;
            }
            Some(Coded::Known(EpisodeStart::PlacementSameCarer)) => {
                self.mark("spell: goes on, T");
                return true;
            }
            Some(Coded::Known(EpisodeStart::LegalStatusAndPlacementSameCarer)) => {
                self.mark("spell: goes on, U");
                return true;
            }
            _ => {}
        }
        if self.is_temporary(episode) {
            self.mark(if self.is_temporary(before) {
                "spell: goes on, temporary again"
            } else {
                "spell: goes on, temporary"
            });
            return true;
        }
        let lasting = self.placement_episode(spell);
        let same = self.placement_features(lasting) == self.placement_features(episode);
        if self.is_temporary(before) && same {
            self.mark("spell: goes on, comes back");
            if self.placement_features(episode).iter().any(String::is_empty) {
                self.mark("spell: goes on, comes back, empty equal to empty");
            }
            return true;
        }
        let by_carer = matches!(self.placement_type(episode), Some(A3 | A5));
        let fostered = matches!(self.placement_type(lasting), Some(U1 | U2 | U3 | U4 | U5 | U6));
        if by_carer && fostered {
            self.mark("spell: goes on, adoption by the carer");
            return true;
        }
        self.mark(if by_carer {
            "spell: new, adoption by a carer who did not foster"
        } else if same {
            "spell: new, same placement without a temporary one between"
        } else if self.is_temporary(before) {
            "spell: new, comes back to another"
        } else {
            "spell: new"
        });
        false
    }

    fn three_or_more(&self, spells_with_a_day: usize) -> Verdict {
        if spells_with_a_day == 3 {
            self.mark("three placements exactly");
        }
        met_if(spells_with_a_day >= 3)
    }

    fn ni_62(&self, as_at: NaiveDate, days: Days) -> Units {
        let mut units = Units::new();
        for child in self.children_with_episodes() {
            if self.counted_by_cla(child, as_at) {
                if self.placements_counted(child, as_at).is_some() {
                    units.push((child.to_owned(), Verdict::Excluded));
                    continue;
                }
                let mut with_a_day = 0;
                for spell in self.periods_of_care(child, as_at).iter().flatten() {
                    let mut day = days.start;
                    let mut found = false;
                    while day < days.end && !found {
                        found = spell.has(day);
                        day = next(day);
                    }
                    if found {
                        with_a_day += 1;
                    } else {
                        self.mark("spell: before the window");
                    }
                }
                units.push((child.to_owned(), self.three_or_more(with_a_day)));
            }
        }
        units
    }

    fn ni_62_raw(&self, as_at: NaiveDate, days: Days) -> Units {
        let mut units = Units::new();
        for child in self.children_with_episodes() {
            if self.counted_by_cla(child, as_at) {
                if self.placements_counted(child, as_at).is_some() {
                    units.push((child.to_owned(), Verdict::Excluded));
                    continue;
                }
                let mut with_a_day = 0;
                for placement in self.placements.iter().filter(|p| p.person == child) {
                    let mut day = days.start;
                    let mut found = false;
                    while day < days.end && !found {
                        found = open_on(placement.start, placement.end, day);
                        day = next(day);
                    }
                    if found {
                        with_a_day += 1;
                    }
                }
                units.push((child.to_owned(), self.three_or_more(with_a_day)));
            }
        }
        units
    }

    /// What the authority counted: what the child's episode of the day says.
    fn placements_counted(&self, child: &str, as_at: NaiveDate) -> Option<AuthorityCount> {
        let open = self.episodes.iter().filter(|e| e.person == child && open_on(e.start, e.ceased, as_at));
        let counts: Vec<_> = open.map(|e| e.placements_counted).collect();
        counts.last().copied().flatten()
    }

    fn ni_62_as_recorded(&self, as_at: NaiveDate) -> Units {
        let mut units = Units::new();
        for child in self.children_with_episodes() {
            if let (true, Some(count)) = (self.counted_by_cla(child, as_at), self.placements_counted(child, as_at)) {
                units.push((child.to_owned(), count.number().map_or(Verdict::Excluded, |number| met_if(number >= 3))));
            }
        }
        units
    }

    fn ni_63(&self, as_at: NaiveDate) -> Units {
        use PlacementType::*;
        let mut units = Units::new();
        for child in self.children_with_episodes() {
            if !self.counted_by_cla(child, as_at) || !self.is_under(16, child, as_at) {
                continue;
            }
            let periods = self.periods_of_care(child, as_at);
            let Some(period) = periods.iter().find(|p| p.iter().any(|s| s.has(as_at))) else { continue };
            let long_enough = months_earlier(as_at, 30);
            self.mark_limit(
                period[0].start(),
                long_enough,
                next(long_enough),
                ["stable: in care for 30 months", "stable: in care for 30 months less a day"],
            );
            if period[0].start() > long_enough {
                continue;
            }
            let current = period.iter().position(|s| s.has(as_at)).expect("the spell of the day");
            let long = |spell: &Spell<'_>| spell.start() <= months_earlier(as_at, 24);
            self.mark_limit(
                period[current].start(),
                months_earlier(as_at, 24),
                next(months_earlier(as_at, 24)),
                ["stable: in the placement for 24 months", "stable: in the placement for 24 months less a day"],
            );
            let adoption =
                matches!(self.placement_type(self.placement_episode(&period[current])), Some(A3 | A4 | A5 | A6));
            let by_the_spell_before = adoption && current > 0 && long(&period[current - 1]);
            if by_the_spell_before && !long(&period[current]) {
                self.mark("stable: by the spell before an adoption");
            }
            units.push((child.to_owned(), met_if(long(&period[current]) || by_the_spell_before)));
        }
        units
    }

    // ---- social workers ------------------------------------------------------------------------------------------

    fn has_social_worker(&self, child: &str, day: NaiveDate) -> bool {
        self.involvements.iter().any(|i| {
            i.person == child
                && open_on(i.start, i.end, day)
                && i.role.as_deref().is_some_and(|role| role.trim().to_lowercase() == "allocated case worker")
                && i.professional.as_ref().is_some_and(|id| {
                    self.professionals.iter().any(|p| {
                        let number: Vec<char> = p.registration.as_deref().unwrap_or("").trim().chars().collect();
                        p.id == *id
                            && number.len() >= 3
                            && number[0].eq_ignore_ascii_case(&'s')
                            && number[1].eq_ignore_ascii_case(&'w')
                            && number[2].is_ascii_digit()
                    })
                })
        })
    }

    fn ecs_01b(&self, as_at: NaiveDate) -> Units {
        let mut units = Units::new();
        for child in self.children_with_episodes() {
            if self.counted_by_cla(child, as_at) {
                units.push((child.to_owned(), met_if(self.has_social_worker(child, as_at))));
            }
        }
        units
    }

    fn ecs_02(&self, as_at: NaiveDate) -> Units {
        let children: BTreeSet<&str> = self.own_plans_open_on(as_at).map(|p| p.person.as_str()).collect();
        children.into_iter().map(|child| (child.to_owned(), met_if(self.has_social_worker(child, as_at)))).collect()
    }

    // ---- care leavers --------------------------------------------------------------------------------------------

    /// The latest row of each person who is a unit.
    fn care_leaver_units(&self, as_at: NaiveDate) -> Vec<&CareLeaverStatus> {
        let mut units = Vec::new();
        let persons: BTreeSet<&str> = self.leavers.iter().map(|r| r.person.as_str()).collect();
        for person in persons {
            // Undated rows come first, so that any dated one is later; of ties the later row.
            let mut latest: Option<&CareLeaverStatus> = None;
            for row in self.leavers.iter().filter(|r| r.person == person) {
                let later = match (row.latest_contact, latest.map(|l| l.latest_contact)) {
                    (Some(date), _) if date > as_at => false,
                    (None, Some(Some(_))) => {
                        self.mark("care leaver: an undated row behind a dated one");
                        false
                    }
                    (_, None | Some(None)) => true,
                    (Some(date), Some(Some(best))) => {
                        if date == best {
                            self.mark("care leaver: a tie");
                        }
                        date >= best
                    }
                };
                if later {
                    latest = Some(row);
                }
            }
            let Some(row) = latest else {
                self.mark("care leaver: no row yet");
                continue;
            };
            let eligible =
                matches!(row.eligibility, Some(Coded::Known(Eligibility::Relevant | Eligibility::FormerRelevant)));
            let gone = matches!(row.in_touch, Some(Coded::Known(InTouch::Died | InTouch::ReturnedHome)));
            let of_age = age(self.born(person), as_at).is_some_and(|age| (16..=25).contains(&age));
            for (outside, branch) in [
                (!eligible, "care leaver: not eligible"),
                (eligible && gone, "care leaver: died or returned home"),
                (eligible && !gone && !of_age, "care leaver: not of an age"),
            ] {
                if outside {
                    self.mark(branch);
                }
            }
            if eligible && !gone && of_age {
                units.push(row);
            }
        }
        units
    }

    fn care_leavers_suitable(&self, as_at: NaiveDate) -> Units {
        let verdict = |row: &CareLeaverStatus| match (&row.accommodation, &row.suitability) {
            (Some(Coded::Known(Accommodation::Abroad | Accommodation::Deported | Accommodation::NotKnown)), _) => {
                Verdict::Excluded
            }
            (_, Some(Coded::Known(Suitability::Suitable))) => Verdict::Met,
            _ => Verdict::NotMet,
        };
        self.care_leaver_units(as_at).into_iter().map(|row| (row.person.clone(), verdict(row))).collect()
    }

    fn care_leavers_eet(&self, as_at: NaiveDate) -> Units {
        const ACTIVE: [&str; 10] = ["F1", "F2", "F3", "F4", "F5", "P1", "P2", "P3", "P4", "P5"];
        let active = |row: &CareLeaverStatus| row.activity.as_ref().is_some_and(|a| ACTIVE.contains(&a.letters()));
        self.care_leaver_units(as_at).into_iter().map(|row| (row.person.clone(), met_if(active(row)))).collect()
    }

    fn care_leavers_status_age(&self, as_at: NaiveDate) -> OracleFigure {
        let dates = self.care_leaver_units(as_at).into_iter().filter_map(|row| row.latest_contact);
        distribution(dates.map(|date| days_from_to(date, as_at)).collect())
    }

    // ---- missing -------------------------------------------------------------------------------------------------

    fn kind_of(&self, episode: &MissingEpisode) -> Option<&'static str> {
        match episode.kind {
            Some(Coded::Known(MissingKind::Away)) => Some(AWAY),
            Some(Coded::Known(MissingKind::Missing)) => {
                let day = episode.start.date();
                // A short break counts too.
                let in_care =
                    self.episodes.iter().find(|e| e.person == episode.person && open_on(e.start, e.ceased, day));
                if in_care.is_some_and(|e| self.is_short_break(e)) {
                    self.mark("missing: from a short break");
                }
                Some(if in_care.is_some() { FROM_CARE } else { FROM_HOME })
            }
            _ => {
                self.mark("missing: of no kind");
                None
            }
        }
    }

    fn missing_episodes(&self, days: Days) -> OracleFigure {
        let started = self.missing.iter().filter(|m| self.holds(days, m.start.date()));
        composition(&[FROM_CARE, AWAY, FROM_HOME], &started.map(|m| self.kind_of(m)).collect::<Vec<_>>())
    }

    fn missing_children(&self, days: Days, order: [&'static str; 3]) -> OracleFigure {
        let mut kinds: BTreeMap<&str, Vec<Option<&'static str>>> = BTreeMap::new();
        for episode in self.missing.iter().filter(|m| self.holds(days, m.start.date())) {
            kinds.entry(&episode.person).or_default().push(self.kind_of(episode));
        }
        let mut children = Vec::new();
        for kinds in kinds.values() {
            // Each child in one kind: care before away before home, or by the option the other way.
            let kind = order.into_iter().find(|kind| kinds.contains(&Some(*kind)));
            if kinds.iter().collect::<BTreeSet<_>>().len() > 1 {
                self.mark("missing: a child of several kinds");
            }
            children.push(kind);
        }
        composition(&[FROM_CARE, AWAY, FROM_HOME], &children)
    }

    /// A completion after the day on which things are known is not there yet.
    fn not_there_yet(&self, completed: Option<Moment>) -> bool {
        matches!((completed, self.known_at), (Some(at), Some(k)) if at.date() > k)
    }

    fn part_of(&self, episode: &MissingEpisode) -> &'static str {
        match (episode.interview_offered, episode.interview_accepted) {
            (Some(InterviewFlag::NotRequired), _) => "not required",
            (Some(InterviewFlag::Yes), Some(InterviewFlag::Yes)) => {
                if self.not_there_yet(episode.interview_completed) {
                    self.mark("known at: completion not there yet");
                    "outstanding"
                } else {
                    "completed"
                }
            }
            (Some(InterviewFlag::Yes), Some(InterviewFlag::No)) => "refused",
            _ => "outstanding",
        }
    }

    fn wri(&self, days: Days) -> OracleFigure {
        let started = self.missing.iter().filter(|m| self.holds(days, m.start.date()));
        composition(
            &["completed", "refused", "not required", "outstanding"],
            &started.map(|m| Some(self.part_of(m))).collect::<Vec<_>>(),
        )
    }

    fn wri_offered(&self, days: Days) -> Units {
        let started = self.missing.iter().filter(|m| self.holds(days, m.start.date()));
        started.map(|m| (m.person.clone(), met_if(m.interview_offered == Some(InterviewFlag::Yes)))).collect()
    }

    fn wri_share(&self, days: Days, part: &str) -> Units {
        let started = self.missing.iter().filter(|m| self.holds(days, m.start.date()));
        started.map(|m| (m.person.clone(), met_if(self.part_of(m) == part))).collect()
    }

    fn wri_72h(&self, days: Days) -> Units {
        let mut units = Units::new();
        for episode in &self.missing {
            let Some(end) = episode.end else { continue };
            if self.holds(days, end.date()) {
                units.push((episode.person.clone(), self.interview_in_time(episode, end)));
            }
        }
        units
    }

    fn interview_in_time(&self, episode: &MissingEpisode, end: Moment) -> Verdict {
        if episode.interview_offered == Some(InterviewFlag::NotRequired) {
            return Verdict::Excepted;
        }
        let limit_day = days_later(end.date(), 3);
        let accepted = episode.interview_offered == Some(InterviewFlag::Yes)
            && episode.interview_accepted == Some(InterviewFlag::Yes);
        if accepted {
            match episode.interview_completed {
                // Nothing can be said.
                None => return Verdict::Excepted,
                Some(at) if self.not_there_yet(Some(at)) => {}
                Some(at) => {
                    return met_if(match (at.time(), end.time()) {
                        (Some(time), Some(end_time)) => {
                            self.mark("72 hours: to the second");
                            let interval =
                                NaiveDateTime::new(at.date(), time) - NaiveDateTime::new(end.date(), end_time);
                            self.mark_limit(
                                interval.num_seconds(),
                                259_200,
                                259_201,
                                ["72 hours: exactly", "72 hours: and a second"],
                            );
                            NaiveDateTime::new(at.date(), time) <= NaiveDateTime::new(limit_day, end_time)
                        }
                        _ => {
                            self.mark("72 hours: by the day");
                            self.mark_limit(
                                at.date(),
                                limit_day,
                                next(limit_day),
                                ["72 hours: the third day", "72 hours: the fourth day"],
                            );
                            at.date() <= limit_day
                        }
                    });
                }
            }
        } else if episode.interview_completed.is_some() {
            self.mark("72 hours: completed without acceptance");
        }
        // Not completed: undecided while the day on which things are known ends before the limit does.
        let limit = match end.time() {
            Some(time) => NaiveDateTime::new(limit_day, time),
            None => NaiveDateTime::new(next(limit_day), NaiveTime::MIN),
        };
        match self.known_at {
            Some(k) if NaiveDateTime::new(next(k), NaiveTime::MIN) < limit => Verdict::Pending,
            _ => Verdict::NotMet,
        }
    }
}

const FROM_CARE: &str = "missing from care";
const AWAY: &str = "away without authorisation";
const FROM_HOME: &str = "missing from home";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    FromStart,
    FromReferral,
    StartIsDayOne,
}

fn plain(figure: OracleFigure) -> OracleReading {
    OracleReading { figure, sibling_groups: None }
}

/// The record's own id, where its family has one, and the id of the person it is about.
fn identity(record: &Record) -> (Option<&str>, Option<&str>) {
    match record {
        Record::Person(r) => (Some(&r.id), Some(&r.id)),
        // A membership has no id; without a family it says nothing.
        Record::FamilyMember(r) if r.family.is_empty() => (Some(""), Some(&r.person)),
        Record::FamilyMember(r) => (None, Some(&r.person)),
        Record::ImmigrationStatus(r) => (None, Some(&r.person)),
        Record::Referral(r) => (Some(&r.id), Some(&r.person)),
        Record::Assessment(r) => (Some(&r.id), Some(&r.person)),
        Record::Section47Enquiry(r) => (Some(&r.id), Some(&r.person)),
        Record::InitialConference(r) => (Some(&r.id), Some(&r.person)),
        Record::ProtectionPlan(r) => (Some(&r.id), Some(&r.person)),
        Record::PlanReview(r) => (Some(&r.id), Some(&r.person)),
        Record::LookedAfterEpisode(r) => (Some(&r.id), Some(&r.person)),
        Record::Placement(r) => (Some(&r.id), Some(&r.person)),
        Record::LegalStatus(r) => (Some(&r.id), Some(&r.person)),
        Record::MissingEpisode(r) => (Some(&r.id), Some(&r.person)),
        Record::CareLeaverStatus(r) => (Some(&r.id), Some(&r.person)),
        Record::Involvement(r) => (Some(&r.id), Some(&r.person)),
        Record::Professional(r) => (Some(&r.id), None),
        other => panic!("a family the oracle does not know: {other:?}"),
    }
}

/// Any record but an assessment.
fn ends_before_start(record: &Record) -> bool {
    let days = |start: NaiveDate, end: Option<NaiveDate>| end.is_some_and(|end| end < start);
    let moments = |start: Moment, end: Option<Moment>| end.is_some_and(|end| earlier(end, start));
    match record {
        Record::ImmigrationStatus(r) => r.start.is_some_and(|start| days(start, r.end)),
        Record::Referral(r) => days(r.date, r.closed),
        Record::Section47Enquiry(r) => moments(r.start, r.end),
        Record::ProtectionPlan(r) => days(r.start, r.end),
        Record::LookedAfterEpisode(r) => days(r.start, r.ceased),
        Record::Placement(r) => days(r.start, r.end),
        Record::LegalStatus(r) => days(r.start, r.end),
        Record::MissingEpisode(r) => moments(r.start, r.end),
        Record::Involvement(r) => days(r.start, r.end),
        _ => false,
    }
}

/// The day on which a record starts, is received, is held or is dated.
fn start_of(record: &Record) -> Option<NaiveDate> {
    match record {
        Record::ImmigrationStatus(r) => r.start,
        Record::Referral(r) => Some(r.date),
        Record::Assessment(r) => Some(r.start.date()),
        Record::Section47Enquiry(r) => Some(r.start.date()),
        Record::InitialConference(r) => r.date.map(Moment::date),
        Record::ProtectionPlan(r) => Some(r.start),
        Record::PlanReview(r) => r.date,
        Record::LookedAfterEpisode(r) => Some(r.start),
        Record::Placement(r) => Some(r.start),
        Record::LegalStatus(r) => Some(r.start),
        Record::MissingEpisode(r) => Some(r.start.date()),
        Record::CareLeaverStatus(r) => r.latest_contact,
        Record::Involvement(r) => Some(r.start),
        _ => None,
    }
}
