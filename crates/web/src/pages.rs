//! The pages and their addresses.

mod login;
mod profile;
mod rooms;
mod texts;

use leptos::prelude::*;
use leptos_router::components::{Redirect, Route, Router, Routes};
use leptos_router::path;

use crate::session::{Session, Standing};

/// The page of the present address, for whoever is there.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=|| view! { <texts::Lost /> }>
                <Route path=path!("/") view=|| view! { <Redirect path="/salas" /> } />
                <Route path=path!("/entrar") view=login::Login />
                <Route path=path!("/salas/:slug?") view=|| view! { <Inside><rooms::Rooms /></Inside> } />
                <Route path=path!("/perfil") view=|| view! { <Inside><profile::Profile /></Inside> } />
                <Route path=path!("/aviso-legal") view=|| view! { <texts::Text name="notice" /> } />
                <Route path=path!("/privacidade") view=|| view! { <texts::Text name="privacy" /> } />
                <Route path=path!("/termos") view=|| view! { <texts::Text name="terms" /> } />
                <Route path=path!("/regras") view=|| view! { <texts::Text name="rules" /> } />
            </Routes>
        </Router>
    }
}

/// What only somebody who is logged in sees.
#[component]
fn Inside(children: ChildrenFn) -> impl IntoView {
    let session = expect_context::<Session>();
    let state = Memo::new(move |_| match session.standing() {
        Standing::Unknown => 0,
        Standing::Out => 1,
        Standing::In(user) if user.status == praca_api::accounts::AccountStatus::Suspended => 2,
        Standing::In(_) => 3,
    });
    move || match state.get() {
        0 => ().into_any(),
        1 => view! { <Redirect path="/entrar" /> }.into_any(),
        2 => view! { <profile::Suspended /> }.into_any(),
        _ => children().into_any(),
    }
}
