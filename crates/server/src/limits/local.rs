//! Limits in memory, for one node.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use praca_api::people::Presence;
use praca_api::{ConversationId, Timestamp, UserId};
use uuid::Uuid;

use super::alike::Noted;
use super::presence::{Shift, most_present};
use super::slow_mode::{Clocks, Reservation, SlowModeKeys, Wait};
use super::tries::{Failures, Slowing};
use super::wait_of;
use crate::antispam::Shape;
use crate::clock::Clock;
use crate::config::Quota;

/// Entries after which what has ended is swept.
const SWEEP_AT: usize = 4_096;

/// Limits of this process, on the app's clock.
#[derive(Clone)]
pub struct LocalLimits {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    windows: HashMap<String, Window>,
    slow: HashMap<String, Stamp>,
    leases: HashMap<ConversationId, HashMap<UserId, Timestamp>>,
    people: HashMap<UserId, Nodes>,
    texts: HashMap<UserId, Noted>,
    failures: HashMap<String, Failures>,
    sweep_at: usize,
}

/// How a person is on each node, until when.
type Nodes = HashMap<Uuid, (Presence, Timestamp)>;

/// How a person is over all nodes; leases that have ended are dropped.
fn over_all(nodes: &mut Nodes, now: Timestamp) -> Presence {
    nodes.retain(|_, (_, ends)| *ends > now);
    most_present(nodes.values().map(|(state, _)| *state))
}

/// Uses counted from the first.
struct Window {
    used: u32,
    ends: Timestamp,
}

/// Who wrote last, when, and the interval at that moment.
struct Stamp {
    owner: String,
    at: Timestamp,
    interval: Duration,
    ends: Timestamp,
}

impl LocalLimits {
    /// Nothing counted yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock half-way; a poisoned lock still holds true counts.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self, key: &str, quota: Quota) -> Option<Duration> {
        let now = self.clock.now();
        let mut state = self.state();
        state.sweep(now);
        let window = state.windows.entry(key.to_owned()).or_insert_with(|| Window { used: 0, ends: now + quota.per });
        if window.ends <= now {
            *window = Window { used: 0, ends: now + quota.per };
        }
        if window.used >= quota.count {
            return Some(window.ends.since(now).max(Duration::from_millis(1)));
        }
        window.used += 1;
        None
    }

    pub(super) fn failures_wait(&self, key: &str) -> Option<Duration> {
        let now = self.clock.now();
        self.state().failures.get(key)?.wait(now)
    }

    pub(super) fn note_failure(&self, key: &str, slowing: &Slowing) -> u32 {
        let now = self.clock.now();
        let mut state = self.state();
        state.sweep(now);
        state.failures.entry(key.to_owned()).or_insert_with(|| Failures::none(now)).note(slowing, now)
    }

    pub(super) fn forget_failures(&self, key: &str) {
        self.state().failures.remove(key);
    }

    pub(super) fn note_text(&self, user: UserId, id: Uuid, shape: Shape, quota: Quota) -> bool {
        let now = self.clock.now();
        let mut state = self.state();
        state.sweep(now);
        state.texts.entry(user).or_default().note(id, shape, quota, now)
    }

    pub(super) fn forget_text(&self, user: UserId, id: Uuid) {
        if let Some(noted) = self.state().texts.get_mut(&user) {
            noted.forget(id);
        }
    }

    pub(super) fn reserve(&self, keys: &SlowModeKeys, clocks: Clocks, nonce: &str) -> Reservation {
        let now = self.clock.now();
        let owner = keys.owner(nonce);
        let mut state = self.state();
        state.sweep(now);
        let wait = state.wait(keys, clocks, now, Some(&owner));
        if wait.retry_after_ms > 0 {
            return Reservation::Blocked(wait);
        }
        for (key, interval) in [(&keys.room, clocks.room), (&keys.user, clocks.user)] {
            let found = state.slow.get(key).is_some_and(|stamp| stamp.owner == owner && stamp.ends > now);
            if !interval.is_zero() && !found {
                let ends = now + interval + clocks.slack;
                state.slow.insert(key.clone(), Stamp { owner: owner.clone(), at: now, interval, ends });
            }
        }
        Reservation::Granted
    }

    pub(super) fn release(&self, keys: &SlowModeKeys, nonce: &str) {
        let owner = keys.owner(nonce);
        let mut state = self.state();
        for key in [&keys.room, &keys.user] {
            if state.slow.get(key).is_some_and(|stamp| stamp.owner == owner) {
                state.slow.remove(key);
            }
        }
    }

    pub(super) fn waiting(&self, keys: &SlowModeKeys, clocks: Clocks) -> Wait {
        self.state().wait(keys, clocks, self.clock.now(), None)
    }

    pub(super) fn lease(&self, present: &[(ConversationId, UserId)], lease: Duration) {
        let ends = self.clock.now() + lease;
        let mut state = self.state();
        for (conversation, user) in present {
            state.leases.entry(*conversation).or_default().insert(*user, ends);
        }
    }

    pub(super) fn end_leases(&self, gone: &[(ConversationId, UserId)]) {
        let mut state = self.state();
        for (conversation, user) in gone {
            if let Some(people) = state.leases.get_mut(conversation) {
                people.remove(user);
                if people.is_empty() {
                    state.leases.remove(conversation);
                }
            }
        }
    }

    pub(super) fn set_presence(
        &self,
        node: Uuid,
        people: &[(UserId, Option<Presence>)],
        lease: Duration,
    ) -> Vec<Shift> {
        let now = self.clock.now();
        let mut state = self.state();
        let shift = |(user, here): &(UserId, Option<Presence>)| {
            let nodes = state.people.entry(*user).or_default();
            let before = over_all(nodes, now);
            match here {
                Some(here) => nodes.insert(node, (*here, now + lease)),
                None => nodes.remove(&node),
            };
            let after = over_all(nodes, now);
            if nodes.is_empty() {
                state.people.remove(user);
            }
            Shift { user: *user, before, after }
        };
        people.iter().map(shift).collect()
    }

    pub(super) fn presence(&self, people: &[UserId]) -> Vec<Presence> {
        let now = self.clock.now();
        let mut state = self.state();
        let one = |user| state.people.get_mut(user).map_or(Presence::Offline, |nodes| over_all(nodes, now));
        people.iter().map(one).collect()
    }

    pub(super) fn online(&self) -> u64 {
        let now = self.clock.now();
        let here = |nodes: &HashMap<_, (Presence, Timestamp)>| nodes.values().any(|(_, ends)| *ends > now);
        u64::try_from(self.state().people.values().filter(|nodes| here(nodes)).count()).unwrap_or(u64::MAX)
    }

    pub(super) fn present_people(&self, conversation: ConversationId) -> HashSet<UserId> {
        let now = self.clock.now();
        let state = self.state();
        let people = state.leases.get(&conversation).into_iter().flatten();
        people.filter(|(_, ends)| **ends > now).map(|(user, _)| *user).collect()
    }

    pub(super) fn present(&self, conversations: &[ConversationId]) -> Vec<u64> {
        let now = self.clock.now();
        let mut state = self.state();
        let count = |id| {
            let people = state.leases.get_mut(id)?;
            people.retain(|_, ends| *ends > now);
            u64::try_from(people.len()).ok()
        };
        conversations.iter().map(count).map(Option::unwrap_or_default).collect()
    }
}

impl State {
    /// The longer of both waits; a stamp of `owner` itself does not count.
    fn wait(&self, keys: &SlowModeKeys, clocks: Clocks, now: Timestamp, owner: Option<&str>) -> Wait {
        let left = |key: &str, interval: Duration| {
            let Some(stamp) =
                self.slow.get(key).filter(|stamp| stamp.ends > now && owner != Some(stamp.owner.as_str()))
            else {
                return 0;
            };
            let ends = stamp.at + interval.min(stamp.interval);
            u64::try_from(ends.since(now).as_micros().div_ceil(1_000)).unwrap_or(u64::MAX)
        };
        wait_of(left(&keys.room, clocks.room), left(&keys.user, clocks.user), now)
    }

    fn sweep(&mut self, now: Timestamp) {
        let count = |state: &Self| state.windows.len() + state.slow.len() + state.texts.len() + state.failures.len();
        if count(self) <= self.sweep_at.max(SWEEP_AT) {
            return;
        }
        self.windows.retain(|_, window| window.ends > now);
        self.slow.retain(|_, stamp| stamp.ends > now);
        self.texts.retain(|_, noted| !noted.has_ended(now));
        self.failures.retain(|_, failures| !failures.has_ended(now));
        self.sweep_at = 2 * count(self);
    }
}
