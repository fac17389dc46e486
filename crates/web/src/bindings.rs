//! Bindings to JavaScript: the official Socket.IO client, the lock that tabs share, the clipboard, and passkeys.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

#[wasm_bindgen(raw_module = "/vendor/socket.io.esm.min.js")]
extern "C" {
    /// Makes a socket; `options` as the client's own.
    pub fn io(url: &str, options: &JsValue) -> Socket;

    /// A socket of the official client.
    #[derive(Clone)]
    pub type Socket;

    #[wasm_bindgen(method)]
    pub fn on(this: &Socket, event: &str, listener: &Closure<dyn Fn(JsValue)>);
    #[wasm_bindgen(method, js_name = onAny)]
    pub fn on_any(this: &Socket, listener: &Closure<dyn Fn(String, JsValue)>);
    #[wasm_bindgen(method)]
    pub fn off(this: &Socket);
    #[wasm_bindgen(method, js_name = offAny)]
    pub fn off_any(this: &Socket);
    #[wasm_bindgen(method)]
    pub fn connect(this: &Socket);
    #[wasm_bindgen(method)]
    pub fn disconnect(this: &Socket);
    #[wasm_bindgen(method)]
    pub fn timeout(this: &Socket, millis: u32) -> Socket;
    #[wasm_bindgen(method, js_name = emitWithAck)]
    pub fn emit_with_ack(this: &Socket, event: &str, payload: &JsValue) -> Promise;
    #[wasm_bindgen(method, getter)]
    pub fn connected(this: &Socket) -> bool;
    #[wasm_bindgen(method, getter)]
    pub fn active(this: &Socket) -> bool;
}

#[wasm_bindgen]
extern "C" {
    /// The Web Locks API; a page that is not served over https or from loopback has none.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request_lock(name: &str, held: &Closure<dyn FnMut() -> Promise>) -> Result<Promise, JsValue>;
}

/// Does `work` while no other tab of this browser does any under the same name; where the browser has no locks, at once.
/// None if the browser took the lock away.
pub async fn one_tab_at_a_time<T: 'static>(name: &str, work: impl Future<Output = T> + 'static) -> Option<T> {
    let work = Rc::new(RefCell::new(Some(Box::pin(work))));
    let done = Rc::new(RefCell::new(None));
    let held = {
        let (work, done) = (work.clone(), done.clone());
        Closure::<dyn FnMut() -> Promise>::new(move || {
            let (work, done) = (work.take(), done.clone());
            future_to_promise(async move {
                if let Some(work) = work {
                    let outcome = work.await;
                    done.replace(Some(outcome));
                }
                Ok(JsValue::UNDEFINED)
            })
        })
    };
    if let Ok(promise) = request_lock(name, &held) {
        // Whether it was held shows in `done`.
        let _ = JsFuture::from(promise).await;
        return done.take();
    }
    let unlocked = work.take();
    match unlocked {
        Some(work) => Some(work.await),
        None => None,
    }
}

/// Waits so many milliseconds.
pub async fn pause(millis: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // A window that refuses a timer is on its way out.
        let _ = leptos::prelude::window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
    });
    // A timer only ever resolves.
    let _ = JsFuture::from(promise).await;
}

/// Puts a text into the clipboard; whether it is there. A page that is not served over https or from loopback has none.
pub async fn copy_text(text: &str) -> bool {
    let navigator = leptos::prelude::window().navigator();
    if !js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = PublicKeyCredential, js_name = parseCreationOptionsFromJSON)]
    fn creation_options(json: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = PublicKeyCredential, js_name = parseRequestOptionsFromJSON)]
    fn request_options(json: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = create)]
    fn create_credential(options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = get)]
    fn get_credential(options: &JsValue) -> Result<Promise, JsValue>;

    type Credential;

    #[wasm_bindgen(method, catch, js_name = toJSON)]
    fn to_json(this: &Credential) -> Result<JsValue, JsValue>;
}

/// Whether the browser makes passkeys for this site: it has a name, and the browser knows how.
pub fn knows_passkeys() -> bool {
    let window = leptos::prelude::window();
    let host = window.location().hostname().unwrap_or_default();
    let is_number = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    let known = js_sys::Reflect::get(&window, &"PublicKeyCredential".into());
    !is_number
        && known.is_ok_and(|known| {
            let parses = js_sys::Reflect::get(&known, &"parseCreationOptionsFromJSON".into());
            parses.is_ok_and(|parses| parses.is_function())
        })
}

/// Has the browser make a passkey; nothing, if the person does not want to, or it cannot.
pub async fn make_passkey(options: &serde_json::Value) -> Option<serde_json::Value> {
    credential(options, creation_options, create_credential).await
}

/// Has the browser prove a passkey; nothing, if the person does not want to, or has none.
pub async fn prove_passkey(options: &serde_json::Value) -> Option<serde_json::Value> {
    credential(options, request_options, get_credential).await
}

async fn credential(
    options: &serde_json::Value,
    parse: impl FnOnce(&JsValue) -> Result<JsValue, JsValue>,
    ask: impl FnOnce(&JsValue) -> Result<Promise, JsValue>,
) -> Option<serde_json::Value> {
    let options = parse(&js_sys::JSON::parse(&options.to_string()).ok()?).ok()?;
    let wish = js_sys::Object::new();
    js_sys::Reflect::set(&wish, &"publicKey".into(), &options).ok()?;
    let credential: Credential = JsFuture::from(ask(&wish).ok()?).await.ok()?.unchecked_into();
    let json = js_sys::JSON::stringify(&credential.to_json().ok()?).ok()?;
    serde_json::from_str(&String::from(json)).ok()
}
