//! Devices people logged in from, told again by a cookie: attacks from elsewhere do not lock them out, and the first log-in
//! from another one is announced (OWASP Authentication Cheat Sheet; "Slow Down Online Guessing Attacks with Device Cookies").

use std::time::Duration;

use praca_api::{Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use sha2::{Digest as _, Sha256};

use super::device_entity::{ActiveModel, Column, Entity};
use super::session_entity;
use crate::error::Result;

/// A device that is not used for so long is not known any more. Browsers keep no cookie longer.
pub const KNOWN_FOR: Duration = Duration::from_secs(400 * 86_400);

/// The program and place a session is used from.
#[derive(Clone, Debug)]
pub struct Device {
    /// As the program names itself, at most 256 characters.
    pub user_agent: String,
    /// Network address.
    pub address: String,
    /// The part of the address that one person holds.
    pub source: String,
    /// What its cookie carries.
    pub token: Option<[u8; 32]>,
}

fn hash_of(token: [u8; 32]) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// Whether the person logged in from this device before. The same work is done for nobody.
///
/// # Errors
/// The database refuses.
pub async fn is_known(conn: &impl ConnectionTrait, user: Option<UserId>, device: &Device) -> Result<bool> {
    let Some(token) = device.token else { return Ok(false) };
    let id = (hash_of(token), user.unwrap_or(UserId(uuid::Uuid::nil())));
    Ok(Entity::find_by_id(id).one(conn).await?.is_some())
}

/// Notes that the person logs in from a device.
///
/// # Errors
/// The database refuses.
pub async fn note(conn: &impl ConnectionTrait, user: UserId, token: [u8; 32], now: Timestamp) -> Result<()> {
    let row = ActiveModel { hash: Set(hash_of(token)), user_id: Set(user), last_seen_at: Set(now) };
    let again = OnConflict::columns([Column::Hash, Column::UserId]).update_column(Column::LastSeenAt).to_owned();
    Entity::insert(row).on_conflict(again).exec_without_returning(conn).await?;
    Ok(())
}

/// Whether a log-in would surprise its person: they were logged in before, but never with this program from this network.
///
/// # Errors
/// The database refuses.
pub async fn is_surprising(conn: &impl ConnectionTrait, user: UserId, device: &Device) -> Result<bool> {
    use session_entity::{Column, Entity};
    let before = Entity::find().filter(Column::UserId.eq(user));
    if before.clone().count(conn).await? == 0 {
        return Ok(false);
    }
    let alike = before.filter(Column::UserAgent.eq(&device.user_agent)).all(conn).await?;
    let place = praca_api::device::network_of(&device.address);
    Ok(!alike.iter().any(|session| praca_api::device::network_of(&session.address) == place))
}

/// Removes those that are not known any more.
///
/// # Errors
/// The database refuses.
pub async fn sweep(conn: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    Entity::delete_many().filter(Column::LastSeenAt.lt(now - KNOWN_FOR)).exec(conn).await?;
    Ok(())
}
