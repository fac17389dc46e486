//! A mail with what somebody missed, for who wants one.

use praca_api::{Timestamp, UserId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::push::words::pushed;
use super::{COUNTED, Notifications};
use crate::accounts::DueDigest;
use crate::error::Result;
use crate::mail::{self, Line, Topic};
use crate::notices::told::{Column, Entity};

/// Digests written one after the other before others are looked for.
const AT_ONCE: u64 = 100;
/// Lines of one.
const LINES: usize = 10;

impl Notifications {
    /// Writes those that are due. A job.
    ///
    /// # Errors
    /// The database refuses: those that were not written are still due.
    pub async fn write_digests(&self) -> Result<()> {
        loop {
            let due = self.0.accounts.digests_due(AT_ONCE).await?;
            for digest in &due {
                self.write_digest(digest).await?;
            }
            if due.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
                return Ok(());
            }
        }
    }

    async fn write_digest(&self, digest: &DueDigest) -> Result<()> {
        let base = &self.0.base;
        let now = base.clock.now();
        let Some(period) = digest.period.length() else { return Ok(()) };
        let (count, lines) = self.missed(digest.user, digest.due - period).await?;
        let mut tx = base.begin().await?;
        // Another node may have been faster.
        let reader = self.0.accounts.take_digest(&tx, digest, now + period).await?;
        if let Some(reader) = reader.filter(|_| count > 0) {
            let link = format!("{}/avisos", base.config.public_url);
            mail::write(base, &mut tx, &reader, Topic::Digest { count, lines, link }).await?;
        }
        tx.commit().await
    }

    /// How much a person was told since then and has not read, and the newest of it in their language.
    async fn missed(&self, user: UserId, since: Timestamp) -> Result<(u32, Vec<Line>)> {
        let rows = Entity::find()
            .filter(Column::UserId.eq(user))
            .filter(Column::ReadAt.is_null())
            .filter(Column::CreatedAt.gt(since))
            .order_by_desc(Column::Id)
            .limit(COUNTED)
            .all(self.0.base.db.read())
            .await?;
        let mut rows = self.readable(user, rows).await?;
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        rows.truncate(LINES);
        let locale = self.0.accounts.locale(user).await?;
        let lines = self.render(rows).await?.into_iter().map(|(_, item)| {
            let pushed = pushed(locale, &item);
            Line { headline: pushed.title, detail: pushed.body }
        });
        Ok((count, lines.collect()))
    }
}

#[cfg(test)]
mod tests {
    use praca_api::people::Digest;

    #[test]
    fn a_digest_has_a_length_unless_there_is_none() {
        assert_eq!(Digest::Off.length(), None);
        assert!(Digest::Daily.length() < Digest::Weekly.length());
    }
}
