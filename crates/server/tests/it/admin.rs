//! What administrators do to others, and what stops at once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use praca_api::accounts::Role;
use sea_orm::{ConnectionTrait as _, DbBackend, EntityTrait as _};
use serde_json::json;

use crate::notifications::numbers;
use crate::socket::Socket;
use crate::world::{PASSWORD, World, on_both_twins};

on_both_twins! {
    async fn a_suspension_closes_sockets_at_once_and_restricts_the_session(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let mut socket = world.socket(&rosa).await;
        socket.done("rooms:join", json!({ "roomId": room })).await;
        let began = Instant::now();
        let body = json!({ "status": "suspended", "reason": "Propaganda repetida." });
        world.patch(&format!("/admin/users/{}", rosa.id), &ana, body).await.ok();
        let status = socket.event("account:status").await;
        assert_eq!(status, json!({ "status": "suspended", "reason": "Propaganda repetida.", "until": null }));
        socket.wait_closed().await;
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        let me = world.get("/me", &rosa).await.ok();
        assert_eq!((me["status"].as_str(), me["statusReason"].as_str()), (Some("suspended"), Some("Propaganda repetida.")));
        world.get("/rooms", &rosa).await.expect(403, "account.suspended");
        world.say(&rosa, room, "oi").await.expect(403, "account.suspended");
        let refused = Socket::connect(&world.url, &rosa.token).await.err().unwrap();
        assert_eq!(refused["data"]["code"], "account.suspended");
        let again = world.log_in("rosa").await;
        world.get("/auth/sessions", &again).await.expect(403, "account.suspended");
        assert_eq!(world.post("/auth/logout", None, json!({ "refreshToken": again.refresh })).await.status, 204);
        world.patch(&format!("/admin/users/{}", rosa.id), &ana, json!({ "status": "active", "reason": "Engano." })).await.ok();
        world.get("/rooms", &rosa).await.ok();
    }

    async fn a_suspension_ends_by_itself(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let rosa = world.user("rosa").await;
        let until = (world.clock.now() + Duration::from_secs(600)).to_string();
        let body = json!({ "status": "suspended", "reason": "Dez minutos de pausa.", "until": until });
        world.patch(&format!("/admin/users/{}", rosa.id), &ana, body).await.ok();
        world.get("/rooms", &rosa).await.expect(403, "account.suspended");
        world.pass(601);
        world.get("/rooms", &rosa).await.ok();
        assert_eq!(world.get("/me", &rosa).await.ok()["status"], "active");
        let listed = world.get("/admin/users?status=suspended", &ana).await.ok();
        assert_eq!(listed["items"], json!([]));
    }

    async fn a_silenced_person_reads_but_does_not_write(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let message = world.say(&rosa, room, "antes").await.ok();
        let body = json!({ "status": "silenced", "reason": "Calma." });
        world.patch(&format!("/admin/users/{}", rosa.id), &ana, body).await.ok();
        let path = format!("/rooms/{room}/messages/{}", message["id"].as_str().unwrap());
        world.get(&format!("/rooms/{room}/messages"), &rosa).await.ok();
        world.say(&rosa, room, "depois").await.expect(403, "account.silenced");
        world.patch(&path, &rosa, json!({ "body": "mudado" })).await.expect(403, "account.silenced");
        world.put(&format!("{path}/reactions/👍"), &rosa, json!({})).await.expect(403, "account.silenced");
        world.patch("/me", &rosa, json!({ "displayName": "Outra" })).await.expect(403, "account.silenced");
        let mut socket = world.socket(&rosa).await;
        socket.done("rooms:join", json!({ "roomId": room })).await;
        assert_eq!(socket.refused("rooms:typing", json!({ "roomId": room })).await, "account.silenced");
    }

    async fn the_last_administrator_stays(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let path = format!("/admin/users/{}", ana.id);
        for body in [
            json!({ "role": "user", "reason": "Cansei." }),
            json!({ "status": "suspended", "reason": "Cansei." }),
            json!({ "status": "silenced", "reason": "Cansei." }),
        ] {
            world.patch(&path, &ana, body).await.expect(409, "request.conflict");
        }
        let eva = world.person("eva", Role::Admin).await;
        // Two administrators demote each other at once: one stays.
        let (other, demote) = (format!("/admin/users/{}", eva.id), json!({ "role": "user", "reason": "Troca." }));
        let (first, second) = tokio::join!(world.patch(&path, &eva, demote.clone()), world.patch(&other, &ana, demote));
        let admins = world.app.accounts.list_people(praca::auth::Authority::of_the_machine(), &praca::accounts::PeopleQuery {
            role: Some(Role::Admin), ..Default::default()
        }).await.unwrap();
        assert_eq!(admins.items.len(), 1, "{:?} {:?}", first.status, second.status);
    }

    async fn changes_need_a_reason_and_are_audited(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let rosa = world.user("rosa").await;
        let path = format!("/admin/users/{}", rosa.id);
        world.patch(&path, &ana, json!({ "role": "moderator", "reason": "  " })).await.expect(422, "request.invalid");
        world.patch(&path, &ana, json!({ "role": "moderator" })).await.expect(400, "request.invalid");
        world.patch(&path, &ana, json!({ "reason": "nada" })).await.expect(422, "request.invalid");
        world.patch(&path, &ana, json!({ "status": "deleted", "reason": "fora" })).await.expect(422, "request.invalid");
        let past = json!({ "status": "silenced", "reason": "x", "until": "2020-01-01T00:00:00Z" });
        world.patch(&path, &ana, past).await.expect(422, "request.invalid");
        let mut socket = world.socket(&rosa).await;
        world.patch(&path, &ana, json!({ "role": "moderator", "reason": "Ajuda muito." })).await.ok();
        assert_eq!(socket.event("account:role").await, json!({ "role": "moderator" }));
        let rows = praca::events::audit::Entity::find().all(world.app.base.db.read()).await.unwrap();
        let row = rows.iter().find(|row| row.action == "account.set_role").unwrap();
        assert_eq!((row.actor_id, row.reason.as_deref()), (Some(ana.id), Some("Ajuda muito.")));
        assert_eq!(row.target_id, rosa.id.to_string());
        assert_eq!(row.data, json!({ "from": "user", "to": "moderator" }));
    }

    async fn people_are_found_page_by_page(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        for handle in ["rosa", "bento", "cida"] {
            world.user(handle).await;
        }
        let first = world.get("/admin/users?limit=2", &ana).await.ok();
        assert_eq!(first["items"].as_array().unwrap().len(), 2);
        let next = first["next"].as_str().unwrap();
        let second = world.get(&format!("/admin/users?limit=2&after={next}"), &ana).await.ok();
        assert_eq!(second["items"].as_array().unwrap().len(), 2);
        assert!(second["next"].is_null());
        let found = world.get("/admin/users?query=BENT", &ana).await.ok();
        assert_eq!(found["items"][0]["handle"], "bento");
        assert_eq!(world.get("/admin/users?role=admin", &ana).await.ok()["items"].as_array().unwrap().len(), 1);
        world.get("/admin/users?after=%21", &ana).await.expect(422, "request.invalid");
        world.get("/admin/users?limit=0", &ana).await.expect(422, "request.invalid");
        world.get("/admin/users?role=king", &ana).await.expect(400, "request.invalid");
        // A pattern longer than an engine takes, and years no engine keeps.
        let sought = "a".repeat(60_000);
        world.get(&format!("/admin/users?query={sought}"), &ana).await.expect(200, "");
        world.get("/admin/audit?from=%2B10000-01-01T00:00:00Z", &ana).await.expect(400, "request.invalid");
    }

    async fn a_role_asks_for_a_recent_proof_and_a_status_does_not(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let rosa = world.user("rosa").await;
        let path = format!("/admin/users/{}", rosa.id);
        let role = json!({ "role": "moderator", "reason": "Ajuda na feira." });
        world.patch(&path, &ana, role.clone()).await.ok();
        world.pass(301);
        world.patch(&path, &ana, role.clone()).await.expect(403, "auth.reauthentication_required");
        world.patch(&path, &ana, json!({ "status": "silenced", "reason": "Basta." })).await.ok();
        world.post("/auth/reauthenticate", Some(&ana), json!({ "password": PASSWORD })).await.expect(204, "");
        world.patch(&path, &ana, role).await.ok();
    }

    async fn what_was_done_is_found_and_exported(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        for (person, reason) in [(&rosa, "=brigas, \"muitas\""), (&bento, "propaganda")] {
            let silence = json!({ "status": "silenced", "reason": reason });
            world.patch(&format!("/admin/users/{}", person.id), &ana, silence).await.ok();
            world.pass(60);
        }
        let reasons = async |query: &str| {
            let found = world.get(&format!("/admin/audit?{query}"), &ana).await.ok();
            let reason = |entry: &serde_json::Value| entry["reason"].as_str().unwrap_or_default().to_owned();
            found["items"].as_array().unwrap().iter().map(reason).collect::<Vec<_>>()
        };
        assert_eq!(reasons("action=account.set_status").await, ["propaganda", "=brigas, \"muitas\""]);
        assert_eq!(reasons(&format!("targetType=user&targetId={}&action=account.set_status", rosa.id)).await, ["=brigas, \"muitas\""]);
        assert_eq!(reasons(&format!("actorId={}&limit=1", ana.id)).await, ["propaganda"]);
        assert_eq!(reasons("action=nenhuma%00").await, [""; 0]);
        let time = serde_json::to_value(world.app.base.clock.now()).unwrap().as_str().unwrap().replace('+', "%2B");
        assert_eq!(reasons(&format!("from={time}")).await, [""; 0]);
        assert_eq!(reasons(&format!("to={time}&action=account.set_status")).await.len(), 2);
        let first = world.get("/admin/audit?action=account.set_status&limit=1", &ana).await.ok();
        let next = first["next"].as_str().unwrap();
        assert_eq!(reasons(&format!("action=account.set_status&limit=1&after={next}")).await, ["=brigas, \"muitas\""]);
        assert_eq!(first["items"][0]["actor"]["handle"], "ana");
        let file = world.get("/admin/audit.csv?action=account.set_status", &ana).await;
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        let file = file.ok();
        let lines: Vec<&str> = file.as_str().unwrap().split("\r\n").collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[2].contains("\"'=brigas, \"\"muitas\"\"\""), "{}", lines[2]);
    }

    async fn a_file_of_the_log_is_whole_however_long(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let db = world.app.base.db.write();
        let numbers = numbers(db, 2_500);
        let id = if db.get_database_backend() == DbBackend::Postgres { "gen_random_uuid()" } else { "randomblob(16)" };
        let columns = "actor_id, action, target_type, target_id, data";
        let sql = format!(
            "INSERT INTO audit (id, at, {columns}) SELECT {id}, at, actor_id, 'many', target_type, n, data \
             FROM audit, ({numbers}) AS numbers WHERE action = 'account.register'"
        );
        db.execute_unprepared(&sql).await.unwrap();
        let file = world.get("/admin/audit.csv?action=many", &ana).await.ok();
        let lines: Vec<&str> = file.as_str().unwrap().trim_end().split("\r\n").collect();
        let entries: BTreeSet<&str> = lines[1..].iter().map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!((lines.len(), entries.len()), (2_501, 2_500));
        assert!(lines[0].starts_with("id,at,actorId"));
    }

    async fn who_has_an_invite_registers_as_often_as_it_is_good(world: World) {
        let mut settings = world.settings();
        settings.push(("PRACA_REGISTRATION".into(), "invite".into()));
        let world = World::with_settings(settings, &world).await;
        let ana = world.person("ana", Role::Admin).await;
        let register = async |handle: &str, invite: serde_json::Value| {
            let email = format!("{handle}@praca.example");
            let wish = json!({ "email": email, "handle": handle, "displayName": "Nova", "password": PASSWORD, "invite": invite });
            world.post("/auth/register", None, wish).await
        };
        let rules = world.get("/auth/registration", &ana).await.ok();
        let texts = world.app.base.texts.version();
        assert_eq!(rules, json!({ "mode": "invite", "minimumAge": null, "verifiesEmail": false, "textsVersion": texts }));
        let refused = register("rosa", json!(null)).await.expect(422, "request.invalid");
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("invite"), &json!("required")));
        register("rosa", json!("AAAA-BBBB-CCCC")).await.expect(422, "request.invalid");
        for wrong in [json!({ "uses": 0 }), json!({ "uses": 1_001 }), json!({ "uses": 1, "days": 0 }), json!({ "uses": 1, "days": 366 })] {
            world.post("/admin/invites", Some(&ana), wrong).await.expect(422, "request.invalid");
        }
        let invite = world.post("/admin/invites", Some(&ana), json!({ "uses": 2, "days": 3, "note": "Rua do Ipê" })).await.expect(201, "");
        let code = invite["code"].as_str().unwrap();
        assert!(invite["url"].as_str().unwrap().ends_with(&format!("/entrar?convite={code}#cadastro")));
        // Where addresses are proved first, no code tells which are known without being good.
        let mut proving = world.settings();
        proving.push(("PRACA_REQUIRE_VERIFIED_EMAIL".into(), "true".into()));
        let proving = World::with_settings(proving, &world).await;
        let known = json!({ "email": "ana@praca.example", "handle": "outra", "displayName": "Nova", "password": PASSWORD, "invite": "AAAA-BBBB-CCCC" });
        proving.post("/auth/register", None, known).await.expect(422, "request.invalid");
        // Taken names use none of it up, and of many at once as many come in as it is good for.
        register("ana", json!(code)).await.expect(409, "accounts.handle_taken");
        let all = ["rosa", "bento", "cida", "davi"].map(|handle| register(handle, json!(code.to_lowercase().replace('-', " "))));
        let all = futures_util::future::join_all(all).await;
        assert_eq!(all.iter().filter(|answer| answer.status == 201).count(), 2);
        assert_eq!(world.get("/admin/invites", &ana).await.ok()["items"], json!([]));
        let late = world.post("/admin/invites", Some(&ana), json!({ "uses": 9, "days": 1 })).await.expect(201, "");
        let ended = world.post("/admin/invites", Some(&ana), json!({ "uses": 9 })).await.expect(201, "");
        assert_eq!(world.get("/admin/invites", &ana).await.ok()["items"].as_array().unwrap().len(), 2);
        world.delete(&format!("/admin/invites/{}", ended["id"].as_str().unwrap()), &ana).await.expect(204, "");
        register("elis", ended["code"].clone()).await.expect(422, "request.invalid");
        world.pass(86_401);
        register("elis", late["code"].clone()).await.expect(422, "request.invalid");
    }

    async fn who_is_too_young_does_not_register(world: World) {
        let mut settings = world.settings();
        settings.push(("PRACA_MINIMUM_AGE".into(), "16".into()));
        let world = World::with_settings(settings, &world).await;
        let today = world.app.base.clock.now().to_utc().date_naive();
        let years_ago = |years: i32, days: i64| {
            use chrono::Datelike as _;
            let born = today.with_day(1).and_then(|day| day.with_year(today.year() - years)).unwrap();
            (born + chrono::Duration::days(days)).to_string()
        };
        let register = async |handle: &str, birth: serde_json::Value| {
            let email = format!("{handle}@praca.example");
            let wish = json!({ "email": email, "handle": handle, "displayName": "Nova", "password": PASSWORD, "birthDate": birth });
            world.post("/auth/register", None, wish).await
        };
        for (birth, code) in [
            (json!(null), "required"),
            (json!("31/12/1990"), "format"),
            (json!("1990-02-30"), "format"),
            (json!(years_ago(15, 0)), "too_young"),
            (json!(years_ago(16, 40)), "too_young"),
            (json!("1800-01-01"), "range"),
            (json!("2999-01-01"), "range"),
        ] {
            let refused = register("rosa", birth.clone()).await.expect(422, "request.invalid");
            assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("birthDate"), &json!(code)), "{birth}");
        }
        register("rosa", json!(years_ago(16, 0))).await.expect(201, "");
        register("bento", json!(years_ago(80, 0))).await.expect(201, "");
    }

    async fn an_administrator_sees_and_ends_somebodys_sessions(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let rosa = world.user("rosa").await;
        let mut socket = world.socket(&rosa).await;
        let path = format!("/admin/users/{}/sessions", rosa.id);
        let list = world.get(&path, &ana).await.ok();
        assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["current"]), (1, &json!(false)));
        world.delete(&path, &ana).await.expect(204, "");
        socket.wait_closed().await;
        world.get("/me", &rosa).await.expect(401, "auth.invalid_token");
        assert_eq!(world.get(&path, &ana).await.ok()["items"], json!([]));
        let log = world.get("/admin/audit?action=account.end_sessions", &ana).await.ok();
        assert_eq!(log["items"][0]["targetId"], json!(rosa.id));
        world.get(&format!("/admin/users/{}/sessions", world.app.base.ids.uuid()), &ana).await.expect(404, "resource.not_found");
    }
}
