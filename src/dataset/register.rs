//! The children of a dataset, numbered.

use std::num::NonZeroU32;

use super::staged::Staged;
use crate::chronology::{Key, PersonEntry, Room, Texts};

/// The children: a number for each, in the order of the person records and then of first mention.
pub(super) struct Register {
    pub(super) persons: Vec<PersonEntry>,
    /// The rows of the persons that have a record of their own; they come first.
    pub(super) rows: Vec<Option<NonZeroU32>>,
    pub(super) unrecorded: usize,
    /// By the place of the person's id: the number of the child, from 1; 0 for ids of no child.
    pub(super) numbers: Vec<u32>,
}

impl Register {
    pub(super) fn new(texts: &Texts, persons: Vec<Staged<PersonEntry>>) -> Self {
        let mut register = Self {
            persons: Vec::with_capacity(persons.len()),
            rows: Vec::with_capacity(persons.len()),
            unrecorded: 0,
            numbers: vec![0; texts.room(Room::PERSONS).len()],
        };
        for staged in persons {
            register.rows.push(staged.row);
            register.number(staged.person, |_| Some(staged.entry));
        }
        register
    }

    fn number(&mut self, place: u32, person: impl FnOnce(usize) -> Option<PersonEntry>) {
        if let Some(number) = self.numbers.get_mut(place as usize)
            && *number == 0
            && let Some(person) = person(place as usize)
        {
            self.persons.push(person);
            *number = u32::try_from(self.persons.len()).unwrap_or(u32::MAX);
        }
    }

    /// Numbers the children that only other records name.
    pub(super) fn name<E>(&mut self, staged: &[Staged<E>]) {
        let known = self.persons.len();
        for staged in staged {
            self.number(staged.person, |place| Key::new(Room::PERSONS, place).map(PersonEntry::unknown));
        }
        self.unrecorded += self.persons.len() - known;
    }

    /// The number of the child, from 0.
    pub(super) fn of(&self, person: u32) -> usize {
        self.numbers.get(person as usize).map_or(0, |number| (*number as usize).saturating_sub(1))
    }
}
