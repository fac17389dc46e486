//! Two nodes on one PostgreSQL and one Redis: one square.

use std::time::{Duration, Instant};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::world::{Person, Twin, World};

async fn two_nodes() -> (World, World) {
    let first = World::new(Twin::Shared, &[]).await;
    let second = first.second_node().await;
    (first, second)
}

#[tokio::test(flavor = "multi_thread")]
async fn both_nodes_see_the_same_order_under_cross_traffic() {
    let (one, two) = two_nodes().await;
    let (rosa, bento) = (one.user("rosa").await, one.user("bento").await);
    let room = one.room("largo", 0, 0).await;
    let (mut a, mut b) = (one.socket(&rosa).await, two.socket(&bento).await);
    for socket in [&mut a, &mut b] {
        socket.done("rooms:join", json!({ "roomId": room })).await;
    }
    let here = (0..50).map(|n| one.say(&rosa, room, if n % 2 == 0 { "par" } else { "ímpar" }));
    let there = (0..50).map(|_| two.say(&bento, room, "do outro lado"));
    let (here, there) = tokio::join!(futures_util::future::join_all(here), futures_util::future::join_all(there));
    for answer in here.into_iter().chain(there) {
        answer.expect(201, "");
    }
    let mut orders: Vec<Vec<Value>> = Vec::new();
    for socket in [&mut a, &mut b] {
        let mut order = Vec::new();
        for seq in 1..=100 {
            let message = socket.event("rooms:message:new").await["message"].clone();
            assert_eq!(message["seq"], seq);
            order.push(message["id"].clone());
        }
        orders.push(order);
    }
    assert_eq!(orders[0], orders[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_reaches_the_other_node_within_a_second() {
    let (one, two) = two_nodes().await;
    let ana = one.person("ana", Role::Admin).await;
    let rosa = one.user("rosa").await;
    let mut socket = two.socket(&rosa).await;
    two.get("/rooms", &rosa).await.ok();
    let began = Instant::now();
    let body = json!({ "status": "suspended", "reason": "Basta." });
    one.patch(&format!("/admin/users/{}", rosa.id), &ana, body).await.ok();
    socket.event("account:status").await;
    socket.wait_closed().await;
    two.get("/rooms", &rosa).await.expect(403, "account.suspended");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_cursors_settings_and_log_out_cross_nodes() {
    let (one, two) = two_nodes().await;
    let ana = one.person("ana", Role::Admin).await;
    let (rosa, bento) = (one.user("rosa").await, one.user("bento").await);
    let room = one.room("largo", 0, 0).await;
    let (mut a, mut b, mut tab) = (one.socket(&rosa).await, two.socket(&bento).await, two.socket(&rosa).await);
    for socket in [&mut a, &mut b] {
        socket.done("rooms:join", json!({ "roomId": room })).await;
    }
    a.done("rooms:typing", json!({ "roomId": room })).await;
    assert_eq!(b.event("rooms:typing").await["userId"], json!(rosa.id));
    two.say(&bento, room, "oi").await.ok();
    a.event("rooms:message:new").await;
    a.done("rooms:read", json!({ "roomId": room, "seq": 1 })).await;
    assert_eq!(tab.event("rooms:read").await["lastReadSeq"], 1);
    one.patch(&format!("/rooms/{room}"), &ana, json!({ "perUserSeconds": 60 })).await.ok();
    assert_eq!(b.event("rooms:updated").await["room"]["perUserSeconds"], 60);
    two.say(&rosa, room, "uma").await.ok();
    one.say(&rosa, room, "outra").await.expect(429, "rooms.slow_mode");
    one.post("/auth/logout", Some(&rosa), json!({})).await.ok();
    tab.wait_closed().await;
    two.get("/me", &rosa).await.expect(401, "auth.invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_never_arrived_is_found_in_the_database() {
    let (one, two) = two_nodes().await;
    let rosa = one.user("rosa").await;
    let room = one.room("largo", 0, 0).await;
    let mut socket = one.socket(&rosa).await;
    socket.done("rooms:join", json!({ "roomId": room })).await;
    // Another node that shares the database but not the bus: its signals are all lost.
    let mut settings = two.settings();
    settings.retain(|(key, _)| key != "PRACA_REDIS_URL");
    let deaf = World::with_settings(settings, &two).await;
    for text in ["um", "dois", "três"] {
        deaf.say(&rosa, room, text).await.ok();
    }
    for seq in 1..=3 {
        assert_eq!(socket.event("rooms:message:new").await["message"]["seq"], seq);
    }
    two.say(&rosa, room, "quatro").await.ok();
    assert_eq!(socket.event("rooms:message:new").await["message"]["seq"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotated_on_one_node_are_known_to_the_other() {
    let (one, two) = two_nodes().await;
    let rosa = one.user("rosa").await;
    one.app.rotate_keys().await.unwrap();
    one.pass(6 * 60);
    let again = one.log_in("rosa").await;
    // Whoever meets a key it does not know looks for it.
    two.get("/me", &again).await.ok();
    let elsewhere = two.log_in("rosa").await;
    for person in [&rosa, &again, &elsewhere] {
        one.get("/me", person).await.ok();
        two.get("/me", person).await.ok();
    }
    assert_ne!(key_of(&again), key_of(&rosa), "the new key signs");
    assert_eq!(key_of(&again), key_of(&elsewhere), "on both nodes");
    for node in [&one, &two] {
        assert_eq!(node.app.base.keys.jwks().keys.len(), 2);
    }
}

/// The key that signed somebody's token.
fn key_of(person: &Person) -> String {
    let head = BASE64_URL_SAFE_NO_PAD.decode(person.token.split('.').next().unwrap()).unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    head["kid"].as_str().unwrap().to_owned()
}
