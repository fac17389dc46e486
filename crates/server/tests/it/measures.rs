//! How the square does, as its administrators see it.

use std::time::Duration;

use praca::measures;
use praca_api::UserId;
use praca_api::accounts::Role;
use praca_api::people::Presence;
use serde_json::Value;

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
        let node = world.app.base.ids.uuid();
        let ours = async |measures: &Value| -> Vec<Value> {
            measures["items"].as_array().unwrap().iter().filter(|one| one["messages"] != 0.0).cloned().collect()
        };
        // Presence is noted in groups.
        let here = async { while world.app.base.limits.online().await.unwrap() == 0 { tokio::task::yield_now().await } };
        tokio::time::timeout(Duration::from_secs(10), here).await.unwrap();
        world.pass(60);
        measures::note(&world.app.base, node).await.unwrap();
        let measured = world.get("/admin/measures", &admin).await.ok();
        assert_eq!(measured["stepSeconds"], 60);
        let noted = ours(&measured).await;
        assert_eq!(noted.len(), 1, "{measured}");
        assert_eq!((noted[0]["messages"].as_f64(), noted[0]["queue"].as_u64().is_some()), (Some(3.0), true));
        assert!(noted[0]["p99Ms"].as_f64().unwrap() > 0.0);
        // A second node of the same minute adds its messages; the same node does not count twice.
        measures::note(&world.app.base, node).await.unwrap();
        world.say(&ana, room, "quatro").await.expect(201, "");
        measures::note(&world.app.base, world.app.base.ids.uuid()).await.unwrap();
        let noted = ours(&world.get("/admin/measures?hours=1", &admin).await.ok()).await;
        assert_eq!(noted.len(), 1);
        assert_eq!(noted[0]["messages"].as_f64(), Some(4.0));
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
