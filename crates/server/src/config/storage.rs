//! Where files are kept, and who looks for viruses in them.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::values::Origin;
use super::{ConfigError, Secret, Source};

/// Where files are kept.
#[derive(Clone, Debug)]
pub enum Storage {
    /// A folder.
    Files(PathBuf),
    /// An object store.
    S3(S3Settings),
}

/// An object store that speaks S3.
#[derive(Clone, Debug)]
pub struct S3Settings {
    /// Its address.
    pub endpoint: String,
    /// The bucket, which exists.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// Key id.
    pub access_key: Secret,
    /// Key.
    pub secret_key: Secret,
}

/// Where clamd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClamavAddress {
    /// Host and port.
    Tcp(String),
    /// A socket of this machine.
    Unix(PathBuf),
}

impl FromStr for ClamavAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:").filter(|path| path.starts_with('/')) {
            return Ok(Self::Unix(path.into()));
        }
        let (host, port) = text.rsplit_once(':').unwrap_or_default();
        if !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0) {
            return Ok(Self::Tcp(text.to_owned()));
        }
        Err(format!("is `{text}`, not an address such as `127.0.0.1:3310` or `unix:/run/clamav/clamd.ctl`"))
    }
}

/// The object store, if one of its keys is set: then all are needed. Otherwise the folder.
pub(super) fn storage(source: &Source, data_dir: &Path) -> Result<Storage, ConfigError> {
    let endpoint = source.get::<Origin>("PRACA_S3_ENDPOINT")?;
    let bucket = source.get::<String>("PRACA_S3_BUCKET")?;
    let region = source.get::<String>("PRACA_S3_REGION")?;
    let access_key = source.get::<Secret>("PRACA_S3_ACCESS_KEY")?;
    let secret_key = source.get::<Secret>("PRACA_S3_SECRET_KEY")?;
    let folder = source.get::<PathBuf>("PRACA_FILES_DIR")?;
    if endpoint.is_none() && bucket.is_none() && access_key.is_none() && secret_key.is_none() {
        return Ok(Storage::Files(folder.unwrap_or_else(|| data_dir.join("files"))));
    }
    let missing = |key: &str| {
        ConfigError(format!("{key} is missing: an object store needs its endpoint, bucket, access key and secret key."))
    };
    Ok(Storage::S3(S3Settings {
        endpoint: endpoint.ok_or_else(|| missing("PRACA_S3_ENDPOINT"))?.0,
        bucket: bucket.ok_or_else(|| missing("PRACA_S3_BUCKET"))?,
        region: region.unwrap_or_else(|| "us-east-1".into()),
        access_key: access_key.ok_or_else(|| missing("PRACA_S3_ACCESS_KEY"))?,
        secret_key: secret_key.ok_or_else(|| missing("PRACA_S3_SECRET_KEY"))?,
    }))
}
