//! What stands where one would write, for who may only read.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::Timestamp;
use praca_api::accounts::{AccountStatus, Role};

use crate::components::Icon;
use crate::format;
use crate::language::language;
use crate::pages::profile::resend;
use crate::square::Square;

/// Why and until when somebody may only read.
#[derive(Clone, PartialEq)]
pub struct Silenced {
    whole_room: bool,
    reason: Option<String>,
    until: Option<Timestamp>,
}

impl Silenced {
    /// What keeps the person from writing in the open conversation, if anything.
    pub fn of(square: Square) -> Option<Self> {
        let user = square.session.user()?;
        if user.status == AccountStatus::Silenced {
            return Some(Self { whole_room: false, reason: user.status_reason, until: user.status_until });
        }
        if user.role != Role::User {
            return None;
        }
        let keeps_order = square.keeps_order();
        square.model.with(|model| {
            let room = model.open_room()?;
            let mine = room.me.as_ref().and_then(|me| me.silence.as_ref());
            let (silence, whole_room) = match (mine, &room.room.silence) {
                (Some(mine), _) => (mine, false),
                (None, Some(silence)) if !keeps_order => (silence, true),
                _ => return None,
            };
            Some(Self { whole_room, reason: Some(silence.reason.clone()), until: silence.until })
        })
    }
}

/// Stands where one would write.
#[component]
pub fn SilencedNotice(silence: Memo<Option<Silenced>>) -> impl IntoView {
    let i18n = language();
    let title = move |silence: &Silenced| match (silence.whole_room, silence.until) {
        (true, _) => t_string!(i18n, room.silenced).to_owned(),
        (false, None) => t_string!(i18n, people.you_are_silenced).to_owned(),
        (false, Some(until)) => {
            t_string!(i18n, people.you_are_silenced_until, when = format::moment(i18n.get_locale(), until))
        }
    };
    view! {
        <div class="composer">
            {move || silence.get().map(|silence| view! {
                <div class="silenced" role="status">
                    <Icon name="volume-x" />
                    <div>
                        <p><b>{title(&silence)}</b></p>
                        {silence.reason.clone().map(|reason| view! { <p>{t_string!(i18n, status.reason, reason = reason)}</p> })}
                    </div>
                </div>
            })}
        </div>
    }
}

/// Stands where one would write to somebody one blocks.
#[component]
pub fn BlockedNotice() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let peer = Memo::new(move |_| square.model.with(|model| model.open_dm().map(|dm| dm.with.author.clone())));
    view! {
        <div class="composer">
            {move || peer.get().map(|peer| {
                let name = format::first_name(&peer.display_name);
                view! {
                    <div class="silenced" role="status">
                        <Icon name="ban" />
                        <div>
                            <p><b>{t_string!(i18n, dms.you_block, name = name.clone())}</b></p>
                            <p><button type="button" class="link-btn" on:click=move |_| square.block(peer.id, false)>{t_string!(i18n, card.unblock, name = name)}</button></p>
                        </div>
                    </div>
                }
            })}
        </div>
    }
}

/// Stands where one would write, for who has not proved their address yet.
#[component]
pub fn UnverifiedNotice() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let said = RwSignal::new(String::new());
    let email = move || session.user().map(|user| user.email).unwrap_or_default();
    view! {
        <div class="composer">
            <div class="silenced" role="status">
                <Icon name="mail" />
                <div>
                    <p><b>{t!(i18n, credentials.prove_title)}</b></p>
                    <p>{move || t_string!(i18n, credentials.prove, email = email())}</p>
                    <p><button type="button" class="link-btn" on:click=move |_| resend(i18n, session, said)>{t!(i18n, credentials.resend)}</button>" "{move || said.get()}</p>
                </div>
            </div>
        </div>
    }
}
