//! Praça through its public surface, on both twins: {SQLite + local} and {PostgreSQL + Redis}.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod admin;
mod bus;
mod coordinator;
mod documents;
mod farewell;
mod faults;
mod gateway;
mod jobs;
mod keys;
mod limits;
mod matrix;
mod messages;
mod nodes;
mod plans;
mod process;
mod rooms;
mod slow_mode;
mod socket;
mod world;
