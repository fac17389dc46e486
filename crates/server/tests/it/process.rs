//! The program as operators meet it: a process with arguments, an environment, signals and a log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use praca_peers::{Clamav, S3, Smtp};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use praca::clock::Clock;
use serde_json::{Value, json};

use crate::factors::code_at;
use crate::socket::Socket;
use crate::world::{PASSWORD, World};

/// A folder of this test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("praca-process-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_praca"));
        command.args(arguments).current_dir(&self.0).env_clear().env("PRACA_DATA_DIR", self.0.join("data"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of it is the system's to clean.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn succeeds(output: &Output, words: &str) {
    assert!(output.status.success() && said(output).contains(words), "{:?}: {}", output.status, said(output));
}

#[track_caller]
fn fails(output: &Output, words: &str) {
    let text = said(output);
    assert!(!output.status.success() && text.contains(words), "{:?}: {text}", output.status);
    assert_eq!(text.trim().lines().count(), 1, "one sentence: {text}");
}

/// A server as a process. Ended by its own pid.
pub struct Server {
    child: Child,
    url: String,
    /// Its own, if it has one, which goes with it.
    own_folder: Option<Folder>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

impl Server {
    async fn start(folder: &Folder, settings: &[(&str, &str)]) -> Self {
        let mut command = folder.command(&["serve", "--demo"]);
        command.envs(settings.iter().copied());
        Self::spawn(command).await
    }

    /// A square of its own, with these settings.
    pub async fn alone(name: &str, settings: &[(&str, String)]) -> Self {
        let folder = Folder::new(name);
        let mut command = folder.command(&["serve"]);
        command.envs(settings.iter().map(|(key, value)| (*key, value)));
        let mut server = Self::spawn(command).await;
        server.own_folder = Some(folder);
        server
    }

    /// Opens an account.
    pub async fn register(&self, handle: &str) {
        let email = format!("{handle}@praca.example");
        let wish = json!({ "email": email, "handle": handle, "displayName": "Nova", "password": PASSWORD });
        let request = reqwest::Client::new().post(format!("{}/api/v1/auth/register", self.url)).json(&wish);
        assert_eq!(request.send().await.unwrap().status(), 202);
    }

    /// What nobody else may have, given out and used: refresh token, device, secret of an app, recovery codes, and the
    /// token of a page.
    async fn secrets(&self, token: &str) -> Vec<String> {
        let page = "tokendeumapagina0123456789";
        reqwest::get(format!("{}/nova-senha?token={page}", self.url)).await.unwrap();
        let wish = json!({ "login": "caio", "password": praca::demo::PASSWORD });
        let request = reqwest::Client::new().post(format!("{}/api/v1/auth/login", self.url)).json(&wish);
        let answer = request.send().await.unwrap();
        let device = answer.headers()["set-cookie"].to_str().unwrap().split(['=', ';']).nth(1).unwrap().to_owned();
        let session: Value = answer.json().await.unwrap();
        let refresh = session["refreshToken"].as_str().unwrap().to_owned();
        self.post("/auth/refresh", token, json!({ "refreshToken": refresh })).await;
        let begun = self.post("/me/factors/totp", token, json!({})).await;
        let secret = begun["secret"].as_str().unwrap().to_owned();
        let code = code_at(&secret, Clock::system().now().millis());
        let confirmed = self.post("/me/factors/totp/confirm", token, json!({ "code": code })).await;
        let codes = confirmed["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
        codes.chain([page.to_owned(), device, refresh, secret]).collect()
    }

    /// Its counters.
    pub async fn metrics(&self) -> String {
        reqwest::get(format!("{}/metrics", self.url)).await.unwrap().text().await.unwrap()
    }

    /// One more node of a world.
    pub async fn beside(world: &World) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_praca"));
        command
            .arg("serve")
            .env_clear()
            .envs(world.settings())
            .env("PRACA_PUBLIC_URL", &world.app.base.config.public_url);
        Self::spawn(command).await
    }

    async fn spawn(mut command: Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        command.args(["--listen", &listen]).stdout(Stdio::null()).stderr(Stdio::piped());
        let server = Self { child: command.spawn().unwrap(), url: format!("http://{listen}"), own_folder: None };
        while !reqwest::get(format!("{}/readyz", server.url)).await.is_ok_and(|answer| answer.status() == 200) {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        server
    }

    async fn post(&self, path: &str, token: &str, body: Value) -> Value {
        let request = reqwest::Client::new().post(format!("{}/api/v1{path}", self.url)).bearer_auth(token).json(&body);
        request.header("x-request-id", "request-of-this-test").send().await.unwrap().json().await.unwrap()
    }

    async fn log_in(&self) -> String {
        let body = json!({ "login": "caio", "password": praca::demo::PASSWORD });
        self.post("/auth/login", "", body).await["accessToken"].as_str().unwrap().to_owned()
    }

    async fn room(&self, token: &str, slug: &str) -> Value {
        let request = reqwest::Client::new().get(format!("{}/api/v1/rooms", self.url)).bearer_auth(token);
        let rooms: Value = request.send().await.unwrap().json().await.unwrap();
        rooms["items"].as_array().unwrap().iter().find(|room| room["slug"] == slug).unwrap().clone()
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end; the log.
    pub fn ended(mut self) -> (bool, String) {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().success(), log)
    }
}

#[test]
fn wrong_settings_stop_the_start_with_one_sentence() {
    let folder = Folder::new("settings");
    let run = |key: &str, value: &str, arguments: &[&str]| folder.command(arguments).env(key, value).output().unwrap();
    fails(&run("PRACA_LISTEN", "8080", &["serve"]), "PRACA_LISTEN");
    fails(&run("PRACA_DATABASE_URL", "postgres://localhost/x", &["serve"]), "PRACA_SECRET_KEY is missing");
    fails(&run("PRACA_LOG_FORMAT", "xml", &["doctor"]), "PRACA_LOG_FORMAT");
    fails(&run("PRACA_X", "", &["serve", "--demo", "--listen", "0.0.0.0:0"]), "the demo data is for this machine only");
    let beyond = run("PRACA_PUBLIC_URL", "https://praca.example", &["serve", "--demo", "--listen", "127.0.0.1:0"]);
    fails(&beyond, "the demo data is for this machine only");
    fails(&folder.run(&["worker"]), "PRACA_REDIS_URL is missing");
}

#[test]
fn the_database_is_brought_up_to_date_and_looked_over() {
    let folder = Folder::new("commands");
    let pending = folder.run(&["migrate", "--check"]);
    assert!(!pending.status.success() && said(&pending).contains("accounts"), "{}", said(&pending));
    let sick = folder.run(&["doctor"]);
    assert!(!sick.status.success() && said(&sick).contains("failed  database"), "{}", said(&sick));
    succeeds(&folder.run(&["migrate"]), "migrations applied.");
    succeeds(&folder.run(&["migrate", "--check"]), "");
    succeeds(&folder.run(&["seed", "--demo"]), "The demo data is loaded.");
    succeeds(&folder.run(&["seed", "--demo"]), "The demo data is loaded.");
    succeeds(&folder.run(&["doctor"]), "ok      signing keys: 1 published");
    let (store, mut scanner) = (S3::start().unwrap(), Clamav::start().unwrap());
    let mut with_services = folder.command(&["doctor"]);
    with_services.envs(store.settings()).env("PRACA_CLAMAV_ADDR", scanner.address());
    let well = with_services.output().unwrap();
    succeeds(&well, &format!("ok      files: bucket praca at {}", store.url()));
    succeeds(&well, "ok      virus scanner");
    scanner.stop();
    let scannerless = with_services.output().unwrap();
    assert!(
        !scannerless.status.success() && said(&scannerless).contains("failed  virus scanner"),
        "{}",
        said(&scannerless)
    );
    let mut redis_away = folder.command(&["doctor"]);
    let redis_away = redis_away.env("PRACA_REDIS_URL", "redis://127.0.0.1:1/").output().unwrap();
    assert!(!redis_away.status.success() && said(&redis_away).contains("failed  coordinator"), "{}", said(&redis_away));
}

#[test]
fn administrators_are_made_at_the_command_line() {
    let folder = Folder::new("admin");
    let create = |handle: &str, password: &str| {
        let email = format!("{handle}@praca.example");
        let mut command =
            folder.command(&["admin", "create", "--email", &email, "--handle", handle, "--password-stdin"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    fails(&create("helena", "curta"), "A password has at least 8 characters.");
    succeeds(&create("helena", "uma frase bem comprida\n"), "can log in now");
    fails(&create("he1ena", "uma frase bem comprida\n"), "handle");
    succeeds(&folder.run(&["seed", "--demo"]), "");
    succeeds(&folder.run(&["admin", "set-role", "caio", "moderator"]), "caio is moderator now.");
    fails(&folder.run(&["admin", "set-role", "caio", "king"]), "A role is user, moderator or admin.");
    fails(&folder.run(&["admin", "set-role", "ninguem", "admin"]), "there is nobody called ninguem");
    succeeds(&folder.run(&["admin", "rotate-keys"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_joins_requests_and_socket_events_to_their_answers() {
    let folder = Folder::new("log");
    let smtp = Smtp::start(Some("praca:segredo-do-correio")).unwrap();
    let url = smtp.url();
    let settings = [
        ("PRACA_LOG", "debug"),
        ("PRACA_LOG_FORMAT", "json"),
        ("PRACA_SMTP_URL", url.as_str()),
        ("PRACA_MAIL_FROM", "praca@praca.example"),
    ];
    let server = Server::start(&folder, &settings).await;
    server.register("rosa").await;
    let mailed = async {
        while smtp.mails().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), mailed).await.unwrap();
    let link = smtp.mails().unwrap()[0].text.split_once("?token=").unwrap().1[..43].to_owned();
    let token = server.log_in().await;
    let more = server.secrets(&token).await;
    let mut socket = Socket::connect(&server.url, &token).await.unwrap();
    let refused = socket.ask("rooms:join", json!({ "roomId": 7 })).await;
    let id = refused["error"]["requestId"].as_str().unwrap().to_owned();
    server.signal("-TERM");
    let (stopped, log) = server.ended();
    assert!(stopped);
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let span = |line: &Value, name: &str| {
        line["spans"].as_array().is_some_and(|spans| spans.iter().any(|s| s["request.id"] == name))
    };
    assert!(lines.iter().any(|line| span(line, "request-of-this-test") && line["message"] == "answered"), "{log}");
    assert!(lines.iter().any(|line| span(line, &id)), "{id}: {log}");
    let login = STANDARD.encode("\0praca\0segredo-do-correio");
    let known = [praca::demo::PASSWORD, PASSWORD, &token, "segredo-do-correio", &login, &link].map(str::to_owned);
    for secret in known.into_iter().chain(more) {
        assert!(!log.contains(&secret), "secrets are never logged: {secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_keeps_every_message_it_acknowledged() {
    let folder = Folder::new("killed");
    let settings = [("PRACA_LIMIT_MESSAGES", "off"), ("PRACA_LIMIT_REQUESTS", "off")];
    let mut server = Server::start(&folder, &settings).await;
    let token = server.log_in().await;
    let room = server.room(&token, "praca-central").await;
    let path = format!("/rooms/{}/messages", room["id"].as_str().unwrap());
    let mut newest = 0;
    for number in 0..40 {
        let body = json!({ "body": format!("recado {number}"), "nonce": format!("n{number}") });
        newest = server.post(&path, &token, body).await["seq"].as_i64().unwrap();
    }
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let again = Server::start(&folder, &settings).await;
    let token = again.log_in().await;
    assert_eq!(again.room(&token, "praca-central").await["lastSeq"], newest);
    // The doubled request of a client that never saw its answer.
    let body = json!({ "body": "recado 39", "nonce": "n39" });
    assert_eq!(again.post(&path, &token, body).await["seq"], newest);
    again.signal("-TERM");
    assert!(again.ended().0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_ends_does_not_keep_the_server_from_stopping() {
    let folder = Folder::new("stop");
    let server = Server::start(&folder, &[]).await;
    let address = server.url.strip_prefix("http://").unwrap();
    let mut half = TcpStream::connect(address).unwrap();
    half.write_all(b"POST /api/v1/auth/login HTTP/1.1\r\nhost: praca\r\ncontent-length: 100\r\n").unwrap();
    let mut body = TcpStream::connect(address).unwrap();
    body.write_all(b"POST /api/v1/auth/login HTTP/1.1\r\nhost: praca\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{").unwrap();
    let mut idle = BufReader::new(TcpStream::connect(address).unwrap());
    idle.get_mut().write_all(b"GET /healthz HTTP/1.1\r\nhost: praca\r\n\r\n").unwrap();
    let mut status = String::new();
    idle.read_line(&mut status).unwrap();
    assert_eq!(status, "HTTP/1.1 200 OK\r\n");
    let began = Instant::now();
    server.signal("-TERM");
    assert!(server.ended().0);
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
}
