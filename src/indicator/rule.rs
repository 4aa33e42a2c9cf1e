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

/// A rule of any kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AnyRule {
    Referrals(ReferralRule),
    Assessments(AssessmentRule),
    Missing(MissingRule),
}

impl From<ReferralRule> for AnyRule {
    fn from(rule: ReferralRule) -> Self {
        Self::Referrals(rule)
    }
}

impl From<AssessmentRule> for AnyRule {
    fn from(rule: AssessmentRule) -> Self {
        Self::Assessments(rule)
    }
}

impl From<MissingRule> for AnyRule {
    fn from(rule: MissingRule) -> Self {
        Self::Missing(rule)
    }
}

impl<R: Rule + Into<AnyRule>> From<Ruled<R>> for AnyIndicator {
    fn from(indicator: Ruled<R>) -> Self {
        let rule = Some(indicator.rule.into());
        Self(Arc::new(Erased { indicator, rule }))
    }
}

/// Rules of one kind, judged together.
#[derive(Debug)]
pub(crate) enum Rules {
    Referrals(Vec<ReferralRule>),
    Assessments(Vec<AssessmentRule>),
    Missing(Vec<MissingRule>),
}

impl From<AnyRule> for Rules {
    fn from(rule: AnyRule) -> Self {
        match rule {
            AnyRule::Referrals(rule) => Self::Referrals(vec![rule]),
            AnyRule::Assessments(rule) => Self::Assessments(vec![rule]),
            AnyRule::Missing(rule) => Self::Missing(vec![rule]),
        }
    }
}

impl Rules {
    /// Takes a rule of the same kind; whether it is one.
    pub(crate) fn join(&mut self, rule: AnyRule) -> bool {
        match (self, rule) {
            (Self::Referrals(rules), AnyRule::Referrals(rule)) => rules.push(rule),
            (Self::Assessments(rules), AnyRule::Assessments(rule)) => rules.push(rule),
            (Self::Missing(rules), AnyRule::Missing(rule)) => rules.push(rule),
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
