//! What opens and ends, and how much of it is open: sums over days that nobody prints.
//!
//! How many started up to a day, and how many ended, are two unknowns for each day on which a window or a count begins or
//! ends. All that is printed says how far two of them are apart, exactly or at the least, so that numbers that agree with it
//! are found by shortest paths. Any such numbers do in the place of the true ones: a second table has to differ in what is
//! printed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

/// A count of a window, from the first day, inclusive, to the second, exclusive.
pub(super) type Counted = (NaiveDate, NaiveDate, i64);

/// What is printed of units that open and end.
#[derive(Debug, Default)]
pub(super) struct Printed {
    /// Started in a window.
    pub(super) starts: Vec<Counted>,
    /// Ended in a window.
    pub(super) ends: Vec<Counted>,
    /// Open at the beginning of a day.
    pub(super) open: BTreeMap<NaiveDate, i64>,
    /// Open at the beginning of the second day, and started before the first.
    pub(super) older: Vec<Counted>,
}

/// On which days something is counted from or up to, and how many started, ended and were open at the beginning of each,
/// counted from some number on.
pub(super) struct Agreeing {
    pub(super) days: Vec<NaiveDate>,
    pub(super) started: Vec<i64>,
    pub(super) ended: Vec<i64>,
}

impl Printed {
    /// Numbers that agree with what is printed; none where it contradicts itself.
    pub(super) fn agreeing(&self) -> Option<Agreeing> {
        let windows = || self.starts.iter().chain(&self.ends).chain(&self.older);
        let days: BTreeSet<NaiveDate> =
            windows().flat_map(|(from, to, _)| [*from, *to]).chain(self.open.keys().copied()).collect();
        let days: Vec<NaiveDate> = days.into_iter().collect();
        let number = days.len();
        let place = |day: &NaiveDate| days.binary_search(day).unwrap_or(0);
        let (started, ended) = (|day: &NaiveDate| place(day), |day: &NaiveDate| number + place(day));
        // The second is at most so much above the first.
        let mut apart: Vec<(usize, usize, i64)> = Vec::new();
        for at in 1..number {
            apart.extend([(at, at - 1, 0), (number + at, number + at - 1, 0)]);
        }
        for (from, to, count) in &self.starts {
            apart.extend([(started(from), started(to), *count), (started(to), started(from), -count)]);
        }
        for (from, to, count) in &self.ends {
            apart.extend([(ended(from), ended(to), *count), (ended(to), ended(from), -count)]);
        }
        for (at, day) in days.iter().enumerate() {
            match self.open.get(day) {
                Some(open) => apart.extend([(number + at, at, *open), (at, number + at, -open)]),
                None => apart.push((at, number + at, 0)),
            }
        }
        for (from, to, count) in &self.older {
            // All that started before and have not ended; and no more than were open then.
            apart.extend([(ended(to), started(from), *count), (started(from), ended(from), -count)]);
        }
        let mut values = vec![0i64; 2 * number];
        for _ in 0..=2 * number {
            let mut changed = false;
            for (from, to, most) in &apart {
                let limit = values[*from] + most;
                if values[*to] > limit {
                    values[*to] = limit;
                    changed = true;
                }
            }
            if !changed {
                let ended = values.split_off(number);
                return Some(Agreeing { days, started: values, ended });
            }
        }
        None
    }
}
