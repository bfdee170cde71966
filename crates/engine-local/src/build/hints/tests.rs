//! What programs really say when they fail, and what a person is told then.

use std::collections::BTreeMap;

use api::sandbox::Ending;
use expect_test::{Expect, expect};
use model::{App, Environmental};

use super::{Failed, Moment, gone, hint, is_disk_full, is_network_failure, is_registry_failure};

fn show(moment: Moment, app: Option<&App>, ending: &Ending, output: &str) -> String {
    let last_lines: Vec<String> = output.lines().map(str::to_owned).collect();
    let shows = |path: &str| path == "apps/web/there.ts";
    let network = app.is_some_and(|app| app.build_network);
    let failed = Failed { moment, app, network, ending: Some(ending), last_lines: &last_lines, shows: &shows };
    hint(&failed).unwrap_or_else(|| "nothing".to_owned())
}

fn app() -> App {
    App::new("web".parse().unwrap(), "apps/web".parse().unwrap())
}

#[expect(clippy::needless_pass_by_value, reason = "what is expected is written where it is used, as everywhere")]
fn build(output: &str, expected: Expect) {
    expected.assert_eq(&show(Moment::Build, Some(&app()), &Ending { code: Some(1), ..Ending::default() }, output));
}

#[expect(clippy::needless_pass_by_value, reason = "what is expected is written where it is used, as everywhere")]
fn start(output: &str, expected: Expect) {
    expected.assert_eq(&show(Moment::Start, Some(&app()), &Ending { code: Some(1), ..Ending::default() }, output));
}

#[test]
fn validators() {
    // @t3-oss/env-core 0.7 to 0.11
    build(
        "❌ Invalid environment variables: { DATABASE_URL: [ 'Required' ], NEXTAUTH_SECRET: [ 'Required' ] }
        file:///srv/repo/node_modules/@t3-oss/env-core/dist/index.mjs:34
            throw new Error(\"Invalid environment variables\");",
        expect![[r#"
            its build wants variables that are missing or not as wanted; in `frontage.toml`:
                [apps.web]
                build_env = ["DATABASE_URL", "NEXTAUTH_SECRET"]
                [apps.web.env]
                DATABASE_URL = "…"
                NEXTAUTH_SECRET = "…""#]],
    );
    build(
        "\u{1b}[31m❌ Invalid environment variables: {\u{1b}[0m
          DATABASE_URL: [ 'Required' ],
          ENCRYPTION_KEY: [ 'Required' ],
          NEXT_PUBLIC_APP_URL: [ 'Invalid url' ]
        }
            at onValidationError (file:///srv/repo/node_modules/@t3-oss/env-core/dist/index.js:47:13)",
        expect![[r#"
            its build wants variables that are missing or not as wanted; in `frontage.toml`:
                [apps.web]
                build_env = ["DATABASE_URL", "ENCRYPTION_KEY"]
                [apps.web.env]
                DATABASE_URL = "…"
                ENCRYPTION_KEY = "…"
                NEXT_PUBLIC_APP_URL = "…""#]],
    );
    // @t3-oss/env-core 0.12 and newer
    build(
        "❌ Invalid environment variables: [
          {
            expected: 'string',
            code: 'invalid_type',
            path: [ 'AUTH_SECRET' ],
            message: 'Invalid input: expected string, received undefined'
          },
          { code: 'invalid_type', path: [ 'REDIS_URL' ], message: 'Required' }
        ]
        Error: Invalid environment variables",
        expect![[r#"
            its build wants variables that are missing or not as wanted; in `frontage.toml`:
                [apps.web]
                build_env = ["AUTH_SECRET", "REDIS_URL"]
                [apps.web.env]
                AUTH_SECRET = "…"
                REDIS_URL = "…""#]],
    );
    // zod 3 and 4, thrown
    build(
        r#"ZodError: [
          {
            "code": "invalid_type",
            "expected": "string",
            "received": "undefined",
            "path": [
              "SALT"
            ],
            "message": "Required"
          },
          {
            "code": "invalid_type",
            "path": [
              "CLICKHOUSE_URL"
            ],
            "message": "CLICKHOUSE_URL must be configured to either a valid URL or ..."
          }
        ]
            at get error (/srv/repo/apps/web/.next/server/chunks/1.js:1:9)"#,
        expect![[r#"
            its build wants variables that are missing or not as wanted; in `frontage.toml`:
                [apps.web]
                build_env = ["SALT", "CLICKHOUSE_URL"]
                [apps.web.env]
                SALT = "…"
                CLICKHOUSE_URL = "…""#]],
    );
    build(
        "✖ Invalid input: expected string, received undefined\n  → at STRIPE_SECRET_KEY\n✖ Required\n  → at STRIPE_WEBHOOK_SECRET",
        expect![[r#"
            its build wants variables that are missing or not as wanted; in `frontage.toml`:
                [apps.web]
                build_env = ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"]
                [apps.web.env]
                STRIPE_SECRET_KEY = "…"
                STRIPE_WEBHOOK_SECRET = "…""#]],
    );
    build(
        "Error: [\n {\"code\":\"invalid_type\",\"path\":[\"user\",\"name\"],\"message\":\"Required\"}\n]",
        expect!["nothing"],
    );
    // envalid
    start(
        "================================
 Missing environment variables:
    DATABASE_URL: a connection string (eg. \"postgres://u:p@host/db\")
    JWT_SECRET: undefined
 Invalid environment variables:
    PORT: Invalid port input: \"undefined\"
================================

 Exiting with error code 1",
        expect![[r#"
            it wants variables that are missing or not as wanted; give the value on standard input:
                frontage secret set DATABASE_URL --app web
                frontage secret set JWT_SECRET --app web
            or, if it is no secret, below `[apps.web.env]` in `frontage.toml`"#]],
    );
    // joi, as @nestjs/config throws it
    start(
        "/srv/repo/node_modules/@nestjs/config/dist/config.module.js:110
                throw new Error(`Config validation error: ${error.message}`);
Error: Config validation error: \"DATABASE_HOST\" is required. \"JWT_SECRET\" is required",
        expect![[r#"
            it wants variables that are missing or not as wanted; give the value on standard input:
                frontage secret set DATABASE_HOST --app web
                frontage secret set JWT_SECRET --app web
            or, if it is no secret, below `[apps.web.env]` in `frontage.toml`"#]],
    );
    build(
        "Invalid server environment variables { HUB_API_KEY: [ 'Required' ] }",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["HUB_API_KEY"]
            [apps.web.env]
            HUB_API_KEY = "…""#]],
    );
    build(
        "Missing required environment variables: SMTP_HOST, SMTP_PORT and SMTP_USER",
        expect![[r#"
        its build wants variables that are missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["SMTP_HOST", "SMTP_PORT", "SMTP_USER"]
            [apps.web.env]
            SMTP_HOST = "…"
            SMTP_PORT = "…"
            SMTP_USER = "…""#]],
    );
    build(
        "Required environment variables:\n  - API_BASE_URL\n  - LIVE_SERVER_SECRET_KEY\nnpm error Lifecycle script `build` failed",
        expect![[r#"
            its build wants variables that are missing or not as wanted; in `frontage.toml`:
                [apps.web]
                build_env = ["API_BASE_URL", "LIVE_SERVER_SECRET_KEY"]
                [apps.web.env]
                API_BASE_URL = "…"
                LIVE_SERVER_SECRET_KEY = "…""#]],
    );
    start(
        "(Missing data at DATABASE_URL: \"Expected DATABASE_URL to exist in the process context\")",
        expect![[r#"
        it wants a variable that is missing or not as wanted; give the value on standard input:
            frontage secret set DATABASE_URL --app web
        or, if it is no secret, below `[apps.web.env]` in `frontage.toml`"#]],
    );
    build(
        "EnvError: VITE_API_URL: Missing key VITE_API_URL in env",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web.env]
            VITE_API_URL = "…""#]],
    );
}

#[test]
fn plain_throws_and_libraries() {
    build(
        "Error: Missing env var FOO_TOKEN",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["FOO_TOKEN"]
            [apps.web.env]
            FOO_TOKEN = "…""#]],
    );
    build(
        "Error: process.env.CONTENTFUL_SPACE_ID is not set",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["CONTENTFUL_SPACE_ID"]
            [apps.web.env]
            CONTENTFUL_SPACE_ID = "…""#]],
    );
    build(
        "Error: MONGODB_URI is required",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["MONGODB_URI"]
            [apps.web.env]
            MONGODB_URI = "…""#]],
    );
    build(
        "Error: Please define the MONGODB_URI environment variable inside .env.local",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["MONGODB_URI"]
            [apps.web.env]
            MONGODB_URI = "…""#]],
    );
    build(
        "Invariant failed: SESSION_SECRET must be set",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["SESSION_SECRET"]
            [apps.web.env]
            SESSION_SECRET = "…""#]],
    );
    start(
        "error: Environment variable not found: DATABASE_URL.\n  -->  schema.prisma:11\n   |\n10 |   provider = \"postgresql\"\n11 |   url      = env(\"DATABASE_URL\")",
        expect![[r#"
            it wants a variable that is missing or not as wanted; give the value on standard input:
                frontage secret set DATABASE_URL --app web
            or, if it is no secret, below `[apps.web.env]` in `frontage.toml`"#]],
    );
    build(
        "PrismaConfigEnvError: Missing required environment variable: DATABASE_URL",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["DATABASE_URL"]
            [apps.web.env]
            DATABASE_URL = "…""#]],
    );
    build(
        "PrismaConfigEnvError: Cannot resolve environment variable: DIRECT_URL.",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["DIRECT_URL"]
            [apps.web.env]
            DIRECT_URL = "…""#]],
    );
    start(
        "OpenAIError: The OPENAI_API_KEY environment variable is missing or empty; either provide it, or instantiate the client",
        expect![[r#"
            it wants a variable that is missing or not as wanted; give the value on standard input:
                frontage secret set OPENAI_API_KEY --app web
            or, if it is no secret, below `[apps.web.env]` in `frontage.toml`"#]],
    );
    build(
        "Error: @clerk/nextjs: Missing publishableKey. You can get your key at https://dashboard.clerk.com/last-active?path=api-keys.",
        expect![[r#"
            its build wants a variable that is missing or not as wanted; in `frontage.toml`:
                [apps.web.env]
                NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY = "…""#]],
    );
    build(
        "Error: Missing API key. Pass it to the constructor `new Resend(\"re_123\")`",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["RESEND_API_KEY"]
            [apps.web.env]
            RESEND_API_KEY = "…""#]],
    );
    build(
        "Error: supabaseUrl is required.\n    at new SupabaseClient (/srv/repo/apps/web/.next/server/chunks/1.js:1:2)",
        expect![[r#"
            its build wants a variable that is missing or not as wanted; in `frontage.toml`:
                [apps.web.env]
                NEXT_PUBLIC_SUPABASE_URL = "…""#]],
    );
    build(
        "Error: Neither apiKey nor config.authenticator provided",
        expect![[r#"
        its build wants a variable that is missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["STRIPE_SECRET_KEY"]
            [apps.web.env]
            STRIPE_SECRET_KEY = "…""#]],
    );
    start(
        "[next-auth][error][NO_SECRET]\nhttps://next-auth.js.org/errors#no_secret Please define a `secret` in production.",
        expect![[r#"
            it wants a variable that is missing or not as wanted; give the value on standard input:
                frontage secret set NEXTAUTH_SECRET --app web
            or, if it is no secret, below `[apps.web.env]` in `frontage.toml`"#]],
    );
    start(
        "[auth][error] MissingSecret: Please define a `secret`. Read more at https://errors.authjs.dev#missingsecret",
        expect![[r#"
            it wants a variable that is missing or not as wanted; give the value on standard input:
                frontage secret set AUTH_SECRET --app web
            or, if it is no secret, below `[apps.web.env]` in `frontage.toml`"#]],
    );
    build(
        "Error: No database connection string was provided to `neon()`. Perhaps an environment variable has not been set?",
        expect![[r#"
            its build wants a variable that is missing or not as wanted; in `frontage.toml`:
                [apps.web]
                build_env = ["DATABASE_URL"]
                [apps.web.env]
                DATABASE_URL = "…""#]],
    );
}

#[test]
fn what_is_no_variable() {
    build("ReferenceError: APP_VERSION is not defined", expect!["nothing"]);
    build("src/page.tsx(3,5): error TS2304: Cannot find name 'MAX_ITEMS'.", expect!["nothing"]);
    build("src/page.tsx(3,5): error TS2322: Type 'string' is not assignable to type 'number'.", expect!["nothing"]);
    build("Error: Route / couldn't be rendered statically, digest: 'DYNAMIC_SERVER_USAGE'", expect!["nothing"]);
    build("error: [MISSING_EXPORT] \"MAX_SIZE\" is not exported by \"src/a.ts\".", expect!["nothing"]);
    build("[vite]: Some chunks are larger than 500 kB after minification.", expect!["nothing"]);
}

#[test]
fn variables_that_are_there_are_not_named_twice() {
    let mut app = app();
    app.build_env = vec!["DATABASE_URL".to_owned()];
    app.env = BTreeMap::from([("DATABASE_URL".to_owned(), Environmental::Same("postgres://x".to_owned()))]);
    let ending = Ending { code: Some(1), ..Ending::default() };
    let output = "❌ Invalid environment variables: { DATABASE_URL: [ 'Invalid url' ], AUTH_SECRET: [ 'Required' ] }";
    expect![[r#"
        its build wants variables that are missing or not as wanted; in `frontage.toml`:
            [apps.web]
            build_env = ["DATABASE_URL", "AUTH_SECRET"]
            [apps.web.env]
            AUTH_SECRET = "…""#]]
    .assert_eq(&show(Moment::Build, Some(&app), &ending, output));
    expect![[r#"
        it wants variables that are missing or not as wanted; give the value on standard input:
            frontage secret set AUTH_SECRET --app web
        or, if it is no secret, below `[apps.web.env]` in `frontage.toml`"#]]
    .assert_eq(&show(Moment::Start, Some(&app), &ending, output));
    expect!["`DATABASE_URL` has a value that is not as the app wants it: look below `[apps.web.env]`"]
        .assert_eq(&show(Moment::Start, Some(&app), &ending, "Error: DATABASE_URL is not set"));
    expect!["its build wants variables that are missing or not as wanted: `DATABASE_URL`, `AUTH_SECRET`; builds of packages are given none, so the app's own build has to make it"].assert_eq(&show(Moment::Build, None, &ending, output));
}

#[test]
fn networks() {
    build(
        "Failed to compile.\n\napp/layout.tsx\n`next/font` error:\nFailed to fetch `Inter` from Google Fonts.\n\n> Build failed because of webpack errors",
        expect![[r#"
            the build fetches fonts (`Inter`), and builds have no network unless they ask; in `frontage.toml`:
                [apps.web]
                build_network = true"#]],
    );
    build(
        "FetchError: request to https://fonts.googleapis.com/css2?family=Geist failed, reason: getaddrinfo EAI_AGAIN fonts.googleapis.com",
        expect![[r#"
            the build fetches fonts, and builds have no network unless they ask; in `frontage.toml`:
                [apps.web]
                build_network = true"#]],
    );
    build(
        "getaddrinfo EAI_AGAIN api.example.com",
        expect![[r#"
        the build asks `api.example.com`, and builds have no network unless they ask for it; in `frontage.toml`:
            [apps.web]
            build_network = true"#]],
    );
    build(
        "TypeError: fetch failed\n    at node:internal/deps/undici/undici:13510:13\n  [cause]: Error: getaddrinfo ENOTFOUND cms.example.org",
        expect![[r#"
            the build asks `cms.example.org`, and builds have no network unless they ask for it; in `frontage.toml`:
                [apps.web]
                build_network = true"#]],
    );
    build(
        "Error: request to https://binaries.prisma.sh/all_commits/x/debian-openssl-3.0.x/schema-engine.gz.sha256 failed, reason: getaddrinfo EAI_AGAIN binaries.prisma.sh",
        expect![[r#"
            the build asks `binaries.prisma.sh`, and builds have no network unless they ask for it; in `frontage.toml`:
                [apps.web]
                build_network = true"#]],
    );
    build(
        "fatal: unable to access 'https://github.com/x/y/': Could not resolve host: github.com",
        expect![[r#"
        the build asks `github.com`, and builds have no network unless they ask for it; in `frontage.toml`:
            [apps.web]
            build_network = true"#]],
    );
    build(
        "TypeError: fetch failed",
        expect![[r#"
        the build asks a host outside, and builds have no network unless they ask for it; in `frontage.toml`:
            [apps.web]
            build_network = true"#]],
    );
    build(
        "Error: connect ECONNREFUSED 127.0.0.1:5432",
        expect![[r#"
        it connects to `127.0.0.1:5432`, where nothing listens inside its sandbox; a service of this machine is reached by the machine's network; in `frontage.toml`:
            [apps.web]
            build_network = true"#]],
    );
    build(
        "PrismaClientInitializationError: Can't reach database server at `localhost:5432`",
        expect![[r#"
        it connects to `localhost:5432`, where nothing listens inside its sandbox; a service of this machine is reached by the machine's network; in `frontage.toml`:
            [apps.web]
            build_network = true"#]],
    );
    start(
        "[ioredis] Unhandled error event: Error: connect ECONNREFUSED 127.0.0.1:6379",
        expect![[r#"
        it connects to `127.0.0.1:6379`, where nothing listens inside its sandbox; name the service's address in a variable, or share the machine's network; in `frontage.toml`:
            [apps.web]
            network = "host""#]],
    );
    start(
        "MongoServerSelectionError: getaddrinfo ENOTFOUND mongo.internal.example",
        expect![[r#"
        it asks `mongo.internal.example`, which its own network does not reach; share the machine's; in `frontage.toml`:
            [apps.web]
            network = "host""#]],
    );
    let mut app = app();
    app.build_network = true;
    let ending = Ending { code: Some(1), ..Ending::default() };
    expect!["`api.example.com` did not answer from this machine"].assert_eq(&show(
        Moment::Build,
        Some(&app),
        &ending,
        "getaddrinfo EAI_AGAIN api.example.com",
    ));
}

#[test]
fn programs_packages_and_files() {
    build(
        "sh: 1: turbo: not found",
        expect![
            "`turbo` is not among the installed packages: add the package that brings it to `devDependencies` of the app or the root"
        ],
    );
    build(
        "> tsc -b && vite build\n\nsh: 1: tsc: not found\nnpm error Lifecycle script `build` failed with error:",
        expect![
            "`tsc` is not among the installed packages: add the package that brings it to `devDependencies` of the app or the root"
        ],
    );
    build(
        "/bin/sh: 1: python3: not found",
        expect!["`python3` is not on this machine; install it: builds see the machine's `/usr`"],
    );
    build(
        "bash: line 1: bun: command not found",
        expect!["`bun` cannot be had here: name a command that Node.js runs"],
    );
    build(
        "command not found: next",
        expect![
            "`next` is not among the installed packages: add the package that brings it to `devDependencies` of the app or the root"
        ],
    );
    build(
        "Error: spawn git ENOENT",
        expect!["`git` is not on this machine; install it: builds see the machine's `/usr`"],
    );
    start(
        "sh: 1: dotenv: not found",
        expect!["`dotenv` is not in the image: add the package that brings it to the app's `dependencies`"],
    );
    start(
        "node: .env: not found",
        expect![[r#"
        it reads a file `.env`, which is not in the repository; start it without; in `frontage.toml`:
            [apps.web]
            start = "…""#]],
    );
    build(
        "Error: Cannot find module '@acme/config/tailwind'\nRequire stack:\n- /srv/repo/apps/web/tailwind.config.js",
        expect![
            "`@acme/config` is not among the installed packages: name it in `dependencies` of the package that imports it; if it is one of this workspace, it needs a `build` script that makes what its `exports` name"
        ],
    );
    build(
        "src/main.ts(1,20): error TS2307: Cannot find module '@acme/ui' or its corresponding type declarations.",
        expect![
            "`@acme/ui` is not among the installed packages: name it in `dependencies` of the package that imports it; if it is one of this workspace, it needs a `build` script that makes what its `exports` name"
        ],
    );
    build(
        "Module not found: Can't resolve '@acme/ui/button'",
        expect![
            "`@acme/ui` is not among the installed packages: name it in `dependencies` of the package that imports it; if it is one of this workspace, it needs a `build` script that makes what its `exports` name"
        ],
    );
    build(
        "[vite]: Rollup failed to resolve import \"@acme/utils\" from \"/srv/repo/apps/web/app/root.tsx\".",
        expect![
            "`@acme/utils` is not among the installed packages: name it in `dependencies` of the package that imports it; if it is one of this workspace, it needs a `build` script that makes what its `exports` name"
        ],
    );
    build(
        "Error: Failed to resolve entry for package \"@acme/utils\". The package may have incorrect main/module/exports specified in its package.json.",
        expect![
            "what `main` or `exports` of `@acme/utils` name is not there: give that package a `build` script that makes it, and name it in the app's `dependencies`"
        ],
    );
    build("Module not found: Can't resolve './button'", expect!["nothing"]);
    start(
        "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'express' imported from /srv/repo/apps/web/dist/server.js",
        expect!["`express` is not in the image, which holds `dependencies` and no `devDependencies`: move it there"],
    );
    start(
        "Error: Cannot find module '/srv/repo/apps/web/dist/main'\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15)",
        expect![[r#"
            `apps/web/dist/main` is not in the image: the build did not leave it, or it lies in no folder of the app's; start what is there; in `frontage.toml`:
                [apps.web]
                start = "…""#]],
    );
    build(
        "Error: ENOENT: no such file or directory, open '/srv/repo/docs/prices.json'",
        expect![[r#"
            `docs/prices.json` is not shown to this build; if it is in the repository, add it; in `frontage.toml`:
                [apps.web]
                inputs = ["/docs/prices.json"]"#]],
    );
    build("Error: ENOENT: no such file or directory, open '/srv/repo/apps/web/there.ts'", expect!["nothing"]);
    build(
        "Module not found: Can't resolve '../../og-image/parameters' in '/srv/repo/apps/web/src'",
        expect![[r#"
        `apps/og-image/parameters` is not shown to this build; if it is in the repository, add it; in `frontage.toml`:
            [apps.web]
            inputs = ["/apps/og-image/**"]"#]],
    );
    build("Module not found: Can't resolve './there.ts' in '/srv/repo/apps/web'", expect!["nothing"]);
    build(
        "npm error Missing script: \"build:prod\"",
        expect![[r#"
        no script is called `build:prod`; name the command; in `frontage.toml`:
            [apps.web]
            build = "…""#]],
    );
    build(
        "error Command \"compile\" not found.",
        expect![[r#"
        no script is called `compile`; name the command; in `frontage.toml`:
            [apps.web]
            build = "…""#]],
    );
    build(
        " ERR_PNPM_NO_SCRIPT  Missing script: start:prod",
        expect![[r#"
        no script is called `start:prod`; name the command; in `frontage.toml`:
            [apps.web]
            build = "…""#]],
    );
}

#[test]
fn memory_and_versions() {
    build(
        "<--- Last few GCs --->\nFATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory",
        expect![[r#"
            Node.js needs a higher limit of its own; in `frontage.toml`:
                [apps.web]
                build_env = ["NODE_OPTIONS"]
                [apps.web.env]
                NODE_OPTIONS = "--max-old-space-size=4096""#]],
    );
    build(
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\nAborted",
        expect![[r#"
        Node.js needs a higher limit of its own; in `frontage.toml`:
            [apps.web]
            build_env = ["NODE_OPTIONS"]
            [apps.web.env]
            NODE_OPTIONS = "--max-old-space-size=4096""#]],
    );
    start(
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        expect![[r#"
        Node.js needs more memory, and a higher limit of its own; in `frontage.toml`:
            [apps.web]
            memory = "1 GiB"
            [apps.web.env]
            NODE_OPTIONS = "--max-old-space-size=768""#]],
    );
    build(
        "error vite@8.0.0: The engine \"node\" is incompatible with this module. Expected version \"^20.19.0 || >=22.12.0\". Got \"18.20.4\"",
        expect![
            "it wants another Node.js: write `^20.19.0 || >=22.12.0` into `engines.node` of `package.json` or into `.nvmrc`, and commit that"
        ],
    );
    build(
        "npm error code EBADENGINE\nnpm error engine Unsupported engine\nnpm error notsup Required: {\"node\":\">=22.18\"}",
        expect![
            "it wants another Node.js: write `>=22.18` into `engines.node` of `package.json` or into `.nvmrc`, and commit that"
        ],
    );
    build(
        "npm warn EBADENGINE Unsupported engine {\nnpm warn EBADENGINE   required: { node: '>=22' },",
        expect!["nothing"],
    );
    build(
        " ERR_PNPM_UNSUPPORTED_ENGINE  Unsupported environment (bad pnpm and/or Node.js version)\n\nYour Node version is incompatible with \"/srv/repo\".\n\nExpected version: >=24\nGot: v20.20.2",
        expect![
            "it wants another Node.js: write `>=24` into `engines.node` of `package.json` or into `.nvmrc`, and commit that"
        ],
    );
    build(
        "You are using Node.js 18.20.4. For Next.js, Node.js version \">=20.9.0\" is required.",
        expect![
            "it wants another Node.js: write `>=20.9.0` into `engines.node` of `package.json` or into `.nvmrc`, and commit that"
        ],
    );
    build(
        "Node.js v20.20.2 is not supported by Astro!\nPlease upgrade Node.js to a supported version: \">=22.12.0\"",
        expect![
            "it wants another Node.js: write `>=22.12.0` into `engines.node` of `package.json` or into `.nvmrc`, and commit that"
        ],
    );
    build(
        "The Angular CLI requires a minimum Node.js version of v20.19.0 or v22.12.0.",
        expect![
            "it wants another Node.js: write `20.19.0` into `engines.node` of `package.json` or into `.nvmrc`, and commit that"
        ],
    );
    build(
        "Error: error:0308010C:digital envelope routines::unsupported\n  opensslErrorStack: [ 'error:03000086:digital envelope routines::initialization error' ],",
        expect![[r#"
            its bundler is older than Node.js 17; allow it the hash that it uses; in `frontage.toml`:
                [apps.web]
                build_env = ["NODE_OPTIONS"]
                [apps.web.env]
                NODE_OPTIONS = "--openssl-legacy-provider""#]],
    );
    build(
        " ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\" because pnpm-lock.yaml is not up to date with apps/web/package.json",
        expect![
            "the lockfile does not fit: `pnpm install` in the repository, then commit what it changes, or name the version that wrote it in `packageManager` of `package.json`"
        ],
    );
    build(
        " ERR_PNPM_LOCKFILE_BREAKING_CHANGE  Lockfile /srv/repo/pnpm-lock.yaml not compatible with current pnpm",
        expect![
            "the lockfile does not fit: `pnpm install` in the repository, then commit what it changes, or name the version that wrote it in `packageManager` of `package.json`"
        ],
    );
    build(
        "➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.",
        expect!["the lockfile does not fit: `yarn install` in the repository, then commit what it changes"],
    );
    build(
        "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.\nnpm error Missing: @nx/nx-darwin-arm64@23.2.1 from lock file",
        expect!["the lockfile does not fit: `npm install` in the repository, then commit what it changes"],
    );
    build(
        "error: lockfile had changes, but lockfile is frozen",
        expect!["the lockfile does not fit: `bun install` in the repository, then commit what it changes"],
    );
    let killed = Ending { out_of_memory: true, ..Ending::default() };
    expect!["it may use half of the machine's memory; a smaller `NODE_OPTIONS=--max-old-space-size` or fewer workers need less"].assert_eq(&show(Moment::Build, Some(&app()), &killed, ""));
    expect![[r#"
        give it more memory; in `frontage.toml`:
            [apps.web]
            memory = "1 GiB""#]]
    .assert_eq(&show(Moment::Start, Some(&app()), &killed, ""));
    let slow = Ending { out_of_time: true, ..Ending::default() };
    expect!["a build may take as long as `frontage up --build-minutes` says, or 30 minutes; something in it may wait for what never comes"].assert_eq(&show(
        Moment::Build,
        Some(&app()),
        &slow,
        "",
    ));
}

#[test]
fn whose_fault_it_is() {
    let lines = |text: &str| vec![text.to_owned()];
    assert!(is_disk_full(&lines("Error: ENOSPC: no space left on device, write")));
    assert!(is_network_failure(&lines(
        "npm error network request to https://registry.example.org/x failed, reason: EAI_AGAIN"
    )));
    assert!(is_registry_failure(&lines("npm error code E503")));
    assert!(!is_registry_failure(&lines("npm error code ELIFECYCLE")));
}

#[test]
fn what_the_registry_has_not_is_named() {
    let lines = [
        "[ERR_PNPM_FETCH_404] GET https://registry.example/a/-/a-8.30.0.tgz: Not Found - 404".to_owned(),
        "No authorization header was set for the request.".to_owned(),
    ];
    let hint = gone(&lines).unwrap();
    assert!(hint.contains("does not have `https://registry.example/a/-/a-8.30.0.tgz`:"), "{hint}");
    assert_eq!(gone(&lines[1..]), None);
    let lines = [
        "➤ YN0035: │ a@npm:1.0.0: Package not found",
        "➤ YN0035: │   Response Code: 404 (Not Found)",
        "➤ YN0035: │   Request Method: GET",
        "➤ YN0035: │   Request URL: https://registry.example/a/-/a-1.0.0.tgz",
    ];
    let hint = gone(&lines.map(str::to_owned)).unwrap();
    assert!(hint.starts_with("the registry does not have `https://registry.example/a/-/a-1.0.0.tgz`"), "{hint}");
}
