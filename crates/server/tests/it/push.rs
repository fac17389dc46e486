//! Web Push, to a push service of the test's own that opens what it is sent as a browser would.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Router, serve};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use praca_api::push::Pushed;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint as _;
use web_push_native::p256::{PublicKey, SecretKey};
use web_push_native::{Auth, decrypt};

use crate::world::{Person, World, on_both_twins};

/// What a device got, and for whom.
type Got = (String, HeaderMap, Bytes);

/// A push service: it answers as it is told, and hands on what it gets.
struct Service {
    address: String,
    answer: Arc<AtomicU16>,
    got: mpsc::UnboundedReceiver<Got>,
}

/// A browser: its keys.
struct Browser {
    key: SecretKey,
    auth: [u8; 16],
    endpoint: String,
}

impl Service {
    async fn open() -> Self {
        let (send, got) = mpsc::unbounded_channel();
        let answer = Arc::new(AtomicU16::new(201));
        let take = async |Path(name): Path<String>,
                          State((send, answer)): State<(mpsc::UnboundedSender<Got>, Arc<AtomicU16>)>,
                          headers: HeaderMap,
                          body: Bytes| {
            send.send((name, headers, body)).unwrap();
            StatusCode::from_u16(answer.load(Ordering::SeqCst)).unwrap()
        };
        let router = Router::new().route("/{name}", post(take)).with_state((send, answer.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { serve(listener, router).await });
        Self { address, answer, got }
    }

    fn browser(&self, name: &str, number: u8) -> Browser {
        let key = SecretKey::from_slice(&[number; 32]).unwrap();
        Browser { key, auth: [number; 16], endpoint: format!("{}/{name}", self.address) }
    }

    /// What a browser got, opened; none if nothing came.
    fn opened(&mut self, browser: &Browser) -> Option<Pushed> {
        let (name, headers, body) = self.got.try_recv().ok()?;
        assert!(browser.endpoint.ends_with(&name), "{name}");
        assert_eq!(
            (headers["content-encoding"].as_bytes(), headers["ttl"].as_bytes()),
            (&b"aes128gcm"[..], &b"43200"[..])
        );
        let plain = decrypt(body.to_vec(), &browser.key, &Auth::clone_from_slice(&browser.auth)).unwrap();
        Some(serde_json::from_slice(&plain).unwrap())
    }
}

impl Browser {
    fn subscription(&self) -> Value {
        let public = self.key.public_key().to_encoded_point(false);
        let keys =
            json!({ "p256dh": URL_SAFE_NO_PAD.encode(public.as_bytes()), "auth": URL_SAFE_NO_PAD.encode(self.auth) });
        json!({ "endpoint": self.endpoint, "keys": keys })
    }
}

/// The same world, in which the test's own push service is one.
async fn with_pushing(world: &World) -> World {
    let mut settings = world.settings();
    settings.push(("PRACA_PUSH_HOSTS".into(), "127.0.0.1".into()));
    World::with_settings(settings, world).await
}

async fn name(world: &World, by: &Person, whom: &str) {
    let room = world.room(&format!("sala{}", world.app.base.ids.uuid().simple()), 0, 0).await;
    let target = world.log_in(whom).await;
    world.put(&format!("/rooms/{room}/membership"), &target, json!({})).await.ok();
    world.say(by, room, &format!("@{whom}, vem ver o ipê")).await.expect(201, "");
    world.tell().await;
}

on_both_twins! {
    async fn a_device_gets_what_it_alone_can_read_signed_by_the_server(world: World) {
        let world = with_pushing(&world).await;
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let mut service = Service::open().await;
        let phone = service.browser("celular", 7);
        world.put("/me/push/subscription", &rosa, phone.subscription()).await.expect(204, "");
        world.put("/me/push/subscription", &rosa, phone.subscription()).await.expect(204, "");
        name(&world, &bento, "rosa").await;
        world.work().await;
        let (_, headers, body) = service.got.try_recv().unwrap();
        let plain = decrypt(body.to_vec(), &phone.key, &Auth::clone_from_slice(&phone.auth)).unwrap();
        let pushed: Pushed = serde_json::from_slice(&plain).unwrap();
        assert!(pushed.title.starts_with("Pessoa bento citou você em Sala sala"), "{}", pushed.title);
        assert_eq!(pushed.body, "@rosa, vem ver o ipê");
        assert!(pushed.url.starts_with("/salas/sala") && pushed.url.ends_with("?m=1"), "{}", pushed.url);
        // By the key browsers subscribe with, for this service, and not for long.
        let signed = headers["authorization"].to_str().unwrap().strip_prefix("vapid t=").unwrap();
        let (token, key) = signed.split_once(", k=").unwrap();
        let known = world.get("/me/push", &rosa).await.ok()["publicKey"].as_str().unwrap().to_owned();
        assert_eq!(key, known);
        let point = URL_SAFE_NO_PAD.decode(key).unwrap();
        PublicKey::from_sec1_bytes(&point).unwrap();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[&service.address]);
        let claims = jsonwebtoken::decode::<Value>(token, &DecodingKey::from_ec_components(&x, &y).unwrap(), &validation);
        assert_eq!(claims.unwrap().claims["sub"], world.app.base.config.public_url);
        assert!(service.got.try_recv().is_err(), "once");
        // The key is that of all nodes, and of this one after it begins anew.
        let again = with_pushing(&world).await;
        assert_eq!(again.get("/me/push", &rosa).await.ok()["publicKey"], known);
    }

    async fn what_was_read_is_not_sent_and_a_service_that_is_away_is_asked_again(world: World) {
        let world = with_pushing(&world).await;
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let mut service = Service::open().await;
        let phone = service.browser("celular", 9);
        world.put("/me/push/subscription", &rosa, phone.subscription()).await.expect(204, "");
        name(&world, &bento, "rosa").await;
        world.put("/me/notifications/read", &rosa, json!({})).await.ok();
        world.work().await;
        assert_eq!(service.opened(&phone), None);
        service.answer.store(503, Ordering::SeqCst);
        name(&world, &bento, "rosa").await;
        world.work().await;
        assert!(service.opened(&phone).is_some());
        assert_eq!(service.opened(&phone), None);
        service.answer.store(201, Ordering::SeqCst);
        world.pass(600);
        world.work().await;
        assert!(service.opened(&phone).is_some(), "tried again");
        world.pass(600);
        world.work().await;
        assert_eq!(service.opened(&phone), None);
        // In quiet hours nothing is sent.
        let (rosa, bento) = (world.log_in("rosa").await, world.log_in("bento").await);
        let hours = json!({ "from": "00:00", "to": "00:00", "timeZone": "UTC" });
        world.patch("/me/preferences", &rosa, json!({ "notifications": { "quietHours": hours } })).await.ok();
        name(&world, &bento, "rosa").await;
        world.work().await;
        assert_eq!(service.opened(&phone), None);
    }

    async fn a_device_is_forgotten_when_it_is_gone_or_nobody_is_logged_in_there(world: World) {
        let world = with_pushing(&world).await;
        let bento = world.user("bento").await;
        let rosa = world.user("rosa").await;
        let mut service = Service::open().await;
        let (phone, desk, tablet) = (service.browser("celular", 1), service.browser("mesa", 2), service.browser("tablet", 3));
        world.put("/me/push/subscription", &rosa, phone.subscription()).await.expect(204, "");
        service.answer.store(410, Ordering::SeqCst);
        name(&world, &bento, "rosa").await;
        world.work().await;
        assert!(service.opened(&phone).is_some());
        service.answer.store(201, Ordering::SeqCst);
        name(&world, &bento, "rosa").await;
        world.work().await;
        assert_eq!(service.opened(&phone), None, "it said that it is gone");
        let elsewhere = world.log_in("rosa").await;
        world.put("/me/push/subscription", &elsewhere, desk.subscription()).await.expect(204, "");
        world.put("/me/push/subscription", &rosa, tablet.subscription()).await.expect(204, "");
        world.post("/auth/logout", Some(&elsewhere), json!({ "refreshToken": elsewhere.refresh })).await;
        name(&world, &bento, "rosa").await;
        world.work().await;
        assert!(service.opened(&tablet).is_some());
        assert_eq!(service.opened(&desk), None, "nobody is logged in there");
        let path = format!("/me/push/subscription?endpoint={}", tablet.endpoint);
        world.delete(&path, &bento).await.expect(204, "");
        name(&world, &bento, "rosa").await;
        world.work().await;
        assert!(service.opened(&tablet).is_some(), "another's word does nothing");
        world.delete(&path, &rosa).await.expect(204, "");
        name(&world, &bento, "rosa").await;
        world.work().await;
        assert_eq!(service.opened(&tablet), None);
    }

    async fn a_device_that_is_not_reached_rests_and_is_given_up_in_the_end(world: World) {
        let world = with_pushing(&world).await;
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let mut service = Service::open().await;
        let phone = service.browser("celular", 4);
        let subscription = phone.subscription();
        world.put("/me/push/subscription", &rosa, subscription.clone()).await.expect(204, "");
        service.answer.store(503, Ordering::SeqCst);
        name(&world, &bento, "rosa").await;
        world.work().await;
        assert!(service.opened(&phone).is_some());
        // While it rests nothing else knocks.
        name(&world, &bento, "rosa").await;
        world.work().await;
        assert_eq!(service.opened(&phone), None);
        world.pass(700);
        world.work().await;
        assert!(service.opened(&phone).is_some());
        let devices = async || {
            let db = world.app.base.db.read();
            let count = Statement::from_string(db.get_database_backend(), "SELECT count(*) FROM push_subscriptions");
            db.query_one_raw(count).await.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap()
        };
        for hours in [40, 40] {
            world.pass(hours * 3_600);
            let (rosa, bento) = (world.log_in("rosa").await, world.log_in("bento").await);
            assert_eq!(devices().await, 1);
            world.put("/me/notifications/read", &rosa, json!({})).await.ok();
            name(&world, &bento, "rosa").await;
            world.work().await;
        }
        assert_eq!(devices().await, 0, "after three days");
        // One the push service does not take from us is not tried again; its browser brings it back.
        let (rosa, bento) = (world.log_in("rosa").await, world.log_in("bento").await);
        world.put("/me/push/subscription", &rosa, subscription).await.expect(204, "");
        while service.opened(&phone).is_some() {}
        service.answer.store(403, Ordering::SeqCst);
        name(&world, &bento, "rosa").await;
        world.work().await;
        assert!(service.opened(&phone).is_some());
        assert_eq!(devices().await, 0);
    }

    async fn nobody_makes_the_server_knock_at_other_doors(world: World) {
        let rosa = world.user("rosa").await;
        let service = Service::open().await;
        let phone = service.browser("celular", 5);
        let at = |endpoint: &str| {
            let mut wish = phone.subscription();
            wish["endpoint"] = json!(endpoint);
            wish
        };
        for endpoint in [
            phone.endpoint.as_str(),
            "http://fcm.googleapis.com/x",
            "https://fcm.googleapis.com.evil.example/x",
            "https://169.254.169.254/latest",
            "https://user@fcm.googleapis.com/x",
            "https://:pw@fcm.googleapis.com/x",
            "https://fcm.googleapis.com:22/x",
            "https://fcm.googleapis.com/a b",
            "file:///etc/passwd",
            "",
        ] {
            let refused = world.put("/me/push/subscription", &rosa, at(endpoint)).await.expect(422, "request.invalid");
            assert_eq!(refused["errors"][0]["field"], "endpoint", "{endpoint}");
        }
        let mut keyless = at("https://fcm.googleapis.com/fcm/send/abc");
        world.put("/me/push/subscription", &rosa, keyless.clone()).await.expect(204, "");
        keyless["keys"]["auth"] = json!("AAAA");
        world.put("/me/push/subscription", &rosa, keyless.clone()).await.expect(422, "request.invalid");
        keyless["keys"]["p256dh"] = json!("AAAA");
        world.put("/me/push/subscription", &rosa, keyless).await.expect(422, "request.invalid");
        for number in 0..25 {
            let one_more = at(&format!("https://web.push.apple.com/{number}"));
            world.put("/me/push/subscription", &rosa, one_more).await.expect(204, "");
            world.pass(1);
        }
        let db = world.app.base.db.read();
        let kept = Statement::from_string(db.get_database_backend(), "SELECT endpoint FROM push_subscriptions");
        let mut kept: Vec<String> = db.query_all_raw(kept).await.unwrap().iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        kept.sort();
        let newest: Vec<String> = (15..25).map(|number| format!("https://web.push.apple.com/{number}")).collect();
        assert_eq!(kept, newest, "the newest ten");
    }
}
