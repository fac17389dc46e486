//! The transport: Engine.IO v4 over WebSocket and long polling. The only file that names its crate.
//!
//! To the gateway a socket is a [`Wire`]: it takes frames until it is full, and it can be closed. What arrives is handed
//! to [`Gateway::opened`], [`Gateway::received`] and [`Gateway::closed`].

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use axum::body::Bytes;
use engineioxide::config::EngineIoConfig;
use engineioxide::handler::EngineIoHandler;
use engineioxide::service::{EngineIoService, NotFoundService};
use engineioxide::{DisconnectReason, Socket, Str, TransportType};
use praca_api::limits::SOCKET_BYTES;
use tokio::time::timeout;

use super::Gateway;
use super::connection::Connection;

/// Frames that may wait for a socket that reads slowly.
const QUEUE: usize = 1_024;
/// How long a client may take to read the last that it is told, and to fetch it, if it polls.
const FAREWELL: Duration = Duration::from_millis(500);
const FAREWELL_TO_POLLING: Duration = Duration::from_secs(2);
/// Bytes the transport adds round a message.
const FRAME_BYTES: usize = 1_024;
/// Most bytes of one socket message with its frame, and of the body of a poll.
pub const SOCKET_BODY_BYTES: usize = SOCKET_BYTES + FRAME_BYTES;

/// Names a socket of this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(engineioxide::sid::Sid);

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An encoded packet, shared by all sockets it goes to.
#[derive(Clone)]
pub struct Frame(Str);

impl From<String> for Frame {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// The service to mount.
pub type Service = EngineIoService<Engine, NotFoundService>;

/// One socket's way out.
///
/// Weak: the socket keeps the connection, which keeps this.
pub struct Wire(Weak<Socket<Link>>);

/// The socket takes no more: its queue is full, or it is gone.
#[derive(Debug)]
pub struct Full;

impl Wire {
    /// Queues a frame.
    pub fn send(&self, frame: Frame) -> Result<(), Full> {
        let socket = self.0.upgrade().ok_or(Full)?;
        socket.emit(frame.0).map_err(|_| Full)
    }

    /// Ends the connection at once. Over WebSocket what is queued goes out before, if the client reads.
    pub fn close(&self) {
        if let Some(socket) = self.0.upgrade() {
            socket.close(DisconnectReason::ClosingServer);
        }
    }

    /// Ends the connection once its client has had time to take what is queued: between two polls, and on its way from
    /// polling to WebSocket, it takes nothing.
    pub fn close_soon(&self) {
        let Some(socket) = self.0.upgrade() else { return };
        let patience = match socket.transport_type() {
            TransportType::Websocket => FAREWELL,
            TransportType::Polling => FAREWELL_TO_POLLING,
        };
        tokio::spawn(async move {
            // Who is told to go usually goes by itself.
            let _ = timeout(patience, socket.closed()).await;
            socket.close(DisconnectReason::ClosingServer);
        });
    }
}

#[cfg(test)]
impl Wire {
    /// A socket that is gone already.
    pub fn of_nobody() -> (SocketId, Self) {
        (SocketId(engineioxide::sid::Sid::new()), Self(Weak::new()))
    }
}

/// What the transport keeps for each socket.
#[derive(Default)]
pub struct Link(OnceLock<Arc<Connection>>);

/// Hands what the transport says to the gateway.
pub struct Engine(Gateway);

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

impl EngineIoHandler for Engine {
    type Data = Link;

    fn on_connect(self: Arc<Self>, socket: Arc<Socket<Link>>) {
        let connection = self.0.opened(SocketId(socket.id), Wire(Arc::downgrade(&socket)));
        let _ = socket.data.0.set(connection);
    }

    fn on_disconnect(&self, socket: Arc<Socket<Link>>, _: DisconnectReason) {
        self.0.closed(SocketId(socket.id));
    }

    fn on_message(self: &Arc<Self>, message: Str, socket: Arc<Socket<Link>>) {
        if let Some(connection) = socket.data.0.get() {
            self.0.received(connection, message.as_str());
        }
    }

    fn on_binary(self: &Arc<Self>, _: Bytes, socket: Arc<Socket<Link>>) {
        // An attachment of an event that was refused when it was announced: passed over, but counted.
        if let Some(connection) = socket.data.0.get() {
            self.0.received(connection, "");
        }
    }
}

/// The service over a gateway.
pub fn service(gateway: Gateway) -> Service {
    let config = EngineIoConfig::builder()
        .req_path("/socket.io")
        .max_buffer_size(QUEUE)
        .max_payload(SOCKET_BODY_BYTES as u64)
        .ws_max_message_size(SOCKET_BODY_BYTES)
        .ws_max_frame_size(SOCKET_BODY_BYTES)
        .ws_read_buffer_size(1_024)
        .ping_interval(Duration::from_secs(25))
        .ping_timeout(Duration::from_secs(20))
        .build();
    EngineIoService::with_config(Arc::new(Engine(gateway)), config)
}
