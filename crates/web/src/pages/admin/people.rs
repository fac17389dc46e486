//! People: finding them, and changing their role or status, with a reason.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::accounts::{AccountStatus, Role, User};
use praca_api::admin::UpdateUser;
use praca_api::{Page, UserId};

use crate::components::{Avatar, Dialog, ErrorLine, Icon, Proof, explain};
use crate::format;
use crate::language::{Language, language};
use crate::net::{Answer, Trouble};
use crate::square::Square;

/// What is looked for.
#[derive(Clone, Copy)]
struct Sought {
    query: RwSignal<String>,
    role: RwSignal<String>,
    status: RwSignal<String>,
}

impl Sought {
    fn address(self, after: Option<String>) -> String {
        let part = |name: &str, text: String| {
            let text: String = js_sys::encode_uri_component(text.trim()).into();
            if text.is_empty() { String::new() } else { format!("&{name}={text}") }
        };
        let parts = [
            part("query", self.query.get_untracked()),
            part("role", self.role.get_untracked()),
            part("status", self.status.get_untracked()),
            part("after", after.unwrap_or_default()),
        ];
        format!("/admin/users?limit=50{}", parts.concat())
    }
}

/// What was found.
#[derive(Clone, Copy)]
struct Found {
    people: RwSignal<Vec<User>>,
    next: RwSignal<Option<String>>,
    said: RwSignal<String>,
}

impl Found {
    fn load(self, square: Square, i18n: Language, address: String, more: bool) {
        spawn_local(async move {
            let answer: Answer<Page<User>> = square.session.send(Method::GET, &address, None::<&()>).await;
            // The page may be gone by now.
            match answer {
                Ok(page) => {
                    self.people.try_update(|people| {
                        if !more {
                            people.clear();
                        }
                        people.extend(page.items);
                    });
                    let _ = self.next.try_set(page.next);
                }
                Err(trouble) => drop(self.said.try_set(explain(i18n, &trouble))),
            }
        });
    }

    fn replace(self, user: User) {
        self.people.update(|people| {
            for known in people.iter_mut().filter(|known| known.author.id == user.author.id) {
                *known = user.clone();
            }
        });
    }
}

/// The section.
#[component]
pub fn PeopleSection() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let [query, role, status] = [(); 3].map(|()| RwSignal::new(String::new()));
    let sought = Sought { query, role, status };
    let found =
        Found { people: RwSignal::new(Vec::new()), next: RwSignal::new(None), said: RwSignal::new(String::new()) };
    let changing = RwSignal::new(None::<User>);
    found.load(square, i18n, sought.address(None), false);
    let search = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        found.load(square, i18n, sought.address(None), false);
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
            <p role="status">{move || found.said.get()}</p>
            <Table found changing />
            <Show when=move || found.next.with(Option::is_some)>
                <p class="notices-more">
                    <button type="button" class="btn btn--sm" on:click=move |_| found.load(square, i18n, sought.address(found.next.get_untracked()), true)>{t!(i18n, notices.more)}</button>
                </p>
            </Show>
            <ChangeDialog found changing />
        </section>
    }
}

const ROLES: [Role; 3] = [Role::User, Role::Moderator, Role::Admin];
const STATUSES: [AccountStatus; 3] = [AccountStatus::Active, AccountStatus::Silenced, AccountStatus::Suspended];

fn role_word(i18n: Language, role: Role) -> &'static str {
    match role {
        Role::User => t_string!(i18n, admin.user),
        Role::Moderator => t_string!(i18n, admin.moderator),
        Role::Admin => t_string!(i18n, admin.admin),
    }
}

fn status_word(i18n: Language, status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Active => t_string!(i18n, admin.active),
        AccountStatus::Silenced => t_string!(i18n, admin.silenced),
        AccountStatus::Suspended => t_string!(i18n, admin.suspended),
        AccountStatus::Deleted => t_string!(i18n, admin.deleted),
    }
}

#[component]
fn Table(found: Found, changing: RwSignal<Option<User>>) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=move || t_string!(i18n, admin.people)>
            <table class="table">
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
                    <For
                        each=move || found.people.get()
                        key=|user| (user.author.id, user.role.as_str(), user.status.as_str())
                        children=move |user| view! { <Row user changing /> }
                    />
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(user: User, changing: RwSignal<Option<User>>) -> impl IntoView {
    let i18n = language();
    let (role, status, since) = (user.role, user.status, user.created_at);
    let (name, handle, email) = (user.author.display_name.clone(), user.author.handle.clone(), user.email.clone());
    let tone = match status {
        AccountStatus::Active => "positive",
        AccountStatus::Silenced => "caution",
        AccountStatus::Suspended | AccountStatus::Deleted => "danger",
    };
    let label = {
        let name = name.clone();
        move || t_string!(i18n, admin.change_of, name = name.clone())
    };
    let author = user.author.clone();
    view! {
        <tr>
            <th scope="row"><span class="person"><Avatar author /><span>{name}<small class="muted">" @"{handle}</small></span></span></th>
            <td data-priority="low">{email}</td>
            <td>{move || role_word(i18n, role)}</td>
            <td data-priority="low">{move || format::short(i18n.get_locale(), since)}</td>
            <td><span class="chip" data-tone=tone>{move || status_word(i18n, status)}</span></td>
            <td>
                <button type="button" class="icon-btn icon-btn--sm" aria-label=label on:click=move |_| changing.set(Some(user.clone()))>
                    <Icon name="ellipsis" />
                </button>
            </td>
        </tr>
    }
}

/// Changes one person. Roles ask for the password once more, a while after the log-in.
#[component]
fn ChangeDialog(found: Found, changing: RwSignal<Option<User>>) -> impl IntoView {
    let i18n = language();
    let open = RwSignal::new(false);
    // Each follows the other, and neither says what the other knows already.
    Effect::new(move |_| {
        let wanted = changing.with(Option::is_some);
        if open.get_untracked() != wanted {
            open.set(wanted);
        }
    });
    Effect::new(move |_| {
        if !open.get() && changing.with_untracked(Option::is_some) {
            changing.set(None);
        }
    });
    let title = Signal::derive(move || {
        let name = changing.with(|user| user.as_ref().map(|user| user.author.display_name.clone()));
        t_string!(i18n, admin.change_of, name = name.unwrap_or_default())
    });
    view! {
        <Dialog open id="g-mudar" title>
            {move || changing.get().map(|user| view! { <ChangeForm user found open /> })}
        </Dialog>
    }
}

#[component]
fn ChangeForm(user: User, found: Found, open: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let proof = expect_context::<Proof>();
    let before = (user.role, user.status);
    let (role, status) = (RwSignal::new(user.role.as_str().to_owned()), RwSignal::new(user.status.as_str().to_owned()));
    let (reason, error) = (RwSignal::new(String::new()), RwSignal::new(None::<Trouble>));
    let id = user.author.id;
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wish = UpdateUser {
            role: role.get_untracked().parse().ok().filter(|role| *role != before.0),
            status: status.get_untracked().parse().ok().filter(|status| *status != before.1),
            reason: reason.get_untracked(),
            until: None,
        };
        spawn_local(async move {
            match proof.send(Method::PATCH, &format!("/admin/users/{id}"), Some(&wish)).await {
                Ok(user) => {
                    found.replace(user);
                    let _ = open.try_set(false);
                }
                // The page may be gone by now.
                Err(trouble) => drop(error.try_set(Some(trouble))),
            }
        });
    };
    view! {
        <form class="stack" novalidate on:submit=send>
            <Choices before role status reason />
            <ErrorLine error id="g-m-erro" />
            <EndSessions id error />
            <RemoveFactors id error />
            <div class="dialog-actions">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{t!(i18n, admin.leave)}</button>
                <button type="submit" class="btn btn--primary">{t!(i18n, admin.save)}</button>
            </div>
        </form>
    }
}

/// Role, status, and why.
#[component]
fn Choices(
    before: (Role, AccountStatus),
    role: RwSignal<String>,
    status: RwSignal<String>,
    reason: RwSignal<String>,
) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="field">
            <label for="g-m-papel">{t!(i18n, admin.role)}</label>
            <select class="input" id="g-m-papel" prop:value=role on:change=move |event| role.set(event_target_value(&event))>
                {ROLES.map(|role| view! { <option value=role.as_str() selected=role == before.0>{role_word(i18n, role)}</option> }).into_iter().collect_view()}
            </select>
        </div>
        <div class="field">
            <label for="g-m-estado">{t!(i18n, admin.status)}</label>
            <select class="input" id="g-m-estado" prop:value=status on:change=move |event| status.set(event_target_value(&event))>
                {STATUSES.map(|status| view! { <option value=status.as_str() selected=status == before.1>{status_word(i18n, status)}</option> }).into_iter().collect_view()}
            </select>
        </div>
        <div class="field">
            <label for="g-m-motivo">{t!(i18n, admin.reason)}</label>
            <input class="input" id="g-m-motivo" bind:value=reason />
        </div>
    }
}

#[component]
fn EndSessions(id: UserId, error: RwSignal<Option<Trouble>>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let ended = RwSignal::new(false);
    let end_sessions = move |_| {
        spawn_local(async move {
            let answer: Answer<()> =
                square.session.send(Method::DELETE, &format!("/admin/users/{id}/sessions"), None::<&()>).await;
            // The page may be gone by now.
            let _ = (ended.try_set(answer.is_ok()), error.try_set(answer.err()));
        });
    };
    view! {
        <p><button type="button" class="btn btn--sm" on:click=end_sessions><Icon name="log-out" />{t!(i18n, admin.end_sessions)}</button>" "<span role="status">{move || ended.get().then(|| t_string!(i18n, admin.sessions_ended))}</span></p>
    }
}

/// For who lost what they prove themselves by.
#[component]
fn RemoveFactors(id: UserId, error: RwSignal<Option<Trouble>>) -> impl IntoView {
    let i18n = language();
    let proof = expect_context::<Proof>();
    let removed = RwSignal::new(false);
    let remove = move |_| {
        spawn_local(async move {
            let answer: Answer<()> =
                proof.send(Method::DELETE, &format!("/admin/users/{id}/factors"), None::<&()>).await;
            // The page may be gone by now.
            let _ = (removed.try_set(answer.is_ok()), error.try_set(answer.err()));
        });
    };
    view! {
        <p><button type="button" class="btn btn--sm" on:click=remove><Icon name="shield-check" />{t!(i18n, factors.remove_of)}</button>" "<span role="status">{move || removed.get().then(|| t_string!(i18n, factors.removed_of))}</span></p>
    }
}
