//! A panic in one handler is caught, logged and answered; what comes next is served.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use futures_util::{SinkExt as _, StreamExt as _};
use praca_api::accounts::Session;
use praca_api::events::ClientEvent;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use tower_http::catch_panic::CatchPanicLayer;

use super::{App, Migrate, build};
use crate::clock::Clock;
use crate::config::{Config, Source};
use crate::gateway::{Answer, Caller, Gateway, Reply, SocketHandler};
use crate::http::layers;
use crate::metrics::Metrics;

/// Panics on one event and answers another.
struct Nervous;

impl SocketHandler for Nervous {
    fn handle<'a>(&'a self, _: Caller, event: ClientEvent, _: &'a RawValue) -> Answer<'a, Reply> {
        Box::pin(async move {
            assert!(event != ClientEvent::RoomsTyping, "on purpose");
            Reply::with(&json!({}))
        })
    }
}

async fn app(name: &str) -> App {
    let folder = std::env::temp_dir().join(format!("praca-panics-{}-{name}", std::process::id()));
    let key = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let settings = [("PRACA_DATA_DIR", folder.to_str().unwrap()), ("PRACA_SECRET_KEY", key)];
    build(Config::load(&Source::of(&settings)).unwrap(), Clock::system(), Migrate::Apply).await.unwrap()
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn a_request_whose_handler_panics_is_answered() {
    let router = Router::new()
        .route("/panics", get(async || -> &'static str { panic!("on purpose") }))
        .route("/works", get(async || "fine"))
        .layer(CatchPanicLayer::custom(layers::answer_panic))
        .layer(from_fn_with_state(Metrics::install().unwrap(), layers::trace));
    let address = serve(router).await;
    let answer = reqwest::get(format!("http://{address}/panics")).await.unwrap();
    assert_eq!(answer.status(), 500);
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem: Value = answer.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["requestId"]), (&json!("internal.error"), &json!(id)));
    assert!(!problem.to_string().contains("on purpose"), "a failure of ours is not the caller's to read");
    assert_eq!(reqwest::get(format!("http://{address}/works")).await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_handler_panics_is_answered_and_the_socket_stays() {
    let app = app("socket").await;
    let register = json!({
        "email": "rosa@praca.example", "handle": "rosa", "displayName": "Rosa", "password": "quintal verde e manso",
    });
    let rest = format!("http://{}/api/v1/auth/register", serve(app.router()).await);
    let answer = reqwest::Client::new().post(rest).json(&register).send().await.unwrap();
    let session: Session = answer.json().await.unwrap();
    let nervous: Arc<dyn SocketHandler> = Arc::new(Nervous);
    let handlers: HashMap<_, _> = ClientEvent::ALL.iter().map(|event| (*event, nervous.clone())).collect();
    let backlog = Arc::new(app.conversations.clone());
    let gateway =
        Gateway::new(app.base.clone(), app.gatekeeper.clone(), backlog, Arc::new(app.presences.clone()), handlers);
    let address = serve(Router::new().route_service("/socket.io/", gateway.service())).await;

    let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let token = json!({ "token": session.access_token });
    for packet in [format!("40{token}"), "420[\"rooms:typing\",{}]".into(), "421[\"rooms:list\",{}]".into()] {
        socket.send(Message::text(packet)).await.unwrap();
    }
    let mut answers = Vec::new();
    while answers.len() < 2 {
        let packet = socket.next().await.unwrap().unwrap().into_text().unwrap();
        answers.extend(packet.as_str().strip_prefix("43").map(str::to_owned));
    }
    assert!(answers[0].starts_with('0') && answers[0].contains("internal.error"), "{answers:?}");
    assert!(!answers[0].contains("on purpose"), "{answers:?}");
    assert_eq!(answers[1], "1[{\"ok\":true,\"data\":{}}]");
}
