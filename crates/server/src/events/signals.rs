//! What the nodes are told of an event once it is committed, and whose sockets learn of it.

use praca_api::ads::AdUpdated;
use praca_api::dms::DmState;
use praca_api::events::{
    BlockChanged, DmUpdated, Mentioned, Muted, Nothing, Receipt, RoomUpdated, ServerEvent, Typing,
};
use praca_api::notifications::NotificationNew;
use praca_api::rooms::Room;
use praca_api::uploads::{Upload, UploadChanged};
use praca_api::{ConversationId, UserId};

use super::{EVERYBODY, Event, Pair, PairStep, Told};
use crate::bus::{Audience, CacheKey, Change, Hearers, Sight, Signal};

impl Event {
    /// What the nodes are told once it is committed.
    pub fn signals(&self) -> Vec<Signal> {
        match self {
            Self::RoomCreated { .. }
            | Self::UploadArrived { .. }
            | Self::UploadsReleased { .. }
            | Self::AdStepped { .. }
            | Self::AdEnding { .. }
            | Self::AdFound { .. } => Vec::new(),
            Self::AdChanged { owner, ad } => {
                vec![to_person(*owner, &ServerEvent::AdUpdated(AdUpdated { ad: (**ad).clone() }))]
            }
            Self::Account(event) => event.signals(),
            Self::CategoryArranged { .. } => vec![Signal::Forget(CacheKey::Categories)],
            Self::SigningKeysRotated { .. } => vec![Signal::Forget(CacheKey::SigningKeys)],
            Self::RoomChanged { room, .. } => room_signals(room),
            Self::MemberSilenceChanged { room, user, .. } | Self::MemberRoleChanged { room, user, .. } => {
                vec![Signal::Forget(CacheKey::Membership(*room, *user))]
            }
            Self::PairOpened { conversation, people } => {
                people.iter().map(|user| Signal::Forget(CacheKey::Membership(*conversation, *user))).collect()
            }
            Self::MembershipChanged { conversation, user, member } => membership_signals(*conversation, *user, *member),
            Self::ConversationMuted { conversation, user, muted, of_two } => {
                vec![to_person(*user, &muted_event(*conversation, *muted, *of_two))]
            }
            Self::PairChanged { conversation, pair, step } => pair_signals(*conversation, *pair, *step),
            Self::BlockChanged { by, whom, blocked } => block_signals(*by, *whom, *blocked),
            Self::PreferencesChanged { user, presence } => {
                let sight = presence.map(|shown| Signal::Sight(Sight { of: *user, with: None, gains: shown }));
                std::iter::once(Signal::Forget(CacheKey::Person(*user))).chain(sight).collect()
            }
            Self::UploadChanged { user, upload } => vec![upload_signal(*user, upload)],
            Self::Notified { user, news, .. } => vec![news_signal(*user, news)],
            Self::NotificationsRead { user } => vec![to_person(*user, &ServerEvent::NotificationsRead(Nothing {}))],
            Self::MessagesChanged { conversation: id, changes, hearers, told } => {
                change_signals(*id, changes, hearers, told)
            }
            Self::CursorMoved { user, state, socket } => {
                vec![to_others(*user, socket.clone(), &ServerEvent::Read(*state))]
            }
            Self::ReceiptMoved { mine, theirs, socket } => receipt_signals(*mine, *theirs, socket.clone()),
            Self::TypingSeen { conversation, user, socket, without } => {
                vec![typing_signal(*conversation, *user, socket.clone(), without.clone())]
            }
            Self::DmTypingSeen { conversation, user, peer, socket } => {
                let typing = ServerEvent::DmTyping(Typing { conversation_id: *conversation, user_id: *user });
                vec![to_others(*user, Some(socket.clone()), &typing), to_person(*peer, &typing)]
            }
        }
    }
}

/// To whoever is in the room, but for the one who types and those who block them.
fn typing_signal(id: ConversationId, user: UserId, socket: String, without: Vec<UserId>) -> Signal {
    let everybody = Audience::Conversation { id, except: Some(socket), without };
    Signal::emit(everybody, &ServerEvent::Typing(Typing { conversation_id: id, user_id: user }))
}

fn news_signal(user: UserId, news: &NotificationNew) -> Signal {
    to_person(user, &ServerEvent::NotificationNew(news.clone()))
}

fn upload_signal(user: UserId, upload: &Upload) -> Signal {
    to_person(user, &ServerEvent::UploadStatus(UploadChanged { upload: upload.clone() }))
}

/// The changes, and those they name.
fn change_signals(id: ConversationId, changes: &[Change], hearers: &Hearers, told: &[Told]) -> Vec<Signal> {
    let changes = Signal::Changes { conversation: id, changes: changes.to_vec(), hearers: hearers.clone() };
    std::iter::once(changes).chain(told.iter().map(|told| mentioned(id, told))).collect()
}

fn room_signals(room: &Room) -> Vec<Signal> {
    let everybody = Audience::Conversation { id: room.id, except: None, without: Vec::new() };
    let event = ServerEvent::RoomUpdated(RoomUpdated { room: room.clone() });
    vec![Signal::Forget(CacheKey::Conversation(room.id)), Signal::emit(everybody, &event)]
}

/// Who joins may see others, and be seen; who leaves, no longer.
fn membership_signals(conversation: ConversationId, user: UserId, member: bool) -> Vec<Signal> {
    vec![
        Signal::Forget(CacheKey::Membership(conversation, user)),
        Signal::Membership { conversation, user, member },
        Signal::Sight(Sight { of: user, with: None, gains: member }),
    ]
}

/// Only who blocks hears of it; to each the other seems to have gone.
fn block_signals(by: UserId, whom: UserId, blocked: bool) -> Vec<Signal> {
    let told = ServerEvent::BlockChanged(BlockChanged { user_id: whom, blocked });
    let forget = [by, whom].map(|user| Signal::Forget(CacheKey::Blocks(user)));
    let sight = Signal::Sight(Sight { of: by, with: Some(whom), gains: !blocked });
    forget.into_iter().chain([sight, to_person(by, &told)]).collect()
}

/// To each how far the person has come, as far as they may know.
fn receipt_signals(mine: Receipt, theirs: Option<(UserId, Receipt)>, socket: Option<String>) -> Vec<Signal> {
    let own = to_others(mine.user_id, socket, &ServerEvent::DmReceipt(mine));
    let theirs = theirs.map(|(peer, receipt)| to_person(peer, &ServerEvent::DmReceipt(receipt)));
    std::iter::once(own).chain(theirs).collect()
}

fn muted_event(conversation_id: ConversationId, muted: bool, of_two: bool) -> ServerEvent {
    let muted = Muted { conversation_id, muted };
    if of_two { ServerEvent::DmMuted(muted) } else { ServerEvent::RoomMuted(muted) }
}

/// Both forget what they knew of each other; each hears only what they may know.
fn pair_signals(conversation: ConversationId, pair: Pair, step: PairStep) -> Vec<Signal> {
    let told =
        |user, state| to_person(user, &ServerEvent::DmUpdated(DmUpdated { conversation_id: conversation, state }));
    let mut signals: Vec<Signal> =
        pair.people().into_iter().map(|user| Signal::Forget(CacheKey::Membership(conversation, user))).collect();
    match step {
        PairStep::Accepted => {
            signals.push(Signal::Sight(Sight { of: pair.low, with: Some(pair.high), gains: true }));
            signals.extend(pair.people().into_iter().map(|user| told(user, Some(DmState::Open))));
        }
        PairStep::Refused => signals.push(told(pair.other(pair.requested_by), None)),
        PairStep::Blocked { by } => signals.push(told(by, Some(DmState::Blocked))),
        PairStep::Unblocked { by } => {
            let state = match (pair.accepted, pair.refused && by != pair.requested_by) {
                (true, _) => Some(DmState::Open),
                (false, false) => Some(DmState::Requested),
                // What they refused stays out of their list.
                (false, true) => None,
            };
            signals.push(told(by, state));
        }
    }
    signals
}

/// A message names somebody, or everybody, or no longer.
fn mentioned(conversation: ConversationId, told: &Told) -> Signal {
    let event = Mentioned { conversation_id: conversation, seq: told.seq, author_id: told.author };
    let event = if told.named { ServerEvent::Mentioned(event) } else { ServerEvent::Unmentioned(event) };
    if told.user == EVERYBODY {
        let without = told.without.iter().copied().chain([told.author]).collect();
        return Signal::emit(Audience::Members { id: conversation, without }, &event);
    }
    to_person(told.user, &event)
}

/// To a person's sockets but for the one it came from.
fn to_others(id: UserId, except: Option<String>, event: &ServerEvent) -> Signal {
    Signal::emit(Audience::Person { id, except }, event)
}

pub(super) fn to_person(id: UserId, event: &ServerEvent) -> Signal {
    Signal::emit(Audience::Person { id, except: None }, event)
}
