//! Who may do what in a conversation. Rules ask for a [`ConversationAccess`], which only [`Conversations::access`] makes:
//! it loads the rows, applies the one policy, and answers 404 (may not know of it) or 403 (may not do this).

use std::marker::PhantomData;
use std::sync::Arc;

use praca_api::rooms::{MemberRole, Silence};
use praca_api::{ConversationId, ProblemCode, Timestamp, UserId};

use super::entity::conversation::{Access, Kind, Model};
use super::{Conversations, store};
use crate::accounts::Blocks;
use crate::auth::Actor;
use crate::error::{Error, Result};
use crate::events::Pair;

/// What somebody wants to do.
pub trait Action {
    /// What the policy asks of them.
    const NEEDS: Needs;
}

/// What an action asks of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// To know of the conversation.
    Reading,
    /// Also not to be silenced, anywhere or here.
    Writing,
    /// To keep order here or everywhere.
    Moderating,
    /// To be an administrator.
    Administering,
}

/// Declares actions with what they need.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $needs:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Action for $name {
            const NEEDS: Needs = Needs::$needs;
        }
    )*};
}

actions! {
    /// Reading messages, members and settings; joining, leaving, muting, moving one's cursor.
    Read = Reading;
    /// Sending, editing, deleting one's own, reacting, typing.
    Write = Writing;
    /// Silencing members, pinning, reading earlier texts.
    Moderate = Moderating;
    /// Changing settings, silencing everyone, archiving, naming moderators.
    Administer = Administering;
}

/// A person's place in a conversation: membership and silence. Empty for a stranger.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Their role; none = not a member.
    pub role: Option<MemberRole>,
    /// Their silence here, running or ended.
    pub silence: Option<Silence>,
    /// The two people, in a conversation of two.
    pub pair: Option<Pair>,
}

/// Evidence that `actor` may do `A` in a conversation.
pub struct ConversationAccess<A> {
    conversation: Arc<Model>,
    place: Place,
    blocks: Option<Arc<Blocks>>,
    actor: Arc<Actor>,
    action: PhantomData<A>,
}

impl<A> ConversationAccess<A> {
    /// Which conversation.
    pub fn id(&self) -> ConversationId {
        self.conversation.id
    }

    /// Its settings. Its counters may be older than the newest message.
    pub fn conversation(&self) -> &Model {
        &self.conversation
    }

    /// Who.
    pub fn actor(&self) -> &Arc<Actor> {
        &self.actor
    }

    /// Whether they are a member.
    pub fn is_member(&self) -> bool {
        self.place.role.is_some()
    }

    /// Whether they keep order here: exempt from slow mode and silence of the room. Nobody does between two people.
    pub fn is_moderator(&self) -> bool {
        self.place.pair.is_none() && is_moderator(&self.actor, &self.place)
    }

    /// The two people, in a conversation of two.
    pub fn pair(&self) -> Option<&Pair> {
        self.place.pair.as_ref()
    }

    /// The other of the two.
    ///
    /// # Errors
    /// Internal: the evidence is of a room.
    pub fn peer(&self) -> Result<UserId> {
        let pair = self.pair().ok_or_else(|| Error::internal("a room has no peer"))?;
        Ok(pair.other(self.actor.id()))
    }

    /// Whether one of the two blocks the other.
    pub fn is_blocked(&self) -> bool {
        matches!((self.pair(), &self.blocks), (Some(pair), Some(blocks)) if blocks.between(pair.other(self.actor.id())))
    }

    /// Whether the actor blocks the other of the two.
    pub fn blocks_peer(&self) -> bool {
        matches!((self.pair(), &self.blocks), (Some(pair), Some(blocks)) if blocks.mine.contains(&pair.other(self.actor.id())))
    }

    /// Whether what one of the two does reaches the other: accepted, and nobody blocks.
    pub fn reaches_peer(&self) -> bool {
        self.pair().is_some_and(|pair| pair.accepted) && !self.is_blocked()
    }
}

impl Conversations {
    /// Loads a conversation of this kind for somebody who wants to do `A` in it.
    ///
    /// # Errors
    /// `resource.not_found`, `access.denied`, `rooms.silenced`, `account.silenced`, `account.suspended`.
    pub async fn access<A: Action>(
        &self,
        actor: &Arc<Actor>,
        kind: Kind,
        id: ConversationId,
    ) -> Result<ConversationAccess<A>> {
        actor.require_not_suspended()?;
        let inner = &self.0;
        let load =
            async { store::conversation(inner.base.db.read(), id).await?.map(Arc::new).ok_or_else(Error::not_found) };
        let conversation = inner.settings.get_or_load(id, load).await?;
        if conversation.kind != kind {
            return Err(Error::not_found());
        }
        let load = store::place(&inner.base, kind, id, actor.id());
        let place = inner.places.get_or_load((id, actor.id()), load).await?;
        let blocks = match place.pair {
            Some(_) => Some(inner.accounts.blocks(actor.id()).await?),
            None => None,
        };
        let access = ConversationAccess { conversation, place, blocks, actor: actor.clone(), action: PhantomData };
        match access.pair() {
            Some(_) => decide_between_two(A::NEEDS, &access)?,
            None => decide(A::NEEDS, &access.conversation, &access.place, actor, inner.base.clock.now())?,
        }
        Ok(access)
    }
}

/// The policy between two people. Nobody else knows of it, and nobody keeps order in it. Whether one of them may write is
/// asked under the lock of the conversation (`pairs::gates`), after everything else: so a message that is wrong in itself
/// does not show whether the other refuses, blocks, or wants no strangers.
fn decide_between_two<A>(needs: Needs, access: &ConversationAccess<A>) -> Result<()> {
    if access.place.role.is_none() {
        return Err(Error::not_found());
    }
    match needs {
        Needs::Reading => Ok(()),
        Needs::Writing => access.actor.require_may_write(),
        Needs::Moderating | Needs::Administering => Err(Error::denied()),
    }
}

/// The policy of rooms.
fn decide(needs: Needs, conversation: &Model, place: &Place, actor: &Actor, now: Timestamp) -> Result<()> {
    let hidden = conversation.visibility == Access::Private && place.role.is_none();
    if hidden || (conversation.archived_at.is_some() && !actor.is_admin()) {
        return Err(Error::not_found());
    }
    match needs {
        Needs::Reading => Ok(()),
        Needs::Writing => {
            actor.require_may_write()?;
            if conversation.archived_at.is_some() {
                return Err(Error::denied());
            }
            require_not_silenced(place, actor, now)?;
            if is_moderator(actor, place) {
                return Ok(());
            }
            match &conversation.silence_reason {
                Some(reason) if conversation.silence_until.is_none_or(|until| until > now) => {
                    Err(Error::problem(ProblemCode::RoomsSilenced, reason.clone()))
                }
                _ => Ok(()),
            }
        }
        Needs::Moderating if is_moderator(actor, place) => {
            require_not_silenced(place, actor, now)?;
            actor.require_may_write()
        }
        Needs::Administering if actor.is_admin() => actor.require_may_write(),
        Needs::Moderating | Needs::Administering => Err(Error::denied()),
    }
}

/// A silence of one person binds moderators of the room too; those of the whole square can lift it.
fn require_not_silenced(place: &Place, actor: &Actor, now: Timestamp) -> Result<()> {
    match &place.silence {
        Some(silence) if !actor.is_moderator() && silence.until.is_none_or(|until| until > now) => {
            Err(Error::problem(ProblemCode::RoomsSilenced, silence.reason.clone()))
        }
        _ => Ok(()),
    }
}

fn is_moderator(actor: &Actor, place: &Place) -> bool {
    actor.is_moderator() || place.role == Some(MemberRole::Moderator)
}
