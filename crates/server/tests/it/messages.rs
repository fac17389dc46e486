//! Messages: sending, reading, changing, over REST.

use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::world::{World, on_both_twins};

fn seqs(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|message| message["seq"].as_i64().unwrap()).collect()
}

on_both_twins! {
    async fn the_same_nonce_is_the_same_message(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let path = format!("/rooms/{room}/messages");
        let body = json!({ "body": "bom dia", "nonce": "n-1" });
        let tries = (0..10).map(|_| world.post(&path, Some(&rosa), body.clone()));
        let answers = futures_util::future::join_all(tries).await;
        let ids: Vec<_> = answers.into_iter().map(|answer| answer.expect(201, "")["id"].clone()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]));
        world.post(&path, Some(&rosa), json!({ "body": "outra", "nonce": "n-2" })).await.ok();
        let page = world.get(&path, &rosa).await.ok();
        assert_eq!(seqs(&page), [1, 2], "a repeat takes no seq");
        let bento = world.user("bento").await;
        assert_eq!(world.post(&path, Some(&bento), body).await.ok()["seq"], 3, "a nonce is its author's own");
    }

    async fn many_senders_at_once_leave_no_gap(world: World) {
        let room = world.room("largo", 0, 0).await;
        let other = world.room("coreto", 0, 0).await;
        let people = [world.user("rosa").await, world.user("bento").await, world.user("cida").await];
        let sends = (0..60).map(|n| world.say(&people[n % 3], if n % 4 == 0 { other } else { room }, "oi"));
        for answer in futures_util::future::join_all(sends).await {
            answer.expect(201, "");
        }
        for (room, count) in [(room, 45), (other, 15)] {
            let page = world.get(&format!("/rooms/{room}/messages?limit=100"), &people[0]).await.ok();
            assert_eq!(seqs(&page), (1..=count).collect::<Vec<_>>());
        }
    }

    async fn history_is_read_before_after_and_around(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        for n in 1..=25 {
            world.say(&rosa, room, &format!("mensagem {n}")).await.ok();
        }
        let get = async |query: &str| world.get(&format!("/rooms/{room}/messages?{query}"), &rosa).await.ok();
        let flags = |page: &Value| (page["hasBefore"].as_bool().unwrap(), page["hasAfter"].as_bool().unwrap());
        let newest = get("limit=10").await;
        assert_eq!((seqs(&newest), flags(&newest)), ((16..=25).collect(), (true, false)));
        let older = get("limit=10&before=16").await;
        assert_eq!((seqs(&older), flags(&older)), ((6..=15).collect(), (true, true)));
        let oldest = get("limit=10&before=6").await;
        assert_eq!((seqs(&oldest), flags(&oldest)), ((1..=5).collect(), (false, true)));
        let after = get("limit=10&after=20").await;
        assert_eq!((seqs(&after), flags(&after)), ((21..=25).collect(), (true, false)));
        let around = get("limit=5&around=10").await;
        assert_eq!((seqs(&around), flags(&around)), ((8..=12).collect(), (true, true)));
        assert_eq!(seqs(&get("after=25").await), Vec::<i64>::new());
        for bad in ["before=5&after=3", "limit=101", "limit=0"] {
            world.get(&format!("/rooms/{room}/messages?{bad}"), &rosa).await.expect(422, "request.invalid");
        }
        world.get(&format!("/rooms/{room}/messages?before=x"), &rosa).await.expect(400, "request.invalid");
    }

    async fn texts_are_cleaned_and_bounded(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let longest = "ã".repeat(4_000);
        assert_eq!(world.say(&rosa, room, &longest).await.ok()["body"], longest);
        world.say(&rosa, room, &"ã".repeat(4_001)).await.expect(422, "messages.too_long");
        for empty in ["", " \n\t ", "\u{200B}\u{202E}", "\u{0}"] {
            world.say(&rosa, room, empty).await.expect(422, "messages.empty");
        }
        let odd = world.say(&rosa, room, "a\u{0}b\u{202E}c\r\nd<script>").await.ok();
        assert_eq!(odd["body"], "abc\nd<script>");
        let path = format!("/rooms/{room}/messages");
        for nonce in ["", " ", "é", &"n".repeat(65)] {
            world.post(&path, Some(&rosa), json!({ "body": "x", "nonce": nonce })).await.expect(422, "request.invalid");
        }
    }

    async fn an_edit_keeps_the_earlier_text_for_author_and_moderators(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let bia = world.person("bia", Role::Moderator).await;
        let room = world.room("largo", 0, 0).await;
        let message = world.say(&rosa, room, "primeira").await.ok();
        let path = format!("/rooms/{room}/messages/{}", message["id"].as_str().unwrap());
        let edited = world.patch(&path, &rosa, json!({ "body": "segunda" })).await.ok();
        assert_eq!((edited["body"].as_str(), edited["rev"].as_i64()), (Some("segunda"), Some(2)));
        assert!(edited["editedAt"].is_string());
        let same = world.patch(&path, &rosa, json!({ "body": "segunda" })).await.ok();
        assert_eq!(same["rev"], 2, "nothing changed");
        world.patch(&path, &bento, json!({ "body": "minha" })).await.expect(403, "access.denied");
        world.patch(&path, &bia, json!({ "body": "minha" })).await.expect(403, "access.denied");
        let revisions = format!("{path}/revisions");
        for person in [&rosa, &bia] {
            assert_eq!(world.get(&revisions, person).await.ok()["items"][0]["body"], "primeira");
        }
        world.get(&revisions, &bento).await.expect(403, "access.denied");
    }

    async fn a_deleted_message_keeps_its_place_and_loses_its_text(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let bia = world.person("bia", Role::Moderator).await;
        let room = world.room("largo", 0, 0).await;
        let first = world.say(&rosa, room, "segredo").await.ok();
        let path = format!("/rooms/{room}/messages/{}", first["id"].as_str().unwrap());
        world.put(&format!("{path}/reactions/👍"), &bento, json!({})).await.ok();
        world.delete(&path, &bento).await.expect(403, "access.denied");
        let gone = world.delete(&path, &rosa).await.ok();
        assert_eq!((gone["body"].as_str(), gone["seq"].as_i64(), &gone["reactions"]), (Some(""), Some(1), &json!([])));
        world.delete(&path, &rosa).await.expect(404, "resource.not_found");
        world.patch(&path, &rosa, json!({ "body": "volta" })).await.expect(404, "resource.not_found");
        let second = world.say(&bento, room, "spam").await.ok();
        world.delete(&format!("/rooms/{room}/messages/{}", second["id"].as_str().unwrap()), &bia).await.ok();
        let page = world.get(&format!("/rooms/{room}/messages"), &rosa).await.ok();
        assert!(page["items"].as_array().unwrap().iter().all(|message| message["body"] == "" && message["deletedAt"].is_string()));
        let kept = world.get(&format!("{path}/revisions"), &bia).await.ok();
        assert_eq!(kept["items"][0]["body"], "segredo");
    }

    async fn replies_show_what_they_answer(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let (room, other) = (world.room("largo", 0, 0).await, world.room("coreto", 0, 0).await);
        let asked = world.say(&rosa, room, "Tem feira amanhã?").await.ok();
        let path = format!("/rooms/{room}/messages");
        let reply = json!({ "body": "Tem!", "nonce": "r1", "replyToId": asked["id"] });
        let answered = world.post(&path, Some(&bento), reply.clone()).await.ok();
        assert_eq!(answered["replyTo"]["snippet"], "Tem feira amanhã?");
        assert_eq!(answered["replyTo"]["author"]["handle"], "rosa");
        let foreign = world.post(&format!("/rooms/{other}/messages"), Some(&bento), reply).await;
        foreign.expect(404, "resource.not_found");
        // A message of one room is unknown in every other, whatever one wants with it.
        let elsewhere = format!("/rooms/{other}/messages/{}", asked["id"].as_str().unwrap());
        world.patch(&elsewhere, &rosa, json!({ "body": "outra" })).await.expect(404, "resource.not_found");
        world.delete(&elsewhere, &rosa).await.expect(404, "resource.not_found");
        world.put(&format!("{elsewhere}/reactions/👍"), &rosa, json!({})).await.expect(404, "resource.not_found");
        world.get(&format!("{elsewhere}/revisions"), &rosa).await.expect(404, "resource.not_found");
        world.delete(&format!("{path}/{}", asked["id"].as_str().unwrap()), &rosa).await.ok();
        let page = world.get(&path, &rosa).await.ok();
        assert_eq!(page["items"][1]["replyTo"]["snippet"], "");
    }

    async fn reactions_are_counted_once_a_person(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        let message = world.say(&rosa, room, "o ipê abriu").await.ok();
        let path = format!("/rooms/{room}/messages/{}/reactions", message["id"].as_str().unwrap());
        for person in [&rosa, &bento, &bento] {
            world.put(&format!("{path}/❤️"), person, json!({})).await.ok();
        }
        let now = world.put(&format!("{path}/👍🏽"), &bento, json!({})).await.ok();
        assert_eq!(now["reactions"][0]["emoji"], "❤️");
        assert_eq!(now["reactions"][0]["count"], 2);
        assert_eq!(now["reactions"][0]["userIds"], json!([rosa.id, bento.id]));
        assert_eq!(now["rev"], 4, "a repeated reaction is no change");
        let less = world.delete(&format!("{path}/❤️"), &rosa).await.ok();
        assert_eq!(less["reactions"][0]["count"], 1);
        for bad in ["x", "👍👍", "%3Cb%3E"] {
            world.put(&format!("{path}/{bad}"), &rosa, json!({})).await.expect(422, "request.invalid");
        }
    }

    async fn unread_is_a_subtraction_and_never_goes_back(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        world.say(&rosa, room, "um").await.ok();
        let mine = async |person| world.get(&format!("/rooms/{room}"), person).await.ok();
        world.put(&format!("/rooms/{room}/membership"), &bento, json!({})).await.ok();
        assert_eq!(mine(&bento).await["unread"], 0, "joining reads all");
        for text in ["dois", "três", "quatro"] {
            world.say(&rosa, room, text).await.ok();
        }
        assert_eq!(mine(&bento).await["unread"], 3);
        assert_eq!(mine(&rosa).await["unread"], 0, "one's own messages are read");
        let read = async |seq: i64| world.put(&format!("/rooms/{room}/read"), &bento, json!({ "seq": seq })).await.ok();
        assert_eq!(read(3).await["unread"], 1);
        assert_eq!(read(1).await["lastReadSeq"], 3);
        assert_eq!(read(999).await["lastReadSeq"], 4);
        world.say(&bento, room, "cinco").await.ok();
        assert_eq!(mine(&bento).await["unread"], 0);
        let cida = world.user("cida").await;
        let stranger = world.put(&format!("/rooms/{room}/read"), &cida, json!({ "seq": 1 })).await;
        stranger.expect(403, "access.denied");
    }
}
