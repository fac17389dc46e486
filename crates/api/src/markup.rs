//! The small formatting of messages: bold, italics, code, quotes and links, as structure and never as HTML.
//!
//! `*bold*`, `_italics_`, `` `code` ``, ```` ``` ```` blocks, `> quote` lines and bare `https://` links. Markers count
//! only at the edge of a word, so that `2*3*4` and `nome_do_arquivo` stay as typed; what does not close is plain text.

/// A part of a message that stands on lines of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text; line ends are kept as `\n` in it.
    Paragraph(Vec<Inline>),
    /// Lines that began with `>`.
    Quote(Vec<Inline>),
    /// Lines between fences, exactly as typed.
    Code(String),
}

/// A part of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// As typed.
    Text(String),
    /// Strong.
    Bold(Vec<Inline>),
    /// Stressed.
    Italic(Vec<Inline>),
    /// Code, exactly as typed.
    Code(String),
    /// An `http` or `https` address, shown as typed.
    Link(String),
}

/// The beginning of a message without its formatting, on one line, at most `chars` characters.
pub fn snippet(text: &str, chars: usize) -> String {
    let mut plain = String::with_capacity(text.len());
    for block in parse(text) {
        match block {
            Block::Paragraph(inlines) | Block::Quote(inlines) => push_plain(&mut plain, &inlines),
            Block::Code(code) => plain.push_str(&code),
        }
        plain.push('\n');
    }
    crate::text::snippet(&plain, chars)
}

fn push_plain(plain: &mut String, inlines: &[Inline]) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) | Inline::Link(text) => plain.push_str(text),
            Inline::Bold(inner) | Inline::Italic(inner) => push_plain(plain, inner),
        }
    }
}

/// The bytes of a text that are code: between fences, or between backquotes on one line.
pub fn code_ranges(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut at = 0;
    let mut fence: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let ends = line.trim_end() == "```";
        match fence {
            Some(start) if ends => {
                ranges.push(start..at + line.len());
                fence = None;
            }
            Some(_) => {}
            None if line.trim_start().starts_with("```") && closes(&text[at + line.len()..]) => fence = Some(at),
            None => push_inline_code(&mut ranges, line, at),
        }
        at += line.len();
    }
    ranges
}

/// Whether a fence opened before `rest` is closed in it.
fn closes(rest: &str) -> bool {
    rest.split('\n').any(|line| line.trim_end() == "```")
}

fn push_inline_code(ranges: &mut Vec<std::ops::Range<usize>>, line: &str, offset: usize) {
    let mut at = 0;
    while let Some(open) = line[at..].find('`').map(|found| at + found) {
        let inside_word = line[..open].ends_with(char::is_alphanumeric);
        let close = line[open + 1..].find(['`', '\n']).map(|found| open + 1 + found);
        match close.filter(|close| !inside_word && line[*close..].starts_with('`')) {
            Some(close) if !line[open + 1..close].trim().is_empty() => {
                ranges.push(offset + open..offset + close + 1);
                at = close + 1;
            }
            _ => at = open + 1,
        }
    }
}

/// Deepest nesting of bold and italics.
const DEPTH: usize = 4;

/// Reads a message into blocks. Total: every text has a reading, and all that can be seen is kept.
pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.split('\n').peekable();
    let mut run: Vec<&str> = Vec::new();
    let mut quoting = false;
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("```") && lines.clone().any(|l| l.trim_end() == "```") {
            flush(&mut blocks, &mut run, quoting);
            let body: Vec<&str> = lines.by_ref().take_while(|l| l.trim_end() != "```").collect();
            blocks.push(Block::Code(body.join("\n")));
            continue;
        }
        let quoted = line.strip_prefix('>').map(|rest| rest.strip_prefix(' ').unwrap_or(rest));
        if quoted.is_some() != quoting {
            flush(&mut blocks, &mut run, quoting);
            quoting = quoted.is_some();
        }
        run.push(quoted.unwrap_or(line));
    }
    flush(&mut blocks, &mut run, quoting);
    blocks
}

fn flush(blocks: &mut Vec<Block>, run: &mut Vec<&str>, quoting: bool) {
    let text = run.join("\n");
    run.clear();
    if text.trim().is_empty() {
        return;
    }
    let inlines = parse_inline(text.trim_matches('\n'), 0);
    blocks.push(if quoting { Block::Quote(inlines) } else { Block::Paragraph(inlines) });
}

fn parse_inline(text: &str, depth: usize) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut plain_from = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let before = text[..at].chars().next_back();
        match inline_at(text, at, c, before, depth) {
            Some((inline, end)) => {
                push_text(&mut out, &text[plain_from..at]);
                out.push(inline);
                at = end;
                plain_from = end;
            }
            None => at += c.len_utf8(),
        }
    }
    push_text(&mut out, &text[plain_from..]);
    out
}

fn push_text(out: &mut Vec<Inline>, text: &str) {
    if !text.is_empty() {
        out.push(Inline::Text(text.to_owned()));
    }
}

/// What begins at `at`, and where it ends.
fn inline_at(text: &str, at: usize, c: char, before: Option<char>, depth: usize) -> Option<(Inline, usize)> {
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    match c {
        '`' => {
            let end = at + 1 + text[at + 1..].find(['`', '\n'])?;
            let code = &text[at + 1..end];
            (text[end..].starts_with('`') && !code.trim().is_empty()).then(|| (Inline::Code(code.to_owned()), end + 1))
        }
        '*' | '_' if depth < DEPTH => {
            let end = closing(text, at, c)?;
            let inner = parse_inline(&text[at + 1..end], depth + 1);
            Some((if c == '*' { Inline::Bold(inner) } else { Inline::Italic(inner) }, end + 1))
        }
        'h' => link_at(&text[at..]).map(|url| (Inline::Link(url.to_owned()), at + url.len())),
        _ => None,
    }
}

/// Where the marker opened at `at` closes: on the same line, not after a space, not inside a word.
fn closing(text: &str, at: usize, marker: char) -> Option<usize> {
    let rest = &text[at + 1..];
    if rest.starts_with(|c: char| c.is_whitespace() || c == marker) {
        return None;
    }
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    line.match_indices(marker).map(|(i, _)| i).find_map(|i| {
        let inside = !line[..i].ends_with(char::is_whitespace);
        let edge = !line[i + 1..].starts_with(|c: char| c.is_alphanumeric() || c == marker);
        (i > 0 && inside && edge).then_some(at + 1 + i)
    })
}

/// The `http(s)` address a text begins with, without the punctuation that ends the sentence round it.
fn link_at(text: &str) -> Option<&str> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    if !host.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`')).unwrap_or(text.len());
    let mut url = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '…']);
    while url.ends_with(')') && url.matches(')').count() > url.matches('(').count() {
        url = &url[..url.len() - 1];
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(s: &str) -> Inline {
        Inline::Text(s.into())
    }

    #[test]
    fn a_snippet_shows_no_markers() {
        assert_eq!(
            snippet("> o que é *isto*?\n`código` em https://praca.example", 60),
            "o que é isto? código em https://praca.example"
        );
        assert_eq!(snippet("*um texto longo*", 9), "um texto…");
    }

    #[test]
    fn bold_italics_code_and_links_are_found_in_running_text() {
        assert_eq!(
            parse("Oi, *gente _boa_*: veja `x*y` em https://praca.example/a_(b)."),
            vec![Block::Paragraph(vec![
                text("Oi, "),
                Inline::Bold(vec![text("gente "), Inline::Italic(vec![text("boa")])]),
                text(": veja "),
                Inline::Code("x*y".into()),
                text(" em "),
                Inline::Link("https://praca.example/a_(b)".into()),
                text("."),
            ])]
        );
    }

    #[test]
    fn markers_inside_words_and_unclosed_ones_are_plain() {
        for plain in ["2*3*4", "nome_do_arquivo", "*aberto", "* item", "a ** b", "``", "http:// nada", "* a *"] {
            assert_eq!(parse(plain), vec![Block::Paragraph(vec![text(plain)])], "{plain}");
        }
    }

    #[test]
    fn quotes_and_fences_stand_on_their_own_lines() {
        assert_eq!(
            parse("> um\n> dois\nresposta\n```\nlet *x*\n```\nfim"),
            vec![
                Block::Quote(vec![text("um\ndois")]),
                Block::Paragraph(vec![text("resposta")]),
                Block::Code("let *x*".into()),
                Block::Paragraph(vec![text("fim")]),
            ]
        );
    }

    #[test]
    fn a_script_address_is_no_link() {
        assert_eq!(parse("javascript:alert(1)"), vec![Block::Paragraph(vec![text("javascript:alert(1)")])]);
    }

    fn plain(inlines: &[Inline]) -> String {
        inlines
            .iter()
            .map(|i| match i {
                Inline::Text(t) | Inline::Code(t) | Inline::Link(t) => t.clone(),
                Inline::Bold(inner) | Inline::Italic(inner) => plain(inner),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn no_letter_is_lost(input in "[a-c*_`> \nh:/.]{0,80}") {
            let shown: String = parse(&input)
                .iter()
                .map(|b| match b {
                    Block::Paragraph(i) | Block::Quote(i) => plain(i),
                    Block::Code(c) => c.clone(),
                })
                .collect();
            let letters = |s: &str| s.chars().filter(char::is_ascii_alphabetic).collect::<String>();
            prop_assert_eq!(letters(&shown), letters(&input));
        }
    }
}
