//! The handbook says what the definitions say, and knows every reason that stands in the evidence.

#![cfg(feature = "proptest")]
#![allow(clippy::expect_used, reason = "a test that cannot go on says so by a panic")]

use std::collections::BTreeSet;

use csc_kpi::calendar::Basis;
use csc_kpi::indicator::{AnyIndicator, Definition, Timing, catalogue};
use csc_kpi::laws::strategies::{Scenario, scenario};
use csc_kpi::{Dataset, Engine, NaiveDate};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::differential::with_counts;

macro_rules! pages {
    ($($page:ident),+ $(,)?) => {
        &[$((stringify!($page), include_str!(concat!("../../src/handbook/", stringify!($page), ".md")))),+]
    };
}

const INDEX: &str = include_str!("../../src/handbook/mod.rs");

const DEVIATIONS: &str = include_str!("../../src/handbook/deviations.md");

const PAGES: &[(&str, &str)] = pages![
    ni_68,
    ni_68_route,
    ecs_14a,
    ecs_138,
    ni_65,
    ni_65a,
    ecs_133,
    ni_64_open,
    ni_64_ceased,
    ni_67,
    icpc_15,
    cla,
    ni_62,
    ni_63,
    ecs_01b,
    ecs_02,
    care_leavers,
    missing_episodes,
    missing_children,
    wri,
    wri_72h,
];

const HEADINGS: [&str; 7] = [
    "Definition",
    "Who is counted",
    "Edges to the day",
    "Options",
    "Reasons in the evidence",
    "Source and deviations",
    "Example",
];

// ---- reading a page ----------------------------------------------------------------------------------------------

/// What stands under one heading, down to the next of any level.
#[derive(Default)]
struct Part {
    heading: String,
    /// Of the second level; empty under one of the first.
    subheading: String,
    /// The rows of its tables, cells trimmed; without heads and rules.
    rows: Vec<Vec<String>>,
    /// Its quotations in one line.
    quotation: String,
    /// All else in one line.
    text: String,
}

fn parts(page: &str) -> Vec<Part> {
    let mut parts = vec![Part::default()];
    let (mut in_code, mut head_of_table) = (false, true);
    for line in page.lines() {
        in_code ^= line.starts_with("```");
        if in_code || line.starts_with("```") {
            continue;
        }
        let last = parts.last_mut().expect("there is one from the start");
        if let Some(subheading) = line.strip_prefix("## ") {
            let heading = last.heading.clone();
            parts.push(Part { heading, subheading: subheading.to_owned(), ..Part::default() });
        } else if let Some(heading) = line.strip_prefix("# ") {
            parts.push(Part { heading: heading.to_owned(), ..Part::default() });
        } else if let Some(row) = line.strip_prefix('|').and_then(|row| row.strip_suffix('|')) {
            if row.starts_with("---") {
                head_of_table = false;
            } else if !head_of_table {
                last.rows.push(row.split('|').map(|cell| cell.trim().to_owned()).collect());
            }
            continue;
        } else if let Some(quoted) = line.strip_prefix("> ") {
            append(&mut last.quotation, quoted);
        } else {
            append(&mut last.text, line);
        }
        head_of_table = true;
    }
    parts
}

fn append(text: &mut String, line: &str) {
    for word in line.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
}

fn page(name: &str) -> &'static str {
    PAGES.iter().find(|(page, _)| *page == name).map(|(_, text)| *text).expect("a page of that name")
}

/// What stands between back quotes in a cell or a sentence.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

// ---- what the definitions say --------------------------------------------------------------------------------------

fn everything() -> Vec<AnyIndicator> {
    catalogue::standard().into_iter().chain(catalogue::options()).collect()
}

fn keys(indicators: &[AnyIndicator]) -> BTreeSet<String> {
    indicators.iter().map(|indicator| indicator.definition().key()).collect()
}

fn definition(key: &str) -> Option<Definition> {
    let named = |indicator: &AnyIndicator| indicator.definition().key() == key;
    everything().iter().find(|indicator| named(indicator)).map(|indicator| indicator.definition().clone())
}

/// What a definition needs, in as many rows as its line takes.
fn needs(definition: &Definition) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for need in &definition.needs {
        match rows.last_mut() {
            Some(row) if format!("| needs | {row}, {need} |").len() <= 120 => *row = format!("{row}, {need}"),
            _ => rows.push(need.to_string()),
        }
    }
    rows
}

/// A field of a definition as its JSON prints it: a text without quotation marks, a list with commas, a shape as code.
fn printed(definition: &Definition, field: &str) -> String {
    let json = serde_json::to_value(definition).expect("a definition has a JSON form");
    if field == "needs" {
        return needs(definition).join("; ");
    }
    match (field, &json[field]) {
        ("shape", serde_json::Value::String(text)) => format!("`{text}`"),
        ("shape", shape) => format!("`{shape}`"),
        (_, serde_json::Value::String(text)) => text.clone(),
        (_, serde_json::Value::Array(list)) => {
            list.iter().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join(", ")
        }
        (_, value) => value.to_string(),
    }
}

const FIELDS: [&str; 11] =
    ["code", "title", "unit", "timing", "shape", "bases", "polarity", "zero", "needs", "version", "source"];

/// The rows that the table of a definition must have, in any order.
fn rows_of(definition: &Definition) -> BTreeSet<Vec<String>> {
    let row = |field: &str| vec![field.to_owned(), printed(definition, field)];
    let mut rows: BTreeSet<_> = FIELDS.into_iter().filter(|field| *field != "needs").map(row).collect();
    rows.extend(needs(definition).into_iter().map(|needs| vec!["needs".to_owned(), needs]));
    if definition.sibling_groups {
        rows.insert(row("sibling_groups"));
    }
    rows
}

/// The rows that the table of an option must have: its key, and what is not as in the default rule.
fn rows_of_option(definition: &Definition) -> BTreeSet<Vec<String>> {
    let default = definition_of_default(definition);
    let differs = |field: &&str| printed(definition, field) != printed(&default, field);
    let mut rows: BTreeSet<_> = ["code", "option", "version"]
        .into_iter()
        .chain(FIELDS.into_iter().filter(differs))
        .map(|field| vec![field.to_owned(), printed(definition, field)])
        .collect();
    rows.insert(vec!["key".to_owned(), definition.key()]);
    assert_eq!(definition.sibling_groups, default.sibling_groups, "{}", definition.key());
    rows
}

fn definition_of_default(option: &Definition) -> Definition {
    definition(&option.code).expect("the default rule of an option is in the catalogue")
}

// ---- the tests -----------------------------------------------------------------------------------------------------

#[test]
fn every_page_has_the_same_headings() {
    for (name, text) in PAGES {
        let headings: Vec<_> =
            parts(text).into_iter().filter(|p| p.subheading.is_empty()).skip(1).map(|p| p.heading).collect();
        assert_eq!(headings, HEADINGS, "{name}");
        let example = text.split_once("# Example").map_or("", |(_, example)| example);
        assert!(example.contains("\n```\nuse ") && example.contains("assert"), "{name}: no example that runs");
    }
}

#[test]
fn definitions_are_printed_as_they_are() {
    let mut found = BTreeSet::new();
    for (name, text) in PAGES {
        for part in parts(text).iter().filter(|part| part.heading == "Definition" && !part.rows.is_empty()) {
            let code = part.rows.iter().find(|row| row[0] == "code").map_or("", |row| row[1].as_str());
            let Some(definition) = definition(code) else { panic!("{name}: the catalogue has no {code:?}") };
            assert_eq!(part.rows.iter().cloned().collect::<BTreeSet<_>>(), rows_of(&definition), "{name}: {code}");
            assert_eq!(part.rows.len(), rows_of(&definition).len(), "{name}: {code} has a row twice");
            assert_eq!(part.quotation, definition.rule, "{name}: the rule of {code}");
            assert!(part.subheading.is_empty() || part.subheading == code, "{name}: {} is {code}", part.subheading);
            assert!(found.insert(code.to_owned()), "{name}: {code} is on two pages");
        }
    }
    assert_eq!(found, keys(&catalogue::standard()), "definitions on the pages, and in the catalogue");
}

#[test]
fn options_are_printed_as_they_are() {
    let mut found = BTreeSet::new();
    for (name, text) in PAGES {
        let parts = parts(text);
        let (options, heads): (Vec<_>, Vec<_>) =
            parts.iter().filter(|part| part.heading == "Options").partition(|part| !part.subheading.is_empty());
        assert_eq!(heads.iter().any(|head| head.text.starts_with("None.")), options.is_empty(), "{name}");
        for part in options {
            let key = part.subheading.as_str();
            let Some(definition) = definition(key).filter(|definition| definition.option.is_some()) else {
                panic!("{name}: the catalogue has no option {key:?}")
            };
            assert_eq!(
                part.rows.iter().cloned().collect::<BTreeSet<_>>(),
                rows_of_option(&definition),
                "{name}: {key}"
            );
            assert_eq!(part.quotation, definition.rule, "{name}: the rule of {key}");
            assert!(rows_of_default(&parts, &definition.code), "{name}: {key} without {}", definition.code);
            assert!(found.insert(key.to_owned()), "{name}: {key} is on two pages");
        }
    }
    assert_eq!(found, keys(&catalogue::options()), "options on the pages, and in the catalogue");
}

fn rows_of_default(parts: &[Part], code: &str) -> bool {
    let row = vec!["code".to_owned(), code.to_owned()];
    parts.iter().any(|part| part.heading == "Definition" && part.rows.contains(&row))
}

#[test]
fn the_index_lists_every_page_and_every_figure() {
    let docs: String = INDEX
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .fold(String::new(), |docs, line| docs + line.strip_prefix(' ').unwrap_or(line) + "\n");
    let parts = parts(&docs);
    let index = parts.iter().find(|part| part.heading == "Pages").expect("a table of pages");
    let listed: Vec<_> = index.rows.iter().map(|row| row[0].trim_matches(['[', '`', ']']).to_owned()).collect();
    assert_eq!(listed, PAGES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "pages");
    for row in &index.rows {
        let parts = self::parts(page(row[0].trim_matches(['[', '`', ']'])));
        let defined = parts.iter().filter(|part| part.heading == "Definition").flat_map(|part| &part.rows);
        let codes: Vec<_> = defined.filter(|row| row[0] == "code").map(|row| row[1].as_str()).collect();
        assert_eq!(quoted(&row[1]), codes, "figures of {}", row[0]);
        let options: Vec<_> = parts.iter().filter(|part| part.heading == "Options").collect();
        let keys: Vec<_> = options.iter().map(|part| part.subheading.as_str()).filter(|key| !key.is_empty()).collect();
        assert_eq!(quoted(&row[2]), keys, "options of {}", row[0]);
    }
    // Every page is a module, and no module shows another one's page.
    let names: Vec<_> = PAGES.iter().map(|(name, _)| *name).chain(["deviations"]).collect();
    let modules: Vec<_> = INDEX.lines().filter(|line| line.starts_with("pub mod ")).collect();
    assert_eq!(modules, names.iter().map(|name| format!("pub mod {name} {{}}")).collect::<Vec<_>>());
    for name in names {
        assert!(INDEX.contains(&format!("#[doc = include_str!(\"{name}.md\")]\npub mod {name} {{}}")), "{name}");
    }
}

/// The codes that a text names: NI, ECS and ICPC with a number and letters, in tables, sentences and examples.
fn codes(text: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for prefix in ["NI", "ECS", "ICPC"] {
        for (at, _) in text.match_indices(&format!("{prefix} ")) {
            let inside_a_word = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
            let number: String = text[at + prefix.len() + 1..].chars().take_while(|c| c.is_alphanumeric()).collect();
            if !inside_a_word && number.starts_with(|c: char| c.is_ascii_digit()) {
                codes.push(format!("{prefix} {number}"));
            }
        }
    }
    codes
}

#[test]
fn no_page_names_a_figure_that_the_catalogue_does_not_have() {
    let keys = keys(&everything());
    let index = [("index", INDEX), ("deviations", DEVIATIONS)];
    for (name, text) in PAGES.iter().copied().chain(index) {
        let found = codes(text);
        assert!(found.len() > 1 || !name.starts_with(['n', 'e']), "{name}: no code found in it");
        for code in found {
            // NI 64 stands for both of its figures.
            let known = keys.contains(&code) || code == "NI 64" && keys.contains("NI 64 open");
            assert!(known, "{name}: the catalogue has no {code:?}");
        }
        for part in parts(text) {
            let cells = part.rows.iter().flatten().chain([&part.text]);
            for figure in cells.flat_map(|cell| quoted(cell)) {
                let families = ["NI ", "ECS ", "ICPC ", "CLA", "WRI", "Care leavers", "Missing "];
                let is_figure = families.iter().any(|family| figure.starts_with(family));
                assert!(!is_figure || keys.contains(figure), "{name}: the catalogue has no {figure:?}");
            }
        }
    }
}

#[test]
fn no_line_is_too_long() {
    for (name, text) in PAGES.iter().copied().chain([("index", INDEX), ("deviations", DEVIATIONS)]) {
        for (number, line) in (1..).zip(text.lines()) {
            assert!(line.chars().count() <= 120, "{name}, line {number}");
            assert!(!line.ends_with(' '), "{name}, line {number}");
        }
    }
}

// ---- reasons -------------------------------------------------------------------------------------------------------

/// What a page says can stand in the evidence of a figure.
#[derive(Debug)]
struct Row {
    page: &'static str,
    figure: String,
    outcome: String,
    reason: String,
    found: bool,
}

impl Row {
    fn all() -> Vec<Self> {
        let mut rows = Vec::new();
        for (page, text) in PAGES {
            for part in parts(text).iter().filter(|part| part.heading == "Reasons in the evidence") {
                for row in &part.rows {
                    let reason = quoted(&row[2]);
                    assert_eq!(reason.len(), 1, "{page}: {row:?}");
                    rows.extend(quoted(&row[0]).into_iter().map(|figure| Self {
                        page,
                        figure: figure.to_owned(),
                        outcome: row[1].clone(),
                        reason: reason[0].to_owned(),
                        found: false,
                    }));
                }
            }
        }
        rows
    }
}

/// Whether `text` is `template` with a whole number where that has `{}`.
fn is_of(text: &str, template: &str) -> bool {
    let Some((before, after)) = template.split_once("{}") else { return text == template };
    let number = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    number.is_some_and(|number| number.parse::<i64>().is_ok())
}

/// Every outcome and reason in the evidence of a scenario, by figure.
fn evidence(scenario: &Scenario) -> BTreeSet<(String, String, String)> {
    let dataset: Dataset = scenario.records.iter().cloned().collect();
    let engine = Engine::new(everything());
    let engine = scenario.known_at.into_iter().fold(engine, Engine::known_at);
    let ever: Basis = "rolling-2400m".parse().expect("a basis");
    let last = NaiveDate::from_ymd_opt(2100, 12, 31).expect("a day");
    let mut found = BTreeSet::new();
    for indicator in everything() {
        let definition = indicator.definition();
        let looks: Vec<(Basis, NaiveDate)> = match definition.timing {
            Timing::Flow => vec![(ever, last)],
            Timing::Stock | Timing::Windowed => {
                let on = |basis: &Basis| scenario.as_at.iter().map(|day| (*basis, *day)).collect::<Vec<_>>();
                definition.bases.iter().flat_map(on).collect()
            }
        };
        for (basis, as_at) in looks {
            let units = engine.evidence(&dataset, &definition.key(), basis, as_at).expect("evidence");
            found.extend(units.into_iter().map(|unit| (definition.key(), unit.outcome, unit.reason)));
        }
    }
    found
}

#[test]
fn every_reason_in_the_evidence_is_on_the_page_and_none_beside() {
    let mut rows = Row::all();
    let mut runner = TestRunner::deterministic();
    let strategy = scenario(1..6);
    for number in 0..1_500 {
        let scenario = strategy.new_tree(&mut runner).expect("a scenario").current();
        let scenario = if number % 8 == 0 { with_counts(scenario, &[0, 3, 2, 4, 7, 5, 1, 6]) } else { scenario };
        for (figure, outcome, reason) in evidence(&scenario) {
            let of_figure = rows.iter_mut().filter(|row| row.figure == figure);
            let mut fitting: Vec<_> =
                of_figure.filter(|row| is_of(&outcome, &row.outcome) && is_of(&reason, &row.reason)).collect();
            assert_eq!(fitting.len(), 1, "{figure}: {outcome}, {reason:?} is on its page so many times");
            for row in &mut fitting {
                row.found = true;
            }
        }
    }
    let idle: Vec<_> = rows.iter().filter(|row| !row.found).collect();
    assert!(idle.is_empty(), "no indicator says what the page says: {idle:?}");
    // Reasons stand on the page of their figure.
    for row in &rows {
        let code = definition(&row.figure).expect("a figure of the catalogue").code;
        assert!(rows_of_default(&parts(page(row.page)), &code), "{}: reasons of {code}", row.page);
    }
}
