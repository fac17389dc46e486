//! Rooms: the list, settings, silence, moderators.

use std::time::Duration;

use praca_api::accounts::Role;
use serde_json::json;

use crate::world::{PASSWORD, World, on_both_twins};

on_both_twins! {
    async fn administrators_create_change_and_archive_rooms(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let rosa = world.user("rosa").await;
        let wish = json!({ "name": "Avisos da Associação", "intervalGlobalSeconds": 5 });
        world.post("/rooms", Some(&rosa), wish.clone()).await.expect(403, "access.denied");
        let room = world.post("/rooms", Some(&ana), wish.clone()).await.expect(201, "");
        assert_eq!(room["slug"], "avisos-da-associacao");
        world.post("/rooms", Some(&ana), wish).await.expect(409, "request.conflict");
        for bad in [
            json!({ "name": "x" }),
            json!({ "name": "Sala", "slug": "Sala Azul" }),
            json!({ "name": "Sala", "perUserSeconds": 21_601 }),
            json!({ "name": "Sala", "topic": "t".repeat(281) }),
        ] {
            world.post("/rooms", Some(&ana), bad).await.expect(422, "request.invalid");
        }
        world.post("/rooms", Some(&ana), json!({ "name": "Sala", "perUserSeconds": -1 })).await.expect(400, "request.invalid");
        let path = format!("/rooms/{}", room["id"].as_str().unwrap());
        let mut socket = world.socket(&rosa).await;
        socket.done("rooms:join", json!({ "roomId": room["id"] })).await;
        let change = json!({ "topic": "Recados", "perUserSeconds": 30 });
        world.patch(&path, &rosa, change.clone()).await.expect(403, "access.denied");
        let changed = world.patch(&path, &ana, change).await.ok();
        assert_eq!((changed["topic"].as_str(), changed["perUserSeconds"].as_i64()), (Some("Recados"), Some(30)));
        let event = socket.event("rooms:updated").await;
        assert_eq!(event["room"]["topic"], "Recados");
        assert!(event["room"]["unread"].is_null(), "the same for everyone");
        assert_eq!(world.delete(&path, &ana).await.status, 204);
        world.get(&path, &rosa).await.expect(404, "resource.not_found");
        let listed = world.get("/rooms", &rosa).await.ok();
        assert_eq!(listed["items"], json!([]));
    }

    async fn the_list_shows_the_newest_message_of_each_room_with_its_reactions(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let mut rooms = Vec::new();
        for (slug, emojis) in [("coreto", ["👍", "🎉"].as_slice()), ("feira", &["❤️"]), ("largo", &[])] {
            let room = world.room(slug, 0, 0).await;
            for text in ["antes", slug] {
                world.say(&rosa, room, text).await.ok();
            }
            let newest = world.get(&format!("/rooms/{room}/messages?limit=1"), &rosa).await.ok()["items"][0].clone();
            for emoji in emojis {
                let path = format!("/rooms/{room}/messages/{}/reactions/{emoji}", newest["id"].as_str().unwrap());
                world.put(&path, &bento, json!({})).await.ok();
            }
            rooms.push((slug, emojis.to_vec()));
        }
        world.room("vazia", 0, 0).await;
        let listed = world.get("/rooms", &rosa).await.ok();
        let last = |slug: &str| {
            let room = listed["items"].as_array().unwrap().iter().find(|room| room["slug"] == slug).unwrap();
            room["lastMessage"].clone()
        };
        for (slug, emojis) in rooms {
            let given: Vec<_> = last(slug)["reactions"].as_array().unwrap().iter().map(|one| one["emoji"].clone()).collect();
            assert_eq!((&last(slug)["body"], given), (&json!(slug), emojis.into_iter().map(|emoji| json!(emoji)).collect()));
        }
        assert_eq!(last("vazia"), json!(null));
    }

    async fn an_unlisted_room_is_found_by_its_link_and_listed_for_members(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.post("/rooms", Some(&ana), json!({ "name": "Mutirão", "visibility": "unlisted" })).await.ok();
        let path = format!("/rooms/{}", room["id"].as_str().unwrap());
        world.put(&format!("{path}/membership"), &rosa, json!({})).await.ok();
        let count = async |person| world.get("/rooms", person).await.ok()["items"].as_array().unwrap().len();
        assert_eq!((count(&rosa).await, count(&bento).await), (1, 0));
        world.get(&path, &bento).await.ok();
        assert_eq!(world.delete(&format!("{path}/membership"), &rosa).await.status, 204);
        assert_eq!(count(&rosa).await, 0);
    }

    async fn a_silenced_room_takes_messages_from_moderators_alone(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let bia = world.person("bia", Role::Moderator).await;
        let rosa = world.user("rosa").await;
        let room = world.room("avisos", 0, 0).await;
        let path = format!("/rooms/{room}/silence");
        let until = (world.clock.now() + Duration::from_secs(60)).to_string();
        world.put(&path, &bia, json!({ "reason": "Só avisos." })).await.expect(403, "access.denied");
        world.put(&path, &ana, json!({ "reason": "" })).await.expect(422, "request.invalid");
        world.put(&path, &ana, json!({ "reason": "Só avisos.", "until": until })).await.ok();
        let problem = world.say(&rosa, room, "posso?").await.expect(403, "rooms.silenced");
        assert_eq!(problem["detail"], "Só avisos.");
        world.say(&bia, room, "aviso").await.ok();
        world.pass(61);
        world.say(&rosa, room, "acabou").await.ok();
        world.put(&path, &ana, json!({ "reason": "De novo." })).await.ok();
        world.say(&rosa, room, "e agora?").await.expect(403, "rooms.silenced");
        world.delete(&path, &ana).await.ok();
        world.say(&rosa, room, "obrigada").await.ok();
    }

    async fn a_person_is_silenced_in_one_room_and_stays_so_after_coming_back(world: World) {
        let bia = world.person("bia", Role::Moderator).await;
        let rosa = world.user("rosa").await;
        let (room, other) = (world.room("largo", 0, 0).await, world.room("coreto", 0, 0).await);
        world.say(&rosa, room, "oi").await.ok();
        let path = format!("/rooms/{room}/silences/{}", rosa.id);
        world.put(&path, &rosa, json!({ "reason": "x" })).await.expect(403, "access.denied");
        assert_eq!(world.put(&path, &bia, json!({ "reason": "Calma." })).await.status, 204);
        world.say(&rosa, room, "oi").await.expect(403, "rooms.silenced");
        world.say(&rosa, other, "aqui pode").await.ok();
        let me = world.get(&format!("/rooms/{room}"), &rosa).await.ok();
        assert_eq!(me["me"]["silence"]["reason"], "Calma.");
        world.delete(&format!("/rooms/{room}/membership"), &rosa).await;
        world.put(&format!("/rooms/{room}/membership"), &rosa, json!({})).await.ok();
        world.say(&rosa, room, "voltei").await.expect(403, "rooms.silenced");
        assert_eq!(world.delete(&path, &bia).await.status, 204);
        world.delete(&path, &bia).await.expect(404, "resource.not_found");
        world.say(&rosa, room, "obrigada").await.ok();
        let nobody = format!("/rooms/{room}/silences/{}", world.app.base.ids.uuid());
        world.put(&nobody, &bia, json!({ "reason": "x" })).await.expect(404, "resource.not_found");
    }

    async fn a_rooms_moderator_keeps_order_in_it_alone(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let (room, other) = (world.room("largo", 0, 60).await, world.room("coreto", 0, 0).await);
        let role = format!("/rooms/{room}/members/{}/role", rosa.id);
        world.put(&role, &ana, json!({ "role": "moderator" })).await.expect(404, "resource.not_found");
        world.say(&rosa, room, "oi").await.ok();
        world.put(&role, &rosa, json!({ "role": "moderator" })).await.expect(403, "access.denied");
        world.pass(301);
        world.put(&role, &ana, json!({ "role": "moderator" })).await.expect(403, "auth.reauthentication_required");
        world.post("/auth/reauthenticate", Some(&ana), json!({ "password": PASSWORD })).await.expect(204, "");
        assert_eq!(world.put(&role, &ana, json!({ "role": "moderator" })).await.status, 204);
        world.say(&rosa, room, "sem esperar").await.ok();
        let spam = world.say(&bento, room, "spam").await.ok();
        world.delete(&format!("/rooms/{room}/messages/{}", spam["id"].as_str().unwrap()), &rosa).await.ok();
        let silence = async |room| world.put(&format!("/rooms/{room}/silences/{}", bento.id), &rosa, json!({ "reason": "Spam." })).await;
        assert_eq!(silence(room).await.status, 204);
        silence(other).await.expect(403, "access.denied");
        let members = world.get(&format!("/rooms/{room}/members"), &rosa).await.ok();
        let row = |handle: &str| members["items"].as_array().unwrap().iter().find(|m| m["handle"] == handle).unwrap().clone();
        assert_eq!(row("rosa")["role"], "moderator");
        assert_eq!(row("bento")["silence"]["reason"], "Spam.");
        let seen = world.get(&format!("/rooms/{room}/members?limit=1"), &bento).await.ok();
        assert!(seen["items"][0]["silence"].is_null() && seen["next"].is_string());
    }

    async fn a_moderator_of_one_room_neither_escapes_nor_undoes_a_silence_of_the_square(world: World) {
        let (bia, ana) = (world.person("bia", Role::Moderator).await, world.person("ana", Role::Admin).await);
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        for person in [&rosa, &bento] {
            world.say(person, room, "oi").await.ok();
        }
        let role = format!("/rooms/{room}/members/{}/role", rosa.id);
        assert_eq!(world.put(&role, &ana, json!({ "role": "moderator" })).await.status, 204);
        let path = |person: &crate::world::Person| format!("/rooms/{room}/silences/{}", person.id);
        let reason = json!({ "reason": "Basta." });
        assert_eq!(world.put(&path(&bento), &bia, reason.clone()).await.status, 204);
        world.delete(&path(&bento), &rosa).await.expect(403, "access.denied");
        world.put(&path(&bento), &rosa, reason.clone()).await.expect(403, "access.denied");
        for keeper in [&bia, &ana] {
            world.put(&path(keeper), &rosa, reason.clone()).await.expect(403, "access.denied");
        }
        // Silenced, a moderator of the room neither writes nor moderates.
        assert_eq!(world.put(&path(&rosa), &bia, reason.clone()).await.status, 204);
        world.say(&rosa, room, "posso?").await.expect(403, "rooms.silenced");
        world.put(&path(&bento), &rosa, reason).await.expect(403, "rooms.silenced");
        let until = json!({ "reason": "x", "until": "9999-12-31T00:00:00Z" });
        world.put(&path(&bento), &bia, until).await.expect(422, "request.invalid");
    }

    async fn an_unlisted_room_is_found_by_its_address_and_an_archived_one_is_not(world: World) {
        let (ana, rosa) = (world.person("ana", Role::Admin).await, world.user("rosa").await);
        let wish = json!({ "name": "Só com convite", "visibility": "unlisted" });
        let made = world.post("/rooms", Some(&ana), wish).await.expect(201, "");
        let find = async || world.get("/rooms?slug=so-com-convite", &rosa).await.ok()["items"].clone();
        assert_eq!(world.get("/rooms", &rosa).await.ok()["items"].as_array().unwrap().len(), 0);
        assert_eq!(find().await[0]["id"], made["id"]);
        let path = format!("/rooms/{}", made["id"].as_str().unwrap());
        let mut socket = world.socket(&rosa).await;
        socket.done("rooms:join", json!({ "roomId": made["id"] })).await;
        for _ in 0..2 {
            assert_eq!(world.delete(&path, &ana).await.status, 204);
        }
        assert!(socket.event("rooms:updated").await["room"]["archivedAt"].is_string());
        assert_eq!(find().await, json!([]));
    }

    async fn a_quiet_room_is_quiet_for_its_member_alone(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        let path = format!("/rooms/{room}/membership");
        world.patch(&path, &rosa, json!({ "muted": true })).await.expect(403, "access.denied");
        for person in [&rosa, &bento] {
            world.put(&path, person, json!({})).await.ok();
        }
        assert_eq!(world.patch(&path, &rosa, json!({ "muted": true })).await.ok()["muted"], true);
        assert_eq!(world.get(&format!("/rooms/{room}"), &bento).await.ok()["muted"], false);
    }
}
