//! The report as Markdown: the same facts in the same order, for a repository or a mail.

use super::page::{
    COMPOSITIONS, COMPOSITIONS_LEAD, UNAVAILABLE, definition_lines, findings_lead, how_to_read, nothing, sentence_case,
};
use super::view::{Item, Judgement, Shown, View};

/// The whole report.
pub(crate) fn render(view: &View) -> String {
    let mut out = Lines::default();
    out.line(&format!("# {}", view.title()));
    out.line(&format!("{}. Figures as at {}, beside the four quarters before it.", view.authority, view.as_at));
    out.line(&format!("> {}", view.protection.notice));
    out.line("## At a glance");
    let tallies: Vec<_> = Judgement::ALL
        .into_iter()
        .map(|judgement| (judgement, view.items().filter(|item| item.judgement == judgement).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(judgement, count)| format!("{} {}: {count}", judgement.sign(), judgement.word()))
        .collect();
    out.line(&tallies.join(" · "));
    out.list(view.headlines.iter().map(String::as_str));
    out.line("## Every indicator, five quarters");
    overview(&mut out, view);
    for section in &view.sections {
        out.line(&format!("## {}", section.kind.title()));
        out.line(section.kind.lead());
        if section.items.is_empty() {
            out.line(nothing(section.kind));
        }
        for item in &section.items {
            card(&mut out, view, item);
        }
    }
    if !view.compositions.is_empty() {
        out.line(&format!("## {COMPOSITIONS}"));
        out.line(COMPOSITIONS_LEAD);
    }
    for composition in &view.compositions {
        out.line(&format!("### {}, {}", composition.title, composition.basis));
        let mut rows: Vec<Vec<String>> = composition
            .parts
            .iter()
            .map(|part| std::iter::once(part.name.clone()).chain(part.figures.iter().map(with_counts)).collect())
            .collect();
        let all = format!("All {}", composition.noun);
        rows.push(std::iter::once(all).chain(composition.totals.iter().map(|total| total.text.clone())).collect());
        out.table(&heading("Part", view), &rows, 1);
    }
    out.line("## Breakdowns");
    out.line(&format!("As at {}. {}", view.as_at, view.protection.rule));
    for breakdown in &view.breakdowns {
        out.line(&format!("### By {}", breakdown.by));
        for table in &breakdown.tables {
            out.line(&format!("{} {}, {}:", table.code, table.title, table.basis));
            let mut rows: Vec<Vec<String>> = table
                .rows
                .iter()
                .map(|(stratum, figure)| vec![stratum.clone(), figure.text.clone(), figure.counts.clone()])
                .collect();
            rows.push(vec!["All".to_owned(), table.total.text.clone(), table.total.counts.clone()]);
            out.table(&[sentence_case(&breakdown.by), "Figure".to_owned(), "Counts".to_owned()], &rows, 1);
        }
    }
    out.line("## Definitions");
    for item in view.items() {
        out.line(&format!("### {} {}", item.code, item.title));
        let lines: Vec<_> = definition_lines(item).into_iter().map(|(term, text)| format!("{term}: {text}")).collect();
        out.list(lines.iter().map(String::as_str));
    }
    findings(&mut out, view);
    reading(&mut out, view);
    out.text
}

fn findings(out: &mut Lines, view: &View) {
    out.line("## Findings in the records");
    if !view.unavailable.is_empty() {
        out.line(&format!("{UNAVAILABLE}:"));
        out.list(view.unavailable.iter().map(String::as_str));
    }
    out.line(&findings_lead(view));
    if !view.findings.rows.is_empty() {
        let heading = ["Table", "Column", "Finding", "Rows"].map(str::to_owned);
        let row = |row: &super::view::FindingRow| {
            vec![row.table.clone(), row.field.clone(), row.rule.clone(), row.count.clone()]
        };
        out.table(&heading, &view.findings.rows.iter().map(row).collect::<Vec<_>>(), 3);
    }
}

fn reading(out: &mut Lines, view: &View) {
    out.line("## How to read it");
    for sentence in how_to_read() {
        out.line(sentence);
    }
    let signs: Vec<_> =
        Judgement::ALL.iter().map(|judgement| format!("{} {}", judgement.sign(), judgement.word())).collect();
    out.line(&signs.join(" · "));
    let marks = view.protection.marks.iter().map(|(mark, meaning)| format!("{mark}: {meaning}"));
    let sources = view.sources.iter().map(|(term, text)| format!("{term}: {text}"));
    let lines: Vec<_> = marks.chain(sources).collect();
    out.list(lines.iter().map(String::as_str));
}

fn overview(out: &mut Lines, view: &View) {
    let mut columns = heading("Indicator", view);
    columns.extend(["Standard".to_owned(), "Judgement".to_owned()]);
    for section in view.sections.iter().filter(|section| !section.items.is_empty()) {
        out.line(&format!("**{}**", section.kind.title()));
        let rows: Vec<Vec<String>> = section
            .items
            .iter()
            .map(|item| {
                let mut row = vec![format!("{} {} ({})", item.code, item.title, item.basis)];
                row.extend(item.figures.iter().map(|figure| figure.text.clone()));
                row.push(item.standard.clone().unwrap_or_default());
                row.push(judged(item));
                row
            })
            .collect();
        out.table(&columns, &rows, 1);
    }
}

fn judged(item: &Item) -> String {
    let qualifier = item.qualifier.as_ref().map_or_else(String::new, |qualifier| format!(" ({qualifier})"));
    format!("{} {}{qualifier}", item.judgement.sign(), item.judgement.word())
}

fn card(out: &mut Lines, view: &View, item: &Item) {
    out.line(&format!("### {} {}", item.code, item.title));
    let now = item.now().map(with_counts).unwrap_or_default();
    out.line(&format!("**{now}** · {} · {}", judged(item), item.basis));
    for paragraph in &item.paragraphs {
        out.line(paragraph);
    }
    let columns: Vec<String> = view.dates.iter().map(super::view::ReportingDate::label).collect();
    out.table(&columns, &[item.figures.iter().map(with_counts).collect()], 0);
}

fn with_counts(figure: &Shown) -> String {
    if figure.counts.is_empty() { figure.text.clone() } else { format!("{} ({})", figure.text, figure.counts) }
}

fn heading(first: &str, view: &View) -> Vec<String> {
    std::iter::once(first.to_owned()).chain(view.dates.iter().map(super::view::ReportingDate::label)).collect()
}

#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    /// A block, with an empty line before it.
    fn line(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn list<'a>(&mut self, items: impl Iterator<Item = &'a str>) {
        let items: Vec<_> = items.map(|item| format!("- {item}")).collect();
        if !items.is_empty() {
            self.line(&items.join("\n"));
        }
    }

    /// A table; the first `texts` columns are texts, all others figures.
    fn table(&mut self, heading: &[String], rows: &[Vec<String>], texts: usize) {
        let line = |cells: &[String]| {
            let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
            format!("| {} |", cells.join(" | "))
        };
        let rule: Vec<_> = (0..heading.len()).map(|at| if at < texts { "---" } else { "---:" }.to_owned()).collect();
        let lines: Vec<_> = [line(heading), line(&rule)].into_iter().chain(rows.iter().map(|row| line(row))).collect();
        self.line(&lines.join("\n"));
    }
}
