//! Mails that are written apart from what asked for them, so that asking takes as long for addresses nobody has.

use std::time::Duration;

use praca_api::accounts::AccountStatus;
use praca_api::device::network_of;
use serde_json::Value;

use super::one_time::{self, Purpose};
use super::{Accounts, devices, entity, store};
use crate::config::Quota;
use crate::error::Result;
use crate::events::Letter;
use crate::jobs::{NewJob, Registry};
use crate::mail::{self, Reader, Topic};

/// Time between two sweeps.
const SWEEP_EVERY: Duration = Duration::from_secs(6 * 3_600);
/// Links to choose a new password, for one account, asked for from one source: one stranger does not use up those of the owner.
const RECOVERIES: Quota = Quota { count: 5, per: Duration::from_secs(3_600) };
/// The same from all devices that are not known: strangers do not use up those of the owner's.
const ALL_RECOVERIES: Quota = Quota { count: 20, per: Duration::from_secs(3_600) };
/// Mails of these kinds to one mailbox nobody proved, of all accounts that name it.
const TO_ONE: Quota = Quota { count: 5, per: Duration::from_secs(3_600) };
/// Of each other kind, for one account.
const OTHERS: Quota = Quota { count: 1, per: Duration::from_secs(86_400) };

impl entity::Model {
    /// As somebody who is written to.
    pub(super) fn reader(&self) -> Reader {
        Reader { email: self.email.clone(), handle: self.handle.clone(), locale: self.locale }
    }
}

impl Accounts {
    /// What the slice does in the background.
    pub fn register_jobs(&self, registry: &mut Registry) {
        let accounts = self.clone();
        registry.every(SWEEP_EVERY, "sessions.sweep", move || {
            let accounts = accounts.clone();
            async move { accounts.sweep_sessions().await }
        });
        let accounts = self.clone();
        registry.handle(NewJob::LETTER, move |payload| {
            let accounts = accounts.clone();
            async move { accounts.write_letter(payload).await }
        });
    }

    /// The job that writes one, if somebody has the address, and is not written to all the time.
    async fn write_letter(&self, payload: Value) -> Result<()> {
        let base = &self.0.base;
        let letter: Letter = serde_json::from_value(payload)?;
        let (Letter::Recovery { email: login, .. }
        | Letter::AlreadyRegistered { email: login }
        | Letter::Locked { login, .. }) = &letter;
        let person = store::by_login(base.db.read(), login).await?;
        let Some(person) = person.filter(|row| row.status != AccountStatus::Deleted) else { return Ok(()) };
        if !self.may_be_written(&letter, &person).await? {
            return Ok(());
        }
        let url = &base.config.public_url;
        let mut tx = base.begin().await?;
        let topic = match letter {
            Letter::Recovery { .. } => {
                let purpose = Purpose::ResetPassword;
                Topic::ResetPassword {
                    link: one_time::issue(base, tx.conn(), person.id, purpose, &person.email, None).await?,
                }
            }
            Letter::AlreadyRegistered { .. } => Topic::AlreadyRegistered { link: format!("{url}/entrar") },
            Letter::Locked { source, .. } => {
                let address = source.split('/').next().unwrap_or_default();
                Topic::AccountLocked { place: network_of(address), link: format!("{url}/entrar#senha") }
            }
        };
        mail::write(base, &mut tx, &person.reader(), topic).await?;
        tx.commit().await
    }

    async fn may_be_written(&self, letter: &Letter, person: &entity::Model) -> Result<bool> {
        let (limits, db) = (&self.0.base.limits, &self.0.base.db);
        let key = format!("letters:{}:{}", letter.kind(), person.id);
        if !person.email_verified && self.mailbox_wait(&person.email, TO_ONE).await.is_some() {
            return Ok(false);
        }
        let Letter::Recovery { source, device, .. } = letter else {
            return Ok(limits.take(&key, OTHERS).await.is_none());
        };
        if let Some(hash) = device
            && devices::is_known_by(db.read(), person.id, hash.clone()).await?
        {
            return Ok(limits.take(&format!("{key}:known"), RECOVERIES).await.is_none());
        }
        Ok(limits.take(&format!("{key}:{source}"), RECOVERIES).await.is_none()
            && limits.take(&key, ALL_RECOVERIES).await.is_none())
    }
}
