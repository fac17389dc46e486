//! Writing an ad.

use praca_api::ads::{Ad, AdAction, AdStatus, NewAd};
use praca_api::{ProblemCode, UserId};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _,
};

use super::entity::{Column, Entity, Model};
use super::life::{At, Pending, Step};
use super::wish::Said;
use super::{Ads, prints, store};
use crate::antispam::{Shape, Spam, Text, check};
use crate::auth::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::uploads::{self, Use, UsedPicture};

/// Most open ads of anybody.
const MOST_OPEN: u64 = 100;

impl Ads {
    /// Writes an ad, which a moderator looks at before it is on display.
    ///
    /// # Errors
    /// `request.invalid`, `uploads.rejected`, `messages.spam`, `request.rate_limited` for more open ads than somebody may have,
    /// `account.silenced` and the like.
    pub async fn create(&self, actor: &Actor, wish: NewAd) -> Result<Ad> {
        actor.require_may_write()?;
        let base = &self.0.base;
        let said = Said::check(&wish, &*self.categories().await?)?;
        let (id, now) = (base.ids.ad(), base.clock.now());
        self.screen(actor, id.0, &said).await?;
        let mut tx = base.begin().await?;
        // One after the other: of many at once none is too many.
        self.0.accounts.lock(&tx, actor.id()).await?;
        self.require_room(&tx, actor).await?;
        let pictures = uploads::take(tx.conn(), actor.id(), &wish.upload_ids, Use::Ad, now).await?;
        let row = Model {
            id,
            owner_id: actor.id(),
            kind: said.kind,
            title: said.title,
            description: said.description,
            centavos: said.centavos,
            quantity: said.quantity,
            category: said.category,
            state: said.state,
            city_code: said.city_code,
            city: said.city,
            neighborhood: said.neighborhood,
            condition: said.condition,
            pictures: UsedPicture::store_all(&pictures),
            status: AdStatus::Pending,
            status_reason: None,
            shown_before: false,
            version: 1,
            change: None,
            published_at: None,
            expires_at: None,
            reminded_for: None,
            created_at: now,
            changed_at: now,
        };
        Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx.conn()).await?;
        prints::store(tx.conn(), &row).await?;
        let steps = At::<Pending>::created().into_steps();
        store::note_steps(tx.conn(), id, 0, &steps, (Some(actor.id()), None, now)).await?;
        self.tell(&mut tx, &row, &steps, Some(actor.id()), None).await?;
        tx.commit().await?;
        self.show_one(base.db.read(), actor, row).await
    }

    /// Refuses one more open ad of somebody who has as many as they may.
    pub(super) async fn require_room(&self, tx: &Tx, actor: &Actor) -> Result<()> {
        if actor.is_moderator() {
            return Ok(());
        }
        let most = match self.0.base.config.limits.ads {
            Some(few) if !self.has_trust(tx.conn(), actor.id()).await? => few,
            _ => MOST_OPEN,
        };
        let open = Entity::find()
            .filter(Column::OwnerId.eq(actor.id()))
            .filter(Column::Status.is_in([AdStatus::Pending, AdStatus::Approved, AdStatus::Active]))
            .count(tx.conn())
            .await?;
        if open < most {
            return Ok(());
        }
        let detail = "You have as many open ads as you may; conclude or delete one first.";
        Err(Error::problem(ProblemCode::RequestRateLimited, detail))
    }

    /// Whether an ad of somebody's passed review and was not taken from display.
    async fn has_trust(&self, conn: &impl ConnectionTrait, user: UserId) -> Result<bool> {
        let passed = Entity::find()
            .filter(Column::OwnerId.eq(user))
            .filter(Column::PublishedAt.is_not_null())
            .filter(Column::Status.is_in([AdStatus::Approved, AdStatus::Active, AdStatus::Concluded]));
        Ok(passed.one(conn).await?.is_some())
    }

    /// Looks at a text as at that of a message, under an id that stands for it.
    ///
    /// # Errors
    /// `messages.spam`.
    pub(super) async fn screen(&self, actor: &Actor, id: uuid::Uuid, said: &Said) -> Result<()> {
        let base = &self.0.base;
        let Some(settings) = &base.config.antispam else { return Ok(()) };
        if actor.is_moderator() {
            return Ok(());
        }
        let text = format!("{}\n{}", said.title, said.description);
        let is_new = self.0.accounts.is_new(actor.id()).await?;
        check(settings, Text { sent: &text, body: &text, mentions: 0, is_new })?;
        if let Some(shape) = Shape::of(&text)
            && !base.limits.note_text(actor.id(), id, shape, settings.alike).await
        {
            return Err(Spam::Repeated.into());
        }
        Ok(())
    }

    /// Has the world know of steps: one entry of the log for each, and the owner's sockets.
    pub(super) async fn tell(
        &self,
        tx: &mut Tx,
        row: &Model,
        steps: &[Step],
        by: Option<UserId>,
        reason: Option<&str>,
    ) -> Result<()> {
        for step in steps {
            let (title, reason) = (row.title.clone(), reason.map(str::to_owned));
            let (ad, owner) = (row.id, row.owner_id);
            let is_news = is_news(*step);
            tx.emit(Event::AdStepped { ad, owner, title, action: step.action, to: step.to, by, reason, is_news });
        }
        let ad = self.for_owner(tx.conn(), row.clone()).await?;
        tx.emit(Event::AdChanged { owner: row.owner_id, ad: Box::new(ad) });
        Ok(())
    }
}

/// Whether a step has on display what was not before: an ad that comes there, or one whose title, pictures or price are new.
fn is_news(step: Step) -> bool {
    let comes = step.from != Some(AdStatus::Active);
    step.to == AdStatus::Active && (comes || step.action == AdAction::AcceptChange)
}
