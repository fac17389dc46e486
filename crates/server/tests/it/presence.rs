//! Who is there: many tabs are one person, a killed node's people go when their leases end, and who may know.

use std::time::Duration;

use praca_api::people::Presence::{Away, Offline, Online};
use praca_api::{ConversationId, UserId};
use serde_json::{Value, json};

use crate::process::Server;
use crate::socket::Socket;
use crate::world::{Person, Twin, World, on_both_twins};

/// Watches until the person is in that state.
async fn until(socket: &mut Socket, whom: &Person, state: &str) -> Value {
    let watched = socket.done("presence:watch", json!({ "userIds": [whom.id] })).await["items"][0].clone();
    if watched["state"] == state {
        // A change that comes while the watch begins is told before its answer, which says the same.
        socket.events_so_far("presence:changed").await;
        return watched;
    }
    loop {
        let changed = socket.event("presence:changed").await;
        assert_eq!(changed["userId"], json!(whom.id));
        if changed["state"] == state {
            return changed;
        }
    }
}

async fn neighbours(world: &World) -> (Person, Person, ConversationId) {
    let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
    let room = world.room("largo", 0, 0).await;
    for person in [&rosa, &bento] {
        world.put(&format!("/rooms/{room}/membership"), person, json!({})).await.ok();
    }
    (rosa, bento, room)
}

on_both_twins! {
    async fn tabs_make_one_person_who_is_idle_when_all_are(world: World) {
        let (rosa, bento, _) = neighbours(&world).await;
        let mut watcher = world.socket(&rosa).await;
        assert_eq!(until(&mut watcher, &bento, "offline").await["lastSeenAt"], Value::Null, "never seen");
        let (mut one, mut two) = (world.socket(&bento).await, world.socket(&bento).await);
        until(&mut watcher, &bento, "online").await;
        one.done("presence:set", json!({ "state": "away" })).await;
        two.done("presence:set", json!({ "state": "away" })).await;
        until(&mut watcher, &bento, "away").await;
        two.done("presence:set", json!({ "state": "online" })).await;
        until(&mut watcher, &bento, "online").await;
        assert_eq!(two.refused("presence:set", json!({ "state": "offline" })).await, "request.invalid");
        drop(two);
        until(&mut watcher, &bento, "away").await;
        drop(one);
        let gone = until(&mut watcher, &bento, "offline").await;
        assert!(gone["lastSeenAt"].is_string(), "{gone}");
        assert_eq!(world.get("/users/bento", &rosa).await.ok()["lastSeenAt"], gone["lastSeenAt"]);
        assert_eq!(watcher.events_so_far("presence:changed").await, Vec::<Value>::new());
    }

    async fn a_page_that_loads_anew_was_never_gone(world: World) {
        let (rosa, bento, _) = neighbours(&world).await;
        let mut watcher = world.socket(&rosa).await;
        let tab = world.socket(&bento).await;
        until(&mut watcher, &bento, "online").await;
        drop(tab);
        tokio::time::sleep(Duration::from_millis(500)).await;
        let _again = world.socket(&bento).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!(watcher.events_so_far("presence:changed").await, Vec::<Value>::new());
    }

    async fn strangers_are_offline_to_each_other(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let (mut a, mut b) = (world.socket(&rosa).await, world.socket(&bento).await);
        let nobody = world.app.base.ids.user();
        let watched = a.done("presence:watch", json!({ "userIds": [bento.id, nobody] })).await;
        for item in watched["items"].as_array().unwrap() {
            assert_eq!((&item["state"], &item["lastSeenAt"]), (&json!("offline"), &Value::Null));
        }
        let dm = world.open_dm(&rosa, &bento).await;
        world.write(&rosa, dm, "oi").await.ok();
        assert_eq!(world.dm_of(&rosa, dm).await["with"]["presence"], "offline", "a request shows nothing");
        b.done("presence:set", json!({ "state": "away" })).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(a.events_so_far("presence:changed").await, Vec::<Value>::new());
        world.put(&format!("/dms/{dm}/acceptance"), &bento, json!({})).await.ok();
        until(&mut a, &bento, "away").await;
        let many: Vec<UserId> = (0..201).map(|_| world.app.base.ids.user()).collect();
        assert_eq!(a.refused("presence:watch", json!({ "userIds": many })).await, "request.invalid");
    }

    async fn who_hides_their_presence_sees_nobody_elses(world: World) {
        let (rosa, bento, _) = neighbours(&world).await;
        let mut watcher = world.socket(&rosa).await;
        let tab = world.socket(&bento).await;
        until(&mut watcher, &bento, "online").await;
        world.patch("/me/preferences", &bento, json!({ "presence": false })).await.ok();
        assert_eq!(until(&mut watcher, &bento, "offline").await["lastSeenAt"], Value::Null, "while being watched");
        assert_eq!(world.get("/users/rosa", &bento).await.ok()["presence"], "offline", "they see nobody themselves");
        drop(tab);
        assert_eq!(world.get("/users/bento", &rosa).await.ok()["lastSeenAt"], Value::Null);
        drop(watcher);
        for _ in 0..100 {
            if world.app.base.limits.presence(&[rosa.id]).await.unwrap() == [Offline] {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let profile = world.get("/users/rosa", &bento).await.ok();
        assert_eq!((&profile["presence"], &profile["lastSeenAt"]), (&json!("offline"), &Value::Null));
        world.patch("/me/preferences", &bento, json!({ "presence": true })).await.ok();
        assert!(world.get("/users/rosa", &bento).await.ok()["lastSeenAt"].is_string());
        assert!(world.get("/users/bento", &rosa).await.ok()["lastSeenAt"].is_string());
    }

    async fn who_is_watched_begins_and_ends_to_be_seen_as_that_changes(world: World) {
        let (rosa, bento, room) = neighbours(&world).await;
        let membership = format!("/rooms/{room}/membership");
        let (mut watcher, _tab) = (world.socket(&rosa).await, world.socket(&bento).await);
        until(&mut watcher, &bento, "online").await;
        let mut turns = async |state: &str| {
            let changed = watcher.event("presence:changed").await;
            assert_eq!((&changed["userId"], &changed["state"]), (&json!(bento.id), &json!(state)));
            assert_eq!(changed["lastSeenAt"], Value::Null);
        };
        world.delete(&membership, &bento).await.expect(204, "");
        turns("offline").await;
        world.put(&membership, &bento, json!({})).await.ok();
        turns("online").await;
        for (by, whom) in [(&rosa, &bento), (&bento, &rosa)] {
            world.put(&format!("/me/blocks/{}", whom.id), by, json!({})).await.expect(204, "");
            turns("offline").await;
            world.delete(&format!("/me/blocks/{}", whom.id), by).await.expect(204, "");
            turns("online").await;
        }
        for person in [&bento, &rosa] {
            world.patch("/me/preferences", person, json!({ "presence": false })).await.ok();
            turns("offline").await;
            world.patch("/me/preferences", person, json!({ "presence": true })).await.ok();
            turns("online").await;
        }
        world.delete(&membership, &rosa).await.expect(204, "");
        turns("offline").await;
        let dm = world.open_dm(&bento, &rosa).await;
        world.write(&bento, dm, "oi").await.ok();
        world.put(&format!("/dms/{dm}/acceptance"), &rosa, json!({})).await.ok();
        turns("online").await;
    }

    async fn who_leaves_a_room_hears_and_sees_nothing_of_it_any_more(world: World) {
        let (rosa, bento, room) = neighbours(&world).await;
        let (mut a, mut b) = (world.socket(&rosa).await, world.socket(&bento).await);
        for socket in [&mut a, &mut b] {
            socket.done("rooms:join", json!({ "roomId": room })).await;
        }
        while b.event("rooms:online").await["online"] != 2 {}
        world.delete(&format!("/rooms/{room}/membership"), &rosa).await.expect(204, "");
        while b.event("rooms:online").await["online"] != 1 {}
        assert_eq!(a.refused("rooms:typing", json!({ "roomId": room })).await, "access.denied");
        a.events_so_far("rooms:message:new").await;
        world.say(&bento, room, "ela saiu").await.ok();
        assert_eq!(b.event("rooms:message:new").await["message"]["seq"], 1);
        assert_eq!(a.events_so_far("rooms:message:new").await, Vec::<Value>::new());
        let present = world.get(&format!("/rooms/{room}/presence"), &rosa).await.ok();
        assert_eq!(present, json!({ "online": 1, "people": [] }), "a number, and nobody's name");
        let members = world.get(&format!("/rooms/{room}/members?q=bento"), &rosa).await.ok();
        assert_eq!(members["items"][0]["online"], false);
        a.done("rooms:join", json!({ "roomId": room })).await;
        while b.event("rooms:online").await["online"] != 2 {}
    }

    async fn the_coordinator_keeps_one_state_over_nodes_until_leases_end(world: World) {
        let limits = &world.app.base.limits;
        let (one, two) = (world.app.base.ids.uuid(), world.app.base.ids.uuid());
        let user = UserId(world.app.base.ids.uuid());
        let lease = Duration::from_secs(50);
        let set = async |node, state| {
            let shift = limits.set_presence(node, &[(user, state)], lease).await.unwrap()[0];
            (shift.before, shift.after)
        };
        assert_eq!(set(one, Some(Away)).await, (Offline, Away));
        assert_eq!(set(two, Some(Online)).await, (Away, Online));
        assert_eq!(set(two, None).await, (Online, Away));
        assert_eq!(set(two, Some(Online)).await, (Away, Online));
        assert_eq!(set(one, None).await, (Online, Online));
        assert_eq!(limits.presence(&[user, UserId(one)]).await.unwrap(), [Online, Offline]);
        world.pass(51);
        assert_eq!(limits.presence(&[user]).await.unwrap(), [Offline], "nobody renewed it");
        assert_eq!(set(one, None).await, (Offline, Offline));
    }

    async fn a_room_tells_a_count_and_some_names(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("largo", 0, 0).await;
        let mut watcher = world.socket(&rosa).await;
        watcher.done("rooms:join", json!({ "roomId": room })).await;
        let mut sockets = Vec::new();
        for letter in "abcdefghjkmnop".chars() {
            let person = world.user(&format!("vizinh{letter}")).await;
            let mut socket = world.socket(&person).await;
            socket.done("rooms:join", json!({ "roomId": room })).await;
            sockets.push(socket);
        }
        while watcher.event("rooms:online").await["online"] != 15 {}
        let present = world.get(&format!("/rooms/{room}/presence"), &rosa).await.ok();
        assert_eq!((&present["online"], present["people"].as_array().unwrap().len()), (&json!(15), 12));
        assert_eq!(present["people"][0]["handle"], "rosa");
        sockets.truncate(3);
        while watcher.event("rooms:online").await["online"] != 4 {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_one_over_two_nodes() {
    let one = World::new(Twin::Shared, &[]).await;
    let two = one.second_node().await;
    let (rosa, bento, room) = neighbours(&one).await;
    let mut watcher = one.socket(&rosa).await;
    let (here, mut there) = (one.socket(&bento).await, two.socket(&bento).await);
    until(&mut watcher, &bento, "online").await;
    drop(here);
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(
        watcher.events_so_far("presence:changed").await,
        Vec::<Value>::new(),
        "they are still on the other node"
    );
    there.done("presence:set", json!({ "state": "away" })).await;
    until(&mut watcher, &bento, "away").await;
    world_message(&one, &two, &rosa, &bento, &mut watcher, &mut there).await;
    drop(there);
    until(&mut watcher, &bento, "offline").await;
    assert_eq!(two.get(&format!("/rooms/{room}/presence"), &rosa).await.ok()["online"], 0);
}

/// A node as a process of its own beside the test's, and a neighbour there, whom somebody here sees.
struct Apart {
    world: World,
    node: Server,
    rosa: Person,
    bento: Person,
    room: ConversationId,
    watcher: Socket,
    there: Socket,
}

async fn apart() -> Apart {
    let world = World::new(Twin::Shared, &[]).await;
    let (rosa, bento, room) = neighbours(&world).await;
    let node = Server::beside(&world).await;
    let mut there = Socket::connect(node.url(), &bento.token).await.expect("a socket on the other node");
    there.done("rooms:join", json!({ "roomId": room })).await;
    let mut watcher = world.socket(&rosa).await;
    until(&mut watcher, &bento, "online").await;
    Apart { world, node, rosa, bento, room, watcher, there }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_of_a_killed_node_are_gone_when_their_leases_end() {
    let Apart { world, node, rosa, bento, room, mut watcher, there: _there } = apart().await;
    watcher.done("rooms:join", json!({ "roomId": room })).await;
    node.signal("-KILL");
    world.pass(55);
    // Found at the next renewal, every fifteen seconds.
    let told = async {
        loop {
            if let Some(gone) = watcher.events_so_far("presence:changed").await.pop() {
                return gone;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let gone = tokio::time::timeout(Duration::from_secs(30), told).await.expect("nobody noticed");
    assert_eq!((&gone["userId"], &gone["state"]), (&json!(bento.id), &json!("offline")));
    assert!(gone["lastSeenAt"].is_string(), "{gone}");
    assert_eq!(world.get("/users/bento", &rosa).await.ok()["presence"], "offline");
    while world.get(&format!("/rooms/{room}/presence"), &rosa).await.ok()["online"] != 1 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(node.ended());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stops_in_order_takes_its_people_along() {
    let Apart { world, node, rosa, bento, room, mut watcher, there: _there } = apart().await;
    node.signal("-TERM");
    assert!(until(&mut watcher, &bento, "offline").await["lastSeenAt"].is_string());
    assert_eq!(world.get(&format!("/rooms/{room}/presence"), &rosa).await.ok()["online"], 0);
    assert!(node.ended().0);
}

/// Conversations of two go on over nodes: messages, receipts, reading.
async fn world_message(one: &World, two: &World, rosa: &Person, bento: &Person, a: &mut Socket, b: &mut Socket) {
    let dm = one.dm(rosa, bento).await;
    for n in 0..20 {
        let (world, person) = if n % 2 == 0 { (one, rosa) } else { (two, bento) };
        world.write(person, dm, &format!("{n}")).await.ok();
    }
    for socket in [&mut *a, &mut *b] {
        for seq in 1..=20 {
            assert_eq!(socket.event("dms:message:new").await["message"]["seq"], seq);
        }
    }
    b.done("dms:read", json!({ "conversationId": dm, "seq": 20 })).await;
    assert_eq!(a.event("dms:receipt").await["readSeq"], 20);
    one.put(&format!("/me/blocks/{}", bento.id), rosa, json!({})).await.expect(204, "");
    a.event("presence:changed").await;
    for _ in 0..50 {
        if two.write(bento, dm, "oi").await.status == 403 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    two.write(bento, dm, "oi").await.expect(403, "access.denied");
    assert_eq!(one.dm_of(rosa, dm).await["lastSeq"], 20, "nothing was stored on the other node either");
    one.delete(&format!("/me/blocks/{}", bento.id), rosa).await.expect(204, "");
    until(a, bento, "away").await;
}
