//! Ads that find their people: saved searches, reminders, and what moderators look at.

use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::ads::{DAY, sofa, with};
use crate::world::{Person, World, on_both_twins};

impl World {
    /// What somebody was told by notifications of a code: the titles, the newest first.
    async fn told_of(&self, person: &Person, code: &str) -> Vec<Value> {
        self.work().await;
        self.tell().await;
        let page = self.get("/me/notifications", person).await.ok();
        let items = page["items"].as_array().unwrap().iter();
        items.filter(|item| item["code"] == code).map(|item| item["params"]["title"].clone()).collect()
    }

    /// All that a list has, a page after the other.
    async fn all_ads(&self, person: &Person, query: &str) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("/ads?limit=100{query}{after}"), person).await.ok();
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return all,
            }
        }
    }

    async fn look_for(&self, person: &Person, wish: Value) -> Value {
        self.post("/me/searches", Some(person), wish).await.expect(201, "")
    }
}

pub fn other_sofa() -> Value {
    with(json!({ "title": "Poltrona de leitura", "description": "Poltrona azul com apoio para os pés, pouco uso." }))
}

on_both_twins! {
    async fn who_looks_for_something_is_told_once_when_it_comes(world: World) {
        let (bia, rosa) = (world.person("bia", Role::Moderator).await, world.user("rosa").await);
        let (caio, dora, eva) = (world.user("caio").await, world.user("dora").await, world.user("eva").await);
        world.look_for(&caio, json!({ "q": "sofas", "category": "casa", "state": "sp", "maxCentavos": 70_000 })).await;
        world.look_for(&caio, json!({ "kind": "sale", "name": "Tudo à venda" })).await;
        world.look_for(&rosa, json!({ "kind": "sale" })).await;
        for other in [
            json!({ "q": "geladeira" }), json!({ "kind": "trade" }), json!({ "category": "moda" }),
            json!({ "minCentavos": 62_001 }), json!({ "state": "SP", "city": "Campinas" }),
            json!({ "condition": "new" }), json!({ "kind": "sale", "withPicture": true }),
        ] {
            world.look_for(&dora, other).await;
        }
        world.look_for(&eva, json!({ "kind": "sale" })).await;
        world.put(&format!("/me/blocks/{}", eva.id), &rosa, json!({})).await.expect(204, "");
        let id = world.write_ad(&rosa, sofa()).await;
        assert!(world.told_of(&caio, "ads.found").await.is_empty(), "it is not on display yet");
        world.step(&bia, &id, "approve").await.expect(200, "");
        let told = world.told_of(&caio, "ads.found").await;
        assert_eq!(told.len(), 1, "two searches, one ad: {told:?}");
        for other in [&rosa, &dora, &eva] {
            assert!(world.told_of(other, "ads.found").await.is_empty());
        }
        // What comes back is not new, and nobody is told of the same ad twice.
        for step in ["pause", "publish"] {
            world.step(&rosa, &id, step).await.expect(200, "");
        }
        world.pass(31 * DAY);
        let (rosa, caio, dora) = (world.log_in("rosa").await, world.log_in("caio").await, world.log_in("dora").await);
        world.app.ads.follow_the_clock().await.unwrap();
        world.step(&rosa, &id, "renew").await.expect(200, "");
        assert_eq!(world.told_of(&caio, "ads.found").await.len(), 1);
        // For whoever has begun to look for it since, it is.
        world.look_for(&dora, json!({ "category": "moveis" })).await;
        world.pass(31 * DAY);
        let (rosa, dora) = (world.log_in("rosa").await, world.log_in("dora").await);
        world.app.ads.follow_the_clock().await.unwrap();
        world.step(&rosa, &id, "renew").await.expect(200, "");
        assert_eq!(world.told_of(&dora, "ads.found").await, [Value::Null]);
    }

    async fn searches_are_saved_once_listed_and_forgotten(world: World) {
        let (caio, dora) = (world.user("caio").await, world.user("dora").await);
        let wish = json!({ "q": "  bicicleta   aro ", "state": "sp", "city": "sao paulo", "maxCentavos": 90_000 });
        let saved = world.look_for(&caio, wish.clone()).await;
        let said = (&saved["name"], &saved["q"], &saved["state"], &saved["city"]);
        assert_eq!(said, (&json!("bicicleta aro"), &json!("bicicleta aro"), &json!("SP"), &json!("São Paulo")));
        assert_eq!(world.look_for(&caio, wish).await["id"], saved["id"], "the same search is the same");
        for (wish, field) in [
            (json!({}), "filters"),
            (json!({ "withPicture": true }), "filters"),
            (json!({ "q": "!!!" }), "q"),
            (json!({ "q": "x".repeat(101) }), "q"),
            (json!({ "q": "sofá", "name": "x".repeat(61) }), "name"),
            (json!({ "minCentavos": 0 }), "minCentavos"),
            (json!({ "category": "nada" }), "category"),
            (json!({ "state": "XX" }), "state"),
            (json!({ "city": "Campinas" }), "state"),
        ] {
            let refused = world.post("/me/searches", Some(&caio), wish.clone()).await.expect(422, "request.invalid");
            assert_eq!(refused["errors"][0]["field"], field, "{wish}");
        }
        for number in 1..20 {
            world.look_for(&caio, json!({ "q": format!("coisa{number}") })).await;
        }
        world.post("/me/searches", Some(&caio), json!({ "q": "mais" })).await.expect(429, "request.rate_limited");
        // Nobody else's are seen, or forgotten.
        assert!(world.get("/me/searches", &dora).await.ok()["items"].as_array().unwrap().is_empty());
        let id = saved["id"].as_str().unwrap();
        world.delete(&format!("/me/searches/{id}"), &dora).await.expect(204, "");
        assert_eq!(world.get("/me/searches", &caio).await.ok()["items"].as_array().unwrap().len(), 20);
        let page = world.get("/me/searches?limit=15", &caio).await.ok();
        let rest = world.get(&format!("/me/searches?limit=15&after={}", page["next"].as_str().unwrap()), &caio).await.ok();
        assert_eq!(rest["items"].as_array().unwrap().last().unwrap()["id"], saved["id"]);
        world.delete(&format!("/me/searches/{id}"), &caio).await.expect(204, "");
        world.look_for(&caio, json!({ "q": "mais" })).await;
    }

    async fn an_owner_is_reminded_once_of_each_end(world: World) {
        let (bia, rosa) = (world.person("bia", Role::Moderator).await, world.user("rosa").await);
        let id = world.show_ad(&rosa, &bia, sofa()).await;
        world.pass(26 * DAY);
        world.app.ads.follow_the_clock().await.unwrap();
        let rosa = world.log_in("rosa").await;
        assert!(world.told_of(&rosa, "ads.expiring").await.is_empty());
        world.pass(DAY);
        for _ in 0..2 {
            world.app.ads.follow_the_clock().await.unwrap();
        }
        let rosa = world.log_in("rosa").await;
        assert_eq!(world.told_of(&rosa, "ads.expiring").await, ["Sofá de dois lugares"]);
        world.step(&rosa, &id, "renew").await.expect(200, "");
        world.app.ads.follow_the_clock().await.unwrap();
        assert_eq!(world.told_of(&rosa, "ads.expiring").await.len(), 1);
        world.pass(28 * DAY);
        world.app.ads.follow_the_clock().await.unwrap();
        let rosa = world.log_in("rosa").await;
        assert_eq!(world.told_of(&rosa, "ads.expiring").await.len(), 2);
    }

    async fn ads_like_one_are_those_of_its_kind_that_are_near(world: World) {
        let (bia, ana) = (world.person("bia", Role::Moderator).await, world.person("ana", Role::Admin).await);
        let (rosa, caio) = (world.user("rosa").await, world.user("caio").await);
        let mine = world.show_ad(&rosa, &bia, sofa()).await;
        world.show_ad(&rosa, &bia, other_sofa()).await;
        for (title, changes) in [
            ("Longe", json!({ "state": "BA", "city": "Salvador" })),
            ("No estado", json!({ "city": "Campinas" })),
            ("Perto", json!({})),
            ("Outra coisa", json!({ "category": "bicicletas" })),
        ] {
            let mut ad = with(changes);
            (ad["title"], ad["description"]) = (json!(title), json!(format!("{title}: está como novo, pode buscar.")));
            world.show_ad(&bia, &ana, ad).await;
            world.pass(1);
        }
        let similar = world.get(&format!("/ads/{mine}/similar"), &caio).await.ok();
        let titles: Vec<&str> = similar["items"].as_array().unwrap().iter().map(|ad| ad["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["Perto", "No estado", "Longe"]);
        world.put(&format!("/me/blocks/{}", bia.id), &caio, json!({})).await.expect(204, "");
        assert!(world.get(&format!("/ads/{mine}/similar"), &caio).await.ok()["items"].as_array().unwrap().is_empty());
        world.step(&rosa, &mine, "pause").await.expect(200, "");
        world.get(&format!("/ads/{mine}/similar"), &caio).await.expect(404, "resource.not_found");
    }

    async fn counts_say_what_each_filter_would_find(world: World) {
        let (bia, rosa, caio) = (world.person("bia", Role::Moderator).await, world.user("rosa").await, world.user("caio").await);
        world.app.ads.fill(&[rosa.id], 600).await.unwrap();
        for query in ["", "kind=trade", "category=casa", "category=casa&condition=new&kind=sale", "q=sofa%20&state=SP", "maxCentavos=2000"] {
            let facets = world.get(&format!("/ads/facets?{query}"), &caio).await.ok();
            // What is counted is what is found.
            for (field, name) in [("kinds", "kind"), ("categories", "category"), ("conditions", "condition")] {
                for facet in facets[field].as_array().unwrap() {
                    let value = facet["value"].as_str().unwrap();
                    let others: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !part.starts_with(name)).collect();
                    let found = world.all_ads(&caio, &format!("&{}&{name}={value}", others.join("&"))).await.len();
                    assert_eq!((&facet["count"], &facet["more"]), (&json!(found), &json!(false)), "{query}: {value}");
                }
            }
        }
        let facets = world.get("/ads/facets", &caio).await.ok();
        assert_eq!(facets["withPicture"], json!({ "value": "true", "count": 0, "more": false }));
        let sold = &facets["kinds"][0]["count"];
        assert!(sold.as_u64() > Some(100), "{facets}");
        world.get("/ads/facets?category=nada", &caio).await.expect(422, "request.invalid");
        // Those of whom one blocks count for nothing.
        world.put(&format!("/me/blocks/{}", rosa.id), &caio, json!({})).await.expect(204, "");
        assert_eq!(world.get("/ads/facets", &caio).await.ok()["kinds"][0]["count"], 0);
        assert_eq!(world.get("/ads/facets", &bia).await.ok()["kinds"][0]["count"], *sold);
        // Of a larger fair the newest are counted, and all that have rare words.
        world.app.ads.fill(&[bia.id], 6_000).await.unwrap();
        let facets = world.get("/ads/facets", &caio).await.ok();
        let counts = facets["kinds"].as_array().unwrap().iter().map(|kind| kind["count"].as_u64().unwrap());
        assert_eq!((counts.sum::<u64>(), &facets["kinds"][0]["more"]), (5_000, &json!(true)));
        let facets = world.get("/ads/facets?q=n%C3%BAmero%2017%20", &caio).await.ok();
        let counts = facets["kinds"].as_array().unwrap().iter().map(|kind| kind["count"].as_u64().unwrap());
        assert_eq!((counts.sum::<u64>(), &facets["kinds"][0]["more"]), (1, &json!(false)));
    }

    async fn many_invented_ads_are_the_same_for_the_same_number(world: World) {
        let (bia, rosa) = (world.person("bia", Role::Moderator).await, world.user("rosa").await);
        world.app.ads.fill(&[rosa.id, bia.id], 1_500).await.unwrap();
        let listed = async |query: &str| {
            let ads = world.all_ads(&bia, query).await;
            ads.iter().map(|ad| format!("{} {}", ad["id"], ad["description"])).collect::<Vec<String>>()
        };
        let first = listed("").await;
        assert!((1_300..1_400).contains(&first.len()), "nine of ten are on display: {}", first.len());
        let unique: std::collections::HashSet<&String> = first.iter().collect();
        assert_eq!(unique.len(), first.len(), "each stands on one page");
        world.app.ads.fill(&[rosa.id, bia.id], 1_500).await.unwrap();
        assert_eq!(listed("").await, first);
        for query in ["&sort=price_asc", "&sort=price_desc"] {
            assert_eq!(listed(query).await.len(), first.len(), "{query}");
        }
        assert!(listed("&status=pending").await.len() > 10);
        assert!((1..first.len()).contains(&listed("&state=SP&city=Campinas").await.len()));
    }

}
