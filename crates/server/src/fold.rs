//! Texts as people compare them: without regard to case and accents.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// `Conceição` → `conceicao`.
pub fn fold(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(fold("Conceição ÀÉÎÕÜ"), "conceicao aeiou");
    }

    proptest::proptest! {
        #[test]
        fn what_is_folded_stays_as_it_is_and_its_case_does_not_matter(text in "\\PC{0,60}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once.clone());
            proptest::prop_assert!(!once.chars().any(is_combining_mark));
        }

        #[test]
        fn of_portuguese_both_cases_are_one(text in "[a-zA-Zà-öø-ýÀ-ÖØ-Ý 0-9]{0,60}") {
            proptest::prop_assert_eq!(fold(&text.to_uppercase()), fold(&text.to_lowercase()));
        }
    }
}
