//! The formatting of messages, as elements and never as HTML from a message.

use leptos::prelude::*;
use praca_api::UserId;
use praca_api::markup::{Block, Inline, parse};
use praca_api::messages::{Mention, Span};

/// Stand for the names in a text while it is read: characters no text has a use for.
const FIRST: u32 = 0xF_0000;

/// A name in a text.
#[derive(Clone)]
enum Named {
    /// A person: their handle as it is now, and whether they are the reader.
    Person(String, bool),
    /// Everybody in the room.
    Everybody,
}

/// A message's text, and whom it names. `show` is given the handle of a name that is pressed.
#[component]
pub fn RichText(
    body: String,
    #[prop(default = Vec::new())] mentions: Vec<Mention>,
    #[prop(default = None)] here: Option<Span>,
    #[prop(default = None)] me: Option<UserId>,
    #[prop(optional)] show: Option<Callback<String>>,
) -> impl IntoView {
    let (body, names) = with_names(body, mentions, here, me);
    let names = Names { names, show };
    parse(&body).into_iter().map(|part| names.block(part)).collect_view()
}

/// The text with a character for each name in it, and the names.
fn with_names(body: String, mentions: Vec<Mention>, here: Option<Span>, me: Option<UserId>) -> (String, Vec<Named>) {
    if mentions.is_empty() && here.is_none() {
        return (body, Vec::new());
    }
    let person = |mention: Mention| {
        let span = Span { start: mention.start, end: mention.end };
        (span, Named::Person(mention.handle, Some(mention.user_id) == me))
    };
    let mut names: Vec<(Span, Named)> = mentions.into_iter().map(person).collect();
    names.extend(here.map(|span| (span, Named::Everybody)));
    names.sort_by_key(|(span, _)| span.start);
    let mut text = String::with_capacity(body.len());
    let mut chars = (0_u32..).zip(body.chars());
    let mut kept = Vec::with_capacity(names.len());
    let mut place = 0;
    for (span, named) in names {
        // One that overlaps the one before, which the server never sends, stays as typed.
        if span.start < place {
            continue;
        }
        text.extend(chars.by_ref().take((span.start - place) as usize).map(|(_, c)| c));
        let stand_in = u32::try_from(kept.len()).ok().and_then(|at| char::from_u32(FIRST + at));
        text.extend(stand_in);
        let _ = chars.by_ref().take((span.end - span.start) as usize).count();
        place = span.end;
        kept.push(named);
    }
    text.extend(chars.map(|(_, c)| c));
    (text, kept)
}

struct Names {
    names: Vec<Named>,
    show: Option<Callback<String>>,
}

impl Names {
    fn block(&self, block: Block) -> AnyView {
        match block {
            Block::Paragraph(inlines) => view! { <p class="text">{self.inlines(inlines)}</p> }.into_any(),
            Block::Quote(inlines) => view! { <blockquote>{self.inlines(inlines)}</blockquote> }.into_any(),
            Block::Code(code) => view! { <pre><code>{code}</code></pre> }.into_any(),
        }
    }

    fn inlines(&self, inlines: Vec<Inline>) -> Vec<AnyView> {
        inlines.into_iter().map(|part| self.inline(part)).collect()
    }

    fn inline(&self, part: Inline) -> AnyView {
        match part {
            Inline::Text(text) => self.text(text),
            Inline::Bold(inner) => view! { <strong>{self.inlines(inner)}</strong> }.into_any(),
            Inline::Italic(inner) => view! { <em>{self.inlines(inner)}</em> }.into_any(),
            Inline::Code(code) => view! { <code>{code}</code> }.into_any(),
            Inline::Link(url) => {
                let shown = url.clone();
                view! { <a href=url target="_blank" rel="noopener noreferrer nofollow ugc">{shown}</a> }.into_any()
            }
        }
    }

    /// Running text, with its names where their characters stand.
    fn text(&self, text: String) -> AnyView {
        if self.names.is_empty() {
            return text.into_any();
        }
        let mut parts: Vec<AnyView> = Vec::new();
        let mut plain = String::new();
        for c in text.chars() {
            let named = u32::from(c).checked_sub(FIRST).and_then(|at| self.names.get(at as usize));
            match named {
                Some(named) => {
                    parts.push(std::mem::take(&mut plain).into_any());
                    parts.push(self.name(named.clone()));
                }
                None => plain.push(c),
            }
        }
        parts.push(plain.into_any());
        parts.into_any()
    }

    fn name(&self, named: Named) -> AnyView {
        match named {
            Named::Everybody => view! { <span class="mention" data-me="">"@aqui"</span> }.into_any(),
            Named::Person(handle, me) => {
                let shown = format!("@{handle}");
                let show = self.show;
                let press = move |_| {
                    if let Some(show) = show {
                        show.run(handle.clone());
                    }
                };
                view! { <button type="button" class="mention" data-me=me.then_some("") aria-haspopup="dialog" on:click=press>{shown}</button> }
                    .into_any()
            }
        }
    }
}
