//! The fair as anybody may read it, without an account.

use image::ImageFormat;
use praca_api::accounts::Role;
use serde_json::{Value, json};

use crate::ads::{DAY, sofa, with};
use crate::images;
use crate::world::{World, on_both_twins};

impl World {
    /// What somebody without an account gets at an address: its status and text.
    async fn page(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// The text between two others.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).expect(before).1.split_once(after).expect(after).0
}

on_both_twins! {
    async fn anybody_reads_an_ad_and_those_who_show_its_link_know_what_it_is(world: World) {
        let (bia, rosa) = (world.person("bia", Role::Moderator).await, world.user("rosa").await);
        let picture = world.upload(&rosa, "ad", "image/jpeg", images::hills(900, 700, ImageFormat::Jpeg)).await;
        let ad = with(json!({
            "title": "Sofá <b>\"verde\"</b> & firme", "description": "*Sem* manchas.</script><script>alert(1)</script>",
            "price": { "centavos": 123_450, "currency": "BRL" }, "uploadIds": [picture["id"]],
        }));
        let id = world.write_ad(&rosa, ad).await;
        let address = format!("/anuncios/{id}");
        assert_eq!(world.page(&address).await.0, 404, "nobody has looked at it");
        world.step(&bia, &id, "approve").await.expect(200, "");
        let answer = world.http.get(format!("{}{address}", world.url)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe-inline"), "{policy}");
        let page = answer.text().await.unwrap();
        let origin = world.app.base.config.public_url.clone();
        assert!(page.contains(&format!("<link rel=\"canonical\" href=\"{origin}{address}\">")), "{page}");
        assert!(!page.contains("<script>") && !page.contains("<b>\"verde\""), "{page}");
        assert!(page.contains("<strong>Sem</strong>") && page.contains("R$ 1.234,50"), "{page}");
        assert_eq!(page.matches("<script").count(), 1, "only what search engines read");
        let data: Value = serde_json::from_str(between(&page, "<script type=\"application/ld+json\">", "</script>")).unwrap();
        assert_eq!((&data["@type"], &data["name"]), (&json!("Product"), &json!("Sofá <b>\"verde\"</b> & firme")));
        assert_eq!((&data["offers"]["price"], &data["offers"]["priceCurrency"]), (&json!("1234.50"), &json!("BRL")));
        // The picture is there, in a form every reader knows.
        let image = between(&page, "property=\"og:image\" content=\"", "\"").strip_prefix(&origin).unwrap().to_owned();
        let image = world.http.get(format!("{}{image}", world.url)).send().await.unwrap();
        assert_eq!((image.status().as_u16(), image.headers()["content-type"].to_str().unwrap()), (200, "image/jpeg"));
        // People are called by their first name, in the reader's language.
        assert!(!page.contains("@rosa") && page.contains("Anúncio de"), "{page}");
        let english = world.http.get(format!("{}{address}", world.url)).header("accept-language", "fr, en;q=0.9, pt;q=0.5");
        let english = english.send().await.unwrap();
        assert!(english.headers()["vary"].to_str().unwrap().contains("accept-language"));
        let english = english.text().await.unwrap();
        assert!(english.contains("<html lang=\"en\">") && english.contains("R$ 1,234.50"), "{english}");
    }

    async fn what_ended_is_gone_and_its_page_tells_of_others(world: World) {
        let (bia, ana) = (world.person("bia", Role::Moderator).await, world.person("ana", Role::Admin).await);
        let (rosa, caio) = (world.user("rosa").await, world.user("caio").await);
        let id = world.show_ad(&rosa, &bia, sofa()).await;
        let other = with(json!({ "title": "Poltrona de leitura", "description": "Poltrona azul com apoio para os pés." }));
        let other = world.show_ad(&caio, &bia, other).await;
        let address = format!("/anuncios/{id}");
        let gone = async |what: &str| {
            let (status, page) = world.page(&address).await;
            assert_eq!(status, 410, "{what}");
            assert!(page.contains("noindex") && !page.contains("canonical"), "{what}: {page}");
            assert!(!page.contains("Sofá de dois lugares") && page.contains("Poltrona de leitura"), "{what}: {page}");
            assert!(!world.page("/anuncios").await.1.contains(&id), "{what}");
        };
        world.step(&rosa, &id, "pause").await.expect(200, "");
        gone("paused").await;
        world.step(&rosa, &id, "publish").await.expect(200, "");
        assert_eq!(world.page(&address).await.0, 200);
        // Suspended owners' ads leave at once, and come back with them.
        let path = format!("/admin/users/{}", rosa.id);
        world.patch(&path, &ana, json!({ "status": "suspended", "reason": "Golpe." })).await.ok();
        gone("its owner is suspended").await;
        world.patch(&path, &ana, json!({ "status": "active", "reason": "Engano." })).await.ok();
        assert_eq!(world.page(&address).await.0, 200);
        let rosa = world.log_in("rosa").await;
        world.step(&rosa, &id, "conclude").await.expect(200, "");
        gone("concluded").await;
        world.delete(&format!("/ads/{id}"), &rosa).await.expect(204, "");
        gone("deleted").await;
        world.pass(31 * DAY);
        assert_eq!(world.page(&format!("/anuncios/{other}")).await.0, 410, "its time is over, though no job said so");
        for nothing in [uuid::Uuid::nil().to_string(), "nada".to_owned()] {
            let (status, page) = world.page(&format!("/anuncios/{nothing}")).await;
            assert!(status == 404 && page.starts_with("<!doctype html>"), "{status} {page}");
        }
    }

    async fn the_fair_and_its_categories_have_pages_and_search_engines_find_them(world: World) {
        let (bia, rosa) = (world.person("bia", Role::Moderator).await, world.user("rosa").await);
        world.app.ads.fill(&[rosa.id], 100).await.unwrap();
        let id = world.show_ad(&rosa, &bia, sofa()).await;
        let mut found: Vec<String> = Vec::new();
        let mut path = "/anuncios".to_owned();
        loop {
            let (status, page) = world.page(&path).await;
            assert_eq!(status, 200, "{path}");
            found.extend(page.split("<h3><a href=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0.to_owned()));
            match page.split_once("rel=\"next\" href=\"") {
                Some((_, rest)) => rest.split_once('"').unwrap().0.clone_into(&mut path),
                None => break,
            }
        }
        assert_eq!(found[0], format!("/anuncios/{id}"), "the newest first");
        let unique: std::collections::HashSet<&String> = found.iter().collect();
        assert!(unique.len() == found.len() && found.len() > 80, "{}", found.len());
        let (_, home) = world.page("/anuncios/categoria/casa").await;
        assert!(home.contains(&format!("/anuncios/{id}")) && home.contains("/anuncios/categoria/moveis"), "with its parts");
        assert!(!world.page("/anuncios/categoria/lazer").await.1.contains(&id));
        assert_eq!(world.page("/anuncios/categoria/nada").await.0, 404);
        assert_eq!(world.page("/anuncios?after=nada").await.0, 422);
        // Whoever follows the map finds every ad once, and every category.
        let (_, robots) = world.page("/robots.txt").await;
        let origin = world.app.base.config.public_url.clone();
        let map = between(&robots, "Sitemap: ", "\n").strip_prefix(&origin).unwrap();
        let (_, index) = world.page(map).await;
        let places = |text: &str| -> Vec<String> {
            let places = text.split("<loc>").skip(1).map(|rest| rest.split_once("</loc>").unwrap().0);
            places.map(|place| place.strip_prefix(&origin).unwrap().to_owned()).collect()
        };
        let mut mapped: Vec<String> = Vec::new();
        for part in places(&index) {
            mapped.extend(places(&world.page(&part).await.1));
        }
        for category in ["/anuncios", "/anuncios/categoria/moveis"] {
            assert!(mapped.contains(&category.to_owned()), "{category}");
        }
        let mut ads: Vec<String> = mapped.into_iter().filter(|path| found.contains(path)).collect();
        ads.sort();
        found.sort();
        assert_eq!(ads, found);
        assert_eq!(world.page("/sitemap/anuncios-x.xml").await.0, 404);
    }
}
