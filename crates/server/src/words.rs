//! Words somebody looks for, and where a text has them.

use crate::fold::fold;

/// Most words that are looked for; those behind are passed over.
const WORDS: usize = 12;
/// Longest word, in characters; what is longer is cut.
const WORD_CHARS: usize = 40;

/// What somebody typed, as words: all have to be there, the last one as it was begun. Letters and digits alone: nothing in
/// it means anything to an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Whole words, folded.
    pub whole: Vec<String>,
    /// The word that may go on, folded; none if something follows it.
    pub begun: Option<String>,
}

impl Words {
    /// Reads what somebody typed; none if there is no word in it.
    pub fn read(typed: &str) -> Option<Self> {
        // Folded first: an accent that stands behind its letter parts no word.
        let folded = fold(typed);
        let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let mut whole: Vec<String> = words.take(WORDS).map(|word| word.chars().take(WORD_CHARS).collect()).collect();
        let goes_on = folded.ends_with(|c: char| c.is_alphanumeric());
        let begun = if goes_on { whole.pop() } else { None };
        (begun.is_some() || !whole.is_empty()).then_some(Self { whole, begun })
    }

    /// Where a text has these words, from and up to, in Unicode scalar values: each as it is looked for, without regard to
    /// endings.
    pub fn places_in(&self, text: &str) -> Vec<[u32; 2]> {
        let mut places = Vec::new();
        let mut word = String::new();
        let mut began = 0;
        for (at, c) in (0_u32..).zip(text.chars().chain([' '])) {
            if c.is_alphanumeric() {
                if word.is_empty() {
                    began = at;
                }
                word.push(c);
            } else if !word.is_empty() {
                if self.fits(&fold(&word)) {
                    places.push([began, at]);
                }
                word.clear();
            }
        }
        places
    }

    /// As a full-text table of SQLite's is asked for them.
    pub fn for_fts5(&self) -> String {
        let whole = self.whole.iter().map(|word| format!("\"{word}\""));
        let begun = self.begun.iter().map(|word| format!("\"{word}\"*"));
        whole.chain(begun).collect::<Vec<_>>().join(" AND ")
    }

    fn fits(&self, folded: &str) -> bool {
        self.whole.iter().any(|word| word == folded)
            || self.begun.as_ref().is_some_and(|begun| folded.starts_with(begun))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str) -> (Vec<String>, Option<String>) {
        Words::read(typed).map_or_else(Default::default, |words| (words.whole, words.begun))
    }

    #[test]
    fn the_last_word_goes_on_unless_something_follows() {
        assert_eq!(read("Coração de mãe"), (vec!["coracao".into(), "de".into()], Some("mae".into())));
        assert_eq!(read("mãe "), (vec!["mae".into()], None));
        assert_eq!(read("corac\u{327}a\u{303}o"), (vec![], Some("coracao".into())));
        assert_eq!(read("\"pão de queijo\""), (vec!["pao".into(), "de".into(), "queijo".into()], None));
    }

    #[test]
    fn what_is_typed_by_accident_is_no_word() {
        for typed in ["", " ", "\"", "--", ":*", "' OR 1=1", "😀", "NEAR(", "\u{301}"] {
            let (whole, begun) = read(typed);
            assert!(whole.iter().chain(&begun).all(|word| word.chars().all(char::is_alphanumeric)), "{typed}");
        }
        assert_eq!(Words::read("🎉 :* -"), None);
        assert_eq!(read(&"a ".repeat(3_000)).0.len(), WORDS);
        assert_eq!(read(&"a".repeat(3_000)).1.unwrap().len(), WORD_CHARS);
    }

    #[test]
    fn places_are_counted_in_characters() {
        let words = Words::read("pao queij").unwrap();
        assert_eq!(words.places_in("😀 Pão, pães e Queijos"), [[2, 5], [14, 21]]);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read(typed in ".{0,300}", text in ".{0,300}") {
            if let Some(words) = Words::read(&typed) {
                let length = u32::try_from(text.chars().count()).unwrap();
                for [from, to] in words.places_in(&text) {
                    prop_assert!(from < to && to <= length);
                }
            }
        }
    }
}
