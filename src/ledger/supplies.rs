//! What the sources of the children posted hold, each supply with how many children are of it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, OnceLock};

use crate::dataset::Supply;

/// How many children are of each supply. Children of silent sources hold everything and are not counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Supplies {
    children: BTreeMap<Arc<Supply>, i64>,
    /// What all of them hold, once it has been asked for; none where that is everything.
    both: OnceLock<Option<Supply>>,
}

impl PartialEq for Supplies {
    fn eq(&self, other: &Self) -> bool {
        self.children == other.children
    }
}

impl Supplies {
    pub(super) fn post(&mut self, supply: &Arc<Supply>, children: i64) {
        if children == 0 {
            return;
        }
        self.both.take();
        match self.children.entry(Arc::clone(supply)) {
            Entry::Vacant(place) => {
                place.insert(children);
            }
            Entry::Occupied(mut place) => {
                *place.get_mut() = place.get().wrapping_add(children);
                if *place.get() == 0 {
                    place.remove();
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (supply, children) in &other.children {
            self.post(supply, *children);
        }
    }

    /// What the sources of every child hold; none where that is everything.
    pub(super) fn relied_on(&self) -> Option<&Supply> {
        let both = self.both.get_or_init(|| {
            // Below zero only where more was retracted than posted.
            let held = self.children.iter().filter(|(_, children)| **children > 0).map(|(supply, _)| supply);
            held.fold(None, |both: Option<Supply>, supply| {
                Some(both.map_or_else(|| Supply::clone(supply), |both| both.and(supply)))
            })
        });
        both.as_ref()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Supply, i64)> {
        self.children.iter().map(|(supply, children)| (supply.as_ref(), *children))
    }

    /// From what was written; or the place of one that is of no child, or twice there.
    pub(super) fn read(written: Vec<(Supply, i64)>) -> Result<Self, usize> {
        let mut supplies = Self::default();
        for (number, (supply, children)) in written.into_iter().enumerate() {
            if children == 0 || supplies.children.insert(Arc::new(supply), children).is_some() {
                return Err(number);
            }
        }
        Ok(supplies)
    }
}
