//! What PostgreSQL does for what people ask most often: ranges of indexes, in one partition, however much there is.

use std::fs;

use praca_api::accounts::Role;
use praca_peers::{Keep, Postgres};
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::json;

use crate::world::{Twin, World};

const ROOMS: u32 = 20;
/// Enough in a room that reading all of them would not be the quickest way.
const MESSAGES: u32 = 2_000;

/// Fills every room as if it had been written through the program, and makes PostgreSQL explain what it does from then on.
fn fill() -> String {
    format!(
        "INSERT INTO messages (conversation_id, seq, id, kind, author_id, body, nonce, rev, created_at)
             SELECT c.id, n, gen_random_uuid(), 'text', u.id, repeat('palavra ', 20), 'n' || n, n, now()
             FROM conversations c, users u, generate_series(1, {MESSAGES}) n;
         UPDATE conversations SET last_seq = {MESSAGES}, last_rev = {MESSAGES};
         INSERT INTO memberships (conversation_id, user_id, role, joined_at, last_read_seq, muted)
             SELECT c.id, u.id, 'member', now(), 10, false FROM conversations c, users u;
         ANALYZE;
         ALTER DATABASE postgres SET session_preload_libraries = 'auto_explain';
         ALTER DATABASE postgres SET auto_explain.log_min_duration = 0;"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_most_often_reads_ranges_of_indexes() {
    let postgres = Postgres::start(Keep::Quickly).unwrap();
    let maker = World::new(Twin::Shared, &[("PRACA_DATABASE_URL", &postgres.url())]).await;
    let ana = maker.person("ana", Role::Admin).await;
    let mut rooms = Vec::new();
    for number in 0..ROOMS {
        rooms.push(maker.room(&format!("sala-{number}"), 0, 0).await);
    }
    let admin = Database::connect(postgres.url()).await.unwrap();
    admin.execute_unprepared(&fill()).await.unwrap();
    // A node whose connections explain themselves.
    let world = World::with_settings(maker.settings(), &maker).await;
    let mut socket = world.socket(&ana).await;
    // Often enough that the driver's prepared statements have their lasting plans.
    for room in rooms.iter().cycle().take(60) {
        world.get("/rooms", &ana).await.ok();
        for query in ["", "?before=1500", "?after=300", "?around=700"] {
            let page = world.get(&format!("/rooms/{room}/messages{query}"), &ana).await.ok();
            assert_eq!(page["items"].as_array().unwrap().len(), 50, "{query}");
        }
        socket.done("rooms:join", json!({ "roomId": room, "afterSeq": 1990, "afterRev": 1900 })).await;
        world.say(&ana, *room, "mais uma").await.expect(201, "");
    }
    let plans = plans(&fs::read_to_string(postgres.log()).unwrap());
    let of_messages: Vec<&String> = plans.iter().filter(|plan| plan.contains(" on messages_")).collect();
    assert!(of_messages.len() > 300, "{} plans", of_messages.len());
    for plan in of_messages {
        assert!(!plan.contains("Seq Scan on messages"), "{plan}");
        assert!(
            plan.contains("Index Cond: ((conversation_id = ") || plan.contains("Index Cond: (conversation_id = "),
            "{plan}"
        );
    }
}

/// The plans in PostgreSQL's log: what follows a line that announces one, indented.
fn plans(log: &str) -> Vec<String> {
    let mut plans: Vec<String> = Vec::new();
    let mut inside = false;
    for line in log.lines() {
        if line.ends_with("plan:") {
            plans.push(String::new());
        }
        if let (true, Some(plan)) = (inside && line.starts_with('\t'), plans.last_mut()) {
            plan.push_str(line);
            plan.push('\n');
        }
        inside = line.ends_with("plan:") || (inside && line.starts_with('\t'));
    }
    plans
}
