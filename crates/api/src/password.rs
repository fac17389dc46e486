//! How good a password is, for who chooses one and for who stores it. There are no rules on what one is made of (NIST SP
//! 800-63B, 3.1.1.2; OWASP ASVS 5.0, 6.2).
//!
//! How soon one is guessed zxcvbn tells, which knows thirty thousand common and breached passwords, names, words, dates, and
//! rows of keys, also with letters exchanged; to its lists come our own, of Brazil.

use zxcvbn::{Score, zxcvbn};

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
    /// It is guessed soon.
    Guessable,
}

impl Weak {
    /// The word of the reason.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::Own => "own",
            Self::Common => "common",
            Self::Guessable => "guessable",
        }
    }

    /// The reason in a sentence.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Short => "A password has at least 8 characters.",
            Self::Long => "A password has at most 128 characters.",
            Self::Own => "The password must not be your own name, handle or address.",
            Self::Common => "This password is one of the first that anybody would try.",
            Self::Guessable => "This password is guessed soon; a few words that are yours alone are not.",
        }
    }
}

/// How good a password is, of somebody of whom this is known: from 2 (fair) to 4 (great).
///
/// # Errors
/// Why it is not taken.
pub fn strength(password: &str, own: &[&str]) -> Result<u8, Weak> {
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
    let known: Vec<&str> = own.iter().copied().chain(parts).chain(["praca", "praça"]).chain(COMMON.lines()).collect();
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    match zxcvbn(&looked_at, &known).score() {
        Score::Two => Ok(2),
        Score::Three => Ok(3),
        Score::Four => Ok(4),
        _ => Err(Weak::Guessable),
    }
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
            ("aaaaaaaaaaaa", "", Weak::Guessable),
            ("P@ssw0rd1", "", Weak::Guessable),
            ("qwertyuiop1", "", Weak::Common),
            ("flamengo2024", "", Weak::Guessable),
            ("rosa1234567", "rosa", Weak::Guessable),
            ("rosinha1990", "Rosinha Prado", Weak::Guessable),
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
