//! What the fuzz targets found worth keeping, replayed: the corpus of each reader through what holds of every reader.

use std::fs;
use std::path::{Path, PathBuf};

use crate::readers;

/// Replays the inputs of a target, and says how many there are and how many records they have in all.
fn replay(target: &str, reader: impl Fn(&[u8]) -> usize) -> (usize, usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/fuzz/corpus").join(target);
    if !folder.exists() {
        // Cargo writes that file into a package, and the corpus is in none.
        assert!(root.join("Cargo.toml.orig").exists(), "{} is not there", folder.display());
        return (usize::MAX, usize::MAX);
    }
    let mut inputs: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    let mut records = 0;
    for input in &inputs {
        // The last line printed names the input that fails.
        println!("{}", input.display());
        records += reader(&fs::read(input).unwrap());
    }
    (inputs.len(), records)
}

macro_rules! corpora {
    ($($target:ident, $inputs:literal, $records:literal;)+) => {
        $(
            #[test]
            fn $target() {
                let (inputs, records) = replay(stringify!($target), readers::$target);
                assert!(inputs >= $inputs && records >= $records, "{inputs} inputs with {records} records");
            }
        )+
    };
}

// The least number of inputs and of records in them, so that no corpus gets lost and no reader passes by reading nothing.
corpora! {
    annex_a, 100, 30;
    cin_census, 75, 15;
    dfe_api, 300, 8;
    ssd, 125, 60;
    ssda903_csv, 75, 15;
    ssda903_xml, 95, 10;
}
