//! The rules on small members, each a line: its name, what its manifest holds and its files.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde_json::{Map, Value, json};

use super::*;
use crate::patience::Patience;

/// Finds what each line describes. After the folder (below `apps/`, unless it has a `/`), which is followed by `!` if
/// others depend on the member and by `^` if it is the root of a workspace, come parts between ` | `:
///
///     + next ~vite ^nx      dependencies, those for development and those of the root
///     build: next build     a script
///     {"bin": "cli.js"}     other fields of the manifest, which is private unless it says otherwise
///     next.config.ts = …    a file; without a text an empty one; from the root if it starts with `/`
fn check(members: &str, expect: Expect) {
    check_by(detect, members, expect);
}

fn check_by(detect: impl Fn(&Candidate<'_>) -> Finding, members: &str, expect: Expect) {
    let lines = members.lines().map(str::trim).filter(|line| !line.is_empty());
    expect.assert_eq(&lines.map(|line| describe(line, &detect) + "\n").collect::<String>());
}

fn describe(line: &str, detect: &impl Fn(&Candidate<'_>) -> Finding) -> String {
    let mut parts = line.split(" | ");
    let place = parts.next().expect("a line is not empty").trim();
    let name = place.trim_end_matches(['!', '^']);
    let path = match name {
        "." => String::new(),
        name if name.contains('/') => name.to_owned(),
        name => format!("apps/{name}"),
    };
    let mut manifest = Map::from_iter([("name".to_owned(), json!(name)), ("private".to_owned(), json!(true))]);
    let mut root = Map::new();
    let mut files = BTreeMap::new();
    for part in parts.map(str::trim) {
        if let Some(names) = part.strip_prefix("+ ") {
            for name in names.split_whitespace() {
                let plain = name.trim_start_matches(['~', '^']).to_owned();
                let table = if name.starts_with('~') { "devDependencies" } else { "dependencies" };
                let of = if name.starts_with('^') { &mut root } else { &mut manifest };
                let table = of.entry(table).or_insert_with(|| json!({}));
                table.as_object_mut().expect("a table").insert(plain, json!("*"));
            }
        } else if part.starts_with('{') {
            let fields: Map<String, Value> = serde_json::from_str(part).expect("JSON");
            manifest.extend(fields);
        } else if let Some((file, text)) = part.split_once(" = ") {
            let own = if path.is_empty() { file.to_owned() } else { format!("{path}/{file}") };
            let file = file.strip_prefix('/').map_or(own, str::to_owned);
            files.insert(file, text.replace("\\n", "\n").replace("\\t", "\t"));
        } else if let Some((name, script)) = part.split_once(": ") {
            let scripts = manifest.entry("scripts").or_insert_with(|| json!({}));
            scripts.as_object_mut().expect("a table").insert(name.to_owned(), json!(script));
        } else {
            let own = if path.is_empty() { part.to_owned() } else { format!("{path}/{part}") };
            files.insert(part.strip_prefix('/').map_or(own, str::to_owned), String::new());
        }
    }
    let read = |fields: Map<String, Value>| {
        Manifest::read("package.json", Value::Object(fields).to_string().as_bytes()).expect("a manifest")
    };
    let finding = detect(&Candidate {
        path: &path.parse().expect("a path"),
        root: &RepoPath::root(),
        manifest: &read(manifest),
        root_manifest: &read(root),
        files: &files,
        is_needed: place.ends_with('!'),
        is_workspace_root: place.ends_with('^'),
    });
    format!("{name}: {}", told(&finding))
}

fn told(finding: &Finding) -> String {
    let kind = match finding.kind {
        Kind::Server => "server",
        Kind::Static => "static",
        Kind::Worker => "worker",
        Kind::OptionalStatic => "optional",
        Kind::NotServed => "not served",
    };
    let mut told = vec![format!("{kind}, {}", finding.rule.name)];
    told.extend(finding.framework.map(|framework| format!("{framework:?}")));
    let mut add = |what: &str, value: &Option<String>| told.extend(value.iter().map(|value| format!("{what} {value}")));
    add("build", &finding.build);
    add("start", &finding.start);
    add("output", &finding.output);
    add("port", &finding.port.map(|port| port.to_string()));
    add("base", &finding.base_path);
    add("because", &Some(finding.because.clone()));
    add("needs", &(!finding.env_files.is_empty()).then(|| finding.env_files.join(" ")));
    add("on", &finding.needs_bun.then(|| "Bun".to_owned()));
    add("asked", &finding.is_guess.then(String::new));
    told.extend(finding.notes.iter().map(|note| format!("note: {note}")));
    told.join("; ").replace("asked ", "asked")
}

#[test]
fn tests_examples_and_tools_are_not_served() {
    check(
        r#"
        shop-e2e | + next | next.config.ts
        examples/shop | + next | next.config.ts
        packages/fixtures/shop | + next | next.config.ts
        ui-playground | + vite | index.html | vite.config.ts | build: vite build
        demo | + express | start: node index.js
        tools/admin | + next | next.config.ts
        mock-server | + express | start: node index.js
        _template | + next | next.config.ts
        cli | start: node index.js
        contest | + next | next.config.ts
        sdk-tools | + next | next.config.ts
        latest | + next | next.config.ts
        "#,
        expect![[r#"
            shop-e2e: not served, test-or-tool; because it tests, shows or makes something: `e2e` in its path
            examples/shop: not served, test-or-tool; because it tests, shows or makes something: `examples` in its path
            packages/fixtures/shop: not served, test-or-tool; because it tests, shows or makes something: `fixtures` in its path
            ui-playground: not served, test-or-tool; because it tests, shows or makes something: `playground` in its path
            demo: not served, test-or-tool; because it tests, shows or makes something: `demo` in its path
            tools/admin: not served, test-or-tool; because it tests, shows or makes something: `tools` in its path
            mock-server: not served, test-or-tool; because it tests, shows or makes something: `mock` in its path
            _template: not served, test-or-tool; because it tests, shows or makes something: `_template` in its path
            cli: not served, test-or-tool; because it tests, shows or makes something: `cli` in its path
            contest: server, next; Next; build next build; because Next.js: `next.config.ts`
            sdk-tools: server, next; Next; build next build; because Next.js: `next.config.ts`
            latest: server, next; Next; build next build; because Next.js: `next.config.ts`
        "#]],
    );
}

#[test]
fn what_is_published_runs_in_an_editor_or_in_another_product_is_not_served() {
    check(
        r#"
        create | {"bin": "index.js", "private": false, "version": "1.0.0"} | start: node index.js | + express
        api | {"bin": "index.js"} | start: node index.js | + express
        new | {"bin": "index.js", "private": false, "version": "0.0.0"} | start: node index.js | + express
        code | {"engines": {"vscode": "^1.0.0"}} | build: tsc
        release | action.yml | build: tsc
        auth | {"exports": "./dist/index.js", "private": false, "version": "1.0.0"} | build: tsc | + ~astro | astro.config.ts
        gateway | {"exports": "./dist/index.js", "private": false, "version": "1.0.0"} | build: tsc | start: node dist/index.js | + hono
        core! | {"exports": "./dist/index.js", "private": false, "version": "1.0.0"} | build: tsc | start: node dist/index.js | + hono
        payments | stripe-app.json | build: tsc
        "#,
        expect![[r#"
            create: not served, command-line; because it is a command-line program: `bin`, and not private
            api: server, start-script; start node index.js; because its script `start` runs a file, and it needs `express`
            new: server, start-script; start node index.js; because its script `start` runs a file, and it needs `express`
            code: not served, command-line; because it is an editor's extension: `engines.vscode`
            release: not served, command-line; because it is a forge's action: `action.yml`
            auth: not served, published-library; because it is a published library: `exports`, and not private
            gateway: server, start-script; build tsc; start node dist/index.js; because its script `start` runs a file, and it needs `hono`
            core: not served, published-library; because it is a published library: `exports`, and not private
            payments: not served, mobile-or-extension; because it runs inside another product: `stripe-app.json`
        "#]],
    );
}

#[test]
fn desktop_and_mobile_apps_and_extensions_are_not_served() {
    check(
        r#"
        desktop | + electron react | build: electron-builder
        shell | + @tauri-apps/api vite | src-tauri/tauri.conf.json = {"build": {}} | index.html | vite.config.ts | build: vite build
        window | + vite @tauri-apps/api | index.html | vite.config.ts | build: vite build | /rust/tauri.conf.json = {"build": {"frontendDist": "../apps/window/dist"}}
        page | + vite @tauri-apps/api | index.html | vite.config.ts | build: vite build | /rust/tauri.conf.json = {"build": {"frontendDist": "../apps/window/dist"}}
        electron-renderer | + vite | index.html | vite.config.ts | build: vite build
        phone | + expo react-native | start: expo start
        solito | + react-native next | next.config.js
        addon | + vite | manifest.json = {"manifest_version": 3} | index.html | vite.config.ts | build: vite build
        pwa | + vite | public/manifest.json = {"name": "Shop", "start_url": "/"} | index.html | vite.config.ts | build: vite build
        wxt | + wxt | build: wxt build
        launcher | + @raycast/api | build: ray build
        guide | docs.json = {"$schema": "https://mintlify.com/docs.json"}
        manual | mint.json = {}
        "#,
        expect![[r#"
            desktop: not served, desktop; because it is a desktop app: `electron`
            shell: not served, desktop; because it is a desktop app: `src-tauri`
            window: not served, desktop; because it is a desktop app: `rust/tauri.conf.json` names it
            page: static, vite; Vite; build vite build; output dist; because Vite: `index.html`
            electron-renderer: not served, desktop; because it is a part of a desktop app: `electron` in its name
            phone: not served, mobile-or-extension; because it is a mobile app: `expo`
            solito: server, next; Next; build next build; because Next.js: `next.config.js`
            addon: not served, mobile-or-extension; because it is an extension: `manifest_version` in `manifest.json`
            pwa: static, vite; Vite; build vite build; output dist; because Vite: `index.html`
            wxt: not served, mobile-or-extension; because it is an extension: `wxt`
            launcher: not served, mobile-or-extension; because it is an extension: `@raycast/api`
            guide: not served, mobile-or-extension; because its pages are made and hosted by Mintlify: `docs.json`
            manual: not served, mobile-or-extension; because its pages are made and hosted by Mintlify: `mint.json`
        "#]],
    );
}

#[test]
fn storybooks_are_optional() {
    check(
        r#"
        book | + ~storybook | build: storybook build -o out
        storybook | + ~storybook | build-storybook: storybook build
        ui | + ~storybook | build-storybook: storybook build | build: tsup
        "#,
        expect![[r#"
            book: optional, storybook; Storybook; build storybook build -o out; output out; because it is a Storybook, served only if somebody wants it
            storybook: optional, storybook; Storybook; build storybook build; output storybook-static; because it is a Storybook, served only if somebody wants it
            ui: not served, library; because it is a library: nothing to start
        "#]],
    );
}

#[test]
fn next() {
    check(
        r#"
        plain | + next | build: next build | start: next start
        configured | next.config.mjs
        unscripted | {"scripts": {}} | + next | next.config.ts
        dependency | + next | build: tsc
        rooted | + ^next | next.config.js | build: next build | start: dotenv -e ../../.env -- next start -p 4200
        base | + next | next.config.ts = import type { NextConfig } from "next"; const config: NextConfig = { basePath: "/shop/" }; export default config
        wrapped | + next | next.config.mjs = export default withMDX({})(withSentryConfig({ basePath: "/docs" }, { silent: true }))
        by-variable | + next | next.config.mjs = export default { basePath: process.env.BASE ?? "/x" }
        exported | + next | next.config.js = module.exports = { output: "export" }
        export-elsewhere | + next | next.config.js = module.exports = { output: "export", distDir: "build" }
        maybe | + next | next.config.js = module.exports = { output: process.env.STATIC ? "export" : "standalone" }
        own-server | + next | next.config.js | build: next build && tsc -p server | start: NODE_ENV=production node dist/server.js
        standalone | + next | next.config.js | start: node .next/standalone/apps/standalone/server.js
        migrates | + next | next.config.js | start: node scripts/migrate.js && next start
        watching | + next | next.config.js | dev: next dev | start: nodemon server.js
        hooks | + next | next.config.js | prebuild: prisma generate | build: next build | postbuild: next-sitemap
        nested | + next | next.config.js | build: pnpm run build:icons && next build | build:icons: node icons.js && svgo .
        around | + next | next.config.js | build: yarn build:all | build:all: yarn build
        turbo | + next | next.config.js | build: next build --turbopack | start: next start --port 3005
        bun | + next | next.config.js | build: bun --bun next build
        cloud | + next @opennextjs/cloudflare | next.config.ts | wrangler.jsonc = {"main": ".open-next/worker.js"} | build: next build
        nx | + ^next | project.json = {"targets": {"build": {"executor": "@nx/next:build"}}}
        .^ | + next | next.config.js | start: turbo run start | build: turbo run build
        .^ | + next | build: turbo run build
        . | + next | build: next build
        "#,
        expect![[r#"
            plain: server, next; Next; build next build; because Next.js: `next build`
            configured: server, next; Next; build next build; because Next.js: `next.config.mjs`
            unscripted: server, next; Next; build next build; because Next.js: `next.config.ts`
            dependency: not served, library; because it is a library: nothing to start
            rooted: server, next; Next; build next build; port 4200; because Next.js: `next.config.js`
            base: server, next; Next; build next build; base /shop; because Next.js: `next.config.ts`
            wrapped: server, next; Next; build next build; base /docs; because Next.js: `next.config.mjs`
            by-variable: server, next; Next; build next build; because Next.js: `next.config.mjs`
            exported: static, next; Next; build next build; output out; because Next.js: `next.config.js`
            export-elsewhere: static, next; Next; build next build; output build; because Next.js: `next.config.js`
            maybe: server, next; Next; build next build; because Next.js: `next.config.js`
            own-server: server, next; Next; build next build && tsc -p server; start NODE_ENV=production node dist/server.js; because Next.js: `next.config.js`; note: it is started by its own script `start`, not by the framework
            standalone: server, next; Next; build next build; because Next.js: `next.config.js`
            migrates: server, next; Next; build next build; because Next.js: `next.config.js`; note: its script `start` does more: `node scripts/migrate.js && next start`
            watching: server, next; Next; build next build; because Next.js: `next.config.js`
            hooks: server, next; Next; build ( prisma generate ) && ( next build ) && ( next-sitemap ); because Next.js: `next.config.js`
            nested: server, next; Next; build ( node icons.js && svgo . ) && next build; because Next.js: `next.config.js`
            around: server, next; Next; build yarn build; because Next.js: `next.config.js`
            turbo: server, next; Next; build next build --turbopack; port 3005; because Next.js: `next.config.js`
            bun: server, next; Next; build bun --bun next build; because Next.js: `next.config.js`; on Bun
            cloud: server, next; Next; build next build; because Next.js: `next.config.ts`
            nx: server, next; Next; build next build; because Next.js: `@nx/next:build`
            .: server, next; Next; build turbo run build; because Next.js: `next.config.js`
            .: not served, library; because it is the workspace's root
            .: server, next; Next; build next build; because Next.js: `next build`
        "#]],
    );
}

#[test]
fn nuxt() {
    check(
        r#"
        shop | + nuxt | nuxt.config.ts | build: nuxt build
        based | + nuxt | nuxt.config.ts = export default defineNuxtConfig({ app: { baseURL: "/shop/" } }) | build: nuxt build | start: PORT=5314 node .output/server/index.mjs
        generated | + nuxt | nuxt.config.ts | build: nuxt generate
        layer! | + nuxt | nuxt.config.ts | build: nuxt build
        base | {"main": "./nuxt.config.ts"} | + nuxt | nuxt.config.ts | build: nuxt build
        extended! | {"main": "./nuxt.config.ts"} | + nuxt | nuxt.config.ts | build: nuxt build | start: node .output/server/index.mjs
        lint | nuxt.config.ts
        "#,
        expect![[r#"
            shop: server, nuxt; Nuxt; build nuxt build; because Nuxt: `nuxt.config.ts`
            based: server, nuxt; Nuxt; build nuxt build; port 5314; base /shop; because Nuxt: `nuxt.config.ts`
            generated: static, nuxt; Nuxt; build nuxt generate; output .output/public; because Nuxt: `nuxt.config.ts`
            layer: not served, nuxt; because it is a layer of other Nuxt apps: `nuxt.config.ts`, and others depend on it
            base: not served, nuxt; because it is a layer of other Nuxt apps: `nuxt.config.ts`, and others depend on it
            extended: server, nuxt; Nuxt; build nuxt build; because Nuxt: `nuxt.config.ts`
            lint: not served, library; because it is a library: nothing to build or start
        "#]],
    );
}

#[test]
fn react_router_and_remix() {
    check(
        r#"
        ssr | + @react-router/node ~@react-router/dev | react-router.config.ts = export default { ssr: true } satisfies Config | build: react-router build | start: react-router-serve ./build/server/index.js
        default | + @react-router/node ~@react-router/dev | build: react-router build | start: PORT=3002 react-router-serve build/server/index.js
        spa | + ~@react-router/dev | react-router.config.ts = export default { appDirectory: "app", basename: "/admin/", ssr: false } | build: react-router build
        elsewhere | + ~@react-router/dev | react-router.config.ts = export default { ssr: false, buildDirectory: "out" } | build: react-router build
        maybe | + @react-router/node ~@react-router/dev | react-router.config.ts = export default { ssr: !process.env.SPA } | build: react-router build
        own | + express @react-router/express ~@react-router/dev | react-router.config.ts | build: react-router build && tsc | start: node dist/server.js
        main | + hono @react-router/node ~@react-router/dev | react-router.config.ts | build: react-router build | start: cross-env NODE_ENV=production node build/server/main.js
        worker | + ~@react-router/dev @react-router/cloudflare | react-router.config.ts | wrangler.toml = main = "workers/app.ts" | build: react-router build
        plugin | + ~@react-router/dev ~@cloudflare/vite-plugin | react-router.config.ts | vite.config.ts = import { cloudflare } from "@cloudflare/vite-plugin"; export default { plugins: [cloudflare()] } | build: react-router build
        ui | + ~@react-router/dev | build: tsup
        remix | + @remix-run/node ~@remix-run/dev | build: remix vite:build | start: remix-serve ./build/server/index.js
        old | + @remix-run/node ~@remix-run/dev | remix.config.js | build: remix build
        express | + express @remix-run/express ~@remix-run/dev | build: remix vite:build | start: node ./build/server.js
        remix-spa | + ~@remix-run/dev | vite.config.ts = import { vitePlugin as remix } from "@remix-run/dev"; export default defineConfig({ plugins: [remix({ ssr: false })] }) | build: remix vite:build
        edge | + @remix-run/cloudflare ~@remix-run/dev | build: remix vite:build
        library | + ~@remix-run/dev | build: tsc
        "#,
        expect![[r#"
            ssr: server, react-router; ReactRouter; build react-router build; because React Router: `react-router.config.ts`
            default: server, react-router; ReactRouter; build react-router build; port 3002; because React Router: `@react-router/dev`
            spa: static, react-router; ReactRouter; build react-router build; output build/client; base /admin; because React Router: `react-router.config.ts`; without a server: `ssr: false`
            elsewhere: static, react-router; ReactRouter; build react-router build; output out/client; because React Router: `react-router.config.ts`; without a server: `ssr: false`
            maybe: server, react-router; ReactRouter; build react-router build; because React Router: `react-router.config.ts`; note: whether it has a server depends on its environment: `ssr`
            own: server, react-router; ReactRouter; build react-router build && tsc; start node dist/server.js; because React Router: `react-router.config.ts`; note: it is started by its own script `start`, not by the framework
            main: server, react-router; ReactRouter; build react-router build; start cross-env NODE_ENV=production node build/server/main.js; because React Router: `react-router.config.ts`; note: it is started by its own script `start`, not by the framework
            worker: not served, react-router; ReactRouter; build react-router build; because React Router: `react-router.config.ts`; its server runs on Cloudflare Workers
            plugin: not served, react-router; ReactRouter; build react-router build; because React Router: `react-router.config.ts`; its server runs on Cloudflare Workers
            ui: not served, library; because it is a library: nothing to start
            remix: server, remix; Remix; build remix vite:build; because Remix: `@remix-run/dev`
            old: server, remix; Remix; build remix build; because Remix: `@remix-run/dev`
            express: server, remix; Remix; build remix vite:build; start node ./build/server.js; because Remix: `@remix-run/dev`; note: it is started by its own script `start`, not by the framework
            remix-spa: static, remix; Remix; build remix vite:build; output build/client; because Remix: `@remix-run/dev`; without a server: `ssr: false`
            edge: not served, remix; Remix; build remix vite:build; because Remix: `@remix-run/dev`; its server is written for another host only
            library: not served, library; because it is a library: nothing to start
        "#]],
    );
}

#[test]
fn what_nitro_builds() {
    check(
        r#"
        start | + @tanstack/react-start nitro | vite.config.ts = import { nitro } from "nitro/vite"; export default { plugins: [nitro()] } | build: vite build
        solid | + @solidjs/start vinxi | app.config.ts | build: vinxi build | start: vinxi start
        proxy | + ~nitropack | build: nitro build
        api | + nitropack | nitro.config.ts | build: nitro build | start: node .output/server/index.mjs
        inferred | + @tanstack/react-start nitro | vite.config.ts | /nx.json = {}
        edge | + @tanstack/react-start | vite.config.ts = import { cloudflare } from "@cloudflare/vite-plugin"; export default { plugins: [cloudflare()] } | build: vite build
        either | + @tanstack/react-start nitro | vite.config.ts = import { cloudflare } from "@cloudflare/vite-plugin"; import { nitro } from "nitro/vite"; export default { plugins: [process.env.NITRO ? nitro() : cloudflare()] } | build: vite build
        library | + @tanstack/react-start | vite.config.ts | build: tsc
        "#,
        expect![[r#"
            start: server, nitro; Nitro; build vite build; because `@tanstack/react-start` and `vite.config.ts`
            solid: server, nitro; Nitro; build vinxi build; because `@solidjs/start` and `app.config.ts`
            proxy: server, nitro; Nitro; build nitro build; because `nitropack` and `package.json`
            api: server, nitro; Nitro; build nitro build; because `nitropack` and `nitro.config.ts`
            inferred: server, nitro; Nitro; build vite build; because `@tanstack/react-start` and `vite.config.ts`
            edge: not served, nitro; Nitro; build vite build; because `@tanstack/react-start` and `vite.config.ts`; it is built for another host: its configuration imports that host's plugin
            either: server, nitro; Nitro; build vite build; because `@tanstack/react-start` and `vite.config.ts`; note: `vite.config.ts` can also build for another host: a variable may have to say which
            library: not served, library; because it is a library: nothing to start
        "#]],
    );
}

#[test]
fn astro() {
    check(
        r#"
        site | + astro | astro.config.mjs = export default defineConfig({ base: "/docs", outDir: "./out" }) | build: astro check && astro build
        server | + astro @astrojs/node | astro.config.ts = import node from "@astrojs/node"; export default defineConfig({ output: "server", adapter: node({ mode: "standalone" }) }) | build: astro build | start: node ./dist/server/entry.mjs
        unconfigured | + astro | build: astro build
        vercel | + astro | astro.config.mjs = import vercel from "@astrojs/vercel"; export default { adapter: vercel() } | build: astro build
        chosen | + astro | astro.config.mjs = import node from "@astrojs/node"; import vercel from "@astrojs/vercel"; export default { adapter: process.env.VERCEL ? vercel() : node() } | build: astro build
        integration | + ~astro | build: tsc
        "#,
        expect![[r#"
            site: static, astro; Astro; build astro check && astro build; output out; base /docs; because Astro: `astro.config.mjs`
            server: server, astro; Astro; build astro build; because Astro: `astro.config.ts`
            unconfigured: static, astro; Astro; build astro build; output dist; because Astro: `astro build`
            vercel: not served, astro; Astro; build astro build; because Astro: `astro.config.mjs`; its adapter builds for another host: `@astrojs/vercel`
            chosen: server, astro; Astro; build astro build; because Astro: `astro.config.mjs`
            integration: not served, library; because it is a library: nothing to start
        "#]],
    );
}

#[test]
fn svelte_kit() {
    check(
        r#"
        node | + ~@sveltejs/kit | src/app.html | svelte.config.js = import adapter from "@sveltejs/adapter-node"; export default { kit: { adapter: adapter({ out: "out" }), paths: { base: "/shop" } } } | build: vite build | start: node out
        static | + ~@sveltejs/kit | src/app.html | svelte.config.js = import adapter from "@sveltejs/adapter-static"; const config = { kit: { adapter: adapter({ pages: "output" }) } }; export default config | build: vite build
        auto | + ~@sveltejs/kit | src/routes/+page.svelte | svelte.config.js = import adapter from "@sveltejs/adapter-auto"; export default { kit: { adapter: adapter() } } | build: vite build
        edge | + ~@sveltejs/kit | src/app.html | svelte.config.js = import adapter from "@sveltejs/adapter-cloudflare"; export default { kit: { adapter: adapter() } } | build: vite build
        chosen | + ~@sveltejs/kit | src/app.html | svelte.config.js = import node from "@sveltejs/adapter-node"; import vercel from "@sveltejs/adapter-vercel"; export default { kit: { adapter: process.env.VERCEL ? vercel() : node() } } | build: vite build
        ui | + ~@sveltejs/kit | src/app.html | svelte.config.js | build: svelte-package
        components | + ~svelte | svelte.config.js | build: svelte-package
        "#,
        expect![[r#"
            node: server, sveltekit; SvelteKit; build vite build; base /shop; because SvelteKit: `svelte.config.js`
            static: static, sveltekit; SvelteKit; build vite build; output output; because SvelteKit: `svelte.config.js`; its adapter makes files
            auto: server, sveltekit; SvelteKit; build vite build; because SvelteKit: `svelte.config.js`; asked; note: its adapter `@sveltejs/adapter-auto` leaves no server: it is started by `vite preview`; `@sveltejs/adapter-node` is faster
            edge: not served, sveltekit; SvelteKit; build vite build; because SvelteKit: `svelte.config.js`; its adapter builds for another host: `@sveltejs/adapter-cloudflare`
            chosen: server, sveltekit; SvelteKit; build vite build; because SvelteKit: `svelte.config.js`
            ui: not served, library; because it is a library: nothing to start
            components: not served, library; because it is a library: nothing to start
        "#]],
    );
}

#[test]
fn what_other_hosts_run_is_not_served() {
    check(
        r#"
        worker | + hono | wrangler.toml = name = "x"\nmain = "src/index.ts" | src/index.ts = export default app
        assets | + vite | wrangler.jsonc = { /* files only */ "assets": { "directory": "dist" } } | index.html | vite.config.ts | build: vite build | deploy: wrangler deploy
        uploaded | + hono | dev: wrangler dev src/index.ts
        lambda | + express ~@types/aws-lambda | src/index.ts = app.listen(1) | build: tsc
        functions | serverless.yml | start: node index.js | + express
        sam | template.yaml = Transform: AWS::Serverless-2016-10-31 | start: node index.js | + express
        cloud-file | template.yaml = a: 1 | start: node index.js | + express
        party | partykit.json
        deno | start: deno run main.ts
        fresh | deno.json = {}
        infra | cdk.json | build: tsc
        "#,
        expect![[r#"
            worker: not served, other-runtime; because it runs on Cloudflare Workers: `wrangler.toml`
            assets: static, vite; Vite; build vite build; output dist; because Vite: `index.html`
            uploaded: not served, other-runtime; because it runs on Cloudflare Workers: the script `dev`
            lambda: not served, library; because it is for AWS Lambda: `@types/aws-lambda`
            functions: not served, other-runtime; because it is for functions: `serverless.yml`
            sam: not served, other-runtime; because it is for AWS Lambda: `template.yaml`
            cloud-file: server, start-script; start node index.js; because its script `start` runs a file, and it needs `express`
            party: not served, other-runtime; because it is for PartyKit: `partykit.json`
            deno: not served, other-runtime; because it runs on Deno: the script `start`
            fresh: not served, other-runtime; because it runs on Deno: `deno.json`
            infra: not served, library; because it describes infrastructure: `cdk.json`
        "#]],
    );
}

#[test]
fn site_generators() {
    check(
        r#"
        docusaurus | + @docusaurus/core | docusaurus.config.ts = export default { baseUrl: "/docs/" } | build: docusaurus build
        renamed | + @docusaurus/core | docusaurus.config.js = module.exports = { baseUrl: "/" } | build: docusaurus build --out-dir site
        vitepress | + ~vitepress | docs/.vitepress/config.mts = export default defineConfig({ base: "/guide/" }) | build: vitepress build docs
        vitepress-here | + ~vitepress | .vitepress/config.ts = export default { outDir: "../site" } | build: vitepress build
        library-with-docs | + ~vitepress | docs/.vitepress/config.ts | docs:build: vitepress build docs | build: tsup
        gatsby | + gatsby | gatsby-config.js | build: gatsby build
        cra | + react-scripts | build: react-scripts build | {"homepage": "https://example.com/shop"}
        craco | + @craco/craco | build: craco build | {"homepage": "."}
        angular | + @angular/core | build: ng build --configuration production | angular.json = {"projects": {"shop": {"architect": {"build": {"options": {"outputPath": "dist/shop"}}}}}}
        angular-application | + @angular/core | build: ng build | angular.json = {"projects": {"shop": {"architect": {"build": {"builder": "@angular/build:application", "options": {"outputPath": "dist/shop"}}}}}}
        angular-new | + @angular/core | build: ng build | angular.json = {"projects": {"shop": {"architect": {"build": {"options": {}}}}}}
        with-lambdas | + @docusaurus/core ~@types/aws-lambda | docusaurus.config.ts | build: docusaurus build
        part | + @angular/core | build: ng build | {"main": "src/index.ts", "peerDependencies": {"single-spa": "6"}}
        nx-angular | project.json = {"name": "client", "projectType": "application", "targets": {"build": {"executor": "@nx/angular:application", "options": {"outputPath": "dist/apps/client", "baseHref": "/c/"}}}}
        nx-angular-own | project.json = {"name": "client", "projectType": "application", "targets": {"build": {"executor": "@nx/angular:application", "options": {"outputPath": {"base": "dist/apps/client", "browser": ""}, "baseHref": "/c/"}}}}
        eleventy | + @11ty/eleventy | .eleventy.js | build: eleventy --output=site
        vue | + @vue/cli-service | build: vue-cli-service build
        parcel | + parcel | build: parcel build src/index.html --dist-dir out
        sanity | + sanity | build: sanity build
        .^ | docs/docusaurus.config.ts | build: turbo build
        "#,
        expect![[r#"
            docusaurus: static, site-generator; Docusaurus; build docusaurus build; output build; base /docs; because Docusaurus: `docusaurus.config.ts`
            renamed: static, site-generator; Docusaurus; build docusaurus build --out-dir site; output site; because Docusaurus: `docusaurus.config.js`
            vitepress: static, site-generator; VitePress; build vitepress build docs; output docs/.vitepress/dist; base /guide; because VitePress: `docs/.vitepress/config.mts`
            vitepress-here: static, site-generator; VitePress; build vitepress build; output /apps/site; because VitePress: `.vitepress/config.ts`
            library-with-docs: not served, library; because it is a library: nothing to start
            gatsby: static, site-generator; Gatsby; build gatsby build; output public; because Gatsby: `gatsby-config.js`
            cra: static, site-generator; CreateReactApp; build react-scripts build; output build; base /shop; because Create React App: `react-scripts build`
            craco: static, site-generator; CreateReactApp; build craco build; output build; because Create React App: `craco build`
            angular: static, site-generator; Angular; build ng build --configuration production; output dist/shop; because Angular: `ng build`
            angular-application: static, site-generator; Angular; build ng build; output dist/shop/browser; because Angular: `ng build`
            angular-new: static, site-generator; Angular; build ng build; output dist/shop; because Angular: `ng build`
            with-lambdas: static, site-generator; Docusaurus; build docusaurus build; output build; because Docusaurus: `docusaurus.config.ts`
            part: not served, site-generator; because it is a part of another page: `main`, and peers that it is loaded with
            nx-angular: static, site-generator; Angular; build nx run client:build; output /dist/apps/client/browser; base /c; because Angular: `@nx/angular:application`
            nx-angular-own: static, site-generator; Angular; build nx run client:build; output /dist/apps/client; base /c; because Angular: `@nx/angular:application`
            eleventy: static, site-generator; Eleventy; build eleventy --output=site; output site; because Eleventy: `.eleventy.js`
            vue: static, site-generator; Bundler; build vue-cli-service build; output dist; because Vue CLI: `vue-cli-service build`
            parcel: static, site-generator; Bundler; build parcel build src/index.html --dist-dir out; output out; because Parcel: `parcel build`
            sanity: static, site-generator; Bundler; build sanity build; output dist; because Sanity: `sanity build`
            .: not served, library; because it is the workspace's root
        "#]],
    );
}

#[test]
fn nest() {
    check(
        r#"
        api | + @nestjs/core | nest-cli.json | build: nest build | start: nest start | start:prod: node dist/main
        no-prod | + @nestjs/core | nest-cli.json | build: nest build | start: nest start --watch
        undeclared | + ^@nestjs/core | nest-cli.json | build: nest build | start: dotenv -e ../../.env -- node ./dist/apps/undeclared/src/main.js
        commands | + @nestjs/core nest-commander | nest-cli.json | build: nest build | start: node dist/main | src/main.ts = CommandFactory.run(AppModule)
        jobs | + @nestjs/core | nest-cli.json | build: nest build | start:prod: node dist/main | src/main.ts = NestFactory.createApplicationContext(AppModule)
        messages | + @nestjs/core | nest-cli.json | build: nest build | start:prod: node dist/main | src/main.ts = NestFactory.createMicroservice(AppModule)
        hybrid | + @nestjs/core | nest-cli.json | build: nest build | start:prod: node dist/main | src/main.ts = const app = NestFactory.create(AppModule); app.connectMicroservice(); app.listen(3000)
        library! | + @nestjs/core | build: tsc
        "#,
        expect![[r#"
            api: server, nest; Nest; build nest build; start node dist/main; because NestJS: `nest-cli.json`
            no-prod: server, nest; Nest; build nest build; start node dist/main; because NestJS: `nest-cli.json`
            undeclared: server, nest; Nest; build nest build; start dotenv -e ../../.env -- node ./dist/apps/undeclared/src/main.js; because NestJS: `nest-cli.json`; needs ../../.env
            commands: not served, nest; because it is a command-line program of NestJS
            jobs: worker, nest; Nest; build nest build; start node dist/main; because NestJS: `nest-cli.json`; without HTTP
            messages: worker, nest; Nest; build nest build; start node dist/main; because NestJS: `nest-cli.json`; without HTTP
            hybrid: server, nest; Nest; build nest build; start node dist/main; because NestJS: `nest-cli.json`
            library: not served, library; because it is a library: nothing to start
        "#]],
    );
}

#[test]
fn vite() {
    check(
        r#"
        spa | + react ~vite | index.html | vite.config.ts | build: tsc -b && vite build
        configured | + ~vite | index.html | vite.config.ts = export default defineConfig(({ mode }) => ({ base: "/app/", build: { outDir: "../public/app" } })) | build: vite build
        optioned | + ~vite | index.html | build: vite build --base=/x/ --outDir out
        rooted | + ~vite | src/index.html | vite.config.ts = export default { root: "src", build: { outDir: "../dist" } } | build: vite build
        folder | + ~vite | web/index.html | build: vite build web
        by-node | + ~vite | index.html | build: node --max_old_space_size=8192 ./node_modules/vite/bin/vite.js build
        library | + ~vite | index.html | vite.config.ts = export default { build: { lib: { entry: "src/index.ts" } } } | build: vite build
        unbuilt-page | + ~vite | index.html | vite.config.ts | build: tsup
        other-config | + ~vite | index.html | vite.config.ts = export default {} | vite.lib.config.ts = export default { build: { lib: {} } } | build: vite build -c vite.lib.config.ts
        no-page | + react-dom ~vite | vite.config.ts | src/main.tsx | build: vite build | preview: vite preview
        prerendered | + react-dom vike ~vite | vite.config.ts | src/main.tsx | build: vite build | preview: vite preview
        developers | + ~vite | index.html | vite.config.ts | dev: vite
        part | + ~vite | index.html | {"main": "src/index.ts", "peerDependencies": {"react": "*"}} | vite.config.ts | build: vite build
        split | + ~vite | index.html | build: vite build | vite.config.ts = import { microfrontends } from "@vercel/microfrontends/experimental/vite"; export default { plugins: [microfrontends({ basePath: "/_content" })] }
        ssr | + express ~vite | index.html | build: npm run build:client && npm run build:server | build:client: vite build --outDir dist/client | build:server: vite build --ssr src/entry-server.js --outDir dist/server | preview: cross-env NODE_ENV=production node server
        own-server | + fastify ~vite | index.html | build: vite build && tsc -p server | start: node dist/server/index.js
        dev-server | + express ~vite | index.html | build: vite build | start: nodemon server.js
        nx | project.json = {"targets": {"build": {"executor": "@nx/vite:build", "defaultConfiguration": "production", "options": {"outputPath": "build/shop"}, "configurations": {"production": {"mode": "production"}}}}} | index.html | vite.config.mts
        nx-inside | project.json = {"targets": {"build": {"executor": "@nx/vite:build", "options": {"outputPath": "{projectRoot}/out"}}}} | index.html
        nx-inferred | index.html | vite.config.ts | /nx.json = {}
        nx-library | project.json = {"projectType": "library", "targets": {"build": {"executor": "@nx/vite:build"}}} | index.html | vite.config.ts
        "#,
        expect![[r#"
            spa: static, vite; Vite; build tsc -b && vite build; output dist; because Vite: `index.html`
            configured: static, vite; Vite; build vite build; output /apps/public/app; base /app; because Vite: `index.html`
            optioned: static, vite; Vite; build vite build --base=/x/ --outDir out; output out; base /x; because Vite: `index.html`
            rooted: static, vite; Vite; build vite build; output dist; because Vite: `src/index.html`
            folder: static, vite; Vite; build vite build web; output web/dist; because Vite: `web/index.html`
            by-node: static, vite; Vite; build node --max_old_space_size=8192 ./node_modules/vite/bin/vite.js build; output dist; because Vite: `index.html`
            library: not served, library; because it is a library: nothing to start
            unbuilt-page: not served, library; because it is a library: nothing to start
            other-config: not served, library; because it is a library: nothing to start
            no-page: not served, library; because it is a library: nothing to start
            prerendered: static, preview; build vite build; because it has `build` and `preview` (`vite preview`), and nobody depends on it; asked
            developers: not served, library; because it is a library: nothing to build or start
            part: not served, vite; because it is a part of another page: `main`, and peers that it is loaded with
            split: static, vite; Vite; build vite build; output dist; base /_content; because Vite: `index.html`
            ssr: server, vite; Vite; build vite build --outDir dist/client && vite build --ssr src/entry-server.js --outDir dist/server; start cross-env NODE_ENV=production node server; because Vite: `index.html`; with a server of its own: `express` and the script `preview`
            own-server: server, vite; Vite; build vite build && tsc -p server; start node dist/server/index.js; because Vite: `index.html`; with a server of its own: `fastify` and the script `start`
            dev-server: static, vite; Vite; build vite build; output dist; because Vite: `index.html`
            nx: static, vite; Vite; build vite build --mode production --outDir ../../build/shop --emptyOutDir; output /build/shop; because Vite: `index.html`
            nx-inside: static, vite; Vite; build vite build --outDir out --emptyOutDir; output out; because Vite: `index.html`
            nx-inferred: static, vite; Vite; build vite build; output dist; because Vite: `index.html`
            nx-library: not served, library; because it is a library: nothing to build or start
        "#]],
    );
}

#[test]
fn bundlers() {
    check(
        r#"
        rsbuild | + ~@rsbuild/core | rsbuild.config.ts = export default defineConfig({ server: { base: "/x" }, output: { distPath: { root: "out" } } }) | build: rsbuild build
        webpack | + ~webpack | webpack.config.js = module.exports = { output: { path: path.resolve(__dirname, "public"), publicPath: "/s/" }, plugins: [new HtmlWebpackPlugin()] } | build: webpack --mode production
        chosen | + ~webpack | config/webpack.config.ts = new HtmlWebpackPlugin() | build: tsx node_modules/webpack-cli/bin/cli.js --config config/webpack.config.ts
        rspack | + ~@rspack/core | rspack.config.js = module.exports = { plugins: [new rspack.HtmlRspackPlugin()] } | build: rspack build
        no-pages | + ~webpack | webpack.config.js = module.exports = {} | build: webpack
        server | + express ~webpack ~html-webpack-plugin | webpack.config.js | build: webpack | start: node dist/server.js
        nx | project.json = {"name": "client", "targets": {"build": {"executor": "@nx/webpack:webpack", "options": {"index": "apps/nx/index.html", "outputPath": "dist/apps/client"}}}}
        nx-rsbuild | rsbuild.config.ts = export default defineConfig({ output: { distPath: { root: fromRoot('dist') } } }) | project.json = {"name": "cart", "projectType": "application", "targets": {"build": {"outputs": ["{workspaceRoot}/dist/apps/cart"]}}}
        nx-other | rsbuild.config.ts | project.json = {"name": "other", "projectType": "application", "targets": {"build": {"executor": "@acme/tools:build"}}}
        nx-library | rsbuild.config.ts | project.json = {"name": "lib", "projectType": "library"}
        nx-webpack | webpack.config.js = module.exports = { output: { path: join(__dirname, 'out') }, plugins: [new NxAppWebpackPlugin({ index: './src/index.html', baseHref: '/shop/' }), new NxReactWebpackPlugin({})] } | project.json = {"name": "shop", "projectType": "application"}
        nx-rspack | rspack.config.js = module.exports = { plugins: [new NxAppRspackPlugin({ index: './src/index.html', outputPath: 'build/cart' })] } | /nx.json = {}
        nx-tsc | webpack.config.js = module.exports = { plugins: [new NxAppWebpackPlugin({ index: './src/index.html' })] } | /nx.json = {} | build: tsc
        "#,
        expect![[r#"
            rsbuild: static, bundler; Bundler; build rsbuild build; output out; base /x; because pages by `rsbuild.config.ts`
            webpack: static, bundler; Bundler; build webpack --mode production; output public; base /s; because pages by `webpack.config.js`
            chosen: static, bundler; Bundler; build tsx node_modules/webpack-cli/bin/cli.js --config config/webpack.config.ts; output dist; because pages by `config/webpack.config.ts`
            rspack: static, bundler; Bundler; build rspack build; output dist; because pages by `rspack.config.js`
            no-pages: not served, library; because it is a library: nothing to start
            server: server, start-script; build webpack; start node dist/server.js; because its script `start` runs a file, and it needs `express`
            nx: static, bundler; Bundler; build nx run client:build; output /dist/apps/client; because pages by `@nx/webpack:webpack`
            nx-rsbuild: static, bundler; Bundler; build rsbuild build; output /dist/apps/cart; because pages by `rsbuild.config.ts`
            nx-other: not served, library; because it is a library: nothing to build or start
            nx-library: not served, library; because it is a library: nothing to build or start
            nx-webpack: static, bundler; Bundler; build nx run shop:build; output out; base /shop; because pages by `webpack.config.js`
            nx-rspack: static, bundler; Bundler; build nx run nx-rspack:build; output /build/cart; because pages by `rspack.config.js`
            nx-tsc: not served, library; because it is a library: nothing to start
        "#]],
    );
}

#[test]
fn images_and_targets() {
    check(
        r#"
        image | + fastify | build: tsc | Dockerfile = FROM node:20 AS build\nCMD ["true"]\nFROM node:20\nWORKDIR /app\nENV PORT=8080\nCMD ["node", "./apps/image/dist/server.js"]
        exposed | + pg | Dockerfile = FROM node:20\nEXPOSE 3000\nENTRYPOINT ["dumb-init", "--"]\nCMD node --enable-source-maps index.js
        silent | + pg | Dockerfile = FROM node:20\nCMD ["yarn", "workspace", "silent", "node", "./dist/worker.js"]
        mail | + smtp-server | src/server.ts = server.listen(25) | Dockerfile = FROM node:20\nEXPOSE 25 465\nCMD ["node", "dist/server.js"]
        same-command | + express | start:prod: node dist/main.js | Dockerfile = FROM node:20\nCMD ["npm", "run", "start:prod"]
        entry | + express | Dockerfile = FROM node:20\nENTRYPOINT ["/entry.sh"]\nCMD ["node", "a.js"]
        shell | + express | Dockerfile = FROM node:20\nCMD ["sh", "-c", "prisma migrate deploy && node dist/index.js"]
        nginx | + vite | index.html | Dockerfile = FROM node:20 AS build\nFROM nginx:1\nCMD ["nginx", "-g", "daemon off;"] | build: vite build
        go | Dockerfile = FROM golang:1\nCMD ["/app"]
        staged | + express | Dockerfile = FROM node:20 AS base\nENV PORT=4000\nFROM base AS run\nCMD ["node", "a.js"]
        make | + express | Containerfile = FROM node:24\nEXPOSE 9000\nENTRYPOINT ["node", "bundle/server.js"] | makefile = build: clean install\n\t$(call log, "building")\n\t@NODE_ENV=production webpack --progress\n\t@node scripts/report.mjs\n\nprod:\n\t@echo starting\n\tNODE_ENV=production node dist/server.js
        target | {"nx": {"targets": {"start": {"executor": "nx:run-commands", "options": {"cwd": "{workspaceRoot}/apps/target/dist", "command": "bun index.js"}}}}} | + effect | build: bun build src/index.ts
        rooted | + express | project.json = {"name": "rooted", "targets": {"start": {"command": "node dist/apps/rooted/main.js"}, "build": {"executor": "@nx/esbuild:esbuild"}}}
        watching | + express | project.json = {"targets": {"start": {"command": "bun --watch src/index.ts"}}}
        node | + ^express | src/main.ts = NestFactory.create(App) | project.json = {"name": "node", "targets": {"build": {"executor": "@nx/webpack:webpack", "options": {"outputPath": "dist/apps/node", "main": "apps/node/src/main.ts"}}, "serve": {"executor": "@nx/js:node"}}}
        inferred | + ^express | project.json = {"name": "inferred", "targets": {"build": {"outputs": ["{workspaceRoot}/dist/apps/inferred"]}, "serve": {"executor": "@nx/js:node"}}}
        bundled | + ^express | src/main.ts = app.listen(1) | project.json = {"name": "bundled", "targets": {"serve": {"executor": "@nx/js:node"}}} | webpack.config.js = module.exports = { output: { path: join(__dirname, "../../dist/apps/bundled") }, plugins: [new NxAppWebpackPlugin({ target: "node", main: "./src/server.ts" })] }
        called | + ^express | src/main.ts = app.listen(1) | project.json = {"name": "called"} | webpack.config.js = module.exports = { plugins: [new NxAppWebpackPlugin({ target: "node", outputPath: "dist/apps/called", outputFileName: "bundle.js" })] }
        pages-of-nx | + ^express | project.json = {"name": "pages"} | webpack.config.js = module.exports = { output: { path: join(__dirname, "out") }, plugins: [new NxAppWebpackPlugin({ target: "web" })] }
        .^ | + express | Dockerfile = FROM node:20\nEXPOSE 3000\nCMD ["node", "server.js"] | start: node server.js
        . | + express | Dockerfile = FROM node:20\nEXPOSE 3000\nCMD ["node", "server.js"]
        "#,
        expect![[r#"
            image: server, image-or-target; build tsc; start node dist/server.js; port 8080; because its `Dockerfile` runs `node`, and it needs `fastify`; asked
            exposed: server, image-or-target; start node --enable-source-maps index.js; port 3000; because its `Dockerfile` runs `node`, and its image exposes a port; asked
            silent: worker, image-or-target; start node ./dist/worker.js; because its `Dockerfile` runs `node`, and nothing in it answers requests; asked
            mail: worker, image-or-target; start node dist/server.js; port 25; because its `Dockerfile` runs `node`, and nothing in it answers requests; asked
            same-command: server, image-or-target; start node dist/main.js; because its `Dockerfile` runs `node`, and it needs `express`
            entry: server, image-or-target; start node a.js; because its `Dockerfile` runs `node`, and it needs `express`; asked
            shell: server, image-or-target; start node dist/index.js; because its `Dockerfile` runs `node`, and it needs `express`; asked; note: its `Dockerfile` runs more: `prisma migrate deploy && node dist/index.js`
            nginx: static, vite; Vite; build vite build; output dist; because Vite: `index.html`
            go: not served, library; because it is a library: nothing to build or start
            staged: server, image-or-target; start node a.js; port 4000; because its `Dockerfile` runs `node`, and it needs `express`; asked
            make: server, image-or-target; build NODE_ENV=production webpack --progress && node scripts/report.mjs; start NODE_ENV=production node dist/server.js; port 9000; because its `Containerfile` runs `node`, and its image exposes a port; asked; note: only `makefile` says how it is built
            target: worker, image-or-target; build bun build src/index.ts; start cd dist && bun index.js; because the target `start` of Nx, and nothing in it answers requests; on Bun; asked
            rooted: server, image-or-target; build nx run rooted:build; start cd ../.. && node dist/apps/rooted/main.js; because the target `start` of Nx, and it needs `express`; asked
            watching: not served, library; because it is a library: nothing to build or start
            node: server, image-or-target; Nest; build nx run node:build; start node ../../dist/apps/node/main.js; because the target `serve` of Nx by `@nx/js:node`, and it needs `express`; asked
            inferred: server, image-or-target; build nx run inferred:build; start node ../../dist/apps/inferred/main.js; because the target `serve` of Nx by `@nx/js:node`, and it needs `express`; asked
            bundled: server, image-or-target; build nx run bundled:build; start node ../../dist/apps/bundled/main.js; because the target `serve` of Nx by `@nx/js:node`, and it needs `express`; asked
            called: server, image-or-target; build nx run called:build; start node ../../dist/apps/called/bundle.js; because `webpack.config.js` bundles it for Node.js, and it needs `express`; asked
            pages-of-nx: not served, library; because it is a library: nothing to build or start
            .: not served, library; because it is the workspace's root
            .: server, image-or-target; start node server.js; port 3000; because its `Dockerfile` runs `node`, and its image exposes a port; asked
        "#]],
    );
}

#[test]
fn start_scripts() {
    check(
        r#"
        api | + express | build: tsc | start: node dist/index.js | start:prod: node dist/main.js
        hono | + hono @hono/node-server | start: tsx src/index.ts
        koa | + koa | start: PORT=3100 node index.js | prestart: node prepare.js
        env | + fastify | start: node --env-file=.env .
        dotenv | + fastify | start: dotenv -e ../../.env -- node dist/index.js
        cross | + fastify | start: cross-env NODE_ENV=production node -r dotenv/config dist/index.js --port 3002
        bun | + elysia | start: bun run src/index.ts --port 3002
        pm2 | + pg | start:prod: pm2-runtime start ecosystem.config.js --only "queue"
        worker | + bullmq | start: node src/index.mjs
        plain | start: node server.js | server.js = http.createServer(listener).listen(80)
        bundle | + express | build: webpack | serve: node dist/server.js
        prod | + express vike | build: vite build | production: node --experimental-strip-types ./src/server/main.ts
        strapi | + @strapi/strapi | build: strapi build | start: strapi start
        watching | + express | start: nodemon index.js
        watch-tsx | + pg | start: tsx watch index.ts | start:prod: tsx index.ts
        imported! | + pg | start: node dist/index.js | build: tsc
        imported-production! | + pg | start:prod: node dist/index.js | build: tsc
        needed-server! | + express | start: node dist/index.js | build: tsc
        types-only | + ~express pg | start: node a.js
        through-manager | + express | start: npm run serve | serve: node dist/index.js
        variable | + express | start: PORT=3000 npm run serve | serve: node dist/index.js
        arguments | + express | start: pnpm serve --port 3000 | serve: node dist/index.js
        dashes | + express | start: npm run serve -- --port 3000 | serve: node dist/index.js
        several | + express | start: npm run serve -- --port 3000 | serve: node migrate.js && node dist/index.js
        quoted | + express | start: npm run serve | serve: node -e "a && b; c" && sh -c 'node dist/index.js'
        wrapped | + express | start: infisical run -- cross-env-shell NODE_ENV=production npx tsx src/index.ts
        silent | + express | start: yarn run --silent serve | serve: node dist/index.js
        elsewhere | + express | start: cd ../other && npm run serve | serve: node dist/index.js
        .^ | + express | start: node index.js
        "#,
        expect![[r#"
            api: server, start-script; build tsc; start node dist/main.js; because its script `start:prod` runs a file, and it needs `express`
            hono: server, start-script; start tsx src/index.ts; because its script `start` runs a file, and it needs `hono`
            koa: server, start-script; start ( node prepare.js ) && ( PORT=3100 node index.js ); port 3100; because its script `start` runs a file, and it needs `koa`
            env: server, start-script; start node --env-file=.env .; because its script `start` runs a file, and it needs `fastify`; needs .env
            dotenv: server, start-script; start dotenv -e ../../.env -- node dist/index.js; because its script `start` runs a file, and it needs `fastify`; needs ../../.env
            cross: server, start-script; start cross-env NODE_ENV=production node -r dotenv/config dist/index.js --port 3002; port 3002; because its script `start` runs a file, and it needs `fastify`
            bun: server, start-script; start bun run src/index.ts --port 3002; port 3002; because its script `start` runs a file, and it needs `elysia`; on Bun
            pm2: worker, start-script; start pm2-runtime start ecosystem.config.js --only "queue"; because its script `start:prod` runs a file, and nothing in it answers requests
            worker: worker, start-script; start node src/index.mjs; because its script `start` runs a file, and nothing in it answers requests
            plain: server, start-script; start node server.js; because its script `start` runs a file, and `server.js` listens
            bundle: server, start-script; build webpack; start node dist/server.js; because its script `serve` runs a file, and it needs `express`
            prod: server, start-script; build vite build; start node --experimental-strip-types ./src/server/main.ts; because its script `production` runs a file, and it needs `express`
            strapi: server, start-script; build strapi build; start strapi start; because its script `start` runs `strapi`
            watching: server, entry-file; start node index.js; because `index.js`, which nobody imports, and `express`; asked
            watch-tsx: worker, start-script; start tsx index.ts; because its script `start:prod` runs a file, and nothing in it answers requests
            imported: not served, library; because it is a library: nothing to start
            imported-production: worker, start-script; build tsc; start node dist/index.js; because its script `start:prod` runs a file, and nothing in it answers requests
            needed-server: server, start-script; build tsc; start node dist/index.js; because its script `start` runs a file, and it needs `express`
            types-only: worker, start-script; start node a.js; because its script `start` runs a file, and nothing in it answers requests
            through-manager: server, start-script; start node dist/index.js; because its script `start` runs a file, and it needs `express`
            variable: server, start-script; start PORT=3000 node dist/index.js; port 3000; because its script `start` runs a file, and it needs `express`
            arguments: server, start-script; start node dist/index.js --port 3000; port 3000; because its script `start` runs a file, and it needs `express`
            dashes: server, start-script; start node dist/index.js --port 3000; port 3000; because its script `start` runs a file, and it needs `express`
            several: server, start-script; start node migrate.js && node dist/index.js; because its script `serve` runs a file, and it needs `express`
            quoted: server, start-script; start node -e "a && b; c" && sh -c 'node dist/index.js'; because its script `start` runs a file, and it needs `express`
            wrapped: server, start-script; start infisical run -- cross-env-shell NODE_ENV=production npx tsx src/index.ts; because its script `start` runs a file, and it needs `express`
            silent: server, start-script; start node dist/index.js; because its script `start` runs a file, and it needs `express`
            elsewhere: server, start-script; start node dist/index.js; because its script `serve` runs a file, and it needs `express`
            .: not served, library; because it is the workspace's root
        "#]],
    );
}

#[test]
fn files_that_developers_start() {
    check(
        r#"
        watched | + hono tsx | dev: tsx watch src/server.ts | build: tsdown | src/server.ts = serve(app)
        bun | {"module": "index.ts"} | + elysia | dev: bun --hot src/index.ts --port 3001
        compiled | {"main": "index.js"} | + express | dev: node ./dist/index.js | build: tsc
        listens | + express ~tsx | src/index.ts = app.listen(3000)
        compiled-entry | + express | src/index.ts = app.listen(3000) | build: tsc
        handler | + hono | src/index.ts = export default app
        srvx | + hono ~srvx | src/index.ts = export default app | dev: srvx
        app-worker | + pg | dev: tsx watch src/index.ts | build: tsup
        packages/util | + lodash | dev: tsx watch src/index.ts | build: tsup
        packages/lib | {"exports": "./dist/index.js"} | + express | dev: tsx watch src/index.ts | build: tsup
        needed! | + express | dev: tsx watch src/index.ts
        "#,
        expect![[r#"
            watched: server, entry-file; build tsdown; start node dist/server.js; because `src/server.ts`, which nobody imports, and `hono`; asked
            bun: server, entry-file; start bun src/index.ts; port 3001; because `src/index.ts`, which nobody imports, and `elysia`; on Bun; asked
            compiled: server, entry-file; build tsc; start node dist/index.js; because `dist/index.js`, which nobody imports, and `express`; asked
            listens: server, entry-file; start tsx src/index.ts; because `src/index.ts`, which nobody imports, and `express`; asked
            compiled-entry: server, entry-file; build tsc; start node dist/index.js; because `src/index.ts`, which nobody imports, and `express`; asked
            handler: not served, library; because it is a library: nothing to build or start
            srvx: server, entry-file; start srvx --prod --entry src/index.ts; because `src/index.ts`, which nobody imports, and `hono`; asked
            app-worker: worker, entry-file; build tsup; start node dist/index.js; because `src/index.ts`, which nobody imports, and its path is one of processes; asked
            packages/util: not served, library; because it is a library: nothing to start
            packages/lib: not served, library; because it is a library: nothing to start
            needed: not served, library; because it is a library: nothing to build or start
        "#]],
    );
}

#[test]
fn previews_and_folders() {
    check(
        r#"
        unknown | + blume | build: blume build | preview: blume preview
        served | build: node build.js | start: serve -s build -l 3000
        http-server | build: node build.js | serve: http-server dist -p 8081
        bundled | + react-dom | build: yarn workspace cli bundle | src/index.tsx
        library | + react-dom | {"exports": "./src/index.ts"} | build: custom | src/index.tsx
        published | {"private": false, "version": "1.0.0"} | build: blume build | preview: blume preview
        depended! | build: blume build | preview: blume preview
        infra | Pulumi.yaml | build: tsc | preview: pulumi preview
        page | index.html
        public | public/index.html | {"private": false}
        sources | + ~vite | index.html | dev: vite
        nothing | src/index.ts
        tsc | build: tsc
        "#,
        expect![[r#"
            unknown: static, preview; build blume build; because it has `build` and `preview` (`blume preview`), and nobody depends on it; asked
            served: static, preview; build node build.js; output build; port 3000; because its script `start` serves the folder `build`; asked
            http-server: static, preview; build node build.js; output dist; port 8081; because its script `serve` serves the folder `dist`; asked
            bundled: static, preview; build yarn workspace cli bundle; because it builds something for a browser, and nobody depends on it; asked
            library: not served, library; because it is a library: nothing to start
            published: not served, library; because it is a library: nothing to start
            depended: not served, library; because it is a library: nothing to start
            infra: not served, library; because it describes infrastructure: `Pulumi.yaml`
            page: static, static-folder; output .; because `index.html`, and nothing to build; asked
            public: static, static-folder; output public; because `public/index.html`, and nothing to build; asked
            sources: not served, library; because it is a library: nothing to build or start
            nothing: not served, library; because it is a library: nothing to build or start
            tsc: not served, library; because it is a library: nothing to start
        "#]],
    );
}

#[test]
fn a_declared_app_is_built_and_started_all_the_same() {
    check_by(
        detect_declared,
        r#"
        examples/shop | + next | next.config.ts
        cli | + express | start: node index.js
        desktop | + electron
        library | build: tsc
        "#,
        expect![[r#"
            examples/shop: server, next; Next; build next build; because Next.js: `next.config.ts`
            cli: server, start-script; start node index.js; because its script `start` runs a file, and it needs `express`
            desktop: not served, desktop; because it is a desktop app: `electron`
            library: not served, library; because it is a library: nothing to start
        "#]],
    );
}

#[test]
fn only_what_rules_ask_for_is_read() {
    let holds = |path: &str| matches!(path, "apps/shop/package.json" | "package.json");
    let is_read = |path: &str| is_read(path, holds);
    for path in [
        "apps/shop/package.json",
        "apps/shop/next.config.mjs",
        "apps/shop/src/index.ts",
        "server.js",
        "docs/.vitepress/config.ts",
    ] {
        assert!(is_read(path), "{path}");
    }
    for path in [
        "apps/shop/src/ui/index.ts",
        "apps/shop/config.ts",
        "node_modules/x/package.json",
        "apps/shop/a.png",
        "src/a.ts",
    ] {
        assert!(!is_read(path), "{path}");
    }
}

#[test]
fn rules_are_numbered_in_order() {
    for (at, rule) in RULES.iter().enumerate() {
        assert_eq!(usize::from(rule.number), at + 1, "{}", rule.name);
    }
}

#[test]
fn nothing_that_a_repository_says_breaks_a_rule() {
    let hostile = r#"
        a | build: ((((( && || ; | & $( ` " ' | start: $( $( ( | dev: \
        b | + next | next.config.js = export default { basePath: "/" + "/".repeat(1e9) }
        c | {"scripts": [], "dependencies": "x", "bin": 3, "main": {}, "exports": null, "engines": 4, "nx": [1]}
        d | project.json = [1, 2 | Dockerfile = FROM\nCMD [\nENV\nEXPOSE x | makefile = build
        e | build: npm run build:a | build:a: npm run build:b && npm run build:b | build:b: npm run build:a && npm run build:a
        f | wrangler.toml = = | docs.json = { | manifest.json = } | template.yaml = :
        g | build: vite build --outDir ../../../../../../x | index.html | + vite
        "#;
    for line in hostile.lines().map(str::trim).filter(|line| !line.is_empty()) {
        describe(line, &detect);
    }
}

#[test]
fn what_is_redirected_stays_as_it_is_written() {
    let scripts = json!({
        "build": "npm run gen >a.ts 2>&1 && > b.ts npm run gen && npm run make",
        "gen": "node gen.mjs",
        "make": "vite build",
    });
    let manifest = Manifest::read("package.json", json!({ "scripts": scripts }).to_string().as_bytes()).unwrap();
    let expanded = command::expanded(&manifest, "build").unwrap();
    assert_eq!(expanded, "npm run gen >a.ts 2>&1 && > b.ts npm run gen && vite build");
    let words = command::programs("node a.mjs one >out 2>&1 &>all <in two; vite").into_iter().map(|it| it.arguments);
    assert_eq!(words.collect::<Vec<_>>(), [vec!["a.mjs", "one", "two"], vec![]]);
}

/// Scripts that call each other again and again, and commands that are long, take no time.
#[test]
fn hostile_scripts_take_no_time() {
    let patience = Patience::begins();
    let calling = (0..9).map(|at| (format!("s{at}"), json!(format!("npm run s{};", at + 1).repeat(60))));
    let long = ["npx ", "env A=1 ", "dotenv -e a ", "sh -c 'a' ", "op ", "echo a;", "npm run l5;"]
        .map(|part| part.repeat(10_000));
    let long = long.into_iter().enumerate().map(|(at, script)| (format!("l{at}"), json!(script)));
    let scripts: Map<String, Value> = calling.chain(long).collect();
    let text = json!({ "scripts": scripts }).to_string();
    let manifest = Manifest::read("package.json", text.as_bytes()).unwrap();
    for name in scripts.keys() {
        let expanded = command::expanded(&manifest, name).unwrap();
        command::env_files(&expanded);
    }
    assert_eq!(command::programs(&"a;".repeat(100_000)), []);
    patience.ends();
}
