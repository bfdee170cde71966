//! The proxy and the balancer: one route table in, requests through.
