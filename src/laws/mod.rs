//! Strategies and laws for property tests: whole histories biased to the edges of the rules, and the promises that every
//! indicator and breakdown must keep on them. Behind the feature `proptest`.

mod promises;
pub mod strategies;

pub use promises::{
    BrokenPromise, adds_up, divides, explains, ignores_order, ignores_the_future, keeps_all_promises, merges, retracts,
};
