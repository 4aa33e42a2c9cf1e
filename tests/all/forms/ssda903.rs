//! The authority as returns of children looked after, one a collection year: tables as CSV, and the same as XML.

use std::collections::BTreeMap;
use std::fmt::Write;

use csc_kpi::NaiveDate;
use csc_kpi::calendar::{Moment, birthday};
use csc_kpi::record::{
    ALLOCATED_CASE_WORKER, Coded, Eligibility, InTouch, LookedAfterEpisode, PlacementType, Professional, Sex,
    StatutoryCode,
};

use super::authority::{Authority, Child, day};

/// The years of which there are returns, by the year in which each closes.
pub(super) const YEARS: [i32; 4] = [2023, 2024, 2025, 2026];

pub(super) fn first_day(year: i32) -> NaiveDate {
    day(year - 1, 4, 1)
}

pub(super) fn last_day(year: i32) -> NaiveDate {
    day(year, 3, 31)
}

/// Whether an episode is in the return of a year: the child was looked after under it when the year began or later.
pub(super) fn is_in(episode: &LookedAfterEpisode, year: i32) -> bool {
    episode.start <= last_day(year) && episode.ceased.is_none_or(|ceased| ceased >= first_day(year))
}

/// Whether the child is in the return of a year.
pub(super) fn has_return(child: &Child, year: i32) -> bool {
    child.episodes.iter().any(|episode| is_in(episode, year))
}

/// The years whose return has something that lasts from a day to the day before another, of a child who is in it.
pub(super) fn years_of(child: &Child, start: NaiveDate, end: Option<NaiveDate>) -> Vec<i32> {
    let reaches = |year: i32| start <= last_day(year) && end.is_none_or(|end| end >= first_day(year));
    YEARS.into_iter().filter(|year| reaches(*year) && has_return(child, *year)).collect()
}

/// The age at the 17th to 21st birthday that lies in the year, and the day.
pub(super) fn birthday_in(born: NaiveDate, year: i32) -> Option<(u16, NaiveDate)> {
    (17..=21).map(|age| (age, birthday(born, age))).find(|(_, on)| first_day(year) <= *on && *on <= last_day(year))
}

type Row = Vec<(&'static str, String)>;

fn date(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

fn optional(day: Option<NaiveDate>) -> String {
    day.map(date).unwrap_or_default()
}

fn letters<C: StatutoryCode>(code: Option<&Coded<C>>) -> String {
    code.map(|code| code.letters().to_owned()).unwrap_or_default()
}

/// `1` and `2` before 2025.
fn sex(child: &Child, year: i32) -> String {
    let sex = child.person.sex.as_ref().and_then(Coded::known);
    match sex {
        Some(Sex::Male) if year < 2025 => "1".to_owned(),
        Some(Sex::Female) if year < 2025 => "2".to_owned(),
        _ => letters(child.person.sex.as_ref()),
    }
}

/// The type of placement by the list of the year.
fn place(kind: Option<PlacementType>, year: i32) -> String {
    match kind {
        Some(PlacementType::K3) if year < 2025 => "H5".to_owned(),
        Some(PlacementType::Z11) if year < 2026 => "Z1".to_owned(),
        other => other.map(|kind| kind.letters().to_owned()).unwrap_or_default(),
    }
}

/// The rows of one child in one year by table.
fn rows(child: &Child, professionals: &[Professional], year: i32) -> BTreeMap<&'static str, Vec<Row>> {
    let mut tables: BTreeMap<&'static str, Vec<Row>> = BTreeMap::new();
    let (first, last) = (first_day(year), last_day(year));
    let id = || ("CHILD", child.id().to_owned());
    let born = || ("DOB", optional(child.person.date_of_birth));
    for episode in child.episodes.iter().filter(|episode| is_in(episode, year)) {
        let placement = child.placement(episode.placement.as_ref()).unwrap();
        let ends = episode.ceased.is_some();
        let changes = ends && episode.ceased == placement.end;
        tables.entry("episodes").or_default().push(vec![
            id(),
            ("DECOM", date(episode.start)),
            ("RNE", letters(episode.start_reason.as_ref())),
            ("LS", letters(child.legal_status_on(episode.start).and_then(|status| status.status.as_ref()))),
            ("CIN", "N1".to_owned()),
            ("PLACE", place(placement.kind.as_ref().and_then(Coded::known), year)),
            ("PLACE_PROVIDER", letters(placement.provider.as_ref())),
            ("DEC", optional(episode.ceased)),
            ("REC", letters(episode.ceased_reason.as_ref())),
            ("REASON_PLACE_CHANGE", if changes { letters(placement.change_reason.as_ref()) } else { String::new() }),
            ("HOME_POST", "AB1 1CD".to_owned()),
            ("PL_POST", placement.postcode.clone().unwrap_or_default()),
            ("URN", placement.urn.clone().unwrap_or_default()),
        ]);
    }
    if has_return(child, year) {
        for status in child.immigration.iter().filter(|status| status.end.is_none_or(|end| end >= first)) {
            let row = vec![id(), born(), ("SEX", sex(child, year)), ("DUC", optional(status.end))];
            tables.entry("uasc").or_default().push(row);
        }
        for episode in &child.missing {
            let (start, end) = (episode.start.date(), episode.end.map(Moment::date));
            if child.in_care_on(start).is_none() || end.is_some_and(|end| end < first) {
                continue;
            }
            let kind = ("MISSING", letters(episode.kind.as_ref()));
            let row = vec![id(), born(), kind, ("MIS_START", date(start)), ("MIS_END", optional(end))];
            tables.entry("missing").or_default().push(row);
        }
        let involvements = child.involvements.iter().filter(|i| i.role.as_deref() == Some(ALLOCATED_CASE_WORKER));
        for involvement in involvements.filter(|i| year >= 2024 && i.end.is_none_or(|end| end >= first)) {
            let professional = professionals.iter().find(|p| Some(&p.id) == involvement.professional.as_ref());
            let Some(number) = professional.and_then(|professional| professional.registration.clone()) else {
                continue;
            };
            tables.entry("sw_episodes").or_default().push(vec![
                id(),
                born(),
                ("SW_ID", number),
                ("SW_DECOM", date(involvement.start)),
                ("SW_DEC", optional(involvement.end)),
                ("SW_REASON", if involvement.end.is_some() { "CHCHAN" } else { "" }.to_owned()),
            ]);
        }
    }
    tables.extend(leaver(child, year, last).map(|row| ("oc3", vec![row])));
    if !tables.is_empty() {
        let row = vec![
            id(),
            ("SEX", sex(child, year)),
            born(),
            ("ETHNIC", letters(child.person.ethnicity.as_ref())),
            ("UPN", "UN1".to_owned()),
            ("MOTHER", String::new()),
            ("MC_DOB", String::new()),
        ];
        tables.insert("header", vec![row]);
    }
    tables
}

/// What is known of a care leaver at the birthday in the year.
fn leaver(child: &Child, year: i32, last: NaiveDate) -> Option<Row> {
    let born = child.person.date_of_birth?;
    let (_, on) = birthday_in(born, year).filter(|(_, on)| *on <= last)?;
    let status = child.care_leaver.iter().find(|status| status.latest_contact == Some(on))?;
    if !matches!(
        status.eligibility.as_ref().and_then(Coded::known),
        Some(Eligibility::Relevant | Eligibility::FormerRelevant)
    ) {
        return None;
    }
    let gone = matches!(status.in_touch.as_ref().and_then(Coded::known), Some(InTouch::Died | InTouch::ReturnedHome));
    let home = status.accommodation.as_ref().zip(status.suitability.as_ref());
    let accommodation = match home {
        Some((place, suitable)) if !gone => format!("{place}{suitable}"),
        _ => "0".to_owned(),
    };
    Some(vec![
        ("CHILD", child.id().to_owned()),
        ("DOB", date(born)),
        ("IN_TOUCH", letters(status.in_touch.as_ref())),
        ("ACTIV", letters(status.activity.as_ref())),
        ("ACCOM", accommodation),
    ])
}

/// The files of a folder, by path: one return a year.
pub(super) fn write_csv(authority: &Authority) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for year in YEARS {
        let known = authority.known_at(last_day(year));
        let mut tables: BTreeMap<&'static str, csv::Writer<Vec<u8>>> = BTreeMap::new();
        for child in &known.children {
            for (table, rows) in rows(child, &known.professionals, year) {
                for row in rows {
                    let file = tables.entry(table).or_insert_with(|| {
                        let mut file = csv::Writer::from_writer(Vec::new());
                        file.write_record(row.iter().map(|(column, _)| *column)).unwrap();
                        file
                    });
                    file.write_record(row.iter().map(|(_, cell)| cell)).unwrap();
                }
            }
        }
        files.extend(
            tables.into_iter().map(|(table, file)| (format!("{year}/{table}.csv"), file.into_inner().unwrap())),
        );
    }
    files
}

/// The same as one XML file a year.
pub(super) fn write_xml(authority: &Authority) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for year in YEARS {
        let known = authority.known_at(last_day(year));
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<EXPSSDA903>\n");
        for child in &known.children {
            let tables = rows(child, &known.professionals, year);
            let of = |table: &str| tables.get(table).map(Vec::as_slice).unwrap_or_default();
            let Some(header) = of("header").first() else { continue };
            xml.push_str("<CHILD><HEADER>");
            elements(&mut xml, header);
            let others = ["oc3", "uasc"].into_iter().flat_map(of).flatten();
            let others: Row = others.filter(|(name, _)| !["CHILD", "DOB", "SEX"].contains(name)).cloned().collect();
            elements(&mut xml, &others);
            xml.push_str(if of("uasc").is_empty() { "<UASC>0</UASC>" } else { "<UASC>1</UASC>" });
            groups(&mut xml, "AMISSING", of("missing"));
            groups(&mut xml, "SWEPISODE", of("sw_episodes"));
            xml.push_str("</HEADER>");
            groups(&mut xml, "EPISODE", of("episodes"));
            xml.push_str("</CHILD>\n");
        }
        xml.push_str("</EXPSSDA903>\n");
        files.push((format!("{year}/ssda903.xml"), xml.into_bytes()));
    }
    files
}

fn elements(xml: &mut String, row: &[(&'static str, String)]) {
    for (column, cell) in row {
        let name = match *column {
            "CHILD" => "CHILDID",
            "PLACE" => "PL",
            other => other,
        };
        let element = if cell.is_empty() { format!("<{name}/>") } else { format!("<{name}>{cell}</{name}>") };
        xml.push_str(&element);
    }
}

fn groups(xml: &mut String, name: &str, rows: &[Row]) {
    for row in rows {
        let own: Row = row.iter().filter(|(column, _)| !["CHILD", "DOB", "SEX"].contains(column)).cloned().collect();
        write!(xml, "<{name}>").unwrap();
        elements(xml, &own);
        write!(xml, "</{name}>").unwrap();
    }
}
