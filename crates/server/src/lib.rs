//! Praça.
