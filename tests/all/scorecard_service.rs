//! The example `scorecard_service`, asked over HTTP as its clients ask it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use csc_kpi::calendar::Basis;
use csc_kpi::disclosure::{DisclosureError, Policy, Publication, Threshold};
use csc_kpi::indicator::catalogue;
use csc_kpi::laws::strategies;
use csc_kpi::record::{
    ImmigrationStatus, InterviewFlag, Involvement, LookedAfterEpisode, MissingEpisode, Person, Professional, Record,
    Referral, Sex,
};
use csc_kpi::{BySex, Dataset, Engine, Evidence, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::examples::{Folder, program};
use crate::seed::sample;

const TOKEN: &str = "open sesame";
const TABLES: &str = "prof_professional_id,prof_social_worker_registration_no\nW0,SW1\nW1,\nW2,SW2\n";

/// A folder of tables.
fn folder(tables: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    for (table, text) in tables {
        folder.write(&format!("{table}.csv"), text);
    }
    folder
}

fn professionals() -> Vec<Record> {
    let registered = |id: &str, number: &str| Record::from(Professional::new(id).registration(number));
    vec![registered("W0", "SW1"), Professional::new("W1").into(), registered("W2", "SW2")]
}

/// The program at work; killed at the end.
struct Server {
    process: Child,
    address: String,
    agent: ureq::Agent,
    _folder: Option<Folder>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(Clone, Debug)]
struct Answer {
    status: u16,
    tag: Option<String>,
    body: Value,
}

impl Server {
    fn start(folder: Option<Folder>, arguments: &[&str]) -> Self {
        let mut command = Command::new(program("scorecard_service"));
        command.args(["--listen", "127.0.0.1:0"]).args(arguments).env_remove("SCORECARD_TOKEN");
        if let Some(folder) = &folder {
            command.args(["--data", folder.path()]);
            // What is put later says nothing of the dates.
            if !arguments.contains(&"--as-at") {
                command.args(["--as-at", "2018-03-31", "--as-at", "2018-06-30"]);
            }
        }
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").expect("it says where it listens").to_owned();
        assert!(address.starts_with("127.0.0.1:"), "{address}");
        // A connection a request: one that the service closed after a refusal is not used again.
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_idle_connections(0).build().into();
        Self { process, address, agent, _folder: folder }
    }

    /// Nobody's records, and three professionals.
    fn empty(arguments: &[&str]) -> Self {
        let tables = [("ssd_person", "pers_person_id\n"), ("ssd_professionals", TABLES)];
        Self::start(Some(folder(&tables)), &[&["--token", TOKEN], arguments].concat())
    }

    fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None, None)
    }

    fn evidence(&self, query: &str) -> Answer {
        self.call("GET", &format!("/evidence?{query}"), Some(TOKEN), None)
    }

    fn put(&self, child: &str, records: &[Record]) -> Answer {
        self.call("PUT", &format!("/children/{child}"), Some(TOKEN), Some(&json!(records).to_string()))
    }

    /// Asks, and holds the answer against the description.
    fn call(&self, method: &str, path: &str, token: Option<&str>, body: Option<&str>) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(body.unwrap_or_default().to_owned()).unwrap();
        let mut response = self.agent.run(request).unwrap();
        let header = |name: &str| response.headers().get(name).map(|text| text.to_str().unwrap().to_owned());
        let (tag, kind) = (header("etag"), header("content-type"));
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(1 << 26).read_to_string().unwrap();
        let body: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{method} {path}: {error}: {text}"));
        let answer = Answer { status, tag, body };
        described(method, path, &answer, kind.as_deref());
        answer
    }
}

fn description() -> Value {
    serde_json::from_str(include_str!("../../examples/scorecard_service/openapi.json")).unwrap()
}

/// Holds an answer against the description: its status, its type, its form. What is not described is 404 or 405.
fn described(method: &str, path: &str, answer: &Answer, kind: Option<&str>) {
    let description = description();
    let plain = path.split('?').next().unwrap();
    let template = if plain.starts_with("/children/") { "/children/{id}" } else { plain };
    let operation = &description["paths"][template][method.to_lowercase()];
    let problem = json!({ "$ref": "#/components/schemas/Problem" });
    let (expected, schema) = if operation.is_null() {
        assert!([404, 405].contains(&answer.status), "{method} {path} is not described: {answer:?}");
        ("application/problem+json", &problem)
    } else {
        let response = &operation["responses"][answer.status.to_string()];
        let content = response["content"].as_object();
        let content = content.unwrap_or_else(|| panic!("{method} {path}: not described: {answer:?}"));
        assert_eq!(response["headers"].get("ETag").is_some(), answer.tag.is_some(), "{method} {path}");
        let (kind, content) = content.iter().next().unwrap();
        (kind.as_str(), &content["schema"])
    };
    assert_eq!(kind, Some(expected), "{method} {path}: {answer:?}");
    holds(&description, schema, &answer.body, path);
    if answer.status >= 400 {
        assert_eq!(answer.body["status"], answer.status);
    }
}

/// As much of JSON Schema as the description uses.
fn holds(description: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let schema = description.pointer(name.strip_prefix('#').unwrap()).unwrap_or_else(|| panic!("{name}"));
        return holds(description, schema, value, at);
    }
    for schema in schema["allOf"].as_array().into_iter().flatten() {
        holds(description, schema, value, at);
    }
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "null" => value.is_null(),
        other => panic!("{other} is not used"),
    };
    match &schema["type"] {
        Value::Null => {}
        Value::String(kind) => assert!(is(kind), "{at}: {value} is no {kind}"),
        kinds => assert!(kinds.as_array().unwrap().iter().any(|kind| is(kind.as_str().unwrap())), "{at}: {value}"),
    }
    if let Some(constant) = schema.get("const") {
        assert_eq!(value, constant, "{at}");
    }
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{at}: {value}");
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{at}: no {name} in {value}");
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            holds(description, schema, value, &format!("{at} {name}"));
        }
    }
    for item in value.as_array().into_iter().flatten() {
        if let Some(schema) = schema.get("items") {
            holds(description, schema, item, at);
        }
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn engine() -> Engine {
    Engine::new(catalogue::standard()).by(BySex)
}

/// What the service has to publish of these records, worked out at once in this process.
fn batch(dataset: &Dataset, as_at: &[NaiveDate], hide_up_to: u32) -> Result<Publication, DisclosureError> {
    let engine = engine();
    let ledger = engine.run(dataset).unwrap();
    let mut card = engine.scorecard(dataset, as_at).unwrap();
    let totals = card.readings.clone();
    for reading in totals {
        let strata = ledger.readings_by(reading.indicator(), reading.basis(), reading.as_at(), "sex").unwrap();
        card.readings.extend(strata);
    }
    let policy = Policy::public().hiding(Threshold::new(hide_up_to).unwrap());
    card.publish(&policy)
}

/// The totals of a publication as the scorecard has them.
fn totals(publication: &Publication) -> Value {
    json!(publication.readings().iter().filter(|reading| reading.stratum().is_none()).collect::<Vec<_>>())
}

fn strata(publication: &Publication, indicator: &str, as_at: NaiveDate) -> Value {
    let of =
        |reading: &&csc_kpi::disclosure::PublishedReading| reading.indicator() == indicator && reading.as_at() == as_at;
    json!(publication.readings().iter().filter(of).collect::<Vec<_>>())
}

/// The readings of an answer without what the standards say.
fn plain(answer: &Answer) -> Value {
    let mut readings = answer.body["readings"].clone();
    for reading in readings.as_array_mut().unwrap() {
        reading.as_object_mut().unwrap().remove("standing");
    }
    readings
}

/// Every number that stands in a published reading as a count.
fn counts(reading: &Value) -> Vec<u64> {
    let fields =
        ["met", "not_met", "pending", "excepted", "excluded", "numerator", "denominator", "count", "sibling_groups"];
    let parts = reading["parts"].as_object().into_iter().flatten().map(|(_, cell)| cell);
    fields.iter().map(|field| &reading[*field]).chain(parts).filter_map(Value::as_u64).collect()
}

#[test]
fn the_description_and_the_routes_are_the_same() {
    let source = include_str!("../../examples/scorecard_service/routes.rs");
    let routes: BTreeSet<(String, String)> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once("\", "))
        .map(|(path, method)| (path.to_owned(), method.split('(').next().unwrap().to_owned()))
        .collect();
    let description = description();
    let described: BTreeSet<(String, String)> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(|method| (path.clone(), method.clone())))
        .collect();
    assert_eq!(routes, described);
    let server = Server::empty(&[]);
    assert_eq!(server.get("/openapi.json").body, description);
    for (path, _) in &described {
        assert_eq!(server.call("DELETE", &path.replace("{id}", "C1"), Some(TOKEN), None).status, 405, "{path}");
    }
    assert_eq!(server.get("/nothing").status, 404);
    // Every operation says which answers its token, if it needs one, gives.
    for (path, method) in &described {
        let operation = &description["paths"][path][method];
        assert_eq!(operation["security"].is_array(), operation["responses"].get("401").is_some(), "{path}");
    }
}

#[test]
fn published_answers_hide_small_counts_and_evidence_adds_up() {
    let server = Server::start(None, &["--token", TOKEN, "--by", "sex"]);
    let as_at = [day(2018, 3, 31), day(2018, 6, 30)];
    let dataset = sample();
    let publication = batch(&dataset, &as_at, 5).unwrap();
    let card = server.get("/scorecard");
    assert_eq!(plain(&card), totals(&publication));
    assert_eq!(card.body["findings"], serde_json::to_value(publication.findings()).unwrap());
    assert!(card.body["readings"].as_array().unwrap().iter().any(|reading| reading["standing"]["grade"].is_string()));
    let mut hidden = 0;
    for indicator in server.get("/indicators").body["indicators"].as_array().unwrap() {
        let key = indicator["key"].as_str().unwrap();
        let answer = server.get(&format!("/readings?indicator={}&by=sex", key.replace(' ', "%20")));
        let readings = answer.body["readings"].as_array().unwrap();
        assert!(readings.iter().any(|reading| reading["stratum"] == "Female"), "{key}");
        for reading in readings {
            assert!(counts(reading).iter().all(|count| !(1..=5).contains(count)), "{reading}");
            hidden += usize::from(reading.to_string().contains("[c]"));
        }
    }
    assert!(hidden > 20, "{hidden}");
    // With the token the figure as it is, also between the dates that are published.
    for (indicator, basis, as_at) in [
        ("ECS 138", Basis::InQuarter, day(2018, 6, 30)),
        ("NI 65a", Basis::ROLLING_12M, day(2018, 3, 31)),
        ("NI 67", Basis::AsAt, day(2018, 5, 15)),
    ] {
        let answer =
            server.evidence(&format!("indicator={}&basis={basis}&as_at={as_at}", indicator.replace(' ', "%20")));
        let units = answer.body["evidence"].as_array().unwrap();
        for outcome in ["met", "not met", "pending", "excepted", "excluded"] {
            let count = units.iter().filter(|unit| unit["outcome"] == outcome).count();
            assert_eq!(answer.body["reading"][outcome.replace(' ', "_")], count, "{indicator} {outcome}");
        }
        assert!(units.len() > 20);
        assert_eq!(answer.body["evidence"], json!(engine().evidence(&dataset, indicator, basis, as_at).unwrap()));
    }
    let looked_after = server.evidence("indicator=CLA&basis=as-at&as_at=2018-06-30").body;
    assert_eq!(looked_after["reading"]["count"], looked_after["evidence"].as_array().unwrap().len());
    // What was read at the start is behind no figure once it is replaced.
    let child = looked_after["evidence"][7]["person"].as_str().unwrap();
    assert_eq!(server.put(child, &[Person::new(child).into()]).status, 200);
    let after = server.evidence("indicator=CLA&basis=as-at&as_at=2018-06-30").body;
    assert_eq!(after["reading"]["count"].as_u64().unwrap() + 1, looked_after["reading"]["count"].as_u64().unwrap());
    assert_eq!(after["reading"]["count"], after["evidence"].as_array().unwrap().len());
    assert!(!after["evidence"].to_string().contains(child));
    assert_eq!(server.get("/scorecard?as_at=2018-05-15").status, 404);
}

#[test]
fn what_is_wrong_with_a_request_is_said_in_a_problem_document() {
    let server = Server::empty(&["--body-limit", "2000", "--by", "sex"]);
    for (path, status, said) in [
        ("/readings", 400, "indicator"),
        ("/readings?indicator=NI%2099", 404, "no indicator \"NI 99\""),
        ("/readings?indicator=CLA&basis=yearly", 400, "is no basis"),
        ("/readings?indicator=CLA&basis=cumulative", 404, "it has as-at"),
        ("/readings?indicator=CLA&as_at=30/06/2018", 400, "as_at"),
        ("/readings?indicator=CLA&as_at=2018-06-29", 404, "but as at 2018-03-31, 2018-06-30"),
        ("/readings?indicator=CLA&by=team", 404, "but by sex"),
        ("/readings?indicator=CLA&colour=red", 400, "unknown field `colour`"),
        ("/scorecard?as_at=soon", 400, "as_at"),
        ("/scorecard?as_at=2019-06-30", 404, "nothing is published as at 2019-06-30"),
        ("/evidence?indicator=CLA&basis=as-at&as_at=2018-06-30", 401, "Authorization: Bearer"),
        ("/nothing", 404, "/openapi.json"),
    ] {
        let answer = server.get(path);
        let detail = answer.body["detail"].as_str().unwrap();
        assert_eq!(answer.status, status, "{path}: {detail}");
        assert!(detail.contains(said), "{path}: {detail}");
    }
    for (query, status) in [
        ("indicator=NI%2099&basis=as-at&as_at=2018-06-30", 404),
        ("indicator=CLA&basis=cumulative&as_at=2018-06-30", 404),
        ("indicator=CLA&basis=as-at", 400),
    ] {
        assert_eq!(server.evidence(query).status, status, "{query}");
    }
    let good = json!([Referral::new("R1", "C1", day(2018, 5, 1))].map(Record::from)).to_string();
    let referral = |fields: &str| format!(r#"[{{"referral":{{"id":"R1","person":"C1"{fields}}}}}]"#);
    for (child, body, status, said) in [
        ("C1", "[".to_owned(), 400, "no JSON array"),
        ("C1", "7".to_owned(), 400, "no JSON array"),
        ("C1", referral(""), 400, "record 0: missing field `date`"),
        ("C1", referral(r#","date":"2018-13-01""#), 400, "record 0"),
        ("C1", referral(r#","date":"2018-05-01","colour":"red""#), 400, "record 0: unknown field `colour`"),
        ("C1", referral(r#","date":"2018-05-01","date":"2018-05-02""#), 400, "record 0: duplicate field `date`"),
        ("C1", r#"[{"letter":{"id":"L1"}}]"#.to_owned(), 400, "unknown variant `letter`"),
        ("C2", good.clone(), 422, "the child of the path"),
        ("C1", r#"[{"professional":{"id":"W9"}}]"#.to_owned(), 422, "the child of the path"),
        ("C1", referral(r#","date":"2018-05-01","closed":"2018-04-01""#), 422, "findings block"),
        ("%20", good.clone(), 400, "is empty"),
        ("%FF", good.clone(), 400, "no UTF-8"),
        ("C1", format!("[{}]", " ".repeat(3000)), 413, "larger than 2000 bytes"),
    ] {
        let answer = server.call("PUT", &format!("/children/{child}"), Some(TOKEN), Some(&body));
        let detail = answer.body["detail"].as_str().unwrap();
        assert_eq!(answer.status, status, "{body}: {detail}");
        assert!(detail.contains(said), "{body}: {detail}");
    }
    let blocked = referral(r#","date":"2018-05-01","closed":"2018-04-01""#);
    let finding = &server.call("PUT", "/children/C1", Some(TOKEN), Some(&blocked)).body["findings"];
    let blocks = finding.as_array().unwrap().iter().find(|finding| finding["severity"] == "blocks_figure").unwrap();
    assert_eq!(
        (&blocks["record"], &blocks["field"], &blocks["value"]),
        (&json!("R1"), &json!("cine_close_date"), &json!("2018-04-01"))
    );
    for token in [None, Some("open"), Some("open sesamE"), Some("open sesame ")] {
        let answer = server.call("PUT", "/children/C1", token, Some(&good));
        // White space at the end of a header is no part of it.
        assert_eq!(answer.status, if token == Some("open sesame ") { 201 } else { 401 }, "{token:?}");
    }
    let request = ureq::http::Request::put(format!("http://{}/children/C1", server.address));
    let request = request.header("authorization", format!("Bearer {TOKEN}")).header("content-type", "text/csv");
    assert_eq!(server.agent.run(request.body(good.clone()).unwrap()).unwrap().status(), 415);
    // Nothing but the one good body changed anything.
    assert_eq!(server.get("/health").body["version"], 2);
    let closed = Server::start(Some(folder(&[("ssd_person", "pers_person_id\n")])), &[]);
    assert_eq!(closed.evidence("indicator=CLA&basis=as-at&as_at=2018-06-30").status, 403);
    assert_eq!(closed.call("PUT", "/children/C1", Some(TOKEN), Some(&good)).status, 403);
}

#[test]
fn an_answer_that_the_client_has_is_not_given_again() {
    let server = Server::empty(&[]);
    let tag = server.get("/scorecard").tag.unwrap();
    let again = |tag: &str| {
        let request =
            ureq::http::Request::get(format!("http://{}/scorecard", server.address)).header("if-none-match", tag);
        server.agent.run(request.body(()).unwrap()).unwrap().status().as_u16()
    };
    assert_eq!(again(&tag), 304);
    assert_eq!(server.put("C1", &[Person::new("C1").into()]).status, 201);
    assert_eq!(again(&tag), 200);
    // Versions of another run are others, though they have the same numbers.
    assert_ne!(Server::empty(&[]).get("/scorecard").tag, Some(tag));
}

/// A brother's assessment on his sister's referral, a review of another child's plan, a reference to what is not there.
#[test]
fn a_replacement_that_needs_records_of_other_children_is_refused_and_names_them() {
    let server = Server::start(
        Some(folder(&[
            ("ssd_person", "pers_person_id\nC1\nC2\nC3\nC4\nC5\nC7\nC8\n"),
            (
                "ssd_cin_episodes",
                "cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2018-05-01\nR7,C7,2018-05-01\nR7,C8,2018-05-02\n",
            ),
            (
                "ssd_cin_assessments",
                "cina_assessment_id,cina_person_id,cina_referral_id,cina_assessment_start_date\n\
                 A1,C2,R1,2018-05-02\nA9,C5,R9,2018-05-02\n",
            ),
            ("ssd_cp_plans", "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date\nL1,C3,2018-05-01\n"),
            (
                "ssd_cp_reviews",
                "cppr_cp_review_id,cppr_person_id,cppr_cp_plan_id,cppr_cp_review_date\nV1,C4,L1,2018-06-01\n",
            ),
        ])),
        &["--token", TOKEN],
    );
    let assessment = |id: &str, referral: &str| {
        csc_kpi::record::Assessment::new(id, "C6", day(2018, 5, 3)).referral(referral).into()
    };
    let before = server.get("/scorecard").body;
    for (child, records, other, record) in [
        ("C1", vec![], "C2", "R1"),
        ("C2", vec![], "C1", "R1"),
        ("C3", vec![], "C4", "L1"),
        ("C4", vec![], "C3", "L1"),
        ("C7", vec![], "C8", "R7"),
        ("C8", vec![], "C7", "R7"),
        ("C6", vec![Record::from(Referral::new("R1", "C6", day(2018, 5, 3)))], "C1", "R1"),
        ("C6", vec![Referral::new("R9", "C6", day(2018, 5, 3)).into()], "C5", "R9"),
        ("C6", vec![assessment("A6", "R1")], "C1", "R1"),
        ("C6", vec![assessment("A1", "")], "C2", "A1"),
    ] {
        let answer = server.put(child, &records);
        assert_eq!(answer.status, 409, "{child}: {answer:?}");
        let conflict = &answer.body["conflicts"][0];
        assert_eq!((&conflict["person"], &conflict["record"]), (&json!(other), &json!(record)), "{child}");
    }
    assert_eq!(server.get("/scorecard").body, before);
    // Without the child that waits for it the record is free.
    assert_eq!(server.put("C5", &[]).status, 200);
    assert_eq!(server.put("C6", &[Referral::new("R9", "C6", day(2018, 5, 3)).into()]).status, 201);
    // Who names it and has it no longer does not hold it.
    assert_eq!(server.put("C6", &[]).status, 200);
    assert_eq!(server.put("C9", &[Referral::new("R9", "C9", day(2018, 5, 3)).into()]).status, 201);
}

/// The `n`th form of a child's records.
fn form(child: usize, n: usize) -> Vec<Record> {
    let id = format!("C{child}");
    let mut records: Vec<Record> =
        vec![Person::new(&id).sex([Sex::Female, Sex::Male][n % 2]).date_of_birth(day(2010, 1, 1)).into()];
    for k in 0..n % 4 {
        let referral = Referral::new(format!("R{child}-{k}"), &id, day(2018, 4, 1 + u32::try_from(k).unwrap()));
        records.push(referral.no_further_action(n.is_multiple_of(5)).into());
    }
    if n % 5 != 4 {
        records.push(LookedAfterEpisode::new(format!("E{child}"), &id, day(2018, 2, 1)).into());
    }
    if n.is_multiple_of(3) {
        records.push(ImmigrationStatus::new(&id, "UASC").into());
    }
    records
}

#[test]
fn concurrent_readers_see_whole_versions_only() {
    const CHILDREN: usize = 24;
    const WRITES: usize = 40;
    let as_at = [day(2018, 3, 31), day(2018, 6, 30)];
    let server = Server::empty(&["--by", "sex", "--hide-up-to", "0"]);
    // By version: what was put to make it.
    let mut made: BTreeMap<u64, (usize, Vec<Record>)> = BTreeMap::new();
    for child in 0..CHILDREN {
        let answer = server.put(&format!("C{child}"), &form(child, child));
        assert_eq!(answer.status, 201);
        made.insert(answer.body["version"].as_u64().unwrap(), (child, form(child, child)));
    }
    let (server, done) = (&server, &AtomicBool::new(false));
    let write = move |writer: usize| {
        let mut made = Vec::new();
        for step in 0..WRITES {
            // Each writer has children of its own.
            let child = (step * 7 % (CHILDREN / 2)) * 2 + writer;
            let records = form(child, child + 3 * step + 1);
            if step % 4 == 3 {
                let mut blocked = records.clone();
                blocked.push(Referral::new("RX", format!("C{child}"), day(2018, 5, 1)).closed(day(2018, 1, 1)).into());
                assert_eq!(server.put(&format!("C{child}"), &blocked).status, 422);
            }
            let answer = server.put(&format!("C{child}"), &records);
            assert_eq!(answer.status, 200, "{answer:?}");
            made.push((answer.body["version"].as_u64().unwrap(), (child, records)));
        }
        made
    };
    let read = move || {
        let mut seen: Vec<(usize, Answer)> = Vec::new();
        while !done.load(Ordering::Relaxed) {
            for (kind, path) in
                ["/scorecard", "/readings?indicator=CLA&by=sex&as_at=2018-06-30"].into_iter().enumerate()
            {
                seen.push((kind, server.get(path)));
            }
            seen.push((2, server.evidence("indicator=CLA&basis=as-at&as_at=2018-06-30")));
        }
        seen
    };
    let seen: Vec<Vec<(usize, Answer)>> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3).map(|_| scope.spawn(read)).collect();
        let writers: Vec<_> = (0..2).map(|writer| scope.spawn(move || write(writer))).collect();
        for writer in writers {
            let put = writer.join();
            if put.is_err() {
                done.store(true, Ordering::Relaxed);
            }
            made.extend(put.unwrap());
        }
        done.store(true, Ordering::Relaxed);
        readers.into_iter().map(|reader| reader.join().unwrap()).collect()
    });
    // No version is lost, none is made twice.
    assert_eq!(made.keys().copied().collect::<Vec<_>>(), (2..).take(CHILDREN + 2 * WRITES).collect::<Vec<u64>>());
    let mut expected: BTreeMap<u64, (Dataset, Publication)> = BTreeMap::new();
    let mut records: BTreeMap<usize, Vec<Record>> = BTreeMap::new();
    let observed: BTreeSet<u64> =
        seen.iter().flatten().map(|(_, answer)| answer.body["version"].as_u64().unwrap()).collect();
    for (version, (child, form)) in made {
        records.insert(child, form);
        if observed.contains(&version) {
            let dataset: Dataset = professionals().into_iter().chain(records.values().flatten().cloned()).collect();
            let publication = batch(&dataset, &as_at, 0).unwrap();
            expected.insert(version, (dataset, publication));
        }
    }
    assert!(observed.len() > 10, "{observed:?}");
    let engine = engine();
    for reader in &seen {
        assert!(reader.is_sorted_by_key(|(_, answer)| answer.body["version"].as_u64()), "a reader went back in time");
        for (kind, answer) in reader {
            let version = answer.body["version"].as_u64().unwrap();
            assert!(answer.tag.as_ref().unwrap().ends_with(&format!("-{version}\"")));
            let (dataset, publication) = &expected[&version];
            match kind {
                0 => assert_eq!(plain(answer), totals(publication), "version {version}"),
                1 => {
                    assert_eq!(plain(answer), strata(publication, "CLA", as_at[1]), "version {version}");
                    let [total, strata @ ..] = answer.body["readings"].as_array().unwrap().as_slice() else { panic!() };
                    let number = |value: &Value| value.as_u64().unwrap();
                    let parts = |reading: &Value| ["UASC", "not UASC"].map(|part| number(&reading["parts"][part]));
                    assert_eq!(number(&total["count"]), parts(total).iter().sum::<u64>());
                    assert_eq!(
                        number(&total["count"]),
                        strata.iter().map(|stratum| number(&stratum["count"])).sum::<u64>()
                    );
                }
                _ => {
                    let evidence = engine.evidence(dataset, "CLA", Basis::AsAt, as_at[1]).unwrap();
                    assert_eq!(answer.body["evidence"], json!(evidence), "version {version}");
                    assert_eq!(answer.body["reading"]["count"], evidence.len());
                }
            }
        }
    }
}

/// Family and child of a record, and every text in it.
fn told(record: &Record) -> (String, String, Vec<String>) {
    let value = json!(record);
    let (family, fields) = value.as_object().unwrap().iter().next().unwrap();
    let person = fields[if family == "person" { "id" } else { "person" }].as_str().unwrap_or_default();
    let texts = fields.as_object().unwrap().values().filter_map(Value::as_str).map(|text| text.trim().to_owned());
    (family.clone(), person.trim().to_owned(), texts.collect())
}

/// Puts the records, without those that the service names in its refusals; what it took, if anything.
fn put_what_it_takes(server: &Server, child: &str, mut records: Vec<Record>) -> Option<Vec<Record>> {
    for _ in 0..30 {
        let before = server.get("/health").body["version"].as_u64().unwrap();
        let answer = server.put(child, &records);
        let faults = match answer.status {
            200 | 201 => return Some(records),
            422 => answer.body["findings"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|f| f["severity"] == "blocks_figure")
                .cloned()
                .collect(),
            409 => answer.body["conflicts"].as_array().unwrap().clone(),
            _ => panic!("{answer:?}"),
        };
        assert_eq!(server.get("/health").body["version"], before, "a refusal changes nothing");
        records.retain(|record| {
            let (family, _, texts) = told(record);
            !faults.iter().any(|fault| match fault["record"].as_str() {
                Some(id) => texts.iter().any(|text| text == id.trim()),
                None => fault["family"] == family,
            })
        });
    }
    None
}

#[test]
fn replacements_one_after_the_other_give_what_all_records_give_at_once() {
    let dates = ["2017-12-31", "2018-03-31", "2018-06-30"];
    let as_at = dates.map(|day| day.parse::<NaiveDate>().unwrap());
    let arguments = dates.iter().flat_map(|day| ["--as-at", *day]).chain(["--by", "sex", "--hide-up-to", "0"]);
    let server = Server::empty(&arguments.collect::<Vec<_>>());
    // Columns that the two tables have not.
    let at_start = server.get("/scorecard").body["findings"].as_u64().unwrap();
    let engine = engine();
    let (taken, published) = (AtomicU32::new(0), AtomicU32::new(0));
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let children = || strategies::population(1..6);
    let result = runner.run(&(children(), children(), children()), |populations| {
        for child in 0..6 {
            assert_eq!(server.put(&format!("C{child}"), &[]).status, 200);
        }
        let mut kept: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for population in [populations.0, populations.1, populations.2] {
            let mut by_child: BTreeMap<String, Vec<Record>> = BTreeMap::new();
            for record in population {
                let child = told(&record).1;
                if matches!(child.as_bytes(), [b'C', b'0'..=b'5']) {
                    by_child.entry(child).or_default().push(record);
                }
            }
            for (child, records) in by_child {
                if let Some(records) = put_what_it_takes(&server, &child, records) {
                    taken.fetch_add(u32::try_from(records.len()).unwrap(), Ordering::Relaxed);
                    kept.insert(child, records);
                }
            }
        }
        let dataset: Dataset = professionals().into_iter().chain(kept.into_values().flatten()).collect();
        let card = server.get("/scorecard");
        if let Ok(publication) = batch(&dataset, &as_at, 0) {
            published.fetch_add(1, Ordering::Relaxed);
            prop_assert_eq!(plain(&card), totals(&publication));
            prop_assert_eq!(&card.body["findings"], &json!(at_start + publication.findings().number().unwrap()));
            for indicator in ["CLA", "NI 65a", "NI 68"] {
                let answer = server
                    .get(&format!("/readings?indicator={}&by=sex&as_at=2018-06-30", indicator.replace(' ', "%20")));
                prop_assert_eq!(plain(&answer), strata(&publication, indicator, as_at[2]));
            }
        } else {
            prop_assert_eq!(card.status, 503);
        }
        for (indicator, basis) in [
            ("ECS 14a", Basis::ROLLING_12M),
            ("NI 67", Basis::AsAt),
            ("ECS 01b", Basis::AsAt),
            ("NI 68", Basis::ROLLING_12M),
        ] {
            let query = format!("indicator={}&basis={basis}&as_at=2018-06-30", indicator.replace(' ', "%20"));
            let expected: Vec<Evidence> = engine.evidence(&dataset, indicator, basis, as_at[2]).unwrap();
            prop_assert_eq!(&server.evidence(&query).body["evidence"], &json!(expected));
        }
        Ok(())
    });
    result.unwrap();
    let (taken, published) = (taken.into_inner(), published.into_inner());
    assert!(taken > 500 && published > 12, "{taken} records taken, {published} published");
}

#[cfg(unix)]
#[test]
fn a_request_under_way_is_finished_before_the_service_stops() {
    let mut server = Server::empty(&[]);
    let body = json!([Record::from(Referral::new("R1", "C1", day(2018, 5, 1)))]).to_string();
    let (first, rest) = body.split_at(20);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(
        stream,
        "PUT /children/C1 HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {TOKEN}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{first}",
        server.address,
        body.len()
    )
    .unwrap();
    stream.flush().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let sent = Command::new("kill").args(["-TERM", &server.process.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let until = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(&server.address).is_ok() {
        assert!(Instant::now() < until, "it still takes connections");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(server.process.try_wait().unwrap().is_none(), "it waits for the request under way");
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 ") && answer.contains("\"version\":2"), "{answer}");
    let until = Instant::now() + Duration::from_secs(10);
    let status = loop {
        if let Some(status) = server.process.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < until, "it does not stop");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success());
}

#[test]
fn what_was_not_supplied_is_no_zero_and_a_child_that_is_put_takes_no_figure_away() {
    let folder = folder(&[
        ("ssd_person", "pers_person_id,pers_dob\nC1,2010-05-04\n"),
        ("ssd_cin_episodes", "cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2018-05-01\n"),
        ("ssd_professionals", TABLES),
    ]);
    let server = Server::start(Some(folder), &["--token", TOKEN, "--hide-up-to", "0"]);
    let reading = |key: &str| {
        let path = format!("/readings?indicator={key}&basis=in-quarter&as_at=2018-06-30");
        server.get(&path).body["readings"][0].clone()
    };
    let assessments = reading("ECS%20138");
    assert_eq!((&assessments["value"], &assessments["no_value"]), (&Value::Null, &json!("not supplied")));
    assert_eq!((&assessments["shown"], assessments.get("denominator")), (&json!("[x]"), None));
    assert_eq!(reading("ECS%2014a")["denominator"], 1);
    let card = server.get("/scorecard?as_at=2018-06-30").body;
    let sentences: Vec<&str> = card["unavailable"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    assert!(sentences.contains(&"ECS 138: not supplied: assessments"), "{sentences:?}");
    assert_eq!(sentences.iter().filter(|sentence| sentence.starts_with("ECS 14a")).count(), 0);
    let refused = server.evidence("indicator=ECS%20138&basis=in-quarter&as_at=2018-06-30");
    assert_eq!((refused.status, &refused.body["no_value"]), (404, &json!("not supplied")));
    assert!(refused.body["detail"].as_str().unwrap().ends_with("cannot be made: not supplied: assessments"));

    let day = NaiveDate::from_ymd_opt(2018, 5, 2).unwrap();
    assert_eq!(server.put("C2", &[Person::new("C2").into(), Referral::new("R2", "C2", day).into()]).status, 201);
    assert_eq!(reading("ECS%2014a")["denominator"], 2);
    assert_eq!(reading("ECS%20138")["no_value"], "not supplied");
    // Once every child was put, nothing relies on the folder any more.
    assert_eq!(server.put("C1", &[Person::new("C1").into(), Referral::new("R1", "C1", day).into()]).status, 200);
    assert_eq!(reading("ECS%20138")["denominator"], 0);
    let evidence = server.evidence("indicator=ECS%20138&basis=in-quarter&as_at=2018-06-30");
    assert_eq!((evidence.status, &evidence.body["evidence"]), (200, &json!([])));
}

/// Professionals that a return names are known to the children who are put, as those of a table are.
#[test]
fn social_workers_of_returns_are_those_of_children_who_are_put() {
    let folder = Folder::new();
    folder.write_return(2025);
    folder.write(
        "2025/sw_episodes.csv",
        "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON\nC1,04/05/2010,SW123,10/01/2025,,INITIL\n",
    );
    let server = Server::start(Some(folder), &["--token", TOKEN, "--hide-up-to", "0", "--as-at", "2025-03-31"]);
    let allocated = || {
        let answer = server.get("/readings?indicator=ECS%2001b&basis=as-at&as_at=2025-03-31");
        let reading = &answer.body["readings"][0];
        assert!(reading.is_object(), "{}", answer.body);
        (reading["numerator"].clone(), reading["denominator"].clone())
    };
    assert_eq!(allocated(), (json!(1), json!(1)));
    let started = day(2025, 1, 10);
    let involved = Involvement::new("I1", "C1", started).professional("SW123").role("Allocated Case Worker");
    let child: Vec<Record> = vec![
        Person::new("C1").date_of_birth(day(2010, 5, 4)).into(),
        LookedAfterEpisode::new("E1", "C1", started).into(),
        involved.into(),
    ];
    let answer = server.put("C1", &child);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(allocated(), (json!(1), json!(1)));
}

/// An interview without its date is excepted from one figure; the standard tables have no such date, and the child is put.
#[test]
fn an_interview_without_its_date_does_not_keep_a_child_out() {
    let server = Server::empty(&[]);
    let missing = MissingEpisode::new("M1", "C1", day(2018, 5, 1))
        .end(day(2018, 5, 2))
        .interview_offered(InterviewFlag::Yes)
        .interview_accepted(InterviewFlag::Yes);
    let answer = server.put("C1", &[Person::new("C1").date_of_birth(day(2010, 5, 4)).into(), missing.into()]);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let findings = answer.body["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["field"] == "miss_missing_rhi_completed_date"), "{findings:?}");
}

/// The body of a child of the daily collection with referrals on these days, and what else stands in its first episode.
fn daily(child: &str, referrals: &[&str], more: &Value) -> String {
    let mut episodes: Vec<Value> = referrals
        .iter()
        .enumerate()
        .map(|(n, day)| json!({ "social_care_episode_id": format!("{child}/{n}"), "referral_date": day }))
        .collect();
    if let (Some(Value::Object(first)), Value::Object(more)) = (episodes.first_mut(), more) {
        first.extend(more.clone());
    }
    let details = json!({ "date_of_birth": "2010-05-04", "sex": "F", "uasc_flag": false });
    json!({ "la_child_id": child, "child_details": details, "social_care_episodes": episodes }).to_string()
}

#[test]
fn a_child_of_the_daily_collection_is_put_as_it_is_sent_there() {
    let server = Server::empty(&["--by", "sex", "--hide-up-to", "0"]);
    let put = |child: &str, body: &str| server.call("PUT", &format!("/children/{child}"), Some(TOKEN), Some(body));
    let reading = |key: &str, basis: &str| {
        let key = key.replace(' ', "%20");
        server.get(&format!("/readings?indicator={key}&basis={basis}&as_at=2018-06-30")).body["readings"][0].clone()
    };
    let again = || {
        let reading = reading("ECS 14a", "in-quarter");
        ["numerator", "denominator"].map(|count| reading[count].as_u64().unwrap())
    };
    assert_eq!(server.put("C1", &[Referral::new("R1", "C1", day(2018, 5, 1)).into()]).status, 201);
    assert_eq!((again(), reading("NI 67", "as-at")["denominator"].as_u64()), ([0, 1], Some(0)));

    // One child is replaced, and the readings are others at once.
    let nothing = json!({});
    let answer = put("C1", &daily("C1", &["2018-04-03", "2018-05-02"], &nothing));
    assert_eq!((answer.status, &answer.body["version"], &answer.body["records"]), (200, &json!(3), &json!(3)));
    assert_eq!(answer.body["findings"], json!([]));
    assert_eq!(again(), [1, 2]);
    let evidence = server.evidence("indicator=ECS%2014a&basis=in-quarter&as_at=2018-06-30").body["evidence"].clone();
    let units: Vec<_> = evidence.as_array().unwrap().iter().map(|unit| unit["unit"].as_str().unwrap()).collect();
    assert_eq!(units, ["C1/0", "C1/1"]);
    // What the form has not got nobody knows of this child.
    assert_eq!(reading("NI 67", "as-at")["not_supplied"], json!(["plan_review"]));

    // A social worker comes with the child, be it one who was read at the start.
    let work =
        json!([{ "worker_id": "W0", "start_date": "2018-04-04" }, { "worker_id": "SW9", "start_date": "2018-04-04" }]);
    let plan = json!([{ "child_protection_plan_id": "P1", "start_date": "2018-04-10" }]);
    let case = json!({ "care_worker_details": work, "child_protection_plans": plan });
    let answer = put("C2", &daily("C2", &["2018-04-03"], &case));
    assert_eq!((answer.status, &answer.body["findings"]), (201, &json!([])));
    let allocated = reading("ECS 02", "as-at");
    assert_eq!((&allocated["numerator"], &allocated["denominator"]), (&json!(1), &json!(1)));
    assert_eq!(again(), [1, 3]);

    // What is wrong is found in its place, and changes nothing where it blocks a figure.
    let unknown = json!({ "shoe_size": 41 });
    let answer = put("C2", &daily("C2", &["2018-04-03"], &unknown));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["findings"][0]["field"], "social_care_episodes[0].shoe_size");
    let version = server.get("/health").body["version"].clone();
    let wrong = json!({ "closure_date": "2018-06-31" });
    let answer = put("C2", &daily("C2", &["2018-04-03"], &wrong));
    let finding = &answer.body["findings"][0];
    assert_eq!((answer.status, &finding["severity"]), (422, &json!("blocks_figure")));
    assert_eq!(
        (&finding["field"], &finding["value"], &finding["record"]),
        (&json!("social_care_episodes[0].closure_date"), &json!("2018-06-31"), &json!("C2/0"))
    );
    let answer = put("C2", &daily("C1", &["2018-04-03"], &nothing));
    assert_eq!((answer.status, &answer.body["others"][0]["person"]), (422, &json!("C1")));
    let answer = put("C2", r#"{"la_child_id": "C1", "purge": true}"#);
    assert_eq!((answer.status, &answer.body["others"][0]["person"]), (422, &json!("C1")));
    let answer = put("C2", "{}");
    assert_eq!((answer.status, &answer.body["findings"][0]["field"]), (422, &json!("la_child_id")));
    for (body, said) in [
        (
            r#"{"la_child_id": "C2", "social_care_episodes": 1}"#,
            "no child of the daily collection: the payload is malformed",
        ),
        (r#"{"la_child_id": "C2", "la_child_id": "C2"}"#, "duplicate field"),
        (r#"[{"la_child_id": "C2"}]"#, "record 0: unknown variant `la_child_id`"),
        (r#"{"la_child_id": "C2"}, {"la_child_id": "C3"}"#, "no JSON array"),
    ] {
        let answer = put("C2", body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.body["detail"].as_str().unwrap().contains(said), "{body}: {answer:?}");
    }
    assert_eq!((&server.get("/health").body["version"], again()), (&version, [1, 3]));

    // Purged, or put as records, they leave nothing that the form lacks.
    assert_eq!(put("C2", r#"{"la_child_id": "C2", "purge": true}"#).status, 200);
    assert_eq!((again(), &reading("NI 67", "as-at")["no_value"]), ([1, 2], &json!("not supplied")));
    assert_eq!(server.put("C1", &[Referral::new("R1", "C1", day(2018, 5, 1)).into()]).status, 200);
    assert_eq!((again(), reading("NI 67", "as-at")["denominator"].as_u64()), ([0, 1], Some(0)));
    assert_eq!(server.evidence("indicator=NI%2067&basis=as-at&as_at=2018-06-30").body["evidence"], json!([]));
    assert_eq!(put("C2", &daily("C2", &["2018-04-03"], &nothing)).status, 201, "it is as one that never was");
}
