//! The pages as a person reads them.
