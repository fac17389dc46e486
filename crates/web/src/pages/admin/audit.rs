//! What was done, by whom, and why.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::Page;
use praca_api::admin::AuditEntry;

use crate::components::{Icon, explain};
use crate::format;
use crate::language::{Language, language};
use crate::net::Answer;
use crate::session::Session;
use crate::square::Square;

/// Actions one looks for; more may be written.
const ACTIONS: [&str; 8] = [
    "account.set_role",
    "account.set_status",
    "account.change_password",
    "account.change_email",
    "message.moderate",
    "room.create",
    "room.update",
    "room.silence_member",
];

/// What is looked for.
#[derive(Clone, Copy)]
struct Sought {
    action: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
}

impl Sought {
    fn query(self, after: Option<&str>) -> String {
        let part = |name: &str, text: &str| {
            let text: String = js_sys::encode_uri_component(text.trim()).into();
            if text.is_empty() { String::new() } else { format!("&{name}={text}") }
        };
        // Days are those of the server's clock.
        let day = |text: String, hour: &str| if text.is_empty() { text } else { format!("{text}T{hour}Z") };
        let parts = [
            part("action", &self.action.get_untracked()),
            part("from", &day(self.from.get_untracked(), "00:00:00")),
            part("to", &day(self.to.get_untracked(), "23:59:59")),
            part("after", after.unwrap_or_default()),
        ];
        format!("limit=50{}", parts.concat())
    }
}

/// What was found.
#[derive(Clone, Copy)]
struct Found {
    entries: RwSignal<Vec<AuditEntry>>,
    next: RwSignal<Option<String>>,
    said: RwSignal<String>,
}

impl Found {
    /// Looks anew, or for what follows.
    fn load(self, i18n: Language, session: Session, sought: Sought, after: Option<String>) {
        let address = format!("/admin/audit?{}", sought.query(after.as_deref()));
        spawn_local(async move {
            let answer: Answer<Page<AuditEntry>> = session.send(Method::GET, &address, None::<&()>).await;
            // The page may be gone by now.
            match answer {
                Ok(page) => {
                    self.entries.try_update(|entries| {
                        if after.is_none() {
                            entries.clear();
                        }
                        entries.extend(page.items);
                    });
                    let _ = self.next.try_set(page.next);
                }
                Err(trouble) => drop(self.said.try_set(explain(i18n, &trouble))),
            }
        });
    }
}

/// The section.
#[component]
pub fn AuditSection() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let [action, from, to] = [(); 3].map(|()| RwSignal::new(String::new()));
    let sought = Sought { action, from, to };
    let found =
        Found { entries: RwSignal::new(Vec::new()), next: RwSignal::new(None), said: RwSignal::new(String::new()) };
    found.load(i18n, session, sought, None);
    view! {
        <section class="stack mt-6">
            <Filter sought found />
            <p role="status">{move || found.said.get()}</p>
            <Table entries=found.entries />
            <Show when=move || found.next.with(Option::is_some)>
                <p class="notices-more">
                    <button type="button" class="btn btn--sm" on:click=move |_| found.load(i18n, session, sought, found.next.get_untracked())>{t!(i18n, notices.more)}</button>
                </p>
            </Show>
        </section>
    }
}

#[component]
fn Filter(sought: Sought, found: Found) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let Sought { action, from, to } = sought;
    let search = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        found.load(i18n, session, sought, None);
    };
    let download = move |_| {
        let address = format!("/admin/audit.csv?{}", sought.query(None));
        spawn_local(async move {
            if let Err(trouble) = session.download(&address, "praca-audit.csv").await {
                found.said.try_set(explain(i18n, &trouble));
            }
        });
    };
    view! {
        <form class="toolbar" aria-label=move || t_string!(i18n, admin.filter_audit) on:submit=search>
            <div class="field field--wide">
                <label for="g-acao">{t!(i18n, admin.action)}</label>
                <input class="input" id="g-acao" list="g-acoes" autocapitalize="none" bind:value=action />
                <datalist id="g-acoes">{ACTIONS.map(|action| view! { <option value=action></option> }).into_iter().collect_view()}</datalist>
            </div>
            <div class="field"><label for="g-de">{t!(i18n, admin.from)}</label><input class="input" id="g-de" type="date" bind:value=from /></div>
            <div class="field"><label for="g-ate">{t!(i18n, admin.to)}</label><input class="input" id="g-ate" type="date" bind:value=to /></div>
            <button type="submit" class="btn">{t!(i18n, admin.filter)}</button>
            <button type="button" class="btn" on:click=download><Icon name="arrow-down" />{t!(i18n, admin.download)}</button>
        </form>
    }
}

#[component]
fn Table(entries: RwSignal<Vec<AuditEntry>>) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=move || t_string!(i18n, admin.audit)>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{t!(i18n, admin.when)}</th>
                        <th scope="col">{t!(i18n, admin.who)}</th>
                        <th scope="col">{t!(i18n, admin.action)}</th>
                        <th scope="col">{t!(i18n, admin.reason_short)}</th>
                        <th scope="col" data-priority="low">{t!(i18n, admin.target)}</th>
                    </tr>
                </thead>
                <tbody><For each=move || entries.get() key=|entry| entry.id children=move |entry| view! { <Row entry /> } /></tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(entry: AuditEntry) -> impl IntoView {
    let i18n = language();
    let at = entry.at;
    let who = entry.actor.map(|actor| format!("@{}", actor.handle));
    view! {
        <tr>
            <td><time datetime=at.to_string()>{move || format::moment(i18n.get_locale(), at)}</time></td>
            <td>{move || who.clone().unwrap_or_else(|| t_string!(i18n, admin.machine).to_owned())}</td>
            <td><code>{entry.action}</code></td>
            <td>{entry.reason}</td>
            <td data-priority="low"><code>{entry.target_type}</code>" "<small class="muted">{entry.target_id}</small></td>
        </tr>
    }
}
