//! Faults: killed processes, lost connections, a coordinator or a database that goes away, a network that loses and
//! reorders, a full disk, hostile clients. The program runs as processes of its own on real services.
//!
//! Short by default, as part of the tests; `cargo xtask chaos` sets `PRACA_CHAOS=full` and repeats each far more often.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod disk;
mod hostile;
#[path = "../it/images.rs"]
#[expect(dead_code, reason = "the other tests make more of them")]
mod images;
mod kills;
mod network;
mod nodes;
mod outages;
mod pictures;
mod square;
