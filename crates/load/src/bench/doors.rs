//! Whether how long an answer takes tells who has an account.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::report::{Part, table};
use super::workshop::{Engine, Town, Workshop, median};
use crate::people::Square;
use crate::report::say;
use crate::scenario::ratio;

/// People who have an account.
const PEOPLE: usize = 64;
/// Questions of each kind, half of them about people who have one.
const QUESTIONS: usize = 600;
/// Rest between two, in which what the one before began is done.
const REST: Duration = Duration::from_millis(5);

/// A question anybody may ask about a name.
struct Door {
    name: &'static str,
    path: &'static str,
    status: u16,
    body: fn(&str, usize) -> Value,
}

const DOORS: [Door; 3] = [
    Door {
        name: "A wrong password",
        path: "/auth/login",
        status: 401,
        body: |name, _| json!({ "login": format!("{name}@praca.example"), "password": "errada mesmo" }),
    },
    Door {
        name: "A forgotten password",
        path: "/auth/password/forgot",
        status: 202,
        body: |name, _| json!({ "email": format!("{name}@praca.example") }),
    },
    Door {
        name: "Registering, where addresses are proved first",
        path: "/auth/register",
        status: 202,
        body: |name, at| {
            let email = format!("{name}@praca.example");
            json!({ "email": email, "handle": format!("novo{at}k"), "displayName": "Novo", "password": "ipê florido no largo" })
        },
    },
];

/// Runs it.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    // Each question comes from elsewhere: what is asked often from one place is slowed, known or not.
    let settings = [("PRACA_TRUSTED_PROXIES", "127.0.0.1/32"), ("PRACA_REQUIRE_VERIFIED_EMAIL", "false")];
    let proving = [("PRACA_TRUSTED_PROXIES", "127.0.0.1/32"), ("PRACA_REQUIRE_VERIFIED_EMAIL", "true")];
    let mut rows = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let town = shop.town(engine, &settings, PEOPLE, 1).await?;
        for door in &DOORS[..2] {
            rows.push(row(engine, door, &town).await?);
        }
        town.close().await?;
        let town = shop.town(engine, &proving, 0, 1).await?;
        rows.push(row(engine, &DOORS[2], &town).await?);
        town.close().await?;
    }
    let head = ["", "Question", "known, median ms", "unknown, median ms", "known / unknown", "told by one answer"];
    let text = format!(
        "{QUESTIONS} questions of each kind, one after the other, by turns about somebody who has an account and somebody who has \
         none, each from another network. *Told by one answer* is how often, of an answer about each, the one about the known is \
         the slower: 50 % tells nothing. The server has one core.\n\n{}",
        table(&head, &rows)
    );
    Ok(Part { title: "What the doors tell", text, pictures: Vec::new() })
}

async fn row(engine: Engine, door: &Door, town: &Town) -> Result<Vec<String>> {
    let square = Square::at(town.target.address);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for at in 0..QUESTIONS {
        let has_account = at % 2 == 0;
        let name = match (has_account, town.target.people.get(at / 2 % PEOPLE)) {
            (true, Some(person)) => person.handle.clone(),
            // People of the demo data.
            (true, None) => ["ana", "bia", "caio", "davi", "elis"][at / 2 % 5].to_owned(),
            (false, _) => format!("nada{at}"),
        };
        let source = format!("2001:db8:{:x}:{:x}::1", door.status, at);
        let begun = Instant::now();
        let status = square.ask(door.path, &(door.body)(&name, at), &source).await?;
        let took = begun.elapsed().as_secs_f64() * 1_000.0;
        ensure!(status == door.status, "{} about {name} was answered {status}", door.path);
        let side = if has_account { &mut known } else { &mut unknown };
        side.push(took);
        sleep(REST).await;
    }
    let told = slower(&known, &unknown);
    let (known, unknown) = (median(known), median(unknown));
    say(&format!("{}, {}: {known:.2} / {unknown:.2} ms, {:.0} %", engine.name(), door.name, told * 100.0));
    Ok(vec![
        engine.name().to_owned(),
        door.name.to_owned(),
        format!("{known:.2}"),
        format!("{unknown:.2}"),
        format!("{:.3}", known / unknown),
        format!("{:.0} %", told * 100.0),
    ])
}

/// How often one of the first takes longer than one of the second (the U statistic of Mann and Whitney, of all pairs).
fn slower(first: &[f64], second: &[f64]) -> f64 {
    let longer = first.iter().map(|one| second.iter().filter(|other| one > *other).count()).sum::<usize>();
    let pairs = first.len() * second.len();
    ratio(longer as u64, ratio(pairs as u64, 1.0))
}
