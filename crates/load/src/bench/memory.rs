//! What an idle socket costs, how fast sockets come, and how fast the program starts.

use anyhow::Result;

use super::fanout::mib;
use super::report::{Part, table};
use super::workshop::{Engine, Workshop, in_turns, median};
use crate::process::Server;
use crate::report::say;
use crate::scenario::idle::{self, IdleLoad};

const SOCKETS: usize = 10_000;
/// What the idle sockets do.
pub const LOAD: IdleLoad = IdleLoad { sockets: SOCKETS, at_once: 64, seconds: 10.0 };
const PEOPLE: usize = 500;
/// Starts of the program.
const STARTS: usize = 9;

/// Runs it.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let side = async |ours: bool| {
        let town = if ours { shop.town(Engine::Sqlite, &[], PEOPLE, 1).await? } else { shop.peer().await? };
        let report = idle::run(&town.target, &LOAD).await?;
        say(&format!("ours {ours}: {:.1} KiB a socket", report.kib_per_socket));
        town.close().await?;
        Ok(report)
    };
    let (ours, theirs) = in_turns(shop.args.rounds, side).await?;
    let mut rows = Vec::new();
    for (name, reports) in [("Praça", &ours), ("socket.io", &theirs)] {
        rows.push(vec![
            name.to_owned(),
            format!("{:.1}", median(reports.iter().map(|report| report.kib_per_socket).collect())),
            format!("{:.0}", median(reports.iter().map(|report| report.connections_per_second).collect())),
            format!("{:.2}", median(reports.iter().map(|report| report.cpu_per_thousand).collect())),
            reports.iter().map(|report| report.dropped).sum::<usize>().to_string(),
        ]);
    }
    let head = ["Server", "KiB a socket", "Connections/s", "CPU-s per thousand", "Dropped"];
    let (fresh, again) = starts(shop).await?;
    let text = format!(
        "{SOCKETS} sockets of {PEOPLE} people, each authenticated (the peer asks nobody who they are), all idle; \
         memory is what the process holds after ten quiet seconds less what it held before.\n\n{}\nThe embedded default \
         (SQLite, no settings) is ready {:.0} ms after its first start, with its database made and migrated, and {:.0} ms \
         after the next; it then holds {:.0} MiB (medians of {STARTS}).\n",
        table(&head, &rows),
        median(fresh.iter().map(|start| start.millis).collect()),
        median(again.iter().map(|start| start.millis).collect()),
        median(again.iter().map(|start| start.mib).collect()),
    );
    Ok(Part { title: "Memory and start", text, pictures: Vec::new() })
}

struct Start {
    millis: f64,
    mib: f64,
}

/// First starts, and second ones in the same folder.
async fn starts(shop: &Workshop) -> Result<(Vec<Start>, Vec<Start>)> {
    let (mut fresh, mut again) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let folder = shop.folder();
        for starts in [&mut fresh, &mut again] {
            let server = Server::praca(&shop.args.praca, Some(&shop.args.cores), &folder, &[], &[]).await?;
            let millis = server.started_within.as_secs_f64() * 1_000.0;
            starts.push(Start { millis, mib: mib(server.usage()?.rss_kib) });
            server.stop().await?;
        }
    }
    Ok((fresh, again))
}
