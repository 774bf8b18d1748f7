//! Builds a Rust submission, inside the build's jail: `assay-rust-build program | calls NAME… | assertions |
//! evaluation`.
//!
//! `program` compiles `main.rs` as it stands. The others read `submission.rs` (and `assertions.rs`, the test),
//! add what calls it, and compile that; `--prelude` adds the usual imports. The artefact is `main`.

mod assertions;
mod compile;
mod edits;
mod glue;
mod items;
mod lexer;
mod parser;
mod signature;
mod source;

use compile::{compile, Build, Sites};
use edits::Edits;
use glue::Glue;
use source::Source;
use std::io::{Read, Write};
use std::os::fd::FromRawFd;
use std::process::exit;

fn main() {
    let mut arguments = std::env::args();
    let program = arguments.next().unwrap_or_default();
    let library = match program.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/libassay.rlib"),
        None => "/usr/lib/assay/libassay.rlib".to_string(),
    };
    let mode = arguments.next().unwrap_or_default();
    let mut names: Vec<String> = arguments.collect();
    let prelude = names.first().is_some_and(|name| name == "--prelude");
    if prelude {
        names.remove(0);
    }
    let status = match mode.as_str() {
        "program" => compile(&Build { library: None, sites: &Sites::new(), checks_only: false }),
        "calls" => build(&library, prelude, &What::Calls(&names)),
        "assertions" => build(&library, prelude, &What::Assertions),
        "evaluation" => build(&library, prelude, &What::Evaluation),
        _ => {
            eprintln!("usage: assay-rust-build program | calls [--prelude] NAME… | assertions|evaluation [--prelude]");
            2
        }
    };
    exit(status)
}

enum What<'a> {
    Calls(&'a [String]),
    Assertions,
    /// Of one assertion, its call in `call.rs`, and in `check.rs` what it is to compile with.
    Evaluation,
}

fn build(library: &str, prelude: bool, what: &What) -> i32 {
    let name = compile::library_name();
    let mut glue = Glue::new("glue", &name);
    // The test comes first: whether it can be run has nothing to do with the submission.
    let test = match what {
        What::Calls(_) => None,
        What::Assertions => match assertions::plan(&read("assertions.rs"), &mut glue, &name) {
            Ok(test) => Some(test),
            Err(assertions::InvalidTest(why)) => return refuse_test(&why),
        },
        What::Evaluation => assertions::plan(&evaluation(&name), &mut glue, &name).ok(),
    };
    let submission = read("submission.rs");
    let tokens = match lexer::tokens(&submission) {
        Ok(tokens) => tokens,
        Err(fault) => return refuse(&submission, &format!("main.rs:{}: {}", fault.line, fault.message)),
    };
    let source = Source { text: &submission, tokens };
    let items = parser::items(&source, false);
    let mut edits = Edits::default();
    glue.supplies(&source, &items, prelude);
    let has_main = glue::set_main_aside(&source, &items, &mut edits, glue::OWN_MAIN);
    let aside = if has_main { format!("[self::{}]", glue::OWN_MAIN) } else { "[]".to_string() };

    let mut tail = "\n".to_string();
    match (what, test) {
        (What::Calls(names), _) => {
            let mut rows = Vec::new();
            for name in *names {
                match glue::find(&items, name) {
                    Ok(function) => {
                        let symbol = format!("__assay_call_{}", rows.len());
                        glue.call(&items, function, &symbol);
                        rows.push(format!("{name:?} => {symbol},"));
                    }
                    Err(why) => return refuse(&submission, &why),
                }
            }
            glue.line(0, format!("::assay::entry! {{ {aside} {} }}", rows.join(" ")));
        }
        (_, Some(test)) => {
            glue.line(0, format!("::assay::test_entry! {{ {aside} {} }}", test.rows.join(" ")));
            write("test.rs", &test.text);
            tail += &format!("::{name}::include!(\"test.rs\");\n");
        }
        (_, None) => {}
    }
    tail += &format!("{}\n", glue.include(0));
    glue.write(&items, &mut edits);
    let mut text = edits.apply(&submission);
    text.extend_from_slice(tail.as_bytes());
    write("main.rs", &text);
    compile(&Build { library: Some((&name, library)), sites: &glue.sites, checks_only: false })
}

/// The statement that makes the call and hands out its value: `match` keeps what the call borrows.
fn evaluation(library: &str) -> Vec<u8> {
    let (call, check) = (read("call.rs"), read("check.rs"));
    let end = format!("; }} ::{library}::evaluated(&assay_value) }} }}");
    [b"match ", &call[..], b" { assay_value => { if false { ", &check, end.as_bytes()].concat()
}

/// Says why there is nothing to build, then what the compiler has to say about the submission as it stands.
fn refuse(submission: &[u8], why: &str) -> i32 {
    eprintln!("assay: {why}");
    write("main.rs", submission);
    compile(&Build { library: None, sites: &Sites::new(), checks_only: true });
    1
}

/// Says on the channel that the test itself can't be run.
fn refuse_test(why: &str) -> i32 {
    eprintln!("assay: {why}");
    let entry = (assay::Value::String(b"invalid_test".to_vec()), assay::Value::String(why.as_bytes().to_vec()));
    let text = assay::json::serialize(&assay::Value::Map(vec![entry]));
    let mut frame = (text.len() as u32).to_be_bytes().to_vec();
    frame.extend_from_slice(&text);
    // Descriptor 4 is the channel; without one, stderr has said it.
    let mut channel = std::mem::ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(4) });
    let _ = channel.write_all(&frame);
    1
}

fn read(name: &str) -> Vec<u8> {
    let mut text = Vec::new();
    if let Err(error) = std::fs::File::open(name).and_then(|mut file| file.read_to_end(&mut text)) {
        eprintln!("assay: {name} can't be read: {error}");
        exit(1)
    }
    text
}

fn write(name: &str, text: &[u8]) {
    if let Err(error) = std::fs::write(name, text) {
        eprintln!("assay: {name} can't be written: {error}");
        exit(1)
    }
}
