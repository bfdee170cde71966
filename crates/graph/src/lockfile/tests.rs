//! Tests of lockfiles: what closures hold, and lockfiles that cannot be read.
