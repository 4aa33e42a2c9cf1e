//! Records in parcels: what has to be judged together, and nothing more.
//!
//! A child's verdicts hang on its own records and on those that these name. Most name only records of the same child; an
//! assessment of a brother on his sister's referral names one of another child, and then both children are in one parcel.
//! A parcel is therefore whole wherever it is judged.

use std::collections::{HashMap, HashSet};

use anyhow::{Result, bail};
use csc_kpi::record::{Family, Record};

/// The records of one child, or of children whose records name each other's, in the order given.
#[derive(Debug)]
pub(crate) struct Parcel {
    /// The id of the child; of several the least.
    pub(crate) child: String,
    pub(crate) records: Vec<Record>,
}

/// An id among those of its family.
type Name<'a> = (Family, &'a str);

/// The ids in a record that tie it to others: its own, its child's, those of the records it names.
///
/// Not among them: the id of a family, because ledgers know families by id and count one that spans them once; and the id of
/// a professional, who is not of one child and is copied to each parcel that names her.
fn ties(record: &Record) -> Result<[Option<Name<'_>>; 4]> {
    let family = record.family();
    Ok(match record {
        Record::Person(r) => tied(None, &r.id, [None; 2]),
        Record::FamilyMember(r) => tied(None, &r.person, [None; 2]),
        Record::ImmigrationStatus(r) => tied(None, &r.person, [None; 2]),
        Record::Referral(r) => tied(Some((family, &r.id)), &r.person, [None; 2]),
        Record::Assessment(r) => {
            tied(Some((family, &r.id)), &r.person, [link(Family::Referral, r.referral.as_deref()), None])
        }
        Record::Section47Enquiry(r) => {
            tied(Some((family, &r.id)), &r.person, [link(Family::Referral, r.referral.as_deref()), None])
        }
        Record::InitialConference(r) => {
            tied(Some((family, &r.id)), &r.person, [link(Family::Section47Enquiry, r.enquiry.as_deref()), None])
        }
        Record::ProtectionPlan(r) => {
            let links = [
                link(Family::Referral, r.referral.as_deref()),
                link(Family::InitialConference, r.conference.as_deref()),
            ];
            tied(Some((family, &r.id)), &r.person, links)
        }
        Record::PlanReview(r) => {
            tied(Some((family, &r.id)), &r.person, [link(Family::ProtectionPlan, r.plan.as_deref()), None])
        }
        Record::LookedAfterEpisode(r) => {
            tied(Some((family, &r.id)), &r.person, [link(Family::Placement, r.placement.as_deref()), None])
        }
        Record::Placement(r) => tied(Some((family, &r.id)), &r.person, [None; 2]),
        Record::LegalStatus(r) => tied(Some((family, &r.id)), &r.person, [None; 2]),
        Record::MissingEpisode(r) => tied(Some((family, &r.id)), &r.person, [None; 2]),
        Record::CareLeaverStatus(r) => tied(Some((family, &r.id)), &r.person, [None; 2]),
        Record::Involvement(r) => tied(Some((family, &r.id)), &r.person, [None; 2]),
        Record::Professional(_) => [None; 4],
        _ => bail!("nothing is known here of the ties of a record of the family {family:?}"),
    })
}

fn tied<'a>(own: Option<Name<'a>>, child: &'a str, [first, second]: [Option<Name<'a>>; 2]) -> [Option<Name<'a>>; 4] {
    [own, Some((Family::Person, child)), first, second]
}

fn link(family: Family, id: Option<&str>) -> Option<Name<'_>> {
    id.map(|id| (family, id))
}

/// Sets that grow together: each place points to another of its set, the head of a set to itself.
#[derive(Default)]
struct Sets(Vec<usize>);

impl Sets {
    fn head(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.head(a), self.head(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// Puts records into parcels, in the order in which each is first met. Professionals that no involvement names are in none.
pub(crate) fn parcels(records: Vec<Record>) -> Result<Vec<Parcel>> {
    let numbers = number(&records)?;
    let mut professionals: HashMap<String, Vec<Record>> = HashMap::new();
    let mut parcels: Vec<Parcel> = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    for (record, number) in records.into_iter().zip(numbers) {
        let Some(number) = number else {
            if let Record::Professional(professional) = &record {
                professionals.entry(professional.id.clone()).or_default().push(record);
            }
            continue;
        };
        let place = *places.entry(number).or_insert(parcels.len());
        let child = child(&record);
        if place == parcels.len() {
            parcels.push(Parcel { child: child.to_owned(), records: Vec::new() });
        }
        let parcel = &mut parcels[place];
        if child < parcel.child.as_str() {
            child.clone_into(&mut parcel.child);
        }
        parcel.records.push(record);
    }
    for parcel in &mut parcels {
        let mut met = HashSet::new();
        let mut copies = Vec::new();
        for record in &parcel.records {
            if let Record::Involvement(involvement) = record
                && let Some(id) = &involvement.professional
                && met.insert(id)
            {
                copies.extend(professionals.get(id).into_iter().flatten().cloned());
            }
        }
        parcel.records.append(&mut copies);
    }
    Ok(parcels)
}

/// By record: the number of the parcel it goes into; `None` for a professional.
fn number(records: &[Record]) -> Result<Vec<Option<usize>>> {
    let mut sets = Sets::default();
    let mut places: HashMap<Name<'_>, usize> = HashMap::new();
    let mut firsts = Vec::with_capacity(records.len());
    for record in records {
        let mut first = None;
        // An empty id is no id: the record is left out, and ties nothing.
        for name in ties(record)?.into_iter().flatten().filter(|(_, id)| !id.is_empty()) {
            let place = *places.entry(name).or_insert_with(|| {
                sets.0.push(sets.0.len());
                sets.0.len() - 1
            });
            match first {
                None => first = Some(place),
                Some(first) => sets.join(first, place),
            }
        }
        firsts.push(first);
    }
    Ok(firsts.into_iter().map(|first| first.map(|place| sets.head(place))).collect())
}

/// The id of the child whose record it is; empty for a professional.
fn child(record: &Record) -> &str {
    record.person().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use csc_kpi::NaiveDate;
    use csc_kpi::record::{Assessment, FamilyMember, Involvement, Person, Professional, Referral, Section47Enquiry};

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2018, 5, day).expect("a day")
    }

    fn of(records: Vec<Record>) -> Vec<(String, Vec<Record>)> {
        parcels(records).expect("all families are known").into_iter().map(|p| (p.child, p.records)).collect()
    }

    #[test]
    fn children_whose_records_name_each_others_are_together_and_others_are_not() {
        let sister: [Record; 2] = [Person::new("S").into(), Referral::new("R1", "S", day(1)).into()];
        let brother: [Record; 2] = [Person::new("B").into(), Assessment::new("A1", "B", day(2)).referral("R1").into()];
        // Of the same family, yet no record names one of the others'.
        let cousin: [Record; 2] = [FamilyMember::new("F", "C").into(), Referral::new("R2", "C", day(3)).into()];
        let family: [Record; 1] = [FamilyMember::new("F", "S").into()];
        let all = [&sister[..1], &cousin, &brother, &sister[1..], &family].concat();
        let together = [&sister[..1], &brother, &sister[1..], &family].concat();
        assert_eq!(of(all), [("B".to_owned(), together), ("C".to_owned(), cousin.to_vec())]);
    }

    #[test]
    fn children_are_together_over_any_number_of_others_and_where_an_id_is_repeated() {
        let chain: Vec<Record> = vec![
            Section47Enquiry::new("E1", "C3", day(2)).referral("R2").into(),
            Referral::new("R1", "C1", day(1)).into(),
            Referral::new("R2", "C2", day(1)).into(),
            Section47Enquiry::new("E2", "C3", day(2)).referral("R1").into(),
            // The first with an id counts, so both must be seen.
            Referral::new("R2", "C0", day(4)).into(),
        ];
        assert_eq!(of(chain.clone()), [("C0".to_owned(), chain)]);
    }

    #[test]
    fn a_professional_is_copied_to_each_parcel_that_names_her_and_ties_none() {
        let professional: Record = Professional::new("P").into();
        let involvement = |id: &str, child: &str| Record::from(Involvement::new(id, child, day(1)).professional("P"));
        let (first, second, third) = (involvement("I1", "C1"), involvement("I2", "C2"), involvement("I3", "C1"));
        let all =
            vec![first.clone(), Professional::new("Q").into(), second.clone(), professional.clone(), third.clone()];
        let expected = [
            ("C1".to_owned(), vec![first, third, professional.clone()]),
            ("C2".to_owned(), vec![second, professional]),
        ];
        assert_eq!(of(all), expected);
    }

    #[test]
    fn an_empty_id_ties_nothing() {
        let all: Vec<Record> = vec![Referral::new("", "C1", day(1)).into(), Referral::new("", "C2", day(1)).into()];
        assert_eq!(of(all).len(), 2);
    }
}
