//! A dialog: the browser's own, which keeps the focus and gives it back.

use leptos::html;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};

/// A dialog that is open while `open` is; its content is made anew each time.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    /// Names the dialog among the others of the page.
    id: &'static str,
    #[prop(into)] title: Signal<String>,
    #[prop(default = "dialog")] class: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    // Whether it is about to open: what the browser tells of its last closing is no wish then.
    let opening = StoredValue::new(false);
    Effect::new(move |_| {
        let wanted = open.get();
        let Some(dialog) = dialog.get() else { return };
        opening.set_value(wanted);
        // After its content is there, so that the first field gets the focus, and before the next key, which is meant for it.
        spawn_local(async move {
            tick().await;
            match (wanted, dialog.open()) {
                // A dialog that is in the page opens.
                (true, false) => drop(dialog.show_modal()),
                (false, true) => dialog.close(),
                _ => {}
            }
            // The page may be gone by now.
            let _ = opening.try_set_value(false);
        });
    });
    // Browsers tell of a dialog they closed some frames later; it may be open again by then.
    let closed = move |_| {
        let is_open = dialog.get_untracked().is_some_and(|dialog| dialog.open());
        if !opening.get_value() && !is_open {
            open.set(false);
        }
    };
    let cancelled = move |event: leptos::ev::Event| {
        event.prevent_default();
        open.set(false);
    };
    view! {
        <dialog class=class node_ref=dialog aria-labelledby=id on:cancel=cancelled on:close=closed>
            <h2 id=id>{move || title.get()}</h2>
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
}
