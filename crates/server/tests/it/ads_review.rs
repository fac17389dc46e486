//! What moderators look at: the queue, what is like what, and that what they decide on is what they looked at.

use image::ImageFormat;
use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::ads::{sofa, with};
use crate::ads_found::other_sofa;
use crate::images;
use crate::world::{Person, Twin, World, on_both_twins, tell};

impl World {
    /// What waits: titles, and what each is like.
    async fn queue(&self, moderator: &Person) -> Vec<(String, Vec<String>)> {
        let page = self.get("/moderation/ads", moderator).await.ok();
        let like = |item: &Value| {
            let alike = item["alike"].as_array().unwrap().iter();
            alike.map(|other| other["by"].as_str().unwrap().to_owned()).collect()
        };
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| (item["ad"]["title"].as_str().unwrap().to_owned(), like(item))).collect()
    }
}

on_both_twins! {
    async fn moderators_see_what_is_like_what(world: World) {
        let (bia, rosa, caio) = (world.person("bia", Role::Moderator).await, world.user("rosa").await, world.user("caio").await);
        world.write_ad(&rosa, sofa()).await;
        world.write_ad(&caio, other_sofa()).await;
        assert_eq!(world.queue(&bia).await, [("Sofá de dois lugares".into(), vec![]), ("Poltrona de leitura".into(), vec![])]);
        let shouted = with(json!({ "title": "SOFÁ DE DOIS LUGARES!!!", "description": "Sofa verde, firme e sem manchas" }));
        world.write_ad(&caio, shouted).await;
        let queue = world.queue(&bia).await;
        assert_eq!(queue[0].1, ["text"]);
        assert_eq!((queue[1].1.len(), &queue[2].1[..]), (0, &["text".to_owned()][..]));
        // What is gone is like nothing.
        let page = world.get("/moderation/ads", &bia).await.ok();
        let copy = page["items"][2]["ad"]["id"].as_str().unwrap();
        world.delete(&format!("/ads/{copy}"), &caio).await.expect(204, "");
        assert!(world.queue(&bia).await[0].1.is_empty());
        // The same picture, smaller and worse.
        let large = world.upload(&rosa, "ad", "image/jpeg", images::hills(900, 700, ImageFormat::Jpeg)).await;
        let small = world.upload(&caio, "ad", "image/png", images::hills(300, 233, ImageFormat::Png)).await;
        let of = |title: &str, upload: &Value| with(json!({ "title": title, "description": format!("{title}, como novo, em bom estado."), "uploadIds": [upload["id"]] }));
        world.write_ad(&rosa, of("Quadro da serra grande", &large)).await;
        world.write_ad(&caio, of("Fotografia emoldurada", &small)).await;
        let queue = world.queue(&bia).await;
        assert_eq!((&queue[2].1[..], &queue[3].1[..]), (&["picture".to_owned()][..], &["picture".to_owned()][..]));
        let page = world.get("/moderation/ads", &bia).await.ok();
        let painting = page["items"][2]["ad"]["id"].as_str().unwrap();
        world.delete(&format!("/ads/{painting}"), &rosa).await.expect(204, "");
        assert!(world.queue(&bia).await[2].1.is_empty());
        world.get("/moderation/ads", &rosa).await.expect(403, "access.denied");
    }

    async fn no_two_moderators_look_at_one_ad(world: World) {
        let (bia, ana, rosa) = (world.person("bia", Role::Moderator).await, world.person("ana", Role::Admin).await, world.user("rosa").await);
        let id = world.write_ad(&rosa, sofa()).await;
        let claim = format!("/moderation/ads/{id}/claim");
        world.put(&claim, &rosa, json!({})).await.expect(403, "access.denied");
        assert_eq!(world.put(&claim, &bia, json!({})).await.ok()["claim"]["by"]["handle"], "bia");
        world.put(&claim, &bia, json!({})).await.ok();
        world.put(&claim, &ana, json!({})).await.expect(409, "request.conflict");
        world.step(&ana, &id, "approve").await.expect(409, "request.conflict");
        world.delete(&claim, &ana).await.expect(204, "");
        world.step(&ana, &id, "reject").await.expect(409, "request.conflict");
        let waiting = world.get("/moderation/ads", &ana).await.ok();
        assert_eq!(waiting["items"][0]["claim"]["by"]["handle"], "bia");
        // Whoever does not come back holds up nobody.
        world.pass(301);
        assert!(world.get("/moderation/ads", &ana).await.ok()["items"][0]["claim"].is_null());
        world.put(&claim, &ana, json!({})).await.ok();
        world.put(&claim, &bia, json!({})).await.expect(409, "request.conflict");
        world.delete(&claim, &ana).await.expect(204, "");
        // Of many at once, one has it.
        let race = [&bia, &ana, &bia, &ana].map(|who| world.put(&claim, who, json!({})));
        let winners: Vec<bool> = futures_util::future::join_all(race).await.iter().map(|answer| answer.status == 200).collect();
        assert!(winners == [true, false, true, false] || winners == [false, true, false, true], "{winners:?}");
        let winner = if winners[0] { &bia } else { &ana };
        world.step(winner, &id, "approve").await.expect(200, "");
        world.put(&claim, &bia, json!({})).await.expect(409, "ads.wrong_state");
        // A change that waits is one ad, too.
        let version = world.ad(&rosa, &id).await["version"].clone();
        world.patch(&format!("/ads/{id}"), &rosa, json!({ "version": version, "title": "Sofá de três lugares" })).await.expect(202, "");
        assert_eq!(world.queue(&bia).await.len(), 1);
        world.put(&claim, &bia, json!({})).await.ok();
        world.post(&format!("/ads/{id}/change/accept"), Some(&ana), json!({})).await.expect(409, "request.conflict");
        world.post(&format!("/ads/{id}/change/accept"), Some(&bia), json!({})).await.expect(200, "");
        assert!(world.queue(&bia).await.is_empty());
    }

    async fn several_ads_are_approved_at_once_and_what_cannot_be_is_said(world: World) {
        let (bia, ana, rosa) = (world.person("bia", Role::Moderator).await, world.person("ana", Role::Admin).await, world.user("rosa").await);
        let (one, two, own) = (world.write_ad(&rosa, sofa()).await, world.write_ad(&rosa, other_sofa()).await, world.write_ad(&bia, sofa()).await);
        world.put(&format!("/moderation/ads/{two}/claim"), &ana, json!({})).await.ok();
        let nobody = uuid::Uuid::nil();
        let seen = |id: &str, version: i32| json!({ "id": id, "version": version });
        let ads = json!({ "ads": [seen(&one, 1), seen(&two, 1), seen(&own, 1), seen(&nobody.to_string(), 1), seen(&one, 3)] });
        let done = world.post("/moderation/ads/approve", Some(&bia), ads).await.ok();
        assert_eq!(done["approved"], json!([one]));
        let left: Vec<&str> = done["left"].as_array().unwrap().iter().map(|left| left["code"].as_str().unwrap()).collect();
        assert_eq!(left, ["request.conflict", "access.denied", "resource.not_found", "ads.wrong_state"]);
        world.post("/moderation/ads/approve", Some(&rosa), json!({ "ads": [seen(&two, 1)] })).await.expect(403, "access.denied");
        for count in [0, 51] {
            world.post("/moderation/ads/approve", Some(&bia), json!({ "ads": vec![seen(&two, 1); count] })).await.expect(422, "request.invalid");
        }
    }

    async fn what_is_decided_on_is_what_was_looked_at(world: World) {
        let (bia, rosa) = (world.person("bia", Role::Moderator).await, world.user("rosa").await);
        let id = world.write_ad(&rosa, sofa()).await;
        let path = format!("/ads/{id}");
        world.patch(&path, &rosa, json!({ "description": "Agora diz outra coisa, que ninguém leu." })).await.expect(200, "");
        let decide = async |verb: &str, version: i32| {
            world.post(&format!("{path}/{verb}"), Some(&bia), json!({ "reason": "Motivo.", "version": version })).await
        };
        decide("approve", 1).await.expect(409, "request.conflict");
        decide("reject", 1).await.expect(409, "request.conflict");
        let left = world.post("/moderation/ads/approve", Some(&bia), json!({ "ads": [{ "id": id, "version": 1 }] })).await.ok();
        assert_eq!(left["left"][0]["code"], "request.conflict");
        let shown = decide("approve", 2).await.expect(200, "");
        // A change, too, is what was looked at; amended, it is another.
        let version = shown["version"].as_i64().unwrap();
        world.patch(&path, &rosa, json!({ "version": version, "title": "Sofá de três lugares" })).await.expect(202, "");
        world.patch(&path, &rosa, json!({ "version": version + 1, "title": "Compre seguidores" })).await.expect(202, "");
        let seen = i32::try_from(version + 1).unwrap();
        decide("change/accept", seen).await.expect(409, "request.conflict");
        // While it is suspended nothing of it is decided on; given back, it waits again.
        decide("suspend", seen + 1).await.expect(200, "");
        assert!(world.queue(&bia).await.is_empty());
        world.put(&format!("/moderation/ads/{id}/claim"), &bia, json!({})).await.expect(409, "ads.wrong_state");
        decide("reinstate", seen + 2).await.expect(200, "");
        assert_eq!(world.queue(&bia).await.len(), 1);
        decide("change/refuse", seen + 4).await.expect(200, "");
        assert_eq!(world.ad(&rosa, &id).await["title"], "Sofá de dois lugares");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_trusted_changes_without_a_review() {
    tell(Twin::Embedded, &[("PRACA_ADS_TRUSTED_AFTER", "2")], async |world| {
        let (bia, rosa) = (world.person("bia", Role::Moderator).await, world.user("rosa").await);
        let id = world.show_ad(&rosa, &bia, sofa()).await;
        let change = async |title: &str, status: u16| {
            let version = world.ad(&rosa, &id).await["version"].clone();
            let patch = json!({ "version": version, "title": title });
            world.patch(&format!("/ads/{id}"), &rosa, patch).await.expect(status, "")
        };
        assert!(change("Sofá de três lugares", 202).await["pendingChange"]["title"].is_string());
        let other = world.show_ad(&rosa, &bia, other_sofa()).await;
        assert_eq!(change("Sofá de quatro lugares", 200).await["title"], "Sofá de quatro lugares");
        world.step(&bia, &other, "suspend").await.expect(200, "");
        change("Sofá de cinco lugares", 202).await;
        // It is not forgotten with the ad.
        world.delete(&format!("/ads/{other}"), &rosa).await.expect(204, "");
        change("Sofá de seis lugares", 202).await;
    })
    .await;
}
