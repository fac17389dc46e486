//! HTTP: what every request passes through, and what belongs to no slice.

pub mod address;
pub mod body;
pub mod extract;
pub mod gatekeeper;
pub mod head;
pub mod layers;
pub mod listener;
pub mod openapi;
pub mod ops;
mod problem;
pub mod texts;
pub mod web;

pub use extract::{AdminCaller, AnyCaller, Caller, Json, Path, Query};
pub use gatekeeper::Gatekeeper;
pub use problem::problem_response;
