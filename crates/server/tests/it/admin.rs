//! What administrators do to others, and what stops at once.

use std::time::{Duration, Instant};

use praca_api::accounts::Role;
use sea_orm::EntityTrait as _;
use serde_json::json;

use crate::socket::Socket;
use crate::world::{World, on_both_twins};

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
    }
}
