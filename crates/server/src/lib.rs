//! Praça: a self-hosted town square. One program serves the REST API, the Socket.IO gateway, the jobs and the web client.
//!
//! `app` joins the slices; slices rest on the base; the base rests on `praca_api`. See `ARCHITECTURE.md`.

pub mod accounts;
pub mod admin;
pub mod ads;
pub mod antispam;
pub mod app;
pub mod auth;
pub mod base;
pub mod blobs;
pub mod bus;
pub mod cache;
pub mod cli;
pub mod clock;
pub mod config;
pub mod conversations;
pub mod db;
pub mod demo;
pub mod dms;
pub mod error;
pub mod events;
pub mod fold;
pub mod gateway;
pub mod http;
pub mod ids;
pub mod jobs;
pub mod limits;
pub mod links;
pub mod localities;
pub mod logging;
pub mod mail;
pub mod measures;
pub mod metrics;
mod notices;
pub mod notifications;
pub mod pictures;
pub mod places;
pub mod presence;
pub mod quiet;
pub mod quiet_hours;
pub mod request_id;
pub mod rooms;
pub mod search;
pub mod texts;
pub mod uploads;
pub mod words;
