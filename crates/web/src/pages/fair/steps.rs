//! What an ad's owner and moderators do with it, and what was done.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::accounts::Role;
use praca_api::ads::{Ad, AdAction, AdReason, AdStatus, AdStep};
use praca_api::{AdId, Page};

use super::ad::Shown;
use crate::components::{Dialog, ErrorLine, Icon, explain};
use crate::format;
use crate::language::{Language, language};
use crate::net::{Answer, Trouble};
use crate::session::Session;
use crate::square::Square;

/// Hours before its end in which an ad on display is renewed: a week.
const SOON: i64 = 7 * 24;
/// Hours after its end from which it is not any more.
const TOO_LATE: i64 = 180 * 24;

/// Something to be done with an ad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Pause,
    Publish,
    Renew,
    Conclude,
    Delete,
    Approve,
    Reject,
    Suspend,
    Reinstate,
    AcceptChange,
    RefuseChange,
}

impl Step {
    /// What follows from where an ad stands, for who looks at it.
    fn of(ad: &Ad, is_own: bool, moderates: bool, administrates: bool) -> Vec<Self> {
        match (is_own, moderates) {
            // In a square of few, who runs it decides on their own, too.
            (true, _) if administrates && (ad.status == AdStatus::Pending || ad.pending_change.is_some()) => {
                Self::of_moderator(ad)
                    .into_iter()
                    .chain(Self::of_owner(ad))
                    .filter(|step| *step != Self::Suspend)
                    .collect()
            }
            (true, _) => Self::of_owner(ad),
            (false, true) => Self::of_moderator(ad),
            (false, false) => Vec::new(),
        }
    }

    /// What follows from where an ad stands, for its owner.
    fn of_owner(ad: &Ad) -> Vec<Self> {
        let ends_by = |hours| ad.expires_at.zip(format::in_hours(hours)).is_some_and(|(end, then)| end <= then);
        match ad.status {
            AdStatus::Active if ends_by(SOON) => vec![Self::Renew, Self::Conclude, Self::Pause, Self::Delete],
            AdStatus::Active => vec![Self::Conclude, Self::Pause, Self::Delete],
            AdStatus::Approved if ends_by(-TOO_LATE) => vec![Self::Conclude, Self::Delete],
            AdStatus::Approved if ends_by(0) => vec![Self::Renew, Self::Conclude, Self::Delete],
            AdStatus::Approved => vec![Self::Publish, Self::Conclude, Self::Delete],
            AdStatus::Pending | AdStatus::Rejected | AdStatus::Suspended | AdStatus::Concluded => vec![Self::Delete],
            AdStatus::Deleted => Vec::new(),
        }
    }

    /// The same for a moderator, about an ad of somebody else's.
    fn of_moderator(ad: &Ad) -> Vec<Self> {
        let mut steps = match ad.status {
            AdStatus::Pending => vec![Self::Approve, Self::Reject],
            AdStatus::Active | AdStatus::Approved => vec![Self::Suspend],
            AdStatus::Suspended => vec![Self::Reinstate],
            AdStatus::Concluded | AdStatus::Deleted | AdStatus::Rejected => Vec::new(),
        };
        let is_decided_on = matches!(ad.status, AdStatus::Active | AdStatus::Approved);
        if ad.pending_change.is_some() && is_decided_on {
            steps.splice(0..0, [Self::AcceptChange, Self::RefuseChange]);
        }
        steps
    }

    /// Whether it is a moderator's on what waits.
    const fn is_decision(self) -> bool {
        matches!(self, Self::Approve | Self::Reject | Self::AcceptChange | Self::RefuseChange)
    }

    /// Whether others read why.
    const fn wants_reason(self) -> bool {
        matches!(self, Self::Reject | Self::Suspend | Self::RefuseChange)
    }

    /// Whether it asks before it is done: there is no way back.
    const fn is_final(self) -> bool {
        matches!(self, Self::Conclude | Self::Delete)
    }

    /// The key of a decision, where there are keys.
    const fn key(self) -> Option<&'static str> {
        match self {
            Self::Approve | Self::AcceptChange => Some("a"),
            Self::Reject | Self::RefuseChange => Some("r"),
            _ => None,
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Pause => "/pause",
            Self::Publish => "/publish",
            Self::Renew => "/renew",
            Self::Conclude => "/conclude",
            Self::Delete => "",
            Self::Approve => "/approve",
            Self::Reject => "/reject",
            Self::Suspend => "/suspend",
            Self::Reinstate => "/reinstate",
            Self::AcceptChange => "/change/accept",
            Self::RefuseChange => "/change/refuse",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Pause | Self::Suspend => "circle-pause",
            Self::Publish | Self::Approve | Self::Reinstate | Self::AcceptChange => "circle-check",
            Self::Renew => "clock",
            Self::Conclude => "handshake",
            Self::Delete | Self::Reject | Self::RefuseChange => "x",
        }
    }

    fn word(self, i18n: Language) -> &'static str {
        match self {
            Self::Pause => t_string!(i18n, fair.pause),
            Self::Publish => t_string!(i18n, fair.publish),
            Self::Renew => t_string!(i18n, fair.renew),
            Self::Conclude => t_string!(i18n, fair.conclude),
            Self::Delete => t_string!(i18n, fair.delete),
            Self::Approve => t_string!(i18n, fair.approve),
            Self::Reject => t_string!(i18n, fair.reject),
            Self::Suspend => t_string!(i18n, fair.suspend),
            Self::Reinstate => t_string!(i18n, fair.reinstate),
            Self::AcceptChange => t_string!(i18n, fair.accept_change),
            Self::RefuseChange => t_string!(i18n, fair.refuse_change),
        }
    }

    /// What one is asked before it is done.
    fn question(self, i18n: Language) -> &'static str {
        match self {
            Self::Conclude => t_string!(i18n, fair.conclude_text),
            Self::Delete => t_string!(i18n, fair.delete_text),
            _ => t_string!(i18n, fair.reason_text),
        }
    }

    async fn take(self, session: Session, (id, version): (AdId, i32), reason: String) -> Answer<Option<Ad>> {
        // What is decided on is what was looked at; what an owner does holds whatever it says.
        let version = self.is_decision().then_some(version);
        let body = AdReason { reason: Some(reason).filter(|reason| !reason.trim().is_empty()), version };
        let path = format!("/ads/{id}{}", self.path());
        if self == Self::Delete {
            let answer: Answer<()> = session.send(Method::DELETE, &path, Some(&body)).await;
            return answer.map(|()| None);
        }
        session.send(Method::POST, &path, Some(&body)).await.map(Some)
    }
}

/// Whether an owner may change an ad: what is over, or taken away, is changed no more.
const fn may_change(status: AdStatus) -> bool {
    !matches!(status, AdStatus::Concluded | AdStatus::Suspended | AdStatus::Deleted)
}

/// The buttons of whoever may do something.
#[component]
pub fn Steps(
    ad: Ad,
    shown: Shown,
    /// Whether decisions have keys.
    #[prop(default = false)]
    keys: bool,
) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let session = square.session;
    let is_own = square.me() == Some(ad.owner.id);
    let steps = Step::of(&ad, is_own, square.moderates(), square.runs_the_square());
    let (asked, reason, error) =
        (RwSignal::new(None::<Step>), RwSignal::new(String::new()), RwSignal::new(None::<Trouble>));
    let (open, id, version) = (RwSignal::new(false), ad.id, ad.version);
    let take = Callback::new(move |step: Step| {
        spawn_local(async move {
            let answer = step.take(session, (id, version), reason.get_untracked()).await;
            // The page may be gone by now.
            match answer {
                Ok(Some(ad)) => drop((open.try_set(false), error.try_set(None), shown.ad.try_set(Some(ad)))),
                Ok(None) => drop(window().location().assign("/feira/meus")),
                Err(trouble) => drop(error.try_set(Some(trouble))),
            }
        });
    });
    let press = move |step: Step| {
        error.set(None);
        if step.wants_reason() || step.is_final() {
            reason.set(String::new());
            asked.set(Some(step));
            open.set(true);
        } else {
            take.run(step);
        }
    };
    let button = move |(at, step): (usize, Step)| {
        let class = if at == 0 { "btn btn--primary" } else { "btn" };
        view! { <button type="button" class=class aria-keyshortcuts=step.key().filter(|_| keys) on:click=move |_| press(step)><Icon name=step.icon() />{move || step.word(i18n)}</button> }
    };
    let change = (is_own && may_change(ad.status)).then(|| format!("/feira/{id}/mudar"));
    view! {
        <div class="row">
            {steps.into_iter().enumerate().map(button).collect_view()}
            {change.map(|address| view! { <a class="btn" href=address><Icon name="square-pen" />{t!(i18n, fair.change)}</a> })}
        </div>
        <Show when=move || !open.get()><ErrorLine error id="f-erro" /></Show>
        <Asking open asked reason error take />
    }
}

/// The dialog before what is final, or needs a reason.
#[component]
fn Asking(
    open: RwSignal<bool>,
    asked: RwSignal<Option<Step>>,
    reason: RwSignal<String>,
    error: RwSignal<Option<Trouble>>,
    take: Callback<Step>,
) -> impl IntoView {
    let i18n = language();
    let title = Signal::derive(move || asked.get().map(|step| step.word(i18n).to_owned()).unwrap_or_default());
    view! {
        <Dialog open id="f-pergunta" title>
            {move || asked.get().map(|step| {
                let submit = move |event: leptos::ev::SubmitEvent| {
                    event.prevent_default();
                    take.run(step);
                };
                view! {
                    <form class="stack" novalidate on:submit=submit>
                        <p>{step.question(i18n)}</p>
                        {step.wants_reason().then(|| view! {
                            <div class="field">
                                <label for="f-motivo">{t!(i18n, fair.reason)}</label>
                                <textarea class="input" id="f-motivo" rows="3" maxlength="500" on:input=move |event| reason.set(event_target_value(&event))></textarea>
                            </div>
                        })}
                        <ErrorLine error id="f-pergunta-erro" />
                        <div class="dialog-actions">
                            <button type="button" class="btn" on:click=move |_| open.set(false)>{t!(i18n, chat.cancel)}</button>
                            <button type="submit" class="btn btn--primary">{step.word(i18n)}</button>
                        </div>
                    </form>
                }
            })}
        </Dialog>
    }
}

/// What was done, for its owner and moderators.
#[component]
pub fn History(ad: Ad) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let me = session.user();
    let may_read = me.is_some_and(|user| user.author.id == ad.owner.id || user.role != Role::User);
    let id = ad.id;
    let steps = LocalResource::new(move || async move {
        if !may_read {
            return Ok(Vec::new());
        }
        let answer: Answer<Page<AdStep>> =
            session.send(Method::GET, &format!("/ads/{id}/history?limit=50"), None::<&()>).await;
        answer.map(|page| page.items)
    });
    let line = move |step: AdStep| {
        let who = step.actor.map(|actor| actor.display_name);
        let who = move || who.clone().unwrap_or_else(|| t_string!(i18n, admin.machine).to_owned());
        view! {
            <li class="audit">
                <Icon name="clock" />
                <p><b>{who}</b>" · "{move || action_word(i18n, step.action)}{step.reason.map(|reason| format!(": “{reason}”"))}</p>
                <small><time datetime=step.at.to_string()>{move || format::moment(i18n.get_locale(), step.at)}</time></small>
            </li>
        }
    };
    view! {
        <Show when=move || may_read>
            <section>
                <h2>{t!(i18n, fair.history)}</h2>
                <div class="card log-card mt-2">
                    {move || steps.get().map(|answer| match answer {
                        Ok(steps) => view! { <ol>{steps.into_iter().map(line).collect_view()}</ol> }.into_any(),
                        Err(trouble) => view! { <p>{explain(i18n, &trouble)}</p> }.into_any(),
                    })}
                </div>
            </section>
        </Show>
    }
}

fn action_word(i18n: Language, action: AdAction) -> &'static str {
    match action {
        AdAction::Create => t_string!(i18n, actions.ad_create),
        AdAction::Edit => t_string!(i18n, actions.ad_edit),
        AdAction::Resubmit => t_string!(i18n, actions.ad_resubmit),
        AdAction::Approve => t_string!(i18n, actions.ad_approve),
        AdAction::Publish => t_string!(i18n, actions.ad_publish),
        AdAction::Reject => t_string!(i18n, actions.ad_reject),
        AdAction::Suspend => t_string!(i18n, actions.ad_suspend),
        AdAction::Reinstate => t_string!(i18n, actions.ad_reinstate),
        AdAction::Pause => t_string!(i18n, actions.ad_pause),
        AdAction::Expire => t_string!(i18n, actions.ad_expire),
        AdAction::Renew => t_string!(i18n, actions.ad_renew),
        AdAction::Conclude => t_string!(i18n, actions.ad_conclude),
        AdAction::Delete => t_string!(i18n, actions.ad_delete),
        AdAction::ProposeChange => t_string!(i18n, actions.ad_propose_change),
        AdAction::AcceptChange => t_string!(i18n, actions.ad_accept_change),
        AdAction::RefuseChange => t_string!(i18n, actions.ad_refuse_change),
    }
}
