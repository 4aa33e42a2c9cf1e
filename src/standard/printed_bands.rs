//! Tables of bands as an authority prints them.

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::bands::{Bands, BandsError};
use super::cut::{Cut, Side};
use super::grade::Grade;
use super::limit::Limit;
use super::precision::{Places, Precision};

/// What cannot be a table of bands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BandTableError {
    /// Fewer than two bands.
    #[error("a table of bands has at least two, not {0}")]
    TooFew(usize),
    /// A band that holds no figure: it ends before it begins, or lies between two figures of the precision.
    #[error("the band {0} holds no figure")]
    Empty(PrintedBand),
    /// A band in the middle of the table that is open at an end.
    #[error("the band {0} is open at an end where another band follows")]
    OpenInside(PrintedBand),
    /// A band without a judgement.
    #[error("the band {0} is not judged: a table gives every band a grade")]
    NotGraded(PrintedBand),
    /// An end between two figures of the precision the table is for.
    #[error("the band {band} ends between two figures ({precision})")]
    FinerThanFigures {
        /// The band.
        band: PrintedBand,
        /// To what figures are rounded before they are looked up.
        precision: Precision,
    },
    /// Several gaps and overlaps, from the lowest to the highest.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<Self>),
    /// Values in no band.
    #[error("the bands {low} and {high} leave a gap: {example} is in neither ({precision})")]
    Gap {
        /// The band below the gap.
        low: PrintedBand,
        /// The band above it.
        high: PrintedBand,
        /// A value in it.
        example: Decimal,
        /// To what figures are rounded before they are looked up.
        precision: Precision,
    },
    /// Values in two bands.
    #[error("the bands {low} and {high} overlap: {example} is in both")]
    Overlap {
        /// The lower band.
        low: PrintedBand,
        /// The higher band.
        high: PrintedBand,
        /// A value in both.
        example: Decimal,
    },
    /// Ends that cannot be cuts.
    #[error(transparent)]
    Bands(#[from] BandsError),
}

/// One line of a printed table: from a value to a value, and what lies there is graded so.
///
/// ```
/// use csc_kpi::standard::{Grade, PrintedBand};
///
/// let band = PrintedBand::between(11.into(), 19.into(), Grade::WithinTolerance);
/// assert_eq!(band.to_string(), "11 to 19");
/// assert_eq!(PrintedBand::below(10.into(), Grade::Concern).to_string(), "less than 10");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrintedBand {
    /// Where it begins; `None` where it is open downwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Cut>,
    /// Where it ends; `None` where it is open upwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Cut>,
    /// How what lies in it is graded.
    grade: Grade,
}

impl PrintedBand {
    /// Both ends inside: "11–19".
    #[must_use]
    pub const fn between(from: Limit, to: Limit, grade: Grade) -> Self {
        Self { from: Some(Cut::before(from)), to: Some(Cut::after(to)), grade }
    }

    /// "20 or more".
    #[must_use]
    pub const fn at_least(from: Limit, grade: Grade) -> Self {
        Self { from: Some(Cut::before(from)), to: None, grade }
    }

    /// "more than 20".
    #[must_use]
    pub const fn above(from: Limit, grade: Grade) -> Self {
        Self { from: Some(Cut::after(from)), to: None, grade }
    }

    /// "70 or less".
    #[must_use]
    pub const fn at_most(to: Limit, grade: Grade) -> Self {
        Self { from: None, to: Some(Cut::after(to)), grade }
    }

    /// "less than 10".
    #[must_use]
    pub const fn below(to: Limit, grade: Grade) -> Self {
        Self { from: None, to: Some(Cut::before(to)), grade }
    }

    /// From a cut to a cut.
    #[must_use]
    pub const fn from_to(from: Option<Cut>, to: Option<Cut>, grade: Grade) -> Self {
        Self { from, to, grade }
    }

    /// How what lies in it is graded.
    #[must_use]
    pub const fn grade(&self) -> Grade {
        self.grade
    }
}

impl fmt::Display for PrintedBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Side::{After, Before};
        let ends = (self.from.map(|cut| (cut.side(), cut.at())), self.to.map(|cut| (cut.side(), cut.at())));
        match ends {
            (None, None) => f.write_str("any value"),
            (Some((Before, low)), None) => write!(f, "{low} or more"),
            (Some((After, low)), None) => write!(f, "more than {low}"),
            (None, Some((After, high))) => write!(f, "{high} or less"),
            (None, Some((Before, high))) => write!(f, "less than {high}"),
            (Some((Before, low)), Some((After, high))) => write!(f, "{low} to {high}"),
            (Some((After, low)), Some((After, high))) => write!(f, "more than {low} to {high}"),
            (Some((Before, low)), Some((Before, high))) => write!(f, "{low} to less than {high}"),
            (Some((After, low)), Some((Before, high))) => write!(f, "more than {low} to less than {high}"),
        }
    }
}

/// A printed table of bands that has neither gap nor overlap for figures of its precision.
///
/// The precision says to what a figure is rounded before it is looked up: "13" and "14" are neighbours for whole numbers, and
/// leave a gap for anything finer. The outer ends of the table are open: a table from 0 to 40 grades a 41 as it grades a 40.
///
/// ```
/// use csc_kpi::standard::{BandTable, Grade, PrintedBand, Precision};
///
/// let bands = [
///     PrintedBand::between(0.into(), 13.into(), Grade::TargetMet),
///     PrintedBand::between(14.into(), 16.into(), Grade::WithinTolerance),
///     PrintedBand::at_least(17.into(), Grade::Concern),
/// ];
/// let gaps = BandTable::new(bands, Precision::Exact).unwrap_err().to_string();
/// let (first, second) = gaps.split_once("; ").unwrap();
/// assert_eq!(first, "the bands 0 to 13 and 14 to 16 leave a gap: 13.5 is in neither (exact)");
/// assert_eq!(second, "the bands 14 to 16 and 17 or more leave a gap: 16.5 is in neither (exact)");
/// assert!(BandTable::new(bands, Precision::WHOLE).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct BandTable {
    /// As printed, from the lowest to the highest.
    printed: Vec<PrintedBand>,
    precision: Precision,
    bands: Bands<Grade>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    bands: Vec<PrintedBand>,
    precision: Precision,
}

impl TryFrom<Form> for BandTable {
    type Error = BandTableError;

    fn try_from(form: Form) -> Result<Self, BandTableError> {
        Self::new(form.bands, form.precision)
    }
}

impl From<BandTable> for Form {
    fn from(table: BandTable) -> Self {
        Self { bands: table.printed, precision: table.precision }
    }
}

impl BandTable {
    /// The table of these bands, in any order, for figures of this precision.
    ///
    /// # Errors
    ///
    /// [`BandTableError`] where bands leave a gap or overlap, each with a value that shows it, end between two figures of the
    /// precision, or are not judged.
    pub fn new(bands: impl IntoIterator<Item = PrintedBand>, precision: Precision) -> Result<Self, BandTableError> {
        let mut printed: Vec<PrintedBand> = bands.into_iter().collect();
        if printed.len() < 2 {
            return Err(BandTableError::TooFew(printed.len()));
        }
        // An open lower end comes first.
        printed.sort_by_key(|band| band.from);
        let empty = |band: &&PrintedBand| matches!((band.from, band.to), (Some(from), Some(to)) if to <= from);
        if let Some(band) = printed.iter().find(empty) {
            return Err(BandTableError::Empty(*band));
        }
        if let Some(band) = printed.iter().find(|band| band.grade == Grade::NotJudged) {
            return Err(BandTableError::NotGraded(*band));
        }
        if let Precision::Rounded(places) = precision {
            let finer = |cut: Option<Cut>| cut.is_some_and(|cut| cut.at().places() > places.get());
            if let Some(band) = printed.iter().find(|band| finer(band.from) || finer(band.to)) {
                return Err(BandTableError::FinerThanFigures { band: *band, precision });
            }
            let empty = |from, to| first_figure(from, places) >= first_figure(to, places);
            if let Some(band) =
                printed.iter().find(|band| band.from.zip(band.to).is_some_and(|(from, to)| empty(from, to)))
            {
                return Err(BandTableError::Empty(*band));
            }
        }
        let (mut cuts, mut wrong) = (Vec::new(), Vec::new());
        for (low, high) in printed.iter().zip(printed.iter().skip(1)) {
            let Some(ends) = low.to else { return Err(BandTableError::OpenInside(*low)) };
            let Some(begins) = high.from else { return Err(BandTableError::OpenInside(*high)) };
            match meeting((low, ends), (high, begins), precision) {
                Ok(cut) => cuts.push(cut),
                Err(error) => wrong.push(error),
            }
        }
        match (wrong.pop(), wrong.is_empty()) {
            (None, _) => {}
            (Some(only), true) => return Err(only),
            (Some(last), false) => {
                wrong.push(last);
                return Err(BandTableError::Several(wrong));
            }
        }
        let bands = Bands::new(cuts, printed.iter().map(|band| band.grade).collect())?;
        Ok(Self { printed, precision, bands })
    }

    /// The bands as printed, from the lowest to the highest.
    #[must_use]
    pub fn printed(&self) -> &[PrintedBand] {
        &self.printed
    }

    /// To what a figure is rounded before it is looked up.
    #[must_use]
    pub const fn precision(&self) -> Precision {
        self.precision
    }

    pub(super) const fn bands(&self) -> &Bands<Grade> {
        &self.bands
    }
}

/// The cut at which two neighbours meet.
fn meeting(
    (low, ends): (&PrintedBand, Cut),
    (high, begins): (&PrintedBand, Cut),
    precision: Precision,
) -> Result<Cut, BandTableError> {
    let (low, high) = (*low, *high);
    if let Precision::Rounded(places) = precision {
        let (next, first) = (first_figure(ends, places), first_figure(begins, places));
        return match next.cmp(&first) {
            Ordering::Equal => Ok(begins),
            Ordering::Greater => Err(BandTableError::Overlap { low, high, example: first.normalize() }),
            Ordering::Less => Err(BandTableError::Gap { low, high, example: next.normalize(), precision }),
        };
    }
    let (to, from) = (ends.at().value(), begins.at().value());
    match ends.cmp(&begins) {
        Ordering::Equal => Ok(begins),
        Ordering::Greater => Err(BandTableError::Overlap { low, high, example: from.normalize() }),
        Ordering::Less => {
            let middle = to.checked_add(from).and_then(|sum| sum.checked_div(Decimal::TWO)).unwrap_or(to);
            Err(BandTableError::Gap { low, high, example: middle.normalize(), precision })
        }
    }
}

/// The first figure right of a cut, of so many decimal places; the cut needs no more.
fn first_figure(cut: Cut, places: Places) -> Decimal {
    let limit = cut.at().value();
    match cut.side() {
        Side::Before => limit,
        // A limit has at most 18 digits: the sum can always be written.
        Side::After => limit.checked_add(Decimal::new(1, places.get())).unwrap_or(limit),
    }
}
