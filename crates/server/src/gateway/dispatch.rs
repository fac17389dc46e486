//! From packets to handlers: one way for every event, in the order they came.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use praca_api::events::{Ack, ClientEvent, Handshake, Renewed};
use praca_api::{ConversationId, ProblemCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::task::coop::consume_budget;
use tokio::time::Instant;
use tracing::{Instrument as _, info_span};

use super::connection::{Connection, Intake, Person, is_refusal};
use super::packet::{Packet, ack_frame, connected_frame, event_parts, parse, refused_frame};
use super::{Answer, Gateway};
use crate::auth::{Actor, tokens};
use crate::error::{Error, Result};
use crate::request_id::RequestId;

/// Who sent an event, and over which socket.
#[derive(Clone)]
pub struct Caller {
    /// The person as they are now.
    pub actor: Arc<Actor>,
    /// The gateway, to join and leave conversations.
    pub gateway: Gateway,
    pub(super) connection: Arc<Connection>,
}

impl Caller {
    /// Whether the others hear again that the person types here.
    pub fn may_tell_typing(&self, conversation: ConversationId) -> bool {
        self.connection.may_tell_typing(conversation)
    }

    /// The socket, as other nodes know it.
    pub fn socket(&self) -> String {
        self.connection.id.to_string()
    }
}

/// What an event is answered with, and what follows the answer.
pub struct Reply {
    data: Box<RawValue>,
    then: Option<Box<dyn FnOnce() + Send>>,
}

impl Reply {
    /// An answer.
    ///
    /// # Errors
    /// It cannot be encoded.
    pub fn with(data: &impl Serialize) -> Result<Self> {
        Ok(Self { data: serde_json::value::to_raw_value(data)?, then: None })
    }

    /// Something to do once the answer is on its way.
    pub fn then(self, work: impl FnOnce() + Send + 'static) -> Self {
        Self { then: Some(Box::new(work)), ..self }
    }
}

/// Handles some events. A slice's `socket.rs` is one.
pub trait SocketHandler: Send + Sync {
    /// Does what the event asks for.
    fn handle<'a>(&'a self, caller: Caller, event: ClientEvent, payload: &'a RawValue) -> Answer<'a, Reply>;
}

/// Reads the payload of an event: one object.
///
/// # Errors
/// `request.invalid` (400).
pub fn read_payload<T: DeserializeOwned>(payload: &RawValue) -> Result<T> {
    crate::http::extract::parse_json(payload.get().as_bytes())
}

impl Gateway {
    /// A socket sent a packet.
    pub(super) fn received(&self, connection: &Arc<Connection>, text: &str) {
        match connection.take_in(text, self.0.base.config.limits.events) {
            Intake::Queued => {}
            Intake::Start => {
                let (gateway, connection) = (self.clone(), connection.clone());
                tokio::spawn(async move {
                    while let Some(text) = connection.next_packet() {
                        // Between two packets others have their turn.
                        consume_budget().await;
                        // A handler's panic is answered where it is called; this is for our own.
                        let handled = AssertUnwindSafe(gateway.handle_packet(&connection, &text)).catch_unwind();
                        if handled.await.is_err() {
                            tracing::error!("handling a packet panicked; its socket is closed");
                            connection.drop_connection();
                        }
                    }
                });
            }
            Intake::TooFast(wait) => {
                if let Packet::Event(Some(id), _) | Packet::BinaryEvent(Some(id)) = parse(text) {
                    let refused = Error::rate_limited(wait.max(Duration::from_millis(1)));
                    RequestId::random().sync_scope(|| answer(connection, Some(id), Err(refused)));
                }
            }
            Intake::Hostile => connection.disconnect(),
        }
    }

    async fn handle_packet(&self, connection: &Arc<Connection>, text: &str) {
        match parse(text) {
            Packet::Connect(auth) => self.connect(connection, auth).await,
            Packet::ConnectElsewhere(namespace) => {
                connection.send(refused_frame(namespace, "Invalid namespace", &()));
            }
            Packet::Disconnect => connection.drop_connection(),
            Packet::Event(id, json) => self.handle_event(connection, id, json).await,
            Packet::BinaryEvent(id) => {
                let detail = "Events carry JSON, without binary attachments.";
                answer(connection, id, Err(Error::problem(ProblemCode::RequestMalformed, detail)));
            }
            Packet::Ignored => {}
            Packet::Malformed => {
                // Without a readable id there is nobody to answer; what can be answered was, above.
                tracing::debug!("malformed packet passed over");
            }
        }
    }

    /// The handshake: a good token of a person who is not suspended.
    async fn connect(&self, connection: &Arc<Connection>, auth: &str) {
        if connection.person().is_some() {
            return;
        }
        let id = RequestId::random();
        let span = info_span!("socket", request.id = %id, socket.event = "connect");
        let admitted = id.scope(async {
            let admitted = self.admit(connection, auth).await;
            admitted.map_err(Error::into_problem)
        });
        match admitted.instrument(span).await {
            Ok(()) => connection.send(connected_frame(&connection.id.to_string())),
            Err(problem) => {
                let message = serde_json::to_string(&problem).unwrap_or_default();
                // One try a socket: each costs a signature.
                connection.end_with(refused_frame("/", &message, &problem));
            }
        }
    }

    async fn admit(&self, connection: &Arc<Connection>, auth: &str) -> Result<()> {
        let handshake: Handshake = serde_json::from_str(auth).map_err(|_| tokens::invalid())?;
        let claims = self.0.gatekeeper.verify(&handshake.token).await?;
        let actor = self.0.gatekeeper.admit(claims.sub, claims.sid).await?;
        actor.require_not_suspended()?;
        if self.has_too_many(claims.sub) {
            return Err(Error::problem(
                ProblemCode::RequestRateLimited,
                "You are connected too many times; close some.",
            ));
        }
        if connection.admit(Person { user: claims.sub, session: claims.sid }, claims.expires_at()) {
            // From here on memberships that begin or end are heard of; those there are, are read after that.
            self.add_person(connection, claims.sub);
            if !self.is_open(connection) {
                // It closed during its handshake, when nobody knew yet whose it was.
                self.remove_person(connection, claims.sub);
                return Err(tokens::invalid());
            }
            let rooms = self.0.backlog.rooms_of(actor.id()).await;
            let rooms = rooms.inspect_err(|_| connection.drop_connection())?;
            self.add_memberships(claims.sub, &rooms);
        }
        // A suspension between reading the person and adding the socket would have found no socket to close.
        let still = self.0.gatekeeper.admit(claims.sub, claims.sid).await;
        let still = still.and_then(|actor| actor.require_not_suspended());
        // A refusal is the last word; without a database the client comes back by itself.
        still.inspect_err(|error| {
            if !is_refusal(error) {
                connection.drop_connection();
            }
        })
    }

    async fn handle_event(&self, connection: &Arc<Connection>, id: Option<u64>, json: &str) {
        let request = RequestId::random();
        let named = event_parts(json);
        let event = named.as_ref().and_then(|(name, _)| ClientEvent::named(name));
        let label = event.map_or("unknown", ClientEvent::name);
        let span = info_span!("socket", request.id = %request, socket.event = label);
        let began = Instant::now();
        let work = async {
            let outcome = match (named, event) {
                (None, _) => Err(Error::problem(
                    ProblemCode::RequestMalformed,
                    "An event is a JSON array that begins with its name.",
                )),
                (Some((name, _)), None) => {
                    let name: String = name.chars().take(64).collect();
                    Err(Error::problem(ProblemCode::ResourceNotFound, format!("There is no event `{name}`.")))
                }
                (Some((_, payload)), Some(event)) => {
                    let work = AssertUnwindSafe(self.run_event(connection, event, payload)).catch_unwind();
                    work.await.unwrap_or_else(|_| Err(Error::internal("an event handler panicked")))
                }
            };
            let result = if outcome.is_ok() { "ok" } else { "refused" };
            metrics::counter!("praca_socket_events_total", "event" => label, "outcome" => result).increment(1);
            self.0.base.metrics.count_answer(began.elapsed());
            let then = answer(connection, id, outcome);
            if let Some(then) = then {
                then();
            }
        };
        request.scope(work).instrument(span).await;
    }

    async fn run_event(
        &self,
        connection: &Arc<Connection>,
        event: ClientEvent,
        payload: Option<&RawValue>,
    ) -> Result<Reply> {
        let Some(person) = connection.person() else {
            connection.disconnect();
            return Err(tokens::invalid());
        };
        let payload = payload.filter(|payload| payload.get().starts_with('{'));
        let payload =
            payload.ok_or_else(|| Error::problem(ProblemCode::RequestMalformed, "The event takes one object."))?;
        if event == ClientEvent::AuthRenew {
            return self.renew(connection, person, payload).await;
        }
        let admitted = self.0.gatekeeper.admit(person.user, person.session).await;
        let admitted = admitted.and_then(|actor| actor.require_not_suspended().map(|()| actor));
        connection.disconnect_if_refused(&admitted);
        let actor = admitted?;
        let handler =
            self.0.handlers.get(&event).ok_or_else(|| Error::internal(format!("nobody handles {}", event.name())))?;
        if let Some(wait) = self.has_been_given_enough(person.user) {
            return Err(Error::rate_limited(wait));
        }
        let caller = Caller { actor, gateway: self.clone(), connection: connection.clone() };
        let reply = handler.handle(caller, event, payload).await?;
        self.note_given(person.user, reply.data.get().len());
        Ok(reply)
    }

    /// Keeps the socket alive across the end of an access token.
    async fn renew(&self, connection: &Connection, person: Person, payload: &RawValue) -> Result<Reply> {
        let handshake: Handshake = read_payload(payload)?;
        let claims = self.0.gatekeeper.verify(&handshake.token).await?;
        if (Person { user: claims.sub, session: claims.sid }) != person {
            return Err(tokens::invalid());
        }
        self.0.gatekeeper.admit(claims.sub, claims.sid).await?;
        connection.renew(claims.expires_at());
        Reply::with(&Renewed { expires_at: claims.expires_at() })
    }
}

/// Answers, where an answer was asked for; what is to follow it.
fn answer(connection: &Connection, id: Option<u64>, outcome: Result<Reply>) -> Option<Box<dyn FnOnce() + Send>> {
    let (ack, then) = match outcome {
        Ok(reply) => (Ack { ok: true, data: Some(reply.data), error: None }, reply.then),
        Err(error) => (Ack { ok: false, data: None, error: Some(error.into_problem()) }, None),
    };
    if let Some(id) = id {
        connection.send(ack_frame(id, &ack));
    }
    then
}
