//! Strategies and laws for property tests: whole histories biased to the edges of the rules.

pub mod strategies;
