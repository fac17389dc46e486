//! The values settings have, each read from its text or refused with half a sentence.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::Sha256;

/// A value that never shows in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl FromStr for Secret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
}

/// Where data is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server, by its URL.
    Postgres(Secret),
}

impl FromStr for Database {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err("names no file, as in `sqlite:///var/lib/praca/praca.db`".into());
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(Secret(text.to_owned())));
        }
        Err("is neither `postgres://…` nor `sqlite://…`".into())
    }
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For machines, a JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "pretty" => Ok(Self::Pretty),
            "json" => Ok(Self::Json),
            other => Err(format!("is `{other}`, not `pretty` or `json`")),
        }
    }
}

/// Who may register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Everyone.
    Open,
    /// Who has an invite.
    Invite,
    /// Nobody.
    Closed,
}

impl FromStr for Registration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "open" => Ok(Self::Open),
            "invite" => Ok(Self::Invite),
            "closed" => Ok(Self::Closed),
            other => Err(format!("is `{other}`, not `open`, `invite` or `closed`")),
        }
    }
}

/// So many in so long a time: `30/10s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub count: u32,
    /// In how long, counted from the first.
    pub per: Duration,
}

impl FromStr for Quota {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("is `{text}`, not a count and a time such as `30/10s`, or `off`");
        let (count, per) = text.split_once('/').ok_or_else(wrong)?;
        let seconds = per.strip_suffix('s').ok_or_else(wrong)?;
        let count = count.trim().parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?;
        let seconds: u64 = seconds.trim().parse().ok().filter(|n| (1..=86_400).contains(n)).ok_or_else(wrong)?;
        Ok(Self { count, per: Duration::from_secs(seconds) })
    }
}

/// First contacts a person may make in a day: `20`, or `20,5` with the number for the first three days of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contacts {
    /// In a day.
    pub a_day: u32,
    /// In a day while the account is new.
    pub while_new: u32,
}

impl Contacts {
    /// While an account is new, when the configuration does not say.
    pub const WHILE_NEW: u32 = 5;
}

impl FromStr for Contacts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("is `{text}`, not a number a day such as `20`, two such as `20,5`, or `off`");
        let number = |text: &str| text.trim().parse().ok().filter(|n| *n > 0).ok_or_else(wrong);
        if let Some((a_day, while_new)) = text.split_once(',') {
            return Ok(Self { a_day: number(a_day)?, while_new: number(while_new)? });
        }
        let a_day = number(text)?;
        Ok(Self { a_day, while_new: Self::WHILE_NEW.min(a_day) })
    }
}

/// A number of things somebody may have at a time, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtMost(pub u64);

impl FromStr for AtMost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().parse().ok().filter(|n| *n > 0);
        number.map(Self).ok_or_else(|| format!("is `{text}`, not a number such as `3`, or `off`"))
    }
}

/// A limit that can be turned off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch<T>(pub Option<T>);

impl<T: FromStr<Err = String>> FromStr for Switch<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" { Ok(Self(None)) } else { text.parse().map(|value| Self(Some(value))) }
    }
}

/// Most messages of one commit: 1 to 512, so that the values they bind stay below SQLite's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageGroup(NonZeroUsize);

impl MessageGroup {
    const MOST: NonZeroUsize = NonZeroUsize::new(512).unwrap();

    /// How many.
    pub fn size(self) -> usize {
        self.0.get()
    }
}

impl Default for MessageGroup {
    fn default() -> Self {
        Self(Self::MOST)
    }
}

impl FromStr for MessageGroup {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = text.parse().ok().filter(|size| *size <= Self::MOST);
        size.map(Self).ok_or_else(|| format!("is `{text}`, not a number from 1 to {}", Self::MOST))
    }
}

/// 32 bytes from which the server's keys are derived.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(pub [u8; 32]);

impl SecretKey {
    /// A key for one purpose (RFC 5869).
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut out = [0; 32];
        // 32 bytes are always within what HKDF-SHA256 can give.
        let _ = Hkdf::<Sha256>::new(None, &self.0).expand(purpose.as_bytes(), &mut out);
        out
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl FromStr for SecretKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| "is not base64")?;
        bytes.try_into().map(Self).map_err(|_| "is not 32 bytes; make one with `openssl rand -base64 32`".into())
    }
}

/// Comma-separated values.
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T: FromStr> FromStr for List<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items
            .map(|item| item.parse().map_err(|_| format!("has `{item}`, which cannot be read")))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// The origin of a URL: scheme, host and port, nothing behind.
pub(super) struct Origin(pub(super) String);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let origin = text.trim_end_matches('/');
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        match host {
            Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => {
                Ok(Self(origin.to_lowercase()))
            }
            _ => Err(format!("is `{text}`, not an address such as `https://praca.example` without a path")),
        }
    }
}

/// `off`, one quota for all requests, or two: for all and for logging in.
pub(super) struct RequestQuotas {
    pub(super) all: Option<Quota>,
    pub(super) auth: Option<Quota>,
}

impl FromStr for RequestQuotas {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (all, auth) = text.split_once(',').map_or((text, None), |(all, auth)| (all, Some(auth.trim())));
        let all: Switch<Quota> = all.trim().parse()?;
        let auth = match auth {
            Some(auth) => auth.parse::<Switch<Quota>>()?.0,
            None => all.0.map(|_| Quota { count: 20, per: Duration::from_secs(60) }),
        };
        Ok(Self { all: all.0, auth })
    }
}
