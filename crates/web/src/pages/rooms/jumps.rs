//! Ways into what was missed: the first unread message, and one mention after the other.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::events::Mentioned;
use praca_api::{Page, Seq};

use crate::components::Icon;
use crate::language::language;
use crate::model::{Goal, Open};
use crate::net::Answer;
use crate::square::Square;

/// So many of the newest messages are in view when a room opens.
const IN_VIEW: i64 = 6;

/// The bar; nothing while nothing was missed.
#[component]
pub fn Jumps() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let mentions = read_mentions(square);
    // Where it begins, as long as it is further back than what is shown.
    let first_unread = Memo::new(move |_| {
        square.model.with(|model| {
            let open = model.open.as_ref()?;
            open.first_unread.filter(|seq| open.messages.first().is_some_and(|message| *seq < message.seq))
        })
    });
    let next = move |_| {
        if let Some(seq) = mentions.try_update(|ahead| (!ahead.is_empty()).then(|| ahead.remove(0))).flatten() {
            square.go_to(Goal::Message(seq));
        }
    };
    // One that stands among the newest is in view already.
    let count = Memo::new(move |_| {
        let last = square.model.with(|model| model.open.as_ref().map_or(Seq::ZERO, Open::last_seq));
        mentions.with(|ahead| ahead.iter().filter(|seq| seq.0 + IN_VIEW < last.0).count())
    });
    let any_mention = Memo::new(move |_| count.get() > 0);
    let any = Memo::new(move |_| first_unread.get().is_some() || any_mention.get());
    view! {
        <Show when=move || any.get()>
            <div class="pinned jumps">
                {move || first_unread.get().map(|seq| view! {
                    <button type="button" class="btn btn--sm" on:click=move |_| square.go_to(Goal::Message(seq))>
                        <Icon name="arrow-up" />{t!(i18n, chat.first_unread)}
                    </button>
                })}
                <Show when=move || any_mention.get()>
                    <button type="button" class="btn btn--sm btn--sun" on:click=next>
                        <Icon name="at-sign" />{move || t_string!(i18n, chat.next_mention, count = count.get())}
                    </button>
                </Show>
            </div>
        </Show>
    }
}

/// Where the person is named in what was unread when the room was opened.
fn read_mentions(square: Square) -> RwSignal<Vec<Seq>> {
    let mentions = RwSignal::new(Vec::new());
    let unread_from = Memo::new(move |_| {
        let from = |open: &Open| Some((open.id, open.first_unread?));
        square.model.with(|model| model.open.as_ref().and_then(from))
    });
    Effect::new(move |_| {
        mentions.set(Vec::new());
        let Some((id, first)) = unread_from.get() else { return };
        spawn_local(async move {
            let path = format!("/rooms/{id}/mentions?limit=100&seq={}", first.0 - 1);
            let page: Answer<Page<Mentioned>> = square.session.send(Method::GET, &path, None::<&()>).await;
            // Without an answer there is no way offered, as for a room without mentions.
            if let Ok(page) = page {
                mentions.try_set(page.items.into_iter().map(|mention| mention.seq).collect());
            }
        });
    });
    mentions
}
