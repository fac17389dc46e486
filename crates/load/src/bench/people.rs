//! Talk between two people, and a crowd that goes and comes back beside those who talk.

use anyhow::Result;

use super::report::{Part, table};
use super::workshop::{Engine, Workshop, in_turns, median};
use crate::report::say;
use crate::scenario::dms::{self, DmLoad, DmReport};
use crate::scenario::storm::{self, StormLoad, StormReport, slower};
use crate::tally::Quantiles;

/// Pairs of people who write to each other.
const PAIRS: usize = 64;
/// The crowd: people, and their sockets.
const PEOPLE: usize = 1_000;
const SOCKETS: usize = 10_000;

/// Runs it.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let (talk, storm) = (talk(shop).await?, crowd(shop).await?);
    Ok(Part { title: "Two people, and a crowd", text: format!("{talk}\n{storm}"), pictures: Vec::new() })
}

/// Both engines, in turns.
async fn talk(shop: &Workshop) -> Result<String> {
    let side = async |sqlite: bool| {
        let engine = if sqlite { Engine::Sqlite } else { Engine::Postgres };
        let town = shop.town(engine, &[], 2 * PAIRS, 1).await?;
        let load = DmLoad { pairs: PAIRS, read_every: 4, warm_up: 2.0, seconds: shop.args.seconds };
        let report = dms::run(&town.target, &load).await?;
        say(&format!("{}: {:.0} messages/s, {} lost", engine.name(), report.messages_per_second, report.lost));
        town.close().await?;
        Ok(report)
    };
    let (sqlite, postgres) = in_turns(shop.args.rounds, side).await?;
    let row = |engine: Engine, reports: &[DmReport]| {
        let times = |of: fn(&DmReport) -> Quantiles| {
            let middle =
                |value: fn(&Quantiles) -> f64| median(reports.iter().map(|report| value(&of(report))).collect());
            format!("{:.1} / {:.1}", middle(|times| times.p50), middle(|times| times.p99))
        };
        vec![
            engine.name().to_owned(),
            format!("{:.0}", median(reports.iter().map(|report| report.messages_per_second).collect())),
            times(|report| report.ack),
            times(|report| report.delivery),
            times(|report| report.receipt),
            reports.iter().map(|report| report.refused + report.lost + report.doubled).sum::<u64>().to_string(),
        ]
    };
    let head = [
        "Database",
        "Messages/s",
        "ack p50 / p99 ms",
        "heard p50 / p99 ms",
        "receipt p50 / p99 ms",
        "Refused, lost, doubled",
    ];
    Ok(format!(
        "{PAIRS} pairs: each of the two sends the next message of 120 bytes when the last is acknowledged; the other says \
         of each that it arrived, of every fourth that it was read. \"Receipt\" is from sending until the writer hears \
         that it arrived.\n\n{}",
        table(&head, &[row(Engine::Sqlite, &sqlite), row(Engine::Postgres, &postgres)])
    ))
}

/// With the storm and without, in turns.
async fn crowd(shop: &Workshop) -> Result<String> {
    let side = async |storms: bool| {
        let town = shop.town(Engine::Sqlite, &[], PEOPLE + 1, 2).await?;
        let load = StormLoad { sockets: SOCKETS, away: 4.0, calm: !storms, rate: 50.0, readers: 100 };
        let report = storm::run(&town.target, &load).await?;
        say(&format!("storm {storms}: back after {:.1} s, p99 {:.1} ms", report.seconds, report.talk.delivery.p99));
        town.close().await?;
        Ok(report)
    };
    let (storms, calms) = in_turns(shop.args.rounds, side).await?;
    let row = |name: &str, reports: &[StormReport]| {
        let middle = |value: fn(&StormReport) -> f64| median(reports.iter().map(value).collect());
        vec![
            name.to_owned(),
            format!("{:.2} / {:.2}", middle(|report| report.talk.ack.p50), middle(|report| report.talk.ack.p99)),
            format!(
                "{:.2} / {:.2}",
                middle(|report| report.talk.delivery.p50),
                middle(|report| report.talk.delivery.p99)
            ),
            format!("{:.1}", middle(|report| report.seconds)),
            format!("{:.0}", middle(|report| f64::from(u32::try_from(report.presence_gone).unwrap_or(u32::MAX)))),
            format!("{:.1}", middle(|report| report.presence_after)),
            reports.iter().map(|report| report.presence_wrong + report.unread_wrong).sum::<usize>().to_string(),
            reports.iter().map(|report| report.talk.wrong()).sum::<u64>().to_string(),
        ]
    };
    let ratio = median(storms.iter().zip(&calms).map(|(storm, calm)| slower(storm, calm)).collect());
    let head = [
        "",
        "ack p50 / p99 ms",
        "delivery p50 / p99 ms",
        "All back after s",
        "People heard going",
        "Presence right after s",
        "Presence or unread wrong",
        "Talk lost, doubled, refused",
    ];
    Ok(format!(
        "{SOCKETS} sockets of {PEOPLE} people end at once and come back from 4 s later on, as fast as they are let in, while \
         50 messages a second go into another room of 100; the server has one core, the load the other. \"All back\" is \
         from their end until the last is connected again; \"presence right\" how long after that somebody who watches all \
         of them has heard that all are there; unread is looked at for all of them. The p99 of a delivery over the \
         25 s measured moves by × {ratio:.2}.\n\n{}",
        table(&head, &[row("Calm", &calms), row("Storm", &storms)])
    ))
}
