//! How fast pictures are made, what memory that takes, and whether those who talk wait for it.

use anyhow::Result;

use super::report::{Part, table};
use super::workshop::{Engine, Workshop, in_turns, median};
use crate::report::say;
use crate::scenario::pictures::{self, PictureLoad, PictureReport};
use crate::scenario::room::WRONG;

/// Pictures of a storm.
const STORM: usize = 200;
const PEOPLE: usize = 20;
/// Messages a second in the room beside.
const RATE: f64 = 50.0;

/// Runs it.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let text = format!("{}\n{}", alone(shop).await?, beside(shop).await?);
    Ok(Part { title: "Pictures", text, pictures: Vec::new() })
}

/// The storm on a server that does nothing else.
async fn alone(shop: &Workshop) -> Result<String> {
    let mut reports = Vec::new();
    for _ in 0..shop.args.rounds {
        let report = one(shop, STORM, 0.0).await?;
        say(&format!("{:.2} CPU-s a picture, {:.1} s in all", report.cpu_seconds, report.ready_after));
        reports.push(report);
    }
    let middle = |value: fn(&PictureReport) -> f64| median(reports.iter().map(value).collect());
    let first = &reports[0];
    let row = vec![
        format!("{:.1}", crate::scenario::ratio(first.bytes as u64, 1_048_576.0)),
        format!("{:.0}", 60.0 / middle(|report| report.cpu_seconds).max(1e-9)),
        format!("{:.2}", middle(|report| report.cpu_seconds)),
        format!("{:.1}", middle(|report| report.sent_after)),
        format!("{:.1}", middle(|report| report.ready_after)),
        format!("{:.0}", middle(|report| crate::scenario::ratio(report.peak_kib, 1_024.0))),
        reports.iter().map(|report| report.rejected).sum::<usize>().to_string(),
    ];
    let head = [
        "MiB a file",
        "Pictures a minute a core",
        "CPU-s a picture",
        "All sent after s",
        "All ready after s",
        "Peak memory MiB",
        "Rejected",
    ];
    Ok(format!(
        "{STORM} JPEGs of 12 megapixels, sent eight at a time, each made into three sizes of WebP; the server has one core. \
         The processor time holds everything: taking the file in, storing, decoding, encoding.\n\n{}",
        table(&head, &[row])
    ))
}

/// The talk with the storm and without, in turns.
async fn beside(shop: &Workshop) -> Result<String> {
    let side = async |storms: bool| {
        let report = one(shop, if storms { STORM } else { 0 }, RATE).await?;
        let p99 = report.talk.as_ref().map_or(0.0, |talk| talk.delivery.p99);
        say(&format!("storm {storms}: p99 {p99:.1} ms"));
        Ok(report)
    };
    let (storms, calms) = in_turns(shop.args.rounds, side).await?;
    let row = |name: &str, reports: &[PictureReport]| {
        let talks: Vec<_> = reports.iter().filter_map(|report| report.talk.as_ref()).collect();
        let middle = |value: fn(&crate::scenario::room::RoomReport) -> f64| {
            median(talks.iter().map(|talk| value(talk)).collect())
        };
        vec![
            name.to_owned(),
            format!("{:.2} / {:.2}", middle(|talk| talk.ack.p50), middle(|talk| talk.ack.p99)),
            format!("{:.2} / {:.2}", middle(|talk| talk.delivery.p50), middle(|talk| talk.delivery.p99)),
            talks.iter().map(|talk| talk.wrong()).sum::<u64>().to_string(),
        ]
    };
    let p99 = |report: &PictureReport| report.talk.as_ref().map_or(0.0, |talk| talk.delivery.p99);
    let ratio = median(storms.iter().zip(&calms).map(|(storm, calm)| p99(storm) / p99(calm).max(1e-9)).collect());
    let head = ["", "ack p50 / p99 ms", "delivery p50 / p99 ms", WRONG];
    Ok(format!(
        "{RATE} messages a second into a room of 100, all on one core, beside such a storm, from its first announcement on, and without. The p99 of a \
         delivery moves by × {ratio:.2}.\n\n{}",
        table(&head, &[row("Calm", &calms), row("Storm", &storms)])
    ))
}

async fn one(shop: &Workshop, pictures: usize, rate: f64) -> Result<PictureReport> {
    let town = shop.town(Engine::Sqlite, &[], PEOPLE, 1).await?;
    let load = PictureLoad { pictures, width: 4_000, rate, seconds: 25.0 };
    let report = pictures::run(&town.target, &load).await?;
    town.close().await?;
    Ok(report)
}
