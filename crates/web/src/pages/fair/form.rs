//! Writing an ad, or changing one, beside how it will look.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use praca_api::ads::{Ad, AdKind, Condition};
use praca_api::limits::{AD_DESCRIPTION_CHARS, AD_TITLE_CHARS};
use praca_api::uploads::Attachment;

use super::card::{Kind, Price};
use super::catalog::{Catalog, condition_word, kind_word, name_of};
use super::draft::{Draft, Refused};
use super::hints::{Advice, in_texts};
use super::photos::{PhotoField, Photos};
use super::places::PlaceFields;
use crate::components::{Icon, RichText, Shell, explain, explain_ad};
use crate::language::{Language, language};
use crate::net::{Answer, Trouble};
use crate::square::Square;

/// The pictures of an ad, with the change that waits.
fn as_it_would_be(ad: Ad) -> Vec<Attachment> {
    ad.pending_change.and_then(|change| change.images).unwrap_or(ad.images)
}

/// What is being written, and what was wrong with it.
#[derive(Clone, Copy)]
struct Writing {
    draft: RwSignal<Draft>,
    photos: Photos,
    refused: RwSignal<Option<Refused>>,
    trouble: RwSignal<Option<Trouble>>,
    busy: RwSignal<bool>,
    /// The ad that is changed, and the version that was read.
    of: StoredValue<Option<(praca_api::AdId, i32)>>,
}

impl Writing {
    /// What is wrong with a field, in plain words.
    fn wrong(self, i18n: Language, field: &'static str) -> Option<String> {
        if let Some((_, code)) = self.refused.get().filter(|(refused, _)| *refused == field) {
            return explain_ad(i18n, field, code).map(str::to_owned);
        }
        let Some(Trouble::Problem(problem)) = self.trouble.get() else { return None };
        let found = problem.errors.iter().find(|error| error.field == field)?;
        explain_ad(i18n, field, &found.code).map(str::to_owned)
    }

    async fn send(self, session: crate::session::Session) -> Option<Ad> {
        let ids = match self.photos.described().await {
            Ok(ids) => ids,
            Err(trouble) => {
                self.trouble.try_set(Some(trouble));
                return None;
            }
        };
        let draft = self.draft.try_get_untracked()?;
        let asked = match self.of.try_get_value()? {
            None => draft.wish(ids).map(|wish| (Method::POST, "/ads".to_owned(), serde_json::to_value(wish))),
            Some((id, version)) => draft
                .change(version, ids)
                .map(|patch| (Method::PATCH, format!("/ads/{id}"), serde_json::to_value(patch))),
        };
        let (method, path, body) = match asked {
            Ok(asked) => asked,
            Err(refused) => {
                self.refused.try_set(Some(refused));
                return None;
            }
        };
        let answer: Answer<Ad> = session.send(method, &path, body.ok().as_ref()).await;
        answer.map_err(|trouble| self.trouble.try_set(Some(trouble))).ok()
    }
}

/// The page: of a new ad, or of one that is changed.
#[component]
pub fn AdForm(#[prop(optional)] ad: Option<Ad>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    // No conversation is open here.
    square.enter(None);
    let is_new = ad.is_none();
    let writing = Writing {
        draft: RwSignal::new(ad.as_ref().map_or_else(Draft::kept, Draft::of)),
        of: StoredValue::new(ad.as_ref().map(|ad| (ad.id, ad.version))),
        photos: Photos::of(ad.map(as_it_would_be).unwrap_or_default()),
        refused: RwSignal::new(None),
        trouble: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    if is_new {
        Effect::new(move |_| writing.draft.with(Draft::keep));
    }
    let title = move || if is_new { t_string!(i18n, fair.new_ad) } else { t_string!(i18n, fair.change_ad) };
    view! {
        <Shell pane="main" layout=Signal::stored(Some("context"))>
            <section class="pane-main" aria-label=title>
                <div class="awning" aria-hidden="true"></div>
                <div class="pane-scroll">
                    <div class="page page--narrow">
                        <header class="page-head"><div><h1>{title}</h1><p>{t!(i18n, fair.reviewed)}</p></div></header>
                        <Form writing is_new />
                    </div>
                </div>
            </section>
            <section class="pane-context" aria-label=move || t_string!(i18n, fair.preview)>
                <header class="pane-head"><div class="pane-title"><h2>{t!(i18n, fair.preview)}</h2></div></header>
                <div class="pane-scroll pane-scroll--pad"><Preview writing /></div>
            </section>
        </Shell>
    }
}

#[component]
fn Form(writing: Writing, is_new: bool) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let navigate = use_navigate();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if writing.busy.get_untracked() {
            return;
        }
        writing.busy.set(true);
        writing.refused.set(None);
        writing.trouble.set(None);
        let navigate = navigate.clone();
        spawn_local(async move {
            let sent = writing.send(session).await;
            // The page may be gone by now.
            let _ = writing.busy.try_set(false);
            if let Some(ad) = sent {
                if is_new {
                    Draft::forget();
                }
                navigate(&format!("/feira/{}", ad.id), NavigateOptions::default());
            }
        });
    };
    // What is about a field stands beside it.
    let said = move || match (writing.refused.get(), writing.trouble.get()) {
        (Some(_), _) => Some(t_string!(i18n, fair.look).to_owned()),
        (None, Some(Trouble::Problem(problem)))
            if problem.errors.iter().any(|error| explain_ad(i18n, &error.field, &error.code).is_some()) =>
        {
            Some(t_string!(i18n, fair.look).to_owned())
        }
        (None, trouble) => trouble.map(|trouble| explain(i18n, &trouble)),
    };
    let waiting = move || writing.photos.are_waiting();
    view! {
        <form class="stack stack--6" novalidate on:submit=submit>
            <div role="alert">{move || said().map(|said| view! { <p class="notice" data-tone="danger"><Icon name="circle-alert" /><span>{said}</span></p> })}</div>
            <Kinds writing />
            <PhotoField photos=writing.photos />
            <Wrong writing field="uploadIds" />
            <Grid writing />
            <div class="row row--between">
                <span class="small muted" role="status">{move || waiting().then(|| t_string!(i18n, pictures.checking))}</span>
                <button type="submit" class="btn btn--primary" disabled=move || waiting() || writing.busy.get()>{t!(i18n, fair.send)}</button>
            </div>
        </form>
    }
}

/// All that is written, beside each other where there is room.
#[component]
fn Grid(writing: Writing) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="form-grid">
            <Line writing field="title" id="a-titulo" label=Signal::derive(move || t_string!(i18n, fair.title)) most=*AD_TITLE_CHARS.end() get=|draft| &mut draft.title wide=true />
            <Line writing field="price" id="a-preco" label=Signal::derive(move || t_string!(i18n, fair.price_reais)) most=20 get=|draft| &mut draft.price hint=Signal::derive(move || t_string!(i18n, fair.price_hint)) />
            <Categories writing />
            <Description writing />
            <Line writing field="quantity" id="a-quantidade" label=Signal::derive(move || t_string!(i18n, fair.quantity)) most=4 get=|draft| &mut draft.quantity />
            <Conditions writing />
            <Places writing />
            <Line writing field="neighborhood" id="a-bairro" label=Signal::derive(move || t_string!(i18n, fair.neighborhood)) most=60 get=|draft| &mut draft.neighborhood />
        </div>
    }
}

/// What is wrong with a field.
#[component]
fn Wrong(writing: Writing, field: &'static str) -> impl IntoView {
    let i18n = language();
    view! {
        <div id=format!("erro-{field}")>
            {move || writing.wrong(i18n, field).map(|said| view! { <p class="error"><Icon name="circle-alert" /><span>{said}</span></p> })}
        </div>
    }
}

/// A field of one line.
#[component]
fn Line(
    writing: Writing,
    field: &'static str,
    id: &'static str,
    label: Signal<&'static str>,
    most: usize,
    get: fn(&mut Draft) -> &mut String,
    #[prop(optional)] wide: bool,
    #[prop(optional)] hint: Option<Signal<&'static str>>,
) -> impl IntoView {
    let i18n = language();
    let value = move || writing.draft.with(|draft| get(&mut draft.clone()).clone());
    let wrong = move || writing.wrong(i18n, field).is_some().then_some("true");
    view! {
        <div class="field" class:span=wide>
            <label for=id>{label}</label>
            <input
                class="input" id=id maxlength=most aria-invalid=wrong aria-describedby=format!("erro-{field}") prop:value=value
                on:input=move |event| writing.draft.update(|draft| *get(draft) = event_target_value(&event))
            />
            {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
            <Wrong writing field />
        </div>
    }
}

#[component]
fn Description(writing: Writing) -> impl IntoView {
    let i18n = language();
    let wrong = move || writing.wrong(i18n, "description").is_some().then_some("true");
    view! {
        <div class="field span">
            <label for="a-desc">{t!(i18n, fair.told)}</label>
            <textarea
                class="input" id="a-desc" rows="5" maxlength=*AD_DESCRIPTION_CHARS.end() aria-invalid=wrong aria-describedby="a-desc-dica erro-description"
                prop:value=move || writing.draft.with(|draft| draft.description.clone())
                on:input=move |event| writing.draft.update(|draft| draft.description = event_target_value(&event))
            ></textarea>
            <p class="hint" id="a-desc-dica">{t!(i18n, fair.told_hint)}</p>
            <Advice found=Signal::derive(move || writing.draft.with(|draft| in_texts(&draft.title, &draft.description, &draft.neighborhood))) />
            <Wrong writing field="description" />
        </div>
    }
}

#[component]
fn Kinds(writing: Writing) -> impl IntoView {
    let i18n = language();
    let choice = move |kind: AdKind| {
        view! {
            <label>
                <input
                    type="radio" name="tipo" prop:checked=move || writing.draft.with(|draft| draft.kind() == kind)
                    on:change=move |_| writing.draft.update(|draft| kind.as_str().clone_into(&mut draft.kind))
                />
                {move || kind_word(i18n, kind)}
            </label>
        }
    };
    view! {
        <fieldset class="field">
            <legend>{t!(i18n, fair.what_kind)}</legend>
            <div class="seg">{[AdKind::Sale, AdKind::Trade, AdKind::Service].map(choice).into_iter().collect_view()}</div>
        </fieldset>
    }
}

/// Groups are headings: an ad is of one of those below.
#[component]
fn Categories(writing: Writing) -> impl IntoView {
    let i18n = language();
    let catalog = expect_context::<Catalog>();
    let option = move |slug: String, name: String| {
        let own = slug.clone();
        view! { <option value=slug prop:selected=move || writing.draft.with(|draft| draft.category == own)>{name}</option> }
    };
    let groups = move || {
        let all = catalog.all();
        let tops = all.iter().filter(|one| one.parent.is_none()).cloned().collect::<Vec<_>>();
        let group = move |top: praca_api::ads::Category| {
            let below: Vec<_> = all.iter().filter(|one| one.parent.as_ref() == Some(&top.slug)).cloned().collect();
            let name = name_of(i18n, &top);
            if below.is_empty() {
                return option(top.slug, name).into_any();
            }
            let options = below.into_iter().map(|one| option(one.slug.clone(), name_of(i18n, &one))).collect_view();
            view! { <optgroup label=name>{options}</optgroup> }.into_any()
        };
        tops.into_iter().map(group).collect_view()
    };
    let wrong = move || writing.wrong(i18n, "category").is_some().then_some("true");
    view! {
        <div class="field">
            <label for="a-cat">{t!(i18n, fair.category)}</label>
            <select
                class="input" id="a-cat" aria-invalid=wrong aria-describedby="erro-category"
                on:change=move |event| writing.draft.update(|draft| draft.category = event_target_value(&event))
            >
                <option value="" prop:selected=move || writing.draft.with(|draft| draft.category.is_empty())>{t!(i18n, fair.choose)}</option>
                {groups}
            </select>
            <Wrong writing field="category" />
        </div>
    }
}

#[component]
fn Conditions(writing: Writing) -> impl IntoView {
    let i18n = language();
    let option = move |condition: Option<Condition>| {
        let code = condition.map_or("", Condition::as_str);
        let word =
            move || condition.map_or_else(|| t_string!(i18n, fair.choose), |condition| condition_word(i18n, condition));
        view! { <option value=code prop:selected=move || writing.draft.with(|draft| draft.condition == code)>{word}</option> }
    };
    view! {
        <div class="field" hidden=move || writing.draft.with(|draft| draft.kind() == AdKind::Service)>
            <label for="a-estado">{t!(i18n, fair.condition)}</label>
            <select class="input" id="a-estado" on:change=move |event| writing.draft.update(|draft| draft.condition = event_target_value(&event))>
                {[None, Some(Condition::New), Some(Condition::Used)].map(option).into_iter().collect_view()}
            </select>
        </div>
    }
}

#[component]
fn Places(writing: Writing) -> impl IntoView {
    let i18n = language();
    let change = Callback::new(move |(state, city)| {
        writing.draft.update(|draft| {
            draft.state = state;
            draft.city = city;
        });
    });
    let trouble = Signal::derive(move || writing.wrong(i18n, "state").or_else(|| writing.wrong(i18n, "city")));
    view! {
        <PlaceFields
            state=Signal::derive(move || writing.draft.with(|draft| draft.state.clone()))
            city=Signal::derive(move || writing.draft.with(|draft| draft.city.clone()))
            change none=Signal::derive(move || t_string!(i18n, fair.choose)) trouble
        />
    }
}

/// The ad as it will stand at the fair.
#[component]
fn Preview(writing: Writing) -> impl IntoView {
    let i18n = language();
    let draft = writing.draft;
    let price = move || view! { <Price price=draft.with(Draft::price).ok().flatten() kind=draft.with(Draft::kind) /> };
    let title = move || Some(draft.with(|draft| draft.title.clone())).filter(|title| !title.trim().is_empty());
    let place = move || {
        draft.with(
            |draft| if draft.neighborhood.trim().is_empty() { draft.city.clone() } else { draft.neighborhood.clone() },
        )
    };
    view! {
        <div class="ads">
            <div class="ad">
                <div class="ad-photo">
                    {move || writing.photos.cover().map(|src| view! { <img src=src alt="" /> })}
                    {move || view! { <Kind kind=draft.with(Draft::kind) /> }}
                </div>
                <div class="ad-body">
                    {price}
                    <h3>{move || title().unwrap_or_else(|| t_string!(i18n, fair.title).to_owned())}</h3>
                    <p class="ad-foot"><span>{place}</span></p>
                </div>
            </div>
        </div>
        <div class="mt-4 measure">{move || view! { <RichText body=draft.with(|draft| draft.description.clone()) /> }}</div>
    }
}
