//! Pages whose code is fetched apart from the first load, when they are first wanted.

#![expect(clippy::unnecessary_wraps, reason = "the error of a split function is that its code did not come")]

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use super::{profile, rooms, states};
use crate::net::version;

/// Pause before code that did not come is asked for again.
const PAUSE: Duration = Duration::from_secs(5);

/// The code of a page did not come.
pub struct Missing;

impl From<SplitLoaderError> for Missing {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// The rooms.
#[wasm_split(rooms, wasm_split_path = ::leptos::wasm_split, preload(fetch_rooms), fallible)]
pub fn rooms() -> Result<AnyView, Missing> {
    Ok(view! { <rooms::Rooms /> }.into_any())
}

/// The profile.
#[wasm_split(profile, wasm_split_path = ::leptos::wasm_split, fallible)]
pub fn profile() -> Result<AnyView, Missing> {
    Ok(view! { <profile::Profile /> }.into_any())
}

/// Fetches the rooms before somebody wants them.
pub fn expect_rooms() {
    // What does not come now is asked for when it is wanted.
    spawn_local(async { drop(fetch_rooms().await) });
}

/// A page, once its code is here.
#[component]
pub fn Fetched<Coming>(page: fn() -> Coming) -> impl IntoView
where
    Coming: Future<Output = Result<AnyView, Missing>> + Send + 'static,
{
    let tries = RwSignal::new(0_u32);
    // The page may be gone by then.
    let again = move || tries.try_update(|tries| *tries += 1).unwrap_or_default();
    move || {
        tries.track();
        Suspend::new(async move {
            if let Ok(page) = page().await {
                return page;
            }
            spawn_local(follow_newer_client());
            set_timeout(again, PAUSE);
            view! { <states::Unreachable retry=again /> }.into_any()
        })
    }
}

/// A server with newer code has none to go with what is here. Nothing was written on this page yet.
async fn follow_newer_client() {
    if version::is_stale().await {
        // A page that cannot reload is on its way out.
        let _ = window().location().reload();
    }
}
