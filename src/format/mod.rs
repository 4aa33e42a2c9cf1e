//! Readers of the field's file formats, and what is done to records on the way, each behind a feature of its name.

#[cfg(feature = "annex-a")]
pub mod annex_a;
#[cfg(feature = "anonymise")]
pub mod anonymise;
#[cfg(feature = "ssd")]
mod blocks;
#[cfg(feature = "cin-census")]
pub mod cin_census;
#[cfg(feature = "dfe-api")]
pub mod dfe_api;
#[cfg(feature = "ssd")]
pub mod ssd;
#[cfg(feature = "ssda903")]
pub mod ssda903;
