//! What Node.js and Bun bring along themselves.

/// Modules that are imported without being installed, also without `node:` in front.
/// Source: nodejs.org, `module.builtinModules`; bun.sh, "Bun APIs".
const BUILT_IN: [&str; 43] = [
    "assert",
    "async_hooks",
    "buffer",
    "bun",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Whether a package's name is that of a module of the runtime.
pub fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name)
}
