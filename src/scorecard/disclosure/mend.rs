//! Second tables by mending: one count is moved, then one relation after another that this breaks is mended by moving one more
//! of its counts, until none is broken.
//!
//! The relation with the fewest ways to mend it comes first. Where there is none the table is given up and begun again with
//! other choices, drawn from a fixed row of numbers, so that the same counts give the same table.

use std::collections::BTreeMap;

use super::suppression::Change;
use super::system::System;

/// How many counts move in one table.
const MOVES: usize = 400;

/// Numbers without pattern, each time the same.
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end.max(1)
    }
}

/// A change that keeps every relation and the bounds of every count, in which `count` differs by `step`; the first of so many
/// tries that comes to an end.
pub(super) fn table(
    system: &System,
    of: &[Vec<usize>],
    bounds: &impl Fn(usize) -> (i64, i64),
    (count, step): (usize, i64),
    tries: usize,
) -> Option<Change> {
    let fits = |at: usize, by: i64| {
        let (least, greatest) = bounds(at);
        (least..=greatest).contains(&(system.truths[at] + by))
    };
    if !fits(count, step) {
        return None;
    }
    let mut draws = Draws(0x9E37_79B9_7F4A_7C15);
    for number in 0..tries {
        let mut moved: BTreeMap<usize, i64> = BTreeMap::new();
        // By how much each broken relation is off.
        let mut off: BTreeMap<usize, i64> = BTreeMap::new();
        let mut next = Some((count, step));
        while let Some((at, by)) = next.take().filter(|_| moved.len() < MOVES) {
            moved.insert(at, by);
            for relation in &of[at] {
                let factor: i64 =
                    system.relations[*relation].iter().filter(|term| term.0 == at).map(|term| term.1).sum();
                let sum = off.entry(*relation).or_insert(0);
                *sum += factor * by;
                if *sum == 0 {
                    off.remove(relation);
                }
            }
            if off.is_empty() {
                return Some(moved.into_iter().collect());
            }
            let ways_of = |relation: usize, sum: i64| -> Vec<(usize, i64)> {
                let terms = system.relations[relation]
                    .iter()
                    .filter(|(at, factor)| sum % factor == 0 && !moved.contains_key(at));
                terms.map(|(at, factor)| (*at, -sum / factor)).filter(|(at, by)| fits(*at, *by)).collect()
            };
            let broken = off.iter().map(|(relation, sum)| ways_of(*relation, *sum));
            let Some(ways) = broken.min_by_key(Vec::len) else { break };
            // What leaves the fewest relations broken.
            let left = |(at, by): (usize, i64)| {
                let after = |relation: &usize| {
                    let before = off.get(relation).copied().unwrap_or(0);
                    let factor: i64 =
                        system.relations[*relation].iter().filter(|term| term.0 == at).map(|term| term.1).sum();
                    i64::from(before + factor * by != 0) - i64::from(before != 0)
                };
                of[at].iter().map(after).sum::<i64>()
            };
            let noise = if number == 0 { 1 } else { 3 };
            next = ways.into_iter().min_by_key(|way| {
                let jitter = i64::try_from(draws.below(noise)).unwrap_or(0);
                left(*way) + jitter
            });
        }
    }
    None
}
