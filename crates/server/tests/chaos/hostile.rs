//! Clients that do not read, dribble, come by the thousand, or come back all at once, while others talk.

use std::net::SocketAddr;
use std::time::Duration;

use praca_api::ConversationId;
use praca_load::neighbour::Neighbour;
use praca_load::people::{Person, Square};
use praca_load::process::Server;
use praca_load::report::say;
use praca_load::scenario::{Target, crowd};
use praca_load::socket;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::square::{Folder, Neighbours, node, people, times};

const PACE: Duration = Duration::from_millis(20);
/// Memory a server may take for a nuisance, in KiB.
const NUISANCE_KIB: u64 = 64 * 1024;

/// A server with four neighbours who talk; then `nuisance` happens; the neighbours lost nothing, and memory is bounded
/// all the while.
async fn beside_talk(limits: &[(&str, &str)], nuisance: impl AsyncFnOnce(&Server, &[Person], ConversationId)) {
    let folder = Folder::new();
    let limits: Vec<_> = limits.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let server = node(&folder, &limits).await;
    let (crowd, rooms) = people(server.address, 5, &["largo"]).await;
    let square = Square::at(server.address);
    let talk = crowd[1..]
        .iter()
        .map(|person| Neighbour::new(vec![server.address], person.clone(), rooms[0], "a", PACE).unwrap());
    let talk = Neighbours::come(talk.collect());
    talk.say_more(150).await;
    let before = server.usage().unwrap().peak_kib;
    nuisance(&server, &crowd, rooms[0]).await;
    let most = server.usage().unwrap().peak_kib;
    talk.say_more(50).await;
    assert!(most < before + NUISANCE_KIB, "{before} KiB before, {most} KiB at most");
    assert!(talk.all.iter().all(|neighbour| neighbour.connections() == 1), "a neighbour lost their connection");
    for neighbour in &talk.all {
        let waits = neighbour.waits.quantiles();
        say(&format!("beside it, acknowledged within p50 {:.1} ms, p99 {:.1} ms", waits.p50, waits.p99));
    }
    talk.part(&square, &crowd[1], rooms[0]).await;
}

/// A connection from another address of loopback, so that its floods are not the neighbours'.
async fn from_elsewhere(to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 2], 0)))?;
    socket.connect(to).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_that_never_read_cost_bounded_memory() {
    beside_talk(&[("PRACA_LIMIT_EVENTS", "100/1s")], async |server, crowd, room| {
        let mut deaf = Vec::new();
        for _ in 0..10 {
            let (socket, mut ear) = socket::connect(server.address, Some(&crowd[0].token)).await.unwrap();
            let joining = crowd::join(&socket, room, None);
            let hearing = async { while ear.hear(&mut |packet| socket.hear_answer(packet)).await.is_ok() {} };
            tokio::select! {
                joined = joining => drop(joined.unwrap()),
                () = hearing => panic!("closed before it joined"),
            }
            // Asks for far more than it ever reads.
            for _ in 0..300 {
                let wish = format!("421[\"rooms:join\",{{\"roomId\":\"{room}\",\"limit\":100}}]");
                if socket.say(&wish).await.is_err() {
                    break;
                }
            }
            deaf.push((socket, ear));
        }
        sleep(Duration::from_secs(times(3, 40).into())).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_send_a_byte_a_second_hold_nobody_up() {
    beside_talk(&[], async |server, _, _| {
        let mut slow = Vec::new();
        for _ in 0..500 {
            slow.push(from_elsewhere(server.address).await.unwrap());
        }
        for byte in b"GET /api/v1/rooms HTTP/1.1\r\nHost: praca\r\n".iter().take(times(3, 40).try_into().unwrap()) {
            for stream in &mut slow {
                // After half a minute the server has closed them.
                let _ = stream.write_all(&[*byte]).await;
            }
            sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_connections_from_one_address_are_turned_away() {
    beside_talk(&[("PRACA_LIMIT_REQUESTS", "300/60s,100/60s")], async |server, _, _| {
        let mut coming = JoinSet::new();
        for number in 0..times(3_000, 10_000) {
            let address = server.address;
            coming.spawn(async move {
                sleep(Duration::from_micros(u64::from(number) * 100)).await;
                let mut stream = from_elsewhere(address).await?;
                stream.write_all(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: praca\r\n\r\n").await?;
                let mut head = [0; 12];
                stream.read_exact(&mut head).await?;
                // Held open, as an attacker would.
                Ok::<_, std::io::Error>((stream, head))
            });
        }
        let answers = coming.join_all().await;
        let let_in = answers.iter().flatten().filter(|(_, head)| head.ends_with(b"200")).count();
        let refused = answers.iter().flatten().filter(|(_, head)| head.ends_with(b"429")).count();
        let closed = answers.iter().filter(|answer| answer.is_err()).count();
        say(&format!("{let_in} let in, {refused} refused, {closed} closed"));
        assert!((1..=300).contains(&let_in) && let_in + refused + closed == answers.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_comes_back_at_once_is_let_in() {
    beside_talk(&[], async |server, crowd, room| {
        let target = Target { people: crowd.to_vec(), rooms: vec![room], ..Target::of_peer(server.address, 1) };
        let many = usize::try_from(times(400, 5_000)).unwrap();
        for _ in 0..2 {
            let members = crowd::connect(&target, 0..many, many).await.unwrap();
            assert_eq!(members.len(), many);
        }
    })
    .await;
}
