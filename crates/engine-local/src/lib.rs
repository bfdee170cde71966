//! This machine: sandboxes and a folder of artifacts.
