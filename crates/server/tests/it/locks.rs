//! Slowing who guesses passwords, and not whose they are.

use praca_api::mail::MailTemplate;
use serde_json::json;

use crate::world::{Answer, PASSWORD, Twin, World, on_both_twins, read, somewhere};

impl World {
    /// Tries to log in from somewhere, with what the device carries.
    pub async fn try_from(&self, source: &str, login: &str, password: &str, cookie: Option<&str>) -> Answer {
        let request = self.http.post(format!("{}/api/v1/auth/login", self.url)).header("x-forwarded-for", source);
        let request = match cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        read(request.json(&json!({ "login": login, "password": password }))).await
    }
}

fn wait_of(answer: Answer) -> u64 {
    let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    let wait = answer.expect(429, "auth.locked")["retryAfterMs"].as_u64().unwrap();
    assert_eq!(seconds, wait.div_ceil(1_000));
    wait
}

/// What a device that logged in carries from then on.
pub fn device_of(answer: &Answer) -> String {
    let mut cookies = answer.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
    let device = cookies.find(|cookie| cookie.starts_with("praca_device=")).unwrap();
    device.split(';').next().unwrap().to_owned()
}

/// Whether a browser sends it to a path (RFC 6265, 5.1.4).
fn is_sent_to(answer: &Answer, path: &str) -> bool {
    let mut cookies = answer.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
    let device = cookies.find(|cookie| cookie.starts_with("praca_device=")).unwrap();
    device
        .split("; ")
        .find_map(|part| part.strip_prefix("Path="))
        .is_some_and(|own| path.starts_with(&format!("{own}/")))
}

on_both_twins! {
    async fn who_changes_the_password_stays_known_where_they_did(world: World) {
        let here = somewhere();
        let rosa = world.user("rosa").await;
        let known = world.try_from(&here, "rosa", PASSWORD, None).await;
        let other = device_of(&world.try_from(&somewhere(), "rosa", PASSWORD, None).await);
        assert!(is_sent_to(&known, "/api/v1/auth/login") && is_sent_to(&known, "/api/v1/me/password"));
        let device = device_of(&known);
        let new = "ipê florido no largo";
        let change = world.http.post(format!("{}/api/v1/me/password", world.url)).bearer_auth(&rosa.token);
        let wish = json!({ "currentPassword": PASSWORD, "newPassword": new });
        read(change.header("cookie", &device).json(&wish)).await.expect(204, "");
        for _ in 0..6 {
            world.try_from(&here, "rosa", "errada mesmo", None).await;
        }
        world.try_from(&here, "rosa", new, Some(&device)).await.expect(200, "");
        for _ in 0..6 {
            world.try_from(&here, "rosa", "errada mesmo", None).await;
        }
        wait_of(world.try_from(&here, "rosa", new, Some(&other)).await);
    }

    async fn from_the_fifth_failure_on_one_waits_longer_and_longer(world: World) {
        let (here, elsewhere) = (somewhere(), somewhere());
        world.user("rosa").await;
        let known = world.try_from(&here, "rosa", PASSWORD, None).await;
        let device = device_of(&known);
        let mut seen = Vec::new();
        for name in ["rosa", "ninguem"] {
            let name = if name == "rosa" { name.to_owned() } else { format!("n{}", world.app.base.ids.uuid().simple()) };
            let mut answers = Vec::new();
            for _ in 0..4 {
                answers.push(world.try_from(&here, &name, "errada mesmo", None).await);
            }
            // Another name of the same account has a row of its own: or it would tell whose address it is.
            let other = format!("{name}@praca.example");
            answers.push(world.try_from(&here, &other, "errada mesmo", None).await);
            answers.push(world.try_from(&here, &name, "errada mesmo", None).await);
            let mut waits = Vec::new();
            for _ in 0..4 {
                let wait = wait_of(world.try_from(&here, &name, PASSWORD, None).await);
                waits.push(wait.div_ceil(1_000));
                world.pass(wait.div_ceil(1_000));
                answers.push(world.try_from(&here, &name, "errada mesmo", None).await);
            }
            assert_eq!(waits, [1, 2, 4, 8], "{name}");
            let mut told: Vec<_> = answers.into_iter().map(|answer| (answer.status, answer.body)).collect();
            for (_, body) in &mut told {
                body["requestId"] = json!("");
            }
            seen.push(told);
        }
        assert_eq!(seen[0], seen[1], "nothing tells whether there is such a name");
        // Whose password it is gets in from elsewhere, and from a device they know.
        world.try_from(&elsewhere, "rosa", PASSWORD, None).await.expect(200, "");
        wait_of(world.try_from(&here, "rosa", PASSWORD, None).await);
        world.try_from(&here, "rosa", PASSWORD, Some(&device)).await.expect(200, "");
        // They are told, once.
        let locked: Vec<_> =
            world.mails().await.into_iter().filter(|mail| mail.template == MailTemplate::AccountLocked).collect();
        assert_eq!((locked.len(), locked[0].to.as_str()), (1, "rosa@praca.example"));
        // Getting in ends the row: the next failures are the first.
        for _ in 0..4 {
            world.try_from(&here, "rosa", "errada mesmo", None).await.expect(401, "auth.invalid_credentials");
        }
        world.try_from(&here, "rosa", PASSWORD, None).await.expect(200, "");
    }

    async fn the_longest_wait_is_a_quarter_of_an_hour_and_failures_are_forgotten_in_the_end(world: World) {
        let here = somewhere();
        world.user("rosa").await;
        let mut last = 0;
        for _ in 0..40 {
            let answer = world.try_from(&here, "rosa", "errada mesmo", None).await;
            if answer.status == 429 {
                last = wait_of(answer);
                world.pass(last.div_ceil(1_000));
            }
        }
        assert!(last > 500_000 && last <= 900_000, "{last}");
        world.pass(86_400);
        for _ in 0..4 {
            world.try_from(&here, "rosa", "errada mesmo", None).await.expect(401, "auth.invalid_credentials");
        }
        world.try_from(&here, "rosa", PASSWORD, None).await.expect(200, "");
    }

    async fn a_source_that_tries_many_names_waits_for_all_of_them(world: World) {
        let (here, elsewhere) = (somewhere(), somewhere());
        // Of the same network, as one person holds it.
        let neighbour = here.replace("::", ":1::");
        world.user("rosa").await;
        let known = world.try_from(&here, "rosa", PASSWORD, None).await;
        let device = device_of(&known);
        for number in 0..50 {
            let name = format!("n{number}{}", world.app.base.ids.uuid().simple());
            world.try_from(&here, &name, "errada mesmo", None).await.expect(401, "auth.invalid_credentials");
        }
        wait_of(world.try_from(&neighbour, "rosa", PASSWORD, None).await);
        // Whose device it is waits for nobody.
        world.try_from(&here, "rosa", PASSWORD, Some(&device)).await.expect(200, "");
        world.try_from(&elsewhere, "rosa", PASSWORD, None).await.expect(200, "");
        world.pass(2);
        world.try_from(&here, "rosa", PASSWORD, None).await.expect(200, "");
    }

    async fn strangers_at_the_door_keep_nobody_from_proving_who_they_are(world: World) {
        let here = somewhere();
        let rosa = world.user("rosa").await;
        for _ in 0..6 {
            world.try_from(&here, "rosa", "errada mesmo", None).await;
        }
        let prove = async |password: &str| {
            let request = world.http.post(format!("{}/api/v1/auth/reauthenticate", world.url)).bearer_auth(&rosa.token);
            read(request.header("x-forwarded-for", &here).json(&json!({ "password": password }))).await
        };
        wait_of(world.try_from(&here, "rosa", PASSWORD, None).await);
        prove(PASSWORD).await.expect(204, "");
        // Whoever found the device open guesses no more than at the door.
        for _ in 0..5 {
            prove("errada mesmo").await.expect(401, "auth.invalid_credentials");
        }
        wait_of(prove(PASSWORD).await);
    }

    async fn of_many_guesses_at_once_only_the_first_learn_anything(world: World) {
        let here = somewhere();
        world.user("rosa").await;
        let wrong = (0..12).map(|_| world.try_from(&here, "rosa", "errada mesmo", None));
        let right = world.try_from(&here, "rosa", PASSWORD, None);
        let (wrong, right) = tokio::join!(futures_util::future::join_all(wrong), async {
            tokio::task::yield_now().await;
            right.await
        });
        let failures = wrong.iter().filter(|answer| answer.status == 401).count();
        assert!((5..12).contains(&failures), "{failures}: once it is locked, a wrong one says what a right one does");
        // Whoever came in before the fifth failure came in; whoever came after it did not.
        assert!(right.status == 200 || right.code() == "auth.locked", "{}", right.body);
        if right.status != 200 {
            wait_of(world.try_from(&here, "rosa", PASSWORD, None).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_on_one_node_count_on_the_other() {
    let one = World::new(Twin::Shared, &[]).await;
    let two = one.second_node().await;
    let here = somewhere();
    one.user("rosa").await;
    for node in [&one, &two, &one, &two, &one] {
        node.try_from(&here, "rosa", "errada mesmo", None).await.expect(401, "auth.invalid_credentials");
    }
    wait_of(two.try_from(&here, "rosa", PASSWORD, None).await);
}
