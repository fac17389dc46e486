//! Every domain event, and who must hear of it. The matches are exhaustive: a new event has to answer whether it is
//! audited, which jobs it starts, and whose sockets learn of it.

pub mod audit;

use praca_api::accounts::{AccountStatus, Role};
use praca_api::events::{RoleChanged, RoomUpdated, ServerEvent, StatusChanged, Typing};
use praca_api::messages::ReadState;
use praca_api::rooms::{MemberRole, Room};
use praca_api::{ConversationId, SessionId, Timestamp, UserId};
use serde_json::json;

use crate::bus::{Audience, CacheKey, Change, Signal};
use crate::jobs::NewJob;
use audit::Entry;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Somebody registered.
    AccountRegistered {
        /// Who.
        user: UserId,
    },
    /// A person changed their own name or language.
    AccountUpdated {
        /// Who.
        user: UserId,
    },
    /// An administrator changed somebody's status.
    AccountStatusChanged {
        /// Whose.
        user: UserId,
        /// By whom; none = the command line.
        by: Option<UserId>,
        /// Before.
        from: AccountStatus,
        /// After.
        to: AccountStatus,
        /// Why.
        reason: String,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// An administrator changed somebody's role.
    AccountRoleChanged {
        /// Whose.
        user: UserId,
        /// By whom; none = the command line.
        by: Option<UserId>,
        /// Before.
        from: Role,
        /// After.
        to: Role,
        /// Why.
        reason: String,
    },
    /// Somebody logged in.
    SessionStarted {
        /// Who.
        user: UserId,
        /// The new session.
        session: SessionId,
    },
    /// Sessions ended.
    SessionsEnded {
        /// Whose.
        user: UserId,
        /// Which; none = all.
        sessions: Option<Vec<SessionId>>,
        /// Why.
        cause: SessionEnd,
    },
    /// There is a new signing key.
    SigningKeysRotated {
        /// Its id.
        kid: String,
    },
    /// A room was created.
    RoomCreated {
        /// Which.
        room: ConversationId,
        /// By whom.
        by: Option<UserId>,
    },
    /// A room's settings changed.
    RoomChanged {
        /// As it is now.
        room: Box<Room>,
        /// By whom.
        by: UserId,
        /// What was done.
        action: RoomAction,
        /// Why, where one is asked for.
        reason: Option<String>,
    },
    /// A person was silenced in a room, or no longer is.
    MemberSilenceChanged {
        /// Where.
        room: ConversationId,
        /// Who.
        user: UserId,
        /// By whom.
        by: UserId,
        /// Why; none when lifted.
        reason: Option<String>,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// A person's role in a room changed.
    MemberRoleChanged {
        /// Where.
        room: ConversationId,
        /// Who.
        user: UserId,
        /// By whom.
        by: UserId,
        /// The new role.
        role: MemberRole,
    },
    /// A person joined or left a conversation, or muted it.
    MembershipChanged {
        /// Where.
        conversation: ConversationId,
        /// Who.
        user: UserId,
        /// Whether they are a member now.
        member: bool,
    },
    /// Messages were sent, edited, deleted or reacted to.
    MessagesChanged {
        /// Where.
        conversation: ConversationId,
        /// The changes, in ascending `rev`.
        changes: Vec<Change>,
        /// The moderator who deleted somebody else's message.
        moderator: Option<UserId>,
    },
    /// A person read on.
    CursorMoved {
        /// Who.
        user: UserId,
        /// How far.
        state: ReadState,
        /// The socket it came from.
        socket: Option<String>,
    },
    /// A person is typing. Never stored.
    TypingSeen {
        /// Where.
        conversation: ConversationId,
        /// Who.
        user: UserId,
        /// The socket it came from.
        socket: String,
    },
}

/// Why sessions ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// The person logged out or ended them.
    LoggedOut,
    /// A refresh token was used twice.
    Reused,
}

/// What was done to a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomAction {
    /// Name, topic, visibility or slow mode.
    Update,
    /// Nobody but moderators may write.
    Silence,
    /// Everybody may write again.
    LiftSilence,
    /// It is gone from the list and takes no more messages.
    Archive,
}

impl Event {
    /// What the audit log says of it, if anything.
    pub fn audit(&self) -> Option<Entry> {
        match self {
            Self::AccountRegistered { user } => Some(Entry::new("account.register", "user", user).by(Some(*user))),
            Self::AccountStatusChanged { user, by, from, to, reason, until } => Some(
                Entry::new("account.set_status", "user", user)
                    .by(*by)
                    .because(reason)
                    .with(json!({ "from": from, "to": to, "until": until })),
            ),
            Self::AccountRoleChanged { user, by, from, to, reason } => Some(
                Entry::new("account.set_role", "user", user)
                    .by(*by)
                    .because(reason)
                    .with(json!({ "from": from, "to": to })),
            ),
            Self::SessionsEnded { user, cause: SessionEnd::Reused, sessions } => {
                Some(Entry::new("session.reuse_detected", "user", user).with(json!({ "sessions": sessions })))
            }
            Self::SigningKeysRotated { kid } => Some(Entry::new("keys.rotate", "signing_key", kid)),
            Self::RoomCreated { room, by } => Some(Entry::new("room.create", "room", room).by(*by)),
            Self::RoomChanged { room, by, action, reason } => Some(room_entry(room, *by, *action, reason.clone())),
            Self::MemberSilenceChanged { room, user, by, reason, until } => {
                let action = if reason.is_some() { "room.silence_member" } else { "room.lift_member_silence" };
                let entry = Entry::new(action, "user", user).by(Some(*by));
                let entry = entry.with(json!({ "room": room, "until": until }));
                Some(Entry { reason: reason.clone(), ..entry })
            }
            Self::MemberRoleChanged { room, user, by, role } => Some(
                Entry::new("room.set_member_role", "user", user)
                    .by(Some(*by))
                    .with(json!({ "room": room, "role": role })),
            ),
            Self::MessagesChanged { conversation, changes, moderator: Some(moderator) } => Some(
                Entry::new("message.moderate", "conversation", conversation)
                    .by(Some(*moderator))
                    .with(json!({ "messages": changes.iter().map(|c| c.message.id).collect::<Vec<_>>() })),
            ),
            Self::AccountUpdated { .. }
            | Self::SessionStarted { .. }
            | Self::SessionsEnded { .. }
            | Self::MembershipChanged { .. }
            | Self::MessagesChanged { .. }
            | Self::CursorMoved { .. }
            | Self::TypingSeen { .. } => None,
        }
    }

    /// Jobs stored in the same transaction.
    pub fn jobs(&self) -> Vec<NewJob> {
        match self {
            Self::AccountRegistered { .. }
            | Self::AccountUpdated { .. }
            | Self::AccountStatusChanged { .. }
            | Self::AccountRoleChanged { .. }
            | Self::SessionStarted { .. }
            | Self::SessionsEnded { .. }
            | Self::SigningKeysRotated { .. }
            | Self::RoomCreated { .. }
            | Self::RoomChanged { .. }
            | Self::MemberSilenceChanged { .. }
            | Self::MemberRoleChanged { .. }
            | Self::MembershipChanged { .. }
            | Self::MessagesChanged { .. }
            | Self::CursorMoved { .. }
            | Self::TypingSeen { .. } => Vec::new(),
        }
    }

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
                    Audience::Conversation { id: room.id, except: None },
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
            Self::MessagesChanged { conversation, changes, .. } => {
                vec![Signal::Changes { conversation: *conversation, changes: changes.clone() }]
            }
            Self::CursorMoved { user, state, socket } => {
                vec![Signal::emit(Audience::Person { id: *user, except: socket.clone() }, &ServerEvent::Read(*state))]
            }
            Self::TypingSeen { conversation, user, socket } => vec![Signal::emit(
                Audience::Conversation { id: *conversation, except: Some(socket.clone()) },
                &ServerEvent::Typing(Typing { conversation_id: *conversation, user_id: *user }),
            )],
        }
    }
}

impl RoomAction {
    const fn name(self) -> &'static str {
        match self {
            Self::Update => "room.update",
            Self::Silence => "room.silence",
            Self::LiftSilence => "room.lift_silence",
            Self::Archive => "room.archive",
        }
    }
}

fn room_entry(room: &Room, by: UserId, action: RoomAction, reason: Option<String>) -> Entry {
    let entry = Entry::new(action.name(), "room", room.id).by(Some(by)).with(json!({
        "name": room.name,
        "visibility": room.visibility,
        "intervalGlobalSeconds": room.interval_global_seconds,
        "perUserSeconds": room.per_user_seconds,
        "silence": room.silence,
    }));
    Entry { reason, ..entry }
}

fn to_person(id: UserId, event: &ServerEvent) -> Signal {
    Signal::emit(Audience::Person { id, except: None }, event)
}
