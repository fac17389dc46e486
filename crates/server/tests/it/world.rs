//! The world of a test: a running Praça on one of the twins, people in it, and clients that speak to it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use praca::accounts::{AccountChange, NewAccount};
use praca::app::{App, Migrate, build};
use praca::auth::Authority;
use praca::clock::Clock;
use praca::config::{Config, Source};
use praca_api::accounts::{Register, Role, Session};
use praca_api::rooms::NewRoom;
use praca_api::{ConversationId, UserId};
use reqwest::{Client, Method, StatusCode};
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::socket::Socket;

/// Runs a test on both twins, with settings of its own after `with`.
macro_rules! on_both_twins {
    (with $settings:expr; $($rest:tt)*) => {
        $crate::world::on_both_twins!(@ $settings; $($rest)*);
    };
    (@ $settings:expr; $($(#[$meta:meta])* async fn $name:ident($world:ident: $type:ty) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn story($world: $type) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite_and_local() {
                $crate::world::tell($crate::world::Twin::Embedded, $settings, story).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres_and_redis() {
                $crate::world::tell($crate::world::Twin::Shared, $settings, story).await;
            }
        }
    )*};
    ($($rest:tt)*) => {
        $crate::world::on_both_twins!(@ &[]; $($rest)*);
    };
}
pub(crate) use on_both_twins;

/// Tells a story in a fresh world, and closes its database: sockets a story leaves open would keep connections until the
/// process ends, and PostgreSQL has only so many.
pub async fn tell(twin: Twin, settings: &[(&str, &str)], story: impl AsyncFnOnce(World)) {
    let world = World::new(twin, settings).await;
    let db = world.app.base.db.clone();
    story(world).await;
    // Whoever still holds one is not waited for.
    let _ = tokio::time::timeout(Duration::from_secs(5), db.close()).await;
}

/// The password of everyone in tests.
pub const PASSWORD: &str = "banco verde do coreto";

/// Which services the program stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twin {
    /// SQLite and in-process coordination.
    Embedded,
    /// PostgreSQL and Redis.
    Shared,
}

/// A running Praça.
pub struct World {
    pub app: App,
    pub clock: Clock,
    pub twin: Twin,
    pub url: String,
    settings: Vec<(String, String)>,
    pub http: Client,
    folder: PathBuf,
}

/// A person with an open session.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub token: String,
    pub refresh: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The stable code of a problem; of what is none, nothing.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().filter(|_| !self.status.is_success()).unwrap_or("")
    }

    /// Fails unless it has this status and, for problems, this code.
    #[track_caller]
    pub fn expect(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{}", self.body);
        self.body
    }

    /// Fails unless it was done.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.body);
        self.body
    }
}

/// An address nobody else has.
pub fn somewhere() -> String {
    let random: [u16; 3] = rand::random();
    format!("2001:db8:{:x}:{:x}::{:x}", random[0], random[1], random[2])
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl World {
    /// A fresh world; `settings` override the tests' own (no flood limits).
    pub async fn new(twin: Twin, settings: &[(&str, &str)]) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("praca-it-{}-{number}", std::process::id()));
        let mut all: Vec<(String, String)> = [
            ("PRACA_SECRET_KEY", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="),
            ("PRACA_LIMIT_MESSAGES", "off"),
            ("PRACA_ANTISPAM", "off"),
            // Each world's requests come from somewhere else: they share one Redis.
            ("PRACA_TRUSTED_PROXIES", "127.0.0.0/8"),
            ("PRACA_LIMIT_REQUESTS", "off"),
            ("PRACA_LIMIT_EVENTS", "off"),
            ("PRACA_DATA_DIR", folder.to_str().unwrap()),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec();
        if twin == Twin::Shared {
            all.push(("PRACA_DATABASE_URL".into(), fresh_database(number).await));
            all.push(("PRACA_REDIS_URL".into(), service("PRACA_TEST_REDIS_URL")));
        }
        all.extend(settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        Self::start(twin, all, Clock::system(), folder, None).await
    }

    /// A second node of the same world, with the same clock.
    pub async fn second_node(&self) -> Self {
        assert_eq!(self.twin, Twin::Shared, "one node alone uses the embedded twin");
        let url = self.app.base.config.public_url.clone();
        Self::start(self.twin, self.settings.clone(), self.clock.clone(), self.folder.clone(), Some(url)).await
    }

    /// The settings of this node, to start another that differs.
    pub fn settings(&self) -> Vec<(String, String)> {
        self.settings.clone()
    }

    /// A node with these settings in the place of another.
    pub async fn with_settings(settings: Vec<(String, String)>, like: &Self) -> Self {
        let url = like.app.base.config.public_url.clone();
        Self::start(like.twin, settings, like.clock.clone(), like.folder.clone(), Some(url)).await
    }

    async fn start(
        twin: Twin,
        settings: Vec<(String, String)>,
        clock: Clock,
        folder: PathBuf,
        public_url: Option<String>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let set = settings.iter().find(|(key, _)| key == "PRACA_PUBLIC_URL").map(|(_, value)| value.clone());
        let public_url = public_url.or(set).unwrap_or_else(|| url.clone());
        let mut pairs: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        pairs.push(("PRACA_PUBLIC_URL", &public_url));
        let config = Config::load(&Source::of(&pairs)).unwrap();
        let app = build(config, clock.clone(), Migrate::Apply).await.unwrap();
        app.start();
        tokio::spawn({
            let app = app.clone();
            async move { app.serve(listener, CancellationToken::new()).await }
        });
        let from =
            [("x-forwarded-for", somewhere())].map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let http = Client::builder().default_headers(from.into_iter().collect()).build().unwrap();
        Self { app, clock, twin, url, settings, http, folder }
    }

    /// Registers somebody with this role and logs them in.
    pub async fn person(&self, handle: &str, role: Role) -> Person {
        let (email, name) = (format!("{handle}@praca.example"), format!("Pessoa {handle}"));
        let mut wish = Register::new(email, handle.into(), name, PASSWORD.into());
        wish.accepted_texts = Some(self.app.base.texts.version().to_owned());
        let account = NewAccount::parse(wish).unwrap().trusted(role);
        self.app.accounts.create_account(account).await.unwrap();
        self.log_in(handle).await
    }

    /// An ordinary person.
    pub async fn user(&self, handle: &str) -> Person {
        self.person(handle, Role::User).await
    }

    /// Logs somebody in once more.
    pub async fn log_in(&self, handle: &str) -> Person {
        let body = json!({ "login": handle, "password": PASSWORD });
        let session: Session = serde_json::from_value(self.post("/auth/login", None, body).await.ok()).unwrap();
        Person { id: session.user.author.id, token: session.access_token, refresh: session.refresh_token.unwrap() }
    }

    /// A public room with these clocks.
    pub async fn room(&self, slug: &str, interval_global_seconds: u32, per_user_seconds: u32) -> ConversationId {
        let wish = NewRoom {
            name: format!("Sala {slug}"),
            slug: Some(slug.into()),
            topic: String::new(),
            visibility: None,
            interval_global_seconds,
            per_user_seconds,
        };
        self.app.rooms.create(Authority::of_the_machine(), wish).await.unwrap().id
    }

    /// Changes somebody's role behind everyone's back: as the command line does.
    pub async fn set_role(&self, person: &Person, role: Role) {
        let change = AccountChange::role_by_command_line(role);
        self.app.accounts.change_account(Authority::of_the_machine(), person.id, change).await.unwrap();
    }

    /// Sends a request below `/api/v1`.
    pub async fn request(&self, method: Method, path: &str, person: Option<&Person>, body: Option<Value>) -> Answer {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.url));
        if let Some(person) = person {
            request = request.bearer_auth(&person.token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request).await
    }

    pub async fn get(&self, path: &str, person: &Person) -> Answer {
        self.request(Method::GET, path, Some(person), None).await
    }

    pub async fn post(&self, path: &str, person: Option<&Person>, body: Value) -> Answer {
        self.request(Method::POST, path, person, Some(body)).await
    }

    pub async fn patch(&self, path: &str, person: &Person, body: Value) -> Answer {
        self.request(Method::PATCH, path, Some(person), Some(body)).await
    }

    pub async fn put(&self, path: &str, person: &Person, body: Value) -> Answer {
        self.request(Method::PUT, path, Some(person), Some(body)).await
    }

    pub async fn delete(&self, path: &str, person: &Person) -> Answer {
        self.request(Method::DELETE, path, Some(person), None).await
    }

    /// Sends a message over REST.
    pub async fn say(&self, person: &Person, room: ConversationId, body: &str) -> Answer {
        let nonce = self.app.base.ids.uuid().to_string();
        self.post(&format!("/rooms/{room}/messages"), Some(person), json!({ "body": body, "nonce": nonce })).await
    }

    /// Opens the conversation of two; a first contact stays a request.
    pub async fn open_dm(&self, one: &Person, two: &Person) -> ConversationId {
        let dm = self.put(&format!("/dms/with/{}", two.id), one, json!({})).await.ok();
        dm["id"].as_str().unwrap().parse().unwrap()
    }

    /// Opens a conversation of two that both agreed to.
    pub async fn dm(&self, one: &Person, two: &Person) -> ConversationId {
        let dm = self.open_dm(one, two).await;
        self.put(&format!("/dms/{dm}/acceptance"), two, json!({})).await.ok();
        dm
    }

    /// Writes in a conversation of two over REST.
    pub async fn write(&self, person: &Person, dm: ConversationId, body: &str) -> Answer {
        let nonce = self.app.base.ids.uuid().to_string();
        self.post(&format!("/dms/{dm}/messages"), Some(person), json!({ "body": body, "nonce": nonce })).await
    }

    /// One conversation of two, as somebody sees it.
    pub async fn dm_of(&self, person: &Person, dm: ConversationId) -> Value {
        self.get(&format!("/dms/{dm}"), person).await.ok()
    }

    /// Connects a socket.
    pub async fn socket(&self, person: &Person) -> Socket {
        Socket::connect(&self.url, &person.token).await.expect("the handshake is refused")
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.app.base.shutdown.cancel();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Sends a request and reads its answer.
pub async fn read(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into()));
    Answer { status, headers, body }
}

fn service(key: &str) -> String {
    std::env::var(key).unwrap_or_else(|_| panic!("{key} is not set: run the tests with `cargo xtask test`"))
}

/// A database of its own, copied from one that is migrated once.
async fn fresh_database(number: u32) -> String {
    static COPYING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    static TEMPLATE: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    let server = service("PRACA_TEST_POSTGRES_URL");
    let (server_base, _) = server.rsplit_once('/').unwrap();
    let admin = Database::connect(&server).await.unwrap();
    let template = TEMPLATE.get_or_init(async || {
        let name = format!("praca_template_{}", std::process::id());
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        let url = format!("{server_base}/{name}");
        let db = praca::db::Db::connect(&url.parse().unwrap()).await.unwrap();
        praca::db::migrations::apply(&db).await.unwrap();
        db.close().await;
        name
    });
    let template = template.await;
    let name = format!("praca_{}_{number}", std::process::id());
    // Only one copy of a template can be made at a time.
    let copying = COPYING.lock().await;
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
    drop(copying);
    admin.close().await.unwrap();
    format!("{server_base}/{name}")
}
