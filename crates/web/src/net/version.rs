//! Whether the server has a newer client than the one on this page.

use leptos::prelude::document;

use super::fetch_text;

/// True if the page the server gives now starts another client: every file's name carries a hash of its content, and the
/// script that starts the client names all the others.
pub async fn is_stale() -> bool {
    let script = document().query_selector("script[type=module]").ok().flatten();
    let Some(source) = script.and_then(|script| script.get_attribute("src")) else { return false };
    fetch_text("/").await.is_ok_and(|page| page.contains("<script") && !page.contains(&source))
}
