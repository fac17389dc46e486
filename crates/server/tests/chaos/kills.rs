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
    let square = Square::at(server.address);
    // They come back by themselves, and ask again about what was not acknowledged.
    let storm = crowd
        .iter()
        .map(|person| Neighbour::new(vec![server.address], person.clone(), rooms[0], "a", Duration::ZERO).unwrap());
    let storm = Neighbours::come(storm.collect());
    for round in 0..times(3, 30) {
        storm.each_says_more().await;
        storm.say_more(37 * usize::try_from(round % 7).unwrap()).await;
        let acked: Vec<_> = storm.all.iter().map(|neighbour| neighbour.acked()).collect();
        server.crash().await.unwrap();
        let stored = history(&square, &crowd[0], rooms[0]).await;
        for acked in acked {
            nothing_is_lost(&acked, &stored);
        }
    }
    storm.part(&square, &crowd[0], rooms[0]).await;
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
