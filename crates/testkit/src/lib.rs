//! A world in memory: fake engines, faults, a clock, scenarios.
