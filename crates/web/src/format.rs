//! Names, times and colours as people read them.

use js_sys::{Array, Date, Intl};
use leptos_i18n::t_string;
use praca_api::people::{PersonPresence, Presence};
use praca_api::{ConversationId, Timestamp, UserId};
use wasm_bindgen::JsValue;

use crate::i18n::Locale;
use crate::language::Language;

/// `17h46` in Portuguese, `17:46` elsewhere.
pub fn hour(locale: Locale, at: Timestamp) -> String {
    let date = date_of(at);
    let (hours, minutes) = (date.get_hours(), date.get_minutes());
    match locale {
        Locale::pt_BR => format!("{hours}h{minutes:02}"),
        Locale::en | Locale::es => format!("{hours}:{minutes:02}"),
    }
}

/// The day of a moment, as a key that only compares.
pub fn day_key(at: Timestamp) -> String {
    key_of(&date_of(at))
}

fn key_of(date: &Date) -> String {
    format!("{}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// `sexta-feira, 20 de novembro`, with `hoje` or `ontem` before it.
pub fn long_day(i18n: Language, at: Timestamp) -> String {
    let day = day_of_week_and_month(i18n.get_locale(), at);
    let key = day_key(at);
    let (now, yesterday) = (Date::new_0(), Date::new_0());
    yesterday.set_date(yesterday.get_date() - 1);
    if key == key_of(&now) {
        format!("{}, {day}", t_string!(i18n, chat.today))
    } else if key == key_of(&yesterday) {
        format!("{}, {day}", t_string!(i18n, chat.yesterday))
    } else {
        day
    }
}

fn day_of_week_and_month(locale: Locale, at: Timestamp) -> String {
    let options = Intl::DateTimeFormatOptions::new();
    options.set_weekday(Intl::WeekdayFormat::Long);
    options.set_day(Intl::DayFormat::Numeric);
    options.set_month(Intl::MonthFormat::Long);
    format_date(locale, &options, at)
}

/// Day and time in full: `21 de novembro de 2026, 17h46`.
pub fn moment(locale: Locale, at: Timestamp) -> String {
    let options = Intl::DateTimeFormatOptions::new();
    options.set_date_style(Intl::DateTimeStyle::Long);
    format!("{}, {}", format_date(locale, &options, at), hour(locale, at))
}

/// Today's hour, or the day.
pub fn short(locale: Locale, at: Timestamp) -> String {
    let date = date_of(at);
    if key_of(&date) == key_of(&Date::new_0()) {
        return hour(locale, at);
    }
    format!("{:02}/{:02}", date.get_date(), date.get_month() + 1)
}

/// Day and time in short: `21/11 17h46`.
pub fn short_moment(locale: Locale, at: Timestamp) -> String {
    let date = date_of(at);
    format!("{:02}/{:02} {}", date.get_date(), date.get_month() + 1, hour(locale, at))
}

/// A number with at most one decimal.
pub fn number(locale: Locale, value: f64) -> String {
    use leptos_i18n::Locale as _;
    let rounded = (value * 10.0).round() / 10.0;
    js_sys::Number::from(rounded).to_locale_string(locale.as_str()).into()
}

/// Milliseconds on this machine's clock.
pub fn now() -> f64 {
    Date::now()
}

/// So many hours from now, on this machine's clock.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
pub fn in_hours(hours: i64) -> Option<Timestamp> {
    Timestamp::from_millis(now() as i64 + hours * 3_600_000)
}

/// The beginning of a day of this machine's calendar, such as `2026-11-23`, or of one some days later.
pub fn day_begins(day: &str, days_later: u32) -> Option<Timestamp> {
    let mut parts = day.split('-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let begins =
        Date::new_with_year_month_day(year, i32::try_from(month).ok()? - 1, i32::try_from(day + days_later).ok()?);
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    Timestamp::from_millis(begins.get_time() as i64)
}

fn date_of(at: Timestamp) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
    let millis = at.millis() as f64;
    Date::new(&JsValue::from_f64(millis))
}

fn format_date(locale: Locale, options: &Intl::DateTimeFormatOptions, at: Timestamp) -> String {
    use leptos_i18n::Locale as _;
    let format = Intl::DateTimeFormat::new(&Array::of1(&locale.as_str().into()), options);
    let text = format.format().call1(&JsValue::UNDEFINED, &date_of(at).into());
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// A whole number, its thousands apart.
pub fn whole(locale: Locale, value: i64) -> String {
    use leptos_i18n::Locale as _;
    // Amounts end long before what a JavaScript number holds.
    js_sys::BigInt::from(value).to_locale_string(&locale.as_str().into(), &JsValue::UNDEFINED).into()
}

/// How long one waits: `8 segundos`, or `15 minutos` where it is more than two.
pub fn wait(locale: Locale, millis: u64) -> String {
    use leptos_i18n::Locale as _;
    let seconds = millis.div_ceil(1_000).max(1);
    let (count, unit) = if seconds <= 120 { (seconds, "second") } else { (seconds.div_ceil(60), "minute") };
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let options = Intl::NumberFormatOptions::new();
    options.set_style(Intl::NumberFormatStyle::Unit);
    options.set_unit(unit);
    options.set_unit_display(Intl::UnitDisplay::Long);
    let format = Intl::NumberFormat::new(&Array::of1(&locale.as_str().into()), &options);
    let text = format.format().call1(&JsValue::UNDEFINED, &count.into());
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// A day in full: `21 de novembro de 2026`.
pub fn day(locale: Locale, at: Timestamp) -> String {
    let options = Intl::DateTimeFormatOptions::new();
    options.set_date_style(Intl::DateTimeStyle::Long);
    format_date(locale, &options, at)
}

/// Whether somebody is there, or when they last were; nothing if one may not know.
pub fn presence(i18n: Language, seen: &PersonPresence) -> Option<String> {
    match (seen.state, seen.last_seen_at) {
        (Presence::Online, _) => Some(t_string!(i18n, presence.online).to_owned()),
        (Presence::Away, _) => Some(t_string!(i18n, presence.away).to_owned()),
        (Presence::Offline, Some(at)) => Some(last_seen(i18n, at)),
        (Presence::Offline, None) => None,
    }
}

/// `visto por último hoje, às 17h48`.
fn last_seen(i18n: Language, at: Timestamp) -> String {
    let (now, yesterday) = (Date::new_0(), Date::new_0());
    yesterday.set_date(yesterday.get_date() - 1);
    let (key, time) = (day_key(at), hour(i18n.get_locale(), at));
    if key == key_of(&now) {
        t_string!(i18n, presence.seen_today, time = time)
    } else if key == key_of(&yesterday) {
        t_string!(i18n, presence.seen_yesterday, time = time)
    } else {
        t_string!(i18n, presence.seen, when = day(i18n.get_locale(), at))
    }
}

/// The word for a state.
pub fn presence_word(i18n: Language, state: &str) -> &'static str {
    match state {
        "online" => t_string!(i18n, presence.online),
        "away" => t_string!(i18n, presence.away),
        _ => t_string!(i18n, presence.offline),
    }
}

/// How many people are in a room.
pub fn online(i18n: Language, count: u64) -> String {
    if count == 0 {
        return t_string!(i18n, rooms.online_nobody).to_owned();
    }
    t_string!(i18n, rooms.online, count = count)
}

/// A text as it is compared: without case and accents.
pub fn folded(text: &str) -> String {
    let apart = String::from(js_sys::JsString::from(text.to_lowercase()).normalize("NFD"));
    apart.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect()
}

/// `Dalva`, of `Dalva Siqueira`.
pub fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or_default().to_owned()
}

/// One of eight hues, from the last byte of an id, which is random.
fn hue(id: uuid::Uuid) -> String {
    (id.as_bytes()[15] % 8 + 1).to_string()
}

/// Hue of a person.
pub fn person_hue(id: UserId) -> String {
    hue(id.0)
}

/// Hue of a room.
pub fn room_hue(id: ConversationId) -> String {
    hue(id.0)
}

/// Tile of a room.
pub fn room_tile(id: ConversationId) -> String {
    format!("#az-{}", id.0.as_bytes()[14] % 6 + 1)
}

/// The first letters of the first and last name.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}
