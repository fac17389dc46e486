//! What time does to ads: their owners are reminded of the end, and then it comes.

use std::time::Duration;

use praca_api::ads::AdStatus;
use praca_api::{AdId, ProblemCode, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::entity::{Column, Entity, Model};
use super::find::on_display;
use super::life::Stand;
use super::{Ads, store};
use crate::db::Tx;
use crate::error::Result;
use crate::events::Event;

/// How long before the end of an ad its owner is reminded.
const REMINDED_BEFORE: Duration = Duration::from_secs(3 * 86_400);
/// Ads looked at together.
const AT_ONCE: u64 = 200;

impl Ads {
    /// Takes from display what has had its time, and reminds of what soon will have had it.
    ///
    /// # Errors
    /// The database refuses: the rest is left for the next time.
    pub async fn follow_the_clock(&self) -> Result<()> {
        while self.expire_some().await? {}
        while self.remind_some().await? {}
        Ok(())
    }

    /// Whether there was anything to do.
    async fn expire_some(&self) -> Result<bool> {
        let now = self.0.base.clock.now();
        let ended = Condition::all().add(on_display()).add(Column::ExpiresAt.lte(now));
        let due = self.due(ended).await?;
        for row in &due {
            self.expire_one(row.id, now).await?;
        }
        Ok(!due.is_empty())
    }

    async fn expire_one(&self, id: AdId, now: Timestamp) -> Result<()> {
        let Some((mut tx, mut row)) = self.held(id).await? else { return Ok(()) };
        let Stand::Active(at) = Stand::of(row.status) else { return Ok(()) };
        if row.expires_at.is_none_or(|end| end > now) {
            return Ok(());
        }
        let steps = at.expire().into_steps();
        (row.status, row.changed_at) = (AdStatus::Approved, now);
        row.version = store::note_steps(tx.conn(), id, row.version, &steps, (None, None, now)).await?;
        store::update(tx.conn(), row.clone()).await?;
        self.tell(&mut tx, &row, &steps, None, None).await?;
        tx.commit().await
    }

    /// Whether there was anything to do.
    async fn remind_some(&self) -> Result<bool> {
        let now = self.0.base.clock.now();
        let ending = Condition::all()
            .add(on_display())
            .add(Column::ExpiresAt.gt(now))
            .add(Column::ExpiresAt.lte(now + REMINDED_BEFORE))
            .add(Column::RemindedFor.is_null().or(Expr::col(Column::RemindedFor).ne(Expr::col(Column::ExpiresAt))));
        let due = self.due(ending).await?;
        for row in &due {
            self.remind_one(row.id, now).await?;
        }
        Ok(!due.is_empty())
    }

    async fn remind_one(&self, id: AdId, now: Timestamp) -> Result<()> {
        let Some((mut tx, mut row)) = self.held(id).await? else { return Ok(()) };
        let ends = row.expires_at.filter(|end| *end > now && *end <= now + REMINDED_BEFORE);
        let Some(end) = ends.filter(|end| row.status == AdStatus::Active && row.reminded_for != Some(*end)) else {
            return Ok(());
        };
        row.reminded_for = Some(end);
        store::update(tx.conn(), row.clone()).await?;
        tx.emit(Event::AdEnding { ad: id, owner: row.owner_id, title: row.title, end });
        tx.commit().await
    }

    async fn due(&self, which: Condition) -> Result<Vec<Model>> {
        let due = Entity::find().filter(which).order_by_asc(Column::ExpiresAt).limit(AT_ONCE);
        Ok(due.all(self.0.base.db.read()).await?)
    }

    /// An ad under its lock: another node may have been faster, or its owner.
    async fn held(&self, id: AdId) -> Result<Option<(Tx, Model)>> {
        let tx = self.0.base.begin().await?;
        match store::lock(tx.conn(), id).await {
            Err(error) if error.is(ProblemCode::ResourceNotFound) => Ok(None),
            row => Ok(Some((tx, row?))),
        }
    }
}
