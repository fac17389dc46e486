//! Sending a file by itself, with its progress.

use praca_api::Problem;
use praca_api::uploads::PutTicket;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

use super::{Answer, Trouble};

/// The part of our own addresses a file is sent to; they are opened on whatever host the page is from.
const OURS: &str = "/api/v1/uploads/";

/// Sends a file as its ticket says; `progress` hears of the part that has left, 0 to 1. Aborting the request ends it.
pub async fn put(
    ticket: &PutTicket,
    file: &Blob,
    request: &XmlHttpRequest,
    progress: impl Fn(f64) + 'static,
) -> Answer<()> {
    let url = ticket.url.find(OURS).map_or(ticket.url.as_str(), |at| &ticket.url[at..]);
    let failed = |_: JsValue| Trouble::Network;
    request.open_with_async("PUT", url, true).map_err(failed)?;
    for (name, value) in &ticket.headers {
        request.set_request_header(name, value).map_err(failed)?;
    }
    let moved = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.total() > 0.0 {
            progress(event.loaded() / event.total());
        }
    });
    let upload = request.upload().map_err(failed)?;
    upload.set_onprogress(Some(moved.as_ref().unchecked_ref()));
    let ended = js_sys::Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
    request.send_with_opt_blob(Some(file)).map_err(failed)?;
    JsFuture::from(ended).await.map_err(failed)?;
    upload.set_onprogress(None);
    if matches!(request.status(), Ok(200..=299)) {
        return Ok(());
    }
    let said = request.response_text().ok().flatten().unwrap_or_default();
    let problem: Option<Problem> = serde_json::from_str(&said).ok();
    Err(problem.map_or(Trouble::Network, |problem| Trouble::Problem(Box::new(problem))))
}
