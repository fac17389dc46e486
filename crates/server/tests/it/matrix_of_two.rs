//! Who may do what between two people: every route and event of theirs, in every state, as one reviewed table.

use std::fmt::Write as _;

use futures_util::stream::{self, StreamExt as _};
use praca_api::ConversationId;
use praca_api::accounts::{AccountStatus, Role};
use praca_api::events::ClientEvent;
use reqwest::Method;
use serde_json::{Value, json};

use crate::matrix::{delete_account, event_letter, letter};
use crate::matrix_asks::{Ask, filled_in};
use crate::world::{PASSWORD, Person, Twin, World};

/// How somebody stands to the one whose conversation it is; a stranger is not in it.
const RELATIONS: [&str; 7] = ["friend", "requester", "asked", "refused", "blocked", "blocker", "stranger"];
const ROLES: [Role; 3] = [Role::User, Role::Moderator, Role::Admin];
const STATUSES: [AccountStatus; 3] = [AccountStatus::Active, AccountStatus::Silenced, AccountStatus::Suspended];

/// Who tries.
#[derive(Clone, Copy, Debug)]
enum Who {
    Anonymous,
    /// Who was asked for a first contact, and has yet to prove their address.
    Unproved,
    /// Who was a friend, and deleted their account.
    Deleted,
    One(&'static str, Role, AccountStatus),
}

/// Those of every relation, status and role, and three more: in the order of the table.
fn everybody() -> Vec<Who> {
    let of = |relation| STATUSES.into_iter().flat_map(move |status| ROLES.map(|role| Who::One(relation, role, status)));
    let mut all = vec![Who::Anonymous];
    all.extend(RELATIONS.into_iter().flat_map(of));
    all.extend([Who::Unproved, Who::Deleted]);
    all
}

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
        (Method::POST, "/dms/{dm}/messages", "/dms/{id}/messages", Some(json!({ "body": "oi", "nonce": "{new}" }))),
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

/// A handle nobody else has.
fn handle(world: &World) -> String {
    let name: String = world.app.base.ids.uuid().simple().to_string().chars().rev().take(18).collect();
    format!("p{name}")
}

/// Sets a scene: fresh people, so that no row depends on another.
async fn scene(world: &World, keeper: &Person, who: Who) -> Scene {
    let target = world.user(&handle(world)).await;
    let name = handle(world);
    let other = if matches!(who, Who::Unproved) { unproved(world, &name).await } else { world.user(&name).await };
    let relation = match who {
        Who::Anonymous | Who::Deleted => "friend",
        Who::Unproved => "asked",
        Who::One(relation, ..) => relation,
    };
    let (first, second) = if relation == "asked" { (&target, &other) } else { (&other, &target) };
    let dm = world.open_dm(first, second).await;
    let mut theirs = world.write(first, dm, "primeira").await.ok()["id"].clone();
    let mut own = theirs.clone();
    if !matches!(relation, "requester" | "asked" | "refused") {
        theirs = world.write(second, dm, "resposta").await.ok()["id"].clone();
        own = world.write(&other, dm, "minha").await.ok()["id"].clone();
    }
    match relation {
        "refused" => drop(world.delete(&format!("/dms/{dm}/acceptance"), &target).await.expect(204, "")),
        "blocked" => drop(world.put(&format!("/me/blocks/{}", other.id), &target, json!({})).await.expect(204, "")),
        "blocker" => drop(world.put(&format!("/me/blocks/{}", target.id), &other, json!({})).await.expect(204, "")),
        _ => {}
    }
    let who = match who {
        Who::Anonymous => None,
        Who::Deleted => {
            delete_account(world, &other, &name).await;
            Some(other)
        }
        Who::Unproved => {
            world.put(&format!("/dms/{dm}/acceptance"), &other, json!({})).await;
            Some(other)
        }
        Who::One(relation, role, status) => {
            let one = if relation == "stranger" { world.user(&handle(world)).await } else { other };
            if role != Role::User {
                world.set_role(&one, role).await;
            }
            if status != AccountStatus::Active {
                let body = json!({ "status": status, "reason": "matriz" });
                world.patch(&format!("/admin/users/{}", one.id), keeper, body).await.ok();
            }
            Some(one)
        }
    };
    Scene { dm, target, who, own, theirs }
}

/// Somebody who did not prove their address.
async fn unproved(world: &World, handle: &str) -> Person {
    let email = format!("{handle}@praca.example");
    let wish = json!({ "email": email, "handle": handle, "displayName": "Sem Prova", "password": PASSWORD });
    world.post("/auth/register", None, wish).await.expect(202, "");
    world.log_in(handle).await
}

async fn route_cell(world: &World, scene: &Scene, (method, path, _, body): &Ask) -> char {
    let path = path
        .replace("{dm}", &scene.dm.to_string())
        .replace("{target}", &scene.target.id.to_string())
        .replace("{own}", scene.own.as_str().unwrap())
        .replace("{theirs}", scene.theirs.as_str().unwrap());
    let body = body.as_ref().map(|body| filled_in(body, &world.app.base.ids.uuid().to_string(), "", ""));
    letter(&world.request(method.clone(), &path, scene.who.as_ref(), body).await)
}

async fn event_cell(world: &World, scene: &Scene, event: &str) -> char {
    let message = if event == "dms:message:react" { &scene.theirs } else { &scene.own };
    let payload = json!({
        "conversationId": scene.dm, "userId": scene.target.id, "messageId": message, "body": "outra",
        "nonce": world.app.base.ids.uuid(), "emoji": "👍", "on": true, "seq": 1,
    });
    event_letter(world, scene.who.as_ref(), event, payload).await
}

/// What changes how two people stand to each other, or takes a message away: each has a scene of its own.
const CHANGING: [&str; 8] = [
    "PUT /dms/with/{user_id}",
    "POST /dms/{id}/messages",
    "DELETE /dms/{id}/messages/{message_id}",
    "PUT /dms/{id}/acceptance",
    "DELETE /dms/{id}/acceptance",
    "dms:open",
    "dms:message:send",
    "dms:message:delete",
];

/// What somebody gets from every route and every event, in this order.
async fn column(world: &World, keeper: &Person, who: Who) -> Vec<char> {
    let shared = scene(world, keeper, who).await;
    let mut cells = Vec::new();
    for (ask, name) in routes().iter().map(|ask| (ask, name_of(ask))) {
        let own = if CHANGING.contains(&&*name) { Some(scene(world, keeper, who).await) } else { None };
        cells.push(route_cell(world, own.as_ref().unwrap_or(&shared), ask).await);
    }
    for name in events() {
        let own = if CHANGING.contains(&name) { Some(scene(world, keeper, who).await) } else { None };
        cells.push(event_cell(world, own.as_ref().unwrap_or(&shared), name).await);
    }
    cells
}

fn name_of((method, _, template, _): &Ask) -> String {
    format!("{method} {template}")
}

fn events() -> impl Iterator<Item = &'static str> {
    ClientEvent::ALL.iter().map(|event| event.name()).filter(|name| name.starts_with("dms:"))
}

/// Cells by relation, status and role.
fn in_groups(cells: &[char]) -> String {
    let (alone, rest) = cells.split_at(1);
    let (product, others) = rest.split_at(RELATIONS.len() * 9);
    let threes: Vec<String> = product.chunks(3).map(|three| three.iter().collect()).collect();
    let relations: Vec<String> = threes.chunks(3).map(|three| three.join(" ")).collect();
    format!("{}   {}   {}   {}", alone[0], relations.join(" "), others[0], others[1])
}

/// What stands above the table.
fn legend() -> String {
    let relations = RELATIONS.map(|relation| format!("{relation:<11}")).join(" ");
    let statuses = RELATIONS.map(|_| "act sil sus").join(" ");
    format!(
        "The letters are those of the matrix of rooms. Three of them: a user, a moderator, an administrator.\n\n\
         {:<54} no  {relations} un  de\n{:<54} one {statuses} prv led\n",
        "", ""
    )
}

async fn table(twin: Twin) -> String {
    let world = World::new(twin, &[("PRACA_LIMIT_DMS", "off"), ("PRACA_REQUIRE_VERIFIED_EMAIL", "true")]).await;
    let keeper = world.person("zeladora", Role::Admin).await;
    let columns = stream::iter(everybody()).map(async |who| column(&world, &keeper, who).await);
    let columns: Vec<Vec<char>> = columns.buffered(4).collect().await;
    let names = routes().iter().map(name_of).chain(events().map(str::to_owned)).collect::<Vec<_>>();
    assert!(CHANGING.iter().all(|name| names.iter().any(|other| other == name)), "each is a row");
    let mut table = legend();
    for (at, name) in names.iter().enumerate() {
        let cells: Vec<char> = columns.iter().map(|column| column[at]).collect();
        let _ = writeln!(table, "{name:<54} {}", in_groups(&cells));
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
