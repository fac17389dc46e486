//! One person: role and status with a reason and an end, sessions, second factors, and what was done to and by them.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::accounts::{AccountStatus, Role, SessionInfo, User};
use praca_api::admin::{AuditEntry, UpdateUser};
use praca_api::{Page, UserId};

use super::audit::Entries;
use super::people::{ROLES, STATUSES, StatusChip, role_word, status_word};
use crate::components::{Avatar, ErrorLine, Icon, ListFrame, Listing, Proof, explain};
use crate::format;
use crate::language::language;
use crate::net::{Answer, Trouble};
use crate::pages::profile::session_line;
use crate::square::Square;

/// The section, of the person of this id.
#[component]
pub fn PersonSection(id: String) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let person = RwSignal::new(None::<Answer<User>>);
    // Counts what was done here, which is part of the history.
    let changed = RwSignal::new(0_u32);
    spawn_local(async move {
        let id: String = js_sys::encode_uri_component(&id).into();
        let answer: Answer<User> = session.send(Method::GET, &format!("/admin/users/{id}"), None::<&()>).await;
        // The page may be gone by now.
        let _ = person.try_set(Some(answer));
    });
    let id = Memo::new(move |_| {
        person.with(|person| person.as_ref().and_then(|person| person.as_ref().ok()).map(|user| user.author.id))
    });
    view! {
        <p class="mt-6"><a class="btn btn--quiet back-inline" href="/admin">{t!(i18n, admin.back)}</a></p>
        {move || match person.get() {
            None => view! { <span class="sk sk--w85"></span> }.into_any(),
            Some(Err(trouble)) => view! { <p role="alert">{explain(i18n, &trouble)}</p> }.into_any(),
            Some(Ok(user)) => view! { <Head user /> }.into_any(),
        }}
        {move || id.get().map(|id| view! {
            <ChangeForm id person changed />
            <Sessions id changed />
            <Factors id changed />
            <History id changed />
        })}
    }
}

#[component]
fn Head(user: User) -> impl IntoView {
    let i18n = language();
    let User { author, email, status, role, status_reason, status_until, created_at, .. } = user;
    let (name, handle) = (author.display_name.clone(), author.handle.clone());
    view! {
        <header class="person card-person">
            <Avatar author />
            <div class="grow">
                <h2>{name}</h2>
                <p class="muted">"@"{handle}" · "{email}</p>
                <p class="small muted">{move || t_string!(i18n, admin.since_when, when = format::day(i18n.get_locale(), created_at))}</p>
                <p class="row">
                    <span class="chip">{move || role_word(i18n, role)}</span>
                    <StatusChip status />
                </p>
                {status_reason.map(|reason| view! { <p class="small">{move || t_string!(i18n, status.reason, reason = reason.clone())}</p> })}
                {status_until.map(|until| view! { <p class="small">{move || t_string!(i18n, status.until, when = format::moment(i18n.get_locale(), until))}</p> })}
            </div>
        </header>
    }
}

/// The end stays as it is.
const KEEP: &str = "keep";
/// How long a silence or suspension lasts from now, in hours; without end.
const LASTS: [&str; 5] = ["", "1", "24", "168", "720"];

/// What is written of a change.
#[derive(Clone, Copy)]
struct Wish {
    role: RwSignal<String>,
    status: RwSignal<String>,
    hours: RwSignal<String>,
    reason: RwSignal<String>,
}

impl Wish {
    /// What differs from how the person is; an end goes with a status.
    fn update(self, before: &User) -> UpdateUser {
        let status: Option<AccountStatus> = self.status.get_untracked().parse().ok();
        let ends = status != Some(AccountStatus::Active);
        let until = match self.hours.get_untracked().as_str() {
            _ if !ends => None,
            KEEP => before.status_until,
            hours => hours.parse().ok().and_then(format::in_hours),
        };
        UpdateUser {
            role: self.role.get_untracked().parse().ok().filter(|role| *role != before.role),
            status: status.filter(|status| *status != before.status || until != before.status_until),
            reason: self.reason.get_untracked(),
            until,
        }
    }
}

/// What stands in the choice of an end.
fn lasting(user: &User) -> String {
    if user.status_until.is_some() { KEEP.to_owned() } else { String::new() }
}

/// Changes role and status. Roles ask for the password once more, a while after the log-in.
#[component]
fn ChangeForm(id: UserId, person: RwSignal<Option<Answer<User>>>, changed: RwSignal<u32>) -> impl IntoView {
    let i18n = language();
    let proof = expect_context::<Proof>();
    let known = move || untrack(|| person.get()).and_then(Result::ok);
    let (role, status) = known().map_or((Role::User, AccountStatus::Active), |user| (user.role, user.status));
    let wish = Wish {
        role: RwSignal::new(role.as_str().to_owned()),
        status: RwSignal::new(status.as_str().to_owned()),
        hours: RwSignal::new(known().as_ref().map(lasting).unwrap_or_default()),
        reason: RwSignal::new(String::new()),
    };
    let (error, saved) = (RwSignal::new(None::<Trouble>), RwSignal::new(false));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(before) = known() else { return };
        let wish_sent = wish.update(&before);
        spawn_local(async move {
            let answer = proof.send(Method::PATCH, &format!("/admin/users/{id}"), Some(&wish_sent)).await;
            // The page may be gone by now.
            let _ = saved.try_set(answer.is_ok());
            match answer {
                Ok(user) => {
                    let _ = (error.try_set(None), wish.reason.try_set(String::new()));
                    let _ = wish.hours.try_set(lasting(&user));
                    let _ = (person.try_set(Some(Ok(user))), changed.try_update(|changed| *changed += 1));
                }
                Err(trouble) => drop(error.try_set(Some(trouble))),
            }
        });
    };
    view! {
        <section class="setting">
            <h2>{t!(i18n, admin.role_and_status)}</h2>
            <form class="stack" novalidate on:submit=send>
                <Choices wish role status person />
                <ErrorLine error id="g-m-erro" />
                <div class="row">
                    <button type="submit" class="btn btn--primary">{t!(i18n, admin.save)}</button>
                    <span class="small muted" role="status">{move || saved.get().then(|| t_string!(i18n, profile.saved))}</span>
                </div>
            </form>
        </section>
    }
}

/// Role, status, until when, and why.
#[component]
fn Choices(wish: Wish, role: Role, status: AccountStatus, person: RwSignal<Option<Answer<User>>>) -> impl IntoView {
    let i18n = language();
    let ends = Memo::new(move |_| wish.status.with(|status| status != AccountStatus::Active.as_str()));
    let has_end =
        Memo::new(move |_| person.with(|person| matches!(person, Some(Ok(user)) if user.status_until.is_some())));
    let lasts = move |hours: &str| match hours {
        "1" => t_string!(i18n, people.hour),
        "24" => t_string!(i18n, people.day),
        "168" => t_string!(i18n, people.week),
        "720" => t_string!(i18n, admin.month),
        _ => t_string!(i18n, people.until_lifted),
    };
    view! {
        <div class="toolbar">
            <div class="field">
                <label for="g-m-papel">{t!(i18n, admin.role)}</label>
                <select class="input" id="g-m-papel" prop:value=wish.role on:change=move |event| wish.role.set(event_target_value(&event))>
                    {ROLES.map(|one| view! { <option value=one.as_str() selected=one == role>{move || role_word(i18n, one)}</option> }).into_iter().collect_view()}
                </select>
            </div>
            <div class="field">
                <label for="g-m-estado">{t!(i18n, admin.status)}</label>
                <select class="input" id="g-m-estado" prop:value=wish.status on:change=move |event| wish.status.set(event_target_value(&event))>
                    {STATUSES.map(|one| view! { <option value=one.as_str() selected=one == status>{move || status_word(i18n, one)}</option> }).into_iter().collect_view()}
                </select>
            </div>
            <Show when=move || ends.get()>
                <div class="field">
                    <label for="g-m-prazo">{t!(i18n, people.how_long)}</label>
                    <select class="input" id="g-m-prazo" prop:value=wish.hours on:change=move |event| wish.hours.set(event_target_value(&event))>
                        <Show when=move || has_end.get()><option value=KEEP>{t!(i18n, admin.keep_end)}</option></Show>
                        {LASTS.map(|hours| view! { <option value=hours>{move || lasts(hours)}</option> }).into_iter().collect_view()}
                    </select>
                </div>
            </Show>
        </div>
        <div class="field">
            <label for="g-m-motivo">{t!(i18n, admin.reason)}</label>
            <input class="input" id="g-m-motivo" aria-describedby="g-m-erro" bind:value=wish.reason />
        </div>
    }
}

#[component]
fn Sessions(id: UserId, changed: RwSignal<u32>) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let sessions = LocalResource::new(move || {
        changed.track();
        async move {
            let address = format!("/admin/users/{id}/sessions");
            let page: Answer<Page<SessionInfo>> = session.send(Method::GET, &address, None::<&()>).await;
            page.map(|page| page.items)
        }
    });
    let error = RwSignal::new(None::<Trouble>);
    let end = move |_| {
        spawn_local(async move {
            let answer: Answer<()> =
                session.send(Method::DELETE, &format!("/admin/users/{id}/sessions"), None::<&()>).await;
            // The page may be gone by now.
            let _ = (error.try_set(answer.err()), changed.try_update(|changed| *changed += 1));
        });
    };
    let list = move |list: Vec<SessionInfo>| {
        if list.is_empty() {
            return view! { <p class="muted">{t!(i18n, admin.no_sessions)}</p> }.into_any();
        }
        view! {
            <ul class="rows">{list.into_iter().map(|info| view! { <li>{session_line(info)}</li> }).collect_view()}</ul>
            <p class="mt-4"><button type="button" class="btn btn--sm" on:click=end><Icon name="log-out" />{t!(i18n, admin.end_sessions)}</button></p>
        }
        .into_any()
    };
    view! {
        <section class="setting">
            <h2>{t!(i18n, admin.sessions)}</h2>
            <Suspense fallback=|| view! { <span class="sk"></span> }>
                {move || sessions.get().map(|answer| match answer {
                    Ok(found) => list(found),
                    Err(trouble) => view! { <p>{explain(i18n, &trouble)}</p> }.into_any(),
                })}
            </Suspense>
            <ErrorLine error id="g-s-erro" />
        </section>
    }
}

/// For who lost what they prove themselves by.
#[component]
fn Factors(id: UserId, changed: RwSignal<u32>) -> impl IntoView {
    let i18n = language();
    let proof = expect_context::<Proof>();
    let (removed, error) = (RwSignal::new(false), RwSignal::new(None::<Trouble>));
    let remove = move |_| {
        spawn_local(async move {
            let answer: Answer<()> =
                proof.send(Method::DELETE, &format!("/admin/users/{id}/factors"), None::<&()>).await;
            // The page may be gone by now.
            let _ = (removed.try_set(answer.is_ok()), changed.try_update(|changed| *changed += 1));
            let _ = error.try_set(answer.err());
        });
    };
    view! {
        <section class="setting">
            <h2>{t!(i18n, factors.title)}</h2>
            <p>{t!(i18n, factors.remove_text)}</p>
            <div class="row">
                <button type="button" class="btn btn--sm" on:click=remove><Icon name="shield-check" />{t!(i18n, factors.remove_of)}</button>
                <span class="small muted" role="status">{move || removed.get().then(|| t_string!(i18n, factors.removed_of))}</span>
            </div>
            <ErrorLine error id="g-f-erro" />
        </section>
    }
}

/// What was done to them, or by them.
#[component]
fn History(id: UserId, changed: RwSignal<u32>) -> impl IntoView {
    let i18n = language();
    let entries = Listing::<AuditEntry>::new(expect_context::<Proof>());
    let by_them = RwSignal::new(false);
    Effect::new(move |_| {
        changed.track();
        let which = if by_them.get() { format!("actorId={id}") } else { format!("targetType=user&targetId={id}") };
        entries.load(format!("/admin/audit?limit=20&{which}"));
    });
    view! {
        <section class="setting">
            <h2 id="g-historico">{t!(i18n, admin.history)}</h2>
            <div class="seg" role="radiogroup" aria-labelledby="g-historico">
                <label><input type="radio" name="historico" prop:checked=move || !by_them.get() on:change=move |_| by_them.set(false) />{t!(i18n, admin.done_to)}</label>
                <label><input type="radio" name="historico" prop:checked=move || by_them.get() on:change=move |_| by_them.set(true) />{t!(i18n, admin.done_by)}</label>
            </div>
            <div class="stack mt-4">
                <ListFrame
                    listing=entries drawing="bench"
                    nothing=Signal::derive(move || t_string!(i18n, admin.nothing).to_owned())
                    nothing_text=Signal::derive(move || t_string!(i18n, admin.no_history).to_owned())
                >
                    <Entries entries />
                </ListFrame>
            </div>
        </section>
    }
}
