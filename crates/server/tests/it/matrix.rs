//! Who may do what: every route and every event, attacked by everyone, as one reviewed table.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use praca::links::Links;
use praca_api::ConversationId;
use praca_api::accounts::Role;
use praca_api::events::ClientEvent;
use praca_api::uploads::Variants;
use reqwest::Method;
use serde_json::{Value, json};

use crate::images;
use crate::matrix_of_two;
use crate::socket::Socket;
use crate::world::{Answer, PASSWORD, Person, Twin, World, read};

const WHO: [&str; 10] = [
    "anonymous",
    "stranger",
    "member",
    "blocked",
    "unproved",
    "room-mod",
    "moderator",
    "silenced",
    "suspended",
    "admin",
];

/// Everyone who tries, and somebody things are done to.
struct Cast {
    people: Vec<Option<Person>>,
    admin: Person,
    room_mod: Person,
    members: Vec<Person>,
    target: Person,
}

/// A route as it is asked: method, path, its template, body. `{room}`, `{target}` and `{m}` (a message of the target) are
/// filled in for each try, `{upload}` (one of the target's) for each row.
pub type Ask = (Method, &'static str, &'static str, Option<Value>);

async fn cast(world: &World) -> Cast {
    let admin = world.person("admina", Role::Admin).await;
    let moderator = world.person("modera", Role::Moderator).await;
    let (stranger, member, room_mod) =
        (world.user("alheia").await, world.user("membra").await, world.user("zelador").await);
    let (silenced, suspended, target) =
        (world.user("calada").await, world.user("suspensa").await, world.user("alvo").await);
    let blocked = world.user("barrada").await;
    world.put(&format!("/me/blocks/{}", blocked.id), &target, json!({})).await.expect(204, "");
    let (handle, email) = ("semprova", "semprova@praca.example");
    let wish = json!({ "email": email, "handle": handle, "displayName": "Sem Prova", "password": PASSWORD });
    world.post("/auth/register", None, wish).await.expect(202, "");
    let unproved = world.log_in(handle).await;
    Cast {
        members: [&member, &room_mod, &silenced, &suspended, &target, &blocked, &unproved].map(Clone::clone).to_vec(),
        admin: admin.clone(),
        room_mod: room_mod.clone(),
        target,
        people: vec![
            None,
            Some(stranger),
            Some(member),
            Some(blocked),
            Some(unproved),
            Some(room_mod),
            Some(moderator),
            Some(silenced),
            Some(suspended),
            Some(admin),
        ],
    }
}

/// A room as each row finds it, whatever the rows before did.
async fn fresh_room(world: &World, cast: &Cast) -> ConversationId {
    let room = world.room(&format!("sala-{}", world.app.base.ids.uuid()), 0, 0).await;
    set_statuses(world, cast, "active", "active").await;
    for person in &cast.members {
        world.put(&format!("/rooms/{room}/membership"), person, json!({})).await.ok();
    }
    let role = format!("/rooms/{room}/members/{}/role", cast.room_mod.id);
    assert_eq!(world.put(&role, &cast.admin, json!({ "role": "moderator" })).await.status, 204);
    set_statuses(world, cast, "silenced", "suspended").await;
    room
}

async fn set_statuses(world: &World, cast: &Cast, silenced: &str, suspended: &str) {
    for (person, status) in [(&cast.members[2], silenced), (&cast.members[3], suspended)] {
        let body = json!({ "status": status, "reason": "matriz" });
        world.patch(&format!("/admin/users/{}", person.id), &cast.admin, body).await.ok();
    }
}

/// What one asks of oneself.
fn account_routes() -> Vec<Ask> {
    let point = "BLn9b-VR0ca83knDNZ32dCHGyjJp-1riX9ZTN40MqV8K_LpQmLqxC_DoHvqvFXO_nGdAB4W9dogZb_sM-uV4JbY";
    let keys = json!({ "p256dh": point, "auth": "_ordMnz7uTCmrpBTeUV4Bw" });
    let passwords = json!({ "currentPassword": PASSWORD, "newPassword": "curta" });
    let subscription = json!({ "endpoint": "https://fcm.googleapis.com/fcm/send/x", "keys": keys });
    vec![
        (Method::GET, "/me", "/me", None),
        (Method::PATCH, "/me", "/me", Some(json!({ "displayName": "Nome Novo" }))),
        (Method::GET, "/me/preferences", "/me/preferences", None),
        (Method::PATCH, "/me/preferences", "/me/preferences", Some(json!({ "presence": true }))),
        (Method::GET, "/me/notifications", "/me/notifications", None),
        (Method::PUT, "/me/notifications/read", "/me/notifications/read", Some(json!({}))),
        (Method::GET, "/me/push", "/me/push", None),
        (Method::PUT, "/me/push/subscription", "/me/push/subscription", Some(subscription)),
        (Method::DELETE, "/me/push/subscription?endpoint=x", "/me/push/subscription", None),
        (Method::GET, "/me/blocks", "/me/blocks", None),
        (Method::PUT, "/me/blocks/{target}", "/me/blocks/{user_id}", None),
        (Method::DELETE, "/me/blocks/{target}", "/me/blocks/{user_id}", None),
        (Method::GET, "/users/alvo", "/users/{handle}", None),
        (Method::GET, "/contacts", "/contacts", None),
        (Method::GET, "/search/people?q=alvo", "/search/people", None),
        (Method::GET, "/auth/sessions", "/auth/sessions", None),
        (Method::DELETE, "/auth/sessions", "/auth/sessions", None),
        (Method::DELETE, "/auth/sessions/{target}", "/auth/sessions/{id}", None),
        (Method::POST, "/auth/email/resend", "/auth/email/resend", None),
        (Method::POST, "/auth/reauthenticate", "/auth/reauthenticate", Some(json!({ "password": PASSWORD }))),
        (Method::POST, "/me/password", "/me/password", Some(passwords)),
        (Method::POST, "/me/email", "/me/email", Some(json!({ "email": "matriz@praca.example" }))),
    ]
}

/// What administrators ask.
fn admin_routes() -> Vec<Ask> {
    let change = json!({ "role": "user", "reason": "matriz" });
    vec![
        (
            Method::DELETE,
            "/admin/users/00000000-0000-0000-0000-000000000000/factors",
            "/admin/users/{id}/factors",
            None,
        ),
        (Method::GET, "/admin/mail", "/admin/mail", None),
        (Method::GET, "/admin/users/{target}/sessions", "/admin/users/{id}/sessions", None),
        // Nobody's: who comes later in the table needs theirs.
        (
            Method::DELETE,
            "/admin/users/00000000-0000-0000-0000-000000000000/sessions",
            "/admin/users/{id}/sessions",
            None,
        ),
        (Method::GET, "/admin/invites", "/admin/invites", None),
        (Method::POST, "/admin/invites", "/admin/invites", Some(json!({ "uses": 1 }))),
        (Method::DELETE, "/admin/invites/{target}", "/admin/invites/{id}", None),
        (Method::GET, "/admin/audit", "/admin/audit", None),
        (Method::GET, "/admin/audit.csv", "/admin/audit.csv", None),
        (Method::GET, "/admin/users", "/admin/users", None),
        (Method::PATCH, "/admin/users/{target}", "/admin/users/{id}", Some(change)),
    ]
}

/// What one asks of one's second factors.
fn factor_routes() -> Vec<Ask> {
    let passkey = || json!({ "ceremony": "00000000-0000-0000-0000-000000000000", "credential": {} });
    vec![
        (Method::GET, "/me/factors", "/me/factors", None),
        (Method::POST, "/me/factors/totp", "/me/factors/totp", Some(json!({}))),
        (Method::POST, "/me/factors/totp/confirm", "/me/factors/totp/confirm", Some(json!({ "code": "curta" }))),
        (Method::DELETE, "/me/factors/totp", "/me/factors/totp", None),
        (Method::POST, "/me/factors/recovery-codes", "/me/factors/recovery-codes", Some(json!({}))),
        (Method::POST, "/me/passkeys/options", "/me/passkeys/options", Some(json!({}))),
        (Method::POST, "/me/passkeys", "/me/passkeys", Some(passkey())),
        (Method::DELETE, "/me/passkeys/{target}", "/me/passkeys/{id}", None),
        (Method::POST, "/auth/reauthenticate/passkey", "/auth/reauthenticate/passkey", Some(passkey())),
    ]
}

/// What one asks of uploads; those there are, are the target's.
fn upload_routes() -> Vec<Ask> {
    let new = json!({ "purpose": "message", "fileName": "a.png", "contentType": "image/png", "bytes": 1 });
    let (upload, file) = ("/uploads/{id}", "/uploads/{id}/file");
    vec![
        (Method::POST, "/uploads", "/uploads", Some(new)),
        (Method::GET, "/uploads/{upload}", upload, None),
        (Method::PATCH, "/uploads/{upload}", upload, Some(json!({ "alt": "alheia" }))),
        (Method::POST, "/uploads/{upload}/complete", "/uploads/{id}/complete", Some(json!({}))),
        (Method::PUT, "/uploads/{upload}/file?until=9999999999999&signature=AAAA", file, Some(json!({}))),
        (Method::DELETE, "/uploads/{upload}", upload, None),
    ]
}

/// What one asks of a room.
fn room_routes() -> Vec<Ask> {
    let silence = || Some(json!({ "reason": "matriz" }));
    let message = "/rooms/{id}/messages/{message_id}";
    let reaction = "/rooms/{id}/messages/{message_id}/reactions/{emoji}";
    vec![
        (Method::GET, "/rooms", "/rooms", None),
        (Method::GET, "/search/messages?q=oi&conversationId={room}", "/search/messages", None),
        (Method::POST, "/rooms", "/rooms", Some(json!({ "name": "x" }))),
        (Method::GET, "/rooms/{room}", "/rooms/{id}", None),
        (Method::PATCH, "/rooms/{room}", "/rooms/{id}", Some(json!({ "topic": "Assunto" }))),
        (Method::PATCH, "/rooms/{room}/membership", "/rooms/{id}/membership", Some(json!({ "muted": true }))),
        (Method::GET, "/rooms/{room}/messages", "/rooms/{id}/messages", None),
        (Method::POST, "/rooms/{room}/messages", "/rooms/{id}/messages", Some(json!({ "body": "oi" }))),
        (Method::GET, "/rooms/{room}/messages/{m}/revisions", "/rooms/{id}/messages/{message_id}/revisions", None),
        (Method::PATCH, "/rooms/{room}/messages/{m}", message, Some(json!({ "body": "alheia" }))),
        (Method::PUT, "/rooms/{room}/messages/{m}/reactions/👍", reaction, None),
        (Method::DELETE, "/rooms/{room}/messages/{m}/reactions/👍", reaction, None),
        (Method::DELETE, "/rooms/{room}/messages/{m}", message, None),
        (Method::PUT, "/rooms/{room}/read", "/rooms/{id}/read", Some(json!({ "seq": 1 }))),
        (Method::GET, "/rooms/{room}/pins", "/rooms/{id}/pins", None),
        (Method::PUT, "/rooms/{room}/pins/{m}", "/rooms/{id}/pins/{message_id}", None),
        (Method::DELETE, "/rooms/{room}/pins/{m}", "/rooms/{id}/pins/{message_id}", None),
        (Method::GET, "/rooms/{room}/mentions", "/rooms/{id}/mentions", None),
        (Method::GET, "/rooms/{room}/presence", "/rooms/{id}/presence", None),
        (Method::GET, "/rooms/{room}/members", "/rooms/{id}/members", None),
        (
            Method::PUT,
            "/rooms/{room}/members/{target}/role",
            "/rooms/{id}/members/{user_id}/role",
            Some(json!({ "role": "member" })),
        ),
        (Method::PUT, "/rooms/{room}/silences/{target}", "/rooms/{id}/silences/{user_id}", silence()),
        (Method::DELETE, "/rooms/{room}/silences/{target}", "/rooms/{id}/silences/{user_id}", None),
        (Method::PUT, "/rooms/{room}/silence", "/rooms/{id}/silence", silence()),
        (Method::DELETE, "/rooms/{room}/silence", "/rooms/{id}/silence", None),
        (Method::PUT, "/rooms/{room}/membership", "/rooms/{id}/membership", None),
        (Method::DELETE, "/rooms/{room}/membership", "/rooms/{id}/membership", None),
        (Method::DELETE, "/rooms/{room}", "/rooms/{id}", None),
    ]
}

/// Routes anybody may call without an account.
const OPEN: [&str; 9] = [
    "get /auth/registration",
    "post /auth/register",
    "post /auth/login",
    "post /auth/passkey/options",
    "post /auth/passkey",
    "post /auth/refresh",
    "post /auth/email/verify",
    "post /auth/password/forgot",
    "post /auth/password/reset",
];

async fn table(twin: Twin) -> String {
    let world = World::new(twin, &[("PRACA_LIMIT_UPLOADS", "off"), ("PRACA_REQUIRE_VERIFIED_EMAIL", "true")]).await;
    let mut cast = cast(&world).await;
    let mut table = format!("{:<60}{}", "", WHO.map(|who| format!("{who:<17}")).join("")).trim_end().to_owned() + "\n";
    let mut covered: BTreeSet<String> = OPEN.iter().map(|route| (*route).to_owned()).collect();
    let asks = [account_routes(), factor_routes(), admin_routes(), room_routes(), upload_routes()];
    for ask in asks.into_iter().flatten() {
        covered.insert(format!("{} {}", ask.0.as_str().to_lowercase(), ask.2));
        table.push_str(&row(&world, &cast, &ask).await);
    }
    for event in ClientEvent::ALL.iter().filter(|event| !event.name().starts_with("dms:")) {
        table.push_str(&event_row(&world, &cast, event.name()).await);
    }
    for (template, cells) in picture_rows(&world, &cast).await {
        covered.insert(format!("get {template}"));
        let _ = writeln!(table, "{}", format!("{:<60}{cells}", format!("GET {template}")).trim_end());
    }
    for path in ["/auth/logout-all", "/auth/logout"] {
        covered.insert(format!("post {path}"));
        table.push_str(&row(&world, &cast, &(Method::POST, path, path, Some(json!({})))).await);
        cast = log_everybody_in(&world).await;
    }
    let document = read(world.http.get(format!("{}/api/openapi.json", world.url))).await.ok();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(path, methods)| {
            Some((path.strip_prefix("/api/v1").or_else(|| path.starts_with("/media/").then_some(path))?, methods))
        })
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| format!("{method} {path}")))
        .collect();
    let of_two = matrix_of_two::routes().into_iter().map(|ask| format!("{} {}", ask.0.as_str().to_lowercase(), ask.2));
    covered.extend(of_two);
    assert_eq!(covered, described, "every route has a row, here or in the matrix of two");
    table
}

/// Pictures of a room, and of the target and the member between them, at addresses signed for whoever asks.
async fn picture_rows(world: &World, cast: &Cast) -> [(&'static str, String); 2] {
    let room = fresh_room(world, cast).await;
    let dm = world.dm(&cast.target, &cast.members[0]).await;
    let (mut public, mut private) = (String::new(), String::new());
    let picture = world.ready(&cast.target, images::jpeg(40, 30)).await;
    let shown = world.show(&cast.target, room, "rooms", &[&picture]).await.ok();
    let hidden = world.ready(&cast.target, images::jpeg(40, 30)).await;
    let mut variants: Variants = serde_json::from_value(shown["attachments"][0]["variants"].clone()).unwrap();
    let of_all = json!(variants.thumb.url);
    world.show(&cast.target, dm, "dms", &[&hidden]).await.ok();
    for person in &cast.people {
        let _ = write!(public, "{:<17}", cell(&read(world.http.get(world.address(&of_all))).await));
        variants.thumb.url = Links::private_picture(hidden.parse().unwrap(), "thumb.webp");
        if let Some(person) = person {
            let base = &world.app.base;
            base.links.sign_variants(&mut variants, person.id, base.clock.now());
        }
        let of_two = json!(variants.thumb.url);
        let _ = write!(private, "{:<17}", cell(&read(world.http.get(world.address(&of_two))).await));
    }
    [("/media/{folder}/{name}", public), ("/media/private/{upload}/{name}", private)]
}

async fn log_everybody_in(world: &World) -> Cast {
    let again = async |handle: &str| world.log_in(handle).await;
    let (admin, room_mod, target) = (again("admina").await, again("zelador").await, again("alvo").await);
    let (member, silenced, suspended) = (again("membra").await, again("calada").await, again("suspensa").await);
    let (blocked, unproved) = (again("barrada").await, again("semprova").await);
    let people = [
        again("alheia").await,
        member.clone(),
        blocked.clone(),
        unproved.clone(),
        room_mod.clone(),
        again("modera").await,
        silenced.clone(),
        suspended.clone(),
        admin.clone(),
    ];
    Cast {
        people: std::iter::once(None).chain(people.into_iter().map(Some)).collect(),
        members: vec![member, room_mod.clone(), silenced, suspended, target.clone(), blocked, unproved],
        admin,
        room_mod,
        target,
    }
}

async fn row(world: &World, cast: &Cast, (method, path, template, body): &Ask) -> String {
    let room = fresh_room(world, cast).await;
    let upload = if path.contains("{upload}") {
        let announced = world.announce(&cast.target, "message", "image/png", 1).await.ok();
        announced["id"].as_str().unwrap().to_owned()
    } else {
        String::new()
    };
    let mut line = format!("{:<60}", format!("{method} {template}"));
    for person in &cast.people {
        let message = world.say(&cast.target, room, "do alvo").await.ok()["id"].as_str().unwrap().to_owned();
        let path = path.replace("{room}", &room.to_string()).replace("{target}", &cast.target.id.to_string());
        let path = path.replace("{upload}", &upload);
        let mut body = body.clone();
        if let Some(body) = body.as_mut().filter(|body| body["body"] == "oi") {
            body["nonce"] = json!(message);
        }
        let answer = world.request(method.clone(), &path.replace("{m}", &message), person.as_ref(), body).await;
        let cell = cell(&answer);
        let _ = write!(line, "{cell:<17}");
        // What this one did must not decide what the next may do.
        world.put(&format!("/rooms/{room}/silence"), &cast.admin, json!({ "reason": "matriz" })).await;
        world.delete(&format!("/rooms/{room}/silence"), &cast.admin).await;
        world.delete(&format!("/rooms/{room}/silences/{}", cast.target.id), &cast.admin).await;
    }
    line.trim_end().to_owned() + "\n"
}

/// A status, or the end of the code of a refusal.
pub fn cell(answer: &Answer) -> String {
    match answer.code() {
        "" => answer.status.as_str().to_owned(),
        code => code.rsplit('.').next().unwrap().to_owned(),
    }
}

async fn event_row(world: &World, cast: &Cast, event: &str) -> String {
    let room = fresh_room(world, cast).await;
    let mut line = format!("{event:<60}");
    for person in &cast.people {
        let message = world.say(&cast.target, room, "do alvo").await.ok()["id"].clone();
        let payload = json!({
            "roomId": room, "messageId": message, "body": "alheia", "nonce": world.app.base.ids.uuid(), "emoji": "👍",
            "on": true, "seq": 1, "userIds": [cast.target.id], "state": "online", "token": person.as_ref().map(|person| &person.token),
        });
        let cell = match person {
            None => attack_without_handshake(world, event, payload).await,
            Some(person) => attack(world, person, event, payload).await,
        };
        let _ = write!(line, "{cell:<17}");
    }
    line.trim_end().to_owned() + "\n"
}

/// What an event gets on somebody's socket; with a `!`, what the handshake gets.
pub async fn attack(world: &World, person: &Person, event: &str, payload: Value) -> String {
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
pub async fn attack_without_handshake(world: &World, event: &str, payload: Value) -> String {
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
