//! Tests of git against real repositories.
