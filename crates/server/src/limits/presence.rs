//! How a person is over all nodes, made of how they are on each.

use praca_api::UserId;
use praca_api::people::Presence;

/// How a person was and is, over all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Who.
    pub user: UserId,
    /// Before.
    pub before: Presence,
    /// After.
    pub after: Presence,
}

/// One client in use makes a person `online`; else one that is open makes them `away`.
pub fn most_present(states: impl Iterator<Item = Presence>) -> Presence {
    states.fold(Presence::Offline, |most, state| match (most, state) {
        (Presence::Online, _) | (_, Presence::Online) => Presence::Online,
        (Presence::Away, _) | (_, Presence::Away) => Presence::Away,
        (Presence::Offline, Presence::Offline) => Presence::Offline,
    })
}
