//! A notification: what a person was told. It names what it is about; the words are made when it is read, so that names,
//! edits and deletions are followed.

use std::collections::HashSet;

use praca_api::notifications::NotificationCode;
use praca_api::{AdId, ConversationId, NotificationId, Seq, Timestamp, UploadId, UserId};
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Most people whose shares of a notification are told apart.
const APART: usize = 100;

/// What one person caused of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Who.
    pub author: UserId,
    /// Events.
    pub count: i32,
    /// The newest message of theirs.
    pub seq: Option<Seq>,
}

/// Shares, each of another person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Shares(Vec<Share>);

impl Shares {
    /// Adds what a person caused to what they had.
    pub fn add(&mut self, share: Share) {
        match self.0.iter_mut().find(|known| known.author == share.author) {
            Some(known) => {
                known.count = known.count.saturating_add(share.count);
                known.seq = known.seq.max(share.seq);
            }
            None => self.0.push(share),
        }
        if self.0.len() > APART {
            self.0.sort_by_key(|share| std::cmp::Reverse(share.seq));
            self.0.truncate(APART);
        }
    }

    /// Adds all of another's.
    pub fn join(mut self, other: &Self) -> Self {
        for share in &other.0 {
            self.add(*share);
        }
        self
    }
}

/// A notification.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    pub user_id: UserId,
    pub code: NotificationCode,
    /// What those have in common that become one as long as it is unread.
    #[sea_orm(column_type = "Text")]
    pub topic: String,
    pub conversation_id: Option<ConversationId>,
    /// The newest message.
    pub seq: Option<Seq>,
    pub upload_id: Option<UploadId>,
    pub ad_id: Option<AdId>,
    /// Who caused the newest event.
    pub author_id: Option<UserId>,
    /// Of how many events it tells.
    pub count: i32,
    /// Who caused them, for as many people as are told apart.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub shares: Option<Shares>,
    /// What else its words are made of.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub params: Option<Json>,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What of it these people did not cause; none if that is nothing.
    pub fn without(mut self, people: &HashSet<UserId>) -> Option<Self> {
        let Some(author) = self.author_id.filter(|_| !people.is_empty()) else { return Some(self) };
        let whole = Share { author, count: self.count, seq: self.seq };
        let shares = self.shares.clone().unwrap_or_else(|| Shares(vec![whole]));
        let (theirs, rest): (Vec<Share>, Vec<Share>) =
            shares.0.into_iter().partition(|share| people.contains(&share.author));
        let newest = rest.iter().max_by_key(|share| share.seq)?;
        if !theirs.is_empty() {
            self.count -= theirs.iter().map(|share| share.count).sum::<i32>();
            (self.author_id, self.seq) = (Some(newest.author), newest.seq);
            self.shares = Some(Shares(rest));
        }
        Some(self)
    }
}
