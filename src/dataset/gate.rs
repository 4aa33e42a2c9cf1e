//! What records and findings pass on their way into a dataset.

use std::fmt;

use super::Finding;
use crate::record::Record;

/// What every record and every finding of a reader passes on its way into a [`Builder`](crate::Builder) that was made by
/// [`Builder::through`](crate::Builder::through).
///
/// What the builder itself finds, it finds in the records as they come out of here.
pub trait Gate: fmt::Debug + Send + Sync {
    /// The record that is taken instead. It stays of its family.
    fn record(&self, record: Record) -> Record;

    /// The finding of a reader that is kept instead.
    fn finding(&self, finding: Finding) -> Finding;
}
