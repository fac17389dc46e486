//! Telling of a stored group: who is named, who accepted, and each conversation's new messages in their order.

use std::collections::HashMap;

use praca_api::{ConversationId, Seq, Timestamp};

use super::mentions::{Mentions, tell};
use super::pairs::{Gate, settle};
use super::writer::{Draft, Stored};
use crate::bus::{Change, ChangeKind, Hearers};
use crate::db::Tx;
use crate::error::Result;
use crate::events::{Event, Pair, PairStep, Told};

/// First contacts that were answered.
pub async fn accept(tx: &mut Tx, answered: Vec<(ConversationId, Pair)>, now: Timestamp) -> Result<()> {
    let ids: Vec<ConversationId> = answered.iter().map(|(id, _)| *id).collect();
    if !ids.is_empty() {
        settle(tx, &ids, Some(now), None).await?;
    }
    for (conversation, pair) in answered {
        tx.emit(Event::PairChanged { conversation, pair, step: PairStep::Accepted });
    }
    Ok(())
}

/// Who is told of which new message.
fn told(drafts: &[&Draft], outcomes: &[Stored]) -> Vec<(ConversationId, Told)> {
    let mut all = Vec::new();
    for (draft, outcome) in drafts.iter().zip(outcomes) {
        // A draft repeated within the group is told of once.
        let Some(message) = outcome.as_new().filter(|message| message.id == draft.id) else { continue };
        let Mentions { told, without, .. } = &draft.mentions;
        all.extend(told.iter().map(|user| {
            let told =
                Told { user: *user, author: draft.author.id, seq: message.seq, without: without.clone(), named: true };
            (draft.conversation, told)
        }));
    }
    all
}

/// Each conversation's new messages, in their order, and who is named by them, who is stored too. Of a first contact the
/// other hears the first message alone.
pub async fn announce(
    tx: &mut Tx,
    drafts: &[&Draft],
    outcomes: &[Stored],
    gates: &HashMap<ConversationId, Gate>,
) -> Result<()> {
    let told = told(drafts, outcomes);
    tell(tx.conn(), told.iter().map(|(id, told)| (*id, told.seq, told.author, told.user))).await?;
    let mut told_of: HashMap<ConversationId, Vec<Told>> = HashMap::new();
    for (conversation, told) in told {
        told_of.entry(conversation).or_default().push(told);
    }
    let mut by_hearers: HashMap<(ConversationId, Hearers), Vec<Change>> = HashMap::new();
    let new = drafts.iter().zip(outcomes).filter_map(|(draft, outcome)| Some((draft, outcome.as_new()?)));
    for (draft, message) in new {
        let hearers = match gates.get(&message.conversation_id).map(|gate| gate.pair) {
            None => Hearers::Joined,
            Some(pair) if pair.accepted || message.seq == Seq(1) => Hearers::People(pair.people()),
            Some(pair) => Hearers::People(vec![pair.requested_by]),
        };
        let changes = by_hearers.entry((message.conversation_id, hearers)).or_default();
        // A draft repeated within the group appears once.
        if changes.last().is_none_or(|last| last.rev() < message.rev) {
            let room_wait_ms = draft.room_wait.and_then(|wait| u64::try_from(wait.as_millis()).ok());
            changes.push(Change { message: message.clone(), kind: ChangeKind::New { room_wait_ms } });
        }
    }
    // In their order: a node that hears of two people for the first time begins with the first change that comes.
    let mut announced: Vec<_> = by_hearers.into_iter().collect();
    announced.sort_by_key(|(_, changes)| changes.first().map(Change::rev));
    for ((conversation, hearers), changes) in announced {
        let told = told_of.remove(&conversation).unwrap_or_default();
        tx.emit(Event::MessagesChanged { conversation, changes, hearers, told });
    }
    Ok(())
}
