//! One binary: laws, oracle, golden figures, formats, meta.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by a panic"
)]

mod breakdowns;
mod differential;
mod edges;
mod errors;
mod generators;
mod golden;
mod handbook;
mod laws;
mod merging;
mod meta;
mod oracle;
mod scorecard;
mod seed;
mod shared;
mod ssd;
