//! Where indicators post: books that a ledger lends, or one that sees units and reasons too.

use std::marker::PhantomData;

use chrono::NaiveDate;

use super::{DayBook, Flow, Outcome, Reason, Stock, Terms, Verdict, Windowed};
use crate::calendar::{Basis, Span, WorkingDays, place};
use crate::chronology::Unit;
use crate::dataset::Finding;

/// What an indicator posts of one unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting {
    pub(crate) unit: Unit,
    /// The day of a flow; the days, or reporting dates, of a stock.
    pub(crate) span: Span,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
}

/// One that postings go to.
pub(crate) trait Sink {
    fn post(&mut self, posting: Posting);
    fn note(&mut self, finding: Finding);
}

/// What tells books apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum By {
    /// The verdict, in the order in which verdicts are counted.
    #[default]
    Verdict,
    /// The part, and behind the parts that a unit is in none.
    Part,
    /// The number of days, from 0.
    Days,
}

/// The books of one account of a ledger without breakdowns, while an indicator posts to them.
///
/// A posting is one addition where its book reaches its day. What no book takes is kept for the ledger to post.
#[derive(Debug, Default)]
pub(crate) struct Lent {
    pub(crate) books: Vec<DayBook>,
    pub(crate) by: By,
    /// What is added for each unit.
    pub(crate) sign: i64,
    /// Days with outcomes, and how often they are to be posted.
    pub(crate) rest: Vec<(NaiveDate, Outcome, i64)>,
    pub(crate) notes: Vec<Finding>,
    /// Whether it is asked whose units were met.
    pub(crate) counts_met: bool,
    /// The places of children with a met unit, and its span.
    pub(crate) met: Vec<(u16, Span)>,
    /// The place of the child that is judged.
    child: u16,
}

impl Lent {
    /// The place of the book of an outcome; beyond all books where it has none.
    #[allow(clippy::inline_always, reason = "called for every unit, and short once the outcome is known")]
    #[inline(always)]
    fn book_of(&self, outcome: Outcome) -> usize {
        match (outcome, self.by) {
            (Outcome::Judged(verdict), By::Verdict) => verdict as usize,
            (Outcome::Part(part), By::Part) if usize::from(part) + 1 < self.books.len() => usize::from(part),
            (Outcome::NoPart, By::Part) => self.books.len().wrapping_sub(1),
            (Outcome::Days(days), By::Days) => usize::try_from(days).unwrap_or(usize::MAX),
            _ => usize::MAX,
        }
    }

    #[allow(clippy::inline_always, reason = "called for every unit, and short once the outcome is known")]
    #[inline(always)]
    fn post(&mut self, day: NaiveDate, outcome: Outcome, amount: i64) {
        let at = self.book_of(outcome);
        match self.books.get_mut(at).and_then(|book| book.cell(place(day))) {
            Some(sum) => *sum = sum.wrapping_add(amount),
            None => self.set_aside(day, outcome, amount),
        }
    }

    #[cold]
    fn set_aside(&mut self, day: NaiveDate, outcome: Outcome, amount: i64) {
        if outcome != Outcome::Judged(Verdict::Outside) {
            self.rest.push((day, outcome, amount));
        }
    }

    #[allow(clippy::inline_always, reason = "called for every unit, and short once the outcome is known")]
    #[inline(always)]
    fn post_day(&mut self, day: NaiveDate, outcome: Outcome) {
        if self.counts_met && outcome == Outcome::Judged(Verdict::Met) {
            self.met.push((self.child, Span::new(day, None)));
        }
        self.post(day, outcome, self.sign);
    }

    #[inline]
    fn post_span(&mut self, span: Span, outcome: Outcome) {
        if span.is_empty() {
            return;
        }
        if self.counts_met && outcome == Outcome::Judged(Verdict::Met) {
            self.met.push((self.child, span));
        }
        self.post(span.start, outcome, self.sign);
        if let Some(end) = span.end {
            self.post(end, outcome, self.sign.wrapping_neg());
        }
    }
}

/// Where postings go. The same judgement feeds all.
enum Destination<'a> {
    /// Books of a ledger.
    Lent(&'a mut Lent),
    /// One that sees the units and reasons too, such as a collector of evidence.
    Sink(&'a mut dyn Sink),
}

/// Where an indicator posts its outcomes.
pub struct Book<'a, T> {
    to: Destination<'a>,
    terms: Terms<'a>,
    time: PhantomData<T>,
}

impl<'a, T> Book<'a, T> {
    pub(super) fn lent(lent: &'a mut Lent, terms: Terms<'a>) -> Self {
        Self { to: Destination::Lent(lent), terms, time: PhantomData }
    }

    pub(super) fn of(sink: &'a mut dyn Sink, terms: Terms<'a>) -> Self {
        Self { to: Destination::Sink(sink), terms, time: PhantomData }
    }

    /// What is posted from here on is of the child at this place.
    #[inline]
    pub(super) fn begin(&mut self, child: u16) {
        if let Destination::Lent(lent) = &mut self.to {
            lent.child = child;
        }
    }

    pub(super) const fn terms(&self) -> Terms<'a> {
        self.terms
    }

    /// The calendar of working days in force.
    #[must_use]
    pub fn working_days(&self) -> &'a WorkingDays {
        self.terms.working_days
    }

    /// Notes that a unit cannot be judged as it should, because of its data.
    pub fn note(&mut self, finding: Finding) {
        match &mut self.to {
            Destination::Lent(lent) => lent.notes.push(finding),
            Destination::Sink(sink) => sink.note(finding),
        }
    }

    #[inline]
    fn write(&mut self, unit: Unit, span: Span, outcome: Outcome, reason: Reason) {
        match &mut self.to {
            Destination::Lent(lent) => lent.post_span(span, outcome),
            Destination::Sink(sink) => post_to(*sink, Posting { unit, span, outcome, reason }),
        }
    }
}

/// Apart from the rest, so that posting to books is short.
#[inline(never)]
fn post_to(sink: &mut dyn Sink, posting: Posting) {
    if posting.outcome != Outcome::Judged(Verdict::Outside) && !posting.span.is_empty() {
        sink.post(posting);
    }
}

impl Book<'_, Flow> {
    /// Posts the outcome of `unit` on `day`.
    #[allow(clippy::inline_always, reason = "called for every unit, and short once the outcome is known")]
    #[inline(always)]
    pub fn post(&mut self, unit: Unit, day: NaiveDate, outcome: impl Into<Outcome>, reason: Reason) {
        let outcome = outcome.into();
        match &mut self.to {
            Destination::Lent(lent) => lent.post_day(day, outcome),
            Destination::Sink(sink) => post_to(*sink, Posting { unit, span: Span::day(day), outcome, reason }),
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
