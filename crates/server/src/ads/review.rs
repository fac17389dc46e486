//! What waits for moderators, and who of them looks at what.

use std::collections::HashMap;
use std::time::Duration;

use praca_api::ads::AdStatus;
use praca_api::ads::review::{ApprovedAds, Claim, LeftAd, ReviewItem, SeenAd};
use praca_api::{AdId, Page, ProblemCode, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::{Column, Entity, Model, claims};
use super::moves::{Verb, Why, require_reviewer};
use super::{Ads, store};
use crate::auth::Actor;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};

/// How long a moderator has for an ad before others may look at it.
const HELD: Duration = Duration::from_secs(300);
/// Where an ad stands whose change is decided on: that of one that is suspended waits until it is given back.
const CHANGEABLE: [AdStatus; 2] = [AdStatus::Active, AdStatus::Approved];
/// Most ads approved together.
const TOGETHER: usize = 50;

impl Ads {
    /// What waits for moderators, what waits longest first.
    ///
    /// # Errors
    /// `access.denied`, `request.invalid` for a limit or cursor that is not ours.
    pub async fn waiting(&self, actor: &Actor, page: &PageQuery) -> Result<Page<ReviewItem>> {
        if !actor.is_moderator() {
            return Err(Error::denied());
        }
        let limit = page.limit()?;
        let mut rows = Entity::find().filter(waits());
        if let Some((at, id)) = page.key::<(Timestamp, AdId)>()? {
            let later = Condition::all().add(Column::ChangedAt.eq(at)).add(Column::Id.gt(id));
            rows = rows.filter(Condition::any().add(Column::ChangedAt.gt(at)).add(later));
        }
        let rows = rows.order_by_asc(Column::ChangedAt).order_by_asc(Column::Id).limit(limit + 1);
        let rows = rows.all(self.0.base.db.read()).await?;
        let found = page_of(rows, limit, |row| (row.changed_at, row.id), |row| row)?;
        Ok(Page { items: self.items(actor, found.items).await?, next: found.next })
    }

    /// A moderator looks at an ad that waits, so that no other does; who looks longer says so again.
    ///
    /// # Errors
    /// `request.conflict` while another looks at it, `ads.wrong_state` for one that does not wait, `access.denied`, `account.silenced`.
    pub async fn claim(&self, actor: &Actor, id: AdId) -> Result<ReviewItem> {
        let base = &self.0.base;
        let tx = base.begin().await?;
        let row = self.reviewed(tx.conn(), actor, id).await?;
        actor.require_may_write()?;
        let now = base.clock.now();
        let mine = claims::Model { ad_id: id, user_id: actor.id(), until: now + HELD };
        let free = Expr::col((claims::Entity, claims::Column::Until)).lte(now);
        let own = Expr::col((claims::Entity, claims::Column::UserId)).eq(actor.id());
        let taken = OnConflict::column(claims::Column::AdId)
            .update_columns([claims::Column::UserId, claims::Column::Until])
            .action_and_where(free.or(own))
            .to_owned();
        let insert = claims::Entity::insert(mine.into_active_model()).on_conflict(taken);
        if insert.exec_without_returning(tx.conn()).await? == 0 {
            return Err(held_by_another());
        }
        tx.commit().await?;
        let items = self.items(actor, vec![row]).await?;
        items.into_iter().next().ok_or_else(Error::not_found)
    }

    /// A moderator looks at an ad no more.
    ///
    /// # Errors
    /// `access.denied`, `resource.not_found`.
    pub async fn release(&self, actor: &Actor, id: AdId) -> Result<()> {
        if !actor.is_moderator() {
            return Err(Error::denied());
        }
        let mine = claims::Entity::delete_many().filter(claims::Column::AdId.eq(id));
        mine.filter(claims::Column::UserId.eq(actor.id())).exec(self.0.base.db.write()).await?;
        Ok(())
    }

    /// Approves several ads, each for itself: what cannot be is left, and said.
    ///
    /// # Errors
    /// `access.denied`, `request.invalid` for none or too many.
    pub async fn approve_some(&self, actor: &Actor, ads: Vec<SeenAd>) -> Result<ApprovedAds> {
        if !actor.is_moderator() {
            return Err(Error::denied());
        }
        if ads.is_empty() || ads.len() > TOGETHER {
            return Err(Error::invalid_field("ads", "count", "Name 1 to 50 ads."));
        }
        let mut done = ApprovedAds::default();
        for SeenAd { id, version } in ads {
            let why = Why { version: Some(version), reason: None };
            match self.step(actor, id, Verb::Approve, why).await {
                Ok(_) => done.approved.push(id),
                Err(Error::Problem(refusal)) => done.left.push(LeftAd { id, code: refusal.code.as_str().to_owned() }),
                // What was done before is said all the same.
                Err(Error::Internal(error)) => {
                    tracing::warn!(%error, %id, "an ad could not be approved with others");
                    done.left.push(LeftAd { id, code: ProblemCode::ServiceUnavailable.as_str().to_owned() });
                }
            }
        }
        Ok(done)
    }

    /// An ad that waits, under its lock, for who may decide on it.
    async fn reviewed(&self, conn: &impl ConnectionTrait, actor: &Actor, id: AdId) -> Result<Model> {
        let row = store::lock(conn, id).await?;
        self.require_visible(actor, &row).await?;
        require_reviewer(actor, &row)?;
        let has_change = row.change.is_some() && CHANGEABLE.contains(&row.status);
        if row.status != AdStatus::Pending && !has_change {
            return Err(super::life::wrong_state(row.status, "reviewed: nothing of it waits"));
        }
        Ok(row)
    }

    /// Rows as moderators see them.
    async fn items(&self, actor: &Actor, rows: Vec<Model>) -> Result<Vec<ReviewItem>> {
        let base = &self.0.base;
        let conn = base.db.read();
        let mut alike = self.alike(&rows).await?;
        let held = claims::Entity::find()
            .filter(claims::Column::AdId.is_in(rows.iter().map(|row| row.id)))
            .filter(claims::Column::Until.gt(base.clock.now()))
            .all(conn)
            .await?;
        let who: Vec<_> = held.iter().map(|claim| claim.user_id).collect();
        let who = self.0.accounts.authors(&who).await?;
        let mut claims: HashMap<AdId, Claim> = held
            .into_iter()
            .filter_map(|claim| Some((claim.ad_id, Claim { by: who.get(&claim.user_id)?.clone(), until: claim.until })))
            .collect();
        let ads = self.show(conn, actor, rows).await?;
        let item = |ad: praca_api::ads::Ad| {
            let (alike, claim) = (alike.remove(&ad.id).unwrap_or_default(), claims.remove(&ad.id));
            ReviewItem { ad, alike, claim }
        };
        Ok(ads.into_iter().map(item).collect())
    }
}

/// What waits: new ads, and changes of those that passed.
fn waits() -> Condition {
    let change = Condition::all().add(Column::Change.is_not_null()).add(Column::Status.is_in(CHANGEABLE));
    Condition::any().add(Column::Status.eq(AdStatus::Pending)).add(change)
}

/// Refuses a decision on an ad another moderator looks at, and has what is decided held by nobody.
///
/// # Errors
/// `request.conflict`.
pub(super) async fn settle_claim(conn: &impl ConnectionTrait, actor: &Actor, id: AdId, now: Timestamp) -> Result<()> {
    let held = claims::Entity::find_by_id(id).one(conn).await?;
    match held {
        Some(claim) if claim.until > now && claim.user_id != actor.id() => Err(held_by_another()),
        Some(_) => {
            claims::Entity::delete_by_id(id).exec(conn).await?;
            Ok(())
        }
        None => Ok(()),
    }
}

fn held_by_another() -> Error {
    Error::problem(ProblemCode::RequestConflict, "Another moderator is looking at this ad.")
}
