//! Runs the compiler and shows what it says: the harness's own lines explained first, all of it capped.

use crate::glue::Site;
use assay::Value;
use std::collections::hash_map::RandomState;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::io::Write;
use std::process::{Command, Stdio};

/// The flags of every build; the same list is in `RustToolchain.swift`.
const FLAGS: [&str; 13] = [
    "--edition", "2021", "-O", "-C", "codegen-units=1", "-C", "strip=symbols", "-C", "link-arg=-fuse-ld=mold",
    "-C", "target-feature=+crt-static", "-A", "warnings",
];
/// Diagnostics beyond this are left out, and counted.
const MAX_DIAGNOSTICS: usize = 64 * 1024;

pub type Sites = BTreeMap<(String, usize), Site>;

/// What to build, besides the flags of every build.
pub struct Build<'a> {
    /// For what has glue: the library's name in this build, and its path.
    pub library: Option<(&'a str, &'a str)>,
    pub sites: &'a Sites,
    /// Look for errors only.
    pub checks_only: bool,
}

/// What diagnostics say in place of the library's name: as long as that, for the marks below the lines.
const SHOWN_LIBRARY: &str = "assay_harness";

/// A name for the harness's crate that no submission can know: `extern crate self as …` could take a known one.
pub fn library_name() -> String {
    let random = RandomState::new().build_hasher().finish();
    format!("assay_{:07x}", random & 0xfff_ffff)
}

/// Compiles `main.rs` to `main`; the exit status to end with.
pub fn compile(build: &Build) -> i32 {
    let mut command = Command::new("rustc");
    command.args(FLAGS).args(["--crate-name", "main", "--error-format=json", "--color=never"]);
    if let Some((name, path)) = build.library {
        command.arg("--extern").arg(format!("{name}={path}"));
    }
    if build.checks_only {
        command.args(["--crate-type", "lib", "--emit=metadata", "-o", ".checked"]);
    } else {
        command.args(["--crate-type", "bin", "-o", "main"]);
    }
    let output = match command.arg("main.rs").stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("assay: rustc can't be started: {error}");
            return 1;
        }
    };
    let name = build.library.map_or(SHOWN_LIBRARY, |(name, _)| name);
    report(&output.stderr, build.sites, name);
    match output.status.code() {
        Some(0) => 0,
        Some(status) => status,
        None => {
            eprintln!("assay: the compiler was ended by a signal: {}", output.status);
            1
        }
    }
}

fn report(text: &[u8], sites: &Sites, library: &str) {
    let mut explained: Vec<String> = Vec::new();
    let mut rendered: Vec<Vec<u8>> = Vec::new();
    for line in text.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        let Some(diagnostic) = assay::json::parse(line).ok().filter(|value| matches!(value, Value::Map(_))) else {
            rendered.push([line, b"\n"].concat());
            continue;
        };
        let message = text_of(&diagnostic, "message");
        let is_count = message.starts_with("aborting due to") || text_of(&diagnostic, "level") == "failure-note";
        if is_count {
            continue;
        }
        if let Some(site) = site(&diagnostic, sites) {
            let code = code_of(&diagnostic);
            let line = explain(site, &code);
            let is_known = explained.contains(&line);
            if !is_known {
                explained.push(line);
            }
            // The choice of how a result is shown only repeats that it can't be carried.
            if is_known && code == "E0599" {
                continue;
            }
        }
        rendered.push(text_of(&diagnostic, "rendered").replace(library, SHOWN_LIBRARY).into_bytes());
    }
    let mut out = Vec::new();
    for line in explained {
        out.extend_from_slice(format!("assay: {line}\n").as_bytes());
    }
    for (index, text) in rendered.iter().enumerate() {
        if out.len() + text.len() > MAX_DIAGNOSTICS {
            let left = rendered.len() - index;
            if index == 0 {
                out.extend_from_slice(&text[..MAX_DIAGNOSTICS.min(text.len())]);
            }
            out.extend_from_slice(format!("\nassay: {left} more diagnostics are left out\n").as_bytes());
            break;
        }
        out.extend_from_slice(text);
    }
    // Nothing helps if stderr is closed.
    let _ = std::io::stderr().write_all(&out);
}

fn get<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let Value::Map(entries) = value else { return None };
    entries
        .iter()
        .find(|(name, _)| matches!(name, Value::String(name) if name == key.as_bytes()))
        .map(|(_, value)| value)
}

fn text_of(value: &Value, key: &str) -> String {
    match get(value, key) {
        Some(Value::String(text)) => String::from_utf8_lossy(text).into_owned(),
        _ => String::new(),
    }
}

fn code_of(diagnostic: &Value) -> String {
    get(diagnostic, "code").map_or(String::new(), |code| text_of(code, "code"))
}

/// The line of glue that a diagnostic is about, if it is about one.
fn site<'a>(diagnostic: &Value, sites: &'a Sites) -> Option<&'a Site> {
    let Some(Value::List(spans)) = get(diagnostic, "spans") else { return None };
    let primary = spans.iter().filter(|span| matches!(get(span, "is_primary"), Some(Value::Bool(true))));
    primary.filter_map(|span| site_of_span(span, sites)).next()
}

fn site_of_span<'a>(span: &Value, sites: &'a Sites) -> Option<&'a Site> {
    if let Some(Value::Integer { magnitude, .. }) = get(span, "line_start") {
        if let Some(site) = sites.get(&(text_of(span, "file_name"), *magnitude as usize)) {
            return Some(site);
        }
    }
    get(span, "expansion").and_then(|expansion| get(expansion, "span")).and_then(|span| site_of_span(span, sites))
}

fn explain(site: &Site, code: &str) -> String {
    let is_trait_error = matches!(code, "E0277" | "E0599" | "");
    match site {
        Site::Parameter { function, parameter, shown_type } => {
            format!("parameter `{parameter}` of `{function}` has type `{shown_type}`, which can't be carried")
        }
        Site::Result { function, shown_type } => {
            format!("the result of `{function}` has type `{shown_type}`, which can't be carried")
        }
        Site::Receiver { function, type_name } if is_trait_error => {
            format!(
                "`{function}` is a method of `{type_name}`, which is neither a unit struct nor has Default, \
                 so that there is no value to call it on"
            )
        }
        Site::Receiver { function, .. } => format!("there is no value to call `{function}` on"),
        Site::Other(what) => format!("{what} does not compile"),
    }
}
