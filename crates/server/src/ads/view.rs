//! Ads as somebody sees them.

use std::collections::HashSet;

use praca_api::ads::{Ad, AdStatus, AdStep};
use praca_api::{AdId, Page, UserId};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::change::StoredChange;
use super::entity::{Model, favorites, history};
use super::{Ads, store};
use crate::auth::Actor;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};
use crate::uploads::UsedPicture;

impl Ads {
    /// One ad, for whoever may see it.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn get(&self, actor: &Actor, id: AdId) -> Result<Ad> {
        let row = store::ad(self.0.base.db.read(), id).await?;
        self.require_visible(actor, &row).await?;
        self.show_one(self.0.base.db.read(), actor, row).await
    }

    /// Its steps, the oldest first; for its owner and moderators.
    ///
    /// # Errors
    /// `resource.not_found` for an ad they may not see, `access.denied`.
    pub async fn history(&self, actor: &Actor, id: AdId, page: &PageQuery) -> Result<Page<AdStep>> {
        let conn = self.0.base.db.read();
        let row = store::ad(conn, id).await?;
        self.require_visible(actor, &row).await?;
        if !knows_all(actor, &row) {
            return Err(Error::denied());
        }
        let limit = page.limit()?;
        let mut steps = history::Entity::find().filter(history::Column::AdId.eq(id));
        if let Some(after) = page.key::<i32>()? {
            steps = steps.filter(history::Column::Version.gt(after));
        }
        let steps = steps.order_by_asc(history::Column::Version);
        let steps = sea_orm::QuerySelect::limit(steps, limit + 1).all(conn).await?;
        let actors: Vec<UserId> = steps.iter().filter_map(|step| step.actor_id).collect();
        let authors = self.0.accounts.authors(&actors).await?;
        page_of(
            steps,
            limit,
            |step| step.version,
            |step| AdStep {
                at: step.at,
                actor: step.actor_id.and_then(|id| authors.get(&id).cloned()),
                action: step.action,
                from: step.from_status,
                to: step.to_status,
                reason: step.reason,
                version: step.version,
            },
        )
    }

    /// Refuses an ad that is not on display to whoever is neither its owner nor keeps order.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub(super) async fn require_visible(&self, actor: &Actor, row: &Model) -> Result<()> {
        if knows_all(actor, row) || self.is_shown_to(actor.id(), row).await? {
            return Ok(());
        }
        Err(Error::not_found())
    }

    /// Whether an ad is on display for somebody: its time runs, its owner is not suspended, and neither blocks the other.
    async fn is_shown_to(&self, user: UserId, row: &Model) -> Result<bool> {
        let now = self.0.base.clock.now();
        if row.status != AdStatus::Active || row.expires_at.is_some_and(|end| end <= now) {
            return Ok(false);
        }
        if self.0.accounts.blocks(user).await?.between(row.owner_id) {
            return Ok(false);
        }
        match self.0.accounts.require_usable(row.owner_id).await {
            Ok(()) => Ok(true),
            Err(Error::Problem(_)) => Ok(false),
            Err(ours) => Err(ours),
        }
    }

    /// One ad as an actor sees it, who may.
    pub(super) async fn show_one(&self, conn: &impl ConnectionTrait, actor: &Actor, row: Model) -> Result<Ad> {
        let ads = self.show(conn, actor, vec![row]).await?;
        ads.into_iter().next().ok_or_else(Error::not_found)
    }

    /// Ads as an actor sees them, who may.
    pub(super) async fn show(&self, conn: &impl ConnectionTrait, actor: &Actor, rows: Vec<Model>) -> Result<Vec<Ad>> {
        let kept = kept_among(conn, actor.id(), &rows).await?;
        let owners: Vec<UserId> = rows.iter().map(|row| row.owner_id).collect();
        let owners = self.0.accounts.authors(&owners).await?;
        let shown = |row: Model| {
            let owner = owners.get(&row.owner_id)?.clone();
            let (favorite, all) = (kept.contains(&row.id), knows_all(actor, &row));
            Some(shown(row, owner, favorite, all))
        };
        Ok(rows.into_iter().filter_map(shown).collect())
    }

    /// An ad as its owner is told of it.
    pub(super) async fn for_owner(&self, conn: &impl ConnectionTrait, row: Model) -> Result<Ad> {
        let kept = kept_among(conn, row.owner_id, std::slice::from_ref(&row)).await?;
        let owner = self.0.accounts.author(row.owner_id).await?;
        let favorite = kept.contains(&row.id);
        Ok(shown(row, owner, favorite, true))
    }
}

/// Whether somebody sees an ad wherever it stands.
pub(super) fn knows_all(actor: &Actor, row: &Model) -> bool {
    actor.is_moderator() || row.owner_id == actor.id()
}

async fn kept_among(conn: &impl ConnectionTrait, user: UserId, rows: &[Model]) -> Result<HashSet<AdId>> {
    let kept = favorites::Entity::find()
        .filter(favorites::Column::UserId.eq(user))
        .filter(favorites::Column::AdId.is_in(rows.iter().map(|row| row.id)));
    Ok(kept.all(conn).await?.into_iter().map(|row| row.ad_id).collect())
}

fn shown(row: Model, owner: praca_api::accounts::Author, favorite: bool, all: bool) -> Ad {
    let images = UsedPicture::read_all(row.pictures.as_ref());
    let change = StoredChange::read(row.change.as_ref()).filter(|_| all);
    Ad {
        id: row.id,
        owner,
        kind: row.kind,
        price: row.price(),
        title: row.title,
        description: row.description,
        quantity: u32::try_from(row.quantity).unwrap_or_default(),
        category: row.category,
        state: row.state,
        city: row.city,
        neighborhood: row.neighborhood,
        condition: row.condition,
        images: images.iter().map(UsedPicture::attachment).collect(),
        status: row.status,
        status_reason: row.status_reason.filter(|_| all),
        version: row.version,
        published_at: row.published_at,
        expires_at: row.expires_at,
        created_at: row.created_at,
        favorite,
        pending_change: change.as_ref().map(StoredChange::shown),
    }
}
