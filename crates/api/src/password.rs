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
/// Characters that are looked at, at either end: what is strong so far is strong.
const LOOKED_AT: usize = 32;
/// Most digits and signs beside a word that add nothing to it.
const BESIDE_A_WORD: usize = 6;
/// A word that is guessed so soon is one of those everybody tries with digits behind it.
const GUESSES_OF_A_WORD: u64 = 2_000;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// It has too few characters.
    Short,
    /// It has too many.
    Long,
    /// It is made of the person's own name, handle or address.
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
            Self::Own => "The password must not be made of your own name, handle or address.",
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
    let password = without_accents(password);
    let count = password.chars().count();
    let folded = password.to_lowercase();
    let own = parts_of(own);
    if is_made_of(&folded, &own) {
        return Err(Weak::Own);
    }
    if is_common(&folded) {
        return Err(Weak::Common);
    }
    let known: Vec<&str> = own.iter().map(String::as_str).chain(["praca"]).chain(COMMON.lines()).collect();
    let weigh = |part: &str| {
        let found = zxcvbn(part, &known);
        let hint = hint(&found, &part.to_lowercase(), &own);
        (found.score(), hint)
    };
    let first: String = password.chars().take(LOOKED_AT).collect();
    let last: String = password.chars().skip(count.saturating_sub(LOOKED_AT)).collect();
    // What is good at its end is good, however it begins.
    let (score, hint) = if count > LOOKED_AT { better(weigh(&first), weigh(&last)) } else { weigh(&first) };
    match score {
        Score::Two => Ok(Strength { level: 2, hint }),
        Score::Three => Ok(Strength { level: 3, hint }),
        Score::Four => Ok(Strength { level: 4, hint: None }),
        _ => Err(Weak::Guessable(hint)),
    }
}

fn better<H>(one: (Score, H), other: (Score, H)) -> (Score, H) {
    if other.0 > one.0 { other } else { one }
}

/// As it is typed by who leaves accents out: they make no word harder to guess.
fn without_accents(text: &str) -> String {
    let plain = |c| match c {
        'À'..='Å' => 'A',
        'Ç' => 'C',
        'È'..='Ë' => 'E',
        'Ì'..='Ï' => 'I',
        'Ñ' => 'N',
        'Ò'..='Ö' => 'O',
        'Ù'..='Ü' => 'U',
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        c => c,
    };
    // Some keyboards write them as signs of their own.
    text.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).map(plain).collect()
}

/// The ways a day (`1990-12-31`) is written in digits alone.
fn ways_of_day(text: &str) -> Option<[String; 5]> {
    let mut parts = text.split('-').filter(|part| part.chars().all(|c| c.is_ascii_digit()));
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let short = year.get(2..)?;
    Some([
        format!("{day}{month}{year}"),
        format!("{year}{month}{day}"),
        format!("{day}{month}{short}"),
        format!("{day}{month}"),
        format!("{month}{day}"),
    ])
}

/// What is known of somebody, in lower case and in all its parts: of an address also what stands before the `@`, of a day all
/// the ways it is written.
fn parts_of(own: &[&str]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for text in own {
        parts.extend(ways_of_day(text).into_iter().flatten());
        let text = without_accents(text).to_lowercase();
        let local = text.split_once('@').map(|(local, _)| local.to_owned());
        parts.extend(text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        parts.extend(local);
        parts.push(text);
    }
    parts.retain(|part| part.chars().count() > 2);
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts.dedup();
    parts
}

/// Whether nothing that is hard to guess is left without what is known of the person.
fn is_made_of(folded: &str, own: &[String]) -> bool {
    let mut rest: String = folded.chars().take(LOOKED_AT).collect();
    let whole = rest.len();
    for part in own {
        rest = rest.replace(part.as_str(), "");
    }
    rest.len() < whole && (rest.is_empty() || zxcvbn(&rest, &[]).score() < Score::Two)
}

/// Whether it is one that many use, or the word of such a one with other digits and signs round it.
fn is_common(folded: &str) -> bool {
    if COMMON.lines().any(|common| common == folded) {
        return true;
    }
    let word = word_of(folded);
    let beside = folded.chars().count() - word.chars().count();
    if word.chars().count() < 4 || beside > BESIDE_A_WORD || !word.chars().all(char::is_alphabetic) {
        return false;
    }
    COMMON.lines().any(|common| word_of(common) == word) || is_known_word(word)
}

/// Whether a word is one of zxcvbn's most frequent.
fn is_known_word(word: &str) -> bool {
    let found = zxcvbn(word, &[]);
    let why = found.feedback().and_then(Feedback::warning).map(of_warning);
    found.guesses() < GUESSES_OF_A_WORD && matches!(why, Some(Hint::Common | Hint::Names | Hint::Word))
}

/// Without what is no letter at its beginning and end.
fn word_of(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphabetic())
}

/// The first that can be said of what was found.
fn hint(found: &Entropy, folded: &str, own: &[String]) -> Option<Hint> {
    if own.iter().any(|word| folded.contains(word.as_str())) {
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
        let end = format!("{}k8Qz!x2pWv", "a".repeat(32));
        assert!(strength(&end, &[]).is_ok(), "what is good at its end");
        for (password, why) in [
            ("curta", Weak::Short),
            ("12345678", Weak::Common),
            ("Senha123", Weak::Common),
            ("Senha@2024", Weak::Common),
            ("!Mudar@123", Weak::Common),
            ("Qwerty@123", Weak::Common),
            ("gatinha123", Weak::Common),
            ("MariaEduarda", Weak::Common),
            ("monkey2024!", Weak::Common),
            ("flamengo2024", Weak::Common),
            ("qwertyuiop1", Weak::Common),
            ("aaaaaaaaaaaa", Weak::Guessable(Some(Hint::Repeats))),
            ("hijklmno1", Weak::Guessable(Some(Hint::Rows))),
            ("12/03/1990", Weak::Guessable(Some(Hint::Dates))),
            ("Fl4m3ng0X", Weak::Guessable(Some(Hint::Disguise))),
        ] {
            assert_eq!(strength(password, &["ana"]), Err(why), "{password}");
        }
        assert_eq!(strength("P@ssw0rd1", &[]), Err(Weak::Guessable(Some(Hint::Common))));
        assert_eq!(strength(&"ãb7 kq".repeat(22), &[]), Err(Weak::Long));
        assert!(strength(&"ãb7 kq".repeat(21), &[]).is_ok());
    }

    const OWN: [&str; 4] = ["rosinha.prado", "Rosa Prado", "rosa.p85@praca.example", "1990-12-31"];

    #[test]
    fn what_is_known_of_a_person_makes_no_password() {
        for bad in [
            "rosa-prado",
            "Prado.Rosa",
            "rosaprado1",
            "rosaprado2024",
            "RosaPrado!",
            "rosa.prado.1985",
            "rosa.p85@praca",
            "rosa31121990",
            "31.12.1990",
            "rosa-3112",
        ] {
            assert_eq!(strength(bad, &OWN), Err(Weak::Own), "{bad}");
        }
        let accents = ["Antônio Gonçalves", "joão.araújo"];
        for bad in ["antoniogoncalves", "Gonçalves1985!", "goncalves1985!", "JOAOARAUJO1", "arau\u{301}jo.joa\u{303}o"]
        {
            assert_eq!(strength(bad, &accents), Err(Weak::Own), "{bad}");
        }
        assert!(strength("rosa gosta de manga verde", &OWN).is_ok());
        assert!(strength("8x!rosa#Q2z$9kW", &OWN).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn nor_do_its_parts_with_signs_and_years(first in 0..5_usize, second in 0..5_usize, sign in "[-_. !@#]{0,2}", year in 1950..2030_u32) {
            let parts = ["rosa", "Prado", "rosinha", "rosa.p85", "ROSA"];
            let made = format!("{}{sign}{}{year}", parts[first], parts[second]);
            proptest::prop_assert_eq!(strength(&made, &OWN), Err(Weak::Own), "{}", made);
        }

        #[test]
        fn whatever_is_typed_is_answered(password in ".{0,200}", own in ".{0,40}") {
            let _ = strength(&password, &[&own]);
        }
    }
}
