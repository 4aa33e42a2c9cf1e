//! Indicators: what they say of themselves, how they judge one child, and the catalogue of those the field uses.
//!
//! Start with [`Indicator`], the trait; [`catalogue`] has every indicator of children's social care this crate knows.

mod assessments;
mod care_leavers;
pub mod catalogue;
mod conferences;
mod definition;
mod looked_after;
mod missing;
mod need;
mod plans;
mod referrals;
mod verdict;

pub use definition::{Definition, Pending, Polarity, Shape, Timing, Zero};
pub use need::{Need, Reach};
pub use verdict::{Outcome, Reason, Verdict};

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::calendar::{Basis, Span, WorkingDays};
use crate::chronology::{Chronology, Unit};
use crate::dataset::Finding;
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
        Self(Arc::new(Erased(indicator)))
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

    /// Judges those of `children` at the places `chosen`, and lists on `tape` what a ledger needs of it.
    pub(crate) fn judge_all(&self, children: &[Chronology<'_>], chosen: &[u16], terms: Terms<'_>, tape: &mut Tape) {
        self.0.judge_all(children, chosen, terms, tape);
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
    fn judge_all(&self, children: &[Chronology<'_>], chosen: &[u16], terms: Terms<'_>, tape: &mut Tape);
    fn judge(&self, child: &Chronology<'_>, terms: Terms<'_>, sink: &mut dyn Sink);
}

struct Erased<I>(I);

impl<I: Indicator> Judge for Erased<I> {
    fn definition(&self) -> &Definition {
        self.0.definition()
    }

    fn timing(&self) -> Timing {
        I::Time::TIMING
    }

    fn starts_from(&self) -> Option<Family> {
        self.0.starts_from()
    }

    fn judge_all(&self, children: &[Chronology<'_>], chosen: &[u16], terms: Terms<'_>, tape: &mut Tape) {
        let mut book = Book::new(Destination::Tape(tape), terms);
        for child in chosen.iter().filter_map(|at| children.get(usize::from(*at))) {
            self.0.judge(child, &mut book);
        }
    }

    fn judge(&self, child: &Chronology<'_>, terms: Terms<'_>, sink: &mut dyn Sink) {
        self.0.judge(child, &mut Book::new(Destination::Sink(sink), terms));
    }
}

impl fmt::Debug for AnyIndicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyIndicator({})", self.definition().key())
    }
}

/// What an indicator posts of one unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting {
    pub(crate) unit: Unit,
    /// The day of a flow; the days, or reporting dates, of a stock.
    pub(crate) span: Span,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
}

/// Where postings go. The same judgement feeds all.
enum Destination<'a> {
    /// A list of what a ledger needs of them.
    Tape(&'a mut Tape),
    /// One that sees the units and reasons too, such as a collector of evidence.
    Sink(&'a mut dyn Sink),
}

/// What a ledger without breakdowns needs of one indicator's postings.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    pub(crate) postings: Vec<(Span, Outcome)>,
    pub(crate) notes: Vec<Finding>,
}

/// One that postings go to.
pub(crate) trait Sink {
    fn post(&mut self, posting: Posting);
    fn note(&mut self, finding: Finding);
}

/// Where an indicator posts its outcomes.
pub struct Book<'a, T> {
    to: Destination<'a>,
    terms: Terms<'a>,
    time: PhantomData<T>,
}

impl<'a, T> Book<'a, T> {
    fn new(to: Destination<'a>, terms: Terms<'a>) -> Self {
        Self { to, terms, time: PhantomData }
    }

    /// The calendar of working days in force.
    #[must_use]
    pub fn working_days(&self) -> &'a WorkingDays {
        self.terms.working_days
    }

    /// Notes that a unit cannot be judged as it should, because of its data.
    pub fn note(&mut self, finding: Finding) {
        match &mut self.to {
            Destination::Tape(tape) => tape.notes.push(finding),
            Destination::Sink(sink) => sink.note(finding),
        }
    }

    #[inline]
    fn write(&mut self, unit: Unit, span: Span, outcome: Outcome, reason: Reason) {
        if outcome != Outcome::Judged(Verdict::Outside) && !span.is_empty() {
            match &mut self.to {
                Destination::Tape(tape) => tape.postings.push((span, outcome)),
                Destination::Sink(sink) => sink.post(Posting { unit, span, outcome, reason }),
            }
        }
    }
}

impl Book<'_, Flow> {
    /// Posts the outcome of `unit` on `day`.
    #[inline]
    pub fn post(&mut self, unit: Unit, day: NaiveDate, outcome: impl Into<Outcome>, reason: Reason) {
        let outcome = outcome.into();
        match &mut self.to {
            // A ledger asks no flow for its end.
            Destination::Tape(tape) if outcome != Outcome::Judged(Verdict::Outside) => {
                tape.postings.push((Span::new(day, None), outcome));
            }
            Destination::Tape(_) => {}
            Destination::Sink(_) => self.write(unit, Span::day(day), outcome, reason),
        }
    }
}

impl Book<'_, Stock> {
    /// Posts the outcome of `unit` on each day of `span`; an empty span posts nothing.
    #[inline]
    pub fn post(&mut self, unit: Unit, span: Span, outcome: impl Into<Outcome>, reason: Reason) {
        self.write(unit, span, outcome.into(), reason);
    }
}

impl Book<'_, Windowed> {
    /// The basis judged for; [`Basis::dates_seeing`] turns what lies in the window into a span of reporting dates.
    #[must_use]
    pub const fn basis(&self) -> Basis {
        self.terms.basis
    }

    /// Posts the outcome of `unit` on each reporting date of `span`; an empty span posts nothing.
    #[inline]
    pub fn post(&mut self, unit: Unit, span: Span, outcome: impl Into<Outcome>, reason: Reason) {
        self.write(unit, span, outcome.into(), reason);
    }
}
