//! The loops: look, plan, act.
