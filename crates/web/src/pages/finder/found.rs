//! What is looked for, what was found, and which of it is chosen.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::people::PersonSeen;
use praca_api::rooms::RoomForMe;
use praca_api::search::SearchHit;

use crate::components::explain;
use crate::format;
use crate::language::{Language, language};
use crate::model::Model;
use crate::square::{Narrowed, Scope, Square, Wish};

/// Pause after a key before the server is asked.
const PAUSE: Duration = Duration::from_millis(150);
/// Most rooms offered.
const ROOMS: usize = 5;
/// Most people offered before a word is written.
const PEOPLE: usize = 5;

/// Something one can go to.
#[derive(Clone, PartialEq)]
pub enum Item {
    /// A room.
    Room(Arc<RoomForMe>),
    /// A person.
    Person(PersonSeen),
    /// A message.
    Message(Arc<SearchHit>),
    /// More messages.
    More,
}

/// What the server found.
#[derive(Clone, Default, PartialEq)]
pub struct Found {
    /// What was asked; none while nothing was.
    pub asked: Option<Wish>,
    people: Vec<PersonSeen>,
    messages: Vec<Arc<SearchHit>>,
    next: Option<String>,
    /// What went wrong, in plain words.
    pub trouble: Option<String>,
}

impl Found {
    /// Whether something was asked, and nothing found.
    pub fn has_nothing(&self) -> bool {
        self.asked.is_some() && self.people.is_empty() && self.messages.is_empty()
    }
}

/// The state of the finder.
#[derive(Clone, Copy)]
pub struct Looking {
    square: Square,
    i18n: Language,
    /// What was written.
    pub words: RwSignal<String>,
    /// Where is looked.
    pub scope: RwSignal<Scope>,
    /// What messages are narrowed down by.
    pub narrowed: RwSignal<Narrowed>,
    /// Whether that is shown.
    pub narrowing: RwSignal<bool>,
    /// What the server found last.
    pub found: RwSignal<Found>,
    /// Whether it is being asked.
    pub busy: RwSignal<bool>,
    /// Which item is chosen.
    pub chosen: RwSignal<usize>,
    /// Everything one can go to, in the order it is shown.
    pub items: Memo<Vec<Item>>,
}

impl Looking {
    /// Follows what is written.
    pub fn begin(scope: RwSignal<Scope>) -> Self {
        let square = expect_context::<Square>();
        let (words, found) = (RwSignal::new(String::new()), RwSignal::new(Found::default()));
        let items = Memo::new(move |_| {
            let words = format::folded(words.get().trim());
            let mut items = square.model.with(|model| known(model, &words, &scope.get()));
            found.with(|found| items.extend(answered(found)));
            items
        });
        let looking = Self {
            square,
            i18n: language(),
            words,
            scope,
            narrowed: RwSignal::new(Narrowed::default()),
            narrowing: RwSignal::new(false),
            found,
            busy: RwSignal::new(false),
            chosen: RwSignal::new(0),
            items,
        };
        looking.follow();
        looking
    }

    fn follow(self) {
        let wish = Memo::new(move |_| {
            let words = self.words.get().trim().to_owned();
            let within = self.scope.get().0.map(|(spot, _)| spot.id);
            (!words.is_empty()).then(|| Wish { words, within, narrowed: self.narrowed.get() })
        });
        let waiting = StoredValue::new(None::<TimeoutHandle>);
        Effect::new(move |_| {
            let wish = wish.get();
            if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
                waiting.clear();
            }
            self.chosen.set(0);
            let Some(wish) = wish else {
                self.busy.set(false);
                self.found.set(Found::default());
                return;
            };
            self.busy.set(true);
            waiting.set_value(set_timeout_with_handle(move || self.ask(wish), PAUSE).ok());
        });
    }

    /// Asks for people and messages; what was found for other words meanwhile is passed over.
    fn ask(self, wish: Wish) {
        spawn_local(async move {
            let people = match wish.within {
                // Within a conversation only messages are looked for.
                Some(_) => Vec::new(),
                None => self.square.find_people(&wish.words).await.map(|page| page.items).unwrap_or_default(),
            };
            let page = self.square.find_messages(&wish, None).await;
            if !self.still(&wish) {
                return;
            }
            let mut found = Found { asked: Some(wish), people, ..Found::default() };
            match page {
                Ok(page) => {
                    found.messages = page.items.into_iter().map(Arc::new).collect();
                    found.next = page.next;
                }
                Err(trouble) => found.trouble = Some(explain(self.i18n, &trouble)),
            }
            self.busy.set(false);
            self.found.set(found);
            let last = self.items.with_untracked(Vec::len).saturating_sub(1);
            self.chosen.update(|chosen| *chosen = last.min(*chosen));
        });
    }

    /// Finds the next messages.
    pub fn find_more(self) {
        let Some((wish, next)) = self.found.with_untracked(|found| Some((found.asked.clone()?, found.next.clone()?)))
        else {
            return;
        };
        spawn_local(async move {
            let page = self.square.find_messages(&wish, Some(&next)).await;
            if !self.still(&wish) {
                return;
            }
            self.found.update(|found| match page {
                // One that was asked for twice is shown once.
                Ok(page) if found.next.as_ref() == Some(&next) => {
                    found.messages.extend(page.items.into_iter().map(Arc::new));
                    found.next = page.next;
                }
                Ok(_) => {}
                Err(trouble) => found.trouble = Some(explain(self.i18n, &trouble)),
            });
        });
    }

    /// Whether these words are still looked for; not once the finder is closed.
    fn still(self, wish: &Wish) -> bool {
        let words = self.words.try_with_untracked(|words| words.trim() == wish.words);
        let within = self.scope.try_with_untracked(|scope| scope.0.as_ref().map(|(spot, _)| spot.id) == wish.within);
        let narrowed = self.narrowed.try_get_untracked().map(|narrowed| narrowed == wish.narrowed);
        [words, within, narrowed].iter().all(|same| *same == Some(true))
    }

    /// Chooses the item after or before, round the ends.
    pub fn step(self, forward: bool) {
        let count = self.items.with_untracked(Vec::len).max(1);
        self.chosen.update(|chosen| *chosen = (*chosen + if forward { 1 } else { count - 1 }) % count);
    }

    /// Whether there is something to choose.
    pub fn any(self) -> bool {
        self.items.with(|items| !items.is_empty())
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.items.with(|items| items.iter().filter(|item| **item != Item::More).count())
    }

    /// The item that is chosen; while the server is asked, what it found for earlier words is not.
    pub fn chosen_item(self) -> Option<Item> {
        let chosen = self.items.with_untracked(|items| items.get(self.chosen.get_untracked()).cloned());
        chosen.filter(|item| !self.busy.get_untracked() || matches!(item, Item::Room(_)))
    }

    /// Shows or hides what messages are narrowed down by; hidden, it narrows nothing.
    pub fn toggle_narrowing(self) {
        self.narrowing.update(|on| *on = !*on);
        if !self.narrowing.get_untracked() {
            self.narrowed.set(Narrowed::default());
        }
    }
}

/// Rooms whose name has it, those that begin with it first; before a word is written, also who one talks with.
fn known(model: &Model, words: &str, scope: &Scope) -> Vec<Item> {
    if scope.0.is_some() {
        return Vec::new();
    }
    let rooms = model.rooms.iter().flatten();
    let mut fitting: Vec<(bool, &RoomForMe)> = rooms
        .map(|room| (format::folded(&room.room.name), room))
        .filter(|(name, _)| name.contains(words))
        .map(|(name, room)| (!name.starts_with(words), room))
        .collect();
    fitting.sort_by_key(|(later, _)| *later);
    let rooms = fitting.into_iter().take(ROOMS).map(|(_, room)| Item::Room(Arc::new(room.clone())));
    let people = model.dms.iter().flatten().filter(|_| words.is_empty()).take(PEOPLE);
    rooms.chain(people.map(|dm| Item::Person(dm.with.clone()))).collect()
}

/// What the server found, as items.
fn answered(found: &Found) -> Vec<Item> {
    let people = found.people.iter().cloned().map(Item::Person);
    let messages = found.messages.iter().cloned().map(Item::Message);
    people.chain(messages).chain(found.next.iter().map(|_| Item::More)).collect()
}
