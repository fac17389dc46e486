//! Sizes the contract fixes. Clients may rely on them; the server enforces them.

use std::ops::RangeInclusive;

/// Most characters (Unicode scalar values) of a message.
pub const MESSAGE_CHARS: usize = 4_000;
/// Length of a password in characters.
pub const PASSWORD_CHARS: RangeInclusive<usize> = 8..=128;
/// Length of a handle in characters.
pub const HANDLE_CHARS: RangeInclusive<usize> = 3..=24;
/// Length of a display name in characters.
pub const DISPLAY_NAME_CHARS: RangeInclusive<usize> = 1..=48;
/// Most characters of an e-mail address (RFC 5321, 4.5.3.1.3).
pub const EMAIL_CHARS: usize = 254;
/// Most characters of a nonce.
pub const NONCE_CHARS: usize = 64;
/// Length of a room's name in characters.
pub const ROOM_NAME_CHARS: RangeInclusive<usize> = 2..=60;
/// Length of a room's slug in characters.
pub const ROOM_SLUG_CHARS: RangeInclusive<usize> = 2..=60;
/// Most characters of a room's topic.
pub const ROOM_TOPIC_CHARS: usize = 280;
/// Most characters of a reason given by a moderator or administrator.
pub const REASON_CHARS: RangeInclusive<usize> = 1..=500;
/// Longest interval of slow mode, in seconds (six hours).
pub const SLOW_MODE_SECONDS: u32 = 21_600;
/// Most items of a page.
pub const PAGE_ITEMS: u64 = 100;
/// Items of a page when the caller does not say.
pub const PAGE_ITEMS_DEFAULT: u64 = 50;
/// Most different emoji on one message.
pub const REACTION_KINDS: usize = 20;
/// People named for one emoji of a message.
pub const REACTION_USER_IDS: usize = 20;
/// Most older messages a join reports as changed before it says `reset`.
pub const CHANGED_MESSAGES: u64 = 500;
/// Characters of the snippet of a message that is replied to.
pub const SNIPPET_CHARS: usize = 120;
/// Most bytes of a request body.
pub const BODY_BYTES: usize = 64 * 1024;
/// Most bytes of one socket message: a message of [`MESSAGE_CHARS`] with every character escaped, and its frame.
pub const SOCKET_BYTES: usize = 64 * 1024;
/// Most pinned messages of a room.
pub const PINS: u64 = 50;
/// Most people somebody blocks.
pub const BLOCKS: u64 = 1_000;
/// Most people a message may name.
pub const MENTIONS: usize = 50;
/// Most people a client asks to watch at a time.
pub const WATCHED_AT_ONCE: usize = 200;
/// Most pictures of a message.
pub const ATTACHMENTS: usize = 10;
/// Length of an ad's title in characters.
pub const AD_TITLE_CHARS: RangeInclusive<usize> = 3..=80;
/// Length of an ad's description in characters.
pub const AD_DESCRIPTION_CHARS: RangeInclusive<usize> = 10..=5_000;
/// Most characters of a part of a city.
pub const NEIGHBORHOOD_CHARS: usize = 60;
/// Prices of ads, in centavos.
pub const AD_CENTAVOS: RangeInclusive<i64> = 1..=10_000_000_000;
/// Most characters of what somebody calls a search.
pub const SEARCH_NAME_CHARS: usize = 60;
/// Most characters of the words of a search that is saved.
pub const SEARCH_WORDS_CHARS: usize = 100;
/// How many of a thing an ad may have.
pub const AD_QUANTITY: RangeInclusive<u32> = 1..=9_999;
/// Most pictures of an ad.
pub const AD_PICTURES: usize = 10;
/// Most bytes of an uploaded file.
pub const UPLOAD_BYTES: u64 = 20 * 1024 * 1024;
/// Most characters of the name of an uploaded file.
pub const FILE_NAME_CHARS: RangeInclusive<usize> = 1..=255;
/// Most characters of what a picture shows.
pub const ALT_CHARS: usize = 1_000;
/// People named of those in a room right now.
pub const PRESENT_NAMES: usize = 12;
