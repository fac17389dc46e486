//! A socket that is told to go: it hears why, however it is connected, and nothing is sent or taken any more.

use praca_api::ConversationId;
use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::world::{Person, World, on_both_twins};

/// A socket over long polling that asks only when it is told to.
struct Poll<'a> {
    world: &'a World,
    url: String,
}

impl<'a> Poll<'a> {
    async fn open(world: &'a World, person: &Person) -> Self {
        let base = format!("{}/socket.io/?EIO=4&transport=polling", world.url);
        let open = world.http.get(&base).send().await.unwrap().text().await.unwrap();
        let open: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        let poll = Self { world, url: format!("{base}&sid={}", open["sid"].as_str().unwrap()) };
        poll.send(&format!("40{}", json!({ "token": person.token }))).await;
        while !poll.fetch().await.iter().any(|packet| packet.starts_with("40{")) {}
        poll
    }

    async fn send(&self, packet: &str) {
        self.world.http.post(&self.url).body(packet.to_owned()).send().await.unwrap().error_for_status().unwrap();
    }

    async fn fetch(&self) -> Vec<String> {
        let answer = self.world.http.get(&self.url).send().await.unwrap().error_for_status().unwrap();
        answer.text().await.unwrap().split('\u{1e}').map(str::to_owned).collect()
    }
}

async fn suspend(world: &World, by: &Person, person: &Person) {
    let body = json!({ "status": "suspended", "reason": "Propaganda repetida." });
    world.patch(&format!("/admin/users/{}", person.id), by, body).await.ok();
}

async fn newest(world: &World, person: &Person, room: ConversationId) -> Value {
    world.get(&format!("/rooms/{room}/messages"), person).await.ok()["items"].clone()
}

on_both_twins! {
    async fn who_is_suspended_between_two_polls_still_hears_why(world: World) {
        let (ana, rosa) = (world.person("ana", Role::Admin).await, world.user("rosa").await);
        let poll = Poll::open(&world, &rosa).await;
        suspend(&world, &ana, &rosa).await;
        let mut heard = Vec::new();
        while !heard.iter().any(|packet: &String| packet == "41") {
            heard.extend(poll.fetch().await);
        }
        let told = heard.iter().position(|packet| packet.starts_with(r#"42["account:status""#));
        let gone = heard.iter().position(|packet| packet == "41");
        assert!(told.is_some() && told < gone, "{heard:?}");
    }

    async fn who_was_told_to_go_neither_hears_nor_says_more(world: World) {
        let (ana, rosa) = (world.person("ana", Role::Admin).await, world.user("rosa").await);
        let room = world.room("largo", 0, 0).await;
        let mut socket = world.socket(&rosa).await;
        socket.done("rooms:join", json!({ "roomId": room })).await;
        suspend(&world, &ana, &rosa).await;
        // As soon as the word is in, and before the server cuts the connection.
        socket.event("disconnect").await;
        world.say(&ana, room, "só para quem ficou").await.ok();
        let body = json!({ "roomId": room, "body": "ainda eu", "nonce": "n" });
        let last = socket.emit("rooms:message:send", body).await;
        socket.wait_closed().await;
        assert_eq!(socket.kept_ack(last), None);
        assert_eq!(socket.events_so_far_closed("rooms:message:new"), 0);
        let items = newest(&world, &ana, room).await;
        assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    }
}
