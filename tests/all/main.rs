//! One binary: laws, oracle, golden figures, formats, meta.

mod differential;
mod errors;
mod generators;
mod laws;
mod meta;
mod oracle;
mod seed;
mod ssd;
