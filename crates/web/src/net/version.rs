//! Whether the server has a newer client than the one on this page.

use leptos::prelude::document;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::fetch_text;

/// True if the page the server gives now names other files: each name carries a hash of the file's content, and the
/// script that starts the client names all the others of the program.
pub async fn is_stale() -> bool {
    let Ok(page) = fetch_text("/").await else { return false };
    let Ok(files) = document().query_selector_all("script[src], link[rel=stylesheet]") else { return false };
    let files = (0..files.length()).filter_map(|at| files.get(at)?.dyn_into::<Element>().ok());
    let mut names = files.filter_map(|file| file.get_attribute("src").or_else(|| file.get_attribute("href")));
    page.contains("<script") && names.any(|name| !page.contains(&name))
}
