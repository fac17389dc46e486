//! Devices that asked to be told while no page is open.

use std::collections::HashMap;

use praca_api::{SessionId, Timestamp, UserId};
use sea_orm::entity::prelude::*;

use crate::error::Result;

/// A subscription of a browser.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "push_subscriptions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: UserId,
    /// The log-in it belongs to, and ends with.
    pub session_id: SessionId,
    #[sea_orm(column_type = "Text", unique)]
    pub endpoint: String,
    pub p256dh: Vec<u8>,
    pub auth: Vec<u8>,
    pub created_at: Timestamp,
    /// Since when it has not been reached.
    pub away_since: Option<Timestamp>,
    /// Until when it is not tried again.
    pub rests_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The devices of these people.
///
/// # Errors
/// The database refuses.
pub async fn of(conn: &impl ConnectionTrait, people: Vec<UserId>) -> Result<HashMap<UserId, Vec<Uuid>>> {
    let mut devices: HashMap<UserId, Vec<Uuid>> = HashMap::new();
    for row in Entity::find().filter(Column::UserId.is_in(people)).all(conn).await? {
        devices.entry(row.user_id).or_default().push(row.id);
    }
    Ok(devices)
}
