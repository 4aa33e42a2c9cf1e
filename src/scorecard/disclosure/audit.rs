//! Trying to work out what is hidden, from everything that is shown.
//!
//! Bounds first: each relation narrows the range of each of its counts by the ranges of the others, until nothing narrows any
//! more. Then, where a count still has a range, every whole number in it is tried, within a stated number of steps. A range
//! of one value is found out; a second table is the proof of the contrary; what is neither within the steps is undecided, and
//! undecided is not published.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Policy;
use super::suppression::{Change, Protection};
use super::system::{FAR, Status, System};

/// How many times a relation is looked at.
const LOOKS: usize = 200_000;
/// How many values are tried in an exact search.
const TRIALS: usize = 4_000;
/// How many counts that hang together are searched exactly.
const MOST: usize = 600;

/// What became of the attempt to work out a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It cannot be: here is a second table.
    Protected(Change),
    /// It can be, from these counts.
    WorkedOut(Vec<usize>),
    /// Neither was shown.
    Undecided,
}

/// The ranges of the counts that a reader cannot rule out, and which relation narrowed each last.
#[derive(Clone)]
struct Ranges {
    bounds: Vec<(i64, i64)>,
    narrowed_by: BTreeMap<usize, usize>,
}

/// The relations each count is in.
pub(super) fn relations_of(system: &System) -> Vec<Vec<usize>> {
    let mut of = vec![Vec::new(); system.truths.len()];
    for (number, relation) in system.relations.iter().enumerate() {
        for (count, _) in relation {
            of[*count].push(number);
        }
    }
    of
}

impl Ranges {
    /// Narrows from these relations on; false where no table is left.
    fn narrow(
        &mut self,
        system: &System,
        of: &[Vec<usize>],
        from: impl IntoIterator<Item = usize>,
        looks: usize,
    ) -> bool {
        let mut queue: VecDeque<usize> = from.into_iter().collect();
        let mut waiting: BTreeSet<usize> = queue.iter().copied().collect();
        for _ in 0..looks {
            let Some(number) = queue.pop_front() else { return true };
            waiting.remove(&number);
            let Some(narrowed) = self.look(&system.relations[number]) else { return false };
            for count in narrowed {
                self.narrowed_by.insert(count, number);
                for next in &of[count] {
                    if waiting.insert(*next) {
                        queue.push_back(*next);
                    }
                }
            }
        }
        true
    }

    /// The counts that one relation narrows; none where it leaves no table.
    fn look(&mut self, relation: &[(usize, i64)]) -> Option<Vec<usize>> {
        let ends = |(least, greatest): (i64, i64), factor: i64| {
            let times = |end: i64| (end > -FAR && end < FAR).then(|| i128::from(end) * i128::from(factor));
            if factor > 0 { (times(least), times(greatest)) } else { (times(greatest), times(least)) }
        };
        let (mut least, mut greatest) = ((0i128, 0usize), (0i128, 0usize));
        for (count, factor) in relation {
            let (low, high) = ends(self.bounds[*count], *factor);
            least = low.map_or((least.0, least.1 + 1), |low| (least.0 + low, least.1));
            greatest = high.map_or((greatest.0, greatest.1 + 1), |high| (greatest.0 + high, greatest.1));
        }
        let mut narrowed = Vec::new();
        for (count, factor) in relation {
            let (low, high) = ends(self.bounds[*count], *factor);
            // factor × count = −(the others).
            let others = |(sum, open): (i128, usize), mine: Option<i128>| match mine {
                Some(mine) => (open == 0).then(|| sum - mine),
                None => (open == 1).then_some(sum),
            };
            let (most, fewest) = (others(least, low).map(|sum| -sum), others(greatest, high).map(|sum| -sum));
            let factor = i128::from(*factor);
            let up = |value: i128| -(-value).div_euclid(factor.abs());
            let down = |value: i128| value.div_euclid(factor.abs());
            let (from, to) = if factor > 0 {
                (fewest.map(up), most.map(down))
            } else {
                (most.map(|value| up(-value)), fewest.map(|value| down(-value)))
            };
            let old = self.bounds[*count];
            let clamp = |value: i128| i64::try_from(value).unwrap_or(if value < 0 { -FAR } else { FAR });
            let new = (from.map_or(old.0, |from| clamp(from).max(old.0)), to.map_or(old.1, |to| clamp(to).min(old.1)));
            if new.0 > new.1 {
                return None;
            }
            if new != old {
                self.bounds[*count] = new;
                narrowed.push(*count);
                let (low_new, high_new) = ends(new, i64::try_from(factor).unwrap_or(1));
                let change = |(sum, open): (i128, usize), old: Option<i128>, new: Option<i128>| match (old, new) {
                    (Some(old), Some(new)) => (sum - old + new, open),
                    (None, Some(new)) => (sum + new, open - 1),
                    _ => (sum, open),
                };
                least = change(least, low, low_new);
                greatest = change(greatest, high, high_new);
            }
        }
        Some(narrowed)
    }
}

/// A second table with the count at least `needed` from its true value, or why there is none.
pub(super) fn second_table(
    system: &System,
    statuses: &[Status],
    policy: &Policy,
    count: usize,
    needed: i64,
) -> Verdict {
    let of = relations_of(system);
    let bounds = (0..system.truths.len()).map(|at| system.bounds(at, statuses[at], policy)).collect();
    let mut ranges = Ranges { bounds, narrowed_by: BTreeMap::new() };
    // The true table is always left.
    ranges.narrow(system, &of, 0..system.relations.len(), LOOKS);
    let (least, greatest) = ranges.bounds[count];
    if greatest - least < needed {
        let from = ranges.narrowed_by.get(&count).map(|number| system.relations[*number].as_slice());
        let others = from.unwrap_or_default().iter().map(|(other, _)| *other).filter(|other| *other != count);
        return Verdict::WorkedOut(others.collect());
    }
    // What hangs together with the count through counts that have a range.
    let mut part = BTreeSet::from([count]);
    let mut next = vec![count];
    while let Some(at) = next.pop() {
        for (other, _) in of[at].iter().flat_map(|number| &system.relations[*number]) {
            let (least, greatest) = ranges.bounds[*other];
            if least < greatest && part.insert(*other) {
                next.push(*other);
            }
        }
    }
    if part.len() > MOST {
        return Verdict::Undecided;
    }
    let part: Vec<usize> = part.into_iter().collect();
    let mut trials = TRIALS;
    let mut whole = true;
    let truth = system.truths[count];
    for (from, to) in [(truth.saturating_add(needed), greatest), (least, truth.saturating_sub(needed))] {
        if from > to {
            continue;
        }
        let mut tried = ranges.clone();
        tried.bounds[count] = (from, to);
        if !tried.narrow(system, &of, of[count].iter().copied(), LOOKS) {
            continue;
        }
        match search(system, &of, &tried, &part, &mut trials) {
            Some(Some(table)) => {
                let change = (0..).zip(&table).map(|(at, value): (usize, _)| (at, value - system.truths[at]));
                return Verdict::Protected(change.filter(|(_, by)| *by != 0).collect());
            }
            Some(None) => {}
            None => whole = false,
        }
    }
    if whole && needed == 1 {
        let others = of[count].iter().flat_map(|number| &system.relations[*number]).map(|(other, _)| *other);
        let others: BTreeSet<usize> = others.filter(|other| *other != count).collect();
        return Verdict::WorkedOut(others.into_iter().collect());
    }
    Verdict::Undecided
}

/// Tries values, the true one first: a table, none, or none found within the trials.
#[allow(clippy::option_option, reason = "found, none, and not known are three answers")]
fn search(
    system: &System,
    of: &[Vec<usize>],
    ranges: &Ranges,
    part: &[usize],
    trials: &mut usize,
) -> Option<Option<Vec<i64>>> {
    let width = |at: &usize| ranges.bounds[*at].1 - ranges.bounds[*at].0;
    let Some(count) = part.iter().copied().filter(|at| width(at) > 0).min_by_key(|at| (width(at), *at)) else {
        // Counts outside of the part keep their true values.
        let value = |((least, greatest), truth): (&(i64, i64), &i64)| if least < greatest { *truth } else { *least };
        return Some(Some(ranges.bounds.iter().zip(&system.truths).map(value).collect()));
    };
    let (least, greatest) = ranges.bounds[count];
    let truth = system.truths[count].clamp(least, greatest);
    let mut whole = true;
    for distance in 0..=(greatest - least).min(64) {
        for value in [truth + distance, truth - distance] {
            if !(least..=greatest).contains(&value) || (distance == 0 && value != truth) {
                continue;
            }
            if *trials == 0 {
                return None;
            }
            *trials -= 1;
            let mut tried = ranges.clone();
            tried.bounds[count] = (value, value);
            if tried.narrow(system, of, of[count].iter().copied(), LOOKS) {
                match search(system, of, &tried, part, trials) {
                    Some(None) => {}
                    found @ Some(_) => return found,
                    None => whole = false,
                }
            }
            if distance == 0 {
                break;
            }
        }
    }
    if whole && greatest - least <= 64 { Some(None) } else { None }
}

/// Checks every proof by itself: each second table keeps every relation and everything printed, and together they put each
/// hidden count far enough apart. The first count of which that does not hold.
pub(super) fn verify(system: &System, policy: &Policy, protection: &Protection) -> Option<usize> {
    let of = relations_of(system);
    let mut reach: Vec<(i64, i64)> = vec![(0, 0); system.truths.len()];
    for change in &protection.proofs {
        let by: BTreeMap<usize, i64> = change.iter().copied().collect();
        for (count, moved) in change {
            let (least, greatest) = system.bounds(*count, protection.statuses[*count], policy);
            let holds = |number: &usize| {
                let terms = system.relations[*number].iter();
                let sum: i128 =
                    terms.map(|(at, factor)| i128::from(*factor) * i128::from(by.get(at).copied().unwrap_or(0))).sum();
                sum == 0
            };
            if !(least..=greatest).contains(&(system.truths[*count] + moved)) || !of[*count].iter().all(holds) {
                return Some(*count);
            }
            let (low, high) = reach[*count];
            reach[*count] = (low.min(*moved), high.max(*moved));
        }
    }
    (0..system.truths.len()).find(|at| {
        let status = protection.statuses[*at];
        let (least, greatest) = system.bounds(*at, status, policy);
        let needed = policy.spread_of_range().min(greatest - least).max(1);
        status.is_protected() && reach[*at].1 - reach[*at].0 < needed
    })
}
