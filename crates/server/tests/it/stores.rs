//! Files in an object store: the same as in a folder, with addresses of its own to send to.

use std::time::Duration;

use praca::blobs::{BlobKey, Blobs};
use praca_peers::S3;
use reqwest::StatusCode;
use serde_json::json;

use crate::images;
use crate::world::{Twin, World, read};

async fn world_on(store: &S3, twin: Twin) -> World {
    let settings = store.settings();
    World::new(twin, &settings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_go_to_an_object_store_and_come_from_it() {
    for twin in [Twin::Embedded, Twin::Shared] {
        let store = S3::start().unwrap();
        let world = world_on(&store, twin).await;
        let ana = world.user("ana").await;
        let room = world.room("largo", 0, 0).await;
        let content = images::jpeg(1_500, 900);
        let announced = world.announce(&ana, "message", "image/jpeg", content.len()).await.expect(201, "");
        let url = announced["put"]["url"].as_str().unwrap();
        assert!(url.starts_with(store.url()) && url.contains("X-Amz-Expires=900&"), "{url}");
        let path = format!("/uploads/{}/complete", announced["id"].as_str().unwrap());
        world.post(&path, Some(&ana), json!({})).await.expect(409, "request.conflict");
        let picture = world.ready(&ana, content).await;
        let sent = world.show(&ana, room, "rooms", &[&picture]).await.expect(201, "");
        let url = &sent["attachments"][0]["variants"]["large"]["url"];
        let response = world.open(url).await;
        assert_eq!(
            (response.status(), &response.headers()["x-content-type-options"]),
            (StatusCode::OK, &"nosniff".parse().unwrap())
        );
        assert!(image::load_from_memory(&response.bytes().await.unwrap()).is_ok());
        // What was sent is gone, but for the empty name that keeps it from being sent again.
        let left = || store.bucket().join("quarantine").read_dir().unwrap().flatten().collect::<Vec<_>>();
        assert!(!left().is_empty() && left().iter().all(|file| file.metadata().unwrap().len() == 0), "{:?}", left());
        // Nor is anything sent there again, and in the end nothing is left of it.
        let once = world.announce(&ana, "message", "image/jpeg", 3).await.expect(201, "");
        assert!(world.send_file(&once, vec![1, 2, 3]).await.status.is_success());
        let path = format!("/uploads/{}/complete", once["id"].as_str().unwrap());
        world.post(&path, Some(&ana), json!({})).await.expect(202, "");
        world.work().await;
        assert_eq!(world.send_file(&once, vec![1, 2, 3]).await.status, 412);
        world.pass(17 * 60);
        world.work().await;
        assert_eq!(left().len(), 0);
        let ana = world.log_in("ana").await;
        let message = sent["id"].as_str().unwrap();
        world.delete(&format!("/rooms/{room}/messages/{message}"), &ana).await.ok();
        world.work().await;
        assert_eq!(world.open(url).await.status(), 404);
        let page = world.http.get(&world.url).send().await.unwrap();
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains(&format!("connect-src 'self' {};", store.url())), "{policy}");
        world.app.base.blobs.check("probe").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_says_that_its_store_is_away_until_it_is_back() {
    let store = S3::start().unwrap();
    let world = world_on(&store, Twin::Embedded).await;
    world.until_problems(json!([])).await;
    let elsewhere = store.bucket().with_extension("away");
    std::fs::rename(store.bucket(), &elsewhere).unwrap();
    world.until_problems(json!(["files"])).await;
    std::fs::rename(&elsewhere, store.bucket()).unwrap();
    world.until_problems(json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_takes_a_file_once_as_announced_and_in_time() {
    for twin in [Twin::Embedded, Twin::Shared] {
        let store = S3::start().unwrap();
        let world = world_on(&store, twin).await;
        let ana = world.user("ana").await;
        let content = images::jpeg(40, 30);
        let announced = world.announce(&ana, "message", "image/jpeg", content.len()).await.expect(201, "");
        let mut other_type = announced.clone();
        other_type["put"]["headers"]["content-type"] = json!("text/html");
        assert_eq!(world.send_file(&other_type, content.clone()).await.status, 403);
        assert_eq!(world.send_file(&announced, [&content[..], b"more"].concat()).await.status, 403);
        let second = world.announce(&ana, "message", "image/jpeg", content.len()).await.expect(201, "");
        let (from, to) = (announced["id"].as_str().unwrap(), second["id"].as_str().unwrap());
        let mut of_another = announced.clone();
        of_another["put"]["url"] = json!(announced["put"]["url"].as_str().unwrap().replace(from, to));
        assert_eq!(world.send_file(&of_another, content.clone()).await.status, 403);
        assert!(world.send_file(&announced, content.clone()).await.status.is_success());
        assert_eq!(world.send_file(&announced, content.clone()).await.status, 412);
        let mut twice = announced.clone();
        twice["put"]["headers"].as_object_mut().unwrap().remove("if-none-match");
        assert_eq!(world.send_file(&twice, content.clone()).await.status, 403, "its being once is signed too");
        let id: praca_api::UploadId = to.parse().unwrap();
        let url =
            world.app.base.blobs.put_url(&BlobKey::quarantined(id), "image/jpeg", 3, Duration::from_secs(1)).unwrap();
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        let late = world.http.put(url).header("content-type", "image/jpeg").header("if-none-match", "*").body("abc");
        assert_eq!(read(late).await.status, 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_is_away_work_waits_and_nothing_is_lost() {
    for twin in [Twin::Embedded, Twin::Shared] {
        let store = S3::start().unwrap();
        let world = world_on(&store, twin).await;
        let ana = world.user("ana").await;
        let id = world.bring(&ana, "message", "image/jpeg", images::jpeg(40, 30)).await;
        // Somebody changed the key.
        let mut settings = world.settings();
        for (key, value) in &mut settings {
            if key == "PRACA_S3_SECRET_KEY" {
                *value = "another".into();
            }
        }
        let wrong = World::with_settings(settings, &world).await;
        assert!(matches!(&wrong.app.base.blobs, Blobs::S3(_)));
        wrong.work().await;
        assert_eq!(wrong.get(&format!("/uploads/{id}"), &ana).await.ok()["status"], "processing");
        assert!(wrong.app.base.blobs.check("probe").await.is_err());
        world.pass(16);
        world.work().await;
        assert_eq!(world.get(&format!("/uploads/{id}"), &ana).await.ok()["status"], "ready");
    }
}
