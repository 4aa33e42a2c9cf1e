//! Where the entries of each child begin.

use crate::chronology::{Bounds, SHELVES};

/// Where the entries of each child begin on each shelf: as the distance, of a byte a shelf, from where those of some
/// child before begin.
#[derive(Clone, Debug, Default)]
pub(super) struct Starts {
    bases: Vec<Bounds>,
    /// By child: the number of its base, and the distance from it.
    children: Vec<(u32, [u8; SHELVES])>,
}

impl Starts {
    pub(super) fn with_capacity(children: usize) -> Self {
        Self { bases: Vec::new(), children: Vec::with_capacity(children) }
    }

    /// Adds where the entries of the next child begin.
    pub(super) fn push(&mut self, starts: &Bounds) {
        if self.bases.last().is_none_or(|base| distance(base, starts).is_none()) {
            self.bases.push(*starts);
        }
        let distance = self.bases.last().and_then(|base| distance(base, starts)).unwrap_or_default();
        let base = self.bases.len().saturating_sub(1);
        self.children.push((u32::try_from(base).unwrap_or(u32::MAX), distance));
    }

    /// Where the entries of the child begin, and where those of the next one do.
    pub(super) fn around(&self, number: usize) -> Option<(Bounds, Bounds)> {
        let [this, next, ..] = self.children.get(number..)? else { return None };
        Some((self.start(this)?, self.start(next)?))
    }

    fn start(&self, (base, distance): &(u32, [u8; SHELVES])) -> Option<Bounds> {
        let mut start = *self.bases.get(*base as usize)?;
        for (start, distance) in start.iter_mut().zip(distance) {
            *start = start.wrapping_add(u32::from(*distance));
        }
        Some(start)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.bases.capacity() * size_of::<Bounds>() + self.children.capacity() * size_of::<(u32, [u8; SHELVES])>()
    }
}

/// How far `starts` is from `base`, where no shelf is too far for a byte.
#[allow(clippy::cast_possible_truncation, reason = "what is cut off is looked at")]
fn distance(base: &Bounds, starts: &Bounds) -> Option<[u8; SHELVES]> {
    let (mut distance, mut all) = ([0; SHELVES], 0);
    for ((distance, start), base) in distance.iter_mut().zip(starts).zip(base) {
        let far = start.wrapping_sub(*base);
        all |= far;
        *distance = far as u8;
    }
    u8::try_from(all).is_ok().then_some(distance)
}
