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
    /// Open addressing over the keys, a power of two long; zero is free.
    slots: Vec<u32>,
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
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash(text) & mask;
        loop {
            let key = Key(NonZeroU32::new(*self.slots.get(slot)?)?);
            if self.get(key) == text {
                return Some(key);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The key of `text`, added where it is new; `None` once four thousand million texts are in.
    pub(crate) fn add(&mut self, text: &str) -> Option<Key> {
        if let Some(key) = self.find(text) {
            return Some(key);
        }
        let key = Key(NonZeroU32::new(u32::try_from(self.ends.len() + 1).ok()?)?);
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u64);
        // At most three quarters full.
        if self.ends.len() * 4 > self.slots.len() * 3 {
            self.grow();
        } else {
            self.settle(key);
        }
        Some(key)
    }

    fn grow(&mut self) {
        self.slots = vec![0; (self.slots.len() * 2).max(64)];
        for index in 1..=u32::try_from(self.ends.len()).unwrap_or(u32::MAX) {
            if let Some(index) = NonZeroU32::new(index) {
                self.settle(Key(index));
            }
        }
    }

    fn settle(&mut self, key: Key) {
        let mask = self.slots.len() - 1;
        let mut slot = hash(self.get(key)) & mask;
        while let Some(taken) = self.slots.get_mut(slot) {
            if *taken == 0 {
                *taken = key.0.get();
                return;
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * 8 + self.slots.capacity() * 4
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} texts", self.len())
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the low bits of a hash are as good as all")]
fn hash(text: &str) -> usize {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text) as usize
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
