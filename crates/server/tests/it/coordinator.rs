//! The coordinator goes away, and comes back.

use std::time::Duration;

use praca_api::accounts::Role;
use praca_peers::Redis;
use serde_json::json;

use crate::world::{Twin, World, read};

#[tokio::test(flavor = "multi_thread")]
async fn without_the_coordinator_only_slow_mode_waits_and_all_heals_when_it_is_back() {
    let mut redis = Redis::start().unwrap();
    let one = World::new(Twin::Shared, &[("PRACA_REDIS_URL", &redis.url())]).await;
    let two = one.second_node().await;
    let (ana, rosa) = (one.person("ana", Role::Admin).await, one.user("rosa").await);
    let (plain, slow) = (one.room("largo", 0, 0).await, one.room("feira", 5, 5).await);
    let mut socket = two.socket(&rosa).await;
    socket.done("rooms:join", json!({ "roomId": plain })).await;

    let mut heard = two.socket(&ana).await;
    redis.stop();
    one.say(&ana, plain, "sem coordenação").await.expect(201, "");
    one.say(&rosa, slow, "não posso").await.expect(503, "service.unavailable");
    // The other node finds the message in the database.
    assert_eq!(socket.event("rooms:message:new").await["message"]["body"], "sem coordenação");
    let ready = read(one.http.get(format!("{}/readyz", one.url))).await.ok();
    assert_eq!(ready["status"], "degraded", "{ready}");
    // Status is read from the database: a suspension counts at once, on both nodes.
    let change = json!({ "status": "suspended", "reason": "Basta." });
    one.patch(&format!("/admin/users/{}", rosa.id), &ana, change).await.ok();
    two.get("/rooms", &rosa).await.expect(403, "account.suspended");
    let change = json!({ "status": "active", "reason": "Passou." });
    one.patch(&format!("/admin/users/{}", rosa.id), &ana, change).await.ok();

    redis.start_again().unwrap();
    while !(one.app.base.bus.health().is_up() && two.app.base.bus.health().is_up()) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Whoever stayed connected is told that something may have been missed.
    heard.event("server:resynced").await;
    // The connection that counts comes back by itself, a little before or after the one that listens.
    let sent = async {
        loop {
            let answer = one.say(&rosa, slow, "agora posso").await;
            if answer.code() != "service.unavailable" {
                break answer;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), sent).await.unwrap().expect(201, "");
    let mut bento = two.socket(&two.user("bento").await).await;
    bento.done("rooms:join", json!({ "roomId": plain })).await;
    one.say(&ana, plain, "de volta").await.expect(201, "");
    assert_eq!(bento.event("rooms:message:new").await["message"]["body"], "de volta");
}
