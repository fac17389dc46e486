//! Who may do what between two people: every route and event of theirs, in every state, as one reviewed table.

use std::fmt::Write as _;

use praca_api::ConversationId;
use praca_api::accounts::Role;
use praca_api::events::ClientEvent;
use reqwest::Method;
use serde_json::{Value, json};

use crate::matrix::{attack, attack_without_handshake, cell};
use crate::matrix_asks::Ask;
use crate::world::{PASSWORD, Person, Twin, World};

/// How somebody stands to the one whose conversation it is. The last three are not in it.
const WHO: [&str; 18] = [
    "anonymous",
    "friend",
    "requester",
    "asked",
    "refused",
    "blocked",
    "blocker",
    "silenced",
    "suspended",
    "unproved",
    "silenced mod",
    "silenced adm",
    "suspended mod",
    "suspended adm",
    "blocked mod",
    "stranger",
    "moderator",
    "admin",
];

/// The routes of two people; `{dm}`, `{target}` and `{own}` and `{theirs}` (messages) are filled in.
pub fn routes() -> Vec<Ask> {
    let message = "/dms/{id}/messages/{message_id}";
    let reaction = "/dms/{id}/messages/{message_id}/reactions/{emoji}";
    vec![
        (Method::GET, "/dms", "/dms", None),
        (Method::PUT, "/dms/with/{target}", "/dms/with/{user_id}", None),
        (Method::GET, "/dms/{dm}", "/dms/{id}", None),
        (Method::GET, "/dms/{dm}/messages", "/dms/{id}/messages", None),
        (Method::GET, "/search/messages?q=oi&conversationId={dm}", "/search/messages", None),
        (Method::POST, "/dms/{dm}/messages", "/dms/{id}/messages", Some(json!({ "body": "oi" }))),
        (Method::PATCH, "/dms/{dm}/messages/{own}", message, Some(json!({ "body": "outra" }))),
        (Method::DELETE, "/dms/{dm}/messages/{own}", message, None),
        (Method::GET, "/dms/{dm}/messages/{theirs}/revisions", "/dms/{id}/messages/{message_id}/revisions", None),
        (Method::PUT, "/dms/{dm}/messages/{theirs}/reactions/👍", reaction, None),
        (Method::DELETE, "/dms/{dm}/messages/{theirs}/reactions/👍", reaction, None),
        (Method::PUT, "/dms/{dm}/read", "/dms/{id}/read", Some(json!({ "seq": 1 }))),
        (Method::PATCH, "/dms/{dm}/membership", "/dms/{id}/membership", Some(json!({ "muted": true }))),
        (Method::PUT, "/dms/{dm}/acceptance", "/dms/{id}/acceptance", None),
        (Method::DELETE, "/dms/{dm}/acceptance", "/dms/{id}/acceptance", None),
    ]
}

/// A conversation in a state, with one message of each who may write.
struct Scene {
    dm: ConversationId,
    target: Person,
    /// Who tries; none without an account.
    who: Option<Person>,
    own: Value,
    theirs: Value,
}

/// People of the square who are in no scene but may try.
struct Outsiders {
    admin: Person,
    moderator: Person,
    stranger: Person,
}

/// Sets a scene: fresh people, so that no row depends on another.
async fn scene(world: &World, outsiders: &Outsiders, who: &str) -> Scene {
    let fresh = async || {
        let name: String = world.app.base.ids.uuid().simple().to_string().chars().rev().take(18).collect();
        world.user(&format!("p{name}")).await
    };
    let target = fresh().await;
    let other = if who == "unproved" { unproved(world).await } else { fresh().await };
    let asks_first = if matches!(who, "asked" | "unproved") { (&target, &other) } else { (&other, &target) };
    let dm = world.open_dm(asks_first.0, asks_first.1).await;
    let first = world.write(asks_first.0, dm, "primeira").await.ok()["id"].clone();
    let mut own = first.clone();
    let mut theirs = first;
    let accepted = !matches!(who, "requester" | "asked" | "refused" | "unproved");
    if accepted {
        theirs = world.write(asks_first.1, dm, "resposta").await.ok()["id"].clone();
        own = world.write(&other, dm, "minha").await.ok()["id"].clone();
    }
    match who {
        "refused" => drop(world.delete(&format!("/dms/{dm}/acceptance"), &target).await.expect(204, "")),
        "blocked" => drop(world.put(&format!("/me/blocks/{}", other.id), &target, json!({})).await.expect(204, "")),
        "blocker" => drop(world.put(&format!("/me/blocks/{}", target.id), &other, json!({})).await.expect(204, "")),
        "silenced" | "suspended" | "silenced mod" | "silenced adm" | "suspended mod" | "suspended adm" => {
            let mut words = who.split(' ');
            let mut body = json!({ "status": words.next(), "reason": "matriz" });
            if let Some(role) = words.next() {
                body["role"] = json!(if role == "mod" { "moderator" } else { "admin" });
            }
            world.patch(&format!("/admin/users/{}", other.id), &outsiders.admin, body).await.ok();
        }
        "blocked mod" => {
            let body = json!({ "role": "moderator", "reason": "matriz" });
            world.patch(&format!("/admin/users/{}", other.id), &outsiders.admin, body).await.ok();
            world.put(&format!("/me/blocks/{}", other.id), &target, json!({})).await.expect(204, "");
        }
        "unproved" => drop(world.put(&format!("/dms/{dm}/acceptance"), &other, json!({})).await),
        _ => {}
    }
    let who = match who {
        "anonymous" => None,
        "stranger" => Some(outsiders.stranger.clone()),
        "moderator" => Some(outsiders.moderator.clone()),
        "admin" => Some(outsiders.admin.clone()),
        _ => Some(other),
    };
    Scene { dm, target, who, own, theirs }
}

/// Somebody who did not prove their address.
async fn unproved(world: &World) -> Person {
    let name: String = world.app.base.ids.uuid().simple().to_string().chars().rev().take(18).collect();
    let (handle, email) = (format!("s{name}"), format!("{name}@praca.example"));
    let wish = json!({ "email": email, "handle": handle, "displayName": "Sem Prova", "password": PASSWORD });
    world.post("/auth/register", None, wish).await.expect(202, "");
    world.log_in(&handle).await
}

async fn route_cell(world: &World, scene: &Scene, (method, path, _, body): &Ask) -> String {
    let path = path
        .replace("{dm}", &scene.dm.to_string())
        .replace("{target}", &scene.target.id.to_string())
        .replace("{own}", scene.own.as_str().unwrap())
        .replace("{theirs}", scene.theirs.as_str().unwrap());
    let mut body = body.clone();
    if let Some(body) = body.as_mut().filter(|body| body["body"] == "oi") {
        body["nonce"] = json!(world.app.base.ids.uuid());
    }
    cell(&world.request(method.clone(), &path, scene.who.as_ref(), body).await)
}

async fn event_cell(world: &World, scene: &Scene, event: &str) -> String {
    let message = if event == "dms:message:react" { &scene.theirs } else { &scene.own };
    let payload = json!({
        "conversationId": scene.dm, "userId": scene.target.id, "messageId": message, "body": "outra",
        "nonce": world.app.base.ids.uuid(), "emoji": "👍", "on": true, "seq": 1,
    });
    match &scene.who {
        None => attack_without_handshake(world, event, payload).await,
        Some(person) => attack(world, person, event, payload).await,
    }
}

async fn table(twin: Twin) -> String {
    let world = World::new(twin, &[("PRACA_LIMIT_DMS", "off"), ("PRACA_REQUIRE_VERIFIED_EMAIL", "true")]).await;
    let outsiders = Outsiders {
        admin: world.person("admina", Role::Admin).await,
        moderator: world.person("modera", Role::Moderator).await,
        stranger: world.user("alheia").await,
    };
    let mut table = format!("{:<60}{}", "", WHO.map(|who| format!("{who:<17}")).join("")).trim_end().to_owned() + "\n";
    let routes = routes();
    let events: Vec<_> = ClientEvent::ALL.iter().filter(|event| event.name().starts_with("dms:")).collect();
    let mut rows: Vec<String> = routes.iter().map(|ask| format!("{:<60}", format!("{} {}", ask.0, ask.2))).collect();
    rows.extend(events.iter().map(|event| format!("{:<60}", event.name())));
    for (at, row) in rows.iter_mut().enumerate() {
        for who in WHO {
            let scene = scene(&world, &outsiders, who).await;
            let cell = match routes.get(at) {
                Some(ask) => route_cell(&world, &scene, ask).await,
                None => event_cell(&world, &scene, events[at - routes.len()].name()).await,
            };
            let _ = write!(row, "{cell:<17}");
        }
        table.push_str(row.trim_end());
        table.push('\n');
    }
    table
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_of_two_is_the_one_reviewed_on_sqlite_and_local() {
    insta::assert_snapshot!("matrix_of_two", table(Twin::Embedded).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_of_two_is_the_one_reviewed_on_postgres_and_redis() {
    insta::assert_snapshot!("matrix_of_two", table(Twin::Shared).await);
}
