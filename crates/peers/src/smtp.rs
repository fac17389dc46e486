//! A mail server that keeps what it takes.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::{end, free_port, start};

/// Debian's Python, whose packages have the mail server.
pub const PYTHON: &str = "/usr/bin/python3";

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

/// A mail server of one's own; ended when dropped.
pub struct Smtp {
    child: Child,
    folder: PathBuf,
    port: u16,
    login: Option<String>,
}

impl Smtp {
    /// Starts one that takes mail from everybody, or only from who says this name and password (`name:password`).
    ///
    /// # Errors
    /// It is not installed, or does not start.
    pub fn start(login: Option<&str>) -> io::Result<Self> {
        let port = free_port()?;
        let folder = std::env::temp_dir().join(format!("praca-smtp-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("smtp.py"), include_str!("smtp.py"))?;
        let child = spawn(&folder, port, login)?;
        Ok(Self { child, folder, port, login: login.map(str::to_owned) })
    }

    /// Where it listens, with name and password.
    pub fn url(&self) -> String {
        let login = self.login.as_deref().map(|login| format!("{login}@")).unwrap_or_default();
        format!("smtp://{login}127.0.0.1:{}", self.port)
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
        self.child = spawn(&self.folder, self.port, self.login.as_deref())?;
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

fn spawn(folder: &Path, port: u16, login: Option<&str>) -> io::Result<Child> {
    let mut command = Command::new(PYTHON);
    command.arg(folder.join("smtp.py")).arg(folder).arg(port.to_string()).args(login);
    start(command.stdout(Stdio::null()).stderr(Stdio::null()), port)
}
