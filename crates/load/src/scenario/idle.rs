//! Sockets that are connected and do nothing: what each costs, and how fast they come.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::{MOST_SECONDS, Target, check_sockets, crowd, ratio};
use crate::process::usage;

/// How many, and for how long.
#[derive(Args, Clone, Debug)]
pub struct IdleLoad {
    /// Authenticated sockets.
    #[arg(long, default_value_t = 10_000)]
    pub sockets: usize,
    /// Connections made at a time.
    #[arg(long, default_value_t = 64)]
    pub at_once: usize,
    /// Seconds to stay.
    #[arg(long, default_value_t = 10.0)]
    pub seconds: f64,
}

/// What was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdleReport {
    /// Handshakes finished a second.
    pub connections_per_second: f64,
    /// Processor seconds of the server for a thousand of them.
    pub cpu_per_thousand: f64,
    /// Memory a socket, in KiB, once all have been quiet for a while.
    pub kib_per_socket: f64,
    /// The server's memory before them and with them, in KiB.
    pub rss_before_kib: u64,
    /// See above.
    pub rss_with_kib: u64,
    /// Sockets that ended while they were idle.
    pub dropped: usize,
}

/// Runs it. The server's pid must be known.
///
/// # Errors
/// Options out of bounds, or a connection is refused.
pub async fn run(target: &Target, load: &IdleLoad) -> Result<IdleReport> {
    check_sockets(load.sockets)?;
    ensure!((0.0..=MOST_SECONDS).contains(&load.seconds), "0 to {MOST_SECONDS} seconds");
    let pid = target.pid.ok_or_else(|| anyhow::anyhow!("the server's pid is not known"))?;
    let before = usage(pid)?;
    let began = Instant::now();
    let members = crowd::connect(target, 0..load.sockets, load.at_once).await?;
    let (seconds, connected) = (began.elapsed().as_secs_f64(), usage(pid)?);
    let sockets = members.len() as u64;
    let listening = members.into_iter().map(|member| {
        let crowd::Member { socket, ear, .. } = member;
        tokio::spawn(async move { ear.listen(&socket, |_| {}).await })
    });
    let listening: Vec<_> = listening.collect();
    sleep(Duration::from_secs_f64(load.seconds)).await;
    let with = usage(pid)?;
    let dropped = listening.iter().filter(|task| task.is_finished()).count();
    listening.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(IdleReport {
        connections_per_second: ratio(sockets, seconds),
        cpu_per_thousand: (connected.cpu_seconds - before.cpu_seconds) / ratio(sockets, 1_000.0),
        kib_per_socket: ratio(with.rss_kib.saturating_sub(before.rss_kib), ratio(sockets, 1.0)),
        rss_before_kib: before.rss_kib,
        rss_with_kib: with.rss_kib,
        dropped,
    })
}
