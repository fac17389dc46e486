//! Mail, to a real mail server.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use praca_api::mail::{Mail, MailTemplate};
use praca_peers::{Smtp, Tls, rsa_key};
use serde_json::json;

use crate::process::Server;
use crate::world::{PASSWORD, Twin, World, on_both_twins};

/// The same twin with a mail server.
async fn with_mail(world: &World, smtp: &Smtp, more: &[(&str, &str)]) -> World {
    let mut settings = world.settings();
    settings.push(("PRACA_SMTP_URL".into(), smtp.url()));
    settings.push(("PRACA_MAIL_FROM".into(), "Praça do Ipê <praca@praca.example>".into()));
    settings.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    World::with_settings(settings, world).await
}

async fn register(world: &World, handle: &str, email: &str) {
    let wish = json!({ "email": email, "handle": handle, "displayName": "Nova", "password": PASSWORD });
    world.post("/auth/register", None, wish).await.expect(202, "");
}

fn of<'a>(mails: &'a [Mail], to: &str) -> &'a Mail {
    mails.iter().find(|mail| mail.to == to).unwrap_or_else(|| panic!("none to {to}"))
}

on_both_twins! {
    async fn mails_are_sent_as_text_and_html_and_what_they_say_is_kept_no_longer(world: World) {
        let smtp = Smtp::start(Some("praca:segredo")).unwrap();
        let world = with_mail(&world, &smtp, &[]).await;
        register(&world, "rosa", "rosa@praca.example").await;
        register(&world, "joao", "joão@correio.example").await;
        register(&world, "zeca", "ze@açaí.example").await;
        let outbox = world.mails().await;
        assert!(outbox.iter().all(|mail| mail.sent_at.is_some() && mail.text.is_empty() && mail.html.is_empty()), "{outbox:?}");
        let mails = smtp.mails().unwrap();
        assert_eq!(mails.len(), 3);
        let mut to: Vec<_> = mails.iter().flat_map(|mail| mail.to.clone()).collect();
        to.sort();
        assert_eq!(to, ["joão@correio.example", "rosa@praca.example", "ze@xn--aa-4iaz.example"]);
        let mail = mails.iter().find(|mail| mail.to == ["rosa@praca.example"]).unwrap();
        assert_eq!((mail.from.as_str(), mail.subject.as_str()), ("praca@praca.example", "Confirme seu e-mail"));
        assert_eq!(mail.headers["from"], "Praça do Ipê <praca@praca.example>");
        assert_eq!(mail.headers["auto-submitted"], "auto-generated");
        let id = of(&outbox, "rosa@praca.example").id;
        assert_eq!(mail.headers["message-id"], format!("<{id}@praca.example>"));
        assert!(mail.text.contains("Olá, @rosa.") && mail.html.contains("<html lang=\"pt-BR\">"));
        let (_, token) = mail.text.split_once("?token=").unwrap();
        let token = token.split_whitespace().next().unwrap();
        assert!(mail.html.contains(token));
        world.post("/auth/email/verify", None, json!({ "token": token })).await.expect(204, "");
        world.work().await;
        assert_eq!(smtp.mails().unwrap().len(), 3, "once");
    }

    async fn an_address_that_takes_no_mail_keeps_no_other_waiting(world: World) {
        let smtp = Smtp::start(None).unwrap();
        smtp.answer(&[("gone@praca.example", "550 5.1.1 no such mailbox"), ("later@praca.example", "451 4.7.1 come back later")]).unwrap();
        let world = with_mail(&world, &smtp, &[]).await;
        for handle in ["gone", "later", "rosa"] {
            register(&world, handle, &format!("{handle}@praca.example")).await;
        }
        let outbox = world.mails().await;
        assert_eq!(smtp.mails().unwrap().len(), 1);
        let gone = of(&outbox, "gone@praca.example");
        assert!(gone.error.as_deref().unwrap().contains("no such mailbox") && gone.sent_at.is_none(), "{gone:?}");
        let later = of(&outbox, "later@praca.example");
        assert!(later.error.as_deref().unwrap().contains("come back later") && later.sent_at.is_none(), "{later:?}");
        // Who comes back is taken; who is gone is not asked again.
        smtp.answer(&[]).unwrap();
        world.pass(600);
        let outbox = world.mails().await;
        assert!(of(&outbox, "later@praca.example").sent_at.is_some());
        assert!(of(&outbox, "gone@praca.example").sent_at.is_none());
        // What nobody takes for days is given up.
        smtp.answer(&[("never@praca.example", "451 4.7.1 come back later")]).unwrap();
        register(&world, "never", "never@praca.example").await;
        world.work().await;
        world.pass(3 * 86_400 + 60);
        world.work().await;
        smtp.answer(&[]).unwrap();
        world.pass(86_400);
        assert!(of(&world.mails().await, "never@praca.example").sent_at.is_none());
    }

    async fn a_mail_server_that_was_away_gets_what_waited(world: World) {
        let mut smtp = Smtp::start(Some("praca:segredo")).unwrap();
        let world = with_mail(&world, &smtp, &[]).await;
        smtp.stop();
        register(&world, "rosa", "rosa@praca.example").await;
        assert!(world.mails().await[0].sent_at.is_none());
        smtp.start_again().unwrap();
        world.pass(60);
        let outbox = world.mails().await;
        assert!(outbox[0].sent_at.is_some(), "{outbox:?}");
        assert_eq!(outbox[0].template, MailTemplate::VerifyEmail);
        // One that does not let us in is ours to mend: nothing is lost meanwhile.
        let mut settings = world.settings();
        settings.retain(|(key, _)| key != "PRACA_SMTP_URL");
        settings.push(("PRACA_SMTP_URL".into(), smtp.url().replace("segredo", "errada")));
        let stranger = World::with_settings(settings, &world).await;
        register(&stranger, "bento", "bento@praca.example").await;
        let outbox = stranger.mails().await;
        let waiting = of(&outbox, "bento@praca.example");
        assert!(waiting.sent_at.is_none() && waiting.error.is_some(), "{waiting:?}");
        world.pass(600);
        assert!(of(&world.mails().await, "bento@praca.example").sent_at.is_some());
    }
}

on_both_twins! {
    async fn who_wants_it_gets_a_mail_with_what_they_missed(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("largo", 0, 0).await;
        for person in [&rosa, &bento] {
            world.put(&format!("/rooms/{room}/membership"), person, json!({})).await.ok();
        }
        world.say(&bento, room, "@rosa, antes").await.ok();
        world.tell().await;
        world.pass(86_400);
        assert!(world.mails().await.is_empty(), "nobody gets one who did not ask for it");
        let (rosa, bento) = (world.log_in("rosa").await, world.log_in("bento").await);
        world.put("/me/notifications/read", &rosa, json!({})).await.ok();
        let wanted = world.patch("/me/preferences", &rosa, json!({ "digest": "daily" })).await.ok();
        assert_eq!(wanted["digest"], "daily");
        world.patch("/me/preferences", &rosa, json!({ "digest": "hourly" })).await.expect(400, "request.invalid");
        world.say(&bento, room, "@rosa, <b>vem</b> ver").await.ok();
        world.tell().await;
        assert!(world.mails().await.is_empty(), "not before its time");
        world.pass(86_400);
        let digest = world.mails().await.pop().unwrap();
        assert_eq!((digest.template, digest.to.as_str()), (MailTemplate::Digest, "rosa@praca.example"));
        assert!(digest.text.contains("Pessoa bento citou você em Sala largo"), "{}", digest.text);
        assert!(digest.text.contains("<b>vem</b>") && !digest.html.contains("<b>vem</b>"), "{}", digest.html);
        assert!(!digest.text.contains("antes"), "what was read is not missed");
        world.pass(700);
        assert_eq!(world.mails().await.len(), 1, "once");
        // What was read is not told; nothing is nothing.
        let (rosa, bento) = (world.log_in("rosa").await, world.log_in("bento").await);
        world.say(&bento, room, "@rosa, lido").await.ok();
        world.tell().await;
        world.put("/me/notifications/read", &rosa, json!({})).await.ok();
        world.pass(86_400);
        assert_eq!(world.mails().await.len(), 1);
        let (rosa, bento) = (world.log_in("rosa").await, world.log_in("bento").await);
        world.patch("/me/preferences", &rosa, json!({ "digest": "off" })).await.ok();
        world.say(&bento, room, "@rosa, e agora?").await.ok();
        world.tell().await;
        world.pass(2 * 86_400);
        assert_eq!(world.mails().await.len(), 1);
    }
}

/// Mails signed by keys of both kinds, as whoever gets them checks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_are_signed_where_a_key_is_configured() {
    let smtp = Smtp::start(None).unwrap();
    let world = World::new(Twin::Embedded, &[]).await;
    let public = STANDARD.encode(SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes());
    let ed25519 = (STANDARD.encode([7; 32]), format!("v=DKIM1; k=ed25519; p={public}"), "ed25519-sha256");
    let (key, public) = rsa_key().unwrap();
    let rsa = (key, format!("v=DKIM1; k=rsa; p={public}"), "rsa-sha256");
    for (key, record, algorithm) in [ed25519, rsa] {
        let world = with_mail(&world, &smtp, &[("PRACA_DKIM_SELECTOR", "ipe"), ("PRACA_DKIM_KEY", &key)]).await;
        register(&world, &algorithm[..3], &format!("{}@praca.example", &algorithm[..3])).await;
        world.work().await;
        let mail = smtp.mails().unwrap().pop().unwrap();
        let signature = &mail.headers["dkim-signature"];
        for part in ["s=ipe", "d=praca.example", &format!("a={algorithm}")] {
            assert!(signature.contains(part), "{signature}");
        }
        assert!(smtp.is_signed(&mail, &record).unwrap(), "{}", mail.raw);
        let mut forged = mail.clone();
        forged.raw = forged.raw.replacen("24 horas", "99 horas", 1);
        assert_ne!(forged.raw, mail.raw);
        assert!(!smtp.is_signed(&forged, &record).unwrap());
    }
}

/// Mail is handed over where nobody reads along, to a server whose certificate is known alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_go_to_a_server_whose_certificate_is_known_and_to_no_other() {
    for tls in [Tls::Implicit, Tls::Starttls] {
        let smtp = Smtp::start_with_tls(Some("praca:segredo"), tls).unwrap();
        let (trusted, other) = (smtp.certificate(), Smtp::start_with_tls(None, tls).unwrap());
        let settings = |known: bool| {
            let url = ("PRACA_SMTP_URL", smtp.url());
            let from = ("PRACA_MAIL_FROM", "praca@praca.example".to_owned());
            let store = if known { trusted.clone() } else { other.certificate() };
            let store = store.display().to_string();
            [url, from, ("SSL_CERT_FILE", store), ("PRACA_REQUIRE_VERIFIED_EMAIL", "true".to_owned())]
        };
        let stranger = Server::alone("mail", &settings(false)).await;
        stranger.register("rosa").await;
        let tried = async {
            while !stranger.metrics().await.contains("outcome=\"later\"") {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), tried).await.unwrap_or_else(|_| panic!("{tls:?}: never tried"));
        assert_eq!(smtp.mails().unwrap().len(), 0, "{tls:?}: a certificate nobody vouches for");
        drop(stranger);
        let server = Server::alone("mail", &settings(true)).await;
        server.register("bento").await;
        let came = async {
            while smtp.mails().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), came).await.unwrap_or_else(|_| panic!("{tls:?}: no mail came"));
        assert_eq!(smtp.mails().unwrap()[0].to, ["bento@praca.example"]);
    }
}
