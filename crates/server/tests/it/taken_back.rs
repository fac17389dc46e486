//! Taking an account back from somebody who had its password.

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

    async fn an_address_that_was_changed_is_taken_back_for_three_days_and_the_factors_stay(world: World) {
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
        let wish = json!({ "login": ROSA, "password": OTHER });
        world.post("/auth/login", None, wish.clone()).await.expect(401, "auth.second_factor_required");
        // The link that went to the thief's first address is theirs to use: it was proved. It ends like any other.
        let theirs = world.token("ladra@correio.example", MailTemplate::EmailChanged).await;
        world.pass(2 * 86_400);
        world.choose(&theirs, "senha nova da ladra").await.expect(422, "request.invalid");
    }

    async fn an_address_somebody_else_has_by_now_is_theirs(world: World) {
        let rosa = world.user("rosa").await;
        world.move_to(&rosa, "nova@correio.example").await;
        let token = world.token(ROSA, MailTemplate::EmailChanged).await;
        let wish = json!({ "email": ROSA, "handle": "rosana", "displayName": "Rosana", "password": crate::world::PASSWORD });
        world.post("/auth/register", None, wish).await.expect(201, "");
        world.choose(&token, OTHER).await.expect(409, "accounts.email_taken");
        assert_eq!(world.me(&rosa).await["email"], "nova@correio.example");
        world.get("/me", &rosa).await.ok();
    }
}
