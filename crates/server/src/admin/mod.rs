//! For administrators: people, their roles and status.

mod routes;

pub use routes::routes;
