//! Who is writing.

use leptos::prelude::*;
use leptos_i18n::t_string;
use praca_api::UserId;

use crate::format;
use crate::language::language;
use crate::model::Model;
use crate::square::{Square, seconds};

/// One line, empty while nobody writes.
#[component]
pub fn TypingLine() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let now = seconds();
    let names = Memo::new(move |_| {
        square.model.with(|model| {
            let open = model.open.as_ref()?;
            let typing = open.typing.iter().filter(|(_, until)| *until > now.get()).map(|(user, _)| *user);
            let typing = typing.filter(|user| !model.blocks(*user));
            Some(typing.map(|user| name_of(model, user)).collect::<Vec<_>>())
        })
    });
    let text = move || match names.get().unwrap_or_default().as_slice() {
        [] => None,
        [Some(name)] => Some(t_string!(i18n, chat.typing_one, name = name.clone())),
        [Some(one), Some(two)] => Some(t_string!(i18n, chat.typing_two, one = one.clone(), two = two.clone())),
        [None] => Some(t_string!(i18n, chat.typing_somebody).to_owned()),
        _ => Some(t_string!(i18n, chat.typing_many).to_owned()),
    };
    view! {
        <div class="typing" aria-live="off">
            {move || text().map(|text| view! { <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span><p>{text}</p> })}
        </div>
    }
}

fn name_of(model: &Model, user: UserId) -> Option<String> {
    let peer = model.open_dm().map(|dm| &dm.with.author).filter(|author| author.id == user);
    let messages = model.open.iter().flat_map(|open| open.messages.iter().rev());
    let author = peer.or_else(|| messages.filter_map(|m| m.author.as_ref()).find(|author| author.id == user));
    author.map(|author| format::first_name(&author.display_name))
}
