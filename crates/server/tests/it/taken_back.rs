//! Taking an account back from somebody who had its password.

use praca_api::UserId;
use praca_api::mail::MailTemplate;
use serde_json::json;

use crate::world::{Answer, Person, World, on_both_twins};

const OTHER: &str = "ipê florido no largo";
const ROSA: &str = "rosa@praca.example";

impl World {
    /// Has whoever is logged in give the account another address.
    async fn move_to(&self, person: &Person, email: &str) {
        self.post("/me/email", Some(person), json!({ "email": email })).await.expect(202, "");
        let token = self.token(email, MailTemplate::ChangeEmail).await;
        self.post("/auth/email/verify", None, json!({ "token": token })).await.expect(204, "");
    }

    /// Logs somebody in by a password of their own.
    async fn log_in_with(&self, login: &str, password: &str) -> Person {
        let session = self.enter(login, password).await.ok();
        let id = session["user"]["id"].as_str().unwrap().parse().map(UserId).unwrap();
        Person { id, token: session["accessToken"].as_str().unwrap().into(), refresh: String::new() }
    }

    /// Logs somebody in by a recovery code.
    async fn log_in_by(&self, login: &str, code: &str) -> Person {
        let session = self.enter_with(login, Some(code)).await.ok();
        let id = session["user"]["id"].as_str().unwrap().parse().map(UserId).unwrap();
        Person { id, token: session["accessToken"].as_str().unwrap().into(), refresh: String::new() }
    }

    async fn choose(&self, token: &str, password: &str) -> Answer {
        self.post("/auth/password/reset", None, json!({ "token": token, "password": password })).await
    }
}

on_both_twins! {
    async fn who_had_the_password_alone_does_not_keep_the_account_by_a_factor_of_theirs(world: World) {
        world.user("rosa").await;
        let thief = world.log_in("rosa").await;
        let (_, codes) = world.add_app(&thief).await;
        world.move_to(&thief, "ladra@correio.example").await;
        let new = json!({ "currentPassword": crate::world::PASSWORD, "newPassword": "senha nova da ladra" });
        world.post("/me/password", Some(&thief), new).await.expect(204, "");
        let token = world.token(ROSA, MailTemplate::FactorChanged).await;
        // A password that is refused does not use the link up.
        world.choose(&token, "curta").await.expect(422, "accounts.password_weak");
        world.choose(&token, OTHER).await.expect(204, "");
        world.choose(&token, OTHER).await.expect(422, "request.invalid");
        world.get("/me", &thief).await.expect(401, "auth.invalid_token");
        let rosa = world.enter("rosa", OTHER).await.expect(200, "");
        assert_eq!((&rosa["user"]["email"], &rosa["user"]["emailVerified"]), (&json!(ROSA), &json!(true)));
        let wish = json!({ "login": "rosa", "password": OTHER, "totp": codes[0] });
        world.post("/auth/login", None, wish).await.expect(200, "");
        world.enter("rosa", "senha nova da ladra").await.expect(401, "auth.invalid_credentials");
    }

    async fn an_address_that_was_changed_is_taken_back_for_three_days(world: World) {
        let rosa = world.user("rosa").await;
        let (secret, _) = world.add_app(&rosa).await;
        world.pass(4 * 86_400);
        let thief = world.enter_with("rosa", Some(&world.code(&secret))).await.ok();
        let thief = Person { token: thief["accessToken"].as_str().unwrap().into(), ..rosa };
        world.move_to(&thief, "ladra@correio.example").await;
        world.pass(60);
        world.move_to(&thief, "ladra2@correio.example").await;
        let token = world.token(ROSA, MailTemplate::EmailChanged).await;
        world.pass(2 * 86_400);
        world.choose(&token, OTHER).await.expect(204, "");
        world.enter(ROSA, OTHER).await.expect(200, "");
        // The links that went to the thief's addresses take nothing back, and both heard of it.
        for address in ["ladra@correio.example", "ladra2@correio.example"] {
            let mails = world.mails().await;
            let theirs = mails.iter().rev().filter(|mail| mail.to == address && mail.text.contains("/nova-senha?token="));
            for mail in theirs {
                let token = mail.text.split_once("?token=").unwrap().1.split_whitespace().next().unwrap();
                world.choose(token, "senha nova da ladra").await.expect(422, "request.invalid");
            }
        }
        let told = world.mails().await;
        let last = told.iter().rev().find(|mail| mail.to == "ladra2@correio.example").unwrap();
        assert_eq!(last.template, MailTemplate::EmailChanged);
    }

    async fn a_factor_added_after_the_address_was_changed_goes_with_it(world: World) {
        world.user("rosa").await;
        let thief = world.log_in("rosa").await;
        world.move_to(&thief, "ladra@correio.example").await;
        world.pass(60);
        let (_, codes) = world.add_app(&thief).await;
        let theirs = world.token("ladra@correio.example", MailTemplate::FactorChanged).await;
        let token = world.token(ROSA, MailTemplate::EmailChanged).await;
        world.choose(&token, OTHER).await.expect(204, "");
        world.enter(ROSA, OTHER).await.expect(200, "");
        world.choose(&theirs, "senha nova da ladra").await.expect(422, "request.invalid");
        let wish = json!({ "login": "rosa", "password": OTHER, "totp": codes[0] });
        world.post("/auth/login", None, wish).await.expect(200, "");
        let factors = world.log_in_with("rosa", OTHER).await;
        assert_eq!(world.get("/me/factors", &factors).await.ok()["recoveryCodesLeft"], 0);
    }

    async fn of_both_mails_either_takes_all_back(world: World) {
        world.user("rosa").await;
        let thief = world.log_in("rosa").await;
        world.add_app(&thief).await;
        world.pass(60);
        world.move_to(&thief, "ladra@correio.example").await;
        // The later one alone: the factor of before was the thief's, too.
        let token = world.token(ROSA, MailTemplate::EmailChanged).await;
        world.choose(&token, OTHER).await.expect(204, "");
        world.enter(ROSA, OTHER).await.expect(200, "");
    }

    async fn a_thief_who_is_patient_or_has_a_code_keeps_nothing(world: World) {
        let rosa = world.user("rosa").await;
        let (secret, _) = world.add_app(&rosa).await;
        world.pass(4 * 86_400);
        let thief = world.enter_with("rosa", Some(&world.code(&secret))).await.ok();
        let thief = Person { token: thief["accessToken"].as_str().unwrap().into(), ..rosa };
        let renewed = world.post("/me/factors/recovery-codes", Some(&thief), json!({})).await.ok();
        world.pass(4 * 86_400);
        let thief = world.log_in_by("rosa", renewed["codes"][0].as_str().unwrap()).await;
        world.add_app(&thief).await;
        world.move_to(&thief, "ladra@correio.example").await;
        let token = world.token(ROSA, MailTemplate::EmailChanged).await;
        world.choose(&token, OTHER).await.expect(204, "");
        let owner = world.log_in_with("rosa", OTHER).await;
        let left = world.get("/me/factors", &owner).await.ok();
        assert_eq!((&left["totpSince"], &left["recoveryCodesLeft"]), (&json!(null), &json!(0)), "{renewed}");
    }

    async fn who_proves_an_address_somebody_squatted_has_the_account_alone(world: World) {
        let wish = json!({ "email": ROSA, "handle": "rosa", "displayName": "Rosa", "password": crate::world::PASSWORD });
        let session = world.post("/auth/register", None, wish).await.expect(201, "");
        let token = session["accessToken"].as_str().unwrap().to_owned();
        let id = session["user"]["id"].as_str().unwrap().parse().map(UserId).unwrap();
        world.add_app(&Person { id, token, refresh: String::new() }).await;
        world.post("/auth/password/forgot", None, json!({ "email": ROSA })).await.expect(202, "");
        let link = world.token(ROSA, MailTemplate::ResetPassword).await;
        world.choose(&link, OTHER).await.expect(204, "");
        world.enter(ROSA, OTHER).await.expect(200, "");
    }

    async fn who_comes_home_by_their_own_session_leaves_the_thief_no_link(world: World) {
        let rosa = world.user("rosa").await;
        let thief = world.log_in("rosa").await;
        world.move_to(&thief, "ladra@correio.example").await;
        world.pass(400);
        world.post("/auth/reauthenticate", Some(&rosa), json!({ "password": crate::world::PASSWORD })).await.expect(204, "");
        world.move_to(&rosa, ROSA).await;
        let told = world.mails().await.into_iter().rfind(|mail| mail.to == "ladra@correio.example").unwrap();
        assert_eq!(told.template, MailTemplate::EmailChanged);
        assert!(!told.text.contains("token="), "{}", told.text);
    }

    async fn who_changed_the_password_alone_does_not_keep_the_account(world: World) {
        world.user("rosa").await;
        let thief = world.log_in("rosa").await;
        let wish = json!({ "currentPassword": crate::world::PASSWORD, "newPassword": "senha nova da ladra" });
        world.post("/me/password", Some(&thief), wish).await.expect(204, "");
        let link = world.token(ROSA, MailTemplate::PasswordChanged).await;
        world.pass(2 * 86_400);
        world.choose(&link, OTHER).await.expect(204, "");
        world.enter(ROSA, OTHER).await.expect(200, "");
    }

    async fn a_squatters_factor_is_told_of_as_the_address_is_proved(world: World) {
        let wish = json!({ "email": ROSA, "handle": "rosa", "displayName": "Rosa", "password": crate::world::PASSWORD });
        let session = world.post("/auth/register", None, wish).await.expect(201, "");
        let token = session["accessToken"].as_str().unwrap().to_owned();
        let id = session["user"]["id"].as_str().unwrap().parse().map(UserId).unwrap();
        let (secret, _) = world.add_app(&Person { id, token, refresh: String::new() }).await;
        let proof = world.token(ROSA, MailTemplate::VerifyEmail).await;
        world.post("/auth/email/verify", None, json!({ "token": proof })).await.expect(204, "");
        for _ in 0..5 {
            world.enter_with("rosa", Some("12-34")).await.expect(401, "auth.invalid_credentials");
        }
        let link = world.token(ROSA, MailTemplate::FactorChanged).await;
        world.choose(&link, OTHER).await.expect(204, "");
        world.enter(ROSA, OTHER).await.expect(200, "");
        // Their own factor does not wait for the squatter's mistakes.
        let owner = world.log_in_with("rosa", OTHER).await;
        let (own, _) = world.add_app(&owner).await;
        assert_ne!(secret, own);
        world.pass(60);
        let wish = json!({ "login": ROSA, "password": OTHER, "totp": world.code(&own) });
        world.post("/auth/login", None, wish).await.expect(200, "");
    }

    async fn a_mailbox_nobody_proved_gets_five_links_an_hour_however_many_accounts_name_it(world: World) {
        for number in 0..3 {
            let (email, handle) = (format!("vit.ima+{number}@gmail.com"), format!("vitima{number}k"));
            let wish = json!({ "email": email, "handle": handle, "displayName": "V", "password": crate::world::PASSWORD });
            world.post("/auth/register", None, wish).await.expect(201, "");
            for _ in 0..4 {
                world.post("/auth/password/forgot", None, json!({ "email": email })).await.expect(202, "");
            }
        }
        assert_eq!(world.mails_of(MailTemplate::ResetPassword).await, 5);
        // Of an address nobody proved nothing is told to it as it is left.
        let someone = world.log_in("vitima0k").await;
        world.move_to(&someone, "minha@correio.example").await;
        assert_eq!(world.mails_of(MailTemplate::EmailChanged).await, 0);
    }

    async fn whoever_was_thrown_out_changes_no_address(world: World) {
        let rosa = world.user("rosa").await;
        let thief = world.log_in("rosa").await;
        world.post("/me/email", Some(&thief), json!({ "email": "ladra@correio.example" })).await.expect(202, "");
        let token = world.token("ladra@correio.example", MailTemplate::ChangeEmail).await;
        world.delete("/auth/sessions", &rosa).await.expect(204, "");
        world.post("/auth/email/verify", None, json!({ "token": token })).await.expect(422, "request.invalid");
        assert_eq!(world.me(&rosa).await["email"], ROSA);
    }

    async fn nobodys_mailbox_is_flooded_by_who_names_it(world: World) {
        for number in 0..4 {
            let person = world.user(&format!("vizinha{number}k")).await;
            for _ in 0..5 {
                let email = format!("vitima+{number}@correio.example");
                let status = world.post("/me/email", Some(&person), json!({ "email": email })).await.status;
                assert_eq!(status, if number < 2 { 202 } else { 429 }, "{email}");
            }
        }
        let written = world.mails().await.iter().filter(|mail| mail.to.starts_with("vitima")).count();
        assert_eq!(written, 10);
    }

    async fn an_address_with_accents_is_kept_too(world: World) {
        let rosa = world.user("rosa").await;
        world.move_to(&rosa, "JOÃO@correio.example").await;
        world.move_to(&rosa, "nova@correio.example").await;
        let wish = json!({ "email": "joão@correio.example", "handle": "joao", "displayName": "João", "password": crate::world::PASSWORD });
        world.post("/auth/register", None, wish).await.expect(409, "accounts.email_taken");
    }

    async fn an_address_is_kept_for_who_may_take_it_back(world: World) {
        let rosa = world.user("rosa").await;
        world.move_to(&rosa, "nova@correio.example").await;
        let wish = json!({ "email": "Rosa@praca.example", "handle": "rosana", "displayName": "Rosana", "password": crate::world::PASSWORD });
        world.post("/auth/register", None, wish.clone()).await.expect(409, "accounts.email_taken");
        let bento = world.user("bento").await;
        world.post("/me/email", Some(&bento), json!({ "email": ROSA })).await.expect(202, "");
        let token = world.token(ROSA, MailTemplate::ChangeEmail).await;
        world.post("/auth/email/verify", None, json!({ "token": token })).await.expect(409, "accounts.email_taken");
        // It is kept for three days, and hers at any time.
        world.move_to(&rosa, ROSA).await;
        world.move_to(&rosa, "nova@correio.example").await;
        world.pass(3 * 86_400 + 1);
        world.post("/auth/register", None, wish).await.expect(201, "");
    }
}
