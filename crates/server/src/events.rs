//! Every domain event, and who must hear of it. The matches are exhaustive: a new event has to answer whether it is
//! audited, which jobs it starts, who is notified, and whose sockets learn of it.

mod accounts;
pub mod audit;
mod entries;
mod notices;
mod people;
mod signals;

use std::time::Duration;

use praca_api::ads::{Ad, AdAction, AdStatus};
use praca_api::events::Receipt;
use praca_api::messages::ReadState;
use praca_api::notifications::NotificationNew;
use praca_api::rooms::{MemberRole, Room};
use praca_api::uploads::Upload;
use praca_api::{AdId, ConversationId, Timestamp, UploadId, UserId};
use serde_json::json;
use uuid::Uuid;

use crate::bus::{Change, Hearers};
use crate::jobs::NewJob;

pub use accounts::{AccountEvent, Letter, SessionEnd};
pub use people::{EVERYBODY, Pair, PairStep, Told};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Something happened to an account.
    Account(AccountEvent),
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
    /// Two people have a conversation now; nothing is written in it yet.
    PairOpened {
        /// Which.
        conversation: ConversationId,
        /// Who.
        people: [UserId; 2],
    },
    /// A person joined or left a room.
    MembershipChanged {
        /// Which.
        conversation: ConversationId,
        /// Who.
        user: UserId,
        /// Whether they are a member now.
        member: bool,
    },
    /// A person keeps a conversation quiet, or no longer does.
    ConversationMuted {
        /// Which.
        conversation: ConversationId,
        /// Who.
        user: UserId,
        /// Whether it is quiet now.
        muted: bool,
        /// Whether it is of two people.
        of_two: bool,
    },
    /// A first contact was accepted or refused, or one of the two blocks the other.
    PairChanged {
        /// Which conversation.
        conversation: ConversationId,
        /// The two, as they were before.
        pair: Pair,
        /// What happened.
        step: PairStep,
    },
    /// Somebody blocked somebody, or no longer does.
    BlockChanged {
        /// Who.
        by: UserId,
        /// Whom.
        whom: UserId,
        /// Whether they are blocked now.
        blocked: bool,
    },
    /// A person changed what they share of themselves.
    PreferencesChanged {
        /// Who.
        user: UserId,
        /// Whether they show their presence from now on, if that changed.
        presence: Option<bool>,
    },
    /// A file that was announced is there, or was given up and may be.
    UploadArrived {
        /// Which.
        upload: UploadId,
        /// The folder of what is made of it.
        folder: String,
        /// How long until nothing can be sent in its place any more.
        cleared_after: Duration,
        /// How many of its owner's are being examined before it.
        before: u32,
    },
    /// An upload is ready, or rejected.
    UploadChanged {
        /// Whose.
        user: UserId,
        /// As its owner sees it now.
        upload: Box<Upload>,
    },
    /// A person is told something, in their list of notifications.
    Notified {
        /// Who.
        user: UserId,
        /// What.
        news: Box<NotificationNew>,
        /// The devices it is sent to as well.
        devices: Vec<Uuid>,
    },
    /// A person read notifications.
    NotificationsRead {
        /// Who.
        user: UserId,
    },
    /// Nothing shows these uploads any more.
    UploadsReleased {
        /// Which, with the folders of their files.
        uploads: Vec<(UploadId, String)>,
    },
    /// A step in an ad's life.
    AdStepped {
        /// Which ad.
        ad: AdId,
        /// Whose.
        owner: UserId,
        /// What it is called.
        title: String,
        /// What was done.
        action: AdAction,
        /// Where it stands since.
        to: AdStatus,
        /// By whom; none = the program.
        by: Option<UserId>,
        /// Why.
        reason: Option<String>,
        /// Whether what is on display then was not before.
        is_news: bool,
    },
    /// The time of an ad on display ends soon.
    AdEnding {
        /// Which ad.
        ad: AdId,
        /// Whose.
        owner: UserId,
        /// What it is called.
        title: String,
        /// When it ends.
        end: Timestamp,
    },
    /// People who look for such an ad are to know that it is there.
    AdFound {
        /// Which ad.
        ad: AdId,
        /// They, and what they call their search.
        searchers: Vec<(UserId, Option<String>)>,
    },
    /// What ads are sorted into was changed.
    CategoryArranged {
        /// Which category.
        slug: String,
        /// By whom; none = the machine.
        by: Option<UserId>,
        /// Whether it was removed.
        is_gone: bool,
    },
    /// An ad is not what it was.
    AdChanged {
        /// Whose.
        owner: UserId,
        /// As its owner sees it now.
        ad: Box<Ad>,
    },
    /// Messages were sent, edited, deleted, reacted to or pinned.
    MessagesChanged {
        /// Where.
        conversation: ConversationId,
        /// The changes, in ascending `rev`.
        changes: Vec<Change>,
        /// Whose sockets get them.
        hearers: Hearers,
        /// Who is named by new ones.
        told: Vec<Told>,
    },
    /// A person read on in a room.
    CursorMoved {
        /// Who.
        user: UserId,
        /// How far.
        state: ReadState,
        /// The socket it came from.
        socket: Option<String>,
    },
    /// A person read on between two people, or a client of theirs got messages.
    ReceiptMoved {
        /// How far, as they know themselves.
        mine: Receipt,
        /// The other, and how far as far as they may know; none if nothing moved for them.
        theirs: Option<(UserId, Receipt)>,
        /// The socket it came from.
        socket: Option<String>,
    },
    /// A person is typing in a room. Never stored.
    TypingSeen {
        /// Where.
        conversation: ConversationId,
        /// Who.
        user: UserId,
        /// The socket it came from.
        socket: String,
        /// Who does not hear of it.
        without: Vec<UserId>,
    },
    /// A person is typing to another. Never stored.
    DmTypingSeen {
        /// Where.
        conversation: ConversationId,
        /// Who.
        user: UserId,
        /// To whom.
        peer: UserId,
        /// The socket it came from.
        socket: String,
    },
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
    /// Jobs stored in the same transaction.
    pub fn jobs(&self) -> Vec<NewJob> {
        match self {
            Self::UploadArrived { upload, folder, cleared_after, before } => {
                let payload = json!({ "id": upload, "folder": folder });
                let process = NewJob::new(NewJob::PROCESS_UPLOAD, payload.clone());
                let clear = NewJob { delay: *cleared_after, ..NewJob::new(NewJob::CLEAR_UPLOAD, payload) };
                vec![NewJob { turn: *before, unique_key: Some(format!("upload:{upload}")), ..process }, clear]
            }
            Self::Account(event) => event.jobs(),
            Self::UploadsReleased { uploads } => {
                vec![NewJob::new(NewJob::REMOVE_UPLOADS, json!({ "uploads": uploads }))]
            }
            Self::Notified { news, devices, .. } => {
                let push = |device| json!({ "device": device, "notification": news.notification.id });
                // Everybody's first device before anybody's second.
                let job = |(turn, device)| NewJob { turn, ..NewJob::new(NewJob::PUSH, push(device)) };
                (0..).zip(devices).map(job).collect()
            }
            Self::AdStepped { ad, is_news: true, .. } => {
                vec![NewJob::new(NewJob::TELL_SEARCHERS, json!({ "ad": ad }))]
            }
            Self::SigningKeysRotated { .. }
            | Self::RoomCreated { .. }
            | Self::RoomChanged { .. }
            | Self::MemberSilenceChanged { .. }
            | Self::MemberRoleChanged { .. }
            | Self::PairOpened { .. }
            | Self::MembershipChanged { .. }
            | Self::ConversationMuted { .. }
            | Self::PairChanged { .. }
            | Self::BlockChanged { .. }
            | Self::PreferencesChanged { .. }
            | Self::UploadChanged { .. }
            | Self::AdStepped { .. }
            | Self::AdEnding { .. }
            | Self::AdFound { .. }
            | Self::CategoryArranged { .. }
            | Self::AdChanged { .. }
            | Self::MessagesChanged { .. }
            | Self::NotificationsRead { .. }
            | Self::CursorMoved { .. }
            | Self::ReceiptMoved { .. }
            | Self::TypingSeen { .. }
            | Self::DmTypingSeen { .. } => Vec::new(),
        }
    }
}
