//! One binary: laws, oracle, golden figures, formats, meta.

mod generators;
mod laws;
mod oracle;
#[cfg(feature = "ssd")]
mod ssd;
