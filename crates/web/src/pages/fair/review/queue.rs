//! The queue of moderators, and what one of them looks at.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use praca_api::ads::AdStatus;
use praca_api::ads::review::ReviewItem;
use praca_api::{AdId, ProblemCode};

use super::super::hints::in_ad;
use crate::components::{Listing, Proof};
use crate::net::{Answer, Trouble};
use crate::session::Session;
use crate::square::Square;

/// Most ads approved together.
const TOGETHER: usize = 50;

/// Goes to an ad of the queue, or to none.
type Way = Box<dyn Fn(Option<AdId>)>;

/// The queue, and the ad in it that is looked at.
#[derive(Clone, Copy)]
pub struct Queue {
    pub session: Session,
    pub items: Listing<ReviewItem>,
    /// Which is looked at, by the address.
    pub at: Memo<Option<AdId>>,
    /// The same, once it is the moderator's; or why it is not.
    pub held: RwSignal<Option<Result<ReviewItem, Trouble>>>,
    way: StoredValue<Way, LocalStorage>,
}

impl Queue {
    /// As it is now.
    pub fn open() -> Self {
        let query = use_query_map();
        let at = Memo::new(move |_| query.with(|query| query.get("anuncio")?.parse().ok().map(AdId)));
        let navigate = use_navigate();
        let go = move |to: Option<AdId>| {
            let address = to.map_or_else(|| "/feira/fila".to_owned(), |id| format!("/feira/fila?anuncio={id}"));
            navigate(&address, NavigateOptions::default());
        };
        let items = Listing::new(expect_context::<Proof>());
        items.load("/moderation/ads?limit=50".to_owned());
        let session = expect_context::<Square>().session;
        Self { session, items, at, held: RwSignal::new(None), way: StoredValue::new_local(Box::new(go)) }
    }

    /// Has nobody else look at an ad.
    pub fn claim(self, id: AdId) {
        spawn_local(async move {
            let path = format!("/moderation/ads/{id}/claim");
            let answer: Answer<ReviewItem> = self.session.send(Method::PUT, &path, None::<&()>).await;
            // What is decided on, or gone, waits no more.
            if answer
                .as_ref()
                .is_err_and(|why| why.is(ProblemCode::AdsWrongState) || why.is(ProblemCode::ResourceNotFound))
            {
                self.items.update(|items| items.retain(|item| item.ad.id != id));
            }
            // The page may be gone by now, or at another.
            if self.at.try_get_untracked() == Some(Some(id)) {
                self.held.set(Some(answer));
            } else if answer.is_ok() {
                Self::release(self.session, id);
            }
        });
    }

    /// Says again that a moderator looks at what is at hand.
    pub fn claim_again(self) {
        let is_held = self.held.with_untracked(|held| matches!(held, Some(Ok(_))));
        let Some(id) = self.at.get_untracked().filter(|_| is_held) else { return };
        spawn_local(async move {
            let path = format!("/moderation/ads/{id}/claim");
            let answer: Answer<ReviewItem> = self.session.send(Method::PUT, &path, None::<&()>).await;
            // After a long sleep another may hold it; else what is at hand stays as it is.
            if answer.is_err() && self.at.try_get_untracked() == Some(Some(id)) {
                self.held.set(Some(answer));
            }
        });
    }

    /// Has others look at it again.
    pub fn release(session: Session, id: AdId) {
        spawn_local(async move {
            let path = format!("/moderation/ads/{id}/claim");
            // If it does not arrive, the claim ends by itself.
            let _: Answer<()> = session.send(Method::DELETE, &path, None::<&()>).await;
        });
    }

    /// The one so many places from the one looked at; of those others look at, none.
    pub fn neighbour(self, forward: bool) -> Option<AdId> {
        let me = self.session.user().map(|user| user.author.id);
        let items = untrack(|| self.items.items());
        let free: Vec<AdId> = items
            .iter()
            .filter(|item| item.claim.as_ref().is_none_or(|claim| Some(claim.by.id) == me))
            .map(|item| item.ad.id)
            .collect();
        let Some(at) = self.at.get_untracked().and_then(|at| free.iter().position(|id| *id == at)) else {
            return free.first().copied();
        };
        let next = if forward { at + 1 } else { at.checked_sub(1)? };
        free.get(next).copied()
    }

    /// Goes to one of it, or to none.
    pub fn go(self, to: Option<AdId>) {
        self.way.with_value(|way| way(to));
    }

    /// What was decided on waits no more; the next is looked at.
    pub fn decided(self, id: AdId) {
        let next = self.neighbour(true).or_else(|| self.neighbour(false)).filter(|next| *next != id);
        self.items.update(|items| items.retain(|item| item.ad.id != id));
        self.go(next);
    }

    /// Those that can be approved together: nothing in them stands out, nobody looks at them, and they are others'.
    pub fn clean(self) -> Vec<ReviewItem> {
        let me = self.session.user().map(|user| user.author.id);
        let is_clean = |item: &ReviewItem| {
            let (ad, plain) = (&item.ad, in_ad(&item.ad).is_empty() && item.alike.is_empty());
            plain && ad.status == AdStatus::Pending && item.claim.is_none() && Some(ad.owner.id) != me
        };
        self.items.items().into_iter().filter(is_clean).take(TOGETHER).collect()
    }
}
