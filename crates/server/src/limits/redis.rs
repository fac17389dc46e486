//! Limits in Redis, for many nodes.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use praca_api::people::Presence;
use praca_api::{ConversationId, Timestamp, UserId};
use redis::aio::ConnectionManager;
use redis::{Client, RedisResult, Script};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::presence::Shift;
use super::slow_mode::{Clocks, Reservation, SlowModeKeys, Wait};
use super::tries::Slowing;
use super::{LocalLimits, wait_of};
use crate::antispam::Shape;
use crate::bus::connection_config;
use crate::clock::Clock;
use crate::config::Quota;
use crate::error::{Error, Result};

/// Longest a question to Redis may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long nobody asks after one that got no answer.
const SILENCE: Duration = Duration::from_secs(1);

/// People with an open client, by the end of their lease; for counting alone.
const ONLINE: &str = "praca:online";

static ALIKE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("alike.lua")));
static PRESENCE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("presence.lua")));
static TRIES: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("tries.lua")));
static SLOW_MODE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("slow_mode.lua")));

/// Counts from the first use. Returns 0, or the milliseconds to wait. ARGV: count, window ms, shift ms.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local time = redis.call('TIME') \
         local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[3]) \
         local window = redis.call('HMGET', KEYS[1], 'used', 'ends') \
         local used, ends = tonumber(window[1]) or 0, tonumber(window[2]) or 0 \
         if ends <= now then \
           used, ends = 0, now + tonumber(ARGV[2]) \
         end \
         if used >= tonumber(ARGV[1]) then return ends - now end \
         redis.call('HSET', KEYS[1], 'used', used + 1, 'ends', ends) \
         redis.call('PEXPIRE', KEYS[1], ARGV[2]) \
         return 0",
    )
});

/// Limits all nodes share. Time is Redis `TIME`, the same for every node.
#[derive(Clone)]
pub struct RedisLimits {
    connection: ConnectionManager,
    clock: Clock,
    /// Counts floods while Redis is out of reach.
    alone: Arc<LocalLimits>,
    /// Until when nobody asks, since the last question got no answer.
    silent_until: Arc<Mutex<Option<Instant>>>,
}

impl RedisLimits {
    /// Connects.
    ///
    /// # Errors
    /// A wrong URL, or no Redis there. Later outages heal by themselves.
    pub async fn connect(url: &str, clock: Clock) -> Result<Self> {
        let connection = ConnectionManager::new_with_config(Client::open(url)?, connection_config()).await?;
        let alone = Arc::new(LocalLimits::new(clock.clone()));
        Ok(Self { connection, alone, clock, silent_until: Arc::default() })
    }

    /// Asks Redis, but not for long: a connection that is being made again would keep everybody waiting for as long as that
    /// takes. After a question without an answer nobody asks for a moment.
    async fn ask<T>(&self, question: impl Future<Output = RedisResult<T>>) -> Result<T> {
        let away = || Error::unavailable("The coordinator is out of reach; try again in a moment.");
        let silent_until = || self.silent_until.lock().unwrap_or_else(PoisonError::into_inner);
        if silent_until().is_some_and(|until| Instant::now() < until) {
            return Err(away());
        }
        match timeout(PATIENCE, question).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                if error.is_io_error() || error.is_timeout() || error.is_connection_dropped() {
                    *silent_until() = Some(Instant::now() + SILENCE);
                }
                Err(error.into())
            }
            Err(_) => {
                *silent_until() = Some(Instant::now() + SILENCE);
                Err(away())
            }
        }
    }

    pub(super) async fn take(&self, key: &str, quota: Quota) -> Option<Duration> {
        let mut connection = self.connection.clone();
        let mut take = TAKE.key(format!("praca:limit:{key}"));
        take.arg(quota.count).arg(millis(quota.per)).arg(self.clock.shift_millis());
        match self.ask(take.invoke_async::<u64>(&mut connection)).await {
            Ok(0) => None,
            Ok(wait) => Some(Duration::from_millis(wait)),
            Err(_) => self.alone.take(key, quota),
        }
    }

    pub(super) async fn failures_wait(&self, key: &str) -> Option<Duration> {
        let mut connection = self.connection.clone();
        let mut look = TRIES.key(tries_key(key));
        look.arg("wait").arg(self.clock.shift_millis());
        match self.ask(look.invoke_async::<u64>(&mut connection)).await {
            Ok(wait) => (wait > 0).then(|| Duration::from_millis(wait)),
            Err(_) => self.alone.failures_wait(key),
        }
    }

    pub(super) async fn note_failure(&self, key: &str, slowing: &Slowing) -> u32 {
        let mut connection = self.connection.clone();
        let mut note = TRIES.key(tries_key(key));
        note.arg("note").arg(self.clock.shift_millis()).arg(slowing.from);
        note.arg(millis(slowing.shortest)).arg(millis(slowing.longest)).arg(millis(slowing.kept));
        match self.ask(note.invoke_async(&mut connection)).await {
            Ok(count) => count,
            Err(_) => self.alone.note_failure(key, slowing),
        }
    }

    pub(super) async fn forget_failures(&self, key: &str) {
        self.alone.forget_failures(key);
        let mut connection = self.connection.clone();
        // Without an answer they count until they are old.
        let _: Result<()> = self.ask(redis::cmd("DEL").arg(tries_key(key)).query_async(&mut connection)).await;
    }

    pub(super) async fn note_text(&self, user: UserId, id: Uuid, shape: Shape, quota: Quota) -> bool {
        let mut connection = self.connection.clone();
        let mut note = ALIKE.key(text_key(user));
        note.arg("note").arg(id.to_string()).arg(shape.bits >> 32).arg(shape.bits & 0xFFFF_FFFF).arg(shape.tolerance);
        note.arg(quota.count).arg(millis(quota.per)).arg(self.clock.shift_millis());
        match self.ask(note.invoke_async(&mut connection)).await {
            Ok(noted) => noted,
            Err(_) => self.alone.note_text(user, id, shape, quota),
        }
    }

    pub(super) async fn forget_text(&self, user: UserId, id: Uuid) {
        self.alone.forget_text(user, id);
        let mut connection = self.connection.clone();
        let mut forget = ALIKE.key(text_key(user));
        forget.arg("forget").arg(id.to_string());
        // Without an answer it counts until it is old.
        let _: Result<bool> = self.ask(forget.invoke_async(&mut connection)).await;
    }

    pub(super) async fn reserve(&self, keys: &SlowModeKeys, clocks: Clocks, nonce: &str) -> Result<Reservation> {
        let (granted, wait) = self.run("reserve", keys, clocks, &keys.owner(nonce)).await?;
        Ok(if granted { Reservation::Granted } else { Reservation::Blocked(wait) })
    }

    pub(super) async fn release(&self, keys: &SlowModeKeys, nonce: &str) -> Result<()> {
        let stopped = Clocks { room: Duration::ZERO, user: Duration::ZERO, slack: Duration::ZERO };
        self.run("release", keys, stopped, &keys.owner(nonce)).await.map(drop)
    }

    pub(super) async fn waiting(&self, keys: &SlowModeKeys, clocks: Clocks) -> Result<Wait> {
        Ok(self.run("look", keys, clocks, "").await?.1)
    }

    async fn run(&self, mode: &str, keys: &SlowModeKeys, clocks: Clocks, owner: &str) -> Result<(bool, Wait)> {
        let mut connection = self.connection.clone();
        let mut script = SLOW_MODE.key(&keys.room);
        script.key(&keys.user).arg(mode).arg(owner);
        script.arg(millis(clocks.room)).arg(millis(clocks.user)).arg(millis(clocks.slack));
        script.arg(self.clock.shift_millis());
        let (granted, room, user, now): (bool, u64, u64, i64) = self.ask(script.invoke_async(&mut connection)).await?;
        let now = Timestamp::from_millis(now).ok_or_else(|| Error::internal("Redis TIME is outside the calendar"))?;
        Ok((granted, wait_of(room, user, now)))
    }

    pub(super) async fn lease(&self, present: &[(ConversationId, UserId)], lease: Duration) -> Result<()> {
        let ends = (self.clock.now() + lease).millis();
        let mut pipe = redis::pipe();
        for (conversation, user) in present {
            let key = presence_key(*conversation);
            pipe.zadd(&key, user.to_string(), ends).ignore().pexpire_at(&key, ends).ignore();
        }
        self.ask(pipe.query_async(&mut self.connection.clone())).await
    }

    pub(super) async fn end_leases(&self, gone: &[(ConversationId, UserId)]) -> Result<()> {
        let mut pipe = redis::pipe();
        for (conversation, user) in gone {
            pipe.zrem(presence_key(*conversation), user.to_string()).ignore();
        }
        self.ask(pipe.query_async(&mut self.connection.clone())).await
    }

    pub(super) async fn set_presence(
        &self,
        node: Uuid,
        people: &[(UserId, Option<Presence>)],
        lease: Duration,
    ) -> Result<Vec<Shift>> {
        let now = self.clock.now();
        let mut pipe = redis::pipe();
        pipe.load_script(&PRESENCE).ignore();
        for (user, here) in people {
            let mut script = PRESENCE.key(person_key(*user));
            script.arg(now.millis()).arg(node.to_string()).arg(letter(*here)).arg((now + lease).millis());
            pipe.invoke_script(&script);
            if here.is_some() {
                pipe.zadd(ONLINE, user.to_string(), (now + lease).millis()).ignore();
            }
        }
        let answers: Vec<(String, String)> = self.ask(pipe.query_async(&mut self.connection.clone())).await?;
        let shift = |((user, _), (before, after)): (&(UserId, _), (String, String))| Shift {
            user: *user,
            before: state_of(&before),
            after: state_of(&after),
        };
        let shifts: Vec<Shift> = people.iter().zip(answers).map(shift).collect();
        // For counting alone: what is not done now ends with its lease.
        let _ = self.forget_online(shifts.iter().filter(|shift| shift.after == Presence::Offline)).await;
        Ok(shifts)
    }

    async fn forget_online(&self, gone: impl Iterator<Item = &Shift>) -> Result<()> {
        let gone: Vec<String> = gone.map(|shift| shift.user.to_string()).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let mut pipe = redis::pipe();
        pipe.zrem(ONLINE, gone).ignore();
        self.ask(pipe.query_async(&mut self.connection.clone())).await
    }

    pub(super) async fn online(&self) -> Result<u64> {
        let now = self.clock.now().millis();
        let mut pipe = redis::pipe();
        // Of nodes that died.
        pipe.zrembyscore(ONLINE, "-inf", now).ignore().zcard(ONLINE);
        let (count,): (u64,) = self.ask(pipe.query_async(&mut self.connection.clone())).await?;
        Ok(count)
    }

    pub(super) async fn presence(&self, people: &[UserId]) -> Result<Vec<Presence>> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.clock.now().millis();
        let mut pipe = redis::pipe();
        pipe.load_script(&PRESENCE).ignore();
        for user in people {
            let mut script = PRESENCE.key(person_key(*user));
            script.arg(now);
            pipe.invoke_script(&script);
        }
        let answers: Vec<(String, String)> = self.ask(pipe.query_async(&mut self.connection.clone())).await?;
        Ok(answers.iter().map(|(_, now)| state_of(now)).collect())
    }

    pub(super) async fn present_people(&self, conversation: ConversationId) -> Result<HashSet<UserId>> {
        let now = self.clock.now().millis();
        let mut range = redis::cmd("ZRANGEBYSCORE");
        range.arg(presence_key(conversation)).arg(format!("({now}")).arg("+inf");
        let people: Vec<String> = self.ask(range.query_async(&mut self.connection.clone())).await?;
        Ok(people.iter().filter_map(|user| user.parse().ok()).collect())
    }

    pub(super) async fn present(&self, conversations: &[ConversationId]) -> Result<Vec<u64>> {
        if conversations.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.clock.now().millis();
        let mut pipe = redis::pipe();
        for conversation in conversations {
            pipe.zcount(presence_key(*conversation), format!("({now}"), "+inf");
        }
        self.ask(pipe.query_async(&mut self.connection.clone())).await
    }
}

fn tries_key(key: &str) -> String {
    format!("praca:tries:{key}")
}

fn text_key(user: UserId) -> String {
    format!("praca:alike:{{{user}}}")
}

fn person_key(user: UserId) -> String {
    format!("praca:person:{{{user}}}")
}

/// A state as the script writes it.
fn letter(state: Option<Presence>) -> &'static str {
    match state {
        Some(Presence::Online) => "o",
        Some(Presence::Away) => "a",
        Some(Presence::Offline) | None => "",
    }
}

fn state_of(letter: &str) -> Presence {
    match letter {
        "o" => Presence::Online,
        "a" => Presence::Away,
        _ => Presence::Offline,
    }
}

fn presence_key(conversation: ConversationId) -> String {
    format!("praca:present:{{{conversation}}}")
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
