//! What files say, each a line: the file's name, its text, and then what is read of it.

use expect_test::{Expect, expect};

use super::*;
use crate::nesting::DEEPEST;
use crate::patience::Patience;

/// Reads the text of each line, in which `\n` begins another line, and tells what it exports. In a line that begins
/// with a name and `>`, that is the path of keys that is asked.
fn check(lines: &str, expect: Expect) {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let told = lines.map(|line| {
        let (path, text) = line.split_once(" > ").map_or((None, line), |(path, text)| (Some(path), text));
        let script = read("a.config.ts", &text.replace("\\n", "\n"));
        let value = path.map_or(Some(&script.value), |path| script.at(path));
        let callee = value.and_then(|value| match value {
            Value::Call { callee, .. } => script.module_of(callee),
            _ => None,
        });
        let from = callee.map(|module| format!(" from {module}")).unwrap_or_default();
        format!("{}{from}\n", value.map_or_else(|| "absent".to_owned(), show))
    });
    expect.assert_eq(&told.collect::<String>());
}

fn show(value: &Value) -> String {
    let list = |values: &[Value]| values.iter().map(show).collect::<Vec<_>>().join(", ");
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Nothing => "nothing".to_owned(),
        Value::List(values) => format!("[{}]", list(values)),
        Value::Table(table) => {
            let open = table.is_open.then(|| "…".to_owned());
            let entries = table.entries.iter().map(|(key, value)| format!("{key}: {}", show(value)));
            format!("{{{}}}", entries.chain(open).collect::<Vec<_>>().join(", "))
        }
        Value::Call { callee, arguments } => format!("{callee}({})", list(arguments)),
        Value::Function(returned) => format!("=> {}", show(returned)),
        Value::Unknown => "?".to_owned(),
    }
}

#[test]
fn exports() {
    check(
        r#"
        export default { a: 1 }
        module.exports = { a: "x" }
        exports.a = 1; exports.b = [true, null]
        export = { a: 1 }
        export const a = 1; export const b = "x"
        const config = { a: 1 }; export { config as default }
        export default config; const config = { a: 1 }
        const config: Config = { a: 1 }; export default config satisfies Config
        export default <Config>{ a: 1 }
        export default ({ a: 1 } as const)!
        module.exports = {}; module.exports.a = 1; module.exports.b = { c: 2 }
        module.exports.default = { a: 1 }
        export * from "./other"
        const a = 1
        "#,
        expect![[r#"
            {a: 1}
            {a: "x"}
            {a: 1, b: [true, nothing]}
            {a: 1}
            {a: 1, b: "x"}
            {a: 1}
            {a: 1}
            {a: 1}
            {a: 1}
            {a: 1}
            {a: 1, b: {c: 2}}
            {a: 1}
            ?
            {}
        "#]],
    );
}

#[test]
fn wrappers_and_functions() {
    check(
        r#"
        export default defineConfig({ base: "/x" })
        base > export default defineConfig({ base: "/x" })
        base > export default withA(withB({ base: "/x" }), { silent: true })
        base > export default withMDX({ base: "no" })({ base: "/x" })
        base > export default mergeConfig(shared, defineConfig({ base: "/x" }))
        base > export default mergeConfig(shared, {})
        base > export default defineConfig(({ mode }) => ({ base: "/x" }))
        base > export default defineConfig(() => { const base = "/x"; return { base } })
        base > export default defineConfig(({ mode }) => { if (mode === "a") return { base: "/x" }; return { base: "/x", b: 1 } })
        base > export default defineConfig(({ mode }) => { if (mode === "a") return { base: "/a" }; return { base: "/b" } })
        base > export default async () => { const { x } = await import("y"); return x({ base: "/x" }) }
        base > module.exports = async (phase) => { return { base: "/x" } }
        base > export default function config() { return { base: "/x" } }
        base > const config = () => ({ base: "/x" }); export default config()
        base > export default [a, b].reduce((config, plugin) => plugin(config), { base: "/x" })
        base > export default (() => ({ base: "/x" }))()
        "#,
        expect![[r#"
            defineConfig({base: "/x"})
            "/x"
            "/x"
            "/x"
            "/x"
            ?
            "/x"
            "/x"
            "/x"
            ?
            "/x"
            "/x"
            "/x"
            "/x"
            "/x"
            "/x"
        "#]],
    );
}

#[test]
fn what_depends_on_something_is_unknown() {
    check(
        r#"
        a > export default { a: process.env.X ?? "/x" }
        a > export default { a: process.env.X || "/x" }
        a > export default { a: process.env.X ? "/x" : "/y" }
        a > export default { a: process.env.X ? "/x" : "/x" }
        a > export default { a: `${process.env.X}/x` }
        a > export default { a: fn() }
        a > import a from "./a"; export default { a }
        a > export default { a: "/x", ...rest }
        a > export default { ...rest, a: "/x" }
        b > export default { a: "/x", ...rest }
        b > export default { a: "/x" }
        a > export default { a: "/x", ...(process.env.X && { a: "/y" }) }
        b > export default { b: "/x", ...(process.env.X && { a: "/y" }) }
        a > export default { ...(process.env.X ? { a: "/y" } : {}) }
        a > let a = "/x"; if (process.env.X) a = "/y"; export default { a }
        a > const config = { a: "/x" }; if (process.env.X) { config.a = "/y" } export default config
        a > const config = {}; if (process.env.X) { config.a = "/y" } export default config
        a > const config = { a: "/x" }; function change() { config.a = "/y" } export default config
        a > export default { [process.env.X]: 1, a: 2 }
        a > export default { [process.env.X]: 1 }
        "#,
        expect![[r#"
            ?
            ?
            ?
            "/x"
            ?
            fn()
            ?
            ?
            "/x"
            ?
            absent
            ?
            "/x"
            ?
            ?
            ?
            ?
            ?
            2
            ?
        "#]],
    );
}

#[test]
fn names_texts_and_paths() {
    check(
        r#"
        a > const root = "/x"; export default { a: root }
        a > const root = "/x"; export default { a: `${root}/y` }
        a > const root = "/x"; export default { a: root + "/y" }
        a > const shared = { b: { c: "/x" } }; export default { a: shared.b.c }
        a > const shared = { a: "/x" }; export default { ...shared }
        a > let config = { a: "/x" }; config = withB(config); export default config
        a > export default { a: path.resolve(__dirname, "../out", "x") }
        a > export default { a: resolve(import.meta.dirname, "dist") }
        a > export default { a: fileURLToPath(new URL("./dist", import.meta.url)) }
        a > export default { a: join(process.cwd(), "dist") }
        a > export default { a: resolve(somewhere, "dist") }
        a > export default { a: resolve("/tmp", "dist") }
        a.0 > export default { a: ["x"] }
        a > export default { a: !true, b: void 0 }
        b > export default { a: !true, b: void 0 }
        __proto__ > export default { "__proto__": { a: 1 } }
        "#,
        expect![[r#"
            "/x"
            "/x/y"
            "/x/y"
            "/x"
            "/x"
            "/x"
            "../out/x"
            "dist"
            "./dist"
            "dist"
            resolve(?, "dist")
            resolve("/tmp", "dist")
            absent
            false
            nothing
            {a: 1}
        "#]],
    );
}

#[test]
fn imports() {
    check(
        r#"
        kit.adapter > import adapter from "@sveltejs/adapter-node"; export default { kit: { adapter: adapter({ out: "x" }) } }
        adapter > import { node as adapter } from "adapters"; export default { adapter: adapter() }
        adapter > import * as adapters from "adapters"; export default { adapter: adapters.node() }
        adapter > const adapter = require("adapter"); module.exports = { adapter: adapter() }
        adapter > const { node: adapter } = require("adapters"); module.exports = { adapter: adapter() }
        adapter > const adapter = require("adapter").default; module.exports = { adapter: adapter() }
        adapter > module.exports = { adapter: require("adapter")({ a: 1 }) }
        adapter > const adapter = (await import("adapter")).default; export default { adapter: adapter() }
        "#,
        expect![[r#"
            adapter({out: "x"}) from @sveltejs/adapter-node
            adapter() from adapters
            adapters.node() from adapters
            adapter() from adapter
            adapter() from adapters
            adapter() from adapter
            adapter({a: 1})
            adapter() from adapter
        "#]],
    );
}

#[test]
fn json_with_comments() {
    let text = r#"{ // a comment
        "name": "shop", /* another */ "targets": { "build": { "outputs": ["a",], }, },
    }"#;
    let script = read("project.json", text);
    assert_eq!(script.text("name"), Some("shop"));
    assert_eq!(script.at("targets.build.outputs"), Some(&Value::List(vec![Value::Text("a".to_owned())])));
    assert_eq!(read("project.json", "{").value, Value::Unknown);
    assert_eq!(read("project.json", "").value, Value::Unknown);
}

#[test]
fn no_nesting_breaks_it() {
    // What nests without brackets goes as deep as the text is long.
    let units = ["!", "-", "a=>", "a?", "a=", "typeof ", "new ", "if(a)", "a:", "a**", "await ", "do ", "for(;;)"];
    for unit in units {
        read("a.config.ts", &unit.repeat(LONGEST / unit.len()));
    }
    let brackets =
        ["(", "[", "{", "a(", "`${", "<a>", "a<", "(a=", "a<(", "(a<", "@a(", "<T>(", "{a:", "class a{a=", "import("];
    for unit in brackets {
        for deep in [DEEPEST - 1, DEEPEST + 1, LONGEST / unit.len()] {
            read("a.config.tsx", &unit.repeat(deep));
            read("a.config.ts", &format!("type A = {}", unit.repeat(deep)));
            read("a.json", &unit.repeat(deep));
        }
    }
}

#[test]
fn values_that_double_are_cut() {
    let mut text = "const a0 = { x: 1, y: 2 };\n".to_owned();
    for level in 1..60 {
        text.push_str(&format!("const a{level} = {{ x: a{}, y: a{} }};\n", level - 1, level - 1));
    }
    let script = read("a.config.js", &format!("{text}export default a59"));
    assert!(script.value.size() <= 50_000);
    let spread = (1..40).fold("let f = () => 1;".to_owned(), |text, at| format!("{text} f = () => [f(), f(), {at}];"));
    assert!(read("a.config.js", &format!("{spread} export default f")).value.size() <= 50_000);
    // Texts double as well, and a long name in a table is as often there as the table.
    for twice_as_long in ["A + A", "`${A}${A}`", "join(A, A)"] {
        let next = |at: usize| format!("const a{at} = {};\n", twice_as_long.replace('A', &format!("a{}", at - 1)));
        let longer: String = (1..60).map(next).collect();
        let text = format!("const a0 = \"ab\"; {longer} export default a59");
        assert_eq!(read("a.config.js", &text).value, Value::Unknown);
    }
    let long = format!("const a = {{ {}: 1 }}; export default [{}]", "k".repeat(40_000), "a,".repeat(20_000));
    assert_eq!(read("a.config.js", &long).value, Value::Unknown);
    // Of a file that is not read to its end, nothing is known.
    let late = format!("module.exports = {{ a: 1 }}; {text} module.exports = {{ a: 2 }}");
    assert_eq!(read("a.config.js", &late).value, Value::Unknown);
}

/// What is looked up, returned or spread again and again takes no more time for being long.
#[test]
fn long_values_take_no_time() {
    let patience = Patience::begins();
    let list = "1,".repeat(12_000);
    let keys: String = (0..3000).map(|at| format!("a{at}: 1,")).collect();
    let spread: String = (0..5000).map(|at| format!("a{at}: 1, ...a,")).collect();
    for text in [
        format!("const a = [{list}]; {}", "a;".repeat(30_000)),
        format!("export default () => {{ return {{ {keys} }}; {} }}", "if (a) return { a: 1 };".repeat(2000)),
        format!("export default {{ {spread} }}"),
        format!("let a = {{ {keys} }}; {}", "if (a) a = { a: 1 };".repeat(2000)),
    ] {
        read("a.config.js", &text);
    }
    patience.ends();
}

#[test]
fn what_is_too_long_or_no_script_is_unknown() {
    assert_eq!(read("a.config.js", &format!("export default {{}} //{}", "x".repeat(LONGEST))).value, Value::Unknown);
    assert_eq!(read("a.config.js", "export default {").value, Value::Unknown);
    assert_eq!(read("a.config.js", "\0\u{1}\u{feff}").value, Value::Unknown);
}
