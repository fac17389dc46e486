//! What the nodes are told of an event once it is committed, and whose sockets learn of it.

use praca_api::accounts::AccountStatus;
use praca_api::dms::DmState;
use praca_api::events::{
    BlockChanged, DmUpdated, Mentioned, Muted, RoleChanged, RoomUpdated, ServerEvent, StatusChanged, Typing,
};
use praca_api::{ConversationId, UserId};

use super::{EVERYBODY, Event, Pair, PairStep, Told};
use crate::bus::{Audience, CacheKey, Signal};

impl Event {
    /// What the nodes are told once it is committed.
    pub fn signals(&self) -> Vec<Signal> {
        match self {
            Self::AccountRegistered { .. } | Self::SessionStarted { .. } | Self::RoomCreated { .. } => Vec::new(),
            Self::AccountUpdated { user } => vec![Signal::Forget(CacheKey::Person(*user))],
            Self::AccountStatusChanged { user, to, reason, until, .. } => {
                let event = StatusChanged { status: *to, reason: Some(reason.clone()), until: *until };
                let mut signals =
                    vec![Signal::Forget(CacheKey::Person(*user)), to_person(*user, &ServerEvent::AccountStatus(event))];
                if *to == AccountStatus::Suspended || *to == AccountStatus::Deleted {
                    signals.push(Signal::Close { user: *user, sessions: None });
                }
                signals
            }
            Self::AccountRoleChanged { user, to, .. } => vec![
                Signal::Forget(CacheKey::Person(*user)),
                to_person(*user, &ServerEvent::AccountRole(RoleChanged { role: *to })),
            ],
            Self::SessionsEnded { user, sessions, .. } => {
                vec![Signal::Forget(CacheKey::Person(*user)), Signal::Close { user: *user, sessions: sessions.clone() }]
            }
            Self::SigningKeysRotated { .. } => vec![Signal::Forget(CacheKey::SigningKeys)],
            Self::RoomChanged { room, .. } => vec![
                Signal::Forget(CacheKey::Conversation(room.id)),
                Signal::emit(
                    Audience::Conversation { id: room.id, except: None, without: Vec::new() },
                    &ServerEvent::RoomUpdated(RoomUpdated { room: (**room).clone() }),
                ),
            ],
            Self::MemberSilenceChanged { room, user, .. } | Self::MemberRoleChanged { room, user, .. } => {
                vec![Signal::Forget(CacheKey::Membership(*room, *user))]
            }
            Self::MembershipChanged { conversation, user, member } => vec![
                Signal::Forget(CacheKey::Membership(*conversation, *user)),
                Signal::Membership { conversation: *conversation, user: *user, member: *member },
            ],
            Self::ConversationMuted { conversation, user, muted, of_two } => {
                let muted = Muted { conversation_id: *conversation, muted: *muted };
                vec![to_person(
                    *user,
                    &if *of_two { ServerEvent::DmMuted(muted) } else { ServerEvent::RoomMuted(muted) },
                )]
            }
            Self::PairChanged { conversation, pair, step } => pair_signals(*conversation, *pair, *step),
            Self::BlockChanged { by, whom, blocked } => {
                let told = ServerEvent::BlockChanged(BlockChanged { user_id: *whom, blocked: *blocked });
                let forget = [*by, *whom].map(|user| Signal::Forget(CacheKey::Blocks(user)));
                let part = blocked.then_some(Signal::Part(*by, *whom));
                forget.into_iter().chain(part).chain([to_person(*by, &told)]).collect()
            }
            Self::PreferencesChanged { user } => {
                vec![Signal::Forget(CacheKey::Person(*user)), Signal::Hide(*user)]
            }
            Self::MessagesChanged { conversation, changes, hearers, told } => {
                let changes =
                    Signal::Changes { conversation: *conversation, changes: changes.clone(), hearers: hearers.clone() };
                std::iter::once(changes).chain(told.iter().map(|told| mentioned(*conversation, told))).collect()
            }
            Self::CursorMoved { user, state, socket } => {
                vec![Signal::emit(Audience::Person { id: *user, except: socket.clone() }, &ServerEvent::Read(*state))]
            }
            Self::ReceiptMoved { mine, theirs, socket } => {
                let to = Audience::Person { id: mine.user_id, except: socket.clone() };
                let own = Signal::emit(to, &ServerEvent::DmReceipt(*mine));
                let theirs = theirs.map(|(peer, receipt)| to_person(peer, &ServerEvent::DmReceipt(receipt)));
                std::iter::once(own).chain(theirs).collect()
            }
            Self::TypingSeen { conversation, user, socket, without } => {
                let to = Audience::Conversation {
                    id: *conversation,
                    except: Some(socket.clone()),
                    without: without.clone(),
                };
                let typing = Typing { conversation_id: *conversation, user_id: *user };
                vec![Signal::emit(to, &ServerEvent::Typing(typing))]
            }
            Self::DmTypingSeen { conversation, user, peer, socket } => {
                let typing = ServerEvent::DmTyping(Typing { conversation_id: *conversation, user_id: *user });
                let own = Audience::Person { id: *user, except: Some(socket.clone()) };
                vec![Signal::emit(own, &typing), to_person(*peer, &typing)]
            }
        }
    }
}

/// Both forget what they knew of each other; each hears only what they may know.
fn pair_signals(conversation: ConversationId, pair: Pair, step: PairStep) -> Vec<Signal> {
    let told =
        |user, state| to_person(user, &ServerEvent::DmUpdated(DmUpdated { conversation_id: conversation, state }));
    let mut signals: Vec<Signal> =
        pair.people().into_iter().map(|user| Signal::Forget(CacheKey::Membership(conversation, user))).collect();
    match step {
        PairStep::Accepted => signals.extend(pair.people().into_iter().map(|user| told(user, Some(DmState::Open)))),
        PairStep::Refused => signals.push(told(pair.other(pair.requested_by), None)),
        PairStep::Blocked { by } => signals.push(told(by, Some(DmState::Blocked))),
        PairStep::Unblocked { by } => {
            let state = if pair.accepted { DmState::Open } else { DmState::Requested };
            signals.push(told(by, Some(state)));
        }
    }
    signals
}

/// A message named somebody, or everybody.
fn mentioned(conversation: ConversationId, told: &Told) -> Signal {
    let event = Mentioned { conversation_id: conversation, seq: told.seq, author_id: told.author };
    let event = ServerEvent::Mentioned(event);
    if told.user == EVERYBODY {
        let without = told.without.iter().copied().chain([told.author]).collect();
        return Signal::emit(Audience::Members { id: conversation, without }, &event);
    }
    to_person(told.user, &event)
}

fn to_person(id: UserId, event: &ServerEvent) -> Signal {
    Signal::emit(Audience::Person { id, except: None }, event)
}
