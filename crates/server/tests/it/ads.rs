//! Ads: writing, changing, reviewing and finding them.

use praca_api::accounts::Role;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::images;
use crate::world::{Answer, Person, World, on_both_twins};

/// Days in seconds.
pub const DAY: u64 = 86_400;

/// A sofa for sale in São Paulo.
pub fn sofa() -> Value {
    json!({
        "kind": "sale", "title": "Sofá de dois lugares", "description": "Sofá verde, firme e sem manchas.",
        "price": { "centavos": 62_000, "currency": "BRL" }, "category": "moveis",
        "state": "SP", "city": "São Paulo", "neighborhood": "Vila Esperança", "condition": "used",
    })
}

/// An ad with some fields changed.
pub fn with(changes: Value) -> Value {
    let mut ad = sofa();
    for (field, value) in changes.as_object().unwrap() {
        ad[field] = value.clone();
    }
    ad
}

impl World {
    async fn picture_for_an_ad(&self, person: &Person) -> String {
        let upload = self.upload(person, "ad", "image/jpeg", images::jpeg(60, 40)).await;
        assert_eq!(upload["status"], "ready", "{upload}");
        upload["id"].as_str().unwrap().to_owned()
    }

    /// Has somebody write an ad; its id.
    pub async fn write_ad(&self, owner: &Person, ad: Value) -> String {
        self.post("/ads", Some(owner), ad).await.expect(201, "")["id"].as_str().unwrap().to_owned()
    }

    /// An ad that passed review.
    pub async fn show_ad(&self, owner: &Person, moderator: &Person, ad: Value) -> String {
        let id = self.write_ad(owner, ad).await;
        self.step(moderator, &id, "approve").await.expect(200, "");
        id
    }

    pub async fn step(&self, person: &Person, ad: &str, verb: &str) -> Answer {
        self.post(&format!("/ads/{ad}/{verb}"), Some(person), json!({ "reason": "Motivo." })).await
    }

    pub async fn ad(&self, person: &Person, ad: &str) -> Value {
        self.get(&format!("/ads/{ad}"), person).await.ok()
    }

    /// Four ads, one after the other.
    async fn open_a_fair(&self) {
        let (bia, ana) = (self.person("bia", Role::Moderator).await, self.person("ana", Role::Admin).await);
        for (changes, title) in [
            (json!({}), "Sofá de dois lugares"),
            (json!({ "kind": "trade", "category": "musica", "price": null, "city": "Campinas" }), "Violão de estudo"),
            (
                json!({ "category": "bicicletas", "price": { "centavos": 85_000, "currency": "BRL" }, "condition": "new" }),
                "Bicicleta aro 26",
            ),
            (
                json!({ "category": "plantas", "price": { "centavos": 1_500, "currency": "BRL" }, "state": "BA", "city": "Salvador" }),
                "Mudas de manjericão",
            ),
        ] {
            let mut ad = with(changes);
            ad["title"] = json!(title);
            self.show_ad(&bia, &ana, ad).await;
            self.pass(1);
        }
    }

    async fn titles(&self, person: &Person, query: &str) -> Vec<String> {
        let found = self.get(&format!("/ads?{query}"), person).await.ok();
        let title = |ad: &Value| ad["title"].as_str().unwrap().to_owned();
        found["items"].as_array().unwrap().iter().map(title).collect()
    }
}

fn fields(answer: &Value) -> Vec<&str> {
    answer["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect()
}

on_both_twins! {
    async fn an_ad_goes_on_display_once_a_moderator_has_looked_at_it(world: World) {
        let (bia, rosa, caio) = (world.person("bia", Role::Moderator).await, world.user("rosa").await, world.user("caio").await);
        let pictures = [world.picture_for_an_ad(&rosa).await, world.picture_for_an_ad(&rosa).await];
        let written = world.post("/ads", Some(&rosa), with(json!({ "uploadIds": pictures, "city": "sao paulo", "state": "sp" }))).await;
        let ad = written.expect(201, "");
        assert_eq!((&ad["status"], &ad["city"], &ad["state"], &ad["version"]), (&json!("pending"), &json!("São Paulo"), &json!("SP"), &json!(1)));
        let ids: Vec<&Value> = ad["images"].as_array().unwrap().iter().map(|image| &image["id"]).collect();
        assert_eq!(ids, [&json!(pictures[0]), &json!(pictures[1])], "in their order");
        let id = ad["id"].as_str().unwrap();
        // Only its owner and moderators know of it.
        world.get(&format!("/ads/{id}"), &caio).await.expect(404, "resource.not_found");
        world.ad(&bia, id).await;
        assert!(world.titles(&caio, "").await.is_empty() && world.titles(&rosa, "").await.is_empty());
        world.get("/ads?status=pending", &caio).await.expect(403, "access.denied");
        assert_eq!(world.titles(&bia, "status=pending").await, ["Sofá de dois lugares"]);
        world.step(&rosa, id, "approve").await.expect(403, "access.denied");
        world.step(&caio, id, "approve").await.expect(404, "resource.not_found");
        let shown = world.step(&bia, id, "approve").await.expect(200, "");
        assert_eq!((&shown["status"], &shown["version"]), (&json!("active"), &json!(3)));
        let ad = world.ad(&caio, id).await;
        assert_eq!(ad["owner"]["handle"], "rosa");
        let thumb = &ad["images"][0]["variants"]["thumb"]["url"];
        assert_eq!(world.open(thumb).await.status(), 200);
        // Both steps stand in the history.
        let steps = world.get(&format!("/ads/{id}/history"), &rosa).await.ok();
        let told: Vec<(&str, &Value, &str)> = steps["items"].as_array().unwrap().iter()
            .map(|step| (step["action"].as_str().unwrap(), &step["from"], step["to"].as_str().unwrap())).collect();
        assert_eq!(told, [("create", &json!(null), "pending"), ("approve", &json!("pending"), "approved"), ("publish", &json!("approved"), "active")]);
        assert_eq!(steps["items"][1]["actor"]["handle"], "bia");
        world.get(&format!("/ads/{id}/history"), &caio).await.expect(403, "access.denied");
    }

    async fn what_is_not_acceptable_is_said_beside_each_field(world: World) {
        let rosa = world.user("rosa").await;
        let bad = with(json!({
            "title": "ab", "description": "curta", "price": { "centavos": 0, "currency": "BRL" }, "quantity": 0,
            "category": "nada", "state": "XX", "uploadIds": (0..11).map(|_| world.app.base.ids.uuid()).collect::<Vec<_>>(),
        }));
        let answer = world.post("/ads", Some(&rosa), bad).await.expect(422, "request.invalid");
        assert_eq!(fields(&answer), ["title", "description", "price", "quantity", "category", "state", "uploadIds"]);
        for (changes, status, field) in [
            (json!({ "price": { "centavos": -1, "currency": "BRL" } }), 422, "price"),
            (json!({ "price": { "centavos": 10_000_000_001_i64, "currency": "BRL" } }), 422, "price"),
            (json!({ "category": "casa" }), 422, "category"),
            (json!({ "city": "Salvador" }), 422, "city"),
            (json!({ "kind": "service" }), 422, "condition"),
            (json!({ "neighborhood": "x".repeat(61) }), 422, "neighborhood"),
        ] {
            let answer = world.post("/ads", Some(&rosa), with(changes.clone())).await.expect(status, "request.invalid");
            assert_eq!(fields(&answer), [field], "{changes}");
        }
        for price in [json!({ "centavos": 1.5, "currency": "BRL" }), json!({ "centavos": 100, "currency": "USD" }), json!([100, "BRL"]), json!({ "centavos": 1e30, "currency": "BRL" })] {
            world.post("/ads", Some(&rosa), with(json!({ "price": price }))).await.expect(400, "request.invalid");
        }
        world.post("/ads", Some(&rosa), with(json!({ "uploadIds": [world.app.base.ids.uuid()] }))).await.expect(422, "uploads.rejected");
        let message = world.ready(&rosa, images::jpeg(40, 30)).await;
        world.post("/ads", Some(&rosa), with(json!({ "uploadIds": [message] }))).await.expect(422, "uploads.rejected");
        world.post("/ads", Some(&rosa), with(json!({ "price": null, "quantity": 3 }))).await.expect(201, "");
    }

    async fn a_rejected_ad_is_mended_and_looked_at_again(world: World) {
        let (bia, rosa) = (world.person("bia", Role::Moderator).await, world.user("rosa").await);
        let id = world.write_ad(&rosa, sofa()).await;
        world.post(&format!("/ads/{id}/reject"), Some(&bia), json!({})).await.expect(422, "request.invalid");
        let rejected = world.step(&bia, &id, "reject").await.expect(200, "");
        assert_eq!((&rejected["status"], &rejected["statusReason"]), (&json!("rejected"), &json!("Motivo.")));
        world.step(&bia, &id, "approve").await.expect(409, "ads.wrong_state");
        world.work().await;
        world.app.notifications.tell_due().await.unwrap();
        let told = world.get("/me/notifications", &rosa).await.ok();
        let item = &told["items"][0];
        assert_eq!((&item["code"], &item["target"]["adId"]), (&json!("ads.rejected"), &json!(id)));
        assert_eq!((&item["params"]["title"], &item["params"]["reason"]), (&json!("Sofá de dois lugares"), &json!("Motivo.")));
        let again = world.patch(&format!("/ads/{id}"), &rosa, json!({ "title": "Sofá verde" })).await.expect(200, "");
        assert_eq!((&again["status"], &again["statusReason"], &again["title"]), (&json!("pending"), &json!(null), &json!("Sofá verde")));
        world.step(&bia, &id, "approve").await.expect(200, "");
    }

    async fn what_matters_most_waits_while_the_ad_stays_as_it_is(world: World) {
        let (bia, rosa, caio) = (world.person("bia", Role::Moderator).await, world.user("rosa").await, world.user("caio").await);
        let old = world.picture_for_an_ad(&rosa).await;
        let id = world.show_ad(&rosa, &bia, with(json!({ "uploadIds": [old] }))).await;
        let path = format!("/ads/{id}");
        world.patch(&path, &rosa, json!({ "quantity": 2 })).await.expect(422, "request.invalid");
        world.patch(&path, &rosa, json!({ "quantity": 2, "version": 1 })).await.expect(409, "request.conflict");
        // A little of the price and the quantity hold at once.
        let price = json!({ "centavos": 60_000, "currency": "BRL" });
        let edited = world.patch(&path, &rosa, json!({ "price": price, "quantity": 2, "version": 3 })).await.expect(200, "");
        assert_eq!((&edited["price"]["centavos"], &edited["quantity"], &edited["version"]), (&json!(60_000), &json!(2), &json!(4)));
        let new = world.picture_for_an_ad(&rosa).await;
        let change = json!({ "title": "Sofá azul", "description": "Agora com outra capa, azul.", "uploadIds": [new], "version": 4 });
        let waits = world.patch(&path, &rosa, change).await.expect(202, "");
        assert_eq!((&waits["title"], &waits["pendingChange"]["title"]), (&json!("Sofá de dois lugares"), &json!("Sofá azul")));
        assert_eq!(waits["pendingChange"]["images"][0]["id"], json!(new));
        let seen = world.ad(&caio, &id).await;
        assert_eq!((&seen["title"], &seen["pendingChange"], &seen["images"][0]["id"]), (&json!("Sofá de dois lugares"), &json!(null), &json!(old)));
        assert_eq!(seen["description"], "Agora com outra capa, azul.");
        world.step(&rosa, &id, "change/accept").await.expect(403, "access.denied");
        world.post(&format!("{path}/change/refuse"), Some(&bia), json!({})).await.expect(422, "request.invalid");
        let refused = world.step(&bia, &id, "change/refuse").await.expect(200, "");
        assert_eq!((&refused["title"], &refused["pendingChange"]), (&json!("Sofá de dois lugares"), &json!(null)));
        world.step(&bia, &id, "change/accept").await.expect(409, "ads.wrong_state");
        // What was refused is gone; another picture takes its place.
        world.get(&format!("/uploads/{new}"), &rosa).await.expect(200, "");
        let another = world.picture_for_an_ad(&rosa).await;
        let change = json!({ "uploadIds": [another, old], "price": null, "version": refused["version"] });
        world.patch(&path, &rosa, change).await.expect(202, "");
        let held = world.step(&bia, &id, "change/accept").await.expect(200, "");
        assert_eq!((&held["price"], &held["images"][0]["id"], &held["images"][1]["id"]), (&json!(null), &json!(another), &json!(old)));
        // Who keeps order is trusted.
        let own = world.show_ad(&bia, &world.person("ana", Role::Admin).await, sofa()).await;
        world.patch(&format!("/ads/{own}"), &bia, json!({ "title": "Sofá azul", "version": 3 })).await.expect(200, "");
    }

    async fn an_ad_is_paused_ends_and_is_renewed(world: World) {
        let (bia, rosa, caio) = (world.person("bia", Role::Moderator).await, world.user("rosa").await, world.user("caio").await);
        let id = world.show_ad(&rosa, &bia, sofa()).await;
        let service = json!({ "kind": "service", "condition": null, "category": "faxina" });
        let faxina = world.show_ad(&rosa, &bia, with(service)).await;
        world.step(&caio, &id, "pause").await.expect(403, "access.denied");
        world.step(&rosa, &id, "pause").await.expect(200, "");
        world.get(&format!("/ads/{id}"), &caio).await.expect(404, "resource.not_found");
        world.step(&rosa, &id, "pause").await.expect(409, "ads.wrong_state");
        let shown = world.step(&rosa, &id, "publish").await.expect(200, "");
        world.pass(30 * DAY);
        let (bia, rosa, caio) = (world.log_in("bia").await, world.log_in("rosa").await, world.log_in("caio").await);
        // Its time is over at once; the job only says so.
        world.get(&format!("/ads/{id}"), &caio).await.expect(404, "resource.not_found");
        assert_eq!(world.titles(&caio, "").await.len(), 1, "a service has sixty days");
        world.app.ads.follow_the_clock().await.unwrap();
        let ended = world.ad(&rosa, &id).await;
        assert_eq!(ended["status"], "approved");
        world.step(&rosa, &id, "publish").await.expect(409, "ads.wrong_state");
        let renewed = world.step(&rosa, &id, "renew").await.expect(200, "");
        assert_eq!(renewed["status"], "active");
        assert!(renewed["publishedAt"].as_str() > shown["publishedAt"].as_str());
        world.ad(&caio, &id).await;
        world.step(&rosa, &faxina, "conclude").await.expect(200, "");
        world.step(&rosa, &faxina, "renew").await.expect(409, "ads.wrong_state");
        world.step(&bia, &id, "suspend").await.expect(200, "");
        world.step(&rosa, &id, "renew").await.expect(409, "ads.wrong_state");
        assert_eq!(world.step(&bia, &id, "reinstate").await.expect(200, "")["status"], "active");
        world.pass(30 * DAY + 180 * DAY);
        let rosa = world.log_in("rosa").await;
        world.step(&rosa, &id, "renew").await.expect(409, "ads.wrong_state");
        world.delete(&format!("/ads/{id}"), &rosa).await.expect(204, "");
        world.get(&format!("/ads/{id}"), &rosa).await.expect(404, "resource.not_found");
    }

    async fn who_is_blocked_or_suspended_is_not_seen(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let (rosa, caio) = (world.user("rosa").await, world.user("caio").await);
        let id = world.show_ad(&rosa, &ana, sofa()).await;
        world.put(&format!("/ads/{id}/favorite"), &caio, json!({})).await.expect(204, "");
        world.put(&format!("/ads/{id}/favorite"), &caio, json!({})).await.expect(204, "");
        assert_eq!(world.ad(&caio, &id).await["favorite"], true);
        let kept = async |person: &Person| world.get("/me/favorites", person).await.ok()["items"].as_array().unwrap().len();
        assert_eq!(kept(&caio).await, 1);
        world.put(&format!("/me/blocks/{}", caio.id), &rosa, json!({})).await.expect(204, "");
        assert!(world.titles(&caio, "").await.is_empty());
        world.get(&format!("/ads/{id}"), &caio).await.expect(404, "resource.not_found");
        assert_eq!(kept(&caio).await, 0);
        world.delete(&format!("/me/blocks/{}", caio.id), &rosa).await.expect(204, "");
        assert_eq!(world.titles(&caio, "").await.len(), 1);
        let status = async |status: &str| {
            world.patch(&format!("/admin/users/{}", rosa.id), &ana, json!({ "status": status, "reason": "Ensaio." })).await.ok();
        };
        status("suspended").await;
        assert!(world.titles(&caio, "").await.is_empty());
        world.get(&format!("/ads/{id}"), &caio).await.expect(404, "resource.not_found");
        assert_eq!(kept(&caio).await, 0);
        status("active").await;
        assert_eq!((world.titles(&caio, "").await.len(), kept(&caio).await), (1, 1));
        world.delete(&format!("/ads/{id}/favorite"), &caio).await.expect(204, "");
        assert_eq!(kept(&caio).await, 0);
    }

    async fn ads_are_found_by_what_they_say_cost_and_where_they_are(world: World) {
        let caio = world.user("caio").await;
        world.open_a_fair().await;
        for (query, found) in [
            ("", vec!["Mudas de manjericão", "Bicicleta aro 26", "Violão de estudo", "Sofá de dois lugares"]),
            ("kind=trade", vec!["Violão de estudo"]),
            ("category=casa", vec!["Mudas de manjericão", "Sofá de dois lugares"]),
            ("category=moveis", vec!["Sofá de dois lugares"]),
            ("minCentavos=10000&maxCentavos=70000", vec!["Sofá de dois lugares"]),
            ("state=sp&city=CAMPINAS", vec!["Violão de estudo"]),
            ("state=BA", vec!["Mudas de manjericão"]),
            ("condition=new", vec!["Bicicleta aro 26"]),
            ("q=violao", vec!["Violão de estudo"]),
            ("q=MANJERIC", vec!["Mudas de manjericão"]),
            ("q=sofa%20dois%20", vec!["Sofá de dois lugares"]),
            ("q=geladeira", vec![]),
            ("sort=price_asc", vec!["Mudas de manjericão", "Sofá de dois lugares", "Bicicleta aro 26", "Violão de estudo"]),
            ("sort=price_desc", vec!["Bicicleta aro 26", "Sofá de dois lugares", "Mudas de manjericão", "Violão de estudo"]),
            ("withPicture=true", vec![]),
        ] {
            assert_eq!(world.titles(&caio, query).await, found, "{query}");
        }
    }

    async fn pages_of_ads_hold_each_once_and_what_is_asked_wrongly_is_said(world: World) {
        let caio = world.user("caio").await;
        world.open_a_fair().await;
        // Page by page, while one goes, nothing is missed nor shown twice.
        for sort in ["newest", "price_asc", "price_desc"] {
            let whole = world.titles(&caio, &format!("sort={sort}")).await;
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page = world.get(&format!("/ads?sort={sort}&limit=1{after}"), &caio).await.ok();
                seen.extend(page["items"].as_array().unwrap().iter().map(|ad| ad["title"].as_str().unwrap().to_owned()));
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(seen, whole, "{sort}");
        }
        for (query, field) in [("state=XX", "state"), ("city=Campinas", "state"), ("state=SP&city=Nada", "city"), ("category=nada", "category"), ("after=%21", "after"), ("limit=0", "limit")] {
            let answer = world.get(&format!("/ads?{query}"), &caio).await.expect(422, "request.invalid");
            assert_eq!(fields(&answer), [field], "{query}");
        }
        world.get("/ads?kind=gift", &caio).await.expect(400, "request.invalid");
        let cities = world.get("/states/ba/cities", &caio).await.ok();
        assert_eq!(cities["items"].as_array().unwrap().len(), 417);
        assert_eq!(world.get("/states", &caio).await.ok()["items"].as_array().unwrap().len(), 27);
        world.get("/states/xx/cities", &caio).await.expect(404, "resource.not_found");
        let categories = world.get("/categories", &caio).await.ok();
        assert_eq!(categories["items"][0]["names"]["pt-BR"], "Casa e móveis");
    }

    async fn somebody_new_has_few_open_ads_until_one_has_passed(world: World) {
        let (bia, rosa) = (world.person("bia", Role::Moderator).await, world.user("rosa").await);
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(world.write_ad(&rosa, sofa()).await);
        }
        world.post("/ads", Some(&rosa), sofa()).await.expect(429, "request.rate_limited");
        world.step(&bia, &ids[0], "approve").await.expect(200, "");
        world.post("/ads", Some(&rosa), sofa()).await.expect(201, "");
        let own = world.get("/me/ads?limit=3", &rosa).await.ok();
        assert_eq!(own["items"].as_array().unwrap().len(), 3);
        let rest = world.get(&format!("/me/ads?after={}", own["next"].as_str().unwrap()), &rosa).await.ok();
        assert_eq!(rest["items"][0]["id"], json!(ids[0]));
    }

    async fn whatever_is_tried_an_ad_stands_where_the_model_says(world: World) {
        let (bia, rosa) = (world.person("bia", Role::Moderator).await, world.user("rosa").await);
        let mut dice = SmallRng::seed_from_u64(20_261_123);
        for _ in 0..6 {
            let id = world.write_ad(&rosa, sofa()).await;
            let (mut status, mut shown_before) = ("pending", false);
            let mut version = 1;
            for _ in 0..14 {
                let verb = VERBS[dice.random_range(0..VERBS.len())];
                let by = if MODERATED.contains(&verb) { &bia } else { &rosa };
                let answer = world.step(by, &id, verb).await;
                match model(status, verb, &mut shown_before) {
                    Some((next, steps)) => {
                        version += steps;
                        let ad = answer.expect(200, "");
                        assert_eq!((&ad["status"], &ad["version"]), (&json!(next), &json!(version)), "{status} {verb}");
                        status = next;
                    }
                    None => drop(answer.expect(409, "ads.wrong_state")),
                }
            }
            let steps = world.get(&format!("/ads/{id}/history?limit=100"), &rosa).await.ok();
            assert_eq!(steps["items"].as_array().unwrap().len(), usize::try_from(version).unwrap());
            world.delete(&format!("/ads/{id}"), &rosa).await.expect(204, "");
        }
    }
}

const VERBS: [&str; 8] = ["approve", "reject", "suspend", "reinstate", "pause", "publish", "renew", "conclude"];
const MODERATED: [&str; 4] = ["approve", "reject", "suspend", "reinstate"];

/// Where an ad stands after a step, and how many steps that is; none if it cannot be taken.
fn model(status: &str, verb: &str, shown_before: &mut bool) -> Option<(&'static str, i32)> {
    match (status, verb) {
        ("pending", "approve") => Some(("active", 2)),
        ("pending", "reject") => Some(("rejected", 1)),
        ("approved", "publish") | ("approved" | "active", "renew") => Some(("active", 1)),
        ("approved" | "active", "conclude") => Some(("concluded", 1)),
        ("approved" | "active", "suspend") => {
            *shown_before = status == "active";
            Some(("suspended", 1))
        }
        ("suspended", "reinstate") if *shown_before => Some(("active", 2)),
        ("active", "pause") | ("suspended", "reinstate") => Some(("approved", 1)),
        _ => None,
    }
}
