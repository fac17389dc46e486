//! Second factors: codes of an app, recovery codes, passkeys.

use praca_api::accounts::Role;
use praca_api::mail::MailTemplate;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::authenticator::Authenticator;
use crate::world::{Answer, PASSWORD, Person, Twin, World, on_both_twins};

/// Where passkeys are made: a browser wants a name.
const SITE: &str = "http://localhost:8080";

/// What an app with this secret shows, so many milliseconds after 1970.
pub fn code_at(secret: &str, millis: i64) -> String {
    let seconds = u64::try_from(millis / 1_000).unwrap();
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    totp.generate(seconds).to_string()
}

impl World {
    /// What an app with this secret shows now.
    pub fn code(&self, secret: &str) -> String {
        code_at(secret, self.clock.now().millis())
    }

    /// Has somebody use an app; its secret, and their recovery codes.
    pub async fn add_app(&self, person: &Person) -> (String, Vec<String>) {
        let begun = self.post("/me/factors/totp", Some(person), json!({})).await.ok();
        let secret = begun["secret"].as_str().unwrap().to_owned();
        let wish = json!({ "code": self.code(&secret) });
        let codes = self.post("/me/factors/totp/confirm", Some(person), wish).await.ok();
        self.pass(30);
        (secret, serde_json::from_value(codes["codes"].clone()).unwrap())
    }

    pub async fn enter_with(&self, login: &str, code: Option<&str>) -> Answer {
        let mut wish = json!({ "login": login, "password": PASSWORD });
        if let Some(code) = code {
            wish["totp"] = json!(code);
        }
        self.post("/auth/login", None, wish).await
    }

    /// Has somebody make a passkey; with the answer.
    async fn add_passkey(&self, person: &Person) -> (Authenticator, Value) {
        let asked = self.post("/me/passkeys/options", Some(person), json!({})).await.ok();
        let (passkey, credential) = Authenticator::make(SITE, &asked["publicKey"]);
        let wish = json!({ "ceremony": asked["id"], "credential": credential });
        (passkey, self.post("/me/passkeys", Some(person), wish).await.expect(201, ""))
    }

    /// What one logs in by with a passkey.
    async fn proof(&self, passkey: &mut Authenticator) -> Value {
        let asked = self.post("/auth/passkey/options", None, json!({})).await.ok();
        json!({ "ceremony": asked["id"], "credential": passkey.prove(&asked["publicKey"]) })
    }

    async fn factors(&self, person: &Person) -> Value {
        self.get("/me/factors", person).await.ok()
    }

    pub async fn mails_of(&self, template: MailTemplate) -> usize {
        self.mails().await.iter().filter(|mail| mail.template == template).count()
    }
}

on_both_twins! {
    async fn a_code_of_an_app_is_asked_for_and_good_once(world: World) {
        let rosa = world.user("rosa").await;
        assert_eq!(world.factors(&rosa).await["totpSince"], Value::Null);
        let begun = world.post("/me/factors/totp", Some(&rosa), json!({})).await.ok();
        let secret = begun["secret"].as_str().unwrap();
        assert!(begun["uri"].as_str().unwrap().starts_with("otpauth://totp/"), "{}", begun["uri"]);
        assert!(begun["uri"].as_str().unwrap().contains(secret));
        world.enter_with("rosa", None).await.expect(200, "");
        let confirm = async |code: String| world.post("/me/factors/totp/confirm", Some(&rosa), json!({ "code": code })).await;
        confirm("000000".into()).await.expect(422, "request.invalid");
        let codes = confirm(world.code(secret)).await.ok();
        assert_eq!(codes["codes"].as_array().unwrap().len(), 10);
        // The code that turned it on is used up.
        world.enter_with("rosa", Some(&world.code(secret))).await.expect(401, "auth.invalid_credentials");
        world.pass(30);
        world.enter_with("rosa", None).await.expect(401, "auth.second_factor_required");
        world.enter_with("rosa", Some("  ")).await.expect(401, "auth.second_factor_required");
        let wrong = json!({ "login": "rosa", "password": "errada mesmo", "totp": world.code(secret) });
        world.post("/auth/login", None, wrong).await.expect(401, "auth.invalid_credentials");
        let code = world.code(secret);
        world.enter_with("rosa", Some(&format!(" {} {} ", &code[..3], &code[3..]))).await.expect(200, "");
        world.enter_with("rosa", Some(&code)).await.expect(401, "auth.invalid_credentials");
        let factors = world.factors(&rosa).await;
        assert!(factors["totpSince"].is_string() && factors["recoveryCodesLeft"] == 10, "{factors}");
        // Another app takes its place once a code of it was given.
        let (other, _) = {
            let begun = world.post("/me/factors/totp", Some(&rosa), json!({})).await.ok();
            world.pass(30);
            world.enter_with("rosa", Some(&world.code(secret))).await.expect(200, "");
            let other = begun["secret"].as_str().unwrap().to_owned();
            let codes = confirm(world.code(&other)).await.ok();
            assert_eq!(codes["codes"], json!([]), "those given before stay good");
            (other, codes)
        };
        world.pass(900);
        world.enter_with("rosa", Some(&world.code(secret))).await.expect(401, "auth.invalid_credentials");
        world.enter_with("rosa", Some(&world.code(&other))).await.expect(200, "");
        assert_eq!(world.mails_of(MailTemplate::FactorChanged).await, 2);
    }

    async fn a_recovery_code_lets_in_once_and_others_take_the_place_of_all(world: World) {
        let rosa = world.user("rosa").await;
        world.post("/me/factors/recovery-codes", Some(&rosa), json!({})).await.expect(409, "request.conflict");
        let (_, codes) = world.add_app(&rosa).await;
        world.enter_with("rosa", Some(&codes[0].to_uppercase().replace('-', " "))).await.expect(200, "");
        world.enter_with("rosa", Some(&codes[0])).await.expect(401, "auth.invalid_credentials");
        assert_eq!(world.factors(&rosa).await["recoveryCodesLeft"], 9);
        assert_eq!(world.mails_of(MailTemplate::RecoveryCodeUsed).await, 1);
        let bia = world.user("bia").await;
        world.add_app(&bia).await;
        world.enter_with("bia", Some(&codes[1])).await.expect(401, "auth.invalid_credentials");
        let renewed = world.post("/me/factors/recovery-codes", Some(&rosa), json!({})).await.ok();
        assert_eq!(world.mails_of(MailTemplate::RecoveryCodesRenewed).await, 1);
        world.enter_with("rosa", Some(&codes[1])).await.expect(401, "auth.invalid_credentials");
        world.enter_with("rosa", renewed["codes"][0].as_str()).await.expect(200, "");
        // Each time a mail tells of it: nobody's mailbox is filled.
        for _ in 0..3 {
            world.post("/me/factors/recovery-codes", Some(&rosa), json!({})).await.ok();
        }
        world.post("/me/factors/recovery-codes", Some(&rosa), json!({})).await.expect(429, "request.rate_limited");
    }

    async fn who_guesses_codes_learns_little_and_the_person_is_told(world: World) {
        let rosa = world.user("rosa").await;
        let known = world.enter("rosa", PASSWORD).await;
        let (secret, codes) = world.add_app(&rosa).await;
        for _ in 0..5 {
            world.enter_with("rosa", Some("12-34")).await.expect(401, "auth.invalid_credentials");
        }
        // From wherever it is tried, and whatever is tried.
        for code in [&world.code(&secret), &codes[0]] {
            let request = world.http.post(format!("{}/api/v1/auth/login", world.url));
            let request = request.header("x-forwarded-for", crate::world::somewhere());
            let wish = json!({ "login": "rosa", "password": PASSWORD, "totp": code });
            crate::world::read(request.json(&wish)).await.expect(429, "auth.locked");
        }
        assert_eq!(world.mails_of(MailTemplate::FactorGuessed).await, 1);
        // Whoever was there before is held up by their own mistakes alone.
        let device = crate::locks::device_of(&known);
        let there = async |code: &str| {
            let request = world.http.post(format!("{}/api/v1/auth/login", world.url)).header("cookie", &device);
            let wish = json!({ "login": "rosa", "password": PASSWORD, "totp": code });
            crate::world::read(request.json(&wish)).await
        };
        there(&codes[1]).await.expect(200, "");
        for _ in 0..5 {
            there("12-34").await.expect(401, "auth.invalid_credentials");
        }
        there(&codes[2]).await.expect(429, "auth.locked");
        world.pass(900);
        world.enter_with("rosa", Some(&world.code(&secret))).await.expect(200, "");
    }

    async fn of_the_same_code_at_once_one_is_good(world: World) {
        let rosa = world.user("rosa").await;
        let (secret, codes) = world.add_app(&rosa).await;
        for code in [world.code(&secret), codes[0].clone()] {
            let answers = futures_util::future::join_all((0..4).map(|_| world.enter_with("rosa", Some(&code)))).await;
            let good = answers.iter().filter(|answer| answer.status == 200).count();
            assert_eq!(good, 1, "{code}: {answers:?}");
            world.pass(900);
        }
    }

    async fn factors_are_changed_by_who_has_proved_lately_who_they_are(world: World) {
        let rosa = world.user("rosa").await;
        let elsewhere = world.log_in("rosa").await;
        let (secret, _) = world.add_app(&rosa).await;
        // Log-ins of before had the password alone.
        world.get("/me", &elsewhere).await.expect(401, "auth.invalid_token");
        world.get("/me", &rosa).await.ok();
        world.pass(301);
        for path in ["/me/factors/totp", "/me/factors/recovery-codes", "/me/passkeys/options"] {
            world.post(path, Some(&rosa), json!({})).await.expect(403, "auth.reauthentication_required");
        }
        world.delete("/me/factors/totp", &rosa).await.expect(403, "auth.reauthentication_required");
        world.post("/auth/reauthenticate", Some(&rosa), json!({ "password": PASSWORD })).await.expect(204, "");
        world.delete("/me/factors/totp", &rosa).await.expect(204, "");
        world.delete("/me/factors/totp", &rosa).await.expect(404, "resource.not_found");
        world.enter_with("rosa", None).await.expect(200, "");
        assert_eq!(world.factors(&rosa).await["recoveryCodesLeft"], 0);
        world.post("/me/factors/totp/confirm", Some(&rosa), json!({ "code": world.code(&secret) })).await.expect(409, "request.conflict");
    }

    async fn an_administrator_removes_the_factors_of_who_lost_them(world: World) {
        let (ana, rosa) = (world.person("ana", Role::Admin).await, world.user("rosa").await);
        world.add_app(&rosa).await;
        world.enter_with("rosa", None).await.expect(401, "auth.second_factor_required");
        let path = format!("/admin/users/{}/factors", rosa.id);
        world.delete(&path, &rosa).await.expect(403, "access.denied");
        world.pass(301);
        world.delete(&path, &ana).await.expect(403, "auth.reauthentication_required");
        world.post("/auth/reauthenticate", Some(&ana), json!({ "password": PASSWORD })).await.expect(204, "");
        world.delete(&path, &ana).await.expect(204, "");
        world.get("/me", &rosa).await.expect(401, "auth.invalid_token");
        world.enter_with("rosa", None).await.expect(200, "");
        let audit = world.get("/admin/audit?action=account.remove_factor", &ana).await.ok();
        assert_eq!(audit["items"][0]["actor"]["handle"], "ana");
        assert_eq!(audit["items"][0]["data"]["factor"], "totp");
        assert_eq!(world.mails_of(MailTemplate::FactorChanged).await, 2);
    }

    async fn without_a_name_there_are_no_passkeys(world: World) {
        let rosa = world.user("rosa").await;
        assert_eq!(world.factors(&rosa).await["passkeysWork"], false);
        world.post("/me/passkeys/options", Some(&rosa), json!({})).await.expect(409, "request.conflict");
        world.post("/auth/passkey/options", None, json!({})).await.expect(409, "request.conflict");
    }
}

on_both_twins! {
    with &[("PRACA_PUBLIC_URL", SITE)];

    async fn a_passkey_lets_in_alone_and_the_password_no_more(world: World) {
        let rosa = world.user("rosa").await;
        let (mut passkey, added) = world.add_passkey(&rosa).await;
        assert_eq!(added["recoveryCodes"].as_array().unwrap().len(), 10);
        let proof = world.proof(&mut passkey).await;
        let session = world.post("/auth/passkey", None, proof.clone()).await.expect(200, "");
        assert_eq!(session["user"]["handle"], "rosa");
        // What was answered once is not asked any more.
        world.post("/auth/passkey", None, proof).await.expect(422, "request.invalid");
        world.enter_with("rosa", None).await.expect(401, "auth.second_factor_required");
        world.enter_with("rosa", added["recoveryCodes"][0].as_str()).await.expect(200, "");
        let factors = world.factors(&rosa).await;
        assert!(factors["passkeys"][0]["lastUsedAt"].is_string(), "{factors}");
        let id = factors["passkeys"][0]["id"].as_str().unwrap();
        let bia = world.user("bia").await;
        world.delete(&format!("/me/passkeys/{id}"), &bia).await.expect(404, "resource.not_found");
        world.delete(&format!("/me/passkeys/{id}"), &rosa).await.expect(204, "");
        let proof = world.proof(&mut passkey).await;
        world.post("/auth/passkey", None, proof).await.expect(401, "auth.invalid_credentials");
        world.enter_with("rosa", None).await.expect(200, "");
    }

    async fn a_passkey_proves_nothing_elsewhere_or_for_somebody_else(world: World) {
        let (rosa, bia) = (world.user("rosa").await, world.user("bia").await);
        let (mut passkey, _) = world.add_passkey(&rosa).await;
        // A site that only looks like ours.
        passkey.origin = "http://localhost.example".into();
        let proof = world.proof(&mut passkey).await;
        world.post("/auth/passkey", None, proof).await.expect(401, "auth.invalid_credentials");
        passkey.origin = SITE.into();
        // A copy of the key, which was used less often.
        let mut copy = passkey.clone();
        let proof = world.proof(&mut passkey).await;
        world.post("/auth/passkey", None, proof).await.expect(200, "");
        let proof = world.proof(&mut copy).await;
        world.post("/auth/passkey", None, proof).await.expect(401, "auth.invalid_credentials");
        // What one browser was asked, another answers.
        let asked = world.post("/me/passkeys/options", Some(&rosa), json!({})).await.ok();
        let (_, credential) = Authenticator::make(SITE, &asked["publicKey"]);
        let wish = json!({ "ceremony": asked["id"], "credential": credential });
        world.post("/me/passkeys", Some(&bia), wish.clone()).await.expect(422, "request.invalid");
        world.post("/auth/passkey", None, wish).await.expect(422, "request.invalid");
        world.pass(301);
        let proof = world.proof(&mut passkey).await;
        world.post("/auth/reauthenticate/passkey", Some(&bia), proof).await.expect(401, "auth.invalid_credentials");
        let proof = world.proof(&mut passkey).await;
        world.post("/auth/reauthenticate/passkey", Some(&rosa), proof).await.expect(204, "");
        world.post("/me/passkeys/options", Some(&rosa), json!({})).await.expect(200, "");
        for credential in [json!({}), json!("x"), json!({ "id": "AA", "rawId": "AA", "response": {}, "type": "public-key" })] {
            let asked = world.post("/auth/passkey/options", None, json!({})).await.ok();
            let wish = json!({ "ceremony": asked["id"], "credential": credential });
            world.post("/auth/passkey", None, wish).await.expect(422, "request.invalid");
        }
    }

    async fn a_question_ends_after_five_minutes_and_is_swept(world: World) {
        let rosa = world.user("rosa").await;
        let (mut passkey, _) = world.add_passkey(&rosa).await;
        let proof = world.proof(&mut passkey).await;
        world.pass(300);
        world.post("/auth/passkey", None, proof).await.expect(422, "request.invalid");
        world.app.accounts.sweep_sessions().await.unwrap();
        let proof = world.proof(&mut passkey).await;
        world.post("/auth/passkey", None, proof).await.expect(200, "");
    }
}

on_both_twins! {
    with &[("PRACA_REQUIRE_SECOND_FACTOR", "true")];

    async fn what_moderators_may_do_waits_for_a_second_factor(world: World) {
        let (ana, modera) = (world.person("ana", Role::Admin).await, world.person("modera", Role::Moderator).await);
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let said = world.say(&rosa, room, "oi").await.ok();
        let path = format!("/rooms/{room}/messages/{}", said["id"].as_str().unwrap());
        world.delete(&path, &modera).await.expect(403, "access.denied");
        let refused = world.get("/admin/users", &ana).await.expect(403, "access.denied");
        assert!(refused["detail"].as_str().unwrap().contains("second factor"), "{refused}");
        let me = world.get("/me", &modera).await.ok();
        assert_eq!((&me["mustAddFactor"], &me["role"]), (&json!(true), &json!("moderator")));
        assert_eq!(world.factors(&modera).await["required"], true);
        assert_eq!(world.factors(&rosa).await["required"], false);
        assert_eq!(world.get("/me", &rosa).await.ok()["mustAddFactor"], false);
        world.add_app(&modera).await;
        world.add_app(&ana).await;
        world.delete(&path, &modera).await.expect(200, "");
        world.get("/admin/users", &ana).await.expect(200, "");
        assert_eq!(world.get("/me", &modera).await.ok()["mustAddFactor"], false);
        world.delete("/me/factors/totp", &ana).await.expect(204, "");
        world.get("/admin/users", &ana).await.expect(403, "access.denied");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_factor_added_on_one_node_is_asked_for_on_the_other() {
    let one = World::new(Twin::Shared, &[("PRACA_PUBLIC_URL", SITE)]).await;
    let two = one.second_node().await;
    let rosa = one.user("rosa").await;
    two.get("/me", &rosa).await.ok();
    let (secret, _) = one.add_app(&rosa).await;
    two.enter_with("rosa", None).await.expect(401, "auth.second_factor_required");
    // Asked by one node, answered to the other.
    let (mut passkey, _) = one.add_passkey(&rosa).await;
    let proof = one.proof(&mut passkey).await;
    two.post("/auth/passkey", None, proof).await.expect(200, "");
    let code = one.code(&secret);
    let (first, second) = tokio::join!(one.enter_with("rosa", Some(&code)), two.enter_with("rosa", Some(&code)));
    assert_eq!([first, second].iter().filter(|answer| answer.status == 200).count(), 1);
}
