//! How the figures of the catalogue hang together: what a reader who knows the definitions can add up across indicators.

/// Which count of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Met,
    NotMet,
    Pending,
    Excepted,
    Excluded,
    Denominator,
    Count,
    /// The part of a composition in this place of the definition.
    Named(usize),
    /// Units in none of the parts.
    Rest,
    /// Units of a distribution above so many days.
    Above(i64),
    /// Units of a distribution of so many days or fewer.
    UpTo(i64),
    SiblingGroups,
}

impl Part {
    /// Whether it adds up over strata, and over periods for a flow: all but families, which can be in several.
    pub(super) const fn adds_up(self) -> bool {
        !matches!(self, Self::SiblingGroups)
    }
}

/// A count of an indicator: its key, and which of its counts.
pub(super) type Term = (&'static str, Part);

const fn met(key: &'static str) -> Term {
    (key, Part::Met)
}

const fn not_met(key: &'static str) -> Term {
    (key, Part::NotMet)
}

const fn excluded(key: &'static str) -> Term {
    (key, Part::Excluded)
}

const fn of(key: &'static str) -> Term {
    (key, Part::Denominator)
}

const fn all(key: &'static str) -> Term {
    (key, Part::Count)
}

/// Counts of the same units: they are equal in every stratum and period. A count as at a day stands beside those of every
/// window that ends on it, and so comes last.
pub(super) const EQUAL: &[[Term; 2]] = &[
    [of("ECS 14a"), of("NI 68")],
    [of("NI 68 by-event"), of("NI 68")],
    [of("ECS 14a 365 days"), of("ECS 14a")],
    [all("NI 68 route"), met("NI 68")],
    [all("ECS 138 days"), of("ECS 138")],
    [of("NI 65a"), of("NI 65")],
    [of("NI 65a start to start"), of("NI 65")],
    [of("NI 64 open"), of("ECS 133")],
    [of("ECS 01b"), all("CLA")],
    [of("NI 62"), all("CLA")],
    [of("NI 62 raw-moves"), of("NI 62")],
    [of("NI 62 raw-moves"), all("CLA")],
    [of("ECS 14a as recorded with itself"), of("ECS 14a as recorded")],
    [excluded("ECS 14a as recorded with itself"), excluded("ECS 14a as recorded")],
    [excluded("ECS 14a 365 days"), excluded("ECS 14a")],
    [of("ECS 138 start is day 1"), of("ECS 138")],
    [excluded("ECS 138 start is day 1"), excluded("ECS 138")],
    [excluded("NI 62 raw-moves"), excluded("NI 62")],
    [all("Missing children home first"), all("Missing children")],
    [("Missing children home first", Part::Rest), ("Missing children", Part::Rest)],
    [all("WRI"), all("Missing episodes")],
    [of("WRI offered"), all("WRI")],
    [of("WRI completed"), all("WRI")],
    [of("WRI refused"), all("WRI")],
    [of("WRI not required"), all("WRI")],
    [of("WRI outstanding"), all("WRI")],
    [met("WRI completed"), ("WRI", Part::Named(0))],
    [met("WRI refused"), ("WRI", Part::Named(1))],
    [met("WRI not required"), ("WRI", Part::Named(2))],
    [met("WRI outstanding"), ("WRI", Part::Named(3))],
];

/// A count that is the sum of others, and at least the sum of those of them that are printed.
pub(super) const SUMS: &[(Term, &[Term])] = &[
    (of("Care leavers EET"), &[of("Care leavers suitable"), excluded("Care leavers suitable")]),
    (of("NI 68"), &[of("ECS 14a"), excluded("ECS 14a")]),
    (all("CLA"), &[of("NI 62"), excluded("NI 62")]),
    (all("CLA"), &[of("NI 62 raw-moves"), excluded("NI 62 raw-moves")]),
    (excluded("ECS 14a"), &[of("ECS 14a as recorded"), excluded("ECS 14a as recorded")]),
    (excluded("ECS 14a 365 days"), &[of("ECS 14a as recorded"), excluded("ECS 14a as recorded")]),
    (excluded("NI 62"), &[of("NI 62 as recorded"), excluded("NI 62 as recorded")]),
    (excluded("NI 62 raw-moves"), &[of("NI 62 as recorded"), excluded("NI 62 as recorded")]),
    (of("WRI completed"), &[met("WRI completed"), met("WRI refused"), met("WRI not required"), met("WRI outstanding")]),
];

/// Counts that add up to as much as others do: the assessments that were authorised, judged or not.
pub(super) const SAME_SUM: &[[&[Term]; 2]] = &[
    [&[of("ECS 138 from referral"), excluded("ECS 138 from referral")], &[of("ECS 138"), excluded("ECS 138")]],
    [
        &[of("ECS 138 from referral"), excluded("ECS 138 from referral")],
        &[of("ECS 138 start is day 1"), excluded("ECS 138 start is day 1")],
    ],
];

/// Which verdicts say of the units of a distribution that they took up to so many days, or more.
pub(super) struct Limit {
    /// The key of the distribution.
    pub(super) distribution: &'static str,
    /// The most days of a unit that is met.
    pub(super) days: i64,
    /// The key of the proportion.
    pub(super) proportion: &'static str,
}

/// The limits of the catalogue.
pub(super) const LIMITS: &[Limit] = &[
    Limit { distribution: "ECS 138 days", days: 45, proportion: "ECS 138" },
    // The start is day 1: 45 days are one fewer by the count that starts from 0.
    Limit { distribution: "ECS 138 days", days: 44, proportion: "ECS 138 start is day 1" },
];

/// Counts that are together at most another.
pub(super) const AT_MOST: &[(&[Term], Term)] = &[
    (&[met("NI 65a")], met("NI 65")),
    (&[met("NI 65a start to start")], met("NI 65")),
    (&[met("NI 65a start to start")], met("NI 65a")),
    (&[met("NI 64 open")], met("ECS 133")),
    (&[met("ECS 14a 365 days")], met("ECS 14a")),
    (&[("NI 68 route", Part::Named(0)), ("NI 68 route", Part::Named(1))], met("NI 68 by-event")),
    (&[("NI 68 route", Part::Named(2))], not_met("NI 68 by-event")),
    (&[met("ECS 138 start is day 1")], met("ECS 138")),
    (&[met("ECS 14a as recorded with itself")], met("ECS 14a as recorded")),
    (&[of("ECS 14a as recorded")], of("NI 68")),
    (&[of("NI 62 as recorded")], all("CLA")),
    (&[met("WRI completed"), met("WRI refused")], met("WRI offered")),
    (&[("WRI", Part::Named(0)), ("WRI", Part::Named(1))], met("WRI offered")),
    (&[met("WRI offered"), met("WRI not required")], of("WRI offered")),
    (&[met("WRI offered"), ("WRI", Part::Named(2))], of("WRI offered")),
    (&[of("NI 63")], all("CLA")),
    (&[of("NI 67")], of("ECS 133")),
    (&[of("ECS 02")], of("ECS 133")),
    (&[all("Care leavers status age")], of("Care leavers EET")),
    // Home last of all, and first of all.
    (&[("Missing children home first", Part::Named(0))], ("Missing children", Part::Named(0))),
    (&[("Missing children", Part::Named(2))], ("Missing children home first", Part::Named(2))),
];

/// Counts of children, each of whom has a unit of the other count in the window. The child is broken down on the last day of
/// the window and the unit on its own, so that they hang together in total and in strata that a child never leaves.
pub(super) const CHILDREN_OF_UNITS: &[(Term, Term)] = &[
    (all("Missing children"), all("Missing episodes")),
    (("Missing children", Part::Named(0)), ("Missing episodes", Part::Named(0))),
    (("Missing children", Part::Named(1)), ("Missing episodes", Part::Named(1))),
    (("Missing children", Part::Named(2)), ("Missing episodes", Part::Named(2))),
    (("Missing children", Part::Rest), ("Missing episodes", Part::Rest)),
    (all("Missing children home first"), all("Missing episodes")),
    (("Missing children home first", Part::Named(0)), ("Missing episodes", Part::Named(0))),
    (("Missing children home first", Part::Named(1)), ("Missing episodes", Part::Named(1))),
    (("Missing children home first", Part::Named(2)), ("Missing episodes", Part::Named(2))),
    (("Missing children home first", Part::Rest), ("Missing episodes", Part::Rest)),
];

/// Breakdowns whose strata a child never leaves, by name.
pub(super) const FOR_LIFE: &[&str] = &["sex", "ethnic group"];

/// Windowed counts that can only grow with their window.
pub(super) const GROWING: &[Term] = &[all("Missing children"), all("Missing children home first")];

/// Windowed counts that, as at one day, can only grow with their window.
pub(super) const GROWING_ON_A_DAY: &[Term] = &[met("NI 62"), met("NI 62 raw-moves")];

/// The parts of a breakdown that are parts of a composition too: indicator, breakdown, stratum, part.
pub(super) const PARTS_AS_STRATA: &[(&str, &str, &str, Part)] =
    &[("CLA", "UASC", "UASC", Part::Named(0)), ("CLA", "UASC", "not UASC", Part::Named(1))];

/// Units that are open over days, that start and end: how many are open on a day is how many were on an earlier one, and those
/// that started in between, without those that ended. Several keys count the same.
pub(super) struct OpenUnits {
    /// Open on a day.
    pub(super) open: &'static [Term],
    /// Started in a window.
    pub(super) starts: &'static [Term],
    /// Ended in a window.
    pub(super) ends: &'static [Term],
    /// Open on a day, and started so many months or more before.
    pub(super) older: (Term, u32),
    /// Those open on a day that, once they are, stay so until they end; and those of the ends that were.
    pub(super) lasting: &'static [(Term, Term)],
}

/// Child protection plans. A plan that ends before it starts is no plan of any figure.
pub(super) const PLANS: OpenUnits = OpenUnits {
    open: &[of("ECS 133"), of("NI 64 open")],
    starts: &[of("NI 65"), of("NI 65a"), of("NI 65a start to start")],
    ends: &[of("NI 64 ceased")],
    older: (of("NI 67"), 3),
    lasting: &[(met("ECS 133"), of("NI 64 ceased")), (met("NI 64 open"), met("NI 64 ceased"))],
};
