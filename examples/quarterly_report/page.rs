//! The report as one HTML page: no script, nothing fetched, the charts inside it.

use anyhow::Result;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart;
use super::view::{Breakdown, BreakdownTable, Composition, FindingRow, Item, Judgement, Kind, Section, Shown, View};

pub(crate) const COMPOSITIONS: &str = "Missing children and return interviews";
pub(crate) const COMPOSITIONS_LEAD: &str = "How the episodes of each quarter divide. A child can be missing in several quarters, so children do not add up over them.";

const CSS: &str = include_str!("page.css");

/// The page.
pub(crate) fn render(view: &View) -> Result<String> {
    let mut cards = Vec::new();
    for section in &view.sections {
        cards.push(cards_of(view, section)?);
    }
    let mut compositions = Vec::new();
    for composition in &view.compositions {
        compositions.push(composition_part(view, composition)?);
    }
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (view.title()) " – " (view.authority) }
                style { (PreEscaped(CSS)) (PreEscaped(every_page(view))) }
            }
            body {
                a.skip href="#summary" { "Skip to the summary" }
                (header(view))
                main {
                    (summary(view))
                    (overview(view))
                    @for section in cards { (section) }
                    @if !compositions.is_empty() {
                        section id="missing" aria-labelledby="missing-title" {
                            h2 id="missing-title" { (COMPOSITIONS) }
                            (internal(view))
                            p.lead { (COMPOSITIONS_LEAD) }
                            @for part in compositions { (part) }
                        }
                    }
                    (breakdowns(view))
                    (definitions(view))
                    (findings(view))
                    (reading(view))
                }
                footer {
                    p { (view.title()) ", " (view.authority) ". Figures as at " (view.as_at) "." }
                }
            }
        }
    };
    Ok(page.into_string())
}

/// What stands at the foot of every printed page.
fn every_page(view: &View) -> String {
    let foot = format!("{} · {} · {}", view.authority, view.period, view.protection.notice);
    // As a text of the style sheet, in which nothing can end the text or the sheet.
    let escaped: String = foot
        .chars()
        .map(|letter| match letter {
            '"' | '\\' | '<' | '>' | '&' => format!("\\{:06x}", u32::from(letter)),
            letter if letter.is_control() => " ".to_owned(),
            letter => letter.to_string(),
        })
        .collect();
    let look = "font: 8pt sans-serif; color: #4a5560;";
    format!(
        "@page {{ @bottom-left {{ content: \"{escaped}\"; {look} width: 85%; }} \
         @bottom-right {{ content: counter(page) \" / \" counter(pages); {look} }} }}\n"
    )
}

/// In a report that hides nothing, said again at the head of each section.
fn internal(view: &View) -> Markup {
    html! { @if view.protection.internal { p.notice.internal { (view.protection.notice) } } }
}

fn header(view: &View) -> Markup {
    html! {
        header {
            p.organisation { (view.authority) }
            h1 { (view.title()) }
            p.facts { "Figures as at " (view.as_at) ", beside the four quarters before it." }
            p class=@if view.protection.internal { "notice internal" } @else { "notice" } { (view.protection.notice) }
            nav aria-label="Sections" {
                ul {
                    li { a href="#every-indicator" { "Every indicator" } }
                    @for section in &view.sections { li { a href={ "#" (section.kind.id()) } { (section.kind.title()) } } }
                    @if !view.compositions.is_empty() { li { a href="#missing" { (COMPOSITIONS) } } }
                    li { a href="#breakdowns" { "Breakdowns" } }
                    li { a href="#definitions" { "Definitions" } }
                    li { a href="#findings" { "Findings in the records" } }
                    li { a href="#reading" { "How to read it" } }
                }
            }
        }
    }
}

/// For a reader with one minute.
fn summary(view: &View) -> Markup {
    html! {
        section id="summary" aria-labelledby="summary-title" {
            h2 id="summary-title" { "At a glance" }
            (internal(view))
            ul.tallies {
                @for judgement in Judgement::ALL {
                    @let count = view.items().filter(|item| item.judgement == judgement).count();
                    @if count > 0 {
                        li class={ "grade-" (judgement.class()) } { b { (count) } (grade(judgement)) }
                    }
                }
            }
            ul.headlines { @for headline in &view.headlines { li { (headline) } } }
            @let judged: Vec<&Item> = view.items().filter(|item| item.judgement != Judgement::NotJudged).collect();
            @if !judged.is_empty() {
                table.judged role="table" {
                    caption { "What is judged, as at " (view.as_at) }
                    thead role="rowgroup" { tr role="row" {
                        th.text role="columnheader" scope="col" { "Indicator" }
                        th role="columnheader" scope="col" { "Figure" }
                        th.text role="columnheader" scope="col" { "Standard" }
                        th.text role="columnheader" scope="col" { "Judgement" }
                    } }
                    tbody role="rowgroup" {
                        @for item in judged {
                            tr role="row" {
                                th role="rowheader" scope="row" { a href={ "#" (item.id) } { b { (item.code) } } " " (item.title) }
                                td.now role="cell" { (item.now().map_or("–", |now| now.text.as_str())) }
                                td.text.standard role="cell" { (item.standard.as_deref().unwrap_or_default()) }
                                td.text.judgement role="cell" { (grade(item.judgement)) (qualifier(item)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The table of every indicator; on a phone each row becomes a block, so the roles are said outright.
fn overview(view: &View) -> Markup {
    let columns = view.dates.len() + 3;
    html! {
        section.page id="every-indicator" aria-labelledby="every-indicator-title" {
            h2 id="every-indicator-title" { "Every indicator, five quarters" }
            (internal(view))
            p.lead { "Each line links to its trend and what is said about it." }
            table.overview role="table" {
                caption { "Every indicator at the last five reporting dates" }
                thead role="rowgroup" {
                    tr role="row" {
                        th.text role="columnheader" scope="col" { "Indicator" }
                        @for date in &view.dates {
                            th role="columnheader" scope="col" { (date.short) small { (date.year) } }
                        }
                        th.text role="columnheader" scope="col" { "Standard" }
                        th.text role="columnheader" scope="col" { "Judgement" }
                    }
                }
                @for section in &view.sections {
                    tbody role="rowgroup" {
                        tr.group role="row" {
                            th role="rowheader" scope="rowgroup" colspan=(columns) { (section.kind.title()) }
                        }
                        @for item in &section.items { (overview_row(view, item)) }
                    }
                }
            }
        }
    }
}

fn overview_row(view: &View, item: &Item) -> Markup {
    let newest = item.figures.len().saturating_sub(1);
    html! {
        tr role="row" {
            th role="rowheader" scope="row" {
                a href={ "#" (item.id) } { b { (item.code) } } " " (item.title)
                span.basis { (item.basis) }
            }
            @for (at, (figure, date)) in item.figures.iter().zip(&view.dates).enumerate() {
                td role="cell" class=@if at == newest { "value now" } @else { "value" } data-quarter=(date.label()) {
                    (figure.text)
                }
            }
            td.text.standard role="cell" { (item.standard.as_deref().unwrap_or_default()) }
            td.text role="cell" { (grade(item.judgement)) (qualifier(item)) }
        }
    }
}

fn cards_of(view: &View, section: &Section) -> Result<Markup> {
    let mut cards = Vec::new();
    for item in &section.items {
        cards.push(card(view, item)?);
    }
    Ok(html! {
        section class={ (if section.kind == Kind::Good { "page " } else { "" }) (section.kind.id()) } id=(section.kind.id())
            aria-labelledby={ (section.kind.id()) "-title" } {
            div.section-head {
                h2 id={ (section.kind.id()) "-title" } { (section.kind.title()) }
                (internal(view))
                p.lead { (section.kind.lead()) }
            }
            @if cards.is_empty() { p { (nothing(section.kind)) } }
            @else { div.cards { @for card in cards { (card) } } }
        }
    })
}

pub(crate) fn nothing(kind: Kind) -> &'static str {
    match kind {
        Kind::Good => "No indicator meets its target this quarter.",
        Kind::Concern => "No indicator misses its target or gives reason for concern this quarter.",
        Kind::Information => "Every indicator of this report has a target.",
    }
}

fn card(view: &View, item: &Item) -> Result<Markup> {
    let drawing = chart::trend(item, &view.dates)?;
    let title = format!("{}-title", item.id);
    Ok(html! {
        article id=(item.id) aria-labelledby=(title) {
            div.card-head {
                div {
                    h3 id=(title) { span.code { (item.code) } " " (item.title) }
                    span.basis { (item.basis) }
                }
                div.verdict { (grade(item.judgement)) (qualifier(item)) }
            }
            div.card-body {
                div {
                    @if let Some(now) = item.now() {
                        p.figure { b { (now.text) } @if !now.counts.is_empty() { span { (now.counts) } } }
                    }
                    @for paragraph in &item.paragraphs { p { (paragraph) } }
                }
                figure { (drawing) }
            }
            table.trend-table {
                caption { (item.code) ": the figures of the chart" }
                thead { tr { @for date in &view.dates { th scope="col" { (date.short) small { (date.year) } } } } }
                tbody { tr { @for (at, figure) in item.figures.iter().enumerate() {
                    td.now[at + 1 == item.figures.len()] { (figure.text) (counts(figure)) }
                } } }
            }
        }
    })
}

fn counts(figure: &Shown) -> Markup {
    html! { @if !figure.counts.is_empty() { " " small { (figure.counts) } } }
}

fn qualifier(item: &Item) -> Markup {
    html! { @if let Some(qualifier) = &item.qualifier { " " span.qualifier { (qualifier) } } }
}

/// A judgement by shape and word; the colour only repeats it.
fn grade(judgement: Judgement) -> Markup {
    let shape = match judgement {
        Judgement::Met => html! {
            circle cx="10" cy="10" r="9" fill="currentColor" {}
            path d="M5.5 10.5l3 3 6-7" fill="none" stroke="#fff" stroke-width="2.4" {}
        },
        Judgement::Within => html! {
            path d="M10 1l9 9-9 9-9-9z" fill="currentColor" {}
            path d="M6 10h8" fill="none" stroke="#fff" stroke-width="2.4" {}
        },
        Judgement::Outside => html! {
            path d="M10 1l9.5 17.5h-19z" fill="currentColor" {}
            path d="M10 7v6M10 14.6v2.2" fill="none" stroke="#fff" stroke-width="2.2" {}
        },
        Judgement::Concern => html! {
            path d="M6 1h8l5 5v8l-5 5H6l-5-5V6z" fill="currentColor" {}
            path d="M10 4.5v7M10 13.6v2.4" fill="none" stroke="#fff" stroke-width="2.4" {}
        },
        Judgement::NotJudged => {
            html! { circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="2" {} }
        }
    };
    html! {
        span class={ "grade grade-" (judgement.class()) } {
            svg viewBox="0 0 20 20" aria-hidden="true" focusable="false" { (shape) }
            (judgement.word())
        }
    }
}

fn composition_part(view: &View, of: &Composition) -> Result<Markup> {
    let drawing = chart::composition(of, &view.dates)?;
    Ok(html! {
        div.part id=(of.id) {
            h3 { (of.title) }
            div.two {
                figure { (drawing) }
                div {
                    table.wide {
                        caption { (of.title) ", " (of.basis) }
                        thead { tr {
                            th.text scope="col" { "Part" }
                            @for date in &view.dates { th scope="col" { (date.short) small { (date.year) } } }
                        } }
                        tbody {
                            @for part in &of.parts {
                                tr {
                                    th scope="row" { (part.name) }
                                    @for (at, figure) in part.figures.iter().enumerate() {
                                        td.now[at + 1 == part.figures.len()] { (figure.text) (counts(figure)) }
                                    }
                                }
                            }
                            tr.total {
                                th scope="row" { "All " (of.noun) }
                                @for (at, figure) in of.totals.iter().enumerate() {
                                    td.now[at + 1 == of.totals.len()] { (figure.text) }
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}

fn breakdowns(view: &View) -> Markup {
    html! {
        section.page id="breakdowns" aria-labelledby="breakdowns-title" {
            h2 id="breakdowns-title" { "Breakdowns" }
            (internal(view))
            p.lead { "As at " (view.as_at) ". " (view.protection.rule) }
            @for breakdown in &view.breakdowns { (breakdown_part(breakdown)) }
        }
    }
}

fn breakdown_part(breakdown: &Breakdown) -> Markup {
    html! {
        h3 id=(breakdown.id) { "By " (breakdown.by) }
        div.two { @for table in &breakdown.tables { (breakdown_table(breakdown, table)) } }
    }
}

fn breakdown_table(breakdown: &Breakdown, table: &BreakdownTable) -> Markup {
    let counted = !table.total.counts.is_empty();
    html! {
        div.breakdown {
            table {
                caption { (table.code) " " (table.title) ", by " (breakdown.by) ", " (table.basis) }
                thead { tr {
                    th.text scope="col" { (sentence_case(&breakdown.by)) }
                    th scope="col" { "Figure" }
                    @if counted { th scope="col" { "Counts" } }
                } }
                tbody {
                    @for (stratum, figure) in &table.rows {
                        tr { th scope="row" { (stratum) } td { (figure.text) } @if counted { td { (figure.counts) } } }
                    }
                    tr.total {
                        th scope="row" { "All" }
                        td { (table.total.text) }
                        @if counted { td { (table.total.counts) } }
                    }
                }
            }
        }
    }
}

pub(crate) fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn definitions(view: &View) -> Markup {
    html! {
        section.page id="definitions" aria-labelledby="definitions-title" {
            h2 id="definitions-title" { "Definitions" }
            (internal(view))
            p.lead { "Who is counted, by which rule, and where the rule comes from." }
            div.definitions {
                @for item in view.items() {
                    div.definition {
                        h3 { span.code { (item.code) } " " (item.title) }
                        dl {
                            @for (term, text) in definition_lines(item) { dt { (term) } dd { (text) } }
                        }
                    }
                }
            }
        }
    }
}

/// What the definitions say of one indicator, the same in each form of the report.
pub(crate) fn definition_lines(item: &Item) -> Vec<(&'static str, String)> {
    let definition = &item.definition;
    vec![
        ("Unit", definition.unit.clone()),
        ("Basis", item.basis.clone()),
        ("Rule", definition.rule.clone()),
        ("Good is", definition.polarity.to_owned()),
        ("Zero is", definition.zero.to_owned()),
        ("Source", definition.source.clone()),
        ("Version", definition.version.to_string()),
    ]
}

fn findings(view: &View) -> Markup {
    html! {
        section id="findings" aria-labelledby="findings-title" {
            h2 id="findings-title" { "Findings in the records" }
            (internal(view))
            @if !view.unavailable.is_empty() {
                h3 { (UNAVAILABLE) }
                ul.unavailable { @for sentence in &view.unavailable { li { (sentence) } } }
            }
            p.lead { (findings_lead(view)) }
            @if !view.findings.rows.is_empty() {
                table.wide {
                    caption { "What is wrong in the records, and what becomes of it" }
                    thead { tr {
                        th.text scope="col" { "Table" }
                        th.text scope="col" { "Column" }
                        th.text scope="col" { "Finding" }
                        th scope="col" { "Rows" }
                    } }
                    tbody { @for row in &view.findings.rows { (finding_row(row)) } }
                }
            }
        }
    }
}

pub(crate) const UNAVAILABLE: &str = "Figures that cannot be made of these data, which is not the same as zero";

pub(crate) fn findings_lead(view: &View) -> String {
    match view.findings.total {
        0 => "Nothing is wrong in the records.".to_owned(),
        _ if !view.findings.counted => {
            "Some things are wrong in the records; nothing is dropped or repaired in silence. How many there are is not told, \
             for that could tell a number that is hidden."
                .to_owned()
        }
        1 => "One thing is wrong in the records; nothing is dropped or repaired in silence.".to_owned(),
        many => format!("{many} things are wrong in the records; nothing is dropped or repaired in silence."),
    }
}

fn finding_row(row: &FindingRow) -> Markup {
    html! { tr { th scope="row" { (row.table) } td.text { (row.field) } td.text { (row.rule) } td { (row.count) } } }
}

fn reading(view: &View) -> Markup {
    html! {
        section id="reading" aria-labelledby="reading-title" {
            h2 id="reading-title" { "How to read it" }
            (internal(view))
            @for sentence in how_to_read() { p { (sentence) } }
            h3 { "Judgements" }
            ul.tallies {
                @for judgement in Judgement::ALL { li class={ "grade-" (judgement.class()) } { (grade(judgement)) } }
            }
            @if !view.protection.marks.is_empty() {
                h3 { "Marks in place of a figure" }
                dl { @for (mark, meaning) in &view.protection.marks { dt { (mark) } dd { (meaning) } } }
            }
            h3 { "Sources" }
            dl { @for (term, text) in &view.sources { dt { (term) } dd { (text) } } }
        }
    }
}

pub(crate) fn how_to_read() -> [&'static str; 3] {
    [
        "Percentages are exact until they are printed, then rounded once, halves upwards. Nothing of nothing is no \
         figure, and never 0%.",
        "Higher and lower say where a figure stands; better and worse say what that means. Every judgement is written in \
         words and has a shape of its own; the colour only repeats it.",
        "In a chart the shaded band is what is tolerated, the solid line the target, dotted lines are other areas. What \
         is counted from 1 April begins again there, so the line is not drawn across.",
    ]
}
