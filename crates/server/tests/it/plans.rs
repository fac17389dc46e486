//! What PostgreSQL does for what people ask most often: ranges of indexes, in one partition, however much there is.

use std::fs;

use praca_api::accounts::Role;
use praca_peers::{Keep, Postgres};
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::json;

use crate::world::{Twin, World};

/// As many as a busy member has; no partition stays empty.
const ROOMS: usize = 200;
/// Enough in a room that reading all of them would not be the quickest way.
const MESSAGES: u32 = 1_000;

/// Most rows of messages that are read for one question: the newest of every room.
const MOST_ROWS: u64 = 200;

/// Fills every room as if it had been written through the program, and makes PostgreSQL explain what it does from then on.
fn fill() -> String {
    format!(
        "INSERT INTO messages (conversation_id, seq, id, kind, author_id, body, nonce, rev, created_at)
             SELECT c.id, n, gen_random_uuid(), 'text', u.id, repeat('palavra ', 20), 'n' || n, n, now()
             FROM conversations c, users u, generate_series(1, {MESSAGES}) n;
         UPDATE conversations SET last_seq = {MESSAGES}, last_rev = {MESSAGES};
         INSERT INTO memberships (conversation_id, user_id, role, joined_at, last_read_seq, muted)
             SELECT c.id, u.id, 'member', now(), 10, false FROM conversations c, users u;
         {EXPLAINED}"
    )
}

/// Has PostgreSQL explain what it does from then on, by what it knows of the tables as they are now.
const EXPLAINED: &str = "ANALYZE;
    ALTER DATABASE postgres SET session_preload_libraries = 'auto_explain';
    ALTER DATABASE postgres SET auto_explain.log_analyze = on;
    ALTER DATABASE postgres SET auto_explain.log_timing = off;
    ALTER DATABASE postgres SET auto_explain.log_min_duration = 0;";

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
        assert_eq!(world.get("/rooms", &ana).await.ok()["items"].as_array().unwrap().len(), ROOMS);
        for query in ["", "?before=750", "?after=300", "?around=500"] {
            let page = world.get(&format!("/rooms/{room}/messages{query}"), &ana).await.ok();
            assert_eq!(page["items"].as_array().unwrap().len(), 50, "{query}");
        }
        socket.done("rooms:join", json!({ "roomId": room, "afterSeq": 990, "afterRev": 900 })).await;
        world.say(&ana, *room, "mais uma").await.expect(201, "");
    }
    let plans = plans(&fs::read_to_string(postgres.log()).unwrap());
    let of_messages: Vec<&String> = plans.iter().filter(|plan| plan.contains(" on messages_")).collect();
    assert!(of_messages.len() > 300, "{} plans", of_messages.len());
    let mut most_read = 0;
    for plan in of_messages {
        assert!(!plan.contains("Seq Scan on messages"), "{plan}");
        let ranges: Vec<&str> = plan.lines().filter(|line| line.contains("Index Cond: ")).collect();
        assert!(!ranges.is_empty() && ranges.iter().all(|range| range.contains("(conversation_id = ")), "{plan}");
        // What is read is what is asked for, or is looked at for the answer.
        let given: Vec<u64> = plan.lines().filter_map(rows_given).collect();
        let read = given.iter().sum::<u64>() + plan.lines().filter_map(rows_dropped).sum::<u64>();
        assert!(!given.is_empty() && read <= MOST_ROWS, "{read} rows: {plan}");
        most_read = most_read.max(read);
    }
    // The figures were found: the rooms list reads a row of every room.
    assert_eq!(most_read, MOST_ROWS);
}

/// Ads enough that reading all of them would not be the quickest way.
const ADS: u64 = 30_000;

#[tokio::test(flavor = "multi_thread")]
async fn ads_are_found_by_indexes() {
    let postgres = Postgres::start(Keep::Quickly).unwrap();
    let maker = World::new(Twin::Shared, &[("PRACA_DATABASE_URL", &postgres.url())]).await;
    let (ana, bia) = (maker.person("ana", Role::Admin).await, maker.user("bia").await);
    maker.app.ads.fill(&[ana.id], ADS).await.unwrap();
    let admin = Database::connect(postgres.url()).await.unwrap();
    admin.execute_unprepared(EXPLAINED).await.unwrap();
    let world = World::with_settings(maker.settings(), &maker).await;
    for query in [
        "",
        "&sort=price_asc",
        "&sort=price_desc",
        "&category=casa",
        "&category=bicicletas&sort=price_asc",
        "&state=SP&city=Campinas",
        "&state=BA&sort=price_desc",
        "&kind=trade&condition=new",
        "&q=sofas",
        "&q=bicicleta%20azul&state=SP&city=Campinas",
        "&q=n%C3%BAmero%204242%20",
        "&state=AC&sort=price_asc",
    ] {
        for _ in 0..8 {
            world.get(&format!("/ads/facets?limit=24{query}"), &bia).await.ok();
        }
        let mut after = String::new();
        // The first pages, and often enough that prepared statements have their lasting plans.
        for _ in 0..8 {
            let page = world.get(&format!("/ads?limit=24{query}{after}"), &bia).await.ok();
            assert!(!page["items"].as_array().unwrap().is_empty(), "{query}");
            after = page["next"].as_str().map(|next| format!("&after={next}")).unwrap_or_default();
        }
    }
    let first = world.get("/ads?limit=1", &bia).await.ok()["items"][0]["id"].clone();
    world.get(&format!("/ads/{}/similar", first.as_str().unwrap()), &bia).await.ok();
    let plans = plans(&fs::read_to_string(postgres.log()).unwrap());
    let of_ads: Vec<&String> = plans.iter().filter(|plan| plan.contains(" on ads")).collect();
    assert!(of_ads.len() >= 80, "{} plans", of_ads.len());
    for plan in of_ads {
        assert!(!plan.contains("Seq Scan on ads"), "{plan}");
    }
}

/// How many rows of messages a step of a plan gave, over all its loops.
fn rows_given(step: &str) -> Option<u64> {
    let number = |key: &str| step.rsplit_once(key)?.1.split([' ', ')']).next()?.parse::<u64>().ok();
    let reads = step.contains(" on messages_") && !step.contains("Bitmap Index Scan");
    reads.then(|| Some(number("actual rows=")? * number("loops=")?))?
}

/// How many rows a step of a plan read for nothing, in each loop.
fn rows_dropped(line: &str) -> Option<u64> {
    line.trim_start().strip_prefix("Rows Removed by ")?.rsplit_once(": ")?.1.parse().ok()
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
