//! People: finding them. Each has a page of their own.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::accounts::{AccountStatus, Role, User};

use super::query;
use crate::components::{Avatar, Icon, ListFrame, Listing, Proof};
use crate::format;
use crate::language::{Language, language};

/// What is looked for.
#[derive(Clone, Copy)]
struct Sought {
    query: RwSignal<String>,
    role: RwSignal<String>,
    status: RwSignal<String>,
}

impl Sought {
    fn address(self) -> String {
        let parts = [
            ("query", self.query.get_untracked()),
            ("role", self.role.get_untracked()),
            ("status", self.status.get_untracked()),
        ];
        format!("/admin/users?limit=50{}", query(&parts))
    }
}

/// The section.
#[component]
pub fn PeopleSection() -> impl IntoView {
    let i18n = language();
    let people = Listing::<User>::new(expect_context::<Proof>());
    let [query, role, status] = [(); 3].map(|()| RwSignal::new(String::new()));
    let sought = Sought { query, role, status };
    people.load(sought.address());
    let search = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        people.load(sought.address());
    };
    view! {
        <section class="stack mt-6">
            <form class="toolbar" aria-label=move || t_string!(i18n, admin.filter_people) on:submit=search>
                <div class="field field--wide">
                    <label for="g-q">{t!(i18n, admin.search)}</label>
                    <input class="input" id="g-q" type="search" bind:value=query />
                </div>
                <div class="field">
                    <label for="g-papel">{t!(i18n, admin.role)}</label>
                    <select class="input" id="g-papel" prop:value=role on:change=move |event| role.set(event_target_value(&event))>
                        <option value="">{t!(i18n, admin.all)}</option>
                        {ROLES.map(|role| view! { <option value=role.as_str()>{move || role_word(i18n, role)}</option> }).into_iter().collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="g-estado">{t!(i18n, admin.status)}</label>
                    <select class="input" id="g-estado" prop:value=status on:change=move |event| status.set(event_target_value(&event))>
                        <option value="">{t!(i18n, admin.all)}</option>
                        {STATUSES.map(|status| view! { <option value=status.as_str()>{move || status_word(i18n, status)}</option> }).into_iter().collect_view()}
                    </select>
                </div>
                <button type="submit" class="btn">{t!(i18n, admin.filter)}</button>
            </form>
            <ListFrame
                listing=people drawing="bench"
                nothing=Signal::derive(move || t_string!(i18n, admin.nobody).to_owned())
                nothing_text=Signal::derive(move || t_string!(i18n, admin.nobody_text).to_owned())
            >
                <Table people />
            </ListFrame>
        </section>
    }
}

/// The roles, from what everybody is.
pub const ROLES: [Role; 3] = [Role::User, Role::Moderator, Role::Admin];
/// What administrators set.
pub const STATUSES: [AccountStatus; 3] = [AccountStatus::Active, AccountStatus::Silenced, AccountStatus::Suspended];

/// A role in a word.
pub fn role_word(i18n: Language, role: Role) -> &'static str {
    match role {
        Role::User => t_string!(i18n, admin.user),
        Role::Moderator => t_string!(i18n, admin.moderator),
        Role::Admin => t_string!(i18n, admin.admin),
    }
}

/// A status in a word.
pub fn status_word(i18n: Language, status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Active => t_string!(i18n, admin.active),
        AccountStatus::Silenced => t_string!(i18n, admin.silenced),
        AccountStatus::Suspended => t_string!(i18n, admin.suspended),
        AccountStatus::Deleted => t_string!(i18n, admin.deleted),
    }
}

/// A status as a chip.
#[component]
pub fn StatusChip(status: AccountStatus) -> impl IntoView {
    let i18n = language();
    let tone = match status {
        AccountStatus::Active => "positive",
        AccountStatus::Silenced => "caution",
        AccountStatus::Suspended | AccountStatus::Deleted => "danger",
    };
    view! { <span class="chip" data-tone=tone>{move || status_word(i18n, status)}</span> }
}

#[component]
fn Table(people: Listing<User>) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=move || t_string!(i18n, admin.people)>
            <table class="table">
                <caption class="visually-hidden">{t!(i18n, admin.people)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!(i18n, admin.name)}</th>
                        <th scope="col" data-priority="low">{t!(i18n, login.email)}</th>
                        <th scope="col">{t!(i18n, admin.role)}</th>
                        <th scope="col" data-priority="low">{t!(i18n, admin.since)}</th>
                        <th scope="col">{t!(i18n, admin.status)}</th>
                        <th scope="col"><span class="visually-hidden">{t!(i18n, admin.change)}</span></th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || people.items() key=|user| (user.author.id, user.author.display_name.clone(), user.role, user.status) children=move |user| view! { <Row user /> } />
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(user: User) -> impl IntoView {
    let i18n = language();
    let (role, status, since) = (user.role, user.status, user.created_at);
    let (name, handle) = (user.author.display_name.clone(), user.author.handle.clone());
    let label = {
        let name = name.clone();
        move || t_string!(i18n, admin.change_of, name = name.clone())
    };
    let page = format!("/admin/pessoas/{}", user.author.id);
    view! {
        <tr>
            <th scope="row"><span class="person"><Avatar author=user.author /><span>{name}<small class="muted">" @"{handle}</small></span></span></th>
            <td data-priority="low">{user.email}</td>
            <td>{move || role_word(i18n, role)}</td>
            <td data-priority="low">{move || format::day(i18n.get_locale(), since)}</td>
            <td><StatusChip status /></td>
            <td><a class="icon-btn icon-btn--sm" href=page aria-label=label><Icon name="arrow-right" /></a></td>
        </tr>
    }
}
