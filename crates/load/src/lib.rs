//! Load for Praça: sockets, messages and readers by the thousand against the real program, counted and checked.
//!
//! A scenario connects people, does its work, and returns a report of plain numbers. Nothing here trusts the server:
//! every reader checks that what it hears is complete, in order and heard once.

pub mod bench;
pub mod neighbour;
pub mod people;
pub mod process;
pub mod reader;
pub mod report;
pub mod scenario;
pub mod socket;
pub mod tally;
pub mod wire;
