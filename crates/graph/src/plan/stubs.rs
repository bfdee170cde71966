//! Modules that a build is shown and that do not count, each with another that has the same exports and does nothing: if they
//! truly do not count, the build makes the same of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::Task;

use crate::inputs::{Component, Covered};
use crate::modules::{Language, Record};
use crate::workspace::Workspace;

/// Stubs of the modules of a task that its key does not cover, by path.
pub fn stubs(workspace: &Workspace, task: &Task, covered: &Covered) -> BTreeMap<String, String> {
    let graph = workspace.graph();
    let shown = task.shown.iter().map(|file| file.path.as_str());
    let stub = |path: &str| {
        let node = graph.node(graph.place(path)?).filter(|node| node.record.is_told)?;
        let text = stub(&node.record, Language::of(path)?)?;
        (!counts(covered, path)).then(|| (path.to_owned(), text))
    };
    shown.filter_map(stub).collect()
}

/// Whether a key covers a file, or something of it.
pub fn counts(covered: &Covered, path: &str) -> bool {
    let parts = [Component::File, Component::Signature, Component::Code, Component::Types];
    parts.iter().any(|part| covered.has(&part(path.to_owned())))
}

/// A module with the same exports; none for what is no module.
fn stub(record: &Record, language: Language) -> Option<String> {
    let (value, has_types) = match language {
        Language::TypeScript | Language::TypeScriptJsx => (": any = undefined", true),
        Language::JavaScript => (" = undefined", false),
        Language::Types
        | Language::Markup
        | Language::Page
        | Language::Document
        | Language::Styles
        | Language::Shader => return None,
    };
    let mut text = String::from("export {};\n");
    for passed in record.passed.iter().filter(|passed| has_types || !passed.is_type) {
        let kind = if passed.is_type { "export type" } else { "export" };
        let module = format!("{:?}", passed.module);
        match (&passed.name, &passed.exported) {
            (Some(name), Some(exported)) => writeln!(text, "{kind} {{ {name} as {exported} }} from {module};"),
            (None, Some(exported)) => writeln!(text, "{kind} * as {exported} from {module};"),
            (_, None) => writeln!(text, "{kind} * from {module};"),
        }
        .expect("writing to a string succeeds");
    }
    for name in &record.own {
        let line = match &**name {
            "default" if has_types => "export default undefined as any;".to_owned(),
            "default" => "export default undefined;".to_owned(),
            name if record.types.contains(name) => format!("export type {name} = any;"),
            name => format!("export const {name}{value};"),
        };
        writeln!(text, "{line}").expect("writing to a string succeeds");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_stub_has_the_same_exports() {
        let text = "export { a as b } from './a'; export * as all from './b'; export * from './c';
             export interface Shape {} export const one = go(); export default class {}
             export type { T } from './t';";
        let stub_of = |language| stub(&Record::read(text, language), language).unwrap_or_default();
        let stub = stub_of(Language::TypeScript);
        expect![[r#"
            export {};
            export { a as b } from "./a";
            export * as all from "./b";
            export type { T as T } from "./t";
            export * from "./c";
            export type Shape = any;
            export default undefined as any;
            export const one: any = undefined;
        "#]]
        .assert_eq(&stub);
        let (of_stub, of_text) = (Record::read(&stub, Language::TypeScript), Record::read(text, Language::TypeScript));
        assert_eq!((of_stub.own, of_stub.passed), (of_text.own, of_text.passed));
    }
}
