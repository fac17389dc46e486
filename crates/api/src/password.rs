//! How good a password is, for who chooses one and for who stores it. There are no rules on what one is made of (NIST SP
//! 800-63B, 3.1.1.2; OWASP ASVS 5.0, 6.2).
//!
//! How soon one is guessed zxcvbn tells, which knows thirty thousand common and breached passwords, names, words, dates, and
//! rows of keys, also with letters exchanged; to its lists come our own, of Brazil.

use zxcvbn::feedback::{Feedback, Suggestion, Warning};
use zxcvbn::{Entropy, Score, zxcvbn};

use crate::limits::PASSWORD_CHARS;

/// Passwords and words of them seen often in Brazil, the most frequent first.
const COMMON: &str = include_str!("common_passwords.txt");
/// Characters that are looked at: what is strong so far is strong.
const LOOKED_AT: usize = 32;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// It has too few characters.
    Short,
    /// It has too many.
    Long,
    /// It is the person's own name, handle or address.
    Own,
    /// It is one of the first that anybody would try.
    Common,
    /// It is guessed soon, and why, where that can be said.
    Guessable(Option<Hint>),
}

/// What makes a password easier to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// It holds the person's own name, handle or address.
    Own,
    /// It is much like what many use.
    Common,
    /// Keys that stand beside each other.
    Keys,
    /// One thing several times.
    Repeats,
    /// A row such as `abc` or `6543`.
    Rows,
    /// A year of late, or a date.
    Dates,
    /// A name of a person.
    Names,
    /// A single word.
    Word,
    /// A word with letters exchanged (`4` for `a`), turned round, or begun with a capital.
    Disguise,
}

/// How good a password is that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// From 2 (fair) to 4 (great).
    pub level: u8,
    /// What would make it better, where there is something.
    pub hint: Option<Hint>,
}

impl Weak {
    /// The word of the reason.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::Own => "own",
            Self::Common => "common",
            Self::Guessable(_) => "guessable",
        }
    }

    /// The reason in a sentence.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Short => "A password has at least 8 characters.",
            Self::Long => "A password has at most 128 characters.",
            Self::Own => "The password must not be your own name, handle or address.",
            Self::Common => "This password is one of the first that anybody would try.",
            Self::Guessable(_) => "This password is guessed soon; a few words that are yours alone are not.",
        }
    }
}

/// How good a password is, of somebody of whom this is known.
///
/// # Errors
/// Why it is not taken.
pub fn strength(password: &str, own: &[&str]) -> Result<Strength, Weak> {
    let count = password.chars().count();
    if count < *PASSWORD_CHARS.start() {
        return Err(Weak::Short);
    }
    if count > *PASSWORD_CHARS.end() {
        return Err(Weak::Long);
    }
    let folded = password.to_lowercase();
    if own.iter().any(|word| !word.is_empty() && folded == word.to_lowercase()) {
        return Err(Weak::Own);
    }
    if COMMON.lines().any(|common| common == folded) {
        return Err(Weak::Common);
    }
    let parts = own.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).filter(|part| part.len() > 2);
    let own: Vec<&str> = own.iter().copied().chain(parts).filter(|word| !word.is_empty()).collect();
    let known: Vec<&str> = own.iter().copied().chain(["praca", "praça"]).chain(COMMON.lines()).collect();
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    let found = zxcvbn(&looked_at, &known);
    let hint = hint(&found, &looked_at.to_lowercase(), &own);
    match found.score() {
        Score::Two => Ok(Strength { level: 2, hint }),
        Score::Three => Ok(Strength { level: 3, hint }),
        Score::Four => Ok(Strength { level: 4, hint: None }),
        _ => Err(Weak::Guessable(hint)),
    }
}

/// The first that can be said of what was found.
fn hint(found: &Entropy, folded: &str, own: &[&str]) -> Option<Hint> {
    if own.iter().any(|word| folded.contains(&word.to_lowercase())) {
        return Some(Hint::Own);
    }
    let feedback = found.feedback()?;
    // Ours are no list that zxcvbn has words for.
    if feedback.warning().is_none() && COMMON.lines().any(|common| common.len() > 3 && folded.contains(common)) {
        return Some(Hint::Common);
    }
    feedback.warning().map(of_warning).or_else(|| of_suggestions(feedback))
}

const fn of_warning(warning: Warning) -> Hint {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => Hint::Keys,
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => Hint::Repeats,
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => Hint::Common,
        Warning::SequencesLikeAbcAreEasyToGuess => Hint::Rows,
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => Hint::Dates,
        Warning::AWordByItselfIsEasyToGuess => Hint::Word,
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess => {
            Hint::Names
        }
    }
}

fn of_suggestions(feedback: &Feedback) -> Option<Hint> {
    let disguises = [
        Suggestion::CapitalizationDoesntHelpVeryMuch,
        Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase,
        Suggestion::ReversedWordsArentMuchHarderToGuess,
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch,
    ];
    feedback.suggestions().iter().any(|suggestion| disguises.contains(suggestion)).then_some(Hint::Disguise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_pass_and_guessable_ones_do_not() {
        for good in ["ipê florido no largo", "praca-demo-2026", "quintal-verde-7", "k8Qz!x2p", "   oito espaços   "] {
            assert!(strength(good, &["ana", "Ana Souza"]).is_ok(), "{good}");
        }
        for (password, own, why) in [
            ("curta", "", Weak::Short),
            ("12345678", "", Weak::Common),
            ("Senha123", "", Weak::Common),
            ("aaaaaaaaaaaa", "", Weak::Guessable(Some(Hint::Repeats))),
            ("hijklmno1", "", Weak::Guessable(Some(Hint::Rows))),
            ("flamengo24", "", Weak::Guessable(Some(Hint::Common))),
            ("P@ssw0rd1", "", Weak::Guessable(Some(Hint::Common))),
            ("qwertyuiop1", "", Weak::Common),
            ("12/03/1990", "", Weak::Guessable(Some(Hint::Dates))),
            ("Fl4m3ng0X", "", Weak::Guessable(Some(Hint::Disguise))),
            ("rosa1234567", "rosa", Weak::Guessable(Some(Hint::Own))),
            ("rosinha1990", "Rosinha Prado", Weak::Guessable(Some(Hint::Own))),
            ("Ana.Souza@praca.example", "ana.souza@praca.example", Weak::Own),
        ] {
            assert_eq!(strength(password, &[own]), Err(why), "{password}");
        }
        assert_eq!(strength(&"ãb7 kq".repeat(22), &[]), Err(Weak::Long));
        assert!(strength(&"ãb7 kq".repeat(21), &[]).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_answered(password in ".{0,200}", own in ".{0,40}") {
            let _ = strength(&password, &[&own]);
        }
    }
}
