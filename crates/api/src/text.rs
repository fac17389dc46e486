//! What a text people write may contain: cleaned once, the same on every way in.

use std::fmt::Write as _;

/// Most combining marks kept on one character; more only serves to paint over other lines.
const MARKS: usize = 4;

/// Cleans a text of several lines: line ends become `\n`; control characters, direction overrides and invisible
/// characters go, except single joiners (emoji and several scripts need them); marks piled on one character are cut;
/// at most two empty lines stand together; white space round the text goes.
pub fn clean_text(text: &str) -> String {
    let mut cleaner = Cleaner::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => cleaner.push('\n'),
            other => cleaner.push(other),
        }
    }
    cleaner.finish()
}

/// Cleans a text of one line, such as a name: as [`clean_text`], with all white space as single spaces.
pub fn clean_line(text: &str) -> String {
    clean_text(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether anything of it can be seen.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_joiner(c) || is_mark(c) || is_invisible(c))
}

/// How many characters of a text nobody sees; joiners, which emoji need, do not count.
pub fn invisible_chars(text: &str) -> usize {
    text.chars().filter(|c| is_invisible(*c)).count()
}

/// The beginning of a text on one line, at most `chars` characters, with `…` where it was cut.
pub(crate) fn snippet(text: &str, chars: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= chars {
        return line;
    }
    let mut cut: String = line.chars().take(chars.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    let _ = write!(cut, "…");
    cut
}

struct Cleaner {
    out: String,
    marks: usize,
    newlines: usize,
}

impl Cleaner {
    fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes), marks: 0, newlines: 0 }
    }

    fn push(&mut self, c: char) {
        if c == '\n' {
            self.newlines += 1;
            self.out.truncate(self.out.trim_end_matches([' ', '\t']).len());
            if self.newlines <= 3 {
                self.out.push(c);
            }
            return;
        }
        if (c.is_control() && c != '\t') || is_invisible(c) {
            return;
        }
        if is_joiner(c) && self.out.chars().next_back().is_none_or(|last| is_joiner(last) || last.is_whitespace()) {
            return;
        }
        self.marks = if is_mark(c) { self.marks + 1 } else { 0 };
        if self.marks > MARKS {
            return;
        }
        if !c.is_whitespace() {
            self.newlines = 0;
        }
        self.out.push(c);
    }

    fn finish(self) -> String {
        self.out.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200C}' | '\u{200D}')).to_owned()
    }
}

/// Zero-width joiner and non-joiner, and the variation selectors that choose between text and emoji.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}')
}

/// Characters that are never seen: direction overrides and isolates, zero-width spaces, fillers, private use, tags.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0D}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{E000}'..='\u{F8FF}' | '\u{1D159}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{10FFFF}')
}

/// Marks that pile up on the character before them.
const fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05BD}' | '\u{064B}'..='\u{065F}'
        | '\u{0E31}' | '\u{0E34}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}' | '\u{0F71}'..='\u{0F84}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_portuguese_stays_as_it_is() {
        let text = "Olá, vizinhança!\n\nFeira às 7h — levem sacola. 👩‍🌾❤️";
        assert_eq!(clean_text(text), text);
    }

    #[test]
    fn control_characters_and_direction_overrides_go() {
        assert_eq!(clean_text("a\u{0}b\u{202E}c\u{2066}d\u{7}\u{1b}[31m"), "abcd[31m");
        assert_eq!(clean_text("um\r\ndois\rtrês\u{2028}quatro"), "um\ndois\ntrês\nquatro");
    }

    #[test]
    fn zero_width_floods_and_piled_marks_are_cut() {
        assert_eq!(clean_text(&format!("a{}b", "\u{200B}".repeat(900))), "ab");
        assert_eq!(clean_text(&format!("a{}b", "\u{200D}".repeat(900))), "a\u{200D}b");
        assert_eq!(clean_text(&format!("a{}b", "\u{0301}".repeat(900))).chars().count(), 2 + MARKS);
        assert_eq!(clean_text(&format!("a{}b", "\n".repeat(900))), "a\n\n\nb");
    }

    #[test]
    fn a_text_of_invisible_characters_is_blank() {
        for text in ["", " \n\t", "\u{200B}\u{FEFF}", "\u{3164}", "\u{2800}\u{200D}".trim_matches('\u{2800}')] {
            assert!(is_blank(&clean_text(text)), "{text:?}");
        }
        assert!(!is_blank("a"));
    }

    #[test]
    fn a_snippet_is_one_line_and_says_that_it_was_cut() {
        assert_eq!(snippet("um\ndois", 20), "um dois");
        assert_eq!(snippet("abcdefghij", 5), "abcd…");
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in "\\PC{0,80}|[\\s\\p{Cf}\\p{Mn}a]{0,80}") {
            let once = clean_text(&text);
            prop_assert_eq!(clean_text(&once), once);
        }

        #[test]
        fn nothing_invisible_is_left(text in "[\\p{Cf}\\p{Cc}ab \n]{0,60}") {
            prop_assert!(clean_text(&text).chars().all(|c| !is_invisible(c) && (c == '\n' || c == '\t' || !c.is_control())));
        }
    }
}
