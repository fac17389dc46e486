//! Messages on their way, below those that arrived.

use leptos::prelude::*;
use leptos_i18n::t;

use crate::components::{Icon, count_pictures};
use crate::language::language;
use crate::model::Outgoing;
use crate::square::Square;

/// One row a message.
#[component]
pub fn Outbox() -> impl IntoView {
    let square = expect_context::<Square>();
    let outbox = Memo::new(move |_| square.model.with(|model| model.leaving().cloned().collect::<Vec<_>>()));
    view! { <For each=move || outbox.get() key=|outgoing| (outgoing.nonce.clone(), outgoing.failed) children=|outgoing| view! { <Row outgoing /> } /> }
}

#[component]
fn Row(outgoing: Outgoing) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let (again, away) = (outgoing.nonce.clone(), outgoing.nonce.clone());
    view! {
        <li class="group" data-own="">
            <span></span>
            <div class="group-body">
                <article class="msg" data-state=if outgoing.failed { "failed" } else { "sending" }>
                    <div class="msg-line">
                        <p class="text">{outgoing.body}</p>
                        {(!outgoing.pictures.is_empty()).then(|| view! { <p class="small muted">{count_pictures(i18n, outgoing.pictures.len())}</p> })}
                        <p class="meta">
                            {if outgoing.failed {
                                view! {
                                    <Icon name="circle-alert" /><span>{t!(i18n, chat.failed)}</span>
                                    <button type="button" class="link-btn link-btn--danger" on:click=move |_| square.retry(again.clone())>{t!(i18n, chat.retry)}</button>
                                    <button type="button" class="link-btn" on:click=move |_| square.discard(&away)>{t!(i18n, chat.discard)}</button>
                                }.into_any()
                            } else {
                                view! { <Icon name="loader-circle" /><span class="visually-hidden">{t!(i18n, chat.sending)}</span> }.into_any()
                            }}
                        </p>
                    </div>
                </article>
            </div>
        </li>
    }
}
