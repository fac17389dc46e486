//! Who keeps copies of rows, and forgets them.

use crate::accounts::Accounts;
use crate::ads::Ads;
use crate::bus::{CacheKey, Copies};
use crate::conversations::Conversations;
use crate::rooms::Rooms;

/// The slices that keep copies of rows.
pub(super) struct Slices {
    pub accounts: Accounts,
    pub conversations: Conversations,
    pub rooms: Rooms,
    pub ads: Ads,
}

impl Copies for Slices {
    fn forget(&self, key: CacheKey) {
        self.accounts.forget(key);
        self.conversations.forget(key);
        self.rooms.forget(key);
        self.ads.forget(key);
    }

    fn forget_all(&self) {
        self.accounts.forget_all();
        self.conversations.forget_all();
        self.rooms.forget_all();
        self.ads.forget_all();
    }
}
