//! The language in force.

use crate::i18n::{Locale, use_i18n};

/// Knows the locale and its texts.
pub type Language = leptos_i18n::I18nContext<Locale>;

/// The language of the page.
pub fn language() -> Language {
    use_i18n()
}

/// The languages by their own names.
pub const LANGUAGES: [(Locale, &str); 3] =
    [(Locale::pt_BR, "Português"), (Locale::en, "English"), (Locale::es, "Español")];
