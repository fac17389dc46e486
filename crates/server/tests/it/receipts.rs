//! Sent, delivered, read: cursors that only go forward, and what two people tell each other of them.

use serde_json::{Value, json};

use crate::world::{World, on_both_twins, read};

on_both_twins! {
    async fn delivered_then_read_is_told_to_both(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.dm(&rosa, &bento).await;
        let (mut a, mut b, mut tab) = (world.socket(&rosa).await, world.socket(&bento).await, world.socket(&bento).await);
        for n in 0..3 {
            world.write(&rosa, dm, &format!("{n}")).await.ok();
        }
        let peer = async || world.dm_of(&rosa, dm).await["peer"].clone();
        assert_eq!(peer().await, json!({ "deliveredSeq": 0, "readSeq": 0 }));
        let at = |seq: i64| json!({ "conversationId": dm, "seq": seq });
        b.done("dms:delivered", at(2)).await;
        let told = |delivered: i64, read: i64| {
            json!({ "conversationId": dm, "userId": bento.id, "deliveredSeq": delivered, "readSeq": read })
        };
        assert_eq!(a.event("dms:receipt").await, told(2, 0));
        assert_eq!(tab.event("dms:receipt").await, told(2, 0), "other tabs too");
        b.done("dms:delivered", at(1)).await;
        assert_eq!(b.done("dms:read", at(3)).await["unread"], 0);
        assert_eq!(a.event("dms:receipt").await, told(3, 3), "what is read was delivered");
        assert_eq!(tab.event("dms:receipt").await, told(3, 3));
        b.done("dms:read", at(1)).await;
        b.done("dms:delivered", at(99)).await;
        assert_eq!(a.events_so_far("dms:receipt").await, Vec::<Value>::new(), "nothing goes back, or past the newest");
        assert_eq!(peer().await, json!({ "deliveredSeq": 3, "readSeq": 3 }));
        let mine = world.dm_of(&bento, dm).await;
        assert_eq!((&mine["lastReadSeq"], &mine["unread"]), (&json!(3), &json!(0)));
        let metrics = read(world.http.get(format!("{}/metrics", world.url))).await.ok();
        let metrics = metrics.as_str().unwrap();
        for name in ["commit", "handed_on", "delivered", "read"] {
            assert!(metrics.contains(&format!("praca_message_{name}_seconds")), "{name}");
        }
        for name in ["delivered", "read"] {
            assert!(metrics.contains(&format!("praca_messages_{name}_total")), "{name}");
        }
    }

    async fn who_keeps_reading_to_themselves_sees_none_of_others(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.dm(&rosa, &bento).await;
        world.write(&rosa, dm, "um").await.ok();
        world.write(&bento, dm, "dois").await.ok();
        let at = |seq: i64| json!({ "conversationId": dm, "seq": seq });
        let (mut a, mut b) = (world.socket(&rosa).await, world.socket(&bento).await);
        a.done("dms:read", at(2)).await;
        b.done("dms:read", at(2)).await;
        world.write(&rosa, dm, "três").await.ok();
        let quiet = world.patch("/me/preferences", &bento, json!({ "readReceipts": false })).await.ok();
        assert_eq!((&quiet["readReceipts"], &quiet["presence"], &quiet["strangers"]), (&json!(false), &json!(true), &json!(true)));
        assert_eq!(world.dm_of(&bento, dm).await["peer"], json!({ "deliveredSeq": 2, "readSeq": 0 }));
        a.events_so_far("dms:receipt").await;
        b.events_so_far("dms:receipt").await;
        b.done("dms:read", at(3)).await;
        let told = json!({ "conversationId": dm, "userId": bento.id, "deliveredSeq": 3, "readSeq": 2 });
        assert_eq!(a.event("dms:receipt").await, told, "delivered is told, read is not");
        assert_eq!(world.dm_of(&rosa, dm).await["peer"], json!({ "deliveredSeq": 3, "readSeq": 2 }));
        assert_eq!(world.dm_of(&bento, dm).await["unread"], 0, "they themselves have read it");
        world.write(&bento, dm, "quatro").await.ok();
        a.done("dms:read", at(4)).await;
        assert_eq!(b.event("dms:receipt").await["readSeq"], 0, "and they do not hear that the other read");
        world.write(&bento, dm, "cinco").await.ok();
        a.done("dms:delivered", at(5)).await;
        assert_eq!(b.event("dms:receipt").await["deliveredSeq"], 5);
        a.done("dms:read", at(5)).await;
        assert_eq!(b.events_so_far("dms:receipt").await, Vec::<Value>::new(), "nor by an event that says nothing new");
        world.patch("/me/preferences", &bento, json!({ "readReceipts": true })).await.ok();
        b.done("dms:read", at(4)).await;
        assert_eq!(world.dm_of(&rosa, dm).await["peer"]["readSeq"], 4, "shared again, from now on");
        assert_eq!(world.dm_of(&bento, dm).await["peer"]["readSeq"], 2, "what was read meanwhile is never told");
    }

    async fn a_request_tells_nothing_of_who_reads_it(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let dm = world.open_dm(&rosa, &bento).await;
        world.write(&rosa, dm, "oi").await.ok();
        let (mut a, mut b) = (world.socket(&rosa).await, world.socket(&bento).await);
        let at = json!({ "conversationId": dm, "seq": 1 });
        b.done("dms:delivered", at.clone()).await;
        b.done("dms:read", at.clone()).await;
        b.done("dms:typing", json!({ "conversationId": dm })).await;
        let first = b.done("dms:join", json!({ "conversationId": dm })).await["messages"][0]["id"].clone();
        let emoji = json!({ "conversationId": dm, "messageId": first, "emoji": "👍", "on": true });
        assert_eq!(b.refused("dms:message:react", emoji).await, "access.denied", "that would tell");
        assert_eq!(a.events_so_far("dms:receipt").await, Vec::<Value>::new());
        assert_eq!(a.events_so_far("dms:typing").await, Vec::<Value>::new());
        a.done("dms:typing", json!({ "conversationId": dm })).await;
        assert_eq!(b.events_so_far("dms:typing").await, Vec::<Value>::new());
        assert_eq!(world.dm_of(&rosa, dm).await["peer"], json!({ "deliveredSeq": 0, "readSeq": 0 }));
        world.put(&format!("/dms/{dm}/acceptance"), &bento, json!({})).await.ok();
        b.done("dms:read", at).await;
        assert_eq!(a.event("dms:receipt").await["readSeq"], 1);
    }

    async fn unread_stays_right_through_leaving_muting_and_two_tabs(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        let membership = format!("/rooms/{room}/membership");
        world.put(&membership, &rosa, json!({})).await.ok();
        let unread = async || {
            let room = world.get(&format!("/rooms/{room}"), &rosa).await.ok();
            (room["unread"].as_i64().unwrap(), room["mentions"].as_i64().unwrap())
        };
        world.say(&bento, room, "um").await.ok();
        let second = world.say(&bento, room, "dois, @rosa").await.ok();
        assert_eq!(unread().await, (2, 1));
        let mut tab = world.socket(&rosa).await;
        world.patch(&membership, &rosa, json!({ "muted": true })).await.ok();
        assert_eq!(tab.event("rooms:muted").await, json!({ "conversationId": room, "muted": true }));
        assert_eq!(unread().await, (2, 1), "muting hides nothing from who looks");
        world.put(&format!("/rooms/{room}/read"), &rosa, json!({ "seq": 1 })).await.ok();
        let state = json!({ "conversationId": room, "lastReadSeq": 1, "unread": 1, "mentions": 1 });
        assert_eq!(tab.event("rooms:read").await, state);
        world.say(&rosa, room, "eu também").await.ok();
        assert_eq!(tab.event("rooms:read").await, json!({ "conversationId": room, "lastReadSeq": 3, "unread": 0, "mentions": 0 }));
        assert_eq!(unread().await, (0, 0), "one's own message moves one's cursor");
        world.delete(&format!("/rooms/{room}/messages/{}", second["id"].as_str().unwrap()), &bento).await.ok();
        world.say(&bento, room, "e quatro").await.ok();
        assert_eq!(unread().await, (1, 0));
        world.delete(&membership, &rosa).await.expect(204, "");
        world.say(&bento, room, "três, @rosa").await.ok();
        world.put(&membership, &rosa, json!({})).await.ok();
        assert_eq!(unread().await, (0, 0), "who comes back begins at the newest");
        world.say(&bento, room, "quatro").await.ok();
        world.say(&rosa, room, "cinco").await.ok();
        assert_eq!(unread().await, (0, 0), "to write is to have read");
    }
}
