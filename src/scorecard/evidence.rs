//! The units behind a figure.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Breakdown;
use crate::chronology::Chronology;
use crate::dataset::Finding;
use crate::indicator::{Definition, Outcome, Posting, Shape, Sink, Verdict};
use crate::ledger::{Look, Stratum};
use crate::record::Family;

/// One unit behind a figure: which, of whom, what was decided, and why.
///
/// Ordered by person, then record and day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evidence {
    /// The child's id.
    pub person: String,
    /// The family of the unit's record.
    pub family: Family,
    /// The id of the unit's record.
    pub unit: String,
    /// The day of a flow; the reporting date of a stock.
    pub day: NaiveDate,
    /// The verdict, the part, or the number of days: "not met", "S47", "46".
    pub outcome: String,
    /// The verdict, of a proportion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Why: "re-referral after 363 days".
    pub reason: String,
    /// The code of the reason, the same for all units it is given to: "re-referral after {} days".
    pub reason_code: String,
    /// The number in the reason: 363.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_number: Option<i64>,
    /// The child's families (sibling groups), where the indicator counts them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<String>,
    /// By breakdown of the engine: the stratum of the unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strata: Vec<(String, Stratum)>,
}

/// The sink that collects evidence in a ledger's place.
pub(super) struct Collector<'a, 'b> {
    chronology: &'a Chronology<'b>,
    look: Look,
    as_at: NaiveDate,
    definition: &'a Definition,
    breakdowns: &'a [Arc<dyn Breakdown>],
    pub(super) evidence: Vec<Evidence>,
}

impl<'a, 'b> Collector<'a, 'b> {
    pub(super) fn new(
        chronology: &'a Chronology<'b>,
        look: Look,
        as_at: NaiveDate,
        definition: &'a Definition,
        breakdowns: &'a [Arc<dyn Breakdown>],
    ) -> Self {
        Self { chronology, look, as_at, definition, breakdowns, evidence: Vec::new() }
    }

    fn outcome(&self, outcome: Outcome) -> String {
        match (outcome, &self.definition.shape) {
            (Outcome::Judged(verdict), _) => verdict.to_string(),
            (Outcome::Part(part), Shape::Composition(parts)) => {
                parts.get(usize::from(part)).cloned().unwrap_or_default()
            }
            (Outcome::Part(_) | Outcome::NoPart, _) => "in no part".to_owned(),
            (Outcome::Days(days), _) => days.to_string(),
            (Outcome::Since(day), _) => (self.as_at - day).num_days().to_string(),
        }
    }
}

impl Sink for Collector<'_, '_> {
    fn post(&mut self, posting: Posting) {
        let Some(day) = self.look.day_seen(posting.span, self.as_at) else { return };
        let strata = self
            .breakdowns
            .iter()
            .map(|breakdown| (breakdown.name().to_owned(), breakdown.stratum(self.chronology, posting.unit, day)));
        let counted = if self.definition.sibling_groups { self.chronology.families() } else { &[] };
        let families = counted.iter().map(|member| self.chronology.text(member.family).to_owned()).collect();
        self.evidence.push(Evidence {
            person: self.chronology.text(self.chronology.person().id).to_owned(),
            family: posting.unit.family,
            unit: self.chronology.text(posting.unit.id).to_owned(),
            day,
            outcome: self.outcome(posting.outcome),
            verdict: match posting.outcome {
                Outcome::Judged(verdict) => Some(verdict),
                _ => None,
            },
            reason: posting.reason.to_string(),
            reason_code: posting.reason.code().to_owned(),
            reason_number: posting.reason.number(),
            families,
            strata: strata.collect(),
        });
    }

    fn note(&mut self, _: Finding) {}
}
