//! The open conversation, of whatever kind: log, who types, composer, and what can be done with a message.

mod attachments;
mod barred;
mod composer;
mod jumps;
mod log;
mod mentioning;
mod menu;
mod message;
mod notice;
mod outbox;
pub mod pictures;
mod typing;

use leptos::prelude::*;

use attachments::{Gallery, GalleryView};
use composer::{Composer, Draft};
use jumps::Jumps;
use log::Log;
use menu::{Menu, MessageMenu};
use notice::Notice;
use typing::TypingLine;

/// What stands between the head of a pane and its lower edge. `above` stands between the notices and the log.
#[component]
pub fn Chat(#[prop(optional)] above: Option<ChildrenFn>) -> impl IntoView {
    let draft = Draft::new();
    provide_context(Menu::new(draft));
    let gallery = Gallery::new();
    provide_context(gallery);
    view! {
        <Notice />
        {above.map(|above| above())}
        <Jumps />
        <Log draft />
        <TypingLine />
        <Composer draft />
        <MessageMenu />
        <GalleryView gallery />
    }
}
