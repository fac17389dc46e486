//! Who hears what: everything that is told, and every socket that hears of it, as one reviewed table.

use std::fmt::Write as _;
use std::time::Duration;

use praca_api::ConversationId;
use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::images;
use crate::socket::Socket;
use crate::world::{Answer, Person, Twin, World};

/// How long events of rooms take: activity is told once a second.
const OF_ROOMS: Duration = Duration::from_millis(1_300);
/// And all others.
const OF_PEOPLE: Duration = Duration::from_millis(700);

/// Who listens, and how they stand to the writer.
const EARS: [&str; 8] =
    ["writer", "writer's tab", "in the room", "member elsewhere", "blocked", "blocker", "friend", "stranger"];

/// A square in which everybody listens.
struct Scene {
    world: World,
    people: Vec<Person>,
    ears: Vec<Socket>,
    room: ConversationId,
    dm: ConversationId,
    admin: Person,
    table: String,
    /// How long is listened.
    patience: Duration,
}

impl Scene {
    async fn new(world: World) -> Self {
        let admin = world.person("ana", Role::Admin).await;
        let writer = world.user("rosa").await;
        let mut people = vec![writer.clone(), writer];
        for handle in ["caio", "dora", "blas", "beto", "paco", "zeca"] {
            people.push(world.user(handle).await);
        }
        let room = world.room("largo", 0, 0).await;
        for person in people[..6].iter().chain([&admin]) {
            world.put(&format!("/rooms/{room}/membership"), person, json!({})).await.ok();
        }
        let dm = world.dm(&people[0], &people[6]).await;
        for (by, whom) in [(0, 4), (5, 0)] {
            world.put(&format!("/me/blocks/{}", people[whom].id), &people[by], json!({})).await.expect(204, "");
        }
        let mut ears = Vec::new();
        for person in &people {
            ears.push(world.socket(person).await);
        }
        for joined in [0, 2, 4, 5] {
            ears[joined].done("rooms:join", json!({ "roomId": room })).await;
        }
        for ear in &mut ears {
            ear.done("presence:watch", json!({ "userIds": [people[0].id, people[2].id] })).await;
        }
        let mut scene = Self { world, people, ears, room, dm, admin, table: String::new(), patience: OF_ROOMS };
        scene.listen().await;
        scene
    }

    fn writer(&self) -> &Person {
        &self.people[0]
    }

    /// What each has heard since the last time.
    async fn listen(&mut self) -> Vec<Vec<String>> {
        tokio::time::sleep(self.patience).await;
        let mut heard = Vec::new();
        for ear in &mut self.ears {
            let mut names = ear.names_so_far().await;
            // People come and go beside all this.
            names.retain(|name| name != "rooms:online");
            heard.push(names);
        }
        heard
    }

    /// Notes who heard of what was just done.
    async fn note(&mut self, what: &str) {
        self.world.tell().await;
        let heard = self.listen().await;
        let _ = writeln!(self.table, "{what}");
        for (who, names) in EARS.iter().zip(heard).filter(|(_, names)| !names.is_empty()) {
            let _ = writeln!(self.table, "    {who:<17} {}", names.join(", "));
        }
    }

    /// Sends an event of the writer's about a conversation.
    async fn act(&mut self, event: &str, mut payload: Value) -> Value {
        let (key, id) = if event.starts_with("dms") { ("conversationId", self.dm) } else { ("roomId", self.room) };
        payload[key] = json!(id);
        self.ears[0].done(event, payload).await
    }

    async fn send(&mut self, event: &str, body: &str) -> Value {
        let nonce = self.world.app.base.ids.uuid();
        self.act(event, json!({ "body": body, "nonce": nonce })).await["message"]["id"].clone()
    }

    async fn set(&self, who: &Person, path: &str) -> Answer {
        self.world.put(path, who, json!({})).await
    }

    async fn the_room(&mut self) {
        let (room, dora) = (self.room, self.people[3].clone());
        let id = self.send("rooms:message:send", "oi").await;
        self.note("a message in a room").await;
        self.act("rooms:message:edit", json!({ "messageId": id, "body": "oi, @dora" })).await;
        self.note("its edit, which names a member").await;
        self.act("rooms:message:react", json!({ "messageId": id, "emoji": "👍", "on": true })).await;
        self.note("a reaction").await;
        let pin = format!("/rooms/{room}/pins/{}", id.as_str().unwrap());
        self.set(&self.admin, &pin).await.ok();
        self.note("a pin").await;
        self.world.delete(&pin, &self.admin).await;
        self.note("its end").await;
        self.act("rooms:message:delete", json!({ "messageId": id })).await;
        self.note("the message deleted").await;
        let said = self.send("rooms:message:send", "quem vem?").await;
        self.listen().await;
        let reply = json!({ "body": "eu", "nonce": "resposta", "replyToId": said });
        let path = format!("/rooms/{room}/messages");
        self.world.post(&path, Some(&dora), reply).await.expect(201, "");
        self.note("an answer").await;
        for (path, who) in
            [("silence".to_owned(), "the room is silenced"), (format!("silences/{}", dora.id), "a member is silenced")]
        {
            let silence = json!({ "reason": "tabela" });
            self.world.put(&format!("/rooms/{room}/{path}"), &self.admin, silence).await;
            self.note(who).await;
            self.world.delete(&format!("/rooms/{room}/{path}"), &self.admin).await;
            self.note("its end").await;
        }
        let role = format!("/rooms/{room}/members/{}/role", dora.id);
        self.world.put(&role, &self.admin, json!({ "role": "moderator" })).await;
        self.note("a member keeps order in the room").await;
        self.world.put(&role, &self.admin, json!({ "role": "member" })).await;
        self.listen().await;
        self.world.say(&self.admin, room, "@aqui").await.ok();
        self.note("a call of everybody, by who keeps order").await;
        self.act("rooms:typing", json!({})).await;
        self.note("typing").await;
        self.act("rooms:read", json!({ "seq": 2 })).await;
        self.note("reading").await;
        let quiet = json!({ "muted": true });
        self.world.patch(&format!("/rooms/{room}/membership"), self.writer(), quiet).await.ok();
        self.note("muting").await;
        self.world.patch(&format!("/rooms/{room}"), &self.admin, json!({ "perUserSeconds": 1 })).await.ok();
        self.note("new settings of the room").await;
        self.world.delete(&format!("/rooms/{room}/membership"), &dora).await.expect(204, "");
        self.note("a member leaves").await;
    }

    async fn two_people(&mut self) {
        let (dm, friend, stranger) = (self.dm, self.people[6].clone(), self.people[7].clone());
        let id = self.send("dms:message:send", "oi").await;
        self.note("a message to a friend").await;
        self.act("dms:message:edit", json!({ "messageId": id, "body": "olá" })).await;
        self.note("its edit").await;
        self.act("dms:message:react", json!({ "messageId": id, "emoji": "👍", "on": true })).await;
        self.note("a reaction to it").await;
        self.act("dms:typing", json!({})).await;
        self.note("typing to a friend").await;
        self.ears[6].done("dms:delivered", json!({ "conversationId": dm, "seq": 1 })).await;
        self.note("the friend has it").await;
        self.ears[6].done("dms:read", json!({ "conversationId": dm, "seq": 1 })).await;
        self.note("the friend reads it").await;
        self.act("dms:message:delete", json!({ "messageId": id })).await;
        self.note("it is deleted").await;
        self.world.patch(&format!("/dms/{dm}/membership"), &friend, json!({ "muted": true })).await.ok();
        self.note("the friend mutes").await;
        let request = self.world.open_dm(self.writer(), &stranger).await;
        self.note("a conversation with a stranger is opened").await;
        self.world.write(self.writer(), request, "oi").await.ok();
        self.note("the first message of a request").await;
        self.world.write(self.writer(), request, "oi?").await.ok();
        self.note("the second").await;
        self.world.delete(&format!("/dms/{request}/acceptance"), &stranger).await.expect(204, "");
        self.note("it is refused").await;
        self.set(&stranger, &format!("/dms/{request}/acceptance")).await.ok();
        self.note("it is accepted after all").await;
    }

    async fn the_fair(&mut self) {
        let ad = self.world.write_ad(self.writer(), crate::ads::sofa()).await;
        self.note("an ad is written").await;
        for (step, what) in [("approve", "it goes on display"), ("suspend", "it is suspended")] {
            let path = format!("/ads/{ad}/{step}");
            self.world.post(&path, Some(&self.admin), json!({ "reason": "tabela" })).await.ok();
            self.note(what).await;
        }
    }

    async fn the_person(&mut self) {
        let writer = self.writer().clone();
        self.world.bring(&writer, "message", "image/jpeg", images::jpeg(40, 30)).await;
        self.world.work().await;
        self.note("an upload is ready").await;
        self.world.bring(&writer, "message", "image/jpeg", b"no picture".to_vec()).await;
        self.world.work().await;
        self.note("an upload is rejected").await;
        self.world.put("/me/notifications/read", &writer, json!({})).await.ok();
        self.note("all notifications are read").await;
        for state in ["away", "online"] {
            for ear in [0, 1] {
                self.ears[ear].done("presence:set", json!({ "state": state })).await;
            }
            self.note(&format!("the writer is {state}")).await;
        }
        let block = format!("/me/blocks/{}", self.people[2].id);
        self.set(self.writer(), &block).await.expect(204, "");
        self.note("a block of somebody in the room").await;
        self.world.delete(&block, self.writer()).await.expect(204, "");
        self.note("its end").await;
        for presence in [false, true] {
            self.world.patch("/me/preferences", self.writer(), json!({ "presence": presence })).await.ok();
            self.note(if presence { "presence shown again" } else { "presence kept to oneself" }).await;
        }
        let user = format!("/admin/users/{}", self.writer().id);
        let change = json!({ "role": "moderator", "reason": "tabela" });
        self.world.patch(&user, &self.admin, change).await.ok();
        self.note("another role").await;
        self.world.patch(&user, &self.admin, json!({ "status": "silenced", "reason": "tabela" })).await.ok();
        self.note("a silence").await;
    }
}

async fn table(twin: Twin) -> String {
    let mut scene = Scene::new(World::new(twin, &[]).await).await;
    scene.the_room().await;
    scene.patience = OF_PEOPLE;
    scene.two_people().await;
    scene.the_fair().await;
    scene.the_person().await;
    scene.table
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hears_what_is_as_reviewed_on_sqlite_and_local() {
    insta::assert_snapshot!("routing", table(Twin::Embedded).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hears_what_is_as_reviewed_on_postgres_and_redis() {
    insta::assert_snapshot!("routing", table(Twin::Shared).await);
}
