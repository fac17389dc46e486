//! What the person is told: read from the server, marked as read, and shown as it comes.

use std::time::Duration;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::NotificationId;
use praca_api::notifications::{Notification, NotificationPage, ReadNotifications, UnreadNotifications};

use super::Square;
use crate::net::{Answer, device};
use crate::told;

/// So many are read at a time.
const ITEMS: u32 = 30;
/// Pause before the list is read anew, in which more may change.
const PAUSE: Duration = Duration::from_millis(300);
/// How long one is shown on the page.
const SHOWN: Duration = Duration::from_secs(8);
/// Most shown at a time.
const AT_ONCE: usize = 3;

impl Square {
    /// Reads the newest.
    pub(super) fn load_notifications(self) {
        spawn_local(async move {
            let page: Answer<NotificationPage> = self.read_notifications(None).await;
            // When the connection is back, they are read again.
            if let Ok(page) = page {
                let _ = self.model.try_update(|model| model.notifications.begin(page));
            }
        });
    }

    /// Reads those before the oldest known.
    pub fn load_more_notifications(self) {
        let Some(next) = self.model.with_untracked(|model| model.notifications.next.clone()) else { return };
        spawn_local(async move {
            match self.read_notifications(Some(&next)).await {
                Ok(page) => self.model.update(|model| model.notifications.go_on(page)),
                Err(trouble) => self.complain(&trouble),
            }
        });
    }

    async fn read_notifications(self, after: Option<&str>) -> Answer<NotificationPage> {
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        self.session.send(Method::GET, &format!("/me/notifications?limit={ITEMS}{after}"), None::<&()>).await
    }

    /// Some have been read.
    pub fn mark_notifications_read(self, read: ReadNotifications) {
        spawn_local(async move {
            let answer: Answer<UnreadNotifications> =
                self.session.send(Method::PUT, "/me/notifications/read", Some(&read)).await;
            // That they were read, every tab is told; this one too.
            if let Err(trouble) = answer {
                self.complain(&trouble);
            }
        });
    }

    /// The list is read anew when it was read elsewhere.
    pub(super) fn follow_notifications(self) {
        let stale = Memo::new(move |_| self.model.with(|model| model.notifications.stale));
        let waiting = StoredValue::new(None::<TimeoutHandle>);
        Effect::new(move |before: Option<u32>| {
            let now = stale.get();
            if before.is_some_and(|before| before != now) {
                if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
                    waiting.clear();
                }
                waiting.set_value(set_timeout_with_handle(move || self.load_notifications(), PAUSE).ok());
            }
            now
        });
    }

    /// Shows one for a while, unless its conversation is on the page and somebody looks.
    pub(super) fn show_news(self, notification: Notification) {
        let about = notification.target.conversation.as_ref().map(|conversation| conversation.id);
        let here = self.shown().map(|spot| spot.id);
        // Where several pages are open, whoever looks at one of them sees it there.
        if document().hidden() {
            let pushed = told::pushed(self.i18n, &notification);
            spawn_local(async move { device::show(pushed).await });
        } else if about.is_some() && about == here || window().location().pathname().as_deref() == Ok("/avisos") {
            // Who looks at it needs no pointing there.
            return;
        }
        let id = notification.id;
        self.news().update(|news| {
            news.retain(|shown| shown.target.conversation != notification.target.conversation || about.is_none());
            news.push(notification);
            let surplus = news.len().saturating_sub(AT_ONCE);
            news.drain(..surplus);
        });
        set_timeout(move || self.hide_news(id), SHOWN);
    }

    /// Shows it no longer.
    pub fn hide_news(self, id: NotificationId) {
        // The page may be gone by now.
        let news = self.over.try_get_value().map(|over| over.news);
        let _ = news.and_then(|news| news.try_update(|news| news.retain(|shown| shown.id != id)));
    }
}
