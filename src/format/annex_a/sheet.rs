//! The cells of a sheet as texts and days, by row.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType, Xlsx, XlsxError};
use chrono::{Datelike, NaiveDate};

/// Rows above the header that are looked at for it.
const ROWS_ABOVE_HEADER: usize = 50;

/// What stands in a cell that is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// As written, without white space around it; a day as `YYYY-MM-DD`.
    pub(super) text: String,
    /// The day, where the cell holds a date or a number that may be one.
    day: Option<NaiveDate>,
}

impl Value {
    fn of(cell: &DataRef<'_>) -> Option<Self> {
        match cell {
            DataRef::Empty => None,
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Self::written(text),
            DataRef::SharedString(text) => Self::written(text),
            DataRef::Bool(flag) => Self::written(if *flag { "TRUE" } else { "FALSE" }),
            DataRef::Error(error) => Self::written(&error.to_string()),
            DataRef::Int(number) => Some(Self { text: number.to_string(), day: None }),
            DataRef::Float(number) => {
                let serial = ExcelDateTime::new(*number, ExcelDateTimeType::DateTime, false);
                Some(Self { text: number.to_string(), day: day_of(serial) })
            }
            DataRef::DateTime(date) => {
                let day = day_of(*date);
                Some(Self { text: day.map_or_else(|| date.as_f64().to_string(), |day| day.to_string()), day })
            }
        }
    }

    fn written(text: &str) -> Option<Self> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_nothing = ["", "#N/A", "N/A", "NULL", "-"].iter().any(|nothing| nothing.eq_ignore_ascii_case(&text));
        (!is_nothing).then_some(Self { text, day: None })
    }

    /// The day it says; `None` where it says none.
    pub(super) fn day(&self) -> Option<NaiveDate> {
        self.day.or_else(|| written_day(&self.text))
    }
}

/// Nothing of a child or care leaver is of a day before 1930, while the years from then on, which stand in cells in the
/// place of days, are numbers of days of 1905.
const YEARS: std::ops::Range<i32> = 1930..2100;

fn is_of_years(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
}

/// The day of a number; one outside the years is no date.
fn day_of(serial: ExcelDateTime) -> Option<NaiveDate> {
    // Not every number can be made a day.
    let can_be = (1.0..73_051.0).contains(&serial.as_f64());
    if can_be { serial.as_datetime().map(|moment| moment.date()).filter(|day| is_of_years(*day)) } else { None }
}

/// A day as text, with or without a time after it, which does not count.
fn written_day(text: &str) -> Option<NaiveDate> {
    const FORMS: [&str; 9] =
        ["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%Y%m%d"];
    // A sign would be taken for a part of the year.
    let forms = |text: &str| if text.contains('+') { [].iter() } else { FORMS.iter() };
    let read = |text: &str| {
        forms(text).find_map(|form| NaiveDate::parse_from_str(text, form).ok().filter(|day| is_of_years(*day)))
    };
    read(text).or_else(|| {
        let (day, time) = text.split_once('T').or_else(|| text.rsplit_once(' '))?;
        let is_time = time.contains(':') && time.bytes().all(|b| b.is_ascii_digit() || b":.Z+-".contains(&b));
        if is_time { read(day) } else { None }
    })
}

/// The cells of one row by column.
pub(super) type Cells = BTreeMap<u32, Value>;

/// The sheet of one list: its header and the rows below.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) name: String,
    /// The header and the rows below by number, the first row of the sheet is 1. Rows that are empty are not here.
    pub(super) header: Cells,
    pub(super) header_row: u32,
    pub(super) rows: BTreeMap<u32, Cells>,
    /// By column, the first and the last row of each merged cell, in order.
    merged: BTreeMap<u32, Vec<(u32, u32)>>,
}

impl Sheet {
    /// Reads the sheet. A row in which `is_header` holds of a cell is its header; without one there is nothing in it.
    pub(super) fn read<R: Read + Seek>(
        workbook: &mut Xlsx<R>,
        name: &str,
        is_header: impl Fn(&str) -> bool,
    ) -> Result<Self, XlsxError> {
        let merged = workbook.worksheet_merge_cells(name).transpose()?.unwrap_or_default();
        let mut rows: BTreeMap<u32, Cells> = BTreeMap::new();
        // Cell by cell: one cell in the last row and column is not to take the memory of the whole sheet.
        let mut cells = workbook.worksheet_cells_reader(name)?;
        while let Some(cell) = cells.next_cell()? {
            let (row, column) = cell.get_position();
            if let Some(value) = Value::of(cell.get_value()) {
                rows.entry(row.saturating_add(1)).or_default().insert(column, value);
            }
        }
        let header_row = rows
            .iter()
            .take(ROWS_ABOVE_HEADER)
            .find(|(_, cells)| cells.values().any(|value| is_header(&value.text)))
            .map(|(row, _)| *row);
        let Some(header_row) = header_row else {
            return Ok(Self { name: name.to_owned(), header_row: 1, ..Self::default() });
        };
        let mut below = rows.split_off(&header_row);
        let header = below.remove(&header_row).unwrap_or_default();
        let mut regions: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
        for region in merged {
            let rows = [region.start.0, region.end.0].map(|row| row.saturating_add(1));
            regions.entry(region.start.1).or_default().push(rows.into());
        }
        for rows in regions.values_mut() {
            rows.sort_unstable();
        }
        Ok(Self { name: name.to_owned(), header, header_row, rows: below, merged: regions })
    }

    /// Writes what stands in the merged cells of a column into each of their rows that holds anything else.
    pub(super) fn fill_merged(&mut self, column: u32) {
        // Each row is looked at once, also where a broken file has merged cells that overlap.
        let mut from = 0;
        for (first, last) in self.merged.remove(&column).unwrap_or_default() {
            let value = self.rows.get(&first).and_then(|cells| cells.get(&column)).cloned();
            let Some(value) = value.filter(|_| first.max(from) < last) else { continue };
            for (_, cells) in self.rows.range_mut(first.max(from)..=last) {
                cells.entry(column).or_insert_with(|| value.clone());
            }
            from = last;
        }
    }
}
