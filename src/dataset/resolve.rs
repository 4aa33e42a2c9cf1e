//! References resolved by id over all records.

use chrono::NaiveDate;

use super::staged::{Directory, Kept, Staged, Standing};
use super::{Builder, Finding, FindingRule, integrity};
use crate::chronology::{Key, Room, Texts};
use crate::record::Family;

impl Builder {
    /// Resolves references by id over all records, whichever child they belong to.
    pub(super) fn resolve(mut self) -> Self {
        self.note_unrecorded_persons();
        let Self { texts, findings, ids, referrals, assessments, enquiries, conferences, plans, .. } = &mut self;
        let mut clerk = Clerk { texts, findings, ids };
        clerk.link(
            assessments,
            ("cina_referral_id", Family::Referral),
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
            ("s47e_referral_id", Family::Referral),
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
            ("cppl_referral_id", Family::Referral),
            |e| e.referral,
            |staged, at| staged.entry.referral = at.and(staged.entry.referral),
        );
        clerk.link(
            conferences,
            ("icpc_s47_enquiry_id", Family::Section47Enquiry),
            |e| e.enquiry,
            |staged, at| {
                staged.entry.enquiry = at.and(staged.entry.enquiry);
                staged.entry.enquiry_start = at.and_then(|at| enquiries.get(at)).map(|enquiry| enquiry.entry.start);
            },
        );
        clerk.link(
            plans,
            ("cppl_icpc_id", Family::InitialConference),
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
        clerk.link(
            reviews,
            ("cppr_cp_plan_id", Family::ProtectionPlan),
            |e| e.plan,
            |staged, at| staged.entry.plan = at.and(staged.entry.plan),
        );
        for review in reviews {
            let Some(plan) = review.entry.plan else { continue };
            if let Standing::At(at) = clerk.find(Family::ProtectionPlan, plan.index())
                && let Some(plan) = plans.get(at)
            {
                integrity::review(review, &plan.entry, clerk.texts, clerk.findings);
                // A review is read with its plan, whichever child its own row names.
                review.person = plan.person;
            }
        }
        clerk.link(
            episodes,
            ("clae_cla_placement_id", Family::Placement),
            |e| e.placement,
            |staged, at| {
                staged.entry.placement = at.and(staged.entry.placement);
                if let Some(placement) = at.and_then(|at| placements.get(at)) {
                    staged.entry.placed = Some(placement.entry.start);
                    staged.entry.place = placement.entry.place;
                }
            },
        );
        clerk.link(
            involvements,
            ("invo_professional_id", Family::Professional),
            |e| e.professional,
            |staged, at| {
                staged.entry.professional = at.and(staged.entry.professional);
                staged.entry.social_worker = at.and_then(|at| professionals.get(at)).is_some_and(|is| *is);
            },
        );
        self
    }
}

/// Looks up references and notes those that lead nowhere.
struct Clerk<'a> {
    texts: &'a Texts,
    findings: &'a mut Vec<Finding>,
    ids: &'a [Directory],
}

impl Clerk<'_> {
    fn find(&self, family: Family, place: usize) -> Standing {
        self.ids.get(family as usize).map_or(Standing::Unrecorded, |directory| directory.find(place))
    }

    /// Notes the entries whose person has no record.
    fn persons<E: Kept>(&mut self, staged: &[Staged<E>]) {
        for staged in staged {
            if self.find(Family::Person, staged.person as usize) == Standing::Unrecorded {
                let person = self.texts.room(Room::PERSONS).get(staged.person as usize);
                self.findings.push(staged.finding(self.texts, E::PERSON, &person, FindingRule::NoSuchPerson));
            }
        }
    }

    /// Hands each entry the position of the record that it names in `field`, if that is there.
    fn link<E: Kept>(
        &mut self,
        staged: &mut [Staged<E>],
        (field, to): (&str, Family),
        named: impl Fn(&E) -> Option<Key>,
        mut found: impl FnMut(&mut Staged<E>, Option<usize>),
    ) {
        for staged in staged {
            let Some(name) = named(&staged.entry) else { continue };
            let position = match self.find(to, name.index()) {
                Standing::At(position) => Some(position),
                // A record that is there and left out of every rule has its own finding.
                Standing::LeftOut => None,
                Standing::Unrecorded => {
                    let finding = staged.finding(self.texts, field, &self.texts.get(name), FindingRule::NoSuchRecord);
                    self.findings.push(finding);
                    None
                }
            };
            found(staged, position);
        }
    }
}

fn earliest(first: Option<NaiveDate>, day: NaiveDate) -> NaiveDate {
    first.map_or(day, |first| first.min(day))
}
