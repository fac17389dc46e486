//! What a message may say.

use std::collections::HashSet;

use praca_api::limits::{ATTACHMENTS, MESSAGE_CHARS, NONCE_CHARS};
use praca_api::text::{clean_text, is_blank};
use praca_api::{ProblemCode, UploadId};
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::error::{Error, Result};

/// A text after cleaning, within the contract's bounds. Beside pictures it may be empty.
///
/// # Errors
/// `messages.empty`, `messages.too_long`.
pub fn clean_body(body: &str, has_pictures: bool) -> Result<String> {
    let mut body = clean_text(body);
    if !is_nfc(&body) {
        body = body.nfc().collect();
    }
    if is_blank(&body) {
        if has_pictures {
            return Ok(String::new());
        }
        return Err(empty());
    }
    if body.chars().count() > MESSAGE_CHARS {
        return Err(Error::problem(ProblemCode::MessagesTooLong, "A message has at most 4,000 characters."));
    }
    Ok(body)
}

/// There is nothing to show.
pub fn empty() -> Error {
    Error::problem(ProblemCode::MessagesEmpty, "The message has nothing to show.")
}

/// A nonce of 1 to 64 printable ASCII characters.
///
/// # Errors
/// `request.invalid`.
pub fn check_nonce(nonce: &str) -> Result<()> {
    let fits = (1..=NONCE_CHARS).contains(&nonce.len()) && nonce.bytes().all(|b| b.is_ascii_graphic());
    if fits {
        Ok(())
    } else {
        Err(Error::invalid_field("nonce", "format", "A nonce has 1 to 64 printable ASCII characters."))
    }
}

/// Up to 10 different pictures.
///
/// # Errors
/// `request.invalid`.
pub fn check_attachments(ids: &[UploadId]) -> Result<()> {
    let distinct: HashSet<&UploadId> = ids.iter().collect();
    if ids.len() <= ATTACHMENTS && distinct.len() == ids.len() {
        return Ok(());
    }
    Err(Error::invalid_field("attachmentIds", "too_many", "A message has at most 10 pictures, each once."))
}

/// One emoji, in the form Unicode lists it: `❤` and `❤️` are one.
///
/// # Errors
/// `request.invalid`.
pub fn clean_emoji(emoji: &str) -> Result<&'static str> {
    let known = emojis::get(emoji).map(emojis::Emoji::as_str);
    known.ok_or_else(|| Error::invalid_field("emoji", "unknown", "This is not one emoji."))
}
