//! What is hidden, and from whom.

use chrono::NaiveDate;
use serde::Serialize;

use super::Cell;
use super::Mark;

/// Up to which size counts are hidden.
///
/// 0 hides none. 1 is refused: where only ones are hidden, the mark says that the count is one. The statistics of the DfE on
/// children in need and children looked after hide 1 to 5.
///
/// ```
/// use csc_kpi::disclosure::Threshold;
///
/// assert_eq!(Threshold::default().get(), 5);
/// assert!(Threshold::new(1).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Threshold(u32);

/// A threshold that hides nothing by hiding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a threshold of {0} hides only ones, so that the mark says the count; 0 hides none, 2 and more can hide")]
pub struct ThresholdError(u32);

impl Threshold {
    /// Hides no count for its size.
    pub const NONE: Self = Self(0);

    /// Hides counts from 1 to `largest`, inclusive.
    ///
    /// # Errors
    ///
    /// [`ThresholdError`] for 1.
    pub const fn new(largest: u32) -> Result<Self, ThresholdError> {
        if largest == 1 { Err(ThresholdError(largest)) } else { Ok(Self(largest)) }
    }

    /// The largest count that is hidden.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    pub(super) fn hides(self, count: u64) -> bool {
        (1..=u64::from(self.0)).contains(&count)
    }
}

impl Default for Threshold {
    /// 5.
    fn default() -> Self {
        Self(5)
    }
}

impl TryFrom<u32> for Threshold {
    type Error = ThresholdError;

    fn try_from(largest: u32) -> Result<Self, ThresholdError> {
        Self::new(largest)
    }
}

/// Whether counts are shown exactly or rounded to the nearest multiple, half up.
///
/// Totals are rounded on their own, so rounded parts need not add up to the rounded total. Zero stays zero; a count above zero
/// that rounds to zero is marked `[low]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Exact counts.
    #[default]
    Exact,
    /// To the nearest 5.
    To5,
    /// To the nearest 10.
    To10,
}

impl Rounding {
    const fn unit(self) -> u64 {
        match self {
            Self::Exact => 1,
            Self::To5 => 5,
            Self::To10 => 10,
        }
    }

    /// `count` rounded half up.
    #[must_use]
    pub const fn rounded(self, count: u64) -> u64 {
        let unit = self.unit();
        let down = count - count % unit;
        if count % unit * 2 >= unit && unit > 1 { down.saturating_add(unit) } else { down }
    }

    /// The least and the greatest count that round to what `count` rounds to; zero rounds to itself alone.
    pub(super) const fn alike(self, count: u64) -> (u64, u64) {
        let unit = self.unit();
        if unit == 1 || count == 0 {
            return (count, count);
        }
        let rounded = self.rounded(count);
        let least = rounded.saturating_sub(unit / 2);
        let greatest = rounded.saturating_add((unit - 1) / 2);
        (if least == 0 { 1 } else { least }, greatest)
    }

    /// What is shown of a count that is not hidden.
    pub(super) const fn cell(self, count: u64) -> Cell {
        match (self, self.rounded(count)) {
            (Self::Exact, _) | (_, 0) if count == 0 => Cell::Shown(0),
            (Self::Exact, _) => Cell::Shown(count),
            (_, 0) => Cell::Marked(Mark::Low),
            (_, rounded) => Cell::Rounded(rounded),
        }
    }
}

/// For whom a publication is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// For anybody: what could tell of a child is hidden.
    Public,
    /// For those who may see every figure: nothing is hidden, and every output says so.
    Internal,
}

/// Whether figures that are not broken down may be hidden to protect others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Totals {
    /// Last of all: hiding a part of a breakdown comes first.
    #[default]
    MayBeHidden,
    /// Never, unless they are small themselves: they are known from elsewhere. What they give away is then refused.
    AlwaysShown,
}

/// What is hidden, and how far a reader must stay from it.
///
/// # What a reader is taken to know
///
/// Everything that is published together, this policy, which counts are hidden for their own size (they are then at least 1
/// and at most the threshold) and which to protect others (above the threshold), and how figures hang together: parts and
/// totals, numerators and denominators, periods, indicators that count the same units. Where a reader who can tell the two
/// kinds of hidden counts apart could not be kept out (five parts of one each in a total of five), one of them is taken to
/// say only what its mark says: at least 1.
///
/// # Zero, nothing and all
///
/// Zero is shown as zero, so 0 % and 100 % are shown where the counts behind them are. That tells something of every member
/// of the group; where the group itself is small its count is hidden, and the percentage with it. It is the practice of the
/// statistics of the DfE, and a choice: a host that must not say it leaves the breakdown out.
///
/// # Percentages
///
/// A percentage is shown where its numerator, its complement and its denominator are, and is worked out from what is shown of
/// them, so it never says more than they do.
///
/// ```
/// use csc_kpi::disclosure::{Policy, Rounding, Threshold};
///
/// let policy = Policy::public().hiding(Threshold::new(10)?).rounding(Rounding::To5);
/// assert!(policy.statement().starts_with("Counts from 1 to 10 are hidden"));
/// assert!(Policy::internal().statement().contains("not to be published"));
/// # Ok::<(), csc_kpi::disclosure::ThresholdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Policy {
    release: Release,
    hidden_up_to: Threshold,
    rounding: Rounding,
    spread: u32,
    median_from: u64,
    days_above: Vec<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_until: Option<NaiveDate>,
    totals: Totals,
}

impl Default for Policy {
    /// [`Policy::public`].
    fn default() -> Self {
        Self::public()
    }
}

impl Policy {
    /// For publication: counts from 1 to 5 hidden, none rounded, medians from 10 units on.
    #[must_use]
    pub const fn public() -> Self {
        Self {
            release: Release::Public,
            hidden_up_to: Threshold(5),
            rounding: Rounding::Exact,
            spread: 1,
            median_from: 10,
            days_above: Vec::new(),
            known_until: None,
            totals: Totals::MayBeHidden,
        }
    }

    /// For internal use: nothing is hidden or rounded, and every output says so.
    #[must_use]
    pub const fn internal() -> Self {
        let mut policy = Self::public();
        policy.release = Release::Internal;
        policy.hidden_up_to = Threshold::NONE;
        policy.median_from = 0;
        policy
    }

    /// Sets up to which size counts are hidden. A policy for internal use hides none whatever is set.
    #[must_use]
    pub const fn hiding(mut self, threshold: Threshold) -> Self {
        self.hidden_up_to = threshold;
        self
    }

    /// Sets how counts that are not hidden are rounded. A policy for internal use rounds none whatever is set.
    #[must_use]
    pub const fn rounding(mut self, rounding: Rounding) -> Self {
        self.rounding = rounding;
        self
    }

    /// Sets how far apart the least and the greatest value of a hidden count must be for a reader: 1 where two values are
    /// enough, which is the least. What is hidden for its size cannot be further apart than its threshold allows.
    #[must_use]
    pub const fn spread(mut self, spread: u32) -> Self {
        self.spread = if spread == 0 { 1 } else { spread };
        self
    }

    /// Sets from how many units on a median and quartiles are shown; of fewer they are the days of single children.
    #[must_use]
    pub const fn median_from(mut self, units: u64) -> Self {
        self.median_from = units;
        self
    }

    /// Counts the units above so many days beside every median ("statuses older than 91 days"); may be called again for
    /// other numbers of days.
    #[must_use]
    pub fn days_above(mut self, days: i64) -> Self {
        if let Err(at) = self.days_above.binary_search(&days) {
            self.days_above.insert(at, days);
        }
        self
    }

    /// Marks readings as at a later day `[x]`, not available: their period has not ended in the data. Readings of a
    /// calculation pinned to a day before their own are marked so too.
    #[must_use]
    pub const fn known_until(mut self, day: NaiveDate) -> Self {
        self.known_until = Some(day);
        self
    }

    /// Sets whether figures that are not broken down may be hidden to protect others.
    #[must_use]
    pub const fn totals(mut self, totals: Totals) -> Self {
        self.totals = totals;
        self
    }

    /// For whom it is.
    #[must_use]
    pub const fn release(&self) -> Release {
        self.release
    }

    /// Up to which size counts are hidden.
    #[must_use]
    pub const fn threshold(&self) -> Threshold {
        match self.release {
            Release::Public => self.hidden_up_to,
            Release::Internal => Threshold::NONE,
        }
    }

    pub(super) const fn rounds(&self) -> Rounding {
        match self.release {
            Release::Public => self.rounding,
            Release::Internal => Rounding::Exact,
        }
    }

    pub(super) fn spread_of_range(&self) -> i64 {
        i64::from(self.spread)
    }

    pub(super) const fn fewest_for_median(&self) -> u64 {
        match self.release {
            Release::Public => self.median_from,
            Release::Internal => 0,
        }
    }

    pub(super) fn cuts(&self) -> &[i64] {
        &self.days_above
    }

    pub(super) const fn keeps_totals(&self) -> bool {
        matches!(self.totals, Totals::AlwaysShown)
    }

    /// Whether a reading as at `as_at`, of a calculation pinned to `known_at`, is due.
    pub(super) fn is_due(&self, as_at: NaiveDate, known_at: Option<NaiveDate>) -> bool {
        self.known_until.is_none_or(|day| as_at <= day) && known_at.is_none_or(|day| as_at <= day)
    }

    /// What every output says of it, in sentences.
    #[must_use]
    pub fn statement(&self) -> String {
        if self.release == Release::Internal {
            return "For internal use only, not to be published: no figure is hidden or rounded.".to_owned();
        }
        let hidden = match self.hidden_up_to.get() {
            0 => "No count is hidden for its size".to_owned(),
            largest => format!(
                "Counts from 1 to {largest} are hidden, with the percentages and other counts that would tell them"
            ),
        };
        let rounded = match self.rounding {
            Rounding::Exact => String::new(),
            rounding => format!(
                "; counts are rounded to the nearest {}, and percentages are those of rounded counts",
                rounding.unit()
            ),
        };
        format!("{hidden}{rounded}. Zero is shown as 0.")
    }
}
