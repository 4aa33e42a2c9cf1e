//! From records to a dataset: every way in is the same, and every text is told from every other.

use std::collections::{BTreeMap, BTreeSet};

use csc_kpi::laws::strategies::scenario;
use csc_kpi::record::{Assessment, Family, Person, Record, Referral};
use csc_kpi::{Dataset, Finding, FindingRule, NaiveDate};
use proptest::prelude::*;

use crate::ssd::{children, describe};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2018, 3, day).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_finding_names_the_file_and_row_of_its_record(
        case in scenario(1..20),
        switches in prop::collection::vec((0..40_usize, 0..4_usize), 1..8),
        gap in 1..5_u64,
    ) {
        // The same row numbers in every file; some files are empty, some begun again, some without a name.
        let mut in_files = Dataset::builder();
        let mut in_one = Dataset::builder();
        let mut places = Vec::new();
        let (mut at, mut file, mut row) = (0, None, 1_u64);
        let mut switches = switches.into_iter();
        let mut next = switches.next();
        for record in &case.records {
            while let Some((after, name)) = next
                && at >= after
            {
                file = (name > 0).then(|| format!("{name}.csv"));
                match &file {
                    Some(name) => in_files.begin_file(name.as_str()),
                    None => in_files.end_file(),
                }
                (at, row, next) = (0, 1, switches.next());
            }
            (at, row) = (at + 1, row + gap);
            places.push((file.clone(), row));
            in_files.push_row(record.clone(), row);
            in_one.push_row(record.clone(), places.len() as u64);
        }
        let said = |f: &Finding, file: Option<&str>, row: Option<u64>| {
            (f.family, file.map(str::to_owned), row, f.record.clone(), f.field.clone(), f.value.clone(), f.rule)
        };
        let found: BTreeSet<_> =
            in_files.finish().findings().iter().map(|f| said(f, f.file.as_deref(), f.row)).collect();
        let expected: BTreeSet<_> = in_one
            .finish()
            .findings()
            .iter()
            .map(|f| match f.row {
                Some(number) => {
                    let (file, row) = &places[usize::try_from(number).unwrap() - 1];
                    said(f, file.as_deref(), Some(*row))
                }
                None => said(f, None, None),
            })
            .collect();
        prop_assert_eq!(found, expected);
    }

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

/// The upper bits of the hash of an id of up to 8 bytes, which has no secret; see `Index`.
fn upper_bits(id: &str) -> u32 {
    const SALT: [u64; 2] = [0x243f_6a88_85a3_08d3, 0xc6ef_3720_0370_7344];
    let mut bytes = [0; 8];
    bytes[..id.len()].copy_from_slice(id.as_bytes());
    let (low, high) = (u64::from_le_bytes(bytes), (id.len() as u64) << 56);
    let product = u128::from(low ^ SALT[0]) * u128::from(high ^ SALT[1]);
    let folded = u64::try_from(product & u128::from(u64::MAX)).unwrap() ^ u64::try_from(product >> 64).unwrap();
    u32::try_from(folded.wrapping_mul(SALT[0]) >> 52).unwrap()
}

#[test]
fn ids_chosen_to_collide_are_told_apart() {
    let ids: Vec<String> =
        (10_000_000..).map(|number: u32| number.to_string()).filter(|id| upper_bits(id) == 7).take(1500).collect();
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

#[test]
fn entries_in_no_order_are_those_of_their_children_sorted() {
    const RECORDS: u32 = 60_000;
    let mut expected: BTreeMap<u32, Vec<(NaiveDate, String)>> = BTreeMap::new();
    let mut records = Dataset::builder();
    for number in 0..RECORDS {
        // With no divisor in common each comes once.
        let number = number * 7919 % RECORDS;
        // One child has a third of them; some have none, the last of all among them.
        let child = if number.is_multiple_of(3) { 777 } else { number / 3 };
        if child.is_multiple_of(5) || child > 19_000 {
            records.push(Person::new(format!("C{child}-{number}")));
            continue;
        }
        let (id, date) = (format!("R{number}"), day(1 + number % 30));
        records.push(Referral::new(&id, format!("C{child}"), date));
        expected.entry(child).or_default().push((date, id));
    }
    let dataset = records.finish();
    assert_eq!(dataset.findings().iter().find(|finding| finding.rule == FindingRule::RepeatedId), None);
    for (child, mut referrals) in expected {
        referrals.sort();
        let found = dataset.child(&format!("C{child}")).unwrap();
        let found = found.chronology();
        let kept: Vec<_> =
            found.referrals().iter().map(|entry| (entry.date, found.text(entry.id).to_owned())).collect();
        assert_eq!(kept, referrals, "child {child}");
    }
    let without = dataset.children().filter(|child| child.chronology().referrals().is_empty()).count();
    assert!(without > 0);
    assert_eq!(dataset.children().map(|child| child.chronology().referrals().len()).sum::<usize>() + without, 60_000);
}

#[test]
fn tables_read_one_after_the_other_name_their_files_in_all_findings() {
    let mut records = Dataset::builder();
    for (file, text) in [
        ("north/ssd_person.csv", "pers_person_id,pers_dob\nC1,2010-05-20\nC2,2010-13-01\n"),
        ("south/ssd_person.csv", "pers_person_id,pers_dob\nC3,2010-05-20\nC4,2010-05-20\nC1,2010-05-20\n"),
    ] {
        records.begin_file(file);
        csc_kpi::format::ssd::read_table(&mut records, Family::Person, text.as_bytes()).unwrap();
    }
    records.end_file();
    records.push_row(Referral::new("R1", "C9", day(1)), 5);
    let dataset = records.finish();
    let found = |rule| -> Vec<_> {
        let of_rule = dataset.findings().iter().filter(|finding| finding.rule == rule);
        of_rule.map(|f| (f.file.as_deref(), f.row)).collect()
    };
    // The reader's own, then the builder's.
    assert_eq!(found(FindingRule::UnreadableDate), [(Some("north/ssd_person.csv"), Some(3))]);
    assert_eq!(found(FindingRule::RepeatedId), [(Some("south/ssd_person.csv"), Some(4))]);
    assert_eq!(found(FindingRule::NoSuchPerson), [(None, Some(5))]);
}

#[test]
fn what_an_indicator_finds_names_the_file_and_the_row_in_it() {
    let mut records = Dataset::builder();
    records.begin_file("north.csv");
    records.push_row(Referral::new("R1", "C1", day(1)), 900);
    records.begin_file("south.csv");
    let start = NaiveDate::from_ymd_opt(1990, 3, 1).unwrap();
    records.push_row(Assessment::new("A1", "C1", start).authorised(day(1)), 7);
    let ledger = csc_kpi::Engine::new(csc_kpi::indicator::catalogue::standard()).run(&records.finish()).unwrap();
    let outside = ledger.findings().find(|finding| finding.rule == FindingRule::OutsideBankHolidays).unwrap();
    assert_eq!((outside.file.as_deref(), outside.row), (Some("south.csv"), Some(7)));
}
