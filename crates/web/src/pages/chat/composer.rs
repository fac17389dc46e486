//! Writing: the draft, slow mode's countdown, replying and editing.

use leptos::html;
use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::dms::DmState;
use praca_api::limits::{MESSAGE_CHARS, SNIPPET_CHARS};
use praca_api::messages::{Message, ReplyTo};
use praca_api::{ConversationId, MessageId};

use super::barred::{BlockedNotice, Silenced, SilencedNotice, UnverifiedNotice};
use super::mentioning::{LIST, Mentioning, Offered};
use super::pictures::{PictureButtons, PictureTiles, Pictures};
use crate::components::Icon;
use crate::language::language;
use crate::square::{HeldBack, Square, seconds};
use crate::store;

/// A message that is being changed.
#[derive(Clone, Copy)]
struct Edited {
    id: MessageId,
    /// Whether it has pictures, so that it may be without words.
    pictured: bool,
}

/// What is being written in the open room. Kept in this browser until it is sent.
#[derive(Clone, Copy)]
pub struct Draft {
    text: RwSignal<String>,
    reply: RwSignal<Option<ReplyTo>>,
    editing: RwSignal<Option<Edited>>,
    field: NodeRef<html::Textarea>,
    pictures: Pictures,
}

impl Draft {
    /// The draft of whichever room is open.
    pub fn new() -> Self {
        let square = expect_context::<Square>();
        let draft = Self {
            text: RwSignal::new(String::new()),
            reply: RwSignal::new(None),
            editing: RwSignal::new(None),
            field: NodeRef::new(),
            pictures: expect_context::<Pictures>(),
        };
        let room = Memo::new(move |_| square.model.with(|model| model.shown.map(|spot| spot.id)));
        Effect::new(move |_| {
            draft.reply.set(None);
            draft.editing.set(None);
            draft.pictures.waiting.set(None);
            draft.text.set(room.get().and_then(|room| store::read(&key(room))).unwrap_or_default());
        });
        Effect::new(move |_| {
            if let Some(held_back) =
                square.held_back.get().filter(|held_back| Some(held_back.room) == room.get_untracked())
            {
                draft.take_back(held_back);
                square.held_back.set(None);
            }
        });
        draft
    }

    /// Answers a message.
    pub fn reply_to(self, message: &Message) {
        self.editing.set(None);
        self.reply.set(Some(ReplyTo {
            id: message.id,
            seq: message.seq,
            author: message.author.clone(),
            snippet: praca_api::markup::snippet(&message.body, SNIPPET_CHARS),
            pictures: message.attachments.len(),
        }));
        self.focus();
    }

    /// Changes one's own message.
    pub fn edit(self, message: &Message) {
        self.reply.set(None);
        self.editing.set(Some(Edited { id: message.id, pictured: !message.attachments.is_empty() }));
        self.text.set(message.body.clone());
        self.focus();
    }

    /// A text that was held back comes before what has been written since.
    fn take_back(self, held_back: HeldBack) {
        let since = self.text.get_untracked();
        let text = if since.is_empty() { held_back.body } else { format!("{}\n{since}", held_back.body) };
        store::write(&key(held_back.room), &text);
        self.text.set(text);
        self.reply.update(|reply| *reply = reply.take().or(held_back.reply_to));
        self.pictures.take_back(held_back.room, held_back.pictures);
    }

    /// What stands before the cursor.
    fn before_cursor(self) -> String {
        let Some(field) = self.field.get_untracked() else { return String::new() };
        let cursor = field.selection_start().ok().flatten().unwrap_or_default() as usize;
        let units: Vec<u16> = field.value().encode_utf16().take(cursor).collect();
        String::from_utf16_lossy(&units)
    }

    /// Puts a handle where it was begun, and goes on behind it.
    fn insert_handle(self, square: Square, (handle, at): (String, u32)) {
        let Some(field) = self.field.get_untracked() else { return };
        let cursor = field.selection_start().ok().flatten().unwrap_or_default();
        // A field that is in the page takes it.
        if field.set_range_text_with_start_and_end(&format!("@{handle} "), at, cursor).is_ok() {
            let behind = at + u32::try_from(handle.len()).unwrap_or_default() + 2;
            let _ = field.set_selection_range(behind, behind);
            self.typed(square, field.value());
        }
    }

    fn cancel(self, room: Option<ConversationId>) {
        if self.editing.get_untracked().is_some() {
            self.text.set(room.and_then(|room| store::read(&key(room))).unwrap_or_default());
        }
        self.editing.set(None);
        self.reply.set(None);
        self.focus();
    }

    fn focus(self) {
        request_animation_frame(move || {
            if let Some(field) = self.field.get_untracked() {
                let _ = field.focus();
            }
        });
    }
}

fn key(room: ConversationId) -> String {
    format!("praca.draft.{room}")
}

/// The clocks of slow mode, as they run down here.
#[derive(Clone, Copy)]
struct Clock {
    /// Seconds left, rounded up.
    left: Memo<f64>,
    /// Seconds of the whole wait.
    total: Signal<f64>,
    /// Whether there ever was a wait in this room, so that its end is said.
    known: Signal<bool>,
}

impl Clock {
    fn new(square: Square) -> Self {
        let now = seconds();
        let slow = move || square.model.with(|model| model.open.as_ref().and_then(|open| open.slow));
        Self {
            left: Memo::new(move |_| slow().map_or(0.0, |(until, _)| ((until - now.get()) / 1_000.0).ceil().max(0.0))),
            total: Signal::derive(move || slow().map_or(1.0, |(_, total)| total / 1_000.0)),
            known: Signal::derive(move || slow().is_some()),
        }
    }

    fn runs(self) -> bool {
        self.left.get() > 0.0
    }
}

impl Draft {
    fn is_too_long(self) -> bool {
        self.text.with(|text| text.chars().count() > MESSAGE_CHARS)
    }

    /// Sends what is written, or stores the change; during slow mode the draft stays where it is.
    fn send(self, square: Square, clock: Clock) {
        let text = self.text.get_untracked();
        let Some(spot) = square.shown() else { return };
        let room = spot.id;
        let (alone, ready) = untrack(|| (self.pictures.is_empty(), self.pictures.are_ready()));
        let editing = self.editing.get_untracked();
        let alone = editing.map_or(alone, |edited| !edited.pictured);
        if (alone && praca_api::text::is_blank(&text)) || untrack(|| self.is_too_long()) {
            return;
        }
        if let Some(edited) = editing {
            square.edit(edited.id, text);
            self.cancel(Some(room));
            return;
        }
        if clock.left.get_untracked() > 0.0 {
            return;
        }
        if !ready {
            // It leaves with its pictures.
            self.pictures.waiting.set((!untrack(|| self.pictures.are_stuck())).then_some(spot.id));
            return;
        }
        let reply = self.reply.get_untracked();
        self.reply.set(None);
        self.text.set(String::new());
        store::forget(&key(room));
        square.send(spot, text, reply, self.pictures.hand_over());
    }

    /// What waits for its pictures leaves with them, unless something else is being written by then.
    fn send_when_due(self, square: Square, clock: Clock) {
        let due = Memo::new(move |_| self.pictures.are_due());
        Effect::new(move |_| {
            if due.get() {
                self.pictures.waiting.set(None);
                if self.editing.get_untracked().is_none() {
                    self.send(square, clock);
                }
            }
        });
    }

    fn typed(self, square: Square, text: String) {
        let room = square.shown().map(|spot| spot.id);
        if let Some(room) = room.filter(|_| self.editing.get_untracked().is_none()) {
            store::write(&key(room), &text);
            square.typing();
        }
        self.text.set(text);
    }
}

/// The form.
#[component]
pub fn Composer(draft: Draft) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let clock = Clock::new(square);
    let name = move || square.model.with(|model| model.shown_name().unwrap_or_default());
    let mentioning = Mentioning::new(square);
    let choose = Callback::new(move |taken: (String, u32)| draft.insert_handle(square, taken));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        draft.send(square, clock);
    };
    let pictures = draft.pictures;
    draft.send_when_due(square, clock);
    let blocked = move || clock.runs() && draft.editing.get().is_none();
    let silence = Memo::new(move |_| Silenced::of(square));
    let barred = Memo::new(move |_| square.model.with(|m| m.open_dm().is_some_and(|dm| dm.state == DmState::Blocked)));
    let unproved = Memo::new(move |_| square.session.user().is_some_and(|user| user.must_verify_email));
    let closed = move || silence.get().is_some() || barred.get() || unproved.get();
    pictures.take_dropped(move || untrack(closed));
    view! {
        <Show when=move || silence.get().is_some()><SilencedNotice silence /></Show>
        <Show when=move || barred.get() && silence.get().is_none()><BlockedNotice /></Show>
        <Show when=move || unproved.get() && silence.get().is_none() && !barred.get()><UnverifiedNotice /></Show>
        <form class="composer" hidden=closed aria-label=move || t_string!(i18n, chat.write, room = name()) on:submit=submit>
            <Offered mentioning choose />
            <div class="composer-box">
                <Show when=blocked><SlowNotice clock /></Show>
                <SlowSaid clock />
                <ContextLine draft />
                <PictureTiles pictures />
                <div class="composer-line">
                    <PictureButtons pictures />
                    <Field draft mentioning choose clock />
                    <button
                        type="submit" class="icon-btn icon-btn--send" aria-disabled=move || (blocked() || draft.is_too_long()).then_some("true")
                        aria-label=move || if blocked() { t_string!(i18n, chat.send_wait) } else { t_string!(i18n, chat.send) }
                    >
                        <Icon name="send-horizontal" />
                    </button>
                </div>
                <Show when=move || draft.is_too_long()><p class="composer-context" role="alert">{t!(i18n, chat.long)}</p></Show>
            </div>
        </form>
    }
}

/// Where one writes. While people are offered, the arrows, Enter and Escape are theirs.
#[component]
fn Field(draft: Draft, mentioning: Mentioning, choose: Callback<(String, u32)>, clock: Clock) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let name = move || square.model.with(|model| model.shown_name().unwrap_or_default());
    let keys = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" | "ArrowUp" if mentioning.is_open() => {
            event.prevent_default();
            mentioning.step(event.key() == "ArrowDown");
        }
        "Enter" | "Tab" if mentioning.is_open() && !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            if let Some(taken) = mentioning.take() {
                choose.run(taken);
            }
        }
        "Escape" if mentioning.is_open() => mentioning.close(),
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            draft.send(square, clock);
        }
        "Escape" => draft.cancel(square.shown().map(|spot| spot.id)),
        _ => {}
    };
    let typed = move |event: leptos::ev::Event| {
        draft.typed(square, event_target_value(&event));
        mentioning.typed(&draft.before_cursor());
    };
    let pasted = move |event: web_sys::ClipboardEvent| {
        let files = event.clipboard_data().and_then(|data| data.files()).filter(|files| files.length() > 0);
        if files.is_some() {
            event.prevent_default();
            draft.pictures.add(files);
        }
    };
    let invalid = move || draft.is_too_long().then_some("true");
    view! {
        <label class="visually-hidden" for="texto">{move || t_string!(i18n, chat.write, room = name())}</label>
        <textarea
            id="texto" rows="1" node_ref=draft.field placeholder=move || t_string!(i18n, chat.placeholder, room = name())
            aria-invalid=invalid prop:value=move || draft.text.get() aria-autocomplete="list" aria-controls=LIST
            aria-activedescendant=move || mentioning.active() on:input=typed on:keydown=keys on:paste=pasted on:blur=move |_| mentioning.close()
        ></textarea>
    }
}

/// Speaks when a wait begins and when it ends, and not between.
#[component]
fn SlowSaid(clock: Clock) -> impl IntoView {
    let i18n = language();
    let runs = Memo::new(move |_| clock.runs());
    let said = move || match (runs.get(), clock.known.get()) {
        (true, _) => t_string!(i18n, chat.wait_say, seconds = clock.total.get_untracked().ceil()),
        (false, true) => t_string!(i18n, chat.may_write).to_owned(),
        (false, false) => String::new(),
    };
    view! { <p class="visually-hidden" role="status">{said}</p> }
}

/// The ring and the seconds; they tick in silence.
#[component]
fn SlowNotice(clock: Clock) -> impl IntoView {
    let i18n = language();
    let arc = move || format!("{} 100", (100.0 * clock.left.get() / clock.total.get().max(1.0)).round());
    view! {
        <div class="slow">
            <svg class="ring" viewBox="0 0 36 36" aria-hidden="true">
                <circle class="ring-track" cx="18" cy="18" r="15" />
                <circle class="ring-bar" cx="18" cy="18" r="15" pathLength="100" stroke-dasharray=arc />
            </svg>
            <p><span aria-hidden="true">{t!(i18n, chat.wait)}" "<b><span data-left="">{move || clock.left.get()}</span>" s"</b>" — "{t!(i18n, chat.slow_mode)}</span></p>
            <span class="muted head-wide">{t!(i18n, chat.draft_kept)}</span>
        </div>
    }
}

/// What is being answered or changed.
#[component]
fn ContextLine(draft: Draft) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let text = move || match (draft.editing.get(), draft.reply.get()) {
        (Some(_), _) => Some(t_string!(i18n, chat.editing).to_owned()),
        (None, Some(reply)) => {
            let name = reply.author.map(|author| author.display_name).unwrap_or_default();
            Some(format!("{} · {}", t_string!(i18n, chat.replying, name = name), reply.snippet))
        }
        (None, None) => None,
    };
    let cancel = move |_| draft.cancel(square.shown().map(|spot| spot.id));
    view! {
        {move || text().map(|text| view! {
            <div class="composer-context">
                <p>{text}</p>
                <button type="button" class="icon-btn icon-btn--sm" aria-label=move || t_string!(i18n, chat.cancel) on:click=cancel><Icon name="x" /></button>
            </div>
        })}
    }
}
