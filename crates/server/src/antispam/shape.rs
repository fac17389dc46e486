//! The shape of a text: what stays of it when case, accents, look-alikes, punctuation and stretched letters are set aside,
//! as 64 bits of which alike texts share most (Charikar, "Similarity estimation techniques from rounding algorithms", 2002).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::fold::fold;

/// Texts with fewer letters and digits are said again and again by everybody: `sim`, `kkkk`, `bom dia a todos`.
const LEAST: usize = 24;
/// Texts from that length on are alike when so many bits differ at most; shorter ones only when none does.
const LONG: usize = 40;
const DIFFERENT_BITS: u32 = 9;
/// Letters that are looked at together.
const TOGETHER: usize = 4;

/// The shape of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Its bits.
    pub bits: u64,
    /// How many of them may differ in a text that is alike.
    pub tolerance: u32,
}

impl Shape {
    /// None for a text too short to tell anything.
    pub fn of(text: &str) -> Option<Self> {
        let letters = letters(text);
        if letters.len() < LEAST {
            return None;
        }
        let tolerance = if letters.len() < LONG { 0 } else { DIFFERENT_BITS };
        Some(Self { bits: bits(&letters), tolerance })
    }

    /// Whether two texts are much the same.
    pub fn is_like(self, bits: u64) -> bool {
        (self.bits ^ bits).count_ones() <= self.tolerance
    }
}

/// Small capitals, and the letters they are read as: no table of look-alikes has them.
const SMALL_CAPITALS: (&str, &str) = ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz");

fn from_small_capital(letter: char) -> char {
    let (small, plain) = SMALL_CAPITALS;
    small.chars().zip(plain.chars()).find(|(small, _)| *small == letter).map_or(letter, |(_, plain)| plain)
}

/// The letters and digits of a text, each as the simplest one that looks like it; one for several in a row.
fn letters(text: &str) -> Vec<char> {
    let text: String = text.chars().map(from_small_capital).collect();
    let plain: String = unicode_security::skeleton(&fold(&text)).collect();
    let mut letters: Vec<char> = fold(&plain).chars().filter(|c| c.is_alphanumeric()).collect();
    letters.dedup();
    collapse_pairs(&letters)
}

/// `hahaha` as `ha`: what is said twice in a row, two letters long, once.
fn collapse_pairs(letters: &[char]) -> Vec<char> {
    let mut kept: Vec<char> = Vec::with_capacity(letters.len());
    for letter in letters {
        kept.push(*letter);
        if let [.., a, b, c, d] = kept[..]
            && (a, b) == (c, d)
        {
            kept.truncate(kept.len() - 2);
        }
    }
    kept
}

/// Each group of letters votes on each bit; the majority decides.
fn bits(letters: &[char]) -> u64 {
    let mut votes = [0_i32; 64];
    for group in letters.windows(TOGETHER) {
        let mut hasher = DefaultHasher::new();
        group.hash(&mut hasher);
        let hash = hasher.finish();
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    votes.iter().enumerate().fold(0, |bits, (bit, vote)| bits | u64::from(*vote > 0) << bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(one: &str, two: &str) -> bool {
        Shape::of(one).is_some_and(|one| one.is_like(Shape::of(two).map_or(!one.bits, |two| two.bits)))
    }

    const OFFER: &str =
        "Vendo curso de renda extra, trabalhe de casa e ganhe cinco mil reais por mês, chame no privado";

    #[test]
    fn the_same_in_another_dress_is_alike() {
        for again in [
            "VENDO CURSO DE RENDA EXTRA! Trabalhe de casa e ganhe cinco mil reais por mês. Chame no privado!!!",
            "vendo curso de renda extra... trabalhe de casaaaa e ganhe cinco mil reais por mes, chame no privado",
            "Vеndо сursо dе rеndа ехtrа, trаbаlhе dе саsа е gаnhе сinсо mil rеаis роr mês, сhаmе nо рrivаdо",
            "ᴠᴇɴᴅᴏ ᴄᴜʀꜱᴏ ᴅᴇ ʀᴇɴᴅᴀ ᴇxᴛʀᴀ, ᴛʀᴀʙᴀʟʜᴇ ᴅᴇ ᴄᴀꜱᴀ ᴇ ɢᴀɴʜᴇ ᴄɪɴᴄᴏ ᴍɪʟ ʀᴇᴀɪꜱ ᴘᴏʀ ᴍês, ᴄʜᴀᴍᴇ ɴᴏ ᴘʀɪᴠᴀᴅᴏ",
            "V e n d o curso de renda extra, trabalhe de casa e ganhe cinco mil reais por mês, chame no privado",
            "Vendo curso de renda extra, trabalhe de casa e ganhe cinco mil reais por mês, chame no privado 😀 a7",
        ] {
            assert!(alike(OFFER, again), "{again}");
        }
    }

    #[test]
    fn what_people_write_one_after_the_other_is_not() {
        let verses = [
            "Minha terra tem palmeiras, onde canta o Sabiá; as aves, que aqui gorjeiam, não gorjeiam como lá.",
            "Nosso céu tem mais estrelas, nossas várzeas têm mais flores, nossos bosques têm mais vida, nossa vida mais amores.",
            "Em cismar, sozinho, à noite, mais prazer encontro eu lá; minha terra tem palmeiras, onde canta o Sabiá.",
            "Rua do Ipê, 120, casa 2, Jardim das Flores, CEP 13010-111, entregar depois das 18h",
            "Rua da Paineira, 87, fundos, Vila Nova, CEP 13010-220, entregar pela manhã",
            "Vendo bicicleta aro 29 pouco usada, com bomba e cadeado, duzentos reais, retirada no coreto",
            "Vendo fogão de quatro bocas funcionando, com mangueira nova, trezentos reais, entrego no bairro",
            "Arroz, feijão, óleo, café, açúcar, sal, macarrão, tomate, cebola, alho",
        ];
        for (at, one) in verses.iter().enumerate() {
            for two in &verses[at + 1..] {
                assert!(!alike(one, two), "{one}\n{two}");
            }
        }
    }

    #[test]
    fn what_everybody_says_has_no_shape() {
        for text in [
            "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
            "Bom dia a todos!",
            "Feliz aniversário!",
            "Muito obrigado, gente!",
            "Ainda está disponível?",
            "hahahahahahahahahahahahahahahahaha",
            "sim",
            "👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍",
            "",
        ] {
            assert_eq!(Shape::of(text), None, "{text}");
        }
        // Of short texts only the very same.
        assert!(alike("Alguém viu meu gato preto pela rua?", "ALGUÉM VIU MEU GATO PRETO PELA RUA???"));
        assert!(!alike("Alguém viu meu gato preto pela rua?", "Alguém viu meu pato preto pela rua?"));
    }
}
