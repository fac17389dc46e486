//! Files made to hurt: each is turned away by a server that neither ends nor grows.

use std::time::Duration;

use praca_api::uploads::{Announced, NewUpload, Purpose, Upload, UploadStatus};
use praca_load::people::{Person, Square};
use praca_load::report::say;
use tokio::time::sleep;

use crate::images;
use crate::square::{Folder, node, people, times};

/// What work on one picture may take, in KiB: the largest that is decoded takes 256 MiB, and what is made of it.
const WORK_KIB: u64 = 400 * 1024;

/// Sends a file, and waits for what becomes of it.
async fn bring(square: &Square, person: &Person, file: Vec<u8>) -> Upload {
    let new = NewUpload {
        purpose: Purpose::Message,
        file_name: "presente.png".into(),
        content_type: "image/png".into(),
        bytes: file.len() as u64,
    };
    let announced: Announced = square.post("/uploads", person, &new).await.unwrap();
    square.send_file(&announced.put, file).await.unwrap();
    let path = format!("/uploads/{}", announced.id);
    let mut upload: Upload = square.post(&format!("{path}/complete"), person, &()).await.unwrap();
    while upload.status == UploadStatus::Processing {
        sleep(Duration::from_millis(50)).await;
        upload = square.get(&path, person).await.unwrap();
    }
    upload
}

#[tokio::test(flavor = "multi_thread")]
async fn files_made_to_hurt_cost_bounded_memory() {
    let folder = Folder::new();
    let server = node(&folder, &[]).await;
    let (crowd, _) = people(server.address, 1, &[]).await;
    let square = Square::at(server.address);
    let jpeg = images::jpeg(400, 300);
    // Once, so that the threads and their tables are there.
    assert_eq!(bring(&square, &crowd[0], jpeg.clone()).await.status, UploadStatus::Ready);
    server.forget_peak().unwrap();
    let (pid, before) = (server.pid().unwrap(), server.usage().unwrap().rss_kib);
    let bombs: [(&str, Vec<u8>); 6] = [
        ("60,000 × 60,000", images::png_of(60_000, 60_000)),
        ("a bomb within the limits", images::png_of(7_000, 7_000)),
        ("a gigabyte beside the pixels", images::png_with_profile(1 << 30)),
        ("10,000 frames", images::gif(10_000)),
        ("half a JPEG", jpeg[..jpeg.len() / 2].to_vec()),
        ("a picture that is an archive", [&jpeg[..], &images::zip()].concat()),
    ];
    for _ in 0..times(2, 20) {
        for (what, bomb) in &bombs {
            let upload = bring(&square, &crowd[0], bomb.clone()).await;
            let harmless = upload.status == UploadStatus::Rejected || *what == "a gigabyte beside the pixels";
            assert!(harmless, "{what}: {upload:?}");
        }
    }
    let most = server.usage().unwrap().peak_kib;
    say(&format!("{before} KiB before, {most} KiB at most"));
    assert!(most < before + WORK_KIB, "{before} KiB before, {most} KiB at most");
    assert_eq!(server.pid().unwrap(), pid);
    assert_eq!(bring(&square, &crowd[0], jpeg).await.status, UploadStatus::Ready, "it goes on");
}
