//! One message to everybody in the room, beside a minimal socket.io server that only broadcasts.

use std::fmt::Write as _;

use anyhow::Result;

use super::chart;
use super::report::{Part, table};
use super::workshop::{Engine, Town, Workshop, in_turns, median};
use crate::report::say;
use crate::scenario::room::{self, RoomLoad, RoomReport};

/// People who connect; each has several sockets.
const PEOPLE: usize = 64;
/// The rate both are asked to hold.
pub const PACE: f64 = 75.0;
/// Rates of the curve, in messages a second.
const RATES: [f64; 7] = [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0];
/// Readers that stop reading.
const STALLED: usize = 10;

const HEAD: [&str; 13] = [
    "Server",
    "Sockets",
    "Offered",
    "Deliveries/s",
    "CPU-s per million",
    "CPU",
    "Load's CPU",
    "p50 ms",
    "p99 ms",
    "Lost",
    "Twice",
    "Out of order",
    "Dropped",
];

/// Runs it.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let mut rows = Vec::new();
    for (sockets, rate) in [(1_000, None), (5_000, None), (1_000, Some(PACE))] {
        let (ours, theirs) =
            in_turns(shop.args.rounds, async |first| once(shop, first, sockets, rate, 0).await).await?;
        rows.push(row("Praça", sockets, rate, &ours));
        rows.push(row("socket.io", sockets, rate, &theirs));
        rows.push(comparison(&ours, &theirs));
    }
    let stalled = once(shop, true, 1_000, None, STALLED).await?;
    let well = once(shop, true, 1_000, None, 0).await?;
    let mut text = format!(
        "Messages of 200 bytes (about 650 bytes on the wire) into one room. Saturated: {} senders, each sends again \
         when it is answered. Praça checks, stores and acknowledges each message on SQLite; the peer keeps nothing. \
         CPU is the share of the one core; where the load's own is full, the load was the limit. Times run from the moment a message was due. The curve below is one run a point.\n\n",
        load(1_000, None, 0, 1.0).senders
    );
    text += &table(&HEAD, &rows);
    let _ = writeln!(
        text,
        "\nWith {STALLED} more readers that stop reading, saturated, one run: {:.0} deliveries/s to the healthy ones (without: \
         {:.0}), {} lost, {} dropped; memory {:.0} MiB after, {:.0} MiB at most (without: {:.0} MiB); when the {STALLED} \
         came back, they missed {}.",
        stalled.deliveries_per_second,
        well.deliveries_per_second,
        stalled.lost,
        stalled.dropped,
        mib(stalled.rss_after_kib),
        mib(stalled.peak_kib),
        mib(well.peak_kib),
        stalled.stalled_lost,
    );
    let curves = vec![("Praça", curve(shop, true).await?), ("socket.io", curve(shop, false).await?)];
    let picture = chart::draw("messages a second into a room of 1,000", "p99 of a delivery, ms", &curves)?;
    Ok(Part { title: "Fan-out", text, pictures: vec![("fanout.svg", picture)] })
}

fn load(sockets: usize, rate: Option<f64>, stalled: usize, seconds: f64) -> RoomLoad {
    RoomLoad { sockets, senders: 64, rate, stalled, seconds, ..RoomLoad::default() }
}

/// One run, ours or the peer's.
pub async fn once(
    shop: &Workshop,
    ours: bool,
    sockets: usize,
    rate: Option<f64>,
    stalled: usize,
) -> Result<RoomReport> {
    let town: Town = if ours { shop.town(Engine::Sqlite, &[], PEOPLE, 1).await? } else { shop.peer().await? };
    let report = room::run(&town.target, &load(sockets, rate, stalled, shop.args.seconds)).await?;
    say(&format!(
        "{} {sockets} {rate:?}: {:.0} deliveries/s, {:.2} CPU-s per million, p99 {:.1} ms",
        if ours { "Praça" } else { "socket.io" },
        report.deliveries_per_second,
        report.cpu_per_million,
        report.delivery.p99
    ));
    town.close().await?;
    Ok(report)
}

/// The 99th percentile at each rate, until the server no longer keeps up.
async fn curve(shop: &Workshop, ours: bool) -> Result<Vec<(f64, f64)>> {
    let mut points = Vec::new();
    for rate in RATES {
        let report = once(shop, ours, 1_000, Some(rate), 0).await?;
        points.push((rate, report.delivery.p99));
        if report.messages_per_second < rate * 0.9 {
            break;
        }
    }
    Ok(points)
}

fn row(name: &str, sockets: usize, rate: Option<f64>, reports: &[RoomReport]) -> Vec<String> {
    let middle = |value: fn(&RoomReport) -> f64| median(reports.iter().map(value).collect());
    let sum = |value: fn(&RoomReport) -> u64| reports.iter().map(value).sum::<u64>().to_string();
    vec![
        name.to_owned(),
        sockets.to_string(),
        rate.map_or_else(|| "saturated".to_owned(), |rate| format!("{rate}/s")),
        format!("{:.0}", middle(|report| report.deliveries_per_second)),
        format!("{:.2}", middle(|report| report.cpu_per_million)),
        format!("{:.0} %", middle(|report| report.server_cpu * 100.0)),
        format!("{:.0} %", middle(|report| report.load_cpu * 100.0)),
        format!("{:.1}", middle(|report| report.delivery.p50)),
        format!("{:.1}", middle(|report| report.delivery.p99)),
        sum(|report| report.lost),
        sum(|report| report.doubled),
        sum(|report| report.late),
        sum(|report| report.dropped),
    ]
}

/// The line that compares.
fn comparison(ours: &[RoomReport], theirs: &[RoomReport]) -> Vec<String> {
    let compare = |value: fn(&RoomReport) -> f64| {
        let pairs = ours.iter().zip(theirs).map(|(ours, theirs)| value(ours) / value(theirs).max(1e-9));
        format!("× {:.2}", median(pairs.collect()))
    };
    let mut row = vec!["*ratio*".to_owned(), String::new(), String::new()];
    row.push(compare(|report| report.deliveries_per_second));
    row.push(compare(|report| report.cpu_per_million));
    row.push(compare(|report| report.server_cpu));
    row.push(String::new());
    row.push(compare(|report| report.delivery.p50));
    row.push(compare(|report| report.delivery.p99));
    row.extend(std::iter::repeat_n(String::new(), 4));
    row
}

/// KiB as MiB.
pub fn mib(kib: u64) -> f64 {
    crate::scenario::ratio(kib, 1_024.0)
}
