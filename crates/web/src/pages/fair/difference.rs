//! What a change that waits would change: before and after, beside each other.

use leptos::prelude::*;
use leptos_i18n::t;
use praca_api::ads::{Ad, PendingChange};
use praca_api::uploads::Attachment;

use super::card::Price;
use super::catalog::Catalog;
use crate::components::Icon;
use crate::language::language;

/// What the change of an ad would change; nothing for one without.
#[component]
pub fn Difference(ad: Ad) -> impl IntoView {
    let i18n = language();
    let catalog = expect_context::<Catalog>();
    ad.pending_change.clone().map(move |change| {
        let PendingChange { title, category, price, images } = change;
        let category = category.map(|after| {
            let before = ad.category.clone();
            view! { <Row what=Signal::derive(move || i18n_word(i18n, What::Category)) before=view! { {move || catalog.name(i18n, &before)} }.into_any() after=view! { {move || catalog.name(i18n, &after)} }.into_any() /> }
        });
        let title = title.map(|after| {
            view! { <Row what=Signal::derive(move || i18n_word(i18n, What::Title)) before=ad.title.clone().into_any() after=after.into_any() /> }
        });
        let price = price.map(|after| {
            let shown = |price| view! { <Price price kind=ad.kind /> }.into_any();
            view! { <Row what=Signal::derive(move || i18n_word(i18n, What::Price)) before=shown(ad.price) after=shown(after) /> }
        });
        let images = images.map(|after| {
            let row = |images: Vec<Attachment>| view! { <Thumbs images /> }.into_any();
            view! { <Row what=Signal::derive(move || i18n_word(i18n, What::Photos)) before=row(ad.images.clone()) after=row(after) /> }
        });
        view! {
            <section class="stack stack--2">
                <h2>{t!(i18n, fair.difference)}</h2>
                <p class="small muted">{t!(i18n, fair.difference_text)}</p>
                <dl class="difference">{title}{category}{price}{images}</dl>
            </section>
        }
    })
}

/// What may change only with a moderator's consent.
#[derive(Clone, Copy)]
enum What {
    Title,
    Category,
    Price,
    Photos,
}

fn i18n_word(i18n: crate::language::Language, what: What) -> &'static str {
    use leptos_i18n::t_string;
    match what {
        What::Title => t_string!(i18n, fair.title),
        What::Category => t_string!(i18n, fair.category),
        What::Price => t_string!(i18n, fair.price),
        What::Photos => t_string!(i18n, fair.photos_legend),
    }
}

#[component]
fn Row(what: Signal<&'static str>, before: AnyView, after: AnyView) -> impl IntoView {
    let i18n = language();
    view! {
        <dt>{what}</dt>
        <dd><span class="visually-hidden">{t!(i18n, fair.before)}": "</span><del>{before}</del></dd>
        <dd><Icon name="arrow-right" class="icon icon--sm" /><span class="visually-hidden">{t!(i18n, fair.after)}": "</span><ins>{after}</ins></dd>
    }
}

#[component]
fn Thumbs(images: Vec<Attachment>) -> impl IntoView {
    let thumb = |image: Attachment| {
        let thumb = image.variants.thumb;
        view! { <img src=thumb.url alt=image.alt width=thumb.width height=thumb.height loading="lazy" /> }
    };
    let none = images.is_empty().then_some("–");
    view! { <span class="thumbs">{none}{images.into_iter().map(thumb).collect_view()}</span> }
}
