//! What ads are sorted into, and how administrators arrange it.

use std::time::Duration;

use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::ads::with;
use crate::world::{Answer, Person, Twin, World, on_both_twins};

impl World {
    async fn put_category(&self, admin: &Person, slug: &str, changes: Value) -> Answer {
        let names = json!({ "pt-BR": "Casa de campo", "en": "Cottages", "es": "Casas de campo" });
        let mut wish = json!({ "names": names, "days": 45 });
        for (field, value) in changes.as_object().unwrap() {
            wish[field] = value.clone();
        }
        self.put(&format!("/categories/{slug}"), admin, wish).await
    }

    async fn parts_of(&self, person: &Person, category: &str) -> Vec<String> {
        let all = self.get("/categories", person).await.ok();
        let parts = all["items"].as_array().unwrap().iter().filter(|one| one["parent"] == category);
        parts.map(|one| one["slug"].as_str().unwrap().to_owned()).collect()
    }

    /// Writes an ad on a node that may yet have to hear of its category; its id.
    async fn write_ad_soon(&self, owner: &Person, ad: Value) -> String {
        for _ in 0..50 {
            let answer = self.post("/ads", Some(owner), ad.clone()).await;
            if answer.status == 201 {
                return answer.expect(201, "")["id"].as_str().unwrap().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the node does not hear of the category");
    }
}

on_both_twins! {
    async fn administrators_arrange_what_ads_are_sorted_into(world: World) {
        let (ana, bia) = (world.person("ana", Role::Admin).await, world.person("bia", Role::Moderator).await);
        let rosa = world.user("rosa").await;
        let second = if world.twin == Twin::Shared { Some(world.second_node().await) } else { None };
        let node = second.as_ref().unwrap_or(&world);
        node.get("/categories", &rosa).await.ok();
        let made = world.put_category(&ana, "chacaras", json!({ "parent": "casa" })).await.expect(200, "");
        assert_eq!((&made["days"], &made["names"]["en"]), (&json!(45), &json!("Cottages")));
        assert_eq!(world.parts_of(&rosa, "casa").await.last().unwrap(), "chacaras", "it stands last");
        // Another node knows of it, and ads are sorted into it, for its days.
        let id = node.write_ad_soon(&rosa, with(json!({ "category": "chacaras" }))).await;
        let shown = world.step(&bia, &id, "approve").await.expect(200, "");
        let days = |field: &str| shown[field].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        assert_eq!((days("expiresAt") - days("publishedAt")).num_days(), 45);
        assert_eq!(world.get("/ads?category=casa", &bia).await.ok()["items"].as_array().unwrap().len(), 1);
        world.put_category(&ana, "chacaras", json!({ "parent": "casa", "position": -1 })).await.expect(200, "");
        assert_eq!(world.parts_of(&rosa, "casa").await[0], "chacaras");
        // Where ads stand, nothing is put below, and nothing is removed.
        world.put_category(&ana, "chacaras", json!({})).await.expect(200, "");
        world.put_category(&ana, "sitios", json!({ "parent": "chacaras" })).await.expect(409, "request.conflict");
        world.delete("/categories/chacaras", &ana).await.expect(409, "request.conflict");
        world.delete("/categories/casa", &ana).await.expect(409, "request.conflict");
        world.put_category(&ana, "sitios", json!({ "parent": "moda" })).await.expect(200, "");
        world.delete("/categories/sitios", &ana).await.expect(204, "");
        world.delete("/categories/sitios", &ana).await.expect(404, "resource.not_found");
        let log = world.get("/admin/audit?limit=1", &ana).await.ok();
        let entry = &log["items"][0];
        assert_eq!((&entry["action"], &entry["targetId"]), (&json!("category.delete"), &json!("sitios")));
    }

    async fn what_is_no_category_is_refused(world: World) {
        let (ana, bia) = (world.person("ana", Role::Admin).await, world.person("bia", Role::Moderator).await);
        for (slug, changes, status, code) in [
            ("Chacaras", json!({}), 422, "request.invalid"),
            ("a--b", json!({}), 422, "request.invalid"),
            ("x", json!({}), 422, "request.invalid"),
            ("chacaras", json!({ "days": 0 }), 422, "request.invalid"),
            ("chacaras", json!({ "days": 181 }), 422, "request.invalid"),
            ("chacaras", json!({ "names": { "pt-BR": " ", "en": "Cottages", "es": "Casas" } }), 422, "request.invalid"),
            ("chacaras", json!({ "parent": "nada" }), 422, "request.invalid"),
            ("moda", json!({ "parent": "moda" }), 422, "request.invalid"),
            ("chacaras", json!({ "parent": "moveis" }), 422, "request.invalid"),
            ("casa", json!({ "parent": "moda" }), 409, "request.conflict"),
        ] {
            world.put_category(&ana, slug, changes.clone()).await.expect(status, code);
        }
        world.put_category(&bia, "chacaras", json!({})).await.expect(403, "access.denied");
        world.delete("/categories/moveis", &bia).await.expect(403, "access.denied");
        assert!(!world.parts_of(&bia, "casa").await.contains(&"chacaras".to_owned()));
    }
}
