//! What builds left, one file per word, and how they are then served.
