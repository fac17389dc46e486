//! The menu of a message: one for the whole log, opened from whichever message it is about.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::MessageId;
use praca_api::messages::Message;

use super::composer::Draft;
use crate::bindings::copy_text;
use crate::components::{Dialog, Icon};
use crate::language::language;
use crate::pages::rooms::silence::Silencing;
use crate::square::Square;

/// Its id in the page.
pub const MENU: &str = "menu-msg";
/// Emoji offered at once.
const QUICK: [&str; 6] = ["👍", "❤️", "😂", "😮", "🎉", "🙏"];

/// Which message it is about.
#[derive(Clone, Copy)]
pub struct Menu {
    /// Where answers and changes are written.
    pub draft: Draft,
    chosen: RwSignal<Option<Arc<Message>>>,
    open: RwSignal<bool>,
    /// A message somebody is about to delete.
    deleting: RwSignal<bool>,
}

impl Menu {
    /// About no message yet.
    pub fn new(draft: Draft) -> Self {
        Self { draft, chosen: RwSignal::new(None), open: RwSignal::new(false), deleting: RwSignal::new(false) }
    }

    /// It is about this message.
    pub fn choose(self, message: &Arc<Message>) {
        self.chosen.set(Some(message.clone()));
    }

    /// Whether it is open, and about this message.
    pub fn is_open_for(self, id: MessageId) -> bool {
        self.open.get() && self.chosen.with(|chosen| chosen.as_ref().is_some_and(|message| message.id == id))
    }
}

/// The menu, and the question before deleting.
#[component]
pub fn MessageMenu() -> impl IntoView {
    let i18n = language();
    let menu = expect_context::<Menu>();
    let node = NodeRef::<html::Div>::new();
    let toggled = move |_| {
        menu.open.set(node.get_untracked().is_some_and(|menu| menu.matches(":popover-open").unwrap_or(false)));
    };
    view! {
        <div class="menu" id=MENU node_ref=node popover="auto" role="group" aria-label=move || t_string!(i18n, chat.actions) on:toggle=toggled>
            {move || menu.chosen.get().map(|message| view! { <Entries message /> })}
        </div>
        <Dialog open=menu.deleting id="apagar-titulo" title=Signal::derive(move || t_string!(i18n, chat.delete_title).to_owned())>
            <DeleteQuestion />
        </Dialog>
    }
}

#[component]
fn Entries(message: Arc<Message>) -> impl IntoView {
    let i18n = language();
    let menu = expect_context::<Menu>();
    let square = expect_context::<Square>();
    let silencing = expect_context::<Silencing>();
    let (room, id, pinned) = (message.conversation_id, message.id, message.pinned_at.is_some());
    let author = message.author.clone();
    let own = author.as_ref().map(|author| author.id) == untrack(|| square.me());
    let keeps_order = untrack(|| square.keeps_order());
    let quick = QUICK.map(|emoji| {
        view! {
            <button type="button" aria-label=emoji popovertarget=MENU popovertargetaction="hide" on:click=move |_| square.react(id, emoji.to_owned(), true)>
                {emoji}
            </button>
        }
    });
    let (answered, edited, copied) = (message.clone(), message.clone(), message.body.clone());
    view! {
        <div class="emoji-row">{quick.into_iter().collect_view()}</div>
        <button type="button" popovertarget=MENU popovertargetaction="hide" on:click=move |_| menu.draft.reply_to(&answered)>
            <Icon name="reply" />{t!(i18n, chat.reply)}<kbd class="not-phone">"R"</kbd>
        </button>
        <button type="button" popovertarget=MENU popovertargetaction="hide" on:click=move |_| copy(copied.clone())>
            <Icon name="copy" />{t!(i18n, chat.copy)}
        </button>
        {own.then(|| view! {
            <button type="button" popovertarget=MENU popovertargetaction="hide" on:click=move |_| menu.draft.edit(&edited)>
                <Icon name="square-pen" />{t!(i18n, chat.edit)}<kbd class="not-phone">"E"</kbd>
            </button>
        })}
        {keeps_order.then(|| view! {
            <button type="button" popovertarget=MENU popovertargetaction="hide" on:click=move |_| square.pin(id, !pinned)>
                <Icon name="pin" />{if pinned { t_string!(i18n, pins.unpin) } else { t_string!(i18n, pins.pin) }}
            </button>
        })}
        {(own || keeps_order).then(|| view! {
            <hr />
            <button type="button" data-tone="danger" popovertarget=MENU popovertargetaction="hide" on:click=move |_| menu.deleting.set(true)>
                <Icon name="trash-2" />{t!(i18n, chat.delete)}
            </button>
        })}
        {author.filter(|_| keeps_order && !own).map(|author| view! {
            <button type="button" data-tone="danger" popovertarget=MENU popovertargetaction="hide" on:click=move |_| silencing.ask(room, &author)>
                <Icon name="volume-x" />{t!(i18n, people.silence)}
            </button>
        })}
    }
}

#[component]
fn DeleteQuestion() -> impl IntoView {
    let i18n = language();
    let menu = expect_context::<Menu>();
    let square = expect_context::<Square>();
    let delete = move |_| {
        menu.deleting.set(false);
        if let Some(message) = menu.chosen.get_untracked() {
            square.delete(message.id);
        }
    };
    view! {
        <p>{t!(i18n, chat.delete_text)}</p>
        <div class="dialog-actions">
            <button type="button" class="btn" on:click=move |_| menu.deleting.set(false)>{t!(i18n, chat.delete_not)}</button>
            <button type="button" class="btn btn--danger" on:click=delete>{t!(i18n, chat.delete)}</button>
        </div>
    }
}

fn copy(text: String) {
    spawn_local(async move {
        // A browser that refuses says so itself.
        let _ = copy_text(&text).await;
    });
}
