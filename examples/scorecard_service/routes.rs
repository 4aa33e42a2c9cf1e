//! What is asked, and how it is answered.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Query, Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use csc_kpi::calendar::Basis;
use csc_kpi::disclosure::{Publication, PublishedReading};
use csc_kpi::format::dfe_api;
use csc_kpi::record::Record;
use csc_kpi::{NaiveDate, Unavailable};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use super::problem::{Problem, finding};
use super::service::{Given, Refused, Service, State, Terms, Unpublished};

/// The description of this interface.
const OPENAPI: &str = include_str!("openapi.json");

/// How long a body may take to come in.
const PATIENCE: Duration = Duration::from_secs(20);

type Answer = Result<Response, Problem>;
type Services = Shared<Arc<Service>>;
type Asked<Q> = Result<Query<Q>, QueryRejection>;

pub(crate) fn router(service: Arc<Service>) -> Router {
    let limit = DefaultBodyLimit::max(service.terms.body_limit);
    Router::new()
        .route("/health", get(health))
        .route("/openapi.json", get(openapi))
        .route("/indicators", get(indicators))
        .route("/readings", get(readings))
        .route("/scorecard", get(scorecard))
        .route("/evidence", get(evidence))
        .route("/children/{id}", put(replace))
        .fallback(|| async { Problem::not_found("there is nothing here; /openapi.json says what there is") })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this cannot be done here; /openapi.json says what can")
        })
        .layer(limit)
        .with_state(service)
}

async fn health(Shared(service): Services) -> Response {
    let version = service.state().version;
    json_response(StatusCode::OK, &json!({ "status": "ok", "version": version }))
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

async fn indicators(Shared(service): Services, headers: HeaderMap) -> Answer {
    let state = service.state();
    let definitions: Vec<Value> = state
        .ledger
        .definitions()
        .map(|definition| {
            let mut fields = Map::from_iter([("key".to_owned(), json!(definition.key()))]);
            if let Value::Object(rest) = json!(definition) {
                fields.extend(rest);
            }
            Value::Object(fields)
        })
        .collect();
    let body = json!({
        "version": state.version,
        "as_at": service.terms.as_at,
        "breakdowns": service.terms.engine.breakdowns().collect::<Vec<_>>(),
        "indicators": definitions,
    });
    Ok(versioned(&service, &headers, state.version, &body))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingsQuery {
    indicator: String,
    basis: Option<Basis>,
    as_at: Option<NaiveDate>,
    by: Option<String>,
}

async fn readings(Shared(service): Services, headers: HeaderMap, query: Asked<ReadingsQuery>) -> Answer {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    published(service, headers, move |terms, state, publication| {
        let definition = state.ledger.definitions().find(|definition| definition.key() == query.indicator);
        let Some(definition) = definition else {
            return Err(Problem::not_found(format!(
                "there is no indicator {:?}; /indicators lists them",
                query.indicator
            )));
        };
        if let Some(basis) = query.basis.filter(|basis| !definition.bases.contains(basis)) {
            let offered: Vec<_> = definition.bases.iter().map(ToString::to_string).collect();
            let offered = offered.join(", ");
            return Err(Problem::not_found(format!(
                "{} has no figure on the basis {basis}; it has {offered}",
                query.indicator
            )));
        }
        is_published(terms, query.as_at)?;
        if let Some(by) = query.by.as_ref().filter(|by| !terms.engine.breakdowns().any(|name| name == by.as_str())) {
            let names: Vec<_> = terms.engine.breakdowns().collect();
            return Err(Problem::not_found(format!("nothing is published by {by:?}, but by {}", names.join(", "))));
        }
        let asked = |reading: &&PublishedReading| {
            reading.indicator() == query.indicator
                && query.basis.is_none_or(|basis| basis == reading.basis())
                && query.as_at.is_none_or(|day| day == reading.as_at())
                && reading.stratum().is_none_or(|(breakdown, _)| Some(breakdown) == query.by.as_deref())
        };
        let readings: Vec<_> = publication.readings().iter().filter(asked).collect();
        Ok(Map::from_iter([("readings".to_owned(), json!(readings))]))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScorecardQuery {
    as_at: Option<NaiveDate>,
}

async fn scorecard(Shared(service): Services, headers: HeaderMap, query: Asked<ScorecardQuery>) -> Answer {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    published(service, headers, move |terms, _, publication| {
        is_published(terms, query.as_at)?;
        let asked = |reading: &&PublishedReading| {
            reading.stratum().is_none() && query.as_at.is_none_or(|day| day == reading.as_at())
        };
        let readings: Vec<Value> =
            publication.readings().iter().filter(asked).map(|reading| judged(terms, reading)).collect();
        let as_at = query.as_at.map_or_else(|| terms.as_at.clone(), |day| vec![day]);
        let shown = publication.readings().iter().filter(asked);
        let unavailable: Vec<String> = Unavailable::among_published(shown).iter().map(ToString::to_string).collect();
        Ok(Map::from_iter([
            ("as_at".to_owned(), json!(as_at)),
            ("findings".to_owned(), json!(publication.findings())),
            ("readings".to_owned(), Value::Array(readings)),
            ("unavailable".to_owned(), json!(unavailable)),
        ]))
    })
    .await
}

/// A published reading, and how it stands to the standard in force.
fn judged(terms: &Terms, reading: &PublishedReading) -> Value {
    let mut value = json!(reading);
    let standing = reading
        .value()
        .and_then(|value| terms.standards.standing(reading.indicator(), reading.basis(), reading.as_at(), value));
    if let (Value::Object(fields), Some(standing)) = (&mut value, standing) {
        let said = json!({
            "grade": standing.grade(),
            "position": standing.position(),
            "why_not_judged": standing.why_not_judged(),
            "provisional": standing.is_provisional(),
        });
        fields.insert("standing".to_owned(), said);
    }
    value
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceQuery {
    indicator: String,
    basis: Basis,
    as_at: NaiveDate,
}

async fn evidence(Shared(service): Services, headers: HeaderMap, query: Asked<EvidenceQuery>) -> Answer {
    may(&service, &headers)?;
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    let (body, version) = apart({
        let service = Arc::clone(&service);
        move || {
            let state = service.state();
            let asked = (query.indicator.as_str(), query.basis, query.as_at);
            let (reading, evidence) = state.evidence(&service.terms.engine, asked)?;
            let body = json!({ "version": state.version, "reading": reading, "evidence": evidence });
            Ok::<_, Problem>((body, state.version))
        }
    })
    .await??;
    let mut response = json_response(StatusCode::OK, &body);
    tagged(&service, version, &mut response, "no-store");
    Ok(response)
}

async fn replace(Shared(service): Services, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    // Who may not replace is told so before the body is read.
    may(&service, &parts.headers)?;
    let mut request = Request::from_parts(parts, body);
    let child = child(&mut request).await?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is to be application/json"));
    }
    let body = tokio::time::timeout(PATIENCE, Bytes::from_request(request, &()))
        .await
        .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time"))?
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body is larger than {} bytes", service.terms.body_limit),
            ),
            _ => Problem::bad_request("the body could not be read"),
        })?;
    let (result, records) = apart({
        let service = Arc::clone(&service);
        move || {
            let given = given(&body)?;
            Ok::<_, Problem>((service.replace(&child, &given), given.records().len()))
        }
    })
    .await??;
    let replaced = result.map_err(refused)?;
    let status = if replaced.created { StatusCode::CREATED } else { StatusCode::OK };
    let findings: Vec<Value> = replaced.findings.iter().map(finding).collect();
    let body = json!({ "version": replaced.version, "records": records, "findings": findings });
    let mut response = json_response(status, &body);
    tagged(&service, replaced.version, &mut response, "no-store");
    Ok(response)
}

/// The child in the path.
async fn child(request: &mut Request) -> Result<String, Problem> {
    use axum::RequestExt;
    let path = request.extract_parts::<Path<String>>().await;
    let id = path.map_err(|_| Problem::bad_request("the id in the path is no UTF-8 text"))?.0;
    let id = id.trim();
    if id.is_empty() { Err(Problem::bad_request("the id in the path is empty")) } else { Ok(id.to_owned()) }
}

/// What a body gives: an array of records, or an object that is a child of the daily collection.
fn given(body: &[u8]) -> Result<Given, Problem> {
    let is_object = matches!(serde_json::from_slice(body), Ok(Value::Object(_)));
    if !is_object {
        return records(body).map(Given::Records);
    }
    dfe_api::records(&format!("[{}]", String::from_utf8_lossy(body)))
        .map(Given::Daily)
        .map_err(|error| Problem::bad_request(format!("the body is no child of the daily collection: {error}")))
}

/// The records of a body, read from its text, so that a field given twice is seen; which of them is at fault is said.
fn records(body: &[u8]) -> Result<Vec<Record>, Problem> {
    let at = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = reader.deserialize_seq(Counting(&at)).and_then(|records| reader.end().map(|()| records));
    read.map_err(|error| match at.get().filter(|_| error.is_data()) {
        Some(at) => Problem::bad_request(format!("record {at}: {error}")).with("record", at),
        None => Problem::bad_request(format!("the body is no JSON array of records: {error}")),
    })
}

/// Reads an array of records, and keeps the place of the one that is being read.
struct Counting<'a>(&'a Cell<Option<usize>>);

impl<'de> Visitor<'de> for Counting<'_> {
    type Value = Vec<Record>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut records = Vec::new();
        loop {
            self.0.set(Some(records.len()));
            match array.next_element()? {
                Some(record) => records.push(record),
                None => return Ok(records),
            }
        }
    }
}

fn refused(why: Refused) -> Problem {
    let unprocessable = |detail: &str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
    match why {
        Refused::OtherChild(others) => {
            let others: Vec<Value> = others
                .into_iter()
                .map(|(at, family, person)| json!({ "record": at, "family": family, "person": person }))
                .collect();
            unprocessable("every record is to name the child of the path").with("others", others)
        }
        Refused::Blocked(findings) => {
            let findings: Vec<Value> = findings.iter().map(finding).collect();
            unprocessable("findings block a figure, so nothing is replaced").with("findings", findings)
        }
        Refused::Tied(conflicts) => {
            Problem::new(StatusCode::CONFLICT, "records of other children are involved, so nothing is replaced")
                .with("conflicts", json!(conflicts))
        }
        Refused::Engine(error) => Problem::internal(error.to_string()),
    }
}

/// Whether this client may see evidence and replace children.
fn may(service: &Service, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(token) = &service.terms.token else {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "this service was started without a token and gives this to nobody",
        ));
    };
    let given = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
    let (scheme, given) = given.split_at_checked(7).unwrap_or_default();
    if scheme.eq_ignore_ascii_case(b"bearer ") && same(given, token.as_bytes()) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::UNAUTHORIZED, "bring the token of this service: Authorization: Bearer …"))
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

fn is_published(terms: &Terms, as_at: Option<NaiveDate>) -> Result<(), Problem> {
    match as_at.filter(|day| !terms.as_at.contains(day)) {
        Some(day) => {
            let days: Vec<_> = terms.as_at.iter().map(ToString::to_string).collect();
            Err(Problem::not_found(format!("nothing is published as at {day}, but as at {}", days.join(", "))))
        }
        None => Ok(()),
    }
}

fn bad_query(rejection: &QueryRejection) -> Problem {
    Problem::bad_request(rejection.body_text())
}

/// An answer out of the publication of one version, with what every output says of the disclosure control.
async fn published(
    service: Arc<Service>,
    headers: HeaderMap,
    answer: impl FnOnce(&Terms, &State, &Publication) -> Result<Map<String, Value>, Problem> + Send + 'static,
) -> Answer {
    let state = service.state();
    let version = state.version;
    let body = apart({
        let service = Arc::clone(&service);
        move || {
            let publication = state.publication(&service.terms).map_err(|error| match error {
                Unpublished::Engine(error) => Problem::internal(error.to_string()),
                Unpublished::Disclosure(error) => Problem::from(error),
            })?;
            let mut body = Map::from_iter([
                ("version".to_owned(), json!(state.version)),
                ("release".to_owned(), json!(publication.release())),
                ("statement".to_owned(), json!(publication.statement())),
                (
                    "marks".to_owned(),
                    Value::Object(publication.legend().map(|(m, text)| (m.to_string(), json!(text))).collect()),
                ),
            ]);
            body.extend(answer(&service.terms, &state, publication)?);
            Ok::<_, Problem>(Value::Object(body))
        }
    })
    .await??;
    Ok(versioned(&service, &headers, version, &body))
}

/// Does work that takes long where it holds up no other answer.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal("this answer could not be worked out"))
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body.to_string())
        .into_response()
}

/// An answer with its version as its tag; none where the client has it already.
fn versioned(service: &Service, headers: &HeaderMap, version: u64, body: &Value) -> Response {
    let tag = service.tag(version);
    let has = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    let mut has = has.flat_map(|tags| tags.split(',')).map(str::trim);
    let mut response = if has.any(|has| has == "*" || has.trim_start_matches("W/") == tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        json_response(StatusCode::OK, body)
    };
    tagged(service, version, &mut response, "no-cache");
    response
}

fn tagged(service: &Service, version: u64, response: &mut Response, cache: &'static str) {
    if let Ok(tag) = HeaderValue::from_str(&service.tag(version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
}
