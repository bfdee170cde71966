//! Tests of what a commit comes to: what is told from another commit is what reading says, and what is kept is what was.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{RepoPath, ShownFile};

use super::{Analysed, Analysis, Stored, Structure};
use crate::Snapshot;
use crate::affected::reasons;
use crate::git::Change;
use crate::inputs::{Component, Inputs, Reach};
use crate::knowledge::Knowledge;
use crate::notation::World;

mod own;

/// Whether what a commit comes to is told from another one; if it is, it is what reading the commit says. Either can be
/// kept.
pub fn is_told_from(base: &Snapshot, head: &Snapshot) -> bool {
    let read = |snapshot: &Snapshot| Analysis::of_snapshot(snapshot.clone(), &Knowledge::default());
    let (Ok(before), Ok(read)) = (read(base), read(head)) else { return false };
    assert_eq!(bytes(&kept(&read)), bytes(&read));
    let paths: BTreeSet<&String> = base.files.keys().chain(head.files.keys()).collect();
    let change = |path: &String| match (base.files.get(path), head.files.get(path)) {
        (Some(before), Some(after)) if before == after => None,
        (Some(before), Some(after)) if before.mode == after.mode => {
            Some(Change::Content { before: before.clone(), after: after.clone() })
        }
        (None, Some(after)) if after.mode.starts_with("100") => Some(Change::Added(after.clone())),
        (Some(before), None) if before.mode.starts_with("100") => Some(Change::Removed(before.clone())),
        _ => Some(Change::Other),
    };
    let changes: Vec<Change> = paths.into_iter().filter_map(change).collect();
    let contents =
        |objects: &[&str]| objects.iter().map(|object| content(base, object).or(content(head, object))).collect();
    let told = before.after(&head.commit, &changes, &contents);
    if let Some(told) = &told {
        assert_eq!(bytes(told), bytes(&read), "{changes:?}");
    }
    told.is_some()
}

fn content(snapshot: &Snapshot, object: &str) -> Option<Vec<u8>> {
    let file: &ShownFile = snapshot.files.values().find(|file| file.object == object)?;
    snapshot.read([file.path.as_str()]).unwrap().remove(file.path.as_str())
}

fn kept(analysis: &Analysis) -> Analysis {
    Stored::of(analysis).analysis().unwrap()
}

fn bytes(analysis: &Analysis) -> Vec<u8> {
    postcard::to_stdvec(&Stored::of(analysis)).unwrap()
}

/// A site with a package that is built, one that is not, and an app that asks for the commit.
const SITE: &str = r#"
    shop*: ui react
    blog*: tokens
    ui!: tokens base
    base!
    tokens
    #react 1.2.0
    apps/shop/cart.ts = import './total'; export const cart = 'cart'
    apps/shop/total.ts = export const total = 1
    apps/shop/logo.svg = <svg/>
    apps/shop/vite.config.ts = export default { plugins: [] }
    apps/blog/package.json = {"name": "blog", "dependencies": {"tokens": "*"}, "frontage": {"commit": true}, "scripts": {"build": "vite build", "start": "node server.js"}}
    packages/base/a.ts = export const a = 1
    apps/shop/some.config.json = {"folder": "lib/one"}
    apps/shop/lib/two/a.ts = export const a = 1
    packages/ui/package.json = {"name": "ui", "sideEffects": false, "dependencies": {"tokens": "*", "base": "*"}, "scripts": {"build": "tsc"}}
    packages/ui/button.ts = export const Button = 1
    packages/ui/index.ts = import 'tokens'; export * from './button'
    packages/tokens/package.json = {"name": "tokens", "sideEffects": false}
    packages/tokens/colour.ts = export const red = 1
    packages/tokens/index.ts = import './colour'
    packages/ui/tsup.config.ts = import { where } from './build/where'; export default { entry: [where] }
    packages/ui/build/where.ts = export const where = 'src/icons'
"#;

#[test]
fn a_change_of_contents_alone_is_told() {
    let is_told = |change: &str| {
        let base = World::of(SITE);
        is_told_from(&base.snapshot(), &base.with(change).snapshot())
    };
    for change in [
        "",
        "apps/shop/cart.ts = import './total'; export const cart = 'basket of things'",
        "apps/shop/cart.ts = import './total'; export const cart = 'basket'",
        "apps/shop/cart.ts = import './total'; export const cart = 'w-1/2'",
        "apps/shop/logo.svg = <svg></svg>",
        "packages/tokens/colour.ts = export const red = 2",
        "packages/tokens/colour.ts = export const red = 2 \n apps/shop/total.ts = export const total = 2",
        "packages/ui/button.ts = export const Button = 2",
        "packages/base/a.ts = export const a = 2",
        "packages/base/a.ts = export const other = 2",
    ] {
        assert!(is_told(change), "{change}");
    }
    for change in [
        "apps/shop/cart.ts = export const cart = 1",
        "apps/shop/cart.ts = import './total'; import './logo.svg'; export const cart = 'cart'",
        "apps/shop/cart.ts = import './total'; export const cart = 'react'",
        "apps/shop/cart.ts = import './total'; export const cart = '@acme/source'",
        "apps/shop/cart.ts = import './total'; export const cart = 'total.ts'",
        "apps/shop/cart.ts = import './total'; export const basket = 'cart'",
        "packages/ui/button.ts = export const Knob = 1",
        "apps/shop/vite.config.ts = export default { plugins: ['anything'] }",
        "apps/shop/some.config.json = {\"folder\": \"lib/two\"}",
        "apps/shop/new.ts = export const one = 1",
        "- apps/shop/total.ts",
        "apps/shop/logo.svg -> total.ts",
        "#react 1.3.0",
        "blog*: tokens ui",
        "package.json = {\"workspaces\": [\"apps/*\", \"packages/*\"], \"scripts\": {\"postinstall\": \"node x.js\"}}",
    ] {
        assert!(!is_told(change), "{change}");
    }
}

#[test]
fn which_exports_of_a_package_from_outside_are_asked_for_makes_no_difference() {
    let button = |text: &str| format!("packages/ui/button.ts = {text}");
    let is_told = |added: &str, change: &str| {
        let asked = "import { useState } from 'react'; import type { Ref } from 'react'; import { red } from 'tokens'; export const Button = [useState, red]";
        let base = World::of(&format!("{SITE}\n{added}\n{}", button(asked)));
        is_told_from(&base.snapshot(), &base.with(&button(change)).snapshot())
    };
    for change in [
        "import { useMemo, useState } from 'react'; import type { Ref } from 'react'; import { red } from 'tokens'; export const Button = [useMemo, useState, red]",
        "import * as React from 'react'; import type { Node } from 'react'; import { red } from 'tokens'; export const Button = [React, red]",
        "import { red } from 'tokens'; import type { Ref } from 'react'; import React from 'react'; import { useMemo } from 'react'; export const Button = [useMemo, React, red]",
    ] {
        assert!(is_told("", change), "{change}");
    }
    for change in [
        "import { useState } from 'react'; import { red } from 'tokens'; export const Button = [useState, red]",
        "import type { Ref } from 'react'; import { red } from 'tokens'; export const Button = [red]",
        "import { useState } from 'react/all'; import type { Ref } from 'react'; import { red } from 'tokens'; export const Button = [useState, red]",
        "import { useState } from 'react'; import type { Ref } from 'react'; import { blue } from 'tokens'; export const Button = [useState, blue]",
        "import { useState } from 'react'; import type { Ref } from 'react'; import { red } from 'tokens'; export { useMemo } from 'react'; export const Button = [useState, red]",
    ] {
        assert!(!is_told("", change), "{change}");
    }
    // Somewhere it is called so what is not from outside.
    let alias = r#"apps/blog/tsconfig.json = {"compilerOptions": {"paths": {"react": ["./react.ts"]}}}
        apps/blog/react.ts = export const useState = 1"#;
    let memo = "import { useMemo } from 'react'; import type { Ref } from 'react'; import { red } from 'tokens'; export const Button = [useMemo, red]";
    for page in ["import { useState } from 'react'; export const page = useState", "export { useState } from 'react'"] {
        assert!(!is_told(&format!("{alias}\n apps/blog/page.ts = {page}"), memo), "{page}");
    }
    assert!(is_told(alias, memo));
}

#[test]
fn what_exports_of_modules_that_are_kept_are_called_makes_no_difference() {
    let site = |more: &str| {
        format!(
            r#"shop*: ui
            ui: tokens
            tokens
            apps/shop/index.ts = import {{ Button }} from 'ui'; createServer(Button)
            packages/ui/index.ts = export {{ Button }} from './button'; export {{ Badge }} from './badge'; import type {{ Kind }} from './kind'
            packages/ui/button.ts = import {{ red }} from 'tokens'; import {{ grow }} from './grow'; export const Button = [red, grow]
            packages/ui/badge.ts = export const Badge = 1
            packages/ui/grow.ts = export const grow = 1; export const shrink = 1
            packages/ui/kind.ts = import {{ named }} from './named'; export type Kind = 1; export const kind = named
            packages/ui/named.ts = export const named = 1
            packages/tokens/index.ts = export const red = 1; export const blue = 1
            {more}"#
        )
    };
    let is_told = |more: &str, change: &str| {
        let base = World::of(&site(more));
        is_told_from(&base.snapshot(), &base.with(change).snapshot())
    };
    let button = |text: &str| format!("packages/ui/button.ts = {text}");
    for change in [
        button("import { blue, red } from 'tokens'; import { grow } from './grow'; export const Button = [red, blue, grow]"),
        button("import * as all from 'tokens'; import { shrink } from './grow'; export const Knob = [all, shrink]"),
        "packages/ui/index.ts = export { Button, Knob } from './button'; export * from './badge'; import type { Sort } from './kind'".to_owned(),
        "packages/tokens/index.ts = export type Red = 1; export const green = 1".to_owned(),
    ] {
        assert!(is_told("", &change), "{change}");
    }
    for change in [
        // Others are asked, in another order, or as types.
        button("import { red } from 'tokens'; export const Button = red"),
        button("import { red } from 'tokens'; import type { grow } from './grow'; export const Button = [red]"),
        button("import { red } from 'tokens'; import { grow } from './grow'; import './badge'; export const Button = [red, grow]"),
        "packages/ui/index.ts = export { Badge } from './badge'; export { Button } from './button'; import type { Kind } from './kind'".to_owned(),
        "packages/ui/index.ts = export { Button } from './button'; import './badge'; import type { Kind } from './kind'".to_owned(),
        "packages/tokens/index.ts = export const red = 1; export * from './nowhere'".to_owned(),
        // What only may be opened lacks what is asked of it.
        "packages/ui/kind.ts = import { other } from './named'; export type Kind = 1; export const kind = other".to_owned(),
        "packages/ui/named.ts = export const other = 1".to_owned(),
    ] {
        assert!(!is_told("", &change), "{change}");
    }
    let blue =
        button("import { blue } from 'tokens'; import { grow } from './grow'; export const Button = [blue, grow]");
    let shrink =
        button("import { red } from 'tokens'; import { shrink } from './grow'; export const Button = [red, shrink]");
    let pure = |name: &str| {
        format!(
            "packages/{name}/package.json = {{\"name\": \"{name}\", \"sideEffects\": false, \"dependencies\": {{\"tokens\": \"*\"}}}}"
        )
    };
    assert!(!is_told(&pure("tokens"), &blue) && is_told(&pure("tokens"), &shrink));
    assert!(is_told(&pure("ui"), &blue) && !is_told(&pure("ui"), &shrink));
    // Somewhere it is called so what may be left out.
    let alias = r#"blog*: ui
        apps/blog/tsconfig.json = {"compilerOptions": {"paths": {"tokens": ["../../packages/icons/index.ts"]}}}
        apps/blog/page.ts = import { red } from 'tokens'; export const page = red
        icons
        packages/icons/package.json = {"name": "icons", "sideEffects": false}
        packages/icons/index.ts = export const red = 1"#;
    assert!(!is_told(alias, &blue) && is_told(alias, &shrink));
    // A path leads into another member.
    let by_path =
        |name: &str| button(&format!("import {{ {name} }} from '../tokens/index'; export const Button = {name}"));
    let asked = format!("{}\n{}", pure("tokens"), by_path("red"));
    assert!(!is_told(&asked, &by_path("blue")));
    // Of a manifest those fields count that are asked for.
    let asks = |what: &str| {
        format!("packages/ui/badge.ts = import {{ {what} }} from '../ui/package.json'; export const Badge = {what}")
    };
    assert!(!is_told(&asks("version"), &asks("name")));
}

#[test]
fn a_word_of_what_is_run_is_a_path_if_it_looks_like_one() {
    let site = r#"
        shop*: ui ~react
        ui
        #react 1.2.0
        some.config.ts = export default { locales: ['fr-FR'], name: 'zebra' }
        tools/all.ts = import fs from 'fs'; export const unit = 'KiB'
        apps/shop/index.ts = import 'ui'
        apps/shop/src/main.ts = export const main = 1
        apps/shop/some.config.ts = export default { name: 'zebra' }
        packages/ui/some.config.ts = export default { name: 'zebra' }
        packages/ui/index.ts = import fs from 'fs'; export const unit = 'KiB'
    "#;
    let is_told = |change: &str| {
        let base = World::of(site);
        is_told_from(&base.snapshot(), &base.with(change).snapshot())
    };
    let root = |word: &str| format!("some.config.ts = export default {{ locales: ['{word}'], name: 'zebra' }}");
    let ui = |word: &str| format!("packages/ui/index.ts = import fs from 'fs'; export const unit = '{word}'");
    for word in ["fr-CA", "MiB", "tools", "src"] {
        assert!(is_told(&root(word)), "{word}");
        assert!(is_told(&ui(word)), "{word}");
    }
    for word in ["react", "shop", "docs", "src/main", "main.ts", "@acme"] {
        assert!(!is_told(&root(word)), "{word}");
        assert!(!is_told(&ui(word)), "{word}");
    }
    assert!(is_told("packages/ui/some.config.ts = export default { name: 'horse' }"));
    assert!(!is_told("apps/shop/some.config.ts = export default { name: 'horse' }"));
}

#[test]
fn what_tells_how_a_package_is_made_is_read() {
    let site = r#"
        shop*: ui
        #vite 6.0.0
        ui
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"vite": "*"}, "scripts": {"build": "vite build"}}
        apps/shop/index.html = <script type="module" src="/src/main.ts"></script>
        apps/shop/src/main.ts = import { one } from 'ui'
        packages/ui/package.json = {"name": "ui", "type": "module", "exports": "./dist/index.js", "scripts": {"build": "tsup"}}
        packages/ui/tsup.config.ts = import { where } from './build/where'; export default { entry: [where] }
        packages/ui/build/where.ts = export const where = 'src/index'
        packages/ui/src/index.ts = export const one = 'src/two'
    "#;
    let base = World::of(site);
    let is_told = |change: &str| is_told_from(&base.snapshot(), &base.with(change).snapshot());
    assert!(!is_told("packages/ui/build/where.ts = export const where = 'src/other'"));
    assert!(is_told("apps/shop/src/main.ts = import { one } from 'ui'; say('src/other')"));
}

#[test]
fn what_two_apps_share_may_have_a_content_of_its_own_in_each() {
    let (component, reach) = (Arc::new(Component::File("shared.ts".to_owned())), Arc::new(Reach::Above));
    let app = |name: &str| {
        let mut inputs = Inputs::default();
        inputs.add_shared(Arc::clone(&component), name.into(), &reach);
        (name.parse().unwrap(), Analysed { path: RepoPath::root(), inputs })
    };
    let structure = Arc::new(Structure::default());
    let apps = [app("shop"), app("blog")].into();
    let analysis = Analysis { production: None, apps, warnings: Vec::new(), structure };
    assert_eq!(kept(&analysis).inputs(), analysis.inputs());
}

#[test]
fn a_variable_of_previews_alone_is_another_build() {
    let analysed = |preview: &str| {
        let banner = format!(r#"apps.shop.env.VITE_BANNER = {{ production = "", preview = "{preview}" }}"#);
        let world = World::of(SITE).with(&format!("frontage.toml = {banner}"));
        Analysis::of_snapshot(world.snapshot(), &Knowledge::default()).map_err(|_| "it can be read").unwrap()
    };
    let (one, same, other) = (analysed("x"), analysed("x"), analysed("y"));
    let (shop, blog) = ("shop".parse().unwrap(), "blog".parse().unwrap());
    let reasons = |app| {
        let found = reasons(&one.apps[app].inputs, &other.apps[app].inputs);
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&shop), ["variable `VITE_BANNER` changed"]);
    assert_eq!(one.apps[&shop].inputs.key(), same.apps[&shop].inputs.key());
    assert_eq!(one.apps[&blog].inputs.own_part(&Component::Variable("VITE_BANNER".to_owned())), None);
}

/// A site with tests: of a shop and of a package that the shop needs.
const TESTED: &str = r#"
    shop*: ui
    ui: ~helpers
    helpers
    .changeset/config.json = {}
    .changeset/one.md = one
    docs/guide/one.md = one
    apps/shop/src/cart.ts = import 'ui'; export const cart = 1
    apps/shop/src/cart.test.ts = import { test } from 'vitest'; import './cart'; test()
    apps/shop/src/__tests__/total.ts = import { test } from 'vitest'; import 'ui'; test()
    apps/shop/src/__tests__/more.ts = import 'ui'; test()
    packages/ui/index.ts = export const one = 1
    packages/ui/src/__tests__/one.test.ts = import 'helpers'
    packages/ui/src/__tests__/two.test.ts = import 'helpers'; import './one.test'
    packages/helpers/index.ts = 1
"#;

/// Whether a change of what no build reads is told, with something added to the site.
fn is_aside(added: &str, change: &str) -> bool {
    let base = World::of(&format!("{TESTED}\n{added}"));
    is_told_from(&base.snapshot(), &base.with(change).snapshot())
}

#[test]
fn what_no_build_reads_may_come_and_go() {
    for change in [
        ".changeset/two.md = two",
        "- .changeset/one.md",
        "docs/guide/two.md = ![](./pic.png)",
        "apps/shop/src/total.test.ts = import { test } from 'vitest'; import '../src/total'; import './cart'; test()",
        "apps/shop/src/cart.test.ts = import 'ui'; export const renamed = fetch('anything')",
        "packages/ui/src/__tests__/three.test.ts = import 'helpers'; mock('../index')",
        "packages/ui/src/__tests__/three.test.ts = import(`./${name}`)",
        "- packages/ui/src/__tests__/two.test.ts",
        "packages/ui/src/__tests__/three.test.ts = 1 \n - packages/ui/src/__tests__/two.test.ts \n .changeset/two.md = 1",
    ] {
        assert!(is_aside("", change), "{change}");
    }
    // What is named is imported by another file as well, or leads nowhere.
    let scoped = r#"packages/helpers/package.json = {"name": "@acme/helpers"}
        packages/ui/package.json = {"name": "ui", "devDependencies": {"@acme/helpers": "*"}}
        packages/ui/src/__tests__/one.test.ts = import '@acme/helpers'"#;
    let mock = |name: &str| format!("packages/ui/src/__tests__/three.test.ts = jest.mock('{name}')");
    assert!(is_aside(scoped, &mock("@acme/helpers")) && is_aside(scoped, &mock("0x11..11")));
    assert!(!is_aside(scoped, &mock("@acme/helpers/deep")) && !is_aside(scoped, &mock("a/../../../../helpers")));
    for change in [
        // In a folder that was not there, or is not any more.
        "packages/ui/src/deep/__tests__/a.ts = 1",
        "- packages/ui/src/__tests__/one.test.ts \n - packages/ui/src/__tests__/two.test.ts",
        // Something is imported that nothing else imports there, or nothing any more.
        "apps/shop/src/total.test.ts = import 'react'",
        "packages/ui/src/__tests__/three.test.ts = import 'helpers/deep'",
        "packages/ui/src/__tests__/three.test.ts = import '../../../../apps/shop/src/cart'",
        "packages/ui/src/__tests__/three.test.ts = mock('../helpers')",
        "packages/ui/src/__tests__/three.test.ts = const at = 'helpers/index'",
        "packages/ui/src/__tests__/three.test.ts = import(name)",
        "packages/ui/src/__tests__/three.test.ts = import 'node:fs'; read('packages/helpers/index.ts')",
        "packages/ui/src/__tests__/three.test.ts = path.join(root, 'packages/helpers')",
        "packages/ui/src/__tests__/three.vue = import 'helpers'",
        "packages/ui/src/__tests__/three.test.ts = import 'raw-loader!./one.test'",
        // By its name it may be anything.
        "packages/ui/src/__tests__/package.json = {\"name\": \"inner\"}",
        "packages/ui/src/__tests__/some.config.ts = 1",
        "packages/ui/a.test.ts = 1",
        "packages/ui/src/a.ts = 1",
        "packages/ui/test/a.ts = 1",
        "packages/ui/public/a.test.ts = 1",
        ".changeset/one.md -> two.md",
    ] {
        assert!(!is_aside("", change), "{change}");
    }
}

#[test]
fn what_is_asked_for_is_read() {
    let (test, changeset) = ("apps/shop/src/__tests__/three.ts = import 'ui'", ".changeset/two.md = 2");
    let shop = |fields: &str| {
        format!(
            r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "scripts": {{"build": "vite build", "start": "node a.js"}}, {fields}}}"#
        )
    };
    let build = |build: &str| {
        format!(
            r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "scripts": {{"build": "{build}", "start": "node a.js"}}}}"#
        )
    };
    for added in [
        // By a text.
        "apps/shop/src/cart.ts = import './__tests__/total'; import 'ui'",
        "apps/shop/src/cart.ts = const at = path.join(x, 'src/__tests__'); import 'ui'",
        r#"apps/shop/tsconfig.json = {"compilerOptions": {"paths": {"tests/*": ["./src/__tests__/*"]}}}"#,
        &shop(r##""imports": {"#tests/*": "./src/__tests__/*"}"##),
        // By what looks through a folder.
        "apps/shop/src/cart.ts = import.meta.glob('./**/*.ts'); import 'ui'",
        "apps/shop/src/cart.ts = import.meta.glob(`./${name}/*.ts`); import 'ui'",
        "apps/shop/src/cart.ts = import all from './*/*.ts'; import 'ui'",
        "apps/shop/src/cart.ts = import(`@/${name}/three.ts`); import 'ui' \n apps/shop/tsconfig.json = {\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}}",
        &build("vite build && cp -r ./src dist/src"),
        &build("vite build && cat ./src/*/*.ts"),
        "apps/shop/src/all.css = @source './**/*.ts'; \n apps/shop/package.json = {\"name\": \"shop\", \"dependencies\": {\"ui\": \"*\"}, \"scripts\": {\"build\": \"tsc && vite build\", \"start\": \"node a.js\"}} \n apps/shop/src/cart.ts = import './all.css'; import 'ui'",
        "apps/shop/src/all.css = @source './*/*.ts'; \n apps/shop/src/cart.ts = import './all.css'; import 'ui'",
        "apps/shop/src/all.css = @source '../../shop/src/*/*.ts'; \n apps/shop/src/cart.ts = import './all.css'; import 'ui'",
        "packages/ui/tailwind.config.ts = export default { content: ['./src/*/*.ts'] } \n apps/shop/tailwind.config.ts = import base from 'ui/tailwind.config'; export default base",
        &shop(r#""frontage": {"inputs": ["docs/**"]}"#),
        "frontage.toml = apps.shop.inputs = [\"docs/**\"]",
        // By a build that reads more.
        "#tailwindcss 4.0.0 \n packages/ui/package.json = {\"name\": \"ui\", \"dependencies\": {\"tailwindcss\": \"*\"}} \n packages/ui/all.css = @import 'tailwindcss'; \n apps/shop/src/cart.ts = import 'ui'; import 'ui/all.css'",
        "apps/shop/package.json = {\"name\": \"shop\", \"dependencies\": {\"ui\": \"*\"}, \"scripts\": {\"build\": \"histoire build\", \"start\": \"node a.js\"}}",
    ] {
        assert!(!is_aside(added, test), "{added}");
    }
    for added in [
        "apps/shop/src/cart.ts = import './__mocks__/total'; import 'ui'",
        "apps/shop/src/cart.ts = import.meta.glob('./*.ts'); import 'ui'",
        "apps/shop/vitest.config.ts = export default { test: { setupFiles: ['./src/__tests__/total.ts'] } }",
        "apps/shop/vite.config.ts = export default { test: { include: ['src/__tests__/**'] } }",
        "apps/shop/vite.config.ts = export default { resolve: { alias: { '@': './src' } } }",
        "apps/shop/some.config.ts = export default { exclude: ['**/__tests__/*.ts'] }",
        "apps/shop/src/cart.ts = say('x.__tests__net'); import 'ui'",
        "apps/shop/src/cart.ts = say('./a/__tests__/*.ts'); import 'ui'",
    ] {
        assert!(is_aside(added, test), "{added}");
    }
    assert!(is_aside("", test) && is_aside("", changeset));
    // A folder's name is no pattern.
    let page = |text: &str| {
        format!("apps/shop/src/[id]/page.ts = {text} \n apps/shop/src/[id]/__tests__/one.ts = import 'ui'")
    };
    let test_of_page = "apps/shop/src/[id]/__tests__/two.ts = import 'ui'";
    assert!(!is_aside(&page("import.meta.glob('./**/*.ts')"), test_of_page));
    assert!(is_aside(&page("import.meta.glob('./*.ts')"), test_of_page));
    assert!(!is_aside("apps/shop/src/cart.ts = import '../../../.changeset/one.md'; import 'ui'", changeset));
    assert!(!is_aside("apps/shop/src/cart.ts = read('docs/guide'); import 'ui'", "docs/guide/two.md = 2"));
}

#[test]
fn what_is_told_of_what_no_build_reads_is_kept() {
    let worlds: Vec<World> = {
        let first = World::of(TESTED);
        let second = first.with("packages/ui/src/__tests__/three.test.ts = import 'helpers'");
        let third = second.with("- packages/ui/src/__tests__/one.test.ts \n - packages/ui/src/__tests__/two.test.ts");
        vec![first, second, third]
    };
    // Two of three go: one still imports what all did.
    assert!(is_told_from(&worlds[0].snapshot(), &worlds[1].snapshot()));
    assert!(is_told_from(&worlds[1].snapshot(), &worlds[2].snapshot()));
    let last = worlds[2].with("- packages/ui/src/__tests__/three.test.ts");
    assert!(!is_told_from(&worlds[2].snapshot(), &last.snapshot()));
}

#[test]
fn where_programs_begin_only_some_words_are_told() {
    let base = "shop*: ui \n ui \n packages/ui/src/index.ts = export const one = 1";
    let is_told = |added: &str, change: &str| {
        let base = World::of(&format!("{base}\n{added}"));
        is_told_from(&base.snapshot(), &base.with(change).snapshot())
    };
    let manifest = r#"packages/ui/package.json = {"name": "ui", "scripts": {"dev": "vite -c src/index.ts"}}"#;
    assert!(is_told("", "packages/ui/src/index.ts = export const one = 2"));
    assert!(!is_told("", "packages/ui/src/index.ts = export const one = createServer()"));
    assert!(!is_told(manifest, "packages/ui/src/index.ts = export const one = 2"));
    let project = |command: &str| {
        format!(r#"packages/ui/project.json = {{"name": "ui", "targets": {{"build": {{"command": "{command}"}}}}}}"#)
    };
    assert!(is_told(&project("vite build"), "packages/ui/src/index.ts = export const one = 2"));
    assert!(!is_told(&project("vite build -c src/index.ts"), "packages/ui/src/index.ts = export const one = 2"));
}
