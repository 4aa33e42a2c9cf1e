//! The reader of the SSD tables: every column arrives, and whatever is wrong becomes a finding and changes nothing else.

#![cfg(feature = "ssd")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::too_many_lines, clippy::format_collect, reason = "tables of cases are long; files here are short")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write as _};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use csc_kpi::calendar::Moment;
use csc_kpi::chronology::{Chronology, Key};
use csc_kpi::format::ssd::{EXTENSIONS, columns, read_table};
use csc_kpi::record::*;
use csc_kpi::{Builder, Dataset, Finding, FindingRule, NaiveDate};
use proptest::prelude::*;

use FindingRule::{
    AfterDeath, EmptyId, EmptyPerson, EmptyStart, EndBeforeStart, LongRow, MissingColumn, NoDateOfBirth, NoPlanNamed,
    NoSuchPerson, NoSuchRecord, NotANumber, NotUtf8, OpenQuote, OverlappingEpisodes, OverlappingPlans, RepeatedColumn,
    RepeatedId, ShortRow, UnknownCode, UnknownFlag, UnreadableDate,
};

// A small authority without a fault.

/// The columns as INDICATORS §1 lists them, and two rows in that order.
#[rustfmt::skip]
const DECK: [(Family, &str, [&str; 2]); 16] = [
    (Family::Person, "pers_person_id,pers_sex,pers_ethnicity,pers_dob,pers_expected_dob,pers_death_date",
        ["C1,F,WBRI,2002-05-20,2002-05-11,2031-01-02", "C2,m,bcrb,29/02/2004,,"]),
    (Family::FamilyMember, "fami_family_id,fami_person_id",
        ["F1,C1", "F1,C2"]),
    (Family::ImmigrationStatus,
        "immi_person_id,immi_immigration_status,immi_immigration_status_start_date,immi_immigration_status_end_date",
        ["C1,UASC,2016-01-01,2017-01-01", "C2,British Citizen,,"]),
    (Family::Referral,
        "cine_referral_id,cine_person_id,cine_referral_date,cine_referral_source_code,cine_cin_primary_need_code,\
         cine_referral_nfa,cine_close_date,cine_close_reason,cine_referral_team",
        ["R1,C1,2017-01-10,1A,N1,N,2017-06-30,RC7,MASH", "R2,C2,10/02/2017,6,n4,y,,,"]),
    (Family::Assessment,
        "cina_assessment_id,cina_person_id,cina_referral_id,cina_assessment_start_date,cina_assessment_auth_date,\
         cina_assessment_team",
        ["A1,C1,R1,2017-01-11T09:15,2017-02-20 16:00:30,North", "A2,C2,R2,2017-02-11,,"]),
    (Family::Section47Enquiry,
        "s47e_s47_enquiry_id,s47e_referral_id,s47e_person_id,s47e_s47_start_date,s47e_s47_end_date",
        ["E1,R1,C1,2017-01-12T08:00,2017-01-20T17:30", "E2,R2,C2,2017-02-12,"]),
    (Family::InitialConference,
        "icpc_icpc_id,icpc_s47_enquiry_id,icpc_person_id,icpc_icpc_transfer_in,icpc_icpc_target_date,icpc_icpc_date,\
         icpc_icpc_outcome_cp_flag",
        ["I1,E1,C1,N,2017-02-10,2017-01-30T14:00,Y", "I2,E2,C2,y,,2017-03-01,n"]),
    (Family::ProtectionPlan,
        "cppl_cp_plan_id,cppl_referral_id,cppl_icpc_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,\
         cppl_cp_plan_ola,cppl_cp_plan_initial_category,cppl_cp_plan_latest_category,cppl_number_of_previous_plans",
        ["P1,R1,I1,C1,2017-01-30,2017-12-01,N,NEG,EMO,0", "P2,R2,I2,C2,2017-03-01,,Y,phy,PHY,2"]),
    (Family::PlanReview, "cppr_cp_review_id,cppr_person_id,cppr_cp_plan_id,cppr_cp_review_due,cppr_cp_review_date",
        ["V1,C1,P1,2017-04-30,2017-04-20", "V2,C2,P2,,2017-05-20"]),
    (Family::LookedAfterEpisode,
        "clae_cla_episode_id,clae_person_id,clae_cla_id,clae_cla_placement_id,clae_cla_episode_start_date,\
         clae_cla_episode_start_reason,clae_cla_episode_ceased_date,clae_cla_episode_ceased_reason",
        ["K1,C1,Y1,H1,2015-03-01,S,2016-03-01,E4A", "K2,C2,Y2,H2,2016-04-01,s,,"]),
    (Family::Placement,
        "clap_cla_placement_id,clap_cla_id,clap_person_id,clap_cla_placement_start_date,clap_cla_placement_end_date,\
         clap_cla_placement_type,clap_cla_placement_provider,clap_cla_placement_urn,clap_cla_placement_postcode,\
         clap_cla_placement_distance,clap_cla_placement_change_reason",
        ["H1,Y1,C1,2015-03-01,2016-03-01,U1,PR1,SC1,B1 1AA,2.5,PLACE", "H2,Y2,C2,2016-04-01,,k2,PR4,,,,"]),
    (Family::LegalStatus,
        "lega_legal_status_id,lega_person_id,lega_legal_status,lega_legal_status_start_date,lega_legal_status_end_date",
        ["G1,C1,C2,2015-03-01,2016-03-01", "G2,C2,v2,2016-04-01,"]),
    (Family::MissingEpisode,
        "miss_table_id,miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type,\
         miss_missing_episode_end_date,miss_missing_rhi_offered,miss_missing_rhi_accepted,\
         miss_missing_rhi_completed_date",
        ["M1,C1,2017-05-01T22:00,M,2017-05-02T06:30,Y,Y,2017-05-03T10:00", "M2,C2,2017-06-01,away,,na,N,"]),
    (Family::CareLeaverStatus,
        "clea_table_id,clea_person_id,clea_care_leaver_eligibility,clea_care_leaver_in_touch,\
         clea_care_leaver_latest_contact,clea_care_leaver_accommodation,clea_care_leaver_accom_suitable,\
         clea_care_leaver_activity",
        ["Q1,C1,Former Relevant,YES,2020-09-01,U,1,F2", "Q2,C2,relevant,no,,b,2,g4"]),
    (Family::Involvement,
        "invo_involvements_id,invo_person_id,invo_professional_id,invo_professional_role_id,\
         invo_involvement_start_date,invo_involvement_end_date",
        ["N1,C1,W1,Allocated Case Worker,2017-01-10,2017-12-01", "N2,C2,W2,Family Support,2017-02-10,"]),
    (Family::Professional, "prof_professional_id,prof_social_worker_registration_no,prof_professional_job_title",
        ["W1,SW100,Social Worker", "W2,,Family Support"]),
];

/// The same authority as records of a host.
fn typed_deck() -> Dataset {
    let mut b = Dataset::builder();
    b.push(
        Person::new("C1")
            .sex(Sex::Female)
            .ethnicity(Ethnicity::WhiteBritish)
            .date_of_birth(day("2002-05-20"))
            .expected_date_of_birth(day("2002-05-11"))
            .date_of_death(day("2031-01-02")),
    );
    b.push(Person::new("C2").sex(Sex::Male).ethnicity(Ethnicity::BlackCaribbean).date_of_birth(day("2004-02-29")));
    b.extend(["C1", "C2"].map(|child| FamilyMember::new("F1", child)));
    b.push(ImmigrationStatus::new("C1", "UASC").start(day("2016-01-01")).end(day("2017-01-01")));
    b.push(ImmigrationStatus::new("C2", "British Citizen"));
    b.push(
        Referral::new("R1", "C1", day("2017-01-10"))
            .source(ReferralSource::Family)
            .primary_need(PrimaryNeed::AbuseOrNeglect)
            .no_further_action(false)
            .closed(day("2017-06-30"))
            .closure_reason(ClosureReason::ServicesCeased)
            .team("MASH"),
    );
    b.push(
        Referral::new("R2", "C2", day("2017-02-10"))
            .source(ReferralSource::Police)
            .primary_need(PrimaryNeed::AcuteStress)
            .no_further_action(true),
    );
    b.push(
        Assessment::new("A1", "C1", at("2017-01-11T09:15"))
            .referral("R1")
            .authorised(at("2017-02-20T16:00:30"))
            .team("North"),
    );
    b.push(Assessment::new("A2", "C2", day("2017-02-11")).referral("R2"));
    b.push(Section47Enquiry::new("E1", "C1", at("2017-01-12T08:00")).referral("R1").end(at("2017-01-20T17:30")));
    b.push(Section47Enquiry::new("E2", "C2", day("2017-02-12")).referral("R2"));
    b.push(
        InitialConference::new("I1", "C1")
            .enquiry("E1")
            .transfer_in(false)
            .target(day("2017-02-10"))
            .date(at("2017-01-30T14:00"))
            .plan_made(true),
    );
    b.push(InitialConference::new("I2", "C2").enquiry("E2").transfer_in(true).date(day("2017-03-01")).plan_made(false));
    b.push(
        ProtectionPlan::new("P1", "C1", day("2017-01-30"))
            .referral("R1")
            .conference("I1")
            .end(day("2017-12-01"))
            .other_authority(false)
            .initial_category(AbuseCategory::Neglect)
            .latest_category(AbuseCategory::Emotional)
            .previous_plans(0_u32),
    );
    b.push(
        ProtectionPlan::new("P2", "C2", day("2017-03-01"))
            .referral("R2")
            .conference("I2")
            .other_authority(true)
            .initial_category(AbuseCategory::Physical)
            .latest_category(AbuseCategory::Physical)
            .previous_plans(2_u32),
    );
    b.push(PlanReview::new("V1", "C1", "P1").due(day("2017-04-30")).date(day("2017-04-20")));
    b.push(PlanReview::new("V2", "C2", "P2").date(day("2017-05-20")));
    b.push(
        LookedAfterEpisode::new("K1", "C1", day("2015-03-01"))
            .period("Y1")
            .placement("H1")
            .start_reason(EpisodeStart::StartedCare)
            .ceased(day("2016-03-01"))
            .ceased_reason(EpisodeEnd::ReturnedHome),
    );
    b.push(
        LookedAfterEpisode::new("K2", "C2", day("2016-04-01"))
            .period("Y2")
            .placement("H2")
            .start_reason(EpisodeStart::StartedCare),
    );
    b.push(
        Placement::new("H1", "C1", day("2015-03-01"))
            .period("Y1")
            .end(day("2016-03-01"))
            .kind(PlacementType::U1)
            .provider(Coded::read("PR1"))
            .urn("SC1")
            .postcode("B1 1AA")
            .distance("2.5")
            .change_reason(PlacementChange::Status),
    );
    b.push(
        Placement::new("H2", "C2", day("2016-04-01")).period("Y2").kind(Coded::read("K2")).provider(Coded::read("PR4")),
    );
    b.push(LegalStatus::new("G1", "C1", LegalStatusCode::FullCareOrder, day("2015-03-01")).end(day("2016-03-01")));
    b.push(LegalStatus::new("G2", "C2", LegalStatusCode::Section20, day("2016-04-01")));
    b.push(
        MissingEpisode::new("M1", "C1", at("2017-05-01T22:00"))
            .kind(MissingKind::Missing)
            .end(at("2017-05-02T06:30"))
            .interview_offered(InterviewFlag::Yes)
            .interview_accepted(InterviewFlag::Yes)
            .interview_completed(at("2017-05-03T10:00")),
    );
    b.push(
        MissingEpisode::new("M2", "C2", day("2017-06-01"))
            .kind(MissingKind::Away)
            .interview_offered(InterviewFlag::NotRequired)
            .interview_accepted(InterviewFlag::No),
    );
    b.push(
        CareLeaverStatus::new("Q1", "C1")
            .eligibility(Eligibility::FormerRelevant)
            .in_touch(InTouch::Yes)
            .latest_contact(day("2020-09-01"))
            .accommodation(Accommodation::Independent)
            .suitability(Suitability::Suitable)
            .activity(Activity::EducationFullTime),
    );
    b.push(
        CareLeaverStatus::new("Q2", "C2")
            .eligibility(Eligibility::Relevant)
            .in_touch(InTouch::No)
            .accommodation(Accommodation::Parents)
            .suitability(Suitability::Unsuitable)
            .activity(Activity::NoneIllness),
    );
    b.push(
        Involvement::new("N1", "C1", day("2017-01-10"))
            .professional("W1")
            .role("Allocated Case Worker")
            .end(day("2017-12-01")),
    );
    b.push(Involvement::new("N2", "C2", day("2017-02-10")).professional("W2").role("Family Support"));
    b.push(Professional::new("W1").registration("SW100").job_title("Social Worker"));
    b.push(Professional::new("W2").job_title("Family Support"));
    b.finish()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

/// The tables of the deck as files.
fn deck() -> BTreeMap<Family, Vec<u8>> {
    DECK.iter().map(|(table, header, rows)| (*table, file(header, rows))).collect()
}

fn file<R: AsRef<[u8]>>(header: &str, rows: impl IntoIterator<Item = R>) -> Vec<u8> {
    let mut file = header.as_bytes().to_vec();
    file.push(b'\n');
    for row in rows {
        file.extend_from_slice(row.as_ref());
        file.push(b'\n');
    }
    file
}

/// The deck with `row` between the two rows of `table`: it is row 3 of its file.
fn deck_with(table: Family, row: &[u8]) -> BTreeMap<Family, Vec<u8>> {
    let mut deck = deck();
    let (header, [first, second]) = in_deck(table);
    deck.insert(table, file(header, [first.as_bytes(), row, second.as_bytes()]));
    deck
}

fn in_deck(table: Family) -> (&'static str, [&'static str; 2]) {
    let (_, header, rows) = DECK.iter().find(|(family, ..)| *family == table).unwrap();
    (header, *rows)
}

fn read(tables: &BTreeMap<Family, Vec<u8>>) -> Dataset {
    let mut records = Dataset::builder();
    for (table, file) in tables {
        read_table(&mut records, *table, file.as_slice()).unwrap();
    }
    records.finish()
}

/// Reads one table alone.
fn read_one(table: Family, file: impl AsRef<[u8]>) -> (u64, Dataset) {
    let mut records = Dataset::builder();
    let rows = read_table(&mut records, table, file.as_ref()).unwrap();
    (rows, records.finish())
}

/// Everything a dataset holds, a line an entry, by child; with texts for keys.
pub(crate) fn describe(dataset: &Dataset) -> BTreeMap<String, String> {
    let children = dataset.children().map(|child| (child.id().to_owned(), describe_child(&child.chronology())));
    children.chain([("all".to_owned(), format!("{} records\n", dataset.records()))]).collect()
}

/// Asserts that two descriptions are equal; says in which lines they differ.
fn assert_same(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>, case: &str) {
    let lines = |all: &BTreeMap<String, String>| -> Vec<String> {
        // Rows are where a record stands, not what it says; a row more moves those after it.
        let said = |line: &str| line.split(", row: ").next().unwrap_or_default().to_owned();
        all.iter().flat_map(|(child, text)| text.lines().map(move |line| format!("{child}: {}", said(line)))).collect()
    };
    let (a, b) = (lines(a), lines(b));
    let only = |in_this: &[String], other: &[String]| -> Vec<String> {
        in_this.iter().filter(|line| !other.contains(line)).cloned().collect()
    };
    assert_eq!(only(&a, &b), only(&b, &a), "{case}");
    assert_eq!(a.len(), b.len(), "{case}: as many lines");
}

fn describe_child(child: &Chronology<'_>) -> String {
    let mut lines = format!("{:?}\n", child.person());
    macro_rules! list {
        ($($family:ident),+) => {
            $(child.$family().iter().for_each(|entry| write_line(&mut lines, entry));)+
        };
    }
    list!(families, immigration, referrals, assessments, enquiries, conferences, plans, reviews, episodes);
    list!(placements, legal_statuses, missing, care_leaver, involvements);
    for key in keys(child) {
        lines = lines.replace(&format!("{key:?}"), child.text(key));
    }
    assert!(!lines.contains("Key("), "a key without its text: {lines}");
    lines
}

fn write_line(lines: &mut String, entry: &impl Debug) {
    writeln!(lines, "{entry:?}").unwrap();
}

/// Every key in the entries of a child.
fn keys(c: &Chronology<'_>) -> impl Iterator<Item = Key> {
    let mut keys = vec![Some(c.person().id)];
    keys.extend(c.families().iter().map(|e| Some(e.family)));
    keys.extend(c.immigration().iter().map(|e| e.status));
    keys.extend(c.referrals().iter().flat_map(|e| [Some(e.id), e.team]));
    keys.extend(c.assessments().iter().flat_map(|e| [Some(e.id), e.referral, e.team]));
    keys.extend(c.enquiries().iter().flat_map(|e| [Some(e.id), e.referral]));
    keys.extend(c.conferences().iter().flat_map(|e| [Some(e.id), e.enquiry]));
    keys.extend(c.plans().iter().flat_map(|e| [Some(e.id), e.referral, e.conference]));
    keys.extend(c.reviews().iter().flat_map(|e| [Some(e.id), e.plan]));
    keys.extend(c.episodes().iter().flat_map(|e| [Some(e.id), e.placement, e.place.urn, e.place.postcode]));
    keys.extend(c.placements().iter().flat_map(|e| [Some(e.id), e.place.urn, e.place.postcode, e.distance]));
    keys.extend(c.legal_statuses().iter().map(|e| Some(e.id)));
    keys.extend(c.missing().iter().map(|e| Some(e.id)));
    keys.extend(c.care_leaver().iter().map(|e| Some(e.id)));
    keys.extend(c.involvements().iter().flat_map(|e| [Some(e.id), e.professional, e.role]));
    keys.into_iter().flatten()
}

#[test]
fn the_columns_are_those_of_the_standard() {
    for (table, header, _) in DECK {
        assert_eq!(columns(table).join(","), header, "{table}");
    }
    let all: Vec<_> = Family::ALL.iter().flat_map(|table| columns(*table)).collect();
    assert!(EXTENSIONS.iter().all(|extension| all.contains(&extension)));
    assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len());
}

#[test]
fn every_cell_of_a_good_table_is_the_field_of_its_name() {
    let read = read(&deck());
    assert_eq!(read.findings(), []);
    assert_eq!(read.records(), 32);
    assert_same(&describe(&read), &describe(&typed_deck()), "the deck");
}

// One fault in each of the columns of each of the tables.

/// What becomes of a row with one fault in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The row might as well not be there.
    RowGone,
    /// The cell might as well be empty.
    CellEmpty,
    /// The cell is a code that equals no other.
    CodeKept,
    /// A child of whom nothing else is known has the record.
    ChildUnknown,
    /// The record stays with the child of its plan.
    PlanDecides,
}

use Then::{CellEmpty, ChildUnknown, CodeKept, PlanDecides, RowGone};

/// A person without a row.
const NOBODY: &str = "C404";

/// Column, value, finding, effect.
type Fault = (&'static str, &'static str, FindingRule, Then);

/// A good row of each table, and the faults that are planted in it, each for itself.
///
/// Free texts (team, role, job title, registration, URN, postcode, distance, status, the system's own number of a period
/// of care) have none but their bytes.
#[rustfmt::skip]
const FAULTS: [(Family, &str, &[Fault]); 16] = [
    (Family::Person, "C9,M,WBRI,2012-01-01,2011-12-24,2030-01-01", &[
        ("pers_person_id", "", EmptyId, RowGone),
        ("pers_person_id", "C1", RepeatedId, RowGone),
        ("pers_sex", "X", UnknownCode, CodeKept),
        ("pers_ethnicity", "WBRX", UnknownCode, CodeKept),
        ("pers_dob", "2012-1-1", UnreadableDate, RowGone),
        ("pers_expected_dob", "soon", UnreadableDate, RowGone),
        ("pers_death_date", "30/02/2030", UnreadableDate, RowGone),
    ]),
    (Family::FamilyMember, "F9,C1", &[
        ("fami_family_id", "", EmptyId, RowGone),
        ("fami_person_id", "", EmptyPerson, RowGone),
        ("fami_person_id", NOBODY, NoSuchPerson, ChildUnknown),
    ]),
    (Family::ImmigrationStatus, "C1,UASC,2014-01-01T09:00,2014-06-01", &[
        ("immi_person_id", " ", EmptyPerson, RowGone),
        ("immi_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("immi_immigration_status_start_date", "2014-00-01", UnreadableDate, RowGone),
        ("immi_immigration_status_end_date", "2014-13-01", UnreadableDate, RowGone),
        ("immi_immigration_status_end_date", "2013-12-31", EndBeforeStart, RowGone),
        ("immi_immigration_status_end_date", "2014-01-01T08:59", EndBeforeStart, RowGone),
    ]),
    (Family::Referral, "R9,C1,2014-06-01T09:00,1A,N1,N,2014-07-01,RC7,MASH", &[
        ("cine_referral_id", "", EmptyId, RowGone),
        ("cine_referral_id", "R1", RepeatedId, RowGone),
        ("cine_person_id", "", EmptyPerson, RowGone),
        ("cine_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("cine_referral_date", "", EmptyStart, RowGone),
        ("cine_referral_date", "n/k", UnreadableDate, RowGone),
        ("cine_referral_source_code", "11", UnknownCode, CodeKept),
        ("cine_cin_primary_need_code", "N", UnknownCode, CodeKept),
        ("cine_referral_nfa", "yes", UnknownFlag, CellEmpty),
        ("cine_close_date", "20140701", UnreadableDate, RowGone),
        ("cine_close_date", "2014-05-31", EndBeforeStart, RowGone),
        ("cine_close_date", "2014-06-01T08:59", EndBeforeStart, RowGone),
        ("cine_close_reason", "RC10", UnknownCode, CodeKept),
    ]),
    (Family::Assessment, "A9,C1,R1,2017-03-01T09:00,2017-03-20,North", &[
        ("cina_assessment_id", "", EmptyId, RowGone),
        ("cina_assessment_id", "A1", RepeatedId, RowGone),
        ("cina_person_id", "", EmptyPerson, RowGone),
        ("cina_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("cina_referral_id", "R404", NoSuchRecord, CellEmpty),
        ("cina_assessment_start_date", "", EmptyStart, RowGone),
        ("cina_assessment_start_date", "2017-03-01T24:00", UnreadableDate, RowGone),
        ("cina_assessment_auth_date", "20/3/2017", UnreadableDate, RowGone),
    ]),
    (Family::Section47Enquiry, "E9,R1,C1,2017-03-01T09:00,2017-03-10", &[
        ("s47e_s47_enquiry_id", "", EmptyId, RowGone),
        ("s47e_s47_enquiry_id", "E1", RepeatedId, RowGone),
        ("s47e_referral_id", "R404", NoSuchRecord, CellEmpty),
        ("s47e_person_id", "", EmptyPerson, RowGone),
        ("s47e_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("s47e_s47_start_date", "", EmptyStart, RowGone),
        ("s47e_s47_start_date", "2017/03/01", UnreadableDate, RowGone),
        ("s47e_s47_end_date", "10.03.2017", UnreadableDate, RowGone),
        ("s47e_s47_end_date", "2017-02-28", EndBeforeStart, RowGone),
        ("s47e_s47_end_date", "2017-03-01T08:59:00", EndBeforeStart, RowGone),
    ]),
    (Family::InitialConference, "I9,E1,C1,N,2017-03-10,2017-03-09T10:00,N", &[
        ("icpc_icpc_id", "", EmptyId, RowGone),
        ("icpc_icpc_id", "I1", RepeatedId, RowGone),
        ("icpc_s47_enquiry_id", "E404", NoSuchRecord, CellEmpty),
        ("icpc_person_id", "", EmptyPerson, RowGone),
        ("icpc_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("icpc_icpc_transfer_in", "1", UnknownFlag, CellEmpty),
        ("icpc_icpc_target_date", "31/11/2017", UnreadableDate, RowGone),
        ("icpc_icpc_date", "2017-03-09T10", UnreadableDate, RowGone),
        ("icpc_icpc_outcome_cp_flag", "NA", UnknownFlag, CellEmpty),
    ]),
    (Family::ProtectionPlan, "P9,R1,I1,C1,2014-03-01T09:00,2014-09-01,N,NEG,EMO,0", &[
        ("cppl_cp_plan_id", "", EmptyId, RowGone),
        ("cppl_cp_plan_id", "P1", RepeatedId, RowGone),
        ("cppl_referral_id", "R404", NoSuchRecord, CellEmpty),
        ("cppl_icpc_id", "I404", NoSuchRecord, CellEmpty),
        ("cppl_person_id", "", EmptyPerson, RowGone),
        ("cppl_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("cppl_cp_plan_start_date", "", EmptyStart, RowGone),
        ("cppl_cp_plan_start_date", "01-03-2014", UnreadableDate, RowGone),
        ("cppl_cp_plan_end_date", "2014-02-29", UnreadableDate, RowGone),
        ("cppl_cp_plan_end_date", "2014-02-28", EndBeforeStart, RowGone),
        ("cppl_cp_plan_end_date", "2014-03-01T08:59", EndBeforeStart, RowGone),
        ("cppl_cp_plan_ola", "T", UnknownFlag, CellEmpty),
        ("cppl_cp_plan_initial_category", "NEGL", UnknownCode, CodeKept),
        ("cppl_cp_plan_latest_category", "Neglect", UnknownCode, CodeKept),
        ("cppl_number_of_previous_plans", "-1", NotANumber, CellEmpty),
    ]),
    (Family::PlanReview, "V9,C1,P1,2017-07-30,2017-07-20", &[
        ("cppr_cp_review_id", "", EmptyId, RowGone),
        ("cppr_cp_review_id", "V1", RepeatedId, RowGone),
        ("cppr_person_id", "", EmptyPerson, RowGone),
        ("cppr_person_id", NOBODY, NoSuchPerson, PlanDecides),
        ("cppr_cp_plan_id", "P404", NoSuchRecord, CellEmpty),
        ("cppr_cp_review_due", "30 July 2017", UnreadableDate, RowGone),
        ("cppr_cp_review_date", "2017-07-32", UnreadableDate, RowGone),
    ]),
    (Family::LookedAfterEpisode, "K9,C1,Y9,H1,2012-03-01T09:00,S,2012-06-01,E4A", &[
        ("clae_cla_episode_id", "", EmptyId, RowGone),
        ("clae_cla_episode_id", "K1", RepeatedId, RowGone),
        ("clae_person_id", "", EmptyPerson, RowGone),
        ("clae_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("clae_cla_placement_id", "H404", NoSuchRecord, CellEmpty),
        ("clae_cla_episode_start_date", "", EmptyStart, RowGone),
        ("clae_cla_episode_start_date", "1/03/2012", UnreadableDate, RowGone),
        ("clae_cla_episode_start_reason", "Z", UnknownCode, CodeKept),
        ("clae_cla_episode_ceased_date", "open", UnreadableDate, RowGone),
        ("clae_cla_episode_ceased_date", "2012-02-29", EndBeforeStart, RowGone),
        ("clae_cla_episode_ceased_date", "2012-03-01T08:59", EndBeforeStart, RowGone),
        ("clae_cla_episode_ceased_reason", "E99", UnknownCode, CodeKept),
    ]),
    (Family::Placement, "H9,Y9,C1,2012-03-01T09:00,2012-06-01,U1,PR1,SC1,B1 1AA,2.5,PLACE", &[
        ("clap_cla_placement_id", "", EmptyId, RowGone),
        ("clap_cla_placement_id", "H1", RepeatedId, RowGone),
        ("clap_person_id", "", EmptyPerson, RowGone),
        ("clap_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("clap_cla_placement_start_date", "", EmptyStart, RowGone),
        ("clap_cla_placement_start_date", "2012-03-01X09:00", UnreadableDate, RowGone),
        ("clap_cla_placement_end_date", "2012-03", UnreadableDate, RowGone),
        ("clap_cla_placement_end_date", "2012-02-29", EndBeforeStart, RowGone),
        ("clap_cla_placement_end_date", "2012-03-01T08:59", EndBeforeStart, RowGone),
        ("clap_cla_placement_type", "U7", UnknownCode, CodeKept),
        ("clap_cla_placement_provider", "PR9", UnknownCode, CodeKept),
        ("clap_cla_placement_change_reason", "MOVED", UnknownCode, CodeKept),
    ]),
    (Family::LegalStatus, "G9,C1,C1,2012-03-01T09:00,2012-06-01", &[
        ("lega_legal_status_id", "", EmptyId, RowGone),
        ("lega_legal_status_id", "G1", RepeatedId, RowGone),
        ("lega_person_id", "", EmptyPerson, RowGone),
        ("lega_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("lega_legal_status", "V9", UnknownCode, CodeKept),
        ("lega_legal_status_start_date", "", EmptyStart, RowGone),
        ("lega_legal_status_start_date", "2012-02-30", UnreadableDate, RowGone),
        ("lega_legal_status_end_date", "99/99/9999", UnreadableDate, RowGone),
        ("lega_legal_status_end_date", "2012-02-29", EndBeforeStart, RowGone),
        ("lega_legal_status_end_date", "2012-03-01T08:59", EndBeforeStart, RowGone),
    ]),
    (Family::MissingEpisode, "M9,C1,2017-07-01T09:00,M,2017-07-02T06:30,N,N,", &[
        ("miss_table_id", "", EmptyId, RowGone),
        ("miss_table_id", "M1", RepeatedId, RowGone),
        ("miss_person_id", "", EmptyPerson, RowGone),
        ("miss_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("miss_missing_episode_start_date", "", EmptyStart, RowGone),
        ("miss_missing_episode_start_date", "2017-07-01T9:00", UnreadableDate, RowGone),
        ("miss_missing_episode_type", "Absent", UnknownCode, CodeKept),
        ("miss_missing_episode_end_date", "2017-07-02T06:60", UnreadableDate, RowGone),
        ("miss_missing_episode_end_date", "2017-06-30", EndBeforeStart, RowGone),
        ("miss_missing_episode_end_date", "2017-07-01T08:59:00", EndBeforeStart, RowGone),
        ("miss_missing_rhi_offered", "1", UnknownFlag, CellEmpty),
        ("miss_missing_rhi_accepted", "N/A", UnknownFlag, CellEmpty),
        ("miss_missing_rhi_completed_date", "Tuesday", UnreadableDate, RowGone),
    ]),
    (Family::CareLeaverStatus, "Q9,C1,Qualifying,DIED,2019-09-01,Z,2,P3", &[
        ("clea_table_id", "", EmptyId, RowGone),
        ("clea_table_id", "Q1", RepeatedId, RowGone),
        ("clea_person_id", "", EmptyPerson, RowGone),
        ("clea_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("clea_care_leaver_eligibility", "Formerly Relevant", UnknownCode, CodeKept),
        ("clea_care_leaver_in_touch", "Y", UnknownCode, CodeKept),
        ("clea_care_leaver_latest_contact", "09/2019", UnreadableDate, RowGone),
        ("clea_care_leaver_accommodation", "A", UnknownCode, CodeKept),
        ("clea_care_leaver_accom_suitable", "3", UnknownCode, CodeKept),
        ("clea_care_leaver_activity", "F6", UnknownCode, CodeKept),
    ]),
    (Family::Involvement, "N9,C1,W1,Allocated Case Worker,2014-01-10T09:00,2014-12-01", &[
        ("invo_involvements_id", "", EmptyId, RowGone),
        ("invo_involvements_id", "N1", RepeatedId, RowGone),
        ("invo_person_id", "", EmptyPerson, RowGone),
        ("invo_person_id", NOBODY, NoSuchPerson, ChildUnknown),
        ("invo_professional_id", "W404", NoSuchRecord, CellEmpty),
        ("invo_involvement_start_date", "", EmptyStart, RowGone),
        ("invo_involvement_start_date", "0", UnreadableDate, RowGone),
        ("invo_involvement_end_date", "NULL", UnreadableDate, RowGone),
        ("invo_involvement_end_date", "2014-01-09", EndBeforeStart, RowGone),
        ("invo_involvement_end_date", "2014-01-10T08:59", EndBeforeStart, RowGone),
    ]),
    (Family::Professional, "W9,SW900,Social Worker", &[
        ("prof_professional_id", "", EmptyId, RowGone),
        ("prof_professional_id", "W1", RepeatedId, RowGone),
    ]),
];

/// `row` with another value in `column`.
fn with_cell(table: Family, row: &str, column: &str, value: &[u8]) -> Vec<u8> {
    let position = in_deck(table).0.split(',').position(|name| name == column).expect("a column of the table");
    let mut cells: Vec<&[u8]> = row.split(',').map(str::as_bytes).collect();
    *cells.get_mut(position).expect("a cell for each column") = value;
    cells.join(&b',')
}

/// Plants one value and asserts that one finding and one effect follow, and nothing else.
fn assert_fault(table: Family, good: &str, (column, value, rule, then): (&str, &[u8], FindingRule, Then)) {
    let case = format!("{} {column} {:?}", table.table(), String::from_utf8_lossy(value));
    let planted = read(&deck_with(table, &with_cell(table, good, column, value)));
    // That a child of whom nothing is known has no date of birth either is a consequence.
    let findings: Vec<_> = planted
        .findings()
        .iter()
        .filter(|finding| !(finding.rule == NoDateOfBirth && finding.person.as_deref() == Some(NOBODY)))
        .collect();
    let [finding] = findings.as_slice() else { panic!("{case}: one finding, not {findings:?}") };
    let written = String::from_utf8_lossy(value);
    assert_eq!(
        (finding.family, finding.row, finding.field.as_str(), finding.value.as_str(), finding.rule),
        (table, Some(3), column, written.as_ref(), rule),
        "{case}"
    );

    let else_read = match then {
        RowGone => deck(),
        CellEmpty | CodeKept => deck_with(table, &with_cell(table, good, column, b"")),
        ChildUnknown | PlanDecides => deck_with(table, good.as_bytes()),
    };
    let else_read = read(&else_read);
    // A review without a plan has a finding of its own.
    let others = else_read.findings().iter().filter(|finding| finding.rule != NoPlanNamed);
    assert_eq!(others.count(), 0, "{case}");
    let (mut planted, mut else_read) = (describe(&planted), describe(&else_read));
    match then {
        RowGone | CellEmpty | PlanDecides => {}
        CodeKept => {
            let kept: usize = planted.values().map(|text| text.matches("unknown").count()).sum();
            assert_eq!(kept, 1, "{case}");
            for text in planted.values_mut() {
                *text = text.replace("unknown", "none");
            }
        }
        ChildUnknown => {
            let unknown = planted.remove(NOBODY).unwrap_or_else(|| panic!("{case}: the child is there"));
            let [person, record] = unknown.lines().collect::<Vec<_>>()[..] else { panic!("{case}: {unknown}") };
            assert!(person.contains("sex: none") && person.contains("date_of_birth: None"), "{case}: {person}");
            let known = else_read.get_mut("C1").expect("the child of the good row");
            let without: Vec<_> = known.lines().filter(|line| *line != record).collect();
            assert_eq!(without.len() + 1, known.lines().count(), "{case}: {record}");
            *known = without.join("\n") + "\n";
        }
    }
    assert_same(&planted, &else_read, &case);
}

#[test]
fn the_good_rows_are_good() {
    for (table, good, _) in FAULTS {
        let read = read(&deck_with(table, good.as_bytes()));
        assert_eq!(read.findings(), [], "{table}");
        assert_eq!(read.records(), 33, "{table}");
    }
}

#[test]
fn a_bad_row_in_each_of_the_sixteen_tables_becomes_a_finding_and_changes_nothing_else() {
    for (table, good, faults) in FAULTS {
        for (column, value, rule, then) in faults {
            assert_fault(table, good, (column, value.as_bytes(), *rule, *then));
        }
    }
}

#[test]
fn bytes_that_are_no_text_become_a_finding_in_every_column() {
    for (table, good, faults) in FAULTS {
        for column in columns(table) {
            let vital = |rule| matches!(rule, EmptyId | EmptyPerson | UnreadableDate);
            let vital = faults.iter().any(|(name, _, rule, _)| name == column && vital(*rule));
            let then = if vital { RowGone } else { CellEmpty };
            assert_fault(table, good, (column, b"a\xff\xfe", NotUtf8, then));
        }
    }
}

#[test]
fn an_empty_start_stays_where_no_start_is_needed() {
    let rows = [
        (Family::ImmigrationStatus, "C1,UASC,,2014-06-01"),
        (Family::InitialConference, "I9,E1,C1,N,,,N"),
        (Family::PlanReview, "V9,C1,P1,,"),
        (Family::CareLeaverStatus, "Q9,C1,,,,,,"),
        (Family::Person, "C9,,,,,"),
    ];
    for (table, row) in rows {
        let read = read(&deck_with(table, row.as_bytes()));
        assert_eq!((read.findings(), read.records()), (&[][..], 33), "{table}");
    }
}

#[test]
fn a_row_that_is_left_out_names_every_cell_at_fault_and_is_compared_with_nothing() {
    let read_row = |table, row: &str| read(&deck_with(table, row.as_bytes()));
    let referral = read_row(Family::Referral, ",,n/k,11,N,maybe,n/k,RC0,");
    let found: Vec<_> = referral.findings().iter().map(|f| (f.field.as_str(), f.rule)).collect();
    let expected = [
        ("cine_cin_primary_need_code", UnknownCode),
        ("cine_close_date", UnreadableDate),
        ("cine_close_reason", UnknownCode),
        ("cine_person_id", EmptyPerson),
        ("cine_referral_date", UnreadableDate),
        ("cine_referral_id", EmptyId),
        ("cine_referral_nfa", UnknownFlag),
        ("cine_referral_source_code", UnknownCode),
    ];
    assert_eq!(found, expected);
    // That it repeats an id, ends before it starts, or names what is not there, is no finding of its own.
    assert_eq!(rules(&read_row(Family::Referral, "R1,,2018-01-05,,,,,,")), [EmptyPerson]);
    assert_eq!(rules(&read_row(Family::ImmigrationStatus, ",UASC,2014-01-01T09:00,2014-01-01T08:00")), [EmptyPerson]);
    assert_eq!(rules(&read_row(Family::ImmigrationStatus, ",UASC,2014-01-02,2014-01-01")), [EmptyPerson]);
    assert_eq!(rules(&read_row(Family::Assessment, "A9,C404,R404,n/k,,")), [UnreadableDate]);
}

fn rules(dataset: &Dataset) -> Vec<FindingRule> {
    dataset.findings().iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_finding_names_the_record_and_the_person() {
    let bad = [
        (Family::Referral, "R9,C1,n/k,,,,,,", Some("R9"), Some("C1")),
        (Family::Person, "C9,M,,n/k,,", Some("C9"), Some("C9")),
        (Family::Referral, ",C1,2018-01-05,,,,,,", None, Some("C1")),
        (Family::ImmigrationStatus, "C1,UASC,n/k,", None, Some("C1")),
        (Family::FamilyMember, "F9,", Some("F9"), None),
    ];
    for (table, row, record, person) in bad {
        let read = read(&deck_with(table, row.as_bytes()));
        let [finding] = read.findings() else { panic!("{row}: {:?}", read.findings()) };
        assert_eq!((finding.record.as_deref(), finding.person.as_deref()), (record, person), "{row}");
    }
}

#[test]
fn of_rows_that_repeat_an_id_the_first_readable_one_stays() {
    let header = in_deck(Family::Referral).0;
    let rows = [
        "R1,C1,n/k,,,,,,",                              // cannot be read: its id is free
        "R1,C1,2018-01-02,,,,,,",                       // stays
        "R1,C1,2018-01-03,,,,,,",                       // repeats it
        "R2,C1,2018-01-04T10:00,,,,2018-01-04T09:00,,", // ends before it starts: left out of every rule, its id is taken
        "R2,C1,2018-01-05,,,,,,",                       // repeats it
        " R1 ,C1,2018-01-06,,,,,,",                     // white space around an id does not count
    ];
    let (count, dataset) = read_one(Family::Referral, file(header, rows));
    let dates: Vec<_> = dataset.child("C1").unwrap().chronology().referrals().iter().map(|r| r.date).collect();
    assert_eq!((count, dates), (6, vec![day("2018-01-02")]));
    let found: Vec<_> =
        dataset.findings().iter().filter(|f| f.rule != NoSuchPerson).map(|f| (f.row.unwrap(), f.rule)).collect();
    assert_eq!(found, [(2, UnreadableDate), (4, RepeatedId), (5, EndBeforeStart), (6, RepeatedId), (7, RepeatedId)]);
}

#[test]
fn a_reference_to_a_record_that_ended_before_it_started_leads_somewhere() {
    let mut tables = deck_with(Family::Placement, b"H9,,C1,2012-03-01T09:00,2012-03-01T08:00,U1,,,,,");
    let (header, rows) = in_deck(Family::LookedAfterEpisode);
    let rows = [rows[0], rows[1], "K9,C1,,H9,2012-03-01,S,2012-06-01,"];
    tables.insert(Family::LookedAfterEpisode, file(header, rows));
    let read = read(&tables);
    assert_eq!(rules(&read), [EndBeforeStart]);
    assert_eq!(read.child("C1").unwrap().chronology().episodes()[0].placement, None);
}

#[test]
fn end_and_start_on_one_day_are_in_order_unless_both_have_times() {
    for (start, end, in_order) in [
        ("2014-03-01T09:00", "2014-03-01T09:00", true),
        ("2014-03-01T09:00", "2014-03-01T09:01", true),
        ("2014-03-01T09:00", "2014-03-01", true),
        ("2014-03-01T09:00", "01/03/2014", true),
        ("2014-03-01T09:00", "2014-03-01T00:00", true), // midnight is no time of day
        ("2014-03-01", "2014-03-01T09:00", true),
        ("2014-03-01 09:00:01", "2014-03-01T09:00:00", false),
        ("2014-03-01", "2014-02-28T23:59", false),
    ] {
        let row = format!("P9,,,C1,{start},{end},,,,");
        let read = read(&deck_with(Family::ProtectionPlan, row.as_bytes()));
        let expected: &[_] = if in_order { &[] } else { &[EndBeforeStart] };
        assert_eq!(rules(&read), expected, "{start} {end}");
        assert_eq!(read.records(), if in_order { 33 } else { 32 }, "{start} {end}");
    }
}

// Cells.

#[test]
fn dates_are_read_in_every_form_and_in_no_other() {
    let referral = |date: &str| {
        let row = format!("R9,C1,\"{date}\",,,,,,");
        let read = read(&deck_with(Family::Referral, row.as_bytes()));
        let referral = read.child("C1").unwrap().chronology().referrals().first().map(|r| r.date);
        (rules(&read), referral)
    };
    let assessment = |start: &str| {
        let row = format!("A9,C1,,{start},,");
        let read = read(&deck_with(Family::Assessment, row.as_bytes()));
        read.child("C1").unwrap().chronology().assessments()[0].start
    };
    for (form, time) in [
        ("2016-02-29", None),
        ("29/02/2016", None),
        ("2016-02-29T00:00", None),
        ("2016-02-29T00:00:00", None),
        ("2016-02-29 00:00:00", None),
        ("2016-02-29T09:05", Some("09:05:00")),
        ("2016-02-29 09:05", Some("09:05:00")),
        ("2016-02-29T23:59:59", Some("23:59:59")),
        ("2016-02-29 23:59:59", Some("23:59:59")),
        ("2016-02-29T00:00:01", Some("00:00:01")),
        ("  2016-02-29 ", None),
    ] {
        assert_eq!(referral(form), (vec![], Some(day("2016-02-29"))), "{form}");
        let start = assessment(form);
        assert_eq!(start.date(), day("2016-02-29"), "{form}");
        assert_eq!(start.time().map(|time| time.to_string()).as_deref(), time, "{form}");
    }
    // Day before month, never the other way round.
    assert_eq!(referral("03/04/2016").1, Some(day("2016-04-03")));
    for form in [
        "2018-1-5",
        "5/1/2018",
        "05/01/18",
        "31/02/2018",
        "2018-02-30",
        "2018-13-01",
        "2018-00-10",
        "2018-01-00",
        "13/13/2018",
        "04/13/2018",
        "05-01-2018",
        "2018/01/05",
        "2018.01.05",
        "20180105",
        "2018-01-05T24:00",
        "2018-01-05T23:60",
        "2018-01-05T23:59:60",
        "2018-01-05T9:00",
        "2018-01-05T09",
        "2018-01-05T09:00Z",
        "2018-01-05T09:00:00.000",
        "05/01/2018 09:00",
        "2018-01-05T",
        "43105",
        "n/k",
        "NULL",
        "-",
        "5 Jan 2018",
        "２０１８-01-05",
        "2018-01-05\u{0}",
    ] {
        assert_eq!(referral(form), (vec![UnreadableDate], Some(day("2017-01-10"))), "{form}");
    }
}

#[test]
fn flags_are_read_in_any_case() {
    let no_further_action = |flag: &str| {
        let row = format!("R9,C1,2014-01-01,,,{flag},,,");
        let read = read(&deck_with(Family::Referral, row.as_bytes()));
        (rules(&read), read.child("C1").unwrap().chronology().referrals()[0].no_further_action)
    };
    for (flags, meaning) in [(["Y", "y", "1", "T", "t", " Y "], true), (["N", "n", "0", "F", "f", "\tN"], false)] {
        for flag in flags {
            assert_eq!(no_further_action(flag), (vec![], Some(meaning)), "{flag:?}");
        }
    }
    for flag in ["", "  ", "\u{a0}"] {
        assert_eq!(no_further_action(flag), (vec![], None), "{flag:?}");
    }
    for flag in ["yes", "true", "2", "NA", "YN", "01", "ÿ"] {
        assert_eq!(no_further_action(flag), (vec![UnknownFlag], None), "{flag:?}");
    }

    let interview = |offered: &str| {
        let row = format!("M9,C1,2014-01-01,,,{offered},,");
        let read = read(&deck_with(Family::MissingEpisode, row.as_bytes()));
        (rules(&read), read.child("C1").unwrap().chronology().missing()[0].interview_offered)
    };
    for (flag, meaning) in [
        ("y", Some(InterviewFlag::Yes)),
        ("n ", Some(InterviewFlag::No)),
        ("Na", Some(InterviewFlag::NotRequired)),
        ("", None),
    ] {
        assert_eq!(interview(flag), (vec![], meaning), "{flag:?}");
    }
    for flag in ["1", "T", "N/A", "null"] {
        assert_eq!(interview(flag), (vec![UnknownFlag], None), "{flag:?}");
    }
}

#[test]
fn codes_are_read_in_any_case_and_a_kind_of_missing_episode_also_in_words() {
    let kind = |kind: &str| {
        let row = format!("M9,C1,2014-01-01,{kind},,,,");
        let read = read(&deck_with(Family::MissingEpisode, row.as_bytes()));
        (rules(&read), read.child("C1").unwrap().chronology().missing()[0].kind.known())
    };
    for (words, meaning) in [
        (["M", "m", "Missing", "MISSING", " missing "], MissingKind::Missing),
        (["A", "a", "Away", "AWAY", " away "], MissingKind::Away),
    ] {
        for word in words {
            assert_eq!(kind(word), (vec![], Some(meaning)), "{word:?}");
        }
    }
    assert_eq!(kind("Missing Away"), (vec![UnknownCode], None));
    assert_eq!(kind(""), (vec![], None));

    let row = b"Q9,C1, former RELEVANT ,rhom,,z, 1 ,p5";
    let read = read(&deck_with(Family::CareLeaverStatus, row));
    assert_eq!(rules(&read), []);
    let child = read.child("C1").unwrap();
    let status = child.chronology().care_leaver()[0];
    assert!(status.eligibility.is(Eligibility::FormerRelevant) && status.in_touch.is(InTouch::ReturnedHome));
    assert!(status.accommodation.is(Accommodation::FormerFosterCarers) && status.suitability.is(Suitability::Suitable));
    assert!(status.activity.is(Activity::EmploymentPartTime));
}

#[test]
fn numbers_are_whole_digits() {
    let previous = |number: &str| {
        let row = format!("P9,,,C1,2014-03-01,2014-09-01,,,,{number}");
        let read = read(&deck_with(Family::ProtectionPlan, row.as_bytes()));
        (rules(&read), read.child("C1").unwrap().chronology().plans()[0].previous_plans)
    };
    for (number, meaning) in [
        ("0", Some(0)),
        ("3", Some(3)),
        (" 03 ", Some(3)),
        ("00000000000000", Some(0)),
        ("4294967295", Some(u32::MAX)),
        ("4294967296", Some(u32::MAX)), // more than any plan counter holds, and above 0
        ("99999999999999999999999", Some(u32::MAX)),
        ("", None),
    ] {
        assert_eq!(previous(number), (vec![], meaning), "{number:?}");
    }
    for number in ["+1", "-1", "1.0", "1e1", "two", "1 2", "½", "٣"] {
        assert_eq!(previous(number), (vec![NotANumber], None), "{number:?}");
    }
}

#[test]
fn postcodes_are_compared_without_case_and_spaces() {
    let row = |id: &str, postcode: &str| format!("{id},,C1,2012-03-01,2012-06-01,U1,PR1,SC1,{postcode},,");
    for (postcode, same) in [("B91 3QB", true), ("b913qb", true), (" b 9 1 3q b", true), ("B91 3QC", false)] {
        let rows = [row("H8", "B91 3QB"), row("H9", postcode)];
        let (_, dataset) = read_one(Family::Placement, file(in_deck(Family::Placement).0, rows));
        let child = dataset.child("C1").unwrap().chronology();
        let [a, b] = child.placements() else { panic!("two placements") };
        assert_eq!(a.place == b.place, same, "{postcode:?}");
    }
}

// The file.

/// Gives a byte at a time, with an interruption before each.
struct Drip<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let one = buffer.len().min(1);
        self.bytes.read(&mut buffer[..one])
    }
}

#[test]
fn the_layout_of_the_file_does_not_matter() {
    type Layout = fn(&str) -> String;

    let same: [(&str, Layout); 9] = [
        ("columns the other way round", |text| {
            let turned = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
            text.lines().map(|line| turned(line) + "\n").collect()
        }),
        ("names in capitals and padded", |text| {
            let (header, rows) = text.split_once('\n').unwrap();
            format!("{}\n{rows}", header.to_uppercase().replace(',', " ,\t"))
        }),
        ("a byte order mark", |text| format!("\u{feff}{text}")),
        ("a byte order mark before a quoted name", |text| {
            let (header, rows) = text.split_once('\n').unwrap();
            format!("\u{feff}\"{}\"\n{rows}", header.replace(',', "\",\""))
        }),
        ("CRLF", |text| text.replace('\n', "\r\n")),
        ("no line end at the end", |text| text.trim_end().to_owned()),
        ("every cell in quotes and padded", |text| {
            text.lines().map(|line| format!("\" {} \"\n", line.replace(',', "\t\",\" "))).collect()
        }),
        ("columns of others, with quotes, line breaks and a name twice", |text| {
            let mut lines = text.lines();
            let header = format!("note,{},x,x,\n", lines.next().unwrap());
            header + &lines.map(|line| format!("\"a, \"\"b\"\"\r\n\nc\",{line},é,,\n")).collect::<String>()
        }),
        ("lines without a character", |text| format!("\n{}\n\n", text.replace('\n', "\n\r\n\n"))),
    ];
    let expected = describe(&typed_deck());
    for (layout, of) in same {
        let tables: BTreeMap<_, _> = deck()
            .into_iter()
            .map(|(table, file)| (table, of(std::str::from_utf8(&file).unwrap()).into_bytes()))
            .collect();
        let mut dripped = Dataset::builder();
        for (table, file) in &tables {
            let rows = read_table(&mut dripped, *table, Drip { bytes: file, interrupted: false }).unwrap();
            assert_eq!(rows, 2, "{layout}: {table}");
        }
        for dataset in [read(&tables), dripped.finish()] {
            assert_eq!(dataset.findings(), [], "{layout}");
            assert_same(&describe(&dataset), &expected, layout);
        }
    }
}

#[test]
fn a_row_is_a_row_however_many_lines_it_takes() {
    let header = "note,cine_person_id,cine_referral_id,cine_referral_date,cine_referral_source_code,\
                  cine_cin_primary_need_code,cine_referral_nfa,cine_close_date,cine_close_reason,cine_referral_team";
    let rows = ["\"two\nlines\",C1,R1,2018-01-05,,,,,,", "\"\r\n\r\n\",C1,R2,\"20\n18\",,,,,,", "x,C1,R3,n/k,,,,,,"];
    let (count, dataset) = read_one(Family::Referral, file(header, rows));
    let found: Vec<_> = dataset
        .findings()
        .iter()
        .filter(|f| f.rule == UnreadableDate)
        .map(|f| (f.row.unwrap(), f.value.as_str()))
        .collect();
    assert_eq!((count, found), (3, vec![(3, "20\n18"), (4, "n/k")]));
}

#[test]
fn a_table_without_rows_is_empty() {
    let empty = read(&BTreeMap::new());
    assert_eq!((empty.findings(), empty.records()), (&[][..], 0));
    for (table, header, _) in DECK {
        for file in [header.to_owned(), format!("{header}\n"), format!("\u{feff}{header}\r\n\r\n")] {
            let (rows, dataset) = read_one(table, &file);
            assert_eq!((rows, dataset.findings(), dataset.records()), (0, &[][..], 0), "{file:?}");
        }
        // Without a header it is no table: every column is missing.
        for file in ["", "\u{feff}", "\n\n"] {
            let (rows, dataset) = read_one(table, file);
            let missing: Vec<_> = dataset.findings().iter().map(|f| f.field.as_str()).collect();
            let mut listed: Vec<_> = columns(table).iter().copied().filter(|c| !EXTENSIONS.contains(c)).collect();
            listed.sort_unstable();
            assert_eq!((rows, missing), (0, listed), "{file:?}");
        }
    }
}

#[test]
fn a_column_that_is_not_there_is_a_finding_and_its_cells_are_empty() {
    for (table, header, rows) in DECK {
        for (position, column) in columns(table).iter().enumerate() {
            let without = |line: &str| {
                let cells = line.split(',').enumerate().filter(|(at, _)| *at != position).map(|(_, cell)| cell);
                cells.collect::<Vec<_>>().join(",")
            };
            let blank = |line: &str| with_cell(table, line, column, b"");
            let (_, missing) = read_one(table, file(&without(header), rows.map(without)));
            let (_, emptied) = read_one(table, file(header, rows.map(blank)));
            let mut expected = emptied.findings().to_vec();
            if !EXTENSIONS.contains(column) {
                expected.push(Finding::new(table, *column, "", MissingColumn).in_row(Some(1)));
                expected.sort();
            }
            assert_eq!(missing.findings(), expected, "{column}");
            assert_same(&describe(&missing), &describe(&emptied), column);
        }
    }
}

#[test]
fn of_a_column_named_twice_the_first_is_read() {
    let (_, dataset) = read_one(Family::FamilyMember, "fami_person_id,fami_family_id, FAMI_Person_ID \nC1,F1,C2\n");
    let repeated: Vec<_> = dataset.findings().iter().filter(|f| f.rule == RepeatedColumn).collect();
    let [finding] = repeated.as_slice() else { panic!("{repeated:?}") };
    assert_eq!(
        (finding.row, finding.field.as_str(), finding.value.as_str()),
        (Some(1), "fami_person_id", " FAMI_Person_ID ")
    );
    assert!(dataset.child("C1").is_some() && dataset.child("C2").is_none());
}

#[test]
fn a_row_that_is_too_short_stays_with_its_last_cells_empty() {
    // The header as listed: the legal status is the third column.
    for (row, faults, stays) in [
        ("G9,C1,C2,2012-03-01,", &[][..], true),
        ("G9,C1,C2,2012-03-01", &[("lega_legal_status_end_date", ShortRow)], true),
        ("G9,C1,C2", &[("lega_legal_status_end_date", ShortRow), ("lega_legal_status_start_date", EmptyStart)], false),
        (
            "G9",
            &[
                ("lega_legal_status", ShortRow),
                ("lega_legal_status_start_date", EmptyStart),
                ("lega_person_id", EmptyPerson),
            ],
            false,
        ),
    ] {
        let read = read(&deck_with(Family::LegalStatus, row.as_bytes()));
        let found: Vec<_> = read.findings().iter().map(|f| (f.field.as_str(), f.rule)).collect();
        assert_eq!(found, faults, "{row}");
        assert!(read.findings().iter().all(|f| f.row == Some(3) && f.value.is_empty()), "{row}");
        assert_eq!(read.records(), if stays { 33 } else { 32 }, "{row}");
    }
    // The first in the file, not in the list; and nothing where only cells of other columns are not there.
    let header = "fami_person_id,fami_family_id,a,b";
    let (_, dataset) = read_one(Family::FamilyMember, file(header, ["C1,F1", "C1,F1,", "C1,F1,,,,,"]));
    assert_eq!(dataset.findings().iter().filter(|f| f.rule == ShortRow).count(), 0);
    assert_eq!(dataset.records(), 3);
    let header = "lega_person_id,lega_legal_status_id,lega_legal_status_start_date,lega_legal_status_end_date,\
                  lega_legal_status";
    let (_, dataset) = read_one(Family::LegalStatus, file(header, ["C1,G1,2018-01-05"]));
    let short: Vec<_> = dataset.findings().iter().filter(|f| f.rule == ShortRow).map(|f| f.field.as_str()).collect();
    assert_eq!(short, ["lega_legal_status_end_date"]);
}

#[test]
fn a_row_that_is_too_long_stays_and_what_is_not_read_is_named() {
    // Cells of nothing beyond the header are an export's habit.
    for (extra, value) in [(",", None), (", ,", None), (",,Solihull", Some("Solihull")), (", a ,b", Some(" a "))] {
        let read = read(&deck_with(Family::LegalStatus, format!("G9,C1,C2,2012-03-01,{extra}").as_bytes()));
        let found: Vec<_> =
            read.findings().iter().map(|f| (f.row, f.field.as_str(), f.value.as_str(), f.rule)).collect();
        let expected: Vec<_> = value.map(|value| (Some(3), "", value, LongRow)).into_iter().collect();
        assert_eq!((found, read.records()), (expected, 33), "{extra}");
    }
}

#[test]
fn a_quote_that_is_not_closed_is_named_with_all_that_it_takes_in() {
    let header = "pers_person_id,note,pers_sex,pers_ethnicity,pers_dob,pers_expected_dob,pers_death_date";
    for (rows, row, field, value, people) in [
        ("C1,,F,,,,\nC2,\"open,M,,,,\nC3,,F,,,,\n", Some(3), "note", "open,M,,,,", 1),
        ("C1,,F,,,,\nC2,\"open,M,,,,\nC3,,F,,,,", Some(3), "note", "open,M,,,,", 1),
        ("C1,,F,,,,\r\nC2,,M,\"WBRI\r\n", Some(3), "pers_ethnicity", "WBRI", 1),
        ("C1,,F,,,,\n\"", Some(3), "pers_person_id", "", 1),
        ("C1,,F,,,,\nC2,,F,,,,,\"more", Some(3), "", "more", 1),
        // A quote inside a cell opens nothing, and a quoted one may be the last thing in the file.
        ("C1,5\" tall,F,,,,\nC2,\"a \"\"b\"\"\",M,,,,\"\"", None, "", "", 2),
    ] {
        let (count, dataset) = read_one(Family::Person, format!("{header}\n{rows}"));
        let found: Vec<_> =
            dataset.findings().iter().map(|f| (f.row, f.field.as_str(), f.value.as_str(), f.rule)).collect();
        let expected: Vec<_> = row.map(|row| (Some(row), field, value, OpenQuote)).into_iter().collect();
        assert_eq!((found, count, dataset.records()), (expected, 2, people), "{rows:?}");
    }
    let (count, dataset) = read_one(Family::FamilyMember, "fami_family_id,\"fami_person_id\nF1,C1\n");
    let found: Vec<_> = dataset.findings().iter().map(|f| (f.row, f.field.as_str(), f.rule)).collect();
    assert_eq!((count, dataset.records()), (0, 0));
    assert_eq!(found, [(Some(1), "fami_person_id", MissingColumn), (Some(1), "fami_person_id", OpenQuote)]);
}

#[test]
fn a_source_that_fails_says_where_and_what_was_read_stays() {
    struct Fails<'a>(&'a [u8]);

    impl Read for Fails<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::new(io::ErrorKind::ConnectionReset, "gone")),
                read => Ok(read),
            }
        }
    }

    for (bytes, row, people) in
        [("pers_person_id\nC1\nC2\nC3", 3, 2), ("pers_person_id\n", 1, 0), ("pers_per", 0, 0), ("", 0, 0)]
    {
        let mut records = Builder::default();
        let error = read_table(&mut records, Family::Person, Fails(bytes.as_bytes())).unwrap_err();
        assert_eq!((error.table, error.row), (Family::Person, row), "{bytes:?}");
        assert_eq!(error.source.kind(), io::ErrorKind::ConnectionReset, "{bytes:?}");
        assert!(error.to_string().contains("ssd_person") && std::error::Error::source(&error).is_some());
        assert_eq!(records.finish().records(), people, "{bytes:?}");
    }
}

/// Rules that leave a row out, or its record out of every rule.
fn leaves_out(finding: &Finding) -> bool {
    let vital = |field: &str| {
        FAULTS
            .iter()
            .flat_map(|(.., faults)| *faults)
            .any(|(column, _, rule, _)| *column == field && matches!(rule, EmptyId | EmptyPerson | UnreadableDate))
    };
    match finding.rule {
        UnreadableDate | EmptyId | RepeatedId | EmptyPerson | EmptyStart | EndBeforeStart | OpenQuote => true,
        NotUtf8 => vital(&finding.field),
        _ => false,
    }
}

#[test]
fn every_row_becomes_a_record_or_a_finding_whatever_the_bytes() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(bound).unwrap()).unwrap()
    };
    let alphabet = b",,,\"\n\n\r /-:T0123YNCRP \xff\xc3\xa9";
    let mut left_out_in_all = 0;
    for (table, good, _) in FAULTS {
        let (header, [first, second]) = in_deck(table);
        let clean = file(header, [first, good, second]);
        for _ in 0..300 {
            let mut bytes = clean.clone();
            for _ in 0..=below(6) {
                let position = below(bytes.len());
                bytes[position] = alphabet[below(alphabet.len())];
            }
            let (rows, dataset) = read_one(table, &bytes);
            let left_out: BTreeSet<_> = dataset
                .findings()
                .iter()
                .filter(|f| leaves_out(f))
                .map(|f| f.row.unwrap())
                .filter(|row| *row > 1)
                .collect();
            left_out_in_all += left_out.len();
            let case = String::from_utf8_lossy(&bytes);
            assert_eq!(rows, u64::try_from(dataset.records() + left_out.len()).unwrap(), "{case}");
            assert!(dataset.findings().iter().all(|f| f.row.is_none_or(|row| (1..=rows + 1).contains(&row))), "{case}");
            // What a cell contradicts in another record comes on top.
            let of_a_cell = |f: &&Finding| {
                !matches!(f.rule, RepeatedColumn | NoDateOfBirth | OverlappingEpisodes | OverlappingPlans | AfterDeath)
            };
            let mut cells = BTreeSet::new();
            for finding in dataset.findings().iter().filter(of_a_cell) {
                assert!(cells.insert((finding.row, finding.field.as_str())), "two for one cell: {finding} in {case}");
            }
        }
    }
    assert!(left_out_in_all > 1_000, "the bytes do harm: {left_out_in_all}");
}

// The deck of edge cases that stands beside the project.

fn shared(file: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/ssd_small");
    assert!(folder.is_dir(), "{} is not there", folder.display());
    folder.join(file)
}

#[test]
#[ignore = "needs ../shared/data"]
fn the_faults_planted_in_the_shared_deck_are_found() {
    let manifest: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(shared("manifest.json")).unwrap()).unwrap();
    let mut records = Dataset::builder();
    for table in Family::ALL {
        let source = std::fs::File::open(shared(&format!("{}.csv", table.table()))).unwrap();
        let rows = read_table(&mut records, table, source).unwrap();
        assert_eq!(Some(rows), manifest["rows"][table.table()].as_u64(), "{table}");
    }
    let dataset = records.finish();
    let of = |table, rule| dataset.findings().iter().filter(move |f: &&Finding| f.family == table && f.rule == rule);
    for table in Family::ALL {
        let left_out: BTreeSet<_> = [UnreadableDate, EmptyId, RepeatedId, EmptyPerson, EmptyStart]
            .into_iter()
            .flat_map(|rule| of(table, rule))
            .map(|finding| finding.row)
            .collect();
        assert_eq!(Some(left_out.len() as u64), manifest["left_out"][table.table()].as_u64(), "{table}");

        for (kind, count) in manifest["planted"][table.table()].as_object().unwrap() {
            let found = match kind.as_str() {
                "unreadable date" => of(table, UnreadableDate).count(),
                "empty id" => of(table, EmptyId).count(),
                "empty person" => of(table, EmptyPerson).count(),
                "empty start" => of(table, EmptyStart).count(),
                "repeated id" => of(table, RepeatedId).count(),
                "unknown flag" => of(table, UnknownFlag).count(),
                "unknown code" => of(table, UnknownCode).count(),
                // So many are planted; the deck has others of its own.
                "end before start" => of(table, EndBeforeStart).filter(|f| f.value == "2011-01-01").count(),
                // The deck's own name for it; rows of persons that are left out lead to other ones.
                "no such person" => of(table, NoSuchPerson).filter(|f| f.value == "C-nobody").count(),
                "no such record" => of(table, NoSuchRecord).count(),
                other => panic!("{other} is no kind of fault that is known here"),
            };
            let count = count.as_u64().unwrap();
            assert!(found as u64 >= count, "{table}, {kind}: {found} found, {count} planted");
            // Rows that are left out leave references to them behind.
            if kind != "no such record" {
                assert_eq!(found as u64, count, "{table}, {kind}");
            }
        }
    }
}

// The two ways to split rows, and the ways to read them.

/// Texts without a quote, biased to what ends cells and rows.
fn quote_free() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => Just(b",".to_vec()),
        2 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => Just(b" ".to_vec()),
        1 => Just(b"\xff".to_vec()),
        1 => Just("\u{a0}é".as_bytes().to_vec()),
        3 => "[RC][1-4]".prop_map(String::into_bytes),
        2 => "2018-0[1-3]-0[1-4]( 10:00)?".prop_map(String::into_bytes),
        1 => "[YNxy]".prop_map(String::into_bytes),
    ];
    let row = ["R1,C1,2018-01-02,1A,N1,N,2018-03-01,RC1,North\n", "R2,C2,2018-01-02,9Z,,,,,\n"]
        .map(|row| Just(row.as_bytes().to_vec()));
    let [first, second] = row;
    prop::collection::vec(prop_oneof![4 => piece, 1 => first, 1 => second], 0..60).prop_map(|pieces| pieces.concat())
}

/// The same rows as the crate `csv` splits them, with every cell in quotes.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .flexible(true)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    for record in reader.byte_records() {
        writer.write_byte_record(&record.unwrap()).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Gives its bytes in pieces of these lengths, in turn.
struct InPieces<'a> {
    bytes: &'a [u8],
    lengths: &'a [usize],
    turn: usize,
}

impl Read for InPieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.lengths[self.turn % self.lengths.len()].min(buffer.len());
        self.turn += 1;
        self.bytes.read(&mut buffer[..length])
    }
}

proptest! {
    #[test]
    fn rows_are_split_as_the_crate_csv_splits_them(rows in quote_free()) {
        let header = format!("{}\n", columns(Family::Referral).join(","));
        let plain = [header.as_bytes(), &rows].concat();
        let (rows, dataset) = read_one(Family::Referral, &plain);
        let (expected_rows, expected) = read_one(Family::Referral, quoted(&plain));
        prop_assert_eq!((rows, dataset.findings()), (expected_rows, expected.findings()));
        assert_same(&describe(&dataset), &describe(&expected), "quoted");
    }

    #[test]
    fn the_pieces_a_source_comes_in_do_not_matter(
        rows in quote_free(),
        lengths in prop::collection::vec(1_usize..7, 1..5),
        quotes in any::<bool>(),
    ) {
        let header = format!("{}\n", columns(Family::Referral).join(","));
        let plain = [header.as_bytes(), &rows].concat();
        let file = if quotes { quoted(&plain) } else { plain };
        let (rows, dataset) = read_one(Family::Referral, &file);
        let mut records = Builder::default();
        let source = InPieces { bytes: &file, lengths: &lengths, turn: 0 };
        prop_assert_eq!(read_table(&mut records, Family::Referral, source).unwrap(), rows);
        let pieces = records.finish();
        prop_assert_eq!(pieces.findings(), dataset.findings());
        assert_same(&describe(&pieces), &describe(&dataset), "in pieces");
    }
}

/// A file of many blocks: rows in quotes over several lines, faults, references across the file and repeated ids.
fn long_file() -> Vec<u8> {
    let mut file = format!("{}\n", columns(Family::Assessment).join(",")).into_bytes();
    for row in 0..24_000 {
        let child = row * 7919 % 5000;
        let line = match row % 997 {
            0 => format!("A{row},C{child},,2018-13-01,,\n"),
            1 => format!("A{},C{child},,2018-01-01,,\n", row / 2),
            3 => format!("A{row},,R1,2018-01-01T10:00,2017-12-31,\n"),
            // Most line ends are in quotes, so nearly every block would be cut there.
            _ if row % 5 == 0 => {
                format!("\"A{row}\",C{child},,2018-01-01,,\"North{}\"\"East\"\"\r\n{row}\"\r\n", "\n,".repeat(50))
            }
            _ => format!("A{row},C{child},,2018-01-{:02},2018-02-01,North\n", row % 28 + 1),
        };
        file.extend_from_slice(line.as_bytes());
    }
    file
}

pub(crate) fn children(dataset: &Dataset) -> Vec<String> {
    dataset.children().map(|child| child.id().to_owned()).collect()
}

#[test]
fn on_any_number_of_threads_the_dataset_is_the_same() {
    let file = long_file();
    let mut records = Builder::default();
    let mut seen = Vec::new();
    let rows =
        csc_kpi::format::ssd::read_table_with(&mut records, Family::Assessment, &*file, |at| seen.push(at)).unwrap();
    let expected = records.finish();
    assert_eq!((rows, seen.last().map(|at| (at.rows, at.bytes))), (24_000, Some((24_000, file.len() as u64))));
    assert!(seen.len() > 3 && expected.findings().len() > 90, "{} blocks", seen.len());
    for threads in 1..=4 {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (dataset, progress) = pool.install(|| {
            let (mut records, mut progress) = (Builder::default(), Vec::new());
            let note = |at| progress.push(at);
            let read = csc_kpi::format::ssd::read_table_parallel(&mut records, Family::Assessment, &*file, note);
            assert_eq!(read.unwrap(), rows);
            (records.finish(), progress)
        });
        assert_eq!(progress, seen, "{threads} threads");
        assert_eq!(dataset.findings(), expected.findings(), "{threads} threads");
        assert_eq!(children(&dataset), children(&expected), "{threads} threads");
        assert!(describe(&dataset) == describe(&expected), "{threads} threads");
    }
}

#[test]
fn a_source_that_fails_on_several_threads_says_where_and_what_was_read_stays() {
    struct Fails<'a>(&'a [u8]);

    impl Read for Fails<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("gone")),
                read => Ok(read),
            }
        }
    }

    let file = long_file();
    let mut one = Builder::default();
    let expected = read_table(&mut one, Family::Assessment, Fails(&file)).unwrap_err();
    let mut several = Builder::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let error = pool
        .install(|| csc_kpi::format::ssd::read_table_parallel(&mut several, Family::Assessment, Fails(&file), |_| {}))
        .unwrap_err();
    assert_eq!((error.row, error.source.to_string()), (expected.row, "gone".to_owned()));
    assert_eq!(several.finish().findings(), one.finish().findings());
}
