//! The words of public pages, in the three languages.

use praca_api::accounts::Locale;
use praca_api::ads::{AdKind, Condition};

/// The words of a page in one language.
pub struct Words {
    pub skip: &'static str,
    pub enter: &'static str,
    pub notice: &'static str,
    pub privacy: &'static str,
    pub terms: &'static str,
    pub rules: &'static str,
    pub fair: &'static str,
    pub fair_about: &'static str,
    pub category_about: &'static str,
    pub categories: &'static str,
    pub crumbs: &'static str,
    pub ads: &'static str,
    pub nothing: &'static str,
    pub more: &'static str,
    pub photos: &'static str,
    pub by: &'static str,
    pub talk: &'static str,
    pub told: &'static str,
    pub details: &'static str,
    pub condition: &'static str,
    pub quantity: &'static str,
    pub place: &'static str,
    pub gone: &'static str,
    pub gone_text: &'static str,
    pub similar: &'static str,
    sale: &'static str,
    trade: &'static str,
    service: &'static str,
    new: &'static str,
    used: &'static str,
    to_trade: &'static str,
    to_agree: &'static str,
}

impl Words {
    /// Those of a language.
    pub const fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::PtBr => &PORTUGUESE,
            Locale::En => &ENGLISH,
            Locale::Es => &SPANISH,
        }
    }

    /// What somebody wants.
    pub const fn kind(&self, kind: AdKind) -> &'static str {
        match kind {
            AdKind::Sale => self.sale,
            AdKind::Trade => self.trade,
            AdKind::Service => self.service,
        }
    }

    /// In what state a thing is.
    pub const fn state(&self, condition: Condition) -> &'static str {
        match condition {
            Condition::New => self.new,
            Condition::Used => self.used,
        }
    }

    /// What stands in the place of a price.
    pub const fn without_price(&self, kind: AdKind) -> &'static str {
        match kind {
            AdKind::Trade => self.to_trade,
            AdKind::Sale | AdKind::Service => self.to_agree,
        }
    }
}

const PORTUGUESE: Words = Words {
    skip: "Ir para o conteúdo",
    enter: "Entrar na praça",
    notice: "Aviso legal",
    privacy: "Privacidade",
    terms: "Termos de uso",
    rules: "Regras da praça",
    fair: "Feira",
    fair_about: "O que a vizinhança vende, troca e sabe fazer.",
    category_about: "Anúncios da vizinhança.",
    categories: "Categorias",
    crumbs: "Você está em",
    ads: "Anúncios",
    nothing: "Ainda não há anúncios aqui.",
    more: "Mais anúncios",
    photos: "Fotos do anúncio",
    by: "Anúncio de",
    talk: "Entrar para conversar",
    told: "Descrição",
    details: "Detalhes",
    condition: "Conservação",
    quantity: "Quantidade",
    place: "Onde",
    gone: "Este anúncio não está mais aqui",
    gone_text: "Ele foi concluído, saiu da feira ou chegou ao fim do prazo.",
    similar: "Parecidos",
    sale: "Venda",
    trade: "Troca",
    service: "Serviço",
    new: "Novo",
    used: "Usado",
    to_trade: "Para trocar",
    to_agree: "A combinar",
};

const ENGLISH: Words = Words {
    skip: "Go to the content",
    enter: "Enter the square",
    notice: "Legal notice",
    privacy: "Privacy",
    terms: "Terms of use",
    rules: "House rules",
    fair: "Fair",
    fair_about: "What the neighbourhood sells, trades and knows how to do.",
    category_about: "Ads of the neighbourhood.",
    categories: "Categories",
    crumbs: "You are in",
    ads: "Ads",
    nothing: "There are no ads here yet.",
    more: "More ads",
    photos: "Pictures of the ad",
    by: "Ad by",
    talk: "Log in to talk",
    told: "Description",
    details: "Details",
    condition: "Condition",
    quantity: "Quantity",
    place: "Where",
    gone: "This ad is not here any more",
    gone_text: "It was concluded, left the fair, or came to the end of its time.",
    similar: "Similar ads",
    sale: "Sale",
    trade: "Trade",
    service: "Service",
    new: "New",
    used: "Used",
    to_trade: "To trade",
    to_agree: "To be agreed on",
};

const SPANISH: Words = Words {
    skip: "Ir al contenido",
    enter: "Entrar en la plaza",
    notice: "Aviso legal",
    privacy: "Privacidad",
    terms: "Términos de uso",
    rules: "Reglas de la plaza",
    fair: "Feria",
    fair_about: "Lo que el vecindario vende, cambia y sabe hacer.",
    category_about: "Anuncios del vecindario.",
    categories: "Categorías",
    crumbs: "Estás en",
    ads: "Anuncios",
    nothing: "Todavía no hay anuncios aquí.",
    more: "Más anuncios",
    photos: "Fotos del anuncio",
    by: "Anuncio de",
    talk: "Entrar para conversar",
    told: "Descripción",
    details: "Detalles",
    condition: "Estado",
    quantity: "Cantidad",
    place: "Dónde",
    gone: "Este anuncio ya no está aquí",
    gone_text: "Se concretó, salió de la feria o llegó al fin de su plazo.",
    similar: "Parecidos",
    sale: "Venta",
    trade: "Cambio",
    service: "Servicio",
    new: "Nuevo",
    used: "Usado",
    to_trade: "Para cambiar",
    to_agree: "A convenir",
};
