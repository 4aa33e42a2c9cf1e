//! What a host calls: the engine, readings, breakdowns, evidence.

mod breakdown;
pub mod disclosure;
mod engine;
mod evidence;
mod narrative;
mod observation;
mod obstacle;
mod partial;
mod reading;

pub use breakdown::{
    AgeBands, AgeBandsError, Breakdown, ByAbuseCategory, ByEthnicGroup, ByPlacementType, BySex, ByTeam, ByUnaccompanied,
};
pub use engine::{Engine, EngineError};
pub use evidence::Evidence;
pub use narrative::{Narrative, Sentence, Topic};
pub use obstacle::{Obstacle, Unavailable};
pub use partial::{Choice, Families, Partial, PartialError, SiblingGroups};
pub use reading::{Figure, Reading, ReadingError, Scorecard, Series};
