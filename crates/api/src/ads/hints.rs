//! What stands out in the text of an ad: ways to reach somebody outside the square, and letters in the place of digits. Nothing is
//! refused for it: who writes is told that everybody reads it, and moderators see it at a glance.

/// What stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// A telephone number.
    Phone,
    /// An address for mail.
    Email,
    /// An address of a page.
    Link,
    /// A number with letters that look like digits, as in `62O,00`.
    LookAlike,
}

/// Endings of addresses people write without `http`.
const ENDINGS: [&str; 8] = [".com", ".br", ".net", ".org", ".me", ".link", ".site", ".app"];
/// Digits of a telephone number with its area, and of one without.
const WITH_AREA: std::ops::RangeInclusive<usize> = 10..=13;

/// What stands out in a text, each once, with the first place that has it.
pub fn hints(text: &str) -> Vec<(Hint, String)> {
    let mut found: Vec<(Hint, String)> = Vec::new();
    let mut note = |hint: Hint, what: &str| {
        if !found.iter().any(|(known, _)| *known == hint) {
            found.push((hint, what.to_owned()));
        }
    };
    for word in text.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '@');
        if is_email(word) {
            note(Hint::Email, word);
        } else if is_link(word) {
            note(Hint::Link, word);
        } else if has_look_alike(word) {
            note(Hint::LookAlike, word);
        }
    }
    if let Some(phone) = text.lines().find_map(phone) {
        note(Hint::Phone, &phone);
    }
    found.sort();
    found
}

fn is_email(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.split_once('.').is_some_and(|(one, two)| !one.is_empty() && two.len() > 1)
    })
}

fn is_link(word: &str) -> bool {
    let word = word.to_lowercase();
    let host = word.split(['/', '?', '#']).next().unwrap_or_default();
    word.contains("://")
        || word.starts_with("www.")
        || ENDINGS.iter().any(|ending| host.ends_with(ending) && host.len() > ending.len() + 1)
}

/// Whether a word is a number, but for letters that look like digits: nothing else stands in it, and digits are the most.
fn has_look_alike(word: &str) -> bool {
    let (mut digits, mut alike) = (0, 0);
    for c in word.chars() {
        match c {
            '0'..='9' => digits += 1,
            'O' | 'o' | 'l' | 'I' => alike += 1,
            '.' | ',' | '-' | '/' => {}
            _ => return false,
        }
    }
    alike > 0 && digits > alike
}

/// The first run of digits, with what stands between those of a telephone number, that is one.
fn phone(line: &str) -> Option<String> {
    let mut run = String::new();
    for c in line.chars().chain(['\n']) {
        if c.is_ascii_digit()
            || (matches!(c, '+' | '(' | ')' | '-' | '.' | ' ') && (c == '+' || c == '(' || !run.is_empty()))
        {
            run.push(c);
            continue;
        }
        // What ends a sentence is no part of a number.
        let number = run.trim_end_matches(|c: char| !c.is_ascii_digit());
        if is_phone(number) {
            return Some(number.to_owned());
        }
        run.clear();
    }
    None
}

fn is_phone(run: &str) -> bool {
    let digits = run.chars().filter(char::is_ascii_digit).count();
    let is_year = |text: &str| text.parse::<u16>().is_ok_and(|year| (1900..2100).contains(&year));
    let hyphenated = run.split([' ', '(', ')']).any(|part| {
        part.split_once('-')
            .is_some_and(|(one, two)| matches!(one.len(), 4 | 5) && two.len() == 4 && !(is_year(one) && is_year(two)))
    });
    // Years, sizes and counts stand beside each other, too, but with no sign of a telephone.
    let grouped = run.split(' ').filter(|part| !part.is_empty()).all(|part| part.len() >= 2);
    hyphenated || (WITH_AREA.contains(&digits) && grouped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Hint> {
        hints(text).into_iter().map(|(hint, _)| hint).collect()
    }

    #[test]
    fn ways_round_the_square_are_seen() {
        for (text, hint, what) in [
            ("Chame no (11) 98765-4321.", Hint::Phone, "(11) 98765-4321"),
            ("zap 11987654321", Hint::Phone, "11987654321"),
            ("fone 3232-1010 à noite", Hint::Phone, "3232-1010"),
            ("+55 11 98765 4321", Hint::Phone, "+55 11 98765 4321"),
            ("Escreva para rosa@exemplo.com.br!", Hint::Email, "rosa@exemplo.com.br"),
            ("veja em https://exemplo.org/x", Hint::Link, "https://exemplo.org/x"),
            ("Fotos: loja.com.br/sofa", Hint::Link, "loja.com.br/sofa"),
            ("por 62O,00", Hint::LookAlike, "62O,00"),
            ("tem l20 cm", Hint::LookAlike, "l20"),
        ] {
            assert_eq!(hints(text), [(hint, what.to_owned())], "{text}");
        }
    }

    #[test]
    fn what_ads_say_anyhow_is_not() {
        for text in [
            "Sofá de 2 lugares, 1,60 x 0,90 m, R$ 1.250,00.",
            "Bicicleta aro 26, 21 marchas, ano 2019, pouco uso",
            "Medidas: 120 80 45 cm",
            "CEP 01310-100",
            "Ford Ka 2015/2016, 98.000 km",
            "Só hoje... leva o lote",
            "a partir das 10h30",
            "Peças de Fusca 1975-1986",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn each_is_said_once_whatever_comes() {
        assert_eq!(kinds("a@b.com c@d.com www.x.com 3232-1010 4242-1010"), [Hint::Phone, Hint::Email, Hint::Link]);
        assert_eq!(kinds(""), []);
        proptest::proptest!(|(text: String)| {
            let _ = hints(&text);
        });
    }
}
