//! Lists that come a page at a time.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::t;
use praca_api::Page;
use serde::de::DeserializeOwned;

use super::{Empty, Icon, ListLoading, Proof, explain};
use crate::language::language;
use crate::net::{Answer, Trouble};

/// A list as far as it was fetched. Of two that are asked for, the later one is shown.
pub struct Listing<T: Send + Sync + 'static> {
    items: RwSignal<Option<Vec<T>>>,
    next: RwSignal<Option<String>>,
    trouble: RwSignal<Option<Trouble>>,
    address: StoredValue<String>,
    asked: StoredValue<u32>,
    proof: Proof,
}

impl<T: Send + Sync + 'static> Clone for Listing<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Listing<T> {}

impl<T: Clone + DeserializeOwned + Send + Sync + 'static> Listing<T> {
    /// Nothing yet. Where the list asks for a recent proof of who one is, the person is asked for it.
    pub fn new(proof: Proof) -> Self {
        Self {
            items: RwSignal::new(None),
            next: RwSignal::new(None),
            trouble: RwSignal::new(None),
            address: StoredValue::new(String::new()),
            asked: StoredValue::new(0),
            proof,
        }
    }

    /// Asks for the list at an address, which has a query, in the place of what is shown.
    pub fn load(self, address: String) {
        self.load_from(std::future::ready(Ok(address)));
    }

    /// The same at an address that is yet to be found out.
    pub fn load_from(self, address: impl Future<Output = Answer<String>> + 'static) {
        // What follows the list before does not follow this one.
        self.next.set(None);
        let turn = self.begin();
        spawn_local(async move {
            let address = address.await;
            if !self.is_wanted(turn) {
                return;
            }
            match address {
                Ok(address) => {
                    self.address.set_value(address.clone());
                    self.fetch(address, false, turn).await;
                }
                Err(trouble) => self.trouble.set(Some(trouble)),
            }
        });
    }

    /// The same with so many items at least, if there are so many: as many pages as that takes.
    pub fn load_at_least(self, address: String, count: usize) {
        self.next.set(None);
        let turn = self.begin();
        self.address.set_value(address.clone());
        spawn_local(async move {
            self.fetch(address.clone(), false, turn).await;
            while self.is_wanted(turn) {
                let there = self.items.with_untracked(|items| items.as_ref().map_or(0, Vec::len));
                let Some(next) = self.next.get_untracked().filter(|_| there < count) else { return };
                if self.trouble.with_untracked(Option::is_some) {
                    return;
                }
                self.fetch(following(&address, &next), true, turn).await;
            }
        });
    }

    /// Whether there are more than are shown.
    pub fn has_more(self) -> bool {
        self.next.with(Option::is_some)
    }

    /// Asks for what follows.
    fn more(self) {
        let Some(next) = self.next.get_untracked() else { return };
        let turn = self.begin();
        spawn_local(self.fetch(following(&self.address.get_value(), &next), true, turn));
    }

    fn begin(self) -> u32 {
        let turn = self.asked.get_value() + 1;
        self.asked.set_value(turn);
        turn
    }

    /// Whether the page is still there, and has not asked for something else since.
    fn is_wanted(self, turn: u32) -> bool {
        self.asked.try_get_value() == Some(turn)
    }

    async fn fetch(self, address: String, more: bool, turn: u32) {
        let answer: Answer<Page<T>> = self.proof.send(Method::GET, &address, None::<&()>).await;
        if !self.is_wanted(turn) {
            return;
        }
        match answer {
            Ok(page) => {
                self.items.update(|items| {
                    let items = items.get_or_insert_default();
                    if !more {
                        items.clear();
                    }
                    items.extend(page.items);
                });
                self.next.set(page.next);
                self.trouble.set(None);
            }
            Err(trouble) => self.trouble.set(Some(trouble)),
        }
    }

    /// What is shown.
    pub fn items(self) -> Vec<T> {
        self.items.get().unwrap_or_default()
    }

    /// Changes what is shown.
    pub fn update(self, change: impl FnOnce(&mut Vec<T>)) {
        // The page may be gone by now.
        let _ = self.items.try_update(|items| change(items.get_or_insert_default()));
        let _ = self.trouble.try_set(None);
    }

    /// Says why something was not done.
    pub fn complain(self, trouble: Trouble) {
        let _ = self.trouble.try_set(Some(trouble));
    }
}

/// The address of the page that follows.
fn following(address: &str, next: &str) -> String {
    format!("{address}&after={}", String::from(js_sys::encode_uri_component(next)))
}

/// A list in its frame: on its way, empty, refused, or there, with what asks for more.
#[component]
pub fn ListFrame<T>(
    listing: Listing<T>,
    /// A symbol for where there is nothing.
    drawing: &'static str,
    #[prop(into)] nothing: Signal<String>,
    #[prop(into)] nothing_text: Signal<String>,
    children: ChildrenFn,
) -> impl IntoView
where
    T: Clone + DeserializeOwned + Send + Sync + 'static,
{
    let i18n = language();
    // Only whether there is something makes it anew, not each item more.
    let some = Memo::new(move |_| listing.items.with(|items| items.as_ref().map(|items| !items.is_empty())));
    let refused = Memo::new(move |_| some.get() != Some(true) && listing.trouble.with(Option::is_some));
    let body = move || match (some.get(), refused.get()) {
        (Some(true), _) => children().into_any(),
        (_, true) => ().into_any(),
        (None, false) => view! { <ListLoading mark="sk--circle" /> }.into_any(),
        (Some(false), false) => view! { <Empty drawing title=nothing text=nothing_text /> }.into_any(),
    };
    view! {
        <div role="status">
            {move || listing.trouble.get().map(|trouble| view! {
                <p class="notice" data-tone="danger"><Icon name="circle-alert" /><span>{explain(i18n, &trouble)}</span></p>
            })}
        </div>
        {body}
        <Show when=move || listing.next.with(Option::is_some)>
            <p class="notices-more"><button type="button" class="btn btn--sm" on:click=move |_| listing.more()>{t!(i18n, app.more)}</button></p>
        </Show>
    }
}
