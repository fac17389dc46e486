//! Many ads at once, for benchmarks: invented, and the same for the same number on the same day.

use std::time::Duration;

use praca_api::ads::{AdKind, AdStatus, Condition};
use praca_api::{AdId, Timestamp, UserId};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use uuid::Builder;

use super::Ads;
use super::entity::{Column, Entity, Model};
use crate::error::{Error, Result};
use crate::localities::{self, Municipality, State};

/// Ads one statement stores: SQLite takes 32,766 values.
const AT_ONCE: u64 = 1_000;
/// Milliseconds of a day.
const DAY: u64 = 86_400_000;
/// Days over which they were published: the oldest is still on display.
const SPREAD_DAYS: u64 = 29;

/// What is advertised: the category, and what there is of it.
const THINGS: [(&str, [&str; 6]); 8] = [
    ("moveis", ["Sofá", "Mesa", "Estante", "Cama", "Cadeira", "Guarda-roupa"]),
    ("cozinha", ["Panela", "Liquidificador", "Jogo de pratos", "Cafeteira", "Faqueiro", "Assadeira"]),
    ("plantas", ["Muda de manjericão", "Vaso de samambaia", "Orquídea", "Suculenta", "Jabuticabeira", "Composteira"]),
    ("bicicletas", ["Bicicleta", "Bicicleta infantil", "Capacete", "Bagageiro", "Selim", "Pneu aro 26"]),
    ("musica", ["Violão", "Cavaquinho", "Teclado", "Pandeiro", "Flauta", "Caixa de som"]),
    ("ferramentas", ["Furadeira", "Serra", "Escada", "Carrinho de mão", "Jogo de chaves", "Betoneira"]),
    ("decoracao", ["Tapete", "Espelho", "Quadro", "Abajur", "Cortina", "Relógio de parede"]),
    ("faxina", ["Faxina", "Limpeza de vidros", "Passadeira", "Lavagem de sofá", "Organização", "Faxina pesada"]),
];
const QUALITIES: [&str; 12] = [
    "azul",
    "de madeira",
    "antigo",
    "quase novo",
    "reforçado",
    "pequeno",
    "grande",
    "dobrável",
    "colorido",
    "simples",
    "importado",
    "restaurado",
];
const SENTENCES: [&str; 12] = [
    "Pouco uso, sempre guardado em lugar seco.",
    "Tem marcas do tempo, nada que atrapalhe.",
    "Retirada com hora marcada, perto da igreja.",
    "Motivo da venda: mudança de casa.",
    "Aceito conversar sobre o valor.",
    "Posso entregar no bairro aos sábados.",
    "Acompanha o manual e a caixa original.",
    "Revisado no mês passado por quem entende.",
    "Serve bem para quem está começando.",
    "Foi da minha avó e merece um bom dono.",
    "Cabe no carro com o banco deitado.",
    "Troco também por algo para o quintal.",
];
/// Where many live, a municipality the more often the earlier it stands.
const CITIES: [(&str, &str); 8] = [
    ("SP", "São Paulo"),
    ("RJ", "Rio de Janeiro"),
    ("BA", "Salvador"),
    ("CE", "Fortaleza"),
    ("MG", "Belo Horizonte"),
    ("PE", "Recife"),
    ("SP", "Campinas"),
    ("PR", "Curitiba"),
];
const QUARTERS: [&str; 6] = ["Centro", "Vila Esperança", "Jardim das Flores", "Boa Vista", "São José", "Alto da Serra"];

/// What invented ads are made of.
struct Maker<'a> {
    owners: &'a [UserId],
    places: Vec<(State, Municipality)>,
    /// The day's beginning, in milliseconds since 1970.
    today: u64,
    count: u64,
}

impl Ads {
    /// Stores so many invented ads of these owners, nine of ten on display; those that are there already stay. They have no history and
    /// nobody is told of them.
    ///
    /// # Errors
    /// The database refuses: what was stored stays.
    pub async fn fill(&self, owners: &[UserId], count: u64) -> Result<()> {
        let base = &self.0.base;
        let now = u64::try_from(base.clock.now().millis()).unwrap_or_default();
        let places = localities::states()
            .into_iter()
            .flat_map(|state| state.municipalities().into_iter().map(move |city| (state, city)));
        let maker = Maker { owners, places: places.collect(), today: now / DAY * DAY, count };
        for first in (0..count).step_by(usize::try_from(AT_ONCE).unwrap_or(usize::MAX)) {
            // Each statement is made for itself, so that a run that was stopped goes on where it was.
            let mut random = SmallRng::seed_from_u64(first);
            let rows: Option<Vec<Model>> =
                (first..count.min(first + AT_ONCE)).map(|at| maker.ad(at, &mut random)).collect();
            let rows = rows.ok_or_else(Error::not_found)?.into_iter().map(|row| row.into_active_model().reset_all());
            let again = OnConflict::column(Column::Id).do_nothing().to_owned();
            Entity::insert_many(rows).on_conflict(again).exec_without_returning(base.db.write()).await?;
        }
        Ok(())
    }
}

impl Maker<'_> {
    /// The ad of a number: 0 is the newest.
    fn ad(&self, at: u64, random: &mut SmallRng) -> Option<Model> {
        let age = u64::try_from(u128::from(at) * u128::from(SPREAD_DAYS * DAY) / u128::from(self.count)).ok()?;
        let made = self.today - age;
        let published = Timestamp::from_millis(i64::try_from(made).ok()?)?;
        let (category, title, description) = wording(at, random)?;
        let is_service = category == "faxina";
        let kind = match random.random_range(0..4) {
            _ if is_service => AdKind::Service,
            0 => AdKind::Trade,
            _ => AdKind::Sale,
        };
        let (state, city) = self.place(random)?;
        let status = match random.random_range(0..100) {
            0..90 => AdStatus::Active,
            90..94 => AdStatus::Concluded,
            94..97 => AdStatus::Approved,
            _ => AdStatus::Pending,
        };
        let passed = (status != AdStatus::Pending).then_some(published);
        let end = published + Duration::from_secs(86_400 * if is_service { 60 } else { 30 });
        // Prices spread over the powers of ten, as prices do: from R$ 5 to R$ 5,000.
        let centavos = 500 * 10_i64.pow(random.random_range(0..3)) + random.random_range(0..500) * 10;
        Some(Model {
            id: AdId(Builder::from_unix_timestamp_millis(made, &random.random()).into_uuid()),
            owner_id: *self.owners.choose(random)?,
            kind,
            title,
            description,
            centavos: (kind != AdKind::Trade).then_some(centavos),
            quantity: 1,
            category: category.to_owned(),
            state: state.letters.to_owned(),
            city_code: city.code,
            city: city.name.to_owned(),
            neighborhood: QUARTERS.choose(random).map(|quarter| (*quarter).to_owned()),
            condition: (!is_service).then(|| if random.random_ratio(1, 5) { Condition::New } else { Condition::Used }),
            pictures: None,
            status,
            status_reason: None,
            shown_before: false,
            version: 1,
            change: None,
            published_at: passed,
            expires_at: passed.map(|_| end),
            reminded_for: passed.map(|_| end),
            created_at: published,
            changed_at: published,
        })
    }

    /// Half of them are in a few large cities.
    fn place(&self, random: &mut SmallRng) -> Option<(State, Municipality)> {
        if random.random() {
            return self.places.choose(random).copied();
        }
        // The lower of two numbers: the first cities are the most frequent.
        let at = random.random_range(0..CITIES.len()).min(random.random_range(0..CITIES.len()));
        let (letters, name) = CITIES.get(at)?;
        let state = localities::state(letters)?;
        Some((state, state.municipality(name)?))
    }
}

/// A category, and what an ad of it says.
fn wording(at: u64, random: &mut SmallRng) -> Option<(&'static str, String, String)> {
    let (category, things) = THINGS.choose(random)?;
    let title = format!("{} {}", things.choose(random)?, QUALITIES.choose(random)?);
    let told: Vec<&str> = SENTENCES.sample(random, 3).copied().collect();
    let description = format!("{title}, número {at}. {}", told.join(" "));
    Some((category, title, description))
}
