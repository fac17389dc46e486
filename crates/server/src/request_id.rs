//! The id that joins an answer, its log lines and its problem, over HTTP and over sockets.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use uuid::Uuid;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// Id of a request or socket event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// A fresh one.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        rand::fill(&mut bytes);
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string().into())
    }

    /// The caller's own, if it is 1 to 128 letters, digits, `-`, `_`, `.` or `:`.
    pub fn from_client(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
        ((1..=128).contains(&text.len()) && text.bytes().all(plain)).then(|| Self(text.into()))
    }

    /// The one of the request under way; nil outside of any.
    pub fn current() -> Self {
        CURRENT.try_with(Clone::clone).unwrap_or_else(|_| Self(Uuid::nil().to_string().into()))
    }

    /// Runs `future` as part of this request.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// Runs `work` as part of this request.
    pub fn sync_scope<T>(self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, work)
    }

    /// As a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
