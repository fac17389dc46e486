//! The only place that chooses between the twins, and joins slices, routes, events and jobs.

mod copies;
#[cfg(test)]
mod panics;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use praca_api::events::ClientEvent;
use praca_api::limits::BODY_BYTES;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::accounts::{self, Accounts};
use crate::admin;
use crate::ads::{self, Ads};
use crate::auth::keys::{Keyring, PUBLISH_BEFORE_USE, ROTATE_AFTER};
use crate::auth::passwords::Passwords;
use crate::base::{Base, Outages, Services};
use crate::blobs::Blobs;
use crate::bus::{Bus, CacheKey, Copies, LocalBus, RedisBus, Signal};
use crate::clock::Clock;
use crate::config::Config;
use crate::conversations::Conversations;
use crate::db::{Db, migrations};
use crate::dms::{self, Dms, DmsSocket};
use crate::error::Result;
use crate::events::Event;
use crate::gateway::{Gateway, SOCKET_BODY_BYTES, SocketHandler, asyncapi};
use crate::http::{Gatekeeper, body, head, layers, listener, openapi, ops, texts, web};
use crate::ids::Ids;
use crate::jobs::{self, Registry, Runner};
use crate::limits::{Limits, LocalLimits, RedisLimits};
use crate::links::Links;
use crate::mail::{self, Mailer};
use crate::measures;
use crate::metrics::Metrics;
use crate::notifications::{self, Notifications};
use crate::pictures;
use crate::places::Places;
use crate::presence::{self, PresenceSocket, Presences};
use crate::rooms::{self, Rooms, RoomsSocket};
use crate::search::{self, Search};
use crate::texts::Texts;
use crate::uploads::{self, Uploads};
use copies::Slices;

/// Time between two moves of finished metric samples.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// Time between two looks at services that are merely missed when they are away.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// What is stored is counted at every so manieth of them.
const STORED_EVERY: u32 = 12;

/// Everything one process is made of.
#[derive(Clone)]
pub struct App {
    /// The base services.
    pub base: Base,
    /// People.
    pub accounts: Accounts,
    /// Conversations.
    pub conversations: Conversations,
    /// Rooms.
    pub rooms: Rooms,
    /// Who is there.
    pub presences: Presences,
    /// Conversations of two.
    pub dms: Dms,
    /// Pictures on their way.
    pub uploads: Uploads,
    /// The fair.
    pub ads: Ads,
    /// Finding messages and people.
    pub search: Search,
    /// What people are told.
    pub notifications: Notifications,
    gatekeeper: Gatekeeper,
    gateway: Gateway,
    /// Held so that the bus finds it.
    _copies: Arc<dyn Copies>,
}

/// Whether to bring the database up to date before starting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// Apply what is pending.
    Apply,
    /// Leave it as it is.
    Leave,
}

/// Connects everything.
///
/// # Errors
/// A service that is configured but not there, or a database that refuses.
pub async fn build(config: Config, clock: Clock, migrate: Migrate) -> Result<App> {
    let ids = Ids::new(clock.clone());
    let db = Db::connect(&config.database).await?;
    if migrate == Migrate::Apply {
        let applied = migrations::apply(&db).await?;
        if applied > 0 {
            tracing::info!(applied, "database migrated");
        }
    }
    let (bus, limits) = match &config.redis_url {
        Some(url) => {
            let bus = RedisBus::connect(url.reveal(), ids.uuid()).await?;
            (Bus::from(bus), Limits::Redis(RedisLimits::connect(url.reveal(), clock.clone()).await?))
        }
        None => (Bus::from(LocalBus::new()), Limits::Local(LocalLimits::new(clock.clone()))),
    };
    let (blobs, links) = (Blobs::new(&config, &ids)?, Links::new(&config.secret_key));
    let mailer = config.mail.as_ref().map(Mailer::new).transpose()?;
    let texts = Texts::load(&config.data_dir)?;
    let keys = Keyring::new(db.clone(), config.secret_key.clone());
    keys.load_or_create(&clock, &ids).await?;
    let base = Base::new(Services {
        config,
        clock,
        ids,
        db,
        bus,
        limits,
        keys,
        blobs,
        links,
        mailer,
        texts,
        passwords: Passwords::new(),
        metrics: Metrics::install()?,
        shutdown: CancellationToken::new(),
        outages: Outages::default(),
        jobs_due: Notify::new(),
    });
    Ok(App::over(base))
}

impl App {
    fn over(base: Base) -> Self {
        let uploads = Uploads::new(base.clone());
        let accounts = Accounts::new(base.clone());
        let conversations = Conversations::new(base.clone(), accounts.clone(), uploads.clone());
        let rooms = Rooms::new(base.clone(), conversations.clone());
        let ads = Ads::new(base.clone(), accounts.clone());
        let slices = Slices {
            accounts: accounts.clone(),
            conversations: conversations.clone(),
            rooms: rooms.clone(),
            ads: ads.clone(),
        };
        let copies: Arc<dyn Copies> = Arc::new(slices);
        base.bus.watch_copies(&copies);
        let gatekeeper = Gatekeeper::new(base.clone(), Arc::new(accounts.clone()));
        let presences = Presences::new(base.clone(), accounts.clone(), conversations.clone());
        let dms = Dms::new(base.clone(), accounts.clone(), conversations.clone(), presences.clone());
        let places = Places::new(accounts.clone(), conversations.clone(), rooms.clone());
        let search = Search::new(accounts.clone(), conversations.clone(), dms.clone(), places.clone());
        let notifications = Notifications::new(base.clone(), accounts.clone(), conversations.clone(), places);
        let mut handlers: HashMap<ClientEvent, Arc<dyn SocketHandler>> = HashMap::new();
        let mut handle = |events: &[ClientEvent], handler: Arc<dyn SocketHandler>| {
            handlers.extend(events.iter().map(|event| (*event, handler.clone())));
        };
        let rooms_socket = RoomsSocket::new(base.clone(), conversations.clone(), rooms.clone());
        handle(RoomsSocket::EVENTS, Arc::new(rooms_socket));
        handle(DmsSocket::EVENTS, Arc::new(DmsSocket::new(dms.clone())));
        handle(PresenceSocket::EVENTS, Arc::new(PresenceSocket::new(presences.clone())));
        let backlog = Arc::new(conversations.clone());
        let gateway = Gateway::new(base.clone(), gatekeeper.clone(), backlog, Arc::new(presences.clone()), handlers);
        Self {
            base,
            accounts,
            conversations,
            rooms,
            presences,
            dms,
            uploads,
            ads,
            search,
            notifications,
            gatekeeper,
            gateway,
            _copies: copies,
        }
    }

    /// Starts what runs beside requests: the gateway, following changed rows, metrics.
    pub fn start(&self) {
        tokio::spawn(self.clone().follow_changes());
        self.gateway.start();
        let app = self.clone();
        tokio::spawn(async move {
            let upkeep = async { tokio::join!(app.keep_metrics(), app.watch_services(), measures::keep(&app.base)) };
            // Some kilobytes, which a task would hold on its stack.
            Box::pin(app.base.shutdown.run_until_cancelled(upkeep)).await;
        });
    }

    /// Notes which services are away that are merely missed.
    async fn watch_services(&self) {
        let base = &self.base;
        loop {
            base.outages.note("files", base.blobs.reach().await);
            if let Some(scanner) = &base.config.clamav {
                base.outages.note("virus_scanner", uploads::check_scanner(scanner).await);
            }
            if let Some(mailer) = &base.mailer {
                base.outages.note("mail", mailer.reach().await);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn keep_metrics(&self) {
        for tick in 0_u32.. {
            tokio::time::sleep(METRICS_UPKEEP).await;
            self.base.metrics.upkeep();
            if tick.is_multiple_of(STORED_EVERY)
                && let Err(error) = self.uploads.measure().await
            {
                tracing::debug!(%error, "what is stored cannot be counted");
            }
        }
    }

    /// The routes of the main listener.
    fn router(&self) -> Router {
        let base = self.base.clone();
        let (api, document) = self.api().split_for_parts();
        let openapi = document.to_json().unwrap_or_default();
        let socket = self.gateway.service();
        let sockets = Router::new()
            .route_service("/socket.io", socket.clone())
            .route_service("/socket.io/", socket)
            .layer(MapRequestLayer::new(head::detach))
            .layer(from_fn_with_state(SOCKET_BODY_BYTES, body::take_in))
            .layer(from_fn_with_state(base.clone(), layers::limit_handshakes));
        api.merge(openapi::routes(&openapi, &asyncapi::document().to_string()))
            .merge(self.public_pages())
            .merge(web::routes())
            .method_not_allowed_fallback(layers::method_not_allowed)
            .layer(CatchPanicLayer::custom(layers::answer_panic))
            .merge(sockets)
            .layer(layers::cors(&base.config.cors_origins))
            .layer(from_fn_with_state(Arc::new(layers::Security::new(&base)), layers::secure))
            .layer(from_fn_with_state(base.metrics.clone(), layers::trace))
    }

    /// Answers requests until `stop`.
    pub async fn serve(&self, listener: TcpListener, stop: CancellationToken) {
        listener::serve(listener, self.router(), self.base.clone(), stop).await;
    }

    /// The OpenAPI document.
    pub fn openapi(&self) -> utoipa::openapi::OpenApi {
        self.api().split_for_parts().1
    }

    /// Pages for people without an account.
    fn public_pages(&self) -> Router {
        let identify = from_fn_with_state((self.base.clone(), self.gatekeeper.clone()), layers::identify);
        ads::public::routes(self.ads.clone()).layer(identify).layer(from_fn(layers::limit_time))
    }

    fn pictures(&self) -> OpenApiRouter {
        let (accounts, conversations) = (self.accounts.clone(), self.conversations.clone());
        pictures::routes(self.base.clone(), accounts, conversations, self.uploads.clone())
            .layer(from_fn_with_state(self.base.clone(), layers::limit_pictures))
            .layer(from_fn(layers::limit_time))
    }

    fn api(&self) -> OpenApiRouter {
        let identify = from_fn_with_state((self.base.clone(), self.gatekeeper.clone()), layers::identify);
        let v1 = OpenApiRouter::new()
            .merge(accounts::routes(self.accounts.clone()))
            .merge(rooms::routes(self.conversations.clone(), self.rooms.clone()))
            .merge(dms::routes(self.dms.clone()))
            .merge(presence::routes(self.presences.clone()))
            .merge(uploads::routes(self.uploads.clone()))
            .merge(ads::routes(self.ads.clone()))
            .merge(search::routes(self.search.clone()))
            .merge(notifications::routes(self.notifications.clone()))
            .merge(admin::routes(self.base.clone(), self.accounts.clone()))
            .layer(from_fn_with_state(BODY_BYTES, body::take_in))
            .layer(identify.clone())
            .layer(from_fn(layers::limit_time))
            // Files are larger than other bodies, and take longer.
            .merge(uploads::receiving(self.uploads.clone()).layer(identify));
        OpenApiRouter::with_openapi(openapi::Document::openapi())
            .merge(ops::routes(self.base.clone()))
            .merge(self.pictures())
            .merge(texts::routes(self.base.clone()))
            .nest("/api/v1", v1)
    }

    /// Does jobs, and tells people what is due, until `stop`.
    pub async fn work(&self, stop: CancellationToken) {
        tokio::join!(self.runner().run(stop.clone()), self.notifications.clone().run(stop));
    }

    /// The runner of this process's jobs.
    pub fn runner(&self) -> Runner {
        let mut registry = Registry::default();
        let hour = Duration::from_secs(3_600);
        let app = self.clone();
        registry.every(hour, "keys.rotate", move || app.clone().rotate_keys_when_due());
        self.accounts.register_jobs(&mut registry);
        mail::register(&self.base, &mut registry);
        measures::register(&self.base, &mut registry);
        self.uploads.register(&mut registry);
        self.ads.register(&mut registry);
        self.notifications.register(&mut registry);
        let base = self.base.clone();
        registry.every(6 * hour, "jobs.sweep", move || {
            let base = base.clone();
            async move { jobs::sweep(&base).await }
        });
        Runner::new(self.base.clone(), registry)
    }

    async fn rotate_keys_when_due(self) -> Result<()> {
        let now = self.base.clock.now();
        self.base.keys.reload(now).await?;
        if self.base.keys.newest().is_some_and(|newest| now.since(newest) >= ROTATE_AFTER) {
            self.rotate_keys().await?;
        }
        self.base.keys.remove_ended(self.base.db.write(), now).await
    }

    /// Makes a new signing key; it is published at once and signs a few minutes later. Nobody is logged out.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn rotate_keys(&self) -> Result<String> {
        let base = &self.base;
        let mut tx = base.begin().await?;
        let kid = base.keys.create(tx.conn(), &base.ids, base.clock.now(), PUBLISH_BEFORE_USE).await?;
        tx.emit(Event::SigningKeysRotated { kid: kid.clone() });
        tx.commit().await?;
        base.keys.reload(base.clock.now()).await?;
        Ok(kid)
    }

    /// Stops in order: no new work, sockets told, messages under way committed.
    pub async fn shut_down(&self) {
        self.base.shutdown.cancel();
        self.gateway.shut_down().await;
        self.conversations.finish().await;
        self.base.bus.finish().await;
    }

    /// Follows what the bus itself cannot do: the signing keys are read anew, and so is everything after a loss.
    async fn follow_changes(self) {
        let mut signals = self.base.bus.subscribe();
        loop {
            match signals.recv().await {
                Ok(signal) => match &*signal {
                    Signal::Forget(CacheKey::SigningKeys) => self.reload_keys().await,
                    Signal::Resync => self.start_over().await,
                    _ => {}
                },
                Err(RecvError::Lagged(_)) => self.start_over().await,
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// Signals were lost.
    async fn start_over(&self) {
        self.base.bus.forget_all();
        self.reload_keys().await;
    }

    async fn reload_keys(&self) {
        if let Err(error) = self.base.keys.reload(self.base.clock.now()).await {
            tracing::warn!(%error, "signing keys cannot be read; an unknown one will be looked for");
        }
    }
}
