//! Indicators of one kind of unit, which decide by the same facts of it: those are worked out once for all of them.

use std::sync::Arc;

use super::assessments::AssessmentRule;
use super::missing::MissingRule;
use super::referrals::ReferralRule;
use super::{AnyIndicator, Book, Definition, Erased, Flow, Indicator, Lent, Terms};
use crate::chronology::Chronology;
use crate::record::Family;

/// Decides of each unit of one kind by the facts of it.
pub(super) trait Rule: Copy + Send + Sync + 'static {
    /// What every rule of the kind decides by.
    type Facts<'a>;

    /// The family of records that the units are of.
    const FAMILY: Family;

    /// Works out the facts of each unit of a child.
    fn each<'a>(child: &'a Chronology<'_>, terms: Terms<'_>, decide: impl FnMut(Self::Facts<'a>));

    /// Posts the outcome of each unit.
    fn decide(self, units: &[Self::Facts<'_>], book: &mut Book<'_, Flow>);
}

/// An indicator by its rule.
pub(super) struct Ruled<R> {
    definition: Definition,
    rule: R,
}

impl<R> Ruled<R> {
    pub(super) const fn new(definition: Definition, rule: R) -> Self {
        Self { definition, rule }
    }
}

impl<R: Rule> Indicator for Ruled<R> {
    type Time = Flow;

    fn definition(&self) -> &Definition {
        &self.definition
    }

    fn starts_from(&self) -> Option<Family> {
        Some(R::FAMILY)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Flow>) {
        R::each(child, book.terms(), |facts| self.rule.decide(std::slice::from_ref(&facts), book));
    }
}

/// Rules of one kind, judged together.
#[derive(Clone, Debug)]
pub(crate) enum Rules {
    Referrals(Vec<ReferralRule>),
    Assessments(Vec<AssessmentRule>),
    Missing(Vec<MissingRule>),
}

impl From<ReferralRule> for Rules {
    fn from(rule: ReferralRule) -> Self {
        Self::Referrals(vec![rule])
    }
}

impl From<AssessmentRule> for Rules {
    fn from(rule: AssessmentRule) -> Self {
        Self::Assessments(vec![rule])
    }
}

impl From<MissingRule> for Rules {
    fn from(rule: MissingRule) -> Self {
        Self::Missing(vec![rule])
    }
}

impl<R: Rule + Into<Rules>> From<Ruled<R>> for AnyIndicator {
    fn from(indicator: Ruled<R>) -> Self {
        let rules = Some(indicator.rule.into());
        Self(Arc::new(Erased { indicator, rules }))
    }
}

impl Rules {
    /// Takes others of the same kind behind them; whether they are of it.
    pub(crate) fn join(&mut self, others: &Self) -> bool {
        match (self, others) {
            (Self::Referrals(rules), Self::Referrals(others)) => rules.extend(others),
            (Self::Assessments(rules), Self::Assessments(others)) => rules.extend(others),
            (Self::Missing(rules), Self::Missing(others)) => rules.extend(others),
            _ => return false,
        }
        true
    }

    /// Judges those of `children` at the places `chosen` by every rule, and posts to the books that a ledger has lent of the
    /// account of each.
    pub(crate) fn judge_all(&self, children: &[Chronology<'_>], chosen: &[u16], terms: Terms<'_>, lent: &mut [Lent]) {
        match self {
            Self::Referrals(rules) => judge_all(rules, children, chosen, terms, lent),
            Self::Assessments(rules) => judge_all(rules, children, chosen, terms, lent),
            Self::Missing(rules) => judge_all(rules, children, chosen, terms, lent),
        }
    }
}

fn judge_all<R: Rule>(rules: &[R], children: &[Chronology<'_>], chosen: &[u16], terms: Terms<'_>, lent: &mut [Lent]) {
    let mut units = Vec::with_capacity(2 * chosen.len());
    for child in chosen.iter().filter_map(|place| children.get(usize::from(*place))) {
        R::each(child, terms, |facts| units.push(facts));
    }
    for (rule, lent) in rules.iter().zip(lent) {
        rule.decide(&units, &mut Book::lent(lent, terms));
    }
}
