//! Files of an app that nobody else reads: which of them may come, go and import what they like.

use super::is_told_from;
use crate::notation::World;

/// A shop that asks things of others, and whose files import each other.
const SITE: &str = r#"
    shop*: ui react
    blog*: ui
    ui: react
    #react 1.2.0
    packages/ui/package.json = {"name": "ui", "sideEffects": false, "dependencies": {"react": "*"}}
    packages/ui/index.ts = export * from './button'; export * from './badge'; export * from './icons'
    packages/ui/button.ts = export const Button = 1
    packages/ui/badge.ts = export const Badge = 1
    packages/ui/icons.ts = export const Icon = 1; export const Logo = 1
    packages/ui/logo.svg = <svg/>
    apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*", "react": "*"}, "scripts": {"build": "node scripts/make.ts && vite build", "start": "node server.js"}}
    apps/shop/tsconfig.json = {"compilerOptions": {"paths": {"@/*": ["./src/*"], "ui/deep": ["./src/deep.ts"]}}}
    apps/shop/scripts/make.ts = import './rows'
    apps/shop/scripts/rows.ts = export const rows = 1
    apps/shop/src/main.ts = import './cart'; import './list'; import 'react-dom'
    apps/shop/src/cart.ts = import { total } from './lib/total'; import { Button } from 'ui'; Button(); import React from 'react'; export const cart = 'cart'
    apps/shop/src/list.ts = import { Button } from 'ui'; Button(); import { useState } from 'react'; import { format } from '@/lib/format'
    apps/shop/src/page.ts = import { Icon } from 'ui'; Icon()
    apps/shop/src/lib/total.ts = export const total = 1
    apps/shop/src/lib/format.ts = export const format = 1
    apps/shop/src/lib/unused.ts = export const unused = 1
    apps/shop/src/lib/logo.svg = <svg/>
    apps/shop/src/list.test.ts = import { test } from 'vitest'; import '@/list'; import 'ui'
"#;

fn is_told(added: &str, change: &str) -> bool {
    let base = World::of(&format!("{SITE}\n{added}"));
    is_told_from(&base.snapshot(), &base.with(change).snapshot())
}

fn all_told(added: &str, changes: &[&str]) {
    changes.iter().for_each(|change| assert!(is_told(added, change), "{change}"));
}

fn none_told(added: &str, changes: &[&str]) {
    changes.iter().for_each(|change| assert!(!is_told(added, change), "{change}"));
}

const LIST: &str = "apps/shop/src/list.ts = import { Button } from 'ui'; Button(); import { useState } from 'react'; import { format } from '@/lib/format';";

#[test]
fn what_files_of_an_app_import_of_each_other_is_told() {
    let list = |more: &str| format!("{LIST} {more}");
    let told = [
        "import './lib/unused'",
        "import { unused as other } from '@/lib/unused'; export default other",
        "import type { Unused } from './lib/unused'; export * from './lib/total'",
        "import('./lib/unused'); new URL('./lib/logo.svg', import.meta.url)",
        "import logo from './lib/logo.svg'",
        "export const anything = 'of its own'",
        "say('lib/format.ts', 'v1.2', 'a sentence', 'react', 'ui')",
        "import './cart'; import '../src/cart'",
    ];
    told.iter().for_each(|more| assert!(is_told("", &list(more)), "{more}"));
    all_told(
        "",
        &[
            "apps/shop/src/list.ts = import { Button } from 'ui'; Button(); import { useState } from 'react'",
            "apps/shop/src/cart.ts = export const cart = 'cart'",
            // As others import it.
            "apps/shop/src/main.ts = import './cart'; import './list'; import 'react-dom'; import './page'",
            "apps/shop/src/lib/total.ts = import { Icon, Button } from 'ui'; Icon(); Button(); import { useEffect } from 'react/all'; export const total = 1",
            "apps/shop/src/lib/total.ts = import * as React from 'react'; import './unused'; export const sum = 1",
        ],
    );
    let all = "apps/shop/src/more.ts = import * as all from 'ui'; say(all)";
    all_told(all, &["apps/shop/src/lib/total.ts = export * from 'ui'"]);
    none_told(
        "",
        &[
            // Nobody else asks for it, or nobody did.
            "apps/shop/src/lib/total.ts = import { Badge } from 'ui'; Badge(); export const total = 1",
            "apps/shop/src/lib/total.ts = import * as all from 'ui'; say(all); export const total = 1",
            "apps/shop/src/lib/total.ts = import type { Button } from 'ui'; export const total = 1",
            "apps/shop/src/lib/total.ts = import 'ui/badge'; export const total = 1",
            "apps/shop/src/lib/total.ts = import 'node:fs'; export const total = 1",
            "apps/shop/src/lib/total.ts = import 'anything'; export const total = 1",
            "apps/shop/src/lib/total.ts = import 'ui/deep'; export const total = 1",
            "apps/shop/src/page.ts = export const page = 1",
            // It may take something from what configures compilers, or runs elsewhere.
            "apps/shop/src/lib/total.ts = load('tsconfig'); export const total = 1",
            "apps/shop/src/lib/total.ts = 'use client'; export const total = 1",
            // It leads elsewhere, or nowhere.
            "apps/shop/src/lib/total.ts = import '../../../../packages/ui/badge'; export const total = 1",
            "apps/shop/src/lib/total.ts = import './nowhere'; export const total = 1",
            "apps/shop/src/lib/total.ts = import '@/nowhere'; export const total = 1",
            "apps/shop/src/lib/total.ts = import(`./${name}`); export const total = 1",
            "apps/shop/src/lib/total.ts = import.meta.glob('./*.ts'); export const total = 1",
            "apps/shop/src/lib/total.ts = import './logo.svg?raw'; export const total = 1",
            "apps/shop/src/lib/total.ts = import '../../package.json'; export const total = 1",
            "apps/shop/src/lib/total.ts = import '../../tsconfig'; export const total = 1",
            "apps/shop/src/lib/total.ts = import '../list.test'; export const total = 1",
            "apps/shop/src/lib/total.ts = new URL('../../../../packages/ui/logo.svg', import.meta.url)",
            "apps/shop/src/lib/total.ts = say('./__tests__/one')",
            "apps/shop/src/lib/total.ts = say('../lib')",
            "apps/shop/src/main.ts = import './cart'; import './list'; import 'react-dom'; say('./lib')",
            "apps/shop/src/lib/total.ts = say('./*.svg')",
            "apps/shop/src/lib/total.ts = const at = 'lib/__tests__'",
            "apps/shop/src/main.ts = import './cart'; import './list'; import 'react-dom'; import './page'; createServer()",
            "apps/shop/src/lib/total.ts = say('package.json')",
            "apps/shop/src/lib/total.ts = say('@acme/source')",
            "apps/shop/src/lib/total.ts = say('ui/badge')",
            "apps/shop/src/lib/total.ts = readFileSync(path.join(root, 'packages/ui/logo.svg'))",
            // What runs before the build is read in other ways.
            "apps/shop/scripts/rows.ts = import '../src/cart'",
            "apps/shop/src/lib/all.config.ts = 1",
            "apps/shop/vite.config.ts = import './src/lib/total'; export default {}",
            // Of a package not all counts.
            "packages/ui/button.ts = import './badge'; export const Button = 1",
        ],
    );
}

#[test]
fn what_else_there_is_may_be_meant_by_what_is_imported() {
    let total = |text: &str| format!("apps/shop/src/lib/total.ts = {text}; export const total = 1");
    for (added, text) in [
        // It is read where nothing else is that is called so.
        ("apps/shop/README.md = one", "say('README.md')"),
        ("apps/shop/test/x.ts = import 'ui/badge'", "say('../../test/x')"),
        ("apps/shop/test/x.ts = import 'ui/badge'", "import '../../test/x'"),
        ("apps/shop/src/lib/run.sh = cp ../../packages/ui/logo.svg dist", "say('./run.sh')"),
        // A name has more than one meaning.
        (
            r##"apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*", "react": "*"}, "scripts": {"build": "vite build", "start": "node server.js"}, "imports": {"#x": "./src/cart.ts"}} \n apps/shop/tsconfig.json = {"compilerOptions": {"paths": {"#x": ["./src/page.ts"]}}}"##,
            "import '#x'",
        ),
        (
            r#"packages/ui/own.ts = 1 \n apps/shop/tsconfig.json = {"compilerOptions": {"paths": {"ui/own": ["./src/page.ts"]}}}"#,
            "import 'ui/own'",
        ),
        (
            r#"apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*", "react": "*"}, "scripts": {"build": "vite build", "start": "node server.js"}, "browser": {"./src/page.ts": "./src/cart.ts"}}"#,
            "import '../page'",
        ),
        ("apps/shop/src/lib/a#b.ts = 1", "import './a#b'"),
    ] {
        assert!(!is_told(&added.replace("\\n", "\n"), &total(text)), "{added} {text}");
    }
    // A file that reads others is told by more.
    let reads = |path: &str| format!("apps/shop/src/cart.ts = import fs from 'fs'; const at = '{path}'");
    assert!(!is_told(&reads("packages/ui/badge.ts"), &reads("packages/ui/icons.ts")));
    // Another build reads it, too, or finds names of classes in what its checks read.
    let unused = total("import './unused'");
    assert!(!is_told("apps/blog/src/a.ts = new URL('../../shop/src/lib/total.ts', import.meta.url)", &unused));
    let scans = |pattern: &str| {
        format!(
            r#"apps/blog/package.json = {{"name": "blog", "dependencies": {{"ui": "*"}}, "scripts": {{"build": "tsc && vite build", "start": "node server.js"}}}}
            apps/blog/src/all.css = @source '{pattern}';
            apps/blog/src/a.ts = import './all.css'
            apps/blog/src/a.test.ts = const at = '../../shop/src/lib/total'"#
        )
    };
    for pattern in ["../../shop/src/lib/*.ts", "../../shop/src/lib/un*.ts"] {
        assert!(!is_told(&scans(pattern), &unused), "{pattern}");
    }
}

#[test]
fn files_of_an_app_may_come_and_go() {
    all_told(
        "",
        &[
            "apps/shop/src/lib/new.ts = export const one = 1",
            "apps/shop/src/lib/new.ts = import { total } from './total'; import { Button } from 'ui'; Button()",
            &format!("apps/shop/src/lib/new.ts = 1 \n {LIST} import '@/lib/new'"),
            &format!("apps/shop/src/lib/new.ts = 1 \n {LIST} import './lib/new'"),
            "apps/shop/src/lib/new.svg = <svg/>",
            "- apps/shop/src/lib/unused.ts",
            "- apps/shop/src/lib/logo.svg",
            "- apps/shop/src/lib/total.ts \n apps/shop/src/cart.ts = export const cart = 'cart'",
            // It is called otherwise.
            "- apps/shop/src/lib/format.ts \n apps/shop/src/lib/text.ts = export const format = 1 \n apps/shop/src/list.ts = import { Button } from 'ui'; Button(); import { useState } from 'react'; import { format } from '@/lib/text'",
            "apps/shop/src/lib/new.ts = 1 \n apps/shop/src/list.test.ts = import { test } from 'vitest'; import '@/list'; import '@/lib/new'; import 'ui'",
        ],
    );
    none_told(
        "",
        &[
            "- apps/shop/src/lib/total.ts",
            "- apps/shop/src/lib/format.ts \n apps/shop/src/lib/format.tsx = export const format = 1",
            "- apps/shop/src/page.ts",
            "- apps/shop/scripts/rows.ts",
            "apps/shop/src/lib/total.css = a {}",
            "apps/shop/src/lib/total.js = 1",
            "apps/shop/src/deep/new.ts = 1",
            "apps/shop/new.ts = 1",
            "apps/shop/src/lib/package.json = {}",
            "apps/shop/src/lib/new.config.ts = 1",
            "apps/shop/src/lib/new.sh = cat",
            "apps/shop/src/lib/new.njk = text",
            "apps/shop/src/lib/new.css = a {}",
            "apps/shop/src/lib/new.ts -> total.ts",
            "apps/shop/src/lib/new.ts = import { Badge } from 'ui'; Badge()",
            "apps/shop/src/lib/make.ts = 1",
            "packages/ui/lib/new.ts = 1",
        ],
    );
    // Something names or looks for what comes, and for nothing else.
    let [new, other] = ["apps/shop/src/lib/new.ts = 1", "apps/shop/src/lib/zebra.ts = 1"];
    for added in [
        "apps/shop/src/cart.ts = import './lib/new'",
        r##"apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*", "react": "*"}, "scripts": {"build": "vite build", "start": "node server.js"}, "imports": {"#x": "./src/lib/new.ts"}}"##,
        "apps/shop/tsconfig.json = {\"compilerOptions\": {\"paths\": {\"x\": [\"./src/lib/new.ts\"]}}} \n apps/shop/src/cart.ts = import 'x'",
        "apps/shop/tsconfig.json = {\"compilerOptions\": {\"paths\": {\"x-*\": [\"./src/lib/ne*.ts\"]}}} \n apps/shop/src/cart.ts = import 'x-w'",
        "apps/shop/project.json = {\"name\": \"shop\", \"targets\": {\"build\": {\"command\": \"node apps/shop/src/lib/new.ts\"}}} \n nx.json = {}",
        "apps/blog/src/a.ts = import.meta.glob('../../shop/src/lib/n*.ts')",
        "apps/blog/src/a.ts = import.meta.glob('../../*/src/lib/n*.ts')",
        r#"apps/blog/package.json = {"name": "blog", "dependencies": {"ui": "*"}, "scripts": {"build": "vite build && cat ../shop/src/lib/n*.ts", "start": "node server.js"}}"#,
        "apps/blog/tsconfig.json = {\"include\": [\"../shop/src/lib/n*.ts\"]}",
        "apps/blog/all.css = @source '../*/src/lib/n*.ts'; \n apps/blog/src/a.ts = import '../all.css'",
        "apps/shop/vite.config.ts = export default { plugins: [load('./src/lib/new.ts')] }",
        "apps/shop/tsconfig.json = {\"compilerOptions\": {\"baseUrl\": \"./src\"}} \n apps/shop/src/list.ts = import 'lib/new'",
        "apps/blog/tsconfig.json = {\"include\": [\"../shop/src/lib/new.ts\"]} ",
        "turbo.json = {\"globalDependencies\": [\"apps/shop/src/lib/n*.ts\"]}",
        "apps/blog/turbo.json = {\"extends\": [\"//\"], \"tasks\": {\"build\": {\"inputs\": [\"../shop/src/lib/n*.ts\"]}}} \n turbo.json = {\"tasks\": {\"build\": {}}}",
    ] {
        assert!(!is_told(added, new) && is_told(added, other), "{added}");
    }
    // It may be anything, or somebody else reads all of the app.
    for added in [
        r##"apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*", "react": "*"}, "scripts": {"build": "vite build", "start": "node server.js"}, "imports": {"#x-*": "./src/lib/*.ts"}} \n apps/shop/src/cart.ts = import '#x-new'"##,
        "apps/shop/src/cart.ts = import 'shop/src/lib/new'",
        "apps/shop/src/cart.ts = import all from './lib/*.ts'",
        "apps/blog/tsconfig.json = {\"compilerOptions\": {\"paths\": {\"x\": [\"../shop/src/lib/new.ts\"]}}} \n apps/blog/src/a.ts = import 'x'",
        "apps/blog/src/a.ts = import('../../shop/src/lib/new')",
        "apps/blog/src/a.ts = import.meta.glob('../../shop/src/**/*.ts')",
        "apps/blog/src/a.test.ts = import '../../shop/src/lib/new'",
        "frontage.toml = apps.shop.ignore = [\"src/lib/n*.ts\"]",
        "frontage.toml = apps.blog.inputs = [\"../shop/src/lib/n*.ts\"]",
        "blog*: ui shop",
        "blog*: ui ~shop",
        "apps/blog/src/a.ts = import '../../shop/src/cart'",
        "apps/shop/inner/package.json = {\"name\": \"inner\"} \n package.json = {\"workspaces\": [\"apps/*\", \"apps/shop/*\", \"packages/*\"]}",
    ] {
        assert!(!is_told(added, new) && !is_told(added, other), "{added}");
    }
    none_told("apps/shop/src/cart.ts = import './lib'", &["apps/shop/src/lib/index.ts = 1"]);
    let index = "apps/shop/src/lib/index.ts = 1 \n apps/shop/src/cart.ts = import './lib'";
    none_told(index, &["apps/shop/src/lib.ts = 1"]);
    // Where a folder's name begins with the app's, nothing of the app is meant.
    let kit = r#"
        apps/shopkit/package.json = {"name": "shopkit"}
        apps/shopkit/a.ts = export const kit = 1
        apps/shop/src/cart.ts = import '../../shopkit/a'
    "#;
    none_told(kit, &["apps/shop/src/lib/total.ts = import '../../../shopkit/a'"]);
    // A name from outside may be meant by what comes.
    let react = "apps/shop/tsconfig.json = {\"compilerOptions\": {\"paths\": {\"*\": [\"./src/lib/*\"]}}}";
    none_told(react, &["apps/shop/src/lib/react.ts = 1"]);
    // Who looks for names of classes in all apps finds them in what its own build reads.
    let tailwind = "blog*: ui tailwindcss \n #tailwindcss 4.0.0 \n packages/ui/all.css = @import 'tailwindcss'; @source '../../**/*.{ts,tsx}'; \n apps/blog/src/a.ts = import 'ui/all.css'";
    all_told(tailwind, &[new]);
    // Its own configuration looks through what counts anyway.
    all_told("apps/shop/src/cart.ts = import.meta.glob('./lib/*.ts')", &[new]);
    all_told("apps/shop/tailwind.config.ts = export default { content: ['./src/**/*.ts'] }", &[new]);
}

#[test]
fn what_configuration_imports_is_read_again() {
    let site = "apps/shop/vite.config.ts = export { default } from './build/helper' \n apps/shop/build/helper.ts = import './more'; export default {} \n apps/shop/build/more.ts = export const more = 1";
    none_told(
        site,
        &[
            "apps/shop/vite.config.ts = export { default } from './build/helper'; import './src/lib/total'",
            "apps/shop/build/helper.ts = import './more'; import '../src/lib/total'; export default {}",
            "apps/shop/build/more.ts = import '../src/lib/total'; export const more = 1",
            "apps/shop/build/more.ts = import 'react'; export const more = 1",
            "apps/shop/build/more.ts = export const more = { ssr: { external: ['ui'] } }",
        ],
    );
}

#[test]
fn what_is_told_of_files_of_an_app_is_kept() {
    let first = World::of(SITE);
    let second = first
        .with("apps/shop/src/lib/total.ts = import { Icon } from 'ui'; Icon(); import './new' \n apps/shop/src/lib/new.ts = 1");
    let third = second.with("apps/shop/src/page.ts = 1");
    let fourth = third.with("apps/shop/src/lib/total.ts = import { Icon } from 'ui'; Icon()");
    let worlds = [&first, &second, &third, &fourth];
    for pair in worlds.windows(2) {
        assert!(is_told_from(&pair[0].snapshot(), &pair[1].snapshot()));
    }
    let without =
        |world: &World| !is_told_from(&world.snapshot(), &world.with("- apps/shop/src/lib/new.ts").snapshot());
    assert!(without(&second) && !without(&fourth));
    // It is the last that asks for it.
    let last = fourth.with("apps/shop/src/lib/total.ts = 1");
    assert!(!is_told_from(&fourth.snapshot(), &last.snapshot()));
}

#[test]
fn of_a_package_with_side_effects_it_is_all_the_same_what_is_asked_for() {
    let site = |more: &str| {
        format!("packages/ui/package.json = {{\"name\": \"ui\", \"dependencies\": {{\"react\": \"*\"}}}} \n {more}")
    };
    let asks = |text: &str| format!("apps/shop/src/lib/total.ts = {text}; export const total = 1");
    for text in ["import { Badge } from 'ui'; Badge()", "import * as all from 'ui'; say(all)", "export * from 'ui'"] {
        assert!(is_told(&site(""), &asks(text)), "{text}");
    }
    assert!(is_told(&site(""), "apps/shop/src/page.ts = import { Icon, Logo } from 'ui'; Icon(Logo)"));
    // That anything is asked for, or types alone, matters all the same.
    for text in ["import type { Button } from 'ui'", "import 'ui/badge'"] {
        assert!(!is_told(&site(""), &asks(text)), "{text}");
    }
    let once = "apps/shop/src/lib/total.ts = import { Badge } from 'ui/badge'; Badge(); export const total = 1";
    assert!(is_told(&site(once), &asks("import * as all from 'ui/badge'; say(all)")));
    assert!(!is_told(&site(once), &asks("1")));
    // Something that is passed on may be left out, or cannot be told.
    for passed in [
        "export * from 'tokens'",
        "import 'tokens'; export { red } from './tokens'",
        "export { version } from '../package.json'",
        "export * from './nowhere'",
        "export * from 'made'",
    ] {
        let more = format!(
            r#"tokens
            made!
            packages/tokens/package.json = {{"name": "tokens", "sideEffects": false}}
            packages/tokens/index.ts = export const red = 1
            packages/ui/package.json = {{"name": "ui", "dependencies": {{"react": "*", "tokens": "*", "made": "*"}}}}
            packages/made/package.json = {{"name": "made", "main": "dist/index.js", "scripts": {{"build": "tsup"}}}}
            packages/ui/tokens.ts = export * from 'tokens'
            packages/ui/deep/icons.ts = {passed}
            packages/ui/icons.ts = export * from './deep/icons'; export const Icon = 1"#
        );
        assert!(!is_told(&site(&more), &asks("import { Badge } from 'ui'; Badge()")), "{passed}");
    }
}
