//! Texts that look like spam, on every way they come in.

use praca_api::accounts::Role;
use serde_json::json;

use crate::world::{Answer, Twin, World, read};

const OFFER: &str = "Vendo curso de renda extra, trabalhe de casa e ganhe cinco mil reais por mês, chame no privado";

fn reason(answer: Answer) -> String {
    answer.expect(403, "messages.spam")["errors"][0]["code"].as_str().unwrap().to_owned()
}

/// The same on both twins, with the program's own thresholds.
macro_rules! on_both_twins {
    ($(async fn $name:ident($world:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn story($world: World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite_and_local() {
                story(World::new(Twin::Embedded, &[("PRACA_ANTISPAM", "on")]).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres_and_redis() {
                story(World::new(Twin::Shared, &[("PRACA_ANTISPAM", "on")]).await).await;
            }
        }
    )*};
}

on_both_twins! {
    async fn much_the_same_again_and_again_is_refused_wherever_it_goes(world) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let mut rooms = Vec::new();
        for slug in ["um", "dois", "tres", "quatro"] {
            rooms.push(world.room(slug, 0, 0).await);
        }
        let dressed = [OFFER.to_owned(), OFFER.to_uppercase().to_lowercase() + "!!!", OFFER.replace('e', "е")];
        for (room, text) in rooms.iter().zip(&dressed) {
            world.say(&rosa, *room, text).await.expect(201, "");
        }
        assert_eq!(reason(world.say(&rosa, rooms[3], &format!("{OFFER} 😀")).await), "repeated");
        let dm = world.open_dm(&rosa, &bento).await;
        assert_eq!(reason(world.write(&rosa, dm, OFFER).await), "repeated", "a first contact too");
        // An innocent text that is edited into it.
        let innocent = world.say(&rosa, rooms[3], "Bom dia, pessoal").await.expect(201, "")["id"].clone();
        let path = format!("/rooms/{}/messages/{}", rooms[3], innocent.as_str().unwrap());
        assert_eq!(reason(world.patch(&path, &rosa, json!({ "body": OFFER })).await), "repeated");
        let mut socket = world.socket(&rosa).await;
        let sent = json!({ "roomId": rooms[3], "body": OFFER, "nonce": "s" });
        assert_eq!(socket.refused("rooms:message:send", sent).await, "messages.spam");
        // Others may say it, who keeps order may, and everybody may again a while later.
        world.say(&bento, rooms[3], OFFER).await.expect(201, "");
        let keeper = world.person("chefe", Role::Moderator).await;
        for _ in 0..6 {
            world.say(&keeper, rooms[0], OFFER).await.expect(201, "");
        }
        world.pass(301);
        world.say(&rosa, rooms[3], OFFER).await.expect(201, "");
        let metrics = read(world.http.get(format!("{}/metrics", world.url))).await.ok();
        assert!(metrics.as_str().unwrap().contains(r#"praca_spam_refused_total{reason="repeated"}"#));
    }

    async fn one_message_tried_again_counts_once_and_one_that_is_not_stored_not_at_all(world) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let path = format!("/rooms/{room}/messages");
        let again = json!({ "body": OFFER, "nonce": "mesma" });
        let first = world.post(&path, Some(&rosa), again.clone()).await.expect(201, "")["id"].clone();
        for _ in 0..8 {
            assert_eq!(world.post(&path, Some(&rosa), again.clone()).await.expect(201, "")["id"], first);
        }
        let edit = format!("{path}/{}", first.as_str().unwrap());
        for n in 0..8 {
            world.patch(&edit, &rosa, json!({ "body": format!("{OFFER} {n}") })).await.ok();
        }
        let slow = world.room("lenta", 0, 600).await;
        world.say(&rosa, slow, "Oi").await.expect(201, "");
        for _ in 0..8 {
            world.say(&rosa, slow, OFFER).await.expect(429, "rooms.slow_mode");
        }
        for _ in 0..2 {
            world.say(&rosa, room, OFFER).await.expect(201, "");
        }
        assert_eq!(reason(world.say(&rosa, room, OFFER).await), "repeated");
        // What was stored is given again, though it could not be sent now.
        assert_eq!(world.post(&path, Some(&rosa), again).await.expect(201, "")["id"], first);
    }

    async fn what_is_edited_away_still_counts(world) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let innocents = [
            "Alguém tem uma escada de três metros para emprestar no sábado?",
            "A feira de domingo começa às oito, com pastel e caldo de cana",
            "Perdi um guarda-chuva azul perto do coreto, quem achou me avise",
        ];
        for innocent in innocents {
            let sent = world.say(&rosa, room, OFFER).await.expect(201, "")["id"].as_str().unwrap().to_owned();
            world.patch(&format!("/rooms/{room}/messages/{sent}"), &rosa, json!({ "body": innocent })).await.ok();
            // Nor does an edit of a message that is not there take anything away.
            world.patch(&format!("/rooms/{room}/messages/{}", world.app.base.ids.uuid()), &rosa, json!({ "body": innocent })).await;
        }
        assert_eq!(reason(world.say(&rosa, room, OFFER).await), "repeated");
    }

    async fn who_is_refused_has_not_joined(world) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let links = "https://um.example https://dois.example";
        assert_eq!(reason(world.say(&rosa, room, links).await), "new_links");
        let me = world.get(&format!("/rooms/{room}"), &rosa).await.ok();
        assert!(me["me"].is_null(), "{me}");
    }

    async fn many_at_once_are_counted_one_by_one(world) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let path = format!("/rooms/{room}/messages");
        let all = (0..12).map(|n| {
            let message = json!({ "body": OFFER, "nonce": format!("{n}") });
            world.post(&path, Some(&rosa), message)
        });
        let all = futures_util::future::join_all(all).await;
        assert_eq!(all.iter().filter(|answer| answer.status == 201).count(), 3);
        assert!(all.iter().filter(|answer| answer.status != 201).all(|answer| answer.code() == "messages.spam"));
    }

    async fn links_names_capitals_and_what_is_hidden(world) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let links = |count: usize| "https://loja.example/ ".repeat(count);
        world.say(&rosa, room, &links(1)).await.expect(201, "");
        assert_eq!(reason(world.say(&rosa, room, &links(2)).await), "new_links");
        world.pass(4 * 86_400);
        let rosa = world.log_in("rosa").await;
        world.say(&rosa, room, &links(5)).await.expect(201, "");
        assert_eq!(reason(world.say(&rosa, room, &links(6)).await), "links");
        // By an edit, and to somebody new.
        let innocent = world.say(&rosa, room, "Bom dia").await.expect(201, "")["id"].as_str().unwrap().to_owned();
        let edit = world.patch(&format!("/rooms/{room}/messages/{innocent}"), &rosa, json!({ "body": links(6) })).await;
        assert_eq!(reason(edit), "links");
        let bento = world.user("bento").await;
        let dm = world.open_dm(&rosa, &bento).await;
        assert_eq!(reason(world.write(&rosa, dm, &links(6)).await), "links");
        assert_eq!(reason(world.write(&rosa, dm, &"oferta.shop/agora ".repeat(6)).await), "links");
        let mut names = String::new();
        for n in 0..9 {
            let person = world.user(&format!("vizinho{n}")).await;
            world.put(&format!("/rooms/{room}/membership"), &person, json!({})).await.ok();
            names = names + "@vizinho" + &n.to_string() + " ";
        }
        assert_eq!(reason(world.say(&rosa, room, &names).await), "mentions");
        let shout = "COMPRE AGORA MESMO O MELHOR PRODUTO DO BAIRRO INTEIRO COM DESCONTO";
        assert_eq!(reason(world.say(&rosa, room, shout).await), "capitals");
        let hidden: String = "ganhe dinheiro".chars().flat_map(|c| [c, '\u{200b}']).collect();
        assert_eq!(reason(world.say(&rosa, room, &hidden).await), "invisible");
        for text in ["kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "Bom dia a todos!", "👍👍👍"] {
            for _ in 0..6 {
                world.say(&rosa, room, text).await.expect(201, "");
            }
        }
        let stored = world.get(&format!("/rooms/{room}/messages"), &rosa).await.ok();
        assert_eq!(stored["items"].as_array().map(Vec::len), Some(21), "nothing of what was refused");
    }
}

/// Thresholds of one's own, and two nodes that know of each other's texts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thresholds_are_configured_and_shared_by_all_nodes() {
    let settings = [("PRACA_ANTISPAM", "on"), ("PRACA_ANTISPAM_ALIKE", "1/60s"), ("PRACA_ANTISPAM_LINKS", "0,0")];
    let one = World::new(Twin::Shared, &settings).await;
    let two = one.second_node().await;
    let rosa = one.user("rosa").await;
    let room = one.room("largo", 0, 0).await;
    one.say(&rosa, room, OFFER).await.expect(201, "");
    assert_eq!(reason(two.say(&rosa, room, OFFER).await), "repeated");
    assert_eq!(reason(two.say(&rosa, room, "https://loja.example/").await), "links");
    one.pass(61);
    two.say(&rosa, room, OFFER).await.expect(201, "");
}
