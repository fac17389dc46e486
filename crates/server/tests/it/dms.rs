//! Conversations of two: first contacts, messages over the one pipeline, lists, the quota.

use praca_api::ConversationId;
use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::images;
use crate::world::{Person, Twin, World, on_both_twins};

/// Ids of the conversations somebody's list gives.
async fn listed(world: &World, person: &Person) -> Vec<String> {
    let list = world.get("/dms", person).await.ok();
    list["items"].as_array().unwrap().iter().map(|dm| dm["id"].as_str().unwrap().to_owned()).collect()
}

on_both_twins! {
    async fn a_first_contact_is_a_request_that_the_other_accepts(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.open_dm(&rosa, &bento).await;
        assert_eq!(world.open_dm(&rosa, &bento).await, dm, "opened once");
        assert_eq!(listed(&world, &bento).await, Vec::<String>::new(), "nothing was written yet");
        assert_eq!(listed(&world, &rosa).await, [dm.to_string()]);
        let mut socket = world.socket(&bento).await;
        world.write(&rosa, dm, "Oi, Bento!").await.expect(201, "");
        assert_eq!(socket.event("dms:message:new").await["message"]["body"], "Oi, Bento!");
        world.write(&rosa, dm, "Está aí?").await.expect(201, "");
        assert_eq!(socket.events_so_far("dms:message:new").await, Vec::<Value>::new(), "only the first is told");
        let seen = world.dm_of(&bento, dm).await;
        assert_eq!((&seen["state"], &seen["requestedBy"]), (&json!("requested"), &json!(rosa.id)));
        assert_eq!((&seen["unread"], &seen["lastMessage"]["body"]), (&json!(2), &json!("Está aí?")));
        world.put(&format!("/dms/{dm}/acceptance"), &rosa, json!({})).await.expect(403, "access.denied");
        let mut other = world.socket(&rosa).await;
        assert_eq!(world.put(&format!("/dms/{dm}/acceptance"), &bento, json!({})).await.ok()["state"], "open");
        assert_eq!(other.event("dms:updated").await, json!({ "conversationId": dm, "state": "open" }));
        world.write(&rosa, dm, "Que bom.").await.expect(201, "");
        assert_eq!(socket.event("dms:message:new").await["message"]["seq"], 3);
        world.put(&format!("/dms/{dm}/acceptance"), &bento, json!({})).await.expect(200, "");
        world.delete(&format!("/dms/{dm}/acceptance"), &bento).await.expect(409, "request.conflict");
    }

    async fn who_wants_no_strangers_hears_only_of_those_of_their_rooms(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.open_dm(&rosa, &bento).await;
        let quiet = json!({ "strangers": false });
        assert_eq!(world.patch("/me/preferences", &bento, quiet).await.ok()["strangers"], false);
        let mut socket = world.socket(&bento).await;
        world.write(&rosa, dm, "Oi?").await.expect(403, "access.denied");
        assert_eq!(world.dm_of(&rosa, dm).await["state"], "requested", "nothing reveals why");
        assert_eq!(listed(&world, &bento).await, Vec::<String>::new());
        assert_eq!(socket.events_so_far("dms:message:new").await, Vec::<Value>::new());
        let room = world.room("largo", 0, 0).await;
        for person in [&rosa, &bento] {
            world.put(&format!("/rooms/{room}/membership"), person, json!({})).await.ok();
        }
        world.write(&rosa, dm, "Oi, vizinho!").await.expect(201, "");
        assert_eq!(socket.event("dms:message:new").await["message"]["seq"], 1);
        let cida = world.user("cida").await;
        let to_cida = world.open_dm(&bento, &cida).await;
        world.write(&bento, to_cida, "Oi, Cida").await.expect(201, "");
        world.write(&cida, to_cida, "Oi!").await.expect(201, "");
    }

    async fn the_silenced_make_no_first_contact_and_answer_none(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.open_dm(&bento, &rosa).await;
        world.write(&bento, dm, "Oi").await.ok();
        let admin = world.person("ana", Role::Admin).await;
        let silence = json!({ "status": "silenced", "reason": "briga" });
        world.patch(&format!("/admin/users/{}", rosa.id), &admin, silence).await.ok();
        world.put(&format!("/dms/with/{}", admin.id), &rosa, json!({})).await.expect(403, "account.silenced");
        world.write(&rosa, dm, "Olá").await.expect(403, "account.silenced");
        assert_eq!(world.dm_of(&rosa, dm).await["unread"], 1, "reading goes on");
    }

    async fn to_answer_is_to_accept(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.open_dm(&rosa, &bento).await;
        world.write(&rosa, dm, "Oi").await.ok();
        let mut socket = world.socket(&rosa).await;
        world.write(&bento, dm, "Olá!").await.ok();
        assert_eq!(socket.event("dms:message:new").await["message"]["body"], "Olá!");
        assert_eq!(socket.event("dms:updated").await["state"], "open");
        assert_eq!(world.dm_of(&rosa, dm).await["state"], "open");
    }

    async fn an_answer_that_is_refused_accepts_nothing(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.open_dm(&rosa, &bento).await;
        world.write(&rosa, dm, "Oi").await.ok();
        let room = world.room("largo", 0, 0).await;
        let used = world.ready(&bento, images::jpeg(40, 30)).await;
        world.show(&bento, room, "rooms", &[&used]).await.expect(201, "");
        // Beside others that are stored, in the same transaction.
        for _ in 0..5 {
            let others = (0..8).map(|_| world.say(&bento, room, "ao lado"));
            let pictures = [used.as_str()];
            let (answer, others) =
                tokio::join!(world.show(&bento, dm, "dms", &pictures), futures_util::future::join_all(others));
            answer.expect(422, "uploads.rejected");
            assert!(others.iter().all(|other| other.status == 201));
        }
        assert_eq!(world.dm_of(&bento, dm).await["state"], "requested");
    }

    async fn a_refused_one_may_write_no_more_and_learns_nothing(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.open_dm(&rosa, &bento).await;
        world.write(&rosa, dm, "Oi").await.ok();
        let mut socket = world.socket(&rosa).await;
        world.delete(&format!("/dms/{dm}/acceptance"), &rosa).await.expect(403, "access.denied");
        world.delete(&format!("/dms/{dm}/acceptance"), &bento).await.expect(204, "");
        world.delete(&format!("/dms/{dm}/acceptance"), &bento).await.expect(204, "");
        world.write(&rosa, dm, "Por favor").await.expect(403, "access.denied");
        assert_eq!(socket.events_so_far("dms:updated").await, Vec::<Value>::new());
        assert_eq!(world.dm_of(&rosa, dm).await["state"], "requested");
        assert_eq!(world.open_dm(&rosa, &bento).await, dm);
        assert_eq!(listed(&world, &bento).await, Vec::<String>::new());
        world.write(&bento, dm, "Pensei melhor.").await.expect(201, "");
        world.write(&rosa, dm, "Obrigada").await.expect(201, "");
        assert_eq!(world.dm_of(&bento, dm).await["lastSeq"], 3, "nothing was stored meanwhile");
    }

    async fn the_pipeline_is_that_of_rooms(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.dm(&rosa, &bento).await;
        let (mut a, mut tab, mut b) = (world.socket(&rosa).await, world.socket(&rosa).await, world.socket(&bento).await);
        a.done("dms:join", json!({ "conversationId": dm })).await;
        let new = json!({ "conversationId": dm, "body": "uma", "nonce": "n1" });
        let first = a.done("dms:message:send", new.clone()).await["message"].clone();
        assert_eq!(a.done("dms:message:send", new).await["message"]["seq"], 1, "a repeat is the same message");
        let id = first["id"].clone();
        let reply = json!({ "conversationId": dm, "body": "duas", "nonce": "n2", "replyToId": id });
        assert_eq!(b.done("dms:message:send", reply).await["message"]["replyTo"]["seq"], 1);
        let at = |more: Value| {
            let mut payload = json!({ "conversationId": dm, "messageId": id });
            payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            payload
        };
        b.done("dms:message:react", at(json!({ "emoji": "👍", "on": true }))).await;
        a.done("dms:message:edit", at(json!({ "body": "uma só" }))).await;
        assert_eq!(b.refused("dms:message:edit", at(json!({ "body": "tua" }))).await, "access.denied");
        assert_eq!(b.refused("dms:message:delete", at(json!({}))).await, "access.denied");
        a.done("dms:message:delete", at(json!({}))).await;
        for socket in [&mut a, &mut tab, &mut b] {
            assert_eq!(socket.event("dms:message:new").await["message"]["seq"], 1);
            assert_eq!(socket.event("dms:message:new").await["message"]["seq"], 2);
            assert_eq!(socket.event("dms:message:updated").await["message"]["reactions"][0]["emoji"], "👍");
            assert_eq!(socket.event("dms:message:updated").await["message"]["body"], "uma só");
            assert_eq!(socket.event("dms:message:deleted").await["rev"], 5);
            assert_eq!(socket.events_so_far("rooms:activity").await, Vec::<Value>::new());
        }
        let page = world.get(&format!("/dms/{dm}/messages?after=1"), &rosa).await.ok();
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
        let path = format!("/dms/{dm}/messages/{}", id.as_str().unwrap());
        world.get(&format!("{path}/revisions"), &bento).await.expect(403, "access.denied");
        b.done("dms:typing", json!({ "conversationId": dm })).await;
        for socket in [&mut a, &mut tab] {
            assert_eq!(socket.event("dms:typing").await, json!({ "conversationId": dm, "userId": bento.id }));
        }
        let missed = b.done("dms:join", json!({ "conversationId": dm, "afterSeq": 1, "afterRev": 1 })).await;
        assert_eq!((missed["changed"][0]["rev"].as_i64(), missed["messages"][0]["seq"].as_i64()), (Some(5), Some(2)));
    }

    async fn nobody_else_knows_of_it(world: World) {
        let (rosa, bento, cida) = (world.user("rosa").await, world.user("bento").await, world.user("cida").await);
        let ana = world.person("ana", Role::Admin).await;
        let dm = world.dm(&rosa, &bento).await;
        world.write(&rosa, dm, "só nós dois").await.ok();
        let room = world.room("largo", 0, 0).await;
        for stranger in [&cida, &ana] {
            for path in [format!("/dms/{dm}"), format!("/dms/{dm}/messages"), format!("/rooms/{dm}/messages")] {
                world.get(&path, stranger).await.expect(404, "resource.not_found");
            }
            world.write(stranger, dm, "oi").await.expect(404, "resource.not_found");
            let mut socket = world.socket(stranger).await;
            assert_eq!(socket.refused("dms:join", json!({ "conversationId": dm })).await, "resource.not_found");
            assert_eq!(socket.refused("rooms:join", json!({ "roomId": dm })).await, "resource.not_found");
        }
        world.get(&format!("/rooms/{dm}"), &rosa).await.expect(404, "resource.not_found");
        world.get(&format!("/dms/{room}"), &rosa).await.expect(404, "resource.not_found");
        world.write(&rosa, room, "aqui?").await.expect(404, "resource.not_found");
    }

    async fn both_open_it_at_once_and_it_is_one(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        for _ in 0..5 {
            let ids: Vec<ConversationId> = futures_util::future::join_all([
                world.open_dm(&rosa, &bento),
                world.open_dm(&bento, &rosa),
                world.open_dm(&rosa, &bento),
            ])
            .await;
            assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        }
        world.put(&format!("/dms/with/{}", rosa.id), &rosa, json!({})).await.expect(422, "request.invalid");
        let nobody = world.app.base.ids.user();
        world.put(&format!("/dms/with/{nobody}"), &rosa, json!({})).await.expect(404, "resource.not_found");
    }

    async fn lists_and_contacts_come_in_pages_the_liveliest_first(world: World) {
        let rosa = world.user("rosa").await;
        let mut others = Vec::new();
        for handle in ["conceicao", "davina", "edite"] {
            others.push(world.user(handle).await);
        }
        let mut dms = Vec::new();
        for other in &others {
            let dm = world.dm(&rosa, other).await;
            world.pass(1);
            world.write(other, dm, "oi").await.ok();
            dms.push(dm.to_string());
        }
        dms.reverse();
        assert_eq!(listed(&world, &rosa).await, dms);
        let first = world.get("/dms?limit=2", &rosa).await.ok();
        let next = first["next"].as_str().unwrap();
        let second = world.get(&format!("/dms?limit=2&after={next}"), &rosa).await.ok();
        assert_eq!((&second["items"][0]["id"], &second["next"]), (&json!(dms[2]), &Value::Null));
        world.patch("/me", &others[0], json!({ "displayName": "Conceição" })).await.ok();
        let found = world.get("/contacts?q=CONCEICÃO", &rosa).await.ok();
        assert_eq!((found["items"].as_array().unwrap().len(), &found["items"][0]["conversationId"]), (1, &json!(dms[2])));
        let page = world.get("/contacts?limit=1", &rosa).await.ok();
        let after = page["next"].as_str().unwrap();
        let page = world.get(&format!("/contacts?limit=1&after={after}"), &rosa).await.ok();
        assert_eq!(page["items"][0]["handle"], "davina");
        world.get("/dms?after=x", &rosa).await.expect(422, "request.invalid");
    }

    async fn a_conversation_of_two_is_muted_in_every_tab(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.dm(&rosa, &bento).await;
        let mut tab = world.socket(&rosa).await;
        let muted = world.patch(&format!("/dms/{dm}/membership"), &rosa, json!({ "muted": true })).await.ok();
        assert_eq!(muted["muted"], true);
        assert_eq!(tab.event("dms:muted").await, json!({ "conversationId": dm, "muted": true }));
        assert_eq!(world.dm_of(&bento, dm).await["muted"], false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn first_contacts_have_a_quota_that_survives_a_restart() {
    for twin in [Twin::Embedded, Twin::Shared] {
        let world = World::new(twin, &[("PRACA_LIMIT_DMS", "3,2")]).await;
        let rosa = world.user("rosa").await;
        let mut others = Vec::new();
        for handle in ["bento", "cida", "davina", "edite"] {
            others.push(world.user(handle).await);
        }
        let open = async |person: &Person, n: usize| {
            world.put(&format!("/dms/with/{}", others[n].id), person, json!({})).await
        };
        let at_once = futures_util::future::join_all((0..4).map(|n| open(&rosa, n))).await;
        assert_eq!(at_once.iter().filter(|answer| answer.status == 200).count(), 2, "a new account has two");
        let refused = at_once.into_iter().find(|answer| answer.status != 200).unwrap();
        assert!(refused.headers.contains_key("retry-after"));
        let wait = refused.expect(429, "request.rate_limited")["retryAfterMs"].as_u64().unwrap();
        assert!((86_000_000..=86_400_000).contains(&wait), "{wait}");
        world.pass(4 * 86_400);
        let rosa = world.log_in("rosa").await;
        let mut opened = 0;
        for n in 0..4 {
            opened += u32::from(open(&rosa, n).await.status == 200);
        }
        assert_eq!(opened, 4, "two there were, and two of three more");
    }
}
