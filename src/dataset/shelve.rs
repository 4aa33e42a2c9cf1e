//! Entries numbered by child, sorted, checked and put on the shelves.

use super::integrity::Checks;
use super::register::Register;
use super::{Builder, Dataset};
use crate::chronology::{Bounds, Shelves};

impl Builder {
    pub(super) fn shelve(mut self) -> Dataset {
        let mut register = Register::new(&self.texts, std::mem::take(&mut self.persons));
        register.name(&self.families);
        register.name(&self.immigration);
        register.name(&self.referrals);
        register.name(&self.assessments);
        register.name(&self.enquiries);
        register.name(&self.conferences);
        register.name(&self.plans);
        register.name(&self.reviews);
        register.name(&self.episodes);
        register.name(&self.placements);
        register.name(&self.legal_statuses);
        register.name(&self.missing);
        register.name(&self.care_leaver);
        register.name(&self.involvements);
        let mut checks = Checks::new(&self.texts, &register, &mut self.findings);
        let mut bounds = vec![Bounds::default(); register.persons.len() + 1];
        let mut shelves = Shelves::default();
        macro_rules! shelve {
            ($($name:ident $(with $check:ident)?),+ $(,)?) => {
                $({
                    let mut staged = std::mem::take(&mut self.$name);
                    register.sort(&mut staged);
                    checks.every(&staged);
                    $(checks.$check(&staged);)?
                    register.count(&staged, &mut bounds, |bounds| &mut bounds.$name);
                    shelves.$name = Vec::with_capacity(staged.len());
                    shelves.$name.extend(staged.into_iter().map(|staged| staged.entry));
                })+
            };
        }
        shelve!(
            families,
            immigration,
            referrals,
            assessments,
            enquiries,
            conferences with conferences,
            plans with plans,
            reviews,
            episodes with episodes,
            placements,
            legal_statuses,
            missing,
            care_leaver,
            involvements,
        );
        let (persons, numbers) = (register.persons, register.numbers);
        let records = persons.len() - register.unrecorded + self.professionals.len() + shelves.size().0;
        self.findings.sort();
        // One finding a cell, and beside it each national rule that the cell breaks; without a row two findings may be of
        // two records.
        self.findings.dedup_by(|a, b| {
            a.row.is_some()
                && a.record.is_some()
                && (a.family, &a.file, a.row, &a.record, &a.field) == (b.family, &b.file, b.row, &b.record, &b.field)
                && (a.rule == b.rule || !(a.rule.is_national() || b.rule.is_national()))
        });
        Dataset { texts: self.texts, persons, numbers, shelves, bounds, records, findings: self.findings }
    }
}
