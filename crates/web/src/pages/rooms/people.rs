//! The people of a room: who is there now, who keeps order, and what those who do may do.

use std::time::Duration;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::accounts::Author;
use praca_api::rooms::{Member, MemberRole, RoomPresence, SetMemberRole};
use praca_api::{ConversationId, Page, UserId};

use super::silence::Silencing;
use crate::components::{Avatar, Icon, Proof};
use crate::format;
use crate::language::language;
use crate::net::Answer;
use crate::pages::card::Name;
use crate::square::Square;

/// Id of the menu of a person.
const MENU: &str = "menu-pessoa";
/// People shown before one asks for more.
const FIRST: usize = 12;

/// Members read so far.
#[derive(Clone, Copy)]
struct Members {
    room: Memo<Option<ConversationId>>,
    items: RwSignal<Option<Vec<Member>>>,
    next: RwSignal<Option<String>>,
    all: RwSignal<bool>,
    chosen: RwSignal<Option<Member>>,
}

impl Members {
    /// The members of whichever room is open, read again when somebody was silenced or named. Who is there is watched.
    fn of_open_room(square: Square, silencing: Silencing) -> Self {
        let members = Self {
            room: Memo::new(move |_| square.model.with(|model| model.open.as_ref().map(|open| open.id))),
            items: RwSignal::new(None),
            next: RwSignal::new(None),
            all: RwSignal::new(false),
            chosen: RwSignal::new(None),
        };
        Effect::new(move |before: Option<Option<ConversationId>>| {
            let room = members.room.get();
            silencing.done.track();
            if before.flatten() != room {
                members.items.set(None);
                members.all.set(false);
            }
            members.read(square, None);
            room
        });
        members
    }

    fn read(self, square: Square, after: Option<String>) {
        let Some(room) = self.room.get_untracked() else { return };
        spawn_local(async move {
            let cursor = after.as_ref().map(|after| format!("&after={after}")).unwrap_or_default();
            let path = format!("/rooms/{room}/members?limit=100{cursor}");
            let page: Answer<Page<Member>> = square.session.send(Method::GET, &path, None::<&()>).await;
            match page {
                Ok(page) if self.room.try_get_untracked().flatten() == Some(room) => {
                    let mut items = self.items.get_untracked().filter(|_| after.is_some()).unwrap_or_default();
                    square.watch(page.items.iter().map(|member| member.author.id).collect());
                    items.extend(page.items);
                    items.sort_by_key(|m| {
                        (!m.online, m.role == MemberRole::Member, m.author.display_name.to_lowercase())
                    });
                    self.items.set(Some(items));
                    self.next.set(page.next);
                }
                Ok(_) => {}
                Err(trouble) => square.complain(&trouble),
            }
        });
    }
}

/// The panel.
#[component]
pub fn People() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let silencing = expect_context::<Silencing>();
    let members = Members::of_open_room(square, silencing);
    let shown = move || {
        let count = if members.all.get() { usize::MAX } else { FIRST };
        members.items.get().unwrap_or_default().into_iter().take(count).collect::<Vec<_>>()
    };
    let more = move || {
        let known = members.items.with(|items| items.as_ref().map_or(0, Vec::len));
        members.next.with(Option::is_some) || (known > FIRST && !members.all.get())
    };
    let show_more = move |_| {
        if members.all.get_untracked() {
            members.read(square, members.next.get_untracked());
        }
        members.all.set(true);
    };
    view! {
        <section class="panel">
            <h3>{t!(i18n, rooms.people)}</h3>
            <HereNow />
            <Show when=move || members.items.with(Option::is_none)><span class="sk sk--w60"></span></Show>
            <ul class="stack stack--3">
                <For
                    each=shown key=|member| (member.author.id, member.online, member.role, member.silence.clone().map(|silence| silence.reason))
                    children=move |member| view! { <Person member members /> }
                />
            </ul>
            <Show when=more>
                <p class="mt-2"><button type="button" class="link-btn small" on:click=show_more>{t!(i18n, people.more)}</button></p>
            </Show>
        </section>
        <div class="menu" id=MENU popover="auto" role="group" aria-label=move || t_string!(i18n, people.actions)>
            {move || members.chosen.get().map(|member| view! { <Entries member members /> })}
        </div>
    }
}

/// Seconds until who is in the room is looked at again: everybody in it hears at once that somebody came, and the more
/// they are, the longer each waits.
fn pause(online: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "people in a room")]
    let crowd = online as f64 / 100.0;
    (2.0 + crowd).min(20.0) * (1.0 + js_sys::Math::random())
}

/// Who is in the room right now: a count, and some names.
#[component]
fn HereNow() -> impl IntoView {
    let square = expect_context::<Square>();
    let here = RwSignal::new(None::<RoomPresence>);
    let room = Memo::new(move |_| square.model.with(|m| m.open_room().map(|room| (room.room.id, room.room.online))));
    // The room last asked about, and whether it will be asked about again.
    let asked = StoredValue::new((None::<ConversationId>, false));
    let ask = move |id: ConversationId| {
        asked.set_value((Some(id), false));
        spawn_local(async move {
            let path = format!("/rooms/{id}/presence");
            let present: Answer<RoomPresence> = square.session.send(Method::GET, &path, None::<&()>).await;
            // Without an answer the next change asks again.
            if let Ok(present) = present {
                here.try_set(Some(present));
            }
        });
    };
    Effect::new(move |_| {
        let Some((id, online)) = room.get() else { return };
        match asked.get_value() {
            (Some(before), true) if before == id => {}
            (Some(before), false) if before == id => {
                asked.set_value((Some(id), true));
                let wait = Duration::from_secs_f64(pause(online));
                let still_there = move || asked.try_get_value() == Some((Some(id), true));
                set_timeout(
                    move || {
                        if still_there() {
                            ask(id);
                        }
                    },
                    wait,
                );
            }
            _ => ask(id),
        }
    });
    let present = move || here.get().filter(|present| !present.people.is_empty());
    view! { <p class="small muted here-now">{move || present().map(|present| view! { <Names present /> })}</p> }
}

/// Some who are here, and how many more.
#[component]
fn Names(present: RoomPresence) -> impl IntoView {
    let i18n = language();
    let first = |author: Author| Author { display_name: format::first_name(&author.display_name), ..author };
    let people: Vec<Author> = present.people.into_iter().take(3).map(first).collect();
    let others = present.online.saturating_sub(people.len() as u64);
    let names = people.into_iter().enumerate().map(|(at, author)| {
        view! { {if at == 0 { " " } else { ", " }}<Name author /> }
    });
    view! {
        {t!(i18n, people.here)}
        {names.collect_view()}
        {(others > 0).then(|| view! { " "{t!(i18n, people.here_more, others = move || others)} })}
    }
}

#[component]
fn Person(member: Member, members: Members) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let (user, me) = (member.author.id, untrack(|| square.me()));
    let (role, silenced) = (member.role, member.silence.is_some());
    let state = Signal::derive(move || square.model.with(|model| model.presence_of(user).as_str()));
    let note = move || match (silenced, role, state.get()) {
        (true, ..) => t_string!(i18n, people.silenced),
        (_, MemberRole::Moderator, _) => t_string!(i18n, rooms.moderator),
        (_, _, "offline") => "",
        (_, _, state) => format::presence_word(i18n, state),
    };
    let label = member.author.display_name.clone();
    let other = me != Some(user);
    let author = member.author.clone();
    view! {
        <li class="person">
            <Avatar author=author.clone() presence=state />
            <div><Name author /><small>{note}</small></div>
            <Show when=move || other && square.keeps_order()>
                <button
                    type="button" class="icon-btn icon-btn--sm" popovertarget=MENU
                    aria-label={ let label = label.clone(); move || t_string!(i18n, people.actions_of, name = label.clone()) }
                    on:click={ let member = member.clone(); move |_| members.chosen.set(Some(member.clone())) }
                >
                    <Icon name="ellipsis" />
                </button>
            </Show>
        </li>
    }
}

#[component]
fn Entries(member: Member, members: Members) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let silencing = expect_context::<Silencing>();
    let proof = expect_context::<Proof>();
    let (user, moderates, silenced) =
        (member.author.id, member.role == MemberRole::Moderator, member.silence.is_some());
    let silence = move |_| {
        let Some(room) = members.room.get_untracked() else { return };
        if silenced { silencing.lift(square, room, Some(&member.author)) } else { silencing.ask(room, &member.author) }
    };
    let name = move |_| {
        if let Some(room) = members.room.get_untracked() {
            set_role(
                (square, proof),
                silencing,
                room,
                user,
                if moderates { MemberRole::Member } else { MemberRole::Moderator },
            );
        }
    };
    view! {
        <button type="button" popovertarget=MENU popovertargetaction="hide" on:click=silence>
            <Icon name="volume-x" />{move || if silenced { t_string!(i18n, people.lift) } else { t_string!(i18n, people.silence) }}
        </button>
        <Show when=move || square.runs_the_square()>
            <button type="button" popovertarget=MENU popovertargetaction="hide" on:click=name>
                <Icon name="shield-check" />{move || if moderates { t_string!(i18n, people.dismiss) } else { t_string!(i18n, people.name) }}
            </button>
        </Show>
    }
}

fn set_role(
    (square, proof): (Square, Proof),
    silencing: Silencing,
    room: ConversationId,
    user: UserId,
    role: MemberRole,
) {
    spawn_local(async move {
        let path = format!("/rooms/{room}/members/{user}/role");
        let answer: Answer<serde_json::Value> = proof.send(Method::PUT, &path, Some(&SetMemberRole { role })).await;
        match answer {
            Ok(_) => silencing.done.update(|done| *done += 1),
            Err(trouble) => square.complain(&trouble),
        }
    });
}
