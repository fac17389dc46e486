//! What somebody looks for at the fair: in the address of the page, so that it is kept, sent on, and gone back to.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use leptos_router::params::ParamsMap;
use praca_api::ads::{AdKind, AdSort, Condition};
use praca_api::money::parse_amount;

use super::catalog::{Catalog, condition_word, kind_word, name_of};
use super::counts::Counts;
use super::places::PlaceFields;
use crate::language::{Language, language};

/// What is looked for, as it is written in a form; empty = anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    pub words: String,
    pub kind: String,
    pub category: String,
    pub least: String,
    pub most: String,
    pub state: String,
    pub city: String,
    pub condition: String,
    pub pictured: bool,
    pub sort: String,
}

/// What says that only ads with a picture are wanted.
const PICTURED: &str = "sim";

impl Filters {
    /// Those of an address.
    pub fn of_address(query: &ParamsMap) -> Self {
        let text = |name: &str| query.get(name).unwrap_or_default();
        Self {
            words: text("q"),
            kind: text("tipo"),
            category: text("categoria"),
            least: text("de"),
            most: text("ate"),
            state: text("uf"),
            city: text("cidade"),
            condition: text("estado"),
            pictured: text("foto") == PICTURED,
            sort: text("ordem"),
        }
    }

    fn named(&self) -> [(&'static str, &str); 10] {
        [
            ("q", self.words.trim()),
            ("tipo", &self.kind),
            ("categoria", &self.category),
            ("de", self.least.trim()),
            ("ate", self.most.trim()),
            ("uf", &self.state),
            ("cidade", self.city.trim()),
            ("estado", &self.condition),
            ("foto", if self.pictured { PICTURED } else { "" }),
            ("ordem", &self.sort),
        ]
    }

    /// The address of the page that shows what fits.
    pub fn address(&self) -> String {
        let query = encoded(self.named().map(|(name, value)| (name, value.to_owned())));
        if query.is_empty() { "/feira".to_owned() } else { format!("/feira?{query}") }
    }

    /// The address the server lists what fits at.
    pub fn request(&self) -> String {
        let query = self.query();
        format!("/ads?limit=24{}{query}", if query.is_empty() { "" } else { "&" })
    }

    /// The address it counts what fits at.
    pub fn counts_request(&self) -> String {
        format!("/ads/facets?{}", self.query())
    }

    /// The same as the server is asked; what is no amount bounds nothing.
    fn query(&self) -> String {
        let centavos = |text: &str| parse_amount(text).map(|centavos| centavos.to_string()).unwrap_or_default();
        // A place is asked for with the state it is in.
        let city = if self.state.is_empty() { String::new() } else { self.city.trim().to_owned() };
        encoded([
            ("q", self.words.trim().to_owned()),
            ("kind", self.kind.clone()),
            ("category", self.category.clone()),
            ("minCentavos", centavos(&self.least)),
            ("maxCentavos", centavos(&self.most)),
            ("state", self.state.clone()),
            ("city", city),
            ("condition", self.condition.clone()),
            ("withPicture", if self.pictured { "true" } else { "" }.to_owned()),
            ("sort", self.sort.clone()),
        ])
    }

    /// Whether anything is left out.
    pub fn are_set(&self) -> bool {
        self.named().iter().any(|(name, value)| *name != "ordem" && !value.is_empty())
    }
}

/// An amount as people write it: `620,00`.
pub fn written_amount(centavos: i64) -> String {
    format!("{},{:02}", centavos / 100, centavos % 100)
}

fn encoded<const N: usize>(parts: [(&str, String); N]) -> String {
    let given = parts.into_iter().filter(|(_, value)| !value.is_empty());
    let part = |(name, value): (&str, String)| format!("{name}={}", String::from(js_sys::encode_uri_component(&value)));
    given.map(part).collect::<Vec<_>>().join("&")
}

/// The form.
#[component]
pub fn FilterForm(
    /// What is written; it holds once the form is sent.
    written: RwSignal<Filters>,
    counts: Counts,
    send: Callback<()>,
) -> impl IntoView {
    let i18n = language();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    view! {
        <form class="stack stack--6" aria-label=move || t_string!(i18n, fair.filter) on:submit=submit>
            <Kinds written counts />
            <Categories written counts />
            <Prices written />
            <Places written />
            <Conditions written counts />
            <label class="switch">
                <span>{t!(i18n, fair.pictured)}</span>
                <input
                    type="checkbox" role="switch" prop:checked=move || written.with(|written| written.pictured)
                    on:change=move |event| written.update(|written| written.pictured = event_target_checked(&event))
                />
            </label>
            <button type="submit" class="btn btn--primary btn--block">{t!(i18n, fair.show)}</button>
        </form>
    }
}

/// How many there are, once that is known.
#[component]
fn Count(count: Signal<Option<String>>) -> impl IntoView {
    move || count.get().map(|count| view! { " "<small class="muted">{count}</small> })
}

#[component]
fn Kinds(written: RwSignal<Filters>, counts: Counts) -> impl IntoView {
    let i18n = language();
    let choice = move |kind: Option<AdKind>| {
        let code = kind.map_or("", AdKind::as_str);
        let word = move || kind.map_or_else(|| t_string!(i18n, fair.anything), |kind| kind_word(i18n, kind));
        view! {
            <label class="check">
                <input
                    type="radio" name="tipo" prop:checked=move || written.with(|written| written.kind == code)
                    on:change=move |_| written.update(|written| code.clone_into(&mut written.kind))
                />
                {word}<Count count=Signal::derive(move || counts.of_kind(code)) />
            </label>
        }
    };
    let kinds = [None, Some(AdKind::Sale), Some(AdKind::Trade), Some(AdKind::Service)];
    view! { <fieldset class="field"><legend>{t!(i18n, fair.looking_for)}</legend>{kinds.map(choice).into_iter().collect_view()}</fieldset> }
}

#[component]
fn Categories(written: RwSignal<Filters>, counts: Counts) -> impl IntoView {
    let i18n = language();
    let catalog = expect_context::<Catalog>();
    let option = move |slug: String, name: String, is_within: bool| {
        let chosen = {
            let slug = slug.clone();
            move || written.with(|written| written.category == slug)
        };
        // A list of choices knows no levels.
        let shown = if is_within { format!("\u{2003}{name}") } else { name };
        let count = {
            let slug = slug.clone();
            move || counts.of_category(&slug).map(|count| format!(" ({count})"))
        };
        view! { <option value=slug prop:selected=chosen>{shown}{count}</option> }
    };
    let options = move || {
        let all = catalog.all();
        all.into_iter().map(|one| option(one.slug.clone(), name_of(i18n, &one), one.parent.is_some())).collect_view()
    };
    view! {
        <div class="field">
            <label for="f-cat">{t!(i18n, fair.category)}</label>
            <select class="input" id="f-cat" on:change=move |event| written.update(|written| written.category = event_target_value(&event))>
                <option value="" prop:selected=move || written.with(|written| written.category.is_empty())>{t!(i18n, fair.all_categories)}</option>
                {options}
            </select>
        </div>
    }
}

#[component]
fn Prices(written: RwSignal<Filters>) -> impl IntoView {
    let i18n = language();
    view! {
        <fieldset class="field">
            <legend>{t!(i18n, fair.price)}</legend>
            <div class="row row--nowrap">
                <div class="input-group grow">
                    <span class="prefix" aria-hidden="true">"R$"</span>
                    <input
                        class="input" inputmode="decimal" aria-label=move || t_string!(i18n, fair.least) prop:value=move || written.with(|written| written.least.clone())
                        on:input=move |event| written.update(|written| written.least = event_target_value(&event))
                    />
                </div>
                <span class="muted">{t!(i18n, fair.to)}</span>
                <div class="input-group grow">
                    <span class="prefix" aria-hidden="true">"R$"</span>
                    <input
                        class="input" inputmode="decimal" aria-label=move || t_string!(i18n, fair.most) prop:value=move || written.with(|written| written.most.clone())
                        on:input=move |event| written.update(|written| written.most = event_target_value(&event))
                    />
                </div>
            </div>
        </fieldset>
    }
}

#[component]
fn Places(written: RwSignal<Filters>) -> impl IntoView {
    let i18n = language();
    let change = Callback::new(move |(state, city)| {
        written.update(|written| {
            written.state = state;
            written.city = city;
        });
    });
    view! {
        <PlaceFields
            state=Signal::derive(move || written.with(|written| written.state.clone()))
            city=Signal::derive(move || written.with(|written| written.city.clone()))
            change none=Signal::derive(move || t_string!(i18n, fair.all_of_brazil))
        />
    }
}

#[component]
fn Conditions(written: RwSignal<Filters>, counts: Counts) -> impl IntoView {
    let i18n = language();
    let option = move |condition: Option<Condition>| {
        let code = condition.map_or("", Condition::as_str);
        let word = move || words_of(i18n, condition);
        let count = move || counts.of_condition(code).map(|count| format!(" ({count})"));
        view! { <option value=code prop:selected=move || written.with(|written| written.condition == code)>{word}{count}</option> }
    };
    let conditions = [None, Some(Condition::New), Some(Condition::Used)];
    view! {
        <div class="field">
            <label for="f-estado">{t!(i18n, fair.condition)}</label>
            <select class="input" id="f-estado" on:change=move |event| written.update(|written| written.condition = event_target_value(&event))>
                {conditions.map(option).into_iter().collect_view()}
            </select>
        </div>
    }
}

fn words_of(i18n: Language, condition: Option<Condition>) -> &'static str {
    condition.map_or_else(|| t_string!(i18n, fair.any), |condition| condition_word(i18n, condition))
}

/// The order of what is found.
#[component]
pub fn Order(written: RwSignal<Filters>, send: Callback<()>) -> impl IntoView {
    let i18n = language();
    let word = move |sort| match sort {
        AdSort::Newest => t_string!(i18n, fair.newest),
        AdSort::PriceAsc => t_string!(i18n, fair.cheapest),
        AdSort::PriceDesc => t_string!(i18n, fair.dearest),
    };
    // The newest first is what one gets without asking.
    let code = |sort: AdSort| if sort == AdSort::Newest { "" } else { sort.as_str() };
    let option = move |sort: AdSort| {
        view! { <option value=code(sort) prop:selected=move || written.with(|written| written.sort == code(sort))>{move || word(sort)}</option> }
    };
    let change = move |event| {
        written.update(|written| written.sort = event_target_value(&event));
        send.run(());
    };
    view! {
        <label class="fair-order">
            <span class="visually-hidden">{t!(i18n, fair.order)}</span>
            <select class="input" on:change=change>
                {[AdSort::Newest, AdSort::PriceAsc, AdSort::PriceDesc].map(option).into_iter().collect_view()}
            </select>
        </label>
    }
}
