//! Figures beside figures: movement, benchmarks, neighbours, ranks, intervals, control charts.
//!
//! A comparison says two things apart from each other: where a value lies ([`Direction`], [`Place`]: higher, lower) and what
//! that means by which way is good ([`Judgement`]: better, worse). It is made on exact values, it refuses what cannot be
//! compared with a reason ([`NotComparable`]), and it carries what a reader should bear in mind ([`Caution`]).
//!
//! | question | type |
//! |---|---|
//! | has it changed since last quarter, or last year? | [`Movement`], with [`Earlier`] for the day |
//! | how does it stand to England, the region, the neighbours? | [`Benchmark`], [`Neighbours`] |
//! | where are we among the others? | [`Ranking`] |
//! | how sure is it? | [`Interval`] |
//! | is it more than chance? | [`ControlChart`], of a [`DisjointSeries`] |

mod benchmark;
mod caution;
mod control_chart;
mod exact;
mod good;
mod interval;
mod movement;
mod neighbours;
mod observation;
mod published;
mod ranking;

pub use benchmark::{Area, Benchmark, BenchmarkComparison, BenchmarkError, Benchmarks, Place};
pub use caution::Caution;
pub use control_chart::{ControlChart, DisjointSeries, Points, Rule, SeriesError, Signal};
pub use good::{DeadBand, Direction, ExactNumber, ExactNumberError, Good, Judgement, Yardstick};
pub use interval::{Interval, IntervalError, Method};
pub use movement::{Cadence, Earlier, Movement, previous_period, same_period_last_year};
pub use neighbours::{Average, NeighbourAverage, Neighbours, NeighboursError};
pub use observation::{NotComparable, Observation, Scale};
pub use published::{Absent, Published, PublishedError, Withheld};
pub use ranking::{QuartileBand, Ranked, Ranking, RankingError};
