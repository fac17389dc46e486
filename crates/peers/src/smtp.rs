//! A mail server that keeps what it takes.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::{end, free_port, start};

/// Debian's Python, whose packages have the mail server.
pub const PYTHON: &str = "/usr/bin/python3";

/// Debian's OpenSSL, which makes certificates.
pub const OPENSSL: &str = "/usr/bin/openssl";

/// A mail, as it was taken.
#[derive(Clone, Debug, Deserialize)]
pub struct TakenMail {
    /// Who sent it.
    pub from: String,
    /// To whom it went.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its headers, by their names in lower case.
    pub headers: HashMap<String, String>,
    /// Its text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// All of it.
    pub raw: String,
}

/// How a mail server keeps others from reading along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte (`smtps://`).
    Implicit,
    /// Once it is asked to (`smtp://…?tls=required`).
    Starttls,
}

/// A mail server of one's own; ended when dropped.
pub struct Smtp {
    child: Child,
    folder: PathBuf,
    port: u16,
    login: Option<String>,
    tls: Option<Tls>,
}

impl Smtp {
    /// Starts one that takes mail from everybody, or only from who says this name and password (`name:password`).
    ///
    /// # Errors
    /// It is not installed, or does not start.
    pub fn start(login: Option<&str>) -> io::Result<Self> {
        Self::begin(login, None)
    }

    /// The same behind TLS, with a certificate of its own that nobody knows but [`Self::certificate`].
    ///
    /// # Errors
    /// It is not installed, or does not start.
    pub fn start_with_tls(login: Option<&str>, tls: Tls) -> io::Result<Self> {
        Self::begin(login, Some(tls))
    }

    fn begin(login: Option<&str>, tls: Option<Tls>) -> io::Result<Self> {
        let port = free_port()?;
        let folder = std::env::temp_dir().join(format!("praca-smtp-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("smtp.py"), include_str!("smtp.py"))?;
        if tls.is_some() {
            make_certificate(&folder)?;
        }
        let child = spawn(&folder, port, login, tls)?;
        Ok(Self { child, folder, port, login: login.map(str::to_owned), tls })
    }

    /// The certificate it shows, which is its own authority.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("certificate.pem")
    }

    /// Whether a mail it took is signed by the key the domain's record names, such as `v=DKIM1; k=ed25519; p=…`, as whoever
    /// gets mail finds out (RFC 6376, RFC 8463).
    ///
    /// # Errors
    /// What checks it is not installed.
    pub fn is_signed(&self, mail: &TakenMail, record: &str) -> io::Result<bool> {
        let file = self.folder.join("signed.eml");
        fs::write(&file, &mail.raw)?;
        let check = "import sys, dkim; record = sys.argv[2].encode(); \
                     sys.exit(0 if dkim.verify(open(sys.argv[1], 'rb').read(), dnsfunc=lambda *_, **__: record) else 3)";
        let outcome = Command::new(PYTHON).args(["-c", check]).arg(file).arg(record).output()?;
        match outcome.status.code() {
            Some(0) => Ok(true),
            Some(3) => Ok(false),
            _ => Err(io::Error::other(String::from_utf8_lossy(&outcome.stderr).into_owned())),
        }
    }

    /// Where it listens, with name and password.
    pub fn url(&self) -> String {
        let login = self.login.as_deref().map(|login| format!("{login}@")).unwrap_or_default();
        match self.tls {
            None => format!("smtp://{login}127.0.0.1:{}", self.port),
            Some(Tls::Implicit) => format!("smtps://{login}127.0.0.1:{}", self.port),
            Some(Tls::Starttls) => format!("smtp://{login}127.0.0.1:{}?tls=required", self.port),
        }
    }

    /// What it took, the oldest first.
    ///
    /// # Errors
    /// Its folder cannot be read.
    pub fn mails(&self) -> io::Result<Vec<TakenMail>> {
        let files = fs::read_dir(&self.folder)?.map(|file| file.map(|file| file.path()));
        let mut files: Vec<PathBuf> = files.collect::<io::Result<_>>()?;
        files.retain(|file| file.extension().is_some_and(|kind| kind == "json") && !file.ends_with("answers.json"));
        files.sort();
        files.iter().map(|file| Ok(serde_json::from_slice(&fs::read(file)?)?)).collect()
    }

    /// Answers these recipients so from now on, others as ever.
    ///
    /// # Errors
    /// Its folder cannot be written.
    pub fn answer(&self, answers: &[(&str, &str)]) -> io::Result<()> {
        let answers: HashMap<&str, &str> = answers.iter().copied().collect();
        fs::write(self.folder.join("answers.json"), serde_json::to_vec(&answers)?)
    }

    /// Ends it at once.
    pub fn stop(&mut self) {
        end(&mut self.child, "-KILL");
    }

    /// Starts it again at the same address.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_again(&mut self) -> io::Result<()> {
        self.child = spawn(&self.folder, self.port, self.login.as_deref(), self.tls)?;
        Ok(())
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.stop();
        // What is left is the system's to clean.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A fresh RSA key to sign with, as PEM, and its public half, as base64 of its DER.
///
/// # Errors
/// OpenSSL is not installed.
pub fn rsa_key() -> io::Result<(String, String)> {
    let key = Command::new(OPENSSL).args(["genrsa", "-traditional", "2048"]).output()?;
    let key = String::from_utf8(key.stdout).map_err(io::Error::other)?;
    let mut public = Command::new(OPENSSL);
    public.args(["rsa", "-pubout"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut public = public.spawn()?;
    if let Some(mut stdin) = public.stdin.take() {
        stdin.write_all(key.as_bytes())?;
    }
    let pem = String::from_utf8(public.wait_with_output()?.stdout).map_err(io::Error::other)?;
    let base64 = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    Ok((key, base64))
}

/// A certificate for this machine, for an hour and more, signed by itself.
fn make_certificate(folder: &Path) -> io::Result<()> {
    let mut command = Command::new(OPENSSL);
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]);
    command.args(["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]);
    command.args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "key.pem", "-out", "certificate.pem"]);
    let made = command.current_dir(folder).output()?;
    if made.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&made.stderr).into_owned()))
}

fn spawn(folder: &Path, port: u16, login: Option<&str>, tls: Option<Tls>) -> io::Result<Child> {
    let mut command = Command::new(PYTHON);
    let tls = match tls {
        None => "plain",
        Some(Tls::Implicit) => "tls",
        Some(Tls::Starttls) => "starttls",
    };
    command.arg(folder.join("smtp.py")).arg(folder).arg(port.to_string()).arg(tls).args(login);
    start(command.stdout(Stdio::null()).stderr(Stdio::null()), port)
}
