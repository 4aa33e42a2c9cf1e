//! Indicators: what they say of themselves, how they judge one child, and the catalogue of those the field uses.
//!
//! Start with [`Indicator`], the trait; [`catalogue`] has every indicator of children's social care this crate knows.

mod assessments;
mod book;
mod care_leavers;
pub mod catalogue;
mod conferences;
mod daybook;
mod definition;
mod looked_after;
mod missing;
mod need;
mod plans;
mod referrals;
mod rule;
mod verdict;

pub use book::Book;
pub(crate) use book::{By, Lent, Posting, Sink};
pub(crate) use daybook::{DayBook, Slip};
pub use definition::{Definition, Pending, Polarity, Shape, Timing, Zero};
pub use need::{Need, Reach};
pub(crate) use rule::Rules;
pub use verdict::{Outcome, Reason, Verdict};

use std::fmt;
use std::sync::Arc;

use crate::calendar::{Basis, WorkingDays};
use crate::chronology::Chronology;
use crate::record::Family;

/// An indicator: reads one child's chronology and posts one outcome for each unit.
///
/// Open: implement it for indicators of your own and give them to an [`Engine`](crate::Engine) beside those of the
/// [`catalogue`].
///
/// # Time
///
/// The associated type says when a unit counts, and so what can be posted: a [`Flow`] on a day (a referral), a [`Stock`]
/// over a span of days (a child looked after), a [`Windowed`] over the span of reporting dates whose window satisfies the
/// rule (a child missing within the year).
///
/// # Correctness
///
/// * The outcome depends on the chronology alone: not on other children, a clock, or the order of calls.
/// * A unit is posted once on a day; the spans posted for a unit of a stock do not overlap.
/// * Records outside the reach of the rule change nothing.
///
/// # Supplied or not
///
/// [`Definition::needs`] says without which records, and from how far before its window, a reading cannot be made. Where a dataset
/// does not [hold](crate::Supply) them, the reading says so in place of a count. One that says nothing is always made.
///
/// # Example
///
/// Referrals by the police, in full:
///
/// ```
/// use csc_kpi::calendar::Basis;
/// use csc_kpi::chronology::{Chronology, Unit};
/// use csc_kpi::indicator::{AnyIndicator, Book, Definition, Flow, Indicator, Reason, Timing, Verdict};
/// use csc_kpi::record::{Family, Referral, ReferralSource};
/// use csc_kpi::{Dataset, Engine, NaiveDate};
///
/// struct ByPolice(Definition);
///
/// impl Indicator for ByPolice {
///     type Time = Flow;
///
///     fn definition(&self) -> &Definition {
///         &self.0
///     }
///
///     fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Flow>) {
///         for referral in child.referrals() {
///             let police = referral.source.is(ReferralSource::Police);
///             let reason = Reason::of(if police { "referred by the police" } else { "referred by others" });
///             book.post(Unit::new(Family::Referral, referral.id), referral.date, Verdict::met_if(police), reason);
///         }
///     }
/// }
///
/// let day = |m, d| NaiveDate::from_ymd_opt(2018, m, d).unwrap();
/// let dataset: Dataset = [
///     Referral::new("R1", "C1", day(4, 3)).source(ReferralSource::Police),
///     Referral::new("R2", "C2", day(5, 3)).source(ReferralSource::School),
/// ]
/// .into_iter()
/// .collect();
/// let by_police = ByPolice(Definition::new("X 1", "Referrals by the police", "referral", Timing::Flow));
/// let ledger = Engine::new([AnyIndicator::new(by_police)]).run(&dataset)?;
/// let reading = ledger.reading("X 1", Basis::InQuarter, day(6, 30))?;
/// assert_eq!(reading.shown(0).as_deref(), Some("50%"));
/// # Ok::<(), csc_kpi::EngineError>(())
/// ```
pub trait Indicator: Send + Sync {
    /// When a unit counts: [`Flow`], [`Stock`] or [`Windowed`].
    type Time: Time;

    /// What it says of itself.
    fn definition(&self) -> &Definition;

    /// Posts the outcome of every unit of `child` to `book`.
    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Self::Time>);

    /// The family of records without which a child has nothing to post: a child that has none of them, as it was known, is
    /// not given to [`Indicator::judge`], which saves time and changes no figure. Without one it is given every child.
    fn starts_from(&self) -> Option<Family> {
        None
    }
}

/// When a unit counts. Sealed: [`Flow`], [`Stock`] and [`Windowed`] are all there are.
pub trait Time: sealed::Sealed + Sized + 'static {
    /// The same, as data.
    const TIMING: Timing;
}

/// A unit counts on one day: a referral, a completed assessment, a plan start.
#[derive(Clone, Copy, Debug)]
pub struct Flow;

/// A unit counts on each day of a span: a child looked after, an open plan.
#[derive(Clone, Copy, Debug)]
pub struct Stock;

/// A unit counts on each reporting date whose window satisfies the rule: it is judged for each basis by itself.
#[derive(Clone, Copy, Debug)]
pub struct Windowed;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Flow {}
    impl Sealed for super::Stock {}
    impl Sealed for super::Windowed {}
}

impl Time for Flow {
    const TIMING: Timing = Timing::Flow;
}

impl Time for Stock {
    const TIMING: Timing = Timing::Stock;
}

impl Time for Windowed {
    const TIMING: Timing = Timing::Windowed;
}

/// An indicator of any timing; cheap to clone.
#[derive(Clone)]
pub struct AnyIndicator(Arc<dyn Judge>);

impl AnyIndicator {
    /// Wraps an indicator of any timing.
    #[must_use]
    pub fn new<I: Indicator + 'static>(indicator: I) -> Self {
        Self(Arc::new(Erased { indicator, rules: None }))
    }

    /// What it says of itself.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        self.0.definition()
    }

    /// When a unit counts: by its type, whatever the definition says.
    #[must_use]
    pub fn timing(&self) -> Timing {
        self.0.timing()
    }

    /// The family of records without which a child has nothing to post.
    pub(crate) fn starts_from(&self) -> Option<Family> {
        self.0.starts_from()
    }

    /// The rule it judges by, where indicators of one kind share the facts that they decide by.
    pub(crate) fn rules(&self) -> Option<&Rules> {
        self.0.rules()
    }

    /// Judges those of `children` at the places `chosen`, and posts to the books that a ledger has lent.
    pub(crate) fn judge_all(&self, children: &[Chronology<'_>], chosen: &[u16], terms: Terms<'_>, lent: &mut Lent) {
        self.0.judge_all(children, chosen, terms, lent);
    }

    /// Judges `child` before `sink`, which sees units and reasons too.
    pub(crate) fn judge(&self, child: &Chronology<'_>, terms: Terms<'_>, sink: &mut dyn Sink) {
        self.0.judge(child, terms, sink);
    }
}

/// What an indicator is judged under.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms<'a> {
    /// Heeded by a windowed indicator only.
    pub(crate) basis: Basis,
    pub(crate) working_days: &'a WorkingDays,
}

/// An [`Indicator`] of any timing. Many children are judged at a call, so that the call costs next to nothing.
trait Judge: Send + Sync {
    fn definition(&self) -> &Definition;
    fn timing(&self) -> Timing;
    fn starts_from(&self) -> Option<Family>;
    fn rules(&self) -> Option<&Rules>;
    fn judge_all(&self, children: &[Chronology<'_>], chosen: &[u16], terms: Terms<'_>, lent: &mut Lent);
    fn judge(&self, child: &Chronology<'_>, terms: Terms<'_>, sink: &mut dyn Sink);
}

struct Erased<I> {
    indicator: I,
    rules: Option<Rules>,
}

impl<I: Indicator> Judge for Erased<I> {
    fn definition(&self) -> &Definition {
        self.indicator.definition()
    }

    fn timing(&self) -> Timing {
        I::Time::TIMING
    }

    fn starts_from(&self) -> Option<Family> {
        self.indicator.starts_from()
    }

    fn rules(&self) -> Option<&Rules> {
        self.rules.as_ref()
    }

    fn judge_all(&self, children: &[Chronology<'_>], chosen: &[u16], terms: Terms<'_>, lent: &mut Lent) {
        let mut book = Book::lent(lent, terms);
        for place in chosen {
            if let Some(child) = children.get(usize::from(*place)) {
                book.begin(*place);
                self.indicator.judge(child, &mut book);
            }
        }
    }

    fn judge(&self, child: &Chronology<'_>, terms: Terms<'_>, sink: &mut dyn Sink) {
        self.indicator.judge(child, &mut Book::of(sink, terms));
    }
}

impl fmt::Debug for AnyIndicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyIndicator({})", self.definition().key())
    }
}
