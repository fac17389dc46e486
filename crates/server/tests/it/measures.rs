//! How the square does, as its administrators see it.

use std::time::Duration;

use praca::{jobs, measures};
use praca_api::UserId;
use praca_api::accounts::Role;
use praca_api::admin::Measure;
use praca_api::people::Presence;

use crate::world::{Person, World, on_both_twins};

on_both_twins! {
    async fn people_messages_answers_and_jobs_are_counted_minute_by_minute(world: World) {
        let (admin, ana) = (world.person("admina", Role::Admin).await, world.user("ana").await);
        let room = world.room("largo", 0, 0).await;
        let socket = world.socket(&ana).await;
        world.put(&format!("/rooms/{room}/membership"), &ana, serde_json::json!({})).await.ok();
        for text in ["um", "dois", "três"] {
            world.say(&ana, room, text).await.expect(201, "");
        }
        let base = &world.app.base;
        // Minutes that ended meanwhile were noted by the node itself.
        let of_the_hour = async || {
            let measured = world.get("/admin/measures", &admin).await.ok();
            assert_eq!(measured["stepSeconds"], 60);
            let items: Vec<Measure> = serde_json::from_value(measured["items"].clone()).unwrap();
            let messages: f64 = items.iter().map(|one| one.messages).sum();
            let p99 = items.iter().map(|one| one.p99_ms).fold(0.0, f64::max);
            let queue = items.iter().map(|one| one.queue).max().unwrap_or_default();
            (format!("{messages:.0}"), p99, queue, items.iter().map(|one| one.online).max().unwrap_or_default())
        };
        // Presence is noted in groups.
        let here = async {
            while base.limits.presence(&[ana.id]).await.unwrap() == [Presence::Offline] {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), here).await.unwrap();
        world.work().await;
        assert_eq!(jobs::due(base).await.unwrap(), 0);
        for _ in 0..2 {
            world.post("/auth/password/forgot", None, serde_json::json!({ "email": "a@b.example" })).await.expect(202, "");
        }
        assert_eq!(jobs::due(base).await.unwrap(), 2);
        measures::note(base, base.ids.uuid()).await.unwrap();
        let (messages, p99, queue, online) = of_the_hour().await;
        assert_eq!((messages.as_str(), queue), ("3", 2));
        assert!(p99 > 0.0 && online >= 1, "{p99} {online}");
        // A second node of the same minutes adds its messages.
        world.say(&ana, room, "quatro").await.expect(201, "");
        measures::note(base, base.ids.uuid()).await.unwrap();
        assert_eq!(of_the_hour().await.0, "4");
        let week = world.get("/admin/measures?hours=168", &admin).await.ok();
        assert_eq!(week["stepSeconds"], 105 * 60);
        world.get("/admin/measures?hours=169", &admin).await.expect(422, "request.invalid");
        world.get("/admin/measures", &ana).await.expect(403, "access.denied");
        drop(socket);
    }

    async fn people_are_online_once_and_no_longer_than_they_are(world: World) {
        let (ana, bia) = (world.user("ana").await, world.user("bia").await);
        let limits = &world.app.base.limits;
        let (one, two) = (world.app.base.ids.uuid(), world.app.base.ids.uuid());
        // Long enough for the clocks of other worlds on this Redis, some of which are years ahead.
        let lease = Duration::from_secs(3_000 * 86_400);
        let set = async |node, states: &[(UserId, Option<Presence>)]| {
            limits.set_presence(node, states, lease).await.unwrap();
        };
        let here = Some(Presence::Online);
        for node in [one, two] {
            set(node, &[(ana.id, here), (bia.id, Some(Presence::Away))]).await;
        }
        assert_eq!(counted(&world, &[&ana, &bia]).await, 2);
        set(one, &[(ana.id, None)]).await;
        assert_eq!(counted(&world, &[&ana, &bia]).await, 2, "still there on the other node");
        set(two, &[(ana.id, None)]).await;
        assert_eq!(counted(&world, &[&ana, &bia]).await, 1);
        set(one, &[(bia.id, None)]).await;
        set(two, &[(bia.id, None)]).await;
        assert_eq!(counted(&world, &[&ana, &bia]).await, 0);
    }
}

/// How many of these are counted; nobody else is in the world, but its Redis has other worlds.
async fn counted(world: &World, people: &[&Person]) -> usize {
    let all = usize::try_from(world.app.base.limits.online().await.unwrap()).unwrap();
    let Some(url) = &world.app.base.config.redis_url else { return all };
    let mut redis = redis::Client::open(url.reveal()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let mut ask = redis::cmd("ZMSCORE");
    ask.arg("praca:online").arg(people.iter().map(|person| person.id.to_string()).collect::<Vec<_>>());
    let scores: Vec<Option<f64>> = ask.query_async(&mut redis).await.unwrap();
    let counted = scores.into_iter().flatten().count();
    assert!(counted <= all);
    counted
}
