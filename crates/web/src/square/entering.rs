//! Opening a conversation: joining it, and joining it again from where this page stands.

use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::ProblemCode;
use praca_api::events::{DmJoined, Join, Joined, Nothing};
use serde_json::Value;

use super::Square;
use crate::format;
use crate::model::{Family, Spot};
use crate::net::Trouble;

impl Square {
    /// Opens a conversation, or none.
    pub fn enter(self, spot: Option<Spot>) {
        let before = self.shown();
        if before == spot {
            return;
        }
        self.model.update(|model| model.show(spot));
        self.trouble.set(None);
        if let Some(before) = before {
            // A socket that is gone has left already.
            let payload = before.about(Nothing {});
            spawn_local(async move { drop(self.ask::<Value>(&before.family.event("leave"), &payload).await) });
        }
        self.join();
    }

    /// Joins the conversation on the page, from where the page stands in it, and sends what was written meanwhile.
    pub(super) fn join(self) {
        let Some(spot) = self.shown() else { return };
        // One at a time: what is found missing meanwhile is asked for once more, after it.
        if self.kept().joining.is_some_and(|(joining, _)| joining == spot) {
            self.keep(|kept| kept.joining = Some((spot, true)));
            return;
        }
        self.keep(|kept| kept.joining = Some((spot, false)));
        let known = self.model.with_untracked(|model| {
            let open = model.open.as_ref().filter(|open| open.id == spot.id)?;
            Some((open.last_seq(), open.last_rev, open.has_after))
        });
        let wish = spot.about(Join {
            limit: Some(50),
            after_seq: known.map(|(seq, ..)| seq),
            after_rev: known.map(|(_, rev, _)| rev),
        });
        // A reader far back in a long history goes on from there; everybody else reads up to the newest.
        let far_back = known.is_some_and(|(.., has_after)| has_after);
        spawn_local(async move {
            let event = spot.family.event("join");
            let answer = match spot.family {
                Family::Room => self.ask::<Joined>(&event, &wish).await.map(Entered::Room),
                Family::Dm => self.ask::<DmJoined>(&event, &wish).await.map(Entered::Dm),
            };
            let again = self.kept().joining.filter(|(joining, _)| *joining == spot).map(|(_, again)| again);
            if again.is_some() {
                self.keep(|kept| kept.joining = None);
            }
            match answer {
                Ok(entered) if self.shown() == Some(spot) => {
                    let more = entered.has_after() && !far_back;
                    self.show_joined(entered);
                    if known.is_none() {
                        self.flush();
                    }
                    if more || again == Some(true) {
                        self.join();
                    }
                }
                Ok(_) | Err(Trouble::Network) => {}
                Err(Trouble::Problem(problem)) if problem.is(ProblemCode::ResourceNotFound) => {
                    self.model.update(|model| model.forget_room(spot.id));
                }
                Err(trouble) => self.complain(&trouble),
            }
        });
    }

    fn show_joined(self, entered: Entered) {
        self.model.update(|model| match entered {
            Entered::Room(joined) => model.joined(joined, format::now()),
            Entered::Dm(joined) => model.joined_dm(joined, format::now()),
        });
    }
}

/// A conversation that was joined.
enum Entered {
    Room(Joined),
    Dm(DmJoined),
}

impl Entered {
    fn has_after(&self) -> bool {
        match self {
            Self::Room(joined) => joined.caught.has_after,
            Self::Dm(joined) => joined.caught.has_after,
        }
    }
}
