//! `@` while one writes: people of the room whose name begins so.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::Page;
use praca_api::accounts::Author;
use praca_api::rooms::Member;

use crate::components::Avatar;
use crate::language::language;
use crate::model::{Family, Spot};
use crate::net::Answer;
use crate::square::Square;

/// Id of the list in the page.
pub const LIST: &str = "mencoes";
/// People offered at a time.
const OFFERED: usize = 6;

/// What is being named, and who is offered.
#[derive(Clone, Copy)]
pub struct Mentioning {
    square: StoredValue<Square>,
    /// What stands after the `@` at the cursor, and where the `@` is, in UTF-16 units as the field counts.
    asked: RwSignal<Option<(String, u32)>>,
    offered: RwSignal<Vec<Author>>,
    chosen: RwSignal<usize>,
}

impl Mentioning {
    /// Nobody is being named.
    pub fn new(square: Square) -> Self {
        let this = Self {
            square: StoredValue::new(square),
            asked: RwSignal::new(None),
            offered: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(0),
        };
        let query = Memo::new(move |_| this.asked.get().map(|(query, _)| query));
        Effect::new(move |_| this.look_for(query.get()));
        this
    }

    /// Whether somebody is offered. A handle that is written out needs no more help.
    pub fn is_open(self) -> bool {
        let query = self.asked.get().map(|(query, _)| query);
        self.offered
            .with(|offered| offered.first().is_some_and(|first| query.is_some_and(|query| first.handle != query)))
    }

    /// Id of the person chosen with the arrows.
    pub fn active(self) -> Option<String> {
        self.is_open().then(|| format!("{LIST}-{}", self.chosen.get()))
    }

    /// The text before the cursor changed.
    pub fn typed(self, before_cursor: &str) {
        self.asked.set(handle_at_end(before_cursor));
    }

    /// Nobody is named any more.
    pub fn close(self) {
        self.asked.set(None);
        self.offered.set(Vec::new());
    }

    /// Goes to the next or the one before.
    pub fn step(self, forward: bool) {
        let count = self.offered.with_untracked(Vec::len).max(1);
        self.chosen.update(|chosen| *chosen = (*chosen + if forward { 1 } else { count - 1 }) % count);
    }

    /// The chosen handle, and where its `@` stands.
    pub fn take(self) -> Option<(String, u32)> {
        self.take_at(self.chosen.get_untracked())
    }

    fn take_at(self, at: usize) -> Option<(String, u32)> {
        let handle = self.offered.with_untracked(|offered| offered.get(at).map(|author| author.handle.clone()))?;
        let (_, place) = self.asked.get_untracked()?;
        self.close();
        Some((handle, place))
    }

    fn look_for(self, query: Option<String>) {
        self.chosen.set(0);
        let spot =
            self.square.get_value().model.with_untracked(|model| model.open.as_ref().map(crate::model::Open::spot));
        let (Some(query), Some(spot)) = (query, spot.filter(|spot| spot.family == Family::Room)) else {
            self.offered.set(Vec::new());
            return;
        };
        spawn_local(async move {
            let found = self.members(spot, &query).await;
            // What was typed meanwhile is asked for apart.
            if self.asked.try_with_untracked(|asked| asked.as_ref().is_some_and(|(now, _)| *now == query)) == Some(true)
            {
                self.offered.set(found);
            }
        });
    }

    async fn members(self, spot: Spot, query: &str) -> Vec<Author> {
        let path = format!("{}/members?limit=20&q={}", spot.path(), js_sys::encode_uri_component(query));
        // The page may be gone meanwhile.
        let Some(Square { session, model, .. }) = self.square.try_get_value() else { return Vec::new() };
        let page: Answer<Page<Member>> = session.send(Method::GET, &path, None::<&()>).await;
        let me = session.user_untracked().map(|user| user.author.id);
        // Without an answer one writes on.
        let members = page.map(|page| page.items).unwrap_or_default();
        let blocked = |user| model.with_untracked(|model| model.blocks(user));
        let others = members.into_iter().filter(|member| Some(member.author.id) != me && !blocked(member.author.id));
        let mut members: Vec<Member> = others.collect();
        members.sort_by_key(|member| (!member.author.handle.starts_with(query), member.author.handle.clone()));
        members.into_iter().take(OFFERED).map(|member| member.author).collect()
    }
}

/// The people offered, above the field. `choose` is given a handle and where its `@` stands.
#[component]
pub fn Offered(mentioning: Mentioning, choose: Callback<(String, u32)>) -> impl IntoView {
    let i18n = language();
    let option = move |(at, author): (usize, Author)| {
        let pick = move |event: leptos::ev::PointerEvent| {
            // The field keeps the focus.
            event.prevent_default();
            if let Some(taken) = mentioning.take_at(at) {
                choose.run(taken);
            }
        };
        view! {
            <li
                id=format!("{LIST}-{at}") role="option" aria-selected=move || if mentioning.chosen.get() == at { "true" } else { "false" }
                on:pointerdown=pick
            >
                <Avatar author=author.clone() /><span>{author.display_name}</span><small>"@"{author.handle}</small>
            </li>
        }
    };
    view! {
        <ul class="offered" id=LIST role="listbox" aria-label=move || t_string!(i18n, chat.offered) hidden=move || !mentioning.is_open()>
            {move || mentioning.offered.get().into_iter().enumerate().map(option).collect_view()}
        </ul>
        <p class="visually-hidden" role="status">
            <Show when=move || mentioning.is_open()>{t!(i18n, chat.offered_hint)}</Show>
        </p>
    }
}

/// The handle being written at the end of a text, if it is at the beginning of a word.
fn handle_at_end(text: &str) -> Option<(String, u32)> {
    let at = text.rfind('@')?;
    let before = text[..at].chars().next_back();
    let handle = &text[at + 1..];
    let plain = handle.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let begins = !before.is_some_and(|c| c.is_alphanumeric() || c == '@' || c == '.');
    let units = text[..at].encode_utf16().count();
    (plain && begins && handle.chars().count() <= 24)
        .then(|| (handle.to_lowercase(), u32::try_from(units).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::handle_at_end;

    #[test]
    fn a_handle_is_found_where_one_writes_it() {
        assert_eq!(handle_at_end("é 😀 @An"), Some(("an".into(), 5)));
        assert_eq!(handle_at_end("@"), Some((String::new(), 0)));
        for none in ["ana@praca", "@ana e", "oi", "@ana\n"] {
            assert_eq!(handle_at_end(none), None, "{none}");
        }
    }
}
