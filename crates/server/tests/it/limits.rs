//! Flood limits, and the other promises of the limits' twins.

use std::time::Duration;

use praca::config::Quota;
use praca_api::{ConversationId, UserId};
use reqwest::Client;
use serde_json::json;
use uuid::Uuid;

use crate::world::{Person, Twin, World, on_both_twins, read};

on_both_twins! {
    async fn a_quota_is_used_up_and_comes_back(world: World) {
        let limits = &world.app.base.limits;
        let quota = Quota { count: 3, per: Duration::from_secs(10) };
        let key = world.app.base.ids.uuid().to_string();
        for _ in 0..3 {
            assert_eq!(limits.take(&key, quota).await, None);
        }
        let wait = limits.take(&key, quota).await.unwrap();
        assert!(wait > Duration::from_secs(8) && wait <= Duration::from_secs(10), "{wait:?}");
        world.pass(11);
        assert_eq!(limits.take(&key, quota).await, None);
    }

    async fn leases_count_people_once_and_run_out(world: World) {
        let limits = &world.app.base.limits;
        let (here, there) = (ConversationId(world.app.base.ids.uuid()), ConversationId(world.app.base.ids.uuid()));
        let (rosa, bento) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let lease = Duration::from_secs(50);
        limits.lease(&[(here, rosa), (here, bento), (here, rosa), (there, rosa)], lease).await.unwrap();
        assert_eq!(limits.present(&[here, there]).await.unwrap(), [2, 1]);
        limits.end_leases(&[(here, bento)]).await.unwrap();
        assert_eq!(limits.present_people(here).await.unwrap(), [rosa].into());
        world.pass(51);
        assert_eq!(limits.present(&[here, there]).await.unwrap(), [0, 0]);
    }
}

#[tokio::test]
async fn messages_requests_and_log_ins_are_held_back() {
    let settings = [("PRACA_LIMIT_MESSAGES", "3/10s"), ("PRACA_LIMIT_REQUESTS", "40/60s,12/60s")];
    let world = World::new(Twin::Embedded, &settings).await;
    let rosa = world.user("rosa").await;
    let room = world.room("largo", 0, 0).await;
    for _ in 0..3 {
        world.say(&rosa, room, "oi").await.ok();
    }
    let answer = world.say(&rosa, room, "oi").await;
    assert!(answer.headers.contains_key("retry-after"));
    assert!(answer.expect(429, "request.rate_limited")["retryAfterMs"].as_u64().unwrap() > 0);
    world.pass(11);
    world.say(&rosa, room, "oi").await.ok();
    let mut refused = 0;
    for _ in 0..15 {
        let answer =
            world.post("/auth/login", None, json!({ "login": "rosa", "password": "errada de propósito" })).await;
        refused += u32::from(answer.code() == "request.rate_limited");
    }
    assert_eq!(refused, 4, "12 of 16 log-ins pass");
    for _ in 0..40 {
        world.get("/me", &rosa).await;
    }
    world.get("/me", &rosa).await.expect(429, "request.rate_limited");
}

/// A request from somebody of that address, as a proxy says; how long until the next one, if it was refused.
async fn wait_of(world: &World, from: &str, person: Option<&Person>) -> Option<u64> {
    // An address of this machine that no other test comes from.
    let http = Client::builder().local_address(Some([127, 0, 0, 77].into())).build().unwrap();
    let mut request = http.get(format!("{}/api/v1/rooms", world.url)).header("x-forwarded-for", from);
    if let Some(person) = person {
        request = request.bearer_auth(&person.token);
    }
    let answer = read(request).await;
    if answer.status != 429 {
        return None;
    }
    let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    let millis = answer.expect(429, "request.rate_limited")["retryAfterMs"].as_u64().unwrap();
    assert_eq!(seconds, millis.div_ceil(1_000));
    Some(millis)
}

on_both_twins! {
    async fn an_address_is_that_of_the_client_and_its_network_behind_trusted_proxies_alone(world: World) {
        let mut settings = world.settings();
        settings.retain(|(key, _)| key != "PRACA_LIMIT_REQUESTS" && key != "PRACA_TRUSTED_PROXIES");
        settings.push(("PRACA_LIMIT_REQUESTS".into(), "3/60s".into()));
        let direct = World::with_settings(settings.clone(), &world).await;
        // Nobody is believed who is not trusted: all of these come from here.
        for (number, from) in ["198.51.100.1", "198.51.100.2", "2001:db8::1", "198.51.100.4"].into_iter().enumerate() {
            assert_eq!(wait_of(&direct, from, None).await.is_some(), number == 3, "{from}");
        }
        settings.push(("PRACA_TRUSTED_PROXIES".into(), "127.0.0.0/8,203.0.113.0/24".into()));
        let behind = World::with_settings(settings, &world).await;
        // Of IPv6 a person holds a whole network of 64 bits; what stands before a trusted proxy is made up.
        for (number, from) in ["2001:db8:1:2::1", "2001:db8:1:2::2", "9.9.9.9, 2001:db8:1:2::3, 203.0.113.7", "2001:db8:1:2:a::4"].into_iter().enumerate() {
            assert_eq!(wait_of(&behind, from, None).await.is_some(), number == 3, "{from}");
        }
        assert_eq!(wait_of(&behind, "2001:db8:1:3::1", None).await, None, "another network");
        assert_eq!(wait_of(&behind, "198.51.100.1", None).await, None);
        // Who is logged in is counted as who they are, wherever they are.
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        for (number, from) in ["198.51.100.7", "198.51.100.8", "2001:db8:9::1", "198.51.100.9"].into_iter().enumerate() {
            assert_eq!(wait_of(&behind, from, Some(&rosa)).await.is_some(), number == 3, "{from}");
        }
        assert_eq!(wait_of(&behind, "198.51.100.9", Some(&bento)).await, None);
        let wait = wait_of(&behind, "198.51.100.9", Some(&rosa)).await.unwrap();
        assert!((50_000..=60_000).contains(&wait), "{wait}");
        world.pass(61);
        assert_eq!(wait_of(&behind, "198.51.100.9", Some(&rosa)).await, None);
    }

    async fn pages_of_other_origins_read_how_long_to_wait(world: World) {
        let rosa = world.user("rosa").await;
        let mut settings = world.settings();
        settings.retain(|(key, _)| key != "PRACA_LIMIT_REQUESTS");
        settings.push(("PRACA_LIMIT_REQUESTS".into(), "1/60s,20/60s".into()));
        settings.push(("PRACA_CORS_ORIGINS".into(), "https://bairro.example".into()));
        let world = World::with_settings(settings, &world).await;
        let ask = async |origin: &str| {
            let request = world.http.get(format!("{}/api/v1/rooms", world.url)).header("origin", origin);
            read(request.bearer_auth(&rosa.token)).await
        };
        ask("https://bairro.example").await;
        let refused = ask("https://bairro.example").await;
        assert_eq!(refused.status, 429);
        assert_eq!(refused.headers["access-control-allow-origin"], "https://bairro.example");
        let exposed = refused.headers["access-control-expose-headers"].to_str().unwrap();
        assert!(exposed.split(',').any(|name| name.trim() == "retry-after"), "{exposed}");
        assert!(refused.headers.contains_key("retry-after"));
        let strange = ask("https://elsewhere.example").await;
        assert!(!strange.headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_through_one_node_counts_at_the_other() {
    let settings = [("PRACA_LIMIT_MESSAGES", "4/10s"), ("PRACA_LIMIT_REQUESTS", "20/60s,20/60s")];
    let one = World::new(Twin::Shared, &settings).await;
    let two = one.second_node().await;
    let rosa = one.user("rosa").await;
    let room = one.room("largo", 0, 0).await;
    for node in [&one, &two, &one, &two] {
        node.say(&rosa, room, "oi").await.expect(201, "");
    }
    for node in [&one, &two] {
        node.say(&rosa, room, "oi").await.expect(429, "request.rate_limited");
    }
    let mut passed = 0;
    for _ in 0..20 {
        for node in [&one, &two] {
            passed += u32::from(node.get("/me", &rosa).await.status == 200);
        }
    }
    assert_eq!(passed, 20 - 6, "six messages were asked for before");
}
