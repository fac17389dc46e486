//! `praca admin`: the first administrator, without racing strangers for it.

use std::io::{BufRead as _, Write as _};

use clap::Subcommand;
use praca_api::accounts::{Register, Role};

use super::{open, say};
use crate::accounts::{AccountChange, NewAccount};
use crate::auth::Authority;
use crate::config::Config;
use crate::error::{Error, Result};

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Create an administrator; the password is asked for.
    Create {
        /// E-mail address.
        #[arg(long)]
        email: String,
        /// Handle.
        #[arg(long)]
        handle: String,
        /// Read the password from standard input, one line.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Change somebody's role.
    SetRole {
        /// Their handle.
        handle: String,
        /// `user`, `moderator` or `admin`.
        role: String,
    },
    /// Make a new signing key; nobody is logged out.
    RotateKeys,
}

pub async fn run(config: Config, command: AdminCommand) -> Result<()> {
    match command {
        AdminCommand::Create { email, handle, password_stdin } => {
            let password = read_password(password_stdin)?;
            let display_name = handle.trim_start_matches('@').to_owned();
            let account = NewAccount::parse(Register::new(email, handle, display_name, password))?.trusted(Role::Admin);
            open(config).await?.accounts.create_account(account).await?;
            say("The administrator can log in now.");
        }
        AdminCommand::SetRole { handle, role } => {
            let role: Role = role
                .parse()
                .map_err(|()| Error::invalid_field("role", "unknown", "A role is user, moderator or admin."))?;
            let app = open(config).await?;
            let user = app
                .accounts
                .by_handle(&handle)
                .await
                .map_err(|_| Error::internal(format!("there is nobody called {handle}")))?;
            app.accounts
                .change_account(Authority::of_the_machine(), user, AccountChange::role_by_command_line(role))
                .await?;
            app.base.bus.finish().await;
            say(&format!("{handle} is {} now.", role.as_str()));
        }
        AdminCommand::RotateKeys => {
            let app = open(config).await?;
            let kid = app.rotate_keys().await?;
            app.base.bus.finish().await;
            say(&format!("Key {kid} is published and signs in five minutes."));
        }
    }
    Ok(())
}

/// One line of standard input; at a terminal it is asked for, and shown as it is typed, which the question says.
fn read_password(quiet: bool) -> Result<String> {
    if !quiet {
        let mut out = std::io::stdout();
        write!(out, "Password (shown as you type; pipe it in with --password-stdin to hide it): ")?;
        out.flush()?;
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
