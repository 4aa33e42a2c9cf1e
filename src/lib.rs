//! Key performance indicators of English children's social care: typed records go in; exact, explainable figures come out.
//!
//! Referrals, assessments, child protection plans, children looked after, missing episodes, care leavers: rolling 12 months,
//! cumulative in the financial year, in the quarter, in the month, as at a day. Every figure can say which children are in
//! it, and why.
//!
//! ```
//! use csc_kpi::calendar::Basis;
//! use csc_kpi::indicator::catalogue;
//! use csc_kpi::record::Assessment;
//! use csc_kpi::{Dataset, Engine, NaiveDate};
//!
//! let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
//! let dataset: Dataset = [
//!     Assessment::new("A1", "C1", day(2018, 1, 2)).authorised(day(2018, 3, 6)),
//!     Assessment::new("A2", "C2", day(2018, 1, 2)).authorised(day(2018, 3, 7)),
//! ]
//! .into_iter()
//! .collect();
//!
//! let engine = Engine::new(catalogue::standard());
//! let ledger = engine.run(&dataset)?;
//! let (basis, as_at) = (Basis::Cumulative, day(2018, 3, 31));
//! let reading = ledger.reading("ECS 138", basis, as_at)?;
//! assert_eq!(reading.ratio().unwrap().to_string(), "1 of 2");
//! assert_eq!(reading.shown(0).as_deref(), Some("50%"));
//!
//! let evidence = engine.evidence(&dataset, "ECS 138", basis, as_at)?;
//! assert_eq!((evidence[0].outcome.as_str(), evidence[0].reason.as_str()), ("met", "45 working days"));
//! assert_eq!((evidence[1].outcome.as_str(), evidence[1].reason.as_str()), ("not met", "46 working days"));
//! # Ok::<(), csc_kpi::EngineError>(())
//! ```
//!
//! # Overview
//!
//! * [`Dataset`] is the type to meet first: it takes [records](record) in any order and holds them by child, with a
//!   [`Finding`] for everything that is wrong in them.
//! * [`Engine`] judges each child once, by [indicators](indicator) of the [`catalogue`](indicator::catalogue) or of your own,
//!   into a [`Ledger`]. Any [`Reading`] on any [`Basis`](calendar::Basis) at any date is then a subtraction; ledgers merge.
//! * [`Engine::evidence`] lists the units behind a reading, with reasons. It is the same judgement, so it adds up.
//! * [`Breakdown`]s divide every figure by sex, age, team or anything of your own; [`measure`] has exact ratios, rates per
//!   10,000 on an explicit footing, medians.
//! * [`standard`] judges values against targets, tolerances and limits as they are printed, which a council keeps as data.
//! * [`comparison`] sets figures beside earlier ones, benchmarks and each other, and says what cannot be compared.
//! * [`disclosure`] decides what of the readings may be printed for anybody to read: small counts, and what would tell them,
//!   are hidden, and nothing is published that can be worked out.
//! * [`Narrative`] says in plain English what a published reading says.
//! * [`Supply`] says what the sources of a dataset hold and over which days, and [`Need`](indicator::Need) what an indicator needs
//!   of it: a reading that cannot be made says why, see [`Obstacle`].
//! * [`handbook`] has a page for each indicator: who is counted, to the day.
//!
//! # From records to a figure
//!
//! | step | type | what happens |
//! |---|---|---|
//! | records | [`record`] | what a host knows, as typed values |
//! | chronology | [`Chronology`](chronology::Chronology) | one child's records by date, references resolved |
//! | judgement | [`Indicator`](indicator::Indicator) | each unit gets one [`Verdict`](indicator::Verdict), on a day or over a span |
//! | ledger | [`Ledger`] | `+1` on a day; for a span `+1` at its start and `-1` at its end |
//! | measure | [`measure`] | a window is the difference of two balances; decimals appear here, rounding only when shown |
//! | standing | [`standard`], [`comparison`] | a value is placed, judged, and set beside others; changing a target needs no recount |
//! | publication | [`disclosure`], [`Narrative`] | what could tell of a child is hidden; the rest is printed and told |
//!
//! # What it promises
//!
//! * Exact: counts and ratios, no float; a percentage is rounded once, half away from zero, and only when shown.
//! * Honest: an empty denominator is no value, never 0; what nobody [supplied](Supply) is neither, and
//!   [says so](Reading::obstacle); a unit that cannot be judged is excluded with a finding.
//! * Reproducible: a calculation pinned to a day ([`Engine::known_at`]) gives the same figure after later data arrive.
//! * Pure: no I/O, no clock, no thread (but with the feature `rayon`), no unsafe code. The same input gives the same output.
//!
//! # What it does not do
//!
//! No query language, no storage, no forecasts, no weighted composite scores.
//!
//! # Features
//!
//! | feature | what it adds | what it costs |
//! |---|---|---|
//! | `anonymise` | `format::anonymise`: keyed pseudonyms for ids, dates of birth as months, free texts dropped | the crates `hmac` and `sha2` |
//! | `annex-a` | `format::annex_a`: the workbook of Annex A of Ofsted's inspection, lists 1 and 3 to 9 | the crate `calamine` |
//! | `cin-census` | `format::cin_census`: the children in need census as XML, of one year or several | the crate `quick-xml` |
//! | `ssda903` | `format::ssda903`: returns of children looked after as CSV and XML, several years side by side | the crates `csv` and `quick-xml` |
//! | `dfe-api` | `format::dfe_api`: the JSON of the daily collection of the Department for Education, child by child | the crate `serde_json` |
//! | `ssd` | `format::ssd`: the sixteen tables of the Standard Safeguarding Dataset as CSV | the crates `csv` and `memchr` |
//! | `rayon` | tables read, datasets made and children judged on the threads of a pool, with the same result | the crate `rayon` |
//! | `proptest` | `laws`: strategies for whole histories, and laws for indicators of your own | the crate `proptest` |
//!
//! None is on by default. The default build needs `serde`, `chrono`, `thiserror` and `rust_decimal`; `chrono` is re-exported.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod calendar;
pub mod chronology;
pub mod comparison;
mod dataset;
pub mod format;
pub mod handbook;
pub mod indicator;
#[cfg(feature = "proptest")]
pub mod laws;
mod ledger;
pub mod measure;
pub mod record;
mod scorecard;
pub mod standard;

pub use chrono;
pub use chrono::NaiveDate;
pub use dataset::{
    Builder, Child, ChildFindings, CinRule, Dataset, Finding, FindingRule, FindingsReport, Gate, IndicatorFindings,
    Matter, Reads, ReturnsRule, RuleFindings, Severity, Ssda903Rule, Supply,
};
pub use ledger::{Ledger, LedgerError, MergeError, Stratum};
pub use rust_decimal::Decimal;
pub use scorecard::disclosure;
pub use scorecard::{
    AgeBands, AgeBandsError, Breakdown, ByAbuseCategory, ByEthnicGroup, ByPlacementType, BySex, ByTeam,
    ByUnaccompanied, Choice, Engine, EngineError, Evidence, Families, Figure, Narrative, Obstacle, Partial,
    PartialError, Reading, ReadingError, Scorecard, Sentence, Series, SiblingGroups, Topic, Unavailable,
};

/// The changes, release by release.
#[doc = include_str!("../CHANGELOG.md")]
pub mod changelog {}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
