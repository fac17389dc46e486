//! Blocks: nothing of the blocked arrives, and nothing reveals the block, in both directions.

use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::world::{Person, World, on_both_twins};

async fn block(world: &World, by: &Person, whom: &Person) {
    world.put(&format!("/me/blocks/{}", whom.id), by, json!({})).await.expect(204, "");
}

async fn unblock(world: &World, by: &Person, whom: &Person) {
    world.delete(&format!("/me/blocks/{}", whom.id), by).await.expect(204, "");
}

on_both_twins! {
    async fn neither_writes_to_the_other_while_one_blocks(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.dm(&rosa, &bento).await;
        let new = json!({ "body": "antes", "nonce": "n1" });
        let first = world.post(&format!("/dms/{dm}/messages"), Some(&bento), new.clone()).await.ok();
        let (mut a, mut b) = (world.socket(&rosa).await, world.socket(&bento).await);
        for socket in [&mut a, &mut b] {
            socket.done("dms:join", json!({ "conversationId": dm })).await;
        }
        block(&world, &rosa, &bento).await;
        block(&world, &rosa, &bento).await;
        assert_eq!(a.event("blocks:changed").await, json!({ "userId": bento.id, "blocked": true }));
        assert_eq!(a.event("dms:updated").await, json!({ "conversationId": dm, "state": "blocked" }));
        for person in [&rosa, &bento] {
            world.write(person, dm, "durante").await.expect(403, "access.denied");
        }
        let at = json!({ "conversationId": dm, "messageId": first["id"], "body": "x", "emoji": "👍", "on": true });
        for event in ["dms:message:edit", "dms:message:react", "dms:message:delete"] {
            assert_eq!(b.refused(event, at.clone()).await, "access.denied", "{event}");
        }
        b.done("dms:typing", at.clone()).await;
        let again = world.post(&format!("/dms/{dm}/messages"), Some(&bento), new).await.ok();
        assert_eq!(again["id"], first["id"], "what is stored is given again");
        world.write(&bento, dm, "").await.expect(422, "messages.empty");
        b.done("dms:read", json!({ "conversationId": dm, "seq": 1 })).await;
        a.done("dms:read", json!({ "conversationId": dm, "seq": 1 })).await;
        let names = ["dms:message:new", "dms:message:updated", "dms:message:deleted", "dms:typing", "dms:updated"];
        for name in names {
            assert_eq!(a.events_so_far(name).await, Vec::<Value>::new(), "{name}");
            assert_eq!(b.events_so_far(name).await, Vec::<Value>::new(), "{name}");
        }
        assert_eq!(b.events_so_far("dms:receipt").await.len(), 0, "nor that the other reads");
        let seen = world.dm_of(&bento, dm).await;
        assert_eq!((&seen["state"], &seen["peer"]["readSeq"]), (&json!("open"), &json!(0)), "nothing reveals it");
        assert_eq!(world.dm_of(&rosa, dm).await["state"], "blocked");
        unblock(&world, &rosa, &bento).await;
        assert_eq!(a.event("dms:updated").await["state"], "open");
        world.write(&bento, dm, "depois").await.expect(201, "");
        assert_eq!(a.event("dms:message:new").await["message"]["seq"], 2, "nothing was stored meanwhile");
    }

    async fn a_first_contact_by_the_blocked_looks_like_any_other_until_they_write(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        block(&world, &rosa, &bento).await;
        let dm = world.open_dm(&bento, &rosa).await;
        assert_eq!(world.dm_of(&bento, dm).await["state"], "requested");
        world.write(&bento, dm, "oi").await.expect(403, "access.denied");
        assert_eq!(world.get("/dms", &rosa).await.ok()["items"], json!([]));
        assert_eq!(world.get(&format!("/users/{}", "rosa"), &bento).await.ok()["blocked"], false);
        let profile = world.get("/users/bento", &rosa).await.ok();
        assert_eq!((&profile["blocked"], &profile["presence"]), (&json!(true), &json!("offline")));
        assert_eq!(world.get("/contacts", &rosa).await.ok()["items"], json!([]));
    }

    async fn mentions_and_typing_do_not_cross_a_block(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let zelador = world.person("zelador", Role::Moderator).await;
        let room = world.room("largo", 0, 0).await;
        let (mut a, mut b) = (world.socket(&rosa).await, world.socket(&bento).await);
        for socket in [&mut a, &mut b] {
            socket.done("rooms:join", json!({ "roomId": room })).await;
        }
        world.say(&bento, room, "antes: @rosa").await.ok();
        assert_eq!(a.event("rooms:mentioned").await["seq"], 1);
        block(&world, &rosa, &bento).await;
        block(&world, &rosa, &zelador).await;
        world.say(&bento, room, "depois: @rosa").await.ok();
        world.say(&rosa, room, "eu também sei: @bento").await.ok();
        world.put(&format!("/rooms/{room}/membership"), &zelador, json!({})).await.ok();
        world.say(&zelador, room, "@aqui").await.ok();
        assert_eq!(b.event("rooms:mentioned").await["seq"], 3, "that it did not come would show the block");
        assert_eq!(b.event("rooms:mentioned").await["seq"], 4, "the call reaches who does not block its author");
        assert_eq!(a.events_so_far("rooms:mentioned").await, Vec::<Value>::new());
        let mentions = async |person| world.get(&format!("/rooms/{room}"), person).await.ok()["mentions"].clone();
        assert_eq!(mentions(&bento).await, 2);
        assert_eq!(mentions(&rosa).await, 0, "the earlier one is not counted either");
        assert_eq!(world.get(&format!("/rooms/{room}/mentions"), &rosa).await.ok()["items"], json!([]));
        b.done("rooms:typing", json!({ "roomId": room })).await;
        a.done("rooms:typing", json!({ "roomId": room })).await;
        for socket in [&mut a, &mut b] {
            assert_eq!(socket.events_so_far("rooms:typing").await, Vec::<Value>::new());
        }
    }

    async fn the_blocked_see_each_other_offline_everywhere(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        let dm = world.dm(&rosa, &bento).await;
        let (mut a, mut b) = (world.socket(&rosa).await, world.socket(&bento).await);
        for socket in [&mut a, &mut b] {
            socket.done("rooms:join", json!({ "roomId": room })).await;
        }
        for (socket, other) in [(&mut a, &bento), (&mut b, &rosa)] {
            loop {
                let watched = socket.done("presence:watch", json!({ "userIds": [other.id] })).await;
                if watched["items"][0]["state"] == "online" {
                    break;
                }
            }
        }
        block(&world, &rosa, &bento).await;
        for (socket, other) in [(&mut a, &bento), (&mut b, &rosa)] {
            let gone = json!({ "userId": other.id, "state": "offline", "lastSeenAt": null });
            while socket.event("presence:changed").await != gone {}
            assert_eq!(socket.done("presence:watch", json!({ "userIds": [other.id] })).await["items"], json!([gone]));
        }
        for (me, other) in [(&rosa, "bento"), (&bento, "rosa")] {
            assert_eq!(world.dm_of(me, dm).await["with"]["presence"], "offline");
            assert_eq!(world.get(&format!("/users/{other}"), me).await.ok()["lastSeenAt"], Value::Null);
            let present = world.get(&format!("/rooms/{room}/presence"), me).await.ok();
            assert_eq!((&present["online"], present["people"].as_array().unwrap().len()), (&json!(2), 1));
            let members = world.get(&format!("/rooms/{room}/members"), me).await.ok();
            let theirs = members["items"].as_array().unwrap().iter().find(|member| member["handle"] == other).unwrap();
            assert_eq!(theirs["online"], false);
        }
    }

    async fn blocks_are_listed_and_ended(world: World) {
        let rosa = world.user("rosa").await;
        for handle in ["bento", "cida", "davina"] {
            let other = world.user(handle).await;
            block(&world, &rosa, &other).await;
            world.pass(1);
        }
        let page = world.get("/me/blocks?limit=2", &rosa).await.ok();
        let handles: Vec<_> = page["items"].as_array().unwrap().iter().map(|p| p["handle"].as_str().unwrap()).collect();
        assert_eq!(handles, ["davina", "cida"]);
        let after = page["next"].as_str().unwrap();
        assert_eq!(world.get(&format!("/me/blocks?after={after}"), &rosa).await.ok()["items"][0]["handle"], "bento");
        let nobody = world.app.base.ids.user();
        world.put(&format!("/me/blocks/{nobody}"), &rosa, json!({})).await.expect(404, "resource.not_found");
        world.put(&format!("/me/blocks/{}", rosa.id), &rosa, json!({})).await.expect(422, "request.invalid");
        world.delete(&format!("/me/blocks/{nobody}"), &rosa).await.expect(204, "");
    }

    async fn nothing_is_stored_after_a_block_was_acknowledged(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.dm(&rosa, &bento).await;
        for _ in 0..10 {
            let flood = futures_util::future::join_all((0..20).map(|_| world.write(&bento, dm, "insisto")));
            let blocking = async {
                block(&world, &rosa, &bento).await;
                world.dm_of(&rosa, dm).await["lastSeq"].as_i64().unwrap()
            };
            let (answers, at_block) = tokio::join!(flood, blocking);
            let last = world.dm_of(&rosa, dm).await["lastSeq"].as_i64().unwrap();
            assert_eq!(last, at_block, "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
            unblock(&world, &rosa, &bento).await;
        }
    }
}
