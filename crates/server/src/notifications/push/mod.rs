//! Web Push: what is told is also sent to the devices that asked for it, encrypted for each (RFC 8291) and signed by the
//! server (RFC 8292).

mod vapid;
pub(super) mod words;

use std::time::Duration;

use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use praca_api::notifications::Notification;
use praca_api::push::{PushKey, PushSubscription, Pushed};
use praca_api::{NotificationId, ProblemCode, Timestamp, UserId};
use reqwest::{Client, StatusCode, Url, header, redirect};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::OnceCell;
use utoipa::IntoParams;
use uuid::Uuid;
use web_push_native::p256::PublicKey;
use web_push_native::{Auth, WebPushBuilder};

use super::Notifications;
use super::telling::is_quiet;
use crate::auth::{Actor, ActorSource as _};
use crate::error::{Error, Result};
use crate::notices::devices::{ActiveModel, Column, Entity, Model};
use crate::notices::told;
use vapid::Vapid;

/// Most devices of one person.
const DEVICES: usize = 10;
/// Longest address of one.
const ENDPOINT_CHARS: usize = 1_000;
/// How long a push service keeps what a device does not fetch.
const KEPT: Duration = Duration::from_secs(12 * 3_600);
/// Longest wait for a push service.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// A device that was not reached rests between these, and a tenth of how long it has been away: so that those of one person
/// do not keep everybody's waiting.
const REST: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(600));
/// One that was not reached for so long is given up; its browser brings it back when somebody opens a page there.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);

/// What pushing needs: made with the first.
#[derive(Default)]
pub(super) struct Post {
    vapid: OnceCell<Vapid>,
    client: OnceCell<Client>,
}

/// Which browser.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeviceQuery {
    /// The address of its subscription.
    pub endpoint: String,
}

/// What the job needs to know.
#[derive(Deserialize)]
struct Send {
    device: Uuid,
    notification: NotificationId,
}

impl Notifications {
    /// The key browsers subscribe with.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn push_key(&self) -> Result<PushKey> {
        Ok(PushKey { public_key: URL_SAFE_NO_PAD.encode(self.vapid().await?.public_key()) })
    }

    async fn vapid(&self) -> Result<&Vapid> {
        self.0.post.vapid.get_or_try_init(async || Vapid::load_or_create(&self.0.base).await).await
    }

    /// Tells this device of a person too, as long as they are logged in there.
    ///
    /// # Errors
    /// `request.invalid` for what no browser says, or a push service that is not configured.
    pub async fn subscribe(&self, actor: &Actor, wish: PushSubscription) -> Result<()> {
        let base = &self.0.base;
        let wrong = |field: &str, said: &str| Error::invalid_field(field, "format", said);
        self.endpoint(&wish.endpoint)?;
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        let p256dh = bytes(&wish.keys.p256dh).filter(|key| PublicKey::from_sec1_bytes(key).is_ok());
        let p256dh = p256dh.ok_or_else(|| wrong("keys.p256dh", "This is no public key."))?;
        let auth = bytes(&wish.keys.auth).filter(|auth| auth.len() == 16);
        let auth = auth.ok_or_else(|| wrong("keys.auth", "The secret has 16 bytes."))?;
        let (user, now) = (actor.id(), base.clock.now());
        let row = ActiveModel {
            id: Set(base.ids.uuid()),
            user_id: Set(user),
            session_id: Set(actor.session),
            endpoint: Set(wish.endpoint),
            p256dh: Set(p256dh),
            auth: Set(auth),
            created_at: Set(now),
            away_since: Set(None),
            rests_until: Set(None),
        };
        // A browser has one subscription, whoever is logged in there.
        let again = OnConflict::column(Column::Endpoint)
            .update_columns([
                Column::UserId,
                Column::SessionId,
                Column::P256dh,
                Column::Auth,
                Column::CreatedAt,
                Column::AwaySince,
                Column::RestsUntil,
            ])
            .to_owned();
        Entity::insert(row).on_conflict(again).exec_without_returning(base.db.write()).await?;
        self.keep_newest(user).await
    }

    /// Forgets the oldest devices of a person, where there are too many.
    async fn keep_newest(&self, user: UserId) -> Result<()> {
        let base = &self.0.base;
        let all = Entity::find().filter(Column::UserId.eq(user));
        let all = all.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).all(base.db.write()).await?;
        let surplus: Vec<Uuid> = all.into_iter().skip(DEVICES).map(|device| device.id).collect();
        if !surplus.is_empty() {
            Entity::delete_many().filter(Column::Id.is_in(surplus)).exec(base.db.write()).await?;
        }
        Ok(())
    }

    /// Tells a device of the person no longer.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn unsubscribe(&self, actor: &Actor, endpoint: &str) -> Result<()> {
        let own = Entity::delete_many().filter(Column::UserId.eq(actor.id())).filter(Column::Endpoint.eq(endpoint));
        own.exec(self.0.base.db.write()).await?;
        Ok(())
    }

    /// An address we send to: of a push service that is configured, so that nobody makes us knock at doors within.
    fn endpoint(&self, endpoint: &str) -> Result<Url> {
        let wrong = || Error::invalid_field("endpoint", "host", "This is no address of a push service known here.");
        let url: Url = endpoint.parse().map_err(|_| wrong())?;
        let hosts = &self.0.base.config.push_hosts;
        let known = url.host_str().is_some_and(|host| hosts.iter().any(|known| known.holds(host)));
        // Without TLS only on this machine, where tests have a push service of their own.
        let safe = url.scheme() == "https" || (url.scheme() == "http" && url.host_str() == Some("127.0.0.1"));
        // A port of one's own choice is a door, too.
        let plain =
            url.username().is_empty() && url.password().is_none() && (url.port().is_none() || url.scheme() == "http");
        let sendable = endpoint.len() <= ENDPOINT_CHARS && endpoint.parse::<Uri>().is_ok();
        if known && safe && plain && sendable { Ok(url) } else { Err(wrong()) }
    }

    /// The job that sends one notification to one device; not if it has been read, or nobody is logged in there any more.
    ///
    /// # Errors
    /// `service.unavailable` while the push service has no answer: it is tried again.
    pub(super) async fn push(&self, payload: Value) -> Result<()> {
        let Send { device, notification } = serde_json::from_value(payload)?;
        let base = &self.0.base;
        let Some(device) = Entity::find_by_id(device).one(base.db.read()).await? else { return Ok(()) };
        match self.0.accounts.actor(device.user_id, device.session_id).await {
            Err(error) if error.is(ProblemCode::AuthInvalidToken) => return self.drop_device(&device).await,
            outcome => outcome?,
        };
        let row = told::Entity::find_by_id(notification).filter(told::Column::ReadAt.is_null());
        let row = row.filter(told::Column::UserId.eq(device.user_id));
        let Some(row) = row.one(base.db.read()).await? else { return Ok(()) };
        let wanted = self.0.accounts.preferences_of(device.user_id).await?.notifications;
        let now = base.clock.now();
        if now.since(row.created_at) > KEPT || is_quiet(&wanted, row.code, now) {
            return Ok(());
        }
        if device.rests_until.is_some_and(|until| until > now) {
            return Err(away());
        }
        let rows = self.readable(device.user_id, vec![row]).await?;
        let Some((_, notification)) = self.render(rows).await?.pop() else { return Ok(()) };
        let pushed = self.pushed(&device, &notification).await?;
        match self.post(&device, &pushed).await? {
            Some(StatusCode::NOT_FOUND | StatusCode::GONE) => self.drop_device(&device).await,
            Some(status) if status.is_success() => {
                metrics::counter!("praca_pushes_total").increment(1);
                self.note_reached(&device).await
            }
            Some(status) if !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                // Subscribed under another key of ours, or something that trying again does not mend: the browser subscribes
                // anew when somebody opens a page there.
                tracing::warn!(%status, "a push service refuses; the device is forgotten");
                self.drop_device(&device).await
            }
            _ => self.note_away(&device, now).await,
        }
    }

    async fn note_reached(&self, device: &Model) -> Result<()> {
        if device.away_since.is_none() {
            return Ok(());
        }
        self.set_away(device, None, None).await
    }

    /// # Errors
    /// `service.unavailable`, so that the job is tried again; not for a device that is given up.
    async fn note_away(&self, device: &Model, now: Timestamp) -> Result<()> {
        let since = device.away_since.unwrap_or(now);
        if now.since(since) > GIVEN_UP_AFTER {
            return self.drop_device(device).await;
        }
        let (shortest, longest) = REST;
        let rest = (now.since(since) / 10).clamp(shortest, longest);
        self.set_away(device, Some(since), Some(now + rest)).await?;
        Err(away())
    }

    async fn set_away(&self, device: &Model, since: Option<Timestamp>, until: Option<Timestamp>) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::AwaySince, Expr::value(since))
            .col_expr(Column::RestsUntil, Expr::value(until))
            .filter(Column::Id.eq(device.id))
            .exec(self.0.base.db.write())
            .await?;
        Ok(())
    }

    async fn pushed(&self, device: &Model, notification: &Notification) -> Result<Pushed> {
        let locale = self.0.accounts.locale(device.user_id).await?;
        Ok(words::pushed(locale, notification))
    }

    /// What the push service says; none if it says nothing.
    async fn post(&self, device: &Model, pushed: &Pushed) -> Result<Option<StatusCode>> {
        let Ok(url) = self.endpoint(&device.endpoint) else { return Ok(Some(StatusCode::GONE)) };
        let key = PublicKey::from_sec1_bytes(&device.p256dh).map_err(Error::internal)?;
        let uri = device.endpoint.parse().map_err(Error::internal)?;
        let builder = WebPushBuilder::new(uri, key, Auth::clone_from_slice(&device.auth)).with_valid_duration(KEPT);
        let request = builder.build(serde_json::to_vec(pushed)?).map_err(Error::internal)?;
        let signed = self.vapid().await?.header(&url, &self.0.base)?;
        let (parts, body) = request.into_parts();
        let sent =
            self.client().await?.post(url).headers(parts.headers).header(header::AUTHORIZATION, signed).body(body);
        Ok(sent.send().await.ok().map(|answer| answer.status()))
    }

    async fn client(&self) -> Result<&Client> {
        let make = async || {
            // Who is sent elsewhere might be sent within.
            let client = Client::builder().timeout(ANSWER_WITHIN).redirect(redirect::Policy::none()).build();
            client.map_err(Error::internal)
        };
        self.0.post.client.get_or_try_init(make).await
    }

    async fn drop_device(&self, device: &Model) -> Result<()> {
        Entity::delete_by_id(device.id).exec(self.0.base.db.write()).await?;
        Ok(())
    }
}

fn away() -> Error {
    Error::unavailable("The push service is away.")
}
