//! Demo data: invented neighbours, rooms and several days of talk. Loaded once; loading again changes nothing.

mod fair;
mod script;

use std::collections::HashMap;
use std::sync::Arc;

use praca_api::accounts::{AccountStatus, Register};
use praca_api::messages::NewMessage;
use praca_api::rooms::{NewRoom, RoomForMe, Silence};
use praca_api::{ProblemCode, SessionId, UserId};

use crate::accounts::NewAccount;
use crate::app::App;
use crate::auth::{Actor, Authority};
use crate::config::Config;
use crate::conversations::Kind;
use crate::conversations::access::{Administer, Write};
use crate::error::{Error, Result};

/// The password of every demo person.
pub const PASSWORD: &str = "praca-demo-2026";

/// Loads what is missing.
///
/// # Errors
/// The square is not private to this machine, or the database refuses.
pub async fn load(app: &App) -> Result<()> {
    require_private(&app.base.config)?;
    let people = load_people(app).await?;
    let admin = people.get("ana").cloned().ok_or_else(Error::not_found)?;
    for room in script::ROOMS {
        load_room(app, room, &people, &admin).await?;
    }
    for talk in script::TALKS {
        load_talk(app, talk, &people).await?;
    }
    fair::load(app, &people).await
}

/// Fills the fair with so many invented ads of the demo people, for benchmarks; loads these if they are missing.
///
/// # Errors
/// The square is not private to this machine, or the database refuses.
pub async fn fill_the_fair(app: &App, count: u64) -> Result<()> {
    require_private(&app.base.config)?;
    let people = load_people(app).await?;
    let mut owners: Vec<UserId> = people.values().map(|person| person.id()).collect();
    // In one order: the same number makes the same ads.
    owners.sort_unstable();
    app.ads.fill(&owners, count).await
}

/// A conversation of two that both agreed to; one that is there stays as it is.
async fn load_talk(app: &App, talk: &script::Talk, people: &HashMap<&str, Arc<Actor>>) -> Result<()> {
    let [one, two] = talk.between.map(|handle| people.get(handle));
    let (one, two) = (one.ok_or_else(Error::not_found)?, two.ok_or_else(Error::not_found)?);
    let id = app.dms.open(one, two.id()).await?;
    for (place, (handle, days, time, body)) in talk.messages.iter().enumerate() {
        let author = people.get(handle).ok_or_else(Error::not_found)?;
        let access = app.conversations.access::<Write>(author, Kind::Dm, id).await?;
        let message = NewMessage::text(*body, format!("demo-{place}"));
        app.conversations.send_at(access, message, script::moment(app.base.clock.now(), *days, time)).await?;
    }
    Ok(())
}

/// Refuses where others could log in: the passwords are public.
///
/// # Errors
/// Says what to change.
pub fn require_private(config: &Config) -> Result<()> {
    if config.is_private() {
        return Ok(());
    }
    Err(Error::internal(
        "the demo data is for this machine only, since its passwords are public: listen on 127.0.0.1 and leave PRACA_PUBLIC_URL there",
    ))
}

async fn load_people(app: &App) -> Result<HashMap<&'static str, Arc<Actor>>> {
    let mut people = HashMap::new();
    for (handle, name, role) in script::PEOPLE {
        let email = format!("{handle}@praca.example");
        let mut wish = Register::new(email, (*handle).into(), (*name).into(), PASSWORD.into());
        wish.accepted_texts = Some(app.base.texts.version().to_owned());
        let created = app.accounts.create_account(NewAccount::parse(wish)?.trusted(*role)).await;
        let id = match created {
            Ok(id) => id,
            Err(error) if error.is(ProblemCode::AccountsHandleTaken) || error.is(ProblemCode::AccountsEmailTaken) => {
                app.accounts.by_handle(handle).await?
            }
            Err(error) => return Err(error),
        };
        people.insert(*handle, actor(app, id).await?);
    }
    Ok(people)
}

/// A demo person as the rules need them; they have no session.
async fn actor(app: &App, id: UserId) -> Result<Arc<Actor>> {
    Ok(Arc::new(Actor {
        author: app.accounts.author(id).await?,
        session: SessionId(app.base.ids.uuid()),
        role: app.accounts.role(id).await?,
        must_add_factor: false,
        status: AccountStatus::Active,
        status_reason: None,
        status_until: None,
        must_verify: false,
        authenticated_at: app.base.clock.now(),
    }))
}

async fn load_room(
    app: &App,
    room: &script::Room,
    people: &HashMap<&str, Arc<Actor>>,
    admin: &Arc<Actor>,
) -> Result<()> {
    let wish = NewRoom {
        name: room.name.into(),
        slug: Some(room.slug.into()),
        topic: room.topic.into(),
        visibility: None,
        interval_global_seconds: 0,
        per_user_seconds: 0,
    };
    let id = match app.rooms.create(Authority::of(admin)?, wish).await {
        Ok(created) => created.id,
        // It is there, from an earlier load: whole, or cut short and then gone on with.
        Err(error) if error.is(ProblemCode::RequestConflict) => {
            let rooms = app.rooms.list(admin).await?;
            let unfinished = |found: &RoomForMe| {
                usize::try_from(found.room.last_seq.0).is_ok_and(|count| count < room.messages.len())
            };
            match rooms.into_iter().find(|found| found.room.slug == room.slug).filter(unfinished) {
                Some(found) => found.room.id,
                None => return Ok(()),
            }
        }
        Err(error) => return Err(error),
    };
    for (place, (handle, days, time, body)) in room.messages.iter().enumerate() {
        let author = people.get(handle).ok_or_else(Error::not_found)?;
        let access = app.conversations.access::<Write>(author, Kind::Room, id).await?;
        let message = NewMessage::text(*body, format!("demo-{place}"));
        app.conversations.send_at(access, message, script::moment(app.base.clock.now(), *days, time)).await?;
    }
    let access = app.conversations.access::<Administer>(admin, Kind::Room, id).await?;
    if room.interval_global_seconds + room.per_user_seconds > 0 {
        let change = praca_api::rooms::UpdateRoom {
            interval_global_seconds: Some(room.interval_global_seconds),
            per_user_seconds: Some(room.per_user_seconds),
            ..praca_api::rooms::UpdateRoom::default()
        };
        app.rooms.update(&access, change).await?;
    }
    if let Some(reason) = room.silence {
        app.rooms.silence(&access, Silence { reason: reason.into(), until: None }).await?;
    }
    Ok(())
}
