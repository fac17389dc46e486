//! Two nodes of one square, one of which goes away.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use praca_api::accounts::User;
use praca_load::neighbour::Neighbour;
use praca_load::people::Square;
use praca_load::process::SECRET_KEY;
use praca_load::scenario::crowd;
use praca_load::socket;
use serde_json::json;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::square::{Folder, Neighbours, Services, admin, node, people, times};

const PACE: Duration = Duration::from_millis(20);
/// Everybody of a killed node has all there is so long after.
const BACK_WITHIN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn people_of_a_killed_node_go_on_at_the_other_and_miss_nothing() {
    let (services, folder) = (Services::start(), Folder::new());
    let one = node(&folder, &services.settings()).await;
    let (crowd, rooms) = people(one.address, 6, &["largo"]).await;
    let two = node(&folder, &services.settings()).await;
    let square = Square::at(two.address);
    let nodes = [one.address, two.address];
    let neighbours = crowd.iter().enumerate().map(|(number, person)| {
        // Half of them begin at each node.
        let order = if number % 2 == 0 { nodes.to_vec() } else { nodes.iter().rev().copied().collect() };
        Neighbour::new(order, person.clone(), rooms[0], "a", PACE).unwrap()
    });
    let neighbours = Neighbours::come(neighbours.collect());
    neighbours.say_more(usize::try_from(times(200, 2_000)).unwrap()).await;
    one.kill().await.unwrap();
    let killed = Instant::now();
    neighbours.say_more(200).await;
    neighbours.hear_all(&square, &crowd[0], rooms[0]).await;
    assert!(killed.elapsed() < BACK_WITHIN, "{:?}", killed.elapsed());
    let moved = neighbours.all.iter().filter(|neighbour| neighbour.connections() > 1).count();
    assert_eq!(moved, 3, "those of the killed node came to the other");
    neighbours.part(&square, &crowd[0], rooms[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_restarted_in_turn_lose_nothing() {
    let (services, folder) = (Services::start(), Folder::new());
    let mut nodes = [node(&folder, &services.settings()).await, node(&folder, &services.settings()).await];
    let (crowd, rooms) = people(nodes[0].address, 6, &["largo"]).await;
    for round in 0..times(1, 10) {
        let addresses: Vec<_> = nodes.iter().map(|node| node.address).collect();
        let neighbours = crowd.iter().map(|person| {
            Neighbour::new(addresses.clone(), person.clone(), rooms[0], format!("round{round}"), PACE).unwrap()
        });
        let neighbours = Neighbours::come(neighbours.collect());
        neighbours.say_more(100).await;
        for node in &mut nodes {
            // Asked to stop, as an upgrade does; the same address comes back with the new program.
            node.restart().await.unwrap();
            neighbours.say_more(100).await;
        }
        for refused in neighbours.all.iter().flat_map(|neighbour| neighbour.refusals().into_keys()) {
            assert_eq!(refused, "service.unavailable", "the only refusal of a server that stops");
        }
        neighbours.part(&Square::at(nodes[0].address), &crowd[0], rooms[0]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_ends_sockets_of_both_nodes_within_a_second_under_load() {
    let (services, folder) = (Services::start(), Folder::new());
    let one = node(&folder, &services.settings()).await;
    let (crowd, rooms) = people(one.address, 5, &["largo"]).await;
    let two = node(&folder, &services.settings()).await;
    let nodes = vec![one.address, two.address];
    let talk =
        crowd[1..].iter().map(|person| Neighbour::new(nodes.clone(), person.clone(), rooms[0], "a", PACE).unwrap());
    let talk = Neighbours::come(talk.collect());
    talk.say_more(50).await;
    let (square, ana) = (Square::at(one.address), admin(one.address).await);
    let me: User = square.get("/me", &crowd[0]).await.unwrap();
    let mut ends = JoinSet::new();
    for address in [one.address, two.address] {
        let (socket, ear) = socket::connect(address, Some(&crowd[0].token)).await.unwrap();
        let own = socket.clone();
        ends.spawn(async move { ear.listen(&own, |_| {}).await });
        // It is well: it is answered.
        crowd::join(&socket, rooms[0], None).await.unwrap();
    }
    assert!(ends.try_join_next().is_none());
    let began = Instant::now();
    let change = json!({ "status": "suspended", "reason": "Basta." });
    square.patch::<User>(&format!("/admin/users/{}", me.author.id), &ana, &change).await.unwrap();
    timeout(Duration::from_secs(10), ends.join_all()).await.expect("both are closed");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    talk.part(&square, &crowd[1], rooms[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotated_under_load_are_known_to_both_nodes_within_a_second() {
    let (services, folder) = (Services::start(), Folder::new());
    let settings = services.settings();
    let nodes = [node(&folder, &settings).await, node(&folder, &settings).await];
    let (crowd, rooms) = people(nodes[0].address, 4, &["largo"]).await;
    let addresses: Vec<_> = nodes.iter().map(|node| node.address).collect();
    let talk =
        crowd.iter().map(|person| Neighbour::new(addresses.clone(), person.clone(), rooms[0], "a", PACE).unwrap());
    let talk = Neighbours::come(talk.collect());
    for _ in 0..times(2, 30) {
        talk.say_more(50).await;
        let kid = rotate_keys(&folder, &settings).await;
        let rotated = Instant::now();
        for address in &addresses {
            while !published_keys(*address).await.contains(&kid) {
                assert!(rotated.elapsed() < Duration::from_secs(1), "{address} does not know {kid}");
                sleep(Duration::from_millis(10)).await;
            }
        }
        for address in &addresses {
            // Tokens of before are good, and new ones are given.
            Square::at(*address).get::<User>("/me", &crowd[0]).await.unwrap();
            Square::at(*address).person_again(&crowd[1].handle).await.unwrap();
        }
    }
    assert!(talk.all.iter().all(|neighbour| neighbour.connections() == 1), "nobody is thrown out");
    talk.part(&Square::at(addresses[0]), &crowd[0], rooms[0]).await;
}

/// What an administrator does at the command line; the new key's name.
async fn rotate_keys(folder: &Folder, settings: &[(String, String)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_praca"));
    command.args(["admin", "rotate-keys"]).env("PRACA_DATA_DIR", &folder.0).envs(settings.iter().cloned());
    let output = command.envs([SECRET_KEY]).output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    said.split_whitespace().nth(1).expect("it says which").to_owned()
}

async fn published_keys(address: SocketAddr) -> String {
    reqwest::get(format!("http://{address}/.well-known/jwks.json")).await.unwrap().text().await.unwrap()
}
