//! How long log-ins last.

use std::str::FromStr;
use std::time::Duration;

use super::{ConfigError, Source};

/// How long log-ins last, and how many a person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// One that is not used for so long ends.
    pub idle: Duration,
    /// One ends so long after its beginning, however much it is used.
    pub lifetime: Duration,
    /// Most of one person; a new one ends the one that was not used for longest.
    pub most: u32,
}

/// A number of days: `30d`.
struct Days(Duration);

impl FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let days = text.strip_suffix('d').and_then(|days| days.parse().ok()).filter(|days| (1..=3_650).contains(days));
        let days: u64 = days.ok_or_else(|| format!("is `{text}`, not a number of days such as `30d`"))?;
        Ok(Self(Duration::from_secs(days * 86_400)))
    }
}

/// A number of log-ins.
struct Most(u32);

impl FromStr for Most {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let most = text.parse().ok().filter(|most| (1..=1_000).contains(most));
        most.map(Self).ok_or_else(|| format!("is `{text}`, not a number from 1 to 1000"))
    }
}

/// As configured.
pub(super) fn sessions(source: &Source) -> Result<SessionSettings, ConfigError> {
    let days = |days: u64| Duration::from_secs(days * 86_400);
    Ok(SessionSettings {
        idle: source.get::<Days>("PRACA_SESSION_IDLE")?.map_or(days(30), |days| days.0),
        lifetime: source.get::<Days>("PRACA_SESSION_LIFETIME")?.map_or(days(365), |days| days.0),
        most: source.get::<Most>("PRACA_SESSIONS")?.map_or(50, |most| most.0),
    })
}
