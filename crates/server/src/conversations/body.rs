//! What a message may say.

use praca_api::ProblemCode;
use praca_api::limits::{MESSAGE_CHARS, NONCE_CHARS};
use praca_api::text::{clean_text, is_blank};
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::error::{Error, Result};

/// A text after cleaning, within the contract's bounds.
///
/// # Errors
/// `messages.empty`, `messages.too_long`.
pub fn clean_body(body: &str) -> Result<String> {
    let mut body = clean_text(body);
    if !is_nfc(&body) {
        body = body.nfc().collect();
    }
    if is_blank(&body) {
        return Err(Error::problem(ProblemCode::MessagesEmpty, "The message has nothing to show."));
    }
    if body.chars().count() > MESSAGE_CHARS {
        return Err(Error::problem(ProblemCode::MessagesTooLong, "A message has at most 4,000 characters."));
    }
    Ok(body)
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

/// One emoji, in the form Unicode lists it: `❤` and `❤️` are one.
///
/// # Errors
/// `request.invalid`.
pub fn clean_emoji(emoji: &str) -> Result<&'static str> {
    let known = emojis::get(emoji).map(emojis::Emoji::as_str);
    known.ok_or_else(|| Error::invalid_field("emoji", "unknown", "This is not one emoji."))
}
