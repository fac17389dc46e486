//! Messages through the whole path: socket, checks, commit, acknowledgement; in groups, and one by one.

use anyhow::Result;

use super::report::{Part, table};
use super::workshop::{Engine, Workshop, in_turns, median};
use crate::report::say;
use crate::scenario::room::{self, RoomLoad, RoomReport, WRONG};

/// Senders and the rooms they talk in.
const LOADS: [(usize, usize); 3] = [(64, 16), (64, 1), (1, 1)];

/// Runs it.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let mut rows = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for (senders, rooms) in LOADS {
            let side = async |groups| once(shop, engine, senders, rooms, groups).await;
            let (groups, ones) = in_turns(shop.args.rounds, side).await?;
            let (many, one) = (Figures::of(&groups), Figures::of(&ones));
            rows.push(vec![
                engine.name().to_owned(),
                senders.to_string(),
                rooms.to_string(),
                format!("{:.0}", many.rate),
                format!("{:.0}", one.rate),
                format!("× {:.2}", many.rate / one.rate.max(1e-9)),
                format!("{:.1} / {:.1}", many.p50, many.p99),
                format!("{:.1} / {:.1}", one.p50, one.p99),
                (many.wrong + one.wrong).to_string(),
            ]);
        }
    }
    let head = [
        "Database",
        "Senders",
        "Rooms",
        "Groups: messages/s",
        "One by one: messages/s",
        "Ratio",
        "Groups: ack p50 / p99 ms",
        "One by one: ack p50 / p99 ms",
        WRONG,
    ];
    let text = format!(
        "Each sender sends the next message of 200 bytes when the last is acknowledged, which is after its commit, \
         and every sender of the room hears it. \"One by one\" is the same program with `PRACA_MESSAGE_GROUP=1`. \
         PostgreSQL runs with `fsync` and `synchronous_commit` on and 1 GB of buffers, on whatever core is free, the load's too; \
         SQLite as the program \
         opens it (WAL, `synchronous=NORMAL`).\n\n{}",
        table(&head, &rows)
    );
    Ok(Part { title: "Stored messages", text, pictures: Vec::new() })
}

/// One run.
pub async fn once(shop: &Workshop, engine: Engine, senders: usize, rooms: usize, groups: bool) -> Result<RoomReport> {
    let settings: &[(&str, &str)] = if groups { &[] } else { &[("PRACA_MESSAGE_GROUP", "1")] };
    let town = shop.town(engine, settings, senders, rooms).await?;
    let load = RoomLoad { sockets: senders, senders, seconds: shop.args.seconds, ..RoomLoad::default() };
    let report = room::run(&town.target, &load).await?;
    say(&format!(
        "{} {senders} senders {rooms} rooms {}: {:.0} messages/s, p99 {:.1} ms",
        engine.name(),
        if groups { "groups" } else { "one by one" },
        report.messages_per_second,
        report.ack.p99
    ));
    town.close().await?;
    Ok(report)
}

struct Figures {
    rate: f64,
    p50: f64,
    p99: f64,
    wrong: u64,
}

impl Figures {
    fn of(reports: &[RoomReport]) -> Self {
        let middle = |value: fn(&RoomReport) -> f64| median(reports.iter().map(value).collect());
        Self {
            rate: middle(|report| report.messages_per_second),
            p50: middle(|report| report.ack.p50),
            p99: middle(|report| report.ack.p99),
            wrong: reports.iter().map(RoomReport::wrong).sum(),
        }
    }
}
