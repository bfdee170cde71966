//! Packages of the workspace that are imported without being asked for: it works where they are installed all the same, and
//! no other tool knows of it.

use std::collections::{BTreeMap, HashMap};

use crate::diagnostic::Diagnostic;
use crate::modules::package_of;
use crate::workspace::{Member, Workspace};

/// How many of them are told.
const MOST_TOLD: usize = 20;

/// Members and packages of the workspace that they import without asking for them, each with the first file that does.
pub type Undeclared<'a> = BTreeMap<(&'a str, &'a str), &'a str>;

/// The packages that members import and neither their manifests nor their roots' ask for.
pub fn found(workspace: &Workspace) -> Undeclared<'_> {
    let by_name: HashMap<(&str, &str), &Member> =
        workspace.members.values().map(|member| ((member.root.as_str(), member.name.as_str()), member)).collect();
    let mut found: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for (file, node) in workspace.graph().nodes() {
        let Some(member) = node.member.as_ref().and_then(|member| workspace.members.get(member)) else { continue };
        for module in node.record.modules().filter(|module| !module.starts_with('.')) {
            let package = package_of(module);
            let Some(other) = by_name.get(&(member.root.as_str(), package)) else { continue };
            let is_own = other.path == member.path;
            if !is_own && !workspace.asks_for(&member.path, package) && !is_alias(workspace, member, module) {
                let path = workspace.graph().path(file);
                found
                    .entry((member.path.as_str(), package))
                    .and_modify(|first| *first = path.min(first))
                    .or_insert(path);
            }
        }
    }
    found
}

/// A warning for each of them.
pub fn warnings(found: &Undeclared<'_>) -> Vec<Diagnostic> {
    let more = found.len().saturating_sub(MOST_TOLD);
    let told = found.iter().take(MOST_TOLD).map(|((member, package), file)| {
        let manifest = if member.is_empty() { "package.json".to_owned() } else { format!("{member}/package.json") };
        Diagnostic::warning(format!("it does not ask for `{package}`, which `{file}` imports"))
            .in_file(manifest)
            .hint(format!("add `{package}` to its `dependencies`"))
    });
    let rest = (more > 0).then(|| Diagnostic::warning(format!("and {more} more imports that no manifest asks for")));
    told.chain(rest).collect()
}

/// Whether a name stands for files by the configuration of a compiler, which asks for no package.
fn is_alias(workspace: &Workspace, member: &Member, module: &str) -> bool {
    !workspace.graph().alias(&member.path, module).is_empty()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::notation::World;

    fn check(site: &str, expected: Expect) {
        let workspace = World::of(site).workspace().expect("it can be read");
        let said: Vec<String> = super::warnings(&super::found(&workspace)).iter().map(ToString::to_string).collect();
        expected.assert_eq(&said.join("\n"));
    }

    #[test]
    fn what_nobody_asks_for_is_told_once() {
        check(
            "shop* \n ui \n apps/shop/b.ts = import 'ui' \n apps/shop/a.ts = export * from 'ui/lib'",
            expect![[r#"
                apps/shop/package.json: it does not ask for `ui`, which `apps/shop/a.ts` imports
                hint: add `ui` to its `dependencies`"#]],
        );
    }

    #[test]
    fn what_is_asked_for_or_configured_is_not() {
        check("shop*: ui \n ui \n apps/shop/a.ts = import 'ui'", expect![]);
        check("shop*: ~ui \n ui \n apps/shop/a.ts = import 'ui'", expect![]);
        check("ui \n shop* \n packages/ui/a.ts = import 'ui/b'", expect![]);
        check(
            r#"
                shop*
                ui
                apps/shop/a.ts = import 'ui'
                apps/shop/tsconfig.json = {"compilerOptions": {"paths": {"ui": ["../../packages/ui/index.ts"]}}}
            "#,
            expect![],
        );
        check("shop* \n apps/shop/a.ts = import 'nowhere'", expect![]);
    }
}
