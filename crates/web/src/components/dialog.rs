//! A dialog: the browser's own, which keeps the focus and gives it back.

use leptos::html;
use leptos::prelude::*;

/// A dialog that is open while `open` is; its content is made anew each time.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    /// Names the dialog among the others of the page.
    id: &'static str,
    #[prop(into)] title: Signal<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = open.get();
        let Some(dialog) = dialog.get() else { return };
        // After its content is there, so that the first field gets the focus.
        request_animation_frame(move || match (wanted, dialog.open()) {
            // A dialog that is in the page opens.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        });
    });
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby=id on:close=move |_| open.set(false)>
            <h2 id=id>{move || title.get()}</h2>
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
}
