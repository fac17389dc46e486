//! An object store that speaks S3 (AWS, MinIO, R2), by signed addresses alone: ours and those given to clients are made alike.

use std::time::Duration;

use axum::body::{Body, Bytes};
use reqwest::{Client, Response, StatusCode, header};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};

use super::{Blob, BlobKey, unavailable};
use crate::config::S3Settings;
use crate::error::{Error, Result};

/// How long our own addresses are good: they are used at once.
const AT_ONCE: Duration = Duration::from_secs(60);
/// Longest wait for a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Longest wait for the next bytes.
const READ_WITHIN: Duration = Duration::from_secs(30);

/// A bucket.
#[derive(Clone)]
pub struct S3 {
    bucket: Bucket,
    credentials: Credentials,
    client: Client,
}

impl S3 {
    /// The bucket that is configured.
    ///
    /// # Errors
    /// Its address is none.
    pub fn new(settings: &S3Settings) -> Result<Self> {
        let endpoint = settings.endpoint.parse().map_err(Error::internal)?;
        let (bucket, region) = (settings.bucket.clone(), settings.region.clone());
        let bucket = Bucket::new(endpoint, UrlStyle::Path, bucket, region).map_err(Error::internal)?;
        let credentials = Credentials::new(settings.access_key.reveal(), settings.secret_key.reveal());
        let client = Client::builder().connect_timeout(CONNECT_WITHIN).read_timeout(READ_WITHIN).build();
        Ok(Self { bucket, credentials, client: client.map_err(Error::internal)? })
    }

    pub(super) fn put_url(&self, key: &BlobKey, content_type: &str, bytes: u64, valid: Duration) -> String {
        let mut put = self.bucket.put_object(Some(&self.credentials), key.as_str());
        let headers = put.headers_mut();
        headers.insert("content-length", bytes.to_string());
        headers.insert("content-type", content_type);
        headers.insert("if-none-match", "*");
        put.sign(valid).into()
    }

    pub(super) fn origin(&self) -> String {
        self.bucket.base_url().origin().ascii_serialization()
    }

    pub(super) async fn reach(&self) -> Result<()> {
        let url = self.bucket.head_bucket(Some(&self.credentials)).sign(AT_ONCE);
        match found(self.client.head(url).send().await).await? {
            Some(_) => Ok(()),
            None => Err(self.no_bucket()),
        }
    }

    fn no_bucket(&self) -> Error {
        unavailable(&format!("there is no bucket `{}`", self.bucket.name()))
    }

    pub(super) async fn size(&self, key: &BlobKey) -> Result<Option<u64>> {
        let url = self.bucket.head_object(Some(&self.credentials), key.as_str()).sign(AT_ONCE);
        let found = found(self.client.head(url).send().await).await?;
        // The client takes no length from an answer without a body.
        let length = |response: Response| response.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok();
        match found {
            Some(response) => length(response).map(Some).ok_or_else(|| unavailable(&"no length was given")),
            None => Ok(None),
        }
    }

    pub(super) async fn open(&self, key: &BlobKey) -> Result<Option<Blob>> {
        let url = self.bucket.get_object(Some(&self.credentials), key.as_str()).sign(AT_ONCE);
        let Some(response) = found(self.client.get(url).send().await).await? else { return Ok(None) };
        let bytes = response.content_length().ok_or_else(|| unavailable(&"no length was given"))?;
        Ok(Some(Blob { bytes, body: Body::from_stream(response.bytes_stream()) }))
    }

    pub(super) async fn write(&self, key: &BlobKey, content: Bytes, content_type: &str) -> Result<()> {
        let mut put = self.bucket.put_object(Some(&self.credentials), key.as_str());
        put.headers_mut().insert("content-type", content_type);
        let request = self.client.put(put.sign(AT_ONCE)).header(header::CONTENT_TYPE, content_type);
        match found(request.body(content).send().await).await? {
            Some(_) => Ok(()),
            None => Err(self.no_bucket()),
        }
    }

    pub(super) async fn remove(&self, key: &BlobKey) -> Result<()> {
        let url = self.bucket.delete_object(Some(&self.credentials), key.as_str()).sign(AT_ONCE);
        found(self.client.delete(url).send().await).await.map(drop)
    }
}

/// The answer; none if there is nothing of that name.
async fn found(answer: reqwest::Result<Response>) -> Result<Option<Response>> {
    let response = answer.map_err(|error| unavailable(&error.without_url()))?;
    match response.status() {
        StatusCode::NOT_FOUND => Ok(None),
        status if status.is_success() => Ok(Some(response)),
        status => {
            let why = response.text().await.unwrap_or_default();
            Err(unavailable(&format!("{status}: {}", why.chars().take(300).collect::<String>())))
        }
    }
}
