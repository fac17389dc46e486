//! Finding messages and people.

use praca_api::ConversationId;
use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::world::{Answer, Person, Twin, World, on_both_twins};

impl World {
    /// Looks for messages; `query` begins with the words, as in `pão&sort=best`.
    async fn search(&self, person: &Person, query: &str) -> Answer {
        self.get(&format!("/search/messages?q={query}"), person).await
    }

    /// The texts that are found, as they come.
    async fn texts(&self, person: &Person, query: &str) -> Vec<String> {
        let found = self.search(person, query).await.ok();
        let text = |hit: &Value| hit["message"]["body"].as_str().unwrap().to_owned();
        found["items"].as_array().unwrap().iter().map(text).collect()
    }

    async fn said(&self, person: &Person, room: ConversationId, body: &str) -> String {
        self.say(person, room, body).await.expect(201, "")["id"].as_str().unwrap().to_owned()
    }
}

on_both_twins! {
    async fn words_are_found_without_regard_to_case_and_accents_the_last_as_it_was_begun(world: World) {
        let ana = world.user("ana").await;
        let room = world.room("largo", 0, 0).await;
        for body in ["Bolo de FUBÁ na feira", "O coração da praça 😀 é o coreto", "Vendo bicicleta aro 29", "Vizinhança, atenção!"] {
            world.said(&ana, room, body).await;
        }
        for (query, found) in [
            ("fuba", "Bolo de FUBÁ na feira"),
            ("FUBÁ", "Bolo de FUBÁ na feira"),
            ("coracao praça", "O coração da praça 😀 é o coreto"),
            ("bici", "Vendo bicicleta aro 29"),
            ("bicicleta 29", "Vendo bicicleta aro 29"),
            ("vizinhan", "Vizinhança, atenção!"),
            ("\"bolo de fubá\"", "Bolo de FUBÁ na feira"),
        ] {
            assert_eq!(world.texts(&ana, query).await, [found], "{query}");
        }
        world.said(&ana, room, "Veja casa.amanhã e www.prefeitura.example/agenda ou fale com dona_lia@bairro.example").await;
        for query in ["amanha", "casa", "prefeitura agenda", "agenda", "lia", "bairro"] {
            assert_eq!(world.texts(&ana, query).await.len(), 1, "{query}");
        }
        for nothing in ["bici bolo", "icicleta", "fu%20", "xadrez"] {
            assert_eq!(world.texts(&ana, nothing).await, [""; 0], "{nothing}");
        }
        let hit = world.search(&ana, "coreto PRACA").await.ok()["items"][0].clone();
        assert_eq!(hit["highlights"], json!([[13, 18], [25, 31]]));
        let place = json!({ "id": room, "kind": "room", "name": "Sala largo", "address": "largo" });
        assert_eq!(hit["conversation"], place);
        // Only PostgreSQL knows that one is of the other.
        let stems = world.texts(&ana, "bicicletas%20").await;
        assert_eq!(stems.len(), usize::from(world.twin == Twin::Shared));
        if world.twin == Twin::Shared {
            let hit = world.search(&ana, "vender bicicletas%20").await.ok()["items"][0].clone();
            assert_eq!(hit["highlights"], json!([[0, 5], [6, 15]]), "both stems, in other forms");
        }
    }

    async fn one_finds_what_one_may_read_now(world: World) {
        let (ana, rosa, caio) = (world.user("ana").await, world.user("rosa").await, world.user("caio").await);
        let open = world.room("largo", 0, 0).await;
        world.said(&rosa, open, "segredo na praça").await;
        let hidden = world.room("coreto", 0, 0).await;
        let admin = world.person("chefe", Role::Admin).await;
        world.patch(&format!("/rooms/{hidden}"), &admin, json!({ "visibility": "unlisted" })).await.ok();
        world.put(&format!("/rooms/{hidden}/membership"), &ana, json!({})).await.ok();
        let in_hidden = world.said(&ana, hidden, "segredo no coreto").await;
        let dm = world.dm(&ana, &rosa).await;
        world.write(&rosa, dm, "segredo entre nós").await.expect(201, "");
        let all = ["segredo entre nós", "segredo no coreto", "segredo na praça"];
        assert_eq!(world.texts(&ana, "segredo").await, all);
        assert_eq!(world.texts(&rosa, "segredo").await, [all[0], all[2]]);
        assert_eq!(world.texts(&caio, "segredo").await, [all[2]]);
        assert_eq!(world.texts(&admin, "segredo").await, [all[2]], "nobody keeps order between two people");
        let hit = world.search(&ana, "entre").await.ok()["items"][0]["conversation"].clone();
        assert_eq!((&hit["kind"], &hit["address"]), (&json!("dm"), &json!("rosa")));
        world.search(&caio, &format!("segredo&conversationId={dm}")).await.expect(404, "resource.not_found");
        assert_eq!(world.texts(&caio, &format!("segredo&conversationId={hidden}")).await, [all[1]], "who has its address reads");
        // Who leaves, whom one blocks, what is changed or deleted, and rooms that are closed are found no more, at once.
        world.delete(&format!("/rooms/{hidden}/membership"), &ana).await.expect(204, "");
        assert_eq!(world.texts(&ana, "segredo").await, [all[0], all[2]]);
        world.put(&format!("/rooms/{hidden}/membership"), &ana, json!({})).await.ok();
        let path = format!("/rooms/{hidden}/messages/{in_hidden}");
        world.patch(&path, &ana, json!({ "body": "nada no coreto" })).await.ok();
        assert_eq!(world.texts(&ana, "segredo coreto").await, [""; 0]);
        assert_eq!(world.texts(&ana, "nada").await, ["nada no coreto"]);
        world.delete(&path, &ana).await.ok();
        assert_eq!(world.texts(&ana, "nada").await, [""; 0]);
        world.put(&format!("/me/blocks/{}", rosa.id), &ana, json!({})).await.expect(204, "");
        assert_eq!(world.texts(&ana, "segredo").await, [""; 0]);
        assert_eq!(world.texts(&rosa, "segredo").await, [all[0], all[2]], "who is blocked finds what they found before");
        world.delete(&format!("/rooms/{open}"), &admin).await.expect(204, "");
        assert_eq!(world.texts(&caio, "segredo").await, [""; 0]);
    }

    async fn searches_are_narrowed_and_read_page_by_page(world: World) {
        let (ana, rosa) = (world.user("ana").await, world.user("rosa").await);
        let (largo, feira) = (world.room("largo", 0, 0).await, world.room("feira", 0, 0).await);
        for number in 0..7 {
            world.said(if number % 2 == 0 { &ana } else { &rosa }, largo, &format!("milho {number}")).await;
            world.pass(60);
        }
        let middle = world.app.base.clock.now();
        world.said(&ana, feira, "pamonha de milho, milho e mais milho").await;
        assert_eq!(world.texts(&ana, &format!("milho&authorId={}", rosa.id)).await, ["milho 5", "milho 3", "milho 1"]);
        assert_eq!(world.texts(&ana, &format!("milho&conversationId={feira}")).await.len(), 1);
        let time = serde_json::to_value(middle).unwrap().as_str().unwrap().replace('+', "%2B");
        assert_eq!(world.texts(&ana, &format!("milho&from={time}")).await.len(), 1);
        assert_eq!(world.texts(&ana, &format!("milho&to={time}")).await.len(), 7);
        assert_eq!(world.texts(&ana, "milho&sort=best&limit=1").await, ["pamonha de milho, milho e mais milho"]);
        let whole = world.texts(&ana, "milho&sort=best").await;
        let (mut best, mut after) = (Vec::new(), String::new());
        loop {
            let page = world.search(&ana, &format!("milho&sort=best&limit=3{after}")).await.ok();
            best.extend(page["items"].as_array().unwrap().iter().map(|hit| hit["message"]["body"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!((best.len(), best), (8, whole), "the best page by page are the best");
        let mut all = Vec::new();
        let mut after = String::new();
        loop {
            let page = world.search(&ana, &format!("milho&limit=3{after}")).await.ok();
            all.extend(page["items"].as_array().unwrap().iter().map(|hit| hit["message"]["body"].to_string()));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
            // What is said meanwhile moves nothing.
            world.said(&rosa, largo, "mais milho ainda").await;
        }
        assert_eq!(all.len(), 8, "{all:?}");
        all.dedup();
        assert_eq!(all.len(), 8);
        world.search(&ana, "milho&limit=0").await.expect(422, "request.invalid");
        world.search(&ana, "milho&after=nenhuma").await.expect(422, "request.invalid");
    }

    async fn whatever_is_typed_is_answered(world: World) {
        let ana = world.user("ana").await;
        let room = world.room("largo", 0, 0).await;
        world.said(&ana, room, "um texto qualquer").await;
        let long = "a".repeat(3_000);
        let many = "um ".repeat(1_000);
        for typed in
            ["", "%20", "\"", "'", "--", ":*", "*", "a:*", "NEAR(", "texto AND", "OR", "{}", "%F0%9F%98%80", "%00", "\\", &long, &many]
        {
            world.search(&ana, typed).await.ok();
            world.get(&format!("/search/people?q={typed}"), &ana).await.ok();
        }
        assert_eq!(world.texts(&ana, "\"texto\" -qualquer:*").await, ["um texto qualquer"]);
    }

    async fn people_are_found_by_name_and_handle_but_not_whom_one_blocks(world: World) {
        let (ana, rosa) = (world.user("ana").await, world.user("rosa").await);
        world.patch("/me", &rosa, json!({ "displayName": "Rosa Conceição" })).await.ok();
        let names = async |person: &Person, query: &str| {
            let found = world.get(&format!("/search/people?q={query}"), person).await.ok();
            found["items"].as_array().unwrap().iter().map(|one| one["handle"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for query in ["ros", "@rosa", "CONCEIC", "conceição"] {
            assert_eq!(names(&ana, query).await, ["rosa"], "{query}");
        }
        assert_eq!(names(&ana, "eição").await, [""; 0]);
        world.put(&format!("/me/blocks/{}", rosa.id), &ana, json!({})).await.expect(204, "");
        assert_eq!(names(&ana, "rosa").await, [""; 0]);
        assert_eq!(names(&rosa, "ana").await, ["ana"], "who is blocked does not learn it by searching");
    }
}
