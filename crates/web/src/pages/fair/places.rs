//! Choosing a state of Brazil, and one of its municipalities.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::Page;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::language::language;
use crate::net::Answer;
use crate::session::Session;
use crate::square::Square;

#[derive(Clone, Deserialize)]
struct State {
    code: String,
    name: String,
}

#[derive(Clone, Deserialize)]
struct City {
    name: String,
}

/// Those at an address. Without an answer there is nothing to choose.
async fn places<T: DeserializeOwned>(session: Session, address: String) -> Vec<T> {
    let answer: Answer<Page<T>> = session.send(Method::GET, &address, None::<&()>).await;
    answer.map(|page| page.items).unwrap_or_default()
}

async fn cities_of(session: Session, state: String) -> Vec<City> {
    if state.is_empty() {
        return Vec::new();
    }
    places(session, format!("/states/{}/cities", String::from(js_sys::encode_uri_component(&state)))).await
}

/// A state, and once there is one, a city, which is proposed as it is written.
#[component]
pub fn PlaceFields(
    #[prop(into)] state: Signal<String>,
    #[prop(into)] city: Signal<String>,
    /// Is given both, whichever was changed.
    change: Callback<(String, String)>,
    /// What stands for no state.
    #[prop(into)]
    none: Signal<&'static str>,
    /// What is wrong with either.
    #[prop(optional, into)]
    trouble: MaybeProp<String>,
) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let states = LocalResource::new(move || places::<State>(session, "/states".to_owned()));
    let cities = LocalResource::new(move || cities_of(session, state.get()));
    let option = move |one: State| {
        let code = one.code.clone();
        view! { <option value=one.code prop:selected=move || state.with(|state| *state == code)>{one.name}</option> }
    };
    let names = move || {
        cities.get().map(|all| all.into_iter().map(|city| view! { <option value=city.name></option> }).collect_view())
    };
    let wrong = move || trouble.get().is_some().then_some("true");
    view! {
        <div class="field">
            <label for="f-uf">{t!(i18n, fair.state)}</label>
            <select class="input" id="f-uf" aria-invalid=wrong on:change=move |event| change.run((event_target_value(&event), String::new()))>
                <option value="" prop:selected=move || state.with(String::is_empty)>{none}</option>
                {move || states.get().map(|all| all.into_iter().map(option).collect_view())}
            </select>
        </div>
        <div class="field" hidden=move || state.with(String::is_empty)>
            <label for="f-cidade">{t!(i18n, fair.city)}</label>
            <input
                class="input" id="f-cidade" list="f-cidades" autocomplete="off" aria-invalid=wrong aria-describedby="f-cidade-erro"
                placeholder=move || t_string!(i18n, fair.city_hint) prop:value=city
                on:input=move |event| change.run((state.get_untracked(), event_target_value(&event)))
            />
            <datalist id="f-cidades">{names}</datalist>
        </div>
        <p class="error span" id="f-cidade-erro" hidden=move || trouble.get().is_none()>{move || trouble.get()}</p>
    }
}
