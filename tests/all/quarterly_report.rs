//! The example `quarterly_report`, run as a user runs it: the structure of the page, the words of its judgements, and that
//! Markdown and workbook say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use calamine::{Data, Reader, Xlsx};
use csc_kpi::indicator::catalogue;
use scraper::{ElementRef, Html, Selector};

use crate::examples::{Folder, LOOKED_AFTER, PLANS, REFERRALS, program};

fn run(arguments: &[&str]) -> Output {
    Command::new(program("quarterly_report")).args(arguments).output().unwrap()
}

/// A report as it is written.
struct Report {
    html: String,
    markdown: String,
    workbook: Vec<u8>,
    /// What was said on standard error.
    told: String,
}

/// A report into a folder of its own, which is removed again.
fn report(arguments: &[&str]) -> Report {
    let folder = Folder::new();
    let output = run(&[&["--out", folder.path()], arguments].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    let said = String::from_utf8(output.stdout).unwrap();
    let read = |file: &str| {
        let path = folder.file(file);
        assert!(said.contains(path.to_str().unwrap()), "{said}");
        fs::read(path).unwrap()
    };
    let text = |file: &str| String::from_utf8(read(file)).unwrap();
    Report {
        html: text("quarterly-report.html"),
        markdown: text("quarterly-report.md"),
        workbook: read("quarterly-report.xlsx"),
        told,
    }
}

/// The report without arguments.
fn usual() -> &'static Report {
    static REPORT: OnceLock<Report> = OnceLock::new();
    REPORT.get_or_init(|| report(&[]))
}

fn internal() -> &'static Report {
    static REPORT: OnceLock<Report> = OnceLock::new();
    REPORT.get_or_init(|| report(&["--internal"]))
}

fn page() -> Html {
    Html::parse_document(&usual().html)
}

fn all<'a>(of: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    of.select(&Selector::parse(selector).unwrap()).collect()
}

fn within<'a>(of: ElementRef<'a>, selector: &str) -> Vec<ElementRef<'a>> {
    of.select(&Selector::parse(selector).unwrap()).collect()
}

/// The text of an element, its white space in single blanks.
fn text(of: ElementRef<'_>) -> String {
    of.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every indicator that must be there: the catalogue, the option a standard is for, and the rate.
fn keys() -> Vec<String> {
    let keys = catalogue::standard().into_iter().map(|indicator| indicator.definition().key());
    keys.chain(["NI 62 raw-moves".to_owned(), "CLA rate".to_owned()]).collect()
}

/// The card of an indicator.
fn card<'a>(page: &'a Html, key: &str) -> ElementRef<'a> {
    let cards = all(page, "article");
    let of_key = |card: &ElementRef<'a>| within(*card, "h3 .code").iter().any(|code| text(*code) == key);
    cards.into_iter().find(of_key).unwrap_or_else(|| panic!("{key} has no card"))
}

/// The heading of the section an element is in.
fn section_of(element: ElementRef<'_>) -> String {
    let section = element.ancestors().filter_map(ElementRef::wrap).find(|around| around.value().name() == "section");
    text(within(section.unwrap(), "h2")[0])
}

#[test]
fn the_page_is_one_file_without_script_or_network() {
    let page = page();
    for outside in ["script", "link", "img", "iframe", "object", "embed", "base", "form", "audio", "video"] {
        assert!(all(&page, outside).is_empty(), "<{outside}>");
    }
    for element in all(&page, "*") {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on") && !["src", "srcset", "action"].contains(&name), "{name}={value}");
            assert!(!name.ends_with("href") || value.starts_with('#'), "{name}={value}");
        }
    }
    let html = usual().html.to_lowercase();
    for outside in ["http:", "https:", "//", "url(", "@import", "javascript:"] {
        assert!(!html.contains(outside), "{outside}");
    }
}

#[test]
fn headings_landmarks_and_references_are_in_order() {
    let page = page();
    assert_eq!(all(&page, "html")[0].value().attr("lang"), Some("en-GB"));
    assert!(text(all(&page, "head > title")[0]).contains("quarter 1 of 2018/19"));
    assert!(!all(&page, "meta[name=viewport]").is_empty());
    for landmark in ["header", "nav", "main", "footer"] {
        assert_eq!(all(&page, landmark).len(), 1, "{landmark}");
    }
    let levels: Vec<u32> =
        all(&page, "h1, h2, h3, h4, h5, h6").iter().map(|h| u32::from(h.value().name().as_bytes()[1] - b'0')).collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert_eq!(levels[0], 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "a level is skipped");
    let ids: Vec<&str> = all(&page, "[id]").iter().filter_map(|element| element.value().attr("id")).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "an id comes twice");
    for element in all(&page, "[href], [aria-labelledby]") {
        let links = element.value().attr("href").map(|link| link.trim_start_matches('#'));
        let labels = element.value().attr("aria-labelledby").unwrap_or_default().split(' ').filter(|id| !id.is_empty());
        for id in links.into_iter().chain(labels) {
            assert!(distinct.contains(id), "nothing has the id {id}");
        }
    }
    let sections: Vec<String> = all(&page, "section h2").into_iter().map(text).collect();
    assert_eq!(
        sections,
        [
            "At a glance",
            "Every indicator, five quarters",
            "Meeting target and good",
            "Not meeting target, or of concern",
            "For information and trend",
            "Missing children and return interviews",
            "Breakdowns",
            "Definitions",
            "Findings in the records",
            "How to read it",
        ]
    );
}

#[test]
fn tables_have_captions_and_headers_and_pictures_alternatives() {
    let page = page();
    for table in all(&page, "table") {
        assert!(
            within(table, "caption").iter().any(|caption| !text(*caption).is_empty()),
            "no caption: {}",
            text(table)
        );
        assert!(!within(table, "thead th").is_empty());
        for header in within(table, "th") {
            assert!(header.value().attr("scope").is_some_and(|scope| ["col", "row", "rowgroup"].contains(&scope)));
            assert!(!text(header).is_empty(), "an empty header in {}", text(table));
        }
    }
    let pictures = all(&page, "svg");
    let (drawn, ornaments): (Vec<_>, Vec<_>) =
        pictures.into_iter().partition(|svg| svg.value().attr("role") == Some("img"));
    assert!(ornaments.iter().all(|svg| svg.value().attr("aria-hidden") == Some("true")));
    // A trend for each indicator, and three counts in their parts.
    assert_eq!(drawn.len(), keys().len() + 3);
    for svg in drawn {
        let (title, description) = (within(svg, "title"), within(svg, "desc"));
        assert!(!text(title[0]).is_empty() && text(description[0]).contains("Q1 2018/19"), "{}", text(title[0]));
        let named = svg.value().attr("aria-labelledby").unwrap();
        assert_eq!(named, [title[0], description[0]].map(|e| e.value().attr("id").unwrap()).join(" "));
    }
    // A judgement is never a colour alone: each shape has its word beside it.
    for grade in all(&page, ".grade") {
        assert!(!within(grade, "svg").is_empty() && !text(grade).is_empty());
    }
}

#[test]
fn every_indicator_is_there_with_five_quarters() {
    let page = page();
    let rows = all(&page, "table.overview tbody tr:not(.group)");
    assert_eq!(rows.len(), keys().len());
    for key in keys() {
        let row = rows.iter().find(|row| within(**row, "th b").iter().any(|code| text(*code) == key));
        let row = row.unwrap_or_else(|| panic!("{key} is not in the table"));
        let values = within(*row, "td.value");
        let quarters: Vec<_> = values.iter().filter_map(|value| value.value().attr("data-quarter")).collect();
        assert_eq!(quarters, ["Q1 2017/18", "Q2 2017/18", "Q3 2017/18", "Q4 2017/18", "Q1 2018/19"]);
        let card = card(&page, &key);
        let under_chart = within(card, ".trend-table tbody td");
        assert_eq!(under_chart.len(), 5);
        for (value, again) in values.iter().zip(&under_chart) {
            assert!(!text(*value).is_empty() && text(*again).starts_with(&text(*value)), "{key}");
        }
        assert!(all(&page, "#definitions h3 .code").iter().any(|code| text(*code) == key), "{key} is not defined");
    }
}

/// Relative luminance and contrast as WCAG 2.2 defines them.
#[allow(clippy::float_arithmetic, reason = "the definition is in reals")]
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour: &str| {
        let digits = colour.trim_start_matches('#');
        let long: String = if digits.len() == 3 {
            digits.chars().flat_map(|digit| [digit, digit]).collect()
        } else {
            digits.to_owned()
        };
        let part = |at: usize| {
            let part = f64::from(u8::from_str_radix(&long[at..at + 2], 16).unwrap()) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Colours are read from the style sheet of the page: each text colour of a rule on the background of that rule, or on both
/// the paper and the panels.
#[test]
fn every_text_has_contrast() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9 && (contrast("#777777", "#fff") - 4.478).abs() < 1e-3);
    let page = page();
    let css = text(all(&page, "style")[0]);
    let palette: BTreeMap<&str, &str> = css[css.find(":root").unwrap()..]
        .split_once('}')
        .unwrap()
        .0
        .split([';', '{'])
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'))
        .map(|(name, colour)| (name.trim(), colour.trim()))
        .collect();
    let of = |declaration: &str| {
        let name = declaration.trim().strip_prefix("var(--")?.strip_suffix(')')?;
        Some(*palette.get(name).unwrap_or_else(|| panic!("{name} is no colour of the palette")))
    };
    let mut pairs = 0;
    for rule in css.split('}').filter_map(|rule| Some(rule.rsplit_once('{')?.1)) {
        let declared = |property: &str| {
            let lines = rule.split(';').filter_map(|line| line.split_once(':'));
            lines.filter(|(name, _)| name.trim() == property).find_map(|(_, value)| of(value))
        };
        let Some(ink) = declared("color") else { continue };
        let grounds =
            declared("background").map_or_else(|| vec![palette["paper"], palette["panel"]], |ground| vec![ground]);
        for ground in grounds {
            assert!(contrast(ink, ground) >= 4.5, "{ink} on {ground}: {}", contrast(ink, ground));
            pairs += 1;
        }
    }
    assert!(pairs > 20, "{pairs}");
    for label in all(&page, "svg.trend text") {
        let ink = label.value().attr("fill").unwrap();
        assert!(contrast(ink, palette["paper"]) >= 4.5, "{ink}");
    }
}

#[test]
fn the_judgements_of_the_printed_report_come_out_with_the_right_words() {
    let page = page();
    let (good, worse, known) =
        ("Meeting target and good", "Not meeting target, or of concern", "For information and trend");
    for (key, section, grade, words) in [
        ("NI 62 raw-moves", good, "Within tolerance", vec!["8%", "inside the standard (8% to 12%)", "provisional"]),
        (
            "NI 63",
            good,
            "Target met",
            vec![
                "It was 74%: 80 of 108",
                "inside the standard (at least 72%), so the target is met",
                "higher than Statistical neighbours (69%",
                "higher than England (70%",
                "which is better",
            ],
        ),
        ("ECS 01b", good, "Target met", vec!["It was 100%: 418 of 418"]),
        ("ECS 02", good, "Target met", vec!["It was 100%: 203 of 203"]),
        (
            "ECS 138",
            worse,
            "Outside tolerance",
            vec!["It was 79%: 404 of 511", "lower than the standard (at least 85%)"],
        ),
        (
            "NI 65a",
            worse,
            "Outside tolerance",
            vec![
                "It was 18%: 47 of 258",
                "higher than the standard (at most 6%)",
                "1 percentage point lower than on 31 March 2018 (19%), which is better",
                "the two periods share 274 of 365 days",
                "higher than West Midlands (11%",
            ],
        ),
        (
            "NI 68",
            known,
            "Not judged",
            vec![
                "It was 61%: 417 of 683",
                "lower than the standard (printed as upper limit 75.2%, lower limit 77%)",
                "not judged: the upper limit is printed below the lower one",
            ],
        ),
        (
            "ECS 14a",
            known,
            "Not judged",
            vec!["It was 19%: 130 of 683", "inside the standard", "2 percentage points lower"],
        ),
        ("ECS 133", known, "Not judged", vec!["It was 0%: 0 of 203", "inside the standard (at most 5%)"]),
        (
            "CLA",
            known,
            "Not judged",
            vec!["There were 418: UASC 55, not UASC 363", "5 higher than on 31 March 2018 (413)"],
        ),
        ("CLA rate", known, "Not judged", vec!["91.7", "59.9", "273 children looked after here, 145 fewer"]),
        ("Care leavers EET", known, "Not judged", vec!["It was 46%", "than on 31 March 2018 (60%), which is worse"]),
        ("Care leavers status age", known, "Not judged", vec!["For 14 of 90 care leavers it is more than 91 days"]),
    ] {
        let card = card(&page, key);
        assert_eq!((section_of(card).as_str(), text(within(card, ".grade")[0]).as_str()), (section, grade), "{key}");
        for words in words {
            assert!(text(card).contains(words), "{key}: {words:?} is not in {}", text(card));
            assert!(usual().markdown.contains(words), "{key}: {words:?} is not in the Markdown");
        }
    }
    let prose = text(all(&page, "main")[0]).to_lowercase();
    assert!(!prose.contains("below target") && !prose.contains("above target"));
}

#[test]
fn the_last_quarter_of_the_year_is_judged_for_good() {
    let report = report(&["--as-at", "2018-03-31", "--internal"]);
    for words in [
        "It was 11%: 45 of 413",
        "It was 75%: 81 of 108",
        "It was 84%: 1,752 of 2,095",
        "It was 19%: 49 of 260",
        "It was 75%: 2,252 of 3,020",
        "It was 93%: 244 of 263",
        "It was 36%: 95 of 263",
        "It was 57%: 149 of 263",
        "quarter 4 of 2017/18",
    ] {
        assert!(report.markdown.contains(words), "{words:?} is not in the report");
    }
    assert!(!report.markdown.contains("provisional"), "the year is over");
}

/// Counts that stand alone or before "of" in the body of a table.
fn printed_counts(html: &str) -> Vec<u64> {
    let page = Html::parse_document(html);
    let cells = all(&page, ".breakdown td, .part td, .trend-table small").into_iter().map(text);
    let first = |cell: String| cell.split_whitespace().next().map(|word| word.replace(',', ""));
    cells.filter_map(first).filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn small_numbers_are_hidden_unless_the_report_is_internal_and_says_so() {
    let counts = printed_counts(&usual().html);
    assert!(counts.len() > 150 && counts.contains(&0), "{}", counts.len());
    assert!(counts.iter().all(|count| !(1..=5).contains(count)), "a small count is printed");
    assert!(printed_counts(&internal().html).iter().any(|count| (1..=5).contains(count)));
    let page = page();
    assert!(text(all(&page, "#reading")[0]).contains("hidden to protect confidentiality"));
    assert!(usual().markdown.contains("[c]") && !internal().markdown.contains("[c]"));

    let page = Html::parse_document(&internal().html);
    let said = |element: &ElementRef<'_>| text(*element).contains("not to be published");
    let sections = all(&page, "section");
    assert!(sections.len() == 10 && sections.iter().all(|section| within(*section, ".notice").iter().any(said)));
    assert!(said(&all(&page, "header .notice")[0]));
    let foot = text(all(&page, "style")[0]);
    assert!(
        foot[foot.find("@bottom-left").unwrap()..].contains("not to be published"),
        "at the foot of each printed page"
    );
    assert!(internal().markdown.contains("5 interviews outstanding"));
}

fn sheet(report: &Report, name: &str) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(report.workbook.clone())).unwrap();
    workbook.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn the_workbook_has_the_figures_of_the_page() {
    let page = page();
    let sheet = sheet(usual(), "Indicators");
    assert_eq!(sheet.len(), keys().len() + 1);
    for row in &sheet[1..] {
        let key = row[1].to_string();
        let figures: Vec<String> = within(card(&page, &key), ".trend-table tbody td")
            .iter()
            .map(|cell| text(*cell).split_whitespace().next().unwrap().replace([',', '%'], ""))
            .collect();
        for (cell, figure) in row[5..10].iter().zip(&figures) {
            let is_number = matches!(cell, Data::Float(_) | Data::Int(_));
            assert_eq!(is_number, figure.parse::<f64>().is_ok(), "{key}: {cell:?} {figure}");
            assert_eq!(&cell.to_string(), figure.strip_suffix(".0").unwrap_or(figure), "{key}");
        }
        assert!(row[11].to_string().ends_with(&text(within(card(&page, &key), ".grade")[0])), "{key}");
    }
    let workbook: Xlsx<_> = Xlsx::new(Cursor::new(usual().workbook.clone())).unwrap();
    assert_eq!(
        workbook.sheet_names(),
        ["About", "Indicators", "Figures", "In parts", "Breakdowns", "Definitions", "Findings"]
    );
}

#[test]
fn the_same_records_give_the_same_bytes() {
    let again = report(&[]);
    assert_eq!((&again.html, &again.markdown), (&usual().html, &usual().markdown));
    assert_eq!(again.workbook, usual().workbook);
}

#[test]
fn names_are_text_wherever_they_stand() {
    let named = report(&["--authority", "A </style><script>\"\\ & Co"]);
    let page = Html::parse_document(&named.html);
    assert!(all(&page, "script").is_empty() && all(&page, "style").len() == 1);
    assert!(text(all(&page, ".organisation")[0]).ends_with("A </style><script>\"\\ & Co"));
}

#[test]
fn without_standards_nothing_is_judged() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample-authority");
    let report = report(&["--data", data.to_str().unwrap(), "--authority", "Elsewhere"]);
    let page = Html::parse_document(&report.html);
    let grades: BTreeSet<String> = all(&page, "article .grade").into_iter().map(text).collect();
    assert_eq!(grades.into_iter().collect::<Vec<_>>(), ["Not judged"]);
    assert!(report.markdown.contains("none were given, so nothing is judged"));
    assert!(report.markdown.starts_with("# Children") && report.markdown.contains("Elsewhere"));
}

/// A standard that was laid down on another basis until the year before does not decide on which basis a figure stands.
#[test]
fn a_figure_is_on_the_basis_of_the_standard_in_force() {
    let folder = Folder::new();
    let standards = r#"{"standards": [
        {"indicator": "ECS 14a", "bases": ["rolling-12m"], "effective": {"before": "2018-04-01"},
         "standard": {"unit": "percent", "rule": {"at_most": "99"}}},
        {"indicator": "ECS 14a", "bases": ["cumulative"], "standard": {"unit": "percent", "rule": {"at_most": "1"}}}
    ]}"#;
    folder.write("standards.json", standards);
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample-authority");
    let standards = folder.file("standards.json");
    let report = report(&["--data", data.to_str().unwrap(), "--standards", standards.to_str().unwrap()]);
    let page = Html::parse_document(&report.html);
    let grades: BTreeSet<String> = all(&page, "article .grade").into_iter().map(text).collect();
    assert_eq!(grades.into_iter().collect::<Vec<_>>(), ["Not judged", "Outside tolerance"]);
}

#[test]
fn what_is_wrong_with_an_argument_is_said_in_a_sentence() {
    let folder = Folder::new();
    let write = |name: &str, text: &str| {
        folder.write(name, text);
        folder.file(name).to_str().unwrap().to_owned()
    };
    let (empty, undated) = (Folder::new(), Folder::new());
    undated.write("ssd_person.csv", "pers_person_id,pers_dob\nC1,2010-05-04\n");
    let no_json = write("no.json", "{");
    let unknown = write(
        "unknown.json",
        r#"{"standards": [{"indicator": "NI 99", "standard": {"unit": "percent", "rule": {"at_least": "72"}}}]}"#,
    );
    let out = folder.file("out");
    let out = out.to_str().unwrap();
    for (arguments, said) in [
        (vec!["--data", "no-such-folder"], "no-such-folder is no folder"),
        (vec!["--as-at", "30/06/2018"], "write it as YYYY-MM-DD"),
        (vec!["--data", empty.path()], "holds none of the SSD tables"),
        (
            vec!["--data", undated.path()],
            "has no dated record that would say of which day the figures are; give --as-at",
        ),
        (vec!["--standards", "no-such-file"], "cannot read no-such-file"),
        (vec!["--standards", &no_json], "is no file of standards"),
        (vec!["--standards", &unknown], "a standard is for \"NI 99\", which is no indicator"),
        (vec!["--population", "0"], "0 is not in 1.."),
        (vec!["--out", &no_json], "cannot make"),
    ] {
        let before: &[&str] = if arguments.contains(&"--out") { &[] } else { &["--out", out] };
        let output = run(&[before, &arguments].concat());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains(said), "{arguments:?} said {text}");
    }
    assert!(!Path::new(out).exists(), "nothing is written where something is wrong");
}

#[test]
fn what_cannot_be_made_of_the_data_is_said_in_every_form_and_judged_in_none() {
    let folder = Folder::new();
    folder.write_return(2018);
    let report = report(&["--data", folder.path(), "--internal"]);
    let sentence = "NI 68: not supplied: referrals.";
    let lead = "Figures that cannot be made of these data, which is not the same as zero";
    for text in [&report.html, &report.markdown] {
        assert!(text.contains(sentence) && text.contains(lead), "{text}");
        assert!(text.contains("It cannot be given: the data do not hold referrals."), "{text}");
        assert!(text.contains("It cannot be given: it looks back 30 months, and the data begin on 1 April 2017."));
    }
    let row = report.markdown.lines().find(|line| line.starts_with("| NI 68 Referrals going on")).unwrap();
    assert_eq!(row.matches("not supplied").count(), 5, "{row}");
    assert!(row.contains("Not judged"), "{row}");
    let row = report.markdown.lines().find(|line| line.starts_with("| CLA Children looked after (")).unwrap();
    let cells: Vec<&str> = row.split('|').map(str::trim).collect();
    // Of the quarter ends before the collection year nothing is known.
    assert_eq!(cells[2..7], ["data begin 2017-04-01", "0", "0", "0", "1"], "{row}");
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(report.workbook)).unwrap();
    let findings = workbook.worksheet_range("Findings").unwrap();
    assert!(findings.used_cells().any(|(_, _, cell)| *cell == Data::String(sentence.to_owned())));
}

#[test]
fn the_reporting_date_is_the_last_that_the_data_offer() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample-authority");
    let shown = |folder: &str| {
        let report = report(&["--data", folder]);
        let line = report.markdown.lines().find(|line| line.contains(". Figures as at ")).unwrap().to_owned();
        let told = report.told.lines().find(|line| line.starts_with("as at ")).unwrap().to_owned();
        (line, told)
    };
    let holds = |folder: &str, day: &str, why: &str| {
        let (line, told) = shown(folder);
        assert!(line.contains(&format!(". Figures as at {day},")), "{line}");
        assert_eq!(told, format!("as at {why}; --as-at takes others"));
    };
    let folder = Folder::new();
    folder.write_return(2018);
    holds(folder.path(), "31 March 2018", "2018-03-31 (the end of the last quarter up to which the data are supplied)");
    // The censuses go further than the return.
    folder.write_census(2019);
    holds(folder.path(), "31 March 2019", "2019-03-31 (the end of the last quarter up to which the data are supplied)");
    holds(
        sample.to_str().unwrap(),
        "30 June 2018",
        "2018-06-30 (the end of the last quarter not after the last dated record, of 2018-06-30)",
    );
    let folder = Folder::new();
    let plan: &[&str] = &["C1", "a) Female", "a) WBRI", "04/05/2010", "20/09/2022", "", "1"];
    folder.write_workbook("annex_a.xlsx", &[("List 7", PLANS, &[plan])]);
    holds(folder.path(), "20 September 2022", "2022-09-20 (the day on which the workbook was made)");
    assert!(!usual().told.contains("as at "), "of the sample authority the dates are known: {}", usual().told);
}

#[test]
fn what_an_authority_counted_stands_under_its_own_name() {
    let folder = Folder::new();
    let referrals: [&[&str]; 3] = [
        &["C1", "a) Male", "WBRI", "2013-01-01", "2018-03-05", "", "b) No", "2"],
        &["C2", "b) Female", "WBRI", "2012-01-01", "2018-03-06", "", "b) No", "0"],
        &["C3", "b) Female", "WBRI", "2012-01-01", "2018-03-07", "", "b) No", "0"],
    ];
    let placed: [&[&str]; 2] = [
        &["C5", "b) Female", "WBRI", "2011-01-01", "2018-02-07", "", "4", "2018-03-01", "U4", "2018-02-07", "C2"],
        &["C6", "b) Female", "WBRI", "2011-01-01", "2018-02-07", "", "1", "2018-03-01", "U4", "2018-02-07", "C2"],
    ];
    let placements: Vec<&str> = LOOKED_AFTER
        .iter()
        .copied()
        .chain([
            "Start Date of Most Recent Placement",
            "Placement Type",
            "Start date of current legal status",
            "Child's Legal Status",
        ])
        .collect();
    folder.write_workbook(
        "annex_a 2018-03-31.xlsx",
        &[("List 3", REFERRALS, &referrals), ("List 8", &placements, &placed)],
    );
    let report = report(&["--data", folder.path(), "--internal"]);
    let line = |key: &str| {
        let line = report.markdown.lines().find(|line| line.starts_with(&format!("| {key} "))).unwrap();
        line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<String>>()
    };
    // At the last of the five dates. The list reaches back six months: the quarter, and no year.
    let quarter = line("ECS 14a as recorded");
    assert!(quarter[1].ends_with("(in the quarter)") && quarter[6] == "33%", "{quarter:?}");
    assert_eq!(line("ECS 14a Repeat")[6], "data begin 2017-10-01");
    assert_eq!(line("NI 62 as recorded")[6], "50%");
    assert_eq!(line("NI 62 Children")[6], "not supplied");
    // Of records nothing is as recorded.
    assert!(!usual().markdown.contains("as recorded"));
}
