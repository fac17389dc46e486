//! Looking for rooms, people and messages.

use std::fmt::Write as _;

use gloo_net::http::Method;
use leptos::prelude::*;
use praca_api::people::PersonSeen;
use praca_api::search::{ConversationKind, SearchHit, SearchOrder};
use praca_api::{ConversationId, Page, Timestamp, UserId};

use super::Square;
use crate::model::{Family, Goal, Spot};
use crate::net::Answer;

/// So many messages are found at a time.
const MESSAGES: u32 = 20;
/// Most people offered.
const PEOPLE: u32 = 5;

/// Where is looked: everywhere, or in one conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope(pub Option<(Spot, String)>);

/// What narrows messages down, beside their words.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Narrowed {
    /// Only of this person.
    pub author: Option<UserId>,
    /// Only from then on.
    pub from: Option<Timestamp>,
    /// Only before then.
    pub to: Option<Timestamp>,
    /// Those that fit best first.
    pub best: bool,
}

/// What is looked for among messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// The words.
    pub words: String,
    /// Where.
    pub within: Option<ConversationId>,
    /// What else.
    pub narrowed: Narrowed,
}

impl Wish {
    fn query(&self, after: Option<&str>) -> String {
        let order = if self.narrowed.best { SearchOrder::Best } else { SearchOrder::Newest };
        let moment = |at: Timestamp| at.to_utc().to_rfc3339();
        let parts = [
            ("conversationId", self.within.map(|id| id.to_string())),
            ("authorId", self.narrowed.author.map(|id| id.to_string())),
            ("from", self.narrowed.from.map(moment)),
            ("to", self.narrowed.to.map(moment)),
            ("after", after.map(str::to_owned)),
        ];
        let mut query = format!("q={}&sort={}&limit={MESSAGES}", encoded(&self.words), order.as_str());
        for (name, value) in parts.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            // Text takes text.
            let _ = write!(query, "&{name}={}", encoded(&value));
        }
        query
    }
}

impl Square {
    /// Opens the finder.
    pub fn look(self, scope: Scope) {
        self.finder().set(Some(scope));
    }

    /// Messages, a page at a time.
    pub async fn find_messages(self, wish: &Wish, after: Option<&str>) -> Answer<Page<SearchHit>> {
        self.session.send(Method::GET, &format!("/search/messages?{}", wish.query(after)), None::<&()>).await
    }

    /// People by the beginning of a name or handle.
    pub async fn find_people(self, words: &str) -> Answer<Page<PersonSeen>> {
        let path = format!("/search/people?q={}&limit={PEOPLE}", encoded(words));
        self.session.send(Method::GET, &path, None::<&()>).await
    }

    /// The way to a message: none if it is in sight already, and the reader was taken there.
    pub fn way_to(self, hit: &SearchHit) -> Option<String> {
        let family = match hit.conversation.kind {
            ConversationKind::Room => Family::Room,
            ConversationKind::Dm | ConversationKind::Deal => Family::Dm,
        };
        let (id, seq) = (hit.conversation.id, hit.message.seq);
        if self.model.with_untracked(|model| model.open.as_ref().is_some_and(|open| open.id == id)) {
            self.go_to(Goal::Message(seq));
            return None;
        }
        Some(format!("{}?m={seq}", family.address(&hit.conversation.address)))
    }
}

fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}
