//! What the sources of the children posted hold, each supply with how many children are of it; and those of datasets
//! that have none.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, OnceLock};

use crate::dataset::Supply;

/// How many are of each supply; those of which none is are not here.
type Counts = BTreeMap<Arc<Supply>, i64>;

/// How many children, and how many datasets without a child, are of each supply: both are counted, so that both add up
/// and can be taken back. What is of silent sources holds everything and is not counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Supplies {
    children: Counts,
    /// Datasets without a child: nobody in them says what they hold.
    childless: Counts,
    /// What all of them hold, once it has been asked for; none where that is everything.
    both: OnceLock<Option<Supply>>,
}

impl PartialEq for Supplies {
    fn eq(&self, other: &Self) -> bool {
        self.children == other.children && self.childless == other.childless
    }
}

fn add(counts: &mut Counts, supply: &Arc<Supply>, more: i64) {
    match counts.entry(Arc::clone(supply)) {
        Entry::Vacant(place) => {
            place.insert(more);
        }
        Entry::Occupied(mut place) => {
            *place.get_mut() = place.get().wrapping_add(more);
            if *place.get() == 0 {
                place.remove();
            }
        }
    }
}

impl Supplies {
    pub(super) fn post(&mut self, supply: &Arc<Supply>, children: i64) {
        if children == 0 {
            return;
        }
        self.both.take();
        add(&mut self.children, supply, children);
    }

    /// Posts that a dataset without a child holds this.
    pub(super) fn post_childless(&mut self, supply: &Arc<Supply>) {
        self.both.take();
        add(&mut self.childless, supply, 1);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.both.take();
        for (mine, theirs) in [(&mut self.children, &other.children), (&mut self.childless, &other.childless)] {
            for (supply, number) in theirs {
                add(mine, supply, *number);
            }
        }
    }

    /// What the sources of every child and of every dataset without one hold; none where that is everything.
    pub(super) fn relied_on(&self) -> Option<&Supply> {
        let both = self.both.get_or_init(|| {
            // Below zero only where more was retracted than posted.
            let counts = self.children.iter().chain(&self.childless);
            let held = counts.filter(|(_, number)| **number > 0).map(|(supply, _)| supply);
            held.fold(None, |both: Option<Supply>, supply| {
                Some(both.map_or_else(|| Supply::clone(supply), |both| both.and(supply)))
            })
        });
        both.as_ref()
    }

    /// Those of children, then those of datasets without one.
    pub(super) fn written(&self) -> [Vec<(&Supply, i64)>; 2] {
        [&self.children, &self.childless]
            .map(|counts| counts.iter().map(|(supply, number)| (supply.as_ref(), *number)).collect())
    }

    /// From what was written; or the place of one that is of nobody, or twice there.
    pub(super) fn read(children: Vec<(Supply, i64)>, childless: Vec<(Supply, i64)>) -> Result<Self, usize> {
        let mut supplies = Self::default();
        for (counts, written) in [(&mut supplies.children, children), (&mut supplies.childless, childless)] {
            for (place, (supply, number)) in written.into_iter().enumerate() {
                if number == 0 || counts.insert(Arc::new(supply), number).is_some() {
                    return Err(place);
                }
            }
        }
        Ok(supplies)
    }
}
