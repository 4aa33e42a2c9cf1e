//! Hiding further counts, until of every hidden count a reader must allow at least two values.
//!
//! Of each hidden count a second table is looked for that agrees with everything printed and has another value there. Where
//! none is found, the counts that would have to change with it are hidden too, at the least cost found: the second table is
//! then its own proof. A count that is hidden later only leaves the reader more room, so no proof is looked for twice.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::Policy;
use super::audit;
use super::mend;
use super::system::{Role, Status, System};

/// The cost of what cannot be.
pub(super) const IMPOSSIBLE: u64 = 1 << 40;
/// The cost of a reader who may not be taken to know why a count is hidden.
const RELAXED: u64 = 1 << 28;
/// How many partial tables are looked at, and then at most, before more is hidden.
const EFFORTS: [usize; 2] = [40, 200];
/// From how many neighbours on, hidden at a time, a table is looked for by mending too.
const MANY: usize = 4;
/// How often mending is begun.
const MENDED: usize = 24;
/// How many are looked at where no more can be hidden.
const LAST_EFFORT: [usize; 1] = [4_000];
/// How many of the rows most out of order are mended at a time.
const ROWS: usize = 3;
/// How many counts of a row are tried.
const TRIED: usize = 32;

/// Counts as sums of those that depend on no other.
pub(super) struct Space {
    /// Each count (and behind them what is left of the relations) as a sum of multiples of independent counts.
    forms: Vec<Vec<(usize, i64)>>,
    /// For each independent count the rows that it is in.
    columns: Vec<Vec<(usize, i64)>>,
}

impl Space {
    pub(super) fn new(system: &System) -> Self {
        let counts = system.truths.len();
        let mut forms: Vec<Vec<(usize, i64)>> = (0..counts).map(|at| vec![(at, 1)]).collect();
        let mut users: Vec<Vec<usize>> = (0..counts).map(|at| vec![at]).collect();
        let constant = constants(system);
        for (at, form) in forms.iter_mut().enumerate().filter(|(at, _)| constant[*at]) {
            form.clear();
            users[at].clear();
        }
        for relation in &system.relations {
            let mut sum = BTreeMap::new();
            for (at, factor) in relation {
                add(&mut sum, &forms[*at], *factor);
            }
            let is_unit = |at: &usize| sum.get(at).is_some_and(|factor: &i64| factor.abs() == 1);
            let pivot = relation.iter().map(|(at, _)| *at).find(is_unit).or_else(|| sum.keys().copied().find(is_unit));
            let Some(pivot) = pivot else {
                if !sum.is_empty() {
                    for leaf in sum.keys() {
                        users[*leaf].push(forms.len());
                    }
                    forms.push(sum.into_iter().collect());
                }
                continue;
            };
            // factor × pivot + rest = 0, so pivot = -factor × rest.
            let factor = sum.remove(&pivot).unwrap_or(1);
            let instead: Vec<(usize, i64)> = sum.into_iter().map(|(leaf, times)| (leaf, -factor * times)).collect();
            for user in std::mem::take(&mut users[pivot]) {
                let Ok(place) = forms[user].binary_search_by_key(&pivot, |(leaf, _)| *leaf) else { continue };
                let times = forms[user].remove(place).1;
                let mut form: BTreeMap<usize, i64> = forms[user].iter().copied().collect();
                add(&mut form, &instead, times);
                for (leaf, _) in &instead {
                    if form.contains_key(leaf) && forms[user].binary_search_by_key(leaf, |(leaf, _)| *leaf).is_err() {
                        users[*leaf].push(user);
                    }
                }
                forms[user] = form.into_iter().collect();
            }
        }
        let mut columns = vec![Vec::new(); counts];
        for (row, form) in forms.iter().enumerate() {
            for (leaf, factor) in form {
                columns[*leaf].push((row, *factor));
            }
        }
        Self { forms, columns }
    }
}

/// The counts that are the same in every table: those that are known from elsewhere, zeros that are shown, and what has to be
/// zero because it is part of one.
fn constants(system: &System) -> Vec<bool> {
    let fixed = |(truth, role): (&i64, &Role)| match role {
        Role::Printed(_) => *truth == 0,
        Role::Pinned => true,
        Role::Silent(_) => false,
    };
    let mut constant: Vec<bool> = system.truths.iter().zip(&system.roles).map(fixed).collect();
    let mut grew = true;
    while grew {
        grew = false;
        for relation in &system.relations {
            let open = || relation.iter().filter(|(at, _)| !constant[*at]);
            let one_way = open().all(|(_, factor)| *factor > 0) || open().all(|(_, factor)| *factor < 0);
            let zero = open().all(|(at, _)| system.truths[*at] == 0);
            let single = open().take(2).count() == 1;
            if single || (one_way && zero) {
                let found: Vec<usize> = open().map(|(at, _)| *at).collect();
                grew |= !found.is_empty();
                for at in found {
                    constant[at] = true;
                }
            }
        }
    }
    constant
}

fn add(sum: &mut BTreeMap<usize, i64>, form: &[(usize, i64)], times: i64) {
    for (leaf, factor) in form {
        let place = sum.entry(*leaf).or_insert(0);
        *place += factor * times;
        if *place == 0 {
            sum.remove(leaf);
        }
    }
}

/// How a second table differs from the true one: the counts that change, and by how much.
pub(super) type Change = Vec<(usize, i64)>;

/// What is hidden, and why nobody finds it out.
pub(super) struct Protection {
    pub(super) statuses: Vec<Status>,
    pub(super) proofs: Vec<Change>,
}

/// A count that can be worked out, or of which nobody can say whether it can.
pub(super) struct Failure {
    pub(super) count: usize,
    pub(super) finding: audit::Verdict,
}

/// Whether further counts may be hidden to find a second table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Means {
    AsPrinted,
    HidingMore,
}

/// Looks for second tables.
pub(super) struct Search<'a> {
    system: &'a System,
    policy: &'a Policy,
    space: Space,
    statuses: Vec<Status>,
    /// By how much each row changes in the table at hand; zero between two searches.
    moved: Vec<i64>,
    means: Means,
    effort: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(system: &'a System, policy: &'a Policy, statuses: Vec<Status>) -> Self {
        let space = Space::new(system);
        let moved = vec![0; space.forms.len()];
        Self { system, policy, space, statuses, moved, means: Means::AsPrinted, effort: EFFORTS[0] }
    }

    fn bounds(&self, row: usize) -> (i64, i64) {
        match self.statuses.get(row) {
            Some(status) => self.system.bounds(row, *status, self.policy),
            None => (0, 0),
        }
    }

    fn truth(&self, row: usize) -> i64 {
        self.system.truths.get(row).copied().unwrap_or(0)
    }

    /// What it costs that the row moves so far.
    fn price(&self, row: usize, moved: i64, goal: (usize, i64)) -> u64 {
        if row == goal.0 && moved != goal.1 {
            return IMPOSSIBLE * 4;
        }
        if moved == 0 {
            return 0;
        }
        let value = self.truth(row) + moved;
        let (least, greatest) = self.bounds(row);
        if (least..=greatest).contains(&value) {
            return 0;
        }
        let Some(status) = self.statuses.get(row) else { return IMPOSSIBLE };
        let Role::Printed(weight) = self.system.roles[row] else { return IMPOSSIBLE };
        if self.means == Means::AsPrinted || self.truth(row) == 0 || value < 1 {
            return IMPOSSIBLE;
        }
        match status {
            Status::Shown if value > i64::from(self.policy.threshold().get()) => weight,
            Status::Shown => weight + RELAXED,
            Status::Low => weight,
            Status::Primary | Status::Secondary => RELAXED,
            Status::Withheld | Status::Silent => IMPOSSIBLE,
        }
    }

    /// How far the row is outside of what is printed.
    fn excess(&self, row: usize, goal: (usize, i64)) -> i64 {
        let moved = self.moved[row];
        if row == goal.0 {
            return moved - goal.1;
        }
        let value = self.truth(row) + moved;
        let (least, greatest) = self.bounds(row);
        if value > greatest { value - greatest } else { (value - least).min(0) }
    }

    /// A second table in which the count differs by `step`, at the least cost found; the best of at most `effort` partial
    /// tables, by cost.
    fn table(&mut self, count: usize, step: i64) -> Option<(u64, Change)> {
        let goal = (count, step);
        let (least, greatest) = self.bounds(count);
        let value = self.truth(count) + step;
        let within = (least..=greatest).contains(&value);
        if !within && (self.means == Means::AsPrinted || self.price(count, step, goal) >= IMPOSSIBLE) {
            return None;
        }
        let mut queue = BinaryHeap::new();
        let mut seen = BTreeSet::new();
        let mut tables: Vec<Vec<(usize, i64)>> = Vec::new();
        let form = self.space.forms[count].clone();
        for (leaf, factor) in form.into_iter().take(TRIED) {
            if step % factor == 0 {
                let cost = self.cost_with(leaf, step / factor, goal, IMPOSSIBLE * 4);
                // Of equal cost the larger table first: it is nearer to its end.
                queue.push(Reverse((cost, 0i32, tables.len())));
                tables.push(vec![(leaf, step / factor)]);
            }
        }
        let mut best: Option<(u64, usize)> = None;
        for _ in 0..self.effort {
            let Some(Reverse((cost, size, at))) = queue.pop() else { break };
            if cost < IMPOSSIBLE && best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, at));
                if cost == 0 {
                    break;
                }
            }
            let table = tables[at].clone();
            let rows = self.apply(&table);
            // The dearest first, and of those that with the fewest ways to mend it.
            let wrong = rows
                .iter()
                .map(|row| (Reverse(self.price(*row, self.moved[*row], goal)), self.space.forms[*row].len(), *row));
            let mut wrong: Vec<(Reverse<u64>, usize, usize)> = wrong.filter(|(price, ..)| price.0 > 0).collect();
            wrong.sort_unstable();
            for (.., row) in wrong.into_iter().take(ROWS) {
                let excess = self.excess(row, goal);
                for at in 0..self.space.forms[row].len().min(TRIED) {
                    let (leaf, factor) = self.space.forms[row][at];
                    if excess == 0 || table.iter().any(|(touched, _)| *touched == leaf) {
                        continue;
                    }
                    // Away from zero: a row with one end only may go beyond it.
                    let whole = (excess.abs() + factor.abs() - 1) / factor.abs();
                    let by = -whole * excess.signum() * factor.signum();
                    let mut next = table.clone();
                    next.push((leaf, by));
                    next.sort_unstable();
                    if seen.insert(next.clone()) {
                        let cost = self.cost_with(leaf, by, goal, cost);
                        queue.push(Reverse((cost, size - 1, tables.len())));
                        tables.push(next);
                    }
                }
            }
            self.undo(&rows);
        }
        let (cost, at) = best?;
        let rows = self.apply(&tables[at]);
        let mut change: Change = rows.iter().map(|row| (*row, self.moved[*row])).filter(|(_, by)| *by != 0).collect();
        self.undo(&rows);
        change.retain(|(row, _)| *row < self.system.truths.len());
        change.sort_unstable();
        Some((cost, change))
    }

    /// The cost of the table at hand, `cost`, where an independent count moves too.
    fn cost_with(&self, leaf: usize, by: i64, goal: (usize, i64), cost: u64) -> u64 {
        let mut cost = i128::from(cost);
        for (row, factor) in &self.space.columns[leaf] {
            let moved = self.moved[*row];
            cost += i128::from(self.price(*row, moved + factor * by, goal));
            cost -= i128::from(self.price(*row, moved, goal));
        }
        u64::try_from(cost).unwrap_or(u64::MAX)
    }

    fn apply(&mut self, table: &[(usize, i64)]) -> Vec<usize> {
        let mut rows = Vec::new();
        for (leaf, by) in table {
            for (row, factor) in &self.space.columns[*leaf] {
                rows.push(*row);
                self.moved[*row] += factor * by;
            }
        }
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    fn undo(&mut self, rows: &[usize]) {
        for row in rows {
            self.moved[*row] = 0;
        }
    }

    /// The cheaper of the tables one step up and one step down.
    fn either(&mut self, count: usize, step: i64) -> Option<(u64, Change)> {
        let up = self.table(count, step);
        if up.as_ref().is_some_and(|(cost, _)| *cost == 0) {
            return up;
        }
        let down = self.table(count, -step);
        match (up, down) {
            (Some(up), Some(down)) => Some(if down.0 < up.0 { down } else { up }),
            (up, down) => up.or(down),
        }
    }

    /// Tables that put the count `needed` apart at least, beside `reach` that others have given already.
    fn tables(&mut self, count: usize, needed: i64, reach: (i64, i64), efforts: &[usize]) -> Option<Vec<Change>> {
        for effort in efforts {
            self.effort = *effort;
            let last = Some(effort) == efforts.last();
            if let Some((cost, change)) = self.either(count, needed)
                && (cost < RELAXED || last)
            {
                return Some(vec![change]);
            }
            // Some way up and the rest down.
            for up in (0..needed).rev() {
                let down = needed - up;
                let higher = (up > reach.1).then(|| self.table(count, up));
                let lower = (-down < reach.0).then(|| self.table(count, -down));
                if matches!(higher, Some(None)) || matches!(lower, Some(None)) {
                    continue;
                }
                let found: Vec<_> = [higher, lower].into_iter().flatten().flatten().collect();
                if needed > 1 && found.iter().all(|(cost, _)| *cost < RELAXED || last) {
                    return Some(found.into_iter().map(|(_, change)| change).collect());
                }
            }
        }
        None
    }

    /// How far apart the values of a hidden count must be.
    fn needed(&self, count: usize) -> i64 {
        let (least, greatest) = self.bounds(count);
        self.policy.spread_of_range().min(greatest - least).max(1)
    }

    /// A table found by mending relations among what is hidden already; at last with counts that are taken to say only what
    /// their mark says.
    fn mended(&self, of: &[Vec<usize>], count: usize, needed: i64) -> Option<Change> {
        let strict = |row: usize| self.bounds(row);
        let relaxed = |row: usize| match self.statuses[row] {
            Status::Primary | Status::Secondary => (1, super::system::FAR),
            _ => self.bounds(row),
        };
        let tables = |step: i64| mend::table(self.system, of, &strict, (count, step), MENDED);
        let relaxed = |step: i64| mend::table(self.system, of, &relaxed, (count, step), MENDED);
        tables(needed).or_else(|| tables(-needed)).or_else(|| relaxed(needed)).or_else(|| relaxed(-needed))
    }

    /// Withholds all that hangs together with the count: of every count there that is not zero nothing is told but its mark.
    /// A table of the same counts, each so many times as great, is then as good as the true one. None where some of them are
    /// known from elsewhere.
    fn withheld(&self, of: &[Vec<usize>], count: usize, needed: i64) -> Option<Change> {
        let mut part = BTreeSet::from([count]);
        let mut next = vec![count];
        while let Some(at) = next.pop() {
            for (other, _) in of[at].iter().flat_map(|number| &self.system.relations[*number]) {
                if self.truth(*other) != 0 && part.insert(*other) {
                    next.push(*other);
                }
            }
        }
        let may_be_hidden = |at: &usize| match self.system.roles[*at] {
            Role::Printed(weight) => weight < IMPOSSIBLE || self.statuses[*at] != Status::Shown,
            Role::Silent(_) => true,
            Role::Pinned => false,
        };
        let times =
            |at: usize| Some((at, self.truth(at).checked_mul(needed).filter(|by| by.abs() < super::system::FAR / 2)?));
        if part.iter().all(may_be_hidden) { part.into_iter().map(times).collect() } else { None }
    }

    /// Hides what a change of the table needs hidden.
    fn hide(&mut self, change: &Change) {
        for (count, by) in change {
            let value = self.truth(*count) + by;
            let (least, greatest) = self.bounds(*count);
            if (least..=greatest).contains(&value) {
                continue;
            }
            self.statuses[*count] = match self.statuses[*count] {
                Status::Shown if value > i64::from(self.policy.threshold().get()) => Status::Secondary,
                Status::Silent => Status::Silent,
                _ => Status::Withheld,
            };
        }
    }
}

/// Which counts stand in one relation.
struct Neighbours {
    of: Vec<Vec<usize>>,
}

impl Neighbours {
    /// The shown counts nearest to this one, over counts that a reader does not see, that may be hidden: at most so many, those
    /// that cost least first.
    fn shown(&self, search: &Search<'_>, count: usize, most: usize) -> Vec<usize> {
        let mut seen = BTreeSet::from([count]);
        let mut near = vec![count];
        while !near.is_empty() {
            let mut shown = Vec::new();
            let mut next = Vec::new();
            for (other, _) in
                near.iter().flat_map(|at| &self.of[*at]).flat_map(|number| &search.system.relations[*number])
            {
                if !seen.insert(*other) {
                    continue;
                }
                match (search.statuses[*other], search.system.roles[*other]) {
                    (Status::Shown, Role::Printed(weight)) if weight < IMPOSSIBLE && search.truth(*other) > 0 => {
                        shown.push((weight, *other));
                    }
                    (Status::Shown, _) => {}
                    _ => next.push(*other),
                }
            }
            if !shown.is_empty() {
                shown.sort_unstable();
                return shown.into_iter().take(most).map(|(_, at)| at).collect();
            }
            near = next;
        }
        Vec::new()
    }
}

/// Hides what must be hidden in `system`.
pub(super) fn protect(system: &System, policy: &Policy) -> Result<Protection, Failure> {
    let mut search = Search::new(system, policy, system.primary(policy));
    search.means = Means::HidingMore;
    let mut reach = vec![(0i64, 0i64); system.truths.len()];
    let mut proofs: Vec<Change> = Vec::new();
    let neighbours = Neighbours { of: audit::relations_of(system) };
    let mut queue: Vec<usize> = (0..system.truths.len()).filter(|at| search.statuses[*at].is_protected()).collect();
    let mut at = 0;
    while let Some(count) = queue.get(at).copied() {
        at += 1;
        let needed = search.needed(count);
        if reach[count].1 - reach[count].0 >= needed {
            continue;
        }
        let mut more = 1;
        let found = loop {
            if let Some(found) = search.tables(count, needed, reach[count], &EFFORTS) {
                break found;
            }
            // No table at hand: leave the reader more room, each time twice as much, and look again.
            if more >= MANY
                && let Some(change) = search.mended(&neighbours.of, count, needed)
            {
                break vec![change];
            }
            let next = neighbours.shown(&search, count, more);
            more *= 2;
            if !next.is_empty() {
                for other in next {
                    search.statuses[other] = Status::Secondary;
                    queue.push(other);
                }
                continue;
            }
            if let Some(found) = search.tables(count, needed, reach[count], &LAST_EFFORT) {
                break found;
            }
            match audit::second_table(system, &search.statuses, policy, count, needed) {
                audit::Verdict::Protected(change) => break vec![change],
                finding => match search.withheld(&neighbours.of, count, needed) {
                    Some(change) => break vec![change],
                    None => return Err(Failure { count, finding }),
                },
            }
        };
        for change in found {
            search.hide(&change);
            for (moved, by) in &change {
                let (low, high) = reach[*moved];
                reach[*moved] = (low.min(*by), high.max(*by));
                if search.statuses[*moved].is_protected() {
                    queue.push(*moved);
                }
            }
            proofs.push(change);
        }
    }
    let mut protection = Protection { statuses: search.statuses, proofs };
    show_what_need_not_be_hidden(system, policy, &mut protection);
    match audit::verify(system, policy, &protection) {
        Some(count) => Err(Failure { count, finding: audit::Verdict::Undecided }),
        None => Ok(protection),
    }
}

/// What a change of a table can be read from: the counts hidden to protect others that no proof is in need of.
fn show_what_need_not_be_hidden(system: &System, policy: &Policy, protection: &mut Protection) {
    let mut moving: Vec<Vec<usize>> = vec![Vec::new(); system.truths.len()];
    for (proof, change) in protection.proofs.iter().enumerate() {
        for (count, _) in change {
            moving[*count].push(proof);
        }
    }
    let mut dropped = vec![false; protection.proofs.len()];
    let weight = |at: usize| if let Role::Printed(weight) = system.roles[at] { weight } else { 0 };
    let mut hidden: Vec<usize> =
        (0..system.truths.len()).filter(|at| protection.statuses[*at] == Status::Secondary).collect();
    hidden.sort_by_key(|at| (Reverse(weight(*at)), *at));
    for candidate in hidden {
        let without: Vec<usize> = moving[candidate].iter().copied().filter(|proof| !dropped[*proof]).collect();
        let spared = |count: usize| {
            let kept = moving[count].iter().filter(|proof| !dropped[**proof] && !without.contains(proof));
            let by = kept.filter_map(|proof| {
                let change = &protection.proofs[*proof];
                change.binary_search_by_key(&count, |(at, _)| *at).ok().map(|place| change[place].1)
            });
            let (low, high) = by.fold((0, 0), |(low, high), by| (low.min(by), high.max(by)));
            let (least, greatest) = system.bounds(count, protection.statuses[count], policy);
            high - low >= policy.spread_of_range().min(greatest - least).max(1)
        };
        let moved = without.iter().flat_map(|proof| protection.proofs[*proof].iter().map(|(count, _)| *count));
        let relying: BTreeSet<usize> =
            moved.filter(|count| *count != candidate && protection.statuses[*count].is_protected()).collect();
        if relying.into_iter().all(spared) {
            protection.statuses[candidate] = Status::Shown;
            for proof in without {
                dropped[proof] = true;
            }
        }
    }
    let mut keep = dropped.into_iter().map(|dropped| !dropped);
    protection.proofs.retain(|_| keep.next().unwrap_or(true));
}

/// Whether a reader of what is printed under `statuses` can work out the count.
pub(super) fn audit(search: &mut Search<'_>, count: usize) -> audit::Verdict {
    search.means = Means::AsPrinted;
    let needed = search.needed(count);
    match search.tables(count, needed, (0, 0), &EFFORTS) {
        Some(mut tables) => audit::Verdict::Protected(tables.pop().unwrap_or_default()),
        None => audit::second_table(search.system, &search.statuses, search.policy, count, needed),
    }
}
