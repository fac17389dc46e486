//! Signing keys, and tokens that were not signed by them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::socket::Socket;
use crate::world::{Person, World, on_both_twins};

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

on_both_twins! {
    async fn forged_tokens_are_refused_by_rest_and_sockets(world: World) {
        let rosa = world.user("rosa").await;
        let jwks: Value = world.http.get(format!("{}/.well-known/jwks.json", world.url)).send().await.unwrap().json().await.unwrap();
        let (kid, x) = (jwks["keys"][0]["kid"].clone(), jwks["keys"][0]["x"].as_str().unwrap());
        let payload = encode(&claims(&rosa.token));
        let none = format!("{}.{payload}.", encode(&json!({ "alg": "none", "typ": "at+jwt", "kid": kid })));
        let head = encode(&json!({ "alg": "HS256", "typ": "at+jwt", "kid": kid }));
        let signed = format!("{head}.{payload}");
        let mut mac = Hmac::<Sha256>::new_from_slice(&URL_SAFE_NO_PAD.decode(x).unwrap()).unwrap();
        mac.update(signed.as_bytes());
        let hs256 = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
        let parts: Vec<&str> = rosa.token.split('.').collect();
        let mut other = claims(&rosa.token);
        other["aud"] = json!("https://elsewhere.example");
        let wrong_audience = format!("{}.{}.{}", parts[0], encode(&other), parts[2]);
        let wrong_type = format!("{}.{}.{}", encode(&json!({ "alg": "EdDSA", "typ": "JWT", "kid": kid })), parts[1], parts[2]);
        let cut = format!("{}.{}.", parts[0], parts[1]);
        for token in [none, hs256, wrong_audience, wrong_type, cut, String::new(), "a.b.c".into()] {
            let forger = Person { token: token.clone(), ..rosa.clone() };
            world.get("/me", &forger).await.expect(401, "auth.invalid_token");
            let refused = Socket::connect(&world.url, &token).await.err().unwrap();
            let problem: Value = serde_json::from_str(refused["message"].as_str().unwrap()).unwrap();
            assert_eq!(problem["code"], "auth.invalid_token", "{token}");
            assert_eq!(refused["data"]["code"], "auth.invalid_token");
        }
    }

    async fn a_token_of_another_server_with_the_same_keys_is_refused(world: World) {
        let rosa = world.user("rosa").await;
        let base = &world.app.base;
        let mine = claims(&rosa.token);
        let user = rosa.id;
        let session = mine["sid"].as_str().unwrap().parse().unwrap();
        let token = praca::auth::tokens::issue(&base.keys, &base.clock, "https://elsewhere.example", user, session).unwrap();
        let stranger = Person { token, ..rosa };
        world.get("/me", &stranger).await.expect(401, "auth.invalid_token");
    }

    async fn a_well_signed_token_is_refused_for_any_one_claim_that_is_wrong(world: World) {
        let rosa = world.user("rosa").await;
        let key = world.app.base.keys.signer(world.clock.now()).unwrap();
        let sign = |typ: &str, change: &dyn Fn(&mut Value)| {
            let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA);
            (header.typ, header.kid) = (Some(typ.into()), Some(key.kid.clone()));
            let mut payload = claims(&rosa.token);
            change(&mut payload);
            Person { token: jsonwebtoken::encode(&header, &payload, &key.signing).unwrap(), ..rosa.clone() }
        };
        world.get("/me", &sign("at+jwt", &|_| {})).await.ok();
        for wrong in [
            sign("JWT", &|_| {}),
            sign("at+jwt", &|claims| claims["aud"] = json!("https://elsewhere.example")),
            sign("at+jwt", &|claims| claims["iss"] = json!("https://elsewhere.example")),
            sign("at+jwt", &|claims| claims["sid"] = claims["sub"].clone()),
            sign("at+jwt", &|claims| drop(claims.as_object_mut().unwrap().remove("aud"))),
            sign("at+jwt", &|claims| drop(claims.as_object_mut().unwrap().remove("exp"))),
        ] {
            world.get("/me", &wrong).await.expect(401, "auth.invalid_token");
        }
    }

    async fn a_token_ends_after_fifteen_minutes(world: World) {
        let rosa = world.user("rosa").await;
        world.pass(14 * 60);
        world.get("/me", &rosa).await.ok();
        world.pass(61);
        world.get("/me", &rosa).await.expect(401, "auth.expired_token");
        world.post("/auth/refresh", None, json!({ "refreshToken": rosa.refresh })).await.ok();
    }

    async fn keys_rotate_without_logging_anyone_out(world: World) {
        let rosa = world.user("rosa").await;
        let header = |token: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
        let first = header(&rosa.token)["kid"].clone();
        let second = world.app.rotate_keys().await.unwrap();
        assert_ne!(first, second);
        // Published at once, used after a pause.
        assert_eq!(world.app.base.keys.jwks().keys.len(), 2);
        assert_eq!(header(&world.log_in("rosa").await.token)["kid"], first);
        world.pass(6 * 60);
        assert_eq!(header(&world.log_in("rosa").await.token)["kid"], json!(second));
        world.get("/me", &rosa).await.ok();
        world.post("/auth/refresh", None, json!({ "refreshToken": rosa.refresh })).await.ok();
        // The first key goes once its last token has ended.
        world.pass(2 * 3_600);
        world.work().await;
        world.app.base.keys.reload(world.clock.now()).await.unwrap();
        let left = world.app.base.keys.jwks();
        assert_eq!(left.keys.iter().map(|key| key.common.key_id.clone().unwrap()).collect::<Vec<_>>(), [second]);
    }

    async fn the_job_rotates_a_key_that_has_signed_for_a_month(world: World) {
        world.work().await;
        assert_eq!(world.app.base.keys.jwks().keys.len(), 1);
        world.pass(31 * 86_400);
        world.work().await;
        world.app.base.keys.reload(world.clock.now()).await.unwrap();
        assert_eq!(world.app.base.keys.jwks().keys.len(), 2);
    }
}
