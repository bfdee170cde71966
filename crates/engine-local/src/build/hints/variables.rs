//! Names of variables that validators, libraries and plain `throw`s say are missing.

/// Headings after which validators list variables.
const HEADINGS: [&str; 14] = [
    "invalid environment variable",
    "missing environment variable",
    "invalid server environment variable",
    "invalid client environment variable",
    "missing required environment variable",
    "missing required env",
    "missing env",
    "environment validation",
    "env validation",
    "invalid env",
    "environment variables are missing",
    "environment variables are required",
    "config validation error",
    "required environment variables",
];

/// What says that something is missing.
const MISSING: [&str; 29] = [
    "missing",
    "required",
    "not set",
    "isn't set",
    "not defined",
    "is undefined",
    "must be set",
    "must be defined",
    "must be provided",
    "must set",
    "must define",
    "must provide",
    "not found",
    "please set",
    "please provide",
    "please define",
    "please add",
    "not provided",
    "not configured",
    "not specified",
    "to be defined",
    "to be set",
    "to exist",
    "is empty",
    "cannot be empty",
    "cannot find",
    "could not find",
    "cannot resolve",
    "should be set",
];

/// What libraries say instead of a variable's name, and the name that their documentation gives it.
const KNOWN: [(&str, &str); 12] = [
    ("[next-auth][error][NO_SECRET]", "NEXTAUTH_SECRET"),
    ("MissingSecret: Please define a `secret`", "AUTH_SECRET"),
    ("MissingSecret: Must pass `secret`", "AUTH_SECRET"),
    ("Missing publishableKey", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"),
    ("Missing secretKey", "CLERK_SECRET_KEY"),
    ("supabaseUrl is required", "NEXT_PUBLIC_SUPABASE_URL"),
    ("supabaseKey is required", "NEXT_PUBLIC_SUPABASE_ANON_KEY"),
    ("Your project's URL and Key are required to create a Supabase client", "NEXT_PUBLIC_SUPABASE_URL"),
    ("Neither apiKey nor config.authenticator provided", "STRIPE_SECRET_KEY"),
    ("Missing API key. Pass it to the constructor `new Resend", "RESEND_API_KEY"),
    ("No database connection string was provided to `neon()`", "DATABASE_URL"),
    ("Configuration must contain `projectId`", "NEXT_PUBLIC_SANITY_PROJECT_ID"),
];

/// Words that look like a variable's name and are none.
const NO_NAMES: [&str; 12] = [
    "MODULE_NOT_FOUND",
    "NO_SECRET",
    "NODE_ENV",
    "HTTP_STATUS",
    "DYNAMIC_SERVER_USAGE",
    "UNHANDLED_REJECTION",
    "MISSING_ENV",
    "INVALID_ENV",
    "ENV_VALIDATION",
    "MISSING_EXPORT",
    "UNRESOLVED_IMPORT",
    "PLUGIN_ERROR",
];

/// The variables that these lines say are missing, each once, in their order.
pub fn missing(lines: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !found.iter().any(|one| one == name) {
            found.push(name.to_owned());
        }
    };
    let mut listing = Listing::None;
    for (number, line) in lines.iter().enumerate() {
        KNOWN.iter().filter(|(saying, _)| line.contains(saying)).for_each(|(_, name)| add(name));
        let lower = line.to_lowercase();
        if is_heading(&lower) {
            listing = Listing::Begun;
        } else if listing == Listing::Begun && ends_listing(line) {
            listing = Listing::None;
        }
        path_of_issue(lines, number).iter().for_each(|name| add(name));
        if listing == Listing::Begun {
            listed(line).iter().for_each(|name| add(name));
        }
        if !is_of_code(line) {
            said(line, &lower).iter().for_each(|name| add(name));
        }
    }
    found
}

#[derive(PartialEq)]
enum Listing {
    None,
    Begun,
}

fn is_heading(lower: &str) -> bool {
    HEADINGS.iter().any(|heading| lower.contains(heading))
}

/// A stack, or a line of another program.
fn ends_listing(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("at ") || line.starts_with("npm ") || line.starts_with("Error:") && !line.contains("nv")
}

/// Lines that tell of code or modules, of which capitals with dashes are no variables.
fn is_of_code(line: &str) -> bool {
    [
        "ReferenceError",
        "TS2304",
        "TS2552",
        "Cannot find name",
        "Module not found",
        "Cannot find module",
        "is not exported by",
    ]
    .iter()
    .any(|word| line.contains(word))
}

/// The name at the beginning of an item: `DATABASE_URL: [ 'Required' ]`, `- DATABASE_URL: Required`, `  DATABASE_URL`,
/// `→ at DATABASE_URL`, or all of a list with commas.
fn listed(line: &str) -> Vec<String> {
    let after_heading = match line.to_lowercase() {
        lower if is_heading(&lower) => line.split_once(':').map(|(_, rest)| rest),
        _ => Some(line),
    };
    let Some(text) = after_heading else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for item in text.split([',', ';', '{']) {
        let item =
            item.trim_start_matches(|letter: char| letter.is_whitespace() || "-*•✖❌→└├│─>[\"'`".contains(letter));
        let item = item.strip_prefix("at ").unwrap_or(item);
        let end = item.find(|letter: char| !is_part(letter)).unwrap_or(item.len());
        let (name, rest) = item.split_at(end);
        let rest = rest.trim_start_matches(['"', '\'', '`', ' ']);
        let ends =
            rest.is_empty() || rest.starts_with([':', '=', '(', ']', '}', '-', '–', '|']) || rest.starts_with("is ");
        if ends && is_variable(name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// zod's issues: `path: [ 'DATABASE_URL' ]`, `"path": [` with the name on the next line, `→ at DATABASE_URL`.
fn path_of_issue(lines: &[String], number: usize) -> Vec<String> {
    let line = &lines[number];
    let mut names = Vec::new();
    for word in ["path: [", "\"path\": [", "\"path\":["] {
        for (at, _) in line.match_indices(word) {
            let rest = line[at + word.len()..].trim_start();
            let rest = if rest.is_empty() { lines.get(number + 1).map_or("", |next| next.trim_start()) } else { rest };
            let name: String =
                rest.trim_start_matches(['\'', '"']).chars().take_while(|letter| is_part(*letter)).collect();
            names.extend(Some(name).filter(|name| is_variable(name)));
        }
    }
    if let Some((_, rest)) = line.split_once("→ at ") {
        let name: String = rest.chars().take_while(|letter| is_part(*letter)).collect();
        names.extend(Some(name).filter(|name| is_variable(name)));
    }
    names
}

/// Names in a sentence that says that something is missing and speaks of the environment, or of the name itself.
fn said(line: &str, lower: &str) -> Vec<String> {
    if !MISSING.iter().any(|word| lower.contains(word)) {
        return Vec::new();
    }
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphabetic());
    let speaks_of_environment =
        words.any(|word| matches!(word, "env" | "envs" | "environment" | "envvar" | "enverror"));
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(start) = line[at..].find(|letter: char| letter.is_ascii_uppercase()).map(|found| at + found) {
        let end = line[start..].find(|letter: char| !is_part(letter)).map_or(line.len(), |end| start + end);
        let name = &line[start..end];
        let is_whole = !line[..start].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        if is_whole && is_name(name) && (speaks_of_environment || is_meant(lower, start, end)) {
            names.push(name.to_owned());
        }
        at = end;
    }
    names
}

/// Whether a sentence is about the name itself: `X is required`, `Missing X`, `Please set X`.
fn is_meant(lower: &str, start: usize, end: usize) -> bool {
    let before = lower[..start].trim_end_matches(['"', '\'', '`', ' ', ':', '(']);
    let after = lower[end..].trim_start_matches(['"', '\'', '`', ' ', ')']);
    let begins =
        ["missing", "set", "provide", "define", "required", "expected", "not found", "missing required", "add"];
    let ends = [
        "is required",
        "is missing",
        "is not set",
        "isn't set",
        "is not defined",
        "is undefined",
        "not set",
        "not found",
        "not defined",
        "not provided",
        "missing",
        "required",
        "must be",
        "should be set",
        "to be defined",
        "to be set",
        "to exist",
        "is empty",
        "cannot be empty",
        "was not provided",
        "has not been set",
    ];
    begins.iter().any(|word| before.ends_with(word)) || ends.iter().any(|word| after.starts_with(word))
}

fn is_part(letter: char) -> bool {
    letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'
}

/// Whether a word in a sentence is a variable's name: capitals in two or more parts.
fn is_name(word: &str) -> bool {
    is_variable(word) && word.split('_').filter(|part| !part.is_empty()).count() > 1
}

/// Whether a word can be a variable's name where nothing but names stands. Instances are given a `PORT`.
fn is_variable(word: &str) -> bool {
    let is_capital = word.starts_with(|letter: char| letter.is_ascii_uppercase());
    let codes = ["ERR_", "UND_ERR", "EAI_"];
    let is_code = codes.iter().any(|code| word.starts_with(code)) || NO_NAMES.contains(&word);
    is_capital && !is_code && !word.ends_with('_') && word.len() >= 3 && word != "PORT"
}
