//! Pictures from announcement to removal.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::ImageFormat;
use praca::jobs::entity as jobs;
use praca::links::Links;
use praca_api::uploads::Variants;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, Statement};
use serde_json::{Value, json};

use crate::images;
use crate::world::{Twin, World, on_both_twins};

/// A picture as readers get it, decoded.
async fn decoded(world: &World, url: &Value) -> image::RgbImage {
    let response = world.open(url).await;
    assert_eq!(response.status(), 200, "{url}");
    let bytes = response.bytes().await.unwrap();
    image::load_from_memory_with_format(&bytes, ImageFormat::WebP).unwrap().into_rgb8()
}

fn is_red(pixel: image::Rgb<u8>) -> bool {
    pixel[0] > 150 && pixel[2] < 120
}

on_both_twins! {
    async fn a_picture_is_examined_made_anew_and_shown(world: World) {
        let (ana, rosa) = (world.user("ana").await, world.user("rosa").await);
        let room = world.room("largo", 0, 0).await;
        let mut socket = world.socket(&ana).await;
        let file = images::jpeg_from_a_phone(3_000, 1_000);
        assert!(file.windows(10).any(|part| part == b"Ana da Rua"), "the file says who made it");
        let id = world.bring(&ana, "message", "image/jpeg", file).await;
        let processing = world.get(&format!("/uploads/{id}"), &ana).await.ok();
        assert_eq!((&processing["status"], &processing["variants"]), (&json!("processing"), &Value::Null));
        world.patch(&format!("/uploads/{id}"), &ana, json!({ "alt": " A praça\u{202e} à noite " })).await.ok();
        world.work().await;
        let told = socket.event("uploads:status").await["upload"].clone();
        assert_eq!((&told["id"], &told["status"]), (&json!(id), &json!("ready")));
        // It lay on its side: upright it is taller than wide.
        assert_eq!((&told["width"], &told["height"]), (&json!(1_000), &json!(3_000)));
        let mut watcher = world.socket(&rosa).await;
        watcher.done("rooms:join", json!({ "roomId": room })).await;
        let sent = world.show(&ana, room, "rooms", &[&id]).await.expect(201, "");
        let attachment = &sent["attachments"][0];
        assert_eq!((&attachment["alt"], &attachment["kind"]), (&json!("A praça à noite"), &json!("image")));
        assert_eq!(watcher.event("rooms:message:new").await["message"]["attachments"], sent["attachments"]);
        for (name, width, height) in [("thumb", 107, 320), ("medium", 342, 1_024), ("large", 683, 2_048)] {
            let variant = &attachment["variants"][name];
            assert_eq!((&variant["width"], &variant["height"]), (&json!(width), &json!(height)), "{name}");
            let image = decoded(&world, &variant["url"]).await;
            assert_eq!(image.dimensions(), (width, height));
            // Red was left: turned to the right it is above.
            assert!(is_red(*image.get_pixel(width / 2, height / 8)) && !is_red(*image.get_pixel(width / 2, height - 5)));
        }
        let response = world.open(&attachment["variants"]["large"]["url"]).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((header("content-type"), header("x-content-type-options")), ("image/webp".into(), "nosniff".into()));
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!((header("content-disposition"), header("cross-origin-resource-policy")), ("inline".into(), "cross-origin".into()));
        let bytes = response.bytes().await.unwrap();
        assert!(!bytes.windows(4).any(|part| part == b"EXIF" || part == b"Rua "), "nothing but pixels is left");
        assert_eq!(world.get(&format!("/uploads/{id}"), &rosa).await.status, 404);
    }

    async fn colours_stay_what_they_were_meant_to_be(world: World) {
        let ana = world.user("ana").await;
        let upload = world.upload(&ana, "message", "image/jpeg", images::jpeg_in_display_p3([200, 100, 100])).await;
        let pixel = *decoded(&world, &upload["variants"]["thumb"]["url"]).await.get_pixel(30, 30);
        // The same colour by the numbers of sRGB.
        let off = pixel.0.iter().zip([215_u8, 93, 97]).map(|(is, meant)| is.abs_diff(meant)).max();
        assert!(off.unwrap() <= 4, "{pixel:?}");
        let hash = STANDARD.decode(upload["placeholder"].as_str().unwrap()).unwrap();
        let (red, green, blue, _) = thumbhash::thumb_hash_to_average_rgba(&hash).unwrap();
        assert!((red - 0.84).abs() < 0.05 && (green - 0.36).abs() < 0.05 && (blue - 0.38).abs() < 0.05, "{red} {green} {blue}");
    }

    async fn what_was_sent_is_gone_once_it_is_examined_and_everything_once_the_message_is(world: World) {
        let ana = world.user("ana").await;
        let room = world.room("largo", 0, 0).await;
        let files = world.app.base.config.data_dir.join("files");
        let count = |folder: &str| walk(&files.join(folder));
        let id = world.bring(&ana, "message", "image/jpeg", images::jpeg(1_500, 900)).await;
        assert_eq!((count("quarantine"), count("pictures")), (1, 0));
        world.work().await;
        assert_eq!((count("quarantine"), count("pictures")), (0, 3));
        let sent = world.show(&ana, room, "rooms", &[&id]).await.expect(201, "");
        let url = sent["attachments"][0]["variants"]["thumb"]["url"].clone();
        assert_eq!(world.open(&url).await.status(), 200);
        let message = sent["id"].as_str().unwrap();
        let deleted = world.delete(&format!("/rooms/{room}/messages/{message}"), &ana).await.ok();
        assert_eq!(deleted["attachments"], json!([]));
        world.work().await;
        assert_eq!((world.open(&url).await.status().as_u16(), count("pictures"), count("drafts")), (404, 0, 0));
        // An ad has a JPEG too, for link previews.
        world.upload(&ana, "ad", "image/png", images::png_with_alpha(1_500, 900)).await;
        let jpeg = only(&files.join("pictures"), "medium.jpg");
        let folder = jpeg.parent().unwrap().file_name().unwrap().display().to_string();
        let shown = world.open(&json!(format!("/media/{folder}/medium.jpg"))).await;
        assert_eq!(shown.headers()["content-type"], "image/jpeg");
        let pixels = image::load_from_memory_with_format(&shown.bytes().await.unwrap(), ImageFormat::Jpeg).unwrap().into_rgb8();
        assert_eq!((pixels.dimensions(), pixels.get_pixel(2, 2).0), ((1_024, 614), [255; 3]), "what was clear is white");
        let stored: u64 = all_files(&files.join("pictures")).iter().map(|file| file.metadata().unwrap().len()).sum();
        world.app.uploads.measure().await.unwrap();
        let metrics = world.http.get(format!("{}/metrics", world.url)).send().await.unwrap().text().await.unwrap();
        assert!(metrics.contains("praca_uploads_total{"), "{metrics}");
        // The gauges are the process's, which other tests share: here is what they are made of.
        assert_eq!(stored_bytes(&world).await, stored);
    }

    async fn a_message_takes_only_pictures_of_its_author_that_are_ready_and_unused(world: World) {
        let (ana, rosa) = (world.user("ana").await, world.user("rosa").await);
        let room = world.room("largo", 0, 0).await;
        let picture = world.ready(&ana, images::jpeg(40, 30)).await;
        world.show(&rosa, room, "rooms", &[&picture]).await.expect(422, "uploads.rejected");
        let unfinished = world.bring(&ana, "message", "image/jpeg", images::jpeg(40, 30)).await;
        world.show(&ana, room, "rooms", &[&picture, &unfinished]).await.expect(422, "uploads.rejected");
        let avatar = world.upload(&ana, "avatar", "image/jpeg", images::jpeg(40, 30)).await["id"].to_string();
        world.show(&ana, room, "rooms", &[&avatar.replace('"', "")]).await.expect(422, "uploads.rejected");
        world.show(&ana, room, "rooms", &[&picture, &picture]).await.expect(422, "request.invalid");
        let unknown = world.app.base.ids.uuid().to_string();
        world.show(&ana, room, "rooms", &[&unknown]).await.expect(422, "uploads.rejected");
        // The same message twice is one; another with the same picture is none.
        let body = json!({ "body": "", "nonce": "uma", "attachmentIds": [picture] });
        let path = format!("/rooms/{room}/messages");
        let first = world.post(&path, Some(&ana), body.clone()).await.expect(201, "");
        assert_eq!(world.post(&path, Some(&ana), body).await.ok()["id"], first["id"]);
        world.show(&ana, room, "rooms", &[&picture]).await.expect(422, "uploads.rejected");
        assert_eq!(first["seq"], 1, "nothing took a place but what was stored");
        let by_socket = world.ready(&ana, images::jpeg(40, 30)).await;
        let mut socket = world.socket(&ana).await;
        let payload = json!({ "roomId": room, "body": "", "nonce": "duas", "attachmentIds": [by_socket] });
        let done = socket.done("rooms:message:send", payload).await;
        assert_eq!(done["message"]["attachments"][0]["id"], json!(by_socket));
        // Two at once for one picture: one gets it.
        let contested = world.ready(&ana, images::jpeg(40, 30)).await;
        let pictures = [contested.as_str()];
        let both = tokio::join!(world.show(&ana, room, "rooms", &pictures), world.show(&ana, room, "rooms", &pictures));
        let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422]);
        world.patch(&format!("/uploads/{picture}"), &ana, json!({ "alt": "tarde" })).await.expect(409, "request.conflict");
        world.delete(&format!("/uploads/{picture}"), &ana).await.expect(409, "request.conflict");
    }

    async fn between_two_people_pictures_open_for_them_alone(world: World) {
        let (ana, rosa) = (world.user("ana").await, world.user("rosa").await);
        let dm = world.dm(&ana, &rosa).await;
        let (mut hers, mut his) = (world.socket(&ana).await, world.socket(&rosa).await);
        let picture = world.ready(&ana, images::jpeg(400, 300)).await;
        let sent = world.show(&ana, dm, "dms", &[&picture]).await.expect(201, "");
        let to_ana = hers.event("dms:message:new").await["message"]["attachments"][0]["variants"]["thumb"]["url"].clone();
        let to_rosa = his.event("dms:message:new").await["message"]["attachments"][0]["variants"]["thumb"]["url"].clone();
        assert_eq!(sent["attachments"][0]["variants"]["thumb"]["url"], to_ana);
        assert_ne!(to_ana, to_rosa, "each has an address of their own");
        for person in [&ana, &rosa] {
            let page = world.get(&format!("/dms/{dm}/messages"), person).await.ok();
            let url = &page["items"][0]["attachments"][0]["variants"]["medium"]["url"];
            let response = world.open(url).await;
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["cache-control"], "private, max-age=3600");
            let listed = &world.dm_of(person, dm).await["lastMessage"]["attachments"][0]["variants"]["thumb"]["url"];
            assert_eq!(world.open(listed).await.status(), 200);
        }
        // Deleted is deleted at once, whatever the files do.
        let gone = world.ready(&ana, images::jpeg(40, 30)).await;
        let gone = world.show(&ana, dm, "dms", &[&gone]).await.expect(201, "");
        let url = &gone["attachments"][0]["variants"]["thumb"]["url"];
        assert_eq!(world.open(url).await.status(), 200);
        world.delete(&format!("/dms/{dm}/messages/{}", gone["id"].as_str().unwrap()), &ana).await.ok();
        assert_eq!(world.open(url).await.status(), 404);
        // The signature is good for one person, one size, and a while.
        let text = to_rosa.as_str().unwrap();
        let forged = [
            text.replace(&rosa.id.to_string(), &ana.id.to_string()),
            text.replace("thumb.webp", "large.webp"),
            text.replace("until=", "until=9"),
            text.split('?').next().unwrap().to_owned(),
        ];
        for forged in forged {
            let status = world.open(&json!(forged)).await.status().as_u16();
            assert!([400, 403].contains(&status), "{status} {forged}");
        }
        let change = json!({ "status": "suspended", "reason": "Basta." });
        let admin = world.person("chefe", praca_api::accounts::Role::Admin).await;
        world.patch(&format!("/admin/users/{}", rosa.id), &admin, change).await.ok();
        assert_eq!(world.open(&to_rosa).await.status(), 403);
        world.pass(23 * 3_600);
        assert_eq!(world.open(&to_ana).await.status(), 200, "for a day");
        world.pass(14 * 3_600);
        assert_eq!(world.open(&to_ana).await.status(), 403, "and not much longer");
    }

    async fn who_is_not_of_the_two_sees_nothing_by_a_signature(world: World) {
        let (ana, rosa) = (world.user("ana").await, world.user("rosa").await);
        let dm = world.dm(&ana, &rosa).await;
        let picture = world.ready(&ana, images::jpeg(400, 300)).await;
        let sent = world.show(&ana, dm, "dms", &[&picture]).await.expect(201, "");
        let stranger = world.user("caio").await;
        let id: praca_api::UploadId = picture.parse().unwrap();
        let unsigned = Links::private_picture(id, "thumb.webp");
        let mut variants: Variants = serde_json::from_value(sent["attachments"][0]["variants"].clone()).unwrap();
        variants.thumb.url = unsigned;
        world.app.base.links.sign_variants(&mut variants, stranger.id, world.app.base.clock.now());
        assert_eq!(world.open(&json!(variants.thumb.url)).await.status(), 404);
    }

    async fn a_portrait_replaces_the_one_before(world: World) {
        let ana = world.user("ana").await;
        let mut urls = Vec::new();
        for _ in 0..2 {
            let upload = world.upload(&ana, "avatar", "image/png", images::png_with_alpha(600, 600)).await;
            let me = world.patch("/me", &ana, json!({ "avatarUploadId": upload["id"] })).await.ok();
            urls.push(me["avatarUrl"].clone());
            assert_eq!(world.get("/users/ana", &ana).await.ok()["avatarUrl"], me["avatarUrl"]);
            assert_eq!(world.open(&me["avatarUrl"]).await.status(), 200);
        }
        world.work().await;
        assert_eq!(world.open(&urls[0]).await.status(), 404);
        let me = world.patch("/me", &ana, json!({ "displayName": "Ana", "avatarUploadId": null })).await.ok();
        assert_eq!((&me["avatarUrl"], &me["displayName"]), (&Value::Null, &json!("Ana")));
        world.work().await;
        assert_eq!(world.open(&urls[1]).await.status(), 404);
        let picture = world.ready(&ana, images::jpeg(40, 30)).await;
        world.patch("/me", &ana, json!({ "avatarUploadId": picture })).await.expect(422, "uploads.rejected");
    }

    async fn what_nobody_follows_up_is_swept(world: World) {
        let ana = world.user("ana").await;
        let room = world.room("largo", 0, 0).await;
        let files = world.app.base.config.data_dir.join("files");
        world.announce(&ana, "message", "image/jpeg", 100).await.expect(201, "");
        let sent = world.announce(&ana, "message", "image/jpeg", 3).await.expect(201, "");
        world.send_file(&sent, vec![1, 2, 3]).await.ok();
        let given_up = world.bring(&ana, "message", "image/jpeg", images::jpeg(40, 30)).await;
        world.delete(&format!("/uploads/{given_up}"), &ana).await.expect(204, "");
        let state = world.get(&format!("/uploads/{given_up}"), &ana).await.ok();
        assert_eq!((&state["status"], &state["reason"]), (&json!("rejected"), &json!("discarded")));
        world.ready(&ana, images::jpeg(40, 30)).await;
        let used = world.ready(&ana, images::jpeg(40, 30)).await;
        world.show(&ana, room, "rooms", &[&used]).await.expect(201, "");
        let dropped = world.ready(&ana, images::jpeg(40, 30)).await;
        world.delete(&format!("/uploads/{dropped}"), &ana).await.expect(204, "");
        world.get(&format!("/uploads/{dropped}"), &ana).await.expect(404, "resource.not_found");
        world.pass(2 * 86_400);
        let ana = world.log_in("ana").await;
        world.work().await;
        assert_eq!(walk(&files.join("quarantine")), 0);
        assert_eq!(walk(&files.join("pictures")), 1, "the one in use is small enough to be one file");
        world.get(&format!("/uploads/{given_up}"), &ana).await.expect(404, "resource.not_found");
        world.get(&format!("/uploads/{used}"), &ana).await.ok();
    }

    async fn what_is_given_up_is_gone_whatever_is_still_on_its_way(world: World) {
        let ana = world.user("ana").await;
        let quarantine = world.app.base.config.data_dir.join("files/quarantine");
        let announced = world.announce(&ana, "message", "image/jpeg", 3).await.expect(201, "");
        world.send_file(&announced, vec![1, 2, 3]).await.ok();
        let id = announced["id"].as_str().unwrap();
        world.delete(&format!("/uploads/{id}"), &ana).await.expect(204, "");
        world.work().await;
        assert_eq!(walk(&quarantine), 0);
        // As if it had been on its way.
        std::fs::write(quarantine.join(id), "abc").unwrap();
        world.pass(17 * 60);
        world.work().await;
        assert_eq!(walk(&quarantine), 0);
    }

    async fn what_ends_three_workers_is_looked_at_no_more(world: World) {
        let ana = world.user("ana").await;
        let id = world.bring(&ana, "message", "image/jpeg", images::jpeg(40, 30)).await;
        // As three workers leave it that died of it.
        let sql = "UPDATE uploads SET tries = 3";
        world.app.base.db.write().execute_raw(statement(&world, sql)).await.unwrap();
        world.work().await;
        let upload = world.get(&format!("/uploads/{id}"), &ana).await.ok();
        assert_eq!((&upload["status"], &upload["reason"]), (&json!("rejected"), &json!("failed")));
    }

    async fn what_a_killed_process_had_begun_is_swept(world: World) {
        let drafts = world.app.base.config.data_dir.join("files/drafts");
        std::fs::create_dir_all(&drafts).unwrap();
        let (old, new) = (drafts.join("old"), drafts.join("new"));
        std::fs::write(&new, "a").unwrap();
        let file = std::fs::File::create(&old).unwrap();
        let now = file.metadata().unwrap().modified().unwrap();
        file.set_modified(now - Duration::from_secs(2 * 3_600)).unwrap();
        world.app.uploads.sweep().await.unwrap();
        assert_eq!((old.exists(), new.exists()), (false, true));
    }

    async fn everybodys_first_comes_before_anybodys_second(world: World) {
        let (ana, rosa) = (world.user("ana").await, world.user("rosa").await);
        let mut hers = Vec::new();
        for _ in 0..6 {
            hers.push(world.bring(&ana, "message", "image/jpeg", images::jpeg(40, 30)).await);
        }
        let his = world.bring(&rosa, "message", "image/jpeg", images::jpeg(40, 30)).await;
        let state = async |person, id: &str| world.get(&format!("/uploads/{id}"), person).await.ok()["status"].clone();
        // As many as are worked on at a time, and one more: five at most.
        world.app.runner().run_due().await.unwrap();
        assert_eq!((state(&rosa, &his).await, state(&ana, &hers[0]).await), (json!("ready"), json!("ready")));
        assert_eq!(state(&ana, &hers[5]).await, "processing");
        world.work().await;
        assert_eq!(state(&ana, &hers[5]).await, "ready");
    }

    async fn work_that_was_interrupted_is_done_once(world: World) {
        let ana = world.user("ana").await;
        let id = world.bring(&ana, "message", "image/jpeg", images::jpeg(1_500, 900)).await;
        let payload = payload_of(&world, &id).await;
        // Two workers at once, as after a lease that ended too early; then a third, late.
        let uploads = &world.app.uploads;
        let (one, two) = tokio::join!(uploads.process(payload.clone()), uploads.process(payload.clone()));
        one.and(two).unwrap();
        uploads.process(payload.clone()).await.unwrap();
        assert_eq!(world.get(&format!("/uploads/{id}"), &ana).await.ok()["status"], "ready");
        let files = world.app.base.config.data_dir.join("files");
        assert_eq!((walk(&files.join("quarantine")), walk(&files.join("pictures"))), (0, 3));
        // Reported again, it stays as it is.
        let again = world.post(&format!("/uploads/{id}/complete"), Some(&ana), json!({})).await.expect(202, "");
        assert_eq!(again["status"], "ready");
        // Given up while it is worked on: nothing stays.
        let late = world.bring(&ana, "message", "image/jpeg", images::jpeg(1_500, 900)).await;
        let payload = payload_of(&world, &late).await;
        let path = format!("/uploads/{late}");
        let (done, given_up) = tokio::join!(uploads.process(payload), async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            world.delete(&path, &ana).await
        });
        done.unwrap();
        given_up.expect(204, "");
        world.work().await;
        assert_eq!((walk(&files.join("quarantine")), walk(&files.join("pictures"))), (0, 3));
    }
}

on_both_twins! {
    async fn a_picture_whose_worker_died_is_taken_up_by_another_once(world: World) {
        let ana = world.user("ana").await;
        let mut socket = world.socket(&ana).await;
        let id = world.bring(&ana, "message", "image/jpeg", images::jpeg(3_000, 2_000)).await;
        let dying = world.app.runner();
        let dying = tokio::spawn(async move { dying.run_due().await });
        let claimed = async || {
            let jobs = jobs::Entity::find().all(world.app.base.db.read()).await.unwrap();
            jobs.iter().any(|job| job.payload["id"] == id && job.attempts == 1)
        };
        while !claimed().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        dying.abort();
        let state = async || world.get(&format!("/uploads/{id}"), &ana).await.ok()["status"].clone();
        world.work().await;
        assert_eq!(state().await, "processing", "the dead one's claim holds for a while");
        world.pass(121);
        world.work().await;
        assert_eq!(state().await, "ready");
        assert_eq!(socket.event("uploads:status").await["upload"]["status"], "ready");
        world.pass(121);
        world.work().await;
        assert_eq!(socket.events_so_far("uploads:status").await.len(), 0, "it is told once");
        let files = world.app.base.config.data_dir.join("files");
        assert_eq!((walk(&files.join("quarantine")), walk(&files.join("pictures"))), (0, 3));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_only_one_node_works_the_others_people_hear_of_it() {
    let world = World::new(Twin::Shared, &[]).await;
    let worker = world.second_node().await;
    let ana = world.user("ana").await;
    let mut socket = world.socket(&ana).await;
    let id = world.bring(&ana, "message", "image/jpeg", images::jpeg(400, 300)).await;
    worker.work().await;
    let told = socket.event("uploads:status").await["upload"].clone();
    assert_eq!((&told["id"], &told["status"]), (&json!(id), &json!("ready")));
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_asked_for_often_but_not_endlessly_and_by_plain_names_alone() {
    for twin in [Twin::Embedded, Twin::Shared] {
        let world = World::new(twin, &[("PRACA_LIMIT_REQUESTS", "5/60s")]).await;
        let (short, long) = ("a".repeat(32), "a".repeat(7_000));
        let mut statuses = Vec::new();
        for folder in [&short, &long].into_iter().cycle().take(55) {
            statuses.push(world.open(&json!(format!("/media/{folder}/thumb.webp"))).await.status().as_u16());
        }
        assert_eq!(statuses, [[404; 50].as_slice(), &[429; 5]].concat());
    }
}

/// What the job of an upload was given.
async fn payload_of(world: &World, id: &str) -> Value {
    let jobs = jobs::Entity::find().all(world.app.base.db.read()).await.unwrap();
    jobs.into_iter().find(|job| job.payload["id"] == id).unwrap().payload
}

/// How many files are in a folder and those below.
fn walk(folder: &Path) -> usize {
    all_files(folder).len()
}

fn all_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { all_files(&path) } else { vec![path] }).collect()
}

/// The one file of this name.
fn only(folder: &Path, name: &str) -> PathBuf {
    let mut named = all_files(folder).into_iter().filter(|path| path.ends_with(name));
    named.next().filter(|_| named.next().is_none()).unwrap()
}

/// What the rows say is stored.
async fn stored_bytes(world: &World) -> u64 {
    let sum = "SELECT CAST(SUM(stored_bytes) AS bigint) FROM uploads";
    let row = world.app.base.db.read().query_one_raw(statement(world, sum)).await.unwrap().unwrap();
    u64::try_from(row.try_get_by_index::<i64>(0).unwrap()).unwrap()
}

fn statement(world: &World, sql: &str) -> Statement {
    Statement::from_string(world.app.base.db.read().get_database_backend(), sql)
}
