/** Changes one statement of a module, so that what it does is another thing and what it imports by name is not. */

const replaced = ({ start, end }, text) => ({ start, end, text });
const inserted = (at, text) => ({ start: at, end: at, text });

/** Whether a text may name a module or a file: another name would be another question. */
const isName = (text) => /^[.~@#/]/.test(text) || /\.\w+$/.test(text);

const OPPOSITE = { "===": "!==", "!==": "===", "==": "!=", "!=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<" };

/** For each kind of change what it makes of a node, if anything. */
const KINDS = {
  text(node, source) {
    if (node.type === "StringLiteral") return node.value && !isName(node.value) ? inserted(node.end - 1, "x") : undefined;
    if (node.type !== "TemplateElement" && node.type !== "JSXText") return undefined;
    const written = source.slice(node.start, node.end).trimEnd();
    return written ? inserted(node.start + written.length, "x") : undefined;
  },
  number(node) {
    if (node.type !== "NumericLiteral") return undefined;
    const next = node.value + 1;
    return next === node.value ? undefined : replaced(node, `${next}`);
  },
  boolean: (node) => (node.type === "BooleanLiteral" ? replaced(node, `${!node.value}`) : undefined),
  condition(node, source) {
    const isCondition = ["IfStatement", "ConditionalExpression", "WhileStatement"].includes(node.type);
    return isCondition ? replaced(node.test, `!(${source.slice(node.test.start, node.test.end)})`) : undefined;
  },
  comparison(node, source) {
    const opposite = node.type === "BinaryExpression" && OPPOSITE[node.operator];
    if (!opposite) return undefined;
    const start = source.indexOf(node.operator, node.left.end);
    return replaced({ start, end: start + node.operator.length }, opposite);
  },
  call(node) {
    if (node.type !== "ExpressionStatement") return undefined;
    const { expression } = node;
    const called = expression.type === "AwaitExpression" ? expression.argument : expression;
    return /^(Optional)?CallExpression$/.test(called.type) ? replaced(node, ";") : undefined;
  },
  returned(node, source) {
    const isArrow = node.type === "ArrowFunctionExpression" && node.body.type !== "BlockStatement";
    const value = isArrow ? node.body : node.type === "ReturnStatement" && node.argument;
    return value ? replaced(value, `[${source.slice(value.start, value.end)}]`) : undefined;
  },
};

/** What TypeScript adds that does something. */
const NO_TYPES = [
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSExportAssignment",
  "TSParameterProperty",
];

/** The parts of a node that do something: no types, no names of modules or properties, no directives. */
function parts(node) {
  const { type } = node;
  if (node.declare || type.startsWith("Import") || type === "ExportAllDeclaration") return [];
  if (type.startsWith("TS") && !NO_TYPES.includes(type)) return [];
  const isImport = type === "CallExpression" && (node.callee.type === "Import" || node.callee.name === "require");
  const names = ["source", "specifiers", "directives", ...(isImport ? ["arguments"] : []), ...(node.computed ? [] : ["key", "id"])];
  const inner = Object.entries(node).filter(([name]) => !names.includes(name) && !name.endsWith("Comments"));
  return inner.flatMap(([, value]) => value).filter((value) => typeof value?.type === "string" && typeof value.start === "number");
}

function parsed(parse, file, text) {
  const isTypeScript = /\.m?tsx?$/.test(file);
  const plugins = ["decorators-legacy", ...(isTypeScript ? ["typescript"] : []), ...(/\.m?ts$/.test(file) ? [] : ["jsx"])];
  try {
    return parse(text, { sourceType: "unambiguous", plugins }).program;
  } catch {
    return undefined;
  }
}

/**
 * A module's source with one change, of a kind and in a place that `draw(what, limit)` chooses; nothing if there is none,
 * or if the module does not parse before or after.
 */
export function mutated(parse, file, source, draw) {
  const found = Object.keys(KINDS).map((kind) => [kind, []]);
  const open = [parsed(parse, file, source)];
  for (let node = open.pop(); node; node = open.pop()) {
    for (const [kind, changes] of found) {
      const change = KINDS[kind](node, source);
      if (change) changes.push(change);
    }
    open.push(...parts(node));
  }
  const possible = found.filter(([, changes]) => changes.length > 0);
  if (possible.length === 0) return undefined;
  const [kind, changes] = possible[draw("kind", possible.length)];
  const { start, end, text } = changes[draw("place", changes.length)];
  const result = source.slice(0, start) + text + source.slice(end);
  return parsed(parse, file, result) && { kind, line: source.slice(0, start).split("\n").length, source: result };
}
