//! Text stored once: ids, teams, roles, and the codes that no list knows.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::marker::PhantomData;
use std::num::NonZeroU32;

use super::files::Files;
use crate::record::{Family, StatutoryCode};

/// A text of a dataset: four bytes that stand for it. Equal keys are equal texts, byte for byte.
///
/// Among the ids of one family, among persons, and among all other texts, equal texts are also equal keys. A key means
/// something only beside the dataset it comes from; [`Chronology::text`](super::Chronology::text) gives the text back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(NonZeroU32);

impl Key {
    /// The upper bits are the room, the lower ones the place in it, from 1.
    const ROOM: u32 = 28;
    const PLACE: u32 = (1 << Self::ROOM) - 1;

    /// `None` where the room is full, at some 268 million texts.
    pub(crate) fn new(room: Room, index: usize) -> Option<Self> {
        let place = u32::try_from(index + 1).ok().filter(|place| *place <= Self::PLACE)?;
        NonZeroU32::new((room.0 as u32) << Self::ROOM | place).map(Self)
    }

    fn room(self) -> usize {
        (self.0.get() >> Self::ROOM) as usize
    }

    pub(crate) fn index(self) -> usize {
        (self.0.get() & Self::PLACE).wrapping_sub(1) as usize
    }
}

/// Where texts of one kind are kept: the ids of a family, or what is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room(Family);

impl Room {
    /// Teams, roles, places, codes that no list knows. An immigration status has no id, so its room is free for them.
    pub(crate) const WORDS: Self = Self(Family::ImmigrationStatus);
    pub(crate) const PERSONS: Self = Self(Family::Person);

    pub(crate) const fn of(family: Family) -> Self {
        Self(family)
    }

    pub(crate) const fn number(self) -> usize {
        self.0 as usize
    }
}

/// A text on its way into a room, packed and hashed once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a> {
    raw: &'a str,
    cell: Cell,
    room: Room,
    hash: u32,
    /// Its place from 1, where it was found in the room before; 0 where it was not.
    seen: u32,
    /// What was found of its record; only to bring it near.
    near: u32,
}

impl<'a> Name<'a> {
    /// The text without the white space around it.
    #[inline]
    pub(crate) fn new(room: Room, raw: &'a str) -> Self {
        let (cell, hash) = packed(trimmed(raw));
        Self { raw, cell, room, hash, seen: 0, near: 0 }
    }

    pub(crate) const fn room(&self) -> Room {
        self.room
    }

    /// Its place, where it was found in the room before.
    #[inline]
    pub(crate) const fn seen(&self) -> Option<usize> {
        if self.seen == 0 { None } else { Some(self.seen as usize - 1) }
    }

    /// Keeps what was read of its record, so that it is read.
    #[inline]
    pub(crate) const fn bring_near(&mut self, read: u32) {
        self.near = read;
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.cell == Cell::EMPTY
    }
}

#[inline]
fn packed(text: &str) -> (Cell, u32) {
    match Cell::short(text) {
        Some(cell) => (cell, cell.hash()),
        None => (Cell::LONG, hash_long(text)),
    }
}

/// [`str::trim`], with a short way for the text that has nothing to trim.
#[inline]
pub(crate) fn trimmed(text: &str) -> &str {
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| (b'!'..=b'~').contains(byte));
    let bytes = text.as_bytes();
    if plain(bytes.first()) && plain(bytes.last()) { text } else { text.trim() }
}

/// A text of up to 15 bytes with its length, or where a longer one stands.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Cell([u8; 16]);

impl Cell {
    const EMPTY: Self = Self([0; 16]);
    /// Of a longer text on its way in.
    const LONG: Self = Self([Self::ELSEWHERE; 16]);
    const LONGEST: usize = 15;
    /// Stands in place of the length.
    const ELSEWHERE: u8 = u8::MAX;

    #[inline]
    fn short(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let length = bytes.len();
        if length > Self::LONGEST {
            return None;
        }
        // The first and the last bytes in one read each: they overlap, and then agree.
        let (low, high) = if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            let shift = 8 * u32::try_from(16 - length).unwrap_or(0);
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last).checked_shr(shift).unwrap_or(0))
        } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            (u64::from(first) | u64::from(last) << (8 * (length - 4)), 0)
        } else {
            (bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)), 0)
        };
        let high = high | (length as u64) << 56;
        Some(Self((u128::from(low) | u128::from(high) << 64).to_le_bytes()))
    }

    fn long(from: usize, length: usize) -> Self {
        let mut bytes = (from as u128 | (length as u128) << 60).to_le_bytes();
        bytes[15] = Self::ELSEWHERE;
        Self(bytes)
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "both halves of the product are meant")]
    fn hash(self) -> u32 {
        let bits = u128::from_le_bytes(self.0);
        let product = u128::from(bits as u64 ^ SALT[0]) * u128::from((bits >> 64) as u64 ^ SALT[1]);
        ((product as u64 ^ (product >> 64) as u64).wrapping_mul(SALT[0]) >> 32) as u32
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }
}

/// Digits of pi. The last byte of the second is the length of no short text, so neither factor of a hash can be chosen
/// to be 0.
const SALT: [u64; 2] = [0x243f_6a88_85a3_08d3, 0xc6ef_3720_0370_7344];

#[allow(clippy::cast_possible_truncation, reason = "both halves of the product are meant")]
fn hash_long(text: &str) -> u32 {
    let mut sum = text.len() as u64 ^ SALT[0];
    for chunk in text.as_bytes().chunks(8) {
        let word = chunk.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let product = u128::from(sum ^ word) * u128::from(SALT[1] | 1);
        sum = product as u64 ^ (product >> 64) as u64;
    }
    sum as u32
}

/// A table of texts, each stored once in its room.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    rooms: [Names; Family::ALL.len()],
    /// The files that the rows of records are of.
    files: Files,
}

impl Texts {
    pub(crate) const fn files(&self) -> &Files {
        &self.files
    }

    /// Keeps the names of the files.
    pub(crate) fn keep(&mut self, files: Files) {
        self.files = files;
    }

    pub(crate) fn room(&self, room: Room) -> &Names {
        &self.rooms[room.number()]
    }

    pub(crate) fn room_mut(&mut self, room: Room) -> &mut Names {
        &mut self.rooms[room.number()]
    }

    pub(crate) fn get(&self, key: Key) -> &str {
        self.rooms.get(key.room()).map_or("", |names| names.get(key.index()))
    }

    /// The key of `name`, added where it is new; `None` where it is empty or the room is full.
    #[inline]
    pub(crate) fn add(&mut self, name: &Name<'_>) -> Option<Key> {
        if name.is_empty() {
            return None;
        }
        Key::new(name.room, self.room_mut(name.room).add(name)?.0)
    }

    /// The key of `text` with all its white space.
    pub(crate) fn add_as_written(&mut self, text: &str) -> Option<Key> {
        Key::new(Room::WORDS, self.room_mut(Room::WORDS).add_text(text, packed(text))?.0)
    }

    /// Gives back what only adding needs; persons can still be found.
    pub(crate) fn settle(&mut self) {
        for (family, names) in Family::ALL.iter().zip(&mut self.rooms) {
            names.settle(Room(*family) == Room::PERSONS);
        }
    }

    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.rooms.iter().map(Names::heap_bytes).sum()
    }
}

/// The texts of one room.
///
/// They are found by a hash that is a single multiplication, with a look at the text itself before two count as one. It
/// has no secret, so someone who chooses the ids can choose some that collide; where a search takes longer than chance
/// explains, the room turns to the hash of the standard library with random keys. Nothing depends on the order in which
/// either puts the texts.
#[derive(Clone, Default)]
pub(crate) struct Names {
    cells: Vec<Cell>,
    /// The texts that are longer than a cell.
    long: String,
    /// Open addressing, a power of two long. The hash beside the place spares most looks at texts that are not the one.
    slots: Vec<Slot>,
    keyed: Option<RandomState>,
}

#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    /// From 1; 0 where the slot is free.
    place: u32,
}

/// What no search exceeds by chance in a table that is half full.
const LONGEST_SEARCH: u32 = 512;

impl Names {
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let Some(Cell(bytes)) = self.cells.get(index) else { return "" };
        let [.., length] = *bytes;
        if length == Cell::ELSEWHERE {
            const SIXTY: u128 = (1 << 60) - 1;
            let bits = u128::from_le_bytes(*bytes);
            let (from, length) = (bits & SIXTY, bits >> 60 & SIXTY);
            let [from, to] = [from, from + length].map(|at| usize::try_from(at).unwrap_or(0));
            self.long.get(from..to).unwrap_or_default()
        } else {
            bytes.get(..usize::from(length)).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
        }
    }

    /// Where `text` is, if it is in the room.
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        let (cell, hash) = packed(text);
        match self.search(text, cell, self.hash(text, hash)) {
            Search::There(index) => Some(index),
            _ => None,
        }
    }

    /// Notes where the name would be first, so that its slot is in the cache when it is added. Many such looks do not wait
    /// for each other.
    #[inline]
    pub(crate) fn look(&self, name: &mut Name<'_>) {
        let at = name.hash as usize & self.slots.len().wrapping_sub(1);
        if let Some(slot) = self.slots.get(at)
            && slot.hash == name.hash
        {
            name.seen = slot.place;
        }
    }

    /// Looks at the text that [`Names::look`] found.
    #[inline]
    pub(crate) fn confirm(&self, name: &mut Name<'_>) {
        if name.seen != 0 && !self.is_at(name.seen as usize - 1, trimmed(name.raw), name.cell) {
            name.seen = 0;
        }
    }

    #[inline]
    fn is_at(&self, index: usize, text: &str, cell: Cell) -> bool {
        match self.cells.get(index) {
            Some(there) if cell != Cell::LONG => *there == cell,
            _ => self.get(index) == text,
        }
    }

    #[inline]
    fn hash(&self, text: &str, hash: u32) -> u32 {
        self.keyed.as_ref().map_or(hash, |keyed| keyed_hash(keyed, text))
    }

    /// Where the name is, and whether it was new; `None` where the room is full.
    #[inline]
    pub(crate) fn add(&mut self, name: &Name<'_>) -> Option<(usize, bool)> {
        if name.seen != 0 {
            return Some((name.seen as usize - 1, false));
        }
        self.add_text(trimmed(name.raw), (name.cell, name.hash))
    }

    fn add_text(&mut self, text: &str, (cell, hash): (Cell, u32)) -> Option<(usize, bool)> {
        // At most half full, so that there is always a free slot.
        if (self.cells.len() + 1) * 2 > self.slots.len() {
            self.grow((self.slots.len() * 2).max(64));
        }
        let stored = self.hash(text, hash);
        let free = match self.search(text, cell, stored) {
            Search::There(index) => return Some((index, false)),
            Search::Free(at) => at,
            Search::TooLong => {
                self.turn_to_keyed_hash();
                return self.add_text(text, (cell, hash));
            }
        };
        let index = self.cells.len();
        let place = u32::try_from(index + 1).ok().filter(|place| *place <= Key::PLACE)?;
        *self.slots.get_mut(free)? = Slot { hash: stored, place };
        let cell = if cell == Cell::LONG { self.keep_long(text) } else { cell };
        self.cells.push(cell);
        Some((index, true))
    }

    #[cold]
    fn keep_long(&mut self, text: &str) -> Cell {
        self.long.push_str(text);
        Cell::long(self.long.len() - text.len(), text.len())
    }

    #[inline]
    fn search(&self, text: &str, cell: Cell, hash: u32) -> Search {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        let mut steps = 0;
        while let Some(slot) = self.slots.get(at) {
            if slot.place == 0 {
                return Search::Free(at);
            }
            let index = slot.place as usize - 1;
            if slot.hash == hash && self.is_at(index, text, cell) {
                return Search::There(index);
            }
            at = (at + 1) & mask;
            steps += 1;
            if steps > LONGEST_SEARCH && self.keyed.is_none() {
                break;
            }
        }
        Search::TooLong
    }

    fn grow(&mut self, length: usize) {
        let old = std::mem::replace(&mut self.slots, vec![Slot { hash: 0, place: 0 }; length]);
        for slot in old {
            self.put(slot);
        }
    }

    fn put(&mut self, slot: Slot) {
        if slot.place == 0 {
            return;
        }
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while let Some(free) = self.slots.get_mut(at) {
            if free.place == 0 {
                *free = slot;
                break;
            }
            at = (at + 1) & mask;
        }
    }

    fn turn_to_keyed_hash(&mut self) {
        let keyed = RandomState::new();
        self.slots.fill(Slot { hash: 0, place: 0 });
        for (index, place) in (0..self.cells.len()).zip(1..) {
            let hash = keyed_hash(&keyed, self.get(index));
            self.put(Slot { hash, place });
        }
        self.keyed = Some(keyed);
    }

    fn settle(&mut self, still_found: bool) {
        if !still_found {
            self.slots = Vec::new();
        }
        self.cells.shrink_to_fit();
        self.long.shrink_to_fit();
    }

    fn heap_bytes(&self) -> usize {
        self.cells.capacity() * size_of::<Cell>() + self.long.capacity() + self.slots.capacity() * size_of::<Slot>()
    }
}

enum Search {
    There(usize),
    Free(usize),
    TooLong,
}

#[allow(clippy::cast_possible_truncation, reason = "the low bits of a hash are as good as all")]
fn keyed_hash(keyed: &RandomState, text: &str) -> u32 {
    keyed.hash_one(text) as u32
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} texts", self.len())
    }
}

/// A code as it comes in: none, one the list knows, or another text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Letters<'a, C> {
    None,
    Known(C),
    Unknown(&'a str),
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

    pub(crate) fn store(code: &Letters<'_, C>, texts: &mut Texts) -> Self {
        let packed = match code {
            Letters::None => 0,
            Letters::Known(code) => {
                C::ALL.iter().position(|c| c == code).and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(0)
            }
            Letters::Unknown(text) => {
                texts.add_as_written(text).map_or(0, |key| key.0.get().saturating_add(Self::listed()))
            }
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
