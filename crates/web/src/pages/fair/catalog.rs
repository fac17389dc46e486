//! What ads are sorted into, and the words for what they are.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::t_string;
use praca_api::Page;
use praca_api::ads::{AdKind, AdStatus, Category, Condition};

use crate::i18n::Locale;
use crate::language::Language;
use crate::net::Answer;
use crate::square::Square;

/// The categories, once they are here.
#[derive(Clone, Copy)]
pub struct Catalog(RwSignal<Vec<Category>>);

impl Catalog {
    /// Asks for them. Without an answer ads are shown by their slugs, and nothing is chosen.
    pub fn fetch() -> Self {
        let session = expect_context::<Square>().session;
        let catalog = Self(RwSignal::new(Vec::new()));
        spawn_local(async move {
            let answer: Answer<Page<Category>> = session.send(Method::GET, "/categories", None::<&()>).await;
            if let Ok(page) = answer {
                let _ = catalog.0.try_set(page.items);
            }
        });
        catalog
    }

    /// All of them, those of a group after it.
    pub fn all(self) -> Vec<Category> {
        self.0.get()
    }

    /// A category's name, with the group it is part of before it in a list of all.
    pub fn name(self, i18n: Language, slug: &str) -> String {
        let name = self.0.with(|all| all.iter().find(|one| one.slug == slug).map(|one| name_of(i18n, one)));
        name.unwrap_or_else(|| slug.to_owned())
    }
}

/// A category's name in the language on the page.
pub fn name_of(i18n: Language, category: &Category) -> String {
    let names = &category.names;
    match i18n.get_locale() {
        Locale::pt_BR => names.pt_br.clone(),
        Locale::en => names.en.clone(),
        Locale::es => names.es.clone(),
    }
}

/// What somebody wants, in a word.
pub fn kind_word(i18n: Language, kind: AdKind) -> &'static str {
    match kind {
        AdKind::Sale => t_string!(i18n, fair.sale),
        AdKind::Trade => t_string!(i18n, fair.trade),
        AdKind::Service => t_string!(i18n, fair.service),
    }
}

/// The icon of a kind, and its name among the styles.
pub const fn kind_looks(kind: AdKind) -> (&'static str, &'static str) {
    match kind {
        AdKind::Sale => ("tag", "venda"),
        AdKind::Trade => ("repeat-2", "troca"),
        AdKind::Service => ("hand-helping", "servico"),
    }
}

/// Where an ad stands, in a word.
pub fn status_word(i18n: Language, status: AdStatus) -> &'static str {
    match status {
        AdStatus::Pending => t_string!(i18n, fair.pending),
        AdStatus::Approved => t_string!(i18n, fair.approved),
        AdStatus::Active => t_string!(i18n, fair.active),
        AdStatus::Concluded => t_string!(i18n, fair.concluded),
        AdStatus::Suspended => t_string!(i18n, fair.suspended),
        AdStatus::Deleted => t_string!(i18n, fair.deleted),
        AdStatus::Rejected => t_string!(i18n, fair.rejected),
    }
}

/// The icon of where an ad stands, and its name among the styles.
pub const fn status_looks(status: AdStatus) -> (&'static str, &'static str) {
    match status {
        AdStatus::Pending => ("clock", "pendente"),
        AdStatus::Approved => ("badge-check", "aprovado"),
        AdStatus::Active => ("circle-check", "ativo"),
        AdStatus::Concluded => ("handshake", "concluido"),
        AdStatus::Suspended => ("circle-pause", "suspenso"),
        AdStatus::Rejected => ("circle-alert", "suspenso"),
        AdStatus::Deleted => ("x", "concluido"),
    }
}

/// In what state a thing is, in words.
pub fn condition_word(i18n: Language, condition: Condition) -> &'static str {
    match condition {
        Condition::New => t_string!(i18n, fair.new),
        Condition::Used => t_string!(i18n, fair.used),
    }
}
