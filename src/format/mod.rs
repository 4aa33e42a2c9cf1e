//! Readers of the field's file formats, each behind a feature of its name.

#[cfg(feature = "ssd")]
mod blocks;
#[cfg(feature = "ssd")]
pub mod ssd;
