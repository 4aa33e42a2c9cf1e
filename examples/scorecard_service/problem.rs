//! Errors as problem documents (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use csc_kpi::disclosure::DisclosureError;
use csc_kpi::{EngineError, Finding};
use serde_json::{Map, Value, json};

/// What went wrong, as `application/problem+json`: the status, a sentence, and what else a client can use.
///
/// The type is `about:blank`, so the title is that of the status.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
    members: Map<String, Value>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), members: Map::new() }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// With one more member.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Value::Object(body) = &mut body {
            body.extend(self.members);
        }
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NoSuchIndicator(_) | EngineError::NoSuchBreakdown(_) | EngineError::NoSuchBasis { .. } => {
                Self::not_found(error.to_string())
            }
            EngineError::Unavailable { ref obstacle, .. } => {
                Self::not_found(error.to_string()).with("no_value", obstacle.kind())
            }
            _ => Self::internal(error.to_string()),
        }
    }
}

impl From<&DisclosureError> for Problem {
    fn from(error: &DisclosureError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, format!("nothing is published of these records: {error}"))
    }
}

/// A finding with its severity and its sentence.
pub(crate) fn finding(finding: &Finding) -> Value {
    let mut value = json!(finding);
    if let Value::Object(fields) = &mut value {
        fields.insert("severity".to_owned(), json!(finding.severity()));
        fields.insert("text".to_owned(), json!(finding.rule.text()));
    }
    value
}
