//! Links of a text, as whoever reads it would take them for links: with or without `https://`.

/// Ends of names of sites that people leave the `https://` off, and that end no word of Portuguese, English or Spanish.
const ENDS: &[&str] = &[
    "app", "art", "biz", "br", "club", "co", "com", "dev", "fun", "gg", "icu", "info", "io", "link", "live", "ly",
    "me", "net", "online", "org", "page", "pro", "shop", "site", "space", "store", "tech", "tk", "to", "top", "tv",
    "vip", "website", "win", "work", "xyz",
];

/// How many there are, wherever they stand: code is no hiding place.
pub fn links(text: &str) -> usize {
    let text = text.to_lowercase();
    let named = text.matches("http://").count() + text.matches("https://").count();
    let bare = text
        .split(|c: char| c.is_whitespace() || matches!(c, '`' | '(' | ')' | '[' | ']' | '<' | '>' | '"' | ',' | ';'));
    named + bare.filter(|word| is_bare(word)).count()
}

/// `www.oferta.example`, `oferta.com`, `oferta.com/ganhe`, but neither `joao@oferta.com` nor `fim.Comprei`.
fn is_bare(word: &str) -> bool {
    if word.contains('@') || word.contains("://") {
        return false;
    }
    let site = word.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_end_matches(['.', '!', '*', '_', '~']);
    let labels: Vec<&str> = site.trim_start_matches(['*', '_', '~']).split('.').collect();
    let named = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let [first, .., last] = labels[..] else { return false };
    labels.iter().all(|label| named(label)) && (first == "www" || ENDS.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_counted_with_and_without_their_beginning() {
        for (text, count) in [
            ("veja https://a.example e http://b.example", 2),
            ("veja www.feira.example.", 1),
            ("é no bairro.com.br/agenda, ou em bit.ly/3xyz!", 2),
            ("**oferta.com** e [clique](oferta.shop)", 2),
            ("`oferta.xyz`", 1),
            ("escreva para joao@correio.com.br", 0),
            ("Acabou.Comprei tudo.Obrigado, R$ 1.284,50 às 17.30", 0),
            ("foto.png, lista.pdf e o item 3.2", 0),
            ("..com . com .", 0),
        ] {
            assert_eq!(links(text), count, "{text}");
        }
    }
}
