//! What ads are sorted into: made, named, put in order, and removed.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::ProblemCode;
use praca_api::ads::arranging::PutCategory;
use praca_api::ads::{Category, CategoryNames};

use crate::components::{Dialog, ErrorLine, Icon, ListFrame, Listing, Proof};
use crate::language::language;
use crate::net::{Answer, Trouble};
use crate::pages::fair::category_name;
use crate::session::Session;
use crate::square::Square;

/// A category as it is written in the form.
#[derive(Clone, Default, PartialEq)]
struct Draft {
    /// None of one that is new: then it is written, too.
    known: Option<String>,
    slug: String,
    parent: String,
    names: [String; 3],
    days: String,
    position: String,
}

impl Draft {
    fn new() -> Self {
        Self { days: "30".to_owned(), ..Self::default() }
    }

    fn of(category: &Category) -> Self {
        let names = category.names.clone();
        Self {
            known: Some(category.slug.clone()),
            slug: category.slug.clone(),
            parent: category.parent.clone().unwrap_or_default(),
            names: [names.pt_br, names.en, names.es],
            days: category.days.to_string(),
            position: String::new(),
        }
    }

    /// What is no number the server refuses.
    fn wish(&self) -> PutCategory {
        let [pt_br, en, es] = self.names.clone();
        PutCategory {
            parent: Some(self.parent.clone()).filter(|parent| !parent.is_empty()),
            names: CategoryNames { pt_br, en, es },
            days: self.days.trim().parse().unwrap_or_default(),
            // People count from one.
            position: self.position.trim().parse::<i32>().ok().map(|place| place - 1),
        }
    }
}

/// The list, and the form in which one of it is written.
#[derive(Clone, Copy)]
struct Arranging {
    all: Listing<Category>,
    draft: RwSignal<Draft>,
    open: RwSignal<bool>,
    error: RwSignal<Option<Trouble>>,
    /// Whether something was not done, since ads or other categories stand in its way.
    in_use: RwSignal<bool>,
}

impl Arranging {
    fn fetch(self) {
        self.all.load("/categories?".to_owned());
    }

    fn save(self, session: Session) {
        let written = self.draft.get_untracked();
        let slug: String = js_sys::encode_uri_component(written.slug.trim()).into();
        spawn_local(async move {
            let path = format!("/categories/{slug}");
            let answer: Answer<Category> = session.send(Method::PUT, &path, Some(&written.wish())).await;
            // The page may be gone by now.
            match answer {
                Ok(_) => {
                    let _ = self.open.try_set(false);
                    self.fetch();
                }
                Err(trouble) if trouble.is(ProblemCode::RequestConflict) => {
                    let _ = (self.open.try_set(false), self.in_use.try_set(true));
                }
                Err(trouble) => drop(self.error.try_set(Some(trouble))),
            }
        });
    }

    fn write(self, draft: Draft) {
        self.error.set(None);
        self.in_use.set(false);
        self.draft.set(draft);
        self.open.set(true);
    }
}

/// The section.
#[component]
pub fn CategoriesSection() -> impl IntoView {
    let i18n = language();
    let (draft, open, error) = (RwSignal::new(Draft::new()), RwSignal::new(false), RwSignal::new(None));
    let all = Listing::new(expect_context::<Proof>());
    let arranging = Arranging { all, draft, open, error, in_use: RwSignal::new(false) };
    arranging.fetch();
    view! {
        <section class="stack mt-6">
            <div class="row row--between">
                <p>{t!(i18n, admin.categories_text)}</p>
                <button type="button" class="btn btn--primary" on:click=move |_| arranging.write(Draft::new())><Icon name="plus" />{t!(i18n, admin.new_category)}</button>
            </div>
            <div role="status">
                <Show when=move || arranging.in_use.get()><p class="notice" data-tone="caution"><Icon name="info" /><span>{t!(i18n, admin.category_used)}</span></p></Show>
            </div>
            <ListFrame
                listing=arranging.all drawing="stall"
                nothing=Signal::derive(move || t_string!(i18n, admin.no_categories).to_owned())
                nothing_text=Signal::derive(move || t_string!(i18n, admin.categories_text).to_owned())
            >
                <Tree arranging />
            </ListFrame>
            <Form arranging />
        </section>
    }
}

/// Each that is part of none, with its parts below it.
#[component]
fn Tree(arranging: Arranging) -> impl IntoView {
    move || {
        let all = arranging.all.items();
        let tops: Vec<Category> = all.iter().filter(|one| one.parent.is_none()).cloned().collect();
        let group = move |top: Category| {
            let parts = all.iter().filter(|one| one.parent.as_ref() == Some(&top.slug)).cloned();
            let parts = parts.map(|part| view! { <Row category=part arranging /> }).collect_view();
            view! { <li><ul class="rows"><Row category=top is_top=true arranging />{parts}</ul></li> }
        };
        view! { <ul class="stack stack--6">{tops.into_iter().map(group).collect_view()}</ul> }
    }
}

#[component]
fn Row(category: Category, #[prop(default = false)] is_top: bool, arranging: Arranging) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let kept = StoredValue::new(category);
    let name = move || kept.with_value(|category| category_name(i18n, category));
    let remove = move |_| {
        let slug = kept.with_value(|category| category.slug.clone());
        spawn_local(async move {
            let answer: Answer<()> = session.send(Method::DELETE, &format!("/categories/{slug}"), None::<&()>).await;
            match answer {
                Ok(()) => arranging.all.update(|all| all.retain(|other| other.slug != slug)),
                Err(trouble) if trouble.is(ProblemCode::RequestConflict) => drop(arranging.in_use.try_set(true)),
                Err(trouble) => arranging.all.complain(trouble),
            }
        });
    };
    let days = kept.with_value(|category| category.days);
    let slug = kept.with_value(|category| category.slug.clone());
    view! {
        <li class="row row--nowrap">
            <span class="grow">{if is_top { view! { <b>{name}</b> }.into_any() } else { view! { <span>{name}</span> }.into_any() }}" "<span class="small muted">{slug}" · "{t!(i18n, admin.shown_days, days)}</span></span>
            <button type="button" class="icon-btn" aria-label=move || t_string!(i18n, admin.change_category, name = name()) on:click=move |_| arranging.write(kept.with_value(Draft::of))><Icon name="square-pen" /></button>
            <button type="button" class="icon-btn" aria-label=move || t_string!(i18n, admin.remove_category, name = name()) on:click=remove><Icon name="x" /></button>
        </li>
    }
}

#[component]
fn Form(arranging: Arranging) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let Arranging { draft, open, error, .. } = arranging;
    let is_new = Memo::new(move |_| draft.with(|draft| draft.known.is_none()));
    let title = Signal::derive(move || {
        if is_new.get() { t_string!(i18n, admin.new_category) } else { t_string!(i18n, admin.category) }.to_owned()
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        arranging.save(session);
    };
    let line = move |id: &'static str, label: Signal<&'static str>, get: fn(&mut Draft) -> &mut String| {
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <input class="input" id=id maxlength="60" prop:value=move || draft.with(|draft| get(&mut draft.clone()).clone()) on:input=move |event| draft.update(|draft| *get(draft) = event_target_value(&event)) />
            </div>
        }
    };
    view! {
        <Dialog open id="g-categoria" title>
            <form class="stack" novalidate on:submit=submit>
                <Show when=move || is_new.get()>{line("g-slug", Signal::derive(move || t_string!(i18n, admin.slug)), |draft| &mut draft.slug)}</Show>
                {line("g-pt", Signal::derive(move || t_string!(i18n, admin.name_pt)), |draft| &mut draft.names[0])}
                {line("g-en", Signal::derive(move || t_string!(i18n, admin.name_en)), |draft| &mut draft.names[1])}
                {line("g-es", Signal::derive(move || t_string!(i18n, admin.name_es)), |draft| &mut draft.names[2])}
                <Parents arranging />
                {line("g-prazo", Signal::derive(move || t_string!(i18n, admin.days_shown)), |draft| &mut draft.days)}
                {line("g-lugar", Signal::derive(move || t_string!(i18n, admin.place_among)), |draft| &mut draft.position)}
                <ErrorLine error id="g-categoria-erro" />
                <div class="dialog-actions">
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{t!(i18n, chat.cancel)}</button>
                    <button type="submit" class="btn btn--primary">{t!(i18n, admin.save_category)}</button>
                </div>
            </form>
        </Dialog>
    }
}

/// What the category is part of.
#[component]
fn Parents(arranging: Arranging) -> impl IntoView {
    let i18n = language();
    let draft = arranging.draft;
    let option = move |category: Category| {
        let name = category_name(i18n, &category);
        let own = category.slug.clone();
        view! { <option value=category.slug prop:selected=move || draft.with(|draft| draft.parent == own)>{name}</option> }
    };
    let tops = move || {
        let slug = draft.with(|draft| draft.slug.clone());
        let tops = arranging.all.items().into_iter().filter(|one| one.parent.is_none() && one.slug != slug);
        tops.map(option).collect_view()
    };
    view! {
        <div class="field">
            <label for="g-parte">{t!(i18n, admin.part_of)}</label>
            <select class="input" id="g-parte" on:change=move |event| draft.update(|draft| draft.parent = event_target_value(&event))>
                <option value="" prop:selected=move || draft.with(|draft| draft.parent.is_empty())>{t!(i18n, admin.part_of_none)}</option>
                {tops}
            </select>
        </div>
    }
}
