//! Who may do what in a conversation. Rules ask for a [`ConversationAccess`], which only [`Conversations::access`] makes:
//! it loads the rows, applies the one policy, and answers 404 (may not know of it) or 403 (may not do this).

use std::marker::PhantomData;
use std::sync::Arc;

use praca_api::rooms::{MemberRole, Silence};
use praca_api::{ConversationId, ProblemCode, Timestamp};

use super::entity::conversation::{Access, Model};
use super::{Conversations, store};
use crate::auth::Actor;
use crate::error::{Error, Result};

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
    /// Silencing members, reading earlier texts.
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
}

/// Evidence that `actor` may do `A` in a conversation.
pub struct ConversationAccess<A> {
    conversation: Arc<Model>,
    place: Place,
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

    /// Whether they keep order here: exempt from slow mode and silence of the room.
    pub fn is_moderator(&self) -> bool {
        is_moderator(&self.actor, &self.place)
    }
}

impl Conversations {
    /// Loads a conversation for somebody who wants to do `A` in it.
    ///
    /// # Errors
    /// `resource.not_found`, `access.denied`, `rooms.silenced`, `account.silenced`, `account.suspended`.
    pub async fn access<A: Action>(&self, actor: &Arc<Actor>, id: ConversationId) -> Result<ConversationAccess<A>> {
        actor.require_not_suspended()?;
        let inner = &self.0;
        let load =
            async { store::conversation(inner.base.db.read(), id).await?.map(Arc::new).ok_or_else(Error::not_found) };
        let conversation = inner.settings.get_or_load(id, load).await?;
        let load = store::place(&inner.base, id, actor.id());
        let place = inner.places.get_or_load((id, actor.id()), load).await?;
        decide(A::NEEDS, &conversation, &place, actor, inner.base.clock.now())?;
        Ok(ConversationAccess { conversation, place, actor: actor.clone(), action: PhantomData })
    }
}

/// The policy.
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
