//! What one reader of a room has heard: complete, in order, and once?

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memchr::memmem;

use crate::tally::Tally;

/// Names the event of a new message, in a room and between two people.
const NEW: &str = "42[\"rooms:message:new\",";
const NEW_OF_TWO: &str = "42[\"dms:message:new\",";
/// Before the moment a message was due, at the beginning of its body.
const DUE: &[u8] = b"t=";
/// Missing messages told apart; beyond, something is thoroughly wrong anyway.
const MISSING: usize = 100_000;

/// A reader of one conversation.
pub struct Reader {
    tally: Arc<Tally>,
    heard: Mutex<Heard>,
}

struct Heard {
    /// The newest; none until the reader knows where it begins.
    last: Option<i64>,
    /// Heard before it knew.
    early: Vec<i64>,
    missing: BTreeSet<i64>,
}

/// The text of a message that was due at `due` nanoseconds, `bytes` long.
pub fn body(due: u64, bytes: usize) -> String {
    let mut body = format!("t={due} ");
    let words = "na praça de manhã cedo tem café, pão de queijo e conversa boa; ";
    body.extend(words.chars().cycle().take(bytes.saturating_sub(body.len())));
    while body.len() > bytes {
        body.pop();
    }
    body
}

impl Reader {
    /// A reader who does not know yet where it begins.
    pub fn new(tally: Arc<Tally>) -> Arc<Self> {
        Arc::new(Self { tally, heard: Mutex::new(Heard { last: None, early: Vec::new(), missing: BTreeSet::new() }) })
    }

    /// It has everything up to `last`.
    pub fn begin(&self, last: i64) {
        let early = {
            let mut heard = self.heard();
            heard.last = Some(last);
            std::mem::take(&mut heard.early)
        };
        for seq in early {
            self.note(seq);
        }
    }

    /// Takes an event in.
    pub fn hear(&self, packet: &str) {
        let Some(event) = packet.strip_prefix(NEW).or_else(|| packet.strip_prefix(NEW_OF_TWO)) else { return };
        let event = event.as_bytes();
        let Some(seq) = number_after(event, b"\"seq\":") else { return };
        self.tally.delivered.add();
        if let Some(due) = number_after(event, DUE) {
            self.tally.note_delivery(u64::try_from(due).unwrap_or(0));
        }
        self.note(seq);
    }

    /// Takes a message of a history in. One that was heard live meanwhile is no double: both were asked for.
    pub fn catch_up(&self, seq: i64) {
        let mut heard = self.heard();
        match heard.last {
            Some(last) if seq <= last => _ = heard.missing.remove(&seq),
            _ => {
                drop(heard);
                self.note(seq);
            }
        }
    }

    /// Whether it knows where it begins.
    pub fn has_begun(&self) -> bool {
        self.heard().last.is_some()
    }

    /// Takes a message in, however it came.
    pub fn note(&self, seq: i64) {
        let mut heard = self.heard();
        let Some(last) = heard.last else {
            heard.early.push(seq);
            return;
        };
        if seq > last {
            let room = MISSING.saturating_sub(heard.missing.len());
            heard.missing.extend((last + 1..seq).take(room));
            heard.last = Some(seq);
        } else if heard.missing.remove(&seq) {
            self.tally.late.add();
        } else {
            self.tally.doubled.add();
        }
    }

    /// The newest it has heard.
    pub fn last(&self) -> i64 {
        self.heard().last.unwrap_or(0)
    }

    /// How many of the messages up to `newest` it has not heard.
    pub fn lost(&self, newest: i64) -> u64 {
        let heard = self.heard();
        let behind = u64::try_from(newest - heard.last.unwrap_or(0)).unwrap_or(0);
        behind + heard.missing.len() as u64
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place and the nonce of a message, if the packet brings one.
pub fn message_of(packet: &str) -> Option<(i64, String)> {
    let event = packet.strip_prefix(NEW)?;
    let (_, rest) = event.rsplit_once("\"nonce\":\"")?;
    let nonce = rest.split('"').next()?;
    Some((number_after(event.as_bytes(), b"\"seq\":")?, nonce.to_owned()))
}

/// The whole number right after the first `key`.
fn number_after(text: &[u8], key: &[u8]) -> Option<i64> {
    let at = memmem::find(text, key)? + key.len();
    let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(None, |number, digit| Some(number.unwrap_or(0) * 10 + i64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hears(seqs: &[i64], newest: i64) -> (u64, u64, u64) {
        let tally = Arc::new(Tally::new().unwrap());
        let reader = Reader::new(tally.clone());
        for (place, seq) in seqs.iter().enumerate() {
            if place == 1 {
                reader.begin(10);
            }
            reader.hear(&format!("{NEW}{{\"message\":{{\"seq\":{seq},\"body\":\"{}\"}}}}]", body(1, 40)));
        }
        (reader.lost(newest), tally.doubled.get(), tally.late.get())
    }

    #[test]
    fn losses_doubles_and_wrong_order_are_told_apart() {
        assert_eq!(hears(&[11, 12, 13], 13), (0, 0, 0));
        assert_eq!(hears(&[11, 13], 14), (2, 0, 0));
        assert_eq!(hears(&[11, 13, 12], 13), (0, 0, 1));
        assert_eq!(hears(&[11, 12, 12, 5], 12), (0, 2, 0));
    }

    #[test]
    fn a_body_has_its_length_and_tells_when_it_was_due() {
        assert_eq!(body(123_456, 200).len(), 200);
        assert_eq!(number_after(body(123_456, 200).as_bytes(), DUE), Some(123_456));
        assert_eq!(number_after(b"\"seq\":", b"\"seq\":"), None);
    }
}
