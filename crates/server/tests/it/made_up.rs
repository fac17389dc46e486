//! Made-up input for whatever reads what people send: nothing of it makes the server fail, and afterwards all goes on.
//! `cargo xtask fuzz` makes far more of it.

use praca_api::ConversationId;
use praca_api::events::ClientEvent;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::time::{Duration, timeout};

use crate::socket::Socket;
use crate::world::{Person, World, on_both_twins};

/// Inputs of one test: few beside the others, and a hundredth of what is asked for.
fn count() -> usize {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse::<usize>().ok()).map_or(40, |cases| cases / 100)
}

fn made_up<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = TestRunner::new(Config::default());
    (0..count()).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// What people type by accident, and what they type to do harm.
fn typed() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        "\\PC{0,12}",
        "[a-zà-ú]{1,8}",
        Just("\"".to_owned()),
        Just("' OR 1=1 --".to_owned()),
        Just("NEAR(a b, 2)".to_owned()),
        Just(":* & | ! <-> ( )".to_owned()),
        Just("%_\\".to_owned()),
        Just("\u{0}".to_owned()),
        Just("😀🏳️‍🌈".to_owned()),
        Just("\u{202e}\u{200d}".to_owned()),
        Just("a".repeat(3_000)),
    ];
    prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.join(" "))
}

/// JSON of any shape, with keys the server knows among others.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        typed().prop_map(Value::from),
        Just(json!("00000000-0000-0000-0000-000000000000")),
    ];
    let key = prop_oneof![
        Just("roomId"),
        Just("conversationId"),
        Just("messageId"),
        Just("body"),
        Just("nonce"),
        Just("seq"),
        Just("emoji"),
        Just("userIds"),
        Just("state"),
        Just("afterRev"),
        Just("attachmentIds"),
        Just("x"),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        let _ = write!(encoded, "%{byte:02x}");
        encoded
    })
}

async fn goes_on(world: &World, person: &Person, room: ConversationId) {
    let mut socket = world.socket(person).await;
    socket.done("rooms:join", json!({ "roomId": room })).await;
    world.say(person, room, "e a praça continua").await.expect(201, "");
}

on_both_twins! {
    async fn searches_always_answer(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        world.say(&rosa, room, "pão de queijo, e café").await.ok();
        for text in made_up(typed()) {
            let words = encoded(&text);
            for path in [format!("/search/messages?q={words}"), format!("/search/messages?q={words}&sort=best&conversationId={room}"), format!("/search/people?q={words}")] {
                let answer = world.get(&path, &rosa).await;
                assert_eq!(answer.status, 200, "{text:?}: {}", answer.body);
            }
        }
        goes_on(&world, &rosa, room).await;
    }

    async fn cursors_are_ours_or_refused(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let cursor = prop_oneof!["[A-Za-z0-9_-]{0,40}", typed(), json_value().prop_map(|value| {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
        })];
        // A text with a NUL in it, which was not refused once.
        let known = "InQgXCIgXHUwMDAwIOKAruKAjSI".to_owned();
        for text in made_up(cursor).into_iter().chain([known]) {
            let after = encoded(&text);
            for path in ["/rooms", "/dms", "/contacts", "/me/blocks", "/me/notifications", "/search/people?q=a", "/search/messages?q=a", "/search/messages?q=a&sort=best"] {
                let path = format!("{path}{}after={after}", if path.contains('?') { "&" } else { "?" });
                let answer = world.get(&path, &rosa).await;
                assert!([200, 400, 422].contains(&answer.status.as_u16()), "{path} {text:?}: {}", answer.body);
            }
        }
        goes_on(&world, &rosa, room).await;
    }

    async fn bodies_of_requests_are_understood_or_refused(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        for body in made_up(json_value()) {
            let routes = [
                (reqwest::Method::POST, format!("/rooms/{room}/messages")),
                (reqwest::Method::PATCH, "/me/preferences".to_owned()),
                (reqwest::Method::PUT, "/me/push/subscription".to_owned()),
                (reqwest::Method::PUT, "/me/notifications/read".to_owned()),
            ];
            for (method, path) in routes {
                let answer = world.request(method, &path, Some(&rosa), Some(body.clone())).await;
                assert!(answer.status.as_u16() < 500, "{path} {body}: {}", answer.body);
            }
        }
        goes_on(&world, &rosa, room).await;
    }

    async fn handshakes_are_let_in_or_refused(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let packet = prop_oneof![
            json_value().prop_map(|auth| format!("40{auth}")),
            typed().prop_map(|text| format!("40{text}")),
            typed().prop_map(|text| format!("4{text}")),
            typed(),
            "[0-9]{1,3}[-/,\\[\\]{}\"a-z0-9]{0,20}",
        ];
        for text in made_up(packet) {
            let mut socket = Socket::open(&world.url).await;
            socket.try_send_raw(&text).await;
            socket.try_send_raw(&format!("40{}", json!({ "token": "nothing" }))).await;
            // Nobody without a token is let in, whatever they send: they are refused, or the socket closes.
            while let Ok(Some(answer)) = timeout(Duration::from_secs(10), socket.receive()).await {
                assert!(!answer.starts_with("40{"), "{text:?}: {answer}");
                if answer.starts_with("44") {
                    break;
                }
            }
        }
        goes_on(&world, &rosa, room).await;
    }

    async fn events_are_done_or_refused_with_a_reason(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let mut socket = world.socket(&rosa).await;
        for (number, payload) in made_up(json_value()).into_iter().enumerate() {
            let event = ClientEvent::ALL[number % ClientEvent::ALL.len()];
            if event == ClientEvent::AuthRenew {
                continue;
            }
            let mut about = payload.clone();
            if let Some(fields) = about.as_object_mut() {
                fields.insert("roomId".into(), json!(room));
            }
            for payload in [payload, about] {
                let id = socket.emit(event.name(), payload.clone()).await;
                let answer = socket.ack(id).await;
                let code = answer["error"]["code"].as_str().unwrap_or("none");
                assert!(answer["ok"] == true || code != "none" && code != "internal.error", "{} {payload}: {answer}", event.name());
            }
        }
        goes_on(&world, &rosa, room).await;
    }
}
