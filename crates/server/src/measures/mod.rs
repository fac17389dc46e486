//! How the square does, minute by minute: people, messages, answers, jobs. Every node notes its own; administrators see
//! them joined, as charts. What is asked of the past in more detail, Prometheus answers.

mod entity;

use std::collections::BTreeMap;
use std::time::Duration;

use praca_api::Timestamp;
use praca_api::admin::{Measure, Measures};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::auth::Authority;
use crate::base::Base;
use crate::error::{Error, Result};
use crate::jobs::{self, Registry};
use entity::{ActiveModel, Column, Entity, Model};

/// How long they are kept: a little more than can be asked for.
const KEEP: Duration = Duration::from_secs(8 * 86_400);
/// Time between two sweeps.
const SWEEP_EVERY: Duration = Duration::from_secs(6 * 3_600);
/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;
/// Most points of a chart.
const POINTS: i64 = 96;

/// Which measures.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MeasuresQuery {
    /// Of so many hours until now, 1 to 168; 1 when absent.
    #[param(minimum = 1, maximum = 168)]
    hours: Option<u32>,
}

/// What the slice does in the background.
pub fn register(base: &Base, registry: &mut Registry) {
    let base = base.clone();
    registry.every(SWEEP_EVERY, "measures.sweep", move || {
        let base = base.clone();
        async move {
            let ended = Entity::delete_many().filter(Column::At.lt(base.clock.now() - KEEP));
            ended.exec(base.db.write()).await?;
            Ok(())
        }
    });
}

/// Notes each minute as it ends, for ever. Without database or coordinator a minute is missing.
pub async fn keep(base: &Base) {
    let node = base.ids.uuid();
    loop {
        let into = base.clock.now().millis().rem_euclid(MINUTE);
        tokio::time::sleep(Duration::from_millis((MINUTE - into).unsigned_abs())).await;
        if let Err(error) = note(base, node).await {
            tracing::debug!(%error, "the minute is not noted");
        }
    }
}

/// Notes what a node did since it noted last, under the minute that ends or just ended.
///
/// # Errors
/// Database or coordinator is away.
pub async fn note(base: &Base, node: Uuid) -> Result<()> {
    let (online, queue) = (stored(base.limits.online().await?), stored(jobs::due(base).await?));
    // Last, so that nothing is lost while the coordinator is away.
    let counted = base.metrics.take_counted();
    // Half a minute back: a clock that wakes a little early is still in the minute it notes.
    let at = base.clock.now().millis() - MINUTE / 2;
    let row = ActiveModel {
        at: Set(Timestamp::from_millis(at - at.rem_euclid(MINUTE)).ok_or_else(|| Error::internal("no such minute"))?),
        node: Set(node),
        online: Set(online),
        messages: Set(stored(counted.messages)),
        p99_millis: Set(counted.p99.as_secs_f64() * 1_000.0),
        queue: Set(queue),
    };
    let insert = Entity::insert(row).on_conflict_do_nothing_on([Column::At, Column::Node]);
    insert.exec_without_returning(base.db.write()).await?;
    Ok(())
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The measures of the last hours, all nodes joined; minutes in which nothing ran are left out.
///
/// # Errors
/// `request.invalid` for hours out of range.
pub async fn list(base: &Base, _: Authority, query: MeasuresQuery) -> Result<Measures> {
    let hours = query.hours.unwrap_or(1);
    if !(1..=168).contains(&hours) {
        return Err(Error::invalid_field("hours", "range", "Measures are kept for 168 hours; ask for 1 to 168."));
    }
    let minutes = i64::from(hours) * 60;
    let step = (minutes + POINTS - 1).div_euclid(POINTS);
    let since = base.clock.now() - Duration::from_secs(u64::from(hours) * 3_600);
    let rows = Entity::find().filter(Column::At.gte(since)).order_by_asc(Column::At).all(base.db.read()).await?;
    let items = joined(&rows, step * MINUTE);
    Ok(Measures { step_seconds: u32::try_from(step * 60).unwrap_or(u32::MAX), items })
}

/// Minutes of nodes as steps of the square: messages of the nodes are added up and averaged over the minutes of the step, of
/// everything else the step shows its worst.
fn joined(rows: &[Model], step: i64) -> Vec<Measure> {
    let mut steps: BTreeMap<i64, BTreeMap<Timestamp, Measure>> = BTreeMap::new();
    for row in rows {
        let begins = row.at.millis() - row.at.millis().rem_euclid(step);
        let minute = steps.entry(begins).or_default().entry(row.at).or_insert_with(|| Measure::nothing(row.at));
        let one = Measure {
            at: row.at,
            online: row.online.unsigned_abs(),
            messages: minute.messages + f64::from(i32::try_from(row.messages).unwrap_or(i32::MAX)),
            p99_ms: row.p99_millis,
            queue: row.queue.unsigned_abs(),
        };
        worst(minute, &one);
        minute.messages = one.messages;
    }
    let step_of = |(begins, minutes): (i64, BTreeMap<Timestamp, Measure>)| {
        let mut whole = Measure::nothing(Timestamp::from_millis(begins)?);
        for minute in minutes.values() {
            worst(&mut whole, minute);
            whole.messages += minute.messages;
        }
        whole.messages /= f64::from(u32::try_from(minutes.len()).unwrap_or(u32::MAX));
        Some(whole)
    };
    steps.into_iter().filter_map(step_of).collect()
}

fn worst(of: &mut Measure, and: &Measure) {
    of.online = of.online.max(and.online);
    of.p99_ms = of.p99_ms.max(and.p99_ms);
    of.queue = of.queue.max(and.queue);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(minute: i64, node: u128, values: (i64, i64, f64, i64)) -> Model {
        let (online, messages, p99_millis, queue) = values;
        let at = Timestamp::from_millis(minute * MINUTE).unwrap();
        Model { at, node: Uuid::from_u128(node), online, messages, p99_millis, queue }
    }

    #[test]
    fn nodes_add_up_what_they_stored_and_show_the_worst_of_the_rest() {
        let rows = [row(10, 1, (5, 30, 4.0, 0)), row(10, 2, (6, 10, 9.5, 2)), row(11, 1, (4, 20, 1.0, 1))];
        let minutes = joined(&rows, MINUTE);
        let shown: Vec<_> = minutes.iter().map(|m| (m.online, m.messages, m.p99_ms, m.queue)).collect();
        assert_eq!(shown, [(6, 40.0, 9.5, 2), (4, 20.0, 1.0, 1)]);
        let both = joined(&rows, 10 * MINUTE);
        assert_eq!(both.len(), 1);
        assert_eq!((both[0].at.millis(), both[0].online, both[0].messages), (10 * MINUTE, 6, 30.0));
    }
}
