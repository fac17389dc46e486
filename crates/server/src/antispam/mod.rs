//! What looks like spam, told by the text alone or by what its writer sent before. Refused with an honest reason, never
//! silently; people who keep order are trusted.

mod links;
mod shape;

use praca_api::ProblemCode;
use praca_api::text::invisible_chars;

pub use shape::Shape;

use crate::config::AntispamSettings;
use crate::error::Error;
use links::links;

/// Letters before it matters how many of them are capitals: names of streets and shouts of joy are short.
const LETTERS: usize = 40;

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spam {
    /// Its writer has just sent much the same, again and again.
    Repeated,
    /// It has too many links.
    Links,
    /// It has too many links for an account as new as this.
    NewLinks,
    /// It names too many people.
    Mentions,
    /// It is all in capitals.
    Capitals,
    /// It hides characters between those one sees.
    Invisible,
}

impl Spam {
    /// The word of the reason.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Repeated => "repeated",
            Self::Links => "links",
            Self::NewLinks => "new_links",
            Self::Mentions => "mentions",
            Self::Capitals => "capitals",
            Self::Invisible => "invisible",
        }
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::Repeated => "You have just sent much the same several times; wait a little before you send it again.",
            Self::Links => "The text has too many links.",
            Self::NewLinks => "An account that is only a few days old may not send so many links in one text.",
            Self::Mentions => "The text names too many people.",
            Self::Capitals => "The text is all in capitals, which reads like shouting.",
            Self::Invisible => "The text has many characters that nobody sees.",
        }
    }
}

impl From<Spam> for Error {
    fn from(spam: Spam) -> Self {
        metrics::counter!("praca_spam_refused_total", "reason" => spam.code()).increment(1);
        Self::problem_in_field(ProblemCode::MessagesSpam, "body", spam.code(), spam.detail())
    }
}

/// What the rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// As it was sent.
    pub sent: &'a str,
    /// As it is stored.
    pub body: &'a str,
    /// How many people it names.
    pub mentions: usize,
    /// Whether the writer's account is new.
    pub is_new: bool,
}

/// Looks at a text alone.
///
/// # Errors
/// The first rule it breaks.
pub fn check(settings: &AntispamSettings, text: Text<'_>) -> Result<(), Spam> {
    let links = links(text.body);
    if links > settings.links.at_most {
        return Err(Spam::Links);
    }
    if text.is_new && links > settings.links.while_new {
        return Err(Spam::NewLinks);
    }
    if text.mentions > settings.mentions {
        return Err(Spam::Mentions);
    }
    if invisible_chars(text.sent) > settings.invisible {
        return Err(Spam::Invisible);
    }
    if is_shouted(text.body, settings.capitals) {
        return Err(Spam::Capitals);
    }
    Ok(())
}

/// Whether more than so many hundredths of the letters of a longer text are capitals.
fn is_shouted(text: &str, most: usize) -> bool {
    let cased = |c: &char| c.is_uppercase() || c.is_lowercase();
    let letters = text.chars().filter(cased).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    letters >= LETTERS && capitals * 100 > letters * most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sent: &str, is_new: bool) -> Option<Spam> {
        let settings = AntispamSettings::default();
        let body = praca_api::text::clean_text(sent);
        let mentions = praca_api::mentions::named(&body).len();
        check(&settings, Text { sent, body: &body, mentions, is_new }).err()
    }

    #[test]
    fn what_neighbours_write_is_no_spam() {
        for text in [
            "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
            "Lista: arroz, feijão, óleo, café, açúcar, sal, macarrão, tomate, cebola, alho, batata, cenoura",
            "Rua Doutor José Américo de Almeida, 1.284, apto 62, Jardim São Benedito, CEP 13010-111, Campinas/SP",
            "Minha terra tem palmeiras,\nOnde canta o Sabiá;\nAs aves, que aqui gorjeiam,\nNão gorjeiam como lá.",
            "GOOOOOOOOOL DO BRASIL!!!",
            "BOM DIA, VIZINHANÇA",
            "Olha o site da prefeitura: https://www.prefeitura.example/agenda",
            "@rosa @bento @cida @dalva @caio, vocês vêm no sábado?",
            "👨‍👩‍👧‍👦 👩🏽‍🌾 🧑‍🍳 🏳️‍🌈 👨‍👩‍👧‍👦 👩🏽‍🌾 🧑‍🍳 🏳️‍🌈",
            "CPF, RG, CNH e IPVA: o que levar ao DETRAN? O SUS e o INSS também pedem?",
            "",
        ] {
            assert_eq!(told(text, false), None, "{text}");
        }
    }

    #[test]
    fn what_breaks_a_rule_is_told_which() {
        let links = |count| "https://oferta.example/ganhe ".repeat(count);
        assert_eq!(told(&links(5), false), None);
        assert_eq!(told(&links(6), false), Some(Spam::Links));
        assert_eq!(told(&format!("```\n{}\n```", links(6)), false), Some(Spam::Links));
        assert_eq!(told(&"`www.oferta.example` ".repeat(6), false), Some(Spam::Links));
        assert_eq!(told(&"ganhe-mais.com/agora ".repeat(6), false), Some(Spam::Links));
        assert_eq!(told(&links(1), true), None);
        assert_eq!(told(&links(2), true), Some(Spam::NewLinks));
        let names = |count| "@vizinho ".repeat(count);
        assert_eq!(told(&names(8), false), None);
        assert_eq!(told(&names(9), false), Some(Spam::Mentions));
        let shout = "COMPRE AGORA MESMO O MELHOR PRODUTO DO BAIRRO INTEIRO COM DESCONTO";
        assert_eq!(told(shout, false), Some(Spam::Capitals));
        assert_eq!(told(&format!("{shout} ou passe aqui em casa para ver"), false), None);
        let hidden = "g\u{200b}a\u{200b}n\u{200b}h\u{200b}e \u{200b}d\u{200b}i\u{200b}n\u{200b}h\u{200b}eiro";
        assert_eq!(told(hidden, false), Some(Spam::Invisible));
    }

    #[test]
    fn nothing_that_can_be_written_makes_it_fail() {
        proptest::proptest!(|(text in ".{0,400}", is_new: bool)| {
            let _ = told(&text, is_new);
            let _ = Shape::of(&text);
        });
    }
}
