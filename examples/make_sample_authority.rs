//! Makes the sample authority: sixteen tables of the Standard Safeguarding Dataset about invented people.
//!
//! The children, their dates and their codes are drawn from a fixed seed. How many there are of each kind is
//! not: the records are constructed so that public counts for one council come out of them when they are
//! counted by the rules. The counts are
//!
//! * the Department for Education's *Characteristics of children in need: 2017 to 2018* (and 2016 to 2017),
//!   council Solihull: tables C1 (referrals), C2 (assessments by duration), C4 (section 47 enquiries and
//!   conferences), C6 (referrals by month), D1, D3, D5, D6 and D7 (child protection plans), Open Government
//!   Licence v3.0;
//! * the Department's *Children looked after in England including adoption: 2017 to 2018*, the same council: three or
//!   more placements in the year and long-term stability, Open Government Licence v3.0;
//! * the council's own *Performance Report Quarter 4 2017-18 & Quarter 1 2018-19* (looked-after children, care
//!   leavers, missing children, plans within two years), 26 September 2018.
//!
//! Where neither prints a figure (most quarters before March 2018) the numbers are merely plausible. Nobody in
//! the tables exists: ids are counters, postcodes end in letters that no postcode ends in, and a handful of rows
//! is faulty on purpose, as rows are in any authority's data.
//!
//! `cargo run --example make_sample_authority [FOLDER]` writes the tables, always the same bytes, into `FOLDER`
//! or, without an argument, into `examples/sample-authority` of this package.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

type Day = NaiveDate;
type Outcome<T> = Result<T, Box<dyn Error>>;

// ------------------------------------------------------------------------------------------------ the targets

/// A day as a constant. The days below are all real; another would become the first day chrono knows.
const fn on(year: i32, month: u32, day: u32) -> Day {
    match Day::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => Day::MIN,
    }
}

/// Days from the first to the last, both included.
#[derive(Clone, Copy)]
struct Span(Day, Day);

/// The day on which the tables were drawn from the case system: nothing is dated later.
const EXTRACTED: Day = on(2018, 6, 30);

/// The case system holds referrals from this day on; what is older is only there as an earlier plan or a stay.
const RECORDS_BEGIN: Day = on(2015, 4, 1);

/// England and Wales bank holidays on weekdays while the tables run.
#[rustfmt::skip]
const BANK_HOLIDAYS: [Day; 40] = [
    on(2014, 1, 1), on(2014, 4, 18), on(2014, 4, 21), on(2014, 5, 5), on(2014, 5, 26), on(2014, 8, 25),
    on(2014, 12, 25), on(2014, 12, 26), on(2015, 1, 1), on(2015, 4, 3), on(2015, 4, 6), on(2015, 5, 4),
    on(2015, 5, 25), on(2015, 8, 31), on(2015, 12, 25), on(2015, 12, 28), on(2016, 1, 1), on(2016, 3, 25),
    on(2016, 3, 28), on(2016, 5, 2), on(2016, 5, 30), on(2016, 8, 29), on(2016, 12, 26), on(2016, 12, 27),
    on(2017, 1, 2), on(2017, 4, 14), on(2017, 4, 17), on(2017, 5, 1), on(2017, 5, 29), on(2017, 8, 28),
    on(2017, 12, 25), on(2017, 12, 26), on(2018, 1, 1), on(2018, 3, 30), on(2018, 4, 2), on(2018, 5, 7),
    on(2018, 5, 28), on(2018, 8, 27), on(2018, 12, 25), on(2018, 12, 26),
];

/// Referrals of one month: how many, and how many of them are the child's second or later in the financial
/// year, or the first in this year within twelve months of one in the year before.
struct Month {
    first: Day,
    referrals: usize,
    again_in_year: usize,
    again_from_last_year: usize,
}

const fn month(year: i32, month: u32, referrals: usize, again_in_year: usize, again_from_last_year: usize) -> Month {
    Month { first: on(year, month, 1), referrals, again_in_year, again_from_last_year }
}

/// Referrals by month: table C6. The two kinds of repeat add up to table C1: 683 of 2,848 referrals and 2,517
/// children in 2016/17, 712 of 3,020 and 2,661 in 2017/18, of which 175 of 832 (21 %, the report) in January to
/// March 2018; 130 of 683 (19 %, the report) in April to June 2018, whose months are those of the next year's table.
/// The first year has no repeats of the year before, which the tables do not hold.
#[rustfmt::skip]
const REFERRALS: [Month; 39] = [
    month(2015, 4, 216, 0, 0), month(2015, 5, 207, 14, 0), month(2015, 6, 244, 26, 0),
    month(2015, 7, 264, 36, 0), month(2015, 8, 169, 26, 0), month(2015, 9, 193, 32, 0),
    month(2015, 10, 266, 44, 0), month(2015, 11, 266, 46, 0), month(2015, 12, 215, 38, 0),
    month(2016, 1, 246, 42, 0), month(2016, 2, 246, 44, 0), month(2016, 3, 229, 40, 0),
    month(2016, 4, 263, 2, 60), month(2016, 5, 302, 14, 60), month(2016, 6, 299, 26, 52),
    month(2016, 7, 262, 26, 40), month(2016, 8, 201, 24, 28), month(2016, 9, 210, 28, 25),
    month(2016, 10, 209, 30, 21), month(2016, 11, 196, 32, 17), month(2016, 12, 176, 30, 13),
    month(2017, 1, 245, 43, 16), month(2017, 2, 190, 34, 9), month(2017, 3, 295, 42, 11),
    month(2017, 4, 246, 2, 62), month(2017, 5, 273, 12, 55), month(2017, 6, 245, 20, 45),
    month(2017, 7, 173, 20, 28), month(2017, 8, 269, 32, 34), month(2017, 9, 251, 40, 26),
    month(2017, 10, 273, 40, 22), month(2017, 11, 305, 44, 20), month(2017, 12, 153, 24, 11),
    month(2018, 1, 310, 46, 22), month(2018, 2, 253, 38, 15), month(2018, 3, 269, 41, 13),
    month(2018, 4, 270, 2, 48), month(2018, 5, 192, 10, 28), month(2018, 6, 221, 18, 24),
];

/// How long an assessment or a conference took: each working-day count with its weight within the band.
type Durations = &'static [(u64, usize)];

/// The bands of table C2: same day, 1-10, 11-20, 21-30, 31-40, 41-45, 46-50, 51-60 and 61 or more working days.
/// The weights put the quartiles where the table has them: 0, 12 (0 in 2016/17) and 42.
#[rustfmt::skip]
const ASSESSMENT_BANDS: [Durations; 9] = [
    &[(0, 1)],
    &[(1, 3), (2, 2), (3, 2), (4, 1), (5, 2), (6, 1), (7, 1), (8, 1), (9, 1), (10, 2)],
    &[(11, 5), (12, 10), (13, 11), (14, 11), (15, 11), (16, 11), (17, 11), (18, 11), (19, 10), (20, 10)],
    &[(21, 1), (22, 1), (23, 1), (24, 1), (25, 1), (26, 1), (27, 1), (28, 1), (29, 1), (30, 1)],
    &[(31, 1), (32, 1), (33, 1), (34, 1), (35, 2), (36, 1), (37, 1), (38, 2), (39, 2), (40, 3)],
    &[(41, 2), (42, 6), (43, 3), (44, 3), (45, 2)],
    &[(46, 4), (47, 3), (48, 2), (49, 1), (50, 1)],
    &[(51, 2), (52, 1), (53, 1), (54, 1), (55, 2), (56, 1), (57, 1), (58, 1), (59, 1), (60, 1)],
    &[(61, 3), (63, 2), (66, 3), (70, 2), (75, 2), (82, 1), (90, 1), (104, 1)],
];

/// The bands of table C4: 0-10, 11-15, 16-20 and 21 or more working days from enquiry to conference; the
/// weights put the quartiles of 2017/18 at 12, 14 and 15.
const CONFERENCE_BANDS: [Durations; 4] = [
    &[(3, 1), (5, 2), (6, 2), (7, 3), (8, 4), (9, 4), (10, 6)],
    &[(11, 12), (12, 40), (13, 30), (14, 60), (15, 69)],
    &[(16, 4), (17, 2), (18, 2), (19, 2), (20, 1)],
    &[(21, 2), (23, 3), (26, 2), (29, 2), (35, 2)],
];

/// What the tables and the report say of a year (the last is a quarter) beside the months above.
struct Year {
    days: Span,
    /// Referrals with no further action: table C1; 266 of 683 leave 61 % for the last quarter (the report).
    no_further_action: usize,
    /// Assessments by the day they were authorised, by band: table C2. The last quarter is constructed: 404 of
    /// 511 within 45 working days (79 %, the report).
    assessments: [usize; 9],
    /// Section 47 enquiries by the day they started: table C4.
    enquiries: usize,
    /// Conferences that follow an enquiry, by band: table C4 less the transfers in.
    conferences: [usize; 4],
    /// Conferences for children who move in on a plan, held by their target date and counted among table C4.
    transfers_in: usize,
    /// Conferences that ended without a plan: table C4 less table D1.
    no_plan: usize,
}

const YEARS: [Year; 4] = [
    Year {
        days: Span(on(2015, 4, 1), on(2016, 3, 31)),
        no_further_action: 913,
        assessments: [30, 113, 208, 174, 246, 158, 74, 56, 23],
        enquiries: 580,
        conferences: [0; 4],
        transfers_in: 0,
        no_plan: 0,
    },
    Year {
        days: Span(on(2016, 4, 1), on(2017, 3, 31)),
        no_further_action: 547,
        assessments: [1107, 74, 130, 133, 163, 161, 119, 167, 126],
        enquiries: 873,
        conferences: [30, 232, 18, 24],
        transfers_in: 4,
        no_plan: 36,
    },
    Year {
        days: Span(on(2017, 4, 1), on(2018, 3, 31)),
        no_further_action: 768,
        assessments: [974, 64, 101, 149, 220, 244, 135, 122, 86],
        enquiries: 838,
        conferences: [49, 211, 11, 11],
        transfers_in: 6,
        no_plan: 28,
    },
    Year {
        days: Span(on(2018, 4, 1), on(2018, 6, 30)),
        no_further_action: 266,
        assessments: [215, 16, 27, 37, 50, 59, 44, 38, 25],
        enquiries: 194,
        conferences: [8, 52, 4, 3],
        transfers_in: 1,
        no_plan: 8,
    },
];

/// Of the 417 referrals of April to June 2018 that went on, 271 (65 %, the report) went on to an assessment
/// alone, 140 to a section 47 enquiry and 6 to neither yet.
const QUARTER_BY_ENQUIRY: usize = 140;
const QUARTER_UNRECORDED: usize = 6;

/// Plans that started and ended alike.
struct PlanCohort {
    count: usize,
    started: Span,
    /// None: still open when the tables were drawn.
    ended: Option<Span>,
    /// The fewest and the most days from start to end.
    lasted: (i64, i64),
}

const fn ended(count: usize, started: Span, ended: Span, least: i64, most: i64) -> PlanCohort {
    PlanCohort { count, started, ended: Some(ended), lasted: (least, most) }
}

const fn open(count: usize, started: Span) -> PlanCohort {
    PlanCohort { count, started, ended: None, lasted: (0, 0) }
}

const YEAR_2016: Span = YEARS[1].days;
const YEAR_2017: Span = YEARS[2].days;
const QUARTER_2018: Span = YEARS[3].days;

/// Child protection plans, made to meet at once tables D1 (203 open in March 2016, 272 starts and 293 ends to
/// March 2017, 182 open, 260 starts and 237 ends to March 2018, 205 open), D5 (open plans by duration: 79, 60,
/// 32, 11 and a year later 57, 61, 54, 33) and D7 (ended plans by duration: 73, 21, 129, 60, 10 and a year later
/// 74, 25 in two suppressed cells, 103, 35). No plan of more than 18 months is open in March or June 2018.
const PLANS: [PlanCohort; 46] = [
    // open in March 2016
    ended(10, Span(on(2014, 4, 7), on(2014, 12, 12)), YEAR_2016, 735, 810),
    ended(35, Span(on(2014, 6, 2), on(2015, 3, 31)), YEAR_2016, 368, 715),
    ended(26, Span(on(2015, 4, 13), on(2015, 9, 30)), YEAR_2016, 190, 360),
    ended(20, Span(on(2015, 4, 13), on(2015, 9, 30)), YEAR_2016, 368, 700),
    ended(3, Span(on(2015, 5, 18), on(2015, 9, 30)), YEAR_2017, 735, 800),
    ended(4, Span(on(2015, 10, 1), on(2015, 12, 31)), YEAR_2016, 110, 180),
    ended(46, Span(on(2015, 10, 1), on(2015, 12, 31)), YEAR_2016, 186, 360),
    ended(5, Span(on(2015, 10, 1), on(2015, 12, 31)), YEAR_2016, 368, 500),
    ended(13, Span(on(2016, 1, 4), on(2016, 3, 31)), YEAR_2016, 20, 88),
    ended(7, Span(on(2016, 1, 4), on(2016, 3, 31)), YEAR_2016, 95, 180),
    ended(26, Span(on(2016, 1, 4), on(2016, 3, 31)), YEAR_2016, 186, 360),
    ended(8, Span(on(2016, 1, 4), on(2016, 3, 31)), YEAR_2017, 400, 700),
    // started April 2016 to March 2017
    ended(60, Span(on(2016, 4, 1), on(2017, 3, 8)), YEAR_2016, 14, 88),
    ended(10, Span(on(2016, 4, 1), on(2016, 12, 20)), YEAR_2016, 95, 180),
    ended(31, Span(on(2016, 4, 1), on(2016, 9, 20)), YEAR_2016, 186, 360),
    ended(20, Span(on(2016, 4, 8), on(2016, 9, 30)), YEAR_2017, 190, 360),
    ended(12, Span(on(2016, 4, 1), on(2016, 9, 30)), YEAR_2017, 368, 530),
    ended(6, Span(on(2016, 10, 6), on(2016, 12, 30)), YEAR_2017, 95, 180),
    ended(34, Span(on(2016, 10, 3), on(2016, 12, 30)), YEAR_2017, 186, 360),
    ended(10, Span(on(2016, 10, 3), on(2016, 12, 30)), YEAR_2017, 368, 500),
    ended(10, Span(on(2016, 10, 17), on(2016, 12, 30)), QUARTER_2018, 468, 545),
    ended(10, Span(on(2017, 1, 9), on(2017, 3, 31)), YEAR_2017, 14, 88),
    ended(8, Span(on(2017, 1, 3), on(2017, 3, 31)), YEAR_2017, 95, 180),
    ended(33, Span(on(2017, 1, 3), on(2017, 3, 31)), YEAR_2017, 186, 360),
    ended(5, Span(on(2017, 1, 3), on(2017, 3, 20)), YEAR_2017, 368, 430),
    ended(8, Span(on(2017, 1, 3), on(2017, 3, 31)), QUARTER_2018, 400, 530),
    open(15, Span(on(2017, 1, 3), on(2017, 3, 31))),
    // started April to June 2017
    ended(20, Span(on(2017, 4, 3), on(2017, 6, 30)), YEAR_2017, 14, 88),
    ended(4, Span(on(2017, 4, 3), on(2017, 6, 30)), YEAR_2017, 95, 180),
    ended(14, Span(on(2017, 4, 3), on(2017, 6, 30)), YEAR_2017, 186, 350),
    ended(8, Span(on(2017, 4, 3), on(2017, 6, 30)), QUARTER_2018, 290, 440),
    open(16, Span(on(2017, 4, 3), on(2017, 6, 30))),
    // started July to September 2017
    ended(18, Span(on(2017, 7, 3), on(2017, 9, 29)), YEAR_2017, 14, 88),
    ended(4, Span(on(2017, 7, 3), on(2017, 9, 29)), YEAR_2017, 95, 180),
    ended(2, Span(on(2017, 7, 3), on(2017, 9, 15)), YEAR_2017, 190, 260),
    ended(8, Span(on(2017, 7, 3), on(2017, 9, 29)), QUARTER_2018, 200, 350),
    open(22, Span(on(2017, 7, 3), on(2017, 9, 29))),
    // started October to December 2017
    ended(16, Span(on(2017, 10, 2), on(2017, 12, 29)), YEAR_2017, 14, 88),
    ended(15, Span(on(2017, 10, 2), on(2017, 12, 29)), QUARTER_2018, 100, 260),
    open(46, Span(on(2017, 10, 2), on(2017, 12, 29))),
    // started January to March 2018
    ended(10, Span(on(2018, 1, 2), on(2018, 3, 2)), YEAR_2017, 14, 80),
    ended(8, Span(on(2018, 1, 2), on(2018, 3, 29)), QUARTER_2018, 20, 170),
    open(49, Span(on(2018, 1, 2), on(2018, 3, 29))),
    // started April to June 2018
    ended(5, Span(on(2018, 4, 3), on(2018, 6, 1)), QUARTER_2018, 14, 80),
    open(40, Span(on(2018, 4, 3), on(2018, 6, 20))),
    open(15, Span(on(2018, 5, 8), on(2018, 6, 29))),
];

/// Of the plans that started in a quarter: how many had an earlier plan that ended within two years, and how
/// many had an older one. Years: 62 of 272 in 2016/17 and 76 of 260 in 2017/18 are table D3; 49 of 260 within two
/// years (19 %) and 47 of 258 in the year to June 2018 (18 %) are the report's.
struct Repeats {
    started: Span,
    within_two_years: usize,
    longer_ago: usize,
}

const fn repeats(from: Day, to: Day, within_two_years: usize, longer_ago: usize) -> Repeats {
    Repeats { started: Span(from, to), within_two_years, longer_ago }
}

const REPEAT_PLANS: [Repeats; 9] = [
    repeats(on(2016, 4, 1), on(2016, 6, 30), 10, 6),
    repeats(on(2016, 7, 1), on(2016, 9, 30), 9, 5),
    repeats(on(2016, 10, 1), on(2016, 12, 31), 11, 6),
    repeats(on(2017, 1, 1), on(2017, 3, 31), 10, 5),
    repeats(on(2017, 4, 1), on(2017, 6, 30), 13, 5),
    repeats(on(2017, 7, 1), on(2017, 9, 30), 10, 6),
    repeats(on(2017, 10, 1), on(2017, 12, 31), 14, 8),
    repeats(on(2018, 1, 1), on(2018, 3, 31), 12, 8),
    repeats(on(2018, 4, 1), on(2018, 6, 30), 11, 5),
];

/// Plans whose first review was late, by when they were open: 3 of 103 in March 2017, 3 of 148 in March 2018
/// (table D6) and, of plans that started since, 2 more in June.
const LATE_REVIEWS: [(Span, Span, usize); 4] = [
    (Span(on(2016, 4, 1), on(2016, 11, 30)), Span(on(2017, 4, 1), on(2018, 3, 31)), 3),
    (Span(on(2017, 1, 1), on(2017, 7, 31)), Span(on(2017, 10, 5), on(2018, 3, 31)), 4),
    (Span(on(2017, 7, 1), on(2017, 12, 15)), Span(on(2018, 4, 15), EXTRACTED), 3),
    (Span(on(2018, 1, 1), on(2018, 3, 15)), Span(EXTRACTED, EXTRACTED), 2),
];

/// How a stay in care ends.
#[derive(Clone, Copy)]
enum Leaving {
    No,
    On18thBirthday,
    Within(Span),
}

/// What happens to the placement during a stay, as far as the two stability measures can see.
#[derive(Clone, Copy)]
enum Story {
    /// At most one move, and that before April 2016.
    Settled,
    /// A last move in these days.
    Moved(Span),
    /// Two moves, one in each.
    MovedTwice(Span, Span),
    /// A temporary placement (hospital, respite) and the return to the same carer, each in a row of its own.
    Respite(Span),
    /// Two changes of legal status or of the carer's status with the same carer, each in a placement row of its own.
    StatusChanges(Span, Span),
    /// A change of status, then placed for adoption with the foster carer who has looked after the child all along.
    AdoptedByCarer(Span, Span),
    /// Placed for adoption with strangers after a settled placement.
    PlacedForAdoption(Span),
}

/// Children looked after, alike.
struct StayCohort {
    count: usize,
    born: Span,
    came: Span,
    left: Leaving,
    story: Story,
    unaccompanied: bool,
}

const fn stays(count: usize, born: Span, came: Span, left: Leaving, story: Story) -> StayCohort {
    StayCohort { count, born, came, left, story, unaccompanied: false }
}

const fn left(from: Day, to: Day) -> Leaving {
    Leaving::Within(Span(from, to))
}

const fn alone(count: usize, born: Span, came: Span, left: Leaving, story: Story) -> StayCohort {
    StayCohort { count, born, came, left, story, unaccompanied: true }
}

/// Under 16 in June 2018 and in care for two and a half years in March 2018.
const LONG_BORN: Span = Span(on(2002, 7, 5), on(2013, 12, 31));
const LONG_CAME: Span = Span(on(2006, 1, 9), on(2015, 9, 25));
const YOUNG_BORN: Span = Span(on(2008, 1, 5), on(2014, 6, 30));
/// 16 in March 2018 and under 18 in June 2018.
const TEEN_BORN: Span = Span(on(2000, 7, 5), on(2002, 3, 20));
const TEEN_CAME: Span = Span(on(2009, 1, 9), on(2016, 11, 30));
const TURNED_18_IN_2017: Span = Span(on(1999, 4, 5), on(2000, 3, 25));
const TURNED_18_IN_2018: Span = Span(on(2000, 4, 5), on(2000, 6, 25));
const ANY_BORN: Span = Span(on(2000, 9, 1), on(2015, 12, 31));
const CAME_LONG_AGO: Span = Span(on(2009, 1, 9), on(2016, 3, 30));
const CAME_2015: Span = Span(on(2015, 7, 6), on(2016, 3, 30));
const CAME_2016: Span = Span(on(2016, 1, 11), on(2017, 3, 24));
const CAME_2017: Span = Span(on(2017, 4, 4), on(2018, 3, 27));
const CAME_EARLY_2017: Span = Span(on(2017, 4, 4), on(2017, 9, 20));
const CAME_SPRING_2017: Span = Span(on(2017, 4, 4), on(2017, 6, 30));
const CAME_AUTUMN_2017: Span = Span(on(2017, 10, 3), on(2017, 11, 30));
const CAME_WINTER_2018: Span = Span(on(2018, 1, 3), on(2018, 3, 27));
const CAME_QUARTER: Span = Span(on(2018, 4, 4), on(2018, 6, 27));
const ALONE_BORN: Span = Span(on(2000, 7, 5), on(2003, 3, 31));
const LEFT_2017: Leaving = left(on(2017, 4, 4), on(2017, 12, 20));
const LEFT_LATE_2017: Leaving = left(on(2018, 1, 8), on(2018, 3, 28));
const LEFT_WINTER: Leaving = left(on(2017, 10, 5), on(2018, 3, 28));
const LEFT_QUARTER: Leaving = left(on(2018, 4, 5), on(2018, 6, 26));
const SPRING_2017: Span = Span(on(2017, 4, 4), on(2017, 6, 16));
const REST_2017: Span = Span(on(2017, 7, 5), on(2018, 3, 9));
const SUMMER_2017: Span = Span(on(2017, 7, 5), on(2017, 9, 22));
const FIRST_HALF: Span = Span(on(2017, 7, 5), on(2017, 10, 31));
const SECOND_HALF: Span = Span(on(2017, 11, 15), on(2018, 3, 16));
const QUARTER: Span = Span(on(2018, 4, 9), on(2018, 6, 12));
const EARLY_2016: Span = Span(on(2016, 5, 9), on(2016, 9, 30));
const LATE_2016: Span = Span(on(2016, 11, 7), on(2017, 3, 17));

/// Looked-after children: 383 in March 2017, 413 in March 2018 and 418 in June 2018, 55 of them unaccompanied
/// (the report). By the national rule 33 of the 413 had three or more placements in the year; counted by rows,
/// 45 (11 %) did, and 33 of 418 (8 %) a quarter later (the report). Under 16 and in care for two and a half
/// years: 108 in March, 81 of them two years in one placement (75 %), 80 of 108 in June (74 %, the report).
#[rustfmt::skip]
const STAYS: [StayCohort; 65] = [
    // settled for two years in March and in June 2018
    stays(58, LONG_BORN, LONG_CAME, Leaving::No, Story::Settled),
    stays(3, LONG_BORN, LONG_CAME, Leaving::No, Story::Respite(REST_2017)),
    stays(4, LONG_BORN, LONG_CAME, Leaving::No, Story::Respite(SPRING_2017)),
    stays(2, LONG_BORN, LONG_CAME, Leaving::No, Story::Respite(QUARTER)),
    stays(1, YOUNG_BORN, LONG_CAME, Leaving::No, Story::AdoptedByCarer(FIRST_HALF, SECOND_HALF)),
    stays(1, YOUNG_BORN, LONG_CAME, Leaving::No, Story::AdoptedByCarer(SPRING_2017, SPRING_2017)),
    stays(3, YOUNG_BORN, LONG_CAME, Leaving::No, Story::AdoptedByCarer(EARLY_2016, LATE_2016)),
    stays(2, YOUNG_BORN, LONG_CAME, Leaving::No, Story::PlacedForAdoption(REST_2017)),
    // settled in March 2018, moved by June
    stays(3, LONG_BORN, LONG_CAME, Leaving::No, Story::Moved(QUARTER)),
    // two years in one placement by June 2018 only
    stays(2, LONG_BORN, LONG_CAME, Leaving::No, Story::Moved(Span(on(2016, 4, 11), on(2016, 6, 24)))),
    // not settled
    stays(15, LONG_BORN, LONG_CAME, Leaving::No, Story::Moved(Span(on(2016, 7, 11), on(2018, 3, 16)))),
    stays(3, LONG_BORN, LONG_CAME, Leaving::No, Story::MovedTwice(FIRST_HALF, SECOND_HALF)),
    stays(4, LONG_BORN, LONG_CAME, Leaving::No, Story::MovedTwice(SPRING_2017, REST_2017)),
    stays(1, LONG_BORN, LONG_CAME, Leaving::No, Story::MovedTwice(REST_2017, QUARTER)),
    // of the 108 in March, but 16 or gone by June
    stays(2, Span(on(2002, 4, 5), on(2002, 6, 25)), LONG_CAME, Leaving::No, Story::Settled),
    stays(1, Span(on(2002, 4, 5), on(2002, 6, 25)), LONG_CAME, Leaving::No, Story::Moved(REST_2017)),
    stays(2, LONG_BORN, LONG_CAME, LEFT_QUARTER, Story::Settled),
    stays(1, LONG_BORN, LONG_CAME, LEFT_QUARTER, Story::Moved(REST_2017)),
    // two and a half years in care by June 2018 only
    stays(4, LONG_BORN, Span(on(2015, 10, 5), on(2015, 12, 22)), Leaving::No, Story::Settled),
    stays(2, LONG_BORN, Span(on(2015, 10, 5), on(2015, 12, 22)), Leaving::No, Story::Moved(REST_2017)),
    // 16 and 17
    stays(23, TEEN_BORN, TEEN_CAME, Leaving::No, Story::Settled),
    stays(12, TEEN_BORN, TEEN_CAME, Leaving::No, Story::Moved(Span(on(2016, 12, 5), on(2018, 6, 15)))),
    stays(9, TEEN_BORN, CAME_LONG_AGO, Leaving::No, Story::MovedTwice(EARLY_2016, LATE_2016)),
    stays(2, TEEN_BORN, TEEN_CAME, Leaving::No, Story::MovedTwice(FIRST_HALF, SECOND_HALF)),
    stays(5, TEEN_BORN, TEEN_CAME, Leaving::No, Story::MovedTwice(SPRING_2017, REST_2017)),
    stays(2, TEEN_BORN, TEEN_CAME, Leaving::No, Story::MovedTwice(REST_2017, QUARTER)),
    stays(2, TEEN_BORN, TEEN_CAME, Leaving::No, Story::StatusChanges(SPRING_2017, SPRING_2017)),
    stays(1, TEEN_BORN, TEEN_CAME, Leaving::No, Story::Respite(QUARTER)),
    stays(8, TURNED_18_IN_2018, TEEN_CAME, Leaving::On18thBirthday, Story::Settled),
    // came in 2016/17
    stays(26, ANY_BORN, CAME_2016, Leaving::No, Story::Settled),
    stays(6, ANY_BORN, CAME_2016, Leaving::No, Story::Moved(REST_2017)),
    stays(4, ANY_BORN, CAME_2016, Leaving::No, Story::MovedTwice(FIRST_HALF, SECOND_HALF)),
    stays(7, ANY_BORN, CAME_2016, Leaving::No, Story::MovedTwice(SPRING_2017, REST_2017)),
    stays(4, ANY_BORN, CAME_2016, Leaving::No, Story::MovedTwice(REST_2017, QUARTER)),
    stays(1, ANY_BORN, CAME_2016, Leaving::No, Story::StatusChanges(FIRST_HALF, SECOND_HALF)),
    stays(5, ANY_BORN, CAME_2016, LEFT_QUARTER, Story::Settled),
    // came in 2017/18
    stays(79, ANY_BORN, CAME_2017, Leaving::No, Story::Settled),
    stays(20, ANY_BORN, CAME_WINTER_2018, Leaving::No, Story::Settled),
    stays(14, ANY_BORN, CAME_EARLY_2017, Leaving::No, Story::Moved(Span(on(2017, 11, 6), on(2018, 6, 15)))),
    stays(3, ANY_BORN, CAME_SPRING_2017, Leaving::No, Story::MovedTwice(FIRST_HALF, SECOND_HALF)),
    stays(4, ANY_BORN, CAME_EARLY_2017, Leaving::No, Story::MovedTwice(SECOND_HALF, QUARTER)),
    stays(7, ANY_BORN, CAME_2017, LEFT_QUARTER, Story::Settled),
    // came in April to June 2018
    stays(28, ANY_BORN, CAME_QUARTER, Leaving::No, Story::Settled),
    // left in 2017/18
    stays(24, TURNED_18_IN_2017, CAME_LONG_AGO, Leaving::On18thBirthday, Story::MovedTwice(EARLY_2016, LATE_2016)),
    stays(11, TURNED_18_IN_2017, CAME_LONG_AGO, Leaving::On18thBirthday, Story::Settled),
    stays(15, ANY_BORN, CAME_2015, LEFT_WINTER, Story::MovedTwice(LATE_2016, SPRING_2017)),
    stays(8, ANY_BORN, CAME_2015, LEFT_LATE_2017, Story::MovedTwice(SPRING_2017, SUMMER_2017)),
    stays(41, ANY_BORN, Span(on(2013, 1, 7), on(2017, 3, 24)), LEFT_2017, Story::Settled),
    // came and left within a quarter of 2017/18
    stays(10, ANY_BORN, Span(on(2017, 4, 4), on(2017, 5, 31)), left(on(2017, 4, 18), on(2017, 6, 28)), Story::Settled),
    stays(8, ANY_BORN, Span(on(2017, 7, 4), on(2017, 8, 31)), left(on(2017, 7, 18), on(2017, 9, 28)), Story::Settled),
    stays(10, ANY_BORN, CAME_AUTUMN_2017, left(on(2017, 10, 17), on(2017, 12, 28)), Story::Settled),
    // left in 2016/17
    stays(90, ANY_BORN, Span(on(2012, 1, 9), on(2016, 3, 30)), left(on(2016, 4, 5), on(2017, 3, 28)), Story::Settled),
    // unaccompanied asylum-seeking children
    alone(6, Span(on(1999, 4, 5), on(1999, 6, 26)), CAME_2016, Leaving::On18thBirthday, Story::Settled),
    alone(7, Span(on(1999, 7, 5), on(1999, 9, 26)), CAME_2016, Leaving::On18thBirthday, Story::Settled),
    alone(6, Span(on(1999, 10, 5), on(1999, 12, 20)), CAME_2016, Leaving::On18thBirthday, Story::Settled),
    alone(7, Span(on(2000, 1, 5), on(2000, 3, 25)), CAME_2016, Leaving::On18thBirthday, Story::Settled),
    alone(17, ALONE_BORN, CAME_2016, Leaving::No, Story::Settled),
    alone(3, ALONE_BORN, CAME_2016, Leaving::No, Story::MovedTwice(SPRING_2017, REST_2017)),
    alone(7, TURNED_18_IN_2018, CAME_2016, Leaving::On18thBirthday, Story::Settled),
    alone(5, ALONE_BORN, CAME_SPRING_2017, Leaving::No, Story::Settled),
    alone(7, ALONE_BORN, Span(on(2017, 7, 4), on(2017, 9, 28)), Leaving::No, Story::Settled),
    alone(6, ALONE_BORN, Span(on(2017, 10, 3), on(2017, 12, 21)), Leaving::No, Story::Settled),
    alone(8, ALONE_BORN, CAME_WINTER_2018, Leaving::No, Story::Settled),
    alone(2, ALONE_BORN, CAME_SPRING_2017, Leaving::No, Story::MovedTwice(FIRST_HALF, SECOND_HALF)),
    alone(7, ALONE_BORN, CAME_QUARTER, Leaving::No, Story::Settled),
];

/// Missing children and episodes of a year (the last is a quarter) and what became of the return interviews:
/// 2017/18 and the quarter are the report's, the year before is made up.
struct MissingYear {
    days: Span,
    from_home: usize,
    from_care: usize,
    away: usize,
    episodes: usize,
    completed: usize,
    refused: usize,
    not_required: usize,
}

const fn missing(days: Span, children: [usize; 3], episodes: usize, interviews: [usize; 3]) -> MissingYear {
    let [from_home, from_care, away] = children;
    let [completed, refused, not_required] = interviews;
    MissingYear { days, from_home, from_care, away, episodes, completed, refused, not_required }
}

const MISSING: [MissingYear; 3] = [
    missing(YEAR_2016, [30, 35, 13], 221, [76, 121, 9]),
    missing(YEAR_2017, [33, 40, 16], 263, [95, 149, 12]),
    missing(QUARTER_2018, [13, 15, 7], 57, [27, 21, 4]),
];

/// Care leavers in March and in June 2018, 90 each: 73 of 86 in suitable accommodation, then 76 of 86 (85 % and
/// 88 %, the report; four have left the country or their address), 54 in education, employment or training, then 41
/// (60 % and 46 %, the report, which puts the fall down to late recording: hence the activities left empty).
struct Leavers {
    /// There in March and in June: in suitable accommodation or not, in March.
    suitable: usize,
    unsuitable: usize,
    excluded: usize,
    /// Of the unsuitable ones, suitably housed by June.
    rehoused: usize,
    /// There on both days and in education, employment or training in March; of these, not known in June.
    active: usize,
    unrecorded: usize,
    /// There on both days, and last seen before the last quarter began.
    not_seen: usize,
    /// Turned 26 in the last quarter (three suitably housed, two active), and joined in it (one active).
    gone: usize,
    joined: usize,
}

const LEAVERS: Leavers = Leavers {
    suitable: 70,
    unsuitable: 12,
    excluded: 4,
    rehoused: 2,
    active: 52,
    unrecorded: 12,
    not_seen: 14,
    gone: 4,
    joined: 4,
};

/// Days on which a few children had no social worker: none on the last day of March or June 2018.
const UNALLOCATED: [(Span, usize); 3] = [
    (Span(on(2017, 3, 24), on(2017, 4, 4)), 2),
    (Span(on(2017, 6, 19), on(2017, 7, 7)), 4),
    (Span(on(2017, 12, 18), on(2018, 1, 5)), 2),
];

// ----------------------------------------------------------------------------------------------- the vocabulary

#[rustfmt::skip]
const ETHNICITIES: [(&str, usize); 17] = [
    ("WBRI", 700), ("WIRI", 12), ("WOTH", 25), ("WIRT", 4), ("WROM", 4), ("MWBC", 45), ("MWBA", 10), ("MWAS", 25),
    ("MOTH", 20), ("AIND", 25), ("APKN", 40), ("ABAN", 8), ("AOTH", 12), ("BCRB", 18), ("BAFR", 20),
    ("OOTH", 15), ("NOBT", 17),
];
#[rustfmt::skip]
const ETHNICITIES_ABROAD: [(&str, usize); 5] = [("OOTH", 5), ("AOTH", 5), ("BAFR", 4), ("WOTH", 2), ("BOTH", 2)];
#[rustfmt::skip]
const REFERRAL_SOURCES: [(&str, usize); 14] = [
    ("1A", 4), ("1B", 4), ("1C", 3), ("2A", 16), ("2B", 3), ("3A", 8), ("3C", 5), ("3D", 3), ("5A", 7), ("5B", 3),
    ("6", 27), ("7", 3), ("8", 10), ("9", 4),
];
#[rustfmt::skip]
const NEEDS: [(&str, usize); 9] = [
    ("N1", 52), ("N2", 7), ("N3", 3), ("N4", 10), ("N5", 15), ("N6", 5), ("N7", 2), ("N8", 3), ("N9", 3),
];
const REFERRAL_TEAMS: [(&str, usize); 3] =
    [("MASH", 17), ("Emergency Duty Team", 2), ("Children with Disabilities", 1)];
#[rustfmt::skip]
const ASSESSMENT_TEAMS: [(&str, usize); 5] = [
    ("Child Assessment Team 1", 7), ("Child Assessment Team 2", 7), ("Child Protection and Court North", 3),
    ("Child Protection and Court South", 3), ("Children with Disabilities", 1),
];
#[rustfmt::skip]
const CLOSE_REASONS: [(&str, usize); 7] =
    [("RC1", 1), ("RC3", 3), ("RC4", 1), ("RC5", 2), ("RC7", 8), ("RC8", 18), ("RC9", 6)];
const ABUSE: [(&str, usize); 5] = [("NEG", 44), ("EMO", 36), ("PHY", 9), ("SAB", 5), ("MUL", 6)];
const PLACEMENTS_YOUNG: [(&str, usize); 7] =
    [("U1", 10), ("U3", 6), ("U4", 14), ("U5", 4), ("U6", 50), ("P1", 8), ("R3", 2)];
#[rustfmt::skip]
const PLACEMENTS: [(&str, usize); 9] = [
    ("U1", 8), ("U3", 6), ("U4", 8), ("U5", 8), ("U6", 50), ("P1", 6), ("K2", 10), ("K1", 2), ("R1", 1),
];
const PLACEMENTS_TEEN: [(&str, usize); 7] =
    [("U1", 6), ("U4", 8), ("U5", 6), ("U6", 40), ("K2", 14), ("H5", 16), ("P2", 6)];
const PLACEMENTS_ALONE: [(&str, usize); 4] = [("U6", 30), ("H5", 15), ("P2", 7), ("K2", 2)];
const TEMPORARY: [(&str, usize); 4] = [("T1", 2), ("T2", 2), ("T3", 3), ("T4", 2)];
const PROVIDERS: [(&str, usize); 4] = [("PR1", 60), ("PR2", 4), ("PR4", 34), ("PR5", 2)];
const ORDERS: [(&str, usize); 3] = [("C1", 60), ("V2", 34), ("C2", 6)];
const CEASED: [(&str, usize); 6] = [("E4A", 8), ("E4B", 3), ("E43", 6), ("E41", 2), ("E8", 4), ("E3", 1)];
const CEASED_YOUNG: [(&str, usize); 5] = [("E12", 7), ("E11", 2), ("E43", 5), ("E4A", 5), ("E41", 1)];
const CHANGE_REASONS: [(&str, usize); 6] =
    [("CARPL", 6), ("OTHER", 2), ("CREQB", 2), ("CREQO", 1), ("LAREQ", 1), ("CHILD", 1)];
const ACTIVITIES: [(&str, usize); 8] =
    [("F1", 3), ("F2", 11), ("F4", 7), ("F5", 9), ("P1", 1), ("P2", 5), ("P4", 2), ("P5", 3)];
const INACTIVE: [(&str, usize); 3] = [("G4", 3), ("G5", 8), ("G6", 3)];
const SUITABLE_HOMES: [(&str, usize); 7] = [("U", 22), ("E", 9), ("Z", 8), ("B", 7), ("D", 8), ("T", 5), ("K", 2)];
const UNSUITABLE_HOMES: [(&str, usize); 4] = [("X", 5), ("S", 3), ("W", 3), ("V", 2)];
/// Letters that no postcode has in its last two places, so that none of these is anybody's.
const NO_POSTCODE: [char; 6] = ['C', 'I', 'K', 'M', 'O', 'V'];
const ALLOCATED: &str = "Allocated Case Worker";

// ------------------------------------------------------------------------------------------------- chance, days

/// A splitmix64 generator with a fixed seed.
struct Dice {
    state: u64,
}

impl Dice {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit` (0 when there is none below it).
    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = usize::try_from(most - least + 1).unwrap_or(1);
        least + i64::try_from(self.below(width)).unwrap_or(0)
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn day(&mut self, span: Span) -> Day {
        after(span.0, self.between(0, days_between(span.0, span.1)))
    }

    /// A working day of the span, or its last day when it has none within reach of many throws.
    fn working_day(&mut self, span: Span) -> Day {
        for _ in 0..1000 {
            let day = self.day(span);
            if is_working_day(day) {
                return day;
            }
        }
        span.1
    }

    fn pick(&mut self, weighted: &[(&'static str, usize)]) -> &'static str {
        let mut left = self.below(weighted.iter().map(|(_, weight)| weight).sum());
        for (value, weight) in weighted {
            if left < *weight {
                return value;
            }
            left -= weight;
        }
        ""
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

fn days_between(from: Day, to: Day) -> i64 {
    (to - from).num_days()
}

fn after(day: Day, days: i64) -> Day {
    day + TimeDelta::days(days)
}

fn months_after(day: Day, months: u32) -> Day {
    day + Months::new(months)
}

fn within(day: Day, span: Span) -> bool {
    span.0 <= day && day <= span.1
}

fn is_working_day(day: Day) -> bool {
    day.weekday().num_days_from_monday() < 5 && !BANK_HOLIDAYS.contains(&day)
}

/// The last working day on or before a day.
fn working_day_by(mut day: Day) -> Day {
    while !is_working_day(day) {
        day = day - Days::new(1);
    }
    day
}

/// The latest working day from which `count` working days lead to the working day `end`, the first not counted.
fn working_days_before(end: Day, count: u64) -> Day {
    let mut day = end;
    for _ in 0..count {
        day = working_day_by(day - Days::new(1));
    }
    day
}

/// The first day of the financial year that holds a day.
fn year_of(day: Day) -> Day {
    on(if day.month() < 4 { day.year() - 1 } else { day.year() }, 4, 1)
}

/// `count` durations of one band, in the proportions of its weights.
fn spread(band: Durations, count: usize) -> Vec<u64> {
    let total: usize = band.iter().map(|(_, weight)| weight).sum();
    let mut durations = Vec::with_capacity(count);
    for place in 0..count {
        let mut seen = 0;
        for (days, weight) in band {
            seen += weight;
            if (2 * place + 1) * total < 2 * count * seen {
                durations.push(*days);
                break;
            }
        }
    }
    durations
}

/// The durations of all bands, in order.
fn spread_all(bands: &[Durations], counts: &[usize]) -> Vec<u64> {
    bands.iter().zip(counts).flat_map(|(band, count)| spread(band, *count)).collect()
}

// ---------------------------------------------------------------------------------------------------- the records

/// A child by its place among the children.
type ChildNo = usize;

struct Child {
    born: Day,
    sex: &'static str,
    ethnicity: &'static str,
    family: Option<usize>,
    /// Since when an unaccompanied asylum-seeking child.
    alone_since: Option<Day>,
    /// Plans that another authority held, of which only the number is known.
    plans_elsewhere: usize,
}

/// What is to be found on a referral that goes on.
#[derive(Clone, Copy, PartialEq)]
enum Route {
    /// An assessment, maybe an enquiry.
    Open,
    /// An assessment and no enquiry.
    Assessment,
    /// An enquiry.
    Enquiry,
    /// Neither.
    Unrecorded,
}

struct Referral {
    child: ChildNo,
    day: Day,
    no_further_action: bool,
    undecided: bool,
    route: Route,
    assessed: bool,
    closed: Option<Day>,
}

struct Assessment {
    referral: usize,
    started: Day,
    authorised: Option<Day>,
}

struct Enquiry {
    referral: usize,
    started: Day,
    ended: Option<Day>,
}

struct Conference {
    child: ChildNo,
    day: Day,
    enquiry: Option<usize>,
    target: Day,
    plan: bool,
}

struct Plan {
    child: ChildNo,
    started: Day,
    ended: Option<Day>,
    referral: Option<usize>,
    conference: Option<usize>,
    elsewhere: bool,
    category: &'static str,
    earlier_plans: usize,
    first_review_late: bool,
}

impl Plan {
    fn new(child: ChildNo, started: Day, ended: Option<Day>, category: &'static str, earlier_plans: usize) -> Self {
        Plan {
            child,
            started,
            ended,
            referral: None,
            conference: None,
            elsewhere: false,
            category,
            earlier_plans,
            first_review_late: false,
        }
    }
}

/// Children of one family whose plans start together.
struct PlanGroup {
    started: Day,
    ended: Option<Day>,
    size: usize,
    within_two_years: usize,
    longer_ago: usize,
}

struct Stay {
    child: ChildNo,
    came: Day,
    left: Option<Day>,
}

/// What happens to a looked-after child.
#[derive(Clone, Copy, PartialEq)]
enum Event {
    /// To another carer.
    Move,
    /// A few days elsewhere and back.
    Respite,
    /// A new row with the same carer, the episode started for this reason (L, T, U).
    Status(&'static str),
    /// Placed for adoption with the carer.
    AdoptedByCarer,
    /// Placed for adoption with others.
    PlacedForAdoption,
    /// A care order in the same placement row.
    Order,
}

/// Where a child is in care, and under which order.
struct Care {
    home: usize,
    order: &'static str,
}

struct Placement {
    stay: usize,
    kind: &'static str,
    provider: &'static str,
    urn: String,
    postcode: String,
    distance: String,
    started: Day,
    ended: Option<Day>,
    change_reason: &'static str,
}

struct Episode {
    placement: usize,
    started: Day,
    reason: &'static str,
    ceased: Option<Day>,
    ceased_reason: &'static str,
}

struct LegalStatus {
    child: ChildNo,
    code: &'static str,
    started: Day,
    ended: Option<Day>,
}

struct MissingEpisode {
    child: ChildNo,
    kind: &'static str,
    started: NaiveDateTime,
    ended: Option<NaiveDateTime>,
    offered: &'static str,
    accepted: &'static str,
    completed: Option<NaiveDateTime>,
}

#[derive(Clone, Copy)]
struct LeaverStatus {
    child: ChildNo,
    eligibility: &'static str,
    in_touch: &'static str,
    contact: Day,
    home: &'static str,
    suitable: &'static str,
    activity: &'static str,
}

struct Involvement {
    child: ChildNo,
    professional: usize,
    role: &'static str,
    started: Day,
    ended: Option<Day>,
}

/// The authority while it is being made.
struct Authority {
    dice: Dice,
    children: Vec<Child>,
    families: usize,
    referrals: Vec<Referral>,
    assessments: Vec<Assessment>,
    enquiries: Vec<Enquiry>,
    conferences: Vec<Conference>,
    plans: Vec<Plan>,
    reviews: Vec<(usize, Day, Day)>,
    stays: Vec<Stay>,
    placements: Vec<Placement>,
    episodes: Vec<Episode>,
    legal: Vec<LegalStatus>,
    missing: Vec<MissingEpisode>,
    leavers: Vec<LeaverStatus>,
    involvements: Vec<Involvement>,
    /// Children of whom nothing is known but referrals and what follows from them.
    referred_only: Vec<ChildNo>,
}

fn main() -> Outcome<()> {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join("sample-authority"), PathBuf::from);
    let mut authority = Authority::new();
    authority.make()?;
    let mut tables = authority.tables();
    plant_faults(&mut tables)?;
    fs::create_dir_all(&folder)?;
    for table in &tables {
        table.write(&folder)?;
    }
    Ok(())
}

impl Authority {
    fn new() -> Self {
        Authority {
            dice: Dice { state: 20_180_926 },
            children: Vec::new(),
            families: 0,
            referrals: Vec::new(),
            assessments: Vec::new(),
            enquiries: Vec::new(),
            conferences: Vec::new(),
            plans: Vec::new(),
            reviews: Vec::new(),
            stays: Vec::new(),
            placements: Vec::new(),
            episodes: Vec::new(),
            legal: Vec::new(),
            missing: Vec::new(),
            leavers: Vec::new(),
            involvements: Vec::new(),
            referred_only: Vec::new(),
        }
    }

    fn make(&mut self) -> Outcome<()> {
        self.make_plans()?;
        self.make_stays()?;
        self.make_short_breaks();
        self.make_referrals()?;
        self.decide_referrals()?;
        self.make_enquiries()?;
        self.make_assessments()?;
        self.make_reviews()?;
        self.make_missing()?;
        self.make_leavers();
        self.make_involvements()?;
        self.close_cases();
        Ok(())
    }

    fn new_child(&mut self, born: Day) -> ChildNo {
        let sex = match self.dice.below(200) {
            0 => "U",
            throw if throw < 104 => "M",
            _ => "F",
        };
        let ethnicity = self.dice.pick(&ETHNICITIES);
        self.children.push(Child { born, sex, ethnicity, family: None, alone_since: None, plans_elsewhere: 0 });
        self.children.len() - 1
    }

    fn new_family(&mut self) -> usize {
        self.families += 1;
        self.families
    }

    /// Whether a child has had its `years`-th birthday by a day.
    fn is_aged(&self, child: ChildNo, years: u32, day: Day) -> bool {
        months_after(self.children[child].born, 12 * years) <= day
    }
}

// ------------------------------------------------------------------------------------------------ plans and before

impl Authority {
    /// Plans with the conferences, enquiries and referrals before them, and the conferences that made no plan.
    fn make_plans(&mut self) -> Outcome<()> {
        let mut groups = self.plan_groups()?;
        self.share_out_repeats(&mut groups)?;
        for group in &groups {
            self.plans_of(group)?;
        }
        for year in &YEARS {
            self.make_conferences(year)?;
        }
        self.make_plans_elsewhere();
        Ok(())
    }

    /// Every cohort cut into families, in order of their start.
    fn plan_groups(&mut self) -> Outcome<Vec<PlanGroup>> {
        let mut groups = Vec::new();
        for cohort in &PLANS {
            let mut left = cohort.count;
            while left > 0 {
                let size = match self.dice.below(20) {
                    0..=9 => 1,
                    10..=15 => 2,
                    16..=18 => 3,
                    _ => 4,
                };
                let size = size.min(left);
                left -= size;
                let (started, ended) = self.plan_days(cohort)?;
                groups.push(PlanGroup { started, ended, size, within_two_years: 0, longer_ago: 0 });
            }
        }
        groups.sort_by_key(|group| (group.started, group.ended));
        Ok(groups)
    }

    fn plan_days(&mut self, cohort: &PlanCohort) -> Outcome<(Day, Option<Day>)> {
        for _ in 0..100_000 {
            let started = self.dice.working_day(cohort.started);
            let Some(ends) = cohort.ended else { return Ok((started, None)) };
            let ended = after(started, self.dice.between(cohort.lasted.0, cohort.lasted.1));
            if within(ended, ends) && is_working_day(ended) {
                return Ok((started, Some(ended)));
            }
        }
        Err("no days fit a cohort of plans".into())
    }

    /// Says which plans of each quarter are second or later ones: whole families where they fit, else some of
    /// the children of one.
    fn share_out_repeats(&mut self, groups: &mut [PlanGroup]) -> Outcome<()> {
        for quota in &REPEAT_PLANS {
            let mut here: Vec<usize> =
                (0..groups.len()).filter(|&at| within(groups[at].started, quota.started)).collect();
            self.dice.shuffle(&mut here);
            let (mut recent, mut old) = (quota.within_two_years, quota.longer_ago);
            for at in here {
                let group = &mut groups[at];
                if recent > 0 {
                    group.within_two_years = group.size.min(recent);
                    recent -= group.within_two_years;
                } else {
                    group.longer_ago = group.size.min(old);
                    old -= group.longer_ago;
                }
            }
            if recent + old > 0 {
                return Err("too few plans in a quarter for its repeats".into());
            }
        }
        Ok(())
    }

    /// The plans of one family: first children with a recent earlier plan, then with an old one, then others.
    fn plans_of(&mut self, group: &PlanGroup) -> Outcome<()> {
        let mut members = self.family_after_a_plan(group);
        let family = match members.first().and_then(|&child| self.children[child].family) {
            Some(family) => family,
            None => self.new_family(),
        };
        while members.len() < group.size {
            let child = if members.len() < group.within_two_years {
                self.child_with_history(group.started, 4, (75, 640))?
            } else if members.len() < group.within_two_years + group.longer_ago {
                self.child_with_old_plan(group.started)?
            } else {
                self.child_without_plan(group.started)
            };
            self.children[child].family = Some(family);
            members.push(child);
        }
        let category = self.dice.pick(&ABUSE);
        for child in members {
            let earlier_plans = self.earlier_plans(child);
            self.plans.push(Plan::new(child, group.started, group.ended, category, earlier_plans));
        }
        Ok(())
    }

    /// How many plans the child has had, here and elsewhere.
    fn earlier_plans(&self, child: ChildNo) -> usize {
        self.children[child].plans_elsewhere + self.plans.iter().filter(|plan| plan.child == child).count()
    }

    /// The children of a family that had plans which all ended within two years before this group's start.
    fn family_after_a_plan(&mut self, group: &PlanGroup) -> Vec<ChildNo> {
        if group.within_two_years == 0 {
            return Vec::new();
        }
        let mut latest: HashMap<usize, (Day, Vec<ChildNo>, usize)> = HashMap::new();
        for plan in &self.plans {
            let Some(family) = self.children[plan.child].family else { continue };
            let entry = latest.entry(family).or_insert((Day::MIN, Vec::new(), 0));
            entry.0 = entry.0.max(plan.ended.unwrap_or(Day::MAX));
            entry.1.push(plan.child);
            entry.2 += 1;
        }
        let mut candidates: Vec<Vec<ChildNo>> = latest
            .into_values()
            .filter(|(ended, members, plans)| {
                let distinct: HashSet<_> = members.iter().collect();
                *ended < Day::MAX
                    && (60..=640).contains(&days_between(*ended, group.started))
                    && *plans == distinct.len()
                    && members.len() >= group.within_two_years
                    && members.iter().all(|&child| !self.is_aged(child, 16, group.started))
            })
            .map(|(_, members, _)| members)
            .collect();
        candidates.sort();
        if candidates.is_empty() {
            return Vec::new();
        }
        let chosen = self.dice.below(candidates.len());
        candidates.swap_remove(chosen).into_iter().take(group.within_two_years).collect()
    }

    /// A new child for a first plan; some of the latest are not born yet.
    fn child_without_plan(&mut self, day: Day) -> ChildNo {
        let unborn = day > on(2018, 5, 1) && self.dice.percent(12);
        let age = if unborn { self.dice.between(-120, -70) } else { self.dice.between(30, 16 * 365) };
        self.new_child(after(day, -age))
    }

    /// A new child with a plan that ended more than two years ago; in three of ten cases another authority held
    /// it and only the number is known.
    fn child_with_old_plan(&mut self, day: Day) -> Outcome<ChildNo> {
        if !self.dice.percent(30) {
            return self.child_with_history(day, 9, (780, 2100));
        }
        let age = self.dice.between(4 * 365, 15 * 365);
        let child = self.new_child(after(day, -age));
        self.children[child].plans_elsewhere = 1 + self.dice.below(2);
        Ok(child)
    }

    /// A new child, old enough, with a plan that ended so many days before a day and before the counts begin.
    fn child_with_history(&mut self, day: Day, least_age: i64, ended_before: (i64, i64)) -> Outcome<ChildNo> {
        let age = self.dice.between(least_age * 365, 15 * 365);
        let child = self.new_child(after(day, -age));
        for _ in 0..10_000 {
            let ended = working_day_by(after(day, -self.dice.between(ended_before.0, ended_before.1)));
            let started = working_day_by(after(ended, -self.dice.between(80, 420)));
            if ended < on(2016, 3, 24) && started > self.children[child].born {
                let category = self.dice.pick(&ABUSE);
                self.plans.push(Plan::new(child, started, Some(ended), category, 0));
                return Ok(child);
            }
        }
        Err("an earlier plan does not fit".into())
    }

    /// The conferences of a year: one for each plan that started in it, and those that made none.
    fn make_conferences(&mut self, year: &Year) -> Outcome<()> {
        let mut held: Vec<(Day, ChildNo, Option<usize>)> = Vec::new();
        for (at, plan) in self.plans.iter().enumerate() {
            if within(plan.started, year.days) && plan.started > after(RECORDS_BEGIN, 45) {
                held.push((plan.started, plan.child, Some(at)));
            }
        }
        for _ in 0..year.no_plan {
            let day = self.dice.working_day(Span(after(year.days.0, 2), year.days.1));
            let child = self.child_without_plan(day);
            held.push((day, child, None));
        }
        self.dice.shuffle(&mut held);
        for (day, child, plan) in held.drain(..year.transfers_in) {
            self.hold_transfer_in(day, child, plan);
        }
        let durations = if year.conferences == [0; 4] {
            spread(CONFERENCE_BANDS[1], held.len())
        } else {
            spread_all(&CONFERENCE_BANDS, &year.conferences)
        };
        if durations.len() != held.len() {
            return Err(format!("{} conferences for {} durations", held.len(), durations.len()).into());
        }
        self.put_families_together(&mut held);
        for ((day, child, plan), duration) in held.into_iter().zip(durations) {
            self.hold_conference(day, child, plan, duration);
        }
        Ok(())
    }

    /// Brothers and sisters with one conference side by side, where they first stand in the shuffled list, so
    /// that they are dealt like durations.
    fn put_families_together(&self, held: &mut [(Day, ChildNo, Option<usize>)]) {
        let mut first: HashMap<(Day, Option<usize>), usize> = HashMap::new();
        let mut keys = HashMap::new();
        for (place, (day, child, _)) in held.iter().enumerate() {
            let family = self.children[*child].family;
            let leader = if family.is_some() { *first.entry((*day, family)).or_insert(place) } else { place };
            keys.insert((*day, *child), (leader, place));
        }
        held.sort_by_key(|(day, child, _)| keys.get(&(*day, *child)).copied());
    }

    /// A conference so many working days after the start of a section 47 enquiry, which follows a referral.
    fn hold_conference(&mut self, day: Day, child: ChildNo, plan: Option<usize>, duration: u64) {
        let enquired = working_days_before(day, duration);
        let referred = working_day_by(after(enquired, -self.dice.between(0, 2))).max(RECORDS_BEGIN);
        let referral = self.refer(child, referred, Route::Enquiry);
        let enquiry = self.enquire(referral, enquired);
        let target = working_day_by(after(enquired, 21));
        self.conclude(Conference { child, day, enquiry: Some(enquiry), target, plan: plan.is_some() }, referral, plan);
    }

    /// A conference for a child who moved in on another authority's plan: no enquiry, held by its target date.
    fn hold_transfer_in(&mut self, day: Day, child: ChildNo, plan: Option<usize>) {
        let referred = working_day_by(after(day, -self.dice.between(7, 18)));
        let referral = self.refer(child, referred, Route::Assessment);
        let target = after(day, self.dice.between(0, 4));
        self.conclude(Conference { child, day, enquiry: None, target, plan: plan.is_some() }, referral, plan);
    }

    fn conclude(&mut self, conference: Conference, referral: usize, plan: Option<usize>) {
        self.conferences.push(conference);
        if let Some(plan) = plan {
            self.plans[plan].conference = Some(self.conferences.len() - 1);
            self.plans[plan].referral = Some(referral);
        }
    }

    fn refer(&mut self, child: ChildNo, day: Day, route: Route) -> usize {
        self.referrals.push(Referral {
            child,
            day,
            no_further_action: false,
            undecided: false,
            route,
            assessed: false,
            closed: None,
        });
        self.referrals.len() - 1
    }

    fn enquire(&mut self, referral: usize, started: Day) -> usize {
        let ended = Some(after(started, self.dice.between(1, 14))).filter(|&day| day <= EXTRACTED);
        self.enquiries.push(Enquiry { referral, started, ended });
        self.enquiries.len() - 1
    }

    /// Plans of other authorities for children who live here for a while.
    fn make_plans_elsewhere(&mut self) {
        for (started, months) in [
            (on(2015, 11, 12), 9),
            (on(2016, 9, 15), 25),
            (on(2017, 2, 9), 8),
            (on(2017, 6, 22), 14),
            (on(2017, 11, 7), 5),
            (on(2018, 4, 19), 6),
        ] {
            let age = self.dice.between(400, 14 * 365);
            let child = self.new_child(after(started, -age));
            let ended = Some(months_after(started, months)).filter(|&day| day <= EXTRACTED);
            let category = self.dice.pick(&ABUSE);
            let mut plan = Plan::new(child, started, ended, category, 0);
            plan.elsewhere = true;
            self.plans.push(plan);
        }
    }

    /// First reviews within three months and later ones within six, but for the late ones.
    fn make_reviews(&mut self) -> Outcome<()> {
        for (started, ended, count) in LATE_REVIEWS {
            let mut fitting: Vec<usize> = (0..self.plans.len())
                .filter(|&at| {
                    let plan = &self.plans[at];
                    !plan.elsewhere
                        && !plan.first_review_late
                        && within(plan.started, started)
                        && within(plan.ended.unwrap_or(EXTRACTED), ended)
                })
                .collect();
            self.dice.shuffle(&mut fitting);
            if fitting.len() < count {
                return Err("too few plans for the late reviews".into());
            }
            for at in fitting.into_iter().take(count) {
                self.plans[at].first_review_late = true;
            }
        }
        for at in 0..self.plans.len() {
            let Plan { started, ended, elsewhere, first_review_late, .. } = self.plans[at];
            if elsewhere {
                continue;
            }
            let mut due = months_after(started, 3);
            let mut day = if first_review_late {
                after(started, self.dice.between(95, 112))
            } else {
                after(started, self.dice.between(66, 86))
            };
            while day < ended.unwrap_or(EXTRACTED) {
                let held = working_day_by(day);
                self.reviews.push((at, due, held));
                due = months_after(held, 6);
                day = after(held, self.dice.between(140, 176));
            }
        }
        Ok(())
    }
}

// ------------------------------------------------------------------------------------------------------ stays in care

impl Authority {
    fn make_stays(&mut self) -> Outcome<()> {
        for cohort in &STAYS {
            for _ in 0..cohort.count {
                self.make_stay(cohort)?;
            }
        }
        Ok(())
    }

    fn make_stay(&mut self, cohort: &StayCohort) -> Outcome<()> {
        let (born, came, left) = self.stay_days(cohort)?;
        let child = self.new_child(born);
        if cohort.unaccompanied {
            self.children[child].alone_since = Some(came);
            self.children[child].ethnicity = self.dice.pick(&ETHNICITIES_ABROAD);
            self.children[child].sex = if self.dice.percent(92) { "M" } else { "F" };
        }
        if came > after(RECORDS_BEGIN, 60) {
            let days = if cohort.unaccompanied { 0 } else { self.dice.between(0, 50) };
            self.refer(child, working_day_by(after(came, -days)), Route::Assessment);
        }
        self.stays.push(Stay { child, came, left });
        let events = self.events(cohort, came, left);
        self.write_stay(cohort, &events);
        Ok(())
    }

    fn stay_days(&mut self, cohort: &StayCohort) -> Outcome<(Day, Day, Option<Day>)> {
        for _ in 0..100_000 {
            let (born, came) = (self.dice.day(cohort.born), self.dice.working_day(cohort.came));
            let left = match cohort.left {
                Leaving::No => None,
                Leaving::On18thBirthday => Some(months_after(born, 216)),
                Leaving::Within(span) => Some(self.dice.working_day(span)),
            };
            let settling = if matches!(cohort.story, Story::Settled) { 10 } else { 90 };
            let aged = months_after(born, 192) > came || cohort.unaccompanied;
            if born < came && aged && left.is_none_or(|day| days_between(came, day) > settling) {
                return Ok((born, came, left));
            }
        }
        Err("no days fit a cohort of looked-after children".into())
    }

    /// What happens during a stay, in order of day.
    fn events(&mut self, cohort: &StayCohort, came: Day, left: Option<Day>) -> Vec<(Day, Event)> {
        let mut events = match cohort.story {
            Story::Settled => Vec::new(),
            Story::Moved(when) => vec![(self.dice.working_day(when), Event::Move)],
            Story::MovedTwice(first, second) => self.pair(first, Event::Move, second, Event::Move),
            Story::Respite(when) => vec![(self.dice.day(when), Event::Respite)],
            Story::StatusChanges(first, second) => self.pair(first, Event::Status("L"), second, Event::Status("U")),
            Story::AdoptedByCarer(first, second) => self.pair(first, Event::Status("T"), second, Event::AdoptedByCarer),
            Story::PlacedForAdoption(when) => vec![(self.dice.working_day(when), Event::PlacedForAdoption)],
        };
        events.retain(|(day, _)| *day > after(came, 2) && left.is_none_or(|left| *day < left));
        let first = events.first().map_or(on(2016, 3, 24), |(day, _)| (*day).min(on(2016, 3, 24)));
        let early = Span(after(came, 30), after(first, -30));
        if early.0 < early.1 && self.dice.percent(45) {
            events.push((self.dice.working_day(early), Event::Move));
        }
        if !cohort.unaccompanied && self.dice.percent(55) {
            let order = after(came, self.dice.between(70, 240));
            if left.is_none_or(|left| order < left) && order <= EXTRACTED {
                events.push((order, Event::Order));
            }
        }
        events.sort_by_key(|(day, _)| *day);
        let others: Vec<Day> = events.iter().filter(|(_, event)| *event != Event::Order).map(|(day, _)| *day).collect();
        let clear = |day: Day| others.iter().all(|&other| days_between(other, day).abs() > 20);
        events.retain(|(day, event)| *event != Event::Order || clear(*day));
        events
    }

    /// Two events, some days apart.
    fn pair(&mut self, first: Span, one: Event, second: Span, other: Event) -> Vec<(Day, Event)> {
        loop {
            let (early, late) = (self.dice.working_day(first), self.dice.working_day(second));
            if days_between(early, late) >= 14 {
                return vec![(early, one), (late, other)];
            }
        }
    }

    /// Episodes, placements and legal statuses of the latest stay.
    fn write_stay(&mut self, cohort: &StayCohort, events: &[(Day, Event)]) {
        let at = self.stays.len() - 1;
        let Stay { child, came, left } = self.stays[at];
        let by_carer = matches!(cohort.story, Story::AdoptedByCarer(..) | Story::StatusChanges(..));
        let kind = if by_carer { "U4" } else { self.placement_kind(child, came) };
        let order = if cohort.unaccompanied { "V2" } else { self.dice.pick(&ORDERS) };
        let home = self.new_placement(at, kind, came);
        let mut care = Care { home, order };
        self.begin_order(child, order, came);
        self.begin_episode(home, came, "S");
        for (day, event) in events {
            self.happen(at, &mut care, *day, *event);
        }
        if let Some(day) = left {
            let reason = match cohort.left {
                Leaving::On18thBirthday if self.dice.percent(60) => "E5",
                Leaving::On18thBirthday => "E6",
                _ if self.is_aged(child, 6, day) => self.dice.pick(&CEASED),
                _ => self.dice.pick(&CEASED_YOUNG),
            };
            self.end_episode(day, reason);
            self.end_placement(day, "");
            self.end_order(day);
        }
    }

    fn happen(&mut self, stay: usize, care: &mut Care, day: Day, event: Event) {
        let child = self.stays[stay].child;
        match event {
            Event::Move => {
                let kind = self.placement_kind(child, day);
                let reason = self.dice.pick(&CHANGE_REASONS);
                self.end_placement(day, reason);
                care.home = self.new_placement(stay, kind, day);
                self.next_episode(care.home, day, "P");
            }
            Event::Respite => {
                let back = after(day, self.dice.between(3, 11));
                let kind = self.dice.pick(&TEMPORARY);
                self.end_placement(day, "OTHER");
                let away = self.new_placement(stay, kind, day);
                self.next_episode(away, day, "P");
                self.end_placement(back, "OTHER");
                care.home = self.same_home(care.home, None, back);
                self.next_episode(care.home, back, "P");
            }
            Event::Status(reason) => {
                self.end_placement(day, "PLACE");
                care.home = self.same_home(care.home, (reason != "L").then_some("U6"), day);
                if reason == "L" {
                    self.change_order(child, care, if care.order == "C2" { "E1" } else { "C2" }, day);
                }
                self.next_episode(care.home, day, reason);
            }
            Event::AdoptedByCarer => {
                self.end_placement(day, "PLACE");
                care.home = self.same_home(care.home, Some("A5"), day);
                self.change_order(child, care, "E1", day);
                self.next_episode(care.home, day, "B");
            }
            Event::PlacedForAdoption => {
                self.end_placement(day, "CARPL");
                care.home = self.new_placement(stay, "A4", day);
                self.change_order(child, care, "E1", day);
                self.next_episode(care.home, day, "B");
            }
            Event::Order => {
                self.change_order(child, care, if care.order == "C2" { "E1" } else { "C2" }, day);
                self.next_episode(care.home, day, "L");
            }
        }
    }

    fn placement_kind(&mut self, child: ChildNo, day: Day) -> &'static str {
        if self.children[child].alone_since.is_some() {
            self.dice.pick(&PLACEMENTS_ALONE)
        } else if self.is_aged(child, 16, day) {
            self.dice.pick(&PLACEMENTS_TEEN)
        } else if self.is_aged(child, 9, day) {
            self.dice.pick(&PLACEMENTS)
        } else {
            self.dice.pick(&PLACEMENTS_YOUNG)
        }
    }

    fn begin_order(&mut self, child: ChildNo, code: &'static str, started: Day) {
        self.legal.push(LegalStatus { child, code, started, ended: None });
    }

    fn end_order(&mut self, day: Day) {
        if let Some(order) = self.legal.last_mut() {
            order.ended = Some(day);
        }
    }

    fn change_order(&mut self, child: ChildNo, care: &mut Care, code: &'static str, day: Day) {
        self.end_order(day);
        self.begin_order(child, code, day);
        care.order = code;
    }

    fn begin_episode(&mut self, placement: usize, started: Day, reason: &'static str) {
        self.episodes.push(Episode { placement, started, reason, ceased: None, ceased_reason: "" });
    }

    fn end_episode(&mut self, day: Day, reason: &'static str) {
        if let Some(episode) = self.episodes.last_mut() {
            episode.ceased = Some(day);
            episode.ceased_reason = reason;
        }
    }

    fn next_episode(&mut self, placement: usize, day: Day, reason: &'static str) {
        self.end_episode(day, "X1");
        self.begin_episode(placement, day, reason);
    }

    fn new_placement(&mut self, stay: usize, kind: &'static str, started: Day) -> usize {
        let provider = if kind == "P1" { "PR0" } else { self.dice.pick(&PROVIDERS) };
        let urn = if kind == "P1" { String::new() } else { format!("URN{:05}", self.dice.below(100_000)) };
        let postcode = self.postcode();
        let distance = format!("{}.{}", self.dice.below(38), self.dice.below(10));
        let change_reason = "";
        self.placements.push(Placement {
            stay,
            kind,
            provider,
            urn,
            postcode,
            distance,
            started,
            ended: None,
            change_reason,
        });
        self.placements.len() - 1
    }

    /// A new row for the placement with the same carer, maybe of another type.
    fn same_home(&mut self, home: usize, kind: Option<&'static str>, started: Day) -> usize {
        let Placement { stay, kind: before, provider, ref urn, ref postcode, ref distance, .. } = self.placements[home];
        let row = Placement {
            stay,
            kind: kind.unwrap_or(before),
            provider,
            urn: urn.clone(),
            postcode: postcode.clone(),
            distance: distance.clone(),
            started,
            ended: None,
            change_reason: "",
        };
        self.placements.push(row);
        self.placements.len() - 1
    }

    fn end_placement(&mut self, day: Day, reason: &'static str) {
        if let Some(placement) = self.placements.last_mut() {
            placement.ended = Some(day);
            placement.change_reason = reason;
        }
    }

    fn postcode(&mut self) -> String {
        let (one, other) = (self.dice.below(NO_POSTCODE.len()), self.dice.below(NO_POSTCODE.len()));
        let (district, sector) = (90 + self.dice.below(5), self.dice.below(10));
        format!("B{district} {sector}{}{}", NO_POSTCODE[one], NO_POSTCODE[other])
    }

    /// Children with disabilities who are away from home for a few days a month (V3, V4): no part of the counts.
    fn make_short_breaks(&mut self) {
        for number in 0..9 {
            let came = self.dice.working_day(Span(on(2016, 9, 1), on(2017, 11, 30)));
            let age = self.dice.between(6 * 365, 16 * 365);
            let child = self.new_child(after(came, -age));
            let code = if number % 3 == 0 { "V3" } else { "V4" };
            self.begin_order(child, code, came);
            self.stays.push(Stay { child, came, left: None });
            let stay = self.stays.len() - 1;
            let first = self.new_placement(stay, "K1", came);
            let mut day = came;
            while day < after(EXTRACTED, -10) {
                let home = if day == came { first } else { self.same_home(first, None, day) };
                let back = after(day, self.dice.between(2, 4));
                self.begin_episode(home, day, "S");
                self.end_episode(back, "E8");
                self.end_placement(back, "");
                day = after(day, self.dice.between(24, 34));
            }
        }
    }
}

// ---------------------------------------------------------------------------------------------------------- referrals

/// What a referral is to those before it of the same child.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    New,
    AgainInYear,
    AgainFromLastYear,
}

fn kind_of(earlier: &[Day], day: Day) -> Kind {
    let before = |from: Day| earlier.iter().any(|&other| from <= other && other < day);
    if before(year_of(day)) {
        Kind::AgainInYear
    } else if before(day - Months::new(12)) {
        Kind::AgainFromLastYear
    } else {
        Kind::New
    }
}

impl Authority {
    /// Fills each month up to its count, and each kind of repeat with it, around the referrals that plans and
    /// stays have brought with them.
    fn make_referrals(&mut self) -> Outcome<()> {
        let brought: Vec<(Day, Kind)> = self.kinds_brought();
        let mut last_seen: Vec<(ChildNo, Day)> = Vec::new();
        for month in &REFERRALS {
            let days = Span(month.first, after(months_after(month.first, 1), -1));
            let count = |kind| brought.iter().filter(|(day, other)| within(*day, days) && *other == kind).count();
            let new = month.referrals - month.again_in_year - month.again_from_last_year;
            let mut wanted = Vec::new();
            for (kind, total) in [
                (Kind::New, new),
                (Kind::AgainInYear, month.again_in_year),
                (Kind::AgainFromLastYear, month.again_from_last_year),
            ] {
                let missing = total.checked_sub(count(kind));
                for _ in 0..missing.ok_or_else(|| format!("too many referrals in the month of {}", month.first))? {
                    wanted.push((self.referral_day(days, kind), kind));
                }
            }
            self.dice.shuffle(&mut wanted);
            wanted.sort_by_key(|(day, _)| *day);
            for (day, kind) in wanted {
                self.refer_again(&mut last_seen, day, kind)?;
            }
        }
        self.referred_only = last_seen.into_iter().map(|(child, _)| child).collect();
        Ok(())
    }

    fn kinds_brought(&self) -> Vec<(Day, Kind)> {
        let mut days: HashMap<ChildNo, Vec<Day>> = HashMap::new();
        for referral in &self.referrals {
            days.entry(referral.child).or_default().push(referral.day);
        }
        self.referrals.iter().map(|referral| (referral.day, kind_of(&days[&referral.child], referral.day))).collect()
    }

    /// Mostly a working day; repeats within the year keep to the later part of the month.
    fn referral_day(&mut self, days: Span, kind: Kind) -> Day {
        let days = if kind == Kind::AgainInYear { Span(after(days.0, 11), days.1) } else { days };
        if self.dice.percent(94) { self.dice.working_day(days) } else { self.dice.day(days) }
    }

    fn refer_again(&mut self, last_seen: &mut Vec<(ChildNo, Day)>, day: Day, kind: Kind) -> Outcome<()> {
        let year = year_of(day);
        let twelve_months_ago = day - Months::new(12);
        let fits = |last: Day| match kind {
            Kind::AgainInYear => year <= last && last < after(day, -6),
            Kind::AgainFromLastYear => twelve_months_ago <= last && last < year,
            Kind::New => last < twelve_months_ago,
        };
        let place = if kind == Kind::New && !self.dice.percent(6) { None } else { self.find(last_seen, fits) };
        let child = match place {
            Some(place) if !self.is_aged(last_seen[place].0, 18, day) => {
                last_seen[place].1 = day;
                last_seen[place].0
            }
            _ if kind == Kind::New => {
                let child = self.child_referred(day, last_seen.last().copied());
                last_seen.push((child, day));
                child
            }
            _ => return Err(format!("no child for a repeat referral on {day}").into()),
        };
        self.refer(child, day, Route::Open);
        Ok(())
    }

    /// A child at random among those seen whose last referral fits and who is young enough for another year.
    fn find(&mut self, last_seen: &[(ChildNo, Day)], fits: impl Fn(Day) -> bool) -> Option<usize> {
        for _ in 0..20_000 {
            let place = self.dice.below(last_seen.len());
            let &(child, last) = last_seen.get(place)?;
            if fits(last) && !self.is_aged(child, 16, last) {
                return Some(place);
            }
        }
        None
    }

    /// A new child, now and then a brother or sister of the one referred just before on the same day.
    fn child_referred(&mut self, day: Day, before: Option<(ChildNo, Day)>) -> ChildNo {
        let age = self.dice.between(10, 17 * 365 + 200);
        let child = self.new_child(after(day, -age));
        if let Some((other, _)) = before.filter(|&(_, last)| last == day)
            && self.dice.percent(45)
        {
            let family = self.children[other].family.unwrap_or_else(|| self.new_family());
            self.children[other].family = Some(family);
            self.children[child].family = Some(family);
        }
        child
    }

    /// Which of the referrals go no further, and by which route the others go on.
    fn decide_referrals(&mut self) -> Outcome<()> {
        let from_others: HashSet<ChildNo> = self.referred_only.iter().copied().collect();
        for year in &YEARS {
            let mut free: Vec<usize> = (0..self.referrals.len())
                .filter(|&at| {
                    within(self.referrals[at].day, year.days) && from_others.contains(&self.referrals[at].child)
                })
                .collect();
            self.dice.shuffle(&mut free);
            if free.len() < year.no_further_action {
                return Err("too few referrals to take no further action on".into());
            }
            let going_on = free.split_off(year.no_further_action);
            for at in free {
                self.referrals[at].no_further_action = true;
            }
            if year.days.0 == QUARTER_2018.0 {
                self.route_the_quarter(&going_on)?;
            } else {
                for at in going_on {
                    self.referrals[at].route = if self.dice.percent(3) { Route::Unrecorded } else { Route::Open };
                }
            }
        }
        for referral in &mut self.referrals {
            referral.undecided = referral.route == Route::Unrecorded && self.dice.percent(35);
        }
        self.refer_twice_a_day();
        Ok(())
    }

    fn route_the_quarter(&mut self, going_on: &[usize]) -> Outcome<()> {
        let enquired = self
            .referrals
            .iter()
            .filter(|referral| within(referral.day, QUARTER_2018) && referral.route == Route::Enquiry)
            .count();
        let enquiries = QUARTER_BY_ENQUIRY.checked_sub(enquired).ok_or("too many enquiries in the last quarter")?;
        for (place, &at) in going_on.iter().enumerate() {
            self.referrals[at].route = if place < enquiries {
                Route::Enquiry
            } else if place < enquiries + QUARTER_UNRECORDED {
                Route::Unrecorded
            } else {
                Route::Assessment
            };
        }
        Ok(())
    }

    /// A second contact about a child on one day that goes no further: with the first it is one referral.
    fn refer_twice_a_day(&mut self) {
        for _ in 0..11 {
            let twin = self.dice.below(self.referrals.len());
            let Referral { child, day, .. } = self.referrals[twin];
            let at = self.refer(child, day, Route::Unrecorded);
            self.referrals[at].no_further_action = true;
        }
    }
}

// ------------------------------------------------------------------------------------- enquiries and assessments

impl Authority {
    /// Section 47 enquiries beside those before conferences, up to the count of each year: most on a referral's
    /// first days, some later on a case that is open.
    fn make_enquiries(&mut self) -> Outcome<()> {
        for year in &YEARS {
            let quarter = year.days.0 == QUARTER_2018.0;
            let route = if quarter { Route::Enquiry } else { Route::Open };
            let enquired: HashSet<usize> = self.enquiries.iter().map(|enquiry| enquiry.referral).collect();
            let mut fresh: Vec<usize> = (0..self.referrals.len())
                .filter(|&at| {
                    let referral = &self.referrals[at];
                    within(referral.day, year.days)
                        && referral.route == route
                        && !referral.no_further_action
                        && !enquired.contains(&at)
                })
                .collect();
            self.dice.shuffle(&mut fresh);
            let made = self.enquiries.iter().filter(|enquiry| within(enquiry.started, year.days)).count();
            let wanted = year.enquiries.checked_sub(made).ok_or("too many enquiries in a year")?;
            let first = if quarter { fresh.len() } else { wanted * 88 / 100 };
            for &at in fresh.iter().take(first) {
                let started = after(self.referrals[at].day, self.dice.between(0, 2)).min(year.days.1);
                self.referrals[at].route = Route::Enquiry;
                self.enquire(at, started);
            }
            let later = wanted.checked_sub(first.min(fresh.len())).ok_or("too many enquiries in the last quarter")?;
            for _ in 0..later {
                self.enquire_later(year.days)?;
            }
        }
        Ok(())
    }

    /// An enquiry in these days on a case of the months before them or in them.
    fn enquire_later(&mut self, days: Span) -> Outcome<()> {
        for _ in 0..100_000 {
            let at = self.dice.below(self.referrals.len());
            let started = after(self.referrals[at].day, self.dice.between(15, 200));
            let free = matches!(self.referrals[at].route, Route::Open | Route::Enquiry);
            if free && !self.referrals[at].no_further_action && within(started, days) && is_working_day(started) {
                self.enquire(at, started);
                return Ok(());
            }
        }
        Err("no case for a later enquiry".into())
    }

    /// Assessments by the day they were authorised, each on the referral it follows or, where none of the days
    /// before waits for one, on an older case that is assessed again; and those still open.
    fn make_assessments(&mut self) -> Outcome<()> {
        let mut done = Vec::new();
        for year in &YEARS {
            for duration in spread_all(&ASSESSMENT_BANDS, &year.assessments) {
                done.push(self.assessment_days(year.days, duration));
            }
        }
        done.sort_unstable();
        let mut by_day: Vec<usize> = (0..self.referrals.len())
            .filter(|&at| !self.referrals[at].no_further_action && self.referrals[at].route != Route::Unrecorded)
            .collect();
        by_day.sort_by_key(|&at| self.referrals[at].day);
        for (started, authorised) in done {
            let referral = self.referral_to_assess(&by_day, started)?;
            self.referrals[referral].assessed = true;
            self.assessments.push(Assessment { referral, started, authorised: Some(authorised) });
        }
        for at in by_day {
            let Referral { day, assessed, route, .. } = self.referrals[at];
            let chance = if route == Route::Assessment { 100 } else { 60 };
            if !assessed && within(day, QUARTER_2018) && self.dice.percent(chance) {
                let started = after(day, self.dice.between(0, 2)).min(EXTRACTED);
                self.assessments.push(Assessment { referral: at, started, authorised: None });
            }
        }
        Ok(())
    }

    fn assessment_days(&mut self, authorised: Span, duration: u64) -> (Day, Day) {
        loop {
            let end = self.dice.working_day(authorised);
            let start = working_days_before(end, duration);
            if start > after(RECORDS_BEGIN, 9) {
                return (start, end);
            }
        }
    }

    fn referral_to_assess(&mut self, by_day: &[usize], started: Day) -> Outcome<usize> {
        let place = |day: Day| by_day.partition_point(|&at| self.referrals[at].day < day);
        let waiting = by_day[place(after(started, -4))..place(after(started, 1))]
            .iter()
            .find(|&&at| !self.referrals[at].assessed);
        if let Some(&at) = waiting {
            return Ok(at);
        }
        let old = &by_day[place(after(started, -330))..place(after(started, -40))];
        let any = &by_day[..place(after(started, 1))];
        let cases = if old.is_empty() { any } else { old };
        let chosen = self.dice.below(cases.len());
        cases.get(chosen).copied().ok_or_else(|| "no case to assess again".into())
    }

    /// When cases were closed: never while a plan, a stay or an assessment is open.
    fn close_cases(&mut self) {
        let mut busy_until: HashMap<ChildNo, Day> = HashMap::new();
        let spells = self.plans.iter().map(|plan| (plan.child, plan.ended));
        let spells = spells.chain(self.stays.iter().map(|stay| (stay.child, stay.left)));
        let assessed = self.assessments.iter().map(|done| (self.referrals[done.referral].child, done.authorised));
        for (child, end) in spells.chain(assessed) {
            let until = busy_until.entry(child).or_insert(Day::MIN);
            *until = (*until).max(end.unwrap_or(Day::MAX));
        }
        for referral in &mut self.referrals {
            let until = busy_until.get(&referral.child).copied().unwrap_or(Day::MIN);
            let closed = if referral.no_further_action {
                Some(after(referral.day, self.dice.between(0, 3)))
            } else if until == Day::MAX || referral.undecided {
                None
            } else {
                Some(after(referral.day.max(until), self.dice.between(3, 170)))
            };
            referral.closed = closed.filter(|&day| day <= EXTRACTED);
        }
    }
}

// -------------------------------------------------------------------------------------- missing, leavers, workers

impl Authority {
    fn make_missing(&mut self) -> Outcome<()> {
        for year in &MISSING {
            let mut goers = self.goers(year)?;
            self.dice.shuffle(&mut goers);
            let outstanding = year.episodes - year.completed - year.refused - year.not_required;
            let mut outcomes: Vec<Interview> = Vec::new();
            outcomes.extend((0..year.completed).map(|number| Interview::Completed { late: number % 4 == 3 }));
            outcomes.extend((0..year.refused).map(|_| Interview::Refused));
            outcomes.extend((0..year.not_required).map(|_| Interview::NotRequired));
            outcomes.extend((0..outstanding).map(|number| Interview::Outstanding { not_offered: number % 2 == 0 }));
            self.dice.shuffle(&mut outcomes);
            for (number, interview) in outcomes.into_iter().enumerate() {
                // Each goes once; then few go often.
                let goer = goers[if number < goers.len() {
                    number
                } else {
                    let throw = self.dice.below(goers.len());
                    throw * self.dice.below(goers.len()) / goers.len()
                }];
                let from_care = goer.kind == "M" && number >= goers.len() && goer.in_care && self.dice.percent(25);
                let kind = if from_care { "A" } else { goer.kind };
                self.go_missing(&goer, kind, interview);
            }
        }
        Ok(())
    }

    /// The children who go missing in a year, each in one kind.
    fn goers(&mut self, year: &MissingYear) -> Outcome<Vec<Goer>> {
        let last = after(year.days.1, -11);
        let mut care = Vec::new();
        let cared_for: usize = STAYS.iter().map(|cohort| cohort.count).sum();
        for stay in self.stays.iter().take(cared_for) {
            let to = stay.left.map_or(last, |left| last.min(after(left, -1)));
            let days = Span(year.days.0.max(after(stay.came, 1)), to);
            if days_between(days.0, days.1) > 45 && self.is_aged(stay.child, 11, days.0) {
                care.push(Goer { child: stay.child, days, kind: "M", in_care: true });
            }
        }
        let mut home = Vec::new();
        let days = Span(year.days.0, last);
        for &child in &self.referred_only {
            if self.is_aged(child, 11, days.0) && !self.is_aged(child, 17, days.0) {
                home.push(Goer { child, days, kind: "M", in_care: false });
            }
        }
        if care.len() < year.from_care + year.away || home.len() < year.from_home {
            return Err("too few children to go missing".into());
        }
        self.mostly_again(&mut care);
        self.mostly_again(&mut home);
        care.truncate(year.from_care + year.away);
        for goer in care.iter_mut().skip(year.from_care) {
            goer.kind = "A";
        }
        care.extend(home.into_iter().take(year.from_home));
        Ok(care)
    }

    /// Shuffled, but most of those who have been missing before come first.
    fn mostly_again(&mut self, goers: &mut [Goer]) {
        self.dice.shuffle(goers);
        let before: HashSet<ChildNo> = self.missing.iter().map(|episode| episode.child).collect();
        let mut ranks = HashMap::new();
        for goer in goers.iter() {
            ranks.insert(goer.child, !(before.contains(&goer.child) && self.dice.percent(60)));
        }
        goers.sort_by_key(|goer| ranks.get(&goer.child).copied());
    }

    fn go_missing(&mut self, goer: &Goer, kind: &'static str, interview: Interview) {
        let mut day = self.dice.day(goer.days);
        for _ in 0..500 {
            let clear = |episode: &MissingEpisode| {
                episode.child != goer.child || days_between(episode.started.date(), day).abs() > 4
            };
            if self.missing.iter().all(clear) {
                break;
            }
            day = self.dice.day(goer.days);
        }
        let minutes = self.dice.between(15 * 60, 23 * 60 + 58);
        let started = at_minute(day, minutes);
        let away = if self.dice.percent(70) { self.dice.between(90, 1300) } else { self.dice.between(1300, 3600) };
        let ended = started + TimeDelta::minutes(away);
        let (offered, accepted, hours) = match interview {
            Interview::Completed { late: false } => ("Y", "Y", Some(self.dice.between(8, 70))),
            Interview::Completed { late: true } => ("Y", "Y", Some(self.dice.between(75, 185))),
            Interview::Refused => ("Y", "N", None),
            Interview::NotRequired => ("NA", "NA", None),
            Interview::Outstanding { not_offered: true } => ("N", "", None),
            Interview::Outstanding { not_offered: false } => ("", "", None),
        };
        let completed = hours.map(|hours| daytime(ended + TimeDelta::hours(hours)));
        let outstanding = matches!(interview, Interview::Outstanding { .. });
        let still_missing = outstanding && day > on(2018, 5, 20) && self.dice.percent(50);
        let ended = (!still_missing).then_some(ended);
        self.missing.push(MissingEpisode { child: goer.child, kind, started, ended, offered, accepted, completed });
    }

    fn make_leavers(&mut self) {
        let there = LEAVERS.suitable + LEAVERS.unsuitable + LEAVERS.excluded;
        let mut homes: Vec<Home> = Vec::new();
        homes.resize(LEAVERS.suitable, Home::Suitable);
        homes.resize(LEAVERS.suitable + LEAVERS.unsuitable, Home::Unsuitable);
        homes.resize(there, Home::Excluded);
        let mut active = vec![true; LEAVERS.active];
        active.resize(there, false);
        let mut seen = vec![false; LEAVERS.not_seen];
        seen.resize(there, true);
        self.dice.shuffle(&mut homes);
        self.dice.shuffle(&mut active);
        self.dice.shuffle(&mut seen);
        let (mut to_rehouse, mut to_lose) = (LEAVERS.rehoused, LEAVERS.unrecorded);
        for ((home, active), seen) in homes.into_iter().zip(active).zip(seen) {
            let child = self.new_leaver();
            let march = self.leaver_until_march(child, home, active);
            if !seen {
                continue;
            }
            let contact = self.dice.working_day(Span(on(2018, 4, 4), on(2018, 6, 28)));
            let mut june = LeaverStatus { contact, ..march };
            if home == Home::Unsuitable && to_rehouse > 0 {
                to_rehouse -= 1;
                (june.home, june.suitable) = (self.dice.pick(&SUITABLE_HOMES), "1");
            }
            if active && to_lose > 0 {
                to_lose -= 1;
                june.activity = "";
            } else if !active && self.dice.percent(40) {
                june.activity = "";
            }
            self.leavers.push(june);
        }
        self.make_leavers_of_one_day();
        self.make_leavers_outside();
    }

    fn new_leaver(&mut self) -> ChildNo {
        let born = match self.dice.below(20) {
            0 => Span(on(2001, 1, 5), on(2001, 9, 30)),
            1..=15 => Span(on(1996, 7, 5), on(2000, 3, 20)),
            _ => Span(on(1993, 1, 5), on(1996, 7, 4)),
        };
        let born = self.dice.day(born);
        self.new_child(born)
    }

    /// The rows of a care leaver up to March 2018, the last of which has this home and activity.
    fn leaver_until_march(&mut self, child: ChildNo, home: Home, active: bool) -> LeaverStatus {
        let (code, suitable) = self.home(home);
        let activity = self.activity(active);
        let contact = self.dice.working_day(Span(on(2018, 1, 8), on(2018, 3, 28)));
        let march = self.leaver_status(child, contact, code, suitable, activity);
        for days in [
            Span(on(2016, 10, 10), on(2016, 12, 20)),
            Span(on(2017, 1, 9), on(2017, 3, 28)),
            Span(on(2017, 4, 10), on(2017, 6, 27)),
            Span(on(2017, 7, 10), on(2017, 9, 26)),
            Span(on(2017, 10, 9), on(2017, 12, 19)),
        ] {
            let contact = self.dice.working_day(days);
            if !self.is_aged(child, 16, contact) || self.dice.percent(8) {
                continue;
            }
            let mut row = self.leaver_status(child, contact, code, suitable, activity);
            if home != Home::Excluded && self.dice.percent(25) {
                let other = if self.dice.percent(86) { Home::Suitable } else { Home::Unsuitable };
                (row.home, row.suitable) = self.home(other);
            }
            if self.dice.percent(25) {
                let busy = self.dice.percent(58);
                row.activity = self.activity(busy);
            }
            self.leavers.push(row);
        }
        self.leavers.push(march);
        march
    }

    /// Those who turn 26 between March and June 2018, and those who join.
    fn make_leavers_of_one_day(&mut self) {
        for number in 0..LEAVERS.gone {
            let born = self.dice.day(Span(on(1992, 4, 5), on(1992, 6, 25)));
            let child = self.new_child(born);
            let home = if number == 0 { Home::Unsuitable } else { Home::Suitable };
            self.leaver_until_march(child, home, number < 2);
        }
        for number in 0..LEAVERS.joined {
            let born = self.dice.day(Span(on(2000, 4, 5), on(2000, 5, 25)));
            let child = self.new_child(born);
            let (code, suitable) = self.home(Home::Suitable);
            let activity = if number == 0 { self.activity(true) } else { "" };
            let contact = self.dice.working_day(Span(on(2018, 6, 1), on(2018, 6, 28)));
            let row = self.leaver_status(child, contact, code, suitable, activity);
            self.leavers.push(row);
        }
    }

    /// Young people whom the two measures do not count.
    fn make_leavers_outside(&mut self) {
        for (eligibility, in_touch, born) in [
            ("Eligible", "YES", on(2001, 3, 14)),
            ("Eligible", "YES", on(2001, 8, 2)),
            ("Eligible", "YES", on(2000, 11, 23)),
            ("Qualifying", "YES", on(1999, 5, 6)),
            ("Qualifying", "NO", on(1998, 10, 19)),
            ("Former Relevant", "DIED", on(1997, 2, 8)),
            ("Former Relevant", "RHOM", on(1999, 1, 1)),
            ("Former Relevant", "RHOM", on(1998, 1, 1)),
        ] {
            let child = self.new_child(born);
            let (code, suitable) = self.home(Home::Suitable);
            let activity = self.activity(false);
            let contact = self.dice.working_day(Span(on(2017, 10, 2), on(2018, 3, 20)));
            let row = self.leaver_status(child, contact, code, suitable, activity);
            self.leavers.push(LeaverStatus { eligibility, in_touch, ..row });
        }
    }

    fn home(&mut self, home: Home) -> (&'static str, &'static str) {
        match home {
            Home::Suitable => (self.dice.pick(&SUITABLE_HOMES), "1"),
            Home::Unsuitable => (self.dice.pick(&UNSUITABLE_HOMES), "2"),
            Home::Excluded => (self.dice.pick(&[("G", 2), ("H", 1), ("R", 3)]), "2"),
        }
    }

    fn activity(&mut self, active: bool) -> &'static str {
        if active { self.dice.pick(&ACTIVITIES) } else { self.dice.pick(&INACTIVE) }
    }

    fn leaver_status(
        &self,
        child: ChildNo,
        contact: Day,
        home: &'static str,
        suitable: &'static str,
        activity: &'static str,
    ) -> LeaverStatus {
        let eligibility = if self.is_aged(child, 18, contact) { "Former Relevant" } else { "Relevant" };
        LeaverStatus { child, eligibility, in_touch: "YES", contact, home, suitable, activity }
    }

    /// Social workers for all children in care or on a plan, one after another without a day between, but for a
    /// few gaps; and others who work with the child.
    fn make_involvements(&mut self) -> Outcome<()> {
        let mut cases: Vec<(ChildNo, Day, Option<Day>)> =
            self.stays.iter().map(|stay| (stay.child, stay.came, stay.left)).collect();
        let plans = self.plans.iter().filter(|plan| !plan.elsewhere);
        cases.extend(plans.map(|plan| (plan.child, plan.started, plan.ended)));
        cases.retain(|(_, _, ended)| ended.is_none_or(|ended| ended > RECORDS_BEGIN));
        for (gap, count) in UNALLOCATED {
            for _ in 0..count {
                self.leave_unallocated(&mut cases, gap)?;
            }
        }
        for (child, started, ended) in cases {
            self.allocate(child, started.max(RECORDS_BEGIN), ended);
        }
        Ok(())
    }

    fn leave_unallocated(&mut self, cases: &mut Vec<(ChildNo, Day, Option<Day>)>, gap: Span) -> Outcome<()> {
        for _ in 0..100_000 {
            let at = self.dice.below(cases.len());
            let (child, started, ended) = cases[at];
            if started < after(gap.0, -30) && ended.is_none_or(|ended| ended > after(gap.1, 30)) {
                cases[at].2 = Some(gap.0);
                cases.push((child, gap.1, ended));
                return Ok(());
            }
        }
        Err("no child to leave without a social worker".into())
    }

    fn allocate(&mut self, child: ChildNo, from: Day, to: Option<Day>) {
        let mut started = from;
        loop {
            let handed_over = after(started, self.dice.between(160, 560));
            let last = handed_over >= to.unwrap_or(EXTRACTED);
            let ended = if last { to } else { Some(handed_over) };
            let professional = self.dice.below(QUALIFIED);
            self.involvements.push(Involvement { child, professional, role: ALLOCATED, started, ended });
            if self.dice.percent(12) {
                let professional = QUALIFIED + self.dice.below(PROFESSIONALS - QUALIFIED);
                let role = "Family Support Worker";
                self.involvements.push(Involvement { child, professional, role, started, ended });
            }
            if last {
                return;
            }
            started = handed_over;
        }
    }
}

/// A child who goes missing, and on which days of the year that may be.
#[derive(Clone, Copy)]
struct Goer {
    child: ChildNo,
    days: Span,
    kind: &'static str,
    in_care: bool,
}

/// What became of a return interview; a late one took more than 72 hours.
#[derive(Clone, Copy)]
enum Interview {
    Completed { late: bool },
    Refused,
    NotRequired,
    Outstanding { not_offered: bool },
}

#[derive(Clone, Copy, PartialEq)]
enum Home {
    Suitable,
    Unsuitable,
    /// Gone abroad, deported or of unknown residence.
    Excluded,
}

/// Professionals, the first of whom are registered social workers.
const PROFESSIONALS: usize = 52;
const QUALIFIED: usize = 38;

fn at_minute(day: Day, minutes: i64) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes)
}

/// The time itself, but never exactly midnight, which would stand for no time at all.
fn daytime(time: NaiveDateTime) -> NaiveDateTime {
    if time.time() == NaiveTime::MIN { time + TimeDelta::minutes(1) } else { time }
}

// ------------------------------------------------------------------------------------------------------- the tables

/// One CSV file.
struct Table {
    name: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    fn write(&self, folder: &Path) -> Outcome<()> {
        let mut writer = csv::Writer::from_path(folder.join(format!("{}.csv", self.name)))?;
        writer.write_record(self.columns)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer.flush()?;
        Ok(())
    }

    fn place(&self, column: &str) -> Outcome<usize> {
        let place = self.columns.iter().position(|name| *name == column);
        place.ok_or_else(|| format!("{} has no column {column}", self.name).into())
    }

    fn cell(&self, row: usize, column: &str) -> Outcome<String> {
        Ok(self.rows[row][self.place(column)?].clone())
    }

    fn set(&mut self, row: usize, column: &str, value: &str) -> Outcome<()> {
        let place = self.place(column)?;
        value.clone_into(&mut self.rows[row][place]);
        Ok(())
    }

    /// A row with these cells and no others.
    fn add(&mut self, cells: &[(&str, &str)]) -> Outcome<()> {
        self.rows.push(vec![String::new(); self.columns.len()]);
        for (column, value) in cells {
            self.set(self.rows.len() - 1, column, value)?;
        }
        Ok(())
    }

    /// The first row with this value in a column.
    fn find(&self, column: &str, value: &str) -> Outcome<usize> {
        let place = self.place(column)?;
        let row = self.rows.iter().position(|row| row[place] == value);
        row.ok_or_else(|| format!("{} has no {value} in {column}", self.name).into())
    }
}

fn id(letter: char, number: usize) -> String {
    format!("{letter}{:07}", number + 1)
}

fn date(day: Day) -> String {
    day.to_string()
}

fn maybe(day: Option<Day>) -> String {
    day.map_or_else(String::new, date)
}

fn time(time: NaiveDateTime) -> String {
    format!("{}T{:02}:{:02}", time.date(), time.hour(), time.minute())
}

fn flag(value: bool) -> String {
    if value { "Y" } else { "N" }.to_owned()
}

impl Authority {
    fn tables(&mut self) -> Vec<Table> {
        vec![
            self.persons(),
            self.families(),
            self.immigration(),
            self.cin_episodes(),
            self.cin_assessments(),
            self.s47_enquiries(),
            self.cp_conferences(),
            self.cp_plans(),
            self.cp_reviews(),
            self.cla_episodes(),
            self.cla_placements(),
            self.legal_statuses(),
            self.missing_episodes(),
            self.care_leavers(),
            self.worker_involvements(),
            Self::professionals(),
        ]
    }

    fn persons(&self) -> Table {
        let row = |(number, child): (usize, &Child)| {
            let unborn = child.born > EXTRACTED;
            let (born, expected) = if unborn { (None, Some(child.born)) } else { (Some(child.born), None) };
            let sex = if unborn { "U" } else { child.sex };
            vec![id('P', number), sex.into(), child.ethnicity.into(), maybe(born), maybe(expected), String::new()]
        };
        Table {
            name: "ssd_person",
            columns: &[
                "pers_person_id",
                "pers_sex",
                "pers_ethnicity",
                "pers_dob",
                "pers_expected_dob",
                "pers_death_date",
            ],
            rows: self.children.iter().enumerate().map(row).collect(),
        }
    }

    fn families(&self) -> Table {
        let member = |(number, child): (usize, &Child)| Some(vec![id('F', child.family? - 1), id('P', number)]);
        Table {
            name: "ssd_family",
            columns: &["fami_family_id", "fami_person_id"],
            rows: self.children.iter().enumerate().filter_map(member).collect(),
        }
    }

    fn immigration(&self) -> Table {
        let status = |(number, child): (usize, &Child)| {
            Some(vec![id('P', number), "UASC".into(), date(child.alone_since?), String::new()])
        };
        Table {
            name: "ssd_immigration_status",
            columns: &[
                "immi_person_id",
                "immi_immigration_status",
                "immi_immigration_status_start_date",
                "immi_immigration_status_end_date",
            ],
            rows: self.children.iter().enumerate().filter_map(status).collect(),
        }
    }

    fn cin_episodes(&mut self) -> Table {
        let mut rows = Vec::new();
        for (number, referral) in self.referrals.iter().enumerate() {
            let alone = self.children[referral.child].alone_since.is_some();
            let close_reason = match referral.closed {
                None => "",
                Some(_) if referral.no_further_action => "RC7",
                Some(_) => self.dice.pick(&CLOSE_REASONS),
            };
            rows.push(vec![
                id('R', number),
                id('P', referral.child),
                date(referral.day),
                if alone { "7" } else { self.dice.pick(&REFERRAL_SOURCES) }.into(),
                if alone { "N8" } else { self.dice.pick(&NEEDS) }.into(),
                if referral.undecided { String::new() } else { flag(referral.no_further_action) },
                maybe(referral.closed),
                close_reason.into(),
                self.dice.pick(&REFERRAL_TEAMS).into(),
            ]);
        }
        Table {
            name: "ssd_cin_episodes",
            columns: &[
                "cine_referral_id",
                "cine_person_id",
                "cine_referral_date",
                "cine_referral_source_code",
                "cine_cin_primary_need_code",
                "cine_referral_nfa",
                "cine_close_date",
                "cine_close_reason",
                "cine_referral_team",
            ],
            rows,
        }
    }

    fn cin_assessments(&mut self) -> Table {
        let mut rows = Vec::new();
        for (number, assessment) in self.assessments.iter().enumerate() {
            rows.push(vec![
                id('A', number),
                id('P', self.referrals[assessment.referral].child),
                id('R', assessment.referral),
                date(assessment.started),
                maybe(assessment.authorised),
                self.dice.pick(&ASSESSMENT_TEAMS).into(),
            ]);
        }
        Table {
            name: "ssd_cin_assessments",
            columns: &[
                "cina_assessment_id",
                "cina_person_id",
                "cina_referral_id",
                "cina_assessment_start_date",
                "cina_assessment_auth_date",
                "cina_assessment_team",
            ],
            rows,
        }
    }

    fn s47_enquiries(&self) -> Table {
        let row = |(number, enquiry): (usize, &Enquiry)| {
            vec![
                id('E', number),
                id('R', enquiry.referral),
                id('P', self.referrals[enquiry.referral].child),
                date(enquiry.started),
                maybe(enquiry.ended),
            ]
        };
        Table {
            name: "ssd_s47_enquiry",
            columns: &[
                "s47e_s47_enquiry_id",
                "s47e_referral_id",
                "s47e_person_id",
                "s47e_s47_start_date",
                "s47e_s47_end_date",
            ],
            rows: self.enquiries.iter().enumerate().map(row).collect(),
        }
    }

    fn cp_conferences(&self) -> Table {
        let row = |(number, conference): (usize, &Conference)| {
            vec![
                id('I', number),
                conference.enquiry.map_or_else(String::new, |enquiry| id('E', enquiry)),
                id('P', conference.child),
                flag(conference.enquiry.is_none()),
                date(conference.target),
                date(conference.day),
                flag(conference.plan),
            ]
        };
        Table {
            name: "ssd_initial_cp_conference",
            columns: &[
                "icpc_icpc_id",
                "icpc_s47_enquiry_id",
                "icpc_person_id",
                "icpc_icpc_transfer_in",
                "icpc_icpc_target_date",
                "icpc_icpc_date",
                "icpc_icpc_outcome_cp_flag",
            ],
            rows: self.conferences.iter().enumerate().map(row).collect(),
        }
    }

    fn cp_plans(&mut self) -> Table {
        let mut rows = Vec::new();
        for (number, plan) in self.plans.iter().enumerate() {
            let latest = if self.dice.percent(12) { self.dice.pick(&ABUSE) } else { plan.category };
            rows.push(vec![
                id('L', number),
                plan.referral.map_or_else(String::new, |referral| id('R', referral)),
                plan.conference.map_or_else(String::new, |conference| id('I', conference)),
                id('P', plan.child),
                date(plan.started),
                maybe(plan.ended),
                flag(plan.elsewhere),
                plan.category.into(),
                latest.into(),
                plan.earlier_plans.to_string(),
            ]);
        }
        Table {
            name: "ssd_cp_plans",
            columns: &[
                "cppl_cp_plan_id",
                "cppl_referral_id",
                "cppl_icpc_id",
                "cppl_person_id",
                "cppl_cp_plan_start_date",
                "cppl_cp_plan_end_date",
                "cppl_cp_plan_ola",
                "cppl_cp_plan_initial_category",
                "cppl_cp_plan_latest_category",
                "cppl_number_of_previous_plans",
            ],
            rows,
        }
    }

    fn cp_reviews(&self) -> Table {
        let row = |(number, (plan, due, held)): (usize, &(usize, Day, Day))| {
            vec![id('V', number), id('P', self.plans[*plan].child), id('L', *plan), date(*due), date(*held)]
        };
        Table {
            name: "ssd_cp_reviews",
            columns: &[
                "cppr_cp_review_id",
                "cppr_person_id",
                "cppr_cp_plan_id",
                "cppr_cp_review_due",
                "cppr_cp_review_date",
            ],
            rows: self.reviews.iter().enumerate().map(row).collect(),
        }
    }

    fn cla_episodes(&self) -> Table {
        let row = |(number, episode): (usize, &Episode)| {
            let stay = self.placements[episode.placement].stay;
            vec![
                id('K', number),
                id('P', self.stays[stay].child),
                id('Y', stay),
                id('H', episode.placement),
                date(episode.started),
                episode.reason.into(),
                maybe(episode.ceased),
                episode.ceased_reason.into(),
            ]
        };
        Table {
            name: "ssd_cla_episodes",
            columns: &[
                "clae_cla_episode_id",
                "clae_person_id",
                "clae_cla_id",
                "clae_cla_placement_id",
                "clae_cla_episode_start_date",
                "clae_cla_episode_start_reason",
                "clae_cla_episode_ceased_date",
                "clae_cla_episode_ceased_reason",
            ],
            rows: self.episodes.iter().enumerate().map(row).collect(),
        }
    }

    fn cla_placements(&self) -> Table {
        let row = |(number, placement): (usize, &Placement)| {
            vec![
                id('H', number),
                id('Y', placement.stay),
                id('P', self.stays[placement.stay].child),
                date(placement.started),
                maybe(placement.ended),
                placement.kind.into(),
                placement.provider.into(),
                placement.urn.clone(),
                placement.postcode.clone(),
                placement.distance.clone(),
                placement.change_reason.into(),
            ]
        };
        Table {
            name: "ssd_cla_placement",
            columns: &[
                "clap_cla_placement_id",
                "clap_cla_id",
                "clap_person_id",
                "clap_cla_placement_start_date",
                "clap_cla_placement_end_date",
                "clap_cla_placement_type",
                "clap_cla_placement_provider",
                "clap_cla_placement_urn",
                "clap_cla_placement_postcode",
                "clap_cla_placement_distance",
                "clap_cla_placement_change_reason",
            ],
            rows: self.placements.iter().enumerate().map(row).collect(),
        }
    }

    fn legal_statuses(&self) -> Table {
        let row = |(number, status): (usize, &LegalStatus)| {
            vec![id('G', number), id('P', status.child), status.code.into(), date(status.started), maybe(status.ended)]
        };
        Table {
            name: "ssd_legal_status",
            columns: &[
                "lega_legal_status_id",
                "lega_person_id",
                "lega_legal_status",
                "lega_legal_status_start_date",
                "lega_legal_status_end_date",
            ],
            rows: self.legal.iter().enumerate().map(row).collect(),
        }
    }

    fn missing_episodes(&self) -> Table {
        let row = |(number, episode): (usize, &MissingEpisode)| {
            vec![
                id('M', number),
                id('P', episode.child),
                time(episode.started),
                episode.kind.into(),
                episode.ended.map_or_else(String::new, time),
                episode.offered.into(),
                episode.accepted.into(),
                episode.completed.map_or_else(String::new, time),
            ]
        };
        Table {
            name: "ssd_missing",
            columns: &[
                "miss_table_id",
                "miss_person_id",
                "miss_missing_episode_start_date",
                "miss_missing_episode_type",
                "miss_missing_episode_end_date",
                "miss_missing_rhi_offered",
                "miss_missing_rhi_accepted",
                "miss_missing_rhi_completed_date",
            ],
            rows: self.missing.iter().enumerate().map(row).collect(),
        }
    }

    fn care_leavers(&self) -> Table {
        let row = |(number, status): (usize, &LeaverStatus)| {
            vec![
                id('Q', number),
                id('P', status.child),
                status.eligibility.into(),
                status.in_touch.into(),
                date(status.contact),
                status.home.into(),
                status.suitable.into(),
                status.activity.into(),
            ]
        };
        Table {
            name: "ssd_care_leavers",
            columns: &[
                "clea_table_id",
                "clea_person_id",
                "clea_care_leaver_eligibility",
                "clea_care_leaver_in_touch",
                "clea_care_leaver_latest_contact",
                "clea_care_leaver_accommodation",
                "clea_care_leaver_accom_suitable",
                "clea_care_leaver_activity",
            ],
            rows: self.leavers.iter().enumerate().map(row).collect(),
        }
    }

    fn worker_involvements(&self) -> Table {
        let row = |(number, involvement): (usize, &Involvement)| {
            vec![
                id('N', number),
                id('P', involvement.child),
                id('W', involvement.professional),
                involvement.role.into(),
                date(involvement.started),
                maybe(involvement.ended),
            ]
        };
        Table {
            name: "ssd_involvements",
            columns: &[
                "invo_involvements_id",
                "invo_person_id",
                "invo_professional_id",
                "invo_professional_role_id",
                "invo_involvement_start_date",
                "invo_involvement_end_date",
            ],
            rows: self.involvements.iter().enumerate().map(row).collect(),
        }
    }

    fn professionals() -> Table {
        let row = |number| {
            let (registration, title) = match number {
                0..30 => (format!("SW{}", 90_001 + 7 * number), "Social Worker"),
                30..QUALIFIED => (format!("SW{}", 90_001 + 7 * number), "Senior Social Worker"),
                _ => (String::new(), "Family Support Worker"),
            };
            vec![id('W', number), registration, title.to_owned()]
        };
        Table {
            name: "ssd_professionals",
            columns: &["prof_professional_id", "prof_social_worker_registration_no", "prof_professional_job_title"],
            rows: (0..PROFESSIONALS).map(row).collect(),
        }
    }
}

// --------------------------------------------------------------------------------------------------------- the faults

/// Faults as case systems have them, each a finding for whoever reads the tables; none of them moves a figure
/// above, but that two assessments cannot be judged.
fn plant_faults(tables: &mut [Table]) -> Outcome<()> {
    plant_case_faults(tables)?;
    plant_protection_faults(tables)?;
    plant_care_faults(tables)
}

fn table<'a>(tables: &'a mut [Table], name: &str) -> Outcome<&'a mut Table> {
    tables.iter_mut().find(|table| table.name == name).ok_or_else(|| format!("no table {name}").into())
}

/// A day that does not exist, a row exported twice, a code out of use, assessments authorised before they
/// started, an assessment on a referral that was deleted.
fn plant_case_faults(tables: &mut [Table]) -> Outcome<()> {
    let referrals = table(tables, "ssd_cin_episodes")?;
    let person = referrals.cell(4, "cine_person_id")?;
    referrals.add(&[
        ("cine_referral_id", "R9000001"),
        ("cine_person_id", &person),
        ("cine_referral_date", "2014-02-30"),
        ("cine_referral_nfa", "N"),
    ])?;
    let twice = referrals.rows[40].clone();
    referrals.rows.push(twice);
    table(tables, "ssd_person")?.set(2018, "pers_ethnicity", "WENG")?;

    let assessments = table(tables, "ssd_cin_assessments")?;
    for (number, started, authorised) in
        [("A9000001", "2017-09-14", "2017-09-04"), ("A9000002", "2018-02-13", "2018-01-31")]
    {
        let like = assessments.find("cina_assessment_start_date", started)?;
        let mut row = assessments.rows[like].clone();
        number.clone_into(&mut row[0]);
        assessments.rows.push(row);
        assessments.set(assessments.rows.len() - 1, "cina_assessment_auth_date", authorised)?;
    }
    let person = assessments.cell(0, "cina_person_id")?;
    assessments.add(&[
        ("cina_assessment_id", "A9000003"),
        ("cina_person_id", &person),
        ("cina_referral_id", "R9999999"),
        ("cina_assessment_start_date", "2015-06-03"),
        ("cina_assessment_auth_date", "2015-06-24"),
    ])
}

/// An enquiry that ends before it starts, a conference dated before its enquiry, a review on the day the plan
/// started, a number of plans in words.
fn plant_protection_faults(tables: &mut [Table]) -> Outcome<()> {
    let enquiries = table(tables, "ssd_s47_enquiry")?;
    let (enquiry, person) = (enquiries.cell(0, "s47e_s47_enquiry_id")?, enquiries.cell(0, "s47e_person_id")?);
    enquiries.add(&[
        ("s47e_s47_enquiry_id", "E9000001"),
        ("s47e_person_id", &person),
        ("s47e_s47_start_date", "2015-11-19"),
        ("s47e_s47_end_date", "2015-11-09"),
    ])?;
    table(tables, "ssd_initial_cp_conference")?.add(&[
        ("icpc_icpc_id", "I9000001"),
        ("icpc_s47_enquiry_id", &enquiry),
        ("icpc_person_id", &person),
        ("icpc_icpc_transfer_in", "N"),
        ("icpc_icpc_date", "2015-04-02"),
        ("icpc_icpc_outcome_cp_flag", "N"),
    ])?;

    let plans = table(tables, "ssd_cp_plans")?;
    let elsewhere = plans.find("cppl_cp_plan_ola", "Y")?;
    plans.set(elsewhere, "cppl_number_of_previous_plans", "one")?;
    let plan = plans.find("cppl_number_of_previous_plans", "0")?;
    let (id, person) = (plans.cell(plan, "cppl_cp_plan_id")?, plans.cell(plan, "cppl_person_id")?);
    let started = plans.cell(plan, "cppl_cp_plan_start_date")?;
    table(tables, "ssd_cp_reviews")?.add(&[
        ("cppr_cp_review_id", "V9000001"),
        ("cppr_person_id", &person),
        ("cppr_cp_plan_id", &id),
        ("cppr_cp_review_date", &started),
    ])
}

/// A placement type out of use in an old stay, an answer that is neither yes nor no, a worker whom nobody knows.
fn plant_care_faults(tables: &mut [Table]) -> Outcome<()> {
    let placements = table(tables, "ssd_cla_placement")?;
    let ended = placements.place("clap_cla_placement_end_date")?;
    let old = placements.rows.iter().position(|row| row[ended].starts_with("2012"));
    placements.set(old.ok_or("no old placement")?, "clap_cla_placement_type", "F1")?;

    let missing = table(tables, "ssd_missing")?;
    let outstanding = missing.find("miss_missing_rhi_offered", "N")?;
    missing.set(outstanding, "miss_missing_rhi_accepted", "UNKNOWN")?;

    let involvements = table(tables, "ssd_involvements")?;
    let person = involvements.cell(0, "invo_person_id")?;
    involvements.add(&[
        ("invo_involvements_id", "N9000001"),
        ("invo_person_id", &person),
        ("invo_professional_id", "W9999999"),
        ("invo_professional_role_id", "Independent Reviewing Officer"),
        ("invo_involvement_start_date", "2016-02-08"),
    ])
}
