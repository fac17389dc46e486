//! Notifications of the browser itself: shown while the page is hidden, and, where it can be told without one, while none is
//! open.

use gloo_net::http::Method;
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use leptos::prelude::{StoredValue, WithValue as _, on_cleanup, window};
use praca_api::push::{PushKey, PushSubscription as Wish, Pushed};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    MessageEvent, Notification, NotificationPermission, PushSubscription, PushSubscriptionOptionsInit,
    ServiceWorkerContainer, ServiceWorkerRegistration,
};

use crate::session::Session;

/// How this browser stands to being told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// It cannot be.
    Never,
    /// The person said no; only the browser's own settings change that.
    Denied,
    /// Nobody asked for it.
    Off,
    /// While a page is open somewhere, though hidden.
    WhileOpen,
    /// Also while none is.
    Always,
}

/// How it is now.
pub async fn state() -> Device {
    if Reflect::has(&window(), &"Notification".into()) != Ok(true) || container().is_none() {
        return Device::Never;
    }
    match Notification::permission() {
        NotificationPermission::Denied => Device::Denied,
        NotificationPermission::Granted if subscription().await.is_some() => Device::Always,
        NotificationPermission::Granted if crate::store::read(SILENT).is_none() => Device::WhileOpen,
        _ => Device::Off,
    }
}

/// Where it is remembered that a browser that may show notifications is not to.
const SILENT: &str = "praca.device_silent";

/// Asks the person, on their own action, and has this browser told.
pub async fn turn_on(session: Session) -> Device {
    let asked = Notification::request_permission().map(JsFuture::from);
    if let Ok(asked) = asked {
        // What they said is read below.
        let _ = asked.await;
    }
    if Notification::permission() != NotificationPermission::Granted {
        return state().await;
    }
    crate::store::forget(SILENT);
    if let Some(key) = server_key(session).await
        && let Some(subscription) = subscribe(&key).await
        && !tell(session, &subscription).await
    {
        // The server does not send there: then the page does what it can.
        give_up(&subscription).await;
    }
    state().await
}

/// Tells the server again of a browser that is told: the log-in it was told of may be another.
pub async fn renew(session: Session) {
    let Some(subscription) = subscription().await else { return };
    // Without an answer it is told the next time.
    let Some(key) = server_key(session).await else { return };
    if key_of(&subscription).is_some_and(|known| known != key) {
        // The server has another key: what it sends would not be let through.
        give_up(&subscription).await;
        if let Some(subscription) = subscribe(&key).await {
            tell(session, &subscription).await;
        }
        return;
    }
    tell(session, &subscription).await;
}

/// Ends what a browser is told, with the log-in.
pub async fn forget() {
    if let Some(subscription) = subscription().await {
        give_up(&subscription).await;
    }
}

/// Tells the server of it; false if the server does not take it.
async fn tell(session: Session, subscription: &PushSubscription) -> bool {
    let wish = subscription.to_json().ok().and_then(|json| js_sys::JSON::stringify(&json).ok()).map(String::from);
    let Some(wish) = wish.and_then(|json| serde_json::from_str::<Wish>(&json).ok()) else { return false };
    session.send::<Wish, ()>(Method::PUT, "/me/push/subscription", Some(&wish)).await.is_ok()
}

async fn give_up(subscription: &PushSubscription) {
    if let Ok(gone) = subscription.unsubscribe() {
        // One that cannot be given up is dropped by the server, with its log-in.
        let _ = JsFuture::from(gone).await;
    }
}

/// Has it told no longer.
pub async fn turn_off(session: Session) -> Device {
    crate::store::write(SILENT, "1");
    if let Some(subscription) = subscription().await {
        let endpoint: String = js_sys::encode_uri_component(&subscription.endpoint()).into();
        let path = format!("/me/push/subscription?endpoint={endpoint}");
        // One the server still knows is dropped when its push service says that it is gone.
        let _ = session.send::<(), ()>(Method::DELETE, &path, None).await;
        give_up(&subscription).await;
    }
    state().await
}

/// Has the worker show one, if the person wants it here: it knows whether somebody looks at another page of ours.
pub async fn show(pushed: Pushed) {
    if !matches!(state().await, Device::WhileOpen | Device::Always) {
        return;
    }
    let worker = registration().await.and_then(|registration| registration.active());
    if let (Some(worker), Ok(json)) = (worker, serde_json::to_string(&pushed)) {
        // A worker that is there takes a message.
        let _ = worker.post_message(&json.into());
    }
}

/// Calls `go` with the page a notification leads to, when one is pressed while this page is open.
pub fn on_press(go: impl Fn(String) + 'static) {
    let Some(container) = container() else { return };
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let page = Reflect::get(&event.data(), &"go".into()).ok().and_then(|page| page.as_string());
        if let Some(page) = page.filter(|page| page.starts_with('/')) {
            go(page);
        }
    });
    container.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    let kept = StoredValue::new_local((container, heard));
    on_cleanup(move || kept.with_value(|(container, _)| container.set_onmessage(None)));
}

/// The key of the server, in base64 for addresses.
async fn server_key(session: Session) -> Option<String> {
    let key: PushKey = session.send::<(), _>(Method::GET, "/me/push", None).await.ok()?;
    Some(key.public_key)
}

/// The key a subscription was made with, as the server writes it; none if the browser does not say.
fn key_of(subscription: &PushSubscription) -> Option<String> {
    let options = Reflect::get(subscription, &"options".into()).ok()?;
    let key = Reflect::get(&options, &"applicationServerKey".into()).ok()?.dyn_into::<ArrayBuffer>().ok()?;
    let bytes: String = Uint8Array::new(&key).to_vec().into_iter().map(char::from).collect();
    let text = window().btoa(&bytes).ok()?;
    Some(text.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned())
}

async fn subscribe(key: &str) -> Option<PushSubscription> {
    let options = PushSubscriptionOptionsInit::new();
    options.set_user_visible_only(true);
    options.set_application_server_key(&key.into());
    let made = registration().await?.push_manager().ok()?.subscribe_with_options(&options).ok()?;
    JsFuture::from(made).await.ok()?.dyn_into().ok()
}

async fn subscription() -> Option<PushSubscription> {
    let known = registration().await?.push_manager().ok()?.get_subscription().ok()?;
    JsFuture::from(known).await.ok()?.dyn_into().ok()
}

async fn registration() -> Option<ServiceWorkerRegistration> {
    JsFuture::from(container()?.get_registration()).await.ok()?.dyn_into().ok()
}

/// Browsers have none on pages they do not trust.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = window().navigator();
    let found = Reflect::get(&navigator, &"serviceWorker".into()).ok()?;
    (found != JsValue::UNDEFINED).then(|| navigator.service_worker())
}
