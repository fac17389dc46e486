//! Flood limits, and the other promises of the limits' twins.

use std::time::Duration;

use praca::config::Quota;
use praca_api::{ConversationId, UserId};
use serde_json::json;
use uuid::Uuid;

use crate::world::{Twin, World, on_both_twins};

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
