//! Approving what is clean at once.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::ads::review::{ApproveAds, ApprovedAds, ReviewItem, SeenAd};

use super::queue::Queue;
use crate::components::{Dialog, ErrorLine, Icon};
use crate::language::language;
use crate::net::Trouble;

/// Approves those in which nothing stands out.
#[component]
pub fn Together() -> impl IntoView {
    let (i18n, queue) = (language(), expect_context::<Queue>());
    let (open, trouble) = (RwSignal::new(false), RwSignal::new(None::<Trouble>));
    let (left, busy) = (RwSignal::new(0_usize), RwSignal::new(false));
    let clean = Memo::new(move |_| queue.clean());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            busy.set(true);
            spawn_local(async move {
                let answer = approve(&queue, clean.get_untracked()).await;
                // The page may be gone by now.
                let _ = busy.try_set(false);
                match answer {
                    Ok(still) => {
                        let _ = (left.try_set(still), open.try_set(false));
                    }
                    Err(why) => drop(trouble.try_set(Some(why))),
                }
            });
        }
    };
    view! {
        <Show when=move || clean.with(|clean| clean.len() > 1)>
            <p class="case-all">
                <button type="button" class="btn btn--sm btn--block" on:click=move |_| { trouble.set(None); open.set(true); }>
                    <Icon name="circle-check" class="icon icon--sm" />{move || t_string!(i18n, fair.approve_clean, count = clean.with(Vec::len))}
                </button>
            </p>
        </Show>
        <div role="status">{move || (left.get() > 0).then(|| view! { <p class="notice" data-tone="caution"><Icon name="info" /><span>{t!(i18n, fair.left, count = move || left.get())}</span></p> })}</div>
        <Dialog open id="f-juntos" title=Signal::derive(move || t_string!(i18n, fair.approve_clean, count = clean.with(Vec::len)))>
            <form class="stack" on:submit=submit>
                <p>{t!(i18n, fair.approve_clean_text)}</p>
                <ul class="rows">{move || clean.get().into_iter().map(|item| view! { <li>{item.ad.title}" · "<span class="muted">{item.ad.owner.display_name}</span></li> }).collect_view()}</ul>
                <ErrorLine error=trouble id="f-juntos-erro" />
                <div class="dialog-actions">
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{t!(i18n, chat.cancel)}</button>
                    <button type="submit" class="btn btn--primary" disabled=move || busy.get()>{t!(i18n, fair.approve)}</button>
                </div>
            </form>
        </Dialog>
    }
}

/// Approves these; how many could not be.
async fn approve(queue: &Queue, clean: Vec<ReviewItem>) -> Result<usize, Trouble> {
    let seen = |item: &ReviewItem| SeenAd { id: item.ad.id, version: item.ad.version };
    let wish = ApproveAds { ads: clean.iter().map(seen).collect() };
    let done: ApprovedAds = queue.session.send(Method::POST, "/moderation/ads/approve", Some(&wish)).await?;
    queue.items.update(|items| items.retain(|item| !done.approved.contains(&item.ad.id)));
    if queue.at.try_get_untracked().flatten().is_some_and(|at| done.approved.contains(&at)) {
        queue.go(None);
    }
    Ok(done.left.len())
}
