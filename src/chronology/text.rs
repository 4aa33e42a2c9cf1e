//! Text stored once: ids, teams, roles, and the codes that no list knows.

use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::marker::PhantomData;
use std::num::NonZeroU32;

use crate::record::{Coded, StatutoryCode};

/// A text of a dataset: four bytes that stand for it. Equal keys are equal texts, byte for byte.
///
/// It means something only beside the dataset it comes from; [`Chronology::text`](super::Chronology::text) gives the
/// text back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(NonZeroU32);

impl Key {
    pub(crate) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A table of texts, each stored once.
#[derive(Clone, Default)]
pub(crate) struct Texts {
    bytes: String,
    /// Where each text ends; it starts where the one before it ends.
    ends: Vec<u64>,
    /// Open addressing, a power of two long. The hash beside the key spares most looks at texts that are not the one.
    slots: Vec<Slot>,
}

#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    /// `None` where the slot is free.
    key: Option<Key>,
}

impl Texts {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, key: Key) -> &str {
        let at = |index: usize| self.ends.get(index).map_or(self.bytes.len(), |end| usize::try_from(*end).unwrap_or(0));
        let start = key.index().checked_sub(1).map_or(0, at);
        self.bytes.get(start..at(key.index())).unwrap_or_default()
    }

    /// The key of `text`, if it is in the table.
    pub(crate) fn find(&self, text: &str) -> Option<Key> {
        self.slots.get(self.place(hash(text), Some(text))?)?.key
    }

    /// The key of `text`, added where it is new; `None` once four thousand million texts are in.
    pub(crate) fn add(&mut self, text: &str) -> Option<Key> {
        // At most three quarters full, so that there is always a free slot.
        if (self.ends.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let hash = hash(text);
        let place = self.place(hash, Some(text))?;
        let slot = self.slots.get_mut(place)?;
        if slot.key.is_none() {
            let key = Key(NonZeroU32::new(u32::try_from(self.ends.len() + 1).ok()?)?);
            *slot = Slot { hash, key: Some(key) };
            self.bytes.push_str(text);
            self.ends.push(self.bytes.len() as u64);
        }
        slot.key
    }

    /// The slot that holds `text`, or the free one where it would be; of no text the first free one for the hash.
    fn place(&self, hash: u32, text: Option<&str>) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at)?;
            match (slot.key, text) {
                (None, _) => return Some(at),
                (Some(key), Some(text)) if slot.hash == hash && self.get(key) == text => return Some(at),
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let free = Slot { hash: 0, key: None };
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![free; (old.len() * 2).max(64)];
        for slot in old.into_iter().filter(|slot| slot.key.is_some()) {
            if let Some(place) = self.place(slot.hash, None).and_then(|at| self.slots.get_mut(at)) {
                *place = slot;
            }
        }
    }

    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<u64>() + self.slots.capacity() * size_of::<Slot>()
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} texts", self.len())
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the low bits of a hash are as good as all")]
fn hash(text: &str) -> u32 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text) as u32
}

/// A code as a dataset keeps it, in four bytes: none, one the list knows, or another text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code<C> {
    /// 0: none; up to the length of the list: the code; beyond: the key of the text.
    packed: u32,
    list: PhantomData<C>,
}

impl<C: StatutoryCode> Code<C> {
    /// No code recorded.
    pub const NONE: Self = Self { packed: 0, list: PhantomData };

    fn listed() -> u32 {
        u32::try_from(C::ALL.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn store(code: Option<&Coded<C>>, texts: &mut Texts) -> Self {
        let packed = match code {
            None => 0,
            Some(Coded::Known(code)) => {
                C::ALL.iter().position(|c| c == code).and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(0)
            }
            Some(Coded::Unknown(text)) => texts.add(text).map_or(0, |key| key.0.get().saturating_add(Self::listed())),
        };
        Self { packed, list: PhantomData }
    }

    /// The code, if one was recorded and the list knows it.
    #[must_use]
    pub fn known(self) -> Option<C> {
        let at = usize::try_from(self.packed.checked_sub(1)?).ok()?;
        C::ALL.get(at).copied()
    }

    /// Whether the recorded code is `code`.
    #[must_use]
    pub fn is(self, code: C) -> bool {
        self.known() == Some(code)
    }

    /// The letters recorded that no list knows.
    pub(crate) fn unknown(self) -> Option<Key> {
        self.packed.checked_sub(Self::listed()).and_then(NonZeroU32::new).map(Key)
    }

    /// Whether both are the same code: the same of the list, or the same letters without regard to case, or both none.
    pub(crate) fn same(self, other: Self, texts: &Texts) -> bool {
        match (self.unknown(), other.unknown()) {
            (Some(a), Some(b)) => a == b || texts.get(a).eq_ignore_ascii_case(texts.get(b)),
            _ => self.packed == other.packed,
        }
    }
}

impl<C: StatutoryCode> fmt::Debug for Code<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.known(), self.unknown()) {
            (Some(code), _) => write!(f, "{}", code.letters()),
            (None, Some(_)) => f.write_str("unknown"),
            (None, None) => f.write_str("none"),
        }
    }
}
