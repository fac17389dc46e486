//! Places where there is nothing: a drawing, what it is, and a next step.

use leptos::prelude::*;

/// An empty place; `drawing` names a symbol of the page's sprite.
#[component]
pub fn Empty(
    drawing: &'static str,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <svg class="il" viewBox="0 0 152 112" aria-hidden="true"><use href=format!("#il-{drawing}") /></svg>
            <h2>{move || title.get()}</h2>
            <p>{move || text.get()}</p>
            {children.map(|children| children())}
        </div>
    }
}
