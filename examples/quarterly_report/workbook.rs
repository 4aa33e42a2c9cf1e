//! The report as an Excel workbook: figures as numbers where they may be read, marks as texts where not.

use anyhow::{Context, Result};
use csc_kpi::NaiveDate;
use csc_kpi::chrono::Datelike;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

use super::page::{UNAVAILABLE, definition_lines, findings_lead, how_to_read};
use super::view::{Judgement, Shown, Unit, View};

struct Formats {
    title: Format,
    heading: Format,
    wrapped: Format,
    strong: Format,
    grades: Vec<(Judgement, Format)>,
}

/// The bytes of the workbook; its date is the reporting date, so that they are the same each time.
pub(crate) fn render(view: &View, as_at: NaiveDate) -> Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let (year, month, day) = (as_at.year(), as_at.month(), as_at.day());
    let created = ExcelDateTime::from_ymd(u16::try_from(year)?, u8::try_from(month)?, u8::try_from(day)?)?;
    let properties = DocProperties::new()
        .set_title(view.title())
        .set_company(&view.authority)
        .set_comment(&view.protection.notice)
        .set_creation_datetime(&created);
    workbook.set_properties(&properties);
    let formats = Formats::new();
    about(workbook.add_worksheet(), view, &formats)?;
    indicators(workbook.add_worksheet(), view, &formats)?;
    figures(workbook.add_worksheet(), view, &formats)?;
    compositions(workbook.add_worksheet(), view, &formats)?;
    breakdowns(workbook.add_worksheet(), view, &formats)?;
    definitions(workbook.add_worksheet(), view, &formats)?;
    findings(workbook.add_worksheet(), view, &formats)?;
    for sheet in workbook.worksheets_mut() {
        sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_footer(format!("&L{}&R&P / &N", view.protection.notice.replace('&', "&&")));
    }
    workbook.save_to_buffer().context("cannot write the workbook")
}

impl Formats {
    fn new() -> Self {
        let colour = |judgement| match judgement {
            Judgement::Met => 0x000B_5C46,
            Judgement::Within => 0x0012_436D,
            Judgement::Outside => 0x008A_4A00,
            Judgement::Concern => 0x0096_192F,
            Judgement::NotJudged => 0x004A_5560,
        };
        Self {
            title: Format::new().set_bold().set_font_size(16),
            heading: Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Medium),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            strong: Format::new().set_bold(),
            grades: Judgement::ALL
                .into_iter()
                .map(|judgement| (judgement, Format::new().set_bold().set_font_color(colour(judgement))))
                .collect(),
        }
    }

    fn grade(&self, judgement: Judgement) -> Option<&Format> {
        self.grades.iter().find(|(of, _)| *of == judgement).map(|(_, format)| format)
    }
}

fn about(sheet: &mut Worksheet, view: &View, formats: &Formats) -> Result<()> {
    sheet.set_name("About")?.set_column_width(0, 26)?.set_column_width(1, 100)?;
    sheet.write_with_format(0, 0, view.title(), &formats.title)?;
    let mut lines = vec![
        ("Authority".to_owned(), view.authority.clone()),
        ("As at".to_owned(), view.as_at.clone()),
        ("Publication".to_owned(), view.protection.notice.clone()),
        ("Small numbers".to_owned(), view.protection.rule.clone()),
    ];
    lines.extend(view.headlines.iter().map(|headline| ("At a glance".to_owned(), headline.clone())));
    lines.extend(how_to_read().map(|sentence| ("How to read it".to_owned(), sentence.to_owned())));
    lines.extend(view.protection.marks.iter().cloned());
    lines.extend(view.sources.iter().cloned());
    for (row, (term, text)) in (2u32..).zip(&lines) {
        sheet.write_with_format(row, 0, term, &formats.strong)?;
        sheet.write_with_format(row, 1, text, &formats.wrapped)?;
    }
    Ok(())
}

fn indicators(sheet: &mut Worksheet, view: &View, formats: &Formats) -> Result<()> {
    let mut columns =
        vec!["Section", "Code", "Indicator", "Basis", "Unit"].into_iter().map(str::to_owned).collect::<Vec<_>>();
    columns.extend(view.dates.iter().map(super::view::ReportingDate::label));
    columns.extend(["Standard", "Judgement", "Qualifier", "What is said"].map(str::to_owned));
    start(sheet, "Indicators", &columns, &[24, 20, 44, 26, 10], formats)?;
    let first = 5;
    let behind = first + u16::try_from(view.dates.len())?;
    for (at, width) in (behind..).zip([26, 20, 30, 90]) {
        sheet.set_column_width(at, width)?;
    }
    let mut row = 1;
    for section in &view.sections {
        for item in &section.items {
            let head = [section.kind.title(), &item.code, &item.title, &item.basis, item.unit.name()];
            for (column, text) in (0u16..).zip(head) {
                sheet.write(row, column, text)?;
            }
            for (column, figure) in (first..).zip(&item.figures) {
                number(sheet, (row, column), figure, item.unit)?;
            }
            sheet.write(row, behind, item.standard.as_deref().unwrap_or_default())?;
            let word = format!("{} {}", item.judgement.sign(), item.judgement.word());
            match formats.grade(item.judgement) {
                Some(format) => sheet.write_with_format(row, behind + 1, word, format)?,
                None => sheet.write(row, behind + 1, word)?,
            };
            sheet.write(row, behind + 2, item.qualifier.as_deref().unwrap_or_default())?;
            sheet.write_with_format(row, behind + 3, item.paragraphs.join(" "), &formats.wrapped)?;
            row += 1;
        }
    }
    finish(sheet, row, columns.len())
}

/// One line a figure, for those who calculate on.
fn figures(sheet: &mut Worksheet, view: &View, formats: &Formats) -> Result<()> {
    let columns =
        ["Code", "Indicator", "Basis", "As at", "Quarter", "Numerator", "Denominator", "Figure", "Unit", "As printed"]
            .map(str::to_owned);
    start(sheet, "Figures", &columns, &[20, 44, 26, 12, 12, 12, 12, 12, 12, 14], formats)?;
    let mut row = 1;
    for item in view.items() {
        for (figure, date) in item.figures.iter().zip(&view.dates) {
            for (column, text) in (0u16..).zip([&item.code, &item.title, &item.basis, &date.iso, &date.label()]) {
                sheet.write(row, column, text)?;
            }
            count(sheet, (row, 5), figure.numerator)?;
            count(sheet, (row, 6), figure.denominator)?;
            number(sheet, (row, 7), figure, item.unit)?;
            sheet.write(row, 8, item.unit.name())?;
            sheet.write(row, 9, &figure.text)?;
            row += 1;
        }
    }
    finish(sheet, row, columns.len())
}

fn compositions(sheet: &mut Worksheet, view: &View, formats: &Formats) -> Result<()> {
    let mut columns = vec!["Count".to_owned(), "Basis".to_owned(), "Part".to_owned()];
    columns.extend(view.dates.iter().map(super::view::ReportingDate::label));
    start(sheet, "In parts", &columns, &[40, 20, 30], formats)?;
    let mut row = 1;
    for of in &view.compositions {
        let all = format!("All {}", of.noun);
        let lines = of.parts.iter().map(|part| (&part.name, &part.figures)).chain([(&all, &of.totals)]);
        for (name, figures) in lines {
            for (column, text) in (0u16..).zip([&of.title, &of.basis, name]) {
                sheet.write(row, column, text)?;
            }
            for (column, figure) in (3u16..).zip(figures) {
                match figure.numerator {
                    Some(_) => count(sheet, (row, column), figure.numerator)?,
                    None => mark(sheet, (row, column), &figure.text)?,
                }
            }
            row += 1;
        }
    }
    finish(sheet, row, columns.len())
}

fn breakdowns(sheet: &mut Worksheet, view: &View, formats: &Formats) -> Result<()> {
    let columns =
        ["Code", "Indicator", "Basis", "By", "Group", "Numerator", "Denominator", "As printed"].map(str::to_owned);
    start(sheet, "Breakdowns", &columns, &[20, 44, 26, 18, 30, 12, 12, 14], formats)?;
    let mut row = 1;
    for breakdown in &view.breakdowns {
        for table in &breakdown.tables {
            let all = "All".to_owned();
            let lines = table.rows.iter().map(|(name, figure)| (name, figure)).chain([(&all, &table.total)]);
            for (name, figure) in lines {
                for (column, text) in (0u16..).zip([&table.code, &table.title, &table.basis, &breakdown.by, name]) {
                    sheet.write(row, column, text)?;
                }
                count(sheet, (row, 5), figure.numerator)?;
                count(sheet, (row, 6), figure.denominator)?;
                sheet.write(row, 7, &figure.text)?;
                row += 1;
            }
        }
    }
    finish(sheet, row, columns.len())
}

fn definitions(sheet: &mut Worksheet, view: &View, formats: &Formats) -> Result<()> {
    let terms: Vec<&str> = view
        .items()
        .next()
        .map(|item| definition_lines(item).into_iter().map(|(term, _)| term).collect())
        .unwrap_or_default();
    let columns: Vec<String> = ["Code", "Indicator"].iter().chain(&terms).map(|text| (*text).to_owned()).collect();
    start(sheet, "Definitions", &columns, &[20, 44, 20, 26, 80, 20, 14, 60, 8], formats)?;
    let mut row = 1;
    for item in view.items() {
        let texts = definition_lines(item).into_iter().map(|(_, text)| text);
        for (column, text) in (0u16..).zip([item.code.clone(), item.title.clone()].into_iter().chain(texts)) {
            sheet.write_with_format(row, column, text, &formats.wrapped)?;
        }
        row += 1;
    }
    finish(sheet, row, columns.len())
}

fn findings(sheet: &mut Worksheet, view: &View, formats: &Formats) -> Result<()> {
    let columns = ["Table", "Column", "Finding", "Rows"].map(str::to_owned);
    start(sheet, "Findings", &columns, &[30, 30, 80, 10], formats)?;
    let mut row = 1;
    for finding in &view.findings.rows {
        for (column, text) in (0u16..).zip([&finding.table, &finding.field, &finding.rule]) {
            sheet.write(row, column, text)?;
        }
        match finding.count.parse::<u32>() {
            Ok(rows) => sheet.write(row, 3, rows)?,
            Err(_) => sheet.write(row, 3, &finding.count)?,
        };
        row += 1;
    }
    sheet.write(row + 1, 0, findings_lead(view))?;
    if !view.unavailable.is_empty() {
        sheet.write(row + 3, 0, format!("{UNAVAILABLE}:"))?;
    }
    for (line, sentence) in (row + 4..).zip(&view.unavailable) {
        sheet.write(line, 0, sentence)?;
    }
    finish(sheet, row, columns.len())
}

fn start(sheet: &mut Worksheet, name: &str, columns: &[String], widths: &[u16], formats: &Formats) -> Result<()> {
    sheet.set_name(name)?.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
    for (column, text) in (0u16..).zip(columns) {
        sheet.write_with_format(0, column, text, &formats.heading)?;
    }
    for (column, width) in (0u16..).zip(widths) {
        sheet.set_column_width(column, *width)?;
    }
    Ok(())
}

fn finish(sheet: &mut Worksheet, rows: u32, columns: usize) -> Result<()> {
    if rows > 1 {
        sheet.autofilter(0, 0, rows - 1, u16::try_from(columns)?.saturating_sub(1))?;
    }
    Ok(())
}

/// A figure as a number with the format of its unit; as its text where it is hidden or there is none.
fn number(sheet: &mut Worksheet, (row, column): (u32, u16), figure: &Shown, unit: Unit) -> Result<()> {
    let Some(value) = figure.number.and_then(|number| number.to_f64()) else {
        return mark(sheet, (row, column), &figure.text);
    };
    // Percent are written as they are printed, so that no digit is there that the page does not show.
    let places = figure.number.map_or(0, |number| number.scale());
    let digits = if places == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(places as usize)) };
    let pattern = if unit == Unit::Percent { format!("{digits}\"%\"") } else { digits };
    sheet.write_with_format(row, column, value, &Format::new().set_num_format(pattern))?;
    Ok(())
}

fn count(sheet: &mut Worksheet, (row, column): (u32, u16), count: Option<u64>) -> Result<()> {
    if let Some(count) = count.and_then(|count| u32::try_from(count).ok()) {
        sheet.write_with_format(row, column, count, &Format::new().set_num_format("#,##0"))?;
    }
    Ok(())
}

fn mark(sheet: &mut Worksheet, (row, column): (u32, u16), text: &str) -> Result<()> {
    sheet.write_with_format(row, column, text, &Format::new().set_align(FormatAlign::Right))?;
    Ok(())
}
