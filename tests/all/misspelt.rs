//! JSON of a host: a field that is misspelt or given twice is refused, and never dropped in silence.

use csc_kpi::NaiveDate;
use csc_kpi::calendar::{Span, Window, WorkingDays};
use csc_kpi::comparison::{Neighbours, Observation, Yardstick};
use csc_kpi::indicator::{Definition, Timing};
use csc_kpi::measure::{Population, Rate, Ratio};
use csc_kpi::record::{
    Assessment, AuthorityCount, CareLeaverStatus, Family, FamilyMember, ImmigrationStatus, InitialConference,
    Involvement, LegalStatus, LegalStatusCode, LookedAfterEpisode, MissingEpisode, Person, Placement, PlanReview,
    Professional, ProtectionPlan, Record, Referral, Section47Enquiry,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2018, 5, 1).unwrap()
}

fn one_of_each_family() -> Vec<Record> {
    vec![
        Person::new("C1").into(),
        FamilyMember::new("F1", "C1").into(),
        ImmigrationStatus::new("C1", "UASC").into(),
        Referral::new("R1", "C1", day()).earlier_counted(AuthorityCount::new(2)).into(),
        Assessment::new("A1", "C1", day()).into(),
        Section47Enquiry::new("S1", "C1", day()).into(),
        InitialConference::new("I1", "C1").into(),
        ProtectionPlan::new("P1", "C1", day()).into(),
        PlanReview::new("V1", "C1", "P1").into(),
        LookedAfterEpisode::new("E1", "C1", day()).placements_counted(AuthorityCount::NOT_GIVEN).into(),
        Placement::new("L1", "C1", day()).into(),
        LegalStatus::new("G1", "C1", LegalStatusCode::FullCareOrder, day()).into(),
        MissingEpisode::new("M1", "C1", day()).into(),
        CareLeaverStatus::new("K1", "C1").into(),
        Involvement::new("J1", "C1", day()).into(),
        Professional::new("W1").into(),
    ]
}

/// The words with which `T` is refused.
fn refused<T: DeserializeOwned>(text: &str) -> String {
    serde_json::from_str::<T>(text).map(|_| text).unwrap_err().to_string()
}

/// The text of an object with more before its first field.
fn with(fields: &Value, more: &str) -> String {
    fields.to_string().replacen('{', &format!("{{{more},"), 1)
}

#[test]
fn a_field_of_a_record_is_misspelt_or_given_twice() {
    let records = one_of_each_family();
    assert_eq!(records.iter().map(Record::family).collect::<Vec<_>>(), Family::ALL);
    for record in records {
        let written = json!(record);
        let (family, fields) = written.as_object().unwrap().iter().next().unwrap();
        let read = |fields: &str| format!("{{{family:?}:{fields}}}");
        assert_eq!(serde_json::from_str::<Record>(&read(&fields.to_string())).unwrap(), record);
        for (field, value) in fields.as_object().unwrap() {
            let misspelt = refused::<Record>(&read(&with(fields, &format!("\"{field}x\":{value}"))));
            assert!(misspelt.starts_with(&format!("unknown field `{field}x`")), "{family}: {misspelt}");
            let twice = refused::<Record>(&read(&with(fields, &format!("{field:?}:{value}"))));
            assert!(twice.starts_with(&format!("duplicate field `{field}`")), "{family}: {twice}");
        }
    }
    for text in [
        r#"{"referral":{"id":"R1","person":"C1","date":"2018-05-01","no_further_acton":true}}"#,
        r#"{"referral":{"id":"R1","person":"C1","date":"2018-05-01","nfa":true}}"#,
        r#"{"assessment":{"id":"A1","person":"C1","start":"2018-05-01","authorized":"2018-06-01"}}"#,
        r#"{"protection_plan":{"id":"P1","person":"C1","start":"2018-05-01","ended":"2018-06-01"}}"#,
        r#"{"looked_after_episode":{"id":"E1","person":"C1","start":"2018-05-01","end":"2018-06-01"}}"#,
    ] {
        assert!(refused::<Record>(text).starts_with("unknown field"), "{text}");
    }
}

/// `T` is read as it is written, and not with a field that it does not have or has already.
fn holds_its_fields<T: DeserializeOwned>(written: &Value) {
    assert!(serde_json::from_value::<T>(written.clone()).is_ok(), "{written}");
    let unknown = refused::<T>(&with(written, r#""colour":"red""#));
    assert!(unknown.starts_with("unknown field `colour`"), "{written}: {unknown}");
    let (field, value) = written.as_object().unwrap().iter().next().unwrap();
    assert!(refused::<T>(&with(written, &format!("{field:?}:{value}"))).starts_with("duplicate field"), "{written}");
}

#[test]
fn a_field_of_what_a_host_states_is_misspelt_or_given_twice() {
    holds_its_fields::<Span>(&json!(Span::new(day(), None)));
    holds_its_fields::<Window>(&json!(Window::new(day(), day())));
    holds_its_fields::<WorkingDays>(&json!(WorkingDays::england_and_wales()));
    holds_its_fields::<Neighbours>(&json!({ "name": "group", "members": ["A", "B"] }));
    holds_its_fields::<Yardstick>(&json!({ "good": "higher" }));
    holds_its_fields::<Definition>(&json!(Definition::new("X 1", "x", "x", Timing::Flow)));
    holds_its_fields::<Population>(&json!(Population::new(1, 2018, "estimate")));
    holds_its_fields::<Ratio>(&json!({ "numerator": 1, "denominator": 2 }));
    let population = json!(Population::new(1, 2018, "estimate"));
    holds_its_fields::<Rate>(&json!({ "count": 1, "footing": "all", "population": population }));
    let basis = "cumulative";
    let ratio = json!({ "percent": { "numerator": 1, "denominator": 2 } });
    let observation = json!({ "code": "X 1", "version": 1, "basis": basis, "as_at": day(), "value": ratio });
    holds_its_fields::<Observation>(&observation);
}
