//! Configuration: defaults < `praca.toml` < environment < flags, typed and checked once.
//!
//! A wrong value stops the start with one sentence that names the key.

mod antispam;
mod mail;
mod push;
mod sessions;
mod source;
mod storage;
mod values;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;

pub use antispam::{AntispamSettings, Links};
pub use mail::{DkimSettings, MailSettings};
pub use push::PushHost;
pub use sessions::SessionSettings;
pub use source::Source;
pub use storage::{ClamavAddress, S3Settings, Storage};
use values::{AtMost, List, Origin, RequestQuotas};
pub use values::{Contacts, Database, LogFormat, MessageGroup, Quota, Registration, Secret, SecretKey, Switch};

/// Why the configuration is refused: one sentence naming the key.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// Flood limits; none = off.
#[derive(Clone, Debug)]
pub struct LimitSettings {
    /// Messages a person.
    pub messages: Option<Quota>,
    /// Events a socket.
    pub events: Option<Quota>,
    /// Requests a person or address.
    pub requests: Option<Quota>,
    /// Requests to log in, register or refresh, an address.
    pub auth_requests: Option<Quota>,
    /// First contacts of a person in a day.
    pub contacts: Option<Contacts>,
    /// Uploads a person announces.
    pub uploads: Option<Quota>,
    /// Open ads of somebody none of whose ads passed review.
    pub ads: Option<u64>,
    /// Ads that passed review before somebody's changes hold without one; none = nobody's do.
    pub ads_trusted_after: Option<u64>,
    /// How long a slow-mode key may outlive its interval.
    pub slow_mode_slack: Duration,
}

/// The configuration of one process.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The one address of all nodes, without a slash at the end; issuer and audience of tokens.
    pub public_url: String,
    /// Files and generated secrets.
    pub data_dir: PathBuf,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Other origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// Database.
    pub database: Database,
    /// Coordinator; none = in process.
    pub redis_url: Option<Secret>,
    /// Seals what is stored secret.
    pub secret_key: SecretKey,
    /// Log filter, as `tracing` reads it.
    pub log: String,
    /// Form of the log.
    pub log_format: LogFormat,
    /// A listener of its own for `/metrics`.
    pub metrics_listen: Option<SocketAddr>,
    /// Bearer token for `/metrics` on the main listener.
    pub metrics_token: Option<Secret>,
    /// Who may register.
    pub registration: Registration,
    /// The youngest one may be, in years; none = nobody asks.
    pub minimum_age: Option<u8>,
    /// Whether people prove their address before they write.
    pub require_verified_email: bool,
    /// Whether what moderators and administrators may do waits for a second factor.
    pub require_second_factor: bool,
    /// How long log-ins last, and how many a person has.
    pub sessions: SessionSettings,
    /// How mail is sent; none = it is not, and stays for the administrator to read.
    pub mail: Option<MailSettings>,
    /// Flood limits.
    pub limits: LimitSettings,
    /// When a text is taken for spam; none = never.
    pub antispam: Option<AntispamSettings>,
    /// Push services that are sent to.
    pub push_hosts: Vec<PushHost>,
    /// Most messages one commit stores.
    pub message_group: MessageGroup,
    /// Where files are kept.
    pub storage: Storage,
    /// Who looks for viruses in them; none = nobody.
    pub clamav: Option<ClamavAddress>,
    /// Whether this process runs jobs.
    pub run_jobs: bool,
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// The first wrong value.
    pub fn load(source: &Source) -> Result<Self, ConfigError> {
        let listen = source.get("PRACA_LISTEN")?.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let data_dir: PathBuf = source.get("PRACA_DATA_DIR")?.unwrap_or_else(|| "./data".into());
        let database = source.get("PRACA_DATABASE_URL")?.unwrap_or_else(|| Database::Sqlite(data_dir.join("praca.db")));
        let secret_key = secret_key(source, &data_dir, &database)?;
        let mail = mail::mail(source)?;
        let public_url = source.get::<Origin>("PRACA_PUBLIC_URL")?.map_or_else(|| default_url(listen), |o| o.0);
        Ok(Self {
            listen,
            public_url,
            trusted_proxies: source.get::<List<IpNet>>("PRACA_TRUSTED_PROXIES")?.map_or_else(Vec::new, |l| l.0),
            cors_origins: source
                .get::<List<Origin>>("PRACA_CORS_ORIGINS")?
                .map_or_else(Vec::new, |list| list.0.into_iter().map(|o| o.0).collect()),
            redis_url: source.get("PRACA_REDIS_URL")?,
            log: source.get("PRACA_LOG")?.unwrap_or_else(|| "info,sqlx=warn,sea_orm_migration=warn".into()),
            log_format: source.get("PRACA_LOG_FORMAT")?.unwrap_or(LogFormat::Pretty),
            metrics_listen: source.get("PRACA_METRICS_LISTEN")?,
            metrics_token: source.get("PRACA_METRICS_TOKEN")?,
            registration: source.get("PRACA_REGISTRATION")?.unwrap_or(Registration::Open),
            minimum_age: source.get::<u8>("PRACA_MINIMUM_AGE")?.filter(|age| *age > 0),
            require_verified_email: source.get("PRACA_REQUIRE_VERIFIED_EMAIL")?.unwrap_or(mail.is_some()),
            require_second_factor: source.get("PRACA_REQUIRE_SECOND_FACTOR")?.unwrap_or(false),
            sessions: sessions::sessions(source)?,
            mail,
            limits: limit_settings(source)?,
            antispam: antispam::antispam(source)?,
            push_hosts: source.get::<List<PushHost>>("PRACA_PUSH_HOSTS")?.unwrap_or_else(push_hosts).0,
            message_group: source.get("PRACA_MESSAGE_GROUP")?.unwrap_or_default(),
            storage: storage::storage(source, &data_dir)?,
            clamav: source.get("PRACA_CLAMAV_ADDR")?,
            run_jobs: true,
            data_dir,
            database,
            secret_key,
        })
    }

    /// Whether the public address is plain HTTP on this machine, where cookies cannot be `Secure`.
    pub fn is_loopback(&self) -> bool {
        self.public_url.strip_prefix("http://").is_some_and(is_loopback_host)
    }

    /// Refuses what would make a server of many nodes lie.
    ///
    /// # Errors
    /// Names the missing key.
    pub fn require_shared(&self) -> Result<(), ConfigError> {
        let why = match (&self.redis_url, &self.database) {
            (None, _) => "PRACA_REDIS_URL is missing: a worker reaches the sockets of other processes through Redis.",
            (_, Database::Sqlite(_)) => "PRACA_DATABASE_URL names SQLite, which several processes do not share.",
            _ => return Ok(()),
        };
        Err(ConfigError(why.into()))
    }

    /// Whether listener and public address are both on this machine alone.
    pub fn is_private(&self) -> bool {
        let host = self.public_url.split("://").nth(1).unwrap_or_default();
        self.listen.ip().is_loopback() && is_loopback_host(host)
    }
}

fn is_loopback_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn default_url(listen: SocketAddr) -> String {
    if listen.ip().is_unspecified() {
        format!("http://localhost:{}", listen.port())
    } else {
        format!("http://{listen}")
    }
}

fn limit_settings(source: &Source) -> Result<LimitSettings, ConfigError> {
    let quota = |count, seconds| Some(Quota { count, per: Duration::from_secs(seconds) });
    let read = |key, default| Ok(source.get::<Switch<Quota>>(key)?.map_or(default, |switch| switch.0));
    // One key holds both request limits: `300/60s` for all, `20/60s` for logging in; `A,B` sets both.
    let requests = source.get::<RequestQuotas>("PRACA_LIMIT_REQUESTS")?;
    let (requests, auth_requests) = requests.map_or((quota(300, 60), quota(20, 60)), |q| (q.all, q.auth));
    Ok(LimitSettings {
        messages: read("PRACA_LIMIT_MESSAGES", quota(30, 10))?,
        events: read("PRACA_LIMIT_EVENTS", quota(100, 1))?,
        requests,
        auth_requests,
        contacts: source
            .get::<Switch<Contacts>>("PRACA_LIMIT_DMS")?
            .map_or(Some(Contacts { a_day: 20, while_new: Contacts::WHILE_NEW }), |switch| switch.0),
        uploads: read("PRACA_LIMIT_UPLOADS", quota(200, 86_400))?,
        ads: source.get::<Switch<AtMost>>("PRACA_LIMIT_ADS")?.map_or(Some(3), |switch| switch.0.map(|most| most.0)),
        ads_trusted_after: source
            .get::<Switch<AtMost>>("PRACA_ADS_TRUSTED_AFTER")?
            .and_then(|switch| Some(switch.0?.0)),
        slow_mode_slack: Duration::from_millis(source.get("PRACA_SLOW_MODE_TTL_SLACK_MS")?.unwrap_or(1_000)),
    })
}

fn push_hosts() -> List<PushHost> {
    List(push::KNOWN.split(',').filter_map(|host| host.parse().ok()).collect())
}

/// The configured key; for SQLite without one, the key kept in the data folder, made on first start.
fn secret_key(source: &Source, data_dir: &Path, database: &Database) -> Result<SecretKey, ConfigError> {
    if let Some(key) = source.get("PRACA_SECRET_KEY")? {
        return Ok(key);
    }
    if matches!(database, Database::Postgres(_)) {
        return Err(ConfigError(
            "PRACA_SECRET_KEY is missing: with PostgreSQL all nodes share one; make it with `openssl rand -base64 32`."
                .into(),
        ));
    }
    let path = data_dir.join("secret.key");
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            text.parse().map_err(|why: String| ConfigError(format!("PRACA_SECRET_KEY in {} {why}.", path.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => generate_secret_key(&path)
            .map_err(|error| ConfigError(format!("PRACA_DATA_DIR: cannot write {}: {error}.", path.display()))),
        Err(error) => Err(ConfigError(format!("PRACA_SECRET_KEY cannot be read from {}: {error}.", path.display()))),
    }
}

fn generate_secret_key(path: &Path) -> std::io::Result<SecretKey> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut key = [0; 32];
    rand::TryRng::try_fill_bytes(&mut rand::rngs::SysRng, &mut key).map_err(std::io::Error::other)?;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.sync_all()?;
    Ok(SecretKey(key))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let key = STANDARD.encode([7; 32]);
        let mut all = vec![("PRACA_SECRET_KEY", key.as_str())];
        all.extend_from_slice(pairs);
        Config::load(&Source::of(&all))
    }

    #[test]
    fn the_defaults_are_the_embedded_ones() {
        let config = load(&[]).unwrap();
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
        assert_eq!(config.database, Database::Sqlite("./data/praca.db".into()));
        assert!(config.is_loopback() && config.is_private());
    }

    #[test]
    fn each_wrong_value_is_one_sentence_that_names_the_key() {
        for (key, value) in [
            ("PRACA_LISTEN", "8080"),
            ("PRACA_DATABASE_URL", "mysql://x"),
            ("PRACA_LIMIT_MESSAGES", "30 a minute"),
            ("PRACA_LIMIT_EVENTS", "0/1s"),
            ("PRACA_LIMIT_DMS", "0"),
            ("PRACA_LIMIT_DMS", "20,many"),
            ("PRACA_PUBLIC_URL", "praca.example"),
            ("PRACA_PUBLIC_URL", "https://praca.example/chat"),
            ("PRACA_TRUSTED_PROXIES", "10.0.0.0/8,nowhere"),
            ("PRACA_LOG_FORMAT", "xml"),
            ("PRACA_REGISTRATION", "maybe"),
            ("PRACA_SECRET_KEY", "c2hvcnQ="),
            ("PRACA_MESSAGE_GROUP", "0"),
            ("PRACA_MESSAGE_GROUP", "513"),
            ("PRACA_LIMIT_UPLOADS", "many"),
            ("PRACA_LIMIT_ADS", "0"),
            ("PRACA_ADS_TRUSTED_AFTER", "0"),
            ("PRACA_ANTISPAM", "maybe"),
            ("PRACA_PUSH_HOSTS", "localhost"),
            ("PRACA_ANTISPAM_ALIKE", "off"),
            ("PRACA_ANTISPAM_LINKS", "5"),
            ("PRACA_ANTISPAM_MENTIONS", "-1"),
            ("PRACA_ANTISPAM_CAPITALS", "101"),
            ("PRACA_ANTISPAM_INVISIBLE", "some"),
            ("PRACA_REQUIRE_VERIFIED_EMAIL", "maybe"),
            ("PRACA_SMTP_URL", "mail.example:25"),
            ("PRACA_SESSION_IDLE", "30"),
            ("PRACA_SESSION_LIFETIME", "0d"),
            ("PRACA_SESSIONS", "0"),
            ("PRACA_MINIMUM_AGE", "dezoito"),
            ("PRACA_CLAMAV_ADDR", "clamd"),
            ("PRACA_S3_ENDPOINT", "minio"),
        ] {
            let error = load(&[(key, value)]).unwrap_err().to_string();
            assert!(error.starts_with(key) && error.ends_with('.') && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn limits_can_be_set_and_turned_off() {
        let config = load(&[("PRACA_LIMIT_MESSAGES", "off"), ("PRACA_LIMIT_REQUESTS", "50/5s")]).unwrap();
        assert_eq!(config.limits.messages, None);
        assert_eq!(config.limits.requests, Some(Quota { count: 50, per: Duration::from_secs(5) }));
        assert_eq!(load(&[("PRACA_LIMIT_REQUESTS", "off")]).unwrap().limits.auth_requests, None);
    }

    #[test]
    fn an_object_store_needs_all_of_its_keys() {
        assert!(matches!(load(&[]).unwrap().storage, Storage::Files(folder) if folder.ends_with("data/files")));
        let error = load(&[("PRACA_S3_ENDPOINT", "https://s3.example")]).unwrap_err();
        assert!(error.to_string().starts_with("PRACA_S3_BUCKET is missing"));
    }

    #[test]
    fn postgres_without_a_key_is_refused() {
        let error = Config::load(&Source::of(&[("PRACA_DATABASE_URL", "postgres://x")])).unwrap_err();
        assert!(error.to_string().starts_with("PRACA_SECRET_KEY is missing"));
    }

    #[test]
    fn the_example_documents_each_key_that_is_read_and_no_other() {
        let is_key = |word: &&str| {
            let rest = word.strip_prefix("PRACA_");
            rest.is_some_and(|rest| {
                !rest.is_empty() && rest.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            })
        };
        let (code, _) = include_str!("config.rs").split_once("#[cfg(test)]").unwrap();
        let code = [
            code,
            include_str!("config/storage.rs"),
            include_str!("config/antispam.rs"),
            include_str!("config/mail.rs"),
            include_str!("config/sessions.rs"),
        ];
        let code = code.into_iter().flat_map(|file| file.split('"'));
        let read: BTreeSet<&str> = code.filter(is_key).collect();
        let example = include_str!("../../../.env.example");
        let keys = example.lines().filter_map(|line| Some(line.strip_prefix('#')?.split_once('=')?.0));
        let documented: BTreeSet<&str> = keys.filter(is_key).collect();
        assert_eq!(documented, read);
    }
}
