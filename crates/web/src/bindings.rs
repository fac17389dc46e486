//! Bindings to JavaScript: the official Socket.IO client.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

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
