//! Ways into what was missed: the first unread message, and one mention after the other.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::events::Mentioned;
use praca_api::{Page, Seq};

use crate::components::Icon;
use crate::language::language;
use crate::model::{Family, Goal, Open};
use crate::net::Answer;
use crate::square::Square;

/// So many of the newest messages are in view when a room opens.
const IN_VIEW: i64 = 6;

/// The bar; nothing while nothing was missed.
#[component]
pub fn Jumps() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    read_mentions(square);
    // Where it begins, as long as it is further back than what is shown.
    let first_unread = Memo::new(move |_| {
        square.model.with(|model| {
            let open = model.open.as_ref()?;
            open.first_unread.filter(|seq| open.messages.first().is_some_and(|message| *seq < message.seq))
        })
    });
    let next = move |_| {
        let taken = square.model.try_update(|model| model.open.as_mut().and_then(Open::take_ahead));
        if let Some(seq) = taken.flatten() {
            square.go_to(Goal::Message(seq));
        }
    };
    let count = Memo::new(move |_| square.model.with(|model| model.open.as_ref().map_or(0, |open| open.ahead.len())));
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

/// Reads where the person is named in what was unread when the room was opened.
fn read_mentions(square: Square) {
    let unread_from = Memo::new(move |_| {
        let from = |open: &Open| Some((open.id, open.first_unread.filter(|_| open.family == Family::Room)?));
        square.model.with(|model| model.open.as_ref().and_then(from))
    });
    Effect::new(move |_| {
        let Some((id, first)) = unread_from.get() else { return };
        spawn_local(async move {
            let path = format!("/rooms/{id}/mentions?limit=100&seq={}", first.0 - 1);
            let page: Answer<Page<Mentioned>> = square.session.send(Method::GET, &path, None::<&()>).await;
            // Without an answer there is no way offered, as for a room without mentions.
            let Ok(page) = page else { return };
            square.model.update(|model| {
                let last = model.open.as_ref().map_or(Seq::ZERO, Open::last_seq);
                // One that stands among the newest is in view already.
                let far = page.items.into_iter().map(|mention| mention.seq).filter(|seq| seq.0 + IN_VIEW < last.0);
                model.named_in_missed(id, far);
            });
        });
    });
}
