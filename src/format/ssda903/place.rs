//! Which return and table a file is, by its name alone.

use super::{CollectionYear, Table};

/// What a file holds, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Contents {
    /// One table, as CSV.
    Table(Table),
    /// The whole return, as XML.
    WholeReturn,
}

/// The collection year and the contents of the file at `path`; `None` where its name does not say both.
///
/// The year stands in the name of the file or in that of a folder above it, the nearest first: the closing year (`2018`),
/// both years (`2017-18`, `2017_2018`, `201718`) or the closing date (`2018-03-31`, `31-03-2018`, `20180331`). A part of the
/// path with a date that is no 31 March, or with two different years, says nothing. The table is found by the words of its
/// usual name, in any case and with anything between them; a name with `error` in it is a list of errors and no table. An
/// XML file with `903` in its name is a whole return.
///
/// ```
/// use csc_kpi::format::ssda903::{CollectionYear, Contents, Table, place};
///
/// let year = CollectionYear::new(2018)?;
/// let episodes = Some((year, Contents::Table(Table::Episodes)));
/// assert_eq!(place("returns/2018/Episodes.csv"), episodes);
/// assert_eq!(place("returns/31-03-2018/SSDA903 episodes.csv"), episodes);
/// assert_eq!(place("all/2017-18 episodes.csv"), episodes);
/// assert_eq!(place("2018/SW_episodes.csv"), Some((year, Contents::Table(Table::SocialWorkers))));
/// assert_eq!(place("2018/fake_903.xml"), Some((year, Contents::WholeReturn)));
/// assert_eq!(place("episodes.csv"), None);
/// # Ok::<(), csc_kpi::format::ssda903::CollectionYearError>(())
/// ```
#[must_use]
pub fn place(path: &str) -> Option<(CollectionYear, Contents)> {
    let mut parts = path.rsplit(['/', '\\']);
    let name = parts.next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let contents = if extension.eq_ignore_ascii_case("csv") {
        Contents::Table(table(stem)?)
    } else if extension.eq_ignore_ascii_case("xml") && stem.contains("903") {
        Contents::WholeReturn
    } else {
        return None;
    };
    let closing = std::iter::once(stem).chain(parts).find_map(closing_year)?;
    Some((CollectionYear::new(closing).ok()?, contents))
}

fn table(stem: &str) -> Option<Table> {
    let words: String = stem.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let has = |word: &str| words.contains(word);
    if has("error") {
        return None;
    }
    // A social worker's episodes before episodes.
    [
        (has("socialworker") || has("swepisode"), Table::SocialWorkers),
        (has("placed") && has("adopt"), Table::PlacedForAdoption),
        (has("prev") && has("perm"), Table::PreviousPermanence),
        (has("header"), Table::Header),
        (has("episode"), Table::Episodes),
        (has("uasc"), Table::Uasc),
        (has("missing"), Table::Missing),
        (has("oc3"), Table::Oc3),
        (has("oc2"), Table::Oc2),
        (has("ad1"), Table::Ad1),
        (has("review"), Table::Reviews),
    ]
    .into_iter()
    .find_map(|(is, table)| is.then_some(table))
}

/// The closing year that one part of a path names, if it names one.
fn closing_year(part: &str) -> Option<i32> {
    let runs: Vec<&str> = part.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let mut years: Vec<i32> = Vec::new();
    let mut at = 0;
    while let Some(run) = runs.get(at) {
        let next = |by: usize| runs.get(at + by).copied().unwrap_or_default();
        let (taken, year) = match (run.len(), next(1).len(), next(2).len()) {
            // 2018-03-31, 31-03-2018
            (4, 2, 2) if number(run).is_some_and(is_year) && !follows(run, next(1)) => {
                (3, closing_on(run, next(1), next(2)))
            }
            (2, 2, 4) => (3, closing_on(next(2), next(1), run)),
            // 2017-18, 2017_2018
            (4, 2 | 4, _) if follows(run, next(1)) => (2, number(run).map(|first| first + 1)),
            (8, ..) => (1, eight(run)),
            // 201718
            (6, ..) => {
                let (first, second) = run.split_at_checked(4).unwrap_or_default();
                (1, number(first).filter(|_| follows(first, second)).map(|first| first + 1))
            }
            (4, ..) => (1, number(run).filter(|year| is_year(*year))),
            _ => (1, Some(0)),
        };
        at += taken;
        match year {
            // No year at all, such as 903.
            Some(0) => {}
            Some(year) => years.push(year),
            None if taken == 1 && run.len() == 4 => {}
            // A date that is no closing date: the part says nothing.
            None => return None,
        }
    }
    years.dedup();
    match years[..] {
        [year] => Some(year),
        _ => None,
    }
}

/// `20180331`, `31032018`, `20172018`.
fn eight(run: &str) -> Option<i32> {
    let (first, last) = run.split_at_checked(4)?;
    if number(first).is_some_and(is_year) {
        if follows(first, last) {
            return number(last);
        }
        let (month, day) = last.split_at_checked(2)?;
        return closing_on(first, month, day);
    }
    let (day, month) = first.split_at_checked(2)?;
    closing_on(last, month, day)
}

fn closing_on(year: &str, month: &str, day: &str) -> Option<i32> {
    number(year).filter(|year| is_year(*year) && (month, day) == ("03", "31"))
}

/// Whether `second`, of two or four digits, is the year after `first`.
fn follows(first: &str, second: &str) -> bool {
    match (number(first), number(second)) {
        (Some(first), Some(next)) if second.len() == 2 => is_year(first) && (first + 1) % 100 == next,
        (Some(first), Some(next)) => is_year(first) && first + 1 == next,
        _ => false,
    }
}

const fn is_year(year: i32) -> bool {
    2000 <= year && year < 2100
}

fn number(digits: &str) -> Option<i32> {
    digits.parse().ok()
}
