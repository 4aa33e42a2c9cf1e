//! Breakdowns: by which parts a figure is divided.

use chrono::NaiveDate;

use crate::calendar::{Span, birthday, next_day};
use crate::chronology::{Chronology, PlanEntry, Unit};
use crate::ledger::Stratum;
use crate::record::{EthnicGroup, Ethnicity, Family, Sex};

/// Divides the units of every figure into strata: each unit is in exactly one on each day, so the strata add up to the
/// total.
///
/// Open: implement it for breakdowns of your own. A flow is broken down on the unit's day, a stock on each day; the engine
/// asks for the stratum on the first day and on each of the days that [`Breakdown::changes`] names.
///
/// ```
/// use csc_kpi::calendar::{Basis, Span};
/// use csc_kpi::chronology::{Chronology, Unit};
/// use csc_kpi::indicator::catalogue;
/// use csc_kpi::record::Referral;
/// use csc_kpi::{Breakdown, Dataset, Engine, NaiveDate, Stratum};
///
/// /// By whether the case is closed.
/// struct ByCase;
///
/// impl Breakdown for ByCase {
///     fn name(&self) -> &str {
///         "case"
///     }
///
///     fn stratum(&self, child: &Chronology<'_>, _: Unit, day: NaiveDate) -> Stratum {
///         let open = |r: &csc_kpi::chronology::ReferralEntry| r.date <= day && r.closed.is_none_or(|end| day < end);
///         Stratum::new(if child.referrals().iter().any(open) { "open" } else { "closed" })
///     }
///
///     fn changes(&self, child: &Chronology<'_>, _: Unit, _: Span) -> Vec<NaiveDate> {
///         child.referrals().iter().flat_map(|r| [Some(r.date), r.closed]).flatten().collect()
///     }
/// }
///
/// let day = |m, d| NaiveDate::from_ymd_opt(2018, m, d).unwrap();
/// let dataset: Dataset = [Referral::new("R1", "C1", day(5, 1))].into_iter().collect();
/// let ledger = Engine::new(catalogue::standard()).by(ByCase).run(&dataset)?;
/// let strata = ledger.readings_by("NI 68", Basis::InQuarter, day(6, 30), "case")?;
/// assert_eq!(strata[0].stratum().unwrap().1.name(), "open");
/// # Ok::<(), csc_kpi::EngineError>(())
/// ```
pub trait Breakdown: Send + Sync {
    /// What it is asked for by: "sex".
    fn name(&self) -> &str;

    /// The stratum of `unit` on `day`.
    fn stratum(&self, child: &Chronology<'_>, unit: Unit, day: NaiveDate) -> Stratum;

    /// The days in `span` on which the stratum of `unit` may change; any order, days outside do nothing.
    fn changes(&self, child: &Chronology<'_>, unit: Unit, span: Span) -> Vec<NaiveDate> {
        let _ = (child, unit, span);
        Vec::new()
    }
}

/// By sex.
#[derive(Clone, Copy, Debug, Default)]
pub struct BySex;

impl Breakdown for BySex {
    fn name(&self) -> &'static str {
        "sex"
    }

    fn stratum(&self, child: &Chronology<'_>, _: Unit, _: NaiveDate) -> Stratum {
        match child.person().sex.known() {
            Some(Sex::Female) => Stratum::new("Female"),
            Some(Sex::Male) => Stratum::new("Male"),
            Some(Sex::Unknown) => Stratum::new("Unknown"),
            _ => Stratum::not_recorded(),
        }
    }
}

/// By ethnic group, as the DfE publishes it; refused and not obtained are "not stated".
#[derive(Clone, Copy, Debug, Default)]
pub struct ByEthnicGroup;

impl Breakdown for ByEthnicGroup {
    fn name(&self) -> &'static str {
        "ethnic group"
    }

    fn stratum(&self, child: &Chronology<'_>, _: Unit, _: NaiveDate) -> Stratum {
        let group = child.person().ethnicity.known().map(Ethnicity::group);
        group.map(EthnicGroup::name).map_or_else(Stratum::not_recorded, Stratum::new)
    }
}

/// By unaccompanied asylum seeking status held on the day.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByUnaccompanied;

impl Breakdown for ByUnaccompanied {
    fn name(&self) -> &'static str {
        "UASC"
    }

    fn stratum(&self, child: &Chronology<'_>, _: Unit, day: NaiveDate) -> Stratum {
        let held = child.immigration().iter().any(|status| status.unaccompanied && status.span().covers(day));
        Stratum::new(if held { "UASC" } else { "not UASC" })
    }

    fn changes(&self, child: &Chronology<'_>, _: Unit, _: Span) -> Vec<NaiveDate> {
        ends(child.immigration().iter().map(crate::chronology::ImmigrationEntry::span))
    }
}

/// By team: that of the referral or assessment counted; for all other units that of the child's latest referral received on
/// or before the day.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByTeam;

impl Breakdown for ByTeam {
    fn name(&self) -> &'static str {
        "team"
    }

    fn stratum(&self, child: &Chronology<'_>, unit: Unit, day: NaiveDate) -> Stratum {
        let team = match unit.family {
            Family::Referral => child.referrals().iter().find(|r| r.id == unit.id).and_then(|r| r.team),
            Family::Assessment => child.assessments().iter().find(|a| a.id == unit.id).and_then(|a| a.team),
            _ => child.referrals().iter().rfind(|r| r.date <= day).and_then(|r| r.team),
        };
        team.map_or_else(Stratum::not_recorded, |team| Stratum::new(child.text(team)))
    }

    fn changes(&self, child: &Chronology<'_>, unit: Unit, _: Span) -> Vec<NaiveDate> {
        match unit.family {
            Family::Referral | Family::Assessment => Vec::new(),
            _ => child.referrals().iter().map(|referral| referral.date).collect(),
        }
    }
}

/// By category of abuse: of the plan counted, or of the child's plan open on the day that started last; the initial category
/// on the first day of a plan, the latest after it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByAbuseCategory;

impl Breakdown for ByAbuseCategory {
    fn name(&self) -> &'static str {
        "category of abuse"
    }

    fn stratum(&self, child: &Chronology<'_>, unit: Unit, day: NaiveDate) -> Stratum {
        let plan = if unit.family == Family::ProtectionPlan {
            child.plans().iter().find(|plan| plan.id == unit.id)
        } else {
            child.plans().iter().rfind(|plan| !plan.other_authority && plan.span().covers(day))
        };
        let Some(plan) = plan else { return Stratum::new("not on a plan") };
        let codes = [plan.initial_category, plan.latest_category];
        let known = if day == plan.start {
            codes[0].known().or(codes[1].known())
        } else {
            codes[1].known().or(codes[0].known())
        };
        match known {
            Some(crate::record::AbuseCategory::Neglect) => Stratum::new("Neglect"),
            Some(crate::record::AbuseCategory::Physical) => Stratum::new("Physical abuse"),
            Some(crate::record::AbuseCategory::Sexual) => Stratum::new("Sexual abuse"),
            Some(crate::record::AbuseCategory::Emotional) => Stratum::new("Emotional abuse"),
            Some(crate::record::AbuseCategory::Multiple) => Stratum::new("Multiple"),
            None => Stratum::not_recorded(),
        }
    }

    fn changes(&self, child: &Chronology<'_>, _: Unit, _: Span) -> Vec<NaiveDate> {
        let mut days = ends(child.plans().iter().map(PlanEntry::span));
        days.extend(child.plans().iter().map(|plan| next_day(plan.start)));
        days
    }
}

/// By type of placement of the looked-after episode open on the day.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByPlacementType;

impl Breakdown for ByPlacementType {
    fn name(&self) -> &'static str {
        "placement type"
    }

    fn stratum(&self, child: &Chronology<'_>, _: Unit, day: NaiveDate) -> Stratum {
        match child.care().on(day) {
            None => Stratum::new("not looked after"),
            Some(episode) => child.letters(episode.place.kind).map_or_else(Stratum::not_recorded, Stratum::new),
        }
    }

    fn changes(&self, child: &Chronology<'_>, _: Unit, _: Span) -> Vec<NaiveDate> {
        ends(child.care().episodes().iter().map(|episode| episode.span))
    }
}

fn ends(spans: impl Iterator<Item = Span>) -> Vec<NaiveDate> {
    spans.flat_map(|span| [Some(span.start), span.end]).flatten().collect()
}

/// Age bands that do not strictly increase.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("age bands start at strictly increasing ages; {0} comes after {1}")]
pub struct AgeBandsError(u16, u16);

/// By age in whole years on the day, in bands of the caller's choice.
///
/// Unborn children and those without a date of birth have strata of their own.
///
/// ```
/// use csc_kpi::AgeBands;
///
/// // 0-15, 16-17, 18 and over.
/// assert!(AgeBands::new("minor", &[0, 16, 18]).is_ok());
/// assert!(AgeBands::new("minor", &[0, 18, 16]).is_err());
/// ```
#[derive(Clone, Debug)]
pub struct AgeBands {
    name: String,
    /// First age of each band, strictly increasing; the last band is open.
    starts: Vec<u16>,
}

impl Default for AgeBands {
    /// "age band": under 1, 1-4, 5-9, 10-15, 16-17, 18 and over, as the DfE publishes children looked after.
    fn default() -> Self {
        Self { name: "age band".to_owned(), starts: vec![0, 1, 5, 10, 16, 18] }
    }
}

impl AgeBands {
    /// Bands that start at these ages; the last one is open. Ages below the first band are in a band of their own.
    ///
    /// # Errors
    ///
    /// [`AgeBandsError`] where the ages do not strictly increase.
    pub fn new(name: impl Into<String>, starts: &[u16]) -> Result<Self, AgeBandsError> {
        match starts.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => Err(AgeBandsError(pair[1], pair[0])),
            None => Ok(Self { name: name.into(), starts: starts.to_vec() }),
        }
    }

    /// "care leaver age band": 16, 17-18, 19-21, 22-25.
    #[must_use]
    pub fn care_leavers() -> Self {
        Self { name: "care leaver age band".to_owned(), starts: vec![16, 17, 19, 22, 26] }
    }

    fn label(&self, age: u16) -> String {
        let at = self.starts.partition_point(|start| *start <= age);
        let from = at.checked_sub(1).and_then(|at| self.starts.get(at));
        match (from, self.starts.get(at)) {
            (None, Some(to)) => format!("under {to}"),
            (Some(from), Some(to)) if *from == 0 => format!("under {to}"),
            (Some(from), Some(to)) if from + 1 == *to => from.to_string(),
            (Some(from), Some(to)) => format!("{from}-{}", to - 1),
            (Some(from), None) => format!("{from} and over"),
            (None, None) => "all ages".to_owned(),
        }
    }
}

impl Breakdown for AgeBands {
    fn name(&self) -> &str {
        &self.name
    }

    fn stratum(&self, child: &Chronology<'_>, _: Unit, day: NaiveDate) -> Stratum {
        let person = child.person();
        match (person.age_on(day), person.date_of_birth.or(person.expected_date_of_birth)) {
            (Some(age), _) => Stratum::new(self.label(age)),
            (None, Some(_)) => Stratum::new("unborn"),
            (None, None) => Stratum::not_recorded(),
        }
    }

    fn changes(&self, child: &Chronology<'_>, _: Unit, _: Span) -> Vec<NaiveDate> {
        let born = child.person().date_of_birth;
        born.map(|born| [0].iter().chain(&self.starts).map(|age| birthday(born, *age)).collect()).unwrap_or_default()
    }
}
