//! Pages that stand in for others: on its way, suspended, out of reach, unknown address.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};

use crate::components::{Empty, LegalLinks};
use crate::format;
use crate::language::language;
use crate::session::Session;

/// The frame of a page without rail: something in the middle, the legal strip below.
#[component]
pub fn Alone(children: Children) -> impl IntoView {
    view! {
        <div class="shell" data-pane="main" data-layout="single">
            <main class="panes" id="conteudo" tabindex="-1"><section class="pane-main pane-alone">{children()}</section></main>
            <footer class="legal"><LegalLinks /></footer>
        </div>
    }
}

/// The page is on its way. One that comes quickly comes before this is seen.
#[component]
pub fn Coming() -> impl IntoView {
    let i18n = language();
    view! {
        <Alone>
            <h1 class="visually-hidden">"Praça"</h1>
            <div class="empty late" role="status">
                <svg class="il" viewBox="0 0 152 112" aria-hidden="true"><use href="#il-bench" /></svg>
                <p>{t!(i18n, rooms.loading)}</p>
            </div>
        </Alone>
    }
}

/// All a suspended person sees: why, until when, and the way out.
#[component]
pub fn Suspended() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    view! {
        <Alone>
            <div class="empty" role="status">
                <svg class="il" viewBox="0 0 152 112" aria-hidden="true"><use href="#il-gate" /></svg>
                <h1>{t!(i18n, status.suspended_title)}</h1>
                <p>{t!(i18n, status.suspended)}</p>
                {move || session.user().and_then(|user| user.status_reason).map(|reason| view! {
                    <p>{move || t_string!(i18n, status.reason, reason = reason.clone())}</p>
                })}
                {move || session.user().and_then(|user| user.status_until).map(|until| view! {
                    <p>{move || t_string!(i18n, status.until, when = format::moment(i18n.get_locale(), until))}</p>
                })}
                <button type="button" class="btn" on:click=move |_| session.leave(false)>{t!(i18n, profile.log_out)}</button>
            </div>
        </Alone>
    }
}

/// The server is out of reach as the page opens; it tries again by itself.
#[component]
pub fn Unreachable<F>(
    /// Tries at once.
    retry: F,
) -> impl IntoView
where
    F: Fn() + Clone + Send + Sync + 'static,
{
    let i18n = language();
    view! {
        <Alone>
            <h1 class="visually-hidden">"Praça"</h1>
            <Empty
                drawing="lamp" title=Signal::derive(move || t_string!(i18n, link.away_title).to_owned())
                text=Signal::derive(move || t_string!(i18n, link.away).to_owned())
            >
                <button type="button" class="btn" on:click={let retry = retry.clone(); move |_| retry()}>{t!(i18n, link.try_now)}</button>
            </Empty>
        </Alone>
    }
}

/// An address nobody lives at.
#[component]
pub fn Lost() -> impl IntoView {
    let i18n = language();
    Effect::new(move |_| document().set_title(&format!("{} · Praça", t_string!(i18n, app.lost_title))));
    view! {
        <Alone>
            <h1 class="visually-hidden">"Praça"</h1>
            <Empty
                drawing="lost" title=Signal::derive(move || t_string!(i18n, app.lost_title).to_owned())
                text=Signal::derive(move || t_string!(i18n, app.lost).to_owned())
            >
                <a class="btn btn--primary" href="/salas">{t!(i18n, app.to_square)}</a>
            </Empty>
        </Alone>
    }
}
