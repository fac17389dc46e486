//! What the person was told.

use praca_api::notifications::{Notification, NotificationPage};

/// Unread ones are counted so far.
const COUNTED: u32 = 100;

/// The list of what the person was told, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notifications {
    /// The newest first.
    pub items: Vec<Notification>,
    /// Where it goes on.
    pub next: Option<String>,
    /// How many are unread.
    pub unread: u32,
    /// Counts when it has to be read anew.
    pub stale: u32,
}

impl Notifications {
    /// The first page, anew; what was read on beyond it stays.
    pub fn begin(&mut self, page: NotificationPage) {
        let oldest = page.items.last().map(|item| item.id);
        let mut beyond: Vec<Notification> = self.items.drain(..).filter(|item| Some(item.id) < oldest).collect();
        if page.unread == 0 {
            for item in &mut beyond {
                item.read_at = item.read_at.or(Some(item.created_at));
            }
        }
        let next = if beyond.is_empty() { page.next } else { self.next.take() };
        *self = Self { items: page.items, next, unread: page.unread, stale: self.stale };
        self.items.extend(beyond);
    }

    /// The page after what is known; what grew meanwhile is not listed twice.
    pub fn go_on(&mut self, page: NotificationPage) {
        let items = page.items.into_iter().filter(|new| self.items.iter().all(|known| known.id != new.id));
        let items: Vec<Notification> = items.collect();
        self.items.extend(items);
        (self.next, self.unread) = (page.next, page.unread);
    }

    /// One more, in the place of what was unread of the same.
    pub fn take(&mut self, notification: Notification) {
        let place = |one: &Notification| one.target.conversation.as_ref().map(|conversation| conversation.id);
        let (code, about) = (notification.code, place(&notification));
        let before = self.items.len();
        self.items.retain(|known| {
            let joined = about.is_some() && known.read_at.is_none() && known.code == code && place(known) == about;
            known.id != notification.id && !joined
        });
        if self.items.len() == before {
            self.unread = (self.unread + 1).min(COUNTED);
        }
        self.items.insert(0, notification);
    }
}
