//! References resolved by id over all records.

use chrono::NaiveDate;

use super::staged::{Kept, KeySet, Staged};
use super::{Builder, Finding, FindingRule, integrity};
use crate::chronology::{Key, Texts};
use crate::record::Family;

impl Builder {
    /// Resolves references by id over all records, whichever child they belong to.
    pub(super) fn resolve(mut self) -> Self {
        self.note_unrecorded_persons();
        let Self { texts, findings, ids, referrals, assessments, enquiries, conferences, plans, .. } = &mut self;
        let mut clerk = Clerk { texts, findings, ids };
        let to = Directory::of(referrals);
        clerk.link(
            assessments,
            "cina_referral_id",
            &to,
            |e| e.referral,
            |staged, at| {
                let referral = at.and_then(|at| referrals.get_mut(at));
                staged.entry.referral = referral.as_ref().map(|referral| referral.entry.id);
                staged.entry.referral_date = referral.as_ref().map(|referral| referral.entry.date);
                if let Some(referral) = referral {
                    let first = &mut referral.entry.first_assessment;
                    *first = Some(earliest(*first, staged.entry.start.date()));
                }
            },
        );
        clerk.link(
            enquiries,
            "s47e_referral_id",
            &to,
            |e| e.referral,
            |staged, at| {
                let referral = at.and_then(|at| referrals.get_mut(at));
                staged.entry.referral = referral.as_ref().map(|referral| referral.entry.id);
                if let Some(referral) = referral {
                    let first = &mut referral.entry.first_enquiry;
                    *first = Some(earliest(*first, staged.entry.start.date()));
                }
            },
        );
        clerk.link(
            plans,
            "cppl_referral_id",
            &to,
            |e| e.referral,
            |staged, at| staged.entry.referral = at.and(staged.entry.referral),
        );
        let to = Directory::of(enquiries);
        clerk.link(
            conferences,
            "icpc_s47_enquiry_id",
            &to,
            |e| e.enquiry,
            |staged, at| {
                staged.entry.enquiry = at.and(staged.entry.enquiry);
                staged.entry.enquiry_start = at.and_then(|at| enquiries.get(at)).map(|enquiry| enquiry.entry.start);
            },
        );
        let to = Directory::of(conferences);
        clerk.link(
            plans,
            "cppl_icpc_id",
            &to,
            |e| e.conference,
            |staged, at| staged.entry.conference = at.and(staged.entry.conference),
        );
        self.resolve_placements_reviews_and_professionals()
    }

    /// Notes the records whose person has no record; before a review is moved to the child of its plan.
    fn note_unrecorded_persons(&mut self) {
        let Self { texts, findings, ids, .. } = self;
        let mut clerk = Clerk { texts, findings, ids };
        clerk.persons(&self.families);
        clerk.persons(&self.immigration);
        clerk.persons(&self.referrals);
        clerk.persons(&self.assessments);
        clerk.persons(&self.enquiries);
        clerk.persons(&self.conferences);
        clerk.persons(&self.plans);
        clerk.persons(&self.reviews);
        clerk.persons(&self.episodes);
        clerk.persons(&self.placements);
        clerk.persons(&self.legal_statuses);
        clerk.persons(&self.missing);
        clerk.persons(&self.care_leaver);
        clerk.persons(&self.involvements);
    }

    fn resolve_placements_reviews_and_professionals(mut self) -> Self {
        let Self { texts, findings, ids, plans, reviews, episodes, placements, involvements, professionals, .. } =
            &mut self;
        let mut clerk = Clerk { texts, findings, ids };
        let to = Directory::of(plans);
        clerk.link(
            reviews,
            "cppr_cp_plan_id",
            &to,
            |e| e.plan,
            |staged, at| staged.entry.plan = at.and(staged.entry.plan),
        );
        for review in reviews {
            if let Some(plan) = review.entry.plan.and_then(|plan| to.find(plan)).and_then(|at| plans.get(at)) {
                integrity::review(review, &plan.entry, clerk.texts, clerk.findings);
                // A review is read with its plan, whichever child its own row names.
                review.person = plan.person;
            }
        }
        let to = Directory::of(placements);
        clerk.link(
            episodes,
            "clae_cla_placement_id",
            &to,
            |e| e.placement,
            |staged, at| {
                staged.entry.placement = at.and(staged.entry.placement);
                if let Some(placement) = at.and_then(|at| placements.get(at)) {
                    staged.entry.placed = Some(placement.entry.start);
                    staged.entry.place = placement.entry.place;
                }
            },
        );
        let to = Directory::new(Family::Professional, professionals.iter().map(|(id, _)| Some(*id)));
        clerk.link(
            involvements,
            "invo_professional_id",
            &to,
            |e| e.professional,
            |staged, at| {
                staged.entry.professional = at.and(staged.entry.professional);
                staged.entry.social_worker = at.and_then(|at| professionals.get(at)).is_some_and(|(_, is)| *is);
            },
        );
        self
    }
}

/// Where the records of one family stand, by id.
struct Directory {
    family: Family,
    /// By key: the position, from 1.
    at: Vec<u32>,
}

impl Directory {
    fn of<E: Kept>(staged: &[Staged<E>]) -> Self {
        Self::new(E::FAMILY, staged.iter().map(|staged| staged.entry.id()))
    }

    fn new(family: Family, ids: impl Iterator<Item = Option<Key>>) -> Self {
        let mut at = Vec::new();
        for (position, id) in (1..).zip(ids) {
            let Some(id) = id else { continue };
            if at.len() <= id.index() {
                at.resize(id.index() + 1, 0);
            }
            if let Some(place) = at.get_mut(id.index()) {
                *place = position;
            }
        }
        Self { family, at }
    }

    fn find(&self, id: Key) -> Option<usize> {
        self.at.get(id.index())?.checked_sub(1).map(|at| at as usize)
    }
}

/// Looks up references and notes those that lead nowhere.
struct Clerk<'a> {
    texts: &'a Texts,
    findings: &'a mut Vec<Finding>,
    ids: &'a [KeySet],
}

impl Clerk<'_> {
    /// Notes the entries whose person has no record.
    fn persons<E: Kept>(&mut self, staged: &[Staged<E>]) {
        let persons = self.ids.get(Family::Person as usize);
        for staged in staged.iter().filter(|staged| !persons.is_some_and(|ids| ids.contains(staged.person))) {
            let person = self.texts.get(staged.person);
            self.findings.push(staged.finding(self.texts, E::PERSON, &person, FindingRule::NoSuchPerson));
        }
    }

    /// Hands each entry the position of the record that it names in `field`, if that is there.
    fn link<E: Kept>(
        &mut self,
        staged: &mut [Staged<E>],
        field: &str,
        to: &Directory,
        named: impl Fn(&E) -> Option<Key>,
        mut found: impl FnMut(&mut Staged<E>, Option<usize>),
    ) {
        for staged in staged {
            let Some(name) = named(&staged.entry) else { continue };
            let position = to.find(name);
            // A record that is there and left out of every rule has its own finding.
            if position.is_none() && !self.ids.get(to.family as usize).is_some_and(|ids| ids.contains(name)) {
                let finding = staged.finding(self.texts, field, &self.texts.get(name), FindingRule::NoSuchRecord);
                self.findings.push(finding);
            }
            found(staged, position);
        }
    }
}

fn earliest(first: Option<NaiveDate>, day: NaiveDate) -> NaiveDate {
    first.map_or(day, |first| first.min(day))
}
