//! Handbook: one page for each indicator, for whoever must say which children are in a figure, and why.
//!
//! Start with the table of [pages](#pages). Where a figure surprises, [`deviations`] may say why. The modules hold text
//! only, no items.
//!
//! # How to read a page
//!
//! | heading | what it answers |
//! |---|---|
//! | Definition | what the indicator says of itself: a field and a value as in [`Definition`], and the rule |
//! | Who is counted | who is in the numerator, who in the denominator, who stands aside |
//! | Edges to the day | which day is the last one in, and the first one out |
//! | Options | other rules for the same figure, by the key that finds them, with their own rule |
//! | Reasons in the evidence | what can stand behind a unit, word for word; `{}` is a number |
//! | Source and deviations | where the rule comes from, and where others count differently |
//! | Example | a few records, and what becomes of them |
//!
//! The rule in a quotation is the one that travels with the figure. If it and the rest of a page disagree, the rule
//! holds.
//!
//! # Which children are in this figure?
//!
//! [`Engine::evidence`] lists the units behind a figure, those not met and those that stand aside too. It is the
//! judgement that made the figure, so it adds up. Look the reason up on the page.
//!
//! ```
//! use csc_kpi::calendar::Basis;
//! use csc_kpi::indicator::catalogue;
//! use csc_kpi::record::Referral;
//! use csc_kpi::{Dataset, Engine, NaiveDate};
//!
//! # let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
//! let dataset: Dataset =
//!     [Referral::new("R1", "C1", day(2017, 5, 2)), Referral::new("R2", "C1", day(2018, 4, 30))].into_iter().collect();
//! let engine = Engine::new(catalogue::standard());
//! for unit in engine.evidence(&dataset, "ECS 14a", Basis::InQuarter, day(2018, 6, 30))? {
//!     let line = format!("{} {} of {}: {} ({})", unit.family, unit.unit, unit.person, unit.outcome, unit.reason);
//!     assert_eq!(line, "referral R2 of C1: met (re-referral after 363 days)");
//! }
//! # Ok::<(), csc_kpi::EngineError>(())
//! ```
//!
//! # Words
//!
//! | word | what it means |
//! |---|---|
//! | unit | what a figure counts once: a referral, a plan, a child |
//! | met | the rule holds of the unit: in the numerator and in the denominator |
//! | not met | it does not: in the denominator alone |
//! | pending | it cannot be decided yet: in no denominator, unless the shape says `counts` |
//! | excepted | set aside by the rule itself: an interview that was not required |
//! | excluded | set aside because of its data: an assessment authorised before its start |
//! | outside | not a unit of this figure at all; counted nowhere |
//! | numerator | the units met |
//! | denominator | the units met or not met. If there are none the figure has no value, and is never 0 |
//! | timing | `flow`: it counts on one day; `stock`: on each day of a span; `windowed`: on days whose window fits |
//! | shape | a proportion, a composition (a count in parts) or a distribution (days, with median and quartiles) |
//! | as-at | the day for which a figure is read; the last day of its window |
//! | known at | the day a calculation is pinned to: what begins later is unseen, later ends are not there yet |
//! | needs | what a reading cannot be made without, over the window or on the day, and so far back before it |
//! | not supplied | no source [holds](crate::Supply) what the figure needs: no value, which is not the same as 0 |
//! | polarity | which way is good: `higher_is_better`, `lower_is_better`, `closer_is_better`, or `none` |
//! | zero | whether a figure of 0 is `ordinary`, or a `concern`: it can mean that something is not recorded |
//! | version | goes up with every change to a number that the rule produces |
//!
//! Flags have no date. A calculation that is pinned to a day reads them as they stand.
//!
//! # Bases
//!
//! A basis says which days a figure looks at. The window starts on its first day and ends before the day after *as-at*.
//!
//! | basis | the window starts on | as at 30 June 2018 |
//! |---|---|---|
//! | `rolling-12m` | the day after *as-at*, 12 months back | 1 July 2017 to 30 June 2018 |
//! | `cumulative` | 1 April of the financial year | 1 April to 30 June 2018 |
//! | `in-quarter` | the first day of the financial quarter | 1 April to 30 June 2018 |
//! | `in-month` | the first day of the month | 1 to 30 June 2018 |
//! | `as-at` | there is none: the state on the day | 30 June 2018 |
//!
//! A record covers the days from its start up to, and without, its end: a plan that ended on the day is not open on it.
//! Months keep the day of the month and are clamped to the month's last day. A birthday is reached on its anniversary;
//! that of 29 February on 1 March in common years.
//!
//! # Pages
//!
//! | page | figures | options |
//! |---|---|---|
//! | [`ni_68`] | `NI 68` | `NI 68 by-event` |
//! | [`ni_68_route`] | `NI 68 route` | |
//! | [`ecs_14a`] | `ECS 14a` | `ECS 14a 365 days`, `ECS 14a as recorded`, `ECS 14a as recorded with itself` |
//! | [`ecs_138`] | `ECS 138`, `ECS 138 days` | `ECS 138 start is day 1`, `ECS 138 from referral` |
//! | [`ni_65`] | `NI 65` | |
//! | [`ni_65a`] | `NI 65a` | `NI 65a start to start` |
//! | [`ecs_133`] | `ECS 133` | |
//! | [`ni_64_open`] | `NI 64 open` | |
//! | [`ni_64_ceased`] | `NI 64 ceased` | |
//! | [`ni_67`] | `NI 67` | |
//! | [`icpc_15`] | `ICPC 15` | |
//! | [`cla`] | `CLA` | |
//! | [`ni_62`] | `NI 62` | `NI 62 raw-moves`, `NI 62 as recorded` |
//! | [`ni_63`] | `NI 63` | |
//! | [`ecs_01b`] | `ECS 01b` | |
//! | [`ecs_02`] | `ECS 02` | |
//! | [`care_leavers`] | `Care leavers suitable`, `Care leavers EET`, `Care leavers status age` | |
//! | [`missing_episodes`] | `Missing episodes` | |
//! | [`missing_children`] | `Missing children` | `Missing children home first` |
//! | [`wri`] | `WRI`, `WRI offered`, `WRI completed`, `WRI refused`, `WRI not required`, `WRI outstanding` | |
//! | [`wri_72h`] | `WRI 72h` | |
//!
//! [`Definition`]: crate::indicator::Definition
//! [`Engine::evidence`]: crate::Engine::evidence

#[doc = include_str!("ni_68.md")]
pub mod ni_68 {}

#[doc = include_str!("ni_68_route.md")]
pub mod ni_68_route {}

#[doc = include_str!("ecs_14a.md")]
pub mod ecs_14a {}

#[doc = include_str!("ecs_138.md")]
pub mod ecs_138 {}

#[doc = include_str!("ni_65.md")]
pub mod ni_65 {}

#[doc = include_str!("ni_65a.md")]
pub mod ni_65a {}

#[doc = include_str!("ecs_133.md")]
pub mod ecs_133 {}

#[doc = include_str!("ni_64_open.md")]
pub mod ni_64_open {}

#[doc = include_str!("ni_64_ceased.md")]
pub mod ni_64_ceased {}

#[doc = include_str!("ni_67.md")]
pub mod ni_67 {}

#[doc = include_str!("icpc_15.md")]
pub mod icpc_15 {}

#[doc = include_str!("cla.md")]
pub mod cla {}

#[doc = include_str!("ni_62.md")]
pub mod ni_62 {}

#[doc = include_str!("ni_63.md")]
pub mod ni_63 {}

#[doc = include_str!("ecs_01b.md")]
pub mod ecs_01b {}

#[doc = include_str!("ecs_02.md")]
pub mod ecs_02 {}

#[doc = include_str!("care_leavers.md")]
pub mod care_leavers {}

#[doc = include_str!("missing_episodes.md")]
pub mod missing_episodes {}

#[doc = include_str!("missing_children.md")]
pub mod missing_children {}

#[doc = include_str!("wri.md")]
pub mod wri {}

#[doc = include_str!("wri_72h.md")]
pub mod wri_72h {}

#[doc = include_str!("deviations.md")]
pub mod deviations {}
