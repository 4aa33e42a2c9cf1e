//! A population for benches, made by a rule, the same on each machine.

use csc_kpi::NaiveDate;
use csc_kpi::chrono::Duration as Days;
use csc_kpi::record::{
    AbuseCategory, Assessment, LookedAfterEpisode, MissingEpisode, Person, Placement, PlacementType, ProtectionPlan,
    Record, Referral,
};

/// The first day of the ten years.
pub(crate) fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2015, 4, 1).expect("a day")
}

/// A generator of numbers with nothing random in it: the same for each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn day(&mut self, span: u64) -> Days {
        Days::days(i64::try_from(self.below(span)).expect("it is small"))
    }
}

/// Children with a little over three records each, in the proportions of a national return.
pub(crate) fn population(children: u64) -> Vec<Record> {
    let mut numbers = Numbers(1);
    let mut records = Vec::new();
    for child in 0..children {
        let id = format!("C{child}");
        let born = first_day() - numbers.day(16 * 365);
        records.push(Record::from(Person::new(&id).date_of_birth(born)));
        for number in 0..=(numbers.below(3) / 2) {
            let received = first_day() + numbers.day(3650);
            let referral = format!("R{child}-{number}");
            records.push(Referral::new(&referral, &id, received).no_further_action(numbers.below(4) == 0).into());
            if numbers.below(3) > 0 {
                let authorised = received + numbers.day(90);
                let assessment = Assessment::new(format!("A{child}-{number}"), &id, received);
                records.push(assessment.referral(referral).authorised(authorised).into());
            }
        }
        if numbers.below(10) == 0 {
            let start = first_day() + numbers.day(3650);
            let plan = ProtectionPlan::new(format!("L{child}"), &id, start).initial_category(AbuseCategory::Neglect);
            records.push(plan.end(start + numbers.day(700)).into());
        }
        if numbers.below(12) == 0 {
            let start = first_day() + numbers.day(3650);
            let end = start + Days::days(30) + numbers.day(1500);
            let placement = Placement::new(format!("H{child}"), &id, start).kind(PlacementType::U6).end(end);
            records.push(placement.into());
            let episode = LookedAfterEpisode::new(format!("E{child}"), &id, start).placement(format!("H{child}"));
            records.push(episode.ceased(end).into());
            if numbers.below(3) == 0 {
                records.push(MissingEpisode::new(format!("M{child}"), &id, start + numbers.day(30)).into());
            }
        }
    }
    records
}
