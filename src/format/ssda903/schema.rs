//! Tables, columns and code lists of the return, by collection year.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{FinancialYear, next_day};
use crate::{FindingRule, ReturnsRule, Ssda903Rule};

use self::Kind::{Code as Codes, Day, Number, Text};
use self::Need::{MayBeEmpty, NotEmpty, Readable, Required};

/// A year that is no collection year this reader knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{closing} is no collection year from {} to {}", CollectionYear::FIRST.closing(), CollectionYear::LAST.closing())]
#[non_exhaustive]
pub struct CollectionYearError {
    /// The year given.
    pub closing: i32,
}

/// A collection year of the return, 1 April to 31 March, named by the calendar year in which it closes: 2017 to 2026.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::format::ssda903::CollectionYear;
///
/// let year = CollectionYear::new(2018)?;
/// assert_eq!(year.first_day(), NaiveDate::from_ymd_opt(2017, 4, 1).unwrap());
/// assert_eq!(year.last_day(), NaiveDate::from_ymd_opt(2018, 3, 31).unwrap());
/// assert_eq!(CollectionYear::new(2016).unwrap_err().to_string(), "2016 is no collection year from 2017 to 2026");
/// # Ok::<(), csc_kpi::format::ssda903::CollectionYearError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct CollectionYear {
    closing: u16,
}

impl CollectionYear {
    /// The first whose columns and codes are known: 2016/17.
    pub const FIRST: Self = Self { closing: 2017 };
    /// The last whose columns and codes are known: 2025/26.
    pub const LAST: Self = Self { closing: 2026 };

    /// The collection year that closes on 31 March of `closing`.
    ///
    /// # Errors
    ///
    /// Outside 2017 to 2026.
    pub fn new(closing: i32) -> Result<Self, CollectionYearError> {
        u16::try_from(closing)
            .ok()
            .filter(|year| (Self::FIRST.closing..=Self::LAST.closing).contains(year))
            .map(|closing| Self { closing })
            .ok_or(CollectionYearError { closing })
    }

    /// The calendar year in which it closes.
    #[must_use]
    pub const fn closing(self) -> i32 {
        self.closing as i32
    }

    /// The financial year it is.
    #[must_use]
    pub const fn financial_year(self) -> FinancialYear {
        FinancialYear::starting_in(self.closing.cast_signed() - 1)
    }

    /// 1 April.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        self.financial_year().first_day()
    }

    /// 31 March, the last day it covers.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.financial_year().last_day()
    }

    /// The first day after it.
    pub(super) fn end(self) -> NaiveDate {
        next_day(self.last_day())
    }
}

/// The year in which it closes: `2018`.
impl fmt::Display for CollectionYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.closing.fmt(f)
    }
}

impl From<CollectionYear> for i32 {
    fn from(year: CollectionYear) -> Self {
        year.closing()
    }
}

impl TryFrom<i32> for CollectionYear {
    type Error = CollectionYearError;

    fn try_from(closing: i32) -> Result<Self, CollectionYearError> {
        Self::new(closing)
    }
}

/// A table of the return. Ordered as the national specification lists them, header first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Table {
    /// The children, one row each.
    Header,
    /// Episodes of care, each with its placement and legal status.
    Episodes,
    /// Unaccompanied asylum seeking children.
    Uasc,
    /// Missing, or away from placement without authorisation.
    Missing,
    /// Care leavers at their birthday.
    Oc3,
    /// Outcomes: health, offending, strengths and difficulties.
    Oc2,
    /// Adoptions.
    Ad1,
    /// Decisions to place for adoption.
    PlacedForAdoption,
    /// Permanence before the child came into care.
    PreviousPermanence,
    /// Reviews of the care plan.
    Reviews,
    /// Episodes with a social worker, from 2024.
    SocialWorkers,
}

impl Table {
    /// All tables, in order.
    pub const ALL: [Self; 11] = [
        Self::Header,
        Self::Episodes,
        Self::Uasc,
        Self::Missing,
        Self::Oc3,
        Self::Oc2,
        Self::Ad1,
        Self::PlacedForAdoption,
        Self::PreviousPermanence,
        Self::Reviews,
        Self::SocialWorkers,
    ];

    /// The name that its file usually has.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Episodes => "episodes",
            Self::Uasc => "uasc",
            Self::Missing => "missing",
            Self::Oc3 => "oc3",
            Self::Oc2 => "oc2",
            Self::Ad1 => "ad1",
            Self::PlacedForAdoption => "placed_for_adoption",
            Self::PreviousPermanence => "previous_permanence",
            Self::Reviews => "reviews",
            Self::SocialWorkers => "sw_episodes",
        }
    }

    /// Whether the return of `year` has it.
    ///
    /// ```
    /// use csc_kpi::format::ssda903::{CollectionYear, Table};
    ///
    /// assert!(!Table::SocialWorkers.is_of(CollectionYear::new(2023)?));
    /// assert!(Table::SocialWorkers.is_of(CollectionYear::new(2024)?));
    /// # Ok::<(), csc_kpi::format::ssda903::CollectionYearError>(())
    /// ```
    #[must_use]
    pub const fn is_of(self, year: CollectionYear) -> bool {
        match self {
            Self::SocialWorkers => year.closing >= 2024,
            _ => true,
        }
    }

    /// The names of its columns, in the order of the specification; they are the same in every collection year.
    ///
    /// ```
    /// use csc_kpi::format::ssda903::Table;
    ///
    /// assert!(Table::Missing.columns().eq(["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"]));
    /// ```
    pub fn columns(self) -> impl Iterator<Item = &'static str> {
        self.fields().iter().map(|field| field.name)
    }

    /// The codes of a column in a collection year, as the specification writes them; none for a column without a list.
    ///
    /// ```
    /// use csc_kpi::format::ssda903::{CollectionYear, Table};
    ///
    /// let year = |closing| CollectionYear::new(closing);
    /// assert!(Table::Uasc.codes("SEX", year(2024)?).eq(["1", "2"]));
    /// assert!(Table::Uasc.codes("SEX", year(2025)?).eq(["M", "F", "U"]));
    /// # Ok::<(), csc_kpi::format::ssda903::CollectionYearError>(())
    /// ```
    pub fn codes(self, column: &str, year: CollectionYear) -> impl Iterator<Item = &'static str> {
        let field = self.fields().iter().find(|field| field.name == column);
        let codes = match field.map(|field| field.kind) {
            Some(Kind::Code(codes)) => codes,
            _ => &[],
        };
        codes.iter().filter(move |code| code.is_of(year)).map(|code| code.letters)
    }

    pub(super) const fn fields(self) -> &'static [Field] {
        match self {
            Self::Header => HEADER,
            Self::Episodes => EPISODES,
            Self::Uasc => UASC,
            Self::Missing => MISSING,
            Self::Oc3 => OC3,
            Self::Oc2 => OC2,
            Self::Ad1 => AD1,
            Self::PlacedForAdoption => PLACED_FOR_ADOPTION,
            Self::PreviousPermanence => PREVIOUS_PERMANENCE,
            Self::Reviews => REVIEWS,
            Self::SocialWorkers => SOCIAL_WORKERS,
        }
    }

    /// Where a column stands in [`Table::fields`].
    pub(super) fn position(self, column: &str) -> Option<usize> {
        self.fields().iter().position(|field| field.name == column)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A column: what its cells hold, and what it breaks where they do not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) need: Need,
    /// What a value breaks that is none of its kind.
    pub(super) invalid: FindingRule,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Any text; an id.
    Text,
    /// A day, `DD/MM/YYYY` or `YYYY-MM-DD`.
    Day,
    /// A whole number from the first to the last.
    Number(u32, u32),
    /// One of a list.
    Code(&'static [Code]),
}

/// What becomes of a row where the cell is empty or unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It may be empty; unreadable, it is read as empty.
    MayBeEmpty,
    /// Empty is a finding; it is read as empty.
    NotEmpty,
    /// It may be empty; unreadable, the row is left out.
    Readable,
    /// Empty or unreadable, the row is left out.
    Required,
}

/// A code, and the collection years that have it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code {
    pub(super) letters: &'static str,
    from: u16,
    to: u16,
}

impl Code {
    pub(super) const fn is_of(&self, year: CollectionYear) -> bool {
        self.from <= year.closing && year.closing <= self.to
    }
}

const ALWAYS: (u16, u16) = (CollectionYear::FIRST.closing, CollectionYear::LAST.closing);

macro_rules! codes {
    ($name:ident: $($letters:literal $([$from:expr, $to:expr])?),+ $(,)?) => {
        const $name: &[Code] = &[$(codes!(@ $letters $(, $from, $to)?)),+];
    };
    (@ $letters:literal) => { Code { letters: $letters, from: ALWAYS.0, to: ALWAYS.1 } };
    (@ $letters:literal, $from:expr, $to:expr) => { Code { letters: $letters, from: $from, to: $to } };
}

codes!(SEX_CODES: "1" [2017, 2024], "2" [2017, 2024], "M" [2025, 2026], "F" [2025, 2026], "U" [2025, 2026]);
codes!(ETHNIC_CODES: "WBRI", "WIRI", "WOTH", "WIRT", "WROM", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH",
    "BCRB", "BAFR", "BOTH", "CHNE", "OOTH", "REFU", "NOBT");
codes!(NO_YES: "0", "1");
codes!(RNE_CODES: "S", "L", "P", "T", "B", "U");
codes!(LS_CODES: "C1", "C2", "D1", "E1", "V2", "V3", "V4", "L1", "L2", "L3", "J1", "J2", "J3");
codes!(CIN_CODES: "N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8");
codes!(PLACE_CODES: "A3", "A4", "A5", "A6", "H5" [2017, 2024], "K1", "K2", "K3" [2025, 2026], "P1", "P2" [2017, 2024], "P3",
    "R1", "R2", "R3", "R5", "S1", "T0", "T1", "T2", "T3", "T4", "U1", "U2", "U3", "U4", "U5", "U6", "Z1",
    "Z11" [2026, 2026], "Z12" [2026, 2026], "Z13" [2026, 2026], "Z14" [2026, 2026]);
codes!(PROVIDER_CODES: "PR0", "PR1", "PR2", "PR3", "PR4", "PR5");
codes!(REC_CODES: "X1", "E11", "E12", "E2", "E3", "E4A", "E4B", "E13", "E41", "E43" [2017, 2018], "E44" [2017, 2018],
    "E45" [2019, 2026], "E46" [2019, 2026], "E47" [2019, 2026], "E48" [2019, 2026], "E5", "E6", "E7", "E9", "E14", "E15", "E16",
    "E17", "E8");
codes!(CHANGE_CODES: "CARPL", "CLOSE", "ALLEG", "STAND", "APPRR", "CREQB", "CREQO", "CHILD", "LAREQ", "PLACE",
    "CUSTOD" [2019, 2026], "OTHER");
codes!(MISSING_CODES: "M", "A");
codes!(IN_TOUCH_CODES: "YES", "NO", "DIED", "REFU", "NREQ", "RHOM");
codes!(ACTIV_CODES: "F1", "P1", "F2", "P2", "F3" [2017, 2021], "P3" [2017, 2021], "F4" [2022, 2026], "P4" [2022, 2026],
    "F5" [2022, 2026], "P5" [2022, 2026], "G4", "G5", "G6", "0");
codes!(ACCOM_CODES: "B1", "B2", "C1", "C2", "D1", "D2", "E1", "E2", "G1", "G2", "H1", "H2", "K1", "K2", "R1", "R2", "S1", "S2",
    "T1", "T2", "U1", "U2", "V1", "V2", "W1", "W2", "X1", "X2", "Y1", "Y2", "Z1", "Z2", "0");
codes!(SDQ_REASON_CODES: "SDQ1", "SDQ2", "SDQ3", "SDQ4", "SDQ5");
codes!(SEX_ADOPTR_CODES: "M1", "F1", "MM", "FF", "MF");
codes!(LS_ADOPTR_CODES: "L0", "L11", "L12", "L2", "L3", "L4");
codes!(REASON_PLACED_CODES: "RD1", "RD2", "RD3", "RD4");
codes!(PREV_PERM_CODES: "P1", "P2", "P3", "P4", "Z1");
codes!(REVIEW_CODES: "PN0", "PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7");
codes!(SW_REASON_CODES: "MANAGE", "FCONTA", "LEFTRL", "ORGRST", "TSPROC", "ABSENC", "CHCHAN", "PCCHAN", "SWDIED", "OTHERS");

const fn field(name: &'static str, kind: Kind, need: Need, invalid: FindingRule) -> Field {
    Field { name, kind, need, invalid }
}

const fn national(name: &'static str, kind: Kind, need: Need, rule: Ssda903Rule) -> Field {
    field(name, kind, need, FindingRule::Ssda903(rule))
}

const CHILD: Field = field("CHILD", Text, Required, FindingRule::EmptyPerson);
/// The date of birth that every table but the episodes repeats.
const DOB: Field = national("DOB", Day, NotEmpty, Ssda903Rule::Ssda903_102);
const SEX: Field = national("SEX", Codes(SEX_CODES), NotEmpty, Ssda903Rule::Ssda903_101);

const fn text(name: &'static str) -> Field {
    field(name, Text, MayBeEmpty, FindingRule::Ssda903Returns(ReturnsRule::Empty))
}

const fn code(name: &'static str, codes: &'static [Code], need: Need) -> Field {
    field(name, Codes(codes), need, FindingRule::UnknownCode)
}

const HEADER: &[Field] = &[
    CHILD,
    SEX,
    DOB,
    national("ETHNIC", Codes(ETHNIC_CODES), NotEmpty, Ssda903Rule::Ssda903_103),
    field("UPN", Text, NotEmpty, FindingRule::Ssda903Returns(ReturnsRule::Empty)),
    code("MOTHER", NO_YES, MayBeEmpty),
    field("MC_DOB", Day, MayBeEmpty, FindingRule::DateReadAsEmpty),
];

const EPISODES: &[Field] = &[
    CHILD,
    national("DECOM", Day, Required, Ssda903Rule::Ssda903_141),
    national("RNE", Codes(RNE_CODES), NotEmpty, Ssda903Rule::Ssda903_143),
    national("LS", Codes(LS_CODES), NotEmpty, Ssda903Rule::Ssda903_144),
    national("CIN", Codes(CIN_CODES), NotEmpty, Ssda903Rule::Ssda903_145),
    national("PLACE", Codes(PLACE_CODES), NotEmpty, Ssda903Rule::Ssda903_146),
    code("PLACE_PROVIDER", PROVIDER_CODES, MayBeEmpty),
    national("DEC", Day, Readable, Ssda903Rule::Ssda903_147),
    national("REC", Codes(REC_CODES), MayBeEmpty, Ssda903Rule::Ssda903_149),
    national("REASON_PLACE_CHANGE", Codes(CHANGE_CODES), MayBeEmpty, Ssda903Rule::Ssda903_1009),
    text("HOME_POST"),
    text("PL_POST"),
    text("URN"),
];

const UASC: &[Field] = &[CHILD, DOB, SEX, national("DUC", Day, Readable, Ssda903Rule::Ssda903_104)];

const MISSING: &[Field] = &[
    CHILD,
    DOB,
    national("MISSING", Codes(MISSING_CODES), NotEmpty, Ssda903Rule::Ssda903_1006),
    national("MIS_START", Day, Required, Ssda903Rule::Ssda903_1004),
    national("MIS_END", Day, Readable, Ssda903Rule::Ssda903_1005),
];

const OC3: &[Field] = &[
    CHILD,
    DOB,
    national("IN_TOUCH", Codes(IN_TOUCH_CODES), MayBeEmpty, Ssda903Rule::Ssda903_131),
    national("ACTIV", Codes(ACTIV_CODES), MayBeEmpty, Ssda903Rule::Ssda903_132),
    national("ACCOM", Codes(ACCOM_CODES), MayBeEmpty, Ssda903Rule::Ssda903_133),
];

const OC2: &[Field] = &[
    CHILD,
    DOB,
    field("SDQ_SCORE", Number(0, 40), MayBeEmpty, FindingRule::NotANumber),
    code("SDQ_REASON", SDQ_REASON_CODES, MayBeEmpty),
    code("CONVICTED", NO_YES, MayBeEmpty),
    code("HEALTH_CHECK", NO_YES, MayBeEmpty),
    code("IMMUNISATIONS", NO_YES, MayBeEmpty),
    code("TEETH_CHECK", NO_YES, MayBeEmpty),
    code("HEALTH_ASSESSMENT", NO_YES, MayBeEmpty),
    code("SUBSTANCE_MISUSE", NO_YES, MayBeEmpty),
    code("INTERVENTION_RECEIVED", NO_YES, MayBeEmpty),
    code("INTERVENTION_OFFERED", NO_YES, MayBeEmpty),
];

const AD1: &[Field] = &[
    CHILD,
    DOB,
    national("DATE_INT", Day, NotEmpty, Ssda903Rule::Ssda903_112),
    national("DATE_MATCH", Day, NotEmpty, Ssda903Rule::Ssda903_113),
    national("FOSTER_CARE", Codes(NO_YES), NotEmpty, Ssda903Rule::Ssda903_114),
    national("NB_ADOPTR", Number(1, 2), NotEmpty, Ssda903Rule::Ssda903_175),
    code("SEX_ADOPTR", SEX_ADOPTR_CODES, NotEmpty),
    code("LS_ADOPTR", LS_ADOPTR_CODES, NotEmpty),
];

const PLACED_FOR_ADOPTION: &[Field] = &[
    CHILD,
    DOB,
    national("DATE_PLACED", Day, NotEmpty, Ssda903Rule::Ssda903_115),
    national("DATE_PLACED_CEASED", Day, MayBeEmpty, Ssda903Rule::Ssda903_116),
    national("REASON_PLACED_CEASED", Codes(REASON_PLACED_CODES), MayBeEmpty, Ssda903Rule::Ssda903_120),
];

const PREVIOUS_PERMANENCE: &[Field] = &[
    CHILD,
    DOB,
    code("PREV_PERM", PREV_PERM_CODES, NotEmpty),
    text("LA_PERM"),
    // Parts that are not known are written zz.
    text("DATE_PERM"),
];

const REVIEWS: &[Field] = &[
    CHILD,
    DOB,
    field("REVIEW", Day, NotEmpty, FindingRule::DateReadAsEmpty),
    code("REVIEW_CODE", REVIEW_CODES, NotEmpty),
];

const SOCIAL_WORKERS: &[Field] = &[
    CHILD,
    DOB,
    field("SW_ID", Text, NotEmpty, FindingRule::Ssda903Returns(ReturnsRule::Empty)),
    national("SW_DECOM", Day, Required, Ssda903Rule::Ssda903Sw04Stg1),
    national("SW_DEC", Day, Readable, Ssda903Rule::Ssda903Sw05Stg1),
    national("SW_REASON", Codes(SW_REASON_CODES), MayBeEmpty, Ssda903Rule::Ssda903Sw13Stg1),
];
