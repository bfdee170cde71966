//! The packages that an app needs, drawn: which of them changed, and on which ways that gets to the app.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use graph::Workspace;
use model::{App, Reason, RepoPath};

/// What is drawn. Packages stand in columns, each beyond all that need it.
pub struct Drawing {
    app: String,
    nodes: Vec<Node>,
    /// Places of who needs and who is needed, and whether a change takes this way.
    edges: Vec<(usize, usize, bool)>,
}

struct Node {
    name: String,
    folder: String,
    column: usize,
    is_changed: bool,
    is_on_way: bool,
}

impl Drawing {
    /// An app with every package that it needs, where these files differ and these reasons follow from it.
    pub fn of<'a>(
        workspace: &Workspace,
        app: &App,
        changed: &BTreeSet<String>,
        reasons: impl Iterator<Item = &'a Reason>,
    ) -> Drawing {
        let closure = workspace.closure(&app.path, true);
        let members: Vec<&RepoPath> = std::iter::once(&app.path).chain(closure.members()).collect();
        let places: BTreeMap<&RepoPath, usize> = members.iter().zip(0..).map(|(path, at)| (*path, at)).collect();
        let needed = |at: usize| -> BTreeSet<usize> {
            let with_dev = at == 0 || workspace.members[members[at]].has_task();
            let needs = workspace.needs();
            let needed = needs.direct(members[at], with_dev).chain(needs.imported(members[at]));
            needed.filter_map(|path| places.get(path).copied()).collect()
        };
        let edges: Vec<(usize, usize)> =
            (0..members.len()).flat_map(|at| needed(at).into_iter().map(move |to| (at, to))).collect();
        let columns = columns(workspace, &members, &edges);
        let owners: BTreeSet<&RepoPath> = changed.iter().filter_map(|path| workspace.owner(path)).collect();
        let on_way: BTreeSet<&str> = reasons.flat_map(|reason| &reason.via).map(String::as_str).collect();
        let node = |(path, column): (&&RepoPath, usize)| Node {
            name: if **path == app.path { app.name.to_string() } else { workspace.members[*path].name.clone() },
            folder: path.to_string(),
            column,
            is_changed: owners.contains(path),
            is_on_way: **path == app.path || on_way.contains(workspace.members[*path].name.as_str()),
        };
        let nodes: Vec<Node> = members.iter().zip(columns).map(node).collect();
        let is_on_way = |from: usize, to: usize| {
            nodes[from].is_on_way && nodes[to].is_on_way && nodes[from].column < nodes[to].column
        };
        let edges = edges.into_iter().map(|(from, to)| (from, to, is_on_way(from, to))).collect();
        Drawing { app: app.name.to_string(), nodes, edges }
    }

    /// For Graphviz. Source: graphviz.org, "DOT Language".
    pub fn dot(&self) -> String {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let mut text =
            format!("digraph {} {{\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n", quoted(&self.app));
        for (at, node) in self.nodes.iter().enumerate() {
            let look = match (node.is_changed, node.is_on_way) {
                (true, _) => ", style=filled, fillcolor=\"#f5c9b5\"",
                (false, true) => ", penwidth=2",
                (false, false) => ", color=gray, fontcolor=gray30",
            };
            writeln!(text, "  n{at} [label={}{look}];", quoted(&node.name)).expect("writing to a string succeeds");
        }
        for (from, to, is_on_way) in &self.edges {
            let look = if *is_on_way { " [penwidth=2]" } else { " [color=gray]" };
            writeln!(text, "  n{from} -> n{to}{look};").expect("writing to a string succeeds");
        }
        text.push('}');
        text
    }

    /// For a browser: everything in one page, which asks nobody for anything.
    pub fn html(&self) -> String {
        let (width, height, gap) = (230, 26, 8);
        let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        // What matters stands on top.
        order.sort_by_key(|at| (!self.nodes[*at].is_changed, !self.nodes[*at].is_on_way, &self.nodes[*at].name));
        let mut places = vec![(0, 0); self.nodes.len()];
        for at in order {
            let row = rows.entry(self.nodes[at].column).or_default();
            places[at] = (20 + self.nodes[at].column * (width + 90), 20 + *row * (height + gap));
            *row += 1;
        }
        let columns = rows.keys().max().copied().unwrap_or_default() + 1;
        let tallest = rows.values().max().copied().unwrap_or_default();
        let mut drawn = String::new();
        for (from, to, is_on_way) in &self.edges {
            let ((x, y), (to_x, to_y)) = (places[*from], places[*to]);
            let (x, y, to_y) = (x + width, y + height / 2, to_y + height / 2);
            let class = if *is_on_way { "way" } else { "" };
            writeln!(
                drawn,
                "<path class=\"{class} from{from} to{to}\" d=\"M{x} {y} C{} {y} {} {to_y} {to_x} {to_y}\"/>",
                x + 45,
                to_x.saturating_sub(45),
            )
            .expect("writing to a string succeeds");
        }
        for (at, (node, (x, y))) in self.nodes.iter().zip(&places).enumerate() {
            let class = match (node.is_changed, node.is_on_way) {
                (true, _) => "changed",
                (false, true) => "way",
                (false, false) => "",
            };
            let (name, folder) = (escaped(&shortened(&node.name)), escaped(&node.folder));
            writeln!(
                drawn,
                "<g class=\"{class}\" data-at=\"{at}\"><title>{folder}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" \
                 height=\"{height}\" rx=\"4\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
                x + 8,
                y + 17,
                name,
            )
            .expect("writing to a string succeeds");
        }
        let app = escaped(&self.app);
        let changed = self.nodes.iter().filter(|node| node.is_changed).count();
        let (page_width, page_height) = (40 + columns * (width + 90), 60 + tallest * (height + gap));
        format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{app}: what it needs</title>\n<style>{STYLE}</style>\n\
             <h1>{app}</h1>\n<p>{} packages, {changed} of them changed. Changed ones are filled, the ways from them bold; point at \
             one to see what it needs and who needs it.</p>\n\
             <svg width=\"{page_width}\" height=\"{page_height}\">\n{drawn}</svg>\n<script>{SCRIPT}</script>\n</html>",
            self.nodes.len() - 1,
        )
    }
}

/// How many steps each member is from the app at most, so that all ways lead to one side, but for circles.
fn columns(workspace: &Workspace, members: &[&RepoPath], edges: &[(usize, usize)]) -> Vec<usize> {
    let position = |at: usize| workspace.build_position(members[at]);
    let mut order: Vec<&(usize, usize)> =
        edges.iter().filter(|(from, to)| *from == 0 || position(*to) < position(*from)).collect();
    // Who needs others is built after them.
    order.sort_by_key(|(from, _)| (*from != 0, std::cmp::Reverse(position(*from))));
    let mut columns = vec![0; members.len()];
    for (from, to) in order {
        columns[*to] = columns[*to].max(columns[*from] + 1);
    }
    columns
}

const STYLE: &str = "body{font:14px system-ui,sans-serif;margin:16px;color:#222}h1{font-size:20px;margin:0}\
rect{fill:#fff;stroke:#bbb}text{font-size:13px;fill:#666}path{fill:none;stroke:#ddd}\
.way rect{stroke:#222;stroke-width:2}.way text,.changed text{fill:#000}.changed rect{fill:#f5c9b5;stroke:#a33;stroke-width:2}\
path.way{stroke:#a33;stroke-width:2}path.lit{stroke:#06c;stroke-width:2}";

const SCRIPT: &str = "for (const node of document.querySelectorAll('g')) {\
const at = node.dataset.at;\
const lit = on => document.querySelectorAll(`path.from${at}, path.to${at}`).forEach(path => path.classList.toggle('lit', on));\
node.addEventListener('mouseenter', () => lit(true));node.addEventListener('mouseleave', () => lit(false));}";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// As much of a name as has room; all of it stands in the title's folder.
fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= 30 { name.to_owned() } else { format!("…{}", name.chars().skip(count - 29).collect::<String>()) }
}
