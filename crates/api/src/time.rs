//! Moments.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Datelike as _, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, de};

/// A moment in UTC, with microseconds at most: what PostgreSQL can store. RFC 3339 on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "server", derive(sea_orm::DeriveValueType, utoipa::ToSchema))]
#[serde(transparent)]
pub struct Timestamp(DateTime<Utc>);

/// Database keys made by counting, which these are not.
#[cfg(feature = "server")]
impl sea_orm::TryFromU64 for Timestamp {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Timestamp"))
    }
}

/// RFC 3339, whose years have four digits; the engines store and compare no others alike.
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let moment = DateTime::<Utc>::deserialize(deserializer)?;
        match moment.year() {
            0..=9_999 => Ok(Self::new(moment)),
            _ => Err(de::Error::custom("a year has four digits")),
        }
    }
}

impl Timestamp {
    /// The moment, cut to microseconds.
    pub fn new(moment: DateTime<Utc>) -> Self {
        Self(moment.trunc_subsecs(6))
    }

    /// From milliseconds since 1970; none outside the calendar.
    pub fn from_millis(millis: i64) -> Option<Self> {
        DateTime::from_timestamp_millis(millis).map(Self)
    }

    /// Milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// Whole seconds since 1970, as JWTs count.
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// The moment as the calendar library knows it.
    pub fn to_utc(self) -> DateTime<Utc> {
        self.0
    }

    /// How long from `earlier` to this; zero when it is not later.
    pub fn since(self, earlier: Self) -> Duration {
        (self.0 - earlier.0).to_std().unwrap_or_default()
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let delta = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Self(self.0.checked_add_signed(delta).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let delta = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Self(self.0.checked_sub_signed(delta).unwrap_or(DateTime::<Utc>::MIN_UTC))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true).fmt(f)
    }
}
