//! Where the reader is: the end stays in view for whoever is there, and everybody else stays at what they read, whatever
//! comes above or below.

use leptos::html;
use leptos::prelude::*;
use praca_api::{ConversationId, Seq};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlDivElement, HtmlElement, ResizeObserver};

use crate::model::{Goal, Open};
use crate::square::Square;

/// So near the end (in pixels) that new messages keep it in view.
const AT_END: i32 = 60;

/// The message at the upper edge, and how far it is from it.
#[derive(Clone)]
struct Anchor {
    id: String,
    offset: f64,
}

/// What decides where the log stands.
#[derive(Clone, Copy, PartialEq)]
struct Mark {
    room: ConversationId,
    first: Seq,
    last: Seq,
    last_rev: i64,
    outgoing: usize,
    goal: Option<Goal>,
}

/// The reader's place.
#[derive(Clone, Copy)]
pub struct Place {
    /// Whether the newest message is in view.
    pub at_end: RwSignal<bool>,
    log: NodeRef<html::Div>,
    square: Square,
    anchor: StoredValue<Option<Anchor>>,
}

impl Place {
    /// Keeps it through all changes of the open room and of the window.
    pub fn keep(log: NodeRef<html::Div>, square: Square) -> Self {
        let place = Self { at_end: RwSignal::new(true), log, square, anchor: StoredValue::new(None) };
        let marks = Memo::new(move |_| {
            square.model.with(|model| model.open.as_ref().map(|open| mark(open, model.leaving().count())))
        });
        Effect::new(move |before: Option<Option<Mark>>| {
            let now = marks.get();
            let opened = now.map(|mark| mark.room) != before.flatten().map(|mark| mark.room);
            request_animation_frame(move || if opened { place.begin() } else { place.settle() });
            now
        });
        place.follow_size();
        let seen = window_event_listener(leptos::ev::visibilitychange, move |_| place.note());
        on_cleanup(move || seen.remove());
        place
    }

    /// A composer that grows, or a turned phone, leaves the reader where they are.
    fn follow_size(self) {
        let resized = Closure::<dyn Fn()>::new(move || self.settle());
        let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) else { return };
        Effect::new({
            let observer = observer.clone();
            move |_| {
                if let Some(log) = self.log.get() {
                    observer.observe(&log);
                }
            }
        });
        let kept = StoredValue::new_local((observer, resized));
        on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
    }

    fn element(self) -> Option<HtmlDivElement> {
        self.log.try_get_untracked().flatten()
    }

    /// Pixels above what is in view.
    pub fn above(self) -> i32 {
        self.element().map_or(i32::MAX, |log| log.scroll_top())
    }

    /// Pixels below what is in view.
    pub fn below(self) -> i32 {
        self.element().map_or(i32::MAX, |log| log.scroll_height() - log.scroll_top() - log.client_height())
    }

    /// A room was opened: what is new, or the end.
    fn begin(self) {
        let Some(log) = self.element() else { return };
        let new = log.query_selector(".new-mark").ok().flatten();
        match new {
            Some(new) => {
                let above = new.get_bounding_client_rect().top() - log.get_bounding_client_rect().top();
                #[expect(clippy::cast_possible_truncation, reason = "pixels of a page")]
                log.set_scroll_top(log.scroll_top() + above as i32 - 16);
            }
            None => log.set_scroll_top(log.scroll_height()),
        }
        self.note();
    }

    /// Something changed: the reader is taken where they want, or comes back to where they were.
    fn settle(self) {
        let Some(log) = self.element() else { return };
        let goal = self.square.model.with_untracked(|model| model.open.as_ref().and_then(|open| open.goal));
        let target = match goal {
            Some(Goal::Message(seq)) => document().get_element_by_id(&format!("m{seq}")),
            Some(Goal::End) | None => None,
        };
        let target = target.and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(target) = target {
            target.scroll_into_view_with_bool(true);
            // An element of the page takes the focus.
            let _ = target.focus();
            self.reached();
        } else if goal == Some(Goal::End) || self.at_end.get_untracked() {
            log.set_scroll_top(log.scroll_height());
        } else if let Some((anchor, element)) = self.anchor.get_value().and_then(|anchor| {
            let element = document().get_element_by_id(&anchor.id)?;
            Some((anchor, element))
        }) {
            let moved = offset(&element, &log) - anchor.offset;
            #[expect(clippy::cast_possible_truncation, reason = "pixels of a page")]
            log.set_scroll_top(log.scroll_top() + moved.round() as i32);
        }
        self.note();
    }

    /// Remembers where the reader is; who sees the end has read everything.
    pub fn note(self) {
        let Some(log) = self.element() else { return };
        let (newest, shown) = self.square.model.with_untracked(|model| {
            model.open.as_ref().map_or((true, false), |open| (!open.has_after, !open.messages.is_empty()))
        });
        let at_end = newest && self.below() < AT_END;
        if at_end != self.at_end.get_untracked() {
            self.at_end.set(at_end);
        }
        self.square.model.update_untracked(|model| {
            if let Some(open) = &mut model.open {
                open.at_end = at_end;
                open.goal.take_if(|goal| at_end && *goal == Goal::End);
            }
        });
        self.anchor.set_value(first_in_view(&log));
        if at_end && shown {
            self.square.mark_read();
        }
    }

    /// The reader is where they wanted to be.
    fn reached(self) {
        self.square.model.update_untracked(|model| {
            if let Some(open) = &mut model.open {
                open.goal = None;
            }
        });
    }
}

fn mark(open: &Open, outgoing: usize) -> Mark {
    Mark {
        room: open.id,
        first: open.messages.first().map_or(Seq::ZERO, |message| message.seq),
        last: open.last_seq(),
        last_rev: open.last_rev.0,
        outgoing,
        goal: open.goal,
    }
}

fn first_in_view(log: &HtmlDivElement) -> Option<Anchor> {
    let messages = log.query_selector_all(".msg[id]").ok()?;
    let edge = log.get_bounding_client_rect().top();
    let element = |at: u32| messages.get(at).and_then(|node| node.dyn_into::<Element>().ok());
    // Messages stand one below the other, so half of them can be passed over at a time.
    let (mut low, mut high) = (0, messages.length());
    while low < high {
        let middle = low + (high - low) / 2;
        if element(middle)?.get_bounding_client_rect().bottom() > edge {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let element = element(low)?;
    Some(Anchor { id: element.id(), offset: offset(&element, log) })
}

fn offset(element: &Element, log: &HtmlDivElement) -> f64 {
    element.get_bounding_client_rect().top() - log.get_bounding_client_rect().top()
}
