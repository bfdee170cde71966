//! Tests of modules.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};

use super::kind::Kind;
use super::record::{Language, Record, Wanted};
use crate::knowledge::Knowledge;
use crate::notation::World;
use crate::patience::Patience;

/// What a text says, a line each.
fn check(language: Language, text: &str, expected: Expect) {
    expected.assert_eq(&said(&Record::read(text, language)));
}

fn said(record: &Record) -> String {
    let mut lines = Vec::new();
    for import in &record.imports {
        let wanted = match &import.wanted {
            Wanted::All => "*".to_owned(),
            Wanted::Names(names) => names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" "),
        };
        let kind = if import.is_type { "type" } else { "import" };
        lines.push(format!("{kind} {}: {wanted}", import.module).trim_end().to_owned());
    }
    for passed in &record.passed {
        let kind = if passed.is_type { "pass type" } else { "pass" };
        let name = passed.name.as_deref().unwrap_or("*");
        let exported = passed.exported.as_deref().unwrap_or("*");
        lines.push(format!("{kind} {}: {name} as {exported}", passed.module));
    }
    let mut list = |what: &str, names: &std::collections::BTreeSet<Box<str>>| {
        if !names.is_empty() {
            lines.push(format!("{what} {}", names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ")));
        }
    };
    list("exports", &record.own);
    list("paths", &record.paths);
    if record.is_open {
        lines.push("open".to_owned());
    }
    if !record.is_told {
        lines.push("untold".to_owned());
    }
    lines.join("\n")
}

#[test]
fn imports_with_what_is_wanted_of_them() {
    check(
        Language::JavaScript,
        "import a, { b as c } from 'x'; import * as d from './d'; import './style.css'; import { unused } from 'y';",
        expect![[r#"
            import ./d:
            import ./style.css:
            import x: b default
            import y: unused"#]],
    );
    check(
        Language::TypeScript,
        "import { value, Shape, unused } from './x'; import type { T } from './t'; import { type U, v } from './u';
         const a: Shape = value(v); type W = import('./w').W; import old = require('./old');",
        expect![[r#"
            import ./old: *
            type ./t: T
            import ./u: v
            type ./u: U
            type ./w: *
            import ./x: value"#]],
    );
    check(
        Language::TypeScript,
        "import { Service } from './s'; @inject() class A { constructor(s: Service) {} }",
        expect!["import ./s: Service"],
    );
    check(
        Language::TypeScriptJsx,
        "import { Button, Icon } from 'ui'; import * as S from './s'; export default () => <Button as={S.Box}/>;",
        expect![[r#"
            import ./s: Box
            import ui: Button
            exports default"#]],
    );
}

#[test]
fn what_is_passed_on() {
    check(
        Language::TypeScript,
        "export * from './a'; export * as b from './b'; export { c, default as d } from './c'; export type { E } from './e';
         import { f, g } from './f'; export { f, g as h }; import I from './i'; export default I; f();",
        expect![[r#"
            import ./f: f
            import ./i: default
            pass ./b: * as b
            pass ./c: c as c
            pass ./c: default as d
            pass type ./e: E as E
            pass ./f: f as f
            pass ./f: g as h
            pass ./a: * as *
            exports default"#]],
    );
    check(
        Language::JavaScript,
        "import { f } from './f'; export { f }; export const a = 1, { b, c: [d] } = x; export function e() {} export class G {} const h = 1; export { h as i };",
        expect![[r#"
            import ./f:
            pass ./f: f as f
            exports G a b d e i"#]],
    );
}

#[test]
fn what_is_asked_for_when_it_runs() {
    check(
        Language::JavaScript,
        "import('./a'); require('b'); require.resolve('c/d'); import.meta.resolve('e'); import(`./l/${x}.json`); import(`./whole`); import(dark ? './dark' : './light'); require('./m/' + name);",
        expect![[r#"
            import ./a: *
            import ./dark: *
            import ./light: *
            import ./whole: *
            import b: *
            import c/d: *
            import e: *
            paths ./l/$.json ./m/ ./m/$"#]],
    );
    for open in ["import(name)", "import(`${name}`)", "require(at(x))", "require(a + b)"] {
        assert!(Record::read(open, Language::JavaScript).is_open, "{open}");
    }
    assert!(!Record::read("load(name); x.require(name)", Language::JavaScript).is_open);
}

#[test]
fn texts_that_may_be_paths() {
    check(
        Language::TypeScript,
        "new URL('./w.ts', import.meta.url); import.meta.glob('./pages/**/*.tsx'); join(__dirname, `../data/${x}.json`); say('./two\\nlines'); const s = 'not ./one';",
        expect!["paths ../data/$.json ./pages/**/*.tsx ./w.ts"],
    );
}

#[test]
fn what_cannot_be_parsed_is_searched() {
    check(
        Language::JavaScript,
        "import { a } from './a'; const = ; let x = require('./b') '../c/d'",
        expect![[r#"
        import ./a: a
        import ./b: *
        paths ../c/d
        untold"#]],
    );
    check(
        Language::JavaScript,
        "module.exports = { a: require('./a') }",
        expect![[r#"
            import ./a: *
            untold"#]],
    );
    check(
        Language::Markup,
        "<script setup lang='ts'>\nimport A from './A.vue'\nimport type { B } from './b'\n</script><img src='./x.svg'>",
        expect![[r#"
            import ./A.vue: default
            type ./b: B default
            import ./x.svg: *
            untold"#]],
    );
}

#[test]
fn styles_and_data() {
    check(
        Language::Styles,
        "@import 'base'; @use \"../tokens\" as t; @import url(./reset.css); a { background: url(img/x.png) } @source '../../ui/src'; @config './tailwind.config.js';",
        expect![[r#"
            import ../tokens: *
            import ./reset.css: *
            import ./tailwind.config.js: *
            import base: *
            import img/x.png: *
            paths ../../ui/src
            untold"#]],
    );
}

#[test]
fn no_nesting_breaks_it() {
    let units = [
        "(",
        "[",
        "a?",
        "a+",
        "!",
        "`${",
        "<a>",
        "{",
        "a=>",
        "class A { a = ",
        "a()",
        "if(a){}else ",
        "new ",
        "a[0]",
        "({a:",
        "(function(){",
        "a:",
        "for(;;)",
        "a=",
        "@a ",
        "await ",
        "a,",
        "a||",
        "a**",
        "import(",
        "export {",
    ];
    let texts = units.iter().flat_map(|unit| [100, 3_000, 60_000].map(|times| unit.repeat(times)));
    let types = ["(", "A<", "keyof ", "A extends B ? ", "A|", "()=>"]
        .iter()
        .map(|unit| format!("type A = {}", unit.repeat(60_000)));
    let files: std::collections::BTreeMap<String, (&str, Vec<u8>)> = texts
        .chain(types)
        .map(|text| format!("import './a';\n{text}"))
        .chain(["[".repeat(100_000)])
        .enumerate()
        .map(|(at, text)| (format!("{at}.tsx"), ("100644", text.into_bytes())))
        .collect();
    let snapshot = crate::Snapshot::in_memory(&files);
    let wanted: Vec<(&str, Kind)> =
        files.keys().map(|path| (path.as_str(), Kind::Module(Language::TypeScriptJsx))).collect();
    let records = Knowledge::default().records(&snapshot, &wanted, true).unwrap();
    let imports = |record: &Record| record.imports.iter().any(|import| import.module.as_ref() == "./a");
    assert_eq!(records.iter().filter(|record| !imports(record)).count(), 1, "all but the last import it");
    let compiler: Vec<(&str, Kind)> = files.keys().map(|path| (path.as_str(), Kind::Compiler)).collect();
    assert_eq!(Knowledge::default().records(&snapshot, &compiler, true).unwrap().len(), files.len());
}

#[test]
fn a_content_that_was_seen_in_another_commit_is_not_read_again() {
    let knowledge = Knowledge::default();
    let of = |text: &str| {
        let files = [("a.ts".to_owned(), ("100644", text.as_bytes().to_vec()))];
        crate::Snapshot::in_memory(&files.into_iter().collect())
    };
    let wanted = [("a.ts", Kind::Module(Language::TypeScript))];
    let first = knowledge.records(&of("import 'x'"), &wanted, true).unwrap();
    let other = knowledge.records(&of("import 'y'"), &wanted, true).unwrap();
    let again = knowledge.records(&of("import 'x'"), &wanted, true).unwrap();
    assert_ne!(first, other);
    assert!(std::sync::Arc::ptr_eq(&first[0], &again[0]));
}

#[test]
fn an_import_without_an_end_ends_at_the_next() {
    check(
        Language::Styles,
        "@import 'a'\n@import 'b', url(c)\n",
        expect![[r#"
            import a: *
            import b: *
            import c: *
            untold"#]],
    );
    let patience = Patience::begins();
    Record::read(&"@import ".repeat(100_000), Language::Styles);
    patience.ends();
}

#[test]
fn what_is_too_large_may_import_anything() {
    let module = Kind::Module(Language::JavaScript);
    let text = |length: usize| (format!("import './a'; // {}", "a".repeat(length)), module);
    let records = super::read(&[text(4_000_000), text(10)]);
    assert_eq!(records.iter().map(|record| record.is_open).collect::<Vec<bool>>(), [true, false]);
    assert!(records.iter().all(|record| record.imports[0].module.as_ref() == "./a"));
}

#[test]
fn names_of_a_file_are_those_that_it_is_found_by() {
    let names = ["a", "a.ts", "a.js", "a.d.ts", "a.d.js", "a.web.tsx", "a.mts", "a.mjs", "a.svg", "index", "index.ts"];
    let paths: Vec<String> = ["", "a/", "a/index/"]
        .iter()
        .flat_map(|folder| names.map(|name| format!("apps/shop/{folder}{name}")))
        .collect();
    let files: Vec<&String> = paths.iter().filter(|path| !path.ends_with("/a") && !path.ends_with("/index")).collect();
    let site = files.iter().map(|file| format!("{file} = 1")).collect::<Vec<String>>().join("\n");
    let workspace = World::of(&format!("shop* \n {site}")).workspace().expect("it can be read");
    let graph = workspace.graph();
    for path in paths.iter().chain([&"apps/shop".to_owned()]) {
        let found: BTreeSet<&str> = graph.candidates(path).into_iter().map(|file| graph.path(file)).collect();
        for file in &files {
            let is_found = found.contains(file.as_str());
            assert_eq!(is_found, super::names_of(file).any(|name| name == *path), "{path} {file}");
            let begins = || super::beginnings(path).iter().any(|beginning| file.starts_with(beginning));
            assert!(!is_found || *file == path || begins(), "{path} {file}");
        }
    }
}
