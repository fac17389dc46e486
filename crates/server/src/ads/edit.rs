//! Changing an ad.

use praca_api::ads::{Ad, AdAction, AdPatch, AdStatus};
use praca_api::{AdId, ProblemCode, UploadId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _};

use super::change::StoredChange;
use super::entity::{Column, Entity, Model, history};
use super::life::{Stand, Step, wrong_state};
use super::wish::{Said, patched};
use super::{Ads, prints, store};
use crate::auth::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::uploads::{self, Use, UsedPicture};

/// An ad after a change.
pub struct Edited {
    /// As its owner sees it.
    pub ad: Ad,
    /// Whether some of the change waits for a moderator.
    pub waits: bool,
}

impl Ads {
    /// Changes an ad of the actor's. One that was rejected is reviewed again; of one that passed review, what matters most waits.
    ///
    /// # Errors
    /// `request.invalid`, `request.conflict` for a version that is no longer the newest, `ads.wrong_state` for one that is
    /// concluded or suspended, `access.denied` for somebody else's.
    pub async fn edit(&self, actor: &Actor, id: AdId, patch: AdPatch) -> Result<Edited> {
        actor.require_may_write()?;
        let (base, tree) = (&self.0.base, self.categories().await?);
        let now = base.clock.now();
        let mut tx = base.begin().await?;
        let mut row = store::lock(tx.conn(), id).await?;
        self.require_visible(actor, &row).await?;
        if row.owner_id != actor.id() {
            return Err(Error::denied());
        }
        require_version(&row, patch.version)?;
        if row.status == AdStatus::Rejected {
            // It is open again.
            self.require_room(&tx, actor).await?;
        }
        let before = row.clone();
        let proposed = StoredChange::read(row.change.as_ref());
        if let Some(proposed) = proposed.clone() {
            // What was proposed before is what is changed now.
            proposed.apply(&mut row);
        }
        let had = UsedPicture::read_all(row.pictures.as_ref());
        let ids = had.iter().map(|picture| picture.id).collect();
        let wish = patched(&row, ids, patch);
        let said = Said::check(&wish, &tree)?;
        if said.title != row.title || said.description != row.description {
            self.screen(actor, id.0, &said).await?;
        }
        let pictures = self.pictures(&tx, actor, &had, &wish.upload_ids).await?;
        let mut row = before.clone();
        let step = settle(&mut row, said, pictures, self.is_trusted(&tx, actor).await?)?;
        release_unused(&mut tx, &before, proposed.as_ref(), &row).await?;
        row.changed_at = now;
        row.version = store::note_steps(tx.conn(), id, row.version, &[step], (Some(actor.id()), None, now)).await?;
        store::update(tx.conn(), row.clone()).await?;
        prints::store(tx.conn(), &row).await?;
        self.tell(&mut tx, &row, &[step], Some(actor.id()), None).await?;
        tx.commit().await?;
        let waits = step.action == AdAction::ProposeChange;
        Ok(Edited { ad: self.show_one(base.db.read(), actor, row).await?, waits })
    }

    /// Whether what somebody changes need not be looked at: they keep order, or enough of their ads passed review and none was rejected or
    /// suspended.
    async fn is_trusted(&self, tx: &Tx, actor: &Actor) -> Result<bool> {
        if actor.is_moderator() {
            return Ok(true);
        }
        let Some(enough) = self.0.base.config.limits.ads_trusted_after else { return Ok(false) };
        let mine = || Entity::find().filter(Column::OwnerId.eq(actor.id()));
        // By what was done, not by where ads stand: who deletes an ad is not trusted again for it.
        let ids = sea_orm::QueryTrait::into_query(mine().select_only().column(Column::Id));
        let faults = history::Entity::find()
            .filter(history::Column::AdId.in_subquery(ids))
            .filter(history::Column::Action.is_in([AdAction::Reject, AdAction::Suspend]));
        if faults.count(tx.conn()).await? > 0 {
            return Ok(false);
        }
        let passed = [AdStatus::Approved, AdStatus::Active, AdStatus::Concluded];
        Ok(mine().filter(Column::Status.is_in(passed)).count(tx.conn()).await? >= enough)
    }

    /// The pictures an ad is to have: those it has, and new ones, which are taken into use.
    async fn pictures(
        &self,
        tx: &Tx,
        actor: &Actor,
        had: &[UsedPicture],
        wanted: &[UploadId],
    ) -> Result<Vec<UsedPicture>> {
        let stays = |id: &UploadId| had.iter().find(|picture| picture.id == *id);
        let new: Vec<UploadId> = wanted.iter().filter(|id| stays(id).is_none()).copied().collect();
        let taken = uploads::take(tx.conn(), actor.id(), &new, Use::Ad, self.0.base.clock.now()).await?;
        let find = |id: &UploadId| stays(id).or_else(|| taken.iter().find(|picture| picture.id == *id)).cloned();
        Ok(wanted.iter().filter_map(find).collect())
    }
}

/// Refuses a patch of an ad that was changed meanwhile. One that is or was on display is changed by who says what they read.
fn require_version(row: &Model, version: Option<i32>) -> Result<()> {
    match version {
        Some(version) if version == row.version => Ok(()),
        Some(_) => {
            let detail = "The ad was changed meanwhile; read it again.";
            Err(Error::problem(ProblemCode::RequestConflict, detail))
        }
        None if row.published_at.is_none() => Ok(()),
        None => Err(Error::invalid_field("version", "missing", "Say which version of the ad you read.")),
    }
}

/// Puts what an ad is to say where it belongs: into the ad, or into the change that waits; the step it is.
fn settle(row: &mut Model, said: Said, pictures: Vec<UsedPicture>, trusted: bool) -> Result<Step> {
    let change = StoredChange::between(row, &said, &pictures).filter(|_| !trusted);
    let (stand, waits) = match Stand::of(row.status) {
        Stand::Pending(at) => (Stand::from(at.stay(AdAction::Edit)), None),
        Stand::Rejected(at) => (Stand::from(at.resubmit()), None),
        Stand::Approved(at) => match change {
            Some(change) => (Stand::from(at.stay(AdAction::ProposeChange)), Some(change)),
            None => (Stand::from(at.stay(AdAction::Edit)), None),
        },
        Stand::Active(at) => match change {
            Some(change) => (Stand::from(at.stay(AdAction::ProposeChange)), Some(change)),
            None => (Stand::from(at.stay(AdAction::Edit)), None),
        },
        Stand::Concluded(_) | Stand::Suspended(_) | Stand::Deleted(_) => {
            return Err(wrong_state(row.status, "changed"));
        }
    };
    row.change = waits.as_ref().map(serde_json::to_value).transpose()?;
    say(row, said, pictures, waits.unwrap_or_default());
    let steps = stand.into_steps();
    let step = steps.last().copied().ok_or_else(Error::not_found)?;
    if step.to == AdStatus::Pending {
        row.status_reason = None;
    }
    row.status = step.to;
    Ok(step)
}

/// Has an ad say something, but for what waits.
fn say(row: &mut Model, said: Said, pictures: Vec<UsedPicture>, waits: StoredChange) {
    row.kind = said.kind;
    row.description = said.description;
    row.quantity = said.quantity;
    row.state = said.state;
    row.city_code = said.city_code;
    row.city = said.city;
    row.neighborhood = said.neighborhood;
    row.condition = said.condition;
    if waits.title.is_none() {
        row.title = said.title;
    }
    if waits.category.is_none() {
        row.category = said.category;
    }
    if waits.centavos.is_none() {
        row.centavos = said.centavos;
    }
    if waits.pictures.is_none() {
        row.pictures = UsedPicture::store_all(&pictures);
    }
}

/// Releases the pictures an ad or its change had, and has no more.
pub(super) async fn release_unused(
    tx: &mut Tx,
    before: &Model,
    proposed: Option<&StoredChange>,
    after: &Model,
) -> Result<()> {
    let of = |row: &Model, change: Option<&StoredChange>| {
        let mut pictures = UsedPicture::read_all(row.pictures.as_ref());
        pictures.extend(change.and_then(|change| change.pictures.clone()).unwrap_or_default());
        pictures
    };
    let kept = of(after, StoredChange::read(after.change.as_ref()).as_ref());
    let mut gone: Vec<(UploadId, String)> = Vec::new();
    for picture in of(before, proposed) {
        let stays = kept.iter().any(|other| other.id == picture.id) || gone.iter().any(|(id, _)| *id == picture.id);
        if !stays {
            gone.push((picture.id, picture.folder));
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    uploads::release(tx, gone).await
}
