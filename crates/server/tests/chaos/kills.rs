//! SIGKILL in a storm of messages.

use std::time::Duration;

use praca_load::neighbour::Neighbour;
use praca_load::people::Square;
use tokio::time::sleep;

use crate::square::{Folder, Neighbours, Services, history, node, nothing_is_lost, people, times};

const SENDERS: usize = 8;

async fn killed_again_and_again(settings: Vec<(String, String)>) {
    let folder = Folder::new();
    let mut server = node(&folder, &settings).await;
    let (crowd, rooms) = people(server.address, SENDERS, &["tempestade"]).await;
    for round in 0..times(3, 30) {
        // A node that starts again has another port: everybody comes anew.
        let storm = crowd.iter().map(|person| {
            let nonces = format!("round{round}");
            Neighbour::new(vec![server.address], person.clone(), rooms[0], nonces, Duration::ZERO).unwrap()
        });
        let storm = Neighbours::come(storm.collect());
        storm.say_more(20 + 37 * usize::try_from(round % 7).unwrap()).await;
        server.kill().await.unwrap();
        // Answers that were on their way count too.
        sleep(Duration::from_millis(200)).await;
        server = node(&folder, &settings).await;
        let stored = history(&Square::at(server.address), &crowd[0], rooms[0]).await;
        for neighbour in &storm.all {
            nothing_is_lost(&neighbour.acked(), &stored);
            for (seq, nonce) in neighbour.heard() {
                assert_eq!(stored.get(&nonce), Some(&seq), "heard as {seq}: {nonce}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_on_sqlite_has_everything_it_acknowledged_once() {
    killed_again_and_again(vec![("PRACA_PUBLIC_URL".into(), "http://127.0.0.1:1".into())]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_on_postgres_has_everything_it_acknowledged_once() {
    let services = Services::start();
    killed_again_and_again(services.settings()).await;
}
