//! PostgreSQL and Redis for tests and benchmarks, installed if they are missing.

use std::process::Command;

use praca_peers::{Keep, Postgres, Redis};

use crate::packages;
use crate::shell::{Result, say};

/// Both servers; stopped and removed when dropped.
pub struct Servers {
    postgres: Postgres,
    redis: Redis,
}

impl Servers {
    /// Starts both.
    pub fn start(keep: Keep) -> Result<Self> {
        packages::postgres()?;
        packages::redis()?;
        let servers = Self { postgres: Postgres::start(keep)?, redis: Redis::start()? };
        say(&format!("PostgreSQL on port {}, Redis on port {}", servers.postgres.port(), servers.redis.port()));
        Ok(servers)
    }

    /// Where PostgreSQL is.
    pub fn postgres_url(&self) -> String {
        self.postgres.url()
    }

    /// Tells a program where they are.
    pub fn describe(&self, command: &mut Command) {
        command.env("PRACA_TEST_POSTGRES_URL", self.postgres.url()).env("PRACA_TEST_REDIS_URL", self.redis.url());
    }
}
