//! Clients that do not read, dribble, come by the thousand, or come back all at once, while others talk.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use praca_api::{ConversationId, Seq};
use praca_load::neighbour::Neighbour;
use praca_load::people::{Person, Square};
use praca_load::process::Server;
use praca_load::report::say;
use praca_load::scenario::Target;
use praca_load::scenario::crowd::{self, Member};
use praca_load::socket::{self, Ear, Socket};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::square::{Folder, Neighbours, node, people, times};

const PACE: Duration = Duration::from_millis(20);
/// Memory a server may take for a nuisance, in KiB, and for each socket of it that is let in.
const NUISANCE_KIB: u64 = 64 * 1024;
const SOCKET_KIB: u64 = 48;
/// The same for a socket that is given a hundred messages, as they are read, rendered and sent.
const CAUGHT_UP_KIB: u64 = 192;
/// Longest that one of a hundred messages of the others may wait meanwhile, in milliseconds. The program is built for
/// debugging here, and shares two cores with those who disturb it.
const P99_MS: f64 = 3_000.0;
/// Longest that any of them may wait, in milliseconds.
const LONGEST_MS: f64 = 10_000.0;
/// Seconds after which a connection that never ends its request is closed, and a socket that answers no heartbeat.
const BEYOND_PATIENCE: u32 = 48;

/// A server with four neighbours who talk; then `nuisance` happens; the neighbours lost nothing, and memory is bounded
/// all the while, and nobody waits long. The nuisance says what its sockets may take beside, in KiB.
async fn beside_talk(limits: &[(&str, &str)], nuisance: impl AsyncFnOnce(&Server, &[Person], ConversationId) -> u64) {
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
    let calm: Vec<_> = talk.all.iter().map(|neighbour| neighbour.waits.quantiles()).collect();
    talk.all.iter().for_each(|neighbour| neighbour.waits.begin_anew());
    server.forget_peak().unwrap();
    let (before, said) = (server.usage().unwrap().rss_kib, talk.acked());
    let allowed = nuisance(&server, &crowd, rooms[0]).await;
    let most = server.usage().unwrap().peak_kib;
    assert!(talk.acked() > said, "nobody could speak meanwhile");
    talk.say_more(50).await;
    let bound = before + NUISANCE_KIB + allowed;
    assert!(most < bound, "{before} KiB before, {most} KiB at most, {bound} KiB are the bound");
    assert!(talk.all.iter().all(|neighbour| neighbour.connections() == 1), "a neighbour lost their connection");
    for (neighbour, calm) in talk.all.iter().zip(calm) {
        let waits = neighbour.waits.quantiles();
        say(&format!("acknowledged within p99 {:.1} ms, before it {:.1} ms; {most} KiB", waits.p99, calm.p99));
        assert!(waits.p99 < P99_MS && waits.max < LONGEST_MS, "{waits:?}, before it {calm:?}");
    }
    talk.part(&square, &crowd[1], rooms[0]).await;
}

/// Whether the server ended the connection: what ends it here would be the test's own fault.
fn is_closed(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
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
            tokio::select! {
                joined = crowd::join(&socket, room, None) => drop(joined.unwrap()),
                () = ear.hear_answers(&socket) => panic!("closed before it joined"),
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
        10 * SOCKET_KIB
    })
    .await;
}

/// The beginning of a request that goes on and on.
const REQUEST: &[u8] = b"GET /api/v1/rooms HTTP/1.1\r\nHost: praca\r\nX-Slowly: here it comes\r\n";
/// The beginning of a message of a kilobyte, in a masked frame whose mask is nought.
const MESSAGE: &[u8] = b"\x81\xfe\x04\x00\x00\x00\x00\x0042[\"rooms:join\",{\"roomId\":\"";

/// Fails unless the server has ended all of them.
async fn are_closed(requests: Vec<TcpStream>, sockets: Vec<(Arc<Socket>, Ear)>) {
    for mut stream in requests {
        let mut rest = Vec::new();
        let end = timeout(Duration::from_secs(1), stream.read_to_end(&mut rest)).await;
        assert!(end.is_ok(), "a connection without a whole request is still open");
    }
    for (socket, ear) in sockets {
        let end = timeout(Duration::from_secs(1), ear.listen(&socket, |_| {})).await;
        assert!(end.is_ok(), "a socket that says nothing whole, and answers no heartbeat, is still open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_send_a_byte_a_second_hold_nobody_up() {
    beside_talk(&[], async |server, crowd, _| {
        let seconds = times(3, 50);
        let (mut requests, mut sockets) = (Vec::new(), Vec::new());
        for _ in 0..450 {
            requests.push(from_elsewhere(server.address).await.unwrap());
        }
        for person in crowd.iter().cycle().take(50) {
            sockets.push(socket::connect(server.address, Some(&person.token)).await.unwrap());
        }
        for second in 0..seconds as usize {
            for stream in &mut requests {
                // One that is closed meanwhile takes no more.
                let _ = stream.write_all(&REQUEST[second..=second]).await;
            }
            for (socket, _) in &sockets {
                let _ = socket.write(&MESSAGE[second % MESSAGE.len()..=second % MESSAGE.len()]).await;
            }
            sleep(Duration::from_secs(1)).await;
        }
        if seconds > BEYOND_PATIENCE {
            are_closed(requests, sockets).await;
        }
        500 * SOCKET_KIB
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_connections_from_one_address_are_turned_away() {
    beside_talk(&[("PRACA_LIMIT_REQUESTS", "300/60s,100/60s")], async |server, _, _| {
        let (mut coming, began) = (JoinSet::new(), Instant::now());
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
        let seconds = began.elapsed().as_secs_f64();
        let let_in = answers.iter().flatten().filter(|(_, head)| head.ends_with(b"200")).count();
        let refused = answers.iter().flatten().filter(|(_, head)| head.ends_with(b"429")).count();
        let closed = answers.iter().filter(|answer| answer.as_ref().is_err_and(is_closed)).count();
        say(&format!("{let_in} let in, {refused} refused, {closed} closed within {seconds:.1} s"));
        assert!((1..=300).contains(&let_in) && refused > 0, "{let_in} let in, {refused} refused");
        let other = answers.iter().flatten().count() - let_in - refused;
        let own: Vec<_> =
            answers.iter().filter_map(|answer| answer.as_ref().err().filter(|error| !is_closed(error))).collect();
        assert!(other == 0 && own.is_empty(), "{other} other answers, {own:?}");
        u64::try_from(answers.len() - closed).unwrap() * SOCKET_KIB
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_comes_back_at_once_is_let_in() {
    beside_talk(&[], async |server, crowd, room| {
        let target = Target { people: crowd.to_vec(), rooms: vec![room], ..Target::of_peer(server.address, 1) };
        let many = usize::try_from(times(400, 5_000)).unwrap();
        let began = Instant::now();
        let mut here = JoinSet::new();
        for _ in 0..2 {
            // Those of the first time are gone all at once, and everybody asks for what they missed.
            here.abort_all();
            let mut joining = JoinSet::new();
            for Member { socket, ear, .. } in crowd::connect(&target, 0..many, many).await.unwrap() {
                let own = socket.clone();
                here.spawn(async move { ear.listen(&own, |_| {}).await });
                joining.spawn(async move { crowd::join(&socket, room, Some(Seq(1))).await.map(drop) });
            }
            let left_outside: Vec<_> = joining.join_all().await.into_iter().filter_map(Result::err).collect();
            assert!(left_outside.is_empty(), "{} are left outside: {:?}", left_outside.len(), left_outside.first());
        }
        say(&format!("{many} came, went and came again within {:.1} s", began.elapsed().as_secs_f64()));
        u64::from(times(400, 5_000)) * CAUGHT_UP_KIB
    })
    .await;
}
