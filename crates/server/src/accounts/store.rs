//! The slice's queries.

use std::collections::HashMap;

use praca_api::accounts::{AccountStatus, Role};
use praca_api::{SessionId, Timestamp, UserId};
use sea_orm::sea_query::{Expr, LikeExpr, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{entity, session_entity};
use crate::auth::{Actor, tokens};
use crate::base::Base;
use crate::db::dialect::Dialect;
use crate::error::{Error, Result};
use crate::fold::fold;

pub async fn person(conn: &impl ConnectionTrait, id: UserId) -> Result<entity::Model> {
    entity::Entity::find_by_id(id).one(conn).await?.ok_or_else(Error::not_found)
}

pub async fn lock_person(conn: &impl ConnectionTrait, id: UserId) -> Result<entity::Model> {
    let mut select = entity::Entity::find_by_id(id);
    Dialect::of(conn).lock_rows(QuerySelect::query(&mut select));
    select.one(conn).await?.ok_or_else(Error::not_found)
}

/// The same of whoever asks, if their session still runs: whoever was thrown out meanwhile leaves nothing behind.
pub async fn lock_actor(conn: &impl ConnectionTrait, actor: &Actor) -> Result<entity::Model> {
    let person = lock_person(conn, actor.id()).await?;
    let session = session(conn, actor.session).await?.filter(|session| session.ended_at.is_none());
    session.ok_or_else(tokens::invalid)?;
    Ok(person)
}

pub async fn people(base: &Base, ids: &[UserId]) -> Result<Vec<entity::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(entity::Entity::find().filter(entity::Column::Id.is_in(ids.iter().copied())).all(base.db.read()).await?)
}

pub async fn ids_of(base: &Base, handles: &[String]) -> Result<HashMap<String, UserId>> {
    let rows: Vec<(String, UserId)> = entity::Entity::find()
        .select_only()
        .column(entity::Column::Handle)
        .column(entity::Column::Id)
        .filter(entity::Column::Handle.is_in(handles))
        .filter(entity::Column::Status.ne(AccountStatus::Deleted))
        .into_tuple()
        .all(base.db.read())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Whether somebody has a handle of this shape.
pub async fn is_handle_taken(conn: &impl ConnectionTrait, skeleton: &str) -> Result<bool> {
    let taken = entity::Entity::find().filter(entity::Column::HandleSkeleton.eq(skeleton));
    Ok(taken.one(conn).await?.is_some())
}

/// By handle or folded e-mail address.
pub async fn by_login(conn: &impl ConnectionTrait, folded: &str) -> Result<Option<entity::Model>> {
    if folded.contains(char::is_control) {
        return Ok(None);
    }
    let column = if folded.contains('@') { entity::Column::EmailFolded } else { entity::Column::Handle };
    Ok(entity::Entity::find().filter(column.eq(folded)).one(conn).await?)
}

/// Locks the rows of all administrators and of `id`, in one order, so that two of them cannot demote each other at once.
pub async fn lock_for_change(conn: &impl ConnectionTrait, id: UserId) -> Result<Vec<entity::Model>> {
    let mut select = entity::Entity::find()
        .filter(Condition::any().add(entity::Column::Role.eq(Role::Admin)).add(entity::Column::Id.eq(id)))
        .order_by_asc(entity::Column::Id);
    Dialect::of(conn).lock_rows(QuerySelect::query(&mut select));
    Ok(select.all(conn).await?)
}

/// Selects the ids of people whose account is suspended now, or deleted.
pub fn unusable(now: Timestamp) -> SelectStatement {
    use entity::Column;
    let runs = Condition::any().add(Column::StatusUntil.is_null()).add(Column::StatusUntil.gt(now));
    let suspended = Condition::all().add(Column::Status.eq(AccountStatus::Suspended)).add(runs);
    let unusable = Condition::any().add(suspended).add(Column::Status.eq(AccountStatus::Deleted));
    Query::select().column(Column::Id).from(entity::Entity).cond_where(unusable).to_owned()
}

/// Most characters of what is looked for.
const SOUGHT_CHARS: usize = 100;

/// What somebody looks for, without what `LIKE` would take for a pattern.
fn literal(query: &str) -> String {
    // Longer ones name nobody, and are more than an engine takes for a pattern.
    let query: String = query.chars().take(SOUGHT_CHARS).collect();
    let plain = query.trim_start_matches('@').replace(char::is_control, "");
    plain.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn like(pattern: String) -> LikeExpr {
    LikeExpr::new(pattern).escape('\\')
}

/// The ids of people whose handle begins with `query`, or a word of whose name does.
pub fn named_like(query: &str) -> SelectStatement {
    let literal = literal(&fold(query));
    let named = Condition::any()
        .add(entity::Column::Handle.like(like(format!("{literal}%"))))
        .add(entity::Column::NameFolded.like(like(format!("{literal}%"))))
        .add(entity::Column::NameFolded.like(like(format!("% {literal}%"))));
    Query::select().column(entity::Column::Id).from(entity::Entity).cond_where(named).to_owned()
}

/// People of a name like `query`, who may be found; in the order of their handles, after `after`.
pub async fn find_people(
    conn: &impl ConnectionTrait,
    query: &str,
    without: Vec<UserId>,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<entity::Model>> {
    let mut select = entity::Entity::find()
        .filter(entity::Column::Id.in_subquery(named_like(query)))
        .filter(entity::Column::Id.is_not_in(without))
        .filter(entity::Column::Status.ne(AccountStatus::Deleted))
        .order_by_asc(entity::Column::Handle)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(entity::Column::Handle.gt(after));
    }
    Ok(select.all(conn).await?)
}

/// People whose handle or address begins with, or whose name contains, `query`; newest accounts first.
pub async fn search(
    base: &Base,
    query: Option<&str>,
    role: Option<Role>,
    status: Option<AccountStatus>,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<entity::Model>> {
    let now = base.clock.now();
    let mut select = entity::Entity::find().order_by_desc(entity::Column::Id).limit(limit);
    if let Some(query) = query.map(str::trim).filter(|query| !query.is_empty()) {
        let (folded, address) = (literal(&fold(query)), literal(&query.to_lowercase()));
        select = select.filter(
            Condition::any()
                .add(entity::Column::Handle.like(like(format!("{folded}%"))))
                .add(entity::Column::EmailFolded.like(like(format!("{address}%"))))
                .add(entity::Column::NameFolded.like(like(format!("%{folded}%")))),
        );
    }
    if let Some(role) = role {
        select = select.filter(entity::Column::Role.eq(role));
    }
    if let Some(status) = status {
        let ended = Condition::all()
            .add(entity::Column::StatusUntil.lte(now))
            .add(entity::Column::Status.ne(AccountStatus::Deleted));
        select = select.filter(match status {
            AccountStatus::Active => Condition::any().add(entity::Column::Status.eq(status)).add(ended),
            other => Condition::all().add(entity::Column::Status.eq(other)).add(ended.not()),
        });
    }
    if let Some(after) = after {
        select = select.filter(entity::Column::Id.lt(after));
    }
    Ok(select.all(base.db.read()).await?)
}

pub async fn session(conn: &impl ConnectionTrait, id: SessionId) -> Result<Option<session_entity::Model>> {
    Ok(session_entity::Entity::find_by_id(id).one(conn).await?)
}

/// The session, with its row held until the transaction ends.
pub async fn lock_session(conn: &impl ConnectionTrait, id: SessionId) -> Result<Option<session_entity::Model>> {
    let mut select = session_entity::Entity::find_by_id(id);
    Dialect::of(conn).lock_rows(QueryTrait::query(&mut select));
    Ok(select.one(conn).await?)
}

/// Sessions that still run, the last used first.
pub async fn running_sessions(
    conn: &impl ConnectionTrait,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<session_entity::Model>> {
    use session_entity::Column;
    let rows = session_entity::Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .order_by_desc(Column::RotatedAt)
        .all(conn)
        .await?;
    Ok(rows)
}

/// Ends running sessions of a person: the one named, or all. Which they were.
pub async fn end_sessions(
    conn: &impl ConnectionTrait,
    user: UserId,
    only: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<SessionId>> {
    use session_entity::Column;
    let mut update = session_entity::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::UserId.eq(user))
        .filter(Column::EndedAt.is_null());
    if let Some(id) = only {
        update = update.filter(Column::Id.eq(id));
    }
    Ok(update.exec_with_returning(conn).await?.into_iter().map(|row| row.id).collect())
}

/// Ends the running sessions of a person but one. Which they were.
pub async fn end_sessions_but(
    conn: &impl ConnectionTrait,
    user: UserId,
    stays: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<SessionId>> {
    use session_entity::Column;
    let mut update = session_entity::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::UserId.eq(user))
        .filter(Column::EndedAt.is_null());
    if let Some(id) = stays {
        update = update.filter(Column::Id.ne(id));
    }
    Ok(update.exec_with_returning(conn).await?.into_iter().map(|row| row.id).collect())
}

/// Removes sessions that ended or expired before `limit`.
pub async fn remove_sessions(conn: &impl ConnectionTrait, limit: Timestamp) -> Result<()> {
    use session_entity::Column;
    let gone = Condition::any().add(Column::ExpiresAt.lt(limit)).add(Column::EndedAt.lt(limit));
    session_entity::Entity::delete_many().filter(gone).exec(conn).await?;
    Ok(())
}
