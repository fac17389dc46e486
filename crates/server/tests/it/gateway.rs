//! The live side: handshake, order, catching up, who hears what, and what hostile clients get.

use std::time::Duration;

use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::socket::Socket;
use crate::world::{Twin, World, on_both_twins};

on_both_twins! {
    async fn events_sent_right_behind_the_handshake_are_answered(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let mut socket = Socket::open(&world.url).await;
        socket.send_raw(&format!("40{}", json!({ "token": rosa.token }))).await;
        let join = socket.emit("rooms:join", json!({ "roomId": room })).await;
        let send = socket.emit("rooms:message:send", json!({ "roomId": room, "body": "já", "nonce": "n" })).await;
        socket.handshake().await.unwrap();
        assert_eq!(socket.ack(join).await["ok"], true);
        assert_eq!(socket.ack(send).await["data"]["message"]["body"], "já");
    }

    async fn what_one_sends_everyone_in_the_room_gets_in_order(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        let (mut a, mut b) = (world.socket(&rosa).await, world.socket(&bento).await);
        for socket in [&mut a, &mut b] {
            socket.done("rooms:join", json!({ "roomId": room })).await;
        }
        let mut acks = Vec::new();
        for n in 0..50 {
            let body = json!({ "roomId": room, "body": format!("{n}"), "nonce": format!("n{n}") });
            acks.push(a.emit("rooms:message:send", body).await);
        }
        for (n, ack) in acks.into_iter().enumerate() {
            assert_eq!(a.ack(ack).await["data"]["message"]["seq"], n + 1, "events are handled in their order");
        }
        for socket in [&mut a, &mut b] {
            for n in 0..50 {
                let message = socket.event("rooms:message:new").await["message"].clone();
                assert_eq!((message["seq"].as_i64(), message["body"].as_str()), (Some(n + 1), Some(n.to_string().as_str())));
            }
        }
    }

    async fn history_then_live_without_loss_or_doubling(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let mut readers = Vec::new();
        for handle in ["bento", "cida", "davina", "edite"] {
            readers.push(world.user(handle).await);
        }
        let writing = async {
            for n in 0..120 {
                world.say(&rosa, room, &format!("{n}")).await.ok();
            }
        };
        let reading = async {
            let joins = readers.iter().enumerate().map(|(n, reader)| {
                let world = &world;
                async move {
                    tokio::time::sleep(Duration::from_millis(40 * n as u64)).await;
                    let mut socket = world.socket(reader).await;
                    let id = socket.emit("rooms:join", json!({ "roomId": room, "limit": 100 })).await;
                    let joined = socket.ack(id).await["data"].clone();
                    (socket, joined)
                }
            });
            futures_util::future::join_all(joins).await
        };
        let ((), sockets) = tokio::join!(writing, reading);
        for (mut socket, joined) in sockets {
            let history = joined["messages"].as_array().unwrap();
            let mut last = history.last().map_or(0, |message| message["seq"].as_i64().unwrap());
            while last < 120 {
                let seq = socket.event("rooms:message:new").await["message"]["seq"].as_i64().unwrap();
                assert_eq!(seq, last + 1);
                last = seq;
            }
            assert_eq!(socket.events_so_far("rooms:message:new").await, Vec::<Value>::new());
        }
    }

    async fn changes_made_while_away_arrive_by_rev(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(world.say(&rosa, room, &format!("{n}")).await.ok()["id"].as_str().unwrap().to_owned());
        }
        let path = |n: usize| format!("/rooms/{room}/messages/{}", ids[n]);
        world.patch(&path(0), &rosa, json!({ "body": "zero" })).await.ok();
        world.put(&format!("{}/reactions/👍", path(1)), &rosa, json!({})).await.ok();
        world.delete(&path(2), &rosa).await.ok();
        world.say(&rosa, room, "nova").await.ok();
        let mut socket = world.socket(&rosa).await;
        let joined = socket.done("rooms:join", json!({ "roomId": room, "afterSeq": 5, "afterRev": 5 })).await;
        let bodies: Vec<_> = joined["messages"].as_array().unwrap().iter().map(|m| m["body"].as_str().unwrap()).collect();
        assert_eq!(bodies, ["nova"]);
        let changed: Vec<_> = joined["changed"].as_array().unwrap().iter().map(|m| m["seq"].as_i64().unwrap()).collect();
        assert_eq!((changed, joined["reset"].as_bool()), (vec![1, 2, 3], Some(false)));
        assert_eq!(joined["room"]["lastRev"], 9);
        let ahead = socket.done("rooms:join", json!({ "roomId": room, "afterSeq": 99, "afterRev": 99 })).await;
        assert_eq!((ahead["reset"].as_bool(), ahead["messages"].as_array().unwrap().len()), (Some(true), 6));
    }

    async fn edits_deletes_and_reactions_are_heard_live(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        let (mut a, mut b) = (world.socket(&rosa).await, world.socket(&bento).await);
        for socket in [&mut a, &mut b] {
            socket.done("rooms:join", json!({ "roomId": room })).await;
        }
        let sent = a.done("rooms:message:send", json!({ "roomId": room, "body": "oi", "nonce": "n" })).await;
        let id = sent["message"]["id"].clone();
        let with = |more: Value| {
            let mut payload = json!({ "roomId": room, "messageId": id });
            payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            payload
        };
        a.done("rooms:message:edit", with(json!({ "body": "olá" }))).await;
        assert_eq!(b.event("rooms:message:updated").await["message"]["body"], "olá");
        b.done("rooms:message:react", with(json!({ "emoji": "🎉", "on": true }))).await;
        assert_eq!(a.event("rooms:message:updated").await["message"]["body"], "olá");
        assert_eq!(a.event("rooms:message:updated").await["message"]["reactions"][0]["emoji"], "🎉");
        assert_eq!(b.refused("rooms:message:delete", with(json!({}))).await, "access.denied");
        a.done("rooms:message:delete", with(json!({}))).await;
        let gone = b.event("rooms:message:deleted").await;
        assert_eq!((gone["messageId"].clone(), gone["seq"].as_i64(), gone["rev"].as_i64()), (id, Some(1), Some(4)));
    }

    async fn typing_is_heard_by_the_others_alone(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        let (mut a, mut b) = (world.socket(&rosa).await, world.socket(&bento).await);
        assert_eq!(a.refused("rooms:typing", json!({ "roomId": room })).await, "access.denied");
        for socket in [&mut a, &mut b] {
            socket.done("rooms:join", json!({ "roomId": room })).await;
        }
        a.done("rooms:typing", json!({ "roomId": room })).await;
        assert_eq!(b.event("rooms:typing").await, json!({ "conversationId": room, "userId": rosa.id }));
        assert_eq!(a.events_so_far("rooms:typing").await, Vec::<Value>::new());
        for _ in 0..50 {
            a.done("rooms:typing", json!({ "roomId": room })).await;
        }
        assert_eq!(b.events_so_far("rooms:typing").await, Vec::<Value>::new(), "once a second is enough");
        b.done("rooms:leave", json!({ "roomId": room })).await;
        let mut again = world.socket(&rosa).await;
        again.done("rooms:join", json!({ "roomId": room })).await;
        again.done("rooms:typing", json!({ "roomId": room })).await;
        assert_eq!(b.events_so_far("rooms:typing").await, Vec::<Value>::new(), "it left");
    }

    async fn a_cursor_moved_in_one_tab_is_told_to_the_other(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        let (mut first, mut second) = (world.socket(&rosa).await, world.socket(&rosa).await);
        first.done("rooms:join", json!({ "roomId": room })).await;
        for text in ["um", "dois"] {
            world.say(&bento, room, text).await.ok();
        }
        let state = first.done("rooms:read", json!({ "roomId": room, "seq": 1 })).await;
        assert_eq!(state, json!({ "conversationId": room, "lastReadSeq": 1, "unread": 1, "mentions": 0 }));
        assert_eq!(second.event("rooms:read").await, state);
        assert_eq!(first.events_so_far("rooms:read").await, Vec::<Value>::new());
    }

    async fn members_elsewhere_hear_of_activity_once_a_second(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        let stranger = world.user("cida").await;
        let mut elsewhere = world.socket(&bento).await;
        world.put(&format!("/rooms/{room}/membership"), &bento, json!({})).await.ok();
        let mut outside = world.socket(&stranger).await;
        let mut inside = world.socket(&rosa).await;
        inside.done("rooms:join", json!({ "roomId": room })).await;
        for n in 0..20 {
            world.say(&rosa, room, &format!("{n}")).await.ok();
        }
        let mut heard = 1;
        let mut activity = elsewhere.event("rooms:activity").await;
        while activity["lastSeq"] != 20 {
            activity = elsewhere.event("rooms:activity").await;
            heard += 1;
        }
        assert!(heard <= 4, "{heard} notices for twenty messages");
        assert_eq!(activity["lastMessage"]["body"], "19");
        assert_eq!(outside.events_so_far("rooms:activity").await, Vec::<Value>::new());
        assert_eq!(inside.events_so_far("rooms:activity").await, Vec::<Value>::new());
    }

    async fn people_in_a_room_are_counted(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        let (mut a, mut again, mut b) = (world.socket(&rosa).await, world.socket(&rosa).await, world.socket(&bento).await);
        for socket in [&mut a, &mut again, &mut b] {
            socket.done("rooms:join", json!({ "roomId": room })).await;
        }
        let online = async || world.get(&format!("/rooms/{room}"), &rosa).await.ok()["online"].as_u64().unwrap();
        assert_eq!(online().await, 2, "two tabs are one person");
        b.done("rooms:leave", json!({ "roomId": room })).await;
        again.done("rooms:leave", json!({ "roomId": room })).await;
        for _ in 0..100 {
            if online().await == 1 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("still {}", online().await);
    }

    async fn a_socket_lives_on_by_renewal_and_ends_with_its_token(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let (mut renewed, mut forgotten) = (world.socket(&rosa).await, world.socket(&rosa).await);
        world.pass(10 * 60);
        let body = json!({ "refreshToken": rosa.refresh });
        let token = world.post("/auth/refresh", None, body).await.ok()["accessToken"].clone();
        assert_eq!(renewed.refused("auth:renew", json!({ "token": bento.token })).await, "auth.invalid_token");
        assert!(renewed.done("auth:renew", json!({ "token": token })).await["expiresAt"].is_string());
        world.pass(6 * 60);
        forgotten.event("auth:expired").await;
        forgotten.wait_closed().await;
        renewed.done("rooms:list", json!({})).await;
        let refused = Socket::connect(&world.url, &rosa.token).await.err().unwrap();
        assert_eq!(refused["data"]["code"], "auth.expired_token");
    }

    async fn nonsense_is_answered_and_the_socket_stays(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let mut socket = world.socket(&rosa).await;
        socket.done("rooms:join", json!({ "roomId": room })).await;
        assert_eq!(socket.refused("rooms:fly", json!({})).await, "resource.not_found");
        for payload in [Value::Null, json!([]), json!("x"), json!(7), json!({}), json!({ "roomId": 7 }), json!({ "roomId": "x" })] {
            assert_eq!(socket.refused("rooms:join", payload.clone()).await, "request.invalid", "{payload}");
        }
        let unknown = world.app.base.ids.uuid();
        assert_eq!(socket.refused("rooms:join", json!({ "roomId": unknown })).await, "resource.not_found");
        let long = "x".repeat(4_001);
        let send = |body: &str| json!({ "roomId": room, "body": body, "nonce": "n" });
        assert_eq!(socket.refused("rooms:message:send", send(&long)).await, "messages.too_long");
        assert_eq!(socket.refused("rooms:message:send", send(" ")).await, "messages.empty");
        let foreign = json!({ "roomId": room, "messageId": unknown, "body": "x" });
        assert_eq!(socket.refused("rooms:message:edit", foreign).await, "resource.not_found");
        for (id, raw) in [
            (900, r#"42900["rooms:list"]"#.to_owned()),
            (901, r#"42901["rooms:list",{"x":"\ud800"}"#.to_owned()),
            (902, "42902[]".to_owned()),
            (903, r#"42903["rooms:list\u0022",{}]"#.to_owned()),
            (904, r#"452-904["rooms:list",{"_placeholder":true,"num":0}]"#.to_owned()),
        ] {
            socket.send_raw(&raw).await;
            let answer = socket.ack(id).await;
            assert_eq!(answer["ok"], false, "{raw}");
            assert!(answer["error"]["requestId"].is_string());
        }
        socket.send_binary(&[1, 2, 3]).await;
        for silent in ["4", "49", "42", "4/other,", "43", r#"42["rooms:list",{}]"#] {
            socket.send_raw(silent).await;
        }
        socket.done("rooms:list", json!({})).await;
        let page = world.get(&format!("/rooms/{room}/messages"), &rosa).await.ok();
        assert_eq!(page["items"], json!([]), "nothing half-written");
    }

    async fn a_refused_handshake_ends_the_socket(world: World) {
        let rosa = world.user("rosa").await;
        let mut socket = Socket::open(&world.url).await;
        socket.send_raw(r#"40{"token":"x"}"#).await;
        assert_eq!(socket.handshake().await.unwrap_err()["data"]["code"], "auth.invalid_token");
        // A good one comes too late: each try is a socket of its own, and sockets are counted.
        socket.send_raw(&format!("40{}", json!({ "token": rosa.token }))).await;
        assert_eq!(socket.receive().await.as_deref(), Some("1"), "nothing but the end of the transport");
    }

    async fn a_socket_without_handshake_may_do_nothing(world: World) {
        let mut socket = Socket::open(&world.url).await;
        let id = socket.emit("rooms:list", json!({})).await;
        let packet = socket.receive().await.unwrap();
        assert!(packet.starts_with("41") || packet.contains("auth.invalid_token"), "{packet} {id}");
        socket.wait_closed().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_events_is_held_back_and_nobody_else_notices() {
    let world = World::new(Twin::Embedded, &[("PRACA_LIMIT_EVENTS", "100/1s")]).await;
    let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
    let room = world.room("largo", 0, 0).await;
    let mut flood = world.socket(&rosa).await;
    let mut calm = world.socket(&bento).await;
    calm.done("rooms:join", json!({ "roomId": room })).await;
    let mut answered = 0;
    for burst in 0..40 {
        let mut ids = Vec::new();
        for n in 0..250 {
            let body = json!({ "roomId": room, "body": "x", "nonce": format!("n{burst}-{n}") });
            ids.push(flood.emit("rooms:message:send", body).await);
        }
        for id in ids {
            let answer = flood.ack(id).await;
            if answer["ok"] == false {
                assert_eq!(answer["error"]["code"], "request.rate_limited");
                assert!(answer["error"]["retryAfterMs"].as_u64().unwrap() > 0);
            }
            answered += 1;
        }
    }
    assert_eq!(answered, 10_000, "each is answered");
    calm.done("rooms:message:send", json!({ "roomId": room, "body": "calma", "nonce": "c" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_closes_during_the_handshake_is_forgotten() {
    let world = World::new(Twin::Embedded, &[("PRACA_LIMIT_REQUESTS", "100000/60s,100000/60s")]).await;
    let rosa = world.user("rosa").await;
    for _ in 0..120 {
        let mut socket = Socket::open(&world.url).await;
        // Connect, and close at once: Engine.IO's own close.
        socket.try_send_raw(&format!("40{}", json!({ "token": rosa.token }))).await;
        socket.try_send_raw("1").await;
    }
    // A person may hold fifty; were the closed ones kept, this would be refused.
    let mut stays = Vec::new();
    for _ in 0..20 {
        stays.push(world.socket(&rosa).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_given_more_history_than_anybody_reads() {
    let world = World::new(Twin::Embedded, &[("PRACA_LIMIT_EVENTS", "1000/1s")]).await;
    let rosa = world.user("rosa").await;
    let room = world.room("largo", 0, 0).await;
    let heavy = "\u{1f333}".repeat(4_000);
    futures_util::future::join_all((0..60).map(|_| world.say(&rosa, room, &heavy))).await;
    let mut socket = world.socket(&rosa).await;
    let mut refused = None;
    for _ in 0..40 {
        let answer = socket.ask("rooms:join", json!({ "roomId": room, "limit": 100 })).await;
        if answer["ok"] == false {
            refused = Some(answer["error"]["code"].clone());
            break;
        }
    }
    assert_eq!(refused, Some(json!("request.rate_limited")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_flood_ends_the_socket() {
    let world = World::new(Twin::Embedded, &[("PRACA_LIMIT_EVENTS", "10/1s")]).await;
    let rosa = world.user("rosa").await;
    let mut flood = world.socket(&rosa).await;
    for _ in 0..2_000 {
        // The server may have closed already.
        flood.try_send_raw(r#"42["rooms:list",{}]"#).await;
    }
    flood.wait_closed().await;
    world.socket(&rosa).await.done("rooms:list", json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_is_closed_and_the_others_go_on() {
    let world = World::new(Twin::Embedded, &[]).await;
    let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
    let room = world.room("largo", 0, 0).await;
    let mut stalled = world.socket(&rosa).await;
    stalled.done("rooms:join", json!({ "roomId": room })).await;
    let mut reader = world.socket(&bento).await;
    reader.done("rooms:join", json!({ "roomId": room })).await;
    let text = "x".repeat(3_900);
    for _ in 0..40 {
        let sends = (0..64).map(|_| world.say(&bento, room, &text));
        for answer in futures_util::future::join_all(sends).await {
            answer.expect(201, "");
        }
        for _ in 0..64 {
            reader.event("rooms:message:new").await;
        }
    }
    // Kernel buffers, then the queue of the socket: what exceeds both was never kept.
    stalled.wait_closed().await;
    let mut back = world.socket(&rosa).await;
    let joined = back.done("rooms:join", json!({ "roomId": room, "afterSeq": 2_500, "limit": 100 })).await;
    assert_eq!(joined["messages"].as_array().unwrap().len(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_tells_its_sockets_and_stores_what_is_under_way() {
    let world = World::new(Twin::Embedded, &[]).await;
    let rosa = world.person("rosa", Role::User).await;
    let room = world.room("largo", 0, 0).await;
    let mut socket = world.socket(&rosa).await;
    for n in 0..50 {
        socket.emit("rooms:message:send", json!({ "roomId": room, "body": "última", "nonce": format!("n{n}") })).await;
    }
    let first = socket.ack(1).await;
    assert_eq!(first["ok"], true);
    world.app.shut_down().await;
    assert!(socket.event("server:restarting").await["retryAfterMs"].as_u64().unwrap() > 0);
    socket.wait_closed().await;
    assert_eq!(socket.events_so_far_closed("disconnect"), 0, "the official client comes back by itself");
    // What was acknowledged is stored; what is stored may have lost its answer, never the other way round.
    let acknowledged = 1 + (2..=50).filter(|id| socket.kept_ack(*id).is_some_and(|ack| ack["ok"] == true)).count();
    let stored = world.get(&format!("/rooms/{room}"), &rosa).await.ok()["lastSeq"].as_u64().unwrap();
    assert!(stored >= acknowledged as u64, "{stored} of {acknowledged}");
    let ready = world.http.get(format!("{}/readyz", world.url)).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    assert!(ready.text().await.unwrap().contains("shutting_down"));
}
