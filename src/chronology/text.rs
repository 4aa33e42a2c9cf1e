//! Text stored once: ids, teams, roles, and the codes that no list knows.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;
use std::marker::PhantomData;
use std::num::NonZeroU32;

#[cfg(feature = "rayon")]
use rayon::prelude::*;

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

    const fn number(self) -> usize {
        self.0 as usize
    }
}

/// [`str::trim`], with a short way for the text that has nothing to trim.
#[inline]
pub(crate) fn trimmed(text: &str) -> &str {
    let plain = |byte: &u8| (b'!'..=b'~').contains(byte);
    match text.as_bytes() {
        [] => text,
        [first, .., last] if plain(first) && plain(last) => text,
        _ => text.trim(),
    }
}

/// A text of up to 15 bytes with its length, or where a longer one stands among those of its [`Texts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell([u8; 16]);

impl Cell {
    pub(crate) const EMPTY: Self = Self([0; 16]);
    const LONGEST: usize = 15;
    /// Stands in place of the length, which is the last byte.
    const ELSEWHERE: u8 = u8::MAX;
    /// The bits of each of the two numbers that say where a longer text stands.
    const HALF: u32 = 60;

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
        let mut bytes = (from as u128 | (length as u128) << Self::HALF).to_le_bytes();
        bytes[15] = Self::ELSEWHERE;
        Self(bytes)
    }

    #[inline]
    fn is_long(self) -> bool {
        self.0[15] == Self::ELSEWHERE
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    /// Where a longer text stands.
    fn place(self) -> (usize, usize) {
        let bits = u128::from_le_bytes(self.0);
        let half = |bits: u128| usize::try_from(bits & ((1 << Self::HALF) - 1)).unwrap_or(0);
        (half(bits), half(bits >> Self::HALF))
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "both halves of the product are meant")]
    fn hash(self) -> u32 {
        let bits = u128::from_le_bytes(self.0);
        let product = u128::from(bits as u64 ^ SALT[0]) * u128::from((bits >> 64) as u64 ^ SALT[1]);
        ((product as u64 ^ (product >> 64) as u64).wrapping_mul(SALT[0]) >> 32) as u32
    }
}

/// Digits of pi. The last byte of the second is the length of no short text, so neither factor of a hash can be chosen
/// to be 0.
const SALT: [u64; 2] = [0x243f_6a88_85a3_08d3, 0xc6ef_3720_0370_7344];

#[allow(clippy::cast_possible_truncation, reason = "both halves of the product are meant")]
fn hash_long(text: &str) -> u32 {
    let mut sum = text.len() as u64 ^ SALT[0];
    for chunk in text.as_bytes().chunks(8) {
        let word = match chunk.first_chunk::<8>() {
            Some(whole) => u64::from_le_bytes(*whole),
            None => chunk.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        };
        let product = u128::from(sum ^ word) * u128::from(SALT[1] | 1);
        sum = product as u64 ^ (product >> 64) as u64;
    }
    (sum.wrapping_mul(SALT[0]) >> 32) as u32
}

/// Tables of texts, each stored once in its room.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    rooms: [Names; Family::ALL.len()],
    /// The texts that are longer than a cell.
    long: String,
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

    pub(crate) fn get(&self, key: Key) -> &str {
        self.rooms.get(key.room()).map_or("", |names| names.get(key.index(), &self.long))
    }

    /// The text in a place of a room.
    pub(crate) fn get_in(&self, room: Room, place: usize) -> &str {
        self.names(room).get(place, &self.long)
    }

    /// The text that a cell stands for.
    pub(crate) fn text_of<'a>(&'a self, cell: &'a Cell) -> &'a str {
        text_of(cell, &self.long)
    }

    fn names(&self, room: Room) -> &Names {
        &self.rooms[room.number()]
    }

    fn names_mut(&mut self, room: Room) -> &mut Names {
        &mut self.rooms[room.number()]
    }

    /// A cell for `text`.
    #[inline]
    pub(crate) fn cell(&mut self, text: &str) -> Cell {
        Cell::short(text).unwrap_or_else(|| self.keep_long(text))
    }

    #[cold]
    fn keep_long(&mut self, text: &str) -> Cell {
        self.long.push_str(text);
        Cell::long(self.long.len() - text.len(), text.len())
    }

    /// Puts a text in the next place of the room, whether or not it is there already; see [`Texts::number`]. `None` where
    /// the room is full.
    #[inline]
    pub(crate) fn put(&mut self, room: Room, text: &str) -> Option<Key> {
        let key = Key::new(room, self.names(room).cells.len())?;
        let cell = self.cell(text);
        self.names_mut(room).cells.push(cell);
        Some(key)
    }

    /// The key of `text` without the white space around it, added where it is new; `None` where nothing is left of it or
    /// the room is full.
    #[inline]
    pub(crate) fn add(&mut self, room: Room, text: &str) -> Option<Key> {
        let text = trimmed(text);
        if text.is_empty() { None } else { self.add_text(room, text) }
    }

    /// The key of `text` with all its white space.
    pub(crate) fn add_as_written(&mut self, text: &str) -> Option<Key> {
        if text.is_empty() { None } else { self.add_text(Room::WORDS, text) }
    }

    fn add_text(&mut self, room: Room, text: &str) -> Option<Key> {
        let cell = Cell::short(text);
        if let Some(place) = self.names(room).find(text, cell, &self.long) {
            return Key::new(room, place);
        }
        let cell = cell.unwrap_or_else(|| self.keep_long(text));
        self.add_new(room, cell)
    }

    /// The key of the text of `cell`, added where it is new.
    pub(crate) fn add_cell(&mut self, room: Room, cell: Cell) -> Option<Key> {
        let names = self.names(room);
        match names.find(text_of(&cell, &self.long), Some(cell).filter(|cell| !cell.is_long()), &self.long) {
            Some(place) => Key::new(room, place),
            None => self.add_new(room, cell),
        }
    }

    fn add_new(&mut self, room: Room, cell: Cell) -> Option<Key> {
        let key = Key::new(room, self.names(room).cells.len())?;
        let names = self.rooms.get_mut(room.number())?;
        names.add(cell, &self.long);
        Some(key)
    }

    /// Makes the texts of a room be found. Gives the places of those that stand in an earlier place too, rising.
    pub(crate) fn number(&mut self, room: Room) -> Vec<u32> {
        let Some(names) = self.rooms.get_mut(room.number()) else { return Vec::new() };
        names.number(&self.long)
    }

    /// Does as [`Texts::number`] for each room whose number is among these; the others have none.
    pub(crate) fn number_all(&mut self, rooms: &[Room]) -> Vec<Vec<u32>> {
        let Self { rooms: all, long, .. } = self;
        let number = |(family, names): (&Family, &mut Names)| {
            if rooms.contains(&Room(*family)) { names.number(long) } else { Vec::new() }
        };
        #[cfg(not(feature = "rayon"))]
        return Family::ALL.iter().zip(all).map(number).collect();
        #[cfg(feature = "rayon")]
        Family::ALL.par_iter().zip(all).map(number).collect()
    }

    /// Takes the texts in these places out of the room; the others move up, and are found where they are then.
    pub(crate) fn take_out(&mut self, room: Room, places: &[u32]) {
        take_out(&mut self.names_mut(room).cells, places);
        self.number(room);
    }

    /// The place of each text in the room; [`NOWHERE`] for what is not there, and for the empty text.
    pub(crate) fn places(&self, room: Room, cells: &[Cell]) -> Vec<u32> {
        let mut places = vec![NOWHERE; cells.len()];
        let find = |(places, cells): (&mut [u32], &[Cell])| self.names(room).find_all(cells, places, &self.long);
        #[cfg(not(feature = "rayon"))]
        places.chunks_mut(SIDE_BY_SIDE).zip(cells.chunks(SIDE_BY_SIDE)).for_each(find);
        #[cfg(feature = "rayon")]
        places.par_chunks_mut(SIDE_BY_SIDE).zip(cells.par_chunks(SIDE_BY_SIDE)).for_each(find);
        places
    }

    /// Where `text` is in the room, if it is.
    pub(crate) fn find(&self, room: Room, text: &str) -> Option<usize> {
        self.names(room).find(text, Cell::short(text), &self.long)
    }

    /// Gives back what only adding needs, and longer texts that no room has; persons can still be found.
    pub(crate) fn settle(&mut self) {
        let long = std::mem::take(&mut self.long);
        for (family, names) in Family::ALL.iter().zip(&mut self.rooms) {
            if Room(*family) != Room::PERSONS {
                names.index = Index::default();
            }
            if !long.is_empty() {
                for cell in names.cells.iter_mut().filter(|cell| cell.is_long()) {
                    let text = text_of(cell, &long);
                    self.long.push_str(text);
                    *cell = Cell::long(self.long.len() - text.len(), text.len());
                }
            }
            names.cells.shrink_to_fit();
        }
        self.long.shrink_to_fit();
    }

    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.rooms.iter().map(Names::heap_bytes).sum::<usize>() + self.long.capacity()
    }
}

/// In place of the place of a text that is not there.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// Looks for texts that are made before the first of them is used.
const TOGETHER: usize = 128;

/// Texts that a thread looks for before others do.
const SIDE_BY_SIDE: usize = 1 << 14;

fn text_of<'a>(cell: &'a Cell, long: &'a str) -> &'a str {
    if cell.is_long() {
        let (from, length) = cell.place();
        return long.get(from..from + length).unwrap_or_default();
    }
    let [.., length] = cell.0;
    cell.0.get(..usize::from(length)).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
}

/// Removes what stands in these places, which rise.
pub(crate) fn take_out<T>(all: &mut Vec<T>, places: &[u32]) {
    let (mut at, mut places) = (0, places.iter().peekable());
    all.retain(|_| {
        let taken = places.next_if(|place| **place as usize == at).is_some();
        at += 1;
        !taken
    });
}

/// The texts of one room.
#[derive(Clone, Default)]
struct Names {
    cells: Vec<Cell>,
    index: Index,
}

impl Names {
    fn get<'a>(&'a self, place: usize, long: &'a str) -> &'a str {
        self.cells.get(place).map_or("", |cell| text_of(cell, long))
    }

    /// Where `text` is, if it is in the room; `cell` is that of a short text.
    fn find(&self, text: &str, cell: Option<Cell>, long: &str) -> Option<usize> {
        let hash = self.index.hash_of(text, cell);
        self.index.search(hash, |place| self.is_at(place, text, cell, long))
    }

    /// Puts the place of each text beside it, where it is there.
    fn find_all(&self, cells: &[Cell], places: &mut [u32], long: &str) {
        // Looks that do not wait for each other wait for memory together: first at all buckets, then at all texts. So that
        // as many as can be wait at once, the first look at a bucket is a short one.
        let mut hashes = [0_u32; TOGETHER];
        for (cells, places) in cells.chunks(TOGETHER).zip(places.chunks_mut(TOGETHER)) {
            for (hash, cell) in hashes.iter_mut().zip(cells) {
                *hash = self.index.hash(*cell, long);
            }
            black_box(hashes.iter().take(cells.len()).fold(0, |sum, hash| sum ^ self.index.near(*hash)));
            for (place, hash) in places.iter_mut().zip(&hashes) {
                *place = self.index.look(*hash).wrapping_sub(1);
            }
            for (place, cell) in places.iter_mut().zip(cells) {
                if self.cells.get(*place as usize) != Some(cell) {
                    *place = self.find_cell(*cell, long);
                }
            }
        }
    }

    #[cold]
    fn find_cell(&self, cell: Cell, long: &str) -> u32 {
        if cell.is_empty() {
            return NOWHERE;
        }
        let place = self.find(text_of(&cell, long), Some(cell).filter(|cell| !cell.is_long()), long);
        place.and_then(|place| u32::try_from(place).ok()).unwrap_or(NOWHERE)
    }

    #[inline]
    fn is_at(&self, place: usize, text: &str, cell: Option<Cell>, long: &str) -> bool {
        match cell {
            Some(cell) => self.cells.get(place) == Some(&cell),
            None => self.get(place, long) == text,
        }
    }

    /// Adds a text that is not there.
    fn add(&mut self, cell: Cell, long: &str) {
        self.cells.push(cell);
        if self.cells.len() > self.index.room() {
            self.number(long);
            return;
        }
        let place = self.cells.len() - 1;
        let hash = self.index.hash(cell, long);
        if !self.index.insert(hash, place) {
            self.number(long);
        }
    }

    /// Makes the texts be found; gives the places of those that stand in an earlier place too, rising.
    fn number(&mut self, long: &str) -> Vec<u32> {
        let keyed = self.index.keyed.take();
        self.index = Index::for_texts(self.cells.len());
        self.index.keyed = keyed;
        loop {
            if let Some(repeated) = self.index.fill(&self.cells, long) {
                return repeated;
            }
            // Chance does not explain it: where the hash with a key does not either, there are too many texts.
            let buckets =
                if self.index.keyed.is_some() { self.index.buckets.len() * 2 } else { self.index.buckets.len() };
            self.index = Index { buckets: vec![Bucket::default(); buckets], keyed: Some(RandomState::new()) };
        }
    }

    fn heap_bytes(&self) -> usize {
        self.cells.capacity() * size_of::<Cell>() + self.index.buckets.capacity() * size_of::<Bucket>()
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} texts", self.cells.len())
    }
}

/// Where texts are, by their hash.
///
/// The hash is a few multiplications, with a look at the text itself before two count as one. It has no secret, so someone
/// who chooses the ids can choose some that collide; where a search takes longer than chance explains, the hash of the
/// standard library with random keys takes its place. Nothing depends on the order in which either puts the texts.
#[derive(Clone, Default)]
struct Index {
    /// A power of two, or none. The upper bits of a hash say which is the first for it; where that is full, the next of its
    /// part is.
    buckets: Vec<Bucket>,
    keyed: Option<RandomState>,
}

/// Eight places, which are in the cache together, and the hashes of the texts there.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Bucket {
    hashes: [u32; 8],
    /// From 1; 0 where it is free. Those that are free come last.
    places: [u32; 8],
}

impl Bucket {
    /// The place of a text with this hash, from 1; 0 where there is none. Where there are two it is neither of them.
    #[inline]
    fn look(&self, hash: u32) -> u32 {
        let each = self.hashes.iter().zip(&self.places);
        each.fold(0, |found, (there, place)| found | if *there == hash { *place } else { 0 })
    }

    /// Whether a text with this hash is here.
    #[cold]
    fn has(&self, hash: u32, is_it: impl Fn(usize) -> bool) -> bool {
        let mut each = self.hashes.iter().zip(self.places);
        each.any(|(there, place)| place != 0 && *there == hash && is_it(place as usize - 1))
    }

    #[inline]
    fn is_full(&self) -> bool {
        let [.., last] = self.places;
        last != 0
    }

    /// Puts a place, from 1, where one is free.
    #[inline]
    fn put(&mut self, hash: u32, place: u32) {
        let free = self.places.iter().filter(|place| **place != 0).count();
        if let (Some(hashes), Some(places)) = (self.hashes.get_mut(free), self.places.get_mut(free)) {
            (*hashes, *places) = (hash, place);
        }
    }
}

/// Buckets between which a search stays.
const PART: usize = 1 << 8;

/// What no search exceeds by chance.
const LONGEST_SEARCH: usize = 64;

impl Index {
    /// With room for so many texts.
    fn for_texts(number: usize) -> Self {
        let buckets = if number == 0 { 0 } else { number.div_ceil(4).next_power_of_two() };
        Self { buckets: vec![Bucket::default(); buckets], keyed: None }
    }

    /// How many texts it is for: on the average four a bucket.
    fn room(&self) -> usize {
        self.buckets.len() * 4
    }

    #[inline]
    fn hash(&self, cell: Cell, long: &str) -> u32 {
        if self.keyed.is_none() && !cell.is_long() { cell.hash() } else { self.hash_of(text_of(&cell, long), None) }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the low bits of a hash are as good as all")]
    fn hash_of(&self, text: &str, cell: Option<Cell>) -> u32 {
        match (&self.keyed, cell) {
            (Some(keyed), _) => keyed.hash_one(text) as u32,
            (None, Some(cell)) => cell.hash(),
            (None, None) => hash_long(text),
        }
    }

    /// The bucket where a text with this hash is first looked for.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "less than there are buckets")]
    fn home(hash: u32, buckets: usize) -> usize {
        ((u64::from(hash) * buckets as u64) >> 32) as usize
    }

    /// Reads the first bucket of a text with this hash, to bring it near.
    #[inline]
    fn near(&self, hash: u32) -> u32 {
        self.buckets.get(Self::home(hash, self.buckets.len())).map_or(0, |bucket| bucket.hashes[0])
    }

    /// The place of a text with this hash, from 1, where one is in its first bucket.
    #[inline]
    fn look(&self, hash: u32) -> u32 {
        self.buckets.get(Self::home(hash, self.buckets.len())).map_or(0, |bucket| bucket.look(hash))
    }

    fn search(&self, hash: u32, is_at: impl Fn(usize) -> bool) -> Option<usize> {
        let mut at = Self::home(hash, self.buckets.len());
        // Through a part that is full, once.
        for _ in 0..PART {
            let bucket = self.buckets.get(at)?;
            for (there, place) in bucket.hashes.iter().zip(bucket.places) {
                let place = (place as usize).checked_sub(1)?;
                if *there == hash && is_at(place) {
                    return Some(place);
                }
            }
            at = next_in_part(at, self.buckets.len());
        }
        None
    }

    /// Puts a text that is not there; false where its search is too long.
    fn insert(&mut self, hash: u32, place: usize) -> bool {
        let mut at = Self::home(hash, self.buckets.len());
        for _ in 0..LONGEST_SEARCH {
            let buckets = self.buckets.len();
            let (Some(bucket), Ok(place)) = (self.buckets.get_mut(at), u32::try_from(place + 1)) else { return false };
            if !bucket.is_full() {
                bucket.put(hash, place);
                return true;
            }
            at = next_in_part(at, buckets);
        }
        false
    }

    /// Puts all texts in the empty buckets, and gives the places of those that stand in an earlier place too, rising;
    /// `None` where a search is too long.
    fn fill(&mut self, cells: &[Cell], long: &str) -> Option<Vec<u32>> {
        let hash = |(place, cell): (u32, &Cell)| Hashed { hash: self.hash(*cell, long), place };
        let hashed: Vec<Hashed> = (0..).zip(cells).map(hash).collect();
        let all = self.buckets.len();
        if all < BYTES * PART {
            return Share { first: 0, all, buckets: &mut self.buckets }.fill(&hashed, cells, long);
        }
        // Those whose buckets are near each other together, so that the buckets are in the cache.
        let (hashed, ends) = by_upper_byte(&hashed);
        let share = |(number, buckets): (usize, _)| {
            let [from, to] = [number.checked_sub(1), Some(number)].map(|at| at.and_then(|at| ends.get(at)).copied());
            let hashed = hashed.get(from.unwrap_or_default() as usize..to? as usize)?;
            Share { first: number * (all / BYTES), all, buckets }.fill(hashed, cells, long)
        };
        #[cfg(not(feature = "rayon"))]
        let repeated: Option<Vec<_>> = self.buckets.chunks_mut(all / BYTES).enumerate().map(share).collect();
        #[cfg(feature = "rayon")]
        let repeated: Option<Vec<_>> = self.buckets.par_chunks_mut(all / BYTES).enumerate().map(share).collect();
        let mut repeated = repeated?.concat();
        repeated.sort_unstable();
        Some(repeated)
    }
}

/// How many values a byte has.
const BYTES: usize = 1 << 8;

/// The hash of the text in a place.
#[derive(Clone, Copy, Default)]
struct Hashed {
    hash: u32,
    place: u32,
}

/// Sorts by the upper byte of the hash, and says where the hashes with each end.
fn by_upper_byte(hashed: &[Hashed]) -> (Vec<Hashed>, [u32; BYTES]) {
    let upper = |hashed: &Hashed| usize::from(hashed.hash.to_be_bytes()[0]);
    let mut ends = [0_u32; BYTES];
    for hashed in hashed {
        ends[upper(hashed)] += 1;
    }
    let mut before = 0;
    for start in &mut ends {
        before += std::mem::replace(start, before);
    }
    let mut sorted = vec![Hashed::default(); hashed.len()];
    for hashed in hashed {
        let at = &mut ends[upper(hashed)];
        if let Some(place) = sorted.get_mut(*at as usize) {
            *place = *hashed;
        }
        *at += 1;
    }
    (sorted, ends)
}

fn next_in_part(at: usize, buckets: usize) -> usize {
    let part = PART.min(buckets).wrapping_sub(1);
    (at & !part) | ((at + 1) & part)
}

/// Some parts of an index.
struct Share<'a> {
    /// The number of the first of its buckets among all.
    first: usize,
    all: usize,
    buckets: &'a mut [Bucket],
}

impl Share<'_> {
    /// Puts the texts with these hashes, which belong here.
    fn fill(mut self, hashed: &[Hashed], cells: &[Cell], long: &str) -> Option<Vec<u32>> {
        let mut repeated = Vec::new();
        for Hashed { hash, place } in hashed {
            let is_same = |other: usize| {
                let text = |place: usize| cells.get(place).map_or("", |cell| text_of(cell, long));
                let [this, other] = [*place as usize, other];
                cells.get(this) == cells.get(other) || text(this) == text(other)
            };
            match self.put(*hash, *place, is_same)? {
                Put::Here => {}
                Put::Repeated => repeated.push(*place),
            }
        }
        Some(repeated)
    }

    /// `None` where the search is too long.
    #[inline]
    fn put(&mut self, hash: u32, place: u32, is_same: impl Fn(usize) -> bool) -> Option<Put> {
        let buckets = self.buckets.len();
        let mut at = Index::home(hash, self.all).wrapping_sub(self.first);
        for _ in 0..LONGEST_SEARCH {
            let bucket = self.buckets.get_mut(at)?;
            if bucket.look(hash) != 0 && bucket.has(hash, &is_same) {
                return Some(Put::Repeated);
            }
            if !bucket.is_full() {
                bucket.put(hash, place + 1);
                return Some(Put::Here);
            }
            at = next_in_part(at, buckets);
        }
        None
    }
}

enum Put {
    Here,
    Repeated,
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
            Letters::Known(code) => code.number() + 1,
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
