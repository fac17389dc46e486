//! The one error: a problem the caller is told of, or a failure of ours they learn nothing about.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use praca_api::{FieldProblem, Problem, ProblemCode, SlowModeScope, Timestamp};
use sea_orm::DbErr;

use crate::request_id::RequestId;

/// Collects what is wrong with the fields of a request, so that all of it is told at once.
#[derive(Default)]
pub struct Fields(Vec<FieldProblem>);

impl Fields {
    /// One more that is not acceptable.
    pub fn refuse(&mut self, field: &str, code: &str, detail: &str) {
        self.0.push(FieldProblem { field: field.into(), code: code.into(), detail: detail.into() });
    }

    /// Refuses the request if a field was refused.
    ///
    /// # Errors
    /// `request.invalid`.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::invalid(self.0)) }
    }
}

/// What every rule returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done.
#[derive(Clone, Debug)]
pub enum Error {
    /// The caller can act on it: it is told in full.
    Problem(Box<Refusal>),
    /// Ours: logged once at the edge; the caller learns the request id.
    Internal(Arc<dyn std::error::Error + Send + Sync>),
}

/// A problem before it meets its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code, which fixes the status.
    pub code: ProblemCode,
    /// English sentence.
    pub detail: Cow<'static, str>,
    /// Refused fields.
    pub fields: Vec<FieldProblem>,
    /// Milliseconds to wait.
    pub retry_after_ms: Option<u64>,
    /// The clock of slow mode that ends last.
    pub scope: Option<SlowModeScope>,
    /// The server's time, where the client counts down.
    pub server_time: Option<Timestamp>,
}

impl Error {
    /// A problem with its sentence.
    pub fn problem(code: ProblemCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Problem(Box::new(Refusal {
            code,
            detail: detail.into(),
            fields: Vec::new(),
            retry_after_ms: None,
            scope: None,
            server_time: None,
        }))
    }

    /// Fields with unacceptable values (422).
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        let detail =
            fields.first().map_or_else(|| "A value is not acceptable.".to_owned(), |field| field.detail.clone());
        let mut error = Self::problem(ProblemCode::RequestInvalid, detail);
        if let Self::Problem(refusal) = &mut error {
            refusal.fields = fields;
        }
        error
    }

    /// One field with an unacceptable value (422).
    pub fn invalid_field(field: &str, code: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldProblem { field: field.into(), code: code.into(), detail: detail.into() }])
    }

    /// A problem of one field.
    pub fn problem_in_field(code: ProblemCode, field: &str, reason: &str, detail: &'static str) -> Self {
        let mut error = Self::problem(code, detail);
        if let Self::Problem(refusal) = &mut error {
            refusal.fields.push(FieldProblem { field: field.into(), code: reason.into(), detail: detail.into() });
        }
        error
    }

    /// There is none, or the caller may not know of it (404).
    pub fn not_found() -> Self {
        Self::problem(ProblemCode::ResourceNotFound, "There is nothing here, or nothing you may see.")
    }

    /// Known, but not allowed (403).
    pub fn denied() -> Self {
        Self::problem(ProblemCode::AccessDenied, "You may not do this.")
    }

    /// A part that is needed is out of reach (503).
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::problem(ProblemCode::ServiceUnavailable, detail)
    }

    /// Too fast (429): wait so long.
    pub fn rate_limited(wait: Duration) -> Self {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        Self::waiting(ProblemCode::RequestRateLimited, "Too many at once; wait a moment.", millis)
    }

    /// Something that is possible in `millis`.
    pub fn waiting(code: ProblemCode, detail: &'static str, millis: u64) -> Self {
        let mut error = Self::problem(code, detail);
        if let Self::Problem(refusal) = &mut error {
            refusal.retry_after_ms = Some(millis);
        }
        error
    }

    /// A failure of ours.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into().into())
    }

    /// The code the caller sees.
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Problem(refusal) => refusal.code,
            Self::Internal(_) => ProblemCode::InternalError,
        }
    }

    /// Whether it is this problem.
    pub fn is(&self, code: ProblemCode) -> bool {
        self.code() == code
    }

    /// What the caller is told, with the id of the current request. Logs failures of ours: call it once, at the edge.
    pub fn into_problem(self) -> Problem {
        let refusal = match self {
            Self::Problem(refusal) => *refusal,
            Self::Internal(source) => {
                tracing::error!(error = %source, "request failed");
                Refusal {
                    code: ProblemCode::InternalError,
                    detail: "The request id finds the cause in the server's log.".into(),
                    fields: Vec::new(),
                    retry_after_ms: None,
                    scope: None,
                    server_time: None,
                }
            }
        };
        Problem {
            r#type: format!("/problems/{}", refusal.code.as_str()),
            title: refusal.code.title().into(),
            status: refusal.code.status(),
            detail: refusal.detail.into_owned(),
            code: refusal.code.as_str().into(),
            request_id: RequestId::current().to_string(),
            errors: refusal.fields,
            retry_after_ms: refusal.retry_after_ms,
            scope: refusal.scope,
            server_time: refusal.server_time,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(refusal) => write!(f, "{}: {}", refusal.code.as_str(), refusal.detail),
            Self::Internal(source) => source.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => {
                tracing::error!(%error, "database out of reach");
                Self::unavailable("The database cannot be reached right now.")
            }
            other if is_lost_connection(&other) => {
                tracing::error!(error = %other, "database connection lost");
                Self::unavailable("The database cannot be reached right now.")
            }
            other => Self::internal(other),
        }
    }
}

/// Whether the statement failed because the server went away, is starting or stopping, or the disk is full.
fn is_lost_connection(error: &DbErr) -> bool {
    use sea_orm::RuntimeErr::SqlxError;
    use sea_orm::sqlx::Error as Sqlx;
    let (DbErr::Exec(SqlxError(source)) | DbErr::Query(SqlxError(source))) = error else {
        return false;
    };
    match source.as_ref() {
        Sqlx::Io(_) | Sqlx::PoolTimedOut | Sqlx::PoolClosed | Sqlx::WorkerCrashed | Sqlx::Protocol(_) => true,
        // PostgreSQL: 57P0x shut down or starting, 53xxx out of disk, memory or connections. SQLite: 13 is a full disk.
        Sqlx::Database(db) => {
            db.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("53") || code == "13")
        }
        _ => false,
    }
}

impl From<redis::RedisError> for Error {
    fn from(error: redis::RedisError) -> Self {
        tracing::warn!(%error, "coordinator out of reach");
        Self::unavailable("The coordinator cannot be reached right now.")
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}
