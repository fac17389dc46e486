//! The bus of many nodes: one Redis channel, resubscribed for ever.
//!
//! Two connections: one listens, one publishes. A node does not wait for its own signals to come back; it delivers them
//! itself and skips the echo. A heartbeat through Redis tells whether signals arrive; when they begin to again,
//! [`Signal::Resync`] makes every listener start over from the database.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands as _, Client, Msg, PushInfo, PushKind};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use uuid::Uuid;

use super::{BACKLOG, Copies, Health, Signal};
use crate::error::{Error, Result};

/// The channel all nodes share.
const CHANNEL: &str = "praca:bus";
/// Time between two heartbeats of a node to itself.
const BEAT: Duration = Duration::from_millis(500);
/// Without an echo for so long, the bus is down.
const SILENCE: Duration = Duration::from_millis(2_500);
/// Longest a publish may take.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes of the node's id before each payload.
const NODE_BYTES: usize = 16;

/// What waits to be published.
enum Outgoing {
    /// For the other nodes.
    Signal(Arc<Signal>),
    /// For this node itself: proof that signals arrive.
    Heartbeat,
    /// Says that everything before it was sent.
    Flush(oneshot::Sender<()>),
}

/// Delivers here and through Redis.
#[derive(Clone)]
pub struct RedisBus {
    listeners: broadcast::Sender<Arc<Signal>>,
    outgoing: mpsc::Sender<Outgoing>,
    node: [u8; NODE_BYTES],
    health: Health,
    /// The copies of this node, dropped before it relies on signals again.
    copies: Arc<OnceLock<WatchedCopies>>,
}

/// Whoever keeps copies, once they are known.
type WatchedCopies = Arc<OnceLock<Weak<dyn Copies>>>;

impl RedisBus {
    /// Connects and subscribes.
    ///
    /// # Errors
    /// A wrong URL, or no Redis there. Later outages heal by themselves.
    pub async fn connect(url: &str, node: Uuid) -> Result<Self> {
        let client = Client::open(with_resp3(url)).map_err(Error::from)?;
        let (pushes, incoming) = mpsc::unbounded_channel();
        let config = connection_config().set_push_sender(pushes).set_automatic_resubscription();
        let mut listening = ConnectionManager::new_with_config(client.clone(), config).await?;
        listening.subscribe(CHANNEL).await?;
        let publishing = ConnectionManager::new_with_config(client, connection_config()).await?;
        let (outgoing, queue) = mpsc::channel(BACKLOG);
        let listeners = broadcast::Sender::new(BACKLOG);
        let bus =
            Self { listeners, outgoing, node: *node.as_bytes(), health: Health::new(true), copies: Arc::default() };
        tokio::spawn(publish_queued(publishing, queue, *node.as_bytes()));
        tokio::spawn(bus.clone().receive(listening, incoming));
        Ok(bus)
    }

    pub(super) fn publish(&self, signal: Signal) {
        let signal = Arc::new(signal);
        let _ = self.listeners.send(signal.clone());
        self.send(Outgoing::Signal(signal));
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<Signal>> {
        self.listeners.subscribe()
    }

    pub(super) fn health(&self) -> Health {
        self.health.clone()
    }

    pub(super) fn watch_copies(&self, copies: WatchedCopies) {
        // The first call counts, as for the bus itself.
        let _ = self.copies.set(copies);
    }

    pub(super) async fn finish(&self) {
        let (done, flushed) = oneshot::channel();
        let flush = async {
            self.outgoing.send(Outgoing::Flush(done)).await.ok()?;
            flushed.await.ok()
        };
        if timeout(2 * PUBLISH_TIMEOUT, flush).await.is_err() {
            tracing::warn!("signals may not have reached the other nodes; they find out within seconds");
        }
    }

    fn send(&self, outgoing: Outgoing) {
        if self.outgoing.try_send(outgoing).is_err() {
            metrics::counter!("praca_bus_dropped_total").increment(1);
        }
    }

    /// Takes in what arrives, and watches that it does. Ends with the last handle of the bus.
    async fn receive(self, mut listening: ConnectionManager, mut incoming: mpsc::UnboundedReceiver<PushInfo>) {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            tokio::select! {
                push = incoming.recv() => match push {
                    Some(push) if push.kind == PushKind::Disconnection => self.note_down(),
                    Some(push) => if self.take_in(push) {
                        heard = Instant::now();
                        self.note_up();
                    },
                    None => return,
                },
                _ = beat.tick() => {
                    self.send(Outgoing::Heartbeat);
                    if heard.elapsed() > SILENCE {
                        self.note_down();
                        // A command makes the manager try to connect and subscribe again.
                        let _ = timeout(PUBLISH_TIMEOUT, redis::cmd("PING").query_async::<String>(&mut listening)).await;
                    }
                }
            }
        }
    }

    /// Delivers a signal of another node. True if it was our own heartbeat.
    fn take_in(&self, push: PushInfo) -> bool {
        let Some(message) = Msg::from_push_info(push) else {
            return false;
        };
        let Some((node, encoded)) = message.get_payload_bytes().split_at_checked(NODE_BYTES) else {
            return false;
        };
        if node == self.node {
            return encoded.is_empty();
        }
        if !encoded.is_empty() {
            match serde_json::from_slice::<Signal>(encoded) {
                Ok(signal) => {
                    // Before anybody here acts on what follows from it.
                    if let (Signal::Forget(key), Some(copies)) = (&signal, self.copies()) {
                        copies.forget(*key);
                    }
                    drop(self.listeners.send(Arc::new(signal)));
                }
                Err(error) => tracing::warn!(%error, "signal of another version skipped"),
            }
        }
        false
    }

    fn copies(&self) -> Option<Arc<dyn Copies>> {
        self.copies.get().and_then(|copies| copies.get()).and_then(Weak::upgrade)
    }

    fn note_down(&self) {
        if self.health.set(false) {
            tracing::warn!("bus down: status and role are read from the database, live delivery heals by seq");
        }
    }

    fn note_up(&self) {
        if self.health.is_up() {
            return;
        }
        // Before anybody uses one again.
        if let Some(copies) = self.copies() {
            copies.forget_all();
        }
        if self.health.set(true) {
            tracing::info!("bus up again: every copy is dropped");
            let _ = self.listeners.send(Arc::new(Signal::Resync));
        }
    }
}

/// Encodes and publishes, away from whoever caused the signal.
async fn publish_queued(
    mut connection: ConnectionManager,
    mut queue: mpsc::Receiver<Outgoing>,
    node: [u8; NODE_BYTES],
) {
    while let Some(outgoing) = queue.recv().await {
        let mut payload = node.to_vec();
        match outgoing {
            Outgoing::Heartbeat => {}
            Outgoing::Signal(signal) => {
                if let Err(error) = serde_json::to_writer(&mut payload, &*signal) {
                    tracing::error!(%error, "signal cannot be encoded");
                    continue;
                }
            }
            Outgoing::Flush(done) => {
                // Whoever asked may have stopped waiting.
                let _ = done.send(());
                continue;
            }
        }
        let sent = timeout(PUBLISH_TIMEOUT, connection.publish::<_, _, i64>(CHANNEL, payload)).await;
        if !matches!(sent, Ok(Ok(_))) {
            metrics::counter!("praca_bus_dropped_total").increment(1);
        }
    }
}

/// Retries for ever, quickly: an outage of seconds must not become one of minutes.
pub(crate) fn connection_config() -> ConnectionManagerConfig {
    ConnectionManagerConfig::new()
        .set_number_of_retries(usize::MAX)
        .set_min_delay(Duration::from_millis(50))
        .set_max_delay(Duration::from_millis(500))
        .set_connection_timeout(Some(Duration::from_secs(2)))
        .set_response_timeout(Some(Duration::from_secs(1)))
}

/// Pushes arrive over RESP3 only.
fn with_resp3(url: &str) -> String {
    if url.contains("protocol=") {
        return url.to_owned();
    }
    format!("{url}{}protocol=resp3", if url.contains('?') { '&' } else { '?' })
}
