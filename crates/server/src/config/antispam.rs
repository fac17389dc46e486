//! When a text is taken for spam.

use std::str::FromStr;
use std::time::Duration;

use super::values::Quota;
use super::{ConfigError, Source};

/// The thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AntispamSettings {
    /// Much the same texts of one person, in so long a time.
    pub alike: Quota,
    /// Links of one text.
    pub links: Links,
    /// People one text names.
    pub mentions: usize,
    /// Hundredths of the letters of a longer text that are capitals.
    pub capitals: usize,
    /// Characters nobody sees: some come along when people copy a text from elsewhere.
    pub invisible: usize,
}

/// Links of one text: `5,1` for all, and for accounts that are new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Links {
    /// Of anybody.
    pub at_most: usize,
    /// While an account is new.
    pub while_new: usize,
}

impl Default for AntispamSettings {
    fn default() -> Self {
        Self {
            alike: Quota { count: 3, per: Duration::from_secs(300) },
            links: Links { at_most: 5, while_new: 1 },
            mentions: 8,
            capitals: 80,
            invisible: 8,
        }
    }
}

impl FromStr for Links {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("is `{text}`, not two numbers such as `5,1`: for all, and for accounts that are new");
        let (at_most, while_new) = text.split_once(',').ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse().map_err(|_| wrong());
        Ok(Self { at_most: number(at_most)?, while_new: number(while_new)? })
    }
}

/// `on` or `off`.
struct On(bool);

impl FromStr for On {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "on" => Ok(Self(true)),
            "off" => Ok(Self(false)),
            other => Err(format!("is `{other}`, not `on` or `off`")),
        }
    }
}

/// Hundredths.
struct Percent(usize);

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let percent = text.parse().ok().filter(|percent| (1..=100).contains(percent));
        percent.map(Self).ok_or_else(|| format!("is `{text}`, not a number from 1 to 100"))
    }
}

/// The thresholds; none if nothing is taken for spam.
pub fn antispam(source: &Source) -> Result<Option<AntispamSettings>, ConfigError> {
    let on = source.get::<On>("PRACA_ANTISPAM")?.is_none_or(|on| on.0);
    let first = AntispamSettings::default();
    let settings = AntispamSettings {
        alike: source.get("PRACA_ANTISPAM_ALIKE")?.unwrap_or(first.alike),
        links: source.get("PRACA_ANTISPAM_LINKS")?.unwrap_or(first.links),
        invisible: source.get::<Count>("PRACA_ANTISPAM_INVISIBLE")?.map_or(first.invisible, |count| count.0),
        mentions: source.get::<Count>("PRACA_ANTISPAM_MENTIONS")?.map_or(first.mentions, |count| count.0),
        capitals: source.get::<Percent>("PRACA_ANTISPAM_CAPITALS")?.map_or(first.capitals, |percent| percent.0),
    };
    Ok(on.then_some(settings))
}

/// A number of things.
struct Count(usize);

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("is `{text}`, not a number"))
    }
}
