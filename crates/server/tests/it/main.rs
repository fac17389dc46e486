//! Praça through its public surface, on both twins: {SQLite + local} and {PostgreSQL + Redis}.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod admin;
mod blocks;
mod bus;
mod coordinator;
mod dms;
mod documents;
mod farewell;
mod faults;
mod gateway;
mod images;
mod jobs;
mod keys;
mod limits;
mod matrix;
mod matrix_of_two;
mod mentions;
mod messages;
mod nodes;
mod notifications;
mod pins;
mod plans;
mod presence;
mod process;
mod receipts;
mod rooms;
mod routing;
mod search;
mod sending;
mod slow_mode;
mod socket;
mod stores;
mod uploads;
mod uploads_refused;
mod world;
