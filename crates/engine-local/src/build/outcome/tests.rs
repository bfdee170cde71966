//! What builds left, one file per line, and how they are then served.
//!
//! An app is its serving, framework and settings (`server next`, `static vite output=web`). Of a tree, `+` is what
//! its build wrote, `~` a package that is installed, and ` = ` comes before a text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use model::{App, Framework, Serving, Start};

use super::{Kept, Missing, Origin, Outcome, Tree, outcome};

/// A tree in memory.
#[derive(Default)]
struct Notes {
    files: BTreeMap<String, Origin>,
    texts: BTreeMap<String, String>,
    installed: Vec<String>,
}

impl Tree for Notes {
    fn files(&self) -> &BTreeMap<String, Origin> {
        &self.files
    }

    fn read(&self, path: &str) -> Option<String> {
        self.files.get(path)?;
        Some(self.texts.get(path).cloned().unwrap_or_default())
    }

    fn exists(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.installed.iter().any(|installed| installed == path)
    }
}

/// A tree of files relative to `apps/web`, or with a leading `/` to the root.
fn tree(notes: &str) -> Notes {
    let mut tree = Notes::default();
    for line in notes.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (path, text) = line.split_once(" = ").unwrap_or((line, ""));
        if let Some(package) = path.strip_prefix('~') {
            // Most are in the root's folder.
            let folder = package.strip_prefix('/').map_or_else(|| format!("node_modules/{package}"), str::to_owned);
            tree.installed.push(format!("{folder}/package.json"));
            continue;
        }
        let (origin, path) = match path.strip_prefix('+') {
            Some(path) => (Origin::Written, path),
            None => (Origin::Shown, path),
        };
        let path = path.strip_prefix('/').map_or_else(|| format!("apps/web/{path}"), str::to_owned);
        tree.texts.insert(path.clone(), text.replace("\\n", "\n"));
        tree.files.insert(path, origin);
    }
    tree
}

fn app(notes: &str) -> App {
    let mut app = App::new("web".parse().unwrap(), "apps/web".parse().unwrap());
    app.build = Some("build".to_owned());
    // What is said last may have spaces.
    let (words, start) = notes.split_once(" start=").map_or((notes, None), |(words, start)| (words, Some(start)));
    app.start = start.map(str::to_owned);
    for word in words.split(' ') {
        match word.split_once('=') {
            Some(("output", output)) => app.output = Some(output.to_owned()),
            Some(("base", base)) => app.base_path = Some(base.to_owned()),
            Some(("path", path)) => app.path = path.parse().unwrap(),
            Some(_) => panic!("{word}"),
            None if word == "unbuilt" => app.build = None,
            None => {
                let quoted = format!("\"{word}\"");
                if let Ok(serving) = serde_json::from_str::<Serving>(&quoted) {
                    app.serving = serving;
                } else {
                    app.framework = Some(serde_json::from_str::<Framework>(&quoted).unwrap());
                }
            }
        }
    }
    app
}

fn show(outcome: &Result<Outcome, Missing>) -> String {
    let mut text = String::new();
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(missing) => return format!("error: {missing}\nhint: {}\n", missing.hint),
    };
    match &outcome.start {
        Start::Server { command } => writeln!(text, "server: {command}").unwrap(),
        Start::Worker { command } => writeln!(text, "worker: {command}").unwrap(),
        Start::Static => writeln!(text, "static").unwrap(),
    }
    for public in &outcome.public {
        writeln!(text, "public: {} at {}/", public.folder, public.prefix).unwrap();
    }
    for (name, path) in [("shell", &outcome.shell), ("not found", &outcome.not_found)] {
        if let Some(path) = path {
            writeln!(text, "{name}: {path}").unwrap();
        }
    }
    if !outcome.base_path.is_empty() {
        writeln!(text, "base: {}", outcome.base_path).unwrap();
    }
    match &outcome.kept {
        Kept::Nothing => {}
        Kept::Alone(folders) => {
            let folders: Vec<&str> = folders.iter().map(model::RepoPath::as_str).collect();
            writeln!(text, "kept: {} alone", folders.join(", ")).unwrap();
        }
        Kept::Members { besides, runners } => {
            for folder in besides {
                writeln!(text, "kept besides: {folder}").unwrap();
            }
            for package in runners {
                writeln!(text, "needs: {package}").unwrap();
            }
        }
    }
    for copied in &outcome.copied {
        writeln!(text, "copied: {} to {}", copied.from, copied.to).unwrap();
    }
    for (name, value) in &outcome.env {
        writeln!(text, "env: {name}={value}").unwrap();
    }
    for correction in &outcome.corrections {
        writeln!(text, "correction: {correction}").unwrap();
    }
    text
}

#[expect(clippy::needless_pass_by_value, reason = "what is expected is written where it is used, as everywhere")]
fn check(about: &str, notes: &str, expected: Expect) {
    expected.assert_eq(&show(&outcome(&app(about), &tree(notes))));
}

#[test]
fn next_js() {
    const BUILT: &str = r#"
        package.json
        public/robots.txt
        +.next/BUILD_ID
        +.next/export-marker.json = {"version":1,"hasExportPathMap":false,"exportTrailingSlash":false}
        +.next/static/chunks/a.js
        +.next/server/app/index.html
    "#;
    let check = |about: &str, notes: &str, expected: Expect| check(about, &format!("{BUILT}{notes}"), expected);
    check(
        "server next",
        "~next",
        expect![[r#"
        server: next start
        public: apps/web/.next/static at /_next/static/
        public: apps/web/public at /
        needs: next
    "#]],
    );
    check(
        "server next",
        "next.config.ts",
        expect![[r#"
        server: next start
        public: apps/web/.next/static at /_next/static/
        public: apps/web/public at /
        needs: next
        needs: typescript
    "#]],
    );
    check(
        "server next",
        r#"
            +.next/routes-manifest.json = {"basePath":"/shop"}
            +.next/required-server-files.json = {"config":{"output":"standalone","assetPrefix":"/shop"}}
            +.next/standalone/apps/web/server.js
            +.next/standalone/apps/web/.next/BUILD_ID
            ~/apps/web/.next/standalone/node_modules/next
        "#,
        expect![[r#"
            server: node .next/standalone/apps/web/server.js
            public: apps/web/.next/static at /shop/_next/static/
            public: apps/web/public at /shop/
            base: /shop
            kept: apps/web/.next/standalone alone
            copied: apps/web/.next/static to apps/web/.next/standalone/apps/web/.next/static
            copied: apps/web/public to apps/web/.next/standalone/apps/web/public
        "#]],
    );
    // An app in the root, and a server that was traced along.
    check(
        "server next",
        "+.next/standalone/server.js
         +.next/standalone/.next/BUILD_ID
         +.next/standalone/tools/server.js
         ~/apps/web/.next/standalone/node_modules/next",
        expect![[r#"
            server: node .next/standalone/server.js
            public: apps/web/.next/static at /_next/static/
            public: apps/web/public at /
            kept: apps/web/.next/standalone alone
            copied: apps/web/.next/static to apps/web/.next/standalone/.next/static
            copied: apps/web/public to apps/web/.next/standalone/public
        "#]],
    );
    check(
        "server next base=/old",
        r#"+.next/required-server-files.json = {"config":{"basePath":"","assetPrefix":"/cdn-files/"}}"#,
        expect![[r#"
            server: next start
            public: apps/web/.next/static at /_next/static/
            public: apps/web/.next/static at /cdn-files/_next/static/
            public: apps/web/public at /
            needs: next
            correction: the base path was read as `/old`; it was built for `/`
        "#]],
    );
    check(
        "server next",
        r#"+.next/required-server-files.json = {"config":{"basePath":"","assetPrefix":"https://cdn.example/x"}}"#,
        expect![[r#"
            server: next start
            public: apps/web/.next/static at /_next/static/
            public: apps/web/public at /
            needs: next
        "#]],
    );
    check(
        "server next",
        r#"
            +.next/export-detail.json = {"version":1,"outDirectory":"/srv/repo/apps/web/out","success":true}
            +.next/required-server-files.json = {"config":{"output":"export","basePath":"/x"}}
            +out/index.html = <script src="/x/_next/static/chunks/a.js">
            +out/404.html
            +out/about.html
            +out/_next/static/chunks/a.js
        "#,
        expect![[r#"
            static
            public: apps/web/out at /x/
            not found: /x/404.html
            base: /x
            correction: it was taken for a server; `output: "export"` left pages only
        "#]],
    );
    // The export itself is where `distDir` says.
    check(
        "static next",
        r#"
            +.next/export-detail.json = {"version":1,"outDirectory":"/srv/repo/apps/web/site","success":true}
            +site/index.html = <script src="/_next/static/chunks/a.js">
            +site/404.html
            +site/404/index.html
            +site/_next/static/chunks/a.js
        "#,
        expect![[r#"
            static
            public: apps/web/site at /
            not found: /404.html
        "#]],
    );
    // A tracing root below the packages.
    check(
        "server next",
        "+.next/standalone/server.js\n+.next/standalone/.next/BUILD_ID\n~next",
        expect![[r#"
        server: next start
        public: apps/web/.next/static at /_next/static/
        public: apps/web/public at /
        needs: next
        correction: the standalone server was built without its packages; the app is started as a whole
    "#]],
    );
    check(
        "server next start=node server.js",
        "server.js\n~next",
        expect![[r#"
        server: node server.js
        public: apps/web/.next/static at /_next/static/
        public: apps/web/public at /
    "#]],
    );
    check(
        "server next start=node dist/server.js",
        "+build/server.js",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: the start command `node dist/server.js` runs `dist/server.js`, which is not there
        hint: say it in `frontage.toml`: `start = "node build/server.js"` under `[apps.web]`
    "#]],
    );
    check(
        "server next start=node .next/standalone/apps/web/server.js",
        "+.next/standalone/apps/web/server.js
         +.next/standalone/apps/web/.next/BUILD_ID
         ~/apps/web/.next/standalone/apps/web/node_modules/next",
        expect![[r#"
            server: node .next/standalone/apps/web/server.js
            public: apps/web/.next/static at /_next/static/
            public: apps/web/public at /
            kept: apps/web/.next/standalone alone
            copied: apps/web/.next/static to apps/web/.next/standalone/apps/web/.next/static
            copied: apps/web/public to apps/web/.next/standalone/apps/web/public
        "#]],
    );
}

#[test]
fn next_js_elsewhere() {
    check(
        "server next",
        r#"
            public/x.txt
            +build/BUILD_ID
            +build/static/chunks/a.js
            +build/required-server-files.json = {"config":{"distDir":"build","output":"standalone"}}
            +build/standalone/apps/web/server.js
            +build/standalone/apps/web/build/BUILD_ID
            ~/apps/web/build/standalone/node_modules/next
        "#,
        expect![[r#"
            server: node build/standalone/apps/web/server.js
            public: apps/web/build/static at /_next/static/
            public: apps/web/public at /
            kept: apps/web/build/standalone alone
            copied: apps/web/build/static to apps/web/build/standalone/apps/web/build/static
            copied: apps/web/public to apps/web/build/standalone/apps/web/public
        "#]],
    );
    check(
        "server next",
        "app/page.tsx\n+next-env.d.ts\n+.turbo/x.log",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: there is no `.next/BUILD_ID`, which `next build` writes last
        hint: the build wrote into `.turbo`; say it in `frontage.toml`: `output = "…"` under `[apps.web]`
    "#]],
    );
    // Next.js 13 and older: `next build && next export` removes the build's own folder in some set-ups.
    check(
        "server next",
        r#"+out/index.html = <script src="/_next/a.js">"#,
        expect![[r#"
        static
        public: apps/web/out at /
        correction: it was taken for a server; `output: "export"` left pages only
    "#]],
    );
}

#[test]
fn nitro() {
    check(
        "server nuxt",
        r#"
            +.output/nitro.json = {"preset":"node-server","commands":{"preview":"node server/index.mjs"}}
            +.output/server/index.mjs
            +.output/server/chunks/nitro/nitro.mjs = "app": {"baseURL": "/shop/","buildAssetsDir": "/_nuxt/"}
            +.output/public/_nuxt/B9usaUrb.js
        "#,
        expect![[r#"
            server: node .output/server/index.mjs
            public: apps/web/.output/public at /shop/
            base: /shop
            kept: apps/web/.output alone
        "#]],
    );
    check(
        "server nuxt",
        r#"
            +.output/nitro.json = {"preset":"static"}
            +.output/public/index.html = <script src="/shop/_nuxt/B9usaUrb.js">
            +.output/public/200.html
            +.output/public/404.html
            +.output/public/_nuxt/B9usaUrb.js
            +dist
        "#,
        expect![[r#"
            static
            public: apps/web/.output/public at /shop/
            shell: /shop/200.html
            not found: /shop/404.html
            base: /shop
            correction: it was taken for a server; the build left pages only
        "#]],
    );
    check(
        "server nuxt",
        r#"+.vercel/output/nitro.json = {"preset":"vercel"}"#,
        expect![[r#"
        error: the build succeeded, but left nothing to serve: it was built for `vercel`, not for Node.js
        hint: give its build `NITRO_PRESET`: `build_env = ["NITRO_PRESET"]` under `[apps.web]`, and `NITRO_PRESET = "node-server"` under `[apps.web.env]`
    "#]],
    );
    check(
        "server nuxt",
        "+.vercel/output/config.json",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: it was built for `vercel`, not for Node.js
        hint: give its build `NITRO_PRESET`: `build_env = ["NITRO_PRESET"]` under `[apps.web]`, and `NITRO_PRESET = "node-server"` under `[apps.web.env]`
    "#]],
    );
    check(
        "server nitro",
        r#"
            +.output/nitro.json = {"preset":"cloudflare-module"}
            +.output/server/index.mjs
        "#,
        expect![[r#"
            error: the build succeeded, but left nothing to serve: it was built for `cloudflare-module`, not for Node.js
            hint: give its build `NITRO_PRESET`: `build_env = ["NITRO_PRESET"]` under `[apps.web]`, and `NITRO_PRESET = "node-server"` under `[apps.web.env]`
        "#]],
    );
    check(
        "server nitro",
        r#"
            +.output/nitro.json = {"preset":"node-server"}
            +.output/server/index.mjs
            +.output/public/assets/index-CgvJ_TYH.js
        "#,
        expect![[r#"
            server: node .output/server/index.mjs
            public: apps/web/.output/public at /
            kept: apps/web/.output alone
        "#]],
    );
    const PLAIN: &str = "+dist/client/assets/index-CgvJ_TYH.js\n+dist/server/server.js\n+dist/server/assets/a.js";
    check(
        "server nitro",
        &format!("{PLAIN}\n~srvx"),
        expect![[r#"
        server: srvx --prod -s ../client dist/server/server.js
        public: apps/web/dist/client at /
        needs: srvx
    "#]],
    );
    check(
        "server nitro",
        PLAIN,
        expect![[r#"
        error: the build succeeded, but left nothing to serve: the build left `dist/server/server.js`, which only answers requests, and no server
        hint: add `nitro` to the plugins of its Vite configuration, or `srvx` to its dependencies
    "#]],
    );
    check(
        "server nitro",
        &format!("{PLAIN}\n+dist/client/_shell.html"),
        expect![[r#"
        static
        public: apps/web/dist/client at /
        shell: /_shell.html
        correction: it is a single-page app: every path is answered by `_shell.html`, and no server functions run
    "#]],
    );
    check(
        "server nuxt",
        "+.nuxt/tsconfig.json",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: there is neither `.output/server/index.mjs` nor a folder of pages; there are no pages in `.output/public` and `dist`
        hint: the build wrote into `.nuxt`; say it in `frontage.toml`: `output = "…"` under `[apps.web]`
    "#]],
    );
    check(
        "server nuxt start=node .output/server/index.mjs",
        "+.output/server/index.mjs",
        expect![[r#"
        server: node .output/server/index.mjs
        kept: apps/web/.output alone
    "#]],
    );
}

#[test]
fn react_router_and_remix() {
    const CLIENT: &str = "public/favicon.ico\n+build/client/assets/home-l7hDHabl.js\n+build/client/favicon.ico";
    let built = |notes: &str| format!("{CLIENT}\n{notes}");
    let server = r#"+build/server/index.js = const assetsBuildDirectory = "build/client";\nconst basename = "/";\nconst publicPath = "/";"#;
    check(
        "server react-router",
        &built(&format!("{server}\n~@react-router/serve")),
        expect![[r#"
        server: react-router-serve build/server/index.js
        public: apps/web/build/client at /
        needs: @react-router/serve
    "#]],
    );
    check(
        "server react-router",
        &built(server),
        expect![[r#"
        error: the build succeeded, but left nothing to serve: there is `build/server/index.js`, and nothing that serves it
        hint: add `@react-router/serve` to the app's dependencies, or say it in `frontage.toml`: `start = "node server.js"` under `[apps.web]`
    "#]],
    );
    check(
        "server react-router",
        &built(&format!("{server}\nserver.js")),
        expect![[r#"
        server: node server.js
        public: apps/web/build/client at /
        correction: `@react-router/serve` is not installed; the app's own `server.js` is started
    "#]],
    );
    check(
        "server react-router start=node ./server.js",
        &built(&format!("{server}\nserver.js")),
        expect![[r#"
        server: node ./server.js
        public: apps/web/build/client at /
    "#]],
    );
    check(
        "server react-router",
        r#"
            +out/client/assets/home-l7hDHabl.js
            +out/server/index.js = const basename = "/app/";\nconst publicPath = "/app/";\nconst assetsBuildDirectory = "out/client";
            ~@react-router/serve
        "#,
        expect![[r#"
            server: react-router-serve out/server/index.js
            public: apps/web/out/client at /app/
            base: /app
            needs: @react-router/serve
        "#]],
    );
    check(
        "server react-router",
        &built("+build/client/index.html = <link href=\"/assets/home-l7hDHabl.js\">"),
        expect![[r#"
        static
        public: apps/web/build/client at /
        shell: /index.html
        correction: it was taken for a server; the build left pages only (`ssr: false`)
    "#]],
    );
    check(
        "static react-router",
        &built("+build/client/index.html\n+build/client/__spa-fallback.html\n+build/client/about/index.html"),
        expect![[r#"
            static
            public: apps/web/build/client at /
            shell: /__spa-fallback.html
        "#]],
    );
    check(
        "server remix",
        &built("+build/server/nodejs-eyJydW50\u{69}bWUi/index.js\n~@remix-run/serve"),
        expect![[r#"
        server: remix-serve build/server/nodejs-eyJydW50ibWUi/index.js
        public: apps/web/build/client at /
        needs: @remix-run/serve
        correction: the bundle of another host's preset is run: `build/server/index.js` was expected, the build left `build/server/nodejs-eyJydW50ibWUi/index.js`
    "#]],
    );
    check(
        "server remix",
        &built("+build/server/edge-a/index.js\n+build/server/edge-b/index.js"),
        expect![[r#"
        error: the build succeeded, but left nothing to serve: the build left several servers, `build/server/edge-a/index.js` and `build/server/edge-b/index.js`
        hint: say it in `frontage.toml`: `start = "remix-serve build/server/edge-a/index.js"` under `[apps.web]`
    "#]],
    );
    check(
        "server remix",
        r#"
            public/favicon.ico
            +public/build/root-EHGMQX3U.js
            +build/index.js = var mode = "production", assetsBuildDirectory = "public/build", publicPath = "/build/";
            ~@remix-run/serve
        "#,
        expect![[r#"
            server: remix-serve build/index.js
            public: apps/web/public/build at /build/
            public: apps/web/public at /
            needs: @remix-run/serve
        "#]],
    );
    check(
        "static react-router",
        &built(&format!("{server}\n~@react-router/serve")),
        expect![[r#"
        server: react-router-serve build/server/index.js
        public: apps/web/build/client at /
        needs: @react-router/serve
        correction: it was taken for a static app; the build left a server
    "#]],
    );
}

#[test]
fn astro() {
    check(
        "static astro base=/docs",
        r#"
            +dist/index.html = <link href="/docs/_astro/a.B81d04e6.css">
            +dist/404.html
            +dist/about/index.html
            +dist/_astro/a.B81d04e6.css
        "#,
        expect![[r#"
            static
            public: apps/web/dist at /docs/
            not found: /docs/404.html
            base: /docs
        "#]],
    );
    let server = |mode: &str| {
        format!(
            "+dist/client/about/index.html\n+dist/client/favicon.svg\n+dist/server/entry.mjs\n\
             +dist/server/chunks/server_B.mjs = {{\"adapterName\":\"@astrojs/node\",\"base\":\"/docs\"}};\\nvar mode = \"{mode}\";\\nvar startServer = 1"
        )
    };
    check(
        "server astro",
        &server("standalone"),
        expect![[r#"
        server: node dist/server/entry.mjs
        public: apps/web/dist/client at /docs/
        base: /docs
    "#]],
    );
    check(
        "server astro",
        &server("middleware"),
        expect![[r#"
        server: node --input-type=module -e 'import { startServer } from "./dist/server/entry.mjs"; startServer()'
        public: apps/web/dist/client at /docs/
        base: /docs
        correction: the Node adapter was built as middleware (`mode: "middleware"`); its own server is started
    "#]],
    );
    check(
        "server astro start=node run.mjs",
        &format!("{}\nrun.mjs", server("middleware")),
        expect![[r#"
        server: node run.mjs
        public: apps/web/dist/client at /docs/
        base: /docs
    "#]],
    );
    check(
        "static astro",
        &server("standalone"),
        expect![[r#"
        server: node dist/server/entry.mjs
        public: apps/web/dist/client at /docs/
        base: /docs
        correction: it was taken for a static app; the build left a server
    "#]],
    );
    check(
        "server astro",
        "+dist/_worker.js/index.js\n+dist/index.html",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: it was built for another host, by `@astrojs/cloudflare`
        hint: build it with `@astrojs/node` (`mode: "standalone"`) to have it served here
    "#]],
    );
    check(
        "server astro",
        "+dist/index.html = <link href=/_astro/a.css>\n+dist/_astro/a.css\n+dist/x/index.html",
        expect![[r#"
        static
        public: apps/web/dist at /
        correction: it was taken for a server; the build left pages only
    "#]],
    );
}

#[test]
fn svelte_kit() {
    check(
        "server svelte-kit",
        r#"
            +build/index.js
            +build/handler.js
            +build/adapter-node.js = export const env_prefix = "";\nexport const base = "/app";
            +build/server/index.js
            +build/client/app/_app/immutable/entry/app.Bi2ON2Bg.js
            +.svelte-kit/output/client/_app/immutable/entry/app.Bi2ON2Bg.js
        "#,
        expect![[r#"
            server: node build
            public: apps/web/build/client at /
            base: /app
            env: PROTOCOL_HEADER=x-forwarded-proto
        "#]],
    );
    check(
        "server svelte-kit",
        r#"
            +srv/index.js
            +srv/handler.js
            +srv/env.js = if ("MY_") { if (name.startsWith("MY_")) {
            +srv/server/manifest.js = const base = "";
            +srv/client/_app/immutable/entry/app.Bi2ON2Bg.js
        "#,
        expect![[r#"
            server: MY_HOST=$HOST MY_PORT=$PORT node srv
            public: apps/web/srv/client at /
            env: MY_PROTOCOL_HEADER=x-forwarded-proto
        "#]],
    );
    check(
        "static svelte-kit",
        "+build/200.html\n+build/_app/version.json",
        expect![[r#"
        static
        public: apps/web/build at /
        shell: /200.html
    "#]],
    );
    check(
        "server svelte-kit base=/app",
        r#"
            +build/app.html = <link href="/app/_app/immutable/a.js">kit.start(app, element);
            +build/index.html = import("./_app/immutable/a.js");kit.start(app, element, {\nnode_ids: [0, 2]
            +build/_app/immutable/a.js
        "#,
        expect![[r#"
            static
            public: apps/web/build at /app/
            shell: /app/app.html
            base: /app
            correction: it was taken for a server; `adapter-static` left pages only
        "#]],
    );
    check(
        "static svelte-kit",
        r#"+build/index.html = __sveltekit_1 = { base: new URL(".", location), assets: "/app" }; import("./_app/a.js")"#,
        expect![[r#"
            static
            public: apps/web/build at /app/
            base: /app
        "#]],
    );
    check(
        "static svelte-kit",
        "+output/index.html\n+output/404.html\n+.svelte-kit/output/prerendered/pages/index.html",
        expect![[r#"
        static
        public: apps/web/output at /
        not found: /404.html
        correction: `output` was guessed as `build`; the build left `output`
    "#]],
    );
    check(
        "server svelte-kit",
        r#"
            package.json = {"devDependencies":{"@sveltejs/kit":"2","svelte":"5","vite":"6"}}
            +.svelte-kit/output/server/index.js
            +.svelte-kit/output/client/_app/version.json
            ~vite
        "#,
        expect![[r#"
            server: vite preview --host 0.0.0.0 --port $PORT --strictPort
            public: apps/web/.svelte-kit/output/client at /
            needs: @sveltejs/kit
            needs: svelte
            needs: vite
            correction: `adapter-auto` packs nothing for this platform, so `vite preview` serves it; `@sveltejs/adapter-node` is made for that
        "#]],
    );
    check(
        "server svelte-kit",
        "+.vercel/output/config.json",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: it was built for another host, by `adapter-vercel`
        hint: build it with `@sveltejs/adapter-node` or `@sveltejs/adapter-static` to have it served here
    "#]],
    );
}

#[test]
fn generators() {
    check(
        "static docusaurus",
        "+build/index.html = <link href=\"/d/assets/a.css\">\n+build/404.html\n+build/assets/a.css\n+build/docs/a/index.html\n+.docusaurus/x.js",
        expect![[r#"
        static
        public: apps/web/build at /d/
        not found: /d/404.html
        base: /d
    "#]],
    );
    check(
        "static vite-press",
        "+docs/.vitepress/dist/index.html\n+docs/.vitepress/dist/404.html",
        expect![[r#"
        static
        public: apps/web/docs/.vitepress/dist at /
        not found: /404.html
    "#]],
    );
    check(
        "static vite-press",
        "+guide/.vitepress/dist/index.html\n+guide/.vitepress/dist/404.html",
        expect![[r#"
        static
        public: apps/web/guide/.vitepress/dist at /
        not found: /404.html
    "#]],
    );
    check(
        "static gatsby",
        "+public/index.html\n+public/404.html\n+public/about/index.html\n+.cache/x/index.html",
        expect![[r#"
        static
        public: apps/web/public at /
        not found: /404.html
    "#]],
    );
    check(
        "static create-react-app",
        "public/index.html\n+build/index.html = <script src=\"/app/static/js/main.3f9a1c2b.js\">\n+build/static/js/main.3f9a1c2b.js",
        expect![[r#"
        static
        public: apps/web/build at /app/
        shell: /app/index.html
        base: /app
    "#]],
    );
    check(
        "static eleventy",
        "+_site/index.html\n+_site/about/index.html",
        expect![[r#"
        static
        public: apps/web/_site at /
    "#]],
    );
    check(
        "static storybook",
        "+storybook-static/index.html\n+storybook-static/iframe.html\n+dist/index.js",
        expect![[r#"
        static
        public: apps/web/storybook-static at /
    "#]],
    );
    check(
        "static angular",
        "+dist/shop/browser/index.html = <base href=\"/x/\"><script src=\"main-AB12CD34.js\">\n+dist/shop/browser/main-AB12CD34.js\n+dist/shop/prerendered-routes.json",
        expect![[r#"
        static
        public: apps/web/dist/shop/browser at /x/
        shell: /x/index.html
        base: /x
    "#]],
    );
    check(
        "static angular",
        "+dist/shop/browser/index.csr.html\n+dist/shop/browser/index.html\n+dist/shop/server/server.mjs",
        expect![[r#"
            server: node dist/shop/server/server.mjs
            public: apps/web/dist/shop/browser at /
            shell: /index.csr.html
            env: NG_ALLOWED_HOSTS=*
            correction: it was taken for a static app; the build left a server
        "#]],
    );
    check(
        "static angular",
        "+dist/shop/browser/en/index.html\n+dist/shop/browser/de/index.html",
        expect![[r#"
        static
        public: apps/web/dist/shop/browser at /
    "#]],
    );
}

#[test]
fn vite_and_other_bundlers() {
    check(
        "static vite",
        "index.html\n+dist/index.html = <script src=\"/assets/index-B81d04e6.js\">\n+dist/assets/index-B81d04e6.js",
        expect![[r#"
        static
        public: apps/web/dist at /
        shell: /index.html
    "#]],
    );
    // Pages of `public` are no pages of the app's router.
    check(
        "static vite",
        "public/silent.html\n+dist/index.html\n+dist/silent.html",
        expect![[r#"
        static
        public: apps/web/dist at /
        shell: /index.html
    "#]],
    );
    check(
        "static vite",
        "+dist/index.html\n+dist/admin.html",
        expect![[r#"
        static
        public: apps/web/dist at /
    "#]],
    );
    check(
        "static vite",
        "+dist/index.html\n+dist/404.html",
        expect![[r#"
        static
        public: apps/web/dist at /
        not found: /404.html
    "#]],
    );
    check(
        "static vite",
        "+dist/index.html\n+dist/admin.html\n+dist/_redirects = /api/* https://x/:splat 200\\n/*  /index.html  200",
        expect![[r#"
        static
        public: apps/web/dist at /
        shell: /index.html
    "#]],
    );
    check(
        "static vite",
        "index.html\n+build/client/index.html\n+build/client/assets/a.js",
        expect![[r#"
        static
        public: apps/web/build at /
        correction: `output` was guessed as `dist`; the build left `build`
    "#]],
    );
    check(
        "static vite base=/x",
        "+dist/index.html = <script src=\"/assets/a.js\">\n+dist/assets/a.js",
        expect![[r#"
        static
        public: apps/web/dist at /
        shell: /index.html
        correction: the base path was read as `/x`; the pages have `/`
    "#]],
    );
    check(
        "static vite base=/x",
        "+dist/index.html = <script src=\"./assets/a.js\">\n+dist/assets/a.js",
        expect![[r#"
        static
        public: apps/web/dist at /x/
        shell: /x/index.html
        base: /x
    "#]],
    );
    check(
        "static vite",
        "+/build/web/index.html\n+/build/web/assets/a.js\n+/build/other/index.html",
        expect![[r#"
        static
        public: build/web at /
        shell: /index.html
        correction: `output` was guessed as `dist`; the build left `../../build/web`
    "#]],
    );
    check(
        "static vite",
        "+dist/src/pages/a/index.html\n+dist/src/pages/b/index.html\n+dist/assets/a.js",
        expect![[r#"
        static
        public: apps/web/dist at /
    "#]],
    );
    check(
        "static vite",
        "+dist/client/index.html\n+dist/server/entry.js",
        expect![[r#"
        static
        public: apps/web/dist/client at /
        shell: /index.html
        correction: `output` was guessed as `dist`; the build left `dist/client`
    "#]],
    );
    check(
        "static vite output=web",
        "+web/index.html\n+dist/index.html",
        expect![[r#"
        static
        public: apps/web/web at /
        shell: /index.html
    "#]],
    );
    check(
        "static vite output=wbe",
        "+web/index.html",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: there is no folder `wbe`, which `output` names
        hint: say it in `frontage.toml`: `output = "web"` under `[apps.web]`
    "#]],
    );
    check(
        "static vite output=/dist/web",
        "+/dist/web/index.html",
        expect![[r#"
        static
        public: dist/web at /
        shell: /index.html
    "#]],
    );
    check(
        "static vite",
        "src/main.ts\n+lib/index.js\n+types/index.d.ts",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: there are no pages in `dist`, `dist/client` and `build`
        hint: the build wrote into `lib` and `types`; say it in `frontage.toml`: `output = "…"` under `[apps.web]`
    "#]],
    );
    check(
        "static bundler",
        "+dist/index.html\n+dist/main.js",
        expect![[r#"
        static
        public: apps/web/dist at /
        shell: /index.html
    "#]],
    );
    check(
        "static",
        "+public-html/index.html\n+public-html/a/index.html\n+coverage/index.html",
        expect![[r#"
        static
        public: apps/web/public-html at /
    "#]],
    );
    check(
        "static",
        "+one/index.html\n+two/index.html",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: several folders have an `index.html`
        hint: the build wrote `one` and `two`; say it in `frontage.toml`: `output = "one"` under `[apps.web]`
    "#]],
    );
    check(
        "static",
        "+one/index.html\n+dist/index.html",
        expect![[r#"
        static
        public: apps/web/dist at /
        shell: /index.html
    "#]],
    );
    check(
        "static unbuilt",
        "index.html\nabout.html\npackage.json",
        expect![[r#"
        static
        public: apps/web at /
    "#]],
    );
    check(
        "static unbuilt",
        "public/index.html\npackage.json",
        expect![[r#"
        static
        public: apps/web/public at /
    "#]],
    );
    check(
        "static unbuilt",
        "package.json",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: the app has no build, and no `index.html` in its folder
        hint: say it in `frontage.toml`: `output = "…"` under `[apps.web]`
    "#]],
    );
}

#[test]
fn processes() {
    check(
        "server nest",
        "+dist/main.js",
        expect![[r#"
        server: node dist/main.js
    "#]],
    );
    check(
        "server nest",
        "+dist/src/main.js\n+dist/test/app.spec.js",
        expect![[r#"
        server: node dist/src/main.js
        correction: `start` was guessed as `node dist/main.js`; the build left `dist/src/main.js`
    "#]],
    );
    check(
        "server nest",
        "+dist/apps/web/src/main.js\n+dist/libraries/x.js",
        expect![[r#"
        server: node dist/apps/web/src/main.js
        correction: `start` was guessed as `node dist/main.js`; the build left `dist/apps/web/src/main.js`
    "#]],
    );
    check(
        "server nest",
        "+/dist/apps/web/main.js",
        expect![[r#"
        server: node ../../dist/apps/web/main.js
        kept besides: dist/apps/web
        correction: `start` was guessed as `node dist/main.js`; the build left `../../dist/apps/web/main.js`
    "#]],
    );
    check(
        "server nest",
        "+dist/app.module.js",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: there is no `dist/main.js`
        hint: say it in `frontage.toml`: `start = "node dist/app.module.js"` under `[apps.web]`
    "#]],
    );
    check(
        "server start=node dist/index.js",
        "+dist/index.js\n+dist/client/index.html = <script src=\"/x/a.js\">\n+dist/client/a.js",
        expect![[r#"
        server: node dist/index.js
        public: apps/web/dist/client at /x/
        shell: /x/index.html
        base: /x
    "#]],
    );
    check(
        "server start=node dist/index.js",
        "+dist/src/index.js\n+dist/other.js",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: the start command `node dist/index.js` runs `dist/index.js`, which is not there
        hint: say it in `frontage.toml`: `start = "node dist/src/index.js"` under `[apps.web]`
    "#]],
    );
    check(
        "server start=node .",
        "package.json = {\"main\":\"./dist/live.js\"}\n+dist/live.js",
        expect![[r#"
        server: node .
    "#]],
    );
    check(
        "server start=tsx src/index.ts",
        "src/index.ts\n~tsx",
        expect![[r#"
        server: tsx src/index.ts
        needs: tsx
    "#]],
    );
    check(
        "server start=dotenv -e ../../.env -- node dist/index.js",
        "+dist/index.js\n~dotenv-cli",
        expect![[r#"
        server: dotenv -e ../../.env -- node dist/index.js
        needs: dotenv-cli
    "#]],
    );
    check(
        "server start=node ../../dist/apps/web/main.js",
        "+/dist/apps/web/main.js",
        expect![[r#"
        server: node ../../dist/apps/web/main.js
        kept besides: dist/apps/web
    "#]],
    );
    check(
        "worker start=node dist/worker.js",
        "+dist/worker.js",
        expect![[r#"
        worker: node dist/worker.js
    "#]],
    );
    check(
        "worker start=node dist/worker.js",
        "+build/worker.js",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: the start command `node dist/worker.js` runs `dist/worker.js`, which is not there
        hint: say it in `frontage.toml`: `start = "node build/worker.js"` under `[apps.web]`
    "#]],
    );
    check(
        "server",
        "+dist/index.js = app.listen(process.env.PORT)",
        expect![[r#"
        server: node dist/index.js
        correction: no start command was known; the build left `dist/index.js`, which listens
    "#]],
    );
    check(
        "server",
        "+dist/index.html",
        expect![[r#"
        static
        public: apps/web/dist at /
        shell: /index.html
        correction: it was taken for a server; the build left pages only
    "#]],
    );
    check(
        "server",
        "+dist/lib.js = export const a = 1",
        expect![[r#"
        error: the build succeeded, but left nothing to serve: no start command is known, and no file that it left listens
        hint: say it in `frontage.toml`: `start = "node dist/lib.js"` under `[apps.web]`
    "#]],
    );
    check(
        "server vite start=node server.js",
        "server.js\n+dist/client/index.html\n+dist/server/entry-server.js",
        expect![[r#"
        server: node server.js
        public: apps/web/dist/client at /
        shell: /index.html
    "#]],
    );
    check(
        "server start=./run.sh",
        "",
        expect![[r#"
        server: ./run.sh
    "#]],
    );
    check(
        "server start=npm run build && node dist/x.js",
        "",
        expect![[r#"
        server: npm run build && node dist/x.js
    "#]],
    );
    check(
        "server angular",
        "+dist/shop/browser/index.csr.html = <base href=\"/\">\n+dist/shop/server/server.mjs",
        expect![[r#"
            server: node dist/shop/server/server.mjs
            public: apps/web/dist/shop/browser at /
            shell: /index.csr.html
            env: NG_ALLOWED_HOSTS=*
        "#]],
    );
}

#[test]
fn an_image_holds_what_is_kept_and_no_more() {
    let of = |about: &str, notes: &str| outcome(&app(about), &tree(notes)).unwrap();
    let members: Vec<model::RepoPath> = ["apps/web", "packages/ui"].iter().map(|path| path.parse().unwrap()).collect();
    let check = |outcome: &Outcome, path: &str, kept: bool| {
        assert_eq!(outcome.keeps(std::path::Path::new(path), &members), kept, "{path}");
    };
    let whole = of("server start=node ../../dist/apps/web/main.js", "+/dist/apps/web/main.js");
    for path in
        ["apps", "apps/web", "apps/web/dist/server.js", "packages/ui/dist", "package.json", "dist/apps/web/a.js"]
    {
        check(&whole, path, true);
    }
    for path in ["apps/other", "apps/web/node_modules", "node_modules", "tsconfig.json", "dist/apps/other"] {
        check(&whole, path, false);
    }
    let alone = of("server nuxt", "+.output/server/index.mjs");
    for path in ["apps", "apps/web/.output", "apps/web/.output/server/node_modules/vue/index.js"] {
        check(&alone, path, true);
    }
    for path in ["apps/web/app", "apps/web/package.json", "packages/ui", "package.json"] {
        check(&alone, path, false);
    }
}

#[test]
fn variables_come_before_the_command() {
    let mut outcome = outcome(&app("server start=./run.sh"), &tree("run.sh")).unwrap();
    outcome.env.insert("A".to_owned(), "b".to_owned());
    assert_eq!(outcome.start().command(), Some("A=${A:-b} ./run.sh"));
    outcome.start = Start::Worker { command: "cd x && ./run.sh".to_owned() };
    assert_eq!(outcome.start().command(), Some("export A=${A:-b}; cd x && ./run.sh"));
}
