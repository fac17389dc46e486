//! The coordinator and the database go away and come back.

use std::time::{Duration, Instant};

use praca_api::rooms::Room;
use praca_load::neighbour::Neighbour;
use praca_load::people::Square;
use serde_json::json;
use tokio::time::sleep;

use crate::square::{Folder, Neighbours, Services, admin, node, people, times};

const PACE: Duration = Duration::from_millis(20);
/// Longer than a request waits for a connection to the database.
const BEYOND_PATIENCE: Duration = Duration::from_millis(6_500);
/// Everything is back so long after the coordinator is.
const BACK_WITHIN: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_only_slow_rooms_wait_and_all_is_back_within_seconds() {
    let (mut services, folder) = (Services::start(), Folder::new());
    let one = node(&folder, &services.settings()).await;
    let (crowd, rooms) = people(one.address, 6, &["largo", "feira"]).await;
    let two = node(&folder, &services.settings()).await;
    let square = Square::at(one.address);
    let slowly = json!({ "perUserSeconds": 1 });
    square.patch::<Room>(&format!("/rooms/{}", rooms[1]), &admin(one.address).await, &slowly).await.unwrap();
    let plain = crowd[..5].iter().enumerate().map(|(number, person)| {
        let address = [one.address, two.address][number % 2];
        Neighbour::new(vec![address], person.clone(), rooms[0], "a", PACE).unwrap()
    });
    let plain = Neighbours::come(plain.collect());
    let slow = Neighbour::new(vec![two.address], crowd[5].clone(), rooms[1], "a", PACE).unwrap();
    let slow = Neighbours::come(vec![slow]);
    for _ in 0..times(1, 10) {
        plain.say_more(100).await;
        slow.say_more(1).await;
        services.redis.stop();
        // While it is away the plain room goes on, and both nodes hear all of it.
        plain.say_more(100).await;
        plain.hear_all(&square, &crowd[0], rooms[0]).await;
        let refused = || slow.all[0].refusals().get("service.unavailable").copied().unwrap_or(0);
        let before = (slow.acked(), refused());
        sleep(Duration::from_secs(2)).await;
        assert!(slow.acked() <= before.0 + 1, "a slow room without its clocks");
        assert!(refused() > before.1, "and it says so");
        services.redis.start_again().unwrap();
        let began = Instant::now();
        slow.say_more(1).await;
        plain.hear_all(&square, &crowd[0], rooms[0]).await;
        assert!(began.elapsed() < BACK_WITHIN, "{:?}", began.elapsed());
    }
    assert!(plain.all.iter().all(|neighbour| neighbour.refusals().is_empty() && neighbour.connections() == 1));
    plain.part(&square, &crowd[0], rooms[0]).await;
    slow.part(&square, &crowd[0], rooms[1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_database_refuses_clearly_and_heals() {
    let (mut services, folder) = (Services::start(), Folder::new());
    let server = node(&folder, &services.settings()).await;
    let (crowd, rooms) = people(server.address, 6, &["largo"]).await;
    let square = Square::at(server.address);
    let talk =
        crowd.iter().map(|person| Neighbour::new(vec![server.address], person.clone(), rooms[0], "a", PACE).unwrap());
    let talk = Neighbours::come(talk.collect());
    for _ in 0..times(1, 10) {
        talk.say_more(100).await;
        services.postgres.stop();
        sleep(BEYOND_PATIENCE).await;
        services.postgres.start_again().unwrap();
        talk.say_more(100).await;
    }
    let refusals: Vec<String> = talk.all.iter().flat_map(|neighbour| neighbour.refusals().into_keys()).collect();
    assert!(!refusals.is_empty() && refusals.iter().all(|code| code == "service.unavailable"), "{refusals:?}");
    talk.part(&square, &crowd[0], rooms[0]).await;
}
