//! Wire types: what processes of Frontage say to each other.
//!
//! [`table`] goes from controller to edge, [`assets`] from builds to the edge, [`nudge`] passes between
//! controller and edge, [`sandbox`] is what a helper is told and answers, [`control`] is what commands
//! ask of a running controller. All are JSON; each names its format, and readers refuse a newer one.
//! [`layout`] says where files lie, [`socket`] how Unix sockets are named and descriptors passed.

pub mod table;

pub mod assets;

pub mod nudge;

pub mod sandbox;

pub mod control;

pub mod status;

pub mod layout;

pub mod socket;
