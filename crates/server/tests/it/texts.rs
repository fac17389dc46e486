//! The house rules and the legal notice, accepted by version.

use serde_json::{Value, json};

use crate::world::{PASSWORD, World, on_both_twins};

/// The same square after its operator wrote other rules.
async fn with_other_rules(world: &World, rules: &str) -> World {
    let folder = world.app.base.config.data_dir.join("texts");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("rules.pt-BR.txt"), rules).unwrap();
    World::with_settings(world.settings(), world).await
}

on_both_twins! {
    async fn who_registers_accepts_the_texts_and_is_asked_again_when_they_change(world: World) {
        let rules = world.post("/auth/registration", None, json!({})).await;
        assert_eq!(rules.status, 405);
        let version = async |world: &World| {
            let rules = crate::world::read(world.http.get(format!("{}/api/v1/auth/registration", world.url))).await.ok();
            rules["textsVersion"].as_str().unwrap().to_owned()
        };
        let first = version(&world).await;
        let rosa = world.user("rosa").await;
        assert_eq!(world.me(&rosa).await["mustAcceptTexts"], Value::Null);
        let later = with_other_rules(&world, "Aqui ninguém grita.").await;
        let second = version(&later).await;
        assert_ne!(first, second);
        assert_eq!(later.me(&rosa).await["mustAcceptTexts"], json!(second));
        let accept = async |version: &str| later.put("/me/texts", &rosa, json!({ "version": version })).await;
        accept(&first).await.expect(409, "request.conflict");
        accept(&second).await.expect(204, "");
        accept(&second).await.expect(204, "");
        assert_eq!(later.me(&rosa).await["mustAcceptTexts"], Value::Null);
        // What was accepted, and when, stays on record.
        let admin = later.person("admina", praca_api::accounts::Role::Admin).await;
        let log = later.get(&format!("/admin/audit?targetId={}&targetType=user", rosa.id), &admin).await.ok();
        let accepted: Vec<(&str, &str)> = log["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|entry| Some((entry["action"].as_str()?, entry["data"]["texts"].as_str()?)))
            .collect();
        assert_eq!(accepted, [("account.accept_texts", second.as_str()), ("account.register", first.as_str())]);
        assert_eq!(log["items"][0]["target"]["handle"], "rosa");
    }

    async fn who_read_other_texts_or_none_while_registering_is_asked_at_the_door(world: World) {
        let register = async |handle: &str, version: Option<&str>| {
            let email = format!("{handle}@praca.example");
            let wish = json!({
                "email": email, "handle": handle, "displayName": "Nova", "password": PASSWORD, "acceptedTexts": version,
            });
            world.post("/auth/register", None, wish).await.expect(201, "")["user"]["mustAcceptTexts"].clone()
        };
        let version = world.app.base.texts.version();
        assert_eq!(register("rosa", Some(version)).await, Value::Null);
        assert_eq!(register("bento", Some("de ontem")).await, json!(version));
        assert_eq!(register("caio", None).await, json!(version));
    }
}
