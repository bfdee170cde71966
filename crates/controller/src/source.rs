//! The repository by way of git and the graph.
