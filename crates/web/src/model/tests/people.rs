//! Conversations of two, mentions, and what was read.

use super::*;

const DM: ConversationId = ConversationId(Uuid::from_u128(40));

fn dm(state: &str, last: i64, last_read: i64) -> Dm {
    serde_json::from_value(json!({
        "id": DM, "with": { "id": OTHER, "handle": "bento", "displayName": "Bento", "avatarUrl": null, "presence": "offline",
        "lastSeenAt": null }, "lastSeq": last, "lastRev": last, "lastMessage": null, "unread": last - last_read,
        "muted": false, "lastReadSeq": last_read, "peer": { "deliveredSeq": 0, "readSeq": 0 }, "state": state,
        "requestedBy": OTHER, "epoch": 1,
    }))
    .unwrap()
}

fn dm_message(seq: i64, author: UserId) -> ServerEvent {
    let mut message = message(seq, seq, author, "oi");
    message.conversation_id = DM;
    ServerEvent::DmMessageNew(MessageSent { message, room_wait_ms: None })
}

#[test]
fn messages_between_two_count_until_they_are_read_and_bring_their_conversation_up() {
    let mut model = Model::default();
    let unknown = model.apply(dm_message(1, OTHER), ME, 0.0);
    assert_eq!(unknown, Some(Family::Dm), "one of a conversation that is not known yet asks for the list");
    let mut first = dm("open", 0, 0);
    first.id = ConversationId(Uuid::from_u128(41));
    model.listed_dms(vec![first, dm("open", 1, 1)]);
    assert_eq!(model.apply(dm_message(2, OTHER), ME, 0.0), None);
    assert_eq!((model.unread_dms(), model.dms.as_ref().unwrap()[0].id), (1, DM));
    let receipt = |user_id, delivered_seq, read_seq| {
        let receipt = praca_api::events::Receipt { conversation_id: DM, user_id, delivered_seq, read_seq };
        ServerEvent::DmReceipt(receipt)
    };
    model.apply(receipt(ME, Seq(2), Seq(2)), ME, 0.0);
    assert_eq!(model.unread_dms(), 0, "read in another tab");
    model.apply(dm_message(3, ME), ME, 0.0);
    assert_eq!(model.unread_dms(), 0);
    model.apply(receipt(OTHER, Seq(3), Seq(2)), ME, 0.0);
    model.apply(receipt(OTHER, Seq(1), Seq(0)), ME, 0.0);
    let peer = model.dms.as_ref().unwrap()[0].peer;
    assert_eq!((peer.delivered_seq, peer.read_seq), (Seq(3), Seq(2)), "cursors never go back");
}

#[test]
fn a_request_counts_once_and_a_blocked_or_refused_one_not_at_all() {
    let mut model = Model::default();
    model.listed_dms(vec![dm("requested", 5, 0)]);
    assert_eq!(model.unread_dms(), 1);
    let updated = |state| ServerEvent::DmUpdated(praca_api::events::DmUpdated { conversation_id: DM, state });
    model.apply(updated(Some(praca_api::dms::DmState::Blocked)), ME, 0.0);
    assert_eq!(model.unread_dms(), 0);
    model.apply(updated(None), ME, 0.0);
    assert!(model.dms.unwrap().is_empty());
}

#[test]
fn mentions_count_apart_until_they_are_read() {
    let mut model = Model::default();
    model.joined(joined(vec![message(1, 1, OTHER, "um")], 1), 0.0);
    let mentioned = |seq| {
        let event = praca_api::events::Mentioned { conversation_id: ROOM, seq: Seq(seq), author_id: OTHER };
        ServerEvent::Mentioned(event)
    };
    model.apply(mentioned(2), ME, 0.0);
    model.apply(mentioned(1), ME, 0.0);
    assert_eq!(model.mentions(), 1, "one that was read already is no news");
    let state = praca_api::messages::ReadState { conversation_id: ROOM, last_read_seq: Seq(2), unread: 0, mentions: 0 };
    model.apply(ServerEvent::Read(state), ME, 0.0);
    assert_eq!(model.mentions(), 0);
}

#[test]
fn what_was_read_without_a_connection_stays_read_until_the_server_knows() {
    let mut model = Model::default();
    model.listed_dms(vec![dm("open", 5, 0)]);
    assert!(model.read_up_to(Spot::dm(DM), Seq(5)));
    model.say_read(Spot::dm(DM), Seq(5));
    model.listed_dms(vec![dm("open", 6, 0)]);
    assert_eq!(model.unread_dms(), 1, "only what came since");
    model.said_read(Spot::dm(DM), Seq(4));
    assert_eq!(model.unsaid.len(), 1, "an older word says nothing of it");
    model.said_read(Spot::dm(DM), Seq(5));
    assert!(model.unsaid.is_empty());
}

#[test]
fn a_list_keeps_what_came_while_it_was_on_its_way() {
    let mut model = open();
    let listed = model.rooms.clone().unwrap();
    model.apply(new(message(3, 3, OTHER, "três")), ME, 0.0);
    model.listed(listed);
    let room = model.open_room().unwrap();
    assert_eq!((room.unread, room.room.last_message.as_ref().unwrap().body.as_str()), (2, "três"));
    model.listed_dms(vec![dm("open", 1, 1)]);
    model.apply(dm_message(2, OTHER), ME, 0.0);
    model.listed_dms(vec![dm("open", 1, 1)]);
    assert_eq!(model.unread_dms(), 1);
}

#[test]
fn who_reads_far_back_is_led_to_new_mentions_and_not_to_those_taken_back() {
    let mut model = open();
    let at = |seq| praca_api::events::Mentioned { conversation_id: ROOM, seq: Seq(seq), author_id: OTHER };
    model.apply(ServerEvent::Mentioned(at(3)), ME, 0.0);
    assert_eq!(model.open.as_ref().unwrap().ahead, [], "it is before their eyes");
    model.open.as_mut().unwrap().at_end = false;
    for seq in [5, 4] {
        model.apply(ServerEvent::Mentioned(at(seq)), ME, 0.0);
    }
    model.apply(ServerEvent::Unmentioned(at(5)), ME, 0.0);
    assert_eq!((model.open.as_mut().unwrap().take_ahead(), model.mentions()), (Some(Seq(4)), 2));
}
