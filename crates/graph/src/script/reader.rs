//! Works out what a parsed file exports, statement by statement.

use std::collections::BTreeMap;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Argument, ArrayExpressionElement, ArrowFunctionBody, AssignmentOperator, AssignmentTarget, BinaryOperator,
    BindingPattern, CallExpression, Declaration, ExportDefaultDeclarationKind, Expression, FormalParameters, Function,
    FunctionBody, ImportDeclarationSpecifier, LogicalOperator, ModuleExportName, NewExpression, ObjectExpression,
    ObjectPropertyKind, PropertyKey, Statement, TemplateLiteral, UnaryOperator, VariableDeclaration,
};
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use super::{Script, Table, Value};

/// How deep values are followed.
const DEEPEST: usize = 60;

/// How many values may be made for one file: names that hold names that hold names double at each.
const MOST_VALUES: usize = 50_000;

/// The name that stands for what the file exports.
const EXPORTS: &str = "module.exports";

/// Functions of `path` that make one path of several.
const JOINING: [&str; 4] = ["join", "resolve", "path.join", "path.resolve"];

pub(super) fn read(file: &str, text: &str) -> Script {
    let allocator = Allocator::default();
    let Ok(language) = SourceType::from_path(file) else { return read_json(&allocator, text) };
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    let parsed = Parser::new(&allocator, text, language).with_options(options).parse();
    if parsed.panicked {
        return Script::default();
    }
    // Functions are known before the statement that makes them: the second time, every name is.
    let mut reader = Reader::default();
    reader.statements(&parsed.program.body);
    let mut reader = Reader { hoisted: reader.scopes.pop().unwrap_or_default(), ..Reader::default() };
    reader.statements(&parsed.program.body);
    reader.script(text.contains("export") || !parsed.diagnostics.is_empty())
}

fn read_json(allocator: &Allocator, text: &str) -> Script {
    let parsed = Parser::new(allocator, text, SourceType::mjs()).parse_expression();
    let value = parsed.map_or(Value::Unknown, |expression| Reader::default().value(&expression));
    Script { value, imports: BTreeMap::new() }
}

type Names = BTreeMap<String, Value>;

struct Reader {
    imports: BTreeMap<String, String>,
    /// Names of the file, then of each function that is being read.
    scopes: Vec<Names>,
    /// Names that the file will have given at its end.
    hoisted: Names,
    exported: Table,
    /// What the function that is being read returns.
    returned: Vec<Option<Value>>,
    /// How many conditions stand around the statement.
    conditions: usize,
    depth: usize,
    fuel: usize,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader {
            imports: BTreeMap::new(),
            scopes: vec![Names::new()],
            hoisted: Names::new(),
            exported: Table::default(),
            returned: Vec::new(),
            conditions: 0,
            depth: 0,
            fuel: MOST_VALUES,
        }
    }
}

impl Reader {
    /// What the file exports; if nothing was found, although it speaks of exports, that is unknown. So it is if not all
    /// was looked at: what comes later may say otherwise.
    fn script(mut self, may_export: bool) -> Script {
        let value = match self.scopes[0].remove(EXPORTS) {
            _ if self.fuel == 0 => Value::Unknown,
            Some(value) => value,
            None if self.exported.entries.is_empty() && may_export => Value::Unknown,
            None => match self.exported.entries.remove("default") {
                Some(default) => default,
                None => Value::Table(self.exported),
            },
        };
        Script { value, imports: self.imports }
    }

    fn statements(&mut self, statements: &[Statement<'_>]) {
        self.depth += 1;
        if self.depth < DEEPEST {
            statements.iter().for_each(|statement| self.statement(statement));
        }
        self.depth -= 1;
    }

    fn statement(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::ImportDeclaration(import) => {
                for specifier in import.specifiers.iter().flatten() {
                    let local = match specifier {
                        ImportDeclarationSpecifier::ImportSpecifier(specifier) => &specifier.local,
                        ImportDeclarationSpecifier::ImportDefaultSpecifier(specifier) => &specifier.local,
                        ImportDeclarationSpecifier::ImportNamespaceSpecifier(specifier) => &specifier.local,
                    };
                    self.imports.insert(local.name.to_string(), import.source.value.to_string());
                }
            }
            Statement::ExportDefaultDeclaration(export) => {
                let value = match &export.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(function) => self.function(function),
                    other => other.as_expression().map_or(Value::Unknown, |expression| self.value(expression)),
                };
                self.exported.entries.insert("default".to_owned(), value);
            }
            Statement::ExportDeclaration(export) => {
                for name in self.declaration(&export.declaration) {
                    let value = self.name(&name);
                    self.exported.entries.insert(name, value);
                }
            }
            Statement::ExportNamedDeclaration(export) => {
                for specifier in &export.specifiers {
                    let value = self.name(&exported_name(&specifier.local));
                    self.exported.entries.insert(exported_name(&specifier.exported), value);
                }
            }
            Statement::ExportFromDeclaration(export) => {
                for specifier in &export.specifiers {
                    self.exported.entries.insert(exported_name(&specifier.exported), Value::Unknown);
                }
            }
            Statement::TSExportAssignment(export) => {
                let value = self.value(&export.expression);
                self.assign(EXPORTS, value);
            }
            Statement::ExpressionStatement(statement) => drop(self.value(&statement.expression)),
            Statement::ReturnStatement(statement) => {
                let value = statement.argument.as_ref().map_or(Value::Nothing, |value| self.value(value));
                if let Some(returned) = self.returned.last_mut().filter(|_| value != Value::Nothing) {
                    *returned = Some(match returned.take() {
                        Some(before) if spend(&mut self.fuel, before.size()) => before.or_else(value),
                        Some(_) => Value::Unknown,
                        None => value,
                    });
                }
            }
            _ => match statement.as_declaration() {
                Some(declaration) => drop(self.declaration(declaration)),
                None => self.conditionally(statement),
            },
        }
    }

    /// Statements that contain others, which may run or not.
    fn conditionally(&mut self, statement: &Statement<'_>) {
        self.conditions += 1;
        self.depth += 1;
        if self.depth < DEEPEST {
            match statement {
                Statement::BlockStatement(block) => {
                    self.conditions -= 1;
                    self.statements(&block.body);
                    self.conditions += 1;
                }
                Statement::IfStatement(choice) => {
                    self.statement(&choice.consequent);
                    choice.alternate.iter().for_each(|alternate| self.statement(alternate));
                }
                Statement::TryStatement(attempt) => {
                    self.statements(&attempt.block.body);
                    attempt.handler.iter().for_each(|handler| self.statements(&handler.body.body));
                    attempt.finalizer.iter().for_each(|block| self.statements(&block.body));
                }
                Statement::SwitchStatement(switch) => {
                    switch.cases.iter().for_each(|case| self.statements(&case.consequent));
                }
                Statement::ForOfStatement(each) => self.statement(&each.body),
                Statement::ForInStatement(each) => self.statement(&each.body),
                Statement::ForStatement(each) => self.statement(&each.body),
                Statement::WhileStatement(each) => self.statement(&each.body),
                Statement::LabeledStatement(labelled) => self.statement(&labelled.body),
                _ => {}
            }
        }
        self.depth -= 1;
        self.conditions -= 1;
    }

    /// Binds what a declaration declares, and says its names.
    fn declaration(&mut self, declaration: &Declaration<'_>) -> Vec<String> {
        match declaration {
            Declaration::VariableDeclaration(variables) => self.variables(variables),
            Declaration::FunctionDeclaration(function) => {
                let Some(id) = &function.id else { return Vec::new() };
                let value = self.function(function);
                self.bind(&id.name, value);
                vec![id.name.to_string()]
            }
            _ => Vec::new(),
        }
    }

    fn variables(&mut self, variables: &VariableDeclaration<'_>) -> Vec<String> {
        let mut names = Vec::new();
        for declarator in &variables.declarations {
            let module = declarator.init.as_ref().and_then(required_module);
            if let Some(module) = &module {
                for name in bound_names(&declarator.id) {
                    self.imports.insert(name, module.clone());
                }
            }
            match (&declarator.id, &declarator.init) {
                (BindingPattern::BindingIdentifier(id), Some(init)) => {
                    // What is required stays a name, which `imports` explains.
                    if module.is_none() {
                        let value = self.value(init);
                        self.bind(&id.name, value);
                    }
                    names.push(id.name.to_string());
                }
                (pattern, _) => {
                    for name in bound_names(pattern) {
                        if module.is_none() {
                            self.bind(&name, Value::Unknown);
                        }
                        names.push(name);
                    }
                }
            }
        }
        names
    }

    fn value(&mut self, expression: &Expression<'_>) -> Value {
        if self.depth >= DEEPEST || self.fuel == 0 {
            return Value::Unknown;
        }
        self.depth += 1;
        self.fuel -= 1;
        let value = self.any_value(expression);
        self.depth -= 1;
        value
    }

    fn any_value(&mut self, expression: &Expression<'_>) -> Value {
        match expression.get_inner_expression() {
            Expression::StringLiteral(text) => Value::Text(text.value.to_string()),
            Expression::BooleanLiteral(literal) => Value::Bool(literal.value),
            Expression::NumericLiteral(literal) => Value::Number(literal.value),
            Expression::NullLiteral(_) => Value::Nothing,
            Expression::TemplateLiteral(template) => self.template(template),
            Expression::Identifier(identifier) => self.name(&identifier.name),
            Expression::ArrayExpression(array) => {
                Value::List(array.elements.iter().map(|element| self.element(element)).collect())
            }
            Expression::ObjectExpression(object) => self.object(object),
            Expression::ArrowFunctionExpression(arrow) => self.arrow(&arrow.params, &arrow.body),
            Expression::FunctionExpression(function) => self.function(function),
            Expression::CallExpression(call) => self.call(call),
            Expression::NewExpression(new) => self.constructed(new),
            Expression::AwaitExpression(awaited) => self.value(&awaited.argument),
            Expression::AssignmentExpression(assignment) => {
                let mut value = self.value(&assignment.right);
                if assignment.operator != AssignmentOperator::Assign {
                    value = Value::Unknown;
                }
                self.assign_to(&assignment.left, value.clone());
                value
            }
            Expression::ConditionalExpression(choice) => {
                self.value(&choice.consequent).or_else(self.value(&choice.alternate))
            }
            Expression::BinaryExpression(binary) if binary.operator == BinaryOperator::Addition => {
                match (self.value(&binary.left), self.value(&binary.right)) {
                    (Value::Text(left), Value::Text(right)) => Value::Text(left + &right),
                    _ => Value::Unknown,
                }
            }
            Expression::UnaryExpression(unary) => match (unary.operator, self.value(&unary.argument)) {
                (UnaryOperator::LogicalNot, Value::Bool(value)) => Value::Bool(!value),
                // `void 0`
                (UnaryOperator::Void, _) => Value::Nothing,
                (UnaryOperator::UnaryNegation, Value::Number(number)) => Value::Number(-number),
                _ => Value::Unknown,
            },
            Expression::SequenceExpression(sequence) => {
                sequence.expressions.iter().map(|each| self.value(each)).last().unwrap_or_default()
            }
            other => match dotted(other).as_deref() {
                // The folder of the file: whatever is relative to it stays so.
                Some("import.meta.dirname") => Value::Text(".".to_owned()),
                Some(name) => self.member(name),
                None => Value::Unknown,
            },
        }
    }

    /// The value of a name, if the file gives it one.
    fn name(&mut self, name: &str) -> Value {
        match name {
            "undefined" => return Value::Nothing,
            "__dirname" => return Value::Text(".".to_owned()),
            _ => {}
        }
        let found = self.scopes.iter().rev().find_map(|names| names.get(name)).or_else(|| self.hoisted.get(name));
        let Some(value) = found else { return Value::Unknown };
        if spend(&mut self.fuel, value.size()) { value.clone() } else { Value::Unknown }
    }

    /// The value of `config.build.outDir`, of a name that the file gives a table.
    fn member(&mut self, dotted: &str) -> Value {
        if dotted == EXPORTS {
            return self.name(EXPORTS);
        }
        let Some((name, path)) = dotted.split_once('.') else { return self.name(dotted) };
        match self.name(name) {
            table @ Value::Table(_) => table.at(path).cloned().unwrap_or(Value::Nothing),
            _ => Value::Unknown,
        }
    }

    fn template(&mut self, template: &TemplateLiteral<'_>) -> Value {
        let mut text = String::new();
        for (at, quasi) in template.quasis.iter().enumerate() {
            let Some(cooked) = &quasi.value.cooked else { return Value::Unknown };
            text.push_str(cooked);
            let Some(expression) = template.expressions.get(at) else { continue };
            let Value::Text(inserted) = self.value(expression) else { return Value::Unknown };
            text.push_str(&inserted);
        }
        Value::Text(text)
    }

    fn element(&mut self, element: &ArrayExpressionElement<'_>) -> Value {
        element.as_expression().map_or(Value::Unknown, |expression| self.value(expression))
    }

    fn object(&mut self, object: &ObjectExpression<'_>) -> Value {
        let mut table = Table::default();
        for property in &object.properties {
            match property {
                ObjectPropertyKind::SpreadProperty(spread) => {
                    let spread = self.spread(&spread.argument);
                    self.extend(&mut table, spread);
                }
                ObjectPropertyKind::ObjectProperty(property) => {
                    let value = self.value(&property.value);
                    match self.key(&property.key, property.computed) {
                        Some(key) => drop(table.entries.insert(key, value)),
                        None => self.extend(&mut table, Table { is_open: true, ..Table::default() }),
                    }
                }
            }
        }
        Value::Table(table)
    }

    fn extend(&mut self, table: &mut Table, other: Table) {
        if !other.is_open || spend(&mut self.fuel, table.entries.len()) {
            table.extend(other);
        } else {
            *table = Table { is_open: true, ..Table::default() };
        }
    }

    fn key(&mut self, key: &PropertyKey<'_>, is_computed: bool) -> Option<String> {
        match (key, key.as_expression()) {
            (PropertyKey::StaticIdentifier(name), _) if !is_computed => Some(name.name.to_string()),
            (_, Some(expression)) => match self.value(expression) {
                Value::Text(text) => Some(text),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The table that is spread into another. Of one that depends on a condition the keys are known, not the values.
    fn spread(&mut self, expression: &Expression<'_>) -> Table {
        let value = match expression.get_inner_expression() {
            Expression::LogicalExpression(logical) if logical.operator == LogicalOperator::And => {
                self.value(&logical.right).or_else(Value::Table(Table::default()))
            }
            other => self.value(other),
        };
        match value {
            Value::Table(table) => table,
            Value::Nothing => Table::default(),
            _ => Table { is_open: true, ..Table::default() },
        }
    }

    fn arrow(&mut self, parameters: &FormalParameters<'_>, body: &ArrowFunctionBody<'_>) -> Value {
        self.enter(parameters);
        let value = match body {
            ArrowFunctionBody::FunctionBody(body) => self.body(body),
            other => other.as_expression().map_or(Value::Unknown, |expression| self.value(expression)),
        };
        self.scopes.pop();
        Value::Function(Box::new(value))
    }

    fn function(&mut self, function: &Function<'_>) -> Value {
        self.enter(&function.params);
        let value = function.body.as_ref().map_or(Value::Unknown, |body| self.body(body));
        self.scopes.pop();
        Value::Function(Box::new(value))
    }

    fn enter(&mut self, parameters: &FormalParameters<'_>) {
        let names = parameters.items.iter().flat_map(|parameter| bound_names(&parameter.pattern));
        self.scopes.push(names.map(|name| (name, Value::Unknown)).collect());
    }

    fn body(&mut self, body: &FunctionBody<'_>) -> Value {
        // A condition around the function is none of its own statements'.
        let conditions = std::mem::take(&mut self.conditions);
        self.returned.push(None);
        self.statements(&body.statements);
        self.conditions = conditions;
        self.returned.pop().flatten().unwrap_or_default()
    }

    fn call(&mut self, call: &CallExpression<'_>) -> Value {
        let arguments: Vec<Value> = call.arguments.iter().map(|argument| self.argument(argument)).collect();
        let callee = dotted(&call.callee).unwrap_or_default();
        if let (Some(path), true) = (joined(&arguments), JOINING.contains(&callee.as_str())) {
            return Value::Text(path);
        }
        match (callee.as_str(), arguments.as_slice()) {
            ("fileURLToPath" | "url.fileURLToPath", [Value::Text(path)]) => return Value::Text(path.clone()),
            ("process.cwd", []) => return Value::Text(".".to_owned()),
            _ => {}
        }
        if let Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) =
            call.callee.get_inner_expression()
            && let Value::Function(returned) = self.value(&call.callee)
        {
            return *returned;
        }
        match self.name(&callee) {
            // What a function of the file makes of its argument is beyond its text, but what it passes on is not.
            Value::Function(returned) if *returned != Value::Unknown => *returned,
            _ => Value::Call { callee: called(call, callee), arguments },
        }
    }

    fn argument(&mut self, argument: &Argument<'_>) -> Value {
        argument.as_expression().map_or(Value::Unknown, |expression| self.value(expression))
    }

    /// `new URL("./dist", import.meta.url)` is a path beside the file; of all else it is known what it is made of.
    fn constructed(&mut self, new: &NewExpression<'_>) -> Value {
        let arguments: Vec<Value> = new.arguments.iter().map(|argument| self.argument(argument)).collect();
        match (dotted(&new.callee), arguments.as_slice()) {
            (Some(name), [Value::Text(path), _]) if name == "URL" && path.starts_with('.') => Value::Text(path.clone()),
            (Some(callee), _) => Value::Call { callee, arguments },
            (None, _) => Value::Unknown,
        }
    }

    fn assign_to(&mut self, target: &AssignmentTarget<'_>, value: Value) {
        let name = match target {
            AssignmentTarget::AssignmentTargetIdentifier(identifier) => Some(identifier.name.to_string()),
            other => other
                .as_member_expression()
                .and_then(|member| Some(format!("{}.{}", dotted(member.object())?, member.static_property_name()?))),
        };
        if let Some(name) = name {
            self.assign(&name, value);
        }
    }

    /// Gives a name, or a key of the table that a name holds, another value.
    fn assign(&mut self, dotted: &str, value: Value) {
        let path = match dotted.strip_prefix("exports.") {
            Some(key) => format!("{EXPORTS}.{key}"),
            None => dotted.to_owned(),
        };
        let (name, keys) = match path.strip_prefix(EXPORTS) {
            // Whatever else is said of them, `module.exports.default` is what the file exports.
            Some("" | ".default") => (EXPORTS, ""),
            Some(keys) => (EXPORTS, keys.trim_start_matches('.')),
            None => path.split_once('.').unwrap_or((&path, "")),
        };
        let is_conditional = self.conditions > 0;
        // What a function does to the names around it, it does only when it is called.
        let own = self.scopes.len() - 1;
        let found = self.scopes.iter_mut().enumerate().rev().find_map(|(at, names)| Some((at, names.get_mut(name)?)));
        let is_conditional = is_conditional || found.as_ref().is_some_and(|(at, _)| *at != own);
        let Some((_, held)) = found else {
            if name == EXPORTS {
                let mut held = if keys.is_empty() { Value::Unknown } else { Value::Table(Table::default()) };
                set(&mut held, keys, value, false);
                self.scopes[0].insert(EXPORTS.to_owned(), held);
            }
            return;
        };
        if is_conditional && !spend(&mut self.fuel, held.size()) {
            *held = Value::Unknown;
        }
        set(held, keys, value, is_conditional);
    }

    fn bind(&mut self, name: &str, value: Value) {
        if let Some(names) = self.scopes.last_mut() {
            names.insert(name.to_owned(), value);
        }
    }
}

/// Takes what is made off what may be made; whether there was enough. When there was not, nothing is left: a file that asks
/// for that much is not looked at further.
fn spend(fuel: &mut usize, size: usize) -> bool {
    let rest = fuel.checked_sub(size);
    *fuel = rest.unwrap_or_default();
    rest.is_some()
}

/// Puts a value at a path of keys; what stands there may stay if that depends on a condition.
fn set(held: &mut Value, keys: &str, value: Value, is_conditional: bool) {
    if keys.is_empty() {
        let before = std::mem::take(held);
        *held = if is_conditional { before.or_else(value) } else { value };
        return;
    }
    let (key, rest) = keys.split_once('.').unwrap_or((keys, ""));
    if let Value::Table(table) = held {
        let missing = if rest.is_empty() { Value::Nothing } else { Value::Unknown };
        set(table.entries.entry(key.to_owned()).or_insert(missing), rest, value, is_conditional);
    }
}

/// `join(__dirname, "dist")`, relative to the file.
fn joined(arguments: &[Value]) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for argument in arguments {
        let text = argument.as_text()?;
        if text.starts_with('/') {
            return None;
        }
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
                part => parts.push(part),
            }
        }
    }
    (!arguments.is_empty()).then(|| if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// How a call's function is written; of `withX(options)(config)` it is `withX`, of `require("x")(config)` the module.
fn called(call: &CallExpression<'_>, callee: String) -> String {
    if !callee.is_empty() {
        return callee;
    }
    let mut inner = call.callee.get_inner_expression();
    while let (Expression::CallExpression(call), None) = (inner, required_module(inner)) {
        inner = call.callee.get_inner_expression();
    }
    required_module(inner).or_else(|| dotted(inner)).unwrap_or_default()
}

/// `a.b.c`.
fn dotted(expression: &Expression<'_>) -> Option<String> {
    let (mut parts, mut at) = (Vec::new(), expression.get_inner_expression());
    loop {
        match at {
            Expression::Identifier(identifier) => {
                parts.push(identifier.name.to_string());
                break;
            }
            Expression::ImportMeta(_) => {
                parts.push("import.meta".to_owned());
                break;
            }
            other => {
                let member = other.as_member_expression()?;
                parts.push(member.static_property_name()?.to_string());
                at = member.object().get_inner_expression();
            }
        }
    }
    parts.reverse();
    Some(parts.join("."))
}

/// The module of `require("x")`, `await import("x")` and `require("x").y`.
fn required_module(expression: &Expression<'_>) -> Option<String> {
    let mut at = expression.get_inner_expression();
    loop {
        match at {
            Expression::AwaitExpression(awaited) => at = awaited.argument.get_inner_expression(),
            Expression::ImportExpression(import) => {
                at = import.source.get_inner_expression();
                let Expression::StringLiteral(text) = at else { return None };
                return Some(text.value.to_string());
            }
            Expression::CallExpression(call) => {
                let Some("require") = dotted(&call.callee).as_deref() else { return None };
                return match call.arguments.first()?.as_expression()?.get_inner_expression() {
                    Expression::StringLiteral(text) => Some(text.value.to_string()),
                    _ => None,
                };
            }
            other => at = other.as_member_expression()?.object().get_inner_expression(),
        }
    }
}

fn bound_names(pattern: &BindingPattern<'_>) -> Vec<String> {
    pattern.get_binding_identifiers().into_iter().map(|id| id.name.to_string()).collect()
}

fn exported_name(name: &ModuleExportName<'_>) -> String {
    name.name().to_string()
}
