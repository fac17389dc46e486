//! The pages and their addresses.

mod admin;
mod agreement;
mod card;
mod chat;
mod fair;
mod fetched;
mod finder;
mod inside;
mod keys;
mod login;
mod messages;
mod notices;
mod profile;
mod proofs;
mod rooms;
mod states;
mod texts;

use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::path;
use praca_api::accounts::AccountStatus;

use crate::session::{Session, Standing};
use fetched::Fetched;
pub use fetched::weigh;

/// The page of the present address, for whoever is there.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=|| view! { <states::Lost /> }>
                <Route path=path!("/") view=|| view! { <Redirect path="/salas" /> } />
                <Route path=path!("/entrar") view=login::Login />
                <Route path=path!("/confirmar") view=proofs::Confirm />
                <Route path=path!("/nova-senha") view=proofs::NewPassword />
                // One page for all of them, so that the connection stays while one goes from one to the other. Without its
                // outlet, though nothing stands in it, the router would wait for the child before it writes the address.
                <ParentRoute path=path!("") view=|| view! { <Inside><Fetched page=fetched::square /></Inside><Outlet /> }>
                    <Route path=path!("/salas/:slug?") view=|| () />
                    <Route path=path!("/mensagens/:handle?") view=|| () />
                    <Route path=path!("/feira/:ad?/:part?") view=|| () />
                    <Route path=path!("/avisos") view=|| () />
                    <Route path=path!("/perfil") view=|| () />
                    <Route path=path!("/admin/:section?/:of?") view=|| () />
                </ParentRoute>
                <Route path=path!("/aviso-legal") view=|| view! { <texts::Text name="notice" /> } />
                <Route path=path!("/privacidade") view=|| view! { <texts::Text name="privacy" /> } />
                <Route path=path!("/termos") view=|| view! { <texts::Text name="terms" /> } />
                <Route path=path!("/regras") view=|| view! { <texts::Text name="rules" /> } />
            </Routes>
        </Router>
    }
}

/// What stands in the place of a page.
#[derive(Clone, PartialEq)]
enum Inner {
    Nothing,
    Unreachable,
    LogIn,
    Suspended,
    /// To these texts.
    Agreement(String),
    Page,
}

/// What only somebody who is logged in sees.
#[component]
fn Inside(children: ChildrenFn) -> impl IntoView {
    let session = expect_context::<Session>();
    let was_inside = StoredValue::new(false);
    let state = Memo::new(move |_| match session.standing() {
        Standing::Unknown => Inner::Nothing,
        Standing::Unreachable => Inner::Unreachable,
        Standing::Out => Inner::LogIn,
        Standing::In(user) if user.status == AccountStatus::Suspended => Inner::Suspended,
        Standing::In(user) => user.must_accept_texts.map_or(Inner::Page, Inner::Agreement),
    });
    move || match state.get() {
        Inner::Nothing => ().into_any(),
        Inner::Unreachable => view! { <states::Unreachable retry=move || session.resume() /> }.into_any(),
        // Who was led here logs in and goes on; who logged out leaves nothing of where they were.
        Inner::LogIn if was_inside.get_value() => view! { <Redirect path="/entrar" /> }.into_any(),
        Inner::LogIn => view! { <Redirect path=login::on_the_way_here() /> }.into_any(),
        Inner::Suspended => view! { <states::Suspended /> }.into_any(),
        Inner::Agreement(version) => view! { <agreement::Agreement version /> }.into_any(),
        Inner::Page => {
            was_inside.set_value(true);
            children().into_any()
        }
    }
}
