//! Devices people logged in from, told again by a cookie: attacks from elsewhere do not lock them out, and the first log-in
//! from another one is announced (OWASP Authentication Cheat Sheet; "Slow Down Online Guessing Attacks with Device Cookies").

use std::time::Duration;

use praca_api::{Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use sha2::{Digest as _, Sha256};

use super::device_entity::{ActiveModel, Column, Entity};
use super::session_entity;
use crate::error::Result;

/// A device that is not used for so long is not known any more. Browsers keep no cookie longer.
pub const KNOWN_FOR: Duration = Duration::from_secs(400 * 86_400);

/// Most devices of one person that are known: those that were used last.
const MOST: u64 = 50;
/// Log-ins with the same program whose networks are looked at.
const LOOKED_AT: u64 = 100;

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

/// What is stored of a cookie.
pub fn hash_of(token: [u8; 32]) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// Whether the person logged in from this device before. The same work is done for nobody.
///
/// # Errors
/// The database refuses.
pub async fn is_known(conn: &impl ConnectionTrait, user: Option<UserId>, device: &Device) -> Result<bool> {
    let Some(token) = device.token else { return Ok(false) };
    is_known_by(conn, user.unwrap_or(UserId(uuid::Uuid::nil())), hash_of(token)).await
}

/// The same of a cookie's hash.
///
/// # Errors
/// The database refuses.
pub async fn is_known_by(conn: &impl ConnectionTrait, user: UserId, hash: Vec<u8>) -> Result<bool> {
    Ok(Entity::find_by_id((hash, user)).one(conn).await?.is_some())
}

/// Notes that the person logs in from a device.
///
/// # Errors
/// The database refuses.
pub async fn note(conn: &impl ConnectionTrait, user: UserId, token: [u8; 32], now: Timestamp) -> Result<()> {
    let row = ActiveModel { hash: Set(hash_of(token)), user_id: Set(user), last_seen_at: Set(now) };
    let again = OnConflict::columns([Column::Hash, Column::UserId]).update_column(Column::LastSeenAt).to_owned();
    Entity::insert(row).on_conflict(again).exec_without_returning(conn).await?;
    let theirs = Entity::find().filter(Column::UserId.eq(user)).order_by_desc(Column::LastSeenAt);
    // A page too many, and never all of somebody's: the next log-in goes on.
    let surplus = theirs.offset(MOST).limit(MOST).all(conn).await?;
    if !surplus.is_empty() {
        let hashes = surplus.into_iter().map(|device| device.hash);
        let gone = Entity::delete_many().filter(Column::UserId.eq(user)).filter(Column::Hash.is_in(hashes));
        gone.exec(conn).await?;
    }
    Ok(())
}

/// Forgets the person's devices, but for one: whoever knew the password before is a stranger now.
///
/// # Errors
/// The database refuses.
pub async fn forget_all_but(conn: &impl ConnectionTrait, user: UserId, stays: Option<[u8; 32]>) -> Result<()> {
    let mut gone = Entity::delete_many().filter(Column::UserId.eq(user));
    if let Some(token) = stays {
        gone = gone.filter(Column::Hash.ne(hash_of(token)));
    }
    gone.exec(conn).await?;
    Ok(())
}

/// Whether a log-in would surprise its person: they were logged in before, but not lately with this program from this
/// network.
///
/// # Errors
/// The database refuses.
pub async fn is_surprising(conn: &impl ConnectionTrait, user: UserId, device: &Device) -> Result<bool> {
    use session_entity::Column as Of;
    let known = Entity::find().filter(Column::UserId.eq(user)).one(conn).await?;
    let before = session_entity::Entity::find().filter(Of::UserId.eq(user));
    if known.is_none() && before.clone().one(conn).await?.is_none() {
        return Ok(false);
    }
    let alike = before.filter(Of::UserAgent.eq(&device.user_agent));
    let alike = alike.order_by_desc(Of::Id).limit(LOOKED_AT).all(conn).await?;
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
