//! From records to a dataset: every way in is the same, and every text is told from every other.

use std::collections::BTreeSet;

use csc_kpi::laws::strategies::scenario;
use csc_kpi::record::{Assessment, Person, Record, Referral};
use csc_kpi::{Dataset, FindingRule, NaiveDate};
use proptest::prelude::*;

use crate::ssd::{children, describe};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2018, 3, day).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn owned_or_borrowed_one_by_one_or_together_the_dataset_is_the_same(case in scenario(1..30)) {
        let records = &case.records;
        let together: Dataset = records.iter().cloned().collect();
        let mut borrowed = Dataset::builder();
        borrowed.extend_ref(records);
        let mut one_by_one = Dataset::builder();
        for record in records {
            one_by_one.push_ref(record);
        }
        // Owned and borrowed in turn: the order is that in which they were given.
        let mut mixed = Dataset::builder();
        for (at, record) in records.iter().enumerate() {
            if at % 3 == 0 { mixed.push_ref(record) } else { mixed.push(record.clone()) }
        }
        for other in [borrowed, one_by_one, mixed].map(csc_kpi::Builder::finish) {
            prop_assert_eq!(together.findings(), other.findings());
            prop_assert_eq!(children(&together), children(&other));
            prop_assert!(describe(&together) == describe(&other));
        }
    }

    #[test]
    fn ids_of_any_length_are_told_apart(ids in prop::collection::btree_set("[aé]{0,3}[ab]{10,14}[xy]{0,8}", 1..300)) {
        let referrals: Vec<Record> = ids.iter().map(|id| Referral::new(id, id, day(1)).into()).collect();
        let twice: Vec<Record> = referrals.iter().chain(&referrals).cloned().collect();
        let dataset: Dataset = twice.into_iter().collect();
        prop_assert_eq!(dataset.records(), ids.len());
        let repeated: BTreeSet<_> = dataset
            .findings()
            .iter()
            .filter(|finding| finding.rule == FindingRule::RepeatedId)
            .filter_map(|finding| finding.record.clone())
            .collect();
        prop_assert_eq!(&repeated, &ids);
        for id in &ids {
            let child = dataset.child(id).unwrap();
            let chronology = child.chronology();
            prop_assert_eq!((child.id(), chronology.text(chronology.referrals()[0].id)), (id.as_str(), id.as_str()));
        }
    }
}

/// The lower bits of the hash of an id of up to 8 bytes, which has no secret; see `Names`.
fn lower_bits(id: &str) -> u32 {
    const SALT: [u64; 2] = [0x243f_6a88_85a3_08d3, 0xc6ef_3720_0370_7344];
    let mut bytes = [0; 8];
    bytes[..id.len()].copy_from_slice(id.as_bytes());
    let (low, high) = (u64::from_le_bytes(bytes), (id.len() as u64) << 56);
    let product = u128::from(low ^ SALT[0]) * u128::from(high ^ SALT[1]);
    let folded = u64::try_from(product & u128::from(u64::MAX)).unwrap() ^ u64::try_from(product >> 64).unwrap();
    u32::try_from(folded.wrapping_mul(SALT[0]) >> 32 & 0xfff).unwrap()
}

#[test]
fn ids_chosen_to_collide_are_told_apart() {
    let ids: Vec<String> =
        (10_000_000..).map(|number: u32| number.to_string()).filter(|id| lower_bits(id) == 7).take(1500).collect();
    let mut records = Dataset::builder();
    for id in &ids {
        records.push(Person::new(id));
        records.push(Assessment::new(id, id, day(1)));
    }
    let dataset = records.finish();
    assert_eq!((dataset.records(), dataset.children().len(), dataset.findings()), (3000, 1500, &[][..]));
    for id in &ids {
        assert_eq!(dataset.child(id).unwrap().id(), id);
        assert_eq!(dataset.child(id).unwrap().chronology().assessments().len(), 1);
    }
    assert!(dataset.child("7").is_none());
}

#[test]
fn a_child_with_many_entries_has_them_all_and_so_do_those_after_it() {
    let mut records = Dataset::builder();
    for child in 0..40 {
        let number = if child == 20 { 700 } else { child % 3 };
        for referral in 0..number {
            records.push(Referral::new(format!("R{child}-{referral}"), format!("C{child}"), day(1 + referral % 30)));
        }
        records.push(Assessment::new(format!("A{child}"), format!("C{child}"), day(2)));
    }
    let dataset = records.finish();
    for child in 0..40_usize {
        let chronology = dataset.child(&format!("C{child}")).unwrap();
        let chronology = chronology.chronology();
        let number = if child == 20 { 700 } else { child % 3 };
        assert_eq!((chronology.referrals().len(), chronology.assessments().len()), (number, 1), "child {child}");
        let own = format!("R{child}-");
        assert!(chronology.referrals().iter().all(|referral| chronology.text(referral.id).starts_with(&own)));
        assert!(chronology.referrals().is_sorted_by_key(|referral| referral.date));
    }
}
