//! Rows of successive files, numbered on in one sequence.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::record::Family;

/// What a file calls the columns of its records: by family and column of the Standard Safeguarding Dataset.
pub(crate) type Headings = Vec<(Family, &'static str, String)>;

/// A file and what it calls its columns; none where they have the names of the Standard Safeguarding Dataset.
#[derive(Clone, Debug)]
struct File {
    name: Arc<str>,
    headings: Option<Arc<Headings>>,
}

/// The files that rows come from. A row is kept as its number in one sequence over all files, so that no record carries the
/// name of its file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    /// The number before the first row of each, rising, and its name.
    begun: Vec<(u32, Option<File>)>,
    /// The greatest number given or reserved.
    last: u32,
}

/// Numbers kept free for the rows of a file, which are taken in any order among those of other files.
#[cfg(any(feature = "annex-a", feature = "cin-census", feature = "ssda903"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reserved {
    before: u32,
    rows: u32,
}

/// The row that a record came from; [`Chronology::place_of`](super::Chronology::place_of) says of which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileRow(NonZeroU32);

impl FileRow {
    pub(crate) const fn new(number: NonZeroU32) -> Self {
        Self(number)
    }
}

impl Files {
    /// The file and the row in it.
    pub(crate) fn place_of(&self, row: FileRow) -> (Option<&Arc<str>>, u64) {
        let (file, row) = self.place(row.0);
        (file, row.map_or(0, |row| u64::from(row.get())))
    }

    /// The rows from here on are of a file with this name, or of no named file.
    pub(crate) fn begin(&mut self, name: Option<Arc<str>>) {
        self.begin_file(name.map(|name| File { name, headings: None }));
    }

    fn begin_file(&mut self, file: Option<File>) {
        if self.begun.last().is_some_and(|(before, _)| *before == self.last) {
            self.begun.pop();
        }
        self.begun.push((self.last, file));
    }

    /// Keeps numbers free for a file; the rows after it are of no named file.
    #[cfg(any(feature = "annex-a", feature = "cin-census", feature = "ssda903"))]
    pub(crate) fn reserve(&mut self, name: Arc<str>, rows: u64, headings: Option<Headings>) -> Reserved {
        self.begin_file(Some(File { name, headings: headings.map(Arc::new) }));
        let before = self.last;
        self.last = before.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
        let reserved = Reserved { before, rows: self.last - before };
        self.begin(None);
        reserved
    }

    /// The name of the file that was begun last.
    pub(crate) fn current(&self) -> Option<&Arc<str>> {
        Some(&self.begun.last()?.1.as_ref()?.name)
    }

    /// The number of a row of the file that was begun last; none for row 0 and where there are no more numbers.
    #[inline]
    pub(crate) fn number(&mut self, row: u64) -> Option<NonZeroU32> {
        let before = self.begun.last().map_or(0, |(before, _)| *before);
        let number = u32::try_from(row).ok().and_then(NonZeroU32::new)?.checked_add(before)?;
        self.last = self.last.max(number.get());
        Some(number)
    }

    /// The number of a row for which one was reserved.
    #[cfg(any(feature = "annex-a", feature = "cin-census", feature = "ssda903"))]
    pub(crate) fn number_in(reserved: Reserved, row: u64) -> Option<NonZeroU32> {
        let row = u32::try_from(row).ok().filter(|row| *row <= reserved.rows)?;
        NonZeroU32::new(row)?.checked_add(reserved.before)
    }

    /// The row of its file with this number, and the name of the file.
    pub(crate) fn place(&self, number: NonZeroU32) -> (Option<&Arc<str>>, Option<NonZeroU32>) {
        let at = self.begun.partition_point(|(before, _)| *before < number.get());
        match at.checked_sub(1).and_then(|at| self.begun.get(at)) {
            None => (None, Some(number)),
            Some((before, file)) => (file.as_ref().map(|file| &file.name), NonZeroU32::new(number.get() - before)),
        }
    }

    /// What the file of the row with this number calls its columns; none where it does not say.
    pub(crate) fn headings(&self, number: NonZeroU32) -> Option<&Headings> {
        let at = self.begun.partition_point(|(before, _)| *before < number.get());
        self.begun.get(at.checked_sub(1)?)?.1.as_ref()?.headings.as_deref()
    }
}
