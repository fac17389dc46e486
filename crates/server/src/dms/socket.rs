//! The events of conversations of two.

use praca_api::ConversationId;
use praca_api::events::{ClientEvent, DmItems, DmJoined, DmOpened, InDm, Join, Nothing, OpenDm};
use praca_api::limits::PAGE_ITEMS;
use praca_api::messages::MarkRead;
use serde_json::value::RawValue;

use super::Dms;
use crate::conversations::access::{Action, Read, Write};
use crate::conversations::{ConversationAccess, Kind, done};
use crate::db::page::{PageQuery, checked_limit};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::gateway::{Answer, Caller, Family, Reply, SocketHandler, read_payload};

/// Handles `dms:*`.
pub struct DmsSocket {
    dms: Dms,
}

impl DmsSocket {
    /// The events this handles.
    pub const EVENTS: &[ClientEvent] = &[
        ClientEvent::DmsList,
        ClientEvent::DmsOpen,
        ClientEvent::DmsJoin,
        ClientEvent::DmsLeave,
        ClientEvent::DmsMessageSend,
        ClientEvent::DmsMessageEdit,
        ClientEvent::DmsMessageDelete,
        ClientEvent::DmsMessageReact,
        ClientEvent::DmsDelivered,
        ClientEvent::DmsRead,
        ClientEvent::DmsTyping,
    ];

    /// The handler over the slice.
    pub fn new(dms: Dms) -> Self {
        Self { dms }
    }

    async fn access<A: Action>(&self, caller: &Caller, id: ConversationId) -> Result<ConversationAccess<A>> {
        self.dms.0.conversations.access(&caller.actor, Kind::Dm, id).await
    }

    async fn run(&self, caller: Caller, event: ClientEvent, payload: &RawValue) -> Result<Reply> {
        let conversations = &self.dms.0.conversations;
        match event {
            ClientEvent::DmsList => {
                let newest = PageQuery { limit: Some(PAGE_ITEMS), after: None };
                Reply::with(&DmItems { items: self.dms.list(&caller.actor, &newest).await?.items })
            }
            ClientEvent::DmsOpen => {
                let OpenDm { user_id } = read_payload(payload)?;
                let id = self.dms.open(&caller.actor, user_id).await?;
                Reply::with(&DmOpened { dm: self.dms.get(id, caller.actor.id()).await? })
            }
            ClientEvent::DmsJoin => self.join(&caller, read_payload(payload)?).await,
            ClientEvent::DmsLeave => {
                let InDm { conversation_id, what: Nothing {} } = read_payload(payload)?;
                caller.leave(conversation_id);
                Reply::with(&Nothing {})
            }
            ClientEvent::DmsMessageSend => {
                let InDm { conversation_id, what } = read_payload(payload)?;
                let access = self.access::<Write>(&caller, conversation_id).await?;
                done(conversations.send(access, what, None).await?)
            }
            ClientEvent::DmsMessageEdit => {
                let InDm { conversation_id, what } = read_payload(payload)?;
                conversations.edit_live(&caller, Kind::Dm, conversation_id, what).await
            }
            ClientEvent::DmsMessageDelete => {
                let InDm { conversation_id, what } = read_payload(payload)?;
                conversations.delete_live(&caller, Kind::Dm, conversation_id, what).await
            }
            ClientEvent::DmsMessageReact => {
                let InDm { conversation_id, what } = read_payload(payload)?;
                conversations.react_live(&caller, Kind::Dm, conversation_id, what).await
            }
            ClientEvent::DmsDelivered => {
                let InDm { conversation_id, what: MarkRead { seq } } = read_payload(payload)?;
                let access = self.access::<Read>(&caller, conversation_id).await?;
                conversations.mark_delivered(&access, seq).await?;
                Reply::with(&Nothing {})
            }
            ClientEvent::DmsRead => {
                let InDm { conversation_id, what } = read_payload(payload)?;
                conversations.read_live(&caller, Kind::Dm, conversation_id, what).await
            }
            ClientEvent::DmsTyping => self.typing(&caller, read_payload(payload)?).await,
            other => Err(Error::internal(format!("{} is not of conversations of two", other.name()))),
        }
    }

    async fn join(&self, caller: &Caller, InDm { conversation_id, what: wish }: InDm<Join>) -> Result<Reply> {
        checked_limit(wish.limit)?;
        let access = self.access::<Read>(caller, conversation_id).await?;
        let joining = caller.begin_join(conversation_id, Family::Dms).await?;
        let conversations = &self.dms.0.conversations;
        let catchup = conversations.catch_up(&access, wish.limit, wish.after_seq, wish.after_rev).await?;
        let mut dm = self.dms.get(conversation_id, caller.actor.id()).await?;
        // What the client has is what it was given; the conversation may have gone on since.
        (dm.last_rev, dm.last_seq) = (catchup.rev, catchup.seq);
        let (rev, seq) = (catchup.rev, catchup.seq);
        Ok(Reply::with(&DmJoined { dm, caught: catchup.into() })?.then(move || joining.complete(rev, seq)))
    }

    /// Tells the other, once they have accepted to talk.
    async fn typing(&self, caller: &Caller, InDm { conversation_id, .. }: InDm<Nothing>) -> Result<Reply> {
        let access = self.access::<Write>(caller, conversation_id).await?;
        if access.reaches_peer() && caller.may_tell_typing(conversation_id) {
            self.dms.0.base.announce(&Event::DmTypingSeen {
                conversation: conversation_id,
                user: caller.actor.id(),
                peer: access.peer()?,
                socket: caller.socket(),
            });
        }
        Reply::with(&Nothing {})
    }
}

impl SocketHandler for DmsSocket {
    fn handle<'a>(&'a self, caller: Caller, event: ClientEvent, payload: &'a RawValue) -> Answer<'a, Reply> {
        Box::pin(self.run(caller, event, payload))
    }
}
