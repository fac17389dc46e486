//! What people are told: once each, together while it is unread, and nothing they may not know.

use praca_api::ConversationId;
use praca_api::accounts::Role;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};

use crate::world::{Person, Twin, World, on_both_twins};

impl World {
    /// Lets pass what people have to look by themselves, and tells them what is due then.
    pub async fn tell(&self) -> usize {
        self.pass(2);
        let mut told = 0;
        loop {
            match self.app.notifications.tell_due().await.unwrap() {
                0 => return told,
                more => told += more,
            }
        }
    }

    async fn notifications(&self, person: &Person) -> Value {
        self.get("/me/notifications", person).await.ok()
    }

    /// Code, count and text of a person's notifications, and how many are unread.
    async fn told(&self, person: &Person) -> (Vec<String>, u64) {
        let list = self.notifications(person).await;
        let line = |item: &Value| {
            let params = &item["params"];
            let text = params["text"].as_str().map(|text| format!(" {text}")).unwrap_or_default();
            format!("{} ×{}{text}", item["code"].as_str().unwrap(), params["count"])
        };
        (list["items"].as_array().unwrap().iter().map(line).collect(), list["unread"].as_u64().unwrap())
    }

    async fn join(&self, room: ConversationId, people: &[&Person]) {
        for person in people {
            self.put(&format!("/rooms/{room}/membership"), person, json!({})).await.ok();
        }
    }

    async fn answer(&self, person: &Person, room: ConversationId, to: &Value, body: &str) -> Value {
        let nonce = self.app.base.ids.uuid().to_string();
        let message = json!({ "body": body, "nonce": nonce, "replyToId": to });
        self.post(&format!("/rooms/{room}/messages"), Some(person), message).await.expect(201, "")
    }
}

/// Selects the numbers from 1, as `n`.
pub fn numbers(db: &DatabaseConnection, count: u32) -> String {
    if db.get_database_backend() == DbBackend::Postgres {
        return format!("SELECT n FROM generate_series(1, {count}) n");
    }
    let step = format!("SELECT n + 1 FROM s WHERE n < {count}");
    format!("WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL {step}) SELECT n FROM s")
}

/// So many people who only exist, members of a room.
async fn crowd(world: &World, room: ConversationId, count: u32) {
    let db = world.app.base.db.write();
    let numbers = numbers(db, count);
    let (id, hex) = if db.get_database_backend() == DbBackend::Postgres {
        ("gen_random_uuid()", format!("'{room}'"))
    } else {
        ("randomblob(16)", format!("x'{}'", room.0.simple()))
    };
    let same = "password_hash, role, status, locale, created_at, read_receipts, shows_presence, accepts_strangers";
    let people = format!(
        "INSERT INTO users (id, handle, handle_skeleton, email, email_folded, email_verified, display_name, name_folded, {same}) \
         SELECT {id}, 'gente' || n, 'gente' || n, 'g' || n, 'g' || n, email_verified, 'Gente', 'gente', {same} \
         FROM users, ({numbers}) AS numbers WHERE handle = 'rosa'"
    );
    let members = format!(
        "INSERT INTO memberships (conversation_id, user_id, role, muted, last_read_seq, delivered_seq, receipt_seq, joined_at) \
         SELECT {hex}, id, 'member', false, 0, 0, 0, created_at FROM users WHERE handle LIKE 'gente%'"
    );
    for sql in [people, members] {
        db.execute_unprepared(&sql).await.unwrap();
    }
}

async fn number(world: &World, sql: &str) -> i64 {
    let db = world.app.base.db.read();
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

on_both_twins! {
    async fn of_one_kind_in_one_room_they_are_one_while_unread(world: World) {
        let (rosa, bento, cida) = (world.user("rosa").await, world.user("bento").await, world.user("cida").await);
        let room = world.room("largo", 0, 0).await;
        world.join(room, &[&rosa, &bento, &cida]).await;
        let mut ear = world.socket(&rosa).await;
        let asked = world.say(&rosa, room, "Quem traz o bolo?").await.expect(201, "")["id"].clone();
        world.answer(&rosa, room, &asked, "E o café?").await;
        world.answer(&bento, room, &asked, "Eu!").await;
        world.answer(&cida, room, &asked, "Ou eu.").await;
        world.answer(&bento, room, &asked, "Eu, @rosa").await;
        assert_eq!(world.told(&rosa).await, (lines(&[]), 0), "one who is looking has a moment to read it first");
        assert_eq!(world.tell().await, 4, "three answers, and that one names her; her own is none");
        let (told, unread) = world.told(&rosa).await;
        assert_eq!(unread, 2);
        assert!(told.contains(&"messages.reply ×2 Ou eu.".to_owned()), "{told:?}");
        assert!(told.contains(&"messages.mention ×1 Eu, @rosa".to_owned()), "{told:?}");
        for _ in 0..2 {
            let news = ear.event("notifications:new").await;
            assert_eq!(news["quiet"], false);
            assert_eq!(news["notification"]["target"]["conversation"]["address"], "largo");
        }
        world.answer(&cida, room, &asked, "Então nós duas.").await;
        world.tell().await;
        let reply = ear.event("notifications:new").await["notification"].clone();
        assert_eq!((&reply["params"]["count"], &reply["params"]["text"]), (&json!(3), &json!("Então nós duas.")));
        assert_eq!((&reply["params"]["author"]["handle"], &reply["target"]["seq"]), (&json!("cida"), &json!(6)));
        let list = world.notifications(&rosa).await;
        assert_eq!((&list["items"][0], &list["unread"]), (&reply, &json!(2)), "what grew stands first");
        // Read where it happened: in every tab, and a new one begins at one.
        world.put(&format!("/rooms/{room}/read"), &rosa, json!({ "seq": 5 })).await.ok();
        assert_eq!(ear.event("notifications:read").await, json!({}));
        assert_eq!(world.told(&rosa).await.1, 1, "the newest answer is further on");
        world.put(&format!("/rooms/{room}/read"), &rosa, json!({ "seq": 6 })).await.ok();
        assert_eq!(world.told(&rosa).await.1, 0);
        world.answer(&bento, room, &asked, "Combinado.").await;
        world.tell().await;
        assert_eq!(world.told(&rosa).await.0[0], "messages.reply ×1 Combinado.");
        assert_eq!(world.told(&bento).await, (lines(&[]), 0));
    }

    async fn of_several_people_the_part_of_whom_one_blocks_is_not_told(world: World) {
        let (rosa, bento, cida) = (world.user("rosa").await, world.user("bento").await, world.user("cida").await);
        let room = world.room("largo", 0, 0).await;
        world.join(room, &[&rosa, &bento, &cida]).await;
        let asked = world.say(&rosa, room, "Quem traz o bolo?").await.ok()["id"].clone();
        world.answer(&bento, room, &asked, "Eu!").await;
        world.answer(&cida, room, &asked, "Ou eu.").await;
        world.tell().await;
        world.answer(&cida, room, &asked, "Decidam.").await;
        world.tell().await;
        assert_eq!(world.told(&rosa).await, (lines(&["messages.reply ×3 Decidam."]), 1));
        let block = format!("/me/blocks/{}", cida.id);
        world.put(&block, &rosa, json!({})).await.expect(204, "");
        assert_eq!(world.told(&rosa).await, (lines(&["messages.reply ×1 Eu!"]), 1), "what is left of it");
        let item = world.notifications(&rosa).await["items"][0].clone();
        assert_eq!((&item["params"]["author"]["handle"], &item["target"]["seq"]), (&json!("bento"), &json!(2)));
        let mut ear = world.socket(&rosa).await;
        world.answer(&bento, room, &asked, "Decidido.").await;
        world.tell().await;
        assert_eq!(ear.event("notifications:new").await["notification"]["params"]["count"], 2, "nor is it told later");
        world.put(&format!("/me/blocks/{}", bento.id), &rosa, json!({})).await.expect(204, "");
        assert_eq!(world.told(&rosa).await, (lines(&[]), 0));
        world.delete(&block, &rosa).await.expect(204, "");
        assert_eq!(world.told(&rosa).await, (lines(&["messages.reply ×2 Decidam."]), 1));
    }

    async fn what_was_read_at_once_what_was_deleted_and_what_stays_quiet_is_not_told(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let (looked, gone, quiet) = (world.room("olhada", 0, 0).await, world.room("apagada", 0, 0).await, world.room("muda", 0, 0).await);
        for room in [looked, gone, quiet] {
            world.join(room, &[&rosa, &bento]).await;
        }
        world.patch(&format!("/rooms/{quiet}/membership"), &rosa, json!({ "muted": true })).await.ok();
        world.say(&bento, looked, "@rosa, viu?").await.ok();
        world.put(&format!("/rooms/{looked}/read"), &rosa, json!({ "seq": 1 })).await.ok();
        let deleted = world.say(&bento, gone, "@rosa, esquece").await.ok()["id"].as_str().unwrap().to_owned();
        world.delete(&format!("/rooms/{gone}/messages/{deleted}"), &bento).await.ok();
        world.say(&bento, quiet, "@rosa, shh").await.ok();
        assert_eq!(world.tell().await, 3);
        assert_eq!(world.told(&rosa).await, (lines(&[]), 0));
        // What is deleted later is told without its words.
        let later = world.say(&bento, gone, "@rosa, de novo").await.ok()["id"].as_str().unwrap().to_owned();
        world.tell().await;
        assert_eq!(world.told(&rosa).await, (lines(&["messages.mention ×1 @rosa, de novo"]), 1));
        world.delete(&format!("/rooms/{gone}/messages/{later}"), &bento).await.ok();
        assert_eq!(world.told(&rosa).await, (lines(&["messages.mention ×1"]), 1));
    }

    async fn a_stranger_one_who_left_and_one_who_blocks_learn_nothing(world: World) {
        let (rosa, bento, cida) = (world.user("rosa").await, world.user("bento").await, world.user("cida").await);
        let room = world.room("coreto", 0, 0).await;
        let admin = world.person("chefe", Role::Admin).await;
        world.patch(&format!("/rooms/{room}"), &admin, json!({ "visibility": "unlisted" })).await.ok();
        world.join(room, &[&rosa, &bento]).await;
        let said = world.say(&rosa, room, "Oi").await.ok()["id"].clone();
        world.say(&bento, room, "@rosa, @cida").await.ok();
        world.tell().await;
        assert_eq!(world.told(&cida).await, (lines(&[]), 0), "she is no member");
        assert_eq!(world.told(&rosa).await, (lines(&["messages.mention ×1 @rosa, @cida"]), 1));
        // Blocking hides what was told, in count and list; lifting brings it back.
        world.put(&format!("/me/blocks/{}", bento.id), &rosa, json!({})).await.expect(204, "");
        assert_eq!(world.told(&rosa).await, (lines(&[]), 0));
        world.answer(&bento, room, &said, "Oi?").await;
        world.tell().await;
        world.delete(&format!("/me/blocks/{}", bento.id), &rosa).await.expect(204, "");
        assert_eq!(world.told(&rosa).await, (lines(&["messages.mention ×1 @rosa, @cida"]), 1), "nor is it made up for");
        // Neither is who blocks the one who wrote before it is told.
        world.answer(&bento, room, &said, "E agora?").await;
        world.put(&format!("/me/blocks/{}", bento.id), &rosa, json!({})).await.expect(204, "");
        world.tell().await;
        world.delete(&format!("/me/blocks/{}", bento.id), &rosa).await.expect(204, "");
        assert_eq!(world.told(&rosa).await.1, 1);
        // Whoever is blocked is told as ever: nothing shows the block.
        world.put(&format!("/me/blocks/{}", bento.id), &rosa, json!({})).await.expect(204, "");
        world.say(&rosa, room, "@bento, oi").await.ok();
        world.tell().await;
        assert_eq!(world.told(&bento).await, (lines(&["messages.mention ×1 @bento, oi"]), 1));
        world.delete(&format!("/me/blocks/{}", bento.id), &rosa).await.expect(204, "");
        world.delete(&format!("/rooms/{room}/membership"), &rosa).await.expect(204, "");
        assert_eq!(world.told(&rosa).await, (lines(&[]), 0), "of a room that is not hers any more");
        world.answer(&bento, room, &said, "Volta!").await;
        world.tell().await;
        world.join(room, &[&rosa]).await;
        let back = (lines(&["messages.mention ×1 @rosa, @cida"]), 0);
        assert_eq!(world.told(&rosa).await, back, "what was said meanwhile was not for her; and who writes has read");
    }

    async fn two_people_are_told_of_requests_and_messages(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.open_dm(&rosa, &bento).await;
        world.write(&rosa, dm, "Oi, Bento!").await.expect(201, "");
        world.write(&rosa, dm, "Está aí?").await.expect(201, "");
        world.tell().await;
        assert_eq!(world.told(&bento).await, (lines(&["dms.request ×1 Oi, Bento!"]), 1), "the first message alone");
        world.write(&bento, dm, "Oi!").await.expect(201, "");
        assert_eq!(world.told(&bento).await, (lines(&["dms.request ×1 Oi, Bento!"]), 0), "who answers has read");
        world.tell().await;
        assert_eq!(world.told(&rosa).await, (lines(&["dms.message ×1 Oi!"]), 1));
        world.write(&rosa, dm, "Vamos à feira?").await.expect(201, "");
        world.write(&rosa, dm, "Às nove.").await.expect(201, "");
        world.tell().await;
        assert_eq!(world.told(&rosa).await.1, 0);
        let (told, unread) = world.told(&bento).await;
        assert_eq!((told[0].as_str(), unread), ("dms.message ×2 Às nove.", 1));
        let target = world.notifications(&bento).await["items"][0]["target"].clone();
        let place = json!({ "id": dm, "kind": "dm", "name": "Pessoa rosa", "address": "rosa" });
        assert_eq!(target, json!({ "conversation": place, "seq": 5 }));
        let refused = world.user("cida").await;
        let dm = world.open_dm(&rosa, &refused).await;
        world.write(&rosa, dm, "Oi, Cida").await.expect(201, "");
        world.delete(&format!("/dms/{dm}/acceptance"), &refused).await.expect(204, "");
        world.tell().await;
        assert_eq!(world.told(&refused).await, (lines(&[]), 0));
        let dm = world.open_dm(&bento, &refused).await;
        world.write(&bento, dm, "Oi?").await.expect(201, "");
        world.tell().await;
        assert_eq!(world.told(&refused).await.1, 1);
        world.delete(&format!("/dms/{dm}/acceptance"), &refused).await.expect(204, "");
        assert_eq!(world.told(&refused).await.1, 0, "who refuses has read");
    }

    async fn everybody_is_called_once_however_many_they_are(world: World) {
        let admin = world.person("chefe", Role::Admin).await;
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        world.join(room, &[&admin, &rosa, &bento]).await;
        world.say(&admin, room, "@aqui, e @rosa: começou").await.ok();
        world.tell().await;
        for person in [&rosa, &bento] {
            assert_eq!(world.told(person).await, (lines(&["messages.call ×1 @aqui, e @rosa: começou"]), 1));
        }
        assert_eq!(world.told(&admin).await, (lines(&[]), 0));
        // More members than are told at a time, called from two rooms at once.
        let many = world.room("feira", 0, 0).await;
        world.join(many, &[&admin, &rosa]).await;
        crowd(&world, many, 1_300).await;
        world.say(&admin, many, "@aqui, um").await.ok();
        world.say(&admin, room, "@aqui, dois").await.ok();
        world.tell().await;
        let told = "SELECT count(*) FROM notifications WHERE code = 'messages.call' AND count = 1";
        assert_eq!(number(&world, told).await, 1_300 + 1);
        assert_eq!(number(&world, "SELECT count(*) FROM notices").await, 0);
        let (mine, unread) = world.told(&rosa).await;
        assert_eq!((mine.len(), unread), (2, 2), "{mine:?}");
        // Nobody is there to be called, and that is told to nobody, once.
        let alone = world.room("coreto", 0, 0).await;
        world.join(alone, &[&admin]).await;
        world.say(&admin, alone, "@aqui, alguém?").await.ok();
        assert_eq!(world.tell().await, 1);
        assert_eq!(number(&world, "SELECT count(*) FROM notices").await, 0);
    }

    async fn a_name_an_edit_takes_away_is_not_told(world: World) {
        let (rosa, bento, cida) = (world.user("rosa").await, world.user("bento").await, world.user("cida").await);
        let room = world.room("largo", 0, 0).await;
        world.join(room, &[&rosa, &bento, &cida]).await;
        let said = world.say(&bento, room, "@rosa").await.ok()["id"].as_str().unwrap().to_owned();
        world.patch(&format!("/rooms/{room}/messages/{said}"), &bento, json!({ "body": "@cida" })).await.ok();
        world.tell().await;
        assert_eq!(world.told(&rosa).await, (lines(&[]), 0));
        assert_eq!(world.told(&cida).await, (lines(&["messages.mention ×1 @cida"]), 1));
        // Away and back again is no news.
        for body in ["ninguém", "@cida!"] {
            world.patch(&format!("/rooms/{room}/messages/{said}"), &bento, json!({ "body": body })).await.ok();
            world.tell().await;
        }
        assert_eq!(world.told(&cida).await, (lines(&["messages.mention ×1 @cida!"]), 1));
    }

    async fn a_picture_that_is_not_accepted_is_told(world: World) {
        let rosa = world.user("rosa").await;
        world.bring(&rosa, "message", "image/png", b"no picture at all".to_vec()).await;
        world.work().await;
        world.tell().await;
        let item = world.notifications(&rosa).await["items"][0].clone();
        assert_eq!((&item["code"], &item["params"]["uploadReason"]), (&json!("uploads.rejected"), &json!("type")));
        assert!(item["params"]["fileName"].is_string() && item["target"]["uploadId"].is_string(), "{item}");
        // One is read by itself, though older ones are not.
        let room = world.room("largo", 0, 0).await;
        let bento = world.user("bento").await;
        world.join(room, &[&rosa, &bento]).await;
        world.say(&bento, room, "@rosa").await.ok();
        world.tell().await;
        let newest = world.notifications(&rosa).await["items"][0]["id"].clone();
        assert_eq!(world.put("/me/notifications/read", &rosa, json!({ "only": newest })).await.ok(), json!({ "unread": 1 }));
    }

    async fn what_happens_to_ones_account_and_pictures_is_told(world: World) {
        let admin = world.person("chefe", Role::Admin).await;
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        world.join(room, &[&rosa]).await;
        let silence = json!({ "reason": "propaganda", "seconds": 600 });
        world.put(&format!("/rooms/{room}/silences/{}", rosa.id), &admin, silence).await.ok();
        let silenced = json!({ "status": "silenced", "reason": "brigas" });
        world.patch(&format!("/admin/users/{}", rosa.id), &admin, silenced).await.ok();
        // Who is no member does not learn that there is such a room.
        let hidden = world.room("oculta", 0, 0).await;
        let quiet = json!({ "reason": "nunca veio", "seconds": 600 });
        world.put(&format!("/rooms/{hidden}/silences/{}", rosa.id), &admin, quiet).await;
        world.set_role(&rosa, Role::Moderator).await;
        world.tell().await;
        let list = world.notifications(&rosa).await;
        let item = |code: &str| {
            let items = list["items"].as_array().unwrap();
            items.iter().find(|item| item["code"] == code).unwrap_or_else(|| panic!("{code}: {list}")).clone()
        };
        assert_eq!(list["unread"], 3);
        let silence = item("rooms.silence");
        assert_eq!((&silence["params"]["reason"], &silence["target"]["conversation"]["address"]), (&json!("propaganda"), &json!("largo")));
        let status = item("account.status");
        assert_eq!((&status["params"]["status"], &status["params"]["reason"]), (&json!("silenced"), &json!("brigas")));
        assert_eq!(item("account.role")["params"]["role"], "moderator");
        // What ends is told too, and what one may do in a room.
        world.put("/me/notifications/read", &rosa, json!({})).await.ok();
        world.delete(&format!("/rooms/{room}/silences/{}", rosa.id), &admin).await.expect(204, "");
        let free = json!({ "status": "active", "reason": "passou" });
        world.patch(&format!("/admin/users/{}", rosa.id), &admin, free).await.ok();
        let role = json!({ "role": "moderator" });
        world.put(&format!("/rooms/{room}/members/{}/role", rosa.id), &admin, role).await.expect(204, "");
        world.tell().await;
        let list = world.notifications(&rosa).await;
        let new: Vec<&Value> = list["items"].as_array().unwrap().iter().filter(|item| item["readAt"].is_null()).collect();
        let param = |code: &str, name: &str| {
            new.iter().find(|item| item["code"] == code).unwrap_or_else(|| panic!("{code}: {list}"))["params"][name].clone()
        };
        assert_eq!(new.len(), 3, "{list}");
        assert_eq!(param("rooms.silence", "reason"), Value::Null);
        assert_eq!(param("account.status", "status"), "active");
        assert_eq!(param("rooms.role", "roomRole"), "moderator");
    }

    async fn people_choose_what_they_are_told_and_when_nothing_disturbs(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        world.join(room, &[&rosa, &bento]).await;
        let said = world.say(&rosa, room, "Oi").await.ok()["id"].clone();
        let wanted = json!({ "mentions": "list", "replies": "off", "dms": "push", "requests": "push", "quietHours": null });
        let now = world.patch("/me/preferences", &rosa, json!({ "notifications": wanted })).await.ok();
        assert_eq!(now["notifications"], wanted);
        let mut ear = world.socket(&rosa).await;
        world.answer(&bento, room, &said, "Oi!").await;
        world.say(&bento, room, "@rosa").await.ok();
        world.tell().await;
        let news = ear.event("notifications:new").await;
        assert_eq!((&news["notification"]["code"], &news["quiet"]), (&json!("messages.mention"), &json!(true)));
        assert_eq!(world.told(&rosa).await.1, 1);
        // The whole day, by the clock of anywhere.
        let hours = json!({ "from": "00:00", "to": "00:00", "timeZone": "America/Sao_Paulo" });
        world.patch("/me/preferences", &rosa, json!({ "notifications": { "quietHours": hours } })).await.ok();
        world.say(&bento, room, "@rosa, e agora?").await.ok();
        world.tell().await;
        assert_eq!(ear.event("notifications:new").await["quiet"], true);
        for hours in [
            json!({ "from": "25:00", "to": "07:00", "timeZone": "America/Sao_Paulo" }),
            json!({ "from": "22:00", "to": "07:00", "timeZone": "Marte/Olimpo" }),
        ] {
            let refused = world.patch("/me/preferences", &rosa, json!({ "notifications": { "quietHours": hours } })).await;
            assert_eq!(refused.expect(422, "request.invalid")["errors"][0]["field"], "notifications.quietHours");
        }
    }

    async fn all_up_to_one_or_all_are_read_in_every_tab(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let mut ids = Vec::new();
        for slug in ["um", "dois", "tres"] {
            let room = world.room(slug, 0, 0).await;
            world.join(room, &[&rosa, &bento]).await;
            world.say(&bento, room, "@rosa").await.ok();
            world.tell().await;
            ids.push(world.notifications(&rosa).await["items"][0]["id"].clone());
        }
        let first = world.get("/me/notifications?limit=2", &rosa).await.ok();
        assert_eq!((first["items"].as_array().unwrap().len(), &first["unread"]), (2, &json!(3)));
        let next = first["next"].as_str().unwrap();
        let rest = world.get(&format!("/me/notifications?limit=2&after={next}"), &rosa).await.ok();
        assert_eq!((&rest["items"][0]["id"], &rest["next"]), (&ids[0], &Value::Null));
        let mut tab = world.socket(&rosa).await;
        assert_eq!(world.put("/me/notifications/read", &rosa, json!({ "upTo": ids[1] })).await.ok(), json!({ "unread": 1 }));
        assert_eq!(tab.event("notifications:read").await, json!({}));
        let read = world.notifications(&rosa).await;
        assert!(read["items"][0]["readAt"].is_null() && read["items"][1]["readAt"].is_string());
        // Another's ids say nothing of one's own.
        assert_eq!(world.put("/me/notifications/read", &bento, json!({ "upTo": ids[2] })).await.ok(), json!({ "unread": 0 }));
        assert_eq!(world.told(&rosa).await.1, 1);
        assert_eq!(world.put("/me/notifications/read", &rosa, json!({})).await.ok(), json!({ "unread": 0 }));
        world.get("/me/notifications?after=x", &rosa).await.expect(422, "request.invalid");
        world.put("/me/notifications/read", &rosa, json!({ "upTo": "x" })).await.expect(400, "request.invalid");
    }

    async fn what_is_old_is_removed(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        world.join(room, &[&rosa, &bento]).await;
        world.say(&bento, room, "@rosa, um").await.ok();
        world.tell().await;
        world.put("/me/notifications/read", &rosa, json!({})).await.ok();
        world.say(&bento, room, "@rosa, dois").await.ok();
        world.tell().await;
        let count = async || world.app.notifications.list(rosa.id, &praca::db::page::PageQuery::default()).await.unwrap().items.len();
        world.pass(31 * 86_400);
        world.app.notifications.sweep().await.unwrap();
        assert_eq!(count().await, 1, "what was read a month ago");
        world.pass(60 * 86_400);
        world.app.notifications.sweep().await.unwrap();
        assert_eq!(count().await, 0);
    }
}

/// Two nodes take up what is due at the same moment: everybody is told once, of everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_tell_at_once_tell_once() {
    let one = World::new(Twin::Shared, &[]).await;
    let two = one.second_node().await;
    let (rosa, bento) = (one.user("rosa").await, one.user("bento").await);
    let room = one.room("largo", 0, 0).await;
    one.join(room, &[&rosa, &bento]).await;
    let mut far = two.socket(&rosa).await;
    for n in 0..300 {
        one.say(&bento, room, &format!("@rosa {n}")).await.ok();
    }
    one.pass(2);
    let tell = async |world: &World| {
        // One that gives way to the other takes nothing, and tries again.
        let mut told = 0;
        for _ in 0..20 {
            told += world.app.notifications.tell_due().await.unwrap_or(0);
        }
        told
    };
    let (first, second) = tokio::join!(tell(&one), tell(&two));
    assert_eq!(first + second, 300);
    let (told, unread) = one.told(&rosa).await;
    assert_eq!((told, unread), (lines(&["messages.mention ×300 @rosa 299"]), 1));
    assert_eq!(far.event("notifications:new").await["notification"]["code"], "messages.mention");
    // What is read on one node is read in the tabs of the other.
    one.put("/me/notifications/read", &rosa, json!({})).await.ok();
    assert_eq!(far.event("notifications:read").await, json!({}));
}
