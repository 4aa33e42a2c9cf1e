//! The children of a dataset, numbered.

use std::num::NonZeroU32;

use super::staged::{Kept, Staged};
use crate::chronology::{Bounds, Key, PersonEntry, Texts};

/// The children: a number for each, in the order of the person records and then of first mention.
pub(super) struct Register<'a> {
    pub(super) texts: &'a Texts,
    pub(super) persons: Vec<PersonEntry>,
    /// The rows of the persons that have a record of their own; they come first.
    pub(super) rows: Vec<Option<NonZeroU32>>,
    pub(super) unrecorded: usize,
    /// By key: the number of the child, from 1; 0 for other texts.
    pub(super) numbers: Vec<u32>,
}

impl<'a> Register<'a> {
    pub(super) fn new(texts: &'a Texts, persons: Vec<Staged<PersonEntry>>) -> Self {
        let mut register = Self {
            texts,
            persons: Vec::with_capacity(persons.len()),
            rows: Vec::with_capacity(persons.len()),
            unrecorded: 0,
            numbers: vec![0; texts.len()],
        };
        for staged in persons {
            register.rows.push(staged.row);
            register.number(staged.entry);
        }
        register
    }

    fn number(&mut self, person: PersonEntry) {
        if let Some(number) = self.numbers.get_mut(person.id.index())
            && *number == 0
        {
            self.persons.push(person);
            *number = u32::try_from(self.persons.len()).unwrap_or(u32::MAX);
        }
    }

    /// Numbers the children that only other records name.
    pub(super) fn name<E>(&mut self, staged: &[Staged<E>]) {
        for staged in staged {
            let known = self.persons.len();
            self.number(PersonEntry::unknown(staged.person));
            self.unrecorded += self.persons.len() - known;
        }
    }

    /// The number of the child, from 0.
    pub(super) fn of(&self, person: Key) -> usize {
        self.numbers.get(person.index()).map_or(0, |number| (*number as usize).saturating_sub(1))
    }

    /// Sorts by child, day and id; entries without an id of their own stay in the order given.
    pub(super) fn sort<E: Kept>(&self, staged: &mut [Staged<E>]) {
        staged.sort_by(|a, b| {
            let by_id = || match (a.entry.sorting_id(), b.entry.sorting_id()) {
                (Some(a), Some(b)) => self.texts.get(a).cmp(self.texts.get(b)),
                _ => std::cmp::Ordering::Equal,
            };
            self.of(a.person).cmp(&self.of(b.person)).then_with(|| a.day.cmp(&b.day)).then_with(by_id)
        });
    }

    /// Notes where the entries of each child begin; they are sorted by child.
    pub(super) fn count<E>(&self, staged: &[Staged<E>], bounds: &mut [Bounds], of: impl Fn(&mut Bounds) -> &mut u32) {
        let mut at = 0;
        for (number, bounds) in bounds.iter_mut().enumerate() {
            while staged.get(at).is_some_and(|staged| self.of(staged.person) < number) {
                at += 1;
            }
            *of(bounds) = u32::try_from(at).unwrap_or(u32::MAX);
        }
    }
}
