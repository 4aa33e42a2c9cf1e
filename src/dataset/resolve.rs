//! Ids numbered, and references resolved by id over all records.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::num::NonZeroU32;

use chrono::NaiveDate;

use super::staged::{Kept, Numbered, Pile};
use super::{Builder, Finding, FindingRule, integrity};
use crate::chronology::{Key, NOWHERE, ReviewEntry, Room, Texts};
use crate::record::Family;

/// The families whose records have ids, and the column of the id.
const WITH_IDS: [(Family, &str); 14] = [
    (Family::Person, "pers_person_id"),
    (Family::Referral, "cine_referral_id"),
    (Family::Assessment, "cina_assessment_id"),
    (Family::Section47Enquiry, "s47e_s47_enquiry_id"),
    (Family::InitialConference, "icpc_icpc_id"),
    (Family::ProtectionPlan, "cppl_cp_plan_id"),
    (Family::PlanReview, "cppr_cp_review_id"),
    (Family::LookedAfterEpisode, "clae_cla_episode_id"),
    (Family::Placement, "clap_cla_placement_id"),
    (Family::LegalStatus, "lega_legal_status_id"),
    (Family::MissingEpisode, "miss_table_id"),
    (Family::CareLeaverStatus, "clea_table_id"),
    (Family::Involvement, "invo_involvements_id"),
    (Family::Professional, "prof_professional_id"),
];

/// Does the work for each family whose entries are of children.
macro_rules! each_pile {
    ($pile:ident of $builder:ident, $work:expr) => {
        each_pile!($pile of $builder, $work, families, immigration, referrals, assessments, enquiries, conferences,
            plans, reviews, episodes, placements, legal_statuses, missing, care_leaver, involvements)
    };
    ($pile:ident of $builder:ident, $work:expr, $($name:ident),+) => {
        $({
            let $pile = &mut $builder.$name;
            $work;
        })+
    };
}

impl Builder {
    /// Leaves out what has an id that an earlier record has, and resolves references by id over all records, whichever
    /// child they belong to.
    pub(super) fn resolve(&mut self) {
        self.number_ids();
        self.name_persons();
        self.resolve_referrals_and_conferences();
        self.resolve_placements_reviews_and_professionals();
        let Self { texts, register, .. } = self;
        each_pile!(pile of self, {
            register.enrol(pile, texts);
            // No longer asked for, and much memory.
            pile.persons = Vec::new();
        });
    }

    /// Makes the records be found by their ids, and takes out those whose id an earlier one of their family has.
    fn number_ids(&mut self) {
        let repeated = self.texts.number_all(&WITH_IDS.map(|(family, _)| Room::of(family)));
        let joined = match repeated.get(Family::Person as usize) {
            Some(places) if !self.forms.is_empty() => self.join_persons(places),
            _ => Vec::new(),
        };
        let in_doubt = std::mem::take(&mut self.in_doubt);
        let is_joined = |family: Family, place: u32| family == Family::Person && joined.binary_search(&place).is_ok();
        let is_repeated = |family: Family, place: u32| {
            repeated.get(family as usize).is_some_and(|places| places.binary_search(&place).is_ok())
                && !is_joined(family, place)
        };
        let kept = in_doubt.into_iter().filter(|(place, finding)| !is_repeated(finding.family, *place));
        self.findings.extend(kept.map(|(_, finding)| finding));
        for (family, field) in WITH_IDS {
            if let Some(places) = repeated.get(family as usize).filter(|places| !places.is_empty()) {
                let faulty: Vec<u32> = places.iter().copied().filter(|place| !is_joined(family, *place)).collect();
                self.take_out(family, field, places, &faulty);
            }
        }
    }

    /// Joins each person who was given before the form that gives it again, where nothing contradicts, and says which. What
    /// the earlier record lacks is filled in: a child in returns, censuses and tables is one child.
    #[cold]
    fn join_persons(&mut self, repeated: &[u32]) -> Vec<u32> {
        let mut joined = Vec::new();
        let Self { forms, texts, register, .. } = self;
        for place in repeated {
            let at = *place as usize;
            // Forms come one after the other.
            let form = forms.get(forms.partition_point(|form| form.end <= at)).filter(|form| form.contains(&at));
            let Some(form) = form else { continue };
            let first = texts.find(Room::PERSONS, texts.get_in(Room::PERSONS, at));
            let Some(first) = first.filter(|first| *first < form.start) else { continue };
            let Some(said) = register.persons.get(at).copied() else { continue };
            if register.persons.get_mut(first).is_some_and(|known| known.join(&said, texts)) {
                joined.push(*place);
            }
        }
        joined
    }

    /// Takes out the records in these places, each of the faulty ones with a finding.
    #[cold]
    fn take_out(&mut self, family: Family, field: &str, places: &[u32], faulty: &[u32]) {
        let room = Room::of(family);
        // Sorted by family and place, so that each is found.
        self.untrimmed.sort_by_key(|(family, place, _)| (*family as usize, *place));
        let numbered: &mut dyn Numbered = match family {
            Family::Person => &mut self.register,
            Family::Referral => &mut self.referrals,
            Family::Assessment => &mut self.assessments,
            Family::Section47Enquiry => &mut self.enquiries,
            Family::InitialConference => &mut self.conferences,
            Family::ProtectionPlan => &mut self.plans,
            Family::PlanReview => &mut self.reviews,
            Family::LookedAfterEpisode => &mut self.episodes,
            Family::Placement => &mut self.placements,
            Family::LegalStatus => &mut self.legal_statuses,
            Family::MissingEpisode => &mut self.missing,
            Family::CareLeaverStatus => &mut self.care_leaver,
            Family::Involvement => &mut self.involvements,
            Family::Professional => &mut self.professionals,
            Family::FamilyMember | Family::ImmigrationStatus => return,
        };
        for place in faulty {
            let at = *place as usize;
            let id = self.texts.get_in(room, at);
            let person = match (family, numbered.person(at)) {
                (Family::Person, _) => id,
                (_, person) => self.texts.text_of(person),
            };
            let as_given = self
                .untrimmed
                .binary_search_by_key(&(family as usize, *place), |(family, place, _)| (*family as usize, *place));
            let as_given = as_given.ok().and_then(|at| self.untrimmed.get(at));
            let [id, person] = as_given.map_or([id, person], |(_, _, texts)| texts.each_ref().map(String::as_str));
            let finding = Finding::new(family, field, id, FindingRule::RepeatedId);
            self.findings.push(finding.in_row(numbered.row(at).map(|row| u64::from(row.get()))).of(id, person));
        }
        numbered.take_out(room, places);
        self.texts.take_out(room, places);
    }

    /// Gives each record the number of its person, and notes those whose person has no record; before a review is moved to
    /// the child of its plan.
    fn name_persons(&mut self) {
        let Self { texts, findings, .. } = self;
        each_pile!(pile of self, name_persons(pile, texts, findings));
    }

    fn resolve_referrals_and_conferences(&mut self) {
        let Self { texts, findings, referrals, assessments, enquiries, conferences, plans, .. } = self;
        let mut clerk = Clerk { texts, findings };
        let field = ("cina_referral_id", Family::Referral);
        clerk.link::<0, _, _>(assessments, field, referrals, near, |assessment, referrals, key| {
            let Some(referral) = in_use(referrals, key) else { return };
            assessment.referral = Some(key);
            assessment.referral_date = Some(referral.date);
            referral.first_assessment = Some(earliest(referral.first_assessment, assessment.start.date()));
        });
        let field = ("s47e_referral_id", Family::Referral);
        clerk.link::<0, _, _>(enquiries, field, referrals, near, |enquiry, referrals, key| {
            let Some(referral) = in_use(referrals, key) else { return };
            enquiry.referral = Some(key);
            referral.first_enquiry = Some(earliest(referral.first_enquiry, enquiry.start.date()));
        });
        let field = ("cppl_referral_id", Family::Referral);
        clerk.link::<0, _, _>(plans, field, referrals, near, |plan, referrals, key| {
            plan.referral = in_use(referrals, key).map(|_| key);
        });
        let field = ("icpc_s47_enquiry_id", Family::Section47Enquiry);
        clerk.link::<0, _, _>(conferences, field, enquiries, near, |conference, enquiries, key| {
            let Some(enquiry) = in_use(enquiries, key) else { return };
            conference.enquiry = Some(key);
            conference.enquiry_start = Some(enquiry.start);
        });
        let field = ("cppl_icpc_id", Family::InitialConference);
        clerk.link::<1, _, _>(plans, field, conferences, near, |plan, conferences, key| {
            plan.conference = in_use(conferences, key).map(|_| key);
        });
    }

    fn resolve_placements_reviews_and_professionals(&mut self) {
        let Self { texts, findings, noted, plans, reviews, episodes, placements, involvements, professionals, .. } =
            self;
        without_plan(reviews, texts, noted, findings);
        let mut clerk = Clerk { texts, findings };
        let field = (REVIEWED, Family::ProtectionPlan);
        clerk.link::<0, _, _>(reviews, field, plans, near, |review, plans, key| {
            review.plan = in_use(plans, key).map(|_| key);
        });
        for ((review, name), number) in reviews.filed.iter().zip(&mut reviews.persons).zip(&mut reviews.numbers) {
            let Some(at) = review.entry.plan.map(Key::index) else { continue };
            if let (Some(plan), Some(of_plan), Some(numbered)) =
                (plans.filed.get(at), plans.persons.get(at), plans.numbers.get(at))
            {
                integrity::review(review, clerk.texts.text_of(name), &plan.entry, clerk.texts, clerk.findings);
                // A review is read with its plan, whichever child its own row names.
                (*number, *name) = (*numbered, *of_plan);
            }
        }
        let field = ("clae_cla_placement_id", Family::Placement);
        clerk.link::<0, _, _>(episodes, field, placements, near, |episode, placements, key| {
            let Some(placement) = in_use(placements, key) else { return };
            episode.placement = Some(key);
            episode.placed = Some(placement.start);
            episode.place = placement.place;
        });
        let field = ("invo_professional_id", Family::Professional);
        clerk.link::<0, _, _>(
            involvements,
            field,
            professionals,
            |_, _| 0,
            |involvement, professionals, key| {
                involvement.professional = Some(key);
                involvement.social_worker = professionals.is_social_worker(key.index());
            },
        );
    }
}

/// The entry of the record with this id, unless the record is left out of every rule; such a record has its own finding.
fn in_use<E>(pile: &mut Pile<E>, key: Key) -> Option<&mut E> {
    if pile.uses(key.index()) { Some(&mut pile.filed.get_mut(key.index())?.entry) } else { None }
}

fn name_persons<E: Kept>(pile: &mut Pile<E>, texts: &Texts, findings: &mut Vec<Finding>) {
    let mut numbers = texts.places(Room::PERSONS, &pile.persons);
    for place in &pile.left_out {
        if let Some(number) = numbers.get_mut(*place as usize) {
            *number = NOWHERE;
        }
    }
    for (place, _) in numbers.iter().enumerate().filter(|(_, number)| **number == NOWHERE) {
        let (true, Some(filed), Some(name)) = (pile.uses(place), pile.filed.get(place), pile.persons.get(place)) else {
            continue;
        };
        let person = texts.text_of(name);
        findings.push(filed.finding(person, texts, E::PERSON, &person, FindingRule::NoSuchPerson));
    }
    pile.numbers = numbers;
}

/// The column of the plan that a review names.
const REVIEWED: &str = "cppr_cp_plan_id";

/// Notes the reviews that name no plan, but those of whose plan a reader has said that it could not be read.
fn without_plan(reviews: &Pile<ReviewEntry>, texts: &Texts, noted: &[Finding], findings: &mut Vec<Finding>) {
    let [plans, _] = &reviews.links;
    let is_without = |at: usize| plans.get(at).is_none_or(|plan| plan.is_empty()) && reviews.uses(at);
    let mut found: Vec<Finding> = Vec::new();
    for (at, filed) in reviews.filed.iter().enumerate().filter(|(at, _)| is_without(*at)) {
        let person = reviews.persons.get(at).map_or("", |person| texts.text_of(person));
        found.push(filed.finding(person, texts, REVIEWED, &"", FindingRule::NoPlanNamed));
    }
    if !found.is_empty() {
        let unread = noted.iter().filter(|finding| finding.family == Family::PlanReview && finding.field == REVIEWED);
        let unread: BTreeSet<_> = unread.filter_map(|finding| finding.record.clone()).collect();
        found.retain(|finding| finding.record.as_ref().is_none_or(|record| !unread.contains(record)));
        findings.extend(found);
    }
}

/// Looks up references and notes those that lead nowhere.
struct Clerk<'a> {
    texts: &'a Texts,
    findings: &'a mut Vec<Finding>,
}

impl Clerk<'_> {
    /// Hands each entry the key of the record that it names in `field`, if that is there; `near` reads of that record what
    /// `found` will, so that many such looks wait for memory together.
    fn link<const N: usize, E: Kept, F>(
        &mut self,
        pile: &mut Pile<E>,
        (field, to): (&str, Family),
        target: &mut F,
        near: impl Fn(&F, usize) -> u32,
        mut found: impl FnMut(&mut E, &mut F, Key),
    ) {
        let names = std::mem::take(&mut pile.links[N]);
        let places = self.texts.places(Room::of(to), &names);
        for (begin, places) in (0..).step_by(TOGETHER).zip(places.chunks(TOGETHER)) {
            black_box(places.iter().fold(0, |sum, place| sum ^ near(target, *place as usize)));
            for (at, place) in (begin..).zip(places) {
                let name = names.get(at).filter(|name| !name.is_empty());
                let Some(name) = name.filter(|_| pile.uses(at)) else { continue };
                let Some(filed) = pile.filed.get_mut(at) else { continue };
                if let Some(key) = Key::new(Room::of(to), *place as usize).filter(|_| *place != NOWHERE) {
                    found(&mut filed.entry, target, key);
                } else {
                    let person = pile.persons.get(at).map_or("", |person| self.texts.text_of(person));
                    let name = self.texts.text_of(name);
                    self.findings.push(filed.finding(person, self.texts, field, &name, FindingRule::NoSuchRecord));
                }
            }
        }
    }
}

/// References that are followed together.
const TOGETHER: usize = 128;

/// Reads the start of the entry in this place, and of the next one for its end, to bring it near.
fn near<E: Kept>(pile: &Pile<E>, place: usize) -> u32 {
    let start = |place: usize| pile.filed.get(place).and_then(|filed| filed.row).map_or(0, NonZeroU32::get);
    start(place) ^ start(place.wrapping_add(1))
}

fn earliest(first: Option<NaiveDate>, day: NaiveDate) -> NaiveDate {
    first.map_or(day, |first| first.min(day))
}
