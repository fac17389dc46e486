//! What has just come, in a corner of the page for a while.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::notifications::Notification;

use crate::components::Icon;
use crate::language::language;
use crate::square::Square;
use crate::told;

/// The corner.
#[component]
pub fn News() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    view! {
        <div class="toasts" role="status">
            <Show when=move || square.stale.get()>
                <div class="toast">
                    <Icon name="info" />
                    <span class="grow">{t!(i18n, link.stale)}</span>
                    // A page that cannot reload is on its way out.
                    <button type="button" class="link-btn" on:click=move |_| drop(window().location().reload())>{t!(i18n, link.reload)}</button>
                </div>
            </Show>
            <For each=move || square.news().get() key=|item| item.id children=move |item| view! { <Toast item /> } />
        </div>
    }
}

#[component]
fn Toast(item: Notification) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let id = item.id;
    let way = told::way(&item);
    let icon = told::icon(item.code);
    let text = told::detail(i18n, &item);
    view! {
        <div class="toast">
            <Icon name=icon />
            <span class="grow">
                <b>{told::headline(i18n, &item)}</b>
                {(!text.is_empty()).then(|| view! { <span class="toast-text">{text}</span> })}
            </span>
            {way.map(|way| view! { <a class="link-btn" href=way on:click=move |_| square.hide_news(id)>{t!(i18n, notices.open)}</a> })}
            <button
                type="button" class="icon-btn" aria-label=move || t_string!(i18n, notices.close) title=move || t_string!(i18n, notices.close)
                on:click=move |_| square.hide_news(id)
            >
                <Icon name="x" />
            </button>
        </div>
    }
}
