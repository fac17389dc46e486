//! Who may do what: every route and every event of the documents, tried by every role in every status with every role in
//! a room, and by who is nobody, is blocked, or has yet to prove an address; as one reviewed table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use praca::bus::{CacheKey, Signal};
use praca::links::Links;
use praca_api::ConversationId;
use praca_api::accounts::{AccountStatus, Role};
use praca_api::uploads::Variants;
use reqwest::Method;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::images;
use crate::matrix_asks::{Ask, asks, filled_in};
use crate::matrix_of_two;
use crate::socket::Socket;
use crate::world::{Answer, PASSWORD, Person, Twin, World, read};

const ROLES: [Role; 3] = [Role::User, Role::Moderator, Role::Admin];
const STATUSES: [AccountStatus; 3] = [AccountStatus::Active, AccountStatus::Silenced, AccountStatus::Suspended];

/// What a table says of a try, in a letter.
const LETTERS: [(&str, char); 14] = [
    ("", '+'),
    ("auth.invalid_token", 't'),
    ("auth.invalid_credentials", 'c'),
    ("access.denied", 'd'),
    ("account.silenced", 's'),
    ("account.suspended", 'x'),
    ("account.email_unverified", 'u'),
    ("resource.not_found", '0'),
    // May, but asked for something that is not.
    ("request.invalid", '+'),
    ("request.conflict", '+'),
    ("ads.wrong_state", '+'),
    ("accounts.password_weak", '+'),
    ("ok", '+'),
    ("closed", 't'),
];

/// How somebody stands in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InRoom {
    No,
    Member,
    Moderator,
}

const IN_ROOM: [InRoom; 3] = [InRoom::No, InRoom::Member, InRoom::Moderator];

/// Somebody who tries; none without an account.
struct Somebody {
    person: Option<Person>,
    handle: String,
    status: AccountStatus,
    in_room: InRoom,
}

/// Everyone who tries, who runs the square, and somebody things are done to.
struct Cast {
    people: Vec<Somebody>,
    keeper: Person,
    target: Person,
}

/// Those of every role, status and role in a room: in the order of the table.
fn standings() -> impl Iterator<Item = (Role, AccountStatus, InRoom)> {
    let of_role =
        |role| STATUSES.into_iter().flat_map(move |status| IN_ROOM.map(move |in_room| (role, status, in_room)));
    ROLES.into_iter().flat_map(of_role)
}

async fn cast(world: &World) -> Cast {
    let keeper = world.person("zeladora", Role::Admin).await;
    let target = world.user("alvo").await;
    let mut people =
        vec![Somebody { person: None, handle: String::new(), status: AccountStatus::Active, in_room: InRoom::No }];
    for (at, (role, status, in_room)) in standings().enumerate() {
        let handle = format!("pessoa{at}");
        let person = Some(world.person(&handle, role).await);
        people.push(Somebody { person, handle, status, in_room });
    }
    // Those in no room stay as they are; the others join every row's room first.
    for one in people.iter().filter(|one| one.in_room == InRoom::No) {
        if let Some(person) = &one.person {
            set_status(world, &keeper, person, one.status, AccountStatus::Active).await;
        }
    }
    let member = |person, handle: &str| Somebody {
        person: Some(person),
        handle: handle.to_owned(),
        status: AccountStatus::Active,
        in_room: InRoom::Member,
    };
    let blocked = world.user("barrada").await;
    world.put(&format!("/me/blocks/{}", blocked.id), &target, json!({})).await.expect(204, "");
    people.push(member(blocked, "barrada"));
    let (handle, email) = ("semprova", "semprova@praca.example");
    let wish = json!({ "email": email, "handle": handle, "displayName": "Sem Prova", "password": PASSWORD });
    world.post("/auth/register", None, wish).await.expect(202, "");
    people.push(member(world.log_in(handle).await, handle));
    let gone = world.user("apagada").await;
    delete_account(world, &gone, "apagada").await;
    people.push(Somebody { in_room: InRoom::No, ..member(gone, "apagada") });
    Cast { people, keeper, target }
}

/// A room as each row finds it, whatever the rows before did, and everybody as they stand.
async fn fresh_room(world: &World, cast: &Cast) -> ConversationId {
    let room = world.room(&format!("sala-{}", world.app.base.ids.uuid()), 0, 0).await;
    world.put(&format!("/rooms/{room}/membership"), &cast.target, json!({})).await.ok();
    let known = cast.people.iter().filter_map(|one| Some((one, one.person.as_ref()?)));
    for (one, person) in known.filter(|(one, _)| one.in_room != InRoom::No) {
        set_status(world, &cast.keeper, person, AccountStatus::Active, one.status).await;
        world.put(&format!("/rooms/{room}/membership"), person, json!({})).await.ok();
        if one.in_room == InRoom::Moderator {
            let role = format!("/rooms/{room}/members/{}/role", person.id);
            world.put(&role, &cast.keeper, json!({ "role": "moderator" })).await.expect(204, "");
        }
        set_status(world, &cast.keeper, person, one.status, AccountStatus::Active).await;
    }
    room
}

async fn set_status(world: &World, keeper: &Person, person: &Person, status: AccountStatus, before: AccountStatus) {
    if status != before {
        let body = json!({ "status": status, "reason": "matriz" });
        world.patch(&format!("/admin/users/{}", person.id), keeper, body).await.ok();
    }
}

/// What is left of an account that was deleted: its row, and the tokens that are still about.
pub async fn delete_account(world: &World, person: &Person, handle: &str) {
    let base = &world.app.base;
    let sql = format!("UPDATE users SET status = 'deleted' WHERE handle = '{handle}'");
    assert_eq!(base.db.write().execute_unprepared(&sql).await.unwrap().rows_affected(), 1);
    base.bus.publish(Signal::Forget(CacheKey::Person(person.id)));
}

/// The operations the OpenAPI document describes, as `get /me`.
async fn described(world: &World) -> BTreeSet<String> {
    let document = read(world.http.get(format!("{}/api/openapi.json", world.url))).await.ok();
    let routes = document["paths"].as_object().unwrap().iter().map(|(path, methods)| {
        let ours = path.strip_prefix("/api/v1").unwrap_or(path);
        (ours.to_owned(), methods.as_object().unwrap().keys().cloned().collect::<Vec<_>>())
    });
    routes.flat_map(|(path, methods)| methods.into_iter().map(move |method| format!("{method} {path}"))).collect()
}

/// The events the AsyncAPI document says a client may send.
async fn events(world: &World) -> BTreeSet<String> {
    let document = read(world.http.get(format!("{}/api/asyncapi.json", world.url))).await.ok();
    let operations = document["operations"].as_object().unwrap().values();
    let received = operations.filter(|operation| operation["action"] == "receive");
    received
        .map(|operation| operation["messages"][0]["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
        .collect()
}

async fn table(twin: Twin) -> String {
    let world = World::new(
        twin,
        &[("PRACA_LIMIT_UPLOADS", "off"), ("PRACA_LIMIT_ADS", "off"), ("PRACA_REQUIRE_VERIFIED_EMAIL", "true")],
    )
    .await;
    let mut cast = cast(&world).await;
    let described = described(&world).await;
    let of_two: BTreeSet<String> = matrix_of_two::routes().iter().map(name_of).collect();
    assert!(of_two.is_subset(&described), "the document describes every route of two");
    let mut missing: BTreeSet<String> = described.iter().filter(|name| !of_two.contains(*name)).cloned().collect();
    let mut rows = BTreeMap::new();
    for ask in asks() {
        let name = name_of(&ask);
        assert!(described.contains(&name), "the document does not describe {name}");
        missing.remove(&name);
        let cells = row(&world, &cast, &ask).await;
        if name.starts_with("post /auth/logout") {
            log_everybody_in(&world, &mut cast).await;
        }
        assert!(rows.insert(name.clone(), cells).is_none(), "{name} is asked twice");
    }
    for (name, cells) in picture_rows(&world, &cast).await {
        missing.remove(name);
        rows.insert(name.to_owned(), cells);
    }
    assert!(missing.is_empty(), "routes without a row, here or in the matrix of two: {missing:?}");
    for event in events(&world).await.iter().filter(|event| !event.starts_with("dms:")) {
        rows.insert(event.clone(), event_row(&world, &cast, event).await);
    }
    let mut table = legend();
    for (name, cells) in rows {
        let _ = writeln!(table, "{name:<58} {}", in_groups(&cells));
    }
    table
}

fn name_of((method, _, template, _): &Ask) -> String {
    format!("{} {template}", method.as_str().to_lowercase())
}

/// What stands above the table.
fn legend() -> String {
    let letters = "+ may (or may, and asked for what is not valid)   d access.denied   0 not there for them\n\
                   s account.silenced   x account.suspended   u account.email_unverified   \
                   t has no token, or the socket closes   c no such account, or another password\n\
                   Three letters: in no room, a member, a moderator of the room.\n\n";
    let roles = format!("{:<58} {}", "", "no  user        moderator   admin       is  un  de");
    let statuses = format!("{:<58} {}", "", "one act sil sus act sil sus act sil sus blk prv led");
    format!("{letters}{roles}\n{statuses}\n")
}

/// Cells by role and status.
fn in_groups(cells: &[char]) -> String {
    let (alone, rest) = cells.split_at(1);
    let (product, others) = rest.split_at(27);
    let product: Vec<String> = product.chunks(3).map(|three| three.iter().collect()).collect();
    format!("{}   {} {}   {}   {}", alone[0], product.join(" "), others[0], others[1], others[2])
}

/// Pictures of a room, and of the target and the first member between them, at addresses signed for whoever asks.
async fn picture_rows(world: &World, cast: &Cast) -> [(&'static str, Vec<char>); 2] {
    let room = fresh_room(world, cast).await;
    let member =
        cast.people.iter().find(|one| one.in_room == InRoom::Member).and_then(|one| one.person.as_ref()).unwrap();
    let dm = world.dm(&cast.target, member).await;
    let (mut public, mut private) = (Vec::new(), Vec::new());
    let picture = world.ready(&cast.target, images::jpeg(40, 30)).await;
    let shown = world.show(&cast.target, room, "rooms", &[&picture]).await.ok();
    let hidden = world.ready(&cast.target, images::jpeg(40, 30)).await;
    let mut variants: Variants = serde_json::from_value(shown["attachments"][0]["variants"].clone()).unwrap();
    let of_all = json!(variants.thumb.url);
    world.show(&cast.target, dm, "dms", &[&hidden]).await.ok();
    for one in &cast.people {
        public.push(letter(&read(world.http.get(world.address(&of_all))).await));
        variants.thumb.url = Links::private_picture(hidden.parse().unwrap(), "thumb.webp");
        if let Some(person) = &one.person {
            let base = &world.app.base;
            base.links.sign_variants(&mut variants, person.id, base.clock.now());
        }
        let of_two = json!(variants.thumb.url);
        private.push(letter(&read(world.http.get(world.address(&of_two))).await));
    }
    [("get /media/{folder}/{name}", public), ("get /media/private/{upload}/{name}", private)]
}

async fn log_everybody_in(world: &World, cast: &mut Cast) {
    for one in &mut cast.people {
        if one.person.is_some() && one.handle != "apagada" {
            one.person = Some(world.log_in(&one.handle).await);
        }
    }
}

async fn row(world: &World, cast: &Cast, (method, path, template, body): &Ask) -> Vec<char> {
    let mut room = fresh_room(world, cast).await;
    let upload = if path.contains("{upload}") {
        let announced = world.announce(&cast.target, "message", "image/png", 1).await.ok();
        announced["id"].as_str().unwrap().to_owned()
    } else {
        String::new()
    };
    let mut cells = Vec::new();
    for one in &cast.people {
        let message = world.say(&cast.target, room, "do alvo").await.ok()["id"].as_str().unwrap().to_owned();
        let path = path.replace("{room}", &room.to_string()).replace("{target}", &cast.target.id.to_string());
        let ad = ad_of_the_target(world, cast, &path).await;
        let path = path.replace("{upload}", &upload).replace("{pending}", &ad).replace("{shown}", &ad);
        let refresh = one.person.as_ref().map_or("", |person| person.refresh.as_str());
        let body = body.as_ref().map(|body| filled_in(body, &message, &one.handle, refresh));
        let answer = world.request(method.clone(), &path.replace("{m}", &message), one.person.as_ref(), body).await;
        cells.push(letter(&answer));
        if !ad.is_empty() {
            world.delete(&format!("/ads/{ad}"), &cast.keeper).await;
        }
        // What this one did must not decide what the next may do.
        match (method, *template) {
            (&Method::DELETE, "/rooms/{id}") if answer.status.is_success() => room = fresh_room(world, cast).await,
            (&Method::PUT, "/rooms/{id}/silence" | "/rooms/{id}/silences/{user_id}") => {
                world.delete(&format!("/rooms/{room}/silence"), &cast.keeper).await;
                world.delete(&format!("/rooms/{room}/silences/{}", cast.target.id), &cast.keeper).await;
            }
            _ => {}
        }
    }
    cells
}

/// A fresh ad of the target's, where a path names one.
async fn ad_of_the_target(world: &World, cast: &Cast, path: &str) -> String {
    if path.contains("{shown}") {
        world.show_ad(&cast.target, &cast.keeper, crate::ads::sofa()).await
    } else if path.contains("{pending}") {
        world.write_ad(&cast.target, crate::ads::sofa()).await
    } else {
        String::new()
    }
}

/// What an answer says of who may, in a letter.
pub fn letter(answer: &Answer) -> char {
    let known = LETTERS.iter().find(|(code, _)| *code == answer.code());
    known.unwrap_or_else(|| panic!("no letter for {}: {}", answer.status, answer.body)).1
}

/// What a socket was told says of who may, in a letter.
fn letter_told(told: &str) -> char {
    let told = told.trim_end_matches('!');
    let known = LETTERS.iter().find(|(code, _)| code.rsplit('.').next() == Some(told));
    known.unwrap_or_else(|| panic!("no letter for {told}")).1
}

/// What an event gets from somebody, or from who never said who they are.
pub async fn event_letter(world: &World, person: Option<&Person>, event: &str, payload: Value) -> char {
    letter_told(&match person {
        None => attack_without_handshake(world, event, payload).await,
        Some(person) => attack(world, person, event, payload).await,
    })
}

async fn event_row(world: &World, cast: &Cast, event: &str) -> Vec<char> {
    let room = fresh_room(world, cast).await;
    let mut cells = Vec::new();
    for one in &cast.people {
        let message = world.say(&cast.target, room, "do alvo").await.ok()["id"].clone();
        let payload = json!({
            "roomId": room, "messageId": message, "body": "alheia", "nonce": world.app.base.ids.uuid(), "emoji": "👍",
            "on": true, "seq": 1, "userIds": [cast.target.id], "state": "online",
            "token": one.person.as_ref().map(|person| &person.token),
        });
        cells.push(event_letter(world, one.person.as_ref(), event, payload).await);
    }
    cells
}

/// What an event gets on somebody's socket; with a `!`, what the handshake gets.
async fn attack(world: &World, person: &Person, event: &str, payload: Value) -> String {
    match Socket::connect(&world.url, &person.token).await {
        Err(refused) => format!("{}!", refused["data"]["code"].as_str().unwrap().rsplit('.').next().unwrap()),
        Ok(mut socket) => {
            if event == "rooms:typing" {
                // Only who is in a room types there; who may not join is refused here as well.
                socket.ask("rooms:join", json!({ "roomId": payload["roomId"] })).await;
            }
            let answer = socket.ask(event, payload).await;
            answer["error"]["code"].as_str().unwrap_or("ok").rsplit('.').next().unwrap().to_owned()
        }
    }
}

/// What an event gets on a socket that never said who it is.
async fn attack_without_handshake(world: &World, event: &str, payload: Value) -> String {
    let mut socket = Socket::open(&world.url).await;
    socket.emit(event, payload).await;
    match socket.receive().await {
        Some(packet) if packet.starts_with("43") => "answered".to_owned(),
        _ => {
            socket.wait_closed().await;
            "closed".to_owned()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_permission_matrix_is_the_one_reviewed_on_sqlite_and_local() {
    insta::assert_snapshot!("matrix", table(Twin::Embedded).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_permission_matrix_is_the_one_reviewed_on_postgres_and_redis() {
    insta::assert_snapshot!("matrix", table(Twin::Shared).await);
}
