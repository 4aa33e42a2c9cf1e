//! Counts and how they hang together: what suppression and audit work on.

use super::{Cell, Mark, Policy};

/// Beyond every count: no bound.
pub(super) const FAR: i64 = i64::MAX / 16;

/// What becomes of a count in print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It is printed, and may be hidden at this cost.
    Printed(u64),
    /// It is printed, and known from elsewhere too.
    Pinned,
    /// It is not printed; a reader knows that it is at least this.
    Silent(i64),
}

/// What a reader is told of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Nothing.
    Silent,
    /// The count, or what it rounds to.
    Shown,
    /// That it is above zero and rounds to zero.
    Low,
    /// That it is hidden for its own size.
    Primary,
    /// That it is hidden to protect others.
    Secondary,
    /// That it is hidden: at least 1.
    Withheld,
}

impl Status {
    /// Whether a reader must not find it out.
    pub(super) const fn is_protected(self) -> bool {
        matches!(self, Self::Low | Self::Primary | Self::Secondary | Self::Withheld)
    }
}

/// Counts with true values, and relations: sums of multiples of counts that are zero.
#[derive(Clone, Debug, Default)]
pub(super) struct System {
    pub(super) truths: Vec<i64>,
    pub(super) roles: Vec<Role>,
    pub(super) relations: Vec<Vec<(usize, i64)>>,
}

impl System {
    pub(super) fn add(&mut self, truth: i64, role: Role) -> usize {
        self.truths.push(truth);
        self.roles.push(role);
        self.truths.len() - 1
    }

    /// States that the terms add up to zero; what does not hold of the true counts is refused. The first term that is
    /// no sum of others yet becomes one.
    pub(super) fn relate(&mut self, terms: Vec<(usize, i64)>) -> bool {
        let sum: i128 = terms.iter().map(|(at, factor)| i128::from(self.truths[*at]) * i128::from(*factor)).sum();
        if sum != 0 {
            return false;
        }
        if terms.len() > 1 {
            self.relations.push(terms);
        }
        true
    }

    /// What is hidden for its own size, all else shown.
    pub(super) fn primary(&self, policy: &Policy) -> Vec<Status> {
        let status = |(truth, role): (&i64, &Role)| match role {
            Role::Silent(_) => Status::Silent,
            Role::Pinned => Status::Shown,
            Role::Printed(_) => {
                let count = u64::try_from(*truth).unwrap_or(0);
                if policy.threshold().hides(count) {
                    Status::Primary
                } else if policy.rounds().cell(count) == Cell::Marked(Mark::Low) {
                    Status::Low
                } else {
                    Status::Shown
                }
            }
        };
        self.truths.iter().zip(&self.roles).map(status).collect()
    }

    /// The least and the greatest value that a reader cannot rule out by what is printed of the count itself.
    pub(super) fn bounds(&self, at: usize, status: Status, policy: &Policy) -> (i64, i64) {
        let threshold = i64::from(policy.threshold().get());
        match (status, self.roles[at]) {
            (Status::Silent, Role::Silent(least)) => (least, FAR),
            (Status::Silent, _) => (0, FAR),
            (Status::Shown | Status::Low, Role::Pinned) => (self.truths[at], self.truths[at]),
            (Status::Shown | Status::Low, _) => {
                let (least, greatest) = policy.rounds().alike(u64::try_from(self.truths[at]).unwrap_or(0));
                (i64::try_from(least).unwrap_or(FAR), i64::try_from(greatest).unwrap_or(FAR))
            }
            (Status::Primary, _) => (1, threshold),
            // A rounded count may stand below the threshold as far as its print says.
            (Status::Secondary, _) if policy.rounds() == super::Rounding::Exact => (threshold + 1, FAR),
            (Status::Secondary | Status::Withheld, _) => (1, FAR),
        }
    }

    /// What is shown of a count.
    pub(super) fn cell(&self, at: usize, status: Status, policy: &Policy) -> Cell {
        let count = u64::try_from(self.truths[at]).unwrap_or(0);
        match status {
            Status::Primary | Status::Secondary | Status::Withheld => Cell::Marked(Mark::Confidential),
            Status::Silent | Status::Shown | Status::Low => match self.roles[at] {
                Role::Pinned => Cell::Shown(count),
                _ => policy.rounds().cell(count),
            },
        }
    }
}
