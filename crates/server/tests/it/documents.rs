//! The generated documents say what the program does, and the program says what it is.

use std::collections::BTreeSet;

use praca_api::events::{ClientEvent, ServerEvent};
use serde_json::Value;

use crate::world::{Twin, World, on_both_twins, read};

async fn document(world: &World, path: &str) -> Value {
    read(world.http.get(format!("{}{path}", world.url))).await.ok()
}

/// Every `$ref` below a value.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| match value.as_str() {
            Some(target) if key == "$ref" => drop(found.insert(target)),
            _ => references(value, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn assert_references_resolve(document: &Value) {
    let mut found = BTreeSet::new();
    references(document, &mut found);
    assert!(!found.is_empty());
    for target in found {
        assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target} leads nowhere");
    }
}

#[tokio::test]
async fn the_openapi_document_is_the_one_reviewed_and_every_route_in_it_answers() {
    let world = World::new(Twin::Embedded, &[]).await;
    let document = document(&world, "/api/openapi.json").await;
    assert_references_resolve(&document);
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.push(format!("{method} {path} {}", operation["operationId"].as_str().unwrap()));
            let url = format!("{}{}", world.url, path.replace(['{', '}'], "0"));
            let answer = read(world.http.request(method.to_uppercase().parse().unwrap(), url)).await;
            assert_ne!(answer.status, 405, "{method} {path}");
            assert!(answer.status != 404 || answer.code() == "resource.not_found", "{method} {path}");
        }
    }
    insta::assert_snapshot!(operations.join("\n"));
}

/// The words of every enumeration below a value.
fn words<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| match value.as_array().filter(|_| key == "enum") {
            Some(items) => found.extend(items.iter().filter_map(Value::as_str)),
            None => words(value, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| words(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_words_of_the_documents_are_those_on_the_wire() {
    let world = World::new(Twin::Embedded, &[]).await;
    for path in ["/api/openapi.json", "/api/asyncapi.json"] {
        let document = document(&world, path).await;
        let mut found = BTreeSet::new();
        words(&document, &mut found);
        for word in ["active", "moderator", "dms.message"] {
            assert!(found.contains(word), "{path}: {found:?}");
        }
        // Names of ours begin with a capital letter; those of currencies are all of capitals.
        let is_name = |word: &&&str| word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase);
        let ours: Vec<_> = found.iter().filter(is_name).collect();
        assert!(ours.is_empty(), "{path}: {ours:?}");
    }
}

#[tokio::test]
async fn the_asyncapi_document_holds_exactly_the_events() {
    let world = World::new(Twin::Embedded, &[]).await;
    let document = document(&world, "/api/asyncapi.json").await;
    assert_references_resolve(&document);
    let messages = document["channels"]["main"]["messages"].as_object().unwrap();
    let described: BTreeSet<&str> =
        messages.keys().map(String::as_str).filter(|name| !name.ends_with(".ack")).collect();
    let names: BTreeSet<&str> =
        ClientEvent::ALL.iter().map(|event| event.name()).chain(ServerEvent::NAMES.iter().copied()).collect();
    assert_eq!(described, names);
    assert!(messages.values().all(|message| message["payload"].as_object().is_some_and(|payload| !payload.is_empty())));
}

on_both_twins! {
    async fn it_is_alive_ready_and_counted(world: World) {
        let get = async |path: &str| read(world.http.get(format!("{}{path}", world.url))).await;
        assert_eq!(get("/healthz").await.status, 200);
        let ready = get("/readyz").await;
        assert_eq!((ready.status.as_u16(), ready.body["status"].as_str()), (200, Some("ready")));
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        world.say(&rosa, room, "oi").await.ok();
        let metrics = get("/metrics").await.ok();
        for name in ["praca_messages_stored_total", "praca_http_request_duration_seconds", "praca_message_group_size"] {
            assert!(metrics.as_str().unwrap().contains(name), "{name}");
        }
    }

    async fn every_answer_carries_a_request_id_and_the_headers_that_protect(world: World) {
        for path in ["/healthz", "/api/v1/me", "/nothing.js", "/api/nothing", "/"] {
            let answer = read(world.http.get(format!("{}{path}", world.url)).header("x-request-id", "abc-12345678")).await;
            assert_eq!(answer.headers["x-request-id"], "abc-12345678", "{path}");
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            let policy = answer.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
        }
        let odd = read(world.http.get(format!("{}/healthz", world.url)).header("x-request-id", "a b")).await;
        assert_ne!(odd.headers["x-request-id"], "a b");
    }
}

#[tokio::test]
async fn metrics_are_for_bearers_of_the_token_once_there_is_one() {
    let world = World::new(
        Twin::Embedded,
        &[("PRACA_METRICS_TOKEN", "segredo"), ("PRACA_PUBLIC_URL", "https://praca.example")],
    )
    .await;
    let url = format!("{}/metrics", world.url);
    read(world.http.get(&url)).await.expect(404, "resource.not_found");
    read(world.http.get(&url).bearer_auth("errado")).await.expect(404, "resource.not_found");
    read(world.http.get(&url).bearer_auth("segredo")).await.ok();
}

#[tokio::test]
async fn the_operator_replaces_a_text_by_a_file() {
    let world = World::new(Twin::Embedded, &[]).await;
    let get = async |name: &str| read(world.http.get(format!("{}/texts/{name}", world.url))).await;
    assert!(get("rules.pt-BR.txt").await.ok().as_str().unwrap().contains("banco da praça"));
    let folder = world.app.base.config.data_dir.join("texts");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("rules.pt-BR.txt"), "As nossas regras.").unwrap();
    // Read as the program starts, so that everybody is shown what they accept.
    let later = World::with_settings(world.settings(), &world).await;
    let shown = read(later.http.get(format!("{}/texts/rules.pt-BR.txt", later.url))).await.ok();
    assert_eq!(shown, "As nossas regras.");
    std::fs::write(folder.join("rules.es.txt"), [0xff, 0xfe]).unwrap();
    let unreadable = praca::texts::Texts::load(&world.app.base.config.data_dir);
    assert!(unreadable.is_err(), "ours never stand in the place of the operator's own");
    for name in ["..%2Fpraca.db", "secret.key", "rules.fr.txt"] {
        get(name).await.expect(404, "resource.not_found");
    }
}
