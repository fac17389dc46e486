//! The main listener: HTTP/1.1 with WebSocket upgrades, for clients that are slow, silent, or too many.
//!
//! `axum::serve` keeps a connection as long as its client likes. Here a client that does not finish its headers, or does
//! not read what it is sent, loses its connection; one source holds so many at once and no more.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceBuilder;

use super::address::source_of;
use crate::base::Base;

/// Longest time between the first byte of a request and the end of its headers, and between two requests.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// Longest time without a byte read by a client we have something for.
const READ_WITHIN: Duration = Duration::from_secs(30);
/// Most bytes of the headers of a request.
const HEADER_BYTES: usize = 64 * 1024;
/// Most connections of one source at once: many neighbours may share an address.
const CONNECTIONS_A_SOURCE: usize = 2_000;
/// Pause after a connection could not be accepted: most likely there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Longest that requests under way may take once the server stops.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

/// Open connections by source.
#[derive(Clone, Default)]
struct Sources(Arc<Mutex<HashMap<String, usize>>>);

/// One connection of a source, counted while it lives.
struct Counted {
    source: String,
    sources: Sources,
}

impl Sources {
    /// None if the source has as many as it may.
    fn count(&self, source: String) -> Option<Counted> {
        let mut open = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let count = open.entry(source.clone()).or_default();
        if *count >= CONNECTIONS_A_SOURCE {
            return None;
        }
        *count += 1;
        Some(Counted { source, sources: self.clone() })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.sources.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.source) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.source);
            }
        }
    }
}

/// Answers until `stop`; then no new requests, and those under way have a few seconds to end.
pub async fn serve(listener: TcpListener, router: Router, base: Base, stop: CancellationToken) {
    let sources = Sources::default();
    let connections = TaskTracker::new();
    // Ends what did not end by itself.
    let abort = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection cannot be accepted");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Ok(counted) = count(&sources, peer, &base) else {
            metrics::counter!("praca_connections_refused_total").increment(1);
            continue;
        };
        let (router, stop) = (router.clone(), stop.clone());
        let connection = answer(stream, peer, counted, router, stop);
        let abort = abort.clone();
        connections.spawn(async move { abort.run_until_cancelled(connection).await });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(FINISH_WITHIN, connections.wait()).await.is_err() {
        tracing::info!(connections = connections.len(), "connections that did not end are closed");
        abort.cancel();
        connections.wait().await;
    }
}

/// A source has as many connections as it may.
struct TooMany;

/// Counts a connection, unless floods are let through or it is a trusted proxy's, which brings many people.
fn count(sources: &Sources, peer: SocketAddr, base: &Base) -> Result<Arc<Option<Counted>>, TooMany> {
    let address: IpAddr = peer.ip().to_canonical();
    let trusted = base.config.trusted_proxies.iter().any(|net| net.contains(&address));
    if base.config.limits.requests.is_none() || trusted {
        return Ok(Arc::new(None));
    }
    let counted = sources.count(source_of(address)).ok_or(TooMany)?;
    Ok(Arc::new(Some(counted)))
}

async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    counted: Arc<Option<Counted>>,
    router: Router,
    stop: CancellationToken,
) {
    // Small frames leave at once: waiting to fill a segment costs tens of milliseconds at the 99th percentile.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY refused");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(READ_WITHIN));
    // A WebSocket outlives this task; it keeps the request it began with, and so counts until it ends.
    let service = ServiceBuilder::new().layer(Extension(ConnectInfo(peer))).layer(Extension(counted)).service(router);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
