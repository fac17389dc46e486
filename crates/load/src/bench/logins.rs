//! Whether a flood of log-ins, each an Argon2 hash, holds up those who talk.

use anyhow::Result;

use super::report::{Part, table};
use super::workshop::{Engine, Workshop, in_turns, median};
use crate::report::say;
use crate::scenario::room::{self, RoomLoad, RoomReport, WRONG};

const PEOPLE: usize = 64;
/// Log-ins that are always waiting.
const FLOOD: usize = 16;
/// Messages a second into a room of 200.
const RATE: f64 = 50.0;

/// Runs it.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let side = async |flood: bool| {
        let town = shop.town(Engine::Sqlite, &[], PEOPLE, 1).await?;
        let logins = if flood { FLOOD } else { 0 };
        let load = RoomLoad {
            sockets: 200,
            senders: 32,
            rate: Some(RATE),
            logins,
            seconds: shop.args.seconds,
            ..RoomLoad::default()
        };
        let report = room::run(&town.target, &load).await?;
        say(&format!("{logins} log-ins: p99 {:.1} ms, ack {:.1} ms", report.delivery.p99, report.ack.p99));
        town.close().await?;
        Ok(report)
    };
    let (flooded, calm) = in_turns(shop.args.rounds, side).await?;
    let row = |name: &str, reports: &[RoomReport]| {
        let middle = |value: fn(&RoomReport) -> f64| median(reports.iter().map(value).collect());
        vec![
            name.to_owned(),
            format!("{:.1}", middle(|report| report.logins_per_second)),
            format!("{:.2} / {:.2}", middle(|report| report.ack.p50), middle(|report| report.ack.p99)),
            format!("{:.2} / {:.2}", middle(|report| report.delivery.p50), middle(|report| report.delivery.p99)),
            reports.iter().map(RoomReport::wrong).sum::<u64>().to_string(),
        ]
    };
    let pairs = flooded.iter().zip(&calm).map(|(flooded, calm)| flooded.delivery.p99 / calm.delivery.p99.max(1e-9));
    let ratio = median(pairs.collect());
    let head = ["", "Log-ins/s", "ack p50 / p99 ms", "delivery p50 / p99 ms", WRONG];
    let text = format!(
        "{RATE} messages a second into a room of 200, all on one core, with {FLOOD} log-ins always waiting and without. \
         The p99 of a delivery moves by × {ratio:.2}.\n\n{}",
        table(&head, &[row("Calm", &calm), row("Flooded", &flooded)])
    );
    Ok(Part { title: "Log-ins beside chat", text, pictures: Vec::new() })
}
