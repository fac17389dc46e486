//! `praca doctor`: tries every configured service and says what to do about what fails.

use std::process::ExitCode;

use uuid::Uuid;

use super::say;
use crate::blobs::Blobs;
use crate::bus::RedisBus;
use crate::clock::Clock;
use crate::config::{Config, Database, Storage};
use crate::db::{Db, migrations};
use crate::error::{Error, Result};
use crate::ids::Ids;
use crate::mail::Mailer;
use crate::uploads::check_scanner;

/// Examines everything; the exit code says whether all is well.
pub async fn examine(config: &Config) -> ExitCode {
    let mut well = true;
    let mut report = |name: &str, outcome: Result<String>, advice: &str| match outcome {
        Ok(detail) => say(&format!("ok      {name}: {detail}")),
        Err(error) => {
            well = false;
            say(&format!("failed  {name}: {}. {advice}", super::sentence(&error)));
        }
    };
    report("address", address(config), "Set PRACA_PUBLIC_URL to the address people type.");
    report("database", database(config).await, "Check PRACA_DATABASE_URL, then run `praca migrate`.");
    report("signing keys", keys(config).await, "Give back the PRACA_SECRET_KEY the data was made with.");
    report("coordinator", coordinator(config).await, "Check PRACA_REDIS_URL and that Redis (7 or newer) runs there.");
    report("data folder", folder(config).await, "Let the program's user write to PRACA_DATA_DIR.");
    report(
        "files",
        files(config).await,
        "Check PRACA_S3_ENDPOINT, its bucket and keys, or let the program's user write to PRACA_FILES_DIR.",
    );
    report("mail", mail(config).await, "Check PRACA_SMTP_URL, and that the mail server lets this machine in.");
    report("virus scanner", scanner(config).await, "Check PRACA_CLAMAV_ADDR and that clamd listens there.");
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn address(config: &Config) -> Result<String> {
    if !config.listen.ip().is_loopback() && config.is_loopback() {
        return Err(Error::internal(format!(
            "others reach {}, but PRACA_PUBLIC_URL is {}",
            config.listen, config.public_url
        )));
    }
    Ok(format!("listening on {} as {}", config.listen, config.public_url))
}

async fn database(config: &Config) -> Result<String> {
    let db = Db::connect(&config.database).await?;
    db.ping().await?;
    let pending = migrations::pending(&db).await?;
    if !pending.is_empty() {
        return Err(Error::internal(format!("{} migrations are pending", pending.len())));
    }
    Ok(match config.database {
        Database::Sqlite(_) => "SQLite".into(),
        Database::Postgres(_) => "PostgreSQL".into(),
    })
}

async fn keys(config: &Config) -> Result<String> {
    let db = Db::connect(&config.database).await?;
    let clock = Clock::system();
    let ring = crate::auth::keys::Keyring::new(db, config.secret_key.clone());
    ring.reload(clock.now()).await?;
    Ok(format!("{} published", ring.jwks().keys.len()))
}

async fn mail(config: &Config) -> Result<String> {
    let Some(settings) = &config.mail else { return Ok("none: administrators read it at /admin/mail".into()) };
    Mailer::new(settings)?.reach().await?;
    Ok(format!("the mail server answers; mail comes from {}", settings.from))
}

async fn coordinator(config: &Config) -> Result<String> {
    let Some(url) = &config.redis_url else {
        return Ok("in this process (one node)".into());
    };
    let node = Ids::new(Clock::system()).uuid();
    let connect = RedisBus::connect(url.reveal(), node);
    let connected = tokio::time::timeout(std::time::Duration::from_secs(5), connect).await;
    connected.map_err(|_| Error::internal("no answer within 5 seconds"))??;
    Ok("Redis answers".into())
}

async fn folder(config: &Config) -> Result<String> {
    let probe = config.data_dir.join(format!(".doctor-{}", Uuid::nil()));
    tokio::fs::create_dir_all(&config.data_dir).await?;
    tokio::fs::write(&probe, b"").await?;
    tokio::fs::remove_file(&probe).await?;
    Ok(config.data_dir.display().to_string())
}

/// A round trip with the keys the server uses.
async fn files(config: &Config) -> Result<String> {
    let ids = Ids::new(Clock::system());
    Blobs::new(config, &ids)?.check(&ids.uuid().to_string()).await?;
    Ok(match &config.storage {
        Storage::Files(folder) => folder.display().to_string(),
        Storage::S3(settings) => format!("bucket {} at {}", settings.bucket, settings.endpoint),
    })
}

async fn scanner(config: &Config) -> Result<String> {
    let Some(address) = &config.clamav else { return Ok("none: uploads are not scanned".into()) };
    check_scanner(address).await?;
    Ok("clamd answers".into())
}
