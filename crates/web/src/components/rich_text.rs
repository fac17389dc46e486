//! The formatting of messages, as elements and never as HTML from a message.

use leptos::prelude::*;
use praca_api::markup::{Block, Inline, parse};

/// A message's text.
#[component]
pub fn RichText(body: String) -> impl IntoView {
    parse(&body).into_iter().map(block).collect_view()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Paragraph(inlines) => view! { <p class="text">{inlines_view(inlines)}</p> }.into_any(),
        Block::Quote(inlines) => view! { <blockquote>{inlines_view(inlines)}</blockquote> }.into_any(),
        Block::Code(code) => view! { <pre><code>{code}</code></pre> }.into_any(),
    }
}

fn inlines_view(inlines: Vec<Inline>) -> Vec<AnyView> {
    inlines.into_iter().map(inline).collect()
}

fn inline(part: Inline) -> AnyView {
    match part {
        Inline::Text(text) => text.into_any(),
        Inline::Bold(inner) => view! { <strong>{inlines_view(inner)}</strong> }.into_any(),
        Inline::Italic(inner) => view! { <em>{inlines_view(inner)}</em> }.into_any(),
        Inline::Code(code) => view! { <code>{code}</code> }.into_any(),
        Inline::Link(url) => {
            let shown = url.clone();
            view! { <a href=url target="_blank" rel="noopener noreferrer nofollow ugc">{shown}</a> }.into_any()
        }
    }
}
