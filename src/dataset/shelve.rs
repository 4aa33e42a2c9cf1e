//! Entries numbered by child, sorted, checked and put on the shelves.

use std::sync::Arc;

use super::integrity::Checks;
use super::register::Register;
use super::staged::{Filed, Kept, Pile, Staged};
use super::starts::Starts;
use super::{Builder, Dataset, Finding};
use crate::chronology::{PersonEntry, SHELVES, Shelf, Shelves, Texts};

/// The entries of a family in their order.
struct Shelved<E> {
    entries: Vec<E>,
    /// By child: where its entries end. Empty where there are no entries.
    ends: Vec<u32>,
    findings: Vec<Finding>,
    /// Children whose lack of a date of birth matters.
    unborn: Vec<usize>,
}

/// Does the work of each family, and keeps its result under the same name.
#[cfg(not(feature = "rayon"))]
macro_rules! run {
    ($($name:ident),+) => {
        $(let $name = $name();)+
    };
}

/// Does the work of the families side by side, and keeps the result of each under the same name.
#[cfg(feature = "rayon")]
macro_rules! run {
    ($($name:ident),+) => {
        $(let mut $name = Err($name);)+
        rayon::scope(|scope| {
            $(scope.spawn(|_| take_up(&mut $name));)+
        });
        $(let $name = $name.unwrap_or_else(|work| work());)+
    };
}

/// Does one work beside the other.
#[cfg(feature = "rayon")]
use rayon::join as both;

#[cfg(not(feature = "rayon"))]
fn both<A, B>(one: impl FnOnce() -> A, other: impl FnOnce() -> B) -> (A, B) {
    (one(), other())
}

impl Builder {
    pub(super) fn shelve(mut self) -> Dataset {
        let register = std::mem::take(&mut self.register);
        let mut shelves = Shelves::default();
        let mut ends: [Vec<u32>; SHELVES] = Default::default();
        let mut unborn = Vec::new();
        macro_rules! shelve {
            ($($name:ident $(with $check:ident)?),+ $(,)?) => {
                let (texts, register) = (&self.texts, &register);
                $(let $name = std::mem::take(&mut self.$name);)+
                $(let $name = move || shelved($name, register, texts, |_checks, _block| {
                    $(_checks.$check(_block);)?
                });)+
                run!($($name),+);
                $(
                    shelves.$name = $name.entries;
                    ends[Shelf::$name as usize] = $name.ends;
                    self.findings.extend($name.findings);
                    unborn.extend($name.unborn);
                )+
            };
        }
        shelve!(
            families,
            immigration,
            referrals,
            assessments,
            enquiries,
            conferences with conferences,
            plans with plans,
            reviews,
            episodes with episodes,
            placements,
            legal_statuses,
            missing,
            care_leaver,
            involvements,
        );
        unborn.sort_unstable();
        unborn.dedup();
        let without_birth = |number: &usize| register.without_date_of_birth(*number, &self.texts);
        self.findings.extend(unborn.iter().filter_map(without_birth));
        let unrecorded = register.unrecorded();
        let Register { mut persons, .. } = register;
        let records = persons.len() - unrecorded + self.professionals.len() + shelves.size().0;
        let mut findings = self.take_findings();
        findings.sort_unstable();
        // One finding a cell, and beside it each national rule that the cell breaks; without a row two findings may be of
        // two records.
        findings.dedup_by(|a, b| {
            a.row.is_some()
                && a.record.is_some()
                && (a.family, &a.file, a.row, &a.record, &a.field) == (b.family, &b.file, b.row, &b.record, &b.field)
                && (a.rule == b.rule || !(a.rule.is_national() || b.rule.is_national()))
        });
        persons.shrink_to_fit();
        let (starts, ()) = both(|| starts(&persons, &ends), || self.texts.settle());
        self.texts.keep(std::mem::take(&mut self.files));
        let supply = self.sources.supply().map(Arc::new);
        Dataset { texts: self.texts, persons, shelves, starts, records, findings, supply }
    }
}

fn starts(persons: &[PersonEntry], ends: &[Vec<u32>; SHELVES]) -> Starts {
    let mut starts = Starts::with_capacity(persons.len() + 1);
    let filled: Vec<(usize, &[u32])> =
        ends.iter().map(Vec::as_slice).enumerate().filter(|(_, ends)| !ends.is_empty()).collect();
    let mut start = [0; SHELVES];
    starts.push(&start);
    for number in 0..persons.len() {
        for (shelf, ends) in &filled {
            if let (Some(start), Some(end)) = (start.get_mut(*shelf), ends.get(number)) {
                *start = *end;
            }
        }
        starts.push(&start);
    }
    starts
}

/// Sorts by child, day and id, and checks; entries without an id of their own stay in the order given.
fn shelved<E: Kept>(
    pile: Pile<E>,
    register: &Register,
    texts: &Texts,
    check: impl Fn(&mut Checks<'_>, &[Staged<E>]),
) -> Shelved<E> {
    let (mut findings, mut unborn) = (Vec::new(), Vec::new());
    if pile.filed.is_empty() {
        return Shelved { entries: Vec::new(), ends: Vec::new(), findings, unborn };
    }
    let children = register.persons.len();
    let (mut entries, mut ends) = (Vec::with_capacity(pile.filed.len()), Vec::with_capacity(children));
    let mut checks = Checks::new(texts, register, &mut findings, &mut unborn);
    let mut sorted: Vec<Staged<E>> = Vec::new();
    for part in parts(pile, children) {
        let (order, part_ends) = by_child(&part);
        let before = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        ends.extend(part_ends.iter().map(|end| before + end));
        sorted.clear();
        sorted.extend(order.iter().filter_map(|place| part.entries.get(*place as usize)));
        for child in sorted.chunk_by_mut(|a, b| a.person == b.person) {
            if child.len() > 1 {
                child.sort_by(|a, b| {
                    let by_id = || match (a.entry.sorting_id(), b.entry.sorting_id()) {
                        (Some(a), Some(b)) => texts.get(a).cmp(texts.get(b)),
                        _ => std::cmp::Ordering::Equal,
                    };
                    a.entry.day().cmp(&b.entry.day()).then_with(by_id)
                });
            }
        }
        checks.every(&sorted);
        check(&mut checks, &sorted);
        entries.extend(sorted.iter().map(|staged| staged.entry));
    }
    Shelved { entries, ends, findings, unborn }
}

/// Puts the result of the work in its place.
#[cfg(feature = "rayon")]
fn take_up<E, F: FnOnce() -> Shelved<E>>(place: &mut Result<Shelved<E>, F>) {
    let none = Ok(Shelved { entries: Vec::new(), ends: Vec::new(), findings: Vec::new(), unborn: Vec::new() });
    if let Err(work) = std::mem::replace(place, none) {
        *place = Ok(work());
    }
}

/// The entries of some children that come one after the other.
struct Part<E> {
    first: usize,
    children: usize,
    entries: Vec<Staged<E>>,
}

/// Entries of a part, few enough for the cache.
const FEW: usize = 1 << 12;

/// How many parts there are at most, so that the end of each is near while entries are put there.
const PARTS: usize = 1 << 9;

/// The entries in parts, in the order given: what follows then has those of a child near.
fn parts<E: Kept>(pile: Pile<E>, children: usize) -> impl Iterator<Item = Part<E>> {
    let parts = (pile.filed.len() / FEW).clamp(1, PARTS);
    let near = children.div_ceil(parts).next_power_of_two();
    let part = |person: u32| person as usize >> near.trailing_zeros();
    let mut counts = vec![0; children.div_ceil(near)];
    for person in &pile.numbers {
        if let Some(count) = counts.get_mut(part(*person)) {
            *count += 1;
        }
    }
    let mut parts: Vec<Vec<Staged<E>>> = counts.into_iter().map(Vec::with_capacity).collect();
    for (person, Filed { row, entry }) in pile.numbers.into_iter().zip(pile.filed) {
        if let Some(part) = parts.get_mut(part(person)) {
            part.push(Staged { person, row, entry });
        }
    }
    let firsts = (0..children).step_by(near);
    firsts.zip(parts).map(move |(first, entries)| Part { first, children: near.min(children - first), entries })
}

/// The places of the entries, child after child, those of one child in the order given; and where each child ends.
fn by_child<E>(part: &Part<E>) -> (Vec<u32>, Vec<u32>) {
    let mut ends = vec![0_u32; part.children];
    let child = |staged: &Staged<E>| (staged.person as usize).wrapping_sub(part.first);
    for staged in &part.entries {
        if let Some(count) = ends.get_mut(child(staged)) {
            *count += 1;
        }
    }
    let mut before = 0;
    for start in &mut ends {
        before += std::mem::replace(start, before);
    }
    let mut order = vec![0; part.entries.len()];
    for (place, staged) in (0..).zip(&part.entries) {
        if let Some(at) = ends.get_mut(child(staged)) {
            if let Some(next) = order.get_mut(*at as usize) {
                *next = place;
            }
            *at += 1;
        }
    }
    (order, ends)
}
