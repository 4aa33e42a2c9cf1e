//! One binary: laws, oracle, golden figures, formats, meta.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by a panic"
)]

mod annex_a;
mod anonymise;
mod attacker;
mod breakdowns;
mod building;
mod cin_census;
mod comparisons;
mod corpus;
mod dfe_api;
mod differential;
mod disclosure;
mod edges;
mod errors;
mod examples;
mod findings;
mod forms;
mod generators;
mod golden;
mod handbook;
mod held_from;
mod laws;
mod merging;
mod meta;
mod misspelt;
mod narrative;
mod oracle;
mod own_indicators;
mod partials;
mod quarterly_report;
mod readers;
mod scorecard;
mod scorecard_service;
mod seed;
mod shared;
mod ssd;
mod ssda903;
mod standards;
mod supply;
