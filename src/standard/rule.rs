//! Rules: the ways authorities say what a figure is held against.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::bands::Bands;
use super::cut::Cut;
use super::error::StandardError;
use super::grade::{Grade, Position};
use super::limit::Limit;
use super::printed_bands::BandTable;
use super::tolerance::{Sides, Tolerance, ToleranceInterval};
use crate::indicator::Polarity;
use crate::measure::{Printed, Value, ValueUnit};

/// How a figure must stand to a benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// Higher than it.
    Above,
    /// As high, as far as its rounding tells, or higher.
    AtLeast,
    /// Lower than it.
    Below,
    /// As low, as far as its rounding tells, or lower.
    AtMost,
}

/// How to read printed limits whose upper is below their lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvertedLimits {
    /// Nobody has said: they give a position and no grade.
    Unexplained,
    /// The two are exchanged: a range from the lesser to the greater, both inside.
    Exchanged,
    /// The better of the two is the target, the other the floor: needs a polarity of higher or lower.
    TargetAndFloor,
}

/// What a figure is held against, as authorities say it.
///
/// As JSON: `{"at_least": "72"}`, `{"range": {"from": "8", "to": "12"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Rule {
    /// The limit and all above it.
    AtLeast(Limit),
    /// All above the limit, and not the limit itself.
    MoreThan(Limit),
    /// The limit and all below it.
    AtMost(Limit),
    /// All below the limit, and not the limit itself.
    LessThan(Limit),
    /// A target, and a floor on its worse side down to which, inclusive, a figure is tolerated.
    TargetAndFloor {
        /// The target, inside.
        target: Limit,
        /// The floor, inside.
        floor: Limit,
    },
    /// A target, and how far from it is tolerated, both ends inside.
    TargetWithTolerance {
        /// The target.
        target: Limit,
        /// How far from it.
        tolerance: Tolerance,
        /// On which sides.
        sides: Sides,
    },
    /// A tolerance interval, both ends inside.
    Range {
        /// Its lower end.
        from: Limit,
        /// Its upper end.
        to: Limit,
    },
    /// A range in which figures are expected, both ends inside, from which no judgement follows.
    ExpectedRange {
        /// Its lower end.
        from: Limit,
        /// Its upper end.
        to: Limit,
    },
    /// A benchmark, by the name it is given by.
    Benchmark {
        /// How a figure must stand to it.
        against: Against,
        /// Its name.
        name: String,
    },
    /// A printed table of bands.
    Bands(BandTable),
    /// Upper and lower limit as printed, whichever is the greater.
    AsPrinted {
        /// What is printed as the upper limit.
        upper: Limit,
        /// What is printed as the lower limit.
        lower: Limit,
        /// How to read them where the upper is below the lower.
        inverted: InvertedLimits,
    },
}

/// Why a rule gives no grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoGrade {
    Expected,
    Inverted,
    NoPolarity,
    NoBenchmark,
    Indistinguishable,
}

/// What comes of holding a value against a rule.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) position: Option<Position>,
    pub(super) grade: Result<Grade, NoGrade>,
}

/// A rule worked out: where it is tolerated, and how each value is graded.
pub(super) struct Scale {
    pub(super) interval: Option<ToleranceInterval>,
    pub(super) target: Option<Limit>,
    pub(super) grades: Result<Bands<Grade>, NoGrade>,
}

const MET: Grade = Grade::TargetMet;
const WITHIN: Grade = Grade::WithinTolerance;
const OUTSIDE: Grade = Grade::OutsideTolerance;

impl Rule {
    /// The polarity that the rule itself implies; `None` where the standard must say it.
    pub(super) fn implies(&self) -> Option<Polarity> {
        match self {
            Self::AtLeast(_)
            | Self::MoreThan(_)
            | Self::Benchmark { against: Against::Above | Against::AtLeast, .. } => Some(Polarity::HigherIsBetter),
            Self::TargetAndFloor { target, floor } if target > floor => Some(Polarity::HigherIsBetter),
            Self::AtMost(_) | Self::LessThan(_) | Self::TargetAndFloor { .. } | Self::Benchmark { .. } => {
                Some(Polarity::LowerIsBetter)
            }
            Self::TargetWithTolerance { .. }
            | Self::Range { .. }
            | Self::ExpectedRange { .. }
            | Self::Bands(_)
            | Self::AsPrinted { .. } => None,
        }
    }

    /// Whether upper and lower limit are printed the wrong way round.
    pub(super) fn is_inverted(&self) -> bool {
        matches!(self, Self::AsPrinted { upper, lower, .. } if upper < lower)
    }

    /// Works the rule out.
    pub(super) fn scale(&self, polarity: Polarity) -> Result<Scale, StandardError> {
        let upward = |cut: Cut, target| {
            let grades = Bands::new(vec![cut], vec![OUTSIDE, MET])?;
            Ok(Scale {
                interval: Some(ToleranceInterval::new(Some(cut), None)),
                target: Some(target),
                grades: Ok(grades),
            })
        };
        let downward = |cut: Cut, target| {
            let grades = Bands::new(vec![cut], vec![MET, OUTSIDE])?;
            Ok(Scale {
                interval: Some(ToleranceInterval::new(None, Some(cut))),
                target: Some(target),
                grades: Ok(grades),
            })
        };
        match self {
            Self::AtLeast(limit) => upward(Cut::before(*limit), *limit),
            Self::MoreThan(limit) => upward(Cut::after(*limit), *limit),
            Self::AtMost(limit) => downward(Cut::after(*limit), *limit),
            Self::LessThan(limit) => downward(Cut::before(*limit), *limit),
            Self::TargetAndFloor { target, floor } => target_and_floor(*target, *floor),
            Self::TargetWithTolerance { target, tolerance, sides } => {
                target_with_tolerance(*target, *tolerance, *sides, polarity)
            }
            Self::Range { from, to } => range(*from, *to, polarity),
            Self::ExpectedRange { from, to } => {
                Ok(Scale { interval: Some(interval(*from, *to)?), target: None, grades: Err(NoGrade::Expected) })
            }
            Self::Benchmark { .. } => Ok(Scale { interval: None, target: None, grades: Err(NoGrade::NoBenchmark) }),
            Self::Bands(table) => {
                Ok(Scale { interval: tolerated(table.bands()), target: None, grades: Ok(table.bands().clone()) })
            }
            Self::AsPrinted { upper, lower, inverted } => {
                let (from, to) = if upper < lower { (*upper, *lower) } else { (*lower, *upper) };
                match inverted {
                    _ if upper >= lower => range_if_polar(from, to, polarity),
                    InvertedLimits::Exchanged => range_if_polar(from, to, polarity),
                    InvertedLimits::TargetAndFloor => match polarity {
                        Polarity::HigherIsBetter => target_and_floor(to, from),
                        Polarity::LowerIsBetter => target_and_floor(from, to),
                        Polarity::CloserIsBetter | Polarity::None => Err(StandardError::NeedsPolarity),
                    },
                    InvertedLimits::Unexplained => {
                        let interval = Some(interval(from, to)?);
                        Ok(Scale { interval, target: None, grades: Err(NoGrade::Inverted) })
                    }
                }
            }
        }
    }

    /// Holds `value` against the rule; `benchmark` is the number of the benchmark that the rule names.
    pub(super) fn hold(
        &self,
        value: &Value,
        polarity: Polarity,
        benchmark: Option<Printed>,
    ) -> Result<Held, StandardError> {
        if let Self::Benchmark { against, .. } = self {
            return Ok(beside(*against, value, benchmark));
        }
        let scale = self.scale(polarity)?;
        let position = scale.interval.and_then(|interval| interval.position_by(|cut| cut.order_of(value)));
        let grade = scale.grades.and_then(|bands| bands.band_of(value).copied().ok_or(NoGrade::NoPolarity));
        Ok(Held { position, grade })
    }

    /// As it is said: "at least 72%", "8% to 12%".
    pub(super) fn words(&self, unit: ValueUnit) -> String {
        let less = if matches!(unit, ValueUnit::Count | ValueUnit::Days) { "fewer than" } else { "less than" };
        match self {
            Self::AtLeast(limit) => format!("at least {}", limit.in_unit(unit)),
            Self::MoreThan(limit) => format!("more than {}", limit.in_unit(unit)),
            Self::AtMost(limit) => format!("at most {}", limit.in_unit(unit)),
            Self::LessThan(limit) => format!("{less} {}", limit.in_unit(unit)),
            Self::TargetAndFloor { target, floor } => {
                format!("target {}, tolerated to {}", target.in_unit(unit), floor.in_unit(unit))
            }
            Self::TargetWithTolerance { target, tolerance, sides } => {
                let side = if *sides == Sides::Both { "on both sides" } else { "on the worse side" };
                format!("target {}, within {tolerance} {side}", target.in_unit(unit))
            }
            Self::Range { from, to } => format!("{} to {}", from.in_unit(unit), to.in_unit(unit)),
            Self::ExpectedRange { from, to } => {
                format!("expected from {} to {}", from.in_unit(unit), to.in_unit(unit))
            }
            Self::Benchmark { against, name } => match against {
                Against::Above => format!("higher than {name}"),
                Against::AtLeast => format!("at least {name}"),
                Against::Below => format!("lower than {name}"),
                Against::AtMost => format!("at most {name}"),
            },
            Self::Bands(table) => {
                let line = |band: &super::PrintedBand| format!("{}: {band}", band.grade());
                table.printed().iter().rev().map(line).collect::<Vec<_>>().join("; ")
            }
            Self::AsPrinted { upper, lower, .. } => {
                format!("printed as upper limit {}, lower limit {}", upper.in_unit(unit), lower.in_unit(unit))
            }
        }
    }
}

fn interval(from: Limit, to: Limit) -> Result<ToleranceInterval, StandardError> {
    if to < from {
        return Err(StandardError::RangeInverted { from, to });
    }
    Ok(ToleranceInterval::new(Some(Cut::before(from)), Some(Cut::after(to))))
}

fn target_and_floor(target: Limit, floor: Limit) -> Result<Scale, StandardError> {
    let (interval, grades) = match target.cmp(&floor) {
        Ordering::Equal => return Err(StandardError::FloorIsTarget(target)),
        Ordering::Greater => (
            ToleranceInterval::new(Some(Cut::before(floor)), None),
            Bands::new(vec![Cut::before(floor), Cut::before(target)], vec![OUTSIDE, WITHIN, MET])?,
        ),
        Ordering::Less => (
            ToleranceInterval::new(None, Some(Cut::after(floor))),
            Bands::new(vec![Cut::after(target), Cut::after(floor)], vec![MET, WITHIN, OUTSIDE])?,
        ),
    };
    Ok(Scale { interval: Some(interval), target: Some(target), grades: Ok(grades) })
}

fn target_with_tolerance(
    target: Limit,
    tolerance: Tolerance,
    sides: Sides,
    polarity: Polarity,
) -> Result<Scale, StandardError> {
    let too_fine = || StandardError::TooFine(target, tolerance);
    let by = match tolerance {
        Tolerance::Points(points) => points.value(),
        Tolerance::PercentOfTarget(percent) => target.share(percent).ok_or_else(too_fine)?,
    };
    if by.is_sign_negative() && !by.is_zero() {
        return Err(StandardError::NegativeTolerance(tolerance));
    }
    let low = target.minus(by).ok_or_else(too_fine)?;
    let high = target.plus(by).ok_or_else(too_fine)?;
    let both = sides == Sides::Both;
    // Without any width the target's own cut is the limit of what is tolerated.
    let bands = |cuts: &[Cut], grades: &[Grade]| {
        let mut kept: (Vec<Cut>, Vec<Grade>) = (Vec::new(), grades.iter().take(1).copied().collect());
        for (cut, grade) in cuts.iter().zip(grades.iter().skip(1)) {
            if kept.0.last() == Some(cut) {
                if let Some(last) = kept.1.last_mut() {
                    *last = *grade;
                }
            } else {
                kept.0.push(*cut);
                kept.1.push(*grade);
            }
        }
        Bands::new(kept.0, kept.1)
    };
    let (interval, grades) = match polarity {
        Polarity::HigherIsBetter => (
            ToleranceInterval::new(Some(Cut::before(low)), both.then_some(Cut::after(high))),
            bands(&[Cut::before(low), Cut::before(target)], &[OUTSIDE, WITHIN, MET])?,
        ),
        Polarity::LowerIsBetter => (
            ToleranceInterval::new(both.then_some(Cut::before(low)), Some(Cut::after(high))),
            bands(&[Cut::after(target), Cut::after(high)], &[MET, WITHIN, OUTSIDE])?,
        ),
        Polarity::CloserIsBetter if both => (
            ToleranceInterval::new(Some(Cut::before(low)), Some(Cut::after(high))),
            bands(
                &[Cut::before(low), Cut::before(target), Cut::after(target), Cut::after(high)],
                &[OUTSIDE, WITHIN, MET, WITHIN, OUTSIDE],
            )?,
        ),
        Polarity::CloserIsBetter => return Err(StandardError::CloserHasTwoSides),
        Polarity::None => return Err(StandardError::NeedsPolarity),
    };
    Ok(Scale { interval: Some(interval), target: Some(target), grades: Ok(grades) })
}

/// A range by polarity: the better side of it meets the target, the worse side is outside. Where closer is better, or the
/// range itself is what is wanted, inside meets the target.
fn range(from: Limit, to: Limit, polarity: Polarity) -> Result<Scale, StandardError> {
    let grades = match polarity {
        Polarity::HigherIsBetter => [OUTSIDE, WITHIN, MET],
        Polarity::LowerIsBetter => [MET, WITHIN, OUTSIDE],
        Polarity::CloserIsBetter | Polarity::None => [OUTSIDE, MET, OUTSIDE],
    };
    let interval = interval(from, to)?;
    let bands = Bands::new(vec![Cut::before(from), Cut::after(to)], grades.to_vec())?;
    Ok(Scale { interval: Some(interval), target: None, grades: Ok(bands) })
}

/// Printed limits give a grade only where it is known which way is good.
fn range_if_polar(from: Limit, to: Limit, polarity: Polarity) -> Result<Scale, StandardError> {
    let scale = range(from, to, polarity)?;
    Ok(if polarity == Polarity::None { Scale { grades: Err(NoGrade::NoPolarity), ..scale } } else { scale })
}

/// Whether no better band has a worse grade where `polarity` says which way is good. A concern is declared at either end of
/// the table; one between other bands is none.
pub(super) fn follow(grades: &[Grade], polarity: Polarity) -> bool {
    let concern = |grade: &&Grade| **grade == Grade::Concern;
    let from = grades.iter().take_while(concern).count();
    let behind = grades.iter().skip(from).rev().take_while(concern).count();
    let ranks: Vec<_> = grades.iter().skip(from).take(grades.len() - from - behind).map(|grade| grade.rank()).collect();
    if ranks.contains(&Grade::Concern.rank()) {
        return false;
    }
    let best = ranks.iter().enumerate().max_by_key(|(_, rank)| **rank).map_or(0, |(at, _)| at);
    let (rising, falling) = ranks.split_at(best);
    match polarity {
        Polarity::HigherIsBetter => ranks.is_sorted(),
        Polarity::LowerIsBetter => ranks.iter().rev().is_sorted(),
        Polarity::CloserIsBetter => rising.is_sorted() && falling.iter().rev().is_sorted(),
        Polarity::None => true,
    }
}

/// The interval that is graded as met or tolerated, where that is one piece.
fn tolerated(bands: &Bands<Grade>) -> Option<ToleranceInterval> {
    let good = |grade: &Grade| matches!(grade, Grade::TargetMet | Grade::WithinTolerance);
    let first = bands.bands().iter().position(good)?;
    let last = bands.bands().iter().rposition(good)?;
    let in_one_piece = bands.bands().iter().take(last + 1).skip(first).all(good);
    let lower = first.checked_sub(1).and_then(|at| bands.cuts().get(at)).copied();
    in_one_piece.then(|| ToleranceInterval::new(lower, bands.cuts().get(last).copied()))
}

fn beside(against: Against, value: &Value, benchmark: Option<Printed>) -> Held {
    let Some(order) = benchmark.and_then(|benchmark| benchmark.order_of(value)) else {
        return Held { position: None, grade: Err(NoGrade::NoBenchmark) };
    };
    let grade = match (against, order) {
        (Against::AtLeast | Against::AtMost, Ordering::Equal)
        | (Against::Above | Against::AtLeast, Ordering::Greater)
        | (Against::Below | Against::AtMost, Ordering::Less) => Ok(MET),
        (Against::Above | Against::Below, Ordering::Equal) => Err(NoGrade::Indistinguishable),
        (Against::Above | Against::AtLeast, Ordering::Less) | (Against::Below | Against::AtMost, Ordering::Greater) => {
            Ok(OUTSIDE)
        }
    };
    // A benchmark is a point of the width of its rounding.
    let position = match order {
        Ordering::Less => Position::Lower,
        Ordering::Equal => Position::Inside,
        Ordering::Greater => Position::Higher,
    };
    Held { position: Some(position), grade }
}
