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
    packages/ui/button.ts = export const Button = 1
    packages/ui/index.ts = import 'tokens'; export * from './button'
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
    ] {
        assert!(is_told(change), "{change}");
    }
    for change in [
        "apps/shop/cart.ts = export const cart = 1",
        "apps/shop/cart.ts = import './total'; import './logo.svg'; export const cart = 'cart'",
        "apps/shop/cart.ts = import './total'; export const cart = 'react'",
        "apps/shop/cart.ts = import './total'; export const cart = '@acme/source'",
        "packages/ui/build/where.ts = export const where = 'src/buttons'",
        "apps/shop/cart.ts = import './total'; export const cart = 'total.ts'",
        "apps/shop/cart.ts = import './total'; export const basket = 'cart'",
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
fn what_two_apps_share_may_have_a_content_of_its_own_in_each() {
    let (component, reach) = (Arc::new(Component::File("shared.ts".to_owned())), Arc::new(Reach::Above));
    let app = |name: &str| {
        let mut inputs = Inputs::default();
        inputs.add_shared(Arc::clone(&component), name.into(), &reach);
        (name.parse().unwrap(), Analysed { path: RepoPath::root(), inputs })
    };
    let structure = Structure::default();
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
