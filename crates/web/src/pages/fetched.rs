//! Pages whose code is fetched apart from the first load, when they are first wanted.

#![expect(clippy::unnecessary_wraps, reason = "the error of a split function is that its code did not come")]

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use praca_api::password::{Strength, Weak, strength};

use super::{inside, states};
use crate::net::version;
use crate::{format, store};

/// Pause before code that did not come is asked for again.
const PAUSE: Duration = Duration::from_secs(5);

/// Where a tab remembers when it began anew for newer code, and for how long it does not again, in milliseconds.
const FOLLOWED: &str = "praca.followed";
const FOLLOW_AGAIN_MS: f64 = 60_000.0;

/// The code of a page did not come.
pub struct Missing;

impl From<SplitLoaderError> for Missing {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// All that only somebody who is logged in sees.
#[wasm_split(square, wasm_split_path = ::leptos::wasm_split, preload(fetch_square), fallible)]
pub fn square() -> Result<AnyView, Missing> {
    Ok(view! { <inside::Square /> }.into_any())
}

/// How good a password is: what knows it is larger than all of the page that asks.
#[wasm_split(strength, wasm_split_path = ::leptos::wasm_split, fallible)]
fn strength_of(password: String, own: Vec<String>) -> Result<Result<Strength, Weak>, Missing> {
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    Ok(strength(&password, &own))
}

/// Tells how good a password is, once that can be told.
pub fn weigh(password: String, own: Vec<String>, then: impl FnOnce(Result<Strength, Weak>) + 'static) {
    spawn_local(async move {
        // Without it the server tells, when the password is sent.
        if let Ok(found) = strength_of(password, own).await {
            then(found);
        }
    });
}

/// Fetches it before somebody wants it.
pub fn expect_square() {
    // What does not come now is asked for when it is wanted.
    spawn_local(async { drop(fetch_square().await) });
}

/// A page, once its code is here.
#[component]
pub fn Fetched<Coming>(page: fn() -> Coming) -> impl IntoView
where
    Coming: Future<Output = Result<AnyView, Missing>> + Send + 'static,
{
    let tries = RwSignal::new(0_u32);
    let coming = RwSignal::new(true);
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    // Both may be gone with the page.
    let wait_no_more = move || {
        if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
    };
    on_cleanup(wait_no_more);
    let again = move || {
        wait_no_more();
        tries.try_update(|tries| *tries += 1).unwrap_or_default();
    };
    let shown = move || {
        tries.track();
        Suspend::new(async move {
            let here = page().await;
            coming.try_set(false);
            if let Ok(page) = here {
                return page;
            }
            spawn_local(follow_newer_client());
            wait_no_more();
            waiting.set_value(set_timeout_with_handle(again, PAUSE).ok());
            view! { <states::Unreachable retry=again /> }.into_any()
        })
    };
    view! {
        <Show when=move || coming.get()><states::Coming /></Show>
        {shown}
    }
}

/// A server with newer code has none to go with what is here, so the page begins anew, once in a while: nodes of
/// different age behind one address would keep it busy. Nothing was written on this page yet.
async fn follow_newer_client() {
    let last = store::of_this_tab(FOLLOWED).and_then(|last| last.parse::<f64>().ok());
    let lately = last.is_some_and(|last| format::now() - last < FOLLOW_AGAIN_MS);
    if !lately && version::is_stale().await {
        store::keep_in_this_tab(FOLLOWED, &format::now().to_string());
        // A page that cannot reload is on its way out.
        let _ = window().location().reload();
    }
}
