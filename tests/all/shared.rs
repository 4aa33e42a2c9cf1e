//! The public statistics and sample tables that lie beside the project; tests that read them are ignored where they are not.

use std::path::{Path, PathBuf};

/// The path of a file under `../shared/data`.
pub(crate) fn shared(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path)
}
