//! The reporting dates that data offer, for who asks for none.

use std::fmt;

use csc_kpi::calendar::Quarter;
use csc_kpi::comparison::Cadence;
use csc_kpi::{NaiveDate, Supply};

/// How many ends of quarters are shown beside each other.
const BESIDE: usize = 2;

/// Days on which figures can be shown, earliest first, each with the reason.
#[derive(Clone, Debug)]
pub(crate) struct Dates(Vec<(NaiveDate, Why)>);

/// Why a day is among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// The end of a quarter up to which sources supply records.
    Supplied,
    /// The end of a quarter that is not after the last dated record, where sources do not say how far they reach.
    Recorded(NaiveDate),
    /// The workbook was made on it.
    Made,
}

impl Dates {
    /// The last ends of quarters up to which all but a workbook hold anything; where they do not say, those that are not after the
    /// last dated record. Beside them the day on which the workbook was made.
    pub(crate) fn of(others: Option<&Supply>, last_start: Option<NaiveDate>, workbook: Option<NaiveDate>) -> Self {
        let last = others.and_then(|supply| match supply.last_day() {
            Some(last) => Some((last, Why::Supplied)),
            None => last_start.map(|last| (last, Why::Recorded(last))),
        });
        let ends = last.into_iter().flat_map(|(last, why)| ends_up_to(last).map(move |day| (day, why)));
        let made = workbook.map(|day| (day, Why::Made));
        Self(last_of(ends.chain(made).collect(), usize::MAX))
    }

    /// The last so many of them.
    pub(crate) fn last(self, most: usize) -> Self {
        Self(last_of(self.0, most))
    }

    pub(crate) fn days(&self) -> Vec<NaiveDate> {
        self.0.iter().map(|(day, _)| *day).collect()
    }
}

/// The last ends of quarters that are not after `day`.
fn ends_up_to(day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let last = if Quarter::containing(day).last_day() == day { day } else { Cadence::Quarterly.last_end_before(day) };
    std::iter::successors(Some(last), |day| Some(Cadence::Quarterly.last_end_before(*day))).take(BESIDE)
}

/// The last so many distinct days.
fn last_of(mut days: Vec<(NaiveDate, Why)>, most: usize) -> Vec<(NaiveDate, Why)> {
    days.sort_by_key(|(day, _)| *day);
    days.dedup_by_key(|(day, _)| *day);
    days.split_off(days.len().saturating_sub(most))
}

/// `as at 2017-12-31 and 2018-03-31 (the ends of the last quarters up to which the data are supplied) and 2018-05-15 (the day on
/// which the workbook was made)`
impl fmt::Display for Dates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("as at ")?;
        for (number, group) in self.0.chunk_by(|(_, one), (_, other)| one == other).enumerate() {
            let days: Vec<String> = group.iter().map(|(day, _)| day.to_string()).collect();
            let ends = if days.len() == 1 { "the end of the last quarter" } else { "the ends of the last quarters" };
            write!(f, "{}{} (", if number == 0 { "" } else { " and " }, days.join(" and "))?;
            match group.first().map(|(_, why)| *why) {
                Some(Why::Supplied) => write!(f, "{ends} up to which the data are supplied)")?,
                Some(Why::Recorded(last)) => write!(f, "{ends} not after the last dated record, of {last})")?,
                Some(Why::Made) | None => f.write_str("the day on which the workbook was made)")?,
            }
        }
        Ok(())
    }
}
