//! How the square does: people, messages, answers and jobs, as charts.

use std::fmt::Write as _;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::admin::{Measure, Measures};

use crate::components::explain;
use crate::format;
use crate::language::language;
use crate::net::Answer;
use crate::session::Session;
use crate::square::Square;

/// Width and height of a chart, in its own units.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 120.0;
/// Milliseconds after which the charts are drawn anew.
const EVERY_MS: u64 = 60_000;

/// What a chart shows of a measure.
type Of = fn(&Measure) -> f64;

/// The section.
#[component]
pub fn MeasuresSection() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let (hours, measures) = (RwSignal::new(1_u32), RwSignal::new(None::<Answer<Measures>>));
    Effect::new(move |_| {
        hours.track();
        load(session, hours, measures);
    });
    // Longer whiles change little in a minute.
    let again = move || {
        if hours.get_untracked() == 1 {
            load(session, hours, measures);
        }
    };
    let timer = set_interval_with_handle(again, std::time::Duration::from_millis(EVERY_MS));
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
    let option = move |count: u32, label: Signal<&'static str>| {
        view! { <label><input type="radio" name="g-horas" prop:checked=move || hours.get() == count on:change=move |_| hours.set(count) />{move || label.get()}</label> }
    };
    view! {
        <section class="stack mt-6">
            <div class="seg" role="radiogroup" aria-label=move || t_string!(i18n, measures.of)>
                {option(1, Signal::derive(move || t_string!(i18n, measures.hour)))}
                {option(24, Signal::derive(move || t_string!(i18n, measures.day)))}
                {option(168, Signal::derive(move || t_string!(i18n, measures.week)))}
            </div>
            {move || match measures.get() {
                None => view! { <span class="sk sk--w85"></span> }.into_any(),
                Some(Err(trouble)) => view! { <p role="alert">{explain(i18n, &trouble)}</p> }.into_any(),
                Some(Ok(measures)) if measures.items.is_empty() => view! { <p class="muted">{t!(i18n, measures.none)}</p> }.into_any(),
                Some(Ok(measures)) => view! { <Charts measures hours=hours.get_untracked() /> }.into_any(),
            }}
        </section>
    }
}

fn load(session: Session, hours: RwSignal<u32>, measures: RwSignal<Option<Answer<Measures>>>) {
    let asked = hours.get_untracked();
    spawn_local(async move {
        let answer = session.send(Method::GET, &format!("/admin/measures?hours={asked}"), None::<&()>).await;
        // The page may be gone by now, or show another while. What is there stays when nothing newer comes.
        let is_there = measures.try_with_untracked(|measures| matches!(measures, Some(Ok(_)))).unwrap_or(true);
        if hours.try_get_untracked() == Some(asked) && (answer.is_ok() || !is_there) {
            let _ = measures.try_set(Some(answer));
        }
    });
}

#[component]
fn Charts(measures: Measures, hours: u32) -> impl IntoView {
    let i18n = language();
    let chart = move |label: Signal<&'static str>, unit: &'static str, of: Of| {
        view! { <Chart measures=measures.clone() hours label unit of /> }
    };
    // Counts of people and jobs are far below where they would be rounded.
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let charts = [
        chart(Signal::derive(move || t_string!(i18n, measures.online)), "", |one| one.online as f64),
        chart(Signal::derive(move || t_string!(i18n, measures.messages)), "", |one| one.messages),
        chart(Signal::derive(move || t_string!(i18n, measures.p99)), " ms", |one| one.p99_ms),
        chart(Signal::derive(move || t_string!(i18n, measures.queue)), "", |one| one.queue as f64),
    ];
    view! { <div class="charts">{charts.into_iter().collect_view()}</div> }
}

/// A line over time, with what it is now and at most in words.
#[component]
fn Chart(measures: Measures, hours: u32, label: Signal<&'static str>, unit: &'static str, of: Of) -> impl IntoView {
    let i18n = language();
    let values: Vec<f64> = measures.items.iter().map(of).collect();
    let now = values.last().copied().unwrap_or_default();
    let most = values.iter().copied().fold(0.0, f64::max);
    let (line, area) = drawn(&measures, hours, of, most);
    let number = move |value: f64| format!("{}{unit}", format::number(i18n.get_locale(), value));
    let range = {
        let (first, last) = (measures.items.first().map(|one| one.at), measures.items.last().map(|one| one.at));
        move || {
            let at = |at| format::short_moment(i18n.get_locale(), at);
            first.zip(last).map(|(first, last)| format!("{} – {}", at(first), at(last)))
        }
    };
    view! {
        <figure class="chart">
            <figcaption>
                <span class="muted">{move || label.get()}</span>
                <b class="num">{move || number(now)}</b>
                <span class="small muted">{move || t_string!(i18n, measures.most, value = number(most))}</span>
            </figcaption>
            <svg viewBox=format!("0 -4 {WIDTH} {}", HEIGHT + 8.0) preserveAspectRatio="none" aria-hidden="true">
                <path class="chart-area" d=area />
                <path class="chart-line" d=line vector-effect="non-scaling-stroke" />
            </svg>
            <p class="small muted">{range}</p>
        </figure>
    }
}

/// The line and the area under it. Where steps are missing the line breaks.
fn drawn(measures: &Measures, hours: u32, of: Of, most: f64) -> (String, String) {
    let (mut line, mut area) = (String::new(), String::new());
    let span = f64::from(hours) * 3_600.0;
    let (step, now) = (f64::from(measures.step_seconds), format::now());
    let mut before = None::<f64>;
    for one in &measures.items {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
        let ago = (now - one.at.millis() as f64) / 1_000.0;
        let x = (WIDTH - ago / span * WIDTH).clamp(0.0, WIDTH);
        let y = HEIGHT - of(one) / most.max(1.0) * HEIGHT;
        let goes_on = before.is_some_and(|before| x - before < 1.5 * step / span * WIDTH);
        // Writing to a text does not fail.
        let _ = match before {
            Some(_) if goes_on => write!(line, "L{x:.1} {y:.1}").and(write!(area, "L{x:.1} {y:.1}")),
            Some(last) => {
                write!(line, "M{x:.1} {y:.1}h0").and(write!(area, "L{last:.1} {HEIGHT}ZM{x:.1} {HEIGHT}L{x:.1} {y:.1}"))
            }
            None => write!(line, "M{x:.1} {y:.1}h0").and(write!(area, "M{x:.1} {HEIGHT}L{x:.1} {y:.1}")),
        };
        before = Some(x);
    }
    if let Some(last) = before {
        let _ = write!(area, "L{last:.1} {HEIGHT}Z");
    }
    (line, area)
}
