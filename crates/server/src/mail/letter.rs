//! A mail in words, and how it looks: as text and as HTML, with nothing that is loaded from elsewhere.

use askama::Template;
use praca_api::accounts::Locale;
use praca_api::mail::MailTemplate;

use crate::error::{Error, Result};

/// A mail in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it is about.
    pub template: MailTemplate,
    /// In which language.
    pub locale: Locale,
    /// Its subject, which is also its heading.
    pub subject: String,
    /// Whom it greets, by handle: a name of one's own choice would let people send words of theirs to addresses of others.
    pub greeting: String,
    /// What it says.
    pub paragraphs: Vec<String>,
    /// Lines that belong together.
    pub lines: Vec<Line>,
    /// What its reader can do.
    pub action: Option<Action>,
    /// What to do, or not, if it surprises its reader.
    pub note: String,
    /// Why it came.
    pub footer: String,
}

/// A line of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What happened.
    pub headline: String,
    /// What was said.
    pub detail: String,
}

/// What one can do with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What the button says.
    pub label: String,
    /// Where it leads.
    pub url: String,
}

/// A mail as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail.txt", escape = "none")]
struct Text<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    letter: &'a Letter,
}

impl Letter {
    /// As it is sent.
    ///
    /// # Errors
    /// A template fails, which none does.
    pub fn render(&self) -> Result<Rendered> {
        let text = Text { letter: self }.render().map_err(Error::internal)?;
        let html = Html { letter: self }.render().map_err(Error::internal)?;
        Ok(Rendered { text: text.trim_start().to_owned(), html })
    }
}
