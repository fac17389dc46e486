//! Proving an address, changing and recovering what one logs in with.

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, Version};
use praca::auth::Authority;
use praca::db::page::PageQuery;
use praca_api::mail::{Mail, MailTemplate};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use crate::locks::device_of;
use crate::world::{PASSWORD, Person, World, on_both_twins, read};

const OTHER: &str = "ipê florido no largo";

impl World {
    /// The outbox once all that waits is written, the oldest first.
    pub async fn mails(&self) -> Vec<Mail> {
        self.work().await;
        let page = praca::mail::list(&self.app.base, Authority::of_the_machine(), &PageQuery::default()).await.unwrap();
        page.items.into_iter().rev().collect()
    }

    /// What the link of the newest mail to an address carries.
    pub async fn token(&self, to: &str, template: MailTemplate) -> String {
        let mails = self.mails().await;
        let mail = mails.iter().rev().find(|mail| mail.to == to && mail.template == template);
        let mail = mail.unwrap_or_else(|| panic!("no {template:?} to {to}: {mails:#?}"));
        let (_, token) = mail.text.split_once("?token=").unwrap_or_else(|| panic!("{}", mail.text));
        token.split_whitespace().next().unwrap().to_owned()
    }

    async fn register(&self, handle: &str, email: &str) -> crate::world::Answer {
        let wish = json!({ "email": email, "handle": handle, "displayName": "Nova", "password": PASSWORD });
        self.post("/auth/register", None, wish).await
    }

    pub async fn enter(&self, login: &str, password: &str) -> crate::world::Answer {
        self.post("/auth/login", None, json!({ "login": login, "password": password })).await
    }

    pub async fn me(&self, person: &Person) -> Value {
        self.get("/me", person).await.ok()
    }
}

fn templates(mails: &[Mail]) -> Vec<&'static str> {
    mails.iter().map(|mail| mail.template.as_str()).collect()
}

/// The same twin, where people prove their address first.
async fn proving(world: &World) -> World {
    let mut settings = world.settings();
    settings.push(("PRACA_REQUIRE_VERIFIED_EMAIL".into(), "true".into()));
    World::with_settings(settings, world).await
}

on_both_twins! {
    async fn an_address_is_proved_by_the_link_of_a_mail_once(world: World) {
        let session = world.register("rosa", "Rosa@praca.example").await.expect(201, "");
        assert_eq!(session["user"]["emailVerified"], false);
        let rosa = world.log_in("rosa").await;
        let token = world.token("Rosa@praca.example", MailTemplate::VerifyEmail).await;
        // A later mail takes the place of the first.
        world.post("/auth/email/resend", Some(&rosa), json!({})).await.expect(202, "");
        let newer = world.token("Rosa@praca.example", MailTemplate::VerifyEmail).await;
        for wrong in [token.as_str(), "", "AAAA", "não", &newer[1..]] {
            let refused = world.post("/auth/email/verify", None, json!({ "token": wrong })).await;
            assert_eq!(refused.expect(422, "request.invalid")["errors"][0]["field"], "token", "{wrong}");
        }
        world.post("/auth/password/reset", None, json!({ "token": newer, "password": OTHER })).await.expect(422, "request.invalid");
        world.post("/auth/email/verify", None, json!({ "token": newer })).await.expect(204, "");
        assert_eq!(world.me(&rosa).await["emailVerified"], true);
        world.post("/auth/email/verify", None, json!({ "token": newer })).await.expect(422, "request.invalid");
        let before = world.mails().await.len();
        world.post("/auth/email/resend", Some(&rosa), json!({})).await.expect(202, "");
        assert_eq!(world.mails().await.len(), before, "nothing is left to prove");
        // Nobody is flooded with mails.
        world.register("bento", "bento@praca.example").await.expect(201, "");
        let bento = world.log_in("bento").await;
        let mut answers = Vec::new();
        for _ in 0..6 {
            answers.push(world.post("/auth/email/resend", Some(&bento), json!({})).await);
        }
        let last = answers.pop().unwrap().expect(429, "request.rate_limited");
        assert!(last["retryAfterMs"].as_u64().unwrap() > 0);
        let late = world.token("bento@praca.example", MailTemplate::VerifyEmail).await;
        world.pass(86_401);
        world.post("/auth/email/verify", None, json!({ "token": late })).await.expect(422, "request.invalid");
    }

    async fn where_addresses_are_proved_first_new_and_known_ones_are_answered_alike(world: World) {
        let room = world.room("largo", 0, 0).await;
        let world = proving(&world).await;
        for email in ["rosa@praca.example", "ROSA@praca.example"] {
            let handle = if email.starts_with('R') { "outra" } else { "rosa" };
            let answer = world.register(handle, email).await;
            assert_eq!((answer.status.as_u16(), answer.body), (202, json!("")));
        }
        assert_eq!(templates(&world.mails().await), ["verify_email", "already_registered"]);
        for email in ["nova@praca.example", "rosa@praca.example"] {
            world.register("rosa", email).await.expect(409, "accounts.handle_taken");
        }
        world.enter("outra", PASSWORD).await.expect(401, "auth.invalid_credentials");
        // One may look round, and write once it is proved, at once and in every session.
        let rosa = world.log_in("rosa").await;
        world.get("/rooms", &rosa).await.ok();
        world.say(&rosa, room, "oi").await.expect(403, "account.email_unverified");
        let mut socket = world.socket(&rosa).await;
        let message = json!({ "roomId": room, "body": "oi", "nonce": "n" });
        assert_eq!(socket.refused("rooms:message:send", message).await, "account.email_unverified");
        let token = world.token("rosa@praca.example", MailTemplate::VerifyEmail).await;
        world.post("/auth/email/verify", None, json!({ "token": token })).await.expect(204, "");
        world.say(&rosa, room, "oi").await.expect(201, "");
        // The owner of a known address is told once a day, however often somebody tries.
        for _ in 0..3 {
            world.register("outra", "rosa@praca.example").await.expect(202, "");
        }
        assert_eq!(templates(&world.mails().await), ["verify_email", "already_registered"]);
    }

    async fn a_password_is_recovered_by_a_link_that_is_good_once_and_for_ten_minutes(world: World) {
        let rosa = world.user("rosa").await;
        let mut socket = world.socket(&rosa).await;
        for email in ["rosa@praca.example", "ninguem@praca.example", "nenhum endereço"] {
            let answer = world.post("/auth/password/forgot", None, json!({ "email": email })).await;
            assert_eq!((answer.status.as_u16(), answer.body), (202, json!("")), "{email}");
        }
        let mails = world.mails().await;
        assert_eq!(templates(&mails), ["reset_password"]);
        assert!(mails[0].html.contains("10 minutos") && mails[0].subject == "Crie uma nova senha");
        let first = world.token("rosa@praca.example", MailTemplate::ResetPassword).await;
        world.post("/auth/password/forgot", None, json!({ "email": "ROSA@praca.example" })).await.expect(202, "");
        let token = world.token("rosa@praca.example", MailTemplate::ResetPassword).await;
        let reset = async |token: &str, password: &str| {
            world.post("/auth/password/reset", None, json!({ "token": token, "password": password })).await
        };
        assert_ne!(first, token);
        // A password that is refused does not use it up.
        for weak in ["curta", "12345678", "rosa@praca.example"] {
            reset(&token, weak).await.expect(422, "accounts.password_weak");
        }
        let both = tokio::join!(reset(&token, OTHER), reset(&token, OTHER));
        let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 422], "once");
        reset(&first, OTHER).await.expect(422, "request.invalid");
        socket.wait_closed().await;
        world.get("/me", &rosa).await.expect(401, "auth.invalid_token");
        world.enter("rosa", PASSWORD).await.expect(401, "auth.invalid_credentials");
        world.enter("rosa", OTHER).await.expect(200, "");
        assert!(templates(&world.mails().await).contains(&"password_changed"));
        world.post("/auth/password/forgot", None, json!({ "email": "rosa@praca.example" })).await.expect(202, "");
        let late = world.token("rosa@praca.example", MailTemplate::ResetPassword).await;
        world.pass(601);
        reset(&late, PASSWORD).await.expect(422, "request.invalid");
        // Nobody's letter box is filled.
        for _ in 0..8 {
            world.post("/auth/password/forgot", None, json!({ "email": "rosa@praca.example" })).await.expect(202, "");
        }
        let resets = world.mails().await.iter().filter(|mail| mail.template == MailTemplate::ResetPassword).count();
        assert_eq!(resets, 5, "an hour");
    }

    async fn what_a_stranger_asks_for_neither_uses_up_the_links_of_the_person_nor_ends_the_one_they_have(world: World) {
        world.user("rosa").await;
        let mine = {
            world.post("/auth/password/forgot", None, json!({ "email": "rosa@praca.example" })).await.expect(202, "");
            world.token("rosa@praca.example", MailTemplate::ResetPassword).await
        };
        for _ in 0..8 {
            let ask = world.http.post(format!("{}/api/v1/auth/password/forgot", world.url));
            let ask = ask.header("x-forwarded-for", "2001:db8:6::1").json(&json!({ "email": "rosa@praca.example" }));
            read(ask).await.expect(202, "");
        }
        world.mails().await;
        let wish = json!({ "token": mine, "password": OTHER });
        world.post("/auth/password/reset", None, wish).await.expect(204, "");
        world.post("/auth/password/forgot", None, json!({ "email": "rosa@praca.example" })).await.expect(202, "");
        let resets = world.mails().await.iter().filter(|mail| mail.template == MailTemplate::ResetPassword).count();
        assert_eq!(resets, 7, "five of the stranger's, and both of the person's");
    }

    async fn an_address_lets_in_in_whichever_form_it_is_written(world: World) {
        world.register("rosa", "rosa@XN--MNCHEN-3YA.example").await.expect(201, "");
        for login in ["rosa@xn--mnchen-3ya.example", "ROSA@münchen.example", "rosa@mu\u{308}nchen.example"] {
            world.enter(login, PASSWORD).await.expect(200, "");
        }
        world.register("outra", "rosa@münchen.example").await.expect(409, "accounts.email_taken");
    }

    async fn many_strangers_use_up_no_links_of_a_device_that_is_known(world: World) {
        world.user("rosa").await;
        let device = device_of(&world.enter("rosa", PASSWORD).await);
        let ask = async |source: usize, cookie: &str| {
            let ask = world.http.post(format!("{}/api/v1/auth/password/forgot", world.url)).header("cookie", cookie);
            let ask = ask.header("x-forwarded-for", format!("2001:db8:{source}::1"));
            read(ask.json(&json!({ "email": "rosa@praca.example" }))).await.expect(202, "");
        };
        for number in 0..30 {
            ask(number % 6, "").await;
        }
        let resets = async || {
            let mails = world.mails().await;
            mails.iter().filter(|mail| mail.template == MailTemplate::ResetPassword).count()
        };
        assert_eq!(resets().await, 20);
        for _ in 0..6 {
            ask(7, &device).await;
        }
        assert_eq!(resets().await, 25);
    }

    async fn who_knows_the_password_changes_it_and_stays(world: World) {
        let rosa = world.user("rosa").await;
        let elsewhere = world.log_in("rosa").await;
        let change = async |current: &str, new: &str| {
            let wish = json!({ "currentPassword": current, "newPassword": new });
            world.post("/me/password", Some(&rosa), wish).await
        };
        change("errada mesmo", OTHER).await.expect(401, "auth.invalid_credentials");
        change(PASSWORD, "rosa1234567").await.expect(422, "accounts.password_weak");
        change(PASSWORD, OTHER).await.expect(204, "");
        world.get("/me", &rosa).await.ok();
        world.get("/me", &elsewhere).await.expect(401, "auth.invalid_token");
        world.enter("rosa", OTHER).await.expect(200, "");
        let audit = world.app.base.db.read();
        let sql = "SELECT count(*) FROM audit WHERE action = 'account.change_password'";
        let row = audit.query_one_raw(Statement::from_string(audit.get_database_backend(), sql)).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 1);
    }

    async fn a_hash_of_other_parameters_is_made_anew_at_the_next_log_in(world: World) {
        world.user("rosa").await;
        let db = world.app.base.db.write();
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(4_096, 1, 1, None).unwrap());
        let old: PasswordHash = old.hash_password(PASSWORD.as_bytes()).unwrap();
        db.execute_unprepared(&format!("UPDATE users SET password_hash = '{old}' WHERE handle = 'rosa'")).await.unwrap();
        let begins = async |with: &str| {
            let sql = "SELECT password_hash FROM users WHERE handle = 'rosa'";
            let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
            row.try_get_by_index::<String>(0).unwrap().starts_with(with)
        };
        world.enter("rosa", "errada mesmo").await.expect(401, "auth.invalid_credentials");
        assert!(begins("$argon2id$v=19$m=4096,t=1,p=1$").await);
        world.enter("rosa", PASSWORD).await.expect(200, "");
        assert!(begins("$argon2id$v=19$m=19456,t=2,p=1$").await);
        world.enter("rosa", PASSWORD).await.expect(200, "");
    }

    async fn a_new_address_holds_once_it_is_proved_and_the_old_one_is_told(world: World) {
        let rosa = world.user("rosa").await;
        world.user("bento").await;
        let change = async |email: &str| world.post("/me/email", Some(&rosa), json!({ "email": email })).await;
        change("nenhum").await.expect(422, "request.invalid");
        change("joão.nova@correio.example").await.expect(202, "");
        assert_eq!(world.me(&rosa).await["email"], "rosa@praca.example");
        let token = world.token("joão.nova@correio.example", MailTemplate::ChangeEmail).await;
        world.post("/auth/email/verify", None, json!({ "token": token })).await.expect(204, "");
        let me = world.me(&rosa).await;
        assert_eq!((&me["email"], &me["emailVerified"]), (&json!("joão.nova@correio.example"), &json!(true)));
        let told = world.mails().await.pop().unwrap();
        assert_eq!((told.template, told.to.as_str()), (MailTemplate::EmailChanged, "rosa@praca.example"));
        assert!(told.text.contains("j•••@correio.example") && !told.text.contains("joão.nova"), "{}", told.text);
        world.enter("joão.nova@correio.example", PASSWORD).await.expect(200, "");
        // Somebody else's address is answered the same; who has it learns nothing, and it stays theirs.
        change("bento@praca.example").await.expect(202, "");
        let token = world.token("bento@praca.example", MailTemplate::ChangeEmail).await;
        world.post("/auth/email/verify", None, json!({ "token": token })).await.expect(409, "accounts.email_taken");
        // What matters most needs the password once more, a while after the log-in.
        world.pass(301);
        change("outra@correio.example").await.expect(403, "auth.reauthentication_required");
        let prove = async |password: &str| world.post("/auth/reauthenticate", Some(&rosa), json!({ "password": password })).await;
        prove("errada mesmo").await.expect(401, "auth.invalid_credentials");
        change("outra@correio.example").await.expect(403, "auth.reauthentication_required");
        prove(PASSWORD).await.expect(204, "");
        change("outra@correio.example").await.expect(202, "");
    }

    async fn a_log_in_from_elsewhere_is_announced_and_one_from_a_known_device_is_not(world: World) {
        let rosa = world.user("rosa").await;
        let log_in = async |agent: &str, cookie: Option<&str>| {
            let request = world.http.post(format!("{}/api/v1/auth/login", world.url)).header("user-agent", agent);
            let request = match cookie {
                Some(cookie) => request.header("cookie", cookie),
                None => request,
            };
            read(request.json(&json!({ "login": "rosa", "password": PASSWORD }))).await
        };
        let told = async || world.mails().await.iter().filter(|mail| mail.template == MailTemplate::NewDevice).count();
        assert_eq!(told().await, 0, "the first log-in surprises nobody");
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
        let answer = log_in(agent, None).await;
        assert_eq!(told().await, 1);
        assert!(world.mails().await.pop().unwrap().text.contains("Aparelho: Firefox · Linux. Rede: 2001:db8:•."));
        let cookies = answer.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        let device = cookies.into_iter().find(|cookie| cookie.starts_with("praca_device=")).unwrap().to_owned();
        assert!(device.contains("HttpOnly; SameSite=Strict") && device.contains("; Path=/api/v1; "), "{device}");
        let device = device.split(';').next().unwrap();
        log_in("Outro programa/2", Some(device)).await.ok();
        log_in(agent, None).await.ok();
        assert_eq!(told().await, 1);
        log_in("Terceiro programa/3", None).await.ok();
        assert_eq!(told().await, 2);
        let list = world.get("/auth/sessions", &rosa).await.ok();
        let devices: Vec<&str> = list["items"].as_array().unwrap().iter().map(|item| item["device"].as_str().unwrap()).collect();
        assert!(devices.contains(&"Firefox · Linux"), "{devices:?}");
        assert_eq!(list["items"][0]["place"], "2001:db8:•");
    }

    async fn a_new_password_ends_what_whoever_had_the_old_one_began(world: World) {
        let rosa = world.user("rosa").await;
        world.post("/me/email", Some(&rosa), json!({ "email": "ladra@correio.example" })).await.expect(202, "");
        let stolen = world.token("ladra@correio.example", MailTemplate::ChangeEmail).await;
        world.post("/auth/password/forgot", None, json!({ "email": "rosa@praca.example" })).await.expect(202, "");
        let token = world.token("rosa@praca.example", MailTemplate::ResetPassword).await;
        world.post("/auth/password/reset", None, json!({ "token": token, "password": OTHER })).await.expect(204, "");
        world.post("/auth/email/verify", None, json!({ "token": stolen })).await.expect(422, "request.invalid");
        // Nor does a link to the address before open the account of the new one.
        let answer = world.enter("rosa", OTHER).await.ok();
        let rosa = Person { id: rosa.id, token: answer["accessToken"].as_str().unwrap().to_owned(), refresh: String::new() };
        world.post("/auth/password/forgot", None, json!({ "email": "rosa@praca.example" })).await.expect(202, "");
        let old = world.token("rosa@praca.example", MailTemplate::ResetPassword).await;
        world.post("/me/email", Some(&rosa), json!({ "email": "nova@correio.example" })).await.expect(202, "");
        let proof = world.token("nova@correio.example", MailTemplate::ChangeEmail).await;
        world.post("/auth/email/verify", None, json!({ "token": proof })).await.expect(204, "");
        world.post("/auth/password/reset", None, json!({ "token": old, "password": PASSWORD })).await.expect(422, "request.invalid");
    }

    async fn an_address_that_is_not_proved_is_not_written_to_by_who_logs_in(world: World) {
        world.register("rosa", "vitima@praca.example").await.expect(201, "");
        let before = world.mails().await.len();
        for number in 0..4 {
            let request = world.http.post(format!("{}/api/v1/auth/login", world.url));
            let request = request.header("user-agent", format!("Ganhe R$ 5000 em evil{number}.example"));
            read(request.json(&json!({ "login": "rosa", "password": PASSWORD }))).await.ok();
        }
        assert_eq!(world.mails().await.len(), before);
        // Whatever is typed as a name is answered, on both engines.
        for _ in 0..6 {
            let answer = world.enter("x\u{0}y", "errada mesmo").await;
            assert!(answer.code() == "auth.invalid_credentials" || answer.code() == "auth.locked", "{}", answer.body);
        }
        world.work().await;
    }
}
