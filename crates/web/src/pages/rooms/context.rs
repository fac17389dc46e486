//! What there is to know of the open room.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};

use super::square::Square;
use crate::components::{Icon, language};

/// The pane.
#[component]
pub fn About(about: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let room = Memo::new(move |_| square.model.with(|model| model.open_room().map(|room| room.room.clone())));
    let clock = move |seconds: u32, text: String| (seconds > 0).then(|| view! { <li>{text}</li> });
    view! {
        <section class="pane-context" id="contexto" aria-label=move || t_string!(i18n, rooms.about)>
            <div class="pane-head">
                <button type="button" class="icon-btn only-phone" aria-label=move || t_string!(i18n, rooms.close) on:click=move |_| about.set(false)>
                    <Icon name="arrow-left" />
                </button>
                <div class="pane-title"><h2>{t!(i18n, rooms.about)}</h2></div>
                <button type="button" class="icon-btn only-narrow not-phone" aria-label=move || t_string!(i18n, rooms.close) on:click=move |_| about.set(false)>
                    <Icon name="x" />
                </button>
            </div>
            <div class="pane-scroll" tabindex="0" role="group" aria-label=move || t_string!(i18n, rooms.about)>
                {move || room.get().map(|room| view! {
                    <section class="panel"><p class="small">{room.topic}</p></section>
                    {room.silence.map(|silence| view! {
                        <section class="panel"><h3>{t!(i18n, rooms.silenced)}</h3><p class="small">{silence.reason}</p></section>
                    })}
                    <section class="panel">
                        <h3>{t!(i18n, rooms.rules)}</h3>
                        <ul class="rules">
                            {clock(room.interval_global_seconds, t_string!(i18n, rooms.slow_global, seconds = room.interval_global_seconds))}
                            {clock(room.per_user_seconds, t_string!(i18n, rooms.slow_user, seconds = room.per_user_seconds))}
                            {(room.interval_global_seconds + room.per_user_seconds == 0).then(|| view! { <li>{t!(i18n, rooms.no_slow)}</li> })}
                        </ul>
                    </section>
                    <section class="panel"><p class="small muted">{t!(i18n, rooms.online, count = move || room.online)}</p></section>
                })}
            </div>
        </section>
    }
}
