//! Reading further in a long history.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::messages::MessagePage;
use praca_api::uploads::Attachment;
use praca_api::{ConversationId, Seq};

use super::Square;
use crate::model::{Goal, Model, Open, Spot};

impl Square {
    /// Whether other messages are being read.
    pub fn is_reading(self) -> bool {
        self.reading.get()
    }

    /// Reads messages older than those shown.
    pub fn load_older(self) {
        let query = |open: &Open| Some(format!("before={}", open.messages.first().filter(|_| open.has_before)?.seq));
        self.read(query, Model::older);
    }

    /// Reads messages newer than those shown.
    pub fn load_newer(self) {
        let query = |open: &Open| open.has_after.then(|| format!("after={}", open.last_seq()));
        self.read(query, Model::newer);
    }

    /// Takes the reader to the newest message, or to one further back.
    pub fn go_to(self, goal: Goal) {
        self.model.update(|model| {
            if let Some(open) = &mut model.open {
                open.goal = Some(goal);
            }
        });
        let query = move |open: &Open| match goal {
            Goal::End => open.has_after.then(String::new),
            Goal::Message(seq) => (!open.shows(seq)).then(|| format!("around={seq}")),
        };
        self.read(query, Model::turned_to);
    }

    /// The pictures of a message as they are now; none if that cannot be known.
    pub async fn pictures_of(self, spot: Spot, seq: Seq) -> Option<Vec<Attachment>> {
        let path = format!("{}/messages?around={seq}&limit=1", spot.path());
        let page: MessagePage = self.session.send(Method::GET, &path, None::<&()>).await.ok()?;
        page.items.into_iter().find(|message| message.seq == seq).map(|message| message.attachments)
    }

    /// Reads one page at a time. If something changed meanwhile that is not shown, the page may be older: it is read again.
    fn read(
        self,
        query: impl Fn(&Open) -> Option<String> + 'static,
        show: fn(&mut Model, ConversationId, MessagePage),
    ) {
        let wish = move || {
            self.model.with_untracked(|model| {
                let open = model.open.as_ref()?;
                Some((open.spot(), open.strays, query(open)?))
            })
        };
        if self.reading.get_untracked() || wish().is_none() {
            return;
        }
        self.reading.set(true);
        spawn_local(async move {
            while let Some((spot, strays, query)) = wish() {
                let path = format!("{}/messages?{query}&limit=50", spot.path());
                match self.session.send::<(), MessagePage>(Method::GET, &path, None).await {
                    Ok(_) if wish().is_some_and(|(now_spot, now, _)| now_spot == spot && now != strays) => {}
                    Ok(page) => {
                        self.model.update(|model| show(model, spot.id, page));
                        break;
                    }
                    Err(trouble) => {
                        self.complain(&trouble);
                        break;
                    }
                }
            }
            self.reading.set(false);
        });
    }
}
