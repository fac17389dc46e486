//! A full disk under SQLite.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use praca_api::Page;
use praca_api::rooms::RoomForMe;
use praca_load::neighbour::Neighbour;
use praca_load::people::Square;
use praca_load::process::{NO_LIMITS, Ready, Server};
use tokio::process::Command;
use tokio::time::sleep;

use crate::square::{Folder, Neighbours, history, people, times};

/// Size of the disk.
const DISK: &str = "24m";

/// A server whose data folder is a small disk of its own, in a mount namespace of its own.
async fn on_a_small_disk(folder: &Folder) -> Server {
    let address = SocketAddr::from(([127, 0, 0, 1], praca_peers::free_port().unwrap()));
    let data = folder.0.display();
    let script = format!(
        "mount -t tmpfs -o size={DISK} tmpfs {data} && exec {} serve --demo --listen {address}",
        env!("CARGO_BIN_EXE_praca")
    );
    let log = fs::File::create(folder.0.with_extension("log")).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", &script]).env("PRACA_DATA_DIR", &folder.0).envs(NO_LIMITS);
    command.stdout(Stdio::null()).stderr(log);
    Server::start(command, address, Ready::Useful).await.expect("it needs a mount namespace of its own")
}

/// Takes all the room there is left.
fn fill(path: &Path) {
    let mut file = fs::File::options().create(true).append(true).open(path).unwrap();
    for size in [1 << 20, 1 << 12, 1 << 9] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writes_clearly_reads_go_on_and_it_heals() {
    let folder = Folder::new();
    let server = on_a_small_disk(&folder).await;
    let (crowd, rooms) = people(server.address, 4, &["largo"]).await;
    let square = Square::at(server.address);
    let talk = crowd.iter().map(|person| {
        Neighbour::new(vec![server.address], person.clone(), rooms[0], "a", Duration::from_millis(5)).unwrap()
    });
    let talk = Neighbours::come(talk.collect());
    let filler = Path::new("/proc").join(server.pid().unwrap().to_string()).join("root");
    let filler = filler.join(folder.0.strip_prefix("/").unwrap()).join("filler");
    for _ in 0..times(1, 10) {
        talk.say_more(50).await;
        let refusals = || talk.all.iter().map(|neighbour| neighbour.refusals().values().sum()).collect::<Vec<u64>>();
        let (before, began) = (refusals(), Instant::now());
        while refusals().iter().zip(&before).any(|(now, before)| now <= before) {
            // The database's own files have room within them for a while.
            fill(&filler);
            assert!(began.elapsed() < Duration::from_secs(30), "a full disk refuses nobody");
            sleep(Duration::from_millis(20)).await;
        }
        let list: Page<RoomForMe> = square.get("/rooms", &crowd[0]).await.unwrap();
        assert!(list.items.len() > 1, "reads go on");
        history(&square, &crowd[0], rooms[0]).await;
        fs::remove_file(&filler).unwrap();
        talk.say_more(50).await;
    }
    for code in talk.all.iter().flat_map(|neighbour| neighbour.refusals().into_keys()) {
        assert_eq!(code, "service.unavailable");
    }
    talk.part(&square, &crowd[0], rooms[0]).await;
}
