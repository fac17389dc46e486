//! The live socket: the official client, one for the page.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Function, JSON, Object, Reflect};
use leptos::prelude::set_timeout;
use praca_api::events::{Ack, ServerEvent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{Answer, Trouble};
use crate::bindings::{Socket, io};

/// Longest wait for an acknowledgement, in milliseconds.
const PATIENCE: u32 = 10_000;
/// Pause before coming back after the server closed the socket.
const PAUSE: Duration = Duration::from_millis(1_500);

/// What a socket tells.
pub enum News {
    /// Connected, for the first time or again.
    Up,
    /// The connection is gone; the client tries again.
    Down,
    /// The handshake was refused.
    Refused,
    /// An event.
    Event(Box<ServerEvent>),
}

/// A socket and what listens to it.
#[derive(Clone)]
pub struct Live(Rc<Inner>);

struct Inner {
    socket: Socket,
    /// Cleared when nobody listens any more, so that nothing comes back by itself.
    wanted: Rc<Cell<bool>>,
    _listeners: Vec<Closure<dyn Fn(JsValue)>>,
    _any: Closure<dyn Fn(String, JsValue)>,
    _auth: Closure<dyn Fn(Function)>,
}

impl Live {
    /// Connects with whatever token `token` gives at that moment.
    pub fn open(token: impl Fn() -> String + 'static, tell: impl Fn(News) + Clone + 'static) -> Self {
        let auth = Closure::<dyn Fn(Function)>::new(move |answer: Function| {
            let handshake = object(&[("token", &token().into())]);
            let _ = answer.call1(&JsValue::NULL, &handshake);
        });
        let options =
            object(&[("auth", auth.as_ref()), ("autoConnect", &false.into()), ("reconnectionDelayMax", &8_000.into())]);
        let socket = io("/", &options);
        let any = {
            let tell = tell.clone();
            Closure::<dyn Fn(String, JsValue)>::new(move |name: String, payload: JsValue| {
                if let Some(Some(Ok(event))) = json(&payload).map(|payload| ServerEvent::parse(&name, &payload)) {
                    tell(News::Event(Box::new(event)));
                }
            })
        };
        socket.on_any(&any);
        let wanted = Rc::new(Cell::new(true));
        let listeners = vec![
            listen(&socket, "connect", {
                let tell = tell.clone();
                move |_| tell(News::Up)
            }),
            listen(&socket, "disconnect", {
                let (socket, tell, wanted) = (socket.clone(), tell.clone(), wanted.clone());
                move |_| {
                    tell(News::Down);
                    come_back(&socket, &wanted);
                }
            }),
            listen(&socket, "connect_error", {
                let (socket, wanted) = (socket.clone(), wanted.clone());
                move |_| {
                    // The official client tries again by itself unless the server refused the handshake.
                    if !socket.active() {
                        tell(News::Refused);
                        come_back(&socket, &wanted);
                    }
                }
            }),
        ];
        socket.connect();
        Self(Rc::new(Inner { socket, wanted, _listeners: listeners, _any: any, _auth: auth }))
    }

    /// Sends an event and waits for its acknowledgement.
    pub async fn ask<T: DeserializeOwned>(&self, event: &str, payload: &impl Serialize) -> Answer<T> {
        let text = serde_json::to_string(payload).map_err(|_| Trouble::Network)?;
        let payload = JSON::parse(&text).map_err(|_| Trouble::Network)?;
        if !self.0.socket.connected() {
            return Err(Trouble::Network);
        }
        let answer = JsFuture::from(self.0.socket.timeout(PATIENCE).emit_with_ack(event, &payload)).await;
        let text = answer.ok().and_then(|answer| json(&answer)).ok_or(Trouble::Network)?;
        let ack: Ack<T> = serde_json::from_str(&text).map_err(|_| Trouble::Network)?;
        match (ack.data, ack.error) {
            (Some(data), _) => Ok(data),
            (None, Some(problem)) => Err(Trouble::Problem(Box::new(problem))),
            (None, None) => Err(Trouble::Network),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.wanted.set(false);
        self.socket.off_any();
        self.socket.off();
        self.socket.disconnect();
    }
}

/// Connects again after a pause, where the official client does not by itself.
fn come_back(socket: &Socket, wanted: &Rc<Cell<bool>>) {
    if !socket.active() {
        let (socket, wanted) = (socket.clone(), wanted.clone());
        set_timeout(
            move || {
                if wanted.get() {
                    socket.connect();
                }
            },
            PAUSE,
        );
    }
}

fn listen(socket: &Socket, event: &str, listener: impl Fn(JsValue) + 'static) -> Closure<dyn Fn(JsValue)> {
    let listener = Closure::<dyn Fn(JsValue)>::new(listener);
    socket.on(event, &listener);
    listener
}

fn object(pairs: &[(&str, &JsValue)]) -> JsValue {
    let object: JsValue = Object::new().into();
    for (key, value) in pairs {
        // A plain object takes every property.
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object
}

fn json(value: &JsValue) -> Option<String> {
    JSON::stringify(value).ok()?.as_string()
}
