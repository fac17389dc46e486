//! The reducer, event by event.

mod people;

use praca_api::Rev;
use praca_api::events::{MessageSent, MessageUpdated, RoomUpdated};
use serde_json::json;
use uuid::Uuid;

use super::*;

const ME: UserId = UserId(Uuid::from_u128(1));
const OTHER: UserId = UserId(Uuid::from_u128(2));
const ROOM: ConversationId = ConversationId(Uuid::from_u128(9));

fn message(seq: i64, rev: i64, author: UserId, body: &str) -> Message {
    serde_json::from_value(json!({
        "id": Uuid::from_u128(100 + u128::from(seq.unsigned_abs())), "conversationId": ROOM, "seq": seq, "kind": "text",
        "author": { "id": author, "handle": "x", "displayName": "X", "avatarUrl": null },
        "body": body, "mentions": [], "replyTo": null, "attachments": [], "reactions": [], "rev": rev,
        "createdAt": "2026-11-21T12:00:00Z", "editedAt": null, "deletedAt": null, "pinnedAt": null,
        "nonce": format!("n{seq}"),
    }))
    .unwrap()
}

fn joined(messages: Vec<Message>, last_read: i64) -> Joined {
    let last = messages.last().map_or(0, |message| message.seq.0);
    serde_json::from_value(json!({
        "room": {
            "id": ROOM, "slug": "largo", "name": "Largo", "topic": "", "visibility": "public",
            "intervalGlobalSeconds": 0, "perUserSeconds": 0, "silence": null, "lastSeq": last, "lastRev": last,
            "lastMessage": null, "online": 1, "epoch": 1, "unread": last - last_read, "mentions": 0, "muted": false,
            "lastReadSeq": last_read, "me": { "role": "member", "silence": null },
        },
        "messages": messages, "changed": [], "reset": false, "hasBefore": false, "hasAfter": false,
        "slowMode": {
            "intervalGlobalSeconds": 0, "perUserSeconds": 0, "retryAfterMs": 5000, "scope": "user",
            "serverTime": "2026-11-21T12:00:00Z",
        },
    }))
    .unwrap()
}

fn open() -> Model {
    let mut model = Model::default();
    model.show(Some(Spot::room(ROOM)));
    model.joined(joined(vec![message(1, 1, OTHER, "um"), message(2, 2, ME, "dois")], 1), 0.0);
    model
}

fn new(message: Message) -> ServerEvent {
    ServerEvent::MessageNew(MessageSent { message, room_wait_ms: None })
}

fn bodies(model: &Model) -> Vec<&str> {
    model.open.as_ref().unwrap().messages.iter().map(|message| message.body.as_str()).collect()
}

#[test]
fn a_message_that_comes_twice_shows_once() {
    let mut model = open();
    for _ in 0..2 {
        model.apply(new(message(3, 3, OTHER, "três")), ME, 0.0);
    }
    assert_eq!(bodies(&model), ["um", "dois", "três"]);
    assert_eq!(model.open_room().unwrap().unread, 2);
}

#[test]
fn an_older_state_of_a_message_never_wins() {
    let mut model = open();
    let updated = |rev, body| ServerEvent::MessageUpdated(MessageUpdated { message: message(1, rev, OTHER, body) });
    model.apply(updated(3, "novo"), ME, 0.0);
    model.apply(updated(1, "velho"), ME, 0.0);
    assert_eq!(bodies(&model), ["novo", "dois"]);
}

#[test]
fn a_missed_change_is_noticed_and_nothing_shown_out_of_order() {
    let mut model = open();
    model.apply(new(message(4, 4, OTHER, "quatro")), ME, 0.0);
    assert_eq!(bodies(&model), ["um", "dois"]);
    assert_eq!(model.open.as_ref().unwrap().missed, Some(Rev(4)));
    model.joined(joined(vec![message(3, 3, OTHER, "três"), message(4, 4, OTHER, "quatro")], 2), 0.0);
    assert_eq!(bodies(&model), ["um", "dois", "três", "quatro"]);
    assert_eq!(model.open.as_ref().unwrap().missed, None);
}

#[test]
fn an_acknowledgement_may_come_before_the_changes_it_follows() {
    let mut model = open();
    let outgoing = Outgoing {
        family: Family::Room,
        room: ROOM,
        nonce: "n4".into(),
        body: "quatro".into(),
        reply_to: None,
        pictures: Vec::new(),
        failed: false,
    };
    model.outbox.push(outgoing);
    model.acknowledged(message(4, 4, ME, "quatro"));
    assert_eq!(model.leaving().count(), 1, "it is not shown yet");
    let open = model.open.as_ref().unwrap();
    assert_eq!(open.missed, None, "the ones between are still on their way");
    model.apply(new(message(3, 3, OTHER, "três")), ME, 0.0);
    model.apply(new(message(4, 4, ME, "quatro")), ME, 0.0);
    assert_eq!(bodies(&model), ["um", "dois", "três", "quatro"]);
}

#[test]
fn what_is_written_in_one_room_survives_opening_another() {
    let mut model = open();
    let outgoing = Outgoing {
        family: Family::Room,
        room: ROOM,
        nonce: "n3".into(),
        body: "três".into(),
        reply_to: None,
        pictures: Vec::new(),
        failed: true,
    };
    model.outbox.push(outgoing);
    model.show(None);
    assert_eq!((model.leaving().count(), model.outbox.len()), (0, 1));
    model.show(Some(Spot::room(ROOM)));
    assert_eq!(
        (model.leaving().count(), model.is_opening(Spot::room(ROOM))),
        (1, true),
        "shown before the room is open"
    );
    model.joined(joined(vec![message(1, 1, OTHER, "um")], 1), 0.0);
    assert_eq!(model.leaving().count(), 1);
    model.joined(joined(vec![message(2, 2, OTHER, "dois"), message(3, 3, ME, "três")], 1), 0.0);
    assert_eq!(model.outbox, []);
}

#[test]
fn a_reader_far_back_who_was_away_finds_the_way_to_what_is_new() {
    let mut model = Model::default();
    model.joined(joined(page(1..201, false, false).items, 200), 0.0);
    let open = model.open.as_mut().unwrap();
    (open.at_end, open.has_after) = (false, true);
    let mut again = joined(page(201..211, false, false).items, 200);
    again.room.room.last_rev = Rev(210);
    model.joined(again, 0.0);
    assert_eq!(window(&model), (1, 200, false, true));
}

#[test]
fn a_deleted_message_is_quoted_no_longer_and_an_archived_room_is_gone() {
    let mut model = Model::default();
    let mut answer = message(2, 2, ME, "concordo");
    answer.reply_to = serde_json::from_value(json!({
        "id": Uuid::from_u128(101), "seq": 1, "author": null, "snippet": "segredo",
    }))
    .unwrap();
    model.joined(joined(vec![message(1, 1, OTHER, "segredo"), answer], 2), 0.0);
    let deleted = json!({
        "conversationId": ROOM, "messageId": Uuid::from_u128(101), "seq": 1, "rev": 3, "deletedAt": "2026-11-21T13:00:00Z",
    });
    model.apply(ServerEvent::MessageDeleted(serde_json::from_value(deleted).unwrap()), ME, 0.0);
    let open = model.open.as_ref().unwrap();
    assert_eq!(open.messages[1].reply_to.as_ref().unwrap().snippet, "");
    let mut room = model.open_room().unwrap().room.clone();
    (room.topic, room.last_seq) = ("novo".into(), Seq(1));
    model.apply(ServerEvent::RoomUpdated(RoomUpdated { room: room.clone() }), ME, 0.0);
    let shown = &model.open_room().unwrap().room;
    assert_eq!((shown.topic.as_str(), shown.last_seq), ("novo", Seq(2)), "counters never go back");
    room.archived_at = Some(room_time());
    model.apply(ServerEvent::RoomUpdated(RoomUpdated { room }), ME, 0.0);
    assert!(model.open.is_none() && model.by_slug("largo").is_none());
}

fn room_time() -> praca_api::Timestamp {
    message(1, 1, OTHER, "").created_at
}

fn page(seqs: std::ops::Range<i64>, has_before: bool, has_after: bool) -> MessagePage {
    let items = seqs.map(|seq| message(seq, seq, OTHER, &seq.to_string())).collect();
    MessagePage { items, has_before, has_after }
}

/// What is shown, as first and last `seq`, and whether there is more before and after.
fn window(model: &Model) -> (i64, i64, bool, bool) {
    let open = model.open.as_ref().unwrap();
    let (first, last) = (open.messages.first().unwrap().seq.0, open.messages.last().unwrap().seq.0);
    assert_eq!(i64::try_from(open.messages.len()).unwrap(), last - first + 1, "no gaps");
    (first, last, open.has_before, open.has_after)
}

#[test]
fn a_long_history_is_a_window() {
    let mut model = Model::default();
    model.joined(joined(page(951..1001, true, false).items, 1_000), 0.0);
    model.older(ROOM, page(801..951, true, false));
    assert_eq!(window(&model), (801, 1_000, true, false));
    model.older(ROOM, page(751..801, true, false));
    assert_eq!(window(&model), (751, 950, true, true), "the newest are let go");
    model.apply(new(message(1_001, 1_001, OTHER, "nova")), ME, 0.0);
    assert_eq!(window(&model), (751, 950, true, true), "what is new waits for whoever comes back");
    assert_eq!(model.open_room().unwrap().unread, 1);
    model.newer(ROOM, page(951..1_001, true, true));
    assert_eq!(window(&model), (801, 1_000, true, true), "the oldest are let go");
    model.newer(ROOM, page(1_001..1_002, true, false));
    assert_eq!(window(&model), (802, 1_001, true, false));
    model.turned_to(ROOM, page(1..51, false, true));
    assert_eq!(window(&model), (1, 50, false, true));
}

#[test]
fn a_reader_far_back_keeps_what_they_read() {
    let mut model = Model::default();
    model.joined(joined(page(1..201, false, false).items, 200), 0.0);
    model.open.as_mut().unwrap().at_end = false;
    model.apply(new(message(201, 201, OTHER, "nova")), ME, 0.0);
    assert_eq!(window(&model), (1, 200, false, true));
    let open = model.open.as_mut().unwrap();
    (open.has_after, open.at_end) = (false, true);
    open.newer(page(201..202, true, false));
    model.apply(new(message(202, 202, OTHER, "outra")), ME, 0.0);
    assert_eq!(window(&model), (3, 202, true, false), "who sees the end goes along");
}

#[test]
fn somebody_elses_message_starts_the_rooms_clock_and_never_shortens_a_wait() {
    let mut model = open();
    let sent = |seq, wait| {
        let message = message(seq, seq, OTHER, "oi");
        ServerEvent::MessageNew(MessageSent { message, room_wait_ms: wait })
    };
    model.apply(sent(3, Some(2_000)), ME, 0.0);
    assert_eq!(model.open.as_ref().unwrap().slow, Some((5_000.0, 5_000.0)));
    model.apply(sent(4, Some(20_000)), ME, 1_000.0);
    assert_eq!(model.open.as_ref().unwrap().slow, Some((21_000.0, 20_000.0)));
    model.apply(sent(5, None), ME, 2_000.0);
    assert_eq!(model.open.as_ref().unwrap().slow, Some((21_000.0, 20_000.0)));
}

#[test]
fn the_list_is_a_ring_and_unread_rooms_can_be_sought() {
    let mut model = Model::default();
    let room = |slug: &str, unread: i64| {
        let mut room = joined(Vec::new(), 0).room;
        room.room.slug = slug.into();
        room.unread = unread;
        room
    };
    model.listed(vec![room("a", 0), room("b", 0), room("c", 2)]);
    let go = |from: Option<&str>, forward, unread| model.neighbour(from, forward, unread);
    assert_eq!(go(Some("a"), true, false).as_deref(), Some("b"));
    assert_eq!(go(Some("a"), false, false).as_deref(), Some("c"));
    assert_eq!(go(Some("a"), true, true).as_deref(), Some("c"));
    assert_eq!(go(None, true, false).as_deref(), Some("a"));
    assert_eq!(go(Some("c"), true, true), None, "the room one is in is not sought");
}

#[test]
fn what_is_on_its_way_goes_when_it_has_arrived() {
    let mut model = open();
    let outgoing = Outgoing {
        family: Family::Room,
        room: ROOM,
        nonce: "n3".into(),
        body: "três".into(),
        reply_to: None,
        pictures: Vec::new(),
        failed: false,
    };
    model.outbox.push(outgoing);
    model.apply(new(message(3, 3, ME, "três")), ME, 0.0);
    assert!(model.outbox.is_empty());
    assert_eq!(model.open_room().unwrap().last_read_seq, Seq(3), "one's own message is read");
}

#[test]
fn coming_back_keeps_what_was_there_and_what_waits() {
    let mut model = open();
    let outgoing = Outgoing {
        family: Family::Room,
        room: ROOM,
        nonce: "later".into(),
        body: "espera".into(),
        reply_to: None,
        pictures: Vec::new(),
        failed: false,
    };
    model.outbox.push(outgoing);
    let mut again = joined(vec![message(3, 4, OTHER, "três")], 3);
    again.caught.changed = vec![message(1, 3, OTHER, "um!")];
    model.joined(again.clone(), 0.0);
    assert_eq!(bodies(&model), ["um!", "dois", "três"]);
    again.caught.reset = true;
    model.joined(again, 0.0);
    assert_eq!(bodies(&model), ["três"]);
    assert_eq!(model.outbox.len(), 1, "a reset loses nothing unsent");
}

#[test]
fn messages_are_grouped_by_person_day_and_what_is_new() {
    let model = open();
    let groups = model.open.as_ref().unwrap().groups(ME, |_| "hoje".into());
    let shape: Vec<_> = groups.iter().map(|g| (g.own, g.day.is_some(), g.new_from_here, g.messages.len())).collect();
    assert_eq!(shape, [(false, true, false, 1), (true, false, true, 1)]);
}

#[test]
fn reading_all_is_said_once() {
    let mut model = open();
    assert_eq!(model.read_all(), Some((Spot::room(ROOM), Seq(2))));
    assert_eq!(model.read_all(), None);
    assert_eq!(model.open_room().unwrap().unread, 0);
}

#[test]
fn somebody_types_for_a_while_and_until_they_send() {
    let mut model = open();
    let typing = ServerEvent::Typing(praca_api::events::Typing { conversation_id: ROOM, user_id: OTHER });
    model.apply(typing, ME, 1_000.0);
    assert_eq!(model.open.as_ref().unwrap().typing, [(OTHER, 5_000.0)]);
    model.apply(new(message(3, 3, OTHER, "três")), ME, 2_000.0);
    assert!(model.open.as_ref().unwrap().typing.is_empty());
}

#[test]
fn the_wait_of_slow_mode_begins_with_the_join() {
    assert_eq!(open().open.unwrap().slow, Some((5_000.0, 5_000.0)));
}
