//! The program as it is run: on one process, and on a cluster of processes of its own.

use std::process::Command;

/// Runs it, and gives what it says.
fn run(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_on-ballista")).args(arguments).output().expect("it starts");
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

// Three rows at once: nothing that is apart comes together again by chance.

#[test]
fn one_process_counts_the_sample_authority_as_the_crate_alone_does() {
    let said = run(&["local", "--files", "5", "--tasks", "3", "--rows", "3"]);
    assert_eq!(said.matches("the ledger is that of the crate alone, to the byte").count(), 3, "{said}");
}

#[test]
fn a_cluster_counts_the_sample_authority_as_the_crate_alone_does() {
    let said = run(&["cluster", "--files", "5", "--rows", "3"]);
    assert_eq!(said.matches("the ledger is that of the crate alone, to the byte").count(), 3, "{said}");
    // Every file is a task, and every task sends a ledger.
    assert!(said.contains("shuffled: ") && !said.contains("shuffled: 0 bytes"), "{said}");
}

#[test]
fn a_folder_that_holds_parquet_is_not_written_to_again() {
    let work = tempfile::tempdir().expect("a folder");
    let out = work.path().to_str().expect("text");
    let write = ["write", "--children", "10", "--files", "1", "--out", out];
    run(&write);
    let again = Command::new(env!("CARGO_BIN_EXE_on-ballista")).args(write).output().expect("it starts");
    assert!(!again.status.success());
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("part-000.parquet is there already"), "{said}");
}
