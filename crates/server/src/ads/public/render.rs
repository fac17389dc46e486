//! Public pages as HTML.

use askama::Template;
use praca_api::accounts::Locale;
use praca_api::ads::{AdKind, Category, Condition};
use praca_api::markup::{Block, Inline, parse, snippet};
use praca_api::uploads::Attachment;
use serde_json::json;

use super::super::categories::Tree;
use super::super::entity::Model;
use super::words::Words;
use crate::error::{Error, Result};
use crate::uploads::UsedPicture;

/// Characters of what a page is about.
const ABOUT: usize = 200;

/// What the head of a page says.
pub struct Head {
    pub locale: &'static str,
    pub title: String,
    pub about: String,
    /// Where it is, in full.
    pub address: String,
    /// Where the same is inside.
    pub inside: String,
    pub image: Option<Image>,
    /// What search engines read.
    pub data: Option<String>,
    pub is_gone: bool,
    /// The square's sign.
    pub icon: Option<String>,
    /// Style sheets of the client.
    pub sheets: Vec<String>,
}

/// A picture.
pub struct Image {
    pub path: String,
    /// In full, as JPEG.
    pub address: String,
    pub alt: String,
    pub width: u32,
    pub height: u32,
}

/// An ad among others.
pub struct Card {
    pub path: String,
    pub kind: &'static str,
    /// What its style is called.
    pub style: &'static str,
    pub title: String,
    pub price: String,
    pub place: String,
    pub image: Option<Image>,
}

/// An ad in full.
pub struct Shown {
    pub kind: &'static str,
    /// What its style is called.
    pub style: &'static str,
    pub price: String,
    pub owner: String,
    pub told: String,
    pub condition: Option<&'static str>,
    pub quantity: i32,
    pub place: String,
    pub images: Vec<Image>,
}

/// The page of the fair, or of a category.
#[derive(Template)]
#[template(path = "public_list.html")]
pub struct ListPage {
    pub head: Head,
    pub words: &'static Words,
    /// The categories it is part of, with their addresses.
    pub group: Option<Vec<(String, String)>>,
    /// Those that are part of it.
    pub parts: Vec<(String, String)>,
    pub ads: Vec<Card>,
    pub next: Option<String>,
}

/// The page of an ad.
#[derive(Template)]
#[template(path = "public_ad.html")]
pub struct AdPage {
    pub head: Head,
    pub words: &'static Words,
    pub group: Vec<(String, String)>,
    /// None = it ended.
    pub ad: Option<Shown>,
    pub similar: Vec<Card>,
}

/// A page as text.
///
/// # Errors
/// A template fails, which none does.
pub fn html(page: &impl Template) -> Result<String> {
    page.render().map_err(Error::internal)
}

/// The address of an ad's page, below that of the square.
pub fn ad_path(row: &Model) -> String {
    format!("/anuncios/{}", row.id)
}

/// The address of a category's page.
pub fn category_path(slug: &str) -> String {
    format!("/anuncios/categoria/{slug}")
}

/// A category's name.
pub fn name_of(category: &Category, locale: Locale) -> String {
    match locale {
        Locale::PtBr => category.names.pt_br.clone(),
        Locale::En => category.names.en.clone(),
        Locale::Es => category.names.es.clone(),
    }
}

/// A category with those it is part of, the widest first: names and addresses.
pub fn way_to(tree: &Tree, slug: &str, locale: Locale) -> Vec<(String, String)> {
    let all = tree.with_those_above(slug);
    let named = all.iter().rev().filter_map(|slug| tree.get(slug));
    named.map(|category| (name_of(category, locale), category_path(&category.slug))).collect()
}

/// The pictures of an ad; `origin` is where the square is.
pub fn images(row: &Model, origin: &str) -> Vec<Image> {
    let pictures = UsedPicture::read_all(row.pictures.as_ref());
    let image = |picture: &UsedPicture| {
        let Attachment { alt, variants, .. } = picture.attachment();
        let medium = variants.medium;
        let jpeg = medium
            .url
            .rsplit_once('/')
            .map_or_else(|| medium.url.clone(), |(folder, _)| format!("{folder}/medium.jpg"));
        let alt = if alt.is_empty() { row.title.clone() } else { alt };
        Image { path: medium.url, address: format!("{origin}{jpeg}"), alt, width: medium.width, height: medium.height }
    };
    pictures.iter().map(image).collect()
}

/// What an ad costs, in words.
pub fn price(row: &Model, words: &Words, locale: Locale) -> String {
    let Some(centavos) = row.centavos else { return words.without_price(row.kind).to_owned() };
    let (point, comma) = if locale == Locale::En { (',', '.') } else { ('.', ',') };
    let digits = (centavos / 100).to_string();
    let mut whole = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            whole.push(point);
        }
        whole.push(digit);
    }
    format!("R$ {whole}{comma}{:02}", centavos % 100)
}

/// Where an ad is.
pub fn place(row: &Model) -> String {
    let city = format!("{} · {}", row.city, row.state);
    row.neighborhood.as_ref().map_or(city.clone(), |part| format!("{part}, {city}"))
}

/// An ad among others.
pub fn card(row: &Model, words: &Words, locale: Locale, origin: &str) -> Card {
    let image = images(row, origin).into_iter().next();
    Card {
        path: ad_path(row),
        kind: words.kind(row.kind),
        style: style(row.kind),
        title: row.title.clone(),
        price: price(row, words, locale),
        place: place(row),
        image,
    }
}

/// What the style of a kind is called.
pub const fn style(kind: AdKind) -> &'static str {
    match kind {
        AdKind::Sale => "venda",
        AdKind::Trade => "troca",
        AdKind::Service => "servico",
    }
}

/// What the head says of an ad.
pub fn about(row: &Model, words: &Words, locale: Locale) -> String {
    format!("{} · {} · {}", price(row, words, locale), place(row), snippet(&row.description, ABOUT))
}

/// An ad for search engines (schema.org), safe inside a `script` element.
pub fn linked_data(row: &Model, address: &str, images: &[Image]) -> String {
    let availability = "https://schema.org/InStock";
    let offer = row.centavos.map(|centavos| {
        json!({
            "@type": "Offer", "url": address, "priceCurrency": "BRL", "availability": availability,
            "price": format!("{}.{:02}", centavos / 100, centavos % 100),
            "priceValidUntil": row.expires_at,
            "areaServed": format!("{}, {}", row.city, row.state),
        })
    });
    let condition = row.condition.map(|condition| match condition {
        Condition::New => "https://schema.org/NewCondition",
        Condition::Used => "https://schema.org/UsedCondition",
    });
    let kind = if row.kind == AdKind::Service { "Service" } else { "Product" };
    let mut data = json!({
        "@context": "https://schema.org", "@type": kind, "name": row.title, "url": address,
        "description": snippet(&row.description, 5_000),
        "image": images.iter().map(|image| &image.address).collect::<Vec<_>>(),
    });
    if let (Some(data), Some(offer)) = (data.as_object_mut(), offer) {
        data.insert("offers".into(), offer);
    }
    if let (Some(data), Some(condition)) = (data.as_object_mut(), condition) {
        data.insert("itemCondition".into(), json!(condition));
    }
    // No text of an ad ends the element, or begins a comment in it.
    data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The formatting of an ad's description as HTML.
pub fn told(text: &str) -> String {
    let one = |block: &Block| match block {
        Block::Paragraph(parts) => format!("<p>{}</p>", inline(parts)),
        Block::Quote(parts) => format!("<blockquote><p>{}</p></blockquote>", inline(parts)),
        Block::Code(code) => format!("<pre><code>{}</code></pre>", escaped(code)),
    };
    parse(text).iter().map(one).collect()
}

fn inline(parts: &[Inline]) -> String {
    let one = |part: &Inline| match part {
        Inline::Text(text) => escaped(text).replace('\n', "<br>"),
        Inline::Bold(parts) => format!("<strong>{}</strong>", inline(parts)),
        Inline::Italic(parts) => format!("<em>{}</em>", inline(parts)),
        Inline::Code(code) => format!("<code>{}</code>", escaped(code)),
        Inline::Link(address) => {
            format!(r#"<a href="{0}" rel="nofollow ugc noopener">{0}</a>"#, escaped(address))
        }
    };
    parts.iter().map(one).collect()
}

fn escaped(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html).map(|safe| safe.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_text_wherever_it_stands() {
        let html = told("*Oi* <script>alert(1)</script>\n> cita \"a\"\nhttps://exemplo.org/?a=1&b=\"x");
        assert!(html.contains("<strong>Oi</strong>") && html.contains("&#60;script&#62;"), "{html}");
        assert!(!html.contains("<script") && !html.contains("b=\"x"), "{html}");
    }
}
