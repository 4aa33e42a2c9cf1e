//! Tables of counts with totals: hiding what must be hidden, and auditing what somebody else has hidden.

use super::audit::Verdict;
use super::suppression::{self, Search};
use super::system::{Role, Status, System};
use super::{Cell, DisclosureError, Policy};
use crate::measure::rounded_quotient;

/// One count of a [`Table`]; of no use with another table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellId(usize);

/// A count that is hidden and yet can be worked out, or of which nobody can say whether it can.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leak {
    /// It can be worked out from what is shown of these.
    WorkedOut {
        /// The hidden count.
        cell: String,
        /// What gives it away.
        from: Vec<String>,
    },
    /// Within the steps the search may take, it was neither worked out nor proved to be safe.
    Undecided {
        /// The hidden count.
        cell: String,
    },
}

/// Counts that are printed together, and how they add up: one-way, two-way, hierarchical, over time.
///
/// # Hiding
///
/// [`Table::protect`] hides small counts, then as few and as small others as it finds to be enough, first come first served;
/// the same table gives the same result. It looks for no optimum.
///
/// # Audit
///
/// A hidden count is safe where a second table of whole numbers, none below zero, agrees with everything that is printed and
/// has another count there. Each such table is found by search and checked by itself; what cannot be shown to be safe is
/// treated as unsafe. The audit takes no account of a reader who reruns the choice of what was hidden.
///
/// ```
/// use csc_kpi::disclosure::{Policy, Table};
///
/// let mut table = Table::new();
/// let [female, male, unknown] = [("Female", 190), ("Male", 225), ("Unknown", 3)].map(|(name, n)| table.count(name, n));
/// let all = table.count("All", 418);
/// table.total(all, &[female, male, unknown])?;
///
/// // Hidden alone, the three would be 418 − 190 − 225.
/// assert_eq!(table.audit(&Policy::public(), &[unknown]).len(), 1);
///
/// let protected = table.protect(&Policy::public())?;
/// let shown = [female, male, unknown, all].map(|cell| protected.cell(cell).to_string());
/// assert_eq!(shown, ["[c]", "225", "[c]", "418"]);
/// # Ok::<(), csc_kpi::disclosure::DisclosureError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Table {
    system: System,
    names: Vec<String>,
    sums: usize,
}

/// A table after disclosure control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected {
    cells: Vec<Cell>,
    assumed: Vec<Option<(u64, Option<u64>)>>,
}

impl Protected {
    /// What is shown of a count.
    #[must_use]
    pub fn cell(&self, cell: CellId) -> Cell {
        self.cells.get(cell.0).copied().unwrap_or(Cell::Marked(super::Mark::NotAvailable))
    }

    /// For a hidden count, the least and the greatest value a reader is taken to know before adding anything up (no greatest
    /// where there is none); `None` for a count that is shown.
    #[must_use]
    pub fn assumed(&self, cell: CellId) -> Option<(u64, Option<u64>)> {
        self.assumed.get(cell.0).copied().flatten()
    }
}

impl Table {
    /// A table without counts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn add(&mut self, name: impl Into<String>, count: u32, role: Role) -> CellId {
        self.names.push(name.into());
        CellId(self.system.add(i64::from(count), role))
    }

    /// Adds a count that is printed. A total costs more to hide than its parts, a greater count more than a smaller one.
    pub fn count(&mut self, name: impl Into<String>, count: u32) -> CellId {
        self.add(name, count, Role::Printed(cost(count.into())))
    }

    /// Adds a count that is known from elsewhere, and so cannot be hidden.
    pub fn known(&mut self, name: impl Into<String>, count: u32) -> CellId {
        self.add(name, count, Role::Pinned)
    }

    /// States that the parts are all of the total.
    ///
    /// # Errors
    ///
    /// [`DisclosureError::DoesNotAddUp`] where they add up to another number.
    pub fn total(&mut self, total: CellId, parts: &[CellId]) -> Result<(), DisclosureError> {
        let terms = [(total, -1)].into_iter().chain(parts.iter().map(|part| (*part, 1)));
        if !self.relate(terms) {
            return Err(DisclosureError::DoesNotAddUp(self.name(total)));
        }
        if let Some(Role::Printed(weight)) = self.system.roles.get_mut(total.0) {
            *weight = weight.saturating_mul(4).min(MOST);
        }
        Ok(())
    }

    /// States that one count is part of another that has more in it.
    ///
    /// # Errors
    ///
    /// [`DisclosureError::DoesNotAddUp`] where it is greater.
    pub fn at_most(&mut self, less: CellId, more: CellId) -> Result<(), DisclosureError> {
        let between = self.truth(more) - self.truth(less);
        if between < 0 {
            return Err(DisclosureError::DoesNotAddUp(self.name(more)));
        }
        let rest = self.silent(between, 0);
        self.relate([(more, -1), (less, 1), (rest, 1)]);
        Ok(())
    }

    /// States that the share of one count in another is printed in percent, rounded half up to `places` decimal places (6 at
    /// the most), whatever is hidden: a reader knows the rounding. Nothing is printed of a denominator of zero.
    ///
    /// # Errors
    ///
    /// [`DisclosureError::DoesNotAddUp`] where the numerator is above the denominator.
    pub fn percentage(&mut self, numerator: CellId, denominator: CellId, places: u32) -> Result<(), DisclosureError> {
        self.at_most(numerator, denominator)?;
        let places = places.min(6);
        let (part, whole) = (self.truth(numerator), self.truth(denominator));
        let unsigned = |count: i64| u64::try_from(count).unwrap_or(0);
        let Some(shown) = rounded_quotient(100, unsigned(part), unsigned(whole), places) else { return Ok(()) };
        // 2 × shown − 1 ≤ 200 × 10^places × part ÷ whole < 2 × shown + 1, in units of the last place.
        let shown = i64::try_from(shown.mantissa()).unwrap_or(0);
        let scale = 200 * 10i64.pow(places);
        let above = self.silent(scale * part - (2 * shown - 1) * whole, 0);
        self.relate([(above, -1), (numerator, scale), (denominator, 1 - 2 * shown)]);
        let below = self.silent((2 * shown + 1) * whole - scale * part, 1);
        self.relate([(below, -1), (denominator, 2 * shown + 1), (numerator, -scale)]);
        Ok(())
    }

    /// Hides what must be hidden.
    ///
    /// # Errors
    ///
    /// The count that can be worked out whatever may be hidden, or that could not be shown to be safe.
    pub fn protect(&self, policy: &Policy) -> Result<Protected, DisclosureError> {
        let protection =
            suppression::protect(&self.system, policy).map_err(|failure| self.error(failure.count, failure.finding))?;
        let known = |at: usize| {
            let status = protection.statuses[at];
            let (least, greatest) = self.system.bounds(at, status, policy);
            let unsigned = |count: i64| u64::try_from(count).unwrap_or(0);
            let greatest = (greatest < super::system::FAR).then(|| unsigned(greatest));
            status.is_protected().then(|| (unsigned(least), greatest))
        };
        let cell = |at: usize| self.system.cell(at, protection.statuses[at], policy);
        let all = 0..self.system.truths.len();
        Ok(Protected { cells: all.clone().map(cell).collect(), assumed: all.map(known).collect() })
    }

    /// What can be worked out where these counts are hidden, whatever their size, and all others shown as the policy rounds
    /// them. A reader is taken to know of a hidden count no more than its mark says: at least 1, or nothing where a hidden
    /// count is zero.
    #[must_use]
    pub fn audit(&self, policy: &Policy, hidden: &[CellId]) -> Vec<Leak> {
        let mut system = self.system.clone();
        let mut statuses: Vec<Status> = system
            .roles
            .iter()
            .map(|role| if let Role::Silent(_) = role { Status::Silent } else { Status::Shown })
            .collect();
        for cell in hidden {
            let zero = self.truth(*cell) == 0;
            if let (Some(status), Some(role)) = (statuses.get_mut(cell.0), system.roles.get_mut(cell.0)) {
                *status = if zero { Status::Silent } else { Status::Withheld };
                *role = if zero { Role::Silent(0) } else { *role };
            }
        }
        let mut search = Search::new(&system, policy, statuses);
        let leak = |cell: &CellId| match suppression::audit(&mut search, cell.0) {
            Verdict::Protected(_) => None,
            Verdict::WorkedOut(from) => Some(Leak::WorkedOut {
                cell: self.name(*cell),
                from: from.into_iter().map(|at| self.name(CellId(at))).filter(|name| !name.is_empty()).collect(),
            }),
            Verdict::Undecided => Some(Leak::Undecided { cell: self.name(*cell) }),
        };
        hidden.iter().filter_map(leak).collect()
    }

    fn error(&self, count: usize, finding: Verdict) -> DisclosureError {
        let name = |at: usize| self.name(CellId(at));
        DisclosureError::of(name(count), finding, name)
    }

    fn name(&self, cell: CellId) -> String {
        self.names.get(cell.0).cloned().unwrap_or_default()
    }

    fn truth(&self, cell: CellId) -> i64 {
        self.system.truths.get(cell.0).copied().unwrap_or(0)
    }

    fn silent(&mut self, truth: i64, least: i64) -> CellId {
        self.names.push(String::new());
        CellId(self.system.add(truth, Role::Silent(least)))
    }

    fn relate(&mut self, terms: impl IntoIterator<Item = (CellId, i64)>) -> bool {
        let known = self.system.truths.len();
        let terms: Vec<(usize, i64)> = terms.into_iter().map(|(cell, factor)| (cell.0, factor)).collect();
        self.sums += 1;
        terms.iter().all(|(at, _)| *at < known) && self.system.relate(terms)
    }
}

/// No count costs more to hide.
const MOST: u64 = 1 << 20;

/// What it costs to hide a count: the more, the greater it is, yet a great count not as much as several small ones.
pub(super) fn cost(count: u64) -> u64 {
    10 + u64::from(u64::BITS - count.leading_zeros())
}
