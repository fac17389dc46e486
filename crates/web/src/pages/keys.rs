//! Keys that work anywhere on the page, and the focus when a phone shows another pane.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use crate::square::{Scope, Square};

/// The panes, in the order F6 goes through them.
const PANES: [&str; 3] = [".pane-list", ".pane-main", ".pane-context"];

/// Ctrl+K looks for something, on every page.
pub fn find(square: Square) {
    let pressed = window_event_listener(ev::keydown, move |event| {
        if event.key() == "k" && (event.ctrl_key() || event.meta_key()) && !event.alt_key() {
            event.prevent_default();
            square.look(Scope::default());
        }
    });
    on_cleanup(move || pressed.remove());
}

/// F6 and Shift+F6 go from pane to pane; Alt with an arrow opens the next conversation, with Shift the next unread one, as
/// `next` says for (forward, unread).
pub fn follow(next: impl Fn(bool, bool) -> Option<String> + 'static) {
    let navigate = use_navigate();
    let pressed = window_event_listener(ev::keydown, move |event| match event.key().as_str() {
        "F6" => {
            event.prevent_default();
            next_pane(!event.shift_key());
        }
        "ArrowUp" | "ArrowDown" if event.alt_key() && !event.ctrl_key() => {
            event.prevent_default();
            if let Some(next) = next(event.key() == "ArrowDown", event.shift_key()) {
                navigate(&next, NavigateOptions::default());
            }
        }
        _ => {}
    });
    on_cleanup(move || pressed.remove());
}

/// On a phone the focus follows to the title of the pane that is shown, as soon as it is there.
pub fn focus_shown_pane(pane: Signal<&'static str>, square: Square) {
    let pane = Memo::new(move |_| (pane.get(), square.model.with(|model| model.open.is_some())));
    // The pane that waits for its title.
    let waiting = StoredValue::new(None);
    Effect::new(move |before: Option<&'static str>| {
        let (now, _) = pane.get();
        let phone = window().match_media("(width < 46rem)").ok().flatten().is_some_and(|query| query.matches());
        if phone && before.is_some_and(|before| before != now) {
            waiting.set_value(Some(now));
        }
        request_animation_frame(move || {
            if waiting.try_get_value().flatten().is_some_and(|pane| focus_title(&format!(".pane-{pane}"))) {
                waiting.set_value(None);
            }
        });
        now
    });
}

fn next_pane(forward: bool) {
    let focused = document().active_element();
    let here = focused.and_then(|focused| PANES.iter().position(|pane| matches!(focused.closest(pane), Ok(Some(_)))));
    let count = PANES.len();
    let step = if forward { 1 } else { count - 1 };
    let start = here.map_or(if forward { 0 } else { count - 1 }, |here| (here + step) % count);
    // A pane that is not shown takes no focus; then it is the next one's turn.
    let _ = (0..count).filter_map(|turn| PANES.get((start + turn * step) % count)).any(|pane| focus_title(pane));
}

/// False if the pane is not shown.
fn focus_title(pane: &str) -> bool {
    let title = document().query_selector(&format!("{pane} h2")).ok().flatten();
    let Some(title) = title.and_then(|title| title.dyn_into::<HtmlElement>().ok()) else { return false };
    title.offset_width() > 0 && title.focus().is_ok()
}
