//! The children of a dataset, numbered.

use std::num::NonZeroU32;

use super::staged::Pile;
use crate::chronology::{NOWHERE, PersonEntry, Room, Texts};

/// The children: the number of each, from 0, is the place of its id among those of persons. They come in the order of the
/// person records and then of first mention.
#[derive(Debug, Default)]
pub(super) struct Register {
    pub(super) persons: Vec<PersonEntry>,
    /// The rows of the persons that have a record of their own.
    pub(super) rows: Vec<Option<NonZeroU32>>,
}

impl Register {
    /// Numbers the children that only other records name.
    pub(super) fn enrol<E>(&mut self, pile: &mut Pile<E>, texts: &mut Texts) {
        for place in 0..pile.numbers.len() {
            if pile.numbers.get(place) != Some(&NOWHERE) || !pile.uses(place) {
                continue;
            }
            let key = pile.persons.get(place).and_then(|name| texts.add_cell(Room::PERSONS, *name));
            let (Some(key), Some(number)) = (key, pile.numbers.get_mut(place)) else { continue };
            if key.index() == self.persons.len() {
                self.persons.push(PersonEntry::unknown(key));
            }
            *number = u32::try_from(key.index()).unwrap_or(NOWHERE);
        }
    }

    /// How many children have no record of their own.
    pub(super) fn unrecorded(&self) -> usize {
        self.persons.len() - self.rows.len()
    }

    /// The child with this number.
    pub(super) fn person(&self, number: u32) -> Option<&PersonEntry> {
        self.persons.get(number as usize)
    }
}
