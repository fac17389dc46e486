//! Reading and writing rows of ads.

use praca_api::ads::AdStatus;
use praca_api::{AdId, Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryTrait};

use super::entity::{Entity, Model, history};
use super::life::Step;
use crate::db::dialect::Dialect;
use crate::error::{Error, Result};

/// An ad.
///
/// # Errors
/// `resource.not_found`, also for one that was deleted.
pub async fn ad(conn: &impl ConnectionTrait, id: AdId) -> Result<Model> {
    let row = Entity::find_by_id(id).one(conn).await?;
    row.filter(|row| row.status != AdStatus::Deleted).ok_or_else(Error::not_found)
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// `resource.not_found`, also for one that was deleted.
pub async fn lock(conn: &impl ConnectionTrait, id: AdId) -> Result<Model> {
    let mut select = Entity::find_by_id(id);
    Dialect::of(conn).lock_rows(QueryTrait::query(&mut select));
    let row = select.one(conn).await?;
    row.filter(|row| row.status != AdStatus::Deleted).ok_or_else(Error::not_found)
}

/// Stores an ad as it is now.
///
/// # Errors
/// The database refuses.
pub async fn update(conn: &impl ConnectionTrait, row: Model) -> Result<()> {
    Entity::update(row.into_active_model().reset_all()).exec(conn).await?;
    Ok(())
}

/// Stores the steps an ad took; the version after them.
///
/// # Errors
/// The database refuses.
pub async fn note_steps(
    conn: &impl ConnectionTrait,
    ad: AdId,
    version: i32,
    steps: &[Step],
    (actor, reason, at): (Option<UserId>, Option<&str>, Timestamp),
) -> Result<i32> {
    let mut version = version;
    let mut rows = Vec::with_capacity(steps.len());
    for step in steps {
        version += 1;
        rows.push(history::ActiveModel {
            ad_id: Set(ad),
            version: Set(version),
            at: Set(at),
            actor_id: Set(actor),
            action: Set(step.action),
            from_status: Set(step.from),
            to_status: Set(step.to),
            reason: Set(reason.map(str::to_owned)),
        });
    }
    history::Entity::insert_many(rows).exec_without_returning(conn).await?;
    Ok(version)
}
