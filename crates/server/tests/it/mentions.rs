//! `@handle` and `@aqui`: where they stand, who is told, what is counted.

use praca_api::accounts::Role;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::world::{World, on_both_twins};

on_both_twins! {
    async fn a_member_is_told_and_counted_once_a_message(world: World) {
        let (rosa, bento, cida) = (world.user("rosa").await, world.user("bento").await, world.user("cida").await);
        let room = world.room("largo", 0, 0).await;
        world.put(&format!("/rooms/{room}/membership"), &bento, json!({})).await.ok();
        let (mut b, mut c) = (world.socket(&bento).await, world.socket(&cida).await);
        let sent = world.say(&rosa, room, "Oi @bento, @Bento! E @cida, @ninguemmesmo e eu, @rosa.").await.ok();
        let places: Vec<_> = sent["mentions"].as_array().unwrap().iter().map(|m| (&m["handle"], &m["start"], &m["end"])).collect();
        let at = |handle: &str, start: u32, end: u32| (json!(handle), json!(start), json!(end));
        let expected = [at("bento", 3, 9), at("bento", 11, 17), at("cida", 21, 26), at("rosa", 48, 53)];
        assert_eq!(places, expected.iter().map(|(h, s, e)| (h, s, e)).collect::<Vec<_>>());
        let told = json!({ "conversationId": room, "seq": 1, "authorId": rosa.id });
        assert_eq!(b.event("rooms:mentioned").await, told);
        assert_eq!(b.events_so_far("rooms:mentioned").await, Vec::<Value>::new());
        assert_eq!(c.events_so_far("rooms:mentioned").await, Vec::<Value>::new(), "who is not a member is not told");
        let listed = world.get("/rooms", &bento).await.ok();
        assert_eq!((&listed["items"][0]["mentions"], &listed["items"][0]["unread"]), (&json!(1), &json!(1)));
        assert_eq!(world.get(&format!("/rooms/{room}/mentions"), &bento).await.ok()["items"], json!([told]));
        world.put(&format!("/rooms/{room}/read"), &bento, json!({ "seq": 1 })).await.ok();
        assert_eq!(world.get(&format!("/rooms/{room}/mentions"), &bento).await.ok()["items"], json!([]));
    }

    async fn a_renamed_handle_stays_right(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        world.say(&rosa, room, "Fala, @bento").await.ok();
        let sql = format!("UPDATE users SET handle = 'bentinho' WHERE handle = '{}'", "bento");
        world.app.base.db.write().execute_unprepared(&sql).await.unwrap();
        world.patch("/me", &bento, json!({ "displayName": "Bentinho" })).await.ok();
        let message = world.get(&format!("/rooms/{room}/messages"), &rosa).await.ok()["items"][0].clone();
        assert_eq!((&message["body"], &message["mentions"][0]["handle"]), (&json!("Fala, @bento"), &json!("bentinho")));
        assert_eq!(message["mentions"][0]["userId"], json!(bento.id));
    }

    async fn edits_change_who_is_named(world: World) {
        let (rosa, bento, cida) = (world.user("rosa").await, world.user("bento").await, world.user("cida").await);
        let room = world.room("largo", 0, 0).await;
        for person in [&bento, &cida] {
            world.put(&format!("/rooms/{room}/membership"), person, json!({})).await.ok();
        }
        let (mut b, mut c) = (world.socket(&bento).await, world.socket(&cida).await);
        let sent = world.say(&rosa, room, "Ei, @bento").await.ok();
        let told = b.event("rooms:mentioned").await;
        let path = format!("/rooms/{room}/messages/{}", sent["id"].as_str().unwrap());
        let edited = world.patch(&path, &rosa, json!({ "body": "Ei, @cida" })).await.ok();
        assert_eq!(edited["mentions"][0]["userId"], json!(cida.id));
        let mentions = async |person| world.get(&format!("/rooms/{room}"), person).await.ok()["mentions"].clone();
        assert_eq!((mentions(&bento).await, mentions(&cida).await), (json!(0), json!(1)));
        assert_eq!(b.event("rooms:unmentioned").await, told);
        assert_eq!(c.event("rooms:mentioned").await, told);
        world.patch(&path, &rosa, json!({ "body": "Ei, @cida!" })).await.ok();
        assert_eq!(c.events_so_far("rooms:mentioned").await, Vec::<Value>::new(), "she was named before");
        assert_eq!(mentions(&cida).await, 1, "and still is");
        assert_eq!(world.delete(&path, &rosa).await.ok()["mentions"], json!([]));
        assert_eq!(mentions(&cida).await, 0);
        assert_eq!(c.event("rooms:unmentioned").await, told);
    }

    async fn members_are_found_by_name_and_handle_whatever_the_accents(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        for person in [&rosa, &bento] {
            world.put(&format!("/rooms/{room}/membership"), person, json!({})).await.ok();
        }
        world.patch("/me", &bento, json!({ "displayName": "João Ângelo" })).await.ok();
        for (query, found) in [("ange", 1), ("JOÃO", 1), ("%40BEN", 1), ("joao a", 1), ("oao", 0), ("%25", 0), ("_", 0)] {
            let page = world.get(&format!("/rooms/{room}/members?q={query}"), &rosa).await.ok();
            assert_eq!(page["items"].as_array().unwrap().len(), found, "{query}");
        }
    }

    async fn only_who_keeps_order_calls_everybody(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let bia = world.person("bia", Role::Moderator).await;
        let room = world.room("largo", 0, 0).await;
        for person in [&rosa, &bento, &bia] {
            world.put(&format!("/rooms/{room}/membership"), person, json!({})).await.ok();
        }
        let mentions = async |person| world.get(&format!("/rooms/{room}"), person).await.ok()["mentions"].clone();
        let (mut a, mut m) = (world.socket(&rosa).await, world.socket(&bia).await);
        assert_eq!(world.say(&bento, room, "@aqui, gente!").await.ok()["here"], Value::Null);
        assert_eq!(mentions(&rosa).await, 0);
        let called = world.say(&bia, room, "Gente @aqui! E @rosa.").await.ok();
        assert_eq!(called["here"], json!({ "start": 6, "end": 11 }));
        assert_eq!(a.event("rooms:mentioned").await["seq"], 2);
        assert_eq!(m.events_so_far("rooms:mentioned").await, Vec::<Value>::new(), "nobody calls themselves");
        assert_eq!((mentions(&rosa).await, mentions(&bento).await, mentions(&bia).await), (json!(1), json!(1), json!(0)));
        let named = json!({ "role": "moderator" });
        let admin = world.person("ana", Role::Admin).await;
        world.put(&format!("/rooms/{room}/members/{}/role", bento.id), &admin, named).await.ok();
        let here = world.say(&bento, room, "@here: começou").await.ok();
        assert_eq!(here["here"], json!({ "start": 0, "end": 5 }), "who moderates the room alone may call too");
        assert_eq!(a.event("rooms:mentioned").await["seq"], 3);
        world.delete(&format!("/rooms/{room}/messages/{}", here["id"].as_str().unwrap()), &bento).await.ok();
        assert_eq!(a.event("rooms:unmentioned").await["seq"], 3);
    }
}
