//! A source of CSV cut into blocks of whole rows, which can be read one without the other.

use std::io::{self, Read};

/// Bytes of a block, unless a row is longer.
const BLOCK: usize = 1 << 18;

/// A source cut into blocks of whole rows.
#[derive(Debug)]
pub(super) struct Blocks<R> {
    source: R,
    size: usize,
    /// What was read after the last whole row.
    rest: Vec<u8>,
    /// The byte order mark has been looked for.
    begun: bool,
    ended: bool,
    failed: Option<io::Error>,
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, size: BLOCK, rest: Vec::new(), begun: false, ended: false, failed: None }
    }

    /// The next rows, in `block`; whether there were any. Where the source fails, the whole rows before come first.
    pub(super) fn next(&mut self, block: &mut Vec<u8>) -> io::Result<bool> {
        block.clear();
        block.append(&mut self.rest);
        let mut quotes = Quotes::default();
        if let Some(error) = self.failed.take() {
            self.ended = true;
            block.clear();
            return Err(error);
        }
        while !self.ended {
            // Twice as much each time for a row that is longer than a block.
            let more = self.size.max(block.len());
            self.read(block, more);
            if self.ended {
                break;
            }
            if let Some(end) = quotes.last_row_end(block) {
                self.rest.extend_from_slice(block.get(end..).unwrap_or_default());
                block.truncate(end);
                return Ok(true);
            }
            if let Some(error) = self.failed.take() {
                self.ended = true;
                return Err(error);
            }
        }
        Ok(!block.is_empty())
    }

    fn read(&mut self, block: &mut Vec<u8>, more: usize) {
        // `read_to_end` reads on after an interruption, which is no failure.
        match self.source.by_ref().take(more as u64).read_to_end(block) {
            Ok(read) => self.ended = read < more,
            Err(error) => self.failed = Some(error),
        }
        if !self.begun {
            self.begun = true;
            if block.starts_with(MARK) {
                block.drain(..MARK.len());
            }
        }
    }
}

const MARK: &[u8] = "\u{feff}".as_bytes();

/// Where in the cells of a block a scan is. As in the crate `csv`: a quote opens a quoted cell only where the cell begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    CellStart,
    Plain,
    Quoted,
    /// After a quote in a quoted cell: its end, or the first of two that stand for one.
    QuoteInQuoted,
}

/// A scan for the last row end that is in no quoted cell; it goes on where it stopped when a block has grown.
#[derive(Debug, Default)]
struct Quotes {
    at: At,
    scanned: usize,
    end: Option<usize>,
}

impl Quotes {
    fn last_row_end(&mut self, block: &[u8]) -> Option<usize> {
        let unscanned = block.get(self.scanned..).unwrap_or_default();
        if matches!(self.at, At::CellStart | At::Plain) && memchr::memchr(b'"', unscanned).is_none() {
            // A carriage return ends a row too; the last byte may be the first half of a line end.
            let inner = unscanned.get(..unscanned.len().saturating_sub(1)).unwrap_or_default();
            let end = memchr::memrchr(b'\n', unscanned).or_else(|| memchr::memrchr(b'\r', inner));
            self.end = end.map(|end| self.scanned + end + 1).or(self.end);
            self.at = match unscanned.last() {
                Some(b',' | b'\n' | b'\r') => At::CellStart,
                Some(_) => At::Plain,
                None => self.at,
            };
        } else {
            for (position, byte) in (self.scanned + 1..).zip(unscanned) {
                self.at = match (self.at, byte) {
                    (At::Quoted, b'"') => At::QuoteInQuoted,
                    (At::Quoted, _) | (At::CellStart | At::QuoteInQuoted, b'"') => At::Quoted,
                    (_, b'\n') => {
                        self.end = Some(position);
                        At::CellStart
                    }
                    (_, b',' | b'\r') => At::CellStart,
                    _ => At::Plain,
                };
            }
        }
        self.scanned = block.len();
        self.end
    }
}
