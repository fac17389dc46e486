//! Running the square: people, invites, what was done, mail, and how the server does.

mod audit;
mod categories;
mod invites;
mod mail;
mod measures;
mod people;
mod person;

use leptos::prelude::*;
use leptos_i18n::{t, t_string};

use super::inside::{second_part, third_part};
use crate::components::{Empty, Icon, Shell, Wave, bring_into_view};
use crate::language::language;
use crate::square::Square;
use audit::AuditSection;
use categories::CategoriesSection;
use invites::InvitesSection;
use mail::MailSection;
use measures::MeasuresSection;
use people::PeopleSection;
use person::PersonSection;

/// The parts of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    People,
    Invites,
    Categories,
    Mail,
    Audit,
    Measures,
}

/// Parts of a query, each after an `&`; what is empty is left out.
fn query(parts: &[(&str, String)]) -> String {
    let part = |(name, text): &(&str, String)| {
        let text: String = js_sys::encode_uri_component(text.trim()).into();
        if text.is_empty() { text } else { format!("&{name}={text}") }
    };
    parts.iter().map(part).collect()
}

/// The page.
#[component]
pub fn Admin() -> impl IntoView {
    let square = expect_context::<Square>();
    // No conversation is open here.
    square.enter(None);
    let (part, of) = (second_part(), third_part());
    let section = Memo::new(move |_| match part.get().as_deref() {
        Some("convites") => Section::Invites,
        Some("categorias") => Section::Categories,
        Some("mail") => Section::Mail,
        Some("registro") => Section::Audit,
        Some("servidor") => Section::Measures,
        _ => Section::People,
    });
    view! {
        <Shell pane="main" layout=Signal::stored(Some("single"))>
            <section class="pane-main">
                <div class="pane-scroll">
                    <div class="page">
                        <Head section />
                        <Show
                            when=move || square.runs_the_square()
                            fallback=move || if square.session.user().is_some_and(|user| user.must_add_factor) {
                                view! { <RoleWaits /> }.into_any()
                            } else {
                                view! { <NotYours /> }.into_any()
                            }
                        >
                            <Tabs section />
                            {move || match section.get() {
                                Section::People => match of.get() {
                                    Some(id) => view! { <PersonSection id /> }.into_any(),
                                    None => view! { <PeopleSection /> }.into_any(),
                                },
                                Section::Invites => view! { <InvitesSection /> }.into_any(),
                                Section::Categories => view! { <CategoriesSection /> }.into_any(),
                                Section::Audit => view! { <AuditSection /> }.into_any(),
                                Section::Mail => view! { <MailSection /> }.into_any(),
                                Section::Measures => view! { <MeasuresSection /> }.into_any(),
                            }}
                        </Show>
                    </div>
                </div>
            </section>
        </Shell>
    }
}

#[component]
fn Head(section: Memo<Section>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    view! {
        <header class="page-head">
            <div><h1>{t!(i18n, admin.title)}</h1><p>{t!(i18n, admin.about)}</p></div>
            <Show when=move || square.runs_the_square() && section.get() != Section::Invites>
                <a class="btn" href="/admin/convites"><Icon name="user-round-plus" />{t!(i18n, admin.invite)}</a>
            </Show>
        </header>
    }
}

/// For people who do not run the square.
#[component]
fn NotYours() -> impl IntoView {
    let i18n = language();
    view! {
        <Empty
            drawing="gate" title=Signal::derive(move || t_string!(i18n, admin.not_yours).to_owned())
            text=Signal::derive(move || t_string!(i18n, error.denied).to_owned())
        />
    }
}

/// For an administrator whose role waits for a second factor.
#[component]
fn RoleWaits() -> impl IntoView {
    let i18n = language();
    view! {
        <Empty
            drawing="gate" title=Signal::derive(move || t_string!(i18n, factors.admin_waits).to_owned())
            text=Signal::derive(move || t_string!(i18n, factors.admin_waits_text).to_owned())
        >
            <a class="btn btn--primary" href="/perfil#segundo-fator">{t!(i18n, factors.to_profile)}</a>
        </Empty>
    }
}

#[component]
fn Tabs(section: Memo<Section>) -> impl IntoView {
    let i18n = language();
    let tab = move |own: Section, address: &'static str, label: Signal<&'static str>| {
        view! {
            <a class="tab" href=address aria-current=move || (section.get() == own).then_some("page")>{move || label.get()}<Wave /></a>
        }
    };
    // On a phone the last ones are beyond the edge.
    let tabs = NodeRef::<leptos::html::Nav>::new();
    Effect::new(move |_| {
        section.track();
        let Some(tabs) = tabs.get() else { return };
        request_animation_frame(move || {
            if let Ok(Some(current)) = tabs.query_selector("[aria-current]") {
                bring_into_view(&current);
            }
        });
    });
    view! {
        <nav class="tabs" node_ref=tabs aria-label=move || t_string!(i18n, admin.sections)>
            {tab(Section::People, "/admin", Signal::derive(move || t_string!(i18n, admin.people)))}
            {tab(Section::Invites, "/admin/convites", Signal::derive(move || t_string!(i18n, admin.invites)))}
            {tab(Section::Categories, "/admin/categorias", Signal::derive(move || t_string!(i18n, fair.categories)))}
            {tab(Section::Audit, "/admin/registro", Signal::derive(move || t_string!(i18n, admin.audit)))}
            {tab(Section::Mail, "/admin/mail", Signal::derive(move || t_string!(i18n, admin.mail)))}
            {tab(Section::Measures, "/admin/servidor", Signal::derive(move || t_string!(i18n, admin.server)))}
        </nav>
    }
}
