//! What the crate is, held fixed: sizes, traits, codes, definitions, dependencies, licences.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use csc_kpi::chronology::{
    AssessmentEntry, CareLeaverEntry, Chronology, ConferenceEntry, EnquiryEntry, EpisodeEntry, InvolvementEntry,
    LegalStatusEntry, MissingEntry, PersonEntry, PlacementEntry, PlanEntry, ReferralEntry, ReviewEntry,
};
use csc_kpi::format::cin_census::{AssessmentFactor, Disability};
use csc_kpi::indicator::{AnyIndicator, Definition, Shape};
use csc_kpi::record::{
    AbuseCategory, Accommodation, Activity, ClosureReason, Coded, Eligibility, EpisodeEnd, EpisodeStart, Ethnicity,
    InTouch, LegalStatusCode, MissingKind, PlacementChange, PlacementProvider, PlacementType, PrimaryNeed,
    ReferralSource, Sex, StatutoryCode, Suitability,
};
use csc_kpi::{Builder, Dataset, Engine, Evidence, Finding, Ledger, Reading, Scorecard};
use serde_json::Value;

use crate::laws::everything;
use crate::seed::sample;

#[test]
fn an_entry_takes_48_bytes_at_the_most() {
    let sizes = [
        ("person", size_of::<PersonEntry>()),
        ("referral", size_of::<ReferralEntry>()),
        ("assessment", size_of::<AssessmentEntry>()),
        ("enquiry", size_of::<EnquiryEntry>()),
        ("conference", size_of::<ConferenceEntry>()),
        ("plan", size_of::<PlanEntry>()),
        ("review", size_of::<ReviewEntry>()),
        ("episode", size_of::<EpisodeEntry>()),
        ("placement", size_of::<PlacementEntry>()),
        ("legal status", size_of::<LegalStatusEntry>()),
        ("missing episode", size_of::<MissingEntry>()),
        ("care leaver status", size_of::<CareLeaverEntry>()),
        ("involvement", size_of::<InvolvementEntry>()),
    ];
    for (entry, size) in sizes {
        assert!(size <= 48, "{entry}: {size}");
    }
}

#[test]
fn a_record_takes_48_bytes_beside_its_texts_with_all_that_finds_it() {
    let dataset = sample();
    let bytes = dataset.heap_bytes() - dataset.text_bytes();
    assert!(bytes <= 48 * dataset.records(), "{} bytes for {} records", bytes, dataset.records());
}

#[test]
fn what_hosts_share_between_threads_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Dataset>();
    shared::<Engine>();
    shared::<Ledger>();
    shared::<AnyIndicator>();
    shared::<Reading>();
    shared::<Scorecard>();
    shared::<Evidence>();
    shared::<Finding>();
    shared::<Builder>();
    sent::<Chronology<'_>>();
}

fn every_code_is_read_as_it_is_written<C: StatutoryCode>() {
    let mut letters = BTreeSet::new();
    for code in C::ALL {
        let written = code.letters();
        assert!(letters.insert(written.to_ascii_uppercase()), "{written} twice");
        assert_eq!(Coded::read(written), Coded::Known(*code));
        assert_eq!(Coded::read(&format!(" {} ", written.to_ascii_lowercase())), Coded::Known(*code));
    }
    let unknown = Coded::<C>::read("~x~");
    assert_eq!((unknown.known(), unknown.letters()), (None, "~x~"));
}

#[test]
fn statutory_codes_are_read_as_they_are_written_and_unknown_ones_survive() {
    every_code_is_read_as_it_is_written::<AbuseCategory>();
    every_code_is_read_as_it_is_written::<Accommodation>();
    every_code_is_read_as_it_is_written::<Activity>();
    every_code_is_read_as_it_is_written::<AssessmentFactor>();
    every_code_is_read_as_it_is_written::<ClosureReason>();
    every_code_is_read_as_it_is_written::<Disability>();
    every_code_is_read_as_it_is_written::<Eligibility>();
    every_code_is_read_as_it_is_written::<EpisodeEnd>();
    every_code_is_read_as_it_is_written::<EpisodeStart>();
    every_code_is_read_as_it_is_written::<Ethnicity>();
    every_code_is_read_as_it_is_written::<InTouch>();
    every_code_is_read_as_it_is_written::<LegalStatusCode>();
    every_code_is_read_as_it_is_written::<MissingKind>();
    every_code_is_read_as_it_is_written::<PlacementChange>();
    every_code_is_read_as_it_is_written::<PlacementProvider>();
    every_code_is_read_as_it_is_written::<PlacementType>();
    every_code_is_read_as_it_is_written::<PrimaryNeed>();
    every_code_is_read_as_it_is_written::<ReferralSource>();
    every_code_is_read_as_it_is_written::<Sex>();
    every_code_is_read_as_it_is_written::<Suitability>();
}

#[test]
fn definitions_are_whole_unique_and_read_as_they_are_written() {
    let mut keys = BTreeSet::new();
    for indicator in everything() {
        let definition = indicator.definition();
        let key = definition.key();
        assert!(keys.insert(key.clone()), "{key} twice");
        assert_eq!(indicator.timing(), definition.timing, "{key}");
        for text in [&definition.title, &definition.unit, &definition.rule, &definition.source] {
            assert!(!text.trim().is_empty() && !text.contains("  "), "{key}: {text:?}");
        }
        assert!(definition.rule.ends_with('.') && !definition.bases.is_empty(), "{key}");
        if let Shape::Composition(parts) = &definition.shape {
            assert!(parts.len() > 1, "{key}");
        }
        let json = serde_json::to_string(definition).unwrap();
        assert_eq!(&serde_json::from_str::<Definition>(&json).unwrap(), definition);
    }
}

/// What `cargo metadata` says of the packages that this one needs.
fn metadata() -> Value {
    let compiler = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(compiler.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--filter-platform",
            host,
            "--manifest-path",
            manifest,
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn packages(metadata: &Value) -> BTreeMap<&str, &Value> {
    metadata["packages"].as_array().unwrap().iter().map(|package| (package["id"].as_str().unwrap(), package)).collect()
}

#[test]
fn the_default_build_needs_four_packages() {
    let metadata = metadata();
    let packages = packages(&metadata);
    let this = packages.values().find(|package| package["name"] == "csc-kpi").unwrap();
    let needed: BTreeSet<&str> = this["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|dependency| dependency["kind"].is_null() && dependency["optional"] == false)
        .map(|dependency| dependency["name"].as_str().unwrap())
        .collect();
    assert_eq!(needed, BTreeSet::from(["chrono", "rust_decimal", "serde", "thiserror"]));
    assert_eq!(this["features"]["default"].as_array().unwrap().len(), 0);
}

/// The packages that a host builds with every feature: all but what only tests and examples need.
fn built_by_hosts(metadata: &Value) -> BTreeSet<&str> {
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let mut built = BTreeSet::new();
    let mut next = vec![metadata["resolve"]["root"].as_str().unwrap()];
    while let Some(id) = next.pop() {
        if !built.insert(id) {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == id).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            if dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"] != "dev") {
                next.push(dependency["pkg"].as_str().unwrap());
            }
        }
    }
    built
}

#[test]
fn every_licence_in_the_graph_is_one_we_may_use() {
    let allowed = [
        "MIT",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
        "ISC",
        "BSL-1.0",
        "0BSD",
        "CC0-1.0",
        "MIT-0",
        "NCSA",
    ];
    // What tests and examples alone need is not part of what a host builds: a copyleft on its own files is no matter there.
    let tools_may_use = "MPL-2.0";
    let metadata = metadata();
    let built = built_by_hosts(&metadata);
    let builds = |name: &str| built.iter().any(|id| id.contains(&format!("#{name}@")));
    assert!(builds("rayon") && builds("chrono") && !builds("scraper"), "{built:?}");
    for (id, package) in &packages(&metadata) {
        let licence = package["license"].as_str().unwrap_or_default();
        // Of alternatives one must be allowed, of what is joined by AND every one.
        let may_use = licence.replace('/', " OR ").split(" AND ").all(|part| {
            part.trim_matches(['(', ')', ' ']).split(" OR ").any(|one| {
                let one = one.trim_matches(['(', ')', ' ']);
                allowed.contains(&one)
                    || one == "Apache-2.0 WITH LLVM-exception"
                    || (one == tools_may_use && !built.contains(*id))
            })
        });
        assert!(may_use, "{}: {licence:?}", package["name"]);
    }
}
