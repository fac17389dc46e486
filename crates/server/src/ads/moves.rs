//! The steps owners and moderators take with an ad.

use std::time::Duration;

use praca_api::ads::{Ad, AdAction, AdKind, AdReason, AdStatus};
use praca_api::{AdId, ProblemCode, Timestamp};

use super::change::StoredChange;
use super::edit::release_unused;
use super::entity::Model;
use super::life::{Stand, Step, wrong_state};
use super::review::settle_claim;
use super::{Ads, prints, store};
use crate::accounts::clean_reason;
use crate::auth::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};

/// Days a service is on display.
const SERVICE_DAYS: u32 = 60;
/// How long after its end an ad can be renewed.
const RENEWED_WITHIN: Duration = Duration::from_secs(180 * 86_400);

/// What is done to an ad by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// It passes review, and goes on display.
    Approve,
    /// It does not.
    Reject,
    /// A moderator takes it from display.
    Suspend,
    /// A moderator gives it back.
    Reinstate,
    /// Its owner takes it from display.
    Pause,
    /// Its owner shows it again.
    Publish,
    /// Its time on display begins anew.
    Renew,
    /// It came to its purpose.
    Conclude,
}

impl Verb {
    /// Whether moderators do it, and not owners.
    const fn is_for_moderators(self) -> bool {
        matches!(self, Self::Approve | Self::Reject | Self::Suspend | Self::Reinstate)
    }

    /// Whether it decides on what waits.
    const fn is_review(self) -> bool {
        matches!(self, Self::Approve | Self::Reject)
    }

    /// Whether it needs a reason.
    const fn wants_reason(self) -> bool {
        matches!(self, Self::Reject | Self::Suspend)
    }
}

/// What somebody says who does something to an ad.
#[derive(Clone, Debug, Default)]
pub struct Why {
    /// The reason, where one is needed or given.
    pub reason: Option<String>,
    /// The version they looked at; none = whichever is the newest.
    pub version: Option<i32>,
}

impl From<AdReason> for Why {
    fn from(said: AdReason) -> Self {
        Self { reason: said.reason, version: said.version }
    }
}

impl Why {
    /// Refuses what is done by somebody who looked at another version.
    fn require_seen(&self, row: &Model) -> Result<()> {
        match self.version {
            Some(version) if version != row.version => {
                let detail = "The ad was changed meanwhile; look at it again.";
                Err(Error::problem(ProblemCode::RequestConflict, detail))
            }
            _ => Ok(()),
        }
    }
}

/// Who does something, why, and when.
struct Deed<'a> {
    actor: &'a Actor,
    reason: Option<String>,
    now: Timestamp,
}

impl Ads {
    /// Takes a step with an ad.
    ///
    /// # Errors
    /// `ads.wrong_state`, `access.denied` for who may not, `request.invalid` without a reason where one is needed,
    /// `request.conflict` for a version that is no longer the newest.
    pub async fn step(&self, actor: &Actor, id: AdId, verb: Verb, why: Why) -> Result<Ad> {
        let base = &self.0.base;
        let now = base.clock.now();
        let mut tx = base.begin().await?;
        let row = store::lock(tx.conn(), id).await?;
        self.require_visible(actor, &row).await?;
        if verb.is_for_moderators() {
            require_reviewer(actor, &row)?;
        } else if row.owner_id != actor.id() {
            return Err(Error::denied());
        }
        actor.require_may_write()?;
        why.require_seen(&row)?;
        let reason = checked_reason(why.reason, verb.wants_reason())?;
        if verb.is_review() {
            settle_claim(tx.conn(), actor, id, now).await?;
        }
        let days = self.days(&row).await?;
        let mut after = row.clone();
        let stand = take_step(&mut after, verb, (now, days))?;
        let steps = stand.into_steps();
        after.status_reason = match steps.last().map(|step| step.to) {
            Some(AdStatus::Rejected | AdStatus::Suspended) => reason.clone(),
            _ => None,
        };
        let row = self.finish(&mut tx, &row, after, steps, Deed { actor, reason, now }).await?;
        tx.commit().await?;
        self.show_one(base.db.read(), actor, row).await
    }

    /// Deletes an ad, for good; its owner, or a moderator.
    ///
    /// # Errors
    /// `access.denied`, `resource.not_found`.
    pub async fn delete(&self, actor: &Actor, id: AdId, reason: Option<String>) -> Result<()> {
        let base = &self.0.base;
        let now = base.clock.now();
        let mut tx = base.begin().await?;
        let row = store::lock(tx.conn(), id).await?;
        self.require_visible(actor, &row).await?;
        if row.owner_id == actor.id() {
            actor.require_not_suspended()?;
        } else {
            require_reviewer(actor, &row)?;
            actor.require_may_write()?;
        }
        let steps = Stand::of(row.status).delete()?.into_steps();
        let mut after = row.clone();
        (after.change, after.pictures) = (None, None);
        let deed = Deed { actor, reason: checked_reason(reason, false)?, now };
        self.finish(&mut tx, &row, after, steps, deed).await?;
        tx.commit().await
    }

    /// Decides on the change an owner wants.
    ///
    /// # Errors
    /// `ads.wrong_state` without one, `access.denied`, `request.invalid` for a refusal without a reason.
    pub async fn decide(&self, actor: &Actor, id: AdId, accept: bool, why: Why) -> Result<Ad> {
        let base = &self.0.base;
        let now = base.clock.now();
        let mut tx = base.begin().await?;
        let row = store::lock(tx.conn(), id).await?;
        self.require_visible(actor, &row).await?;
        require_reviewer(actor, &row)?;
        actor.require_may_write()?;
        why.require_seen(&row)?;
        let reason = checked_reason(why.reason, !accept)?;
        settle_claim(tx.conn(), actor, id, now).await?;
        let action = if accept { AdAction::AcceptChange } else { AdAction::RefuseChange };
        let stand = match (Stand::of(row.status), &row.change) {
            (Stand::Active(at), Some(_)) => Stand::from(at.stay(action)),
            (Stand::Approved(at), Some(_)) => Stand::from(at.stay(action)),
            _ => return Err(wrong_state(row.status, "changed: there is no change to decide on")),
        };
        let mut after = row.clone();
        let change = StoredChange::read(row.change.as_ref()).filter(|_| accept);
        after.change = None;
        if let Some(change) = change {
            change.apply(&mut after);
        }
        let deed = Deed { actor, reason, now };
        let row = self.finish(&mut tx, &row, after, stand.into_steps(), deed).await?;
        tx.commit().await?;
        self.show_one(base.db.read(), actor, row).await
    }

    /// Stores an ad after steps, with its history, and tells of them.
    async fn finish(
        &self,
        tx: &mut Tx,
        before: &Model,
        mut after: Model,
        steps: Vec<Step>,
        Deed { actor, reason, now }: Deed<'_>,
    ) -> Result<Model> {
        let proposed = StoredChange::read(before.change.as_ref());
        release_unused(tx, before, proposed.as_ref(), &after).await?;
        let by = Some(actor.id());
        after.status = steps.last().map_or(after.status, |step| step.to);
        after.changed_at = now;
        let why = (by, reason.as_deref(), now);
        after.version = store::note_steps(tx.conn(), after.id, before.version, &steps, why).await?;
        store::update(tx.conn(), after.clone()).await?;
        let says = |row: &Model| (row.title.clone(), row.pictures.clone(), row.change.clone());
        if after.status == AdStatus::Deleted || says(&after) != says(before) {
            prints::store(tx.conn(), &after).await?;
        }
        self.tell(tx, &after, &steps, by, reason.as_deref()).await?;
        Ok(after)
    }

    /// Days an ad is on display.
    async fn days(&self, row: &Model) -> Result<u32> {
        let of_category = self.categories().await?.get(&row.category).map_or(0, |category| category.days);
        Ok(if row.kind == AdKind::Service { SERVICE_DAYS.max(of_category) } else { of_category })
    }
}

/// Refuses who does not keep order, and moderators who would decide on their own; administrators may, in a square of few.
pub(super) fn require_reviewer(actor: &Actor, row: &Model) -> Result<()> {
    if !actor.is_moderator() || (row.owner_id == actor.id() && !actor.is_admin()) {
        return Err(Error::denied());
    }
    Ok(())
}

fn checked_reason(reason: Option<String>, needed: bool) -> Result<Option<String>> {
    match reason {
        Some(reason) => clean_reason(&reason).map(Some),
        None if needed => Err(Error::invalid_field("reason", "missing", "Say why.")),
        None => Ok(None),
    }
}

/// Where an ad stands; one whose time has just ended is no longer on display.
fn stand_of(row: &Model, now: Timestamp) -> Stand {
    match Stand::of(row.status) {
        Stand::Active(at) if row.expires_at.is_some_and(|end| end <= now) => Stand::from(at.expire()),
        stand => stand,
    }
}

/// Takes a step with an ad that is on display for so many days.
fn take_step(row: &mut Model, verb: Verb, (now, days): (Timestamp, u32)) -> Result<Stand> {
    let end = now + Duration::from_secs(u64::from(days) * 86_400);
    let runs = row.expires_at.is_some_and(|end| end > now);
    let stand = match (verb, stand_of(row, now)) {
        (Verb::Approve, Stand::Pending(at)) => {
            (row.published_at, row.expires_at) = (Some(now), Some(end));
            Stand::from(at.approve().publish())
        }
        (Verb::Reject, Stand::Pending(at)) => Stand::from(at.reject()),
        (Verb::Suspend, Stand::Active(at)) => {
            row.shown_before = true;
            Stand::from(at.suspend())
        }
        (Verb::Suspend, Stand::Approved(at)) => {
            row.shown_before = false;
            Stand::from(at.suspend())
        }
        (Verb::Reinstate, Stand::Suspended(at)) => {
            let back = at.reinstate();
            if row.shown_before && runs { Stand::from(back.publish()) } else { Stand::from(back) }
        }
        (Verb::Pause, Stand::Active(at)) => Stand::from(at.pause()),
        (Verb::Publish, Stand::Approved(at)) if runs => Stand::from(at.publish()),
        (Verb::Renew, Stand::Active(at)) => {
            row.expires_at = Some(end);
            Stand::from(at.renew())
        }
        (Verb::Renew, Stand::Approved(at)) if row.expires_at.is_some_and(|old| old + RENEWED_WITHIN > now) => {
            if !runs {
                // Only what was gone is new again: nobody renews to stand above others.
                row.published_at = Some(now);
            }
            row.expires_at = Some(end);
            Stand::from(at.renew())
        }
        (Verb::Conclude, Stand::Active(at)) => {
            row.change = None;
            Stand::from(at.conclude())
        }
        (Verb::Conclude, Stand::Approved(at)) => {
            row.change = None;
            Stand::from(at.conclude())
        }
        (verb, _) => return Err(wrong_state(row.status, past(verb))),
    };
    Ok(stand)
}

/// What cannot be done, in a word.
const fn past(verb: Verb) -> &'static str {
    match verb {
        Verb::Approve => "approved",
        Verb::Reject => "rejected",
        Verb::Suspend => "suspended",
        Verb::Reinstate => "reinstated",
        Verb::Pause => "paused",
        Verb::Publish => "published",
        Verb::Renew => "renewed",
        Verb::Conclude => "concluded",
    }
}
