//! What is not accepted as a picture: each with its reason, and nothing of it stays.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use futures_util::StreamExt as _;
use image::ImageFormat;
use praca_peers::{CLAMAV_MOST_BYTES, Clamav, eicar};
use serde_json::{Value, json};

use crate::images;
use crate::world::{Twin, World, on_both_twins, read};

/// PngSuite's broken files (W. van Schaik, 1996), which the package `minipng` carries.
fn broken_pngs() -> Vec<(String, Vec<u8>)> {
    // Packages of other platforms need not be here.
    let metadata = ["metadata", "--format-version=1", "--offline", "--filter-platform=host-tuple"];
    let cargo = Command::new(env!("CARGO")).args(metadata).output().unwrap();
    let metadata: Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "minipng").unwrap();
    let folder = PathBuf::from(package["manifest_path"].as_str().unwrap()).with_file_name("test/pngsuite");
    let files = std::fs::read_dir(folder).unwrap().flatten();
    let broken = files.filter(|file| file.file_name().to_string_lossy().starts_with('x'));
    broken.map(|file| (file.file_name().to_string_lossy().into_owned(), std::fs::read(file.path()).unwrap())).collect()
}

on_both_twins! {
    async fn what_is_no_whole_picture_is_rejected_with_its_reason(world: World) {
        let ana = world.user("ana").await;
        let jpeg = images::jpeg(64, 64);
        let webp = images::file(64, 64, ImageFormat::WebP);
        let cases: Vec<(&str, &str, Vec<u8>)> = vec![
            ("type", "an SVG with a script", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec()),
            ("type", "HTML", b"<!doctype html><script>alert(1)</script>".to_vec()),
            ("type", "an archive", images::zip()),
            ("type", "BMP", b"BM\x1e\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\x01\0\x01\0\x01\0\x18\0\0\0\xff\0".to_vec()),
            ("broken", "a GIF without pixels", b"GIF89a\0\0\0\0\0\0\0,\0\0\0\0\0\0\0\0\0\x02\0;".to_vec()),
            ("disguised", "a picture that is an archive too", [&jpeg[..], &images::zip()].concat()),
            ("disguised", "a picture that is a PDF too", [b"GIF89a%PDF-1.4 ".to_vec(), images::gif(1)].concat()),
            ("pixels", "60,000 × 60,000", images::png_of(60_000, 60_000)),
            ("pixels", "long and thin", images::png_of(17_000, 1)),
            ("pixels", "a JPEG of 60,000 × 60,000", images::jpeg_of(60_000, 60_000)),
            ("pixels", "a GIF of 60,000 × 60,000", images::gif_of(60_000, 60_000)),
            ("pixels", "a WebP of 16,000 × 16,000", images::webp_of(16_000, 16_000)),
            ("broken", "a bomb within the limits", images::png_of(7_000, 7_000)),
            ("frames", "10,000 frames", images::gif(10_000)),
            ("frames", "10,000 frames of WebP", images::webp_of_frames(10_000)),
            ("broken", "half a JPEG", jpeg[..jpeg.len() / 2].to_vec()),
            ("broken", "a JPEG without its end", jpeg[..jpeg.len() - 2].to_vec()),
            ("broken", "the head of a JPEG", jpeg[..20].to_vec()),
            ("broken", "half a WebP", webp[..webp.len() / 2].to_vec()),
            ("broken", "a GIF that is a script", b"GIF89a/*\x00\x00\x00*/=1;alert(1)".to_vec()),
        ];
        for (reason, what, content) in cases {
            let upload = world.upload(&ana, "message", "image/png", content).await;
            assert_eq!((&upload["status"], &upload["reason"]), (&json!("rejected"), &json!(reason)), "{what}: {upload}");
            assert_eq!(upload["variants"], Value::Null, "{what}");
        }
        let broken = broken_pngs();
        assert_eq!(broken.len(), 14, "the suite is whole");
        for (name, content) in broken {
            let upload = world.upload(&ana, "message", "image/png", content).await;
            assert_eq!(upload["status"], "rejected", "{name}: {upload}");
            assert!(["type", "broken"].contains(&upload["reason"].as_str().unwrap()), "{name}: {upload}");
        }
        let files = world.app.base.config.data_dir.join("files");
        let left = |folder: &str| std::fs::read_dir(files.join(folder)).map_or(0, Iterator::count);
        assert_eq!((left("quarantine"), left("pictures")), (0, 0));
    }

    async fn what_is_not_as_announced_when_it_is_looked_at_is_rejected(world: World) {
        let ana = world.user("ana").await;
        let content = images::jpeg(40, 30);
        for other in [vec![], content[1..].to_vec(), [&content[..], b"!"].concat()] {
            let id = world.bring(&ana, "message", "image/jpeg", content.clone()).await;
            std::fs::write(world.app.base.config.data_dir.join("files/quarantine").join(&id), other).unwrap();
            world.work().await;
            let upload = world.get(&format!("/uploads/{id}"), &ana).await.ok();
            assert_eq!((&upload["status"], &upload["reason"]), (&json!("rejected"), &json!("size")));
        }
    }

    async fn what_a_file_is_called_does_not_matter_and_what_stands_behind_it_is_left_behind(world: World) {
        let ana = world.user("ana").await;
        let png = images::file(50, 50, ImageFormat::Png);
        assert_eq!(world.upload(&ana, "message", "image/jpeg", png).await["status"], "ready", "a PNG named .jpg");
        let script = b"<script>alert(1)</script>";
        let tail = [&images::jpeg(50, 50)[..], script].concat();
        let upload = world.upload(&ana, "message", "image/jpeg", tail).await;
        assert_eq!(upload["status"], "ready");
        let response = world.open(&upload["variants"]["large"]["url"]).await;
        let bytes = response.bytes().await.unwrap();
        assert!(!bytes.windows(7).any(|part| part == b"<script"));
        // A profile that unpacks to more than one may have is no reason to refuse the picture, and not unpacked.
        let heavy = images::png_with_profile(64 << 20);
        assert_eq!(world.upload(&ana, "message", "image/png", heavy).await["status"], "ready");
        for animation in [images::gif(3), images::file(30, 30, ImageFormat::WebP), images::webp_of_frames(3)] {
            assert_eq!(world.upload(&ana, "message", "image/gif", animation).await["status"], "ready");
        }
    }

    async fn a_file_is_sent_once_as_announced_and_in_time(world: World) {
        let (ana, rosa) = (world.user("ana").await, world.user("rosa").await);
        let content = images::jpeg(40, 30);
        let announce = async || world.announce(&ana, "message", "image/jpeg", content.len()).await.expect(201, "");
        let announced = announce().await;
        let path = format!("/uploads/{}/complete", announced["id"].as_str().unwrap());
        world.post(&path, Some(&ana), json!({})).await.expect(409, "request.conflict");
        world.send_file(&announced, [&content[..], b"more"].concat()).await.expect(422, "uploads.rejected");
        world.send_file(&announced, content[..10].to_vec()).await.expect(422, "uploads.rejected");
        world.send_file(&announced, Vec::new()).await.expect(422, "uploads.rejected");
        // Without a length before it: it is counted as it comes.
        let parts = [content.clone(), b"more".to_vec()].map(|part| Ok::<_, std::io::Error>(axum::body::Bytes::from(part)));
        let chunked = reqwest::Body::wrap_stream(futures_util::stream::iter(parts));
        let longer = world.http.put(announced["put"]["url"].as_str().unwrap()).header("content-type", "image/jpeg");
        read(longer.body(chunked)).await.expect(422, "uploads.rejected");
        let mut other_type = announced.clone();
        other_type["put"]["headers"]["content-type"] = json!("image/png");
        world.send_file(&other_type, content.clone()).await.expect(422, "uploads.rejected");
        let second = announce().await;
        let stolen = announced["put"]["url"].as_str().unwrap();
        let (from, to) = (announced["id"].as_str().unwrap(), second["id"].as_str().unwrap());
        let mut of_another = announced.clone();
        of_another["put"]["url"] = json!(stolen.replace(from, to));
        world.send_file(&of_another, content.clone()).await.expect(403, "access.denied");
        world.post(&path, Some(&rosa), json!({})).await.expect(404, "resource.not_found");
        // Two at once: one is taken.
        let both = tokio::join!(world.send_file(&announced, content.clone()), world.send_file(&announced, content.clone()));
        let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        world.post(&path, Some(&ana), json!({})).await.expect(202, "");
        let again = world.post(&path, Some(&ana), json!({})).await.expect(202, "");
        assert_eq!(again["status"], "processing");
        world.send_file(&announced, content.clone()).await.expect(409, "request.conflict");
        world.work().await;
        assert_eq!(world.get(&format!("/uploads/{from}"), &ana).await.ok()["status"], "ready");
        world.pass(15 * 60);
        world.send_file(&second, content.clone()).await.expect(403, "access.denied");
    }

    async fn announcements_that_would_be_rejected_are_refused_at_once(world: World) {
        let ana = world.user("ana").await;
        for (content_type, bytes, field) in
            [("image/svg+xml", 10, "contentType"), ("image/png", 0, "bytes"), ("image/png", 20 * 1_048_576 + 1, "bytes")]
        {
            let problem = world.announce(&ana, "message", content_type, bytes).await.expect(422, "uploads.rejected");
            assert_eq!(problem["errors"][0]["field"], field);
        }
        let body = json!({ "purpose": "banner", "fileName": "a.png", "contentType": "image/png", "bytes": 1 });
        world.post("/uploads", Some(&ana), body).await.expect(400, "request.invalid");
        let body = json!({ "purpose": "ad", "fileName": " ", "contentType": "image/png", "bytes": 1 });
        world.post("/uploads", Some(&ana), body).await.expect(422, "uploads.rejected");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_announcements_are_held_back() {
    for twin in [Twin::Embedded, Twin::Shared] {
        let world = World::new(twin, &[("PRACA_LIMIT_UPLOADS", "30/86400s")]).await;
        let ana = world.user("ana").await;
        let mut statuses = std::collections::BTreeMap::<u16, u32>::new();
        for _ in 0..1_000 {
            let answer = world.announce(&ana, "message", "image/png", 10).await;
            *statuses.entry(answer.status.as_u16()).or_default() += 1;
        }
        assert_eq!(statuses, [(201, 30), (429, 970)].into());
        let rosa = world.user("rosa").await;
        world.announce(&rosa, "message", "image/png", 10).await.expect(201, "");
        let held = world.announce(&ana, "message", "image/png", 10).await;
        assert!(held.headers.contains_key("retry-after"), "{held:?}");
        // With no limit a day, those that are not finished are bounded still.
        let world = World::new(twin, &[("PRACA_LIMIT_UPLOADS", "off")]).await;
        let ana = world.user("ana").await;
        for _ in 0..50 {
            world.announce(&ana, "message", "image/png", 10).await.expect(201, "");
        }
        world.announce(&ana, "message", "image/png", 10).await.expect(429, "request.rate_limited");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_scanner_finds_is_rejected_and_without_it_nothing_passes() {
    let mut scanner = Clamav::start().unwrap();
    let address = scanner.address();
    for twin in [Twin::Embedded, Twin::Shared] {
        let world = World::new(twin, &[("PRACA_CLAMAV_ADDR", &address)]).await;
        let ana = world.user("ana").await;
        let infected = [&images::jpeg(40, 30)[..], &eicar()].concat();
        let upload = world.upload(&ana, "message", "image/jpeg", infected.clone()).await;
        assert_eq!((&upload["status"], &upload["reason"]), (&json!("rejected"), &json!("infected")));
        assert_eq!(world.upload(&ana, "message", "image/jpeg", images::jpeg(40, 30)).await["status"], "ready");
        scanner.stop();
        let id = world.bring(&ana, "message", "image/jpeg", images::jpeg(40, 30)).await;
        for _ in 0..12 {
            // More often than a job that fails is tried.
            world.work().await;
            assert_eq!(world.get(&format!("/uploads/{id}"), &ana).await.ok()["status"], "processing");
            world.pass(40);
        }
        scanner.start_again().unwrap();
        // It is asked again after a tenth of the time it has been away.
        world.pass(60);
        world.work().await;
        assert_eq!(world.get(&format!("/uploads/{id}"), &ana).await.ok()["status"], "ready");
        // After a week of that it is given up, and nothing stays.
        scanner.stop();
        let id = world.bring(&ana, "message", "image/jpeg", images::jpeg(40, 30)).await;
        world.work().await;
        world.pass(8 * 86_400);
        let ana = world.log_in("ana").await;
        world.work().await;
        world.get(&format!("/uploads/{id}"), &ana).await.expect(404, "resource.not_found");
        assert!(!world.app.base.config.data_dir.join("files/quarantine").join(&id).exists());
        scanner.start_again().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_the_scanner_cannot_tell_nothing_passes_and_its_sender_is_told() {
    let scanner = Clamav::start().unwrap();
    let address = scanner.address();
    for twin in [Twin::Embedded, Twin::Shared] {
        let world = World::new(twin, &[("PRACA_CLAMAV_ADDR", &address)]).await;
        let ana = world.user("ana").await;
        let mut socket = world.socket(&ana).await;
        // Longer than it takes: it answers an error, and hangs up.
        let long = [images::jpeg(40, 30), vec![0; CLAMAV_MOST_BYTES + 1]].concat();
        let id = world.bring(&ana, "message", "image/jpeg", long).await;
        for _ in 0..3 {
            world.work().await;
            assert_eq!(world.get(&format!("/uploads/{id}"), &ana).await.ok()["status"], "processing");
            world.pass(10);
        }
        world.work().await;
        let told = socket.event("uploads:status").await["upload"].clone();
        assert_eq!((&told["status"], &told["reason"]), (&json!("rejected"), &json!("failed")));
        assert_eq!(world.upload(&ana, "message", "image/jpeg", images::jpeg(40, 30)).await["status"], "ready");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_says_that_its_scanner_is_away_until_it_is_back() {
    let mut scanner = Clamav::start().unwrap();
    let world = World::new(Twin::Embedded, &[("PRACA_CLAMAV_ADDR", &scanner.address())]).await;
    world.until_problems(json!([])).await;
    scanner.stop();
    world.until_problems(json!(["virus_scanner"])).await;
    scanner.start_again().unwrap();
    world.until_problems(json!([])).await;
}

on_both_twins! {
    async fn of_one_file_one_sending_is_under_way_the_last(world: World) {
        let ana = world.user("ana").await;
        let content = images::jpeg(400, 300);
        let announced = world.announce(&ana, "message", "image/jpeg", content.len()).await.expect(201, "");
        // It sends a part, and then nothing.
        let part = axum::body::Bytes::copy_from_slice(&content[..100]);
        let stalls = futures_util::stream::once(async { Ok::<_, std::io::Error>(part) })
            .chain(futures_util::stream::pending());
        let stalled = world.http.put(announced["put"]["url"].as_str().unwrap());
        let stalled = stalled.header("content-type", "image/jpeg").body(reqwest::Body::wrap_stream(stalls));
        let stalled = tokio::spawn(read(stalled));
        let drafts = world.app.base.config.data_dir.join("files/drafts");
        let count = || std::fs::read_dir(&drafts).map_or(0, Iterator::count);
        while count() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.send_file(&announced, content).await.expect(204, "");
        stalled.await.unwrap().expect(409, "request.conflict");
        assert_eq!(count(), 0);
    }

    async fn who_sends_too_slowly_is_turned_away_at_the_end(world: World) {
        let ana = world.user("ana").await;
        let announced = world.announce(&ana, "message", "image/jpeg", 1_000).await.expect(201, "");
        world.pass(15 * 60 - 2);
        let drop_by_drop = futures_util::stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Some((Ok::<_, std::io::Error>(axum::body::Bytes::from_static(b"a")), ()))
        });
        let slow = world.http.put(announced["put"]["url"].as_str().unwrap());
        let slow = slow.header("content-type", "image/jpeg").body(reqwest::Body::wrap_stream(drop_by_drop));
        read(slow).await.expect(408, "request.timeout");
        let drafts = world.app.base.config.data_dir.join("files/drafts");
        assert_eq!(std::fs::read_dir(drafts).map_or(0, Iterator::count), 0);
    }
}
