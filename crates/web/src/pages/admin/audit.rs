//! What was done, by whom, and why.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::accounts::Author;
use praca_api::admin::AuditEntry;
use praca_api::rooms::RoomForMe;
use praca_api::{Page, Timestamp};
use serde_json::Value;

use super::people::{role_word, status_word};
use super::query;
use crate::components::{Icon, ListFrame, Listing, Proof};
use crate::format;
use crate::language::{Language, language};
use crate::net::Answer;
use crate::session::Session;
use crate::square::Square;

/// What is looked for.
#[derive(Clone, Copy)]
struct Sought {
    action: RwSignal<String>,
    actor: RwSignal<String>,
    /// What kind of thing it was done to.
    kind: RwSignal<String>,
    target: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
}

impl Sought {
    /// As the server is asked, at an address. People are named by handle and rooms by their address, and looked up.
    ///
    /// # Errors
    /// Nobody has a handle that was written, or no room an address.
    fn query(self, session: Session, address: &'static str) -> impl Future<Output = Answer<String>> {
        // All is read now: the page may be gone when people were looked up.
        let [action, actor, kind, target, from, to] =
            [self.action, self.actor, self.kind, self.target, self.from, self.to].map(|field| field.get_untracked());
        // Days are those of who reads, and both are meant.
        let day = |text: &str, later: u32| {
            format::day_begins(text, later).map(|at: Timestamp| at.to_string()).unwrap_or_default()
        };
        let (from, to) = (day(&from, 0), day(&to, 1));
        async move {
            let actor = id_of(session, &actor).await?;
            let target = match kind.as_str() {
                USER => id_of(session, &target).await?,
                ROOM => id_of_room(session, &target).await?,
                _ => target,
            };
            let parts = [
                ("action", action),
                ("actorId", actor),
                ("targetType", kind),
                ("targetId", target),
                ("from", from),
                ("to", to),
            ];
            Ok(format!("{address}{}", query(&parts)))
        }
    }
}

/// The id of whoever has a handle; nothing for none.
async fn id_of(session: Session, handle: &str) -> Answer<String> {
    let handle = handle.trim().trim_start_matches('@');
    if handle.is_empty() {
        return Ok(String::new());
    }
    let handle: String = js_sys::encode_uri_component(handle).into();
    let person: Answer<Author> = session.send(Method::GET, &format!("/users/{handle}"), None::<&()>).await;
    person.map(|person| person.id.to_string())
}

/// The id of the room at an address; nothing for none.
async fn id_of_room(session: Session, slug: &str) -> Answer<String> {
    let slug = slug.trim();
    if slug.is_empty() {
        return Ok(String::new());
    }
    let wanted: String = js_sys::encode_uri_component(slug).into();
    let rooms: Page<RoomForMe> = session.send(Method::GET, &format!("/rooms?slug={wanted}"), None::<&()>).await?;
    // What is no address may be an id, of a room that is gone from the list.
    Ok(rooms.items.first().map_or_else(|| slug.to_owned(), |room| room.room.id.to_string()))
}

/// Kinds of things something is done to, as the log names them.
const USER: &str = "user";
const ROOM: &str = "room";
const KINDS: [&str; 5] = [USER, ROOM, "conversation", "ad", "invite"];

fn kind_word(i18n: Language, kind: &str) -> &'static str {
    match kind {
        USER => t_string!(i18n, admin.kind_user),
        ROOM => t_string!(i18n, admin.kind_room),
        "conversation" => t_string!(i18n, admin.kind_conversation),
        "ad" => t_string!(i18n, admin.kind_ad),
        "category" => t_string!(i18n, admin.kind_category),
        _ => t_string!(i18n, admin.kind_invite),
    }
}

/// The section.
#[component]
pub fn AuditSection() -> impl IntoView {
    let i18n = language();
    let entries = Listing::<AuditEntry>::new(expect_context::<Proof>());
    entries.load("/admin/audit?limit=50".to_owned());
    view! {
        <section class="stack mt-6">
            <Filter entries />
            <ListFrame
                listing=entries drawing="bench"
                nothing=Signal::derive(move || t_string!(i18n, admin.nothing).to_owned())
                nothing_text=Signal::derive(move || t_string!(i18n, admin.nothing_text).to_owned())
            >
                <Entries entries />
            </ListFrame>
        </section>
    }
}

#[component]
fn Filter(entries: Listing<AuditEntry>) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let [action, actor, target, from, to] = [(); 5].map(|()| RwSignal::new(String::new()));
    let kind = RwSignal::new(String::new());
    let sought = Sought { action, actor, kind, target, from, to };
    let search = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        entries.load_from(sought.query(session, "/admin/audit?limit=50"));
    };
    let download = move |_| {
        let address = sought.query(session, "/admin/audit.csv?");
        spawn_local(async move {
            let saved = match address.await {
                Ok(address) => session.download(&address, "praca-audit.csv").await,
                Err(trouble) => Err(trouble),
            };
            if let Err(trouble) = saved {
                entries.complain(trouble);
            }
        });
    };
    view! {
        <form class="toolbar" aria-label=move || t_string!(i18n, admin.filter_audit) on:submit=search>
            <div class="field field--wide">
                <label for="g-acao">{t!(i18n, admin.action)}</label>
                <select class="input" id="g-acao" prop:value=action on:change=move |event| action.set(event_target_value(&event))>
                    <option value="">{t!(i18n, admin.all_actions)}</option>
                    {ACTIONS.map(|action| view! { <option value=action>{move || action_word(i18n, action)}</option> }).into_iter().collect_view()}
                </select>
            </div>
            <div class="field"><label for="g-quem">{t!(i18n, admin.by_whom)}</label><input class="input" id="g-quem" autocapitalize="none" autocomplete="off" placeholder="@" bind:value=actor /></div>
            <Target kind target />
            <Days from to />
            <button type="submit" class="btn">{t!(i18n, admin.filter)}</button>
        </form>
        <button type="button" class="btn btn--quiet log-download" on:click=download><Icon name="download" />{t!(i18n, admin.download)}</button>
    }
}

/// To whom, or to what. Whoever writes a handle means a person.
#[component]
fn Target(kind: RwSignal<String>, target: RwSignal<String>) -> impl IntoView {
    let i18n = language();
    let write = move |event| {
        target.set(event_target_value(&event));
        if kind.with_untracked(String::is_empty) {
            kind.set(USER.to_owned());
        }
    };
    view! {
        <div class="field">
            <label for="g-tipo">{t!(i18n, admin.target_kind)}</label>
            <select class="input" id="g-tipo" prop:value=kind on:change=move |event| kind.set(event_target_value(&event))>
                <option value="">{t!(i18n, admin.all)}</option>
                {KINDS.map(|kind| view! { <option value=kind>{move || kind_word(i18n, kind)}</option> }).into_iter().collect_view()}
            </select>
        </div>
        <div class="field">
            <label for="g-aquem">{t!(i18n, admin.to_whom)}</label>
            <input
                class="input" id="g-aquem" autocapitalize="none" autocomplete="off" prop:value=target on:input=write
                placeholder=move || t_string!(i18n, admin.target_hint)
            />
        </div>
    }
}

#[component]
fn Days(from: RwSignal<String>, to: RwSignal<String>) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="field"><label for="g-de">{t!(i18n, admin.from)}</label><input class="input" id="g-de" type="date" bind:value=from /></div>
        <div class="field"><label for="g-ate">{t!(i18n, admin.to)}</label><input class="input" id="g-ate" type="date" bind:value=to /></div>
    }
}

/// Entries of the log, the newest first.
#[component]
pub fn Entries(entries: Listing<AuditEntry>) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="card log-card">
            <ol aria-label=move || t_string!(i18n, admin.audit)>
                <For each=move || entries.items() key=|entry| entry.id children=move |entry| view! { <Entry entry /> } />
            </ol>
        </div>
    }
}

#[component]
fn Entry(entry: AuditEntry) -> impl IntoView {
    let i18n = language();
    let AuditEntry { at, actor, action, target_type, target_id, target, reason, data, .. } = entry;
    let who = match actor {
        Some(actor) => person_link(&actor),
        None => view! { {move || t_string!(i18n, admin.machine)} }.into_any(),
    };
    let is_person = target.is_some();
    let whom = target.map(|target| view! { " · " {person_link(&target)} });
    let thing = move || (!is_person).then(|| format!("{} {target_id}", kind_word(i18n, &target_type)));
    let more = move || thing().into_iter().chain(details(i18n, &data)).collect::<Vec<_>>().join(" · ");
    let (icon, tone) = looks_of(&action);
    let code = action.clone();
    view! {
        <li class="audit" data-tone=tone>
            <Icon name=icon />
            <p title=code>
                {who}" · "{move || action_word(i18n, &action)}{whom}{reason.map(|reason| format!(": “{reason}”"))}
                <span class="muted log-detail">{more}</span>
            </p>
            <small><time datetime=at.to_string()>{move || format::moment(i18n.get_locale(), at)}</time></small>
        </li>
    }
}

/// The icon and the tone of an action.
fn looks_of(action: &str) -> (&'static str, Option<&'static str>) {
    match action {
        "ad.reject" | "ad.suspend" | "message.moderate" | "room.archive" => ("ban", Some("danger")),
        "session.reuse_detected" | "account.factor_guessed" => ("triangle-alert", Some("danger")),
        "account.set_status" | "room.silence" | "room.silence_member" => ("volume-x", Some("caution")),
        "ad.approve" | "ad.publish" | "ad.reinstate" | "ad.accept_change" => ("badge-check", Some("positive")),
        "room.lift_silence" | "room.lift_member_silence" => ("check", Some("positive")),
        "message.pin" | "message.unpin" => ("pin", None),
        "account.set_role" | "account.register" | "account.accept_texts" => ("user-round", None),
        other => match other.split('.').next() {
            Some("ad") => ("store", None),
            Some("room") => ("messages-square", None),
            Some("invite") => ("mail", None),
            _ => ("key-round", None),
        },
    }
}

/// What more there is to know: from what to what, and until when.
fn details(i18n: Language, data: &Value) -> impl Iterator<Item = String> {
    let word = |code: &Value| {
        let code = code.as_str()?;
        let role = code.parse().ok().map(|role| role_word(i18n, role));
        role.or_else(|| code.parse().ok().map(|status| status_word(i18n, status)))
    };
    let change = word(&data["from"]).zip(word(&data["to"])).map(|(from, to)| format!("{from} → {to}"));
    let until = serde_json::from_value::<Timestamp>(data["until"].clone()).ok();
    let until = until.map(|at| t_string!(i18n, status.until, when = format::moment(i18n.get_locale(), at)));
    let factor = match data["factor"].as_str() {
        Some("totp") => Some(t_string!(i18n, factors.app).to_owned()),
        Some("passkey") => Some(t_string!(i18n, factors.passkey).to_owned()),
        _ => None,
    };
    [change, until, factor].into_iter().flatten()
}

fn person_link(person: &Author) -> AnyView {
    let (page, name) = (format!("/admin/pessoas/{}", person.id), format!("@{}", person.handle));
    view! { <a href=page>{name}</a> }.into_any()
}

/// Declares the actions that are written, and their words.
macro_rules! actions {
    ($($code:literal $word:ident)*) => {
        /// Actions one looks for.
        const ACTIONS: [&str; [$($code),*].len()] = [$($code),*];

        /// An action in words; one that is not known, as it is written.
        fn action_word(i18n: Language, action: &str) -> String {
            match action {
                $($code => t_string!(i18n, actions.$word).to_owned(),)*
                other => other.to_owned(),
            }
        }
    };
}

actions! {
    "account.register" register
    "account.accept_texts" accept_texts
    "account.set_role" set_role
    "account.set_status" set_status
    "account.change_password" change_password
    "account.change_email" change_email
    "account.add_factor" add_factor
    "account.remove_factor" remove_factor
    "account.use_recovery_code" use_recovery_code
    "account.renew_recovery_codes" renew_recovery_codes
    "account.factor_guessed" factor_guessed
    "account.end_sessions" end_sessions
    "session.reuse_detected" reuse_detected
    "invite.create" invite_create
    "invite.end" invite_end
    "message.moderate" moderate
    "message.pin" pin
    "message.unpin" unpin
    "room.create" room_create
    "room.update" room_update
    "room.archive" room_archive
    "room.set_member_role" member_role
    "room.silence_member" silence_member
    "room.lift_member_silence" lift_member_silence
    "room.silence" room_silence
    "room.lift_silence" room_lift_silence
    "keys.rotate" keys_rotate
    "category.put" category_put
    "category.delete" category_delete
    "ad.create" ad_create
    "ad.edit" ad_edit
    "ad.resubmit" ad_resubmit
    "ad.approve" ad_approve
    "ad.publish" ad_publish
    "ad.reject" ad_reject
    "ad.suspend" ad_suspend
    "ad.reinstate" ad_reinstate
    "ad.pause" ad_pause
    "ad.expire" ad_expire
    "ad.renew" ad_renew
    "ad.conclude" ad_conclude
    "ad.delete" ad_delete
    "ad.propose_change" ad_propose_change
    "ad.accept_change" ad_accept_change
    "ad.refuse_change" ad_refuse_change
}
