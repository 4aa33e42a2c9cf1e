//! Where the entries of each child begin.

use crate::chronology::{Bounds, Steps, Stretch};

/// Where the entries of each child begin on each shelf: as the distance, of a byte a shelf, from where those of some
/// child before begin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Starts {
    bases: Vec<Bounds>,
    /// By child: the number of its base, and the distance from it.
    children: Vec<(u32, Steps)>,
}

impl Starts {
    pub(super) fn with_capacity(children: usize) -> Self {
        Self { bases: Vec::new(), children: Vec::with_capacity(children) }
    }

    /// Adds where the entries of the next child begin.
    pub(crate) fn push(&mut self, starts: &Bounds) {
        let distance = self.bases.last().and_then(|base| distance(base, starts)).unwrap_or_else(|| {
            self.bases.push(*starts);
            Steps::default()
        });
        let base = self.bases.len().saturating_sub(1);
        self.children.push((u32::try_from(base).unwrap_or(u32::MAX), distance));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// Takes all children away and keeps their room.
    pub(crate) fn clear(&mut self) {
        self.bases.clear();
        self.children.clear();
    }

    /// From where the entries of the child begin to where those of the next one do.
    #[inline]
    pub(crate) fn stretch(&self, number: usize) -> Stretch<'_> {
        if let Some([(base, from), (next, to), ..]) = self.children.get(number..)
            && let (Some(base), Some(next)) = (self.bases.get(*base as usize), self.bases.get(*next as usize))
        {
            Stretch::new((base, from), (next, to))
        } else {
            Stretch::EMPTY
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.bases.capacity() * size_of::<Bounds>() + self.children.capacity() * size_of::<(u32, Steps)>()
    }
}

/// How far `starts` is from `base`, where no shelf is too far for a byte.
#[allow(clippy::cast_possible_truncation, reason = "what is cut off is looked at")]
fn distance(base: &Bounds, starts: &Bounds) -> Option<Steps> {
    let (mut distance, mut all) = (Steps::default(), 0);
    for ((distance, start), base) in distance.iter_mut().zip(starts).zip(base) {
        let far = start.wrapping_sub(*base);
        all |= far;
        *distance = far as u8;
    }
    u8::try_from(all).is_ok().then_some(distance)
}
