//! Bad input over REST: a clear problem each time, never a 500.

use reqwest::Method;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;

use crate::world::{Twin, World, on_both_twins, read};

on_both_twins! {
    async fn bodies_that_are_no_json_get_their_own_codes(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let url = format!("{}/api/v1/rooms/{room}/messages", world.url);
        let post = |body: Vec<u8>| world.http.post(&url).bearer_auth(&rosa.token).header("content-type", "application/json").body(body);
        for bad in [&b"{"[..], b"", b"[]", b"null", b"\"x\"", b"{\"body\":7,\"nonce\":\"n\"}", b"{\"body\":\"\xff\",\"nonce\":\"n\"}",
            b"{\"body\":\"\\ud800\",\"nonce\":\"n\"}", b"{\"body\":\"x\"}"] {
            read(post(bad.to_vec())).await.expect(400, "request.invalid");
        }
        // Its sender gets to see the answer, whether it says beforehand how much comes or not.
        read(post(vec![b' '; 10 * 1024 * 1024])).await.expect(413, "request.too_large");
        let parts = (0..160).map(|_| Ok::<_, std::io::Error>(vec![b' '; 64 * 1024]));
        let chunked = reqwest::Body::wrap_stream(futures_util::stream::iter(parts));
        let chunked = world.http.post(&url).bearer_auth(&rosa.token).header("content-type", "application/json").body(chunked);
        read(chunked).await.expect(413, "request.too_large");
        let text = world.http.post(&url).bearer_auth(&rosa.token).header("content-type", "text/plain").body("{}");
        read(text).await.expect(415, "request.unsupported_media");
        let unknown = json!({ "body": "x", "nonce": "n", "surprise": true });
        world.post(&format!("/rooms/{room}/messages"), Some(&rosa), unknown).await.expect(201, "");
    }

    async fn ids_that_name_nothing_are_not_found(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let nobody = world.app.base.ids.uuid();
        for path in [
            format!("/rooms/{nobody}"),
            "/rooms/not-an-id".to_owned(),
            format!("/rooms/{nobody}/messages"),
            format!("/rooms/{room}/messages/{nobody}/revisions"),
            "/nowhere".to_owned(),
        ] {
            world.get(&path, &rosa).await.expect(404, "resource.not_found");
        }
        world.request(Method::PUT, "/rooms", Some(&rosa), None).await.expect(405, "request.method_not_allowed");
        world.request(Method::GET, "/rooms", None, None).await.expect(401, "auth.invalid_token");
    }
}

#[tokio::test]
async fn headers_have_a_limit() {
    let world = World::new(Twin::Embedded, &[]).await;
    let ask =
        |length: usize| world.http.get(format!("{}/healthz", world.url)).header("x-long", "a".repeat(length)).send();
    assert_eq!(ask(16 * 1024).await.unwrap().status(), 200);
    // Refused, or cut off while it is still being sent.
    assert!(ask(256 * 1024).await.map_or(true, |answer| answer.status() == 431));
    assert_eq!(ask(1).await.unwrap().status(), 200);
}

#[tokio::test]
async fn other_origins_are_told_apart() {
    let world = World::new(Twin::Embedded, &[("PRACA_CORS_ORIGINS", "https://amigo.example")]).await;
    let ask = async |origin: &str| {
        let request = world.http.request(Method::OPTIONS, format!("{}/api/v1/rooms", world.url));
        let request = request.header("origin", origin).header("access-control-request-method", "GET");
        read(request).await.headers
    };
    assert_eq!(ask("https://amigo.example").await["access-control-allow-origin"], "https://amigo.example");
    assert!(!ask("https://evil.example").await.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn the_demo_data_is_loaded_once() {
    let world = World::new(Twin::Embedded, &[]).await;
    praca::demo::load(&world.app).await.unwrap();
    praca::demo::load(&world.app).await.unwrap();
    let statuses = "SELECT status, count(*) FROM ads GROUP BY status ORDER BY status";
    let conn = world.app.base.db.read();
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), statuses)).await.unwrap();
    let counted: Vec<(String, i64)> =
        rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect();
    let counted: Vec<(&str, i64)> = counted.iter().map(|(status, count)| (status.as_str(), *count)).collect();
    let every = [
        ("active", 5),
        ("approved", 1),
        ("concluded", 1),
        ("deleted", 1),
        ("pending", 2),
        ("rejected", 1),
        ("suspended", 1),
    ];
    assert_eq!(counted, every);
    let body = json!({ "login": "caio", "password": praca::demo::PASSWORD });
    let token = world.post("/auth/login", None, body).await.ok()["accessToken"].as_str().unwrap().to_owned();
    let rooms = read(world.http.get(format!("{}/api/v1/rooms", world.url)).bearer_auth(token)).await.ok();
    let rooms = rooms["items"].as_array().unwrap();
    let find = |slug: &str| rooms.iter().find(|room| room["slug"] == slug).unwrap();
    assert_eq!(rooms.len(), 4);
    assert_eq!(
        (&find("feira-livre")["intervalGlobalSeconds"], &find("feira-livre")["perUserSeconds"]),
        (&json!(5), &json!(15))
    );
    assert!(find("avisos")["silence"].is_object());
    assert!(find("praca-central")["lastSeq"].as_i64().unwrap() > 10);
    assert!(find("ajuda")["lastMessage"]["author"].is_object());
}
