//! Ads of the demo people, one at least at each place of an ad's life.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use praca_api::ads::{AdKind, Condition, NewAd};
use praca_api::money::Money;

use crate::ads::{Verb, Why};
use crate::app::App;
use crate::auth::Actor;
use crate::db::page::PageQuery;
use crate::error::{Error, Result};

/// What becomes of an ad after it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Waits,
    Shown,
    Paused,
    Concluded,
    Suspended,
    Rejected,
    Deleted,
}

/// An ad: whose, what for, its title, description, price in centavos, category, and what becomes of it.
type Line = (&'static str, AdKind, &'static str, &'static str, Option<i64>, &'static str, Fate);

/// The deleted one comes first: it is told from one that was never there by those that follow.
const ADS: [Line; 12] = [
    (
        "caio",
        AdKind::Sale,
        "Ventilador de mesa",
        "Funciona bem, mas faz barulho no três. Vendi para o vizinho.",
        Some(6_000),
        "eletrodomesticos",
        Fate::Deleted,
    ),
    (
        "caio",
        AdKind::Sale,
        "Bicicleta aro 26 com cestinha, revisada",
        "Quadro de aço vermelho, *câmaras, freios e corrente novos*. A cestinha é da feira de artesanato.",
        Some(85_000),
        "bicicletas",
        Fate::Shown,
    ),
    (
        "davi",
        AdKind::Sale,
        "Mudas de manjericão, suculenta e cacto",
        "Em vasinhos de barro, já pegas. Levo até o portão para quem mora perto.",
        Some(1_500),
        "plantas",
        Fate::Shown,
    ),
    (
        "elis",
        AdKind::Service,
        "Bolo de chocolate com morango, 2 kg",
        "Encomendas até quinta, entrega no sábado. Faço sem lactose também.",
        Some(8_990),
        "festas",
        Fate::Shown,
    ),
    (
        "davi",
        AdKind::Trade,
        "Violão de estudo por teclado ou ukulele",
        "Cordas novas e capa. Aceito conversar sobre outras trocas de instrumento.",
        None,
        "musica",
        Fate::Shown,
    ),
    (
        "elis",
        AdKind::Service,
        "Ajuste de roupas e barras em 24 horas",
        "Barra de calça, zíper e cintura. Busco e levo no bairro.",
        Some(2_500),
        "costura",
        Fate::Shown,
    ),
    (
        "caio",
        AdKind::Trade,
        "Coleção de romances brasileiros por HQs",
        "Doze livros, todos lidos e bem cuidados, com o meu nome na primeira página.",
        None,
        "livros",
        Fate::Paused,
    ),
    (
        "davi",
        AdKind::Sale,
        "Fogão de quatro bocas, forno limpo",
        "Troquei por um de embutir. Acende nas quatro bocas, com mangueira nova.",
        Some(48_000),
        "eletrodomesticos",
        Fate::Concluded,
    ),
    (
        "elis",
        AdKind::Sale,
        "Relógio de parede que adianta",
        "Adianta dez minutos por dia; serve para quem se atrasa.",
        Some(3_000),
        "decoracao",
        Fate::Suspended,
    ),
    (
        "caio",
        AdKind::Sale,
        "Celular na caixa, sem nota",
        "Nunca usado. Não tenho a nota, mas garanto que é bom.",
        Some(90_000),
        "celulares",
        Fate::Rejected,
    ),
    (
        "davi",
        AdKind::Sale,
        "Sofá de dois lugares, tecido verde",
        "Firme, sem manchas, dois anos de uso. Cabe em apartamento: 1,50 m de largura.",
        Some(62_000),
        "moveis",
        Fate::Waits,
    ),
    (
        "elis",
        AdKind::Service,
        "Passeio com cachorros, manhã e tarde",
        "Quarenta minutos na praça, no máximo três por vez. Levo água e saquinhos.",
        Some(3_000),
        "cuidado-de-animais",
        Fate::Waits,
    ),
];

/// Writes those that are missing.
///
/// # Errors
/// The database refuses.
pub async fn load(app: &App, people: &HashMap<&str, Arc<Actor>>) -> Result<()> {
    let find = |handle: &str| people.get(handle).cloned().ok_or_else(Error::not_found);
    let moderator = find("bia")?;
    let mut there = HashSet::new();
    for handle in ["caio", "davi", "elis"] {
        let own = app.ads.own(&*find(handle)?, &PageQuery::default()).await?;
        there.extend(own.items.into_iter().map(|ad| ad.title));
    }
    let is_new = there.is_empty();
    for line in &ADS {
        let (handle, _, title, _, _, _, fate) = *line;
        if there.contains(title) || (fate == Fate::Deleted && !is_new) {
            continue;
        }
        write(app, &*find(handle)?, &moderator, line).await?;
    }
    Ok(())
}

async fn write(app: &App, owner: &Actor, moderator: &Actor, line: &Line) -> Result<()> {
    let (_, kind, title, description, centavos, category, fate) = *line;
    let wish = NewAd {
        kind,
        title: title.into(),
        description: description.into(),
        price: centavos.map(Money::brl),
        quantity: None,
        category: category.into(),
        state: "SP".into(),
        city: "São Paulo".into(),
        neighborhood: Some("Vila Esperança".into()),
        condition: (kind != AdKind::Service).then_some(Condition::Used),
        upload_ids: Vec::new(),
    };
    let ad = app.ads.create(owner, wish).await?.id;
    let why = |reason: &str| Why { reason: Some(reason.to_owned()), version: None };
    if !matches!(fate, Fate::Waits | Fate::Rejected) {
        app.ads.step(moderator, ad, Verb::Approve, Why::default()).await?;
    }
    match fate {
        Fate::Waits | Fate::Shown => Ok(()),
        Fate::Paused => app.ads.step(owner, ad, Verb::Pause, Why::default()).await.map(drop),
        Fate::Concluded => app.ads.step(owner, ad, Verb::Conclude, Why::default()).await.map(drop),
        Fate::Suspended => {
            app.ads.step(moderator, ad, Verb::Suspend, why("Conte se ele funciona parado.")).await.map(drop)
        }
        Fate::Rejected => {
            app.ads.step(moderator, ad, Verb::Reject, why("Sem nota não dá para saber de onde veio.")).await.map(drop)
        }
        Fate::Deleted => app.ads.delete(owner, ad, None).await,
    }
}
