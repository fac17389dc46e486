//! Pinned messages: the newest in a bar, all of them in a dialog, and the way to each.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::rooms::Pin;
use praca_api::{MessageId, Page, Seq};

use crate::components::{Dialog, Icon};
use crate::format;
use crate::language::language;
use crate::model::{Goal, Spot};
use crate::net::Answer;
use crate::pages::card::Name;
use crate::square::Square;

/// The bar and the dialog; nothing while nothing is pinned.
#[component]
pub fn Pins() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let pins = read_pins(square);
    let all = RwSignal::new(false);
    let newest = Memo::new(move |_| pins.with(|pins| pins.first().cloned()));
    let count = Memo::new(move |_| pins.with(Vec::len));
    let go = move |seq: Seq| {
        all.set(false);
        square.go_to(Goal::Message(seq));
    };
    view! {
        {move || newest.get().map(|pin| {
            let seq = pin.message.seq;
            let text = praca_api::markup::snippet(&pin.message.body, 160);
            view! {
                <div class="pinned">
                    <Icon name="pin" />
                    <p><b>{t!(i18n, pins.one)}</b>" "<button type="button" class="link-btn" on:click=move |_| go(seq)>{text}</button></p>
                    <button type="button" class="link-btn small" on:click=move |_| all.set(true)>{move || t_string!(i18n, pins.all, count = count.get())}</button>
                </div>
            }
        })}
        <Dialog open=all id="fixadas-titulo" title=Signal::derive(move || t_string!(i18n, pins.title).to_owned())>
            <ul class="rows">
                <For each=move || pins.get() key=|pin| (pin.message.id, pin.message.rev) children=move |pin| view! { <Row pin go=Callback::new(go) /> } />
            </ul>
            <div class="dialog-actions">
                <button type="button" class="btn" on:click=move |_| all.set(false)>{t!(i18n, card.close)}</button>
            </div>
        </Dialog>
    }
}

/// The pins of the open room, read again when one comes.
fn read_pins(square: Square) -> Memo<Vec<Pin>> {
    let wish =
        Memo::new(move |_| square.model.with(|model| model.open_room().map(|room| (room.room.id, model.pins_changed))));
    Effect::new(move |_| {
        let Some((id, _)) = wish.get() else { return };
        spawn_local(async move {
            let path = format!("/rooms/{id}/pins?limit=50");
            let page: Answer<Page<Pin>> = square.session.send(Method::GET, &path, None::<&()>).await;
            // Without an answer the next pin, or the next visit, reads them.
            let Ok(page) = page else { return };
            square.model.update(|model| {
                if model.shown == Some(Spot::room(id)) {
                    model.pins = page.items;
                }
            });
        });
    });
    Memo::new(move |_| square.model.with(|model| model.pins.clone()))
}

#[component]
fn Row(pin: Pin, go: Callback<Seq>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let (seq, at) = (pin.message.seq, pin.pinned_at);
    let (id, by): (MessageId, _) = (pin.message.id, pin.pinned_by);
    view! {
        <li>
            <div class="grow">
                <p>{pin.message.author.map(|author| view! { <b><Name author /></b>": " })}{praca_api::markup::snippet(&pin.message.body, 200)}</p>
                <p class="small muted">{t!(i18n, pins.by)}" "<Name author=by />", "{move || format::moment(i18n.get_locale(), at)}</p>
            </div>
            <button type="button" class="btn btn--sm" on:click=move |_| go.run(seq)>{t!(i18n, pins.go)}</button>
            <Show when=move || square.keeps_order()>
                <button type="button" class="btn btn--sm btn--quiet" on:click=move |_| square.pin(id, false)>{t!(i18n, pins.unpin)}</button>
            </Show>
        </li>
    }
}
