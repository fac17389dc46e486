//! SIGKILL in a storm of messages.

use std::time::Duration;

use praca_load::neighbour::Neighbour;
use praca_load::people::Square;

use crate::square::{Folder, Neighbours, Services, history, node, nothing_is_lost, people, times};

const SENDERS: usize = 8;

async fn killed_again_and_again(settings: Vec<(String, String)>) {
    let folder = Folder::new();
    let mut server = node(&folder, &settings).await;
    let (crowd, rooms) = people(server.address, SENDERS, &["tempestade"]).await;
    for round in 0..times(3, 30) {
        // A node that starts again has another port: everybody comes anew, and says new things.
        let people = crowd.iter().cloned().map(|mut person| {
            person.handle = format!("{}-{round}", person.handle);
            person
        });
        let address = vec![server.address];
        let storm = people.map(|person| Neighbour::new(address.clone(), person, rooms[0], Some(Duration::ZERO)));
        let storm = Neighbours::come(storm.map(Result::unwrap).collect());
        storm.say_more(20 + 37 * usize::try_from(round % 7).unwrap()).await;
        server.kill().await.unwrap();
        let acked = storm.all.iter().flat_map(|neighbour| neighbour.acked()).collect();
        server = node(&folder, &settings).await;
        let stored = history(&Square::at(server.address), &crowd[0], rooms[0]).await;
        nothing_is_lost(&acked, &stored);
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
