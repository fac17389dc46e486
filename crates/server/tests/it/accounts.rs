//! Registering, logging in, sessions and their tokens.

use praca_api::accounts::Role;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::json;

use crate::world::{PASSWORD, Twin, World, on_both_twins, read};

fn wish(handle: &str, email: &str) -> serde_json::Value {
    json!({ "email": email, "handle": handle, "displayName": "Nova Vizinha", "password": PASSWORD })
}

on_both_twins! {
    async fn a_newcomer_registers_and_logs_in_by_handle_and_by_address(world: World) {
        let session = world.post("/auth/register", None, wish("Rosa", "Rosa@Praca.Example")).await.expect(201, "");
        assert_eq!(session["user"]["handle"], "rosa");
        assert_eq!(session["user"]["role"], "user");
        assert_eq!(session["expiresIn"], 900);
        for login in ["rosa", "ROSA", "@rosa", "rosa@praca.example", " ROSA@praca.example "] {
            world.post("/auth/login", None, json!({ "login": login, "password": PASSWORD })).await.expect(200, "");
        }
        for (login, password) in [("rosa", "outra senha qualquer"), ("ninguem", PASSWORD), ("rosa", "")] {
            let answer = world.post("/auth/login", None, json!({ "login": login, "password": password })).await;
            answer.expect(401, "auth.invalid_credentials");
        }
    }

    async fn wrong_fields_are_named_and_nothing_is_stored(world: World) {
        let bad = json!({ "email": "x", "handle": "admin", "displayName": " ", "password": PASSWORD });
        let problem = world.post("/auth/register", None, bad).await.expect(422, "request.invalid");
        let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["email", "handle", "displayName"]);
        let mut weak = wish("rosa", "rosa@praca.example");
        for password in ["curta", "12345678", "rosa@praca.example"] {
            weak["password"] = json!(password);
            world.post("/auth/register", None, weak.clone()).await.expect(422, "accounts.password_weak");
        }
        weak["locale"] = json!("fr");
        world.post("/auth/register", None, weak).await.expect(400, "request.invalid");
        world.post("/auth/login", None, json!({ "login": "rosa", "password": PASSWORD })).await
            .expect(401, "auth.invalid_credentials");
    }

    async fn handles_that_look_alike_and_addresses_are_taken_once(world: World) {
        world.post("/auth/register", None, wish("maria_1", "maria@praca.example")).await.expect(201, "");
        for look_alike in ["maria_1", "maria1", "marial", "mar1a_l", "MARIA.1"] {
            let answer = world.post("/auth/register", None, wish(look_alike, "outra@praca.example")).await;
            answer.expect(409, "accounts.handle_taken");
        }
        let answer = world.post("/auth/register", None, wish("outra", "MARIA@praca.example")).await;
        answer.expect(409, "accounts.email_taken");
    }

    async fn the_same_person_registered_twice_at_once_exists_once(world: World) {
        let tries = (0..8).map(|_| world.post("/auth/register", None, wish("gemea", "gemea@praca.example")));
        let answers = futures_util::future::join_all(tries).await;
        let created = answers.iter().filter(|answer| answer.status == 201).count();
        let conflicts = answers.iter().filter(|answer| answer.status == 409).count();
        assert_eq!((created, conflicts), (1, 7));
    }

    async fn a_refresh_token_is_rotated_and_its_reuse_ends_the_session(world: World) {
        let rosa = world.user("rosa").await;
        let refresh = async |token: &str| world.post("/auth/refresh", None, json!({ "refreshToken": token })).await;
        let second = refresh(&rosa.refresh).await.ok()["refreshToken"].as_str().unwrap().to_owned();
        assert_ne!(second, rosa.refresh);
        // Two tabs, or a lost answer: within 20 s the same successor.
        let again = refresh(&rosa.refresh).await.ok()["refreshToken"].as_str().unwrap().to_owned();
        assert_eq!(again, second);
        let third = refresh(&second).await.ok()["refreshToken"].as_str().unwrap().to_owned();
        // The first is now older than the one before: reuse, and the family ends.
        refresh(&rosa.refresh).await.expect(401, "auth.refresh_reused");
        refresh(&third).await.expect(401, "auth.invalid_token");
        world.get("/me", &rosa).await.expect(401, "auth.invalid_token");
        refresh("garbage").await.expect(401, "auth.invalid_token");
    }

    async fn the_grace_of_a_rotated_token_ends(world: World) {
        let rosa = world.user("rosa").await;
        let body = json!({ "refreshToken": rosa.refresh });
        world.post("/auth/refresh", None, body.clone()).await.ok();
        world.pass(19);
        world.post("/auth/refresh", None, body.clone()).await.ok();
        world.pass(2);
        world.post("/auth/refresh", None, body).await.expect(401, "auth.refresh_reused");
    }

    async fn two_tabs_refreshing_at_once_both_stay_logged_in(world: World) {
        let rosa = world.user("rosa").await;
        let body = json!({ "refreshToken": rosa.refresh });
        let tries = (0..6).map(|_| world.post("/auth/refresh", None, body.clone()));
        let answers = futures_util::future::join_all(tries).await;
        let tokens: Vec<_> = answers.into_iter().map(|a| a.ok()["refreshToken"].as_str().unwrap().to_owned()).collect();
        assert!(tokens.iter().all(|token| *token == tokens[0]));
    }

    async fn sessions_are_listed_and_ended_one_by_one_or_all(world: World) {
        let here = world.user("rosa").await;
        let there = world.log_in("rosa").await;
        let list = world.get("/auth/sessions", &here).await.ok();
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), 2);
        let other = items.iter().find(|item| item["current"] == false).unwrap()["id"].as_str().unwrap();
        let stranger = world.user("bento").await;
        world.delete(&format!("/auth/sessions/{other}"), &stranger).await.expect(404, "resource.not_found");
        assert_eq!(world.delete(&format!("/auth/sessions/{other}"), &here).await.status, 204);
        world.get("/me", &there).await.expect(401, "auth.invalid_token");
        world.get("/me", &here).await.ok();
        let third = world.log_in("rosa").await;
        assert_eq!(world.post("/auth/logout-all", Some(&third), json!({})).await.status, 204);
        world.get("/me", &here).await.expect(401, "auth.invalid_token");
        world.get("/me", &third).await.expect(401, "auth.invalid_token");
    }

    async fn logging_out_ends_the_session_at_once_and_twice_is_harmless(world: World) {
        let rosa = world.user("rosa").await;
        let mut socket = world.socket(&rosa).await;
        for _ in 0..2 {
            let answer = world.post("/auth/logout", None, json!({ "refreshToken": rosa.refresh })).await;
            assert_eq!(answer.status, 204);
        }
        world.get("/me", &rosa).await.expect(401, "auth.invalid_token");
        socket.wait_closed().await;
    }

    async fn the_cookie_transport_hides_the_token_and_guards_against_other_sites(world: World) {
        let rosa = world.user("rosa").await;
        let body = json!({ "login": "rosa", "password": PASSWORD, "transport": "cookie" });
        let answer = world.post("/auth/login", None, body).await;
        assert!(answer.body["refreshToken"].is_null());
        let cookie = answer.headers[SET_COOKIE].to_str().unwrap().to_owned();
        for part in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure"), "plain http on loopback: {cookie}");
        let pair = cookie.split(';').next().unwrap().to_owned();
        let refresh = || world.http.post(format!("{}/api/v1/auth/refresh", world.url)).header(COOKIE, &pair);
        read(refresh()).await.expect(403, "auth.csrf");
        read(refresh().header("x-praca-csrf", "1").header("sec-fetch-site", "cross-site")).await.expect(403, "auth.csrf");
        read(refresh().header("x-praca-csrf", "1").header("origin", "https://evil.example")).await.expect(403, "auth.csrf");
        let refreshed = read(refresh().header("x-praca-csrf", "1").header("origin", &world.url)).await;
        assert!(refreshed.headers[SET_COOKIE].to_str().unwrap().starts_with("praca_refresh="));
        assert!(refreshed.ok()["refreshToken"].is_null());
        drop(rosa);
    }

    async fn a_person_changes_name_and_language(world: World) {
        let rosa = world.user("rosa").await;
        let me = world.patch("/me", &rosa, json!({ "displayName": "  Rosa \u{202E}Maria ", "locale": "es" })).await.ok();
        assert_eq!((me["displayName"].as_str(), me["locale"].as_str()), (Some("Rosa Maria"), Some("es")));
        world.patch("/me", &rosa, json!({ "displayName": "\u{200B}" })).await.expect(422, "request.invalid");
        world.patch("/me", &rosa, json!({ "locale": "xx" })).await.expect(400, "request.invalid");
        assert_eq!(world.get("/me", &rosa).await.ok()["displayName"], "Rosa Maria");
    }

    async fn the_role_in_force_is_read_at_every_request(world: World) {
        let rosa = world.user("rosa").await;
        world.get("/admin/users", &rosa).await.expect(403, "access.denied");
        world.set_role(&rosa, Role::Admin).await;
        world.get("/admin/users", &rosa).await.ok();
        world.person("ana", Role::Admin).await;
        world.set_role(&rosa, Role::User).await;
        world.get("/admin/users", &rosa).await.expect(403, "access.denied");
    }

    async fn log_ins_end_by_idleness_by_age_and_by_number(world: World) {
        let mut settings = world.settings();
        for (key, value) in [("PRACA_SESSION_IDLE", "2d"), ("PRACA_SESSION_LIFETIME", "5d"), ("PRACA_SESSIONS", "3")] {
            settings.push((key.into(), value.into()));
        }
        let world = World::with_settings(settings, &world).await;
        let rosa = world.user("rosa").await;
        let refresh = async |token: String| {
            world.post("/auth/refresh", None, json!({ "refreshToken": token })).await
        };
        world.pass(2 * 86_400 + 1);
        refresh(rosa.refresh.clone()).await.expect(401, "auth.invalid_token");
        let mut token = world.log_in("rosa").await.refresh;
        for _ in 0..3 {
            world.pass(86_400 + 40_000);
            refresh(token.clone()).await.ok()["refreshToken"].as_str().unwrap().clone_into(&mut token);
        }
        world.pass(86_400);
        refresh(token).await.expect(401, "auth.invalid_token");
        // One more than three ends the one that was not used for longest.
        let mut people = Vec::new();
        for _ in 0..4 {
            people.push(world.log_in("rosa").await);
            world.pass(1);
        }
        world.get("/me", &people[0]).await.expect(401, "auth.invalid_token");
        for person in &people[1..] {
            world.get("/me", person).await.ok();
        }
        world.delete("/auth/sessions", &people[2]).await.expect(204, "");
        let alive = futures_util::future::join_all(people.iter().map(|person| world.get("/me", person))).await;
        let alive: Vec<u16> = alive.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(alive, [401, 401, 200, 401]);
    }
}

#[tokio::test]
async fn a_closed_square_takes_no_newcomers() {
    let world = World::new(Twin::Embedded, &[("PRACA_REGISTRATION", "closed")]).await;
    world.post("/auth/register", None, wish("rosa", "rosa@praca.example")).await.expect(403, "access.denied");
}

#[tokio::test]
async fn behind_https_the_cookie_and_the_browser_stay_there() {
    let world = World::new(Twin::Embedded, &[("PRACA_PUBLIC_URL", "https://praca.example")]).await;
    world.user("rosa").await;
    let body = json!({ "login": "rosa", "password": PASSWORD, "transport": "cookie" });
    let answer = world.post("/auth/login", None, body).await;
    assert!(answer.headers[SET_COOKIE].to_str().unwrap().contains("; Secure"), "{:?}", answer.headers);
    assert!(answer.headers["strict-transport-security"].to_str().unwrap().starts_with("max-age="));
}
