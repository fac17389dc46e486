//! `@handle` in a text: where it stands, and what it says.

use crate::limits::{HANDLE_CHARS, MENTIONS};
use crate::markup::code_ranges;
use crate::messages::Span;

/// What calls everybody in a room, when a moderator writes it.
pub const HERE: [&str; 2] = ["aqui", "here"];

/// A handle after an `@`, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What follows the `@`.
    pub handle: String,
    /// The `@` and what follows it.
    pub span: Span,
}

/// The handles a text names, in its order and at most [`MENTIONS`]; code names nobody. An `@` counts at the edge of a word
/// only, so that `ana@praca.example` names nobody either.
pub fn named(text: &str) -> Vec<Named> {
    if !text.contains('@') {
        return Vec::new();
    }
    let code = code_ranges(text);
    let mut found = Vec::new();
    let mut before = None;
    for (place, (at, c)) in text.char_indices().enumerate() {
        let edge = !before.is_some_and(|b: char| b.is_alphanumeric() || b == '@' || b == '.');
        before = Some(c);
        if c != '@' || !edge || code.iter().any(|range| range.contains(&at)) {
            continue;
        }
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !is_handle_char(c)).unwrap_or(rest.len());
        // A full stop, or the line that ends `_stressed_` text, ends the sentence rather than the handle.
        let handle = rest[..end].trim_end_matches(['.', '_']);
        let continues = rest[handle.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '@');
        if !handle.is_empty() && handle.len() <= *HANDLE_CHARS.end() && !continues {
            let start = u32::try_from(place).unwrap_or(u32::MAX);
            let length = u32::try_from(handle.len()).unwrap_or(u32::MAX);
            found.push(Named {
                handle: handle.to_lowercase(),
                span: Span { start, end: start.saturating_add(length + 1) },
            });
            if found.len() >= MENTIONS {
                break;
            }
        }
    }
    found
}

fn is_handle_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn handles(text: &str) -> Vec<String> {
        named(text).into_iter().map(|named| named.handle).collect()
    }

    #[test]
    fn handles_are_found_at_the_edges_of_words() {
        assert_eq!(
            handles("Oi @Ana e @caio.l, viu @bia_m? (@davi) *@elis*"),
            ["ana", "caio.l", "bia_m", "davi", "elis"]
        );
        assert_eq!(handles("_@ana_ e fim @bia."), ["ana", "bia"]);
        for none in ["ana@praca.example", "@", "@ ana", "@@ana", "a@b@c", "@josé", "@umnomecompridodemaisparaser"] {
            assert_eq!(handles(none), Vec::<String>::new(), "{none}");
        }
    }

    #[test]
    fn code_names_nobody() {
        assert_eq!(handles("`@ana` e @bia\n```\n@caio\n```\n@davi"), ["bia", "davi"]);
    }

    #[test]
    fn places_count_characters() {
        let found = named("é 😀 @ana");
        assert_eq!(found[0].span, Span { start: 4, end: 8 });
    }

    proptest! {
        #[test]
        fn every_span_holds_its_handle(text in "[a-zé@._ `\n😀]{0,60}") {
            let chars: Vec<char> = text.chars().collect();
            for Named { handle, span } in named(&text) {
                let shown: String = chars[span.start as usize..span.end as usize].iter().collect();
                prop_assert_eq!(shown.to_lowercase(), format!("@{handle}"));
            }
        }
    }
}
