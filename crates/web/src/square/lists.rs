//! The lists of rooms and of conversations of two, as the server has them.

use std::time::Duration;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::Page;
use praca_api::dms::Dm;
use praca_api::events::{DmItems, RoomItems};
use praca_api::limits::PAGE_ITEMS;
use praca_api::rooms::RoomForMe;
use serde_json::json;

use super::Square;
use crate::net::{Answer, Trouble};

/// Seconds within which everybody reads their lists again.
const RELOAD_WITHIN: f64 = 5.0;

impl Square {
    /// Everybody is told at once to read their lists again; they do so one after the other.
    pub(super) fn reload_soon(self) {
        let wait = Duration::from_secs_f64(js_sys::Math::random() * RELOAD_WITHIN);
        set_timeout(
            move || {
                self.load_rooms();
                self.load_dms();
                self.load_notifications();
            },
            wait,
        );
    }

    /// Reads the list of rooms.
    pub fn load_rooms(self) {
        spawn_local(async move {
            match self.ask::<RoomItems>("rooms:list", &json!({})).await {
                Ok(list) => self.model.update(|model| model.listed(list.items)),
                // When the connection is back, the list is read again.
                Err(Trouble::Network) => {}
                Err(trouble) => self.complain(&trouble),
            }
        });
    }

    /// Looks for a room that is in no list: whoever has its address may open it.
    pub fn find_room(self, slug: String) {
        spawn_local(async move {
            let path = format!("/rooms?slug={}", js_sys::encode_uri_component(&slug));
            match self.session.send::<(), Page<RoomForMe>>(Method::GET, &path, None).await {
                Ok(found) => self.model.update(|model| {
                    // One that came into the list meanwhile is known better there.
                    for room in found.items {
                        if model.by_slug(&room.room.slug).is_none() {
                            model.note_room(room);
                        }
                    }
                }),
                Err(trouble) => self.complain(&trouble),
            }
            self.sought.set(Some(slug));
        });
    }

    /// Reads the list of conversations of two, to its end.
    pub fn load_dms(self) {
        spawn_local(async move {
            match self.read_dms().await {
                Ok(dms) => {
                    self.model.update(|model| model.listed_dms(dms));
                    self.watch_contacts();
                }
                Err(Trouble::Network) => {}
                Err(trouble) => self.complain(&trouble),
            }
        });
    }

    async fn read_dms(self) -> Answer<Vec<Dm>> {
        let mut dms = self.ask::<DmItems>("dms:list", &json!({})).await?.items;
        if (dms.len() as u64) < PAGE_ITEMS {
            return Ok(dms);
        }
        dms.clear();
        let mut after = String::new();
        loop {
            let path = format!("/dms?limit={PAGE_ITEMS}{after}");
            let page: Page<Dm> = self.session.send(Method::GET, &path, None::<&()>).await?;
            dms.extend(page.items);
            match page.next {
                Some(next) => after = format!("&after={next}"),
                None => return Ok(dms),
            }
        }
    }
}
