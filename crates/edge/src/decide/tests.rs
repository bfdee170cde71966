//! Decisions as data.
