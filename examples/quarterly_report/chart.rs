//! Charts as inline SVG with text alternatives, drawn by plotters in whole hundredths: no float, and the same bytes each time.

use anyhow::{Result, anyhow};
use csc_kpi::Decimal;
use csc_kpi::measure::round_half_up;
use maud::{Markup, PreEscaped, html};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordi64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::view::{Composition, Item, ReportingDate, Unit};

const WIDTH: u32 = 440;
const HEIGHT: u32 = 270;
/// Room at the right for the names of lines.
const NAMES: u32 = 136;

const INK: RGBColor = RGBColor(0x1d, 0x25, 0x2c);
const SOFT: RGBColor = RGBColor(0x4a, 0x55, 0x60);
const GRID: RGBColor = RGBColor(0xdd, 0xe2, 0xe6);
const LINE: RGBColor = RGBColor(0x12, 0x43, 0x6d);
const BAND: RGBColor = RGBColor(0xdc, 0xe8, 0xf1);
const EDGE: RGBColor = RGBColor(0x6b, 0x87, 0x9d);
/// Parts of a composition, dark to light, each with the colour of the text on it.
const PARTS: [(RGBColor, RGBColor); 4] = [
    (RGBColor(0x12, 0x43, 0x6d), WHITE),
    (RGBColor(0x5f, 0x93, 0xb8), RGBColor(0x0b, 0x12, 0x18)),
    (RGBColor(0xb9, 0xd3, 0xe6), RGBColor(0x0b, 0x12, 0x18)),
    (RGBColor(0xf2, 0xc1, 0x4e), RGBColor(0x0b, 0x12, 0x18)),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The trend of an indicator with its tolerance, target, benchmarks and quarters.
pub(crate) fn trend(item: &Item, dates: &[ReportingDate]) -> Result<Markup> {
    let plotted: Vec<Option<i64>> = item.figures.iter().map(|figure| figure.number.and_then(hundredths)).collect();
    let described = description(item, dates);
    let title = format!("{} {}: trend over five quarters", item.code, item.title);
    let mut drawn = String::new();
    {
        let area = SVGBackend::with_string(&mut drawn, (WIDTH, HEIGHT)).into_drawing_area();
        draw_trend(&area, item, dates, &plotted).map_err(|error| anyhow!("cannot draw {}: {error}", item.code))?;
    }
    Ok(inline("trend", &drawn, (WIDTH, HEIGHT), &format!("{}-chart", item.id), &title, &described))
}

fn draw_trend(
    area: &Area<'_>,
    item: &Item,
    dates: &[ReportingDate],
    plotted: &[Option<i64>],
) -> Result<(), Box<dyn std::error::Error>> {
    let last = i64::try_from(dates.len()).unwrap_or(1) - 1;
    // The quarters stand 10 apart, with half a step at either side.
    let across = -4..last * 10 + 3;
    let (range, step) = scale(item, plotted);
    let marks = &item.marks;
    let labelled = marks.target.is_some()
        || marks.tolerance.is_some()
        || !marks.printed.is_empty()
        || !marks.benchmarks.is_empty();
    let mut chart = ChartBuilder::on(area)
        .margin_top(14)
        .margin_right(if labelled { NAMES } else { 26 })
        .margin_left(2)
        .set_label_area_size(LabelAreaPosition::Left, 50)
        .set_label_area_size(LabelAreaPosition::Bottom, 48)
        .build_cartesian_2d(across.clone(), range.clone())?;
    if let Some((low, high)) = item.marks.tolerance {
        let (from, to) = (low.and_then(hundredths), high.and_then(hundredths));
        let corners = [(across.start, from.unwrap_or(range.start)), (across.end, to.unwrap_or(range.end))];
        chart.draw_series([Rectangle::new(corners, BAND.filled())])?;
        for edge in [from, to].into_iter().flatten() {
            chart.draw_series(DashedLineSeries::new([(across.start, edge), (across.end, edge)], 5, 4, EDGE.into()))?;
        }
    }
    for tick in ticks(&range, step) {
        chart.draw_series([PathElement::new([(across.start, tick), (across.end, tick)], GRID)])?;
        let (_, y) = chart.backend_coord(&(across.start, tick));
        text(area, &with_unit(tick, item.unit), (46, y), 15, SOFT, (HPos::Right, VPos::Center))?;
    }
    for (at, date) in (0i64..).zip(dates) {
        let (x, y) = chart.backend_coord(&(at * 10, range.start));
        // The quarter mark; a longer one where a financial year begins.
        let begins = date.short == "Q1";
        let mark = PathElement::new([(x, y), (x, y + if begins { 9 } else { 5 })], SOFT);
        area.draw(&mark)?;
        text(area, &date.short, (x, y + 9), 15, INK, (HPos::Center, VPos::Top))?;
        if at == 0 || begins {
            text(area, &date.year, (x, y + 28), 14, SOFT, (HPos::Center, VPos::Top))?;
        }
    }
    let mut names: Vec<(i32, String, bool)> = Vec::new();
    let mut name = |y: i32, label: String, strong: bool| names.push((y, label, strong));
    if let Some((low, high)) = item.marks.tolerance {
        let edges = [low, high].into_iter().flatten().filter(|edge| Some(*edge) != item.marks.target);
        for edge in edges {
            let Some(at) = hundredths(edge) else { continue };
            let (_, y) = chart.backend_coord(&(across.end, at));
            name(y, format!("limit {}", with_unit(at, item.unit)), false);
        }
    }
    if let Some(at) = item.marks.target.and_then(hundredths) {
        chart.draw_series(LineSeries::new([(across.start, at), (across.end, at)], INK.stroke_width(2)))?;
        let (_, y) = chart.backend_coord(&(across.end, at));
        name(y, format!("target {}", with_unit(at, item.unit)), true);
    }
    for (label, number) in &item.marks.printed {
        let Some(at) = hundredths(*number) else { continue };
        chart.draw_series(DashedLineSeries::new([(across.start, at), (across.end, at)], 9, 5, EDGE.into()))?;
        let (_, y) = chart.backend_coord(&(across.end, at));
        name(y, label.clone(), false);
    }
    for benchmark in &item.marks.benchmarks {
        let Some(at) = hundredths(benchmark.number) else { continue };
        chart.draw_series(DashedLineSeries::new([(across.start, at), (across.end, at)], 2, 4, SOFT.stroke_width(2)))?;
        let (_, y) = chart.backend_coord(&(across.end, at));
        name(y, format!("{} {}", short_name(&benchmark.name), benchmark.shown), false);
    }
    spread(&mut names, 18, (12, i32::try_from(HEIGHT).unwrap_or(270) - 40));
    let (edge, _) = chart.backend_coord(&(across.end, range.start));
    for (y, label, strong) in &names {
        text(area, label, (edge + 5, *y), 14, if *strong { INK } else { SOFT }, (HPos::Left, VPos::Center))?;
    }
    draw_line(area, &mut chart, item, plotted, &range)?;
    area.present()?;
    Ok(())
}

type Plane<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordi64, RangedCoordi64>>;

/// The line, a mark a quarter, and the figure above each.
fn draw_line(
    area: &Area<'_>,
    chart: &mut Plane<'_, '_>,
    item: &Item,
    plotted: &[Option<i64>],
    range: &std::ops::Range<i64>,
) -> Result<(), Box<dyn std::error::Error>> {
    let places: Vec<(i64, Option<i64>)> = (0i64..).step_by(10).zip(plotted.iter().copied()).collect();
    for (pair, goes_on) in places.windows(2).zip(item.goes_on.iter().skip(1)) {
        if let [(from, Some(earlier)), (to, Some(later))] = pair
            && *goes_on
        {
            chart.draw_series(LineSeries::new([(*from, *earlier), (*to, *later)], LINE.stroke_width(3)))?;
        }
    }
    let newest = places.len().saturating_sub(1);
    for (at, ((x, value), figure)) in places.iter().zip(&item.figures).enumerate() {
        let Some(value) = value else {
            let (x, y) = chart.backend_coord(&(*x, range.start));
            text(area, &figure.text, (x, y - 6), 15, SOFT, (HPos::Center, VPos::Bottom))?;
            continue;
        };
        let place = (*x, *value);
        let size = if at == newest { 7 } else { 5 };
        chart.draw_series([Circle::new(place, size, LINE.filled())])?;
        let (x, y) = chart.backend_coord(&place);
        let (above, size) = (y > 34, if at == newest { 18 } else { 15 });
        let (height, anchor) = if above { (y - 10, VPos::Bottom) } else { (y + 11, VPos::Top) };
        text(area, &figure.text, (x, height), size, INK, (HPos::Center, anchor))?;
    }
    Ok(())
}

/// How a composition divides, quarter by quarter: a bar each, whole bars of the same length.
pub(crate) fn composition(of: &Composition, dates: &[ReportingDate]) -> Result<Markup> {
    let shown = |figures: &[super::view::Shown], at: usize| figures.get(at).map_or("", |f| f.text.as_str()).to_owned();
    let lines = dates.iter().enumerate().map(|(at, date)| {
        let parts: Vec<_> = of.parts.iter().map(|part| format!("{} {}", part.name, shown(&part.figures, at))).collect();
        format!("{}: {} {}, of them {}.", date.label(), shown(&of.totals, at), of.noun, parts.join(", "))
    });
    let described = lines.collect::<Vec<_>>().join(" ");
    let mut drawn = String::new();
    let height = 34 * u32::try_from(dates.len()).unwrap_or(5) + 66;
    {
        let area = SVGBackend::with_string(&mut drawn, (WIDTH, height)).into_drawing_area();
        draw_composition(&area, of, dates).map_err(|error| anyhow!("cannot draw {}: {error}", of.title))?;
    }
    Ok(inline("parts", &drawn, (WIDTH, height), &format!("{}-chart", of.id), &of.title, &described))
}

fn draw_composition(
    area: &Area<'_>,
    of: &Composition,
    dates: &[ReportingDate],
) -> Result<(), Box<dyn std::error::Error>> {
    let (left, right) = (94i32, 436i32);
    // The key, two in a line.
    for (at, part) in (0i32..).zip(&of.parts) {
        let (x, y) = (4 + at % 2 * 186, 6 + at / 2 * 24);
        let (fill, _) = colour(at);
        area.draw(&Rectangle::new([(x, y), (x + 16, y + 16)], fill.filled()))?;
        area.draw(&Rectangle::new([(x, y), (x + 16, y + 16)], SOFT))?;
        text(area, &part.name, (x + 24, y + 8), 15, INK, (HPos::Left, VPos::Center))?;
    }
    for (row, date) in dates.iter().enumerate() {
        let top = 60 + 34 * i32::try_from(row).unwrap_or(0);
        text(area, &date.label(), (left - 8, top + 13), 15, INK, (HPos::Right, VPos::Center))?;
        let counts: Vec<Option<i64>> = of
            .parts
            .iter()
            .map(|part| part.figures.get(row).and_then(|f| f.numerator).and_then(|n| i64::try_from(n).ok()))
            .collect();
        let whole = of.totals.get(row).and_then(|total| total.numerator).and_then(|n| i64::try_from(n).ok());
        let Some(whole) = whole.filter(|whole| *whole > 0) else {
            text(area, "not shown", (left + 8, top + 13), 15, SOFT, (HPos::Left, VPos::Center))?;
            continue;
        };
        let width = i64::from(right - left);
        let mut before = 0i64;
        let place = |count: i64| left + i32::try_from(count.min(whole) * width / whole).unwrap_or(0);
        area.draw(&Rectangle::new([(left, top), (right, top + 26)], WHITE.filled()))?;
        for (at, count) in (0i32..).zip(&counts) {
            let Some(count) = count else { continue };
            let (from, to) = (place(before), place(before + count));
            before += count;
            if from == to {
                continue;
            }
            let (fill, ink) = colour(at);
            area.draw(&Rectangle::new([(from, top), (to, top + 26)], fill.filled()))?;
            area.draw(&Rectangle::new([(from, top), (to, top + 26)], WHITE))?;
            if to - from >= 18 {
                text(
                    area,
                    &count.to_string(),
                    (i32::midpoint(from, to), top + 13),
                    15,
                    ink,
                    (HPos::Center, VPos::Center),
                )?;
            }
        }
        if counts.iter().any(Option::is_none) && before < whole {
            let middle = i32::midpoint(place(before), right);
            area.draw(&Rectangle::new([(place(before), top), (right, top + 26)], SOFT))?;
            let label = match right - place(before) {
                60.. => "hidden",
                24.. => "[c]",
                _ => "",
            };
            text(area, label, (middle, top + 13), 14, SOFT, (HPos::Center, VPos::Center))?;
        }
    }
    area.present()?;
    Ok(())
}

fn colour(part: i32) -> (RGBColor, RGBColor) {
    let at = usize::try_from(part).unwrap_or(0) % PARTS.len();
    PARTS.get(at).copied().unwrap_or((LINE, WHITE))
}

fn text(
    area: &Area<'_>,
    label: &str,
    place: (i32, i32),
    size: i32,
    colour: RGBColor,
    (horizontal, vertical): (HPos, VPos),
) -> Result<(), Box<dyn std::error::Error>> {
    // Plotters takes the height of a line; the letters are by a quarter smaller.
    let style = ("sans-serif", size * 5 / 4).into_font().color(&colour).pos(Pos::new(horizontal, vertical));
    area.draw(&Text::new(label.to_owned(), place, style))?;
    Ok(())
}

/// The drawing as part of the page: a picture with a title and a description, as wide as its place.
fn inline(class: &str, drawn: &str, (width, height): (u32, u32), id: &str, title: &str, description: &str) -> Markup {
    let body = drawn.split_once('>').map_or("", |(_, rest)| rest).trim();
    let body = body.strip_suffix("</svg>").unwrap_or(body);
    html! {
        svg class=(class) role="img" viewBox={ "0 0 " (width) " " (height) } aria-labelledby={ (id) "-title " (id) "-desc" } {
            title id={ (id) "-title" } { (title) }
            desc id={ (id) "-desc" } { (description) }
            (PreEscaped(body))
        }
    }
}

/// The chart in words: each figure, then each line.
fn description(item: &Item, dates: &[ReportingDate]) -> String {
    let figures: Vec<_> =
        dates.iter().zip(&item.figures).map(|(date, figure)| format!("{} {}", date.label(), figure.text)).collect();
    let mut said = format!("{}.", figures.join(", "));
    if let Some(standard) = &item.standard {
        said.extend([" ", standard, "."]);
    }
    for benchmark in &item.marks.benchmarks {
        said.extend([" ", &benchmark.name, ": ", &benchmark.shown, "."]);
    }
    said
}

fn hundredths(number: Decimal) -> Option<i64> {
    i64::try_from(round_half_up(number, 2).mantissa()).ok()
}

/// "12%" for 1200 hundredths of a percent.
fn with_unit(hundredths: i64, unit: Unit) -> String {
    let number = Decimal::new(hundredths, 2).normalize();
    if unit == Unit::Percent { format!("{number}%") } else { number.to_string() }
}

/// "Statistical neighbours" is long for the edge of a chart.
fn short_name(name: &str) -> String {
    let lower = name.to_lowercase();
    if lower.contains("statistical neighbour") { "neighbours".to_owned() } else { name.to_owned() }
}

/// From where to where the axis goes, and the distance of its lines: round numbers, at least five lines' room.
fn scale(item: &Item, plotted: &[Option<i64>]) -> (std::ops::Range<i64>, i64) {
    let marks = &item.marks;
    let (low, high) = marks.tolerance.unwrap_or_default();
    let lines = [low, high, marks.target].into_iter().flatten();
    let lines = lines.chain(marks.printed.iter().map(|(_, n)| *n)).chain(marks.benchmarks.iter().map(|b| b.number));
    let all: Vec<i64> = lines.filter_map(hundredths).chain(plotted.iter().copied().flatten()).collect();
    let (least, most) = (all.iter().min().copied().unwrap_or(0), all.iter().max().copied().unwrap_or(1000));
    // Small figures are read against zero.
    let least = if least * 2 < most { 0 } else { least };
    let narrow = if item.unit == Unit::Percent { 1000 } else { 400 };
    let spread = (most - least).max(narrow);
    let step = [1i64, 10, 100, 1_000, 10_000]
        .into_iter()
        .flat_map(|power| [100, 200, 500].map(|unit| unit * power))
        .find(|step| spread / step <= 4)
        .unwrap_or(spread);
    let mut bottom = (least - step / 2).div_euclid(step) * step;
    let mut top = (most + step / 2).div_euclid(step) * step + step;
    bottom = bottom.max(0);
    if item.unit == Unit::Percent {
        top = top.min(10_000);
        // A line at 100 % needs air above its figure.
        if most >= 10_000 - step / 2 {
            top = 10_000;
        }
    }
    if top <= bottom {
        bottom = top - step;
    }
    // Air for the figure above the highest point.
    (bottom..top + step / 4, step)
}

fn ticks(range: &std::ops::Range<i64>, step: i64) -> Vec<i64> {
    let mut ticks = Vec::new();
    let mut tick = range.start;
    while tick <= range.end {
        ticks.push(tick);
        tick += step;
    }
    ticks
}

/// Moves names apart that stand closer than `least`, and keeps them inside.
fn spread(names: &mut [(i32, String, bool)], least: i32, (top, bottom): (i32, i32)) {
    names.sort();
    let mut floor = top;
    for name in names.iter_mut() {
        name.0 = name.0.max(floor);
        floor = name.0 + least;
    }
    let mut ceiling = bottom;
    for name in names.iter_mut().rev() {
        name.0 = name.0.min(ceiling);
        ceiling = name.0 - least;
    }
}
