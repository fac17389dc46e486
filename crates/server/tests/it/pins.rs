//! Pinned messages: by whom, how many, and who hears of it.

use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::world::{World, on_both_twins};

on_both_twins! {
    async fn who_keeps_order_pins_and_unpins_and_everybody_in_the_room_hears(world: World) {
        let rosa = world.user("rosa").await;
        let bia = world.person("bia", Role::Moderator).await;
        let room = world.room("largo", 0, 0).await;
        let sent = world.say(&rosa, room, "fixe isto").await.ok();
        let id = sent["id"].as_str().unwrap();
        let path = format!("/rooms/{room}/pins/{id}");
        world.put(&path, &rosa, json!({})).await.expect(403, "access.denied");
        let mut socket = world.socket(&rosa).await;
        socket.done("rooms:join", json!({ "roomId": room })).await;
        let pinned = world.put(&path, &bia, json!({})).await.ok();
        assert!(pinned["pinnedAt"].is_string());
        let heard = socket.event("rooms:pinned").await;
        assert_eq!((&heard["messageId"], &heard["by"], &heard["rev"]), (&json!(id), &json!(bia.id), &json!(2)));
        assert_eq!(heard["at"], pinned["pinnedAt"]);
        world.put(&path, &bia, json!({})).await.expect(200, "");
        let pins = world.get(&format!("/rooms/{room}/pins"), &rosa).await.ok();
        assert_eq!((&pins["items"][0]["message"]["id"], &pins["items"][0]["pinnedBy"]["handle"]), (&json!(id), &json!("bia")));
        let mut moderator = world.socket(&bia).await;
        let at = json!({ "roomId": room, "messageId": id });
        assert_eq!(socket.refused("rooms:unpin", at.clone()).await, "access.denied");
        assert_eq!(moderator.done("rooms:unpin", at.clone()).await["message"]["pinnedAt"], Value::Null);
        assert_eq!(socket.event("rooms:unpinned").await["rev"], 3);
        moderator.done("rooms:pin", at).await;
        world.delete(&format!("/rooms/{room}/messages/{id}"), &rosa).await.ok();
        assert_eq!(world.get(&format!("/rooms/{room}/pins"), &rosa).await.ok()["items"], json!([]), "deleting unpins");
        world.put(&path, &bia, json!({})).await.expect(404, "resource.not_found");
        let caught = socket.done("rooms:join", json!({ "roomId": room, "afterSeq": 1, "afterRev": 1 })).await;
        assert_eq!(caught["changed"][0]["rev"], 5);
    }

    async fn a_room_has_fifty_at_most_the_last_pinned_first(world: World) {
        let bia = world.person("bia", Role::Moderator).await;
        let room = world.room("largo", 0, 0).await;
        for n in 1..=51 {
            let sent = world.say(&bia, room, &format!("{n}")).await.ok();
            let answer = world.put(&format!("/rooms/{room}/pins/{}", sent["id"].as_str().unwrap()), &bia, json!({})).await;
            answer.expect(if n <= 50 { 200 } else { 422 }, if n <= 50 { "" } else { "request.invalid" });
            world.pass(1);
        }
        let first = world.get(&format!("/rooms/{room}/pins?limit=30"), &bia).await.ok();
        assert_eq!(first["items"][0]["message"]["body"], "50");
        let after = first["next"].as_str().unwrap();
        let rest = world.get(&format!("/rooms/{room}/pins?limit=30&after={after}"), &bia).await.ok();
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (20, &Value::Null));
        let around = world.get(&format!("/rooms/{room}/messages?around=10&limit=5"), &bia).await.ok();
        let seqs: Vec<_> = around["items"].as_array().unwrap().iter().map(|m| m["seq"].as_i64().unwrap()).collect();
        assert_eq!(seqs, [8, 9, 10, 11, 12]);
    }
}
