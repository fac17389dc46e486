//! The transaction every rule writes in. What a rule tells the world it tells by [`Tx::emit`]: audit, notice and job rows are
//! stored with the change itself, and live signals leave only once it is committed.

use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};

use crate::base::Base;
use crate::error::{Error, Result};
use crate::events::{Event, audit};
use crate::request_id::RequestId;
use crate::{jobs, notices};

/// A transaction and the events it will cause. Dropped without [`Tx::commit`], it leaves no trace.
pub struct Tx {
    base: Base,
    txn: DatabaseTransaction,
    events: Vec<Event>,
}

impl Tx {
    pub(crate) async fn begin(base: Base) -> Result<Self> {
        let txn = base.db.begin().await?;
        Ok(Self { base, txn, events: Vec::new() })
    }

    /// For statements.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.txn
    }

    /// Says what happened.
    pub fn emit(&mut self, event: impl Into<Event>) {
        self.events.push(event.into());
    }

    /// Stores everything, then tells everyone: both, even if the caller goes away while the database works.
    ///
    /// # Errors
    /// The database refuses: then nothing happened.
    pub async fn commit(self) -> Result<()> {
        let request = RequestId::current();
        tokio::spawn(request.scope(self.commit_and_tell())).await.map_err(Error::internal)?
    }

    async fn commit_and_tell(self) -> Result<()> {
        let Self { base, txn, events } = self;
        let now = base.clock.now();
        let entries = events.iter().filter_map(Event::audit).map(|entry| audit::ActiveModel {
            id: Set(base.ids.uuid()),
            at: Set(now),
            actor_id: Set(entry.actor),
            action: Set(entry.action.to_owned()),
            target_type: Set(entry.target_type.to_owned()),
            target_id: Set(entry.target_id),
            reason: Set(entry.reason),
            data: Set(entry.data),
        });
        let entries: Vec<_> = entries.collect();
        if !entries.is_empty() {
            audit::Entity::insert_many(entries).exec_without_returning(&txn).await?;
        }
        notices::note(&base, &txn, events.iter().flat_map(Event::notices).collect()).await?;
        let jobs: Vec<_> = events.iter().flat_map(Event::jobs).collect();
        jobs::enqueue(&base, &txn, &jobs).await?;
        txn.commit().await?;
        if !jobs.is_empty() {
            base.jobs_due.notify_one();
        }
        for event in &events {
            base.announce(event);
        }
        Ok(())
    }
}
